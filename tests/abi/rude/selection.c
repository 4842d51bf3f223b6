/* selection.rude - weights that are none, and every way in which a callback can refuse. */
#include "rude.h"

#include "gyre/policy.h"
#include "gyre/selection.h"

enum {
    WELL,
    UNDEFINED,
    NEGATIVE,
    INFINITE,
    ZERO,
    SENTENCE,
    SILENT,
    EMPTY,
    CONTROL,
    LONG,
    MEMORY,
    UNKNOWN,
    LEARNS,
    LATE,
    TINY,
    VAST,
    STOPPED,
    CHECK,
    CHECK_SILENT,
    CHECK_CONTROL,
    CHECK_MEMORY,
    OPEN,
    OPEN_SILENT,
    RESET,
    RESET_LATE
};

static const char *const choices[] = {"well",         "undefined", "negative",     "infinite",
                                      "zero",         "sentence",  "silent",       "empty",
                                      "control",      "long",      "memory",       "unknown",
                                      "learns",       "late",      "tiny",         "vast",
                                      "stopped",      "check",     "check_silent", "check_control",
                                      "check_memory", "open",      "open_silent",  "reset",
                                      "reset_late",   NULL};

RUDE_PARAMS(choices);

static gyre_status say(gyre_ctx *ctx, const char *sentence)
{
    return ctx->host->fail(ctx, GYRE_E_INVALID, sentence);
}

static gyre_status check(gyre_ctx *ctx)
{
    switch (mode_of(ctx)) {
    case CHECK:
        return say(ctx, "check has seen enough");
    case CHECK_SILENT:
        return GYRE_E_INVALID;
    case CHECK_CONTROL:
        return say(ctx, "one\ntwo\r\x1b[31mred\x7f");
    case CHECK_MEMORY:
        return GYRE_E_NOMEM;
    default:
        return GYRE_OK;
    }
}

static gyre_status open(gyre_ctx *ctx)
{
    if (mode_of(ctx) == OPEN)
        return say(ctx, "open has seen enough");
    return mode_of(ctx) == OPEN_SILENT ? GYRE_E_INVALID : GYRE_OK;
}

static gyre_status reset(gyre_ctx *ctx)
{
    if (mode_of(ctx) == RESET || (mode_of(ctx) == RESET_LATE && ctx->replicate == 2))
        return say(ctx, "there is no beginning");
    return GYRE_OK;
}

static gyre_status say_at_length(gyre_ctx *ctx)
{
    char sentence[5000];
    memset(sentence, 'a', sizeof sentence - 1);
    sentence[sizeof sentence - 1] = 0;
    return say(ctx, sentence);
}

static gyre_status refuse(gyre_ctx *ctx, const gyre_round *round)
{
    switch (mode_of(ctx)) {
    case SENTENCE:
        return say(ctx, "this is my sentence");
    case SILENT:
        return GYRE_E_INVALID;
    case EMPTY:
        return say(ctx, "");
    case CONTROL:
        return say(ctx, "one\ntwo\r\x1b[31mred\x7f");
    case LONG:
        return say_at_length(ctx);
    case MEMORY:
        return GYRE_E_NOMEM;
    case UNKNOWN:
        return 99;
    case LEARNS:
        return ctx->host->learn(ctx, NULL, NULL, 1);
    case VAST:
        return ctx->host->scratch(ctx, (size_t)1 << 46) ? GYRE_OK : GYRE_E_NOMEM;
    case STOPPED:
        return GYRE_E_STOPPED;
    case LATE:
        return ctx->replicate >= 3 && round->round == 2 ? say(ctx, "late it is") : GYRE_OK;
    default:
        return GYRE_OK;
    }
}

static gyre_status weigh(gyre_ctx *ctx, const gyre_round *round, double *weight)
{
    for (int64_t z = 0; z < ctx->shape->states; z++)
        weight[z] = mode_of(ctx) == ZERO ? 0 : mode_of(ctx) == TINY ? 1e-310 : 1;
    double *last = &weight[ctx->shape->states - 1];
    if (mode_of(ctx) == UNDEFINED)
        *last = (double)NAN;
    if (mode_of(ctx) == NEGATIVE)
        *last = -DBL_MIN;
    if (mode_of(ctx) == INFINITE)
        *last = (double)INFINITY;
    return refuse(ctx, round);
}

static const gyre_selection_ops ops = {.size = sizeof ops, .weigh = weigh};

static const gyre_component rude = {.size = sizeof rude,
                                    RUDE_ABOUT(GYRE_KIND_SELECTION, "selection.rude"),
                                    .check = check,
                                    .open = open,
                                    .reset = reset,
                                    .ops = &ops};

GYRE_MODULE("org.example.rude", "1.0.0", "CC0-1.0", &rude);
