/* metric/label.h - contexts in the order of a label, those of one label side by side. */
#ifndef METRIC_LABEL_H
#define METRIC_LABEL_H

#include <stdlib.h>

#include "gyre/metric.h"

struct label {
    int64_t label, context;
};

/* Contexts whose label is above 0, by label and then by number. */
struct labels {
    struct label *sorted; /* [count] */
    int64_t count;
};

static int label_compare(const void *a, const void *b)
{
    const struct label *x = a, *y = b;
    int const order = (x->label > y->label) - (x->label < y->label);
    return order ? order : (x->context > y->context) - (x->context < y->context);
}

/* Sorts contexts by what their first state has in x. 0: no memory. */
static inline int label_sort(gyre_ctx *ctx, const double *x, struct labels *labels)
{
    const gyre_shape *shape = ctx->shape;
    labels->sorted =
        ctx->host->alloc(ctx, sizeof *labels->sorted * (size_t)shape->contexts, sizeof(int64_t));
    if (!labels->sorted)
        return 0;
    for (int64_t c = 0; c < shape->contexts; c++)
        if (x[shape->context[c]] > 0)
            labels->sorted[labels->count++] = (struct label){(int64_t)x[shape->context[c]], c};
    qsort(labels->sorted, (size_t)labels->count, sizeof *labels->sorted, label_compare);
    return 1;
}

/* Where the label that stands at `begin` ends. */
static inline int64_t label_end(const struct labels *labels, int64_t begin)
{
    int64_t end = begin;
    while (end < labels->count && labels->sorted[end].label == labels->sorted[begin].label)
        end++;
    return end;
}

#endif
