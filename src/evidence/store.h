/* What the files of this room share about an open store. */
#ifndef SW_EVIDENCE_STORE_H
#define SW_EVIDENCE_STORE_H

#include "evidence/evidence.h"

#include "evidence/disk.h"
#include "evidence/hashes.h"
#include "evidence/journal.h"
#include "evidence/tiles.h"

#include <pthread.h>

#define SW_STORE_FORMAT_FILE "format"
#define SW_STORE_LOCK_FILE "lock"
#define SW_STORE_KEY_FILE "keys/log.key"
#define SW_STORE_POLICY_FILE "log.policy"
#define SW_STORE_CHECKPOINT_FILE "log/checkpoint"
#define SW_STORE_INDEX_FILE "index.db"
#define SW_STORE_POLICY_MAX ((uint64_t)1 << 20)
#define SW_BLOB_FILE_SIZE 96u

/* A published tree. */
struct sw_head {
    uint64_t size;
    struct sw_hash256 root;
    struct sw_buf text; /* the signed checkpoint */
};

/* A checkpoint that its user keeps elsewhere. */
struct sw_kept {
    const char *path; /* NULL: none */
    uint64_t size;
    struct sw_hash256 root;
};

struct sw_index;
struct sw_waiter;

struct sw_store {
    enum sw_store_mode mode;
    struct sw_disk disk;
    int lock;
    struct sw_arena arena; /* what lives as long as the store */
    const char *path;
    const char *origin;
    struct sw_vkey vkey;
    struct sw_buf policy; /* log.policy as it is */
    struct sw_key *key;   /* the log's; its private half only when writing */

    /* Claims are added and found by one thread at a time. Taken before `io`. */
    pthread_mutex_t claims;
    struct sw_index *index; /* NULL until it is needed */
    uint64_t claims_end;    /* a writer knows that no claim's leaf stands here or behind it */

    /* Everything below log/, blobs/ and the journal is written by one thread at a time. */
    pthread_mutex_t io;
    struct sw_head head;
    bool head_read;
    struct sw_kept kept;
    struct sw_journal journal;
    struct sw_journal_draft draft;
    struct sw_tiles tiles;
    bool repairing;     /* files that are there and right are left alone */
    uint64_t edge;      /* the largest size that partial tiles may have been written for */
    uint64_t rotate_at; /* bytes of journal after which a new one begins */

    /* Who waits for a commit. */
    pthread_mutex_t queue;
    pthread_cond_t moved;
    struct sw_waiter *first;
    struct sw_waiter *last;
    bool leading;
};

/* How long a second writer waits for the first, in milliseconds; for tests. */
void sw_store_set_lock_wait(unsigned milliseconds);

/* Reads and checks the published checkpoint, once. SW_E_REFUSED when it is not signed by this
 * log; for a reader also when it did not grow from the kept one. The caller holds `io`. */
sw_result sw_store_head(struct sw_store *store, struct sw_error *err);
/* Is the store open for writing? SW_E_USAGE when it is not. */
sw_result sw_store_writable(const struct sw_store *store, struct sw_error *err);

/* --- commit.c -------------------------------------------------------------------------------- */

/* Makes entries and blobs durable, together with what other threads hand in meanwhile. */
sw_result sw_store_commit(
    struct sw_store *store, struct sw_journal_batch *batch, struct sw_error *err);
/* Puts one batch of the journal into blobs and tiles, as far as it is not there yet; entries from
 * index `limit` on stay out. */
sw_result sw_store_integrate(struct sw_store *store, const struct sw_journal_record *record,
    uint64_t limit, struct sw_error *err);
/* Brings tiles and blobs up to the journal after a failure. The caller holds `io`. */
sw_result sw_store_catch_up(struct sw_store *store, struct sw_error *err);
/* A sink for sw_tiles; `ctx` is the store. */
enum sw_code sw_store_put_tile(void *ctx, int level, uint64_t index, unsigned width,
    struct sw_bytes data, struct sw_error *err);

/* --- recover.c ------------------------------------------------------------------------------- */

/* Brings a store that is opened for writing to where its journal says it is. */
sw_result sw_store_recover(struct sw_store *store, struct sw_error *err);
/* The words for a journal that did not lead to the published tree. */
enum sw_code sw_store_disagrees(const struct sw_store *store, struct sw_error *err);

/* --- pin.c ----------------------------------------------------------------------------------- */

/* Does this policy name the store's log, with its key? SW_E_REFUSED; SW_E_USAGE: it is malformed.
 */
sw_result sw_store_pin_policy(struct sw_store *store, const char *path, struct sw_error *err);
/* Reads a kept checkpoint, which must be signed by the store's log. Codes as before. */
sw_result sw_store_pin_checkpoint(struct sw_store *store, const char *path, struct sw_error *err);
/* Did the published tree grow from the kept one? SW_E_REFUSED. */
sw_result sw_store_check_grown(const struct sw_store *store, struct sw_error *err);
/* The words for a log that ends before the kept checkpoint, and for one that is another. */
enum sw_code sw_store_lost(const struct sw_store *store, uint64_t size, struct sw_error *err);
enum sw_code sw_store_rewritten(const struct sw_store *store, struct sw_error *err);

/* --- blobs.c --------------------------------------------------------------------------------- */

void sw_blob_file(const struct sw_digest *digest, char out[SW_BLOB_FILE_SIZE]);
sw_result sw_blob_put(struct sw_store *store, struct sw_bytes blob, struct sw_error *err);
/* Appends the blob; SW_E_REFUSED when it does not have its digest, SW_E_NOENT when it is not there.
 */
sw_result sw_blob_get(const struct sw_disk *disk, const struct sw_digest *digest,
    struct sw_buf *out, struct sw_error *err);

/* Appends one entry; a published one is checked against its tile. The caller holds `io`. */
sw_result sw_store_entry(
    struct sw_store *store, uint64_t leaf, struct sw_buf *out, struct sw_error *err);

#endif
