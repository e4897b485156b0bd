#include "data/proof.h"

/* The two inclusion proofs of one tree, before they are put together. */
struct ways {
    struct sw_hash256 hashes[2][SW_MERKLE_PROOF_MAX];
    size_t counts[2];
};

static sw_result join_path(const struct sw_data *data, const struct sw_proof_span *span,
    const struct ways *ways, struct sw_sample_proof *proof, struct sw_error *err)
{
    proof->path = SW_ARENA_ARRAY(data->arena, struct sw_hash256, SW_PROOF_PATH_MAX);
    SW_TRY_PTR(proof->path);
    enum sw_code code = sw_proof_path_make(span, ways->hashes[0], ways->counts[0], ways->hashes[1],
        ways->counts[1], proof->path, &proof->path_count);
    return code == SW_OK ? SW_OK : sw_fail(err, SW_E_INTERNAL, "a proof has not its hashes");
}

static sw_result join_ways(const struct sw_data *data, struct sw_rows *rows, enum sw_tree_kind kind,
    const struct sw_proof_span *span, struct sw_sample_proof *proof, struct sw_error *err)
{
    struct ways ways = {.counts = {0, 0}};
    for (unsigned i = 0; i < span->count; i++) {
        SW_TRY(sw_rows_prove(rows, kind, span->first + i, ways.hashes[i], &ways.counts[i], err));
    }
    return join_path(data, span, &ways, proof, err);
}

static sw_result copy_text(struct sw_arena *arena, struct sw_bytes text, struct sw_bytes *out)
{
    const uint8_t *copy = sw_arena_copy(arena, text);
    SW_TRY_PTR(copy);
    *out = sw_bytes(copy, text.len);
    return SW_OK;
}

/* The way from the dataset's claim to the checkpoint. */
static sw_result add_log(const struct sw_data *data, const struct sw_dataset_claim *claim,
    const struct sw_data_claim *record, struct sw_sample_proof *proof, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf checkpoint = SW_BUF_INIT;
    struct sw_tlog_proof log;
    SW_TRY(sw_log_prove(data->store, record->leaf, &text, err));
    SW_TRY(sw_log_checkpoint(data->store, &checkpoint, err));
    SW_TRY(sw_tlog_proof_parse(data->arena, sw_buf_bytes(&text), &log, err));
    proof->name = claim->name;
    proof->leaf = log.index;
    proof->log_path = log.hashes;
    proof->log_count = log.hash_count;
    SW_TRY(copy_text(data->arena, log.extra, &proof->entry));
    return copy_text(data->arena, sw_buf_bytes(&checkpoint), &proof->checkpoint);
}

sw_result sw_sample_prove(const struct sw_data *data, struct sw_rows *rows,
    const struct sw_dataset_claim *claim, const struct sw_data_claim *record, uint64_t index,
    struct sw_sample_proof *out, struct sw_error *err)
{
    struct sw_sample_proof proof = {.kind = SW_PROOF_PRESENT, .size = rows->count, .index = index};
    struct ways ways = {.counts = {0, 0}};
    struct sw_proof_span span = {index, 1, rows->count};
    SW_TRY(sw_rows_proven(rows, index, &proof.row, ways.hashes[0], &ways.counts[0], err));
    memcpy(proof.origin, rows->origin_digests[proof.row.origin], 32);
    proof.row.origin = 0;
    SW_TRY(join_path(data, &span, &ways, &proof, err));
    SW_TRY(add_log(data, claim, record, &proof, err));
    *out = proof;
    return SW_OK;
}

static sw_result content_at(
    struct sw_rows *rows, uint64_t place, uint8_t out[32], struct sw_error *err)
{
    struct sw_row row;
    uint32_t index;
    SW_TRY(sw_rows_sorted(rows, place, &index, err));
    SW_TRY(sw_rows_at(rows, index, &row, err));
    memcpy(out, row.content, 32);
    return SW_OK;
}

sw_result sw_sample_prove_absent(const struct sw_data *data, struct sw_rows *rows,
    const struct sw_dataset_claim *claim, const struct sw_data_claim *record,
    const uint8_t content[32], struct sw_sample_proof *out, uint64_t *index, struct sw_error *err)
{
    struct sw_sample_proof proof = {.kind = SW_PROOF_ABSENT, .size = rows->count};
    uint64_t found;
    memcpy(proof.content, content, 32);
    SW_TRY(sw_rows_find(rows, content, &proof.place, &found, err));
    if (found > 0) {
        uint32_t row;
        SW_TRY(sw_rows_sorted(rows, proof.place, &row, err));
        *index = row;
        return sw_fail(err, SW_E_REFUSED, "it is in the set: sample %u has this content", row);
    }
    bool before = proof.place > 0;
    bool behind = proof.place < rows->count;
    if (before) {
        SW_TRY(content_at(rows, proof.place - 1, proof.left, err));
    }
    if (behind) {
        SW_TRY(content_at(rows, proof.place, proof.right, err));
    }
    if (before || behind) {
        struct sw_proof_span span = {
            proof.place - (before ? 1 : 0), before && behind ? 2 : 1, rows->count};
        SW_TRY(join_ways(data, rows, SW_TREE_SORTED, &span, &proof, err));
    }
    SW_TRY(add_log(data, claim, record, &proof, err));
    *out = proof;
    return SW_OK;
}
