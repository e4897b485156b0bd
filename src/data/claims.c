#include "data/claims.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* --- files ----------------------------------------------------------------------------------- */

static const char *const file_dirs[] = {
    [SW_DATA_FILE_SET] = "sets",
    [SW_DATA_FILE_LINEAGE] = "lineage",
    [SW_DATA_FILE_ORDER] = "order",
};

const char *sw_data_file_path(
    const struct sw_data *data, enum sw_data_file kind, const struct sw_digest *digest)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(digest, hex);
    return sw_arena_printf(data->arena, "%s/" SW_DATA_DIR "/%s/%s.data", sw_store_path(data->store),
        file_dirs[kind], hex);
}

sw_result sw_data_file_dir(
    const struct sw_data *data, enum sw_data_file kind, const char **dir, struct sw_error *err)
{
    const char *path = sw_arena_printf(
        data->arena, "%s/" SW_DATA_DIR "/%s", sw_store_path(data->store), file_dirs[kind]);
    SW_TRY_PTR(path);
    SW_TRY(sw_dir_make(path, 0777, err));
    *dir = path;
    return SW_OK;
}

sw_result sw_data_file_keep(const struct sw_data *data, enum sw_data_file kind, const char *made,
    const struct sw_digest *digest, struct sw_error *err)
{
    const char *dir = NULL;
    SW_TRY(sw_data_file_dir(data, kind, &dir, err));
    const char *path = sw_data_file_path(data, kind, digest);
    SW_TRY_PTR(path);
    return sw_file_rename(made, path, err);
}

/* --- recording ------------------------------------------------------------------------------- */

static sw_result sign(const struct sw_data *data, const struct sw_data_draft *draft,
    struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf statement = SW_BUF_INIT;
    SW_TRY(sw_statement_write(&statement, draft->subjects, draft->subject_count,
        draft->predicate_type, draft->predicate, err));
    return sw_bundle_sign(data->signer, sw_buf_bytes(&statement), out, err);
}

static sw_result sign_and_add(const struct sw_data *data, const struct sw_data_draft *drafts,
    size_t count, struct sw_buf *bundles, struct sw_receipt *receipts, struct sw_error *err)
{
    SW_CLEANUP(free) struct sw_bytes *bytes = calloc(count, sizeof(bytes[0]));
    SW_TRY_PTR(bytes);
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sign(data, &drafts[i], &bundles[i], err));
        bytes[i] = sw_buf_bytes(&bundles[i]);
    }
    return sw_evidence_add(data->store, bytes, count, receipts, err);
}

sw_result sw_data_record_all(const struct sw_data *data, const struct sw_data_draft *drafts,
    size_t count, struct sw_receipt *receipts, struct sw_error *err)
{
    if (data->signer == NULL || count == 0) {
        return sw_fail(err, SW_E_USAGE, "a claim needs somebody who signs it");
    }
    SW_CLEANUP(free) struct sw_buf *bundles = calloc(count, sizeof(bundles[0]));
    SW_TRY_PTR(bundles);
    enum sw_code code = sign_and_add(data, drafts, count, bundles, receipts, err);
    for (size_t i = 0; i < count; i++) {
        sw_buf_release(&bundles[i]);
    }
    SW_TRY(code);
    return sw_log_publish(data->store, err);
}

sw_result sw_data_record(const struct sw_data *data, const struct sw_subject *subjects,
    size_t subject_count, const char *predicate_type, struct sw_bytes predicate,
    struct sw_receipt *receipt, struct sw_error *err)
{
    const struct sw_data_draft draft = {subjects, subject_count, predicate_type, predicate};
    return sw_data_record_all(data, &draft, 1, receipt, err);
}

/* --- finding --------------------------------------------------------------------------------- */

/* Does the statement say what the index said? Whoever edits the index gains nothing. */
static bool says(const struct sw_statement *statement, const char *predicate_type,
    const struct sw_digest *subject)
{
    if (!sw_str_is(statement->predicate_type, predicate_type)) {
        return false;
    }
    for (size_t i = 0; i < statement->subject_count; i++) {
        if (subject == NULL || sw_digest_equal(&statement->subjects[i].digest, subject)) {
            return true;
        }
    }
    return false;
}

/* Is it the claim that is at fault? Memory that is short is not its fault. */
static bool not_believed(enum sw_code code)
{
    return code == SW_E_REFUSED || code == SW_E_FORMAT || code == SW_E_LIMIT ||
           code == SW_E_UNSUPPORTED || code == SW_E_NOEVIDENCE;
}

static sw_result load(const struct sw_data *data, const struct sw_evidence_record *record,
    struct sw_buf *bundle, struct sw_error *err)
{
    struct sw_error why = {0};
    enum sw_code code = sw_evidence_load(data->store, &record->claim, bundle, &why);
    if (code == SW_OK) {
        return SW_OK;
    }
    /* That a claim is gone is no answer to what it would have said. */
    return sw_fail(err, code == SW_E_NOENT ? SW_E_REFUSED : code,
        "leaf %llu cannot be read back: %s; see 'sealwright log verify'",
        (unsigned long long)record->leaf, why.text[0] == '\0' ? sw_code_text(code) : why.text);
}

static int64_t made(const struct sw_statement *statement, int64_t recorded)
{
    struct sw_str text;
    int64_t time;
    bool says =
        sw_json_str(sw_json_get(statement->predicate, "time"), &text) && sw_time_parse(text, &time);
    return says && time < recorded ? time : recorded;
}

/* *believed is false for a claim of somebody else. */
static sw_result verify(const struct sw_data *data, const struct sw_evidence_record *record,
    struct sw_data_claim *out, bool *believed, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    SW_TRY(load(data, record, &bundle, err));
    const struct sw_verify_options options = {.now = data->now, .signing_time = record->time};
    struct sw_error why = {0};
    struct sw_claim claim;
    enum sw_code code =
        sw_claim_verify(data->arena, data->trust, sw_buf_bytes(&bundle), &options, &claim, &why);
    *believed = code == SW_OK;
    if (code != SW_OK) {
        return not_believed(code) ? SW_OK : sw_fail(err, code, "%s", why.text);
    }
    *out = (struct sw_data_claim){record->claim, record->leaf, record->time,
        made(&claim.statement, record->time), claim.signer, claim.statement};
    return SW_OK;
}

static int compare_claims(const void *a, const void *b)
{
    const struct sw_data_claim *x = a;
    const struct sw_data_claim *y = b;
    if (x->made != y->made) {
        return x->made < y->made ? -1 : 1;
    }
    return x->leaf < y->leaf ? -1 : x->leaf > y->leaf;
}

sw_result sw_data_claims(const struct sw_data *data, const char *predicate_type,
    const struct sw_digest *subject, struct sw_data_claim **out, size_t *count, size_t *ignored,
    struct sw_error *err)
{
    const struct sw_evidence_query query = {
        .subject = subject, .predicate_type = predicate_type, .oldest_first = true};
    struct sw_evidence_record *records = NULL;
    size_t found = 0;
    SW_TRY(sw_evidence_find(data->store, &query, data->arena, &records, &found, err));
    struct sw_data_claim *claims = SW_ARENA_ARRAY(data->arena, struct sw_data_claim, found);
    SW_TRY_PTR(claims);
    size_t kept = 0;
    for (size_t i = 0; i < found; i++) {
        bool believed = false;
        SW_TRY(verify(data, &records[i], &claims[kept], &believed, err));
        kept += believed && says(&claims[kept].statement, predicate_type, subject) ? 1 : 0;
    }
    qsort(claims, kept, sizeof(*claims), compare_claims);
    *out = claims;
    *count = kept;
    if (ignored != NULL) {
        *ignored = found - kept;
    }
    return SW_OK;
}
