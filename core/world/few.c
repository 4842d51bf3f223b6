#include "world/few.h"

#include "world/kernel.h"

/* Sums far from 1 are brought near it by powers of two, which are exact; all is rounded down, so
 * that the last step is at most 2^62: a sum of 256 is within 2^-48. It is so near that its upper
 * bits are all ones. */
bool few_build(struct few *few, const double *weight, int64_t n, double sum)
{
    if (!(sum > 0x1p-900 && sum < 0x1p900))
        return false;
    few->rows = (n + FEW_COLUMNS - 1) / FEW_COLUMNS;
    kernel_get()->few_build(few, weight, 0x1p62 * (1 - 0x1p-48) / sum, n);
    return few->sum > 0;
}

int64_t few_draw(const struct few *few, const uint64_t *word, int64_t draws, uint32_t *state,
                 uint32_t *open)
{
    return kernel_get()->few_draw(few, word, draws, state, open);
}

/* The first step above x. */
static uint32_t find(const struct few *few, uint64_t x)
{
    int64_t column = 0, row = 0;
    for (int64_t half = FEW_COLUMNS / 2; half > 0; half /= 2)
        column += few->before[column + half] <= x ? half : 0;
    while (few->step[row * FEW_COLUMNS + column] <= x - few->before[column])
        row++;
    return (uint32_t)(row * FEW_COLUMNS + column);
}

/* One above the last step, which one in 2^47 is, is folded back by a product and a remainder: to
 * fold it onto the last states would favour them. */
uint32_t few_settle(const struct few *few, uint16_t quarter, uint64_t more)
{
    uint64_t const x = (uint64_t)quarter << 46 | more >> 18;
    uint64_t const again = x * 0x9e3779b97f4a7c15u % few->sum;
    return find(few, x < few->sum ? x : again);
}
