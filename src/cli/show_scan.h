/* A scan report for people and as JSON; scan and seal show the same. */
#ifndef SW_CLI_SHOW_SCAN_H
#define SW_CLI_SHOW_SCAN_H

#include "cli/cli.h"

void sw_show_scan(struct sw_cli *cli, const struct sw_scan_report *report);
/* Members of the current JSON object. */
void sw_scan_json(struct sw_json_writer *w, const struct sw_scan_report *report);
enum sw_tone sw_scan_tone(enum sw_scan_verdict verdict);

#endif
