/* Writing JSON: a streaming writer, and the canonical form of RFC 8785. */
#ifndef SW_CODEC_JSON_WRITE_H
#define SW_CODEC_JSON_WRITE_H

#include "codec/json.h"

/* Depth to which trees are written; deeper ones only come from limits that were raised. */
#define SW_JSON_PRINT_DEPTH 1024

/* Appends the canonical form (RFC 8785: names in UTF-16 order, shortest strings, ECMAScript
 * numbers) of a tree. Numbers outside the double range give SW_E_FORMAT; an integer that a double
 * cannot hold exactly too, since canonicalising it would change it. Trees deeper than
 * SW_JSON_PRINT_DEPTH give SW_E_LIMIT. */
sw_result sw_json_canonical(struct sw_buf *out, const struct sw_json *value, struct sw_error *err);
/* Parses and writes the canonical form in one step. */
sw_result sw_json_canonicalize(struct sw_buf *out, struct sw_bytes text, struct sw_error *err);

/* Appends a tree in the order of the document, compact (indent 0) or indented by so many spaces a
 * level. SW_E_LIMIT past SW_JSON_PRINT_DEPTH. */
sw_result sw_json_print(struct sw_buf *out, const struct sw_json *value, unsigned indent);

/* Appends `text` as a JSON string with quotes. Bytes that are not UTF-8 become U+FFFD. */
sw_result sw_json_quote(struct sw_buf *out, struct sw_str text);

#define SW_JSON_WRITER_DEPTH 64

/* Writes a document piece by piece; commas and colons come by themselves. The first failure (out of
 * memory, over the buffer's maximum, unbalanced calls) sticks, and sw_jw_finish() gives it, so the
 * calls in between have no result to check. `name` NULL inside arrays and at the top. */
struct sw_json_writer {
    struct sw_buf *out;
    unsigned indent; /* 0: one line */
    unsigned depth;
    bool empty[SW_JSON_WRITER_DEPTH + 1];  /* nothing written yet at this depth */
    bool object[SW_JSON_WRITER_DEPTH + 1]; /* an object is open at this depth, else an array */
    enum sw_code failed;
};

void sw_jw_init(struct sw_json_writer *w, struct sw_buf *out, unsigned indent);
void sw_jw_object(struct sw_json_writer *w, const char *name);
void sw_jw_object_end(struct sw_json_writer *w);
void sw_jw_array(struct sw_json_writer *w, const char *name);
void sw_jw_array_end(struct sw_json_writer *w);
void sw_jw_str(struct sw_json_writer *w, const char *name, struct sw_str value);
void sw_jw_text(struct sw_json_writer *w, const char *name, const char *value); /* NULL: null */
void sw_jw_u64(struct sw_json_writer *w, const char *name, uint64_t value);
void sw_jw_i64(struct sw_json_writer *w, const char *name, int64_t value);
void sw_jw_double(struct sw_json_writer *w, const char *name, double value); /* NaN, Inf: fails */
void sw_jw_bool(struct sw_json_writer *w, const char *name, bool value);
void sw_jw_null(struct sw_json_writer *w, const char *name);
void sw_jw_base64(struct sw_json_writer *w, const char *name, struct sw_bytes value);
/* A value that is JSON already (a tree). */
void sw_jw_json(struct sw_json_writer *w, const char *name, const struct sw_json *value);
/* SW_OK when one whole document was written. */
sw_result sw_jw_finish(struct sw_json_writer *w);

#endif
