/* theory/setting.h - a scenario as mathematics sees it: all that closed forms depend on. */
#ifndef THEORY_SETTING_H
#define THEORY_SETTING_H

#include <stdbool.h>
#include <stdint.h>

enum { SETTING_ACTS = 16 };

enum setting_policy { SETTING_TABLE, SETTING_MEMORY };
enum setting_update { SETTING_MLE, SETTING_POOL };

/* What an intervention does. */
enum setting_kind {
    ACT_SHARE,  /* each sample from p with the chance `amount`                     */
    ACT_COUNT,  /* exactly `amount` samples of each dataset from p                 */
    ACT_BLEND,  /* after learning, P becomes (1 - amount) P + amount p             */
    ACT_TEMPER, /* data are drawn from the power 1 / amount                        */
    ACT_VERIFY, /* a sample of state z is kept with the chance p[z]                */
    ACT_RESET   /* behind the row's measuring, back to the start                   */
};

struct setting_act {
    enum setting_kind kind;
    double amount, to;          /* goes to `to` in a straight line                 */
    int64_t over;               /* in so many rounds; 0: stays as it is            */
    const double *p;            /* [states]                                        */
    int64_t every, from, until; /* until 0: to the end                             */
    int64_t checks;             /* ACT_VERIFY: of the society a round; 0: all      */
    bool redraws, keeps;        /* ACT_VERIFY: what becomes of rejected and of unchecked ones */
};

struct setting {
    int64_t states, contexts, agents, samples, rounds; /* samples 0: expected data */
    const int64_t *context;                            /* [contexts + 1]           */
    const double *met;                                 /* [contexts]               */
    const double *reference, *start;                   /* [states]                 */
    const double *safe;                                /* [states]; NULL: no safe set */
    /* [states]: how much a question weighs, for all its true answers and for the best of them;
     * NULL: no questions are asked. */
    const double *truth, *best;
    const double *weight; /* [agents]: w_m     */
    bool equal;           /* all w_m are 1 / M */
    bool shared;
    double mixing, tau; /* tau: from what probability on a state is covered */

    enum setting_policy policy;
    double recall; /* SETTING_MEMORY: l and B */
    int64_t capacity;

    enum setting_update update;
    double rate, outside, smoothing;

    double power, beta; /* a Pbar prop. to Pbar^power exp(beta x); 1 and 0: neutral */
    const double *attribute;

    struct setting_act act[SETTING_ACTS];
    int acts;
};

bool setting_acts(const struct setting_act *act, int64_t round);

/* How much in that round. */
double setting_amount(const struct setting_act *act, int64_t round);

/* In every round, from the first to the last, and as much? */
bool setting_is_constant(const struct setting_act *act);

/* The first act of that kind, or NULL. */
const struct setting_act *setting_find(const struct setting *setting, enum setting_kind kind);

/* How many there are. */
int setting_count(const struct setting *setting, enum setting_kind kind);

/* Are data drawn from what is said, as it is: no selection, temperature or verifier? */
bool setting_is_neutral(const struct setting *setting);

/* Is a policy the frequencies of its dataset and nothing else, in every round? */
bool setting_is_replaced(const struct setting *setting);

/* Was everybody put back to the start behind row `round`? */
bool setting_resets(const struct setting *setting, int64_t round);

/* P(S) of a law over states, contexts weighed as they are met. */
double setting_mass(const struct setting *setting, const double *p);

/* MC2 of it. */
double setting_truth(const struct setting *setting, const double *p);

#endif
