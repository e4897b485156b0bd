#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/supply.h"

static const struct sw_registrant first = {"sha256:01", "first", "bill"};
static const struct sw_registrant second = {"sha256:02", "second", "vendor"};

struct held {
    struct sw_arena arena;
    struct sw_register reg;
};

static int setup(void **state)
{
    struct held *h = calloc(1, sizeof(*h));
    assert_non_null(h);
    sw_arena_init(&h->arena, 0);
    sw_register_init(&h->reg, &h->arena);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    struct held *h = *state;
    sw_arena_release(&h->arena);
    free(h);
    return 0;
}

static const struct sw_json *parse(struct held *h, const char *text)
{
    struct sw_json *json = SW_ARENA_NEW(&h->arena, struct sw_json);
    assert_non_null(json);
    assert_int_equal(
        sw_json_parse(&h->arena, sw_bytes_of_str(sw_str(text)), NULL, json, NULL), SW_OK);
    return json;
}

static void bill_of(struct held *h, const char *text, const struct sw_registrant *who)
{
    struct sw_bom bom;
    sw_bom_init(&bom, &h->arena);
    assert_int_equal(sw_bom_read(&bom, parse(h, text), NULL), SW_OK);
    assert_int_equal(sw_register_bom(&h->reg, &bom, who), SW_OK);
}

static void bill(struct held *h, const char *text)
{
    bill_of(h, text, &first);
}

static const char *ask(struct held *h, const struct sw_entity *entity)
{
    const struct sw_registrant *who;
    assert_int_equal(sw_register_find(&h->reg, entity, &who), SW_OK);
    return who == NULL ? "nobody" : who->signer;
}

static const char *ask_of(struct held *h, enum sw_entity_kind kind, const char *name,
    const char *purl, const char *digest)
{
    const struct sw_entity entity = {
        .id = {.kind = kind, .name = sw_str(name), .purl = sw_str(purl), .digest = sw_str(digest)}};
    return ask(h, &entity);
}

#define CDX(components) "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\"," components "}"
#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void a_package_is_registered_in_any_version(void **state)
{
    struct held *h = *state;
    bill(h, CDX("\"components\":[{\"type\":\"library\",\"name\":\"openai\","
                "\"purl\":\"pkg:pypi/OpenAI@1.0\"}]"));
    assert_string_equal(
        ask_of(h, SW_ENTITY_LIBRARY, "openai", "pkg:pypi/openai@2.0", "sha256:" A64), "first");
    assert_string_equal(ask_of(h, SW_ENTITY_LIBRARY, "openai", "pkg:npm/openai", ""), "nobody");
    assert_string_equal(ask_of(h, SW_ENTITY_LIBRARY, "openai2", "pkg:pypi/openai2", ""), "nobody");
    assert_string_equal(
        ask_of(h, SW_ENTITY_MODEL, "openai", "pkg:huggingface/a/openai", ""), "nobody");
}

static void an_image_of_another_registry_is_another_image(void **state)
{
    struct held *h = *state;
    bill(h, CDX("\"components\":[{\"type\":\"container\",\"name\":\"vllm\",\"purl\":"
                "\"pkg:oci/vllm@sha256%3A" A64 "?repository_url=a.example/vllm&tag=1\"}]"));
    assert_string_equal(ask_of(h, SW_ENTITY_CONTAINER, "a.example/vllm",
                            "pkg:oci/vllm?repository_url=a.example/vllm", ""),
        "first");
    assert_string_equal(ask_of(h, SW_ENTITY_CONTAINER, "b.example/vllm",
                            "pkg:oci/vllm?repository_url=b.example/vllm", ""),
        "nobody");
    assert_string_equal(ask_of(h, SW_ENTITY_CONTAINER, "vllm", "pkg:oci/vllm", ""), "nobody");
}

static void what_a_bill_excludes_is_not_registered(void **state)
{
    struct held *h = *state;
    bill(h, CDX("\"components\":[{\"type\":\"library\",\"name\":\"torch\",\"scope\":\"excluded\","
                "\"purl\":\"pkg:pypi/torch\"}]"));
    assert_string_equal(ask_of(h, SW_ENTITY_LIBRARY, "torch", "pkg:pypi/torch", ""), "nobody");
}

static void two_digests_that_differ_are_two_things(void **state)
{
    struct held *h = *state;
    bill(h, CDX("\"components\":[{\"type\":\"machine-learning-model\",\"name\":\"m.gguf\","
                "\"hashes\":[{\"alg\":\"SHA-256\",\"content\":\"" A64 "\"}]}]"));
    assert_string_equal(ask_of(h, SW_ENTITY_MODEL, "m.gguf", "", "sha256:" A64), "first");
    assert_string_equal(ask_of(h, SW_ENTITY_MODEL, "other.gguf", "", "sha256:" A64), "first");
    assert_string_equal(ask_of(h, SW_ENTITY_MODEL, "m.gguf", "", "sha256:" B64), "nobody");
    assert_string_equal(ask_of(h, SW_ENTITY_MODEL, "m.gguf", "", ""), "first");
    assert_string_equal(ask_of(h, SW_ENTITY_DATASET, "m.gguf", "", ""), "nobody");
}

static void a_name_does_not_stand_for_another_package(void **state)
{
    struct held *h = *state;
    bill(h, CDX("\"components\":[{\"type\":\"machine-learning-model\",\"name\":\"Llama\","
                "\"purl\":\"pkg:huggingface/meta/Llama\"}]"));
    assert_string_equal(
        ask_of(h, SW_ENTITY_MODEL, "Llama", "pkg:huggingface/evil/Llama", ""), "nobody");
    assert_string_equal(ask_of(h, SW_ENTITY_MODEL, "llama", "", ""), "nobody");
    assert_string_equal(ask_of(h, SW_ENTITY_MODEL, "Llama", "", ""), "first");
}

static void a_service_has_its_name_in_any_case_and_no_other(void **state)
{
    struct held *h = *state;
    bill(h, CDX("\"services\":[{\"name\":\"openAI\"},{\"name\":\"ＯpenAI Ⅱ\"}]"));
    assert_string_equal(ask_of(h, SW_ENTITY_SERVICE, "OpenAI", "", ""), "first");
    assert_string_equal(ask_of(h, SW_ENTITY_SERVICE, "OpenAI ", "", ""), "nobody");
    assert_string_equal(ask_of(h, SW_ENTITY_SERVICE, "ОpenAI", "", ""), "nobody");
    assert_string_equal(ask_of(h, SW_ENTITY_SERVICE, "OpenAI II", "", ""), "nobody");
    assert_string_equal(ask_of(h, SW_ENTITY_MCP_SERVER, "OpenAI", "", ""), "nobody");
    assert_string_equal(ask_of(h, SW_ENTITY_MODEL, "OpenAI", "", ""), "nobody");
}

static void a_name_that_is_cut_off_is_nobody_s(void **state)
{
    struct held *h = *state;
    char name[1024];
    char text[2048];
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    (void)snprintf(text, sizeof(text), CDX("\"services\":[{\"name\":\"%s\"}]"), name);
    bill(h, text);
    assert_string_equal(ask_of(h, SW_ENTITY_SERVICE, name, "", ""), "nobody");
}

static void every_host_of_a_service_has_to_be_registered(void **state)
{
    struct held *h = *state;
    struct sw_sighting seen[] = {
        {.signal = "endpoint-host", .detail = sw_str("api.cohere.ai")},
        {.signal = "endpoint-host", .detail = sw_str("api.cohere.com")},
    };
    struct sw_entity entity = {.id = {.kind = SW_ENTITY_SERVICE, .name = sw_str("Cohere")},
        .sightings = seen,
        .sighting_count = 1,
        .seen = 1};
    bill(h, CDX("\"services\":[{\"name\":\"x\",\"endpoints\":"
                "[\"https://u:p@API.cohere.ai.:443/v1?x#y\",\"evil.example/api.cohere.com\","
                "\"evil.example/?to=https://api.cohere.com\"]}]"));
    assert_string_equal(ask(h, &entity), "first");
    entity.sighting_count = entity.seen = 2;
    assert_string_equal(ask(h, &entity), "nobody");
    entity.sighting_count = 1; /* the second one was not kept */
    assert_string_equal(ask(h, &entity), "nobody");
    seen[0].signal = "cloud-resource";
    entity.seen = 1;
    assert_string_equal(ask(h, &entity), "nobody");
}

static void only_an_approval_registers_what_was_discovered(void **state)
{
    struct held *h = *state;
    static const char entities[] =
        "\"entities\":[{\"kind\":\"mcp-server\",\"name\":\"a\",\"scope\":\"runtime\",\"digest\":"
        "\"sha256:" A64 "\"},{\"kind\":\"prompt\",\"name\":\"b\",\"scope\":\"test\"}]";
    char text[512];
    (void)snprintf(text, sizeof(text), "{%s}", entities);
    assert_int_equal(sw_register_discovery(&h->reg, parse(h, text), &first), SW_OK);
    (void)snprintf(text, sizeof(text), "{\"approved\":\"true\",%s}", entities);
    assert_int_equal(sw_register_discovery(&h->reg, parse(h, text), &first), SW_OK);
    assert_int_equal(h->reg.count, 0);
    (void)snprintf(text, sizeof(text), "{\"approved\":true,%s}", entities);
    assert_int_equal(sw_register_discovery(&h->reg, parse(h, text), &first), SW_OK);
    assert_string_equal(ask_of(h, SW_ENTITY_MCP_SERVER, "a", "", "sha256:" A64), "first");
    assert_string_equal(ask_of(h, SW_ENTITY_MCP_SERVER, "a", "", "sha256:" B64), "nobody");
    assert_string_equal(ask_of(h, SW_ENTITY_PROMPT, "b", "", ""), "nobody");
}

static void what_was_taken_in_first_answers(void **state)
{
    struct held *h = *state;
    bill_of(h,
        CDX("\"components\":[{\"type\":\"library\",\"name\":\"b\",\"purl\":\"pkg:pypi/a\"}]"),
        &second);
    bill(h, CDX("\"components\":[{\"type\":\"library\",\"name\":\"a\",\"purl\":\"pkg:pypi/a\"}]"));
    assert_string_equal(ask_of(h, SW_ENTITY_LIBRARY, "a", "pkg:pypi/a@1", ""), "second");
}

static void predicates_of_another_shape_register_nothing(void **state)
{
    struct held *h = *state;
    static const char *const shapes[] = {"{}", "[]", "1", "{\"services\":{}}",
        "{\"approved\":true,\"entities\":[1,{\"kind\":\"x\"},{\"kind\":\"model\"}]}",
        "{\"resources\":[{\"digest\":\"aa\",\"algorithm\":\"sha256\"},{\"digest\":\"" A64
        "\",\"algorithm\":\"blake2b\"}]}"};
    for (size_t i = 0; i < SW_COUNT(shapes); i++) {
        const struct sw_json *json = parse(h, shapes[i]);
        assert_int_equal(sw_register_discovery(&h->reg, json, &first), SW_OK);
        assert_int_equal(sw_register_dataset(&h->reg, json, &first), SW_OK);
        assert_int_equal(sw_register_model(&h->reg, json, &first), SW_OK);
    }
    assert_int_equal(h->reg.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_package_is_registered_in_any_version, setup, teardown),
        cmocka_unit_test_setup_teardown(
            an_image_of_another_registry_is_another_image, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_bill_excludes_is_not_registered, setup, teardown),
        cmocka_unit_test_setup_teardown(two_digests_that_differ_are_two_things, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_does_not_stand_for_another_package, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_service_has_its_name_in_any_case_and_no_other, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_that_is_cut_off_is_nobody_s, setup, teardown),
        cmocka_unit_test_setup_teardown(
            every_host_of_a_service_has_to_be_registered, setup, teardown),
        cmocka_unit_test_setup_teardown(
            only_an_approval_registers_what_was_discovered, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_taken_in_first_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(
            predicates_of_another_shape_register_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
