#include "cli/data_question.h"

#define POLICY_MAX ((uint64_t)1 << 20)

struct prove_args {
    const char *out;
    struct sw_question_args question;
};

static const struct sw_option prove_options[] = {
    {"out", SW_OPTION_TEXT, offsetof(struct prove_args, out), "FILE",
        "write the proof here (default: only make and check it)"},
    SW_QUESTION_OPTIONS(struct prove_args, question),
    {NULL, 0, 0, NULL, NULL},
};

/* A set that is to be spoken about. */
struct proving {
    struct sw_question question;
    uint32_t set;
    const struct sw_graph_dataset *dataset;
    struct sw_data_claim record;
    struct sw_rows rows;
    struct sw_sample_proof proof;
    struct sw_proof_statement said;
    size_t size;       /* of the file, bytes */
    const char *asked; /* what the content was taken to be; NULL: a sample is proven */
    bool ends_line;    /* and the newline at its end is a part of it */
};

static void release(struct proving *p)
{
    sw_rows_close(&p->rows);
    sw_question_release(&p->question);
}
SW_DEFINE_CLEANUP(proving, struct proving, release)

/* --- opening --------------------------------------------------------------------------------- */

static sw_result open_set(struct sw_cli *cli, const struct sw_question_args *args, const char *name,
    struct proving *p, struct sw_error *err)
{
    SW_TRY(sw_question_open(cli, args, NULL, &p->question, err));
    SW_TRY(sw_question_dataset(&p->question, name, &p->set, err));
    const struct sw_graph *graph = p->question.graph;
    uint32_t at = graph->sets[p->set].dataset;
    if (at == SW_GRAPH_NONE) {
        return sw_fail(err, SW_E_NOEVIDENCE, "nobody trusted claims the dataset '%s'", name);
    }
    p->dataset = &graph->datasets[at];
    p->record =
        (struct sw_data_claim){.claim = p->dataset->stamp.claim, .leaf = p->dataset->stamp.leaf};
    return sw_dataset_open(&p->question.context.data, &p->dataset->claim, &p->rows, err);
}

/* "17", or anything that names a sample or a content of this set; the first one that is it. */
static sw_result find_row(struct proving *p, const char *text, uint64_t *out, struct sw_error *err)
{
    static const struct sw_reach_options how = {.prove = false};
    struct sw_data *data = &p->question.context.data;
    SW_CLEANUP(rowset) struct sw_rowset found = SW_ROWSET_INIT;
    struct sw_gaps gaps = {.arena = data->arena};
    struct sw_selected what;
    uint32_t row;
    if (sw_parse_u64(sw_str(text), out)) {
        return *out < p->rows.count
                   ? SW_OK
                   : sw_fail(err, SW_E_USAGE,
                         "there is no sample %s in the dataset: it has %llu, from 0 on", text,
                         (unsigned long long)p->rows.count);
    }
    SW_TRY(sw_question_sample(&p->question, text, &what, err));
    SW_TRY(sw_reach_seeds(data, p->question.graph, p->set, &what, &how, &found, &gaps, err));
    if (sw_rowset_next(&found, 0, &row)) {
        *out = row;
        return SW_OK;
    }
    if (gaps.count > 0) {
        return sw_fail(err, SW_E_NOEVIDENCE, "it cannot be told whether '%s' is in the set: %s",
            text, gaps.list[0].text);
    }
    return sw_fail(err, SW_E_REFUSED, "no sample of the set is '%s'", text);
}

/* A mistyped file is a text that is surely absent, and a file often ends with a newline that no
 * sample has: what was looked for is told. */
static sw_result keep_asked(struct proving *p, const char *text, const struct sw_selected *what)
{
    struct sw_bytes bytes = what->has_text ? what->text : sw_bytes("", 0);
    p->asked =
        sw_arena_printf(p->question.context.data.arena, "%s%s", sw_question_word(text), text);
    p->ends_line = bytes.len > 0 && bytes.ptr[bytes.len - 1] == '\n';
    return p->asked == NULL ? SW_E_NOMEM : SW_OK;
}

/* The digest that the content would have in this set. */
static sw_result find_content(
    struct proving *p, const char *text, uint8_t out[32], struct sw_error *err)
{
    SW_CLEANUP(salt) struct sw_salt salt = {.keyed = false};
    struct sw_selected what;
    SW_TRY(sw_question_sample(&p->question, text, &what, err));
    if (what.selector.kind != SW_SELECT_CONTENT) {
        return sw_fail(
            err, SW_E_USAGE, "'%s' is a sample: say which content is to be absent", text);
    }
    if (what.has_text && sw_rows_hold_records(&p->rows)) {
        return sw_fail(err, SW_E_NOEVIDENCE,
            "the set has one digest a sample, of the whole record: whether a content is in it "
            "cannot be told");
    }
    SW_TRY(keep_asked(p, text, &what));
    if (!what.has_text || p->rows.salt.len == 0) {
        memcpy(out, what.selector.digest.bytes, 32);
        return SW_OK;
    }
    SW_TRY(sw_salt_load(&p->question.context.data, p->rows.salt, &salt, err));
    sw_salt_digest(&salt, what.text, out);
    return SW_OK;
}

/* --- what is said ---------------------------------------------------------------------------- */

static struct sw_digest digest_of(const uint8_t bytes[32])
{
    struct sw_digest digest = {.alg = SW_SHA256, .len = 32};
    memcpy(digest.bytes, bytes, 32);
    return digest;
}

/* What is absent is a digest; of what, by the tree that was signed. */
static const char *digests_of(const struct sw_proof_statement *said)
{
    switch ((int)said->tree) {
    case SW_TREE_KEYED: return "keyed";
    case SW_TREE_RECORDS: return "records";
    default: return "contents";
    }
}

static void statement_json(struct sw_json_writer *w, const struct sw_sample_proof *proof,
    const struct sw_proof_statement *said)
{
    bool present = proof->kind == SW_PROOF_PRESENT;
    struct sw_digest content = digest_of(present ? proof->row.content : proof->content);
    sw_jw_text(w, "kind", present ? "present" : "absent");
    sw_json_text_or_null(w, "dataset", proof->name);
    sw_jw_u64(w, "samples", proof->size);
    if (present) {
        struct sw_digest record = digest_of(proof->row.record);
        sw_jw_u64(w, "row", proof->index);
        sw_json_digest(w, "record", &record);
    }
    sw_json_digest(w, "content", &content);
    sw_jw_text(w, "digests", present ? NULL : digests_of(said));
    sw_json_digest(w, "head", &said->head);
    sw_json_digest(w, "claim", &said->claim);
    sw_jw_u64(w, "leaf", proof->leaf);
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(said->time, time);
    sw_jw_text(w, "recorded", time);
    if (said->key.alg == 0) {
        sw_jw_null(w, "key");
    } else {
        char hex[2 * SW_DIGEST_MAX + 1];
        sw_digest_hex(&said->key, hex);
        sw_jw_text(w, "key", hex);
    }
    sw_jw_str(w, "origin", said->origin);
    sw_jw_u64(w, "log_size", said->log_size);
}

static void show_statement(
    struct sw_cli *cli, const struct sw_sample_proof *proof, const struct sw_proof_statement *said)
{
    bool present = proof->kind == SW_PROOF_PRESENT;
    struct sw_digest content = digest_of(present ? proof->row.content : proof->content);
    struct sw_str name = proof->name.len > 0 ? proof->name : sw_str("(no name)");
    if (present) {
        sw_say(cli, SW_TONE_PLAIN, "  sample %s of %s of dataset " SW_STR_FMT "\n",
            sw_group_digits(cli, proof->index), sw_group_digits(cli, proof->size),
            SW_STR_ARG(name));
    } else {
        sw_say(cli, SW_TONE_PLAIN, "  none of the %s of dataset " SW_STR_FMT "\n",
            sw_count_show(cli, proof->size, "sample"), SW_STR_ARG(name));
    }
    sw_say(cli, SW_TONE_PLAIN, "  has content  %s\n", sw_digest_show(cli, &content));
    if (said->tree == SW_TREE_KEYED || said->tree == SW_TREE_RECORDS) {
        sw_say(cli, SW_TONE_WARN, "  note");
        sw_say(cli, SW_TONE_PLAIN, "         %s\n",
            said->tree == SW_TREE_KEYED ? "the set's digests are keyed: it says nothing of a text"
                                        : "the set has digests of whole records only");
    }
    sw_say(cli, SW_TONE_PLAIN, "  as claimed   %s\n", sw_digest_show(cli, &said->claim));
    sw_say(cli, SW_TONE_DIM, "  in the log   " SW_STR_FMT ", leaf %llu of %llu, recorded %s\n",
        SW_STR_ARG(said->origin), (unsigned long long)proof->leaf,
        (unsigned long long)said->log_size, sw_time_show(cli, said->time));
}

static sw_result report(
    struct sw_cli *cli, const struct proving *p, const char *out_path, struct sw_error *err)
{
    if (!cli->json) {
        sw_say(cli, SW_TONE_GOOD, "proven");
        sw_say(cli, SW_TONE_PLAIN, "  in %s%s%s\n", sw_count_show(cli, p->size, "byte"),
            out_path == NULL ? "" : " -> ", out_path == NULL ? "" : out_path);
        if (p->asked != NULL) {
            sw_say(cli, SW_TONE_PLAIN, "  looked for   %s%s\n", p->asked,
                p->ends_line ? " (with the newline at its end)" : "");
        }
        show_statement(cli, &p->proof, &p->said);
        return SW_OK;
    }
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "asked", p->asked);
    sw_jw_text(w, "file", out_path);
    sw_jw_u64(w, "bytes", p->size);
    statement_json(w, &p->proof, &p->said);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

/* A proof that does not hold is not given out. */
static sw_result finish(
    struct sw_cli *cli, struct proving *p, const char *out_path, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_tlog_policy *policy = NULL;
    struct sw_sample_proof again;
    SW_TRY(sw_sample_proof_write(&p->proof, &file, err));
    SW_TRY(sw_log_policy(p->question.context.store, &text, err));
    SW_TRY(sw_tlog_policy_parse(&cli->arena, sw_buf_bytes(&text), &policy, err));
    SW_TRY(sw_sample_proof_read(&cli->arena, sw_buf_bytes(&file), &again, err));
    SW_TRY(sw_sample_proof_check(&cli->arena, &again, policy, &p->said, err));
    p->size = file.len;
    sw_question_done(&p->question);
    if (out_path != NULL) {
        SW_TRY(sw_output_write(out_path, sw_buf_bytes(&file), 0666, 0, err));
    }
    return report(cli, p, out_path, err);
}

/* --- data prove ------------------------------------------------------------------------------ */

static sw_result run_prove(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct prove_args *args = data;
    SW_CLEANUP(proving) struct proving p = {.rows = SW_ROWS_INIT};
    uint64_t row;
    SW_TRY(open_set(cli, &args->question, cli->operands[1], &p, err));
    SW_TRY(find_row(&p, cli->operands[0], &row, err));
    SW_TRY(sw_sample_prove(
        &p.question.context.data, &p.rows, &p.dataset->claim, &p.record, row, &p.proof, err));
    return finish(cli, &p, args->out, err);
}

const struct sw_command sw_cmd_data_prove = {
    .name = "data prove",
    .summary = "prove that a sample is in a dataset",
    .operands = "SAMPLE DATASET",
    .min_operands = 2,
    .max_operands = 2,
    .options = prove_options,
    .args_size = sizeof(struct prove_args),
    .description =
        "SAMPLE is a number, a content's digest, a text or a file, as for 'data trace'. The proof "
        "is a small file, at most 3 KB, that shows it to anybody who has the log's policy file "
        "('sealwright log checkpoint --policy'), with 'data check-proof'.",
    .examples = "  sealwright data prove 17 mails@1 --out sample.proof\n",
    .run = run_prove,
};

/* --- data prove-absent ----------------------------------------------------------------------- */

static sw_result run_prove_absent(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct prove_args *args = data;
    SW_CLEANUP(proving) struct proving p = {.rows = SW_ROWS_INIT};
    uint8_t content[32];
    uint64_t row;
    SW_TRY(open_set(cli, &args->question, cli->operands[1], &p, err));
    SW_TRY(find_content(&p, cli->operands[0], content, err));
    SW_TRY(sw_sample_prove_absent(&p.question.context.data, &p.rows, &p.dataset->claim, &p.record,
        content, &p.proof, &row, err));
    return finish(cli, &p, args->out, err);
}

const struct sw_command sw_cmd_data_prove_absent = {
    .name = "data prove-absent",
    .summary = "prove that no sample of a dataset has a content",
    .operands = "TEXT|DIGEST|FILE DATASET",
    .min_operands = 2,
    .max_operands = 2,
    .options = prove_options,
    .args_size = sizeof(struct prove_args),
    .description =
        "As 'data prove', for what is not there: two neighbours in the order of all contents, "
        "between which it would stand. Exit status 1 when it is there, 3 when that cannot be "
        "told.\n\n"
        "What is no file and no digest is taken for the text itself: write *file:* before the name "
        "of a file, so that a wrong name is an error. Every byte of a file counts, also a newline "
        "at its end.",
    .examples = "  sealwright data prove-absent 'text:my secret' mails@1 --out absent.proof\n",
    .run = run_prove_absent,
};

/* --- data check-proof ------------------------------------------------------------------------ */

struct check_args {
    const char *policy;
    const char *text;
    const char *file;
};

static const struct sw_option check_options[] = {
    {"policy", SW_OPTION_TEXT, offsetof(struct check_args, policy), "FILE",
        "the C2SP policy: which logs and witnesses count (default: the store's)"},
    {"text", SW_OPTION_TEXT, offsetof(struct check_args, text), "TEXT",
        "the proof must speak of this content"},
    {"file", SW_OPTION_TEXT, offsetof(struct check_args, file), "FILE",
        "the proof must speak of this file's content"},
    {NULL, 0, 0, NULL, NULL},
};

static sw_result load_policy(
    struct sw_cli *cli, const char *path, struct sw_tlog_policy **policy, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    if (path != NULL) {
        SW_TRY(sw_file_read(path, POLICY_MAX, &text, err));
    } else {
        SW_CLEANUP(store) struct sw_store *store = NULL;
        if (sw_cli_store_open(cli, SW_STORE_READ, &store, err) != SW_OK) {
            return sw_fail(err, SW_E_USAGE,
                "say which log to trust: give its policy file with --policy ('sealwright log "
                "checkpoint --policy' prints it)");
        }
        SW_TRY(sw_log_policy(store, &text, err));
    }
    const void *kept = sw_arena_copy(&cli->arena, sw_buf_bytes(&text));
    SW_TRY_PTR(kept);
    enum sw_code code = sw_tlog_policy_parse(&cli->arena, sw_bytes(kept, text.len), policy, err);
    return code == SW_E_FORMAT ? SW_E_USAGE : code;
}

static sw_result check_content(const struct check_args *args, const struct sw_sample_proof *proof,
    const struct sw_proof_statement *said, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct sw_digest digest;
    if (args->text == NULL && args->file == NULL) {
        return SW_OK;
    }
    if (args->text != NULL) {
        SW_TRY(sw_buf_puts(&bytes, args->text));
    } else {
        SW_TRY(sw_file_read(args->file, (uint64_t)1 << 30, &bytes, err));
    }
    if (said->tree == SW_TREE_KEYED || said->tree == SW_TREE_RECORDS) {
        return sw_fail(err, SW_E_NOEVIDENCE, "the proof says nothing of a content: %s",
            said->tree == SW_TREE_KEYED ? "the set's digests are keyed"
                                        : "the set has digests of whole records only");
    }
    sw_sha256(sw_buf_bytes(&bytes), &digest);
    bool present = proof->kind == SW_PROOF_PRESENT;
    const uint8_t *content = present ? proof->row.content : proof->content;
    return memcmp(content, digest.bytes, 32) == 0
               ? SW_OK
               : sw_fail(err, SW_E_REFUSED,
                     "the proof speaks of another content (or of one with a salt)");
}

static sw_result report_check(struct sw_cli *cli, const struct sw_sample_proof *proof,
    const struct sw_proof_statement *said, const struct sw_error *why, struct sw_error *err)
{
    bool good = cli->status == 0;
    if (!cli->json) {
        sw_say(cli, good ? SW_TONE_GOOD : SW_TONE_BAD, good ? "pass\n" : "fail");
        if (!good) {
            sw_say(cli, SW_TONE_PLAIN, "  %s\n", why->text);
            return SW_OK;
        }
        show_statement(cli, proof, said);
        return SW_OK;
    }
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "verdict", good ? "pass" : "fail");
    sw_jw_text(w, "reason", good ? NULL : why->text);
    if (good) {
        statement_json(w, proof, said);
    }
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run_check(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct check_args *args = data;
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    struct sw_tlog_policy *policy = NULL;
    struct sw_sample_proof proof;
    struct sw_proof_statement said = {0};
    struct sw_error why = {0};
    if (args->text != NULL && args->file != NULL) {
        return sw_fail(err, SW_E_USAGE, "--text and --file exclude each other");
    }
    SW_TRY(sw_file_read(cli->operands[0], SW_PROOF_MAX_BYTES, &file, err));
    SW_TRY(sw_sample_proof_read(&cli->arena, sw_buf_bytes(&file), &proof, err));
    SW_TRY(load_policy(cli, args->policy, &policy, err));
    enum sw_code code = sw_sample_proof_check(&cli->arena, &proof, policy, &said, &why);
    code = code == SW_OK ? check_content(args, &proof, &said, &why) : code;
    cli->status = code == SW_OK ? 0 : sw_code_exit(code);
    return report_check(cli, &proof, &said, &why, err);
}

const struct sw_command sw_cmd_data_check_proof = {
    .name = "data check-proof",
    .summary = "check a proof about a sample, with the log's policy alone",
    .operands = "FILE",
    .min_operands = 1,
    .max_operands = 1,
    .options = check_options,
    .args_size = sizeof(struct check_args),
    .description =
        "From the sample, or the two neighbours of what is absent, to the tree that a dataset's "
        "claim names; from the claim's entry to the log's checkpoint; and that by the policy. "
        "Needs "
        "no store when *--policy* is given. The log vouches that the claim was recorded; who "
        "signed it is told by the claim itself.",
    .examples = "  sealwright data check-proof sample.proof --policy log.policy\n"
                "  sealwright data check-proof absent.proof --policy log.policy --text 'my "
                "secret'\n",
    .run = run_check,
};
