/* Parts of commands that read files which others made: they run in a process of its own, which has
 * nothing but the bytes of the operands that it asks for (base/worker.h). */
#ifndef SW_CLI_CONFINED_H
#define SW_CLI_CONFINED_H

#include "cli/cli.h"

struct sw_confined {
    /* Runs there. What it prints and its cli->status become this process's; what it appends to
     * `result` is for deliver(). It has no environment, and cannot change anything here. */
    sw_result (*run)(
        struct sw_cli *cli, const void *data, struct sw_buf *result, struct sw_error *err);
    /* Runs here when that has ended well, and before anything is printed. May be NULL. */
    sw_result (*deliver)(
        struct sw_cli *cli, const void *data, struct sw_bytes result, struct sw_error *err);
    const void *data;
    uint64_t file_max; /* bytes of an operand */
};

/* SW_E_IO when the process crashed or ran over its limits. */
sw_result sw_confined_run(struct sw_cli *cli, const struct sw_confined *what, struct sw_error *err);
/* For deliver(): prints a JSON document. SW_E_IO when it has what steers terminals. */
sw_result sw_confined_print(struct sw_bytes document, struct sw_error *err);
/* There: the bytes of an operand ("-": standard input). Failures name it. */
sw_result sw_confined_operand(
    struct sw_cli *cli, const char *operand, struct sw_buf *out, struct sw_error *err);

#endif
