#include "data/salt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "temp_tree.h"

static void open_store(struct temp_tree *tree, struct sw_arena *arena, struct sw_data *data)
{
    struct sw_error err = {0};
    temp_tree_make(tree);
    sw_arena_init(arena, 0);
    const char *path = temp_tree_path(tree, "store");
    *data = (struct sw_data){.arena = arena};
    assert_int_equal(sw_store_init(path, "example.com/log", &err), SW_OK);
    assert_int_equal(sw_store_open(path, SW_STORE_WRITE, &data->store, &err), SW_OK);
}

static void close_store(struct temp_tree *tree, struct sw_arena *arena, struct sw_data *data)
{
    sw_store_abandon(data->store);
    sw_arena_release(arena);
    temp_tree_remove(tree);
}

static void test_digests_are_sha256_or_hmac_sha256(void **state)
{
    (void)state;
    /* RFC 4231, test case 1, its key filled up with zeroes, which HMAC does itself. */
    static const uint8_t wanted[32] = {0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53, 0x5c, 0xa8,
        0xaf, 0xce, 0xaf, 0x0b, 0xf1, 0x2b, 0x88, 0x1d, 0xc2, 0x00, 0xc9, 0x83, 0x3d, 0xa7, 0x26,
        0xe9, 0x37, 0x6c, 0x2e, 0x32, 0xcf, 0xf7};
    uint8_t key[32] = {0};
    uint8_t out[32];
    struct sw_salt salt;
    struct sw_digest plain;
    memset(key, 0x0b, 20);
    sw_salt_from(&salt, key);
    sw_salt_digest(&salt, sw_bytes("Hi There", 8), out);
    assert_memory_equal(out, wanted, 32);
    sw_salt_none(&salt);
    sw_salt_digest(&salt, sw_bytes("Hi There", 8), out);
    sw_sha256(sw_bytes("Hi There", 8), &plain);
    assert_memory_equal(out, plain.bytes, 32);
}

static void test_a_salt_is_kept_until_it_is_forgotten(void **state)
{
    (void)state;
    struct temp_tree tree;
    struct sw_arena arena;
    struct sw_data data;
    struct sw_error err = {0};
    char name[SW_SALT_NAME_SIZE];
    uint8_t first[32];
    uint8_t again[32];
    struct sw_salt salt;
    open_store(&tree, &arena, &data);
    assert_int_equal(sw_salt_make(&data, name, &err), SW_OK);
    assert_int_equal(sw_salt_load(&data, sw_str(name), &salt, &err), SW_OK);
    sw_salt_digest(&salt, sw_bytes("yes", 3), first);
    assert_int_equal(sw_salt_load(&data, sw_str(name), &salt, &err), SW_OK);
    sw_salt_digest(&salt, sw_bytes("yes", 3), again);
    assert_memory_equal(first, again, 32);
    assert_int_equal(sw_salt_forget(&data, sw_str(name), &err), SW_OK);
    assert_int_equal(sw_salt_load(&data, sw_str(name), &salt, &err), SW_E_NOENT);
    assert_int_equal(sw_salt_forget(&data, sw_str(name), &err), SW_E_NOENT);
    close_store(&tree, &arena, &data);
}

static void test_a_name_that_leads_elsewhere_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"../../keys/log.key", "x",
        "0123456789abcdef0123456789abcde/", "0123456789ABCDEF0123456789abcdef", "."};
    struct temp_tree tree;
    struct sw_arena arena;
    struct sw_data data;
    struct sw_error err = {0};
    struct sw_salt salt;
    open_store(&tree, &arena, &data);
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        assert_int_equal(sw_salt_load(&data, sw_str(names[i]), &salt, &err), SW_E_FORMAT);
        assert_int_equal(sw_salt_forget(&data, sw_str(names[i]), &err), SW_E_FORMAT);
    }
    assert_int_equal(sw_salt_load(&data, sw_str(""), &salt, &err), SW_OK);
    assert_false(salt.keyed);
    close_store(&tree, &arena, &data);
}

static void test_reader_options_come_back_from_json(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_error err = {0};
    struct sw_record_options given = {.format = "csv",
        .text_field = "body",
        .csv_delimiter = ";",
        .csv_no_header = true,
        .record_max = 1000};
    struct sw_record_options back;
    struct sw_json json;
    sw_arena_init(&arena, 0);
    assert_int_equal(sw_record_options_write(&given, &text), SW_OK);
    assert_int_equal(sw_json_parse(&arena, sw_buf_bytes(&text), NULL, &json, &err), SW_OK);
    assert_int_equal(sw_record_options_read(&arena, &json, &back, &err), SW_OK);
    assert_string_equal(back.format, "csv");
    assert_string_equal(back.text_field, "body");
    assert_string_equal(back.csv_delimiter, ";");
    assert_null(back.id_field);
    assert_true(back.csv_no_header);
    assert_int_equal(back.record_max, 1000);
    static const char *const broken[] = {"{\"format\":1}", "{\"record_max\":-1}",
        "{\"csv_no_header\":\"yes\"}", "{\"format\":\"a\\u0000b\"}"};
    for (size_t i = 0; i < SW_COUNT(broken); i++) {
        struct sw_bytes bytes = sw_bytes(broken[i], strlen(broken[i]));
        assert_int_equal(sw_json_parse(&arena, bytes, NULL, &json, &err), SW_OK);
        assert_int_equal(sw_record_options_read(&arena, &json, &back, &err), SW_E_FORMAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digests_are_sha256_or_hmac_sha256),
        cmocka_unit_test(test_a_salt_is_kept_until_it_is_forgotten),
        cmocka_unit_test(test_a_name_that_leads_elsewhere_is_refused),
        cmocka_unit_test(test_reader_options_come_back_from_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
