#include "cli/admit_args.h"

static enum sw_tone tone_of(enum sw_gate_verdict verdict)
{
    static const enum sw_tone tones[] = {
        [SW_GATE_PASS] = SW_TONE_GOOD,
        [SW_GATE_FAIL] = SW_TONE_BAD,
        [SW_GATE_NO_EVIDENCE] = SW_TONE_WARN,
    };
    return tones[verdict];
}

static void show_rule(
    struct sw_cli *cli, const char *path, const struct sw_gate_rule *rule, bool explain)
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
    if (rule->verdict != SW_GATE_PASS && rule->claim.alg != 0 &&
        strstr(rule->satisfy, SW_PREDICATE_SCAN) != NULL) {
        sw_say(cli, SW_TONE_PLAIN,
            "               what was found or not read: sealwright scan %s\n", path);
    }
}

void sw_admitted_show(
    struct sw_cli *cli, const char *path, const struct sw_admitted *admitted, bool explain)
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
        show_rule(cli, path, &d->rules[i], explain);
    }
    const struct sw_verification *v = &admitted->verification;
    for (size_t i = 0; v->problem_count > 1 && i < v->problem_count && i < 20; i++) {
        sw_say(cli, SW_TONE_BAD, "      %-12s", sw_problem_kind_name(v->problems[i].kind));
        sw_say(cli, SW_TONE_PLAIN, " %s%s%s\n", v->problems[i].path,
            v->problems[i].detail[0] == '\0' ? "" : ": ", v->problems[i].detail);
    }
    if (admitted->scanned && explain) {
        sw_say(cli, SW_TONE_PLAIN, "  scanned again: ");
        sw_show_scan(cli, &admitted->scan);
    }
    if (admitted->receipt.claim.alg != 0) {
        sw_say(cli, SW_TONE_PLAIN, "  in the log   this verdict, leaf %llu\n",
            (unsigned long long)admitted->receipt.leaf);
    }
}

static sw_result fill_request(struct sw_cli *cli, const struct sw_admit_args *args,
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

static sw_result admit(struct sw_cli *cli, const struct sw_admit_args *args,
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

sw_result sw_admit_args_ask(struct sw_cli *cli, const struct sw_admit_args *args, const char *path,
    const struct sw_model_options *reading, struct sw_admitted *admitted, int *status,
    struct sw_error *err)
{
    SW_CLEANUP(scan) struct sw_scan *scan = NULL;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_scan_args_start(&args->scan, &scan, err));
    SW_TRY(sw_cli_store_open(cli, SW_STORE_READ, &store, err));
    SW_TRY(args->dry_run ? SW_OK : sw_store_check_access(store, err));
    struct sw_admit_request request = {.path = path, .store = store, .scan = scan};
    if (reading != NULL) {
        request.options.model = *reading;
    }
    SW_TRY(admit(cli, args, &request, admitted, err));
    SW_TRY(sw_store_close(SW_TAKE(store), err));
    static const int statuses[] = {
        [SW_GATE_PASS] = 0, [SW_GATE_FAIL] = 1, [SW_GATE_NO_EVIDENCE] = 3};
    *status = admitted->verification.io_error ? 4 : statuses[admitted->decision.verdict];
    return SW_OK;
}
