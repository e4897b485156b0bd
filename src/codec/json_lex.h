/* Private to the room: the JSON lexer and grammar that the tree (json.c) and the stream
 * (json_stream.c) share, so that both accept and refuse the same documents with the same words. */
#ifndef SW_CODEC_JSON_LEX_H
#define SW_CODEC_JSON_LEX_H

#include "codec/json_names.h"
#include "codec/json_stream.h"

/* An open array or object. */
struct sw_json_level {
    bool object;
    struct sw_json_scope scope;
};

/* What may stand next. */
enum sw_json_expect {
    SW_JSON_EXPECT_FIRST,       /* a value at the top */
    SW_JSON_EXPECT_ITEM_OR_END, /* behind '[' */
    SW_JSON_EXPECT_NAME_OR_END, /* behind '{' */
    SW_JSON_EXPECT_COLON,
    SW_JSON_EXPECT_COMMA_OR_END,
    SW_JSON_EXPECT_NOTHING, /* the document's value is complete */
};

struct sw_json_lexer {
    /* The window: the bytes that are in memory. p is the next one. */
    const uint8_t *start;
    const uint8_t *p;
    const uint8_t *end;
    uint64_t base; /* offset of `start` in the document */
    bool last;     /* nothing comes behind the window */
    bool many;     /* values separated by white space */

    /* Brings more: keeps [p, end), moves the window, and adds bytes or sets `last`. */
    enum sw_code (*refill)(struct sw_json_lexer *lexer, struct sw_error *err);
    /* Where strings with escapes are decoded; NULL: in place, in the window. */
    struct sw_arena *arena;

    uint64_t max_token;
    uint32_t max_depth;
    uint32_t max_values;
    uint32_t values; /* values and names so far */

    enum sw_json_expect expect;
    struct sw_json_level *levels;
    size_t depth;
    size_t level_cap;
    struct sw_json_names names;
};

/* The limits with nothing left to default; `limits` may be NULL. */
struct sw_json_limits sw_json_limits_filled(const struct sw_json_limits *limits);
/* SW_E_LIMIT when the whole document is longer than the limits, which are filled, allow. */
sw_result sw_json_check_size(
    struct sw_bytes text, const struct sw_json_limits *limits, struct sw_error *err);

/* Applies defaults. The window and `refill`, `arena`, `last`, `many` are the caller's to set. */
void sw_json_lexer_init(struct sw_json_lexer *lexer, const struct sw_json_limits *limits,
    bool copy_names, uint64_t max_names);
void sw_json_lexer_release(struct sw_json_lexer *lexer);
SW_DEFINE_CLEANUP(json_lexer, struct sw_json_lexer, sw_json_lexer_release)

/* SW_E_LIMIT when the string or number in [from, to) is longer than max_token as written, quotes
 * not counted. */
sw_result sw_json_lexer_check_token(const struct sw_json_lexer *lexer, const uint8_t *from,
    const uint8_t *to, struct sw_error *err);

/* The next event, as sw_json_stream_next() gives it. */
sw_result sw_json_lexer_next(
    struct sw_json_lexer *lexer, struct sw_json_event *event, struct sw_error *err);

#endif
