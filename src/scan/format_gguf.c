/* GGUF (ggml docs/gguf.md, versions 2 and 3): typed keys and values, tensor descriptions, aligned
 * data. Every count is checked against what the file could hold before anything is done with it.
 * doc/format/scan.md, "GGUF". */
#include "scan/format.h"
#include "scan/stream.h"

#define KEY_MAX 65535 /* "up to 2^16 - 1 bytes long" */
#define NAME_MAX_LEN 64
#define DIMS_MAX 4
#define ARRAY_DEPTH_MAX 2
#define ALIGNMENT_DEFAULT 32
#define KV_MIN 13     /* key length, type, a value of one byte */
#define TENSOR_MIN 24 /* name length, dimension count, type, offset */

/* enum gguf_metadata_value_type: bytes of a value; 0: of no fixed size. */
static const uint8_t value_sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
enum { TYPE_U32 = 4, TYPE_BOOL = 7, TYPE_STRING = 8, TYPE_ARRAY = 9, TYPE_COUNT = 13 };

/* enum ggml_type: elements and bytes of a block; types that are gone stay 0. */
static const struct {
    uint16_t elements, bytes;
} tensor_types[] = {
    [0] = {1, 4},      /* F32 */
    [1] = {1, 2},      /* F16 */
    [2] = {32, 18},    /* Q4_0 */
    [3] = {32, 20},    /* Q4_1 */
    [6] = {32, 22},    /* Q5_0 */
    [7] = {32, 24},    /* Q5_1 */
    [8] = {32, 34},    /* Q8_0 */
    [9] = {32, 36},    /* Q8_1 */
    [10] = {256, 84},  /* Q2_K */
    [11] = {256, 110}, /* Q3_K */
    [12] = {256, 144}, /* Q4_K */
    [13] = {256, 176}, /* Q5_K */
    [14] = {256, 210}, /* Q6_K */
    [15] = {256, 292}, /* Q8_K */
    [16] = {256, 66},  /* IQ2_XXS */
    [17] = {256, 74},  /* IQ2_XS */
    [18] = {256, 98},  /* IQ3_XXS */
    [19] = {256, 50},  /* IQ1_S */
    [20] = {32, 18},   /* IQ4_NL */
    [21] = {256, 110}, /* IQ3_S */
    [22] = {256, 82},  /* IQ2_S */
    [23] = {256, 136}, /* IQ4_XS */
    [24] = {1, 1},     /* I8 */
    [25] = {1, 2},     /* I16 */
    [26] = {1, 4},     /* I32 */
    [27] = {1, 8},     /* I64 */
    [28] = {1, 8},     /* F64 */
    [29] = {256, 56},  /* IQ1_M */
    [30] = {1, 2},     /* BF16 */
    [34] = {256, 54},  /* TQ1_0 */
    [35] = {256, 66},  /* TQ2_0 */
    [39] = {32, 17},   /* MXFP4 */
};

struct tensor {
    struct sw_str name;
    uint64_t offset, size, at;
};

struct gguf {
    struct sw_inspection *in;
    struct sw_stream stream;
    uint64_t kv_count, tensor_count, alignment;
    struct sw_str *keys;
    struct tensor *tensors;
};

/* --- keys and values ------------------------------------------------------------------------- */

static sw_result read_name(struct gguf *g, size_t max, struct sw_str *out, const char *what)
{
    uint64_t len;
    struct sw_bytes raw;
    SW_TRY(sw_stream_u64(&g->stream, 8, &len, what));
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
    SW_TRY(sw_stream_u64(&g->stream, 8, &len, "a string's length"));
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
    SW_TRY(sw_stream_u64(&g->stream, 1, &value, "a value"));
    return value <= 1 ? SW_OK : sw_stream_fail(&g->stream, "a truth value is neither 0 nor 1");
}

static sw_result skip_values(struct gguf *g, uint64_t type, uint64_t count, unsigned depth);

static sw_result skip_array(struct gguf *g, unsigned depth)
{
    uint64_t type;
    uint64_t count;
    SW_TRY(sw_stream_u64(&g->stream, 4, &type, "an array's type"));
    SW_TRY(sw_stream_u64(&g->stream, 8, &count, "an array's length"));
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
    SW_TRY(sw_stream_u64(&g->stream, 4, &value, "general.alignment"));
    if (value < 8 || value > (1u << 30) || (value & (value - 1)) != 0) {
        return sw_stream_fail(&g->stream, "general.alignment is no power of two from 8 on");
    }
    g->alignment = value;
    return SW_OK;
}

static sw_result read_kv(struct gguf *g, struct sw_str *key)
{
    uint64_t type;
    SW_TRY(read_name(g, KEY_MAX, key, "a key"));
    SW_TRY(sw_stream_u64(&g->stream, 4, &type, "a value's type"));
    if (type >= TYPE_COUNT) {
        return sw_stream_fail(&g->stream, "a value of an unknown type");
    }
    if (sw_str_is(*key, "general.alignment")) {
        return read_alignment(g, type);
    }
    return skip_values(g, type, 1, 0);
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

static sw_result read_tensor(struct gguf *g, struct tensor *tensor)
{
    uint64_t dim_count;
    uint64_t dims[DIMS_MAX];
    uint64_t type;
    tensor->at = g->stream.at;
    SW_TRY(read_name(g, NAME_MAX_LEN, &tensor->name, "a tensor's name"));
    SW_TRY(sw_stream_u64(&g->stream, 4, &dim_count, "a tensor's dimensions"));
    if (dim_count > DIMS_MAX) {
        return sw_stream_fail(&g->stream, "a tensor of more than four dimensions");
    }
    for (size_t i = 0; i < dim_count; i++) {
        SW_TRY(sw_stream_u64(&g->stream, 8, &dims[i], "a tensor's dimensions"));
    }
    SW_TRY(sw_stream_u64(&g->stream, 4, &type, "a tensor's type"));
    SW_TRY(sw_stream_u64(&g->stream, 8, &tensor->offset, "a tensor's offset"));
    if (!tensor_bytes(dims, (size_t)dim_count, type, &tensor->size)) {
        return sw_stream_fail(&g->stream,
            "a tensor of an unknown type, or whose dimensions overflow or do not fit it");
    }
    return SW_OK;
}

static sw_result say(struct gguf *g, const char *rule, enum sw_severity severity,
    const struct tensor *t, const char *what)
{
    return sw_found(
        g->in, rule, severity, t->at, "tensor \"" SW_STR_FMT "\" %s", SW_STR_ARG(t->name), what);
}

static int compare_offsets(const void *a, const void *b)
{
    const struct tensor *x = a;
    const struct tensor *y = b;
    if (x->offset != y->offset) {
        return x->offset < y->offset ? -1 : 1;
    }
    return (x->size > y->size) - (x->size < y->size);
}

static sw_result check_tensor(
    struct gguf *g, const struct tensor *t, uint64_t data, uint64_t covered)
{
    uint64_t end;
    if (!sw_add_u64(t->offset, t->size, &end) || end > data) {
        return say(g, "gguf-outside", SW_SEVERITY_HIGH, t, "lies outside the file");
    }
    if (t->offset % g->alignment != 0) {
        SW_TRY(say(g, "gguf-alignment", SW_SEVERITY_HIGH, t, "is not aligned"));
    }
    if (t->offset < covered && t->size > 0) {
        return say(g, "gguf-overlap", SW_SEVERITY_HIGH, t, "shares bytes with another tensor");
    }
    if (t->offset - covered >= g->alignment && t->offset > covered) {
        return say(
            g, "gguf-hole", SW_SEVERITY_MEDIUM, t, "begins behind bytes that belong to no tensor");
    }
    return SW_OK;
}

static sw_result check_layout(struct gguf *g)
{
    uint64_t start = (g->stream.at + g->alignment - 1) & ~(g->alignment - 1);
    uint64_t size = g->stream.window.source->size;
    uint64_t data = start < size ? size - start : 0;
    uint64_t covered = 0;
    qsort(g->tensors, (size_t)g->tensor_count, sizeof(*g->tensors), compare_offsets);
    for (uint64_t i = 0; i < g->tensor_count; i++) {
        const struct tensor *t = &g->tensors[i];
        SW_TRY(check_tensor(g, t, data, covered));
        uint64_t end;
        if (sw_add_u64(t->offset, t->size, &end) && end > covered) {
            covered = end;
        }
    }
    if (covered < data && data - covered >= g->alignment) {
        return sw_found(g->in, "gguf-trailing", SW_SEVERITY_MEDIUM, start + covered,
            "%llu bytes behind the last tensor belong to none",
            (unsigned long long)(data - covered));
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
    SW_TRY(sw_stream_u64(&g->stream, 4, &version, "the version"));
    if (version != 2 && version != 3) {
        return sw_fail(g->stream.err, SW_E_UNSUPPORTED,
            "byte 4: version %llu is not read (versions 2 and 3, little endian, are)",
            (unsigned long long)version);
    }
    SW_TRY(sw_stream_u64(&g->stream, 8, &g->tensor_count, "the tensor count"));
    SW_TRY(sw_stream_u64(&g->stream, 8, &g->kv_count, "the key count"));
    uint64_t left = sw_stream_left(&g->stream);
    if (g->tensor_count > left / TENSOR_MIN || g->kv_count > left / KV_MIN) {
        return sw_stream_fail(&g->stream, "more tensors or keys than the file has room for");
    }
    g->keys = SW_ARENA_ARRAY(g->in->arena, struct sw_str, (size_t)g->kv_count);
    g->tensors = SW_ARENA_ARRAY(g->in->arena, struct tensor, (size_t)g->tensor_count);
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

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(free) struct gguf *g = malloc(sizeof(*g));
    if (g == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory to read the header");
    }
    g->in = in;
    g->alignment = ALIGNMENT_DEFAULT;
    sw_stream_init(&g->stream, &specimen->source, err);
    return read_all(g);
}

const struct sw_format sw_format_gguf = {
    .id = "gguf",
    .names = ".gguf",
    .magic = "GGUF",
    .magic_len = 4,
    .parse = parse,
    .broken = SW_SEVERITY_HIGH,
};
