/* cli/ledger.h - closed forms and measured means, row beside row, and the verdict. */
#ifndef CLI_LEDGER_H
#define CLI_LEDGER_H

#include "base/status.h"
#include "record/result.h"
#include "theory/theories.h"

/* Does something that is expected take the metric of that name ("safety") to be measured? Agents
 * are not looked at one by one where that would take minutes. */
bool ledger_needs(const struct theories *theories, const char *metric, int64_t replicates);

/* All rows on stdout, as a table or a JSON object a line. STATUS_FAILED: they differ. The run's
 * metrics are named "theory.safety" and so on. */
enum status ledger_print(struct arena *arena, const struct theories *theories,
                         const struct result_run *run, const struct series *series, bool json);

/* A JSON string. */
const char *ledger_quoted(struct arena *arena, const char *text);

#endif
