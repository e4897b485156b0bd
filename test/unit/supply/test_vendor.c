#include "supply/supply.h"

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

static struct sw_arena arena;

static int setup(void **state)
{
    (void)state;
    sw_arena_init(&arena, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sw_arena_release(&arena);
    return 0;
}

static int64_t day(const char *text)
{
    int64_t time = 0;
    assert_true(sw_time_parse(sw_str(text), &time));
    return time;
}

static enum sw_code read(const char *yaml, struct sw_vendor *out, struct sw_error *err)
{
    struct sw_json root;
    *err = (struct sw_error){0};
    enum sw_code code = sw_yaml_parse(&arena, sw_bytes_of_str(sw_str(yaml)), NULL, &root, err);
    return code == SW_OK ? sw_vendor_read(&arena, &root, out, err) : code;
}

static void take(const char *yaml, struct sw_vendor *out)
{
    struct sw_error err;
    if (read(yaml, out, &err) != SW_OK) {
        fail_msg("not read: %s", err.text);
    }
}

#define HEAD "version: 1\nvendor: example\n"

/* --- the questions ---------------------------------------------------------------------------- */

static void questions_are_whole(void **state)
{
    (void)state;
    const struct sw_vendor_questions *q = sw_vendor_questions();
    assert_non_null(q);
    assert_true(q->count >= 25);
    for (size_t i = 0; i < q->count; i++) {
        const struct sw_vendor_question *question = &q->list[i];
        assert_true(sw_str_ends(question->question, "?"));
        assert_true(question->answers.count >= 3);
        for (size_t k = 0; k < question->control_count; k++) {
            assert_true(sw_str_starts(question->controls[k], "control"));
        }
    }
}

/* Each is the pack with one thing wrong. */
static void broken_packs_are_refused(void **state)
{
    (void)state;
    static const char *const good =
        "pack: vendor-questions\nversion: 1\n"
        "classes: [{id: a, points: 4, says: x}]\ndependence: [{id: a, points: 4, says: x}]\n"
        "levels: [{id: low, to: 10}, {id: high, to: 100}]\ndocuments: [{id: d, says: x}]\n"
        "questions:\n- {id: q, area: a, question: x?, why: y, controls: [controlX], weight: 5,\n"
        "   answers: [{id: good, points: 0, says: x}, {id: bad, points: 4, says: x}]}\n";
    static const struct {
        const char *from, *to;
    } rows[] = {{"vendor-questions", "others"}, {"to: 10}", "to: 100}"}, {"to: 100}", "to: 99}"},
        {"{id: a, points: 4", "{id: a, points: 0"},
        {"points: 0, says: x}, {id: bad", "points: 1, says: x}, {id: bad"},
        {"weight: 5", "weight: 6"}, {"weight: 5", "weight: 0"},
        {"controls: [controlX]", "controls: []"}, {"id: bad, points: 4", "id: bad, points: 5"},
        {"id: bad", "id: good"}, {"why: y", "why: ''"}};
    struct sw_vendor_questions q;
    struct sw_error err = {0};
    assert_int_equal(
        sw_vendor_questions_read(&arena, sw_bytes_of_str(sw_str(good)), &q, &err), SW_OK);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        const char *at = strstr(good, rows[i].from);
        assert_non_null(at);
        const char *bad = sw_arena_printf(
            &arena, "%.*s%s%s", (int)(at - good), good, rows[i].to, at + strlen(rows[i].from));
        if (sw_vendor_questions_read(&arena, sw_bytes_of_str(sw_str(bad)), &q, &err) !=
            SW_E_FORMAT) {
            fail_msg("taken: %s", rows[i].to);
        }
    }
}

/* --- the record ------------------------------------------------------------------------------- */

static void an_empty_record_counts_as_the_worst(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_vendor vendor;
    struct sw_error err = {0};
    assert_int_equal(sw_vendor_template(sw_str("example"), &text, &err), SW_OK);
    take(sw_buf_cstr(&text), &vendor);
    assert_int_equal(vendor.answer_count, sw_vendor_questions()->count);
    assert_int_equal(sw_vendor_weigh(&arena, &vendor, day("2026-11-28")), SW_OK);
    assert_int_equal(vendor.score.weakness, 1000);
    assert_int_equal(vendor.score.score, 100);
    assert_true(sw_str_is(vendor.score.level, "critical"));
    for (size_t i = 0; i < vendor.answer_count; i++) {
        assert_int_equal(vendor.answers[i].counted, SW_VENDOR_UNANSWERED);
    }
}

static void records_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *says;
    } rows[] = {
        {"vendor: example\n", "version 1"},
        {"version: 2\nvendor: example\n", "version 1"},
        {"version: 1\n", "not the name"},
        {"version: 1\nvendor: Example\n", "capitals"},
        {"version: 1\nvendor: 'a b'\n", "not the name"},
        {"version: 1\nvendor: ../x\n", "not the name"},
        {"[1]", "is a mapping"},
        {HEAD "colour: red\n", "line 3: a record has no 'colour'"},
        {HEAD "title: 3\n", "is a text"},
        {HEAD "title: \"a\\e[31mb\"\n", "control characters"},
        {HEAD "services: [{hosts: [a.example]}]\n", "a service has a name"},
        {HEAD "services: [{name: x, hosts: ['https://a.example']}]\n", "no host"},
        {HEAD "services: [{name: x, hosts: ['*.example.com']}]\n", "no host"},
        {HEAD "services: [{name: x, hosts: [a.example, A.example.]}]\n", "already"},
        {HEAD "services: [{name: x, purls: [openai]}]\n", "no purl"},
        {HEAD "use: {dependence: extreme}\n", "none of the words"},
        {HEAD "data: {class: secret}\n", "none of the words"},
        {HEAD "data: {trains-on: perhaps}\n", "none of the words"},
        {HEAD "data: {retention-days: -1}\n", "number of days"},
        {HEAD "data: {retention-days: 99999999999999999999}\n", "number of days"},
        {HEAD "review: {reviewed: 2026-13-01}\n", "is a date"},
        {HEAD "review: {reviewed: '2026-11-28T00:00:00Z'}\n", "is a date"},
        {HEAD "review: {reviewed: 2026-11-28, due: 2026-11-27}\n", "due before it was made"},
        {HEAD "review: {decision: maybe}\n", "'decision' is"},
        {HEAD "documents: [{id: a, kind: soc2-type2}]\n", "has a file, or a digest"},
        {HEAD "documents: [{id: a, kind: paper, file: x}]\n", "none of the words"},
        {HEAD "documents: [{id: a, kind: other, file: ../x}]\n", "below the directory"},
        {HEAD "documents: [{id: a, kind: other, file: /etc/passwd}]\n", "below the directory"},
        {HEAD "documents: [{id: a, kind: other, digest: 'sha256:12'}]\n", "'digest' is"},
        {HEAD "documents: [{id: a, kind: other, file: x}, {id: a, kind: other, file: y}]\n",
            "already"},
        {HEAD
            "documents: [{id: a, kind: other, file: x, issued: 2026-02-01, expires: 2026-01-01}]\n",
            "expires before"},
        {HEAD "answers: {what: yes}\n", "no question 'what'"},
        {HEAD "answers: {exit: perhaps}\n", "no answer to 'exit'"},
        {HEAD "answers: {exit: {answer: data, evidence: [none]}}\n", "names no document"},
        {HEAD "answers: {exit: not-applicable}\n", "always applies"},
        {HEAD "answers: {agents: not-applicable}\n", "a note says why"},
        {HEAD "answers: {exit: {answer: data, points: 0}}\n", "no 'points'"},
        {HEAD "title: &a [*a]\n", "anchor"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_vendor vendor;
        struct sw_error err;
        if (read(rows[i].yaml, &vendor, &err) != SW_E_FORMAT ||
            strstr(err.text, rows[i].says) == NULL) {
            fail_msg("row %zu: '%s', not '%s'", i, err.text, rows[i].says);
        }
    }
}

static void long_lists_and_texts_are_refused(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_vendor vendor;
    struct sw_error err;
    assert_int_equal(sw_buf_puts(&text, HEAD "data: {regions: ["), SW_OK);
    for (unsigned i = 0; i <= SW_VENDOR_LIST_MAX; i++) {
        assert_int_equal(sw_buf_printf(&text, "r%u,", i), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&text, "]}\n"), SW_OK);
    assert_int_equal(read(sw_buf_cstr(&text), &vendor, &err), SW_E_FORMAT);
    assert_non_null(strstr(err.text, "at most 256"));
    sw_buf_clear(&text);
    assert_int_equal(
        sw_buf_printf(&text, HEAD "title: %0*d\n", (int)SW_VENDOR_TEXT_MAX + 1, 0), SW_OK);
    assert_int_equal(read(sw_buf_cstr(&text), &vendor, &err), SW_E_FORMAT);
}

/* --- the score -------------------------------------------------------------------------------- */

static const struct sw_vendor_answer *line_of(const struct sw_vendor *vendor, const char *question)
{
    for (size_t i = 0; i < vendor->answer_count; i++) {
        if (sw_str_is(vendor->answers[i].question, question)) {
            return &vendor->answers[i];
        }
    }
    fail_msg("no line '%s'", question);
    return NULL;
}

/* All that the score of this record comes from is added up by hand. */
static void the_score_adds_up(void **state)
{
    (void)state;
    struct sw_vendor v;
    const struct sw_vendor_questions *q = sw_vendor_questions();
    uint64_t sum = 0;
    uint64_t most = 0;
    take(HEAD "use: {dependence: medium}\ndata: {class: confidential}\n"
              "answers:\n"
              "  exit: portable\n"
              "  logging: console\n"
              "  agents: {answer: not-applicable, note: none}\n",
        &v);
    assert_int_equal(sw_vendor_weigh(&arena, &v, day("2026-11-28")), SW_OK);
    for (size_t i = 0; i < q->count; i++) {
        const struct sw_vendor_question *one = &q->list[i];
        bool skipped = sw_str_is(one->id, "agents");
        uint64_t points = sw_str_is(one->id, "exit") ? 0 : sw_str_is(one->id, "logging") ? 1 : 4;
        sum += skipped ? 0 : one->weight * points;
        most += skipped ? 0 : one->weight * 4;
    }
    assert_int_equal(v.score.sum, sum);
    assert_int_equal(v.score.most, most);
    assert_int_equal(v.score.weakness, (1000 * sum + most - 1) / most);
    assert_int_equal(v.score.inherent, 6);
    assert_int_equal(v.score.score, (6 * v.score.weakness * 100 + 15999) / 16000);
}

/* The same answer, with each kind of document behind it. */
static void documents_count_while_they_are_current(void **state)
{
    (void)state;
    static const struct {
        const char *document, *evidence;
        uint64_t points;
    } rows[] = {
        {"", "", 1},
        {"{id: a, kind: soc2-type2, file: x, expires: 2027-01-01}", "a", 0},
        {"{id: a, kind: soc2-type2, file: x, expires: 2027-01-01}", "", 1},
        {"{id: a, kind: soc2-type2, file: x, expires: 2026-11-28}", "a", 0}, /* its last day */
        {"{id: a, kind: soc2-type2, file: x, expires: 2026-11-27}", "a", 1},
        {"{id: a, kind: soc2-type2, file: x}", "a", 1}, /* nobody says until when */
        {"{id: a, kind: contract, file: x}", "a", 0},
        {"{id: a, kind: contract, file: x, issued: 2027-01-01}", "a", 1},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_vendor v;
        take(sw_arena_printf(&arena,
                 HEAD "documents: [%s]\nanswers: {assurance: {answer: audited, evidence: [%s]}}\n",
                 rows[i].document, rows[i].evidence),
            &v);
        assert_int_equal(sw_vendor_weigh(&arena, &v, day("2026-11-28") + 3600), SW_OK);
        const struct sw_vendor_answer *line = line_of(&v, "assurance");
        if (line->points != rows[i].points) {
            fail_msg("row %zu: %llu", i, (unsigned long long)line->points);
        }
        assert_int_equal(
            line->counted, rows[i].points == 0 ? SW_VENDOR_ANSWERED : SW_VENDOR_UNPROVEN);
    }
}

/* --- findings and states ---------------------------------------------------------------------- */

#define REVIEW(reviewed, due, decision)                                               \
    HEAD "review: {reviewed: " reviewed ", due: " due ", by: me, decision: " decision \
         ", conditions: [x]}\n"

static bool finds(const struct sw_vendor *vendor, int64_t at, const char *kind, unsigned *bars)
{
    struct sw_vendor_finding *list = NULL;
    size_t count = 0;
    bool found = false;
    assert_int_equal(sw_vendor_check(&arena, vendor, at, &list, &count), SW_OK);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].kind, kind) == 0) {
            found = true;
            *bars = list[i].bars;
        }
    }
    return found;
}

static void a_check_finds_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *kind;
        bool bars_approval, bars_refusal;
    } rows[] = {
        {HEAD, "incomplete", true, true},
        {HEAD, "not said", false, false},
        {HEAD, "unanswered", false, false},
        {REVIEW("2026-12-24", "2027-01-01", "approved"), "future", true, true},
        {REVIEW("2025-01-01", "2026-01-01", "approved"), "overdue", true, false},
        {REVIEW("2026-01-01", "2099-01-01", "approved"), "far", true, true},
        {REVIEW("2026-01-01", "2026-12-24", "approved"), "due", false, false},
        {REVIEW("2026-01-01", "2027-12-24", "refused"), "refused", false, false},
        {HEAD "review: {decision: approved-with-conditions}\n", "incomplete", true, true},
        {HEAD "data: {trains-on: never}\nanswers: {training-use: always}\n", "contradiction", true,
            true},
        {HEAD "documents: [{id: a, kind: soc3, file: x}]\n", "undated", true, false},
        {HEAD "documents: [{id: a, kind: soc3, file: x, expires: 2026-01-01}]\n", "expired", true,
            false},
        {HEAD "documents: [{id: a, kind: soc3, file: x, expires: 2026-12-01}]\n", "expiring", false,
            false},
        {HEAD "documents: [{id: a, kind: other, file: x, issued: 2027-12-01}]\n", "future", true,
            true},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_vendor v;
        unsigned bars = 0;
        take(rows[i].yaml, &v);
        assert_int_equal(sw_vendor_weigh(&arena, &v, day("2026-11-28")), SW_OK);
        if (!finds(&v, day("2026-11-28"), rows[i].kind, &bars) ||
            (bars > SW_VENDOR_APPROVED) != rows[i].bars_approval ||
            (bars > SW_VENDOR_REFUSED) != rows[i].bars_refusal) {
            fail_msg("row %zu: %s, bars %u", i, rows[i].kind, bars);
        }
    }
}

static void a_newer_document_of_its_kind_stands_in(void **state)
{
    (void)state;
    struct sw_vendor v;
    unsigned bars;
    take(HEAD "documents: [{id: a, kind: soc3, file: x, expires: 2026-01-01},"
              " {id: b, kind: soc3, file: y, expires: 2027-01-01}]\n",
        &v);
    assert_false(finds(&v, day("2026-11-28"), "expired", &bars));
    assert_true(finds(&v, day("2027-11-28"), "expired", &bars));
}

static void a_state_is_as_of_a_time(void **state)
{
    (void)state;
    static const char *const documents =
        "documents: [{id: a, kind: soc3, file: x, expires: 2026-06-30}]\n";
    static const struct {
        const char *decision, *at;
        enum sw_vendor_state state;
    } rows[] = {
        {"approved", "2026-02-01", SW_VENDOR_STATE_CURRENT},
        {"approved-with-conditions", "2026-02-01", SW_VENDOR_STATE_CURRENT},
        {"approved", "2026-06-30T23:59:59Z", SW_VENDOR_STATE_CURRENT},
        {"approved", "2026-07-01", SW_VENDOR_STATE_EXPIRED},
        {"approved", "2026-12-31T23:59:59Z", SW_VENDOR_STATE_EXPIRED},
        {"approved", "2027-01-01", SW_VENDOR_STATE_OVERDUE},
        {"approved", "2025-06-01", SW_VENDOR_STATE_OVERDUE}, /* it was not made yet */
        {"refused", "2026-02-01", SW_VENDOR_STATE_REFUSED},
        {"refused", "2030-02-01", SW_VENDOR_STATE_REFUSED},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_vendor v;
        take(sw_arena_printf(&arena,
                 HEAD "review: {reviewed: 2026-01-01, due: 2026-12-31, by: me, decision: %s}\n%s",
                 rows[i].decision, documents),
            &v);
        if (sw_vendor_state(&v, day(rows[i].at)) != rows[i].state) {
            fail_msg("row %zu: %s", i, sw_vendor_state_name(sw_vendor_state(&v, day(rows[i].at))));
        }
    }
    struct sw_vendor far;
    take(REVIEW("2026-01-01", "2099-01-01", "approved"), &far);
    assert_int_equal(sw_vendor_state(&far, day("2026-02-01")), SW_VENDOR_STATE_OVERDUE);
    take(REVIEW("2026-01-01", "2026-02-20", "approved"), &far);
    assert_int_equal(sw_vendor_state(&far, day("2026-02-01")), SW_VENDOR_STATE_DUE);
}

/* --- hosts ------------------------------------------------------------------------------------ */

static void hosts_have_one_form(void **state)
{
    (void)state;
    static const struct {
        const char *text, *rule; /* NULL: refused */
    } rows[] = {{"api.openai.com", "api.openai.com"}, {"API.OpenAI.com.", "api.openai.com"},
        {".openai.azure.com", ".openai.azure.com"}, {".Example.COM.", ".example.com"},
        {"xn--bcher-kva.example", "xn--bcher-kva.example"}, {"10.0.0.1", "10.0.0.1"},
        {"localhost", "localhost"}, {"", NULL}, {".", NULL}, {"..", NULL}, {".com", NULL},
        {".com.", NULL}, {"a..b", NULL}, {"..a.b", NULL}, {"a.b..", NULL}, {"-a.b", NULL},
        {"a-.b", NULL}, {"*.a.b", NULL}, {"a_b.c", NULL},
        {"b\xc3\xbc"
         "cher.example",
            NULL},
        {"a.b/c", NULL}, {"a.b:443", NULL}, {"u@a.b", NULL}, {"a b.c", NULL}, {".0.1", NULL},
        {".10.0.0", NULL}, {"[::1]", "[::1]"}, {"2001:DB8:0:0::1", "[2001:db8::1]"},
        {"[2001:db8::0001]", "[2001:db8::1]"}, {"::ffff:10.0.0.1", "[::ffff:10.0.0.1]"},
        {"fe80::1%eth0", NULL}, {"[fe80::1%25eth0]", NULL}, {".2001:db8::1", NULL},
        {"[2001:db8::1", NULL}, {"2001:db8::1]", NULL}, {"[::1]:443", NULL},
        {"[a.example:1]", NULL}, {"1:2:3:4:5:6:7:8:9", NULL}, {"[]", NULL}, {":", NULL},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b", NULL}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_str rule = sw_str("");
        bool good = sw_vendor_host_rule(&arena, sw_str(rows[i].text), &rule);
        if (good != (rows[i].rule != NULL) || (good && !sw_str_is(rule, rows[i].rule))) {
            fail_msg("'%s' gives '%.*s'", rows[i].text, SW_STR_ARG(rule));
        }
    }
}

static void addresses_do_not_hide_their_host(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host;
    } rows[] = {{"https://api.openai.com/v1", "api.openai.com"},
        {"api.openai.com:443", "api.openai.com"},
        {"HTTPS://API.openai.com.:8443?x", "api.openai.com"},
        {"https://api.openai.com@evil.org/", NULL}, {"https://api.openai.com:x@evil.org/", NULL},
        {"https://evil.org\\@api.openai.com/", NULL},
        {"https://evil.org#@api.openai.com", "evil.org"},
        {"https://evil.org/https://api.openai.com", "evil.org"}, {"https://[::1]/", "[::1]"},
        {"https://[2001:DB8::1]:8443/v1?x", "[2001:db8::1]"}, {"2001:db8::1", "[2001:db8::1]"},
        {"[2001:db8::1]:443", "[2001:db8::1]"}, {"https://[::1]evil.org/", NULL},
        {"https://[::1]:x@evil.org/", NULL}, {"https://u@[::1]/", NULL},
        {"https://2001:db8::1/", NULL}, {"https://[fe80::1%25eth0]/", NULL},
        {"https://[evil.org]/", NULL}, {"https://[::1", NULL},
        {"evil.org/?to=https://api.openai.com", "evil.org"},
        {"evil.org#://api.openai.com", "evil.org"}, {"a@evil.org?://api.openai.com", NULL},
        {"https:///api.openai.com", NULL}, {".openai.com", NULL}, {"http://a.b:80x/", NULL}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_str host = sw_str("");
        bool good = sw_vendor_host_of(&arena, sw_str(rows[i].text), &host);
        if (good != (rows[i].host != NULL) || (good && !sw_str_is(host, rows[i].host))) {
            fail_msg("'%s' gives '%.*s'", rows[i].text, SW_STR_ARG(host));
        }
    }
}

/* --- what is covered -------------------------------------------------------------------------- */

#define NOW "2026-11-28"

static const char *const example =
    HEAD "services:\n"
         "- {name: API, hosts: [api.openai.com, .azure.example.com], names: [Example AI],\n"
         "   purls: ['pkg:pypi/example', 'pkg:pypi/pinned@1.0'], mcp-servers: [files]}\n"
         "review: {reviewed: 2026-11-01, due: 2027-11-01, by: me, decision: %s}\n";

static struct sw_vendor_claim claim_of(
    const char *yaml, const char *decision, const char *signer, const char *time)
{
    struct sw_vendor_claim claim = {.signer = signer, .time = day(time)};
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    const char *at = strstr(yaml, "%s");
    assert_non_null(at);
    assert_int_equal(
        sw_buf_printf(&text, "%.*s%s%s", (int)(at - yaml), yaml, decision, at + 2), SW_OK);
    take(sw_buf_cstr(&text), &claim.vendor);
    return claim;
}

static struct sw_vendor_cover ask(
    const struct sw_vendor_claim *claims, size_t count, const struct sw_vendor_asked *asked)
{
    struct sw_vendor_cover cover;
    assert_int_equal(sw_vendor_cover(&arena, claims, count, asked, day(NOW), &cover), SW_OK);
    return cover;
}

static void services_are_recognised(void **state)
{
    (void)state;
    static const struct {
        const char *host, *purl, *mcp, *name;
        int by; /* -1: not covered */
    } rows[] = {
        {"api.openai.com", "", "", "", SW_VENDOR_BY_HOST},
        {"https://API.OPENAI.COM./v1", "", "", "", SW_VENDOR_BY_HOST},
        {"a.azure.example.com", "", "", "", SW_VENDOR_BY_HOST},
        {"a.b.azure.example.com", "", "", "", SW_VENDOR_BY_HOST},
        {"azure.example.com", "", "", "", -1},
        {"xazure.example.com", "", "", "", -1},
        {"openai.com", "", "", "", -1},
        {"openai.com.evil.org", "", "", "", -1},
        {"api.openai.com.evil.org", "", "", "", -1},
        {"x.api.openai.com", "", "", "", -1},
        {"https://api.openai.com@evil.org", "", "", "", -1},
        {"api.\xd0\xbepenai.com", "", "", "", -1}, /* a Cyrillic o */
        {"evil.org", "", "", "Example AI", -1},    /* a name does not make up for a host */
        {"evil.org", "pkg:pypi/example", "", "", -1},
        {"", "pkg:pypi/example@2.0", "", "", SW_VENDOR_BY_PURL},
        {"", "pkg:npm/example@2.0", "", "", -1},
        {"", "pkg:pypi/pinned@1.0", "", "", SW_VENDOR_BY_PURL},
        {"", "pkg:pypi/pinned@1.1", "", "", -1},
        {"", "pkg:pypi/example?repository_url=evil.org", "", "", -1},
        {"", "no purl", "", "", -1},
        {"", "", "Files", "", SW_VENDOR_BY_MCP_SERVER},
        {"", "", "other", "", -1},
        {"", "", "", "example ai", SW_VENDOR_BY_NAME},
        {"", "", "", "api", SW_VENDOR_BY_NAME},
        {"", "", "", "Example AI 2", -1},
        {"", "", "", "", -1},
    };
    const struct sw_vendor_claim claim = claim_of(example, "approved", "a", "2026-11-02");
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        const struct sw_vendor_asked asked = {
            sw_str(rows[i].host), sw_str(rows[i].purl), sw_str(rows[i].mcp), sw_str(rows[i].name)};
        const struct sw_vendor_cover cover = ask(&claim, 1, &asked);
        if ((cover.claim != NULL) != (rows[i].by >= 0) ||
            (cover.claim != NULL && (int)cover.by != rows[i].by)) {
            fail_msg("row %zu", i);
        }
    }
}

static void the_newest_word_of_each_signer_counts(void **state)
{
    (void)state;
    const struct sw_vendor_asked asked = {.host = sw_str("api.openai.com")};
    const struct sw_vendor_claim refused_first[] = {
        claim_of(example, "approved", "a", "2026-11-03"),
        claim_of(example, "refused", "a", "2026-11-02"),
    };
    assert_int_equal(ask(refused_first, 2, &asked).state, SW_VENDOR_STATE_CURRENT);
    const struct sw_vendor_claim refused_later[] = {
        claim_of(example, "refused", "a", "2026-11-03"),
        claim_of(example, "approved", "a", "2026-11-02"),
    };
    assert_int_equal(ask(refused_later, 2, &asked).state, SW_VENDOR_STATE_REFUSED);
    /* Another signer's approval does not lift a refusal, nor does one that is newer. */
    const struct sw_vendor_claim two[] = {
        claim_of(example, "refused", "a", "2026-11-02"),
        claim_of(example, "approved", "b", "2026-11-04"),
    };
    assert_int_equal(ask(two, 2, &asked).state, SW_VENDOR_STATE_REFUSED);
    /* What is said later was not known yet. */
    const struct sw_vendor_claim later[] = {claim_of(example, "approved", "a", "2026-12-02")};
    assert_null(ask(later, 1, &asked).claim);
}

/* A refusal need not list the service. */
static void a_refusal_reaches_all_services(void **state)
{
    (void)state;
    static const char *const bare =
        HEAD "review: {reviewed: 2026-11-01, due: 2027-11-01, by: me, decision: %s}\n";
    const struct sw_vendor_asked asked = {.host = sw_str("api.openai.com")};
    const struct sw_vendor_claim claims[] = {
        claim_of(example, "approved", "a", "2026-11-02"),
        claim_of(bare, "refused", "b", "2026-11-02"),
    };
    assert_int_equal(ask(claims, 2, &asked).state, SW_VENDOR_STATE_REFUSED);
}

static void the_longest_rule_counts(void **state)
{
    (void)state;
    static const char *const other =
        "version: 1\nvendor: other\nservices: [{name: x, hosts: [.example.com, "
        ".eu.azure.example.com]}]\n"
        "review: {reviewed: 2026-11-01, due: 2027-11-01, by: me, decision: %s}\n";
    const struct sw_vendor_claim claims[] = {
        claim_of(other, "refused", "a", "2026-11-02"),
        claim_of(example, "approved", "a", "2026-11-02"),
    };
    const struct {
        const char *host, *vendor;
    } rows[] = {{"a.azure.example.com", "example"}, {"a.eu.azure.example.com", "other"},
        {"a.example.com", "other"}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        const struct sw_vendor_asked asked = {.host = sw_str(rows[i].host)};
        assert_true(sw_str_is(ask(claims, 2, &asked).claim->vendor.name, rows[i].vendor));
    }
    /* Of equal rules the one in the worse state, in any order. */
    static const char *const twin =
        "version: 1\nvendor: twin\nservices: [{name: x, hosts: [api.openai.com]}]\n"
        "review: {reviewed: 2026-11-01, due: 2027-11-01, by: me, decision: %s}\n";
    const struct sw_vendor_claim twins[] = {
        claim_of(twin, "refused", "a", "2026-11-02"),
        claim_of(example, "approved", "a", "2026-11-02"),
        claim_of(twin, "refused", "a", "2026-11-02"),
    };
    const struct sw_vendor_asked asked = {.host = sw_str("api.openai.com")};
    assert_int_equal(ask(twins, 2, &asked).state, SW_VENDOR_STATE_REFUSED);
    assert_int_equal(ask(twins + 1, 2, &asked).state, SW_VENDOR_STATE_REFUSED);
}

static void entities_are_asked_about_by_kind(void **state)
{
    (void)state;
    struct sw_vendor_asked asked;
    const struct sw_vendor_claim claim = claim_of(example, "approved", "a", "2026-11-02");
    const struct {
        enum sw_entity_kind kind;
        const char *name, *purl;
        bool covered;
    } rows[] = {{SW_ENTITY_SERVICE, "Example AI", "", true},
        {SW_ENTITY_SERVICE, "api.openai.com", "", true},
        {SW_ENTITY_ENDPOINT, "https://api.openai.com/v1", "", true},
        {SW_ENTITY_ENDPOINT, "https://openai.com.evil.org/v1", "", false},
        {SW_ENTITY_MCP_SERVER, "files", "", true}, {SW_ENTITY_MCP_SERVER, "Example AI", "", false},
        {SW_ENTITY_LIBRARY, "example", "pkg:pypi/example@1", true},
        {SW_ENTITY_LIBRARY, "Example AI", "", false}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        const struct sw_entity_id id = {
            .kind = rows[i].kind, .name = sw_str(rows[i].name), .purl = sw_str(rows[i].purl)};
        assert_true(sw_vendor_asked_of(&id, &asked));
        if ((ask(&claim, 1, &asked).claim != NULL) != rows[i].covered) {
            fail_msg("row %zu", i);
        }
    }
    const struct sw_entity_id key = {.kind = SW_ENTITY_CREDENTIAL, .name = sw_str("KEY")};
    assert_false(sw_vendor_asked_of(&key, &asked));
}

/* --- the claim -------------------------------------------------------------------------------- */

static const char *const whole =
    HEAD "title: Example\nowner: me\n"
         "services: [{name: API, hosts: [api.example.com], purls: ['pkg:pypi/example']}]\n"
         "use: {dependence: low, depends: [chat]}\n"
         "data: {class: internal, trains-on: never, retention-days: 0, regions: [EU]}\n"
         "review: {reviewed: 2026-11-01, due: 2027-11-01, by: me, decision: approved}\n"
         "documents: [{id: a, kind: contract, issued: 2026-01-01, digest: "
         "'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'}]\n"
         "answers: {training-use: {answer: never, note: hush, evidence: [a]}}\n";

static void write_claim(struct sw_vendor *vendor, struct sw_buf *out)
{
    take(whole, vendor);
    vendor->time = day(NOW);
    assert_int_equal(sw_vendor_weigh(&arena, vendor, day(NOW)), SW_OK);
    assert_int_equal(sw_vendor_claim_write(vendor, out), SW_OK);
}

static enum sw_code read_claim(
    const char *predicate, const char *subject, struct sw_vendor *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_subject about = {.name = sw_str("x")};
    struct sw_statement statement;
    sw_vendor_subject(sw_str(subject), &about.digest);
    assert_int_equal(sw_statement_write(&text, &about, 1, SW_PREDICATE_VENDOR,
                         sw_bytes_of_str(sw_str(predicate)), err),
        SW_OK);
    const void *kept = sw_arena_copy(&arena, sw_buf_bytes(&text));
    assert_int_equal(sw_statement_parse(&arena, sw_bytes(kept, text.len), &statement, err), SW_OK);
    return sw_vendor_claim_read(&arena, &statement, out, err);
}

static void a_claim_comes_back_as_it_was(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf once = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf twice = SW_BUF_INIT;
    struct sw_vendor vendor;
    struct sw_vendor back;
    struct sw_error err = {0};
    write_claim(&vendor, &once);
    assert_null(strstr(sw_buf_cstr(&once), "hush")); /* notes stay at home */
    if (read_claim(sw_buf_cstr(&once), "example", &back, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(sw_vendor_claim_write(&back, &twice), SW_OK);
    assert_string_equal(sw_buf_cstr(&once), sw_buf_cstr(&twice));
    assert_int_equal(read_claim(sw_buf_cstr(&once), "other", &back, &err), SW_E_FORMAT);
}

static void claims_that_lie_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } rows[] = {
        {"\"score\":12,", "\"score\":11,"},
        {"\"weakness\":", "\"weakness\":1"},
        {"\"sum\":", "\"sum\":1"},
        {"\"dependence\":1,", "\"dependence\":0,"},
        {"\"points\":4", "\"points\":5"},
        {"\"points\":4", "\"points\":3"},
        {"\"weight\":4", "\"weight\":9007199254740991"},
        {"\"api.example.com\"", "\"API.example.com\""},
        {"\"api.example.com\"", "\".com\""},
        {"\"api.example.com\"", "\"*\""},
        {"\"due\":\"2027-11-01\"", "\"due\":\"2026-01-01\""},
        {"\"due\":\"2027-11-01\"", "\"due\":\"soon\""},
        {"\"issued\":\"2026-01-01\"", "\"issued\":\"2026-01-41\""},
        {"\"decision\":\"approved\"", "\"decision\":\"undecided\""},
        {"\"name\":\"example\"", "\"name\":\"EXAMPLE\""},
        {"\"name\":\"example\"", "\"name\":\"example2\""},
    };
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_vendor vendor;
    struct sw_error err = {0};
    write_claim(&vendor, &text);
    const char *good = sw_buf_cstr(&text);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        const char *at = strstr(good, rows[i].from);
        if (at == NULL) {
            fail_msg("row %zu is not in %s", i, good);
        }
        const char *bad = sw_arena_printf(
            &arena, "%.*s%s%s", (int)(at - good), good, rows[i].to, at + strlen(rows[i].from));
        if (read_claim(bad, "example", &vendor, &err) != SW_E_FORMAT) {
            fail_msg("row %zu is taken: %s", i, rows[i].to);
        }
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(questions_are_whole),
        TEST(broken_packs_are_refused),
        TEST(an_empty_record_counts_as_the_worst),
        TEST(records_that_cannot_be_are_refused),
        TEST(long_lists_and_texts_are_refused),
        TEST(the_score_adds_up),
        TEST(documents_count_while_they_are_current),
        TEST(a_check_finds_what_is_wrong),
        TEST(a_newer_document_of_its_kind_stands_in),
        TEST(a_state_is_as_of_a_time),
        TEST(hosts_have_one_form),
        TEST(addresses_do_not_hide_their_host),
        TEST(services_are_recognised),
        TEST(the_newest_word_of_each_signer_counts),
        TEST(a_refusal_reaches_all_services),
        TEST(the_longest_rule_counts),
        TEST(entities_are_asked_about_by_kind),
        TEST(a_claim_comes_back_as_it_was),
        TEST(claims_that_lie_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
