/* One line of a log of a proxy or a name server, in any of the forms that are known. Private to the
 * room. */
#ifndef SW_SUPPLY_LOGS_H
#define SW_SUPPLY_LOGS_H

#include "codec/codec.h"

#define SW_LOG_LINE_MAX ((size_t)64 << 10)

/* Who asked for which host. Views of the line, or of the reader's buffers until the next line. */
struct sw_log_record {
    struct sw_str host; /* as it stands, perhaps a URL or with a port; empty: the line names none */
    struct sw_str user; /* a name, else an address; may be empty */
    struct sw_str time; /* as it stands */
    uint64_t sent, received; /* bytes, as the user's side sees them; 0 when it is not told */
    bool question;           /* of a name server: nothing was exchanged */
};

enum sw_log_line {
    SW_LOG_NONE,   /* not of this form */
    SW_LOG_RECORD, /* `record` is filled */
    SW_LOG_OTHER,  /* of the form, and tells of no host: a comment, an answer */
};

enum sw_log_field {
    SW_LOG_HOST,
    SW_LOG_URL,
    SW_LOG_USER,
    SW_LOG_CLIENT,
    SW_LOG_TIME,
    SW_LOG_SENT,
    SW_LOG_RECEIVED,
    SW_LOG_FIELDS,
};
#define SW_LOG_COLUMNS 256

/* What a header has said, and memory for one line. */
struct sw_log_reader {
    uint8_t columns[SW_LOG_COLUMNS]; /* the field + 1 */
    size_t column_count;
    char separator;
    bool question; /* the header is one of a name server */
    struct sw_json_scanner *scanner;
    struct sw_json_found *found;
    struct sw_buf texts[SW_LOG_FIELDS];
};

struct sw_log_form {
    const char *name; /* "squid" */
    enum sw_log_line (*read)(
        struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record);
    bool header; /* begins with a line that says what the others hold */
};
extern const struct sw_log_form sw_log_forms[];
extern const size_t sw_log_form_count;

void sw_log_reader_release(struct sw_log_reader *reader);
SW_DEFINE_CLEANUP(log_reader, struct sw_log_reader, sw_log_reader_release)

/* The field that a name stands for in JSON, CSV and Zeek: "dest_host", "cs-host". */
bool sw_log_field_of(struct sw_str name, enum sw_log_field *out);
/* Fills a record with a field's text; what is "-" or "(empty)" is none. */
void sw_log_put(struct sw_log_record *record, enum sw_log_field field, struct sw_str text);

enum sw_log_line sw_log_read_json(
    struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record);
enum sw_log_line sw_log_read_zeek(
    struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record);
enum sw_log_line sw_log_read_table(
    struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record);

/* The host of what stands where one should: without scheme, user, port and path, in small letters.
 * Empty for an address or what is no name. `out` holds 256 bytes. */
struct sw_str sw_log_host(struct sw_str text, char out[256]);
/* Seconds since 1970 of a time in any of the forms; false when it is none. Times without a year are
 * of no year, and so none. */
bool sw_log_time(struct sw_str text, int64_t *out);

#endif
