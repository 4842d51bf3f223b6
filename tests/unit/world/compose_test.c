#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "world/compose.h"
#include "world/kernel.h"
#include "world/random.h"

enum { KERNELS = 3, STATES = 250, MORE = 300, OWN = 5000, WORDS = 3000, CANARY = 0x5a5a5a5a };

static const char *const names[KERNELS] = {"sse2", "avx2", "avx512"};

static struct alias table;
static double weight[STATES], accept[MORE], never[MORE];
/* Up to 256 states chances are looked up in another way: so there are sometimes said to be more. */
static int64_t states = STATES;
static uint16_t chance[MORE + 1], no_chance[MORE + 1];
static uint64_t word[WORDS];
static uint64_t half_words[WORDS]; /* of quarters the further ones, which go on in their stream */
static struct random_more const more = {.key = 9, .round = 2, .stream = 3};
static struct random_more const rest_words = {.key = 11, .round = 3, .stream = 5};
static uint32_t own[OWN];

/* Halves at the ends of a cell and of all cells are rare: so each eighth word is one of these. */
static uint64_t any_word(uint64_t i)
{
    uint64_t const edges[] = {0, UINT64_MAX, 1ull << 63, (1ull << 63) - 1, ~0xfffull, 0xfff};
    uint64_t const random = random_word(1, 0, 0, i);
    return random % 8 == 0 ? edges[i % 6] : random;
}

static int fill(void **state)
{
    (void)state;
    void *const memory = aligned_alloc(64, (size_t)alias_size(STATES));
    if (memory == NULL)
        return -1;
    for (uint64_t i = 0; i < STATES; i++) {
        double const u = random_unit(random_word(2, 0, 0, i));
        weight[i] = u * u;
        accept[i] = i % 10 == 0 ? 0 : i % 10 == 1 ? 1 : random_unit(random_word(3, 0, 0, i));
    }
    for (uint64_t i = 0; i < OWN; i++)
        own[i] = (uint32_t)(random_word(4, 0, 0, i) % STATES);
    for (uint64_t i = 0; i < WORDS; i++) {
        word[i] = any_word(i);
        half_words[i] = any_word(WORDS + i);
    }
    compose_chances(accept, MORE, chance);
    alias_init(&table, STATES, memory);
    alias_build(&table, weight, STATES);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    free(table.entry);
    return 0;
}

static uint32_t half_of_rest(int64_t i, int64_t made)
{
    uint64_t const next = random_word(rest_words.key, rest_words.round, rest_words.stream,
                                      rest_words.first + (uint64_t)i / 2);
    return i < 2 * made ? random_half(half_words, i) : random_half(&next, i % 2);
}

static uint64_t further(int64_t i)
{
    return random_word(more.key, more.round, more.stream, more.first + (uint64_t)i);
}

/* Where proposals by quarters are: how many were open, and of the rest, and words of halves. */
struct quarters {
    int64_t open, rests, made;
};

/* The state of the next accepted one of the rest. */
static uint32_t say_rest(const struct compose *c, struct quarters *q)
{
    int64_t const j = q->rests++;
    uint32_t const half = half_of_rest(COMPOSE_OPEN + j, q->made);
    return alias_draw(c->from, (uint64_t)half << 32 | further(2 * j + 1) >> 32);
}

/* Does proposal i stay, by its level, with a chance of `part`? */
static bool stays(double part, int64_t level, int64_t levels, int64_t i, struct quarters *q)
{
    int64_t const sure = levels * compose_bits(part) / 65536,
                  open = sure < levels - 2 ? sure : levels - 2;
    if (level < open || level > open + 1)
        return level < open;
    uint64_t const bits = further(2 * i);
    uint32_t const half =
        q->open < COMPOSE_OPEN ? random_half(half_words, q->open) : (uint32_t)bits;
    q->open++;
    double const within = (double)((uint64_t)half << 21 | bits >> 43) * 0x1p-53;
    return within < part * (double)levels - (double)level;
}

/* As the header says it, a quarter after the other. */
static int64_t plainly_few(const struct compose *c, const uint32_t *list, int64_t n, int64_t most,
                           uint32_t *out)
{
    int64_t const cells = c->cells->few, levels = 65536 / cells, over = 65536 % cells;
    struct quarters q = {0, 0, compose_words(c->cells, n).halves};
    int64_t k = 0;
    for (int64_t i = 0; i < n && k < most; i++) {
        int64_t const quarter = (int64_t)(word[i / 4] >> 16 * (i % 4) & 0xffff);
        int64_t const cell = quarter * cells / 65536, into = quarter * cells % 65536 - over;
        bool const listed = cell < c->cells->count, end = cell == cells - 1;
        double const part = c->cells->rest - (double)(cells - c->cells->count - 1);
        double const coin = listed ? c->accept[list[cell]] : end ? part : 1;
        if (into >= 0 && stays(coin, into / cells, levels, i, &q))
            out[k++] = listed ? list[cell] : say_rest(c, &q);
    }
    return k;
}

/* As the header says it, a whole word after the other. */
static int64_t plainly(const struct compose *c, const uint32_t *list, int64_t n, int64_t most,
                       uint32_t *out)
{
    double const cells = (double)c->cells->count + c->cells->rest;
    int64_t k = 0;
    if (c->cells->few > 0)
        return plainly_few(c, list, n, most, out);
    for (int64_t i = 0; i < n && k < most; i++) {
        uint64_t const whole = random_whole(&more, i, random_half(word, i));
        double const d = (double)(whole >> 12) * 0x1p-52, t = d * cells;
        if (t < (double)c->cells->count) {
            uint32_t const s = list[(int64_t)t];
            if (c->accept == NULL || t - trunc(t) < c->accept[s])
                out[k++] = s;
        } else {
            double const v =
                fmin((t - (double)c->cells->count) * (1 / c->cells->rest), 0x1.fffffffffffffp-1);
            out[k++] = alias_draw(c->from, (uint64_t)(v * 0x1p52) << 12);
        }
    }
    return k;
}

/* Where a part's words are. */
struct source {
    const uint64_t *word, *half;
    struct random_more more, rest;
};

static const struct source all_words = {
    .word = word, .half = half_words, .more = {9, 0, 2, 3}, .rest = {11, 0, 3, 5}};

static int64_t draw(const struct compose *c, const uint32_t *list, const struct source *source,
                    int64_t n, int64_t most, uint32_t *out)
{
    int64_t got = -1;
    compose_draw_parts(c, &(struct compose_parts){.count = 1,
                                                  .own = &list,
                                                  .more = &source->more,
                                                  .word = source->word,
                                                  .n = n,
                                                  .words = compose_words(c->cells, n),
                                                  .half = source->half,
                                                  .rest = &source->rest,
                                                  .want = most,
                                                  .out = out,
                                                  .stride = most,
                                                  .got = &got});
    return got;
}

/* What is written between the accepted ones and the end of the slack is not looked at. */
static void check(const struct compose *compose, const uint32_t *list, int64_t n, int64_t most)
{
    int64_t const room = most + COMPOSE_SLACK;
    uint32_t *const want = malloc(4 * (size_t)room), *const out = malloc(4 * (size_t)room + 4);
    assert_true(want && out);
    int64_t const k = plainly(compose, list, n, most, want);
    out[room] = CANARY;
    assert_int_equal(draw(compose, list, &all_words, n, most, out), k);
    assert_memory_equal(out, want, 4 * (size_t)k);
    assert_int_equal(out[room], CANARY);
    free(want);
    free(out);
}

static const uint16_t *bits_of(const double *chances)
{
    return chances == NULL ? NULL : chances == never ? no_chance : chance;
}

/* A list of just its size, so that sanitizers see what is beyond. */
static void check_all(int64_t count, double rest, const double *chances)
{
    int64_t const numbers[] = {0, 1, 7, 15, 16, 17, 255, 256, 257, 300, 1000, WORDS};
    int64_t const mosts[] = {0, 1, 5, 16, 100, 250, 257, WORDS};
    uint32_t *const list = malloc(4 * (size_t)count);
    assert_non_null(list);
    memcpy(list, own, 4 * (size_t)count);
    struct compose_cells const cells =
        compose_cells_of(count, rest, states, chances, rest > 0 ? &table : NULL);
    struct compose const compose = {&cells, states, chances, bits_of(chances), &table};
    for (int i = 0; i < 12; i++) {
        int64_t const n =
            cells.few ? (numbers[i] + 31) / COMPOSE_GROUP * COMPOSE_GROUP : numbers[i];
        for (int j = 0; j < 8; j++)
            check(&compose, list, n, mosts[j]);
    }
    free(list);
}

/* With the last but one of these rests and 16 listed states, how far a word is into the rest is
 * rounded up to all of it; with the last and 32 too. */
static void all_kernels_draw_what_the_header_says(void **state)
{
    (void)state;
    enum { COUNTS = 11, RESTS = 12 };
    int64_t const counts[COUNTS] = {1, 2, 3, 16, 31, 32, 100, 127, 128, 200, OWN};
    double const rests[RESTS] = {0,
                                 0x1p-1074,
                                 0x1p-53,
                                 1e-9,
                                 0.1,
                                 1,
                                 11.1,
                                 1e6,
                                 1e300,
                                 0x1p1023,
                                 0x1.c679d5721cc13p+5,
                                 0x1.fcd45c2d61cafp+5};
    for (int k = 0; k < KERNELS; k++) {
        if (!kernel_use(names[k]))
            continue;
        for (int i = 0; i < COUNTS * RESTS; i++) {
            states = i % 2 ? STATES : MORE;
            check_all(counts[i / RESTS], rests[i % RESTS], accept);
            check_all(counts[i / RESTS], rests[i % RESTS], NULL);
            check_all(counts[i / RESTS], rests[i % RESTS], never);
        }
    }
}

/* The largest word is the likeliest to be taken for a cell that is not there. */
static void the_last_word_is_in_the_last_cell(void **state)
{
    (void)state;
    uint64_t const last = UINT64_MAX;
    uint32_t *const list = calloc(COMPOSE_CELLS, sizeof(*list)), out[1 + COMPOSE_SLACK];
    assert_non_null(list);
    for (int k = 0; k < KERNELS; k++) {
        if (!kernel_use(names[k]))
            continue;
        for (int64_t count = 1; count <= COMPOSE_CELLS; count += 1 + count / 3) {
            struct compose_cells const cells = compose_cells_of(count, 0, 1, false, NULL);
            struct compose const compose = {&cells, 1, NULL, NULL, NULL};
            list[COMPOSE_CELLS - 1] = 42;
            struct source const source = {.word = &last, .more = more};
            assert_int_equal(draw(&compose, list + COMPOSE_CELLS - count, &source, 1, 1, out), 1);
            assert_int_equal(out[0], 42);
        }
    }
    free(list);
}

static void nothing_is_drawn_when_nothing_is_accepted(void **state)
{
    (void)state;
    uint32_t out[100 + COMPOSE_SLACK];
    for (int k = 0; k < 2 * KERNELS; k++) {
        struct compose_cells const cells =
            compose_cells_of(100, 0, k < KERNELS ? states : COMPOSE_FEW_STATES + 1, true, NULL);
        struct compose const compose = {&cells, states, never, no_chance, NULL};
        assert_int_equal(cells.few, k < KERNELS ? 100 : 0);
        if (kernel_use(names[k % KERNELS]))
            assert_int_equal(draw(&compose, own, &all_words, 96, 100, out), 0);
    }
}

/* Chi-square as a normal deviate (Wilson and Hilferty). 3.72 is one in 10,000. */
static double deviation(const double *p, const int64_t *drawn, int64_t draws)
{
    double chi = 0, total = 0;
    int cells = 0;
    for (int i = 0; i < STATES; i++)
        total += p[i];
    for (int i = 0; i < STATES; i++) {
        double const expected = (double)draws * p[i] / total;
        double const off = (double)drawn[i] - expected;
        if (expected == 0)
            assert_int_equal(drawn[i], 0);
        else
            chi += off * off / expected;
        cells += expected > 0;
    }
    double const freedom = cells - 1, spread = 2 / (9 * freedom);
    return (cbrt(chi / freedom) - (1 - spread)) / sqrt(spread);
}

/* The exact law but for its sum. */
static void law_of(const struct compose *compose, double *p)
{
    double total = 0;
    for (int i = 0; i < STATES; i++)
        total += weight[i];
    for (int i = 0; i < STATES; i++)
        p[i] = compose->cells->rest * weight[i] / total;
    for (int64_t i = 0; i < compose->cells->count; i++)
        p[own[i]] += compose->accept == NULL ? 1 : compose->accept[own[i]];
}

static void check_law(int64_t count, double rest, const double *chances, uint32_t round)
{
    enum { CALLS = 64, DRAWS = COMPOSE_HALVES / 2 };
    static uint64_t words[DRAWS];
    static uint32_t out[DRAWS + COMPOSE_SLACK];
    struct compose_cells const cells = compose_cells_of(count, rest, states, chances, &table);
    struct compose_words const size = compose_words(&cells, DRAWS);
    assert_true(size.halves <= WORDS);
    struct compose const compose = {&cells, states, chances, bits_of(chances), &table};
    int64_t drawn[STATES] = {0};
    double p[STATES];
    int64_t n = 0;
    for (uint64_t call = 0; call < CALLS; call++) {
        struct source const source = {
            words, half_words, {9, call * 2 * DRAWS, round, 3}, {11, call * WORDS, round, 5}};
        random_words(5, round, 0, call * (uint64_t)size.each, size.each, words);
        random_words(6, round, 0, call * WORDS, WORDS, half_words);
        int64_t const some = draw(&compose, own, &source, DRAWS, DRAWS, out);
        for (int64_t i = 0; i < some; i++)
            drawn[out[i]]++;
        n += some;
    }
    law_of(&compose, p);
    assert_true(fabs(deviation(p, drawn, n)) < 3.72);
    p[own[0]] *= 1.5;
    assert_true(deviation(p, drawn, n) > 3.72);
}

static void draws_follow_the_law(void **state)
{
    (void)state;
    assert_true(accept[own[0]] > 0);
    for (int k = 0; k < KERNELS; k++) {
        if (!kernel_use(names[k]))
            continue;
        states = STATES;
        check_law(100, 100.0 / 9, accept, 0);
        states = MORE;
        check_law(100, 100.0 / 9, NULL, 1);
        check_law(100, 0, accept, 2);
        check_law(30, 70, accept, 3);
        check_law(30, 14.4, accept, 4);
        check_law(200, 100.0 / 9, accept, 5);
    }
}

/* Parts side by side, none of which may write over the next, are what they are one by one. */
static void check_parts(int64_t count, double rest, const double *chances, int64_t want)
{
    enum { PARTS = 37, MOST = 160 };
    static uint64_t words[PARTS * MOST / 2], halves[PARTS * MOST / 2];
    static uint32_t out[PARTS * MOST + COMPOSE_SLACK], one[MOST + COMPOSE_SLACK];
    const uint32_t *lists[PARTS];
    int64_t got[PARTS];
    struct compose_cells const cells = compose_cells_of(count, rest, states, chances, &table);
    struct compose const compose = {&cells, states, chances, bits_of(chances), &table};
    int64_t const n = cells.few > 0 ? MOST : MOST - 10;
    struct compose_words const size = compose_words(&cells, n);
    for (int p = 0; p < PARTS; p++)
        lists[p] = own + 31 * p;
    for (uint64_t i = 0; i < PARTS * MOST / 2; i++) {
        words[i] = any_word(i);
        halves[i] = any_word(PARTS * MOST + i);
    }
    compose_draw_parts(&compose, &(struct compose_parts){.count = PARTS,
                                                         .own = lists,
                                                         .more = &more,
                                                         .word = words,
                                                         .n = n,
                                                         .words = size,
                                                         .half = halves,
                                                         .rest = &rest_words,
                                                         .want = want,
                                                         .out = out,
                                                         .stride = want,
                                                         .got = got});
    for (int64_t p = 0; p < PARTS; p++) {
        uint64_t const first = (uint64_t)p << 32;
        struct source const source = {
            words + p * size.each, halves + p * size.halves, {9, first, 2, 3}, {11, first, 3, 5}};
        int64_t const k = draw(&compose, lists[p], &source, n, want, one);
        assert_int_equal(got[p], k);
        assert_memory_equal(out + p * want, one, sizeof *one * (size_t)k);
    }
}

static void parts_are_drawn_as_one_by_one(void **state)
{
    (void)state;
    int64_t const counts[] = {20, 100, 1000}, wants[] = {1, 16, 40, 100, 150};
    double const rests[] = {0, 0.5, 11, 300, 1e300};
    for (int k = 0; k < KERNELS; k++)
        for (int i = 0; kernel_use(names[k]) && i < 3 * 5 * 5; i++) {
            states = i % 2 ? STATES : MORE;
            check_parts(counts[i / 25], rests[i / 5 % 5], accept, wants[i % 5]);
            check_parts(counts[i / 25], rests[i / 5 % 5], NULL, wants[i % 5]);
        }
}

/* ---- what is rare by quarters --------------------------------------------- */

/* All proposals from 112 cells by one quarter, and what is open or the rest's by one half. */
static void check_quarter(uint64_t quarter, uint32_t half)
{
    enum { N = 256, HALVES = 64 };
    struct compose_cells const cells = compose_cells_of(100, 11.1, STATES, true, &table);
    struct compose const compose = {&cells, STATES, accept, chance, &table};
    uint64_t saved[N / 4], saved_halves[HALVES / 2];
    memcpy(saved, word, sizeof saved);
    memcpy(saved_halves, half_words, sizeof saved_halves);
    for (int i = 0; i < N / 4; i++)
        word[i] = quarter * 0x0001000100010001u;
    for (int64_t i = 0; i < HALVES / 2; i++)
        half_words[i] = (uint64_t)half << 32 | half;
    for (int k = 0; k < KERNELS; k++)
        if (kernel_use(names[k]))
            check(&compose, own, N, N);
    memcpy(word, saved, sizeof saved);
    memcpy(half_words, saved_halves, sizeof saved_halves);
}

/* More of the rest, and more that are open, than there are halves for: all are the same one. */
static void further_bits_are_used_where_halves_end(void **state)
{
    (void)state;
    check_quarter(105 * 65536 / 112 + 3, 0);
    for (uint64_t i = 0; i < 586; i++) {
        check_quarter(i, 0x80000000u);
        check_quarter(111 * 65536 / 112 + i, 0x40000000u);
    }
}

/* A half that is just where the chance ends leaves open whether it is below. */
static void further_bits_decide_where_halves_do_not(void **state)
{
    (void)state;
    double const levels = 65536 / 112;
    for (int i = 0; i < 100; i++) {
        double const end = accept[own[i]] * levels;
        uint64_t const level = (uint64_t)end;
        uint64_t const quarter = ((uint64_t)i * 65536 + 16 + level * 112 + 111) / 112;
        check_quarter(quarter, (uint32_t)((end - (double)level) * 0x1p32));
    }
}

/* The half of a column of the rest's table within which the column is cut, or its first one. */
static uint32_t half_of_cut(uint32_t column)
{
    int const bits = 32 - table.bits;
    uint32_t low = column << bits;
    for (uint32_t step = 1u << (bits - 1); step > 0; step /= 2)
        if (alias_draw(&table, (uint64_t)(low + step - 1) << 32 | UINT32_MAX) == column)
            low += step;
    return low;
}

static void further_bits_decide_what_the_rest_says(void **state)
{
    (void)state;
    int64_t cut = 0;
    for (uint32_t column = 0; column < table.columns; column++) {
        uint32_t const half = half_of_cut(column);
        uint64_t const first = (uint64_t)half << 32;
        cut += alias_draw(&table, first) != alias_draw(&table, first | UINT32_MAX);
        check_quarter(105 * 65536 / 112 + 3, half);
    }
    assert_true(cut > STATES / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kernels_draw_what_the_header_says),
        cmocka_unit_test(the_last_word_is_in_the_last_cell),
        cmocka_unit_test(nothing_is_drawn_when_nothing_is_accepted),
        cmocka_unit_test(draws_follow_the_law),
        cmocka_unit_test(parts_are_drawn_as_one_by_one),
        cmocka_unit_test(further_bits_are_used_where_halves_end),
        cmocka_unit_test(further_bits_decide_where_halves_do_not),
        cmocka_unit_test(further_bits_decide_what_the_rest_says),
    };
    return cmocka_run_group_tests(tests, fill, drop);
}
