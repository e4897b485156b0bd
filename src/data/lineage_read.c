#include "data/lineage_private.h"

#include <stdlib.h>

#define NO_GROUP UINT32_MAX

struct sw_lineage_cache {
    struct sw_str *reasons; /* by their places in the header; in the file's arena */
    size_t reason_count;
    struct sw_backward_group *back;
    uint32_t back_group;
    struct sw_forward_group *fore;
    uint32_t fore_set;
    uint32_t fore_group;
    struct sw_buf columns[SW_BACKWARD_COLUMNS];
    struct sw_buf back_index[SW_LINEAGE_SETS];
    struct sw_buf fore_index[SW_LINEAGE_SETS];
};

/* --- opening --------------------------------------------------------------------------------- */

static sw_result bad_header(
    const struct sw_lineage *lineage, const char *what, struct sw_error *err)
{
    return sw_fail(
        err, SW_E_FORMAT, "'%s' is no lineage: its header has no %s", lineage->chunks.path, what);
}

static bool get_digest(const struct sw_json *object, const char *name, struct sw_digest *out)
{
    struct sw_str text;
    return sw_json_str(sw_json_get(object, name), &text) && sw_digest_parse(text, out);
}

static bool get_set(const struct sw_json *json, struct sw_lineage_set *out)
{
    return get_digest(json, "manifest", &out->manifest) &&
           sw_json_u64(sw_json_get(json, "rows"), &out->rows) && out->rows <= SW_ROWS_MAX;
}

static sw_result read_sets(struct sw_lineage *lineage, struct sw_error *err)
{
    const struct sw_json *header = &lineage->chunks.header;
    const struct sw_json *inputs = sw_json_get(header, "inputs");
    if (!sw_json_is(sw_json_get(header, "format"), SW_LINEAGE_FORMAT)) {
        return bad_header(lineage, "format \"" SW_LINEAGE_FORMAT "\"", err);
    }
    if (inputs == NULL || inputs->type != SW_JSON_ARRAY || inputs->count > SW_LINEAGE_SETS) {
        return bad_header(lineage, "inputs", err);
    }
    lineage->inputs = SW_ARENA_ARRAY(&lineage->chunks.arena, struct sw_lineage_set, inputs->count);
    SW_TRY_PTR(lineage->inputs);
    SW_JSON_EACH (input, inputs) {
        if (!get_set(input, &lineage->inputs[lineage->input_count++])) {
            return bad_header(lineage, "inputs with digest and rows", err);
        }
    }
    if (!get_digest(header, "step", &lineage->step) ||
        !get_set(sw_json_get(header, "output"), &lineage->output)) {
        return bad_header(lineage, "step or output", err);
    }
    return SW_OK;
}

static bool get_totals(const struct sw_json *header, struct sw_lineage_totals *totals)
{
    const struct sw_json *outputs = sw_json_get(header, "outputs");
    for (unsigned kind = SW_EDGE_KEPT; kind <= SW_EDGE_GENERATED; kind++) {
        const char *name = sw_edge_kind_name((enum sw_edge_kind)kind);
        if (!sw_json_u64(sw_json_get(outputs, name), &totals->outputs[kind])) {
            return false;
        }
    }
    return sw_json_u64(sw_json_get(header, "generated_unknown"), &totals->generated_unknown) &&
           sw_json_u64(sw_json_get(header, "reordered"), &totals->reordered) &&
           sw_json_u64(sw_json_get(header, "inputs_used"), &totals->inputs_used) &&
           sw_json_u64(sw_json_get(header, "inputs_dropped"), &totals->inputs_dropped);
}

static sw_result read_reason(struct sw_lineage *lineage, const struct sw_json *json)
{
    struct sw_lineage_cache *cache = lineage->cache;
    struct sw_lineage_totals *totals = &lineage->totals;
    struct sw_str *text = &cache->reasons[cache->reason_count];
    uint64_t count;
    if (!sw_json_str(sw_json_get(json, "reason"), text) ||
        !sw_json_u64(sw_json_get(json, "count"), &count) || text->len == 0 ||
        text->len > SW_REASON_MAX ||
        (cache->reason_count > 0 && sw_str_compare(text[-1], *text) >= 0)) {
        return SW_E_FORMAT;
    }
    cache->reason_count++;
    if (count == 0) {
        return SW_OK;
    }
    const char *copy = sw_arena_strndup(&lineage->chunks.arena, *text);
    SW_TRY_PTR(copy);
    totals->reasons[totals->reason_count++] = (struct sw_reason_count){copy, count};
    totals->dropped_unknown += sw_str_is(*text, SW_REASON_UNKNOWN) ? count : 0;
    return SW_OK;
}

static sw_result read_reasons(struct sw_lineage *lineage, struct sw_error *err)
{
    const struct sw_json *list = sw_json_get(&lineage->chunks.header, "reasons");
    if (list == NULL || list->type != SW_JSON_ARRAY || list->count > SW_LINEAGE_REASONS) {
        return bad_header(lineage, "reasons", err);
    }
    struct sw_arena *arena = &lineage->chunks.arena;
    lineage->totals.reasons = SW_ARENA_ARRAY(arena, struct sw_reason_count, list->count);
    lineage->cache->reasons = SW_ARENA_ARRAY(arena, struct sw_str, list->count);
    if (lineage->totals.reasons == NULL || lineage->cache->reasons == NULL) {
        return SW_E_NOMEM;
    }
    SW_JSON_EACH (item, list) {
        enum sw_code code = read_reason(lineage, item);
        if (code != SW_OK) {
            return code == SW_E_NOMEM ? code : bad_header(lineage, "reasons in order", err);
        }
    }
    return SW_OK;
}

/* Every output has a kind, and every input was used or dropped for a reason. */
static bool balances(const struct sw_lineage *lineage)
{
    const struct sw_lineage_totals *totals = &lineage->totals;
    uint64_t outputs = 0;
    uint64_t inputs = 0;
    uint64_t dropped = 0;
    bool fits = true;
    for (unsigned kind = SW_EDGE_KEPT; kind <= SW_EDGE_GENERATED; kind++) {
        fits = fits && sw_add_u64(outputs, totals->outputs[kind], &outputs);
    }
    for (size_t s = 0; s < lineage->input_count; s++) {
        inputs += lineage->inputs[s].rows; /* 64 numbers of 32 bits */
    }
    for (size_t i = 0; i < totals->reason_count; i++) {
        fits = fits && sw_add_u64(dropped, totals->reasons[i].count, &dropped);
    }
    return fits && outputs == lineage->output.rows && dropped == totals->inputs_dropped &&
           totals->inputs_used <= inputs && dropped == inputs - totals->inputs_used &&
           totals->generated_unknown <= totals->outputs[SW_EDGE_GENERATED];
}

static sw_result make_cache(struct sw_lineage *lineage)
{
    struct sw_lineage_cache *cache = calloc(1, sizeof(*cache));
    SW_TRY_PTR(cache);
    lineage->cache = cache;
    cache->back_group = cache->fore_group = NO_GROUP;
    return SW_OK;
}

sw_result sw_lineage_open(struct sw_lineage *lineage, const char *path,
    const struct sw_digest *expected, struct sw_error *err)
{
    SW_CLEANUP(lineage) struct sw_lineage made = SW_LINEAGE_INIT;
    SW_TRY(sw_chunks_open(&made.chunks, path, expected, err));
    SW_TRY(make_cache(&made));
    SW_TRY(read_sets(&made, err));
    if (!get_totals(&made.chunks.header, &made.totals)) {
        return bad_header(&made, "counts", err);
    }
    SW_TRY(read_reasons(&made, err));
    if (!balances(&made)) {
        return sw_fail(err, SW_E_FORMAT, "'%s' is no lineage: its counts do not balance", path);
    }
    *lineage = made;
    made = SW_LINEAGE_INIT;
    return SW_OK;
}

static void cache_free(struct sw_lineage_cache *cache)
{
    if (cache->back != NULL) {
        sw_backward_group_free(cache->back);
    }
    if (cache->fore != NULL) {
        sw_forward_group_free(cache->fore);
    }
    for (size_t c = 0; c < SW_BACKWARD_COLUMNS; c++) {
        sw_buf_release(&cache->columns[c]);
    }
    for (size_t s = 0; s < SW_LINEAGE_SETS; s++) {
        sw_buf_release(&cache->back_index[s]);
        sw_buf_release(&cache->fore_index[s]);
    }
    free(cache);
}

void sw_lineage_close(struct sw_lineage *lineage)
{
    if (lineage->cache != NULL) {
        cache_free(lineage->cache);
    }
    sw_chunks_close(&lineage->chunks);
    *lineage = SW_LINEAGE_INIT;
}

/* --- groups ---------------------------------------------------------------------------------- */

struct sw_lineage_shape sw_lineage_shape(const struct sw_lineage *lineage)
{
    return (struct sw_lineage_shape){
        lineage->inputs, lineage->input_count, lineage->output.rows, lineage->cache->reason_count};
}

static sw_result broken(
    const struct sw_lineage *lineage, uint32_t group, enum sw_code code, struct sw_error *err)
{
    return code == SW_E_NOMEM
               ? code
               : sw_fail(err, SW_E_FORMAT, "'%s': the columns of group %u do not hold its rows",
                     lineage->chunks.path, group);
}

/* Reads some columns of a group; they stay in the cache until the next call. */
static sw_result get_columns(struct sw_lineage *lineage, const uint16_t *numbers, size_t count,
    uint32_t group, struct sw_bytes *out, struct sw_error *err)
{
    for (size_t c = 0; c < count; c++) {
        struct sw_buf *buf = &lineage->cache->columns[c];
        sw_buf_clear(buf);
        if (numbers[c] != SW_LINEAGE_SET || lineage->input_count > 1) {
            SW_TRY(sw_chunks_get(&lineage->chunks, numbers[c], group, buf, err));
        }
        out[c] = sw_buf_bytes(buf);
    }
    return SW_OK;
}

sw_result sw_lineage_load_backward(struct sw_lineage *lineage, uint32_t group,
    const struct sw_backward_group **out, struct sw_error *err)
{
    static const uint16_t numbers[SW_BACKWARD_COLUMNS] = {SW_LINEAGE_KIND, SW_LINEAGE_CONFIDENCE,
        SW_LINEAGE_INPUTS, SW_LINEAGE_SET, SW_LINEAGE_INPUT};
    struct sw_lineage_cache *cache = lineage->cache;
    if (cache->back == NULL) {
        cache->back = calloc(1, sizeof(*cache->back));
        SW_TRY_PTR(cache->back);
    }
    if (cache->back_group != group) {
        struct sw_bytes columns[SW_BACKWARD_COLUMNS];
        struct sw_lineage_shape shape = sw_lineage_shape(lineage);
        cache->back_group = NO_GROUP;
        SW_TRY(get_columns(lineage, numbers, SW_BACKWARD_COLUMNS, group, columns, err));
        enum sw_code code = sw_backward_group_read(
            cache->back, &shape, sw_lineage_in_group(lineage->output.rows, group), columns);
        if (code != SW_OK) {
            return broken(lineage, group, code, err);
        }
        cache->back_group = group;
    }
    *out = cache->back;
    return SW_OK;
}

sw_result sw_lineage_load_forward(struct sw_lineage *lineage, uint32_t set, uint32_t group,
    const struct sw_forward_group **out, struct sw_error *err)
{
    const uint16_t numbers[SW_FORWARD_COLUMNS] = {(uint16_t)(SW_LINEAGE_OUTPUTS + set),
        (uint16_t)(SW_LINEAGE_OUTPUT + set), (uint16_t)(SW_LINEAGE_REASON + set)};
    struct sw_lineage_cache *cache = lineage->cache;
    if (cache->fore == NULL) {
        cache->fore = calloc(1, sizeof(*cache->fore));
        SW_TRY_PTR(cache->fore);
    }
    if (cache->fore_group != group || cache->fore_set != set) {
        struct sw_bytes columns[SW_FORWARD_COLUMNS];
        struct sw_lineage_shape shape = sw_lineage_shape(lineage);
        cache->fore_group = NO_GROUP;
        SW_TRY(get_columns(lineage, numbers, SW_FORWARD_COLUMNS, group, columns, err));
        enum sw_code code = sw_forward_group_read(
            cache->fore, &shape, sw_lineage_in_group(lineage->inputs[set].rows, group), columns);
        if (code != SW_OK) {
            return broken(lineage, group, code, err);
        }
        cache->fore_group = group;
        cache->fore_set = set;
    }
    *out = cache->fore;
    return SW_OK;
}

sw_result sw_lineage_span(struct sw_lineage *lineage, enum sw_lineage_column column, uint32_t set,
    uint32_t group, struct sw_span *out, struct sw_error *err)
{
    struct sw_lineage_cache *cache = lineage->cache;
    struct sw_buf *index =
        column == SW_LINEAGE_BACKWARD_INDEX ? &cache->back_index[set] : &cache->fore_index[set];
    if (index->len == 0) {
        SW_TRY(sw_chunks_get(&lineage->chunks, (uint16_t)(column + set), 0, index, err));
    }
    if (!sw_span_read(sw_buf_bytes(index), group, out)) {
        return sw_fail(
            err, SW_E_FORMAT, "'%s': the index of input %u is broken", lineage->chunks.path, set);
    }
    return SW_OK;
}

/* --- single rows ----------------------------------------------------------------------------- */

sw_result sw_lineage_edge(
    struct sw_lineage *lineage, uint32_t output, struct sw_edge *out, struct sw_error *err)
{
    if (output >= lineage->output.rows) {
        return sw_fail(err, SW_E_USAGE, "there is no output row %u: '%s' has %llu", output,
            lineage->chunks.path, (unsigned long long)lineage->output.rows);
    }
    const struct sw_backward_group *group;
    SW_TRY(sw_lineage_load_backward(lineage, output / SW_LINEAGE_GROUP, &group, err));
    size_t row = output % SW_LINEAGE_GROUP;
    uint32_t start = sw_group_start(group->ends, row);
    *out = (struct sw_edge){.kind = (enum sw_edge_kind)group->kinds[row],
        .confidence = group->confidences[row],
        .inputs = group->inputs == NULL ? NULL : group->inputs + start,
        .input_count = group->ends[row] - start};
    return SW_OK;
}

static sw_result check_set(const struct sw_lineage *lineage, uint32_t set, struct sw_error *err)
{
    return set < lineage->input_count
               ? SW_OK
               : sw_fail(err, SW_E_USAGE, "there is no input %u: '%s' has %zu", set,
                     lineage->chunks.path, lineage->input_count);
}

sw_result sw_lineage_fate(struct sw_lineage *lineage, struct sw_input_row input,
    struct sw_fate *out, struct sw_error *err)
{
    SW_TRY(check_set(lineage, input.set, err));
    if (input.row >= lineage->inputs[input.set].rows) {
        return sw_fail(err, SW_E_USAGE, "there is no row %u in input %u: it has %llu", input.row,
            input.set, (unsigned long long)lineage->inputs[input.set].rows);
    }
    const struct sw_forward_group *group;
    SW_TRY(sw_lineage_load_forward(lineage, input.set, input.row / SW_LINEAGE_GROUP, &group, err));
    size_t row = input.row % SW_LINEAGE_GROUP;
    uint32_t start = sw_group_start(group->ends, row);
    bool dropped = group->ends[row] == start;
    *out = (struct sw_fate){.outputs = group->outputs == NULL ? NULL : group->outputs + start,
        .output_count = group->ends[row] - start,
        .reason = dropped ? lineage->cache->reasons[group->reasons[row]] : sw_str(NULL)};
    return SW_OK;
}

/* --- sets of rows ---------------------------------------------------------------------------- */

/* Rows of a set, group by group. */
struct members {
    const struct sw_rowset *rows;
    uint64_t from; /* the next row to look for */
    uint32_t group;
    uint32_t first; /* first and last row that the group could have */
    uint32_t last;
    uint32_t *list; /* those of the group, by their numbers in it */
    size_t count;
};

/* The next group that has members. */
static bool next_members(struct members *m, uint64_t end)
{
    uint32_t row;
    if (m->from >= end || !sw_rowset_next(m->rows, (uint32_t)m->from, &row) || row >= end) {
        return false;
    }
    m->group = row / SW_LINEAGE_GROUP;
    m->first = m->group * SW_LINEAGE_GROUP;
    m->last = m->first + (uint32_t)sw_lineage_in_group(end, m->group) - 1;
    m->from = (uint64_t)m->last + 1;
    return true;
}

static void list_members(struct members *m)
{
    size_t n = sw_rowset_list(m->rows, m->first, m->list, SW_LINEAGE_GROUP);
    for (m->count = 0; m->count < n && m->list[m->count] <= m->last; m->count++) {
        m->list[m->count] -= m->first;
    }
}

/* What a group adds can often be told from its span alone. */
static bool told_by_span(
    const struct members *m, const struct sw_span *span, struct sw_rowset *out, enum sw_code *code)
{
    *code = SW_OK;
    if (span->used == 0 || sw_rowset_has_range(out, span->min, span->max)) {
        return true;
    }
    if (!span->straight || !sw_rowset_has_range(m->rows, m->first, m->last)) {
        return false;
    }
    *code = sw_rowset_add_range(out, span->min, span->max);
    return true;
}

static sw_result push_fates(struct sw_lineage *lineage, uint32_t set, const struct members *m,
    uint32_t *scratch, struct sw_rowset *out, struct sw_error *err)
{
    const uint16_t numbers[] = {
        (uint16_t)(SW_LINEAGE_OUTPUTS + set), (uint16_t)(SW_LINEAGE_OUTPUT + set)};
    struct sw_lineage_shape shape = sw_lineage_shape(lineage);
    struct sw_bytes columns[SW_COUNT(numbers)];
    SW_TRY(get_columns(lineage, numbers, SW_COUNT(numbers), m->group, columns, err));
    enum sw_code code =
        sw_forward_outputs(&shape, sw_lineage_in_group(lineage->inputs[set].rows, m->group),
            columns[0], columns[1], m->list, m->count, scratch, out);
    return code == SW_OK ? SW_OK : broken(lineage, m->group, code, err);
}

static sw_result push_edges(const struct sw_backward_group *group, const struct members *m,
    uint32_t set, uint32_t *scratch, struct sw_rowset *out)
{
    size_t n = 0;
    for (size_t i = 0; i < m->count; i++) {
        size_t row = m->list[i];
        for (uint32_t at = sw_group_start(group->ends, row); at < group->ends[row]; at++) {
            if (group->inputs[at].set != set) {
                continue;
            }
            scratch[n++] = group->inputs[at].row;
            if (n == SW_LINEAGE_GROUP) {
                SW_TRY(sw_rowset_add_many(out, scratch, n));
                n = 0;
            }
        }
    }
    return n == 0 ? SW_OK : sw_rowset_add_many(out, scratch, n);
}

static sw_result forward_group(struct sw_lineage *lineage, uint32_t set, struct members *m,
    uint32_t *scratch, struct sw_rowset *out, struct sw_error *err)
{
    struct sw_span span;
    enum sw_code code;
    SW_TRY(sw_lineage_span(lineage, SW_LINEAGE_FORWARD_INDEX, set, m->group, &span, err));
    if (told_by_span(m, &span, out, &code)) {
        return code;
    }
    list_members(m);
    return push_fates(lineage, set, m, scratch, out, err);
}

sw_result sw_lineage_forward(struct sw_lineage *lineage, uint32_t set, const struct sw_rowset *rows,
    struct sw_rowset *out, struct sw_error *err)
{
    SW_TRY(check_set(lineage, set, err));
    SW_CLEANUP(free) uint32_t *list = malloc(2 * SW_LINEAGE_GROUP * sizeof(*list));
    SW_TRY_PTR(list);
    struct members m = {.rows = rows, .list = list};
    while (next_members(&m, lineage->inputs[set].rows)) {
        SW_TRY(forward_group(lineage, set, &m, list + SW_LINEAGE_GROUP, out, err));
    }
    return SW_OK;
}

static sw_result backward_group(struct sw_lineage *lineage, uint32_t set, struct members *m,
    uint32_t *scratch, struct sw_rowset *out, struct sw_error *err)
{
    struct sw_span span;
    enum sw_code code;
    const struct sw_backward_group *group;
    SW_TRY(sw_lineage_span(lineage, SW_LINEAGE_BACKWARD_INDEX, set, m->group, &span, err));
    if (told_by_span(m, &span, out, &code)) {
        return code;
    }
    SW_TRY(sw_lineage_load_backward(lineage, m->group, &group, err));
    list_members(m);
    return push_edges(group, m, set, scratch, out);
}

sw_result sw_lineage_backward(struct sw_lineage *lineage, const struct sw_rowset *outputs,
    uint32_t set, struct sw_rowset *out, struct sw_error *err)
{
    SW_TRY(check_set(lineage, set, err));
    SW_CLEANUP(free) uint32_t *list = malloc(2 * SW_LINEAGE_GROUP * sizeof(*list));
    SW_TRY_PTR(list);
    struct members m = {.rows = outputs, .list = list};
    while (next_members(&m, lineage->output.rows)) {
        SW_TRY(backward_group(lineage, set, &m, list + SW_LINEAGE_GROUP, out, err));
    }
    return SW_OK;
}

/* --- dropped rows ---------------------------------------------------------------------------- */

/* The place of a reason; SW_LINEAGE_REASONS for any, false when no row has it. */
static bool place_of(const struct sw_lineage *lineage, struct sw_str reason, uint32_t *out)
{
    *out = SW_LINEAGE_REASONS;
    for (size_t i = 0; i < lineage->cache->reason_count && reason.len > 0; i++) {
        if (sw_str_equal(lineage->cache->reasons[i], reason)) {
            *out = (uint32_t)i;
            return true;
        }
    }
    return reason.len == 0;
}

static size_t dropped_of(const struct sw_forward_group *group, size_t from, uint32_t place,
    uint32_t first, uint32_t *rows, size_t max)
{
    size_t n = 0;
    for (size_t row = from; row < group->count && n < max; row++) {
        bool dropped = group->ends[row] == sw_group_start(group->ends, row);
        if (dropped && (place == SW_LINEAGE_REASONS || group->reasons[row] == place)) {
            rows[n++] = first + (uint32_t)row;
        }
    }
    return n;
}

sw_result sw_lineage_dropped(struct sw_lineage *lineage, uint32_t set, struct sw_str reason,
    uint32_t from, uint32_t *rows, size_t max, size_t *count, struct sw_error *err)
{
    SW_TRY(check_set(lineage, set, err));
    uint32_t place;
    size_t n = 0;
    uint64_t end = place_of(lineage, reason, &place) ? lineage->inputs[set].rows : 0;
    for (uint64_t at = from; at < end && n < max;) {
        uint32_t index = (uint32_t)(at / SW_LINEAGE_GROUP);
        uint32_t first = index * SW_LINEAGE_GROUP;
        size_t in_group = sw_lineage_in_group(end, index);
        struct sw_span span;
        SW_TRY(sw_lineage_span(lineage, SW_LINEAGE_FORWARD_INDEX, set, index, &span, err));
        if (span.used < in_group) {
            const struct sw_forward_group *group;
            SW_TRY(sw_lineage_load_forward(lineage, set, index, &group, err));
            n += dropped_of(group, (size_t)(at - first), place, first, rows + n, max - n);
        }
        at = (uint64_t)first + in_group;
    }
    *count = n;
    return SW_OK;
}
