/* policy.rude - the table of policy.categorical, but for what `mode` says. */
#include "rude.h"

#include "gyre/policy.h"

enum {
    WELL,
    EXCESS,
    NEGATIVE,
    UNDEFINED,
    NO_ROW,
    HUGE_ROW,
    SPOILS,
    START,
    LEARN,
    SAY,
    LISTS,
    TABLES,
    STRANGE,
    LONG,
    OWN,
    KEEPS
};

static const char *const choices[] = {
    "well", "excess", "negative", "undefined", "no_row", "huge_row", "spoils", "start", "learn",
    "say",  "lists",  "tables",   "strange",   "long",   "own",      "keeps",  NULL};

RUDE_PARAMS(choices);

static size_t bytes_of(const gyre_ctx *ctx)
{
    return sizeof(double) * (size_t)ctx->shape->states;
}

static size_t row_size(gyre_ctx *ctx)
{
    if (mode_of(ctx) == NO_ROW)
        return 0;
    return mode_of(ctx) == HUGE_ROW ? SIZE_MAX / 2 : bytes_of(ctx);
}

static double *row_at(const gyre_rows *rows, int64_t row)
{
    return (double *)(void *)((char *)rows->row + (size_t)row * rows->stride);
}

static gyre_status start(gyre_ctx *ctx, const gyre_rows *rows, const double *p)
{
    for (int64_t r = 0; r < rows->count; r++)
        memcpy(row_at(rows, r), p, bytes_of(ctx));
    if (mode_of(ctx) == START)
        return ctx->host->fail(ctx, GYRE_E_INVALID, "there is nothing to begin with");
    return GYRE_OK;
}

/* Wrong in what it says of a row, which it does not change. */
static void tell(const gyre_ctx *ctx, const double *row, double *p)
{
    int64_t const last = ctx->shape->states - 1;
    for (int64_t z = 0; z <= last; z++)
        p[z] = mode_of(ctx) == EXCESS ? 1.1 * row[z] : row[z];
    if (mode_of(ctx) == UNDEFINED)
        p[last] = (double)NAN;
    if (mode_of(ctx) == NEGATIVE) {
        p[0] += p[last] + 0.25;
        p[last] = -0.25;
    }
}

static const uint32_t beyond[] = {0, UINT32_MAX};

static gyre_status say(gyre_ctx *ctx, const void *row, gyre_said *said)
{
    tell(ctx, row, said->buffer);
    if (mode_of(ctx) == SAY)
        return ctx->host->fail(ctx, GYRE_E_INVALID, "lost for words");
    if (mode_of(ctx) != LISTS)
        said->p = said->buffer;
    if (mode_of(ctx) == STRANGE || mode_of(ctx) == LONG)
        *said = (gyre_said){.size = sizeof *said,
                            .state = mode_of(ctx) == LONG ? NULL : beyond,
                            .count = mode_of(ctx) == LONG ? INT64_MAX : 2};
    return GYRE_OK;
}

static double own(gyre_ctx *ctx)
{
    switch (mode_of(ctx)) {
    case TABLES:
    case STRANGE:
    case LONG:
        return 1;
    case OWN:
        return 1.5;
    case KEEPS:
        return 0.5;
    default:
        return 0;
    }
}

/* Learns all at once, from counts alone: enough for a society that samples. */
static gyre_status learn(gyre_ctx *ctx, const gyre_rows *rows, const gyre_examples *examples,
                         double rate)
{
    (void)rate;
    if (mode_of(ctx) == LEARN)
        return ctx->host->fail(ctx, GYRE_E_INVALID, "too old to learn");
    for (int64_t r = 0; r < rows->count && examples->count > 0; r++) {
        double *p = row_at(rows, r);
        memset(p, 0, bytes_of(ctx));
        for (int64_t i = 0; i < examples->count; i++)
            p[examples->state[i]] += 1.0 / (double)examples->count;
        if (mode_of(ctx) == SPOILS)
            p[0] += 0.5;
    }
    return GYRE_OK;
}

static const gyre_policy_ops ops = {.size = sizeof ops,
                                    .row_size = row_size,
                                    .start = start,
                                    .say = say,
                                    .learn = learn,
                                    .own = own};

static const gyre_component rude = {
    .size = sizeof rude, RUDE_ABOUT(GYRE_KIND_POLICY, "policy.rude"), .ops = &ops};

GYRE_MODULE("org.example.rude", "1.0.0", "CC0-1.0", &rude);
