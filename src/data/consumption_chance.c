#include "data/consumption_chance.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#define STEPS_MAX 10000000u
#define CELL_MIN 5.0

/* lgamma() without its global. */
static double log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

/* P(a, x) by its series (DLMF 8.11.4): all terms are positive, and few for x < a + 1. */
static double gamma_p_series(double a, double x)
{
    double term = 1 / a;
    double sum = term;
    for (unsigned n = 1; n < STEPS_MAX && term > sum * DBL_EPSILON; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum * exp(a * log(x) - x - log_gamma(a));
}

/* Q(a, x) by its continued fraction (DLMF 8.9.2), evaluated from the front. */
static double gamma_q_fraction(double a, double x)
{
    const double tiny = 1e-300;
    double b = x + 1 - a;
    double c = 1 / tiny;
    double d = 1 / b;
    double value = d;
    for (unsigned n = 1; n < STEPS_MAX; n++) {
        double numerator = -(double)n * ((double)n - a);
        b += 2;
        d = numerator * d + b;
        d = fabs(d) < tiny ? tiny : d;
        c = b + numerator / c;
        c = fabs(c) < tiny ? tiny : c;
        d = 1 / d;
        double factor = d * c;
        value *= factor;
        if (fabs(factor - 1) <= DBL_EPSILON) {
            break;
        }
    }
    return value * exp(a * log(x) - x - log_gamma(a));
}

double sw_chance_gamma_q(double a, double x)
{
    if (x <= 0) {
        return 1;
    }
    double q = x < a + 1 ? 1 - gamma_p_series(a, x) : gamma_q_fraction(a, x);
    return q < 0 ? 0 : q > 1 ? 1 : q;
}

double sw_chance_chi_square(double value, uint64_t degrees)
{
    return sw_chance_gamma_q((double)degrees / 2, value / 2);
}

double sw_chance_normal(double z)
{
    return erfc(fabs(z) / sqrt(2));
}

static double binomial_term(double n, double p, double k)
{
    return exp(log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1) + k * log(p) +
               (n - k) * log1p(-p));
}

/* P(X >= k) for k over the mean: each term is a smaller part of the one before. */
static double upper_tail(double n, double p, double k)
{
    double term = binomial_term(n, p, k);
    double sum = term;
    for (; k < n && term > sum * DBL_EPSILON; k++) {
        term *= (n - k) / (k + 1) * (p / (1 - p));
        sum += term;
    }
    return sum;
}

double sw_chance_binomial(uint64_t n, double p, uint64_t k)
{
    double trials = (double)n;
    double successes = (double)k;
    /* What fails is binomial too. */
    double tail = successes > trials * p ? upper_tail(trials, p, successes)
                                         : upper_tail(trials, 1 - p, trials - successes);
    return tail > 0.5 ? 1 : 2 * tail;
}

static int compare_cells(const void *a, const void *b)
{
    const struct sw_chance_cell *x = a;
    const struct sw_chance_cell *y = b;
    return x->expected < y->expected ? -1 : x->expected > y->expected;
}

/* Moves the pooled cells to the front; what is left over joins the last of them. */
static size_t pool(struct sw_chance_cell *cells, size_t count)
{
    struct sw_chance_cell filling = {0};
    size_t pooled = 0;
    for (size_t i = 0; i < count; i++) {
        filling.expected += cells[i].expected;
        filling.observed += cells[i].observed;
        if (filling.expected >= CELL_MIN) {
            cells[pooled++] = filling;
            filling = (struct sw_chance_cell){0};
        }
    }
    if (filling.expected > 0 && pooled == 0) {
        cells[pooled++] = filling;
    } else if (filling.expected > 0) {
        cells[pooled - 1].expected += filling.expected;
        cells[pooled - 1].observed += filling.observed;
    }
    return pooled;
}

void sw_chance_fit(
    struct sw_chance_cell *cells, size_t count, double *chi_square, uint64_t *degrees)
{
    qsort(cells, count, sizeof(*cells), compare_cells);
    size_t pooled = pool(cells, count);
    double sum = 0;
    for (size_t i = 0; i < pooled; i++) {
        double off = cells[i].observed - cells[i].expected;
        sum += off * off / cells[i].expected;
    }
    *chi_square = sum;
    *degrees = pooled == 0 ? 0 : pooled - 1;
}
