/* Claims of the room: what is written is read back, what breaks its rules is refused, what nobody
 * trusted signed is not given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "unit/data/data_help.h"

#define GOOD_SOURCE                                                                  \
    "{\"source\":{\"version\":\"1.0.0\",\"title\":\"Forum\",\"id\":\"urn:x:forum\"," \
    "\"issuer\":[{\"name\":\"Forum e.V.\"}],\"description\":\"posts\"},"             \
    "\"provenance\":{\"origin\":[{\"name\":\"forum.example\"}],"                     \
    "\"origin-geography\":[{\"country\":\"DE\"}],\"date\":\"2026-01-01\","           \
    "\"generation-method\":[{\"code\":\"user generated content\"}]},"                \
    "\"use\":{\"license\":\"CC-BY-4.0\",\"consents\":[\"https://forum.example/terms\"]}}"

/* --- round trips ----------------------------------------------------------------------------- */

/* Both in canonical JSON. */
static void same_text(const struct sw_buf *a, const struct sw_buf *b)
{
    assert_string_equal(sw_buf_cstr(a), sw_buf_cstr(b));
}

/* Where SW_CLAIMS_OUT names a directory, the predicate is left there for the schema test. */
static void leave(const char *name, const struct sw_buf *text)
{
    const char *dir = getenv("SW_CLAIMS_OUT");
    if (dir == NULL) {
        return;
    }
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s.json", dir, name);
    MUST(sw_file_write(path, sw_buf_bytes(text), 0666, 0, &must_error));
}

/* The statement that holds a predicate. */
static struct sw_statement statement_of(struct sw_arena *arena, const struct sw_buf *predicate)
{
    struct sw_json *json = SW_ARENA_NEW(arena, struct sw_json);
    assert_non_null(json);
    MUST(sw_json_parse(arena, sw_buf_bytes(predicate), NULL, json, &must_error));
    return (struct sw_statement){.predicate = json};
}

#define ROUND_TRIP(which, name, value)                                         \
    do {                                                                       \
        SW_CLEANUP(arena) struct sw_arena arena;                               \
        sw_arena_init(&arena, 0);                                              \
        SW_CLEANUP(buf) struct sw_buf first = SW_BUF_INIT;                     \
        SW_CLEANUP(buf) struct sw_buf second = SW_BUF_INIT;                    \
        MUST(sw_##which##_claim_write((value), &first));                       \
        struct sw_statement statement = statement_of(&arena, &first);          \
        __typeof__(*(value)) read;                                             \
        MUST(sw_##which##_claim_read(&arena, &statement, &read, &must_error)); \
        MUST(sw_##which##_claim_write(&read, &second));                        \
        same_text(&first, &second);                                            \
        leave(name, &first);                                                   \
    } while (0)

static struct sw_digest digest_of(const char *text)
{
    struct sw_digest digest;
    sw_sha256(sw_bytes(text, strlen(text)), &digest);
    return digest;
}

static struct sw_dataset_ref ref_of(const char *name, uint64_t samples)
{
    return (struct sw_dataset_ref){sw_str(name), sw_str("1"), digest_of(name), samples};
}

static void every_claim_is_read_back_as_it_was_written(void **state)
{
    struct data_test *t = *state;
    struct sw_source_record source = {.name = sw_str("forum"),
        .fields = data_test_json(t, GOOD_SOURCE),
        .by = sw_str("Ada"),
        .reason = sw_str("first"),
        .time = t->data.now};
    ROUND_TRIP(source, "source-full", &source);
    source = (struct sw_source_record){
        .name = sw_str("bare"), .fields = data_test_json(t, "{}"), .time = t->data.now};
    ROUND_TRIP(source, "source-bare", &source);

    struct sw_dataset_source of[] = {
        {sw_str("forum"), 3, 300, sw_str("CC-BY-4.0"), sw_str("terms"), sw_str("forum.example")},
        {.name = sw_str("mail"), .samples = 1, .bytes = 7}};
    struct sw_reason_count reasons[] = {{"invalid-json", 2}, {"too-long", 1}};
    struct sw_str gaps[] = {sw_str("source mail is not known")};
    struct sw_dataset_claim dataset = {.name = sw_str("mails"),
        .version = sw_str("1"),
        .manifest = digest_of("manifest"),
        .ordered_head = digest_of("o"),
        .sorted_head = digest_of("s"),
        .samples = 4,
        .bytes = 307,
        .reader = sw_str("jsonl"),
        .location = sw_str("in.jsonl"),
        .options = data_test_json(t, "{\"text_field\":\"text\"}"),
        .salt = sw_str("secret"),
        .sources = of,
        .source_count = 2,
        .quarantined = reasons,
        .quarantined_count = 2,
        .gaps = gaps,
        .gap_count = 1,
        .time = t->data.now};
    ROUND_TRIP(dataset, "dataset-full", &dataset);
    dataset = (struct sw_dataset_claim){.name = sw_str("far"),
        .version = sw_str("2"),
        .manifest = digest_of("far"),
        .declared = true,
        .time = t->data.now};
    ROUND_TRIP(dataset, "dataset-declared", &dataset);

    struct sw_dataset_ref refs[] = {ref_of("mails", 10), ref_of("news", 4)};
    struct sw_reason_count dropped[] = {{"duplicate", 5}, {"unknown", 1}};
    struct sw_lineage_totals totals = {.outputs = {[SW_EDGE_KEPT] = 6, [SW_EDGE_MERGED] = 1},
        .reordered = 2,
        .inputs_used = 8,
        .inputs_dropped = 6,
        .dropped_unknown = 1,
        .reasons = dropped,
        .reason_count = 2};
    struct sw_lineage_claim lineage = {.step = digest_of("step"),
        .step_name = sw_str("dedup"),
        .lineage = digest_of("lineage"),
        .inputs = refs,
        .input_count = 2,
        .output = ref_of("clean", 7),
        .match = sw_str("content"),
        .totals = &totals,
        .complete = true,
        .how = data_test_json(t, "{\"command\":[\"sort\"]}"),
        .time = t->data.now};
    ROUND_TRIP(lineage, "lineage-complete", &lineage);
    lineage.complete = false;
    lineage.gaps = gaps;
    lineage.gap_count = 1;
    lineage.output.samples = 9;
    ROUND_TRIP(lineage, "lineage-gaps", &lineage);

    struct sw_mixture_weight weights[] = {{.source = sw_str("forum"), .new = sw_str("0.3")},
        {.source = sw_str("mail"), .old = sw_str("1"), .new = sw_str("0.70")}};
    struct sw_mixture_claim mixture = {.name = sw_str("base"),
        .sequence = 1,
        .weights = weights,
        .weight_count = 1,
        .from_step = 0,
        .to_step = SW_ABSENT,
        .reason = sw_str("start"),
        .time = t->data.now};
    ROUND_TRIP(mixture, "mixture-first", &mixture);
    mixture.sequence = 2;
    mixture.previous = digest_of("first");
    mixture.weight_count = 2;
    mixture.from_step = 100;
    mixture.to_step = 200;
    mixture.decided_by = sw_str("Ada");
    ROUND_TRIP(mixture, "mixture-second", &mixture);

    struct sw_consumption_share shares[] = {{sw_str("forum"), 30, 0.3, 0.3, 0, 1, SW_AGREES},
        {sw_str("mail"), 70, 0.7, NAN, NAN, NAN, SW_AGREEMENT_NONE}};
    struct sw_consumption_claim consumption = {.run = sw_str("run-1"),
        .datasets = refs,
        .dataset_count = 2,
        .mixture = sw_str("base"),
        .decision = digest_of("first"),
        .seed = sw_str("18446744073709551615"),
        .order = digest_of("order"),
        .order_file = digest_of("file"),
        .order_format = sw_str("npy"),
        .blend_file = digest_of("blend"),
        .draws = 100,
        .distinct = 80,
        .from_step = 0,
        .to_step = 99,
        .shares = shares,
        .share_count = 2,
        .chi_square = 1.25,
        .degrees = 1,
        .p = 0.26,
        .alpha = 0.001,
        .agrees = SW_AGREES,
        .time = t->data.now};
    ROUND_TRIP(consumption, "consumption-full", &consumption);
    consumption = (struct sw_consumption_claim){.run = sw_str("run-1"),
        .datasets = refs,
        .dataset_count = 1,
        .order = digest_of("order"),
        .order_file = digest_of("file"),
        .order_format = sw_str("lines"),
        .from_step = SW_ABSENT,
        .to_step = SW_ABSENT,
        .chi_square = NAN,
        .degrees = SW_ABSENT,
        .p = NAN,
        .alpha = NAN,
        .gaps = gaps,
        .gap_count = 1,
        .time = t->data.now};
    ROUND_TRIP(consumption, "consumption-bare", &consumption);

    struct sw_digest consumed[] = {digest_of("consumption")};
    struct sw_training_base bases[] = {
        {sw_str("base"), sw_str("finetune"), digest_of("base"), digest_of("base-manifest")},
        {.name = sw_str("old"), .relation = sw_str("merge"), .root = digest_of("old")}};
    struct sw_str command[] = {sw_str("fasttext"), sw_str("supervised")};
    struct sw_training_code code[] = {{sw_str("train.py"), digest_of("code")}};
    struct sw_training_claim training = {.run = sw_str("run-1"),
        .step = SW_ABSENT,
        .model = sw_str("model"),
        .root = digest_of("root"),
        .manifest = digest_of("names"),
        .datasets = refs,
        .dataset_count = 2,
        .verified = true,
        .mixture = sw_str("base"),
        .decision = digest_of("first"),
        .consumed = consumed,
        .consumed_count = 1,
        .bases = bases,
        .base_count = 2,
        .command = command,
        .command_count = 2,
        .code = code,
        .code_count = 1,
        .parameters = data_test_json(t, "{\"lr\":\"0.1\"}"),
        .environment = data_test_json(t, "{\"LANG\":\"C\"}"),
        .seed = sw_str("7"),
        .started = t->data.now - 60,
        .finished = t->data.now,
        .time = t->data.now};
    ROUND_TRIP(training, "training-full", &training);
    training = (struct sw_training_claim){.kind = SW_TRAINED_CHECKPOINT,
        .run = sw_str("run-1"),
        .step = 1000,
        .model = sw_str("checkpoint-1000"),
        .root = digest_of("root"),
        .manifest = digest_of("names"),
        .gaps = gaps,
        .gap_count = 1,
        .time = t->data.now};
    ROUND_TRIP(training, "training-checkpoint", &training);

    struct sw_str evidence[] = {sw_str("https://example.com/report")};
    struct sw_taint_claim taint = {.selector = {.kind = SW_SELECT_SOURCE, .name = sw_str("forum")},
        .severity = SW_TAINT_CRITICAL,
        .reason = sw_str("poisoned"),
        .evidence = evidence,
        .evidence_count = 1,
        .by = sw_str("Ada"),
        .time = t->data.now};
    ROUND_TRIP(taint, "taint-source", &taint);
    taint = (struct sw_taint_claim){
        .selector = {.kind = SW_SELECT_CONTENT, .digest = digest_of("text")},
        .reason = sw_str("was a mistake"),
        .state = SW_TAINT_LIFTED,
        .time = t->data.now};
    ROUND_TRIP(taint, "taint-lifted", &taint);

    struct sw_affected_model models[] = {{sw_str("model"), digest_of("root"), 3, true},
        {sw_str("old"), digest_of("old"), SW_ABSENT, false}};
    struct sw_takedown_claim takedown = {.selector = {.kind = SW_SELECT_DATASET,
                                             .name = sw_str("mails@1"),
                                             .digest = digest_of("mails")},
        .reason = sw_str("erasure was asked for"),
        .requested_by = sw_str("a subject"),
        .samples = 3,
        .datasets = refs,
        .dataset_count = 1,
        .models = models,
        .model_count = 2,
        .time = t->data.now};
    ROUND_TRIP(takedown, "takedown-full", &takedown);
}

/* --- refusals -------------------------------------------------------------------------------- */

#define DIGEST "\"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\""
#define TIME "\"time\":\"2026-11-23T10:00:00Z\""
#define MIXTURE(sequence, weights)                                   \
    "{\"name\":\"m\",\"sequence\":" sequence ",\"weights\":" weights \
    ",\"from_step\":0,\"reason\":\"r\"," TIME "}"

static enum sw_code read_mixture(struct sw_arena *arena, const struct sw_statement *s)
{
    struct sw_mixture_claim out;
    return sw_mixture_claim_read(arena, s, &out, &must_error);
}

static enum sw_code read_taint(struct sw_arena *arena, const struct sw_statement *s)
{
    struct sw_taint_claim out;
    return sw_taint_claim_read(arena, s, &out, &must_error);
}

static enum sw_code read_dataset(struct sw_arena *arena, const struct sw_statement *s)
{
    struct sw_dataset_claim out;
    return sw_dataset_claim_read(arena, s, &out, &must_error);
}

static enum sw_code read_source(struct sw_arena *arena, const struct sw_statement *s)
{
    struct sw_source_record out;
    return sw_source_claim_read(arena, s, &out, &must_error);
}

#define DATASET(tail)                                                                      \
    "{\"name\":\"d\",\"version\":\"1\",\"manifest\":" DIGEST ",\"samples\":1,\"bytes\":2," \
    "\"sources\":[],\"gaps\":[]," TIME tail "}"
#define SOURCE(record)                                                           \
    "{\"name\":\"s\",\"standard\":\"" SW_SOURCE_STANDARD "\",\"record\":" record \
    ",\"gaps\":[]," TIME "}"

static const struct refusal {
    enum sw_code (*read)(struct sw_arena *arena, const struct sw_statement *statement);
    const char *text;
    const char *says; /* NULL: it is good */
} refusals[] = {
    {read_mixture, MIXTURE("1", "[{\"source\":\"a\",\"new\":\"1\"}]"), NULL},
    {read_mixture, "{}", "it has no 'name'"},
    {read_mixture, MIXTURE("0", "[{\"source\":\"a\",\"new\":\"1\"}]"), "only the first"},
    {read_mixture, MIXTURE("2", "[{\"source\":\"a\",\"new\":\"1\"}]"), "only the first"},
    {read_mixture, MIXTURE("-1", "[{\"source\":\"a\",\"new\":\"1\"}]"), "'sequence' is no count"},
    {read_mixture, MIXTURE("\"1\"", "[]"), "'sequence' is no count"},
    {read_mixture, MIXTURE("1", "[]"), "it weighs nothing"},
    {read_mixture, MIXTURE("1", "{}"), "'weights' is no list"},
    {read_mixture, MIXTURE("1", "[1]"), "is no object"},
    {read_mixture, MIXTURE("1", "[{\"source\":\"a\"}]"), "it has no 'new'"},
    {read_mixture, MIXTURE("1", "[{\"new\":\"1\"}]"), "for a source or for a dataset"},
    {read_mixture, MIXTURE("1", "[{\"source\":\"a\",\"dataset\":\"b\",\"new\":\"1\"}]"),
        "for a source or for a dataset"},
    {read_mixture, MIXTURE("1", "[{\"source\":\"a\",\"new\":1}]"), "'new' is no text"},
    {read_mixture, MIXTURE("1", "[{\"source\":\"a\",\"new\":\"\"}]"), "'new' is empty"},
    {read_taint,
        "{\"selector\":{\"kind\":\"source\"},\"severity\":\"low\",\"reason\":\"r\",\"evidence\":[],"
        "\"state\":\"tainted\"," TIME "}",
        "does not say which source"},
    {read_taint,
        "{\"selector\":{\"kind\":\"sample\",\"name\":\"x\"},\"severity\":\"low\",\"reason\":\"r\","
        "\"evidence\":[],\"state\":\"tainted\"," TIME "}",
        "does not say which sample"},
    {read_taint,
        "{\"selector\":{\"kind\":\"sample\",\"digest\":" DIGEST "},\"severity\":\"fatal\","
        "\"reason\":\"r\",\"evidence\":[],\"state\":\"tainted\"," TIME "}",
        "'severity' is no word"},
    {read_taint,
        "{\"selector\":{\"kind\":\"sample\",\"digest\":\"sha256:12\"},\"severity\":\"low\","
        "\"reason\":\"r\",\"evidence\":[],\"state\":\"tainted\"," TIME "}",
        "'digest' is no digest"},
    {read_taint,
        "{\"selector\":{\"kind\":\"source\",\"name\":\"x\"},\"severity\":\"low\",\"reason\":\"r\","
        "\"evidence\":[1],\"state\":\"tainted\"," TIME "}",
        "'evidence' is no list of texts"},
    {read_taint,
        "{\"selector\":{\"kind\":\"source\",\"name\":\"x\"},\"severity\":\"low\",\"reason\":\"r\","
        "\"evidence\":[],\"state\":\"tainted\",\"time\":\"2026-11-23\"}",
        "'time' is no time"},
    {read_dataset, DATASET(",\"quarantined\":{},\"declared\":true"), NULL},
    {read_dataset, DATASET(",\"quarantined\":{}"), "it has no heads"},
    {read_dataset, DATASET(",\"quarantined\":{\"a\":-1},\"declared\":true"),
        "'quarantined' is no mapping"},
    {read_dataset, DATASET(",\"quarantined\":{\"a\\u0000b\":1},\"declared\":true"),
        "'quarantined' is no mapping"},
    {read_dataset, DATASET(",\"quarantined\":{},\"declared\":1"), "'declared' is no truth value"},
    {read_dataset, DATASET(",\"quarantined\":{},\"declared\":true,\"options\":[]"),
        "'options' is no object"},
    {read_dataset, DATASET(",\"quarantined\":{},\"declared\":true,\"later\":{\"x\":[1]}"), NULL},
    {read_source, SOURCE("{}"), NULL},
    {read_source, SOURCE("[]"), "'record' is no object"},
    {read_source, SOURCE("{\"use\":{\"licence\":\"x\"}}"), "use.licence"},
    {read_source, SOURCE("{\"uses\":{}}"), "'uses'"},
    {read_source, SOURCE("{\"use\":{\"license\":1}}"), "'use.license' must be a text"},
    {read_source, SOURCE("{\"use\":{\"consents\":\"x\"}}"), "'use.consents' must be a list"},
    {read_source, SOURCE("{\"use\":{\"consents\":[\"a\",\"b\",\"a\"]}}"), "none twice"},
    {read_source, SOURCE("{\"use\":{\"intended-purpose\":[{\"code\":\"a\"}]}}"),
        "each with a description"},
    {read_source, SOURCE("{\"source\":{\"issuer\":[{\"address\":[]}]}}"), "each with a name"},
    {read_source, SOURCE("{\"provenance\":{\"generation-period\":[]}}"), "a period"},
    {read_source, SOURCE("{\"use\":{\"classification\":[{\"regulation\":{\"code\":\"x\"}}]}}"),
        "each evaluated or not"},
    {read_source, "{\"name\":\"s\",\"standard\":\"x\",\"record\":{},\"gaps\":[]," TIME "}",
        "its standard is not"},
};

static void what_breaks_its_rules_is_refused_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(refusals); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_json json;
        const char *text = refusals[i].text;
        MUST(sw_json_parse(&arena, sw_bytes(text, strlen(text)), NULL, &json, &must_error));
        struct sw_statement statement = {.predicate = &json};
        enum sw_code code = refusals[i].read(&arena, &statement);
        if (refusals[i].says == NULL) {
            assert_int_equal(code, SW_OK);
            continue;
        }
        assert_int_equal(code, SW_E_FORMAT);
        if (strstr(must_error.text, refusals[i].says) == NULL) {
            fail_msg("%s: '%s' does not say '%s'", text, must_error.text, refusals[i].says);
        }
    }
}

static void a_complete_lineage_must_balance(void **state)
{
    struct data_test *t = *state;
    struct sw_dataset_ref input = ref_of("in", 10);
    struct sw_reason_count reasons[] = {{"short", 4}};
    struct sw_lineage_totals good = {.outputs = {[SW_EDGE_KEPT] = 6},
        .inputs_used = 6,
        .inputs_dropped = 4,
        .reasons = reasons,
        .reason_count = 1};
    struct sw_lineage_totals bad[] = {good, good, good};
    bad[0].outputs[SW_EDGE_KEPT] = 5;
    bad[1].inputs_used = 5;
    bad[2].reason_count = 0;
    struct sw_lineage_claim claim = {.step = digest_of("s"),
        .step_name = sw_str("s"),
        .lineage = digest_of("l"),
        .inputs = &input,
        .input_count = 1,
        .output = ref_of("out", 6),
        .match = sw_str("id"),
        .totals = &good,
        .complete = true,
        .time = t->data.now};
    ROUND_TRIP(lineage, "lineage-small", &claim);
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        claim.totals = &bad[i];
        MUST(sw_lineage_claim_write(&claim, &text));
        struct sw_statement statement = statement_of(&t->arena, &text);
        struct sw_lineage_claim read;
        assert_int_equal(
            sw_lineage_claim_read(&t->arena, &statement, &read, &must_error), SW_E_FORMAT);
    }
}

static void a_count_that_json_cannot_hold_is_not_written(void **state)
{
    (void)state;
    struct sw_dataset_claim claim = {.name = sw_str("d"),
        .version = sw_str("1"),
        .manifest = digest_of("d"),
        .samples = (UINT64_C(1) << 53) + 1};
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    assert_int_equal(sw_dataset_claim_write(&claim, &out), SW_E_FORMAT);
}

/* --- names ----------------------------------------------------------------------------------- */

static void a_name_has_one_digest_by_kind(void **state)
{
    (void)state;
    static const char text[] = "sealwright-name/v1\0source\0forum";
    struct sw_digest want;
    struct sw_digest got;
    sw_sha256(sw_bytes(text, sizeof(text) - 1), &want);
    sw_name_digest(SW_NAME_SOURCE, sw_str("forum"), &got);
    assert_true(sw_digest_equal(&got, &want));
    sw_name_digest(SW_NAME_DATASET, sw_str("forum"), &got);
    assert_false(sw_digest_equal(&got, &want));
}

static void dataset_names_are_taken_apart_or_refused(void **state)
{
    (void)state;
    char longest[130];
    memset(longest, 'a', sizeof(longest));
    longest[129] = '\0';
    const struct {
        const char *text;
        const char *name; /* NULL: refused */
        const char *version;
    } rows[] = {
        {"mails", "mails", ""},
        {"mails@2", "mails", "2"},
        {"A.b_c-9@v1.0-rc", "A.b_c-9", "v1.0-rc"},
        {"", NULL, NULL},
        {"@1", NULL, NULL},
        {"mails@", NULL, NULL},
        {"mails@1@2", NULL, NULL},
        {"-mails", NULL, NULL},
        {"a/b", NULL, NULL},
        {"a b", NULL, NULL},
        {"m\xc3\xa4il", NULL, NULL},
        {"a\nb", NULL, NULL},
        {longest, NULL, NULL},
        {longest + 1, longest + 1, ""},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_dataset_name name;
        enum sw_code code = sw_dataset_name_parse(sw_str(rows[i].text), &name, &must_error);
        assert_int_equal(code, rows[i].name == NULL ? SW_E_USAGE : SW_OK);
        if (code == SW_OK) {
            assert_true(sw_str_is(name.name, rows[i].name));
            assert_true(sw_str_is(name.version, rows[i].version));
        }
    }
}

/* --- in a store ------------------------------------------------------------------------------ */

static void a_dataset_repeats_what_is_known_of_its_sources(void **state)
{
    struct data_test *t = *state;
    data_test_source(t, "forum", GOOD_SOURCE);
    struct sw_dataset_claim set = data_test_dataset(t, "mails", "", 1, 100);
    assert_true(sw_str_is(set.version, "1"));
    assert_int_equal(set.samples, 100);
    assert_int_equal(set.source_count, 2);
    assert_true(sw_str_is(set.sources[0].name, "forum"));
    assert_true(sw_str_is(set.sources[0].licence, "CC-BY-4.0"));
    assert_true(sw_str_is(set.sources[0].origin, "forum.example"));
    assert_true(sw_str_is(set.sources[0].consent, "https://forum.example/terms"));
    assert_int_equal(set.gap_count, 1);
    assert_true(sw_str_is(set.gaps[0], "source mail is not known"));

    data_test_source(t, "mail", "{\"use\":{\"license\":\"CC0\"}}");
    set = data_test_dataset(t, "mails", "", 2, 100);
    assert_true(sw_str_is(set.version, "2"));
    assert_int_equal(set.gap_count, 2);
    assert_true(sw_str_is(set.gaps[0], "source mail has no origin"));
    assert_true(sw_str_is(set.gaps[1], "source mail has no consent"));
}

static void a_dataset_is_found_by_name_version_and_manifest(void **state)
{
    struct data_test *t = *state;
    struct sw_dataset_claim one = data_test_dataset(t, "mails", "a", 1, 10);
    struct sw_dataset_claim two = data_test_dataset(t, "mails", "b", 2, 20);
    struct sw_dataset_claim found;
    struct sw_data_claim claim;
    MUST(sw_dataset_find(&t->data, sw_str("mails"), &found, &claim, &must_error));
    assert_true(sw_digest_equal(&found.manifest, &two.manifest));
    assert_string_equal(claim.signer, "default");
    MUST(sw_dataset_find(&t->data, sw_str("mails@a"), &found, NULL, &must_error));
    assert_true(sw_digest_equal(&found.manifest, &one.manifest));
    char text[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(&one.manifest, text);
    MUST(sw_dataset_find(&t->data, sw_str(text), &found, NULL, &must_error));
    assert_true(sw_str_is(found.version, "a"));
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    MUST(sw_dataset_open(&t->data, &found, &rows, &must_error));
    assert_int_equal(rows.count, 10);
    SW_CLEANUP(rows) struct sw_rows lied_about = SW_ROWS_INIT;
    struct sw_dataset_claim lie = found;
    lie.samples++;
    assert_int_equal(sw_dataset_open(&t->data, &lie, &lied_about, &must_error), SW_E_REFUSED);
    lie = found;
    lie.source_count = 0;
    assert_int_equal(sw_dataset_open(&t->data, &lie, &lied_about, &must_error), SW_E_REFUSED);
    lie = found;
    lie.sorted_head = lie.ordered_head;
    assert_int_equal(sw_dataset_open(&t->data, &lie, &lied_about, &must_error), SW_E_REFUSED);

    const char *absent[] = {"other", "mails@c", DIGEST};
    for (size_t i = 0; i < SW_COUNT(absent); i++) {
        struct sw_str name = sw_str(absent[i]);
        if (name.ptr[0] == '"') {
            name = sw_str_n(name.ptr + 1, name.len - 2);
        }
        assert_int_equal(sw_dataset_find(&t->data, name, &found, NULL, &must_error), SW_E_NOENT);
    }
    assert_int_equal(
        sw_dataset_find(&t->data, sw_str("a/b"), &found, NULL, &must_error), SW_E_USAGE);
}

static void a_version_never_means_other_samples(void **state)
{
    struct data_test *t = *state;
    (void)data_test_dataset(t, "mails", "a", 1, 10);
    (void)data_test_dataset(t, "mails", "a", 1, 10);
    struct sw_digest digest = data_test_rows(t, 2, 10);
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    MUST(sw_rows_open(
        &rows, sw_data_file_path(&t->data, SW_DATA_FILE_SET, &digest), &digest, &must_error));
    struct sw_dataset_claim more = {.name = sw_str("mails"), .version = sw_str("a")};
    struct sw_receipt receipt;
    assert_int_equal(
        sw_dataset_claim_record(&t->data, &rows, &more, NULL, &receipt, &must_error), SW_E_REFUSED);
    more.name = sw_str("mai ls");
    assert_int_equal(
        sw_dataset_claim_record(&t->data, &rows, &more, NULL, &receipt, &must_error), SW_E_USAGE);
    more = (struct sw_dataset_claim){.name = sw_str("mails")};
    MUST(sw_dataset_claim_record(&t->data, &rows, &more, &more, &receipt, &must_error));
    assert_true(sw_str_is(more.version, "1"));
}

static void a_dataset_without_its_file_is_not_claimed_and_not_opened(void **state)
{
    struct data_test *t = *state;
    struct sw_dataset_claim set = data_test_dataset(t, "mails", "a", 1, 10);
    const char *path = sw_data_file_path(&t->data, SW_DATA_FILE_SET, &set.manifest);
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    SW_CLEANUP(rows) struct sw_rows none = SW_ROWS_INIT;
    MUST(sw_rows_open(&rows, path, &set.manifest, &must_error));
    assert_int_equal(unlink(path), 0);
    struct sw_receipt receipt;
    assert_int_equal(
        sw_dataset_claim_record(&t->data, &rows, &set, NULL, &receipt, &must_error), SW_E_USAGE);
    assert_int_equal(sw_dataset_open(&t->data, &set, &none, &must_error), SW_E_NOENT);
}

static void claims_of_strangers_are_counted_and_not_given(void **state)
{
    struct data_test *t = *state;
    struct sw_signer stranger = {.key = t->stranger};
    t->data.signer = &stranger;
    data_test_source(t, "forum", "{\"use\":{\"license\":\"anything goes\"}}");
    t->data.signer = &t->signer;
    struct sw_source_record record;
    assert_int_equal(
        sw_source_find(&t->data, sw_str("forum"), &record, NULL, &must_error), SW_E_NOENT);
    data_test_source(t, "forum", GOOD_SOURCE);
    t->data.signer = &stranger;
    data_test_source(t, "forum", "{\"use\":{\"license\":\"anything goes\"}}");
    t->data.signer = &t->signer;
    MUST(sw_source_find(&t->data, sw_str("forum"), &record, NULL, &must_error));
    assert_true(sw_str_is(sw_source_licence(&record), "CC-BY-4.0"));

    struct sw_data_claim *claims;
    size_t count;
    size_t ignored;
    MUST(sw_data_claims(
        &t->data, SW_PREDICATE_SOURCE, NULL, &claims, &count, &ignored, &must_error));
    assert_int_equal(count, 1);
    assert_int_equal(ignored, 2);
}

static void a_claim_that_the_store_has_lost_is_no_silence(void **state)
{
    struct data_test *t = *state;
    data_test_source(t, "forum", GOOD_SOURCE);
    struct sw_data_claim *claims;
    size_t count;
    MUST(sw_data_claims(&t->data, SW_PREDICATE_SOURCE, NULL, &claims, &count, NULL, &must_error));
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(&claims[0].claim, hex);
    const char *path = sw_arena_printf(&t->arena, "%s/blobs/sha256/%.2s/%s", t->path, hex, hex);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(
        sw_data_claims(&t->data, SW_PREDICATE_SOURCE, NULL, &claims, &count, NULL, &must_error),
        SW_E_REFUSED);
    assert_non_null(strstr(must_error.text, "leaf 0"));
}

static void sources_have_a_history_and_a_newest_state(void **state)
{
    struct data_test *t = *state;
    data_test_source(t, "mail", "{}");
    data_test_source(t, "forum", "{}");
    data_test_source(t, "mail", GOOD_SOURCE);
    struct sw_source_state *states;
    size_t count;
    MUST(sw_source_all(&t->data, &states, &count, NULL, &must_error));
    assert_int_equal(count, 2);
    assert_true(sw_str_is(states[0].record.name, "forum"));
    assert_true(sw_str_is(states[1].record.name, "mail"));
    assert_true(sw_str_is(sw_source_licence(&states[1].record), "CC-BY-4.0"));
    assert_int_equal(states[1].claim.leaf, 2);
    MUST(sw_source_history(&t->data, sw_str("mail"), &states, &count, NULL, &must_error));
    assert_int_equal(count, 2);
    assert_int_equal(sw_source_licence(&states[0].record).len, 0);

    struct sw_str *gaps;
    size_t gap_count;
    MUST(sw_source_gaps(&t->arena, &states[0].record, &gaps, &gap_count));
    assert_int_equal(gap_count, 3);
    assert_true(sw_str_is(gaps[0], "no licence"));
    MUST(sw_source_missing(&t->arena, &states[0].record, &gaps, &gap_count));
    assert_int_equal(gap_count, 8);
    MUST(sw_source_gaps(&t->arena, &states[1].record, &gaps, &gap_count));
    assert_int_equal(gap_count, 0);
}

static void what_is_imported_late_is_not_the_newest_word(void **state)
{
    struct data_test *t = *state;
    int64_t now = t->data.now;
    t->data.now = sw_time_now() - 100;
    data_test_source(t, "mail", GOOD_SOURCE);
    t->data.now = sw_time_now() - 1000;
    data_test_source(t, "mail", "{}");
    t->data.now = now;
    struct sw_source_record record;
    MUST(sw_source_find(&t->data, sw_str("mail"), &record, NULL, &must_error));
    assert_true(sw_str_is(sw_source_licence(&record), "CC-BY-4.0"));
    /* A time that is still to come counts as the time of recording. */
    t->data.now = sw_time_now() + 100000;
    data_test_source(t, "mail", "{}");
    struct sw_data_claim *claims;
    size_t count;
    MUST(sw_data_claims(&t->data, SW_PREDICATE_SOURCE, NULL, &claims, &count, NULL, &must_error));
    assert_int_equal(count, 3);
    assert_int_equal(claims[2].leaf, 2);
    assert_int_equal(claims[2].made, claims[2].time);
    assert_int_equal(claims[0].leaf, 1);
}

static void nothing_is_recorded_without_a_signer(void **state)
{
    struct data_test *t = *state;
    t->data.signer = NULL;
    struct sw_source_record source = {
        .name = sw_str("forum"), .fields = data_test_json(t, "{}"), .time = t->data.now};
    struct sw_receipt receipt;
    assert_int_equal(sw_source_record(&t->data, &source, &receipt, &must_error), SW_E_USAGE);
    struct sw_data_claim *claims;
    size_t count;
    MUST(sw_data_claims(&t->data, SW_PREDICATE_SOURCE, NULL, &claims, &count, NULL, &must_error));
    assert_int_equal(count, 0);
}

static int setup(void **state)
{
    struct data_test *t = calloc(1, sizeof(*t));
    if (t == NULL) {
        return -1;
    }
    data_test_open(t);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    data_test_close(*state);
    free(*state);
    return 0;
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(every_claim_is_read_back_as_it_was_written),
        cmocka_unit_test(what_breaks_its_rules_is_refused_by_name),
        WITH_STORE(a_complete_lineage_must_balance),
        cmocka_unit_test(a_count_that_json_cannot_hold_is_not_written),
        cmocka_unit_test(a_name_has_one_digest_by_kind),
        cmocka_unit_test(dataset_names_are_taken_apart_or_refused),
        WITH_STORE(a_dataset_repeats_what_is_known_of_its_sources),
        WITH_STORE(a_dataset_is_found_by_name_version_and_manifest),
        WITH_STORE(a_version_never_means_other_samples),
        WITH_STORE(a_dataset_without_its_file_is_not_claimed_and_not_opened),
        WITH_STORE(claims_of_strangers_are_counted_and_not_given),
        WITH_STORE(a_claim_that_the_store_has_lost_is_no_silence),
        WITH_STORE(sources_have_a_history_and_a_newest_state),
        WITH_STORE(what_is_imported_late_is_not_the_newest_word),
        WITH_STORE(nothing_is_recorded_without_a_signer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
