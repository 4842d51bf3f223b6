/* world/words_kernel.h - the part of the vector code that makes random words: words_kernel.c,
 * compiled like kernel.c, whose table these functions go into. Only these two files include this.
 */
#ifndef WORLD_WORDS_KERNEL_H
#define WORLD_WORDS_KERNEL_H

#include <stdint.h>

#include "world/draw_kernel.h"

void KERNEL_OWN(words_kernel)(uint64_t key, uint32_t round, uint32_t stream, uint64_t first,
                              int64_t n, uint64_t *out);
void KERNEL_OWN(words_kernel_each)(uint64_t key, uint32_t round, uint32_t stream, uint64_t first,
                                   uint64_t step, int64_t n, int64_t rows, uint64_t *out);

#endif
