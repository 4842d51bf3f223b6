/* Compiled once for each instruction set, by the rules of kernel.c and draw_kernel.c. */
#include "world/draw_kernel.h"

#include <stddef.h>

#include "world/alias_lanes.h"
#include "world/compose.h"
#include "world/compose_lanes.h"

/* ---- two parts ----------------------------------------------------------------------------- */

/* Halves that are looked at together, and draws that are settled together: few enough for what they
 * read to be in the first cache still. */
enum { PIECE = 256, ENOUGH = 64 };

/* The state that the rest's table has for t. */
static uint32_t draw_rest(const struct compose *of, double t)
{
    double const v = (t - of->cells->listed) * of->cells->inverse;
    double const below = v < 0 ? 0 : v < 0x1.fffffffffffffp-1 ? v : 0x1.fffffffffffffp-1;
    return alias_draw(of->from, (uint64_t)(int64_t)(below * 0x1p52) << 12);
}

/* A word's upper 52 bits: the factor of `all` is at most 1 - 2^-52, which takes off at least the
 * last bit's worth. So without a rest no t is beyond the list. */
static double place_of(const struct compose *of, uint64_t word)
{
    return (double)(int64_t)(word >> 12) * (of->cells->all * 0x1p-52);
}

/* One proposal by its whole word. */
static bool propose_one(const struct compose *of, const uint32_t *own, uint64_t word,
                        uint32_t *state)
{
    double const t = place_of(of, word);
    if (t >= of->cells->listed) {
        *state = draw_rest(of, t);
        return true;
    }
    int64_t const cell = (int64_t)t;
    *state = own[cell];
    return !of->accept || t - (double)cell < of->accept[*state];
}

/* What falls in the rest is drawn when there is a batch of it, since a branch for each would be
 * missed too often, and gathers are of sixteen. Until then the places are known, and the numbers of
 * halves: vectors leave these in the places, marked as no states, for a state is below
 * ALIAS_STATES. Proposals that wait for gathers note places meanwhile, at no cost; others, of lists
 * in registers, would be held up by it (129 ns instead of 117 for 100 draws), and marks of theirs
 * are looked for, when more was written, since what was stored just now is loaded late. */
#define OF_THE_REST 0x80000000u

struct later {
    int64_t n;
    uint32_t place[ENOUGH + PIECE + 16];
    int64_t next, end; /* where marks are to be looked for */
#ifndef __AVX512F__
    uint32_t number[ENOUGH + PIECE + 16];
#endif
};

/* Behind what is wanted of a part the next one stands: nothing is to be written there later. */
static inline void forget_behind(struct later *later, int64_t end)
{
    while (later->n > 0 && later->place[later->n - 1] >= end)
        later->n--;
}

/* Halves that proposals of a part are made of, and where these go. */
struct batch {
    const struct random_more *more; /* of part 0                                   */
    const uint32_t *own;
    const uint64_t *word;
    int64_t part, first; /* first: the number of its first half in the part        */
    int64_t number;      /* and in all parts                                       */
    uint32_t *out;       /* of all parts                                           */
    int64_t at;          /* where in it the first accepted one goes                */
};

static uint64_t whole_of(const struct random_more *more, int64_t part, int64_t i, uint32_t half)
{
    return random_whole(more, (int64_t)((uint64_t)part << 32) + i, half);
}

/* From a part's halves to the next one's. */
static inline int64_t halves_of(const struct compose_parts *parts)
{
    return (parts->n + 1) / 2 * 2;
}

/* The whole word of the half of that number. */
static uint64_t word_of(const struct compose_parts *parts, uint32_t number)
{
    int64_t const halves = halves_of(parts);
    return whole_of(parts->more, number / halves, number % halves,
                    random_half(parts->word, number));
}

#ifdef __AVX512F__

/* The upper halves of the products. */
static inline __m512i multiply_high(__m512i x, __m512i y)
{
    __m512i const even = _mm512_mul_epu32(x, y);
    __m512i const odd = _mm512_mul_epu32(_mm512_srli_epi64(x, 32), _mm512_srli_epi64(y, 32));
    return _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd);
}

/* Sixteen proposals on their way. */
struct proposals {
    __m512i state;
    __mmask16 own, stay, open;
};

/* Open ones by their whole words. Those that turn out to be of the rest are done with it. */
static __attribute__((noinline)) void
settle_open(const struct compose *of, const struct batch *batch, int64_t i, struct proposals *x)
{
    uint32_t state[16];
    _mm512_storeu_si512(state, x->state);
    for (uint32_t open = x->open; open; open &= open - 1) {
        int const lane = __builtin_ctz(open);
        __mmask16 const bit = (__mmask16)(1u << lane);
        uint64_t const word = whole_of(batch->more, batch->part, batch->first + i + lane,
                                       random_half(batch->word, i + lane));
        bool const stays = propose_one(of, batch->own, word, &state[lane]);
        x->stay = stays ? x->stay | bit : x->stay & (__mmask16)~bit;
    }
    x->state = _mm512_loadu_si512(state);
}

/* What is the same for all proposals, in registers: gcc does not see that what is written meanwhile
 * is apart from where it would read it. */
struct constants {
    __m128i bits, rest;
    __m512i scale, end, near, open;
};

static inline struct constants constants_of(const struct compose_cells *cells)
{
    uint32_t const near = (uint32_t)COMPOSE_SHORT << cells->bits;
    return (struct constants){.bits = _mm_cvtsi32_si128(cells->bits),
                              .rest = _mm_cvtsi32_si128(32 - cells->bits),
                              .scale = all_lanes(cells->scale),
                              .end = all_lanes(cells->end),
                              .near = all_lanes(near),
                              .open = all_lanes(near + (1u << 16))};
}

/* Where sixteen halves fall: in which cells, 0 where that is not the list's, and how far into them.
 */
struct fall {
    __m512i cell, into;
    __mmask16 own;
};

MADE_FOR struct fall fall_of(const struct constants *to, __mmask16 live, __m512i half)
{
    __m512i const t = multiply_high(half, to->scale);
    struct fall fall = {.own = _mm512_mask_cmplt_epu32_mask(live, t, to->end)};
    fall.cell = _mm512_maskz_srl_epi32(fall.own, t, to->rest);
    fall.into = _mm512_sll_epi32(t, to->bits);
    return fall;
}

MADE_FOR struct proposals propose_sixteen(const struct constants *to, enum coins coins,
                                          __mmask16 live, const struct fall *fall, __m512i state,
                                          __m512i chance)
{
    __mmask16 const own = fall->own;
    __m512i const beyond = _mm512_add_epi32(fall->into, to->near);
    struct proposals x = {.state = state, .own = own, .stay = live};
    x.open = _mm512_mask_cmplt_epu32_mask(own, beyond, to->near);
    if (coins) {
        x.stay = (live & (__mmask16)~own) | _mm512_mask_cmplt_epu32_mask(own, fall->into, chance);
        x.open |= _mm512_mask_cmplt_epu32_mask(own, _mm512_sub_epi32(beyond, chance), to->open);
    }
    return x;
}

/* How many were accepted, and wait. */
struct taken {
    int64_t k, later;
};

/* Sixteen proposals, from half i of the batch on: writes what is accepted from its place k on. */
MADE_FOR struct taken take_sixteen(const struct compose *of, bool notes, const struct batch *batch,
                                   int64_t i, __mmask16 live, struct proposals x,
                                   struct taken taken, struct later *later)
{
    int64_t const k = taken.k;
    __m512i const lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    if (__builtin_expect(x.open, 0)) {
        struct proposals settled = x; /* so that x itself stands in registers */
        settle_open(of, batch, i, &settled);
        x = settled;
    }
    __m512i const number = _mm512_add_epi32(lane, all_lanes((uint32_t)(batch->number + i)));
    x.state = _mm512_mask_or_epi32(x.state, (__mmask16)~x.own, number, all_lanes(OF_THE_REST));
    _mm512_storeu_si512(batch->out + batch->at + k, _mm512_maskz_compress_epi32(x.stay, x.state));
    taken.k += __builtin_popcount(x.stay);
    if (!notes)
        return taken;
    __mmask16 const rest = live & (__mmask16)~x.own;
    __m512i const place = _mm512_add_epi32(_mm512_maskz_expand_epi32(x.stay, lane),
                                           all_lanes((uint32_t)(batch->at + k)));
    _mm512_storeu_si512(later->place + taken.later, _mm512_maskz_compress_epi32(rest, place));
    taken.later += __builtin_popcount(rest);
    return taken;
}

/* Halves i .. i + 31 of the batch, of which those in the masks are there. */
MADE_FOR struct taken take_pair(const struct compose *of, const struct constants *to,
                                const struct list *list, int most, bool wide,
                                const struct chances *chances, enum coins coins, __mmask16 live,
                                __mmask16 live_second, const struct batch *batch, int64_t i,
                                struct taken k, struct later *later)
{
    const uint32_t *const half = (const uint32_t *)(const void *)batch->word + i;
    struct fall const fall = fall_of(to, live, _mm512_maskz_loadu_epi32(live, half));
    struct fall const second =
        fall_of(to, live_second, _mm512_maskz_loadu_epi32(live_second, half + 16));
    struct pair const state = states_of(list, most, wide, (struct pair){fall.cell, second.cell});
    struct pair chance = state;
    if (coins)
        chance = chances_at(chances, coins, fall.own, second.own, state);
    k = take_sixteen(of, most == 0, batch, i, live,
                     propose_sixteen(to, coins, live, &fall, state.first, chance.first), k, later);
    return take_sixteen(
        of, most == 0, batch, i + 16, live_second,
        propose_sixteen(to, coins, live_second, &second, state.second, chance.second), k, later);
}

MADE_FOR int64_t propose(const struct compose *of, const struct list *list, int most, bool wide,
                         const struct chances *chances, enum coins coins, const struct batch *batch,
                         int64_t n, int64_t want, struct later *later)
{
    struct constants const to = constants_of(of->cells);
    struct taken k = {0, later->n};
    int64_t i = 0;
    for (; n - i >= 32 && k.k < want; i += 32)
        k = take_pair(of, &to, list, most, wide, chances, coins, 0xffff, 0xffff, batch, i, k,
                      later);
    if (i < n && k.k < want)
        k = take_pair(of, &to, list, most, wide, chances, coins, first_lanes(n - i),
                      first_lanes(n - i - 16), batch, i, k, later);
    later->n = k.later;
    return k.k;
}

/* How far halves are into the rest, as halves for its table. */
static inline __m256i into_rest(const struct compose *of, __m256i units)
{
    __m512d const x = _mm512_mul_pd(_mm512_cvtepu32_pd(units), _mm512_set1_pd(of->cells->stretch));
    return _mm512_cvttpd_epu32(_mm512_min_pd(x, _mm512_set1_pd(0x1.fffffffep31)));
}

/* Sixteen of the rest from the j-th on, by whole words where halves leave them open. */
static __attribute__((noinline)) __m512i settle_rest(const struct compose *of,
                                                     const struct compose_parts *parts,
                                                     const struct later *later, int64_t j,
                                                     const struct sixteen *x)
{
    uint32_t state[16];
    _mm512_storeu_si512(state, x->state);
    for (uint32_t open = x->open; open; open &= open - 1) {
        int const lane = __builtin_ctz(open);
        uint32_t const number = parts->out[later->place[j + lane]] & ~OF_THE_REST;
        state[lane] = draw_rest(of, place_of(of, word_of(parts, number)));
    }
    return _mm512_loadu_si512(state);
}

static inline void settle(const struct compose *of, const struct columns *columns,
                          const struct compose_parts *parts, struct later *later)
{
    for (int64_t j = 0; j < later->n; j += 16) {
        __mmask16 const live = first_lanes(later->n - j);
        __m512i const place = _mm512_maskz_loadu_epi32(live, later->place + j);
        __m512i const marked = _mm512_mask_i32gather_epi32(place, live, place, parts->out, 4);
        __m512i const at = _mm512_andnot_si512(all_lanes(OF_THE_REST), marked);
        __m512i const half = _mm512_mask_i32gather_epi32(at, live, at, parts->word, 4);
        __m512i const t = multiply_high(half, all_lanes(of->cells->scale));
        __m512i const units = _mm512_sub_epi32(t, all_lanes(of->cells->end));
        __m512i const drawn =
            _mm512_inserti64x4(_mm512_castsi256_si512(into_rest(of, _mm512_castsi512_si256(units))),
                               into_rest(of, _mm512_extracti64x4_epi64(units, 1)), 1);
        struct sixteen x = alias_sixteen(columns, false, live, drawn);
        if (of->cells->whole)
            x.open = live;
        if (__builtin_expect(x.open, 0)) {
            struct sixteen const open = x;
            x.state = settle_rest(of, parts, later, j, &open);
        }
        _mm512_mask_i32scatter_epi32(parts->out, live, place, x.state, 4);
    }
    later->n = 0;
}

/* Marks among what was written before out[at, at + n). */
static inline void look_for_marks(const uint32_t *out, int64_t at, int64_t n, struct later *later)
{
    __m512i const lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i place = _mm512_add_epi32(lane, all_lanes((uint32_t)later->next));
    int64_t found = later->n;
    for (int64_t i = later->next; i < later->end; i += 16) {
        __mmask16 const marks =
            first_lanes(later->end - i) & _mm512_movepi32_mask(_mm512_loadu_si512(out + i));
        _mm512_storeu_si512(later->place + found, _mm512_maskz_compress_epi32(marks, place));
        found += __builtin_popcount(marks);
        place = _mm512_add_epi32(place, all_lanes(16));
    }
    later->n = found;
    later->next = at;
    later->end = at + n;
}

/* Out[at, at + n) of a part is taken. */
MADE_FOR void keep(const struct compose *of, int most, const uint32_t *out, int64_t at, int64_t n,
                   struct later *later)
{
    if (most == 0)
        forget_behind(later, at + n);
    else if (of->cells->rest > 0)
        look_for_marks(out, at, n, later);
}

#else

static inline uint32_t into_cells(const struct compose *of, uint32_t half)
{
    return (uint32_t)((uint64_t)half * of->cells->scale >> 32);
}

/* Locals, as what is written could be what `of` and `batch` point to, for all that gcc knows. */
MADE_FOR int64_t propose(const struct compose *of, const struct list *list, int most, bool wide,
                         const struct chances *chances, enum coins coins, const struct batch *batch,
                         int64_t n, int64_t want, struct later *later)
{
    int const bits = of->cells->bits;
    uint32_t const end = of->cells->end, near = (uint32_t)COMPOSE_SHORT << bits;
    int64_t k = 0, waiting = later->n;
    (void)list;
    (void)most;
    (void)wide;
    (void)chances;
    for (int64_t i = 0; i < n && k < want; i++) {
        uint32_t const half = random_half(batch->word, i), t = into_cells(of, half);
        uint32_t const into = t << bits;
        bool const own = t < end;
        uint32_t state = batch->own[own ? t >> (32 - bits) : 0];
        uint32_t const chance = coins ? (uint32_t)of->chance[state] << 16 : 0;
        bool const open =
            own & ((into + near < near) | (coins && into - chance + near < near + (1u << 16)));
        bool stay = !coins | !own | (into < chance);
        if (__builtin_expect(open, 0))
            stay = propose_one(of, batch->own,
                               whole_of(batch->more, batch->part, batch->first + i, half), &state);
        later->number[waiting] = (uint32_t)(batch->number + i);
        later->place[waiting] = (uint32_t)(batch->at + k);
        waiting += !own;
        batch->out[batch->at + k] = state;
        k += stay;
    }
    later->n = waiting;
    return k;
}

static inline void settle(const struct compose *of, const struct columns *columns,
                          const struct compose_parts *parts, struct later *later)
{
    (void)columns;
    for (int64_t j = 0; j < later->n; j++) {
        uint32_t const half = random_half(parts->word, later->number[j]);
        double const x = (double)(into_cells(of, half) - of->cells->end) * of->cells->stretch;
        bool open = false;
        uint32_t state = alias_half(of->from, of->cells->slack,
                                    (uint32_t)(x < 0x1.fffffffep31 ? x : 0x1.fffffffep31), &open);
        if (__builtin_expect(of->cells->whole | open, 0))
            state = draw_rest(of, place_of(of, word_of(parts, later->number[j])));
        parts->out[later->place[j]] = state & ~ALIAS_MARKED;
    }
    later->n = 0;
}

MADE_FOR void keep(const struct compose *of, int most, const uint32_t *out, int64_t at, int64_t n,
                   struct later *later)
{
    (void)of;
    (void)most;
    (void)out;
    forget_behind(later, at + n);
}

#endif

/* Halves that say too little: each by its whole word. */
static int64_t propose_whole(const struct compose *of, const struct batch *batch, int64_t n,
                             int64_t want)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n && k < want; i++) {
        uint64_t const word = whole_of(batch->more, batch->part, i, random_half(batch->word, i));
        k += propose_one(of, batch->own, word, batch->out + batch->at + k);
    }
    return k;
}

/* One part, of which what falls in the rest is left for later. Returns how many there are. */
MADE_FOR int64_t compose_part(const struct compose *of, const struct columns *columns,
                              const struct reach *reach, int most, bool wide,
                              const struct chances *chances, enum coins coins,
                              const struct compose_parts *parts, const struct batch *part,
                              struct later *later)
{
    int64_t const n = parts->n, want = parts->want;
    struct list const list = list_of(reach, part->own, most, wide);
    struct batch batch = *part;
    int64_t k = 0;
    for (int64_t i = 0; i < n && k < want; i += PIECE) {
        int64_t const size = n - i < PIECE ? n - i : PIECE, left = want - k;
        batch.word = part->word + i / 2;
        batch.first = i;
        batch.number = part->number + i;
        batch.at = part->at + k;
        int64_t const some =
            propose(of, &list, most, wide, chances, coins, &batch, size, left, later);
        int64_t const taken = some < left ? some : left;
        keep(of, most, parts->out, batch.at, taken, later);
        if (later->n >= ENOUGH)
            settle(of, columns, parts, later);
        k += taken;
    }
    return k;
}

static inline struct batch part_of(const struct compose_parts *parts, int64_t p)
{
    return (struct batch){.more = parts->more,
                          .own = parts->own[p],
                          .word = parts->word + p * halves_of(parts) / 2,
                          .part = p,
                          .number = p * halves_of(parts),
                          .out = parts->out,
                          .at = p * parts->stride};
}

MADE_FOR void compose_parts(const struct compose *of, int most, bool wide, enum coins coins,
                            const struct compose_parts *parts)
{
    struct chances const chances = chances_of(of, coins);
    struct columns const columns =
        of->cells->rest > 0 ? columns_of(of->from, of->cells->slack) : (struct columns){0};
    struct reach const reach = reach_of(of->cells->count);
    struct later later;
    later.n = later.next = later.end = 0;
    for (int64_t p = 0; p < parts->count; p++) {
        struct batch const part = part_of(parts, p);
        parts->got[p] =
            compose_part(of, &columns, &reach, most, wide, &chances, coins, parts, &part, &later);
    }
    keep(of, most, parts->out, parts->count * parts->stride, 0, &later);
    settle(of, &columns, parts, &later);
}

static void compose_wholes(const struct compose *of, const struct compose_parts *parts)
{
    for (int64_t p = 0; p < parts->count; p++) {
        struct batch const part = part_of(parts, p);
        parts->got[p] = propose_whole(of, &part, parts->n, parts->want);
    }
}

MADE_FOR void compose_lists(const struct compose *of, int most, const struct compose_parts *parts)
{
    bool const wide = most > 0 && of->states > 0x10000;
    if (of->accept == NULL && wide)
        compose_parts(of, most, true, NO_COINS, parts);
    else if (of->accept == NULL)
        compose_parts(of, most, false, NO_COINS, parts);
    else if (of->states <= 256)
        compose_parts(of, most, false, FEW_COINS, parts);
    else if (wide)
        compose_parts(of, most, true, COINS, parts);
    else
        compose_parts(of, most, false, COINS, parts);
}

void KERNEL_OWN(draw_kernel_compose)(const struct compose *of, const struct compose_parts *parts)
{
    if (of->cells->bits > COMPOSE_BITS)
        compose_wholes(of, parts);
    else if (of->cells->count <= 32)
        compose_lists(of, 32, parts);
    else if (of->cells->count <= 128)
        compose_lists(of, 128, parts);
    else
        compose_lists(of, 0, parts);
}
