/* rude.h - what plugins that misbehave in a run share: a `mode`, whose first choice is to behave.
 */
#ifndef ABI_RUDE_H
#define ABI_RUDE_H

#include <float.h>
#include <math.h>
#include <string.h>

#include "gyre/component.h"

struct conf {
    int32_t mode;
};

/* A parameter table of one mode. CHOICES begin with "well" and end with NULL. */
#define RUDE_PARAMS(choices)                                                                       \
    static const gyre_param params[] = {                                                           \
        GYRE_P_ENUM(struct conf, mode, WELL, choices, "What it does wrong.")}

#define RUDE_ABOUT(kind_, id_)                                                                     \
    .kind = (kind_), .id = (id_), .version = "1.0.0", .summary = "Misbehaves.", .doc = "Rude.\n",  \
    GYRE_PARAMS(params), .conf_size = sizeof(struct conf)

static int32_t mode_of(const gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    return conf->mode;
}

#endif
