/* What an import records: declared and never more, attached where samples were seen, all or none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "unit/data/data_help.h"

#define SHA_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define CROISSANT(name, more)                                                                 \
    "{\"@context\":{\"@vocab\":\"http://schema.org/\",\"dct\":\"http://purl.org/dc/terms/\"," \
    "\"cr\":\"http://mlcommons.org/croissant/\"},\"@type\":\"Dataset\","                      \
    "\"dct:conformsTo\":\"http://mlcommons.org/croissant/1.1\",\"name\":\"" name "\","        \
    "\"description\":\"d\",\"url\":\"https://example.com/d\",\"license\":\"CC-BY-4.0\","      \
    "\"datePublished\":\"2026-01-01\",\"creator\":{\"name\":\"Ada\"}" more "}"
#define FILES                                                                                     \
    ",\"distribution\":[{\"@type\":\"cr:FileObject\",\"@id\":\"abc\",\"contentUrl\":\"abc\","     \
    "\"encodingFormat\":\"text/plain\",\"sha256\":\"" SHA_ABC "\"},{\"@type\":\"cr:FileObject\"," \
    "\"@id\":\"b\",\"contentUrl\":\"b\",\"encodingFormat\":\"text/plain\",\"sha256\":"            \
    "\"https://example.com/issues/80\"}]"
#define MANIFEST(hex) \
    ",\"identifier\":{\"propertyID\":\"urn:sealwright:manifest\",\"value\":\"sha256:" hex "\"}"

static int open_test(void **state)
{
    static struct data_test test;
    data_test_open(&test);
    *state = &test;
    return 0;
}

static int close_test(void **state)
{
    data_test_close(*state);
    return 0;
}

static enum sw_code import_as(struct data_test *t, const char *text, const char *as,
    struct sw_imported *out, struct sw_error *err)
{
    struct sw_exchange exchange;
    MUST(sw_import_read(&t->arena, sw_bytes(text, strlen(text)), NULL, &exchange, &must_error));
    return sw_import_record(&t->data, &exchange, as, out, err);
}

static struct sw_imported import_must(struct data_test *t, const char *text, const char *as)
{
    struct sw_imported imported;
    MUST(import_as(t, text, as, &imported, &must_error));
    return imported;
}

static size_t count_claims(struct data_test *t, const char *type)
{
    struct sw_data_claim *claims = NULL;
    size_t count = 0;
    MUST(sw_data_claims(&t->data, type, NULL, &claims, &count, NULL, &must_error));
    return count;
}

static bool has_gap(const struct sw_dataset_claim *claim, const char *words)
{
    for (size_t i = 0; i < claim->gap_count; i++) {
        if (memmem(claim->gaps[i].ptr, claim->gaps[i].len, words, strlen(words)) != NULL) {
            return true;
        }
    }
    return false;
}

static void a_croissant_becomes_a_source_and_a_declared_dataset(void **state)
{
    struct data_test *t = *state;
    struct sw_imported imported =
        import_must(t, CROISSANT("mails", ",\"version\":\"2\"" FILES), NULL);
    struct sw_dataset_claim claim;
    struct sw_source_record source;
    MUST(sw_dataset_find(&t->data, sw_str("mails@2"), &claim, NULL, &must_error));
    assert_true(claim.declared);
    assert_int_equal(claim.ordered_head.alg, 0);
    assert_true(has_gap(&claim, "no sample was seen"));
    assert_true(has_gap(&claim, "has no consent"));
    assert_false(has_gap(&claim, "licence"));
    assert_int_equal(claim.source_count, 1);
    assert_true(sw_str_is(claim.sources[0].licence, "CC-BY-4.0"));
    MUST(sw_source_find(&t->data, sw_str("mails"), &source, NULL, &must_error));
    assert_true(sw_str_is(sw_source_licence(&source), "CC-BY-4.0"));
    assert_true(sw_str_is(sw_source_origin(&source), "Ada"));
    assert_true(sw_str_starts(source.by, "declared by the croissant document sha256:"));
    assert_int_equal(imported.new_set_count, 1);
    assert_int_equal(imported.new_source_count, 1);
    assert_false(imported.claim.sets[0].attached);
    assert_int_equal(imported.receipt.claim.alg, SW_SHA256);
}

static void what_was_recorded_is_read_back_with_its_files_and_problems(void **state)
{
    struct data_test *t = *state;
    struct sw_imported imported = import_must(t, CROISSANT("mails", FILES), NULL);
    struct sw_data_claim *claims = NULL;
    size_t count = 0;
    MUST(sw_data_claims(&t->data, SW_PREDICATE_DECLARATION, &imported.claim.document, &claims,
        &count, NULL, &must_error));
    assert_int_equal(count, 1);
    struct sw_declaration_claim claim;
    MUST(sw_declaration_claim_read(&t->arena, &claims[0].statement, &claim, &must_error));
    assert_true(sw_digest_equal(&claim.document, &imported.claim.document));
    assert_int_equal(claim.set_count, 1);
    assert_int_equal(claim.sets[0].file_count, 2);
    assert_int_equal(claim.sets[0].files[0].proof, SW_FILE_DECLARED);
    assert_int_equal(claim.sets[0].files[0].digest.alg, SW_SHA256);
    assert_true(sw_str_is(claim.sets[0].files[1].why, "bad-digest"));
    assert_int_equal(claim.problem_count, 1);
    assert_true(sw_str_is(claim.problems[0].kind, "bad-digest"));
    assert_int_equal(claims[0].statement.subject_count, 2);
}

static void the_same_document_again_declares_nothing_new(void **state)
{
    struct data_test *t = *state;
    (void)import_must(t, CROISSANT("mails", ""), NULL);
    t->data.now += 60;
    struct sw_imported again = import_must(t, CROISSANT("mails", ""), NULL);
    assert_int_equal(again.new_set_count, 0);
    assert_int_equal(again.new_source_count, 0);
    assert_int_equal(count_claims(t, SW_PREDICATE_DATASET), 1);
    assert_int_equal(count_claims(t, SW_PREDICATE_SOURCE), 1);
    assert_int_equal(count_claims(t, SW_PREDICATE_DECLARATION), 2);
}

static void without_a_signer_nothing_is_recorded(void **state)
{
    struct data_test *t = *state;
    t->data.signer = NULL;
    struct sw_imported imported = import_must(t, CROISSANT("mails", ""), NULL);
    assert_int_equal(imported.new_set_count, 1);
    assert_int_equal(imported.receipt.claim.alg, 0);
    assert_int_equal(count_claims(t, SW_PREDICATE_DATASET), 0);
}

static void a_source_that_somebody_described_is_left_alone(void **state)
{
    struct data_test *t = *state;
    data_test_source(t, "mails", "{\"use\":{\"license\":\"MIT\"}}");
    struct sw_imported imported = import_must(t, CROISSANT("mails", ""), NULL);
    struct sw_source_record source;
    MUST(sw_source_find(&t->data, sw_str("mails"), &source, NULL, &must_error));
    assert_true(sw_str_is(sw_source_licence(&source), "MIT"));
    assert_int_equal(imported.new_source_count, 0);
}

static void what_was_ingested_is_attached_to_and_not_declared_anew(void **state)
{
    struct data_test *t = *state;
    struct sw_dataset_claim ingested = data_test_dataset(t, "mails", "1", 7, 10);
    struct sw_imported imported = import_must(t, CROISSANT("letters", ""), "mails@1");
    struct sw_dataset_claim claim;
    MUST(sw_dataset_find(&t->data, sw_str("mails"), &claim, NULL, &must_error));
    assert_false(claim.declared);
    assert_true(sw_digest_equal(&claim.manifest, &ingested.manifest));
    assert_true(imported.claim.sets[0].attached);
    assert_true(sw_digest_equal(&imported.claim.sets[0].manifest, &ingested.manifest));
    assert_true(sw_str_is(imported.claim.sets[0].title, "letters"));
    assert_int_equal(imported.new_set_count, 0);
    imported = import_must(t, CROISSANT("letters", ""), "mails");
    assert_true(imported.claim.sets[0].attached);
}

static void a_manifest_finds_the_ingested_set_whatever_its_name(void **state)
{
    struct data_test *t = *state;
    struct sw_dataset_claim ingested = data_test_dataset(t, "mails", "1", 7, 10);
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(&ingested.manifest, hex);
    const char *text = sw_arena_printf(&t->arena, CROISSANT("letters", MANIFEST("%s")), hex);
    assert_non_null(text);
    struct sw_imported imported = import_must(t, text, NULL);
    assert_true(imported.claim.sets[0].attached);
    assert_true(sw_str_is(imported.claim.sets[0].name, "mails"));
    assert_int_equal(count_claims(t, SW_PREDICATE_DATASET), 1);
}

static void a_manifest_that_nobody_here_saw_is_declared(void **state)
{
    struct data_test *t = *state;
    (void)import_must(t, CROISSANT("mails", MANIFEST(SHA_ABC)), NULL);
    struct sw_dataset_claim claim;
    MUST(sw_dataset_find(&t->data, sw_str("sha256:" SHA_ABC), &claim, NULL, &must_error));
    assert_true(claim.declared);
}

static void what_is_known_otherwise_is_refused(void **state)
{
    struct data_test *t = *state;
    (void)data_test_dataset(t, "mails", "1", 7, 10);
    (void)import_must(t, CROISSANT("letters", ",\"version\":\"1\""), NULL);
    const struct {
        const char *text;
        const char *as;
        enum sw_code code;
        const char *says;
    } rows[] = {
        {CROISSANT("mails", ",\"version\":\"1\""), NULL, SW_E_REFUSED, "say --as mails@1"},
        {CROISSANT("x", MANIFEST(SHA_ABC)), "mails@1", SW_E_REFUSED, "something else"},
        {CROISSANT("letters", ",\"version\":\"1\",\"keywords\":\"new\""), NULL, SW_E_REFUSED,
            "something else"},
        {CROISSANT("letters", ""), "a b", SW_E_USAGE, "'a b'"},
        {CROISSANT("letters", ""), "a@", SW_E_USAGE, "version"},
    };
    size_t before = count_claims(t, SW_PREDICATE_DECLARATION);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_imported imported;
        struct sw_error err = {0};
        assert_int_equal(import_as(t, rows[i].text, rows[i].as, &imported, &err), rows[i].code);
        assert_non_null(strstr(err.text, rows[i].says));
    }
    assert_int_equal(count_claims(t, SW_PREDICATE_DECLARATION), before);
}

static void a_file_that_contradicts_the_document_refuses_it_all(void **state)
{
    struct data_test *t = *state;
    struct sw_exchange exchange;
    struct sw_imported imported;
    struct sw_error err = {0};
    static const char text[] = CROISSANT("mails", FILES);
    temp_tree_write_bytes(&t->tree, "abc", "abd", 3);
    MUST(sw_import_read(&t->arena, sw_bytes(text, strlen(text)), NULL, &exchange, &must_error));
    MUST(sw_import_check_files(&exchange, t->tree.path, false, NULL, &must_error));
    assert_int_equal(sw_import_record(&t->data, &exchange, NULL, &imported, &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "'abc'"));
    assert_int_equal(count_claims(t, SW_PREDICATE_DECLARATION), 0);
}

static void a_verified_file_is_recorded_as_such(void **state)
{
    struct data_test *t = *state;
    struct sw_exchange exchange;
    struct sw_imported imported;
    static const char text[] = CROISSANT("mails", FILES);
    temp_tree_write_bytes(&t->tree, "abc", "abc", 3);
    MUST(sw_import_read(&t->arena, sw_bytes(text, strlen(text)), NULL, &exchange, &must_error));
    MUST(sw_import_check_files(&exchange, t->tree.path, false, NULL, &must_error));
    MUST(sw_import_record(&t->data, &exchange, NULL, &imported, &must_error));
    assert_int_equal(imported.claim.sets[0].files[0].proof, SW_FILE_VERIFIED);
    assert_int_equal(imported.claim.sets[0].files[1].proof, SW_FILE_DECLARED);
    struct sw_dataset_claim claim;
    MUST(sw_dataset_find(&t->data, sw_str("mails"), &claim, NULL, &must_error));
    assert_true(claim.declared); /* a file is not its samples */
}

static void a_name_that_cannot_stand_here_is_made_to_and_stays_its_own(void **state)
{
    struct data_test *t = *state;
    static const char *const names[] = {
        "My  Mails!", "My mails?", "", "-x", "\xc3\xbc", "a/b", "a.b", "..", "a@1"};
    const struct sw_imported *all[SW_COUNT(names)];
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        const char *text = sw_arena_printf(&t->arena, CROISSANT("%s", ""), names[i]);
        struct sw_imported *imported = SW_ARENA_NEW(&t->arena, struct sw_imported);
        assert_non_null(text);
        assert_non_null(imported);
        *imported = import_must(t, text, NULL);
        all[i] = imported;
        MUST(sw_name_check(imported->claim.sets[0].name, "dataset", &must_error));
        for (size_t k = 0; k < i; k++) {
            assert_false(sw_str_equal(all[k]->claim.sets[0].name, imported->claim.sets[0].name));
        }
    }
    assert_true(sw_str_starts(all[0]->claim.sets[0].name, "My-Mails-"));
    assert_true(sw_str_is(all[6]->claim.sets[0].name, "a.b"));
}

#define EVENT(inputs, outputs)                                                                    \
    "{\"eventType\":\"COMPLETE\",\"eventTime\":\"2026-01-01T00:00:00Z\",\"producer\":\"urn:x\","  \
    "\"schemaURL\":\"https://openlineage.io/spec/2-0-2/OpenLineage.json\",\"run\":{\"runId\":"    \
    "\"01932d1c-0000-7000-8000-00000000000a\"},\"job\":{\"namespace\":\"p\",\"name\":\"clean\"}," \
    "\"inputs\":[" inputs "],\"outputs\":[" outputs "]}"

static void events_become_declared_datasets_and_steps(void **state)
{
    struct data_test *t = *state;
    static const char text[] = EVENT("{\"namespace\":\"s3://b\",\"name\":\"raw\"}",
        "{\"namespace\":\"s3://b\",\"name\":\"raw clean\",\"facets\":{\"version\":{"
        "\"datasetVersion\":\"7\"}}}");
    struct sw_imported imported = import_must(t, text, NULL);
    assert_int_equal(imported.new_set_count, 2);
    assert_int_equal(imported.new_source_count, 0);
    assert_int_equal(imported.claim.step_count, 1);
    const struct sw_declared_step *step = &imported.claim.steps[0];
    assert_int_equal(step->input_count, 1);
    assert_true(sw_digest_equal(&step->inputs[0], &imported.claim.sets[0].manifest));
    assert_true(sw_digest_equal(&step->outputs[0], &imported.claim.sets[1].manifest));
    assert_true(sw_str_is(imported.claim.sets[0].version, "unversioned"));
    assert_true(sw_str_is(imported.claim.sets[1].version, "7"));
    struct sw_dataset_claim claim;
    MUST(sw_dataset_find(&t->data, imported.claim.sets[1].name, &claim, NULL, &must_error));
    assert_true(claim.declared);
    assert_true(has_gap(&claim, "no source is known"));
}

static void events_of_another_day_name_the_same_datasets(void **state)
{
    struct data_test *t = *state;
    (void)import_must(t, EVENT("{\"namespace\":\"n\",\"name\":\"d\"}", ""), NULL);
    struct sw_imported second =
        import_must(t, EVENT("", "{\"namespace\":\"n\",\"name\":\"d\"}"), NULL);
    assert_int_equal(second.new_set_count, 0);
    assert_int_equal(count_claims(t, SW_PREDICATE_DATASET), 1);
    struct sw_imported other =
        import_must(t, EVENT("", "{\"namespace\":\"m\",\"name\":\"d\"}"), NULL);
    assert_int_equal(other.new_set_count, 1);
}

static void a_document_with_several_datasets_takes_no_other_name(void **state)
{
    struct data_test *t = *state;
    struct sw_imported imported;
    struct sw_error err = {0};
    assert_int_equal(
        import_as(t,
            EVENT("{\"namespace\":\"n\",\"name\":\"a\"}", "{\"namespace\":\"n\",\"name\":\"b\"}"),
            "x", &imported, &err),
        SW_E_USAGE);
    assert_non_null(strstr(err.text, "2 datasets"));
}

static void many_datasets_are_recorded_at_once(void **state)
{
    struct data_test *t = *state;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    for (unsigned i = 0; i < 100; i++) {
        MUST(sw_buf_printf(&text,
            "{\"eventTime\":\"2026-01-01T00:00:00Z\",\"producer\":\"urn:x\",\"schemaURL\":\"urn:"
            "x\","
            "\"dataset\":{\"namespace\":\"n\",\"name\":\"d%u\"}}\n",
            i));
    }
    struct sw_imported imported = import_must(t, sw_buf_cstr(&text), NULL);
    assert_int_equal(imported.new_set_count, 100);
    assert_int_equal(imported.receipt.leaf, 100);
    assert_int_equal(count_claims(t, SW_PREDICATE_DATASET), 100);
}

static void a_broken_declaration_is_refused(void **state)
{
    struct data_test *t = *state;
    static const char *const bad[] = {
        "{}",
        "{\"document\":\"sha256:" SHA_ABC "\",\"format\":\"x\",\"datasets\":[],\"steps\":[],"
        "\"problems\":[{\"kind\":\"k\",\"what\":\"w\"}],\"problem_count\":0,"
        "\"time\":\"2026-01-01T00:00:00Z\"}",
        "{\"document\":\"sha256:" SHA_ABC "\",\"format\":\"x\",\"datasets\":[{\"name\":\"a\","
        "\"version\":\"1\",\"manifest\":\"sha256:" SHA_ABC "\",\"attached\":false,\"creators\":[],"
        "\"derived_from\":[],\"fields\":0,\"files\":[{\"proof\":\"verified\"}]}],\"steps\":[],"
        "\"problems\":[],\"problem_count\":0,\"time\":\"2026-01-01T00:00:00Z\"}",
    };
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        struct sw_declaration_claim claim;
        struct sw_error err = {0};
        const struct sw_statement statement = {.predicate = data_test_json(t, bad[i])};
        assert_int_equal(
            sw_declaration_claim_read(&t->arena, &statement, &claim, &err), SW_E_FORMAT);
        assert_non_null(strstr(err.text, "declaration"));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_test, close_test)
    const struct CMUnitTest tests[] = {
        TEST(a_croissant_becomes_a_source_and_a_declared_dataset),
        TEST(what_was_recorded_is_read_back_with_its_files_and_problems),
        TEST(the_same_document_again_declares_nothing_new),
        TEST(without_a_signer_nothing_is_recorded),
        TEST(a_source_that_somebody_described_is_left_alone),
        TEST(what_was_ingested_is_attached_to_and_not_declared_anew),
        TEST(a_manifest_finds_the_ingested_set_whatever_its_name),
        TEST(a_manifest_that_nobody_here_saw_is_declared),
        TEST(what_is_known_otherwise_is_refused),
        TEST(a_file_that_contradicts_the_document_refuses_it_all),
        TEST(a_verified_file_is_recorded_as_such),
        TEST(a_name_that_cannot_stand_here_is_made_to_and_stays_its_own),
        TEST(events_become_declared_datasets_and_steps),
        TEST(events_of_another_day_name_the_same_datasets),
        TEST(a_document_with_several_datasets_takes_no_other_name),
        TEST(many_datasets_are_recorded_at_once),
        TEST(a_broken_declaration_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
