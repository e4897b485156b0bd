/* Croissant: whatever a document calls its parts, they are found; whatever it claims, nothing is
 * believed but a file that lies here. */
#include "unit/data/import_help.h"

#include <stdlib.h>

#include "temp_tree.h"

#define SHA_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA_ABC_UPPER "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"

#define CONTEXT                                                                                 \
    "\"@context\":{\"@language\":\"en\",\"@vocab\":\"https://schema.org/\","                    \
    "\"sc\":\"https://schema.org/\",\"cr\":\"http://mlcommons.org/croissant/\","                \
    "\"dct\":\"http://purl.org/dc/terms/\",\"prov\":\"http://www.w3.org/ns/prov#\","            \
    "\"conformsTo\":\"dct:conformsTo\",\"containedIn\":\"cr:containedIn\","                     \
    "\"column\":\"cr:column\",\"data\":{\"@id\":\"cr:data\",\"@type\":\"@json\"},"              \
    "\"dataType\":{\"@id\":\"cr:dataType\",\"@type\":\"@vocab\"},\"extract\":\"cr:extract\","   \
    "\"field\":\"cr:field\",\"fileObject\":\"cr:fileObject\",\"fileSet\":\"cr:fileSet\","       \
    "\"isLiveDataset\":\"cr:isLiveDataset\",\"md5\":\"cr:md5\",\"recordSet\":\"cr:recordSet\"," \
    "\"source\":\"cr:source\",\"subField\":\"cr:subField\",\"includes\":\"cr:includes\"}"
#define ABOUT                                                                                     \
    "\"name\":\"words\",\"description\":\"three letters\",\"url\":\"https://example.com/words\"," \
    "\"license\":\"CC-BY-4.0\",\"datePublished\":\"2026-01-02\","                                 \
    "\"creator\":{\"@type\":\"sc:Person\",\"name\":\"Ada\"},"
#define TOP     \
    "{" CONTEXT \
    ",\"@type\":\"sc:Dataset\",\"conformsTo\":\"http://mlcommons.org/croissant/1.1\"," ABOUT
#define FILE_OBJECT(id, url, more)                                          \
    "{\"@type\":\"cr:FileObject\",\"@id\":\"" id "\",\"contentUrl\":\"" url \
    "\",\"encodingFormat\":\"text/plain\"" more "}"
#define WITH_FILES(files) TOP "\"distribution\":[" files "]}"

static void read_good(struct import_test *t, const char *text)
{
    import_text(t, text, NULL);
    if (t->code != SW_OK) {
        print_error("%s\n", t->err.text);
    }
    assert_int_equal(t->code, SW_OK);
    assert_int_equal(t->exchange.set_count, 1);
}

/* --- names ----------------------------------------------------------------------------------- */

static void a_document_is_read_into_one_declared_set(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(&t, WITH_FILES(FILE_OBJECT(
                      "a", "data/a.txt", ",\"sha256\":\"" SHA_ABC "\",\"contentSize\":\"3 B\"")));
    const struct sw_exchange_set *set = &t.exchange.sets[0];
    assert_string_equal(t.exchange.format, "croissant");
    assert_str(t.exchange.conforms, "1.1");
    assert_int_equal(t.exchange.problem_count, 0);
    assert_true(set->declared);
    assert_str(set->name, "words");
    assert_str(set->licence, "CC-BY-4.0");
    assert_int_equal(set->creator_count, 1);
    assert_str(set->creators[0], "Ada");
    assert_int_equal(set->file_count, 1);
    assert_str(set->files[0].id, "a");
    assert_int_equal(set->files[0].size, 3);
    assert_int_equal(set->files[0].proof, SW_FILE_DECLARED);
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(&set->files[0].digest, hex);
    assert_string_equal(hex, SHA_ABC);
    assert_int_equal(set->manifest.alg, 0);
    assert_int_equal(set->samples, SW_ABSENT);
}

/* One dataset in the forms that JSON-LD has for it: all say the same. */
static const char *const forms[] = {
    /* prefixes everywhere, none of them defined by the context */
    "{\"@context\":{\"@vocab\":\"https://schema.org/\"},\"@type\":\"sc:Dataset\","
    "\"dct:conformsTo\":\"http://mlcommons.org/croissant/1.0\",\"sc:name\":\"words\","
    "\"sc:distribution\":{\"@type\":\"cr:FileObject\",\"@id\":\"a\",\"sc:sha256\":\"" SHA_ABC
    "\"},\"cr:recordSet\":{\"cr:field\":{\"@id\":\"r/t\",\"cr:dataType\":\"sc:Text\","
    "\"cr:source\":{\"cr:fileObject\":{\"@id\":\"a\"},\"cr:extract\":{\"cr:column\":\"t\"}}}}}",
    /* no prefix, no term defined: the vocabulary alone */
    "{\"@context\":{\"@vocab\":\"http://schema.org/\",\"dct\":\"http://purl.org/dc/terms/\"},"
    "\"@type\":\"Dataset\",\"dct:conformsTo\":\"http://mlcommons.org/croissant/1.0\","
    "\"name\":\"words\",\"distribution\":[{\"@type\":\"FileObject\",\"@id\":\"a\",\"sha256\":"
    "\"" SHA_ABC
    "\"}],\"recordSet\":[{\"field\":[{\"@id\":\"r/t\",\"dataType\":\"Text\",\"source\":"
    "{\"fileObject\":{\"@id\":\"a\"},\"extract\":{\"column\":\"t\"}}}]}]}",
    /* other prefixes, keywords under other names, a list of contexts */
    "{\"@context\":[{\"@vocab\":\"urn:x:\",\"s\":\"http://schema.org/\",\"Dataset\":\"s:Wrong\"},"
    "{\"k\":\"http://mlcommons.org/croissant/\",\"Dataset\":\"s:Dataset\",\"id\":\"@id\","
    "\"type\":\"@type\",\"title\":{\"@id\":\"s:name\"},"
    "\"says\":\"http://purl.org/dc/terms/conformsTo\"}],\"type\":\"Dataset\",\"title\":\"words\","
    "\"says\":{\"id\":\"http://mlcommons.org/croissant/1.0\"},"
    "\"s:distribution\":{\"type\":\"k:FileObject\",\"id\":\"a\",\"s:sha256\":\"" SHA_ABC
    "\"},\"k:recordSet\":{\"k:field\":{\"id\":\"r/t\",\"k:dataType\":\"s:Text\","
    "\"k:source\":{\"k:fileObject\":{\"id\":\"a\"},\"k:extract\":{\"k:column\":\"t\"}}}}}",
    /* a graph with references, values as objects, sets and lists */
    "{\"@context\":{\"sc\":\"http://schema.org/\",\"cr\":\"http://mlcommons.org/croissant/\","
    "\"dct\":\"http://purl.org/dc/terms/\"},\"@graph\":["
    "{\"@id\":\"a\",\"@type\":\"cr:FileObject\",\"sc:sha256\":{\"@value\":\"" SHA_ABC "\"}},"
    "{\"@id\":\"r\",\"@type\":\"cr:RecordSet\",\"cr:field\":{\"@list\":[{\"@id\":\"r/t\","
    "\"cr:dataType\":\"sc:Text\",\"cr:source\":{\"cr:fileObject\":{\"@id\":\"a\"},"
    "\"cr:extract\":{\"cr:column\":\"t\"}}}]}},"
    "{\"@id\":\"d\",\"@type\":[\"sc:Thing\",\"sc:Dataset\"],\"sc:name\":[{\"@value\":\"words\"}],"
    "\"dct:conformsTo\":[\"urn:x:other\",{\"@id\":\"http://mlcommons.org/croissant/1.0\"}],"
    "\"sc:distribution\":{\"@set\":[{\"@id\":\"a\"}]},\"cr:recordSet\":{\"@id\":\"r\"}}]}",
    /* expanded: no context at all */
    "[{\"@type\":[\"http://schema.org/Dataset\"],\"http://schema.org/"
    "name\":[{\"@value\":\"words\"}],"
    "\"http://purl.org/dc/terms/conformsTo\":[{\"@id\":\"http://mlcommons.org/croissant/1.0\"}],"
    "\"http://schema.org/distribution\":[{\"@id\":\"a\","
    "\"@type\":[\"http://mlcommons.org/croissant/FileObject\"],"
    "\"http://schema.org/sha256\":[{\"@value\":\"" SHA_ABC "\"}]}],"
    "\"http://mlcommons.org/croissant/recordSet\":[{\"http://mlcommons.org/croissant/field\":[{"
    "\"@id\":\"r/t\",\"http://mlcommons.org/croissant/dataType\":[\"http://schema.org/Text\"],"
    "\"http://mlcommons.org/croissant/source\":[{\"http://mlcommons.org/croissant/fileObject\":"
    "[{\"@id\":\"a\"}],\"http://mlcommons.org/croissant/extract\":"
    "[{\"http://mlcommons.org/croissant/column\":[{\"@value\":\"t\"}]}]}]}]}]}]",
};

static void every_form_of_json_ld_says_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(forms); i++) {
        SW_CLEANUP(import) struct import_test t;
        read_good(&t, forms[i]);
        const struct sw_exchange_set *set = &t.exchange.sets[0];
        assert_str(set->name, "words");
        assert_str(t.exchange.conforms, "1.0");
        assert_int_equal(set->file_count, 1);
        assert_int_equal(set->files[0].digest.alg, SW_SHA256);
        assert_int_equal(set->field_count, 1);
        assert_str(set->fields[0].name, "r/t");
        assert_str(set->fields[0].type, "sc:Text");
        assert_str(set->fields[0].file, "a");
        assert_string_equal(set->fields[0].how, "column");
        assert_str(set->fields[0].what, "t");
    }
}

static void terms_that_only_the_specification_defines_are_noted(void **state)
{
    (void)state;
    const size_t noted[SW_COUNT(forms)] = {1, 1, 0, 0, 0};
    for (size_t i = 0; i < SW_COUNT(forms); i++) {
        SW_CLEANUP(import) struct import_test t;
        read_good(&t, forms[i]);
        assert_int_equal(import_problems(&t, "undeclared-term"), noted[i]);
    }
}

static void of_a_text_in_several_languages_english_is_kept(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(&t,
        "{\"@context\":{\"@vocab\":\"http://schema.org/\",\"dct\":\"http://purl.org/dc/terms/\","
        "\"description\":{\"@id\":\"http://schema.org/description\",\"@container\":\"@language\"},"
        "\"name\":{\"@id\":\"http://schema.org/name\",\"@container\":\"@language\"}},"
        "\"@type\":\"Dataset\",\"dct:conformsTo\":\"http://mlcommons.org/croissant/1.1\","
        "\"name\":{\"de\":\"Wörter\"},\"description\":{\"de\":\"drei\",\"en\":\"three\"}}");
    assert_str(t.exchange.sets[0].description, "three");
    assert_str(t.exchange.sets[0].name, "Wörter");
}

static void data_in_the_document_is_not_taken_for_its_own_words(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(&t,
        TOP "\"recordSet\":{\"data\":[{\"@context\":\"urn:x\",\"name\":1,\"sc:name\":2}],"
            "\"field\":[{\"@id\":\"f\",\"subField\":[{\"@id\":\"f/g\"},{\"@id\":\"f/h\"}]}]}}");
    assert_int_equal(t.exchange.sets[0].field_count, 3);
}

/* --- what is refused ------------------------------------------------------------------------- */

static void what_is_no_croissant_is_refused_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum sw_code code;
        const char *says;
    } rows[] = {
        {"", SW_E_FORMAT, "byte 0"},
        {"{\"@type\":", SW_E_FORMAT, "byte"},
        {"\"text\"", SW_E_FORMAT, "is of type string"},
        {"{}", SW_E_FORMAT, "no sc:Dataset"},
        {"{\"@context\":\"https://schema.org/\",\"@type\":\"Dataset\",\"name\":\"x\"}", SW_E_FORMAT,
            "is not fetched; put it into the document"},
        {"{\"@context\":5,\"@type\":\"Dataset\"}", SW_E_FORMAT, "a context is of type number"},
        {"{\"@context\":{\"a\":[]},\"@type\":\"Dataset\"}", SW_E_FORMAT,
            "defines 'a' by a value of type array"},
        {"{\"@context\":{\"@vocab\":7}}", SW_E_FORMAT, "@vocab is no text"},
        {"{\"@context\":{\"a\":\"b:x\",\"b\":\"a:x\"},\"a\":1}", SW_E_FORMAT, "by itself"},
        {"{\"@context\":{\"a\":\"a\"},\"a\":1}", SW_E_FORMAT, "by itself"},
        {"{" CONTEXT ",\"@type\":\"sc:Dataset\",\"name\":\"x\",\"sc:name\":\"y\"}", SW_E_FORMAT,
            "said twice"},
        {"{" CONTEXT ",\"@type\":\"sc:Dataset\",\"name\":\"x\",\"name\":\"y\"}", SW_E_FORMAT,
            "byte"},
        {TOP "\"distribution\":[{\"@context\":{},\"@type\":\"cr:FileObject\"}]}", SW_E_FORMAT,
            "a context inside"},
        {"{" CONTEXT ",\"@type\":\"sc:Dataset\",\"name\":\"x\"}", SW_E_UNSUPPORTED,
            "does not say that it conforms"},
        {"{" CONTEXT ",\"@type\":\"sc:Dataset\",\"conformsTo\":"
         "\"http://mlcommons.org/croissant/0.8\"}",
            SW_E_UNSUPPORTED, "Croissant 0.8; 1.0 and 1.1 are read"},
        {"{" CONTEXT ",\"@type\":\"sc:Dataset\",\"conformsTo\":"
         "\"http://mlcommons.org/croissant/RAI/1.0\"}",
            SW_E_UNSUPPORTED, "does not say that it conforms"},
        {"{" CONTEXT ",\"@graph\":[{\"@type\":\"sc:Dataset\",\"conformsTo\":"
         "\"http://mlcommons.org/croissant/1.0\"},{\"@type\":\"sc:Dataset\",\"conformsTo\":"
         "\"http://mlcommons.org/croissant/1.0\"}]}",
            SW_E_FORMAT, "describes 2 datasets"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(import) struct import_test t;
        import_text(&t, rows[i].text, "croissant");
        assert_int_equal(t.code, rows[i].code);
        assert_non_null(strstr(t.err.text, rows[i].says));
        assert_null(t.exchange.arena);
    }
}

static void an_unknown_format_is_refused(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    import_text(&t, "{}", "parquet");
    assert_int_equal(t.code, SW_E_USAGE);
}

static void what_looks_like_nothing_known_is_refused(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    import_text(&t, "{\"a\":1}", NULL);
    assert_int_equal(t.code, SW_E_FORMAT);
    assert_non_null(strstr(t.err.text, "--format"));
}

/* `count` times `part`, with `%zu` in it, between `head` and `tail`. */
static void repeat(
    struct sw_buf *out, const char *head, const char *part, size_t count, const char *tail)
{
    assert_int_equal(sw_buf_puts(out, head), SW_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sw_buf_puts(out, i == 0 ? "" : ","), SW_OK);
        assert_int_equal(sw_buf_puts(out, part), SW_OK);
    }
    assert_int_equal(sw_buf_puts(out, tail), SW_OK);
}

static void counts_and_depth_are_bounded(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        const char *part;
        size_t count;
        const char *tail;
        enum sw_code code;
    } rows[] = {
        {TOP "\"distribution\":[", "{\"@type\":\"cr:FileSet\"}", SW_IMPORT_FILES, "]}", SW_OK},
        {TOP "\"distribution\":[", "{\"@type\":\"cr:FileSet\"}", SW_IMPORT_FILES + 1, "]}",
            SW_E_LIMIT},
        {TOP "\"recordSet\":{\"field\":[", "{}", SW_IMPORT_FIELDS + 1, "]}}", SW_E_LIMIT},
        {TOP "\"x\":[", "1", SW_IMPORT_VALUES, "]}", SW_E_LIMIT},
        {"{\"@context\":[", "{\"x\":\"urn:x\"}", 100000, "],\"a\":1}", SW_E_FORMAT},
        {TOP "\"x\":", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 1, "1}",
            SW_E_LIMIT},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        SW_CLEANUP(import) struct import_test t;
        repeat(&text, rows[i].head, rows[i].part, rows[i].count, rows[i].tail);
        import_text(&t, sw_buf_cstr(&text), "croissant");
        assert_int_equal(t.code, rows[i].code);
    }
}

static void the_context_has_a_bounded_number_of_terms(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(import) struct import_test t;
    assert_int_equal(sw_buf_puts(&text, "{\"@context\":{"), SW_OK);
    for (size_t i = 0; i < 1025; i++) {
        assert_int_equal(
            sw_buf_printf(&text, "%s\"t%zu\":\"urn:x:%zu\"", i == 0 ? "" : ",", i, i), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&text, "}}"), SW_OK);
    import_text(&t, sw_buf_cstr(&text), "croissant");
    assert_int_equal(t.code, SW_E_LIMIT);
}

static void of_very_many_problems_the_first_are_kept_and_all_counted(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    repeat(&text, TOP "\"distribution\":[", "7", 5000, "]}");
    SW_CLEANUP(import) struct import_test t;
    read_good(&t, sw_buf_cstr(&text));
    assert_int_equal(t.exchange.problem_count, 5000);
    assert_int_equal(t.exchange.problems_kept, SW_EXCHANGE_PROBLEMS_KEPT);
}

/* --- what is noted --------------------------------------------------------------------------- */

static void what_a_document_should_not_say_is_noted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *kind;
        size_t count;
    } rows[] = {
        {WITH_FILES(FILE_OBJECT("a", "a", ",\"sha256\":\"https://github.com/x/issues/80\"")),
            "bad-digest", 1},
        {WITH_FILES(FILE_OBJECT("a", "a", ",\"sha256\":\"sha256\"")), "bad-digest", 1},
        {WITH_FILES(FILE_OBJECT("a", "a", ",\"sha256\":\"\"")), "bad-digest", 1},
        {WITH_FILES(FILE_OBJECT("a", "a", ",\"sha256\":5")), "bad-digest", 1},
        {WITH_FILES(FILE_OBJECT("a", "a", ",\"sha256\":{}")), "bad-digest", 1},
        {WITH_FILES(FILE_OBJECT("a", "a", ",\"sha256\":[]")), "bad-digest", 1},
        {WITH_FILES(FILE_OBJECT("a", "a", ",\"sha256\":\"" SHA_ABC "0\"")), "bad-digest", 1},
        {WITH_FILES(FILE_OBJECT("a", "a", ",\"sha256\":\"" SHA_ABC_UPPER "\"")), "bad-digest", 0},
        {WITH_FILES(FILE_OBJECT("a", "a", "")), "no-digest", 1},
        {WITH_FILES(FILE_OBJECT("a", "a", ",\"sha256\":null")), "no-digest", 1},
        {WITH_FILES(FILE_OBJECT("a", "a", ",\"md5\":\"900150983cd24fb0d6963f7d28e17f72\"")),
            "weak-digest", 1},
        {TOP "\"isLiveDataset\":true,\"distribution\":[" FILE_OBJECT("a", "a", "") "]}",
            "no-digest", 0},
        {WITH_FILES(FILE_OBJECT("a", "a", "") "," FILE_OBJECT("a", "b", "")), "duplicate-id", 1},
        {WITH_FILES(
             FILE_OBJECT("a", "a", "") "," FILE_OBJECT("a", "b", "") "," FILE_OBJECT("a", "c", "")),
            "duplicate-id", 1},
        {WITH_FILES(FILE_OBJECT("a", "a", ",\"containedIn\":{\"@id\":\"a\"}")), "cyclic-reference",
            1},
        {WITH_FILES(FILE_OBJECT("a", "a", ",\"containedIn\":{\"@id\":\"b\"}") "," FILE_OBJECT(
             "b", "b", ",\"containedIn\":{\"@id\":\"a\"}")),
            "cyclic-reference", 2},
        {WITH_FILES(FILE_OBJECT("a", "a", ",\"containedIn\":{\"@id\":\"z\"}")),
            "dangling-reference", 1},
        {WITH_FILES("{\"@id\":\"z\"}"), "dangling-reference", 1},
        {WITH_FILES("{\"@type\":\"sc:DataDownload\",\"@id\":\"z\"}"), "wrong-type", 1},
        {WITH_FILES("7"), "wrong-type", 1},
        {TOP "\"recordSet\":[7]}", "wrong-type", 1},
        {TOP "\"recordSet\":{\"field\":[\"x\"]}}", "wrong-type", 1},
        {TOP "\"version\":{}}", "wrong-type", 1},
        {TOP
            "\"recordSet\":{\"field\":[{\"@id\":\"f\",\"source\":{\"fileSet\":{\"@id\":\"z\"}}}]}}",
            "dangling-reference", 1},
        {TOP "\"version\":1.5}", "missing", 1}, /* the distribution */
        {"{" CONTEXT ",\"@type\":\"sc:Dataset\",\"conformsTo\":"
         "\"http://mlcommons.org/croissant/1.0\"}",
            "missing", 7},
        {WITH_FILES("{\"@type\":\"cr:FileObject\"}"), "missing", 3},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(import) struct import_test t;
        read_good(&t, rows[i].text);
        assert_int_equal(import_problems(&t, rows[i].kind), rows[i].count);
    }
}

static void an_address_where_a_digest_belongs_is_called_one(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(
        &t, WITH_FILES(FILE_OBJECT("a", "a", ",\"sha256\":\"https://example.com/\\nissues/80\"")));
    assert_non_null(strstr(t.exchange.problems[0].what.ptr, "is an address"));
    assert_null(strchr(t.exchange.problems[0].what.ptr, '\n'));
    assert_str(t.exchange.sets[0].files[0].why, "bad-digest");
    assert_int_equal(t.exchange.sets[0].files[0].digest.alg, 0);
}

static void an_inline_context_beside_a_remote_one_is_enough(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(&t,
        "{\"@context\":[\"https://w3id.org/x\",{\"@vocab\":\"http://schema.org/\","
        "\"@import\":\"https://example.com/c\",\"dct\":\"http://purl.org/dc/terms/\"},null],"
        "\"@type\":\"Dataset\",\"dct:conformsTo\":\"http://mlcommons.org/croissant/1.1\"}");
    assert_int_equal(import_problems(&t, "context-not-fetched"), 2);
}

static void provenance_becomes_declared_steps_and_names(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(&t,
        TOP "\"prov:wasDerivedFrom\":[{\"@id\":\"urn:x:raw\"},\"https://example.com/raw\"],"
            "\"prov:wasGeneratedBy\":{\"@type\":\"prov:Activity\",\"prov:label\":\"clean\","
            "\"prov:startedAtTime\":\"2026-01-01T00:00:00Z\",\"prov:endedAtTime\":\"soon\"}}");
    const struct sw_exchange_set *set = &t.exchange.sets[0];
    assert_int_equal(set->derived_count, 2);
    assert_str(set->derived_from[0], "urn:x:raw");
    assert_str(set->derived_from[1], "https://example.com/raw");
    assert_int_equal(t.exchange.step_count, 1);
    const struct sw_exchange_step *step = &t.exchange.steps[0];
    assert_str(step->name, "clean");
    assert_true(step->declared);
    assert_int_equal(step->started, 1767225600);
    assert_int_equal(step->ended, 0);
    assert_int_equal(step->output_count, 1);
    assert_int_equal(step->model, SW_NO_MODEL);
}

static void what_sealwright_wrote_of_itself_is_found_and_stays_declared(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(&t, TOP
        "\"identifier\":[{\"@type\":\"PropertyValue\",\"propertyID\":\"urn:sealwright:manifest\","
        "\"value\":\"sha256:" SHA_ABC "\"},{\"propertyID\":\"urn:sealwright:samples\",\"value\":7},"
        "{\"propertyID\":\"urn:sealwright:bytes\",\"sc:value\":\"-1\"},"
        "{\"propertyID\":\"urn:sealwright:sorted-head\",\"value\":\"no digest\"},7,\"doi:x\"]}");
    const struct sw_exchange_set *set = &t.exchange.sets[0];
    assert_int_equal(set->manifest.alg, SW_SHA256);
    assert_int_equal(set->samples, 7);
    assert_int_equal(set->bytes, SW_ABSENT);
    assert_int_equal(set->sorted_head.alg, 0);
    assert_true(set->declared);
}

/* --- files ----------------------------------------------------------------------------------- */

static const struct {
    const char *file;
    bool by_name;
    enum sw_file_proof proof;
    const char *why;
} file_rows[] = {
#define GOOD ",\"sha256\":\"" SHA_ABC "\""
    {FILE_OBJECT("a", "d/abc", GOOD), false, SW_FILE_VERIFIED, NULL},
    {FILE_OBJECT("a", "d/abc", ",\"sha256\":\"" SHA_ABC_UPPER "\""), false, SW_FILE_VERIFIED, NULL},
    {FILE_OBJECT("a", "d/a%20b?x#y", GOOD), false, SW_FILE_VERIFIED, NULL},
    {FILE_OBJECT("a", "d/other", GOOD), false, SW_FILE_CONTRADICTED, NULL},
    {FILE_OBJECT("a", "d/none", GOOD), false, SW_FILE_DECLARED, "not-here"},
    {FILE_OBJECT("a", "d", GOOD), false, SW_FILE_DECLARED, "not-here"},
    {FILE_OBJECT("a", "d/abc", ""), false, SW_FILE_DECLARED, "no-digest"},
    {FILE_OBJECT("a", "d/abc", ",\"sha256\":\"x\""), false, SW_FILE_DECLARED, "bad-digest"},
    {FILE_OBJECT("a", "d/abc", ",\"md5\":\"x\""), false, SW_FILE_DECLARED, "weak-digest"},
    {FILE_OBJECT("a", "d/abc", GOOD ",\"containedIn\":{\"@id\":\"z\"}"), false, SW_FILE_DECLARED,
        "inside-another"},
    {FILE_OBJECT("a", "d/../d/abc", GOOD), false, SW_FILE_DECLARED, "elsewhere"},
    {FILE_OBJECT("a", "../abc", GOOD), false, SW_FILE_DECLARED, "elsewhere"},
    {FILE_OBJECT("a", "%2e%2e/abc", GOOD), false, SW_FILE_DECLARED, "elsewhere"},
    {FILE_OBJECT("a", "d/abc%00", GOOD), false, SW_FILE_DECLARED, "elsewhere"},
    {FILE_OBJECT("a", "/etc/passwd", GOOD), false, SW_FILE_DECLARED, "elsewhere"},
    {FILE_OBJECT("a", "file:///etc/passwd", GOOD), false, SW_FILE_DECLARED, "elsewhere"},
    {FILE_OBJECT("a", "", GOOD), false, SW_FILE_DECLARED, "elsewhere"},
    {FILE_OBJECT("a", "https://example.com/top", GOOD), false, SW_FILE_DECLARED, "elsewhere"},
    {FILE_OBJECT("a", "https://example.com/x/top?y=1", GOOD), true, SW_FILE_VERIFIED, NULL},
    {FILE_OBJECT("a", "https://example.com/..", GOOD), true, SW_FILE_DECLARED, "elsewhere"},
    {"{\"@type\":\"cr:FileSet\",\"@id\":\"a\",\"includes\":\"*\"" GOOD "}", false, SW_FILE_DECLARED,
        "no-digest"},
};

static void a_file_is_verified_when_it_lies_here_and_has_the_digest(void **state)
{
    (void)state;
    struct temp_tree tree;
    temp_tree_make(&tree);
    temp_tree_write_bytes(&tree, "d/abc", "abc", 3);
    temp_tree_write_bytes(&tree, "d/a b", "abc", 3);
    temp_tree_write_bytes(&tree, "d/other", "abd", 3);
    temp_tree_write_bytes(&tree, "top", "abc", 3);
    for (size_t i = 0; i < SW_COUNT(file_rows); i++) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        repeat(&text, TOP "\"distribution\":[", file_rows[i].file, 1, "]}");
        SW_CLEANUP(import) struct import_test t;
        read_good(&t, sw_buf_cstr(&text));
        assert_int_equal(
            sw_import_check_files(&t.exchange, tree.path, file_rows[i].by_name, NULL, &t.err),
            SW_OK);
        const struct sw_exchange_file *file = &t.exchange.sets[0].files[0];
        assert_int_equal(file->proof, file_rows[i].proof);
        if (file_rows[i].why != NULL) {
            assert_str(file->why, file_rows[i].why);
        } else {
            assert_int_equal(file->why.len, 0);
        }
        assert_int_equal(import_problems(&t, "contradicted"),
            file_rows[i].proof == SW_FILE_CONTRADICTED ? 1 : 0);
    }
    temp_tree_remove(&tree);
}

static void a_size_that_differs_is_noted(void **state)
{
    (void)state;
    struct temp_tree tree;
    temp_tree_make(&tree);
    temp_tree_write_bytes(&tree, "abc", "abc", 3);
    static const struct {
        const char *size;
        size_t noted;
    } rows[] = {{"\"3 B\"", 0}, {"\"3\"", 0}, {"3", 0}, {"\"4B\"", 1}, {"\"1.2 TiB\"", 0},
        {"\"3 kB\"", 0}, {"\"-3\"", 0}, {"{}", 0}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        assert_int_equal(sw_buf_printf(&text,
                             WITH_FILES(FILE_OBJECT(
                                 "a", "abc", ",\"sha256\":\"" SHA_ABC "\",\"contentSize\":%s")),
                             rows[i].size),
            SW_OK);
        SW_CLEANUP(import) struct import_test t;
        read_good(&t, sw_buf_cstr(&text));
        assert_int_equal(sw_import_check_files(&t.exchange, tree.path, false, NULL, &t.err), SW_OK);
        assert_int_equal(t.exchange.sets[0].files[0].proof, SW_FILE_VERIFIED);
        assert_int_equal(import_problems(&t, "wrong-size"), rows[i].noted);
    }
    temp_tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_read_into_one_declared_set),
        cmocka_unit_test(every_form_of_json_ld_says_the_same),
        cmocka_unit_test(terms_that_only_the_specification_defines_are_noted),
        cmocka_unit_test(of_a_text_in_several_languages_english_is_kept),
        cmocka_unit_test(data_in_the_document_is_not_taken_for_its_own_words),
        cmocka_unit_test(what_is_no_croissant_is_refused_with_a_reason),
        cmocka_unit_test(an_unknown_format_is_refused),
        cmocka_unit_test(what_looks_like_nothing_known_is_refused),
        cmocka_unit_test(counts_and_depth_are_bounded),
        cmocka_unit_test(the_context_has_a_bounded_number_of_terms),
        cmocka_unit_test(of_very_many_problems_the_first_are_kept_and_all_counted),
        cmocka_unit_test(what_a_document_should_not_say_is_noted),
        cmocka_unit_test(an_address_where_a_digest_belongs_is_called_one),
        cmocka_unit_test(an_inline_context_beside_a_remote_one_is_enough),
        cmocka_unit_test(provenance_becomes_declared_steps_and_names),
        cmocka_unit_test(what_sealwright_wrote_of_itself_is_found_and_stays_declared),
        cmocka_unit_test(a_file_is_verified_when_it_lies_here_and_has_the_digest),
        cmocka_unit_test(a_size_that_differs_is_noted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
