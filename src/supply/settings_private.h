/* What the readers of settings share. Private to them. */
#ifndef SW_SUPPLY_SETTINGS_PRIVATE_H
#define SW_SUPPLY_SETTINGS_PRIVATE_H

#include "supply/settings.h"

struct sw_settings_reader {
    struct sw_arena *arena;
    enum sw_settings_syntax syntax;
    const char *at, *end;
    uint32_t line;
    size_t count; /* values so far */
};

/* A new last child; `parent` becomes what it is a child of. */
sw_result sw_settings_add(struct sw_settings_reader *r, struct sw_setting *parent,
    enum sw_setting_kind kind, struct sw_str key, struct sw_setting **out);
/* The value that stands at `at`: brackets, quotes or a plain word. Moves behind it. */
sw_result sw_settings_flow(struct sw_settings_reader *r, struct sw_setting *out, unsigned depth);
/* The text in quotes that stands at `at`. */
sw_result sw_settings_quoted(struct sw_settings_reader *r, struct sw_str *out);
void sw_settings_skip_line(struct sw_settings_reader *r); /* to the start of the next one */

sw_result sw_settings_yaml(struct sw_settings_reader *r, struct sw_setting *root);
sw_result sw_settings_toml(struct sw_settings_reader *r, struct sw_setting *root);

#endif
