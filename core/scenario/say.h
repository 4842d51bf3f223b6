/* scenario/say.h - pieces of sentences: words cut short, lists, the nearest one. */
#ifndef SCENARIO_SAY_H
#define SCENARIO_SAY_H

#include "base/arena.h"

/* Text as it fits into a sentence: cut between characters and ended with "..." when long. */
const char *say_short(struct arena *arena, const char *text);

/* `"a", "b", "c"`: at most ten, then how many more. Words end with NULL. */
const char *say_list(struct arena *arena, const char *const *words);

/* `; did you mean "x"?`, or nothing when none is near. */
const char *say_nearest(struct arena *arena, const char *word, const char *const *words);

/* A number as people write it: the shortest that reads back. */
const char *say_real(struct arena *arena, double real);

#endif
