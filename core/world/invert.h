/* world/invert.h - states from random words by inversion: a search among prefix sums.
 *
 * For few draws of a law that is used once: the sums are made in a tenth of the time of an alias
 * table (0.5 ns a state), and a draw takes a search, 0.3 ns for each doubling of the states
 * (AVX-512; 1.2 before). Probabilities are whole numbers of about 2^-62, and met within 2^-52 of
 * themselves and one such.
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
