#include "schedule/timing.h"

#include <float.h>
#include <string.h>

#include "base/text.h"
#include "scenario/grammar.h"
#include "scenario/params.h"

static void find_trigger(struct timing *timing, const struct plan *plan, const char *owner,
                         const char *name, struct place at, struct report *report)
{
    for (int i = 0; i < plan->known.count; i++)
        if (strcmp(plan->known.name[i], name) == 0)
            timing->trigger = i;
    if (timing->trigger >= 0)
        return;
    const char *near = text_nearest(name, plan->known.name);
    report_add(report, STATUS_DATA, at, "%s: when: \"%s\" is not measured in this scenario%s%s%s",
               owner, name, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static void read_when(struct timing *timing, const struct plan *plan, const char *owner,
                      struct node *when, struct report *report)
{
    struct grammar_when_conf conf;
    int const before = report_count(report);
    if (when->kind != NODE_TABLE) {
        report_add(report, STATUS_DATA, when->at,
                   "%s: when must be a table such as { metric = \"safety.kl\", above = 0.5 }",
                   owner);
        return;
    }
    const char *whose = arena_format(plan->arena, "%s: when", owner);
    params_read(plan->arena, grammar_when.params, grammar_when.param_count, whose, when, when->at,
                &conf, report);
    node_refuse_unknown(when, whose, grammar_keys(plan->arena, &grammar_when), report);
    if (report_count(report) > before)
        return;
    bool const above = conf.above<DBL_MAX, below = conf.below> - DBL_MAX;
    if (above == below)
        report_add(report, STATUS_DATA, when->at,
                   "%s: when needs one limit, `above` or `below`, and has %s", owner,
                   above ? "both" : "none");
    timing->above = above;
    timing->limit = above ? conf.above : conf.below;
    find_trigger(timing, plan, owner, conf.metric, node_find(when, "metric")->at, report);
}

void timing_read(struct timing *timing, const struct plan *plan, const struct use *use,
                 struct report *report)
{
    const char *owner = arena_format(plan->arena, "intervention.%s", use->name);
    struct grammar_intervention_conf conf;
    params_read(plan->arena, grammar_intervention.params, grammar_intervention.param_count, owner,
                use->table, use->at, &conf, report);
    timing->every = conf.every;
    timing->from = conf.from;
    timing->until = conf.until;
    timing->trigger = -1;
    if (timing->until && timing->until < timing->from)
        report_add(report, STATUS_DATA, node_find(use->table, "until")->at,
                   "%s: until = %lld is before from = %lld: it would never act", owner,
                   (long long)timing->until, (long long)timing->from);
    struct node *when = node_find(use->table, "when");
    if (when)
        read_when(timing, plan, owner, when, report);
}

bool timing_acts(const struct timing *timing, int64_t round, const double *value)
{
    if (round < timing->from || (timing->until && round > timing->until) ||
        (round - timing->from) % timing->every != 0)
        return false;
    if (timing->trigger < 0)
        return true;
    double const x = value[timing->trigger]; /* a missing output is NaN: no comparison holds */
    return timing->above ? x > timing->limit : x < timing->limit;
}
