/* HDF5: groups, datasets and attributes, and Keras' settings among them. doc/format/scan-keras.md.
 */
#include "scan/format.h"
#include "scan/hdf5.h"
#include "scan/keras.h"
#include "scan/keras_json.h"
#include "scan/pickle.h"
#include "scan/tensor.h"

#define OBJECTS_MAX ((size_t)1 << 20)
#define TEXTS_MAX 64 /* elements of an attribute that are looked at */

struct object {
    uint64_t address;
    const char *path;
};

struct walk {
    struct sw_inspection *in;
    struct sw_hdf5 h;
    struct sw_names seen; /* addresses, eight bytes each */
    struct object *open;
    size_t open_count, open_cap;
    struct sw_tensor *tensors;
    size_t tensor_count, tensor_cap;
    bool dense;
    /* of the object that is read now */
    const char *path;
    struct sw_hdf5_type type;
    struct sw_hdf5_space space;
    struct sw_hdf5_layout layout;
    bool has_type, has_space, has_layout;
};

static sw_result say(
    struct walk *w, const char *rule, enum sw_severity severity, uint64_t at, const char *what)
{
    return sw_found(
        w->in, rule, severity, at, "\"%s\" %s", w->path[0] == '\0' ? "/" : w->path, what);
}

/* --- attributes ------------------------------------------------------------------------------- */

static bool is_settings(struct sw_str name)
{
    return sw_str_is(name, "model_config") || sw_str_is(name, "training_config") ||
           sw_str_is(name, "keras_api_config");
}

/* PyTables unpickles attributes that it takes for pickles (and pandas reads its tables so). */
static sw_result look_for_pickle(
    struct walk *w, const struct sw_hdf5_attribute *attribute, struct sw_bytes text)
{
    struct sw_source source = sw_source_memory(text);
    if (!sw_pickle_skim(text, text.len)) {
        return SW_OK;
    }
    const char *name =
        sw_arena_printf(w->in->arena, "%s@" SW_STR_FMT, w->path, SW_STR_ARG(attribute->name));
    SW_TRY_PTR(name);
    return sw_inspect_member(w->in, &source, name);
}

static sw_result judge_text(
    struct walk *w, const struct sw_hdf5_attribute *attribute, struct sw_bytes text)
{
    /* Text of a fixed length is filled up. */
    while (text.len > 0 && (text.ptr[text.len - 1] == '\0' || text.ptr[text.len - 1] == ' ')) {
        text.len--;
    }
    /* Rows of such a table are pickles, which stand in packed pieces. */
    if (sw_str_is(attribute->name, "PSEUDOATOM") && sw_str_is(sw_str_of_bytes(text), "object")) {
        w->dense = true;
    }
    if (!is_settings(attribute->name)) {
        SW_TRY(look_for_pickle(w, attribute, text));
        return sw_keras_json_may_be(text) ? sw_keras_json_inspect(w->in, text) : SW_OK;
    }
    struct sw_error err = {0};
    enum sw_code code = sw_keras_judge(w->in, text, &err);
    if (code != SW_OK && code != SW_E_NOMEM) {
        return sw_give_up(w->in, "keras-broken", SW_SEVERITY_HIGH,
            "what a loader makes of the attribute " SW_STR_FMT " was not read: %s",
            SW_STR_ARG(attribute->name), err.text);
    }
    return code;
}

static sw_result take_attribute(struct walk *w, const struct sw_hdf5_message *message)
{
    struct sw_hdf5_attribute attribute = {0};
    SW_TRY(sw_hdf5_attribute_read(&w->h, message->data, &attribute));
    if (attribute.shared) {
        if (is_settings(attribute.name)) {
            return sw_fail(w->h.err, SW_E_UNSUPPORTED, "settings whose type is told elsewhere");
        }
        w->dense = true; /* a type that the file names: it may be text, and a pickle */
        return SW_OK;
    }
    if (!attribute.type.text) {
        return is_settings(attribute.name)
                   ? sw_fail(w->h.err, SW_E_FORMAT, "settings that are no text")
                   : SW_OK;
    }
    size_t count =
        attribute.space.elements > TEXTS_MAX ? TEXTS_MAX : (size_t)attribute.space.elements;
    for (size_t i = 0; i < count; i++) {
        struct sw_bytes text = {0};
        SW_TRY(sw_hdf5_attribute_text(&w->h, &attribute, i, &text));
        SW_TRY(judge_text(w, &attribute, text));
    }
    return SW_OK;
}

/* --- datasets --------------------------------------------------------------------------------- */

/* One filter of a list: its number, a name, flags, and values for it. */
static sw_result get_filter(struct sw_cursor *cur, uint8_t version, uint16_t *id)
{
    uint16_t name_len = 0;
    uint16_t values;
    SW_TRY(sw_cur_u16le(cur, id));
    if (version == 1 || *id >= 256) {
        SW_TRY(sw_cur_u16le(cur, &name_len));
    }
    SW_TRY(sw_cur_skip(cur, 2));
    SW_TRY(sw_cur_u16le(cur, &values));
    size_t padding = version == 1 && values % 2 != 0 ? 4 : 0;
    return sw_cur_skip(cur, name_len + 4u * values + padding);
}

static sw_result get_filter_count(struct sw_cursor *cur, uint8_t *version, uint8_t *count)
{
    SW_TRY(sw_cur_u8(cur, version));
    SW_TRY(sw_cur_u8(cur, count));
    SW_TRY(*version == 1 || *version == 2 ? SW_OK : SW_E_FORMAT);
    return sw_cur_skip(cur, *version == 1 ? 6 : 0);
}

/* IV.A.2.l: filters of the library itself, and h5py's; others are libraries that it loads. */
static sw_result take_filters(struct walk *w, const struct sw_hdf5_message *message)
{
    enum { LAST_BUILTIN = 6, LZF = 32000 };
    struct sw_cursor cur = sw_cursor(message->data);
    uint8_t version = 0;
    uint8_t count = 0;
    enum sw_code code = get_filter_count(&cur, &version, &count);
    for (uint8_t i = 0; i < count && code == SW_OK; i++) {
        uint16_t id = 0;
        code = get_filter(&cur, version, &id);
        if (code == SW_OK && id > LAST_BUILTIN && id != LZF) {
            SW_TRY(say(w, "hdf5-filter", SW_SEVERITY_MEDIUM, message->at,
                "is unpacked by a library that the file names by number"));
        }
    }
    return code == SW_OK ? SW_OK : sw_fail(w->h.err, SW_E_FORMAT, "a list of filters that is none");
}

static const char *dtype_of(const struct sw_hdf5_type *type)
{
    static const struct {
        uint8_t class;
        uint32_t size;
        const char *name;
    } names[] = {{1, 2, "F16"}, {1, 4, "F32"}, {1, 8, "F64"}, {0, 1, "I8"}, {0, 2, "I16"},
        {0, 4, "I32"}, {0, 8, "I64"}};
    for (size_t i = 0; i < SW_COUNT(names) && !type->big_endian; i++) {
        if (names[i].class == type->class && names[i].size == type->size) {
            return names[i].name;
        }
    }
    return "OPAQUE";
}

static sw_result list_tensor(struct walk *w, uint64_t size)
{
    uint64_t file = w->h.source.size;
    if (w->layout.address > file || size > file - w->layout.address) {
        return say(w, "hdf5-outside", SW_SEVERITY_HIGH, UINT64_MAX, "lies outside the file");
    }
    struct sw_tensor *grown =
        sw_arena_grow(w->in->arena, w->tensors, w->tensor_count, &w->tensor_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    w->tensors = grown;
    uint64_t *dims = SW_ARENA_ARRAY(w->in->arena, uint64_t, w->space.rank + 1);
    SW_TRY_PTR(dims);
    memcpy(dims, w->space.dims, w->space.rank * sizeof(*dims));
    grown[w->tensor_count++] = (struct sw_tensor){.name = sw_str(w->path),
        .dtype = dtype_of(&w->type),
        .dims = dims,
        .dim_count = w->space.rank,
        .offset = w->layout.address,
        .size = size};
    return SW_OK;
}

static sw_result check_dataset(struct walk *w)
{
    uint64_t size = 0;
    if (!w->has_layout || !w->has_type || !w->has_space) {
        return SW_OK;
    }
    if (w->layout.kind == SW_HDF5_VIRTUAL) {
        return say(w, "hdf5-external", SW_SEVERITY_HIGH, UINT64_MAX,
            "is put together of datasets in other files");
    }
    if (!sw_mul_u64(w->space.elements, w->type.size, &size)) {
        return sw_fail(w->h.err, SW_E_FORMAT, "the shape of %s overflows", w->path);
    }
    if (w->layout.kind == SW_HDF5_CHUNKED) {
        sw_skipped(w->in, size); /* packed pieces; their bytes are numbers that nobody runs */
        return SW_OK;
    }
    if (w->layout.kind != SW_HDF5_CONTIGUOUS || w->layout.address == SW_HDF5_UNDEFINED ||
        size == 0) {
        return SW_OK;
    }
    if (w->layout.size != 0 && w->layout.size != size) {
        SW_TRY(say(w, "hdf5-size", SW_SEVERITY_MEDIUM, w->layout.address,
            "has more or fewer bytes than its shape needs"));
    }
    return list_tensor(w, size);
}

/* --- groups ----------------------------------------------------------------------------------- */

/* A link may lead where another led, also back up. */
static sw_result open_object(struct walk *w, uint64_t address, const char *path)
{
    size_t before = w->seen.count;
    uint32_t number;
    const char *key = sw_arena_copy(w->in->arena, sw_bytes((const uint8_t *)&address, 8));
    SW_TRY_PTR(key);
    SW_TRY(sw_names_number(&w->seen, 0, sw_str_n(key, 8), &number));
    if (w->seen.count == before) {
        return SW_OK;
    }
    if (w->seen.count > OBJECTS_MAX) {
        return sw_fail(w->h.err, SW_E_LIMIT, "more objects than a scan reads");
    }
    struct object *grown =
        sw_arena_grow(w->in->arena, w->open, w->open_count, &w->open_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    w->open = grown;
    grown[w->open_count++] = (struct object){address, path};
    return SW_OK;
}

static enum sw_code take_link(void *ctx, const struct sw_hdf5_link *link)
{
    struct walk *w = ctx;
    struct sw_str name = link->name;
    name.len = name.len > 200 ? 200 : name.len;
    char escaped[512];
    sw_escape_line(name.ptr, name.len, escaped, sizeof(escaped));
    if (link->kind == SW_HDF5_SOFT) {
        return SW_OK; /* a path in this file */
    }
    if (link->kind != SW_HDF5_HARD) {
        struct sw_str target = link->target;
        target.len = target.len > 200 ? 200 : target.len;
        return sw_found(w->in, "hdf5-external", SW_SEVERITY_HIGH, UINT64_MAX,
            "\"%s/%s\" is a link to another file: \"" SW_STR_FMT "\"", w->path, escaped,
            SW_STR_ARG(target));
    }
    size_t len = strlen(w->path);
    const char *path =
        len > 1000 ? w->path
                   : sw_arena_printf(w->in->arena, "%s%s%s", w->path, len == 0 ? "" : "/", escaped);
    SW_TRY_PTR(path);
    return open_object(w, link->address, path);
}

static sw_result take_link_message(struct walk *w, const struct sw_hdf5_message *message)
{
    struct sw_hdf5_link link = {0};
    SW_TRY(sw_hdf5_link_read(&w->h, message->data, &link));
    return take_link(w, &link);
}

static sw_result take_info(struct walk *w, const struct sw_hdf5_message *message)
{
    bool dense = false;
    SW_TRY(sw_hdf5_is_dense(&w->h, message, &dense));
    w->dense = w->dense || dense;
    return SW_OK;
}

static enum sw_code take_dataset_part(struct walk *w, const struct sw_hdf5_message *message)
{
    switch (message->type) {
    case SW_HDF5_DATATYPE:
        w->has_type = (message->flags & 2) == 0;
        return w->has_type ? sw_hdf5_type_read(&w->h, message->data, &w->type) : SW_OK;
    case SW_HDF5_DATASPACE:
        w->has_space = (message->flags & 2) == 0;
        return w->has_space ? sw_hdf5_space_read(&w->h, message->data, &w->space) : SW_OK;
    case SW_HDF5_LAYOUT:
        w->has_layout = true;
        return sw_hdf5_layout_read(&w->h, message->data, &w->layout);
    case SW_HDF5_EXTERNAL_FILES:
        return say(w, "hdf5-external", SW_SEVERITY_HIGH, message->at,
            "has its numbers in other files, wherever they are");
    case SW_HDF5_FILTERS: return take_filters(w, message);
    default: return SW_OK;
    }
}

static enum sw_code take_message(void *ctx, const struct sw_hdf5_message *message)
{
    struct walk *w = ctx;
    switch (message->type) {
    case SW_HDF5_SYMBOL_TABLE: return sw_hdf5_group(&w->h, message->data, take_link, w);
    case SW_HDF5_LINK: return take_link_message(w, message);
    case SW_HDF5_LINK_INFO:
    case SW_HDF5_ATTRIBUTE_INFO: return take_info(w, message);
    case SW_HDF5_ATTRIBUTE:
        return (message->flags & 2) != 0
                   ? sw_fail(w->h.err, SW_E_UNSUPPORTED, "an attribute that several objects share")
                   : take_attribute(w, message);
    default: return take_dataset_part(w, message);
    }
}

static sw_result walk_object(struct walk *w, const struct object *object)
{
    w->path = object->path;
    w->has_type = w->has_space = w->has_layout = false;
    SW_TRY(sw_hdf5_messages(&w->h, object->address, take_message, w));
    return check_dataset(w);
}

static int compare_offsets(const void *a, const void *b)
{
    const struct sw_tensor *x = a;
    const struct sw_tensor *y = b;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    struct walk w = {.in = in, .path = ""};
    sw_names_init(&w.seen, in->arena);
    SW_TRY(sw_hdf5_open(&w.h, &specimen->source, in->arena, err));
    SW_TRY(open_object(&w, w.h.root, ""));
    while (w.open_count > 0) {
        struct object object = w.open[--w.open_count];
        SW_TRY(walk_object(&w, &object));
    }
    if (w.dense) {
        SW_TRY(sw_unread(in, "hdf5"));
        SW_TRY(sw_found(in, "not-read", SW_SEVERITY_INFO, UINT64_MAX,
            "members in a fractal heap, of a type of its own, or that are objects, were not read"));
    }
    if (w.tensor_count > 0) {
        qsort(w.tensors, w.tensor_count, sizeof(*w.tensors), compare_offsets);
    }
    return sw_tensors_done(in, &specimen->source, w.tensors, w.tensor_count, err);
}

static bool has_at(const struct sw_specimen *specimen, size_t at, const void *bytes, size_t len)
{
    struct sw_bytes head = specimen->head;
    return head.len >= len && at <= head.len - len && memcmp(head.ptr + at, bytes, len) == 0;
}

/* The superblock may stand at 0, 512, 1024, … in any file (HDF5 File Format Specification, II.A),
 * so what else a file is tells nothing. */
static bool sniff(const struct sw_specimen *specimen)
{
    static const char signature[] = "\x89HDF\r\n\x1a\n";
    enum { LEN = sizeof(signature) - 1 };
    uint64_t size = specimen->source.size;
    for (uint64_t at = 0; at < SW_HEAD_SIZE; at = at == 0 ? 512 : at * 2) {
        if (has_at(specimen, (size_t)at, signature, LEN)) {
            return true;
        }
    }
    char found[LEN];
    for (uint64_t at = SW_HEAD_SIZE; at < size && size - at >= LEN && at <= INT64_MAX / 2;
         at *= 2) {
        if (sw_source_read(&specimen->source, at, found, LEN, NULL) == SW_OK &&
            memcmp(found, signature, LEN) == 0) {
            return true;
        }
    }
    return false;
}

const struct sw_format sw_format_hdf5 = {
    .id = "hdf5",
    .names = ".h5 .hdf5 .keras",
    .sniff = sniff,
    .parse = parse,
    .broken = SW_SEVERITY_HIGH,
};
