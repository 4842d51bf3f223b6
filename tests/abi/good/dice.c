/* metric.dice - random words by address, asked for whole, in pieces, backward and from a task. */
#include <string.h>

#include "gyre/metric.h"

enum { WORDS = 1003 };

struct conf {
    int64_t stream, first;
};

static const gyre_param params[] = {
    GYRE_P_I64(struct conf, stream, 1, 0, 65533, "", "The first of two streams."),
    GYRE_P_I64(struct conf, first, 0, 0, 1LL << 50, "words", "The first word."),
};

enum { MIX, OTHER, PIECES, UNITS, SUM, OUTPUTS };

static const gyre_output outputs[] = {
    [MIX] = {"mix", "", "53 bits of all words of a stream.", 0, 9007199254740992, 0, 1},
    [OTHER] = {"other", "", "The same of the next stream.", 0, 9007199254740992, 0, 0},
    [PIECES] = {"pieces", "", "1: in pieces they are the same.", 0, 1, 0, 0},
    [UNITS] = {"units", "", "1: uniform gives the words' upper 53 bits.", 0, 1, 0, 0},
    [SUM] = {"task", "", "1: a task gets the word that a phase does.", 0, 1, 0, 0},
};

static double mix(const uint64_t *word)
{
    uint64_t sum = 0;
    for (int i = 0; i < WORDS; i++)
        sum = (sum << 7 | sum >> 57) ^ word[i];
    return (double)(sum >> 11);
}

/* Pieces of 1, 2, 3, .. words, the last ones first. */
static void get_backward(gyre_ctx *ctx, const struct conf *conf, uint64_t *out)
{
    int64_t end = WORDS;
    for (int64_t n = 1; end > 0; n++) {
        int64_t const begin = end > n ? end - n : 0;
        ctx->host->bits(ctx, (uint32_t)conf->stream, (uint64_t)(conf->first + begin), end - begin,
                        out + begin);
        end = begin;
    }
}

static int are_units(const uint64_t *word, const double *unit)
{
    for (int i = 0; i < WORDS; i++)
        if (unit[i] != (double)(word[i] >> 11) * 0x1p-53 || unit[i] < 0 || unit[i] >= 1)
            return 0;
    return 1;
}

static uint32_t slots(gyre_ctx *ctx)
{
    (void)ctx;
    return 1;
}

static gyre_status gather(gyre_ctx *ctx, const gyre_agent *agent, double *slot)
{
    (void)agent;
    const struct conf *conf = ctx->conf;
    ctx->host->uniform(ctx, (uint32_t)conf->stream, (uint64_t)conf->first, 1, slot);
    return GYRE_OK;
}

static int is_near(double a, double b)
{
    return a - b < 1e-9 && b - a < 1e-9;
}

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *slot, double *out)
{
    (void)round;
    uint64_t word[WORDS], other[WORDS], piece[WORDS];
    double unit[WORDS];
    const struct conf *conf = ctx->conf;
    uint32_t const stream = (uint32_t)conf->stream;
    ctx->host->bits(ctx, stream, (uint64_t)conf->first, WORDS, word);
    ctx->host->bits(ctx, stream + 1, (uint64_t)conf->first, WORDS, other);
    ctx->host->uniform(ctx, stream, (uint64_t)conf->first, WORDS, unit);
    get_backward(ctx, conf, piece);
    out[MIX] = mix(word);
    out[OTHER] = mix(other);
    out[PIECES] = memcmp(word, piece, sizeof word) == 0;
    out[UNITS] = are_units(word, unit);
    out[SUM] = is_near(slot[0], unit[0]);
    return GYRE_OK;
}

static const gyre_metric_ops ops = {.size = sizeof ops,
                                    GYRE_OUTPUTS(outputs),
                                    .slots = slots,
                                    .gather = gather,
                                    .measure = measure};

static const gyre_component dice = {.size = sizeof dice,
                                    .kind = GYRE_KIND_METRIC,
                                    .id = "metric.dice",
                                    .version = "1.0.0",
                                    .summary = "Random words.",
                                    .doc = "Words.\n",
                                    GYRE_PARAMS(params),
                                    .conf_size = sizeof(struct conf),
                                    .ops = &ops};

GYRE_MODULE("org.example.dice", "1.0.0", "CC0-1.0", &dice);
