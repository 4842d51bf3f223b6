/* model.md, section 6: a review that is simulated. What the host does of it, the two times that
 * data are drawn, is held against runs without any. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "battery.h"
#include "forms.h"
#include "society.h"

#define REVIEW "[[intervention]]\nuse = \"intervention.review\"\nsimulated = true\n"
#define METRIC "[[metric]]\nuse = \"metric.diversity\"\n"

/* ---- the mean field ----------------------------------------------------- */

/* The page's 100 samples and 20 reviews a round, a thousand times as many: the larger the dataset,
 * the nearer is a society to its mean field, by 1/N. */
enum { ROUNDS = 5, SCALE = 1000, N = 100 * SCALE, CAPACITY = 20 * SCALE };

static const double S = .6, PHI_U = .8, PHI_S = .1, SENSITIVITY = .9, SPECIFICITY = .95;

struct mean_field {
    double safe[ROUNDS + 1], minutes[ROUNDS + 1];
    struct sample seen[ROUNDS + 1], took[ROUNDS + 1];
    int output;
};

static void follow(struct mean_field *m)
{
    m->safe[0] = S;
    for (int t = 1; t <= ROUNDS; t++) {
        double const s = m->safe[t - 1], flagged = 100 * (s * PHI_S + (1 - s) * PHI_U);
        double const v = flagged > 20 ? 20 / flagged : 1;
        double const good = s * (1 - PHI_S * v * (1 - SPECIFICITY));
        double const bad = (1 - s) * (1 - PHI_U * v * SENSITIVITY);
        m->safe[t] = good / (good + bad);
        m->minutes[t] = 2 * v * flagged;
    }
}

static bool note_means(void *argument, const struct replicate *r)
{
    struct mean_field *m = argument;
    sample_add(&m->seen[r->round], r->mixture[0]);
    sample_add(&m->took[r->round], r->value[m->output] / SCALE);
    return true;
}

static void limited_reviewers_follow_the_mean_field(void **state)
{
    (void)state;
    static const char *const safe[] = {"", ".706650", ".819622", ".925609", ".977884", ".993676"};
    static const char *const minutes[] = {"", "", "", "", "30.41", "23.10"};
    struct mean_field m = {0};
    char name[80];
    follow(&m);
    struct society *s =
        society_create(ROUNDS,
                       "[space]\nreference = [0.6, 0.4]\nattributes = { risk = [0, 1] }\n"
                       "[society]\nagents = 1\n[sampling]\nsamples = %d\n" METRIC REVIEW
                       "flags_unsafe = 0.8\nflags_safe = 0.1\ncapacity = %d\n",
                       N, CAPACITY);
    m.output = society_output(s, "review.minutes");
    for (int64_t i = battery_replicates(20); i > 0; i--)
        society_run(s, battery_fresh(), note_means, &m);
    society_destroy(s);
    for (int t = 1; t <= ROUNDS; t++) {
        battery_printed(m.safe[t], safe[t]);
        snprintf(name, sizeof name, "review, mean field: safe mass, t %d", t);
        battery_mean(name, m.safe[t], &m.seen[t]);
        if (*minutes[t])
            battery_printed(m.minutes[t], minutes[t]);
        snprintf(name, sizeof name, "review, mean field: minutes / 1000, t %d", t);
        if (*minutes[t])
            battery_mean(name, m.minutes[t], &m.took[t]);
        else
            battery_same(name, 40, m.took[t].mean, 40, BATTERY_EXACT);
    }
}

/* ---- one reviewer ------------------------------------------------------- */

/* Everybody says the one unsafe state for ever: what is flagged is as good as drawn by ourselves.
 */
#define UNSAFE                                                                                     \
    "[space]\nreference = [0, 1]\nattributes = { risk = [0, 1] }\n[society]\nagents = 1\n"         \
    "[sampling]\nsamples = %d\n" METRIC REVIEW

struct counted {
    int output;
    int64_t round;
    struct sample value;
};

static bool note_round(void *argument, const struct replicate *r)
{
    struct counted *c = argument;
    if (r->round != c->round)
        return true;
    sample_add(&c->value, r->value[c->output]);
    return false;
}

static struct sample mean_of(struct society *s, const char *output, int64_t round, int64_t quick)
{
    struct counted c = {.output = society_output(s, output), .round = round};
    for (int64_t i = battery_replicates(quick); i > 0; i--)
        society_run(s, battery_fresh(), note_round, &c);
    return c.value;
}

static void tired_reviewers_err_more(void **state)
{
    (void)state;
    double right = 0;
    for (int j = 0; j < 20; j++)
        right += (.5 + .4 * exp(-.05 * j)) / 20;
    battery_printed(right, ".759222");
    struct society *s =
        society_create(1, UNSAFE "fatigue = 0.05\nsensitivity = 0.9\ncapacity = 20\n", 100);
    struct sample const dropped = mean_of(s, "review.dropped", 1, 20000);
    battery_mean("review, fatigue .05: E[dropped of 20]", 20 * right, &dropped);
    society_destroy(s);
}

/* law[q]: of the queue after so many rounds more. */
static double queue_mean(int rounds)
{
    enum { MOST = 200 };
    double law[MOST + 1] = {1}, mean = 0;
    for (int t = 0; t < rounds; t++) {
        double next[MOST + 1] = {0};
        for (int q = 0; q <= MOST; q++)
            for (int a = 0; a <= 20; a++) {
                int const left = q + a > 5 ? q + a - 5 : 0;
                next[left < MOST ? left : MOST] += law[q] * forms_binomial(20, a, .2);
            }
        memcpy(law, next, sizeof law);
    }
    for (int q = 0; q <= MOST; q++)
        mean += q * law[q];
    return mean;
}

static void what_is_not_reviewed_waits_in_a_queue(void **state)
{
    (void)state;
    static const struct {
        int rounds;
        const char *page;
        int64_t quick;
    } of[] = {{1, ".327886", 10000}, {5, ".694606", 10000}, {100, ".828141", 1500}};
    for (int i = 0; i < 3; i++) {
        char name[80];
        struct society *s = society_create(
            of[i].rounds, UNSAFE "flags_unsafe = 0.2\ncapacity = 5\nunreviewed = \"hold\"\n", 20);
        struct sample const queue = mean_of(s, "review.waiting", of[i].rounds, of[i].quick);
        battery_printed(queue_mean(of[i].rounds), of[i].page);
        snprintf(name, sizeof name, "review, queue: E Q, t %d", of[i].rounds);
        battery_mean(name, queue_mean(of[i].rounds), &queue);
        society_destroy(s);
    }
}

/* ---- samples that come late --------------------------------------------- */

enum { LATER = 2, LONG = 12, SAMPLES = 60 };

struct held {
    int flagged, late, waiting;
    double before[LONG + 1];
};

static double flagged_in(const struct held *h, int64_t round)
{
    return round > 0 ? h->before[round] : 0;
}

/* Every safe sample is held for two rounds and then kept: the data of a round are its own unsafe
 * ones and the safe ones of then. */
static bool hold_late(void *argument, const struct replicate *r)
{
    struct held *h = argument;
    int64_t const t = r->round;
    double const flagged = r->value[h->flagged], late = r->value[h->late];
    h->before[t] = flagged;
    if (t == 0)
        return true;
    battery_same("late", flagged_in(h, t - LATER), late, SAMPLES, 0);
    battery_same("waiting", flagged + flagged_in(h, t - 1), r->value[h->waiting], SAMPLES, 0);
    double const unsafe = SAMPLES - flagged;
    if (unsafe + late > 0)
        battery_same("safe mass", late / (late + unsafe), r->mixture[0], 1, BATTERY_EXACT);
    return true;
}

static void a_late_verdict_brings_the_sample_late(void **state)
{
    (void)state;
    struct society *s =
        society_create(LONG,
                       "[space]\nreference = [0.6, 0.4]\nattributes = { risk = [0, 1] }\n"
                       "[society]\nagents = 1\n[sampling]\nsamples = %d\n" METRIC REVIEW
                       "flags_unsafe = 0\nflags_safe = 1\nspecificity = 1\ndelay = %d\n",
                       SAMPLES, LATER);
    struct held h = {.flagged = society_output(s, "review.flagged"),
                     .late = society_output(s, "review.late"),
                     .waiting = society_output(s, "review.waiting")};
    for (int64_t i = battery_replicates(50); i > 0; i--)
        society_run(s, battery_fresh(), hold_late, &h);
    society_destroy(s);
    battery_worst("review, delay 2: late, waiting and safe mass in every row");
}

/* What does not fit into the queue is treated as `overflow` says, and is nobody's work. */
static bool note_overflow(void *argument, const struct replicate *r)
{
    const int *output = argument;
    if (r->round != 1)
        return true;
    battery_same("waiting", 7, r->value[output[0]], 1, 0);
    battery_same("reviewed", 7, r->value[output[1]], 1, 0);
    battery_same("dropped unseen", 93, r->value[output[2]], 1, 0);
    return false;
}

static void a_full_queue_overflows(void **state)
{
    (void)state;
    struct society *s =
        society_create(1, UNSAFE "delay = 3\nqueue = 7\noverflow = \"drop\"\n", 100);
    int output[] = {society_output(s, "review.waiting"), society_output(s, "review.reviewed"),
                    society_output(s, "review.dropped_unseen")};
    society_run(s, battery_fresh(), note_overflow, output);
    society_destroy(s);
    battery_worst("review, queue of 7: waiting, reviewed, dropped unseen");
}

/* ---- the same data the second time -------------------------------------- */

#define WORLD                                                                                      \
    "[space]\nstates = 96\ncontexts = [50, 30, 16]\nmet = [0.6, 0.3, 0.1]\n"                       \
    "reference = { law = \"zipf\", exponent = 0.8 }\nsafe = { share = 0.8 }\n"                     \
    "[[metric]]\nuse = \"metric.drift\"\nagainst = \"reference\"\n"
#define SHARED WORLD "[society]\nagents = 100\n[sampling]\nsamples = 20000\n"
#define EACH   WORLD "[society]\nagents = 150\n[sampling]\nsamples = 40\ndataset = \"per_agent\"\n"
#define BESIDE                                                                                     \
    "[[intervention]]\nuse = \"intervention.external\"\ncount = 7\n"                               \
    "[[intervention]]\nuse = \"intervention.verify\"\nact = \"redraw\"\nchecks = 3000\n"
#define FLAT                                                                                       \
    "[space]\nreference = [3, 2, 1]\nattributes = { risk = [0, 0.2, 1] }\n"                        \
    "[society]\nagents = 40\n[sampling]\nsamples = 30\ndataset = \"per_agent\"\n" METRIC

static const char *const worlds[] = {SHARED,
                                     SHARED BESIDE,
                                     EACH,
                                     EACH BESIDE,
                                     EACH "mixing = 0.3\n",
                                     EACH "mixing = 0.3\n" BESIDE,
                                     FLAT "[update]\nuse = \"update.pool\"\n"};

enum { WORLDS = sizeof worlds / sizeof *worlds };

struct trace {
    struct digest rows, end;
};

/* The mixture and what is learned from next. */
static bool trace_row(void *argument, const struct replicate *r)
{
    struct trace *trace = argument;
    size_t const states = (size_t)r->plan->shape.states;
    trace->rows = digest_join(trace->rows, digest_bytes(r->mixture, sizeof(double) * states));
    trace->rows = digest_join(
        trace->rows, digest_bytes(r->tally, sizeof *r->tally * (size_t)r->plan->tally_count));
    return true;
}

static struct trace run_with(const char *world, const char *review, int workers, int64_t index)
{
    struct trace trace = {.rows = digest_bytes("", 0)};
    struct society *s = society_create(4, "%s" REVIEW "%s", world, review);
    replicate_destroy(s->replicate);
    s->replicate = replicate_create(s->plan, workers);
    assert_non_null(s->replicate);
    society_run(s, index, trace_row, &trace);
    trace.end = replicate_digest(s->replicate);
    society_destroy(s);
    return trace;
}

static bool is_same(struct digest a, struct digest b)
{
    return a.low == b.low && a.high == b.high;
}

/* A reviewer who never errs looks at safe samples alone: all are drawn twice and nothing is taken
 * away. */
static void a_look_changes_nothing(void **state)
{
    (void)state;
    static const char harmless[] = "flags_unsafe = 0\nflags_safe = 1\nspecificity = 1\n";
    static const char harmful[] = "flags_unsafe = 0\nflags_safe = 0.01\nspecificity = 0.5\n";
    for (int w = 0; w < WORLDS; w++) {
        int64_t const index = battery_fresh();
        struct trace const without = run_with(worlds[w], "from = 1000\n", 1, index);
        struct trace const with = run_with(worlds[w], harmless, 1, index);
        struct trace const other = run_with(worlds[w], harmful, 1, index);
        battery_same("rows with a review that drops nothing", 1, is_same(without.rows, with.rows),
                     1, 0);
        battery_same("rows with one that does", 0, is_same(without.rows, other.rows), 1, 0);
    }
    battery_worst("review: drawn twice, the same samples, in 7 worlds");
}

static void threads_change_no_bit_of_a_review(void **state)
{
    (void)state;
    static const char *const reviews[] = {
        "flags_safe = 0.2\ncapacity = 300\nunreviewed = \"hold\"\nfatigue = 0.01\n",
        "flags_safe = 0.3\ndelay = 1\nqueue = 500\noverflow = \"drop\"\n"};
    static const int threads[] = {2, 3, 7};
    for (int w = 0; w < WORLDS; w++)
        for (int k = 0; k < 2; k++) {
            int64_t const index = battery_fresh();
            struct trace const one = run_with(worlds[w], reviews[k], 1, index);
            for (int i = 0; i < 3; i++) {
                struct trace const many = run_with(worlds[w], reviews[k], threads[i], index);
                battery_same("rows by threads", 1, is_same(one.rows, many.rows), 1, 0);
                battery_same("ends by threads", 1, is_same(one.end, many.end), 1, 0);
            }
        }
    battery_worst("review: 2, 3, 7 threads as 1, in 14 worlds");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limited_reviewers_follow_the_mean_field),
        cmocka_unit_test(tired_reviewers_err_more),
        cmocka_unit_test(what_is_not_reviewed_waits_in_a_queue),
        cmocka_unit_test(a_late_verdict_brings_the_sample_late),
        cmocka_unit_test(a_full_queue_overflows),
        cmocka_unit_test(a_look_changes_nothing),
        cmocka_unit_test(threads_change_no_bit_of_a_review),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
