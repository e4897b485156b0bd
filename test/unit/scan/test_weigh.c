/* What is said of the numbers in tensors, and of which nothing is said. */
#include "tensor_files.h"

#include "../../../src/scan/weigh.h"

static void look_at_one(
    struct looked *looked, const char *dtype, const char *shape, struct sw_bytes data)
{
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    const struct made_tensor tensor = {"w", dtype, shape, data.len};
    made_safetensors(&file, &tensor, 1, data);
    look(looked, file.data, file.len, "x.safetensors");
    assert_int_equal(looked->in.status, SW_SCAN_PARSED);
}

/* The first tensor of the fact "weights". */
static const struct sw_json *weights(struct looked *looked, struct sw_json *root)
{
    for (size_t i = 0; i < looked->in.fact_count; i++) {
        const struct sw_fact *fact = &looked->in.facts[i];
        if (strcmp(fact->kind, "weights") == 0) {
            assert_int_equal(sw_json_parse(&looked->arena, fact->bytes, NULL, root, NULL), SW_OK);
            return sw_json_item(sw_json_get(root, "list"), 0);
        }
    }
    fail_msg("no weights were told");
    return NULL;
}

static double double_at(const struct sw_json *tensor, const char *name)
{
    double value = NAN;
    assert_true(sw_json_double(sw_json_get(tensor, name), &value));
    return value;
}

static uint64_t count_at(const struct sw_json *tensor, const char *name)
{
    uint64_t value = 0;
    assert_true(sw_json_u64(sw_json_get(tensor, name), &value));
    return value;
}

/* --- real numbers are silent ------------------------------------------------------------------ */

static void check_silent(const char *dtype, const char *shape, struct sw_bytes data)
{
    struct looked looked;
    look_at_one(&looked, dtype, shape, data);
    if (looked.worst != SW_SEVERITY_INFO) {
        fail_msg("%s: %s", dtype, looked.in.findings[0].message);
    }
    looked_release(&looked);
}

static void test_weights_of_every_type_are_silent(void **state)
{
    struct made_numbers n = {1};
    SW_CLEANUP(buf) struct sw_buf f32 = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf bf16 = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    made_f32(&n, &f32, 1u << 18);
    made_bf16(&n, &bf16, 1u << 18);
    for (size_t i = 0; i < 1u << 18; i++) {
        assert_int_equal(sw_buf_putc(&bytes, (char)made_bits(&n)), SW_OK);
    }
    check_silent("F32", "[512,512]", sw_buf_bytes(&f32));
    check_silent("BF16", "[512,512]", sw_buf_bytes(&bf16));
    check_silent("I8", "[512,512]", sw_buf_bytes(&bytes)); /* quantised: any byte is as likely */
    check_silent("F4", "[512,1024]", sw_buf_bytes(&bytes));
    check_silent("U8", "[512,512]", sw_buf_bytes(&bytes));
    check_silent("I32", "[256,256]", sw_buf_bytes(&bytes)); /* packed 4-bit numbers */
}

static void test_what_is_not_learned_is_silent(void **state)
{
    float ones[4096];
    float mask[4096];
    static const float zeros[65536];
    for (size_t i = 0; i < SW_COUNT(ones); i++) {
        ones[i] = 1;
        mask[i] = i % 2 == 0 ? 0 : -3.4028234663852886e38f; /* as a causal mask is kept */
    }
    check_silent("F32", "[4096]", sw_bytes(ones, sizeof(ones)));
    check_silent("F32", "[65536]", sw_bytes(zeros, sizeof(zeros)));
    check_silent("F32", "[64,64]", sw_bytes(mask, sizeof(mask)));
    mask[1] = -INFINITY;
    check_silent("F32", "[64,64]", sw_bytes(mask, sizeof(mask)));
    check_silent("F32", "[0]", sw_bytes("", 0));
}

/* --- counting --------------------------------------------------------------------------------- */

static void test_statistics_are_those_of_the_numbers(void **state)
{
    const float values[] = {1, -2, 0, 3, -0.0f, 4, INFINITY, 8, 16};
    struct looked looked;
    struct sw_json root;
    look_at_one(&looked, "F32", "[9]", sw_bytes(values, sizeof(values)));
    const struct sw_json *w = weights(&looked, &root);
    assert_int_equal(count_at(w, "elements"), 9);
    assert_int_equal(count_at(w, "inf"), 1);
    assert_int_equal(count_at(w, "nan"), 0);
    assert_int_equal(count_at(w, "zeros"), 2);
    assert_true(double_at(w, "min") == -2);
    assert_true(double_at(w, "max") == 16);
    assert_true(fabs(double_at(w, "mean") - 3.75) < 1e-12);
    looked_release(&looked);
}

static void fill_long(struct sw_buf *out, double *mean, double *squares)
{
    struct made_numbers n = {7};
    *mean = 0;
    *squares = 0;
    for (size_t i = 0; i < 300001; i++) {
        float value = made_weight(&n);
        *mean += (double)value / 300001;
        *squares += (double)value * (double)value / 300001;
        assert_int_equal(sw_buf_append(out, &value, sizeof(value)), SW_OK);
    }
}

/* Long enough for vectors, several chunks, and a tail. */
static void test_the_fast_way_gives_the_same_as_the_plain_one(void **state)
{
    SW_CLEANUP(buf) struct sw_buf data = SW_BUF_INIT;
    double mean;
    double squares;
    fill_long(&data, &mean, &squares);
    struct looked looked;
    struct sw_json root;
    look_at_one(&looked, "F32", "[300001]", sw_buf_bytes(&data));
    const struct sw_json *w = weights(&looked, &root);
    assert_true(fabs(double_at(w, "mean") - mean) < 1e-8);
    assert_true(fabs(double_at(w, "std") - sqrt(squares - mean * mean)) < 1e-6);
    const struct sw_json *planes = sw_json_get(w, "entropy");
    assert_int_equal(planes->count, 4);
    double low;
    double high;
    assert_true(sw_json_double(sw_json_item(planes, 0), &low) && low > 7.99);
    assert_true(sw_json_double(sw_json_item(planes, 3), &high) && high > 2 && high < 4);
    looked_release(&looked);
}

static void test_small_floats_are_decoded(void **state)
{
    static const struct {
        enum sw_number number;
        uint16_t bits;
        double value;
    } rows[] = {
        {SW_NUMBER_F16, 0x3C00, 1},
        {SW_NUMBER_F16, 0xC000, -2},
        {SW_NUMBER_F16, 0x0001, 0x1p-24},
        {SW_NUMBER_F16, 0x7BFF, 65504},
        {SW_NUMBER_F16, 0x7C00, INFINITY},
        {SW_NUMBER_BF16, 0x3F80, 1},
        {SW_NUMBER_F8_E4M3, 0x38, 1},
        {SW_NUMBER_F8_E4M3, 0x7E, 448},
        {SW_NUMBER_F8_E4M3, 0x01, 0x1p-9},
        {SW_NUMBER_F8_E5M2, 0x3C, 1},
        {SW_NUMBER_F8_E5M2, 0xFC, -INFINITY},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        const uint8_t bytes[] = {(uint8_t)rows[i].bits, (uint8_t)(rows[i].bits >> 8)};
        assert_true(sw_number_value(rows[i].number, bytes) == rows[i].value);
    }
    assert_true(isnan(sw_number_value(SW_NUMBER_F8_E4M3, (const uint8_t[]){0x7F})));
}

/* --- what is found ---------------------------------------------------------------------------- */

static void test_random_bytes_are_no_numbers(void **state)
{
    static const char *const dtypes[] = {"F32", "BF16", "F16"};
    static const char *const shapes[] = {"[131072]", "[262144]", "[262144]"};
    struct made_numbers n = {3};
    SW_CLEANUP(buf) struct sw_buf data = SW_BUF_INIT;
    for (size_t i = 0; i < 1u << 19; i++) {
        assert_int_equal(sw_buf_putc(&data, (char)(made_bits(&n) >> 8)), SW_OK);
    }
    for (size_t i = 0; i < SW_COUNT(dtypes); i++) {
        struct looked looked;
        look_at_one(&looked, dtypes[i], shapes[i], sw_buf_bytes(&data));
        assert_non_null(found(&looked, "weights-entropy", "random"));
        assert_non_null(found(&looked, "weights-nan", "NaN"));
        assert_int_equal(looked.worst, SW_SEVERITY_MEDIUM);
        looked_release(&looked);
    }
}

static void test_numbers_beyond_what_is_learned_are_said(void **state)
{
    float values[64] = {0};
    values[3] = 2e30f;
    values[5] = NAN;
    struct looked looked;
    look_at_one(&looked, "F32", "[64]", sw_bytes(values, sizeof(values)));
    assert_non_null(found(&looked, "weights-outlier", "1 of the 64"));
    assert_non_null(found(&looked, "weights-nan", "1 of the 64"));
    assert_int_equal(looked.worst, SW_SEVERITY_LOW);
    looked_release(&looked);
}

/* The beginning of each, in the middle of a tensor. */
static void check_embedded(const char *bytes, size_t len, const char *words)
{
    uint8_t data[4096] = {0};
    memcpy(data + 1024, bytes, len);
    struct looked looked;
    look_at_one(&looked, "U8", "[4096]", sw_bytes(data, sizeof(data)));
    bool hit = found(&looked, "weights-embedded", words == NULL ? "" : words) != NULL;
    if (hit != (words != NULL)) {
        fail_msg("%s", words == NULL ? "something was found that is not there" : words);
    }
    looked_release(&looked);
}

static void test_programs_and_archives_among_numbers_are_found(void **state)
{
    static const char elf[64] = "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\76\0\1\0\0\0"
                                "\0\0\0\0\0\0\0\0\100\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                "\0\0\0\0\100\0\70\0\1\0";
    static const char macho[32] = "\xCF\xFA\xED\xFE\7\0\0\1\3\0\0\0\2\0\0\0\20\0\0\0\0\5";
    static const char zip[] = "PK\3\4\24\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0a.pkl";
    char pe[256] = "MZ";
    pe[60] = (char)0x80;
    memcpy(pe + 0x80, "PE\0\0\x64\x86", 6);
    check_embedded(elf, sizeof(elf), "ELF");
    check_embedded(pe, sizeof(pe), "Windows");
    check_embedded(macho, sizeof(macho), "Mach-O");
    check_embedded(BYTES(zip), "zip");
    check_embedded(BYTES("\x80\2cposix\nsystem\nX\1\0\0\0a\x85R."), "pickle");
    check_embedded(
        BYTES("\x80\4\x95\30\0\0\0\0\0\0\0\x8c\5posix\x94\x8c\6system\x94\x93"), "pickle");
    check_embedded(BYTES("#!/bin/sh\necho\n    "), "script");
}

static void test_a_magic_alone_is_chance(void **state)
{
    check_embedded(BYTES("\177ELF\1\2\3\4\5\6\7\10"), NULL);
    check_embedded(BYTES("MZ\1\2\3\4\5\6\7\10"), NULL);
    check_embedded(BYTES("PK\3\4\377\377\377\377"), NULL);
    check_embedded(BYTES("\x80\2c\1\2\3\4\5\6\7\10\11\12\13\14\15"), NULL);
    check_embedded(BYTES("\xCF\xFA\xED\xFE\377\377\377\377"), NULL);
}

/* --- metadata of safetensors ------------------------------------------------------------------ */

static void check_metadata(const char *metadata, enum sw_severity worst)
{
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf header = SW_BUF_INIT;
    assert_int_equal(sw_buf_printf(&header, "{\"__metadata__\":%s}", metadata), SW_OK);
    uint64_t len = header.len;
    assert_int_equal(sw_buf_append(&file, &len, sizeof(len)), SW_OK);
    assert_int_equal(sw_buf_append(&file, header.data, header.len), SW_OK);
    struct looked looked;
    look(&looked, file.data, file.len, "x.safetensors");
    if (looked.worst != worst) {
        fail_msg("%s: %s", metadata, sw_severity_name(looked.worst));
    }
    looked_release(&looked);
}

static void test_metadata_holds_words_and_no_code(void **state)
{
    check_metadata("{\"format\":\"pt\"}", SW_SEVERITY_INFO);
    check_metadata("{\"modelspec.implementation\":\"https://github.com/a/b\"}", SW_SEVERITY_INFO);
    check_metadata("{\"note\":\"see https://example.com\"}", SW_SEVERITY_LOW);
    check_metadata("{\"init\":\"__import__('os').system('id')\"}", SW_SEVERITY_MEDIUM);
}

/* --- GGUF --------------------------------------------------------------------------------------
 */

/* Numbers in either byte order. */
struct order {
    struct sw_buf out;
    bool big;
};

static void put(struct order *o, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width; i++) {
        size_t shift = o->big ? 8 * (width - 1 - i) : 8 * i;
        assert_int_equal(sw_buf_putc(&o->out, shift < 64 ? (char)(value >> shift) : 0), SW_OK);
    }
}

static void put_name(struct order *o, const char *name)
{
    put(o, 8, strlen(name));
    assert_int_equal(sw_buf_puts(&o->out, name), SW_OK);
}

static void put_u32(struct order *o, const char *key, uint64_t value)
{
    put_name(o, key);
    put(o, 4, 4);
    put(o, 4, value);
}

/* A part of a model: one tensor of eight F32. */
static void gguf(struct order *o, uint64_t no, uint64_t count)
{
    assert_int_equal(sw_buf_puts(&o->out, "GGUF"), SW_OK);
    put(o, 4, 3);
    put(o, 8, 1);
    put(o, 8, 3);
    put_u32(o, "llama.block_count", 2);
    put_u32(o, "split.no", no);
    put_u32(o, "split.count", count);
    put_name(o, "w");
    put(o, 4, 2);
    put(o, 8, 4);
    put(o, 8, 2);
    put(o, 4, 0);
    put(o, 8, 0);
    put(o, (32 - o->out.len % 32) % 32, 0);
    for (int i = 0; i < 8; i++) {
        put(o, 4, 0x3F800000);
    }
}

static const char *fact_of(struct looked *looked, const char *kind)
{
    for (size_t i = 0; i < looked->in.fact_count; i++) {
        if (strcmp(looked->in.facts[i].kind, kind) == 0) {
            return sw_arena_strndup(&looked->arena, sw_str_of_bytes(looked->in.facts[i].bytes));
        }
    }
    return "";
}

static void test_gguf_is_read_in_both_byte_orders(void **state)
{
    for (int big = 0; big < 2; big++) {
        struct order o = {.big = big == 1};
        struct looked looked;
        gguf(&o, 0, 1);
        look(&looked, o.out.data, o.out.len, "x.gguf");
        assert_int_equal(looked.in.status, SW_SCAN_PARSED);
        assert_int_equal(looked.worst, SW_SEVERITY_INFO);
        assert_string_equal(
            fact_of(&looked, "gguf"), "{\"llama.block_count\":2,\"split.no\":0,\"split.count\":1}");
        assert_non_null(
            strstr(fact_of(&looked, "tensors"), big == 1 ? "F32 (big" : "\"F32\",[4,2]"));
        looked_release(&looked);
        sw_buf_release(&o.out);
    }
}

static void test_a_part_behind_the_last_is_refused(void **state)
{
    struct order o = {0};
    struct looked looked;
    gguf(&o, 3, 3);
    look(&looked, o.out.data, o.out.len, "x.gguf");
    assert_non_null(found(&looked, "gguf-split", "part 3 of 3"));
    assert_int_equal(looked.worst, SW_SEVERITY_HIGH);
    looked_release(&looked);
    sw_buf_release(&o.out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights_of_every_type_are_silent),
        cmocka_unit_test(test_what_is_not_learned_is_silent),
        cmocka_unit_test(test_statistics_are_those_of_the_numbers),
        cmocka_unit_test(test_the_fast_way_gives_the_same_as_the_plain_one),
        cmocka_unit_test(test_small_floats_are_decoded),
        cmocka_unit_test(test_random_bytes_are_no_numbers),
        cmocka_unit_test(test_numbers_beyond_what_is_learned_are_said),
        cmocka_unit_test(test_programs_and_archives_among_numbers_are_found),
        cmocka_unit_test(test_a_magic_alone_is_chance),
        cmocka_unit_test(test_metadata_holds_words_and_no_code),
        cmocka_unit_test(test_gguf_is_read_in_both_byte_orders),
        cmocka_unit_test(test_a_part_behind_the_last_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
