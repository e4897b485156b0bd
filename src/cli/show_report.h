/* The report of `data report`, for people. */
#ifndef SW_CLI_SHOW_REPORT_H
#define SW_CLI_SHOW_REPORT_H

#include "cli/cli.h"

void sw_show_report(struct sw_cli *cli, const struct sw_report *report);

#endif
