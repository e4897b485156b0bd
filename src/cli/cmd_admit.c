#include "cli/admit_args.h"

struct admit_args {
    struct sw_admit_args ask;
    bool explain;
};

static const struct sw_option options[] = {
    {"explain", SW_OPTION_FLAG, offsetof(struct admit_args, explain), NULL,
        "say for each rule which claim decided and what would satisfy it"},
    {"dry-run", SW_OPTION_FLAG, offsetof(struct admit_args, ask.dry_run), NULL,
        "decide on what is known, and record nothing"},
    SW_ADMIT_OPTIONS(struct admit_args, ask),
    {NULL, 0, 0, NULL, NULL},
};

static void rule_json(struct sw_json_writer *w, const struct sw_gate_rule *rule)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "name", rule->name);
    sw_jw_text(w, "verdict", sw_gate_verdict_name(rule->verdict));
    sw_jw_text(w, "reason", rule->reason);
    sw_jw_text(w, "satisfy", rule->satisfy);
    sw_json_digest(w, "claim", &rule->claim);
    sw_jw_bool(w, "waived", rule->waived);
    sw_jw_object_end(w);
}

static void data_json(struct sw_json_writer *w, const struct sw_admitted_data *data)
{
    const struct sw_provenance *p = &data->provenance;
    if (!data->known) {
        sw_jw_null(w, "data");
        return;
    }
    sw_jw_object(w, "data");
    sw_jw_text(w, "status", p->status == SW_PROVENANCE_COMPLETE ? "complete" : "gaps");
    sw_jw_u64(w, "gaps", p->gap_count);
    sw_jw_u64(w, "tainted", p->tainted_count);
    sw_jw_u64(w, "takedowns", p->takedown_count);
    if (data->draft.type == NULL) {
        sw_json_digest(w, "claim", &data->claim);
    } else {
        sw_jw_null(w, "claim");
    }
    sw_jw_object_end(w);
}

static sw_result print_json(const struct sw_admitted *admitted, struct sw_error *err)
{
    const struct sw_decision *d = &admitted->decision;
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "verdict", sw_gate_verdict_name(d->verdict));
    sw_json_digest(w, "subject", &d->subject);
    sw_jw_object(w, "policy");
    sw_jw_text(w, "name", d->policy_name);
    sw_json_digest(w, "digest", &d->policy_digest);
    sw_jw_object_end(w);
    sw_jw_array(w, "rules");
    for (size_t i = 0; i < d->rule_count; i++) {
        rule_json(w, &d->rules[i]);
    }
    sw_jw_array_end(w);
    sw_json_digest(w, "claim", &admitted->receipt.claim);
    if (admitted->receipt.claim.alg == 0) {
        sw_jw_null(w, "leaf");
    } else {
        sw_jw_u64(w, "leaf", admitted->receipt.leaf);
    }
    data_json(w, &admitted->data);
    sw_flow_problems_json(w, &admitted->verification);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct admit_args *args = data;
    const char *path = cli->operands[0];
    struct sw_admitted admitted;
    SW_TRY(sw_admit_args_ask(cli, &args->ask, path, NULL, &admitted, &cli->status, err));
    if (cli->json) {
        return print_json(&admitted, err);
    }
    sw_admitted_show(cli, path, &admitted, args->explain);
    return SW_OK;
}

const struct sw_command sw_cmd_admit = {
    .name = "admit",
    .summary = "verify a model and let the policy decide",
    .operands = "MODEL",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct admit_args),
    .description =
        "Verifies the model's files, scans it again when the recorded scan is missing or stale, "
        "asks the policy about every claim in the store, and records the verdict as a signed SLSA "
        "Verification Summary. Where somebody trusted tells how the model was trained, what is "
        "known of its data is traced anew and recorded, and the policy that 'init' writes refuses "
        "what is tainted, withdrawn, has gaps, or was drawn otherwise than declared. A model "
        "passes only when every file is as a trusted signer signed "
        "it and every rule of the policy passes. No evidence is not a pass (exit 3).",
    .examples = "  sealwright admit model/\n"
                "  sealwright admit --explain --policy strict.yaml model/\n",
    .run = run,
};
