#include "claim/trusted_root.h"
#include "claim/proto_json.h"

#define MAX_DEPTH 16
#define MAX_VALUES 16384
#define CHECKPOINT_ID_SIZE 4

static const char *const media_types[] = {
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
};

/* The names that each message may have. */
static const char *const root_names[] = {
    "mediaType", "tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities", NULL};
static const char *const log_names[] = {
    "baseUrl", "hashAlgorithm", "publicKey", "logId", "checkpointKeyId", "operator", NULL};
static const char *const key_names[] = {"rawBytes", "keyDetails", "validFor", NULL};
static const char *const id_names[] = {"keyId", NULL};
static const char *const range_names[] = {"start", "end", NULL};
static const char *const authority_names[] = {
    "subject", "uri", "certChain", "validFor", "operator", NULL};
static const char *const subject_names[] = {"organization", "commonName", NULL};
static const char *const chain_names[] = {"certificates", NULL};
static const char *const certificate_names[] = {"rawBytes", NULL};

static void release_logs(struct sw_root_log *logs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sw_key_free(logs[i].key);
    }
}

void sw_trusted_root_free(struct sw_trusted_root *root)
{
    if (root == NULL) {
        return;
    }
    release_logs(root->tlogs, root->tlog_count);
    release_logs(root->ctlogs, root->ctlog_count);
    sw_arena_release(&root->arena);
    free(root);
}

static sw_result read_time(
    const struct sw_proto *p, const struct sw_json *range, const char *name, int64_t *out)
{
    struct sw_str text;
    SW_TRY(sw_proto_text(p, range, name, name, &text));
    if (!sw_time_parse(text, out)) {
        return sw_proto_bad(p, range, "%s is no time (2026-01-31T12:00:00Z)", name);
    }
    return SW_OK;
}

/* Without a start, a log would be believed for all the time before it was there. */
static sw_result read_validity(
    const struct sw_proto *p, const struct sw_json *object, struct sw_validity *out)
{
    const struct sw_json *range;
    SW_TRY(sw_proto_message(p, object, "validFor", range_names, &range));
    if (sw_proto_field(range, "start") == NULL) {
        return sw_proto_bad(p, range, "validFor has no start");
    }
    SW_TRY(read_time(p, range, "start", &out->start));
    out->end = INT64_MAX;
    if (sw_proto_field(range, "end") != NULL) {
        SW_TRY(read_time(p, range, "end", &out->end));
    }
    if (out->end < out->start) {
        return sw_proto_bad(p, range, "validFor ends before it starts");
    }
    return SW_OK;
}

static sw_result read_url(
    const struct sw_proto *p, const struct sw_json *object, const char *name, const char **out)
{
    struct sw_str url = sw_str("");
    if (sw_proto_field(object, name) != NULL) {
        SW_TRY(sw_proto_text(p, object, name, name, &url));
    }
    char shown[128];
    sw_escape_line(url.ptr, url.len, shown, sizeof(shown));
    *out = sw_arena_strdup(p->arena, shown);
    return *out == NULL ? SW_E_NOMEM : SW_OK;
}

static sw_result read_key(
    const struct sw_proto *p, const struct sw_json *object, struct sw_root_log *out)
{
    const struct sw_json *key;
    struct sw_str details;
    SW_TRY(sw_proto_message(p, object, "publicKey", key_names, &key));
    SW_TRY(sw_proto_bytes(p, key, "rawBytes", "publicKey.rawBytes", &out->spki));
    SW_TRY(sw_proto_text(p, key, "keyDetails", "publicKey.keyDetails", &details));
    SW_TRY(read_validity(p, key, &out->valid));
    enum sw_code rc = sw_key_read_spki(out->spki, &out->key, p->err);
    if (rc == SW_E_UNSUPPORTED) {
        return SW_OK;
    }
    if (rc != SW_OK) {
        return sw_error_prefix(
            p->err, rc, "%s: byte %llu: publicKey", p->document, (unsigned long long)key->where);
    }
    if (!sw_str_is(details, sw_key_alg_details(sw_key_alg_of(out->key)))) {
        return sw_proto_bad(p, key, "publicKey is not of its keyDetails");
    }
    return SW_OK;
}

static sw_result read_checkpoint_id(
    const struct sw_proto *p, const struct sw_json *object, struct sw_root_log *out)
{
    const struct sw_json *id;
    out->checkpoint_id = out->id;
    if (sw_proto_field(object, "checkpointKeyId") != NULL) {
        SW_TRY(sw_proto_message(p, object, "checkpointKeyId", id_names, &id));
        SW_TRY(sw_proto_bytes(p, id, "keyId", "checkpointKeyId.keyId", &out->checkpoint_id));
    }
    if (out->checkpoint_id.len < CHECKPOINT_ID_SIZE) {
        return sw_proto_bad(p, object, "the id of a log has less than 4 bytes");
    }
    return SW_OK;
}

static sw_result read_log(
    const struct sw_proto *p, const struct sw_json *value, struct sw_root_log *out)
{
    const struct sw_json *id;
    SW_TRY(sw_proto_object(p, value, log_names, "a log"));
    if (!sw_json_is(sw_json_get(value, "hashAlgorithm"), "SHA2_256")) {
        return sw_proto_bad(p, value, "the hashAlgorithm of a log is not SHA2_256");
    }
    SW_TRY(read_url(p, value, "baseUrl", &out->url));
    SW_TRY(sw_proto_message(p, value, "logId", id_names, &id));
    SW_TRY(sw_proto_bytes(p, id, "keyId", "logId.keyId", &out->id));
    SW_TRY(read_checkpoint_id(p, value, out));
    return read_key(p, value, out);
}

/* One key can be written in several ways; of one that is not checked there are only the bytes. */
static bool is_same_log(const struct sw_root_log *a, const struct sw_root_log *b)
{
    return sw_bytes_equal(a->id, b->id) || sw_bytes_equal(a->spki, b->spki) ||
           (a->key != NULL && b->key != NULL && sw_key_equal(a->key, b->key));
}

static sw_result read_logs(const struct sw_proto *p, const struct sw_json *root, const char *name,
    struct sw_root_log **logs, size_t *count)
{
    const struct sw_json *list;
    SW_TRY(sw_proto_list(p, root, name, SW_TRUSTED_ROOT_MAX_ITEMS, &list));
    if (list == NULL) {
        return SW_OK;
    }
    *logs = SW_ARENA_ARRAY(p->arena, struct sw_root_log, list->count);
    SW_TRY_PTR(*logs);
    SW_JSON_EACH (item, list) {
        struct sw_root_log *log = &(*logs)[*count];
        *count += 1; /* before it is read: its key is released with the others */
        SW_TRY(read_log(p, item, log));
        for (size_t i = 0; i + 1 < *count; i++) {
            if (is_same_log(&(*logs)[i], log)) {
                return sw_proto_bad(
                    p, item, "one of %s is there twice, and would count twice", name);
            }
        }
    }
    return SW_OK;
}

static sw_result read_chain(
    const struct sw_proto *p, const struct sw_json *value, struct sw_root_authority *out)
{
    const struct sw_json *chain;
    const struct sw_json *list;
    SW_TRY(sw_proto_message(p, value, "certChain", chain_names, &chain));
    SW_TRY(sw_proto_list(p, chain, "certificates", SW_TRUSTED_ROOT_MAX_CHAIN, &list));
    if (list == NULL || list->count == 0) {
        return sw_proto_bad(p, chain, "certChain holds no certificates");
    }
    SW_JSON_EACH (item, list) {
        SW_TRY(sw_proto_object(p, item, certificate_names, "a certificate"));
        SW_TRY(sw_proto_bytes(p, item, "rawBytes", "rawBytes of a certificate",
            &out->certificates[out->certificate_count]));
        out->certificate_count++;
    }
    return SW_OK;
}

static sw_result read_authority(
    const struct sw_proto *p, const struct sw_json *value, struct sw_root_authority *out)
{
    const struct sw_json *subject = sw_proto_field(value, "subject");
    SW_TRY(sw_proto_object(p, value, authority_names, "an authority"));
    if (subject != NULL) {
        SW_TRY(sw_proto_object(p, subject, subject_names, "subject"));
    }
    SW_TRY(read_url(p, value, "uri", &out->url));
    SW_TRY(read_validity(p, value, &out->valid));
    return read_chain(p, value, out);
}

static sw_result read_authorities(const struct sw_proto *p, const struct sw_json *root,
    const char *name, struct sw_root_authority **out, size_t *count)
{
    const struct sw_json *list;
    SW_TRY(sw_proto_list(p, root, name, SW_TRUSTED_ROOT_MAX_ITEMS, &list));
    if (list == NULL) {
        return SW_OK;
    }
    *out = SW_ARENA_ARRAY(p->arena, struct sw_root_authority, list->count);
    SW_TRY_PTR(*out);
    SW_JSON_EACH (item, list) {
        SW_TRY(read_authority(p, item, &(*out)[*count]));
        *count += 1;
    }
    return SW_OK;
}

static sw_result check_stampers(
    const struct sw_proto *p, const struct sw_json *root, const struct sw_trusted_root *out)
{
    for (size_t i = 0; i < out->stamper_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (sw_bytes_equal(
                    out->stampers[i].certificates[0], out->stampers[j].certificates[0])) {
                return sw_proto_bad(p, sw_json_get(root, "timestampAuthorities"),
                    "one of timestampAuthorities is there twice, and would count twice");
            }
        }
    }
    return SW_OK;
}

static sw_result check_media_type(const struct sw_proto *p, const struct sw_json *root)
{
    struct sw_str type;
    if (!sw_json_str(sw_proto_field(root, "mediaType"), &type)) {
        return sw_fail(p->err, SW_E_FORMAT, "this is no trusted_root.json: it has no mediaType");
    }
    for (size_t i = 0; i < SW_COUNT(media_types); i++) {
        if (sw_str_is(type, media_types[i])) {
            return SW_OK;
        }
    }
    return sw_fail(p->err, SW_E_UNSUPPORTED,
        "trusted root: unknown mediaType \"%.*s\"; Sigstore's trusted roots 0.1 and 0.2 are read",
        type.len < 64 ? (int)type.len : 64, type.ptr);
}

static sw_result read_root(
    const struct sw_proto *p, const struct sw_json *root, struct sw_trusted_root *out)
{
    SW_TRY(sw_proto_object(p, root, root_names, "it"));
    SW_TRY(check_media_type(p, root));
    SW_TRY(read_logs(p, root, "tlogs", &out->tlogs, &out->tlog_count));
    SW_TRY(read_logs(p, root, "ctlogs", &out->ctlogs, &out->ctlog_count));
    SW_TRY(read_authorities(
        p, root, "certificateAuthorities", &out->authorities, &out->authority_count));
    SW_TRY(read_authorities(p, root, "timestampAuthorities", &out->stampers, &out->stamper_count));
    return check_stampers(p, root, out);
}

sw_result sw_trusted_root_parse(
    struct sw_bytes text, struct sw_trusted_root **out, struct sw_error *err)
{
    static const struct sw_json_limits limits = {SW_TRUSTED_ROOT_MAX_BYTES, MAX_DEPTH, MAX_VALUES};
    SW_CLEANUP(arena) struct sw_arena scratch;
    SW_CLEANUP(trusted_root) struct sw_trusted_root *root = calloc(1, sizeof(*root));
    struct sw_json json;
    sw_arena_init(&scratch, 0);
    SW_TRY_PTR(root);
    sw_arena_init(&root->arena, 0);
    const struct sw_proto p = {&root->arena, "trusted root", err};
    enum sw_code rc = sw_json_parse(&scratch, text, &limits, &json, err);
    if (rc != SW_OK) {
        return sw_error_prefix(err, rc, "trusted root");
    }
    SW_TRY(read_root(&p, &json, root));
    sw_sha256(text, &root->digest);
    *out = SW_TAKE(root);
    return SW_OK;
}
