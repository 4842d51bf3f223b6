#include "base/text.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- nearest ------------------------------------------------------------ */

enum { WORD = 64 };

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* Edit distance in which a swap of neighbours is one step (optimal string alignment). */
static int distance(const char *a, int n, const char *b, int m)
{
    int row[3][WORD + 1];
    for (int j = 0; j <= m; j++)
        row[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *now = row[i % 3];
        const int *before = row[(i + 2) % 3], *older = row[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= m; j++) {
            int const swap = a[i - 1] != b[j - 1];
            now[j] = min_int(min_int(before[j] + 1, now[j - 1] + 1), before[j - 1] + swap);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = min_int(now[j], older[j - 2] + 1);
        }
    }
    return row[n % 3][m];
}

const char *text_nearest(const char *word, const char *const *candidates)
{
    size_t const length = strlen(word);
    const char *best = NULL;
    int nearest = WORD;
    for (; length <= WORD && *candidates; candidates++) {
        size_t const other = strlen(*candidates);
        if (other > WORD)
            continue;
        int const steps = distance(word, (int)length, *candidates, (int)other);
        int const longest = (int)(length > other ? length : other);
        if (steps < nearest && 3 * steps <= longest + 1) {
            nearest = steps;
            best = *candidates;
        }
    }
    return best;
}

/* ---- numbers ------------------------------------------------------------ */

/* One C locale for numbers, whatever the process has set; never freed. */
static locale_t plain(void)
{
    static locale_t made;
    locale_t locale = __atomic_load_n(&made, __ATOMIC_ACQUIRE);
    if (locale)
        return locale;
    locale_t const fresh = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (__atomic_compare_exchange_n(&made, &locale, fresh, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return fresh;
    freelocale(fresh);
    return locale;
}

/* How many digits x needs, and the exponent of the first one. A decimal of at most 15 digits comes
 * back from a double as it went in, so shorter ones show as zeros at the end of 15. */
static int digits_of(char out[TEXT_REAL], double x, int *exponent)
{
    int digits = 15;
    for (; digits <= 17; digits++) {
        snprintf(out, TEXT_REAL, "%.*e", digits - 1, x);
        if (strtod(out, NULL) == x)
            break;
    }
    char *e = strchr(out, 'e');
    *exponent = atoi(e + 1);
    for (; digits > 1 && e[-1] == '0'; e--)
        digits--;
    return digits;
}

const char *text_real(char out[TEXT_REAL], double x)
{
    if (isnan(x))
        return strcpy(out, "nan");
    if (isinf(x))
        return strcpy(out, x > 0 ? "inf" : "-inf");
    locale_t const before = uselocale(plain());
    int exponent = 0;
    int const digits = digits_of(out, x, &exponent);
    if (exponent >= -5 && exponent <= 15)
        snprintf(out, TEXT_REAL, "%.*f", digits - 1 > exponent ? digits - 1 - exponent : 0, x);
    else
        snprintf(out, TEXT_REAL, "%.*e", digits - 1, x);
    uselocale(before);
    return out;
}

bool text_to_real(const char *text, double *out)
{
    char *end = NULL;
    double const x = strtod_l(text, &end, plain());
    if (end == text || strspn(text, "+-.0123456789eE") != (size_t)(end - text) || *end)
        return false;
    *out = x;
    return true;
}

const char *text_bytes(char out[TEXT_REAL], double bytes)
{
    static const char *const unit[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB", "ZB"};
    int step = 0;
    for (; bytes >= 999.5 && step < 7; step++)
        bytes /= 1000;
    locale_t const before = uselocale(plain());
    snprintf(out, TEXT_REAL, step && bytes < 9.95 ? "%.1f %s" : "%.0f %s", bytes, unit[step]);
    uselocale(before);
    return out;
}

const char *text_escape(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, 4 * strlen(text) + 1), *to = out;
    for (const char *c = text; *c; c++) {
        unsigned char const byte = (unsigned char)*c;
        if (byte == '\n')
            to += sprintf(to, "\\n");
        else if (byte < 32 || byte == 127)
            to += sprintf(to, "\\x%02x", byte);
        else
            *to++ = *c;
    }
    return out;
}

/* ---- names -------------------------------------------------------------- */

static const char *key_end(const char *text)
{
    if (*text < 'a' || *text > 'z')
        return NULL;
    while ((*text >= 'a' && *text <= 'z') || (*text >= '0' && *text <= '9') || *text == '_')
        text++;
    return text;
}

bool text_is_key(const char *text)
{
    const char *end = key_end(text);
    return end && !*end;
}

bool text_is_id(const char *text)
{
    const char *end = key_end(text);
    if (!end || *end != '.')
        return false;
    while (end && *end == '.')
        end = key_end(end + 1);
    return end && !*end;
}
