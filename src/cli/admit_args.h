/* Asking the gate on the command line: what admit and run share. */
#ifndef SW_CLI_ADMIT_ARGS_H
#define SW_CLI_ADMIT_ARGS_H

#include "cli/model_args.h"
#include "cli/show_scan.h"

struct sw_admit_args {
    struct sw_model_args model;
    struct sw_judge_args judge;
    struct sw_signer_args signer;
    struct sw_scan_args scan;
    const char *policy;
    bool dry_run; /* decide on what is known, and record nothing */
};

#define SW_ADMIT_OPTIONS(type, field)                                             \
    {"policy", SW_OPTION_TEXT, offsetof(type, field.policy), "FILE",              \
        "decide by this policy (default: policy.yaml of the store)"},             \
        SW_MODEL_OPTIONS(type, field.model), SW_JUDGE_OPTIONS(type, field.judge), \
        SW_SIGNER_OPTIONS(type, field.signer), SW_SCAN_OPTIONS(type, field.scan)

/* Decides about the model at `path`, and records the decision in the store, which is open only
 * meanwhile. `reading` (may be NULL) tells who else wants the bytes. *status is the exit status. */
sw_result sw_admit_args_ask(struct sw_cli *cli, const struct sw_admit_args *args, const char *path,
    const struct sw_model_options *reading, struct sw_admitted *admitted, int *status,
    struct sw_error *err);

/* The decision for people. */
void sw_admitted_show(
    struct sw_cli *cli, const char *path, const struct sw_admitted *admitted, bool explain);

#endif
