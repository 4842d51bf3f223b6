/* cli/scale.h - axes: from where to where, with round numbers on them. */
#ifndef CLI_SCALE_H
#define CLI_SCALE_H

#include <stdbool.h>
#include <stdint.h>

enum { SCALE_TICKS = 24, SCALE_LABEL = 48 };

/* Labels are of digits, point, minus and "e": "0.25", "4096", "2e-6". */
struct scale_tick {
    double at;
    char label[SCALE_LABEL];
};

struct scale {
    double lo, hi;
    bool log;
    int count;
    struct scale_tick tick[SCALE_TICKS];
};

/* All of [lo, hi] and somewhat more: it begins and ends with a tick, has about `most` steps
 * (2 to 12), and begins at 0 when 0 is near. Rounding noise is no range: what hardly changes is
 * drawn from 0 on. */
struct scale scale_linear(double lo, double hi, int most);

/* The same by powers of ten; both above 0. */
struct scale scale_log(double lo, double hi, int most);

/* [0, last], whole numbers only; it ends where the run does. */
struct scale scale_rounds(int64_t last, int most);

/* Where x lies between lo (0) and hi (1), cut to that: beyond for infinities, too. NaN for what the
 * scale has no place for. */
double scale_place(const struct scale *scale, double x);

#endif
