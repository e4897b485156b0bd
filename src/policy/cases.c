/* Tests of a policy: cases with claims written down, and what each is to give.
 * doc/format/policy.md, "Testing a policy". */
#include "policy/fields.h"
#include "policy/gate.h"

#include <stdlib.h>

#define MAX_CASES 10000
#define MAX_CLAIMS 10000

struct test_claim {
    const char *signer;     /* NULL: nobody whom the policy's store would trust */
    int64_t age;            /* seconds before the case's time; negative: after it */
    uint32_t place;         /* in the file */
    struct sw_json *root;   /* the statement, completed */
    struct sw_str type;     /* its predicateType */
    struct sw_digest claim; /* a stand-in for the digest of a bundle */
};

struct test_expect {
    bool has_verdict;
    enum sw_gate_verdict verdict;
    const struct sw_json *rules; /* a mapping of rule names to verdicts, or NULL */
};

struct test_case {
    const char *name;
    int64_t now;
    struct sw_digest subject;
    const struct sw_json *claims_node;
    struct test_claim *claims;
    size_t claim_count;
    struct test_expect expect;
};

/* --- reading a claim ------------------------------------------------------------------------- */

static enum sw_code read_signer(struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct test_claim *claim = target;
    return sw_fields_text(fields, value, "signer", &claim->signer);
}

static enum sw_code read_age(struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct test_claim *claim = target;
    struct sw_str text;
    bool ok = sw_json_str(value, &text);
    bool ahead = ok && sw_str_starts(text, "-");
    if (ahead) {
        text = sw_str_n(text.ptr + 1, text.len - 1);
    }
    if (!ok || !sw_duration_parse(text, &claim->age)) {
        return sw_fields_fail(
            fields, value, "'age' must be a span such as 2d, or -2d for a time still to come");
    }
    claim->age = ahead ? -claim->age : claim->age;
    return SW_OK;
}

static enum sw_code read_statement(
    struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct test_claim *claim = target;
    if (!sw_json_str(sw_json_get(value, "predicateType"), &claim->type) || claim->type.len == 0) {
        return sw_fields_fail(fields, value, "'statement' needs 'predicateType', a text");
    }
    const struct sw_json *predicate = sw_json_get(value, "predicate");
    if (predicate != NULL && predicate->type != SW_JSON_OBJECT) {
        return sw_fields_fail(fields, predicate, "'predicate' must be a mapping");
    }
    claim->root = SW_ARENA_NEW(fields->arena, struct sw_json);
    SW_TRY_PTR(claim->root);
    *claim->root = *value;
    return SW_OK;
}

static const struct sw_key claim_keys[] = {
    {"signer", false, read_signer},
    {"age", false, read_age},
    {"statement", true, read_statement},
};

/* Does the statement name the subject? One that has no subject is about the case's. */
static enum sw_code is_about(struct sw_fields *fields, const struct sw_json *statement,
    const struct sw_digest *subject, bool *out)
{
    const struct sw_json *subjects = sw_json_get(statement, "subject");
    if (subjects == NULL) {
        *out = true;
        return SW_OK;
    }
    if (subjects->type != SW_JSON_ARRAY) {
        return sw_fields_fail(fields, subjects, "'subject' must be a list");
    }
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(subject, hex);
    *out = false;
    SW_JSON_EACH (item, subjects) {
        const struct sw_json *digests = sw_json_get(item, "digest");
        if (sw_json_is(sw_json_get(digests, sw_digest_alg_name(subject->alg)), hex)) {
            *out = true;
        }
    }
    return SW_OK;
}

/* The oldest first, as a log has them; what is of one age stays in the order of the file. */
static int oldest_first(const void *a, const void *b)
{
    const struct test_claim *left = a;
    const struct test_claim *right = b;
    if (left->age != right->age) {
        return left->age > right->age ? -1 : 1;
    }
    return left->place < right->place ? -1 : left->place > right->place;
}

/* Keeps the claims about the subject: that is what a store would find. */
static enum sw_code read_claims(struct sw_fields *fields, struct test_case *test)
{
    uint32_t count = 0;
    if (test->claims_node != NULL) {
        SW_TRY(sw_fields_list(fields, test->claims_node, "claims", MAX_CLAIMS, &count));
    }
    test->claims = SW_ARENA_ARRAY(fields->arena, struct test_claim, count);
    SW_TRY_PTR(test->claims);
    for (uint32_t i = 0; i < count; i++) {
        struct test_claim *claim = &test->claims[test->claim_count];
        *claim = (struct test_claim){.place = i};
        SW_TRY(sw_policy_fields_read(fields, &test->claims_node->items[i], "a claim", claim_keys,
            SW_COUNT(claim_keys), claim));
        sw_sha256(sw_bytes(&i, sizeof(i)), &claim->claim);
        bool about = false;
        SW_TRY(is_about(fields, claim->root, &test->subject, &about));
        test->claim_count += about ? 1 : 0;
    }
    if (test->claim_count > 1) {
        qsort(test->claims, test->claim_count, sizeof(test->claims[0]), oldest_first);
    }
    return SW_OK;
}

/* --- reading what is expected ---------------------------------------------------------------- */

static bool parse_verdict(const struct sw_json *value, enum sw_gate_verdict *out)
{
    static const enum sw_gate_verdict verdicts[] = {
        SW_GATE_PASS, SW_GATE_FAIL, SW_GATE_NO_EVIDENCE};
    for (size_t i = 0; i < SW_COUNT(verdicts); i++) {
        if (sw_json_is(value, sw_gate_verdict_name(verdicts[i]))) {
            *out = verdicts[i];
            return true;
        }
    }
    return false;
}

static enum sw_code read_verdict(
    struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct test_expect *expect = target;
    if (!parse_verdict(value, &expect->verdict)) {
        return sw_fields_fail(fields, value, "'verdict' must be pass, fail or no-evidence");
    }
    expect->has_verdict = true;
    return SW_OK;
}

static enum sw_code read_expected_rules(
    struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct test_expect *expect = target;
    if (value->type != SW_JSON_OBJECT || value->count == 0) {
        return sw_fields_fail(fields, value, "'rules' must map names of rules to verdicts");
    }
    SW_JSON_EACH_MEMBER (member, value) {
        enum sw_gate_verdict verdict;
        if (!parse_verdict(&member->value, &verdict)) {
            return sw_fields_fail(fields, &member->value,
                "rule '" SW_STR_FMT "' must be pass, fail or no-evidence",
                SW_STR_ARG(member->name));
        }
    }
    expect->rules = value;
    return SW_OK;
}

static const struct sw_key expect_keys[] = {
    {"verdict", false, read_verdict},
    {"rules", false, read_expected_rules},
};

static enum sw_code read_expect(struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct test_case *test = target;
    SW_TRY(sw_policy_fields_read(
        fields, value, "'expect'", expect_keys, SW_COUNT(expect_keys), &test->expect));
    if (!test->expect.has_verdict && test->expect.rules == NULL) {
        return sw_fields_fail(fields, value, "'expect' needs 'verdict' or 'rules'");
    }
    return SW_OK;
}

/* --- reading a case -------------------------------------------------------------------------- */

static enum sw_code read_case_name(
    struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct test_case *test = target;
    return sw_fields_text(fields, value, "name", &test->name);
}

static enum sw_code read_now(struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct test_case *test = target;
    return sw_fields_time(fields, value, "now", &test->now);
}

static enum sw_code read_subject(
    struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct test_case *test = target;
    return sw_fields_digest(fields, value, "subject", &test->subject);
}

/* Claims are read last, when the subject is known. */
static enum sw_code keep_claims(struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct test_case *test = target;
    test->claims_node = value;
    return SW_OK;
}

static const struct sw_key case_keys[] = {
    {"name", true, read_case_name},
    {"now", false, read_now},
    {"subject", false, read_subject},
    {"claims", false, keep_claims},
    {"expect", true, read_expect},
};

#define DEFAULT_NOW ((int64_t)1767225600) /* 2026-01-01T00:00:00Z */

static enum sw_code read_case(
    struct sw_fields *fields, const struct sw_json *value, struct test_case *out)
{
    struct test_case test = {.now = DEFAULT_NOW};
    sw_sha256(sw_bytes("", 0), &test.subject);
    SW_TRY(sw_policy_fields_read(fields, value, "a case", case_keys, SW_COUNT(case_keys), &test));
    SW_TRY(read_claims(fields, &test));
    *out = test;
    return SW_OK;
}

/* --- the case as a source of claims ---------------------------------------------------------- */

static enum sw_code list_claims(void *self, struct sw_arena *arena, const char *type,
    struct sw_gate_record **records, size_t *count, struct sw_error *err)
{
    const struct test_case *test = self;
    (void)err;
    struct sw_gate_record *list = SW_ARENA_ARRAY(arena, struct sw_gate_record, test->claim_count);
    SW_TRY_PTR(list);
    size_t n = 0;
    for (size_t i = 0; i < test->claim_count; i++) {
        const struct test_claim *claim = &test->claims[i];
        if (sw_str_is(claim->type, type)) {
            list[n++] = (struct sw_gate_record){
                .claim = claim->claim, .time = test->now - claim->age, .leaf = i};
        }
    }
    *records = list;
    *count = n;
    return SW_OK;
}

static enum sw_code read_claim(void *self, struct sw_arena *scratch, const char *type,
    const struct sw_gate_record *record, struct sw_gate_reading *out, struct sw_error *err)
{
    const struct test_case *test = self;
    (void)scratch;
    (void)type;
    (void)err;
    const struct test_claim *claim = &test->claims[record->leaf];
    *out = (struct sw_gate_reading){
        .standing = SW_GATE_UNTRUSTED, .why = "not signed by anybody trusted"};
    if (claim->signer != NULL) {
        *out = (struct sw_gate_reading){
            .standing = SW_GATE_SIGNED, .signer = claim->signer, .statement = claim->root};
    }
    return SW_OK;
}

/* --- running --------------------------------------------------------------------------------- */

static enum sw_code compare_rule(struct sw_fields *fields, const struct sw_decision *decision,
    const struct sw_json_member *expected, struct sw_buf *out)
{
    const struct sw_gate_rule *rule = NULL;
    for (size_t i = 0; i < decision->rule_count; i++) {
        if (sw_str_is(expected->name, decision->rules[i].name)) {
            rule = &decision->rules[i];
        }
    }
    if (rule == NULL) {
        return sw_fields_fail(fields, &expected->value, "the policy has no rule '" SW_STR_FMT "'",
            SW_STR_ARG(expected->name));
    }
    const char *got = sw_gate_verdict_name(rule->verdict);
    if (sw_json_is(&expected->value, got)) {
        return SW_OK;
    }
    return sw_buf_printf(out, "%s%s: expected " SW_STR_FMT ", got %s: %s",
        out->len == 0 ? "" : "; ", rule->name, SW_STR_ARG(expected->value.text), got, rule->reason);
}

static enum sw_code compare(struct sw_fields *fields, const struct test_expect *expect,
    const struct sw_decision *decision, struct sw_buf *out)
{
    if (expect->has_verdict && expect->verdict != decision->verdict) {
        SW_TRY(sw_buf_printf(out, "expected %s, got %s", sw_gate_verdict_name(expect->verdict),
            sw_gate_verdict_name(decision->verdict)));
    }
    SW_JSON_EACH_MEMBER (member, expect->rules) {
        SW_TRY(compare_rule(fields, decision, member, out));
    }
    return SW_OK;
}

static enum sw_code run_case(struct sw_fields *fields, const struct sw_policy *policy,
    const struct sw_json *value, struct sw_policy_test_result *out)
{
    struct test_case test;
    SW_TRY(read_case(fields, value, &test));
    struct sw_gate_source source = {&test, SIZE_MAX, list_claims, read_claim};
    struct sw_gate_question question = {.subject = test.subject, .now = test.now};
    struct sw_decision decision;
    SW_TRY(sw_gate_decide_over(fields->arena, policy, &source, &question, &decision, fields->err));
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(compare(fields, &test.expect, &decision, &text));
    const char *detail = sw_arena_strdup(fields->arena, sw_buf_cstr(&text));
    SW_TRY_PTR(detail);
    *out = (struct sw_policy_test_result){test.name, value->where, text.len == 0, detail, decision};
    return SW_OK;
}

static enum sw_code keep_cases(struct sw_fields *fields, const struct sw_json *value, void *target)
{
    const struct sw_json **cases = target;
    uint32_t count;
    SW_TRY(sw_fields_list(fields, value, "cases", MAX_CASES, &count));
    if (count == 0) {
        return sw_fields_fail(fields, value, "there are no cases; an empty test shows nothing");
    }
    *cases = value;
    return SW_OK;
}

static const struct sw_key file_keys[] = {
    {"version", true, sw_fields_version},
    {"cases", true, keep_cases},
};

enum sw_code sw_policy_run_tests(struct sw_arena *arena, const struct sw_policy *policy,
    struct sw_bytes yaml, struct sw_policy_test_result **results, size_t *count,
    struct sw_error *err)
{
    struct sw_json root;
    SW_TRY(sw_yaml_parse(arena, yaml, NULL, &root, err));
    if (root.type == SW_JSON_NULL) {
        return sw_fail(
            err, SW_E_FORMAT, "line 1: the file is empty; it needs 'version: 1' and 'cases'");
    }
    struct sw_fields fields = {arena, err};
    const struct sw_json *cases = NULL;
    SW_TRY(sw_policy_fields_read(
        &fields, &root, "a policy test", file_keys, SW_COUNT(file_keys), &cases));
    struct sw_policy_test_result *list =
        SW_ARENA_ARRAY(arena, struct sw_policy_test_result, cases->count);
    SW_TRY_PTR(list);
    for (uint32_t i = 0; i < cases->count; i++) {
        SW_TRY(run_case(&fields, policy, &cases->items[i], &list[i]));
    }
    *results = list;
    *count = cases->count;
    return SW_OK;
}
