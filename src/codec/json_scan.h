/* Strict JSON (RFC 8259) without a tree, for many small documents one after another (JSON lines):
 * accepts and refuses exactly what the tree does (codec/json.h), with the same words, and says
 * where the members stand that were asked for. */
#ifndef SW_CODEC_JSON_SCAN_H
#define SW_CODEC_JSON_SCAN_H

#include "codec/json.h"

/* A member that was asked for. */
struct sw_json_found {
    struct sw_bytes span; /* the value as it is written, a string with its quotes; a view into the
                             document. Its ptr is NULL when there is no such member */
    enum sw_json_type type;
    bool escaped; /* a string with escapes */
};

struct sw_json_scanner;

/* Each path names a member of the top object, or with dots one of an object in it:
 * "metadata.source". A backslash before '.' or '\' makes it part of the name. The paths are copied.
 * `limits` are the tree's and may be NULL. SW_E_USAGE for a path with an empty name, or when the
 * depth may be over 1,000. */
sw_result sw_json_scanner_new(struct sw_json_scanner **out, const char *const *paths, size_t count,
    const struct sw_json_limits *limits, struct sw_error *err);
void sw_json_scanner_free(struct sw_json_scanner *scanner);
SW_DEFINE_CLEANUP_PTR(json_scanner, struct sw_json_scanner, sw_json_scanner_free)

/* Checks one document and fills `found`, which has a place for each path. Names take at most 64 MiB
 * of memory (SW_E_LIMIT): the one limit that the tree does not have. A failure costs several times
 * what success does. */
sw_result sw_json_scan(struct sw_json_scanner *scanner, struct sw_bytes text,
    struct sw_json_found *found, struct sw_error *err);

/* The text of a string that was found: a view into the document when there are no escapes, else
 * into `buf`, which is overwritten. Every other value: as it is written. SW_E_NOMEM. */
sw_result sw_json_found_text(
    const struct sw_json_found *found, struct sw_buf *buf, struct sw_str *out);

#endif
