#include "world/compose.h"

#include "world/kernel.h"

uint32_t compose_chance(double accept)
{
    double const x = accept * 0x1p32;
    return x < 0x1p32 ? (uint32_t)x : UINT32_MAX;
}

/* How halves of words are taken for the table's: see there for what is too low. */
static void stretch(struct compose_cells *cells, double unit, int bits)
{
    cells->stretch = 0x1p32 / (cells->rest * unit);
    double const slack = (COMPOSE_SHORT + 1) * cells->stretch + 2;
    cells->whole = !(slack < 0x1p24 && slack * (double)(1u << bits) < 0x1p31);
    cells->slack = cells->whole ? 0 : (uint32_t)slack << bits;
}

struct compose_cells compose_cells_of(int64_t count, double rest, const struct alias *from)
{
    double const listed = (double)count, all = listed + rest;
    struct compose_cells cells = {
        .count = count, .rest = rest, .all = all, .listed = listed, .inverse = 1 / rest, .bits = 1};
    double unit = 0x1p31;
    for (; cells.bits <= COMPOSE_BITS && !(all * unit < 0x1p32); cells.bits++)
        unit *= 0.5;
    if (cells.bits > COMPOSE_BITS)
        return cells;
    cells.scale = (uint32_t)(all * unit);
    cells.end = (uint32_t)(listed * unit);
    stretch(&cells, unit, rest > 0 ? from->bits : 0);
    return cells;
}

int64_t compose_draw(const struct compose *compose, const struct random_more *more,
                     const uint64_t *word, int64_t n, int64_t most, uint32_t *out)
{
    return kernel_get()->compose(compose, more, word, n, most, out);
}
