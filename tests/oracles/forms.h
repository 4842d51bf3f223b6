/* oracles/forms.h - what closed forms are made of. Nothing of gyre is used in it. */
#ifndef ORACLES_FORMS_H
#define ORACLES_FORMS_H

#include <stdint.h>

enum { FORMS_STATES = 8 };

/* The page's pi = (.30, .20, .15, .12, .10, .07, .04, .02), and its heterozygosity .8162. */
extern const double forms_pi[FORMS_STATES];
#define FORMS_H 0.8162

/* H(p) = 1 - sum p^2. */
double forms_diversity(const double *p, int64_t n);

/* P[Bin(n, p) = k], P[Bin(n, p) >= k]. */
double forms_binomial(int n, int k, double p);
double forms_binomial_tail(int n, int k, double p);

/* How many of n copies make a state covered: ceil(tau n (1 - 2^-40)). */
int forms_copies(double tau, double n);

/* law[0..n], of how many of n copies a state has, after one round of x ~ Bin(n, x / n). */
void forms_drift(int n, double *law);
/* The same law after t rounds from `copies`. */
void forms_drift_from(int n, int copies, int rounds, double *law);

/* E[pi of states still said] after t rounds of n samples from pi. */
double forms_support(const double *pi, int states, int n, int rounds);

/* Mean rounds until one of two states is left, from x copies of n: (I - Q) t = 1. */
double forms_rounds_to_one(int n, int x);

#endif
