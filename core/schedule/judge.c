/* A sample stays when every verifier that checks it passes it. Slots are drawn and judged by each
 * verifier in the file's order; those to be redrawn are drawn together, and begin again with the
 * first. Slots are exchangeable, so a budget that is spent on the first ones checks a random choice
 * of samples.
 */
#include "schedule/judge.h"

#include <string.h>

#include "schedule/draw.h"
#include "world/kernel.h"
#include "world/random.h"

static struct bench *bench_of(const struct filling *f)
{
    return &f->replicate->bench[f->worker];
}

static uint64_t address(const struct filling *f, int64_t slot)
{
    return (uint64_t)(f->dataset * f->replicate->plan->shape.samples + slot);
}

/* ---- where a slot's samples come from ----------------------------------- */

static bool is_claimed(const struct filling *f, const struct supplier *supplier, int64_t slot)
{
    double const share = supplier->supply.share;
    if (share <= 0 || share >= 1)
        return share >= 1;
    return random_unit(random_word(supplier->key, (uint32_t)f->round,
                                   random_stream(STREAM_SOURCE, 0), address(f, slot))) < share;
}

/* Of exact numbers judge_place has said; of the rest the first source in the file's order whose
 * coin says so has a slot. NULL: the society itself. */
static const struct supplier *supplier_of(const struct filling *f, int64_t slot)
{
    const struct replicate *r = f->replicate;
    if (f->place && f->place[slot])
        return &r->suppliers[f->place[slot] - 1];
    for (int i = 0; i < r->supplier_count; i++)
        if (is_claimed(f, &r->suppliers[i], slot))
            return &r->suppliers[i];
    return NULL;
}

/* Selection sampling: with c of the n slots that are left to be given away, a slot is with chance
 * c / n; then slots stay exchangeable for whoever checks only some of them. */
bool judge_place(const struct filling *f, uint16_t *place)
{
    const struct replicate *r = f->replicate;
    int64_t const slots = r->plan->shape.samples;
    int64_t left[r->supplier_count + 1], all = 0;
    memset(left, 0, sizeof left);
    for (int i = 0; i < r->supplier_count; i++)
        all += left[i] = r->suppliers[i].supply.count;
    for (int64_t slot = 0, given = all; slot < slots && all > 0; slot++) {
        uint64_t const word = random_word(r->sampling_key, (uint32_t)f->round,
                                          random_stream(STREAM_PLACE, 0), address(f, slot));
        int64_t at = (int64_t)(random_unit(word) * (double)(slots - slot));
        place[slot] = 0;
        if (at >= given)
            continue;
        int i = 0;
        while (i < r->supplier_count && at >= left[i])
            at -= left[i++];
        left[i]--;
        given--;
        place[slot] = (uint16_t)(i + 1);
    }
    return all > 0;
}

static uint32_t draw_outside(const struct filling *f, const struct supplier *from, int64_t slot,
                             uint32_t attempt)
{
    bench_of(f)->tally[from->by->supply_tally + TALLY_OUTSIDE]++;
    return alias_draw(&from->alias,
                      random_word(f->replicate->sampling_key, (uint32_t)f->round,
                                  random_stream(STREAM_OUTSIDE, attempt), address(f, slot)));
}

/* ---- judging ------------------------------------------------------------ */

/* What is sure of the samples of a state; UNSURE: coins, budgets and redraws will show. */
enum fate { STAYS = 0, DROPS, UNSURE };

static enum fate fate_of(const struct replicate *r, int64_t z)
{
    bool sure = true;
    for (int j = 0; j < r->judge_count; j++)
        sure = sure && r->judges[j].verdict.pass[z] >= 1;
    if (sure)
        return STAYS;
    const gyre_judgement *first = &r->judges[0].verdict;
    bool const drops = r->judge_count == 1 && first->act == GYRE_DROP && first->pass[z] <= 0;
    return drops ? DROPS : UNSURE;
}

/* Behind the states stands what contexts without mass give: nothing. */
void judge_prepare(struct replicate *r)
{
    int64_t const states = r->plan->shape.states;
    bool const limited = judge_is_limited(r);
    r->judging = r->supplier_count > 0 || r->plan->shape.contexts > 1 ? JUDGING_EACH
                 : r->judge_count > 0                                 ? JUDGING_SURE
                                                                      : JUDGING_NONE;
    if (r->judging == JUDGING_NONE)
        return;
    memset(r->stays, 0, sizeof *r->stays * (size_t)(states / 32 + 1));
    for (int64_t z = 0; z < states; z++) {
        r->fate[z] = limited ? UNSURE : (uint8_t)fate_of(r, z);
        r->stays[z / 32] |= (uint32_t)(r->fate[z] == STAYS) << z % 32;
        if (r->fate[z] == UNSURE)
            r->judging = JUDGING_EACH;
    }
    r->fate[states] = UNSURE;
}

/* The coin is tossed only where it can fall both ways: words are addressed, so none is missed. */
static bool passes(const struct filling *f, const struct judge *judge, int64_t slot,
                   uint32_t attempt, uint32_t state)
{
    double const pass = judge->verdict.pass[state];
    if (pass <= 0 || pass >= 1)
        return pass >= 1;
    return random_unit(random_word(judge->key, (uint32_t)f->round,
                                   random_stream(STREAM_COIN, attempt), address(f, slot))) < pass;
}

enum verdict { KEPT, DROPPED, AGAIN };

static enum verdict judge_one(const struct filling *f, int j, int64_t slot, uint32_t attempt,
                              uint32_t state)
{
    const struct judge *judge = &f->replicate->judges[j];
    struct bench *bench = bench_of(f);
    int64_t *tally = bench->tally + judge->by->first_tally;
    if (bench->budget[j] == 0)
        return judge->verdict.unchecked == GYRE_KEEP ? KEPT : DROPPED;
    if (bench->budget[j] > 0)
        bench->budget[j]--;
    tally[TALLY_CHECKED]++;
    if (passes(f, judge, slot, attempt, state))
        return KEPT;
    tally[TALLY_REJECTED]++;
    if (judge->verdict.act == GYRE_DROP)
        return DROPPED;
    if (attempt + 1 == JUDGE_TRIES) {
        tally[TALLY_GIVEN_UP]++;
        return DROPPED;
    }
    tally[TALLY_REDRAWN]++;
    return AGAIN;
}

static enum verdict judge_all(const struct filling *f, int64_t slot, uint32_t attempt,
                              uint32_t state)
{
    enum verdict verdict = state == f->replicate->plan->shape.states ? DROPPED : KEPT;
    for (int j = 0; j < f->replicate->judge_count && verdict == KEPT; j++)
        verdict = judge_one(f, j, slot, attempt, state);
    return verdict;
}

/* ---- parts of datasets -------------------------------------------------- */

static int64_t close_gaps(uint32_t *state, int64_t n)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        state[kept] = state[i];
        kept += state[i] != SAMPLE_NONE;
    }
    return kept;
}

/* There is but one judge if it drops any. */
void judge_tell(const struct replicate *r, int worker, int64_t n, int64_t kept)
{
    for (int j = 0; j < r->judge_count; j++) {
        int64_t *tally = r->bench[worker].tally + r->judges[j].by->first_tally;
        tally[TALLY_CHECKED] += n;
        tally[TALLY_REJECTED] += n - kept;
    }
}

int64_t judge_counts(const struct replicate *r, int worker, int64_t begin, int64_t end,
                     double *weight)
{
    double all = 0, kept = 0; /* whole numbers below 2^53 */
    for (int64_t z = begin; z < end; z++) {
        all += weight[z];
        weight[z] = r->fate[z] == STAYS ? weight[z] : 0;
        kept += weight[z];
    }
    judge_tell(r, worker, (int64_t)all, (int64_t)kept);
    return (int64_t)kept;
}

/* Nothing but what stays and what the one judge drops. */
static int64_t keep_sure(const struct filling *f, int64_t n, uint32_t *state)
{
    const struct replicate *r = f->replicate;
    int64_t const kept = kernel_get()->keep(r->stays, state, n);
    judge_tell(r, f->worker, n, kept);
    return kept;
}

/* Judges slot begin + i of the attempt, having drawn from outside where that has it. Must it be
 * drawn again? */
static bool settle(const struct filling *f, int64_t begin, int64_t i, uint32_t attempt,
                   uint32_t *state)
{
    const struct supplier *from = supplier_of(f, begin + i);
    if (from)
        state[i] = draw_outside(f, from, begin + i, attempt);
    enum verdict const verdict = judge_all(f, begin + i, attempt, state[i]);
    if (verdict == DROPPED)
        state[i] = SAMPLE_NONE;
    return verdict == AGAIN;
}

static int64_t judge_each(const struct filling *f, int64_t begin, int64_t n, uint32_t *state)
{
    struct bench *bench = bench_of(f);
    int64_t left = 0;
    for (int64_t i = 0; i < n; i++) {
        bench->again[left] = (uint32_t)i;
        left += settle(f, begin, i, 0, state);
    }
    for (uint32_t attempt = 1; left > 0; attempt++) {
        int64_t const drawn = left;
        if (!draw_samples(f->replicate, f->worker, f->round, f->source, judge_number(f, begin),
                          attempt, drawn, bench->fresh))
            return -1;
        left = 0;
        for (int64_t j = 0; j < drawn; j++) {
            uint32_t const i = bench->again[j];
            state[i] = bench->fresh[j];
            bench->again[left] = i;
            left += settle(f, begin, i, attempt, state);
        }
    }
    return close_gaps(state, n);
}

uint64_t judge_number(const struct filling *f, int64_t begin)
{
    int64_t const samples = f->replicate->plan->shape.samples;
    int64_t const parts = (samples + REPLICATE_CHUNK - 1) / REPLICATE_CHUNK;
    return (uint64_t)(f->dataset * parts + begin / REPLICATE_CHUNK);
}

int64_t judge_part(const struct filling *f, int64_t begin, int64_t n, uint32_t *state)
{
    switch (f->replicate->judging) {
    case JUDGING_NONE:
        return n;
    case JUDGING_SURE:
        return keep_sure(f, n, state);
    default:
        return judge_each(f, begin, n, state);
    }
}

/* With a budget the first slots are checked and the last are not, and a policy may remember the
 * last of them alone. */
static void shuffle(const struct filling *f, uint32_t *state, int64_t n)
{
    struct bench *bench = bench_of(f);
    for (int64_t end = n; end > 1;) {
        int64_t const now = end - 1 < REPLICATE_CHUNK ? end - 1 : REPLICATE_CHUNK;
        random_words(f->replicate->sampling_key, (uint32_t)f->round,
                     random_stream(STREAM_SHUFFLE, 0), address(f, end - now), now, bench->word);
        for (int64_t i = now - 1; i >= 0; i--, end--) {
            __extension__ typedef unsigned __int128 wide;
            int64_t const other = (int64_t)((wide)bench->word[i] * (uint64_t)end >> 64);
            uint32_t const last = state[end - 1];
            state[end - 1] = state[other];
            state[other] = last;
        }
    }
}

/* Parts are drawn right behind the samples that were kept of those before. */
int64_t judge_dataset(struct filling *f, uint32_t *state)
{
    struct bench *bench = bench_of(f);
    int64_t const samples = f->replicate->plan->shape.samples;
    int64_t kept = 0;
    judge_budget(f);
    f->place = f->replicate->supplier_count && judge_place(f, bench->place) ? bench->place : NULL;
    for (int64_t begin = 0; begin < samples; begin += REPLICATE_CHUNK) {
        int64_t const rest = samples - begin, n = rest < REPLICATE_CHUNK ? rest : REPLICATE_CHUNK;
        if (!draw_samples(f->replicate, f->worker, f->round, f->source, judge_number(f, begin), 0,
                          n, state + kept))
            return -1;
        int64_t const stay = judge_part(f, begin, n, state + kept);
        if (stay < 0)
            return -1;
        kept += stay;
    }
    if (judge_is_limited(f->replicate))
        shuffle(f, state, kept);
    return kept;
}

/* ---- budgets ------------------------------------------------------------ */

bool judge_is_limited(const struct replicate *r)
{
    bool limited = false;
    for (int j = 0; j < r->judge_count; j++)
        limited = limited || r->judges[j].verdict.budget >= 0;
    return limited;
}

void judge_budget(const struct filling *f)
{
    const struct replicate *r = f->replicate;
    int64_t const datasets = r->plan->shape.datasets;
    for (int j = 0; j < r->judge_count; j++) {
        int64_t const whole = r->judges[j].verdict.budget;
        bench_of(f)->budget[j] =
            whole < 0 ? -1 : gyre_quota(whole, (f->dataset + f->round) % datasets, datasets);
    }
}
