/* metric.books - uses memory, state, cache and columns as component.h says, and tells what it saw.
 */
#include <math.h>
#include <string.h>

#include "gyre/metric.h"

struct conf {
    int64_t begin;
    int32_t wanted;
};

static const gyre_param params[] = {
    GYRE_P_I64(struct conf, begin, 0, 0, 1000, "visits", "What the count begins with."),
    GYRE_P_BOOL(struct conf, wanted, 0, "Whether it wants the column `lazy`."),
};

enum { UTILITY, ABSENT, RENAMED, LAZY, AGE, MET, HELD, SOME };

static const gyre_field fields[] = {
    [UTILITY] = {"utility", "utility", NULL, GYRE_OF_STATE, GYRE_READ, "There."},
    [ABSENT] = {"absent", "absent", NULL, GYRE_OF_STATE, GYRE_READ | GYRE_OPTIONAL, "Not there."},
    [RENAMED] = {"renamed", NULL, NULL, GYRE_OF_STATE, GYRE_READ, "The scenario says which."},
    [LAZY] = {"lazy", "utility", "wanted", GYRE_OF_STATE, GYRE_READ, "There when wanted."},
    [AGE] = {"age", "age", NULL, GYRE_OF_AGENT, GYRE_READ, "Of agents."},
    [MET] = {"met", "met", NULL, GYRE_OF_CONTEXT, GYRE_READ, "Of contexts."},
    [HELD] = {"held", "held", NULL, GYRE_OF_STATE, GYRE_READ, "Live."},
    [SOME] = {"some", NULL, NULL, GYRE_OF_STATE, GYRE_READ | GYRE_OPTIONAL | GYRE_LIST, "Several."},
};

enum {
    SCRATCH,
    ALLOC,
    VISITS,
    CACHED,
    NOTHING,
    OTHER,
    LATER,
    AGES,
    CHANCES,
    SHARES,
    LISTED,
    LAST,
    STOP
};

#define ANY -INFINITY, INFINITY, 0, 0

static const gyre_output outputs[] = {
    [SCRATCH] = {"scratch", "", "1: aligned, apart and whole until the end.", ANY},
    [ALLOC] = {"alloc", "", "1: was aligned and zeroed.", ANY},
    [VISITS] = {"visits", "", "Rows that this instance has seen.", ANY},
    [CACHED] = {"cached", "", "The sum of utility, from open.", ANY},
    [NOTHING] = {"absent", "", "Values of a column that is not there.", ANY},
    [OTHER] = {"renamed", "", "The sum of a column.", ANY},
    [LATER] = {"lazy", "", "The sum of a column, -1: not handed out.", ANY},
    [AGES] = {"age", "", "The sum of a column.", ANY},
    [CHANCES] = {"met", "", "The sum of a column.", ANY},
    [SHARES] = {"held", "", "The sum of a column.", ANY},
    [LISTED] = {"listed", "", "The sum of all columns of a list.", ANY},
    [LAST] = {"last", "", "The last number of a list.", ANY},
    [STOP] = {"stop", "", "Whether to stop.", ANY},
};

struct cache {
    double total;
    int sound;
};

static double total(const gyre_view *view)
{
    double sum = 0;
    for (int64_t i = 0; view->data && i < view->count; i++)
        sum += view->data[i];
    return view->data ? sum : -1;
}

static double last(const gyre_view *view)
{
    return view->count > 0 ? view->data[view->count - 1] : -1;
}

static int is_aligned(const void *memory, size_t align)
{
    return memory && (uintptr_t)memory % align == 0;
}

/* Sizes from nothing to more than any chunk, each aligned as asked and zeroed. */
static int alloc_is_sound(gyre_ctx *ctx)
{
    static const size_t sizes[] = {1, 3, 0, 64, 300000, 7};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *memory = ctx->host->alloc(ctx, sizes[i], (size_t)1 << (i + 1));
        if (!is_aligned(memory, (size_t)1 << (i + 1)))
            return 0;
        for (size_t k = 0; k < sizes[i]; k++)
            if (memory[k] != 0)
                return 0;
        memset(memory, 0xff, sizes[i]);
    }
    return !ctx->host->alloc(ctx, 8, 128) && !ctx->host->alloc(ctx, 8, 3);
}

static gyre_status open(gyre_ctx *ctx)
{
    struct cache *cache = ctx->host->alloc(ctx, sizeof *cache, _Alignof(struct cache));
    if (!cache)
        return GYRE_E_NOMEM;
    cache->total = total(&ctx->fields[UTILITY]);
    cache->sound = alloc_is_sound(ctx) && !ctx->fields[HELD].data;
    ctx->cache = cache;
    return GYRE_OK;
}

static gyre_status reset(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    int64_t *visits = ctx->state;
    if (*visits != 0)
        return ctx->host->fail(ctx, GYRE_E_INVALID, "the state was not zeroed");
    *visits = conf->begin;
    return GYRE_OK;
}

/* Pieces small and large, filled with numbers of their own and looked at in the end. */
static int scratch_is_sound(gyre_ctx *ctx)
{
    static const size_t sizes[] = {1, 100, 65536, 1, 500000, 64, 30000, 30000, 30000};
    enum { PIECES = sizeof sizes / sizeof *sizes };
    unsigned char *piece[PIECES];
    for (int i = 0; i < PIECES; i++) {
        piece[i] = ctx->host->scratch(ctx, sizes[i]);
        if (!is_aligned(piece[i], 64))
            return 0;
        memset(piece[i], i + 1, sizes[i]);
    }
    for (int i = 0; i < PIECES; i++)
        for (size_t k = 0; k < sizes[i]; k++)
            if (piece[i][k] != i + 1)
                return 0;
    return 1;
}

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *slot, double *out)
{
    (void)round, (void)slot;
    const struct cache *cache = ctx->cache;
    int64_t *visits = ctx->state;
    *visits += 1;
    out[SCRATCH] = scratch_is_sound(ctx);
    out[ALLOC] = cache->sound;
    out[VISITS] = (double)*visits;
    out[CACHED] = cache->total;
    out[NOTHING] = ctx->fields[ABSENT].data ? 1 : 0;
    out[OTHER] = total(&ctx->fields[RENAMED]);
    out[LATER] = total(&ctx->fields[LAZY]);
    out[AGES] = total(&ctx->fields[AGE]);
    out[CHANCES] = total(&ctx->fields[MET]);
    out[SHARES] = total(&ctx->fields[HELD]);
    out[LISTED] = total(&ctx->fields[SOME]);
    out[LAST] = last(&ctx->fields[SOME]);
    out[STOP] = ctx->host->should_stop(ctx);
    return GYRE_OK;
}

static const gyre_metric_ops ops = {.size = sizeof ops, GYRE_OUTPUTS(outputs), .measure = measure};

static const gyre_component books = {.size = sizeof books,
                                     .kind = GYRE_KIND_METRIC,
                                     .id = "metric.books",
                                     .version = "1.0.0",
                                     .summary = "Uses everything.",
                                     .doc = "Books.\n",
                                     GYRE_PARAMS(params),
                                     GYRE_FIELDS(fields),
                                     .conf_size = sizeof(struct conf),
                                     .state_size = sizeof(int64_t),
                                     .open = open,
                                     .reset = reset,
                                     .ops = &ops};

GYRE_MODULE("org.example.books", "1.0.0", "CC0-1.0", &books);
