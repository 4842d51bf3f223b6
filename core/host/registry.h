/* host/registry.h - components by their id: found, trusted, opened, brought up to our sizes. */
#ifndef HOST_REGISTRY_H
#define HOST_REGISTRY_H

#include "base/report.h"
#include "gyre/component.h"
#include "gyre/intervention.h"
#include "gyre/metric.h"
#include "gyre/policy.h"
#include "gyre/selection.h"
#include "gyre/update.h"

/* One opened module. */
struct module {
    const char *path;   /* of the file itself, without links           */
    const char *digest; /* XXH3-128 of the file, 32 hexadecimal digits */
    gyre_module about;  /* adopted: components points to the author's  */
};

/* One component, every struct brought up to our sizes. */
struct component {
    gyre_component about; /* params, fields: adopted arrays with our row sizes */
    const struct module *module;
    union {
        gyre_policy_ops policy;
        gyre_selection_ops selection;
        gyre_update_ops update;
        gyre_metric_ops metric; /* outputs adopted too */
        gyre_intervention_ops intervention;
    } ops;
    struct component *next;
};

struct registry;

/* plugins: explicit files (--plugin), ends with NULL, may be NULL. These are opened at once;
 * refusals go to report, and are the caller's to show. */
struct registry *registry_create(struct arena *arena, const char *const *plugins,
                                 struct report *report);

/* The component of that id (and kind, if not 0), its module opened now if it is not yet. Else NULL
 * with a sentence at `at`: where it was looked for, the nearest id, or why it was refused. */
const struct component *registry_find(struct registry *registry, const char *id, gyre_kind kind,
                                      struct place at, struct report *report);

/* The word before the dot: "policy", ...; "" for what is none. And back: 0 for what is none. */
const char *kind_word(gyre_kind kind);
gyre_kind kind_of_id(const char *id);

#endif
