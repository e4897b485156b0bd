#include "inspect_one.h"

#include "zip_build.h"

/* --- recognising ----------------------------------------------------------------------------- */

#define KNOWN(id) id, SW_SCAN_RECOGNISED, SW_SEVERITY_INFO, "not-read", "recognised"
#define CLOSED(id) id, SW_SCAN_RECOGNISED, SW_SEVERITY_INFO, "not-opened", "not opened"
#define UNKNOWN "unknown", SW_SCAN_UNKNOWN, SW_SEVERITY_INFO, "not-read", "no known format"

static const char hdf5_at_512[512 + 8] = {[512] = '\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
static const char tar_wrong_sum[512] = {'a', [148] = '0', '0', '0', '5', '4', '2', '\0', ' '};

static const char windows[128 + 4] = {'M', 'Z', [60] = '\x80', [128] = 'P', 'E'};

static const struct look_case recognised[] = {
    {"tflite", BYTES("\x1c\0\0\0TFL3\0\0\0\0"), "tflite", SW_SCAN_FAILED, SW_SEVERITY_HIGH,
        "tflite-broken", "out of the file"},
    {"executorch", BYTES("\x1c\0\0\0ET12\0\0\0\0"), KNOWN("executorch")},
    {"HDF5", BYTES("\x89HDF\r\n\x1a\n\0\0"), "hdf5", SW_SCAN_FAILED, SW_SEVERITY_HIGH,
        "hdf5-broken", "superblock"},
    {"HDF5 behind a user block", hdf5_at_512, sizeof(hdf5_at_512), "hdf5", SW_SCAN_FAILED,
        SW_SEVERITY_HIGH, "hdf5-broken", "superblock"},
    {"onnx", BYTES("\x08\x07\x12\x02pt\x3a\x03\x12\x01g\x42\x02\x10\x0d"), "onnx", SW_SCAN_PARSED,
        SW_SEVERITY_INFO, NULL, NULL},
    {"no onnx: a field too long", BYTES("\x08\x07\x12\x02pt\x3a\x04\x12\x01g"), UNKNOWN},
    {"no onnx: no graph", BYTES("\x08\x07\x12\x02pt"), UNKNOWN},
    {"no onnx: a field that it does not have", BYTES("\x08\x07\x3a\x01x\x4a\x01x"), UNKNOWN},
    {"savedmodel", BYTES("\x08\x01\x12\x04\x0a\x02\x1a\0"), "savedmodel", SW_SCAN_PARSED,
        SW_SEVERITY_INFO, NULL, NULL},
    {"XGBoost binary", BYTES("binf\0\0\0\0"), KNOWN("xgboost")},
    {"an ELF program",
        BYTES("\x7f"
              "ELF\2\1\1"),
        KNOWN("executable")},
    {"WebAssembly", BYTES("\0asm\1\0\0\0"), KNOWN("executable")},
    {"a Mach-O program", BYTES("\xcf\xfa\xed\xfe\7\0\0\1"), KNOWN("executable")},
    {"a Windows program", windows, sizeof(windows), KNOWN("executable")},
    {"a Windows program without its header", windows, 70, UNKNOWN},
    {"compiled Python", BYTES("\xcb\r\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xe3\0\0"), KNOWN("executable")},
    {"a script", BYTES("#!/bin/sh\nrm -r x\n"), KNOWN("source")},
    {"rar", BYTES("Rar!\x1a\x07\x01\0"), CLOSED("rar")},
    {"no zlib: another window, broken off", BYTES("\x68\x81\x4b\x04\x00\x00\x62\x00"), UNKNOWN},
    {"no zlib: a wrong checksum", BYTES("\x78\x9c\x4b\x04\x00\x00\x62\x00\x63"), UNKNOWN},
    {"no tar", tar_wrong_sum, sizeof(tar_wrong_sum), UNKNOWN},
    {"numbers", BYTES("\x40\0\0\0\0\0\0\0\x7b\0\0\0\0\0\0\0"), UNKNOWN},
};

#define PLAIN(id) id, SW_SCAN_PLAIN, SW_SEVERITY_INFO, NULL, NULL
static const struct look_case plain[] = {
    {"nothing", "", 0, PLAIN("empty")},
    {"a firm", BYTES("ZF Friedrichshafen AG, gears"), PLAIN("text")},
    {"word vectors", BYTES("2 3\nthe 0.1 -0.2 0.3\nof 1 2 3\n"), PLAIN("fasttext-vectors")},
    {"word vectors with a NUL", BYTES("2 3\nthe 0.1 -0.2 0.3\nof 1 2 3\n\0"), UNKNOWN},
    {"almost a script", BYTES("# !/bin/sh\n"), PLAIN("text")},
    {"prose", BYTES("# A model\n\nIt is good.\n"), PLAIN("text")},
    {"text with an accent", BYTES("caf\xc3\xa9\r\n\tau lait\f"), PLAIN("text")},
    {"words that a pickle could begin with", BYTES("cast\ncattle\nchair\n"), PLAIN("text")},
    {"JSON", BYTES(" {\n \"a\": [1]}"), PLAIN("json")},
    {"a JSON array", BYTES("[ -1, 2]"), PLAIN("json")},
    {"a template in braces", BYTES("{{ messages }}"), PLAIN("text")},
    {"a brace alone", BYTES("{"), PLAIN("text")},
    {"PNG", BYTES("\x89PNG\r\n\x1a\n\0\0"), PLAIN("image")},
    {"JPEG", BYTES("\xff\xd8\xff\xe0"), PLAIN("image")},
    {"GIF", BYTES("GIF89a\x01\0"), PLAIN("image")},
    {"WEBP", BYTES("RIFF\x10\0\0\0WEBPVP8 "), PLAIN("image")},
    {"another RIFF", BYTES("RIFF\x10\0\0\0WAVEfmt "), UNKNOWN},
    {"text that is cut in a character", BYTES("caf\xc3"), UNKNOWN},
    {"text with a NUL", BYTES("a\0b"), UNKNOWN},
    {"text with an escape", BYTES("a\x1b[2J"), UNKNOWN},
    {"Latin-1", BYTES("caf\xe9 au lait"), UNKNOWN},
};

static void test_plain_files_are_named(void **state)
{
    check_cases(plain, SW_COUNT(plain));
}

static void test_text_may_be_cut_where_the_head_ends(void **state)
{
    static char bytes[SW_HEAD_SIZE + 2];
    memset(bytes, 'a', sizeof(bytes));
    memcpy(bytes + SW_HEAD_SIZE - 1, "\xe2\x82\xac", 3);
    struct looked looked;
    look(&looked, bytes, sizeof(bytes), "README");
    assert_string_equal(looked.in.format, "text");
    looked_release(&looked);
}

/* What is behind the first bytes decides as well: they alone would hide anything. */
static void test_text_is_text_to_its_end(void **state)
{
    enum { SIZE = 200000 };
    static char bytes[SIZE];
    static const struct {
        size_t at;
        const char *what;
        bool text;
    } rows[] = {{0, "", true}, {SW_HEAD_SIZE - 1, "\xe2\x82\xac", true},
        {SW_HEAD_SIZE + 65534, "\xf0\x9f\x98\x80", true}, {SIZE - 4, "\xf0\x9f\x98\x80", true},
        {SIZE - 1, "\xe2", false}, {SIZE - 1, "\x7f", false}, {SW_HEAD_SIZE, "\x01", false},
        {150000, "\xff", false}, {SW_HEAD_SIZE + 65535, "\xed\xa0\x80", false}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct looked looked;
        memset(bytes, 'a', sizeof(bytes));
        memcpy(bytes + rows[i].at, rows[i].what, strlen(rows[i].what));
        look(&looked, bytes, sizeof(bytes), "README");
        if (strcmp(looked.in.format, rows[i].text ? "text" : "unknown") != 0 ||
            looked.in.status != (rows[i].text ? SW_SCAN_PLAIN : SW_SCAN_UNKNOWN)) {
            fail_msg("row %zu: %s", i, looked.in.format);
        }
        looked_release(&looked);
    }
}

/* h5py looks for the superblock at every power of two, behind any amount of something else. */
static void test_hdf5_is_found_behind_what_else_a_file_is(void **state)
{
    static const struct {
        size_t at;
        const char *before;
    } rows[] = {{4096, "text"}, {8192, "\x89PNG\r\n\x1a\n"}, {65536, "{\"a\": 1}"}, {131072, ""}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        static char bytes[131072 + 64];
        struct looked looked;
        memset(bytes, ' ', sizeof(bytes));
        memcpy(bytes, rows[i].before, strlen(rows[i].before));
        memcpy(bytes + rows[i].at, "\x89HDF\r\n\x1a\n", 8);
        look(&looked, bytes, sizeof(bytes), "notes");
        assert_string_equal(looked.in.format, "hdf5");
        assert_int_equal(looked.in.status, SW_SCAN_FAILED);
        looked_release(&looked);
    }
}

/* Here a name counts: it makes text a program, and never anything harmless. */
static void test_text_that_a_name_makes_a_program_is_no_plain_text(void **state)
{
    static const struct {
        const char *name, *bytes, *format;
    } rows[] = {
        {"modeling_x.py", "import os\n", "python"},
        {"a/b.sh", "ls\n", "source"},
        {"SETUP.BAT", "del x\r\n", "source"}, /* Windows asks nothing of case */
        {"x.Ps1", "del x\r\n", "source"},
        {"package/__init__.py", "", "empty"},
        {"run.py.txt", "import os\n", "text"},
        {"py", "import os\n", "text"},
        {"x.py", "\x01\x02\x03\x04", "unknown"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct looked looked;
        look(&looked, rows[i].bytes, strlen(rows[i].bytes), rows[i].name);
        assert_string_equal(looked.in.format, rows[i].format);
        assert_int_equal(left_unread(&looked, "source"), strcmp(rows[i].format, "source") == 0);
        looked_release(&looked);
    }
}

static void test_formats_are_known_by_content(void **state)
{
    check_cases(recognised, SW_COUNT(recognised));
}

static void test_a_name_that_claims_another_format_is_said(void **state)
{
    static const struct {
        const char *name;
        const char *bytes;
        size_t len;
        bool mismatch;
    } rows[] = {
        {"model.pkl", BYTES("hello"), true},
        {"model.PKL", BYTES("hello"), true},
        {"model.pkl", BYTES(""), true},
        {"model.safetensors", BYTES("hello"), true},
        {"model.gguf", BYTES("\x80\x02N."), true},
        {"model.pt", BYTES("\x89PNG\r\n\x1a\n"), true},
        {"a/b/w.npy", BYTES("hello"), true},
        {"model.pkl", BYTES("\x80\x02N."), false},
        {"model.pt", BYTES("\x80\x02N."), false},
        {"model.bin", BYTES("hello"), false},
        {"pkl", BYTES("hello"), false},
        {"notes.txt", BYTES("\x80\x02N."), false},
        {"vocab.json", BYTES("{}"), false},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct looked looked;
        look(&looked, rows[i].bytes, rows[i].len, rows[i].name);
        if ((found(&looked, "name-mismatch", "the name ends in") != NULL) != rows[i].mismatch) {
            fail_msg("row %zu: %s", i, rows[i].name);
        }
        looked_release(&looked);
    }
}

/* --- safetensors ------------------------------------------------------------------------------ */

static void safetensors(struct sw_buf *out, const char *header, size_t data)
{
    uint8_t len[8] = {(uint8_t)strlen(header), (uint8_t)(strlen(header) >> 8)};
    static const uint8_t zeros[64];
    assert_int_equal(sw_buf_append(out, len, 8), SW_OK);
    assert_int_equal(sw_buf_puts(out, header), SW_OK);
    assert_int_equal(sw_buf_append(out, zeros, data), SW_OK);
}

#define T(dtype, shape, from, to) \
    "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" #from "," #to "]}"

static const struct {
    const char *what;
    const char *header;
    size_t data;
    const char *rule; /* NULL: clean */
    const char *words;
} safetensors_rows[] = {
    {"two tensors", "{\"a\":" T("F32", "[2]", 0, 8) ",\"b\":" T("U8", "[3]", 8, 11) "}", 11, NULL,
        NULL},
    {"any order", "{\"b\":" T("U8", "[3]", 8, 11) ",\"a\":" T("F32", "[2]", 0, 8) "}", 11, NULL,
        NULL},
    {"metadata and padding", "{\"__metadata__\":{\"k\":\"v\"},\"a\":" T("I64", "[]", 0, 8) "}   ",
        8, NULL, NULL},
    {"no tensor", "{}", 0, NULL, NULL},
    {"an empty tensor", "{\"a\":" T("F16", "[0,7]", 0, 0) "}", 0, NULL, NULL},
    {"four bits", "{\"a\":" T("F4", "[4]", 0, 2) "}", 2, NULL, NULL},
    {"half a byte", "{\"a\":" T("F4", "[3]", 0, 2) "}", 2, "safetensors-broken", "dtype"},
    {"a hole", "{\"a\":" T("U8", "[2]", 0, 2) ",\"b\":" T("U8", "[2]", 3, 5) "}", 5,
        "safetensors-hole", "\"b\""},
    {"a hole at the start", "{\"a\":" T("U8", "[2]", 1, 3) "}", 3, "safetensors-hole", "\"a\""},
    {"an overlap", "{\"a\":" T("U8", "[4]", 0, 4) ",\"b\":" T("U8", "[4]", 2, 6) "}", 6,
        "safetensors-overlap", "\"b\""},
    {"the same bytes twice", "{\"a\":" T("U8", "[4]", 0, 4) ",\"b\":" T("U8", "[4]", 0, 4) "}", 4,
        "safetensors-overlap", "\"b\""},
    {"bytes behind", "{\"a\":" T("U8", "[4]", 0, 4) "}", 5, "safetensors-trailing", "1 bytes"},
    {"beyond the end", "{\"a\":" T("U8", "[4]", 0, 4) "}", 3, "safetensors-broken", "outside"},
    {"backwards", "{\"a\":" T("U8", "[4]", 4, 0) "}", 4, "safetensors-broken", "outside"},
    {"other size", "{\"a\":" T("F32", "[4]", 0, 4) "}", 4, "safetensors-broken", "do not fit"},
    {"overflow", "{\"a\":" T("F64", "[4294967296,4294967296]", 0, 4) "}", 4, "safetensors-broken",
        "overflows"},
    {"a negative dimension", "{\"a\":" T("F64", "[-1]", 0, 4) "}", 4, "safetensors-broken",
        "overflows"},
    {"a fraction", "{\"a\":" T("U8", "[4.0]", 0, 4) "}", 4, "safetensors-broken", "overflows"},
    {"an unknown dtype", "{\"a\":" T("Q8", "[4]", 0, 4) "}", 4, "safetensors-broken",
        "unknown dtype"},
    {"a duplicate key", "{\"a\":" T("U8", "[4]", 0, 4) ",\"a\":" T("U8", "[4]", 0, 4) "}", 4,
        "safetensors-broken", "header"},
    {"a further field", "{\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1],\"x\":1}}", 1,
        "safetensors-broken", "is not an object of"},
    {"three offsets", "{\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1,1]}}", 1,
        "safetensors-broken", "offsets"},
    {"metadata that is no text", "{\"__metadata__\":{\"k\":1}}", 0, "safetensors-broken",
        "no string"},
    {"broken JSON", "{\"a\":", 0, "safetensors-broken", "header"},
    {"text behind the JSON", "{\"a\":" T("U8", "[]", 0, 1) "}x", 1, "safetensors-broken", "header"},
};

static void test_safetensors_headers_are_checked_fully(void **state)
{
    for (size_t i = 0; i < SW_COUNT(safetensors_rows); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        safetensors(&bytes, safetensors_rows[i].header, safetensors_rows[i].data);
        struct looked looked;
        look(&looked, bytes.data, bytes.len, "x.safetensors");
        bool clean = safetensors_rows[i].rule == NULL;
        bool right = strcmp(looked.in.format, "safetensors") == 0 &&
                     looked.worst == (clean ? SW_SEVERITY_INFO : SW_SEVERITY_HIGH);
        right = right && (clean || found(&looked, safetensors_rows[i].rule,
                                       safetensors_rows[i].words) != NULL);
        if (!right) {
            fail_msg("%s: %s: %s", safetensors_rows[i].what, looked.in.format,
                looked.in.finding_count > 0 ? looked.in.findings[0].message : "no finding");
        }
        looked_release(&looked);
    }
}

static void test_a_safetensors_header_over_the_limit_is_no_safetensors(void **state)
{
    static const char over[] = "\x01\xe1\xf5\x05\0\0\0\0{\"a\":1}"; /* 100,000,001 */
    struct looked looked;
    look(&looked, over, sizeof(over) - 1, "x.safetensors");
    assert_string_equal(looked.in.format, "unknown");
    assert_non_null(found(&looked, "name-mismatch", ".safetensors"));
    looked_release(&looked);
}

/* --- GGUF --------------------------------------------------------------------------------------
 */

/* Builds a header out of numbers and names: the bad inputs differ in one of them. */
struct gguf_numbers {
    uint32_t version;
    uint64_t tensors, keys;
    uint32_t key_type;
    uint64_t array_type, array_len;
    uint32_t alignment, dims;
    uint64_t dim;
    uint32_t type;
    uint64_t offset;
    size_t data;
};

static const struct gguf_numbers gguf_good = {.version = 3,
    .tensors = 1,
    .keys = 2,
    .key_type = 9,
    .array_type = 5,
    .array_len = 2,
    .alignment = 32,
    .dims = 1,
    .dim = 32,
    .type = 2,
    .offset = 0,
    .data = 32};

static void gguf_u32(struct sw_buf *out, uint64_t value)
{
    zip_u32(out, value);
}

static void gguf_u64(struct sw_buf *out, uint64_t value)
{
    zip_u32(out, value);
    zip_u32(out, value >> 32);
}

static void gguf_name(struct sw_buf *out, const char *name)
{
    gguf_u64(out, strlen(name));
    assert_int_equal(sw_buf_puts(out, name), SW_OK);
}

static void gguf(struct sw_buf *out, const struct gguf_numbers *n)
{
    static const uint8_t zeros[256];
    assert_int_equal(sw_buf_puts(out, "GGUF"), SW_OK);
    gguf_u32(out, n->version);
    gguf_u64(out, n->tensors);
    gguf_u64(out, n->keys);
    gguf_name(out, "general.alignment");
    gguf_u32(out, 4);
    gguf_u32(out, n->alignment);
    gguf_name(out, "list");
    gguf_u32(out, n->key_type);
    gguf_u32(out, n->array_type);
    gguf_u64(out, n->array_len);
    gguf_u32(out, 1);
    gguf_u32(out, 2);
    gguf_name(out, "tensor");
    gguf_u32(out, n->dims);
    gguf_u64(out, n->dim);
    gguf_u32(out, n->type);
    gguf_u64(out, n->offset);
    assert_int_equal(sw_buf_append(out, zeros, (32 - out->len % 32) % 32 + n->data), SW_OK);
}

static void check_gguf(const char *what, struct gguf_numbers n, enum sw_severity worst,
    const char *rule, const char *words)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    gguf(&bytes, &n);
    struct looked looked;
    look(&looked, bytes.data, bytes.len, "x.gguf");
    if (looked.worst != worst || (rule != NULL && found(&looked, rule, words) == NULL)) {
        fail_msg("%s: %s: %s", what, sw_severity_name(looked.worst),
            looked.in.finding_count > 0 ? looked.in.findings[0].message : "no finding");
    }
    looked_release(&looked);
}

#define WITH(field, value)                  \
    ({                                      \
        struct gguf_numbers n_ = gguf_good; \
        n_.field = (value);                 \
        n_;                                 \
    })

static void test_gguf_headers_are_checked(void **state)
{
    const struct {
        const char *what;
        struct gguf_numbers numbers;
        enum sw_severity worst;
        const char *rule, *words;
    } rows[] = {
        {"good", gguf_good, SW_SEVERITY_INFO, NULL, NULL},
        {"version 2", WITH(version, 2), SW_SEVERITY_INFO, NULL, NULL},
        {"version 1", WITH(version, 1), SW_SEVERITY_LOW, "gguf-broken", "version 1 is not read"},
        {"numbers that are not in the order of the version", WITH(version, 3u << 24),
            SW_SEVERITY_HIGH, "gguf-broken", "more tensors"},
        {"2^61 tensors", WITH(tensors, (uint64_t)1 << 61), SW_SEVERITY_HIGH, "gguf-broken",
            "more tensors"},
        {"2^63 keys", WITH(keys, (uint64_t)1 << 63), SW_SEVERITY_HIGH, "gguf-broken",
            "more tensors or keys"},
        {"an unknown type", WITH(key_type, 13), SW_SEVERITY_HIGH, "gguf-broken", "unknown type"},
        {"an array of nothing known", WITH(array_type, 99), SW_SEVERITY_HIGH, "gguf-broken",
            "unknown type"},
        {"a long array", WITH(array_len, (uint64_t)1 << 62), SW_SEVERITY_HIGH, "gguf-broken",
            "longer than the file"},
        {"alignment 0", WITH(alignment, 0), SW_SEVERITY_HIGH, "gguf-broken", "power of two"},
        {"alignment 24", WITH(alignment, 24), SW_SEVERITY_HIGH, "gguf-broken", "power of two"},
        {"five dimensions", WITH(dims, 5), SW_SEVERITY_HIGH, "gguf-broken", "four dimensions"},
        {"2^63 elements", WITH(dim, (uint64_t)1 << 63), SW_SEVERITY_HIGH, "gguf-broken",
            "overflow"},
        {"half a block", WITH(dim, 33), SW_SEVERITY_HIGH, "gguf-broken", "do not fit"},
        {"a type that is gone", WITH(type, 4), SW_SEVERITY_HIGH, "gguf-broken", "unknown type"},
        {"a type yet unknown", WITH(type, 1000), SW_SEVERITY_HIGH, "gguf-broken", "unknown type"},
        {"outside", WITH(offset, 32), SW_SEVERITY_HIGH, "gguf-outside", "outside"},
        {"far outside", WITH(offset, UINT64_MAX - 5), SW_SEVERITY_HIGH, "gguf-outside", "outside"},
        {"not aligned", WITH(offset, 4), SW_SEVERITY_HIGH, "gguf-alignment", "aligned"},
        {"cut short", WITH(data, 8), SW_SEVERITY_HIGH, "gguf-outside", "outside"},
        {"bytes behind", WITH(data, 80), SW_SEVERITY_MEDIUM, "gguf-trailing", "belong to none"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        check_gguf(rows[i].what, rows[i].numbers, rows[i].worst, rows[i].rule, rows[i].words);
    }
}

static void test_no_prefix_of_a_gguf_header_is_clean(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    gguf(&bytes, &gguf_good);
    for (size_t len = 4; len + 14 < bytes.len; len++) {
        struct looked looked;
        look(&looked, bytes.data, len, "x.gguf");
        assert_int_equal(looked.worst, SW_SEVERITY_HIGH);
        looked_release(&looked);
    }
}

/* --- NumPy -------------------------------------------------------------------------------------
 */

#define NPY(header) "\x93NUMPY\x01\x00" header
#define NPY_OK "npy", SW_SCAN_PARSED, SW_SEVERITY_INFO, NULL, NULL
#define NPY_BAD(words) "npy", SW_SCAN_FAILED, SW_SEVERITY_MEDIUM, "npy-broken", words
#define NPY_UNREAD(words) "npy", SW_SCAN_FAILED, SW_SEVERITY_LOW, "npy-broken", words

static const struct look_case arrays[] = {
    {"two floats",
        BYTES(NPY("\x39\0{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }12345678")),
        NPY_OK},
    {"no dimension", BYTES(NPY("\x37\0{'descr': '|b1', 'fortran_order': False, 'shape': (), }1")),
        NPY_OK},
    {"characters",
        BYTES(NPY("\x39\0{'descr': '<U1', 'fortran_order': False, 'shape': (2,), }12345678")),
        NPY_OK},
    {"a long of Python 2",
        BYTES(NPY("\x3a\0{'descr': '<f4', 'fortran_order': False, 'shape': (2L,), }12345678")),
        NPY_OK},
    {"too little data",
        BYTES(NPY("\x39\0{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }1234567")),
        NPY_BAD("where the shape needs 8")},
    {"more data",
        BYTES(NPY("\x39\0{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }123456789")),
        "npy", SW_SCAN_PARSED, SW_SEVERITY_MEDIUM, "npy-trailing", "1 bytes"},
    {"a shape that overflows",
        BYTES(NPY("\x4b\0"
                  "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}")),
        NPY_BAD("overflow")},
    {"an unknown type",
        BYTES(NPY("\x39\0{'descr': '<z4', 'fortran_order': False, 'shape': (2,), }12345678")),
        NPY_UNREAD("not read")},
    {"no dict", BYTES(NPY("\x02\0()12345678")), NPY_BAD("not the literal")},
    {"an expression",
        BYTES(NPY("\x3b\0{'descr': '<f4', 'fortran_order': exit(), 'shape': (2,), }12345678")),
        NPY_BAD("not the literal")},
    {"a key twice",
        BYTES(NPY("\x4a\0{'descr': '<f4', 'descr': '|O', 'fortran_order': False, 'shape': (2,), }  "
                  "123456")),
        NPY_BAD("alone")},
    {"a header cut short", BYTES(NPY("\x39\0{'descr': '<f4'")), NPY_BAD("ends before")},
    {"objects",
        BYTES(NPY("\x37\0{'descr': '|O', 'fortran_order': False, 'shape': (1,),}\x80\x02"
                  "cos\nsystem\n(X\x02\x00\x00\x00idtR.")),
        "npy", SW_SCAN_PARSED, SW_SEVERITY_CRITICAL, "pickle-import", "calls os.system"},
    {"harmless objects",
        BYTES(NPY("\x37\0{'descr': '|O', 'fortran_order': False, 'shape': (1,),}\x80\x02N.")),
        "npy", SW_SCAN_PARSED, SW_SEVERITY_LOW, "npy-object", "allow_pickle"},
    {"objects that are none",
        BYTES(NPY("\x37\0{'descr': '|O', 'fortran_order': False, 'shape': (1,),}\xff\xff")),
        NPY_BAD("not a pickle")},
};

static void test_numpy_headers_are_checked(void **state)
{
    check_cases(arrays, SW_COUNT(arrays));
}

/* --- models as their writers make them ---------------------------------------------------------
 */

static void read_data(const char *name, struct sw_buf *out)
{
    char path[4096];
    const char *source = getenv("SW_SOURCE");
    assert_non_null(source);
    (void)snprintf(path, sizeof(path), "%s/test/unit/scan/data/%s", source, name);
    assert_int_equal(sw_file_read(path, 1 << 20, out, NULL), SW_OK);
}

static const struct {
    const char *name, *format;
} models[] = {
    {"torch-state-dict.pt", "torch"},
    {"torch-parameters.pth", "torch"},
    {"torch-compressed.pt", "torch"},
    {"torch-training.pt", "torch"},
    {"torch-legacy.pt", "torch-legacy"},
    {"plain-0.pkl", "pickle"},
    {"plain-1.pkl", "pickle"},
    {"plain-2.pkl", "pickle"},
    {"plain-3.pkl", "pickle"},
    {"plain-4.pkl", "pickle"},
    {"plain-5.pkl", "pickle"},
    {"arrays.npz", "npz"},
    {"structure.npy", "npy"},
    {"times.npy", "npy"},
    {"model.safetensors", "safetensors"},
    {"model.gguf", "gguf"},
    {"fasttext.bin", "fasttext"},
    {"fasttext.ftz", "fasttext"},
};

static void test_models_as_their_writers_make_them_are_clean(void **state)
{
    for (size_t i = 0; i < SW_COUNT(models); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        read_data(models[i].name, &bytes);
        struct looked looked;
        look(&looked, bytes.data, bytes.len, models[i].name);
        if (strcmp(looked.in.format, models[i].format) != 0 || looked.in.status != SW_SCAN_PARSED ||
            looked.worst != SW_SEVERITY_INFO) {
            fail_msg("%s: %s, %s: %s", models[i].name, looked.in.format,
                sw_scan_status_name(looked.in.status),
                looked.in.finding_count > 0 ? looked.in.findings[0].message : "no finding");
        }
        looked_release(&looked);
    }
}

static bool is_clean(const struct looked *looked)
{
    return looked->in.status == SW_SCAN_PARSED && looked->worst < SW_SEVERITY_MEDIUM;
}

/* Cut short at any place, a model is never clean, except where what is left is a whole file of its
 * kind (a pickle's own padding). */
static void test_models_cut_short_are_not_clean(void **state)
{
    static const char *const names[] = {
        "fasttext.bin", "model.safetensors", "torch-state-dict.pt", "plain-2.pkl", "times.npy"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        read_data(names[i], &bytes);
        size_t step = bytes.len > 1000 ? 37 : 1;
        for (size_t len = 0; len < bytes.len; len += step) {
            struct looked looked;
            look(&looked, bytes.data, len, names[i]);
            if (is_clean(&looked)) {
                fail_msg("%s: the first %zu bytes", names[i], len);
            }
            looked_release(&looked);
        }
    }
}

static void test_fasttext_sizes_are_checked(void **state)
{
    static const struct {
        const char *what;
        size_t at;
        uint8_t byte;
        const char *words;
    } rows[] = {
        {"another version", 4, 11, "version 11"},
        {"no dimension", 8, 0, "dim"},
        {"an unknown loss", 32, 9, "loss"},
        {"a larger dictionary", 67, 0x7f, "dictionary"},
        {"fewer words", 68, 1, "dictionary"},
        {"a label that is none", 105, 2, "neither word nor label"},
    };
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    read_data("fasttext.bin", &bytes);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        uint8_t kept = bytes.data[rows[i].at];
        bytes.data[rows[i].at] = rows[i].byte;
        struct looked looked;
        look(&looked, bytes.data, bytes.len, "m.bin");
        if (looked.in.status != SW_SCAN_FAILED ||
            found(&looked, "fasttext-broken", rows[i].words) == NULL) {
            fail_msg("%s: %s", rows[i].what,
                looked.in.finding_count > 0 ? looked.in.findings[0].message : "no finding");
        }
        looked_release(&looked);
        bytes.data[rows[i].at] = kept;
    }
    assert_int_equal(sw_buf_puts(&bytes, "more"), SW_OK);
    struct looked looked;
    look(&looked, bytes.data, bytes.len, "m.bin");
    assert_non_null(found(&looked, "fasttext-trailing", "4 bytes"));
    looked_release(&looked);
}

/* --- archives ----------------------------------------------------------------------------------
 */

#define EVIL   \
    "\x80\x02" \
    "cos\nsystem\n(X\x02\x00\x00\x00idtR."

static void look_at_zip(
    struct looked *looked, struct zip_member *members, size_t count, const char *name)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    zip_build(&bytes, members, count);
    look(looked, bytes.data, bytes.len, name);
}

static void test_archives_are_named_by_what_they_hold(void **state)
{
    static const struct {
        const char *first, *second, *format;
    } rows[] = {
        {"m/data.pkl", "m/version", "torch"},
        {"m/data.pkl", "m/code/__torch__.py", "torchscript"},
        {"m/constants.pkl", "m/code/__torch__.py", "torchscript"},
        {"config.json", "model.weights.h5", "keras"},
        {"schema.json", "0.npy", "skops"},
        {"a.npy", "b.npy", "npz"},
        {"a.npy", "b.txt", "zip"},
        {"data.pkl", "b.txt", "zip"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct zip_member members[] = {
            zip_stored(rows[i].first, "x", 1), zip_stored(rows[i].second, "x", 1)};
        struct looked looked;
        look_at_zip(&looked, members, 2, "file");
        assert_string_equal(looked.in.format, rows[i].format);
        looked_release(&looked);
    }
}

#define PLAIN_PICKLE                      \
    {                                     \
        "m/data.pkl", BYTES("\x80\x02N.") \
    }

/* An archive is read when everything in it is. */
static void test_what_is_not_read_in_an_archive_counts_for_the_archive(void **state)
{
    static const struct {
        const char *what;
        struct {
            const char *name, *bytes;
            size_t len;
        } first, second;
        const char *unread; /* NULL: nothing */
        const char *no_unread;
    } rows[] = {
        {"plain data", PLAIN_PICKLE, {"m/README", BYTES("Hello\n")}, NULL, "unknown"},
        {"a tensor", PLAIN_PICKLE, {"m/data/0", BYTES("\1\2\3\4")}, NULL, "unknown"},
        {"an ONNX model", PLAIN_PICKLE,
            {"x", BYTES("\x08\x07\x12\x02pt\x3a\x03\x12\x01g\x42\x02\x10\x0d")}, NULL, "onnx"},
        {"an ExecuTorch program", PLAIN_PICKLE,
            {"x", BYTES("\x1c\0\0\0"
                        "ET12\0\0\0\0")},
            "executorch", "torch"},
        {"a closed archive", PLAIN_PICKLE, {"x", BYTES("Rar!\x1a\x07\x01\0")}, "rar", "failed"},
        {"binary content", PLAIN_PICKLE, {"x", BYTES("\1\2\3\4")}, "unknown", "torch"},
        {"a program", PLAIN_PICKLE, {"x.sh", BYTES("ls\n")}, "source", "torchscript"},
        {"Python", PLAIN_PICKLE, {"x.py", BYTES("import os\n")}, NULL, "source"},
        {"TorchScript's code", PLAIN_PICKLE,
            {"m/code/__torch__.py", BYTES("class A(Module):\n  pass\n")}, NULL, "torchscript"},
        {"a program beside TorchScript's code", {"m/code/__torch__/data.pkl", BYTES("\x80\x02N.")},
            {"m/x.sh", BYTES("ls\n")}, "source", "unknown"},
        {"Keras' configuration", {"config.json", BYTES("{}")}, {"metadata.json", BYTES("{}")}, NULL,
            "keras"},
        {"Keras' configuration in a torch archive", PLAIN_PICKLE, {"config.json", BYTES("{}")},
            NULL, "keras"},
        {"skops' schema", {"schema.json", BYTES("{}")}, {"0.npy", BYTES("x")}, NULL, "skops"},
        {"skops' schema in a torch archive", PLAIN_PICKLE, {"schema.json", BYTES("{}")}, NULL,
            "skops"},
        {"some other schema", PLAIN_PICKLE, {"m/schema.json", BYTES("{}")}, NULL, "skops"},
        {"some other configuration", PLAIN_PICKLE, {"m/config.json", BYTES("{}")}, NULL, "keras"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct zip_member members[] = {
            zip_stored(rows[i].first.name, rows[i].first.bytes, rows[i].first.len),
            zip_stored(rows[i].second.name, rows[i].second.bytes, rows[i].second.len)};
        struct looked looked;
        look_at_zip(&looked, members, 2, "file");
        bool unread = rows[i].unread != NULL;
        if (looked.in.status != (unread ? SW_SCAN_RECOGNISED : SW_SCAN_PARSED) ||
            (unread && !left_unread(&looked, rows[i].unread)) || !unread_fits(&looked) ||
            left_unread(&looked, rows[i].no_unread)) {
            fail_msg("%s: %s, %zu not read", rows[i].what, sw_scan_status_name(looked.in.status),
                looked.in.unread_count);
        }
        looked_release(&looked);
    }
}

static void test_pickles_in_archives_are_found_under_any_name(void **state)
{
    static const char *const names[] = {"data.pkl", "readme.txt", "a/b/c", "x.npy", "m/data/0"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        uint8_t room[256];
        struct zip_member members[] = {zip_stored("m/data.pkl", "\x80\x02N.", 4),
            i % 2 == 0 ? zip_stored(names[i], EVIL, sizeof(EVIL) - 1)
                       : zip_deflated(names[i], EVIL, sizeof(EVIL) - 1, room, sizeof(room))};
        struct looked looked;
        look_at_zip(&looked, members, 2, "model.pt");
        const struct sw_finding *finding = found(&looked, "pickle-import", "calls os.system");
        assert_non_null(finding);
        assert_string_equal(finding->member, names[i]);
        looked_release(&looked);
    }
}

static void test_both_copies_of_a_name_are_looked_at(void **state)
{
    for (int evil_first = 0; evil_first < 2; evil_first++) {
        struct zip_member members[] = {
            zip_stored("m/data.pkl", "\x80\x02N.", 4), zip_stored("m/data.pkl", "\x80\x02N.", 4)};
        members[evil_first == 1 ? 0 : 1] = zip_stored("m/data.pkl", EVIL, sizeof(EVIL) - 1);
        struct looked looked;
        look_at_zip(&looked, members, 2, "model.pt");
        assert_non_null(found(&looked, "zip-structure", "more than once"));
        assert_non_null(found(&looked, "pickle-import", "calls os.system"));
        looked_release(&looked);
    }
}

static void test_archives_in_archives_are_opened_and_not_without_end(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct zip_member inner = zip_stored("evil", EVIL, sizeof(EVIL) - 1);
    zip_build(&bytes, &inner, 1);
    for (int depth = 1; depth <= SW_DEPTH_MAX; depth++) {
        struct looked looked;
        look(&looked, bytes.data, bytes.len, "x.zip");
        bool expected = depth <= SW_DEPTH_MAX;
        assert_int_equal(found(&looked, "pickle-import", "os.system") != NULL, expected);
        looked_release(&looked);
        SW_CLEANUP(buf) struct sw_buf copy = SW_BUF_INIT;
        zip_ok(sw_buf_append(&copy, bytes.data, bytes.len));
        sw_buf_clear(&bytes);
        struct zip_member outer = zip_stored("inner", copy.data, copy.len);
        zip_build(&bytes, &outer, 1);
    }
    struct looked looked;
    look(&looked, bytes.data, bytes.len, "x.zip");
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "over-limit", "archives in each other"));
    looked_release(&looked);
}

static void test_a_wrong_crc_or_size_is_said_and_the_content_read(void **state)
{
    struct zip_member crc = zip_stored("a", EVIL, sizeof(EVIL) - 1);
    crc.crc ^= 1;
    struct looked looked;
    look_at_zip(&looked, &crc, 1, "x.zip");
    assert_non_null(found(&looked, "zip-crc", "another CRC"));
    assert_non_null(found(&looked, "pickle-import", "os.system"));
    looked_release(&looked);
    struct zip_member size = zip_stored("a", EVIL, sizeof(EVIL) - 1);
    size.size = 3;
    look_at_zip(&looked, &size, 1, "x.zip");
    assert_non_null(found(&looked, "zip-size", "another size"));
    assert_non_null(found(&looked, "pickle-import", "os.system"));
    looked_release(&looked);
}

static void test_encryption_is_no_evidence_and_its_flag_alone_is_high(void **state)
{
    struct zip_member member = zip_stored("a", "secret", 6);
    member.flags = SW_ZIP_FLAG_ENCRYPTED;
    member.crc ^= 1;
    struct looked looked;
    look_at_zip(&looked, &member, 1, "x.zip");
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "not-opened", "encrypted"));
    looked_release(&looked);
    member = zip_stored("a", "plain", 5);
    member.flags = SW_ZIP_FLAG_ENCRYPTED;
    look_at_zip(&looked, &member, 1, "x.zip");
    assert_int_equal(looked.worst, SW_SEVERITY_HIGH);
    assert_non_null(found(&looked, "zip-flags", "plain"));
    looked_release(&looked);
}

static void test_a_member_that_cannot_be_unpacked_is_no_evidence(void **state)
{
    struct zip_member member = zip_stored("a", "hello", 5);
    member.method = 9;
    struct looked looked;
    look_at_zip(&looked, &member, 1, "x.zip");
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "zip-member", "method 9"));
    looked_release(&looked);
}

static void test_a_zip_behind_something_else_is_found(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf archive = SW_BUF_INIT;
    struct zip_member member = zip_stored("evil", EVIL, sizeof(EVIL) - 1);
    zip_build(&archive, &member, 1);
    zip_ok(sw_buf_puts(&bytes, "\x89PNG\r\n\x1a\n and so on"));
    zip_ok(sw_buf_append(&bytes, archive.data, archive.len));
    struct looked looked;
    look(&looked, bytes.data, bytes.len, "image.png");
    assert_non_null(found(&looked, "zip-appended", "a zip archive as well"));
    assert_non_null(found(&looked, "pickle-import", "os.system"));
    looked_release(&looked);
}

/* Readers that take any directory that ends at the end record still open these. */
static void look_at_bad_tail(const struct sw_buf *archive, size_t end, const char *locator,
    uint32_t claimed, const char *words)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    zip_ok(sw_buf_puts(&bytes, "some text in front"));
    zip_ok(sw_buf_append(&bytes, archive->data, end));
    zip_ok(sw_buf_append(&bytes, locator, 20));
    bytes.len -= locator[0] == '\0' ? 20 : 0;
    zip_ok(sw_buf_append(&bytes, archive->data + end, 16));
    zip_u32(&bytes, claimed);
    zip_u16(&bytes, 0);
    struct looked looked;
    look(&looked, bytes.data, bytes.len, "image.png");
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "zip-broken", words));
    looked_release(&looked);
}

static void test_a_zip_behind_something_else_that_cannot_be_listed_is_no_evidence(void **state)
{
    static const char locator[20] = "PK\x06\x07";
    SW_CLEANUP(buf) struct sw_buf archive = SW_BUF_INIT;
    struct zip_member member = zip_stored("evil", EVIL, sizeof(EVIL) - 1);
    zip_build(&archive, &member, 1);
    size_t end = archive.len - 22;
    look_at_bad_tail(&archive, end, locator, 1, "locator");
    look_at_bad_tail(&archive, end, "\0                  ", 5000, "not where");
}

static void test_an_end_record_by_chance_is_no_zip(void **state)
{
    static const char bytes[] = "text PK\x05\x06 and some more text, so long that a record fits";
    struct looked looked;
    look(&looked, bytes, sizeof(bytes) - 1, "notes");
    assert_int_equal(looked.in.status, SW_SCAN_UNKNOWN); /* for its control characters */
    assert_int_equal(looked.worst, SW_SEVERITY_INFO);
    looked_release(&looked);
}

/* 64 names for 8 MiB of zeros: more than that archive could hold unpacked. */
static void test_members_that_share_bytes_do_not_unpack_without_end(void **state)
{
    enum { SIZE = 8 << 20, NAMES = 64 };
    SW_CLEANUP(free) uint8_t *zeros = calloc(1, SIZE);
    SW_CLEANUP(free) uint8_t *room = malloc(SIZE);
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    assert_non_null(zeros);
    assert_non_null(room);
    static struct zip_member members[NAMES];
    members[0] = zip_deflated("a", zeros, SIZE, room, SIZE);
    zip_local(&bytes, &members[0]);
    for (size_t i = 1; i < NAMES; i++) {
        members[i] = members[0];
    }
    zip_directory(&bytes, members, NAMES);
    struct looked looked;
    look(&looked, bytes.data, bytes.len, "x.zip");
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "zip-member", "unpacks to more"));
    assert_true(looked.in.unpacked <= (uint64_t)300 << 20);
    looked_release(&looked);
}

static void test_torchscript_types_are_no_imports(void **state)
{
#define TYPES  \
    "\x80\x02" \
    "c__torch__.Net\nNet\n)\x81."
    struct zip_member members[] = {
        zip_stored("m/data.pkl", TYPES, sizeof(TYPES) - 1), zip_stored("m/code/x.py", "x", 1)};
    struct looked looked;
    look_at_zip(&looked, members, 2, "model.pt");
    assert_string_equal(looked.in.format, "torchscript");
    assert_int_equal(looked.worst, SW_SEVERITY_INFO);
    looked_release(&looked);
    look_at_zip(&looked, members, 1, "model.pt");
    assert_int_equal(looked.worst, SW_SEVERITY_HIGH);
    looked_release(&looked);
}

/* --- false alarms ------------------------------------------------------------------------------
 */

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void fill_bytes(uint64_t *state, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)next_random(state);
    }
}

static void fill_words(uint64_t *state, uint8_t *out, size_t len)
{
    for (size_t i = 0; i + 8 <= len; i += 8) {
        uint64_t value = next_random(state) % 70000;
        memcpy(out + i, &value, 8);
    }
}

static void fill_floats(uint64_t *state, uint8_t *out, size_t len)
{
    for (size_t i = 0; i + 4 <= len; i += 4) {
        float value = (float)((double)(next_random(state) >> 40) / (1 << 24) - 0.5) / 10;
        memcpy(out + i, &value, 4);
    }
}

static void fill_text(uint64_t *state, uint8_t *out, size_t len)
{
    static const char letters[] = "etaoin shrdlu.,\nITASWCNM(1230{}[]\"':";
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)letters[next_random(state) % (sizeof(letters) - 1)];
    }
}

static void test_random_data_is_taken_for_nothing(void **state)
{
    static void (*const fills[])(uint64_t *, uint8_t *, size_t) = {
        fill_bytes, fill_words, fill_floats, fill_text};
    uint64_t random = 88172645463325252u;
    uint8_t bytes[512];
    for (size_t i = 0; i < 20000; i++) {
        size_t len = (size_t)8 << (i / 4 % 7);
        memset(bytes, 0, sizeof(bytes));
        fills[i % 4](&random, bytes, len);
        struct looked looked;
        look(&looked, bytes, len, "data.bin");
        if (looked.in.status == SW_SCAN_FAILED || looked.worst >= SW_SEVERITY_MEDIUM) {
            fail_msg("case %zu: %s: %s", i, looked.in.format,
                looked.in.finding_count > 0 ? looked.in.findings[0].message : "no finding");
        }
        looked_release(&looked);
    }
}

/* --- the answer of the worker ------------------------------------------------------------------
 */

static void test_an_answer_travels_whole(void **state)
{
    struct looked looked;
    look(&looked,
        BYTES("\x80\x02"
              "cos\nsystem\n)Rccollections\nx\n\x86."),
        "x.gguf");
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    assert_int_equal(sw_inspection_encode(&looked.in, &reply), SW_OK);
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_inspection in;
    assert_int_equal(sw_inspection_decode(&in, &arena, sw_buf_bytes(&reply), NULL), SW_OK);
    assert_string_equal(in.format, "pickle");
    assert_int_equal(in.status, SW_SCAN_PARSED);
    assert_int_equal(in.finding_count, 3);
    for (size_t i = 0; i < in.finding_count; i++) {
        assert_string_equal(in.findings[i].rule, looked.in.findings[i].rule);
        assert_string_equal(in.findings[i].message, looked.in.findings[i].message);
        assert_int_equal(in.findings[i].severity, looked.in.findings[i].severity);
        assert_int_equal(in.findings[i].offset, looked.in.findings[i].offset);
    }
    for (size_t len = 0; len < reply.len; len++) {
        assert_int_equal(
            sw_inspection_decode(&in, &arena, sw_bytes(reply.data, len), NULL), SW_E_FORMAT);
    }
    looked_release(&looked);
}

#define ZEROS8 "\0\0\0\0\0\0\0\0"
#define NOTHING ZEROS8 ZEROS8 ZEROS8 ZEROS8 ZEROS8 ZEROS8 /* was covered */
#define FINDING "\0\0\6broken\0\0\0\0\0\0\0\0\0\0\0\0"

static void test_a_malformed_answer_is_refused(void **state)
{
    static const struct {
        const char *what, *bytes;
        size_t len;
    } rows[] = {
        {"another version", BYTES("\2\0\0\1x\0" NOTHING "\0\0\0\0\0\0\0\0\0")},
        {"an unknown status", BYTES("\3\5\0\1x\1\0\1x" NOTHING "\0\0\0\0\0\0\0\0\0")},
        {"a format that is no id", BYTES("\3\0\0\1X\0" NOTHING "\0\0\0\0\0\0\0\0\0")},
        {"an empty format", BYTES("\3\0\0\0\0" NOTHING "\0\0\0\0\0\0\0\0\0")},
        {"read, and yet not", BYTES("\3\0\0\1x\1\0\1x" NOTHING "\0\0\0\0\0\0\0\0\0")},
        {"plain, and yet not", BYTES("\3\1\0\1x\1\0\1x" NOTHING "\0\0\0\0\0\0\0\0\0")},
        {"not read, and nothing is left", BYTES("\3\2\0\1x\0" NOTHING "\0\0\0\0\0\0\0\0\0")},
        {"failed, and nothing is left", BYTES("\3\4\0\1x\0" NOTHING "\0\0\0\0\0\0\0\0\0")},
        {"a kind that is no id", BYTES("\3\2\0\1x\1\0\1X" NOTHING "\0\0\0\0\0\0\0\0\0")},
        {"a kind twice", BYTES("\3\2\0\1x\2\0\1x\0\1x" NOTHING "\0\0\0\0\0\0\0\0\0")},
        {"too many findings", BYTES("\3\0\0\1x\0" NOTHING "\0\1\0\0\0\1\0\0")},
        {"more findings than in all", BYTES("\3\0\0\1x\0" NOTHING "\0\0\0\0\0\0\0\1" FINDING "\0")},
        {"an unknown severity",
            BYTES("\3\0\0\1x\0" NOTHING "\0\0\0\1\0\0\0\1\5\0\6broken\0\0\0\0\0\0\0\0\0\0\0\0\0")},
        {"an unknown rule",
            BYTES("\3\0\0\1x\0" NOTHING "\0\0\0\1\0\0\0\1\0\0\6brokes\0\0\0\0\0\0\0\0\0\0\0\0\0")},
        {"too many facts", BYTES("\3\0\0\1x\0" NOTHING "\0\0\0\0\0\0\0\0\x41")},
        {"a fact that is not there",
            BYTES("\3\0\0\1x\0" NOTHING "\0\0\0\0\0\0\0\0\1\0\1k\0\0\0\0\0\2z")},
        {"bytes behind", BYTES("\3\0\0\1x\0" NOTHING "\0\0\0\0\0\0\0\0\0z")},
    };
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_inspection in;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (sw_inspection_decode(&in, &arena, sw_bytes(rows[i].bytes, rows[i].len), NULL) !=
            SW_E_FORMAT) {
            fail_msg("%s", rows[i].what);
        }
    }
    static const char good[] =
        "\3\2\0\1x\1\0\1y" NOTHING "\0\0\0\1\0\0\0\1\4\0\6broken\0\0\0\0\0\0\0\0\0\0\0\1\x1b"
        "\1\0\1k\0\0\0\0\0\2zz";
    assert_int_equal(
        sw_inspection_decode(&in, &arena, sw_bytes(good, sizeof(good) - 1), NULL), SW_OK);
    assert_string_equal(in.findings[0].message, "\\x1b");
    assert_int_equal(in.unread_count, 1);
    assert_string_equal(in.unread[0], "y");
    assert_int_equal(in.fact_count, 1);
    assert_string_equal(in.facts[0].kind, "k");
    assert_int_equal(in.facts[0].bytes.len, 2);
    assert_memory_equal(in.facts[0].bytes.ptr, "zz", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats_are_known_by_content),
        cmocka_unit_test(test_plain_files_are_named),
        cmocka_unit_test(test_text_may_be_cut_where_the_head_ends),
        cmocka_unit_test(test_text_is_text_to_its_end),
        cmocka_unit_test(test_hdf5_is_found_behind_what_else_a_file_is),
        cmocka_unit_test(test_text_that_a_name_makes_a_program_is_no_plain_text),
        cmocka_unit_test(test_a_name_that_claims_another_format_is_said),
        cmocka_unit_test(test_safetensors_headers_are_checked_fully),
        cmocka_unit_test(test_a_safetensors_header_over_the_limit_is_no_safetensors),
        cmocka_unit_test(test_gguf_headers_are_checked),
        cmocka_unit_test(test_no_prefix_of_a_gguf_header_is_clean),
        cmocka_unit_test(test_numpy_headers_are_checked),
        cmocka_unit_test(test_models_as_their_writers_make_them_are_clean),
        cmocka_unit_test(test_models_cut_short_are_not_clean),
        cmocka_unit_test(test_fasttext_sizes_are_checked),
        cmocka_unit_test(test_archives_are_named_by_what_they_hold),
        cmocka_unit_test(test_what_is_not_read_in_an_archive_counts_for_the_archive),
        cmocka_unit_test(test_pickles_in_archives_are_found_under_any_name),
        cmocka_unit_test(test_both_copies_of_a_name_are_looked_at),
        cmocka_unit_test(test_archives_in_archives_are_opened_and_not_without_end),
        cmocka_unit_test(test_a_wrong_crc_or_size_is_said_and_the_content_read),
        cmocka_unit_test(test_encryption_is_no_evidence_and_its_flag_alone_is_high),
        cmocka_unit_test(test_a_member_that_cannot_be_unpacked_is_no_evidence),
        cmocka_unit_test(test_a_zip_behind_something_else_is_found),
        cmocka_unit_test(test_a_zip_behind_something_else_that_cannot_be_listed_is_no_evidence),
        cmocka_unit_test(test_an_end_record_by_chance_is_no_zip),
        cmocka_unit_test(test_members_that_share_bytes_do_not_unpack_without_end),
        cmocka_unit_test(test_torchscript_types_are_no_imports),
        cmocka_unit_test(test_random_data_is_taken_for_nothing),
        cmocka_unit_test(test_an_answer_travels_whole),
        cmocka_unit_test(test_a_malformed_answer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
