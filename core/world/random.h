/* world/random.h - random words by address: Philox4x32-10, nothing carried.
 *
 * Word i of an address is half i & 1 of the block with counter (i >> 1: 64 bits, round: 32,
 * stream: 32). A stream is 16 bits of purpose below 16 bits of attempt.
 */
#ifndef WORLD_RANDOM_H
#define WORLD_RANDOM_H

#include <stdint.h>

enum { RANDOM_ATTEMPTS = 65536 };

/* XXH3-64 of the name, seeded with that of seed and replicate. The name is that of a component's
 * instance, or the core's own: "core.sampling", "core.world". */
uint64_t random_key(uint64_t seed, uint32_t replicate, const char *name);

static inline uint32_t random_stream(uint32_t purpose, uint32_t attempt)
{
    return purpose | attempt << 16;
}

uint64_t random_word(uint64_t key, uint32_t round, uint32_t stream, uint64_t index);

/* out[i] = word first + i, in vectors. */
void random_words(uint64_t key, uint32_t round, uint32_t stream, uint64_t first, int64_t n,
                  uint64_t *out);

/* The same for many beginnings: out[r n + i] = word first + r step + i, for r < rows and i < n.
 * What is the same for all words of an address is computed once. */
void random_words_each(uint64_t key, uint32_t round, uint32_t stream, uint64_t first, uint64_t step,
                       int64_t n, int64_t rows, uint64_t *out);

/* ---- half words ----------------------------------------------------------
 *
 * Nearly all draws are decided by 32 bits, and words are what draws cost most. So draw d of a part
 * takes half d of the part's words, a word's lower half first, as the upper 32 bits of a word of
 * its own; only where those leave open what is drawn, the lower 32 are made too, from another
 * stream. What is drawn is always what the whole word would draw. */

/* Where further bits are: draw d's are those of word first + d. */
struct random_more {
    uint64_t key, first;
    uint32_t round, stream;
};

static inline uint32_t random_half(const uint64_t *word, int64_t d)
{
    return (uint32_t)(word[d >> 1] >> 32 * (d & 1));
}

/* The word of draw d, whose upper half is `half`. */
static inline uint64_t random_whole(const struct random_more *more, int64_t d, uint32_t half)
{
    uint64_t const word =
        random_word(more->key, more->round, more->stream, more->first + (uint64_t)d);
    return (uint64_t)half << 32 | word >> 32;
}

/* In [0, 1), from the word's upper 53 bits. */
static inline double random_unit(uint64_t word)
{
    return (double)(word >> 11) * 0x1p-53;
}

#endif
