/* world/alias_kernel.h - the part of the vector code that makes alias tables: alias_kernel.c,
 * compiled like kernel.c, whose table these functions go into. Only these two files include this.
 */
#ifndef WORLD_ALIAS_KERNEL_H
#define WORLD_ALIAS_KERNEL_H

#include <stdint.h>

#include "world/draw_kernel.h"

struct alias;

double KERNEL_OWN(alias_kernel_total)(const double *weight, int64_t n, double factor);
int64_t KERNEL_OWN(alias_kernel_share)(int64_t *share, const double *weight, double factor,
                                       double scale, int64_t n, int64_t *positive);
void KERNEL_OWN(alias_kernel_sort)(const struct alias *alias, const double *weight, int64_t n,
                                   int64_t each, int64_t rest);

#endif
