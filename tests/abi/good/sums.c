/* metric.sums - sums, products, logarithms and parts of arrays longer than one part, and P_t. */
#include <string.h>

#include "gyre/metric.h"
#include "gyre/real.h"

enum { LONG = 65536 * 3 + 11, PART = 65536 };

enum { TOTAL, DOT, LOG, EXP, PACK, PRODUCTS, EACH, LEARNED, OUTPUTS };

static const gyre_output outputs[] = {
    [TOTAL] = {"total", "", "1: total is gyre_total of parts' gyre_total.", 0, 1, 0, 1},
    [DOT] = {"dot", "", "1: dot is gyre_total of parts' gyre_dot.", 0, 1, 0, 0},
    [LOG] = {"log", "", "1: log is gyre_log.", 0, 1, 0, 0},
    [EXP] = {"exp", "", "1: exp is gyre_exp.", 0, 1, 0, 0},
    [PACK] = {"pack", "", "1: pack keeps what is positive.", 0, 1, 0, 0},
    [PRODUCTS] = {"products", "", "1: combine and project are sums in order.", 0, 1, 0, 0},
    [EACH] = {"each", "", "1: each is given every number once.", 0, 1, 0, 0},
    [LEARNED] = {"learned", "", "1: P_t is a Pbar, normalised.", 0, 1, 0, 0},
};

static const gyre_field fields[] = {
    {.name = "distribution",
     .column = "distribution",
     .of = GYRE_OF_STATE,
     .access = GYRE_READ,
     .doc = "P_t."},
};

struct room {
    double x[LONG], y[LONG];
    uint32_t index[LONG];
    unsigned char times[LONG];
};

static void touch(void *argument, int64_t begin, int64_t end)
{
    struct room *room = argument;
    for (int64_t i = begin; i < end; i++)
        room->times[i]++;
}

static int are_once(const struct room *room)
{
    int once = 1;
    for (int64_t i = 0; i < LONG; i++)
        once = once && room->times[i] == 1;
    return once;
}

static int are_logs(gyre_ctx *ctx, struct room *room)
{
    int same = 1;
    ctx->host->log(ctx, room->x, LONG, room->y);
    for (int64_t i = 0; i < LONG; i++)
        same = same && room->y[i] == gyre_log(room->x[i]);
    return same;
}

static int are_exps(gyre_ctx *ctx, struct room *room)
{
    int same = 1;
    ctx->host->exp(ctx, room->x, LONG, room->y);
    for (int64_t i = 0; i < LONG; i++)
        same = same && room->y[i] == gyre_exp(room->x[i]);
    return same;
}

/* Of a few, every third of which is positive. */
static int are_packed(gyre_ctx *ctx, struct room *room)
{
    enum { FEW = 1000 };
    double some[FEW];
    for (int i = 0; i < FEW; i++)
        some[i] = i % 3 == 0 ? room->x[i] : i % 3 == 1 ? 0 : -room->x[i];
    int64_t const n = ctx->host->pack(ctx, some, FEW, room->y, room->index);
    int same = n == (FEW + 2) / 3;
    for (int64_t k = 0; k < n; k++)
        same = same && room->index[k] == 3 * k && room->y[k] == room->x[3 * k];
    return same;
}

/* Of 3 rows by 5 of 70 numbers; to what was there before it is added. */
static int are_products(gyre_ctx *ctx, const struct room *room)
{
    double combined[3][70] = {{1}}, projected[3][5] = {{1}};
    gyre_matrix const a = {room->x, 3, 5, 5}, x = {room->x + 15, 5, 70, 70};
    gyre_matrix const long_a = {room->x, 3, 70, 70};
    int same = 1;
    ctx->host->combine(ctx, &a, &x, combined[0], 70);
    ctx->host->project(ctx, &long_a, &x, projected[0], 5);
    for (int r = 0; r < 3; r++) {
        for (int i = 0; i < 70; i++) {
            double sum = r == 0 && i == 0 ? 1 : 0;
            for (int j = 0; j < 5; j++)
                sum += a.at[r * 5 + j] * x.at[j * 70 + i];
            same = same && sum == combined[r][i];
        }
        for (int j = 0; j < 5; j++)
            same = same && projected[r][j] == (r == 0 && j == 0 ? 1 : 0) +
                                                  gyre_dot(room->x + r * 70, x.at + j * 70, 70);
    }
    return same;
}

static void compare_sums(gyre_ctx *ctx, const struct room *room, double *out)
{
    double total[LONG / PART + 1], dot[LONG / PART + 1];
    int64_t parts = 0;
    for (int64_t at = 0; at < LONG; at += PART, parts++) {
        int64_t const n = LONG - at < PART ? LONG - at : PART;
        total[parts] = gyre_total(room->x + at, n);
        dot[parts] = gyre_dot(room->x + at, room->y + at, n);
    }
    out[TOTAL] = ctx->host->total(ctx, room->x, LONG) == gyre_total(total, parts);
    out[DOT] = ctx->host->dot(ctx, room->x, room->y, LONG) == gyre_total(dot, parts);
}

/* Of a society with g = 1 and one context. */
static int is_learned(const gyre_ctx *ctx, const gyre_round *round)
{
    double sum = 0;
    int same = 1;
    for (int64_t z = 0; z < ctx->shape->states; z++)
        sum += round->weight[z] * round->mixture[z];
    for (int64_t z = 0; z < ctx->shape->states; z++) {
        double const off = ctx->fields[0].data[z] - round->weight[z] * round->mixture[z] / sum;
        same = same && off < 1e-12 && off > -1e-12;
    }
    return same;
}

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *slots, double *out)
{
    (void)slots;
    struct room *room = ctx->host->scratch(ctx, sizeof *room);
    if (!room)
        return GYRE_E_NOMEM;
    memset(room, 0, sizeof *room);
    ctx->host->uniform(ctx, 0, 0, LONG, room->x);
    for (int64_t i = 0; i < LONG; i++)
        room->x[i] += 0x1p-60;
    out[EXP] = are_exps(ctx, room);
    out[PACK] = are_packed(ctx, room);
    out[PRODUCTS] = are_products(ctx, room);
    out[LOG] = are_logs(ctx, room);
    compare_sums(ctx, room, out);
    ctx->host->each(ctx, LONG, touch, room);
    out[EACH] = are_once(room);
    out[LEARNED] = is_learned(ctx, round);
    return GYRE_OK;
}

static const gyre_metric_ops ops = {.size = sizeof ops, GYRE_OUTPUTS(outputs), .measure = measure};

static const gyre_component sums = {
    .size = sizeof sums,
    .kind = GYRE_KIND_METRIC,
    .id = "metric.sums",
    .version = "1.0.0",
    .summary = "Holds the host's sums against real.h's.",
    GYRE_FIELDS(fields),
    .ops = &ops,
};

GYRE_MODULE("org.example.sums", "1.0.0", "MIT", &sums);
