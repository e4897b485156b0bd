#include "cli/cli.h"

#define SIGNATURE_MAX SW_BUNDLE_MAX_BYTES

/* A verification that could not begin: one problem, no evidence. */
static sw_result absent(
    struct sw_arena *arena, const char *path, struct sw_verification *out, struct sw_error *err)
{
    struct sw_problem *problem = SW_ARENA_NEW(arena, struct sw_problem);
    SW_TRY_PTR(problem);
    problem->kind = SW_PROBLEM_NO_SIGNATURE;
    problem->path = sw_arena_strdup(arena, path);
    problem->detail = "no signature file; make one with 'sealwright seal' or name it with "
                      "--signature";
    SW_TRY_PTR(problem->path);
    (void)err;
    *out = (struct sw_verification){
        .verdict = SW_VERDICT_NO_EVIDENCE, .problems = problem, .problem_count = 1};
    return SW_OK;
}

/* When did the log record this signature? 0 when it never did. An expired certificate is judged by
 * that time (validity at signing time). */
static int64_t recorded_time(struct sw_store *store, const struct sw_buf *signature)
{
    if (store == NULL) {
        return 0;
    }
    struct sw_digest claim;
    sw_sha256(sw_buf_bytes(signature), &claim);
    int64_t time = 0;
    struct sw_error ignored = {0};
    return sw_evidence_recorded(store, &claim, &time, &ignored) == SW_OK ? time : 0;
}

sw_result sw_flow_verify(struct sw_arena *arena, const struct sw_verify_request *request,
    struct sw_buf *signature, struct sw_verification *out, struct sw_error *err)
{
    const char *path = request->signature_path;
    if (path == NULL) {
        path = sw_model_signature_path(arena, request->path, false);
    }
    if (path == NULL || !sw_file_exists(path)) {
        if (!sw_file_exists(request->path) && !sw_dir_exists(request->path)) {
            return sw_fail(err, SW_E_NOENT, "no model at '%s'", request->path);
        }
        return absent(arena, path == NULL ? "model.sig" : path, out, err);
    }
    SW_TRY(sw_file_read(path, SIGNATURE_MAX, signature, err));
    struct sw_model_verify_options options = request->options;
    options.model.signature = path;
    options.signing_time = recorded_time(request->store, signature);
    return sw_model_verify(
        arena, request->path, sw_buf_bytes(signature), request->trust, &options, out, err);
}

sw_result sw_flow_load(struct sw_arena *arena, const struct sw_verify_request *request,
    struct sw_load **out, struct sw_error *err)
{
    const char *path = request->signature_path;
    if (path == NULL) {
        path = sw_model_signature_path(arena, request->path, false);
    }
    if (!sw_file_exists(request->path) && !sw_dir_exists(request->path)) {
        return sw_fail(err, SW_E_NOENT, "no model at '%s'", request->path);
    }
    if (path == NULL || !sw_file_exists(path)) {
        return sw_fail(err, SW_E_NOEVIDENCE, "'%s' has no signature file", request->path);
    }
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    SW_TRY(sw_file_read(path, SIGNATURE_MAX, &signature, err));
    struct sw_model_verify_options options = request->options;
    options.signing_time = recorded_time(request->store, &signature);
    return sw_load_open(
        request->path, sw_buf_bytes(&signature), request->trust, &options, out, err);
}

static const char *const verdict_names[] = {
    [SW_VERDICT_PASS] = "pass",
    [SW_VERDICT_FAIL] = "fail",
    [SW_VERDICT_NO_EVIDENCE] = "no-evidence",
};

void sw_flow_problems_json(struct sw_json_writer *w, const struct sw_verification *v)
{
    sw_jw_array(w, "problems");
    for (size_t i = 0; i < v->problem_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "path", v->problems[i].path);
        sw_jw_text(w, "kind", sw_problem_kind_name(v->problems[i].kind));
        sw_jw_text(w, "detail", v->problems[i].detail);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void time_json(struct sw_json_writer *w, const char *name, int64_t time)
{
    char text[SW_TIME_TEXT_SIZE];
    sw_time_format(time, text);
    sw_jw_text(w, name, time == 0 ? NULL : text);
}

static void attestations_json(struct sw_json_writer *w, const char *name, enum sw_attested_by by,
    const struct sw_attested *attested)
{
    sw_jw_array(w, name);
    for (size_t i = 0; i < attested->count; i++) {
        const struct sw_attestation *one = &attested->list[i];
        if (one->by != by) {
            continue;
        }
        sw_jw_object(w, NULL);
        sw_jw_text(w, "url", one->url);
        sw_jw_text(w, "id", one->id);
        if (by == SW_ATTESTED_LOG) {
            sw_jw_u64(w, "index", one->index);
        }
        time_json(w, "time", one->time);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void attested_json(struct sw_json_writer *w, const struct sw_attested *attested)
{
    sw_jw_object(w, "attested");
    sw_jw_text(w, "issuer", attested->issuer);
    time_json(w, "time", attested->time);
    attestations_json(w, "logs", SW_ATTESTED_LOG, attested);
    attestations_json(w, "timestamps", SW_ATTESTED_TIMESTAMP, attested);
    attestations_json(w, "certificate_logs", SW_ATTESTED_SCT, attested);
    sw_jw_u64(w, "unchecked", attested->unchecked);
    sw_jw_object_end(w);
}

void sw_flow_verification_members(struct sw_json_writer *w, const struct sw_verification *v)
{
    sw_jw_text(w, "verdict", verdict_names[v->verdict]);
    sw_jw_text(w, "signer", v->signer);
    sw_jw_text(w, "identity", v->identity);
    attested_json(w, &v->attested);
    sw_json_digest(w, "model_root", &v->root);
    sw_json_digest(w, "manifest", &v->manifest_digest);
    sw_json_digest(w, "claim", &v->claim);
    sw_jw_u64(w, "files", v->files);
    sw_jw_u64(w, "bytes", v->bytes);
    sw_jw_bool(w, "unsigned_git", v->unsigned_git);
    sw_flow_problems_json(w, v);
}
