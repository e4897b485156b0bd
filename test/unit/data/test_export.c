/* What goes out: every format names the same things, says what is only declared, and gives the same
 * bytes for the same store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "unit/data/export_help.h"

static struct sw_json *parse(struct export_test *t, const struct sw_buf *text)
{
    struct sw_json *json = SW_ARENA_NEW(&t->arena, struct sw_json);
    const void *copy = sw_arena_copy(&t->arena, sw_buf_bytes(text));
    assert_non_null(json);
    assert_non_null(copy);
    assert_int_equal(
        sw_json_parse(&t->arena, sw_bytes(copy, text->len), NULL, json, &t->err), SW_OK);
    return json;
}

static struct sw_json *export_json(struct export_test *t, const char *format)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_export_write(&t->exchange, format, &text, &t->err), SW_OK);
    return parse(t, &text);
}

static struct sw_str at(const struct sw_json *json, const char *path)
{
    struct sw_str text = {NULL, 0};
    (void)sw_json_str(sw_json_path(json, sw_str(path)), &text);
    return text;
}

#define assert_at(json, path, want) assert_true(sw_str_is(at((json), (path)), (want)))

static void the_same_structure_gives_the_same_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sw_export_format_count; i++) {
        SW_CLEANUP(buf) struct sw_buf first = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf second = SW_BUF_INIT;
        for (int run = 0; run < 2; run++) {
            SW_CLEANUP(export) struct export_test t;
            export_chain(&t);
            assert_int_equal(sw_export_write(&t.exchange, sw_export_formats[i].name,
                                 run == 0 ? &first : &second, &t.err),
                SW_OK);
        }
        assert_true(sw_bytes_equal(sw_buf_bytes(&first), sw_buf_bytes(&second)));
        assert_int_equal(first.data[first.len - 1], '\n');
    }
}

static void croissant_has_what_the_specification_requires(void **state)
{
    (void)state;
    SW_CLEANUP(export) struct export_test t;
    export_chain(&t);
    const struct sw_json *json = export_json(&t, "croissant");
    assert_at(json, "@type", "sc:Dataset");
    assert_at(json, "conformsTo", "http://mlcommons.org/croissant/1.1");
    assert_at(json, "name", "clean");
    assert_at(json, "version", "2");
    assert_at(json, "license.0", "https://spdx.org/licenses/CC-BY-4.0");
    assert_at(json, "license.1", "by agreement");
    assert_at(json, "creator.0.name", "Forum e.V.");
    assert_at(json, "datePublished", "2026-11-23T00:00:00Z");
    assert_at(json, "distribution.0.@type", "cr:FileObject");
    assert_at(json, "distribution.0.contentUrl", "a%20b.jsonl");
    assert_at(json, "distribution.0.sha256", SHA_ABC);
    assert_at(json, "recordSet.0.field.0.source.extract.jsonPath", "$.text");
    assert_at(json, "prov:wasGeneratedBy.0.prov:label", "filter");
    assert_true(sw_str_equal(
        at(json, "prov:wasGeneratedBy.0.prov:used.0.@id"), at(json, "prov:wasDerivedFrom.2.@id")));
    assert_at(json, "prov:wasDerivedFrom.2.prov:label", "raw@1");
    assert_at(json, "prov:wasAttributedTo.prov:label", "ada");
}

static void croissant_of_a_set_with_gaps_says_so(void **state)
{
    (void)state;
    SW_CLEANUP(export) struct export_test t;
    export_chain(&t);
    t.exchange.about_set = 0;
    const struct sw_json *json = export_json(&t, "croissant");
    assert_at(json, "sealwright:status", "gaps");
    assert_at(json, "sealwright:gaps.0", "source forum has no consent");
    t.exchange.sets[0].declared = true;
    t.exchange.sources[0].licence = sw_str("");
    t.exchange.sources[1].licence = sw_str("");
    json = export_json(&t, "croissant");
    assert_at(json, "sealwright:status", "declared");
    assert_at(json, "license", "unknown");
}

/* The members of the document, read by the importer: also a test that both agree. */
static void a_croissant_that_comes_back_has_the_same_digests(void **state)
{
    (void)state;
    SW_CLEANUP(export) struct export_test t;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    export_chain(&t);
    assert_int_equal(sw_export_write(&t.exchange, "croissant", &text, &t.err), SW_OK);
    struct sw_exchange back;
    assert_int_equal(sw_import_read(&t.arena, sw_buf_bytes(&text), NULL, &back, &t.err), SW_OK);
    const struct sw_exchange_set *from = &t.exchange.sets[t.exchange.about_set];
    assert_int_equal(back.problem_count, 0);
    assert_int_equal(back.set_count, 1);
    const struct sw_exchange_set *to = &back.sets[0];
    assert_true(to->declared);
    assert_true(sw_digest_equal(&to->manifest, &from->manifest));
    assert_true(sw_digest_equal(&to->ordered_head, &from->ordered_head));
    assert_true(sw_digest_equal(&to->sorted_head, &from->sorted_head));
    assert_int_equal(to->samples, from->samples);
    assert_int_equal(to->bytes, from->bytes);
    assert_true(sw_str_equal(to->name, from->name));
    assert_int_equal(to->file_count, from->file_count);
    assert_true(sw_digest_equal(&to->files[0].digest, &from->files[0].digest));
    assert_int_equal(to->files[0].proof, SW_FILE_DECLARED);
    assert_int_equal(to->field_count, 1);
    assert_int_equal(back.step_count, 1);
    assert_true(sw_str_is(back.steps[0].name, "filter"));
}

static void events_that_come_back_have_the_same_digests(void **state)
{
    (void)state;
    SW_CLEANUP(export) struct export_test t;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    export_chain(&t);
    assert_int_equal(sw_export_write(&t.exchange, "openlineage", &text, &t.err), SW_OK);
    struct sw_exchange back;
    assert_int_equal(sw_import_read(&t.arena, sw_buf_bytes(&text), NULL, &back, &t.err), SW_OK);
    assert_int_equal(back.problem_count, 0);
    assert_int_equal(back.step_count, t.exchange.step_count);
    for (size_t i = 0; i < t.exchange.set_count; i++) {
        const struct sw_exchange_set *from = &t.exchange.sets[i];
        size_t found = 0;
        for (size_t k = 0; k < back.set_count; k++) {
            found += sw_digest_equal(&back.sets[k].manifest, &from->manifest) ? 1 : 0;
        }
        assert_int_equal(found, 1);
    }
    assert_true(sw_str_is(back.steps[0].outcome, "complete"));
    assert_int_equal(back.steps[0].started, EXPORT_TIME - 60);
    assert_int_equal(back.steps[0].ended, EXPORT_TIME);
    assert_int_equal(back.steps[0].input_count, 1);
    assert_int_equal(back.steps[0].output_count, 1);
}

static size_t lines_of(const struct sw_buf *text)
{
    size_t count = 0;
    for (size_t i = 0; i < text->len; i++) {
        count += text->data[i] == '\n' ? 1 : 0;
    }
    return count;
}

static void every_run_starts_and_completes(void **state)
{
    (void)state;
    SW_CLEANUP(export) struct export_test t;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    export_chain(&t);
    assert_int_equal(sw_export_write(&t.exchange, "openlineage", &text, &t.err), SW_OK);
    assert_int_equal(lines_of(&text), 1 + 2 * t.exchange.step_count);
}

static void prov_names_everything_once_and_refers_to_nothing_else(void **state)
{
    (void)state;
    SW_CLEANUP(export) struct export_test t;
    export_chain(&t);
    t.exchange.about_set = SW_NO_SET;
    t.exchange.about_model = 0;
    const struct sw_json *json = export_json(&t, "prov");
    const struct sw_json *entities = sw_json_get(json, "entity");
    assert_int_equal(
        entities->count, t.exchange.set_count + t.exchange.source_count + t.exchange.model_count);
    assert_int_equal(sw_json_get(json, "activity")->count, 2);
    assert_int_equal(sw_json_get(json, "agent")->count, 2);
    SW_JSON_EACH_MEMBER (relation, sw_json_get(json, "used")) {
        assert_non_null(sw_json_get_str(entities, at(&relation->value, "prov:entity")));
        assert_non_null(
            sw_json_get_str(sw_json_get(json, "activity"), at(&relation->value, "prov:activity")));
    }
    SW_JSON_EACH_MEMBER (relation, sw_json_get(json, "wasDerivedFrom")) {
        assert_non_null(sw_json_get_str(entities, at(&relation->value, "prov:generatedEntity")));
        assert_non_null(sw_json_get_str(entities, at(&relation->value, "prov:usedEntity")));
    }
    SW_JSON_EACH_MEMBER (relation, sw_json_get(json, "wasAttributedTo")) {
        assert_non_null(
            sw_json_get_str(sw_json_get(json, "agent"), at(&relation->value, "prov:agent")));
    }
}

static void odd_names_become_good_identifiers(void **state)
{
    (void)state;
    SW_CLEANUP(export) struct export_test t;
    export_chain(&t);
    t.exchange.sources[0].signer = sw_str("-J\xc3\xb6rg \"x\"/~.");
    const struct sw_json *json = export_json(&t, "prov");
    assert_non_null(
        sw_json_get(sw_json_get(json, "agent"), "agent:%2DJ%C3%B6rg%20%22x%22%2F%7E%2E"));
}

static void cyclonedx_tells_a_model_by_its_data(void **state)
{
    (void)state;
    SW_CLEANUP(export) struct export_test t;
    export_chain(&t);
    t.exchange.about_set = SW_NO_SET;
    t.exchange.about_model = 0;
    const struct sw_json *json = export_json(&t, "cyclonedx");
    assert_at(json, "specVersion", "1.6");
    assert_at(json, "metadata.component.type", "machine-learning-model");
    struct sw_str ref = at(json, "metadata.component.modelCard.modelParameters.datasets.0.ref");
    size_t found = 0;
    SW_JSON_EACH (component, sw_json_get(json, "components")) {
        found += sw_str_equal(at(component, "bom-ref"), ref) ? 1 : 0;
    }
    assert_int_equal(found, 1);
    t.exchange.about_set = 1;
    t.exchange.about_model = SW_NO_MODEL;
    json = export_json(&t, "cyclonedx");
    assert_at(json, "metadata.component.type", "data");
    assert_at(json, "metadata.component.data.0.classification", "GDPR, not stated");
    assert_at(
        json, "metadata.component.data.0.governance.owners.0.organization.name", "Forum e.V.");
    assert_at(json, "metadata.component.licenses.0.license.id", "CC-BY-4.0");
    assert_at(json, "metadata.component.licenses.1.license.name", "by agreement");
}

static void croissant_has_no_word_for_a_model(void **state)
{
    (void)state;
    SW_CLEANUP(export) struct export_test t;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    export_chain(&t);
    t.exchange.about_set = SW_NO_SET;
    t.exchange.about_model = 0;
    assert_int_equal(sw_export_write(&t.exchange, "croissant", &text, &t.err), SW_E_USAGE);
    assert_int_equal(sw_export_write(&t.exchange, "turtle", &text, &t.err), SW_E_USAGE);
    assert_int_equal(text.len, 0);
}

/* A model and its parent in a circle, as two claims may say it: it ends all the same. */
static void a_circle_is_written_once(void **state)
{
    (void)state;
    SW_CLEANUP(export) struct export_test t;
    export_chain(&t);
    uint32_t self[] = {0};
    t.exchange.models[0].bases = self;
    t.exchange.models[0].base_count = 1;
    t.exchange.steps[0].inputs = t.exchange.steps[0].outputs;
    for (size_t i = 0; i < sw_export_format_count; i++) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        assert_int_equal(
            sw_export_write(&t.exchange, sw_export_formats[i].name, &text, &t.err), SW_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_structure_gives_the_same_bytes),
        cmocka_unit_test(croissant_has_what_the_specification_requires),
        cmocka_unit_test(croissant_of_a_set_with_gaps_says_so),
        cmocka_unit_test(a_croissant_that_comes_back_has_the_same_digests),
        cmocka_unit_test(events_that_come_back_have_the_same_digests),
        cmocka_unit_test(every_run_starts_and_completes),
        cmocka_unit_test(prov_names_everything_once_and_refers_to_nothing_else),
        cmocka_unit_test(odd_names_become_good_identifiers),
        cmocka_unit_test(cyclonedx_tells_a_model_by_its_data),
        cmocka_unit_test(croissant_has_no_word_for_a_model),
        cmocka_unit_test(a_circle_is_written_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
