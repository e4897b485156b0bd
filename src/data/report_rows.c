/* What the rows of a set tell without its data. */
#include "data/report_private.h"
#include "data/rows_private.h"

#include <stdlib.h>

/* --- one pass over all rows ------------------------------------------------------------------ */

static void add_weight(struct sw_report_weights *weights, double weight, bool first)
{
    weights->sum += weight;
    weights->smallest = first || weight < weights->smallest ? weight : weights->smallest;
    weights->largest = first || weight > weights->largest ? weight : weights->largest;
    weights->ones += weight == 1 ? 1 : 0;
    weights->zeros += weight == 0 ? 1 : 0;
}

static void add_row(
    struct sw_report_set *set, struct sw_origin_sums *sums, const struct sw_row *row)
{
    struct sw_origin_sums *sum = &sums[row->origin];
    add_weight(&set->weights, row->weight, set->lengths->count == 0);
    sw_histogram_add(set->lengths, row->length);
    set->generated += (row->flags & SW_ROW_GENERATED) != 0 ? 1 : 0;
    set->with_id += (row->flags & SW_ROW_HAS_ID) != 0 ? 1 : 0;
    sum->samples++;
    sum->bytes += row->length;
    sum->weight += row->weight;
}

static sw_result add_rows(const struct sw_data *data, struct sw_rows *rows,
    struct sw_report_set *set, struct sw_origin_sums *sums, struct sw_error *err)
{
    for (uint64_t at = 0; at < rows->count; at += SW_ROWS_GROUP) {
        const struct sw_row *group = NULL;
        size_t count = 0;
        SW_TRY(sw_rows_group(rows, (uint32_t)(at / SW_ROWS_GROUP), &group, &count, err));
        for (size_t i = 0; i < count; i++) {
            add_row(set, sums, &group[i]);
        }
        SW_TRY(sw_progress_check(data->progress, err));
    }
    return SW_OK;
}

/* --- duplicates ------------------------------------------------------------------------------ */

/* Contents come sorted, so that equal ones are neighbours. They are sorted again from the checked
 * column: the order that the file keeps could only be believed with a proof for each place. */
struct neighbours {
    const struct sw_rows *rows;
    struct sw_report_duplicates *out;
    uint8_t last[32];
    uint64_t run; /* contents equal to the last one, with it */
    uint32_t first_row;
};

static sw_result give_contents(void *ctx, uint32_t group, struct sw_buf *out, struct sw_error *err)
{
    const struct neighbours *n = ctx;
    uint16_t column = n->rows->one_digest ? SW_COL_RECORD : SW_COL_CONTENT;
    return sw_chunks_get(&n->rows->chunks, column, group, out, err);
}

static sw_result take_content(
    void *ctx, const uint8_t content[32], uint32_t row, struct sw_error *err)
{
    struct neighbours *n = ctx;
    (void)err;
    if (n->run == 0 || memcmp(n->last, content, sizeof(n->last)) != 0) {
        memcpy(n->last, content, sizeof(n->last));
        n->run = 0;
        n->first_row = row;
    }
    n->run++;
    n->out->groups += n->run == 2 ? 1 : 0;
    n->out->copies += n->run > 1 ? 1 : 0;
    if (n->run > n->out->largest) {
        n->out->largest = n->run;
        n->out->largest_row = n->first_row;
    }
    return SW_OK;
}

static sw_result count_duplicates(const struct sw_data *data, const struct sw_rows *rows,
    const char *scratch, struct sw_report_duplicates *out, struct sw_error *err)
{
    struct neighbours neighbours = {.rows = rows, .out = out};
    if (scratch == NULL) {
        scratch = sw_arena_strndup(data->arena, sw_path_dir(rows->chunks.path));
        SW_TRY_PTR(scratch);
    }
    const struct sw_sorter sorter = {
        .contents = give_contents, .place = take_content, .ctx = &neighbours, .scratch = scratch};
    return sw_rows_sort(&sorter, rows->count, data->progress, err);
}

static uint64_t lines_of(struct sw_bytes text)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.ptr[i] == '\n' ? 1 : 0;
    }
    return lines;
}

sw_result sw_report_rows(const struct sw_data *data, struct sw_rows *rows, const char *scratch,
    struct sw_report_set *set, struct sw_origin_sums *sums, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf files = SW_BUF_INIT;
    set->lengths = SW_ARENA_NEW(data->arena, struct sw_histogram);
    SW_TRY_PTR(set->lengths);
    SW_TRY(sw_rows_get_extra(rows, SW_ROWS_FILES, &files, err));
    set->files = lines_of(sw_buf_bytes(&files));
    SW_TRY(add_rows(data, rows, set, sums, err));
    SW_TRY(count_duplicates(data, rows, scratch, &set->duplicates, err));
    set->rows_read = true;
    return SW_OK;
}

/* --- by source and by step ------------------------------------------------------------------- */

/* An origin has this source, or went through this step. */
struct membership {
    struct sw_str key;            /* the source's name, or the bytes of the step's digest */
    const struct sw_digest *step; /* NULL for a source */
    size_t origin;
};

static int compare_memberships(const void *a, const void *b)
{
    const struct membership *x = a;
    const struct membership *y = b;
    int order = sw_str_compare(x->key, y->key);
    return order != 0 ? order : (x->origin > y->origin) - (x->origin < y->origin);
}

static int compare_parts(const void *a, const void *b)
{
    const struct sw_report_part *x = a;
    const struct sw_report_part *y = b;
    if (x->samples != y->samples) {
        return x->samples > y->samples ? -1 : 1;
    }
    int order = sw_str_compare(x->name, y->name);
    return order != 0 ? order : memcmp(x->digest.bytes, y->digest.bytes, sizeof(x->digest.bytes));
}

/* Which origins each key has, summed. A step that an origin went through twice counts once. */
static sw_result sum_parts(struct sw_arena *arena, struct membership *all, size_t count,
    const struct sw_origin_sums *sums, struct sw_report_part **out, size_t *out_count)
{
    struct sw_report_part *parts = SW_ARENA_ARRAY(arena, struct sw_report_part, count);
    SW_TRY_PTR(parts);
    size_t n = 0;
    qsort(all, count, sizeof(*all), compare_memberships);
    for (size_t i = 0; i < count; i++) {
        bool new = i == 0 || !sw_str_equal(all[i - 1].key, all[i].key);
        if (!new &&all[i - 1].origin == all[i].origin) {
            continue;
        }
        n += new ? 1 : 0;
        struct sw_report_part *part = &parts[n - 1];
        part->name = all[i].step == NULL ? all[i].key : sw_str("");
        part->digest = all[i].step == NULL ? part->digest : *all[i].step;
        part->samples += sums[all[i].origin].samples;
        part->bytes += sums[all[i].origin].bytes;
        part->weight += sums[all[i].origin].weight;
        part->words += sums[all[i].origin].words;
    }
    *out = parts;
    *out_count = n;
    return SW_OK;
}

static sw_result sum_sources(struct sw_arena *arena, const struct sw_rows *rows,
    const struct sw_origin_sums *sums, struct sw_report_set *set)
{
    size_t count = 0;
    for (size_t i = 0; i < rows->origin_count; i++) {
        count += rows->origins[i].source_count;
    }
    struct membership *all = SW_ARENA_ARRAY(arena, struct membership, count);
    SW_TRY_PTR(all);
    count = 0;
    for (size_t i = 0; i < rows->origin_count; i++) {
        for (size_t j = 0; j < rows->origins[i].source_count; j++) {
            /* The rows are closed before the report is done with. */
            struct sw_str name = rows->origins[i].sources[j];
            const char *copy = sw_arena_strndup(arena, name);
            SW_TRY_PTR(copy);
            all[count++] = (struct membership){sw_str_n(copy, name.len), NULL, i};
        }
    }
    SW_TRY(sum_parts(arena, all, count, sums, &set->sources, &set->source_count));
    qsort(set->sources, set->source_count, sizeof(set->sources[0]), compare_parts);
    return SW_OK;
}

static sw_result sum_steps(struct sw_arena *arena, const struct sw_rows *rows,
    const struct sw_origin_sums *sums, struct sw_report_set *set)
{
    size_t count = 0;
    for (size_t i = 0; i < rows->origin_count; i++) {
        count += rows->origins[i].step_count;
    }
    struct membership *all = SW_ARENA_ARRAY(arena, struct membership, count);
    SW_TRY_PTR(all);
    count = 0;
    for (size_t i = 0; i < rows->origin_count; i++) {
        for (size_t j = 0; j < rows->origins[i].step_count; j++) {
            const struct sw_digest *step = &rows->origins[i].steps[j];
            all[count++] =
                (struct membership){sw_str_n((const char *)step->bytes, step->len), step, i};
        }
    }
    SW_TRY(sum_parts(arena, all, count, sums, &set->steps, &set->step_count));
    qsort(set->steps, set->step_count, sizeof(set->steps[0]), compare_parts);
    return SW_OK;
}

sw_result sw_report_parts(struct sw_arena *arena, const struct sw_rows *rows,
    const struct sw_origin_sums *sums, struct sw_report_set *set)
{
    SW_TRY(sum_sources(arena, rows, sums, set));
    return sum_steps(arena, rows, sums, set);
}
