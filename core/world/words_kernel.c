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

/* Words of a block, of two, and of as many as go abreast. */
enum { ROUNDS = 10, HALF = 2 * WIDTH, CHUNK = 2 * HALF, MOST = ABREAST * HALF };

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

/* HALF words from each of n counters on, each to an out of its own. */
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

/* Of n blocks behind each other. */
MADE_FOR void chunk(const struct address *address, int n, uint64_t counter, uint64_t *out)
{
    uint64_t each[ABREAST], *to[ABREAST];
    for (int j = 0; j < n; j++) {
        each[j] = counter + (uint64_t)(j * WIDTH);
        to[j] = out + j * HALF;
    }
    blocks(address, n, each, to);
}

/* A word takes 0.66 ns with AVX-512, 1.05 with AVX2, 2.1 with SSE2 (Zen 4, gcc 12). */
static inline void row(const struct address *address, uint64_t first, int64_t n, uint64_t *out)
{
    uint64_t buffer[CHUNK], counter = first >> 1;
    int64_t done = 0;
    if (first % 2 != 0 && n > 0) {
        done = n < CHUNK - 1 ? n : CHUNK - 1;
        chunk(address, 2, counter, buffer);
        memcpy(out, buffer + 1, (size_t)done * sizeof(*out));
        counter += CHUNK / 2;
    }
    for (; n - done >= MOST; done += MOST, counter += MOST / 2)
        chunk(address, ABREAST, counter, out + done);
    for (; n - done >= CHUNK; done += CHUNK, counter += CHUNK / 2)
        chunk(address, 2, counter, out + done);
    if (n > done) {
        chunk(address, 2, counter, buffer);
        memcpy(out + done, buffer, (size_t)(n - done) * sizeof(*out));
    }
}

void KERNEL_OWN(words_kernel)(uint64_t key, uint32_t round, uint32_t stream, uint64_t first,
                              int64_t n, uint64_t *out)
{
    struct address address;
    address_init(&address, key, round, stream);
    row(&address, first, n, out);
}

/* Up to HALF words of a row. */
struct piece {
    uint64_t counter, *out;
    int64_t n;
};

/* Makes as many as go abreast; where one is not whole its words are made apart, and copied. */
static inline void pieces(const struct address *address, const struct piece *piece)
{
    uint64_t apart[ABREAST][HALF], counter[ABREAST], *out[ABREAST];
    for (int j = 0; j < ABREAST; j++) {
        counter[j] = piece[j].counter;
        out[j] = piece[j].n < HALF ? &apart[j][0] : piece[j].out;
    }
    blocks(address, ABREAST, counter, out);
    for (int j = 0; j < ABREAST; j++)
        if (piece[j].n < HALF)
            memcpy(piece[j].out, apart[j], (size_t)piece[j].n * sizeof(*apart[j]));
}

/* What is left of rows, of which there are many, goes abreast too. */
static void even_rows(const struct address *address, uint64_t first, uint64_t step, int64_t n,
                      int64_t rows, uint64_t *out)
{
    struct piece piece[ABREAST];
    int waiting = 0;
    for (int64_t r = 0; r < rows; r++, first += step, out += n) {
        int64_t i = 0;
        for (; n - i >= MOST; i += MOST)
            chunk(address, ABREAST, (first + (uint64_t)i) >> 1, out + i);
        for (; i < n; i += HALF) {
            piece[waiting++] =
                (struct piece){(first + (uint64_t)i) >> 1, out + i, n - i < HALF ? n - i : HALF};
            if (waiting == ABREAST)
                pieces(address, piece);
            waiting %= ABREAST;
        }
    }
    for (int j = 0; j < waiting; j++)
        row(address, piece[j].counter << 1, piece[j].n, piece[j].out);
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
