/* What GitHub's interfaces give of advisories: what is taken becomes one JSON document that the
 * reader of OSV either takes or refuses. */
#include "supply/advisory_ghsa.h"
#include "supply/advisory_osv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static struct sw_advisory_db db = {.name = "fuzz"};
static struct sw_osv_writer *writer;

static void make(void)
{
    if (writer == NULL) {
        expect(sw_advisory_db_make(":memory:", &db, NULL) == SW_OK);
        expect(sw_osv_writer_new(&writer, &db, 0, NULL) == SW_OK);
    }
    sw_osv_writer_begin(writer, 1);
}

static void put(struct sw_arena *arena, const struct sw_json *advisory)
{
    SW_CLEANUP(buf) struct sw_buf osv = SW_BUF_INIT;
    struct sw_error err = {0};
    struct sw_json parsed;
    struct sw_str cve;
    unsigned score = 0;
    unsigned percentile = 0;
    if (sw_ghsa_to_osv(advisory, &osv, &err) != SW_OK) {
        expect(err.text[0] != '\0');
        return;
    }
    expect(sw_json_parse(arena, sw_buf_bytes(&osv), NULL, &parsed, NULL) == SW_OK);
    expect(sw_osv_writer_put(writer, sw_buf_bytes(&osv), &err) == SW_OK || err.text[0] != '\0');
    if (sw_ghsa_epss(arena, advisory, &cve, &score, &percentile)) {
        expect(score <= 100000 && percentile <= 100000);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    static const char sql[] = "DELETE FROM advisories; DELETE FROM affected; DELETE FROM digests;"
                              " DELETE FROM packages; DELETE FROM ecosystems";
    struct sw_json document;
    bool single = false;
    sw_arena_init(&arena, 0);
    make();
    if (sw_json_parse(&arena, sw_bytes(data, size), NULL, &document, NULL) != SW_OK) {
        return 0;
    }
    const struct sw_json *list = sw_ghsa_list(&document, &single);
    if (list == NULL) {
        return 0;
    }
    for (size_t i = 0; i < (single ? 1 : list->count); i++) {
        put(&arena, single ? list : sw_json_item(list, i));
    }
    expect(sw_advisory_db_run(&db, sql, NULL) == SW_OK);
    return 0;
}
