/* theory/theories.h - closed forms, a family a file: which of them hold for a setting, exactly, and
 * what they expect of each round. A new one is a row of the table in theories.c. */
#ifndef THEORY_THEORIES_H
#define THEORY_THEORIES_H

#include "base/arena.h"
#include "theory/setting.h"

/* What is expected, of the mixture Pbar of row t. */
enum theories_quantity {
    THEORIES_MASS,      /* P(S)                                                          */
    THEORIES_VARIANCE,  /* (P(S) - its expectation)^2                                    */
    THEORIES_DIVERSITY, /* H = sum of mu_c (1 - sum P^2)                                 */
    THEORIES_WITHIN,    /* the same of agents one by one, weighted: H_S                  */
    THEORIES_COVERAGE,  /* pi of states with mu_c P >= tau                               */
    THEORIES_SUPPORT,   /* pi of states with P > 0                                       */
    THEORIES_MISSING,   /* states of pi with P = 0                                       */
    THEORIES_MC1,       /* the mean share of agents whose commonest answer is the best   */
    THEORIES_MC2,       /* P(true answers), questions alike                              */
    THEORIES_ENTROPY,   /* sum of mu_c H_c, nats                                         */
    THEORIES_QUANTITIES
};

/* What all families together expect: NaN where no closed form holds. */
struct theories {
    const struct setting *setting;
    struct arena *arena;
    double *exact[THEORIES_QUANTITIES];      /* [rounds + 1]                            */
    const char *family[THEORIES_QUANTITIES]; /* who was the first to say; NULL: nobody  */
    const char *now;                         /* the family that is being asked          */
};

/* One family. */
struct theories_row {
    const char *name;
    /* NULL when it holds, else why not, in words that follow "no closed form here: ". */
    const char *(*refuses)(const struct setting *setting);
    /* Says what it knows; false: the machine has no memory for it. */
    bool (*expect)(struct theories *theories);
};

/* All families that hold are asked. *why: NULL, or, when none does, why not; in the arena. False:
 * no memory. */
bool theories_expect(struct theories *theories, struct arena *arena, const struct setting *setting,
                     const char **why);

/* Of a family: keeps what nobody before it has said. */
void theories_say(struct theories *theories, enum theories_quantity quantity, int64_t round,
                  double exact);
bool theories_knows(const struct theories *theories, enum theories_quantity quantity,
                    int64_t round);

extern const struct theories_row drift_theory, remembering_theory, coverage_theory, pair_theory,
    first_theory, meanfield_theory, answers_theory;

#endif
