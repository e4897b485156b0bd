/* safetensors: a length, a JSON header, and tensors that cover the rest exactly.
 * doc/format/scan.md, "safetensors". */
#include "scan/format.h"
#include "scan/template.h"
#include "scan/tensor.h"

/* The reference implementation's limit, also of what it writes (safetensors, MAX_HEADER_SIZE). */
#define HEADER_MAX 100000000u
#define PREFIX 8

/* Bits of one element. */
static const struct {
    const char *name;
    uint32_t bits;
} dtypes[] = {
    {"F4", 4},
    {"F6_E2M3", 6},
    {"F6_E3M2", 6},
    {"BOOL", 8},
    {"U8", 8},
    {"I8", 8},
    {"F8_E4M3", 8},
    {"F8_E5M2", 8},
    {"F8_E8M0", 8},
    {"F8_E4M3FNUZ", 8},
    {"F8_E5M2FNUZ", 8},
    {"I16", 16},
    {"U16", 16},
    {"F16", 16},
    {"BF16", 16},
    {"I32", 32},
    {"U32", 32},
    {"F32", 32},
    {"I64", 64},
    {"U64", 64},
    {"F64", 64},
    {"C64", 64},
};

struct header {
    struct sw_inspection *in;
    struct sw_error *err;
    uint64_t data; /* where the tensors begin */
    uint64_t data_size;
    struct sw_tensor *tensors;
    size_t count;
    bool overlaps;
};

static sw_result bad(struct header *h, const struct sw_json_member *member, const char *what)
{
    struct sw_str name = member->name;
    name.len = name.len > 200 ? 200 : name.len;
    return sw_fail(h->err, SW_E_FORMAT, "byte %llu: \"" SW_STR_FMT "\" %s",
        (unsigned long long)(PREFIX + member->value.where), SW_STR_ARG(name), what);
}

static bool dtype_bits(const struct sw_json *dtype, const char **name, uint64_t *bits)
{
    for (size_t i = 0; i < SW_COUNT(dtypes); i++) {
        if (sw_json_is(dtype, dtypes[i].name)) {
            *name = dtypes[i].name;
            *bits = dtypes[i].bits;
            return true;
        }
    }
    return false;
}

/* The number of a shape or an offset: digits only, as the reference's unsigned integers. */
static bool plain_u64(const struct sw_json *value, uint64_t *out)
{
    return value != NULL && value->type == SW_JSON_NUMBER && sw_parse_u64(value->text, out);
}

/* dtype × shape in bytes; false on overflow, on half bytes, on anything but whole numbers. */
static bool read_size(struct sw_arena *arena, const struct sw_json *value, struct sw_tensor *tensor)
{
    const struct sw_json *shape = sw_json_get(value, "shape");
    uint64_t bits;
    if (!dtype_bits(sw_json_get(value, "dtype"), &tensor->dtype, &bits) || shape == NULL ||
        shape->type != SW_JSON_ARRAY) {
        return false;
    }
    uint64_t *dims = SW_ARENA_ARRAY(arena, uint64_t, shape->count);
    uint64_t count = 1;
    SW_JSON_EACH (dimension, shape) {
        uint64_t n;
        if (dims == NULL || !plain_u64(dimension, &n) || !sw_mul_u64(count, n, &count)) {
            return false;
        }
        dims[tensor->dim_count++] = n;
    }
    tensor->dims = dims;
    if (!sw_mul_u64(count, bits, &bits) || bits % 8 != 0) {
        return false;
    }
    tensor->size = bits / 8;
    return true;
}

/* What no word about a model needs. */
static const char *const code_words[] = {"__import__", "import os", "import sys",
    "import subprocess", "os.system", "subprocess.", "eval(", "exec(", "pickle.loads", "<script",
    "javascript:", "#!/"};

static bool has_word(struct sw_str text, const char *word)
{
    return text.len > 0 && memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

/* Keys whose values are addresses by their specification (modelspec). */
static bool may_link(struct sw_str key)
{
    return sw_str_starts(key, "modelspec.") || sw_str_is(key, "license") ||
           sw_str_is(key, "homepage");
}

static sw_result check_entry(struct header *h, const struct sw_json_member *entry)
{
    struct sw_str text = entry->value.text;
    struct sw_str key = entry->name;
    uint64_t at = PREFIX + entry->value.where;
    key.len = key.len > 200 ? 200 : key.len;
    SW_TRY(has_word(key, "chat_template") ? sw_template_inspect(h->in, sw_bytes_of_str(text))
                                          : sw_text_find_template(h->in, sw_bytes_of_str(text)));
    for (size_t i = 0; i < SW_COUNT(code_words); i++) {
        if (has_word(text, code_words[i])) {
            return sw_found(h->in, "safetensors-metadata", SW_SEVERITY_MEDIUM, at,
                "\"" SW_STR_FMT "\" in __metadata__ holds code: %s", SW_STR_ARG(key),
                code_words[i]);
        }
    }
    if (has_word(text, "http://") || has_word(text, "https://")) {
        enum sw_severity severity = may_link(entry->name) ? SW_SEVERITY_INFO : SW_SEVERITY_LOW;
        return sw_found(h->in, "safetensors-metadata", severity, at,
            "\"" SW_STR_FMT "\" in __metadata__ holds an address of the network", SW_STR_ARG(key));
    }
    return SW_OK;
}

static sw_result check_metadata(struct header *h, const struct sw_json_member *member)
{
    if (member->value.type != SW_JSON_OBJECT) {
        return bad(h, member, "is no object");
    }
    SW_JSON_EACH_MEMBER (entry, &member->value) {
        if (entry->value.type != SW_JSON_STRING) {
            return bad(h, entry, "in __metadata__ is no string");
        }
        SW_TRY(check_entry(h, entry));
    }
    return SW_OK;
}

static sw_result read_tensor(struct header *h, const struct sw_json_member *member)
{
    const struct sw_json *value = &member->value;
    const struct sw_json *offsets = sw_json_get(value, "data_offsets");
    struct sw_tensor tensor = {.name = member->name};
    uint64_t start;
    uint64_t end;
    if (value->type != SW_JSON_OBJECT || value->count != 3) {
        return bad(h, member, "is not an object of dtype, shape and data_offsets");
    }
    if (!read_size(h->in->arena, value, &tensor)) {
        return bad(h, member, "has an unknown dtype, or a shape that overflows");
    }
    if (offsets == NULL || offsets->type != SW_JSON_ARRAY || offsets->count != 2 ||
        !plain_u64(sw_json_item(offsets, 0), &start) ||
        !plain_u64(sw_json_item(offsets, 1), &end)) {
        return bad(h, member, "has no two offsets");
    }
    if (start > end || end > h->data_size) {
        return bad(h, member, "lies outside the file");
    }
    if (end - start != tensor.size) {
        return bad(h, member, "has offsets that do not fit its dtype and shape");
    }
    tensor.offset = h->data + start;
    h->tensors[h->count++] = tensor;
    return SW_OK;
}

static sw_result read_members(struct header *h, const struct sw_json *root)
{
    h->tensors = SW_ARENA_ARRAY(h->in->arena, struct sw_tensor, root->count);
    if (h->tensors == NULL) {
        return sw_fail(h->err, SW_E_NOMEM, "no memory for the tensor table");
    }
    SW_JSON_EACH_MEMBER (member, root) {
        if (sw_str_is(member->name, "__metadata__")) {
            SW_TRY(check_metadata(h, member));
        } else {
            SW_TRY(read_tensor(h, member));
        }
    }
    return SW_OK;
}

/* Empty tensors stand before the one that begins where they do. */
static int compare_tensors(const void *a, const void *b)
{
    const struct sw_tensor *x = a;
    const struct sw_tensor *y = b;
    if (x->offset != y->offset) {
        return x->offset < y->offset ? -1 : 1;
    }
    if (x->size != y->size) {
        return x->size < y->size ? -1 : 1;
    }
    return sw_str_compare(x->name, y->name);
}

static sw_result say(
    struct header *h, const char *rule, uint64_t at, struct sw_str name, const char *what)
{
    name.len = name.len > 200 ? 200 : name.len;
    return sw_found(
        h->in, rule, SW_SEVERITY_HIGH, at, "\"" SW_STR_FMT "\" %s", SW_STR_ARG(name), what);
}

/* Tensors cover the data from its first byte to its last, each byte once. */
static sw_result check_cover(struct header *h)
{
    qsort(h->tensors, h->count, sizeof(*h->tensors), compare_tensors);
    uint64_t covered = h->data;
    for (size_t i = 0; i < h->count; i++) {
        const struct sw_tensor *t = &h->tensors[i];
        uint64_t end = t->offset + t->size;
        if (t->offset > covered) {
            SW_TRY(say(h, "safetensors-hole", covered, t->name,
                "begins behind bytes that belong to no tensor"));
        }
        if (t->offset < covered && t->size > 0) {
            SW_TRY(say(
                h, "safetensors-overlap", t->offset, t->name, "shares bytes with another tensor"));
            h->overlaps = true;
        }
        covered = end > covered ? end : covered;
    }
    if (covered != h->data + h->data_size) {
        return sw_found(h->in, "safetensors-trailing", SW_SEVERITY_HIGH, covered,
            "%llu bytes behind the last tensor belong to none",
            (unsigned long long)(h->data + h->data_size - covered));
    }
    return SW_OK;
}

static bool header_len(const struct sw_specimen *specimen, uint64_t *len)
{
    struct sw_cursor cur = sw_cursor(specimen->head);
    return sw_cur_u64le(&cur, len) == SW_OK;
}

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    uint64_t len = 0;
    SW_TRY(header_len(specimen, &len) ? SW_OK : SW_E_FORMAT);
    if (len > HEADER_MAX || len > specimen->source.size - PREFIX) {
        return sw_fail(err, SW_E_FORMAT, "byte 0: a header of %llu bytes does not fit",
            (unsigned long long)len);
    }
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_source_append(&specimen->source, PREFIX, len, &text, err));
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)512 << 20);
    struct sw_json root;
    enum sw_code code = sw_json_parse(&arena, sw_buf_bytes(&text), NULL, &root, err);
    if (code != SW_OK) {
        return sw_error_prefix(err, code, "the header, from byte %d on", PREFIX);
    }
    if (root.type != SW_JSON_OBJECT) {
        return sw_fail(err, SW_E_FORMAT, "byte %d: the header is no object", PREFIX);
    }
    struct header h = {.in = in,
        .err = err,
        .data = PREFIX + len,
        .data_size = specimen->source.size - PREFIX - len};
    SW_TRY(read_members(&h, &root));
    SW_TRY(check_cover(&h));
    /* Bytes that several tensors share could be read over and over. */
    return h.overlaps ? SW_OK : sw_tensors_done(in, &specimen->source, h.tensors, h.count, err);
}

/* No magic: a header length that a file may have, then the beginning of a JSON object. Text never
 * looks so, since its first eight bytes as a number are far over the limit; numbers in an array do
 * not, since NULs stand between them. */
static bool sniff(const struct sw_specimen *specimen)
{
    uint64_t len;
    if (!header_len(specimen, &len) || len > HEADER_MAX || len < 2 ||
        specimen->head.len < PREFIX + 2 || specimen->head.ptr[PREFIX] != '{') {
        return false;
    }
    struct sw_bytes start = sw_bytes(specimen->head.ptr + PREFIX, specimen->head.len - PREFIX);
    start.len = start.len > 16 ? 16 : start.len;
    start.len = start.len > len ? (size_t)len : start.len;
    return start.ptr[1] != 0 && strchr("\"} \t\r\n", start.ptr[1]) != NULL &&
           memchr(start.ptr, 0, start.len) == NULL;
}

const struct sw_format sw_format_safetensors = {
    .id = "safetensors",
    .names = ".safetensors",
    .sniff = sniff,
    .parse = parse,
    .broken = SW_SEVERITY_HIGH,
};
