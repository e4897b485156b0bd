/* Settings that people write, as a tree: YAML with several documents, anchors, tags and templates,
 * JSON with comments, TOML. Read leniently, line by line and within bounds: nothing is expanded, so
 * that an alias is nothing but an empty value. Private to the room. */
#ifndef SW_SUPPLY_SETTINGS_H
#define SW_SUPPLY_SETTINGS_H

#include "base/base.h"

#define SW_SETTINGS_DEPTH 64u
#define SW_SETTINGS_MAX ((size_t)1 << 18) /* values */

enum sw_settings_syntax { SW_SETTINGS_YAML, SW_SETTINGS_JSON, SW_SETTINGS_TOML };

enum sw_setting_kind { SW_SETTING_SCALAR, SW_SETTING_MAP, SW_SETTING_LIST };

struct sw_setting {
    enum sw_setting_kind kind;
    uint32_t line;     /* from 1 */
    bool block;        /* a YAML block scalar: its text begins on the next line */
    struct sw_str key; /* of a member of a map; else empty */
    struct sw_str
        text; /* of a scalar, without quotes and escapes; a view of the text or the arena */
    struct sw_setting *parent, *first, *last, *next;
};

/* The root is a list of documents. Lines are counted from `line`. SW_E_FORMAT for JSON that is
 * none, SW_E_LIMIT for what is too deep or too much. */
sw_result sw_settings_read(struct sw_arena *arena, struct sw_str text,
    enum sw_settings_syntax syntax, uint32_t line, struct sw_setting **root, struct sw_error *err);

/* The first member of that name; NULL when there is none, also when `map` is NULL or no map. */
const struct sw_setting *sw_setting_get(const struct sw_setting *map, const char *name);
/* The text of a scalar; empty when it is NULL or something else. */
struct sw_str sw_setting_text(const struct sw_setting *setting);

#endif
