/* The tensors of torch archives: what is told of them, and what does not fit. */
#include "tensor_files.h"

#include "../../torch_files.h"

#define FLOATS 64

struct made_archive {
    const struct made_view *views;
    size_t view_count;
    const void *storages[2];
    size_t sizes[2];
    const char *order;
    bool deflated;
};

static void look_at_archive(struct looked *looked, const struct made_archive *a)
{
    SW_CLEANUP(buf) struct sw_buf pickle = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf zip = SW_BUF_INIT;
    static uint8_t room[1 << 16];
    made_state_dict(&pickle, a->views, a->view_count);
    struct zip_member members[4] = {zip_stored("m/data.pkl", pickle.data, pickle.len),
        zip_stored("m/byteorder", a->order, strlen(a->order))};
    size_t count = 2;
    for (size_t i = 0; i < 2; i++) {
        const char *name = i == 0 ? "m/data/0" : "m/data/1";
        if (a->storages[i] != NULL) {
            members[count++] =
                a->deflated ? zip_deflated(name, a->storages[i], a->sizes[i], room, sizeof(room))
                            : zip_stored(name, a->storages[i], a->sizes[i]);
        }
    }
    zip_build(&zip, members, count);
    sw_arena_init(&looked->arena, 0);
    sw_inspection_init(&looked->in, &looked->arena);
    looked->in.wants_profile = true;
    looked->in.wants_digests = true;
    struct sw_source source = sw_source_memory(sw_buf_bytes(&zip));
    assert_int_equal(sw_inspect(&looked->in, &source, "model.pt"), SW_OK);
    assert_string_equal(looked->in.format, "torch");
    looked->worst = SW_SEVERITY_INFO;
    for (size_t i = 0; i < looked->in.finding_count; i++) {
        enum sw_severity severity = looked->in.findings[i].severity;
        looked->worst = severity > looked->worst ? severity : looked->worst;
    }
}

static void look_at_views(struct looked *looked, const struct made_view *views, size_t count,
    const void *storage, size_t size)
{
    const struct made_archive archive = {.views = views,
        .view_count = count,
        .storages = {storage},
        .sizes = {size},
        .order = "little"};
    look_at_archive(looked, &archive);
}

/* A fact as JSON; NULL: it was not told. */
static const struct sw_json *told(struct looked *looked, const char *kind)
{
    struct sw_json *root = SW_ARENA_ARRAY(&looked->arena, struct sw_json, 1);
    assert_non_null(root);
    for (size_t i = 0; i < looked->in.fact_count; i++) {
        if (strcmp(looked->in.facts[i].kind, kind) == 0) {
            assert_int_equal(
                sw_json_parse(&looked->arena, looked->in.facts[i].bytes, NULL, root, NULL), SW_OK);
            return root;
        }
    }
    return NULL;
}

static uint64_t number_at(const struct sw_json *json)
{
    uint64_t value = UINT64_MAX;
    assert_true(sw_json_u64(json, &value));
    return value;
}

static const float *some_floats(void)
{
    static float values[FLOATS];
    struct made_numbers n = {5};
    for (size_t i = 0; i < FLOATS; i++) {
        values[i] = made_weight(&n);
    }
    return values;
}

static void test_tensors_are_told_and_weighed(void **state)
{
    static const struct made_view views[] = {
        {"a.weight", "FloatStorage", '0', 64, 0, {8, 6}, {6, 1}},
        {"a.bias", "FloatStorage", '0', 64, 48, {1, 16}, {99, 1}}};
    struct looked looked;
    look_at_views(&looked, views, 2, some_floats(), FLOATS * 4);
    assert_int_equal(looked.worst, SW_SEVERITY_INFO);
    const struct sw_json *tensors = told(&looked, "tensors");
    assert_int_equal(tensors->count, 2);
    const struct sw_json *first = sw_json_item(tensors, 0);
    assert_true(sw_json_is(sw_json_item(first, 0), "a.weight"));
    assert_true(sw_json_is(sw_json_item(first, 1), "F32"));
    assert_int_equal(number_at(sw_json_item(first, 4)), 48 * 4);
    assert_int_equal(first->count, 5);
    uint64_t offset = number_at(sw_json_item(first, 3));
    assert_int_equal(number_at(sw_json_item(sw_json_item(tensors, 1), 3)), offset + 48 * 4);
    const struct sw_json *weights = told(&looked, "weights");
    assert_int_equal(number_at(sw_json_get(weights, "bytes")), FLOATS * 4);
    assert_int_equal(told(&looked, "tensor-digests")->count, 2);
    looked_release(&looked);
}

static void test_shared_bytes_are_weighed_once(void **state)
{
    static const struct made_view views[] = {{"head", "FloatStorage", '0', 64, 0, {8, 8}, {8, 1}},
        {"part", "FloatStorage", '0', 64, 8, {1, 8}, {8, 1}},
        {"tied", "FloatStorage", '0', 64, 0, {8, 8}, {8, 1}},
        {"turned", "FloatStorage", '0', 64, 0, {8, 8}, {1, 8}}};
    struct looked looked;
    look_at_views(&looked, views, 4, some_floats(), FLOATS * 4);
    assert_int_equal(looked.worst, SW_SEVERITY_INFO);
    assert_int_equal(told(&looked, "tensors")->count, 4);
    assert_int_equal(number_at(sw_json_get(told(&looked, "weights"), "bytes")), FLOATS * 4);
    const struct sw_json *digests = told(&looked, "tensor-digests");
    struct sw_str a = sw_str("");
    struct sw_str b = sw_str("");
    struct sw_str c = sw_str("");
    assert_true(sw_json_str(sw_json_item(digests, 0), &a) &&
                sw_json_str(sw_json_item(digests, 1), &b) &&
                sw_json_str(sw_json_item(digests, 3), &c));
    assert_true(sw_str_equal(a, b)); /* head and tied */
    assert_false(sw_str_equal(a, c));
    const struct sw_json *turned = sw_json_item(told(&looked, "tensors"), 2);
    assert_true(sw_json_is(sw_json_item(turned, 0), "turned"));
    assert_int_equal(number_at(sw_json_item(sw_json_item(turned, 5), 1)), 8);
    looked_release(&looked);
}

static void test_what_reaches_outside_is_found(void **state)
{
    static const struct made_view views[] = {{"rows", "FloatStorage", '0', 64, 0, {9, 8}, {8, 1}},
        {"offset", "FloatStorage", '0', 64, 60, {1, 5}, {1, 1}},
        {"stride", "FloatStorage", '0', 64, 0, {8, 8}, {9, 1}},
        {"negative", "FloatStorage", '0', 64, 8, {2, 2}, {-1, 1}}};
    for (size_t i = 0; i < SW_COUNT(views); i++) {
        struct looked looked;
        look_at_views(&looked, &views[i], 1, some_floats(), FLOATS * 4);
        const struct sw_finding *finding = found(&looked, "torch-tensor-outside", "m/data/0");
        assert_non_null(finding);
        assert_int_equal(finding->severity, SW_SEVERITY_HIGH);
        assert_null(told(&looked, "tensors"));
        looked_release(&looked);
    }
}

static void test_storages_and_tensors_must_belong_together(void **state)
{
    static const struct made_view views[] = {{"w", "FloatStorage", '0', 64, 0, {8, 8}, {8, 1}},
        {"gone", "FloatStorage", '7', 4, 0, {2, 2}, {2, 1}}};
    struct made_archive archive = {.views = views,
        .view_count = 1,
        .storages = {some_floats(), "12345678"},
        .sizes = {FLOATS * 4, 8},
        .order = "little"};
    struct looked looked;
    look_at_archive(&looked, &archive);
    assert_non_null(found(&looked, "torch-storage-unnamed", "1 storages of 8 bytes"));
    looked_release(&looked);
    archive.view_count = 2;
    archive.storages[1] = NULL;
    look_at_archive(&looked, &archive);
    assert_non_null(found(&looked, "torch-storage-size", "m/data/7"));
    assert_null(found(&looked, "torch-storage-unnamed", ""));
    looked_release(&looked);
}

static void test_numbers_are_judged_by_their_types(void **state)
{
    static const struct made_view view = {"w", "FloatStorage", '0', 64, 0, {8, 8}, {8, 1}};
    static const char zip[] = "PK\3\4\24\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0a.pkl";
    float values[FLOATS] = {0};
    struct looked looked;
    memcpy(values, some_floats(), sizeof(values));
    values[3] = NAN;
    look_at_views(&looked, &view, 1, values, sizeof(values));
    assert_non_null(found(&looked, "weights-nan", "1 of the 64 numbers of \"w\""));
    looked_release(&looked);
    memcpy((uint8_t *)values + 16, zip, sizeof(zip));
    look_at_views(&looked, &view, 1, values, sizeof(values));
    const struct sw_finding *finding = found(&looked, "weights-embedded", "a zip archive");
    assert_non_null(finding);
    assert_string_equal(finding->member, "m/data/0");
    assert_int_equal(finding->offset, 16);
    looked_release(&looked);
}

static void check_same_weights(const struct made_archive *archive, const char *digest)
{
    struct looked looked;
    const struct sw_json *weights;
    double low = NAN;
    look_at_archive(&looked, archive);
    assert_int_equal(looked.worst, SW_SEVERITY_INFO);
    weights = sw_json_item(sw_json_get(told(&looked, "weights"), "list"), 0);
    assert_true(sw_json_double(sw_json_get(weights, "min"), &low));
    assert_true(low == 1);
    const struct sw_json *digests = told(&looked, "tensor-digests");
    assert_true(digests == NULL ? archive->deflated : sw_json_is(sw_json_item(digests, 0), digest));
    assert_true(archive->deflated == (found(&looked, "tensors-untold", "compressed") != NULL));
    looked_release(&looked);
}

/* The digest is that of the same numbers in safetensors. */
static void test_byte_order_and_compression_do_not_change_the_numbers(void **state)
{
    static const struct made_view view = {"w", "ShortStorage", '0', 4, 0, {2, 2}, {2, 1}};
    static const uint8_t little[] = {1, 0, 2, 0, 3, 0, 4, 0};
    static const uint8_t big[] = {0, 1, 0, 2, 0, 3, 0, 4};
    struct made_archive archive = {
        .views = &view, .view_count = 1, .storages = {little}, .sizes = {8}, .order = "little"};
    struct sw_hash hash;
    struct sw_digest digest;
    char hex[2 * SW_DIGEST_MAX + 1];
    assert_int_equal(sw_hash_init(&hash, SW_SHA256), SW_OK);
    sw_hash_update(&hash, little, sizeof(little));
    sw_hash_final(&hash, &digest);
    sw_digest_hex(&digest, hex);
    check_same_weights(&archive, hex);
    archive.deflated = true;
    check_same_weights(&archive, hex);
    archive.deflated = false;
    archive.order = "big";
    archive.storages[0] = big;
    check_same_weights(&archive, hex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tensors_are_told_and_weighed),
        cmocka_unit_test(test_shared_bytes_are_weighed_once),
        cmocka_unit_test(test_what_reaches_outside_is_found),
        cmocka_unit_test(test_storages_and_tensors_must_belong_together),
        cmocka_unit_test(test_numbers_are_judged_by_their_types),
        cmocka_unit_test(test_byte_order_and_compression_do_not_change_the_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
