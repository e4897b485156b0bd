/* A store in a directory of its own, and what several tests do with one. */
#ifndef SW_TEST_STORE_HELP_H
#define SW_TEST_STORE_HELP_H

#include "evidence/store.h"
#include "temp_tree.h"

#define ORIGIN "example.com/test-log"

#define MUST(expr)                                                                    \
    do {                                                                              \
        enum sw_code must_code_ = (expr);                                             \
        if (must_code_ != SW_OK) {                                                    \
            fail_msg("%s: %s: %s", #expr, sw_code_text(must_code_), must_error.text); \
        }                                                                             \
    } while (0)
static struct sw_error must_error;

/* In memory where that can be had: these tests sync often, and no power is cut. */
static inline void quick_tree_make(struct temp_tree *tree)
{
    (void)snprintf(tree->path, sizeof(tree->path), "/dev/shm/sw-test-XXXXXX");
    if (mkdtemp(tree->path) == NULL) {
        temp_tree_make(tree);
    }
}

static inline const char *new_store_dir(struct temp_tree *tree)
{
    quick_tree_make(tree);
    const char *path = temp_tree_path(tree, "store");
    char *kept = strdup(path);
    assert_non_null(kept);
    MUST(sw_store_init(kept, ORIGIN, &must_error));
    return kept;
}

static inline struct sw_store *open_to_write(const char *path)
{
    struct sw_store *store = NULL;
    MUST(sw_store_open(path, SW_STORE_WRITE, &store, &must_error));
    return store;
}

static inline struct sw_store *open_to_read(const char *path)
{
    struct sw_store *store = NULL;
    MUST(sw_store_open(path, SW_STORE_READ, &store, &must_error));
    return store;
}

/* Entry `i` of a test log: "entry i", longer for some. */
static inline struct sw_bytes test_entry(uint64_t i, char out[256])
{
    int n = snprintf(out, 256, "entry %llu %.*s", (unsigned long long)i, (int)(i % 7 * 20),
        "................................................................................"
        "........................................");
    return sw_bytes(out, (size_t)n);
}

static inline void append_entries(struct sw_store *store, uint64_t from, uint64_t count)
{
    char(*text)[256] = calloc(count, 256);
    struct sw_bytes *entries = calloc(count, sizeof(*entries));
    uint64_t first = UINT64_MAX;
    assert_non_null(text);
    assert_non_null(entries);
    for (uint64_t i = 0; i < count; i++) {
        entries[i] = test_entry(from + i, text[i]);
    }
    MUST(sw_log_append(store, entries, count, &first, &must_error));
    assert_int_equal(first, from);
    free(entries);
    free(text);
}

static inline void expect_root(const struct sw_hash256 *root, uint64_t size)
{
    struct sw_frontier *frontier = calloc(1, sizeof(*frontier));
    assert_non_null(frontier);
    for (uint64_t i = 0; i < size; i++) {
        char text[256];
        struct sw_hash256 leaf;
        sw_merkle_leaf(test_entry(i, text), &leaf);
        sw_frontier_add(frontier, &leaf);
    }
    struct sw_hash256 want;
    sw_frontier_root(frontier, &want);
    free(frontier);
    assert_memory_equal(root, &want, sizeof(want));
}

#endif
