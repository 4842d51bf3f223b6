/* world/list_kernel.h - the part of the vector code that looks through lists: list_kernel.c,
 * compiled like kernel.c, whose table these functions go into. Only these two files include this.
 */
#ifndef WORLD_LIST_KERNEL_H
#define WORLD_LIST_KERNEL_H

#include <stdint.h>

#include "world/draw_kernel.h"

struct distinct;

int64_t KERNEL_OWN(list_kernel_take)(const struct distinct *distinct, int64_t n, double each);
int64_t KERNEL_OWN(list_kernel_keep)(const uint32_t *stays, uint32_t *state, int64_t n);
int64_t KERNEL_OWN(list_kernel_pack)(const double *x, int64_t n, double *out, uint32_t *index);
void KERNEL_OWN(list_kernel_count)(uint8_t *low, uint32_t *high, const uint8_t *more_low,
                                   const uint32_t *more_high, int64_t n);
void KERNEL_OWN(list_kernel_weigh)(double *out, const uint8_t *low, const uint32_t *high,
                                   double unit, int64_t n);
void KERNEL_OWN(list_kernel_fold)(uint32_t *count, uint8_t *more, int64_t n);
void KERNEL_OWN(list_kernel_scale)(double *out, const uint32_t *count, double unit, int64_t n);

#endif
