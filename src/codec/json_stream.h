/* Strict JSON as a stream of events, in bounded memory, from input that need not fit in it. The
 * same lexer and the same refusals as the tree (codec/json.h). */
#ifndef SW_CODEC_JSON_STREAM_H
#define SW_CODEC_JSON_STREAM_H

#include "codec/json.h"

enum sw_json_event_type {
    SW_JSON_EVENT_VALUE, /* null, bool, number or string: in event.value */
    SW_JSON_EVENT_NAME,  /* a member's name: in event.value.text */
    SW_JSON_EVENT_ARRAY,
    SW_JSON_EVENT_ARRAY_END,
    SW_JSON_EVENT_OBJECT,
    SW_JSON_EVENT_OBJECT_END,
    SW_JSON_EVENT_END, /* the document is over; every later call gives this again */
};

struct sw_json_event {
    enum sw_json_event_type type;
    struct sw_json value; /* its text is valid until the next call */
    uint32_t depth;       /* containers that are open around it */
};

/* Fills `out` with up to `len` bytes and says how many; 0 means the end of the input. */
typedef enum sw_code (*sw_json_read_fn)(
    void *ctx, uint8_t *out, size_t len, size_t *got, struct sw_error *err);

struct sw_json_stream_limits {
    struct sw_json_limits json; /* max_bytes 0 here means no limit on the whole stream */
    size_t max_string;          /* bytes of one string or number; 0 means 16 MiB */
    size_t max_names;           /* bytes of all names of the open objects, which must be kept to
                                   refuse duplicates; 0 means 64 MiB */
    bool many; /* values separated by white space (JSON lines): END comes only at the
                  end of the input */
};

struct sw_json_stream;

sw_result sw_json_stream_new(struct sw_json_stream **out, sw_json_read_fn read, void *ctx,
    const struct sw_json_stream_limits *limits);
void sw_json_stream_free(struct sw_json_stream *stream);
SW_DEFINE_CLEANUP_PTR(json_stream, struct sw_json_stream, sw_json_stream_free)

/* The next event. After a failure every later call fails the same way. */
sw_result sw_json_stream_next(
    struct sw_json_stream *stream, struct sw_json_event *event, struct sw_error *err);
/* After an ARRAY, OBJECT, NAME or VALUE event: passes over the rest of that value. The failures are
 * those of sw_json_stream_next(): what is passed over is checked too. */
sw_result sw_json_stream_skip(struct sw_json_stream *stream, struct sw_error *err);

#endif
