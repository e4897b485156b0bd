/* A small YAML (1.1 syntax through libyaml, JSON data model): one document, string keys, no
 * aliases, anchors, tags or merge keys, duplicate keys refused, bounded depth. Plain scalars are
 * typed by the JSON schema: null, true, false, and JSON numbers; everything else, also "yes" and
 * "010", is text. */
#ifndef SW_CODEC_YAML_H
#define SW_CODEC_YAML_H

#include "codec/json.h"

/* The tree is in `arena` and does not refer to `text`. `where` holds lines. Errors begin "line N:
 * ". Default limits: 4 MiB, depth 32, 1,000,000 values. An empty document is null. */
sw_result sw_yaml_parse(struct sw_arena *arena, struct sw_bytes text,
    const struct sw_json_limits *limits, struct sw_json *out, struct sw_error *err);

/* Appends `text` as a YAML scalar that reads back as the same string (quoted where it must be). */
sw_result sw_yaml_quote(struct sw_buf *out, struct sw_str text);

#endif
