#include "chain.h"

#include <math.h>
#include <string.h>

#include "forms.h"

void chain_temper(struct chain *chain, int n, double temperature)
{
    *chain = (struct chain){.n = n};
    for (int x = 0; x <= n; x++) {
        double const yes = pow((double)x / n, 1 / temperature);
        double const no = pow((double)(n - x) / n, 1 / temperature);
        chain->chance[x] = yes / (yes + no);
    }
}

/* P[Bin(fixed, outside) + Bin(n - fixed, chance) = copies]. */
static double arrive(const struct chain *chain, double chance, int copies)
{
    double sum = 0;
    for (int i = 0; i <= chain->fixed && i <= copies; i++)
        sum += forms_binomial(chain->fixed, i, chain->outside) *
               forms_binomial(chain->n - chain->fixed, copies - i, chance);
    return sum;
}

void chain_run(const struct chain *chain, int rounds, double *law)
{
    static double step[CHAIN_COPIES + 1][CHAIN_COPIES + 1];
    double next[CHAIN_COPIES + 1];
    for (int x = 0; x <= chain->n; x++)
        for (int y = 0; y <= chain->n; y++)
            step[x][y] = arrive(chain, chain->chance[x], y);
    for (int t = 0; t < rounds; t++) {
        memset(next, 0, sizeof next);
        for (int x = 0; x <= chain->n; x++)
            for (int y = 0; y <= chain->n; y++)
                next[y] += law[x] * step[x][y];
        memcpy(law, next, sizeof *law * (size_t)(chain->n + 1));
    }
}

double chain_lost(const struct chain *chain, int copies, int rounds)
{
    double law[CHAIN_COPIES + 1] = {0};
    law[copies] = 1;
    chain_run(chain, rounds, law);
    return law[0];
}
