#include "cli/show_scan.h"
#include "cli/signed_pack.h"

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
        SW_TRY(sw_cli_signed_pack(
            cli, paths->items[i], SW_SCAN_PACK_MAX, trust, &packs[i], NULL, err));
    }
    scan->packs = packs;
    scan->pack_count = paths->count;
    return SW_OK;
}
