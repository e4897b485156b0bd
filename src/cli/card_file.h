/* Cards that commands read, and the files that they are about. */
#ifndef SW_CLI_CARD_FILE_H
#define SW_CLI_CARD_FILE_H

#include "cli/cli.h"
#include "supply/supply.h"

/* A card's own document, a README.md, or a directory that holds one ("-": standard input), into
 * cli->arena. *readme says that it was a README.md, which is bound to no files. SW_E_NOEVIDENCE:
 * there is no card in it. */
sw_result sw_card_file_read(struct sw_cli *cli, struct sw_card_reader *reader, const char *path,
    struct sw_card *out, bool *readme, struct sw_error *err);
/* The files that a card of `path` is about: what signing takes of them. */
bool sw_card_leaves_out(void *ctx, const char *name, bool is_dir);
sw_result sw_card_hash(struct sw_cli *cli, const char *path, bool allow_symlinks,
    struct sw_manifest *out, struct sw_error *err);
void sw_card_bind(struct sw_cli *cli, const struct sw_manifest *manifest, struct sw_card *card);

#endif
