#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "world/distinct.h"
#include "world/kernel.h"
#include "world/random.h"

enum { KERNELS = 3, CANARY = 0x5a5a5a5a };

static const char *const names[KERNELS] = {"sse2", "avx2", "avx512"};

/* Memory of just the size that is asked for: sanitizers see what is beyond. */
static uint32_t *numbers(int64_t n, uint32_t each)
{
    uint32_t *const x = malloc(4 * (size_t)n + 1);
    assert_non_null(x);
    for (int64_t i = 0; i < n; i++)
        x[i] = each;
    return x;
}

static uint32_t *listed(int64_t n, int64_t states)
{
    uint32_t *const list = numbers(n, 0);
    for (int64_t i = 0; i < n; i++) {
        uint64_t const word = random_word(1, (uint32_t)n, (uint32_t)states, (uint64_t)i);
        list[i] = (uint32_t)(word % (uint64_t)states);
    }
    if (n > 2)
        list[n / 2] = (uint32_t)states - 1;
    return list;
}

/* The list's distinct states as the header says: by going through it once for each state. */
static int64_t naive(const uint32_t *list, int64_t n, int64_t states, uint32_t *state,
                     uint32_t *times)
{
    int64_t k = 0;
    for (int64_t i = 0; states <= 4 * n ? i < states : i < n; i++) {
        uint32_t const s = states <= 4 * n ? (uint32_t)i : list[i];
        int64_t first = -1;
        uint32_t found = 0;
        for (int64_t j = n - 1; j >= 0; j--) {
            found += list[j] == s;
            first = list[j] == s ? j : first;
        }
        if (found == 0 || (states > 4 * n && first != i))
            continue;
        state[k] = s;
        times[k++] = found;
    }
    return k;
}

static void check(int64_t n, int64_t states)
{
    int64_t const room = (n < states ? n : states) + 16;
    uint32_t *const list = listed(n, states), *const count = numbers(states, 0);
    uint32_t *const state = numbers(room, CANARY), *const times = numbers(room, CANARY);
    uint32_t *const want = numbers(room, 0), *const want_times = numbers(room, 0);
    int64_t const k = naive(list, n, states, want, want_times);
    double *const share = malloc(sizeof *share * (size_t)room);
    assert_non_null(share);
    struct distinct const d = {count, state, times, share};
    assert_int_equal(distinct_find(&d, list, n, states, 0.1), k);
    assert_memory_equal(state, want, 4 * (size_t)k);
    assert_memory_equal(times, want_times, 4 * (size_t)k);
    for (int64_t i = 0; i < k; i++)
        assert_true(share[i] == (double)times[i] * 0.1);
    free(share);
    for (int64_t i = 0; i < states; i++)
        assert_int_equal(count[i], 0);
    uint32_t *const all[] = {list, count, state, times, want, want_times};
    for (int i = 0; i < 6; i++)
        free(all[i]);
}

/* Around 4 n states, where the technique changes, and around whole vectors. */
static void lists_are_counted(void **state)
{
    (void)state;
    int64_t const sizes[] = {1, 2, 3, 4, 5, 15, 16, 17, 64, 100, 256, 1000, 1025};
    for (int k = 0; k < KERNELS; k++) {
        if (!kernel_use(names[k]))
            continue;
        for (int i = 0; i < 13; i++) {
            for (int64_t n = sizes[i] / 4 > 1 ? sizes[i] / 4 - 1 : 0; n <= sizes[i] / 4 + 2; n++)
                check(n, sizes[i]);
            check(1, sizes[i]);
            check(3 * sizes[i], sizes[i]);
            check(sizes[i] / 30, sizes[i]);
        }
    }
}

static void a_list_of_one_state_again_and_again_has_one(void **state)
{
    (void)state;
    for (int64_t states = 8; states <= 8192; states *= 32) {
        uint32_t *const list = numbers(1000, 7), *const count = numbers(states, 0);
        uint32_t found[1000 + 16], times[1000 + 16];
        double share[1000 + 16];
        struct distinct const d = {count, found, times, share};
        assert_int_equal(distinct_find(&d, list, 1000, states, 1), 1);
        assert_int_equal(found[0], 7);
        assert_int_equal(times[0], 1000);
        free(list);
        free(count);
    }
}

static void an_empty_list_has_none(void **state)
{
    (void)state;
    uint32_t count[3] = {0}, found[16], times[16];
    double share[16];
    struct distinct const d = {count, found, times, share};
    assert_int_equal(distinct_find(&d, NULL, 0, 3, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_counted),
        cmocka_unit_test(a_list_of_one_state_again_and_again_has_one),
        cmocka_unit_test(an_empty_list_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
