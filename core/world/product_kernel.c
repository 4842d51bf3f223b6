/* Compiled once for each instruction set, by the rules of kernel.c. A tile of the product is held
 * in registers while the other dimension goes by. How large the tiles are depends on how many
 * registers there are, and changes no bit: each number is added up by itself, in the order of
 * kernel.h. */
#include "world/product_kernel.h"

#include <string.h>

#include "world/lanes.h"

#if defined(__AVX512F__)
enum { COMBINED_ROWS = 4, COMBINED_VECTORS = 4, DOT_ROWS = 4, DOT_COLUMNS = 2 };
#elif defined(__AVX2__)
enum { COMBINED_ROWS = 2, COMBINED_VECTORS = 4, DOT_ROWS = 1, DOT_COLUMNS = 2 };
#else
enum { COMBINED_ROWS = 2, COMBINED_VECTORS = 4, DOT_ROWS = 1, DOT_COLUMNS = 1 };
#endif

/* For tiles whose sizes are known where they are called. */
#define TILE static inline __attribute__((always_inline))

#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 16")
#endif

/* ---- out += a x --------------------------------------------------------- */

/* rows x (vectors WIDTH) numbers of the product, from row r and column i on. */
TILE void combine_tile(const gyre_matrix *a, const gyre_matrix *x, double *out, int64_t step,
                       int rows, int vectors)
{
    reals sum[COMBINED_ROWS][COMBINED_VECTORS];
    UNROLLED
    for (int r = 0; r < rows; r++) {
        UNROLLED
        for (int v = 0; v < vectors; v++)
            sum[r][v] = load(out + r * step + v * WIDTH);
    }
    for (int64_t j = 0; j < x->rows; j++) {
        const double *const row = x->at + j * x->step;
        UNROLLED
        for (int v = 0; v < vectors; v++) {
            reals const one = load(row + v * WIDTH);
            UNROLLED
            for (int r = 0; r < rows; r++)
                sum[r][v] += a->at[r * a->step + j] * one;
        }
    }
    UNROLLED
    for (int r = 0; r < rows; r++) {
        UNROLLED
        for (int v = 0; v < vectors; v++)
            store(out + r * step + v * WIDTH, sum[r][v]);
    }
}

/* What is left of columns after the vectors. */
static void combine_rest(const gyre_matrix *a, const gyre_matrix *x, double *out, int64_t step,
                         int64_t rows)
{
    int64_t const whole = x->columns - x->columns % WIDTH;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = whole; i < x->columns; i++)
            for (int64_t j = 0; j < x->rows; j++)
                out[r * step + i] += a->at[r * a->step + j] * x->at[j * x->step + i];
}

TILE void combine_rows(const gyre_matrix *a, const gyre_matrix *x, double *out, int64_t step,
                       int rows)
{
    int64_t i = 0;
    for (; x->columns - i >= COMBINED_VECTORS * WIDTH; i += COMBINED_VECTORS * WIDTH) {
        gyre_matrix const part = {x->at + i, x->rows, x->columns - i, x->step};
        combine_tile(a, &part, out + i, step, rows, COMBINED_VECTORS);
    }
    for (; x->columns - i >= WIDTH; i += WIDTH) {
        gyre_matrix const part = {x->at + i, x->rows, x->columns - i, x->step};
        combine_tile(a, &part, out + i, step, rows, 1);
    }
    combine_rest(a, x, out, step, rows);
}

void KERNEL_OWN(product_kernel_combine)(const gyre_matrix *a, const gyre_matrix *x, double *out,
                                        int64_t step)
{
    int64_t r = 0;
    for (; a->rows - r >= COMBINED_ROWS; r += COMBINED_ROWS) {
        gyre_matrix const part = {a->at + r * a->step, a->rows - r, a->columns, a->step};
        combine_rows(&part, x, out + r * step, step, COMBINED_ROWS);
    }
    for (; r < a->rows; r++) {
        gyre_matrix const part = {a->at + r * a->step, a->rows - r, a->columns, a->step};
        combine_rows(&part, x, out + r * step, step, 1);
    }
}

/* ---- out += a x' -------------------------------------------------------- */

/* join, with what stands behind the last whole lanes. */
static double join_rest(const reals sum[PARTS], const double *a, const double *x, int64_t n)
{
    double lane[LANES];
    int64_t const whole = n - n % LANES;
    memcpy(lane, sum, sizeof lane);
    for (int64_t i = whole; i < n; i++)
        lane[i - whole] += a[i] * x[i];
    return gyre_real_join(lane);
}

/* The lanes of gyre_dot, PARTS vectors a pair of rows; what is beyond the end adds to its lane. */
TILE void project_tile(const gyre_matrix *a, const gyre_matrix *x, double *out, int64_t step,
                       int rows, int columns)
{
    reals sum[DOT_ROWS][DOT_COLUMNS][PARTS] = {{{{0}}}};
    int64_t const n = a->columns, whole = n - n % LANES;
    for (int64_t i = 0; i < whole; i += LANES) {
        UNROLLED
        for (int p = 0; p < PARTS; p++) {
            reals of_a[DOT_ROWS];
            UNROLLED
            for (int r = 0; r < rows; r++)
                of_a[r] = load(a->at + r * a->step + i + p * WIDTH);
            UNROLLED
            for (int c = 0; c < columns; c++) {
                reals const of_x = load(x->at + c * x->step + i + p * WIDTH);
                UNROLLED
                for (int r = 0; r < rows; r++)
                    sum[r][c][p] += of_a[r] * of_x;
            }
        }
    }
    UNROLLED
    for (int r = 0; r < rows; r++) {
        UNROLLED
        for (int c = 0; c < columns; c++)
            out[r * step + c] +=
                whole == n ? join(sum[r][c])
                           : join_rest(sum[r][c], a->at + r * a->step, x->at + c * x->step, n);
    }
}

TILE void project_rows(const gyre_matrix *a, const gyre_matrix *x, double *out, int64_t step,
                       int rows)
{
    int64_t c = 0;
    for (; x->rows - c >= DOT_COLUMNS; c += DOT_COLUMNS) {
        gyre_matrix const part = {x->at + c * x->step, x->rows - c, x->columns, x->step};
        project_tile(a, &part, out + c, step, rows, DOT_COLUMNS);
    }
    for (; c < x->rows; c++) {
        gyre_matrix const part = {x->at + c * x->step, x->rows - c, x->columns, x->step};
        project_tile(a, &part, out + c, step, rows, 1);
    }
}

void KERNEL_OWN(product_kernel_project)(const gyre_matrix *a, const gyre_matrix *x, double *out,
                                        int64_t step)
{
    int64_t r = 0;
    for (; a->rows - r >= DOT_ROWS; r += DOT_ROWS) {
        gyre_matrix const part = {a->at + r * a->step, a->rows - r, a->columns, a->step};
        project_rows(&part, x, out + r * step, step, DOT_ROWS);
    }
    for (; r < a->rows; r++) {
        gyre_matrix const part = {a->at + r * a->step, a->rows - r, a->columns, a->step};
        project_rows(&part, x, out + r * step, step, 1);
    }
}
