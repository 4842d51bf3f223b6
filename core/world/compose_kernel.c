/* Compiled once for each instruction set, by the rules of kernel.c and draw_kernel.c. */
#include "world/draw_kernel.h"

#include <stddef.h>

#include "world/alias_lanes.h"
#include "world/compose.h"

/* ---- two parts ----------------------------------------------------------------------------- */

/* A batch's halves are few enough for what is kept of it to stay in the first cache. */
enum { BATCH = 256 };

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
 * missed too often, and gathers are of sixteen: which draws these are, their halves, and where
 * their states go. */
struct later {
    int64_t n;
    uint32_t index[BATCH + 16], part[BATCH + 16], half[BATCH + 16], place[BATCH + 16];
};

/* Halves that proposals of a part are made of, and where these go. */
struct batch {
    const struct random_more *more; /* of part 0                                   */
    const uint32_t *own;
    const uint64_t *word;
    int64_t part, first; /* first: the number of its first half in the part        */
    uint32_t *out;       /* of all parts                                           */
    int64_t at;          /* where in it the first accepted one goes                */
};

static uint64_t whole_of(const struct random_more *more, int64_t part, int64_t i, uint32_t half)
{
    return random_whole(more, (int64_t)((uint64_t)part << 32) + i, half);
}

#ifdef __AVX512F__

/* The upper halves of the products. */
static inline __m512i multiply_high(__m512i x, __m512i y)
{
    __m512i const even = _mm512_mul_epu32(x, y);
    __m512i const odd = _mm512_mul_epu32(_mm512_srli_epi64(x, 32), _mm512_srli_epi64(y, 32));
    return _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd);
}

/* A list in registers, as far as it is there: to look up in 32 states takes one instruction where a
 * gather takes as long as sixteen loads. */
struct list {
    const uint32_t *own;
    __m512i part[8];
};

/* Which lanes of each register a list of `count` states has. */
struct reach {
    __mmask16 live[8];
};

static inline struct reach reach_of(int64_t count)
{
    struct reach reach;
    for (int i = 0; i < 8; i++)
        reach.live[i] = first_lanes(count - i * 16);
    return reach;
}

MADE_FOR struct list list_of(const struct reach *reach, const uint32_t *own, int most)
{
    struct list list = {.own = own};
    for (int i = 0; i < 8; i++)
        list.part[i] = i * 16 < most ? _mm512_maskz_loadu_epi32(reach->live[i], own + i * 16)
                                     : _mm512_setzero_si512();
    return list;
}

MADE_FOR __m512i look_up(const struct list *list, int most, __mmask16 own, __m512i cell)
{
    if (most == 0)
        return _mm512_mask_i32gather_epi32(cell, own, cell, list->own, 4);
    __m512i at[4];
    for (int i = 0; i < 4 && i * 32 < most; i++)
        at[i] = _mm512_permutex2var_epi32(list->part[2 * i], cell, list->part[2 * i + 1]);
    if (most == 32)
        return at[0];
    __mmask16 const second = _mm512_test_epi32_mask(cell, all_lanes(32));
    __m512i const low = _mm512_mask_mov_epi32(at[0], second, at[1]);
    __m512i const high = _mm512_mask_mov_epi32(at[2], second, at[3]);
    return _mm512_mask_mov_epi32(low, _mm512_test_epi32_mask(cell, all_lanes(64)), high);
}

/* How the chances of states are looked up: all are 1, those of up to 256 states in registers as
 * lists are, or by a gather, which takes as long as the rest of a proposal. */
enum coins { NO_COINS, FEW_COINS, COINS };

struct chances {
    const uint16_t *at;
    __m512i part[8];
};

MADE_FOR struct chances chances_of(const struct compose *of, enum coins coins)
{
    struct chances chances = {.at = of->chance};
    for (int i = 0; i < 8 && coins == FEW_COINS; i++) {
        int64_t const left = of->states - 32 * i;
        __mmask32 const live = left >= 32 ? ~0u : left > 0 ? (1u << left) - 1 : 0;
        chances.part[i] = _mm512_maskz_loadu_epi16(live, of->chance + 32 * i);
    }
    return chances;
}

/* In the upper 16 bits; the lower ones are 0. */
MADE_FOR __m512i chance_of(const struct chances *chances, enum coins coins, __mmask16 own,
                           __m512i state)
{
    __m512i at[4];
    if (coins == COINS) /* two chances at once, of which the first is moved up */
        return _mm512_slli_epi32(_mm512_mask_i32gather_epi32(state, own, state, chances->at, 2),
                                 16);
    for (int i = 0; i < 4; i++)
        at[i] = _mm512_permutex2var_epi16(chances->part[2 * i], state, chances->part[2 * i + 1]);
    __mmask16 const second = _mm512_test_epi32_mask(state, all_lanes(64));
    __m512i const low = _mm512_mask_mov_epi32(at[0], second, at[1]);
    __m512i const high = _mm512_mask_mov_epi32(at[2], second, at[3]);
    return _mm512_slli_epi32(
        _mm512_mask_mov_epi32(low, _mm512_test_epi32_mask(state, all_lanes(128)), high), 16);
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

MADE_FOR struct proposals propose_sixteen(const struct compose *of, const struct list *list,
                                          int most, const struct chances *chances, enum coins coins,
                                          __mmask16 live, __m512i half)
{
    __m128i const bits = _mm_cvtsi32_si128(of->cells->bits),
                  rest = _mm_cvtsi32_si128(32 - of->cells->bits);
    __m512i const near = all_lanes((uint32_t)COMPOSE_SHORT << of->cells->bits);
    __m512i const t = multiply_high(half, all_lanes(of->cells->scale));
    __m512i const cell = _mm512_srl_epi32(t, rest), into = _mm512_sll_epi32(t, bits);
    __mmask16 const own = _mm512_mask_cmplt_epu32_mask(live, t, all_lanes(of->cells->end));
    struct proposals x = {.own = own, .stay = live};
    x.state = look_up(list, most, own, cell);
    x.open = _mm512_mask_cmplt_epu32_mask(own, _mm512_add_epi32(into, near), near);
    if (coins) {
        __m512i const chance = chance_of(chances, coins, own, x.state);
        x.stay = (live & (__mmask16)~own) | _mm512_mask_cmplt_epu32_mask(own, into, chance);
        __m512i const beyond = _mm512_add_epi32(_mm512_sub_epi32(into, chance), near);
        __m512i const open = _mm512_add_epi32(near, all_lanes(1u << 16));
        x.open |= _mm512_mask_cmplt_epu32_mask(own, beyond, open);
    }
    return x;
}

/* Halves i .. i + 15 of the batch, of which those in `live` are there: writes what is accepted from
 * its place k on, and returns how many there are then. */
MADE_FOR int64_t take_sixteen(const struct compose *of, const struct list *list, int most,
                              const struct chances *chances, enum coins coins, __mmask16 live,
                              const struct batch *batch, int64_t i, int64_t k, struct later *later)
{
    __m512i const lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i const half =
        _mm512_maskz_loadu_epi32(live, (const uint32_t *)(const void *)batch->word + i);
    struct proposals x = propose_sixteen(of, list, most, chances, coins, live, half);
    if (__builtin_expect(x.open, 0)) {
        struct proposals settled = x; /* so that x itself stands in registers */
        settle_open(of, batch, i, &settled);
        x = settled;
    }
    __mmask16 const rest = live & (__mmask16)~x.own;
    __m512i const index = _mm512_add_epi32(lane, all_lanes((uint32_t)(batch->first + i)));
    __m512i const place = _mm512_add_epi32(_mm512_maskz_expand_epi32(x.stay, lane),
                                           all_lanes((uint32_t)(batch->at + k)));
    _mm512_storeu_si512(batch->out + batch->at + k, _mm512_maskz_compress_epi32(x.stay, x.state));
    _mm512_storeu_si512(later->index + later->n, _mm512_maskz_compress_epi32(rest, index));
    _mm512_storeu_si512(later->part + later->n, all_lanes((uint32_t)batch->part));
    _mm512_storeu_si512(later->half + later->n, _mm512_maskz_compress_epi32(rest, half));
    _mm512_storeu_si512(later->place + later->n, _mm512_maskz_compress_epi32(rest, place));
    later->n += __builtin_popcount(rest);
    return k + __builtin_popcount(x.stay);
}

MADE_FOR int64_t propose(const struct compose *of, const struct reach *reach, int most,
                         const struct chances *chances, enum coins coins, const struct batch *batch,
                         int64_t n, int64_t want, struct later *later)
{
    struct list const list = list_of(reach, batch->own, most);
    int64_t k = 0, i = 0;
    for (; n - i >= 16 && k < want; i += 16)
        k = take_sixteen(of, &list, most, chances, coins, 0xffff, batch, i, k, later);
    if (i < n && k < want)
        k = take_sixteen(of, &list, most, chances, coins, first_lanes(n - i), batch, i, k, later);
    return k;
}

/* How far halves are into the rest, as halves for its table. */
static inline __m256i into_rest(const struct compose *of, __m256i units)
{
    __m512d const x = _mm512_mul_pd(_mm512_cvtepu32_pd(units), _mm512_set1_pd(of->cells->stretch));
    return _mm512_cvttpd_epu32(_mm512_min_pd(x, _mm512_set1_pd(0x1.fffffffep31)));
}

/* Sixteen of the rest from the j-th on, by whole words where halves leave them open. */
static __attribute__((noinline)) __m512i settle_rest(const struct compose *of,
                                                     const struct random_more *more,
                                                     const struct later *later, int64_t j,
                                                     const struct sixteen *x)
{
    uint32_t state[16];
    _mm512_storeu_si512(state, x->state);
    for (uint32_t open = x->open; open; open &= open - 1) {
        int const lane = __builtin_ctz(open);
        int64_t const at = j + lane;
        uint64_t const word = whole_of(more, later->part[at], later->index[at], later->half[at]);
        state[lane] = draw_rest(of, place_of(of, word));
    }
    return _mm512_loadu_si512(state);
}

static inline void settle(const struct compose *of, const struct columns *columns,
                          const struct random_more *more, const struct later *later, uint32_t *out)
{
    for (int64_t j = 0; j < later->n; j += 16) {
        __mmask16 const live = first_lanes(later->n - j);
        __m512i const place = _mm512_maskz_loadu_epi32(live, later->place + j);
        __m512i const half = _mm512_maskz_loadu_epi32(live, later->half + j);
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
            x.state = settle_rest(of, more, later, j, &open);
        }
        _mm512_mask_i32scatter_epi32(out, live, place, x.state, 4);
    }
}

#else

enum coins { NO_COINS, FEW_COINS, COINS };

struct chances {
    char none;
};

struct reach {
    char none;
};

static inline struct reach reach_of(int64_t count)
{
    (void)count;
    return (struct reach){0};
}

MADE_FOR struct chances chances_of(const struct compose *of, enum coins coins)
{
    (void)of;
    (void)coins;
    return (struct chances){0};
}

static inline uint32_t into_cells(const struct compose *of, uint32_t half)
{
    return (uint32_t)((uint64_t)half * of->cells->scale >> 32);
}

MADE_FOR int64_t propose(const struct compose *of, const struct reach *reach, int most,
                         const struct chances *chances, enum coins coins, const struct batch *batch,
                         int64_t n, int64_t want, struct later *later)
{
    uint32_t const near = (uint32_t)COMPOSE_SHORT << of->cells->bits;
    int64_t k = 0;
    (void)reach;
    (void)most;
    (void)chances;
    for (int64_t i = 0; i < n && k < want; i++) {
        uint32_t const half = random_half(batch->word, i), t = into_cells(of, half);
        uint32_t const into = t << of->cells->bits;
        bool const own = t < of->cells->end;
        uint32_t state = batch->own[own ? t >> (32 - of->cells->bits) : 0];
        uint32_t const chance = coins ? (uint32_t)of->chance[state] << 16 : 0;
        bool const open =
            own & ((into + near < near) | (coins && into - chance + near < near + (1u << 16)));
        bool stay = !coins | !own | (into < chance);
        if (__builtin_expect(open, 0))
            stay = propose_one(of, batch->own,
                               whole_of(batch->more, batch->part, batch->first + i, half), &state);
        later->index[later->n] = (uint32_t)(batch->first + i);
        later->part[later->n] = (uint32_t)batch->part;
        later->half[later->n] = half;
        later->place[later->n] = (uint32_t)(batch->at + k);
        later->n += !own;
        batch->out[batch->at + k] = state;
        k += stay;
    }
    return k;
}

static inline void settle(const struct compose *of, const struct columns *columns,
                          const struct random_more *more, const struct later *later, uint32_t *out)
{
    (void)columns;
    for (int64_t j = 0; j < later->n; j++) {
        uint32_t const half = later->half[j];
        double const x = (double)(into_cells(of, half) - of->cells->end) * of->cells->stretch;
        bool open = false;
        uint32_t state = alias_half(of->from, of->cells->slack,
                                    (uint32_t)(x < 0x1.fffffffep31 ? x : 0x1.fffffffep31), &open);
        if (__builtin_expect(of->cells->whole | open, 0))
            state =
                draw_rest(of, place_of(of, whole_of(more, later->part[j], later->index[j], half)));
        out[later->place[j]] = state & ~ALIAS_MARKED;
    }
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

/* Behind what is wanted of a part the next one stands: nothing is to be written there later. */
static inline void forget_behind(struct later *later, int64_t end)
{
    while (later->n > 0 && later->place[later->n - 1] >= end)
        later->n--;
}

/* One part, of which what falls in the rest may be left for later. Returns how many there are. */
MADE_FOR int64_t compose_part(const struct compose *of, const struct columns *columns,
                              const struct reach *reach, int most, const struct chances *chances,
                              enum coins coins, const struct batch *part, int64_t n, int64_t want,
                              struct later *later)
{
    struct batch batch = *part;
    int64_t k = 0;
    for (int64_t i = 0; i < n && k < want; i += BATCH / 2) {
        int64_t const size = n - i < BATCH / 2 ? n - i : BATCH / 2;
        batch.word = part->word + i / 2;
        batch.first = i;
        batch.at = part->at + k;
        if (later->n + size > BATCH) {
            settle(of, columns, part->more, later, part->out);
            later->n = 0;
        }
        k += propose(of, reach, most, chances, coins, &batch, size, want - k, later);
    }
    forget_behind(later, part->at + want);
    return k < want ? k : want;
}

static inline struct batch part_of(const struct compose_parts *parts, int64_t p)
{
    return (struct batch){.more = parts->more,
                          .own = parts->own[p],
                          .word = parts->word + p * ((parts->n + 1) / 2),
                          .part = p,
                          .out = parts->out,
                          .at = p * parts->stride};
}

MADE_FOR void compose_parts(const struct compose *of, int most, enum coins coins,
                            const struct compose_parts *parts)
{
    struct chances const chances = chances_of(of, coins);
    struct columns const columns =
        of->cells->rest > 0 ? columns_of(of->from, of->cells->slack) : (struct columns){0};
    struct reach const reach = reach_of(of->cells->count);
    struct later later;
    later.n = 0;
    for (int64_t p = 0; p < parts->count; p++) {
        struct batch const part = part_of(parts, p);
        parts->got[p] = compose_part(of, &columns, &reach, most, &chances, coins, &part, parts->n,
                                     parts->want, &later);
    }
    settle(of, &columns, parts->more, &later, parts->out);
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
    if (of->accept == NULL)
        compose_parts(of, most, NO_COINS, parts);
    else if (of->states <= 256)
        compose_parts(of, most, FEW_COINS, parts);
    else
        compose_parts(of, most, COINS, parts);
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
