/* What the files about consumption share. */
#ifndef SW_DATA_CONSUMPTION_PRIVATE_H
#define SW_DATA_CONSUMPTION_PRIVATE_H

#include "data/consumption.h"

/* --- classes of samples (consumption_classes.c) ---------------------------------------------- */

/* What weights are for: sources, or datasets. */
struct sw_draw_thing {
    struct sw_str name;
    uint64_t rows; /* samples that have it */
};

/* Samples that have the same things: of which one was meant when one is drawn, nobody knows. */
struct sw_draw_class {
    const uint32_t *things; /* ascending */
    size_t thing_count;
    uint64_t rows;
};

struct sw_draw_classes {
    struct sw_draw_thing *things; /* by name */
    size_t thing_count;
    struct sw_draw_class *classes;
    size_t class_count;
    struct sw_draw_set {
        uint64_t rows;
        uint16_t *origin_class; /* of each origin of the dataset */
        size_t origin_count;
        void *row_class; /* of each row: a byte, or two when there are over 256 classes; NULL: all
                            rows have origin 0's */
    } * sets;
    size_t set_count;
    bool wide; /* two bytes */
};

void sw_draw_classes_release(struct sw_draw_classes *classes);
SW_DEFINE_CLEANUP(draw_classes, struct sw_draw_classes, sw_draw_classes_release)
/* Things are the sources of the datasets, or the datasets by `names` when that is not NULL; to them
 * come the names in `more` (weights of what no sample has). Lists are in `arena`. */
sw_result sw_draw_classes_make(struct sw_draw_classes *classes, struct sw_arena *arena,
    const struct sw_rows *rows, size_t count, const struct sw_str *names, const struct sw_str *more,
    size_t more_count, struct sw_progress *progress, struct sw_error *err);
/* Index of a thing; SIZE_MAX when there is none. */
size_t sw_draw_thing_find(const struct sw_draw_classes *classes, struct sw_str name);

static inline uint32_t sw_draw_class_of(
    const struct sw_draw_classes *classes, uint32_t set, uint32_t row)
{
    const struct sw_draw_set *s = &classes->sets[set];
    if (s->row_class == NULL) {
        return s->origin_class[0];
    }
    return classes->wide ? ((const uint16_t *)s->row_class)[row]
                         : ((const uint8_t *)s->row_class)[row];
}

/* --- comparing (consumption_compare.c) ------------------------------------------------------- */

/* Draws for which the same weights were decided. */
struct sw_draw_segment {
    uint64_t first; /* number of its first draw */
    uint64_t draws;
    uint64_t *counts;      /* by class */
    const double *weights; /* by thing, their sum is 1; NULL: nothing was decided */
};

/* Fills shares, statistics and agreement of the claim from what was counted. Drawing is taken to
 * be: a thing by its weight, then one of its samples, each as likely as the other; so a sample with
 * several things may stand for each of them. */
sw_result sw_consumption_compare(struct sw_arena *arena, const struct sw_draw_classes *classes,
    const struct sw_draw_segment *segments, size_t count, double alpha,
    struct sw_consumption_claim *claim);

#endif
