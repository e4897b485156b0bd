/* Tables, arrays and keys of TOML. */
#include "codec/toml_private.h"

#include <inttypes.h>

#define DEFAULT_BYTES (UINT64_C(32) << 20)
#define DEFAULT_DEPTH 64
#define DEFAULT_VALUES 1000000

/* How a table came to be, which says what may be added to it. */
enum origin {
    IMPLIED, /* a header of a table in it named it */
    DOTTED,  /* keys with dots made it */
    HEADED,  /* a header of its own, once */
    CLOSED,  /* a value: nothing may be added */
    TABLES,  /* an array of tables: [[…]] adds one */
};

struct sw_toml_node {
    struct sw_str key;
    struct sw_json value; /* of arrays and tables: type, count and line */
    enum origin origin;
    uint32_t id; /* of a table: the scope of its keys */
    uint32_t depth;
    struct sw_toml_node *first, *last, *next;
};

enum sw_code sw_toml_refuse(struct sw_toml *t, const char *what)
{
    return sw_fail(t->err, SW_E_FORMAT, "line %" PRIu32 ": %s", t->line, what);
}

/* --- nodes ------------------------------------------------------------------------------------ */

static sw_result new_node(struct sw_toml *t, const struct sw_toml_node *parent,
    enum sw_json_type type, struct sw_toml_node **out)
{
    const uint32_t depth = parent == NULL ? 0 : parent->depth + 1;
    if (depth > t->max_depth) {
        return sw_fail(t->err, SW_E_LIMIT,
            "line %" PRIu32 ": nested deeper than %" PRIu32 " levels", t->line, t->max_depth);
    }
    if (t->values++ == t->max_values) {
        return sw_fail(t->err, SW_E_LIMIT, "line %" PRIu32 ": more than %" PRIu32 " values",
            t->line, t->max_values);
    }
    struct sw_toml_node *node = SW_ARENA_NEW(&t->scratch, struct sw_toml_node);
    SW_TRY_PTR(node);
    node->value.type = type;
    node->value.where = t->line;
    node->depth = depth;
    node->id = type == SW_JSON_OBJECT ? t->tables++ : 0;
    *out = node;
    return SW_OK;
}

static void append(struct sw_toml_node *parent, struct sw_toml_node *node)
{
    if (parent->last == NULL) {
        parent->first = node;
    } else {
        parent->last->next = node;
    }
    parent->last = node;
    parent->value.count++;
}

static struct sw_toml_node *find(
    const struct sw_toml *t, const struct sw_toml_node *table, struct sw_str key)
{
    uint32_t number;
    return sw_names_find(&t->names, table->id, key, &number) ? t->named[number] : NULL;
}

/* A new member; the caller knows that there is none of that key. */
static sw_result add_member(struct sw_toml *t, struct sw_toml_node *table, struct sw_str key,
    enum sw_json_type type, struct sw_toml_node **out)
{
    uint32_t number;
    struct sw_toml_node *node;
    SW_TRY(new_node(t, table, type, &node));
    node->key = key;
    SW_TRY(sw_names_number(&t->names, table->id, key, &number));
    void *grown = sw_arena_grow(
        &t->scratch, t->named, t->named_count, &t->named_cap, sizeof(struct sw_toml_node *));
    SW_TRY_PTR(grown);
    t->named = grown;
    t->named[t->named_count++] = node;
    append(table, node);
    *out = node;
    return SW_OK;
}

/* --- space ------------------------------------------------------------------------------------ */

static void skip_space(struct sw_toml *t)
{
    while (sw_toml_peek(t, 0) == ' ' || sw_toml_peek(t, 0) == '\t') {
        t->at++;
    }
}

static sw_result skip_comment(struct sw_toml *t)
{
    while (t->at < t->text.len && sw_toml_peek(t, 0) != '\n') {
        const char c = sw_toml_peek(t, 0);
        if (c == '\r' && sw_toml_peek(t, 1) == '\n') {
            return SW_OK;
        }
        if (((unsigned char)c < 0x20 && c != '\t') || c == 0x7f) {
            return sw_toml_refuse(t, "a control character in a comment");
        }
        t->at++;
    }
    return SW_OK;
}

/* White space and a comment, up to and with the end of the line; SW_E_FORMAT for anything else. */
static sw_result end_line(struct sw_toml *t)
{
    skip_space(t);
    if (sw_toml_peek(t, 0) == '#') {
        SW_TRY(skip_comment(t));
    }
    if (t->at == t->text.len) {
        return SW_OK;
    }
    const size_t len = sw_toml_peek(t, 0) == '\r' ? 2 : 1;
    if (sw_toml_peek(t, len - 1) != '\n') {
        return sw_toml_refuse(t, "something behind the end of a value or a header");
    }
    t->at += len;
    t->line++;
    return SW_OK;
}

/* Between the values of an array. */
static sw_result skip_lines(struct sw_toml *t)
{
    for (;;) {
        skip_space(t);
        const char c = sw_toml_peek(t, 0);
        if (t->at == t->text.len || (c != '#' && c != '\n' && c != '\r')) {
            return SW_OK;
        }
        SW_TRY(end_line(t));
    }
}

/* --- keys ------------------------------------------------------------------------------------- */

static bool is_bare(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
           c == '-';
}

static sw_result take_part(struct sw_toml *t, struct sw_str *out)
{
    if (sw_toml_peek(t, 0) == '"' || sw_toml_peek(t, 0) == '\'') {
        return sw_toml_string(t, false, out);
    }
    size_t len = 0;
    while (is_bare(sw_toml_peek(t, len))) {
        len++;
    }
    if (len == 0) {
        return sw_toml_refuse(t, "no key where one should be");
    }
    *out = sw_str_n(t->text.ptr + t->at, len);
    t->at += len;
    return SW_OK;
}

/* The next part of a key, and whether another one follows. */
static sw_result next_part(struct sw_toml *t, struct sw_str *out, bool *more)
{
    skip_space(t);
    SW_TRY(take_part(t, out));
    skip_space(t);
    *more = sw_toml_peek(t, 0) == '.';
    t->at += *more ? 1 : 0;
    return SW_OK;
}

/* --- values ----------------------------------------------------------------------------------- */

static sw_result take_value(struct sw_toml *t, struct sw_toml_node *node);
static sw_result take_pair(struct sw_toml *t, struct sw_toml_node *table);

static sw_result take_array(struct sw_toml *t, struct sw_toml_node *node)
{
    node->value.type = SW_JSON_ARRAY;
    t->at++;
    for (;;) {
        struct sw_toml_node *item;
        SW_TRY(skip_lines(t));
        if (sw_toml_peek(t, 0) == ']') {
            t->at++;
            return SW_OK;
        }
        SW_TRY(new_node(t, node, SW_JSON_NULL, &item));
        SW_TRY(take_value(t, item));
        append(node, item);
        SW_TRY(skip_lines(t));
        if (sw_toml_peek(t, 0) == ',') {
            t->at++;
        } else if (sw_toml_peek(t, 0) != ']') {
            return sw_toml_refuse(t, "neither ',' nor ']' behind a value of an array");
        }
    }
}

/* Nothing may be added to what stands in braces, once they are closed. */
static void close_tables(struct sw_toml_node *node)
{
    node->origin = CLOSED;
    for (struct sw_toml_node *n = node->first; n != NULL; n = n->next) {
        if (n->value.type == SW_JSON_OBJECT && n->origin == DOTTED) {
            close_tables(n);
        }
    }
}

static sw_result take_braces(struct sw_toml *t, struct sw_toml_node *node)
{
    node->value.type = SW_JSON_OBJECT;
    node->id = t->tables++;
    t->at++;
    skip_space(t);
    if (sw_toml_peek(t, 0) == '}') {
        t->at++;
        return SW_OK;
    }
    for (;;) {
        SW_TRY(take_pair(t, node));
        skip_space(t);
        const char c = sw_toml_peek(t, 0);
        if (c != ',' && c != '}') {
            return sw_toml_refuse(t, "neither ',' nor '}' behind a value in braces");
        }
        t->at++;
        if (c == '}') {
            close_tables(node);
            return SW_OK;
        }
    }
}

/* Recursion ends at the depth of nodes. */
static sw_result take_value(struct sw_toml *t, struct sw_toml_node *node)
{
    node->origin = CLOSED;
    node->value.where = t->line;
    switch (sw_toml_peek(t, 0)) {
    case '[': return take_array(t, node);
    case '{': return take_braces(t, node);
    case '"':
    case '\'': node->value.type = SW_JSON_STRING; return sw_toml_string(t, true, &node->value.text);
    default: return sw_toml_plain(t, &node->value);
    }
}

/* A table that a key with dots goes through. */
static sw_result go_dotted(
    struct sw_toml *t, struct sw_toml_node *table, struct sw_str key, struct sw_toml_node **out)
{
    struct sw_toml_node *found = find(t, table, key);
    if (found == NULL) {
        SW_TRY(add_member(t, table, key, SW_JSON_OBJECT, &found));
        found->origin = DOTTED;
    }
    if (found->value.type != SW_JSON_OBJECT ||
        (found->origin != DOTTED && found->origin != IMPLIED)) {
        return sw_toml_refuse(t, "a key adds to what is complete");
    }
    found->origin = DOTTED;
    *out = found;
    return SW_OK;
}

/* key = value */
static sw_result take_pair(struct sw_toml *t, struct sw_toml_node *table)
{
    struct sw_str key;
    struct sw_toml_node *node;
    bool more;
    SW_TRY(next_part(t, &key, &more));
    while (more) {
        SW_TRY(go_dotted(t, table, key, &table));
        SW_TRY(next_part(t, &key, &more));
    }
    if (sw_toml_peek(t, 0) != '=') {
        return sw_toml_refuse(t, "no '=' behind a key");
    }
    t->at++;
    skip_space(t);
    if (find(t, table, key) != NULL) {
        return sw_toml_refuse(t, "a key stands twice in one table");
    }
    SW_TRY(add_member(t, table, key, SW_JSON_NULL, &node));
    return take_value(t, node);
}

/* --- headers ---------------------------------------------------------------------------------- */

/* A table that a header goes through: the last one of an array of tables. */
static sw_result go_through(
    struct sw_toml *t, struct sw_toml_node *table, struct sw_str key, struct sw_toml_node **out)
{
    struct sw_toml_node *found = find(t, table, key);
    if (found == NULL) {
        SW_TRY(add_member(t, table, key, SW_JSON_OBJECT, &found));
        found->origin = IMPLIED;
    }
    if (found->origin == CLOSED) {
        return sw_toml_refuse(t, "a header adds to what is complete");
    }
    *out = found->origin == TABLES ? found->last : found;
    return SW_OK;
}

/* [a.b] */
static sw_result open_table(struct sw_toml *t, struct sw_toml_node *table, struct sw_str key)
{
    struct sw_toml_node *found = find(t, table, key);
    if (found == NULL) {
        SW_TRY(add_member(t, table, key, SW_JSON_OBJECT, &found));
        found->origin = IMPLIED;
    }
    if (found->origin != IMPLIED) {
        return sw_toml_refuse(t, "a table stands twice");
    }
    found->origin = HEADED;
    found->value.where = t->line;
    t->table = found;
    return SW_OK;
}

/* [[a.b]] */
static sw_result open_item(struct sw_toml *t, struct sw_toml_node *table, struct sw_str key)
{
    struct sw_toml_node *item;
    struct sw_toml_node *found = find(t, table, key);
    if (found == NULL) {
        SW_TRY(add_member(t, table, key, SW_JSON_ARRAY, &found));
        found->origin = TABLES;
    }
    if (found->origin != TABLES) {
        return sw_toml_refuse(t, "tables are added to what is no array of them");
    }
    SW_TRY(new_node(t, found, SW_JSON_OBJECT, &item));
    item->origin = HEADED;
    append(found, item);
    t->table = item;
    return SW_OK;
}

static sw_result take_header(struct sw_toml *t)
{
    struct sw_str key;
    bool more;
    struct sw_toml_node *table = t->root;
    const size_t brackets = sw_toml_peek(t, 1) == '[' ? 2 : 1;
    t->at += brackets;
    SW_TRY(next_part(t, &key, &more));
    while (more) {
        SW_TRY(go_through(t, table, key, &table));
        SW_TRY(next_part(t, &key, &more));
    }
    for (size_t i = 0; i < brackets; i++) {
        if (sw_toml_peek(t, 0) != ']') {
            return sw_toml_refuse(t, "a header does not end");
        }
        t->at++;
    }
    return brackets == 2 ? open_item(t, table, key) : open_table(t, table, key);
}

/* --- the document ----------------------------------------------------------------------------- */

static sw_result take_line(struct sw_toml *t)
{
    skip_space(t);
    const char c = sw_toml_peek(t, 0);
    if (c == '[') {
        SW_TRY(take_header(t));
    } else if (c != '#' && c != '\n' && c != '\r' && t->at < t->text.len) {
        SW_TRY(take_pair(t, t->table));
    }
    return end_line(t);
}

static sw_result settle(struct sw_toml *t, const struct sw_toml_node *node, struct sw_json *out);

static sw_result settle_members(
    struct sw_toml *t, const struct sw_toml_node *node, struct sw_json *out)
{
    size_t i = 0;
    out->members = SW_ARENA_ARRAY(t->arena, struct sw_json_member, node->value.count);
    SW_TRY_PTR(out->members);
    for (const struct sw_toml_node *n = node->first; n != NULL; n = n->next, i++) {
        out->members[i].name = n->key;
        SW_TRY(settle(t, n, &out->members[i].value));
    }
    return SW_OK;
}

/* What was put together, as the tree that is given. Its depth is bounded. */
static sw_result settle(struct sw_toml *t, const struct sw_toml_node *node, struct sw_json *out)
{
    size_t i = 0;
    *out = node->value;
    if (node->value.type == SW_JSON_OBJECT) {
        return settle_members(t, node, out);
    }
    if (node->value.type != SW_JSON_ARRAY) {
        return SW_OK;
    }
    out->items = SW_ARENA_ARRAY(t->arena, struct sw_json, node->value.count);
    SW_TRY_PTR(out->items);
    for (const struct sw_toml_node *n = node->first; n != NULL; n = n->next, i++) {
        SW_TRY(settle(t, n, &out->items[i]));
    }
    return SW_OK;
}

static sw_result take_document(struct sw_toml *t, struct sw_json *out)
{
    struct sw_json root;
    if (!sw_utf8_valid(sw_bytes_of_str(t->text))) {
        return sw_toml_refuse(t, "the document is not UTF-8");
    }
    t->at = sw_str_starts(t->text, "\xef\xbb\xbf") ? 3 : 0;
    SW_TRY(new_node(t, NULL, SW_JSON_OBJECT, &t->root));
    t->table = t->root;
    while (t->at < t->text.len) {
        SW_TRY(take_line(t));
    }
    SW_TRY(settle(t, t->root, &root));
    *out = root;
    return SW_OK;
}

sw_result sw_toml_parse(struct sw_arena *arena, struct sw_bytes text,
    const struct sw_json_limits *limits, struct sw_json *out, struct sw_error *err)
{
    static const struct sw_json_limits defaults = {0};
    limits = limits == NULL ? &defaults : limits;
    const uint64_t max_bytes = limits->max_bytes == 0 ? DEFAULT_BYTES : limits->max_bytes;
    if (text.len > max_bytes) {
        return sw_fail(err, SW_E_LIMIT,
            "line 1: the document is %zu bytes, more than the %" PRIu64 " that are read", text.len,
            max_bytes);
    }
    struct sw_toml t = {.text = sw_str_of_bytes(text), .line = 1, .arena = arena, .err = err};
    t.max_depth = limits->max_depth == 0 ? DEFAULT_DEPTH : limits->max_depth;
    t.max_values = limits->max_values == 0 ? DEFAULT_VALUES : limits->max_values;
    sw_arena_init(&t.scratch, 0);
    sw_names_init(&t.names, &t.scratch);
    enum sw_code code = take_document(&t, out);
    sw_arena_release(&t.scratch);
    return code;
}
