/* The journal against the signed tree, and against the tiles that it wrote beyond it. */
#include "evidence/audit.h"

struct journal_check {
    struct sw_audit *audit;
    bool met; /* the journal came by the size of the signed tree, if there is one */
};

/* A full tile that the journal gives. Below the signed size sw_audit_tree() has looked at it. */
static enum sw_code compare_tile(void *ctx, int level, uint64_t index, unsigned width,
    struct sw_bytes data, struct sw_error *err)
{
    struct sw_audit *audit = ctx;
    SW_CLEANUP(buf) struct sw_buf is = SW_BUF_INIT;
    char file[SW_TILE_FILE_SIZE];
    if (sw_tile_width(audit->size, level, index) == SW_TILE_WIDTH) {
        return SW_OK;
    }
    sw_tile_file(level, index, SW_TILE_WIDTH, file);
    enum sw_code rc = sw_disk_get(&audit->store->disk, file, UINT32_MAX, &is, NULL);
    /* A tile that nobody signed need not be there yet, nor all of it. */
    bool begun = rc == SW_OK && is.len <= data.len &&
                 sw_bytes_equal(sw_buf_bytes(&is), sw_bytes(data.ptr, is.len));
    if (begun || rc == SW_E_NOENT) {
        return SW_OK;
    }
    uint64_t leaf = (index * SW_TILE_WIDTH) << (level < 0 ? 0 : 8 * (unsigned)level);
    return sw_audit_problem(
        audit, file, leaf, SW_AUDIT_NONE, "the file differs from what the journal says");
}

static sw_result meet(struct journal_check *check, const struct sw_journal_record *record)
{
    struct sw_audit *audit = check->audit;
    struct sw_hash256 root;
    check->met = true;
    sw_tiles_root(audit->edge, &root);
    if (memcmp(&root, &audit->root, sizeof(root)) == 0) {
        return SW_OK;
    }
    return sw_audit_problem(audit, SW_JOURNAL_FILE, record->first, record->offset,
        "the journal's entries up to %llu do not have the signed root",
        (unsigned long long)audit->size);
}

static sw_result name_claims(struct sw_audit *audit, const struct sw_journal_record *record)
{
    struct sw_cursor blobs = sw_cursor(record->blobs);
    for (uint32_t i = 0; i < record->blob_count; i++) {
        struct sw_bytes blob;
        struct sw_digest digest;
        SW_TRY(sw_journal_blob(&blobs, &blob));
        sw_sha256(blob, &digest);
        SW_TRY(sw_audit_claim(audit, &digest));
    }
    return SW_OK;
}

static enum sw_code check_record(
    void *ctx, const struct sw_journal_record *record, struct sw_error *err)
{
    struct journal_check *check = ctx;
    struct sw_audit *audit = check->audit;
    struct sw_cursor entries = sw_cursor(record->entries);
    uint64_t left = record->count;
    if (record->type == SW_JOURNAL_BASE) {
        SW_TRY(sw_tiles_load(audit->edge, record->edge, err));
    }
    SW_TRY(name_claims(audit, record));
    if (!check->met && audit->edge->size <= audit->size &&
        audit->size - audit->edge->size <= left) {
        uint64_t up_to = audit->size - audit->edge->size;
        SW_TRY(sw_tiles_add(audit->edge, &entries, up_to, err));
        SW_TRY(meet(check, record));
        left -= up_to;
    }
    SW_TRY(sw_tiles_add(audit->edge, &entries, left, err));
    return sw_audit_read(audit, record->entries.len + record->blobs.len, 0, err);
}

static sw_result check_journal(
    struct journal_check *check, struct sw_journal *journal, struct sw_error *err)
{
    struct sw_audit *audit = check->audit;
    struct sw_error why = {0};
    const char *torn = NULL;
    enum sw_code rc = sw_journal_open(journal, false, check_record, check, &torn, &why);
    if (rc == SW_E_NOMEM || sw_progress_cancelled(audit->progress)) {
        return sw_fail(err, rc, "%s", why.text);
    }
    if (rc != SW_OK) {
        return sw_audit_problem(
            audit, SW_JOURNAL_FILE, SW_AUDIT_NONE, journal->good, "%s", why.text);
    }
    /* An unfinished record behind the signed tree is what a stopped writer leaves. */
    if (journal->end < audit->size) {
        return sw_audit_problem(audit, SW_JOURNAL_FILE, journal->end, journal->good,
            "the journal ends at entry %llu, %llu are signed: %s", (unsigned long long)journal->end,
            (unsigned long long)audit->size, torn == NULL ? "records are missing" : torn);
    }
    return SW_OK;
}

sw_result sw_audit_journal(struct sw_audit *audit, struct sw_error *err)
{
    struct journal_check check = {audit, !audit->has_head};
    struct sw_journal journal;
    sw_journal_init(&journal, &audit->store->disk);
    sw_journal_bind(&journal, audit->store->origin, audit->store->key);
    audit->edge->sink = compare_tile;
    audit->edge->ctx = audit;
    enum sw_code rc = check_journal(&check, &journal, err);
    sw_journal_close(&journal);
    return rc;
}
