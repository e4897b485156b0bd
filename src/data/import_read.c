#include "data/import_private.h"

#include <stdio.h>

const struct sw_import_format sw_import_formats[] = {
    {"croissant", "Croissant 1.0 or 1.1 metadata (JSON-LD)", sw_croissant_looks_so,
        sw_import_croissant},
    {"openlineage", "OpenLineage events (JSON, an array of them, or JSON lines)",
        sw_openlineage_looks_so, sw_import_openlineage},
};
const size_t sw_import_format_count = SW_COUNT(sw_import_formats);

const char *sw_file_proof_name(enum sw_file_proof proof)
{
    static const char *const names[] = {
        [SW_FILE_DECLARED] = "declared",
        [SW_FILE_VERIFIED] = "verified",
        [SW_FILE_CONTRADICTED] = "contradicted",
    };
    return (size_t)proof < SW_COUNT(names) ? names[proof] : NULL;
}

/* --- filling the structure ------------------------------------------------------------------- */

sw_result sw_import_problem(
    struct sw_exchange *exchange, const char *kind, struct sw_str where, const char *fmt, ...)
{
    exchange->problem_count++;
    if (exchange->problems_kept == SW_EXCHANGE_PROBLEMS_KEPT) {
        return SW_OK;
    }
    char raw[SW_ERROR_TEXT_MAX];
    char line[SW_ERROR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(raw, sizeof(raw), fmt, ap);
    va_end(ap);
    sw_escape_line(raw, strlen(raw), line, sizeof(line));
    const char *what = sw_arena_strdup(exchange->arena, line);
    exchange->problems = sw_arena_grow(exchange->arena, exchange->problems, exchange->problems_kept,
        &exchange->problem_cap, sizeof(exchange->problems[0]));
    if (what == NULL || exchange->problems == NULL) {
        return SW_E_NOMEM;
    }
    exchange->problems[exchange->problems_kept++] =
        (struct sw_exchange_problem){sw_str(kind), where, sw_str(what)};
    return SW_OK;
}

sw_result sw_import_add_set(
    struct sw_exchange *exchange, struct sw_exchange_set **out, struct sw_error *err)
{
    if (exchange->set_count == SW_IMPORT_SETS) {
        return sw_fail(
            err, SW_E_LIMIT, "the document names more than %u datasets; split it", SW_IMPORT_SETS);
    }
    exchange->sets = sw_arena_grow(exchange->arena, exchange->sets, exchange->set_count,
        &exchange->set_cap, sizeof(exchange->sets[0]));
    SW_TRY_PTR(exchange->sets);
    *out = &exchange->sets[exchange->set_count++];
    **out = (struct sw_exchange_set){.samples = SW_ABSENT, .bytes = SW_ABSENT, .declared = true};
    return SW_OK;
}

sw_result sw_import_add_step(
    struct sw_exchange *exchange, struct sw_exchange_step **out, struct sw_error *err)
{
    if (exchange->step_count == SW_IMPORT_STEPS) {
        return sw_fail(
            err, SW_E_LIMIT, "the document names more than %u runs; split it", SW_IMPORT_STEPS);
    }
    exchange->steps = sw_arena_grow(exchange->arena, exchange->steps, exchange->step_count,
        &exchange->step_cap, sizeof(exchange->steps[0]));
    SW_TRY_PTR(exchange->steps);
    *out = &exchange->steps[exchange->step_count++];
    **out = (struct sw_exchange_step){.model = SW_NO_MODEL, .declared = true};
    return SW_OK;
}

bool sw_import_digest(struct sw_str text, struct sw_digest *out)
{
    static const char prefix[] = "sha256:";
    char hex[64];
    if (sw_str_starts(text, prefix)) {
        text = sw_str_n(text.ptr + strlen(prefix), text.len - strlen(prefix));
    }
    if (text.len != sizeof(hex)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(hex); i++) {
        char c = text.ptr[i];
        hex[i] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    }
    return sw_digest_from_hex(SW_SHA256, sw_str_n(hex, sizeof(hex)), out);
}

/* --- choosing a reader ----------------------------------------------------------------------- */

static const struct sw_import_format *find_format(const char *name)
{
    for (size_t i = 0; i < sw_import_format_count; i++) {
        if (strcmp(sw_import_formats[i].name, name) == 0) {
            return &sw_import_formats[i];
        }
    }
    return NULL;
}

static const struct sw_import_format *guess_format(struct sw_bytes text)
{
    for (size_t i = 0; i < sw_import_format_count; i++) {
        if (sw_import_formats[i].looks_so(text)) {
            return &sw_import_formats[i];
        }
    }
    return NULL;
}

sw_result sw_import_read(struct sw_arena *arena, struct sw_bytes text, const char *format,
    struct sw_exchange *out, struct sw_error *err)
{
    const struct sw_import_format *row = format == NULL ? guess_format(text) : find_format(format);
    if (row == NULL && format != NULL) {
        return sw_fail(err, SW_E_USAGE, "there is no format '%s' to import", format);
    }
    if (row == NULL) {
        return sw_fail(err, SW_E_FORMAT,
            "it looks like no Croissant metadata and no OpenLineage event; say with --format which "
            "it is");
    }
    if (text.len > SW_IMPORT_MAX) {
        return sw_fail(err, SW_E_LIMIT,
            "the document has %zu bytes, more than the %llu that are read", text.len,
            (unsigned long long)SW_IMPORT_MAX);
    }
    struct sw_exchange exchange = {.arena = arena, .format = row->name};
    sw_sha256(text, &exchange.document);
    SW_TRY(row->read(text, &exchange, err));
    *out = exchange;
    return SW_OK;
}
