#include "supply/settings_private.h"

sw_result sw_settings_add(struct sw_settings_reader *r, struct sw_setting *parent,
    enum sw_setting_kind kind, struct sw_str key, struct sw_setting **out)
{
    if (r->count++ >= SW_SETTINGS_MAX) {
        return SW_E_LIMIT;
    }
    struct sw_setting *made = SW_ARENA_NEW(r->arena, struct sw_setting);
    SW_TRY_PTR(made);
    made->line = r->line;
    made->key = key;
    made->text = sw_str("");
    made->parent = parent;
    parent->kind = kind;
    if (parent->last == NULL) {
        parent->first = made;
    } else {
        parent->last->next = made;
    }
    parent->last = made;
    *out = made;
    return SW_OK;
}

void sw_settings_skip_line(struct sw_settings_reader *r)
{
    const char *end = memchr(r->at, '\n', (size_t)(r->end - r->at));
    r->at = end == NULL ? r->end : end + 1;
    r->line += end == NULL ? 0 : 1;
}

static sw_result read_json(struct sw_settings_reader *r, struct sw_setting *root)
{
    struct sw_setting *document;
    SW_TRY(sw_settings_add(r, root, SW_SETTING_LIST, sw_str(""), &document));
    SW_TRY(sw_settings_flow(r, document, 0));
    return document->kind == SW_SETTING_SCALAR ? SW_E_FORMAT : SW_OK;
}

sw_result sw_settings_read(struct sw_arena *arena, struct sw_str text,
    enum sw_settings_syntax syntax, uint32_t line, struct sw_setting **root, struct sw_error *err)
{
    struct sw_settings_reader r = {
        .arena = arena, .syntax = syntax, .at = text.ptr, .end = text.ptr + text.len, .line = line};
    struct sw_setting *top = SW_ARENA_NEW(arena, struct sw_setting);
    SW_TRY_PTR(top);
    top->kind = SW_SETTING_LIST;
    if (sw_str_starts(text, "\xef\xbb\xbf")) {
        r.at += 3;
    }
    enum sw_code code = syntax == SW_SETTINGS_JSON   ? read_json(&r, top)
                        : syntax == SW_SETTINGS_TOML ? sw_settings_toml(&r, top)
                                                     : sw_settings_yaml(&r, top);
    if (code != SW_OK) {
        return sw_fail(err, code, "line %u: these settings cannot be read", r.line);
    }
    *root = top;
    return SW_OK;
}

const struct sw_setting *sw_setting_get(const struct sw_setting *map, const char *name)
{
    if (map == NULL || map->kind != SW_SETTING_MAP) {
        return NULL;
    }
    for (const struct sw_setting *n = map->first; n != NULL; n = n->next) {
        if (sw_str_is(n->key, name)) {
            return n;
        }
    }
    return NULL;
}

struct sw_str sw_setting_text(const struct sw_setting *setting)
{
    return setting == NULL || setting->kind != SW_SETTING_SCALAR ? sw_str("") : setting->text;
}
