#include "cli/show_scan.h"

/* What one file signed by itself has for a root (OMS v1.0): the digest of its digest. */
static bool is_what_was_signed(struct sw_bytes pack, const struct sw_digest *root)
{
    struct sw_digest file;
    struct sw_digest own;
    sw_sha256(pack, &file);
    sw_sha256(sw_bytes(file.bytes, file.len), &own);
    return sw_digest_equal(&own, root);
}

/* The bytes that are used are those that were signed, whatever the file becomes meanwhile. */
static sw_result read_pack(struct sw_cli *cli, const char *path, const struct sw_trust *trust,
    struct sw_bytes *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct sw_verification v;
    struct sw_verify_request request = {.path = path, .trust = trust, .options = {.now = cli->now}};
    request.signature_path = sw_arena_printf(&cli->arena, "%s.sigstore.json", path);
    SW_TRY_PTR(request.signature_path);
    SW_TRY(sw_file_read(path, SW_SCAN_PACK_MAX, &bytes, err));
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
    return SW_OK;
}

sw_result sw_scan_args_packs(struct sw_cli *cli, const struct sw_text_list *paths,
    struct sw_scan_options *scan, struct sw_error *err)
{
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    const char *store = NULL;
    if (paths->count == 0) {
        return SW_OK;
    }
    struct sw_bytes *packs = SW_ARENA_ARRAY(&cli->arena, struct sw_bytes, paths->count);
    SW_TRY_PTR(packs);
    SW_TRY(sw_cli_store_path(cli, &store, err));
    SW_TRY(sw_cli_trust(cli, store, &trust, err));
    for (size_t i = 0; i < paths->count; i++) {
        SW_TRY(read_pack(cli, paths->items[i], trust, &packs[i], err));
    }
    scan->packs = packs;
    scan->pack_count = paths->count;
    return SW_OK;
}
