/* world/spectrum_kernel.h - the part of the vector code that counts lists for spectra:
 * spectrum_kernel.c, compiled like kernel.c, whose table this function goes into. Only these two
 * files include this.
 */
#ifndef WORLD_SPECTRUM_KERNEL_H
#define WORLD_SPECTRUM_KERNEL_H

#include <stdint.h>

#include "world/draw_kernel.h"

struct spectrum;

uint32_t KERNEL_OWN(spectrum_kernel)(const struct spectrum *spectrum, const uint32_t *const *list,
                                     int64_t lists);

#endif
