#include "data/training.h"
#include "data/claims_fields.h"
#include "data/consumption.h"
#include "data/slsa.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define PLAN_MAX ((uint64_t)64 << 20)

/* --- runs that are under way ----------------------------------------------------------------- */

static sw_result plan_path(
    const struct sw_data *data, struct sw_str run, const char **out, struct sw_error *err)
{
    SW_TRY(sw_name_check(run, "run", err));
    *out = sw_arena_printf(data->arena, "%s/" SW_DATA_DIR "/runs/" SW_STR_FMT ".json",
        sw_store_path(data->store), SW_STR_ARG(run));
    SW_TRY_PTR(*out);
    return SW_OK;
}

static sw_result find_model(const struct sw_data *data, struct sw_str run,
    struct sw_training_claim *out, bool *found, struct sw_error *err)
{
    struct sw_digest subject;
    struct sw_data_claim *claims = NULL;
    size_t count = 0;
    *found = false;
    sw_name_digest(SW_NAME_RUN, run, &subject);
    SW_TRY(sw_data_claims(data, SW_PREDICATE_TRAINING, &subject, &claims, &count, NULL, err));
    for (size_t i = 0; i < count && !*found; i++) {
        SW_TRY(sw_training_claim_read(data->arena, &claims[i].statement, out, err));
        *found = out->kind == SW_TRAINED_MODEL && sw_str_equal(out->run, run);
    }
    return SW_OK;
}

sw_result sw_training_recorded(
    const struct sw_data *data, struct sw_str run, bool *recorded, struct sw_error *err)
{
    struct sw_training_claim claim;
    return find_model(data, run, &claim, recorded, err);
}

/* A plan that nobody holds is left of a run that was killed: it may be replaced. */
static sw_result lock_plan(const char *path, struct sw_str name, int *out, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) {
        return sw_fail_errno(err, errno, "cannot write '%s'", path);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK
                   ? sw_fail(err, SW_E_BUSY, "run " SW_STR_FMT " is under way", SW_STR_ARG(name))
                   : sw_fail_errno(err, errno, "cannot lock '%s'", path);
    }
    *out = SW_TAKE_FD(fd);
    return SW_OK;
}

static sw_result write_plan(
    const struct sw_training_claim *plan, const struct sw_training_run *run, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_training_plan_write(plan, &text));
    if (ftruncate(run->fd, 0) != 0) {
        return sw_fail_errno(err, errno, "cannot write '%s'", run->path);
    }
    return sw_fd_write(run->fd, run->path, sw_buf_bytes(&text), err);
}

static sw_result make_runs_dir(const char *path, struct sw_arena *arena, struct sw_error *err)
{
    const char *dir = sw_arena_strndup(arena, sw_path_dir(path));
    SW_TRY_PTR(dir);
    return sw_dir_make(dir, 0777, err);
}

sw_result sw_training_begin(const struct sw_data *data, const struct sw_training_claim *plan,
    struct sw_training_run *run, struct sw_error *err)
{
    SW_CLEANUP(training_run) struct sw_training_run made = SW_TRAINING_RUN_INIT;
    bool recorded = false;
    const char *path = NULL;
    SW_TRY(plan_path(data, plan->run, &path, err));
    SW_TRY(sw_training_recorded(data, plan->run, &recorded, err));
    if (recorded) {
        return sw_fail(err, SW_E_REFUSED,
            "run " SW_STR_FMT " is recorded already: choose another name", SW_STR_ARG(plan->run));
    }
    SW_TRY(make_runs_dir(path, data->arena, err));
    SW_TRY(lock_plan(path, plan->run, &made.fd, err));
    made.path = path;
    SW_TRY(write_plan(plan, &made, err));
    *run = made;
    made = SW_TRAINING_RUN_INIT;
    return SW_OK;
}

void sw_training_end(struct sw_training_run *run)
{
    if (run->fd >= 0) {
        (void)unlink(run->path);
        (void)close(run->fd);
    }
    *run = SW_TRAINING_RUN_INIT;
}

/* *live is false when nobody holds it. */
static sw_result read_plan(const struct sw_data *data, const char *path,
    struct sw_training_claim *out, bool *live, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    *live = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!*live) {
        return SW_OK;
    }
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_fd_read(fd, path, PLAN_MAX, &text, err));
    const void *kept = sw_arena_copy(data->arena, sw_buf_bytes(&text));
    struct sw_json *json = SW_ARENA_NEW(data->arena, struct sw_json);
    if (kept == NULL || json == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(sw_json_parse(data->arena, sw_bytes(kept, text.len), NULL, json, err));
    return sw_training_plan_read(data->arena, json, out, err);
}

sw_result sw_training_plan(const struct sw_data *data, struct sw_str run,
    struct sw_training_claim *out, struct sw_error *err)
{
    const char *path = NULL;
    struct sw_training_claim plan = {0};
    bool found = false;
    SW_TRY(plan_path(data, run, &path, err));
    SW_TRY(read_plan(data, path, &plan, &found, err));
    if (!found) {
        SW_TRY(find_model(data, run, &plan, &found, err));
    }
    if (!found || !sw_str_equal(plan.run, run)) {
        return sw_fail(err, SW_E_NOENT,
            "there is no run '" SW_STR_FMT "': neither is one under way, nor is one recorded",
            SW_STR_ARG(run));
    }
    *out = plan;
    return SW_OK;
}

/* --- planning -------------------------------------------------------------------------------- */

sw_result sw_training_add_gap(
    struct sw_arena *arena, struct sw_training_claim *claim, const char *text)
{
    struct sw_str *gaps = SW_ARENA_ARRAY(arena, struct sw_str, claim->gap_count + 1);
    SW_TRY_PTR(text);
    SW_TRY_PTR(gaps);
    for (size_t i = 0; i < claim->gap_count; i++) {
        gaps[i] = claim->gaps[i];
    }
    gaps[claim->gap_count++] = sw_str(text);
    claim->gaps = gaps;
    return SW_OK;
}

sw_result sw_training_dataset(const struct sw_data *data, struct sw_str name,
    struct sw_dataset_ref *ref, struct sw_dataset_claim *claim, struct sw_error *err)
{
    SW_TRY(sw_dataset_find(data, name, claim, NULL, err));
    *ref = (struct sw_dataset_ref){claim->name, claim->version, claim->manifest, claim->samples};
    return SW_OK;
}

sw_result sw_training_mixture(const struct sw_data *data, struct sw_str name,
    struct sw_training_claim *plan, struct sw_error *err)
{
    struct sw_mixture_history history;
    SW_TRY(sw_name_check(name, "mixture", err));
    SW_TRY(sw_mixture_read(data, name, &history, err));
    plan->mixture = name;
    plan->decision = history.claims[history.count - 1].claim;
    return history.problem == NULL ? SW_OK
                                   : sw_training_add_gap(data->arena, plan,
                                         "the mixture's decisions are not one chain");
}

/* --- SLSA provenance ------------------------------------------------------------------------- */

static void write_parameters(struct sw_slsa *slsa, const struct sw_training_claim *claim)
{
    struct sw_json_writer *w = &slsa->w;
    sw_jw_str(w, "run", claim->run);
    sw_slsa_texts(slsa, "command", claim->command, claim->command_count);
    if (claim->parameters != NULL) {
        sw_jw_json(w, "parameters", claim->parameters);
    }
    if (claim->mixture.len != 0) {
        sw_jw_str(w, "mixture", claim->mixture);
    }
    if (claim->seed.len != 0) {
        sw_jw_str(w, "seed", claim->seed);
    }
    if (claim->kind == SW_TRAINED_CHECKPOINT) {
        sw_jw_u64(w, "step", claim->step);
    }
}

static sw_result write_dependencies(struct sw_slsa *slsa, const struct sw_training_claim *claim)
{
    for (size_t i = 0; i < claim->dataset_count; i++) {
        SW_TRY(sw_slsa_dataset(slsa, &claim->datasets[i]));
    }
    if (claim->decision.alg != 0) {
        sw_slsa_resource(slsa, "mixture-decision", claim->mixture, &claim->decision);
    }
    for (size_t i = 0; i < claim->base_count; i++) {
        sw_slsa_resource(slsa, "base-model", claim->bases[i].name, &claim->bases[i].root);
    }
    for (size_t i = 0; i < claim->code_count; i++) {
        sw_slsa_resource(slsa, "code", claim->code[i].path, &claim->code[i].digest);
    }
    return SW_OK;
}

sw_result sw_training_provenance(
    const struct sw_training_claim *claim, const char *builder, struct sw_buf *out)
{
    SW_CLEANUP(slsa) struct sw_slsa slsa = {0};
    sw_slsa_begin(&slsa, SW_BUILD_TYPE_TRAINING);
    write_parameters(&slsa, claim);
    sw_slsa_dependencies(&slsa, claim->environment);
    SW_TRY(write_dependencies(&slsa, claim));
    sw_slsa_run(&slsa, builder, claim->run, claim->started, claim->finished);
    for (size_t i = 0; i < claim->consumed_count; i++) {
        sw_slsa_resource(&slsa, "consumption-claim", claim->run, &claim->consumed[i]);
    }
    return sw_slsa_end(&slsa, out);
}

/* --- recording ------------------------------------------------------------------------------- */

static sw_result add_consumed(
    const struct sw_data *data, struct sw_training_claim *claim, struct sw_error *err)
{
    struct sw_consumption_state *states = NULL;
    size_t count = 0;
    SW_TRY(sw_consumption_find(data, claim->run, sw_str(""), &states, &count, err));
    claim->consumed = SW_ARENA_ARRAY(data->arena, struct sw_digest, count);
    SW_TRY_PTR(claim->consumed);
    for (size_t i = 0; i < count; i++) {
        claim->consumed[i] = states[i].by.claim;
    }
    claim->consumed_count = count;
    return SW_OK;
}

sw_result sw_training_record(const struct sw_data *data, struct sw_training_claim *claim,
    struct sw_receipt receipts[2], struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf training = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf provenance = SW_BUF_INIT;
    SW_TRY(sw_name_check(claim->run, "run", err));
    SW_TRY(add_consumed(data, claim, err));
    const char *builder =
        sw_arena_printf(data->arena, "urn:sealwright:log:%s", sw_store_origin(data->store));
    SW_TRY_PTR(builder);
    SW_TRY(sw_training_claim_write(claim, &training));
    SW_TRY(sw_training_provenance(claim, builder, &provenance));
    struct sw_subject subjects[] = {{claim->model, claim->root},
        {sw_str("manifest"), claim->manifest}, {.name = sw_str("run")}};
    sw_name_digest(SW_NAME_RUN, claim->run, &subjects[2].digest);
    const struct sw_data_draft drafts[] = {
        {subjects, 3, SW_PREDICATE_TRAINING, sw_buf_bytes(&training)},
        {subjects, 2, SW_PREDICATE_SLSA_PROVENANCE, sw_buf_bytes(&provenance)}};
    return sw_data_record_all(data, drafts, SW_COUNT(drafts), receipts, err);
}
