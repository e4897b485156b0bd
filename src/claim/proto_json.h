/* protobuf's JSON mapping, as Sigstore's documents are written in it: null means absent, bytes are
 * base64 of either alphabet, 64-bit numbers are strings. A name that a message does not have is
 * refused, since it could mean something to another reader. Private to the room. */
#ifndef SW_CLAIM_PROTO_JSON_H
#define SW_CLAIM_PROTO_JSON_H

#include "codec/codec.h"

/* One reading. What is read is put into `arena` and does not refer to the document. */
struct sw_proto {
    struct sw_arena *arena;
    const char *document; /* begins each message: "bundle" */
    struct sw_error *err;
};

/* The value, or NULL when it is absent or null. */
const struct sw_json *sw_proto_field(const struct sw_json *object, const char *name);

/* Fails with "DOCUMENT: byte N: …". */
enum sw_code sw_proto_bad(const struct sw_proto *p, const struct sw_json *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Is it an object without names but these? `names` ends in NULL. */
sw_result sw_proto_object(const struct sw_proto *p, const struct sw_json *value,
    const char *const *names, const char *what);
/* The field is required, and such an object. */
sw_result sw_proto_message(const struct sw_proto *p, const struct sw_json *object, const char *name,
    const char *const *names, const struct sw_json **out);
/* A list of at most `max`; *out is NULL when it is absent. */
sw_result sw_proto_list(const struct sw_proto *p, const struct sw_json *object, const char *name,
    uint32_t max, const struct sw_json **out);

/* Required values; `what` names one in messages. */
sw_result sw_proto_bytes(const struct sw_proto *p, const struct sw_json *object, const char *name,
    const char *what, struct sw_bytes *out);
sw_result sw_proto_text(const struct sw_proto *p, const struct sw_json *object, const char *name,
    const char *what, struct sw_str *out);
/* One that is absent is 0: writers leave zeroes out. */
sw_result sw_proto_u64(
    const struct sw_proto *p, const struct sw_json *object, const char *name, uint64_t *out);

/* Base64 of a value that is there. */
sw_result sw_proto_decode(
    const struct sw_proto *p, const struct sw_json *value, const char *what, struct sw_bytes *out);

#endif
