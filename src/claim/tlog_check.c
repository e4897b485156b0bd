#include "claim/keyless_private.h"

#include <inttypes.h>

/* One check of one entry. */
struct check {
    struct sw_arena *arena;
    const struct sw_tlog_entry *entry;
    const struct sw_logged *logged;
    const struct sw_tlog_kind *kind;
    const struct sw_root_log *log;
    struct sw_error *err;
};

static const struct sw_root_log *find_log(const struct sw_trusted_root *root, struct sw_bytes id)
{
    for (size_t i = 0; i < root->tlog_count; i++) {
        const struct sw_root_log *log = &root->tlogs[i];
        if (sw_bytes_equal(log->id, id) || sw_bytes_equal(log->checkpoint_id, id)) {
            return log;
        }
    }
    return NULL;
}

/* --- the promise (Rekor v1) ------------------------------------------------------------------- */

/* What the log signed: rekor pkg/api/entries.go, in the canonical JSON of RFC 8785. */
static sw_result write_promised(const struct sw_tlog_entry *entry, struct sw_buf *out)
{
    char id[2 * SW_DIGEST_MAX + 1];
    if (entry->log_id.len > SW_DIGEST_MAX) {
        return SW_E_FORMAT;
    }
    sw_hex_encode(entry->log_id, id);
    SW_TRY(sw_buf_puts(out, "{\"body\":\""));
    SW_TRY(sw_base64_encode(out, entry->body));
    return sw_buf_printf(out,
        "\",\"integratedTime\":%" PRIu64 ",\"logID\":\"%s\",\"logIndex\":%" PRIu64 "}", entry->time,
        id, entry->log_index);
}

static sw_result check_promise(const struct check *c, int64_t *time)
{
    const struct sw_tlog_entry *entry = c->entry;
    SW_CLEANUP(buf) struct sw_buf promised = SW_BUF_INIT;
    SW_TRY(write_promised(entry, &promised));
    if (sw_key_verify(c->log->key, sw_buf_bytes(&promised), entry->promise, NULL) != SW_OK) {
        return sw_fail(c->err, SW_E_REFUSED, "its signed entry timestamp is not by the log");
    }
    if (entry->time == 0) {
        return sw_fail(c->err, SW_E_FORMAT, "it has a signed entry timestamp and no time");
    }
    *time = (int64_t)entry->time;
    return SW_OK;
}

/* --- the proof -------------------------------------------------------------------------------- */

/* The log's own signatures must stand there and hold; those of witnesses are not ours to judge.
 * Only the key id is compared: Rekor v1 signs under the name of its host. */
static sw_result check_checkpoint(const struct check *c, const struct sw_checkpoint *tree)
{
    struct sw_cursor cur = sw_cursor(c->log->checkpoint_id);
    uint32_t id;
    size_t found = 0;
    SW_TRY(sw_cur_u32be(&cur, &id));
    for (size_t i = 0; i < tree->signature_count; i++) {
        const struct sw_note_signature *signature = &tree->signatures[i];
        if (signature->id != id) {
            continue;
        }
        if (sw_key_verify(c->log->key, sw_bytes_of_str(tree->body), signature->signature, NULL) !=
            SW_OK) {
            return sw_fail(c->err, SW_E_REFUSED, "the signature of its checkpoint is wrong");
        }
        found++;
    }
    if (found == 0) {
        return sw_fail(c->err, SW_E_REFUSED, "its checkpoint is not signed by the log");
    }
    return SW_OK;
}

static sw_result check_inclusion(const struct check *c, const struct sw_checkpoint *tree)
{
    const struct sw_tlog_entry *entry = c->entry;
    struct sw_hash256 leaf;
    if (entry->tree_size != tree->size ||
        !sw_bytes_equal(entry->root, sw_bytes(tree->root.bytes, sizeof(tree->root.bytes)))) {
        return sw_fail(
            c->err, SW_E_REFUSED, "its inclusion proof is for another tree than its checkpoint");
    }
    if (entry->proof_index >= tree->size) {
        return sw_fail(c->err, SW_E_REFUSED,
            "its checkpoint is of %" PRIu64 " entries, and it is said to be entry %" PRIu64
            ": an older checkpoint",
            tree->size, entry->proof_index);
    }
    sw_merkle_leaf(entry->body, &leaf);
    if (sw_merkle_check_inclusion(entry->proof_index, tree->size, &leaf, entry->hashes,
            entry->hash_count, &tree->root) != SW_OK) {
        return sw_fail(c->err, SW_E_REFUSED, "its inclusion proof does not lead to the checkpoint");
    }
    return SW_OK;
}

static sw_result check_proof(const struct check *c, struct sw_checkpoint *tree)
{
    const struct sw_tlog_entry *entry = c->entry;
    if (entry->checkpoint.len == 0) {
        return sw_fail(
            c->err, SW_E_NOEVIDENCE, "its inclusion proof has no checkpoint that a log signed");
    }
    if (sw_tlog_kind_is_v2(c->kind) && entry->log_index != entry->proof_index) {
        return sw_fail(c->err, SW_E_REFUSED, "its two logIndex differ");
    }
    enum sw_code rc = sw_checkpoint_parse(c->arena, entry->checkpoint, tree, c->err);
    if (rc != SW_OK) {
        return rc;
    }
    SW_TRY(check_checkpoint(c, tree));
    return check_inclusion(c, tree);
}

/* --- the entry -------------------------------------------------------------------------------- */

/* Bundles since v0.2 carry a proof; before, a promise was all that there was
 * (sigstore_bundle.proto, tlog_entries). */
static sw_result check_presence(const struct check *c)
{
    bool has_promise = c->entry->promise.len != 0;
    if (sw_tlog_kind_is_v2(c->kind) && has_promise) {
        return sw_fail(
            c->err, SW_E_REFUSED, "a Rekor v2 log signs no entry timestamps, and it has one");
    }
    bool promise_suffices = c->logged->bundle->version == 1 && has_promise;
    if (!c->entry->has_proof && !promise_suffices) {
        return sw_fail(c->err, SW_E_NOEVIDENCE, "it has no inclusion proof");
    }
    return SW_OK;
}

static sw_result check_time(const struct check *c, int64_t time)
{
    char when[SW_TIME_TEXT_SIZE];
    if (sw_validity_covers(&c->log->valid, time)) {
        return SW_OK;
    }
    sw_time_format(time, when);
    return sw_fail(c->err, SW_E_REFUSED,
        "it is of %s, when the log %s was not valid by the trusted root", when, c->log->url);
}

static sw_result check_entry(const struct check *c, struct sw_tlog_finding *out)
{
    struct sw_tlog_finding finding = {.log = c->log, .has_tree = c->entry->has_proof};
    SW_TRY(sw_tlog_body_check(c->kind, c->entry, c->logged, c->err));
    SW_TRY(check_presence(c));
    if (c->entry->promise.len != 0) {
        SW_TRY(check_promise(c, &finding.time));
        SW_TRY(check_time(c, finding.time));
    }
    if (c->entry->has_proof) {
        SW_TRY(check_proof(c, &finding.tree));
    }
    *out = finding;
    return SW_OK;
}

sw_result sw_tlog_entry_check(struct sw_arena *arena, const struct sw_trusted_root *root,
    const struct sw_tlog_entry *entry, const struct sw_logged *logged, struct sw_tlog_finding *out,
    struct sw_error *err)
{
    const struct check c = {.arena = arena,
        .entry = entry,
        .logged = logged,
        .kind = sw_tlog_kind_of(entry),
        .log = find_log(root, entry->log_id),
        .err = err};
    if (c.log == NULL) {
        return sw_fail(err, SW_E_NOEVIDENCE, "it is of a log that the trusted root does not have");
    }
    if (c.log->key == NULL) {
        return sw_fail(err, SW_E_UNSUPPORTED,
            "the key of the log %s is of a kind that is not checked", c.log->url);
    }
    if (c.kind == NULL) {
        char kind[64];
        sw_escape_line(entry->kind.ptr, entry->kind.len, kind, sizeof(kind));
        return sw_fail(err, SW_E_UNSUPPORTED,
            "it is of the kind \"%s\", or a version of it, that is "
            "not known",
            kind);
    }
    return check_entry(&c, out);
}
