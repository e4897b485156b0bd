/* A package URL. What is read has a canonical text, and reading that gives the same text again. */
#include "supply/purl.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_str text = sw_str_n((const char *)data, size);
    struct sw_purl purl;
    struct sw_str once = {0};
    struct sw_str twice = {0};
    struct sw_error err = {0};
    if (sw_purl_parse(&arena, text, &purl, &err) != SW_OK) {
        expect(err.text[0] != '\0');
        return 0;
    }
    (void)sw_purl_package(&arena, &purl);
    if (sw_purl_format(&arena, &purl, &once, &err) != SW_OK) {
        return 0; /* longer than it was */
    }
    expect(sw_purl_parse(&arena, once, &purl, &err) == SW_OK);
    expect(sw_purl_format(&arena, &purl, &twice, &err) == SW_OK);
    expect(sw_str_equal(once, twice));
    return 0;
}
