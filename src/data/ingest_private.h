/* What an ingestion counts beside its rows. */
#ifndef SW_DATA_INGEST_PRIVATE_H
#define SW_DATA_INGEST_PRIVATE_H

#include "data/ingest.h"

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

/* Which ids were seen: by 64 bits of a keyed hash, in at most 256 MiB. */
struct sw_id_set {
    uint64_t key[2];
    uint64_t *slots; /* 0: free */
    size_t cap;
    size_t used;
    bool full;
};
void sw_id_set_release(struct sw_id_set *set);
/* *seen: it stood there before. Once it is full, nothing is added and nothing is seen. */
sw_result sw_id_set_add(struct sw_id_set *set, struct sw_str id, bool *seen);

/* What is counted while records are read, and what a later run must know to go on. */
struct sw_tallies {
    struct sw_arena *arena;
    struct sw_counter reasons;
    struct sw_counter labels;
    struct sw_counter languages;
    struct sw_buf quarantine; /* JSON lines */
    uint64_t listed;
    uint64_t bad;
    uint64_t repeated;
    uint64_t uncompared;
    const char *first_bad;
};
sw_result sw_tallies_init(struct sw_tallies *tallies, struct sw_arena *arena);
void sw_tallies_release(struct sw_tallies *tallies);
/* Lists a record that is no sample, or (kept) a sample with a fault. `file` is its path. */
sw_result sw_tallies_list(
    struct sw_tallies *tallies, const struct sw_bad_record *bad, const char *file, bool kept);
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
