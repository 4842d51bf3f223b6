/* world/rows.h - agents as rows of policy: agents that are equal share one. */
#ifndef WORLD_ROWS_H
#define WORLD_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gyre/policy.h"

struct rows {
    int64_t agents, count, capacity;
    size_t stride;        /* bytes, a multiple of 64      */
    char *data;           /* [capacity * stride]          */
    uint32_t *row_of;     /* [agents]                     */
    double *share;        /* [capacity]: sum of weights   */
    const double *weight; /* [agents], not owned; sum 1   */
    double even;          /* sum of their squares         */
};

/* Place for `capacity` rows; false when there is no memory. */
bool rows_init(struct rows *rows, int64_t agents, int64_t capacity, size_t row_size,
               const double *weight);
void rows_fini(struct rows *rows);

/* One row that all agents share. */
void rows_unite(struct rows *rows);

/* A row of its own for each agent, as it was: needs capacity for all. */
void rows_part(struct rows *rows);

/* One row. */
void *rows_at(const struct rows *rows, int64_t row);

/* The mean weight of a row's agents, by weight: of one agent its own. */
double rows_weight(const struct rows *rows, int64_t row);

/* Rows [begin, end) as a policy sees them. */
gyre_rows rows_view(const struct rows *rows, int64_t begin, int64_t end);

#endif
