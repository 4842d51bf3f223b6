#include "host/call.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/workers.h"
#include "gyre/intervention.h"
#include "gyre/update.h"
#include "world/kernel.h"
#include "world/probability.h"
#include "world/random.h"
#include "world/sweep.h"

static atomic_int stopping;

void call_stop_all(void)
{
    atomic_store(&stopping, 1);
}

bool call_stopping(void)
{
    return atomic_load_explicit(&stopping, memory_order_relaxed) != 0;
}

/* ---- services ----------------------------------------------------------- */

static struct call *call_of(gyre_ctx *ctx)
{
    return (struct call *)(void *)ctx;
}

static gyre_status host_fail(gyre_ctx *ctx, gyre_status status, const char *sentence)
{
    struct call *call = call_of(ctx);
    snprintf(call->sentence, sizeof call->sentence, "%s", sentence ? sentence : "");
    call->said = sentence && *sentence;
    return status;
}

static void *host_alloc(gyre_ctx *ctx, size_t size, size_t align)
{
    struct call *call = call_of(ctx);
    if (align > 64 || (align & (align - 1)) != 0)
        return NULL;
    void *memory = arena_try(call->instance->memory, size);
    return memory ? memset(memory, 0, size) : NULL;
}

static void *host_scratch(gyre_ctx *ctx, size_t size)
{
    struct call *call = call_of(ctx);
    void *memory = arena_try(call->scratch, size);
    call->taken += memory ? size : 0;
    return memory;
}

static void host_bits(gyre_ctx *ctx, uint32_t stream, uint64_t first, int64_t n, uint64_t *out)
{
    const struct call *call = call_of(ctx);
    random_words(call->key, call->round, random_stream(stream & 0xffff, 0), first, n, out);
}

static void host_uniform(gyre_ctx *ctx, uint32_t stream, uint64_t first, int64_t n, double *out)
{
    enum { CHUNK = 256 };
    uint64_t word[CHUNK];
    for (int64_t done = 0; done < n; done += CHUNK) {
        int64_t const part = n - done < CHUNK ? n - done : CHUNK;
        host_bits(ctx, stream, first + (uint64_t)done, part, word);
        for (int64_t i = 0; i < part; i++)
            out[done + i] = random_unit(word[i]);
    }
}

static void host_log(gyre_ctx *ctx, const double *x, int64_t n, double *out)
{
    sweep_log(call_of(ctx)->workers, out, x, n);
}

static void host_exp(gyre_ctx *ctx, const double *x, int64_t n, double *out)
{
    sweep_exp(call_of(ctx)->workers, out, x, n);
}

static double host_total(gyre_ctx *ctx, const double *x, int64_t n)
{
    return sweep_sum(call_of(ctx)->workers, x, n);
}

static double host_dot(gyre_ctx *ctx, const double *x, const double *y, int64_t n)
{
    return sweep_dot(call_of(ctx)->workers, x, y, n);
}

static int64_t host_pack(gyre_ctx *ctx, const double *x, int64_t n, double *out, uint32_t *index)
{
    (void)ctx;
    return kernel_get()->pack(x, n, out, index);
}

static void host_combine(gyre_ctx *ctx, const gyre_matrix *a, const gyre_matrix *x, double *out,
                         int64_t step)
{
    (void)ctx;
    kernel_get()->combine(a, x, out, step);
}

static void host_project(gyre_ctx *ctx, const gyre_matrix *a, const gyre_matrix *x, double *out,
                         int64_t step)
{
    (void)ctx;
    kernel_get()->project(a, x, out, step);
}

static void host_each(gyre_ctx *ctx, int64_t n,
                      void (*task)(void *argument, int64_t begin, int64_t end), void *argument)
{
    workers_each(call_of(ctx)->workers, n, task, argument);
}

static double host_entropy(gyre_ctx *ctx, const double *p, int64_t n, double *alike)
{
    return probability_entropy(call_of(ctx)->workers, p, n, alike);
}

static double host_covered(gyre_ctx *ctx, const double *p, double least, const double *weight,
                           int64_t n)
{
    return probability_covered(call_of(ctx)->workers, p, least, weight, n);
}

static void host_move(gyre_ctx *ctx, double *p, const uint32_t *count, double total, double rate,
                      int64_t n)
{
    probability_move(call_of(ctx)->workers, p, count, total, rate, n);
}

static gyre_status host_learn(gyre_ctx *ctx, const gyre_data *data, const gyre_examples *examples,
                              double rate)
{
    struct call *call = call_of(ctx);
    if (!call->learn)
        return host_fail(ctx, GYRE_E_INVALID, "learn has a meaning only in an update's callback");
    return call->learn(call, data, examples, rate);
}

static gyre_status host_teach(gyre_ctx *ctx, const gyre_data *data, const gyre_class *class)
{
    struct call *call = call_of(ctx);
    if (!call->teach)
        return host_fail(ctx, GYRE_E_INVALID, "teach has a meaning only in an update's callback");
    return call->teach(call, data, class);
}

static gyre_status host_ask(gyre_ctx *ctx, gyre_question *question, int64_t count, int32_t wait)
{
    struct call *call = call_of(ctx);
    if (call->desk)
        return call->desk->ask(call->desk->argument, call, question, count, wait != 0);
    return host_fail(ctx, GYRE_E_INVALID,
                     "asks a person, and nobody sits at this run: use gyre run --review");
}

static int find_output(const struct outputs *known, const char *name)
{
    int i = 0;
    while (known->name[i] && strcmp(known->name[i], name) != 0)
        i++;
    return known->name[i] ? i : -1;
}

static int32_t host_output(gyre_ctx *ctx, const char *name)
{
    struct call *call = call_of(ctx);
    struct instance *instance = call->setup;
    char sentence[300];
    if (!instance || !instance->known)
        return (int32_t)-host_fail(ctx, GYRE_E_INVALID, "outputs are found in open alone");
    int const found = find_output(instance->known, name);
    if (found >= 0) {
        instance->reads[found] = true;
        return found;
    }
    const char *near = text_nearest(name, instance->known->name);
    snprintf(sentence, sizeof sentence, "\"%.80s\" is not measured in this scenario%s%.80s%s", name,
             near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return (int32_t)-host_fail(ctx, GYRE_E_INVALID, sentence);
}

static double host_value(gyre_ctx *ctx, int32_t output)
{
    const struct call *call = call_of(ctx);
    const struct outputs *known = call->instance->known;
    bool const there = call->value && known && output >= 0 && output < known->count;
    return there ? call->value[output] : NAN;
}

static int32_t host_should_stop(gyre_ctx *ctx)
{
    (void)ctx;
    return call_stopping();
}

static const gyre_host host = {
    .size = sizeof host,
    .abi_minor = GYRE_ABI_MINOR,
    .fail = host_fail,
    .alloc = host_alloc,
    .scratch = host_scratch,
    .uniform = host_uniform,
    .bits = host_bits,
    .learn = host_learn,
    .teach = host_teach,
    .ask = host_ask,
    .output = host_output,
    .value = host_value,
    .log = host_log,
    .exp = host_exp,
    .total = host_total,
    .dot = host_dot,
    .pack = host_pack,
    .combine = host_combine,
    .project = host_project,
    .each = host_each,
    .should_stop = host_should_stop,
    .entropy = host_entropy,
    .covered = host_covered,
    .move = host_move,
};

/* ---- a call's life ------------------------------------------------------ */

void call_init(struct call *call, const struct instance *instance, const gyre_shape *shape)
{
    *call = (struct call){.instance = instance, .scratch = arena_create(), .workers = 1};
    call->ctx = (gyre_ctx){
        .size = sizeof call->ctx,
        .host = &host,
        .shape = shape,
        .conf = instance->conf,
        .cache = instance->cache,
    };
    size_t const count = instance->component->about.field_count + 1;
    call->fields = arena_alloc(instance->memory, count * sizeof *call->fields);
    memcpy(call->fields, instance->fields, count * sizeof *call->fields);
    call->ctx.fields = call->fields;
}

void call_fini(struct call *call)
{
    arena_destroy(call->scratch);
}

void call_bind(struct call *call, uint64_t seed, uint32_t replicate, void *state,
               double *const live[SPACE_LIVES])
{
    for (int i = 0; i < SPACE_LIVES; i++)
        if (call->instance->live[i] >= 0)
            call->fields[call->instance->live[i]] = (gyre_view){live[i], call->ctx.shape->states};
    call->ctx.replicate = replicate;
    call->ctx.state = state;
    call->key = random_key(seed, replicate, call->instance->label);
}

void call_start_clock(struct call *call)
{
    struct call_clock *clock = call->clock;
    struct call_part *part = clock->row + call->part;
    part->calls++;
    call->outer = clock->now;
    call_turn(clock, part);
}

const char *call_sentence(const struct call *call, gyre_status status)
{
    if (call->said)
        return call->sentence;
    if (status == GYRE_E_STOPPED)
        return "stopped, and nobody asked it to";
    return status == GYRE_E_NOMEM ? "found no memory" : "failed and did not say why";
}

enum status call_status(gyre_status status)
{
    switch (status) {
    case GYRE_OK:
        return STATUS_OK;
    case GYRE_E_INVALID:
        return STATUS_DATA;
    case GYRE_E_NOMEM:
        return STATUS_LIMIT;
    case GYRE_E_STOPPED:
        return call_stopping() ? STATUS_STOPPED : STATUS_BUG;
    default:
        return STATUS_BUG;
    }
}
