#include "scan/torch_storage.h"

#define NAMES_MAX ((size_t)4 << 20) /* bytes; what is told of tensors is less */
#define PLACED_MAX ((size_t)1 << 18)

struct sw_placed_tensor {
    struct sw_tensor tensor; /* its offset is in the storage */
    const struct sw_zip_entry *entry;
    uint64_t node;
    uint64_t at;  /* in the pickle */
    size_t index; /* in the list that is told */
};

/* --- storages --------------------------------------------------------------------------------- */

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
    s->named = SW_ARENA_ARRAY(arena, bool, s->zip->count);
    SW_TRY_PTR(sorted);
    SW_TRY_PTR(s->named);
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

static sw_result find_storage(struct sw_torch_storages *s, struct sw_arena *arena,
    struct sw_str key, const char **name, const struct sw_zip_entry **out)
{
    if (s->legacy != NULL) {
        *out = sw_torch_legacy_find(s->legacy, key);
        *name = *out == NULL ? "" : (*out)->name.ptr;
        return SW_OK;
    }
    SW_TRY(sort(s, arena));
    *name = sw_arena_printf(
        arena, SW_STR_FMT "data/" SW_STR_FMT, SW_STR_ARG(s->directory), SW_STR_ARG(key));
    SW_TRY_PTR(*name);
    *out = find(s, sw_str(*name));
    return SW_OK;
}

/* torch reads as many bytes as the pickle says, before 2.10 without asking whether there are so
 * many (CVE-2026-24747). */
static sw_result check(void *ctx, struct sw_inspection *in, const struct sw_torch_storage *storage)
{
    struct sw_torch_storages *s = ctx;
    const char *name;
    const struct sw_zip_entry *entry;
    SW_TRY(find_storage(s, in->arena, storage->key, &name, &entry));
    if (entry == NULL) {
        return sw_found(in, "torch-storage-size", SW_SEVERITY_HIGH, storage->at,
            "the pickle needs the storage %s, which the archive does not have", name);
    }
    s->named[entry - s->zip->entries] = true;
    return entry->size == storage->size
               ? SW_OK
               : sw_found(in, "torch-storage-size", SW_SEVERITY_HIGH, storage->at,
                     "the storage %s has %llu bytes where the pickle needs %llu", name,
                     (unsigned long long)entry->size, (unsigned long long)storage->size);
}

/* --- tensors ---------------------------------------------------------------------------------- */

static bool is_empty(const struct sw_torch_tensor *t)
{
    for (size_t i = 0; i < t->dim_count; i++) {
        if (t->dims[i] == 0) {
            return true;
        }
    }
    return false;
}

/* The bytes from the first element to the end of the last; false when they are too many to count.
 */
static bool extent_of(const struct sw_torch_tensor *t, uint64_t *offset, uint64_t *size)
{
    uint64_t count = 1;
    if (t->negative || !sw_mul_u64(t->offset, t->width, offset)) {
        return false;
    }
    for (size_t i = 0; i < t->dim_count && !is_empty(t); i++) {
        uint64_t span;
        if (!sw_mul_u64(t->dims[i] - 1, t->strides[i], &span) || !sw_add_u64(count, span, &count)) {
            return false;
        }
    }
    *size = 0;
    return is_empty(t) || sw_mul_u64(count, t->width, size);
}

/* Row after row, without gaps. */
static bool is_contiguous(const struct sw_torch_tensor *t)
{
    uint64_t stride = 1;
    for (size_t i = t->dim_count; i > 0 && !is_empty(t); i--) {
        if (t->dims[i - 1] == 1) {
            continue;
        }
        if (t->strides[i - 1] != stride || !sw_mul_u64(stride, t->dims[i - 1], &stride)) {
            return false;
        }
    }
    return true;
}

static const uint64_t *copy_numbers(struct sw_arena *arena, const uint64_t *numbers, size_t count)
{
    uint64_t *copy = SW_ARENA_ARRAY(arena, uint64_t, count + 1);
    if (copy != NULL && count > 0) {
        memcpy(copy, numbers, count * sizeof(*copy));
    }
    return copy;
}

static sw_result place(
    struct sw_torch_storages *s, struct sw_arena *arena, const struct sw_placed_tensor *placed)
{
    if (s->count >= PLACED_MAX) {
        return SW_OK;
    }
    struct sw_placed_tensor *grown =
        sw_arena_grow(arena, s->tensors, s->count, &s->cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    s->tensors = grown;
    s->tensors[s->count++] = *placed;
    return SW_OK;
}

/* Loaders build views without asking for less than the storage has, torch as well as others. */
static sw_result add_tensor(void *ctx, struct sw_inspection *in, const struct sw_torch_tensor *t)
{
    struct sw_torch_storages *s = ctx;
    const char *storage;
    struct sw_placed_tensor placed = {.node = t->node, .at = t->at};
    struct sw_tensor *tensor = &placed.tensor;
    uint64_t end;
    SW_TRY(find_storage(s, in->arena, t->key, &storage, &placed.entry));
    if (placed.entry == NULL) {
        return SW_OK; /* which was said already */
    }
    if (!extent_of(t, &tensor->offset, &tensor->size) ||
        !sw_add_u64(tensor->offset, tensor->size, &end) || end > placed.entry->size) {
        return sw_found(in, "torch-tensor-outside", SW_SEVERITY_HIGH, t->at,
            "a tensor reaches outside of its storage %s, which has %llu bytes", storage,
            (unsigned long long)placed.entry->size);
    }
    tensor->dtype = t->dtype;
    tensor->dim_count = t->dim_count;
    tensor->big_endian = s->big_endian && t->width > 1;
    tensor->dims = copy_numbers(in->arena, t->dims, t->dim_count);
    SW_TRY_PTR(tensor->dims);
    if (!is_contiguous(t)) {
        tensor->strides = copy_numbers(in->arena, t->strides, t->dim_count);
        SW_TRY_PTR(tensor->strides);
    }
    return place(s, in->arena, &placed);
}

/* Nodes of a stream are numbered in the order in which they are made; what has a second name stands
 * behind them. */
static size_t find_node(const struct sw_torch_storages *s, size_t end, uint64_t node)
{
    size_t low = s->first;
    while (low < end) {
        size_t middle = low + (end - low) / 2;
        if (s->tensors[middle].node == node) {
            return middle;
        }
        if (s->tensors[middle].node < node) {
            low = middle + 1;
        } else {
            end = middle;
        }
    }
    return SIZE_MAX;
}

static sw_result name_tensor(void *ctx, struct sw_inspection *in, uint64_t node, struct sw_str name)
{
    struct sw_torch_storages *s = ctx;
    size_t at = find_node(s, s->count - s->second_names, node);
    if (at == SIZE_MAX) {
        return SW_E_NOENT;
    }
    s->named_bytes += name.len + 1;
    if (s->named_bytes > NAMES_MAX) {
        return SW_OK;
    }
    const char *copy = sw_arena_strndup(in->arena, name);
    SW_TRY_PTR(copy);
    if (s->tensors[at].tensor.name.ptr == NULL) {
        s->tensors[at].tensor.name = sw_str_n(copy, name.len);
        return SW_OK;
    }
    struct sw_placed_tensor second = s->tensors[at];
    second.tensor.name = sw_str_n(copy, name.len);
    s->second_names += s->count < PLACED_MAX;
    return place(s, in->arena, &second);
}

static void end_stream(void *ctx)
{
    struct sw_torch_storages *s = ctx;
    s->first = s->count;
    s->second_names = 0;
    s->read = true;
}

static bool is_big_endian(const struct sw_torch_storages *s)
{
    for (size_t i = 0; i < s->zip->count; i++) {
        const struct sw_zip_entry *entry = &s->zip->entries[i];
        struct sw_source data;
        struct sw_packed how;
        char text[3];
        if (entry->name.len == s->directory.len + strlen("byteorder") &&
            sw_str_ends(entry->name, "byteorder") &&
            memcmp(entry->name.ptr, s->directory.ptr, s->directory.len) == 0) {
            return entry->method == SW_ZIP_STORED &&
                   sw_zip_data(s->zip, entry, &data, &how, NULL) == SW_OK &&
                   sw_source_read(&data, 0, text, sizeof(text), NULL) == SW_OK &&
                   memcmp(text, "big", 3) == 0;
        }
    }
    return false;
}

struct sw_torch_storages *sw_torch_storages_add(
    struct sw_torch_archive *archive, struct sw_arena *arena, struct sw_str pickle)
{
    size_t len = pickle.len;
    struct sw_torch_storages *s = SW_ARENA_ARRAY(arena, struct sw_torch_storages, 1);
    while (len > 0 && pickle.ptr[len - 1] != '/') {
        len--;
    }
    if (s == NULL) {
        return NULL;
    }
    *s = (struct sw_torch_storages){
        .next = archive->storages, .zip = archive->zip, .directory = sw_str_n(pickle.ptr, len)};
    s->big_endian = is_big_endian(s);
    s->check = (struct sw_storage_check){
        .ctx = s, .check = check, .tensor = add_tensor, .named = name_tensor, .ended = end_stream};
    archive->storages = s;
    return s;
}

/* --- telling ---------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const struct sw_placed_tensor *x = a;
    const struct sw_placed_tensor *y = b;
    if (x->entry->data != y->entry->data) {
        return x->entry->data < y->entry->data ? -1 : 1;
    }
    if (x->entry != y->entry) {
        return x->entry < y->entry ? -1 : 1;
    }
    if (x->tensor.offset != y->tensor.offset) {
        return x->tensor.offset < y->tensor.offset ? -1 : 1;
    }
    if (x->tensor.size != y->tensor.size) {
        return x->tensor.size > y->tensor.size ? -1 : 1;
    }
    return sw_str_compare(x->tensor.name, y->tensor.name);
}

/* In nothing that the pickle gives, or under what is no name. */
static sw_result name_unnamed(struct sw_placed_tensor *placed, struct sw_arena *arena)
{
    if (placed->tensor.name.ptr == NULL) {
        const char *name = sw_arena_printf(arena, "(byte %llu)", (unsigned long long)placed->at);
        SW_TRY_PTR(name);
        placed->tensor.name = sw_str(name);
    }
    return SW_OK;
}

static bool is_in_place(const struct sw_zip_entry *entry)
{
    return entry->readable && entry->method == SW_ZIP_STORED && entry->stored == entry->size &&
           (entry->flags & SW_ZIP_FLAG_ENCRYPTED) == 0;
}

static sw_result list_of(
    struct sw_torch_archive *a, struct sw_torch_storages *s, struct sw_arena *arena)
{
    for (size_t i = 0; i < s->count; i++) {
        SW_TRY(name_unnamed(&s->tensors[i], arena));
    }
    if (s->count > 0) {
        qsort(s->tensors, s->count, sizeof(*s->tensors), by_place);
    }
    for (size_t i = 0; i < s->count; i++) {
        struct sw_tensor *told = &a->tensors[a->count];
        s->tensors[i].index = a->count++;
        *told = s->tensors[i].tensor;
        told->offset += s->tensors[i].entry->data;
        a->untold = a->untold || !is_in_place(s->tensors[i].entry);
    }
    return SW_OK;
}

sw_result sw_torch_archive_tell(
    struct sw_torch_archive *a, struct sw_inspection *in, struct sw_error *err)
{
    size_t count = 0;
    for (struct sw_torch_storages *s = a->storages; s != NULL; s = s->next) {
        count += s->count;
        a->untold = a->untold || s->count >= PLACED_MAX || s->named_bytes > NAMES_MAX;
    }
    a->tensors = SW_ARENA_ARRAY(in->arena, struct sw_tensor, count + 1);
    SW_TRY_PTR(a->tensors);
    for (struct sw_torch_storages *s = a->storages; s != NULL; s = s->next) {
        SW_TRY(list_of(a, s, in->arena));
    }
    if (count == 0) {
        return SW_OK;
    }
    if (in->member[0] != '\0') {
        a->untold = true; /* of archives in archives nothing is listed */
    } else if (a->untold) {
        SW_TRY(sw_found(in, "tensors-untold", SW_SEVERITY_INFO, UINT64_MAX,
            "the tensors are compressed, or too many, so they are not listed"));
    } else {
        SW_TRY(sw_tensors_tell(in, a->tensors, count, &a->untold));
    }
    if (in->wants_digests && !a->untold && !in->metadata_only) {
        a->digests = SW_ARENA_ARRAY(in->arena, struct sw_digest, count);
        SW_TRY_PTR(a->digests);
    }
    return in->metadata_only ? SW_OK : sw_weighing_new(in, &a->weighing, err);
}

/* --- weighing --------------------------------------------------------------------------------- */

static bool is_under(const struct sw_torch_storages *s, struct sw_str name)
{
    return name.len > s->directory.len + 5 &&
           memcmp(name.ptr, s->directory.ptr, s->directory.len) == 0 &&
           memcmp(name.ptr + s->directory.len, "data/", 5) == 0;
}

static const struct sw_torch_storages *storages_of(
    const struct sw_torch_archive *a, struct sw_str name)
{
    const struct sw_torch_storages *s = a->storages;
    while (s != NULL && !is_under(s, name)) {
        s = s->next;
    }
    return s;
}

/* The tensors of a storage stand beside each other. */
static const struct sw_placed_tensor *first_of(
    const struct sw_torch_storages *s, const struct sw_zip_entry *entry, size_t *count)
{
    size_t low = 0;
    size_t high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct sw_zip_entry *other = s->tensors[middle].entry;
        bool before = other->data != entry->data ? other->data < entry->data : other < entry;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    *count = 0;
    while (low + *count < s->count && s->tensors[low + *count].entry == entry) {
        (*count)++;
    }
    return *count == 0 ? NULL : &s->tensors[low];
}

/* Bytes that several tensors share are weighed once, and hashed anew for each of them as long as
 * that is not too much. */
struct storage_look {
    struct sw_torch_archive *archive;
    struct sw_inspection *in;
    const struct sw_source *source;
    struct sw_error *err;
    uint64_t covered;
};

static bool is_same_part(const struct sw_tensor *a, const struct sw_tensor *b)
{
    return a->offset == b->offset && a->size == b->size && strcmp(a->dtype, b->dtype) == 0;
}

static sw_result hash_again(
    struct storage_look *l, const struct sw_tensor *t, struct sw_digest *digest)
{
    struct sw_torch_archive *a = l->archive;
    a->rehashed += t->size;
    if (a->rehashed > a->zip->source.size) {
        a->digests = NULL;
        return sw_found(l->in, "tensors-untold", SW_SEVERITY_INFO, UINT64_MAX,
            "tensors share too many bytes for each to be hashed");
    }
    return sw_weighing_hash(a->weighing, l->source, t, digest, l->err);
}

/* What no tensor before it had. */
static sw_result weigh_rest(struct storage_look *l, const struct sw_tensor *t)
{
    uint64_t end = t->offset + t->size;
    struct sw_tensor rest = *t;
    if (end <= l->covered) {
        return SW_OK;
    }
    uint64_t width = sw_number_width(sw_tensor_number(t));
    uint64_t skip = l->covered - t->offset;
    skip += (width - skip % width) % width;
    if (skip >= t->size) {
        return SW_OK;
    }
    rest.offset += skip;
    rest.size -= skip;
    return sw_weighing_add(l->archive->weighing, l->source, &rest, NULL, l->err);
}

/* Bytes of a storage that no tensor shows, of which others were cut out mostly. */
static sw_result weigh_gap(struct storage_look *l, const struct sw_tensor *like, uint64_t end)
{
    struct sw_tensor gap = {.name = sw_str(l->in->member),
        .dtype = like->dtype,
        .big_endian = like->big_endian,
        .offset = l->covered,
        .size = end - l->covered};
    return end <= l->covered ? SW_OK
                             : sw_weighing_add(l->archive->weighing, l->source, &gap, NULL, l->err);
}

static sw_result weigh_placed(struct storage_look *l, const struct sw_placed_tensor *p, bool first)
{
    struct sw_torch_archive *a = l->archive;
    const struct sw_tensor *t = &p->tensor;
    struct sw_digest *digest = a->digests == NULL ? NULL : &a->digests[p->index];
    uint64_t end = t->offset + t->size;
    if (!first && is_same_part(t, &p[-1].tensor)) {
        if (digest != NULL) {
            *digest = a->digests[p[-1].index];
        }
        return SW_OK;
    }
    if (t->offset >= l->covered) {
        SW_TRY(weigh_gap(l, t, t->offset));
        SW_TRY(sw_weighing_add(a->weighing, l->source, t, digest, l->err));
    } else {
        SW_TRY(weigh_rest(l, t));
        SW_TRY(digest == NULL ? SW_OK : hash_again(l, t, digest));
    }
    l->covered = end > l->covered ? end : l->covered;
    return SW_OK;
}

static sw_result weigh_storage(
    struct storage_look *l, const struct sw_placed_tensor *placed, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SW_TRY(weigh_placed(l, &placed[i], i == 0));
    }
    l->in->coverage.members_read++;
    return weigh_gap(l, &placed[count - 1].tensor, l->source->size);
}

static void count_unnamed(
    struct sw_torch_archive *a, const struct sw_torch_storages *s, const struct sw_zip_entry *entry)
{
    bool named = s != NULL && s->named != NULL && s->named[entry - a->zip->entries];
    if (s == NULL || s->legacy != NULL || !s->read || named) {
        return;
    }
    a->first_unnamed = a->unnamed == 0 ? entry : a->first_unnamed;
    a->unnamed++;
    a->unnamed_bytes += entry->size;
}

static sw_result say_unnamed(const struct sw_torch_archive *a, struct sw_inspection *in)
{
    if (a->unnamed == 0) {
        return SW_OK;
    }
    struct sw_str name = a->first_unnamed->name;
    name.len = name.len > 200 ? 200 : name.len;
    return sw_found(in, "torch-storage-unnamed", SW_SEVERITY_MEDIUM, a->first_unnamed->header,
        "%zu storages of %llu bytes belong to no tensor, the first is " SW_STR_FMT, a->unnamed,
        (unsigned long long)a->unnamed_bytes, SW_STR_ARG(name));
}

sw_result sw_torch_archive_weigh(struct sw_torch_archive *a, struct sw_inspection *in,
    const struct sw_zip_entry *entry, const struct sw_source *source, uint64_t looked,
    struct sw_error *err)
{
    size_t count = 0;
    const struct sw_torch_storages *s = storages_of(a, entry->name);
    const struct sw_placed_tensor *placed = s == NULL ? NULL : first_of(s, entry, &count);
    bool partial = source->memory != NULL && source->held < source->size;
    count_unnamed(a, s, entry);
    if (placed == NULL || a->weighing == NULL || partial || source->size < entry->size) {
        a->digests = placed == NULL ? a->digests : NULL;
        return sw_weigh_storage(in, source, looked, err);
    }
    struct storage_look look = {.archive = a, .in = in, .source = source, .err = err};
    return weigh_storage(&look, placed, count);
}

static bool all_hashed(const struct sw_torch_archive *a)
{
    for (size_t i = 0; i < a->count; i++) {
        if (a->digests == NULL || a->digests[i].alg == 0) {
            return false;
        }
    }
    return true;
}

sw_result sw_torch_archive_end(struct sw_torch_archive *a, struct sw_inspection *in)
{
    SW_TRY(say_unnamed(a, in));
    if (a->weighing == NULL) {
        return SW_OK;
    }
    SW_TRY(sw_weighing_tell(a->weighing));
    return all_hashed(a) ? sw_tensors_tell_digests(in, a->digests, a->count) : SW_OK;
}

void sw_torch_archive_release(struct sw_torch_archive *a)
{
    sw_weighing_free(a->weighing);
    a->weighing = NULL;
}
