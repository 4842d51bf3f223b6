/* host/call.h - one component called: the gyre_ctx it sees and what the host keeps behind it. */
#ifndef HOST_CALL_H
#define HOST_CALL_H

#include "host/instance.h"

struct call;

/* Has the agents of a dataset learn; whoever runs the update provides it. */
typedef gyre_status (*call_learn)(struct call *call, const gyre_data *data,
                                  const gyre_examples *examples, double rate);

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
    void *learner;    /* for learn's use */
    int worker;
    int workers; /* whose help services may have */
};

/* Set up once; state and replicate change with call_bind. */
void call_init(struct call *call, const struct instance *instance, const gyre_shape *shape);
void call_fini(struct call *call);
void call_bind(struct call *call, uint64_t seed, uint32_t replicate, void *state,
               double *const live[SPACE_LIVES]);

/* Before a callback of round `round`: empties the scratch. Returns what to pass on. */
gyre_ctx *call_begin(struct call *call, int64_t round);

/* The sentence of a callback that returned `status`, never NULL. */
const char *call_sentence(const struct call *call, gyre_status status);

/* The exit status that a failed callback stands for. */
enum status call_status(gyre_status status);

/* Asks every running call to end soon; called by a signal. */
void call_stop_all(void);
bool call_stopping(void);

#endif
