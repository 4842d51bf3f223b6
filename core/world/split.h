/* world/split.h - how often each of n states comes in N draws, without the draws: a splitting tree.
 *
 * The states are the leaves of a binary tree. A node that has a count gives its left child a
 * binomial part of it (binomial.h), by the weights of both, and its right child the rest. The words
 * are addressed by the node's number, so that any thread may do any block of leaves, in any order,
 * with the same result. Numbers are those of a heap: the root is 1, children of i are 2 i and
 * 2 i + 1, all of a depth is completed before the next.
 *
 * Each node's chance is met within 2^-52 of itself for each level below it, and drawn as exactly as
 * binomial.h says; a leaf of weight 0 never gets a count: not by rounding either.
 *
 * Building takes 0.7 ns a state, 1.2 of a million. Counts, in ns a state, by one thread, for
 * weights that are random numbers and for weights 1 / i (Xeon, 2.6 GHz, gcc 12):
 *
 *     states      draws     random    1 / i
 *     4,096         1e3         15        9
 *     4,096         1e5         56       47
 *     4,096         1e6         76       70
 *     4,096         1e9         60       62
 *     1e6           1e3          3        2
 *     1e6           1e6         35       19
 *     1e6           1e9         78       86
 *
 * Draws from an alias table take 4 ns a state for the table and 2 a draw, beside which the tree
 * wins from 28 draws a state on (1 / i: 21). At a million states, where tables and counts are
 * beyond the cache (10 to 14 ns a state, 12 to 16 a draw), it wins from 2 draws a state on (1 / i:
 * always).
 */
#ifndef WORLD_SPLIT_H
#define WORLD_SPLIT_H

#include <stdint.h>

#include "world/binomial.h"

/* At most so many leaves are a block: what one thread does at a time. */
enum { SPLIT_BLOCK = 4096, SPLIT_DEPTHS = 33 };

struct split {
    int64_t n, width, blocks;   /* leaves, leaves of a block (a power of two), blocks     */
    int depth, top;             /* of the leaves, of the blocks; the root's is 0          */
    double *mean[SPLIT_DEPTHS]; /* [depth][node]: half of both children's sum, so that no
                                   sum is too large; at last the weights                */
};

/* Bytes that a tree over n leaves needs, 1 <= n < 2^32, and a tree of such memory (64-byte
 * aligned): about 16 a leaf. */
int64_t split_size(int64_t n);
void split_init(struct split *split, int64_t n, void *memory);

/* Reads the weights of one block's leaves; blocks in any order and in parallel. weight[n] >= 0 and
 * finite, sum / n at least 2^-1020. When all blocks are read, split_join does the rest. */
void split_build(struct split *split, const double *weight, int64_t block);
void split_join(struct split *split);

/* Shares N <= 2^52 draws among the blocks: count[split->blocks]. The source's node is where the
 * tree's numbers begin: below 2^33 in any tree. */
void split_share(const struct split *split, const struct binomial_source *source, int64_t draws,
                 int64_t *count);

/* Shares a block's draws among its leaves: count[block * width .. + width - 1], or up to n. Blocks
 * in any order and in parallel. */
void split_counts(const struct split *split, const struct binomial_source *source, int64_t block,
                  int64_t draws, int64_t *count);

#endif
