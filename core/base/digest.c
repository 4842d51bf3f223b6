#include "base/digest.h"

#include <stdio.h>
#include <xxhash.h>

struct digest digest_bytes(const void *bytes, size_t size)
{
    XXH128_hash_t const hash = XXH3_128bits(bytes, size);
    return (struct digest){.low = hash.low64, .high = hash.high64};
}

struct digest digest_join(struct digest a, struct digest b)
{
    uint64_t const both[4] = {a.low, a.high, b.low, b.high};
    return digest_bytes(both, sizeof both);
}

const char *digest_format(char out[DIGEST_TEXT], struct digest digest)
{
    snprintf(out, DIGEST_TEXT, "%016llx%016llx", (unsigned long long)digest.high,
             (unsigned long long)digest.low);
    return out;
}
