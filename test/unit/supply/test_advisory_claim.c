#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/advisory_claim.h"
#include "supply/vex.h"

static const struct sw_str ids[] = {{"CVE-2026-1", 10}, {"GHSA-x", 6}};

static struct sw_json parse(struct sw_arena *arena, const char *text)
{
    struct sw_json json;
    assert_int_equal(sw_json_parse(arena, sw_bytes_of_str(sw_str(text)), NULL, &json, NULL), SW_OK);
    return json;
}

/* One finding of one component. */
struct one {
    struct sw_component component;
    struct sw_components components;
    struct sw_advisory_checked checked;
    struct sw_advisory_finding finding;
    struct sw_advisory_report report;
};

static void make(struct one *o)
{
    *o = (struct one){
        .component = {.name = sw_str("a"), .version = sw_str("1"), .text = sw_str("pkg:pypi/a@1")},
        .checked = {.state = SW_ADVISORY_AFFECTED, .date = 0},
        .finding = {.id = ids[0], .ids = ids, .id_count = 2, .cvss = 98, .cvss_version = 31}};
    o->components = (struct sw_components){.items = &o->component, .count = 1};
    o->report = (struct sw_advisory_report){.components = &o->components,
        .checked = &o->checked,
        .findings = &o->finding,
        .finding_count = 1,
        .open = 1,
        .date = 0,
        .states = {[SW_ADVISORY_AFFECTED] = 1}};
}

static void severities_are_counted_where_findings_count(void **state)
{
    (void)state;
    struct one o;
    struct sw_advisory_counts counts;
    const struct sw_vex_statement said = {.status = SW_VEX_AFFECTED};
    const struct sw_vex_statement closed = {.status = SW_VEX_NOT_AFFECTED};
    make(&o);
    sw_advisory_count(&o.report, false, &counts);
    assert_int_equal(counts.total, 1);
    assert_int_equal(counts.by_severity[0], 1);
    o.finding.vex = &said;
    sw_advisory_count(&o.report, false, &counts);
    assert_int_equal(counts.total, 1); /* who says that it is affected closes nothing */
    sw_advisory_count(&o.report, true, &counts);
    assert_int_equal(counts.total, 0); /* but it was spoken of */
    o.finding.vex = &closed;
    sw_advisory_count(&o.report, false, &counts);
    assert_int_equal(counts.total, 0);
    o.finding.vex = NULL;
    o.finding.withdrawn = true;
    sw_advisory_count(&o.report, false, &counts);
    assert_int_equal(counts.total, 0);
    o.finding.withdrawn = false;
    o.finding.undecided = true;
    sw_advisory_count(&o.report, false, &counts);
    assert_int_equal(counts.total, 0);
}

static void an_answer_tells_its_findings(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct one o;
    make(&o);
    sw_arena_init(&arena, 0);
    const struct sw_vulns_claim claim = {.report = &o.report, .version = "1", .finished = 86400};
    assert_int_equal(sw_vulns_write(&arena, &claim, &text), SW_OK);
    struct sw_json made = parse(&arena, sw_buf_cstr(&text));
    assert_true(sw_vulns_tells(&made, &o.report, &o.finding));
    assert_false(sw_vulns_tells(NULL, &o.report, &o.finding));
    o.finding.ids = &ids[1]; /* under its other name */
    o.finding.id_count = 1;
    assert_true(sw_vulns_tells(&made, &o.report, &o.finding));
    o.component.version = sw_str("2");
    assert_false(sw_vulns_tells(&made, &o.report, &o.finding));
    o.component.version = sw_str("1");
    o.component.text = sw_str("pkg:pypi/b@1");
    assert_false(sw_vulns_tells(&made, &o.report, &o.finding));
}

static void an_undecided_finding_is_not_told(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct one o;
    make(&o);
    sw_arena_init(&arena, 0);
    o.finding.undecided = true;
    const struct sw_vulns_claim claim = {.report = &o.report, .version = "1"};
    assert_int_equal(sw_vulns_write(&arena, &claim, &text), SW_OK);
    struct sw_json made = parse(&arena, sw_buf_cstr(&text));
    o.finding.undecided = false; /* now it is known to affect */
    assert_false(sw_vulns_tells(&made, &o.report, &o.finding));
}

static void vex_that_is_missing_is_named(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct one o;
    struct sw_vulns_vex vex[2] = {{.file = "dir/a.json"}, {.file = "b.json"}};
    make(&o);
    sw_arena_init(&arena, 0);
    sw_sha256(sw_bytes_of_str(sw_str("a")), &vex[0].digest);
    sw_sha256(sw_bytes_of_str(sw_str("b")), &vex[1].digest);
    const struct sw_vulns_claim claim = {
        .report = &o.report, .version = "1", .vex = vex, .vex_count = 2};
    assert_int_equal(sw_vulns_write(&arena, &claim, &text), SW_OK);
    assert_null(strstr(sw_buf_cstr(&text), "dir/"));
    struct sw_json made = parse(&arena, sw_buf_cstr(&text));
    assert_int_equal(sw_vulns_vex_missing(&made, vex, 2).alg, 0);
    const struct sw_digest missing = sw_vulns_vex_missing(&made, vex, 1);
    assert_true(sw_digest_equal(&missing, &vex[1].digest));
    assert_int_equal(sw_vulns_vex_missing(NULL, NULL, 0).alg, 0);
}

static void vex_of_the_same_name_is_a_later_state(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct one o;
    struct sw_vulns_vex vex[2] = {{.file = "x/v.json"}, {.file = "y/v.json"}};
    make(&o);
    sw_arena_init(&arena, 0);
    sw_sha256(sw_bytes_of_str(sw_str("x")), &vex[0].digest);
    sw_sha256(sw_bytes_of_str(sw_str("y")), &vex[1].digest);
    const struct sw_vulns_claim claim = {
        .report = &o.report, .version = "1", .vex = vex, .vex_count = 2};
    assert_int_equal(sw_vulns_write(&arena, &claim, &text), SW_OK);
    struct sw_json made = parse(&arena, sw_buf_cstr(&text));
    const struct sw_digest first = vex[0].digest;
    sw_sha256(sw_bytes_of_str(sw_str("x, later")), &vex[0].digest);
    assert_int_equal(sw_vulns_vex_missing(&made, vex, 2).alg, 0);
    /* one file does not stand for both */
    struct sw_digest missing = sw_vulns_vex_missing(&made, vex, 1);
    assert_true(sw_digest_equal(&missing, &first));
    /* nor does one that the claim knows as another stand for it */
    missing = sw_vulns_vex_missing(&made, &vex[1], 1);
    assert_true(sw_digest_equal(&missing, &first));
    vex[0].file = "z.json";
    missing = sw_vulns_vex_missing(&made, vex, 2);
    assert_true(sw_digest_equal(&missing, &first));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(severities_are_counted_where_findings_count),
        cmocka_unit_test(an_answer_tells_its_findings),
        cmocka_unit_test(an_undecided_finding_is_not_told),
        cmocka_unit_test(vex_that_is_missing_is_named),
        cmocka_unit_test(vex_of_the_same_name_is_a_later_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
