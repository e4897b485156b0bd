#include "model/compare.h"
#include "model/exclude.h"
#include "model/manifest.h"

#include <errno.h>
#include <sys/stat.h>

struct verifying {
    struct sw_arena *arena;
    const char *path;
    const struct sw_model_verify_options *options;
    struct sw_verification *out;
    struct sw_problems problems;
    struct sw_plan plan;
    struct sw_exclude exclude;
};

/* Ends the check with one problem that makes all others pointless. */
static sw_result conclude(struct verifying *v, enum sw_verdict verdict, enum sw_problem_kind kind,
    const char *path, const char *detail)
{
    v->out->verdict = verdict;
    return sw_problems_add(&v->problems, v->arena, kind, path, sw_arena_strdup(v->arena, detail));
}

/* Failures that are an answer about the signature become the verdict; others are passed up. */
static sw_result conclude_failure(struct verifying *v, enum sw_code code, enum sw_problem_kind kind,
    const char *path, const struct sw_error *why, struct sw_error *err)
{
    const char *words = why->text[0] == '\0' ? sw_code_text(code) : why->text;
    switch (code) {
    case SW_E_REFUSED:
    case SW_E_FORMAT:
    case SW_E_LIMIT: return conclude(v, SW_VERDICT_FAIL, kind, path, words);
    case SW_E_UNSUPPORTED:
    case SW_E_NOEVIDENCE: return conclude(v, SW_VERDICT_NO_EVIDENCE, kind, path, words);
    case SW_OK:
    case SW_E_USAGE:
    case SW_E_NOENT:
    case SW_E_IO:
    case SW_E_BUSY:
    case SW_E_NOMEM:
    case SW_E_INTERRUPTED:
    case SW_E_INTERNAL: break;
    }
    return sw_fail(err, code, "%s", words);
}

static const char *signature_name(const struct verifying *v)
{
    const char *signature = v->options->model.signature;
    return signature == NULL ? "" : signature;
}

/* --- the signature --------------------------------------------------------------------------- */

static sw_result verify_claim(const struct verifying *v, const struct sw_trust *trust,
    struct sw_bytes signature, struct sw_claim *claim, struct sw_error *err)
{
    const struct sw_verify_options options = {.now = v->options->now,
        .signing_time = v->options->signing_time,
        .allow_missing_hint = v->options->allow_missing_hint,
        .legacy = v->options->legacy};
    return sw_claim_verify(v->arena, trust, signature, &options, claim, err);
}

/* True in *go_on when there is a plan to compare with. */
static sw_result check_signature(struct verifying *v, const struct sw_trust *trust,
    struct sw_bytes signature, bool *go_on, struct sw_error *err)
{
    const char *name = signature_name(v);
    if (signature.len == 0) {
        return conclude(v, SW_VERDICT_NO_EVIDENCE, SW_PROBLEM_NO_SIGNATURE, name,
            "there is no signature to check");
    }
    sw_sha256(signature, &v->out->claim);
    struct sw_claim claim;
    struct sw_error why = {0};
    enum sw_code code = verify_claim(v, trust, signature, &claim, &why);
    if (code != SW_OK) {
        return conclude_failure(v, code, SW_PROBLEM_SIGNATURE, name, &why, err);
    }
    v->out->signer = claim.signer;
    v->out->identity = claim.identity;
    v->out->attested = claim.attested;
    code = sw_plan_read(v->arena, &claim.statement, v->options->legacy, &v->plan, &why);
    if (code != SW_OK) {
        return conclude_failure(v, code, SW_PROBLEM_MANIFEST, name, &why, err);
    }
    v->out->root = v->plan.root;
    *go_on = true;
    return SW_OK;
}

/* --- the model ------------------------------------------------------------------------------- */

/* What is signed is never left out, whoever ignores it; so a directory with something signed below
 * is entered, and the rest of it is judged entry by entry. */
static bool ignore_entry(void *ctx, const char *name, bool is_dir)
{
    struct verifying *v = ctx;
    bool covered = sw_exclude_covers(&v->exclude, name, is_dir);
    if ((!covered && !v->options->ignore_unsigned_files) ||
        sw_plan_has_below(&v->plan, sw_str(name))) {
        return false;
    }
    v->out->unsigned_git = v->out->unsigned_git || sw_exclude_is_git(name);
    return true;
}

static sw_result prepare_exclude(struct verifying *v, struct sw_error *err)
{
    SW_TRY(sw_exclude_init(&v->exclude, v->arena, v->path, &v->options->model, err));
    for (size_t i = 0; i < v->plan.ignored_count; i++) {
        const char *path = v->plan.ignored[i];
        if (!v->options->model.keep_git || !sw_exclude_is_git(path)) {
            SW_TRY(sw_exclude_add(&v->exclude, v->arena, path));
        }
    }
    sw_exclude_sort(&v->exclude);
    return SW_OK;
}

/* Both sides call a model that is one file by its name from here on. */
static sw_result name_single(struct verifying *v, struct sw_tree *tree)
{
    if (tree->single == NULL) {
        return SW_OK;
    }
    const char *named = sw_model_named_path(v->arena, v->path);
    SW_TRY_PTR(named);
    const char *name = sw_arena_strndup(v->arena, sw_path_base(named));
    SW_TRY_PTR(name);
    tree->entries[0].name = name;
    if (sw_str_is(v->plan.files[0].name, ".")) {
        v->plan.files[0].name = sw_str(name);
    }
    return SW_OK;
}

static sw_result hash_plan(const struct verifying *v, struct sw_digest *out)
{
    const struct sw_plan *plan = &v->plan;
    struct sw_hash hash;
    SW_TRY(sw_manifest_digest_begin(
        &hash, plan->method, plan->alg, plan->shard_size, plan->digest_count));
    for (size_t i = 0; i < plan->file_count; i++) {
        const struct sw_plan_file *file = &plan->files[i];
        uint64_t start = 0;
        for (size_t k = 0; k < file->count; k++) {
            uint64_t left = file->size - start;
            bool whole = plan->method == SW_MODEL_FILES || left < plan->shard_size;
            uint64_t end = start + (whole ? left : plan->shard_size);
            const struct sw_manifest_item item = {file->name, start, end,
                sw_bytes(plan->digests + (file->first + k) * plan->digest_len, plan->digest_len)};
            sw_manifest_digest_add(&hash, &item);
            start = end;
        }
    }
    sw_hash_final(&hash, out);
    return SW_OK;
}

static sw_result judge(struct verifying *v, struct sw_str signed_name)
{
    struct sw_verification *out = v->out;
    out->verdict = v->problems.count == 0 ? SW_VERDICT_PASS : SW_VERDICT_FAIL;
    for (size_t i = 0; i < v->problems.count; i++) {
        out->io_error = out->io_error || v->problems.list[i].kind == SW_PROBLEM_UNREADABLE;
    }
    if (out->verdict != SW_VERDICT_PASS) {
        return SW_OK;
    }
    v->plan.files[0].name = signed_name;
    return hash_plan(v, &out->manifest_digest);
}

static sw_result compare_model(struct verifying *v, struct sw_tree *tree, struct sw_error *err)
{
    if (tree->single == NULL && sw_str_is(v->plan.files[0].name, ".")) {
        return conclude(v, SW_VERDICT_FAIL, SW_PROBLEM_MANIFEST, signature_name(v),
            "the signature is for a single file, and this is a directory");
    }
    struct sw_unit_digests digests;
    SW_TRY(sw_model_hash_tree(
        v->arena, tree, &v->options->model, v->plan.alg, v->plan.shard_size, true, &digests, err));
    for (size_t i = 0; i < tree->count; i++) {
        v->out->files += tree->entries[i].kind == SW_ENTRY_FILE ? 1 : 0;
    }
    v->out->bytes = tree->bytes;
    struct sw_str signed_name = v->plan.files[0].name;
    SW_TRY(name_single(v, tree));
    SW_TRY(sw_model_compare(v->arena, &v->plan, tree, &digests, &v->problems));
    return judge(v, signed_name);
}

static sw_result check_model(struct verifying *v, struct sw_error *err)
{
    SW_TRY(prepare_exclude(v, err));
    const struct sw_tree_options options = {
        .follow_symlinks = v->plan.allow_symlinks || v->options->model.allow_symlinks,
        .ignore = ignore_entry,
        .ignore_ctx = v};
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    SW_TRY(sw_tree_open(&tree, v->path, &options, err));
    SW_TRY(compare_model(v, &tree, err));
    /* Names of problems point into the tree, which goes now. */
    for (size_t i = 0; i < v->problems.count; i++) {
        struct sw_problem *problem = &v->problems.list[i];
        problem->path = sw_arena_strdup(v->arena, problem->path);
        problem->detail = sw_arena_strdup(v->arena, problem->detail);
        if (problem->path == NULL || problem->detail == NULL) {
            return SW_E_NOMEM;
        }
    }
    return SW_OK;
}

static sw_result verify(struct verifying *v, const struct sw_trust *trust,
    struct sw_bytes signature, struct sw_error *err)
{
    struct stat st;
    if (stat(v->path, &st) != 0) {
        return sw_fail_errno(err, errno, "cannot open '%s'", v->path);
    }
    bool go_on = false;
    SW_TRY(check_signature(v, trust, signature, &go_on, err));
    return go_on ? check_model(v, err) : SW_OK;
}

sw_result sw_model_verify(struct sw_arena *arena, const char *path, struct sw_bytes signature,
    const struct sw_trust *trust, const struct sw_model_verify_options *options,
    struct sw_verification *out, struct sw_error *err)
{
    struct sw_verification verification = {.verdict = SW_VERDICT_NO_EVIDENCE};
    struct verifying v = {.arena = arena, .path = path, .options = options, .out = &verification};
    enum sw_code code = verify(&v, trust, signature, err);
    if (code == SW_E_NOMEM) {
        return sw_fail(err, SW_E_NOMEM, "cannot verify '%s': out of memory", path);
    }
    SW_TRY(code);
    verification.problems = v.problems.list;
    verification.problem_count = v.problems.count;
    *out = verification;
    return SW_OK;
}
