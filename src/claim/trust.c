#include "claim/certificate_private.h"
#include "claim/trust_private.h"

#include <limits.h>

/* Limits on what one trust.yaml may hold. */
#define MAX_SIGNERS 10000
#define MAX_NAME 128
#define MAX_YAML ((uint64_t)4 << 20)
#define MAX_FILE ((uint64_t)4 << 20)

#define MAX_THRESHOLD 16
#define UNSET UINT_MAX

/* What must be there when trust.yaml does not say it. A key needs no log to be believed; whoever
 * names a trusted root for it wants to know when it signed. */
static const struct sw_attest_limits keyless_limits = {.logs = 1, .times = 1, .scts = 1};
static const struct sw_attest_limits dated_limits = {.logs = 0, .times = 1, .scts = 0};

/* What one reading works with. */
struct reading {
    struct sw_trust *trust;
    const char *dir;
    struct sw_error *err;
};

sw_result sw_trust_new(struct sw_trust **out)
{
    struct sw_trust *trust = calloc(1, sizeof(*trust));
    SW_TRY_PTR(trust);
    sw_arena_init(&trust->arena, 0);
    *out = trust;
    return SW_OK;
}

static void release_signer(struct sw_trusted *signer)
{
    sw_key_free(signer->key);
    sw_roots_free(signer->roots);
    sw_trusted_root_free(signer->trusted_root);
}

SW_DEFINE_CLEANUP(trusted, struct sw_trusted, release_signer)

void sw_trust_free(struct sw_trust *trust)
{
    if (trust == NULL) {
        return;
    }
    for (size_t i = 0; i < trust->count; i++) {
        release_signer(&trust->signers[i]);
    }
    sw_arena_release(&trust->arena);
    free(trust);
}

size_t sw_trust_count(const struct sw_trust *trust)
{
    return trust->count;
}

bool sw_trust_has(const struct sw_trust *trust, struct sw_str name)
{
    for (size_t i = 0; i < trust->count; i++) {
        if (sw_str_is(name, trust->signers[i].name)) {
            return true;
        }
    }
    return false;
}

const char *sw_trust_name_of(
    const struct sw_trust *trust, const struct sw_key *key, struct sw_str predicate_type)
{
    for (size_t i = 0; i < trust->count; i++) {
        const struct sw_trusted *signer = &trust->signers[i];
        if (signer->key != NULL && sw_key_equal(signer->key, key) &&
            sw_trusted_may_sign(signer, predicate_type)) {
            return signer->name;
        }
    }
    return NULL;
}

static void hash_text(struct sw_hash *hash, struct sw_str text)
{
    sw_hash_update(hash, &text.len, sizeof(text.len));
    sw_hash_update(hash, text.ptr, text.len);
}

static sw_result hash_signer(const struct sw_trusted *signer, struct sw_hash *hash)
{
    char hint[SW_KEY_HINT_SIZE] = "";
    if (signer->key != NULL) {
        sw_key_hint(signer->key, hint);
    }
    hash_text(hash, sw_str(signer->name));
    hash_text(hash, sw_str(hint));
    hash_text(hash, sw_str(signer->identity));
    hash_text(hash, sw_str(signer->issuer));
    if (signer->trusted_root != NULL) {
        const struct sw_digest *root = &signer->trusted_root->digest;
        sw_hash_update(hash, root->bytes, root->len);
        sw_hash_update(hash, &signer->limits, sizeof(signer->limits));
    }
    sw_hash_update(hash, &signer->from, sizeof(signer->from));
    sw_hash_update(hash, &signer->until, sizeof(signer->until));
    sw_hash_update(hash, &signer->may_sign_count, sizeof(signer->may_sign_count));
    for (size_t i = 0; i < signer->may_sign_count; i++) {
        hash_text(hash, signer->may_sign[i]);
    }
    return signer->roots == NULL ? SW_OK : sw_roots_hash(signer->roots, hash);
}

sw_result sw_trust_digest(const struct sw_trust *trust, struct sw_digest *out)
{
    struct sw_hash hash;
    SW_TRY(sw_hash_init(&hash, SW_SHA256));
    enum sw_code code = SW_OK;
    for (size_t i = 0; i < trust->count && code == SW_OK; i++) {
        code = hash_signer(&trust->signers[i], &hash);
    }
    sw_hash_final(&hash, out);
    return code;
}

bool sw_trusted_may_sign(const struct sw_trusted *signer, struct sw_str predicate_type)
{
    for (size_t i = 0; i < signer->may_sign_count; i++) {
        struct sw_str pattern = signer->may_sign[i];
        if (!sw_str_ends(pattern, "*")) {
            if (sw_str_equal(pattern, predicate_type)) {
                return true;
            }
            continue;
        }
        size_t prefix = pattern.len - 1;
        if (predicate_type.len >= prefix && memcmp(pattern.ptr, predicate_type.ptr, prefix) == 0) {
            return true;
        }
    }
    return false;
}

/* Moves `signer` to the end of the set. */
static sw_result add_signer(struct sw_trust *trust, struct sw_trusted *signer)
{
    struct sw_trusted *grown = sw_arena_grow(
        &trust->arena, trust->signers, trust->count, &trust->cap, sizeof(*trust->signers));
    SW_TRY_PTR(grown);
    trust->signers = grown;
    trust->signers[trust->count++] = *signer;
    signer->key = NULL;
    signer->roots = NULL;
    signer->trusted_root = NULL;
    return SW_OK;
}

/* A signer that was named by hand, on a command line, may sign anything at any time. */
static sw_result fill_by_hand(struct sw_trust *trust, const char *name, struct sw_trusted *signer)
{
    static struct sw_str anything[] = {{"*", 1}};
    signer->name = sw_arena_strdup(&trust->arena, name);
    signer->may_sign = anything;
    signer->may_sign_count = 1;
    signer->from = INT64_MIN;
    signer->until = INT64_MAX;
    return signer->name == NULL ? SW_E_NOMEM : SW_OK;
}

sw_result sw_trust_add_key(struct sw_trust *trust, const char *name, const struct sw_key *key)
{
    /* Only the public half is copied: nothing here needs the other. */
    SW_CLEANUP(buf) struct sw_buf spki = SW_BUF_INIT;
    SW_CLEANUP(trusted) struct sw_trusted signer = {0};
    SW_TRY(sw_key_write_spki(key, &spki, NULL));
    SW_TRY(sw_key_read_spki(sw_buf_bytes(&spki), &signer.key, NULL));
    SW_TRY(fill_by_hand(trust, name, &signer));
    return add_signer(trust, &signer);
}

sw_result sw_trust_add_roots(
    struct sw_trust *trust, const char *name, struct sw_roots *roots, const char *identity)
{
    SW_CLEANUP(trusted) struct sw_trusted signer = {.roots = roots};
    if (identity != NULL) {
        if (!sw_identity_is_valid(sw_str(identity))) {
            return SW_E_USAGE;
        }
        signer.identity = sw_arena_strdup(&trust->arena, identity);
        SW_TRY_PTR(signer.identity);
    }
    SW_TRY(fill_by_hand(trust, name, &signer));
    return add_signer(trust, &signer);
}

/* The name of a certificate that a keyless signer may be known by. */
static bool is_keyless_identity(struct sw_str identity)
{
    if (!sw_identity_is_valid(identity) || sw_str_starts(identity, "cn:")) {
        return false;
    }
    return !sw_str_ends(identity, "*") || sw_identity_is_pattern(identity);
}

sw_result sw_trust_add_keyless(struct sw_trust *trust, const char *name,
    struct sw_trusted_root *root, const char *identity, const char *issuer)
{
    SW_CLEANUP(trusted)
    struct sw_trusted signer = {.trusted_root = root, .limits = keyless_limits};
    if (!is_keyless_identity(sw_str(identity)) || issuer[0] == '\0') {
        return SW_E_USAGE;
    }
    signer.identity = sw_arena_strdup(&trust->arena, identity);
    signer.issuer = sw_arena_strdup(&trust->arena, issuer);
    if (signer.identity == NULL || signer.issuer == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(fill_by_hand(trust, name, &signer));
    return add_signer(trust, &signer);
}

static enum sw_code bad(struct reading *r, const struct sw_json *at, const char *words)
{
    return sw_fail(r->err, SW_E_FORMAT, "line %llu: %s", (unsigned long long)at->where, words);
}

static enum sw_code at_line(struct reading *r, const struct sw_json *at, enum sw_code rc)
{
    return sw_error_prefix(r->err, rc, "line %llu", (unsigned long long)at->where);
}

static sw_result want_string(
    struct reading *r, const struct sw_json *value, const char *words, struct sw_str *out)
{
    if (!sw_json_str(value, out) || out->len == 0) {
        return bad(r, value, words);
    }
    return SW_OK;
}

/* A name goes into messages, verdicts and policies, where "any" stands for every signer. */
static bool is_plain_name(struct sw_str name)
{
    char shown[4 * MAX_NAME + 4];
    sw_escape_line(name.ptr, name.len, shown, sizeof(shown));
    return sw_str_is(name, shown) && !sw_str_is(name, "any");
}

static sw_result read_name(
    struct reading *r, const struct sw_json *value, struct sw_trusted *signer)
{
    struct sw_str name;
    SW_TRY(want_string(r, value, "name is not a text", &name));
    if (name.len > MAX_NAME) {
        return bad(r, value, "name is too long");
    }
    if (!is_plain_name(name)) {
        return bad(r, value, "name holds a control character, or is \"any\", which policies use");
    }
    if (sw_trust_has(r->trust, name)) {
        return bad(r, value, "there is another signer of this name");
    }
    signer->name = sw_arena_strndup(&r->trust->arena, name);
    return signer->name == NULL ? SW_E_NOMEM : SW_OK;
}

static sw_result take_public_key(
    struct reading *r, const struct sw_json *value, struct sw_bytes pem, struct sw_trusted *signer)
{
    if (signer->key != NULL || signer->roots != NULL) {
        return bad(r, value, "a signer has one of key, public-key and roots");
    }
    enum sw_code rc = sw_key_read_public(pem, &signer->key, r->err);
    if (rc != SW_OK) {
        return at_line(r, value, rc);
    }
    /* One key under two names: a rule about one of them would miss what the other is said to sign.
     */
    for (size_t i = 0; i < r->trust->count; i++) {
        const struct sw_trusted *other = &r->trust->signers[i];
        if (other->key != NULL && sw_key_equal(other->key, signer->key)) {
            return sw_fail(r->err, SW_E_FORMAT,
                "line %llu: this is the key of the signer \"%s\" too",
                (unsigned long long)value->where, other->name);
        }
    }
    return SW_OK;
}

static sw_result read_file(struct reading *r, const struct sw_json *value, struct sw_buf *out)
{
    struct sw_str name;
    SW_TRY(want_string(r, value, "the name of a file is not a text", &name));
    const char *text = sw_arena_strndup(&r->trust->arena, name);
    SW_TRY_PTR(text);
    if (strlen(text) != name.len) {
        return bad(r, value, "the name of a file holds a NUL");
    }
    const char *path = sw_path_join(&r->trust->arena, r->dir, text);
    SW_TRY_PTR(path);
    enum sw_code rc = sw_file_read(path, MAX_FILE, out, r->err);
    return rc == SW_OK ? SW_OK : at_line(r, value, rc);
}

static sw_result read_key(struct reading *r, const struct sw_json *value, struct sw_trusted *signer)
{
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_TRY(read_file(r, value, &pem));
    return take_public_key(r, value, sw_buf_bytes(&pem), signer);
}

static sw_result read_public_key(
    struct reading *r, const struct sw_json *value, struct sw_trusted *signer)
{
    struct sw_str pem;
    SW_TRY(want_string(r, value, "public-key is not a text", &pem));
    return take_public_key(r, value, sw_bytes_of_str(pem), signer);
}

static sw_result add_root_file(
    struct reading *r, const struct sw_json *value, struct sw_trusted *signer)
{
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_TRY(read_file(r, value, &pem));
    enum sw_code rc = sw_roots_add_pem(signer->roots, sw_buf_bytes(&pem), r->err);
    return rc == SW_OK ? SW_OK : at_line(r, value, rc);
}

static sw_result read_roots(
    struct reading *r, const struct sw_json *value, struct sw_trusted *signer)
{
    if (value->type != SW_JSON_ARRAY || value->count == 0) {
        return bad(r, value, "roots is not a list of files");
    }
    if (signer->key != NULL) {
        return bad(r, value, "a signer has one of key, public-key and roots");
    }
    SW_TRY(sw_roots_new(&signer->roots));
    SW_JSON_EACH (item, value) {
        SW_TRY(add_root_file(r, item, signer));
    }
    return SW_OK;
}

static sw_result read_identity(
    struct reading *r, const struct sw_json *value, struct sw_trusted *signer)
{
    struct sw_str identity;
    SW_TRY(want_string(r, value, "identity is not a text", &identity));
    if (!sw_identity_is_valid(identity)) {
        return bad(r, value, "identity does not begin with email:, uri:, dns: or cn:");
    }
    signer->identity = sw_arena_strndup(&r->trust->arena, identity);
    return signer->identity == NULL ? SW_E_NOMEM : SW_OK;
}

static sw_result read_issuer(
    struct reading *r, const struct sw_json *value, struct sw_trusted *signer)
{
    struct sw_str issuer;
    SW_TRY(want_string(r, value, "issuer is not a text", &issuer));
    signer->issuer = sw_arena_strndup(&r->trust->arena, issuer);
    return signer->issuer == NULL ? SW_E_NOMEM : SW_OK;
}

static sw_result read_trusted_root(
    struct reading *r, const struct sw_json *value, struct sw_trusted *signer)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(read_file(r, value, &text));
    enum sw_code rc = sw_trusted_root_parse(sw_buf_bytes(&text), &signer->trusted_root, r->err);
    return rc == SW_OK ? SW_OK : at_line(r, value, rc);
}

static sw_result read_threshold(struct reading *r, const struct sw_json *value, unsigned *out)
{
    uint64_t number;
    if (!sw_json_u64(value, &number) || number > MAX_THRESHOLD) {
        return bad(r, value, "a threshold is a number from 0 to 16");
    }
    *out = (unsigned)number;
    return SW_OK;
}

static sw_result read_log_threshold(
    struct reading *r, const struct sw_json *value, struct sw_trusted *signer)
{
    return read_threshold(r, value, &signer->limits.logs);
}

static sw_result read_timestamp_threshold(
    struct reading *r, const struct sw_json *value, struct sw_trusted *signer)
{
    return read_threshold(r, value, &signer->limits.times);
}

static sw_result read_sct_threshold(
    struct reading *r, const struct sw_json *value, struct sw_trusted *signer)
{
    return read_threshold(r, value, &signer->limits.scts);
}

static sw_result read_pattern(struct reading *r, const struct sw_json *value, struct sw_str *out)
{
    struct sw_str pattern;
    SW_TRY(want_string(r, value, "may-sign holds something that is not a text", &pattern));
    const char *star = memchr(pattern.ptr, '*', pattern.len);
    if (star != NULL && star != pattern.ptr + pattern.len - 1) {
        return bad(r, value, "'*' may only stand at the end of a predicate type");
    }
    const char *copy = sw_arena_strndup(&r->trust->arena, pattern);
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, pattern.len);
    return SW_OK;
}

static sw_result read_may_sign(
    struct reading *r, const struct sw_json *value, struct sw_trusted *signer)
{
    if (value->type != SW_JSON_ARRAY || value->count == 0) {
        return bad(r, value, "may-sign is not a list of predicate types");
    }
    signer->may_sign = SW_ARENA_ARRAY(&r->trust->arena, struct sw_str, value->count);
    SW_TRY_PTR(signer->may_sign);
    SW_JSON_EACH (item, value) {
        SW_TRY(read_pattern(r, item, &signer->may_sign[signer->may_sign_count]));
        signer->may_sign_count++;
    }
    return SW_OK;
}

static sw_result read_time(struct reading *r, const struct sw_json *value, int64_t *out)
{
    struct sw_str text;
    if (!sw_json_str(value, &text) || !sw_time_parse(text, out)) {
        return bad(r, value, "not a date (2026-01-31) or time (2026-01-31T12:00:00Z)");
    }
    return SW_OK;
}

static sw_result read_from(
    struct reading *r, const struct sw_json *value, struct sw_trusted *signer)
{
    return read_time(r, value, &signer->from);
}

static sw_result read_until(
    struct reading *r, const struct sw_json *value, struct sw_trusted *signer)
{
    return read_time(r, value, &signer->until);
}

/* The fields of a signer, doc/format/trust.md. */
static const struct field_row {
    const char *name;
    sw_result (*read)(struct reading *r, const struct sw_json *value, struct sw_trusted *signer);
} signer_fields[] = {
    {"name", read_name},
    {"key", read_key},
    {"public-key", read_public_key},
    {"roots", read_roots},
    {"trusted-root", read_trusted_root},
    {"identity", read_identity},
    {"issuer", read_issuer},
    {"log-threshold", read_log_threshold},
    {"timestamp-threshold", read_timestamp_threshold},
    {"sct-threshold", read_sct_threshold},
    {"may-sign", read_may_sign},
    {"from", read_from},
    {"until", read_until},
};

static enum sw_code unknown_field(struct reading *r, const struct sw_json_member *member)
{
    return sw_fail(r->err, SW_E_FORMAT, "line %llu: unknown key \"%.*s\"",
        (unsigned long long)member->value.where, member->name.len < 64 ? (int)member->name.len : 64,
        member->name.ptr);
}

static sw_result read_field(
    struct reading *r, const struct sw_json_member *member, struct sw_trusted *signer)
{
    for (size_t i = 0; i < SW_COUNT(signer_fields); i++) {
        if (sw_str_is(member->name, signer_fields[i].name)) {
            return signer_fields[i].read(r, &member->value, signer);
        }
    }
    return unknown_field(r, member);
}

struct rule {
    bool broken;
    const char *words;
};

static sw_result check_rules(
    struct reading *r, const struct sw_json *at, const struct rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rules[i].broken) {
            return bad(r, at, rules[i].words);
        }
    }
    return SW_OK;
}

/* With a trusted root, or what goes with one. */
static sw_result check_keyless(
    struct reading *r, const struct sw_json *at, const struct sw_trusted *signer)
{
    const struct sw_attest_limits *limits = &signer->limits;
    bool keyless = sw_trusted_is_keyless(signer);
    bool has_root = signer->trusted_root != NULL;
    bool has_limits = limits->logs != UNSET || limits->times != UNSET || limits->scts != UNSET;
    const struct rule rules[] = {
        {has_limits && !has_root, "thresholds go with a trusted-root"},
        {!keyless && signer->issuer != NULL, "issuer goes with a trusted-root and no key or roots"},
        {!keyless && limits->scts != UNSET,
            "sct-threshold goes with a trusted-root and no key or roots"},
        {keyless && (signer->identity == NULL || signer->issuer == NULL),
            "a trusted-root alone needs identity and issuer, or everybody with an account could "
            "sign"},
        {keyless && signer->identity != NULL && !is_keyless_identity(sw_str(signer->identity)),
            "with a trusted-root, identity is email:, uri: or dns:, and only a uri:https:// may "
            "end in *, behind its host, and there behind a / or somewhere behind an @"},
        {keyless && limits->times == 0,
            "timestamp-threshold 0 would leave open when the certificate had to be valid"},
    };
    return check_rules(r, at, rules, SW_COUNT(rules));
}

static void settle_limits(struct sw_trusted *signer)
{
    const struct sw_attest_limits *unsaid =
        sw_trusted_is_keyless(signer) ? &keyless_limits : &dated_limits;
    struct sw_attest_limits *limits = &signer->limits;
    limits->logs = limits->logs == UNSET ? unsaid->logs : limits->logs;
    limits->times = limits->times == UNSET ? unsaid->times : limits->times;
    limits->scts = limits->scts == UNSET ? unsaid->scts : limits->scts;
}

/* What a signer must have, and must not have together. */
static sw_result check_signer(
    struct reading *r, const struct sw_json *at, const struct sw_trusted *signer)
{
    const struct rule rules[] = {
        {signer->name == NULL, "the signer has no name"},
        {sw_trusted_is_keyless(signer) && signer->trusted_root == NULL,
            "the signer has neither key, public-key, roots nor trusted-root"},
        {signer->roots != NULL && signer->identity == NULL,
            "roots need an identity, or everybody they ever certify could sign"},
        {signer->key != NULL && signer->identity != NULL,
            "identity goes with roots, not with a key"},
        {signer->may_sign_count == 0, "the signer has no may-sign, so it could sign nothing"},
        {signer->from >= signer->until, "from is not before until"},
    };
    SW_TRY(check_rules(r, at, rules, SW_COUNT(rules)));
    return check_keyless(r, at, signer);
}

static sw_result read_signer(struct reading *r, const struct sw_json *value)
{
    SW_CLEANUP(trusted)
    struct sw_trusted signer = {
        .from = INT64_MIN, .until = INT64_MAX, .limits = {UNSET, UNSET, UNSET}};
    if (value->type != SW_JSON_OBJECT) {
        return bad(r, value, "a signer is not a map");
    }
    SW_JSON_EACH_MEMBER (member, value) {
        SW_TRY(read_field(r, member, &signer));
    }
    SW_TRY(check_signer(r, value, &signer));
    settle_limits(&signer);
    return add_signer(r->trust, &signer);
}

static sw_result read_signers(struct reading *r, const struct sw_json *value)
{
    if (value->type != SW_JSON_ARRAY) {
        return bad(r, value, "signers is not a list");
    }
    if (value->count > MAX_SIGNERS) {
        return sw_fail(r->err, SW_E_LIMIT, "there are more than %d signers", MAX_SIGNERS);
    }
    SW_JSON_EACH (item, value) {
        SW_TRY(read_signer(r, item));
    }
    return SW_OK;
}

static sw_result check_version(struct reading *r, const struct sw_json *root)
{
    const struct sw_json *value = sw_json_get(root, "version");
    uint64_t version;
    if (value == NULL) {
        return sw_fail(r->err, SW_E_FORMAT, "there is no \"version: 1\"");
    }
    if (!sw_json_u64(value, &version) || version != 1) {
        return bad(r, value, "unknown version; this build reads version 1");
    }
    return SW_OK;
}

static sw_result read_document(struct reading *r, const struct sw_json *root)
{
    if (root->type != SW_JSON_OBJECT) {
        return sw_fail(r->err, SW_E_FORMAT, "it is not a map with \"version\" and \"signers\"");
    }
    SW_TRY(check_version(r, root));
    SW_JSON_EACH_MEMBER (member, root) {
        if (sw_str_is(member->name, "signers")) {
            SW_TRY(read_signers(r, &member->value));
            continue;
        }
        if (!sw_str_is(member->name, "version")) {
            return unknown_field(r, member);
        }
    }
    return SW_OK;
}

/* Half a trust.yaml is worse than none: what a failed reading added is taken out again. */
static void forget_from(struct sw_trust *trust, size_t count)
{
    while (trust->count > count) {
        release_signer(&trust->signers[--trust->count]);
    }
}

sw_result sw_trust_read(
    struct sw_trust *trust, struct sw_bytes yaml, const char *dir, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena scratch;
    sw_arena_init(&scratch, 0);
    struct sw_json root;
    struct reading r = {trust, dir, err};
    size_t before = trust->count;
    enum sw_code rc = sw_yaml_parse(&scratch, yaml, NULL, &root, err);
    if (rc == SW_OK) {
        rc = read_document(&r, &root);
    }
    if (rc != SW_OK) {
        forget_from(trust, before);
        return sw_error_prefix(err, rc, "trust.yaml");
    }
    return SW_OK;
}

sw_result sw_trust_load(struct sw_trust *trust, const char *path, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_file_read(path, MAX_YAML, &text, err));
    SW_CLEANUP(arena) struct sw_arena scratch;
    sw_arena_init(&scratch, 0);
    const char *dir = sw_arena_strndup(&scratch, sw_path_dir(path));
    SW_TRY_PTR(dir);
    return sw_trust_read(trust, sw_buf_bytes(&text), dir, err);
}
