#include "cli/cli.h"

#define FILE_MAX ((uint64_t)4 << 20)

/* The policy that the operand names, else the store's. */
static sw_result load(
    struct sw_cli *cli, struct sw_policy **policy, const char **store_path, struct sw_error *err)
{
    const char *file = cli->operand_count == 0 ? NULL : cli->operands[0];
    struct sw_error ignored = {0};
    enum sw_code found = sw_cli_store_path(cli, store_path, file == NULL ? err : &ignored);
    if (file == NULL) {
        SW_TRY(found);
    }
    return sw_cli_policy(cli, *store_path, file, policy, err);
}

/* --- policy check ---------------------------------------------------------------------------- */

static sw_result check_json(
    const struct sw_policy *policy, const char *const *warnings, size_t count, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "name", sw_policy_name(policy));
    sw_json_digest(w, "digest", sw_policy_digest(policy));
    sw_jw_u64(w, "rules", sw_policy_rule_count(policy));
    sw_jw_array(w, "warnings");
    for (size_t i = 0; i < count; i++) {
        sw_jw_text(w, NULL, warnings[i]);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run_check(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    (void)data;
    struct sw_policy *policy = NULL;
    const char *store_path = NULL;
    enum sw_code code = load(cli, &policy, &store_path, err);
    if (code != SW_OK) {
        /* Here the policy itself is what is checked. */
        return code == SW_E_USAGE ? SW_E_FORMAT : code;
    }
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    if (store_path != NULL) {
        SW_TRY(sw_cli_trust(cli, store_path, &trust, err));
    } else {
        SW_TRY(sw_trust_new(&trust));
    }
    const char **warnings = NULL;
    size_t count = 0;
    SW_TRY(sw_policy_lint(&cli->arena, policy, trust, cli->now, &warnings, &count));
    cli->status = count == 0 ? 0 : 1;
    if (cli->json) {
        return check_json(policy, warnings, count, err);
    }
    sw_say(cli, count == 0 ? SW_TONE_GOOD : SW_TONE_WARN, count == 0 ? "good" : "doubtful");
    sw_say(cli, SW_TONE_PLAIN, "  policy %s: %s, %s\n", sw_policy_name(policy),
        sw_count_show(cli, sw_policy_rule_count(policy), "rule"),
        sw_digest_show(cli, sw_policy_digest(policy)));
    for (size_t i = 0; i < count; i++) {
        sw_say(cli, SW_TONE_WARN, "  warning");
        sw_say(cli, SW_TONE_PLAIN, " %s\n", warnings[i]);
    }
    return SW_OK;
}

const struct sw_command sw_cmd_policy_check = {
    .name = "policy check",
    .summary = "check a policy file, and what in it is surely not meant",
    .operands = "[POLICY]",
    .max_operands = 1,
    .description =
        "A policy that breaks the language is an error with its line. What is legal but doubtful "
        "(a signer that trust.yaml does not have, an expired waiver) is a warning and exit 1.",
    .run = run_check,
};

/* --- policy test ----------------------------------------------------------------------------- */

struct test_args {
    const char *policy;
};

static const struct sw_option test_options[] = {
    {"policy", SW_OPTION_TEXT, offsetof(struct test_args, policy), "FILE",
        "the policy under test (default: policy.yaml of the store)"},
    {NULL, 0, 0, NULL, NULL},
};

static sw_result tests_json(
    const struct sw_policy_test_result *results, size_t count, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_array(w, NULL);
    for (size_t i = 0; i < count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "name", results[i].name);
        sw_jw_u64(w, "line", results[i].line);
        sw_jw_bool(w, "passed", results[i].passed);
        sw_jw_text(w, "verdict", sw_gate_verdict_name(results[i].decision.verdict));
        sw_jw_text(w, "detail", results[i].detail);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result report_tests(struct sw_cli *cli, const struct sw_policy_test_result *results,
    size_t count, struct sw_error *err)
{
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        failed += results[i].passed ? 0 : 1;
    }
    cli->status = failed == 0 ? 0 : 1;
    if (cli->json) {
        return tests_json(results, count, err);
    }
    for (size_t i = 0; i < count; i++) {
        bool good = results[i].passed;
        sw_say(cli, good ? SW_TONE_GOOD : SW_TONE_BAD, good ? "  pass" : "  FAIL");
        sw_say(
            cli, SW_TONE_PLAIN, "  %s%s%s\n", results[i].name, good ? "" : ": ", results[i].detail);
    }
    sw_say(cli, SW_TONE_PLAIN, "%zu passed, %zu failed\n", count - failed, failed);
    return SW_OK;
}

static sw_result run_test(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct test_args *args = data;
    const char *store_path = NULL;
    if (args->policy == NULL) {
        SW_TRY(sw_cli_store_path(cli, &store_path, err));
    }
    struct sw_policy *policy = NULL;
    SW_TRY(sw_cli_policy(cli, store_path, args->policy, &policy, err));
    SW_CLEANUP(buf) struct sw_buf yaml = SW_BUF_INIT;
    SW_TRY(sw_file_read(cli->operands[0], FILE_MAX, &yaml, err));
    struct sw_policy_test_result *results = NULL;
    size_t count = 0;
    enum sw_code code =
        sw_policy_run_tests(&cli->arena, policy, sw_buf_bytes(&yaml), &results, &count, err);
    if (code != SW_OK) {
        /* 1 would say that a case fails. */
        (void)sw_error_prefix(err, code, "'%s'", cli->operands[0]);
        return code == SW_E_FORMAT || code == SW_E_LIMIT ? SW_E_USAGE : code;
    }
    return report_tests(cli, results, count, err);
}

const struct sw_command sw_cmd_policy_test = {
    .name = "policy test",
    .summary = "run the cases of a policy test file",
    .operands = "CASES",
    .min_operands = 1,
    .max_operands = 1,
    .options = test_options,
    .args_size = sizeof(struct test_args),
    .description = "CASES is a YAML file: claims as a store could hold them, and the verdict that "
                   "each rule should give. Nothing is signed, and no store is needed when "
                   "*--policy* names the policy.",
    .examples = "  sealwright policy test --policy policy.yaml policy_test.yaml\n",
    .run = run_test,
};

/* --- policy explain -------------------------------------------------------------------------- */

static sw_result run_explain(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    (void)data;
    struct sw_policy *policy = NULL;
    const char *store_path = NULL;
    SW_TRY(load(cli, &policy, &store_path, err));
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_policy_explain(&cli->arena, policy, &text));
    if (!cli->json) {
        (void)fwrite(text.data, 1, text.len, stdout);
        return SW_OK;
    }
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "name", sw_policy_name(policy));
    sw_jw_text(w, "explanation", sw_buf_cstr(&text));
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

const struct sw_command sw_cmd_policy_explain = {
    .name = "policy explain",
    .summary = "say in plain words what a policy demands",
    .operands = "[POLICY]",
    .max_operands = 1,
    .description = "A paragraph a rule. *admit --explain* says how the rules decide on one model.",
    .run = run_explain,
};
