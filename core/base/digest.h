/* base/digest.h - XXH3-128 as gyre shows it: 32 hexadecimal digits. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum { DIGEST_TEXT = 33 };

struct digest {
    uint64_t low, high;
};

struct digest digest_bytes(const void *bytes, size_t size);

/* The digest of two: order matters. */
struct digest digest_join(struct digest a, struct digest b);

const char *digest_format(char out[DIGEST_TEXT], struct digest digest);

#endif
