/* Bills of materials. What is taken in is written as both formats, and what is written is valid and
 * reads back as the same. */
#include "supply/bom.h"

static void insist(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void parse(struct sw_arena *arena, struct sw_bytes text, struct sw_json *out)
{
    struct sw_error err;
    insist(sw_bom_parse(arena, text, out, &err) == SW_OK);
}

/* What comes of a valid document is valid; of another one, it must be read. */
static void read_again(struct sw_arena *arena, const struct sw_buf *text, size_t count, bool valid)
{
    struct sw_json document;
    struct sw_bom_check check;
    struct sw_bom bom;
    struct sw_error err;
    parse(arena, sw_buf_bytes(text), &document);
    insist(sw_bom_validate(arena, &document, &check) == SW_OK);
    insist(check.format != NULL && check.kept <= check.count);
    insist(!valid || check.count == 0);
    sw_bom_init(&bom, arena);
    insist(sw_bom_read(&bom, &document, &err) == SW_OK);
    insist(bom.count == count);
}

static void write_again(struct sw_arena *arena, struct sw_bom *bom, bool valid)
{
    SW_CLEANUP(buf) struct sw_buf cyclonedx = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf spdx = SW_BUF_INIT;
    struct sw_error err;
    insist(sw_bom_name_all(bom) == SW_OK);
    bom->timed = true;
    enum sw_code code = sw_bom_write_cyclonedx(bom, "1.7", &cyclonedx, &err);
    insist(code == SW_OK || code == SW_E_LIMIT); /* components in each other, to the last level */
    if (code == SW_OK) {
        read_again(arena, &cyclonedx, bom->count, valid);
    }
    insist(sw_bom_write_spdx(bom, &spdx, &err) == SW_OK);
    read_again(arena, &spdx, bom->count, valid);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_error err = {0};
    struct sw_json document;
    struct sw_bom_check check;
    struct sw_bom bom;
    struct sw_bom_diff diff;
    struct sw_bom_element *elements;
    size_t count;
    sw_arena_init(&arena, (size_t)512 << 20);
    if (size > 65536 || sw_bom_parse(&arena, sw_bytes(data, size), &document, &err) != SW_OK) {
        return 0;
    }
    insist(sw_bom_validate(&arena, &document, &check) == SW_OK);
    sw_bom_init(&bom, &arena);
    if (sw_bom_read(&bom, &document, &err) != SW_OK) {
        insist(err.text[0] != '\0');
        return 0;
    }
    insist(sw_bom_compare(&bom, &bom, &arena, &diff) == SW_OK && diff.count == 0);
    insist(sw_bom_score(&bom, &arena, &elements, &count) == SW_OK);
    write_again(&arena, &bom, check.count == 0);
    return 0;
}
