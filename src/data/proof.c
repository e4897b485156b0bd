#include "data/proof.h"

#define MAGIC "SWPROOF"
#define VERSION 1
#define PACKED_MAX 65535u

/* --- writing --------------------------------------------------------------------------------- */

static sw_result put_digest(struct sw_buf *out, const uint8_t digest[32])
{
    return sw_buf_append(out, digest, 32);
}

static sw_result put_present(struct sw_buf *out, const struct sw_sample_proof *proof)
{
    const struct sw_row *row = &proof->row;
    uint32_t weight;
    memcpy(&weight, &row->weight, sizeof(weight));
    SW_TRY(sw_buf_put_u64be(out, proof->index));
    SW_TRY(put_digest(out, row->record));
    SW_TRY(put_digest(out, row->content));
    SW_TRY(put_digest(out, proof->origin));
    SW_TRY(sw_buf_put_u32be(out, row->file));
    SW_TRY(sw_buf_put_u64be(out, row->offset));
    SW_TRY(sw_buf_put_u64be(out, row->length));
    SW_TRY(sw_buf_put_u32be(out, weight));
    return sw_buf_put_u32be(out, row->flags);
}

static sw_result put_absent(struct sw_buf *out, const struct sw_sample_proof *proof)
{
    SW_TRY(sw_buf_put_u64be(out, proof->place));
    SW_TRY(put_digest(out, proof->content));
    if (proof->place > 0) {
        SW_TRY(put_digest(out, proof->left));
    }
    return proof->place < proof->size ? put_digest(out, proof->right) : SW_OK;
}

static sw_result put_hashes(struct sw_buf *out, const struct sw_hash256 *hashes, size_t count)
{
    if (count > UINT8_MAX) {
        return SW_E_LIMIT;
    }
    SW_TRY(sw_buf_putc(out, (char)count));
    return count == 0 ? SW_OK : sw_buf_append(out, hashes, count * sizeof(*hashes));
}

static sw_result put_packed(struct sw_buf *out, struct sw_bytes text)
{
    SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
    SW_TRY(sw_proof_pack(text, &packed));
    if (packed.len > PACKED_MAX) {
        return SW_E_LIMIT;
    }
    SW_TRY(sw_buf_put_u16be(out, (uint16_t)packed.len));
    return packed.len == 0 ? SW_OK : sw_buf_append(out, packed.data, packed.len);
}

static sw_result put_proof(struct sw_buf *out, const struct sw_sample_proof *proof)
{
    if (proof->name.len > SW_PROOF_NAME_MAX) {
        return SW_E_LIMIT;
    }
    SW_TRY(sw_buf_append(out, MAGIC, strlen(MAGIC)));
    SW_TRY(sw_buf_putc(out, VERSION));
    SW_TRY(sw_buf_putc(out, (char)proof->kind));
    SW_TRY(sw_buf_putc(out, (char)proof->name.len));
    SW_TRY(sw_buf_put_str(out, proof->name));
    SW_TRY(sw_buf_put_u64be(out, proof->size));
    SW_TRY(proof->kind == SW_PROOF_PRESENT ? put_present(out, proof) : put_absent(out, proof));
    SW_TRY(put_hashes(out, proof->path, proof->path_count));
    SW_TRY(sw_buf_put_u64be(out, proof->leaf));
    SW_TRY(put_hashes(out, proof->log_path, proof->log_count));
    SW_TRY(put_packed(out, proof->entry));
    return put_packed(out, proof->checkpoint);
}

sw_result sw_sample_proof_write(
    const struct sw_sample_proof *proof, struct sw_buf *out, struct sw_error *err)
{
    size_t start = out->len;
    enum sw_code code = put_proof(out, proof);
    if (code == SW_OK) {
        return SW_OK;
    }
    out->len = start;
    return sw_fail(err, code, "cannot write the proof: %s", sw_code_text(code));
}

/* --- reading --------------------------------------------------------------------------------- */

static sw_result get_digest(struct sw_cursor *cur, uint8_t out[32])
{
    struct sw_bytes bytes;
    SW_TRY(sw_cur_bytes(cur, 32, &bytes));
    memcpy(out, bytes.ptr, 32);
    return SW_OK;
}

static sw_result get_present(struct sw_cursor *cur, struct sw_sample_proof *out)
{
    struct sw_row *row = &out->row;
    uint32_t weight;
    SW_TRY(sw_cur_u64be(cur, &out->index));
    SW_TRY(get_digest(cur, row->record));
    SW_TRY(get_digest(cur, row->content));
    SW_TRY(get_digest(cur, out->origin));
    SW_TRY(sw_cur_u32be(cur, &row->file));
    SW_TRY(sw_cur_u64be(cur, &row->offset));
    SW_TRY(sw_cur_u64be(cur, &row->length));
    SW_TRY(sw_cur_u32be(cur, &weight));
    memcpy(&row->weight, &weight, sizeof(weight));
    SW_TRY(sw_cur_u32be(cur, &row->flags));
    return out->index < out->size ? SW_OK : SW_E_FORMAT;
}

static sw_result get_absent(struct sw_cursor *cur, struct sw_sample_proof *out)
{
    SW_TRY(sw_cur_u64be(cur, &out->place));
    SW_TRY(get_digest(cur, out->content));
    if (out->place > out->size) {
        return SW_E_FORMAT;
    }
    if (out->place > 0) {
        SW_TRY(get_digest(cur, out->left));
    }
    return out->place < out->size ? get_digest(cur, out->right) : SW_OK;
}

static sw_result get_hashes(struct sw_arena *arena, struct sw_cursor *cur, size_t max,
    struct sw_hash256 **out, size_t *count)
{
    struct sw_bytes bytes;
    uint8_t n;
    SW_TRY(sw_cur_u8(cur, &n));
    if (n > max) {
        return SW_E_LIMIT;
    }
    SW_TRY(sw_cur_bytes(cur, (uint64_t)n * sizeof(**out), &bytes));
    *out = sw_arena_copy(arena, bytes);
    SW_TRY_PTR(*out);
    *count = n;
    return SW_OK;
}

static sw_result get_packed(struct sw_arena *arena, struct sw_cursor *cur, struct sw_bytes *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_bytes packed;
    uint16_t len;
    sw_buf_init(&text, SW_PROOF_MAX_BYTES);
    SW_TRY(sw_cur_u16be(cur, &len));
    SW_TRY(sw_cur_bytes(cur, len, &packed));
    SW_TRY(sw_proof_unpack(packed, &text));
    const uint8_t *copy = sw_arena_copy(arena, sw_buf_bytes(&text));
    SW_TRY_PTR(copy);
    *out = sw_bytes(copy, text.len);
    return SW_OK;
}

static sw_result get_name(struct sw_arena *arena, struct sw_cursor *cur, struct sw_str *out)
{
    struct sw_bytes name;
    struct sw_dataset_name parsed;
    uint8_t len;
    SW_TRY(sw_cur_u8(cur, &len));
    SW_TRY(sw_cur_bytes(cur, len, &name));
    if (len > SW_PROOF_NAME_MAX) {
        return SW_E_LIMIT;
    }
    if (len > 0 && (sw_dataset_name_parse(sw_str_of_bytes(name), &parsed, NULL) != SW_OK ||
                       parsed.version.len > 0)) {
        return SW_E_FORMAT;
    }
    const char *copy = sw_arena_strndup(arena, sw_str_of_bytes(name));
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, len);
    return SW_OK;
}

static sw_result get_proof(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_sample_proof *out)
{
    uint8_t kind;
    SW_TRY(sw_cur_u8(cur, &kind));
    if (kind != SW_PROOF_PRESENT && kind != SW_PROOF_ABSENT) {
        return SW_E_FORMAT;
    }
    out->kind = (enum sw_proof_kind)kind;
    SW_TRY(get_name(arena, cur, &out->name));
    SW_TRY(sw_cur_u64be(cur, &out->size));
    SW_TRY(out->size <= SW_ROWS_MAX ? SW_OK : SW_E_LIMIT);
    SW_TRY(out->kind == SW_PROOF_PRESENT ? get_present(cur, out) : get_absent(cur, out));
    SW_TRY(get_hashes(arena, cur, SW_PROOF_PATH_MAX, &out->path, &out->path_count));
    SW_TRY(sw_cur_u64be(cur, &out->leaf));
    SW_TRY(get_hashes(arena, cur, SW_MERKLE_PROOF_MAX, &out->log_path, &out->log_count));
    SW_TRY(get_packed(arena, cur, &out->entry));
    SW_TRY(get_packed(arena, cur, &out->checkpoint));
    return sw_cur_left(cur) == 0 ? SW_OK : SW_E_FORMAT;
}

static sw_result get_magic(struct sw_cursor *cur, struct sw_error *err)
{
    uint8_t version;
    if (!sw_cur_match(cur, MAGIC) || sw_cur_u8(cur, &version) != SW_OK) {
        return sw_fail(
            err, SW_E_FORMAT, "this is no proof about a sample: it must begin with %s", MAGIC);
    }
    if (version != VERSION) {
        return sw_fail(err, SW_E_UNSUPPORTED,
            "the proof is of version %u of the format, and only %u is known", version, VERSION);
    }
    return SW_OK;
}

sw_result sw_sample_proof_read(
    struct sw_arena *arena, struct sw_bytes file, struct sw_sample_proof *out, struct sw_error *err)
{
    if (file.len > SW_PROOF_MAX_BYTES) {
        return sw_fail(
            err, SW_E_LIMIT, "the proof has %zu bytes, more than %u", file.len, SW_PROOF_MAX_BYTES);
    }
    struct sw_cursor cur = sw_cursor(file);
    struct sw_sample_proof proof = {.kind = SW_PROOF_PRESENT};
    SW_TRY(get_magic(&cur, err));
    enum sw_code code = get_proof(arena, &cur, &proof);
    if (code != SW_OK) {
        return sw_fail(err, code, "the proof is broken at or before byte %zu", cur.pos);
    }
    *out = proof;
    return SW_OK;
}

/* --- checking -------------------------------------------------------------------------------- */

static sw_result refuse(struct sw_error *err, const char *why)
{
    return sw_fail(err, SW_E_REFUSED, "the proof does not hold: %s", why);
}

static void content_hash(const uint8_t content[32], struct sw_hash256 *out)
{
    uint8_t leaf[SW_CONTENT_LEAF_SIZE];
    sw_content_leaf(content, leaf);
    sw_merkle_leaf(sw_bytes(leaf, sizeof(leaf)), out);
}

static sw_result present_root(
    const struct sw_sample_proof *proof, struct sw_hash256 *root, struct sw_error *err)
{
    uint8_t text[SW_SAMPLE_LEAF_SIZE];
    struct sw_hash256 leaf;
    struct sw_proof_span span = {proof->index, 1, proof->size};
    sw_sample_leaf(&proof->row, proof->origin, text);
    sw_merkle_leaf(sw_bytes(text, sizeof(text)), &leaf);
    if (sw_proof_path_root(&span, &leaf, proof->path, proof->path_count, root) != SW_OK) {
        return refuse(err, "its hashes are not those beside this sample");
    }
    return SW_OK;
}

/* What would stand at `place` is above the one before and below the one behind, and these two are
 * neighbours: so it stands nowhere. At both ends of the order one neighbour is enough. */
static sw_result absent_root(
    const struct sw_sample_proof *proof, struct sw_hash256 *root, struct sw_error *err)
{
    struct sw_hash256 leaves[2];
    unsigned n = 0;
    if (proof->size == 0) {
        sw_merkle_empty(root);
        return proof->path_count == 0 ? SW_OK : refuse(err, "an empty set has no hashes");
    }
    if (proof->place > 0) {
        content_hash(proof->left, &leaves[n++]);
        if (memcmp(proof->left, proof->content, 32) >= 0) {
            return refuse(err, "the content before it is not below it");
        }
    }
    if (proof->place < proof->size) {
        content_hash(proof->right, &leaves[n++]);
        if (memcmp(proof->content, proof->right, 32) >= 0) {
            return refuse(err, "the content behind it is not above it");
        }
    }
    struct sw_proof_span span = {proof->place > 0 ? proof->place - 1 : 0, n, proof->size};
    if (sw_proof_path_root(&span, leaves, proof->path, proof->path_count, root) != SW_OK) {
        return refuse(err, "its hashes are not those beside these contents");
    }
    return SW_OK;
}

/* By its place: what a declared dataset has as its manifest, a stranger's document chose. */
static bool names(const struct sw_log_claim *claim, enum sw_dataset_subject which,
    const struct sw_digest *subject)
{
    return claim->subject_count == SW_DATASET_SUBJECTS &&
           sw_digest_equal(&claim->subjects[which], subject);
}

/* The claim says as which it signed the tree. */
static bool find_head(const struct sw_sample_proof *proof, const struct sw_log_claim *claim,
    const struct sw_hash256 *root, struct sw_proof_statement *out)
{
    static const enum sw_tree_kind kinds[] = {
        SW_TREE_ORDERED, SW_TREE_SORTED, SW_TREE_KEYED, SW_TREE_RECORDS};
    for (size_t i = 0; i < SW_COUNT(kinds); i++) {
        if ((kinds[i] == SW_TREE_ORDERED) != (proof->kind == SW_PROOF_PRESENT)) {
            continue;
        }
        out->tree = kinds[i];
        sw_tree_head(kinds[i], proof->size, root, &out->head);
        if (names(claim,
                kinds[i] == SW_TREE_ORDERED ? SW_DATASET_ORDERED_HEAD : SW_DATASET_SORTED_HEAD,
                &out->head)) {
            return true;
        }
    }
    return false;
}

static sw_result check_claim(const struct sw_sample_proof *proof, const struct sw_log_claim *claim,
    const struct sw_hash256 *root, struct sw_proof_statement *out, struct sw_error *err)
{
    struct sw_digest name;
    if (!sw_str_is(claim->predicate_type, SW_PREDICATE_DATASET)) {
        return refuse(err, "the log's entry is not that of a dataset's claim");
    }
    if (!find_head(proof, claim, root, out)) {
        return refuse(err, "the dataset's claim names another tree than the one of the sample");
    }
    sw_name_digest(SW_NAME_DATASET, proof->name, &name);
    if (proof->name.len > 0 && !names(claim, SW_DATASET_NAME, &name)) {
        return refuse(err, "the dataset's claim is about a dataset of another name");
    }
    return SW_OK;
}

/* As key hints are, so that it can be compared with one. */
static struct sw_digest key_of(const struct sw_log_claim *claim)
{
    SW_CLEANUP(key) struct sw_key *key = NULL;
    struct sw_digest digest = {0};
    char hint[SW_KEY_HINT_SIZE];
    if (claim->spki.len > 0 && sw_key_read_spki(claim->spki, &key, NULL) == SW_OK) {
        sw_key_hint(key, hint);
        (void)sw_digest_from_hex(SW_SHA256, sw_str(hint), &digest);
    }
    return digest;
}

static sw_result check_log(struct sw_arena *arena, const struct sw_sample_proof *proof,
    const struct sw_tlog_policy *policy, struct sw_checkpoint *checkpoint, struct sw_error *err)
{
    struct sw_tlog_proof log = {
        .index = proof->leaf, .hashes = proof->log_path, .hash_count = proof->log_count};
    SW_TRY(sw_checkpoint_parse(arena, proof->checkpoint, &log.checkpoint, err));
    SW_TRY(sw_tlog_proof_check(&log, policy, proof->entry, err));
    *checkpoint = log.checkpoint;
    return SW_OK;
}

sw_result sw_sample_proof_check(struct sw_arena *arena, const struct sw_sample_proof *proof,
    const struct sw_tlog_policy *policy, struct sw_proof_statement *out, struct sw_error *err)
{
    struct sw_hash256 root;
    struct sw_proof_statement said = {0};
    struct sw_checkpoint checkpoint;
    struct sw_log_claim claim;
    bool present = proof->kind == SW_PROOF_PRESENT;
    SW_TRY(present ? present_root(proof, &root, err) : absent_root(proof, &root, err));
    SW_TRY(check_log(arena, proof, policy, &checkpoint, err));
    SW_TRY(sw_log_claim_read(arena, proof->entry, &claim, err));
    SW_TRY(check_claim(proof, &claim, &root, &said, err));
    *out = (struct sw_proof_statement){.head = said.head,
        .tree = said.tree,
        .claim = claim.claim,
        .key = key_of(&claim),
        .time = claim.time,
        .origin = checkpoint.origin,
        .log_size = checkpoint.size};
    return SW_OK;
}
