#include "cli/model_args.h"
#include "cli/verify_watch.h"

struct verify_args {
    struct sw_model_args model;
    struct sw_judge_args judge;
    const char *public_key;
    struct sw_text_list certificate_chain;
    const char *identity;
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
    {"identity", SW_OPTION_TEXT, offsetof(struct verify_args, identity), "ID",
        "the certificate must be for this identity: email:, uri:, dns: or cn: and a name"},
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

/* What the options name; without any, the store's trust.yaml. *store_path stays NULL when no store
 * is needed and none is near. */
static sw_result build_trust(struct sw_cli *cli, const struct verify_args *args,
    struct sw_trust **trust, const char **store_path, struct sw_error *err)
{
    bool by_hand = args->public_key != NULL || args->certificate_chain.count != 0;
    if (args->identity != NULL && args->certificate_chain.count == 0) {
        return sw_fail(err, SW_E_USAGE, "--identity goes with --certificate-chain");
    }
    struct sw_error ignored = {0};
    enum sw_code found = sw_cli_store_path(cli, store_path, by_hand ? &ignored : err);
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

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct verify_args *args = data;
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    const char *store_path = NULL;
    struct sw_verify_watch watch;
    SW_TRY(watch_options(args, &watch, err));
    SW_TRY(build_trust(cli, args, &trust, &store_path, err));
    SW_TRY(open_beside(cli, store_path, &store, err));
    struct sw_verify_request request = {.path = cli->operands[0], .trust = trust, .store = store};
    struct sw_verification v;
    SW_TRY(fill_request(cli, args, &request, err));
    if (args->watch) {
        return sw_verify_watch(cli, &watch, &request, &cli->status, err);
    }
    SW_TRY(verify(cli, &request, &v, err));
    cli->status = sw_verify_status(&v);
    if (!cli->json) {
        show(cli, request.path, &v);
        return SW_OK;
    }
    struct sw_json_out out;
    sw_flow_verification_json(sw_json_out_begin(&out), &v);
    return sw_json_out_end(&out, err);
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
        "that could hide something. Without *--public-key* or *--certificate-chain* the signers "
        "in the store's trust.yaml are trusted.\n\n"
        "A model without a signature is no evidence (exit 3), never a pass.\n\n"
        "With *--watch* it verifies again and again, at a bounded rate, and says only what "
        "changes: "
        "files that were changed, added or taken away, and files that are again as they were "
        "signed. It ends with exit status 1 at the first failure; SIGINT and SIGTERM end it with "
        "the status of the last pass.",
    .examples = "  sealwright verify model/\n"
                "  sealwright verify --public-key signer.pub --signature model.sig model/\n"
                "  sealwright verify --certificate-chain ca.pem --identity email:ml@example.com "
                "model/\n"
                "  sealwright verify --watch --rate 50000000 --interval 1h model/\n",
    .run = run,
};
