/* A group of rows as columns, and back, in both directions. What most steps do costs next to
 * nothing: an input that follows the one before is a zero, and zstd makes little of many zeros. */
#include "data/lineage_private.h"
#include "data/varint.h"

#include <stdlib.h>

#define PARTNER_SIZE 4u /* bytes of a coded partner */

static const char *const kind_names[] = {
    [SW_EDGE_KEPT] = "kept",
    [SW_EDGE_EDITED] = "edited",
    [SW_EDGE_SPLIT] = "split",
    [SW_EDGE_PACKED] = "packed",
    [SW_EDGE_MERGED] = "merged",
    [SW_EDGE_DUPLICATED] = "duplicated",
    [SW_EDGE_GENERATED] = "generated",
};

const char *sw_edge_kind_name(enum sw_edge_kind kind)
{
    return (size_t)kind < SW_COUNT(kind_names) ? kind_names[kind] : NULL;
}

/* How many inputs a kind has. */
static const struct {
    uint32_t least;
    uint32_t most;
} kind_inputs[] = {
    [0] = {1, 0}, /* no kind */
    [SW_EDGE_KEPT] = {1, 1},
    [SW_EDGE_EDITED] = {1, 1},
    [SW_EDGE_SPLIT] = {1, 1},
    [SW_EDGE_PACKED] = {2, SW_LINEAGE_FAN},
    [SW_EDGE_MERGED] = {2, SW_LINEAGE_FAN},
    [SW_EDGE_DUPLICATED] = {1, 1},
    [SW_EDGE_GENERATED] = {0, 0},
};

bool sw_edge_count_fits(unsigned kind, uint64_t count)
{
    return kind < SW_COUNT(kind_inputs) && count >= kind_inputs[kind].least &&
           count <= kind_inputs[kind].most;
}

sw_result sw_edge_check(
    const struct sw_edge *edge, const struct sw_lineage_shape *shape, struct sw_error *err)
{
    if (!sw_edge_count_fits(edge->kind, edge->input_count)) {
        const char *name = sw_edge_kind_name(edge->kind);
        return sw_fail(err, SW_E_FORMAT, "a row that is %s cannot have %zu inputs",
            name == NULL ? "of no known kind" : name, edge->input_count);
    }
    if (edge->confidence > SW_CONFIDENCE_FULL) {
        return sw_fail(err, SW_E_FORMAT, "a confidence is over %u", SW_CONFIDENCE_FULL);
    }
    for (size_t i = 0; i < edge->input_count; i++) {
        const struct sw_input_row *in = &edge->inputs[i];
        if (in->set >= shape->input_count || in->row >= shape->inputs[in->set].rows) {
            return sw_fail(err, SW_E_FORMAT, "there is no row %u in input %u", in->row, in->set);
        }
        const struct sw_input_row *before = i == 0 ? NULL : &edge->inputs[i - 1];
        if (before != NULL &&
            (before->set > in->set || (before->set == in->set && before->row >= in->row))) {
            return sw_fail(err, SW_E_FORMAT, "the inputs of a row are not in order");
        }
    }
    return SW_OK;
}

/* --- spans and partners ---------------------------------------------------------------------- */

sw_result sw_span_write(const struct sw_span *span, struct sw_buf *out)
{
    SW_TRY(sw_buf_put_u32be(out, span->min));
    SW_TRY(sw_buf_put_u32be(out, span->max));
    return sw_buf_put_u32be(out, span->used | (span->straight ? UINT32_C(1) << 31 : 0));
}

bool sw_span_read(struct sw_bytes column, size_t index, struct sw_span *out)
{
    struct sw_cursor cur = sw_cursor(column);
    struct sw_span span = {0};
    if (sw_cur_seek(&cur, (uint64_t)index * SW_SPAN_SIZE) != SW_OK ||
        sw_cur_u32be(&cur, &span.min) != SW_OK || sw_cur_u32be(&cur, &span.max) != SW_OK ||
        sw_cur_u32be(&cur, &span.used) != SW_OK || span.min > span.max) {
        return false;
    }
    span.straight = span.used >> 31 != 0;
    span.used &= UINT32_MAX >> 1;
    *out = span;
    return true;
}

void sw_partners_note(struct sw_partners *p, uint32_t partner, bool first)
{
    struct sw_span *span = &p->span;
    bool alone = span->used == 0;
    span->straight = alone || (span->straight && (partner == p->last || partner == p->last + 1));
    span->min = alone || partner < span->min ? partner : span->min;
    span->max = alone || partner > span->max ? partner : span->max;
    span->used += first ? 1 : 0;
    p->last = partner;
    p->follows = partner + 1;
}

/* A partner is coded as its difference to the one that would follow, modulo 2^32: zigzag for the
 * first of a row, which may stand anywhere; the others stand behind it. */
static sw_result put_partner(
    struct sw_partners *p, struct sw_buf *out, uint32_t partner, bool first)
{
    uint32_t difference = partner - p->follows;
    uint32_t folded = (difference << 1) ^ (0 - (difference >> 31));
    sw_partners_note(p, partner, first);
    return sw_buf_put_u32be(out, first ? folded : difference);
}

/* The bytes of `count` numbers, the highest ones of all first: of numbers that are small, or in a
 * narrow range, most planes are nearly alike. */
static sw_result put_planes(const struct sw_buf *numbers, struct sw_buf *out)
{
    size_t count = numbers->len / PARTNER_SIZE;
    sw_buf_clear(out);
    SW_TRY(sw_buf_reserve(out, numbers->len));
    for (size_t plane = 0; plane < PARTNER_SIZE; plane++) {
        uint8_t *to = out->data + plane * count;
        for (size_t i = 0; i < count; i++) {
            to[i] = numbers->data[i * PARTNER_SIZE + plane];
        }
    }
    out->len = numbers->len;
    return SW_OK;
}

/* A column of partners that is being read. */
struct partner_column {
    const uint8_t *bytes;
    size_t count;
};

static inline bool get_partner(const struct partner_column *column, size_t at, bool first,
    uint64_t limit, uint32_t *follows, uint32_t *out)
{
    const uint8_t *byte = column->bytes + at;
    size_t plane = column->count;
    uint32_t value = (uint32_t)byte[0] << 24 | (uint32_t)byte[plane] << 16 |
                     (uint32_t)byte[2 * plane] << 8 | byte[3 * plane];
    uint64_t partner = first ? (uint32_t)(*follows + ((value >> 1) ^ (0 - (value & 1))))
                             : (uint64_t)*follows + value;
    if (partner >= limit) {
        return false;
    }
    *out = (uint32_t)partner;
    *follows = *out + 1;
    return true;
}

/* A whole column of `count` numbers up to `max`. */
static sw_result get_numbers(struct sw_bytes column, uint64_t max, uint32_t *out, size_t count)
{
    struct sw_cursor cur = sw_cursor(column);
    for (size_t i = 0; i < count; i++) {
        uint64_t value;
        SW_TRY(sw_varint_get(&cur, &value));
        if (value > max) {
            return SW_E_FORMAT;
        }
        out[i] = (uint32_t)value;
    }
    return sw_cur_left(&cur) == 0 ? SW_OK : SW_E_FORMAT;
}

/* Counts as ends; they must be those of the column of partners. */
static sw_result get_ends(
    struct sw_bytes column, struct sw_bytes partners, uint32_t *out, size_t count)
{
    uint64_t end = 0;
    SW_TRY(get_numbers(column, SW_LINEAGE_GROUP_PAIRS, out, count));
    for (size_t i = 0; i < count; i++) {
        end += out[i];
        if (end > SW_LINEAGE_GROUP_PAIRS) {
            return SW_E_FORMAT;
        }
        out[i] = (uint32_t)end;
    }
    return end * PARTNER_SIZE == partners.len ? SW_OK : SW_E_FORMAT;
}

/* --- writing outputs ------------------------------------------------------------------------- */

enum backward_column {
    KIND,
    CONFIDENCE,
    INPUTS,
    SET,
    INPUT,
};

sw_result sw_backward_builder_column(
    struct sw_backward_builder *builder, size_t column, struct sw_bytes *out)
{
    *out = sw_buf_bytes(&builder->columns[column]);
    if (column == INPUT) {
        SW_TRY(put_planes(&builder->columns[INPUT], &builder->planes));
        *out = sw_buf_bytes(&builder->planes);
    }
    return SW_OK;
}

void sw_backward_builder_release(struct sw_backward_builder *builder)
{
    for (size_t c = 0; c < SW_BACKWARD_COLUMNS; c++) {
        sw_buf_release(&builder->columns[c]);
    }
    sw_buf_release(&builder->planes);
}

void sw_backward_builder_clear(struct sw_backward_builder *builder)
{
    for (size_t c = 0; c < SW_BACKWARD_COLUMNS; c++) {
        sw_buf_clear(&builder->columns[c]);
    }
    memset(builder->partners, 0, sizeof(builder->partners));
    builder->count = 0;
    builder->pairs = 0;
}

sw_result sw_backward_builder_add(
    struct sw_backward_builder *builder, const struct sw_edge *edge, size_t input_count)
{
    struct sw_buf *columns = builder->columns;
    if (edge->input_count > SW_LINEAGE_GROUP_PAIRS - builder->pairs) {
        return SW_E_LIMIT;
    }
    for (size_t c = 0; c < SW_BACKWARD_COLUMNS; c++) {
        SW_TRY(sw_buf_reserve(&columns[c], SW_VARINT_MAX * (edge->input_count + 1)));
    }
    sw_varint_put(&columns[KIND], edge->kind);
    sw_varint_put(&columns[CONFIDENCE], SW_CONFIDENCE_FULL - edge->confidence);
    sw_varint_put(&columns[INPUTS], edge->input_count);
    for (size_t i = 0; i < edge->input_count; i++) {
        const struct sw_input_row *in = &edge->inputs[i];
        bool first = i == 0 || edge->inputs[i - 1].set != in->set;
        if (input_count > 1) {
            sw_varint_put(&columns[SET], in->set);
        }
        SW_TRY(put_partner(&builder->partners[in->set], &columns[INPUT], in->row, first));
    }
    builder->count++;
    builder->pairs += edge->input_count;
    return SW_OK;
}

/* --- reading outputs ------------------------------------------------------------------------- */

void sw_backward_group_free(struct sw_backward_group *group)
{
    free(group->inputs);
    free(group);
}

static sw_result room_for_inputs(struct sw_backward_group *group, size_t count)
{
    if (count <= group->input_cap) {
        return SW_OK;
    }
    struct sw_input_row *grown = realloc(group->inputs, count * sizeof(*grown));
    SW_TRY_PTR(grown);
    group->inputs = grown;
    group->input_cap = count;
    return SW_OK;
}

/* How each output was made, and of how many inputs. */
static sw_result read_outputs(struct sw_backward_group *group, size_t count,
    const struct sw_bytes columns[SW_BACKWARD_COLUMNS])
{
    uint32_t *numbers = group->numbers;
    SW_TRY(get_numbers(columns[CONFIDENCE], SW_CONFIDENCE_FULL, numbers, count));
    for (size_t row = 0; row < count; row++) {
        group->confidences[row] = (uint16_t)(SW_CONFIDENCE_FULL - numbers[row]);
    }
    SW_TRY(get_numbers(columns[KIND], UINT8_MAX, numbers, count));
    SW_TRY(get_ends(columns[INPUTS], columns[INPUT], group->ends, count));
    for (size_t row = 0; row < count; row++) {
        if (!sw_edge_count_fits(
                numbers[row], group->ends[row] - sw_group_start(group->ends, row))) {
            return SW_E_FORMAT;
        }
        group->kinds[row] = (uint8_t)numbers[row];
    }
    return room_for_inputs(group, count == 0 ? 0 : group->ends[count - 1]);
}

/* The inputs' sets; without a column they are all the first. */
static sw_result read_sets(
    struct sw_backward_group *group, size_t pairs, size_t set_count, struct sw_bytes column)
{
    struct sw_cursor cur = sw_cursor(column);
    for (size_t i = 0; i < pairs; i++) {
        uint64_t set = 0;
        if (set_count > 1) {
            SW_TRY(sw_varint_get(&cur, &set));
        }
        if (set >= set_count) {
            return SW_E_FORMAT;
        }
        group->inputs[i].set = (uint32_t)set;
    }
    return sw_cur_left(&cur) == 0 ? SW_OK : SW_E_FORMAT;
}

static sw_result read_inputs(struct sw_backward_group *group, const struct sw_lineage_shape *shape,
    size_t count, const struct partner_column *column)
{
    uint32_t follows[SW_LINEAGE_SETS] = {0};
    uint32_t at = 0;
    for (size_t row = 0; row < count; row++) {
        uint32_t start = at;
        for (; at < group->ends[row]; at++) {
            struct sw_input_row *in = &group->inputs[at];
            bool first = at == start || in[-1].set != in->set;
            if ((at > start && in[-1].set > in->set) ||
                !get_partner(
                    column, at, first, shape->inputs[in->set].rows, &follows[in->set], &in->row)) {
                return SW_E_FORMAT;
            }
        }
    }
    return SW_OK;
}

sw_result sw_backward_group_read(struct sw_backward_group *group,
    const struct sw_lineage_shape *shape, size_t count,
    const struct sw_bytes columns[SW_BACKWARD_COLUMNS])
{
    group->count = 0;
    SW_TRY(read_outputs(group, count, columns));
    size_t pairs = count == 0 ? 0 : group->ends[count - 1];
    SW_TRY(read_sets(group, pairs, shape->input_count, columns[SET]));
    struct partner_column inputs = {columns[INPUT].ptr, pairs};
    SW_TRY(read_inputs(group, shape, count, &inputs));
    group->count = count;
    return SW_OK;
}

/* --- writing inputs -------------------------------------------------------------------------- */

enum forward_column {
    OUTPUTS,
    OUTPUT,
    REASON,
};

sw_result sw_forward_builder_column(
    struct sw_forward_builder *builder, size_t column, struct sw_bytes *out)
{
    *out = sw_buf_bytes(&builder->columns[column]);
    if (column == OUTPUT) {
        SW_TRY(put_planes(&builder->columns[OUTPUT], &builder->planes));
        *out = sw_buf_bytes(&builder->planes);
    }
    return SW_OK;
}

void sw_forward_builder_release(struct sw_forward_builder *builder)
{
    for (size_t c = 0; c < SW_FORWARD_COLUMNS; c++) {
        sw_buf_release(&builder->columns[c]);
    }
    sw_buf_release(&builder->planes);
}

void sw_forward_builder_clear(struct sw_forward_builder *builder)
{
    for (size_t c = 0; c < SW_FORWARD_COLUMNS; c++) {
        sw_buf_clear(&builder->columns[c]);
    }
    builder->partners = (struct sw_partners){0};
    builder->count = 0;
    builder->pairs = 0;
    builder->of_row = 0;
}

sw_result sw_forward_builder_output(struct sw_forward_builder *builder, uint32_t output)
{
    if (builder->pairs == SW_LINEAGE_GROUP_PAIRS) {
        return SW_E_LIMIT;
    }
    struct sw_buf *column = &builder->columns[OUTPUT];
    SW_TRY(put_partner(&builder->partners, column, output, builder->of_row == 0));
    builder->of_row++;
    builder->pairs++;
    return SW_OK;
}

sw_result sw_forward_builder_row(struct sw_forward_builder *builder, uint32_t reason)
{
    struct sw_buf *columns = builder->columns;
    SW_TRY(sw_buf_reserve(&columns[OUTPUTS], SW_VARINT_MAX));
    sw_varint_put(&columns[OUTPUTS], builder->of_row);
    if (builder->of_row == 0) {
        SW_TRY(sw_buf_reserve(&columns[REASON], SW_VARINT_MAX));
        sw_varint_put(&columns[REASON], reason);
    }
    builder->of_row = 0;
    builder->count++;
    return SW_OK;
}

/* --- reading inputs -------------------------------------------------------------------------- */

void sw_forward_group_free(struct sw_forward_group *group)
{
    free(group->outputs);
    free(group);
}

static sw_result room_for_outputs(struct sw_forward_group *group, size_t count)
{
    if (count <= group->output_cap) {
        return SW_OK;
    }
    uint32_t *grown = realloc(group->outputs, count * sizeof(*grown));
    SW_TRY_PTR(grown);
    group->outputs = grown;
    group->output_cap = count;
    return SW_OK;
}

static sw_result read_outputs_of(struct sw_forward_group *group, uint64_t output_rows, size_t count,
    const struct partner_column *column)
{
    uint32_t follows = 0;
    uint32_t at = 0;
    for (size_t row = 0; row < count; row++) {
        for (bool first = true; at < group->ends[row]; at++, first = false) {
            if (!get_partner(column, at, first, output_rows, &follows, &group->outputs[at])) {
                return SW_E_FORMAT;
            }
        }
    }
    return SW_OK;
}

/* Rows with outputs have none. */
static sw_result read_reasons(
    struct sw_forward_group *group, size_t reason_count, size_t count, struct sw_bytes column)
{
    struct sw_cursor cur = sw_cursor(column);
    for (size_t row = 0; row < count; row++) {
        uint64_t reason = 0;
        if (group->ends[row] == sw_group_start(group->ends, row)) {
            SW_TRY(sw_varint_get(&cur, &reason));
            if (reason >= reason_count) {
                return SW_E_FORMAT;
            }
        }
        group->reasons[row] = (uint16_t)reason;
    }
    return sw_cur_left(&cur) == 0 ? SW_OK : SW_E_FORMAT;
}

sw_result sw_forward_group_read(struct sw_forward_group *group,
    const struct sw_lineage_shape *shape, size_t count,
    const struct sw_bytes columns[SW_FORWARD_COLUMNS])
{
    group->count = 0;
    SW_TRY(get_ends(columns[OUTPUTS], columns[OUTPUT], group->ends, count));
    struct partner_column outputs = {columns[OUTPUT].ptr, count == 0 ? 0 : group->ends[count - 1]};
    SW_TRY(room_for_outputs(group, outputs.count));
    SW_TRY(read_outputs_of(group, shape->output_rows, count, &outputs));
    SW_TRY(read_reasons(group, shape->reason_count, count, columns[REASON]));
    group->count = count;
    return SW_OK;
}

/* --- a few inputs ---------------------------------------------------------------------------- */

/* Rows of a group that are passed through one behind the other. */
struct forward_walk {
    struct sw_cursor counts;
    struct partner_column outputs;
    uint64_t output_rows;
    size_t at; /* in `outputs` */
    uint32_t follows;
};

static sw_result next_count(struct forward_walk *walk, size_t *out)
{
    uint64_t count;
    SW_TRY(sw_varint_get(&walk->counts, &count));
    if (count > walk->outputs.count - walk->at) {
        return SW_E_FORMAT;
    }
    *out = (size_t)count;
    return SW_OK;
}

/* Where a row's partners are nobody's question, only what follows the last is needed. */
static inline void skip_partner(struct forward_walk *walk, bool first)
{
    uint32_t partner;
    (void)get_partner(&walk->outputs, walk->at++, first, UINT64_MAX, &walk->follows, &partner);
}

/* Most rows have one output or none: eight such counts are looked at at once. Gives how many rows
 * were skipped. */
static size_t skip_plain(struct forward_walk *walk, size_t rows)
{
    static const uint64_t ones = UINT64_C(0x0101010101010101);
    struct sw_cursor *cur = &walk->counts;
    size_t skipped = 0;
    size_t firsts = 0;
    for (uint64_t word; rows - skipped >= 8 && cur->data.len - cur->pos >= 8; skipped += 8) {
        memcpy(&word, cur->data.ptr + cur->pos, 8);
        size_t more = (size_t)((word * ones) >> 56); /* the sum of its bytes */
        if ((word & ~ones) != 0 || more > walk->outputs.count - walk->at - firsts) {
            break;
        }
        firsts += more;
        cur->pos += 8;
    }
    for (; firsts > 0; firsts--) {
        skip_partner(walk, true);
    }
    return skipped;
}

static sw_result skip_rows(struct forward_walk *walk, size_t rows)
{
    while (rows > 0) {
        size_t count;
        rows -= skip_plain(walk, rows);
        for (size_t some = rows < 8 ? rows : 8; some > 0; some--, rows--) {
            SW_TRY(next_count(walk, &count));
            for (size_t i = 0; i < count; i++) {
                skip_partner(walk, i == 0);
            }
        }
    }
    return SW_OK;
}

/* Outputs go to the set many at once. */
struct found_outputs {
    struct sw_rowset *out;
    uint32_t *list; /* SW_LINEAGE_GROUP of them */
    size_t count;
};

static sw_result flush_found(struct found_outputs *found)
{
    size_t count = found->count;
    found->count = 0;
    return count == 0 ? SW_OK : sw_rowset_add_many(found->out, found->list, count);
}

static sw_result take_row(struct forward_walk *walk, struct found_outputs *found)
{
    size_t count;
    SW_TRY(next_count(walk, &count));
    for (size_t i = 0; i < count; i++) {
        if (found->count == SW_LINEAGE_GROUP) {
            SW_TRY(flush_found(found));
        }
        if (!get_partner(&walk->outputs, walk->at++, i == 0, walk->output_rows, &walk->follows,
                &found->list[found->count++])) {
            return SW_E_FORMAT;
        }
    }
    return SW_OK;
}

sw_result sw_forward_outputs(const struct sw_lineage_shape *shape, size_t count,
    struct sw_bytes counts, struct sw_bytes outputs, const uint32_t *rows, size_t row_count,
    uint32_t *scratch, struct sw_rowset *out)
{
    struct forward_walk walk = {.counts = sw_cursor(counts),
        .outputs = {outputs.ptr, outputs.len / PARTNER_SIZE},
        .output_rows = shape->output_rows};
    struct found_outputs found = {.out = out, .list = scratch};
    size_t at = 0;
    for (size_t i = 0; i < row_count; at = rows[i] + 1, i++) {
        SW_TRY(skip_rows(&walk, rows[i] - at));
        SW_TRY(take_row(&walk, &found));
    }
    SW_TRY(skip_rows(&walk, count - at));
    if (sw_cur_left(&walk.counts) > 0 || walk.at * PARTNER_SIZE != outputs.len) {
        return SW_E_FORMAT;
    }
    return flush_found(&found);
}
