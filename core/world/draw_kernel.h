/* world/draw_kernel.h - the part of the vector code that draws: draw_kernel.c and compose_kernel.c,
 * compiled like kernel.c, whose table these functions go into. Only kernels include this.
 */
#ifndef WORLD_DRAW_KERNEL_H
#define WORLD_DRAW_KERNEL_H

#include <stdint.h>

#define KERNEL_JOIN_(a, b) a##_##b
#define KERNEL_JOIN(a, b)  KERNEL_JOIN_(a, b)
/* Of each instruction set there is one: draw_kernel_compose_sse2. */
#define KERNEL_OWN(name) KERNEL_JOIN(name, KERNEL_ISA)

struct alias;
struct compose;
struct compose_parts;
struct random_more;

void KERNEL_OWN(draw_kernel_alias)(const struct alias *alias, const struct random_more *more,
                                   const uint64_t *word, int64_t n, int64_t parts, uint32_t *state,
                                   uint32_t *kept);
void KERNEL_OWN(draw_kernel_compose)(const struct compose *compose,
                                     const struct compose_parts *parts);
void KERNEL_OWN(draw_kernel_chances)(const double *accept, int64_t n, uint16_t *chance);
void KERNEL_OWN(draw_kernel_steps)(uint64_t *step, const double *weight, double scale, int64_t n);
void KERNEL_OWN(draw_kernel_invert)(const uint64_t *step, int64_t n, const uint64_t *word,
                                    int64_t draws, uint32_t *state);

#endif
