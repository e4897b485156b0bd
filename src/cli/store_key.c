#include "cli/store_key.h"

#define TRUST_MAX ((uint64_t)4 << 20)

sw_result sw_store_key_name_check(const char *name, struct sw_error *err)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_.";
    size_t len = strlen(name);
    bool good =
        len > 0 && len <= 64 && name[0] != '.' && name[0] != '-' && strspn(name, allowed) == len;
    if (!good) {
        return sw_fail(err, SW_E_USAGE,
            "'%s' is not a key name: use letters, digits, '-', '_' and '.', at most 64", name);
    }
    if (strcmp(name, "log") == 0) {
        return sw_fail(err, SW_E_USAGE, "the key 'log' signs the log and nothing else");
    }
    return SW_OK;
}

static sw_result write_both(struct sw_cli *cli, const char *dir, const char *name,
    const struct sw_key *key, struct sw_str passphrase, struct sw_error *err)
{
    const char *private_path = sw_arena_printf(&cli->arena, "%s/%s.key", dir, name);
    const char *public_path = sw_arena_printf(&cli->arena, "%s/%s.pub", dir, name);
    SW_TRY_PTR(private_path);
    SW_TRY_PTR(public_path);
    /* trust.yaml names the public file: replacing it would give its trust to the new key. */
    if (sw_file_exists(public_path) || sw_file_exists(private_path)) {
        return sw_fail(err, SW_E_REFUSED,
            "there is a key '%s' already (%s); restore its private half from a copy, or choose "
            "another name",
            name, sw_file_exists(private_path) ? private_path : public_path);
    }
    SW_CLEANUP(secret) struct sw_buf private_pem = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf public_pem = SW_BUF_INIT;
    SW_TRY(sw_key_write_private(key, passphrase, &private_pem, err));
    SW_TRY(sw_key_write_public(key, &public_pem, err));
    SW_TRY(sw_file_write(
        private_path, sw_buf_bytes(&private_pem), 0600, SW_WRITE_SYNC | SW_WRITE_EXCLUSIVE, err));
    return sw_file_write(
        public_path, sw_buf_bytes(&public_pem), 0644, SW_WRITE_SYNC | SW_WRITE_EXCLUSIVE, err);
}

sw_result sw_store_key_make(struct sw_cli *cli, const char *store_path, const char *name,
    enum sw_key_alg alg, struct sw_str passphrase, struct sw_key **out, struct sw_error *err)
{
    SW_TRY(sw_store_key_name_check(name, err));
    const char *dir = sw_path_join(&cli->arena, store_path, "keys");
    SW_TRY_PTR(dir);
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_TRY(sw_key_generate(alg, &key, err));
    SW_TRY(sw_dir_make(dir, 0755, err));
    SW_TRY(write_both(cli, dir, name, key, passphrase, err));
    *out = SW_TAKE(key);
    return SW_OK;
}

static const char trust_head[] =
    "# Who is trusted, and for what. Every claim in the store counts only as far as a signer here\n"
    "# may sign its type. `sealwright key new NAME --trust` adds one; removing one takes its "
    "trust\n"
    "# away from everything it ever signed.\n"
    "version: 1\n"
    "signers:\n";

static sw_result append_signer(
    struct sw_buf *yaml, const char *name, const struct sw_text_list *may_sign)
{
    SW_TRY(sw_buf_printf(yaml, "  - name: "));
    SW_TRY(sw_yaml_quote(yaml, sw_str(name)));
    SW_TRY(sw_buf_printf(yaml, "\n    key: keys/%s.pub\n    may-sign:\n", name));
    for (size_t i = 0; i < may_sign->count; i++) {
        SW_TRY(sw_buf_puts(yaml, "      - "));
        SW_TRY(sw_yaml_quote(yaml, sw_str(may_sign->items[i])));
        SW_TRY(sw_buf_puts(yaml, "\n"));
    }
    return may_sign->count == 0 ? sw_buf_puts(yaml, "      - \"*\"\n") : SW_OK;
}

sw_result sw_store_trust_add(struct sw_cli *cli, const char *store_path, const char *name,
    const struct sw_text_list *may_sign, struct sw_error *err)
{
    const char *path = sw_path_join(&cli->arena, store_path, "trust.yaml");
    SW_TRY_PTR(path);
    SW_CLEANUP(buf) struct sw_buf yaml = SW_BUF_INIT;
    if (sw_file_exists(path)) {
        SW_TRY(sw_file_read(path, TRUST_MAX, &yaml, err));
    } else {
        SW_TRY(sw_buf_puts(&yaml, trust_head));
    }
    if (yaml.len != 0 && yaml.data[yaml.len - 1] != '\n') {
        SW_TRY(sw_buf_puts(&yaml, "\n"));
    }
    SW_TRY(append_signer(&yaml, name, may_sign));
    /* A file that somebody arranged in another way would break: look before it is put in place. */
    SW_CLEANUP(trust) struct sw_trust *check = NULL;
    SW_TRY(sw_trust_new(&check));
    enum sw_code code = sw_trust_read(check, sw_buf_bytes(&yaml), store_path, err);
    if (code != SW_OK || !sw_trust_has(check, sw_str(name))) {
        return sw_fail(err, SW_E_USAGE,
            "cannot add '%s' at the end of '%s': the list of signers must stand last", name, path);
    }
    return sw_file_write(path, sw_buf_bytes(&yaml), 0644, SW_WRITE_SYNC, err);
}
