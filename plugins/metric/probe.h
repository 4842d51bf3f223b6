/* metric/probe.h - contexts that a metric looks at, told apart by columns of states that have one
 * value a context. */
#ifndef METRIC_PROBE_H
#define METRIC_PROBE_H

#include <stdio.h>
#include <stdlib.h>

#include "gyre/metric.h"

enum { PROBE_SENTENCE = 160, PROBE_LABELS = 1000000000 };

/* Columns of questions and answers. */
#define PROBE_QUESTION                                                                             \
    {                                                                                              \
        .name = "question", .column = "question", .of = GYRE_OF_STATE, .access = GYRE_READ,        \
        .doc = "1 for all states, the answers, of contexts that are questions; else 0."            \
    }
#define PROBE_TRUE                                                                                 \
    {                                                                                              \
        .name = "true", .column = "true", .of = GYRE_OF_STATE, .access = GYRE_READ,                \
        .doc = "1 for true answers, 0 for false ones."                                             \
    }

/* A whole number from 0 to most at each state of a context where `where` is above 0 (NULL: all). */
static inline gyre_status probe_numbers(gyre_ctx *ctx, const char *name, const double *x,
                                        const double *where, int64_t most)
{
    char sentence[PROBE_SENTENCE];
    for (int64_t z = 0; z < ctx->shape->states; z++) {
        int const whole = x[z] >= 0 && x[z] <= (double)most && x[z] <= (double)(int64_t)x[z];
        if (whole || (where && where[z] <= 0))
            continue;
        snprintf(sentence, sizeof sentence,
                 "the column %s is %.6g at state %lld, not a whole number from 0 to %lld", name,
                 x[z], (long long)z, (long long)most);
        return ctx->host->fail(ctx, GYRE_E_INVALID, sentence);
    }
    return GYRE_OK;
}

/* The same, and one number a context, above 0 in some. */
static inline gyre_status probe_contexts(gyre_ctx *ctx, const char *name, const double *x,
                                         int64_t most)
{
    const gyre_shape *shape = ctx->shape;
    char sentence[PROBE_SENTENCE];
    gyre_status const status = probe_numbers(ctx, name, x, NULL, most);
    if (status != GYRE_OK)
        return status;
    int some = 0;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c];
        some |= x[begin] > 0;
        for (int64_t z = begin; z < shape->context[c + 1]; z++) {
            if (x[z] >= x[begin] && x[z] <= x[begin])
                continue;
            snprintf(sentence, sizeof sentence,
                     "the column %s is %.6g and %.6g within context %lld, and must be one number "
                     "in all of it",
                     name, x[begin], x[z], (long long)c);
            return ctx->host->fail(ctx, GYRE_E_INVALID, sentence);
        }
    }
    if (some)
        return GYRE_OK;
    snprintf(sentence, sizeof sentence, "the column %s is 0 in every context: there is none to ask",
             name);
    return ctx->host->fail(ctx, GYRE_E_INVALID, sentence);
}

/* nu[contexts], alike for contexts where x is above 0, of which there are some; else 0. */
static inline double *probe_nu(gyre_ctx *ctx, const double *x)
{
    const gyre_shape *shape = ctx->shape;
    double *nu = ctx->host->alloc(ctx, sizeof *nu * (size_t)shape->contexts, 64);
    int64_t count = 0;
    for (int64_t c = 0; c < shape->contexts; c++)
        count += x[shape->context[c]] > 0;
    for (int64_t c = 0; nu && c < shape->contexts; c++)
        nu[c] = x[shape->context[c]] > 0 ? 1 / (double)count : 0;
    return nu;
}

/* Both columns, as they are to be. */
static inline gyre_status probe_questions(gyre_ctx *ctx, const double *question,
                                          const double *is_true)
{
    gyre_status const status = probe_contexts(ctx, "question", question, 1);
    return status == GYRE_OK ? probe_numbers(ctx, "true", is_true, question, 1) : status;
}

/* The mean of x over the most probable of n states, which share where they tie. */
static inline double probe_greedy(const double *p, const double *x, int64_t n)
{
    double most = p[0], sum = 0;
    int64_t tied = 0;
    for (int64_t z = 1; z < n; z++)
        most = p[z] > most ? p[z] : most;
    for (int64_t z = 0; z < n; z++) {
        tied += p[z] >= most;
        sum += p[z] >= most ? x[z] : 0;
    }
    return sum / (double)tied;
}

/* What an agent says as a table: a list is written into scratch. NULL: no memory. */
static inline const double *probe_table(gyre_ctx *ctx, const gyre_agent *agent)
{
    if (!agent->state)
        return agent->p;
    double *p = ctx->host->scratch(ctx, sizeof *p * (size_t)ctx->shape->states);
    for (int64_t z = 0; p && z < ctx->shape->states; z++)
        p[z] = 0;
    for (int64_t i = 0; p && i < agent->count; i++)
        p[agent->state[i]] = agent->p[i];
    return p;
}

#endif
