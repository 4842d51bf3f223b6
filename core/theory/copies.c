/* Rows of the chain are kept without the tails that no double would feel: of n = 8,192 some 700
 * numbers each. */
#include "theory/copies.h"

#include <math.h>
#include <string.h>

static double const negligible = 1e-40;

struct row {
    int64_t begin, count, offset;
};

struct copies {
    int64_t n;
    struct row *row; /* [n + 1] */
    double *chance;  /* of all rows */
    double *next;    /* [n + 1] */
};

/* From the mode outwards by the ratio of neighbours: no logarithm, no factorial. */
void copies_binomial(int64_t n, double p, double *law)
{
    memset(law, 0, sizeof *law * (size_t)(n + 1));
    int64_t const mode = p >= 1 ? n : p <= 0 ? 0 : (int64_t)((double)(n + 1) * p);
    int64_t const top = mode > n ? n : mode;
    double sum = 1;
    law[top] = 1;
    for (int64_t k = top + 1; k <= n && p < 1 && law[k - 1] > negligible; k++)
        sum += law[k] = law[k - 1] * ((double)(n - k + 1) / (double)k) * (p / (1 - p));
    for (int64_t k = top - 1; k >= 0 && p > 0 && p < 1 && law[k + 1] > negligible; k--)
        sum += law[k] = law[k + 1] * ((double)(k + 1) / (double)(n - k)) * ((1 - p) / p);
    for (int64_t k = 0; k <= n; k++)
        law[k] /= sum;
}

double copies_tail(int64_t n, double p, int64_t least)
{
    double law[n + 1], sum = 0;
    copies_binomial(n, p, law);
    for (int64_t k = n; k >= least; k--)
        sum += law[k];
    return sum;
}

int64_t copies_enough(int64_t n, double tau)
{
    return (int64_t)ceil(tau * (double)n * (1 - 0x1p-40));
}

/* ---- the chain ---------------------------------------------------------- */

void copies_draw(int64_t n, int64_t fixed, double outside, double chance, double *law)
{
    double from_outside[n + 1], inside[n + 1];
    if (fixed == 0) {
        copies_binomial(n, chance, law);
        return;
    }
    copies_binomial(fixed, outside, from_outside);
    copies_binomial(n - fixed, chance, inside);
    memset(law, 0, sizeof *law * (size_t)(n + 1));
    for (int64_t i = 0; i <= fixed; i++)
        for (int64_t k = 0; from_outside[i] > 0 && k <= n - fixed; k++)
            law[i + k] += from_outside[i] * inside[k];
}

static struct row bounds(const double *law, int64_t n, int64_t offset)
{
    struct row row = {0, n + 1, offset};
    while (row.count > 1 && law[row.begin] <= 0) {
        row.begin++;
        row.count--;
    }
    while (row.count > 1 && law[row.begin + row.count - 1] <= 0)
        row.count--;
    return row;
}

/* Twice over the rows: their widths first. */
static int64_t fill(struct copies *copies, int64_t fixed, double outside, const double *chance)
{
    int64_t const n = copies->n;
    double law[n + 1];
    int64_t offset = 0;
    for (int64_t x = 0; x <= n; x++) {
        copies_draw(n, fixed, outside, chance[x], law);
        struct row const row = copies->row[x] = bounds(law, n, offset);
        if (copies->chance)
            memcpy(copies->chance + offset, law + row.begin, sizeof *law * (size_t)row.count);
        offset += row.count;
    }
    return offset;
}

struct copies *copies_create(struct arena *arena, int64_t n, int64_t fixed, double outside,
                             const double *chance)
{
    struct copies *copies = ARENA_NEW(arena, struct copies);
    copies->n = n;
    copies->row = ARENA_ARRAY(arena, struct row, n + 1);
    copies->next = ARENA_ARRAY(arena, double, n + 1);
    int64_t const all = fill(copies, fixed, outside, chance);
    copies->chance = arena_try(arena, sizeof(double) * (size_t)all);
    if (!copies->chance)
        return NULL;
    fill(copies, fixed, outside, chance);
    return copies;
}

void copies_back(struct copies *copies, double *f)
{
    for (int64_t x = 0; x <= copies->n; x++) {
        const struct row *row = &copies->row[x];
        const double *chance = copies->chance + row->offset;
        copies->next[x] = 0;
        for (int64_t i = 0; i < row->count; i++)
            copies->next[x] += chance[i] * f[row->begin + i];
    }
    memcpy(f, copies->next, sizeof *f * (size_t)(copies->n + 1));
}

void copies_forth(struct copies *copies, double *law)
{
    memset(copies->next, 0, sizeof *law * (size_t)(copies->n + 1));
    for (int64_t x = 0; x <= copies->n; x++) {
        const struct row *row = &copies->row[x];
        const double *chance = copies->chance + row->offset;
        for (int64_t i = 0; law[x] > 0 && i < row->count; i++)
            copies->next[row->begin + i] += law[x] * chance[i];
    }
    memcpy(law, copies->next, sizeof *law * (size_t)(copies->n + 1));
}
