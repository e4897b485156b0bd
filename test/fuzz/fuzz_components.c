/* A bill of materials, or VEX, from anybody; and what is said of it in turn. */
#include "supply/component.h"
#include "supply/vex.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_components(const struct sw_components *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct sw_component *c = &list->items[i];
        bool purl = c->purl.type.len > 0;
        expect(!purl || (c->key.len > 0 && c->why.len == 0));
        expect(purl || c->text.len == 0 || c->why.len > 0);
        for (size_t k = 0; k < c->digest_count; k++) {
            expect(c->digests[k].alg == SW_SHA256);
        }
    }
}

/* Everything that is said concerns something, and is found under each of its names. */
static void check_vex(struct sw_arena *arena, struct sw_vex *vex, const struct sw_components *list)
{
    static const struct sw_component nobody;
    for (size_t i = 0; i < vex->count && i < 16; i++) {
        const struct sw_vex_statement *s = &vex->statements[i];
        const struct sw_vex_statement *found = NULL;
        expect(s->name_count > 0 && s->product_count > 0);
        expect(sw_vex_find(vex, s->names, s->name_count,
                   list->count > 0 ? &list->items[0] : &nobody, &list->root, &found) == SW_OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_components list = {0};
    struct sw_vex vex = {0};
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    if (sw_components_read(&arena, sw_bytes(data, size), &list, &err) == SW_OK) {
        check_components(&list);
    } else {
        expect(err.text[0] != '\0');
    }
    if (sw_vex_read(&arena, sw_bytes(data, size), "file", &vex, &err) == SW_OK) {
        check_vex(&arena, &vex, &list);
    } else {
        expect(err.text[0] != '\0');
    }
    return 0;
}
