#include "cli/discover_log.h"

sw_result sw_discover_log_check(const struct sw_cli *cli, const struct sw_discover_log_args *args,
    bool elsewhere, struct sw_error *err)
{
    if (args->approve && !args->record) {
        return sw_fail(err, SW_E_USAGE, "--approve says what --record is to record: give both");
    }
    if (args->allow_symlinks && !args->record) {
        return sw_fail(err, SW_E_USAGE, "--allow-symlinks is about --record");
    }
    if (args->record && cli->operand_count != 1) {
        return sw_fail(err, SW_E_USAGE,
            "--record binds what was found to the root of one tree: give one PATH");
    }
    if (args->record && elsewhere) {
        return sw_fail(err, SW_E_USAGE,
            "--record binds what was found to the root of one tree: --host, --k8s and --logs look "
            "elsewhere");
    }
    return SW_OK;
}

static sw_result compare(struct sw_cli *cli, struct sw_discover_log *log,
    struct sw_inventory *inventory, struct sw_error *err)
{
    SW_TRY(sw_registered_open(cli, log->store, log->trust, &log->registered, err));
    log->compared = true;
    return sw_registered_compare(
        cli, &log->registered, inventory, cli->operands, cli->operand_count, err);
}

/* An approval counts like everybody's, when its signer is trusted for it. */
static sw_result compare_again(struct sw_cli *cli, struct sw_discover_log *log,
    struct sw_inventory *inventory, struct sw_error *err)
{
    const uint64_t known = log->registered.claims;
    SW_TRY(compare(cli, log, inventory, err));
    if (log->registered.claims == known) {
        sw_note(cli, "trust.yaml names nobody with this key who may sign " SW_PREDICATE_DISCOVERY
                     ": nothing is registered by it here");
    }
    return SW_OK;
}

static sw_result record(struct sw_cli *cli, const struct sw_discover_log_args *args,
    struct sw_discovery *discovery, struct sw_discover_log *log, struct sw_error *err)
{
    SW_CLEANUP(held_signer) struct sw_held_signer held = {0};
    SW_TRY(sw_store_check_access(log->store, err));
    SW_TRY(sw_cli_signer(cli, sw_store_path(log->store), &args->signer, &held, err));
    SW_TRY(
        sw_discovery_vendors(cli, &log->registered.vendors, discovery->inventory, &log->vendors));
    discovery->registered = &log->registered;
    discovery->vendors = &log->vendors;
    discovery->approved = args->approve;
    discovery->allow_symlinks = args->allow_symlinks;
    discovery->time = cli->now;
    SW_TRY(sw_discovery_record(cli, log->store, &held.signer, discovery, &log->discovered, err));
    log->recorded = true;
    return SW_OK;
}

/* A tree without a file, such as a checkout that failed, says nothing of what is in use. */
static void judge(
    struct sw_cli *cli, const struct sw_discover_log *log, const struct sw_discovery *discovery)
{
    const bool empty = discovery->path != NULL && discovery->coverage->files == 0;
    if (empty) {
        sw_note(cli, "there was no file to look at");
    }
    if (empty || (log->registered.reg.count == 0 && log->registered.vendors.count == 0)) {
        cli->status = cli->status == 1 ? 1 : 3; /* what is new stays new */
    } else if (log->registered.unknown > 0) {
        cli->status = 1;
    }
}

sw_result sw_discover_log_run(struct sw_cli *cli, const struct sw_discover_log_args *args,
    struct sw_discovery *discovery, struct sw_inventory *inventory, struct sw_discover_log *log,
    struct sw_error *err)
{
    if (!args->registered && !args->record) {
        return SW_OK;
    }
    SW_TRY(sw_cli_store_open(cli, SW_STORE_READ, &log->store, err));
    SW_TRY(sw_cli_trust(cli, sw_store_path(log->store), &log->trust, err));
    SW_TRY(compare(cli, log, inventory, err));
    if (args->record && discovery->coverage->refused > 0) {
        sw_note(
            cli, "nothing is recorded: a file ended its parser, and what it holds is not known");
    } else if (args->record) {
        SW_TRY(record(cli, args, discovery, log, err));
    }
    if (args->approve && log->recorded) {
        SW_TRY(compare_again(cli, log, inventory, err));
    }
    if (args->registered) {
        judge(cli, log, discovery);
    }
    return SW_OK;
}

void sw_discover_log_json(struct sw_json_writer *w, const struct sw_discover_log *log)
{
    if (log->compared) {
        sw_jw_object(w, "registered");
        sw_registered_summary_json(w, &log->registered);
        sw_jw_object_end(w);
    }
    if (log->recorded) {
        sw_json_digest(w, "claim", &log->discovered.receipt.claim);
        sw_json_digest(w, "root", &log->discovered.manifest.root);
    }
}

void sw_discover_log_show(struct sw_cli *cli, const struct sw_discover_log *log)
{
    if (log->compared) {
        sw_registered_show(cli, &log->registered);
    }
    if (log->recorded) {
        sw_discovery_vendors_show(cli, &log->vendors);
        sw_say(cli, SW_TONE_GOOD, "recorded");
        sw_say(cli, SW_TONE_PLAIN, "  leaf %llu, about %s\n",
            (unsigned long long)log->discovered.receipt.leaf,
            sw_digest_show(cli, &log->discovered.manifest.root));
    }
}

enum sw_code sw_discover_log_end(
    struct sw_discover_log *log, enum sw_code code, struct sw_error *err)
{
    struct sw_store *store = log->store;
    sw_trust_free(log->trust);
    log->store = NULL;
    log->trust = NULL;
    if (store == NULL || code != SW_OK) {
        sw_store_abandon(store);
        return code;
    }
    return sw_store_close(store, err);
}
