#include "data/consumption_input.h"
#include "data/consumption_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK 16384u                    /* draws that are read at once */
#define COUNTS_MAX ((uint64_t)16 << 20) /* segments times classes */
#define SAMPLES_MAX ((uint64_t)1 << 40)

/* One order of draws, against datasets and decisions. */
struct consuming {
    const struct sw_data *data;
    const struct sw_consumption_request *request;
    struct sw_dataset_claim *sets;
    struct sw_rows *rows;
    size_t opened; /* of rows */
    size_t set_count;
    uint64_t *first_sample; /* of each dataset, as if they stood one behind the other; one more */
    uint8_t *drawn;         /* a bit for each sample */
    uint64_t distinct;
    struct sw_mixture_history history;
    bool has_mixture; /* and its chain is whole */
    struct sw_draw_classes classes;
    struct sw_draw_segment *segments;
    size_t segment_count;
    struct sw_consumption_claim claim;
};

static void consuming_release(struct consuming *c)
{
    for (size_t i = 0; i < c->opened; i++) {
        sw_rows_close(&c->rows[i]);
    }
    sw_draw_classes_release(&c->classes);
    free(c->drawn);
}
SW_DEFINE_CLEANUP(consuming, struct consuming, consuming_release)

static sw_result add_gap(struct consuming *c, const char *text)
{
    struct sw_str *gaps = SW_ARENA_ARRAY(c->data->arena, struct sw_str, c->claim.gap_count + 1);
    SW_TRY_PTR(text);
    SW_TRY_PTR(gaps);
    for (size_t i = 0; i < c->claim.gap_count; i++) {
        gaps[i] = c->claim.gaps[i];
    }
    gaps[c->claim.gap_count++] = sw_str(text);
    c->claim.gaps = gaps;
    return SW_OK;
}

/* --- datasets -------------------------------------------------------------------------------- */

/* sets[] are known. */
static sw_result open_rows(struct consuming *c, struct sw_error *err)
{
    struct sw_arena *arena = c->data->arena;
    c->rows = SW_ARENA_ARRAY(arena, struct sw_rows, c->set_count);
    c->first_sample = SW_ARENA_ARRAY(arena, uint64_t, c->set_count + 1);
    c->claim.datasets = SW_ARENA_ARRAY(arena, struct sw_dataset_ref, c->set_count);
    c->claim.dataset_count = c->set_count;
    if (c->rows == NULL || c->first_sample == NULL || c->claim.datasets == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < c->set_count; i++) {
        const struct sw_dataset_claim *set = &c->sets[i];
        c->rows[i] = SW_ROWS_INIT;
        const struct sw_dataset_ref ref = {set->name, set->version, set->manifest, set->samples};
        SW_TRY(sw_dataset_open_ref(c->data, &ref, &c->rows[i], err));
        c->opened++;
        c->first_sample[i + 1] = c->first_sample[i] + c->rows[i].count;
        c->claim.datasets[i] =
            (struct sw_dataset_ref){set->name, set->version, set->manifest, c->rows[i].count};
    }
    return c->first_sample[c->set_count] <= SAMPLES_MAX
               ? SW_OK
               : sw_fail(err, SW_E_LIMIT, "the datasets have too many samples");
}

static sw_result find_sets(struct consuming *c, struct sw_error *err)
{
    const struct sw_consumption_request *r = c->request;
    if (r->dataset_count == 0 || r->dataset_count > SW_ORDER_SETS) {
        return sw_fail(err, SW_E_USAGE, "draws are of 1 to %u datasets", SW_ORDER_SETS);
    }
    c->set_count = r->dataset_count;
    c->sets = SW_ARENA_ARRAY(c->data->arena, struct sw_dataset_claim, c->set_count);
    SW_TRY_PTR(c->sets);
    for (size_t i = 0; i < c->set_count; i++) {
        SW_TRY(sw_dataset_find(c->data, r->datasets[i], &c->sets[i], NULL, err));
        for (size_t k = 0; k < i; k++) {
            if (sw_digest_equal(&c->sets[k].manifest, &c->sets[i].manifest)) {
                return sw_fail(err, SW_E_USAGE, "the dataset '" SW_STR_FMT "' is named twice",
                    SW_STR_ARG(r->datasets[i]));
            }
        }
    }
    return open_rows(c, err);
}

/* --- the order ------------------------------------------------------------------------------- */

struct copying {
    struct consuming *c;
    struct sw_draw_input *order;
    struct sw_draw_input *blend; /* NULL: numbers are of all datasets */
    struct sw_order_writer *writer;
    uint64_t draws;
};

static void note_drawn(struct consuming *c, uint64_t sample)
{
    uint8_t bit = (uint8_t)(1u << (sample % 8));
    uint8_t *byte = &c->drawn[sample / 8];
    c->distinct += (*byte & bit) == 0 ? 1 : 0;
    *byte |= bit;
}

static sw_result no_sample(
    const struct copying *copying, uint64_t number, uint64_t samples, struct sw_error *err)
{
    bool lines = sw_draw_input_format(copying->order) == SW_DRAW_LINES;
    return sw_fail(err, SW_E_FORMAT, "'%s' %s %llu: there is no sample %llu among %llu",
        sw_draw_input_name(copying->order), lines ? "line" : "draw",
        (unsigned long long)copying->draws + (lines ? 1 : 0), (unsigned long long)number,
        (unsigned long long)samples);
}

/* The dataset that a number over all of them falls into. */
static size_t set_of(const struct consuming *c, uint64_t number)
{
    size_t low = 0;
    size_t high = c->set_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (c->first_sample[middle] <= number) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static sw_result add_draw(
    struct copying *copying, uint64_t number, const uint64_t *set, struct sw_error *err)
{
    struct consuming *c = copying->c;
    if (set != NULL && *set >= c->set_count) {
        return sw_fail(err, SW_E_FORMAT, "'%s' draw %llu: there is no dataset %llu among %zu",
            sw_draw_input_name(copying->blend), (unsigned long long)copying->draws,
            (unsigned long long)*set, c->set_count);
    }
    uint64_t samples = set == NULL ? c->first_sample[c->set_count] : c->rows[*set].count;
    if (number >= samples) {
        return no_sample(copying, number, samples, err);
    }
    size_t of = set == NULL ? set_of(c, number) : (size_t)*set;
    uint64_t row = set == NULL ? number - c->first_sample[of] : number;
    note_drawn(c, c->first_sample[of] + row);
    copying->draws++;
    return sw_order_add(copying->writer, (uint32_t)of, (uint32_t)row, err);
}

/* As many numbers from the blend as there are from the order. */
static sw_result read_blend(
    struct copying *copying, uint64_t *sets, size_t count, struct sw_error *err)
{
    size_t done = 0;
    while (copying->blend != NULL && done < count) {
        size_t got = 0;
        SW_TRY(sw_draw_input_next(copying->blend, sets + done, count - done, &got, err));
        if (got == 0) {
            return sw_fail(err, SW_E_FORMAT, "'%s' ends after %llu draws, and '%s' goes on",
                sw_draw_input_name(copying->blend), (unsigned long long)copying->draws + done,
                sw_draw_input_name(copying->order));
        }
        done += got;
    }
    return SW_OK;
}

static sw_result check_blend_end(struct copying *copying, struct sw_error *err)
{
    uint64_t more;
    size_t got = 0;
    if (copying->blend == NULL) {
        return SW_OK;
    }
    SW_TRY(sw_draw_input_next(copying->blend, &more, 1, &got, err));
    return got == 0 ? SW_OK
                    : sw_fail(err, SW_E_FORMAT, "'%s' goes on after the %llu draws of '%s'",
                          sw_draw_input_name(copying->blend), (unsigned long long)copying->draws,
                          sw_draw_input_name(copying->order));
}

static sw_result copy_block(struct copying *copying, bool *ended, struct sw_error *err)
{
    uint64_t numbers[BLOCK];
    uint64_t sets[BLOCK];
    size_t count = 0;
    SW_TRY(sw_draw_input_next(copying->order, numbers, BLOCK, &count, err));
    SW_TRY(read_blend(copying, sets, count, err));
    for (size_t i = 0; i < count; i++) {
        SW_TRY(add_draw(copying, numbers[i], copying->blend == NULL ? NULL : &sets[i], err));
    }
    sw_progress_add(copying->c->data->progress, 0, count);
    *ended = count == 0;
    return sw_progress_cancelled(copying->c->data->progress)
               ? sw_fail(err, SW_E_INTERRUPTED, "interrupted")
               : SW_OK;
}

static sw_result copy_all(struct copying *copying, struct sw_error *err)
{
    struct sw_consumption_claim *claim = &copying->c->claim;
    for (bool ended = false; !ended;) {
        SW_TRY(copy_block(copying, &ended, err));
    }
    SW_TRY(check_blend_end(copying, err));
    if (copying->draws == 0) {
        return sw_fail(err, SW_E_FORMAT, "'%s' names no draw", sw_draw_input_name(copying->order));
    }
    sw_draw_input_digest(copying->order, &claim->order_file);
    if (copying->blend != NULL) {
        sw_draw_input_digest(copying->blend, &claim->blend_file);
    }
    claim->order_format = sw_str(sw_draw_format_name(sw_draw_input_format(copying->order)));
    claim->draws = copying->draws;
    claim->distinct = copying->c->distinct;
    return SW_OK;
}

static sw_result make_order(struct consuming *c, struct sw_order_writer *made, struct sw_error *err)
{
    const struct sw_consumption_request *r = c->request;
    SW_CLEANUP(order_writer) struct sw_order_writer *writer = made;
    SW_CLEANUP(draw_input) struct sw_draw_input *order = NULL;
    SW_CLEANUP(draw_input) struct sw_draw_input *blend = NULL;
    SW_TRY(sw_draw_input_open(&order, r->order_path, r->order_format, err));
    if (r->blend_path != NULL) {
        SW_TRY(sw_draw_input_open(&blend, r->blend_path, r->order_format, err));
    }
    c->drawn = calloc((size_t)(c->first_sample[c->set_count] / 8 + 1), 1);
    SW_TRY_PTR(c->drawn);
    struct copying copying = {c, order, blend, writer, 0};
    SW_TRY(copy_all(&copying, err));
    return sw_order_finish(SW_TAKE(writer), &c->claim.order, err);
}

/* Writes it beside its lasting place; *draft is where. The name is the run's, so that what a killed
 * process left is replaced when it is tried again. */
static sw_result keep_order(struct consuming *c, const char **draft, struct sw_error *err)
{
    struct sw_arena *arena = c->data->arena;
    const char *dir = NULL;
    SW_TRY(sw_data_file_dir(c->data, SW_DATA_FILE_ORDER, &dir, err));
    *draft = sw_arena_printf(arena, "%s/.draft-" SW_STR_FMT "-%llu", dir,
        SW_STR_ARG(c->request->run), (unsigned long long)c->request->from_step);
    SW_TRY_PTR(*draft);
    struct sw_digest *manifests = SW_ARENA_ARRAY(arena, struct sw_digest, c->set_count);
    SW_TRY_PTR(manifests);
    for (size_t i = 0; i < c->set_count; i++) {
        manifests[i] = c->sets[i].manifest;
    }
    struct sw_order_writer *writer = NULL;
    SW_TRY(sw_order_create(&writer, *draft, manifests, c->set_count, err));
    return make_order(c, writer, err);
}

/* --- decisions ------------------------------------------------------------------------------- */

/* The mixture as it was at `decision`, or as it is now when that has no algorithm. */
static sw_result find_mixture(
    struct consuming *c, struct sw_str name, const struct sw_digest *decision, struct sw_error *err)
{
    if (name.len == 0) {
        return SW_OK;
    }
    SW_TRY(sw_mixture_read(c->data, name, &c->history, err));
    size_t last = c->history.count - 1;
    while (last > 0 && decision->alg != 0 &&
           !sw_digest_equal(&c->history.claims[last].claim, decision)) {
        last--;
    }
    c->history.count = last + 1;
    c->claim.mixture = name;
    c->claim.decision = c->history.claims[last].claim;
    c->has_mixture = c->history.problem == NULL || last < c->history.problem_at;
    return c->has_mixture ? SW_OK : add_gap(c, "the mixture's decisions are not one chain");
}

/* Draws of an order are taken to be spread evenly over its steps: the number of the first draw of
 * step `from_step` + `steps_done`. */
static uint64_t draw_of_step(const struct sw_consumption_claim *claim, uint64_t steps_done)
{
    __extension__ typedef unsigned __int128 wide;
    uint64_t steps = claim->to_step - claim->from_step + 1;
    return (uint64_t)(((wide)steps_done * claim->draws + steps - 1) / steps);
}

static sw_result one_segment(struct consuming *c)
{
    c->segments = SW_ARENA_ARRAY(c->data->arena, struct sw_draw_segment, 1);
    SW_TRY_PTR(c->segments);
    c->segment_count = 1;
    c->segments[0].draws = c->claim.draws;
    return SW_OK;
}

/* A segment for each decision that holds within the steps, and its index. */
static sw_result segments_by_step(struct consuming *c, size_t *decisions)
{
    const struct sw_consumption_claim *claim = &c->claim;
    c->segments = SW_ARENA_ARRAY(c->data->arena, struct sw_draw_segment, c->history.count);
    SW_TRY_PTR(c->segments);
    for (uint64_t step = claim->from_step;;) {
        size_t decision = sw_mixture_at(&c->history, step);
        if (decision == SIZE_MAX) {
            c->has_mixture = false;
            SW_TRY(
                add_gap(c, sw_arena_printf(c->data->arena, "no weights were decided for step %llu",
                               (unsigned long long)step)));
            return one_segment(c);
        }
        struct sw_draw_segment *segment = &c->segments[c->segment_count];
        decisions[c->segment_count++] = decision;
        uint64_t last = sw_mixture_last_step(&c->history, decision);
        last = last < claim->to_step ? last : claim->to_step;
        segment->first = draw_of_step(claim, step - claim->from_step);
        segment->draws = draw_of_step(claim, last - claim->from_step + 1) - segment->first;
        if (last == claim->to_step) {
            return SW_OK;
        }
        step = last + 1;
    }
}

static sw_result make_segments(struct consuming *c, size_t *decisions, struct sw_error *err)
{
    if (c->has_mixture && c->claim.from_step != SW_ABSENT) {
        return segments_by_step(c, decisions);
    }
    if (c->has_mixture && c->history.count > 1) {
        return sw_fail(err, SW_E_USAGE,
            "mixture " SW_STR_FMT
            " has %zu decisions: say with --steps which training steps this order covers",
            SW_STR_ARG(c->claim.mixture), c->history.count);
    }
    decisions[0] = 0;
    return one_segment(c);
}

/* "NAME" means every version that was given, "NAME@VERSION" one. */
static struct sw_str set_name(struct consuming *c, size_t set)
{
    const struct sw_dataset_ref *ref = &c->claim.datasets[set];
    const struct sw_mixture_claim *last = &c->history.decisions[c->history.count - 1];
    for (size_t i = 0; i < last->weight_count; i++) {
        if (sw_str_equal(last->weights[i].dataset, ref->name)) {
            return ref->name;
        }
    }
    return sw_str(sw_arena_printf(c->data->arena, SW_STR_FMT "@" SW_STR_FMT, SW_STR_ARG(ref->name),
        SW_STR_ARG(ref->version)));
}

static bool weighs_datasets(const struct consuming *c)
{
    return c->has_mixture && c->history.decisions[0].weights[0].dataset.len != 0;
}

static sw_result make_classes(struct consuming *c, struct sw_error *err)
{
    struct sw_arena *arena = c->data->arena;
    struct sw_str *names = NULL;
    struct sw_str *more = NULL;
    size_t more_count = 0;
    if (weighs_datasets(c)) {
        names = SW_ARENA_ARRAY(arena, struct sw_str, c->set_count);
        SW_TRY_PTR(names);
        for (size_t i = 0; i < c->set_count; i++) {
            names[i] = set_name(c, i);
            SW_TRY_PTR(names[i].ptr);
        }
    }
    if (c->has_mixture) {
        const struct sw_mixture_claim *last = &c->history.decisions[c->history.count - 1];
        more_count = last->weight_count; /* each decision holds all weights of those before it */
        more = SW_ARENA_ARRAY(arena, struct sw_str, more_count);
        SW_TRY_PTR(more);
        for (size_t i = 0; i < more_count; i++) {
            more[i] = sw_mixture_weight_name(&last->weights[i]);
        }
    }
    return sw_draw_classes_make(
        &c->classes, arena, c->rows, c->set_count, names, more, more_count, c->data->progress, err);
}

static sw_result fill_weights(
    struct consuming *c, struct sw_draw_segment *segment, size_t decision, struct sw_error *err)
{
    struct sw_arena *arena = c->data->arena;
    const struct sw_mixture_claim *d = &c->history.decisions[decision];
    double *weights = SW_ARENA_ARRAY(arena, double, c->classes.thing_count);
    double *shares = NULL;
    SW_TRY_PTR(weights);
    SW_TRY(sw_mixture_shares(arena, d, &shares, err));
    for (size_t i = 0; i < d->weight_count; i++) {
        size_t thing = sw_draw_thing_find(&c->classes, sw_mixture_weight_name(&d->weights[i]));
        if (thing != SIZE_MAX) {
            weights[thing] += shares[i];
        }
    }
    segment->weights = weights;
    return SW_OK;
}

/* --- counting -------------------------------------------------------------------------------- */

static sw_result make_counts(struct consuming *c, const size_t *decisions, struct sw_error *err)
{
    if ((uint64_t)c->segment_count * c->classes.class_count > COUNTS_MAX) {
        return sw_fail(err, SW_E_LIMIT, "there are too many decisions over too many sources");
    }
    for (size_t i = 0; i < c->segment_count; i++) {
        c->segments[i].counts = SW_ARENA_ARRAY(c->data->arena, uint64_t, c->classes.class_count);
        SW_TRY_PTR(c->segments[i].counts);
        if (c->has_mixture) {
            SW_TRY(fill_weights(c, &c->segments[i], decisions[i], err));
        }
    }
    return SW_OK;
}

static sw_result count_group(struct consuming *c, struct sw_order *order, uint32_t group,
    size_t *segment, struct sw_error *err)
{
    const uint32_t *rows = NULL;
    const uint16_t *sets = NULL;
    size_t count = 0;
    SW_TRY(sw_order_group(order, group, &rows, &sets, &count, err));
    uint64_t first = (uint64_t)group * SW_ORDER_GROUP;
    for (size_t i = 0; i < count; i++) {
        uint32_t set = sets == NULL ? 0 : sets[i];
        while (*segment + 1 < c->segment_count && first + i >= c->segments[*segment + 1].first) {
            (*segment)++;
        }
        if (rows[i] >= c->classes.sets[set].rows) {
            return sw_fail(err, SW_E_FORMAT, "'%s': draw %llu is of a sample that is not there",
                order->chunks.path, (unsigned long long)first + i);
        }
        c->segments[*segment].counts[sw_draw_class_of(&c->classes, set, rows[i])]++;
    }
    return SW_OK;
}

static sw_result count_draws(struct consuming *c, const char *path, struct sw_error *err)
{
    SW_CLEANUP(order) struct sw_order order = SW_ORDER_INIT;
    SW_TRY(sw_order_open(&order, path, &c->claim.order, err));
    if (order.draws != c->claim.draws || order.set_count != c->set_count) {
        return sw_fail(err, SW_E_FORMAT, "'%s' is not the order that was claimed", path);
    }
    size_t segment = 0;
    for (uint64_t first = 0; first < order.draws; first += SW_ORDER_GROUP) {
        SW_TRY(count_group(c, &order, (uint32_t)(first / SW_ORDER_GROUP), &segment, err));
    }
    return SW_OK;
}

/* From here on, what is claimed comes from the order in the store alone. */
static sw_result count_and_compare(
    struct consuming *c, const char *path, double alpha, struct sw_error *err)
{
    struct sw_arena *arena = c->data->arena;
    size_t *decisions = SW_ARENA_ARRAY(arena, size_t, c->history.count + 1);
    SW_TRY_PTR(decisions);
    SW_TRY(make_segments(c, decisions, err));
    SW_TRY(make_classes(c, err));
    SW_TRY(make_counts(c, decisions, err));
    SW_TRY(count_draws(c, path, err));
    return sw_consumption_compare(
        arena, &c->classes, c->segments, c->segment_count, alpha, &c->claim);
}

/* --- recording ------------------------------------------------------------------------------- */

static sw_result check_request(const struct sw_consumption_request *r, struct sw_error *err)
{
    uint64_t seed;
    SW_TRY(sw_name_check(r->run, "run", err));
    if ((r->from_step == SW_ABSENT) != (r->to_step == SW_ABSENT) || r->to_step < r->from_step) {
        return sw_fail(err, SW_E_USAGE, "the steps have a first and a last one");
    }
    if (r->from_step == 0 && r->to_step == SW_ABSENT - 1) {
        return sw_fail(err, SW_E_USAGE, "there are too many steps");
    }
    if (r->seed.len != 0 && !sw_parse_u64(r->seed, &seed)) {
        return sw_fail(
            err, SW_E_USAGE, "a seed is a whole number, not '" SW_STR_FMT "'", SW_STR_ARG(r->seed));
    }
    if (r->alpha < 0 || r->alpha >= 1) {
        return sw_fail(err, SW_E_USAGE, "what is no chance is a probability between 0 and 1");
    }
    return SW_OK;
}

static bool steps_meet(const struct sw_consumption_claim *a, const struct sw_consumption_request *b)
{
    bool whole = a->from_step == SW_ABSENT || b->from_step == SW_ABSENT;
    return whole || (a->from_step <= b->to_step && b->from_step <= a->to_step);
}

/* A step draws once. */
static sw_result check_fresh(
    const struct sw_data *data, const struct sw_consumption_request *r, struct sw_error *err)
{
    struct sw_consumption_state *states = NULL;
    size_t count = 0;
    SW_TRY(sw_consumption_find(data, r->run, sw_str(""), &states, &count, err));
    for (size_t i = 0; i < count; i++) {
        if (steps_meet(&states[i].claim, r)) {
            return sw_fail(err, SW_E_REFUSED,
                "leaf %llu records already what run " SW_STR_FMT " drew in these steps",
                (unsigned long long)states[i].by.leaf, SW_STR_ARG(r->run));
        }
    }
    return SW_OK;
}

static sw_result record(struct consuming *c, struct sw_receipt *receipt, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    size_t count = c->set_count + 2;
    struct sw_subject *subjects = SW_ARENA_ARRAY(c->data->arena, struct sw_subject, count);
    SW_TRY_PTR(subjects);
    subjects[0].name = c->claim.run;
    sw_name_digest(SW_NAME_RUN, c->claim.run, &subjects[0].digest);
    subjects[1] = (struct sw_subject){sw_str("order"), c->claim.order};
    for (size_t i = 0; i < c->set_count; i++) {
        subjects[i + 2] =
            (struct sw_subject){c->claim.datasets[i].name, c->claim.datasets[i].manifest};
    }
    SW_TRY(sw_consumption_claim_write(&c->claim, &predicate));
    return sw_data_record(
        c->data, subjects, count, SW_PREDICATE_CONSUMPTION, sw_buf_bytes(&predicate), receipt, err);
}

static sw_result consume(
    struct consuming *c, const char **draft, struct sw_receipt *receipt, struct sw_error *err)
{
    const struct sw_consumption_request *r = c->request;
    const struct sw_digest now = {0};
    SW_TRY(find_sets(c, err));
    SW_TRY(find_mixture(c, r->mixture, &now, err));
    SW_TRY(keep_order(c, draft, err));
    SW_TRY(count_and_compare(c, *draft, r->alpha == 0 ? SW_CONSUMPTION_ALPHA : r->alpha, err));
    SW_TRY(sw_store_promote(c->data->store, c->data->progress, err));
    SW_TRY(check_fresh(c->data, r, err));
    SW_TRY(sw_data_file_keep(c->data, SW_DATA_FILE_ORDER, *draft, &c->claim.order, err));
    *draft = NULL;
    return record(c, receipt, err);
}

sw_result sw_consumption_record(const struct sw_data *data,
    const struct sw_consumption_request *request, struct sw_consumption_claim *made,
    struct sw_receipt *receipt, struct sw_error *err)
{
    SW_TRY(check_request(request, err));
    SW_TRY(check_fresh(data, request, err));
    SW_CLEANUP(consuming) struct consuming c = {.data = data, .request = request};
    c.claim = (struct sw_consumption_claim){.run = request->run,
        .seed = request->seed,
        .from_step = request->from_step,
        .to_step = request->to_step,
        .time = data->now};
    const char *draft = NULL;
    enum sw_code code = consume(&c, &draft, receipt, err);
    if (code != SW_OK && draft != NULL) {
        (void)unlink(draft);
    }
    SW_TRY(code);
    *made = c.claim;
    return SW_OK;
}

/* --- finding --------------------------------------------------------------------------------- */

sw_result sw_consumption_find(const struct sw_data *data, struct sw_str run, struct sw_str mixture,
    struct sw_consumption_state **out, size_t *count, struct sw_error *err)
{
    struct sw_data_claim *claims = NULL;
    size_t found = 0;
    struct sw_digest subject;
    sw_name_digest(SW_NAME_RUN, run, &subject);
    SW_TRY(sw_data_claims(data, SW_PREDICATE_CONSUMPTION, run.len == 0 ? NULL : &subject, &claims,
        &found, NULL, err));
    struct sw_consumption_state *list =
        SW_ARENA_ARRAY(data->arena, struct sw_consumption_state, found);
    SW_TRY_PTR(list);
    size_t kept = 0;
    for (size_t i = 0; i < found; i++) {
        struct sw_consumption_state *state = &list[kept];
        state->by = claims[i];
        SW_TRY(sw_consumption_claim_read(data->arena, &claims[i].statement, &state->claim, err));
        bool wanted = run.len != 0 ? sw_str_equal(state->claim.run, run)
                                   : sw_str_equal(state->claim.mixture, mixture);
        kept += wanted ? 1 : 0;
    }
    *out = list;
    *count = kept;
    return SW_OK;
}

/* --- verifying ------------------------------------------------------------------------------- */

static sw_result sets_of_claim(
    struct consuming *c, const struct sw_consumption_claim *claim, struct sw_error *err)
{
    c->set_count = claim->dataset_count;
    c->sets = SW_ARENA_ARRAY(c->data->arena, struct sw_dataset_claim, c->set_count);
    SW_TRY_PTR(c->sets);
    for (size_t i = 0; i < c->set_count; i++) {
        const struct sw_dataset_ref *ref = &claim->datasets[i];
        c->sets[i] = (struct sw_dataset_claim){
            .name = ref->name, .version = ref->version, .manifest = ref->manifest};
    }
    return open_rows(c, err);
}

static sw_result count_distinct(struct consuming *c, const char *path, struct sw_error *err)
{
    SW_CLEANUP(order) struct sw_order order = SW_ORDER_INIT;
    SW_TRY(sw_order_open(&order, path, &c->claim.order, err));
    c->drawn = calloc((size_t)(c->first_sample[c->set_count] / 8 + 1), 1);
    SW_TRY_PTR(c->drawn);
    for (uint64_t first = 0; first < order.draws; first += SW_ORDER_GROUP) {
        const uint32_t *rows = NULL;
        const uint16_t *sets = NULL;
        size_t count = 0;
        SW_TRY(
            sw_order_group(&order, (uint32_t)(first / SW_ORDER_GROUP), &rows, &sets, &count, err));
        for (size_t i = 0; i < count; i++) {
            note_drawn(c, c->first_sample[sets == NULL ? 0 : sets[i]] + rows[i]);
        }
    }
    c->claim.distinct = c->distinct;
    return SW_OK;
}

/* Two machines may round differently. */
static bool near(double a, double b)
{
    return isnan(a) ? isnan(b) : fabs(a - b) <= 1e-6 * fmax(fabs(a), fabs(b)) + 1e-12;
}

static bool same_share(const struct sw_consumption_share *a, const struct sw_consumption_share *b)
{
    return sw_str_equal(a->name, b->name) && a->draws == b->draws && near(a->share, b->share) &&
           near(a->declared, b->declared) && near(a->z, b->z) && near(a->p, b->p) &&
           a->agrees == b->agrees;
}

static bool same_figures(const struct sw_consumption_claim *a, const struct sw_consumption_claim *b)
{
    bool same = a->draws == b->draws && a->distinct == b->distinct &&
                a->decision.alg == b->decision.alg && a->share_count == b->share_count &&
                near(a->chi_square, b->chi_square) && a->degrees == b->degrees &&
                near(a->p, b->p) && near(a->alpha, b->alpha) && a->agrees == b->agrees &&
                a->gap_count == b->gap_count;
    same = same && (a->decision.alg == 0 || sw_digest_equal(&a->decision, &b->decision));
    for (size_t i = 0; i < a->share_count && same; i++) {
        same = same_share(&a->shares[i], &b->shares[i]);
    }
    return same;
}

sw_result sw_consumption_verify(
    const struct sw_data *data, const struct sw_consumption_claim *claim, struct sw_error *err)
{
    const char *path = sw_data_file_path(data, SW_DATA_FILE_ORDER, &claim->order);
    SW_TRY_PTR(path);
    if (!sw_file_exists(path)) {
        return sw_fail(err, SW_E_NOENT, "the order of run " SW_STR_FMT " is not in this store",
            SW_STR_ARG(claim->run));
    }
    SW_CLEANUP(consuming) struct consuming c = {.data = data};
    c.claim = *claim;
    c.claim.gaps = NULL;
    c.claim.gap_count = 0;
    SW_TRY(sets_of_claim(&c, claim, err));
    SW_TRY(find_mixture(&c, claim->mixture, &claim->decision, err));
    SW_TRY(count_and_compare(
        &c, path, isnan(claim->alpha) ? SW_CONSUMPTION_ALPHA : claim->alpha, err));
    SW_TRY(count_distinct(&c, path, err));
    return same_figures(claim, &c.claim)
               ? SW_OK
               : sw_fail(err, SW_E_REFUSED,
                     "what run " SW_STR_FMT " is said to have drawn is not what its order holds: "
                     "counted again, the figures differ",
                     SW_STR_ARG(claim->run));
}
