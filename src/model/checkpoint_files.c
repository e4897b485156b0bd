#include "model/checkpoint_private.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

struct checking {
    const struct sw_checkpoint_context *context;
    const struct sw_model_options *options;
    const char *dir;
    struct sw_checkpoint_chain *chain;
    struct sw_error *err;
};

/* --- one checkpoint against its signature ---------------------------------------------------- */

/* The signature is the log's copy: what lies beside the files may be anybody's. */
static sw_result compare(const struct sw_checkpoint_context *context,
    const struct sw_checkpoint_link *link, const char *path, const struct sw_model_options *options,
    struct sw_verification *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    SW_TRY(sw_evidence_load(context->store, &link->claim.signature, &signature, err));
    struct sw_model_verify_options verify = {
        .model = *options, .now = context->now, .signing_time = link->recorded};
    verify.model.signature = sw_model_signature_path(context->arena, path, false);
    if (verify.model.signature == NULL) {
        verify.model.signature = sw_model_signature_path(context->arena, path, true);
        SW_TRY_PTR(verify.model.signature);
    }
    return sw_model_verify(
        context->arena, path, sw_buf_bytes(&signature), context->trust, &verify, out, err);
}

static sw_result add_problem(
    const struct checking *c, struct sw_checkpoint_link *link, const struct sw_problem *problem)
{
    struct sw_arena *arena = c->context->arena;
    const struct sw_chain_break broken = {.kind = SW_BREAK_ALTERED,
        .name = sw_arena_strndup(arena, link->claim.name),
        .step = link->claim.step,
        .leaf = link->leaf,
        .path = problem->path,
        .what = sw_arena_printf(arena, "%s%s%s", sw_problem_kind_name(problem->kind),
            problem->detail[0] == '\0' ? "" : ": ", problem->detail)};
    link->broken = true;
    return sw_chain_add_break(arena, c->chain, &broken);
}

static sw_result check_link(const struct checking *c, struct sw_checkpoint_link *link)
{
    struct sw_arena *arena = c->context->arena;
    const char *name = sw_arena_strndup(arena, link->claim.name);
    SW_TRY_PTR(name);
    const char *path = sw_path_join(arena, c->dir, name);
    SW_TRY_PTR(path);
    if (!sw_dir_exists(path) && !sw_file_exists(path)) {
        link->presence = SW_PRESENCE_GONE;
        return SW_OK;
    }
    struct sw_verification v;
    struct sw_error why = {0};
    enum sw_code code = compare(c->context, link, path, c->options, &v, &why);
    if (code == SW_E_NOENT) {
        link->presence = SW_PRESENCE_GONE; /* deleted meanwhile; a lost signature was told before */
        return SW_OK;
    }
    if (code != SW_OK) {
        return sw_fail(c->err, code, "%s", why.text);
    }
    c->chain->files += v.files;
    c->chain->bytes += v.bytes;
    bool same =
        v.verdict == SW_VERDICT_PASS && sw_digest_equal(&v.manifest_digest, &link->claim.manifest);
    link->presence = same ? SW_PRESENCE_WHOLE : SW_PRESENCE_ALTERED;
    for (size_t i = 0; i < v.problem_count; i++) {
        SW_TRY(add_problem(c, link, &v.problems[i]));
    }
    if (same || v.problem_count > 0) {
        return SW_OK;
    }
    return sw_chain_break_link(arena, c->chain, link, SW_BREAK_ALTERED,
        "its files have other names or sizes than its claim says");
}

/* --- what the log does not know -------------------------------------------------------------- */

/* The newest claim of a name: what an earlier branch wrote there has been overwritten. */
static bool is_superseded(const struct sw_checkpoint_chain *chain, size_t index)
{
    for (size_t i = index + 1; i < chain->count; i++) {
        if (sw_str_equal(chain->links[i].claim.name, chain->links[index].claim.name)) {
            return true;
        }
    }
    return false;
}

static bool is_recorded(const struct sw_checkpoint_chain *chain, const char *name)
{
    for (size_t i = 0; i < chain->count; i++) {
        if (sw_str_is(chain->links[i].claim.name, name)) {
            return true;
        }
    }
    return false;
}

static sw_result look_at(const struct checking *c, const char *name)
{
    uint64_t step;
    if (!sw_checkpoint_is_candidate(name, &step) || is_recorded(c->chain, name)) {
        return SW_OK;
    }
    const struct sw_chain_break broken = {.kind = SW_BREAK_UNRECORDED,
        .name = sw_arena_strdup(c->context->arena, name),
        .step = step,
        .leaf = SW_ABSENT,
        .path = "",
        .what = "it is on the disk, and the log has no claim of it: it was not signed, or the log "
                "is an older one"};
    return sw_chain_add_break(c->context->arena, c->chain, &broken);
}

static void close_dir(DIR *dir)
{
    (void)closedir(dir);
}
SW_DEFINE_CLEANUP_PTR(dir, DIR, close_dir)

static sw_result find_unrecorded(const struct checking *c)
{
    SW_CLEANUP(dir) DIR *dir = opendir(c->dir);
    if (dir == NULL) {
        return sw_fail_errno(c->err, errno, "cannot list '%s'", c->dir);
    }
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        SW_TRY(look_at(c, e->d_name));
    }
    return SW_OK;
}

bool sw_checkpoint_is_candidate(const char *name, uint64_t *step)
{
    static const char *const endings[] = {".sig", ".part", ".partial", ".incomplete", ".lock", "~"};
    for (size_t i = 0; i < SW_COUNT(endings); i++) {
        if (sw_str_ends(sw_str(name), endings[i])) {
            return false;
        }
    }
    return name[0] != '.' && strstr(name, "tmp") == NULL && sw_checkpoint_step(name, step);
}

sw_result sw_checkpoint_chain_check(const struct sw_checkpoint_context *context, const char *dir,
    const struct sw_model_options *options, struct sw_checkpoint_chain *chain, struct sw_error *err)
{
    const struct checking c = {context, options, dir, chain, err};
    SW_TRY(find_unrecorded(&c));
    for (size_t i = 0; i < chain->count; i++) {
        SW_TRY(sw_progress_check(options->progress, err));
        if (!is_superseded(chain, i)) {
            SW_TRY(check_link(&c, &chain->links[i]));
        }
    }
    sw_chain_sort_breaks(chain);
    return SW_OK;
}

static bool is_newer_than(struct sw_arena *arena, const char *path, const char *signature)
{
    struct stat st;
    struct sw_error ignored = {0};
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    if (stat(signature, &st) != 0 || sw_tree_open(&tree, path, NULL, &ignored) != SW_OK) {
        return true;
    }
    int64_t signed_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    for (size_t i = 0; i < tree.count; i++) {
        if (tree.entries[i].stamp.ctime_ns > signed_ns &&
            !sw_str_is(sw_str(tree.entries[i].name), "model.sig")) {
            return true;
        }
    }
    return false;
}

bool sw_checkpoint_is_recorded(
    struct sw_arena *arena, const struct sw_checkpoint_chain *chain, const char *path)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_digest digest;
    struct sw_error ignored = {0};
    const char *signature = sw_model_signature_path(arena, path, true);
    if (signature == NULL ||
        sw_file_read(signature, SW_BUNDLE_MAX_BYTES, &text, &ignored) != SW_OK) {
        return false;
    }
    sw_sha256(sw_buf_bytes(&text), &digest);
    for (size_t i = 0; i < chain->count; i++) {
        if (sw_digest_equal(&chain->links[i].claim.signature, &digest) &&
            sw_str_equal(chain->links[i].claim.name, sw_path_base(path))) {
            return !is_newer_than(arena, path, signature);
        }
    }
    return false;
}

/* --- resuming -------------------------------------------------------------------------------- */

struct resuming {
    const struct sw_checkpoint_context *context;
    const char *run;
    struct sw_checkpoint_chain chain;
    struct sw_checkpoint_resumption *out;
    struct sw_error *err;
};

/* The newest claim of this name. */
static struct sw_checkpoint_link *link_named(struct resuming *r, struct sw_str name)
{
    for (size_t i = r->chain.count; i > 0; i--) {
        if (sw_str_equal(r->chain.links[i - 1].claim.name, name)) {
            return &r->chain.links[i - 1];
        }
    }
    return NULL;
}

static sw_result newest_in(struct resuming *r, const char *dir, const char **path)
{
    struct sw_arena *arena = r->context->arena;
    for (size_t i = r->chain.count; i > 0; i--) {
        const struct sw_checkpoint_link *link = &r->chain.links[i - 1];
        const char *name = sw_arena_strndup(arena, link->claim.name);
        SW_TRY_PTR(name);
        const char *here = sw_path_join(arena, dir, name);
        SW_TRY_PTR(here);
        if (link->current && (sw_dir_exists(here) || sw_file_exists(here))) {
            *path = here;
            return SW_OK;
        }
    }
    return sw_fail(r->err, SW_E_NOEVIDENCE,
        "no signed checkpoint of run %s is in '%s': name the directory with --dir", r->run, dir);
}

/* Everything from the first one up to here must hold. */
static sw_result check_back(const struct resuming *r, const struct sw_checkpoint_link *link)
{
    const struct sw_checkpoint_link *links = r->chain.links;
    for (const struct sw_checkpoint_link *at = link;; at = &links[at->parent]) {
        for (size_t i = 0; at->broken && i < r->chain.break_count; i++) {
            const struct sw_chain_break *broken = &r->chain.breaks[i];
            if (broken->leaf == at->leaf) {
                return sw_fail(r->err, SW_E_REFUSED, "the chain of run %s is broken at %s: %s: %s",
                    r->run, broken->name, sw_break_name(broken->kind), broken->what);
            }
        }
        if (at->parent == SIZE_MAX) {
            return SW_OK;
        }
    }
}

static sw_result judge_bytes(const struct resuming *r, const struct sw_checkpoint_resumption *done)
{
    const struct sw_verification *v = &done->verification;
    if (v->verdict == SW_VERDICT_PASS &&
        sw_digest_equal(&v->manifest_digest, &done->link.claim.manifest)) {
        return SW_OK;
    }
    const struct sw_problem *first = v->problem_count == 0 ? NULL : &v->problems[0];
    return sw_fail(r->err, v->io_error ? SW_E_IO : SW_E_REFUSED,
        "'%s' is not as it was signed: %s: %s%s%s", done->path,
        first == NULL ? "its files" : first->path,
        first == NULL ? "other names or sizes" : sw_problem_kind_name(first->kind),
        first == NULL || first->detail[0] == '\0' ? "" : ", ", first == NULL ? "" : first->detail);
}

static sw_result choose(struct resuming *r, const char *path, const char *dir)
{
    if (path == NULL) {
        SW_TRY(newest_in(r, dir, &path));
    }
    SW_CLEANUP(free) char *real = realpath(path, NULL);
    if (real == NULL) {
        return sw_fail_errno(r->err, errno, "cannot open '%s'", path);
    }
    const struct sw_checkpoint_link *link = link_named(r, sw_path_base(real));
    if (link == NULL) {
        return sw_fail(
            r->err, SW_E_REFUSED, "'%s' is not signed as a checkpoint of run %s", path, r->run);
    }
    r->out->path = path;
    r->out->link = *link;
    return SW_OK;
}

sw_result sw_checkpoint_resume(const struct sw_checkpoint_context *context, const char *run,
    const char *path, const char *dir, bool note, struct sw_progress *progress,
    struct sw_checkpoint_resumption *out, struct sw_error *err)
{
    struct sw_checkpoint_resumption found = {0};
    struct resuming r = {.context = context, .run = run, .out = &found, .err = err};
    const struct sw_model_options options = {.progress = progress};
    SW_TRY(sw_checkpoint_chain_read(context, run, &r.chain, err));
    SW_TRY(choose(&r, path, dir));
    SW_TRY(check_back(&r, &found.link));
    SW_TRY(compare(context, &found.link, found.path, &options, &found.verification, err));
    SW_TRY(judge_bytes(&r, &found));
    found.link.presence = SW_PRESENCE_WHOLE;
    if (note) {
        SW_TRY(sw_resume_write(sw_store_path(context->store), run, &found.link.digest, err));
    }
    *out = found;
    return SW_OK;
}
