#include "world/compose.h"

#include "world/kernel.h"

uint32_t compose_chance(double accept)
{
    double const x = accept * 0x1p32;
    return x < 0x1p32 ? (uint32_t)x : UINT32_MAX;
}

int64_t compose_draw(const struct compose *compose, const struct random_more *more,
                     const uint64_t *word, int64_t n, int64_t most, uint32_t *out)
{
    return kernel_get()->compose(compose, more, word, n, most, out);
}
