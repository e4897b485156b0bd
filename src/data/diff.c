#include "data/diff.h"
#include "data/spill.h"

#include <stdlib.h>

/* A row as it is sorted: content, row, weight (the bits of the single), origin. */
#define RECORD_SIZE 44u
#define AT_ROW 32u
#define AT_WEIGHT 36u
#define AT_ORIGIN 40u
#define PAIR_SIZE 8u

static const char *const kind_names[SW_DIFF_KINDS] = {
    [SW_DIFF_ONLY_A] = "only_in_a",
    [SW_DIFF_ONLY_B] = "only_in_b",
    [SW_DIFF_MOVED] = "moved",
    [SW_DIFF_WEIGHT] = "weight",
    [SW_DIFF_SOURCES] = "sources",
};

const char *sw_diff_kind_name(enum sw_diff_kind kind)
{
    return (size_t)kind < SW_DIFF_KINDS ? kind_names[kind] : NULL;
}

/* One of the two sets. */
struct side {
    struct sw_rows *rows;
    struct sw_spill *spill;
    uint32_t **sources; /* by origin: indices into the answer's sources, ended by NONE */
};

#define NONE UINT32_MAX

struct diffing {
    const struct sw_data *data;
    struct side a;
    struct side b;
    bool by_record;
    struct sw_spill *forth; /* pairs in the order of b */
    struct sw_spill *back;  /* and from its end */
    size_t limit;
    struct sw_diff *out;
};

/* --- sources --------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return sw_str_compare(
        ((const struct sw_diff_source *)a)->name, ((const struct sw_diff_source *)b)->name);
}

static struct sw_diff_source *find_source(const struct sw_diff *diff, struct sw_str name)
{
    struct sw_diff_source key = {.name = name};
    return diff->source_count == 0
               ? NULL
               : bsearch(&key, diff->sources, diff->source_count, sizeof(key), by_name);
}

static sw_result name_sources(struct diffing *d)
{
    const struct sw_rows *sides[] = {d->a.rows, d->b.rows};
    size_t most = sides[0]->source_count + sides[1]->source_count;
    struct sw_diff *out = d->out;
    out->sources = SW_ARENA_ARRAY(d->data->arena, struct sw_diff_source, most);
    SW_TRY_PTR(out->sources);
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < sides[s]->source_count; i++) {
            struct sw_str name = sides[s]->sources[i].name;
            if (find_source(out, name) != NULL) {
                continue;
            }
            const char *copy = sw_arena_strndup(d->data->arena, name);
            SW_TRY_PTR(copy);
            out->sources[out->source_count++].name = sw_str_n(copy, name.len);
            qsort(out->sources, out->source_count, sizeof(out->sources[0]), by_name);
        }
    }
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < sides[s]->source_count; i++) {
            struct sw_diff_source *source = find_source(out, sides[s]->sources[i].name);
            *(s == 0 ? &source->in_a : &source->in_b) = sides[s]->sources[i].samples;
        }
    }
    return SW_OK;
}

static sw_result number_sources(struct diffing *d, struct side *side, struct sw_error *err)
{
    struct sw_arena *arena = d->data->arena;
    side->sources = SW_ARENA_ARRAY(arena, uint32_t *, side->rows->origin_count);
    SW_TRY_PTR(side->sources);
    for (size_t i = 0; i < side->rows->origin_count; i++) {
        const struct sw_origin *origin = &side->rows->origins[i];
        uint32_t *list = SW_ARENA_ARRAY(arena, uint32_t, origin->source_count + 1);
        SW_TRY_PTR(list);
        for (size_t k = 0; k < origin->source_count; k++) {
            const struct sw_diff_source *source = find_source(d->out, origin->sources[k]);
            if (source == NULL) {
                return sw_fail(err, SW_E_FORMAT, "'%s': an origin has a source without a count",
                    side->rows->chunks.path);
            }
            list[k] = (uint32_t)(source - d->out->sources);
        }
        list[origin->source_count] = NONE;
        side->sources[i] = list;
    }
    return SW_OK;
}

static bool same_sources(const uint32_t *a, const uint32_t *b)
{
    while (*a == *b && *a != NONE) { /* both are sorted by name */
        a++;
        b++;
    }
    return *a == *b;
}

/* --- sorting --------------------------------------------------------------------------------- */

static sw_result add_row(struct diffing *d, struct side *side, const struct sw_row *row,
    uint32_t index, struct sw_error *err)
{
    uint8_t record[RECORD_SIZE];
    uint32_t weight;
    memcpy(&weight, &row->weight, sizeof(weight));
    memcpy(record, d->by_record ? row->record : row->content, 32);
    sw_put_u32(record + AT_ROW, index);
    sw_put_u32(record + AT_WEIGHT, weight);
    sw_put_u32(record + AT_ORIGIN, row->origin);
    return sw_spill_add(side->spill, record, err);
}

static sw_result sort_side(struct diffing *d, struct side *side, struct sw_error *err)
{
    uint64_t groups = (side->rows->count + SW_ROWS_GROUP - 1) / SW_ROWS_GROUP;
    for (uint32_t g = 0; g < groups; g++) {
        const struct sw_row *rows;
        size_t count;
        SW_TRY(sw_progress_check(d->data->progress, err));
        SW_TRY(sw_rows_group(side->rows, g, &rows, &count, err));
        for (size_t i = 0; i < count; i++) {
            SW_TRY(add_row(d, side, &rows[i], g * SW_ROWS_GROUP + (uint32_t)i, err));
        }
        sw_progress_add(d->data->progress, 0, count);
    }
    return sw_spill_sort(side->spill, err);
}

/* --- comparing ------------------------------------------------------------------------------- */

static float weight_of(const uint8_t *record)
{
    uint32_t bits = sw_get_u32(record + AT_WEIGHT);
    float weight;
    memcpy(&weight, &bits, sizeof(weight));
    return weight;
}

static sw_result keep(struct diffing *d, enum sw_diff_kind kind, const uint8_t *a, const uint8_t *b)
{
    struct sw_diff *out = d->out;
    out->counts[kind]++;
    if (out->kept[kind] == d->limit) {
        return SW_OK;
    }
    struct sw_diff_sample sample = {0};
    if (a != NULL) {
        sample.row_a = sw_get_u32(a + AT_ROW);
        sample.weight_a = weight_of(a);
        sample.origin_a = sw_get_u32(a + AT_ORIGIN);
        memcpy(sample.content, a, 32);
    }
    if (b != NULL) {
        sample.row_b = sw_get_u32(b + AT_ROW);
        sample.weight_b = weight_of(b);
        sample.origin_b = sw_get_u32(b + AT_ORIGIN);
        memcpy(sample.content, b, 32);
    }
    out->samples[kind][out->kept[kind]++] = sample;
    return SW_OK;
}

static sw_result only_a(struct diffing *d, const uint8_t *record)
{
    for (const uint32_t *s = d->a.sources[sw_get_u32(record + AT_ORIGIN)]; *s != NONE; s++) {
        d->out->sources[*s].only_a++;
    }
    return keep(d, SW_DIFF_ONLY_A, record, NULL);
}

static sw_result only_b(struct diffing *d, const uint8_t *record)
{
    for (const uint32_t *s = d->b.sources[sw_get_u32(record + AT_ORIGIN)]; *s != NONE; s++) {
        d->out->sources[*s].only_b++;
    }
    return keep(d, SW_DIFF_ONLY_B, NULL, record);
}

static sw_result both(struct diffing *d, const uint8_t *a, const uint8_t *b, struct sw_error *err)
{
    uint8_t pair[PAIR_SIZE];
    uint32_t row_a = sw_get_u32(a + AT_ROW);
    uint32_t row_b = sw_get_u32(b + AT_ROW);
    d->out->common++;
    sw_put_u32(pair, row_b);
    sw_put_u32(pair + 4, row_a);
    SW_TRY(sw_spill_add(d->forth, pair, err));
    sw_put_u32(pair, UINT32_MAX - row_b);
    SW_TRY(sw_spill_add(d->back, pair, err));
    if (memcmp(a + AT_WEIGHT, b + AT_WEIGHT, 4) != 0) {
        SW_TRY(keep(d, SW_DIFF_WEIGHT, a, b));
    }
    if (!same_sources(
            d->a.sources[sw_get_u32(a + AT_ORIGIN)], d->b.sources[sw_get_u32(b + AT_ORIGIN)])) {
        SW_TRY(keep(d, SW_DIFF_SOURCES, a, b));
    }
    return SW_OK;
}

/* Both are sorted by content, then by row: of equal ones the first meets the first. */
static sw_result merge(struct diffing *d, struct sw_error *err)
{
    for (;;) {
        const uint8_t *a = sw_spill_peek(d->a.spill);
        const uint8_t *b = sw_spill_peek(d->b.spill);
        if (a == NULL && b == NULL) {
            return SW_OK;
        }
        int order = a == NULL ? 1 : b == NULL ? -1 : memcmp(a, b, 32);
        SW_TRY(order < 0 ? only_a(d, a) : order > 0 ? only_b(d, b) : both(d, a, b, err));
        SW_TRY(order <= 0 ? sw_spill_next(d->a.spill, err) : SW_OK);
        SW_TRY(order >= 0 ? sw_spill_next(d->b.spill, err) : SW_OK);
    }
}

/* --- order ----------------------------------------------------------------------------------- */

/* Rows of one side in the order of the other, from its beginning (they should rise) or its end
 * (they should fall): each that does not was moved. `list` (NULL: count only) gets the first ones.
 */
static sw_result count_moved(struct diffing *d, struct sw_spill *pairs, bool from_end,
    struct sw_diff_sample *list, uint64_t *out, struct sw_error *err)
{
    uint64_t moved = 0;
    uint32_t edge = 0;
    SW_TRY(sw_spill_sort(pairs, err));
    for (bool first = true; sw_spill_peek(pairs) != NULL; first = false) {
        const uint8_t *pair = sw_spill_peek(pairs);
        uint32_t row_b = from_end ? UINT32_MAX - sw_get_u32(pair) : sw_get_u32(pair);
        uint32_t row_a = sw_get_u32(pair + 4);
        bool in_order = first || (from_end ? row_a < edge : row_a > edge);
        edge = in_order ? row_a : edge;
        if (!in_order && list != NULL && moved < d->limit) {
            list[moved] = (struct sw_diff_sample){.row_a = row_a, .row_b = row_b};
        }
        moved += in_order ? 0 : 1;
        SW_TRY(sw_spill_next(pairs, err));
    }
    *out = moved;
    return SW_OK;
}

static sw_result compare_order(struct diffing *d, struct sw_error *err)
{
    uint64_t forth;
    uint64_t back;
    SW_TRY(count_moved(d, d->forth, false, NULL, &forth, err));
    SW_TRY(count_moved(d, d->back, true, NULL, &back, err));
    bool from_end = back < forth;
    struct sw_diff *out = d->out;
    SW_TRY(count_moved(d, from_end ? d->back : d->forth, from_end, out->samples[SW_DIFF_MOVED],
        &out->counts[SW_DIFF_MOVED], err));
    out->kept[SW_DIFF_MOVED] =
        out->counts[SW_DIFF_MOVED] < d->limit ? (size_t)out->counts[SW_DIFF_MOVED] : d->limit;
    return SW_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static sw_result compare(struct diffing *d, struct sw_error *err)
{
    SW_TRY(name_sources(d));
    SW_TRY(number_sources(d, &d->a, err));
    SW_TRY(number_sources(d, &d->b, err));
    sw_progress_expect(d->data->progress, 0, d->a.rows->count + d->b.rows->count);
    SW_TRY(sort_side(d, &d->a, err));
    SW_TRY(sort_side(d, &d->b, err));
    SW_TRY(merge(d, err));
    return compare_order(d, err);
}

static sw_result with_spills(struct diffing *d, const char *scratch, struct sw_error *err)
{
    SW_CLEANUP(spill) struct sw_spill *a = NULL;
    SW_CLEANUP(spill) struct sw_spill *b = NULL;
    SW_CLEANUP(spill) struct sw_spill *forth = NULL;
    SW_CLEANUP(spill) struct sw_spill *back = NULL;
    SW_TRY(sw_spill_new(&a, RECORD_SIZE, scratch, 0));
    SW_TRY(sw_spill_new(&b, RECORD_SIZE, scratch, 0));
    SW_TRY(sw_spill_new(&forth, PAIR_SIZE, scratch, 0));
    SW_TRY(sw_spill_new(&back, PAIR_SIZE, scratch, 0));
    d->a.spill = a;
    d->b.spill = b;
    d->forth = forth;
    d->back = back;
    return compare(d, err);
}

sw_result sw_diff(const struct sw_data *data, struct sw_rows *a, struct sw_rows *b,
    const char *scratch, size_t limit, struct sw_diff *out, struct sw_error *err)
{
    struct sw_diff made = {0};
    struct diffing d = {.data = data,
        .a = {.rows = a},
        .b = {.rows = b},
        .by_record = a->one_digest || b->one_digest,
        .limit = limit,
        .out = &made};
    if (!sw_str_equal(a->salt, b->salt)) {
        return sw_fail(err, SW_E_REFUSED,
            "the sets cannot be compared: their digests are keyed by different salts");
    }
    for (int kind = 0; kind < SW_DIFF_KINDS; kind++) {
        made.samples[kind] = SW_ARENA_ARRAY(data->arena, struct sw_diff_sample, limit);
        SW_TRY_PTR(made.samples[kind]);
    }
    SW_TRY(with_spills(&d, scratch, err));
    *out = made;
    return SW_OK;
}
