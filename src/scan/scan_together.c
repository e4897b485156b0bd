/* The files of a model looked at together (repository.h), in a worker. */
#include "codec/codec.h"
#include "scan/scan_private.h"

/* What the parsers may tell together. */
#define FACTS_MAX ((size_t)64 << 20)

/* What the report alone is for stays here. */
bool sw_fact_is_for_checks(const struct sw_fact *fact)
{
    return strcmp(fact->kind, "weights") != 0 && strcmp(fact->kind, "tensor-digests") != 0;
}

static sw_result take_facts(
    struct sw_arena *arena, const struct sw_scan_result *result, struct sw_repository_file *file)
{
    file->facts = SW_ARENA_ARRAY(arena, struct sw_fact, result->fact_count);
    SW_TRY_PTR(file->facts);
    for (size_t i = 0; i < result->fact_count; i++) {
        if (sw_fact_is_for_checks(&result->facts[i])) {
            file->facts[file->fact_count++] = result->facts[i];
        }
    }
    return SW_OK;
}

static sw_result make_repository(
    const struct sw_scan *scan, struct sw_arena *arena, struct sw_repository *out)
{
    out->files = SW_ARENA_ARRAY(arena, struct sw_repository_file, scan->result_count);
    SW_TRY_PTR(out->files);
    for (size_t i = 0; i < scan->result_count; i++) {
        const struct sw_scan_result *result = &scan->results[i];
        out->files[i] = (struct sw_repository_file){
            .path = result->path, .format = result->format, .size = result->size};
        SW_TRY(take_facts(arena, result, &out->files[i]));
    }
    out->count = scan->result_count;
    return SW_OK;
}

/* A finding about a file says as its member which one it is. */
static sw_result place_finding(struct sw_scan *scan, const struct sw_finding *finding)
{
    uint64_t index;
    if (!sw_parse_u64(sw_str(finding->member), &index) || index >= scan->result_count) {
        return SW_E_FORMAT;
    }
    struct sw_finding placed = *finding;
    placed.member = "";
    const struct sw_inspection one = {.findings = &placed, .finding_count = 1};
    return sw_scan_add_findings(scan, &scan->results[index], &one);
}

static sw_result ask_repository(
    struct sw_scan *scan, struct sw_arena *arena, struct sw_inspection *in, struct sw_error *err)
{
    if (scan->fact_bytes > FACTS_MAX) {
        return sw_fail(err, SW_E_LIMIT, "there is too much to look at together");
    }
    struct sw_repository repository;
    SW_CLEANUP(buf) struct sw_buf request = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    bool late;
    SW_TRY(make_repository(scan, arena, &repository));
    SW_TRY(sw_buf_putc(&request, SW_TASK_REPOSITORY));
    SW_TRY(sw_repository_encode(&repository, &request));
    struct sw_worker_task task = {
        .fd = -1, .request = sw_buf_bytes(&request), .progress = scan->progress};
    SW_TRY(sw_pool_call(scan->pool, &task, &reply, &late, err));
    return sw_inspection_decode(in, arena, sw_buf_bytes(&reply), err);
}

/* What such a file is called; a worker that was taken over can say no other words. */
static const char *data_format(struct sw_str name)
{
    static const char *const formats[] = {
        "tfjs-weights", "onnx-data", "tensorflow-data", "openvino-weights"};
    for (size_t i = 0; i < SW_COUNT(formats); i++) {
        if (sw_str_is(name, formats[i])) {
            return formats[i];
        }
    }
    return NULL;
}

/* Files of numbers have names like these, or without a dot; others are what some loader may take.
 */
static bool has_data_name(const char *path)
{
    static const char *const endings[] = {
        ".bin", ".data", "_data", ".weights", ".weight", ".bias", ".raw"};
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    bool is = strchr(name, '.') == NULL || strstr(name, ".data-0") != NULL;
    for (size_t i = 0; i < SW_COUNT(endings); i++) {
        is = is || sw_str_ends(sw_str(name), endings[i]);
    }
    return is;
}

/* Only what nothing is known of, and nothing was found in, becomes data of the model beside it. */
static void settle_file(struct sw_scan_result *result, const char *format)
{
    bool unknown = result->status == SW_SCAN_UNKNOWN && result->unread_count == 1 &&
                   result->finding_count == 1 && strcmp(result->findings[0].rule, "not-read") == 0;
    if (!unknown || result->dropped || !has_data_name(result->path)) {
        return;
    }
    result->status = SW_SCAN_PLAIN;
    result->format = format;
    result->unread_count = 0;
    result->finding_count = 0;
    result->coverage.undecodable = 0;
    result->coverage.skipped = result->size;
}

static sw_result settle(struct sw_scan *scan, struct sw_arena *arena, const struct sw_fact *fact)
{
    struct sw_json list;
    SW_TRY(sw_json_parse(arena, fact->bytes, NULL, &list, NULL));
    SW_JSON_EACH (item, &list) {
        uint64_t index;
        struct sw_str name;
        if (!sw_json_u64(sw_json_item(item, 0), &index) || index >= scan->result_count ||
            !sw_json_str(sw_json_item(item, 1), &name) || data_format(name) == NULL) {
            return SW_E_FORMAT;
        }
        settle_file(&scan->results[index], data_format(name));
    }
    return SW_OK;
}

static sw_result settle_all(
    struct sw_scan *scan, struct sw_arena *arena, const struct sw_inspection *in)
{
    for (size_t i = 0; i < in->fact_count; i++) {
        if (strcmp(in->facts[i].kind, "settled") == 0) {
            SW_TRY(settle(scan, arena, &in->facts[i]));
        }
    }
    return SW_OK;
}

/* Where this cannot come to its end, the model is no evidence; its first file says so. */
static sw_result give_up_repository(struct sw_scan *scan, struct sw_arena *arena, const char *why)
{
    struct sw_inspection in;
    sw_inspection_init(&in, arena);
    SW_TRY(sw_give_up(&in, "repository-check-failed", SW_SEVERITY_LOW,
        "the files were not looked at together: %s", why));
    struct sw_scan_result *first = &scan->results[0];
    SW_TRY(sw_scan_add_findings(scan, first, &in));
    first->status = SW_SCAN_FAILED;
    first->unread = sw_keep_words(&scan->arena, in.unread, in.unread_count);
    first->unread_count = in.unread_count;
    return first->unread == NULL ? SW_E_NOMEM : SW_OK;
}

sw_result sw_scan_look_together(struct sw_scan *scan, struct sw_error *stop)
{
    if (scan->fact_bytes == 0) {
        return SW_OK;
    }
    struct sw_error err = {0};
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_inspection in = {0};
    enum sw_code code = ask_repository(scan, &arena, &in, &err);
    for (size_t i = 0; i < in.finding_count && code == SW_OK; i++) {
        code = place_finding(scan, &in.findings[i]);
    }
    if (code == SW_OK && in.status == SW_SCAN_PARSED) {
        code = settle_all(scan, &arena, &in);
    }
    if (code == SW_OK && in.status == SW_SCAN_PARSED) {
        return SW_OK;
    }
    SW_TRY(sw_progress_check(scan->progress, stop));
    code = give_up_repository(
        scan, &arena, err.text[0] != '\0' ? err.text : sw_code_text(SW_E_REFUSED));
    return code == SW_OK ? SW_OK : sw_fail(stop, code, "no memory for what the scan found");
}
