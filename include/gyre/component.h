/* gyre/component.h - the whole binary contract between gyre and a component.
 *
 * A module (a file NAME.gyre.so) exports ONE symbol, gyre_module_1. It lists
 * components; each is const data plus functions that keep nothing of their
 * own: configuration, state and columns belong to the host and are passed in.
 * Start from plugins/intervention/verify.c, which uses most of what is here.
 *
 * Rules that keep old binaries working:
 *   - the first member of every struct is its size as its author compiled it
 *     (tables of rows carry a row size instead);
 *   - members are only ever appended, and all-zero means "not there";
 *   - a non-zero tail that the host does not know is refused, never ignored;
 *   - numbers in enums are never reused; flag bits 16..31 must be understood;
 *   - anything incompatible gets a new symbol, gyre_module_2.
 *
 * Threads: [setup] one thread, no other call on this instance
 *          [phase] one call at a time for an instance and replicate
 *          [task]  many at once, from the core's threads
 *          [any]   callable from anywhere
 * An instance is a component as one scenario uses it. Strings are UTF-8, end
 * with NUL, and those of a module live as long as the module.
 */
#ifndef GYRE_COMPONENT_H
#define GYRE_COMPONENT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GYRE_ABI_MAJOR 1
#define GYRE_ABI_MINOR 0

#if defined(_WIN32)
#define GYRE_EXPORT __declspec(dllexport)
#else
#define GYRE_EXPORT __attribute__((visibility("default")))
#endif

/* ---- status ------------------------------------------------------------- */

/* What every call that can fail returns; 0 is success. Before returning
 * another value call host->fail with one sentence for the user: the host adds
 * file, line, component and round. */
typedef int32_t gyre_status;
enum {
    GYRE_OK = 0,
    GYRE_E_INVALID = 1, /* a parameter, a column or the world makes no sense  */
    GYRE_E_NOMEM = 2,   /* host->alloc or host->scratch gave NULL             */
    GYRE_E_STOPPED = 3  /* saw host->should_stop; no error to the user        */
};

/* ---- kinds -------------------------------------------------------------- */

typedef uint32_t gyre_kind;
enum {
    GYRE_KIND_INVALID = 0,
    GYRE_KIND_POLICY = 1,      /* how a distribution is held    policy.h       */
    GYRE_KIND_SELECTION = 2,   /* a(z)                          selection.h    */
    GYRE_KIND_UPDATE = 3,      /* what is learned from          update.h       */
    GYRE_KIND_METRIC = 4,      /* reads the world               metric.h       */
    GYRE_KIND_INTERVENTION = 5 /* acts on the loop              intervention.h */
};

/* ---- parameters --------------------------------------------------------- */

typedef uint32_t gyre_type;
enum {
    GYRE_TYPE_INVALID = 0,
    GYRE_BOOL = 1, /* int32_t, 0 or 1                */
    GYRE_I64 = 2,  /* int64_t                        */
    GYRE_F64 = 3,  /* double                         */
    GYRE_ENUM = 4, /* int32_t, an index into choices */
    GYRE_TEXT = 5  /* const char *, never NULL       */
};

enum {
    GYRE_PARAM_REQUIRED = 1u << 0, /* the scenario must set it: no default */
    GYRE_PARAM_OPEN_MIN = 1u << 1, /* min itself is not allowed            */
    GYRE_PARAM_OPEN_MAX = 1u << 2  /* max itself is not allowed            */
};

/* One parameter. The host parses, checks and defaults its value and writes it
 * at `offset` of the component's configuration; a component never sees TOML.
 * The same table makes `gyre describe` and the documentation. */
typedef struct gyre_param {
    const char *key; /* [a-z][a-z0-9_]*, stable for ever once published        */
    gyre_type type;
    uint32_t flags;             /* GYRE_PARAM_*                                      */
    size_t offset;              /* bytes into the configuration struct               */
    double min, max, def;       /* numbers, enums, bools: min <= def <= max          */
    const char *text_def;       /* TEXT: the default                                 */
    const char *const *choices; /* ENUM: ends with NULL, in a stable order     */
    const char *unit;           /* "" when dimensionless                       */
    const char *doc;            /* one sentence, ends with a full stop         */
} gyre_param;

/* ---- fields: columns without a copy ------------------------------------- */

enum {
    GYRE_OF_STATE = 1,  /* one value a state, [states]     */
    GYRE_OF_AGENT = 2,  /* one value an agent, [agents]    */
    GYRE_OF_CONTEXT = 3 /* one value a context, [contexts] */
};

enum {
    GYRE_READ = 1u << 0,
    GYRE_OPTIONAL = 1u << 1, /* data is NULL when the world has no such column */
    GYRE_LIST = 1u << 2      /* several columns: the key takes an array of names */
};

/* One column that the component reads. Columns are handed out only when they
 * are declared here: that is how gyre knows what a run depends on. The name is
 * also a key of the scenario: `risk = "harm"` reads the column harm instead.
 *
 * Columns that gyre makes, of states: `reference` (pi*, sums to 1 within each
 * context), `start` (row 0 of every agent), `safe` and `risk`; of contexts:
 * `met`. Two of states are live, a new one each round and not there in check
 * and open: `held`, the share of last round's datasets that held a state, or of
 * its samples when one is shared, 0 in row 0; and `distribution`, P_t(z|c), what
 * the society would learn from next, while selecting that of the row before.
 * They cost time, and are made only where a component declares them.
 *
 * A list has no column of its own (NULL). Its data are the columns one after another in
 * the scenario's order, [columns * states] or the like; no live one can be among them. */
typedef struct gyre_field {
    const char *name;
    const char *column; /* read when the scenario is silent; NULL: it must say */
    const char *when;   /* "key" of a parameter: the column is handed out only if
                         * that is not 0; "key=choice": only if it is that; several
                         * with blanks between them: if all hold. NULL: always   */
    uint32_t of;        /* GYRE_OF_*                                           */
    uint32_t access;    /* GYRE_READ, perhaps GYRE_OPTIONAL, GYRE_LIST         */
    const char *doc;    /* one sentence, ends with a full stop                 */
} gyre_field;

/* One column as resolved: 64-byte aligned, finite, read only, owned by the
 * host. Ends with the call. */
typedef struct gyre_view {
    const double *data; /* [count]; NULL: optional and not there */
    int64_t count;
} gyre_view;

/* ---- the world ---------------------------------------------------------- */

/* What never changes during a run. States of context c are the range
 * [context[c], context[c + 1]); policies are conditional, P(z given c). */
typedef struct gyre_shape {
    uint32_t size;
    uint32_t replaces;                /* 1: all that an agent ever learns are its samples, as they
                                       * came and at rate 1. Not yet known to updates and to
                                       * interventions as they open                          */
    int64_t agents, states, contexts; /* M, K and C, each at least 1           */
    int64_t datasets;                 /* 1 (shared) or M (one an agent)        */
    int64_t samples;                  /* N of one dataset; 0: expected data, no sampling noise  */
    int64_t rounds;
    const int64_t *context; /* [contexts + 1]                                  */
    const double *met;      /* mu, [contexts]: how often the society meets a context;
                             * sums to 1, may be 0                                  */
    double mixing;          /* g: agent m's data are drawn from a(z) [(1 - g) P_m + g Pbar]  */
} gyre_shape;

typedef struct gyre_spectrum gyre_spectrum; /* metric.h */

/* The world in one phase of one round. Arrays are [states], owned by the host,
 * read only, and end with the call. In row t both describe the agents after t
 * updates; an intervention acting in round t + 1 sees row t. */
typedef struct gyre_round {
    uint32_t size;
    uint32_t reserved;
    int64_t round;
    const double *mixture;         /* Pbar(z|c) = sum over agents of w_m P_m(z|c) */
    const double *weight;          /* a(z), not normalised; NULL while selecting  */
    int64_t since;                 /* of an intervention that acts: the first round in which it did;
                                    * else 0                                               */
    const gyre_spectrum *spectrum; /* of a metric that measures and asked for it: the agents
                                    * that were counted, not gathered; NULL: none   */
} gyre_round;

/* ---- what the host does for a component --------------------------------- */

typedef struct gyre_ctx gyre_ctx;
typedef struct gyre_data gyre_data;         /* update.h                       */
typedef struct gyre_examples gyre_examples; /* policy.h                       */
typedef struct gyre_class gyre_class;       /* update.h                       */
typedef struct gyre_question gyre_question; /* intervention.h                 */

/* Numbers in rows: that of row r and column i is at[r * step + i]. */
typedef struct gyre_matrix {
    const double *at;
    int64_t rows, columns, step;
} gyre_matrix;

typedef struct gyre_host {
    uint32_t size;
    uint32_t abi_minor;

    /* Says why the call fails, in one sentence without a full stop. Copies
     * `sentence`; returns `status`, so that `return fail(...)` reads well. [any] */
    gyre_status (*fail)(gyre_ctx *ctx, gyre_status status, const char *sentence);

    /* Memory of the instance, zeroed, freed by the host after close; NULL when
     * there is none. align is a power of two of at most 64. [setup] */
    void *(*alloc)(gyre_ctx *ctx, size_t size, size_t align);

    /* Memory that ends with the current callback, not zeroed, 64-byte aligned;
     * NULL when there is none. [phase] [task] */
    void *(*scratch)(gyre_ctx *ctx, size_t size);

    /* Random words: out[i] depends only on (seed, replicate, round, instance,
     * stream, first + i), so any threads and any chunks give the same. stream
     * is below 65,534, uniform gives doubles in [0, 1). [phase] [task] */
    void (*uniform)(gyre_ctx *ctx, uint32_t stream, uint64_t first, int64_t n, double *out);
    void (*bits)(gyre_ctx *ctx, uint32_t stream, uint64_t first, int64_t n, uint64_t *out);

    /* Has the agents that read `data` learn from `examples`: what they say in a
     * context that the examples touch becomes (1 - rate) of what it was plus
     * rate times the examples. Of an update's callback only. [task] */
    gyre_status (*learn)(gyre_ctx *ctx, const gyre_data *data, const gyre_examples *examples,
                         double rate);

    /* The same agent by agent, where what is learned depends on who learns: calls
     * class->lesson for every agent that reads `data`, on all threads where it is one
     * dataset for all. Of an update's callback only. [task] */
    gyre_status (*teach)(gyre_ctx *ctx, const gyre_data *data, const gyre_class *class_);

    /* Asks people, whoever sits at the run or at its database. Waits for all answers, or
     * when `wait` is 0 for none; those of earlier questions come in where they are asked
     * again. GYRE_E_INVALID after fail: nobody is there. GYRE_E_STOPPED: the user asked to
     * stop. Of review only. [phase] */
    gyre_status (*ask)(gyre_ctx *ctx, gyre_question *question, int64_t count, int32_t wait);

    /* The number of an output of the scenario's metrics and interventions, as in
     * "safety.kl", or below 0 after fail with a sentence that names the nearest one:
     * return GYRE_E_INVALID then. From now on the instance depends on it. Of open only.
     * value: what it was in the row that the callback sees, NaN where it is missing.
     * Of an intervention's callbacks. [setup] [phase] */
    int32_t (*output)(gyre_ctx *ctx, const char *name);
    double (*value)(gyre_ctx *ctx, int32_t output);

    /* The widest vectors of the processor and, for long arrays and outside [task]
     * calls, all threads; the same bits for any of them. log, exp: out[i] is gyre_log(x[i])
     * or gyre_exp(x[i]) of real.h, out may be x. total and dot: the sum of x[i], or of x[i] y[i],
     * up to 65,536 numbers as real.h's gyre_total and gyre_dot, longer ones in parts. [any] */
    void (*log)(gyre_ctx *ctx, const double *x, int64_t n, double *out);
    void (*exp)(gyre_ctx *ctx, const double *x, int64_t n, double *out);
    double (*total)(gyre_ctx *ctx, const double *x, int64_t n);
    double (*dot)(gyre_ctx *ctx, const double *x, const double *y, int64_t n);

    /* Products of matrices, on this thread, in the widest vectors; rows of out are `step`
     * apart. combine: out += a x; to out[r][i] a[r][0] x[0][i] is added first, then
     * a[r][1] x[1][i], and so on. project: out += a x', of whose rows each pair gives
     * gyre_dot(a[r], x[j]). Some rows of a at once take less time than one by one. [any] */
    void (*combine)(gyre_ctx *ctx, const gyre_matrix *a, const gyre_matrix *x, double *out,
                    int64_t step);
    void (*project)(gyre_ctx *ctx, const gyre_matrix *a, const gyre_matrix *x, double *out,
                    int64_t step);

    /* Calls task for parts of [0, n) that together are all of it: long ones, outside
     * [task] calls, on all threads. Each begins at a multiple of 65,536. Returns when
     * all are done. [any] */
    void (*each)(gyre_ctx *ctx, int64_t n, void (*task)(void *argument, int64_t begin, int64_t end),
                 void *argument);

    /* Not 0 when the user asked to stop: poll it in loops of over a second. [any] */
    int32_t (*should_stop)(gyre_ctx *ctx);

    /* What metrics ask of p[n], >= 0 and finite, in one read, by threads and parts as total and
     * dot. entropy: -sum of p[i] ln p[i] in nats, each term within 4 ulp, and a
     * p[i] below 2^-1022 counts as 0; *alike is gyre_dot(p, p). covered: the sum of weight[i]
     * where p[i] >= least. [any] */
    double (*entropy)(gyre_ctx *ctx, const double *p, int64_t n, double *alike);
    double (*covered)(gyre_ctx *ctx, const double *p, double least, const double *weight,
                      int64_t n);

    /* What a table learns of counts, by vectors and threads as each: p[i] becomes
     * (1 - rate) p[i] + rate (count[i] / total), rounded as that is written. [any] */
    void (*move)(gyre_ctx *ctx, double *p, const uint32_t *count, double total, double rate,
                 int64_t n);

    /* The positive ones of x[n], n < 2^32, in their order, and which they are: out and index
     * have room for 16 more than there are. Returns how many. On this thread, in the widest
     * vectors: in a society that loses states nothing else need be done for those lost. [any] */
    int64_t (*pack)(gyre_ctx *ctx, const double *x, int64_t n, double *out, uint32_t *index);
} gyre_host;

/* What every callback gets. Members are the host's; `cache` is set by open,
 * `state` written by reset and [phase] calls, both only read in [task] calls
 * (but an update may write the part of its state that belongs to the dataset
 * it is called for). */
struct gyre_ctx {
    uint32_t size;
    uint32_t replicate;
    const gyre_host *host;
    const gyre_shape *shape;
    const void *conf;        /* conf_size bytes, filled from the parameters    */
    void *state;             /* one for each replicate                         */
    void *cache;             /* shared by all replicates, const after open     */
    const gyre_view *fields; /* [field_count], in the field table's order      */
};

/* ---- components and modules --------------------------------------------- */

/* A number that a component reports. */
typedef struct gyre_output {
    const char *name;  /* [a-z][a-z0-9_]*                                       */
    const char *unit;  /* "" when dimensionless                                 */
    const char *doc;   /* one sentence, ends with a full stop                   */
    double lo, hi;     /* what it can be; -INFINITY, INFINITY when open         */
    int32_t direction; /* +1 higher is worse, -1 lower is worse, 0 neither     */
    uint32_t headline; /* 1: among the first to show where room is short       */
} gyre_output;

typedef struct gyre_component {
    uint32_t size;
    gyre_kind kind;
    uint32_t flags; /* bits 0..15 may be ignored by an older host, bits 16..31
                     * make it refuse; none is defined yet                     */
    uint32_t reserved;

    const char *id;      /* "intervention.verify": the kind's word, dot, name  */
    const char *version; /* semantic version of this component                 */
    const char *summary; /* one line of at most 80 bytes, for lists            */
    const char *doc;     /* Markdown for `gyre describe`: law and source       */

    const gyre_param *params;
    uint32_t param_count, param_size;
    const gyre_field *fields;
    uint32_t field_count, field_size;
    size_t conf_size;
    size_t state_size; /* zeroed by the host before reset; see state_bytes */

    /* Optional: refuse what the parameter table cannot express. [setup] */
    gyre_status (*check)(gyre_ctx *ctx);
    /* Optional: build ctx->cache from conf and columns. If it returned GYRE_OK,
     * close follows exactly once. [setup] */
    gyre_status (*open)(gyre_ctx *ctx);
    void (*close)(gyre_ctx *ctx);
    /* Optional: the state a replicate begins with. [phase] */
    gyre_status (*reset)(gyre_ctx *ctx);

    const void *ops; /* gyre_policy_ops, gyre_selection_ops, ... by kind */

    /* Optional: the state's size where it depends on the shape or the
     * configuration, in place of state_size. [setup] */
    size_t (*state_bytes)(gyre_ctx *ctx);
} gyre_component;

typedef struct gyre_module {
    uint32_t size;
    uint32_t abi_minor; /* GYRE_ABI_MINOR as compiled                          */
    const char *id;     /* reverse domain: "org.example.oversight"             */
    const char *version;
    const char *license; /* SPDX expression                                    */
    const gyre_component *const *components; /* ends with NULL                 */
} gyre_module;

extern GYRE_EXPORT const gyre_module gyre_module_1;

/* ---- sugar: nothing below is part of the binary contract ---------------- */

#define GYRE_COUNT(a)   ((uint32_t)(sizeof(a) / sizeof(*(a))))
#define GYRE_PARAMS(a)  .params = (a), .param_count = GYRE_COUNT(a), .param_size = sizeof(*(a))
#define GYRE_FIELDS(a)  .fields = (a), .field_count = GYRE_COUNT(a), .field_size = sizeof(*(a))
#define GYRE_OUTPUTS(a) .outputs = (a), .output_count = GYRE_COUNT(a), .output_size = sizeof(*(a))

#ifndef __cplusplus
/* An offset that fails to compile when the member has another type. */
/* NOLINTNEXTLINE(bugprone-macro-parentheses): C is a type */
#define GYRE_AT(T, member, C) (offsetof(T, member) + 0 * sizeof(_Generic(((T *)0)->member, C : 0)))
#else
#define GYRE_AT(T, member, C) offsetof(T, member)
#endif

#define GYRE_P_F64(T, member, def_, lo, hi, unit_, doc_)                                           \
    {                                                                                              \
        .key = #member, .type = GYRE_F64, .offset = GYRE_AT(T, member, double), .min = (lo),       \
        .max = (hi), .def = (def_), .unit = (unit_), .doc = (doc_)                                 \
    }
#define GYRE_P_I64(T, member, def_, lo, hi, unit_, doc_)                                           \
    {                                                                                              \
        .key = #member, .type = GYRE_I64, .offset = GYRE_AT(T, member, int64_t),                   \
        .min = (double)(lo), .max = (double)(hi), .def = (double)(def_), .unit = (unit_),          \
        .doc = (doc_)                                                                              \
    }
#define GYRE_P_BOOL(T, member, def_, doc_)                                                         \
    {                                                                                              \
        .key = #member, .type = GYRE_BOOL, .offset = GYRE_AT(T, member, int32_t), .max = 1,        \
        .def = (def_), .unit = "", .doc = (doc_)                                                   \
    }
#define GYRE_P_ENUM(T, member, def_, choices_, doc_)                                               \
    {                                                                                              \
        .key = #member, .type = GYRE_ENUM, .offset = GYRE_AT(T, member, int32_t),                  \
        .max = GYRE_COUNT(choices_) - 2, .def = (def_), .choices = (choices_), .unit = "",         \
        .doc = (doc_)                                                                              \
    }

/* A module of the components named, under the reader's own id and licence. */
#define GYRE_MODULE(id_, version_, license_, ...)                                                  \
    static const gyre_component *const gyre_components_[] = {__VA_ARGS__, NULL};                   \
    const gyre_module gyre_module_1 = {.size = sizeof(gyre_module),                                \
                                       .abi_minor = GYRE_ABI_MINOR,                                \
                                       .id = (id_),                                                \
                                       .version = (version_),                                      \
                                       .license = (license_),                                      \
                                       .components = gyre_components_}

#ifdef __cplusplus
}
#endif
#endif
