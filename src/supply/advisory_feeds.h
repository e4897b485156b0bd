/* EPSS and KEV, into the database. Private to the advisory files. */
#ifndef SW_SUPPLY_ADVISORY_FEEDS_H
#define SW_SUPPLY_ADVISORY_FEEDS_H

#include "supply/advisory_db.h"

#define SW_KEV_MAX ((uint64_t)64 << 20)

/* What a feed brought. */
struct sw_feed_result {
    uint64_t records;
    int64_t date; /* INT64_MIN: it does not say */
};

enum sw_feed_kind {
    SW_FEED_EPSS,     /* of FIRST: takes the place of what was there */
    SW_FEED_EPSS_ONE, /* as an advisory tells it. Where scores of FIRST were imported, those stand
                       */
    SW_FEED_KEV,      /* of CISA: takes the place of what was there */
};
#define SW_FEED_KINDS (SW_FEED_KEV + 1)

struct sw_feed_entry {
    enum sw_feed_kind kind;
    int64_t cve;               /* sw_advisory_cve() */
    int64_t score, percentile; /* of EPSS, in 100,000ths */
    struct sw_str added;       /* of KEV: a date */
};

typedef sw_result (*sw_feed_each)(
    void *ctx, const struct sw_feed_entry *entry, struct sw_error *err);

/* Exploit Prediction Scoring System, the CSV of FIRST. */
sw_result sw_epss_read(struct sw_inflate *stream, sw_feed_each each, void *ctx,
    struct sw_feed_result *out, struct sw_error *err);
/* Known Exploited Vulnerabilities, the JSON of CISA. */
sw_result sw_kev_read(const struct sw_json *document, sw_feed_each each, void *ctx,
    struct sw_feed_result *out, struct sw_error *err);
/* As bytes, for other processes of this program. SW_E_FORMAT. */
sw_result sw_feed_entry_write(const struct sw_feed_entry *entry, struct sw_buf *out);
sw_result sw_feed_entry_read(struct sw_cursor *cur, struct sw_feed_entry *out);

/* Into the database. */
struct sw_feed_writer {
    const struct sw_advisory_db *db;
    struct sqlite3_stmt *statements[SW_FEED_KINDS];
    bool cleared[SW_FEED_KINDS];
};
/* What follows comes from one file. */
void sw_feed_writer_begin(struct sw_feed_writer *writer, const struct sw_advisory_db *db);
sw_result sw_feed_writer_put(
    struct sw_feed_writer *writer, const struct sw_feed_entry *entry, struct sw_error *err);
void sw_feed_writer_release(struct sw_feed_writer *writer);
SW_DEFINE_CLEANUP(feed_writer, struct sw_feed_writer, sw_feed_writer_release)

bool sw_kev_looks_like(const struct sw_json *document);

/* The lines of what comes out of a stream, one after another, without their ends. */
struct sw_line_reader {
    struct sw_inflate *stream;
    struct sw_buf held;
    size_t pos; /* in `held` */
    bool over;
    uint64_t number; /* of the line that was read last, from 1 */
};
/* `max` bounds a line (SW_E_LIMIT). */
void sw_line_reader_init(struct sw_line_reader *reader, struct sw_inflate *stream, size_t max);
void sw_line_reader_release(struct sw_line_reader *reader);
SW_DEFINE_CLEANUP(line_reader, struct sw_line_reader, sw_line_reader_release)
/* The next one, valid until the next call; false at the end. */
sw_result sw_line_read(
    struct sw_line_reader *reader, struct sw_bytes *line, bool *more, struct sw_error *err);

#endif
