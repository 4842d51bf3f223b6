#include "schedule/hooks.h"

#include "host/call.h"

/* ---- which there are ---------------------------------------------------- */

static void leave(gyre_intervention_ops *ops, uint32_t used)
{
    if (!(used & GYRE_HOOK_DISTRIBUTION))
        ops->on_distribution = NULL;
    if (!(used & GYRE_HOOK_JUDGE))
        ops->judge = NULL;
    if (!(used & GYRE_HOOK_SUPPLY))
        ops->supply = NULL;
    if (!(used & GYRE_HOOK_POLICY))
        ops->on_policy = NULL;
    if (!(used & GYRE_HOOK_AGENT))
        ops->on_agent = NULL;
    if (!(used & GYRE_HOOK_PRUNE))
        ops->prune = NULL;
    if (!(used & GYRE_HOOK_REVIEW))
        ops->flag = NULL, ops->review = NULL;
    if (!(used & GYRE_HOOK_OVERSEE))
        ops->oversee = NULL, ops->snapshots = NULL;
}

void hooks_choose(struct plan *plan, struct plan_intervention *by)
{
    if (!by->ops->hooks)
        return;
    gyre_intervention_ops *ops = ARENA_NEW(plan->arena, gyre_intervention_ops);
    struct call call;
    call_init(&call, by->instance, &plan->shape);
    *ops = *by->ops;
    leave(ops, ops->hooks(call_begin(&call, 0)));
    call_fini(&call);
    by->ops = ops;
}

/* ---- what the policy can do --------------------------------------------- */

static bool is_limited(const struct plan *plan)
{
    const gyre_policy_ops *policy = &plan->policy->component->ops.policy;
    struct call call;
    if (!policy->limited)
        return false;
    call_init(&call, plan->policy, &plan->shape);
    bool const limited = policy->limited(call_begin(&call, 0)) != 0;
    call_fini(&call);
    return limited;
}

struct refusal {
    const char *does, *cannot; /* before and after the policy's name */
};

static struct refusal refuse(const gyre_intervention_ops *ops, bool prunes, bool limited)
{
    if (ops->on_agent && limited)
        return (struct refusal){"gives agents any distribution, and",
                                "cannot hold every one: use policy.categorical"};
    if (ops->prune && !prunes)
        return (struct refusal){"prunes what agents remember, and",
                                "remembers no samples: use policy.memory"};
    return (struct refusal){0};
}

void hooks_check(const struct plan *plan, struct report *report)
{
    bool const prunes = plan->policy->component->ops.policy.prune != NULL;
    bool const limited = is_limited(plan);
    for (int i = 0; i < plan->intervention_count; i++) {
        const struct instance *instance = plan->interventions[i].instance;
        struct refusal const why = refuse(plan->interventions[i].ops, prunes, limited);
        if (why.does)
            report_add(report, STATUS_DATA, instance->at, "%s: %s %s %s", instance->label, why.does,
                       plan->policy->label, why.cannot);
    }
}
