/* Compiled once for each instruction set, by the rules of kernel.c and draw_kernel.c. */
#include "world/draw_kernel.h"

#include <stddef.h>

#include "world/alias_lanes.h"
#include "world/compose.h"
#include "world/compose_batch.h"
#include "world/compose_few.h"
#include "world/compose_lanes.h"

#ifdef __AVX512F__

#include "world/compose_few_lanes.h"
#include "world/compose_look.h"

/* ---- proposals, sixteen and sixteen -------------------------------------------------------- */

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

/* Sixteen proposals; `chance`: of their states, if there are coins. */
MADE_FOR struct proposals propose_sixteen(const struct constants *to, bool coins, __mmask16 live,
                                          const struct fall *fall, __m512i state, __m512i chance)
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
    uint32_t const at = (uint32_t)(batch->at + taken.k), number = (uint32_t)(batch->number + i);
    __m512i const lane = lane_numbers();
    if (__builtin_expect(x.open, 0)) {
        struct proposals settled = x; /* so that x itself stands in registers */
        settle_open(of, batch, i, &settled);
        x = settled;
    }
    __mmask16 const rest = live & (__mmask16)~x.own;
    __m512i const first = _mm512_add_epi32(lane, all_lanes(notes ? at << 16 | number : number));
    if (notes) {
        __m512i const place = _mm512_maskz_expand_epi32(x.stay, _mm512_slli_epi32(lane, 16));
        __m512i const note = _mm512_maskz_compress_epi32(rest, _mm512_add_epi32(place, first));
        _mm512_storeu_si512(later->at + taken.later, note);
        taken.later += __builtin_popcount(rest);
    } else
        x.state = _mm512_mask_or_epi32(x.state, rest, first, all_lanes(OF_THE_REST));
    _mm512_storeu_si512(batch->out + at, _mm512_maskz_compress_epi32(x.stay, x.state));
    taken.k += __builtin_popcount(x.stay);
    return taken;
}

/* With coins, halves i .. i + n of the batch, n <= LOOK. */
MADE_FOR struct taken take_coins(const struct compose *of, const struct constants *to,
                                 const struct list *list, struct way way, const struct batch *batch,
                                 int64_t i, int64_t n, int64_t want, struct taken k,
                                 struct later *later)
{
    struct looked x;
    fall_each(to, list, way, (const uint32_t *)(const void *)batch->word + i, n, &x);
    look_up_each(batch->own, way.most > 0 ? NULL : x.cell, of->chance, n, x.state, x.chance);
    for (int64_t j = 0; j < n && k.k < want; j += 16) {
        __mmask16 const live = first_lanes(n - j);
        struct fall const fall = {.into = _mm512_loadu_si512(x.into + j), .own = x.own[j / 16]};
        __m512i const chance = _mm512_loadu_si512(x.chance + j);
        k = take_sixteen(
            of, way.most == 0, batch, i + j, live,
            propose_sixteen(to, true, live, &fall, _mm512_loadu_si512(x.state + j), chance), k,
            later);
    }
    return k;
}

/* Without coins, halves i .. i + 31 of the batch, of which those in the masks are there. */
MADE_FOR struct taken take_pair(const struct compose *of, const struct constants *to,
                                const struct list *list, struct way way, __mmask16 live,
                                __mmask16 live_second, const struct batch *batch, int64_t i,
                                struct taken k, struct later *later)
{
    const uint32_t *const half = (const uint32_t *)(const void *)batch->word + i;
    __m512i const none = _mm512_setzero_si512();
    bool const notes = way.most == 0;
    struct fall const fall = fall_of(to, live, _mm512_maskz_loadu_epi32(live, half));
    struct fall const second =
        fall_of(to, live_second, _mm512_maskz_loadu_epi32(live_second, half + 16));
    struct pair const state = states_of(list, way, (struct pair){fall.cell, second.cell});
    k = take_sixteen(of, notes, batch, i, live,
                     propose_sixteen(to, false, live, &fall, state.first, none), k, later);
    return take_sixteen(of, notes, batch, i + 16, live_second,
                        propose_sixteen(to, false, live_second, &second, state.second, none), k,
                        later);
}

MADE_FOR struct taken propose_coins(const struct compose *of, const struct constants *to,
                                    const struct list *list, struct way way,
                                    const struct batch *batch, int64_t n, int64_t want,
                                    struct taken k, struct later *later)
{
    for (int64_t i = 0; i < n && k.k < want; i += LOOK)
        k = take_coins(of, to, list, way, batch, i, n - i < LOOK ? n - i : LOOK, want, k, later);
    return k;
}

MADE_FOR struct taken propose_all(const struct compose *of, const struct constants *to,
                                  const struct list *list, struct way way,
                                  const struct batch *batch, int64_t n, int64_t want,
                                  struct taken k, struct later *later)
{
    int64_t i = 0;
    for (; n - i >= 32 && k.k < want; i += 32)
        k = take_pair(of, to, list, way, 0xffff, 0xffff, batch, i, k, later);
    if (i < n && k.k < want)
        k = take_pair(of, to, list, way, first_lanes(n - i), first_lanes(n - i - 16), batch, i, k,
                      later);
    return k;
}

MADE_FOR int64_t propose(const struct compose *of, const struct list *list, struct way way,
                         const struct batch *batch, int64_t n, int64_t want, struct later *later)
{
    struct constants const to = constants_of(of->cells);
    struct taken k = {0, later->n};
    if (way.coins)
        k = propose_coins(of, &to, list, way, batch, n, want, k, later);
    else
        k = propose_all(of, &to, list, way, batch, n, want, k, later);
    later->n = k.later;
    return k.k;
}

/* ---- the rest ------------------------------------------------------------------------------ */

/* How far halves are into the rest, as halves for its table. */
static inline __m256i into_rest(const struct compose *of, __m256i units)
{
    __m512d const x = _mm512_mul_pd(_mm512_cvtepu32_pd(units), _mm512_set1_pd(of->cells->stretch));
    return _mm512_cvttpd_epu32(_mm512_min_pd(x, _mm512_set1_pd(0x1.fffffffep31)));
}

static inline __m512i halves_of_rest(const struct compose *of, __m512i half)
{
    __m512i const t = multiply_high(half, all_lanes(of->cells->scale));
    __m512i const units = _mm512_sub_epi32(t, all_lanes(of->cells->end));
    return _mm512_inserti64x4(_mm512_castsi256_si512(into_rest(of, _mm512_castsi512_si256(units))),
                              into_rest(of, _mm512_extracti64x4_epi64(units, 1)), 1);
}

static inline __m512i gather_halves(const struct compose_parts *parts, const uint32_t *at,
                                    __mmask16 live)
{
    __m512i const number = _mm512_and_si512(_mm512_maskz_loadu_epi32(live, at), all_lanes(0xffff));
    return _mm512_mask_i32gather_epi32(number, live, number, parts->word, 4);
}

/* Sixteen of the rest, by whole words where halves leave them open. */
static __attribute__((noinline)) __m512i settle_rest(const struct compose *of,
                                                     const struct compose_parts *parts, bool few,
                                                     const uint32_t *at, const struct sixteen *x)
{
    uint32_t state[16];
    _mm512_storeu_si512(state, x->state);
    for (uint32_t open = x->open; open; open &= open - 1) {
        int const lane = __builtin_ctz(open);
        uint32_t const number = at[lane] & 0xffff;
        state[lane] =
            few ? rest_of(of, parts, number) : draw_rest(of, place_of(of, word_of(parts, number)));
    }
    return _mm512_loadu_si512(state);
}

/* The states of up to sixteen of the rest. */
static inline __m512i states_of_rest(const struct compose *of, const struct columns *columns,
                                     const struct compose_parts *parts, bool few,
                                     const uint32_t *at, __mmask16 live, __m512i half)
{
    struct sixteen x = alias_sixteen(columns, false, live, half);
    if (of->cells->whole)
        x.open = live;
    if (__builtin_expect(x.open, 0)) {
        struct sixteen const open = x;
        x.state = settle_rest(of, parts, few, at, &open);
    }
    return x.state;
}

/* A scatter: to write one by one, which is as quick, leaves less to look ahead of, and lists of
 * 10,000 take 23 us instead of 20. */
MADE_FOR void settle_some(const struct compose *of, const struct columns *columns,
                          const struct compose_parts *parts, bool few, const struct later *later,
                          int64_t j, __mmask16 live)
{
    const uint32_t *const at = later->at + j;
    __m512i const half = few ? _mm512_loadu_si512(later->half + j)
                             : halves_of_rest(of, gather_halves(parts, at, live));
    __m512i const state = states_of_rest(of, columns, parts, few, at, live, half);
    __m512i const place = _mm512_srli_epi32(_mm512_maskz_loadu_epi32(live, at), 16);
    _mm512_mask_i32scatter_epi32(parts->out, live, place, state, 4);
}

/* All, or as many as fill vectors, so that how often to go on is guessed right. */
MADE_FOR void settle(const struct compose *of, const struct columns *columns,
                     const struct compose_parts *parts, bool few, bool all, struct later *later)
{
    int64_t j = 0;
    for (; later->n - j >= 16; j += 16)
        settle_some(of, columns, parts, few, later, j, 0xffff);
    if (all) {
        settle_some(of, columns, parts, few, later, j, first_lanes(later->n - j));
        later->n = 0;
        return;
    }
    _mm512_storeu_si512(later->at, _mm512_loadu_si512(later->at + j));
    if (few)
        _mm512_storeu_si512(later->half, _mm512_loadu_si512(later->half + j));
    later->n -= j;
}

/* Marks among what was written before out[at, at + n). */
static inline void look_for_marks(const uint32_t *out, int64_t at, int64_t n, struct later *later)
{
    __m512i const lane = lane_numbers();
    __m512i place = _mm512_slli_epi32(_mm512_add_epi32(lane, all_lanes((uint32_t)later->next)), 16);
    int64_t found = later->n;
    for (int64_t i = later->next; i < later->end; i += 16) {
        __m512i const x = _mm512_loadu_si512(out + i);
        __mmask16 const marks = first_lanes(later->end - i) & _mm512_movepi32_mask(x);
        __m512i const where = _mm512_mask_mov_epi16(place, 0x55555555, x);
        _mm512_storeu_si512(later->at + found, _mm512_maskz_compress_epi32(marks, where));
        found += __builtin_popcount(marks);
        place = _mm512_add_epi32(place, all_lanes(16 << 16));
    }
    later->n = found;
    later->next = at;
    later->end = at + n;
}

/* Behind what is wanted of a part the next one stands: nothing is to be written there later. */
static inline void forget_behind(struct later *later, int64_t end)
{
    while (later->n > 0 && later->at[later->n - 1] >> 16 >= end)
        later->n--;
}

/* Out[at, at + n) of a part is taken. */
MADE_FOR void keep(const struct compose *of, struct way way, const uint32_t *out, int64_t at,
                   int64_t n, struct later *later)
{
    if (way.most == 0)
        forget_behind(later, at + n);
    else if (of->cells->rest > 0)
        look_for_marks(out, at, n, later);
}

#else
#include "world/compose_few_plain.h"
#include "world/compose_plain.h"
#endif

/* ---- parts --------------------------------------------------------------------------------- */

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

/* A call, so that loops around it have all registers: of lists of 10,000 each takes 2.5 us less. */
static __attribute__((noinline)) void settle_halves(const struct compose *of,
                                                    const struct columns *columns,
                                                    const struct compose_parts *parts, bool all,
                                                    struct later *later)
{
    settle(of, columns, parts, false, all, later);
}

/* One part, of which what falls in the rest is left for later. Returns how many there are. */
MADE_FOR int64_t compose_part(const struct compose *of, const struct columns *columns,
                              const struct reach *reach, struct way way,
                              const struct compose_parts *parts, int64_t p, struct later *later)
{
    int64_t const n = parts->n, want = parts->want;
    struct list const list = list_of(reach, parts->own[p], way);
    int64_t k = 0;
    for (int64_t i = 0; i < n && k < want; i += PIECE) {
        int64_t const size = n - i < PIECE ? n - i : PIECE, left = want - k;
        struct batch const batch = batch_of(parts, 2, p, i, k);
        int64_t const some = propose(of, &list, way, &batch, size, left, later);
        int64_t const taken = some < left ? some : left;
        keep(of, way, parts->out, batch.at, taken, later);
        if (later->n >= ENOUGH)
            settle_halves(of, columns, parts, false, later);
        k += taken;
    }
    return k;
}

MADE_FOR void compose_parts(const struct compose *of, struct way way,
                            const struct compose_parts *parts)
{
    struct columns const columns =
        of->cells->rest > 0 ? columns_of(of->from, of->cells->slack) : (struct columns){0};
    struct reach const reach = reach_of(of->cells->count);
    struct later later;
    later.n = later.next = later.end = 0;
    for (int64_t p = 0; p < parts->count; p++)
        parts->got[p] = compose_part(of, &columns, &reach, way, parts, p, &later);
    keep(of, way, parts->out, parts->count * parts->stride, 0, &later);
    settle_halves(of, &columns, parts, true, &later);
}

/* The same by quarters. */
MADE_FOR int64_t few_part(const struct compose *of, const struct columns *columns, struct few *few,
                          struct way way, const struct compose_parts *parts, int64_t p,
                          struct later *later)
{
    int64_t const n = parts->n, want = parts->want;
    struct few_list list;
    struct few_open open = few_open_of(parts, p);
    int64_t k = 0;
    few_list_of(of, few, parts->own[p], way, &list);
    for (int64_t i = 0; i < n && k < want; i += PIECE) {
        int64_t const size = n - i < PIECE ? n - i : PIECE, left = want - k;
        struct batch const batch = batch_of(parts, 4, p, i, k);
        int64_t const some =
            propose_few(of, parts, few, &list, way.most, &batch, size, left, &open, later);
        int64_t const taken = some < left ? some : left;
        keep_few(of, parts, &batch, taken, later);
        if (later->n >= ENOUGH)
            settle(of, columns, parts, true, false, later);
        k += taken;
    }
    return k;
}

MADE_FOR void few_parts(const struct compose *of, struct way way, const struct compose_parts *parts)
{
    struct columns const columns =
        of->cells->rest > 0 ? columns_of(of->from, 0) : (struct columns){0};
    struct few few;
    struct later later;
    few_of(of, way, &few);
    later.n = later.next = later.end = later.part = later.number = 0;
    for (int64_t p = 0; p < parts->count; p++)
        parts->got[p] = few_part(of, &columns, &few, way, parts, p, &later);
    keep_few(of, parts, &(struct batch){.first = 0}, 0, &later);
    settle(of, &columns, parts, true, true, &later);
}

static void compose_wholes(const struct compose *of, const struct compose_parts *parts)
{
    for (int64_t p = 0; p < parts->count; p++) {
        struct batch const batch = batch_of(parts, 2, p, 0, 0);
        parts->got[p] = propose_whole(of, &batch, parts->n, parts->want);
    }
}

MADE_FOR void compose_lists(const struct compose *of, int most, const struct compose_parts *parts)
{
    bool const wide = most > 0 && of->states > 0x10000;
    if (of->accept == NULL && wide)
        compose_parts(of, (struct way){.most = most, .wide = true}, parts);
    else if (of->accept == NULL)
        compose_parts(of, (struct way){.most = most}, parts);
    else if (wide)
        compose_parts(of, (struct way){.most = most, .wide = true, .coins = true}, parts);
    else
        compose_parts(of, (struct way){.most = most, .coins = true}, parts);
}

MADE_FOR void few_lists(const struct compose *of, int most, const struct compose_parts *parts)
{
    if (of->states <= NEAR_STATES)
        few_parts(of, (struct way){.most = most, .near = true}, parts);
    else
        few_parts(of, (struct way){.most = most}, parts);
}

void KERNEL_OWN(draw_kernel_compose)(const struct compose *of, const struct compose_parts *parts)
{
    if (of->cells->few > 128)
        few_lists(of, 256, parts);
    else if (of->cells->few > 32)
        few_lists(of, 128, parts);
    else if (of->cells->few > 0)
        few_lists(of, 32, parts);
    else if (of->cells->bits > COMPOSE_BITS)
        compose_wholes(of, parts);
    else if (of->cells->count <= 32)
        compose_lists(of, 32, parts);
    else if (of->cells->count <= 128)
        compose_lists(of, 128, parts);
    else
        compose_lists(of, 0, parts);
}

void KERNEL_OWN(draw_kernel_chances)(const double *restrict accept, int64_t n,
                                     uint16_t *restrict chance)
{
    for (int64_t i = 0; i < n; i++)
        chance[i] = compose_bits(accept[i]);
    chance[n] = 0;
}
