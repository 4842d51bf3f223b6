/* world/product_kernel.h - the third of the vector code that multiplies matrices: product_kernel.c,
 * compiled like kernel.c, whose table these functions go into. Only these two files include this.
 */
#ifndef WORLD_PRODUCT_KERNEL_H
#define WORLD_PRODUCT_KERNEL_H

#include "world/draw_kernel.h"
#include "world/kernel.h"

void KERNEL_OWN(product_kernel_combine)(const gyre_matrix *a, const gyre_matrix *x, double *out,
                                        int64_t step);
void KERNEL_OWN(product_kernel_project)(const gyre_matrix *a, const gyre_matrix *x, double *out,
                                        int64_t step);

#endif
