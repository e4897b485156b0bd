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

/* Exploit Prediction Scoring System, the CSV of FIRST: takes the place of what was there. */
sw_result sw_epss_put(const struct sw_advisory_db *db, struct sw_inflate *stream,
    struct sw_feed_result *out, struct sw_error *err);

/* One score, as an advisory tells it (in 100,000ths). Where scores of FIRST were imported, those
 * stand. */
sw_result sw_epss_put_one(const struct sw_advisory_db *db, struct sw_str cve, unsigned score,
    unsigned percentile, struct sw_error *err);

/* Known Exploited Vulnerabilities, the JSON of CISA: takes the place of what was there. */
sw_result sw_kev_put(const struct sw_advisory_db *db, const struct sw_json *document,
    struct sw_feed_result *out, struct sw_error *err);
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
