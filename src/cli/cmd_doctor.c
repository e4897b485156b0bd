#include "cli/guard.h"

#include "version.h"

#include <openssl/crypto.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

enum health {
    HEALTH_OK,
    HEALTH_NOTE,
    HEALTH_BAD,
};

/* Collects the lines of one examination. */
struct doctor {
    struct sw_cli *cli;
    struct sw_json_writer *json; /* NULL for people */
    bool bad;
};

static void tell(struct doctor *d, enum health health, const char *what, const char *text)
{
    static const struct {
        const char *word;
        enum sw_tone tone;
    } shown[] = {
        [HEALTH_OK] = {"ok", SW_TONE_GOOD},
        [HEALTH_NOTE] = {"note", SW_TONE_WARN},
        [HEALTH_BAD] = {"bad", SW_TONE_BAD},
    };
    d->bad = d->bad || health == HEALTH_BAD;
    if (d->json == NULL) {
        sw_say(d->cli, shown[health].tone, "%-5s", shown[health].word);
        sw_say(d->cli, SW_TONE_PLAIN, " %-12s %s\n", what, text);
        return;
    }
    sw_jw_object(d->json, NULL);
    sw_jw_text(d->json, "check", what);
    sw_jw_text(d->json, "status", shown[health].word);
    sw_jw_text(d->json, "detail", text);
    sw_jw_object_end(d->json);
}

static const char *text_of(struct doctor *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static const char *text_of(struct doctor *d, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    const char *copy = sw_arena_strdup(&d->cli->arena, text);
    return copy == NULL ? "" : copy;
}

/* --- the machine ----------------------------------------------------------------------------- */

static void check_libraries(struct doctor *d)
{
    tell(d, HEALTH_OK, "version",
        text_of(d, "sealwright %s, %s, SQLite %s", SW_VERSION, OpenSSL_version(OPENSSL_VERSION),
            sqlite3_libversion()));
    tell(d, HEALTH_NOTE, "algorithms",
        "ML-DSA and BLAKE3 are not available here; claims that use them are no evidence");
}

static enum sw_code parse_nothing(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    return SW_OK;
}

/* By doing it: what surrounds this process can forbid what the kernel has. */
static sw_result try_worker(struct sw_error *err)
{
    SW_CLEANUP(worker) struct sw_worker *worker = NULL;
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    SW_TRY(sw_worker_new(&worker, parse_nothing, NULL, NULL, err));
    const struct sw_worker_task task = {.fd = -1};
    return sw_worker_call(worker, &task, &reply, err);
}

static void check_sandbox(struct doctor *d)
{
    struct sw_error err = {0};
    if (try_worker(&err) != SW_OK) {
        tell(d, HEALTH_BAD, "sandbox", text_of(d, "no file can be parsed here: %s", err.text));
        return;
    }
    const char *confinement = sw_worker_confinement();
    bool whole = strstr(confinement, "landlock") != NULL && strstr(confinement, "seccomp") != NULL;
    tell(d, whole ? HEALTH_OK : HEALTH_NOTE, "sandbox",
        text_of(d, "each file is parsed in a fresh process under %s%s", confinement,
            whole ? "" : ": this kernel has no Landlock"));
}

/* How 'run' can protect a model here: what each mode needs, by trying it. */
static void check_protection(struct doctor *d)
{
    struct sw_error err = {0};
    char size[16];
    if (sw_guard_mounts_possible(&err) != SW_OK) {
        tell(d, HEALTH_NOTE, "run", text_of(d, "no model can be protected: %s", err.text));
        return;
    }
    sw_format_size(sw_guard_memory_free(), size);
    tell(d, HEALTH_OK, "run copy", text_of(d, "models of up to %s, which is free", size));
    bool verity = sw_guard_verity_possible();
    tell(d, verity ? HEALTH_OK : HEALTH_NOTE, "run verity",
        verity ? "for models all of whose files have fs-verity"
               : "no fs-verity where this program is; other file systems may have it");
    bool watch = sw_guard_watch_possible(&err) == SW_OK;
    tell(d, watch ? HEALTH_OK : HEALTH_NOTE, "run watch",
        watch ? "files can be watched and held while they are read" : err.text);
}

/* 2025-01-01: a clock before that makes every certificate and every "fresh" rule wrong. */
#define CLOCK_FLOOR 1735689600

static void check_clock(struct doctor *d)
{
    bool sane = d->cli->now > CLOCK_FLOOR;
    tell(d, sane ? HEALTH_OK : HEALTH_BAD, "clock",
        text_of(d, "%s%s", sw_time_show(d->cli, d->cli->now),
            sane ? "" : ": it is wrong, and ages and certificates depend on it"));
}

/* --- the store ------------------------------------------------------------------------------- */

static void check_private_keys(struct doctor *d, const char *store_path)
{
    static const char *const names[] = {"default", "log"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        const char *path = text_of(d, "%s/keys/%s.key", store_path, names[i]);
        struct stat st;
        if (stat(path, &st) != 0) {
            tell(d, HEALTH_NOTE, "key",
                text_of(d, "%s cannot be found by you: nothing can be signed with it", path));
            continue;
        }
        if (access(path, R_OK) != 0) {
            tell(d, HEALTH_NOTE, "key", text_of(d, "%s cannot be read by you", path));
            continue;
        }
        bool open_to_others = (st.st_mode & 077) != 0;
        tell(d, open_to_others ? HEALTH_BAD : HEALTH_OK, "key",
            open_to_others ? text_of(d, "%s can be read by others: chmod 600 it", path)
                           : text_of(d, "%s is readable by its owner only", path));
    }
}

static void check_log(struct doctor *d, struct sw_store *store)
{
    struct sw_log_report report;
    struct sw_error err = {0};
    if (sw_log_verify(store, NULL, sw_bytes(NULL, 0), NULL, &d->cli->arena, &report, &err) !=
        SW_OK) {
        tell(d, HEALTH_BAD, "log", err.text);
        return;
    }
    if (report.problem_count != 0) {
        tell(d, HEALTH_BAD, "log",
            text_of(d, "%zu problems; see 'sealwright log verify'", report.problem_count));
        return;
    }
    tell(d, HEALTH_OK, "log",
        text_of(d, "%s: %llu entries, every hash and signature holds", sw_store_origin(store),
            (unsigned long long)report.entries));
}

static void check_papers(struct doctor *d, const char *store_path)
{
    struct sw_error err = {0};
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    if (sw_cli_trust(d->cli, store_path, &trust, &err) != SW_OK) {
        tell(d, HEALTH_BAD, "trust", err.text);
        return;
    }
    tell(d, sw_trust_count(trust) == 0 ? HEALTH_NOTE : HEALTH_OK, "trust",
        text_of(d, "%s in trust.yaml", sw_count_show(d->cli, sw_trust_count(trust), "signer")));
    struct sw_policy *policy = NULL;
    if (sw_cli_policy(d->cli, store_path, NULL, &policy, &err) != SW_OK) {
        tell(d, HEALTH_BAD, "policy", err.text);
        return;
    }
    const char **warnings = NULL;
    size_t count = 0;
    if (sw_policy_lint(&d->cli->arena, policy, trust, d->cli->now, &warnings, &count) != SW_OK) {
        tell(d, HEALTH_BAD, "policy", "cannot be checked");
        return;
    }
    tell(d, HEALTH_OK, "policy",
        text_of(d, "%s, %s", sw_policy_name(policy),
            sw_count_show(d->cli, sw_policy_rule_count(policy), "rule")));
    for (size_t i = 0; i < count; i++) {
        tell(d, HEALTH_NOTE, "policy", warnings[i]);
    }
}

static void check_store(struct doctor *d)
{
    const char *path = NULL;
    struct sw_error err = {0};
    if (sw_cli_store_path(d->cli, &path, &err) != SW_OK) {
        tell(d, HEALTH_NOTE, "store", err.text);
        return;
    }
    SW_CLEANUP(store) struct sw_store *store = NULL;
    if (sw_cli_store_open_at(d->cli, path, SW_STORE_READ, &store, &err) != SW_OK) {
        tell(d, HEALTH_BAD, "store", err.text);
        return;
    }
    bool writable = access(path, W_OK) == 0;
    tell(d, writable ? HEALTH_OK : HEALTH_NOTE, "store",
        text_of(d, "%s%s", path, writable ? "" : " is read-only: nothing can be recorded"));
    check_private_keys(d, path);
    check_log(d, store);
    check_papers(d, path);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    (void)data;
    struct sw_json_out out;
    struct doctor d = {.cli = cli, .json = cli->json ? sw_json_out_begin(&out) : NULL};
    if (d.json != NULL) {
        sw_jw_array(d.json, NULL);
    }
    check_libraries(&d);
    check_clock(&d);
    check_sandbox(&d);
    check_protection(&d);
    check_store(&d);
    cli->status = d.bad ? 1 : 0;
    if (d.json == NULL) {
        return SW_OK;
    }
    sw_jw_array_end(d.json);
    return sw_json_out_end(&out, err);
}

const struct sw_command sw_cmd_doctor = {
    .name = "doctor",
    .summary = "examine this machine and the store",
    .operands = "",
    .description = "Says what is well, what is worth knowing and what is wrong: libraries, clock, "
                   "the sandbox that parsers run in, how 'run' can protect models, the store, its "
                   "keys, its log, trust.yaml and "
                   "policy.yaml. Exit 1 when something is wrong.",
    .run = run,
};
