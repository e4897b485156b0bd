/* The journal: where durability is decided. Reader and writer of doc/format/store.md, "journal".
 *
 * A record is whole when it has its checksums, which a stopped write leaves it without. It counts
 * when it also names the record before it and is signed by the log's key: who can write to the file
 * and does not have the key can take records away from the end, and add none. */
#ifndef SW_EVIDENCE_JOURNAL_H
#define SW_EVIDENCE_JOURNAL_H

#include "evidence/disk.h"
#include "evidence/tiles.h"

#define SW_JOURNAL_FILE "journal"
#define SW_JOURNAL_NEW "journal.new"
#define SW_JOURNAL_CHECK 32u /* SHA-256 */
#define SW_JOURNAL_PAYLOAD_MAX ((uint64_t)4 << 30)
#define SW_JOURNAL_BATCH_MAX ((uint32_t)1 << 24) /* entries in one record */

enum sw_journal_type {
    SW_JOURNAL_BASE = 1,  /* the edge of the log where this journal begins; only the first record */
    SW_JOURNAL_BATCH = 2, /* entries, and the blobs that belong to them */
};

struct sw_journal_record {
    enum sw_journal_type type;
    uint64_t offset;      /* in the file */
    struct sw_bytes head; /* what is signed of it */
    struct sw_bytes signature;
    struct sw_bytes payload;
    struct sw_bytes edge;    /* base: see sw_tiles_save() */
    uint64_t first;          /* batch: index of its first entry; base: size of the log */
    uint32_t count;          /* batch: entries */
    struct sw_bytes entries; /* batch: each behind its length (u16) */
    uint32_t blob_count;
    struct sw_bytes blobs; /* batch: each behind its length (u64) */
};

/* Reads records one after the other. */
struct sw_journal_reader {
    uint8_t check[SW_JOURNAL_CHECK]; /* of the record before */
    uint64_t good;                   /* bytes that are whole records in their place */
    const char *why;                 /* after SW_E_NOENT: why the rest is not a record */
};

#define SW_JOURNAL_HEAD_SIZE 16u    /* of the file */
#define SW_JOURNAL_RECORD_HEAD 176u /* of a record */

/* Reads the file's head. SW_E_FORMAT, SW_E_UNSUPPORTED (another version). */
sw_result sw_journal_begin(
    struct sw_journal_reader *reader, struct sw_bytes head, struct sw_error *err);
/* The length of the record that begins with these bytes, its head included; SW_E_NOENT when they
 * cannot begin a record. */
sw_result sw_journal_length(struct sw_journal_reader *reader, struct sw_bytes head, uint64_t *out);
/* Takes one record; `out` refers to `record`, and nothing of its payload is read yet. SW_E_NOENT:
 * it is not whole, so this is where a write stopped; SW_E_REFUSED: it is whole and belongs
 * elsewhere. */
sw_result sw_journal_next(struct sw_journal_reader *reader, struct sw_bytes record,
    struct sw_journal_record *out, struct sw_error *err);
/* Did this log's key sign it? That vouches for all records before it, too, since each has the check
 * of the one before in what is signed. SW_E_REFUSED. */
sw_result sw_journal_check_signature(const char *origin, const struct sw_key *key,
    const struct sw_journal_record *record, struct sw_error *err);
/* Reads the payload: sets what stands below it in the struct. SW_E_FORMAT. */
sw_result sw_journal_read(struct sw_journal_record *record, struct sw_error *err);
/* One blob of a batch. */
sw_result sw_journal_blob(struct sw_cursor *blobs, struct sw_bytes *out);

/* A file that is read or written. */
struct sw_journal {
    const struct sw_disk *disk;
    const char *origin;       /* of the log */
    const struct sw_key *key; /* the log's; its private half is needed only to write */
    int fd;
    uint64_t base; /* log size where it begins */
    uint64_t end;  /* log size after its last record */
    uint64_t good; /* bytes */
    uint8_t check[SW_JOURNAL_CHECK];
    bool broken; /* a failed sync leaves it unknown what is on the medium: reopen to write on */
};

void sw_journal_init(struct sw_journal *journal, const struct sw_disk *disk);
/* Says whose it is, before it is opened or started; both must outlive it. */
void sw_journal_bind(struct sw_journal *journal, const char *origin, const struct sw_key *key);
void sw_journal_close(struct sw_journal *journal);

typedef enum sw_code (*sw_journal_fn)(
    void *ctx, const struct sw_journal_record *record, struct sw_error *err);

/* Opens the journal and gives each good record to `fn` (also the base). `torn` says why it stops
 * before the end of the file (NULL: it does not). SW_E_REFUSED at a whole record that this log did
 * not write there, SW_E_FORMAT at a damaged one; `good` is its offset then. */
sw_result sw_journal_open(struct sw_journal *journal, bool write, sw_journal_fn fn, void *ctx,
    const char **torn, struct sw_error *err);
/* Reads the good records of an open journal again. */
sw_result sw_journal_replay(
    const struct sw_journal *journal, sw_journal_fn fn, void *ctx, struct sw_error *err);
/* Cuts what stands behind the last good record. */
sw_result sw_journal_cut(struct sw_journal *journal, struct sw_error *err);
/* Makes a new journal that begins at this edge and puts it in the place of the old one, if any. */
sw_result sw_journal_start(
    struct sw_journal *journal, const struct sw_tiles *edge, struct sw_error *err);

/* Entries to be written, from one caller. */
struct sw_journal_batch {
    const struct sw_bytes *entries;
    size_t count;
    const struct sw_bytes *blobs;
    size_t blob_count;
    uint64_t first;                /* set by sw_journal_encode() */
    struct sw_journal_batch *next; /* goes into the same record */
};

/* Bytes that one batch needs in a record. */
uint64_t sw_journal_size_of(const struct sw_journal_batch *batch);
/* SW_E_LIMIT when a batch is too large for a record, or one of its entries for a log. */
sw_result sw_journal_fits(const struct sw_journal_batch *batch, struct sw_error *err);

/* One record in memory, to be written. */
struct sw_journal_draft {
    struct sw_buf bytes;
    struct sw_journal_record record; /* refers to `bytes` */
    uint8_t check[SW_JOURNAL_CHECK];
};

/* Makes the record that comes next from a list of batches, which fit into one together. */
sw_result sw_journal_encode(const struct sw_journal *journal, struct sw_journal_batch *batches,
    struct sw_journal_draft *draft);
/* Writes it with one write and one sync. On failure the journal is as before. */
sw_result sw_journal_commit(
    struct sw_journal *journal, const struct sw_journal_draft *draft, struct sw_error *err);

#endif
