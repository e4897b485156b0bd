/* What discover does with the log: compare with what is registered, and record. */
#ifndef SW_CLI_DISCOVER_LOG_H
#define SW_CLI_DISCOVER_LOG_H

#include "cli/discover_record.h"

struct sw_discover_log_args {
    struct sw_signer_args signer;
    bool registered;
    bool record;
    bool approve;
    bool allow_symlinks;
};

#define SW_DISCOVER_LOG_OPTIONS(type, field)                                                   \
    {"registered", SW_OPTION_FLAG, offsetof(type, field.registered), NULL,                     \
        "compare with what trusted claims in the log register; exits 1 when something counts " \
        "that none does, 3 when none registers anything"},                                     \
        {"record", SW_OPTION_FLAG, offsetof(type, field.record), NULL,                         \
            "sign what was found as a claim about the root of the files, and put it into the " \
            "log"},                                                                            \
        {"approve", SW_OPTION_FLAG, offsetof(type, field.approve), NULL,                       \
            "with --record: what counts of it is registered by that"},                         \
        {"allow-symlinks", SW_OPTION_FLAG, offsetof(type, field.allow_symlinks), NULL,         \
            "with --record: hash what symlinks to files lead to (to directories never)"},      \
        SW_SIGNER_OPTIONS(type, field.signer)

struct sw_discover_log {
    struct sw_store *store;
    struct sw_trust *trust; /* what is registered refers to it */
    struct sw_registered registered;
    struct sw_discovery_vendors vendors; /* when it was recorded */
    struct sw_discovered discovered;
    bool compared, recorded;
};

/* Is it well asked for? `elsewhere`: not the trees alone are looked at. SW_E_USAGE. */
sw_result sw_discover_log_check(const struct sw_cli *cli, const struct sw_discover_log_args *args,
    bool elsewhere, struct sw_error *err);
/* After discovery: does what `args` ask for, if anything. Sets cli->status. `discovery` needs all
 * but `registered`; its inventory may get digests. */
sw_result sw_discover_log_run(struct sw_cli *cli, const struct sw_discover_log_args *args,
    struct sw_discovery *discovery, struct sw_inventory *inventory, struct sw_discover_log *log,
    struct sw_error *err);
/* Members of the document, as far as there is something to tell. */
void sw_discover_log_json(struct sw_json_writer *w, const struct sw_discover_log *log);
void sw_discover_log_show(struct sw_cli *cli, const struct sw_discover_log *log);
/* Publishes and closes the store, when `code` is SW_OK; gives the code. */
enum sw_code sw_discover_log_end(
    struct sw_discover_log *log, enum sw_code code, struct sw_error *err);

#endif
