/* Keys in a store: keys/NAME.key (private, mode 0600) and keys/NAME.pub. */
#ifndef SW_CLI_STORE_KEY_H
#define SW_CLI_STORE_KEY_H

#include "cli/cli.h"

/* Letters, digits, '-', '_' and '.', not at the start; at most 64; not "log", which signs the log.
 */
sw_result sw_store_key_name_check(const char *name, struct sw_error *err);

/* Makes a key and writes both files; an existing key is never replaced (SW_E_REFUSED). */
sw_result sw_store_key_make(struct sw_cli *cli, const char *store_path, const char *name,
    enum sw_key_alg alg, struct sw_str passphrase, struct sw_key **out, struct sw_error *err);

/* Appends a signer for keys/NAME.pub to trust.yaml, which is made when it is absent. */
sw_result sw_store_trust_add(struct sw_cli *cli, const char *store_path, const char *name,
    const struct sw_text_list *may_sign, struct sw_error *err);

#endif
