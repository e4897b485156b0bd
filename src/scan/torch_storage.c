#include "scan/torch_storage.h"

static int by_name(const void *a, const void *b)
{
    const struct sw_zip_entry *const *x = a;
    const struct sw_zip_entry *const *y = b;
    return sw_str_compare((*x)->name, (*y)->name);
}

static sw_result sort(struct sw_torch_storages *s, struct sw_arena *arena)
{
    if (s->sorted != NULL) {
        return SW_OK;
    }
    const struct sw_zip_entry **sorted =
        sw_arena_alloc(arena, (s->zip->count + 1) * sizeof(*sorted));
    SW_TRY_PTR(sorted);
    for (size_t i = 0; i < s->zip->count; i++) {
        sorted[i] = &s->zip->entries[i];
    }
    qsort(sorted, s->zip->count, sizeof(*sorted), by_name);
    s->sorted = sorted;
    return SW_OK;
}

/* Of two members of one name, which is a finding of its own, any. */
static const struct sw_zip_entry *find(const struct sw_torch_storages *s, struct sw_str name)
{
    const struct sw_zip_entry wanted = {.name = name};
    const struct sw_zip_entry *key = &wanted;
    const struct sw_zip_entry *const *found =
        bsearch(&key, s->sorted, s->zip->count, sizeof(*s->sorted), by_name);
    return found == NULL ? NULL : *found;
}

/* torch reads as many bytes as the pickle says, before 2.10 without asking whether there are so
 * many (CVE-2026-24747). */
static sw_result check(
    void *ctx, struct sw_inspection *in, struct sw_str key, uint64_t size, uint64_t at)
{
    struct sw_torch_storages *s = ctx;
    SW_TRY(sort(s, in->arena));
    const char *name = sw_arena_printf(
        in->arena, SW_STR_FMT "data/" SW_STR_FMT, SW_STR_ARG(s->directory), SW_STR_ARG(key));
    SW_TRY_PTR(name);
    const struct sw_zip_entry *entry = find(s, sw_str(name));
    if (entry == NULL) {
        return sw_found(in, "torch-storage-size", SW_SEVERITY_HIGH, at,
            "the pickle needs the storage %s, which the archive does not have", name);
    }
    return entry->size == size
               ? SW_OK
               : sw_found(in, "torch-storage-size", SW_SEVERITY_HIGH, at,
                     "the storage %s has %llu bytes where the pickle needs %llu", name,
                     (unsigned long long)entry->size, (unsigned long long)size);
}

void sw_torch_storages_init(
    struct sw_torch_storages *s, const struct sw_zip *zip, struct sw_str pickle)
{
    size_t len = pickle.len;
    while (len > 0 && pickle.ptr[len - 1] != '/') {
        len--;
    }
    *s = (struct sw_torch_storages){.zip = zip, .directory = sw_str_n(pickle.ptr, len)};
    s->check = (struct sw_storage_check){.ctx = s, .check = check};
}
