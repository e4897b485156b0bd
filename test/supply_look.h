/* For tests of the readers of discovery: one file of any name, given to all that take it. */
#ifndef SW_TEST_SUPPLY_LOOK_H
#define SW_TEST_SUPPLY_LOOK_H

#include "../src/supply/look.h"

/* SW_OK, or what the first reader that failed gave. `arena` is for the file and the inventory. */
static inline enum sw_code look_at_text(
    struct sw_arena *arena, struct sw_inventory *inventory, const char *path, struct sw_bytes text)
{
    static const struct sw_discover_options options = {.all_packages = true};
    struct sw_discover_coverage coverage = {0};
    struct sw_error err = {0};
    struct sw_look look = {.inventory = inventory,
        .options = &options,
        .coverage = &coverage,
        .arena = arena,
        .path = sw_str(path),
        .name = sw_path_base(path),
        .text = sw_str_of_bytes(text)};
    sw_inventory_init(inventory, arena);
    SW_TRY(sw_catalogue_builtin(&look.catalogue, &err));
    for (size_t i = 0; i < sw_look_reader_count; i++) {
        if (sw_look_readers[i]->takes(&look)) {
            SW_TRY(sw_look_readers[i]->look(&look, &err));
        }
    }
    return sw_inventory_finish(inventory);
}

#endif
