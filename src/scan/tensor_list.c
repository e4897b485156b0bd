#include "scan/scan.h"
#include "scan/tensor.h"

#include "version.h"

/* --- reading ---------------------------------------------------------------------------------- */

static bool read_dims(
    struct sw_arena *arena, const struct sw_json *shape, bool reverse, struct sw_listed_tensor *out)
{
    if (shape == NULL || shape->type != SW_JSON_ARRAY) {
        return false;
    }
    uint64_t *dims = SW_ARENA_ARRAY(arena, uint64_t, shape->count);
    size_t i = 0;
    SW_JSON_EACH (item, shape) {
        size_t place = reverse ? shape->count - 1 - i : i;
        if (dims == NULL || !sw_json_u64(item, &dims[place])) {
            return false;
        }
        i++;
    }
    out->dims = dims;
    out->dim_count = shape->count;
    return true;
}

static bool read_digest(const struct sw_json *text, struct sw_digest *out)
{
    struct sw_str hex;
    return sw_json_str(text, &hex) && sw_digest_from_hex(SW_SHA256, hex, out);
}

/* Elements that lie apart: as many bytes as they are, and not those of the file that they span.
 * False when a stride leads out of the span. */
static bool read_strides(struct sw_arena *arena, const struct sw_json *strides,
    const struct sw_scan_file *file, struct sw_listed_tensor *out)
{
    struct sw_listed_tensor apart = {0};
    char name[32];
    (void)snprintf(name, sizeof(name), SW_STR_FMT, SW_STR_ARG(out->dtype));
    uint64_t width = sw_number_width(sw_number_of(name));
    uint64_t count = width;
    uint64_t end = width;
    if (!read_dims(arena, strides, false, &apart)) {
        return false;
    }
    if (apart.dim_count == 0 || sw_number_of(name) == SW_NUMBER_OPAQUE) {
        return true; /* compared as the bytes that they are */
    }
    for (size_t i = 0; i < out->dim_count; i++) {
        uint64_t span;
        if (apart.dim_count != out->dim_count || out->dims[i] == 0 ||
            !sw_mul_u64(count, out->dims[i], &count) || !sw_mul_u64(apart.dims[i], width, &span) ||
            !sw_mul_u64(span, out->dims[i] - 1, &span) || !sw_add_u64(end, span, &end)) {
            return false;
        }
    }
    bool expanded = count > file->size;
    out->strides = expanded ? NULL : apart.dims;
    uint64_t span = out->size;
    out->size = expanded ? out->size : count;
    return end <= span;
}

/* What stands behind the size where a tensor is not as usual. */
static bool read_unusual(struct sw_arena *arena, const struct sw_json *item,
    const struct sw_scan_file *file, struct sw_listed_tensor *out)
{
    const struct sw_json *strides = sw_json_item(item, 5);
    const struct sw_json *big = sw_json_item(item, 6);
    out->big_endian = false;
    if (big != NULL && !sw_json_bool(big, &out->big_endian)) {
        return false;
    }
    return strides == NULL || read_strides(arena, strides, file, out);
}

/* One item of the fact "tensors". */
static bool read_told(struct sw_arena *arena, const struct sw_json *item,
    const struct sw_scan_file *file, struct sw_listed_tensor *out)
{
    uint64_t end;
    out->file = file->path;
    return sw_json_str(sw_json_item(item, 0), &out->name) &&
           sw_json_str(sw_json_item(item, 1), &out->dtype) &&
           read_dims(arena, sw_json_item(item, 2), strcmp(file->format, "gguf") == 0, out) &&
           sw_json_u64(sw_json_item(item, 3), &out->offset) &&
           sw_json_u64(sw_json_item(item, 4), &out->size) &&
           sw_add_u64(out->offset, out->size, &end) && end <= file->size &&
           read_unusual(arena, item, file, out);
}

static sw_result refuse(struct sw_error *err, const struct sw_scan_file *file)
{
    return sw_fail(
        err, SW_E_REFUSED, "%s: what its parser told of its tensors makes no sense", file->path);
}

struct listing {
    struct sw_arena *arena;
    struct sw_tensor_list list;
    size_t cap;
};

static sw_result add(struct listing *l, const struct sw_listed_tensor *tensor, struct sw_error *err)
{
    struct sw_tensor_list *list = &l->list;
    if (list->count == SW_TENSORS_MAX) {
        return sw_fail(err, SW_E_LIMIT, "more than %zu tensors", SW_TENSORS_MAX);
    }
    struct sw_listed_tensor *grown =
        sw_arena_grow(l->arena, list->tensors, list->count, &l->cap, sizeof(*grown));
    if (grown == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for the list of tensors");
    }
    list->tensors = grown;
    list->tensors[list->count++] = *tensor;
    return SW_OK;
}

static sw_result add_file(struct listing *l, const struct sw_scan_file *file, struct sw_error *err)
{
    struct sw_json tensors;
    struct sw_json digests = {0};
    bool hashed = file->digests.len > 0;
    if (sw_json_parse(l->arena, sw_bytes_of_str(file->tensors), NULL, &tensors, NULL) != SW_OK ||
        (hashed && sw_json_parse(l->arena, sw_bytes_of_str(file->digests), NULL, &digests, NULL) !=
                       SW_OK) ||
        tensors.type != SW_JSON_ARRAY || (hashed && digests.count != tensors.count)) {
        return refuse(err, file);
    }
    for (size_t i = 0; i < tensors.count; i++) {
        struct sw_listed_tensor tensor = {0};
        if (!read_told(l->arena, sw_json_item(&tensors, i), file, &tensor) ||
            (hashed && !read_digest(sw_json_item(&digests, i), &tensor.digest))) {
            return refuse(err, file);
        }
        SW_TRY(add(l, &tensor, err));
    }
    return SW_OK;
}

static int compare(const void *a, const void *b)
{
    const struct sw_listed_tensor *x = a;
    const struct sw_listed_tensor *y = b;
    int order = sw_str_compare(x->name, y->name);
    return order != 0 ? order : strcmp(x->file, y->file);
}

static sw_result check_told(const struct sw_scan_report *report, struct sw_error *err)
{
    for (size_t i = 0; i < report->finding_count; i++) {
        if (strcmp(report->findings[i].rule, "tensors-untold") == 0) {
            return sw_fail(
                err, SW_E_LIMIT, "%s: %s", report->findings[i].path, report->findings[i].message);
        }
    }
    return SW_OK;
}

sw_result sw_tensor_list_of(struct sw_arena *arena, const struct sw_scan_report *report,
    struct sw_tensor_list *out, struct sw_error *err)
{
    struct listing l = {.arena = arena};
    SW_TRY(check_told(report, err));
    for (size_t i = 0; i < report->file_count; i++) {
        if (report->files[i].tensors.len > 0) {
            SW_TRY(add_file(&l, &report->files[i], err));
        }
    }
    if (l.list.count > 0) {
        qsort(l.list.tensors, l.list.count, sizeof(*l.list.tensors), compare);
    }
    *out = l.list;
    return SW_OK;
}

/* --- the tree --------------------------------------------------------------------------------- */

static void put_shape(
    struct sw_json_writer *w, const char *name, const struct sw_listed_tensor *tensor)
{
    sw_jw_array(w, name);
    for (size_t i = 0; i < tensor->dim_count; i++) {
        sw_jw_u64(w, NULL, tensor->dims[i]);
    }
    sw_jw_array_end(w);
}

static sw_result put_leaf(const struct sw_listed_tensor *tensor, struct sw_buf *out)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    struct sw_json_writer w;
    sw_digest_hex(&tensor->digest, hex);
    sw_jw_init(&w, out, 0);
    sw_jw_array(&w, NULL);
    sw_jw_str(&w, NULL, tensor->name);
    sw_jw_str(&w, NULL, tensor->dtype);
    put_shape(&w, NULL, tensor);
    sw_jw_text(&w, NULL, hex);
    sw_jw_array_end(&w);
    return sw_jw_finish(&w);
}

sw_result sw_tensor_list_root(
    const struct sw_tensor_list *list, struct sw_digest *out, struct sw_error *err)
{
    struct sw_frontier frontier = {0};
    struct sw_hash256 hash;
    SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf leaf = SW_BUF_INIT;
    for (size_t i = 0; i < list->count; i++) {
        if (list->tensors[i].digest.alg != SW_SHA256) {
            return sw_fail(err, SW_E_USAGE, "a tensor was not hashed");
        }
        sw_buf_clear(&plain);
        sw_buf_clear(&leaf);
        SW_TRY(put_leaf(&list->tensors[i], &plain));
        SW_TRY(sw_json_canonicalize(&leaf, sw_buf_bytes(&plain), err));
        sw_merkle_leaf(sw_buf_bytes(&leaf), &hash);
        sw_frontier_add(&frontier, &hash);
    }
    sw_frontier_root(&frontier, &hash);
    *out = (struct sw_digest){.alg = SW_SHA256, .len = sizeof(hash.bytes)};
    memcpy(out->bytes, hash.bytes, sizeof(hash.bytes));
    return SW_OK;
}

/* --- the claim -------------------------------------------------------------------------------- */

static void put_tensor(struct sw_json_writer *w, const struct sw_listed_tensor *tensor)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(&tensor->digest, hex);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", tensor->name);
    sw_jw_str(w, "dtype", tensor->dtype);
    put_shape(w, "shape", tensor);
    sw_jw_text(w, "sha256", hex);
    sw_jw_object_end(w);
}

sw_result sw_tensors_predicate(
    const struct sw_tensor_list *list, int64_t now, struct sw_buf *out, struct sw_error *err)
{
    struct sw_digest root;
    char text[SW_DIGEST_TEXT_SIZE];
    char time[SW_TIME_TEXT_SIZE];
    SW_TRY(sw_tensor_list_root(list, &root, err));
    sw_digest_text(&root, text);
    sw_time_format(now, time);
    struct sw_json_writer w;
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "root", text);
    sw_jw_text(&w, "time", time);
    sw_jw_object(&w, "tool");
    sw_jw_text(&w, "name", "sealwright");
    sw_jw_text(&w, "version", SW_VERSION);
    sw_jw_object_end(&w);
    sw_jw_u64(&w, "tensorCount", list->count);
    sw_jw_array(&w, "tensors");
    for (size_t i = 0; i < list->count; i++) {
        put_tensor(&w, &list->tensors[i]);
    }
    sw_jw_array_end(&w);
    sw_jw_object_end(&w);
    return sw_jw_finish(&w);
}

static bool read_claimed(
    struct sw_arena *arena, const struct sw_json *item, struct sw_listed_tensor *out)
{
    out->file = "";
    return sw_json_str(sw_json_get(item, "name"), &out->name) &&
           sw_json_str(sw_json_get(item, "dtype"), &out->dtype) &&
           read_dims(arena, sw_json_get(item, "shape"), false, out) &&
           read_digest(sw_json_get(item, "sha256"), &out->digest);
}

static sw_result check_root(
    const struct sw_json *predicate, const struct sw_tensor_list *list, struct sw_error *err)
{
    struct sw_str text;
    struct sw_digest said;
    struct sw_digest root;
    SW_TRY(sw_tensor_list_root(list, &root, err));
    if (!sw_json_str(sw_json_get(predicate, "root"), &text) || !sw_digest_parse(text, &said) ||
        !sw_digest_equal(&said, &root)) {
        return sw_fail(err, SW_E_FORMAT, "the root of a tensors claim is not that of its tensors");
    }
    return SW_OK;
}

sw_result sw_tensors_read(struct sw_arena *arena, const struct sw_json *predicate,
    struct sw_tensor_list *out, struct sw_error *err)
{
    struct listing l = {.arena = arena};
    SW_JSON_EACH (item, sw_json_get(predicate, "tensors")) {
        struct sw_listed_tensor tensor = {0};
        if (!read_claimed(arena, item, &tensor)) {
            return sw_fail(err, SW_E_FORMAT, "a tensor of a tensors claim is malformed");
        }
        if (l.list.count > 0 && compare(&l.list.tensors[l.list.count - 1], &tensor) > 0) {
            return sw_fail(err, SW_E_FORMAT, "the tensors of a tensors claim are not in order");
        }
        SW_TRY(add(&l, &tensor, err));
    }
    SW_TRY(check_root(predicate, &l.list, err));
    *out = l.list;
    return SW_OK;
}
