#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "model/model.h"
#include "temp_tree.h"

static struct temp_tree dir;
static struct sw_arena arena;
static struct sw_manifest manifest;
static struct sw_error err;

static int make(void **state)
{
    (void)state;
    temp_tree_make(&dir);
    sw_arena_init(&arena, 0);
    manifest = (struct sw_manifest){0};
    err = (struct sw_error){0};
    return 0;
}

static int clean(void **state)
{
    (void)state;
    sw_arena_release(&arena);
    temp_tree_remove(&dir);
    return 0;
}

static void hash_with(const struct sw_model_options *options)
{
    if (sw_model_hash(&arena, dir.path, options, &manifest, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
}

static void refuse_with(const struct sw_model_options *options, enum sw_code code, const char *word)
{
    assert_int_equal(sw_model_hash(&arena, dir.path, options, &manifest, &err), code);
    assert_int_equal(err.code, code);
    if (strstr(err.text, word) == NULL) {
        fail_msg("'%s' does not say '%s'", err.text, word);
    }
    assert_int_equal(manifest.count, 0);
}

static void assert_hex(const struct sw_digest *digest, const char *expected)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(digest, hex);
    assert_string_equal(hex, expected);
}

static void assert_names(const char *const *expected, size_t count)
{
    assert_int_equal(manifest.count, count);
    for (size_t i = 0; i < count; i++) {
        if (!sw_str_is(manifest.resources[i].name, expected[i])) {
            fail_msg("resource %zu is '" SW_STR_FMT "', not '%s'", i,
                SW_STR_ARG(manifest.resources[i].name), expected[i]);
        }
    }
}
#define ASSERT_NAMES(...)                                    \
    do {                                                     \
        static const char *const names[] = {__VA_ARGS__};    \
        assert_names(names, sizeof(names) / sizeof(*names)); \
    } while (0)

/* The example of doc/format/manifest.md. */
static void write_example(void)
{
    temp_tree_write(&dir, "config.json", "{}");
    temp_tree_write(&dir, "sub-a", "");
    temp_tree_write(&dir, "sub/b", "hello");
}

static void files_give_the_documented_digests(void **state)
{
    (void)state;
    write_example();
    hash_with(&(struct sw_model_options){0});
    ASSERT_NAMES("config.json", "sub-a", "sub/b");
    assert_hex(&manifest.root, "fd0aef196bcb28ced511ab9d4b8a2fd6850adaf21768dab5d7fd731a32986745");
    assert_hex(&manifest.component_root,
        "3c6b299e5c14e0251288311a765472c47ec7372340fa36c2cc677a44f0b8af43");
    assert_hex(&manifest.manifest_digest,
        "ada82ef9bc2915f29e354726ba40d39359fab0a9b0e25f073f1f1cd057cac122");
    assert_int_equal(manifest.files, 3);
    assert_int_equal(manifest.bytes, 7);
    assert_int_equal(manifest.resources[2].size, 5);
    assert_string_equal(manifest.name, strrchr(dir.path, '/') + 1);
}

static void blake2b_digests_have_a_sha256_root(void **state)
{
    (void)state;
    write_example();
    hash_with(&(struct sw_model_options){.hash = SW_BLAKE2B});
    assert_int_equal(manifest.resources[0].digest.len, 64);
    assert_int_equal(manifest.root.alg, SW_SHA256);
    assert_hex(&manifest.root, "2bf0acc2bec79e48b07d946c002f932dfca5328aac3684f8913e16f469159031");
    assert_hex(&manifest.manifest_digest,
        "9ad31cb5ff6a6befaf0821269063142b0c06ddbcd96a1155cbb3d17516598836");
}

static void shards_give_the_documented_digests(void **state)
{
    (void)state;
    temp_tree_write(&dir, "config.json", "{}");
    temp_tree_write(&dir, "sub/b", "hello");
    hash_with(&(struct sw_model_options){.method = SW_MODEL_SHARDS, .shard_size = 2});
    ASSERT_NAMES("config.json:0:2", "sub/b:0:2", "sub/b:2:4", "sub/b:4:5");
    assert_hex(&manifest.root, "e8f85ab1aea570a2c90a96e310fd4231cd222e32858c06f9c9289bee4b47c335");
    assert_hex(&manifest.manifest_digest,
        "1d843fa436bdda51e882dc5021cc1debb0857a89707f590a51a790bc40d2c7f6");
    assert_int_equal(manifest.shard_size, 2);
    assert_int_equal(manifest.files, 2);
}

/* Specification: by the text of the name; the component order: by the number. */
static void more_than_nine_shards_are_ordered_as_text(void **state)
{
    (void)state;
    uint8_t bytes[25];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)i;
    }
    temp_tree_write_bytes(&dir, "w", bytes, sizeof(bytes));
    hash_with(&(struct sw_model_options){.method = SW_MODEL_SHARDS, .shard_size = 2});
    assert_int_equal(manifest.count, 13);
    assert_true(sw_str_is(manifest.resources[1].name, "w:10:12"));
    assert_hex(&manifest.root, "cfa1d62438d77dbb802a1cc566ba6a14a385ab9031f00510e1c7cecbdd05da77");
    assert_hex(&manifest.component_root,
        "0c90aa6466fbf21b62891cee4406c6e710ee6ced5873eaca1b23be0c4f8eb7b9");
}

static void shards_have_a_default_size(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a:b", "12345");
    hash_with(&(struct sw_model_options){.method = SW_MODEL_SHARDS});
    ASSERT_NAMES("a:b:0:5");
    assert_int_equal(manifest.shard_size, 1000000000);
}

static void a_single_file_is_a_model(void **state)
{
    (void)state;
    temp_tree_write(&dir, "weights.bin", "hello");
    const char *path = temp_tree_path(&dir, "weights.bin");
    const struct sw_model_options options = {0};
    assert_int_equal(sw_model_hash(&arena, path, &options, &manifest, NULL), SW_OK);
    ASSERT_NAMES(".");
    assert_string_equal(manifest.name, "weights.bin");
}

static void a_model_is_named_after_its_directory_also_as_dot(void **state)
{
    (void)state;
    temp_tree_write(&dir, "m/file", "x");
    const struct sw_model_options options = {0};
    assert_int_equal(
        sw_model_hash(&arena, temp_tree_path(&dir, "m/."), &options, &manifest, NULL), SW_OK);
    assert_string_equal(manifest.name, "m");
    assert_int_equal(
        sw_model_hash(&arena, temp_tree_path(&dir, "m/"), &options, &manifest, NULL), SW_OK);
    assert_string_equal(manifest.name, "m");
}

static void the_result_does_not_depend_on_the_number_of_threads(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "d%d/f%d", i % 7, i);
        temp_tree_write(&dir, name, name);
    }
    hash_with(&(struct sw_model_options){.threads = 1});
    const struct sw_digest one = manifest.manifest_digest;
    hash_with(&(struct sw_model_options){.threads = 7});
    assert_true(sw_digest_equal(&one, &manifest.manifest_digest));
}

static void git_names_are_left_out_at_the_root_only(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "x");
    temp_tree_write(&dir, ".git/config", "x");
    temp_tree_write(&dir, ".github/workflow", "x");
    temp_tree_write(&dir, ".gitignore", "x");
    temp_tree_write(&dir, ".gitattributes", "x");
    temp_tree_write(&dir, ".gitmodules", "x");
    temp_tree_write(&dir, "sub/.git/config", "x");
    hash_with(&(struct sw_model_options){0});
    ASSERT_NAMES(".gitmodules", "a", "sub/.git/config");
    assert_int_equal(manifest.ignored_count, 4);
    assert_string_equal(manifest.ignored[0], ".git");
    hash_with(&(struct sw_model_options){.keep_git = true});
    assert_int_equal(manifest.count, 7);
    assert_int_equal(manifest.ignored_count, 0);
}

static void ignored_paths_are_exact_and_cover_what_is_below(void **state)
{
    (void)state;
    static const char *const ignore[] = {"cache/", "./logs/a", "absent", "cache"};
    temp_tree_write(&dir, "cache/x/y", "x");
    temp_tree_write(&dir, "cache-2", "x");
    temp_tree_write(&dir, "sub/cache", "x");
    temp_tree_write(&dir, "logs/a", "x");
    temp_tree_write(&dir, "logs/b", "x");
    hash_with(&(struct sw_model_options){.ignore = ignore, .ignore_count = 4, .keep_git = true});
    ASSERT_NAMES("cache-2", "logs/b", "sub/cache");
    assert_int_equal(manifest.ignored_count, 3);
    assert_string_equal(manifest.ignored[0], "absent");
    assert_string_equal(manifest.ignored[1], "cache");
    assert_string_equal(manifest.ignored[2], "logs/a");
}

static void ignored_paths_that_cannot_be_meant_are_wrong_usage(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", ".", "..", "../x", "/etc", "a/../b", "*.bin", "a?", "[x]"};
    temp_tree_write(&dir, "a", "x");
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        const struct sw_model_options options = {.ignore = &bad[i], .ignore_count = 1};
        refuse_with(&options, SW_E_USAGE, "cannot ignore");
    }
}

static void the_signature_is_left_out_where_it_lies_inside(void **state)
{
    (void)state;
    temp_tree_write(&dir, "m/a", "x");
    temp_tree_write(&dir, "m/sub/model.sig", "x");
    temp_tree_write(&dir, "m/model.sig", "x");
    temp_tree_write(&dir, "m-2/model.sig", "x");
    const char *path = temp_tree_path(&dir, "m");
    struct sw_model_options options = {.keep_git = true};
    options.signature = temp_tree_path(&dir, "m/sub/../sub/model.sig");
    assert_int_equal(sw_model_hash(&arena, path, &options, &manifest, NULL), SW_OK);
    ASSERT_NAMES("a", "model.sig");
    assert_int_equal(manifest.ignored_count, 1);
    assert_string_equal(manifest.ignored[0], "sub/model.sig");
    options.signature = temp_tree_path(&dir, "m-2/model.sig");
    assert_int_equal(sw_model_hash(&arena, path, &options, &manifest, NULL), SW_OK);
    assert_int_equal(manifest.count, 3);
    assert_int_equal(manifest.ignored_count, 0);
    options.signature = temp_tree_path(&dir, "m/new.sig");
    assert_int_equal(sw_model_hash(&arena, path, &options, &manifest, NULL), SW_OK);
    assert_string_equal(manifest.ignored[0], "new.sig");
}

static void a_model_without_files_is_refused(void **state)
{
    (void)state;
    refuse_with(&(struct sw_model_options){0}, SW_E_REFUSED, "no file");
    temp_tree_write(&dir, ".git/config", "x");
    refuse_with(&(struct sw_model_options){0}, SW_E_REFUSED, "no file");
}

static void links_are_refused_unless_allowed_and_to_directories_always(void **state)
{
    (void)state;
    temp_tree_write(&dir, "real/a", "x");
    temp_tree_link(&dir, "real/a", "link");
    refuse_with(&(struct sw_model_options){0}, SW_E_REFUSED, "'link' is a symbolic link");
    hash_with(&(struct sw_model_options){.allow_symlinks = true});
    ASSERT_NAMES("link", "real/a");
    assert_true(manifest.allow_symlinks);
    manifest = (struct sw_manifest){0};
    temp_tree_link(&dir, "real", "directory");
    refuse_with(&(struct sw_model_options){.allow_symlinks = true}, SW_E_REFUSED, "'directory'");
}

static void special_files_and_bad_names_are_refused(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a\xff", "x");
    refuse_with(&(struct sw_model_options){0}, SW_E_REFUSED, "UTF-8");
    assert_int_equal(unlink(temp_tree_path(&dir, "a\xff")), 0);
    assert_int_equal(mkfifo(temp_tree_path(&dir, "pipe"), 0600), 0);
    refuse_with(&(struct sw_model_options){0}, SW_E_REFUSED, "'pipe' is no regular file");
}

static void empty_files_are_refused_in_shards(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "x");
    temp_tree_write(&dir, "empty", "");
    refuse_with(&(struct sw_model_options){.method = SW_MODEL_SHARDS}, SW_E_REFUSED, "'empty'");
}

static void a_model_that_is_not_there_is_not_found(void **state)
{
    (void)state;
    const struct sw_model_options options = {0};
    assert_int_equal(
        sw_model_hash(&arena, temp_tree_path(&dir, "none"), &options, &manifest, &err), SW_E_NOENT);
}

static void more_shards_than_can_be_verified_are_over_the_limit(void **state)
{
    (void)state;
    temp_tree_write(&dir, "sparse", "x");
    assert_int_equal(truncate(temp_tree_path(&dir, "sparse"), (off_t)1 << 40), 0);
    refuse_with(
        &(struct sw_model_options){.method = SW_MODEL_SHARDS, .shard_size = 1}, SW_E_LIMIT, "more");
}

static enum sw_code count_file(
    void *ctx, void *state, const struct sw_unit *unit, int fd, struct sw_error *why)
{
    (void)state;
    (void)unit;
    (void)fd;
    (void)why;
    atomic_fetch_add((_Atomic int *)ctx, 1);
    return SW_OK;
}

static void note_tree(void *ctx, const struct sw_tree *tree)
{
    *(size_t *)ctx = tree->count;
}

static void others_see_what_is_hashed_in_the_same_pass(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "x");
    temp_tree_write(&dir, "b", "y");
    _Atomic int seen = 0;
    size_t announced = 0;
    const struct sw_consumer consumer = {.ctx = &seen, .end = count_file};
    const struct sw_consumer *consumers[] = {&consumer};
    struct sw_model_options options = {.consumers = consumers,
        .consumer_count = 1,
        .tree_ready = note_tree,
        .tree_ctx = &announced};
    hash_with(&options);
    assert_int_equal(seen, 2);
    assert_int_equal(announced, 2);
    options.method = SW_MODEL_SHARDS;
    options.shard_size = 1;
    temp_tree_write(&dir, "a", "xyz");
    hash_with(&options);
    assert_int_equal(seen, 2 + 4);
}

static void assert_statement_is_canonical(const char *const *parts, size_t count)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_model_statement(&manifest, &text, &err), SW_OK);
    SW_CLEANUP(buf) struct sw_buf canonical = SW_BUF_INIT;
    assert_int_equal(sw_json_canonicalize(&canonical, sw_buf_bytes(&text), &err), SW_OK);
    assert_string_equal(sw_buf_cstr(&text), sw_buf_cstr(&canonical));
    for (size_t i = 0; i < count; i++) {
        if (strstr(sw_buf_cstr(&text), parts[i]) == NULL) {
            fail_msg("%s is not in %s", parts[i], sw_buf_cstr(&text));
        }
    }
}

static void the_statement_is_canonical_and_complete(void **state)
{
    (void)state;
    static const char *const files[] = {
        "\"predicate\":{\"resources\":[{\"algorithm\":\"sha256\",\"digest\":"
        "\"2d711642b726b04401627ca9"
        "fbac32f5c8530fb1903cc4db02258717921a4881\",\"name\":\"\\\"\\u0001\xc3\xa4\"}]",
        "\"serialization\":{\"allow_symlinks\":false,\"hash_type\":\"sha256\",\"ignore_paths\":["
        "\".git\",\".gitattributes\",\".github\",\".gitignore\"],\"method\":\"files\"}",
        "\"predicateType\":\"https://model_signing/signature/v1.0\",\"subject\":[{\"digest\":{"
        "\"sha256\":\""};
    static const char *const shards[] = {"\"serialization\":{\"allow_symlinks\":true,\"hash_type\":"
                                         "\"blake2b\",\"method\":\"shards\","
                                         "\"shard_size\":7}",
        "\"name\":\"\\\"\\u0001\xc3\xa4:0:1\""};
    temp_tree_write(&dir, "\"\x01\xc3\xa4", "x");
    hash_with(&(struct sw_model_options){0});
    assert_statement_is_canonical(files, SW_COUNT(files));
    hash_with(&(struct sw_model_options){.method = SW_MODEL_SHARDS,
        .shard_size = 7,
        .hash = SW_BLAKE2B,
        .allow_symlinks = true,
        .keep_git = true});
    assert_statement_is_canonical(shards, SW_COUNT(shards));
}

static void a_shard_size_that_json_cannot_hold_is_wrong_usage(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "x");
    hash_with(&(struct sw_model_options){
        .method = SW_MODEL_SHARDS, .shard_size = ((uint64_t)1 << 53) + 1});
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_model_statement(&manifest, &text, &err), SW_E_USAGE);
}

static void the_signature_is_looked_for_in_and_beside_the_model(void **state)
{
    (void)state;
    temp_tree_write(&dir, "m/a", "x");
    const char *path = temp_tree_path(&dir, "m");
    const char *file = temp_tree_path(&dir, "m/a");
    assert_null(sw_model_signature_path(&arena, path, false));
    assert_string_equal(
        sw_model_signature_path(&arena, path, true), temp_tree_path(&dir, "m/model.sig"));
    assert_string_equal(
        sw_model_signature_path(&arena, file, true), temp_tree_path(&dir, "m/a.sig"));
    temp_tree_write(&dir, "model.sig", "x");
    assert_string_equal(
        sw_model_signature_path(&arena, path, false), temp_tree_path(&dir, "model.sig"));
    temp_tree_write(&dir, "m.sig", "x");
    assert_string_equal(
        sw_model_signature_path(&arena, path, false), temp_tree_path(&dir, "m.sig"));
    temp_tree_write(&dir, "m/model.sig", "x");
    assert_string_equal(
        sw_model_signature_path(&arena, path, false), temp_tree_path(&dir, "m/model.sig"));
    assert_string_equal(
        sw_model_signature_path(&arena, file, false), temp_tree_path(&dir, "m/model.sig"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_give_the_documented_digests),
        TEST(blake2b_digests_have_a_sha256_root),
        TEST(shards_give_the_documented_digests),
        TEST(more_than_nine_shards_are_ordered_as_text),
        TEST(shards_have_a_default_size),
        TEST(a_single_file_is_a_model),
        TEST(a_model_is_named_after_its_directory_also_as_dot),
        TEST(the_result_does_not_depend_on_the_number_of_threads),
        TEST(git_names_are_left_out_at_the_root_only),
        TEST(ignored_paths_are_exact_and_cover_what_is_below),
        TEST(ignored_paths_that_cannot_be_meant_are_wrong_usage),
        TEST(the_signature_is_left_out_where_it_lies_inside),
        TEST(a_model_without_files_is_refused),
        TEST(links_are_refused_unless_allowed_and_to_directories_always),
        TEST(special_files_and_bad_names_are_refused),
        TEST(empty_files_are_refused_in_shards),
        TEST(a_model_that_is_not_there_is_not_found),
        TEST(more_shards_than_can_be_verified_are_over_the_limit),
        TEST(others_see_what_is_hashed_in_the_same_pass),
        TEST(the_statement_is_canonical_and_complete),
        TEST(a_shard_size_that_json_cannot_hold_is_wrong_usage),
        TEST(the_signature_is_looked_for_in_and_beside_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
