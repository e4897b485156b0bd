/* A scan report for people and as JSON; scan and seal show the same. */
#ifndef SW_CLI_SHOW_SCAN_H
#define SW_CLI_SHOW_SCAN_H

#include "cli/cli.h"

void sw_show_scan(struct sw_cli *cli, const struct sw_scan_report *report);
/* Members of the current JSON object. */
void sw_scan_json(struct sw_json_writer *w, const struct sw_scan_report *report);
/* Whole documents: SARIF 2.1.0 and CycloneDX 1.6. cli->status and the operands are theirs, too. */
void sw_scan_sarif(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_scan_report *report);
void sw_scan_cyclonedx(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_scan_report *report);
/* What the numbers of tensors are like (show_profile.c). */
void sw_show_profile(struct sw_cli *cli, const struct sw_scan_report *report);
void sw_profile_json(struct sw_json_writer *w, const struct sw_scan_report *report);
/* The digest of each, of a scan that hashed them (show_tensors.c). */
sw_result sw_show_tensors(
    struct sw_cli *cli, const struct sw_scan_report *report, struct sw_error *err);
sw_result sw_tensors_json(struct sw_json_writer *w, struct sw_cli *cli,
    const struct sw_scan_report *report, struct sw_error *err);
enum sw_tone sw_scan_tone(enum sw_scan_verdict verdict);

/* How a command scans. The rows go into its option table. */
struct sw_scan_args {
    const char *time_limit; /* a span; NULL: SW_SCAN_TIME_LIMIT */
};

#define SW_SCAN_OPTIONS(type, field)                                                          \
    {                                                                                         \
        "time-limit", SW_OPTION_TEXT, offsetof(type, field.time_limit), "SPAN",               \
            "how long the parsers may take together; what is left then is not read, and the " \
            "scan is no evidence (default: 1h)"                                               \
    }

/* Gives the seconds. */
sw_result sw_scan_args_time_limit(
    const struct sw_scan_args *args, uint64_t *seconds, struct sw_error *err);
/* Packs (doc/format/scan-pickle.md) that somebody whom the store trusts has signed, into `scan`. */
sw_result sw_scan_args_packs(struct sw_cli *cli, const struct sw_text_list *paths,
    struct sw_scan_options *scan, struct sw_error *err);
/* sw_scan_new() with them. */
sw_result sw_scan_args_start(
    const struct sw_scan_args *args, struct sw_scan **out, struct sw_error *err);

#endif
