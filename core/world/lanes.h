/* world/lanes.h - the 16 lanes in which sums over states are added (gyre_total in gyre/real.h), as
 * vectors of the widest kind of whichever instruction set a file is compiled for: see kernel.h.
 */
#ifndef WORLD_LANES_H
#define WORLD_LANES_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#include "gyre/real.h"

#if defined(__AVX512F__)
enum { WIDTH = 8 };
#elif defined(__AVX2__)
enum { WIDTH = 4 };
#else
enum { WIDTH = 2 };
#endif

enum { LANES = 16, PARTS = LANES / WIDTH };

/* For functions of a parameter that is known where they are called: left alone, gcc makes one of
 * them for both values, and a proposal takes 1.1 ns instead of 0.9. */
#define MADE_FOR static inline __attribute__((always_inline))

typedef double reals __attribute__((vector_size(WIDTH * sizeof(double))));

static inline reals load(const double *x)
{
    reals v;
    memcpy(&v, x, sizeof v);
    return v;
}

static inline void store(double *x, reals v)
{
    memcpy(x, &v, sizeof v);
}

/* So many numbers, of which those beyond the end are 0. */
static inline const double *filled(const double *x, int64_t left, int64_t most, double *room)
{
    if (left >= most)
        return x;
    memset(room, 0, (size_t)most * sizeof *room);
    memcpy(room, x, (size_t)left * sizeof *room);
    return room;
}

/* gyre_real_join, whose first steps add whole vectors: by way of memory, where each number waits
 * for the last one, it would take 10 ns. */
static inline double join(const reals sum[PARTS])
{
#ifdef __AVX512F__
    __m512d const eight = _mm512_add_pd(sum[0], sum[1]);
    __m256d const four =
        _mm256_add_pd(_mm512_castpd512_pd256(eight), _mm512_extractf64x4_pd(eight, 1));
    __m128d const two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
#else
    reals part[PARTS];
    double lane[WIDTH];
    memcpy(part, sum, sizeof part);
    for (int width = PARTS / 2; width > 0; width /= 2)
        for (int p = 0; p < width; p++)
            part[p] += part[p + width];
    memcpy(lane, part, sizeof lane);
    for (int width = WIDTH / 2; width > 0; width /= 2)
        for (int i = 0; i < width; i++)
            lane[i] += lane[i + width];
    return lane[0];
#endif
}

#ifdef __AVX512F__
/* The first n of sixteen lanes of 32 bits; all when there are more, none when n is below 0. */
static inline __mmask16 first_lanes(int64_t n)
{
    return (__mmask16)(n < 16 ? (1u << (n > 0 ? n : 0)) - 1u : 0xffffu);
}
#endif

#endif
