#include "codec/json_stream.h"

#include "codec/json_lex.h"

#include <inttypes.h>
#include <stdlib.h>

#define WINDOW_START ((size_t)64 * 1024)
#define DEFAULT_STRING ((size_t)16 << 20)
#define DEFAULT_NAMES ((size_t)64 << 20)

struct sw_json_stream {
    struct sw_json_lexer lexer; /* first: refill() finds the stream by it */
    sw_json_read_fn read;
    void *ctx;
    uint8_t *window;
    size_t cap;
    uint64_t received;
    uint64_t max_bytes; /* 0 means no limit */
    struct sw_json_event last;
    struct sw_error failed; /* the failure that stays; its code is SW_OK before that */
};

/* Points the lexer at the window, in which `kept` bytes that are still needed stand first. */
static void place_window(struct sw_json_stream *s, size_t kept)
{
    struct sw_json_lexer *lexer = &s->lexer;
    lexer->base += (uint64_t)(lexer->p - lexer->start);
    lexer->start = s->window;
    lexer->p = s->window;
    lexer->end = s->window + kept;
}

/* Makes room behind the bytes that are still needed. They move only when at least as many go, and
 * the window doubles otherwise, so that a reader who gives one byte at a time costs no more. */
static sw_result make_room(struct sw_json_stream *s)
{
    const struct sw_json_lexer *lexer = &s->lexer;
    size_t kept = (size_t)(lexer->end - lexer->p);
    if ((size_t)(lexer->end - lexer->start) < s->cap) {
        return SW_OK;
    }
    if (kept <= s->cap / 2) {
        memmove(s->window, lexer->p, kept);
        place_window(s, kept);
        return SW_OK;
    }
    size_t cap;
    if (!sw_mul_size(s->cap, 2, &cap)) {
        return SW_E_NOMEM;
    }
    uint8_t *window = malloc(cap);
    SW_TRY_PTR(window);
    memcpy(window, lexer->p, kept);
    free(s->window);
    s->window = window;
    s->cap = cap;
    place_window(s, kept);
    return SW_OK;
}

static enum sw_code refill(struct sw_json_lexer *lexer, struct sw_error *err)
{
    struct sw_json_stream *s = (struct sw_json_stream *)lexer;
    SW_TRY(sw_json_lexer_check_token(lexer, lexer->p, lexer->end, err));
    SW_TRY(make_room(s));
    size_t used = (size_t)(lexer->end - lexer->start);
    size_t got = 0;
    SW_TRY(s->read(s->ctx, s->window + used, s->cap - used, &got, err));
    if (got > s->cap - used) {
        return sw_fail(err, SW_E_INTERNAL, "a reader gave more bytes than it was asked for");
    }
    s->received += got;
    if (s->max_bytes != 0 && s->received > s->max_bytes) {
        return sw_fail(err, SW_E_LIMIT,
            "byte %" PRIu64 ": the input is longer than the %" PRIu64 " bytes that are read",
            s->max_bytes, s->max_bytes);
    }
    lexer->end += got;
    lexer->last = got == 0;
    return SW_OK;
}

static void apply_limits(struct sw_json_stream *s, const struct sw_json_stream_limits *limits)
{
    sw_json_lexer_init(
        &s->lexer, &limits->json, true, limits->max_names == 0 ? DEFAULT_NAMES : limits->max_names);
    s->lexer.max_token = limits->max_string == 0 ? DEFAULT_STRING : limits->max_string;
    s->lexer.many = limits->many;
    s->max_bytes = limits->json.max_bytes;
}

sw_result sw_json_stream_new(struct sw_json_stream **out, sw_json_read_fn read, void *ctx,
    const struct sw_json_stream_limits *limits)
{
    static const struct sw_json_stream_limits defaults = {0};
    SW_CLEANUP(json_stream) struct sw_json_stream *s = calloc(1, sizeof(*s));
    SW_TRY_PTR(s);
    s->window = malloc(WINDOW_START);
    SW_TRY_PTR(s->window);
    s->cap = WINDOW_START;
    s->read = read;
    s->ctx = ctx;
    s->last.type = SW_JSON_EVENT_END;
    apply_limits(s, limits == NULL ? &defaults : limits);
    s->lexer.refill = refill;
    s->lexer.start = s->lexer.p = s->lexer.end = s->window;
    *out = SW_TAKE(s);
    return SW_OK;
}

void sw_json_stream_free(struct sw_json_stream *stream)
{
    if (stream == NULL) {
        return;
    }
    sw_json_lexer_release(&stream->lexer);
    free(stream->window);
    free(stream);
}

/* Gives the failure that stays. */
static enum sw_code fail_again(const struct sw_json_stream *s, struct sw_error *err)
{
    if (err != NULL) {
        *err = s->failed;
    }
    return s->failed.code;
}

/* Moves on to the next event, in s->last. */
static sw_result advance(struct sw_json_stream *s, struct sw_error *err)
{
    if (s->failed.code != SW_OK) {
        return fail_again(s, err);
    }
    enum sw_code rc = sw_json_lexer_next(&s->lexer, &s->last, &s->failed);
    s->failed.code = rc;
    return rc == SW_OK ? SW_OK : fail_again(s, err);
}

sw_result sw_json_stream_next(
    struct sw_json_stream *stream, struct sw_json_event *event, struct sw_error *err)
{
    SW_TRY(advance(stream, err));
    *event = stream->last;
    return SW_OK;
}

static bool opens(const struct sw_json_event *event)
{
    return event->type == SW_JSON_EVENT_ARRAY || event->type == SW_JSON_EVENT_OBJECT;
}

sw_result sw_json_stream_skip(struct sw_json_stream *stream, struct sw_error *err)
{
    if (stream->last.type == SW_JSON_EVENT_NAME) {
        SW_TRY(advance(stream, err));
    }
    if (!opens(&stream->last)) {
        return SW_OK;
    }
    size_t around = stream->last.depth;
    do {
        SW_TRY(advance(stream, err));
    } while (stream->lexer.depth > around);
    return SW_OK;
}
