/* Data that drives a room and that users bring themselves: it counts when somebody whom the store
 * trusts has signed it, in PACK.sigstore.json beside it. */
#ifndef SW_CLI_SIGNED_PACK_H
#define SW_CLI_SIGNED_PACK_H

#include "cli/cli.h"

/* Reads a pack into cli->arena; `signer` (may be NULL) is who signed it, as trust.yaml says. The
 * bytes are those that were signed, whatever the file becomes meanwhile. SW_E_REFUSED. */
sw_result sw_cli_signed_pack(struct sw_cli *cli, const char *path, uint64_t max,
    const struct sw_trust *trust, struct sw_bytes *out, const char **signer, struct sw_error *err);

#endif
