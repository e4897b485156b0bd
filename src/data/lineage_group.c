/* A group of rows as columns, and back, in both directions. What most steps do costs next to
 * nothing: an input that follows the one before is a zero, and zstd makes little of many zeros. */
#include "data/lineage_private.h"
#include "data/varint.h"

#include <stdlib.h>

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
static bool count_fits(unsigned kind, uint64_t count)
{
    switch (kind) {
    case SW_EDGE_KEPT:
    case SW_EDGE_EDITED:
    case SW_EDGE_SPLIT:
    case SW_EDGE_DUPLICATED: return count == 1;
    case SW_EDGE_PACKED:
    case SW_EDGE_MERGED: return count >= 2 && count <= SW_LINEAGE_FAN;
    case SW_EDGE_GENERATED: return count == 0;
    default: return false;
    }
}

sw_result sw_edge_check(
    const struct sw_edge *edge, const struct sw_lineage_shape *shape, struct sw_error *err)
{
    if (!count_fits(edge->kind, edge->input_count)) {
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

static void note_partner(struct sw_partners *p, uint32_t partner, bool first)
{
    struct sw_span *span = &p->span;
    bool alone = span->used == 0;
    span->straight = alone || (span->straight && (partner == p->last || partner == p->last + 1));
    span->min = alone || partner < span->min ? partner : span->min;
    span->max = alone || partner > span->max ? partner : span->max;
    span->used += first ? 1 : 0;
    p->last = partner;
    p->follows = (uint64_t)partner + 1;
}

/* `first`: of its row in this set. There must be room. */
static void put_partner(struct sw_partners *p, struct sw_buf *out, uint32_t partner, bool first)
{
    uint64_t difference = partner - p->follows;
    sw_varint_put(out, first ? sw_zigzag(difference) : difference);
    note_partner(p, partner, first);
}

static bool get_partner(
    struct sw_partners *p, struct sw_cursor *cur, bool first, uint64_t limit, uint32_t *out)
{
    uint64_t value;
    if (sw_varint_get(cur, &value) != SW_OK || (!first && value > UINT32_MAX)) {
        return false;
    }
    uint64_t partner = p->follows + (first ? sw_unzigzag(value) : value);
    if (partner >= limit) {
        return false;
    }
    *out = (uint32_t)partner;
    note_partner(p, *out, first);
    return true;
}

/* --- writing outputs ------------------------------------------------------------------------- */

enum backward_column {
    KIND,
    CONFIDENCE,
    INPUTS,
    SET,
    INPUT,
};

void sw_backward_builder_release(struct sw_backward_builder *builder)
{
    for (size_t c = 0; c < SW_BACKWARD_COLUMNS; c++) {
        sw_buf_release(&builder->columns[c]);
    }
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
        put_partner(&builder->partners[in->set], &columns[INPUT], in->row, first);
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

/* What is being decoded. */
struct backward {
    struct sw_backward_group *group;
    const struct sw_lineage_shape *shape;
    struct sw_cursor cur[SW_BACKWARD_COLUMNS];
    struct sw_partners partners[SW_LINEAGE_SETS];
    size_t pairs;
};

static sw_result room_for_inputs(struct sw_backward_group *group, size_t count)
{
    if (count <= group->input_cap) {
        return SW_OK;
    }
    size_t cap = count + count / 2;
    struct sw_input_row *grown = realloc(group->inputs, cap * sizeof(*grown));
    SW_TRY_PTR(grown);
    group->inputs = grown;
    group->input_cap = cap;
    return SW_OK;
}

static sw_result read_inputs(struct backward *b, uint64_t count)
{
    uint32_t before = UINT32_MAX;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t set = 0;
        if (b->shape->input_count > 1) {
            SW_TRY(sw_varint_get(&b->cur[SET], &set));
        }
        if (set >= b->shape->input_count || (before != UINT32_MAX && set < before)) {
            return SW_E_FORMAT;
        }
        struct sw_input_row *in = &b->group->inputs[b->pairs++];
        in->set = (uint32_t)set;
        if (!get_partner(&b->partners[set], &b->cur[INPUT], set != before,
                b->shape->inputs[set].rows, &in->row)) {
            return SW_E_FORMAT;
        }
        before = in->set;
    }
    return SW_OK;
}

static sw_result read_output(struct backward *b, size_t row)
{
    uint64_t kind;
    uint64_t doubt;
    uint64_t inputs;
    SW_TRY(sw_varint_get(&b->cur[KIND], &kind));
    SW_TRY(sw_varint_get(&b->cur[CONFIDENCE], &doubt));
    SW_TRY(sw_varint_get(&b->cur[INPUTS], &inputs));
    if (kind > UINT8_MAX || doubt > SW_CONFIDENCE_FULL || !count_fits((unsigned)kind, inputs) ||
        inputs > SW_LINEAGE_GROUP_PAIRS - b->pairs || inputs > sw_cur_left(&b->cur[INPUT])) {
        return SW_E_FORMAT;
    }
    struct sw_backward_group *group = b->group;
    SW_TRY(room_for_inputs(group, b->pairs + (size_t)inputs));
    SW_TRY(read_inputs(b, inputs));
    group->kinds[row] = (uint8_t)kind;
    group->confidences[row] = (uint16_t)(SW_CONFIDENCE_FULL - doubt);
    group->ends[row] = (uint32_t)b->pairs;
    return SW_OK;
}

sw_result sw_backward_group_read(struct sw_backward_group *group,
    const struct sw_lineage_shape *shape, size_t count,
    const struct sw_bytes columns[SW_BACKWARD_COLUMNS])
{
    struct backward b = {.group = group, .shape = shape};
    for (size_t c = 0; c < SW_BACKWARD_COLUMNS; c++) {
        b.cur[c] = sw_cursor(columns[c]);
    }
    group->count = 0;
    for (size_t row = 0; row < count; row++) {
        SW_TRY(read_output(&b, row));
    }
    for (size_t c = 0; c < SW_BACKWARD_COLUMNS; c++) {
        if (sw_cur_left(&b.cur[c]) != 0) {
            return SW_E_FORMAT;
        }
    }
    for (size_t s = 0; s < shape->input_count; s++) {
        group->spans[s] = b.partners[s].span;
    }
    group->count = count;
    return SW_OK;
}

/* --- writing inputs -------------------------------------------------------------------------- */

enum forward_column {
    OUTPUTS,
    OUTPUT,
    REASON,
};

void sw_forward_builder_release(struct sw_forward_builder *builder)
{
    for (size_t c = 0; c < SW_FORWARD_COLUMNS; c++) {
        sw_buf_release(&builder->columns[c]);
    }
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
    SW_TRY(sw_buf_reserve(column, SW_VARINT_MAX));
    put_partner(&builder->partners, column, output, builder->of_row == 0);
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
    size_t cap = count + count / 2;
    uint32_t *grown = realloc(group->outputs, cap * sizeof(*grown));
    SW_TRY_PTR(grown);
    group->outputs = grown;
    group->output_cap = cap;
    return SW_OK;
}

struct forward {
    struct sw_forward_group *group;
    const struct sw_lineage_shape *shape;
    struct sw_cursor cur[SW_FORWARD_COLUMNS];
    struct sw_partners partners;
    size_t pairs;
};

static sw_result read_reason(struct forward *f, size_t row)
{
    uint64_t reason;
    SW_TRY(sw_varint_get(&f->cur[REASON], &reason));
    if (reason >= f->shape->reason_count) {
        return SW_E_FORMAT;
    }
    f->group->reasons[row] = (uint16_t)reason;
    return SW_OK;
}

static sw_result read_fate(struct forward *f, size_t row)
{
    struct sw_forward_group *group = f->group;
    uint64_t outputs;
    SW_TRY(sw_varint_get(&f->cur[OUTPUTS], &outputs));
    if (outputs > SW_LINEAGE_GROUP_PAIRS - f->pairs || outputs > sw_cur_left(&f->cur[OUTPUT])) {
        return SW_E_FORMAT;
    }
    SW_TRY(room_for_outputs(group, f->pairs + (size_t)outputs));
    for (uint64_t i = 0; i < outputs; i++) {
        if (!get_partner(&f->partners, &f->cur[OUTPUT], i == 0, f->shape->output_rows,
                &group->outputs[f->pairs++])) {
            return SW_E_FORMAT;
        }
    }
    group->ends[row] = (uint32_t)f->pairs;
    return outputs == 0 ? read_reason(f, row) : SW_OK;
}

sw_result sw_forward_group_read(struct sw_forward_group *group,
    const struct sw_lineage_shape *shape, size_t count,
    const struct sw_bytes columns[SW_FORWARD_COLUMNS])
{
    struct forward f = {.group = group, .shape = shape};
    for (size_t c = 0; c < SW_FORWARD_COLUMNS; c++) {
        f.cur[c] = sw_cursor(columns[c]);
    }
    group->count = 0;
    for (size_t row = 0; row < count; row++) {
        SW_TRY(read_fate(&f, row));
    }
    for (size_t c = 0; c < SW_FORWARD_COLUMNS; c++) {
        if (sw_cur_left(&f.cur[c]) != 0) {
            return SW_E_FORMAT;
        }
    }
    group->span = f.partners.span;
    group->count = count;
    return SW_OK;
}
