#include "world/invert.h"

#include "world/kernel.h"

int64_t invert_room(int64_t n)
{
    int64_t room = 16; /* sixteenths of it are searched first */
    while (room < n)
        room *= 2;
    return room;
}

/* Behind the last state steps go on at their height, so that a search need not know where it ends.
 * A sum far from 1 is brought near it by powers of two, which are exact. */
bool invert_build(uint64_t *step, const double *weight, int64_t n)
{
    const struct kernel *const kernel = kernel_get();
    double const sum = kernel->sum(weight, n);
    if (!(sum > 0x1p-900 && sum < 0x1p900))
        return false;
    /* Rounded down, and so are all parts: the last step is at most 2^62. */
    kernel->steps(step, weight, 0x1p62 * (1 - 0x1p-50) / sum, n);
    for (int64_t i = n; i < invert_room(n); i++)
        step[i] = step[n - 1];
    return step[n - 1] > 0;
}

/* Words are cut to 62 bits. One at or above the last step, which one in 2^50 is, is folded back by
 * a product and a remainder: to fold it onto the last states would favour them. */
void invert_draw_all(const uint64_t *step, int64_t n, const uint64_t *word, int64_t draws,
                     uint32_t *state)
{
    kernel_get()->invert(step, invert_room(n), word, draws, state);
}
