/* Protocol buffers in files that are too large to hold: the strict reader of codec/wire.h, over a
 * window that moves. Private to scan. */
#ifndef SW_SCAN_MESSAGE_H
#define SW_SCAN_MESSAGE_H

#include "scan/inspect.h"

struct sw_message_reader;

struct sw_message_field {
    uint32_t number;
    enum sw_wire_type type;
    uint64_t value; /* of a number, its bits; of SW_WIRE_BYTES: how many */
    uint64_t at;    /* where the content begins, in the source */
};

/* Reads the fields of one message in order. The window is shared by all messages of a file. */
struct sw_message {
    struct sw_window *window;
    uint64_t at, end;
    unsigned depth;
};

struct sw_message sw_message(struct sw_window *window);
/* The next field; *more is false at the end. SW_E_FORMAT with the place. */
sw_result sw_message_next(
    struct sw_message *message, struct sw_message_field *field, bool *more, struct sw_error *err);
/* The message that a field holds. SW_E_FORMAT when it holds none, SW_E_LIMIT past SW_WIRE_DEPTH. */
sw_result sw_message_enter(const struct sw_message *message, const struct sw_message_field *field,
    struct sw_message *inner, struct sw_error *err);
/* The text or bytes of a field, copied into `arena` with a NUL behind them. SW_E_FORMAT when it
 * holds none, SW_E_LIMIT over `max`. */
sw_result sw_message_text(const struct sw_message *message, const struct sw_message_field *field,
    struct sw_arena *arena, uint64_t max, struct sw_str *out, struct sw_error *err);
/* Adds the numbers of a repeated field, packed or not, to `out`, which holds *count of `max`. */
sw_result sw_message_numbers(const struct sw_message *message, const struct sw_message_field *field,
    uint64_t *out, size_t max, size_t *count, struct sw_error *err);
/* What is done with the fields of a kind of message, by number. */
struct sw_message_row {
    uint32_t number;
    bool once; /* readers differ on which of two they take, or put both together */
    /* NULL: known, and of no interest. `out` is what the message is read into. */
    enum sw_code (*take)(struct sw_message_reader *reader, const struct sw_message *message,
        const struct sw_message_field *field, void *out);
};

/* What all messages of one file share. */
struct sw_message_reader {
    void *ctx;           /* of the format */
    uint64_t unknown;    /* bytes of fields that have no row… */
    uint64_t unknown_at; /* …of which the first is here */
    struct sw_error *err;
};

/* Reads a message to its end; numbers of rows are below SW_MESSAGE_ROW_MAX. SW_E_FORMAT for a field
 * that stands twice and may not. */
#define SW_MESSAGE_ROW_MAX 64
sw_result sw_message_walk(struct sw_message_reader *reader, struct sw_message message,
    const struct sw_message_row *rows, size_t count, void *out);
/* The same with the message that a field of `outer` holds. */
sw_result sw_message_walk_in(struct sw_message_reader *reader, const struct sw_message *outer,
    const struct sw_message_field *field, const struct sw_message_row *rows, size_t count,
    void *out);

/* How often the fields of a file's outermost message stand there, by number. */
struct sw_message_shape {
    uint32_t count[SW_MESSAGE_ROW_MAX];
    struct sw_message_field first[SW_MESSAGE_ROW_MAX];
};
/* False when the file is no message of at most 65,536 fields, all of them among `fields` (a bit
 * each) and those of a number of one type. */
bool sw_message_shape(
    const struct sw_source *source, uint64_t fields, struct sw_message_shape *out);

/* A failure at the field. */
sw_result sw_message_fail(
    const struct sw_message_field *field, struct sw_error *err, const char *what);

#endif
