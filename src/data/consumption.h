/* What a training run really drew: the order of its draws, kept in the store, and how its shares
 * stand to the weights that were decided. doc/claims/consumption.md, doc/format/order.md. */
#ifndef SW_DATA_CONSUMPTION_H
#define SW_DATA_CONSUMPTION_H

#include "data/mixture.h"

#define SW_ORDER_GROUP 1048576u /* draws of one group; the last one has fewer */
#define SW_ORDER_SETS 65536u    /* datasets of one order */

/* --- the order of draws ---------------------------------------------------------------------- */

struct sw_order_writer;

/* Begins the file `path`. `sets` are the manifests of the datasets that draws are of. */
sw_result sw_order_create(struct sw_order_writer **out, const char *path,
    const struct sw_digest *sets, size_t set_count, struct sw_error *err);
void sw_order_abandon(struct sw_order_writer *writer);
SW_DEFINE_CLEANUP_PTR(order_writer, struct sw_order_writer, sw_order_abandon)
/* One draw: row `row` of dataset `set`. */
sw_result sw_order_add(
    struct sw_order_writer *writer, uint32_t set, uint32_t row, struct sw_error *err);
/* Makes the file durable. The writer is gone afterwards, also on failure. */
sw_result sw_order_finish(
    struct sw_order_writer *writer, struct sw_digest *digest, struct sw_error *err);

struct sw_order {
    struct sw_chunks chunks;
    uint64_t draws;
    struct sw_digest *sets;
    size_t set_count;
    struct sw_buf raw;
    uint32_t *rows;     /* of the group that was read last */
    uint16_t *row_sets; /* beside them; NULL when there is one dataset */
};

#define SW_ORDER_INIT ((struct sw_order){.chunks = SW_CHUNKS_INIT})

sw_result sw_order_open(struct sw_order *order, const char *path, const struct sw_digest *expected,
    struct sw_error *err);
void sw_order_close(struct sw_order *order);
SW_DEFINE_CLEANUP(order, struct sw_order, sw_order_close)
/* A whole group, decoded and checked: `count` draws from number group × SW_ORDER_GROUP on; *sets is
 * NULL when all are of dataset 0. Valid until the next call. */
sw_result sw_order_group(struct sw_order *order, uint32_t group, const uint32_t **rows,
    const uint16_t **sets, size_t *count, struct sw_error *err);

/* --- consuming ------------------------------------------------------------------------------- */

#define SW_CONSUMPTION_ALPHA                                             \
    0.001 /* below this a difference is no chance, unless said otherwise \
           */

struct sw_consumption_request {
    struct sw_str run;
    const struct sw_str *datasets; /* as sw_dataset_find() takes them */
    size_t dataset_count;
    struct sw_str mixture;    /* empty: nothing was decided */
    const char *order_path;   /* numbers of samples; with several datasets and no blend, of all of
                                 them one behind the other */
    const char *order_format; /* as sw_draw_input_open() takes it; NULL: by its look */
    const char *blend_path;   /* for each draw, which dataset it is of, from 0; NULL */
    struct sw_str seed;       /* decimal text; may be empty */
    uint64_t from_step;       /* of the steps that the order covers; SW_ABSENT: not said */
    uint64_t to_step;
    double alpha; /* 0: SW_CONSUMPTION_ALPHA */
};

/* Keeps the order in the store, counts and compares, and records the claim. *made is in
 * data->arena. Memory is one or two bytes and a bit for each sample of the datasets. SW_E_FORMAT
 * for a list that names no sample, with its place; SW_E_REFUSED when these steps of the run are
 * recorded already; SW_E_NOENT for datasets and mixtures that are not there. */
sw_result sw_consumption_record(const struct sw_data *data,
    const struct sw_consumption_request *request, struct sw_consumption_claim *made,
    struct sw_receipt *receipt, struct sw_error *err);

/* One claim and its place in the log. */
struct sw_consumption_state {
    struct sw_consumption_claim claim;
    struct sw_data_claim by;
};
/* All trusted claims about a run, oldest first. Of `mixture` those that were compared with it, when
 * `run` is empty. None is no failure. */
sw_result sw_consumption_find(const struct sw_data *data, struct sw_str run, struct sw_str mixture,
    struct sw_consumption_state **out, size_t *count, struct sw_error *err);
/* Judges the claim's figures by another bound. */
void sw_consumption_judge(struct sw_consumption_claim *claim, double alpha);
/* Counts and compares again from the order in the store. SW_E_REFUSED says what differs, SW_E_NOENT
 * that the order or a dataset is not there. */
sw_result sw_consumption_verify(
    const struct sw_data *data, const struct sw_consumption_claim *claim, struct sw_error *err);

#endif
