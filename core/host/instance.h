/* host/instance.h - a component as one scenario uses it: configured, bound to columns, opened. */
#ifndef HOST_INSTANCE_H
#define HOST_INSTANCE_H

#include "host/registry.h"
#include "scenario/scenario.h"

/* When an intervention acts. */
struct timing {
    int64_t every, from, until; /* until 0: to the end        */
    int trigger;                /* an output's number, or -1  */
    bool above;                 /* else below                 */
    double limit;
};

/* The run's outputs, by name. */
struct outputs {
    const char **name; /* ends with NULL */
    int count;
};

/* A column that was handed out. */
struct instance_column {
    const char *name;
    bool listed; /* among others in a list */
};

struct instance {
    const struct component *component;
    const struct use *use;
    const char *name;  /* "verify#2"                     */
    const char *label; /* "intervention.verify#2"        */
    struct place at;
    const gyre_shape *shape;
    void *conf;
    void *cache;
    gyre_view *fields;               /* [field_count] */
    struct instance_column *columns; /* [column_count] */
    int column_count;
    int live[SPACE_LIVES]; /* the field that is a live column, or -1 */
    size_t state_size;
    struct arena *memory;
    bool open;
    struct timing timing;        /* interventions only */
    const struct outputs *known; /* what host->output finds; NULL: nothing */
    bool *reads;                 /* [outputs]: those that it found */
    bool asks;                   /* people, as configured */
};

/* Finds the component and reads the use's keys by its table; keys in `also` (ends with NULL, may be
 * NULL) are the host's own. False: there is no such component. Mistakes go to report; with one the
 * instance cannot be opened. */
bool instance_read(struct instance *instance, struct arena *arena, struct registry *registry,
                   const struct use *use, gyre_kind kind, const char *const *also,
                   struct report *report);

/* Binds columns, asks check and open. False with sentences; the instance is then closed. */
bool instance_open(struct instance *instance, struct arena *arena, const struct columns *columns,
                   const gyre_shape *shape, struct report *report);
void instance_close(struct instance *instance);

#endif
