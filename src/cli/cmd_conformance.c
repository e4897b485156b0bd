/* The client interface of the OpenSSF Model Signing conformance suite: the options are its, the
 * work is that of `sign` and `verify`, and only the exit status counts. */
#include "cli/cli.h"

struct conformance_args {
    const char *method;
    const char *model_path;
    const char *bundle;
    const char *private_key;
    const char *public_key;
    const char *signing_cert;
    struct sw_text_list cert_chain;
    struct sw_text_list ignore_paths;
    bool ignore_unsigned_files;
    const char *identity;
    const char *identity_provider;
    const char *trusted_root;
    const char *identity_token;
    bool use_staging;
};

#define AT(member) offsetof(struct conformance_args, member)

#define COMMON_ROWS                                                                               \
    {"method", SW_OPTION_TEXT, AT(method), "METHOD", "key, certificate or sigstore"},             \
        {"model-path", SW_OPTION_TEXT, AT(model_path), "PATH", "the model, a directory or file"}, \
        {"cert-chain", SW_OPTION_LIST, AT(cert_chain), "FILE",                                    \
            "a certificate of the chain, or to be trusted; may be given again"},                  \
        {"ignore-paths", SW_OPTION_LIST, AT(ignore_paths), "PATH",                                \
            "leave this path out; may be given again"},                                           \
    {                                                                                             \
        "use-staging", SW_OPTION_FLAG, AT(use_staging), NULL, "refused: nothing is asked online"  \
    }

static const struct sw_option sign_options[] = {
    COMMON_ROWS,
    {"output-bundle", SW_OPTION_TEXT, AT(bundle), "FILE", "where the signature is written"},
    {"private-key", SW_OPTION_TEXT, AT(private_key), "FILE", "the private key, a PEM file"},
    {"signing-cert", SW_OPTION_TEXT, AT(signing_cert), "FILE", "the certificate for that key"},
    {"identity-token", SW_OPTION_TEXT, AT(identity_token), "TOKEN",
        "refused: nothing is signed keyless"},
    {NULL, 0, 0, NULL, NULL},
};

static const struct sw_option verify_options[] = {
    COMMON_ROWS,
    {"bundle", SW_OPTION_TEXT, AT(bundle), "FILE", "the signature"},
    {"public-key", SW_OPTION_TEXT, AT(public_key), "FILE", "the public key, a PEM file"},
    {"ignore-unsigned-files", SW_OPTION_FLAG, AT(ignore_unsigned_files), NULL,
        "do not fail for files that the signature does not know"},
    {"identity", SW_OPTION_TEXT, AT(identity), "NAME", "who signed, for sigstore"},
    {"identity-provider", SW_OPTION_TEXT, AT(identity_provider), "URL",
        "who vouched for them, for sigstore"},
    {"trusted-root", SW_OPTION_TEXT, AT(trusted_root), "FILE",
        "Sigstore's trusted_root.json, which nothing here fetches"},
    {NULL, 0, 0, NULL, NULL},
};

/* The command line of the command that does the work. */
struct line {
    struct sw_cli *cli;
    char **words;
    int count;
};

static void add(struct line *line, const char *word)
{
    line->words[line->count++] = sw_arena_strdup(&line->cli->arena, word);
}

static void add_option(struct line *line, const char *name, const char *value)
{
    if (value != NULL) {
        add(line, name);
        add(line, value);
    }
}

static void add_options(struct line *line, const char *name, const struct sw_text_list *values)
{
    for (size_t i = 0; i < values->count; i++) {
        add_option(line, name, values->items[i]);
    }
}

static sw_result begin(struct line *line, struct sw_cli *cli, const struct conformance_args *args,
    const char *command, struct sw_error *err)
{
    if (args->method == NULL || args->model_path == NULL || args->bundle == NULL) {
        return sw_fail(err, SW_E_USAGE, "the method, the model and the bundle have to be named");
    }
    if (args->use_staging) {
        return sw_fail(
            err, SW_E_UNSUPPORTED, "nothing is asked online, Sigstore's staging neither");
    }
    size_t most = 32 + 2 * (args->cert_chain.count + args->ignore_paths.count);
    *line = (struct line){.cli = cli, .words = SW_ARENA_ARRAY(&cli->arena, char *, most)};
    SW_TRY_PTR(line->words);
    add(line, "sealwright");
    add(line, command);
    add_option(line, "--signature", args->bundle);
    add_options(line, "--ignore-paths", &args->ignore_paths);
    add_options(line, "--certificate-chain", &args->cert_chain);
    return SW_OK;
}

static sw_result finish(
    struct line *line, const struct conformance_args *args, struct sw_error *err)
{
    void *inner = NULL;
    add(line, "--");
    add(line, args->model_path);
    for (int i = 0; i < line->count; i++) {
        SW_TRY_PTR(line->words[i]);
    }
    line->cli->operand_count = 0;
    SW_TRY(sw_cli_parse(line->cli, line->count, line->words, &inner, err));
    return line->cli->command->run(line->cli, inner, err);
}

static bool is(const char *method, const char *word)
{
    return strcmp(method, word) == 0;
}

static sw_result run_sign(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct conformance_args *args = data;
    struct line line;
    SW_TRY(begin(&line, cli, args, "sign", err));
    if (is(args->method, "sigstore")) {
        return sw_fail(err, SW_E_UNSUPPORTED, "models are not signed keyless by this build");
    }
    bool by_certificate = is(args->method, "certificate");
    if (!by_certificate && !is(args->method, "key")) {
        return sw_fail(err, SW_E_USAGE, "there is no method '%s'", args->method);
    }
    if (args->private_key == NULL || by_certificate != (args->signing_cert != NULL)) {
        return sw_fail(err, SW_E_USAGE,
            "the method 'key' takes --private-key, and 'certificate' --signing-cert as well");
    }
    add_option(&line, "--private-key", args->private_key);
    add_option(&line, "--signing-certificate", args->signing_cert);
    return finish(&line, args, err);
}

/* The suite gives an identity without its kind. */
static sw_result add_identity(
    struct line *line, const struct conformance_args *args, struct sw_error *err)
{
    if (args->identity == NULL || args->identity_provider == NULL) {
        return sw_fail(err, SW_E_USAGE,
            "the method 'sigstore' takes --identity, --identity-provider and --trusted-root");
    }
    if (args->trusted_root == NULL) {
        return sw_fail(err, SW_E_NOEVIDENCE,
            "nothing says which logs and authorities to trust: --trusted-root names the file");
    }
    bool mail = strchr(args->identity, '@') != NULL && strstr(args->identity, "://") == NULL;
    char *identity =
        sw_arena_printf(&line->cli->arena, "%s:%s", mail ? "email" : "uri", args->identity);
    SW_TRY_PTR(identity);
    add_option(line, "--identity", identity);
    add_option(line, "--issuer", args->identity_provider);
    add_option(line, "--trusted-root", args->trusted_root);
    return SW_OK;
}

/* What a method takes, and no more: whom another option names would be trusted as well, or what it
 * asks for would not be looked at. */
static sw_result check_method(const struct conformance_args *args, struct sw_error *err)
{
    static const struct {
        const char *name;
        bool key, chain, keyless;
    } methods[] = {
        {"key", true, false, false},
        {"certificate", false, true, false},
        {"sigstore", false, false, true},
    };
    bool key = args->public_key != NULL;
    bool chain = args->cert_chain.count > 0;
    bool keyless =
        args->identity != NULL || args->identity_provider != NULL || args->trusted_root != NULL;
    for (size_t i = 0; i < SW_COUNT(methods); i++) {
        if (is(args->method, methods[i].name) && key == methods[i].key &&
            chain == methods[i].chain && keyless == methods[i].keyless) {
            return SW_OK;
        }
    }
    return sw_fail(err, SW_E_USAGE,
        "the method 'key' takes --public-key, 'certificate' --cert-chain, and 'sigstore' "
        "--identity, --identity-provider and --trusted-root; none takes another's");
}

static sw_result run_verify(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct conformance_args *args = data;
    struct line line;
    SW_TRY(begin(&line, cli, args, "verify", err));
    SW_TRY(check_method(args, err));
    if (is(args->method, "sigstore")) {
        SW_TRY(add_identity(&line, args, err));
    }
    add_option(&line, "--public-key", args->public_key);
    if (args->ignore_unsigned_files) {
        add(&line, "--ignore-unsigned-files");
    }
    add(&line, "--legacy");
    add(&line, "--allow-missing-hint");
    return finish(&line, args, err);
}

const struct sw_command sw_cmd_sign_model = {
    .name = "sign-model",
    .summary = "as 'sign', for the OpenSSF conformance suite",
    .operands = "",
    .options = sign_options,
    .args_size = sizeof(struct conformance_args),
    .description =
        "The entry point that the OpenSSF Model Signing conformance suite calls. Only the "
        "exit status counts. People use *sign*.",
    .examples = "  sealwright sign-model --method key --model-path model/ \\\n"
                "      --output-bundle model.sig --private-key key.pem\n",
    .run = run_sign,
};

const struct sw_command sw_cmd_verify_model = {
    .name = "verify-model",
    .summary = "as 'verify', for the OpenSSF conformance suite",
    .operands = "",
    .options = verify_options,
    .args_size = sizeof(struct conformance_args),
    .description =
        "The entry point that the OpenSSF Model Signing conformance suite calls. Only the "
        "exit status counts: 0 when the model is as it was signed. Bundles of older "
        "versions of the format count, too. People use *verify*.",
    .examples = "  sealwright verify-model --method key --model-path model/ \\\n"
                "      --bundle model.sig --public-key key.pub\n",
    .run = run_verify,
};
