/* A catalogue that somebody brings: it is read or refused, and one that was read can be asked. */
#include "supply/catalogue.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"", "a", "gpt2", "torch", "api.example.com", "-x.example", "*"};

static void ask(const struct sw_catalogue *catalogue, struct sw_str name)
{
    struct sw_str out;
    for (int section = 0; section < SW_CATALOGUE_SECTIONS; section++) {
        (void)sw_catalogue_find(catalogue, (enum sw_catalogue_section)section, name, &out);
    }
    (void)sw_catalogue_model(catalogue, name, &out);
    (void)sw_catalogue_host(catalogue, name, &out);
    (void)sw_catalogue_import(catalogue, name, &out);
    (void)sw_catalogue_begins(catalogue, SW_CATALOGUE_IMAGES, name, &out);
    (void)sw_catalogue_begins(catalogue, SW_CATALOGUE_RESOURCES, name, &out);
    (void)sw_catalogue_path(catalogue, SW_CATALOGUE_MAVEN, name, &out);
    (void)sw_catalogue_call(catalogue, name);
    (void)sw_catalogue_concerns(catalogue, name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    const struct sw_catalogue *catalogue;
    struct sw_error err = {0};
    sw_arena_init(&arena, (size_t)64 << 20);
    enum sw_code code = sw_catalogue_read(&arena, sw_bytes(data, size), &catalogue, &err);
    if (code != SW_OK) {
        if (code != SW_E_FORMAT && code != SW_E_LIMIT && code != SW_E_NOMEM) {
            abort();
        }
        return 0;
    }
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        ask(catalogue, sw_str(names[i]));
    }
    ask(catalogue, sw_str_n((const char *)data, size < 64 ? size : 64));
    return 0;
}
