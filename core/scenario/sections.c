#include "scenario/sections.h"

#include "scenario/params.h"

void section_read(struct arena *arena, const struct grammar_table *grammar, struct node *table,
                  struct place at, void *conf, struct report *report)
{
    params_read(arena, grammar->params, grammar->param_count, grammar->name, table, at, conf,
                report);
    if (table)
        node_refuse_unknown(table, grammar->name, grammar_keys(arena, grammar), report);
}
