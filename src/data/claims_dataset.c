/* The dataset claim: doc/claims/dataset.md. */
#include "data/claims_fields.h"
#include "data/source.h"

#include <stdio.h>

#define DIGEST_PREFIX "sha256:"

const struct sw_field sw_dataset_ref_fields[] = {
    SW_FIELD(struct sw_dataset_ref, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_dataset_ref, version, "version", SW_FIELD_TEXT),
    SW_FIELD(struct sw_dataset_ref, manifest, "manifest", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_dataset_ref, samples, "samples", SW_FIELD_COUNT),
    SW_FIELD_END,
};

static const struct sw_field source_fields[] = {
    SW_FIELD(struct sw_dataset_source, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_dataset_source, samples, "samples", SW_FIELD_COUNT),
    SW_FIELD(struct sw_dataset_source, bytes, "bytes", SW_FIELD_COUNT),
    SW_FIELD_OPTIONAL(struct sw_dataset_source, licence, "licence", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_dataset_source, consent, "consent", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_dataset_source, origin, "origin", SW_FIELD_TEXT),
    SW_FIELD_END,
};

static const struct sw_field dataset_fields[] = {
    SW_FIELD(struct sw_dataset_claim, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_dataset_claim, version, "version", SW_FIELD_TEXT),
    SW_FIELD(struct sw_dataset_claim, manifest, "manifest", SW_FIELD_DIGEST),
    SW_FIELD_OPTIONAL(struct sw_dataset_claim, ordered_head, "ordered_head", SW_FIELD_DIGEST),
    SW_FIELD_OPTIONAL(struct sw_dataset_claim, sorted_head, "sorted_head", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_dataset_claim, samples, "samples", SW_FIELD_COUNT),
    SW_FIELD(struct sw_dataset_claim, bytes, "bytes", SW_FIELD_COUNT),
    SW_FIELD_OPTIONAL(struct sw_dataset_claim, reader, "reader", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_dataset_claim, location, "location", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_dataset_claim, options, "options", SW_FIELD_JSON),
    SW_FIELD_OPTIONAL(struct sw_dataset_claim, salt, "salt", SW_FIELD_TEXT),
    SW_FIELD_MANY_OF(struct sw_dataset_claim, sources, source_count, "sources", source_fields),
    SW_FIELD_MANY(
        struct sw_dataset_claim, quarantined, quarantined_count, "quarantined", SW_FIELD_REASONS),
    SW_FIELD_MANY(struct sw_dataset_claim, gaps, gap_count, "gaps", SW_FIELD_TEXTS),
    SW_FIELD_OPTIONAL(struct sw_dataset_claim, declared, "declared", SW_FIELD_TRUTH),
    SW_FIELD(struct sw_dataset_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

sw_result sw_dataset_claim_write(const struct sw_dataset_claim *claim, struct sw_buf *out)
{
    return sw_predicate_write(dataset_fields, claim, out);
}

sw_result sw_dataset_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_dataset_claim *out, struct sw_error *err)
{
    struct sw_dataset_claim claim = {0};
    SW_TRY(sw_predicate_read(arena, dataset_fields, "dataset", statement->predicate, &claim, err));
    bool headless = claim.ordered_head.alg == 0 || claim.sorted_head.alg == 0;
    if (headless && !claim.declared) {
        return sw_claim_broken(err, "dataset", "it has no heads, and is not declared only");
    }
    *out = claim;
    return SW_OK;
}

/* --- making one ------------------------------------------------------------------------------ */

static sw_result add_gap(
    struct sw_arena *arena, struct sw_dataset_claim *claim, size_t *cap, const char *text)
{
    SW_TRY_PTR(text);
    claim->gaps = sw_arena_grow(arena, claim->gaps, claim->gap_count, cap, sizeof(claim->gaps[0]));
    SW_TRY_PTR(claim->gaps);
    claim->gaps[claim->gap_count++] = sw_str(text);
    return SW_OK;
}

/* What a source's record does not say, the dataset does not know. */
static sw_result add_source_gaps(struct sw_arena *arena, struct sw_dataset_claim *claim,
    size_t *cap, const struct sw_source_record *record)
{
    struct sw_str *gaps = NULL;
    size_t count = 0;
    SW_TRY(sw_source_gaps(arena, record, &gaps, &count));
    for (size_t i = 0; i < count; i++) {
        SW_TRY(add_gap(arena, claim, cap,
            sw_arena_printf(arena, "source " SW_STR_FMT " has " SW_STR_FMT,
                SW_STR_ARG(record->name), SW_STR_ARG(gaps[i]))));
    }
    return SW_OK;
}

static sw_result describe_source(const struct sw_data *data, struct sw_dataset_claim *claim,
    size_t *cap, struct sw_dataset_source *source, struct sw_error *err)
{
    struct sw_source_record record;
    enum sw_code code = sw_source_find(data, source->name, &record, NULL, err);
    if (code == SW_E_NOENT) {
        return add_gap(data->arena, claim, cap,
            sw_arena_printf(
                data->arena, "source " SW_STR_FMT " is not known", SW_STR_ARG(source->name)));
    }
    SW_TRY(code);
    source->licence = sw_source_licence(&record);
    source->consent = sw_source_consent(&record);
    source->origin = sw_source_origin(&record);
    return add_source_gaps(data->arena, claim, cap, &record);
}

/* The rows may be closed before the claim is done with. */
static sw_result copy_text(struct sw_arena *arena, struct sw_str from, struct sw_str *out)
{
    const char *copy = sw_arena_strndup(arena, from);
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, from.len);
    return SW_OK;
}

static sw_result describe_sources(const struct sw_data *data, const struct sw_rows *rows,
    struct sw_dataset_claim *claim, size_t *cap, struct sw_error *err)
{
    claim->source_count = rows->source_count;
    claim->sources = SW_ARENA_ARRAY(data->arena, struct sw_dataset_source, rows->source_count);
    SW_TRY_PTR(claim->sources);
    for (size_t i = 0; i < rows->source_count; i++) {
        const struct sw_source_count *from = &rows->sources[i];
        claim->sources[i] =
            (struct sw_dataset_source){.samples = from->samples, .bytes = from->bytes};
        SW_TRY(copy_text(data->arena, from->name, &claim->sources[i].name));
        struct sw_error why = {0};
        enum sw_code code = describe_source(data, claim, cap, &claim->sources[i], &why);
        if (code != SW_OK) {
            return sw_fail(err, code, "%s", why.text);
        }
    }
    return SW_OK;
}

/* As the set's header counts it. */
static sw_result copy_quarantined(
    struct sw_arena *arena, const struct sw_rows *rows, struct sw_dataset_claim *claim)
{
    const struct sw_json *list = sw_json_get(&rows->chunks.header, "quarantined");
    size_t count = list == NULL || list->type != SW_JSON_ARRAY ? 0 : list->count;
    claim->quarantined = SW_ARENA_ARRAY(arena, struct sw_reason_count, count);
    SW_TRY_PTR(claim->quarantined);
    SW_JSON_EACH (item, list) {
        struct sw_reason_count *to = &claim->quarantined[claim->quarantined_count];
        struct sw_str reason;
        if (sw_json_str(sw_json_get(item, "reason"), &reason) &&
            sw_json_u64(sw_json_get(item, "count"), &to->count)) {
            to->reason = sw_arena_strndup(arena, reason);
            SW_TRY_PTR(to->reason);
            claim->quarantined_count++;
        }
    }
    return SW_OK;
}

static sw_result describe(const struct sw_data *data, struct sw_rows *rows,
    const struct sw_dataset_claim *more, struct sw_dataset_claim *claim, struct sw_error *err)
{
    size_t cap = 0;
    *claim = (struct sw_dataset_claim){.name = more->name,
        .version = more->version,
        .manifest = rows->chunks.digest,
        .samples = rows->count,
        .bytes = rows->bytes,
        .location = more->location,
        .options = more->options,
        .declared = more->declared,
        .time = data->now};
    SW_TRY(copy_text(data->arena, rows->reader, &claim->reader));
    SW_TRY(copy_text(data->arena, rows->salt, &claim->salt));
    sw_tree_head(SW_TREE_ORDERED, rows->count, &rows->ordered, &claim->ordered_head);
    sw_tree_head(sw_rows_sorted_kind(rows), rows->count, &rows->sorted, &claim->sorted_head);
    for (size_t i = 0; i < more->gap_count; i++) {
        SW_TRY(add_gap(data->arena, claim, &cap, sw_arena_strndup(data->arena, more->gaps[i])));
    }
    SW_TRY(copy_quarantined(data->arena, rows, claim));
    return describe_sources(data, rows, claim, &cap, err);
}

/* --- versions -------------------------------------------------------------------------------- */

static sw_result all_versions(const struct sw_data *data, struct sw_str name,
    struct sw_dataset_claim **out, struct sw_data_claim **claims, size_t *count,
    struct sw_error *err)
{
    struct sw_digest subject;
    sw_name_digest(SW_NAME_DATASET, name, &subject);
    size_t found = 0;
    SW_TRY(sw_data_claims(data, SW_PREDICATE_DATASET, &subject, claims, &found, NULL, err));
    struct sw_dataset_claim *list = SW_ARENA_ARRAY(data->arena, struct sw_dataset_claim, found);
    SW_TRY_PTR(list);
    for (size_t i = 0; i < found; i++) {
        SW_TRY(sw_dataset_claim_read(data->arena, &(*claims)[i].statement, &list[i], err));
    }
    *out = list;
    *count = found;
    return SW_OK;
}

static const struct sw_dataset_claim *find_version(
    const struct sw_dataset_claim *list, size_t count, struct sw_str version)
{
    for (size_t i = count; i-- > 0;) {
        if (sw_str_equal(list[i].version, version)) {
            return &list[i];
        }
    }
    return NULL;
}

static sw_result next_version(struct sw_arena *arena, const struct sw_dataset_claim *list,
    size_t count, struct sw_dataset_claim *claim)
{
    for (size_t n = 1; n <= count + 1; n++) {
        const char *text = sw_arena_printf(arena, "%zu", n);
        SW_TRY_PTR(text);
        claim->version = sw_str(text);
        if (find_version(list, count, claim->version) == NULL) {
            return SW_OK;
        }
    }
    return SW_E_INTERNAL; /* of n + 1 numbers, n versions cannot take all */
}

/* A name and version mean one manifest for ever. */
static sw_result settle_version(
    const struct sw_data *data, struct sw_dataset_claim *claim, struct sw_error *err)
{
    struct sw_dataset_claim *list = NULL;
    struct sw_data_claim *claims = NULL;
    size_t count = 0;
    SW_TRY(sw_name_check(claim->name, "dataset", err));
    SW_TRY(all_versions(data, claim->name, &list, &claims, &count, err));
    if (claim->version.len == 0) {
        return next_version(data->arena, list, count, claim);
    }
    SW_TRY(sw_name_check(claim->version, "dataset's version", err));
    const struct sw_dataset_claim *there = find_version(list, count, claim->version);
    if (there != NULL && !sw_digest_equal(&there->manifest, &claim->manifest)) {
        return sw_fail(err, SW_E_REFUSED,
            SW_STR_FMT "@" SW_STR_FMT
                       " is there already and holds other samples; choose another version",
            SW_STR_ARG(claim->name), SW_STR_ARG(claim->version));
    }
    return SW_OK;
}

sw_result sw_dataset_version_free(const struct sw_data *data, const struct sw_dataset_name *name,
    const struct sw_digest *manifest, struct sw_error *err)
{
    struct sw_dataset_claim claim = {
        .name = name->name, .version = name->version, .manifest = *manifest};
    return settle_version(data, &claim, err);
}

static sw_result make_subjects(
    struct sw_arena *arena, const struct sw_dataset_claim *claim, struct sw_subject **out)
{
    struct sw_subject *subjects = SW_ARENA_ARRAY(arena, struct sw_subject, SW_DATASET_SUBJECTS);
    const char *full = sw_arena_printf(
        arena, SW_STR_FMT "@" SW_STR_FMT, SW_STR_ARG(claim->name), SW_STR_ARG(claim->version));
    if (subjects == NULL || full == NULL) {
        return SW_E_NOMEM;
    }
    subjects[SW_DATASET_MANIFEST] = (struct sw_subject){sw_str(full), claim->manifest};
    subjects[SW_DATASET_ORDERED_HEAD] = (struct sw_subject){sw_str("samples"), claim->ordered_head};
    subjects[SW_DATASET_SORTED_HEAD] = (struct sw_subject){sw_str("contents"), claim->sorted_head};
    subjects[SW_DATASET_NAME].name = sw_str("name");
    sw_name_digest(SW_NAME_DATASET, claim->name, &subjects[SW_DATASET_NAME].digest);
    *out = subjects;
    return SW_OK;
}

sw_result sw_dataset_claim_draft(const struct sw_data *data, struct sw_rows *rows,
    const struct sw_dataset_claim *more, struct sw_dataset_claim *made, struct sw_data_draft *draft,
    struct sw_error *err)
{
    struct sw_dataset_claim claim;
    struct sw_subject *subjects = NULL;
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    const char *path = sw_data_file_path(data, SW_DATA_FILE_SET, &rows->chunks.digest);
    SW_TRY_PTR(path);
    if (!sw_file_exists(path)) {
        return sw_fail(err, SW_E_USAGE, "the dataset has no file '%s'", path);
    }
    SW_TRY(describe(data, rows, more, &claim, err));
    SW_TRY(settle_version(data, &claim, err));
    SW_TRY(make_subjects(data->arena, &claim, &subjects));
    SW_TRY(sw_dataset_claim_write(&claim, &predicate));
    void *kept = sw_arena_copy(data->arena, sw_buf_bytes(&predicate));
    SW_TRY_PTR(kept);
    *draft = (struct sw_data_draft){
        subjects, SW_DATASET_SUBJECTS, SW_PREDICATE_DATASET, sw_bytes(kept, predicate.len)};
    if (made != NULL) {
        *made = claim;
    }
    return SW_OK;
}

sw_result sw_dataset_claim_record(const struct sw_data *data, struct sw_rows *rows,
    const struct sw_dataset_claim *more, struct sw_dataset_claim *made, struct sw_receipt *receipt,
    struct sw_error *err)
{
    struct sw_data_draft draft;
    struct sw_dataset_claim claim;
    SW_TRY(sw_dataset_claim_draft(data, rows, more, &claim, &draft, err));
    SW_TRY(sw_data_record_all(data, &draft, 1, receipt, err));
    if (made != NULL) {
        *made = claim;
    }
    return SW_OK;
}

/* --- finding one ----------------------------------------------------------------------------- */

static void give(const struct sw_dataset_claim *from, const struct sw_data_claim *claim,
    struct sw_dataset_claim *out, struct sw_data_claim *out_claim)
{
    *out = *from;
    if (out_claim != NULL) {
        *out_claim = *claim;
    }
}

static sw_result find_by_manifest(const struct sw_data *data, const struct sw_digest *manifest,
    struct sw_dataset_claim *out, struct sw_data_claim *claim, struct sw_error *err)
{
    struct sw_data_claim *claims = NULL;
    size_t count = 0;
    SW_TRY(sw_data_claims(data, SW_PREDICATE_DATASET, manifest, &claims, &count, NULL, err));
    while (count-- > 0) {
        struct sw_dataset_claim read;
        SW_TRY(sw_dataset_claim_read(data->arena, &claims[count].statement, &read, err));
        if (sw_digest_equal(&read.manifest, manifest)) {
            give(&read, &claims[count], out, claim);
            return SW_OK;
        }
    }
    char text[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(manifest, text);
    return sw_fail(err, SW_E_NOENT, "no trusted signer claimed a dataset %s", text);
}

sw_result sw_dataset_find(const struct sw_data *data, struct sw_str name,
    struct sw_dataset_claim *out, struct sw_data_claim *claim, struct sw_error *err)
{
    struct sw_digest manifest;
    struct sw_dataset_name parsed;
    if (sw_digest_parse(name, &manifest)) {
        return find_by_manifest(data, &manifest, out, claim, err);
    }
    SW_TRY(sw_dataset_name_parse(name, &parsed, err));
    struct sw_dataset_claim *list = NULL;
    struct sw_data_claim *claims = NULL;
    size_t count = 0;
    SW_TRY(all_versions(data, parsed.name, &list, &claims, &count, err));
    const struct sw_dataset_claim *found = parsed.version.len != 0
                                               ? find_version(list, count, parsed.version)
                                               : (count == 0 ? NULL : &list[count - 1]);
    if (found == NULL) {
        return sw_fail(err, SW_E_NOENT,
            "there is no dataset '" SW_STR_FMT "' that a trusted signer claimed", SW_STR_ARG(name));
    }
    give(found, &claims[found - list], out, claim);
    return SW_OK;
}

/* Does the claim say of the set what the set itself says? Its signer may have been wrong, or lied.
 */
static bool describes(const struct sw_dataset_claim *claim, const struct sw_rows *rows)
{
    struct sw_digest ordered;
    struct sw_digest sorted;
    sw_tree_head(SW_TREE_ORDERED, rows->count, &rows->ordered, &ordered);
    sw_tree_head(sw_rows_sorted_kind(rows), rows->count, &rows->sorted, &sorted);
    bool same = claim->samples == rows->count && claim->source_count == rows->source_count &&
                sw_digest_equal(&claim->ordered_head, &ordered) &&
                sw_digest_equal(&claim->sorted_head, &sorted);
    for (size_t i = 0; same && i < rows->source_count; i++) {
        same = sw_str_equal(claim->sources[i].name, rows->sources[i].name) &&
               claim->sources[i].samples == rows->sources[i].samples;
    }
    return same;
}

sw_result sw_dataset_open_ref(const struct sw_data *data, const struct sw_dataset_ref *ref,
    struct sw_rows *rows, struct sw_error *err)
{
    const char *path = sw_data_file_path(data, SW_DATA_FILE_SET, &ref->manifest);
    SW_TRY_PTR(path);
    if (!sw_file_exists(path)) {
        return sw_fail(err, SW_E_NOENT,
            "the samples of " SW_STR_FMT "@" SW_STR_FMT " are not in this store: no file '%s'",
            SW_STR_ARG(ref->name), SW_STR_ARG(ref->version), path);
    }
    return sw_rows_open(rows, path, &ref->manifest, err);
}

sw_result sw_dataset_open(const struct sw_data *data, const struct sw_dataset_claim *claim,
    struct sw_rows *rows, struct sw_error *err)
{
    const struct sw_dataset_ref ref = {
        claim->name, claim->version, claim->manifest, claim->samples};
    SW_CLEANUP(rows) struct sw_rows opened = SW_ROWS_INIT;
    SW_TRY(sw_dataset_open_ref(data, &ref, &opened, err));
    if (!claim->declared && !describes(claim, &opened)) {
        return sw_fail(err, SW_E_REFUSED,
            "the claim of " SW_STR_FMT "@" SW_STR_FMT " says other samples, sources or heads than "
            "its file has: do not believe who signed it",
            SW_STR_ARG(claim->name), SW_STR_ARG(claim->version));
    }
    *rows = opened;
    opened = SW_ROWS_INIT;
    return SW_OK;
}
