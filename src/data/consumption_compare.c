#include "data/consumption_chance.h"
#include "data/consumption_private.h"

#include <math.h>
#include <stdlib.h>

/* Up to here the normal distribution is too coarse, and the binomial is cheap. */
#define VARIANCE_SMALL 9.0

/* What is added up for one thing over all segments. */
struct sums {
    uint64_t draws; /* of samples that have it */
    double drawn;   /* draws, those of samples with several things in parts */
    double expected;
    double variance;
    bool pure; /* no sample has another thing beside it */
};

struct comparison {
    const struct sw_draw_classes *classes;
    struct sums *sums; /* by thing */
    struct sw_chance_cell *cells;
    double chi_square;
    uint64_t degrees;
    bool impossible; /* something was drawn that has no weight */
};

/* --- one segment ----------------------------------------------------------------------------- */

/* How often one sample of this thing is drawn, for one draw. */
static double rate_of(
    const struct comparison *c, const struct sw_draw_segment *segment, uint32_t thing)
{
    const struct sw_draw_thing *t = &c->classes->things[thing];
    return segment->weights == NULL || t->rows == 0 ? 0 : segment->weights[thing] / (double)t->rows;
}

static double rate_of_class(const struct comparison *c, const struct sw_draw_segment *segment,
    const struct sw_draw_class *class)
{
    double rate = 0;
    for (size_t i = 0; i < class->thing_count; i++) {
        rate += rate_of(c, segment, class->things[i]);
    }
    return rate;
}

/* Of a draw of this class, the part that stands for its thing `i`: by Bayes, or evenly when no
 * thing of it has a weight. */
static double part_of(const struct comparison *c, const struct sw_draw_segment *segment,
    const struct sw_draw_class *class, double class_rate, size_t i)
{
    return class_rate > 0 ? rate_of(c, segment, class->things[i]) / class_rate
                          : 1 / (double)class->thing_count;
}

static void add_class(
    struct comparison *c, const struct sw_draw_segment *segment, size_t index, size_t *cell_count)
{
    const struct sw_draw_class *class = &c->classes->classes[index];
    double n = (double)segment->draws;
    double observed = (double)segment->counts[index];
    double rate = rate_of_class(c, segment, class);
    double chance = rate * (double)class->rows;
    for (size_t i = 0; i < class->thing_count; i++) {
        struct sums *sums = &c->sums[class->things[i]];
        double part = part_of(c, segment, class, rate, i);
        sums->draws += segment->counts[index];
        sums->drawn += observed * part;
        sums->variance += n * chance * part * part;
        sums->pure = sums->pure && class->thing_count == 1;
    }
    if (segment->weights == NULL) {
        return;
    }
    if (chance > 0) {
        c->cells[(*cell_count)++] = (struct sw_chance_cell){n * chance, observed};
    } else if (observed > 0) {
        c->impossible = true;
    }
}

static void add_thing(
    struct comparison *c, const struct sw_draw_segment *segment, size_t index, size_t *cell_count)
{
    double n = (double)segment->draws;
    double weight = segment->weights[index];
    c->sums[index].expected += n * weight;
    c->sums[index].variance -= n * weight * weight;
    if (c->classes->things[index].rows == 0 && weight > 0) {
        /* It should have been drawn, and no sample has it. */
        c->sums[index].variance += n * weight;
        c->cells[(*cell_count)++] = (struct sw_chance_cell){n * weight, 0};
    }
}

static void add_segment(struct comparison *c, const struct sw_draw_segment *segment)
{
    size_t cell_count = 0;
    for (size_t i = 0; i < c->classes->class_count; i++) {
        add_class(c, segment, i, &cell_count);
    }
    if (segment->weights == NULL || segment->draws == 0) {
        return;
    }
    for (size_t i = 0; i < c->classes->thing_count; i++) {
        add_thing(c, segment, i, &cell_count);
    }
    double chi_square;
    uint64_t degrees;
    sw_chance_fit(c->cells, cell_count, &chi_square, &degrees);
    c->chi_square += chi_square;
    c->degrees += degrees;
}

/* --- the claim's figures --------------------------------------------------------------------- */

/* Weights of 0 and 1 leave nothing to chance. */
static void judge_certain(const struct sums *sums, double draws, struct sw_consumption_share *out)
{
    bool as_said = fabs(sums->drawn - sums->expected) <= 1e-9 * draws;
    out->z = as_said ? 0 : NAN;
    out->p = as_said ? 1 : 0;
}

static void fill_statistics(
    const struct sums *sums, uint64_t draws, bool one_segment, struct sw_consumption_share *out)
{
    if (sums->variance <= 1e-9 * (double)draws) {
        judge_certain(sums, (double)draws, out);
        return;
    }
    out->z = (sums->drawn - sums->expected) / sqrt(sums->variance);
    bool exact = sums->pure && one_segment && sums->variance < VARIANCE_SMALL;
    out->p = exact ? sw_chance_binomial(draws, sums->expected / (double)draws, out->draws)
                   : sw_chance_normal(out->z);
}

static sw_result fill_shares(struct sw_arena *arena, const struct comparison *c, size_t segments,
    bool compared, struct sw_consumption_claim *claim)
{
    size_t things = c->classes->thing_count;
    claim->shares = SW_ARENA_ARRAY(arena, struct sw_consumption_share, things);
    SW_TRY_PTR(claim->shares);
    claim->share_count = things;
    double draws = (double)claim->draws;
    for (size_t i = 0; i < things; i++) {
        struct sw_consumption_share *share = &claim->shares[i];
        *share = (struct sw_consumption_share){.name = c->classes->things[i].name,
            .draws = c->sums[i].draws,
            .share = c->sums[i].drawn / draws,
            .declared = NAN,
            .z = NAN,
            .p = NAN};
        if (compared) {
            share->declared = c->sums[i].expected / draws;
            fill_statistics(&c->sums[i], claim->draws, segments == 1, share);
        }
    }
    return SW_OK;
}

void sw_consumption_judge(struct sw_consumption_claim *claim, double alpha)
{
    if (isnan(claim->alpha)) {
        return; /* nothing was compared */
    }
    claim->alpha = alpha;
    claim->agrees = isnan(claim->p) || claim->p >= alpha ? SW_AGREES : SW_DIFFERS;
    for (size_t i = 0; i < claim->share_count; i++) {
        struct sw_consumption_share *share = &claim->shares[i];
        /* Of many shares one is far off soon (Bonferroni). */
        bool agrees = share->p * (double)claim->share_count >= alpha;
        share->agrees = agrees ? SW_AGREES : SW_DIFFERS;
        claim->agrees = agrees ? claim->agrees : SW_DIFFERS;
    }
}

static void fill_totals(
    const struct comparison *c, double alpha, struct sw_consumption_claim *claim)
{
    claim->chi_square = c->degrees == 0 ? NAN : c->chi_square;
    claim->degrees = c->degrees == 0 ? SW_ABSENT : c->degrees;
    claim->p = c->degrees == 0 ? NAN : sw_chance_chi_square(c->chi_square, c->degrees);
    if (c->impossible) {
        claim->p = 0;
    }
    claim->alpha = alpha;
    sw_consumption_judge(claim, alpha);
}

static sw_result start(
    struct sw_arena *arena, const struct sw_draw_classes *classes, struct comparison *c)
{
    *c = (struct comparison){.classes = classes};
    c->sums = SW_ARENA_ARRAY(arena, struct sums, classes->thing_count);
    c->cells =
        SW_ARENA_ARRAY(arena, struct sw_chance_cell, classes->class_count + classes->thing_count);
    if (c->sums == NULL || c->cells == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < classes->thing_count; i++) {
        c->sums[i].pure = true;
    }
    return SW_OK;
}

sw_result sw_consumption_compare(struct sw_arena *arena, const struct sw_draw_classes *classes,
    const struct sw_draw_segment *segments, size_t count, double alpha,
    struct sw_consumption_claim *claim)
{
    struct comparison c;
    bool compared = count > 0;
    SW_TRY(start(arena, classes, &c));
    for (size_t i = 0; i < count; i++) {
        compared = compared && segments[i].weights != NULL;
        add_segment(&c, &segments[i]);
    }
    SW_TRY(fill_shares(arena, &c, count, compared, claim));
    claim->chi_square = claim->p = claim->alpha = NAN;
    claim->degrees = SW_ABSENT;
    claim->agrees = SW_AGREEMENT_NONE;
    if (compared) {
        fill_totals(&c, alpha, claim);
    }
    return SW_OK;
}
