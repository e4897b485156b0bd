#include "cli/store_key.h"

#include <openssl/rand.h>
#include <stdlib.h>

#define PEM_MAX ((uint64_t)1 << 20)

struct init_args {
    const char *origin;
    bool no_key;
};

static const struct sw_option options[] = {
    {"origin", SW_OPTION_TEXT, offsetof(struct init_args, origin), "NAME",
        "the log's name, a URL without scheme (default: localhost/ and a random word)"},
    {"no-key", SW_OPTION_FLAG, offsetof(struct init_args, no_key), NULL,
        "make no signing key (signers are then to be put into trust.yaml)"},
    {NULL, 0, 0, NULL, NULL},
};

/* Two logs must not have one name; who publishes the log gives it a real one. */
static sw_result default_origin(struct sw_cli *cli, const char **origin, struct sw_error *err)
{
    uint8_t random[5];
    char hex[2 * sizeof(random) + 1];
    if (RAND_bytes(random, sizeof(random)) != 1) {
        return sw_fail(err, SW_E_IO, "the random number generator failed");
    }
    sw_hex_encode(sw_bytes(random, sizeof(random)), hex);
    *origin = sw_arena_printf(&cli->arena, "localhost/%s", hex);
    SW_TRY_PTR(*origin);
    return SW_OK;
}

static sw_result write_policy(struct sw_cli *cli, const char *store, struct sw_error *err)
{
    const char *path = sw_path_join(&cli->arena, store, "policy.yaml");
    SW_TRY_PTR(path);
    return sw_file_write(
        path, sw_bytes_of_str(sw_str(sw_policy_default_text())), 0644, SW_WRITE_SYNC, err);
}

static bool is_there(struct sw_cli *cli, const char *store, const char *name)
{
    const char *path = sw_path_join(&cli->arena, store, name);
    return path != NULL && sw_file_exists(path);
}

/* A new key, or the one that an earlier init made, whose public half may not be written yet. */
static sw_result take_default_key(
    struct sw_cli *cli, const char *store, struct sw_key **key, struct sw_error *err)
{
    if (!is_there(cli, store, "keys/default.key")) {
        return sw_store_key_make(cli, store, "default", SW_KEY_P256, sw_str(NULL), key, err);
    }
    SW_CLEANUP(secret) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf public_pem = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *found = NULL;
    const char *path = sw_path_join(&cli->arena, store, "keys/default.key");
    const char *public_path = sw_path_join(&cli->arena, store, "keys/default.pub");
    SW_TRY_PTR(path);
    SW_TRY_PTR(public_path);
    SW_TRY(sw_file_read(path, PEM_MAX, &pem, err));
    SW_TRY(sw_key_read_private(sw_buf_bytes(&pem), sw_str(NULL), &found, err));
    SW_TRY(sw_key_write_public(found, &public_pem, err));
    SW_TRY(sw_file_write(public_path, sw_buf_bytes(&public_pem), 0644, SW_WRITE_SYNC, err));
    *key = SW_TAKE(found);
    return SW_OK;
}

static sw_result make_default_key(
    struct sw_cli *cli, const char *store, char hint[SW_KEY_HINT_SIZE], struct sw_error *err)
{
    static const struct sw_text_list everything = {NULL, 0};
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_TRY(take_default_key(cli, store, &key, err));
    sw_key_hint(key, hint);
    return is_there(cli, store, "trust.yaml")
               ? SW_OK
               : sw_store_trust_add(cli, store, "default", &everything, err);
}

static sw_result write_empty_trust(struct sw_cli *cli, const char *store, struct sw_error *err)
{
    const char *path = sw_path_join(&cli->arena, store, "trust.yaml");
    SW_TRY_PTR(path);
    static const char text[] = "version: 1\nsigners: []\n";
    return sw_file_write(path, sw_bytes_of_str(sw_str(text)), 0644, SW_WRITE_SYNC, err);
}

static sw_result report(struct sw_cli *cli, const char *store, const char *origin, const char *hint,
    struct sw_error *err)
{
    if (!cli->json) {
        sw_say(cli, SW_TONE_GOOD, "made");
        sw_say(cli, SW_TONE_PLAIN, "  the store %s\n", store);
        sw_say(cli, SW_TONE_PLAIN, "  log         %s\n", origin);
        if (hint[0] != '\0') {
            sw_say(cli, SW_TONE_PLAIN, "  key         default (ecdsa-p256 %.16s)\n", hint);
        }
        sw_say(cli, SW_TONE_PLAIN, "  next        %s\n",
            hint[0] != '\0' ? "sealwright seal MODEL"
                            : "put signers into trust.yaml, or make one: sealwright key new NAME "
                              "--trust");
        return SW_OK;
    }
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "store", store);
    sw_jw_text(w, "origin", origin);
    sw_jw_text(w, "key", hint[0] == '\0' ? NULL : hint);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

/* policy.yaml is written last. A store without it was left by an init that was stopped, or that
 * found the disk full: this one goes on there. */
static sw_result make_store(
    struct sw_cli *cli, const char *path, const char **origin, struct sw_error *err)
{
    if (!is_there(cli, path, "format") || is_there(cli, path, "policy.yaml")) {
        return sw_store_init(path, *origin, err);
    }
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_cli_store_open_at(cli, path, SW_STORE_WRITE, &store, err));
    *origin = sw_arena_strdup(&cli->arena, sw_store_origin(store));
    SW_TRY_PTR(*origin);
    return sw_store_close(SW_TAKE(store), err);
}

/* A second store below the first is taken for models there, and knows nothing of the first. */
static void tell_of_one_above(struct sw_cli *cli, const char *store)
{
    struct sw_error ignored = {0};
    const char *above = NULL;
    if (strcmp(store, SW_STORE_DIR) == 0 && !sw_dir_exists(store) &&
        sw_cli_store_path(cli, &above, &ignored) == SW_OK) {
        sw_note(cli, "there is the store '%s' above; from here down this new one takes its place",
            above);
    }
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct init_args *args = data;
    const char *store = cli->store_option != NULL ? cli->store_option : getenv("SEALWRIGHT_STORE");
    store = store == NULL || store[0] == '\0' ? SW_STORE_DIR : store;
    const char *origin = args->origin;
    if (origin == NULL) {
        SW_TRY(default_origin(cli, &origin, err));
    }
    tell_of_one_above(cli, store);
    SW_TRY(make_store(cli, store, &origin, err));
    char hint[SW_KEY_HINT_SIZE] = "";
    if (args->no_key) {
        SW_TRY(write_empty_trust(cli, store, err));
    } else {
        SW_TRY(make_default_key(cli, store, hint, err));
    }
    SW_TRY(write_policy(cli, store, err));
    return report(cli, store, origin, hint, err);
}

const struct sw_command sw_cmd_init = {
    .name = "init",
    .summary = "make a store: a log, a key, trust.yaml and policy.yaml",
    .operands = "",
    .max_operands = 0,
    .options = options,
    .args_size = sizeof(struct init_args),
    .description =
        "Makes .sealwright in the working directory (or the directory that *--store* or "
        "$SEALWRIGHT_STORE names) with "
        "an empty signed log, a signing key called default, a trust.yaml that trusts it, and a "
        "sensible policy.yaml. Both files are meant to be edited.",
    .examples = "  sealwright init\n"
                "  sealwright init --store /srv/seal --origin example.com/models\n",
    .run = run,
};
