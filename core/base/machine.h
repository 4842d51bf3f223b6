/* base/machine.h - what this machine has. */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

/* Bytes that this process could still take: of the machine, its control group and its limits. */
double machine_memory(void);

/* Seconds of a clock that only goes forward. */
double machine_seconds(void);

#endif
