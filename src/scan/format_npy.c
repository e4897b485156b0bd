/* NumPy arrays (numpy.lib.format, versions 1 to 3): a Python literal that says type and shape, then
 * the elements; an array of objects holds a pickle instead. doc/format/scan.md, "NumPy". */
#include "scan/format.h"

#define HEADER_MAX ((uint64_t)1 << 20) /* numpy itself refuses 10,000 unless told otherwise */
#define DEPTH_MAX 16
#define NODES_MAX 65536

/* --- the literal ------------------------------------------------------------------------------ */

enum kind { KIND_TEXT, KIND_NUMBER, KIND_WORD, KIND_LIST, KIND_TUPLE, KIND_DICT };

/* A value of the header's literal. Items of a dict are key, value, key, value… */
struct node {
    enum kind kind;
    struct sw_str text;
    uint64_t number;
    struct node *first, *next;
    size_t count;
};

struct literal {
    struct sw_cursor cur;
    struct sw_arena *arena;
    size_t nodes;
};

static int peek(struct literal *l)
{
    while (sw_cur_left(&l->cur) > 0) {
        uint8_t c = l->cur.data.ptr[l->cur.pos];
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
            return c;
        }
        l->cur.pos++;
    }
    return -1;
}

static bool take(struct literal *l, int c)
{
    if (peek(l) != c) {
        return false;
    }
    l->cur.pos++;
    return true;
}

static sw_result read_text(struct literal *l, int quote, struct node *node)
{
    struct sw_bytes text;
    l->cur.pos++;
    SW_TRY(sw_cur_until(&l->cur, (uint8_t)quote, &text));
    node->kind = KIND_TEXT;
    node->text = sw_str_of_bytes(text);
    /* Names with escapes are not read; numpy writes none in what it makes of plain names. */
    bool plain =
        memchr(text.ptr, '\\', text.len) == NULL && memchr(text.ptr, '\n', text.len) == NULL;
    return plain ? SW_OK : SW_E_UNSUPPORTED;
}

static bool is_word_char(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static sw_result read_word(struct literal *l, struct node *node)
{
    const uint8_t *start = l->cur.data.ptr + l->cur.pos;
    size_t len = 0;
    while (len < sw_cur_left(&l->cur) && is_word_char(start[len])) {
        len++;
    }
    l->cur.pos += len;
    node->text = sw_str_n((const char *)start, len);
    if (len > 1 && node->text.ptr[len - 1] == 'L' && start[0] <= '9') {
        node->text.len--; /* Python 2 wrote long numbers so */
    }
    node->kind = sw_parse_u64(node->text, &node->number) ? KIND_NUMBER : KIND_WORD;
    bool known = node->kind == KIND_NUMBER || sw_str_is(node->text, "True") ||
                 sw_str_is(node->text, "False") || sw_str_is(node->text, "None");
    return known ? SW_OK : SW_E_FORMAT;
}

static sw_result read_value(struct literal *l, unsigned depth, struct node **out);

static sw_result append(struct literal *l, unsigned depth, struct node *parent, struct node **last)
{
    struct node *item = NULL;
    SW_TRY(read_value(l, depth + 1, &item));
    if (*last == NULL) {
        parent->first = item;
    } else {
        (*last)->next = item;
    }
    *last = item;
    parent->count++;
    return SW_OK;
}

static sw_result read_items(struct literal *l, unsigned depth, int end, struct node *node)
{
    struct node *last = NULL;
    l->cur.pos++;
    while (!take(l, end)) {
        if (node->count > 0 && node->kind != KIND_DICT && !take(l, ',')) {
            return SW_E_FORMAT;
        }
        if (take(l, end)) {
            return SW_OK; /* a comma may stand last */
        }
        SW_TRY(append(l, depth, node, &last));
        if (node->kind == KIND_DICT) {
            SW_TRY(take(l, ':') ? SW_OK : SW_E_FORMAT);
            SW_TRY(append(l, depth, node, &last));
            SW_TRY(take(l, ',') || peek(l) == end ? SW_OK : SW_E_FORMAT);
        }
    }
    return SW_OK;
}

static sw_result read_value(struct literal *l, unsigned depth, struct node **out)
{
    static const struct {
        int open, close;
        enum kind kind;
    } brackets[] = {{'(', ')', KIND_TUPLE}, {'[', ']', KIND_LIST}, {'{', '}', KIND_DICT}};
    struct node *node = SW_ARENA_NEW(l->arena, struct node);
    if (node == NULL || depth > DEPTH_MAX || l->nodes++ > NODES_MAX) {
        return SW_E_LIMIT;
    }
    *out = node;
    int c = peek(l);
    if (c == '\'' || c == '"') {
        return read_text(l, c, node);
    }
    for (size_t i = 0; i < SW_COUNT(brackets); i++) {
        if (c == brackets[i].open) {
            node->kind = brackets[i].kind;
            return read_items(l, depth, brackets[i].close, node);
        }
    }
    return c < 0 ? SW_E_FORMAT : read_word(l, node);
}

static const struct node *member(const struct node *dict, const char *name)
{
    for (const struct node *key = dict->first; key != NULL; key = key->next->next) {
        if (key->kind == KIND_TEXT && sw_str_is(key->text, name)) {
            return key->next;
        }
    }
    return NULL;
}

/* --- types and shapes ------------------------------------------------------------------------- */

struct element {
    uint64_t size;
    bool object;
};

/* "<f4", "|b1", "U10", "<M8[ns]", "|O": byte order, kind, bytes (of U: characters). */
static bool plain_type(struct sw_str text, struct element *out)
{
    if (text.len > 0 && strchr("<>=|", text.ptr[0]) != NULL) {
        text = sw_str_n(text.ptr + 1, text.len - 1);
    }
    if (text.len == 0 || memchr("?biufcSaUVOmM", text.ptr[0], 13) == NULL) {
        return false;
    }
    char kind = text.ptr[0];
    text = sw_str_n(text.ptr + 1, text.len - 1);
    const char *unit = text.len == 0 ? NULL : memchr(text.ptr, '[', text.len);
    if (unit != NULL) {
        text.len = (size_t)(unit - text.ptr);
    }
    uint64_t size = kind == '?' ? 1 : 0;
    bool number = text.len == 0 || sw_parse_u64(text, &size);
    out->object = out->object || kind == 'O';
    size = kind == 'O' ? 8 : size;
    return number && sw_mul_u64(size, kind == 'U' ? 4 : 1, &out->size);
}

static bool product(const struct node *shape, uint64_t *out)
{
    uint64_t count = 1;
    if (shape->kind == KIND_NUMBER) {
        *out = shape->number;
        return true;
    }
    if (shape->kind != KIND_TUPLE && shape->kind != KIND_LIST) {
        return false;
    }
    for (const struct node *n = shape->first; n != NULL; n = n->next) {
        if (n->kind != KIND_NUMBER || !sw_mul_u64(count, n->number, &count)) {
            return false;
        }
    }
    *out = count;
    return true;
}

/* A structure: a list of (name, type) or (name, type, shape). */
static bool type_size(const struct node *descr, struct element *out)
{
    if (descr->kind == KIND_TEXT) {
        return plain_type(descr->text, out);
    }
    if (descr->kind != KIND_LIST) {
        return false;
    }
    uint64_t total = 0;
    for (const struct node *field = descr->first; field != NULL; field = field->next) {
        struct element part = {0};
        uint64_t count = 1;
        if (field->kind != KIND_TUPLE || field->count < 2 || field->count > 3 ||
            !type_size(field->first->next, &part) ||
            (field->count == 3 && !product(field->first->next->next, &count)) ||
            !sw_mul_u64(part.size, count, &part.size) || !sw_add_u64(total, part.size, &total)) {
            return false;
        }
        out->object = out->object || part.object;
    }
    out->size = total;
    return true;
}

/* --- the whole ------------------------------------------------------------------------------- */

struct array {
    uint64_t data; /* where it begins */
    uint64_t size;
    bool object;
};

static sw_result find_header(
    const struct sw_specimen *specimen, uint64_t *start, uint64_t *len, struct sw_error *err)
{
    struct sw_cursor cur = sw_cursor(specimen->head);
    uint8_t major = 0;
    uint8_t minor;
    uint16_t short_len = 0;
    uint32_t long_len = 0;
    bool good = sw_cur_skip(&cur, 6) == SW_OK && sw_cur_u8(&cur, &major) == SW_OK &&
                sw_cur_u8(&cur, &minor) == SW_OK;
    good = good && (major == 1 ? sw_cur_u16le(&cur, &short_len) == SW_OK
                               : sw_cur_u32le(&cur, &long_len) == SW_OK);
    if (!good || major < 1 || major > 3) {
        return sw_fail(err, SW_E_FORMAT, "byte 6: an unknown version, or a header cut short");
    }
    *start = cur.pos;
    *len = major == 1 ? short_len : long_len;
    if (*len > HEADER_MAX) {
        return sw_fail(err, SW_E_LIMIT, "byte 8: a header of %llu bytes", (unsigned long long)*len);
    }
    return SW_OK;
}

static sw_result read_header(
    struct sw_arena *arena, struct sw_bytes text, struct array *out, struct sw_error *err)
{
    struct literal l = {.cur = sw_cursor(text), .arena = arena};
    struct node *root = NULL;
    enum sw_code code = read_value(&l, 0, &root);
    if (code != SW_OK || root->kind != KIND_DICT || peek(&l) >= 0) {
        return sw_fail(err, code == SW_OK ? SW_E_FORMAT : code,
            "byte %zu of the header: not the literal of a dict", l.cur.pos);
    }
    const struct node *descr = member(root, "descr");
    const struct node *shape = member(root, "shape");
    struct element element = {0};
    uint64_t count;
    if (root->count != 6 || member(root, "fortran_order") == NULL || descr == NULL ||
        shape == NULL || shape->kind != KIND_TUPLE) {
        return sw_fail(
            err, SW_E_FORMAT, "the header does not hold descr, fortran_order and shape alone");
    }
    if (!type_size(descr, &element)) {
        return sw_fail(err, SW_E_UNSUPPORTED, "the header names a type that is not read");
    }
    if (!product(shape, &count) || !sw_mul_u64(count, element.size, &out->size)) {
        return sw_fail(err, SW_E_FORMAT, "the header's shape overflows");
    }
    out->object = element.object;
    return SW_OK;
}

static sw_result read_objects(struct sw_inspection *in, const struct sw_specimen *specimen,
    uint64_t data, struct sw_error *err)
{
    struct sw_specimen part = {.name = specimen->name};
    SW_TRY(sw_source_part(&specimen->source, data, specimen->source.size - data, &part.source));
    SW_TRY(sw_found(in, "npy-object", SW_SEVERITY_LOW, data,
        "an array of objects: loading it needs allow_pickle, and unpickles what follows"));
    in->base += data;
    enum sw_code code = sw_pickle_parse(in, &part, err);
    in->base -= data;
    in->format = "npy";
    return code;
}

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    uint64_t start = 0;
    uint64_t len = 0;
    struct array array = {0};
    SW_TRY(find_header(specimen, &start, &len, err));
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_source_append(&specimen->source, start, len, &text, err));
    SW_TRY(read_header(in->arena, sw_buf_bytes(&text), &array, err));
    uint64_t data = start + len;
    uint64_t there = specimen->source.size - data;
    if (array.object) {
        return read_objects(in, specimen, data, err);
    }
    if (there < array.size) {
        return sw_fail(err, SW_E_FORMAT, "byte %llu: %llu bytes of data where the shape needs %llu",
            (unsigned long long)data, (unsigned long long)there, (unsigned long long)array.size);
    }
    if (there == array.size) {
        return SW_OK;
    }
    SW_TRY(sw_found(in, "npy-trailing", SW_SEVERITY_MEDIUM, data + array.size,
        "%llu bytes behind the array belong to nothing", (unsigned long long)(there - array.size)));
    return sw_pickle_search(in, &specimen->source, data + array.size, specimen->source.size, err);
}

const struct sw_format sw_format_npy = {
    .id = "npy",
    .names = ".npy",
    .magic = "\x93NUMPY",
    .magic_len = 6,
    .parse = parse,
    .broken = SW_SEVERITY_MEDIUM,
};
