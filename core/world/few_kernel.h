/* world/few_kernel.h - the part of the vector code that draws from few states: few_kernel.c,
 * compiled like kernel.c, whose table these functions go into. Only these two files include this.
 */
#ifndef WORLD_FEW_KERNEL_H
#define WORLD_FEW_KERNEL_H

#include <stdint.h>

#include "world/draw_kernel.h"

struct few;

void KERNEL_OWN(few_kernel_build)(struct few *few, const double *weight, double scale, int64_t n);
int64_t KERNEL_OWN(few_kernel_draw)(const struct few *few, const uint64_t *word, int64_t draws,
                                    uint32_t *state, uint32_t *open);

#endif
