#include "cli/signed_pack.h"

/* What one file signed by itself has for a root (OMS v1.0): the digest of its digest. */
static bool is_what_was_signed(struct sw_bytes pack, const struct sw_digest *root)
{
    struct sw_digest file;
    struct sw_digest own;
    sw_sha256(pack, &file);
    sw_sha256(sw_bytes(file.bytes, file.len), &own);
    return sw_digest_equal(&own, root);
}

sw_result sw_cli_signed_pack(struct sw_cli *cli, const char *path, uint64_t max,
    const struct sw_trust *trust, struct sw_bytes *out, const char **signer, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct sw_verification v;
    struct sw_verify_request request = {.path = path, .trust = trust, .options = {.now = cli->now}};
    request.signature_path = sw_arena_printf(&cli->arena, "%s.sigstore.json", path);
    SW_TRY_PTR(request.signature_path);
    SW_TRY(sw_file_read(path, max, &bytes, err));
    SW_TRY(sw_flow_verify(&cli->arena, &request, &signature, &v, err));
    if (v.verdict != SW_VERDICT_PASS || !is_what_was_signed(sw_buf_bytes(&bytes), &v.root)) {
        return sw_fail(err, SW_E_REFUSED,
            "the pack '%s' is not signed by anybody trusted; look with 'sealwright verify "
            "--signature %s %s'",
            path, request.signature_path, path);
    }
    const void *copy = sw_arena_copy(&cli->arena, sw_buf_bytes(&bytes));
    SW_TRY_PTR(copy);
    *out = sw_bytes(copy, bytes.len);
    if (signer != NULL) {
        *signer = v.signer;
    }
    return SW_OK;
}
