#include "inspect_one.h"

/* An HDF5 file with a superblock of version 2 and objects of version 2 (File Format Specification,
 * II.A, IV.A.1.b); what an object refers to is written before it. */
struct h5 {
    struct sw_buf buf;
};
enum { SUPERBLOCK = 48 };

static void put(struct sw_buf *buf, const void *bytes, size_t len)
{
    assert_int_equal(sw_buf_append(buf, bytes, len), SW_OK);
}

static void put_u(struct sw_buf *buf, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        uint8_t byte = i < 8 ? (uint8_t)(value >> (8 * i)) : 0;
        put(buf, &byte, 1);
    }
}

static void h5_begin(struct h5 *f)
{
    uint8_t zeros[SUPERBLOCK] = {0};
    f->buf = SW_BUF_INIT;
    put(&f->buf, zeros, sizeof(zeros));
}

static void put_message(struct sw_buf *object, unsigned type, struct sw_buf *data)
{
    put_u(object, type, 1);
    put_u(object, data->len, 2);
    put_u(object, 0, 1);
    put(object, data->data, data->len);
    sw_buf_release(data);
    *data = SW_BUF_INIT;
}

/* Gives the address, and empties `messages`. */
static uint64_t put_object(struct h5 *f, struct sw_buf *messages)
{
    uint64_t at = f->buf.len;
    put(&f->buf, "OHDR\x02\x02", 6);
    put_u(&f->buf, messages->len, 4);
    put(&f->buf, messages->data == NULL ? (const void *)"" : messages->data, messages->len);
    put_u(&f->buf, 0, 4);
    sw_buf_release(messages);
    *messages = SW_BUF_INIT;
    return at;
}

static void h5_close(struct h5 *f, uint64_t root)
{
    SW_CLEANUP(buf) struct sw_buf head = SW_BUF_INIT;
    put(&head, "\x89HDF\r\n\x1a\n\x02\x08\x08\x00", 12);
    put_u(&head, 0, 8);
    put_u(&head, UINT64_MAX, 8);
    put_u(&head, f->buf.len, 8);
    put_u(&head, root, 8);
    put_u(&head, 0, 4);
    memcpy(f->buf.data, head.data, SUPERBLOCK);
}

static void h5_look(struct looked *out, struct h5 *f, uint64_t root)
{
    h5_close(f, root);
    look(out, f->buf.data, f->buf.len, "model.h5");
    sw_buf_release(&f->buf);
    assert_string_equal(out->in.format, "hdf5");
}

static void add_link(struct sw_buf *object, const char *name, uint64_t address)
{
    struct sw_buf data = SW_BUF_INIT;
    put(&data, "\x01\x00", 2);
    put_u(&data, strlen(name), 1);
    put(&data, name, strlen(name));
    put_u(&data, address, 8);
    put_message(object, 6, &data);
}

static void add_external_link(struct sw_buf *object, const char *name, const char *file)
{
    struct sw_buf data = SW_BUF_INIT;
    put(&data, "\x01\x08\x40", 3);
    put_u(&data, strlen(name), 1);
    put(&data, name, strlen(name));
    put_u(&data, strlen(file) + 4, 2);
    put_u(&data, 0, 1);
    put(&data, file, strlen(file) + 1);
    put(&data, "/x", 2);
    put_message(object, 6, &data);
}

/* An attribute that is text of a fixed length (version 3). */
static void add_text(struct sw_buf *object, const char *name, const char *text, size_t len)
{
    struct sw_buf data = SW_BUF_INIT;
    put(&data, "\x03\x00", 2);
    put_u(&data, strlen(name) + 1, 2);
    put_u(&data, 8, 2);
    put_u(&data, 4, 2);
    put_u(&data, 0, 1);
    put(&data, name, strlen(name) + 1);
    put(&data, "\x13\x00\x00\x00", 4);
    put_u(&data, len, 4);
    put(&data, "\x02\x00\x00\x00", 4);
    put(&data, text, len);
    put_message(object, 12, &data);
}

/* Text of a variable length: its length, and where in a heap it stands. */
static void add_far_text(
    struct sw_buf *object, const char *name, size_t len, uint64_t heap, uint32_t index)
{
    struct sw_buf data = SW_BUF_INIT;
    put(&data, "\x03\x00", 2);
    put_u(&data, strlen(name) + 1, 2);
    put_u(&data, 8, 2);
    put_u(&data, 4, 2);
    put_u(&data, 1, 1);
    put(&data, name, strlen(name) + 1);
    put(&data, "\x19\x01\x00\x00\x10\x00\x00\x00", 8);
    put(&data, "\x02\x00\x00\x00", 4);
    put_u(&data, len, 4);
    put_u(&data, heap, 8);
    put_u(&data, index, 4);
    put_message(object, 12, &data);
}

static uint64_t put_heap(struct h5 *f, const char *text)
{
    uint64_t at = f->buf.len;
    size_t padded = (strlen(text) + 7) / 8 * 8;
    put(&f->buf, "GCOL\x01\x00\x00\x00", 8);
    put_u(&f->buf, 16 + 16 + padded + 16, 8);
    put_u(&f->buf, 1, 2);
    put_u(&f->buf, 1, 2);
    put_u(&f->buf, 0, 4);
    put_u(&f->buf, strlen(text), 8);
    put(&f->buf, text, strlen(text));
    put_u(&f->buf, 0, padded - strlen(text));
    put_u(&f->buf, 0, 8);
    put_u(&f->buf, 16, 8);
    return at;
}

/* A dataset of `elements` float32 that stand at `address`. */
static void add_numbers(struct sw_buf *object, uint64_t elements, uint64_t address, uint64_t size)
{
    struct sw_buf data = SW_BUF_INIT;
    put(&data, "\x11\x20\x1f\x00\x04\x00\x00\x00\x00\x00\x20\x00\x17\x08\x00\x17\x7f\x00\x00\x00",
        20);
    put_message(object, 3, &data);
    put(&data, "\x02\x01\x00\x01", 4);
    put_u(&data, elements, 8);
    put_message(object, 1, &data);
    put(&data, "\x03\x01", 2);
    put_u(&data, address, 8);
    put_u(&data, size, 8);
    put_message(object, 8, &data);
}

#define LAMBDA                                                                           \
    "{\"class_name\":\"Sequential\",\"config\":{\"layers\":[{\"class_name\":\"Lambda\"," \
    "\"config\":"                                                                        \
    "{\"name\":\"hidden\",\"function\":[\"4wEA\"],\"function_type\":\"lambda\"}}]}}"
#define DENSE                                                                                      \
    "{\"class_name\":\"Sequential\",\"config\":{\"layers\":[{\"class_name\":\"Dense\",\"config\":" \
    "{"                                                                                            \
    "\"units\":2}}]}}"

static void a_plain_model_is_read_to_its_end(void **state)
{
    struct h5 f;
    struct looked looked;
    struct sw_buf object = SW_BUF_INIT;
    h5_begin(&f);
    uint64_t numbers = f.buf.len;
    put_u(&f.buf, 0, 64);
    add_numbers(&object, 16, numbers, 64);
    uint64_t dataset = put_object(&f, &object);
    add_link(&object, "kernel", dataset);
    uint64_t group = put_object(&f, &object);
    add_text(&object, "model_config", DENSE, sizeof(DENSE) - 1);
    add_link(&object, "layer", group);
    h5_look(&looked, &f, put_object(&f, &object));
    assert_int_equal(looked.in.status, SW_SCAN_PARSED);
    assert_int_equal(looked.in.finding_count, 0);
    bool told = false;
    for (size_t i = 0; i < looked.in.fact_count; i++) {
        struct sw_bytes fact = looked.in.facts[i].bytes;
        told = told || memmem(fact.ptr, fact.len, "\"layer/kernel\",\"F32\",[16]", 25) != NULL;
    }
    assert_true(told);
    looked_release(&looked);
}

static void settings_in_attributes_are_judged(void **state)
{
    for (int far = 0; far < 2; far++) {
        struct h5 f;
        struct looked looked;
        struct sw_buf object = SW_BUF_INIT;
        h5_begin(&f);
        uint64_t heap = put_heap(&f, LAMBDA);
        if (far) {
            add_far_text(&object, "model_config", sizeof(LAMBDA) - 1, heap, 1);
        } else {
            add_text(&object, "model_config", LAMBDA, sizeof(LAMBDA) - 1);
        }
        h5_look(&looked, &f, put_object(&f, &object));
        assert_non_null(found(&looked, "keras-lambda", "hidden"));
        assert_int_equal(looked.worst, SW_SEVERITY_CRITICAL);
        looked_release(&looked);
    }
}

static void settings_that_cannot_be_read_are_no_evidence(void **state)
{
    struct h5 f;
    struct looked looked;
    struct sw_buf object = SW_BUF_INIT;
    h5_begin(&f);
    add_text(&object, "model_config", "{", 1);
    h5_look(&looked, &f, put_object(&f, &object));
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "keras-broken", "model_config"));
    looked_release(&looked);
    h5_begin(&f);
    uint64_t heap = put_heap(&f, LAMBDA);
    add_far_text(&object, "model_config", 10, heap, 7);
    h5_look(&looked, &f, put_object(&f, &object));
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    looked_release(&looked);
}

/* Readers count from where the superblock stands, so another file in front changes nothing. */
static void addresses_count_from_the_superblock(void **state)
{
    struct h5 f;
    struct looked looked;
    struct sw_buf object = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf moved = SW_BUF_INIT;
    h5_begin(&f);
    add_text(&object, "model_config", LAMBDA, sizeof(LAMBDA) - 1);
    uint64_t root = put_object(&f, &object);
    h5_close(&f, root);
    put_u(&moved, 0, 512);
    put(&moved, f.buf.data, f.buf.len);
    sw_buf_release(&f.buf);
    look(&looked, moved.data, moved.len, "model.h5");
    assert_non_null(found(&looked, "keras-lambda", "hidden"));
    looked_release(&looked);
}

static void a_pickle_in_an_attribute_is_found(void **state)
{
    static const char pickle[] = "cos\nsystem\n(S'id'\ntR.";
    struct h5 f;
    struct looked looked;
    struct sw_buf object = SW_BUF_INIT;
    h5_begin(&f);
    add_text(&object, "TITLE", pickle, sizeof(pickle) - 1);
    h5_look(&looked, &f, put_object(&f, &object));
    assert_non_null(found(&looked, "pickle-import", "calls os.system"));
    looked_release(&looked);
}

static void what_reads_other_files_is_refused(void **state)
{
    struct h5 f;
    struct looked looked;
    struct sw_buf object = SW_BUF_INIT;
    struct sw_buf data = SW_BUF_INIT;
    h5_begin(&f);
    add_external_link(&object, "far", "/etc/other.h5");
    h5_look(&looked, &f, put_object(&f, &object));
    assert_non_null(found(&looked, "hdf5-external", "\"/etc/other.h5\""));
    assert_int_equal(looked.worst, SW_SEVERITY_HIGH);
    looked_release(&looked);

    h5_begin(&f);
    put(&data, "\x01\x00\x00\x00\x01\x00\x01\x00", 8);
    put_message(&object, 7, &data);
    h5_look(&looked, &f, put_object(&f, &object));
    assert_non_null(found(&looked, "hdf5-external", "numbers in other files"));
    looked_release(&looked);

    h5_begin(&f);
    add_numbers(&object, 4, 0, 16);
    put(&data, "\x04\x03", 2);
    put_message(&object, 8, &data);
    h5_look(&looked, &f, put_object(&f, &object));
    assert_non_null(found(&looked, "hdf5-external", "put together"));
    looked_release(&looked);
}

static void filters_that_are_libraries_are_noted(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        enum sw_severity worst;
    } rows[] = {
        {BYTES("\x02\x01\x01\x00\x00\x00\x01\x00\x04\x00\x00\x00"), SW_SEVERITY_INFO},
        {BYTES("\x02\x01\x01\x7d\x00\x00\x00\x00\x00\x00"), SW_SEVERITY_MEDIUM},
        {BYTES("\x02\x09\x01"), SW_SEVERITY_HIGH},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct h5 f;
        struct looked looked;
        struct sw_buf object = SW_BUF_INIT;
        struct sw_buf data = SW_BUF_INIT;
        h5_begin(&f);
        put(&data, rows[i].bytes, rows[i].len);
        put_message(&object, 11, &data);
        h5_look(&looked, &f, put_object(&f, &object));
        assert_int_equal(looked.worst, rows[i].worst);
        looked_release(&looked);
    }
}

static void datasets_outside_of_the_file_are_refused(void **state)
{
    static const struct {
        uint64_t elements, address, size;
        enum sw_severity worst;
    } rows[] = {{4, 1 << 20, 16, SW_SEVERITY_HIGH}, {1 << 20, 0, 1 << 22, SW_SEVERITY_HIGH},
        {4, 0, 20, SW_SEVERITY_MEDIUM}, {UINT64_MAX / 2, 0, 16, SW_SEVERITY_HIGH}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct h5 f;
        struct looked looked;
        struct sw_buf object = SW_BUF_INIT;
        h5_begin(&f);
        add_numbers(&object, rows[i].elements, rows[i].address, rows[i].size);
        h5_look(&looked, &f, put_object(&f, &object));
        assert_int_equal(looked.worst, rows[i].worst);
        looked_release(&looked);
    }
}

/* III.A.1, III.C, III.D: a tree of one level, a list of one name, a heap of names. */
static void members_of_old_groups_are_found(void **state)
{
    struct h5 f;
    struct looked looked;
    struct sw_buf object = SW_BUF_INIT;
    struct sw_buf data = SW_BUF_INIT;
    h5_begin(&f);
    add_external_link(&object, "far", "o.h5");
    uint64_t child = put_object(&f, &object);
    uint64_t names = f.buf.len;
    put(&f.buf, "\0\0\0\0\0\0\0\0inner\0\0\0", 16);
    uint64_t heap = f.buf.len;
    put(&f.buf, "HEAP\0\0\0\0", 8);
    put_u(&f.buf, 16, 8);
    put_u(&f.buf, UINT64_MAX, 8);
    put_u(&f.buf, names, 8);
    uint64_t list = f.buf.len;
    put(&f.buf, "SNOD\x01\0\x01\0", 8);
    put_u(&f.buf, 8, 8);
    put_u(&f.buf, child, 8);
    put_u(&f.buf, 0, 24);
    uint64_t tree = f.buf.len;
    put(&f.buf, "TREE\0\0\x01\0", 8);
    put_u(&f.buf, UINT64_MAX, 8);
    put_u(&f.buf, UINT64_MAX, 8);
    put_u(&f.buf, 0, 8);
    put_u(&f.buf, list, 8);
    put_u(&data, tree, 8);
    put_u(&data, heap, 8);
    put_message(&object, 17, &data);
    h5_look(&looked, &f, put_object(&f, &object));
    assert_non_null(found(&looked, "hdf5-external", "\"inner/far\""));
    looked_release(&looked);
}

static void groups_that_contain_themselves_end(void **state)
{
    struct h5 f;
    struct looked looked;
    struct sw_buf object = SW_BUF_INIT;
    h5_begin(&f);
    uint64_t root = f.buf.len;
    add_link(&object, "again", root);
    assert_int_equal(put_object(&f, &object), root);
    h5_look(&looked, &f, root);
    assert_int_equal(looked.in.status, SW_SCAN_PARSED);
    looked_release(&looked);
}

static void continuations_that_contain_themselves_end(void **state)
{
    struct h5 f;
    struct looked looked;
    struct sw_buf object = SW_BUF_INIT;
    struct sw_buf data = SW_BUF_INIT;
    h5_begin(&f);
    uint64_t block = f.buf.len;
    put(&f.buf, "OCHK\x10\x10\x00\x00", 8);
    put_u(&f.buf, block, 8);
    put_u(&f.buf, 28, 8);
    put_u(&f.buf, 0, 4);
    put_u(&data, block, 8);
    put_u(&data, 28, 8);
    put_message(&object, 16, &data);
    h5_look(&looked, &f, put_object(&f, &object));
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "over-limit", "continuations"));
    looked_release(&looked);
}

static void what_is_dense_is_not_read(void **state)
{
    struct h5 f;
    struct looked looked;
    struct sw_buf object = SW_BUF_INIT;
    struct sw_buf data = SW_BUF_INIT;
    h5_begin(&f);
    put_u(&data, 0, 2);
    put_u(&data, 1000, 8);
    put_u(&data, 1000, 8);
    put_message(&object, 2, &data);
    h5_look(&looked, &f, put_object(&f, &object));
    assert_int_equal(looked.in.status, SW_SCAN_RECOGNISED);
    assert_true(left_unread(&looked, "hdf5"));
    looked_release(&looked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_model_is_read_to_its_end),
        cmocka_unit_test(settings_in_attributes_are_judged),
        cmocka_unit_test(settings_that_cannot_be_read_are_no_evidence),
        cmocka_unit_test(addresses_count_from_the_superblock),
        cmocka_unit_test(a_pickle_in_an_attribute_is_found),
        cmocka_unit_test(what_reads_other_files_is_refused),
        cmocka_unit_test(filters_that_are_libraries_are_noted),
        cmocka_unit_test(datasets_outside_of_the_file_are_refused),
        cmocka_unit_test(members_of_old_groups_are_found),
        cmocka_unit_test(groups_that_contain_themselves_end),
        cmocka_unit_test(continuations_that_contain_themselves_end),
        cmocka_unit_test(what_is_dense_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
