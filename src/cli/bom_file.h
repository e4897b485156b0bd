/* Bills of materials that commands read. */
#ifndef SW_CLI_BOM_FILE_H
#define SW_CLI_BOM_FILE_H

#include "cli/confined.h"
#include "supply/supply.h"

/* Runs what reads operands, and has no result, in a process of its own (confined.h). */
sw_result sw_bom_confined(struct sw_cli *cli, const void *data,
    sw_result (*run)(
        struct sw_cli *cli, const void *data, struct sw_buf *result, struct sw_error *err),
    struct sw_error *err);
/* There: reads and parses an operand ("-": standard input) into cli->arena. Failures name it. */
sw_result sw_bom_file_parse(
    struct sw_cli *cli, const char *path, struct sw_json *out, struct sw_error *err);
/* The same, taken in. */
sw_result sw_bom_file_read(
    struct sw_cli *cli, const char *path, struct sw_bom *out, struct sw_error *err);
/* "library" and the name, "service" and the name. */
const char *sw_bom_component_show(struct sw_cli *cli, const struct sw_bom_component *component);
/* What --format and --spec ask for; the defaults where they are NULL. SW_E_USAGE. */
sw_result sw_bom_format_choose(
    const char *format, const char *spec, bool *spdx, const char **out, struct sw_error *err);
/* What --time asks for, "now" or a time, or SOURCE_DATE_EPOCH; NULL and unset: nothing. SW_E_USAGE.
 */
sw_result sw_bom_time_choose(
    const struct sw_cli *cli, const char *text, struct sw_bom *bom, struct sw_error *err);

#endif
