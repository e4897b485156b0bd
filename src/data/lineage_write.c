#include "data/lineage_private.h"
#include "data/spill.h"

#include <stdlib.h>

#define REASON_SLOTS (SW_LINEAGE_REASONS * 4)

/* What is sorted to turn outputs into fates: set, row of the input, dropped or not, then the output
 * and whether it was kept, or the reason. */
#define PAIR_SIZE 11u
enum pair_at {
    PAIR_SET = 0,
    PAIR_ROW = 1,
    PAIR_DROPPED = 5,
    PAIR_OUTPUT = 6, /* or the reason's index */
    PAIR_KEPT = 10,
};

struct reason {
    struct sw_str text;
    uint64_t count;
    uint32_t place; /* in the order of the texts */
};

struct sw_lineage_writer {
    struct sw_arena arena;
    const char *path;
    struct sw_lineage_set inputs[SW_LINEAGE_SETS];
    size_t input_count;
    struct sw_chunks_writer chunks;
    struct sw_backward_builder back;
    struct sw_forward_builder fore;
    struct sw_buf back_index[SW_LINEAGE_SETS];
    struct sw_spill *pairs;
    struct reason *reasons;
    size_t reason_count;
    size_t reason_cap;
    uint16_t *reason_slots; /* by a hash of the text; index plus 1 */
    uint32_t others;        /* the reason of drops that nobody told */
    uint64_t count;         /* outputs */
    struct sw_lineage_totals totals;
};

/* --- reasons --------------------------------------------------------------------------------- */

sw_result sw_lineage_reason_check(struct sw_str text, struct sw_error *err)
{
    bool good = text.len > 0 && text.len <= SW_REASON_MAX && sw_utf8_valid(sw_bytes_of_str(text));
    for (size_t i = 0; good && i < text.len; i++) {
        good = (unsigned char)text.ptr[i] >= 0x20 && text.ptr[i] != 0x7f;
    }
    return good ? SW_OK
                : sw_fail(err, SW_E_FORMAT,
                      "a reason must be 1 to %u bytes of text without control characters",
                      SW_REASON_MAX);
}

/* FNV-1a; who fills the table with equal hashes makes it slow for at most SW_LINEAGE_REASONS. */
static size_t slot_of(struct sw_str text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (unsigned char)text.ptr[i]) * UINT64_C(0x100000001b3);
    }
    return (size_t)(hash ^ hash >> 32) % REASON_SLOTS;
}

static sw_result add_reason(
    struct sw_lineage_writer *writer, struct sw_str text, size_t slot, struct sw_error *err)
{
    if (writer->reason_count == SW_LINEAGE_REASONS) {
        return sw_fail(err, SW_E_LIMIT, "samples were dropped for over %u different reasons",
            SW_LINEAGE_REASONS);
    }
    struct reason *grown = sw_arena_grow(
        &writer->arena, writer->reasons, writer->reason_count, &writer->reason_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    writer->reasons = grown;
    const char *copy = sw_arena_strndup(&writer->arena, text);
    SW_TRY_PTR(copy);
    writer->reasons[writer->reason_count] = (struct reason){.text = sw_str_n(copy, text.len)};
    writer->reason_slots[slot] = (uint16_t)++writer->reason_count;
    return SW_OK;
}

sw_result sw_lineage_reason(
    struct sw_lineage_writer *writer, struct sw_str text, uint32_t *index, struct sw_error *err)
{
    size_t slot = slot_of(text);
    for (; writer->reason_slots[slot] != 0; slot = (slot + 1) % REASON_SLOTS) {
        uint32_t there = writer->reason_slots[slot] - 1u;
        if (sw_str_equal(writer->reasons[there].text, text)) {
            *index = there;
            return SW_OK;
        }
    }
    SW_TRY(sw_lineage_reason_check(text, err));
    SW_TRY(add_reason(writer, text, slot, err));
    *index = (uint32_t)writer->reason_count - 1;
    return SW_OK;
}

/* --- making and releasing -------------------------------------------------------------------- */

void sw_lineage_abandon(struct sw_lineage_writer *writer)
{
    sw_chunks_abandon(&writer->chunks);
    sw_backward_builder_release(&writer->back);
    sw_forward_builder_release(&writer->fore);
    for (size_t s = 0; s < SW_LINEAGE_SETS; s++) {
        sw_buf_release(&writer->back_index[s]);
    }
    if (writer->pairs != NULL) {
        sw_spill_free(writer->pairs);
    }
    free(writer->reason_slots);
    sw_arena_release(&writer->arena);
    free(writer);
}

static sw_result writer_new(
    struct sw_lineage_writer **out, const char *path, const char *scratch, size_t in_memory)
{
    SW_CLEANUP(lineage_writer) struct sw_lineage_writer *writer = calloc(1, sizeof(*writer));
    SW_TRY_PTR(writer);
    writer->chunks = SW_CHUNKS_WRITER_INIT;
    sw_arena_init(&writer->arena, 0);
    writer->path = sw_arena_strdup(&writer->arena, path);
    writer->reason_slots = calloc(REASON_SLOTS, sizeof(writer->reason_slots[0]));
    if (writer->path == NULL || writer->reason_slots == NULL) {
        return SW_E_NOMEM;
    }
    if (scratch == NULL) {
        scratch = sw_arena_strndup(&writer->arena, sw_path_dir(path));
        SW_TRY_PTR(scratch);
    }
    SW_TRY(sw_spill_new(&writer->pairs, PAIR_SIZE, scratch, in_memory));
    *out = SW_TAKE(writer);
    return SW_OK;
}

sw_result sw_lineage_begin(struct sw_lineage_writer **out, const char *path,
    const struct sw_lineage_set *inputs, size_t input_count, const char *scratch, size_t in_memory,
    struct sw_error *err)
{
    if (input_count > SW_LINEAGE_SETS) {
        return sw_fail(err, SW_E_LIMIT, "a step can have %u inputs at most", SW_LINEAGE_SETS);
    }
    SW_CLEANUP(lineage_writer) struct sw_lineage_writer *writer = NULL;
    SW_TRY(writer_new(&writer, path, scratch, in_memory));
    for (size_t s = 0; s < input_count; s++) {
        if (inputs[s].rows > SW_ROWS_MAX) {
            return sw_fail(err, SW_E_LIMIT, "an input has too many rows");
        }
        writer->inputs[s] = inputs[s];
    }
    writer->input_count = input_count;
    SW_TRY(sw_lineage_reason(writer, sw_str(SW_REASON_UNKNOWN), &writer->others, err));
    SW_TRY(sw_chunks_create(&writer->chunks, writer->path, err));
    *out = SW_TAKE(writer);
    return SW_OK;
}

sw_result sw_lineage_create(struct sw_lineage_writer **out, const char *path,
    const struct sw_lineage_set *inputs, size_t input_count, const char *scratch,
    struct sw_error *err)
{
    return sw_lineage_begin(out, path, inputs, input_count, scratch, 0, err);
}

/* --- outputs --------------------------------------------------------------------------------- */

static sw_result write_outputs(struct sw_lineage_writer *writer, struct sw_error *err)
{
    uint32_t group = (uint32_t)((writer->count - 1) / SW_LINEAGE_GROUP);
    for (unsigned c = 0; c < SW_BACKWARD_COLUMNS; c++) {
        uint16_t number = (uint16_t)(SW_LINEAGE_KIND + c);
        struct sw_bytes column;
        SW_TRY(sw_backward_builder_column(&writer->back, c, &column));
        if (number != SW_LINEAGE_SET || writer->input_count > 1) {
            SW_TRY(sw_chunks_put(&writer->chunks, number, group, column, true, err));
        }
    }
    for (size_t s = 0; s < writer->input_count; s++) {
        SW_TRY(sw_span_write(&writer->back.partners[s].span, &writer->back_index[s]));
    }
    sw_backward_builder_clear(&writer->back);
    return SW_OK;
}

static sw_result add_pairs(
    struct sw_lineage_writer *writer, const struct sw_edge *edge, struct sw_error *err)
{
    for (size_t i = 0; i < edge->input_count; i++) {
        uint8_t pair[PAIR_SIZE] = {0};
        pair[PAIR_SET] = (uint8_t)edge->inputs[i].set;
        sw_put_u32(pair + PAIR_ROW, edge->inputs[i].row);
        sw_put_u32(pair + PAIR_OUTPUT, (uint32_t)writer->count);
        pair[PAIR_KEPT] = edge->kind == SW_EDGE_KEPT ? 1 : 0;
        SW_TRY(sw_spill_add(writer->pairs, pair, err));
    }
    return SW_OK;
}

sw_result sw_lineage_add(
    struct sw_lineage_writer *writer, const struct sw_edge *edge, struct sw_error *err)
{
    struct sw_lineage_shape shape = {writer->inputs, writer->input_count, SW_ROWS_MAX, 0};
    enum sw_code code = sw_edge_check(edge, &shape, err);
    if (code != SW_OK) {
        return sw_error_prefix(err, code, "lineage of row %llu", (unsigned long long)writer->count);
    }
    if (writer->count == SW_ROWS_MAX) {
        return sw_fail(err, SW_E_LIMIT, "'%s': the lineage has too many rows", writer->path);
    }
    if (sw_backward_builder_add(&writer->back, edge, writer->input_count) != SW_OK) {
        return sw_fail(err, SW_E_LIMIT,
            "the %u rows before row %llu have over %llu inputs together", SW_LINEAGE_GROUP,
            (unsigned long long)writer->count, (unsigned long long)SW_LINEAGE_GROUP_PAIRS);
    }
    SW_TRY(add_pairs(writer, edge, err));
    writer->totals.outputs[edge->kind]++;
    writer->totals.generated_unknown +=
        edge->kind == SW_EDGE_GENERATED && edge->confidence == 0 ? 1 : 0;
    writer->count++;
    return writer->back.count < SW_LINEAGE_GROUP ? SW_OK : write_outputs(writer, err);
}

sw_result sw_lineage_drop_for(struct sw_lineage_writer *writer, struct sw_input_row row,
    uint32_t reason, struct sw_error *err)
{
    if (row.set >= writer->input_count || row.row >= writer->inputs[row.set].rows) {
        return sw_fail(
            err, SW_E_FORMAT, "there is no row %u in input %u to drop", row.row, row.set);
    }
    uint8_t pair[PAIR_SIZE] = {0};
    pair[PAIR_SET] = (uint8_t)row.set;
    sw_put_u32(pair + PAIR_ROW, row.row);
    pair[PAIR_DROPPED] = 1;
    sw_put_u32(pair + PAIR_OUTPUT, reason);
    return sw_spill_add(writer->pairs, pair, err);
}

sw_result sw_lineage_drop(struct sw_lineage_writer *writer, struct sw_input_row row,
    struct sw_str reason, struct sw_error *err)
{
    uint32_t index;
    SW_TRY(sw_lineage_reason(writer, reason, &index, err));
    return sw_lineage_drop_for(writer, row, index, err);
}

sw_result sw_lineage_drop_others(
    struct sw_lineage_writer *writer, struct sw_str reason, struct sw_error *err)
{
    return sw_lineage_reason(writer, reason, &writer->others, err);
}

/* --- fates ----------------------------------------------------------------------------------- */

static int compare_reasons(const void *a, const void *b)
{
    const struct reason *x = *(const struct reason *const *)a;
    const struct reason *y = *(const struct reason *const *)b;
    return sw_str_compare(x->text, y->text);
}

/* On disk, reasons stand in the order of their texts. */
static sw_result order_reasons(struct sw_lineage_writer *writer, struct reason ***out)
{
    struct reason **order = SW_ARENA_ARRAY(&writer->arena, struct reason *, writer->reason_count);
    SW_TRY_PTR(order);
    for (size_t i = 0; i < writer->reason_count; i++) {
        order[i] = &writer->reasons[i];
    }
    qsort(order, writer->reason_count, sizeof(*order), compare_reasons);
    for (size_t i = 0; i < writer->reason_count; i++) {
        order[i]->place = (uint32_t)i;
    }
    *out = order;
    return SW_OK;
}

/* One input, whose fates are being written. */
struct turning {
    struct sw_lineage_writer *writer;
    uint32_t set;
    struct sw_buf index;
    bool kept_any;
    uint32_t kept_max; /* the last output that keeps one of the rows before */
};

static bool is_of(const uint8_t *pair, uint32_t set, uint32_t row)
{
    return pair != NULL && pair[PAIR_SET] == set && sw_get_u32(pair + PAIR_ROW) == row;
}

/* The outputs of one input row. */
static sw_result take_outputs(struct turning *turning, uint32_t row, struct sw_error *err)
{
    struct sw_lineage_writer *writer = turning->writer;
    bool kept_any = turning->kept_any;
    uint32_t kept_max = turning->kept_max;
    for (;;) {
        const uint8_t *pair = sw_spill_peek(writer->pairs);
        if (!is_of(pair, turning->set, row) || pair[PAIR_DROPPED] != 0) {
            break;
        }
        uint32_t output = sw_get_u32(pair + PAIR_OUTPUT);
        if (pair[PAIR_KEPT] != 0) {
            writer->totals.reordered += turning->kept_any && turning->kept_max > output ? 1 : 0;
            kept_max = kept_any && kept_max > output ? kept_max : output;
            kept_any = true;
        }
        if (sw_forward_builder_output(&writer->fore, output) != SW_OK) {
            return sw_fail(err, SW_E_LIMIT,
                "rows around row %u of input %u have over %llu outputs together", row, turning->set,
                (unsigned long long)SW_LINEAGE_GROUP_PAIRS);
        }
        SW_TRY(sw_spill_next(writer->pairs, err));
    }
    turning->kept_any = kept_any;
    turning->kept_max = kept_max;
    return SW_OK;
}

/* Why it was dropped, as far as that was told. */
static sw_result take_reason(
    struct turning *turning, uint32_t row, uint32_t *reason, struct sw_error *err)
{
    struct sw_lineage_writer *writer = turning->writer;
    const uint8_t *pair = sw_spill_peek(writer->pairs);
    *reason = writer->others;
    if (!is_of(pair, turning->set, row)) {
        return SW_OK;
    }
    *reason = sw_get_u32(pair + PAIR_OUTPUT);
    if (writer->fore.of_row > 0) {
        return sw_fail(err, SW_E_FORMAT,
            "row %u of input %u was dropped (" SW_STR_FMT ") and has an output, too", row,
            turning->set, SW_STR_ARG(writer->reasons[*reason].text));
    }
    SW_TRY(sw_spill_next(writer->pairs, err));
    if (is_of(sw_spill_peek(writer->pairs), turning->set, row)) {
        return sw_fail(err, SW_E_FORMAT, "row %u of input %u was dropped twice", row, turning->set);
    }
    return SW_OK;
}

static sw_result turn_row(struct turning *turning, uint32_t row, struct sw_error *err)
{
    struct sw_lineage_writer *writer = turning->writer;
    uint32_t reason;
    SW_TRY(take_outputs(turning, row, err));
    SW_TRY(take_reason(turning, row, &reason, err));
    bool used = writer->fore.of_row > 0;
    writer->totals.inputs_used += used ? 1 : 0;
    writer->totals.inputs_dropped += used ? 0 : 1;
    writer->reasons[reason].count += used ? 0 : 1;
    return sw_forward_builder_row(&writer->fore, writer->reasons[reason].place);
}

static sw_result write_fates(struct turning *turning, uint32_t group, struct sw_error *err)
{
    static const enum sw_lineage_column columns[SW_FORWARD_COLUMNS] = {
        SW_LINEAGE_OUTPUTS, SW_LINEAGE_OUTPUT, SW_LINEAGE_REASON};
    struct sw_lineage_writer *writer = turning->writer;
    for (unsigned c = 0; c < SW_FORWARD_COLUMNS; c++) {
        uint16_t number = (uint16_t)(columns[c] + turning->set);
        struct sw_bytes column;
        SW_TRY(sw_forward_builder_column(&writer->fore, c, &column));
        SW_TRY(sw_chunks_put(&writer->chunks, number, group, column, true, err));
    }
    SW_TRY(sw_span_write(&writer->fore.partners.span, &turning->index));
    sw_forward_builder_clear(&writer->fore);
    return SW_OK;
}

static sw_result turn_rows(struct turning *turning, struct sw_error *err)
{
    struct sw_lineage_writer *writer = turning->writer;
    uint64_t rows = writer->inputs[turning->set].rows;
    for (uint64_t row = 0; row < rows; row++) {
        SW_TRY(turn_row(turning, (uint32_t)row, err));
        if (writer->fore.count == SW_LINEAGE_GROUP || row + 1 == rows) {
            SW_TRY(write_fates(turning, (uint32_t)(row / SW_LINEAGE_GROUP), err));
        }
    }
    SW_TRY(sw_chunks_put(&writer->chunks, (uint16_t)(SW_LINEAGE_BACKWARD_INDEX + turning->set), 0,
        sw_buf_bytes(&writer->back_index[turning->set]), true, err));
    return sw_chunks_put(&writer->chunks, (uint16_t)(SW_LINEAGE_FORWARD_INDEX + turning->set), 0,
        sw_buf_bytes(&turning->index), true, err);
}

static sw_result turn(struct sw_lineage_writer *writer, struct sw_error *err)
{
    SW_TRY(sw_spill_sort(writer->pairs, err));
    for (uint32_t s = 0; s < writer->input_count; s++) {
        struct turning turning = {.writer = writer, .set = s};
        enum sw_code code = turn_rows(&turning, err);
        sw_buf_release(&turning.index);
        SW_TRY(code);
    }
    return SW_OK;
}

/* --- finishing ------------------------------------------------------------------------------- */

/* What totals say of reasons: those that have rows. */
static sw_result total_reasons(struct sw_lineage_writer *writer, struct reason **order,
    struct sw_arena *arena, struct sw_lineage_totals *totals)
{
    totals->reasons = SW_ARENA_ARRAY(arena, struct sw_reason_count, writer->reason_count);
    SW_TRY_PTR(totals->reasons);
    for (size_t i = 0; i < writer->reason_count; i++) {
        const char *text = sw_arena_strndup(arena, order[i]->text);
        SW_TRY_PTR(text);
        if (order[i]->count > 0) {
            totals->reasons[totals->reason_count++] =
                (struct sw_reason_count){text, order[i]->count};
        }
        totals->dropped_unknown +=
            sw_str_is(order[i]->text, SW_REASON_UNKNOWN) ? order[i]->count : 0;
    }
    return SW_OK;
}

static void set_json(struct sw_json_writer *w, const char *name, const struct sw_lineage_set *set)
{
    char text[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(&set->manifest, text);
    sw_jw_object(w, name);
    sw_jw_text(w, "manifest", text);
    sw_jw_u64(w, "rows", set->rows);
    sw_jw_object_end(w);
}

static void totals_json(struct sw_json_writer *w, const struct sw_lineage_totals *totals)
{
    sw_jw_object(w, "outputs");
    for (unsigned kind = SW_EDGE_KEPT; kind <= SW_EDGE_GENERATED; kind++) {
        sw_jw_u64(w, sw_edge_kind_name((enum sw_edge_kind)kind), totals->outputs[kind]);
    }
    sw_jw_object_end(w);
    sw_jw_u64(w, "generated_unknown", totals->generated_unknown);
    sw_jw_u64(w, "reordered", totals->reordered);
    sw_jw_u64(w, "inputs_used", totals->inputs_used);
    sw_jw_u64(w, "inputs_dropped", totals->inputs_dropped);
}

/* All reasons, also those without rows: columns refer to their places. */
static void reasons_json(struct sw_json_writer *w, struct reason *const *order, size_t count)
{
    sw_jw_array(w, "reasons");
    for (size_t i = 0; i < count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "reason", order[i]->text);
        sw_jw_u64(w, "count", order[i]->count);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static sw_result write_header(struct sw_lineage_writer *writer, struct reason *const *order,
    const struct sw_digest *step, const struct sw_lineage_set *output, struct sw_buf *out,
    struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json_writer w;
    struct sw_digest toc;
    char toc_text[SW_DIGEST_TEXT_SIZE];
    char step_text[SW_DIGEST_TEXT_SIZE];
    sw_chunks_toc(&writer->chunks, &toc);
    sw_digest_text(&toc, toc_text);
    sw_digest_text(step, step_text);
    sw_jw_init(&w, &text, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "format", SW_LINEAGE_FORMAT);
    sw_jw_text(&w, "step", step_text);
    sw_jw_array(&w, "inputs");
    for (size_t s = 0; s < writer->input_count; s++) {
        set_json(&w, NULL, &writer->inputs[s]);
    }
    sw_jw_array_end(&w);
    set_json(&w, "output", output);
    totals_json(&w, &writer->totals);
    reasons_json(&w, order, writer->reason_count);
    sw_jw_text(&w, "toc", toc_text);
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    return sw_json_canonicalize(out, sw_buf_bytes(&text), err);
}

static sw_result finish(struct sw_lineage_writer *writer, const struct sw_digest *step,
    const struct sw_lineage_set *output, struct sw_arena *arena, struct sw_lineage_totals *totals,
    struct sw_digest *digest, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf header = SW_BUF_INIT;
    struct reason **order;
    if (output->rows != writer->count) {
        return sw_fail(err, SW_E_FORMAT, "the output has %llu rows, and lineage was told of %llu",
            (unsigned long long)output->rows, (unsigned long long)writer->count);
    }
    if (writer->back.count > 0) {
        SW_TRY(write_outputs(writer, err));
    }
    SW_TRY(order_reasons(writer, &order));
    SW_TRY(turn(writer, err));
    struct sw_lineage_totals told = writer->totals;
    SW_TRY(total_reasons(writer, order, arena, &told));
    SW_TRY(write_header(writer, order, step, output, &header, err));
    SW_TRY(sw_chunks_finish(&writer->chunks, sw_buf_bytes(&header), digest, err));
    *totals = told;
    return SW_OK;
}

sw_result sw_lineage_finish(struct sw_lineage_writer *writer, const struct sw_digest *step,
    const struct sw_lineage_set *output, struct sw_arena *arena, struct sw_lineage_totals *totals,
    struct sw_digest *digest, struct sw_error *err)
{
    enum sw_code code = finish(writer, step, output, arena, totals, digest, err);
    sw_lineage_abandon(writer);
    return code;
}
