#include "world/split.h"

#include <string.h>

#include "world/random.h"

/* Nodes whose words are made together. */
enum { PART = 64, LINE = 8 };

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The depth of a tree over n leaves. */
static int depth_of(int64_t n)
{
    int depth = 0;
    while ((int64_t)1 << depth < n)
        depth++;
    return depth;
}

/* Nodes at a depth of a tree over n leaves: those with leaves. */
static int64_t nodes_at(int64_t n, int height)
{
    return ((n - 1) >> height) + 1;
}

/* Whole cache lines, so that blocks never write to the same, and an even number with the last
 * one's sibling. */
static int64_t room_at(int64_t n, int height)
{
    return (nodes_at(n, height) + LINE - 1) / LINE * LINE;
}

int64_t split_size(int64_t n)
{
    int const depth = depth_of(n);
    int64_t nodes = 0;
    for (int d = 0; d <= depth; d++)
        nodes += room_at(n, depth - d);
    return nodes * (int64_t)sizeof(double);
}

void split_init(struct split *split, int64_t n, void *memory)
{
    int const depth = depth_of(n);
    int64_t const width = least((int64_t)1 << depth, SPLIT_BLOCK);
    double *at = memory;
    *split = (struct split){.n = n,
                            .width = width,
                            .blocks = (n - 1) / width + 1,
                            .depth = depth,
                            .top = depth - depth_of(width)};
    for (int d = 0; d <= depth; d++) {
        int64_t const used = nodes_at(n, depth - d), room = room_at(n, depth - d);
        split->mean[d] = at;
        /* Siblings without leaves: nothing else writes them. */
        memset(at + used, 0, (size_t)(room - used) * sizeof(*at));
        at += room;
    }
}

/* out[i] from its children, for n nodes. */
static void join(double *out, const double *child, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = 0.5 * child[2 * i] + 0.5 * child[2 * i + 1];
}

void split_build(struct split *split, const double *weight, int64_t block)
{
    int64_t const first = block * split->width, leaves = least(split->width, split->n - first);
    memcpy(split->mean[split->depth] + first, weight + first, (size_t)leaves * sizeof(*weight));
    for (int d = split->depth - 1; d >= split->top; d--) {
        int const height = split->depth - d;
        int64_t const begin = first >> height;
        join(split->mean[d] + begin, split->mean[d + 1] + 2 * begin, nodes_at(leaves, height));
    }
}

void split_join(struct split *split)
{
    for (int d = split->top - 1; d >= 0; d--)
        join(split->mean[d], split->mean[d + 1], nodes_at(split->n, split->depth - d));
}

/* ---- counts -------------------------------------------------------------------------------- */

/* Nodes of one depth, siblings of one block. */
struct row {
    const double *mean, *child; /* theirs and their children's */
    uint64_t node;              /* the first one's number      */
    int64_t n;
};

/* Shares the counts of up to PART nodes among their children: n of these, the last of which may
 * have no sibling. */
static void share_part(const struct row *row, struct binomial_source source, int64_t *count,
                       int64_t *child, int64_t children)
{
    int64_t parent[PART];
    uint64_t word[PART];
    int64_t first = 0;
    memcpy(parent, count, (size_t)row->n * sizeof(*parent));
    memset(child, 0, (size_t)children * sizeof(*child));
    while (first < row->n && parent[first] == 0)
        first++;
    if (first == row->n)
        return;
    random_words(source.key, source.round, random_stream(source.purpose, 0),
                 source.node + row->node + (uint64_t)first, row->n - first, word + first);
    for (int64_t i = first; i < row->n; i++) {
        if (parent[i] == 0)
            continue;
        struct binomial_source const own = {source.key, source.round, source.purpose,
                                            source.node + row->node + (uint64_t)i};
        double const p = 0.5 * row->child[2 * i] / row->mean[i];
        child[2 * i] = binomial_draw(&own, word[i], parent[i], p);
        if (2 * i + 1 < children)
            child[2 * i + 1] = parent[i] - child[2 * i];
    }
}

/* From the back, since children take their parents' place. */
static void share_row(const struct row *row, const struct binomial_source *source, int64_t *count,
                      int64_t children)
{
    for (int64_t i = (row->n - 1) / PART * PART; i >= 0; i -= PART) {
        int64_t const n = least(PART, row->n - i);
        struct row const part = {row->mean + i, row->child + 2 * i, row->node + (uint64_t)i, n};
        share_part(&part, *source, count + i, count + 2 * i, least(2 * n, children - 2 * i));
    }
}

/* From count[0], that of node `begin` at depth `from`, to those of its descendants at depth `to`,
 * of which there are n. */
static void descend(const struct split *split, const struct binomial_source *source, int from,
                    int to, int64_t begin, int64_t n, int64_t *count)
{
    for (int d = from; d < to; d++, begin *= 2) {
        struct row const row = {split->mean[d] + begin, split->mean[d + 1] + 2 * begin,
                                ((uint64_t)1 << d) + (uint64_t)begin, nodes_at(n, to - d)};
        share_row(&row, source, count, nodes_at(n, to - d - 1));
    }
}

void split_share(const struct split *split, const struct binomial_source *source, int64_t draws,
                 int64_t *count)
{
    count[0] = draws;
    descend(split, source, 0, split->top, 0, split->blocks, count);
}

void split_counts(const struct split *split, const struct binomial_source *source, int64_t block,
                  int64_t draws, int64_t *count)
{
    int64_t const leaves = least(split->width, split->n - block * split->width);
    if (draws == 0) {
        memset(count, 0, (size_t)leaves * sizeof(*count));
        return;
    }
    count[0] = draws;
    descend(split, source, split->top, split->depth, block, leaves, count);
}
