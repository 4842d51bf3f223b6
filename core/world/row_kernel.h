/* world/row_kernel.h - the part of the vector code that looks at one agent's probabilities:
 * row_kernel.c, compiled like kernel.c, whose table these functions go into. Only these two files
 * include this.
 */
#ifndef WORLD_ROW_KERNEL_H
#define WORLD_ROW_KERNEL_H

#include <stdint.h>

#include "world/draw_kernel.h"

double KERNEL_OWN(row_kernel_entropy)(const double *p, int64_t n, double *alike);
double KERNEL_OWN(row_kernel_covered)(const double *p, double least, const double *weight,
                                      int64_t n);
double KERNEL_OWN(row_kernel_shift)(double *out, const double *x, const double *y, const double *z,
                                    int64_t n);
void KERNEL_OWN(row_kernel_move)(double *p, const uint32_t *count, double total, double rate,
                                 int64_t n);

#endif
