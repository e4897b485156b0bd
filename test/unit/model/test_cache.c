#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* What was hashed before, and when it may be believed. */
#include "unit/model/forge.h"

#include "model/cache.h"
#include "model/local.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

struct world {
    struct forge forge;
    const char *store;
    struct sw_model_cache *cache;
    struct sw_manifest manifest;
};

#define MUST(expr)                                      \
    do {                                                \
        struct sw_error must_error = {0};               \
        struct sw_error *err = &must_error;             \
        (void)err;                                      \
        if ((expr) != SW_OK) {                          \
            fail_msg("%s: %s", #expr, must_error.text); \
        }                                               \
    } while (0)

static void make(struct world *w)
{
    *w = (struct world){0};
    forge_make(&w->forge);
    w->store = strdup(temp_tree_path(&w->forge.dir, "store"));
    assert_int_equal(mkdir(w->store, 0700), 0);
    assert_int_equal(mkdir(temp_tree_path(&w->forge.dir, "store/keys"), 0700), 0);
    MUST(sw_model_cache_open(w->store, &w->cache, err));
    forge_write(&w->forge, "a", "one");
    forge_write(&w->forge, "sub/b", "two");
}

static void clean(struct world *w)
{
    sw_model_cache_free(w->cache);
    free((void *)(uintptr_t)w->store);
    forge_clean(&w->forge);
}

/* Saves and opens again, as the next command does. */
static void reopen(struct world *w)
{
    MUST(sw_model_cache_save(w->cache, err));
    sw_model_cache_free(w->cache);
    w->cache = NULL;
    MUST(sw_model_cache_open(w->store, &w->cache, err));
}

static uint64_t hash(struct world *w)
{
    struct sw_model_options options = {.cache = w->cache};
    MUST(sw_model_hash(&w->forge.arena, forge_model(&w->forge), &options, &w->manifest, err));
    return sw_model_cache_use(w->cache)->files;
}

/* Until the files are older than a tick: what is younger is read again. */
static void let_settle(struct world *w)
{
    struct sw_digest root = {0};
    for (uint64_t known = 0; known < 2;) {
        (void)hash(w);
        assert_true(root.alg == 0 || sw_digest_equal(&root, &w->manifest.root));
        root = w->manifest.root;
        reopen(w);
        known = hash(w);
        reopen(w);
    }
}

static void what_did_not_change_is_not_read_again(void **state)
{
    struct world w;
    make(&w);
    let_settle(&w);
    struct sw_digest cached = w.manifest.root;
    assert_int_equal(hash(&w), 2);
    sw_model_cache_free(w.cache);
    MUST(sw_model_cache_open(w.store, &w.cache, err));
    struct sw_model_options plain = {0};
    MUST(sw_model_hash(&w.forge.arena, forge_model(&w.forge), &plain, &w.manifest, err));
    assert_true(sw_digest_equal(&cached, &w.manifest.root));
    clean(&w);
}

static void what_changed_is_read(void **state)
{
    struct world w;
    make(&w);
    let_settle(&w);
    struct sw_digest before = w.manifest.root;
    struct stat st;
    assert_int_equal(stat(forge_path(&w.forge, "a"), &st), 0);
    forge_write(&w.forge, "a", "ONE");
    /* Whoever sets the old time again still changes the time of the change. */
    const struct timespec times[] = {st.st_atim, st.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, forge_path(&w.forge, "a"), times, 0), 0);
    assert_int_equal(hash(&w), 1);
    assert_false(sw_digest_equal(&before, &w.manifest.root));
    clean(&w);
}

static void another_file_under_the_name_is_read(void **state)
{
    struct world w;
    make(&w);
    let_settle(&w);
    forge_write(&w.forge, "new", "six");
    assert_int_equal(rename(forge_path(&w.forge, "new"), forge_path(&w.forge, "a")), 0);
    assert_int_equal(hash(&w), 1);
    clean(&w);
}

static void ranges_and_files_are_told_apart(void **state)
{
    struct world w;
    make(&w);
    let_settle(&w);
    struct sw_model_options options = {
        .cache = w.cache, .method = SW_MODEL_SHARDS, .shard_size = 2};
    MUST(sw_model_hash(&w.forge.arena, forge_model(&w.forge), &options, &w.manifest, err));
    assert_int_equal(sw_model_cache_use(w.cache)->files, 0);
    assert_int_equal(w.manifest.count, 4);
    struct sw_digest read = w.manifest.root;
    reopen(&w);
    options.cache = w.cache;
    MUST(sw_model_hash(&w.forge.arena, forge_model(&w.forge), &options, &w.manifest, err));
    assert_int_equal(sw_model_cache_use(w.cache)->files, 2);
    assert_true(sw_digest_equal(&read, &w.manifest.root));
    options = (struct sw_model_options){.cache = w.cache, .hash = SW_BLAKE2B};
    MUST(sw_model_hash(&w.forge.arena, forge_model(&w.forge), &options, &w.manifest, err));
    assert_int_equal(sw_model_cache_use(w.cache)->files, 2);
    clean(&w);
}

static void a_forged_cache_is_told_and_not_used(void **state)
{
    struct world w;
    make(&w);
    let_settle(&w);
    const char *path = temp_tree_path(&w.forge.dir, "store/cache/files");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    for (off_t at = 0; at < st.st_size; at += 37) {
        int fd = open(path, O_RDWR | O_CLOEXEC);
        uint8_t byte = 0;
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 1;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        sw_model_cache_free(w.cache);
        MUST(sw_model_cache_open(w.store, &w.cache, err));
        assert_non_null(sw_model_cache_told(w.cache));
        assert_int_equal(hash(&w), 0);
        byte ^= 1;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        assert_int_equal(close(fd), 0);
    }
    assert_int_equal(truncate(path, 10), 0);
    sw_model_cache_free(w.cache);
    MUST(sw_model_cache_open(w.store, &w.cache, err));
    assert_non_null(sw_model_cache_told(w.cache));
    clean(&w);
}

static void another_stores_cache_is_not_used(void **state)
{
    struct world w;
    make(&w);
    let_settle(&w);
    assert_int_equal(unlink(temp_tree_path(&w.forge.dir, "store/keys/local.secret")), 0);
    sw_model_cache_free(w.cache);
    MUST(sw_model_cache_open(w.store, &w.cache, err));
    assert_non_null(sw_model_cache_told(w.cache));
    assert_int_equal(hash(&w), 0);
    struct stat st;
    assert_int_equal(stat(temp_tree_path(&w.forge.dir, "store/keys/local.secret"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    clean(&w);
}

static void one_file_cannot_stand_in_anothers_place(void **state)
{
    struct world w;
    make(&w);
    SW_CLEANUP(local) struct sw_local local = {0};
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    MUST(sw_local_open(w.store, &local, err));
    MUST(sw_local_write(&local, "x/one", sw_bytes("1", 1), err));
    MUST(sw_local_read(&local, "x/one", 100, &text, err));
    assert_int_equal(text.len, 1);
    assert_int_equal(rename(temp_tree_path(&w.forge.dir, "store/x/one"),
                         temp_tree_path(&w.forge.dir, "store/x/two")),
        0);
    struct sw_error err = {0};
    assert_int_equal(sw_local_read(&local, "x/two", 100, &text, &err), SW_E_REFUSED);
    assert_int_equal(sw_local_read(&local, "x/one", 100, &text, &err), SW_E_NOENT);
    clean(&w);
}

/* git calls it racily clean: a change within the tick of the last one leaves the times alone. */
static void what_is_too_young_is_not_kept(void **state)
{
    const int64_t second = 1000000000;
    struct sw_cache_key key = {.mtime_ns = 100 * second + 5, .ctime_ns = 100 * second + 7};
    assert_false(sw_cache_is_settled(&key, key.ctime_ns));
    assert_false(sw_cache_is_settled(&key, key.ctime_ns + second / 100));
    assert_true(sw_cache_is_settled(&key, key.ctime_ns + second));
    assert_false(sw_cache_is_settled(&key, key.ctime_ns - 3600 * second)); /* ahead of the clock */
    key.mtime_ns = 200 * second + 5;
    assert_false(sw_cache_is_settled(&key, 150 * second));
    key = (struct sw_cache_key){.mtime_ns = 100 * second, .ctime_ns = 100 * second};
    assert_false(sw_cache_is_settled(&key, 101 * second)); /* times of whole seconds */
    assert_true(sw_cache_is_settled(&key, 103 * second));
    key.verity[3] = 1; /* cannot change at all */
    assert_true(sw_cache_is_settled(&key, 100 * second));
}

static void other_readers_of_the_bytes_get_all_of_them(void **state)
{
    struct world w;
    make(&w);
    let_settle(&w);
    const struct sw_consumer nobody = {0};
    const struct sw_consumer *consumers[] = {&nobody};
    struct sw_model_options options = {
        .cache = w.cache, .consumers = consumers, .consumer_count = 1};
    MUST(sw_model_hash(&w.forge.arena, forge_model(&w.forge), &options, &w.manifest, err));
    assert_int_equal(sw_model_cache_use(w.cache)->files, 0);
    clean(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_did_not_change_is_not_read_again),
        cmocka_unit_test(what_changed_is_read),
        cmocka_unit_test(another_file_under_the_name_is_read),
        cmocka_unit_test(ranges_and_files_are_told_apart),
        cmocka_unit_test(a_forged_cache_is_told_and_not_used),
        cmocka_unit_test(another_stores_cache_is_not_used),
        cmocka_unit_test(one_file_cannot_stand_in_anothers_place),
        cmocka_unit_test(what_is_too_young_is_not_kept),
        cmocka_unit_test(other_readers_of_the_bytes_get_all_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
