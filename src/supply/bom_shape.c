#include "supply/bom_shape.h"

#include "supply/ascii.h"

#include <stdio.h>

void sw_shape_init(struct sw_shape_walk *walk, struct sw_arena *arena, struct sw_bom_check *out)
{
    *walk = (struct sw_shape_walk){.arena = arena, .out = out};
    sw_names_init(&walk->names, arena);
}

void sw_shape_release(struct sw_shape_walk *walk)
{
    sw_buf_release(&walk->path);
}

static void note_failure(struct sw_shape_walk *walk, enum sw_code code)
{
    if (walk->failed == SW_OK) {
        walk->failed = code;
    }
}

/* As much of a text as stands in a message. */
static int clip(struct sw_str text)
{
    return text.len < 80 ? (int)text.len : 80;
}

/* --- problems --------------------------------------------------------------------------------- */

static enum sw_code keep(struct sw_shape_walk *walk, const char *pointer, const char *what)
{
    struct sw_bom_check *out = walk->out;
    struct sw_bom_problem *moved =
        sw_arena_grow(walk->arena, out->problems, out->kept, &walk->cap, sizeof(*out->problems));
    SW_TRY_PTR(moved);
    out->problems = moved;
    moved[out->kept] = (struct sw_bom_problem){sw_arena_strdup(walk->arena, pointer), what};
    SW_TRY_PTR(moved[out->kept].pointer);
    out->kept++;
    return SW_OK;
}

static void add_problem(struct sw_shape_walk *walk, const char *pointer, const char *raw)
{
    char line[400];
    walk->out->count++;
    if (walk->out->kept == SW_BOM_PROBLEMS_KEPT) {
        return;
    }
    sw_escape_line(raw, strlen(raw), line, sizeof(line));
    const char *what = sw_arena_strdup(walk->arena, line);
    note_failure(walk, what == NULL ? SW_E_NOMEM : keep(walk, pointer, what));
}

void sw_shape_problem(struct sw_shape_walk *walk, const char *fmt, ...)
{
    char raw[400];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(raw, sizeof(raw), fmt, args);
    va_end(args);
    add_problem(walk, sw_buf_cstr(&walk->path), raw);
}

/* --- where it stands -------------------------------------------------------------------------- */

size_t sw_shape_enter(struct sw_shape_walk *walk, struct sw_str name)
{
    const size_t mark = walk->path.len;
    note_failure(walk, sw_buf_putc(&walk->path, '/'));
    for (size_t i = 0; i < name.len && i < 200; i++) {
        const char c = name.ptr[i];
        note_failure(walk, c == '~'    ? sw_buf_puts(&walk->path, "~0")
                           : c == '/'  ? sw_buf_puts(&walk->path, "~1")
                           : c == '\0' ? sw_buf_puts(&walk->path, "?")
                                       : sw_buf_putc(&walk->path, c));
    }
    return mark;
}

size_t sw_shape_enter_item(struct sw_shape_walk *walk, size_t index)
{
    const size_t mark = walk->path.len;
    note_failure(walk, sw_buf_printf(&walk->path, "/%zu", index));
    return mark;
}

void sw_shape_leave(struct sw_shape_walk *walk, size_t mark)
{
    walk->path.len = mark;
    if (walk->path.data != NULL) {
        walk->path.data[mark] = '\0';
    }
}

/* --- names ------------------------------------------------------------------------------------ */

void sw_shape_define(struct sw_shape_walk *walk, struct sw_str name, bool again)
{
    uint32_t number;
    const bool there = sw_names_find(&walk->names, 0, name, &number);
    if (there && !again) {
        sw_shape_problem(walk, "'%.*s' names something else, too", clip(name), name.ptr);
    }
    if (there) {
        return;
    }
    note_failure(walk, sw_names_number(&walk->names, 0, name, &number));
}

static enum sw_code use(struct sw_shape_walk *walk, struct sw_str name)
{
    struct sw_shape_use *moved = sw_arena_grow(
        walk->arena, walk->uses, walk->use_count, &walk->use_cap, sizeof(*walk->uses));
    SW_TRY_PTR(moved);
    walk->uses = moved;
    const char *pointer = sw_arena_strdup(walk->arena, sw_buf_cstr(&walk->path));
    SW_TRY_PTR(pointer);
    moved[walk->use_count++] = (struct sw_shape_use){name, pointer};
    return SW_OK;
}

void sw_shape_resolve(struct sw_shape_walk *walk, bool (*known)(struct sw_str name))
{
    for (size_t i = 0; i < walk->use_count; i++) {
        const struct sw_shape_use *u = &walk->uses[i];
        char raw[200];
        uint32_t number;
        if (sw_names_find(&walk->names, 0, u->name, &number) || known(u->name)) {
            continue;
        }
        (void)snprintf(
            raw, sizeof(raw), "nothing here is called '%.*s'", clip(u->name), u->name.ptr);
        add_problem(walk, u->pointer, raw);
    }
}

/* --- scalars ---------------------------------------------------------------------------------- */

bool sw_bom_is_hex(struct sw_str text, size_t digits)
{
    for (size_t i = 0; i < text.len; i++) {
        char lower = sw_ascii_lower(text.ptr[i]);
        if (!sw_ascii_digit(lower) && (lower < 'a' || lower > 'f')) {
            return false;
        }
    }
    return text.len == digits;
}

size_t sw_bom_hash_digits(struct sw_str algorithm)
{
    static const struct {
        const char *name;
        size_t digits;
    } rows[] = {{"MD5", 32}, {"SHA-1", 40}, {"SHA-256", 64}, {"SHA-384", 96}, {"SHA-512", 128},
        {"SHA3-256", 64}, {"SHA3-384", 96}, {"SHA3-512", 128}, {"BLAKE2b-256", 64},
        {"BLAKE2b-384", 96}, {"BLAKE2b-512", 128}, {"BLAKE3", 64}, {"Streebog-256", 64},
        {"Streebog-512", 128}, {"md5", 32}, {"sha1", 40}, {"sha224", 56}, {"sha256", 64},
        {"sha384", 96}, {"sha512", 128}, {"sha3_224", 56}, {"sha3_256", 64}, {"sha3_384", 96},
        {"sha3_512", 128}, {"blake2b256", 64}, {"blake2b384", 96}, {"blake2b512", 128},
        {"blake3", 64}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (sw_str_is(algorithm, rows[i].name)) {
            return rows[i].digits;
        }
    }
    return 0;
}

/* What no reference may have as it is (RFC 3987, 2.2). */
static bool is_iri(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        const bool hex = i + 2 < text.len && sw_bom_is_hex(sw_str_n(text.ptr + i + 1, 2), 2);
        if (c <= ' ' || c == 0x7f || strchr("<>\"{}|\\^`", c) != NULL || (c == '%' && !hex)) {
            return false;
        }
    }
    return true;
}

static bool is_time(struct sw_str text)
{
    int64_t time;
    return text.len > 10 && sw_time_parse(text, &time);
}

static bool is_word(
    const struct sw_shape_walk *walk, const struct sw_shape_word *words, struct sw_str text)
{
    for (; words->text != NULL; words++) {
        if (sw_str_is(text, words->text)) {
            return words->since <= walk->version;
        }
    }
    return false;
}

static void check_text(
    struct sw_shape_walk *walk, const struct sw_shape_row *row, const struct sw_json *value)
{
    struct sw_str text;
    if (!sw_json_str(value, &text)) {
        sw_shape_problem(walk, "it is %s, not text", sw_json_type_name(value->type));
        return;
    }
    if (row->kind == SW_SHAPE_NAME && text.len == 0) {
        sw_shape_problem(walk, "it is empty");
    }
    if (row->kind == SW_SHAPE_TIME && !is_time(text)) {
        sw_shape_problem(walk, "it is no time of RFC 3339");
    }
    if (row->kind == SW_SHAPE_IRI && !is_iri(text)) {
        sw_shape_problem(walk, "it is no reference of RFC 3987");
    }
    if (row->kind == SW_SHAPE_WORD && !is_word(walk, row->words, text)) {
        sw_shape_problem(
            walk, "'%.*s' is none of the words that may stand here", clip(text), text.ptr);
    }
}

static void check_reference(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text;
    if (value->type == SW_JSON_OBJECT && walk->inline_object != NULL) {
        walk->inline_object(walk, value);
        return;
    }
    if (!sw_json_str(value, &text) || text.len == 0) {
        sw_shape_problem(walk, "it is no reference");
        return;
    }
    note_failure(walk, use(walk, text));
}

static void check_number(
    struct sw_shape_walk *walk, const struct sw_shape_row *row, const struct sw_json *value)
{
    double number;
    uint64_t whole;
    if (row->kind == SW_SHAPE_COUNT && !sw_json_u64(value, &whole)) {
        sw_shape_problem(walk, "it is no whole number from 0");
    }
    if (row->kind == SW_SHAPE_SHARE &&
        (!sw_json_double(value, &number) || number < 0 || number > 1)) {
        sw_shape_problem(walk, "it is no number from 0 to 1");
    }
}

static void check_value(
    struct sw_shape_walk *walk, const struct sw_shape_row *row, const struct sw_json *value)
{
    switch (row->kind) {
    case SW_SHAPE_OBJECT: sw_shape_object(walk, row->of, value); break;
    case SW_SHAPE_REFERENCE: check_reference(walk, value); break;
    case SW_SHAPE_COUNT:
    case SW_SHAPE_SHARE: check_number(walk, row, value); break;
    case SW_SHAPE_TRUTH:
        if (value->type != SW_JSON_BOOL) {
            sw_shape_problem(walk, "it is neither true nor false");
        }
        break;
    case SW_SHAPE_ANY: break;
    case SW_SHAPE_TEXT:
    case SW_SHAPE_NAME:
    case SW_SHAPE_TIME:
    case SW_SHAPE_IRI:
    case SW_SHAPE_WORD:
    default: check_text(walk, row, value); break;
    }
    if (row->check != NULL) {
        row->check(walk, value);
    }
}

/* --- objects ---------------------------------------------------------------------------------- */

static int compare_values(const struct sw_json *a, const struct sw_json *b);

static int compare_members(const struct sw_json *a, const struct sw_json *b)
{
    for (size_t i = 0; i < a->count; i++) {
        int order = sw_str_compare(a->members[i].name, b->members[i].name);
        order = order != 0 ? order : compare_values(&a->members[i].value, &b->members[i].value);
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

static int compare_items(const struct sw_json *a, const struct sw_json *b)
{
    for (size_t i = 0; i < a->count; i++) {
        const int order = compare_values(&a->items[i], &b->items[i]);
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

/* Some order in which equal ones stand together. The first difference ends it, so that lists inside
 * of lists cost no more than what is alike in them. The reader bounds how deep they are. */
static int compare_values(const struct sw_json *a, const struct sw_json *b)
{
    if (a->type != b->type) {
        return a->type < b->type ? -1 : 1;
    }
    const bool many = a->type == SW_JSON_ARRAY || a->type == SW_JSON_OBJECT;
    if (many && a->count != b->count) {
        return a->count < b->count ? -1 : 1;
    }
    switch (a->type) {
    case SW_JSON_ARRAY: return compare_items(a, b);
    case SW_JSON_OBJECT: return compare_members(a, b);
    case SW_JSON_STRING:
    case SW_JSON_NUMBER: return sw_str_compare(a->text, b->text);
    case SW_JSON_BOOL: return (int)a->boolean - (int)b->boolean;
    case SW_JSON_NULL:
    default: return 0;
    }
}

static int by_value(const void *a, const void *b)
{
    const struct sw_json *x = *(const struct sw_json *const *)a;
    const struct sw_json *y = *(const struct sw_json *const *)b;
    const int order = compare_values(x, y);
    return order != 0 ? order : (x > y) - (x < y);
}

static void check_set(struct sw_shape_walk *walk, const struct sw_json *list)
{
    const struct sw_json **order = SW_ARENA_ARRAY(walk->arena, const struct sw_json *, list->count);
    if (order == NULL) {
        note_failure(walk, SW_E_NOMEM);
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        order[i] = &list->items[i];
    }
    qsort(order, list->count, sizeof(const struct sw_json *), by_value);
    for (size_t i = 1; i < list->count; i++) {
        if (compare_values(order[i - 1], order[i]) == 0) {
            size_t mark = sw_shape_enter_item(walk, (size_t)(order[i] - list->items));
            sw_shape_problem(walk, "it stands there twice");
            sw_shape_leave(walk, mark);
        }
    }
}

static void check_list(
    struct sw_shape_walk *walk, const struct sw_shape_row *row, const struct sw_json *list)
{
    if (list->count == 0 && (row->flags & SW_SHAPE_FULL) != 0) {
        sw_shape_problem(walk, "it is empty");
    }
    if (list->count > 1 && (row->flags & SW_SHAPE_SET) != 0) {
        check_set(walk, list);
    }
    for (size_t i = 0; i < list->count; i++) {
        size_t mark = sw_shape_enter_item(walk, i);
        check_value(walk, row, &list->items[i]);
        sw_shape_leave(walk, mark);
    }
}

static void check_member(
    struct sw_shape_walk *walk, const struct sw_shape_row *row, const struct sw_json *value)
{
    const bool list = value->type == SW_JSON_ARRAY;
    if (list && (row->flags & (SW_SHAPE_LIST | SW_SHAPE_EITHER)) != 0) {
        check_list(walk, row, value);
        return;
    }
    if ((row->flags & SW_SHAPE_LIST) != 0) {
        sw_shape_problem(walk, "it is %s, not a list", sw_json_type_name(value->type));
        return;
    }
    check_value(walk, row, value);
}

static const struct sw_shape_row *find_row(const struct sw_shape *shape, struct sw_str name)
{
    for (; shape != NULL; shape = shape->parent) {
        for (const struct sw_shape_row *row = shape->rows; row->name != NULL; row++) {
            if (sw_str_is(name, row->name)) {
                return row;
            }
        }
    }
    return NULL;
}

static void check_required(
    struct sw_shape_walk *walk, const struct sw_shape *shape, const struct sw_json *object)
{
    for (; shape != NULL; shape = shape->parent) {
        for (const struct sw_shape_row *row = shape->rows; row->name != NULL; row++) {
            if ((row->flags & SW_SHAPE_REQUIRED) != 0 && sw_json_get(object, row->name) == NULL) {
                sw_shape_problem(walk, "'%s' is missing", row->name);
            }
        }
    }
}

void sw_shape_object(
    struct sw_shape_walk *walk, const struct sw_shape *shape, const struct sw_json *object)
{
    if (object->type != SW_JSON_OBJECT) {
        sw_shape_problem(walk, "it is %s, not an object", sw_json_type_name(object->type));
        return;
    }
    check_required(walk, shape, object);
    SW_JSON_EACH_MEMBER (member, object) {
        const struct sw_shape_row *row = find_row(shape, member->name);
        size_t mark = sw_shape_enter(walk, member->name);
        if (row != NULL && row->since <= walk->version) {
            check_member(walk, row, &member->value);
        } else if (!shape->open) {
            sw_shape_problem(walk, row == NULL ? "it is not part of the format"
                                               : "it is not part of this version of the format");
        }
        sw_shape_leave(walk, mark);
    }
    if (shape->check != NULL) {
        shape->check(walk, object);
    }
}

/* --- documents -------------------------------------------------------------------------------- */

sw_result sw_bom_parse(
    struct sw_arena *arena, struct sw_bytes text, struct sw_json *out, struct sw_error *err)
{
    const struct sw_json_limits limits = {.max_bytes = SW_BOM_BYTES_MAX,
        .max_depth = SW_BOM_DEPTH_MAX,
        .max_values = SW_BOM_VALUES_MAX};
    return sw_json_parse(arena, text, &limits, out, err);
}

sw_result sw_bom_validate(
    struct sw_arena *arena, const struct sw_json *document, struct sw_bom_check *out)
{
    struct sw_shape_walk walk;
    *out = (struct sw_bom_check){0};
    sw_shape_init(&walk, arena, out);
    if (sw_json_get(document, "@context") != NULL) {
        out->format = "spdx";
        sw_bom_check_spdx(&walk, document);
    } else if (sw_json_get(document, "bomFormat") != NULL ||
               sw_json_get(document, "specVersion") != NULL) {
        out->format = "cyclonedx";
        sw_bom_check_cyclonedx(&walk, document);
    } else {
        sw_shape_problem(&walk, sw_json_get(document, "spdxVersion") != NULL
                                    ? "it is of SPDX 2, which is not read: 3.0.1 is"
                                    : "it is neither CycloneDX nor SPDX 3 as JSON");
    }
    sw_shape_release(&walk);
    return walk.failed;
}
