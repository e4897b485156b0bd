#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "unit/model/forge.h"

static struct forge f;
static const struct sw_model_options by_files;
static const struct sw_model_options by_shards = {.method = SW_MODEL_SHARDS, .shard_size = 4};

static int make(void **state)
{
    (void)state;
    forge_make(&f);
    return 0;
}

static int clean(void **state)
{
    (void)state;
    forge_clean(&f);
    return 0;
}

static void write_model(void)
{
    forge_write(&f, "config.json", "{}");
    forge_write(&f, "sub/weights", "0123456789");
    forge_write(&f, "tokens", "abc");
}

static void sign_model(const struct sw_model_options *options)
{
    write_model();
    forge_sign(&f, options);
}

/* --- what passes ----------------------------------------------------------------------------- */

static void what_was_signed_passes_by_files_and_by_shards(void **state)
{
    (void)state;
    static const struct sw_model_options blake2b = {.hash = SW_BLAKE2B};
    const struct sw_model_options *const all[] = {&by_files, &by_shards, &blake2b};
    write_model();
    for (size_t i = 0; i < SW_COUNT(all); i++) {
        struct sw_manifest manifest;
        forge_sign(&f, all[i]);
        forge_expect_pass(&f);
        assert_int_equal(sw_model_hash(&f.arena, forge_model(&f), all[i], &manifest, NULL), SW_OK);
        assert_true(sw_digest_equal(&f.result.root, &manifest.root));
        assert_true(sw_digest_equal(&f.result.manifest_digest, &manifest.manifest_digest));
        assert_int_equal(f.result.files, 3);
        assert_int_equal(f.result.bytes, 15);
        struct sw_digest claim;
        sw_sha256(sw_buf_bytes(&f.signature), &claim);
        assert_true(sw_digest_equal(&f.result.claim, &claim));
    }
}

static void a_signature_inside_the_model_is_left_out(void **state)
{
    (void)state;
    write_model();
    f.options.model.signature = forge_path(&f, "model.sig");
    forge_sign(&f, &f.options.model);
    forge_write(&f, "model.sig", "whatever");
    forge_expect_pass(&f);
    forge_write(&f, "other.sig", "whatever");
    FORGE_EXPECT(&f, "added other.sig");
}

static void a_single_file_passes_also_when_it_was_renamed(void **state)
{
    (void)state;
    forge_write(&f, "a", "x");
    forge_sign_path(&f, forge_path(&f, "a"), &by_files);
    forge_write(&f, "b", "x");
    forge_write(&f, "c", "y");
    forge_verify_path(&f, forge_path(&f, "b"));
    assert_int_equal(f.result.verdict, SW_VERDICT_PASS);
    forge_verify_path(&f, forge_path(&f, "c"));
    assert_int_equal(f.result.verdict, SW_VERDICT_FAIL);
    assert_string_equal(f.result.problems[0].path, "c");
    assert_int_equal(f.result.problems[0].kind, SW_PROBLEM_CHANGED);
}

static void a_single_file_may_be_listed_by_its_name(void **state)
{
    (void)state;
    static const struct forge_item items[] = {{"weights", "x"}};
    forge_write(&f, "weights", "x");
    forge_write(&f, "other", "x");
    forge_sign_items(&f, items, 1, FORGE_FILES);
    forge_verify_path(&f, forge_path(&f, "weights"));
    assert_int_equal(f.result.verdict, SW_VERDICT_PASS);
    forge_verify_path(&f, forge_path(&f, "other"));
    assert_int_equal(f.result.verdict, SW_VERDICT_FAIL);
    assert_int_equal(f.result.problems[0].kind, SW_PROBLEM_RENAMED);
    assert_string_equal(f.result.problems[0].path, "weights");
    assert_string_equal(f.result.problems[0].detail, "other");
}

static void resources_may_be_listed_in_any_order(void **state)
{
    (void)state;
    static const struct forge_item components[] = {{"sub/b", "1"}, {"sub-a", "2"}};
    static const struct forge_item reversed[] = {{"z", "1"}, {"sub/b", "1"}, {"a", "2"}};
    forge_write(&f, "sub/b", "1");
    forge_write(&f, "sub-a", "2");
    forge_sign_items(&f, components, 2, FORGE_FILES);
    forge_expect_pass(&f);
    forge_remove(&f, "sub-a");
    forge_write(&f, "a", "2");
    forge_write(&f, "z", "1");
    forge_sign_items(&f, reversed, 3, FORGE_FILES);
    forge_expect_pass(&f);
}

static void shards_may_be_listed_in_any_order_with_a_float_size_and_a_long_algorithm(void **state)
{
    (void)state;
    static const struct forge_item items[] = {
        {"w:it:h:4:8", "4567"}, {"w:it:h:8:10", "89"}, {"w:it:h:0:4", "0123"}};
    forge_write(&f, "w:it:h", "0123456789");
    forge_sign_items(&f, items, 3,
        "{\"method\":\"shards\",\"hash_type\":\"sha256\",\"allow_symlinks\":false,\"shard_size\":"
        "4.0}");
    forge_expect_pass(&f);
}

static void git_files_that_were_not_signed_are_told_and_pass(void **state)
{
    (void)state;
    sign_model(&by_files);
    forge_expect_pass(&f);
    assert_false(f.result.unsigned_git);
    forge_write(&f, ".git/hooks/post-checkout", "x");
    forge_expect_pass(&f);
    assert_true(f.result.unsigned_git);
    f.options.model.keep_git = true;
    FORGE_EXPECT(&f, "added .git/hooks/post-checkout");
}

static void git_files_that_were_signed_are_checked(void **state)
{
    (void)state;
    static const struct sw_model_options keep = {.keep_git = true};
    write_model();
    forge_write(&f, ".gitattributes", "x");
    forge_write(&f, ".github/a", "x");
    forge_sign(&f, &keep);
    forge_expect_pass(&f);
    forge_write(&f, ".gitattributes", "y");
    forge_write(&f, ".github/b", "y");
    FORGE_EXPECT(&f, "changed .gitattributes");
    assert_true(f.result.unsigned_git);
}

static void ignored_paths_excuse_only_what_was_not_signed(void **state)
{
    (void)state;
    static const char *const ignore[] = {"sub", "new"};
    sign_model(&by_files);
    f.options.model.ignore = ignore;
    f.options.model.ignore_count = 2;
    forge_write(&f, "sub/added", "x");
    forge_write(&f, "new/added", "x");
    forge_expect_pass(&f);
    forge_write(&f, "sub/weights", "changed");
    FORGE_EXPECT(&f, "changed sub/weights");
}

static void signed_ignore_paths_are_honoured(void **state)
{
    (void)state;
    static const struct forge_item items[] = {{"a", "x"}};
    forge_write(&f, "a", "x");
    forge_write(&f, "cache/x", "x");
    forge_write(&f, "cache-2", "x");
    forge_sign_items(&f, items, 1,
        "{\"method\":\"files\",\"hash_type\":\"sha256\",\"allow_symlinks\":false,\"ignore_paths\":["
        "\"cache\"]}");
    FORGE_EXPECT(&f, "added cache-2");
}

/* The reference tool signs that its signature is left out. The signature is a file: under its name
 * nobody may hide a directory, once the signature lies somewhere else. */
static void a_directory_is_not_ignored_in_place_of_the_signature(void **state)
{
    (void)state;
    static const struct forge_item items[] = {{"a", "x"}};
    forge_write(&f, "a", "x");
    forge_sign_items(&f, items, 1,
        "{\"method\":\"files\",\"hash_type\":\"sha256\",\"allow_symlinks\":false,\"ignore_paths\":["
        "\"model.sig\",\"sub/model.sig\",\"sub/cache\"]}");
    forge_write(&f, "sub/cache/x", "x");
    forge_write(&f, "sub/model.sig", "x");
    forge_expect_pass(&f);
    forge_write(&f, "model.sig/lib/code.py", "x");
    FORGE_EXPECT(&f, "added model.sig/lib/code.py");
}

static void unsigned_files_can_be_ignored(void **state)
{
    (void)state;
    sign_model(&by_files);
    forge_write(&f, "added", "x");
    forge_write(&f, "sub/added", "x");
    forge_write(&f, "dir/added", "x");
    temp_tree_link(&f.dir, "nowhere", forge_name("link"));
    f.options.ignore_unsigned_files = true;
    forge_expect_pass(&f);
    assert_int_equal(f.result.files, 3);
    forge_write(&f, "sub/weights", "x");
    FORGE_EXPECT(&f, "changed sub/weights");
}

/* --- differences ----------------------------------------------------------------------------- */

static void every_difference_is_reported_in_order(void **state)
{
    (void)state;
    sign_model(&by_files);
    forge_write(&f, "a-new", "x");
    forge_write(&f, "config.json", "[]");
    forge_remove(&f, "sub/weights");
    assert_int_equal(rename(forge_path(&f, "tokens"), forge_path(&f, "vocabulary")), 0);
    temp_tree_link(&f.dir, "config.json", forge_name("link"));
    assert_int_equal(mkfifo(forge_path(&f, "pipe"), 0600), 0);
    forge_write(&f, "bad\xff", "x");
    FORGE_EXPECT(&f, "added a-new", "bad-name bad\\xff", "changed config.json", "symlink link",
        "special pipe", "missing sub/weights", "renamed tokens");
    assert_string_equal(f.result.problems[6].detail, "vocabulary");
    assert_false(f.result.io_error);
    assert_int_equal(f.result.manifest_digest.alg, 0);
}

static void differences_in_shards_are_reported_by_file(void **state)
{
    (void)state;
    sign_model(&by_shards);
    forge_write(&f, "config.json", "{}}");
    forge_write(&f, "sub/weights", "0123X56789");
    assert_int_equal(rename(forge_path(&f, "tokens"), forge_path(&f, "vocabulary")), 0);
    FORGE_EXPECT(&f, "changed config.json", "changed sub/weights", "renamed tokens");
    assert_string_equal(f.result.problems[0].detail, "2 bytes were signed, it has 3");
    assert_string_equal(f.result.problems[1].detail, "the first difference is in bytes 4 to 7");
}

static void a_change_of_any_one_byte_is_seen(void **state)
{
    (void)state;
    const struct sw_model_options *const all[] = {&by_files, &by_shards};
    for (size_t m = 0; m < SW_COUNT(all); m++) {
        sign_model(all[m]);
        for (size_t i = 0; i < 10; i++) {
            char text[] = "0123456789";
            text[i] ^= 1;
            forge_write(&f, "sub/weights", text);
            FORGE_EXPECT(&f, "changed sub/weights");
        }
    }
}

static void swapped_files_are_two_changes(void **state)
{
    (void)state;
    sign_model(&by_files);
    forge_write(&f, "config.json", "abc");
    forge_write(&f, "tokens", "{}");
    FORGE_EXPECT(&f, "changed config.json", "changed tokens");
}

static void each_added_file_explains_one_missing_file(void **state)
{
    (void)state;
    forge_write(&f, "a", "same");
    forge_write(&f, "b", "same");
    forge_write(&f, "c", "other");
    forge_sign(&f, &by_files);
    forge_remove(&f, "a");
    forge_remove(&f, "b");
    forge_write(&f, "new", "same");
    forge_verify(&f);
    assert_int_equal(f.result.problem_count, 2);
    size_t renamed = 0;
    for (size_t i = 0; i < 2; i++) {
        renamed += f.result.problems[i].kind == SW_PROBLEM_RENAMED ? 1 : 0;
    }
    assert_int_equal(renamed, 1);
}

static void a_file_that_became_a_directory_is_missing(void **state)
{
    (void)state;
    sign_model(&by_files);
    forge_remove(&f, "tokens");
    forge_write(&f, "tokens/x", "other");
    FORGE_EXPECT(&f, "missing tokens", "added tokens/x");
}

static void a_file_that_became_a_link_is_a_symlink(void **state)
{
    (void)state;
    sign_model(&by_files);
    assert_int_equal(rename(forge_path(&f, "tokens"), temp_tree_path(&f.dir, "outside")), 0);
    temp_tree_link(&f.dir, "../outside", forge_name("tokens"));
    FORGE_EXPECT(&f, "symlink tokens");
}

static void a_file_that_cannot_be_read_is_an_input_error(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        print_message("root reads every file\n");
        skip();
    }
    sign_model(&by_files);
    assert_int_equal(chmod(forge_path(&f, "tokens"), 0), 0);
    FORGE_EXPECT(&f, "unreadable tokens");
    assert_true(f.result.io_error);
}

/* --- the signature --------------------------------------------------------------------------- */

static void no_signature_is_no_evidence(void **state)
{
    (void)state;
    write_model();
    forge_expect_only(&f, SW_VERDICT_NO_EVIDENCE, SW_PROBLEM_NO_SIGNATURE, "no signature");
    assert_null(f.result.signer);
}

static void a_model_that_is_not_there_is_no_verdict(void **state)
{
    (void)state;
    struct sw_error err = {0};
    assert_int_equal(sw_model_verify(&f.arena, forge_path(&f, "none"), (struct sw_bytes){0},
                         f.trust, &f.options, &f.result, &err),
        SW_E_NOENT);
    assert_non_null(strstr(err.text, "none"));
}

static void a_malformed_signature_fails(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "x", "{}", "[]", "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\"}"};
    write_model();
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        sw_buf_clear(&f.signature);
        assert_int_equal(sw_buf_puts(&f.signature, bad[i]), SW_OK);
        forge_expect_only(&f, SW_VERDICT_FAIL, SW_PROBLEM_SIGNATURE, "");
        assert_null(f.result.signer);
    }
}

static void a_bundle_of_a_later_kind_is_no_evidence(void **state)
{
    (void)state;
    write_model();
    assert_int_equal(sw_buf_puts(&f.signature,
                         "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v9+json\"}"),
        SW_OK);
    forge_expect_only(&f, SW_VERDICT_NO_EVIDENCE, SW_PROBLEM_SIGNATURE, "v9");
}

static void another_signer_fails(void **state)
{
    (void)state;
    write_model();
    struct sw_key *trusted = f.key;
    assert_int_equal(sw_key_generate(SW_KEY_P256, &f.key, NULL), SW_OK);
    forge_sign(&f, &by_files);
    sw_key_free(trusted);
    forge_expect_only(&f, SW_VERDICT_FAIL, SW_PROBLEM_SIGNATURE, "no trusted signer");
    assert_null(f.result.signer);
    assert_int_equal(f.result.root.alg, 0);
}

static void any_flipped_bit_of_the_signature_fails(void **state)
{
    (void)state;
    sign_model(&by_files);
    forge_expect_pass(&f);
    for (size_t i = 0; i < f.signature.len; i++) {
        f.signature.data[i] ^= 1;
        forge_verify(&f);
        if (f.result.verdict == SW_VERDICT_PASS) {
            fail_msg(
                "byte %zu: '%.40s'", i, (const char *)f.signature.data + (i < 20 ? 0 : i - 20));
        }
        f.signature.data[i] ^= 1;
    }
    forge_expect_pass(&f);
}

static void blake3_is_no_evidence(void **state)
{
    (void)state;
    static const struct forge_item items[] = {{"a", "x"}};
    forge_write(&f, "a", "x");
    forge_sign_items(
        &f, items, 1, "{\"method\":\"files\",\"hash_type\":\"blake3\",\"allow_symlinks\":false}");
    forge_expect_only(&f, SW_VERDICT_NO_EVIDENCE, SW_PROBLEM_MANIFEST, "blake3");
}

/* --- the gaps, one test each (doc/format/model-signing.md) ----------------------------------- */

static void sign_with_leaf(const struct pki_spec *leaf_spec, const char *identity)
{
    struct pki_cert root = pki_issue(&PKI_ROOT_SPEC, NULL);
    struct pki_cert leaf = pki_issue(leaf_spec, &root);
    struct sw_key *key = pki_key(&leaf);
    struct sw_manifest manifest;
    SW_CLEANUP(buf) struct sw_buf payload = SW_BUF_INIT;
    write_model();
    assert_int_equal(sw_model_hash(&f.arena, forge_model(&f), &by_files, &manifest, NULL), SW_OK);
    assert_int_equal(sw_model_statement(&manifest, &payload, NULL), SW_OK);
    const struct sw_signer signer = {
        .key = key, .certificates = {leaf.bytes, root.bytes}, .certificate_count = 2};
    sw_buf_clear(&f.signature);
    assert_int_equal(sw_bundle_sign(&signer, sw_buf_bytes(&payload), &f.signature, NULL), SW_OK);
    assert_int_equal(sw_trust_add_roots(f.trust, "tester", pki_roots(&root), identity), SW_OK);
    sw_key_free(key);
    pki_release(&leaf);
    pki_release(&root);
}

static void gap_1_a_tls_server_certificate_is_no_model_signer(void **state)
{
    (void)state;
    struct pki_spec spec = PKI_LEAF_SPEC;
    spec.extended = "serverAuth";
    sign_with_leaf(&spec, NULL);
    forge_expect_only(&f, SW_VERDICT_FAIL, SW_PROBLEM_SIGNATURE, "");
}

static void gap_1_a_certificate_needs_the_pinned_identity(void **state)
{
    (void)state;
    const struct pki_spec spec = PKI_LEAF_SPEC;
    sign_with_leaf(&spec, "email:somebody-else@example.com");
    forge_expect_only(&f, SW_VERDICT_FAIL, SW_PROBLEM_SIGNATURE, "");
}

static void gap_1_a_code_signing_certificate_of_the_pinned_identity_passes(void **state)
{
    (void)state;
    const struct pki_spec spec = PKI_LEAF_SPEC;
    sign_with_leaf(&spec, "email:ci@example.com");
    forge_expect_pass(&f);
    assert_string_equal(f.result.identity, "email:ci@example.com");
}

static void gap_2_an_expired_leaf_fails(void **state)
{
    (void)state;
    struct pki_spec spec = PKI_LEAF_SPEC;
    spec.until = PKI_2021;
    sign_with_leaf(&spec, NULL);
    forge_expect_only(&f, SW_VERDICT_FAIL, SW_PROBLEM_SIGNATURE, "");
}

static void gap_3_names_that_leave_the_model_fail(void **state)
{
    (void)state;
    static const struct forge_item items[][1] = {{{"../secret", "x"}}, {{"/etc/passwd", "x"}},
        {{"sub/../../secret", "x"}}, {{"..", "x"}}, {{"", "x"}}};
    write_model();
    temp_tree_write(&f.dir, "secret", "x");
    f.options.ignore_unsigned_files = true;
    for (size_t i = 0; i < SW_COUNT(items); i++) {
        forge_sign_items(&f, items[i], 1, FORGE_FILES);
        forge_expect_manifest(&f, "not plain");
        assert_int_equal(f.result.files, 0);
    }
}

static void gap_4_a_name_listed_twice_fails(void **state)
{
    (void)state;
    static const struct forge_item items[] = {{"a", "wrong"}, {"b", "x"}, {"a", "x"}};
    static const struct forge_item same[] = {{"a", "x"}, {"b", "x"}, {"a", "x"}};
    forge_write(&f, "a", "x");
    forge_write(&f, "b", "x");
    forge_sign_items(&f, items, 3, FORGE_FILES);
    forge_expect_manifest(&f, "twice");
    forge_sign_items(&f, same, 3, FORGE_FILES);
    forge_expect_manifest(&f, "twice");
}

static void gap_4_an_alias_of_a_name_fails(void **state)
{
    (void)state;
    static const struct forge_item items[][2] = {{{"a", "x"}, {"./a", "x"}},
        {{"a", "x"}, {".", "x"}}, {{"a", "x"}, {"b//c", "x"}}, {{"a", "x"}, {"b/", "x"}},
        {{"a", "x"}, {"b/./c", "x"}}};
    forge_write(&f, "a", "x");
    for (size_t i = 0; i < SW_COUNT(items); i++) {
        forge_sign_items(&f, items[i], 2, FORGE_FILES);
        forge_expect_manifest(&f, "not plain");
    }
}

#define IGNORING(path)                                                                           \
    "{\"method\":\"files\",\"hash_type\":\"sha256\",\"allow_symlinks\":false,\"ignore_paths\":[" \
    "\".git\",\"" path "\"]}"

static void gap_5_an_ignore_path_that_swallows_the_model_fails(void **state)
{
    (void)state;
    static const char *const swallowing[] = {IGNORING("."), IGNORING(""), IGNORING("./"),
        IGNORING(".."), IGNORING("/"), IGNORING("sub/..")};
    static const struct forge_item items[] = {{"sub/a", "x"}};
    forge_write(&f, "sub/a", "x");
    forge_write(&f, "evil", "x");
    for (size_t i = 0; i < SW_COUNT(swallowing); i++) {
        forge_sign_items(&f, items, 1, swallowing[i]);
        forge_expect_manifest(&f, "not plain");
    }
}

static void gap_5_an_ignore_path_that_swallows_a_resource_fails(void **state)
{
    (void)state;
    static const struct forge_item items[] = {{"sub-1", "x"}, {"sub/a", "x"}};
    forge_write(&f, "sub/a", "x");
    forge_write(&f, "sub-1", "x");
    forge_sign_items(&f, items, 2, IGNORING("sub"));
    forge_expect_manifest(&f, "ignores what it lists");
    forge_sign_items(&f, items, 2, IGNORING("sub/a"));
    forge_expect_manifest(&f, "ignores what it lists");
    forge_sign_items(&f, items, 2, IGNORING("sub/b"));
    forge_expect_pass(&f);
}

static void gap_5_an_empty_list_of_resources_fails(void **state)
{
    (void)state;
    write_model();
    forge_sign_items(&f, NULL, 0, FORGE_FILES);
    forge_expect_manifest(&f, "lists no files");
}

/* Gap 6 is git_files_that_were_not_signed_are_told_and_pass. */

static void gap_7_a_directory_link_fails_also_where_links_are_allowed(void **state)
{
    (void)state;
    static const struct sw_model_options follow = {.allow_symlinks = true};
    write_model();
    temp_tree_link(&f.dir, "tokens", forge_name("alias"));
    forge_sign(&f, &follow);
    forge_expect_pass(&f);
    temp_tree_write(&f.dir, "outside/code.py", "x");
    temp_tree_link(&f.dir, "../outside", forge_name("plugins"));
    FORGE_EXPECT(&f, "symlink plugins");
}

static void gap_7_a_directory_that_became_a_link_fails(void **state)
{
    (void)state;
    static const struct sw_model_options follow = {.allow_symlinks = true};
    sign_model(&follow);
    assert_int_equal(rename(forge_path(&f, "sub"), temp_tree_path(&f.dir, "sub")), 0);
    temp_tree_link(&f.dir, "../sub", forge_name("sub"));
    FORGE_EXPECT(&f, "symlink sub", "missing sub/weights");
    f.options.ignore_unsigned_files = true;
    FORGE_EXPECT(&f, "symlink sub", "missing sub/weights");
}

static void gap_8_an_empty_file_that_shards_hide_fails(void **state)
{
    (void)state;
    sign_model(&by_shards);
    forge_write(&f, "__init__.py", "");
    FORGE_EXPECT(&f, "added __init__.py");
    assert_non_null(strstr(f.result.problems[0].detail, "empty files"));
    f.options.ignore_unsigned_files = true;
    forge_expect_pass(&f);
}

static void gap_8_a_file_that_was_emptied_fails_in_shards(void **state)
{
    (void)state;
    sign_model(&by_shards);
    forge_write(&f, "tokens", "");
    FORGE_EXPECT(&f, "changed tokens");
}

static void replace_in_signature(const char *from, const char *to)
{
    SW_CLEANUP(buf) struct sw_buf changed = SW_BUF_INIT;
    const char *text = sw_buf_cstr(&f.signature);
    const char *at = strstr(text, from);
    assert_non_null(at);
    assert_int_equal(sw_buf_append(&changed, text, (size_t)(at - text)), SW_OK);
    assert_int_equal(sw_buf_puts(&changed, to), SW_OK);
    assert_int_equal(sw_buf_puts(&changed, at + strlen(from)), SW_OK);
    sw_buf_clear(&f.signature);
    assert_int_equal(sw_buf_append(&f.signature, changed.data, changed.len), SW_OK);
}

static void gap_9_a_missing_hint_fails_unless_allowed(void **state)
{
    (void)state;
    char member[SW_KEY_HINT_SIZE + 16];
    char hint[SW_KEY_HINT_SIZE];
    sign_model(&by_files);
    sw_key_hint(f.key, hint);
    (void)snprintf(member, sizeof(member), "\"hint\":\"%s\"", hint);
    replace_in_signature(member, "");
    forge_expect_only(&f, SW_VERDICT_FAIL, SW_PROBLEM_SIGNATURE, "hint");
    f.options.allow_missing_hint = true;
    forge_expect_pass(&f);
}

static void gap_9_a_bundle_with_several_signatures_fails(void **state)
{
    (void)state;
    sign_model(&by_files);
    replace_in_signature("\"signatures\":[", "\"signatures\":[{\"sig\":\"AAAA\"},");
    forge_expect_only(&f, SW_VERDICT_FAIL, SW_PROBLEM_SIGNATURE, "signature");
}

static void gap_10_what_one_model_ignores_does_not_reach_the_next(void **state)
{
    (void)state;
    static const struct forge_item items[] = {{"a", "x"}};
    forge_write(&f, "a", "x");
    forge_write(&f, "cache", "x");
    forge_sign_items(&f, items, 1, IGNORING("cache"));
    forge_expect_pass(&f);
    forge_sign_items(&f, items, 1, FORGE_FILES);
    FORGE_EXPECT(&f, "added cache");
}

struct late_change {
    const char *path;
    const char *text;
};

static void change_file(void *ctx, const struct sw_tree *tree)
{
    const struct late_change *change = ctx;
    (void)tree;
    int fd = open(change->path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(sw_fd_write(fd, "file", sw_bytes_of_str(sw_str(change->text)), NULL), SW_OK);
    assert_int_equal(close(fd), 0);
}

/* What is hashed is an open descriptor that is compared with the listing before and after. */
static void gap_11_a_file_that_changes_during_the_check_fails(void **state)
{
    (void)state;
    sign_model(&by_files);
    struct late_change change = {forge_path(&f, "tokens"), "abc and more"};
    f.options.model.tree_ready = change_file;
    f.options.model.tree_ctx = &change;
    FORGE_EXPECT(&f, "unreadable tokens");
    assert_non_null(strstr(f.result.problems[0].detail, "changed while it was read"));
    assert_true(f.result.io_error);
}

/* --- more that is not acceptable ------------------------------------------------------------- */

static void shards_that_do_not_tile_a_file_fail(void **state)
{
    (void)state;
    static const char *const shards = "{\"method\":\"shards\",\"hash_type\":\"sha256\",\"allow_"
                                      "symlinks\":false,\"shard_size\":4}";
    static const struct forge_item bad[][3] = {
        {{"w:0:4", "0123"}, {"w:4:8", "4567"}, {"w:9:10", "9"}},
        {{"w:0:4", "0123"}, {"w:0:4", "0123"}, {"w:4:8", "4567"}},
        {{"w:1:4", "123"}, {"w:4:8", "4567"}, {"w:8:10", "89"}},
        {{"w:0:4", "0123"}, {"w:3:7", "3456"}, {"w:7:10", "789"}},
        {{"w:0:3", "012"}, {"w:3:7", "3456"}, {"w:7:10", "789"}},
        {{"w:0:5", "01234"}, {"w:5:9", "5678"}, {"w:9:10", "9"}},
        {{"w:0:4", "0123"}, {"w:4:8", "4567"}, {"w:8:8", ""}},
        {{"w:0:4", "0123"}, {"w:4:8", "4567"}, {"w:8:2", "89"}}};
    static const struct forge_item nameless[][3] = {
        {{"w:0:4", "0123"}, {"w:4:8", "4567"}, {"w", "89"}},
        {{"w:0:4", "0123"}, {"w:4:8", "4567"}, {"w:8", "89"}},
        {{"w:0:4", "0123"}, {"w:4:8", "4567"}, {"w:08:10", "89"}},
        {{"w:0:4", "0123"}, {"w:4:8", "4567"}, {"w:-8:10", "89"}},
        {{"w:0:4", "0123"}, {"w:4:8", "4567"}, {"w:8:99999999999999999999", "89"}}};
    forge_write(&f, "w", "0123456789");
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        forge_sign_items(&f, bad[i], 3, shards);
        forge_expect_manifest(&f, "do not cover");
    }
    for (size_t i = 0; i < SW_COUNT(nameless); i++) {
        forge_sign_items(&f, nameless[i], 3, shards);
        forge_expect_manifest(&f, "without its range");
    }
}

static void serializations_that_make_no_sense_fail(void **state)
{
    (void)state;
    static const struct {
        const char *serialization;
        const char *words;
    } bad[] = {
        {"{}", "method"},
        {"[]", "method"},
        {"{\"method\":\"tree\",\"hash_type\":\"sha256\",\"allow_symlinks\":false}", "method"},
        {"{\"method\":\"files\",\"allow_symlinks\":false}", "hash algorithm"},
        {"{\"method\":\"files\",\"hash_type\":\"md5\",\"allow_symlinks\":false}", "md5"},
        {"{\"method\":\"files\",\"hash_type\":\"sha512\",\"allow_symlinks\":false}", "registry"},
        {"{\"method\":\"files\",\"hash_type\":\"sha256\"}", "links"},
        {"{\"method\":\"files\",\"hash_type\":\"sha256\",\"allow_symlinks\":\"false\"}", "links"},
        {"{\"method\":\"files\",\"hash_type\":\"blake2b\",\"allow_symlinks\":false}", "mixes"},
        {"{\"method\":\"files\",\"hash_type\":\"sha256\",\"allow_symlinks\":false,"
         "\"ignore_paths\":\"a\"}",
            "no list"},
        {"{\"method\":\"files\",\"hash_type\":\"sha256\",\"allow_symlinks\":false,"
         "\"ignore_paths\":[1]}",
            "no text"},
        {"{\"method\":\"shards\",\"hash_type\":\"sha256\",\"allow_symlinks\":false}", "shard size"},
        {"{\"method\":\"shards\",\"hash_type\":\"sha256\",\"allow_symlinks\":false,\"shard_size\":"
         "0}",
            "shard size"},
        {"{\"method\":\"shards\",\"hash_type\":\"sha256\",\"allow_symlinks\":false,\"shard_size\":"
         "1.5}",
            "shard size"},
        {"{\"method\":\"shards\",\"hash_type\":\"sha256\",\"allow_symlinks\":false,\"shard_size\":-"
         "1}",
            "shard size"},
    };
    static const struct forge_item items[] = {{"a", "x"}};
    forge_write(&f, "a", "x");
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        forge_sign_items(&f, items, 1, bad[i].serialization);
        forge_expect_manifest(&f, bad[i].words);
    }
}

#define STATEMENT(type, subject, predicate)                                    \
    "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":\"" type \
    "\",\"subject\":[" subject "],\"predicate\":" predicate "}"
#define X_SHA256 "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
#define X_ROOT "0a325ca303eb3014c43ae004970f343634db176fa1697bcc8c9efac94626488d"
#define SUBJECT(name, digest) "{\"name\":\"" name "\",\"digest\":{\"sha256\":\"" digest "\"}}"
#define PREDICATE(resource) "{\"resources\":[" resource "],\"serialization\":" FORGE_FILES "}"
#define RESOURCE "{\"name\":\"a\",\"algorithm\":\"sha256\",\"digest\":\"" X_SHA256 "\"}"
#define OMS "https://model_signing/signature/v1.0"
#define OMS_V02 "https://model_signing/Digests/v0.1"

static void sign_text(const char *text)
{
    forge_sign_payload(&f, sw_bytes_of_str(sw_str(text)));
}

static void statements_that_are_no_model_signature_fail(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *words;
    } bad[] = {
        {STATEMENT("https://slsa.dev/provenance/v1", SUBJECT("m", X_SHA256), "{}"), "predicate"},
        {STATEMENT(OMS, SUBJECT("m", X_SHA256), PREDICATE(RESOURCE)), "root digest"},
        {STATEMENT(OMS, SUBJECT("m", X_SHA256) "," SUBJECT("n", X_SHA256), PREDICATE(RESOURCE)),
            "2 subjects"},
        {STATEMENT(OMS, SUBJECT("m", X_SHA256), "{}"), "method"},
        {STATEMENT(OMS, SUBJECT("m", X_SHA256), "{\"serialization\":" FORGE_FILES "}"),
            "resources"},
        {STATEMENT(OMS, SUBJECT("m", X_SHA256), PREDICATE("1")), "without a name"},
        {STATEMENT(OMS, SUBJECT("m", X_SHA256), PREDICATE("{\"name\":\"a\"}")), "mixes"},
        {STATEMENT(OMS, SUBJECT("m", X_SHA256),
             PREDICATE("{\"name\":\"a\",\"algorithm\":\"sha256\",\"digest\":\"2D\"}")),
            "malformed digest"},
        {STATEMENT(OMS, SUBJECT("m", X_SHA256),
             PREDICATE("{\"name\":\"a\",\"algorithm\":\"sha256-sharded-4\",\"digest\":\"" X_SHA256
                       "\"}")),
            "mixes"},
    };
    forge_write(&f, "a", "x");
    sign_text(STATEMENT(OMS, SUBJECT("m", X_ROOT), PREDICATE(RESOURCE)));
    forge_expect_pass(&f);
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        sign_text(bad[i].text);
        forge_expect_manifest(&f, bad[i].words);
    }
}

static void a_signed_text_that_is_no_statement_fails(void **state)
{
    (void)state;
    forge_write(&f, "a", "x");
    sign_text("{}");
    forge_expect_only(&f, SW_VERDICT_FAIL, SW_PROBLEM_SIGNATURE, "");
}

static void the_predicate_of_0_2_needs_the_legacy_switch(void **state)
{
    (void)state;
    forge_write(&f, "a", "x");
    sign_text(STATEMENT(OMS_V02, SUBJECT("a", X_SHA256), "{\"unused\":\"x\"}"));
    forge_expect_manifest(&f, "legacy");
    f.options.legacy = true;
    forge_expect_pass(&f);
    assert_int_equal(f.result.root.alg, 0);
    forge_write(&f, "b", "x");
    FORGE_EXPECT(&f, "added b");
    sign_text(STATEMENT(OMS_V02, SUBJECT("a", X_SHA256) "," SUBJECT("a", X_SHA256), "{}"));
    forge_expect_manifest(&f, "twice");
    sign_text(STATEMENT(OMS_V02, SUBJECT("../a", X_SHA256), "{}"));
    forge_expect_manifest(&f, "not plain");
}

static void shards_of_the_reference_tool_name_their_size_in_the_algorithm(void **state)
{
    (void)state;
    static const char *const with_size[] = {"4", "5"};
    forge_write(&f, "a", "x");
    for (size_t i = 0; i < 2; i++) {
        char text[2048];
        (void)snprintf(text, sizeof(text),
            STATEMENT(OMS, SUBJECT("m", X_ROOT),
                "{\"resources\":[{\"name\":\"a:0:1\",\"algorithm\":\"sha256-sharded-%s\","
                "\"digest\":\"" X_SHA256 "\"}],\"serialization\":{\"method\":\"shards\","
                "\"hash_type\":\"sha256\",\"allow_symlinks\":false,\"shard_size\":4}}"),
            with_size[i]);
        sign_text(text);
        forge_verify(&f);
        assert_int_equal(f.result.verdict, i == 0 ? SW_VERDICT_PASS : SW_VERDICT_FAIL);
    }
}

static void a_signature_for_one_file_is_not_for_a_directory(void **state)
{
    (void)state;
    static const struct forge_item items[] = {{".", "x"}};
    forge_write(&f, "a", "x");
    forge_sign_items(&f, items, 1, FORGE_FILES);
    forge_expect_manifest(&f, "single file");
    f.options.ignore_unsigned_files = true;
    forge_expect_manifest(&f, "single file");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_signed_passes_by_files_and_by_shards),
        TEST(a_signature_inside_the_model_is_left_out),
        TEST(a_single_file_passes_also_when_it_was_renamed),
        TEST(a_single_file_may_be_listed_by_its_name),
        TEST(resources_may_be_listed_in_any_order),
        TEST(shards_may_be_listed_in_any_order_with_a_float_size_and_a_long_algorithm),
        TEST(git_files_that_were_not_signed_are_told_and_pass),
        TEST(git_files_that_were_signed_are_checked),
        TEST(ignored_paths_excuse_only_what_was_not_signed),
        TEST(signed_ignore_paths_are_honoured),
        TEST(a_directory_is_not_ignored_in_place_of_the_signature),
        TEST(unsigned_files_can_be_ignored),
        TEST(every_difference_is_reported_in_order),
        TEST(differences_in_shards_are_reported_by_file),
        TEST(a_change_of_any_one_byte_is_seen),
        TEST(swapped_files_are_two_changes),
        TEST(each_added_file_explains_one_missing_file),
        TEST(a_file_that_became_a_directory_is_missing),
        TEST(a_file_that_became_a_link_is_a_symlink),
        TEST(a_file_that_cannot_be_read_is_an_input_error),
        TEST(no_signature_is_no_evidence),
        TEST(a_model_that_is_not_there_is_no_verdict),
        TEST(a_malformed_signature_fails),
        TEST(a_bundle_of_a_later_kind_is_no_evidence),
        TEST(another_signer_fails),
        TEST(any_flipped_bit_of_the_signature_fails),
        TEST(blake3_is_no_evidence),
        TEST(gap_1_a_tls_server_certificate_is_no_model_signer),
        TEST(gap_1_a_certificate_needs_the_pinned_identity),
        TEST(gap_1_a_code_signing_certificate_of_the_pinned_identity_passes),
        TEST(gap_2_an_expired_leaf_fails),
        TEST(gap_3_names_that_leave_the_model_fail),
        TEST(gap_4_a_name_listed_twice_fails),
        TEST(gap_4_an_alias_of_a_name_fails),
        TEST(gap_5_an_ignore_path_that_swallows_the_model_fails),
        TEST(gap_5_an_ignore_path_that_swallows_a_resource_fails),
        TEST(gap_5_an_empty_list_of_resources_fails),
        TEST(gap_7_a_directory_link_fails_also_where_links_are_allowed),
        TEST(gap_7_a_directory_that_became_a_link_fails),
        TEST(gap_8_an_empty_file_that_shards_hide_fails),
        TEST(gap_8_a_file_that_was_emptied_fails_in_shards),
        TEST(gap_9_a_missing_hint_fails_unless_allowed),
        TEST(gap_9_a_bundle_with_several_signatures_fails),
        TEST(gap_10_what_one_model_ignores_does_not_reach_the_next),
        TEST(gap_11_a_file_that_changes_during_the_check_fails),
        TEST(shards_that_do_not_tile_a_file_fail),
        TEST(serializations_that_make_no_sense_fail),
        TEST(statements_that_are_no_model_signature_fail),
        TEST(a_signed_text_that_is_no_statement_fails),
        TEST(the_predicate_of_0_2_needs_the_legacy_switch),
        TEST(shards_of_the_reference_tool_name_their_size_in_the_algorithm),
        TEST(a_signature_for_one_file_is_not_for_a_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
