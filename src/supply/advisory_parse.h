/* Parses files of advisories in a process of its own, which tells what it finds while it is at
 * work: each message is any number of words, each of which says what follows. Private to the
 * advisory files. */
#ifndef SW_SUPPLY_ADVISORY_PARSE_H
#define SW_SUPPLY_ADVISORY_PARSE_H

#include "supply/advisory_feeds.h"
#include "supply/advisory_osv.h"

enum sw_advisory_word {
    SW_ADVISORY_RECORD = 'r', /* sw_osv_record_write() */
    SW_ADVISORY_ENTRY = 'e',  /* sw_feed_entry_write() */
    SW_ADVISORY_NEXT = 'n',   /* a question: the next loose advisory, its name (sw_wire_put) and its
                                 bytes, or nothing behind the last */
};

enum sw_advisory_kind { SW_ADVISORY_OSV, SW_ADVISORY_EPSS, SW_ADVISORY_KEV };

/* The answer at the end. */
struct sw_advisory_found {
    enum sw_advisory_kind kind;
    uint64_t records, left_out;
    int64_t date; /* of a feed; INT64_MIN: it does not say, or it is none */
};

/* A request: one file of so many bytes, or loose advisories that are asked for. */
sw_result sw_advisory_request(
    struct sw_buf *out, bool loose, bool keep_going, int64_t now, uint64_t bytes, const char *name);
/* A sw_worker_fn. */
sw_result sw_advisory_parse(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err);
sw_result sw_advisory_found_read(struct sw_bytes reply, struct sw_advisory_found *out);

/* What was told of one file, for who hears it: the process that tells may have been taken over by
 * the file. The first word says what kind of file it is, and the others have to be of it. Zeros to
 * begin with. */
struct sw_advisory_told {
    bool begun;
    enum sw_advisory_kind kind;
    uint64_t records;
    uint64_t scores; /* that advisories tell themselves: one each at most */
    uint64_t bytes;
};
/* A message's bytes; SW_E_LIMIT when there are more of them than a file of `size` bytes has to
 * tell. */
sw_result sw_advisory_told_bytes(struct sw_advisory_told *told, uint64_t bytes, uint64_t size);
/* SW_E_FORMAT for a word that has no place here. */
sw_result sw_advisory_told_record(struct sw_advisory_told *told);
sw_result sw_advisory_told_entry(struct sw_advisory_told *told, const struct sw_feed_entry *entry);
/* SW_E_FORMAT when the answer at the end is not what was told. */
sw_result sw_advisory_told_check(
    const struct sw_advisory_told *told, const struct sw_advisory_found *found);

#endif
