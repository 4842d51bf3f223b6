/* Compiled once for each instruction set, by the rules of kernel.c and draw_kernel.c. */
#include "world/spectrum_kernel.h"

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "world/lanes.h"
#include "world/spectrum.h"

/* ---- counts -------------------------------------------------------------------------------- */

/* Bytes cannot be full. Four lists at once, since what was stored at an address just now is loaded
 * late, and lists name some states again and again: 0.3 ns a listing of 256 states instead of 0.5
 * (Zen 4). */
static void count_four(const struct spectrum *s, uint8_t *low, const uint32_t *const *list)
{
    const uint32_t *const a = list[0], *const b = list[1], *const c = list[2], *const d = list[3];
    int64_t const n = s->samples, stride = s->stride;
    for (int64_t i = 0; i < n; i++) {
        low[a[i]]++;
        low[stride + b[i]]++;
        low[2 * stride + c[i]]++;
        low[3 * stride + d[i]]++;
    }
}

/* In bytes, and with a branch and a register, for tally.c's reasons. Returns how often a byte was
 * full; the states of these are in `full`. */
static int64_t count_one(const struct spectrum *s, uint8_t *low, const uint32_t *list)
{
    int64_t const n = s->samples;
    int64_t full = 0;
    for (int64_t i = 0; i < n; i++) {
        uint8_t *at = low + list[i];
        __asm__("" : "+r"(at));
        if (__builtin_expect(++*at == 0, 0)) {
            s->high[list[i]]++;
            s->full[full++] = list[i];
        }
    }
    return full;
}

static inline uint32_t larger(uint32_t x, uint32_t y)
{
    return x > y ? x : y;
}

/* ---- listed states only ------------------------------------------------------------------ */

/* An agent lists state z `count` times; 0: it was noted before. */
static inline void note(const struct spectrum *s, int64_t *times, int64_t z, uint32_t count)
{
    uint32_t const listed = s->listed[z] + count;
    times[count]++;
    s->listed[z] = (uint8_t)listed;
    s->hoard[z] += listed >> 8;
    for (int c = 0; c < s->carriers_count; c++)
        s->carriers[c].near[z] =
            (uint8_t)(s->carriers[c].near[z] + (count >= s->carriers[c].least));
}

/* Notes the states whose bytes were full, and forgets them. Returns the highest count. */
static uint32_t note_full(const struct spectrum *s, uint8_t *low, int64_t full)
{
    uint32_t most = 0;
    for (int64_t i = 0; i < full; i++) {
        uint32_t const z = s->full[i], count = (uint32_t)s->high[z] << 8 | low[z];
        if (count > 0)
            note(s, s->times, z, count);
        most = larger(most, count);
        s->high[z] = low[z] = 0;
    }
    return most;
}

/* One that is listed often is looked at as often, and is 0 but the first time. Times in lanes,
 * since the same count is often next. */
static uint32_t note_listed(const struct spectrum *s, uint8_t *low, const uint32_t *list)
{
    uint32_t most = 0;
    for (int64_t i = 0; i < s->samples; i++) {
        uint32_t const z = list[i], count = low[z];
        note(s, spectrum_lane(s, i), z, count);
        most = larger(most, count);
        low[z] = 0;
    }
    return most;
}

/* ---- vectors of bytes ---------------------------------------------------------------------- */

#if defined(__AVX512F__)

typedef __m512i bytes;

static inline bytes all(int64_t x)
{
    return _mm512_set1_epi8((char)x);
}

/* sum + 1 where x = n, and where x >= least. */
static inline bytes plus_equal(bytes sum, bytes x, bytes n)
{
    return _mm512_mask_add_epi8(sum, _mm512_cmpeq_epi8_mask(x, n), sum, all(1));
}

static inline bytes plus_least(bytes sum, bytes x, bytes least)
{
    return _mm512_mask_add_epi8(sum, _mm512_cmpge_epu8_mask(x, least), sum, all(1));
}

static inline bytes plus(bytes x, bytes y)
{
    return _mm512_add_epi8(x, y);
}

/* A bit for each x > y. */
static inline uint64_t above(bytes x, bytes y)
{
    return _mm512_cmpgt_epu8_mask(x, y);
}

static inline int64_t sum_of(bytes x)
{
    return _mm512_reduce_add_epi64(_mm512_sad_epu8(x, _mm512_setzero_si512()));
}

/* Where bytes can be put behind each other: what _mm512_maskz_compress_epi8 is, of AVX512_VBMI2.
 * Not all processors that have the rest have it, and no flag of the compiler says so here. */
static bool packs(void)
{
    return __builtin_cpu_supports("avx512vbmi2");
}

static inline bytes pack(uint64_t which, bytes x)
{
    bytes out;
    __asm__("vpcompressb %2, %0%{%1%}%{z%}" : "=v"(out) : "Yk"(which), "v"(x));
    return out;
}

#else

typedef uint8_t bytes __attribute__((vector_size(WIDTH * sizeof(double))));

static inline bytes all(int64_t x)
{
    return (bytes){0} + (uint8_t)x;
}

/* Where a comparison holds a byte has all its bits, which is -1. */
static inline bytes plus_equal(bytes sum, bytes x, bytes n)
{
    return sum - (bytes)(x == n);
}

static inline bytes plus_least(bytes sum, bytes x, bytes least)
{
    return sum - (bytes)(x >= least);
}

static inline bytes plus(bytes x, bytes y)
{
    return x + y;
}

static inline uint64_t above(bytes x, bytes y)
{
#ifdef __AVX2__
    return (uint32_t)_mm256_movemask_epi8((__m256i)(x > y));
#else
    return (uint32_t)_mm_movemask_epi8((__m128i)(x > y));
#endif
}

static inline int64_t sum_of(bytes x)
{
    int64_t sum = 0;
    for (size_t i = 0; i < sizeof x; i++)
        sum += x[i];
    return sum;
}

static bool packs(void)
{
    return false;
}

static inline bytes pack(uint64_t which, bytes x)
{
    (void)which;
    return x;
}

#endif

/* Bytes two by two. */
typedef uint16_t pairs __attribute__((vector_size(sizeof(bytes))));

enum { BYTES = sizeof(bytes) };

_Static_assert((SPECTRUM_ABREAST + 1) * UINT8_MAX <= UINT16_MAX, "pairs have room for all lists");

_Static_assert(SPECTRUM_BLOCK % BYTES == 0, "arrays have room for whole vectors");

static inline bytes load_bytes(const uint8_t *x)
{
    bytes out;
    memcpy(&out, x, sizeof out);
    return out;
}

static inline void store_bytes(uint8_t *x, bytes v)
{
    memcpy(x, &v, sizeof v);
}

/* ---- all states ---------------------------------------------------------------------------- */

/* How many of the low counts there are is counted in vectors, and others one by one. Where bytes
 * can be packed these are put one behind the other first: loops over as many as there are in each
 * vector end when processors do not expect it. Of 16 lists of 256 states this takes 28 ns each, of
 * one of 100,000 states 8 us; 35 and 12 without packing (Zen 4, AVX-512). */
enum { LOW = 8, LOW_PACKED = 4, LOW_OF_ONE = 2, BUFFER = 1024 };

struct counts {
    int64_t room;  /* so often can be added to the low ones, in bytes */
    int64_t n;     /* of the high ones that wait                     */
    uint32_t most; /* of those that did                              */
    uint8_t *high; /* [BUFFER + BYTES]                               */
};

MADE_FOR void empty(const struct spectrum *s, bytes *low, int low_most, struct counts *counts)
{
    for (int n = 1; n <= low_most; n++) {
        s->times[n] += sum_of(low[n]);
        low[n] = all(0);
    }
    for (int64_t i = 0; i < counts->n; i++) {
        uint32_t const count = counts->high[i];
        spectrum_lane(s, i)[count]++;
        counts->most = larger(counts->most, count);
    }
    counts->room = UINT8_MAX;
    counts->n = 0;
}

/* The high ones among some counts. */
MADE_FOR void add_high(const struct spectrum *s, const uint8_t *count, uint64_t high,
                       struct counts *counts)
{
    for (; high; high &= high - 1) {
        uint32_t const n = count[__builtin_ctzll(high)];
        s->times[n]++;
        counts->most = larger(counts->most, n);
    }
}

/* How often some states are listed. */
MADE_FOR void add_times(const struct spectrum *s, const uint8_t *count, bytes x, bytes *low,
                        int low_most, struct counts *counts)
{
    if (counts->room == 0 || counts->n > BUFFER)
        empty(s, low, low_most, counts);
    counts->room--;
    for (int n = 1; n <= low_most; n++)
        low[n] = plus_equal(low[n], x, all(n));
    uint64_t const high = above(x, all(low_most));
    if (low_most < LOW) {
        store_bytes(counts->high + counts->n, pack(high, x));
        counts->n += __builtin_popcountll(high);
    } else
        add_high(s, count, high, counts);
}

/* The states from z on that fit into a vector: those that are carried. */
MADE_FOR void add_carriers(const struct spectrum *s, const struct carriers *to, int64_t rows,
                           int64_t z)
{
    bytes near = load_bytes(to->near + z);
    for (int64_t row = 0; to->least <= UINT8_MAX && row < rows; row++)
        near = plus_least(near, load_bytes(s->low + row * s->stride + z), all(to->least));
    store_bytes(to->near + z, near);
}

/* Those that one list lists: few go beyond their bytes. */
MADE_FOR void add_listed_by_one(const struct spectrum *s, int64_t z)
{
    bytes const x = load_bytes(s->low + z), listed = plus(x, load_bytes(s->listed + z));
    store_bytes(s->listed + z, listed);
    for (uint64_t full = above(x, listed); full; full &= full - 1)
        s->hoard[z + __builtin_ctzll(full)]++;
}

/* Those that some list: bytes at even places and at odd ones add up in 16 bits each, so that no
 * branch depends on whether one goes beyond its byte. */
MADE_FOR void add_listed(const struct spectrum *s, int64_t rows, int64_t z)
{
    bytes const listed = load_bytes(s->listed + z);
    pairs even = (pairs)listed & 0xff, odd = (pairs)listed >> 8;
    for (int64_t row = 0; row < rows; row++) {
        pairs const x = (pairs)load_bytes(s->low + row * s->stride + z);
        even += x & 0xff;
        odd += x >> 8;
    }
    store_bytes(s->listed + z, (bytes)((even & 0xff) | odd << 8));
    bytes const over = (bytes)(even >> 8 | (odd & 0xff00));
    if (above(over, all(0)) == 0)
        return;
    uint8_t carry[BYTES];
    store_bytes(carry, over);
    for (int64_t i = 0; i < BYTES; i++)
        s->hoard[z + i] += carry[i];
}

MADE_FOR uint32_t note_vectors(const struct spectrum *s, int64_t rows, int low_most)
{
    bytes low[LOW + 1];
    uint8_t high[BUFFER + BYTES];
    struct counts counts = {.room = UINT8_MAX, .most = (uint32_t)low_most, .high = high};
    for (int n = 1; n <= low_most; n++)
        low[n] = all(0);
    for (int64_t z = 0; z < s->states; z += BYTES) {
        for (int c = 0; c < s->carriers_count; c++)
            add_carriers(s, &s->carriers[c], rows, z);
        if (rows == 1)
            add_listed_by_one(s, z);
        else
            add_listed(s, rows, z);
        for (int64_t row = 0; row < rows; row++) {
            uint8_t *const count = s->low + row * s->stride + z;
            add_times(s, count, load_bytes(count), low, low_most, &counts);
            store_bytes(count, all(0));
        }
    }
    empty(s, low, low_most, &counts);
    return counts.most;
}

/* Returns no less than the highest count. */
static uint32_t note_all(const struct spectrum *s, int64_t rows)
{
    if (!packs())
        return note_vectors(s, rows, LOW);
    return rows == 1 ? note_vectors(s, 1, LOW_OF_ONE) : note_vectors(s, rows, LOW_PACKED);
}

/* ---- lists --------------------------------------------------------------------------------- */

/* With more states a listing than this, only listed ones are looked at. */
enum { DENSE_MOST = 16 };

static uint32_t note_each(const struct spectrum *s, const uint32_t *const *list, int64_t lists)
{
    uint32_t most = 0;
    for (int64_t row = 0; row < lists; row++)
        most = larger(most, note_listed(s, s->low + row * s->stride, list[row]));
    return most;
}

uint32_t KERNEL_OWN(spectrum_kernel)(const struct spectrum *s, const uint32_t *const *list,
                                     int64_t lists)
{
    uint32_t most = 0;
    int64_t row = 0;
    for (; s->samples <= UINT8_MAX && lists - row >= 4; row += 4)
        count_four(s, s->low + row * s->stride, list + row);
    for (; row < lists; row++) {
        uint8_t *const low = s->low + row * s->stride;
        most = larger(most, note_full(s, low, count_one(s, low, list[row])));
    }
    if (s->states > DENSE_MOST * s->samples)
        return larger(most, note_each(s, list, lists));
    return larger(most, note_all(s, lists));
}
