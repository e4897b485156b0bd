#include "data/reader_feed.h"

#include <stdlib.h>

void sw_feed_init(struct sw_feed *feed, uint64_t item_max)
{
    *feed = (struct sw_feed){.item_max = item_max, .read = SW_FEED_READ};
}

void sw_feed_close(struct sw_feed *feed)
{
    sw_inflate_free(feed->stream);
    feed->stream = NULL;
}

void sw_feed_release(struct sw_feed *feed)
{
    sw_feed_close(feed);
    free(feed->data);
    feed->data = NULL;
    feed->cap = 0;
}

sw_result sw_feed_open(struct sw_feed *feed, const struct sw_source *source, struct sw_error *err)
{
    sw_feed_close(feed);
    feed->pos = 0;
    feed->end = 0;
    feed->base = 0;
    feed->over = false;
    feed->broken = (struct sw_error){0};
    return sw_inflate_new(&feed->stream, source, err);
}

/* Makes room to read into behind what was not given yet. */
static sw_result make_room(struct sw_feed *feed)
{
    if (feed->cap - feed->end >= feed->read) {
        return SW_OK;
    }
    size_t kept = feed->end - feed->pos;
    uint8_t *data = feed->data;
    size_t cap = feed->cap;
    if (cap - kept < feed->read) {
        if (!sw_mul_size(cap < feed->read ? feed->read : cap, 2, &cap)) {
            return SW_E_NOMEM;
        }
        data = malloc(cap);
        SW_TRY_PTR(data);
    }
    if (kept > 0) {
        memmove(data, feed->data + feed->pos, kept);
    }
    if (data != feed->data) {
        free(feed->data);
        feed->data = data;
        feed->cap = cap;
    }
    feed->base += feed->pos;
    feed->pos = 0;
    feed->end = kept;
    return SW_OK;
}

/* Adds to the window, or finds that the file is over. Fails only where the machine does: what is
 * wrong with the file is noted. */
static sw_result read_more(struct sw_feed *feed, struct sw_error *err)
{
    SW_TRY(make_room(feed));
    size_t got = 0;
    struct sw_error failed = {0};
    enum sw_code rc =
        sw_inflate_read(feed->stream, feed->data + feed->end, feed->cap - feed->end, &got, &failed);
    if (rc == SW_E_FORMAT || rc == SW_E_LIMIT) {
        feed->broken = failed;
        feed->over = true;
        return SW_OK;
    }
    if (rc != SW_OK) {
        if (err != NULL) {
            *err = failed;
        }
        return rc;
    }
    feed->end += got;
    feed->over = got == 0;
    return SW_OK;
}

static void forget(struct sw_feed *feed)
{
    feed->base += feed->end;
    feed->pos = 0;
    feed->end = 0;
}

sw_result sw_feed_seek(struct sw_feed *feed, uint64_t offset, struct sw_error *err)
{
    uint64_t here = sw_feed_offset(feed);
    if (offset < here) {
        return sw_fail(
            err, SW_E_USAGE, "no record begins at byte %llu", (unsigned long long)offset);
    }
    if (offset - here <= feed->end - feed->pos) {
        feed->pos += (size_t)(offset - here);
        return SW_OK;
    }
    forget(feed);
    enum sw_code rc = sw_inflate_skip(feed->stream, offset - feed->base, err);
    feed->base = offset;
    return rc == SW_E_FORMAT || rc == SW_E_LIMIT
               ? sw_error_prefix(
                     err, SW_E_USAGE, "cannot begin at byte %llu", (unsigned long long)offset)
               : rc;
}

sw_result sw_feed_need(struct sw_feed *feed, size_t count, struct sw_error *err)
{
    while (feed->end - feed->pos < count && !feed->over) {
        SW_TRY(read_more(feed, err));
    }
    return SW_OK;
}

sw_result sw_feed_pass_mark(struct sw_feed *feed, struct sw_error *err)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    SW_TRY(sw_feed_need(feed, sizeof(mark), err));
    if (feed->end - feed->pos >= sizeof(mark) &&
        memcmp(feed->data + feed->pos, mark, sizeof(mark)) == 0) {
        feed->pos += sizeof(mark);
    }
    return SW_OK;
}

sw_result sw_feed_pass_all(struct sw_feed *feed, uint64_t *length, struct sw_error *err)
{
    uint64_t from = sw_feed_offset(feed);
    do {
        forget(feed);
        SW_TRY(sw_feed_need(feed, 1, err));
    } while (feed->end > 0);
    *length = sw_feed_offset(feed) - from;
    return SW_OK;
}

/* An item that is too long: its end is looked for, and nothing of it is held. All of the window
 * belongs to it and was looked at. */
static sw_result pass_item(struct sw_feed *feed, sw_item_end_fn end, void *ctx, size_t terminator,
    struct sw_item *item, struct sw_error *err)
{
    item->too_long = true;
    for (;;) {
        forget(feed);
        SW_TRY(sw_feed_need(feed, 1, err));
        if (feed->end == 0) {
            item->unfinished = true;
            item->length = feed->base - item->offset;
            return SW_OK;
        }
        size_t len;
        if (end(ctx, sw_bytes(feed->data, feed->end), &len)) {
            feed->pos = len;
            item->length = sw_feed_offset(feed) - terminator - item->offset;
            return SW_OK;
        }
    }
}

/* The item is the first `len` bytes of what was not given yet, and `terminator` bytes end it. */
static void take_item(struct sw_feed *feed, size_t len, size_t terminator, struct sw_item *item)
{
    item->bytes = sw_bytes(feed->data + feed->pos, len);
    item->length = len;
    feed->pos += len + terminator;
    if (len > feed->item_max) {
        item->too_long = true;
        item->bytes = sw_bytes(NULL, 0);
    }
}

sw_result sw_feed_item(struct sw_feed *feed, sw_item_end_fn end, void *ctx, size_t terminator,
    struct sw_item *item, bool *found, struct sw_error *err)
{
    size_t seen = 0;
    *item = (struct sw_item){.offset = sw_feed_offset(feed)};
    *found = true;
    for (;;) {
        size_t left = feed->end - feed->pos;
        size_t len;
        if (left > seen && end(ctx, sw_bytes(feed->data + feed->pos + seen, left - seen), &len)) {
            take_item(feed, seen + len - terminator, terminator, item);
            return SW_OK;
        }
        if (feed->over) {
            item->unfinished = true;
            *found = left > 0 && feed->broken.code == SW_OK;
            if (*found) {
                take_item(feed, left, 0, item);
            }
            return SW_OK;
        }
        if (left > feed->item_max) {
            return pass_item(feed, end, ctx, terminator, item, err);
        }
        seen = left;
        SW_TRY(read_more(feed, err));
    }
}

static bool line_end(void *ctx, struct sw_bytes unseen, size_t *len)
{
    const uint8_t *at = memchr(unseen.ptr, '\n', unseen.len);
    *len = at == NULL ? 0 : (size_t)(at - unseen.ptr) + 1;
    return at != NULL;
}

void sw_item_chomp(struct sw_item *item)
{
    if (item->bytes.len > 0 && item->bytes.ptr[item->bytes.len - 1] == '\r') {
        item->bytes.len--;
        item->length--;
    }
}

sw_result sw_feed_line(
    struct sw_feed *feed, struct sw_item *item, bool *found, struct sw_error *err)
{
    SW_TRY(sw_feed_item(feed, line_end, NULL, 1, item, found, err));
    sw_item_chomp(item);
    return SW_OK;
}

sw_result sw_feed_hold(struct sw_feed *feed, const struct sw_source *source, struct sw_bytes *out,
    struct sw_error *err)
{
    if (source->size > feed->item_max || source->size > SIZE_MAX) {
        return sw_fail(err, SW_E_LIMIT, "the file is too large to be one record");
    }
    size_t len = (size_t)source->size;
    if (feed->cap < len) {
        uint8_t *data = malloc(len);
        SW_TRY_PTR(data);
        free(feed->data);
        feed->data = data;
        feed->cap = len;
    }
    SW_TRY(sw_source_read(source, 0, feed->data, len, err));
    *out = sw_bytes(feed->data, len);
    return SW_OK;
}
