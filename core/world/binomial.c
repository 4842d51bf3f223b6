#include "world/binomial.h"

#include <math.h>
#include <stdbool.h>

#include "gyre/real.h"
#include "world/random.h"

#define TWO_PI 6.283185307179586

/* Each rounded once. One a line is how clang-format would have them. */
/* clang-format off */
static double const factorial[128] = {
    1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40320.0, 362880.0, 3628800.0, 39916800.0,
    479001600.0, 6227020800.0, 87178291200.0, 1307674368000.0, 20922789888000.0, 355687428096000.0,
    6402373705728000.0, 1.21645100408832e+17, 2.43290200817664e+18, 5.109094217170944e+19,
    1.1240007277776077e+21, 2.585201673888498e+22, 6.204484017332394e+23, 1.5511210043330986e+25,
    4.0329146112660565e+26, 1.0888869450418352e+28, 3.0488834461171387e+29, 8.841761993739702e+30,
    2.6525285981219107e+32, 8.222838654177922e+33, 2.631308369336935e+35, 8.683317618811886e+36,
    2.9523279903960416e+38, 1.0333147966386145e+40, 3.7199332678990125e+41, 1.3763753091226346e+43,
    5.230226174666011e+44, 2.0397882081197444e+46, 8.159152832478977e+47, 3.345252661316381e+49,
    1.40500611775288e+51, 6.041526306337383e+52, 2.658271574788449e+54, 1.1962222086548019e+56,
    5.502622159812089e+57, 2.5862324151116818e+59, 1.2413915592536073e+61, 6.082818640342675e+62,
    3.0414093201713376e+64, 1.5511187532873822e+66, 8.065817517094388e+67, 4.2748832840600255e+69,
    2.308436973392414e+71, 1.2696403353658276e+73, 7.109985878048635e+74, 4.0526919504877214e+76,
    2.3505613312828785e+78, 1.3868311854568984e+80, 8.32098711274139e+81, 5.075802138772248e+83,
    3.146997326038794e+85, 1.98260831540444e+87, 1.2688693218588417e+89, 8.247650592082472e+90,
    5.443449390774431e+92, 3.647111091818868e+94, 2.4800355424368305e+96, 1.711224524281413e+98,
    1.1978571669969892e+100, 8.504785885678623e+101, 6.1234458376886085e+103,
    4.4701154615126844e+105, 3.307885441519386e+107, 2.48091408113954e+109, 1.8854947016660504e+111,
    1.4518309202828587e+113, 1.1324281178206297e+115, 8.946182130782976e+116,
    7.156945704626381e+118, 5.797126020747368e+120, 4.753643337012842e+122, 3.945523969720659e+124,
    3.314240134565353e+126, 2.81710411438055e+128, 2.4227095383672734e+130, 2.107757298379528e+132,
    1.8548264225739844e+134, 1.650795516090846e+136, 1.4857159644817615e+138,
    1.352001527678403e+140, 1.2438414054641308e+142, 1.1567725070816416e+144,
    1.087366156656743e+146, 1.032997848823906e+148, 9.916779348709496e+149, 9.619275968248212e+151,
    9.426890448883248e+153, 9.332621544394415e+155, 9.332621544394415e+157, 9.42594775983836e+159,
    9.614466715035127e+161, 9.90290071648618e+163, 1.0299016745145628e+166, 1.081396758240291e+168,
    1.1462805637347084e+170, 1.226520203196138e+172, 1.324641819451829e+174,
    1.4438595832024937e+176, 1.588245541522743e+178, 1.7629525510902446e+180,
    1.974506857221074e+182, 2.2311927486598138e+184, 2.5435597334721877e+186,
    2.925093693493016e+188, 3.393108684451898e+190, 3.969937160808721e+192, 4.684525849754291e+194,
    5.574585761207606e+196, 6.689502913449127e+198, 8.094298525273444e+200, 9.875044200833601e+202,
    1.214630436702533e+205, 1.506141741511141e+207, 1.882677176888926e+209, 2.372173242880047e+211,
    3.0126600184576594e+213,
};
/* clang-format on */

/* ---- few tries, or few expected: inversion ------------------------------------------------- */

/* Below this many expected successes more than FEW_MOST have a chance below 1e-28. */
#define FEW 16.0
enum { FEW_MOST = 80, SHORT_BITS = 4, LONG_BITS = 7, TRIES = 1 << LONG_BITS };

/* x^n for n < 2^bits, without a branch: the counts of neighbouring nodes are too different to be
 * foretold. */
static inline double power(double x, uint64_t n, int bits)
{
    double result = 1.0;
    for (int i = 0; i < bits; i++, x *= x)
        result *= gyre_real_select(0u - (n >> i & 1), x, 1.0);
    return result;
}

/* n! / (m! (n - m)!) p^m (1 - p)^(n - m), within 1.4e-14 of itself. */
static inline double first_term(uint64_t n, uint64_t m, double p, int bits)
{
    return factorial[n] / (factorial[m] * factorial[n - m]) * power(p, m, bits) *
           power(1.0 - p, n - m, bits);
}

/* Takes terms off from the mode outwards, so that the search ends after about a standard deviation:
 * 33 ns at n = 2, 49 at 50, with no more than n for it (rejection: 114 at 50). Terms beyond 0 and n
 * are 0. What rounding leaves, 2^-45 at most, goes where most is. */
static int64_t invert_short(uint64_t word, int64_t n, double p)
{
    int64_t const mode = (int64_t)((double)(n + 1) * p);
    double const odds = p / (1.0 - p);
    double up = n >> SHORT_BITS == 0 ? first_term((uint64_t)n, (uint64_t)mode, p, SHORT_BITS)
                                     : first_term((uint64_t)n, (uint64_t)mode, p, LONG_BITS);
    double down = up, left = random_unit(word) - up;
    double above = (double)mode + 1.0, below = (double)mode, tries = (double)(n + 1);
    for (int64_t step = 1; left >= 0 && step <= n; step++, above += 1.0, below -= 1.0) {
        up *= (tries - above) * odds / above;
        down *= below / ((tries - below) * odds);
        if (left < up)
            return mode + step;
        left -= up;
        if (left < down)
            return mode - step;
        left -= down;
    }
    return mode;
}

/* log(1 - p) for p < 1/8: -2 (s + s^3 / 3 + ...) with s = p / (2 - p), as right at p = 1e-300. */
static double log_rest(double p)
{
    double const s = p / (2.0 - p), z = s * s;
    double sum = 1.0 / 15;
    sum = sum * z + 1.0 / 13;
    sum = sum * z + 1.0 / 11;
    sum = sum * z + 1.0 / 9;
    sum = sum * z + 1.0 / 7;
    sum = sum * z + 1.0 / 5;
    sum = sum * z + 1.0 / 3;
    return -2.0 * (s + s * z * sum);
}

/* Many tries of which few succeed: from 0 upwards. */
static int64_t invert_few(uint64_t word, int64_t n, double p)
{
    double const odds = p / (1.0 - p);
    double left = random_unit(word), term = gyre_exp((double)n * log_rest(p)), tries = (double)n;
    for (int64_t k = 0; k <= FEW_MOST; k++, tries -= 1.0) {
        if (left < term)
            return k;
        left -= term;
        term *= tries * odds / (double)(k + 1);
    }
    return (int64_t)((double)n * p);
}

/* ---- the exact probability ----------------------------------------------------------------- */

/* n p, the mean, as two doubles: rounded to one it would be 1/4 off at n = 2^52. */
struct law {
    double n, mean, mean_low, other; /* other: n - mean */
};

static struct law law_of(int64_t tries, double p)
{
    double const n = (double)tries, mean = n * p;
    double const n1 = gyre_real_cut(n), n2 = n - n1, p1 = gyre_real_cut(p), p2 = p - p1;
    double const low = ((n1 * p1 - mean) + n1 * p2 + n2 * p1) + n2 * p2;
    return (struct law){n, mean, low, (n - mean) - low};
}

/* log x! - ((x + 1/2) log x - x + 1/2 log 2 pi): Stirling's series from x = 16 on, where the first
 * term that is left out, 691/360360 x^-11, is 1.1e-16; a table below. 0 is circle()'s. */
static double stirling(double x)
{
    static double const small[16] = {0.0,
                                     0.08106146679532726,
                                     0.0413406959554093,
                                     0.02767792568499834,
                                     0.020790672103765093,
                                     0.016644691189821193,
                                     0.013876128823070748,
                                     0.01189670994589177,
                                     0.010411265261972096,
                                     0.009255462182712733,
                                     0.00833056343336287,
                                     0.007573675487951841,
                                     0.00694284010720953,
                                     0.006408994188004207,
                                     0.0059513701127588475,
                                     0.005554733551962801};
    if (x < 16.0)
        return small[(int)x];
    double const r = 1.0 / x, z = r * r;
    double sum = 1.0 / 1188;
    sum = sum * z - 1.0 / 1680;
    sum = sum * z + 1.0 / 1260;
    sum = sum * z - 1.0 / 360;
    sum = sum * z + 1.0 / 12;
    return sum * r;
}

/* x log(x / mean) - d for x = mean + d >= 0. With v = d / (x + mean), log(x / mean) is
 * 2 (v + v^3 / 3 + ...), and what cancels is gone before anything is computed. */
static double deviance(double x, double mean, double d)
{
    double const v = d / (x + mean), z = v * v, z2 = z * z;
    if (z > 0.0625)
        return x > 0 ? x * gyre_log(x / mean) - d : mean;
    double even = 1.0 / 27, odd = 1.0 / 25;
    even = even * z2 + 1.0 / 23;
    odd = odd * z2 + 1.0 / 21;
    even = even * z2 + 1.0 / 19;
    odd = odd * z2 + 1.0 / 17;
    even = even * z2 + 1.0 / 15;
    odd = odd * z2 + 1.0 / 13;
    even = even * z2 + 1.0 / 11;
    odd = odd * z2 + 1.0 / 9;
    even = even * z2 + 1.0 / 7;
    odd = odd * z2 + 1.0 / 5;
    even = even * z2 + 1.0 / 3;
    return d * v + 2.0 * x * v * z * (even + z * odd);
}

/* The factor that stirling() belongs to; 0! needs none. */
static double circle(double x)
{
    return x > 0 ? TWO_PI * x : 1.0;
}

/* The probability of k successes, to 7e-15 of itself where it is above 1/100 of the mode's, to
 * 4e-14 where it is above 1e-12 of that (against 113-bit numbers, n from 128 to 2^52). */
static double probability(const struct law *law, double k)
{
    double const rest = law->n - k, d = (k - law->mean) - law->mean_low;
    double const flat = stirling(law->n) - stirling(k) - stirling(rest);
    double const fall = deviance(k, law->mean, d) + deviance(rest, law->other, -d);
    return sqrt(circle(law->n) / (circle(k) * circle(rest))) * gyre_exp(flat - fall);
}

/* ---- many expected: transformed rejection -------------------------------------------------- */

/* k = floor(x(u) + mean + 1/2), where x(u) = (2 a / (1/2 - |u|) + b) u has the slope
 * a / (1/2 - |u|)^2 + b; accepted when v height <= slope * probability. All is accepted below
 * `sure` where |u| <= CENTRE. */
struct hat {
    double a, b, sure, height;
};

#define CENTRE 0.43

static struct hat hat_of(const struct law *law, double p)
{
    double const b = 1.15 + 2.53 * sqrt(law->mean * (1.0 - p)), r = 1.0 / b;
    return (struct hat){.a = -0.0873 + 0.0248 * b + 0.01 * p,
                        .b = b,
                        .sure = 0.92 - 4.2 * r,
                        .height = (2.83 + 5.1 * r) * 0.3989422804014327 /* 1 / sqrt(2 pi) */};
}

/* floor(x + mean + 1/2), the mean's whole part apart so that x keeps its bits. */
static double place(const struct law *law, double x)
{
    double const whole = (double)(int64_t)law->mean;
    double const y = x + ((law->mean - whole) + 0.5);
    double const cut = (double)(int64_t)y;
    return whole + (cut - (cut > y));
}

/* One proposal of two words: v's, of which 1 - 2 CENTRE of what is below `sure` tells u as well.
 * Returns k, or -1 when it is refused. */
static double propose(const struct law *law, const struct hat *hat, double v, double other)
{
    double u = other - 0.5;
    if (v < hat->sure) {
        u = v / hat->sure - (CENTRE + 0.5);
        u = (u < 0 ? -0.5 : 0.5) - u;
        v = other * hat->sure;
    }
    double const tail = 0.5 - fabs(u), x = (2.0 * hat->a / tail + hat->b) * u;
    if (!(fabs(x) < 0x1p53))
        return -1;
    double const k = place(law, x), slope = hat->a / (tail * tail) + hat->b;
    bool const taken = k >= 0 && k <= law->n && v * hat->height <= slope * probability(law, k);
    return taken ? k : -1;
}

static double word_unit(const struct binomial_source *source, uint32_t attempt)
{
    uint32_t const stream = random_stream(source->purpose, attempt);
    return random_unit(random_word(source->key, source->round, stream, source->node));
}

/* Of all proposals 7 in 10 or more are accepted, so that the last attempt is not come to. 105 ns at
 * a mean of 16, where sequential search takes as long; 65 from a mean of 10,000 on. */
static int64_t reject(const struct binomial_source *source, uint64_t first, int64_t n, double p)
{
    struct law const law = law_of(n, p);
    struct hat const hat = hat_of(&law, p);
    double v = random_unit(first);
    for (uint32_t attempt = 1; attempt < RANDOM_ATTEMPTS - 1; attempt += 2) {
        double const u = v / hat.sure - CENTRE;
        if (u <= CENTRE)
            return (int64_t)place(&law, (2.0 * hat.a / (0.5 - fabs(u)) + hat.b) * u);
        double const k = propose(&law, &hat, v, word_unit(source, attempt));
        if (k >= 0)
            return (int64_t)k;
        v = word_unit(source, attempt + 1);
    }
    return (int64_t)law.mean;
}

/* ---- both ---------------------------------------------------------------------------------- */

int64_t binomial_draw(const struct binomial_source *source, uint64_t first, int64_t n, double p)
{
    if (n <= 0 || !(p > 0))
        return 0;
    if (p >= 1)
        return n;
    if (n == 1)
        return random_unit(first) >= 1.0 - p;
    if (n < TRIES)
        return invert_short(first, n, p);
    /* Chosen rather than branched on: in a tree either half of a node is as likely the larger. */
    bool const mirrored = p > 0.5;
    double const lesser = mirrored ? 1.0 - p : p;
    int64_t const k =
        (double)n * lesser < FEW ? invert_few(first, n, lesser) : reject(source, first, n, lesser);
    return mirrored ? n - k : k;
}
