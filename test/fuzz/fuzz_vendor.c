/* Records of vendors, and claims of them. 'r': a record, whose risk is within its bounds, and whose
 * claim comes back as it was. 'c': the predicate of a claim: what is taken is written the same
 * again. 'h': a host and a rule, between them a line break. */
#include "supply/vendor.h"

#include <stdlib.h>

#define NOW INT64_C(1795824000) /* 2026-11-28 */

static void insist(bool holds)
{
    if (!holds) {
        abort();
    }
}

static enum sw_code read_claim(
    struct sw_arena *arena, struct sw_bytes predicate, struct sw_str name, struct sw_vendor *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_subject subject = {.name = sw_str("vendor")};
    struct sw_statement statement;
    struct sw_error why = {0};
    sw_vendor_subject(name, &subject.digest);
    if (sw_statement_write(&text, &subject, 1, SW_PREDICATE_VENDOR, predicate, &why) != SW_OK) {
        return SW_E_FORMAT;
    }
    const void *kept = sw_arena_copy(arena, sw_buf_bytes(&text));
    insist(kept != NULL);
    insist(sw_statement_parse(arena, sw_bytes(kept, text.len), &statement, &why) == SW_OK);
    return sw_vendor_claim_read(arena, &statement, out, &why);
}

/* What a vendor covers does not fail, whatever its record says. */
static void ask(struct sw_arena *arena, const struct sw_vendor *vendor)
{
    struct sw_vendor_claim claim = {.vendor = *vendor, .signer = "signer"};
    struct sw_vendor_cover cover;
    for (size_t i = 0; i < vendor->service_count; i++) {
        const struct sw_vendor_service *service = &vendor->services[i];
        for (size_t k = 0; k < service->host_count; k++) {
            const struct sw_vendor_asked asked = {.host = service->hosts[k]};
            bool whole = service->hosts[k].ptr[0] != '.';
            insist(sw_vendor_cover(arena, &claim, 1, &asked, NOW, &cover) == SW_OK);
            insist((cover.claim != NULL) == whole);
        }
        const struct sw_vendor_asked asked = {.name = service->name};
        insist(sw_vendor_cover(arena, &claim, 1, &asked, NOW, &cover) == SW_OK);
        insist(cover.claim != NULL);
    }
}

static void round_trip(struct sw_arena *arena, const struct sw_vendor *vendor)
{
    SW_CLEANUP(buf) struct sw_buf once = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf twice = SW_BUF_INIT;
    struct sw_vendor back;
    insist(sw_vendor_claim_write(vendor, &once) == SW_OK);
    insist(read_claim(arena, sw_buf_bytes(&once), vendor->name, &back) == SW_OK);
    insist(sw_vendor_claim_write(&back, &twice) == SW_OK);
    insist(sw_bytes_equal(sw_buf_bytes(&once), sw_buf_bytes(&twice)));
}

static bool can_be_signed(struct sw_arena *arena, const struct sw_vendor *vendor)
{
    struct sw_vendor_finding *list = NULL;
    size_t count = 0;
    bool good = true;
    insist(sw_vendor_check(arena, vendor, NOW, &list, &count) == SW_OK);
    for (size_t i = 0; i < count; i++) {
        good = good && (unsigned)vendor->review.decision >= list[i].bars;
    }
    for (size_t i = 0; i < vendor->document_count; i++) {
        good = good && vendor->documents[i].digest.alg != 0; /* nothing is hashed here */
    }
    return good;
}

static void try_record(struct sw_arena *arena, struct sw_bytes yaml)
{
    struct sw_json root;
    struct sw_vendor vendor;
    struct sw_error why = {0};
    const struct sw_json_limits limits = {
        .max_bytes = SW_VENDOR_FILE_MAX, .max_depth = 8, .max_values = 20000};
    if (sw_yaml_parse(arena, yaml, &limits, &root, &why) != SW_OK ||
        sw_vendor_read(arena, &root, &vendor, &why) != SW_OK) {
        return;
    }
    insist(sw_vendor_weigh(arena, &vendor, NOW) == SW_OK);
    insist(vendor.score.score <= SW_VENDOR_SCORE_MAX && vendor.score.weakness <= 1000);
    insist(vendor.score.sum <= vendor.score.most && vendor.score.level.len > 0);
    vendor.time = NOW;
    ask(arena, &vendor);
    if (can_be_signed(arena, &vendor)) {
        round_trip(arena, &vendor);
        insist(sw_vendor_state(&vendor, INT64_MAX / 2) >= SW_VENDOR_STATE_OVERDUE);
    }
}

static void try_claim(struct sw_arena *arena, struct sw_bytes json)
{
    struct sw_json root;
    struct sw_vendor vendor;
    struct sw_str name;
    if (sw_json_parse(arena, json, NULL, &root, NULL) != SW_OK || root.type != SW_JSON_OBJECT ||
        !sw_json_str(sw_json_get(&root, "name"), &name)) {
        return;
    }
    if (read_claim(arena, json, name, &vendor) == SW_OK) {
        round_trip(arena, &vendor);
        ask(arena, &vendor);
    }
}

static void try_host(struct sw_arena *arena, struct sw_bytes text)
{
    const uint8_t *line = text.len == 0 ? NULL : memchr(text.ptr, '\n', text.len);
    struct sw_str rule;
    struct sw_str again;
    struct sw_str host;
    if (line == NULL) {
        return;
    }
    const size_t len = (size_t)(line - text.ptr);
    const struct sw_str first = sw_str_n((const char *)text.ptr, len);
    const struct sw_str second = sw_str_n((const char *)line + 1, text.len - len - 1);
    if (!sw_vendor_host_rule(arena, first, &rule) || !sw_vendor_host_of(arena, second, &host)) {
        return;
    }
    insist(sw_vendor_host_rule(arena, rule, &again) && sw_str_equal(rule, again));
    insist(sw_vendor_host_rule(arena, host, &again) && sw_str_equal(host, again));
    if (sw_vendor_host_fits(rule, host)) {
        insist(host.len >= rule.len &&
               memcmp(host.ptr + host.len - rule.len, rule.ptr, rule.len) == 0);
        insist(host.len == rule.len || rule.ptr[0] == '.');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    if (size == 0) {
        return 0;
    }
    const struct sw_bytes rest = sw_bytes(data + 1, size - 1);
    switch (data[0]) {
    case 'r': try_record(&arena, rest); break;
    case 'c': try_claim(&arena, rest); break;
    case 'h': try_host(&arena, rest); break;
    default: break;
    }
    return 0;
}
