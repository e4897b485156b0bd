#include "codec/inflate.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define INPUT_SIZE ((size_t)256 << 10)
#define WINDOW_LOG_MAX 27
_Static_assert(SW_INFLATE_WINDOW_MAX == UINT64_C(1) << WINDOW_LOG_MAX, "one limit");

/* Bytes that tell how a member begins. */
#define HEAD_SIZE 4

/* One row per form that a file can have. A member of gzip and a frame of zstd are both called
 * member here. */
struct form {
    const char *name;
    bool (*begins)(struct sw_bytes head); /* does a member stand here? */
    sw_result (*open)(struct sw_inflate *s);
    sw_result (*restart)(struct sw_inflate *s); /* at each member */
    /* Takes from s->in, gives up to `len` bytes and says whether the member is complete. */
    sw_result (*step)(
        struct sw_inflate *s, uint8_t *out, size_t len, size_t *got, struct sw_error *err);
    void (*close)(struct sw_inflate *s);
};

struct sw_inflate {
    const struct form *form; /* NULL: plain */
    struct sw_source source;
    uint64_t fetched; /* bytes of the source that were read; plain: that were given */
    uint8_t *input;
    size_t pos; /* what is not used yet: [pos, end) of the input */
    size_t end;
    bool inside; /* a member has begun and not ended */
    bool cut;
    z_stream gzip;
    ZSTD_DStream *zstd;
    struct sw_error failed; /* the failure that stays; its code is SW_OK before that */
};

uint64_t sw_inflate_consumed(const struct sw_inflate *stream)
{
    return stream->fetched - (stream->end - stream->pos);
}

static enum sw_code fail_here(
    const struct sw_inflate *s, enum sw_code code, const char *what, struct sw_error *err)
{
    return sw_fail(err, code, "byte %" PRIu64 ": %s", sw_inflate_consumed(s), what);
}

/* --- gzip ------------------------------------------------------------------------------------ */

static bool gzip_begins(struct sw_bytes head)
{
    return head.len >= 2 && head.ptr[0] == 0x1F && head.ptr[1] == 0x8B;
}

static sw_result gzip_open(struct sw_inflate *s)
{
    const int gzip_only = 16;
    return inflateInit2(&s->gzip, MAX_WBITS + gzip_only) == Z_OK ? SW_OK : SW_E_NOMEM;
}

static sw_result gzip_restart(struct sw_inflate *s)
{
    return inflateReset(&s->gzip) == Z_OK ? SW_OK : SW_E_INTERNAL;
}

static sw_result gzip_step(
    struct sw_inflate *s, uint8_t *out, size_t len, size_t *got, struct sw_error *err)
{
    const uInt room = len > UINT_MAX ? UINT_MAX : (uInt)len;
    s->gzip.next_in = s->input + s->pos;
    s->gzip.avail_in = (uInt)(s->end - s->pos);
    s->gzip.next_out = out;
    s->gzip.avail_out = room;
    int rc = inflate(&s->gzip, Z_NO_FLUSH);
    s->pos = s->end - s->gzip.avail_in;
    *got = room - s->gzip.avail_out;
    s->inside = rc != Z_STREAM_END;
    if (rc == Z_MEM_ERROR) {
        return SW_E_NOMEM;
    }
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR) {
        return fail_here(
            s, SW_E_FORMAT, s->gzip.msg == NULL ? "broken gzip data" : s->gzip.msg, err);
    }
    return SW_OK;
}

static void gzip_close(struct sw_inflate *s)
{
    (void)inflateEnd(&s->gzip);
}

/* --- zstd ------------------------------------------------------------------------------------ */

/* A frame, or one that is to be passed over (RFC 8878, 3.1.2). The formats before it, which the
 * library may still read, are not taken. */
static bool zstd_begins(struct sw_bytes head)
{
    static const uint8_t frame[] = {0x28, 0xB5, 0x2F, 0xFD};
    static const uint8_t passed_over[] = {0x2A, 0x4D, 0x18};
    return head.len >= HEAD_SIZE &&
           (memcmp(head.ptr, frame, sizeof(frame)) == 0 ||
               ((head.ptr[0] & 0xF0) == 0x50 &&
                   memcmp(head.ptr + 1, passed_over, sizeof(passed_over)) == 0));
}

static sw_result zstd_open(struct sw_inflate *s)
{
    s->zstd = ZSTD_createDStream();
    SW_TRY_PTR(s->zstd);
    size_t rc = ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    return ZSTD_isError(rc) ? SW_E_INTERNAL : SW_OK;
}

static sw_result zstd_restart(struct sw_inflate *s)
{
    size_t rc = ZSTD_DCtx_reset(s->zstd, ZSTD_reset_session_only);
    return ZSTD_isError(rc) ? SW_E_INTERNAL : SW_OK;
}

static sw_result zstd_step(
    struct sw_inflate *s, uint8_t *out, size_t len, size_t *got, struct sw_error *err)
{
    ZSTD_inBuffer from = {s->input, s->end, s->pos};
    ZSTD_outBuffer to = {out, len, 0};
    size_t rc = ZSTD_decompressStream(s->zstd, &to, &from);
    s->pos = from.pos;
    *got = to.pos;
    s->inside = rc != 0;
    if (!ZSTD_isError(rc)) {
        return SW_OK;
    }
    ZSTD_ErrorCode why = ZSTD_getErrorCode(rc);
    if (why == ZSTD_error_memory_allocation) {
        return SW_E_NOMEM;
    }
    if (why == ZSTD_error_frameParameter_windowTooLarge) {
        return fail_here(s, SW_E_LIMIT, "zstd data that needs a window of over 128 MiB", err);
    }
    return fail_here(s, SW_E_FORMAT, ZSTD_getErrorName(rc), err);
}

static void zstd_close(struct sw_inflate *s)
{
    (void)ZSTD_freeDStream(s->zstd);
}

static const struct form forms[] = {
    {"gzip", gzip_begins, gzip_open, gzip_restart, gzip_step, gzip_close},
    {"zstd", zstd_begins, zstd_open, zstd_restart, zstd_step, zstd_close},
};

/* --- any ------------------------------------------------------------------------------------- */

void sw_inflate_free(struct sw_inflate *stream)
{
    if (stream == NULL) {
        return;
    }
    if (stream->form != NULL) {
        stream->form->close(stream);
    }
    free(stream->input);
    free(stream);
}

static const struct form *find_form(struct sw_bytes head)
{
    for (size_t i = 0; i < SW_COUNT(forms); i++) {
        if (forms[i].begins(head)) {
            return &forms[i];
        }
    }
    return NULL;
}

sw_result sw_inflate_new(
    struct sw_inflate **out, const struct sw_source *source, struct sw_error *err)
{
    SW_CLEANUP(inflate) struct sw_inflate *s = calloc(1, sizeof(*s));
    SW_TRY_PTR(s);
    s->source = *source;
    uint8_t head[HEAD_SIZE] = {0};
    size_t len = source->size < sizeof(head) ? (size_t)source->size : sizeof(head);
    SW_TRY(sw_source_read(source, 0, head, len, err));
    const struct form *form = find_form(sw_bytes(head, len));
    if (form != NULL) {
        s->input = malloc(INPUT_SIZE);
        SW_TRY_PTR(s->input);
        SW_TRY(form->open(s));
        s->form = form;
    }
    *out = SW_TAKE(s);
    return SW_OK;
}

const char *sw_inflate_name(const struct sw_inflate *stream)
{
    return stream->form == NULL ? "plain" : stream->form->name;
}

bool sw_inflate_is_plain(const struct sw_inflate *stream)
{
    return stream->form == NULL;
}

bool sw_inflate_is_cut(const struct sw_inflate *stream)
{
    return stream->cut;
}

/* Brings more input behind what is not used yet, if there is any. */
static sw_result refill(struct sw_inflate *s, struct sw_error *err)
{
    memmove(s->input, s->input + s->pos, s->end - s->pos);
    s->end -= s->pos;
    s->pos = 0;
    uint64_t left = s->source.size - s->fetched;
    size_t room = INPUT_SIZE - s->end;
    size_t len = left < room ? (size_t)left : room;
    SW_TRY(sw_source_read(&s->source, s->fetched, s->input + s->end, len, err));
    s->fetched += len;
    s->end += len;
    return SW_OK;
}

/* Stands before a member, or sets *over at the end of the file. */
static sw_result begin_member(struct sw_inflate *s, bool *over, struct sw_error *err)
{
    if (s->end - s->pos < HEAD_SIZE) {
        SW_TRY(refill(s, err));
    }
    *over = s->pos == s->end;
    if (*over) {
        return SW_OK;
    }
    if (!s->form->begins(sw_bytes(s->input + s->pos, s->end - s->pos))) {
        return fail_here(s, SW_E_FORMAT, "what stands behind the compressed data is none", err);
    }
    s->inside = true;
    return s->form->restart(s);
}

/* One step; *got is 0 only at the end, or when it needs to be called again. */
static sw_result advance(
    struct sw_inflate *s, uint8_t *out, size_t len, size_t *got, bool *over, struct sw_error *err)
{
    *got = 0;
    if (!s->inside) {
        SW_TRY(begin_member(s, over, err));
        if (*over) {
            return SW_OK;
        }
    }
    if (s->pos == s->end) {
        SW_TRY(refill(s, err));
    }
    size_t before = s->pos;
    SW_TRY(s->form->step(s, out, len, got, err));
    if (*got == 0 && s->pos == before && s->inside) {
        s->cut = true;
        return fail_here(s, SW_E_FORMAT, "the compressed data ends too early", err);
    }
    return SW_OK;
}

static sw_result read_plain(
    struct sw_inflate *s, uint8_t *out, size_t len, size_t *got, struct sw_error *err)
{
    uint64_t left = s->source.size - s->fetched;
    size_t want = left < len ? (size_t)left : len;
    SW_TRY(sw_source_read(&s->source, s->fetched, out, want, err));
    s->fetched += want;
    *got = want;
    return SW_OK;
}

static sw_result read_packed(
    struct sw_inflate *s, uint8_t *out, size_t len, size_t *got, struct sw_error *err)
{
    bool over = false;
    *got = 0;
    while (*got < len && !over) {
        size_t more;
        enum sw_code rc = advance(s, out + *got, len - *got, &more, &over, err);
        *got += more;
        SW_TRY(rc);
    }
    return SW_OK;
}

sw_result sw_inflate_read(
    struct sw_inflate *stream, void *out, size_t len, size_t *got, struct sw_error *err)
{
    size_t done = 0;
    if (stream->failed.code == SW_OK) {
        stream->failed.code = (stream->form == NULL ? read_plain : read_packed)(
            stream, out, len, &done, &stream->failed);
    }
    if (stream->failed.code != SW_OK && done == 0) {
        if (err != NULL) {
            *err = stream->failed;
        }
        return stream->failed.code;
    }
    *got = done;
    return SW_OK;
}

sw_result sw_inflate_skip(struct sw_inflate *stream, uint64_t count, struct sw_error *err)
{
    uint8_t passed[16384];
    if (stream->form == NULL && count <= stream->source.size - stream->fetched) {
        stream->fetched += count;
        return SW_OK;
    }
    while (count > 0) {
        size_t got = 0;
        size_t want = count < sizeof(passed) ? (size_t)count : sizeof(passed);
        SW_TRY(sw_inflate_read(stream, passed, want, &got, err));
        if (got == 0) {
            return fail_here(
                stream, SW_E_FORMAT, "the data ends before the place to begin at", err);
        }
        count -= got;
    }
    return SW_OK;
}
