/* instructions.h - how many instructions the gyre binary takes, counted by valgrind's callgrind.
 *
 * A count depends on nothing but the program and what it is given, where seconds depend on who else
 * is at work. It knows nothing of caches, so it is for how costs grow, not for how large they are.
 */
#ifndef COST_INSTRUCTIONS_H
#define COST_INSTRUCTIONS_H

/* NULL, or why nothing can be counted here: one sentence. */
const char *instructions_missing(void);

/* Counts those of `gyre LINE`, two lines at a time: count[n]. A command that fails gives 0, and
 * what it said goes to stderr. */
void instructions_count(char *const *line, int n, double *count);

#endif
