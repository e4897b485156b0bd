#include "cli/cli.h"

#include <unistd.h>

#define FILE_MAX ((uint64_t)16 << 20)

/* --- log checkpoint -------------------------------------------------------------------------- */

struct checkpoint_args {
    bool policy;
    const char *out;
};

static const struct sw_option checkpoint_options[] = {
    {"policy", SW_OPTION_FLAG, offsetof(struct checkpoint_args, policy), NULL,
        "print the log's policy file instead: what others need to check its proofs"},
    {"out", SW_OPTION_TEXT, offsetof(struct checkpoint_args, out), "FILE",
        "write it here, in the place of what the file held (default: standard output)"},
    {NULL, 0, 0, NULL, NULL},
};

static sw_result checkpoint_json(
    struct sw_cli *cli, const struct sw_buf *text, struct sw_error *err)
{
    struct sw_checkpoint checkpoint;
    SW_TRY(sw_checkpoint_parse(&cli->arena, sw_buf_bytes(text), &checkpoint, err));
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "origin", checkpoint.origin);
    sw_jw_u64(w, "size", checkpoint.size);
    sw_jw_base64(w, "root", sw_bytes(checkpoint.root.bytes, sizeof(checkpoint.root.bytes)));
    sw_jw_text(w, "checkpoint", sw_buf_cstr(text));
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result policy_json(const struct sw_buf *text, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "policy", sw_buf_cstr(text));
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run_checkpoint(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct checkpoint_args *args = data;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_cli_store_open(cli, SW_STORE_READ, &store, err));
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    if (args->policy) {
        SW_TRY(sw_log_policy(store, &text, err));
    } else {
        SW_TRY(sw_log_checkpoint(store, &text, err));
    }
    if (args->out != NULL) {
        return sw_output_write(args->out, sw_buf_bytes(&text), 0666, SW_WRITE_SYNC, err);
    }
    if (cli->json) {
        return args->policy ? policy_json(&text, err) : checkpoint_json(cli, &text, err);
    }
    (void)fwrite(text.data, 1, text.len, stdout);
    return SW_OK;
}

const struct sw_command sw_cmd_log_checkpoint = {
    .name = "log checkpoint",
    .summary = "print the log's signed head",
    .operands = "",
    .options = checkpoint_options,
    .args_size = sizeof(struct checkpoint_args),
    .description =
        "The checkpoint is a C2SP signed note: origin, size, root hash, signature. Keep a copy "
        "somewhere else, where who can write to the store cannot: every command that is given it "
        "with *--checkpoint* or in $SEALWRIGHT\\_CHECKPOINT then refuses a store in which "
        "something "
        "of it was taken back, be it by putting an older copy in place. The newer the kept one, "
        "the "
        "more that says. *--policy* gives the log's key alone, for *--log-policy*.",
    .examples = "  sealwright log checkpoint --out /safe/head.note\n"
                "  sealwright log checkpoint --policy --out /safe/log.policy\n",
    .run = run_checkpoint,
};

/* --- log prove ------------------------------------------------------------------------------- */

struct prove_args {
    const char *out;
};

static const struct sw_option prove_options[] = {
    {"out", SW_OPTION_TEXT, offsetof(struct prove_args, out), "FILE",
        "write the proof here (default: standard output)"},
    {NULL, 0, 0, NULL, NULL},
};

/* The first digits of a claim's digest can look like a number. */
static sw_result prove(struct sw_cli *cli, struct sw_store *store, const char *text,
    struct sw_buf *proof, struct sw_error *err)
{
    uint64_t leaf;
    if (sw_parse_u64(sw_str(text), &leaf)) {
        enum sw_code code = sw_log_prove(store, leaf, proof, err);
        if (code != SW_E_NOENT || !sw_cli_is_abbreviation(text)) {
            return code;
        }
    }
    struct sw_evidence_record record;
    SW_TRY(sw_cli_claim(cli, store, text, &record, err));
    return sw_log_prove(store, record.leaf, proof, err);
}

static sw_result proof_json(
    struct sw_cli *cli, const struct sw_buf *text, const char *file, struct sw_error *err)
{
    struct sw_tlog_proof proof;
    SW_TRY(sw_tlog_proof_parse(&cli->arena, sw_buf_bytes(text), &proof, err));
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_u64(w, "leaf", proof.index);
    sw_jw_u64(w, "size", proof.checkpoint.size);
    sw_jw_text(w, "file", file);
    sw_jw_text(w, "proof", sw_buf_cstr(text));
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run_prove(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct prove_args *args = data;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_cli_store_open(cli, SW_STORE_READ, &store, err));
    SW_CLEANUP(buf) struct sw_buf proof = SW_BUF_INIT;
    SW_TRY(prove(cli, store, cli->operands[0], &proof, err));
    if (args->out != NULL) {
        SW_TRY(sw_output_write(args->out, sw_buf_bytes(&proof), 0666, 0, err));
    }
    if (cli->json) {
        return proof_json(cli, &proof, args->out, err);
    }
    if (args->out == NULL) {
        (void)fwrite(proof.data, 1, proof.len, stdout);
    }
    return SW_OK;
}

const struct sw_command sw_cmd_log_prove = {
    .name = "log prove",
    .summary = "prove offline that a claim is in the log",
    .operands = "LEAF|CLAIM",
    .min_operands = 1,
    .max_operands = 1,
    .options = prove_options,
    .args_size = sizeof(struct prove_args),
    .description =
        "CLAIM is its digest, or the first digits of that, at least eight. Makes a C2SP "
        ".tlog-proof: "
        "the leaf, its inclusion proof and the signed checkpoint in one "
        "small file. *log check* verifies it anywhere, with the log's policy file alone.",
    .examples = "  sealwright log prove 0 --out signature.tlog-proof\n",
    .run = run_prove,
};

/* --- log check ------------------------------------------------------------------------------- */

struct check_args {
    const char *policy;
    const char *entry;
};

static const struct sw_option check_options[] = {
    {"policy", SW_OPTION_TEXT, offsetof(struct check_args, policy), "FILE",
        "the C2SP policy: which logs and witnesses count (default: --log-policy, or the store's)"},
    {"entry", SW_OPTION_TEXT, offsetof(struct check_args, entry), "FILE",
        "the leaf's bytes, when the proof does not carry them"},
    {NULL, 0, 0, NULL, NULL},
};

static sw_result load_policy(
    struct sw_cli *cli, const char *path, struct sw_tlog_policy **policy, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    path = path != NULL ? path : sw_cli_store_pin(cli).log_policy;
    if (path != NULL) {
        SW_TRY(sw_file_read(path, FILE_MAX, &text, err));
    } else {
        SW_CLEANUP(store) struct sw_store *store = NULL;
        enum sw_code code = sw_cli_store_open(cli, SW_STORE_READ, &store, err);
        if (code != SW_OK) {
            return code == SW_E_REFUSED ? code
                                        : sw_fail(err, SW_E_USAGE,
                                              "say which log to trust: give its policy file with "
                                              "--policy ('sealwright log "
                                              "checkpoint --policy' prints it)");
        }
        SW_TRY(sw_log_policy(store, &text, err));
    }
    const void *kept = sw_arena_copy(&cli->arena, sw_buf_bytes(&text));
    SW_TRY_PTR(kept);
    enum sw_code code = sw_tlog_policy_parse(&cli->arena, sw_bytes(kept, text.len), policy, err);
    return code == SW_E_FORMAT ? SW_E_USAGE : code;
}

static sw_result report_check(struct sw_cli *cli, const struct sw_tlog_proof *proof,
    struct sw_bytes entry, enum sw_code code, const struct sw_error *why, struct sw_error *err)
{
    cli->status = code == SW_OK ? 0 : sw_code_exit(code);
    if (!cli->json) {
        if (code == SW_OK) {
            sw_say(cli, SW_TONE_GOOD, "pass");
            sw_say(cli, SW_TONE_PLAIN, "  leaf %llu is in the log " SW_STR_FMT " of %llu entries\n",
                (unsigned long long)proof->index, SW_STR_ARG(proof->checkpoint.origin),
                (unsigned long long)proof->checkpoint.size);
        } else {
            sw_say(cli, SW_TONE_BAD, "fail");
            sw_say(cli, SW_TONE_PLAIN, "  %s\n", why->text);
        }
        return SW_OK;
    }
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "verdict", code == SW_OK ? "pass" : "fail");
    sw_jw_str(w, "origin", proof->checkpoint.origin);
    sw_jw_u64(w, "leaf", proof->index);
    sw_jw_u64(w, "size", proof->checkpoint.size);
    sw_jw_text(w, "reason", code == SW_OK ? NULL : why->text);
    sw_jw_base64(w, "entry", entry);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run_check(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct check_args *args = data;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_file_read(cli->operands[0], FILE_MAX, &text, err));
    struct sw_tlog_proof proof;
    SW_TRY(sw_tlog_proof_parse(&cli->arena, sw_buf_bytes(&text), &proof, err));
    struct sw_tlog_policy *policy = NULL;
    SW_TRY(load_policy(cli, args->policy, &policy, err));
    SW_CLEANUP(buf) struct sw_buf entry = SW_BUF_INIT;
    struct sw_bytes leaf = proof.extra;
    if (args->entry != NULL) {
        SW_TRY(sw_file_read(args->entry, FILE_MAX, &entry, err));
        leaf = sw_buf_bytes(&entry);
    }
    if (leaf.len == 0) {
        return sw_fail(err, SW_E_NOEVIDENCE,
            "the proof does not carry its leaf: give the leaf's bytes with --entry");
    }
    struct sw_error why = {0};
    enum sw_code code = sw_tlog_proof_check(&proof, policy, leaf, &why);
    return report_check(cli, &proof, leaf, code, &why, err);
}

const struct sw_command sw_cmd_log_check = {
    .name = "log check",
    .summary = "check a .tlog-proof offline",
    .operands = "PROOF",
    .min_operands = 1,
    .max_operands = 1,
    .options = check_options,
    .args_size = sizeof(struct check_args),
    .description = "Checks the checkpoint's signatures by the policy, then that the leaf is in the "
                   "tree. Needs no store and no network when *--policy* is given.",
    .examples = "  sealwright log check --policy log.policy signature.tlog-proof\n",
    .run = run_check,
};

/* --- log verify ------------------------------------------------------------------------------ */

struct verify_args {
    const char *policy;
    const char *earlier;
};

static const struct sw_option verify_options[] = {
    {"policy", SW_OPTION_TEXT, offsetof(struct verify_args, policy), "FILE",
        "check the checkpoint by this policy file (default: the store's own)"},
    {"earlier", SW_OPTION_TEXT, offsetof(struct verify_args, earlier), "FILE",
        "a checkpoint kept from before: the log must contain it (default: that of --checkpoint)"},
    {NULL, 0, 0, NULL, NULL},
};

static void show_problem(const struct sw_cli *cli, const struct sw_log_problem *p)
{
    sw_say(cli, SW_TONE_BAD, "  bad  ");
    sw_say(cli, SW_TONE_PLAIN, "%s", p->file);
    if (p->leaf != UINT64_MAX) {
        sw_say(cli, SW_TONE_PLAIN, ", leaf %llu", (unsigned long long)p->leaf);
    }
    if (p->offset != UINT64_MAX) {
        sw_say(cli, SW_TONE_PLAIN, ", byte %llu", (unsigned long long)p->offset);
    }
    sw_say(cli, SW_TONE_PLAIN, ": %s\n", p->what);
}

static void show_report(struct sw_cli *cli, const struct sw_log_report *report)
{
    bool good = report->problem_count == 0;
    sw_say(cli, good ? SW_TONE_GOOD : SW_TONE_BAD, good ? "pass" : "fail");
    sw_say(cli, SW_TONE_PLAIN, "  %s entries, %s claims, %s bytes\n",
        sw_group_digits(cli, report->entries), sw_group_digits(cli, report->claims),
        sw_group_digits(cli, report->bytes));
    for (size_t i = 0; i < report->kept && i < 50; i++) {
        show_problem(cli, &report->problems[i]);
    }
    if (report->problem_count > 50) {
        sw_say(cli, SW_TONE_DIM, "  %zu problems in all\n", report->problem_count);
    }
}

static sw_result report_json(const struct sw_log_report *report, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "verdict", report->problem_count == 0 ? "pass" : "fail");
    sw_jw_u64(w, "entries", report->entries);
    sw_jw_u64(w, "claims", report->claims);
    sw_jw_u64(w, "bytes", report->bytes);
    sw_jw_base64(w, "root", sw_bytes(report->root.bytes, sizeof(report->root.bytes)));
    sw_jw_u64(w, "problem_count", report->problem_count);
    sw_jw_array(w, "problems");
    for (size_t i = 0; i < report->kept; i++) {
        const struct sw_log_problem *p = &report->problems[i];
        sw_jw_object(w, NULL);
        sw_jw_text(w, "file", p->file);
        if (p->leaf != UINT64_MAX) {
            sw_jw_u64(w, "leaf", p->leaf);
        }
        if (p->offset != UINT64_MAX) {
            sw_jw_u64(w, "offset", p->offset);
        }
        sw_jw_text(w, "what", p->what);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

/* A log that did not grow from the kept checkpoint is what this command reports, with all else that
 * is wrong: so it is no reason here not to open the store. */
static sw_result read_earlier(const struct verify_args *args, struct sw_store_pin *pin,
    struct sw_buf *earlier, struct sw_error *err)
{
    const char *path = args->earlier;
    if (path == NULL) {
        path = pin->checkpoint;
        pin->checkpoint = NULL;
    }
    if (path == NULL) {
        return SW_OK;
    }
    SW_TRY(sw_file_read(path, FILE_MAX, earlier, err));
    return earlier->len > 0 ? SW_OK : sw_fail(err, SW_E_USAGE, "'%s' holds no checkpoint", path);
}

static sw_result run_verify(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct verify_args *args = data;
    const char *path = NULL;
    SW_CLEANUP(buf) struct sw_buf earlier = SW_BUF_INIT;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_cli_store_path(cli, &path, err));
    struct sw_store_pin pin = sw_cli_store_pin(cli);
    SW_TRY(read_earlier(args, &pin, &earlier, err));
    SW_TRY(sw_store_open_pinned(path, SW_STORE_READ, &pin, &store, err));
    struct sw_bar *bar = sw_bar_start(cli, "checking");
    struct sw_log_report report;
    enum sw_code code = sw_log_verify(store, args->policy, sw_buf_bytes(&earlier),
        sw_bar_progress(bar), &cli->arena, &report, err);
    sw_bar_stop(bar);
    SW_TRY(code);
    cli->status = report.problem_count == 0 ? 0 : 1;
    if (cli->json) {
        return report_json(&report, err);
    }
    show_report(cli, &report);
    return SW_OK;
}

const struct sw_command sw_cmd_log_verify = {
    .name = "log verify",
    .summary = "check the whole log, byte by byte",
    .operands = "",
    .options = verify_options,
    .args_size = sizeof(struct verify_args),
    .description =
        "Recomputes every hash from the entries up, checks the checkpoint's signature, every tile, "
        "every claim's bytes and the journal, and names each file, leaf and byte that differs.\n\n"
        "Whoever can write to the store could put an older copy of it in place, and with its log "
        "key "
        "make a whole new log: keep a checkpoint elsewhere and give it with *--earlier* or "
        "*--checkpoint*.",
    .examples = "  sealwright log verify --earlier head.note\n",
    .run = run_verify,
};

/* --- log add --------------------------------------------------------------------------------- */

static sw_result add_all(
    struct sw_cli *cli, struct sw_store *store, struct sw_receipt *receipts, struct sw_error *err)
{
    size_t count = cli->operand_count;
    struct sw_bytes *bundles = SW_ARENA_ARRAY(&cli->arena, struct sw_bytes, count);
    SW_TRY_PTR(bundles);
    for (size_t i = 0; i < count; i++) {
        SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
        SW_TRY(sw_file_read(cli->operands[i], SW_BUNDLE_MAX_BYTES, &bundle, err));
        const void *kept = sw_arena_copy(&cli->arena, sw_buf_bytes(&bundle));
        SW_TRY_PTR(kept);
        bundles[i] = sw_bytes(kept, bundle.len);
    }
    enum sw_code code = sw_evidence_add(store, bundles, count, receipts, err);
    return code == SW_OK || count > 1 ? code : sw_error_prefix(err, code, "'%s'", cli->operands[0]);
}

static sw_result receipts_json(
    const struct sw_cli *cli, const struct sw_receipt *receipts, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_array(w, NULL);
    for (size_t i = 0; i < cli->operand_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "file", cli->operands[i]);
        sw_json_digest(w, "claim", &receipts[i].claim);
        sw_jw_u64(w, "leaf", receipts[i].leaf);
        sw_jw_bool(w, "existed", receipts[i].existed);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run_add(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    (void)data;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_cli_store_open(cli, SW_STORE_WRITE, &store, err));
    struct sw_receipt *receipts =
        SW_ARENA_ARRAY(&cli->arena, struct sw_receipt, cli->operand_count);
    SW_TRY_PTR(receipts);
    SW_TRY(add_all(cli, store, receipts, err));
    SW_TRY(sw_store_close(SW_TAKE(store), err));
    if (cli->json) {
        return receipts_json(cli, receipts, err);
    }
    for (size_t i = 0; i < cli->operand_count; i++) {
        sw_say(cli, SW_TONE_PLAIN, "leaf %llu  %s  %s%s\n", (unsigned long long)receipts[i].leaf,
            sw_digest_show(cli, &receipts[i].claim), cli->operands[i],
            receipts[i].existed ? " (was there already)" : "");
    }
    return SW_OK;
}

const struct sw_command sw_cmd_log_add = {
    .name = "log add",
    .summary = "record signed claims made elsewhere",
    .operands = "BUNDLE...",
    .min_operands = 1,
    .max_operands = 10000,
    .description =
        "Records Sigstore bundles (a model.sig, an attestation), all or none; they are durable "
        "when the command ends. Recording is not trusting: the gate counts only what a signer in "
        "trust.yaml signed.",
    .examples = "  sealwright log add model/model.sig provenance.sigstore.json\n",
    .run = run_add,
};
