/* host/call.h - one component called: the gyre_ctx it sees and what the host keeps behind it. */
#ifndef HOST_CALL_H
#define HOST_CALL_H

#include "base/arena.h"
#include "host/instance.h"

struct call;

/* Where the time of one thread goes, when somebody asks: see schedule/profile.h. */
struct call_part {
    uint64_t ticks;       /* of the processor's time-stamp counter */
    int64_t turns, calls; /* how often it was begun or gone on with; how many calls those were */
};

struct call_clock {
    _Alignas(64) uint64_t since;
    struct call_part *now;   /* what the thread is at; NULL: nothing, it waits */
    struct call_part *row;   /* those of this phase, the first of them the core's own */
    struct call_part *first; /* those of all phases */
};

/* From now on the thread is at `part`. One read of the counter, not two, so that nothing between
 * parts is lost: 7 ns, where clock_gettime takes 20 and a callback may take as long. */
static inline void call_turn(struct call_clock *clock, struct call_part *part)
{
    uint64_t const now = __builtin_ia32_rdtsc();
    if (clock->now) {
        clock->now->ticks += now - clock->since;
        clock->now->turns++;
    }
    clock->since = now;
    clock->now = part;
}

/* Has the agents of a dataset learn; whoever runs the update provides both. */
typedef gyre_status (*call_learn)(struct call *call, const gyre_data *data,
                                  const gyre_examples *examples, double rate);
typedef gyre_status (*call_teach)(struct call *call, const gyre_data *data,
                                  const gyre_class *class);

/* Asks whoever sits at the run; the run provides it. */
struct desk {
    void *argument;
    gyre_status (*ask)(void *argument, struct call *call, gyre_question *question, int64_t count,
                       bool wait);
};

/* One for each worker and instance, so that calls at once share nothing. */
struct call {
    gyre_ctx ctx; /* first: components hand it back */
    const struct instance *instance;
    struct arena *scratch;
    gyre_view *fields; /* the instance's, with the replicate's live columns */
    uint64_t key;      /* of random words */
    uint32_t round;    /* of random words */
    bool said;         /* `sentence` was given in this call */
    char sentence[400];
    call_learn learn; /* NULL where learning has no place */
    call_teach teach;
    void *learner;           /* for their use */
    const double *value;     /* [outputs], of the row that is seen; NULL: no row is */
    const struct desk *desk; /* NULL: nobody is there */
    struct instance *setup;  /* the instance while it opens, else NULL */
    int worker;
    int workers;              /* whose help services may have */
    struct call_clock *clock; /* NULL: nobody asks where time goes */
    int part;                 /* of the clock's row */
    struct call_part *outer;  /* what the thread was at before */
    size_t taken;             /* bytes of scratch, in this call */
};

/* Set up once; state and replicate change with call_bind. */
void call_init(struct call *call, const struct instance *instance, const gyre_shape *shape);
void call_fini(struct call *call);
void call_bind(struct call *call, uint64_t seed, uint32_t replicate, void *state,
               double *const live[SPACE_LIVES]);

/* The thread is at this call, in what it was at. */
void call_start_clock(struct call *call);

/* Before a callback of round `round`: empties the scratch. Returns what to pass on. Here, as
 * call_end, because agents are millions and each is called for several times a round. */
static inline gyre_ctx *call_begin(struct call *call, int64_t round)
{
    if (call->taken > 0)
        arena_reset(call->scratch);
    call->round = (uint32_t)round;
    call->said = false;
    call->taken = 0;
    if (call->clock)
        call_start_clock(call);
    return &call->ctx;
}

/* After it, where somebody may ask for its time. A call within a call (an update's learn) ends
 * before it, and its time is its own. */
static inline void call_end(const struct call *call)
{
    if (call->clock)
        call_turn(call->clock, call->outer);
}

/* The sentence of a callback that returned `status`, never NULL. */
const char *call_sentence(const struct call *call, gyre_status status);

/* The exit status that a failed callback stands for. */
enum status call_status(gyre_status status);

/* Asks every running call to end soon; called by a signal. */
void call_stop_all(void);
bool call_stopping(void);

#endif
