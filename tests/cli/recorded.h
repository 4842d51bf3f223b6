/* recorded.h - what runs left: JSON lines, and rows of a database. */
#ifndef CLI_RECORDED_H
#define CLI_RECORDED_H

#include <jansson.h>
#include <stdint.h>

#include "command.h"
#include "folder.h"

/* All of a run's --json lines, parsed: an array, the run's own object last. To be decref'd. */
json_t *recorded_lines(const struct outcome *outcome);
/* The digest in its last line. */
const char *recorded_digest(const json_t *lines);

/* A number as JSON lines write it: "inf" is one, too. */
double recorded_number(const json_t *value);

/* The first column of a query's only row, as text to be freed (NULL stays NULL), and as a number.
 */
char *recorded_text(const struct folder *folder, const char *database, const char *query);
int64_t recorded_count(const struct folder *folder, const char *database, const char *query);

#endif
