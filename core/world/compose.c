#include "world/compose.h"

#include "world/kernel.h"

/* A loop over all states of a round, that becomes vectors. */
void compose_chances(const double *accept, int64_t n, uint16_t *chance)
{
    for (int64_t i = 0; i < n; i++) {
        int32_t const x = (int32_t)(accept[i] * 0x1p16);
        chance[i] = (uint16_t)(x < UINT16_MAX ? x : UINT16_MAX);
    }
    chance[n] = 0;
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

void compose_draw_parts(const struct compose *compose, const struct compose_parts *parts)
{
    kernel_get()->compose(compose, parts);
}

int64_t compose_draw(const struct compose *compose, const uint32_t *own,
                     const struct random_more *more, const uint64_t *word, int64_t n, int64_t most,
                     uint32_t *out)
{
    int64_t got = 0;
    compose_draw_parts(compose, &(struct compose_parts){.count = 1,
                                                        .own = &own,
                                                        .more = more,
                                                        .word = word,
                                                        .n = n,
                                                        .want = most,
                                                        .out = out,
                                                        .stride = most,
                                                        .got = &got});
    return got;
}
