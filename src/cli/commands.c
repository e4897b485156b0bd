#include "cli/cli.h"

#define COMMANDS(X)      \
    X(init)              \
    X(key_new)           \
    X(key_list)          \
    X(key_show)          \
    X(seal)              \
    X(admit)             \
    X(run)               \
    X(sign)              \
    X(verify)            \
    X(checkpoint_sign)   \
    X(checkpoint_watch)  \
    X(checkpoint_verify) \
    X(checkpoint_resume) \
    X(scan)              \
    X(diff)              \
    X(discover)          \
    X(licence_check)     \
    X(bom_make)          \
    X(bom_read)          \
    X(bom_validate)      \
    X(bom_diff)          \
    X(bom_merge)         \
    X(bom_score)         \
    X(card_make)         \
    X(card_check)        \
    X(card_render)       \
    X(data_source_add)   \
    X(data_source_list)  \
    X(data_source_show)  \
    X(data_ingest)       \
    X(data_join)         \
    X(data_list)         \
    X(data_show)         \
    X(data_verify)       \
    X(data_run)          \
    X(data_mix)          \
    X(data_consume)      \
    X(data_weights)      \
    X(data_train)        \
    X(data_checkpoint)   \
    X(data_trace)        \
    X(data_reach)        \
    X(data_taint)        \
    X(data_takedown)     \
    X(data_forget_salt)  \
    X(data_why_dropped)  \
    X(data_diff)         \
    X(data_prove)        \
    X(data_prove_absent) \
    X(data_check_proof)  \
    X(data_report)       \
    X(data_import)       \
    X(data_export)       \
    X(evidence_list)     \
    X(evidence_show)     \
    X(evidence_query)    \
    X(evidence_export)   \
    X(evidence_import)   \
    X(evidence_reindex)  \
    X(log_checkpoint)    \
    X(log_prove)         \
    X(log_check)         \
    X(log_verify)        \
    X(log_add)           \
    X(advisory_import)   \
    X(advisory_match)    \
    X(advisory_watch)    \
    X(advisory_status)   \
    X(vendor_new)        \
    X(vendor_check)      \
    X(vendor_score)      \
    X(vendor_sign)       \
    X(vendor_list)       \
    X(vendor_show)       \
    X(vendor_find)       \
    X(policy_check)      \
    X(policy_test)       \
    X(policy_explain)    \
    X(sign_model)        \
    X(verify_model)      \
    X(doctor)            \
    X(help)

#define DECLARE(name) extern const struct sw_command sw_cmd_##name;
COMMANDS(DECLARE)

#define ROW(name) &sw_cmd_##name,
const struct sw_command *const sw_commands[] = {COMMANDS(ROW) NULL};
