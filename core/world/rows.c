#include "world/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

bool rows_init(struct rows *rows, int64_t agents, int64_t capacity, size_t row_size,
               const double *weight)
{
    *rows = (struct rows){.agents = agents, .capacity = capacity, .weight = weight};
    rows->stride = (row_size + 63) / 64 * 64;
    rows->data = memory_try((size_t)capacity, rows->stride);
    rows->row_of = memory_try((size_t)agents, sizeof *rows->row_of);
    rows->share = memory_try((size_t)capacity, sizeof *rows->share);
    for (int64_t m = 0; m < agents; m++)
        rows->even += weight[m] * weight[m];
    if (rows->data && rows->row_of && rows->share)
        return true;
    rows_fini(rows);
    return false;
}

void rows_fini(struct rows *rows)
{
    free(rows->data);
    free(rows->row_of);
    free(rows->share);
    *rows = (struct rows){0};
}

void rows_unite(struct rows *rows)
{
    rows->count = 1;
    rows->share[0] = 1;
    memset(rows->row_of, 0, sizeof *rows->row_of * (size_t)rows->agents);
}

void *rows_at(const struct rows *rows, int64_t row)
{
    return rows->data + (size_t)row * rows->stride;
}

/* Agent m gets row m. Going down, row_of[m] <= m is still as it was when it is copied. */
void rows_part(struct rows *rows)
{
    for (int64_t m = rows->agents - 1; m >= 0; m--) {
        if (rows->row_of[m] != m)
            memcpy(rows_at(rows, m), rows_at(rows, rows->row_of[m]), rows->stride);
        rows->row_of[m] = (uint32_t)m;
        rows->share[m] = rows->weight[m];
    }
    rows->count = rows->agents;
}

gyre_rows rows_view(const struct rows *rows, int64_t begin, int64_t end)
{
    return (gyre_rows){
        .size = sizeof(gyre_rows),
        .first = begin,
        .count = end - begin,
        .stride = rows->stride,
        .row = rows_at(rows, begin),
        .share = rows->share + begin,
    };
}

double rows_weight(const struct rows *rows, int64_t row)
{
    return rows->count == 1 ? rows->even : rows->share[row];
}
