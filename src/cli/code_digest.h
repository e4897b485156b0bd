/* The code that a recorded command runs. */
#ifndef SW_CLI_CODE_DIGEST_H
#define SW_CLI_CODE_DIGEST_H

#include "cli/cli.h"

/* A file by its bytes; a directory as a model is, by its names and contents. */
sw_result sw_code_digest(
    struct sw_cli *cli, const char *path, struct sw_digest *out, struct sw_error *err);

#endif
