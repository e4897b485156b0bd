/* YAML. What is read must obey the JSON data model: it can be written as JSON and read back. Any
 * text must survive being quoted. */
#include "codec/json_write.h"
#include "codec/yaml.h"

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
    expect(sw_json_print(&once, tree, 0) == SW_OK);
    struct sw_json back;
    expect(sw_json_parse(arena, sw_buf_bytes(&once), NULL, &back, NULL) == SW_OK);
    expect(sw_json_print(&twice, &back, 0) == SW_OK);
    expect(sw_bytes_equal(sw_buf_bytes(&once), sw_buf_bytes(&twice)));
}

static void check_quote(struct sw_arena *arena, struct sw_str text)
{
    SW_CLEANUP(buf) struct sw_buf yaml = SW_BUF_INIT;
    expect(sw_buf_puts(&yaml, "- key: ") == SW_OK);
    expect(sw_yaml_quote(&yaml, text) == SW_OK);
    expect(sw_buf_puts(&yaml, "\n  next: 1\n") == SW_OK);
    struct sw_json tree;
    expect(sw_yaml_parse(arena, sw_buf_bytes(&yaml), NULL, &tree, NULL) == SW_OK);
    struct sw_str back;
    expect(sw_json_str(sw_json_path(&tree, sw_str("0.key")), &back));
    expect(sw_str_equal(back, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sw_bytes text = sw_bytes(data, size);
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_json tree;
    struct sw_error err = {0};
    if (sw_yaml_parse(&arena, text, NULL, &tree, &err) == SW_OK) {
        check_tree(&arena, &tree);
    } else {
        expect(sw_str_starts(sw_str(err.text), "line "));
    }
    if (sw_utf8_valid(text)) {
        check_quote(&arena, sw_str_of_bytes(text));
    }
    return 0;
}
