#include "cli/ancestry.h"
#include "cli/model_args.h"
#include "cli/verify_watch.h"

#include <inttypes.h>

struct verify_args {
    struct sw_model_args model;
    struct sw_judge_args judge;
    const char *public_key;
    struct sw_text_list certificate_chain;
    const char *trusted_root;
    const char *identity;
    const char *depth;
    const char *issuer;
    bool watch;
    bool keep_going;
    const char *rate;
    const char *interval;
};

static const struct sw_option options[] = {
    {"public-key", SW_OPTION_TEXT, offsetof(struct verify_args, public_key), "FILE",
        "trust this public key, a PEM file, and nothing else"},
    {"certificate-chain", SW_OPTION_LIST, offsetof(struct verify_args, certificate_chain), "FILE",
        "trust the root certificates in this PEM file; may be given again"},
    {"trusted-root", SW_OPTION_TEXT, offsetof(struct verify_args, trusted_root), "FILE",
        "trust the logs and authorities in this trusted_root.json (keyless, Sigstore); with "
        "--identity and --issuer"},
    {"identity", SW_OPTION_TEXT, offsetof(struct verify_args, identity), "ID",
        "the certificate must be for this identity: email:, uri:, dns: or cn: and a name"},
    {"issuer", SW_OPTION_TEXT, offsetof(struct verify_args, issuer), "URL",
        "who must have issued that identity (OpenID Connect); with --trusted-root"},
    {"depth", SW_OPTION_TEXT, offsetof(struct verify_args, depth), "N",
        "follow the claims about its parents so many generations, or 'all', and tell the level"},
    {"watch", SW_OPTION_FLAG, offsetof(struct verify_args, watch), NULL,
        "verify again and again, and say what changes; ends at the first failure"},
    {"keep-going", SW_OPTION_FLAG, offsetof(struct verify_args, keep_going), NULL,
        "with --watch: do not end at the first failure"},
    {"rate", SW_OPTION_TEXT, offsetof(struct verify_args, rate), "BYTES",
        "with --watch: read at most so many bytes a second, 0 for no bound (default: 100000000)"},
    {"interval", SW_OPTION_TEXT, offsetof(struct verify_args, interval), "SPAN",
        "with --watch: wait so long between two passes (default: 60s)"},
    SW_MODEL_OPTIONS(struct verify_args, model),
    SW_JUDGE_OPTIONS(struct verify_args, judge),
    {NULL, 0, 0, NULL, NULL},
};

#define PEM_MAX ((uint64_t)16 << 20)

static sw_result trust_public_key(const char *path, struct sw_trust *trust, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_TRY(sw_file_read(path, PEM_MAX, &pem, err));
    enum sw_code code = sw_key_read_public(sw_buf_bytes(&pem), &key, err);
    if (code != SW_OK) {
        (void)sw_error_prefix(err, code, "'%s'", path);
        return code == SW_E_FORMAT ? SW_E_USAGE : code;
    }
    return sw_trust_add_key(trust, path, key);
}

static sw_result trust_roots(
    const struct verify_args *args, struct sw_trust *trust, struct sw_error *err)
{
    SW_CLEANUP(roots) struct sw_roots *roots = NULL;
    SW_TRY(sw_roots_new(&roots));
    for (size_t i = 0; i < args->certificate_chain.count; i++) {
        const char *path = args->certificate_chain.items[i];
        SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
        SW_TRY(sw_file_read(path, PEM_MAX, &pem, err));
        enum sw_code code = sw_roots_add_pem(roots, sw_buf_bytes(&pem), err);
        if (code != SW_OK) {
            (void)sw_error_prefix(err, code, "'%s'", path);
            return code == SW_E_FORMAT ? SW_E_USAGE : code;
        }
    }
    return sw_trust_add_roots(
        trust, args->certificate_chain.items[0], SW_TAKE(roots), args->identity);
}

static sw_result trust_keyless(
    const struct verify_args *args, struct sw_trust *trust, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(trusted_root) struct sw_trusted_root *root = NULL;
    SW_TRY(sw_file_read(args->trusted_root, SW_TRUSTED_ROOT_MAX_BYTES, &text, err));
    enum sw_code code = sw_trusted_root_parse(sw_buf_bytes(&text), &root, err);
    if (code != SW_OK) {
        (void)sw_error_prefix(err, code, "'%s'", args->trusted_root);
        return code == SW_E_FORMAT ? SW_E_USAGE : code;
    }
    code = sw_trust_add_keyless(
        trust, args->trusted_root, SW_TAKE(root), args->identity, args->issuer);
    if (code == SW_E_USAGE) {
        return sw_fail(err, code,
            "--identity '%s' is none of email:, uri: and dns: and a name; only a uri:https:// may "
            "end in *, behind its host, and there behind a / or somewhere behind an @",
            args->identity);
    }
    return code;
}

/* Which options make sense only together. */
static sw_result check_args(const struct verify_args *args, struct sw_error *err)
{
    bool chain = args->certificate_chain.count != 0;
    bool keyless = args->trusted_root != NULL;
    if (args->identity != NULL && !chain && !keyless) {
        return sw_fail(
            err, SW_E_USAGE, "--identity goes with --certificate-chain or --trusted-root");
    }
    if (args->issuer != NULL && !keyless) {
        return sw_fail(err, SW_E_USAGE, "--issuer goes with --trusted-root");
    }
    if (keyless && (args->identity == NULL || args->issuer == NULL)) {
        return sw_fail(err, SW_E_USAGE,
            "--trusted-root needs --identity and --issuer: everybody with an account has a "
            "certificate");
    }
    if (keyless && (chain || args->public_key != NULL)) {
        return sw_fail(err, SW_E_USAGE,
            "--trusted-root excludes --public-key and --certificate-chain; trust.yaml can have "
            "both");
    }
    return SW_OK;
}

/* What the options name; without any, the store's trust.yaml. *store_path stays NULL when no store
 * is needed and none is near. */
static sw_result build_trust(struct sw_cli *cli, const struct verify_args *args,
    struct sw_trust **trust, const char **store_path, struct sw_error *err)
{
    bool by_hand = args->public_key != NULL || args->certificate_chain.count != 0 ||
                   args->trusted_root != NULL;
    SW_TRY(check_args(args, err));
    struct sw_error ignored = {0};
    enum sw_code found = sw_cli_store_path(cli, store_path, by_hand ? &ignored : err);
    if (!by_hand && found == SW_E_NOENT) {
        return sw_fail(err, found,
            "no store here or above says whom to trust; name one with --store, or a key with "
            "--public-key");
    }
    if (!by_hand) {
        SW_TRY(found);
        return sw_cli_trust(cli, *store_path, trust, err);
    }
    SW_CLEANUP(trust) struct sw_trust *made = NULL;
    SW_TRY(sw_trust_new(&made));
    if (args->public_key != NULL) {
        SW_TRY(trust_public_key(args->public_key, made, err));
    }
    if (args->certificate_chain.count != 0) {
        SW_TRY(trust_roots(args, made, err));
    }
    if (args->trusted_root != NULL) {
        SW_TRY(trust_keyless(args, made, err));
    }
    *trust = SW_TAKE(made);
    return SW_OK;
}

#define PROBLEMS_SHOWN 50

static void show_problems(const struct sw_cli *cli, const struct sw_verification *v)
{
    for (size_t i = 0; i < v->problem_count && i < PROBLEMS_SHOWN; i++) {
        const struct sw_problem *p = &v->problems[i];
        sw_say(cli, SW_TONE_BAD, "  %-12s", sw_problem_kind_name(p->kind));
        sw_say(
            cli, SW_TONE_PLAIN, " %s%s%s\n", p->path, p->detail[0] == '\0' ? "" : ": ", p->detail);
    }
    if (v->problem_count > PROBLEMS_SHOWN) {
        sw_say(cli, SW_TONE_DIM, "  and %zu more (all of them with --json)\n",
            v->problem_count - PROBLEMS_SHOWN);
    }
}

static void show_attested(const struct sw_cli *cli, const struct sw_attested *attested)
{
    char when[SW_TIME_TEXT_SIZE];
    if (attested->issuer != NULL) {
        sw_say(cli, SW_TONE_PLAIN, "  issuer      %s\n", attested->issuer);
    }
    if (attested->time != 0) {
        sw_time_format(attested->time, when);
        sw_say(cli, SW_TONE_PLAIN, "  signed at   %s\n", when);
    }
    for (size_t i = 0; i < attested->count; i++) {
        const struct sw_attestation *one = &attested->list[i];
        if (one->by == SW_ATTESTED_LOG) {
            sw_say(
                cli, SW_TONE_PLAIN, "  logged by   %s, entry %" PRIu64 "\n", one->url, one->index);
        }
        if (one->by == SW_ATTESTED_TIMESTAMP) {
            sw_say(cli, SW_TONE_PLAIN, "  stamped by  %s\n", one->url);
        }
    }
    if (attested->unchecked != 0) {
        sw_say(cli, SW_TONE_WARN,
            "  note        %zu of its log entries and time stamps are no evidence: no trusted root "
            "of the signer has who made them\n",
            attested->unchecked);
    }
}

static void show(struct sw_cli *cli, const char *path, const struct sw_verification *v)
{
    static const struct {
        const char *word;
        enum sw_tone tone;
    } verdicts[] = {
        [SW_VERDICT_PASS] = {"pass", SW_TONE_GOOD},
        [SW_VERDICT_FAIL] = {"fail", SW_TONE_BAD},
        [SW_VERDICT_NO_EVIDENCE] = {"no evidence", SW_TONE_WARN},
    };
    sw_say(cli, verdicts[v->verdict].tone, "%s", verdicts[v->verdict].word);
    sw_say(cli, SW_TONE_PLAIN, "  %s", path);
    if (v->files != 0) {
        sw_say(cli, SW_TONE_PLAIN, ": %s, %s", sw_count_show(cli, v->files, "file"),
            sw_count_show(cli, v->bytes, "byte"));
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
    if (v->signer != NULL) {
        sw_say(cli, SW_TONE_PLAIN, "  signed by   %s (%s)\n", v->signer, v->identity);
        show_attested(cli, &v->attested);
        sw_say(cli, SW_TONE_PLAIN, "  model root  %s\n", sw_digest_show(cli, &v->root));
    }
    if (v->unsigned_git) {
        sw_say(cli, SW_TONE_WARN,
            "  note        git's files are here and are not signed "
            "(--no-ignore-git-paths looks at them)\n");
    }
    show_problems(cli, v);
}

static sw_result fill_request(struct sw_cli *cli, const struct verify_args *args,
    struct sw_verify_request *request, struct sw_error *err)
{
    SW_TRY(sw_model_options_from(cli, &args->model, request->path, &request->options.model, err));
    request->signature_path = args->model.signature;
    request->options.ignore_unsigned_files = args->judge.ignore_unsigned_files;
    request->options.legacy = args->judge.legacy;
    request->options.allow_missing_hint = args->judge.allow_missing_hint;
    request->options.now = cli->now;
    return SW_OK;
}

static sw_result verify(struct sw_cli *cli, struct sw_verify_request *request,
    struct sw_verification *v, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    struct sw_bar *bar = sw_bar_start(cli, "verifying");
    request->options.model.progress = sw_bar_progress(bar);
    enum sw_code code = sw_flow_verify(&cli->arena, request, &signature, v, err);
    sw_bar_stop(bar);
    return code;
}

#define DEFAULT_RATE ((uint64_t)100000000)
#define DEFAULT_INTERVAL ((int64_t)60)
#define DURATION_MAX ((int64_t)366 * 86400)

static sw_result watch_options(
    const struct verify_args *args, struct sw_verify_watch *out, struct sw_error *err)
{
    *out = (struct sw_verify_watch){args->keep_going, DEFAULT_RATE, DEFAULT_INTERVAL};
    if (!args->watch && (args->keep_going || args->rate != NULL || args->interval != NULL)) {
        return sw_fail(err, SW_E_USAGE, "--keep-going, --rate and --interval go with --watch");
    }
    if (args->watch && args->depth != NULL) {
        return sw_fail(err, SW_E_USAGE, "--watch looks at the files alone, so without --depth");
    }
    if (args->rate != NULL && !sw_parse_u64(sw_str(args->rate), &out->rate)) {
        return sw_fail(err, SW_E_USAGE, "--rate takes a number of bytes, not '%s'", args->rate);
    }
    if (args->interval != NULL && (!sw_duration_parse(sw_str(args->interval), &out->interval) ||
                                      out->interval > DURATION_MAX)) {
        return sw_fail(
            err, SW_E_USAGE, "--interval takes a span such as 60s or 1h, not '%s'", args->interval);
    }
    return SW_OK;
}

/* Verification needs no log, which only tells when the signature was recorded. But where the log is
 * pinned, a store that is another one may have another trust.yaml, too. */
static sw_result open_beside(
    const struct sw_cli *cli, const char *path, struct sw_store **store, struct sw_error *err)
{
    struct sw_store_pin pin = sw_cli_store_pin(cli);
    struct sw_error ignored = {0};
    if (path == NULL) {
        return SW_OK;
    }
    if (pin.log_policy != NULL || pin.checkpoint != NULL) {
        return sw_store_open_pinned(path, SW_STORE_READ, &pin, store, err);
    }
    if (sw_store_open(path, SW_STORE_READ, store, &ignored) != SW_OK) {
        *store = NULL;
    }
    return SW_OK;
}

/* --depth: generations, or all of them. */
static sw_result parse_depth(const struct verify_args *args, uint64_t *depth, struct sw_error *err)
{
    *depth = 0;
    if (args->depth == NULL) {
        return SW_OK;
    }
    if (strcmp(args->depth, "all") == 0) {
        *depth = UINT64_MAX;
        return SW_OK;
    }
    if (!sw_parse_u64(sw_str(args->depth), depth)) {
        return sw_fail(err, SW_E_USAGE,
            "option '--depth' takes a number of generations or 'all', not '%s'", args->depth);
    }
    return SW_OK;
}

/* A model whose own bytes do not pass has no chain that could be believed. */
static sw_result follow(struct sw_cli *cli, const struct sw_verify_request *request,
    const struct sw_verification *v, uint64_t depth, struct sw_lineage_report *report,
    struct sw_error *err)
{
    static const int status[] = {
        [SW_CHAIN_PASS] = 0, [SW_CHAIN_FAIL] = 1, [SW_CHAIN_NO_EVIDENCE] = 3};
    struct sw_chain_reach reach = {.depth = depth, .now = cli->now};
    SW_TRY(sw_flow_chain(
        &cli->arena, request->store, request->trust, v, request->path, &reach, report, err));
    cli->status = status[report->chain.verdict];
    return SW_OK;
}

/* The chain is in the log, so without a store there is nothing to follow. */
static sw_result want_store(const struct verify_args *args, const char *store_path,
    const struct sw_store *store, struct sw_error *err)
{
    if (args->depth == NULL || store != NULL) {
        return SW_OK;
    }
    return sw_fail(err, store_path == NULL ? SW_E_USAGE : SW_E_IO,
        "--depth follows claims in a store's log, and %s",
        store_path == NULL ? "there is no store here: --store names one" : "it cannot be opened");
}

static sw_result print(struct sw_cli *cli, const struct sw_verify_request *request,
    const struct sw_verification *v, const struct sw_lineage_report *report, struct sw_error *err)
{
    if (!cli->json) {
        show(cli, request->path, v);
        if (report->chain.count > 0) {
            sw_show_chain(cli, report);
        }
        return SW_OK;
    }
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_flow_verification_members(w, v);
    if (report->chain.count > 0) {
        sw_chain_json(w, report);
    }
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct verify_args *args = data;
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    const char *store_path = NULL;
    uint64_t depth;
    struct sw_verify_watch watch;
    SW_TRY(parse_depth(args, &depth, err));
    SW_TRY(watch_options(args, &watch, err));
    SW_TRY(build_trust(cli, args, &trust, &store_path, err));
    SW_TRY(open_beside(cli, store_path, &store, err));
    SW_TRY(want_store(args, store_path, store, err));
    struct sw_verify_request request = {.path = cli->operands[0], .trust = trust, .store = store};
    struct sw_verification v;
    struct sw_lineage_report report = {0};
    SW_TRY(fill_request(cli, args, &request, err));
    if (args->watch) {
        return sw_verify_watch(cli, &watch, &request, &cli->status, err);
    }
    SW_TRY(verify(cli, &request, &v, err));
    cli->status = sw_verify_status(&v);
    if (args->depth != NULL && v.verdict == SW_VERDICT_PASS) {
        SW_TRY(follow(cli, &request, &v, depth, &report, err));
    }
    return print(cli, &request, &v, &report, err);
}

const struct sw_command sw_cmd_verify = {
    .name = "verify",
    .summary = "check a model against its signature, file by file",
    .operands = "MODEL",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct verify_args),
    .description =
        "Reads every file of the model and compares it with what was signed. Every difference is "
        "reported, not only the first: changed, missing, added and renamed files, symlinks, names "
        "that could hide something. Without *--public-key*, *--certificate-chain* or "
        "*--trusted-root* the signers in the store's trust.yaml are trusted.\n\n"
        "A model without a signature is no evidence (exit 3), never a pass.\n\n"
        "*--depth* goes on to the models that this one was made from, as *sign --parent*, *seal "
        "--parent* and *data train --base* recorded it: each of their signatures has to be in the "
        "log, by somebody trusted. It also tells how far the signing of this model has come, by "
        "the three levels of \"Signing ML Artifacts\"."
        "\n\n"
        "With *--watch* it verifies again and again, at a bounded rate, and says only what "
        "changes: "
        "files that were changed, added or taken away, and files that are again as they were "
        "signed. It ends with exit status 1 at the first failure; SIGINT and SIGTERM end it with "
        "the status of the last pass.",
    .examples = "  sealwright verify model/\n"
                "  sealwright verify --public-key signer.pub --signature model.sig model/\n"
                "  sealwright verify --certificate-chain ca.pem --identity email:ml@example.com "
                "model/\n"
                "  sealwright verify --trusted-root trusted_root.json --identity "
                "email:ml@example.com --issuer https://accounts.example.com model/\n"
                "  sealwright verify --depth all tuned/\n"
                "  sealwright verify --watch --rate 50000000 --interval 1h model/\n",
    .run = run,
};
