/* YAML as people write it for clusters and charts, by its indentation. What stands behind an alias
 * is not looked up, and a line that is nothing but a template is passed over. */
#include "supply/ascii.h"
#include "supply/settings_private.h"

/* An open collection, and the column that its entries begin at. */
struct level {
    size_t column;
    struct sw_setting *node;
    bool list;
};

struct yaml {
    struct sw_settings_reader *r;
    struct sw_setting *root;
    struct level levels[SW_SETTINGS_DEPTH];
    size_t depth;
};

static struct sw_str rest_of_line(const struct sw_settings_reader *r)
{
    const char *end = memchr(r->at, '\n', (size_t)(r->end - r->at));
    return sw_str_n(r->at, (size_t)((end == NULL ? r->end : end) - r->at));
}

static size_t skip_blanks(struct sw_settings_reader *r)
{
    const char *start = r->at;
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t')) {
        r->at++;
    }
    return (size_t)(r->at - start);
}

/* --- collections ------------------------------------------------------------------------------ */

static sw_result new_document(struct yaml *y)
{
    struct sw_setting *document;
    SW_TRY(sw_settings_add(y->r, y->root, SW_SETTING_LIST, sw_str(""), &document));
    y->depth = 0;
    return SW_OK;
}

/* Leaves what ends before an entry at a column. */
static void close_levels(struct yaml *y, size_t column, bool list)
{
    while (y->depth > 0) {
        const struct level *top = &y->levels[y->depth - 1];
        if (top->column < column || (top->column == column && (!top->list || list))) {
            return;
        }
        y->depth--;
    }
}

/* The collection that an entry at a column belongs to; NULL when it is part of something else. */
static sw_result collection_at(struct yaml *y, size_t column, bool list, struct sw_setting **out)
{
    close_levels(y, column, list);
    const struct level *top = y->depth == 0 ? NULL : &y->levels[y->depth - 1];
    if (top != NULL && top->column == column && top->list == list) {
        *out = top->node;
        return SW_OK;
    }
    struct sw_setting *owner = top == NULL ? y->root->last : top->node->last;
    *out = NULL;
    if (owner == NULL || owner->text.len > 0 || owner->first != NULL) {
        return SW_OK;
    }
    if (y->depth == SW_SETTINGS_DEPTH) {
        return SW_E_LIMIT;
    }
    owner->kind = list ? SW_SETTING_LIST : SW_SETTING_MAP;
    y->levels[y->depth++] = (struct level){column, owner, list};
    *out = owner;
    return SW_OK;
}

/* --- values ----------------------------------------------------------------------------------- */

/* Tags and anchors in front of a value; an alias is an empty value. */
static void skip_properties(struct sw_settings_reader *r)
{
    while (r->at < r->end && (*r->at == '!' || *r->at == '&' || *r->at == '*')) {
        while (r->at < r->end && !sw_ascii_space(*r->at)) {
            r->at++;
        }
        skip_blanks(r);
    }
}

/* "|" and ">": all lines that stand further right than the entry. */
static void read_block(struct yaml *y, struct sw_setting *node, size_t column)
{
    struct sw_settings_reader *r = y->r;
    sw_settings_skip_line(r);
    const char *start = r->at;
    const char *end = start;
    while (r->at < r->end) {
        const char *line = r->at;
        const size_t indent = skip_blanks(r);
        const bool blank = r->at == r->end || *r->at == '\n' || *r->at == '\r';
        if (!blank && indent <= column) {
            r->at = line;
            break;
        }
        sw_settings_skip_line(r);
        end = r->at;
    }
    node->block = true;
    node->text = sw_str_n(start, (size_t)(end - start));
}

static void read_plain(struct yaml *y, struct sw_setting *node)
{
    const struct sw_str rest = rest_of_line(y->r);
    const char *comment = memmem(rest.ptr, rest.len, " #", 2);
    node->text = sw_ascii_trim(
        sw_str_n(rest.ptr, comment == NULL ? rest.len : (size_t)(comment - rest.ptr)));
    sw_settings_skip_line(y->r);
}

/* Reads the value behind a key or a dash, and goes to the next line. */
static sw_result read_value(struct yaml *y, struct sw_setting *node, size_t column)
{
    struct sw_settings_reader *r = y->r;
    skip_blanks(r);
    skip_properties(r);
    const struct sw_str rest = sw_ascii_trim(rest_of_line(r));
    node->line = r->line;
    if (rest.len == 0 || rest.ptr[0] == '#') {
        sw_settings_skip_line(r);
        return SW_OK;
    }
    const char c = rest.ptr[0];
    if (c == '|' || c == '>') {
        read_block(y, node, column);
        return SW_OK;
    }
    if (sw_str_starts(rest, "{{") || sw_str_starts(rest, "{%") ||
        (c != '{' && c != '[' && c != '"' && c != '\'')) {
        read_plain(y, node);
        return SW_OK;
    }
    SW_TRY(sw_settings_flow(r, node, 0));
    sw_settings_skip_line(r);
    return SW_OK;
}

/* --- entries ---------------------------------------------------------------------------------- */

/* The key that a line begins with, and moves behind its ':'. False when it has none. */
static bool read_plain_key(struct sw_settings_reader *r, struct sw_str *key)
{
    const struct sw_str rest = rest_of_line(r);
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.ptr[i] == '#' && i > 0 && rest.ptr[i - 1] == ' ') {
            return false;
        }
        if (rest.ptr[i] == ':' && (i + 1 == rest.len || sw_ascii_space(rest.ptr[i + 1]))) {
            *key = sw_ascii_trim(sw_str_n(rest.ptr, i));
            r->at += i + 1;
            return key->len > 0;
        }
    }
    return false;
}

static sw_result read_key(struct sw_settings_reader *r, struct sw_str *key, bool *found)
{
    const struct sw_settings_reader before = *r;
    *found = false;
    if (r->at == r->end || strchr("{[#|>", *r->at) != NULL) {
        return SW_OK;
    }
    if (*r->at != '"' && *r->at != '\'') {
        *found = read_plain_key(r, key);
        return SW_OK;
    }
    SW_TRY(sw_settings_quoted(r, key));
    *found = r->line == before.line && r->at < r->end && *r->at == ':';
    if (*found) {
        r->at++;
        return SW_OK;
    }
    *r = before;
    return SW_OK;
}

/* "- ", as often as it stands. `item` is the innermost, `column` where its content begins. */
static sw_result read_dashes(struct yaml *y, size_t *column, struct sw_setting **item)
{
    struct sw_settings_reader *r = y->r;
    *item = NULL;
    while (r->at < r->end && *r->at == '-' && (r->at + 1 == r->end || sw_ascii_space(r->at[1]))) {
        struct sw_setting *list;
        SW_TRY(collection_at(y, *column, true, &list));
        if (list == NULL) {
            return SW_OK;
        }
        SW_TRY(sw_settings_add(r, list, SW_SETTING_LIST, sw_str(""), item));
        r->at++;
        *column += 1 + skip_blanks(r);
    }
    return SW_OK;
}

static sw_result read_entry(struct yaml *y, size_t column)
{
    struct sw_setting *item;
    struct sw_setting *map;
    struct sw_setting *member;
    struct sw_str key;
    bool found;
    const size_t outer = column;
    SW_TRY(read_dashes(y, &column, &item));
    if (item != NULL) {
        skip_properties(y->r);
    }
    SW_TRY(read_key(y->r, &key, &found));
    if (!found && item != NULL) {
        return read_value(y, item, outer);
    }
    if (!found && y->depth == 0 && y->root->last->first == NULL) {
        return read_value(y, y->root->last, 0); /* a document that is one value */
    }
    if (!found) {
        sw_settings_skip_line(y->r);
        return SW_OK;
    }
    SW_TRY(collection_at(y, column, false, &map));
    if (map == NULL) {
        sw_settings_skip_line(y->r);
        return SW_OK;
    }
    SW_TRY(sw_settings_add(y->r, map, SW_SETTING_MAP, key, &member));
    return read_value(y, member, column);
}

static bool is_passed_over(struct sw_str rest)
{
    return rest.len == 0 || rest.ptr[0] == '#' || rest.ptr[0] == '%' || sw_str_starts(rest, "{{") ||
           sw_str_starts(rest, "{%");
}

static bool is_document_mark(struct sw_str rest)
{
    return sw_str_is(rest, "---") || sw_str_starts(rest, "--- ") || sw_str_is(rest, "...");
}

sw_result sw_settings_yaml(struct sw_settings_reader *r, struct sw_setting *root)
{
    struct yaml y = {.r = r, .root = root};
    SW_TRY(new_document(&y));
    while (r->at < r->end) {
        const size_t column = skip_blanks(r);
        const struct sw_str rest = sw_ascii_trim(rest_of_line(r));
        if (column == 0 && is_document_mark(rest)) {
            SW_TRY(root->last->first == NULL ? SW_OK : new_document(&y));
            sw_settings_skip_line(r);
            continue;
        }
        if (is_passed_over(rest)) {
            sw_settings_skip_line(r);
            continue;
        }
        SW_TRY(read_entry(&y, column));
    }
    return SW_OK;
}
