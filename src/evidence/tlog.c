#include "evidence/evidence.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_WORD 128

static const char *show(struct sw_str word, char out[SHOWN_WORD])
{
    sw_escape_line(word.ptr, word.len, out, SHOWN_WORD);
    return out;
}

/* --- policies: what they hold ---------------------------------------------------------------- */

#define NO_COMPONENT SIZE_MAX

/* A witness or a group; they share one space of names. */
struct component {
    struct sw_str name;
    bool is_witness;
    struct sw_vkey vkey; /* of a witness */
    uint64_t threshold;  /* of a group: how many of its members */
    size_t group;        /* the one group that it is a member of, always further down; or none */
};

struct sw_tlog_policy {
    struct sw_vkey logs[SW_TLOG_POLICY_MAX];
    size_t log_count;
    struct component components[2 * SW_TLOG_POLICY_MAX]; /* in the order of the file */
    size_t component_count;
    size_t witness_count;
    size_t group_count;
    bool has_quorum;
    size_t quorum; /* component, or none */
};

static size_t find_component(const struct sw_tlog_policy *policy, struct sw_str name)
{
    for (size_t i = 0; i < policy->component_count; i++) {
        if (sw_str_equal(policy->components[i].name, name)) {
            return i;
        }
    }
    return NO_COMPONENT;
}

/* --- policies: parsing ----------------------------------------------------------------------- */

/* The words of one line. */
struct words {
    struct sw_cursor left;
    struct sw_arena *arena;
};

/* The next word; false at the end of the line. White space is space and tab only. */
static bool next_word(struct words *words, struct sw_str *out)
{
    struct sw_bytes line = words->left.data;
    size_t from = words->left.pos;
    while (from < line.len && (line.ptr[from] == ' ' || line.ptr[from] == '\t')) {
        from++;
    }
    size_t to = from;
    while (to < line.len && line.ptr[to] != ' ' && line.ptr[to] != '\t') {
        to++;
    }
    words->left.pos = to;
    *out = sw_str_n((const char *)line.ptr + from, to - from);
    return to > from;
}

static sw_result expect_end(struct words *words, struct sw_error *err)
{
    struct sw_str word;
    if (!next_word(words, &word)) {
        return SW_OK;
    }
    char shown[SHOWN_WORD];
    return sw_fail(err, SW_E_FORMAT, "\"%s\" is one word too many", show(word, shown));
}

/* A vkey and perhaps a URL, to the end of the line. What the URL means is the application's; we
 * have no use for it. */
static sw_result parse_key(struct words *words, enum sw_vkey_type type, const char *what,
    struct sw_vkey *out, struct sw_error *err)
{
    struct sw_str text;
    if (!next_word(words, &text)) {
        return sw_fail(err, SW_E_FORMAT, "the verifier key is missing");
    }
    struct sw_vkey vkey;
    SW_TRY(sw_vkey_parse(words->arena, text, &vkey, err));
    if (vkey.type != type) {
        return sw_fail(err, SW_E_FORMAT, "a %s needs a key of type 0x%02x, this one is 0x%02x",
            what, (unsigned)type, (unsigned)vkey.type);
    }
    struct sw_str url;
    if (next_word(words, &url)) {
        SW_TRY(expect_end(words, err));
    }
    *out = vkey;
    return SW_OK;
}

static bool same_key(const struct sw_vkey *a, const struct sw_vkey *b)
{
    return memcmp(a->key, b->key, sizeof(a->key)) == 0;
}

static sw_result parse_log(struct sw_tlog_policy *policy, struct words *words, struct sw_error *err)
{
    if (policy->log_count == SW_TLOG_POLICY_MAX) {
        return sw_fail(err, SW_E_LIMIT, "there are more than %d logs", SW_TLOG_POLICY_MAX);
    }
    struct sw_vkey vkey;
    SW_TRY(parse_key(words, SW_VKEY_ED25519, "log", &vkey, err));
    for (size_t i = 0; i < policy->log_count; i++) {
        if (same_key(&policy->logs[i], &vkey)) {
            return sw_fail(err, SW_E_FORMAT, "this log's key stands on an earlier line");
        }
    }
    policy->logs[policy->log_count++] = vkey;
    return SW_OK;
}

/* The name of a new component. */
static sw_result parse_new_name(const struct sw_tlog_policy *policy, struct words *words,
    struct sw_str *out, struct sw_error *err)
{
    struct sw_str name;
    if (!next_word(words, &name)) {
        return sw_fail(err, SW_E_FORMAT, "the name is missing");
    }
    char shown[SHOWN_WORD];
    if (sw_str_is(name, "none") || find_component(policy, name) != NO_COMPONENT) {
        return sw_fail(err, SW_E_FORMAT, "the name \"%s\" is taken already", show(name, shown));
    }
    *out = name;
    return SW_OK;
}

static sw_result parse_witness(
    struct sw_tlog_policy *policy, struct words *words, struct sw_error *err)
{
    if (policy->witness_count == SW_TLOG_POLICY_MAX) {
        return sw_fail(err, SW_E_LIMIT, "there are more than %d witnesses", SW_TLOG_POLICY_MAX);
    }
    struct component witness = {.is_witness = true, .group = NO_COMPONENT};
    SW_TRY(parse_new_name(policy, words, &witness.name, err));
    SW_TRY(parse_key(words, SW_VKEY_COSIGNATURE, "witness", &witness.vkey, err));
    for (size_t i = 0; i < policy->component_count; i++) {
        const struct component *other = &policy->components[i];
        if (other->is_witness && same_key(&other->vkey, &witness.vkey)) {
            return sw_fail(err, SW_E_FORMAT, "this witness's key stands on an earlier line");
        }
    }
    policy->components[policy->component_count++] = witness;
    policy->witness_count++;
    return SW_OK;
}

static sw_result parse_threshold(
    struct sw_str word, uint64_t members, uint64_t *out, struct sw_error *err)
{
    if (sw_str_is(word, "any") || sw_str_is(word, "all")) {
        *out = sw_str_is(word, "any") ? 1 : members;
        return SW_OK;
    }
    uint64_t k;
    if (!sw_parse_u64(word, &k) || k < 1 || k > members) {
        char shown[SHOWN_WORD];
        return sw_fail(err, SW_E_FORMAT,
            "\"%s\" is no threshold for %" PRIu64 " members: it must be any, all, or a number from "
            "1 to %" PRIu64,
            show(word, shown), members, members);
    }
    *out = k;
    return SW_OK;
}

/* A name can be a member once in the whole file, so that a witness counts in one way only. */
static sw_result add_member(
    struct sw_tlog_policy *policy, size_t group, struct sw_str name, struct sw_error *err)
{
    char shown[SHOWN_WORD];
    size_t member = find_component(policy, name);
    if (member == NO_COMPONENT) {
        return sw_fail(err, SW_E_FORMAT, "the member \"%s\" is not defined on an earlier line",
            show(name, shown));
    }
    if (policy->components[member].group != NO_COMPONENT) {
        return sw_fail(
            err, SW_E_FORMAT, "\"%s\" is a member of a group already", show(name, shown));
    }
    policy->components[member].group = group;
    return SW_OK;
}

static sw_result parse_group(
    struct sw_tlog_policy *policy, struct words *words, struct sw_error *err)
{
    if (policy->group_count == SW_TLOG_POLICY_MAX) {
        return sw_fail(err, SW_E_LIMIT, "there are more than %d groups", SW_TLOG_POLICY_MAX);
    }
    struct component group = {.group = NO_COMPONENT};
    SW_TRY(parse_new_name(policy, words, &group.name, err));
    struct sw_str threshold;
    if (!next_word(words, &threshold)) {
        return sw_fail(err, SW_E_FORMAT, "the threshold is missing");
    }
    struct sw_str member;
    uint64_t members = 0;
    for (; next_word(words, &member); members++) {
        SW_TRY(add_member(policy, policy->component_count, member, err));
    }
    if (members == 0) {
        return sw_fail(err, SW_E_FORMAT, "the group has no member");
    }
    SW_TRY(parse_threshold(threshold, members, &group.threshold, err));
    policy->components[policy->component_count++] = group;
    policy->group_count++;
    return SW_OK;
}

static sw_result parse_quorum(
    struct sw_tlog_policy *policy, struct words *words, struct sw_error *err)
{
    struct sw_str name;
    if (policy->has_quorum) {
        return sw_fail(err, SW_E_FORMAT, "there is a quorum line already");
    }
    if (!next_word(words, &name)) {
        return sw_fail(err, SW_E_FORMAT, "the name is missing");
    }
    size_t quorum = find_component(policy, name);
    if (quorum == NO_COMPONENT && !sw_str_is(name, "none")) {
        char shown[SHOWN_WORD];
        return sw_fail(err, SW_E_FORMAT,
            "the quorum \"%s\" is no witness and no group of an earlier line", show(name, shown));
    }
    policy->has_quorum = true;
    policy->quorum = quorum;
    return expect_end(words, err);
}

static const struct {
    const char *keyword;
    sw_result (*parse)(struct sw_tlog_policy *policy, struct words *words, struct sw_error *err);
} line_kinds[] = {
    {"log", parse_log},
    {"witness", parse_witness},
    {"group", parse_group},
    {"quorum", parse_quorum},
};

/* tlog-policy.md, "Character set": tab, and everything but the other control characters. */
static sw_result check_octets(struct sw_bytes line, struct sw_error *err)
{
    for (size_t i = 0; i < line.len; i++) {
        if ((line.ptr[i] < ' ' && line.ptr[i] != '\t') || line.ptr[i] == 0x7F) {
            return sw_fail(
                err, SW_E_FORMAT, "the control character 0x%02x is not allowed", line.ptr[i]);
        }
    }
    return SW_OK;
}

static sw_result parse_line(struct sw_tlog_policy *policy, struct sw_arena *arena,
    struct sw_bytes line, struct sw_error *err)
{
    SW_TRY(check_octets(line, err));
    struct words words = {sw_cursor(line), arena};
    struct sw_str keyword;
    if (!next_word(&words, &keyword) || keyword.ptr[0] == '#') {
        return SW_OK;
    }
    for (size_t i = 0; i < SW_COUNT(line_kinds); i++) {
        if (sw_str_is(keyword, line_kinds[i].keyword)) {
            return line_kinds[i].parse(policy, &words, err);
        }
    }
    char shown[SHOWN_WORD];
    return sw_fail(
        err, SW_E_FORMAT, "\"%s\" is none of log, witness, group, quorum", show(keyword, shown));
}

sw_result sw_tlog_policy_parse(
    struct sw_arena *arena, struct sw_bytes text, struct sw_tlog_policy **out, struct sw_error *err)
{
    if (text.len > SW_TLOG_POLICY_MAX_BYTES) {
        return sw_fail(err, SW_E_LIMIT, "the log policy has %zu bytes, more than %u", text.len,
            SW_TLOG_POLICY_MAX_BYTES);
    }
    struct sw_tlog_policy *policy = SW_ARENA_NEW(arena, struct sw_tlog_policy);
    SW_TRY_PTR(policy);
    /* Names are views; the copy lets the policy outlive `text`. */
    text.ptr = sw_arena_copy(arena, text);
    SW_TRY_PTR(text.ptr);
    struct sw_cursor cur = sw_cursor(text);
    for (size_t number = 1; sw_cur_left(&cur) > 0; number++) {
        struct sw_bytes line;
        if (sw_cur_until(&cur, '\n', &line) != SW_OK) {
            return sw_fail(err, SW_E_FORMAT,
                "line %zu of the log policy does not end in a newline: is the file complete?",
                number);
        }
        enum sw_code rc = parse_line(policy, arena, line, err);
        if (rc != SW_OK) {
            return sw_error_prefix(err, rc, "line %zu of the log policy", number);
        }
    }
    if (!policy->has_quorum) {
        return sw_fail(err, SW_E_FORMAT,
            "the log policy has no quorum line: \"quorum none\" asks for no witness");
    }
    *out = policy;
    return SW_OK;
}

/* --- policies: checking ---------------------------------------------------------------------- */

/* Does the key's signature hold? A wrong signature by a known key condemns the whole note
 * (signed-note.md, "Signatures"); an absent one does not. */
static sw_result check_known_key(const struct sw_checkpoint *checkpoint, const struct sw_vkey *vkey,
    bool *holds, struct sw_error *err)
{
    enum sw_code rc = sw_note_check(checkpoint, vkey, NULL, NULL);
    if (rc == SW_OK || rc == SW_E_NOEVIDENCE) {
        *holds = rc == SW_OK;
        return SW_OK;
    }
    return sw_note_check(checkpoint, vkey, NULL, err);
}

/* A log signs only for the origin that its key is named after. */
static sw_result check_logs(const struct sw_tlog_policy *policy,
    const struct sw_checkpoint *checkpoint, struct sw_error *err)
{
    bool signed_by_log = false;
    for (size_t i = 0; i < policy->log_count; i++) {
        bool holds = false;
        SW_TRY(check_known_key(checkpoint, &policy->logs[i], &holds, err));
        signed_by_log |= holds && sw_str_equal(policy->logs[i].name, checkpoint->origin);
    }
    if (!signed_by_log) {
        char shown[SHOWN_WORD];
        return sw_fail(err, SW_E_REFUSED,
            "the checkpoint of %s is not signed by a log of the policy with that name",
            show(checkpoint->origin, shown));
    }
    return SW_OK;
}

/* Members stand before their group, so one pass in the order of the file decides all. */
static sw_result check_quorum(const struct sw_tlog_policy *policy,
    const struct sw_checkpoint *checkpoint, struct sw_error *err)
{
    uint64_t members[2 * SW_TLOG_POLICY_MAX] = {0}; /* that have witnessed it */
    bool reached = policy->quorum == NO_COMPONENT;
    for (size_t i = 0; i < policy->component_count; i++) {
        const struct component *component = &policy->components[i];
        bool holds = members[i] >= component->threshold;
        if (component->is_witness) {
            SW_TRY(check_known_key(checkpoint, &component->vkey, &holds, err));
        }
        if (holds && component->group != NO_COMPONENT) {
            members[component->group]++;
        }
        reached |= holds && i == policy->quorum;
    }
    if (!reached) {
        char shown[SHOWN_WORD];
        return sw_fail(err, SW_E_REFUSED,
            "too few witnesses of the policy have cosigned the checkpoint: the quorum \"%s\" is "
            "not reached",
            show(policy->components[policy->quorum].name, shown));
    }
    return SW_OK;
}

bool sw_tlog_policy_names(const struct sw_tlog_policy *policy, const struct sw_vkey *log)
{
    for (size_t i = 0; i < policy->log_count; i++) {
        const struct sw_vkey *named = &policy->logs[i];
        if (sw_str_equal(named->name, log->name) && same_key(named, log)) {
            return true;
        }
    }
    return false;
}

sw_result sw_tlog_policy_check(const struct sw_tlog_policy *policy,
    const struct sw_checkpoint *checkpoint, struct sw_error *err)
{
    SW_TRY(check_logs(policy, checkpoint, err));
    return check_quorum(policy, checkpoint, err);
}

/* --- proofs ---------------------------------------------------------------------------------- */

#define PROOF_HEADER "c2sp.org/tlog-proof@v1\n"

static sw_result parse_extra(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_bytes *out, struct sw_error *err)
{
    if (!sw_cur_match(cur, "extra ")) {
        return SW_OK;
    }
    struct sw_bytes line;
    SW_CLEANUP(buf) struct sw_buf extra = SW_BUF_INIT;
    if (sw_cur_until(cur, '\n', &line) != SW_OK || line.len == 0 ||
        sw_base64_decode(&extra, sw_str_of_bytes(line), false) != SW_OK) {
        return sw_fail(err, SW_E_FORMAT, "line 2 of the proof: \"extra\" must be base64");
    }
    *out = sw_bytes(sw_arena_copy(arena, sw_buf_bytes(&extra)), extra.len);
    SW_TRY_PTR(out->ptr);
    return SW_OK;
}

static sw_result parse_index(struct sw_cursor *cur, uint64_t *out, struct sw_error *err)
{
    struct sw_bytes line;
    if (!sw_cur_match(cur, "index ") || sw_cur_until(cur, '\n', &line) != SW_OK ||
        !sw_parse_u64(sw_str_of_bytes(line), out)) {
        return sw_fail(err, SW_E_FORMAT,
            "the proof needs \"index\" and a decimal number without leading zeroes before its "
            "hashes");
    }
    return SW_OK;
}

/* One hash a line, up to the empty line. */
static sw_result parse_hashes(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_tlog_proof *out, struct sw_error *err)
{
    out->hashes = SW_ARENA_ARRAY(arena, struct sw_hash256, SW_MERKLE_PROOF_MAX);
    SW_TRY_PTR(out->hashes);
    for (;;) {
        struct sw_bytes line;
        if (sw_cur_until(cur, '\n', &line) != SW_OK) {
            return sw_fail(err, SW_E_FORMAT, "the proof ends before its checkpoint");
        }
        if (line.len == 0) {
            return SW_OK;
        }
        if (out->hash_count == SW_MERKLE_PROOF_MAX) {
            return sw_fail(err, SW_E_LIMIT, "the proof has more than %d hashes: no tree needs them",
                SW_MERKLE_PROOF_MAX);
        }
        if (!sw_hash256_parse(sw_str_of_bytes(line), &out->hashes[out->hash_count])) {
            return sw_fail(err, SW_E_FORMAT, "hash %zu of the proof is not 32 bytes in base64",
                out->hash_count + 1);
        }
        out->hash_count++;
    }
}

sw_result sw_tlog_proof_parse(
    struct sw_arena *arena, struct sw_bytes text, struct sw_tlog_proof *out, struct sw_error *err)
{
    if (text.len > SW_TLOG_PROOF_MAX_BYTES) {
        return sw_fail(err, SW_E_LIMIT, "the proof has %zu bytes, more than %u", text.len,
            SW_TLOG_PROOF_MAX_BYTES);
    }
    struct sw_cursor cur = sw_cursor(text);
    if (!sw_cur_match(&cur, PROOF_HEADER)) {
        return sw_fail(err, SW_E_FORMAT,
            "this is no transparency log proof: line 1 must be c2sp.org/tlog-proof@v1");
    }
    struct sw_tlog_proof proof = {.index = 0};
    SW_TRY(parse_extra(arena, &cur, &proof.extra, err));
    SW_TRY(parse_index(&cur, &proof.index, err));
    SW_TRY(parse_hashes(arena, &cur, &proof, err));
    struct sw_bytes checkpoint = sw_bytes(text.ptr + cur.pos, sw_cur_left(&cur));
    SW_TRY(sw_checkpoint_parse(arena, checkpoint, &proof.checkpoint, err));
    *out = proof;
    return SW_OK;
}

sw_result sw_tlog_proof_write(
    const struct sw_tlog_proof *proof, struct sw_bytes checkpoint_text, struct sw_buf *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_buf_puts(&text, PROOF_HEADER));
    if (proof->extra.len > 0) {
        SW_TRY(sw_buf_puts(&text, "extra "));
        SW_TRY(sw_base64_encode(&text, proof->extra));
        SW_TRY(sw_buf_putc(&text, '\n'));
    }
    SW_TRY(sw_buf_printf(&text, "index %" PRIu64 "\n", proof->index));
    for (size_t i = 0; i < proof->hash_count; i++) {
        SW_TRY(sw_base64_encode(
            &text, sw_bytes(proof->hashes[i].bytes, sizeof(proof->hashes[i].bytes))));
        SW_TRY(sw_buf_putc(&text, '\n'));
    }
    SW_TRY(sw_buf_putc(&text, '\n'));
    SW_TRY(sw_buf_append(&text, checkpoint_text.ptr, checkpoint_text.len));
    return sw_buf_append(out, text.data, text.len);
}

sw_result sw_tlog_proof_check(const struct sw_tlog_proof *proof,
    const struct sw_tlog_policy *policy, struct sw_bytes entry, struct sw_error *err)
{
    SW_TRY(sw_tlog_policy_check(policy, &proof->checkpoint, err));
    struct sw_hash256 leaf;
    sw_merkle_leaf(entry, &leaf);
    if (sw_merkle_check_inclusion(proof->index, proof->checkpoint.size, &leaf, proof->hashes,
            proof->hash_count, &proof->checkpoint.root) != SW_OK) {
        return sw_fail(err, SW_E_REFUSED,
            "the proof does not lead from the entry at index %" PRIu64 " to the checkpoint of size "
            "%" PRIu64,
            proof->index, proof->checkpoint.size);
    }
    return SW_OK;
}

/* --- tiles ----------------------------------------------------------------------------------- */

/* Groups of three digits, all but the last behind an "x" (tlog-tiles.md, "Merkle Tree"). */
static size_t put_index(char *out, size_t size, uint64_t index)
{
    char groups[7][5]; /* 2^64 has 20 digits */
    size_t count = 0;
    do {
        (void)snprintf(groups[count++], sizeof(groups[0]), "%03u", (unsigned)(index % 1000));
        index /= 1000;
    } while (index > 0);
    size_t used = 0;
    while (count-- > 0) {
        used += (size_t)snprintf(out + used, size - used, count > 0 ? "x%s/" : "%s", groups[count]);
    }
    return used;
}

void sw_tile_path(int level, uint64_t index, unsigned width, char out[SW_TILE_PATH_SIZE])
{
    size_t used = level < 0 ? (size_t)snprintf(out, SW_TILE_PATH_SIZE, "tile/entries/")
                            : (size_t)snprintf(out, SW_TILE_PATH_SIZE, "tile/%d/", level);
    used += put_index(out + used, SW_TILE_PATH_SIZE - used, index);
    if (width < 256) {
        (void)snprintf(out + used, SW_TILE_PATH_SIZE - used, ".p/%u", width);
    }
}
