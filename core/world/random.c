#include "world/random.h"

#include <Random123/philox.h>
#include <string.h>
#include <xxhash.h>

#include "world/kernel.h"

uint64_t random_key(uint64_t seed, uint32_t replicate, const char *name)
{
    unsigned char run[sizeof(seed) + sizeof(replicate)];
    memcpy(run, &seed, sizeof(seed));
    memcpy(run + sizeof(seed), &replicate, sizeof(replicate));
    return XXH3_64bits_withSeed(name, strlen(name), XXH3_64bits(run, sizeof(run)));
}

uint64_t random_word(uint64_t key, uint32_t round, uint32_t stream, uint64_t index)
{
    uint64_t const block = index >> 1;
    philox4x32_ctr_t const counter = {{(uint32_t)block, (uint32_t)(block >> 32), round, stream}};
    philox4x32_key_t const words = {{(uint32_t)key, (uint32_t)(key >> 32)}};
    philox4x32_ctr_t const out = philox4x32_R(10, counter, words);
    int const half = 2 * (int)(index & 1);
    return out.v[half] | (uint64_t)out.v[half + 1] << 32;
}

void random_words(uint64_t key, uint32_t round, uint32_t stream, uint64_t first, int64_t n,
                  uint64_t *out)
{
    kernel_get()->words(key, round, stream, first, n, out);
}

void random_words_each(uint64_t key, uint32_t round, uint32_t stream, uint64_t first, uint64_t step,
                       int64_t n, int64_t rows, uint64_t *out)
{
    kernel_get()->words_each(key, round, stream, first, step, n, rows, out);
}
