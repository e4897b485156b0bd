/* What processes that read others' documents answer, which may have been taken over. The first byte
 * says what about; what is taken in is written, and reads back as the same. */
#include "supply/card_private.h"
#include "supply/earlier.h"
#include "supply/paper.h"

#include <stdlib.h>

static void insist(bool holds)
{
    if (!holds) {
        abort();
    }
}

static bool paper(struct sw_arena *arena, struct sw_bytes answer, struct sw_buf *again)
{
    struct sw_cursor cur = sw_cursor(answer);
    struct sw_paper read = {.arena = arena};
    struct sw_bom bom;
    uint32_t main;
    if (sw_paper_take(&cur, &read) != SW_OK) {
        return false;
    }
    sw_bom_init(&bom, arena);
    insist(sw_bom_add(&bom, SW_BOM_MODEL, SW_BOM_MAIN, SW_BOM_NONE, &main) == SW_OK);
    insist(sw_paper_apply(&bom, "README.md", &read) == SW_OK);
    insist(bom.count <= read.count + 1);
    insist(sw_paper_put(&read, again) == SW_OK);
    return true;
}

static bool earlier(struct sw_arena *arena, struct sw_bytes answer, struct sw_buf *again)
{
    struct sw_cursor cur = sw_cursor(answer);
    struct sw_earlier read;
    if (sw_earlier_take(arena, &cur, &read) != SW_OK) {
        return false;
    }
    for (size_t i = 0; i < read.count; i++) {
        insist(sw_entity_kind_name(read.entities[i].kind) != NULL);
        insist(sw_scope_name(read.entities[i].scope) != NULL);
    }
    insist(sw_earlier_put(&read, again) == SW_OK);
    return true;
}

/* What is taken could have been read of a document. */
static bool card(struct sw_arena *arena, struct sw_bytes answer, struct sw_buf *again)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_cursor cur = sw_cursor(answer);
    struct sw_card read;
    struct sw_card back;
    struct sw_json document;
    struct sw_error err;
    if (sw_card_take(&read, arena, &cur) != SW_OK) {
        return false;
    }
    insist(sw_card_write(&read, &text) == SW_OK);
    insist(sw_card_parse(arena, sw_buf_bytes(&text), &document, &err) == SW_OK);
    insist(sw_card_read(&back, arena, &document, &err) == SW_OK);
    insist(sw_card_put(&read, again) == SW_OK);
    return true;
}

static bool (*const takers[])(
    struct sw_arena *arena, struct sw_bytes answer, struct sw_buf *again) = {paper, earlier, card};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf first = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf second = SW_BUF_INIT;
    sw_arena_init(&arena, (size_t)512 << 20);
    if (size == 0 || size > 65536 || data[0] >= SW_COUNT(takers)) {
        return 0;
    }
    if (takers[data[0]](&arena, sw_bytes(data + 1, size - 1), &first)) {
        insist(takers[data[0]](&arena, sw_buf_bytes(&first), &second));
        insist(sw_bytes_equal(sw_buf_bytes(&first), sw_buf_bytes(&second)));
    }
    return 0;
}
