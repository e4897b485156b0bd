/* Predicates of claims that register something. Whatever they say, they are taken in, and what is
 * found can be held against them. */
#include "supply/supply.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds) {
        abort();
    }
}

static bool could_be(enum sw_code code)
{
    return code == SW_OK || code == SW_E_NOMEM || code == SW_E_LIMIT;
}

static void ask(const struct sw_register *reg, struct sw_str text)
{
    struct sw_sighting seen = {.signal = "endpoint-host", .detail = text};
    for (int kind = 0; kind < SW_ENTITY_KINDS; kind++) {
        const struct sw_registrant *who;
        const struct sw_entity entity = {
            .id = {.kind = (enum sw_entity_kind)kind, .name = text, .purl = text, .digest = text},
            .sightings = &seen,
            .sighting_count = 1,
            .seen = 1};
        seen.signal = kind == SW_ENTITY_CREDENTIAL ? "environment-variable" : "endpoint-host";
        insist(could_be(sw_register_find(reg, &entity, &who)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sw_registrant who = {"sha256:00", "signer", "vendor"};
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_register reg;
    struct sw_json json;
    struct sw_bom bom;
    sw_arena_init(&arena, (size_t)64 << 20);
    sw_register_init(&reg, &arena);
    if (sw_json_parse(&arena, sw_bytes(data, size), NULL, &json, NULL) != SW_OK) {
        return 0;
    }
    insist(could_be(sw_register_discovery(&reg, &json, &who)));
    insist(could_be(sw_register_dataset(&reg, &json, &who)));
    insist(could_be(sw_register_model(&reg, &json, &who)));
    sw_bom_init(&bom, &arena);
    if (sw_bom_read(&bom, &json, NULL) == SW_OK) {
        insist(could_be(sw_register_bom(&reg, &bom, &who)));
    }
    for (size_t i = 0; i < reg.keys.count; i++) {
        ask(&reg, reg.keys.names[i].text);
    }
    return 0;
}
