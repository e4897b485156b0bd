#include "cli/model_args.h"
#include "cli/show_scan.h"

struct admit_args {
    struct sw_model_args model;
    struct sw_judge_args judge;
    struct sw_signer_args signer;
    struct sw_scan_args scan;
    const char *policy;
    bool explain;
    bool dry_run;
};

static const struct sw_option options[] = {
    {"policy", SW_OPTION_TEXT, offsetof(struct admit_args, policy), "FILE",
        "decide by this policy (default: policy.yaml of the store)"},
    {"explain", SW_OPTION_FLAG, offsetof(struct admit_args, explain), NULL,
        "say for each rule which claim decided and what would satisfy it"},
    {"dry-run", SW_OPTION_FLAG, offsetof(struct admit_args, dry_run), NULL,
        "decide on what is known, and record nothing"},
    SW_MODEL_OPTIONS(struct admit_args, model),
    SW_JUDGE_OPTIONS(struct admit_args, judge),
    SW_SIGNER_OPTIONS(struct admit_args, signer),
    SW_SCAN_OPTIONS(struct admit_args, scan),
    {NULL, 0, 0, NULL, NULL},
};

static enum sw_tone tone_of(enum sw_gate_verdict verdict)
{
    static const enum sw_tone tones[] = {
        [SW_GATE_PASS] = SW_TONE_GOOD,
        [SW_GATE_FAIL] = SW_TONE_BAD,
        [SW_GATE_NO_EVIDENCE] = SW_TONE_WARN,
    };
    return tones[verdict];
}

static void show_rule(struct sw_cli *cli, const struct sw_gate_rule *rule, bool explain)
{
    sw_say(cli, rule->waived ? SW_TONE_WARN : tone_of(rule->verdict), "  %-12s",
        rule->waived ? "waived" : sw_gate_verdict_name(rule->verdict));
    sw_say(cli, SW_TONE_BOLD, " %s", rule->name);
    sw_say(cli, SW_TONE_PLAIN, ": %s\n", rule->reason);
    if (explain && rule->claim.alg != 0) {
        sw_say(cli, SW_TONE_DIM, "               claim %s\n", sw_digest_show(cli, &rule->claim));
    }
    if (rule->verdict != SW_GATE_PASS && rule->satisfy[0] != '\0') {
        sw_say(cli, SW_TONE_PLAIN, "               to satisfy it: %s\n", rule->satisfy);
    }
}

static void show(struct sw_cli *cli, const char *path, const struct sw_admitted *admitted,
    const struct admit_args *args)
{
    const struct sw_decision *d = &admitted->decision;
    static const char *const words[] = {
        [SW_GATE_PASS] = "admitted",
        [SW_GATE_FAIL] = "refused",
        [SW_GATE_NO_EVIDENCE] = "refused for want of evidence",
    };
    sw_say(cli, tone_of(d->verdict), "%s", words[d->verdict]);
    sw_say(cli, SW_TONE_PLAIN, "  %s  (policy: %s)\n", path, d->policy_name);
    if (d->subject.alg != 0) {
        sw_say(cli, SW_TONE_DIM, "  about        %s\n", sw_digest_show(cli, &d->subject));
    }
    for (size_t i = 0; i < d->rule_count; i++) {
        show_rule(cli, &d->rules[i], args->explain);
    }
    const struct sw_verification *v = &admitted->verification;
    for (size_t i = 0; v->problem_count > 1 && i < v->problem_count && i < 20; i++) {
        sw_say(cli, SW_TONE_BAD, "      %-12s", sw_problem_kind_name(v->problems[i].kind));
        sw_say(cli, SW_TONE_PLAIN, " %s%s%s\n", v->problems[i].path,
            v->problems[i].detail[0] == '\0' ? "" : ": ", v->problems[i].detail);
    }
    if (admitted->scanned && args->explain) {
        sw_say(cli, SW_TONE_PLAIN, "  scanned again: ");
        sw_show_scan(cli, &admitted->scan);
    }
    if (admitted->receipt.claim.alg != 0) {
        sw_say(cli, SW_TONE_PLAIN, "  in the log   this verdict, leaf %llu\n",
            (unsigned long long)admitted->receipt.leaf);
    }
}

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

static sw_result fill_request(struct sw_cli *cli, const struct admit_args *args,
    struct sw_admit_request *request, struct sw_error *err)
{
    request->signature_path = args->model.signature;
    request->dry_run = args->dry_run;
    request->options.now = cli->now;
    request->options.ignore_unsigned_files = args->judge.ignore_unsigned_files;
    request->options.legacy = args->judge.legacy;
    request->options.allow_missing_hint = args->judge.allow_missing_hint;
    return sw_model_options_from(cli, &args->model, request->path, &request->options.model, err);
}

static sw_result admit(struct sw_cli *cli, const struct admit_args *args,
    struct sw_admit_request *request, struct sw_admitted *admitted, struct sw_error *err)
{
    SW_TRY(fill_request(cli, args, request, err));
    const char *store_path = sw_store_path(request->store);
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    struct sw_policy *policy = NULL;
    SW_CLEANUP(held_signer) struct sw_held_signer held = {0};
    SW_TRY(sw_cli_trust(cli, store_path, &trust, err));
    SW_TRY(sw_cli_policy(cli, store_path, args->policy, &policy, err));
    if (!args->dry_run) {
        SW_TRY(sw_cli_signer(cli, store_path, &args->signer, &held, err));
    } else if (args->signer.private_key == NULL) {
        request->would_sign = sw_arena_printf(&cli->arena, "%s/keys/%s.pub", store_path,
            args->signer.key == NULL ? "default" : args->signer.key);
        SW_TRY_PTR(request->would_sign);
    }
    request->trust = trust;
    request->policy = policy;
    request->signer = &held.signer;
    struct sw_bar *bar = sw_bar_start(cli, "verifying");
    request->options.model.progress = sw_bar_progress(bar);
    enum sw_code code = sw_flow_admit(&cli->arena, request, admitted, err);
    sw_bar_stop(bar);
    return code;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct admit_args *args = data;
    SW_CLEANUP(scan) struct sw_scan *scan = NULL;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_scan_args_start(&args->scan, &scan, err));
    SW_TRY(sw_cli_store_open(cli, SW_STORE_READ, &store, err));
    SW_TRY(args->dry_run ? SW_OK : sw_store_check_access(store, err));
    struct sw_admit_request request = {.path = cli->operands[0], .store = store, .scan = scan};
    struct sw_admitted admitted;
    SW_TRY(admit(cli, args, &request, &admitted, err));
    SW_TRY(sw_store_close(SW_TAKE(store), err));
    static const int status[] = {[SW_GATE_PASS] = 0, [SW_GATE_FAIL] = 1, [SW_GATE_NO_EVIDENCE] = 3};
    cli->status = admitted.verification.io_error ? 4 : status[admitted.decision.verdict];
    if (cli->json) {
        return print_json(&admitted, err);
    }
    show(cli, request.path, &admitted, args);
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
