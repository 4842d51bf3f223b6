#include "cli/ledger.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "gyre/real.h"
#include "theory/compare.h"

enum { ROUNDS_SHOWN = 20 };

/* How a quantity is measured: its outputs, and what is made of them. */
struct measure {
    const char *name, *text;     /* in JSON, and in a heading */
    const char *metric, *output; /* "safety", "mass"          */
    const char *beside;          /* of consensus, or NULL     */
    double (*of)(double x, double beside, double centre);
    double (*most)(const struct setting *setting);
};

static double as_is(double x, double beside, double centre)
{
    (void)beside;
    (void)centre;
    return x;
}

static double squared(double x, double beside, double centre)
{
    (void)beside;
    return (x - centre) * (x - centre);
}

/* From the Hill number of order 2, 1 / sum p^2. */
static double disagreement(double x, double beside, double centre)
{
    (void)beside;
    (void)centre;
    return 1 - 1 / x;
}

/* F_ST = 1 - H_S/H_T. */
static double within(double x, double beside, double centre)
{
    (void)centre;
    return (1 - beside) * (1 - 1 / x);
}

static double one(const struct setting *setting)
{
    (void)setting;
    return 1;
}

static double states(const struct setting *setting)
{
    return (double)setting->states;
}

static double log_states(const struct setting *setting)
{
    return gyre_log((double)setting->states);
}

static const struct measure measures[THEORIES_QUANTITIES] = {
    [THEORIES_MASS] = {"mass", "P(S), safe mass", "safety", "mass", NULL, as_is, one},
    [THEORIES_VARIANCE] = {"mass_variance", "(P(S) - its expectation)^2, variance of safe mass",
                           "safety", "mass", NULL, squared, one},
    [THEORIES_DIVERSITY] = {"diversity", "H = 1 - sum P^2, diversity", "diversity", "states_2",
                            NULL, disagreement, one},
    [THEORIES_WITHIN] = {"diversity_within", "H_S = mean of 1 - sum P_m^2, diversity of an agent",
                         "diversity", "states_2", "between", within, one},
    [THEORIES_COVERAGE] = {"coverage", "pi* of states with P >= tau, coverage", "safety",
                           "coverage", NULL, as_is, one},
    [THEORIES_SUPPORT] = {"coverage_support", "pi* of states with P > 0, support", "safety",
                          "coverage_support", NULL, as_is, one},
    [THEORIES_MISSING] = {"missing", "states of pi* with P = 0, missing", "safety", "missing", NULL,
                          as_is, states},
    [THEORIES_MC1] = {"mc1", "MC1, the best answer is an agent's commonest", "truth", "mc1", NULL,
                      as_is, one},
    [THEORIES_MC2] = {"mc2", "MC2, P(true answers)", "truth", "mc2", NULL, as_is, one},
    [THEORIES_ENTROPY] = {"entropy", "entropy, nats", "diversity", "entropy", NULL, as_is,
                          log_states},
};

/* Numbers that agents say, in all rows. */
static double const looks_most = 1e10;

bool ledger_needs(const struct theories *t, const char *metric, int64_t replicates)
{
    const struct setting *s = t->setting;
    double const looks =
        (double)s->agents * (double)s->states * (double)s->rounds * (double)replicates;
    bool needs = false;
    for (int q = 0; q < THEORIES_QUANTITIES; q++) {
        const struct measure *m = &measures[q];
        bool const wanted = t->family[q] && (!m->beside || looks <= looks_most);
        needs = needs || (wanted && strcmp(metric, m->metric) == 0) ||
                (wanted && m->beside && strcmp(metric, "consensus") == 0);
    }
    return needs;
}

const char *ledger_quoted(struct arena *arena, const char *text)
{
    return utf8_quoted(arena, text);
}

/* ---- rows --------------------------------------------------------------- */

struct ledger {
    struct arena *arena;
    const struct theories *theories;
    const struct result_run *run;
    const struct series *series;
    bool json;
    double *value; /* [replicates] */
    int64_t judged, same, bounded, differing;
    double largest; /* |z| */
    const char *where;
};

static int64_t find_output(const struct ledger *l, const char *metric, const char *output)
{
    const char *name = arena_format(l->arena, "theory.%s.%s", metric, output);
    for (int64_t i = 0; i < l->run->output_count; i++)
        if (strcmp(l->run->outputs[i].name, name) == 0)
            return i;
    return -1;
}

/* Where the two outputs stand; the second is -1 where there is none. */
struct source {
    const struct measure *measure;
    int64_t output, beside;
};

static void read_values(struct ledger *l, const struct source *from, int64_t round, double centre)
{
    for (int64_t r = 0; r < l->run->replicates; r++) {
        double const x = series_value(l->series, r, round, from->output);
        double const beside =
            from->beside < 0 ? 0 : series_value(l->series, r, round, from->beside);
        l->value[r] = from->measure->of(x, beside, centre);
    }
}

static void note(struct ledger *l, const struct compare *row, const struct measure *measure,
                 int64_t round)
{
    l->same += row->way == COMPARE_SAME;
    l->bounded += row->way == COMPARE_BOUND;
    l->judged += row->way == COMPARE_Z;
    l->differing += !row->agrees;
    if (row->way != COMPARE_Z || (l->where && fabs(row->z) <= l->largest))
        return;
    l->largest = fabs(row->z);
    l->where = arena_format(l->arena, "%s in round %" PRId64, measure->name, round);
}

static struct compare compare_round(struct ledger *l, const struct source *from,
                                    enum theories_quantity quantity, int64_t round)
{
    const struct theories *t = l->theories;
    double const *mass = t->exact[THEORIES_MASS];
    read_values(l, from, round, quantity == THEORIES_VARIANCE ? mass[round] : 0);
    struct compare const row =
        compare_row(l->value, l->run->replicates, t->exact[quantity][round], 0,
                    from->measure->most(t->setting), round == 0 || t->setting->samples == 0);
    note(l, &row, from->measure, round);
    return row;
}

/* ---- as a table --------------------------------------------------------- */

static const char *say_z(char out[TEXT_REAL], const struct compare *row)
{
    if (row->way == COMPARE_Z)
        snprintf(out, TEXT_REAL, "%+.2f", row->z);
    else
        snprintf(out, TEXT_REAL, "%s", row->way == COMPARE_SAME ? "same" : "bound");
    if (!row->agrees)
        snprintf(out, TEXT_REAL, "DIFFERS");
    return out;
}

static void print_row(const struct compare *row, int64_t round)
{
    char z[TEXT_REAL];
    printf("%7" PRId64 "  %12.9f  %12.9f  %11.3g  %7s\n", round, row->exact, row->mean, row->se,
           say_z(z, row));
}

static void print_head(const struct ledger *l, enum theories_quantity quantity)
{
    printf("%s (%s)\n", measures[quantity].text, l->theories->family[quantity]);
    printf("%7s  %12s  %12s  %11s  %7s\n", "round", "exact", "mean", "se", "z");
}

/* ---- as JSON ------------------------------------------------------------ */

static void print_number(const char *name, double x)
{
    char text[TEXT_REAL];
    printf(",\"%s\":%s", name, isfinite(x) ? text_real(text, x) : "null");
}

static void print_object(const struct ledger *l, const struct compare *row,
                         enum theories_quantity quantity, int64_t round)
{
    static const char *const ways[] = {"same", "z", "bound"};
    printf("{\"round\":%" PRId64 ",\"quantity\":\"%s\",\"theory\":\"%s\"", round,
           measures[quantity].name, l->theories->family[quantity]);
    print_number("exact", row->exact);
    print_number("mean", row->mean);
    print_number("se", row->se);
    print_number("z", row->z);
    printf(",\"judged_by\":\"%s\"}\n", ways[row->way]);
}

/* ---- all of it ---------------------------------------------------------- */

/* The table shows about 20 rounds, those that differ, and the last; all are compared. */
static void print_quantity(struct ledger *l, enum theories_quantity quantity)
{
    const struct measure *m = &measures[quantity];
    struct source const from = {m, find_output(l, m->metric, m->output),
                                m->beside ? find_output(l, "consensus", m->beside) : -1};
    int64_t const rounds = l->run->rounds, step = rounds > 25 ? rounds / ROUNDS_SHOWN : 1;
    if (from.output < 0 || (m->beside && from.beside < 0))
        return;
    if (!l->json)
        print_head(l, quantity);
    for (int64_t round = 0; round <= rounds; round++) {
        if (!theories_knows(l->theories, quantity, round))
            continue;
        struct compare const row = compare_round(l, &from, quantity, round);
        if (l->json)
            print_object(l, &row, quantity, round);
        else if (round % step == 0 || round == rounds || !row.agrees)
            print_row(&row, round);
    }
    if (!l->json)
        putchar('\n');
}

static bool agrees(const struct ledger *l)
{
    return l->differing == 0 && l->largest < compare_limit(l->judged);
}

static void print_verdict(const struct ledger *l)
{
    int64_t const rows = l->judged + l->same + l->bounded;
    printf("%" PRId64 " row%s of %" PRId64 " replicates, seed %" PRIu64 "\n", rows,
           rows == 1 ? "" : "s", l->run->replicates, l->run->seed);
    if (l->judged)
        printf("  %" PRId64 " by z: the largest |z| is %.2f, %s; %g is the limit\n", l->judged,
               l->largest, l->where, compare_limit(l->judged));
    if (l->same)
        printf("  %" PRId64 " that nothing is left to chance in: the same to 1e-12\n", l->same);
    if (l->bounded)
        printf("  %" PRId64 " too skewed or too rare for a z: within Hoeffding's bound\n",
               l->bounded);
    if (l->differing)
        printf("  %" PRId64 " differ\n", l->differing);
    puts(agrees(l) ? "they agree" : "they differ");
}

static void print_last(const struct ledger *l)
{
    printf("{\"rows\":%" PRId64 ",\"closed_form\":true,\"replicates\":%" PRId64 ",\"seed\":%" PRIu64
           ",\"judged_by_z\":%" PRId64,
           l->judged + l->same + l->bounded, l->run->replicates, l->run->seed, l->judged);
    print_number("largest_z", l->largest);
    print_number("limit", compare_limit(l->judged));
    printf(",\"differing\":%" PRId64 ",\"agrees\":%s}\n", l->differing,
           agrees(l) ? "true" : "false");
}

enum status ledger_print(struct arena *arena, const struct theories *theories,
                         const struct result_run *run, const struct series *series, bool json)
{
    struct ledger ledger = {.arena = arena,
                            .theories = theories,
                            .run = run,
                            .series = series,
                            .json = json,
                            .value = ARENA_ARRAY(arena, double, run->replicates)};
    for (int q = 0; q < THEORIES_QUANTITIES; q++)
        if (theories->family[q])
            print_quantity(&ledger, (enum theories_quantity)q);
    (json ? print_last : print_verdict)(&ledger);
    return agrees(&ledger) ? STATUS_OK : STATUS_FAILED;
}
