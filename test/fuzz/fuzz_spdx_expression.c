/* Licence expressions. What is read has one form, which reads back as the same tree. */
#include "supply/spdx_expression.h"

static void insist(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_tree(const struct sw_spdx_expression *e, unsigned depth)
{
    insist(depth <= SW_SPDX_DEPTH_MAX + 2);
    insist((e->kind == SW_SPDX_LICENSE) == (e->count == 0));
    insist(e->kind != SW_SPDX_LICENSE || e->id.len > 0);
    for (size_t i = 0; i < e->count; i++) {
        insist(e->parts[i]->kind != e->kind);
        insist(i == 0 || sw_spdx_compare(e->parts[i - 1], e->parts[i]) < 0);
        check_tree(e->parts[i], depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_str text = sw_str_of_bytes(sw_bytes(data, size));
    const struct sw_spdx_expression *e = NULL;
    const struct sw_spdx_expression *again = NULL;
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    struct sw_str id = sw_spdx_reference(&arena, text);
    insist(id.len == 0 || sw_spdx_single(&arena, id) != NULL);
    if (sw_spdx_parse(&arena, text, &e, &err) != SW_OK) {
        insist(err.text[0] != '\0' && e == NULL);
        return 0;
    }
    check_tree(e, 0);
    struct sw_str form = sw_spdx_text(&arena, e);
    if (form.len <= SW_SPDX_TEXT_MAX) {
        insist(sw_spdx_parse(&arena, form, &again, &err) == SW_OK);
        insist(sw_spdx_compare(e, again) == 0);
    }
    return 0;
}
