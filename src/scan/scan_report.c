/* What a scan found, kept and put together. */
#include "scan/pack.h"
#include "scan/scan_private.h"

sw_result sw_keep_finding(
    struct sw_arena *arena, const struct sw_finding *from, const char *path, struct sw_finding *to)
{
    *to = *from;
    to->path = path;
    to->rule = sw_arena_strdup(arena, from->rule);
    to->member = sw_arena_strdup(arena, from->member);
    to->message = sw_arena_strdup(arena, from->message);
    return to->rule == NULL || to->member == NULL || to->message == NULL ? SW_E_NOMEM : SW_OK;
}

const char *const *sw_keep_words(struct sw_arena *arena, const char *const *words, size_t count)
{
    const char **kept = SW_ARENA_ARRAY(arena, const char *, count);
    for (size_t i = 0; i < count && kept != NULL; i++) {
        kept[i] = sw_arena_strdup(arena, words[i]);
        kept = kept[i] == NULL ? NULL : kept;
    }
    return kept;
}

static const struct sw_finding *worst_of(const struct sw_finding *findings, size_t count)
{
    const struct sw_finding *worst = findings;
    for (size_t i = 1; i < count; i++) {
        worst = findings[i].severity > worst->severity ? &findings[i] : worst;
    }
    return worst;
}

/* Behind what the result has already. When the whole scan has too many findings, only the worst of
 * a file is kept, which its verdict needs. */
sw_result sw_scan_add_findings(
    struct sw_scan *scan, struct sw_scan_result *result, const struct sw_inspection *in)
{
    bool all = scan->kept + in->finding_count <= SW_SCAN_FINDINGS_MAX || in->finding_count == 0;
    const struct sw_finding *from = all ? in->findings : worst_of(in->findings, in->finding_count);
    size_t count = all ? in->finding_count : 1;
    struct sw_finding *findings =
        SW_ARENA_ARRAY(&scan->arena, struct sw_finding, result->finding_count + count);
    SW_TRY_PTR(findings);
    for (size_t i = 0; i < result->finding_count; i++) {
        findings[i] = result->findings[i];
    }
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_keep_finding(
            &scan->arena, &from[i], result->path, &findings[result->finding_count + i]));
    }
    scan->kept += count;
    result->findings = findings;
    result->finding_count += count;
    return SW_OK;
}

/* --- the report ------------------------------------------------------------------------------- */

static int compare_findings(const void *a, const void *b)
{
    const struct sw_finding *x = a;
    const struct sw_finding *y = b;
    if (x->offset != y->offset) {
        return x->offset < y->offset ? -1 : 1;
    }
    return (x->severity < y->severity) - (x->severity > y->severity);
}

static enum sw_scan_verdict found_verdict(const struct sw_finding *findings, size_t count)
{
    enum sw_severity worst = SW_SEVERITY_INFO;
    for (size_t i = 0; i < count; i++) {
        worst = findings[i].severity > worst ? findings[i].severity : worst;
    }
    return worst >= SW_SEVERITY_HIGH  ? SW_SCAN_REFUSED
           : worst >= SW_SEVERITY_LOW ? SW_SCAN_NOTES
                                      : SW_SCAN_CLEAN;
}

/* What is certain to be bad outweighs what was not read; that outweighs what is only odd. */
static enum sw_scan_verdict verdict_of(enum sw_scan_verdict found, bool unread)
{
    return unread && found != SW_SCAN_REFUSED ? SW_SCAN_NO_EVIDENCE : found;
}

static enum sw_scan_verdict judge_file(
    const struct sw_scan_file *file, const struct sw_finding *findings, size_t count)
{
    return verdict_of(found_verdict(findings, count), file->unread_count > 0);
}

static void add_coverage(struct sw_coverage *sum, const struct sw_coverage *one)
{
    sum->read += one->read;
    sum->skipped += one->skipped;
    sum->undecodable += one->undecodable;
    sum->members_read += one->members_read;
    sum->members_skipped += one->members_skipped;
    sum->members_undecodable += one->members_undecodable;
}

/* The first fact of a kind about the file itself. */
static sw_result copy_fact(
    struct sw_arena *arena, const struct sw_scan_result *from, const char *kind, struct sw_str *out)
{
    for (size_t i = 0; i < from->fact_count; i++) {
        const struct sw_fact *fact = &from->facts[i];
        if (strcmp(fact->kind, kind) == 0 && fact->member[0] == '\0') {
            const char *copy = sw_arena_strndup(arena, sw_str_of_bytes(fact->bytes));
            *out = sw_str_n(copy, fact->bytes.len);
            return copy == NULL ? SW_E_NOMEM : SW_OK;
        }
    }
    *out = sw_str("");
    return SW_OK;
}

static sw_result copy_facts(
    struct sw_arena *arena, const struct sw_scan_result *from, struct sw_scan_file *file)
{
    SW_TRY(copy_fact(arena, from, "weights", &file->weights));
    SW_TRY(copy_fact(arena, from, "tensors", &file->tensors));
    SW_TRY(copy_fact(arena, from, "gguf", &file->settings));
    return copy_fact(arena, from, "tensor-digests", &file->digests);
}

static sw_result copy_result(
    struct sw_arena *arena, const struct sw_scan_result *from, struct sw_scan_report *out)
{
    struct sw_scan_file *file = &out->files[out->file_count++];
    file->path = sw_arena_strdup(arena, from->path);
    file->format = sw_arena_strdup(arena, from->format);
    file->status = from->status;
    file->size = from->size;
    file->unread = sw_keep_words(arena, from->unread, from->unread_count);
    file->unread_count = from->unread_count;
    if (file->path == NULL || file->format == NULL || file->unread == NULL ||
        !sw_add_u64(out->bytes, from->size, &out->bytes)) {
        return SW_E_NOMEM;
    }
    SW_TRY(copy_facts(arena, from, file));
    struct sw_finding *first = &out->findings[out->finding_count];
    file->coverage = from->coverage;
    add_coverage(&out->coverage, &from->coverage);
    for (size_t i = 0; i < from->finding_count; i++) {
        SW_TRY(sw_keep_finding(arena, &from->findings[i], file->path, &first[i]));
    }
    file->verdict = judge_file(file, first, from->finding_count);
    qsort(first, from->finding_count, sizeof(*first), compare_findings);
    out->finding_count += from->finding_count;
    return SW_OK;
}

static int compare_words(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;
    return strcmp(*x, *y);
}

sw_result sw_scan_count(struct sw_arena *arena, const char **words, size_t count,
    struct sw_scan_tally **out, size_t *tally_count)
{
    struct sw_scan_tally *tally = SW_ARENA_ARRAY(arena, struct sw_scan_tally, count);
    SW_TRY_PTR(tally);
    qsort(words, count, sizeof(*words), compare_words);
    size_t kinds = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(words[i], words[i - 1]) != 0) {
            tally[kinds++].id = words[i];
        }
        tally[kinds - 1].files++;
    }
    *out = tally;
    *tally_count = kinds;
    return SW_OK;
}

static sw_result count_unread(struct sw_arena *arena, struct sw_scan_report *report)
{
    size_t count = 0;
    for (size_t i = 0; i < report->file_count; i++) {
        count += report->files[i].unread_count;
    }
    SW_CLEANUP(free) const char **words = calloc(count + 1, sizeof(*words));
    SW_TRY_PTR(words);
    size_t at = 0;
    for (size_t i = 0; i < report->file_count; i++) {
        for (size_t j = 0; j < report->files[i].unread_count; j++) {
            words[at++] = report->files[i].unread[j];
        }
    }
    return sw_scan_count(arena, words, count, &report->unread, &report->unread_count);
}

/* An empty run shows nothing. */
static void judge(struct sw_scan_report *report)
{
    report->found = found_verdict(report->findings, report->finding_count);
    report->verdict =
        verdict_of(report->found, report->unread_count > 0 || report->file_count == 0);
}

static sw_result copy_results(
    const struct sw_scan *scan, struct sw_arena *arena, struct sw_scan_report *report)
{
    report->files = SW_ARENA_ARRAY(arena, struct sw_scan_file, scan->result_count);
    report->findings = SW_ARENA_ARRAY(arena, struct sw_finding, scan->kept);
    SW_TRY_PTR(report->files);
    SW_TRY_PTR(report->findings);
    for (size_t i = 0; i < scan->result_count; i++) {
        SW_TRY(copy_result(arena, &scan->results[i], report));
    }
    return count_unread(arena, report);
}

sw_result sw_scan_finish(
    struct sw_scan *scan, struct sw_arena *arena, struct sw_scan_report *out, struct sw_error *err)
{
    struct sw_scan_report report = {.metadata_only = scan->metadata_only};
    for (size_t i = 0; i < scan->result_count; i++) {
        if (!scan->results[i].listed) {
            return sw_fail(err, SW_E_IO, "%s was not scanned", scan->results[i].path);
        }
    }
    SW_TRY(sw_scan_look_together(scan, err));
    if (!scan->told || copy_results(scan, arena, &report) != SW_OK) {
        return sw_fail(err, SW_E_NOMEM, "no memory for the scan's report");
    }
    judge(&report);
    sw_scan_rules_digest_of(scan->packs != NULL ? scan->packs : sw_packs_builtin(), &report.rules);
    *out = report;
    return SW_OK;
}
