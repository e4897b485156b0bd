/* Runs a command of the user's, who named it: no shell in between. */
#ifndef SW_CLI_CHILD_H
#define SW_CLI_CHILD_H

#include "cli/cli.h"

struct sw_child {
    const char *const *words;       /* ends with NULL; looked up in PATH */
    const char *const *environment; /* "NAME=VALUE" that it gets beside ours; ends with NULL */
};

/* Runs it to its end with our standard input and error; its standard output is ours too, or goes to
 * standard error with --json, where ours holds one document. An interrupt from the terminal is the
 * command's to answer. SW_E_NOENT, SW_E_IO when it cannot be run; SW_E_REFUSED, with how it ended,
 * when it fails. */
sw_result sw_child_run(struct sw_cli *cli, const struct sw_child *child, struct sw_error *err);

#endif
