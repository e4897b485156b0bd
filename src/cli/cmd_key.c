#include "cli/store_key.h"

#include <dirent.h>
#include <errno.h>

#define PEM_MAX ((uint64_t)1 << 20)

/* --- key new --------------------------------------------------------------------------------- */

struct new_args {
    const char *algorithm;
    const char *passphrase_file;
    bool trust;
    struct sw_text_list may_sign;
};

static const struct sw_option new_options[] = {
    {"algorithm", SW_OPTION_TEXT, offsetof(struct new_args, algorithm), "NAME",
        "ecdsa-p256 (default), ecdsa-p384, ecdsa-p521 or ed25519"},
    {"passphrase-file", SW_OPTION_TEXT, offsetof(struct new_args, passphrase_file), "FILE",
        "encrypt the private key with this passphrase, the first line of a file"},
    {"trust", SW_OPTION_FLAG, offsetof(struct new_args, trust), NULL,
        "add the key to trust.yaml as a signer of the same name"},
    {"may-sign", SW_OPTION_LIST, offsetof(struct new_args, may_sign), "TYPE",
        "with --trust: the claim types it may sign, '*' at the end matches (default: all)"},
    {NULL, 0, 0, NULL, NULL},
};

static sw_result key_json(
    const char *name, const struct sw_key *key, const char *pem, struct sw_error *err)
{
    char hint[SW_KEY_HINT_SIZE];
    sw_key_hint(key, hint);
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "name", name);
    sw_jw_text(w, "algorithm", sw_key_alg_name(sw_key_alg_of(key)));
    sw_jw_text(w, "hint", hint);
    if (pem != NULL) {
        sw_jw_text(w, "public_key", pem);
    }
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run_new(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct new_args *args = data;
    const char *name = cli->operands[0];
    enum sw_key_alg alg = SW_KEY_P256;
    if (args->algorithm != NULL && !sw_key_alg_parse(sw_str(args->algorithm), &alg)) {
        return sw_fail(err, SW_E_USAGE,
            "--algorithm takes ecdsa-p256, ecdsa-p384, ecdsa-p521 or ed25519, not '%s'",
            args->algorithm);
    }
    if (args->may_sign.count != 0 && !args->trust) {
        return sw_fail(err, SW_E_USAGE, "--may-sign goes with --trust");
    }
    const char *store = NULL;
    SW_TRY(sw_cli_store_path(cli, &store, err));
    SW_CLEANUP(secret) struct sw_buf passphrase = SW_BUF_INIT;
    if (args->passphrase_file != NULL) {
        SW_TRY(sw_cli_passphrase(args->passphrase_file, &passphrase, err));
    }
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_TRY(sw_store_key_make(cli, store, name, alg, sw_buf_str(&passphrase), &key, err));
    if (args->trust) {
        SW_TRY(sw_store_trust_add(cli, store, name, &args->may_sign, err));
    }
    if (cli->json) {
        return key_json(name, key, NULL, err);
    }
    char hint[SW_KEY_HINT_SIZE];
    sw_key_hint(key, hint);
    sw_say(cli, SW_TONE_GOOD, "made");
    sw_say(cli, SW_TONE_PLAIN, "  key %s (%s %.16s)\n", name, sw_key_alg_name(alg), hint);
    sw_say(cli, SW_TONE_PLAIN, "  %s\n",
        args->trust ? "trust.yaml names it as a signer"
                    : "nobody trusts it yet: add it to trust.yaml, or use --trust next time");
    return SW_OK;
}

const struct sw_command sw_cmd_key_new = {
    .name = "key new",
    .summary = "make a signing key in the store",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .options = new_options,
    .args_size = sizeof(struct new_args),
    .description = "Writes keys/NAME.key (PKCS#8, readable by its owner only) and keys/NAME.pub. "
                   "An existing key is never replaced.",
    .examples = "  sealwright key new release --trust\n"
                "  sealwright key new ci --algorithm ed25519 --trust "
                "--may-sign 'urn:sealwright:claim:scan:*'\n",
    .run = run_new,
};

/* --- key list -------------------------------------------------------------------------------- */

static sw_result load_public(struct sw_cli *cli, const char *path, struct sw_key **key,
    struct sw_buf *pem, struct sw_error *err)
{
    (void)cli;
    SW_TRY(sw_file_read(path, PEM_MAX, pem, err));
    enum sw_code code = sw_key_read_public(sw_buf_bytes(pem), key, err);
    return code == SW_OK ? SW_OK : sw_error_prefix(err, code, "'%s'", path);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of keys/NAME.pub, sorted. */
static sw_result key_names(
    struct sw_cli *cli, const char *dir, const char ***names, size_t *count, struct sw_error *err)
{
    DIR *handle = opendir(dir);
    if (handle == NULL) {
        return sw_fail_errno(err, errno, "cannot list '%s'", dir);
    }
    size_t cap = 0;
    enum sw_code code = SW_OK;
    for (struct dirent *entry = readdir(handle); entry != NULL; entry = readdir(handle)) {
        struct sw_str name = sw_str(entry->d_name);
        if (!sw_str_ends(name, ".pub") || name.len == 4) {
            continue;
        }
        const char **grown = sw_arena_grow(&cli->arena, *names, *count, &cap, sizeof(const char *));
        const char *copy = sw_arena_strndup(&cli->arena, sw_str_n(name.ptr, name.len - 4));
        if (grown == NULL || copy == NULL) {
            code = SW_E_NOMEM;
            break;
        }
        *names = grown;
        grown[(*count)++] = copy;
    }
    (void)closedir(handle);
    if (*count > 1) {
        qsort(*names, *count, sizeof(**names), compare_names);
    }
    return code;
}

static sw_result list_one(struct sw_cli *cli, const char *dir, const char *name,
    const struct sw_trust *trust, struct sw_json_writer *w, struct sw_error *err)
{
    const char *path = sw_arena_printf(&cli->arena, "%s/%s.pub", dir, name);
    SW_TRY_PTR(path);
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_TRY(load_public(cli, path, &key, &pem, err));
    char hint[SW_KEY_HINT_SIZE];
    sw_key_hint(key, hint);
    bool trusted = sw_trust_has(trust, sw_str(name));
    const char *private_path = sw_arena_printf(&cli->arena, "%s/%s.key", dir, name);
    SW_TRY_PTR(private_path);
    bool has_private = sw_file_exists(private_path);
    if (w == NULL) {
        sw_say(cli, SW_TONE_BOLD, "%-16s", name);
        sw_say(cli, SW_TONE_PLAIN, " %-11s %.16s  %s%s\n", sw_key_alg_name(sw_key_alg_of(key)),
            hint, has_private ? "can sign" : "public only", trusted ? ", trusted" : "");
        return SW_OK;
    }
    sw_jw_object(w, NULL);
    sw_jw_text(w, "name", name);
    sw_jw_text(w, "algorithm", sw_key_alg_name(sw_key_alg_of(key)));
    sw_jw_text(w, "hint", hint);
    sw_jw_bool(w, "private", has_private);
    sw_jw_bool(w, "trusted", trusted);
    sw_jw_object_end(w);
    return SW_OK;
}

static sw_result run_list(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    (void)data;
    const char *store = NULL;
    SW_TRY(sw_cli_store_path(cli, &store, err));
    const char *dir = sw_path_join(&cli->arena, store, "keys");
    SW_TRY_PTR(dir);
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    SW_TRY(sw_cli_trust(cli, store, &trust, err));
    const char **names = NULL;
    size_t count = 0;
    SW_TRY(key_names(cli, dir, &names, &count, err));
    struct sw_json_out out;
    struct sw_json_writer *w = cli->json ? sw_json_out_begin(&out) : NULL;
    if (w != NULL) {
        sw_jw_array(w, NULL);
    }
    for (size_t i = 0; i < count; i++) {
        SW_TRY(list_one(cli, dir, names[i], trust, w, err));
    }
    if (w == NULL) {
        return SW_OK;
    }
    sw_jw_array_end(w);
    return sw_json_out_end(&out, err);
}

const struct sw_command sw_cmd_key_list = {
    .name = "key list",
    .summary = "list the store's keys",
    .operands = "",
    .description = "One line a key: its name, algorithm, the beginning of its hint, and whether "
                   "trust.yaml has a signer of that name.",
    .run = run_list,
};

/* --- key show -------------------------------------------------------------------------------- */

static sw_result run_show(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    (void)data;
    const char *name = cli->operands[0];
    const char *store = NULL;
    SW_TRY(sw_store_key_name_check(name, err));
    SW_TRY(sw_cli_store_path(cli, &store, err));
    const char *path = sw_arena_printf(&cli->arena, "%s/keys/%s.pub", store, name);
    SW_TRY_PTR(path);
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_TRY(load_public(cli, path, &key, &file, err));
    /* The key, not the file: PEM takes any text around it. */
    SW_TRY(sw_key_write_public(key, &pem, err));
    if (cli->json) {
        return key_json(name, key, sw_buf_cstr(&pem), err);
    }
    (void)fwrite(pem.data, 1, pem.len, stdout);
    return SW_OK;
}

const struct sw_command sw_cmd_key_show = {
    .name = "key show",
    .summary = "print a public key",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .description = "Prints the public key as PEM, as *verify --public-key* takes it. The private "
                   "key is never shown.",
    .examples = "  sealwright key show default > signer.pub\n",
    .run = run_show,
};
