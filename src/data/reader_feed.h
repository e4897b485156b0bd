/* Private to the room: the bytes of one file in a window that moves over it, and items cut from
 * them. An item is a view into the window, so nothing is copied but what lies over its end. */
#ifndef SW_DATA_READER_FEED_H
#define SW_DATA_READER_FEED_H

#include "data/record.h"

#define SW_FEED_READ ((size_t)1 << 20)

struct sw_feed {
    struct sw_inflate *stream; /* NULL: no file is open */
    uint8_t *data;             /* stays from file to file */
    size_t cap;
    size_t pos; /* what was not given yet: [pos, end) */
    size_t end;
    uint64_t base; /* where data[0] stands in the (unpacked) file */
    uint64_t item_max;
    size_t read; /* bytes that are read at once, at least */
    bool over;   /* nothing comes behind the window… */
    struct sw_error
        broken; /* …since this is wrong with the file; its code is SW_OK if nothing is */
};

struct sw_item {
    struct sw_bytes bytes; /* without its end; none of an item that is too long */
    uint64_t offset;
    uint64_t length; /* of the item, whether or not it is held */
    bool too_long;   /* over item_max: it was passed over */
    bool unfinished; /* the file ended before the item did */
};

/* Looks for the end of an item in bytes that it has not seen yet. True: *len of them belong to it,
 * its terminator included; false: all of them do, and more may come. */
typedef bool (*sw_item_end_fn)(void *ctx, struct sw_bytes unseen, size_t *len);

/* `item_max` as in sw_record_options, and not 0. Nothing to release before a file is opened. */
void sw_feed_init(struct sw_feed *feed, uint64_t item_max);
void sw_feed_release(struct sw_feed *feed);
/* What `source` reads from must stay open. */
sw_result sw_feed_open(struct sw_feed *feed, const struct sw_source *source, struct sw_error *err);
/* Keeps the window's memory for the next file. */
void sw_feed_close(struct sw_feed *feed);

/* Where in the file the next byte stands. */
static inline uint64_t sw_feed_offset(const struct sw_feed *feed)
{
    return feed->base + feed->pos;
}
/* Moves forward to `offset`. SW_E_USAGE when that is behind the end of the file, or was passed. */
sw_result sw_feed_seek(struct sw_feed *feed, uint64_t offset, struct sw_error *err);
/* Makes `count` bytes stand in the window, or fewer before the end of the file. */
sw_result sw_feed_need(struct sw_feed *feed, size_t count, struct sw_error *err);
/* Passes over a byte order mark. */
sw_result sw_feed_pass_mark(struct sw_feed *feed, struct sw_error *err);
/* Passes over the rest of the file and says how much that was. */
sw_result sw_feed_pass_all(struct sw_feed *feed, uint64_t *length, struct sw_error *err);

/* The next item, which ends with `terminator` (0 or 1) bytes that are not its own. *found is false
 * at the end of the file, and where a broken file ends within an item, which then stands in [pos,
 * end). */
sw_result sw_feed_item(struct sw_feed *feed, sw_item_end_fn end, void *ctx, size_t terminator,
    struct sw_item *item, bool *found, struct sw_error *err);
/* The same for a line: "\n" or "\r\n" end it. */
sw_result sw_feed_line(
    struct sw_feed *feed, struct sw_item *item, bool *found, struct sw_error *err);
/* Leaves the '\r' of a line's end out of the item. */
void sw_item_chomp(struct sw_item *item);

/* Holds a whole source of at most item_max bytes, without unpacking it, in the window's memory. */
sw_result sw_feed_hold(struct sw_feed *feed, const struct sw_source *source, struct sw_bytes *out,
    struct sw_error *err);

#endif
