/* What an ingestion counts beside its rows. */
#ifndef SW_DATA_INGEST_PRIVATE_H
#define SW_DATA_INGEST_PRIVATE_H

#include "data/ingest.h"
#include "data/spill.h"

/* How often each of a bounded number of words stood there. */
struct sw_counter {
    struct sw_arena *arena;
    struct sw_counter_slot {
        struct sw_str word; /* ptr NULL: free */
        uint64_t count;
    } * slots; /* a power of two, at least twice `limit` */
    size_t limit;
    size_t used;
    uint64_t other;
};
sw_result sw_counter_init(struct sw_counter *counter, struct sw_arena *arena, size_t limit);
/* Words that are not UTF-8 count as "(not text)". */
sw_result sw_counter_add(struct sw_counter *counter, struct sw_str word, uint64_t count);
/* The words in order, in the counter's arena; each ends in a NUL that is not counted. */
sw_result sw_counter_sorted(
    const struct sw_counter *counter, struct sw_counter_slot **out, size_t *count);
/* The member `name`: an object of counts by word, sorted. */
sw_result sw_counter_write(
    const struct sw_counter *counter, struct sw_json_writer *w, const char *name);
sw_result sw_counter_read(struct sw_counter *counter, const struct sw_json *object);

/* --- ids (ingest_ids.c) ---------------------------------------------------------------------- */

#define SW_ROWS_IDS \
    36 /* a part's column: 8 bytes of SHA-256 of each row's id; zeroes without one */

/* A sample's id, and where the sample stands. */
struct sw_id_seen {
    uint64_t print; /* of the id; not 0 */
    uint64_t offset;
    uint64_t length;
    uint64_t line;
    uint32_t file;
};

#define SW_IDS_AHEAD 16u

/* Which ids were seen, by 64 bits of a keyed hash: 25 million in memory (256 MiB), further ones in
 * a file without a name. */
struct sw_ids {
    uint64_t key[2];
    const char *scratch; /* a directory */
    size_t cap_max;
    uint64_t *slots; /* 0: free */
    size_t cap;
    size_t used;
    struct sw_spill *rest; /* what is not among the slots, once they are full */
    /* What was given last is looked up a few ids later, when its slot is in the cache. */
    struct sw_id_seen ahead[SW_IDS_AHEAD];
    unsigned first;
    unsigned count;
};
/* `cap_max`: slots, a power of two; 0: 33,554,432. `scratch` is borrowed. */
sw_result sw_ids_init(
    struct sw_ids *ids, const char *scratch, size_t cap_max, struct sw_error *err);
void sw_ids_release(struct sw_ids *ids);
SW_DEFINE_CLEANUP(ids, struct sw_ids, sw_ids_release)
/* Keyed at random, so that nobody can choose ids that meet. */
uint64_t sw_ids_print(const struct sw_ids *ids, struct sw_str id);
/* The same for all parts of an input. */
uint64_t sw_id_print_shared(struct sw_str id);
/* The id of a record, which has one. */
struct sw_id_seen sw_ids_seen(const struct sw_ids *ids, const struct sw_record *record);
/* *repeated: *found is an earlier one of those that were given, and its id stood before. */
sw_result sw_ids_add(struct sw_ids *ids, const struct sw_id_seen *seen, struct sw_id_seen *found,
    bool *repeated, struct sw_error *err);
/* The next of those that are still to be looked up; false when there is none. */
sw_result sw_ids_flush(
    struct sw_ids *ids, struct sw_id_seen *found, bool *repeated, bool *any, struct sw_error *err);
/* Ends adding: how many ids stood before that were not given as such. */
sw_result sw_ids_finish(struct sw_ids *ids, uint64_t *repeated, struct sw_error *err);

/* --- what is counted (ingest_tally.c) -------------------------------------------------------- */

/* What is counted while records are read, and what a later run must know to go on. */
struct sw_tallies {
    struct sw_arena *arena;
    struct sw_counter reasons;
    struct sw_counter labels;
    struct sw_counter languages;
    struct sw_buf quarantine; /* JSON lines */
    uint64_t bad;
    uint64_t repeated;
    const char *first_bad;
};
sw_result sw_tallies_init(struct sw_tallies *tallies, struct sw_arena *arena);
void sw_tallies_release(struct sw_tallies *tallies);
/* Lists a record that is no sample, or (kept) a sample with a fault. `file` is its path. */
sw_result sw_tallies_list(
    struct sw_tallies *tallies, const struct sw_bad_record *bad, const char *file, bool kept);
/* Counts and lists a sample whose id stood before. */
sw_result sw_tallies_repeated(
    struct sw_tallies *tallies, const struct sw_id_seen *seen, const char *file);
/* Canonical: {"labels":{…},"languages":{…}}; appends nothing when there are none. */
sw_result sw_tallies_statistics(
    const struct sw_tallies *tallies, struct sw_buf *out, struct sw_error *err);
/* Adds what was set aside, and the statistics, as extras of the rows. */
sw_result sw_tallies_extras(
    const struct sw_tallies *tallies, struct sw_rows_writer *writer, struct sw_error *err);
/* How often each reason stood there, sorted, in the tallies' arena. */
sw_result sw_tallies_reasons(
    const struct sw_tallies *tallies, struct sw_reason_count **out, size_t *count);
/* Adds the input's files as an extra of the rows. */
sw_result sw_ingest_files(
    const struct sw_records *records, struct sw_rows_writer *writer, struct sw_error *err);
/* Members of the current object, and back. */
sw_result sw_tallies_write(const struct sw_tallies *tallies, struct sw_json_writer *w);
sw_result sw_tallies_read(
    struct sw_tallies *tallies, const struct sw_json *object, struct sw_error *err);

#endif
