/* Readers of source. The first byte is the reader and the kind of file. Whatever is read, what is
 * seen has a name that a model, a package or a service may have. */
#include "supply/look_readers.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static const struct {
    const struct sw_look_reader *reader;
    const char *path;
} rows[] = {
    {&sw_look_python, "a/b.py"},
    {&sw_look_notebook, "a/b.ipynb"},
    {&sw_look_commands_reader, "a/b.sh"},
    {&sw_look_code, "a/b.ts"},
    {&sw_look_code, "a/b.go"},
    {&sw_look_code, "a/b.kt"},
    {&sw_look_code, "a/b.rs"},
    {&sw_look_code, "a/b.cs"},
};

static void check(const struct sw_inventory *inventory)
{
    for (size_t i = 0; i < inventory->count; i++) {
        const struct sw_entity *e = &inventory->entities[i];
        expect(e->id.name.len > 0 && e->sighting_count > 0);
        expect(
            e->id.kind != SW_ENTITY_MODEL || memchr(e->id.name.ptr, ' ', e->id.name.len) == NULL);
        expect(sw_str_starts(e->sightings[0].file, "a/b."));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(arena) struct sw_arena own;
    static const struct sw_discover_options options = {.all_packages = true};
    struct sw_discover_coverage coverage = {0};
    struct sw_inventory inventory;
    struct sw_tree tree = SW_TREE_INIT;
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    sw_arena_init(&own, (size_t)64 << 20);
    sw_inventory_init(&inventory, &own);
    struct sw_look look = {.inventory = &inventory,
        .options = &options,
        .coverage = &coverage,
        .tree = &tree,
        .arena = &arena};
    if (size == 0 || memchr(data + 1, 0, size - 1) != NULL ||
        sw_catalogue_builtin(&look.catalogue, &err) != SW_OK) {
        return 0;
    }
    const size_t row = data[0] % SW_COUNT(rows);
    look.path = sw_str(rows[row].path);
    look.name = sw_path_base(rows[row].path);
    look.text = sw_str_n((const char *)data + 1, size - 1);
    expect(rows[row].reader->takes(&look));
    (void)!rows[row].reader->look(&look, &err);
    expect(sw_str_is(look.path, rows[row].path));
    if (sw_inventory_finish(&inventory) == SW_OK) {
        check(&inventory);
    }
    return 0;
}
