/* theory/recognise.h - a plan as a setting, when nothing in it is beyond closed forms. */
#ifndef THEORY_RECOGNISE_H
#define THEORY_RECOGNISE_H

#include "schedule/plan.h"
#include "theory/setting.h"

/* NULL, or the first thing that no closed form is known for, in words that follow "no closed form
 * here: ". What `out` points to lives as long as the plan's arena. */
const char *recognise_plan(const struct plan *plan, struct setting *out);

#endif
