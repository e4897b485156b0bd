#include "data/events.h"
#include "data/lineage_private.h"
#include "data/spill.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK ((size_t)256 << 10)
#define HASH_SIZE 32u
#define OUTPUT_SIDE 0xffu /* where a set stands otherwise */

/* A sample that an event names by its id, and the samples that have ids: hash, side, which of the
 * two, then line and slot, or row. */
#define NAMED_SIZE (HASH_SIZE + 14u)
enum named_at {
    NAMED_SIDE = HASH_SIZE,
    NAMED_IS_REFERENCE = HASH_SIZE + 1,
    NAMED_LINE = HASH_SIZE + 2, /* of a sample: 0, then its row in the place of the slot */
    NAMED_SLOT = HASH_SIZE + 10,
};

/* What an event is made of, by its line: slot 0 is the output or what is dropped, and says how. */
#define PIECE_SIZE 20u
enum piece_at {
    PIECE_LINE = 0,
    PIECE_SLOT = 8,
    PIECE_SET = 12,
    PIECE_ROW = 13,
    PIECE_KIND = 17,
    PIECE_NUMBER = 18, /* confidence, or the reason's number */
};
#define KIND_DROP 0xf0u
#define KIND_NAMED 0xf1u /* slot 0 whose sample is told by its id: a second piece has its row */
#define KIND_ROW 0xf2u

/* What lines say of an output: row, line. */
#define SAID_SIZE 12u
/* What they say of an input: set, row, dropped or not, line. */
#define FATE_SIZE 14u

struct sw_events {
    const struct sw_events_request *request;
    struct sw_arena arena; /* of one line */
    struct sw_hash hash;
    struct sw_digest digest;
    uint64_t line;
    uint64_t count;
    struct sw_spill *named;
    bool names_inputs;
    bool names_outputs;
    struct sw_spill *pieces;
    struct sw_spill *said;
    struct sw_spill *fates;
    struct sw_input_row *inputs; /* of one event */
    size_t input_count;
    size_t input_cap;
};

static enum sw_code bad_line(const struct sw_events *events, uint64_t line, enum sw_code code,
    const char *why, struct sw_error *err)
{
    return sw_fail(
        err, code, "'%s', line %llu: %s", events->request->path, (unsigned long long)line, why);
}

static enum sw_code bad_event(const struct sw_events *events, const char *why, struct sw_error *err)
{
    return bad_line(events, events->line, SW_E_FORMAT, why, err);
}

/* --- making and releasing -------------------------------------------------------------------- */

void sw_events_free(struct sw_events *events)
{
    sw_cleanup_spill(&events->named);
    sw_cleanup_spill(&events->pieces);
    sw_cleanup_spill(&events->said);
    sw_cleanup_spill(&events->fates);
    sw_arena_release(&events->arena);
    free(events->inputs);
    free(events);
}

static sw_result events_new(const struct sw_events_request *request, struct sw_events **out)
{
    SW_CLEANUP(events) struct sw_events *events = calloc(1, sizeof(*events));
    SW_TRY_PTR(events);
    events->request = request;
    const char *scratch = request->scratch;
    size_t in_memory = request->in_memory;
    SW_TRY(sw_spill_new(&events->named, NAMED_SIZE, scratch, in_memory));
    SW_TRY(sw_spill_new(&events->pieces, PIECE_SIZE, scratch, in_memory));
    SW_TRY(sw_spill_new(&events->said, SAID_SIZE, scratch, in_memory));
    SW_TRY(sw_spill_new(&events->fates, FATE_SIZE, scratch, in_memory));
    SW_TRY(sw_hash_init(&events->hash, SW_SHA256));
    *out = SW_TAKE(events);
    return SW_OK;
}

uint64_t sw_events_count(const struct sw_events *events)
{
    return events->count;
}

void sw_events_digest(const struct sw_events *events, struct sw_digest *out)
{
    *out = events->digest;
}

/* --- one event ------------------------------------------------------------------------------- */

/* Every name is one that we know: a misspelt one would be lost in silence. */
static bool only_has(const struct sw_json *object, const char *const *names)
{
    SW_JSON_EACH_MEMBER (member, object) {
        bool known = false;
        for (size_t i = 0; names[i] != NULL && !known; i++) {
            known = sw_str_is(member->name, names[i]);
        }
        if (!known) {
            return false;
        }
    }
    return object != NULL && object->type == SW_JSON_OBJECT;
}

/* What slot 0 says; 0 in other slots. */
struct saying {
    uint8_t kind;
    uint16_t number;
};

static sw_result add_piece(struct sw_events *events, uint64_t line, uint32_t slot,
    struct sw_input_row row, struct saying saying, struct sw_error *err)
{
    uint8_t piece[PIECE_SIZE];
    sw_put_u64(piece + PIECE_LINE, line);
    sw_put_u32(piece + PIECE_SLOT, slot);
    piece[PIECE_SET] = (uint8_t)row.set;
    sw_put_u32(piece + PIECE_ROW, row.row);
    piece[PIECE_KIND] = saying.kind;
    sw_put_u16(piece + PIECE_NUMBER, saying.number);
    return sw_spill_add(events->pieces, piece, err);
}

static sw_result add_named(
    struct sw_events *events, uint32_t side, struct sw_str id, uint32_t slot, struct sw_error *err)
{
    uint8_t record[NAMED_SIZE];
    struct sw_digest digest;
    sw_sha256(sw_bytes_of_str(id), &digest);
    memcpy(record, digest.bytes, HASH_SIZE);
    record[NAMED_SIDE] = (uint8_t)side;
    record[NAMED_IS_REFERENCE] = 1;
    sw_put_u64(record + NAMED_LINE, events->line);
    sw_put_u32(record + NAMED_SLOT, slot);
    events->names_outputs = events->names_outputs || side == OUTPUT_SIDE;
    events->names_inputs = events->names_inputs || side != OUTPUT_SIDE;
    return sw_spill_add(events->named, record, err);
}

/* The set that a reference names; the only one when it names none. */
static sw_result read_set(
    struct sw_events *events, const struct sw_json *ref, uint32_t *set, struct sw_error *err)
{
    const struct sw_json *value = sw_json_get(ref, "set");
    uint64_t number = 0;
    if (value == NULL ? events->request->input_count != 1 : !sw_json_u64(value, &number)) {
        return bad_event(events, "it must say of which input (\"set\", from 0)", err);
    }
    if (number >= events->request->input_count) {
        return bad_event(events, "it names an input that the step does not have", err);
    }
    *set = (uint32_t)number;
    return SW_OK;
}

/* A sample, by its row or its id. `side`: OUTPUT_SIDE, or anything else for an input. */
static sw_result read_ref(struct sw_events *events, const struct sw_json *ref, uint32_t side,
    uint32_t slot, struct saying saying, struct sw_error *err)
{
    static const char *const output_names[] = {"row", "id", NULL};
    static const char *const input_names[] = {"set", "row", "id", NULL};
    bool output = side == OUTPUT_SIDE;
    const struct sw_json *row = sw_json_get(ref, "row");
    const struct sw_json *id = sw_json_get(ref, "id");
    uint32_t set = 0;
    uint64_t number = 0;
    struct sw_str text;
    if (!only_has(ref, output ? output_names : input_names) || (row == NULL) == (id == NULL)) {
        return bad_event(events, "a sample is named by either its \"row\" or its \"id\"", err);
    }
    if (!output) {
        SW_TRY(read_set(events, ref, &set, err));
    }
    if (id != NULL) {
        if (!sw_json_str(id, &text) || text.len == 0) {
            return bad_event(events, "an id is a text that is not empty", err);
        }
        SW_TRY(add_named(events, output ? OUTPUT_SIDE : set, text, slot, err));
        struct sw_input_row later = {set, UINT32_MAX};
        return slot > 0 ? SW_OK : add_piece(events, events->line, 0, later, saying, err);
    }
    uint64_t rows = output ? events->request->output_rows : events->request->sets[set].rows;
    if (!sw_json_u64(row, &number) || number >= rows) {
        return bad_event(events, "it names a row that is not there", err);
    }
    return add_piece(
        events, events->line, slot, (struct sw_input_row){set, (uint32_t)number}, saying, err);
}

static sw_result read_kind(struct sw_events *events, const struct sw_json *event, size_t inputs,
    uint8_t *out, struct sw_error *err)
{
    const struct sw_json *value = sw_json_get(event, "kind");
    unsigned kind = inputs == 0 ? SW_EDGE_GENERATED : inputs == 1 ? SW_EDGE_SINGLE : SW_EDGE_MERGED;
    if (value != NULL) {
        for (kind = SW_EDGE_KEPT; kind <= SW_EDGE_GENERATED; kind++) {
            if (sw_json_is(value, sw_edge_kind_name((enum sw_edge_kind)kind))) {
                break;
            }
        }
    }
    if (kind > SW_EDGE_GENERATED && kind != SW_EDGE_SINGLE) {
        return bad_event(events, "it has a kind that is not known", err);
    }
    if (kind != SW_EDGE_SINGLE && !sw_edge_count_fits(kind, inputs)) {
        return bad_event(events, "its kind does not have that number of inputs", err);
    }
    *out = (uint8_t)kind;
    return SW_OK;
}

static sw_result read_confidence(
    struct sw_events *events, const struct sw_json *event, uint16_t *out, struct sw_error *err)
{
    const struct sw_json *value = sw_json_get(event, "confidence");
    double confidence = 1;
    if (value != NULL &&
        (!sw_json_double(value, &confidence) || !(confidence >= 0) || !(confidence <= 1))) {
        return bad_event(events, "a confidence is a number from 0 to 1", err);
    }
    *out = (uint16_t)(confidence * SW_CONFIDENCE_FULL + 0.5);
    return SW_OK;
}

static sw_result read_output(
    struct sw_events *events, const struct sw_json *event, struct sw_error *err)
{
    static const char *const names[] = {"out", "in", "kind", "confidence", NULL};
    const struct sw_json *in = sw_json_get(event, "in");
    struct saying saying = {0};
    if (!only_has(event, names) || in == NULL || in->type != SW_JSON_ARRAY) {
        return bad_event(events,
            "an output has \"out\" and a list \"in\", and may have \"kind\" and \"confidence\"",
            err);
    }
    if (in->count > SW_LINEAGE_FAN) {
        return bad_line(events, events->line, SW_E_LIMIT, "it has too many inputs", err);
    }
    SW_TRY(read_kind(events, event, in->count, &saying.kind, err));
    SW_TRY(read_confidence(events, event, &saying.number, err));
    if (saying.kind == SW_EDGE_GENERATED && saying.number == 0) {
        return bad_event(events,
            "what a step generated, it is sure of: leave the line out "
            "when nobody knows",
            err);
    }
    SW_TRY(read_ref(events, sw_json_get(event, "out"), OUTPUT_SIDE, 0, saying, err));
    uint32_t slot = 0;
    struct saying none = {KIND_ROW, 0};
    SW_JSON_EACH (ref, in) {
        SW_TRY(read_ref(events, ref, 0, ++slot, none, err));
    }
    return SW_OK;
}

static sw_result read_drop(
    struct sw_events *events, const struct sw_json *event, struct sw_error *err)
{
    static const char *const names[] = {"drop", "reason", NULL};
    struct sw_str reason;
    uint32_t number;
    if (!only_has(event, names) || !sw_json_str(sw_json_get(event, "reason"), &reason)) {
        return bad_event(events, "a drop has \"drop\" and a \"reason\"", err);
    }
    enum sw_code code = sw_lineage_reason(events->request->drops, reason, &number, err);
    if (code != SW_OK) {
        return sw_error_prefix(
            err, code, "'%s', line %llu", events->request->path, (unsigned long long)events->line);
    }
    struct saying saying = {KIND_DROP, (uint16_t)number};
    return read_ref(events, sw_json_get(event, "drop"), 0, 0, saying, err);
}

static bool is_format_line(const struct sw_events *events, const struct sw_json *event)
{
    static const char *const names[] = {"format", NULL};
    return events->line == 1 && only_has(event, names) &&
           sw_json_is(sw_json_get(event, "format"), SW_EVENTS_FORMAT);
}

static sw_result read_event(struct sw_events *events, struct sw_bytes text, struct sw_error *err)
{
    const struct sw_json_limits limits = {.max_bytes = SW_EVENT_LINE_MAX, .max_depth = 8};
    struct sw_json event;
    events->line++;
    sw_arena_release(&events->arena);
    enum sw_code code = sw_json_parse(&events->arena, text, &limits, &event, err);
    if (code != SW_OK) {
        return sw_error_prefix(
            err, code, "'%s', line %llu", events->request->path, (unsigned long long)events->line);
    }
    if (is_format_line(events, &event)) {
        return SW_OK;
    }
    events->count++;
    if (sw_json_get(&event, "out") != NULL) {
        return read_output(events, &event, err);
    }
    if (sw_json_get(&event, "drop") != NULL) {
        return read_drop(events, &event, err);
    }
    return bad_event(events, "it is neither an output (\"out\") nor a drop (\"drop\")", err);
}

/* --- the stream ------------------------------------------------------------------------------ */

/* Whole lines of what is held; the last one waits for its end. */
static sw_result take_lines(struct sw_events *events, struct sw_buf *held, struct sw_error *err)
{
    size_t from = 0;
    for (;;) {
        const uint8_t *start = held->data + from;
        const uint8_t *end = held->len == from ? NULL : memchr(start, '\n', held->len - from);
        if (end == NULL) {
            break;
        }
        SW_TRY(read_event(events, sw_bytes(start, (size_t)(end - start)), err));
        from += (size_t)(end - start) + 1;
    }
    if (held->len - from > SW_EVENT_LINE_MAX) {
        return bad_line(events, events->line + 1, SW_E_LIMIT, "it is too long", err);
    }
    if (from > 0) {
        memmove(held->data, held->data + from, held->len - from);
        held->len -= from;
    }
    return SW_OK;
}

static sw_result read_block(
    const struct sw_events *events, int fd, struct sw_buf *held, size_t *got, struct sw_error *err)
{
    ssize_t n;
    SW_TRY(sw_buf_reserve(held, BLOCK));
    do {
        n = read(fd, held->data + held->len, BLOCK);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return sw_fail_errno(err, errno, "cannot read '%s'", events->request->path);
    }
    *got = (size_t)n;
    return SW_OK;
}

static sw_result read_stream(struct sw_events *events, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    SW_CLEANUP(buf) struct sw_buf held = SW_BUF_INIT;
    size_t got = 1;
    SW_TRY(sw_file_open(events->request->path, &fd, err));
    while (got > 0) {
        SW_TRY(read_block(events, fd, &held, &got, err));
        sw_hash_update(&events->hash, held.data + held.len, got);
        held.len += got;
        SW_TRY(take_lines(events, &held, err));
        SW_TRY(sw_progress_check(events->request->progress, err));
    }
    sw_hash_final(&events->hash, &events->digest);
    return held.len == 0 ? SW_OK
                         : bad_line(events, events->line + 1, SW_E_FORMAT,
                               "it has no end: the stream was cut off", err);
}

/* --- ids ------------------------------------------------------------------------------------- */

static sw_result add_ids(struct sw_events *events, const struct sw_match_source *source,
    uint32_t side, struct sw_error *err)
{
    struct sw_match_sample sample;
    bool more;
    SW_TRY(source->start(source->ctx, true, err));
    SW_TRY(source->next(source->ctx, &sample, &more, err));
    while (more) {
        uint8_t record[NAMED_SIZE] = {0};
        struct sw_digest digest;
        sw_sha256(sw_bytes_of_str(sample.id), &digest);
        memcpy(record, digest.bytes, HASH_SIZE);
        record[NAMED_SIDE] = (uint8_t)side;
        sw_put_u32(record + NAMED_SLOT, sample.row);
        if (sample.id.len > 0) {
            SW_TRY(sw_spill_add(events->named, record, err));
        }
        SW_TRY(source->next(source->ctx, &sample, &more, err));
    }
    return SW_OK;
}

/* References stand behind the samples that have their id. */
static sw_result resolve_ids(struct sw_events *events, struct sw_error *err)
{
    uint8_t key[NAMED_IS_REFERENCE] = {0};
    uint32_t row = 0;
    size_t found = 0;
    SW_TRY(sw_spill_sort(events->named, err));
    for (;;) {
        const uint8_t *record = sw_spill_peek(events->named);
        if (record == NULL) {
            return SW_OK;
        }
        if (memcmp(key, record, sizeof(key)) != 0) {
            memcpy(key, record, sizeof(key));
            found = 0;
        }
        if (record[NAMED_IS_REFERENCE] == 0) {
            row = sw_get_u32(record + NAMED_SLOT);
            found++;
        } else {
            uint64_t line = sw_get_u64(record + NAMED_LINE);
            uint32_t slot = sw_get_u32(record + NAMED_SLOT);
            uint32_t set = record[NAMED_SIDE] == OUTPUT_SIDE ? 0 : record[NAMED_SIDE];
            struct saying saying = {slot == 0 ? KIND_NAMED : KIND_ROW, 0};
            if (found != 1) {
                return bad_line(events, line, SW_E_REFUSED,
                    found == 0 ? "no sample has that id"
                               : "several samples have that id: name them by their rows",
                    err);
            }
            SW_TRY(add_piece(events, line, slot, (struct sw_input_row){set, row}, saying, err));
        }
        SW_TRY(sw_spill_next(events->named, err));
    }
}

static sw_result find_ids(struct sw_events *events, struct sw_error *err)
{
    const struct sw_events_request *request = events->request;
    if (events->names_outputs) {
        SW_TRY(add_ids(events, &request->output, OUTPUT_SIDE, err));
    }
    for (uint32_t s = 0; s < request->input_count && events->names_inputs; s++) {
        SW_TRY(add_ids(events, &request->inputs[s], s, err));
    }
    return resolve_ids(events, err);
}

/* --- what they say together ------------------------------------------------------------------ */

static sw_result note_fate(struct sw_events *events, struct sw_input_row row, bool dropped,
    uint64_t line, struct sw_error *err)
{
    uint8_t record[FATE_SIZE];
    record[0] = (uint8_t)row.set;
    sw_put_u32(record + 1, row.row);
    record[5] = dropped ? 1 : 0;
    sw_put_u64(record + 6, line);
    return sw_spill_add(events->fates, record, err);
}

static sw_result keep_input(struct sw_events *events, struct sw_input_row row)
{
    if (events->input_count == events->input_cap) {
        size_t cap = events->input_cap == 0 ? 16 : events->input_cap * 2;
        struct sw_input_row *grown = realloc(events->inputs, cap * sizeof(*grown));
        SW_TRY_PTR(grown);
        events->inputs = grown;
        events->input_cap = cap;
    }
    events->inputs[events->input_count++] = row;
    return SW_OK;
}

static sw_result tell_output(struct sw_events *events, uint64_t line, uint32_t output,
    struct saying saying, struct sw_error *err)
{
    struct sw_edges *edges = events->request->edges;
    uint8_t record[SAID_SIZE];
    sw_put_u32(record, output);
    sw_put_u64(record + 4, line);
    SW_TRY(sw_spill_add(events->said, record, err));
    if (events->input_count == 0) {
        return sw_edges_add_generated(edges, output, saying.number, err);
    }
    for (size_t i = 0; i < events->input_count; i++) {
        SW_TRY(sw_edges_add(edges, output, events->inputs[i], saying.kind, saying.number, err));
        SW_TRY(note_fate(events, events->inputs[i], false, line, err));
    }
    return SW_OK;
}

/* Slot 0 by row, or by id and then its row; then the inputs. */
static sw_result take_event(struct sw_events *events, uint64_t line, struct sw_error *err)
{
    struct saying saying = {0};
    struct sw_input_row subject = {0};
    events->input_count = 0;
    for (;;) {
        const uint8_t *piece = sw_spill_peek(events->pieces);
        if (piece == NULL || sw_get_u64(piece + PIECE_LINE) != line) {
            break;
        }
        struct sw_input_row row = {piece[PIECE_SET], sw_get_u32(piece + PIECE_ROW)};
        bool first = sw_get_u32(piece + PIECE_SLOT) == 0;
        if (first && row.row != UINT32_MAX) {
            subject = row;
        }
        if (first && piece[PIECE_KIND] != KIND_NAMED) {
            saying = (struct saying){piece[PIECE_KIND], sw_get_u16(piece + PIECE_NUMBER)};
        }
        if (!first) {
            SW_TRY(keep_input(events, row));
        }
        SW_TRY(sw_spill_next(events->pieces, err));
    }
    if (saying.kind == KIND_DROP) {
        SW_TRY(note_fate(events, subject, true, line, err));
        return sw_lineage_drop_for(events->request->drops, subject, saying.number, err);
    }
    return tell_output(events, line, subject.row, saying, err);
}

static sw_result take_events(struct sw_events *events, struct sw_error *err)
{
    SW_TRY(sw_spill_sort(events->pieces, err));
    for (;;) {
        const uint8_t *piece = sw_spill_peek(events->pieces);
        if (piece == NULL) {
            return SW_OK;
        }
        SW_TRY(take_event(events, sw_get_u64(piece + PIECE_LINE), err));
    }
}

/* --- contradictions -------------------------------------------------------------------------- */

static sw_result contradicts(const struct sw_events *events, uint64_t line, uint64_t other,
    const char *what, struct sw_error *err)
{
    return sw_fail(err, SW_E_REFUSED, "'%s', line %llu: %s line %llu", events->request->path,
        (unsigned long long)line, what, (unsigned long long)other);
}

/* An output is told once. */
static sw_result check_outputs(struct sw_events *events, struct sw_error *err)
{
    uint32_t output = UINT32_MAX;
    uint64_t line = 0;
    SW_TRY(sw_spill_sort(events->said, err));
    for (;;) {
        const uint8_t *record = sw_spill_peek(events->said);
        if (record == NULL) {
            return SW_OK;
        }
        uint64_t here = sw_get_u64(record + 4);
        if (sw_get_u32(record) == output) {
            return contradicts(events, here, line, "it tells of an output that was told in", err);
        }
        output = sw_get_u32(record);
        line = here;
        SW_TRY(sw_spill_next(events->said, err));
    }
}

/* An input has outputs, each time in another line, or is dropped, once. Uses come before drops. */
static sw_result check_inputs(struct sw_events *events, struct sw_error *err)
{
    uint8_t before[FATE_SIZE] = {0xff};
    SW_TRY(sw_spill_sort(events->fates, err));
    for (;;) {
        const uint8_t *record = sw_spill_peek(events->fates);
        if (record == NULL) {
            return SW_OK;
        }
        uint64_t line = sw_get_u64(record + 6);
        uint64_t other = sw_get_u64(before + 6);
        bool same = memcmp(before, record, 5) == 0;
        if (same && record[5] == 1) {
            return contradicts(events, line, other,
                before[5] == 1 ? "it drops an input that was dropped in"
                               : "it drops an input that has an output in",
                err);
        }
        if (same && line == other) {
            return bad_line(events, line, SW_E_REFUSED, "it names an input twice", err);
        }
        memcpy(before, record, FATE_SIZE);
        SW_TRY(sw_spill_next(events->fates, err));
    }
}

/* --- all ------------------------------------------------------------------------------------- */

sw_result sw_events_read(
    const struct sw_events_request *request, struct sw_events **out, struct sw_error *err)
{
    SW_CLEANUP(events) struct sw_events *events = NULL;
    SW_TRY(events_new(request, &events));
    SW_TRY(read_stream(events, err));
    SW_TRY(find_ids(events, err));
    SW_TRY(take_events(events, err));
    SW_TRY(check_outputs(events, err));
    SW_TRY(check_inputs(events, err));
    *out = SW_TAKE(events);
    return SW_OK;
}

/* Which line told of an output. */
static sw_result line_of(
    struct sw_events *events, uint32_t output, uint64_t *line, struct sw_error *err)
{
    SW_TRY(sw_spill_sort(events->said, err));
    for (;;) {
        const uint8_t *record = sw_spill_peek(events->said);
        if (record == NULL || sw_get_u32(record) >= output) {
            *line = record == NULL ? 0 : sw_get_u64(record + 4);
            return SW_OK;
        }
        SW_TRY(sw_spill_next(events->said, err));
    }
}

sw_result sw_events_check(struct sw_events *events, uint32_t output, const uint8_t *content,
    struct sw_output_edge *edge, struct sw_error *err)
{
    if (edge->edge.input_count != 1) {
        return SW_OK;
    }
    bool same = memcmp(content, edge->contents, SW_EDGE_CONTENT) == 0;
    if (edge->single) {
        edge->edge.kind = same ? SW_EDGE_KEPT : SW_EDGE_EDITED;
        return SW_OK;
    }
    bool must_be = edge->edge.kind == SW_EDGE_KEPT || edge->edge.kind == SW_EDGE_DUPLICATED;
    if (same || !must_be) {
        return SW_OK;
    }
    uint64_t line;
    SW_TRY(line_of(events, output, &line, err));
    return sw_fail(err, SW_E_REFUSED,
        "'%s', line %llu: output row %u is said to be %s, and its content is another than its "
        "input's",
        events->request->path, (unsigned long long)line, output,
        sw_edge_kind_name(edge->edge.kind));
}
