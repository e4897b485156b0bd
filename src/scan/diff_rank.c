#include "scan/diff_rank.h"

#include <math.h>

#define BUCKETS 256
#define DIMENSIONS (SW_DIFF_RANK_MAX + 8)

struct sw_rank {
    uint64_t rows;
    bool any;               /* the row has an element that is not zero */
    double sketch[BUCKETS]; /* of the row */
    double directions[BUCKETS][DIMENSIONS];
    double gram[DIMENSIONS][DIMENSIONS];
    uint16_t buckets[]; /* of each column; the top bit is a sign */
};

/* splitmix64: the same in every run. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static double uniform(uint64_t *state)
{
    return ((double)(next(state) >> 11) + 0.5) * 0x1p-53;
}

static double normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(uniform(state)));
    return radius * cos(2 * M_PI * uniform(state));
}

struct sw_rank *sw_rank_new(uint64_t columns)
{
    struct sw_rank *rank = calloc(1, sizeof(*rank) + (size_t)columns * sizeof(uint16_t));
    uint64_t state = 1;
    if (rank == NULL) {
        return NULL;
    }
    for (uint64_t i = 0; i < columns; i++) {
        uint64_t bits = next(&state);
        rank->buckets[i] = (uint16_t)((bits & (BUCKETS - 1)) | (bits >> 63 << 15));
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        for (size_t j = 0; j < DIMENSIONS; j++) {
            rank->directions[i][j] = normal(&state) / sqrt(DIMENSIONS);
        }
    }
    return rank;
}

void sw_rank_free(struct sw_rank *rank)
{
    free(rank);
}

void sw_rank_add(struct sw_rank *rank, uint64_t at, const double *values, size_t count)
{
    const uint16_t *buckets = rank->buckets + at;
    for (size_t i = 0; i < count; i++) {
        double value = buckets[i] >> 15 != 0 ? -values[i] : values[i];
        rank->sketch[buckets[i] & (BUCKETS - 1)] += value;
        rank->any |= values[i] != 0;
    }
}

void sw_rank_row(struct sw_rank *rank)
{
    double y[DIMENSIONS] = {0};
    rank->rows++;
    if (!rank->any) {
        return;
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        for (size_t j = 0; j < DIMENSIONS; j++) {
            y[j] += rank->sketch[i] * rank->directions[i][j];
        }
        rank->sketch[i] = 0;
    }
    for (size_t i = 0; i < DIMENSIONS; i++) {
        for (size_t j = 0; j <= i; j++) {
            rank->gram[i][j] += y[i] * y[j];
        }
    }
    rank->any = false;
}

/* --- eigenvalues ------------------------------------------------------------------------------ */

typedef double square[DIMENSIONS][DIMENSIONS];

/* One rotation of Jacobi's method (Golub and Van Loan, Matrix Computations, 8.5). */
static void rotate(square m, size_t p, size_t q)
{
    double theta = (m[q][q] - m[p][p]) / (2 * m[p][q]);
    double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1);
    double s = t * c;
    for (size_t k = 0; k < DIMENSIONS; k++) {
        double x = m[k][p];
        double y = m[k][q];
        m[k][p] = c * x - s * y;
        m[k][q] = s * x + c * y;
    }
    for (size_t k = 0; k < DIMENSIONS; k++) {
        double x = m[p][k];
        double y = m[q][k];
        m[p][k] = c * x - s * y;
        m[q][k] = s * x + c * y;
    }
}

/* Afterwards the eigenvalues stand in the diagonal. */
static void diagonalise(square m)
{
    enum { SWEEPS = 20 };
    for (size_t sweep = 0; sweep < SWEEPS; sweep++) {
        for (size_t p = 0; p + 1 < DIMENSIONS; p++) {
            for (size_t q = p + 1; q < DIMENSIONS; q++) {
                if (fabs(m[p][q]) > 1e-18 * sqrt(fabs(m[p][p] * m[q][q]))) {
                    rotate(m, p, q);
                }
            }
        }
    }
}

/* The largest eigenvalue that noise of this energy gives: shared out over the directions, by the
 * edge of the Marchenko-Pastur law for both steps of the sketch, twice for chance. */
static double noise_edge(const struct sw_rank *rank, double noise)
{
    double rows = rank->rows == 0 ? 1 : (double)rank->rows;
    double by_rows = 1 + sqrt(DIMENSIONS / rows);
    double by_buckets = 1 + sqrt((double)DIMENSIONS / BUCKETS);
    return 2 * noise / DIMENSIONS * by_rows * by_rows * by_buckets * by_buckets;
}

unsigned sw_rank_of(const struct sw_rank *rank, double noise)
{
    square m;
    double largest = 0;
    unsigned count = 0;
    for (size_t i = 0; i < DIMENSIONS; i++) {
        for (size_t j = 0; j < DIMENSIONS; j++) {
            m[i][j] = j <= i ? rank->gram[i][j] : rank->gram[j][i];
        }
    }
    diagonalise(m);
    for (size_t i = 0; i < DIMENSIONS; i++) {
        largest = m[i][i] > largest ? m[i][i] : largest;
    }
    double edge = noise_edge(rank, noise);
    edge = edge > largest * 1e-12 ? edge : largest * 1e-12;
    for (size_t i = 0; i < DIMENSIONS; i++) {
        count += m[i][i] > edge ? 1 : 0;
    }
    return count > SW_DIFF_RANK_MAX ? SW_DIFF_RANK_MAX + 1 : count;
}
