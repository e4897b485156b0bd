#include "policy/claim_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define RECORDED ((int64_t)1767225600) /* 2026-01-01T00:00:00Z */
#define MADE (RECORDED - 86400)
#define DAY_BEFORE "\"2025-12-31T00:00:00Z\""

static struct sw_claim_time time_of(
    struct sw_arena *arena, const char *type, const char *predicate, int64_t recorded)
{
    struct sw_json *root = SW_ARENA_NEW(arena, struct sw_json);
    const char *text = sw_arena_printf(arena, "{\"predicate\":%s}", predicate);
    assert_non_null(root);
    assert_non_null(text);
    assert_int_equal(sw_json_parse(arena, sw_bytes(text, strlen(text)), NULL, root, NULL), SW_OK);
    return sw_claim_time_of(root, sw_str(type), recorded);
}

static void each_type_says_its_time_where_its_specification_puts_it(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        const char *predicate;
        bool says;
    } rows[] = {
        {"urn:sealwright:claim:scan:v1", "{\"scannedAt\":" DAY_BEFORE "}", true},
        {"urn:sealwright:claim:dataset:v1", "{\"time\":" DAY_BEFORE "}", true},
        {"urn:sealwright:claim:taint:v1", "{\"time\":" DAY_BEFORE "}", true},
        {"urn:sealwright:claim:dataset:v1", "{\"scannedAt\":" DAY_BEFORE "}", false},
        {"https://slsa.dev/verification_summary/v1", "{\"timeVerified\":" DAY_BEFORE "}", true},
        {"https://slsa.dev/provenance/v1",
            "{\"runDetails\":{\"metadata\":{\"finishedOn\":" DAY_BEFORE "}}}", true},
        {"https://slsa.dev/provenance/v1",
            "{\"runDetails\":{\"metadata\":{\"startedOn\":" DAY_BEFORE "}}}", false},
        {"https://slsa.dev/provenance/v0.2", "{\"metadata\":{\"buildFinishedOn\":" DAY_BEFORE "}}",
            true},
        {"https://slsa.dev/provenance/v2",
            "{\"runDetails\":{\"metadata\":{\"finishedOn\":" DAY_BEFORE "}}}", false},
        {"https://in-toto.io/attestation/vulns/v0.2",
            "{\"metadata\":{\"scanFinishedOn\":" DAY_BEFORE "}}", true},
        {"https://in-toto.io/attestation/vulns",
            "{\"metadata\":{\"scanFinishedOn\":" DAY_BEFORE "}}", true},
        {"https://cosign.sigstore.dev/attestation/vuln/v1",
            "{\"metadata\":{\"scanFinishedOn\":" DAY_BEFORE "}}", true},
        {"https://in-toto.io/attestation/runtime-trace/v0.1",
            "{\"metadata\":{\"buildFinishedOn\":" DAY_BEFORE "}}", true},
        {"https://in-toto.io/attestation/svr/v0.1", "{\"timeCreated\":" DAY_BEFORE "}", true},
        {"https://cyclonedx.org/bom", "{\"metadata\":{\"timestamp\":" DAY_BEFORE "}}", true},
        {"https://cyclonedx.org/bom/v1.6", "{\"metadata\":{\"timestamp\":" DAY_BEFORE "}}", true},
        {"https://spdx.dev/Document", "{\"creationInfo\":{\"created\":" DAY_BEFORE "}}", true},
        {"https://spdx.dev/Document/v2.3", "{\"creationInfo\":{\"created\":" DAY_BEFORE "}}", true},
        {"https://openvex.dev/ns/v0.2.0", "{\"timestamp\":" DAY_BEFORE "}", true},
        {"https://openvex.dev/ns/v0.2.0",
            "{\"timestamp\":\"2020-01-01\",\"last_updated\":" DAY_BEFORE "}", true},
        {"https://in-toto.io/attestation/test-result/v0.1", "{\"time\":" DAY_BEFORE "}", false},
        {"https://model_signing/signature/v1.0", "{\"time\":" DAY_BEFORE "}", false},
        {"", "{\"time\":" DAY_BEFORE "}", false},
    };
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_claim_time time = time_of(&arena, rows[i].type, rows[i].predicate, RECORDED);
        if (time.made != (rows[i].says ? MADE : RECORDED) || time.fault != SW_CLAIM_TIME_GOOD ||
            (time.field != NULL) != rows[i].says) {
            fail_msg("row %zu: %s", i, rows[i].type);
        }
    }
}

static void nothing_was_made_after_it_was_recorded(void **state)
{
    (void)state;
    static const struct {
        const char *scanned;
        int64_t recorded;
        int64_t made;
        enum sw_claim_time_fault fault;
    } rows[] = {
        {"{}", RECORDED, RECORDED, SW_CLAIM_TIME_GOOD},
        {"{\"scannedAt\":null}", RECORDED, RECORDED, SW_CLAIM_TIME_GOOD},
        {"{\"scannedAt\":\"2026-01-01T00:00:00Z\"}", RECORDED, RECORDED, SW_CLAIM_TIME_GOOD},
        {"{\"scannedAt\":\"2025-12-31T23:59:59.999Z\"}", RECORDED, RECORDED - 1,
            SW_CLAIM_TIME_GOOD},
        {"{\"scannedAt\":\"2026-01-01\"}", RECORDED, RECORDED, SW_CLAIM_TIME_GOOD},
        {"{\"scannedAt\":\"2026-01-01T00:05:00Z\"}", RECORDED, RECORDED, SW_CLAIM_TIME_GOOD},
        {"{\"scannedAt\":\"2026-01-01T00:05:01Z\"}", RECORDED, RECORDED, SW_CLAIM_TIME_AHEAD},
        {"{\"scannedAt\":\"9999-12-31T23:59:59Z\"}", INT64_MIN, INT64_MIN, SW_CLAIM_TIME_AHEAD},
        {"{\"scannedAt\":\"0000-01-01\"}", INT64_MAX, -62167219200, SW_CLAIM_TIME_GOOD},
        {"{\"scannedAt\":\"\"}", RECORDED, RECORDED, SW_CLAIM_TIME_UNREADABLE},
        {"{\"scannedAt\":\"2026-01-01 00:00:00\"}", RECORDED, RECORDED, SW_CLAIM_TIME_UNREADABLE},
        {"{\"scannedAt\":\"2026-01-01T00:00:00\"}", RECORDED, RECORDED, SW_CLAIM_TIME_UNREADABLE},
        {"{\"scannedAt\":\"2025-02-30T00:00:00Z\"}", RECORDED, RECORDED, SW_CLAIM_TIME_UNREADABLE},
        {"{\"scannedAt\":1767225600}", RECORDED, RECORDED, SW_CLAIM_TIME_UNREADABLE},
        {"{\"scannedAt\":{}}", RECORDED, RECORDED, SW_CLAIM_TIME_UNREADABLE},
        {"{\"scannedAt\":[\"2025-12-31T00:00:00Z\"]}", RECORDED, RECORDED,
            SW_CLAIM_TIME_UNREADABLE},
    };
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_claim_time time =
            time_of(&arena, SW_PREDICATE_SCAN, rows[i].scanned, rows[i].recorded);
        if (time.made != rows[i].made || time.fault != rows[i].fault) {
            fail_msg("row %zu: %s: %lld", i, rows[i].scanned, (long long)time.made);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_says_its_time_where_its_specification_puts_it),
        cmocka_unit_test(nothing_was_made_after_it_was_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
