/* Random words, compiled once for each instruction set by the rules of kernel.c. */
#include "world/words_kernel.h"

#include <immintrin.h>
#include <string.h>

#include "world/lanes.h"

/* Compilers do not see that a product of 32-bit numbers in 64-bit lanes is one instruction. */
#if defined(__AVX512F__)
typedef __m512i vector;
#define MULTIPLY _mm512_mul_epu32
#define EVEN     _mm512_unpacklo_epi64
#define ODD      _mm512_unpackhi_epi64
#elif defined(__AVX2__)
typedef __m256i vector;
#define MULTIPLY _mm256_mul_epu32
#define EVEN     _mm256_unpacklo_epi64
#define ODD      _mm256_unpackhi_epi64
#else
typedef __m128i vector;
#define MULTIPLY _mm_mul_epu32
#define EVEN     _mm_unpacklo_epi64
#define ODD      _mm_unpackhi_epi64
#endif

typedef uint64_t lanes __attribute__((vector_size(sizeof(vector))));

/* So many blocks compute in turn, since each step of one waits for the one before: by two a word
 * takes 0.75 ns, by four 0.66 (Zen 4). Without AVX-512 registers suffice for two. */
#if defined(__AVX512F__)
enum { ABREAST = 4 };
#else
enum { ABREAST = 2 };
#endif

/* Words of a block: two of each counter. */
enum { ROUNDS = 10, BLOCK = 2 * WIDTH };

/* What is the same for all blocks of an address: round keys, the counter's upper half, and how
 * the lower one differs from lane to lane. */
struct address {
    lanes key[ROUNDS][2];
    lanes round, stream, lane;
};

static lanes all(uint64_t x)
{
    return x - (lanes){0};
}

static void address_init(struct address *address, uint64_t key, uint32_t round, uint32_t stream)
{
    uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
    for (int i = 0; i < ROUNDS; i++, low += 0x9e3779b9u, high += 0xbb67ae85u) {
        address->key[i][0] = all(low);
        address->key[i][1] = all(high);
    }
    address->round = all(round);
    address->stream = all(stream);
    /* Even lanes have the first half of the counters: so EVEN and ODD give words in order. */
    for (int i = 0; i < WIDTH; i++)
        address->lane[i] = (uint64_t)i / 2 + (uint64_t)i % 2 * (WIDTH / 2);
}

/* Counters in lanes; of each part only the lower 32 bits mean anything. */
struct block {
    lanes v0, v1, v2, v3;
};

static inline struct block block_start(const struct address *address, uint64_t counter)
{
    lanes const at = all(counter) + address->lane;
    return (struct block){at, at >> 32, address->round, address->stream};
}

static inline struct block block_step(struct block x, const lanes key[2])
{
    lanes const p0 = (lanes)MULTIPLY((vector)x.v0, (vector)all(0xd2511f53u));
    lanes const p1 = (lanes)MULTIPLY((vector)x.v2, (vector)all(0xcd9e8d57u));
    return (struct block){p1 >> 32 ^ x.v1 ^ key[0], p1, p0 >> 32 ^ x.v3 ^ key[1], p0};
}

static inline void block_store(struct block x, uint64_t *out)
{
    lanes const low = all(0xffffffffu);
    vector const half0 = (vector)((x.v0 & low) | x.v1 << 32);
    vector const half1 = (vector)((x.v2 & low) | x.v3 << 32);
    vector const first = EVEN(half0, half1), second = ODD(half0, half1);
    memcpy(out, &first, sizeof(first));
    memcpy(out + WIDTH, &second, sizeof(second));
}

/* BLOCK words from each of n counters on, each to an out of its own. */
MADE_FOR void blocks(const struct address *address, int n, const uint64_t *counter,
                     uint64_t *const *out)
{
    struct block x[ABREAST];
    for (int j = 0; j < n; j++)
        x[j] = block_start(address, counter[j]);
    for (int i = 0; i < ROUNDS; i++)
        for (int j = 0; j < n; j++)
            x[j] = block_step(x[j], address->key[i]);
    for (int j = 0; j < n; j++)
        block_store(x[j], out[j]);
}

/* Whole blocks of rows, one after the other: where the next one's words are. */
struct blocks_left {
    uint64_t first, step, *out;
    int64_t i, whole, n; /* words of a row: before it, in whole blocks, and all */
};

static inline void next_block(struct blocks_left *left, uint64_t *counter, uint64_t **out)
{
    *counter = (left->first + (uint64_t)left->i) >> 1;
    *out = left->out + left->i;
    left->i += BLOCK;
    if (left->i < left->whole)
        return;
    left->i = 0;
    left->first += left->step;
    left->out += left->n;
}

MADE_FOR void some_blocks(const struct address *address, int n, struct blocks_left *left)
{
    uint64_t counter[ABREAST], *out[ABREAST];
    for (int j = 0; j < n; j++)
        next_block(left, &counter[j], &out[j]);
    blocks(address, n, counter, out);
}

/* Less than a block of each of some rows: made apart, and copied. */
MADE_FOR void some_ends(const struct address *address, int rows, uint64_t first, uint64_t step,
                        int64_t n, int64_t stride, uint64_t *out)
{
    uint64_t apart[ABREAST][BLOCK], counter[ABREAST], *to[ABREAST];
    for (int j = 0; j < rows; j++) {
        counter[j] = (first + (uint64_t)j * step) >> 1;
        to[j] = &apart[j][0];
    }
    blocks(address, rows, counter, to);
    for (int j = 0; j < rows; j++)
        memcpy(out + j * stride, apart[j], (size_t)n * sizeof(*out));
}

/* What rows have beyond whole blocks. */
static void ends(const struct address *address, uint64_t first, uint64_t step, int64_t n,
                 int64_t rows, int64_t stride, uint64_t *out)
{
    for (; rows >= ABREAST; rows -= ABREAST, first += ABREAST * step, out += ABREAST * stride)
        some_ends(address, ABREAST, first, step, n, stride, out);
    for (; rows > 0; rows--, first += step, out += stride)
        some_ends(address, 1, first, step, n, stride, out);
}

/* All go abreast, whatever rows they are of. A word takes 0.69 ns with AVX-512, 1.05 with
 * AVX2, 2.15 with SSE2 (Zen 4, gcc 12). */
static void even_rows(const struct address *address, uint64_t first, uint64_t step, int64_t n,
                      int64_t rows, uint64_t *out)
{
    int64_t const whole = n / BLOCK * BLOCK;
    struct blocks_left left = {first, step, out, 0, whole, n};
    int64_t count = rows * (n / BLOCK);
    for (; count >= ABREAST; count -= ABREAST)
        some_blocks(address, ABREAST, &left);
    for (; count >= 2; count -= 2)
        some_blocks(address, 2, &left);
    if (count > 0)
        some_blocks(address, 1, &left);
    if (whole < n)
        ends(address, first + (uint64_t)whole, step, n - whole, rows, n, out + whole);
}

/* A row that begins with the second word of a block has the rest of that made apart. */
static void row(const struct address *address, uint64_t first, int64_t n, uint64_t *out)
{
    uint64_t block[BLOCK], *const to = block, counter = first >> 1;
    int64_t done = 0;
    if (first % 2 != 0) {
        done = n < BLOCK - 1 ? n : BLOCK - 1;
        blocks(address, 1, &counter, &to);
        memcpy(out, block + 1, (size_t)done * sizeof(*out));
    }
    even_rows(address, first + (uint64_t)done, 0, n - done, 1, out + done);
}

void KERNEL_OWN(words_kernel)(uint64_t key, uint32_t round, uint32_t stream, uint64_t first,
                              int64_t n, uint64_t *out)
{
    struct address address;
    address_init(&address, key, round, stream);
    row(&address, first, n, out);
}

void KERNEL_OWN(words_kernel_each)(uint64_t key, uint32_t round, uint32_t stream, uint64_t first,
                                   uint64_t step, int64_t n, int64_t rows, uint64_t *out)
{
    struct address address;
    address_init(&address, key, round, stream);
    if ((first | step) % 2 == 0)
        even_rows(&address, first, step, n, rows, out);
    else
        for (int64_t r = 0; r < rows; r++, first += step, out += n)
            row(&address, first, n, out);
}
