#include "model/manifest.h"
#include "model/plan.h"

#include <limits.h>
#include <stdlib.h>

/* --- writing --------------------------------------------------------------------------------- */

static void write_subject(struct sw_json_writer *w, const struct sw_manifest *manifest)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(&manifest->root, hex);
    sw_jw_array(w, "subject");
    sw_jw_object(w, NULL);
    sw_jw_object(w, "digest");
    sw_jw_text(w, "sha256", hex);
    sw_jw_object_end(w);
    sw_jw_text(w, "name", manifest->name);
    sw_jw_object_end(w);
    sw_jw_array_end(w);
}

static void write_resources(struct sw_json_writer *w, const struct sw_manifest *manifest)
{
    const char *algorithm = sw_digest_alg_name(manifest->hash);
    sw_jw_array(w, "resources");
    for (size_t i = 0; i < manifest->count; i++) {
        const struct sw_resource *resource = &manifest->resources[i];
        char hex[2 * SW_DIGEST_MAX + 1];
        sw_digest_hex(&resource->digest, hex);
        sw_jw_object(w, NULL);
        sw_jw_text(w, "algorithm", algorithm);
        sw_jw_text(w, "digest", hex);
        sw_jw_str(w, "name", resource->name);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void write_serialization(struct sw_json_writer *w, const struct sw_manifest *manifest)
{
    sw_jw_object(w, "serialization");
    sw_jw_bool(w, "allow_symlinks", manifest->allow_symlinks);
    sw_jw_text(w, "hash_type", sw_digest_alg_name(manifest->hash));
    if (manifest->ignored_count != 0) {
        sw_jw_array(w, "ignore_paths");
        for (size_t i = 0; i < manifest->ignored_count; i++) {
            sw_jw_text(w, NULL, manifest->ignored[i]);
        }
        sw_jw_array_end(w);
    }
    sw_jw_text(w, "method", sw_model_method_name(manifest->method));
    if (manifest->method == SW_MODEL_SHARDS) {
        sw_jw_u64(w, "shard_size", manifest->shard_size);
    }
    sw_jw_object_end(w);
}

/* Names come in the order of RFC 8785, so what is written is canonical without a second pass. */
sw_result sw_model_statement(
    const struct sw_manifest *manifest, struct sw_buf *out, struct sw_error *err)
{
    /* JSON keeps integers only up to here (RFC 8785, 3.2.2.3). */
    if (manifest->shard_size > (uint64_t)1 << 53) {
        return sw_fail(err, SW_E_USAGE, "the shard size is over 2^53 bytes");
    }
    struct sw_json_writer w;
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "_type", SW_STATEMENT_TYPE);
    sw_jw_object(&w, "predicate");
    write_resources(&w, manifest);
    write_serialization(&w, manifest);
    sw_jw_object_end(&w);
    sw_jw_text(&w, "predicateType", SW_PREDICATE_OMS);
    write_subject(&w, manifest);
    sw_jw_object_end(&w);
    enum sw_code code = sw_jw_finish(&w);
    return code == SW_OK ? SW_OK : sw_fail(err, code, "cannot write the statement");
}

/* --- reading --------------------------------------------------------------------------------- */

/* One resource while it is being put in order. */
struct item {
    struct sw_str name; /* of the file */
    uint64_t start;
    uint64_t end;
    size_t listed; /* its place in the statement */
};

struct reading {
    struct sw_arena *arena;
    struct sw_plan *plan;
    struct item *items;
    size_t count;
    uint8_t *listed; /* raw digests in the order of the statement: what the root is computed over */
    struct sw_error *err;
};

static sw_result refuse(const struct reading *r, const char *what, struct sw_str name)
{
    return sw_fail(r->err, SW_E_REFUSED, "%s: '" SW_STR_FMT "'", what, SW_STR_ARG(name));
}

static sw_result start_items(struct reading *r, size_t count)
{
    if (count == 0) {
        return sw_fail(r->err, SW_E_REFUSED, "the signature lists no files");
    }
    if (count > SW_MODEL_MAX_RESOURCES) {
        return sw_fail(r->err, SW_E_LIMIT, "the signature lists more than %zu files or shards",
            SW_MODEL_MAX_RESOURCES);
    }
    r->plan->digest_len = sw_digest_alg_len(r->plan->alg);
    r->items = SW_ARENA_ARRAY(r->arena, struct item, count);
    r->listed = sw_arena_zalloc(r->arena, count, r->plan->digest_len);
    return r->items == NULL || r->listed == NULL ? SW_E_NOMEM : SW_OK;
}

/* "path:start:end"; the path may hold colons (OMS v1.0, 6.3.2). */
static bool split_shard(struct sw_str text, struct item *item)
{
    size_t colons[2];
    size_t at = text.len;
    for (size_t i = 0; i < 2; i++) {
        do {
            if (at == 0) {
                return false;
            }
            at--;
        } while (text.ptr[at] != ':');
        colons[i] = at;
    }
    item->name = sw_str_n(text.ptr, colons[1]);
    struct sw_str start = sw_str_n(text.ptr + colons[1] + 1, colons[0] - colons[1] - 1);
    struct sw_str end = sw_str_n(text.ptr + colons[0] + 1, text.len - colons[0] - 1);
    return sw_parse_u64(start, &item->start) && sw_parse_u64(end, &item->end);
}

static sw_result add_item(struct reading *r, struct sw_str name, const struct sw_digest *digest)
{
    struct item item = {.name = name, .end = SW_PLAN_SIZE_UNKNOWN, .listed = r->count};
    if (r->plan->method == SW_MODEL_SHARDS && !split_shard(name, &item)) {
        return refuse(r, "the signature lists a shard without its range", name);
    }
    if (!sw_path_is_plain(item.name) && !sw_str_is(item.name, ".")) {
        return refuse(r, "the signature lists a name that is not plain", name);
    }
    memcpy(r->listed + r->count * r->plan->digest_len, digest->bytes, r->plan->digest_len);
    r->items[r->count++] = item;
    return SW_OK;
}

/* The reference tool names the hash of a shard "sha256-sharded-SIZE", the specification "sha256".
 */
static bool algorithm_fits(const struct reading *r, const struct sw_json *value)
{
    struct sw_str text;
    const char *expected = sw_digest_alg_name(r->plan->alg);
    if (!sw_json_str(value, &text) || !sw_str_starts(text, expected)) {
        return false;
    }
    struct sw_str rest = sw_str_n(text.ptr + strlen(expected), text.len - strlen(expected));
    if (rest.len == 0) {
        return true;
    }
    static const char infix[] = "-sharded-";
    uint64_t size;
    return r->plan->method == SW_MODEL_SHARDS && sw_str_starts(rest, infix) &&
           sw_parse_u64(
               sw_str_n(rest.ptr + sizeof(infix) - 1, rest.len - sizeof(infix) + 1), &size) &&
           size == r->plan->shard_size;
}

static sw_result read_resource(struct reading *r, const struct sw_json *resource)
{
    struct sw_str name;
    struct sw_str hex;
    struct sw_digest digest;
    if (!sw_json_str(sw_json_get(resource, "name"), &name)) {
        return sw_fail(r->err, SW_E_FORMAT, "the signature lists a resource without a name");
    }
    if (!algorithm_fits(r, sw_json_get(resource, "algorithm"))) {
        return refuse(r, "the signature mixes hash algorithms", name);
    }
    if (!sw_json_str(sw_json_get(resource, "digest"), &hex) ||
        !sw_digest_from_hex(r->plan->alg, hex, &digest)) {
        return refuse(r, "the signature lists a malformed digest", name);
    }
    return add_item(r, name, &digest);
}

static sw_result read_method(struct reading *r, const struct sw_json *serialization)
{
    struct sw_plan *plan = r->plan;
    const struct sw_json *method = sw_json_get(serialization, "method");
    const struct sw_json *shard_size = sw_json_get(serialization, "shard_size");
    if (sw_json_is(method, "files")) {
        plan->method = SW_MODEL_FILES;
        return SW_OK;
    }
    if (!sw_json_is(method, "shards")) {
        return sw_fail(r->err, SW_E_FORMAT,
            "the signature's serialization method is neither "
            "'files' nor 'shards'");
    }
    plan->method = SW_MODEL_SHARDS;
    if (!sw_json_u64(shard_size, &plan->shard_size) || plan->shard_size == 0) {
        return sw_fail(r->err, SW_E_FORMAT, "the signature's shard size is no positive integer");
    }
    return SW_OK;
}

static sw_result read_ignored(struct reading *r, const struct sw_json *paths)
{
    if (paths == NULL) {
        return SW_OK;
    }
    if (paths->type != SW_JSON_ARRAY) {
        return sw_fail(r->err, SW_E_FORMAT, "the signature's ignore_paths are no list");
    }
    r->plan->ignored = SW_ARENA_ARRAY(r->arena, const char *, paths->count);
    SW_TRY_PTR(r->plan->ignored);
    SW_JSON_EACH (path, paths) {
        struct sw_str text;
        if (!sw_json_str(path, &text)) {
            return sw_fail(r->err, SW_E_FORMAT, "the signature's ignore_paths hold no text");
        }
        if (!sw_path_is_plain(text)) {
            return refuse(r, "the signature ignores a path that is not plain", text);
        }
        const char *copy = sw_arena_strndup(r->arena, text);
        SW_TRY_PTR(copy);
        r->plan->ignored[r->plan->ignored_count++] = copy;
    }
    return SW_OK;
}

static sw_result read_serialization(struct reading *r, const struct sw_json *serialization)
{
    SW_TRY(read_method(r, serialization));
    struct sw_str hash;
    if (!sw_json_str(sw_json_get(serialization, "hash_type"), &hash)) {
        return sw_fail(r->err, SW_E_FORMAT, "the signature names no hash algorithm");
    }
    SW_TRY(sw_digest_alg_parse(hash, &r->plan->alg, r->err));
    /* The registry of OMS v1.0 has these two and blake3. */
    if (r->plan->alg != SW_SHA256 && r->plan->alg != SW_BLAKE2B) {
        return refuse(r, "the signature's hash algorithm is not in the registry", hash);
    }
    if (!sw_json_bool(sw_json_get(serialization, "allow_symlinks"), &r->plan->allow_symlinks)) {
        return sw_fail(r->err, SW_E_FORMAT, "the signature does not say whether links count");
    }
    return read_ignored(r, sw_json_get(serialization, "ignore_paths"));
}

static int by_name_and_start(const void *a, const void *b)
{
    const struct item *left = a;
    const struct item *right = b;
    int order = sw_str_compare(left->name, right->name);
    if (order != 0) {
        return order;
    }
    return left->start < right->start ? -1 : left->start > right->start;
}

/* Shards of one file lie end to end from 0, each of the stated size but the last (OMS v1.0, 6.3.2):
 * else some bytes would be nobody's. */
static sw_result check_tiling(const struct reading *r, const struct item *items, size_t count)
{
    uint64_t expected = 0;
    for (size_t i = 0; i < count; i++) {
        const struct item *item = &items[i];
        uint64_t len = item->end - item->start;
        bool last = i + 1 == count;
        if (item->start != expected || item->end <= item->start || len > r->plan->shard_size ||
            (!last && len != r->plan->shard_size)) {
            return refuse(r, "the signature's shards do not cover a file exactly", item->name);
        }
        expected = item->end;
    }
    return SW_OK;
}

static sw_result add_file(struct reading *r, size_t first, size_t count)
{
    struct sw_plan *plan = r->plan;
    const struct item *items = &r->items[first];
    uint64_t size = SW_PLAN_SIZE_UNKNOWN;
    if (plan->method == SW_MODEL_SHARDS) {
        SW_TRY(check_tiling(r, items, count));
        size = items[count - 1].end;
    } else if (count != 1) {
        return refuse(r, "the signature lists a name twice", items->name);
    }
    plan->files[plan->file_count++] =
        (struct sw_plan_file){.name = items->name, .first = first, .count = count, .size = size};
    return SW_OK;
}

static sw_result group_files(struct reading *r)
{
    struct sw_plan *plan = r->plan;
    qsort(r->items, r->count, sizeof(*r->items), by_name_and_start);
    plan->digest_count = r->count;
    plan->digests = sw_arena_alloc(r->arena, r->count * plan->digest_len);
    plan->files = SW_ARENA_ARRAY(r->arena, struct sw_plan_file, r->count);
    if (plan->digests == NULL || plan->files == NULL) {
        return SW_E_NOMEM;
    }
    size_t first = 0;
    for (size_t i = 0; i < r->count; i++) {
        memcpy(plan->digests + i * plan->digest_len,
            r->listed + r->items[i].listed * plan->digest_len, plan->digest_len);
        if (i + 1 == r->count || !sw_str_equal(r->items[i].name, r->items[i + 1].name)) {
            SW_TRY(add_file(r, first, i + 1 - first));
            first = i + 1;
        }
    }
    return SW_OK;
}

/* "." stands for a model that is one file, so nothing can be beside it. */
static sw_result check_names(const struct reading *r)
{
    const struct sw_plan *plan = r->plan;
    for (size_t i = 0; i < plan->file_count; i++) {
        struct sw_str name = plan->files[i].name;
        if (sw_str_is(name, ".") && plan->file_count != 1) {
            return refuse(r, "the signature lists a name that is not plain", name);
        }
    }
    return SW_OK;
}

static sw_result check_ignored(const struct reading *r)
{
    for (size_t i = 0; i < r->plan->ignored_count; i++) {
        struct sw_str path = sw_str(r->plan->ignored[i]);
        if (sw_plan_has_below(r->plan, path)) {
            return refuse(r, "the signature ignores what it lists", path);
        }
    }
    return SW_OK;
}

static sw_result check_root(const struct reading *r, const struct sw_statement *statement)
{
    struct sw_digest root;
    sw_sha256(sw_bytes(r->listed, r->count * r->plan->digest_len), &root);
    if (statement->subject_count != 1) {
        return sw_fail(r->err, SW_E_REFUSED, "the signature has %zu subjects, one is allowed",
            statement->subject_count);
    }
    if (!sw_digest_equal(&root, &statement->subjects[0].digest)) {
        return sw_fail(
            r->err, SW_E_REFUSED, "the signature's root digest is not that of the listed files");
    }
    r->plan->root = root;
    return SW_OK;
}

static sw_result finish_plan(struct reading *r)
{
    SW_TRY(group_files(r));
    SW_TRY(check_names(r));
    return check_ignored(r);
}

static sw_result read_v10(struct reading *r, const struct sw_statement *statement)
{
    SW_TRY(read_serialization(r, sw_json_get(statement->predicate, "serialization")));
    const struct sw_json *resources = sw_json_get(statement->predicate, "resources");
    if (resources == NULL || resources->type != SW_JSON_ARRAY) {
        return sw_fail(r->err, SW_E_FORMAT, "the signature has no list of resources");
    }
    SW_TRY(start_items(r, resources->count));
    SW_JSON_EACH (resource, resources) {
        SW_TRY(read_resource(r, resource));
    }
    SW_TRY(check_root(r, statement));
    return finish_plan(r);
}

/* model-signing 0.2: the subjects are the files, everything else is implied. */
static sw_result read_v02(struct reading *r, const struct sw_statement *statement)
{
    r->plan->method = SW_MODEL_FILES;
    r->plan->alg = SW_SHA256;
    SW_TRY(start_items(r, statement->subject_count));
    for (size_t i = 0; i < statement->subject_count; i++) {
        const struct sw_subject *subject = &statement->subjects[i];
        if (subject->digest.alg != SW_SHA256) {
            return refuse(r, "the signature lists a file without SHA-256", subject->name);
        }
        SW_TRY(add_item(r, subject->name, &subject->digest));
    }
    return finish_plan(r);
}

sw_result sw_plan_read(struct sw_arena *arena, const struct sw_statement *statement, bool legacy,
    struct sw_plan *out, struct sw_error *err)
{
    bool old = sw_str_is(statement->predicate_type, SW_PREDICATE_OMS_V02);
    if (old && !legacy) {
        return sw_fail(err, SW_E_REFUSED,
            "the signature is in the format of model-signing 0.2, which binds less; to take it, "
            "allow legacy signatures");
    }
    if (!old && !sw_str_is(statement->predicate_type, SW_PREDICATE_OMS)) {
        return sw_fail(err, SW_E_REFUSED, "what was signed is no model: predicate '" SW_STR_FMT "'",
            SW_STR_ARG(statement->predicate_type));
    }
    struct sw_plan plan = {0};
    struct reading r = {.arena = arena, .plan = &plan, .err = err};
    SW_TRY(old ? read_v02(&r, statement) : read_v10(&r, statement));
    *out = plan;
    return SW_OK;
}

size_t sw_plan_lower_bound(const struct sw_plan *plan, struct sw_str name)
{
    size_t low = 0;
    size_t high = plan->file_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sw_str_compare(plan->files[middle].name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* What is below "a" does not follow "a" at once ("a-b" lies between), so "a/" is looked for too. */
bool sw_plan_has_below(const struct sw_plan *plan, struct sw_str name)
{
    size_t at = sw_plan_lower_bound(plan, name);
    if (at < plan->file_count && sw_str_equal(plan->files[at].name, name)) {
        return true;
    }
    char prefix[PATH_MAX + 2];
    if (name.len + 2 > sizeof(prefix)) {
        return false;
    }
    memcpy(prefix, name.ptr, name.len);
    prefix[name.len] = '/';
    prefix[name.len + 1] = '\0';
    at = sw_plan_lower_bound(plan, sw_str(prefix));
    return at < plan->file_count && sw_str_starts(plan->files[at].name, prefix);
}
