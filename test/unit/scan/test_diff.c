/* What changed between two models, in small models with the same numbers in every run. */
#include "tensor_files.h"

#include "../../../src/scan/scan.h"

#include "temp_tree.h"

struct fixture {
    struct temp_tree tree;
    struct sw_arena arena;
    struct sw_model_diff diff;
};

static int setup(void **state)
{
    static struct fixture f;
    f = (struct fixture){0};
    temp_tree_make(&f.tree);
    sw_arena_init(&f.arena, 0);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    temp_tree_remove(&f->tree);
    sw_arena_release(&f->arena);
    return 0;
}

static void put_file(struct fixture *f, const char *name, const struct made_tensor *tensors,
    size_t count, const struct sw_buf *data)
{
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    made_safetensors(&file, tensors, count, sw_buf_bytes(data));
    temp_tree_write_bytes(&f->tree, name, (const char *)file.data, file.len);
}

/* `name` is a file or a directory of the tree. */
static struct sw_tensor_list list_of(struct fixture *f, const char *name, bool hash)
{
    struct sw_scan_options options = {
        .time_limit = SW_SCAN_TIME_LIMIT, .metadata_only = !hash, .hash_tensors = hash};
    struct sw_scan_report report;
    struct sw_tensor_list list = {0};
    struct sw_error err = {0};
    const char *path = sw_path_join(&f->arena, f->tree.path, name);
    if (sw_scan_path(&f->arena, path, &options, &report, &err) != SW_OK ||
        sw_tensor_list_of(&f->arena, &report, &list, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
    return list;
}

static void diff(struct fixture *f, const char *a, const char *b)
{
    struct sw_error err = {0};
    struct sw_tensor_list left = list_of(f, a, false);
    struct sw_tensor_list right = list_of(f, b, false);
    const struct sw_diff_side x = {sw_path_join(&f->arena, f->tree.path, a), &left};
    const struct sw_diff_side y = {sw_path_join(&f->arena, f->tree.path, b), &right};
    if (sw_diff_tensors(&f->arena, &x, &y, NULL, &f->diff, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
}

static const struct sw_tensor_diff *named(const struct fixture *f, const char *name)
{
    for (size_t i = 0; i < f->diff.count; i++) {
        const struct sw_tensor_diff *d = &f->diff.tensors[i];
        if (sw_str_is(d->b != NULL ? d->b->name : d->a->name, name)) {
            return d;
        }
    }
    fail_msg("no tensor %s", name);
    return NULL;
}

/* --- which --------------------------------------------------------------------------------------
 */

static void names_tell_what_came_and_went(void **state)
{
    struct fixture *f = *state;
    static const struct made_tensor before[] = {{"a", "F32", "[4]", 16}, {"b", "F32", "[4]", 16},
        {"c", "F32", "[4]", 16}, {"d", "F32", "[2,2]", 16}};
    static const struct made_tensor after[] = {{"a", "F32", "[4]", 16}, {"moved", "F32", "[4]", 16},
        {"new", "F32", "[4]", 16}, {"d", "F32", "[4]", 16}};
    struct made_numbers n = {1};
    SW_CLEANUP(buf) struct sw_buf x = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf y = SW_BUF_INIT;
    made_f32(&n, &x, 16);
    assert_int_equal(sw_buf_append(&y, x.data, 32), SW_OK);
    made_f32(&n, &y, 4);
    assert_int_equal(sw_buf_append(&y, x.data + 48, 16), SW_OK);
    put_file(f, "a.safetensors", before, 4, &x);
    put_file(f, "b.safetensors", after, 4, &y);
    diff(f, "a.safetensors", "b.safetensors");
    assert_int_equal(named(f, "a")->change, SW_TENSOR_SAME);
    assert_int_equal(named(f, "moved")->change, SW_TENSOR_RENAMED);
    assert_true(sw_str_is(named(f, "moved")->a->name, "b"));
    assert_int_equal(named(f, "new")->change, SW_TENSOR_ADDED);
    assert_int_equal(named(f, "c")->change, SW_TENSOR_REMOVED);
    assert_int_equal(named(f, "d")->change, SW_TENSOR_RESHAPED);
    assert_int_equal(f->diff.counts[SW_TENSOR_SAME], 1);
    assert_int_equal(f->diff.count, 5);
}

static void other_shards_are_no_difference(void **state)
{
    struct fixture *f = *state;
    static const struct made_tensor both[] = {{"a", "F32", "[8]", 32}, {"b", "F32", "[8]", 32}};
    struct made_numbers n = {2};
    SW_CLEANUP(buf) struct sw_buf x = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf first = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf second = SW_BUF_INIT;
    made_f32(&n, &x, 16);
    assert_int_equal(sw_buf_append(&first, x.data, 32), SW_OK);
    assert_int_equal(sw_buf_append(&second, x.data + 32, 32), SW_OK);
    put_file(f, "one/model.safetensors", both, 2, &x);
    put_file(f, "two/model-00001-of-00002.safetensors", both, 1, &first);
    put_file(f, "two/model-00002-of-00002.safetensors", both + 1, 1, &second);
    diff(f, "one", "two");
    assert_int_equal(f->diff.counts[SW_TENSOR_SAME], 2);
    assert_int_equal(f->diff.count, 2);
    struct sw_tensor_list one = list_of(f, "one", true);
    struct sw_tensor_list two = list_of(f, "two", true);
    struct sw_digest x_root;
    struct sw_digest y_root;
    assert_int_equal(sw_tensor_list_root(&one, &x_root, NULL), SW_OK);
    assert_int_equal(sw_tensor_list_root(&two, &y_root, NULL), SW_OK);
    assert_true(sw_digest_equal(&x_root, &y_root));
}

/* --- by how much --------------------------------------------------------------------------------
 */

static void the_norm_is_that_of_the_difference(void **state)
{
    struct fixture *f = *state;
    static const struct made_tensor one[] = {{"w", "F32", "[2,2]", 16}};
    const float before[] = {3, 0, 0, 4};
    const float after[] = {3, 1, 0, 4 + 2};
    struct sw_buf x = SW_BUF_INIT;
    struct sw_buf y = SW_BUF_INIT;
    assert_int_equal(sw_buf_append(&x, before, sizeof(before)), SW_OK);
    assert_int_equal(sw_buf_append(&y, after, sizeof(after)), SW_OK);
    put_file(f, "a.safetensors", one, 1, &x);
    put_file(f, "b.safetensors", one, 1, &y);
    sw_buf_release(&x);
    sw_buf_release(&y);
    diff(f, "a.safetensors", "b.safetensors");
    const struct sw_tensor_diff *d = named(f, "w");
    assert_true(d->measured);
    assert_true(fabs(d->norm - sqrt(5)) < 1e-12);
    assert_true(fabs(d->norm_a - 5) < 1e-12);
    assert_true(d->largest == 2);
    assert_int_equal(d->changed, 2);
    assert_int_equal(d->rows_changed, 2);
}

enum { SIDE = 128 };

/* BF16 by rounding to nearest, as a merge writes it. */
static uint16_t rounded(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

/* A matrix, and the same with a product of rank `rank` added to it. */
static void put_merged(struct fixture *f, unsigned rank, double scale, bool bf16)
{
    static float base[SIDE][SIDE];
    static float left[SIDE][SIDE];
    static float right[SIDE][SIDE];
    struct made_numbers n = {rank + 3};
    SW_CLEANUP(buf) struct sw_buf x = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf y = SW_BUF_INIT;
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        base[i / SIDE][i % SIDE] = made_weight(&n);
        left[i / SIDE][i % SIDE] = made_weight(&n);
        right[i / SIDE][i % SIDE] = made_weight(&n);
    }
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        double sum = 0;
        for (size_t k = 0; k < rank; k++) {
            sum += (double)left[i / SIDE][k] * (double)right[k][i % SIDE];
        }
        float a = base[i / SIDE][i % SIDE];
        uint16_t half = rounded(a);
        uint32_t wide = (uint32_t)half << 16;
        memcpy(&a, bf16 ? (const void *)&wide : (const void *)&a, sizeof(a));
        float b = (float)((double)a + scale * sum);
        uint16_t half_b = rounded(b);
        assert_int_equal(sw_buf_append(&x, bf16 ? (void *)&half : (void *)&a, bf16 ? 2 : 4), SW_OK);
        assert_int_equal(
            sw_buf_append(&y, bf16 ? (void *)&half_b : (void *)&b, bf16 ? 2 : 4), SW_OK);
    }
    const struct made_tensor one = {
        "w", bf16 ? "BF16" : "F32", "[128,128]", (size_t)SIDE * SIDE * (bf16 ? 2 : 4)};
    put_file(f, "a.safetensors", &one, 1, &x);
    put_file(f, "b.safetensors", &one, 1, &y);
}

static void a_merged_product_shows_its_rank(void **state)
{
    struct fixture *f = *state;
    static const unsigned ranks[] = {1, 4, 8, 16};
    for (size_t i = 0; i < SW_COUNT(ranks); i++) {
        put_merged(f, ranks[i], 20, false);
        diff(f, "a.safetensors", "b.safetensors");
        const struct sw_tensor_diff *d = named(f, "w");
        assert_true(d->rank_known);
        assert_int_equal(d->rank, ranks[i]);
        assert_true(sw_diff_is_low_rank(d));
    }
}

/* Rounding makes the difference one of full rank; it must not count. */
static void rounding_does_not_hide_a_merged_product(void **state)
{
    struct fixture *f = *state;
    put_merged(f, 4, 20, true);
    diff(f, "a.safetensors", "b.safetensors");
    const struct sw_tensor_diff *d = named(f, "w");
    assert_true(d->rank_known && d->rank >= 3 && d->rank <= 4);
    assert_true(sw_diff_is_low_rank(d));
}

static void training_all_numbers_is_of_no_low_rank(void **state)
{
    struct fixture *f = *state;
    put_merged(f, SIDE, 20, false);
    diff(f, "a.safetensors", "b.safetensors");
    const struct sw_tensor_diff *d = named(f, "w");
    assert_int_equal(d->rank, SW_DIFF_RANK_MAX + 1);
    assert_false(sw_diff_is_low_rank(d));
}

static void single_rows_are_named_and_are_no_merge(void **state)
{
    struct fixture *f = *state;
    const struct made_tensor one = {"embed_tokens.weight", "F32", "[64,32]", 64 * 32 * 4};
    struct made_numbers n = {9};
    SW_CLEANUP(buf) struct sw_buf x = SW_BUF_INIT;
    made_f32(&n, &x, 64 * 32);
    put_file(f, "a.safetensors", &one, 1, &x);
    x.data[(5 * 32 + 3) * 4 + 2] ^= 0x40;
    x.data[(60 * 32 + 31) * 4 + 2] ^= 0x40;
    put_file(f, "b.safetensors", &one, 1, &x);
    diff(f, "a.safetensors", "b.safetensors");
    const struct sw_tensor_diff *d = named(f, "embed_tokens.weight");
    assert_int_equal(d->rows_changed, 2);
    assert_int_equal(d->first_rows[0], 5);
    assert_int_equal(d->first_rows[1], 60);
    assert_false(sw_diff_is_low_rank(d));
}

/* Rows longer than what is read at once, and a type of another width. */
static void long_rows_and_other_types_are_compared(void **state)
{
    struct fixture *f = *state;
    const struct made_tensor wide = {"w", "F32", "[9,40000]", 9 * 40000 * 4};
    const struct made_tensor narrow = {"w", "BF16", "[9,40000]", 9 * 40000 * 2};
    struct made_numbers n = {11};
    SW_CLEANUP(buf) struct sw_buf x = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf y = SW_BUF_INIT;
    made_bf16(&n, &y, 9 * 40000);
    for (size_t i = 0; i < (size_t)9 * 40000; i++) {
        const uint8_t word[] = {0, 0, y.data[2 * i], y.data[2 * i + 1]};
        assert_int_equal(sw_buf_append(&x, word, sizeof(word)), SW_OK);
    }
    x.data[(7 * 40000 + 39999) * 4 + 3] ^= 0x01;
    put_file(f, "a.safetensors", &wide, 1, &x);
    put_file(f, "b.safetensors", &narrow, 1, &y);
    diff(f, "a.safetensors", "b.safetensors");
    const struct sw_tensor_diff *d = named(f, "w");
    assert_int_equal(d->change, SW_TENSOR_CHANGED);
    assert_int_equal(d->changed, 1);
    assert_int_equal(d->first_rows[0], 7);
}

/* --- the claim ----------------------------------------------------------------------------------
 */

static void a_swap_of_the_same_shape_shows_in_the_digests(void **state)
{
    struct fixture *f = *state;
    static const struct made_tensor two[] = {{"a", "F32", "[8]", 32}, {"b", "F32", "[8]", 32}};
    struct made_numbers n = {4};
    SW_CLEANUP(buf) struct sw_buf x = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_error err = {0};
    made_f32(&n, &x, 16);
    put_file(f, "a.safetensors", two, 2, &x);
    struct sw_tensor_list before = list_of(f, "a.safetensors", true);
    assert_int_equal(sw_tensors_predicate(&before, 1767225600, &predicate, &err), SW_OK);
    x.data[40] ^= 1;
    put_file(f, "a.safetensors", two, 2, &x);
    struct sw_tensor_list after = list_of(f, "a.safetensors", true);
    struct sw_json root;
    struct sw_tensor_list claimed;
    assert_int_equal(sw_json_parse(&f->arena, sw_buf_bytes(&predicate), NULL, &root, NULL), SW_OK);
    assert_int_equal(sw_tensors_read(&f->arena, &root, &claimed, &err), SW_OK);
    const struct sw_diff_side known = {NULL, &claimed};
    const struct sw_diff_side here = {f->tree.path, &after};
    assert_int_equal(sw_diff_tensors(&f->arena, &known, &here, NULL, &f->diff, &err), SW_OK);
    assert_int_equal(named(f, "a")->change, SW_TENSOR_SAME);
    assert_int_equal(named(f, "b")->change, SW_TENSOR_CHANGED);
}

static void a_claim_whose_root_is_another_is_refused(void **state)
{
    struct fixture *f = *state;
    static const char text[] =
        "{\"root\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\","
        "\"tensors\":[{\"name\":\"a\",\"dtype\":\"F32\",\"shape\":[1],\"sha256\":"
        "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]}";
    struct sw_json root;
    struct sw_tensor_list list;
    struct sw_error err = {0};
    assert_int_equal(
        sw_json_parse(&f->arena, sw_bytes(text, sizeof(text) - 1), NULL, &root, NULL), SW_OK);
    assert_int_equal(sw_tensors_read(&f->arena, &root, &list, &err), SW_E_FORMAT);
}

/* --- documents ----------------------------------------------------------------------------------
 */

static void check_document(struct fixture *f, const char *a, const char *b, size_t count,
    const char *where, const char *before, const char *after)
{
    SW_CLEANUP(diff_reader) struct sw_diff_reader *reader = NULL;
    struct sw_document_diff out;
    struct sw_error err = {0};
    assert_int_equal(sw_diff_reader_new(&reader, &err), SW_OK);
    if (sw_diff_documents(reader, &f->arena, sw_bytes(a, strlen(a)), sw_bytes(b, strlen(b)), &out,
            &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(out.total, count);
    if (count > 0) {
        assert_true(sw_str_is(out.lines[0].where, where));
        assert_true(sw_str_is(out.lines[0].before, before));
        assert_true(sw_str_is(out.lines[0].after, after));
    }
}

static void documents_are_compared_by_path_or_line(void **state)
{
    struct fixture *f = *state;
    check_document(f, "{\"a\":1,\"b\":[1,2]}", "{ \"b\": [1, 2], \"a\": 1 }", 0, "", "", "");
    check_document(f, "{\"a\":{\"b\":[1,2]}}", "{\"a\":{\"b\":[1,3]}}", 1, "a.b.1", "2", "3");
    check_document(f, "{\"x\":1}", "{\"x\":1,\"y\":\"z\"}", 1, "y", "", "\"z\"");
    check_document(f, "one\ntwo\nthree\n", "one\n2\nthree\n", 1, "line 2", "two", "2");
    check_document(f, "one\nthree\n", "one\ntwo\nthree\n", 1, "line 2", "", "two");
    check_document(f, "same", "same", 0, "", "", "");
}

static void rows_have_tokens(void **state)
{
    struct fixture *f = *state;
    static const char tokenizer[] = "{\"added_tokens\":[{\"id\":2,\"content\":\"<s>\"}],"
                                    "\"model\":{\"vocab\":{\"a\":0,\"b\":1,\"<s>\":2}}}";
    const uint64_t ids[] = {1, 2, 9};
    struct sw_str tokens[3];
    SW_CLEANUP(diff_reader) struct sw_diff_reader *reader = NULL;
    struct sw_error err = {0};
    assert_int_equal(sw_diff_reader_new(&reader, &err), SW_OK);
    assert_int_equal(sw_diff_tokens(reader, &f->arena, sw_bytes(tokenizer, sizeof(tokenizer) - 1),
                         ids, 3, tokens, &err),
        SW_OK);
    assert_true(sw_str_is(tokens[0], "b"));
    assert_true(sw_str_is(tokens[1], "<s>"));
    assert_int_equal(tokens[2].len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_tell_what_came_and_went, setup, teardown),
        cmocka_unit_test_setup_teardown(other_shards_are_no_difference, setup, teardown),
        cmocka_unit_test_setup_teardown(the_norm_is_that_of_the_difference, setup, teardown),
        cmocka_unit_test_setup_teardown(a_merged_product_shows_its_rank, setup, teardown),
        cmocka_unit_test_setup_teardown(rounding_does_not_hide_a_merged_product, setup, teardown),
        cmocka_unit_test_setup_teardown(training_all_numbers_is_of_no_low_rank, setup, teardown),
        cmocka_unit_test_setup_teardown(single_rows_are_named_and_are_no_merge, setup, teardown),
        cmocka_unit_test_setup_teardown(long_rows_and_other_types_are_compared, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_swap_of_the_same_shape_shows_in_the_digests, setup, teardown),
        cmocka_unit_test_setup_teardown(a_claim_whose_root_is_another_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(documents_are_compared_by_path_or_line, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_have_tokens, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
