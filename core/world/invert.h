/* world/invert.h - states from random words by inversion: a search among prefix sums.
 *
 * For few draws of a law that is used once: the sums take 0.3 ns a state (of 100,000 0.9), a tenth
 * of an alias table, and a draw takes 1.5 ns from 256 states, 3.3 from 4,096, 10 from 100,000
 * (Xeon, 2.6 GHz, AVX-512; without it 6, 9 and 13). Probabilities are whole numbers of about 2^-62,
 * and met within 2^-52 of themselves and one such.
 */
#ifndef WORLD_INVERT_H
#define WORLD_INVERT_H

#include <stdbool.h>
#include <stdint.h>

/* Room for n states: [n] numbers, rounded up to a power of two. */
int64_t invert_room(int64_t n);

/* Of weight[n] >= 0, finite, n < 2^31; false: their sum is 0. A state of weight 0 is never drawn.
 */
bool invert_build(uint64_t *step, const double *weight, int64_t n);

/* state[i] drawn by word[i]. */
void invert_draw_all(const uint64_t *step, int64_t n, const uint64_t *word, int64_t draws,
                     uint32_t *state);

#endif
