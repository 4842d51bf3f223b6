/* The safe set S by a share of the states or of the reference's mass. */
#include <math.h>
#include <stdbool.h>

#include "scenario/grammar.h"
#include "scenario/law.h"
#include "scenario/params.h"
#include "world/random.h"

struct ranked {
    double key;
    int64_t state;
};

static bool is_before(const struct ranked *x, const struct ranked *y)
{
    return x->key < y->key || (x->key == y->key && x->state < y->state);
}

/* Makes a heap of [at, n), of which only the first may stand before those below it. */
static void sift(struct ranked *heap, int64_t n, int64_t at)
{
    struct ranked const x = heap[at];
    for (int64_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        child += child + 1 < n && is_before(&heap[child + 1], &heap[child]);
        if (is_before(&x, &heap[child]))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = x;
}

static double rank_key(const struct grammar_share_conf *conf, uint64_t key, int64_t state, double p)
{
    if (conf->unsafe == GRAMMAR_RANDOM)
        return random_unit(random_word(key, 0, 0, (uint64_t)state));
    return conf->unsafe == GRAMMAR_RAREST ? p : -p;
}

static double size_of(const struct grammar_share_conf *conf, double p)
{
    return conf->of == GRAMMAR_OF_MASS ? p : 1;
}

static double least_size(const struct grammar_share_conf *conf, const struct ranked *order,
                         int64_t n, const double *reference)
{
    double least = size_of(conf, reference[order[0].state]);
    for (int64_t i = 1; i < n; i++)
        least = fmin(least, size_of(conf, reference[order[i].state]));
    return least;
}

/* Goes through one context's states in order and makes unsafe what still fits the budget, which
 * most often are few: so they are not sorted. */
static void mark_context(const struct grammar_share_conf *conf, struct ranked *order, int64_t n,
                         const double *reference, double *safe)
{
    double const whole = conf->of == GRAMMAR_OF_MASS ? 1 : (double)n;
    double const least = least_size(conf, order, n, reference);
    double budget = (1 - conf->share) * whole + 1e-9 * whole;
    for (int64_t i = 0; i < n; i++)
        safe[order[i].state] = 1;
    for (int64_t i = n / 2 - 1; i >= 0; i--)
        sift(order, n, i);
    while (n > 0 && least <= budget) {
        int64_t const z = order[0].state;
        double const size = size_of(conf, reference[z]);
        safe[z] = size > budget;
        if (size <= budget)
            budget -= size;
        order[0] = order[--n];
        sift(order, n, 0);
    }
}

static double *safe_by_share(struct law_source *source, struct node *node,
                             const struct space *space, const double *reference)
{
    struct grammar_share_conf conf;
    int const before = report_count(source->report);
    params_read(source->arena, grammar_share.params, grammar_share.param_count, "safe", node,
                node->at, &conf, source->report);
    node_refuse_unknown(node, "safe", grammar_keys(source->arena, &grammar_share), source->report);
    if (report_count(source->report) > before || !reference)
        return NULL;
    uint64_t const key = random_key(source->seed, 0, "core.world.safe");
    double *safe = ARENA_ARRAY(source->arena, double, space->states);
    struct ranked *order = ARENA_ARRAY(source->arena, struct ranked, space->states);
    for (int64_t z = 0; z < space->states; z++)
        order[z] = (struct ranked){rank_key(&conf, key, z, reference[z]), z};
    for (int64_t c = 0; c < space->contexts; c++)
        mark_context(&conf, order + space->context[c], space->context[c + 1] - space->context[c],
                     reference, safe);
    return safe;
}

/* Each state is safe or not. */
static double *safe_by_values(struct law_source *source, struct node *node,
                              const struct space *space)
{
    struct law_values values;
    if (!law_values(source, node, "safe", &values))
        return NULL;
    if (values.count != space->states) {
        report_add(source->report, STATUS_DATA, node->at, "safe: %lld values for %lld states",
                   (long long)values.count, (long long)space->states);
        return NULL;
    }
    for (int64_t z = 0; z < space->states; z++)
        if (values.value[z] != 0 && values.value[z] != 1) {
            report_add(source->report, STATUS_DATA, law_place(&values, z),
                       "safe: state %lld has the value %g; a state is safe (1) or not (0), and a "
                       "degree belongs in the attribute risk",
                       (long long)z, values.value[z]);
            return NULL;
        }
    return values.value;
}

double *law_safe(struct law_source *source, struct node *node, const struct space *space,
                 const double *reference)
{
    if (law_is_values(node))
        return safe_by_values(source, node, space);
    if (node->kind == NODE_TABLE)
        return safe_by_share(source, node, space, reference);
    if (node->kind == NODE_INTEGER && (node->integer == 0 || node->integer == 1))
        return law_attribute(source, node, "safe", 0, 1, space->states, "states");
    report_add(
        source->report, STATUS_DATA, node->at,
        "safe: must be { share = .. }, an array of 0 and 1, { file = .., column = .. }, or 0 "
        "or 1 for all states, not %s",
        node_show(source->arena, node));
    return NULL;
}
