/* oracles/chain.h - one state's copies from round to round, exactly: the binomial chain that a
 * society is for one state when all else is "the others". Nothing of gyre is used in it. */
#ifndef ORACLES_CHAIN_H
#define ORACLES_CHAIN_H

enum { CHAIN_COPIES = 128 };

/* Of n samples `fixed` are the state with the chance `outside`, the others with chance[x] when
 * there were x copies in the round before. */
struct chain {
    int n, fixed;
    double outside, chance[CHAIN_COPIES + 1];
};

/* Data at temperature T of two states, or from the power 1 / T: chance x^(1/T), normalised. */
void chain_temper(struct chain *chain, int n, double temperature);

/* law[0..n], of how many copies there are, after so many more rounds. */
void chain_run(const struct chain *chain, int rounds, double *law);

/* That none of `copies` is left after so many rounds. */
double chain_lost(const struct chain *chain, int copies, int rounds);

#endif
