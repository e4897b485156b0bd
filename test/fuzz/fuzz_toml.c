/* TOML. What is read must obey the JSON data model: it can be written as JSON and read back. */
#include "codec/json_write.h"
#include "codec/toml.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_tree(struct sw_arena *arena, const struct sw_json *tree)
{
    SW_CLEANUP(buf) struct sw_buf once = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf twice = SW_BUF_INIT;
    struct sw_json back;
    expect(sw_json_print(&once, tree, 0) == SW_OK);
    const struct sw_json_limits deep = {.max_depth = 100};
    expect(sw_json_parse(arena, sw_buf_bytes(&once), &deep, &back, NULL) == SW_OK);
    expect(sw_json_print(&twice, &back, 0) == SW_OK);
    expect(sw_bytes_equal(sw_buf_bytes(&once), sw_buf_bytes(&twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_json tree;
    struct sw_error err = {0};
    if (sw_toml_parse(&arena, sw_bytes(data, size), NULL, &tree, &err) == SW_OK) {
        check_tree(&arena, &tree);
    } else {
        expect(sw_str_starts(sw_str(err.text), "line "));
    }
    return 0;
}
