#include "schedule/work.h"

#include <math.h>
#include <string.h>

#include "schedule/count.h"

/* ---- what things cost --------------------------------------------------- */

/* Nanoseconds of one thread, as in docs/costs.md, with what metrics of the mixture add: of a draw,
 * of a state once a round, of an agent, and of a state of each agent. */
struct cost {
    const char *technique;
    double draw, state, agent, both;
};

enum technique { EXPECTED, COUNTS, TABLE, LISTS, TABLES };

static struct cost const costs[] = {
    [EXPECTED] = {"no draws", 0, 10, 0, 2},           [COUNTS] = {"counts", 0, 10, 0, 80},
    [TABLE] = {"one table for all", 2, 10, 0, 0},     [LISTS] = {"lists", 2.5, 20, 20, 0},
    [TABLES] = {"a table an agent", 1.5, 10, 0, 1.5},
};

/* Beside that, of agents that learn by themselves: rows that are tables, a state each; lists that
 * are drawn from a table of all, an agent. */
enum { ROW_STATE = 2, ROW_LIST = 15 };

/* Of each metric that looks at agents one by one: a listed state, or any; and of all together that
 * take agents from a spectrum: a listed state. */
enum { LISTED = 2, SPREAD = 4, COUNTED = 1 };

/* A shared dataset that is counted has guides to blocks of states; draws cost as many as they are,
 * until the tree takes over. */
enum { SHARED_STATE = 5, SHARED_DRAW = 2 };

/* Where agents tell states apart by features: of a feature of a state of an agent, a product for
 * the gradient and one for what is said; and of a state of an agent, an exponential and what goes
 * with it. */
static double const FEATURE = 0.14, FEATURED = 6;

/* ---- a plan's ----------------------------------------------------------- */

static enum technique technique_of(const struct plan *plan)
{
    const gyre_shape *shape = &plan->shape;
    if (shape->samples == 0)
        return EXPECTED;
    if (count_may(plan) && !plan->review)
        return COUNTS;
    if (plan->scenario->mixing == 1 || shape->datasets == 1 || shape->agents == 1)
        return TABLE;
    return plan->own > 0 && shape->contexts == 1 ? LISTS : TABLES;
}

static int gathering(const struct plan *plan)
{
    int metrics = 0;
    for (int i = 0; i < plan->metric_count; i++)
        metrics += plan->metrics[i].slots > 0 && plan->metrics[i].least == 0;
    return metrics;
}

/* Of one agent's row. */
static double settling(const struct plan *plan)
{
    double features = 0;
    for (int i = 0; i < plan->policy->column_count; i++)
        features += plan->policy->columns[i].listed;
    return features > 0 ? (double)plan->shape.states * (FEATURE * features + FEATURED) : 0;
}

/* Data, drawn and learned from, but for what settling takes. */
static double drawing(const struct plan *plan, enum technique technique)
{
    const struct cost *cost = &costs[technique];
    double const states = (double)plan->shape.states, datasets = (double)plan->shape.datasets;
    double const times = plan->review ? 2 : 1; /* see review.h */
    double ns = times * cost->draw * datasets * (double)plan->shape.samples + cost->state * states;
    if (technique == COUNTS && datasets == 1)
        return ns + SHARED_STATE * states +
               fmin(SHARED_DRAW * (double)plan->shape.samples, cost->both * states);
    if (technique == TABLE && plan->parts)
        return ns + (double)plan->shape.agents * (plan->own > 0 ? ROW_LIST : ROW_STATE * states);
    return ns + datasets * (cost->agent + cost->both * states);
}

/* Agents that share a row are looked at once. */
static double looks(const struct plan *plan)
{
    double const rows = plan->parts ? (double)plan->shape.agents : 1;
    double const states = (double)plan->shape.states;
    double const listed = (double)plan_list_most(plan);
    double const counted = plan->spectra > 0 ? COUNTED * listed : 0;
    return rows *
           (counted + gathering(plan) * (plan->own == 1 ? LISTED * listed : SPREAD * states));
}

/* Lists over which the start lies say every state, so that a list is as long as a table. */
static const struct plan_metric *largest(const struct plan *plan)
{
    const struct plan_metric *found = NULL;
    for (int i = 0; i < plan->metric_count && plan->own > 0 && plan->own < 1; i++)
        if (!found && plan->metrics[i].slots > 0)
            found = &plan->metrics[i];
    return plan->parts ? found : NULL;
}

struct work work_estimate(const struct plan *plan, int threads)
{
    const struct scenario *s = plan->scenario;
    enum technique const technique = technique_of(plan);
    double const learning = (double)plan->shape.datasets * settling(plan);
    double const one = 1e-9 * (drawing(plan, technique) + learning + looks(plan));
    bool const apart = s->replicates >= threads;
    return (struct work){
        .technique = costs[technique].technique,
        .draws = (double)plan->shape.datasets * (double)plan->shape.samples,
        .round = apart ? one : one / threads,
        .total = one * (double)s->rounds * (double)s->replicates / threads,
        .large = largest(plan),
    };
}

bool work_is_spared(const struct plan_metric *metric)
{
    const gyre_component *about = &metric->instance->component->about;
    for (uint32_t i = 0; i < about->param_count; i++)
        if (strcmp(about->params[i].key, "agents") == 0)
            return true;
    return false;
}
