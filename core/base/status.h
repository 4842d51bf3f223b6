/* base/status.h - how a function of the core ended; the values are gyre's exit codes. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_FAILED = 1,   /* a check failed                              */
    STATUS_USAGE = 2,    /* the command line makes no sense             */
    STATUS_DATA = 65,    /* bad scenario or data                        */
    STATUS_MISSING = 66, /* a file or component is not there            */
    STATUS_BUG = 70,     /* of gyre, or a component broke its contract  */
    STATUS_LIMIT = 71,   /* beyond the machine                          */
    STATUS_IO = 74,      /* reading or writing failed                   */
    STATUS_STOPPED = 75, /* stopped cleanly                             */
    STATUS_REFUSED = 77  /* not trusted                                 */
};

#endif
