/* Reads a document through the tree and through the stream, and sees whether both say the same. */
#ifndef SW_TEST_JSON_AGREE_H
#define SW_TEST_JSON_AGREE_H

#include "codec/json_stream.h"

#include <inttypes.h>

/* Gives `chunk` bytes of a text at a time (0: all at once). */
struct chunks {
    struct sw_bytes text;
    size_t pos;
    size_t chunk;
};

static inline enum sw_code chunks_read(
    void *ctx, uint8_t *out, size_t len, size_t *got, struct sw_error *err)
{
    struct chunks *c = ctx;
    size_t n = c->text.len - c->pos;
    n = n > len ? len : n;
    n = c->chunk != 0 && n > c->chunk ? c->chunk : n;
    if (n != 0) {
        memcpy(out, c->text.ptr + c->pos, n);
    }
    c->pos += n;
    *got = n;
    return SW_OK;
}

static inline enum sw_code dump_scalar(struct sw_buf *out, const struct sw_json *v)
{
    SW_TRY(sw_buf_printf(out, "%d@%" PRIu64 ":", (int)v->type, v->where));
    if (v->type == SW_JSON_BOOL) {
        return sw_buf_puts(out, v->boolean ? "true" : "false");
    }
    return v->type == SW_JSON_NULL ? SW_OK : sw_buf_put_str(out, v->text);
}

static inline enum sw_code dump_tree(struct sw_buf *out, const struct sw_json *v)
{
    if (v->type != SW_JSON_ARRAY && v->type != SW_JSON_OBJECT) {
        return dump_scalar(out, v);
    }
    SW_TRY(sw_buf_printf(out, "%d@%" PRIu64 "(", (int)v->type, v->where));
    SW_JSON_EACH (item, v) {
        SW_TRY(dump_tree(out, item));
    }
    SW_JSON_EACH_MEMBER (member, v) {
        SW_TRY(sw_buf_printf(out, "%zu=", member->name.len));
        SW_TRY(sw_buf_put_str(out, member->name));
        SW_TRY(dump_tree(out, &member->value));
    }
    return sw_buf_putc(out, ')');
}

static inline enum sw_code dump_event(struct sw_buf *out, const struct sw_json_event *e)
{
    switch (e->type) {
    case SW_JSON_EVENT_VALUE: return dump_scalar(out, &e->value);
    case SW_JSON_EVENT_NAME:
        SW_TRY(sw_buf_printf(out, "%zu=", e->value.text.len));
        return sw_buf_put_str(out, e->value.text);
    case SW_JSON_EVENT_ARRAY:
    case SW_JSON_EVENT_OBJECT:
        return sw_buf_printf(out, "%d@%" PRIu64 "(", (int)e->value.type, e->value.where);
    case SW_JSON_EVENT_ARRAY_END:
    case SW_JSON_EVENT_OBJECT_END: return sw_buf_putc(out, ')');
    case SW_JSON_EVENT_END: break;
    }
    return SW_OK;
}

/* The events of one document, in the form of dump_tree(). */
static inline enum sw_code dump_stream(struct sw_buf *out, struct sw_bytes text, size_t chunk,
    const struct sw_json_stream_limits *limits, struct sw_error *err)
{
    struct chunks chunks = {.text = text, .chunk = chunk};
    SW_CLEANUP(json_stream) struct sw_json_stream *stream = NULL;
    SW_TRY(sw_json_stream_new(&stream, chunks_read, &chunks, limits));
    struct sw_json_event event;
    do {
        SW_TRY(sw_json_stream_next(stream, &event, err));
        SW_TRY(dump_event(out, &event));
    } while (event.type != SW_JSON_EVENT_END);
    return SW_OK;
}

/* NULL when tree and stream agree in result, words and content; else what differs. *accepted says
 * whether both took the document. */
static inline const char *json_disagreement(struct sw_bytes text, size_t chunk, bool *accepted)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    SW_CLEANUP(buf) struct sw_buf from_tree = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf from_stream = SW_BUF_INIT;
    struct sw_error tree_err = {0};
    struct sw_error stream_err = {0};
    struct sw_json tree;
    enum sw_code tree_rc = sw_json_parse(&arena, text, NULL, &tree, &tree_err);
    enum sw_code stream_rc = dump_stream(&from_stream, text, chunk, NULL, &stream_err);
    *accepted = tree_rc == SW_OK;
    if (tree_rc != stream_rc) {
        return "one accepts what the other refuses";
    }
    if (strcmp(tree_err.text, stream_err.text) != 0) {
        return "they refuse for different reasons";
    }
    if (tree_rc == SW_OK && dump_tree(&from_tree, &tree) != SW_OK) {
        return "the tree cannot be shown";
    }
    return tree_rc != SW_OK || sw_bytes_equal(sw_buf_bytes(&from_tree), sw_buf_bytes(&from_stream))
               ? NULL
               : "they read different values";
}

#endif
