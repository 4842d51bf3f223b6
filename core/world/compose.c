#include "world/compose.h"

#include <math.h>

#include "world/kernel.h"

void compose_chances(const double *accept, int64_t n, uint16_t *chance)
{
    kernel_get()->chances(accept, n, chance);
}

/* How halves of words are taken for the table's: see there for what is too low. */
static void stretch(struct compose_cells *cells, double unit, int bits)
{
    cells->stretch = 0x1p32 / (cells->rest * unit);
    double const slack = (COMPOSE_SHORT + 1) * cells->stretch + 2;
    cells->whole = !(slack < 0x1p24 && slack * (double)(1u << bits) < 0x1p31);
    cells->slack = cells->whole ? 0 : (uint32_t)slack << bits;
}

/* Cells of the last bits of half a word, or none where these are too few. */
static void cut_by_halves(struct compose_cells *cells, const struct alias *from)
{
    double unit = 0x1p31;
    for (; cells->bits <= COMPOSE_BITS && !(cells->all * unit < 0x1p32); cells->bits++)
        unit *= 0.5;
    if (cells->bits > COMPOSE_BITS)
        return;
    cells->scale = (uint32_t)(cells->all * unit);
    cells->end = (uint32_t)(cells->listed * unit);
    stretch(cells, unit, cells->rest > 0 ? from->bits : 0);
}

struct compose_cells compose_cells_of(int64_t count, double rest, int64_t states, bool coins,
                                      const struct alias *from)
{
    double const listed = (double)count, whole = ceil(rest);
    struct compose_cells cells = {.count = count,
                                  .rest = rest,
                                  .all = listed + rest,
                                  .listed = listed,
                                  .inverse = 1 / rest,
                                  .bits = 1};
    bool const few = coins && states <= COMPOSE_FEW_STATES && 2 * whole <= listed && count > 1 &&
                     listed + whole <= COMPOSE_FEW;
    if (!few) {
        cut_by_halves(&cells, from);
        return cells;
    }
    cells.all = listed + whole;
    cells.few = count + (int64_t)whole;
    cells.left = rest - (whole - 1);
    return cells;
}

/* Of the rest there are hardly ever more than four standard deviations above the mean. Whole blocks
 * of words are made without a copy. */
struct compose_words compose_words(const struct compose_cells *cells, int64_t n)
{
    enum { BLOCK = 32 };
    if (cells->few == 0)
        return (struct compose_words){(n + 1) / 2, 0};
    double const rests = (double)n * cells->rest / cells->all, most = rests + 4 * sqrt(rests);
    int64_t const halves = COMPOSE_OPEN + (int64_t)ceil(most);
    return (struct compose_words){(n + 2 * BLOCK - 1) / (2 * BLOCK) * (BLOCK / 2),
                                  (halves + BLOCK - 1) / BLOCK * (BLOCK / 2)};
}

void compose_draw_parts(const struct compose *compose, const struct compose_parts *parts)
{
    kernel_get()->compose(compose, parts);
}
