#include "codec/ubjson.h"

#include "codec/json_build.h"
#include "codec/json_lex.h"
#include "codec/json_names.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define DEPTH_MAX 64
#define NUMBER_MAX 40 /* bytes of a number as text */

/* A container that is open. */
struct open {
    bool object;
    bool counted; /* an array that says how many values it has, and has no end */
    uint64_t left;
    struct sw_json_scope scope;
};

struct parser {
    struct sw_cursor cur;
    struct sw_arena *arena;
    struct sw_json_builder builder;
    struct sw_json_names names;
    struct open open[DEPTH_MAX];
    size_t depth, depth_max;
    uint64_t values, values_max;
    struct sw_error *err;
};

static enum sw_code bad(const struct parser *p, const char *words)
{
    return sw_fail(p->err, SW_E_FORMAT, "byte %zu: %s", p->cur.pos, words);
}

static sw_result next_byte(struct parser *p, uint8_t *out)
{
    return sw_cur_u8(&p->cur, out) == SW_OK ? SW_OK : bad(p, "the document ends inside of a value");
}

static sw_result take_bytes(struct parser *p, uint64_t len, struct sw_bytes *out)
{
    return sw_cur_bytes(&p->cur, len, out) == SW_OK ? SW_OK
                                                    : bad(p, "the document ends inside of a value");
}

/* A length or count: L and eight bytes. */
static sw_result take_length(struct parser *p, uint64_t *out)
{
    uint8_t marker;
    SW_TRY(next_byte(p, &marker));
    if (marker != 'L') {
        return bad(p, "a length is not of type L");
    }
    if (sw_cur_u64be(&p->cur, out) != SW_OK || *out > sw_cur_left(&p->cur)) {
        return bad(p, "a length leads past the end");
    }
    return SW_OK;
}

static sw_result take_string(struct parser *p, struct sw_str *out)
{
    struct sw_bytes bytes;
    uint64_t len;
    SW_TRY(take_length(p, &len));
    SW_TRY(take_bytes(p, len, &bytes));
    if (!sw_utf8_valid(bytes)) {
        return bad(p, "a string is not UTF-8");
    }
    *out = sw_str_n((const char *)bytes.ptr, bytes.len);
    return SW_OK;
}

/* --- numbers --------------------------------------------------------------------------------- */

static const struct {
    uint8_t marker;
    uint8_t size;
    bool is_signed;
    bool real;
} numbers[] = {
    {'i', 1, true, false},
    {'U', 1, false, false},
    {'I', 2, true, false},
    {'l', 4, true, false},
    {'L', 8, true, false},
    {'d', 4, true, true},
    {'D', 8, true, true},
};

static size_t number_row(uint8_t marker)
{
    size_t row = 0;
    while (row < SW_COUNT(numbers) && numbers[row].marker != marker) {
        row++;
    }
    return row;
}

static double to_real(uint64_t bits, size_t size)
{
    double wide;
    float narrow;
    uint32_t low = (uint32_t)bits;
    if (size == sizeof(narrow)) {
        memcpy(&narrow, &low, sizeof(narrow));
        return (double)narrow;
    }
    memcpy(&wide, &bits, sizeof(wide));
    return wide;
}

static int64_t to_integer(uint64_t bits, size_t size, bool is_signed)
{
    unsigned spare = 64 - 8 * (unsigned)size;
    return is_signed && spare > 0 ? (int64_t)(bits << spare) >> spare : (int64_t)bits;
}

/* Texts that most numbers of trees have need no room of their own. */
static const char *small_text(int64_t value)
{
    static const char *const texts[] = {"-1", "0", "1"};
    return value >= -1 && value <= 1 ? texts[value + 1] : NULL;
}

static sw_result write_number(struct parser *p, size_t row, uint64_t bits, struct sw_json *out)
{
    char text[NUMBER_MAX];
    out->type = SW_JSON_NUMBER;
    if (numbers[row].real) {
        double real = to_real(bits, numbers[row].size);
        if (!isfinite(real)) {
            out->type = SW_JSON_NULL;
            return SW_OK;
        }
        (void)snprintf(text, sizeof(text), "%.17g", real);
    } else {
        int64_t value = to_integer(bits, numbers[row].size, numbers[row].is_signed);
        if (small_text(value) != NULL) {
            out->text = sw_str(small_text(value));
            return SW_OK;
        }
        (void)snprintf(text, sizeof(text), "%" PRId64, value);
    }
    const char *copy = sw_arena_strdup(p->arena, text);
    SW_TRY_PTR(copy);
    out->text = sw_str(copy);
    return SW_OK;
}

static sw_result take_number(struct parser *p, size_t row, struct sw_json *out)
{
    struct sw_bytes bytes;
    uint64_t bits = 0;
    out->where = p->cur.pos;
    SW_TRY(take_bytes(p, numbers[row].size, &bytes));
    for (size_t i = 0; i < bytes.len; i++) {
        bits = bits << 8 | bytes.ptr[i];
    }
    return write_number(p, row, bits, out);
}

/* --- containers ------------------------------------------------------------------------------ */

static sw_result count_value(struct parser *p)
{
    return p->values++ < p->values_max
               ? SW_OK
               : sw_fail(p->err, SW_E_LIMIT, "byte %zu: over %" PRIu64 " values", p->cur.pos,
                     p->values_max);
}

/* "[$d#L…": numbers of one type, without markers. */
static sw_result take_typed(struct parser *p, uint64_t where)
{
    uint8_t type;
    uint8_t hash;
    uint64_t count;
    SW_TRY(next_byte(p, &type));
    SW_TRY(next_byte(p, &hash));
    size_t row = number_row(type);
    if (row == SW_COUNT(numbers) || hash != '#') {
        return bad(p, "an array of one type is of no number, or has no count");
    }
    SW_TRY(take_length(p, &count));
    SW_TRY(sw_json_builder_open(&p->builder, false, where));
    for (uint64_t i = 0; i < count; i++) {
        struct sw_json value = {0};
        SW_TRY(count_value(p));
        SW_TRY(take_number(p, row, &value));
        SW_TRY(sw_json_builder_value(&p->builder, &value));
    }
    return sw_json_builder_close(&p->builder);
}

static bool peek(const struct parser *p, uint8_t marker)
{
    return sw_cur_left(&p->cur) > 0 && p->cur.data.ptr[p->cur.pos] == marker;
}

static sw_result open_container(struct parser *p, bool object, uint64_t where)
{
    struct open opened = {.object = object};
    if (p->depth == p->depth_max) {
        return sw_fail(
            p->err, SW_E_LIMIT, "byte %zu: nested deeper than %zu", p->cur.pos, p->depth_max);
    }
    if (!object && peek(p, '#')) {
        p->cur.pos++;
        opened.counted = true;
        SW_TRY(take_length(p, &opened.left));
    }
    if (object) {
        opened.scope = sw_json_scope_open(&p->names);
    }
    p->open[p->depth++] = opened;
    return sw_json_builder_open(&p->builder, object, where);
}

static sw_result close_container(struct parser *p)
{
    struct open *top = &p->open[--p->depth];
    if (top->object) {
        sw_json_scope_close(&p->names, &top->scope);
    }
    return sw_json_builder_close(&p->builder);
}

/* Closes what is complete, so that a value comes next or the document is at its end. */
static sw_result close_complete(struct parser *p)
{
    while (p->depth > 0) {
        const struct open *top = &p->open[p->depth - 1];
        bool ended = top->counted ? top->left == 0 : peek(p, top->object ? '}' : ']');
        if (!ended) {
            return SW_OK;
        }
        p->cur.pos += top->counted ? 0 : 1;
        SW_TRY(close_container(p));
    }
    return SW_OK;
}

static sw_result take_name(struct parser *p)
{
    struct open *top = p->depth == 0 ? NULL : &p->open[p->depth - 1];
    struct sw_str name;
    if (top == NULL || !top->object) {
        return SW_OK;
    }
    SW_TRY(take_string(p, &name));
    SW_TRY(count_value(p));
    enum sw_code code = sw_json_scope_add(&p->names, &top->scope, name);
    if (code == SW_E_REFUSED) {
        return bad(p, "a name stands twice in an object");
    }
    SW_TRY(code);
    return sw_json_builder_name(&p->builder, name);
}

static sw_result take_scalar(struct parser *p, uint8_t marker, struct sw_json *out)
{
    size_t row = number_row(marker);
    if (row < SW_COUNT(numbers)) {
        return take_number(p, row, out);
    }
    switch (marker) {
    case 'Z': out->type = SW_JSON_NULL; return SW_OK;
    case 'T':
    case 'F':
        out->type = SW_JSON_BOOL;
        out->boolean = marker == 'T';
        return SW_OK;
    case 'S': out->type = SW_JSON_STRING; return take_string(p, &out->text);
    default: return bad(p, "a value of a type that is not read");
    }
}

static sw_result take_value(struct parser *p)
{
    uint8_t marker;
    uint64_t where = p->cur.pos;
    SW_TRY(take_name(p));
    SW_TRY(count_value(p));
    SW_TRY(next_byte(p, &marker));
    if (p->depth > 0 && p->open[p->depth - 1].counted) {
        p->open[p->depth - 1].left--;
    }
    if (marker == '[' && peek(p, '$')) {
        p->cur.pos++;
        return take_typed(p, where);
    }
    if (marker == '[' || marker == '{') {
        return open_container(p, marker == '{', where);
    }
    struct sw_json value = {.where = where};
    SW_TRY(take_scalar(p, marker, &value));
    return sw_json_builder_value(&p->builder, &value);
}

static sw_result parse(struct parser *p)
{
    do {
        SW_TRY(take_value(p));
        SW_TRY(close_complete(p));
    } while (p->depth > 0);
    return sw_cur_left(&p->cur) == 0 ? SW_OK : bad(p, "there is something behind the document");
}

sw_result sw_ubjson_parse(struct sw_arena *arena, struct sw_bytes bytes,
    const struct sw_json_limits *limits, struct sw_json *out, struct sw_error *err)
{
    struct sw_json_limits filled = sw_json_limits_filled(limits);
    SW_TRY(sw_json_check_size(bytes, &filled, err));
    struct parser p = {.cur = sw_cursor(bytes),
        .arena = arena,
        .builder = {.arena = arena},
        .depth_max = filled.max_depth < DEPTH_MAX ? filled.max_depth : DEPTH_MAX,
        .values_max = filled.max_values,
        .err = err};
    sw_json_names_init(&p.names, false, 0);
    enum sw_code code = parse(&p);
    while (code != SW_OK && p.depth > 0) {
        struct open *top = &p.open[--p.depth];
        if (top->object) {
            sw_json_scope_close(&p.names, &top->scope);
        }
    }
    *out = code == SW_OK ? p.builder.root : *out;
    sw_json_names_release(&p.names);
    sw_json_builder_release(&p.builder);
    return code;
}
