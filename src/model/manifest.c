#include "model/manifest.h"

#include "model/exclude.h"
#include "model/hash.h"

#include <inttypes.h>
#include <stdlib.h>

#define MANIFEST_HEADER "sealwright-manifest/v1\n"

static const char *const method_names[] = {
    [SW_MODEL_FILES] = "files", [SW_MODEL_SHARDS] = "shards"};

const char *sw_model_method_name(enum sw_model_method method)
{
    return method_names[method];
}

const char *sw_model_named_path(struct sw_arena *arena, const char *path)
{
    struct sw_str base = sw_path_base(path);
    if (!sw_str_is(base, ".") && !sw_str_is(base, "..")) {
        return sw_arena_strdup(arena, path);
    }
    SW_CLEANUP(free) char *real = realpath(path, NULL);
    return sw_arena_strdup(arena, real == NULL ? path : real);
}

/* --- the manifest digest --------------------------------------------------------------------- */

static void add_u64(struct sw_hash *hash, uint64_t value)
{
    uint8_t out[8];
    for (size_t i = 0; i < sizeof(out); i++) {
        out[i] = (uint8_t)(value >> (56 - 8 * i));
    }
    sw_hash_update(hash, out, sizeof(out));
}

static void add_bytes(struct sw_hash *hash, const void *data, size_t len)
{
    add_u64(hash, len);
    sw_hash_update(hash, data, len);
}

static void add_text(struct sw_hash *hash, const char *text)
{
    add_bytes(hash, text, strlen(text));
}

sw_result sw_manifest_digest_begin(struct sw_hash *hash, enum sw_model_method method,
    enum sw_digest_alg alg, uint64_t shard_size, uint64_t count)
{
    SW_TRY(sw_hash_init(hash, SW_SHA256));
    sw_hash_update(hash, MANIFEST_HEADER, sizeof(MANIFEST_HEADER) - 1);
    add_text(hash, sw_model_method_name(method));
    add_text(hash, sw_digest_alg_name(alg));
    add_u64(hash, method == SW_MODEL_SHARDS ? shard_size : 0);
    add_u64(hash, count);
    return SW_OK;
}

void sw_manifest_digest_add(struct sw_hash *hash, const struct sw_manifest_item *item)
{
    add_bytes(hash, item->name.ptr, item->name.len);
    add_u64(hash, item->start);
    add_u64(hash, item->end);
    add_bytes(hash, item->digest.ptr, item->digest.len);
}

/* --- from tree to manifest ------------------------------------------------------------------- */

struct row {
    const struct sw_entry *entry;
    uint64_t start;
    uint64_t end;
    size_t unit;
};

struct building {
    struct sw_arena *arena;
    struct sw_manifest *manifest;
    const struct sw_unit_digests *digests;
    struct row *rows; /* by name, then by start: the order of the tree and of its units */
};

/* Why an entry that is no file stops signing. */
static const char *const refusals[] = {
    [SW_ENTRY_SYMLINK] =
        "is a symbolic link to a directory, or out of the model, or links are not allowed "
        "(--allow-symlinks); a copy with 'cp -rL' has files in their place",
    [SW_ENTRY_SPECIAL] = "is no regular file; remove it or ignore it",
    [SW_ENTRY_BAD_NAME] = "has a name that is not UTF-8; rename it",
};

static sw_result check_entry(
    const struct sw_entry *entry, enum sw_model_method method, struct sw_error *err)
{
    if (entry->kind == SW_ENTRY_UNREADABLE) {
        return sw_fail_errno(err, entry->errnum, "cannot read '%s'", entry->name);
    }
    if (entry->kind != SW_ENTRY_FILE) {
        return sw_fail(err, SW_E_REFUSED, "'%s' %s", entry->name, refusals[entry->kind]);
    }
    if (method == SW_MODEL_SHARDS && entry->size == 0) {
        return sw_fail(err, SW_E_REFUSED,
            "'%s' is empty, and the shards method cannot list empty files; ignore it, or sign by "
            "files",
            entry->name);
    }
    return SW_OK;
}

static sw_result check_tree(
    const struct sw_tree *tree, enum sw_model_method method, struct sw_error *err)
{
    if (tree->count == 0) {
        return sw_fail(err, SW_E_REFUSED, "'%s' holds no file to sign", tree->root_path);
    }
    for (size_t i = 0; i < tree->count; i++) {
        SW_TRY(check_entry(&tree->entries[i], method, err));
    }
    return SW_OK;
}

static void fill_rows(const struct building *b, const struct sw_tree *tree, uint64_t range_size)
{
    size_t unit = 0;
    for (size_t i = 0; i < tree->count; i++) {
        const struct sw_entry *entry = &tree->entries[i];
        uint64_t units = sw_reader_units_of(entry, range_size);
        uint64_t start = 0;
        for (uint64_t k = 0; k < units; k++) {
            uint64_t left = entry->size - start;
            uint64_t len = range_size == 0 || left < range_size ? left : range_size;
            b->rows[unit] = (struct row){entry, start, start + len, unit};
            start += len;
            unit++;
        }
    }
}

static struct sw_bytes digest_of(const struct building *b, const struct row *row)
{
    return sw_bytes(b->digests->bytes + row->unit * b->digests->len, b->digests->len);
}

static sw_result fill_resource(
    const struct building *b, const struct row *row, struct sw_resource *out)
{
    struct sw_bytes digest = digest_of(b, row);
    out->digest.alg = b->digests->alg;
    out->digest.len = (uint8_t)digest.len;
    memcpy(out->digest.bytes, digest.ptr, digest.len);
    out->size = row->end - row->start;
    const char *name = row->entry->name;
    const char *copy =
        b->manifest->method == SW_MODEL_FILES
            ? sw_arena_strdup(b->arena, name)
            : sw_arena_printf(b->arena, "%s:%" PRIu64 ":%" PRIu64, name, row->start, row->end);
    SW_TRY_PTR(copy);
    out->name = sw_str(copy);
    return SW_OK;
}

static int by_resource_name(const void *a, const void *b)
{
    const struct sw_resource *left = a;
    const struct sw_resource *right = b;
    return sw_str_compare(left->name, right->name);
}

/* The order of path components is that of bytes with '/' before every other one. */
static int compare_components(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    int left = *a == '/' ? 1 : *a == '\0' ? 0 : (unsigned char)*a + 1;
    int right = *b == '/' ? 1 : *b == '\0' ? 0 : (unsigned char)*b + 1;
    return left - right;
}

static int by_components(const void *a, const void *b)
{
    const struct row *left = a;
    const struct row *right = b;
    int order = compare_components(left->entry->name, right->entry->name);
    if (order != 0) {
        return order;
    }
    return left->start < right->start ? -1 : left->start > right->start;
}

/* OMS v1.0, 6.5.1: digests only, in the order of the resources. */
static sw_result hash_resources(const struct sw_manifest *manifest, struct sw_digest *out)
{
    struct sw_hash hash;
    SW_TRY(sw_hash_init(&hash, SW_SHA256));
    for (size_t i = 0; i < manifest->count; i++) {
        const struct sw_digest *digest = &manifest->resources[i].digest;
        sw_hash_update(&hash, digest->bytes, digest->len);
    }
    sw_hash_final(&hash, out);
    return SW_OK;
}

static sw_result hash_rows(const struct building *b, struct sw_digest *out)
{
    struct sw_hash hash;
    SW_TRY(sw_hash_init(&hash, SW_SHA256));
    for (size_t i = 0; i < b->manifest->count; i++) {
        struct sw_bytes digest = digest_of(b, &b->rows[i]);
        sw_hash_update(&hash, digest.ptr, digest.len);
    }
    sw_hash_final(&hash, out);
    return SW_OK;
}

static sw_result hash_manifest(const struct building *b, struct sw_digest *out)
{
    const struct sw_manifest *m = b->manifest;
    struct sw_hash hash;
    SW_TRY(sw_manifest_digest_begin(&hash, m->method, m->hash, m->shard_size, m->count));
    for (size_t i = 0; i < m->count; i++) {
        const struct row *row = &b->rows[i];
        const struct sw_manifest_item item = {
            sw_str(row->entry->name), row->start, row->end, digest_of(b, row)};
        sw_manifest_digest_add(&hash, &item);
    }
    sw_hash_final(&hash, out);
    return SW_OK;
}

static sw_result build(struct building *b, const struct sw_tree *tree, uint64_t range_size)
{
    struct sw_manifest *m = b->manifest;
    m->count = b->digests->count;
    m->files = tree->count;
    m->bytes = tree->bytes;
    m->resources = SW_ARENA_ARRAY(b->arena, struct sw_resource, m->count);
    b->rows = SW_ARENA_ARRAY(b->arena, struct row, m->count);
    if (m->resources == NULL || b->rows == NULL) {
        return SW_E_NOMEM;
    }
    fill_rows(b, tree, range_size);
    for (size_t i = 0; i < m->count; i++) {
        SW_TRY(fill_resource(b, &b->rows[i], &m->resources[i]));
    }
    qsort(m->resources, m->count, sizeof(*m->resources), by_resource_name);
    SW_TRY(hash_resources(m, &m->root));
    SW_TRY(hash_manifest(b, &m->manifest_digest));
    qsort(b->rows, m->count, sizeof(*b->rows), by_components);
    return hash_rows(b, &m->component_root);
}

static bool ignore_entry(void *ctx, const char *name, bool is_dir)
{
    return sw_exclude_covers(ctx, name, is_dir);
}

/* OMS v1.0, 6.2.1: no globs, so that nobody believes that they would match. */
static sw_result check_globs(const struct sw_model_options *options, struct sw_error *err)
{
    for (size_t i = 0; i < options->ignore_count; i++) {
        if (strpbrk(options->ignore[i], "*?[") != NULL) {
            return sw_fail(err, SW_E_USAGE,
                "cannot ignore '%s': ignored paths are exact, without '*', '?' or '['",
                options->ignore[i]);
        }
    }
    return SW_OK;
}

static sw_result hash_model(struct sw_arena *arena, const char *path,
    const struct sw_model_options *options, struct sw_manifest *manifest, struct sw_error *err)
{
    struct sw_exclude exclude;
    SW_TRY(check_globs(options, err));
    SW_TRY(sw_exclude_init(&exclude, arena, path, options, err));
    manifest->ignored = exclude.paths;
    manifest->ignored_count = exclude.count;
    const struct sw_tree_options tree_options = {
        .follow_symlinks = options->allow_symlinks, .ignore = ignore_entry, .ignore_ctx = &exclude};
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    SW_TRY(sw_tree_open(&tree, path, &tree_options, err));
    SW_TRY(check_tree(&tree, manifest->method, err));
    struct sw_unit_digests digests;
    SW_TRY(sw_model_hash_tree(
        arena, &tree, options, manifest->hash, manifest->shard_size, false, &digests, err));
    struct building b = {.arena = arena, .manifest = manifest, .digests = &digests};
    return build(&b, &tree, manifest->shard_size);
}

sw_result sw_model_hash(struct sw_arena *arena, const char *path,
    const struct sw_model_options *options, struct sw_manifest *out, struct sw_error *err)
{
    uint64_t shard_size = options->shard_size == 0 ? SW_MODEL_SHARD_SIZE : options->shard_size;
    struct sw_manifest manifest = {.method = options->method,
        .shard_size = options->method == SW_MODEL_SHARDS ? shard_size : 0,
        .hash = options->hash == 0 ? SW_SHA256 : options->hash,
        .allow_symlinks = options->allow_symlinks};
    const char *named = sw_model_named_path(arena, path);
    manifest.name = named == NULL ? NULL : sw_arena_strndup(arena, sw_path_base(named));
    enum sw_code code =
        manifest.name == NULL ? SW_E_NOMEM : hash_model(arena, path, options, &manifest, err);
    if (code == SW_E_NOMEM) {
        return sw_fail(err, SW_E_NOMEM, "cannot hash '%s': out of memory", path);
    }
    SW_TRY(code);
    *out = manifest;
    return SW_OK;
}
