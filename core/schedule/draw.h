/* schedule/draw.h - samples drawn from what agents' data are from: see law.h. */
#ifndef SCHEDULE_DRAW_H
#define SCHEDULE_DRAW_H

#include "schedule/law.h"

/* Draws n <= REPLICATE_CHUNK samples of part `part` (parts of all datasets are numbered through;
 * each has 2^32 words an attempt); out has room for COMPOSE_SLACK more. A source whose list accepts
 * nothing becomes a table. False: a failure was noted. */
bool draw_samples(struct replicate *replicate, int worker, int64_t round, struct source *source,
                  uint64_t part, uint32_t attempt, int64_t n, uint32_t *out);

/* The same, attempt 0, for `parts` datasets of n samples each that have one part and draw from the
 * common table: n * parts <= REPLICATE_CHUNK. kept NULL: the table's marks are not looked at; else
 * of each dataset those that are not marked are left in front, kept[i] of them. */
void draw_parts(struct replicate *replicate, int worker, int64_t round, uint64_t part, int64_t n,
                int64_t parts, uint32_t *out, uint32_t *kept);

/* The same, attempt 0, for the datasets of agents [begin, begin + n), n <= BATCH_MOST, that are
 * lists, each from what it draws from: agent begin + i's samples from out + i samples on, all of
 * them, drawn[i], or none where a failure was noted. */
void draw_lists(struct replicate *replicate, int worker, int64_t round, int64_t begin, int64_t n,
                uint32_t *out, uint32_t *drawn);

#endif
