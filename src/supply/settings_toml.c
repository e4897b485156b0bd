/* TOML's tables, by lines. */
#include "supply/ascii.h"
#include "supply/settings_private.h"

static void skip_blanks(struct sw_settings_reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r')) {
        r->at++;
    }
}

static bool is_bare(char c)
{
    return sw_ascii_alnum(c) || c == '_' || c == '-';
}

/* One part of a dotted key. */
static sw_result read_part(struct sw_settings_reader *r, struct sw_str *out)
{
    skip_blanks(r);
    const char *start = r->at;
    if (r->at < r->end && (*r->at == '"' || *r->at == '\'')) {
        SW_TRY(sw_settings_quoted(r, out));
        skip_blanks(r);
        return SW_OK;
    }
    while (r->at < r->end && is_bare(*r->at)) {
        r->at++;
    }
    *out = sw_str_n(start, (size_t)(r->at - start));
    skip_blanks(r);
    return out->len == 0 ? SW_E_FORMAT : SW_OK;
}

/* The member of that name, a new one when there is none; of a list of tables, its last one. */
static sw_result step(struct sw_settings_reader *r, struct sw_setting *map, struct sw_str name,
    struct sw_setting **out)
{
    if (map->kind == SW_SETTING_LIST && map->last != NULL) {
        map = map->last;
    }
    /* The last one first: tables of one name stand together. */
    if (map->last != NULL && sw_str_equal(map->last->key, name)) {
        *out = map->last;
        return SW_OK;
    }
    unsigned looked = 0; /* further ones would only be split */
    for (struct sw_setting *n = map->first; n != NULL && map->kind == SW_SETTING_MAP;
         n = looked++ < 1024 ? n->next : NULL) {
        if (sw_str_equal(n->key, name)) {
            *out = n;
            return SW_OK;
        }
    }
    return sw_settings_add(r, map, SW_SETTING_MAP, name, out);
}

/* "a.b.c", from a table on. */
static sw_result walk(
    struct sw_settings_reader *r, struct sw_setting *from, struct sw_setting **out)
{
    unsigned depth = 0;
    for (*out = from;; r->at++) {
        struct sw_str part;
        if (depth++ == SW_SETTINGS_DEPTH) {
            return SW_E_LIMIT;
        }
        SW_TRY(read_part(r, &part));
        SW_TRY(step(r, *out, part, out));
        if (r->at == r->end || *r->at != '.') {
            return SW_OK;
        }
    }
}

static sw_result read_header(
    struct sw_settings_reader *r, struct sw_setting *root, struct sw_setting **table)
{
    struct sw_setting *item;
    r->at++;
    const bool list = r->at < r->end && *r->at == '[';
    r->at += list ? 1 : 0;
    SW_TRY(walk(r, root, table));
    if (list) {
        SW_TRY(sw_settings_add(r, *table, SW_SETTING_LIST, sw_str(""), &item));
        *table = item;
    }
    (*table)->kind = SW_SETTING_MAP;
    return SW_OK;
}

static sw_result read_pair(struct sw_settings_reader *r, struct sw_setting *table)
{
    struct sw_setting *value;
    SW_TRY(walk(r, table, &value));
    if (r->at == r->end || *r->at != '=') {
        return SW_E_FORMAT;
    }
    r->at++;
    return sw_settings_flow(r, value, 0);
}

sw_result sw_settings_toml(struct sw_settings_reader *r, struct sw_setting *root)
{
    struct sw_setting *document;
    SW_TRY(sw_settings_add(r, root, SW_SETTING_LIST, sw_str(""), &document));
    struct sw_setting *table = document;
    document->kind = SW_SETTING_MAP;
    while (r->at < r->end) {
        skip_blanks(r);
        if (r->at < r->end && *r->at != '\n' && *r->at != '#') {
            SW_TRY(*r->at == '[' ? read_header(r, document, &table) : read_pair(r, table));
        }
        sw_settings_skip_line(r);
    }
    return SW_OK;
}
