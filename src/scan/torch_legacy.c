#include "scan/torch_legacy.h"
#include "scan/torch_storage.h"

#include <endian.h>

#define STORAGES_MAX ((size_t)1 << 18)
#define COUNT_SIZE sizeof(uint64_t) /* of the elements, before them; little endian */

struct sw_torch_legacy {
    struct sw_inspection *in;
    struct sw_zip zip; /* of the source, with no entries of its own */
    struct sw_torch_archive archive;
    struct sw_torch_storages *storages;
    struct sw_names keys;
    struct legacy_storage *list; /* by the numbers of their keys */
    size_t cap;
    const struct sw_zip_entry **placed; /* in the order of the file */
    size_t placed_count, placed_cap;
};

struct legacy_storage {
    struct sw_zip_entry *entry;
    uint64_t count; /* of its elements, as the pickle says */
    uint64_t at;    /* in the pickle */
};

/* --- what the pickle asks for ----------------------------------------------------------------- */

static const struct legacy_storage *look_up(const struct sw_torch_legacy *l, struct sw_str key)
{
    uint32_t number;
    return sw_names_find(&l->keys, 0, key, &number) ? &l->list[number] : NULL;
}

const struct sw_zip_entry *sw_torch_legacy_find(
    const struct sw_torch_legacy *legacy, struct sw_str key)
{
    const struct legacy_storage *found = look_up(legacy, key);
    return found == NULL ? NULL : found->entry;
}

static sw_result add(struct sw_torch_legacy *l, const struct sw_torch_storage *storage)
{
    uint32_t number;
    struct sw_arena *arena = l->in->arena;
    if (l->keys.count >= STORAGES_MAX) {
        return SW_E_LIMIT;
    }
    struct legacy_storage *grown =
        sw_arena_grow(arena, l->list, l->keys.count, &l->cap, sizeof(*grown));
    struct sw_zip_entry *entry = SW_ARENA_ARRAY(arena, struct sw_zip_entry, 1);
    const char *name = sw_arena_printf(arena, "data/" SW_STR_FMT, SW_STR_ARG(storage->key));
    SW_TRY_PTR(grown);
    SW_TRY_PTR(entry);
    SW_TRY_PTR(name);
    *entry =
        (struct sw_zip_entry){.name = sw_str(name), .stored = storage->size, .size = storage->size};
    l->list = grown;
    SW_TRY(sw_names_number(
        &l->keys, 0, sw_str_n(name + strlen("data/"), entry->name.len - strlen("data/")), &number));
    l->list[number] =
        (struct legacy_storage){.entry = entry, .count = storage->count, .at = storage->at};
    return SW_OK;
}

/* torch makes a storage of the first that asks for it, of as many bytes as that says. */
static sw_result check(void *ctx, struct sw_inspection *in, const struct sw_torch_storage *storage)
{
    const struct sw_torch_storages *s = ctx;
    const struct sw_zip_entry *entry = sw_torch_legacy_find(s->legacy, storage->key);
    if (entry == NULL) {
        return add(s->legacy, storage);
    }
    return entry->size == storage->size
               ? SW_OK
               : sw_found(in, "torch-storage-size", SW_SEVERITY_HIGH, storage->at,
                     "the pickle needs the storage %s with %llu bytes and with %llu",
                     entry->name.ptr, (unsigned long long)entry->size,
                     (unsigned long long)storage->size);
}

sw_result sw_torch_legacy_new(struct sw_inspection *in, const struct sw_source *source,
    struct sw_torch_legacy **out, struct sw_error *err)
{
    struct sw_torch_legacy *l = SW_ARENA_ARRAY(in->arena, struct sw_torch_legacy, 1);
    if (l == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for a file of torch");
    }
    *l = (struct sw_torch_legacy){.in = in, .zip = {.source = *source}};
    l->archive.zip = &l->zip;
    sw_names_init(&l->keys, in->arena);
    l->storages = sw_torch_storages_add(&l->archive, in->arena, sw_str("data.pkl"));
    if (l->storages == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for a file of torch");
    }
    l->storages->legacy = l;
    l->storages->check.check = check;
    *out = l;
    return SW_OK;
}

const struct sw_storage_check *sw_torch_legacy_check(struct sw_torch_legacy *legacy)
{
    return &legacy->storages->check;
}

/* --- what the file has ------------------------------------------------------------------------ */

static sw_result say(struct sw_torch_legacy *l, const char *name, uint64_t at, const char *what)
{
    return sw_found(
        l->in, "torch-storage-size", SW_SEVERITY_HIGH, at, "the storage %s %s", name, what);
}

static sw_result place(struct sw_torch_legacy *l, struct sw_zip_entry *entry, uint64_t at)
{
    const struct sw_zip_entry **grown =
        sw_arena_grow(l->in->arena, l->placed, l->placed_count, &l->placed_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    l->placed = grown;
    l->placed[l->placed_count++] = entry;
    entry->header = at;
    entry->data = at + COUNT_SIZE;
    entry->readable = true;
    return SW_OK;
}

sw_result sw_torch_legacy_place(
    struct sw_torch_legacy *l, struct sw_str key, uint64_t *at, bool *placed, struct sw_error *err)
{
    uint64_t count;
    uint64_t end;
    const uint64_t start = *at;
    const struct sw_source *source = &l->zip.source;
    const struct legacy_storage *storage = look_up(l, key);
    *placed = false;
    if (storage == NULL) {
        const char *name = sw_arena_strndup(l->in->arena, key);
        SW_TRY_PTR(name);
        return say(l, name, start, "is in the file, and no tensor asks for it");
    }
    const char *name = storage->entry->name.ptr;
    if (storage->entry->readable) {
        return say(l, name, start, "is in the file twice");
    }
    if (!sw_add_u64(start + COUNT_SIZE, storage->entry->size, &end) || end > source->size) {
        return say(l, name, start, "is cut off by the end of the file");
    }
    SW_TRY(sw_source_read(source, start, &count, sizeof(count), err));
    if (le64toh(count) != storage->count) {
        return say(l, name, start, "has another count of elements than the pickle needs");
    }
    *at = end;
    *placed = true;
    return place(l, storage->entry, start);
}

/* torch leaves the memory as it was for what it does not find. */
static sw_result say_unplaced(struct sw_torch_legacy *l)
{
    for (size_t i = 0; i < l->keys.count; i++) {
        if (!l->list[i].entry->readable) {
            return say(l, l->list[i].entry->name.ptr, l->list[i].at,
                "is asked for by the pickle, and is not where its place would be");
        }
    }
    return SW_OK;
}

static sw_result weigh(
    struct sw_torch_legacy *l, const struct sw_zip_entry *entry, struct sw_error *err)
{
    struct sw_source part;
    const char *outer = l->in->member;
    SW_TRY(sw_source_part(&l->zip.source, entry->data, entry->size, &part));
    l->in->member = entry->name.ptr;
    enum sw_code code = sw_torch_archive_weigh(&l->archive, l->in, entry, &part, part.size, err);
    l->in->member = outer;
    return code;
}

static sw_result tell(struct sw_torch_legacy *l, struct sw_error *err)
{
    SW_TRY(say_unplaced(l));
    SW_TRY(sw_torch_archive_tell(&l->archive, l->in, err));
    for (size_t i = 0; i < l->placed_count; i++) {
        SW_TRY(weigh(l, l->placed[i], err));
    }
    return sw_torch_archive_end(&l->archive, l->in);
}

sw_result sw_torch_legacy_end(struct sw_torch_legacy *legacy, struct sw_error *err)
{
    enum sw_code code = tell(legacy, err);
    sw_torch_archive_release(&legacy->archive);
    return code;
}
