/* The decision over claims that are written down here; test_gate_store.c has real ones. */
#include "policy/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW ((int64_t)1767225600) /* 2026-01-01T00:00:00Z */
#define DAY ((int64_t)86400)
#define SCAN "urn:sealwright:claim:scan:v1"
#define SUBJECT "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define OTHER "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* One claim of the fake source. The later one in a list stands behind the others in the log. */
struct claim {
    const char *signer; /* NULL: see `why` */
    const char *json;   /* of the predicate */
    int64_t age;
    enum sw_gate_standing standing;
    const char *why;
};

#define MAX_CLAIMS 8

struct source {
    const struct claim *claims;
    size_t count;
    size_t reads;
    enum sw_code fails; /* what reading gives */
};

static enum sw_code list_claims(void *self, struct sw_arena *arena, const char *type,
    struct sw_gate_record **records, size_t *count, struct sw_error *err)
{
    const struct source *source = self;
    assert_string_equal(type, SCAN);
    *records = SW_ARENA_ARRAY(arena, struct sw_gate_record, MAX_CLAIMS);
    assert_non_null(*records);
    for (size_t i = 0; i < source->count; i++) {
        struct sw_gate_record *record = &(*records)[i];
        record->leaf = i;
        record->time = NOW - source->claims[i].age;
        record->claim = (struct sw_digest){.alg = SW_SHA256, .len = 32};
        memset(record->claim.bytes, (int)i + 1, 32);
    }
    *count = source->count;
    return SW_OK;
}

static enum sw_code read_claim(void *self, struct sw_arena *scratch, const char *type,
    const struct sw_gate_record *record, struct sw_gate_reading *out, struct sw_error *err)
{
    struct source *source = self;
    source->reads++;
    if (source->fails != SW_OK) {
        return sw_fail(err, source->fails, "the disk is gone");
    }
    const struct claim *claim = &source->claims[record->leaf];
    *out = (struct sw_gate_reading){
        .standing = claim->standing, .signer = claim->signer, .why = claim->why};
    if (claim->standing == SW_GATE_SIGNED) {
        struct sw_json *root = SW_ARENA_NEW(scratch, struct sw_json);
        const char *text = sw_arena_printf(scratch, "{\"predicate\":%s}", claim->json);
        assert_non_null(root);
        assert_int_equal(
            sw_json_parse(scratch, sw_bytes(text, strlen(text)), NULL, root, NULL), SW_OK);
        out->statement = root;
    }
    return SW_OK;
}

static struct sw_policy *parse(struct sw_arena *arena, const char *text)
{
    struct sw_policy *policy = NULL;
    struct sw_error err = {0};
    if (sw_policy_parse(arena, sw_bytes(text, strlen(text)), &policy, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
    return policy;
}

static void decide(struct sw_arena *arena, const char *policy, struct source *claims,
    size_t signer_count, struct sw_decision *out)
{
    struct sw_gate_source source = {claims, signer_count, list_claims, read_claim};
    struct sw_gate_question question = {.now = NOW};
    assert_true(sw_digest_parse(sw_str(SUBJECT), &question.subject));
    struct sw_error err = {0};
    if (sw_gate_decide_over(arena, parse(arena, policy), &source, &question, out, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
}

#define HEAD "version: 1\nname: p\nrules:\n  - name: r\n"
#define ANY HEAD "    claim: " SCAN "\n"
#define CLEAN ANY "    where: [{field: predicate.v, equals: clean}]\n"
#define FRESH CLEAN "    fresh: 30d\n"
#define BY CLEAN "    by: [ci, release]\n"
#define FORBID HEAD "    forbid: " SCAN "\n"
#define FORBID_WHERE FORBID "    where: [{field: predicate.s, at-least: 7}]\n"

#define C1 "(sha256:010101010101)"
#define C2 "(sha256:020202020202)"

struct row {
    const char *policy;
    struct claim claims[4];
    size_t count;
    enum sw_gate_verdict verdict;
    const char *reason;
    const char *satisfy;
    uint8_t decided_by; /* the claim, counted from 1; 0: none */
};

#define CI(json, age)                         \
    {                                         \
        "ci", json, age, SW_GATE_SIGNED, NULL \
    }
#define RELEASE(json, age)                         \
    {                                              \
        "release", json, age, SW_GATE_SIGNED, NULL \
    }
#define AT(verdict, time) "{\"v\":\"" verdict "\",\"scannedAt\":\"" time "\"}"
#define DAMAGED_AT(age)                                         \
    {                                                           \
        NULL, NULL, age, SW_GATE_DAMAGED, "the blob is missing" \
    }
#define MALLORY                                                 \
    {                                                           \
        NULL, NULL, 0, SW_GATE_UNTRUSTED, "no trusted key fits" \
    }
#define DAMAGED                                               \
    {                                                         \
        NULL, NULL, 0, SW_GATE_DAMAGED, "the blob is missing" \
    }

static const struct row rows[] = {
    /* presence */
    {ANY, {{0}}, 0, SW_GATE_NO_EVIDENCE, "no claim of type " SCAN " is about this subject",
        "run: sealwright seal PATH", 0},
    {ANY, {CI("{}", 3600)}, 1, SW_GATE_PASS, "the claim of ci " C1 " of 1 hour ago is there", "",
        1},
    {CLEAN, {CI("{\"v\":\"clean\"}", 3 * DAY)}, 1, SW_GATE_PASS,
        "the claim of ci " C1 " of 3 days ago meets every condition", "", 1},
    {CLEAN, {CI("{\"v\":\"bad\"}", 0)}, 1, SW_GATE_FAIL,
        "the claim of ci " C1 " fails: predicate.v must be \"clean\" and is the text \"bad\"",
        "mend what was found, then ci must sign a newer claim of type " SCAN "; or write a waiver",
        1},
    /* what cannot be decided */
    {CLEAN, {CI("{}", 0)}, 1, SW_GATE_NO_EVIDENCE,
        "the claim of ci " C1 " says too little: predicate.v must be \"clean\" but is missing",
        "ci must sign a newer claim of type " SCAN " that has the field", 1},
    {CLEAN, {CI("{\"v\":1}", 0)}, 1, SW_GATE_NO_EVIDENCE,
        "the claim of ci " C1
        " says too little: predicate.v must be \"clean\" and cannot be compared with the number 1",
        "ci must sign a newer claim of type " SCAN " that has the field", 1},
    {CLEAN, {CI("{\"v\":null}", 0)}, 1, SW_GATE_NO_EVIDENCE,
        "the claim of ci " C1 " says too little: predicate.v must be \"clean\" but is missing",
        "ci must sign a newer claim of type " SCAN " that has the field", 1},
    /* age */
    {FRESH, {CI("{\"v\":\"clean\"}", 30 * DAY)}, 1, SW_GATE_PASS,
        "the claim of ci " C1 " of 30 days ago meets every condition", "", 1},
    {FRESH, {CI("{\"v\":\"clean\"}", 30 * DAY + 1)}, 1, SW_GATE_NO_EVIDENCE,
        "the claim of ci " C1
        " is stale: it is 30 days old, more than the 30 days that this rule takes",
        "run: sealwright seal PATH", 1},
    {FRESH, {CI("{\"v\":\"clean\"}", 45 * DAY)}, 1, SW_GATE_NO_EVIDENCE,
        "the claim of ci " C1
        " is stale: it is 45 days old, more than the 30 days that this rule takes",
        "run: sealwright seal PATH", 1},
    {FRESH, {CI("{\"v\":\"bad\"}", 45 * DAY)}, 1, SW_GATE_FAIL,
        "the claim of ci " C1 " fails: predicate.v must be \"clean\" and is the text \"bad\"",
        "mend what was found, then ci must sign a newer claim of type " SCAN "; or write a waiver",
        1},
    {CLEAN, {CI("{\"v\":\"clean\"}", -300)}, 1, SW_GATE_PASS,
        "the claim of ci " C1 " of 0 seconds ago meets every condition", "", 1},
    {CLEAN, {CI("{\"v\":\"clean\"}", -301)}, 1, SW_GATE_NO_EVIDENCE,
        "the claim of ci " C1 " was recorded at 2026-01-01T00:05:01Z, which is still to come",
        "set the clock right, here or where the log is kept", 1},
    {CLEAN, {CI("{\"v\":\"bad\"}", -DAY)}, 1, SW_GATE_FAIL,
        "the claim of ci " C1 " fails: predicate.v must be \"clean\" and is the text \"bad\"",
        "mend what was found, then ci must sign a newer claim of type " SCAN "; or write a waiver",
        1},
    {FRESH, {CI("{\"v\":\"clean\"}", INT64_MAX)}, 1, SW_GATE_NO_EVIDENCE, NULL, NULL, 1},
    {FRESH, {CI("{\"v\":\"clean\"}", NOW - INT64_MAX)}, 1, SW_GATE_NO_EVIDENCE, NULL, NULL, 1},
    /* several claims, several signers */
    {CLEAN, {CI("{\"v\":\"bad\"}", DAY), CI("{\"v\":\"clean\"}", 60)}, 2, SW_GATE_PASS,
        "the claim of ci " C2 " of 1 minute ago meets every condition", "", 2},
    {CLEAN, {CI("{\"v\":\"clean\"}", DAY), CI("{\"v\":\"bad\"}", 60)}, 2, SW_GATE_FAIL, NULL, NULL,
        2},
    {CLEAN, {CI("{\"v\":\"clean\"}", 0), CI("{}", 0)}, 2, SW_GATE_NO_EVIDENCE, NULL, NULL, 2},
    {CLEAN, {CI("{\"v\":\"clean\"}", DAY), RELEASE("{\"v\":\"bad\"}", DAY)}, 2, SW_GATE_FAIL, NULL,
        NULL, 2},
    {CLEAN, {CI("{\"v\":\"bad\"}", DAY), RELEASE("{\"v\":\"clean\"}", DAY)}, 2, SW_GATE_FAIL, NULL,
        NULL, 1},
    {CLEAN, {CI("{}", DAY), RELEASE("{\"v\":\"clean\"}", DAY)}, 2, SW_GATE_PASS, NULL, "", 2},
    {FRESH, {CI("{\"v\":\"clean\"}", DAY), RELEASE("{\"v\":\"clean\"}", 90 * DAY)}, 2, SW_GATE_PASS,
        NULL, "", 1},
    {FRESH, {CI("{}", DAY), RELEASE("{\"v\":\"clean\"}", 90 * DAY)}, 2, SW_GATE_NO_EVIDENCE, NULL,
        NULL, 2},
    /* the time that a claim says: NOW is 2026-01-01T00:00:00Z */
    {CLEAN,
        {CI(AT("bad", "2025-12-30T00:00:00Z"), DAY), CI(AT("clean", "2025-12-20T00:00:00Z"), 60)},
        2, SW_GATE_FAIL, NULL, NULL, 1}, /* an old clean scan, imported late */
    {CLEAN,
        {CI(AT("clean", "2025-12-20T00:00:00Z"), DAY), CI(AT("bad", "2025-12-30T00:00:00Z"), 60)},
        2, SW_GATE_FAIL, NULL, NULL, 2},
    {CLEAN,
        {CI(AT("bad", "2025-12-20T00:00:00Z"), 60), CI(AT("clean", "2025-12-30T00:00:00Z"), DAY)},
        2, SW_GATE_PASS, "the claim of ci " C2 " of 2 days ago meets every condition", "", 2},
    {CLEAN, {CI(AT("clean", "2025-12-30"), 60), CI(AT("bad", "2025-12-29T23:59:59Z"), 59)}, 2,
        SW_GATE_PASS, NULL, "", 1},
    {CLEAN,
        {CI(AT("clean", "2025-12-30T00:00:00Z"), DAY), CI(AT("bad", "2025-12-30T00:00:00Z"), DAY)},
        2, SW_GATE_FAIL, NULL, NULL, 2}, /* at one time: by place in the log */
    {CLEAN,
        {CI(AT("bad", "2025-12-30T00:00:00Z"), DAY), CI(AT("clean", "2025-12-30T00:00:00Z"), DAY)},
        2, SW_GATE_PASS, NULL, "", 2},
    {CLEAN,
        {CI(AT("bad", "2025-12-30T01:00:00+01:00"), 60),
            CI(AT("clean", "2025-12-30T00:00:00Z"), DAY)},
        2, SW_GATE_PASS, NULL, "", 2},
    {CLEAN, {CI("{\"v\":\"bad\"}", DAY), CI(AT("clean", "2025-12-30T12:00:00Z"), 60)}, 2,
        SW_GATE_FAIL, NULL, NULL, 1}, /* one that says none was made when it was recorded */
    {CLEAN,
        {CI("{\"v\":\"bad\",\"scannedAt\":null}", DAY),
            CI(AT("clean", "2025-12-31T12:00:00Z"), 60)},
        2, SW_GATE_PASS, NULL, "", 2},
    {CLEAN,
        {CI(AT("bad", "2025-12-20T00:00:00Z"), DAY),
            RELEASE(AT("clean", "2025-12-30T00:00:00Z"), 60)},
        2, SW_GATE_FAIL, NULL, NULL, 1}, /* each signer has their own newest word */
    /* and its age */
    {FRESH, {CI(AT("clean", "2025-11-17T00:00:00Z"), 60)}, 1, SW_GATE_NO_EVIDENCE,
        "the claim of ci " C1
        " is stale: it is 45 days old, more than the 30 days that this rule takes",
        "run: sealwright seal PATH", 1},
    {FRESH, {CI(AT("clean", "2025-12-02T00:00:00Z"), 0)}, 1, SW_GATE_PASS,
        "the claim of ci " C1 " of 30 days ago meets every condition", "", 1},
    {FRESH, {CI(AT("clean", "1970-01-01"), 60)}, 1, SW_GATE_NO_EVIDENCE, NULL, NULL, 1},
    /* nothing was made after it was recorded */
    {CLEAN, {CI(AT("clean", "2026-01-01T00:04:00Z"), 60)}, 1, SW_GATE_PASS,
        "the claim of ci " C1 " of 1 minute ago meets every condition", "", 1},
    {CLEAN, {CI(AT("clean", "2026-01-01T00:04:01Z"), 60)}, 1, SW_GATE_NO_EVIDENCE,
        "the claim of ci " C1
        " says that it was made at 2026-01-01T00:04:01Z, 5 minutes after the log recorded it",
        "ci must sign a newer claim of type " SCAN
        " with the right time (is the clock right there, and where the log is kept?)",
        1},
    {CLEAN, {CI(AT("clean", "2025-12-31T00:00:00Z"), 3 * DAY)}, 1, SW_GATE_NO_EVIDENCE,
        "the claim of ci " C1
        " says that it was made at 2025-12-31T00:00:00Z, 2 days after the log recorded it",
        NULL, 1},
    {CLEAN, {CI(AT("bad", "9999-12-31T23:59:59Z"), DAY)}, 1, SW_GATE_FAIL, NULL, NULL, 1},
    {CLEAN,
        {CI(AT("bad", "9999-12-31T23:59:59Z"), DAY), CI(AT("clean", "2025-12-31T12:00:00Z"), 60)},
        2, SW_GATE_PASS, NULL, "", 2}, /* it was made when it was recorded, and the other later */
    {CLEAN,
        {CI(AT("clean", "9999-12-31T23:59:59Z"), DAY), CI(AT("bad", "2025-12-31T12:00:00Z"), 60)},
        2, SW_GATE_FAIL, NULL, NULL, 2},
    {CLEAN,
        {CI(AT("clean", "2025-12-30T00:00:00Z"), 2 * DAY),
            CI(AT("clean", "9999-12-31T23:59:59Z"), DAY)},
        2, SW_GATE_NO_EVIDENCE, NULL, NULL, 2},
    {CLEAN, {CI("{\"v\":\"clean\",\"scannedAt\":7}", 60)}, 1, SW_GATE_NO_EVIDENCE,
        "the claim of ci " C1 " does not say when it was made: predicate.scannedAt is no time",
        NULL, 1},
    {CLEAN, {CI(AT("clean", "yesterday"), 60), RELEASE(AT("clean", "2025-12-31T12:00:00Z"), 60)}, 2,
        SW_GATE_PASS, NULL, "", 2},
    {CLEAN, {CI(AT("bad", "yesterday"), 60)}, 1, SW_GATE_FAIL, NULL, NULL, 1},
    /* good news from the future counts only where there is nothing else */
    {CLEAN, {CI("{\"v\":\"clean\"}", -DAY), CI("{\"v\":\"clean\"}", 60)}, 2, SW_GATE_PASS, NULL, "",
        2},
    {CLEAN, {CI("{\"v\":\"bad\"}", 60), CI("{\"v\":\"clean\"}", -DAY)}, 2, SW_GATE_FAIL, NULL, NULL,
        1},
    {CLEAN, {CI("{\"v\":\"bad\"}", -DAY), CI("{\"v\":\"clean\"}", 60)}, 2, SW_GATE_FAIL, NULL, NULL,
        1},
    {CLEAN, {CI("{}", -DAY), CI("{\"v\":\"clean\"}", 60)}, 2, SW_GATE_NO_EVIDENCE, NULL, NULL, 1},
    {CLEAN, {CI(AT("clean", "2025-12-31T12:00:00Z"), -DAY)}, 1, SW_GATE_NO_EVIDENCE,
        "the claim of ci " C1 " was recorded at 2026-01-02T00:00:00Z, which is still to come", NULL,
        1},
    /* who signed */
    {CLEAN, {MALLORY}, 1, SW_GATE_NO_EVIDENCE,
        "1 claim of type " SCAN
        " found, none by a signer this rule accepts (newest: no trusted key fits)",
        "run: sealwright seal PATH", 0},
    {CLEAN, {CI("{\"v\":\"clean\"}", 0), MALLORY}, 2, SW_GATE_PASS, NULL, "", 1},
    {BY, {MALLORY, {"eve", "{\"v\":\"clean\"}", 0, SW_GATE_SIGNED, NULL}}, 2, SW_GATE_NO_EVIDENCE,
        "2 claims of type " SCAN
        " found, none by a signer this rule accepts (newest: eve signed it and is not named in "
        "'by')",
        "as ci or release run: sealwright seal PATH", 0},
    {BY, {CI("{\"v\":\"clean\"}", 0), {"eve", "{\"v\":\"bad\"}", 0, SW_GATE_SIGNED, NULL}}, 2,
        SW_GATE_PASS, NULL, "", 1},
    /* what cannot be read could be against it */
    {CLEAN, {DAMAGED}, 1, SW_GATE_NO_EVIDENCE,
        "1 claim of type " SCAN
        " is in the log but cannot be read, and could be against it (newest: "
        "the blob is missing)",
        "run: sealwright log verify, and restore the store from a copy", 0},
    {CLEAN, {CI("{\"v\":\"clean\"}", 0), DAMAGED}, 2, SW_GATE_NO_EVIDENCE, NULL, NULL, 0},
    {CLEAN, {DAMAGED, CI("{\"v\":\"clean\"}", 0)}, 2, SW_GATE_NO_EVIDENCE, NULL, NULL, 0},
    {CLEAN, {DAMAGED, CI("{\"v\":\"clean\"}", 0), RELEASE("{\"v\":\"clean\"}", 0)}, 3, SW_GATE_PASS,
        NULL, "", 3}, /* everybody has said something newer */
    {CLEAN, {DAMAGED, CI("{\"v\":\"bad\"}", 0)}, 2, SW_GATE_FAIL, NULL, NULL, 2},
    {CLEAN,
        {DAMAGED_AT(2 * DAY), CI(AT("clean", "2025-12-31T00:00:00Z"), 60),
            RELEASE(AT("clean", "2025-12-31T00:00:00Z"), 60)},
        3, SW_GATE_PASS, NULL, "", 3},
    {CLEAN,
        {DAMAGED_AT(2 * DAY), CI(AT("clean", "2025-12-31T00:00:00Z"), 60),
            RELEASE(AT("clean", "2025-12-29T00:00:00Z"), 60)},
        3, SW_GATE_NO_EVIDENCE, NULL, NULL, 0}, /* recorded later, but said before */
    /* forbidden */
    {FORBID, {{0}}, 0, SW_GATE_PASS, "no claim of type " SCAN " is about this subject", "", 0},
    {FORBID, {CI("{}", 400 * DAY)}, 1, SW_GATE_FAIL,
        "the claim of ci " C1 " is of type " SCAN ", which this rule forbids",
        "use another artifact, or write a waiver", 1},
    {FORBID, {CI("{}", -DAY)}, 1, SW_GATE_FAIL, NULL, NULL, 1},
    {FORBID, {MALLORY}, 1, SW_GATE_PASS,
        "1 claim of type " SCAN
        " found, none by a signer this rule accepts (newest: no trusted key fits)",
        "", 0},
    {FORBID, {MALLORY, DAMAGED}, 2, SW_GATE_NO_EVIDENCE, NULL, NULL, 0},
    {FORBID_WHERE, {CI("{\"s\":7}", 0)}, 1, SW_GATE_FAIL,
        "the claim of ci " C1 " is what this rule forbids: a claim of type " SCAN
        " in which predicate.s is at least 7",
        "ci must sign a newer claim that no longer matches; or write a waiver", 1},
    {FORBID_WHERE, {CI("{\"s\":6.9}", 0)}, 1, SW_GATE_PASS,
        "the claim of ci " C1 " is not what this rule forbids: predicate.s is the number 6.9", "",
        1},
    {FORBID_WHERE, {CI("{\"s\":9}", DAY), CI("{\"s\":0}", 0)}, 2, SW_GATE_PASS, NULL, "", 2},
    {FORBID_WHERE, {CI("{\"s\":\"high\"}", 0)}, 1, SW_GATE_NO_EVIDENCE,
        "the claim of ci " C1
        " says too little: predicate.s is the text \"high\", which cannot be compared with 7",
        "ci must sign a newer claim of type " SCAN " that has the field", 1},
    {FORBID_WHERE, {CI("{}", 0), RELEASE("{\"s\":1}", 0)}, 2, SW_GATE_NO_EVIDENCE, NULL, NULL, 1},
    {FORBID_WHERE, {CI("{\"s\":1}", -DAY)}, 1, SW_GATE_NO_EVIDENCE, NULL, NULL, 1},
    {FORBID_WHERE, {CI("{\"s\":1}", -DAY), CI("{\"s\":1}", 60)}, 2, SW_GATE_PASS, NULL, "", 2},
    {FORBID_WHERE, {CI("{\"s\":1,\"scannedAt\":\"9999-01-01\"}", DAY)}, 1, SW_GATE_NO_EVIDENCE,
        NULL, NULL, 1},
    {FORBID_WHERE, {CI("{\"s\":9,\"scannedAt\":\"9999-01-01\"}", DAY)}, 1, SW_GATE_FAIL, NULL, NULL,
        1},
    {FORBID_WHERE,
        {CI("{\"s\":9,\"scannedAt\":\"2025-12-30\"}", DAY),
            CI("{\"s\":0,\"scannedAt\":\"2025-12-20\"}", 60)},
        2, SW_GATE_FAIL, NULL, NULL, 1},
};

static void check_row(const struct row *row, size_t index)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct source claims = {row->claims, row->count, 0, SW_OK};
    struct sw_decision decision;
    decide(&arena, row->policy, &claims, 2, &decision);
    assert_int_equal(decision.rule_count, 1);
    const struct sw_gate_rule *rule = &decision.rules[0];
    if (rule->verdict != row->verdict || decision.verdict != row->verdict) {
        fail_msg("row %zu: %s: %s", index, sw_gate_verdict_name(rule->verdict), rule->reason);
    }
    assert_string_equal(rule->reason, row->reason != NULL ? row->reason : rule->reason);
    assert_string_equal(rule->satisfy, row->satisfy != NULL ? row->satisfy : rule->satisfy);
    assert_int_equal(rule->satisfy[0] == '\0', rule->verdict == SW_GATE_PASS);
    assert_int_equal(rule->claim.alg == 0 ? 0 : rule->claim.bytes[0], row->decided_by);
}

static void each_rule_is_decided_as_the_language_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        check_row(&rows[i], i);
    }
}

static void one_condition_that_fails_outweighs_one_that_cannot_be_decided(void **state)
{
    (void)state;
    static const char policy[] = ANY "    where:\n"
                                     "      - {field: predicate.missing, equals: 1}\n"
                                     "      - {field: predicate.v, equals: clean}\n";
    static const struct claim bad = CI("{\"v\":\"bad\"}", 0);
    static const struct claim clean = CI("{\"v\":\"clean\"}", 0);
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_decision decision;
    decide(&arena, policy, &(struct source){&bad, 1, 0, SW_OK}, 1, &decision);
    assert_int_equal(decision.verdict, SW_GATE_FAIL);
    decide(&arena, policy, &(struct source){&clean, 1, 0, SW_OK}, 1, &decision);
    assert_int_equal(decision.verdict, SW_GATE_NO_EVIDENCE);
}

static void fail_outweighs_no_evidence_and_that_outweighs_pass(void **state)
{
    (void)state;
    static const struct claim claim = CI("{\"v\":1}", 0);
#define RULE(name, field, value)                                                    \
    "  - name: " name "\n    claim: " SCAN "\n    where: [{field: predicate." field \
    ", equals: " value "}]\n"
    static const struct {
        const char *policy;
        enum sw_gate_verdict verdict;
    } cases[] = {
        {"version: 1\nname: p\n", SW_GATE_NO_EVIDENCE},
        {"version: 1\nname: p\nrules: []\n", SW_GATE_NO_EVIDENCE},
        {"version: 1\nname: p\nrules:\n" RULE("a", "v", "1"), SW_GATE_PASS},
        {"version: 1\nname: p\nrules:\n" RULE("a", "v", "1") RULE("b", "w", "1"),
            SW_GATE_NO_EVIDENCE},
        {"version: 1\nname: p\nrules:\n" RULE("a", "w", "1") RULE("b", "v", "1"),
            SW_GATE_NO_EVIDENCE},
        {"version: 1\nname: p\nrules:\n" RULE("a", "w", "1") RULE("b", "v", "2")
                RULE("c", "v", "1"),
            SW_GATE_FAIL},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_decision decision;
        decide(&arena, cases[i].policy, &(struct source){&claim, 1, 0, SW_OK}, 1, &decision);
        assert_int_equal(decision.verdict, cases[i].verdict);
        assert_string_equal(decision.policy_name, "p");
        assert_int_equal(decision.time, NOW);
    }
}

#define WAIVER(rule, subject, expires)                 \
    "waivers:\n  - {rule: " rule ", subject: " subject \
    ", owner: jane@example.com, reason: ticket "       \
    "12, expires: " expires "}\n"

static void a_waiver_counts_for_its_rule_its_artifact_and_its_time_only(void **state)
{
    (void)state;
    static const struct claim bad = CI("{\"v\":\"bad\"}", 0);
    static const struct {
        const char *policy;
        enum sw_gate_verdict verdict;
    } cases[] = {
        {CLEAN WAIVER("r", SUBJECT, "2026-01-02"), SW_GATE_PASS},
        {CLEAN WAIVER("r", SUBJECT, "2026-01-01T00:00:01Z"), SW_GATE_PASS},
        {CLEAN WAIVER("r", SUBJECT, "2026-01-01"), SW_GATE_FAIL},
        {CLEAN WAIVER("r", SUBJECT, "2025-12-31"), SW_GATE_FAIL},
        {CLEAN WAIVER("r", OTHER, "2026-01-02"), SW_GATE_FAIL},
        {CLEAN WAIVER("R", SUBJECT, "2026-01-02"), SW_GATE_FAIL},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_decision decision;
        decide(&arena, cases[i].policy, &(struct source){&bad, 1, 0, SW_OK}, 1, &decision);
        assert_int_equal(decision.verdict, cases[i].verdict);
        assert_int_equal(decision.rules[0].waived, cases[i].verdict == SW_GATE_PASS);
    }
}

static void a_waived_rule_says_who_why_until_when_and_what_it_hides(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct source none = {NULL, 0, 0, SW_OK};
    struct sw_decision decision;
    decide(&arena, CLEAN WAIVER("r", SUBJECT, "2026-06-30"), &none, 1, &decision);
    assert_true(decision.rules[0].waived);
    assert_string_equal(decision.rules[0].satisfy, "");
    assert_string_equal(decision.rules[0].reason,
        "waived by jane@example.com until 2026-06-30T00:00:00Z because \"ticket 12\"; without the "
        "waiver no-evidence: no claim of type " SCAN " is about this subject");
}

static void a_waiver_that_is_not_needed_does_not_show(void **state)
{
    (void)state;
    static const struct claim clean = CI("{\"v\":\"clean\"}", 0);
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_decision decision;
    decide(&arena, CLEAN WAIVER("r", SUBJECT, "2026-06-30"), &(struct source){&clean, 1, 0, SW_OK},
        1, &decision);
    assert_int_equal(decision.verdict, SW_GATE_PASS);
    assert_false(decision.rules[0].waived);
}

static void a_store_that_cannot_be_read_is_an_error_and_no_verdict(void **state)
{
    (void)state;
    static const struct claim clean = CI("{\"v\":\"clean\"}", 0);
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct source claims = {&clean, 1, 0, SW_E_IO};
    struct sw_gate_source source = {&claims, 1, list_claims, read_claim};
    struct sw_gate_question question = {.now = NOW};
    struct sw_decision decision = {.policy_name = "untouched"};
    struct sw_error err = {0};
    assert_int_equal(
        sw_gate_decide_over(&arena, parse(&arena, CLEAN), &source, &question, &decision, &err),
        SW_E_IO);
    assert_string_equal(err.text, "the disk is gone");
    assert_string_equal(decision.policy_name, "untouched");
}

static void reading_stops_when_everybody_was_heard(void **state)
{
    (void)state;
    static const struct claim claims[] = {CI("{\"v\":\"clean\"}", 4), CI("{\"v\":\"clean\"}", 3),
        RELEASE("{\"v\":\"clean\"}", 2), CI("{\"v\":\"clean\"}", 1)};
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct source source = {claims, SW_COUNT(claims), 0, SW_OK};
    struct sw_decision decision;
    decide(&arena, CLEAN, &source, 2, &decision);
    assert_int_equal(source.reads, 2);
    assert_int_equal(decision.rules[0].weighed_count, 2);
    assert_int_equal(decision.rules[0].weighed[0].bytes[0], 4);
    assert_int_equal(decision.rules[0].weighed[1].bytes[0], 3);
}

/* What was recorded before everybody's newest word cannot be newer; what came later can be older.
 */
static void reading_goes_on_while_something_newer_may_come(void **state)
{
    (void)state;
    static const struct claim claims[] = {CI(AT("bad", "2025-12-29T00:00:00Z"), 3 * DAY),
        CI(AT("bad", "2025-12-30T00:00:00Z"), 2 * DAY),
        RELEASE(AT("clean", "2025-12-31T00:00:00Z"), DAY),
        CI(AT("clean", "2025-12-29T12:00:00Z"), 60)};
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct source source = {claims, SW_COUNT(claims), 0, SW_OK};
    struct sw_decision decision;
    decide(&arena, CLEAN, &source, 2, &decision);
    assert_int_equal(source.reads, 3);
    assert_int_equal(decision.verdict, SW_GATE_FAIL);
    assert_int_equal(decision.rules[0].claim.bytes[0], 2);
    assert_int_equal(decision.rules[0].weighed_count, 2);
}

static void without_any_trusted_signer_nothing_counts(void **state)
{
    (void)state;
    static const struct claim claims[] = {MALLORY, MALLORY};
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_decision decision;
    decide(&arena, CLEAN, &(struct source){claims, 2, 0, SW_OK}, 0, &decision);
    assert_int_equal(decision.verdict, SW_GATE_NO_EVIDENCE);
    assert_memory_equal(decision.rules[0].reason, "2 claims", 8);
}

static void a_signer_name_cannot_reach_a_terminal(void **state)
{
    (void)state;
    static const struct claim claims[] = {{"\x1b[2Jx", "{\"v\":\"bad\"}", 0, SW_GATE_SIGNED, NULL}};
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_decision decision;
    decide(&arena, CLEAN, &(struct source){claims, 1, 0, SW_OK}, 1, &decision);
    assert_null(strchr(decision.rules[0].reason, '\x1b'));
    assert_null(strchr(decision.rules[0].satisfy, '\x1b'));
    decide(&arena, BY, &(struct source){claims, 1, 0, SW_OK}, 1, &decision);
    assert_null(strchr(decision.rules[0].reason, '\x1b'));
}

static void a_span_is_told_in_its_largest_fitting_unit(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
    } spans[] = {
        {0, "0 seconds"},
        {1, "1 second"},
        {59, "59 seconds"},
        {60, "1 minute"},
        {61, "61 seconds"},
        {120, "2 minutes"},
        {3600, "1 hour"},
        {5400, "90 minutes"},
        {7200, "2 hours"},
        {86400, "1 day"},
        {100000, "27 hours"},
        {172800, "2 days"},
        {INT64_MAX, "106751991167300 days"},
    };
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    for (size_t i = 0; i < SW_COUNT(spans); i++) {
        assert_string_equal(sw_gate_span(&arena, spans[i].seconds), spans[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_is_decided_as_the_language_says),
        cmocka_unit_test(one_condition_that_fails_outweighs_one_that_cannot_be_decided),
        cmocka_unit_test(fail_outweighs_no_evidence_and_that_outweighs_pass),
        cmocka_unit_test(a_waiver_counts_for_its_rule_its_artifact_and_its_time_only),
        cmocka_unit_test(a_waived_rule_says_who_why_until_when_and_what_it_hides),
        cmocka_unit_test(a_waiver_that_is_not_needed_does_not_show),
        cmocka_unit_test(a_store_that_cannot_be_read_is_an_error_and_no_verdict),
        cmocka_unit_test(reading_stops_when_everybody_was_heard),
        cmocka_unit_test(reading_goes_on_while_something_newer_may_come),
        cmocka_unit_test(without_any_trusted_signer_nothing_counts),
        cmocka_unit_test(a_signer_name_cannot_reach_a_terminal),
        cmocka_unit_test(a_span_is_told_in_its_largest_fitting_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
