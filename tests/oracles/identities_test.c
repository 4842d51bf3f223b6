/* oracles.md, section 1: what holds in every row of every run, and what is conserved on average.
 *
 * Everything is computed here from the agents' policies and P_t, in long double, and compared with
 * what metric.safety says. A divergence adds logarithms weighed by pi, which sums to 1: rounding is
 * relative to that, so that is the scale where a small sum is left of larger terms. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "battery.h"
#include "society.h"
#include "world/column.h"

enum { MOST_STATES = 64 };

typedef long double real;

/* ---- the worlds --------------------------------------------------------- */

#define METRICS                                                                                    \
    "[[metric]]\nuse = \"metric.safety\"\n"                                                        \
    "[[metric]]\nuse = \"metric.safety\"\nas = \"said\"\nof = \"mixture\"\n"                       \
    "[[metric]]\nuse = \"metric.safety\"\nas = \"alike\"\nweigh = \"uniform\"\ntau = 0.02\n"       \
    "floor = 1e-3\n"

#define CONTEXTS                                                                                   \
    "[space]\nstates = 24\ncontexts = [10, 8, 6]\nmet = [0.6, 0.3, 0.1]\n"                         \
    "reference = { law = \"zipf\", exponent = 0.7 }\n"                                             \
    "safe = [1,1,0,1,1,1,1,0,1,1, 1,1,1,0,1,1,1,0, 1,0,1,1,1,1]\n"

static const struct world {
    const char *name;
    bool closed; /* nothing comes from outside and nothing is smoothed: support cannot grow */
    const char *body;
} worlds[] = {
    {"paper's loop", true,
     "[space]\nstates = 40\nreference = \"zipf\"\nsafe = { share = 0.9 }\n"
     "[society]\nagents = 5\n[sampling]\nsamples = 60\n" METRICS},
    {"all safe", true,
     "[space]\nstates = 20\nreference = \"zipf\"\nsafe = 1\n"
     "[society]\nagents = 2\n[sampling]\nsamples = 30\n" METRICS},
    {"verifier", true,
     "[space]\nstates = 40\nreference = \"zipf\"\nsafe = { share = 0.8 }\n"
     "[society]\nagents = 5\n[sampling]\nsamples = 60\n"
     "[selection]\nuse = \"selection.bias\"\nattribute = \"risk\"\nbeta = 0.7\n"
     "[[intervention]]\nuse = \"intervention.verify\"\nact = \"redraw\"\nchecks = 50\n"
     "passes_unsafe = 0.2\n" METRICS},
    {"contexts, agents, mixing, rate", true,
     CONTEXTS "[society]\nagents = 7\nweights = [3, 1, 2, 0.5, 1, 1, 4]\n"
              "[sampling]\ndataset = \"per_agent\"\nsamples = 25\nmixing = 0.3\n"
              "[update]\nuse = \"update.mle\"\nrate = 0.7\n" METRICS},
    {"contexts, agents, selection", true,
     CONTEXTS "[society]\nagents = 3\nweights = [3, 1, 2]\n"
              "[sampling]\ndataset = \"per_agent\"\nsamples = 25\nmixing = 0.5\n"
              "[selection]\nuse = \"selection.bias\"\nattribute = \"safe\"\nbeta = -0.5\n" METRICS},
    {"outside data", false,
     CONTEXTS
     "[society]\nagents = 2\nstart = \"uniform\"\n[sampling]\nsamples = 80\n"
     "[update]\nuse = \"update.mle\"\nrate = 0.8\noutside = 0.1\nsmoothing = 0.1\n" METRICS},
};

enum { WORLDS = sizeof worlds / sizeof *worlds, ROUNDS = 15 };

/* ---- one use of metric.safety, computed again --------------------------- */

struct use_of {
    const char *name;
    bool mixture, uniform;
    double tau, floor; /* tau 0: 1/N */
};

static const struct use_of uses[] = {{"safety", false, false, 0, 1e-6},
                                     {"said", true, false, 0, 1e-6},
                                     {"alike", false, true, .02, 1e-3}};

/* What a use looks at: the flat laws pi and p, and mu_c P(z|c). */
struct look {
    const struct society *society;
    const struct replicate *replicate;
    const struct use_of *use;
    const double *safe;
    int states;
    real pi[MOST_STATES], p[MOST_STATES], met[MOST_STATES];
    real tau;
};

static void look_at(struct look *look, const double *p)
{
    const struct plan *plan = look->replicate->plan;
    const gyre_shape *shape = &plan->shape;
    const struct columns *columns = &plan->scenario->space.columns;
    const double *reference = column_find(columns, GYRE_OF_STATE, SPACE_REFERENCE)->data;
    look->safe = column_find(columns, GYRE_OF_STATE, SPACE_SAFE)->data;
    look->states = (int)shape->states;
    look->tau = look->use->tau > 0 ? look->use->tau : 1.0L / (real)shape->samples;
    for (int64_t c = 0; c < shape->contexts; c++)
        for (int64_t z = shape->context[c]; z < shape->context[c + 1]; z++) {
            real const nu = look->use->uniform ? 1.0L / (real)shape->contexts : (real)shape->met[c];
            look->pi[z] = nu * reference[z];
            look->p[z] = nu * p[z];
            look->met[z] = (real)shape->met[c] * p[z];
        }
}

static double said_by(const struct look *look, const char *output)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s", look->use->name, output);
    return look->replicate->value[society_output(look->society, name)];
}

static void hold(const struct look *look, const char *output, real expected)
{
    double const size = fabs((double)expected);
    battery_same(output, (double)expected, said_by(look, output), size > 1 ? size : 1,
                 BATTERY_EXACT);
}

static real term(real u, real w)
{
    return u > 0 ? u * logl(u / w) : 0;
}

/* d(u,w) = u ln(u/w) + (1-u) ln((1-u)/(1-w)); the complements u1, w1 are added up on their own, as
 * 1 - w has no digits left when hardly anything is missing. */
static real two_way(real u, real u1, real w, real w1)
{
    return term(u, w) + term(u1, w1);
}

/* KL of the laws given S (side 1) or S' (side 0), and what each holds. */
struct side {
    real pi, q, divergence;
};

static struct side side_of(const struct look *look, const real *q, int safe)
{
    struct side side = {0};
    for (int z = 0; z < look->states; z++)
        if ((int)look->safe[z] == safe) {
            side.pi += look->pi[z];
            side.q += q[z];
        }
    for (int z = 0; z < look->states; z++)
        if ((int)look->safe[z] == safe && look->pi[z] > 0)
            side.divergence +=
                look->pi[z] / side.pi * logl(look->pi[z] / side.pi / (q[z] / side.q));
    return side;
}

static real divergence(const struct look *look, const real *q)
{
    real sum = 0;
    for (int z = 0; z < look->states; z++)
        if (look->pi[z] > 0)
            sum += look->pi[z] * logl(look->pi[z] / q[z]); /* infinite where q is 0 */
    return sum;
}

static void with_floor(const struct look *look, real *q)
{
    for (int z = 0; z < look->states; z++)
        q[z] = (1 - (real)look->use->floor) * look->p[z] + (real)look->use->floor * look->pi[z];
}

/* ---- section 1, row by row ---------------------------------------------- */

/* 1.1: of the floored law, and of P itself where KL is finite. */
static void hold_split(const struct look *look)
{
    real q[MOST_STATES];
    with_floor(look, q);
    real const floored = divergence(look, q), kl = divergence(look, look->p);
    struct side const in = side_of(look, q, 1), out = side_of(look, q, 0);
    real const loss = two_way(in.pi, out.pi, in.q, out.q);
    battery_same("split", (double)floored,
                 (double)(loss + in.pi * in.divergence + out.pi * out.divergence), 1, 1e-14);
    hold(look, "kl", kl);
    hold(look, "kl_floored", floored);
    hold(look, "mass_loss", loss);
    hold(look, "collapse", in.pi * in.divergence);
    hold(look, "collapse_outside", out.pi * out.divergence);
    hold(look, "kl_floored",
         (real)said_by(look, "mass_loss") + said_by(look, "collapse") +
             said_by(look, "collapse_outside"));
    if (isfinite((double)kl)) {
        struct side const safe = side_of(look, look->p, 1), rest = side_of(look, look->p, 0);
        hold(look, "kl",
             two_way(safe.pi, rest.pi, safe.q, rest.q) + safe.pi * safe.divergence +
                 rest.pi * rest.divergence);
    }
}

/* 1.2: what is not covered has a price. With one nu for both sides any set of states has. */
static void hold_bound(const struct look *look)
{
    real covered = 0, safe = 0, whole = 0, support = 0, below = 0, above = 0, mass = 0;
    int missing = 0;
    for (int z = 0; z < look->states; z++) {
        bool const is = look->met[z] >= look->tau * (1 - 0x1p-40L);
        covered += is ? look->pi[z] : 0;
        below += is ? 0 : look->p[z];
        above += is ? look->p[z] : 0;
        safe += is ? look->pi[z] * look->safe[z] : 0;
        whole += look->pi[z] * look->safe[z];
        mass += look->p[z] * look->safe[z];
        support += look->p[z] > 0 ? look->pi[z] : 0;
        missing += look->p[z] <= 0 && look->pi[z] > 0;
    }
    hold(look, "coverage", covered);
    hold(look, "coverage_safe", safe / whole);
    hold(look, "coverage_support", support);
    hold(look, "mass", mass);
    hold(look, "missing", missing);
    real const u1 = said_by(look, "coverage"), u = 1 - u1 > 1e-15L ? 1 - u1 : 0;
    assert_true((real)said_by(look, "kl") >= two_way(u, u1, below, above) - 1e-12L);
}

/* Sums over agents: sum w_m KL_f(pi, P_m) and sum w_m pi{mu P_m >= tau}. */
static void hold_agents(const struct look *whole)
{
    const struct replicate *r = whole->replicate;
    real q[MOST_STATES], mean = 0, covered = 0;
    for (int64_t m = 0; m < r->plan->shape.agents; m++) {
        struct look look = *whole;
        look_at(&look, society_policy(r, m));
        with_floor(&look, q);
        mean += r->plan->scenario->weight[m] * divergence(&look, q);
        for (int z = 0; z < look.states; z++)
            if (look.met[z] >= look.tau * (1 - 0x1p-40L))
                covered += r->plan->scenario->weight[m] * look.pi[z];
    }
    hold(whole, "agent_kl_floored", mean);
    hold(whole, "agent_coverage", covered);
    if (whole->use->mixture) /* by convexity: a society can know what no agent does */
        assert_true(said_by(whole, "kl_floored") <= said_by(whole, "agent_kl_floored") + 1e-12);
}

/* ---- the rows of a run -------------------------------------------------- */

struct life {
    const struct society *society;
    const struct world *world;
    double mixture[MOST_STATES], support[3], coverage[3];
    bool infinite[3], covered_more;
};

static void hold_history(struct life *life, const struct look *look, int use)
{
    double const support = said_by(look, "coverage_support"), covered = said_by(look, "coverage");
    bool const infinite = isinf(said_by(look, "kl")) != 0;
    if (look->replicate->round > 0 && life->world->closed) {
        assert_true(support <= life->support[use]);
        assert_true(infinite || !life->infinite[use]);
        life->covered_more |= covered > life->coverage[use];
    }
    assert_true(infinite == (said_by(look, "missing") > 0));
    life->support[use] = support;
    life->coverage[use] = covered;
    life->infinite[use] = infinite;
}

static bool hold_row(void *argument, const struct replicate *r)
{
    struct life *life = argument;
    for (int use = 0; use < 3; use++) {
        struct look look = {.society = life->society, .replicate = r, .use = &uses[use]};
        look_at(&look, uses[use].mixture ? r->mixture : r->live[SPACE_DISTRIBUTION]);
        hold_split(&look);
        hold_bound(&look);
        hold_agents(&look);
        hold_history(life, &look, use);
    }
    for (int64_t z = 0; z < r->plan->shape.states; z++) {
        if (r->round > 0 && life->world->closed && life->mixture[z] <= 0)
            assert_true(r->mixture[z] <= 0);
        life->mixture[z] = r->mixture[z];
    }
    return true;
}

static void identities_hold_in_every_row(void **state)
{
    (void)state;
    char name[96];
    bool covered_more = false, infinite = false;
    for (int w = 0; w < WORLDS; w++) {
        struct society *s = society_create(ROUNDS, "%s", worlds[w].body);
        int64_t const replicates = battery_replicates(20);
        for (int64_t i = 0; i < replicates; i++) {
            struct life life = {.society = s, .world = &worlds[w]};
            society_run(s, battery_fresh(), hold_row, &life);
            covered_more |= life.covered_more;
            infinite |= life.infinite[0];
        }
        society_destroy(s);
        snprintf(name, sizeof name, "identities 1.1 to 1.3, every row: %s", worlds[w].name);
        battery_worst(name);
    }
    assert_true(covered_more); /* Cov_t(tau) is no monotone thing, and these runs show it */
    assert_true(infinite);     /* some lost a state, so that what follows from that was seen */
}

/* ---- 1.4: what is conserved on average ---------------------------------- */

static const double pi6[] = {.35, .25, .2, .1, .06, .04};

static const char *const conserving[][2] = {
    {"shared", "[society]\nagents = 3\n[sampling]\nsamples = 20\n"},
    {"shared, rate .4", "[society]\nagents = 3\n[sampling]\nsamples = 20\n"
                        "[update]\nuse = \"update.mle\"\nrate = 0.4\n"},
    {"per_agent, weights", "[society]\nagents = 3\nweights = [5, 3, 2]\n"
                           "[sampling]\ndataset = \"per_agent\"\nsamples = 20\n"},
    {"mixing .25, weights", "[society]\nagents = 3\nweights = [5, 3, 2]\n[sampling]\n"
                            "dataset = \"per_agent\"\nsamples = 20\nmixing = 0.25\n"},
};

struct conserved {
    int mass;
    struct sample state[6], safe;
};

static bool note_conserved(void *argument, const struct replicate *r)
{
    struct conserved *conserved = argument;
    if (r->round < r->plan->shape.rounds)
        return true;
    for (int z = 0; z < 6; z++)
        sample_add(&conserved->state[z], r->mixture[z]);
    sample_add(&conserved->safe, r->value[conserved->mass]);
    return true;
}

static void what_is_said_is_conserved_on_average(void **state)
{
    (void)state;
    char name[96];
    for (size_t i = 0; i < sizeof conserving / sizeof *conserving; i++) {
        struct society *s =
            society_create(12,
                           "[space]\nreference = %s\nsafe = [1, 0, 1, 1, 0, 1]\n%s[[metric]]\n"
                           "use = \"metric.safety\"\nagents = false\n",
                           society_array(pi6, 6), conserving[i][1]);
        struct conserved conserved = {.mass = society_output(s, "safety.mass")};
        int64_t const replicates = battery_replicates(5000);
        for (int64_t k = 0; k < replicates; k++)
            society_run(s, battery_fresh(), note_conserved, &conserved);
        society_destroy(s);
        for (int z = 0; z < 6; z++) {
            snprintf(name, sizeof name, "%s: E[Pbar_t] = P_0, state %d, t 12", conserving[i][0], z);
            battery_mean(name, pi6[z], &conserved.state[z]);
        }
        snprintf(name, sizeof name, "%s: E[P_t(S)] = P_0(S), t 12", conserving[i][0]);
        battery_mean(name, .69, &conserved.safe);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identities_hold_in_every_row),
        cmocka_unit_test(what_is_said_is_conserved_on_average),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
