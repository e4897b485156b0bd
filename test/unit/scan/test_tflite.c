#include "inspect_one.h"

/* A FlatBuffer, written forward: a table with all its fields four bytes wide, into which the places
 * of what comes later are written when they are known. */
struct flat {
    struct sw_buf buf;
};

static size_t flat_put(struct flat *f, const void *bytes, size_t len)
{
    size_t at = f->buf.len;
    assert_int_equal(sw_buf_append(&f->buf, bytes, len), SW_OK);
    return at;
}

static size_t flat_u32(struct flat *f, uint32_t value)
{
    return flat_put(f, &value, 4);
}

static void flat_set(struct flat *f, size_t at, uint32_t value)
{
    memcpy(f->buf.data + at, &value, 4);
}

/* Lets the place at `at` refer to what comes next. */
static void flat_here(struct flat *f, size_t at)
{
    while (f->buf.len % 4 != 0) {
        (void)flat_put(f, "", 1);
    }
    flat_set(f, at, (uint32_t)(f->buf.len - at));
}

/* A table of `count` fields, all there: gives the place of the first one. */
static size_t flat_table(struct flat *f, size_t at, unsigned count)
{
    uint16_t index[16] = {(uint16_t)(4 + 2 * count), (uint16_t)(4 + 4 * count)};
    for (unsigned i = 0; i < count; i++) {
        index[2 + i] = (uint16_t)(4 + 4 * i);
    }
    while (f->buf.len % 4 != 0) {
        (void)flat_put(f, "", 1);
    }
    size_t start = flat_put(f, index, 4 + 2 * count);
    flat_here(f, at);
    size_t table = flat_u32(f, (uint32_t)(f->buf.len - start));
    for (unsigned i = 0; i < count; i++) {
        (void)flat_u32(f, 0);
    }
    return table + 4;
}

/* Gives the place of the first element. */
static size_t flat_vector(struct flat *f, size_t at, uint32_t count, const uint32_t *values)
{
    flat_here(f, at);
    size_t first = flat_u32(f, count) + 4;
    for (uint32_t i = 0; i < count; i++) {
        (void)flat_u32(f, values == NULL ? 0 : values[i]);
    }
    return first;
}

static void flat_bytes(struct flat *f, size_t at, const void *bytes, size_t len)
{
    flat_here(f, at);
    (void)flat_u32(f, (uint32_t)len);
    (void)flat_put(f, bytes, len);
}

/* A tensor of 256 numbers with a name; `buffer` 0 holds nothing. */
static void put_tensor(struct flat *f, size_t at, uint32_t elements, uint32_t buffer)
{
    size_t fields = flat_table(f, at, 4); /* shape, type, buffer, name */
    flat_set(f, fields + 8, buffer);
    (void)flat_vector(f, fields, 1, &elements);
    flat_bytes(f, fields + 12, "a tensor", 8);
}

struct op {
    uint32_t code;
    uint32_t inputs[2], output;
};

static const char *custom_options; /* of each operator; NULL: none */

enum { OPERATOR_FIELDS = 6, OPTIONS_TYPE = 3, BUILTIN_OPTIONS, CUSTOM_OPTIONS };

static void put_operator(struct flat *f, size_t at, uint32_t index, const struct op *op)
{
    size_t fields = flat_table(f, at, OPERATOR_FIELDS);
    uint8_t *places = (uint8_t *)f->buf.data + fields - 4 - 2 * OPERATOR_FIELDS;
    memset(places + 2 * OPTIONS_TYPE, 0, custom_options == NULL ? 6 : 4); /* these are left out */
    flat_set(f, fields, index);
    (void)flat_vector(f, fields + 4, 2, op->inputs);
    (void)flat_vector(f, fields + 8, 1, &op->output);
    if (custom_options != NULL) {
        flat_bytes(f, fields + 4 * CUSTOM_OPTIONS, custom_options, strlen(custom_options));
    }
}

enum { TENSORS = 8, X = 0, W = 1, Y = 2 };

static void put_subgraph(struct flat *f, size_t at, const struct op *ops, uint32_t count)
{
    uint32_t x = X;
    uint32_t y = Y;
    size_t fields = flat_table(f, at, 4);
    size_t list = flat_vector(f, fields, TENSORS, NULL);
    for (uint32_t i = 0; i < TENSORS; i++) {
        put_tensor(f, list + 4 * i, 256, i == W ? 1 : 0);
    }
    (void)flat_vector(f, fields + 4, 1, &x);
    (void)flat_vector(f, fields + 8, 1, &y);
    list = flat_vector(f, fields + 12, count, NULL);
    for (uint32_t i = 0; i < count; i++) {
        put_operator(f, list + 4 * i, i, &ops[i]);
    }
}

/* One operator code for each operator; code 32 is a custom one with the name. */
static void put_codes(
    struct flat *f, size_t at, const struct op *ops, uint32_t count, const char *custom)
{
    size_t list = flat_vector(f, at, count, NULL);
    for (uint32_t i = 0; i < count; i++) {
        size_t fields = flat_table(f, list + 4 * i, 4);
        flat_set(f, fields + 12, ops[i].code);
        flat_bytes(f, fields + 4, custom, strlen(custom));
    }
}

static void put_buffers(struct flat *f, size_t at, size_t size)
{
    uint8_t *zeros = calloc(size + 1, 1);
    assert_non_null(zeros);
    size_t list = flat_vector(f, at, 2, NULL);
    (void)flat_table(f, list, 0);
    size_t fields = flat_table(f, list + 4, 1);
    flat_bytes(f, fields, zeros, size);
    free(zeros);
}

static void make_model(
    struct flat *f, const struct op *ops, uint32_t count, const char *custom, size_t size)
{
    *f = (struct flat){0};
    (void)flat_u32(f, 0);
    (void)flat_put(f, "TFL3", 4);
    size_t fields = flat_table(f, 0, 5);
    flat_set(f, fields, 3);
    put_codes(f, fields + 4, ops, count, custom);
    size_t list = flat_vector(f, fields + 8, 1, NULL);
    put_subgraph(f, list, ops, count);
    flat_bytes(f, fields + 12, "made by a test", 14);
    put_buffers(f, fields + 16, size);
}

static void look_at_model(
    struct looked *out, const struct op *ops, uint32_t count, const char *custom, size_t size)
{
    struct flat f;
    make_model(&f, ops, count, custom, size);
    look(out, f.buf.data, f.buf.len, "model.tflite");
    sw_buf_release(&f.buf);
    assert_string_equal(out->in.format, "tflite");
}

static const struct op dense[] = {{9, {X, W}, 3}, {25, {3, 3}, Y}};

static void a_plain_model_is_read_to_its_end(void **state)
{
    struct looked looked;
    look_at_model(&looked, dense, 2, "", 1024);
    assert_int_equal(looked.in.status, SW_SCAN_PARSED);
    assert_int_equal(looked.in.finding_count, 0);
    looked_release(&looked);
}

static void custom_operators_are_named(void **state)
{
    static const struct {
        const char *name, *rule;
        enum sw_severity worst;
    } rows[] = {
        {"TFLite_Detection_PostProcess", NULL, SW_SEVERITY_INFO},
        {"FlexErf", NULL, SW_SEVERITY_INFO},
        {"FlexEagerPyFunc", "tf-operator", SW_SEVERITY_CRITICAL},
        {"FlexReadFile", "tf-operator", SW_SEVERITY_HIGH},
        {"FlexSaveV2", "tf-operator", SW_SEVERITY_MEDIUM},
        {"edgetpu-custom-op", "tflite-operator", SW_SEVERITY_MEDIUM},
        {"Zap", "tflite-custom-operator", SW_SEVERITY_MEDIUM},
    };
    static const struct op custom[] = {{32, {X, W}, Y}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct looked looked;
        look_at_model(&looked, custom, 1, rows[i].name, 1024);
        assert_int_equal(looked.worst, rows[i].worst);
        assert_true(rows[i].rule == NULL || found(&looked, rows[i].rule, "") != NULL);
        looked_release(&looked);
    }
}

/* What a Flex operator runs is the node in its options (a NodeDef in a flexbuffer). */
static void the_node_of_a_flex_operator_is_judged(void **state)
{
    static const struct {
        const char *options;
        enum sw_severity worst;
    } rows[] = {{"\x0a\x01n\x12\x0a"
                 "EagerPyFunc",
                    SW_SEVERITY_INFO}, /* of another length */
        {"\x0a\x01n\x12\x0b"
         "EagerPyFunc",
            SW_SEVERITY_CRITICAL},
        {"Erf \x0a\x01n\x12\x03"
         "Erf",
            SW_SEVERITY_INFO},
        {"\x0a\x01n\x12\x08"
         "ReadFile",
            SW_SEVERITY_HIGH}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        static const struct op flex[] = {{32, {X, W}, Y}};
        custom_options = rows[i].options;
        struct looked looked;
        look_at_model(&looked, flex, 1, "FlexErf", 1024);
        custom_options = NULL;
        assert_int_equal(looked.in.status, SW_SCAN_PARSED);
        assert_int_equal(looked.worst, rows[i].worst);
        looked_release(&looked);
    }
}

static void a_trigger_is_found(void **state)
{
    /* FULLY_CONNECTED, SUM, EQUAL, SELECT */
    static const struct op trigger[] = {
        {9, {X, W}, 3}, {74, {X, X}, 4}, {71, {4, 5}, 6}, {64, {6, 3}, Y}};
    struct looked looked;
    look_at_model(&looked, trigger, 4, "", 1024);
    assert_non_null(found(&looked, "graph-trigger", "(Where)"));
    assert_int_equal(looked.worst, SW_SEVERITY_HIGH);
    looked_release(&looked);
}

static void more_bytes_than_the_shape_needs_are_said(void **state)
{
    struct looked looked;
    look_at_model(&looked, dense, 2, "", 1028);
    assert_non_null(found(&looked, "tflite-tensor", "more bytes"));
    looked_release(&looked);
}

static void an_index_that_leads_nowhere_is_broken(void **state)
{
    static const struct op bad[] = {{9, {X, W}, 3}};
    struct flat f;
    make_model(&f, bad, 1, "", 1024);
    for (size_t len = 12; len < f.buf.len; len += 4) {
        struct looked looked;
        look(&looked, f.buf.data, len, "model.tflite");
        assert_int_equal(looked.in.status, SW_SCAN_FAILED);
        looked_release(&looked);
    }
    for (size_t at = 0; at + 4 <= f.buf.len; at += 4) {
        uint32_t kept;
        struct looked looked;
        memcpy(&kept, f.buf.data + at, 4);
        flat_set(&f, at, 0xfffffff0u);
        look(&looked, f.buf.data, f.buf.len, "model.tflite");
        looked_release(&looked);
        flat_set(&f, at, kept);
    }
    sw_buf_release(&f.buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_model_is_read_to_its_end),
        cmocka_unit_test(custom_operators_are_named),
        cmocka_unit_test(the_node_of_a_flex_operator_is_judged),
        cmocka_unit_test(a_trigger_is_found),
        cmocka_unit_test(more_bytes_than_the_shape_needs_are_said),
        cmocka_unit_test(an_index_that_leads_nowhere_is_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
