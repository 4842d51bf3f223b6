#include "world/distinct.h"

#include "world/kernel.h"

/* Up to so many states a listing all counts are looked through. With AVX-512 a listing then takes
 * 0.75 ns of 2 states a listing and 1.1 of 4 (256 states; of 100,000 1.3 and 1.7), where
 * remembering takes 1.1 (2.0) of any number; of 8 it is 1.8 (2.3), of 16 3.1 (3.5). Before AVX-512
 * looking through is the slower one from 1 state a listing on, but the choice must not depend on
 * the processor: the order of the states does on it (Xeon, 2.6 GHz, gcc 12). */
enum { SCAN_MOST = 4 };

/* Remembers a state when it comes first; without a branch, which would often be missed. */
static int64_t remember(const struct distinct *d, const uint32_t *list, int64_t n, double each)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        uint32_t const s = list[i];
        d->state[k] = s;
        k += d->count[s]++ == 0;
    }
    for (int64_t j = 0; j < k; j++) {
        uint32_t const times = d->count[d->state[j]];
        d->times[j] = times;
        d->share[j] = (double)times * each;
        d->count[d->state[j]] = 0;
    }
    return k;
}

int64_t distinct_find(const struct distinct *d, const uint32_t *list, int64_t n, int64_t states,
                      double each)
{
    if (states > SCAN_MOST * n)
        return remember(d, list, n, each);
    /* The address in a register of its own: see tally.c. */
    for (int64_t i = 0; i < n; i++) {
        uint32_t *at = d->count + list[i];
        __asm__("" : "+r"(at));
        ++*at;
    }
    return kernel_get()->take(d, states, each);
}
