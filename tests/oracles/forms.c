#include "forms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COPIES = 256 };

const double forms_pi[FORMS_STATES] = {.30, .20, .15, .12, .10, .07, .04, .02};

double forms_diversity(const double *p, int64_t n)
{
    double sum = 0;
    for (int64_t z = 0; z < n; z++)
        sum += p[z] * p[z];
    return 1 - sum;
}

double forms_binomial(int n, int k, double p)
{
    if (k < 0 || k > n)
        return 0;
    if (p <= 0 || p >= 1)
        return k == (p <= 0 ? 0 : n);
    return exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * log(p) +
               (n - k) * log1p(-p));
}

double forms_binomial_tail(int n, int k, double p)
{
    double sum = 0;
    for (int i = k < 0 ? 0 : k; i <= n; i++)
        sum += forms_binomial(n, i, p);
    return sum;
}

int forms_copies(double tau, double n)
{
    return (int)ceil(tau * n * (1 - 0x1p-40));
}

/* ---- the two-state chain ------------------------------------------------ */

void forms_drift(int n, double *law)
{
    double next[COPIES] = {0};
    for (int x = 0; x <= n; x++)
        for (int y = 0; law[x] > 0 && y <= n; y++)
            next[y] += law[x] * forms_binomial(n, y, (double)x / n);
    memcpy(law, next, sizeof *law * (size_t)(n + 1));
}

void forms_drift_from(int n, int copies, int rounds, double *law)
{
    memset(law, 0, sizeof *law * (size_t)(n + 1));
    law[copies] = 1;
    for (int t = 0; t < rounds; t++)
        forms_drift(n, law);
}

double forms_support(const double *pi, int states, int n, int rounds)
{
    double sum = 0, law[COPIES];
    for (int z = 0; z < states; z++) {
        for (int x = 0; x <= n; x++)
            law[x] = forms_binomial(n, x, pi[z]);
        for (int t = 1; t < rounds; t++)
            forms_drift(n, law);
        sum += pi[z] * (1 - law[0]);
    }
    return sum;
}

/* Gauss with the diagonal as pivots: I - Q is diagonally dominant. */
static void solve(int n, double *a, double *b)
{
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            double const factor = a[j * n + i] / a[i * n + i];
            for (int k = i; k < n; k++)
                a[j * n + k] -= factor * a[i * n + k];
            b[j] -= factor * b[i];
        }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++)
            b[i] -= a[i * n + k] * b[k];
        b[i] /= a[i * n + i];
    }
}

double forms_rounds_to_one(int n, int x)
{
    int const inside = n - 1;
    double *a = calloc((size_t)(inside * inside), sizeof *a), b[COPIES];
    for (int i = 0; a && i < inside; i++) {
        b[i] = 1;
        for (int j = 0; j < inside; j++)
            a[i * inside + j] = (i == j) - forms_binomial(n, j + 1, (i + 1.0) / n);
    }
    if (a)
        solve(inside, a, b);
    double const rounds = a ? b[x - 1] : NAN;
    free(a);
    return rounds;
}
