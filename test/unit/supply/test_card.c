#include "supply/bom_private.h"
#include "supply/card.h"

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

struct fixture {
    struct sw_arena arena;
    struct sw_card card;
    struct sw_buf out;
};

static const struct sw_card_source author = {.kind = SW_CARD_AUTHOR};
static const struct sw_card_source claim = {.kind = SW_CARD_CLAIM};

static void begin(struct fixture *f, enum sw_card_kind kind)
{
    *f = (struct fixture){0};
    sw_arena_init(&f->arena, 0);
    sw_card_init(&f->card, &f->arena, kind);
    f->card.tool = sw_str("sealwright");
    f->card.tool_version = sw_str("1");
}

static void end(struct fixture *f)
{
    sw_buf_release(&f->out);
    sw_arena_release(&f->arena);
}

static void add_from(struct fixture *f, enum sw_card_field field, const char *text,
    const struct sw_card_source *origin)
{
    struct sw_card_source from = *origin;
    from.file = sw_str(from.kind == SW_CARD_CLAIM ? "" : "a.yaml");
    from.digest =
        sw_str(from.kind == SW_CARD_CLAIM
                   ? "sha256:0000000000000000000000000000000000000000000000000000000000000000"
                   : "");
    assert_int_equal(sw_card_add(&f->card, field, sw_str(text), &from), SW_OK);
}

static void add(struct fixture *f, enum sw_card_field field, const char *text)
{
    add_from(f, field, text, &author);
}

static const char *written(struct fixture *f)
{
    sw_buf_clear(&f->out);
    assert_int_equal(sw_card_write(&f->card, &f->out), SW_OK);
    return sw_buf_cstr(&f->out);
}

static enum sw_code reads(struct fixture *f, const char *text, struct sw_card *out)
{
    struct sw_error err = {0};
    struct sw_json document;
    enum sw_code code = sw_card_parse(&f->arena, sw_bytes(text, strlen(text)), &document, &err);
    code = code == SW_OK ? sw_card_read(out, &f->arena, &document, &err) : code;
    assert_true(code == SW_OK || err.text[0] != '\0');
    return code;
}

/* --- documents -------------------------------------------------------------------------------- */

static void test_what_is_written_reads_back_as_the_same(void **state)
{
    struct fixture f;
    struct sw_card again;
    begin(&f, SW_CARD_MODEL);
    add(&f, SW_CARD_RISK, "a \"risk\"\n\x01 \xe2\x80\xae <b>");
    add_from(&f, SW_CARD_SCAN, "clean", &claim);
    add(&f, SW_CARD_NAME, "m");
    add(&f, SW_CARD_METRIC, "acc\n0.5\nset");
    f.card.timed = true;
    f.card.time = 1767225600;
    assert_int_equal(sw_card_gap(&f.card, sw_str("a gap")), SW_OK);
    const char *first = sw_arena_strdup(&f.arena, written(&f));
    assert_int_equal(reads(&f, first, &again), SW_OK);
    assert_int_equal(again.count, 4);
    sw_buf_clear(&f.out);
    assert_int_equal(sw_card_write(&again, &f.out), SW_OK);
    assert_string_equal(sw_buf_cstr(&f.out), first);
    end(&f);
}

#define HEAD                                                                                       \
    "{\"version\":1,\"kind\":\"model\",\"subject\":{},\"tool\":{\"name\":\"a\",\"version\":\"b\"}" \
    ","
#define TAIL ",\"unknown\":[],\"gaps\":[]}"
#define VALUE(section, field, value, origin)                                                     \
    HEAD "\"sections\":{\"" section "\":{\"" field "\":[{\"value\":" value ",\"origin\":" origin \
         "}]}}" TAIL
#define AUTHOR "{\"kind\":\"author\",\"file\":\"a\"}"

static void test_documents_that_are_no_cards_are_refused(void **state)
{
    static const char *const bad[] = {
        "{}",
        "[]",
        HEAD "\"sections\":{}}",
        HEAD "\"sections\":[]" TAIL,
        HEAD "\"sections\":{\"other\":{}}" TAIL,
        HEAD "\"sections\":{\"identity\":{\"scan\":[]}}" TAIL,
        HEAD "\"sections\":{\"identity\":{\"name\":[]}}" TAIL,
        HEAD "\"sections\":{},\"more\":1" TAIL,
        VALUE("identity", "name", "1", AUTHOR),
        VALUE("identity", "name", "\"\"", AUTHOR),
        VALUE("identity", "name", "\"a\"", "{}"),
        VALUE("identity", "name", "\"a\"", "{\"kind\":\"guess\",\"file\":\"a\"}"),
        VALUE("identity", "name", "\"a\"", "{\"kind\":\"author\"}"),
        VALUE("identity", "name", "\"a\"", "{\"kind\":\"claim\"}"),
        VALUE("identity", "name", "\"a\"", "{\"kind\":\"claim\",\"digest\":\"sha256:ab\"}"),
        VALUE("identity", "name", "\"a\"", "{\"kind\":\"author\",\"file\":\"a\",\"line\":0}"),
        VALUE("data", "owner", "\"a\"", AUTHOR),
        "{\"version\":2,\"kind\":\"model\"}",
        "{\"version\":1,\"kind\":\"service\"}",
    };
    struct fixture f;
    struct sw_card out;
    begin(&f, SW_CARD_MODEL);
    assert_int_equal(reads(&f, VALUE("identity", "name", "\"a\"", AUTHOR), &out), SW_OK);
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        if (reads(&f, bad[i], &out) != SW_E_FORMAT) {
            fail_msg("taken: %s", bad[i]);
        }
    }
    end(&f);
}

/* --- papers ----------------------------------------------------------------------------------- */

static void paper(struct fixture *f, const char *name, const char *text)
{
    struct sw_error err = {0};
    assert_int_equal(sw_card_take_paper(&f->card, name, sw_bytes(text, strlen(text)), &err), SW_OK);
}

static void has(const struct fixture *f, enum sw_card_field field, const char *text, uint32_t line)
{
    const struct sw_card_value *v = sw_card_value(&f->card, field);
    if (text == NULL) {
        assert_null(v);
        return;
    }
    assert_non_null(v);
    if (!sw_str_is(v->text, text) || v->from.line != line) {
        fail_msg("%s is '%.*s' in line %u, not '%s' in line %u", sw_card_rows[field].key,
            SW_STR_ARG(v->text), v->from.line, text, line);
    }
    assert_int_equal(v->from.kind, SW_CARD_CITATION);
    assert_true(v->from.digest.len > 0);
}

static void test_papers_are_cited_by_line(void **state)
{
    struct fixture f;
    begin(&f, SW_CARD_MODEL);
    paper(&f, "README.md",
        "---\nlicense: mit\nbase_model:\n- a/b\ndatasets: [c/d]\n---\n\n# Title\n\n"
        "- **Developed by:** Somebody\n- **Funded by [optional]:** [More Information Needed]\n\n"
        "## Uses\n\n<!-- tell\nmuch -->\n\n### Direct Use\n\nTo write.\n\n```\n# no "
        "heading\n```\n\n"
        "### Out-of-Scope Use\n\n[More Information Needed]\n\n## Limitations ##\nMany.\n"
        "## Something else\nnot taken\n");
    paper(&f, "config.json", "{\n \"architectures\": [\n  \"LlamaForCausalLM\"\n ]\n}");
    has(&f, SW_CARD_LICENCE, "MIT", 2);
    has(&f, SW_CARD_BASE_MODEL, "a/b", 4);
    has(&f, SW_CARD_DATASET_NAME, "c/d", 5);
    has(&f, SW_CARD_DEVELOPER, "Somebody", 10);
    has(&f, SW_CARD_FUNDER, NULL, 0);
    has(&f, SW_CARD_INTENDED_USE, "To write.\n\n```\n# no heading\n```", 18);
    has(&f, SW_CARD_OUT_OF_SCOPE, NULL, 0);
    has(&f, SW_CARD_LIMITATION, "Many.", 30);
    has(&f, SW_CARD_ARCHITECTURE, "LlamaForCausalLM", 3);
    end(&f);
}

/* Also where others stand before it. */
static void among(
    const struct fixture *f, enum sw_card_field field, const char *text, uint32_t line)
{
    for (size_t i = 0; i < f->card.count; i++) {
        const struct sw_card_value *v = &f->card.values[i];
        if (v->field == field && sw_str_is(v->text, text) && v->from.line == line &&
            v->from.kind == SW_CARD_CITATION && v->from.digest.len > 0) {
            return;
        }
    }
    fail_msg("no %s is '%s' in line %u", sw_card_rows[field].key, text, line);
}

static void test_settings_and_results_are_cited_by_name(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f, SW_CARD_MODEL);
    paper(&f, "generation_config.json",
        "{\n\"temperature\": 0.70,\n\"do_sample\": true, \"cache_dir\": \"/home/me\"}");
    among(&f, SW_CARD_INFERENCE, "temperature: 0.70", 2);
    among(&f, SW_CARD_INFERENCE, "do_sample: true", 3);
    paper(&f, "tokenizer_config.json",
        "{\"model_max_length\": 1000000000000000019884624838656,\n\"chat_template\": \"abc\"}");
    among(&f, SW_CARD_TEMPLATE,
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad, 3 bytes", 2);
    assert_null(sw_card_value(&f.card, SW_CARD_CONTEXT));
    paper(&f, "config.json", "{\"max_position_embeddings\": 4096}");
    among(&f, SW_CARD_CONTEXT, "4096 tokens", 1);
    paper(&f, "adapter_config.json", "{\"target_modules\": [\"q\", \"v\"]}");
    among(&f, SW_CARD_HYPERPARAMETERS, "target_modules: q, v", 1);
    paper(&f, "training_args.json", "{\"output_dir\": \"/home/me\", \"learning_rate\": 5e-05}");
    among(&f, SW_CARD_HYPERPARAMETERS, "learning_rate: 5e-05", 1);
    paper(&f, "trainer_state.json",
        "{\"global_step\": 9, \"log_history\": [{\"loss\": 3, \"step\": 1},\n{\"loss\": 2, "
        "\"step\": 9},\n"
        "{\"eval_loss\": 1.5, \"eval_runtime\": 7}]}");
    among(&f, SW_CARD_PROCEDURE, "loss: 2 at step 9", 2);
    among(&f, SW_CARD_METRIC, "eval_loss\n1.5\n", 3);
    paper(
        &f, "all_results.json", "{\"eval_accuracy\": 0.5, \"eval_samples\": 3, \"train_loss\": 2}");
    among(&f, SW_CARD_METRIC, "eval_accuracy\n0.5\n", 1);
    among(&f, SW_CARD_PROCEDURE, "train_loss: 2", 1);
    assert_null(strstr(written(&f), "/home/me"));
    assert_null(strstr(written(&f), "runtime"));
    assert_int_equal(f.card.gap_count, 0);
    end(&f);
}

static void test_a_dataset_tells_its_features_and_splits(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f, SW_CARD_DATASET);
    paper(&f, "README.md",
        "---\ndataset_info:\n  features:\n  - name: text\n    dtype: string\n  - name: tags\n    "
        "sequence: string\n"
        "  splits:\n  - name: train\n    num_bytes: 100\n    num_examples: 10\n  dataset_size: "
        "100\n---\n");
    among(&f, SW_CARD_FEATURE, "text: string", 4);
    among(&f, SW_CARD_FEATURE, "tags: list of string", 6);
    among(&f, SW_CARD_SPLIT, "train: 10 examples, 100 bytes", 9);
    among(&f, SW_CARD_SIZE_CATEGORY, "dataset_size: 100 bytes", 12);
    paper(&f, "dataset_infos.json",
        "{\"en\": {\"features\": {\"label\": {\"names\": [\"a\"], \"_type\": \"ClassLabel\"}},\n"
        "\"splits\": {\"test\": {\"num_examples\": 2}}}}");
    among(&f, SW_CARD_FEATURE, "en/label: ClassLabel", 1);
    among(&f, SW_CARD_SPLIT, "en/test: 2 examples", 2);
    end(&f);
}

static void test_a_file_with_too_much_is_told_once(void **state)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct fixture f;
    (void)state;
    begin(&f, SW_CARD_DATASET);
    assert_int_equal(sw_buf_puts(&text, "{\"a\": {\"features\": {"), SW_OK);
    for (unsigned i = 0; i < 600; i++) {
        assert_int_equal(
            sw_buf_printf(&text, "%s\"f%u\": {\"dtype\": \"x\"}", i == 0 ? "" : ",", i), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&text, "}}}"), SW_OK);
    paper(&f, "dataset_infos.json", sw_buf_cstr(&text));
    assert_int_equal(f.card.count, 512);
    assert_int_equal(f.card.gap_count, 1);
    paper(&f, "dataset_info.json", "{\"features\": [1, {}, {\"name\": 7}], \"splits\": 3}");
    paper(&f, "trainer_state.json", "{\"log_history\": [NaN]}");
    assert_int_equal(f.card.gap_count, 2);
    end(&f);
}

static void test_papers_that_cannot_be_read_are_gaps(void **state)
{
    static const char *const bad[] = {"---\na: &a [1]\nb: *a\n---\n", "---\na: 1\na: 2\n---\n",
        "---\nlicense: [\n---\n", "\xff\xfe\n# Uses\nx"};
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        struct fixture f;
        begin(&f, SW_CARD_MODEL);
        paper(&f, "README.md", bad[i]);
        if (f.card.gap_count == 0) {
            fail_msg("no gap for %zu", i);
        }
        end(&f);
    }
}

/* --- authors ---------------------------------------------------------------------------------- */

static enum sw_code by_author(struct fixture *f, const char *text, struct sw_error *err)
{
    *err = (struct sw_error){0};
    return sw_card_add_author(&f->card, "author.yaml", sw_bytes(text, strlen(text)), err);
}

static void test_an_author_may_say_what_the_table_has(void **state)
{
    struct fixture f;
    struct sw_error err;
    begin(&f, SW_CARD_MODEL);
    assert_int_equal(by_author(&f,
                         "version: 1.0\nrisk: [a, b]\nlicence: apache-2.0\n"
                         "metric:\n- {type: f1, value: 0.5, dataset: d}\n",
                         &err),
        SW_OK);
    assert_int_equal(f.card.count, 5);
    assert_true(sw_str_is(sw_card_get(&f.card, SW_CARD_VERSION), "1.0"));
    assert_true(sw_str_is(sw_card_get(&f.card, SW_CARD_METRIC), "f1\n0.5\nd"));
    assert_true(sw_str_is(sw_card_get(&f.card, SW_CARD_LICENCE), "Apache-2.0"));
    assert_int_equal(sw_card_value(&f.card, SW_CARD_RISK)->from.line, 2);
    end(&f);
}

static void test_an_author_is_told_what_is_wrong_and_where(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", "line 1: "},
        {"- a", "line 1: "},
        {"name: a\nlicense: mit", "line 2: a model's card has no field 'license'"},
        {"name: a\n\nscan: clean", "line 3: 'scan': only signed claims say this"},
        {"name: a\nowner: b", "line 2: a model's card has no field 'owner'"},
        {"name: [a, b]", "line 1: 'name': it has one value"},
        {"risk: {a: b}", "line 1: 'risk': it is no text"},
        {"risk: []", "line 1: 'risk': a list has 1 to 256 values"},
        {"risk: [[a]]", "line 1: 'risk': it is no text"},
        {"released: soon", "line 1: 'released': it is no time"},
        {"licence: unknown", "line 1: 'licence': it names no licence"},
        {"metric: 0.5", "line 1: 'metric': a metric is a mapping"},
        {"metric: [{type: a}]", "line 1: 'metric': a metric has a type and a value"},
        {"metric: [{type: a, value: b, more: c}]", "line 1: 'metric': a metric has no other keys"},
        {"risk: &a b\nbias: *a", "line 1: "},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct fixture f;
        struct sw_error err;
        begin(&f, SW_CARD_MODEL);
        enum sw_code code = by_author(&f, rows[i].text, &err);
        if (code != SW_E_FORMAT || !sw_str_starts(sw_str(err.text), rows[i].want)) {
            fail_msg("'%s' gives %d, '%s'", rows[i].text, (int)code, err.text);
        }
        end(&f);
    }
}

/* --- what is shown ---------------------------------------------------------------------------- */

static const char *const nasty[] = {"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
    "'; DROP", "a\nb: c\n---\n# d", "- x", "1. x", "--- ", "key: [value", "*bold* `code` [a](b)",
    "\xe2\x80\xae\xd7\x90 reversed", "nul\x01\x1b[31m red", "\xc2\x85next\xe2\x80\xa8line",
    "&amp; &lt;b&gt;", "javascript:alert(1)", "{{x}} {% y %}", "| a | b |", "~~~", "yes", "null",
    "0x10", "!!python/object:os.system", "&anchor *alias", "\xf3\xa0\x81\x81 tag", "%TAG", "#", "@",
    "\\", "a\rb",
    ("\xef\xbb\xbf"
     "bom"),
    "$E=mc^2$", "<!-- -->", "]]>", "</style><b>", "\ttab"};

/* In every field, and in what else a card has. */
static void fill(struct fixture *f, enum sw_card_kind kind, const char *text)
{
    begin(f, kind);
    for (size_t i = 0; i < SW_CARD_FIELDS; i++) {
        const enum sw_card_field field = (enum sw_card_field)i;
        const char *value = text;
        if (field == SW_CARD_METRIC) {
            value = sw_arena_printf(&f->arena, "acc\n0.5\n%s", text);
        }
        add_from(f, field, value, (i & 1) != 0 ? &author : &claim);
    }
    add(f, SW_CARD_METRIC, "accuracy\n0.91\norg/set");
    add(f, SW_CARD_TASK, "text-generation");
    f->card.name = sw_str(text);
    assert_int_equal(sw_card_gap(&f->card, sw_str(text)), SW_OK);
}

static const struct sw_json *matter_of(struct fixture *f)
{
    struct sw_json *root = SW_ARENA_NEW(&f->arena, struct sw_json);
    struct sw_error err = {0};
    struct sw_bytes matter;
    assert_true(sw_bom_front_matter(sw_buf_bytes(&f->out), &matter));
    if (sw_yaml_parse(&f->arena, matter, NULL, root, &err) != SW_OK) {
        fail_msg("%s: %s", err.text, sw_buf_cstr(&f->out));
    }
    return root;
}

static bool is_hub_key(struct sw_str name)
{
    static const char *const keys[] = {"license", "license_name", "license_link", "language",
        "base_model", "base_model_relation", "datasets", "library_name", "pipeline_tag", "metrics",
        "model-index", "pretty_name", "task_categories", "size_categories"};
    for (size_t i = 0; i < SW_COUNT(keys); i++) {
        if (sw_str_is(name, keys[i])) {
            return true;
        }
    }
    return false;
}

static void test_front_matter_reads_back_whatever_a_value_is(void **state)
{
    for (size_t i = 0; i < 2 * SW_COUNT(nasty); i++) {
        struct fixture f;
        const char *text = nasty[i / 2];
        const bool model = i % 2 == 0;
        fill(&f, model ? SW_CARD_MODEL : SW_CARD_DATASET, text);
        assert_int_equal(sw_card_write_markdown(&f.card, &f.out), SW_OK);
        const struct sw_json *matter = matter_of(&f);
        const struct sw_json *name =
            sw_json_path(matter, sw_str(model ? "model-index.0.name" : "pretty_name"));
        SW_JSON_EACH_MEMBER (member, matter) {
            if (!is_hub_key(member->name)) {
                fail_msg("a key '%.*s' out of '%s'", SW_STR_ARG(member->name), text);
            }
        }
        if (!sw_json_is(name, text)) {
            fail_msg("the name '%s' did not come back", text);
        }
        end(&f);
    }
}

static bool is_tag(const char *at)
{
    static const char *const tags[] = {"!DOCTYPE html>", "html lang=\"en\">", "html>", "head>",
        "meta ", "title>", "style>", "body>", "header>", "p ", "p>", "h1>", "h2>", "span ", "span>",
        "main>", "section>", "dl>", "div>", "div ", "dt>", "dd>", "ul>", "li>", "code>", "footer>"};
    at += *at == '/';
    for (size_t i = 0; i < SW_COUNT(tags); i++) {
        if (strncmp(at, tags[i], strlen(tags[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Bytes that no reader of a page or a terminal should meet as they are. */
static bool is_hidden_at(const char *at)
{
    return (*at > 0 && *at < ' ' && *at != '\n' && *at != '\t') || *at == 0x7f ||
           strncmp(at, "\xe2\x80\xae", 3) == 0 || strncmp(at, "\xc2\x85", 2) == 0 ||
           strncmp(at, "\xe2\x80\xa8", 3) == 0 || strncmp(at, "\xf3\xa0", 2) == 0;
}

static void test_a_page_has_no_other_markup_than_ours(void **state)
{
    for (size_t i = 0; i < SW_COUNT(nasty); i++) {
        struct fixture f;
        fill(&f, SW_CARD_MODEL, nasty[i]);
        assert_int_equal(sw_card_write_html(&f.card, &f.out), SW_OK);
        for (const char *at = sw_buf_cstr(&f.out); *at != '\0'; at++) {
            if ((*at == '<' && !is_tag(at + 1)) || is_hidden_at(at)) {
                fail_msg("'%s' became '%.40s'", nasty[i], at);
            }
        }
        assert_null(strstr(sw_buf_cstr(&f.out), "<img"));
        end(&f);
    }
}

static void test_markdown_has_no_markup_out_of_values(void **state)
{
    for (size_t i = 0; i < SW_COUNT(nasty); i++) {
        struct fixture f;
        fill(&f, SW_CARD_MODEL, nasty[i]);
        assert_int_equal(sw_card_write_markdown(&f.card, &f.out), SW_OK);
        const char *body = strstr(sw_buf_cstr(&f.out), "\n---\n");
        assert_non_null(body);
        for (const char *at = body; *at != '\0'; at++) {
            if (*at == '<' || is_hidden_at(at)) {
                fail_msg("'%s' became '%.40s'", nasty[i], at);
            }
        }
        end(&f);
    }
}

static void test_the_hub_gets_what_it_takes(void **state)
{
    struct fixture f;
    begin(&f, SW_CARD_MODEL);
    add(&f, SW_CARD_NAME, "m");
    add(&f, SW_CARD_LICENCE, "LicenseRef-My_Own Licence");
    add(&f, SW_CARD_LICENCE_URL, "https://h/a b");
    add(&f, SW_CARD_BASE_MODEL, "org/base");
    add(&f, SW_CARD_BASE_MODEL, "not a/name");
    add(&f, SW_CARD_BASE_RELATION, "conversion");
    add(&f, SW_CARD_LANGUAGE, "en");
    add(&f, SW_CARD_LANGUAGE, "English");
    add(&f, SW_CARD_TASK, "text-generation");
    add(&f, SW_CARD_METRIC, "acc\n0.5\norg/set");
    add(&f, SW_CARD_METRIC, "acc\n0.6\na set of ours");
    assert_int_equal(sw_card_write_markdown(&f.card, &f.out), SW_OK);
    const struct sw_json *m = matter_of(&f);
    assert_true(sw_json_is(sw_json_get(m, "license"), "other"));
    assert_true(sw_json_is(sw_json_get(m, "license_name"), "my-own-licence"));
    assert_true(sw_json_is(sw_json_get(m, "license_link"), "https://h/a%20b"));
    assert_int_equal(sw_json_get(m, "base_model")->count, 1);
    assert_null(sw_json_get(m, "base_model_relation"));
    assert_int_equal(sw_json_get(m, "language")->count, 1);
    assert_int_equal(sw_json_path(m, sw_str("model-index.0.results"))->count, 1);
    assert_int_equal(
        sw_json_path(m, sw_str("model-index.0.results.0.metrics.0.value"))->type, SW_JSON_NUMBER);
    end(&f);
}

/* --- bills ------------------------------------------------------------------------------------ */

static void is_valid(struct fixture *f)
{
    struct sw_json document;
    struct sw_bom_check check;
    struct sw_error err = {0};
    assert_int_equal(sw_bom_parse(&f->arena, sw_buf_bytes(&f->out), &document, &err), SW_OK);
    assert_int_equal(sw_bom_validate(&f->arena, &document, &check), SW_OK);
    if (check.count > 0) {
        fail_msg("%s: %s", check.problems[0].pointer, check.problems[0].what);
    }
}

static void test_bills_of_cards_are_valid(void **state)
{
    for (size_t i = 0; i < 2 * SW_COUNT(nasty); i++) {
        struct fixture f;
        struct sw_bom bom;
        struct sw_error err = {0};
        fill(&f, i % 2 == 0 ? SW_CARD_MODEL : SW_CARD_DATASET, nasty[i / 2]);
        f.card.timed = true;
        assert_int_equal(sw_card_to_bom(&f.card, &bom), SW_OK);
        assert_int_equal(sw_bom_write_cyclonedx(&bom, "1.7", &f.out, &err), SW_OK);
        is_valid(&f);
        sw_buf_clear(&f.out);
        assert_int_equal(sw_bom_write_spdx(&bom, &f.out, &err), SW_OK);
        is_valid(&f);
        end(&f);
    }
}

/* --- checking --------------------------------------------------------------------------------- */

static void test_values_that_exclude_each_other_are_told(void **state)
{
    struct fixture f;
    struct sw_card_problems problems = {0};
    begin(&f, SW_CARD_MODEL);
    add(&f, SW_CARD_LICENCE, "MIT");
    add(&f, SW_CARD_RISK, "a");
    add(&f, SW_CARD_RISK, "b");
    add(&f, SW_CARD_BASE_MODEL, "org/Base");
    add_from(&f, SW_CARD_BASE_MODEL, "base", &claim);
    sw_card_sort(&f.card);
    assert_int_equal(sw_card_check_itself(&f.card, &problems), SW_OK);
    assert_int_equal(problems.count, 0);
    add_from(&f, SW_CARD_LICENCE, "Apache-2.0", &claim);
    add(&f, SW_CARD_BASE_MODEL, "org/other");
    sw_card_sort(&f.card);
    assert_int_equal(sw_card_check_itself(&f.card, &problems), SW_OK);
    assert_int_equal(problems.count, 2);
    assert_string_equal(problems.list[0].field, "licence");
    assert_string_equal(problems.list[1].field, "base-model");
    end(&f);
}

static void test_evidence_contradicts_what_is_said_otherwise(void **state)
{
    struct fixture says;
    struct fixture log;
    struct sw_card_problems problems = {0};
    begin(&says, SW_CARD_MODEL);
    begin(&log, SW_CARD_MODEL);
    add_from(&says, SW_CARD_SCAN, "clean", &claim);
    add(&says, SW_CARD_DATASET_NAME, "org/set");
    add_from(&log, SW_CARD_SCAN, "refused", &claim);
    add_from(&log, SW_CARD_DATASET_NAME, "set@2", &claim);
    add_from(&log, SW_CARD_SIGNATURE, "signed by a", &claim); /* of which the card is silent */
    assert_int_equal(sw_card_check_evidence(&says.card, &log.card, &problems), SW_OK);
    assert_int_equal(problems.count, 1);
    assert_string_equal(problems.list[0].field, "scan");
    assert_int_equal(
        sw_card_check_cited(&says.card, &log.card, SW_CARD_CLAIM, "nobody says so", &problems),
        SW_OK);
    assert_int_equal(problems.count, 2);
    end(&says);
    end(&log);
}

static void test_a_licence_is_held_against_the_files(void **state)
{
    static const struct {
        const char *says, *found;
        size_t want;
    } rows[] = {{"MIT", "MIT", 0}, {"MIT", "Apache-2.0", 1}, {"MIT OR Apache-2.0", "MIT", 0},
        {"MIT", "MIT AND Apache-2.0", 0}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct fixture f;
        struct sw_card_problems problems = {0};
        struct sw_licence_declared d = {.evidence = SW_LICENCE_BY_TEXT, .file = sw_str("LICENSE")};
        const struct sw_licence_facts facts = {.declared = &d, .declared_count = 1};
        begin(&f, SW_CARD_MODEL);
        add(&f, SW_CARD_LICENCE, rows[i].says);
        assert_int_equal(
            sw_spdx_parse(&f.arena, sw_str(rows[i].found), &d.expression, NULL), SW_OK);
        assert_int_equal(sw_card_check_licence(&f.card, &facts, &problems), SW_OK);
        if (problems.count != rows[i].want) {
            fail_msg("%s and %s: %zu", rows[i].says, rows[i].found, problems.count);
        }
        end(&f);
    }
}

static void test_elements_of_laws_are_never_present(void **state)
{
    struct fixture f;
    struct sw_card_element *list;
    size_t count;
    size_t present = 0;
    fill(&f, SW_CARD_MODEL, "said");
    assert_int_equal(sw_card_score(&f.card, &list, &count), SW_OK);
    for (size_t i = 0; i < count; i++) {
        present += list[i].state == SW_CARD_PRESENT;
        assert_true(strncmp(list[i].scheme, "EU", 2) != 0 || list[i].state == SW_CARD_PERSON);
    }
    assert_true(present > 30);
    end(&f);
    begin(&f, SW_CARD_MODEL);
    assert_int_equal(sw_card_score(&f.card, &list, &count), SW_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_not_equal(list[i].state, SW_CARD_PRESENT);
    }
    end(&f);
}

static void test_too_much_is_a_gap(void **state)
{
    struct fixture f;
    begin(&f, SW_CARD_MODEL);
    char *huge = sw_arena_alloc(&f.arena, SW_CARD_TEXT_MAX + 2);
    memset(huge, 'x', SW_CARD_TEXT_MAX + 1);
    huge[SW_CARD_TEXT_MAX + 1] = '\0';
    add(&f, SW_CARD_RISK, huge);
    assert_int_equal(f.card.count, 0);
    assert_int_equal(f.card.gap_count, 1);
    for (unsigned i = 0; i < SW_CARD_VALUES_MAX + 3; i++) {
        add(&f, SW_CARD_RISK, sw_arena_printf(&f.arena, "%u", i));
    }
    assert_int_equal(f.card.count, SW_CARD_VALUES_MAX);
    assert_int_equal(f.card.gap_count, 2);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_reads_back_as_the_same),
        cmocka_unit_test(test_documents_that_are_no_cards_are_refused),
        cmocka_unit_test(test_papers_are_cited_by_line),
        cmocka_unit_test(test_settings_and_results_are_cited_by_name),
        cmocka_unit_test(test_a_dataset_tells_its_features_and_splits),
        cmocka_unit_test(test_a_file_with_too_much_is_told_once),
        cmocka_unit_test(test_papers_that_cannot_be_read_are_gaps),
        cmocka_unit_test(test_an_author_may_say_what_the_table_has),
        cmocka_unit_test(test_an_author_is_told_what_is_wrong_and_where),
        cmocka_unit_test(test_front_matter_reads_back_whatever_a_value_is),
        cmocka_unit_test(test_a_page_has_no_other_markup_than_ours),
        cmocka_unit_test(test_markdown_has_no_markup_out_of_values),
        cmocka_unit_test(test_the_hub_gets_what_it_takes),
        cmocka_unit_test(test_bills_of_cards_are_valid),
        cmocka_unit_test(test_values_that_exclude_each_other_are_told),
        cmocka_unit_test(test_evidence_contradicts_what_is_said_otherwise),
        cmocka_unit_test(test_a_licence_is_held_against_the_files),
        cmocka_unit_test(test_elements_of_laws_are_never_present),
        cmocka_unit_test(test_too_much_is_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
