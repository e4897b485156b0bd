/* The files of a model or a dataset, with both digests in one pass (BSI TR-03183-2 wants SHA-512,
 * everybody else SHA-256). */
#include "supply/bom.h"

#include "claim/claim.h"

#include <stdlib.h>

#define HEAD_MAX 262 /* as far as the magic of tar */

struct one {
    const char *name;
    uint64_t size;
    enum sw_entry_kind kind;
    struct sw_digest sha256, sha512;
    uint8_t head[HEAD_MAX];
    size_t head_len;
};

struct sw_bom_files {
    struct sw_consumer consumer;
    struct sw_arena arena;
    struct one *list;
    size_t count;
    enum sw_code failed; /* while the tree was told */
};

struct hashing {
    struct sw_hash sha256, sha512;
    struct one *one;
};

static sw_result begin(
    void *ctx, void *state, const struct sw_unit *unit, int fd, struct sw_error *err)
{
    struct sw_bom_files *files = ctx;
    struct hashing *h = state;
    (void)fd;
    if (files->failed != SW_OK) {
        return sw_fail(err, files->failed, "no memory for the list of files");
    }
    h->one = unit->entry < files->count ? &files->list[unit->entry] : NULL;
    SW_TRY(sw_hash_init(&h->sha256, SW_SHA256));
    return sw_hash_init(&h->sha512, SW_SHA512);
}

static sw_result update(void *ctx, void *state, struct sw_bytes chunk, struct sw_error *err)
{
    struct hashing *h = state;
    (void)ctx;
    (void)err;
    sw_hash_update(&h->sha256, chunk.ptr, chunk.len);
    sw_hash_update(&h->sha512, chunk.ptr, chunk.len);
    if (h->one != NULL && h->one->head_len < HEAD_MAX) {
        size_t room = HEAD_MAX - h->one->head_len;
        size_t take = chunk.len < room ? chunk.len : room;
        memcpy(h->one->head + h->one->head_len, chunk.ptr, take);
        h->one->head_len += take;
    }
    return SW_OK;
}

static sw_result end(
    void *ctx, void *state, const struct sw_unit *unit, int fd, struct sw_error *err)
{
    struct hashing *h = state;
    struct one unused;
    struct one *one = h->one == NULL ? &unused : h->one;
    (void)ctx;
    (void)unit;
    (void)fd;
    (void)err;
    sw_hash_final(&h->sha256, &one->sha256);
    sw_hash_final(&h->sha512, &one->sha512);
    return SW_OK;
}

sw_result sw_bom_files_new(struct sw_bom_files **out, struct sw_error *err)
{
    struct sw_bom_files *files = calloc(1, sizeof(*files));
    if (files == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for the list of files");
    }
    sw_arena_init(&files->arena, 0);
    files->consumer = (struct sw_consumer){.ctx = files,
        .state_size = sizeof(struct hashing),
        .begin = begin,
        .update = update,
        .end = end};
    *out = files;
    return SW_OK;
}

void sw_bom_files_free(struct sw_bom_files *files)
{
    if (files != NULL) {
        sw_arena_release(&files->arena);
        free(files);
    }
}

const struct sw_consumer *sw_bom_files_consumer(struct sw_bom_files *files)
{
    return &files->consumer;
}

static enum sw_code take_tree(struct sw_bom_files *files, const struct sw_tree *tree)
{
    files->list = SW_ARENA_ARRAY(&files->arena, struct one, tree->count);
    SW_TRY_PTR(files->list);
    for (size_t i = 0; i < tree->count; i++) {
        struct one *one = &files->list[i];
        const char *name = tree->single != NULL ? tree->single : tree->entries[i].name;
        one->name = sw_arena_strdup(&files->arena, name);
        SW_TRY_PTR(one->name);
        one->size = tree->entries[i].size;
        one->kind = tree->entries[i].kind;
    }
    files->count = tree->count;
    return SW_OK;
}

void sw_bom_files_tree(void *ctx, const struct sw_tree *tree)
{
    struct sw_bom_files *files = ctx;
    files->failed = take_tree(files, tree);
}

/* --- what kind of file ------------------------------------------------------------------------ */

struct magic {
    size_t at;
    const char *bytes;
    size_t len;
};

static const struct magic programs[] = {{0,
                                            "\x7f"
                                            "ELF",
                                            4},
    {0, "MZ", 2}, {0, "#!", 2}, {0, "\xcf\xfa\xed\xfe", 4}, {0, "\xca\xfe\xba\xbe", 4}};
static const struct magic archives[] = {{0, "PK\x03\x04", 4}, {0, "\x1f\x8b", 2},
    {0, "7z\xbc\xaf\x27\x1c", 6}, {0, "\x28\xb5\x2f\xfd", 4},
    {0,
        "\xfd"
        "7zXZ",
        5},
    {0, "BZh", 3}, {257, "ustar", 5}, {0, "Rar!", 4}};

static bool begins_as(const struct one *one, const struct magic *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct magic *m = &list[i];
        if (one->head_len >= m->at + m->len && memcmp(one->head + m->at, m->bytes, m->len) == 0) {
            return true;
        }
    }
    return false;
}

/* --- into the bill ---------------------------------------------------------------------------- */

static sw_result add_digest(
    struct sw_bom *bom, uint32_t number, const char *alg, const struct sw_digest *digest)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(digest, hex);
    return sw_bom_add_hash(bom, number, sw_str(alg), sw_str(hex));
}

static sw_result add_flags(struct sw_bom *bom, uint32_t number, const struct one *one)
{
    const struct sw_str none = sw_str("");
    const bool program = begins_as(one, programs, SW_COUNT(programs));
    const bool archive = begins_as(one, archives, SW_COUNT(archives));
    SW_TRY(sw_bom_set(
        bom, number, SW_BOM_EXECUTABLE, sw_str(program ? "executable" : "non-executable"), none));
    SW_TRY(
        sw_bom_set(bom, number, SW_BOM_ARCHIVE, sw_str(archive ? "archive" : "no archive"), none));
    return sw_bom_set(
        bom, number, SW_BOM_STRUCTURED, sw_str(archive ? "structured" : "unstructured"), none);
}

static sw_result add_one(struct sw_bom *bom, const struct one *one)
{
    const struct sw_str none = sw_str("");
    const char *size = sw_arena_printf(bom->arena, "%llu", (unsigned long long)one->size);
    const char *path = sw_arena_percent(bom->arena, sw_str(one->name));
    uint32_t number;
    if (size == NULL || path == NULL) {
        return SW_E_NOMEM;
    }
    const char *ref = sw_arena_printf(bom->arena, "file:%s", path);
    SW_TRY_PTR(ref);
    SW_TRY(sw_bom_add(bom, SW_BOM_FILE, SW_BOM_INSIDE, 0, &number));
    SW_TRY(sw_bom_name(bom, number, sw_str(ref)));
    SW_TRY(sw_bom_set(bom, number, SW_BOM_NAME, sw_str(one->name), none));
    SW_TRY(add_digest(bom, number, "SHA-256", &one->sha256));
    SW_TRY(add_digest(bom, number, "SHA-512", &one->sha512));
    SW_TRY(sw_bom_set(bom, number, SW_BOM_SIZE, sw_str(size), none));
    SW_TRY(sw_bom_set(bom, number, SW_BOM_FILENAME, sw_path_base(one->name), none));
    return add_flags(bom, number, one);
}

static const char *why_not(const struct one *one)
{
    switch (one->kind) {
    case SW_ENTRY_SYMLINK: return "a link that is not followed";
    case SW_ENTRY_SPECIAL: return "no regular file";
    case SW_ENTRY_BAD_NAME: return "its name is not UTF-8";
    case SW_ENTRY_FILE:
    case SW_ENTRY_UNREADABLE:
    default: return "it cannot be read";
    }
}

static sw_result add_gap(struct sw_bom *bom, const struct one *one)
{
    const char *text = sw_arena_printf(bom->arena, "%s: %s", one->name, why_not(one));
    SW_TRY_PTR(text);
    bom->parts = SW_BOM_INCOMPLETE;
    return sw_bom_set(bom, 0, SW_BOM_GAP, sw_str(text), sw_str(""));
}

sw_result sw_bom_add_files(struct sw_bom *bom, const struct sw_bom_files *files)
{
    bom->parts = SW_BOM_COMPLETE;
    for (size_t i = 0; i < files->count; i++) {
        const struct one *one = &files->list[i];
        const bool read = one->kind == SW_ENTRY_FILE && one->sha512.alg != 0;
        SW_TRY(read ? add_one(bom, one) : add_gap(bom, one));
    }
    return SW_OK;
}
