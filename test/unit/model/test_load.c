#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "model/load.h"
#include "unit/model/forge.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct forge f;
static struct sw_load *load;
static const struct sw_model_options by_files;
static const struct sw_model_options by_shards = {.method = SW_MODEL_SHARDS, .shard_size = 4};
static const struct sw_model_options *const methods[] = {&by_files, &by_shards};

static int make(void **state)
{
    (void)state;
    forge_make(&f);
    return 0;
}

static int clean(void **state)
{
    (void)state;
    sw_load_free(load);
    load = NULL;
    forge_clean(&f);
    return 0;
}

static void sign_model(const struct sw_model_options *options)
{
    forge_write(&f, "config.json", "{}");
    forge_write(&f, "one", "1");
    forge_write(&f, "sub/weights", "0123456789");
    forge_sign(&f, options);
}

static enum sw_code open_path(const char *path, struct sw_error *err)
{
    sw_load_free(load);
    load = NULL;
    return sw_load_open(path, sw_buf_bytes(&f.signature), f.trust, &f.options, &load, err);
}

static void open_model(void)
{
    struct sw_error err = {0};
    if (open_path(forge_model(&f), &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
}

static size_t find(const char *name)
{
    size_t at = SIZE_MAX;
    assert_int_equal(sw_load_find(load, name, &at, NULL), SW_OK);
    assert_string_equal(sw_load_name(load, at), name);
    return at;
}

static void expect_bytes(const char *name, const char *bytes)
{
    uint64_t size = UINT64_MAX;
    char out[64] = "?";
    size_t at = find(name);
    assert_int_equal(sw_load_size(load, at, &size, NULL), SW_OK);
    assert_int_equal(size, strlen(bytes));
    assert_int_equal(sw_load_read(load, at, out, size, NULL), SW_OK);
    assert_memory_equal(out, bytes, size);
}

/* Whoever asks for `len` bytes gets zeros, and no other way gets more. */
static void expect_refused(const char *name, size_t len, const char *words)
{
    static const uint8_t zeros[64];
    uint8_t out[64];
    struct sw_error err = {0};
    size_t at = find(name);
    memset(out, 0xAA, sizeof(out));
    assert_int_equal(sw_load_read(load, at, out, len, &err), SW_E_REFUSED);
    assert_memory_equal(out, zeros, len);
    assert_int_equal(out[len], 0xAA);
    if (strstr(err.text, words) == NULL) {
        fail_msg("'%s' was expected of: %s", words, err.text);
    }
}

static void expect_copy(const char *name, enum sw_code code, const char *bytes)
{
    char out[64] = "";
    const char *path = temp_tree_path(&f.dir, "copy");
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(sw_load_copy(load, find(name), fd, UINT64_MAX, NULL), code);
    if (bytes != NULL) {
        assert_int_equal(pread(fd, out, sizeof(out), 0), (ssize_t)strlen(bytes));
        assert_memory_equal(out, bytes, strlen(bytes));
    }
    (void)close(fd);
}

/* --- what is handed out ------------------------------------------------------------------------
 */

static void what_was_signed_is_read_by_files_and_by_shards(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(methods); i++) {
        sign_model(methods[i]);
        open_model();
        assert_int_equal(sw_load_count(load), 3);
        assert_false(sw_load_is_single(load));
        assert_string_equal(sw_load_signer(load), "tester");
        expect_bytes("config.json", "{}");
        expect_bytes("one", "1");
        expect_bytes("sub/weights", "0123456789");
        expect_copy("sub/weights", SW_OK, "0123456789");
        expect_copy("one", SW_OK, "1");
    }
}

static void names_the_claim_that_was_opened(void **state)
{
    (void)state;
    struct sw_digest claim;
    struct sw_manifest manifest;
    sign_model(&by_files);
    open_model();
    sw_sha256(sw_buf_bytes(&f.signature), &claim);
    assert_true(sw_digest_equal(sw_load_claim(load), &claim));
    assert_int_equal(sw_model_hash(&f.arena, forge_model(&f), &by_files, &manifest, NULL), SW_OK);
    assert_true(sw_digest_equal(sw_load_root(load), &manifest.root));
}

/* More than the part that is read at once, and shards that end elsewhere than it does. */
static void long_files_are_read_whole(void **state)
{
    (void)state;
    enum { LEN = 700001 };
    static const struct sw_model_options odd = {.method = SW_MODEL_SHARDS, .shard_size = 300000};
    const struct sw_model_options *const both[] = {&by_files, &odd};
    char *text = malloc(LEN + 1);
    char *out = malloc(LEN);
    assert_non_null(text);
    assert_non_null(out);
    for (size_t i = 0; i < LEN; i++) {
        text[i] = (char)('a' + i * 31 % 26);
    }
    text[LEN] = '\0';
    for (size_t i = 0; i < SW_COUNT(both); i++) {
        forge_write(&f, "long", text);
        forge_sign(&f, both[i]);
        open_model();
        assert_int_equal(sw_load_read(load, find("long"), out, LEN, NULL), SW_OK);
        assert_memory_equal(out, text, LEN);
        static const size_t places[] = {0, 262143, 262144, 299999, 300000, LEN - 1};
        for (size_t at = 0; at < SW_COUNT(places); at++) {
            text[places[at]] ^= 1;
            forge_write(&f, "long", text);
            assert_int_equal(sw_load_read(load, find("long"), out, LEN, NULL), SW_E_REFUSED);
            assert_int_equal(out[0] | out[places[at]] | out[LEN - 1], 0);
            text[places[at]] ^= 1;
        }
    }
    free(text);
    free(out);
}

/* --- what is not -------------------------------------------------------------------------------
 */

static void other_bytes_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(methods); i++) {
        sign_model(methods[i]);
        open_model();
        forge_write(&f, "sub/weights", "0123456780");
        expect_refused("sub/weights", 10, "is not what was signed");
        expect_copy("sub/weights", SW_E_REFUSED, NULL);
        forge_write(&f, "sub/weights", "0123456789");
        expect_bytes("sub/weights", "0123456789");
    }
}

static void shorter_and_longer_files_are_refused(void **state)
{
    (void)state;
    static const char *const others[] = {
        "", "0", "01234567", "012345678", "0123456789a", "01234567890123", "0123456789012345"};
    for (size_t i = 0; i < SW_COUNT(methods); i++) {
        sign_model(methods[i]);
        open_model();
        for (size_t j = 0; j < SW_COUNT(others); j++) {
            forge_write(&f, "sub/weights", others[j]);
            expect_refused("sub/weights", strlen(others[j]), "is not what was signed");
            expect_refused("sub/weights", 10, "is not what was signed");
            expect_copy("sub/weights", SW_E_REFUSED, NULL);
        }
        forge_remove(&f, "one");
        expect_refused("one", 1, "is missing");
    }
}

/* Who is wrong about the size of a whole file does not show that it was changed. */
static void a_wrong_length_is_told_from_a_changed_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(methods); i++) {
        static const char zeros[12];
        char out[12] = "????????????";
        struct sw_error err = {0};
        sign_model(methods[i]);
        open_model();
        assert_int_equal(sw_load_read(load, find("sub/weights"), out, 12, &err), SW_E_USAGE);
        assert_string_equal(err.text, "'sub/weights' has 10 bytes, not 12");
        assert_memory_equal(out, zeros, sizeof(out));
        assert_int_equal(sw_load_read(load, find("sub/weights"), out, 0, NULL), SW_E_USAGE);
        expect_bytes("sub/weights", "0123456789");
    }
}

static void the_size_of_a_file_in_shards_was_signed(void **state)
{
    (void)state;
    uint64_t size = 0;
    sign_model(&by_shards);
    open_model();
    assert_int_equal(truncate(forge_path(&f, "sub/weights"), (off_t)1 << 40), 0);
    assert_int_equal(sw_load_size(load, find("sub/weights"), &size, NULL), SW_E_REFUSED);
    assert_int_equal(size, 0);
}

static void what_is_too_large_is_checked_and_not_copied(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(methods); i++) {
        static const enum sw_code codes[] = {SW_E_IO, SW_E_REFUSED};
        static const char *const bytes[] = {"0123456789", "01234567890"};
        sign_model(methods[i]);
        open_model();
        for (size_t j = 0; j < SW_COUNT(codes); j++) {
            int fd = memfd_create("copy", MFD_CLOEXEC);
            forge_write(&f, "sub/weights", bytes[j]);
            assert_int_equal(sw_load_copy(load, find("sub/weights"), fd, 9, NULL), codes[j]);
            assert_int_equal(lseek(fd, 0, SEEK_END), 0);
            forge_write(&f, "sub/weights", "0123456789");
            assert_int_equal(sw_load_copy(load, find("sub/weights"), fd, 10, NULL), SW_OK);
            (void)close(fd);
        }
    }
}

/* Only the method of files lists them. */
static void empty_files_must_be_empty(void **state)
{
    (void)state;
    forge_write(&f, "empty", "");
    sign_model(&by_files);
    open_model();
    expect_bytes("empty", "");
    expect_copy("empty", SW_OK, "");
    forge_write(&f, "empty", "x");
    expect_refused("empty", 1, "is not what was signed");
    expect_refused("empty", 0, "is not what was signed");
    expect_copy("empty", SW_E_REFUSED, NULL);
}

static void what_was_not_signed_is_not_found(void **state)
{
    (void)state;
    static const char *const names[] = {"", ".", "..", "/", "sub", "sub/", "./config.json",
        "sub/../config.json", "config.jso", "config.json2", "later"};
    size_t at;
    sign_model(&by_files);
    forge_write(&f, "later", "x");
    open_model();
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        assert_int_equal(sw_load_find(load, names[i], &at, NULL), SW_E_REFUSED);
    }
}

static void links_and_other_kinds_of_files_are_refused(void **state)
{
    (void)state;
    sign_model(&by_files);
    temp_tree_write(&f.dir, "outside", "0123456789");
    open_model();
    forge_remove(&f, "sub/weights");
    assert_int_equal(symlink("../../outside", forge_path(&f, "sub/weights")), 0);
    expect_refused("sub/weights", 10, "symbolic links were not signed");
    forge_remove(&f, "sub/weights");
    assert_int_equal(mkfifo(forge_path(&f, "sub/weights"), 0600), 0);
    expect_refused("sub/weights", 10, "is no regular file");
    forge_remove(&f, "sub/weights");
    assert_int_equal(mkdir(forge_path(&f, "sub/weights"), 0700), 0);
    expect_refused("sub/weights", 10, "is no regular file");
}

/* The directory that was opened is read, whatever takes its name. */
static void another_directory_in_its_place_is_not_read(void **state)
{
    (void)state;
    sign_model(&by_files);
    open_model();
    assert_int_equal(rename(forge_model(&f), temp_tree_path(&f.dir, "moved")), 0);
    forge_write(&f, "config.json", "[]");
    expect_bytes("config.json", "{}");
}

/* --- signatures --------------------------------------------------------------------------------
 */

static void only_a_signature_that_holds_opens_a_model(void **state)
{
    (void)state;
    struct sw_error err = {0};
    sign_model(&by_files);
    f.signature.data[f.signature.len / 2] ^= 1;
    assert_int_not_equal(open_path(forge_model(&f), &err), SW_OK);
    assert_null(load);
    assert_true(err.text[0] != '\0');
    sw_buf_clear(&f.signature);
    assert_int_equal(open_path(forge_model(&f), &err), SW_E_NOEVIDENCE);
}

static void a_stranger_opens_nothing(void **state)
{
    (void)state;
    struct sw_error err = {0};
    struct sw_trust *nobody;
    sign_model(&by_files);
    assert_int_equal(sw_trust_new(&nobody), SW_OK);
    enum sw_code code =
        sw_load_open(forge_model(&f), sw_buf_bytes(&f.signature), nobody, &f.options, &load, &err);
    sw_trust_free(nobody);
    assert_int_not_equal(code, SW_OK);
    assert_null(load);
}

static void a_single_file_is_opened_by_any_name(void **state)
{
    (void)state;
    struct sw_error err = {0};
    forge_write(&f, "a", "x");
    forge_sign_path(&f, forge_path(&f, "a"), &by_files);
    assert_int_equal(rename(forge_path(&f, "a"), forge_path(&f, "b")), 0);
    assert_int_equal(open_path(forge_path(&f, "b"), &err), SW_OK);
    assert_true(sw_load_is_single(load));
    expect_bytes("b", "x");
    forge_write(&f, "b", "y");
    expect_refused("b", 1, "is not what was signed");
    assert_int_equal(open_path(forge_model(&f), &err), SW_E_REFUSED);
    sign_model(&by_files);
    assert_int_equal(open_path(forge_path(&f, "config.json"), &err), SW_E_REFUSED);
}

static void a_cancelled_read_hands_out_nothing(void **state)
{
    (void)state;
    struct sw_progress progress = {0};
    char out[10] = "??????????";
    sign_model(&by_files);
    open_model();
    sw_load_watch(load, &progress);
    atomic_store(&progress.cancel, true);
    assert_int_equal(
        sw_load_read(load, find("sub/weights"), out, sizeof(out), NULL), SW_E_INTERRUPTED);
    for (size_t i = 0; i < sizeof(out); i++) {
        assert_int_equal(out[i], 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_signed_is_read_by_files_and_by_shards),
        TEST(names_the_claim_that_was_opened),
        TEST(long_files_are_read_whole),
        TEST(other_bytes_are_refused),
        TEST(a_wrong_length_is_told_from_a_changed_file),
        TEST(the_size_of_a_file_in_shards_was_signed),
        TEST(what_is_too_large_is_checked_and_not_copied),
        TEST(shorter_and_longer_files_are_refused),
        TEST(empty_files_must_be_empty),
        TEST(what_was_not_signed_is_not_found),
        TEST(links_and_other_kinds_of_files_are_refused),
        TEST(another_directory_in_its_place_is_not_read),
        TEST(only_a_signature_that_holds_opens_a_model),
        TEST(a_stranger_opens_nothing),
        TEST(a_single_file_is_opened_by_any_name),
        TEST(a_cancelled_read_hands_out_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
