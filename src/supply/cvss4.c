#include "supply/cvss_private.h"

#include <math.h>

/* Without metrics of threat and environment, EQ5 is always 0, EQ4 is never 0, and EQ6 is 0 exactly
 * when one of VC, VI and VA is high, which EQ3 tells too. */
#define EQ36_00 0 /* EQ3 and EQ6 */
#define EQ36_01 1
#define EQ36_10 2
#define EQ36_11 3
#define EQ36_21 4

/* The scores of macro vectors in tenths: by EQ1 and EQ2, EQ3 with EQ6, EQ4 less 1; EQ5 is 0.
 * Source: CVSS v4.0, section 8.3, and its machine-readable table. */
static const unsigned char scores[3][2][5][2] = {
    {{{100, 93}, {96, 90}, {93, 88}, {92, 80}, {79, 69}},
        {{95, 92}, {91, 81}, {92, 84}, {82, 70}, {71, 63}}},
    {{{94, 87}, {89, 75}, {86, 72}, {76, 57}, {65, 53}},
        {{90, 77}, {77, 66}, {74, 61}, {59, 52}, {58, 23}}},
    {{{86, 70}, {74, 54}, {72, 53}, {57, 36}, {47, 24}},
        {{73, 54}, {55, 43}, {61, 46}, {51, 18}, {24, 10}}},
};

struct macro {
    unsigned eq1, eq2, eq3, eq4; /* eq4 is 1 or 2 */
};

/* Section 8.2, tables 24 to 27. Value 0 is the worst one of each metric. */
static unsigned eq1_of(const unsigned *v)
{
    unsigned worst = (v[SW_CVSS4_AV] == 0) + (v[SW_CVSS4_PR] == 0) + (v[SW_CVSS4_UI] == 0);
    bool physical = v[SW_CVSS4_AV] == 3;
    return worst == 3 ? 0 : worst > 0 && !physical ? 1 : 2;
}

static unsigned eq3_of(const unsigned *v)
{
    bool both = v[SW_CVSS4_VC] == 0 && v[SW_CVSS4_VI] == 0;
    bool any = v[SW_CVSS4_VC] == 0 || v[SW_CVSS4_VI] == 0 || v[SW_CVSS4_VA] == 0;
    return both ? 0 : any ? 1 : 2;
}

static struct macro macro_of(const unsigned *v)
{
    bool spread = v[SW_CVSS4_SC] == 0 || v[SW_CVSS4_SI] == 0 || v[SW_CVSS4_SA] == 0;
    return (struct macro){
        .eq1 = eq1_of(v),
        .eq2 = v[SW_CVSS4_AC] == 0 && v[SW_CVSS4_AT] == 0 ? 0 : 1,
        .eq3 = eq3_of(v),
        .eq4 = spread ? 1 : 2,
    };
}

/* The highest vectors of a set (table 28), first those that are tried first, and how many steps the
 * set is deep (table 29). */
struct set {
    unsigned metrics[3];
    unsigned highest[3][3];
    size_t count;
    unsigned depth;
};

static const struct set eq1_sets[] = {
    {{SW_CVSS4_AV, SW_CVSS4_PR, SW_CVSS4_UI}, {{0, 0, 0}}, 1, 1},
    {{SW_CVSS4_AV, SW_CVSS4_PR, SW_CVSS4_UI}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 3, 4},
    {{SW_CVSS4_AV, SW_CVSS4_PR, SW_CVSS4_UI}, {{3, 0, 0}, {1, 1, 1}}, 2, 5},
};
static const struct set eq2_sets[] = {
    {{SW_CVSS4_AC, SW_CVSS4_AT, SW_CVSS4_AT}, {{0, 0, 0}}, 1, 1},
    {{SW_CVSS4_AC, SW_CVSS4_AT, SW_CVSS4_AT}, {{1, 0, 0}, {0, 1, 1}}, 2, 2},
};
static const struct set eq3_sets[] = {
    {{SW_CVSS4_VC, SW_CVSS4_VI, SW_CVSS4_VA}, {{0, 0, 0}}, 1, 7},
    {{SW_CVSS4_VC, SW_CVSS4_VI, SW_CVSS4_VA}, {{1, 0, 0}, {0, 1, 0}}, 2, 8},
    {{SW_CVSS4_VC, SW_CVSS4_VI, SW_CVSS4_VA}, {{1, 1, 1}}, 1, 10},
};
static const struct set eq4_sets[] = {
    {{SW_CVSS4_SC, SW_CVSS4_SI, SW_CVSS4_SA}, {{0, 0, 0}}, 1, 5},
    {{SW_CVSS4_SC, SW_CVSS4_SI, SW_CVSS4_SA}, {{1, 1, 1}}, 1, 4},
};

/* Steps from the first highest vector that is nowhere below. */
static unsigned distance(const struct set *set, const unsigned *v)
{
    for (size_t i = 0; i < set->count; i++) {
        unsigned sum = 0;
        bool fits = true;
        for (size_t k = 0; k < 3; k++) {
            unsigned have = v[set->metrics[k]];
            unsigned high = set->highest[i][k];
            bool again = k > 0 && set->metrics[k] == set->metrics[k - 1];
            fits = fits && have >= high;
            sum += again || have < high ? 0 : have - high;
        }
        if (fits) {
            return sum;
        }
    }
    return 0;
}

static unsigned score_of(struct macro m, unsigned eq36)
{
    return scores[m.eq1][m.eq2][eq36][m.eq4 - 1];
}

static unsigned score_below_eq3(struct macro m)
{
    unsigned left = score_of(m, EQ36_01);
    unsigned right = score_of(m, EQ36_10);
    return m.eq3 == 1 ? score_of(m, EQ36_11) : left > right ? left : right;
}

/* Section 8.4: the score of the set, less the mean of what the steps inside of it are worth. EQ5
 * always has a lower set and no step. */
unsigned sw_cvss4_base(const unsigned v[SW_CVSS4_BASE])
{
    static const unsigned eq36_of[] = {EQ36_00, EQ36_10, EQ36_21};
    bool harmless = true;
    for (unsigned i = SW_CVSS4_VC; i <= SW_CVSS4_SA; i++) {
        harmless = harmless && v[i] == 2;
    }
    if (harmless) {
        return 0;
    }
    struct macro m = macro_of(v);
    unsigned eq36 = eq36_of[m.eq3];
    double value = score_of(m, eq36);
    struct macro below1 = {m.eq1 + 1, m.eq2, m.eq3, m.eq4};
    struct macro below2 = {m.eq1, m.eq2 + 1, m.eq3, m.eq4};
    struct macro below4 = {m.eq1, m.eq2, m.eq3, m.eq4 + 1};
    const struct {
        const struct set *set;
        bool lower; /* there is a set below */
        double score;
    } rows[] = {
        {&eq1_sets[m.eq1], m.eq1 < 2, m.eq1 < 2 ? score_of(below1, eq36) : 0},
        {&eq2_sets[m.eq2], m.eq2 < 1, m.eq2 < 1 ? score_of(below2, eq36) : 0},
        {&eq3_sets[m.eq3], m.eq3 < 2, m.eq3 < 2 ? score_below_eq3(m) : 0},
        {&eq4_sets[m.eq4 - 1], m.eq4 < 2, m.eq4 < 2 ? score_of(below4, eq36) : 0},
    };
    double sum = 0;
    unsigned count = 1;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (rows[i].lower) {
            sum += (value - rows[i].score) * distance(rows[i].set, v) / rows[i].set->depth;
            count++;
        }
    }
    double score = value - sum / count;
    return score <= 0 ? 0 : (unsigned)floor(score + 0.5 + 1e-5);
}
