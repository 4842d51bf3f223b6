#include <stdlib.h>
#include <string.h>

#include "world/kernel.h"

extern const struct kernel kernel_sse2, kernel_avx2, kernel_avx512;

/* From the least to the best. */
static const struct kernel *const kernels[] = {&kernel_sse2, &kernel_avx2, &kernel_avx512};
enum { KERNELS = sizeof(kernels) / sizeof(*kernels) };

const struct kernel *_Atomic kernel_chosen;

static bool is_supported(const struct kernel *kernel)
{
    if (kernel == &kernel_avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    return kernel != &kernel_avx2 || __builtin_cpu_supports("avx2");
}

static int limit_of(const char *name)
{
    for (int i = 0; name != NULL && i < KERNELS; i++) {
        if (strcmp(kernels[i]->name, name) == 0)
            return i;
    }
    return KERNELS - 1;
}

static const struct kernel *choose(void)
{
    int i = limit_of(getenv("GYRE_VECTOR"));
    while (i > 0 && !is_supported(kernels[i]))
        i--;
    return kernels[i];
}

const struct kernel *kernel_choose(void)
{
    const struct kernel *const best = choose();
    atomic_store_explicit(&kernel_chosen, best, memory_order_release);
    return best;
}

const struct kernel *kernel_find(const char *name)
{
    for (int i = 0; i < KERNELS; i++) {
        if (strcmp(kernels[i]->name, name) == 0)
            return is_supported(kernels[i]) ? kernels[i] : NULL;
    }
    return NULL;
}

bool kernel_use(const char *name)
{
    const struct kernel *const kernel = kernel_find(name);
    if (kernel != NULL)
        atomic_store_explicit(&kernel_chosen, kernel, memory_order_release);
    return kernel != NULL;
}
