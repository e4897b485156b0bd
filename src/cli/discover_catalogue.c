#include "cli/discover_catalogue.h"

#include "cli/signed_pack.h"

static sw_result read_unsigned(
    struct sw_cli *cli, const char *path, struct sw_bytes *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    enum sw_code code = sw_file_read(path, SW_CATALOGUE_MAX, &bytes, err);
    if (code == SW_E_LIMIT) { /* 1 is for what was found */
        const struct sw_error why = *err;
        return sw_fail(err, SW_E_IO, "%s", why.text);
    }
    SW_TRY(code);
    const void *copy = sw_arena_copy(&cli->arena, sw_buf_bytes(&bytes));
    SW_TRY_PTR(copy);
    *out = sw_bytes(copy, bytes.len);
    return SW_OK;
}

static sw_result read_signed(struct sw_cli *cli, const char *path, struct sw_bytes *out,
    const char **signer, struct sw_error *err)
{
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    const char *store = NULL;
    const char *name = NULL;
    SW_TRY(sw_cli_store_path(cli, &store, err));
    SW_TRY(sw_cli_trust(cli, store, &trust, err));
    SW_TRY(sw_cli_signed_pack(cli, path, SW_CATALOGUE_MAX, trust, out, &name, err));
    *signer = sw_arena_strdup(&cli->arena, name);
    SW_TRY_PTR(*signer);
    return SW_OK;
}

/* Nobody reads it here, whoever has signed it: who looks does, in a process of its own. */
static sw_result check(const char *path, struct sw_bytes text, struct sw_error *err)
{
    SW_CLEANUP(documents) struct sw_documents *documents = NULL;
    const struct sw_document document = {text, path};
    SW_TRY(sw_documents_new(SW_CATALOGUE_MAX, NULL, &documents, err));
    enum sw_code code = sw_documents_catalogue(documents, &document, err);
    if (code == SW_E_FORMAT || code == SW_E_LIMIT || code == SW_E_IO) {
        const struct sw_error why = *err;
        return sw_fail(err, SW_E_IO, "the catalogue '%s': %s", path,
            why.text[0] == '\0' ? "it has too many rows" : why.text);
    }
    return code;
}

static sw_result choose_own(struct sw_cli *cli, const struct sw_catalogue_args *args,
    struct sw_catalogue_used *used, struct sw_error *err)
{
    struct sw_digest digest;
    used->origin = args->is_unsigned ? "unsigned" : "signed";
    SW_TRY(args->is_unsigned ? read_unsigned(cli, args->file, &used->text, err)
                             : read_signed(cli, args->file, &used->text, &used->signer, err));
    SW_TRY(check(args->file, used->text, err));
    sw_sha256(used->text, &digest);
    used->digest = sw_digest_show(cli, &digest);
    return SW_OK;
}

sw_result sw_catalogue_choose(struct sw_cli *cli, const struct sw_catalogue_args *args,
    struct sw_catalogue_used *out, struct sw_error *err)
{
    struct sw_catalogue_used used = {.origin = "built-in"};
    if (args->file == NULL && args->is_unsigned) {
        return sw_fail(err, SW_E_USAGE, "--unsigned-catalogue is about --catalogue FILE");
    }
    if (args->file != NULL) {
        SW_TRY(choose_own(cli, args, &used, err));
    } else {
        used.digest = sw_discover_catalogue(&cli->arena, NULL);
        SW_TRY_PTR(used.digest);
    }
    *out = used;
    return SW_OK;
}

void sw_catalogue_json(struct sw_json_writer *w, const struct sw_catalogue_used *used)
{
    sw_jw_text(w, "digest", used->digest);
    sw_jw_text(w, "origin", used->origin);
    sw_jw_text(w, "signer", used->signer);
}
