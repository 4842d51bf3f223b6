#include "world/compose.h"

#include "world/kernel.h"

int64_t compose_draw(const struct compose *compose, const uint64_t *word, int64_t n, int64_t most,
                     uint32_t *out)
{
    return kernel_get()->compose(compose, word, n, most, out);
}
