/* Private to TOML: what its files share. */
#ifndef SW_CODEC_TOML_PRIVATE_H
#define SW_CODEC_TOML_PRIVATE_H

#include "codec/toml.h"

struct sw_toml_node;

struct sw_toml {
    struct sw_str text;
    size_t at;
    uint32_t line;
    struct sw_arena *arena;      /* of the tree */
    struct sw_arena scratch;     /* of what is put together */
    struct sw_names names;       /* keys, by the number of their table */
    struct sw_toml_node **named; /* by the number of the name */
    size_t named_count, named_cap;
    struct sw_toml_node *root, *table; /* `table`: the keys that come are its own */
    uint32_t tables, values, max_values, max_depth;
    struct sw_error *err;
};

/* "line N: …" */
enum sw_code sw_toml_refuse(struct sw_toml *t, const char *what);
/* The character that comes, or that far behind it; 0 at the end (NUL is refused everywhere). */
static inline char sw_toml_peek(const struct sw_toml *t, size_t ahead)
{
    return t->text.len - t->at > ahead ? t->text.ptr[t->at + ahead] : '\0';
}

/* A string in quotes of any kind. `lines`: one of several lines may stand here, too. */
sw_result sw_toml_string(struct sw_toml *t, bool lines, struct sw_str *out);
/* A number, a date or a word. */
sw_result sw_toml_plain(struct sw_toml *t, struct sw_json *out);

#endif
