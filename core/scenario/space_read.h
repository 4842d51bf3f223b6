/* scenario/space_read.h - the section [space]. */
#ifndef SCENARIO_SPACE_READ_H
#define SCENARIO_SPACE_READ_H

#include "scenario/law.h"

/* Fills `space` with states, contexts, reference, safe, risk and attributes. False: it stays
 * unusable. */
bool space_read(struct law_source *source, struct node *table, struct place at,
                struct space *space);

/* Adds the attributes of a table `[..attributes]` (may be NULL) as columns. */
void space_read_attributes(struct law_source *source, struct node *table, uint32_t of,
                           int64_t count, struct columns *columns);

#endif
