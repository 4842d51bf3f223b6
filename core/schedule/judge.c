/* A sample stays when every verifier that checks it passes it. A slot is drawn and judged by each
 * verifier in the file's order; a redrawn one begins again with the first. Slots are exchangeable,
 * so a budget that is spent on the first slots checks a random choice of samples.
 */
#include "schedule/judge.h"

#include <string.h>

#include "world/random.h"

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

static uint32_t draw(const struct filling *f, const struct supplier *from, int64_t slot,
                     uint32_t attempt)
{
    uint64_t const word = random_word(f->replicate->sampling_key, (uint32_t)f->round,
                                      random_stream(STREAM_SAMPLE, attempt), address(f, slot));
    if (from)
        f->tally[from->by->supply_tally + TALLY_OUTSIDE]++;
    return alias_draw(from ? &from->alias : f->alias, word);
}

/* ---- judging ------------------------------------------------------------ */

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

enum verdict { STAYS, DROPPED, AGAIN };

static enum verdict judge_one(const struct filling *f, int j, int64_t slot, uint32_t attempt,
                              uint32_t state)
{
    const struct judge *judge = &f->replicate->judges[j];
    int64_t *tally = f->tally + judge->by->first_tally;
    if (f->budget[j] == 0)
        return judge->verdict.unchecked == GYRE_KEEP ? STAYS : DROPPED;
    if (f->budget[j] > 0)
        f->budget[j]--;
    tally[TALLY_CHECKED]++;
    if (passes(f, judge, slot, attempt, state))
        return STAYS;
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

static uint32_t settle(const struct filling *f, int64_t slot, uint32_t state)
{
    int64_t const nothing = f->replicate->plan->shape.states;
    const struct supplier *from = supplier_of(f, slot);
    if (from)
        state = draw(f, from, slot, 0);
    for (uint32_t attempt = 0;; state = draw(f, from, slot, ++attempt)) {
        enum verdict verdict = state == nothing ? DROPPED : STAYS;
        for (int j = 0; j < f->replicate->judge_count && verdict == STAYS; j++)
            verdict = judge_one(f, j, slot, attempt, state);
        if (verdict != AGAIN)
            return verdict == STAYS ? state : SAMPLE_NONE;
    }
}

void judge_fill(const struct filling *f, int64_t begin, int64_t end, uint32_t *state)
{
    for (int64_t slot = begin; slot < end; slot += REPLICATE_CHUNK) {
        int64_t const n = end - slot < REPLICATE_CHUNK ? end - slot : REPLICATE_CHUNK;
        random_words(f->replicate->sampling_key, (uint32_t)f->round,
                     random_stream(STREAM_SAMPLE, 0), address(f, slot), n, f->bench->word);
        alias_draw_all(f->alias, f->bench->word, n, state + slot);
    }
    for (int64_t slot = begin; slot < end; slot++)
        state[slot] = settle(f, slot, state[slot]);
}

bool judge_is_limited(const struct replicate *r)
{
    bool limited = false;
    for (int j = 0; j < r->judge_count; j++)
        limited = limited || r->judges[j].verdict.budget >= 0;
    return limited;
}

void judge_budget(const struct replicate *r, int64_t round, int64_t dataset, int64_t *budget)
{
    int64_t const datasets = r->plan->shape.datasets;
    for (int j = 0; j < r->judge_count; j++) {
        int64_t const whole = r->judges[j].verdict.budget;
        budget[j] = whole < 0 ? -1 : gyre_quota(whole, (dataset + round) % datasets, datasets);
    }
}
