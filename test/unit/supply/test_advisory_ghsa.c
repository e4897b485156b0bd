#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/advisory_ghsa.h"

#define RANGED(range)                                                                           \
    "{\"ghsa_id\":\"GHSA-x\",\"updated_at\":\"2026-01-01T00:00:00Z\",\"vulnerabilities\":["     \
    "{\"package\":{\"ecosystem\":\"pip\",\"name\":\"a\"},\"vulnerable_version_range\":\"" range \
    "\"}]}"

static struct sw_json parse(struct sw_arena *arena, const char *text)
{
    struct sw_json json;
    struct sw_error err = {0};
    if (sw_json_parse(arena, sw_bytes_of_str(sw_str(text)), NULL, &json, &err) != SW_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    return json;
}

/* The events of the first range, as "introduced 1.0, fixed 2.0". */
static void expect_events(const char *document, const char *want)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf osv = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf got = SW_BUF_INIT;
    sw_arena_init(&arena, 0);
    struct sw_json json = parse(&arena, document);
    assert_int_equal(sw_ghsa_to_osv(&json, &osv, NULL), SW_OK);
    struct sw_json made = parse(&arena, sw_buf_cstr(&osv));
    SW_JSON_EACH (event, sw_json_path(&made, sw_str("affected.0.ranges.0.events"))) {
        SW_JSON_EACH_MEMBER (member, event) {
            assert_int_equal(
                sw_buf_printf(&got, "%s" SW_STR_FMT " " SW_STR_FMT, got.len == 0 ? "" : ", ",
                    SW_STR_ARG(member->name), SW_STR_ARG(member->value.text)),
                SW_OK);
        }
    }
    assert_string_equal(sw_buf_cstr(&got), want);
}

static void ranges_become_events(void **state)
{
    (void)state;
    expect_events(RANGED(">= 1.0, < 2.0"), "introduced 1.0, fixed 2.0");
    expect_events(RANGED("< 2.0"), "introduced 0, fixed 2.0");
    expect_events(RANGED("<=2.0"), "introduced 0, last_affected 2.0");
    expect_events(RANGED("= 2.0"), "introduced 2.0, last_affected 2.0");
    expect_events(RANGED("> 1.0,<= 1.2"), "introduced_after 1.0, last_affected 1.2");
    expect_events(RANGED(">= 1.0"), "introduced 1.0");
    expect_events(RANGED(""), "introduced 0");
}

static void what_is_no_range_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {RANGED("1.0"), RANGED("~> 1.0"), RANGED(">= "),
        RANGED(">= 1.0 < 2.0"), RANGED("=> 1.0"), RANGED("!= 1.0"), RANGED(", < 2.0")};
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        SW_CLEANUP(buf) struct sw_buf osv = SW_BUF_INIT;
        struct sw_error err = {0};
        sw_arena_init(&arena, 0);
        struct sw_json json = parse(&arena, bad[i]);
        if (sw_ghsa_to_osv(&json, &osv, &err) != SW_E_FORMAT) {
            fail_msg("%s was taken", bad[i]);
        }
        assert_non_null(strstr(err.text, "is no range"));
    }
}

static void all_shapes_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool single;
        int count; /* -1: nothing of these */
    } rows[] = {
        {"{\"ghsa_id\":\"GHSA-x\"}", true, 1},
        {"[{\"ghsa_id\":\"GHSA-x\"},{\"ghsa_id\":\"GHSA-y\"}]", false, 2},
        {"{\"data\":{\"securityAdvisories\":{\"nodes\":[{\"ghsaId\":\"GHSA-x\"}]}}}", false, 1},
        {"{\"data\":{\"securityAdvisory\":{\"ghsaId\":\"GHSA-x\"}}}", true, 1},
        {"{\"securityAdvisories\":{\"nodes\":[{\"ghsaId\":\"GHSA-x\"}]}}", false, 1},
        {"{\"id\":\"GHSA-x\",\"modified\":\"2026-01-01T00:00:00Z\"}", false, -1},
        {"[]", false, -1},
        {"[{\"id\":1}]", false, -1},
        {"{\"database_specific\":{\"ghsa_id\":\"x\"}}", false, -1},
        {"3", false, -1},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        bool single = false;
        sw_arena_init(&arena, 0);
        struct sw_json json = parse(&arena, rows[i].text);
        const struct sw_json *list = sw_ghsa_list(&json, &single);
        assert_int_equal(single, rows[i].single);
        assert_int_equal(list == NULL ? -1 : single ? 1 : (int)list->count, rows[i].count);
    }
}

static void probabilities_are_shares(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        unsigned score, percentile;
    } rows[] = {
        {"{\"cve_id\":\"CVE-2026-1\",\"epss\":{\"percentage\":0.5,\"percentile\":\"0.25\"}}", true,
            50000, 25000},
        {"{\"identifiers\":[{\"value\":\"CVE-2026-1\"}],\"epss\":{\"percentage\":1,\"percentile\":"
         "0}}",
            true, 100000, 0},
        {"{\"cve_id\":\"CVE-2026-1\",\"epss\":{\"percentage\":1.5,\"percentile\":0}}", false, 0, 0},
        {"{\"cve_id\":\"CVE-2026-1\",\"epss\":{\"percentage\":\"x\",\"percentile\":0}}", false, 0,
            0},
        {"{\"cve_id\":\"CVE-2026-1\",\"epss\":{\"percentage\":\"\",\"percentile\":0}}", false, 0,
            0},
        {"{\"cve_id\":\"CVE-2026-1\",\"epss\":null}", false, 0, 0},
        {"{\"epss\":{\"percentage\":0.5,\"percentile\":0.5}}", false, 0, 0},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_str cve;
        unsigned score = 0;
        unsigned percentile = 0;
        sw_arena_init(&arena, 0);
        struct sw_json json = parse(&arena, rows[i].text);
        assert_int_equal(sw_ghsa_epss(&arena, &json, &cve, &score, &percentile), rows[i].good);
        if (rows[i].good) {
            assert_int_equal(score, rows[i].score);
            assert_int_equal(percentile, rows[i].percentile);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_become_events),
        cmocka_unit_test(what_is_no_range_is_refused),
        cmocka_unit_test(all_shapes_are_found),
        cmocka_unit_test(probabilities_are_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
