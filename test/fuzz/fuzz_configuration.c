/* Configurations: settings as YAML, JSON and TOML, commands, images, lines. What is seen is within
 * bounds, and no key is among it. */
#include "supply/key_shapes.h"
#include "supply/look_configuration.h"
#include "supply/secrets.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static bool is_clean(struct sw_str text)
{
    size_t start = 0;
    size_t end;
    return !sw_secret_find(text, &start, &end);
}

static void look_for_keys(const struct sw_inventory *inventory)
{
    for (size_t i = 0; i < inventory->count; i++) {
        size_t at = 0;
        expect(inventory->entities[i].id.name.len > 0);
        expect(sw_key_find(inventory->entities[i].id.name, &at) == NULL);
        expect(is_clean(inventory->entities[i].id.name));
        expect(is_clean(inventory->entities[i].id.version));
        expect(is_clean(inventory->entities[i].id.purl));
        for (size_t k = 0; k < inventory->entities[i].sighting_count; k++) {
            expect(is_clean(inventory->entities[i].sightings[k].detail));
        }
    }
}

static bool takes(struct sw_look *look, const struct sw_look_reader *reader)
{
    struct sw_error err = {0};
    enum sw_code code = reader->takes(look) ? reader->look(look, &err) : SW_OK;
    return code == SW_OK || code == SW_E_FORMAT || code == SW_E_LIMIT || code == SW_E_NOMEM;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says what the file is called. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"a.yaml", "mcp.json", "config.toml", "Dockerfile", ".env",
        "main.tf", "Modelfile", "SKILL.md", "README.md", "agent.json", "config.json", "MLmodel",
        "m.gguf", "m.safetensors", "m.bin", "x.ini", "hub/models--a--b/snapshots/x.onnx"};
    SW_CLEANUP(arena) struct sw_arena arena;
    const struct sw_discover_options options = {.all_packages = false};
    struct sw_discover_coverage coverage = {.files = 0};
    struct sw_inventory inventory;
    struct sw_str cached = sw_str("");
    sw_arena_init(&arena, (size_t)64 << 20);
    if (size == 0) {
        return 0;
    }
    sw_inventory_init(&inventory, &arena);
    const char *path = names[data[0] % SW_COUNT(names)];
    struct sw_look look = {.inventory = &inventory,
        .options = &options,
        .coverage = &coverage,
        .arena = &arena,
        .path = sw_str(path),
        .name = sw_path_base(path),
        .text = sw_str_n((const char *)data + 1, size - 1),
        .size = size - 1};
    expect(sw_catalogue_builtin(&look.catalogue, NULL) == SW_OK);
    expect(sw_look_see_cache(&look, &cached) == SW_OK);
    for (size_t i = 0; i < sw_look_reader_count; i++) {
        const bool text = memchr(look.text.ptr, 0, look.text.len) == NULL;
        expect((!text && !sw_look_readers[i]->head) || takes(&look, sw_look_readers[i]));
    }
    look_for_keys(&inventory);
    return 0;
}
