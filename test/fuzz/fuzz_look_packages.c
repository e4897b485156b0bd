/* Readers of manifests and lock files: the first byte says which file the rest is. Whatever it is,
 * what is found has a name that a package can have, and can be written and read again. */
#include "../supply_look.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check(struct sw_arena *arena, const struct sw_inventory *inventory)
{
    SW_CLEANUP(buf) struct sw_buf once = SW_BUF_INIT;
    struct sw_inventory back;
    struct sw_json document;
    struct sw_json_writer w;
    sw_jw_init(&w, &once, 0);
    sw_jw_object(&w, NULL);
    sw_inventory_write(&w, inventory);
    sw_jw_object_end(&w);
    expect(sw_jw_finish(&w) == SW_OK);
    expect(sw_json_parse(arena, sw_buf_bytes(&once), NULL, &document, NULL) == SW_OK);
    sw_inventory_init(&back, arena);
    expect(sw_inventory_read(&back, &document, NULL) == SW_OK);
    expect(back.count == inventory->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"requirements.txt", "pyproject.toml", "setup.py",
        "setup.cfg", "Pipfile", "Pipfile.lock", "uv.lock", "environment.yml", "package.json",
        "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "Cargo.toml", "Cargo.lock", "go.mod",
        "go.sum", "pom.xml", "build.gradle", "libs.versions.toml", "Dockerfile", "App.csproj",
        "bun.lock", "deno.json", "deno.lock", "pnpm-workspace.yaml"};
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_inventory inventory;
    sw_arena_init(&arena, 0);
    if (size < 2 || memchr(data + 1, 0, size - 1) != NULL) {
        return 0;
    }
    const char *path = paths[data[0] % SW_COUNT(paths)];
    enum sw_code code = look_at_text(&arena, &inventory, path, sw_bytes(data + 1, size - 1));
    expect(code == SW_OK || code == SW_E_FORMAT || code == SW_E_LIMIT);
    if (code == SW_OK) {
        check(&arena, &inventory);
    }
    return 0;
}
