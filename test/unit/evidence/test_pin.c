/* What the user keeps of a log elsewhere: a store that is another, or an older one, is not opened.
 */
#include "evidence/evidence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/evidence/store_help.h"

static const enum sw_store_mode modes[] = {SW_STORE_READ, SW_STORE_WRITE};

struct fixture {
    struct temp_tree tree;
    const char *path;
    struct sw_key *log; /* the log's key */
};

static void save(struct fixture *f, const char *name, const char *from)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    MUST(sw_file_read(temp_tree_path(&f->tree, from), 1 << 24, &text, &must_error));
    temp_tree_write_bytes(&f->tree, name, text.data, text.len);
}

/* Appends and publishes, and keeps the checkpoint under a name. */
static void grow(struct fixture *f, uint64_t from, uint64_t count, const char *name)
{
    struct sw_store *store = open_to_write(f->path);
    append_entries(store, from, count);
    MUST(sw_store_close(store, &must_error));
    save(f, name, "store/log/checkpoint");
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    assert_non_null(f);
    f->path = new_store_dir(&f->tree);
    MUST(sw_file_read(temp_tree_path(&f->tree, "store/keys/log.key"), 1 << 16, &pem, &must_error));
    MUST(sw_key_read_private(sw_buf_bytes(&pem), sw_str(NULL), &f->log, &must_error));
    save(f, "policy", "store/log.policy");
    save(f, "head0", "store/log/checkpoint");
    grow(f, 0, 300, "head300");
    grow(f, 300, 300, "head600");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    sw_key_free(f->log);
    free((void *)(uintptr_t)f->path);
    temp_tree_remove(&f->tree);
    free(f);
    return 0;
}

static enum sw_code open_with(struct fixture *f, enum sw_store_mode mode, const char *policy,
    const char *checkpoint, struct sw_error *err)
{
    struct sw_store *store = NULL;
    struct sw_store_pin pin = {
        .log_policy = policy == NULL ? NULL : temp_tree_path(&f->tree, policy),
        .checkpoint = checkpoint == NULL ? NULL : temp_tree_path(&f->tree, checkpoint)};
    enum sw_code rc = sw_store_open_pinned(f->path, mode, &pin, &store, err);
    sw_store_abandon(store);
    return rc;
}

static void expect_both(struct fixture *f, const char *policy, const char *checkpoint,
    enum sw_code want, const char *words)
{
    for (size_t i = 0; i < SW_COUNT(modes); i++) {
        struct sw_error err = {0};
        enum sw_code rc = open_with(f, modes[i], policy, checkpoint, &err);
        if (rc != want || (words != NULL && strstr(err.text, words) == NULL)) {
            fail_msg("mode %d: %s: %s", (int)modes[i], sw_code_text(rc), err.text);
        }
    }
}

static void opens_the_log_that_is_kept(void **state)
{
    struct fixture *f = *state;
    expect_both(f, NULL, NULL, SW_OK, NULL);
    expect_both(f, "policy", NULL, SW_OK, NULL);
    expect_both(f, "policy", "head600", SW_OK, NULL);
    expect_both(f, NULL, "head300", SW_OK, NULL);
    expect_both(f, NULL, "head0", SW_OK, NULL);
    struct sw_store *store = open_to_write(f->path);
    append_entries(store, 600, 5);
    sw_store_abandon(store);
    expect_both(f, "policy", "head600", SW_OK, NULL);
}

static void refuses_another_log(void **state)
{
    struct fixture *f = *state;
    struct temp_tree other;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    const char *second = new_store_dir(&other);
    MUST(sw_file_read(temp_tree_path(&other, "store/log.policy"), 1 << 16, &text, &must_error));
    temp_tree_write_bytes(&f->tree, "policy2", text.data, text.len);
    sw_buf_clear(&text);
    MUST(sw_file_read(temp_tree_path(&other, "store/log/checkpoint"), 1 << 16, &text, &must_error));
    temp_tree_write_bytes(&f->tree, "head2", text.data, text.len);
    expect_both(f, "policy2", NULL, SW_E_REFUSED, "another log was put in its place");
    expect_both(f, NULL, "head2", SW_E_REFUSED, "another log was put in its place");
    expect_both(f, "policy", "head2", SW_E_REFUSED, "another log was put in its place");
    free((void *)(uintptr_t)second);
    temp_tree_remove(&other);
}

/* The policy may name many logs; the name and the key must stand on one line. */
static void the_name_counts_with_its_key(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(key) struct sw_key *other = NULL;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_vkey vkey;
    uint8_t raw[32];
    sw_arena_init(&arena, 0);
    MUST(sw_key_generate(SW_KEY_ED25519, &other, &must_error));
    MUST(sw_key_raw_ed25519(other, raw));
    MUST(sw_vkey_make(&arena, ORIGIN, SW_VKEY_ED25519, raw, &vkey));
    MUST(sw_buf_puts(&text, "log "));
    MUST(sw_vkey_write(&vkey, &text));
    MUST(sw_key_raw_ed25519(f->log, raw));
    MUST(sw_vkey_make(&arena, "example.com/other", SW_VKEY_ED25519, raw, &vkey));
    MUST(sw_buf_puts(&text, "\nlog "));
    MUST(sw_vkey_write(&vkey, &text));
    MUST(sw_buf_puts(&text, "\nquorum none\n"));
    temp_tree_write_bytes(&f->tree, "policy3", text.data, text.len);
    expect_both(f, "policy3", NULL, SW_E_REFUSED, "does not name the log");
}

static void files_that_are_no_pins_are_no_verdict(void **state)
{
    static const char *const junk[] = {"", "junk", "log\n", "example.com/test-log\n5\n"};
    struct fixture *f = *state;
    for (size_t i = 0; i < SW_COUNT(junk); i++) {
        temp_tree_write(&f->tree, "junk", junk[i]);
        expect_both(f, NULL, "junk", SW_E_USAGE, "the kept checkpoint");
        if (junk[i][0] != '\0') {
            expect_both(f, "junk", NULL, SW_E_USAGE, "the log policy");
        }
    }
    expect_both(f, "absent", NULL, SW_E_NOENT, "absent");
    expect_both(f, NULL, "absent", SW_E_NOENT, "absent");
}

static void an_altered_kept_checkpoint_vouches_for_nothing(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    MUST(sw_file_read(temp_tree_path(&f->tree, "head300"), 1 << 16, &text, &must_error));
    uint8_t *size = memmem(text.data, text.len, "300", 3);
    assert_non_null(size);
    size[2] = '1';
    temp_tree_write_bytes(&f->tree, "head301", text.data, text.len);
    expect_both(f, NULL, "head301", SW_E_REFUSED, "not signed by the key");
}

/* --- history --------------------------------------------------------------------------------- */

/* Signs what an operator with the key might: another root. */
static void sign_other(struct fixture *f, uint64_t size, const char *name)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_hash256 root = {{7}};
    MUST(sw_checkpoint_sign(ORIGIN, size, &root, f->log, &text, &must_error));
    temp_tree_write_bytes(&f->tree, name, text.data, text.len);
}

static void refuses_a_log_that_was_rewritten(void **state)
{
    struct fixture *f = *state;
    static const uint64_t sizes[] = {1, 256, 299, 512, 600};
    for (size_t i = 0; i < SW_COUNT(sizes); i++) {
        sign_other(f, sizes[i], "other");
        expect_both(f, NULL, "other", SW_E_REFUSED, "did not grow from the kept checkpoint");
    }
}

static void refuses_a_log_that_lost_entries(void **state)
{
    struct fixture *f = *state;
    sign_other(f, 601, "other");
    expect_both(f, "policy", "other", SW_E_REFUSED, "lost entries: its log has 600");
}

static void refuses_tiles_that_do_not_lead_there(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(buf) struct sw_buf tile = SW_BUF_INIT;
    struct sw_error err;
    static const char file[] = "store/log/tile/0/001";
    MUST(sw_file_read(temp_tree_path(&f->tree, file), 1 << 16, &tile, &must_error));
    tile.data[100] ^= 1;
    temp_tree_write_bytes(&f->tree, file, tile.data, tile.len);
    assert_int_equal(open_with(f, SW_STORE_READ, NULL, "head300", &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "tiles are damaged"));
    /* A writer mends them from its journal first. */
    assert_int_equal(open_with(f, SW_STORE_WRITE, NULL, "head300", &err), SW_OK);
    assert_int_equal(open_with(f, SW_STORE_READ, NULL, "head300", &err), SW_OK);
}

/* After a power cut the checkpoint before the newest may stand there again. The journal has the
 * rest, so a writer goes on; a reader cannot tell it from an older copy. */
static void goes_on_when_the_journal_reaches_the_kept_checkpoint(void **state)
{
    struct fixture *f = *state;
    struct sw_error err;
    save(f, "store/log/checkpoint", "head300");
    assert_int_equal(open_with(f, SW_STORE_READ, NULL, "head600", &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "lost entries: its log has 300"));
    assert_int_equal(open_with(f, SW_STORE_WRITE, NULL, "head600", &err), SW_OK);
    sign_other(f, 500, "other");
    assert_int_equal(open_with(f, SW_STORE_WRITE, NULL, "other", &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "did not grow"));
    sign_other(f, 601, "other");
    assert_int_equal(open_with(f, SW_STORE_WRITE, NULL, "other", &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "lost entries: its log has 600"));
    /* Nothing was published by those who were refused, or only looked. */
    struct sw_store *store = open_to_read(f->path);
    MUST(sw_store_head(store, &must_error));
    assert_int_equal(store->head.size, 300);
    sw_store_abandon(store);
}

/* The journal began anew when all that it had was published and on the medium, so no power cut
 * brings a checkpoint from before back. */
static void refuses_an_old_checkpoint_before_the_journal_s_beginning(void **state)
{
    struct fixture *f = *state;
    struct sw_error err;
    struct sw_store *store = open_to_write(f->path);
    store->rotate_at = 1;
    append_entries(store, 600, 10);
    MUST(sw_store_close(store, &must_error));
    save(f, "head610", "store/log/checkpoint");
    expect_both(f, NULL, "head610", SW_OK, NULL);
    save(f, "store/log/checkpoint", "head300");
    assert_int_equal(open_with(f, SW_STORE_WRITE, NULL, "head600", &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "lost entries: its log has 300"));
}

/* A reader that is open looks again at each checkpoint that it reads anew. */
static void a_reader_does_not_go_back_either(void **state)
{
    struct fixture *f = *state;
    struct sw_error err;
    struct sw_store *store = NULL;
    struct sw_store_pin pin = {.checkpoint = temp_tree_path(&f->tree, "head600")};
    MUST(sw_store_open_pinned(f->path, SW_STORE_READ, &pin, &store, &must_error));
    save(f, "store/log/checkpoint", "head300");
    store->head_read = false; /* as when the index is of another tree */
    assert_int_equal(sw_store_head(store, &err), SW_E_REFUSED);
    assert_false(store->head_read);
    sw_store_abandon(store);
}

/* --- log verify ------------------------------------------------------------------------------ */

/* Somebody with a key of their own replaces all but what they do not have: the signed checkpoint.
 */
static void verify_names_a_policy_with_another_key(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(key) struct sw_key *other = NULL;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_log_report report;
    struct sw_vkey vkey;
    uint8_t raw[32];
    sw_arena_init(&arena, 0);
    MUST(sw_key_generate(SW_KEY_ED25519, &other, &must_error));
    MUST(sw_key_raw_ed25519(other, raw));
    MUST(sw_vkey_make(&arena, ORIGIN, SW_VKEY_ED25519, raw, &vkey));
    MUST(sw_buf_puts(&text, "log "));
    MUST(sw_vkey_write(&vkey, &text));
    MUST(sw_buf_puts(&text, "\nquorum none\n"));
    temp_tree_write_bytes(&f->tree, "store/log.policy", text.data, text.len);
    struct sw_store *store = open_to_read(f->path);
    MUST(sw_log_verify(store, temp_tree_path(&f->tree, "policy"), sw_bytes(NULL, 0), NULL, &arena,
        &report, &must_error));
    sw_store_abandon(store);
    assert_true(report.problem_count > 0);
    assert_string_equal(report.problems[0].file, "log.policy");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(opens_the_log_that_is_kept),
        TEST(refuses_another_log),
        TEST(the_name_counts_with_its_key),
        TEST(files_that_are_no_pins_are_no_verdict),
        TEST(an_altered_kept_checkpoint_vouches_for_nothing),
        TEST(refuses_a_log_that_was_rewritten),
        TEST(refuses_a_log_that_lost_entries),
        TEST(refuses_tiles_that_do_not_lead_there),
        TEST(goes_on_when_the_journal_reaches_the_kept_checkpoint),
        TEST(refuses_an_old_checkpoint_before_the_journal_s_beginning),
        TEST(a_reader_does_not_go_back_either),
        TEST(verify_names_a_policy_with_another_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
