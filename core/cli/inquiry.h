/* cli/inquiry.h - what a run asks people, brought to its terminal and to its database. */
#ifndef CLI_INQUIRY_H
#define CLI_INQUIRY_H

#include "host/call.h"
#include "record/result.h"
#include "schedule/plan.h"

struct inquiry;

/* terminal: questions that are waited for are asked on stderr and answered on stdin; else, and of
 * questions that are not waited for, `gyre review` has to answer. NULL with a sentence. */
struct inquiry *inquiry_create(struct arena *arena, const struct plan *plan,
                               struct result_sink *store, const char *database, bool terminal,
                               struct report *report);
const struct desk *inquiry_desk(const struct inquiry *inquiry);
void inquiry_destroy(struct inquiry *inquiry);

#endif
