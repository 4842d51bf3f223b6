#include "cli/panel.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "cli/ink.h"

/* ---- numbers -----------------------------------------------------------------------------------
 */

static int64_t rounds_of(const struct result_run *run, const struct series *series)
{
    int64_t reached = 0;
    for (int64_t r = 0; r < run->replicates; r++)
        if (series_rounds(series, r) > reached)
            reached = series_rounds(series, r);
    return reached;
}

struct panel_point panel_point(const struct panels *panels, int64_t round, int64_t output)
{
    struct result_summary const summary = series_summary(panels->series, round, output);
    struct panel_point point = {.count = summary.count,
                                .mean = summary.mean,
                                .sd = summary.sd,
                                .low = NAN,
                                .high = NAN,
                                .infinite = summary.infinite};
    for (int64_t r = 0; r < panels->run->replicates; r++) {
        if (round >= series_rounds(panels->series, r))
            continue;
        double const x = series_value(panels->series, r, round, output);
        if (isfinite(x)) {
            point.low = fmin(point.low, x);
            point.high = fmax(point.high, x);
        }
        point.above = point.above || (isinf(x) && x > 0);
        point.below = point.below || (isinf(x) && x < 0);
    }
    return point;
}

struct panel_band panel_band(const struct panels *panels, int64_t output,
                             const struct panel_point *point)
{
    const gyre_output *const about = panels->run->outputs[output].about;
    struct panel_band band = {point->mean - point->sd, point->mean + point->sd};
    if (about->lo < about->hi && point->mean >= about->lo && point->mean <= about->hi) {
        band.low = band.low < about->lo ? about->lo : band.low;
        band.high = band.high > about->hi ? about->hi : band.high;
    }
    return band;
}

static void reach(struct panel_range *range, double x, bool log)
{
    if (!isfinite(x) || (log && x <= 0))
        return;
    range->lo = range->any ? fmin(range->lo, x) : x;
    range->hi = range->any ? fmax(range->hi, x) : x;
    range->any = true;
}

struct panel_range panel_range(const struct panels *panels, const struct panel *panel,
                               unsigned parts, bool log)
{
    struct panel_range range = {.lo = 0, .hi = 1};
    for (int i = 0; i < panel->count; i++)
        for (int64_t round = 0; round < panels->rounds; round++) {
            struct panel_point const point = panel_point(panels, round, panel->output[i]);
            struct panel_band const band = panel_band(panels, panel->output[i], &point);
            reach(&range, point.mean, log);
            reach(&range, parts & PANEL_REPLICATES ? point.low : NAN, log);
            reach(&range, parts & PANEL_REPLICATES ? point.high : NAN, log);
            reach(&range, parts & PANEL_BAND ? band.low : NAN, log);
            reach(&range, parts & PANEL_BAND ? band.high : NAN, log);
        }
    return range;
}

/* ---- notes -------------------------------------------------------------------------------------
 */

/* What happened to an output over all rounds that were reached. */
struct tale {
    int64_t infinite, missing, low; /* rounds */
    int64_t first_infinite, last_infinite;
    double share; /* the largest of a round */
};

static struct tale tale_of(const struct panels *panels, int64_t output, bool log)
{
    struct tale tale = {0};
    for (int64_t round = 0; round < panels->rounds; round++) {
        struct panel_point const point = panel_point(panels, round, output);
        if (point.infinite > 0) {
            tale.first_infinite = tale.infinite++ ? tale.first_infinite : round;
            tale.last_infinite = round;
        }
        tale.missing += point.count == 0;
        tale.low += log && point.low <= 0;
        tale.share = fmax(tale.share, point.infinite);
    }
    return tale;
}

static const char *when_infinite(const struct panels *panels, const struct tale *tale)
{
    int64_t const first = tale->first_infinite, last = tale->last_infinite;
    if (tale->infinite == panels->rounds)
        return "in every round";
    if (first == last)
        return arena_format(panels->arena, "in round %" PRId64, first);
    if (last - first + 1 != tale->infinite)
        return arena_format(panels->arena, "in %" PRId64 " of %" PRId64 " rounds", tale->infinite,
                            panels->rounds);
    if (last == panels->rounds - 1)
        return arena_format(panels->arena, "from round %" PRId64 " on", first);
    return arena_format(panels->arena, "in rounds %" PRId64 " to %" PRId64, first, last);
}

/* "in up to 40 % of replicates", or nothing when it is so in all of them. */
static const char *share_of(const struct panels *panels, double share)
{
    double const percent = 100 * share;
    if (share >= 1)
        return "";
    if (percent < 1)
        return " in less than 1 % of replicates";
    return arena_format(panels->arena, " in up to %d %% of replicates",
                        (int)fmin(99, ceil(percent)));
}

static const char *join(const struct panels *panels, const char *before, const char *next)
{
    return before ? arena_format(panels->arena, "%s; %s", before, next) : next;
}

const char *panel_note(const struct panels *panels, int64_t output, bool log)
{
    struct tale const tale = tale_of(panels, output, log);
    struct arena *const arena = panels->arena;
    const char *note = NULL;
    if (tale.infinite)
        note = arena_format(arena, "infinite %s%s", when_infinite(panels, &tale),
                            share_of(panels, tale.share));
    if (tale.missing && tale.missing == panels->rounds)
        note = join(panels, note, "missing in every round");
    else if (tale.missing)
        note = join(panels, note,
                    arena_format(arena, "missing in %" PRId64 " of %" PRId64 " rounds",
                                 tale.missing, panels->rounds));
    if (tale.low)
        note = join(panels, note,
                    arena_format(arena, "0 or below in %" PRId64 " of %" PRId64 " rounds", tale.low,
                                 panels->rounds));
    return note;
}

const char *panel_name(const struct panels *panels, int64_t output)
{
    return utf8_text(panels->arena, ink_text(panels->arena, panels->run->outputs[output].name));
}

/* ---- choosing ----------------------------------------------------------------------------------
 */

static bool is_empty(const struct panels *panels, int64_t output)
{
    for (int64_t r = 0; r < panels->run->replicates; r++)
        for (int64_t round = 0; round < series_rounds(panels->series, r); round++)
            if (!result_is_missing(series_value(panels->series, r, round, output)))
                return false;
    return true;
}

static void add_panel(struct panels *panels, int64_t output)
{
    panels->panel[panels->count++] = (struct panel){
        .output = {output},
        .count = 1,
        .unit = panels->run->outputs[output].about->unit,
    };
}

/* `since` is the first panel of the choice that the output comes from. */
static void add_output(struct panels *panels, int64_t since, bool together, int64_t output)
{
    const char *const unit = panels->run->outputs[output].about->unit;
    for (int64_t i = since; i < panels->count; i++) {
        struct panel *const panel = &panels->panel[i];
        for (int line = 0; line < panel->count; line++)
            if (panel->output[line] == output)
                return;
        if (together && panel->count < PANEL_LINES && strcmp(panel->unit, unit) == 0) {
            panel->output[panel->count++] = output;
            return;
        }
    }
    add_panel(panels, output);
}

static void add_headlines(struct panels *panels, bool together)
{
    const struct result_run *const run = panels->run;
    bool headlines = false;
    int64_t added = 0;
    for (int64_t i = 0; i < run->output_count; i++)
        headlines = headlines || run->outputs[i].about->headline;
    for (int64_t i = 0; i < run->output_count && added < PANEL_HEADLINES; i++)
        if ((!headlines || run->outputs[i].about->headline) && !is_empty(panels, i)) {
            add_output(panels, 0, together, i);
            added++;
        }
}

/* "safety" means every output of that component; an instance's own name may have dots. */
static bool is_component(const char *word, const char *name)
{
    const char *const dot = strrchr(name, '.');
    return dot && strlen(word) == (size_t)(dot - name) &&
           strncmp(word, name, (size_t)(dot - name)) == 0;
}

static bool is_meant(const char *word, const char *name)
{
    return strcmp(word, name) == 0 || is_component(word, name) || fnmatch(word, name, 0) == 0;
}

static const char *nearest_name(const struct panels *panels, const char *word)
{
    int64_t const count = panels->run->output_count;
    const char **const name = ARENA_ARRAY(panels->arena, const char *, count + 1);
    for (int64_t i = 0; i < count; i++)
        name[i] = panels->run->outputs[i].name;
    return text_nearest(word, name);
}

static enum status say_unknown(const struct panels *panels, const char *word, bool met,
                               struct report *report)
{
    const char *const near = met ? NULL : nearest_name(panels, word);
    if (met)
        return report_add(report, STATUS_MISSING, (struct place){0},
                          "--metric %s: all that it means is missing from this run", word);
    return report_add(report, STATUS_MISSING, (struct place){0},
                      "--metric %s: this run has no such output or component%s%s%s", word,
                      near ? "; did you mean " : ", such as ", near ? near : "",
                      near                            ? "?"
                      : panels->run->output_count > 0 ? panels->run->outputs[0].name
                                                      : "safety.kl");
}

static enum status add_word(struct panels *panels, int64_t since, bool together, const char *word,
                            struct report *report)
{
    bool met = false, added = false;
    for (int64_t i = 0; i < panels->run->output_count; i++) {
        const char *const name = panels->run->outputs[i].name;
        if (!is_meant(word, name))
            continue;
        met = true;
        if (strcmp(word, name) != 0 && is_empty(panels, i))
            continue;
        add_output(panels, since, together, i);
        added = true;
    }
    return added ? STATUS_OK : say_unknown(panels, word, met, report);
}

static enum status add_choice(struct panels *panels, bool together, const char *list,
                              struct report *report)
{
    int64_t const since = together ? panels->count : 0;
    enum status status = STATUS_OK;
    while (list && status == STATUS_OK) {
        size_t const length = strcspn(list, ",");
        const char *const word = arena_format(panels->arena, "%.*s", (int)length, list);
        if (length)
            status = add_word(panels, since, together, word, report);
        list = list[length] ? list + length + 1 : NULL;
    }
    return status;
}

enum status panel_choose(struct arena *arena, const struct result_run *run,
                         const struct series *series, const struct panel_choice *choice,
                         struct panels *out, struct report *report)
{
    int64_t choices = 1;
    enum status status = STATUS_OK;
    while (choice->choices[choices - 1])
        choices++;
    *out = (struct panels){arena, run, series, rounds_of(run, series), NULL, 0};
    out->panel = ARENA_ARRAY(arena, struct panel, run->output_count * choices);
    if (!choice->choices[0])
        add_headlines(out, choice->together);
    for (int64_t i = 0; i < choices - 1 && status == STATUS_OK; i++)
        status = add_choice(out, choice->together, choice->choices[i], report);
    return status;
}
