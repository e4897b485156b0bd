#include "cli/store_key.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#define PEM_MAX ((uint64_t)1 << 20)

/* --- finding the store ----------------------------------------------------------------------- */

static sw_result find_upwards(struct sw_cli *cli, const char **path, struct sw_error *err)
{
    char here[PATH_MAX];
    if (getcwd(here, sizeof(here)) == NULL) {
        return sw_fail_errno(err, errno, "cannot tell the working directory");
    }
    for (;;) {
        const char *candidate = sw_path_join(&cli->arena, here, SW_STORE_DIR);
        SW_TRY_PTR(candidate);
        if (sw_dir_exists(candidate)) {
            *path = candidate;
            return SW_OK;
        }
        char *slash = strrchr(here, '/');
        if (slash == NULL || here[1] == '\0') {
            return sw_fail(err, SW_E_NOENT,
                "no store here or above; make one with 'sealwright init', or name one with "
                "--store");
        }
        slash[slash == here ? 1 : 0] = '\0';
    }
}

/* An option, or else a variable that is not empty. An option that is empty names a file that cannot
 * be: what stood in its place in a script was not set, and that must not look like no option. */
static const char *option_or_variable(const char *option, const char *variable)
{
    const char *value = getenv(variable);
    if (option != NULL) {
        return option;
    }
    return value == NULL || value[0] == '\0' ? NULL : value;
}

sw_result sw_cli_store_path(struct sw_cli *cli, const char **path, struct sw_error *err)
{
    const char *named = option_or_variable(cli->store_option, "SEALWRIGHT_STORE");
    if (named != NULL) {
        *path = named;
        return SW_OK;
    }
    return find_upwards(cli, path, err);
}

struct sw_store_pin sw_cli_store_pin(const struct sw_cli *cli)
{
    return (struct sw_store_pin){
        .log_policy = option_or_variable(cli->log_policy_option, "SEALWRIGHT_LOG_POLICY"),
        .checkpoint = option_or_variable(cli->checkpoint_option, "SEALWRIGHT_CHECKPOINT"),
    };
}

sw_result sw_cli_store_open_at(const struct sw_cli *cli, const char *path, enum sw_store_mode mode,
    struct sw_store **store, struct sw_error *err)
{
    struct sw_store_pin pin = sw_cli_store_pin(cli);
    return sw_store_open_pinned(path, mode, &pin, store, err);
}

sw_result sw_cli_store_open(
    struct sw_cli *cli, enum sw_store_mode mode, struct sw_store **store, struct sw_error *err)
{
    const char *path = NULL;
    SW_TRY(sw_cli_store_path(cli, &path, err));
    return sw_cli_store_open_at(cli, path, mode, store, err);
}

static bool is_ignored(const struct sw_model_options *options, const char *inside)
{
    for (size_t i = 0; i < options->ignore_count; i++) {
        size_t n = strlen(options->ignore[i]);
        if (strncmp(inside, options->ignore[i], n) == 0 &&
            (inside[n] == '\0' || inside[n] == '/')) {
            return true;
        }
    }
    return false;
}

sw_result sw_cli_store_outside(const char *store_path, const struct sw_model_options *options,
    const char *model, struct sw_error *err)
{
    char store[PATH_MAX];
    char root[PATH_MAX];
    if (realpath(store_path, store) == NULL || realpath(model, root) == NULL) {
        return SW_OK; /* whoever opens them says what is wrong */
    }
    size_t n = strlen(root);
    const char *inside = store + n + (root[n - 1] == '/' ? 0 : 1);
    bool below =
        strncmp(store, root, n) == 0 && (store[n] == '/' || store[n] == '\0' || root[n - 1] == '/');
    if (!below || (store[n] != '\0' && is_ignored(options, inside))) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_USAGE,
        "the store '%s' lies inside the model, and its keys would be signed and shipped with it: "
        "put the store beside the model, or leave it out with --ignore-paths",
        store_path);
}

/* A paper of one's own that is malformed is no verdict about a model. */
static enum sw_code as_usage(enum sw_code code)
{
    return code == SW_E_FORMAT || code == SW_E_LIMIT || code == SW_E_REFUSED ? SW_E_USAGE : code;
}

sw_result sw_cli_trust(
    struct sw_cli *cli, const char *store_path, struct sw_trust **trust, struct sw_error *err)
{
    const char *path = sw_path_join(&cli->arena, store_path, "trust.yaml");
    SW_TRY_PTR(path);
    SW_CLEANUP(trust) struct sw_trust *made = NULL;
    SW_TRY(sw_trust_new(&made));
    enum sw_code code = sw_trust_load(made, path, err);
    if (code != SW_OK) {
        return as_usage(code);
    }
    *trust = SW_TAKE(made);
    return SW_OK;
}

sw_result sw_cli_policy(struct sw_cli *cli, const char *store_path, const char *file,
    struct sw_policy **policy, struct sw_error *err)
{
    const char *path = file != NULL ? file : sw_path_join(&cli->arena, store_path, "policy.yaml");
    SW_TRY_PTR(path);
    return as_usage(sw_policy_load(&cli->arena, path, policy, err));
}

/* --- passphrases ----------------------------------------------------------------------------- */

#define PASSPHRASE_MAX 1024

/* The first line of what was read, without its end. */
static struct sw_str first_line(const struct sw_buf *buf)
{
    struct sw_str text = sw_buf_str(buf);
    const char *newline = text.len == 0 ? NULL : memchr(text.ptr, '\n', text.len);
    text.len = newline == NULL ? text.len : (size_t)(newline - text.ptr);
    text.len -= text.len > 0 && text.ptr[text.len - 1] == '\r' ? 1 : 0;
    return text;
}

sw_result sw_cli_passphrase(const char *path, struct sw_buf *out, struct sw_error *err)
{
    SW_TRY(sw_file_read(path, PASSPHRASE_MAX, out, err));
    out->len = first_line(out).len;
    return out->len != 0 ? SW_OK : sw_fail(err, SW_E_USAGE, "'%s' holds no passphrase", path);
}

static sw_result ask_on_terminal(const char *key_path, struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct termios old;
    if (fd < 0 || tcgetattr(fd, &old) != 0) {
        return sw_fail(err, SW_E_USAGE,
            "the private key '%s' is encrypted: give its passphrase with --passphrase-file",
            key_path);
    }
    SW_TRY(sw_buf_reserve(out, PASSPHRASE_MAX));
    /* Whoever gives up here wants the terminal back as it was. */
    sw_interrupt_watch(NULL);
    struct termios silent = old;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(fd, TCSAFLUSH, &silent);
    (void)dprintf(fd, "passphrase for %s: ", key_path);
    char line[PASSPHRASE_MAX];
    ssize_t n = sw_interrupt_wait(fd) ? read(fd, line, sizeof(line)) : 0;
    (void)tcsetattr(fd, TCSAFLUSH, &old);
    (void)dprintf(fd, "\n");
    sw_interrupt_release();
    enum sw_code code = sw_interrupt_caught() != 0 ? sw_fail(err, SW_E_INTERRUPTED, "interrupted")
                        : n <= 0 ? sw_fail(err, SW_E_USAGE, "no passphrase was given")
                                 : sw_buf_append(out, line, (size_t)n);
    OPENSSL_cleanse(line, sizeof(line));
    return code;
}

/* With a passphrase file that; else none at first, and the terminal when the key turns out to be
 * encrypted. */
static sw_result read_private(
    const char *path, const char *passphrase_file, struct sw_key **key, struct sw_error *err)
{
    SW_CLEANUP(secret) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(secret) struct sw_buf passphrase = SW_BUF_INIT;
    SW_TRY(sw_file_read(path, PEM_MAX, &pem, err));
    if (passphrase_file != NULL) {
        SW_TRY(sw_cli_passphrase(passphrase_file, &passphrase, err));
        return as_usage(sw_key_read_private(sw_buf_bytes(&pem), sw_buf_str(&passphrase), key, err));
    }
    enum sw_code code = sw_key_read_private(sw_buf_bytes(&pem), sw_str(NULL), key, err);
    if (code != SW_E_USAGE) {
        return code == SW_OK ? SW_OK : as_usage(sw_error_prefix(err, code, "'%s'", path));
    }
    SW_TRY(ask_on_terminal(path, &passphrase, err));
    return as_usage(sw_key_read_private(sw_buf_bytes(&pem), first_line(&passphrase), key, err));
}

/* --- signers --------------------------------------------------------------------------------- */

void sw_held_signer_release(struct sw_held_signer *held)
{
    sw_key_free(held->key);
    held->key = NULL;
}

static sw_result add_certificates(
    struct sw_cli *cli, const char *path, struct sw_signer *signer, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_TRY(sw_file_read(path, PEM_MAX, &pem, err));
    size_t count = 0;
    enum sw_code code = sw_certificates_from_pem(&cli->arena, sw_buf_bytes(&pem),
        signer->certificates + signer->certificate_count,
        SW_BUNDLE_MAX_CERTIFICATES - signer->certificate_count, &count, err);
    if (code != SW_OK) {
        return sw_error_prefix(err, code, "'%s'", path);
    }
    signer->certificate_count += count;
    return SW_OK;
}

/* The certificate must be for the key: a mismatch would make a signature that nobody can verify. */
static sw_result add_chain(struct sw_cli *cli, const struct sw_signer_args *args,
    const struct sw_key *key, struct sw_signer *signer, struct sw_error *err)
{
    if (args->signing_certificate == NULL) {
        if (args->certificate_chain.count != 0) {
            return sw_fail(
                err, SW_E_USAGE, "--certificate-chain needs --signing-certificate beside it");
        }
        return SW_OK;
    }
    SW_TRY(add_certificates(cli, args->signing_certificate, signer, err));
    for (size_t i = 0; i < args->certificate_chain.count; i++) {
        SW_TRY(add_certificates(cli, args->certificate_chain.items[i], signer, err));
    }
    SW_CLEANUP(key) struct sw_key *certified = NULL;
    SW_TRY(sw_certificate_key(signer->certificates[0], &certified, err));
    if (!sw_key_equal(certified, key)) {
        return sw_fail(err, SW_E_USAGE,
            "the certificate '%s' is for another key than the one given",
            args->signing_certificate);
    }
    return SW_OK;
}

sw_result sw_cli_signer(struct sw_cli *cli, const char *store_path,
    const struct sw_signer_args *args, struct sw_held_signer *out, struct sw_error *err)
{
    if (args->private_key != NULL && args->key != NULL) {
        return sw_fail(err, SW_E_USAGE, "--key and --private-key exclude each other");
    }
    const char *path = args->private_key;
    if (path == NULL) {
        const char *name = args->key != NULL ? args->key : "default";
        SW_TRY(sw_store_key_name_check(name, err));
        path = sw_arena_printf(&cli->arena, "%s/keys/%s.key", store_path, name);
        SW_TRY_PTR(path);
        if (!sw_file_exists(path)) {
            return sw_fail(err, SW_E_NOENT,
                "the store has no key '%s' ('%s'); see 'sealwright key list', or name a file with "
                "--private-key",
                name, path);
        }
    }
    SW_CLEANUP(held_signer) struct sw_held_signer held = {0};
    SW_TRY(read_private(path, args->passphrase_file, &held.key, err));
    held.signer.key = held.key;
    SW_TRY(add_chain(cli, args, held.key, &held.signer, err));
    *out = held;
    held.key = NULL;
    return SW_OK;
}
