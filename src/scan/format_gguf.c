/* GGUF (ggml docs/gguf.md, versions 2 and 3): typed keys and values, tensor descriptions, aligned
 * data. Every count is checked against what the file could hold before anything is done with it.
 * doc/format/scan.md, "GGUF". */
#include "scan/format.h"
#include "scan/stream.h"
#include "scan/template.h"
#include "scan/tensor.h"

#define KEY_MAX 65535 /* "up to 2^16 - 1 bytes long" */
#define NAME_MAX_LEN 64
#define DIMS_MAX 4
#define ARRAY_DEPTH_MAX 2
#define ALIGNMENT_DEFAULT 32
#define KV_MIN 13     /* key length, type, a value of one byte */
#define TENSOR_MIN 24 /* name length, dimension count, type, offset */

/* enum gguf_metadata_value_type: bytes of a value; 0: of no fixed size. */
static const uint8_t value_sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
enum {
    TYPE_I8 = 1,
    TYPE_I16 = 3,
    TYPE_U32 = 4,
    TYPE_I32 = 5,
    TYPE_F32 = 6,
    TYPE_BOOL = 7,
    TYPE_STRING = 8,
    TYPE_ARRAY = 9,
    TYPE_I64 = 11,
    TYPE_F64 = 12,
    TYPE_COUNT = 13
};

/* enum ggml_type: elements and bytes of a block; types that are gone stay 0. */
static const struct {
    const char *name;
    uint16_t elements, bytes;
} tensor_types[] = {
    [0] = {"F32", 1, 4},
    [1] = {"F16", 1, 2},
    [2] = {"Q4_0", 32, 18},
    [3] = {"Q4_1", 32, 20},
    [6] = {"Q5_0", 32, 22},
    [7] = {"Q5_1", 32, 24},
    [8] = {"Q8_0", 32, 34},
    [9] = {"Q8_1", 32, 36},
    [10] = {"Q2_K", 256, 84},
    [11] = {"Q3_K", 256, 110},
    [12] = {"Q4_K", 256, 144},
    [13] = {"Q5_K", 256, 176},
    [14] = {"Q6_K", 256, 210},
    [15] = {"Q8_K", 256, 292},
    [16] = {"IQ2_XXS", 256, 66},
    [17] = {"IQ2_XS", 256, 74},
    [18] = {"IQ3_XXS", 256, 98},
    [19] = {"IQ1_S", 256, 50},
    [20] = {"IQ4_NL", 32, 18},
    [21] = {"IQ3_S", 256, 110},
    [22] = {"IQ2_S", 256, 82},
    [23] = {"IQ4_XS", 256, 136},
    [24] = {"I8", 1, 1},
    [25] = {"I16", 1, 2},
    [26] = {"I32", 1, 4},
    [27] = {"I64", 1, 8},
    [28] = {"F64", 1, 8},
    [29] = {"IQ1_M", 256, 56},
    [30] = {"BF16", 1, 2},
    [34] = {"TQ1_0", 256, 54},
    [35] = {"TQ2_0", 256, 66},
    [39] = {"MXFP4", 32, 17},
    [40] = {"NVFP4", 64, 36},
    [41] = {"Q1_0", 128, 18},
    [42] = {"Q2_0", 64, 18},
};

/* What of the metadata is told as the fact "gguf": numbers, truth values, short texts, and of
 * arrays their length, which is what a model's shape follows from. */
#define TOLD_MAX ((size_t)64 << 10)
#define TOLD_TEXT_MAX 256
#define TEMPLATE_MAX ((size_t)256 << 10) /* likewise, of the chat template */

struct gguf {
    struct sw_inspection *in;
    struct sw_stream stream;
    bool big_endian;
    bool overlaps;
    uint64_t kv_count, tensor_count, alignment;
    uint64_t split_no, split_count;
    struct sw_str *keys;
    struct sw_tensor *tensors; /* offsets are from the beginning of the data until check_layout() */
    struct sw_buf told;
    struct sw_json_writer json;
};

/* A number in the byte order of the file. */
static sw_result read_number(struct gguf *g, size_t width, uint64_t *out, const char *what)
{
    uint64_t value;
    SW_TRY(sw_stream_u64(&g->stream, width, &value, what));
    if (g->big_endian) {
        value = __builtin_bswap64(value) >> (64 - 8 * width);
    }
    *out = value;
    return SW_OK;
}

/* --- keys and values ------------------------------------------------------------------------- */

static sw_result read_name(struct gguf *g, size_t max, struct sw_str *out, const char *what)
{
    uint64_t len;
    struct sw_bytes raw;
    SW_TRY(read_number(g, 8, &len, what));
    if (len > max) {
        return sw_stream_fail(&g->stream, "a name is longer than the format allows");
    }
    SW_TRY(sw_stream_bytes(&g->stream, (size_t)len, &raw, what));
    const char *copy = sw_arena_strndup(g->in->arena, sw_str_of_bytes(raw));
    if (copy == NULL) {
        return sw_fail(g->stream.err, SW_E_NOMEM, "no memory for the names");
    }
    *out = sw_str_n(copy, (size_t)len);
    return SW_OK;
}

static sw_result skip_string(struct gguf *g)
{
    uint64_t len;
    SW_TRY(read_number(g, 8, &len, "a string's length"));
    return sw_stream_skip(&g->stream, len, "a string");
}

static sw_result skip_fixed(struct gguf *g, uint64_t type, uint64_t count)
{
    uint64_t bytes;
    if (!sw_mul_u64(value_sizes[type], count, &bytes)) {
        return sw_stream_fail(&g->stream, "an array's size overflows");
    }
    return sw_stream_skip(&g->stream, bytes, "a value");
}

static sw_result check_bool(struct gguf *g)
{
    uint64_t value;
    SW_TRY(read_number(g, 1, &value, "a value"));
    return value <= 1 ? SW_OK : sw_stream_fail(&g->stream, "a truth value is neither 0 nor 1");
}

static sw_result skip_values(struct gguf *g, uint64_t type, uint64_t count, unsigned depth);

static sw_result skip_array(struct gguf *g, unsigned depth)
{
    uint64_t type;
    uint64_t count;
    SW_TRY(read_number(g, 4, &type, "an array's type"));
    SW_TRY(read_number(g, 8, &count, "an array's length"));
    if (type >= TYPE_COUNT) {
        return sw_stream_fail(&g->stream, "an array of an unknown type");
    }
    if (count > sw_stream_left(&g->stream)) {
        return sw_stream_fail(&g->stream, "an array is longer than the file");
    }
    return skip_values(g, type, count, depth + 1);
}

static sw_result skip_values(struct gguf *g, uint64_t type, uint64_t count, unsigned depth)
{
    if (depth > ARRAY_DEPTH_MAX) {
        return sw_stream_fail(&g->stream, "arrays in arrays in arrays");
    }
    if (value_sizes[type] != 0 && type != TYPE_BOOL) {
        return skip_fixed(g, type, count);
    }
    for (uint64_t i = 0; i < count; i++) {
        if (type == TYPE_BOOL) {
            SW_TRY(check_bool(g));
        } else if (type == TYPE_STRING) {
            SW_TRY(skip_string(g));
        } else {
            SW_TRY(skip_array(g, depth));
        }
    }
    return SW_OK;
}

static sw_result read_alignment(struct gguf *g, uint64_t type)
{
    uint64_t value;
    if (type != TYPE_U32) {
        return sw_stream_fail(&g->stream, "general.alignment is no 32-bit number");
    }
    SW_TRY(read_number(g, 4, &value, "general.alignment"));
    if (value < 8 || value > (1u << 30) || (value & (value - 1)) != 0) {
        return sw_stream_fail(&g->stream, "general.alignment is no power of two from 8 on");
    }
    g->alignment = value;
    return SW_OK;
}

static bool is_told(const struct gguf *g)
{
    return g->told.len < TOLD_MAX;
}

static void tell_number(struct gguf *g, const char *key, uint64_t type, uint64_t value)
{
    unsigned unused = 64 - 8u * value_sizes[type];
    bool is_signed = type == TYPE_I8 || type == TYPE_I16 || type == TYPE_I32 || type == TYPE_I64;
    if (type == TYPE_F32 || type == TYPE_F64) {
        return; /* nothing of a shape */
    }
    if (type == TYPE_BOOL) {
        sw_jw_bool(&g->json, key, value != 0);
    } else if (is_signed) {
        sw_jw_i64(&g->json, key, (int64_t)(value << unused) >> unused);
    } else {
        sw_jw_u64(&g->json, key, value);
    }
}

static void note_split(struct gguf *g, const char *key, uint64_t value)
{
    g->split_no = strcmp(key, "split.no") == 0 ? value : g->split_no;
    g->split_count = strcmp(key, "split.count") == 0 ? value : g->split_count;
}

static sw_result read_scalar(struct gguf *g, const char *key, uint64_t type)
{
    uint64_t value;
    SW_TRY(read_number(g, value_sizes[type], &value, "a value"));
    if (type == TYPE_BOOL && value > 1) {
        return sw_stream_fail(&g->stream, "a truth value is neither 0 nor 1");
    }
    note_split(g, key, value);
    if (is_told(g)) {
        tell_number(g, key, type, value);
    }
    return SW_OK;
}

static sw_result append_text(struct gguf *g, uint64_t len, struct sw_buf *out)
{
    while (out->len < len) {
        struct sw_bytes part;
        size_t left = (size_t)len - out->len;
        SW_TRY(sw_stream_bytes(
            &g->stream, left < SW_WINDOW_SIZE ? left : SW_WINDOW_SIZE, &part, "a string"));
        SW_TRY(sw_buf_append(out, part.ptr, part.len));
    }
    return SW_OK;
}

/* tokenizer.chat_template and tokenizer.chat_template.NAME are what a loader renders (GGUF, "Chat
 * template"); what looks like a template is looked at under any name. */
static sw_result look_for_template(struct gguf *g, const char *key, struct sw_bytes text)
{
    return strstr(key, "chat_template") != NULL ? sw_template_inspect(g->in, text)
                                                : sw_text_find_template(g->in, text);
}

/* What stands in the settings beside it can be another one (repository_tokenizer.c). */
static sw_result tell_template(struct gguf *g, const char *key, struct sw_bytes text)
{
    bool is = strcmp(key, "tokenizer.chat_template") == 0;
    return is && text.len <= TEMPLATE_MAX ? sw_tell(g->in, "template", text) : SW_OK;
}

static sw_result read_text(struct gguf *g, const char *key)
{
    uint64_t len;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(read_number(g, 8, &len, "a string's length"));
    if (len > SW_TEMPLATE_SIZE_MAX) {
        return strstr(key, "chat_template") != NULL
                   ? sw_stream_fail(&g->stream, "a chat template is too large to be read")
                   : sw_stream_skip(&g->stream, len, "a string");
    }
    SW_TRY(append_text(g, len, &text));
    if (is_told(g) && len <= TOLD_TEXT_MAX) {
        sw_jw_str(&g->json, key, sw_str_of_bytes(sw_buf_bytes(&text)));
    }
    SW_TRY(tell_template(g, key, sw_buf_bytes(&text)));
    return look_for_template(g, key, sw_buf_bytes(&text));
}

/* Only how long it is. */
static sw_result read_array(struct gguf *g, const char *key)
{
    uint64_t start = g->stream.at;
    uint64_t count;
    SW_TRY(sw_stream_skip(&g->stream, 4, "an array's type"));
    SW_TRY(read_number(g, 8, &count, "an array's length"));
    if (is_told(g)) {
        sw_jw_array(&g->json, key);
        sw_jw_u64(&g->json, NULL, count);
        sw_jw_array_end(&g->json);
    }
    g->stream.at = start;
    return skip_array(g, 0);
}

static sw_result read_kv(struct gguf *g, struct sw_str *key)
{
    uint64_t type;
    SW_TRY(read_name(g, KEY_MAX, key, "a key"));
    SW_TRY(read_number(g, 4, &type, "a value's type"));
    if (type >= TYPE_COUNT) {
        return sw_stream_fail(&g->stream, "a value of an unknown type");
    }
    if (sw_str_is(*key, "general.alignment")) {
        return read_alignment(g, type);
    }
    if (type == TYPE_STRING) {
        return read_text(g, key->ptr);
    }
    return type == TYPE_ARRAY ? read_array(g, key->ptr) : read_scalar(g, key->ptr, type);
}

/* --- tensors --------------------------------------------------------------------------------- */

/* Bytes of a tensor: elements over the block's elements, times the block's bytes, all checked. */
static bool tensor_bytes(const uint64_t *dims, size_t dim_count, uint64_t type, uint64_t *out)
{
    if (type >= SW_COUNT(tensor_types) || tensor_types[type].elements == 0) {
        return false;
    }
    uint64_t elements = 1;
    for (size_t i = 0; i < dim_count; i++) {
        if (!sw_mul_u64(elements, dims[i], &elements) || elements > INT64_MAX) {
            return false;
        }
    }
    uint64_t row = dim_count == 0 ? 1 : dims[0];
    return row % tensor_types[type].elements == 0 &&
           sw_mul_u64(elements / tensor_types[type].elements, tensor_types[type].bytes, out);
}

static sw_result read_dims(struct gguf *g, struct sw_tensor *tensor)
{
    uint64_t count;
    SW_TRY(read_number(g, 4, &count, "a tensor's dimensions"));
    if (count > DIMS_MAX) {
        return sw_stream_fail(&g->stream, "a tensor of more than four dimensions");
    }
    uint64_t *dims = SW_ARENA_ARRAY(g->in->arena, uint64_t, DIMS_MAX);
    if (dims == NULL) {
        return sw_fail(g->stream.err, SW_E_LIMIT, "more tensors than a scan holds");
    }
    for (size_t i = 0; i < count; i++) {
        SW_TRY(read_number(g, 8, &dims[i], "a tensor's dimensions"));
    }
    tensor->dims = dims;
    tensor->dim_count = (size_t)count;
    return SW_OK;
}

static sw_result read_tensor(struct gguf *g, struct sw_tensor *tensor)
{
    uint64_t type;
    SW_TRY(read_name(g, NAME_MAX_LEN, &tensor->name, "a tensor's name"));
    SW_TRY(read_dims(g, tensor));
    SW_TRY(read_number(g, 4, &type, "a tensor's type"));
    SW_TRY(read_number(g, 8, &tensor->offset, "a tensor's offset"));
    if (!tensor_bytes(tensor->dims, tensor->dim_count, type, &tensor->size)) {
        return sw_stream_fail(&g->stream,
            "a tensor of an unknown type, or whose dimensions overflow or do not fit it");
    }
    tensor->dtype = tensor_types[type].name;
    return SW_OK;
}

static sw_result say(struct gguf *g, const char *rule, enum sw_severity severity, uint64_t at,
    const struct sw_tensor *t, const char *what)
{
    return sw_found(
        g->in, rule, severity, at, "tensor \"" SW_STR_FMT "\" %s", SW_STR_ARG(t->name), what);
}

static int compare_offsets(const void *a, const void *b)
{
    const struct sw_tensor *x = a;
    const struct sw_tensor *y = b;
    if (x->offset != y->offset) {
        return x->offset < y->offset ? -1 : 1;
    }
    return (x->size > y->size) - (x->size < y->size);
}

/* Where the data begins; `covered` and offsets count from there. */
struct layout {
    uint64_t start, size, covered;
};

static sw_result check_tensor(
    struct gguf *g, const struct sw_tensor *t, const struct layout *layout)
{
    uint64_t end;
    uint64_t at = UINT64_MAX;
    (void)sw_add_u64(layout->start, t->offset, &at);
    if (!sw_add_u64(t->offset, t->size, &end) || end > layout->size) {
        g->overlaps = true;
        return say(g, "gguf-outside", SW_SEVERITY_HIGH, UINT64_MAX, t, "lies outside the file");
    }
    if (t->offset % g->alignment != 0) {
        SW_TRY(say(g, "gguf-alignment", SW_SEVERITY_HIGH, at, t, "is not aligned"));
    }
    if (t->offset < layout->covered && t->size > 0) {
        g->overlaps = true;
        return say(g, "gguf-overlap", SW_SEVERITY_HIGH, at, t, "shares bytes with another tensor");
    }
    if (t->offset > layout->covered && t->offset - layout->covered >= g->alignment) {
        return say(g, "gguf-hole", SW_SEVERITY_MEDIUM, layout->start + layout->covered, t,
            "begins behind bytes that belong to no tensor");
    }
    return SW_OK;
}

static sw_result check_layout(struct gguf *g)
{
    uint64_t start = (g->stream.at + g->alignment - 1) & ~(g->alignment - 1);
    uint64_t size = g->stream.window.source->size;
    struct layout layout = {.start = start, .size = start < size ? size - start : 0};
    qsort(g->tensors, (size_t)g->tensor_count, sizeof(*g->tensors), compare_offsets);
    for (uint64_t i = 0; i < g->tensor_count; i++) {
        const struct sw_tensor *t = &g->tensors[i];
        SW_TRY(check_tensor(g, t, &layout));
        uint64_t end;
        if (sw_add_u64(t->offset, t->size, &end) && end > layout.covered) {
            layout.covered = end;
        }
    }
    for (uint64_t i = 0; i < g->tensor_count && !g->overlaps; i++) {
        g->tensors[i].offset += start;
    }
    if (layout.covered < layout.size && layout.size - layout.covered >= g->alignment) {
        return sw_found(g->in, "gguf-trailing", SW_SEVERITY_MEDIUM, start + layout.covered,
            "%llu bytes behind the last tensor belong to none",
            (unsigned long long)(layout.size - layout.covered));
    }
    return SW_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static int compare_strings(const void *a, const void *b)
{
    const struct sw_str *x = a;
    const struct sw_str *y = b;
    return sw_str_compare(*x, *y);
}

/* Readers differ in which of two they take. */
static sw_result check_unique(
    struct gguf *g, struct sw_str *names, uint64_t count, const char *what)
{
    qsort(names, (size_t)count, sizeof(*names), compare_strings);
    for (uint64_t i = 1; i < count; i++) {
        if (sw_str_equal(names[i - 1], names[i])) {
            SW_TRY(sw_found(g->in, "gguf-duplicate", SW_SEVERITY_HIGH, UINT64_MAX,
                "%s \"%.*s\" stands in the file more than once", what,
                (int)(names[i].len > 200 ? 200 : names[i].len), names[i].ptr));
        }
    }
    return SW_OK;
}

static sw_result read_head(struct gguf *g)
{
    uint64_t version;
    SW_TRY(sw_stream_skip(&g->stream, 4, "the magic"));
    SW_TRY(read_number(g, 4, &version, "the version"));
    /* Version 3 came with a byte order; nothing but the version tells which. */
    g->big_endian = version == (uint64_t)3 << 24;
    version = g->big_endian ? 3 : version;
    if (version != 2 && version != 3) {
        return sw_fail(g->stream.err, SW_E_UNSUPPORTED,
            "byte 4: version %llu is not read (versions 2 and 3 are)", (unsigned long long)version);
    }
    SW_TRY(read_number(g, 8, &g->tensor_count, "the tensor count"));
    SW_TRY(read_number(g, 8, &g->kv_count, "the key count"));
    uint64_t left = sw_stream_left(&g->stream);
    if (g->tensor_count > left / TENSOR_MIN || g->kv_count > left / KV_MIN) {
        return sw_stream_fail(&g->stream, "more tensors or keys than the file has room for");
    }
    g->keys = SW_ARENA_ARRAY(g->in->arena, struct sw_str, (size_t)g->kv_count);
    g->tensors = SW_ARENA_ARRAY(g->in->arena, struct sw_tensor, (size_t)g->tensor_count);
    if (g->keys == NULL || g->tensors == NULL) {
        return sw_fail(g->stream.err, SW_E_LIMIT, "more tensors or keys than a scan holds");
    }
    return SW_OK;
}

static sw_result read_all(struct gguf *g)
{
    SW_TRY(read_head(g));
    for (uint64_t i = 0; i < g->kv_count; i++) {
        SW_TRY(read_kv(g, &g->keys[i]));
    }
    SW_TRY(check_unique(g, g->keys, g->kv_count, "key"));
    struct sw_str *names = SW_ARENA_ARRAY(g->in->arena, struct sw_str, (size_t)g->tensor_count);
    if (names == NULL) {
        return sw_fail(g->stream.err, SW_E_LIMIT, "more tensors than a scan holds");
    }
    for (uint64_t i = 0; i < g->tensor_count; i++) {
        SW_TRY(read_tensor(g, &g->tensors[i]));
        names[i] = g->tensors[i].name;
    }
    SW_TRY(check_unique(g, names, g->tensor_count, "tensor"));
    return check_layout(g);
}

static sw_result check_split(struct gguf *g)
{
    if (g->split_count != 0 && g->split_no >= g->split_count) {
        return sw_found(g->in, "gguf-split", SW_SEVERITY_HIGH, UINT64_MAX,
            "says that it is part %llu of %llu, counted from 0", (unsigned long long)g->split_no,
            (unsigned long long)g->split_count);
    }
    return SW_OK;
}

static sw_result tell_metadata(struct gguf *g)
{
    sw_jw_object_end(&g->json);
    SW_TRY(sw_jw_finish(&g->json));
    return sw_tell(g->in, "gguf", sw_buf_bytes(&g->told));
}

/* Numbers in the other byte order are looked at as bytes alone. */
static sw_result finish(struct gguf *g)
{
    SW_TRY(check_split(g));
    if (g->overlaps) {
        return SW_OK;
    }
    for (uint64_t i = 0; i < g->tensor_count && g->big_endian; i++) {
        g->tensors[i].dtype = sw_arena_printf(g->in->arena, "%s (big-endian)", g->tensors[i].dtype);
        SW_TRY_PTR(g->tensors[i].dtype);
    }
    SW_TRY(tell_metadata(g));
    return sw_tensors_done(
        g->in, g->stream.window.source, g->tensors, (size_t)g->tensor_count, g->stream.err);
}

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(free) struct gguf *g = calloc(1, sizeof(*g));
    if (g == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory to read the header");
    }
    g->in = in;
    g->alignment = ALIGNMENT_DEFAULT;
    sw_stream_init(&g->stream, &specimen->source, err);
    sw_jw_init(&g->json, &g->told, 0);
    sw_jw_object(&g->json, NULL);
    enum sw_code code = read_all(g);
    code = code == SW_OK ? finish(g) : code;
    sw_buf_release(&g->told);
    return code;
}

const struct sw_format sw_format_gguf = {
    .id = "gguf",
    .names = ".gguf",
    .magic = "GGUF",
    .magic_len = 4,
    .parse = parse,
    .broken = SW_SEVERITY_HIGH,
};
