#include "evidence/audit.h"

#include "evidence/leaf.h"

#include <fcntl.h>
#include <unistd.h>

/* --- what was found -------------------------------------------------------------------------- */

bool sw_audit_told(const struct sw_audit *audit, const char *file)
{
    for (size_t i = 0; i < audit->report->kept; i++) {
        if (strcmp(audit->report->problems[i].file, file) == 0) {
            return true;
        }
    }
    return false;
}

static sw_result keep_problem(
    struct sw_audit *audit, const char *file, uint64_t leaf, uint64_t offset, const char *what)
{
    struct sw_log_report *report = audit->report;
    const char *kept_file = sw_arena_strdup(audit->arena, file);
    const char *kept_what = sw_arena_strdup(audit->arena, what);
    SW_TRY_PTR(kept_file);
    SW_TRY_PTR(kept_what);
    report->problems[report->kept++] = (struct sw_log_problem){kept_file, leaf, offset, kept_what};
    return SW_OK;
}

sw_result sw_audit_problem(
    struct sw_audit *audit, const char *file, uint64_t leaf, uint64_t offset, const char *fmt, ...)
{
    struct sw_log_report *report = audit->report;
    char what[SW_ERROR_TEXT_MAX];
    if (sw_audit_told(audit, file)) {
        return SW_OK;
    }
    report->problem_count++;
    if (report->kept == SW_AUDIT_KEPT) {
        return SW_OK;
    }
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);
    return keep_problem(audit, file, leaf, offset, what);
}

sw_result sw_audit_read(
    struct sw_audit *audit, uint64_t bytes, uint64_t entries, struct sw_error *err)
{
    audit->report->bytes += bytes;
    sw_progress_add(audit->progress, bytes, entries);
    return sw_progress_check(audit->progress, err);
}

sw_result sw_audit_claim(struct sw_audit *audit, const struct sw_digest *claim)
{
    audit->claims = sw_arena_grow(
        audit->arena, audit->claims, audit->claim_count, &audit->claim_cap, sizeof(*audit->claims));
    SW_TRY_PTR(audit->claims);
    audit->claims[audit->claim_count++] = *claim;
    return SW_OK;
}

/* --- claims ---------------------------------------------------------------------------------- */

struct claim_check {
    struct sw_audit *audit;
    struct sw_arena arena;
    struct sw_leaf leaf;
    struct sw_buf blob;
    struct sw_leaf_claim claim;
};

static void claim_check_release(struct claim_check *check)
{
    sw_buf_release(&check->blob);
    sw_arena_release(&check->arena);
}
SW_DEFINE_CLEANUP(claim_check, struct claim_check, claim_check_release)

/* An index without this claim would differ for that alone. */
static void give_up_index(struct sw_audit *audit)
{
    sw_index_close(audit->index);
    audit->index = NULL;
}

/* Gives SW_E_REFUSED when the blob is bad, which is then reported. */
static sw_result read_claim_blob(struct claim_check *check, uint64_t leaf)
{
    struct sw_audit *audit = check->audit;
    struct sw_error why = {0};
    char file[SW_BLOB_FILE_SIZE];
    sw_blob_file(&check->leaf.claim, file);
    enum sw_code rc = sw_blob_get(&audit->store->disk, &check->leaf.claim, &check->blob, &why);
    if (rc == SW_OK) {
        struct sw_bytes blob = sw_buf_bytes(&check->blob);
        rc = sw_leaf_claim_read(&check->arena, blob, &check->claim, &why);
    }
    if (rc == SW_OK || rc == SW_E_NOMEM) {
        return rc;
    }
    give_up_index(audit);
    SW_TRY(sw_audit_problem(audit, file, leaf, SW_AUDIT_NONE, "%s",
        rc == SW_E_NOENT ? "the claim of this leaf is missing" : why.text));
    return SW_E_REFUSED;
}

/* The entry must be the one that its claim gives. */
static sw_result compare_leaf(struct claim_check *check, const char *file, uint64_t leaf,
    uint64_t offset, struct sw_bytes entry)
{
    SW_CLEANUP(buf) struct sw_buf want = SW_BUF_INIT;
    enum sw_code rc = sw_leaf_write(&check->claim, check->leaf.time, check->leaf.spki, &want, NULL);
    if (rc == SW_E_NOMEM) {
        return rc;
    }
    return rc == SW_OK && sw_bytes_equal(sw_buf_bytes(&want), entry)
               ? SW_OK
               : sw_audit_problem(check->audit, file, leaf, offset,
                     "the entry says something else than its claim");
}

sw_result sw_audit_entry(struct sw_audit *audit, const char *file, uint64_t leaf, uint64_t offset,
    struct sw_bytes entry, struct sw_error *err)
{
    SW_CLEANUP(claim_check) struct claim_check check = {.audit = audit};
    struct sw_error why = {0};
    if (!sw_leaf_is(entry)) {
        return SW_OK;
    }
    sw_arena_init(&check.arena, 0);
    enum sw_code rc = sw_leaf_read(&check.arena, entry, &check.leaf, &why);
    if (rc != SW_OK) {
        give_up_index(audit);
        return sw_audit_problem(audit, file, leaf, offset, "%s", why.text);
    }
    SW_TRY(sw_audit_claim(audit, &check.leaf.claim));
    audit->report->claims++;
    rc = read_claim_blob(&check, leaf);
    if (rc != SW_OK) {
        return rc == SW_E_REFUSED ? SW_OK : rc;
    }
    SW_TRY(sw_audit_read(audit, check.blob.len, 0, err));
    SW_TRY(compare_leaf(&check, file, leaf, offset, entry));
    check.claim.record.leaf = leaf;
    check.claim.record.time = check.leaf.time;
    return audit->index == NULL ? SW_OK : sw_index_put(audit->index, &check.claim.record, err);
}

/* --- the index ------------------------------------------------------------------------------- */

/* An index that is behind is not wrong: it is not used. */
static sw_result audit_index(struct sw_audit *audit, struct sw_error *err)
{
    SW_CLEANUP(index) struct sw_index *file = NULL;
    struct sw_digest is = {0};
    struct sw_digest want;
    struct sw_error why = {0};
    if (audit->index == NULL || !sw_disk_exists(&audit->store->disk, SW_STORE_INDEX_FILE)) {
        return SW_OK;
    }
    SW_TRY(sw_index_digest(audit->index, audit->size, &want, err));
    enum sw_code rc =
        sw_index_open_for(&audit->store->disk, audit->size, &audit->root, &file, &why);
    if (rc == SW_E_NOEVIDENCE) {
        return SW_OK;
    }
    if (rc == SW_OK) {
        rc = sw_index_digest(file, audit->size, &is, &why);
    }
    if (rc == SW_E_NOMEM || rc == SW_E_BUSY) {
        return sw_fail(err, rc, "%s", why.text);
    }
    if (rc == SW_OK && sw_digest_equal(&is, &want)) {
        return SW_OK;
    }
    return sw_audit_problem(audit, SW_STORE_INDEX_FILE, SW_AUDIT_NONE, SW_AUDIT_NONE,
        "%s; 'evidence reindex' makes it anew",
        rc == SW_OK ? "the index says something else than the log" : why.text);
}

/* --- the signed head ------------------------------------------------------------------------- */

struct head_check {
    struct sw_arena arena;
    struct sw_buf policy_text;
    struct sw_buf text;
    struct sw_tlog_policy *policy;
    struct sw_checkpoint head;
    struct sw_checkpoint earlier;
};

static void head_check_release(struct head_check *check)
{
    sw_buf_release(&check->policy_text);
    sw_buf_release(&check->text);
    sw_arena_release(&check->arena);
}
SW_DEFINE_CLEANUP(head_check, struct head_check, head_check_release)

static sw_result read_policy(
    struct sw_audit *audit, const char *policy_path, struct head_check *check, struct sw_error *err)
{
    if (policy_path != NULL) {
        SW_TRY(sw_file_read(policy_path, SW_STORE_POLICY_MAX, &check->policy_text, err));
    } else {
        SW_TRY(sw_log_policy(audit->store, &check->policy_text, err));
    }
    enum sw_code rc =
        sw_tlog_policy_parse(&check->arena, sw_buf_bytes(&check->policy_text), &check->policy, err);
    return rc == SW_OK || policy_path == NULL ? rc : sw_error_prefix(err, rc, "'%s'", policy_path);
}

static sw_result check_signed(struct sw_audit *audit, struct head_check *check,
    struct sw_bytes text, struct sw_checkpoint *out, struct sw_error *why)
{
    SW_TRY(sw_checkpoint_parse(&check->arena, text, out, why));
    if (!sw_str_is(out->origin, audit->store->origin)) {
        return sw_fail(why, SW_E_REFUSED, "it is the checkpoint of another log");
    }
    SW_TRY(sw_tlog_policy_check(check->policy, out, why));
    return out->size <= SW_LOG_SIZE_MAX ? SW_OK : sw_fail(why, SW_E_LIMIT, "its log is too large");
}

static sw_result audit_head(struct sw_audit *audit, struct head_check *check, struct sw_error *err)
{
    struct sw_error why = {0};
    enum sw_code rc = sw_disk_get(
        &audit->store->disk, SW_STORE_CHECKPOINT_FILE, SW_NOTE_MAX_BYTES, &check->text, &why);
    if (rc == SW_OK) {
        rc = check_signed(audit, check, sw_buf_bytes(&check->text), &check->head, &why);
    }
    if (rc != SW_OK) {
        SW_TRY(rc == SW_E_NOMEM ? rc : SW_OK);
        return sw_audit_problem(audit, SW_STORE_CHECKPOINT_FILE, SW_AUDIT_NONE, SW_AUDIT_NONE,
            "%s; without it neither tiles nor entries can be checked", why.text);
    }
    /* The journal is signed by the key that the store's own policy names. */
    if (!sw_tlog_policy_names(check->policy, &audit->store->vkey)) {
        SW_TRY(sw_audit_problem(audit, SW_STORE_POLICY_FILE, SW_AUDIT_NONE, SW_AUDIT_NONE,
            "it names another key for this log than the policy that was given"));
    }
    audit->has_head = true;
    audit->size = check->head.size;
    audit->root = check->head.root;
    sw_progress_expect(audit->progress, 0, audit->size);
    return sw_audit_read(audit, check->text.len, 0, err);
}

/* The log of today must begin with the log of the earlier checkpoint. */
static sw_result audit_earlier(
    struct sw_audit *audit, struct head_check *check, struct sw_bytes text, struct sw_error *err)
{
    SW_CLEANUP(free) struct sw_hashes *hashes = malloc(sizeof(*hashes));
    struct sw_checkpoint *earlier = &check->earlier;
    struct sw_hash256 root;
    SW_TRY_PTR(hashes);
    enum sw_code rc = check_signed(audit, check, text, earlier, err);
    if (rc != SW_OK) {
        return sw_error_prefix(err, rc, "the earlier checkpoint");
    }
    unsigned long long size = earlier->size;
    if (earlier->size > audit->size) {
        return sw_audit_problem(audit, SW_STORE_CHECKPOINT_FILE, audit->size, SW_AUDIT_NONE,
            "the log lost entries: the earlier checkpoint had %llu, this one has %llu", size,
            (unsigned long long)audit->size);
    }
    sw_hashes_init(hashes, &audit->store->disk, audit->size);
    struct sw_merkle_source source = sw_hashes_source(hashes);
    if (sw_merkle_root(&source, earlier->size, &root, NULL) == SW_OK &&
        memcmp(&root, &earlier->root, sizeof(root)) == 0) {
        return SW_OK;
    }
    return sw_audit_problem(audit, SW_STORE_CHECKPOINT_FILE, SW_AUDIT_NONE, SW_AUDIT_NONE,
        "the log was rewritten: its first %llu entries are not those of the earlier checkpoint",
        size);
}

/* --- the whole ------------------------------------------------------------------------------- */

static sw_result audit_all(
    struct sw_audit *audit, const char *policy_path, struct sw_bytes earlier, struct sw_error *err)
{
    SW_CLEANUP(head_check) struct head_check check = {.policy = NULL};
    sw_arena_init(&check.arena, 0);
    SW_TRY(read_policy(audit, policy_path, &check, err));
    SW_TRY(audit_head(audit, &check, err));
    if (!audit->has_head) {
        return sw_audit_journal(audit, err);
    }
    SW_TRY(sw_index_in_memory(audit->store, 0, &audit->index, err));
    SW_TRY(sw_audit_tree(audit, err));
    if (earlier.len > 0) {
        SW_TRY(audit_earlier(audit, &check, earlier, err));
    }
    SW_TRY(sw_audit_journal(audit, err));
    SW_TRY(sw_audit_files(audit, err));
    return audit_index(audit, err);
}

static enum sw_code no_sink(void *ctx, int level, uint64_t index, unsigned width,
    struct sw_bytes data, struct sw_error *err)
{
    return SW_OK;
}

static sw_result run(
    struct sw_audit *audit, const char *policy_path, struct sw_bytes earlier, struct sw_error *err)
{
    struct sw_log_report *report = audit->report;
    audit->edge = malloc(sizeof(*audit->edge));
    report->problems = SW_ARENA_ARRAY(audit->arena, struct sw_log_problem, SW_AUDIT_KEPT);
    if (audit->edge == NULL || report->problems == NULL) {
        free(audit->edge);
        return sw_fail(err, SW_E_NOMEM, "cannot check the log: out of memory");
    }
    sw_tiles_init(audit->edge, no_sink, NULL);
    enum sw_code rc = audit_all(audit, policy_path, earlier, err);
    report->entries = audit->size;
    report->root = audit->root;
    sw_index_close(audit->index);
    sw_tiles_release(audit->edge);
    free(audit->edge);
    return rc;
}

sw_result sw_log_verify(struct sw_store *store, const char *policy_path, struct sw_bytes earlier,
    struct sw_progress *progress, struct sw_arena *arena, struct sw_log_report *report,
    struct sw_error *err)
{
    struct sw_log_report found = {0};
    struct sw_audit audit = {
        .store = store, .arena = arena, .report = &found, .progress = progress};
    (void)pthread_mutex_lock(&store->claims);
    (void)pthread_mutex_lock(&store->io);
    enum sw_code rc = run(&audit, policy_path, earlier, err);
    (void)pthread_mutex_unlock(&store->io);
    (void)pthread_mutex_unlock(&store->claims);
    if (rc == SW_OK) {
        *report = found;
    }
    return rc;
}
