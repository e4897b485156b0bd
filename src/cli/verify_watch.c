#include "cli/verify_watch.h"

#include <stdlib.h>
#include <time.h>

/* How long a signal may have to wait. */
#define STEP_NS ((uint64_t)50000000)
#define SECOND_NS ((uint64_t)1000000000)

/* What one pass found. */
struct pass {
    struct sw_arena arena;
    struct sw_verification v;
    bool made;
};

struct watching {
    struct sw_cli *cli;
    const struct sw_verify_watch *how;
    struct sw_progress progress; /* asks to stop */
    uint64_t began;              /* this pass */
    uint64_t bytes;              /* that it has read */
    bool mute;                   /* what the pass before found could not be told */
    struct pass passes[2];       /* this one and the one before */
};

int sw_verify_status(const struct sw_verification *v)
{
    static const int status[] = {
        [SW_VERDICT_PASS] = 0, [SW_VERDICT_FAIL] = 1, [SW_VERDICT_NO_EVIDENCE] = 3};
    return v->io_error ? 4 : status[v->verdict];
}

/* --- slowness -------------------------------------------------------------------------------- */

static void wait_until(const struct watching *w, uint64_t due)
{
    for (uint64_t now = sw_time_monotonic_ns(); now < due && !sw_progress_cancelled(&w->progress);
         now = sw_time_monotonic_ns()) {
        uint64_t left = due - now;
        const struct timespec step = {0, (long)(left < STEP_NS ? left : STEP_NS)};
        (void)nanosleep(&step, NULL);
    }
}

/* One thread reads, so nobody else counts. */
static enum sw_code slow_down(void *ctx, void *state, struct sw_bytes chunk, struct sw_error *err)
{
    struct watching *w = ctx;
    w->bytes += chunk.len;
    double seconds = (double)w->bytes / (double)w->how->rate;
    wait_until(w, w->began + (uint64_t)(seconds * (double)SECOND_NS));
    return SW_OK;
}

/* --- what changed ---------------------------------------------------------------------------- */

static void tell_json(const char *event, const char *path, const char *kind, const char *detail)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(sw_time_now(), time);
    w->indent = 0; /* a line each */
    sw_jw_object(w, NULL);
    sw_jw_text(w, "event", event);
    sw_jw_text(w, "time", time);
    sw_jw_text(w, "path", path);
    sw_jw_text(w, "kind", kind);
    sw_jw_text(w, "detail", detail);
    sw_jw_object_end(w);
    struct sw_error ignored = {0};
    if (sw_json_out_end(&out, &ignored) != SW_OK) {
        clearerr(stdout); /* out of memory: the next pass tells again */
    }
}

static void tell(const struct watching *w, const char *event, const struct sw_problem *problem)
{
    bool good = strcmp(event, "restored") == 0;
    if (w->cli->json) {
        tell_json(
            event, problem->path, sw_problem_kind_name(problem->kind), good ? "" : problem->detail);
        return;
    }
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(sw_time_now(), time);
    sw_say(w->cli, SW_TONE_DIM, "%s", time);
    sw_say(w->cli, good ? SW_TONE_GOOD : SW_TONE_BAD, "  %-12s",
        good ? event : sw_problem_kind_name(problem->kind));
    bool more = !good && problem->detail[0] != '\0';
    sw_say(w->cli, SW_TONE_PLAIN, " %s%s%s\n", problem->path, more ? ": " : "",
        more ? problem->detail : "");
}

static void tell_verdict(const struct watching *w, const struct sw_verification *v)
{
    static const char *const words[] = {[SW_VERDICT_PASS] = "pass",
        [SW_VERDICT_FAIL] = "fail",
        [SW_VERDICT_NO_EVIDENCE] = "no-evidence"};
    if (w->cli->json) {
        tell_json(words[v->verdict], NULL, NULL, v->signer == NULL ? "" : v->signer);
        return;
    }
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(sw_time_now(), time);
    sw_say(w->cli, SW_TONE_DIM, "%s", time);
    sw_say(w->cli, v->verdict == SW_VERDICT_PASS ? SW_TONE_GOOD : SW_TONE_BAD, "  %-12s",
        words[v->verdict]);
    sw_say(w->cli, SW_TONE_PLAIN, " %s, %s\n", sw_count_show(w->cli, v->files, "file"),
        sw_count_show(w->cli, v->bytes, "byte"));
}

static bool same_problem(const struct sw_problem *a, const struct sw_problem *b)
{
    return a->kind == b->kind && strcmp(a->path, b->path) == 0 && strcmp(a->detail, b->detail) == 0;
}

static bool has_problem(const struct sw_verification *v, const struct sw_problem *problem)
{
    for (size_t i = 0; i < v->problem_count; i++) {
        if (same_problem(&v->problems[i], problem)) {
            return true;
        }
    }
    return false;
}

static bool names(const struct sw_verification *v, const char *path)
{
    for (size_t i = 0; i < v->problem_count; i++) {
        if (strcmp(v->problems[i].path, path) == 0) {
            return true;
        }
    }
    return false;
}

/* False when not all of it could be told. */
static bool tell_changes(
    struct watching *w, const struct sw_verification *before, const struct sw_verification *v)
{
    clearerr(stdout); /* of the pass before */
    if (before == NULL || before->verdict != v->verdict) {
        tell_verdict(w, v);
    }
    for (size_t i = 0; i < v->problem_count; i++) {
        if (before == NULL || !has_problem(before, &v->problems[i])) {
            tell(w, "problem", &v->problems[i]);
        }
    }
    for (size_t i = 0; before != NULL && i < before->problem_count; i++) {
        if (!names(v, before->problems[i].path)) {
            tell(w, "restored", &before->problems[i]);
        }
    }
    bool mute = fflush(stdout) != 0 || ferror(stdout) != 0;
    if (mute && !w->mute) {
        sw_note(w->cli, "cannot write to standard output: all is told again when that is possible");
    }
    w->mute = mute;
    return !mute;
}

/* --- passes ---------------------------------------------------------------------------------- */

static sw_result make_pass(
    struct watching *w, struct sw_verify_request *request, struct pass *pass, struct sw_error *err)
{
    const struct sw_consumer slow = {.ctx = w, .update = slow_down};
    const struct sw_consumer *list[] = {&slow};
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    sw_arena_release(&pass->arena);
    sw_arena_init(&pass->arena, 0);
    pass->made = false;
    w->began = sw_time_monotonic_ns();
    w->bytes = 0;
    request->options.now = sw_time_now();
    request->options.model.progress = &w->progress;
    if (w->how->rate != 0) {
        request->options.model.threads = 1;
        request->options.model.consumers = list;
        request->options.model.consumer_count = 1;
    }
    SW_TRY(sw_flow_verify(&pass->arena, request, &signature, &pass->v, err));
    pass->made = true;
    return SW_OK;
}

/* What keeps a pass from being made is told, and may be gone at the next. */
static sw_result pass_over(
    const struct watching *w, enum sw_code code, int *status, struct sw_error *err)
{
    if (!w->how->keep_going) {
        return code;
    }
    if (w->cli->json) {
        tell_json("error", NULL, NULL, err->text);
    } else {
        sw_note(w->cli, "%s", err->text);
    }
    (void)fflush(stdout);
    *status = sw_code_exit(code);
    *err = (struct sw_error){0};
    return SW_OK;
}

static sw_result watch(
    struct watching *w, struct sw_verify_request *request, int *status, struct sw_error *err)
{
    const struct sw_verification *before = NULL;
    bool unread = false; /* what the pass before could not wholly read */
    for (size_t turn = 0; !sw_progress_cancelled(&w->progress); turn ^= 1) {
        struct pass *pass = &w->passes[turn];
        enum sw_code code = make_pass(w, request, pass, err);
        if (code == SW_E_INTERRUPTED) {
            return before != NULL ? SW_OK
                                  : sw_fail(err, SW_E_NOEVIDENCE,
                                        "interrupted before all of the model was read once");
        }
        if (code != SW_OK) {
            SW_TRY(pass_over(w, code, status, err));
            before = NULL;
        } else {
            before = tell_changes(w, before, &pass->v) ? &pass->v : NULL;
            *status = sw_verify_status(&pass->v);
        }
        /* A file that was being written is read once more: then it is known what became of it. */
        bool again = code == SW_OK && pass->v.io_error && !unread;
        unread = again;
        if (again) {
            continue;
        }
        if (*status != 0 && !w->how->keep_going) {
            return SW_OK;
        }
        wait_until(w, sw_time_monotonic_ns() + (uint64_t)w->how->interval * SECOND_NS);
    }
    return SW_OK;
}

sw_result sw_verify_watch(struct sw_cli *cli, const struct sw_verify_watch *how,
    struct sw_verify_request *request, int *status, struct sw_error *err)
{
    struct watching w = {.cli = cli, .how = how};
    sw_arena_init(&w.passes[0].arena, 0);
    sw_arena_init(&w.passes[1].arena, 0);
    sw_interrupt_watch(&w.progress);
    enum sw_code code = watch(&w, request, status, err);
    sw_interrupt_release();
    sw_interrupt_forget();
    sw_arena_release(&w.passes[0].arena);
    sw_arena_release(&w.passes[1].arena);
    return code;
}
