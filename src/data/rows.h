/* A dataset version: an ordered set of samples, as columns, with two Merkle roots. Reader and
 * writer of doc/format/dataset.md. The ordered tree proves that a sample is at its place, the
 * sorted one that a content is in the set, or not. */
#ifndef SW_DATA_ROWS_H
#define SW_DATA_ROWS_H

#include "data/chunks.h"

#define SW_ROWS_GROUP 65536u /* rows of one group; the last one has fewer */
#define SW_ROWS_MAX ((uint64_t)UINT32_MAX)
#define SW_ORIGINS_MAX 65536u

/* What is known of one sample. */
struct sw_row {
    uint8_t record[32];  /* SHA-256 of its bytes, or HMAC-SHA-256 with the dataset's salt */
    uint8_t content[32]; /* likewise of its text; equal to `record` in a set with one digest */
    uint32_t origin;     /* index into the set's origins: sources and steps */
    uint32_t file;       /* index into the set's files */
    uint64_t offset;     /* in the decompressed file, bytes */
    uint64_t length;     /* of the record, bytes */
    float weight;
    uint32_t flags;
};

enum sw_row_flags {
    SW_ROW_HAS_ID = 1,
    SW_ROW_GENERATED = 2, /* made by a step, not taken from an input */
};

/* Where samples come from: sources by their names, and the steps they went through, oldest first,
 * by their digests. */
struct sw_origin {
    const struct sw_str *sources; /* sorted */
    size_t source_count;
    const struct sw_digest *steps;
    size_t step_count;
};

/* The leaf of a sample in the ordered tree: what is hashed behind 0x00. */
#define SW_SAMPLE_LEAF_SIZE (21u + 3u * 32u + 4u + 8u + 8u + 4u + 4u)
void sw_sample_leaf(
    const struct sw_row *row, const uint8_t origin[32], uint8_t out[SW_SAMPLE_LEAF_SIZE]);
/* The leaf of a content digest in the sorted tree. */
#define SW_CONTENT_LEAF_SIZE (22u + 32u)
void sw_content_leaf(const uint8_t content[32], uint8_t out[SW_CONTENT_LEAF_SIZE]);

enum sw_tree_kind {
    SW_TREE_ORDERED = 'o',
    SW_TREE_SORTED = 's',
    /* Sorted trees that say nothing of a content by itself: their leaves are keyed with a salt, or
     * digests of whole records. Only heads tell them apart. */
    SW_TREE_KEYED = 'k',
    SW_TREE_RECORDS = 'r',
};
/* What a claim signs of a tree: it binds kind, size and root. */
void sw_tree_head(
    enum sw_tree_kind kind, uint64_t size, const struct sw_hash256 *root, struct sw_digest *out);
/* SHA-256 of an origin in its canonical JSON, as it stands in leaves. */
sw_result sw_origin_digest(const struct sw_origin *origin, uint8_t out[32]);

/* --- writing --------------------------------------------------------------------------------- */

struct sw_rows_options {
    bool one_digest;    /* contents are not told from records */
    struct sw_str salt; /* the salt's name, when digests are keyed; empty: plain digests */
    const char *reader; /* the format that read it */
    uint32_t part;      /* this is part `part` of `parts`; 0: it is whole */
    uint32_t parts;
    const struct sw_key *key; /* signs what a later run goes on with, so that nobody else can make
                                 it; NULL: unsigned */
    const char *scratch; /* a directory for what does not fit in memory; NULL: beside the file */
};

struct sw_rows_writer;

/* Begins the file `path`. It is whole only after sw_rows_finish(): the caller gives it its lasting
 * name then. */
sw_result sw_rows_create(struct sw_rows_writer **out, const char *path,
    const struct sw_rows_options *options, struct sw_error *err);
/* Goes on where sw_rows_save() was called last; gives the caller's note back (in `note`).
 * SW_E_NOENT when there is nothing to go on with. */
sw_result sw_rows_resume(struct sw_rows_writer **out, const char *path,
    const struct sw_rows_options *options, struct sw_buf *note, struct sw_error *err);
/* Gives up; what sw_rows_save() made durable stays for sw_rows_resume(). */
void sw_rows_abandon(struct sw_rows_writer *writer);
SW_DEFINE_CLEANUP_PTR(rows_writer, struct sw_rows_writer, sw_rows_abandon)

/* The index of an origin, a new one or one that is there. SW_E_LIMIT. */
sw_result sw_rows_origin(struct sw_rows_writer *writer, const struct sw_origin *origin,
    uint32_t *index, struct sw_error *err);
/* In a set with one digest, the row's content is passed over. */
sw_result sw_rows_add(
    struct sw_rows_writer *writer, const struct sw_row *row, struct sw_error *err);
uint64_t sw_rows_count(const struct sw_rows_writer *writer);
/* True right after a whole group was written: the cheap moment for sw_rows_save(). */
bool sw_rows_at_group(const struct sw_rows_writer *writer);
/* Makes all whole groups durable, with a note of the caller's. Rows behind the last whole group are
 * lost when the process dies, so the note must be of that moment: call it at sw_rows_at_group(). */
sw_result sw_rows_save(struct sw_rows_writer *writer, struct sw_bytes note, struct sw_error *err);

/* No further line is listed when so many bytes are: what could not be a sample is counted. */
#define SW_QUARANTINE_MAX ((size_t)32 << 20)

/* What stands beside the rows; kept as given. Each is JSON or lines, at most SW_CHUNK_MAX. */
enum sw_rows_extra {
    SW_ROWS_FILES = 32,      /* one path a line, in the order of their indices */
    SW_ROWS_QUARANTINE = 33, /* JSON lines: what could not be a sample; see SW_QUARANTINE_MAX */
    SW_ROWS_STATISTICS = 34, /* JSON */
};
sw_result sw_rows_extra(struct sw_rows_writer *writer, enum sw_rows_extra which,
    struct sw_bytes data, struct sw_error *err);
/* A column of the caller's, by a number of its own: what belongs to the group that was written
 * last, or to the one that is being filled. */
sw_result sw_rows_column(
    struct sw_rows_writer *writer, uint16_t column, struct sw_bytes data, struct sw_error *err);

/* Sorts, makes the trees, writes the header, and makes the file durable. The writer is gone
 * afterwards, also on failure. */
sw_result sw_rows_finish(struct sw_rows_writer *writer, const struct sw_reason_count *quarantined,
    size_t reason_count, struct sw_progress *progress, struct sw_digest *digest,
    struct sw_error *err);

/* --- reading --------------------------------------------------------------------------------- */

struct sw_source_count {
    struct sw_str name;
    uint64_t samples; /* samples that have this source, perhaps beside others */
    uint64_t bytes;
};

struct sw_rows {
    struct sw_chunks chunks;
    uint64_t count;
    uint64_t bytes; /* of all records */
    bool one_digest;
    struct sw_str salt;
    struct sw_str reader;
    uint32_t part;
    uint32_t parts;
    struct sw_hash256 ordered;
    struct sw_hash256 sorted;
    struct sw_source_count *sources;
    size_t source_count;
    struct sw_origin *origins;
    uint8_t (*origin_digests)[32]; /* NULL before sw_rows_hash_origins() */
    uint64_t *origin_samples;      /* rows that have it */
    size_t origin_count;
    struct sw_rows_cache *cache;
};

#define SW_ROWS_INIT ((struct sw_rows){.chunks = SW_CHUNKS_INIT})

/* Opens a set; its header, table and origins are checked against `expected`, rows when they are
 * read. Not to be shared between threads. */
sw_result sw_rows_open(
    struct sw_rows *rows, const char *path, const struct sw_digest *expected, struct sw_error *err);
void sw_rows_close(struct sw_rows *rows);
SW_DEFINE_CLEANUP(rows, struct sw_rows, sw_rows_close)

/* Leaves of the ordered tree need the digests of origins; most questions do not, of many sets. */
sw_result sw_rows_hash_origins(struct sw_rows *rows);
/* Is its one digest a sample that of the whole record, of which the content is a part? */
bool sw_rows_hold_records(const struct sw_rows *rows);
/* As which its sorted tree is signed. */
enum sw_tree_kind sw_rows_sorted_kind(const struct sw_rows *rows);
/* One row, from a checked group. The last group stays decoded. SW_E_USAGE behind the end. */
sw_result sw_rows_at(
    struct sw_rows *rows, uint64_t index, struct sw_row *out, struct sw_error *err);
/* A whole group, decoded and checked: `count` rows from index group × SW_ROWS_GROUP on. Valid until
 * the next call. */
sw_result sw_rows_group(struct sw_rows *rows, uint32_t group, const struct sw_row **out,
    size_t *count, struct sw_error *err);
/* The path of a file of the set. */
sw_result sw_rows_file(
    struct sw_rows *rows, uint32_t file, struct sw_str *path, struct sw_error *err);
/* Replaces `out`. Empty when it was not given. */
sw_result sw_rows_get_extra(
    struct sw_rows *rows, enum sw_rows_extra which, struct sw_buf *out, struct sw_error *err);

/* Row at a place of the sorted order. */
sw_result sw_rows_sorted(struct sw_rows *rows, uint64_t place, uint32_t *row, struct sw_error *err);
/* `count` of them, from `place` on. */
sw_result sw_rows_places(
    struct sw_rows *rows, uint64_t place, size_t count, uint32_t *out, struct sw_error *err);
/* The record digest of a row, without decoding its group and unchecked: for a file whose chunks
 * were checked before. */
sw_result sw_rows_peek(
    struct sw_rows *rows, uint64_t row, uint8_t record[32], struct sw_error *err);
/* Where contents equal to `content` stand in the sorted order: [*first, *first + *count). *count 0:
 * there is none, and it would stand at *first. Reads a few places, unchecked; prove what matters.
 */
sw_result sw_rows_find(struct sw_rows *rows, const uint8_t content[32], uint64_t *first,
    uint64_t *count, struct sw_error *err);

/* Inclusion proofs in the two trees; checked against the root before they are given
 * (SW_E_REFUSED: the file was changed). */
sw_result sw_rows_prove(struct sw_rows *rows, enum sw_tree_kind kind, uint64_t index,
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX], size_t *count, struct sw_error *err);

/* One row with its proof in the ordered tree: the row is checked by that, and its group is not
 * decoded. */
sw_result sw_rows_proven(struct sw_rows *rows, uint64_t index, struct sw_row *out,
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX], size_t *count, struct sw_error *err);

/* The content at a place of the sorted order, checked by a proof in the sorted tree. */
sw_result sw_rows_proven_content(
    struct sw_rows *rows, uint64_t place, uint8_t out[32], struct sw_error *err);

/* Recomputes everything: chunks, origins, both trees and their order. `bad` as in
 * sw_chunks_verify(). */
sw_result sw_rows_verify(struct sw_rows *rows,
    void (*bad)(void *ctx, const struct sw_chunk_ref *ref, const char *why), void *ctx,
    struct sw_progress *progress, struct sw_error *err);

/* Puts the parts of one input together, whatever their order: as one machine would have made it.
 * SW_E_REFUSED when parts are missing, doubled or not of one kind. Columns of callers are left out.
 */
sw_result sw_rows_join(const char *const *parts, size_t count, const char *path,
    struct sw_progress *progress, struct sw_digest *digest, struct sw_error *err);

#endif
