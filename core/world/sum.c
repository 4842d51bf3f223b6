#include "world/sum.h"

#include <string.h>

#include "world/kernel.h"

/* An addition brings at most 2^50 to a low limb, and so does what a carry left there: 63 bits
 * would hold 8,191. */
enum { CARRY_AFTER = 4096 };

void sum_init(struct gyre_sum *sum, int64_t count, int64_t *memory)
{
    *sum = (struct gyre_sum){.count = count, .used = true, .high = memory, .low = memory + count};
    sum_clear(sum);
}

void sum_clear(struct gyre_sum *sum)
{
    if (!sum->used)
        return;
    memset(sum->high, 0, sizeof(*sum->high) * (size_t)sum->count);
    memset(sum->low, 0, sizeof(*sum->low) * (size_t)sum->count);
    sum->pending = 0;
    sum->used = false;
}

static void carry(struct gyre_sum *sum)
{
    kernel_get()->sum_carry(sum->high, sum->low, sum->count);
    sum->pending = 0;
}

bool sum_add_row(struct gyre_sum *sum, const double *row, double share)
{
    if (sum->pending >= CARRY_AFTER)
        carry(sum);
    sum->pending++;
    sum->used = true;
    return kernel_get()->sum_add(sum->high, sum->low, row, share, sum->count);
}

void sum_join(struct gyre_sum *into, const struct gyre_sum *from)
{
    /* One more: what an earlier carry left in the other's low limbs. */
    int64_t const more = from->pending + 1;
    if (!from->used)
        return;
    if (into->pending + more > CARRY_AFTER)
        carry(into);
    for (int64_t i = 0; i < into->count; i++) {
        into->high[i] += from->high[i];
        into->low[i] += from->low[i];
    }
    into->pending += more;
    into->used = true;
}

void sum_read(struct gyre_sum *sum, double *out)
{
    carry(sum);
    for (int64_t i = 0; i < sum->count; i++)
        out[i] = ((double)sum->high[i] + (double)sum->low[i] * 0x1p-50) * 0x1p-50;
}
