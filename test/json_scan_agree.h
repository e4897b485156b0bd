/* Reads a document through the tree and through the scanner, and sees whether both say the same. */
#ifndef SW_TEST_JSON_SCAN_AGREE_H
#define SW_TEST_JSON_SCAN_AGREE_H

#include "codec/json_scan.h"

static const char *const scan_paths[] = {"id", "text", "a", "metadata", "metadata.source",
    "metadata.deep.er", "b.c", "with\\.dot", "with\\.dot.in", "\\\\"};

static inline bool scan_found_same(struct sw_bytes text, const struct sw_json *value,
    const struct sw_json_found *found, struct sw_buf *buf)
{
    if (value == NULL || found->span.ptr == NULL) {
        return value == NULL && found->span.ptr == NULL;
    }
    struct sw_str decoded;
    if (sw_json_found_text(found, buf, &decoded) != SW_OK || value->type != found->type ||
        value->where != (uint64_t)(found->span.ptr - text.ptr)) {
        return false;
    }
    bool has_text = value->type == SW_JSON_STRING || value->type == SW_JSON_NUMBER;
    return !has_text || sw_str_equal(value->text, decoded);
}

/* NULL, or what differs. The scanner is one that was made for scan_paths and for `limits`. */
static inline const char *scan_disagreement(struct sw_json_scanner *scanner, struct sw_bytes text,
    const struct sw_json_limits *limits, bool *accepted)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    struct sw_json root;
    struct sw_json_found found[SW_COUNT(scan_paths)];
    struct sw_error tree_error = {0};
    struct sw_error scan_error = {0};
    enum sw_code tree = sw_json_parse(&arena, text, limits, &root, &tree_error);
    enum sw_code scan = sw_json_scan(scanner, text, found, &scan_error);
    *accepted = tree == SW_OK;
    if (tree != scan) {
        return "one accepts it";
    }
    if (strcmp(tree_error.text, scan_error.text) != 0) {
        return "other words for what is wrong";
    }
    for (size_t i = 0; tree == SW_OK && i < SW_COUNT(scan_paths); i++) {
        const struct sw_json *value =
            root.type == SW_JSON_OBJECT ? sw_json_path(&root, sw_str(scan_paths[i])) : NULL;
        if (!scan_found_same(text, value, &found[i], &buf)) {
            return "another member";
        }
    }
    return NULL;
}

#endif
