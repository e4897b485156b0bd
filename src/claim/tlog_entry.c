#include "claim/tlog_entry.h"
#include "claim/proto_json.h"

static const char *const entry_names[] = {"logIndex", "logId", "kindVersion", "integratedTime",
    "inclusionPromise", "inclusionProof", "canonicalizedBody", NULL};
static const char *const id_names[] = {"keyId", NULL};
static const char *const kind_names[] = {"kind", "version", NULL};
static const char *const promise_names[] = {"signedEntryTimestamp", NULL};
static const char *const proof_names[] = {
    "logIndex", "rootHash", "treeSize", "hashes", "checkpoint", NULL};
static const char *const checkpoint_names[] = {"envelope", NULL};

static sw_result read_promise(
    const struct sw_proto *p, const struct sw_json *value, struct sw_tlog_entry *out)
{
    const struct sw_json *promise;
    if (sw_proto_field(value, "inclusionPromise") == NULL) {
        return SW_OK;
    }
    SW_TRY(sw_proto_message(p, value, "inclusionPromise", promise_names, &promise));
    return sw_proto_bytes(
        p, promise, "signedEntryTimestamp", "signedEntryTimestamp", &out->promise);
}

static sw_result read_hashes(
    const struct sw_proto *p, const struct sw_json *proof, struct sw_tlog_entry *out)
{
    const struct sw_json *list;
    SW_TRY(sw_proto_list(p, proof, "hashes", SW_MERKLE_PROOF_MAX, &list));
    if (list == NULL) {
        return SW_OK;
    }
    struct sw_hash256 *hashes = SW_ARENA_ARRAY(p->arena, struct sw_hash256, list->count);
    SW_TRY_PTR(hashes);
    SW_JSON_EACH (item, list) {
        struct sw_bytes hash;
        SW_TRY(sw_proto_decode(p, item, "a hash of the proof", &hash));
        if (hash.len != sizeof(hashes[0].bytes)) {
            return sw_proto_bad(p, item, "a hash of the proof has %zu bytes, not 32", hash.len);
        }
        memcpy(hashes[out->hash_count++].bytes, hash.ptr, hash.len);
    }
    out->hashes = hashes;
    return SW_OK;
}

static sw_result read_checkpoint(
    const struct sw_proto *p, const struct sw_json *proof, struct sw_tlog_entry *out)
{
    const struct sw_json *checkpoint;
    struct sw_str text;
    if (sw_proto_field(proof, "checkpoint") == NULL) {
        return SW_OK;
    }
    SW_TRY(sw_proto_message(p, proof, "checkpoint", checkpoint_names, &checkpoint));
    SW_TRY(sw_proto_text(p, checkpoint, "envelope", "checkpoint.envelope", &text));
    out->checkpoint = sw_bytes_of_str(text);
    return SW_OK;
}

static sw_result read_proof(
    const struct sw_proto *p, const struct sw_json *value, struct sw_tlog_entry *out)
{
    const struct sw_json *proof;
    if (sw_proto_field(value, "inclusionProof") == NULL) {
        return SW_OK;
    }
    SW_TRY(sw_proto_message(p, value, "inclusionProof", proof_names, &proof));
    out->has_proof = true;
    SW_TRY(sw_proto_u64(p, proof, "logIndex", &out->proof_index));
    SW_TRY(sw_proto_u64(p, proof, "treeSize", &out->tree_size));
    SW_TRY(sw_proto_bytes(p, proof, "rootHash", "rootHash", &out->root));
    SW_TRY(read_hashes(p, proof, out));
    return read_checkpoint(p, proof, out);
}

static sw_result read_kind(
    const struct sw_proto *p, const struct sw_json *value, struct sw_tlog_entry *out)
{
    const struct sw_json *kind;
    SW_TRY(sw_proto_message(p, value, "kindVersion", kind_names, &kind));
    SW_TRY(sw_proto_text(p, kind, "kind", "kindVersion.kind", &out->kind));
    return sw_proto_text(p, kind, "version", "kindVersion.version", &out->version);
}

sw_result sw_tlog_entry_read(struct sw_arena *arena, const struct sw_json *value,
    struct sw_tlog_entry *out, struct sw_error *err)
{
    const struct sw_proto p = {arena, "bundle", err};
    const struct sw_json *id;
    struct sw_tlog_entry entry = {0};
    SW_TRY(sw_proto_object(&p, value, entry_names, "a log entry"));
    SW_TRY(sw_proto_u64(&p, value, "logIndex", &entry.log_index));
    SW_TRY(sw_proto_message(&p, value, "logId", id_names, &id));
    SW_TRY(sw_proto_bytes(&p, id, "keyId", "logId.keyId", &entry.log_id));
    SW_TRY(read_kind(&p, value, &entry));
    SW_TRY(sw_proto_u64(&p, value, "integratedTime", &entry.time));
    SW_TRY(read_promise(&p, value, &entry));
    SW_TRY(read_proof(&p, value, &entry));
    SW_TRY(sw_proto_bytes(
        &p, value, "canonicalizedBody", "canonicalizedBody of a log entry", &entry.body));
    if (entry.time > INT64_MAX / 1000) {
        return sw_proto_bad(&p, value, "integratedTime is no time in seconds");
    }
    *out = entry;
    return SW_OK;
}
