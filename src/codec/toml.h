/* TOML 1.0 in the JSON data model. Source: https://toml.io/en/v1.0.0. Refused: whatever the
 * specification refuses, a byte order mark that is not at the start, and whatever is over the
 * limits. */
#ifndef SW_CODEC_TOML_H
#define SW_CODEC_TOML_H

#include "codec/json.h"

/* The tree is in `arena`; strings without escapes are views into `text`, which must live as long.
 * `where` holds lines. Numbers are written as JSON writes them (hexadecimal ones as decimals);
 * dates, times, infinities and what is not a number are text. Errors begin "line N: ". Default
 * limits: 32 MiB, depth 64 of tables and arrays, 1,000,000 keys and values. `limits` may be NULL.
 * SW_E_FORMAT, SW_E_LIMIT, SW_E_NOMEM. */
sw_result sw_toml_parse(struct sw_arena *arena, struct sw_bytes text,
    const struct sw_json_limits *limits, struct sw_json *out, struct sw_error *err);

#endif
