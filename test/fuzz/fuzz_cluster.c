/* Objects of a cluster, in YAML or JSON. Whatever is read, no value of a secret is told: what the
 * inventory has can be written and read again. */
#include "supply/discover_sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

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
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(fd) int fd = memfd_create("objects", MFD_CLOEXEC);
    struct sw_inventory inventory;
    struct sw_discover_coverage coverage = {0};
    const struct sw_discover_options options = {0};
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    sw_inventory_init(&inventory, &arena);
    expect(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    expect(lseek(fd, 0, SEEK_SET) == 0);
    const enum sw_code code =
        sw_discover_cluster(&inventory, "objects", fd, &options, &coverage, &err);
    expect(code == SW_OK);
    expect(coverage.source_count == 1 &&
           coverage.sources[0].understood <= coverage.sources[0].records);
    expect(sw_inventory_finish(&inventory) == SW_OK);
    check(&arena, &inventory);
    return 0;
}
