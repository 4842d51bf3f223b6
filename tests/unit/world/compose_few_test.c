#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world/compose.h"
#include "world/kernel.h"
#include "world/random.h"

enum { STATES = 300, N = 32, SURE = 6 };

static const char *const names[] = {"sse2", "avx2", "avx512"};

/* What a part of N proposals from two cells, all of chance 1, gives by these words. */
static int64_t draw(const uint64_t *word, const uint64_t *half, const struct random_more *more)
{
    static const uint32_t list[2] = {0, 1};
    const uint32_t *const own = list;
    double accept[STATES];
    uint16_t chance[STATES + 1];
    uint32_t out[N + COMPOSE_SLACK];
    int64_t got = 0;
    for (int i = 0; i < STATES; i++)
        accept[i] = 1;
    compose_chances(accept, STATES, chance);
    struct compose_cells const cells = compose_cells_of(2, 0, STATES, true, NULL);
    struct compose const of = {&cells, STATES, accept, chance, NULL};
    compose_draw_parts(&of, &(struct compose_parts){.count = 1,
                                                    .own = &own,
                                                    .more = more,
                                                    .word = word,
                                                    .n = N,
                                                    .words = compose_words(&cells, N),
                                                    .half = half,
                                                    .rest = more,
                                                    .want = N,
                                                    .out = out,
                                                    .stride = N,
                                                    .got = &got});
    return got;
}

/* The first six proposals are in the last level of a cell, so open, and there are four halves: all
 * of their bits are set, and so are the further bits of the first proposal, as far as a double can
 * hold them. */
static void what_is_sure_is_never_refused(void **state)
{
    (void)state;
    struct random_more const more = {.key = 1, .first = 23978565, .round = 1, .stream = 6};
    uint64_t word[16] = {0}, half[16];
    uint16_t quarter[SURE];
    assert_true(random_word(1, 1, 6, more.first) >> 32 >= 0xffffff00u);
    memset(half, 0xff, sizeof half);
    for (int i = 0; i < SURE; i++)
        quarter[i] = 32767;
    memcpy(word, quarter, sizeof quarter);
    for (int k = 0; k < 3; k++)
        if (kernel_use(names[k]))
            assert_int_equal(draw(word, half, &more), N);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sure_is_never_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
