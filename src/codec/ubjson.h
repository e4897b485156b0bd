/* Universal Binary JSON (ubjson.org, draft 12), as far as XGBoost writes and reads it: lengths are
 * of type L, arrays may be of one type of number, objects have no counts. No-op, high-precision
 * numbers and other lengths are refused. It gives the tree of codec/json.h. */
#ifndef SW_CODEC_UBJSON_H
#define SW_CODEC_UBJSON_H

#include "codec/json.h"

/* Parses one document, which ends with the bytes. Everything is in `arena`; strings are views into
 * `bytes`. Refused as in JSON: duplicate names, text that is not UTF-8. Numbers that JSON cannot
 * write (infinities, NaN) are null. SW_E_FORMAT with "byte N: …", SW_E_LIMIT, SW_E_NOMEM. `limits`
 * may be NULL. */
sw_result sw_ubjson_parse(struct sw_arena *arena, struct sw_bytes bytes,
    const struct sw_json_limits *limits, struct sw_json *out, struct sw_error *err);

#endif
