/* How many threads work on a society changes no bit: of its end, nor of any number on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "battery.h"
#include "society.h"

/* Sizes are such that every phase has several tasks: rows go by 64, samples of one dataset by
 * 8192. */
#define SPACE                                                                                      \
    "[space]\nstates = 96\ncontexts = [50, 30, 16]\nmet = [0.6, 0.3, 0.1]\n"                       \
    "reference = { law = \"zipf\", exponent = 0.8 }\nsafe = { share = 0.8 }\n"
#define METRICS                                                                                    \
    "[[metric]]\nuse = \"metric.drift\"\nagainst = \"reference\"\n"                                \
    "[[metric]]\nuse = \"metric.consensus\"\n"
#define SHARED SPACE "[society]\nagents = 300\n[sampling]\nsamples = 30000\n"
#define EACH                                                                                       \
    SPACE "[society]\nagents = 300\n[sampling]\nsamples = 40\ndataset = \"per_agent\"\n"           \
          "mixing = 0.3\n"
#define MEMORIES                                                                                   \
    SPACE "[society]\nagents = 300\npolicy = { use = \"policy.memory\" }\n[sampling]\n"            \
          "samples = 12\n"
#define FORGET   "[[intervention]]\nuse = \"intervention.forget\"\n"
#define EXTERNAL "[[intervention]]\nuse = \"intervention.external\"\n"
#define VERIFY                                                                                     \
    "[[intervention]]\nuse = \"intervention.verify\"\nact = \"redraw\"\npasses_unsafe = 0.2\n"
#define RECALL "[update]\nuse = \"update.recall\"\nuseful = \"risk\"\n"
#define SPILL                                                                                      \
    "[society.policy]\nuse = \"policy.memory\"\nprior = 0.5\nspill = 0.1\nkind = \"safe\"\n"

static const struct world {
    const char *name, *body;
} worlds[] = {
    {"pool, shared", SHARED "[update]\nuse = \"update.pool\"\n" METRICS},
    {"pool, per_agent", EACH "[update]\nuse = \"update.pool\"\n" METRICS},
    {"popularity, shared", SHARED "[selection]\nuse = \"selection.popularity\"\n" METRICS},
    {"popularity, per_agent", EACH "[selection]\nuse = \"selection.popularity\"\n" METRICS},
    {"sharpen, per_agent", EACH "[selection]\nuse = \"selection.sharpen\"\n" METRICS},
    {"share, shared, verifier", SHARED EXTERNAL "share = 0.2\n" VERIFY METRICS},
    {"count, per_agent, verifier", EACH EXTERNAL "count = 7\n" VERIFY METRICS},
    {"weight, per_agent", EACH EXTERNAL "weight = 0.1\n" METRICS},
    {"temper, per_agent", EACH "[[intervention]]\nuse = \"intervention.temper\"\n" METRICS},
    {"temper, shared", SHARED "[[intervention]]\nuse = \"intervention.temper\"\n" METRICS},
    {"temper, policies", EACH "[[intervention]]\nuse = \"intervention.temper\"\n"
                              "of = \"policies\"\n" METRICS},
    {"forget, policy, per_agent", EACH FORGET "what = \"policy\"\nrate = 0.1\n" METRICS},
    {"forget, tail, per_agent", EACH FORGET "what = \"tail\"\ncut = 0.02\n" METRICS},
    {"forget, memory, per_agent",
     MEMORIES "dataset = \"per_agent\"\n" FORGET "what = \"memory\"\nfirst = \"random\"\n"
              "share = 0.3\n" METRICS},
    {"forget, memory, shared", MEMORIES FORGET "what = \"memory\"\nfirst = \"random\"\n"
                                               "share = 0.3\n" METRICS},
    {"recall, shared, spill", SHARED RECALL SPILL METRICS},
    {"recall, shared", SHARED RECALL METRICS},
    {"recall, shared, spill, forget",
     SHARED RECALL SPILL FORGET "what = \"memory\"\nfirst = \"random\"\nshare = 0.3\n" METRICS},
    {"recall, per_agent, spill", EACH RECALL SPILL METRICS},
    {"all at once, per_agent",
     EACH "[update]\nuse = \"update.pool\"\n[selection]\nuse = \"selection.popularity\"\n"
          "[[intervention]]\nuse = \"intervention.temper\"\n" EXTERNAL "share = 0.1\n" EXTERNAL
          "as = \"by_number\"\ncount = 3\n" VERIFY METRICS},
};

enum { WORLDS = sizeof worlds / sizeof *worlds, ROUNDS = 4, THREADS = 4 };

static const int threads[THREADS] = {1, 2, 3, 7};

/* Every number of every row, and every agent's policy at the end. */
struct trace {
    struct digest rows, end;
};

static bool note(void *argument, const struct replicate *r)
{
    struct trace *trace = argument;
    trace->rows = digest_join(
        trace->rows, digest_bytes(r->value, sizeof *r->value * (size_t)r->plan->output_count));
    trace->rows = digest_join(
        trace->rows, digest_bytes(r->tally, sizeof *r->tally * (size_t)r->plan->tally_count));
    trace->rows = digest_join(
        trace->rows, digest_bytes(r->mixture, sizeof(double) * (size_t)r->plan->shape.states));
    return true;
}

static struct trace run_with(const char *body, int workers, int64_t index)
{
    struct trace trace = {.rows = digest_bytes("", 0)};
    struct society *s = society_create(ROUNDS, "%s", body);
    replicate_destroy(s->replicate);
    s->replicate = replicate_create(s->plan, workers);
    assert_non_null(s->replicate);
    society_run(s, index, note, &trace);
    trace.end = replicate_digest(s->replicate);
    society_destroy(s);
    return trace;
}

static bool is_same(struct digest a, struct digest b)
{
    return a.low == b.low && a.high == b.high;
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    char name[96];
    for (int w = 0; w < WORLDS; w++) {
        int64_t const index = battery_fresh();
        struct trace const one = run_with(worlds[w].body, threads[0], index);
        for (int i = 1; i < THREADS; i++) {
            struct trace const many = run_with(worlds[w].body, threads[i], index);
            snprintf(name, sizeof name, "%s, %d threads: digest, rows", worlds[w].name, threads[i]);
            battery_same(name, 1, is_same(one.end, many.end), 1, 0);
            battery_same(name, 1, is_same(one.rows, many.rows), 1, 0);
        }
        struct trace const other = run_with(worlds[w].body, 2, battery_fresh());
        assert_false(is_same(one.end, other.end) || is_same(one.rows, other.rows));
        snprintf(name, sizeof name, "%s: 2, 3, 7 threads as 1", worlds[w].name);
        battery_worst(name);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_change_no_bit)};
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
