#include "cli/data_context.h"
#include "cli/recorded.h"
#include "cli/show_vendor.h"

struct sign_args {
    const char *documents;
    struct sw_signer_args signer;
};

static const struct sw_option options[] = {
    {"documents", SW_OPTION_TEXT, offsetof(struct sign_args, documents), "DIR",
        "where the files of documents are (default: where the record is)"},
    SW_SIGNER_OPTIONS(struct sign_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

static sw_result write_predicate(
    const struct sw_vendor *vendor, struct sw_buf *out, struct sw_error *err)
{
    SW_TRY(sw_vendor_claim_write(vendor, out));
    return sw_recorded_is_secret_value(sw_buf_str(out))
               ? sw_fail(err, SW_E_REFUSED,
                     "something in the record looks like a key or a password, and what is signed "
                     "can be read by all: leave it out")
               : SW_OK;
}

/* A decision is not signed over what stands against it. */
static sw_result refuse_barred(
    struct sw_cli *cli, const struct sw_vendor *vendor, struct sw_error *err)
{
    struct sw_vendor_finding *list = NULL;
    size_t count = 0;
    SW_TRY(sw_vendor_check(&cli->arena, vendor, cli->now, &list, &count));
    for (size_t i = 0; i < count; i++) {
        if ((unsigned)vendor->review.decision < list[i].bars) {
            return sw_fail(err, SW_E_REFUSED, "not signed as '%s': " SW_STR_FMT ": %s",
                sw_vendor_decision_name(vendor->review.decision), SW_STR_ARG(list[i].about),
                list[i].text);
        }
    }
    return SW_OK;
}

static sw_result prepare(struct sw_cli *cli, const struct sign_args *args, const char *path,
    struct sw_vendor *vendor, struct sw_buf *predicate, struct sw_error *err)
{
    const char *here = sw_arena_strndup(&cli->arena, sw_path_dir(path));
    SW_TRY_PTR(here);
    SW_TRY(sw_vendor_open(&cli->arena, path, vendor, err));
    SW_TRY(sw_vendor_hash(vendor, args->documents == NULL ? here : args->documents, err));
    vendor->time = cli->now;
    SW_TRY(sw_vendor_weigh(&cli->arena, vendor, cli->now));
    SW_TRY(refuse_barred(cli, vendor, err));
    return write_predicate(vendor, predicate, err);
}

static sw_result record(const struct sw_data_context *context, const struct sw_vendor *vendor,
    struct sw_bytes predicate, struct sw_receipt *receipt, struct sw_error *err)
{
    struct sw_subject subject = {.name = vendor->name};
    sw_vendor_subject(vendor->name, &subject.digest);
    return sw_data_record(
        &context->data, &subject, 1, SW_PREDICATE_VENDOR, predicate, receipt, err);
}

static sw_result tell_json(
    const struct sw_vendor *vendor, const struct sw_receipt *receipt, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    struct sw_digest subject;
    sw_vendor_subject(vendor->name, &subject);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "vendor", vendor->name);
    sw_json_digest(w, "subject", &subject);
    sw_json_digest(w, "claim", &receipt->claim);
    sw_jw_u64(w, "leaf", receipt->leaf);
    sw_jw_text(w, "decision", sw_vendor_decision_name(vendor->review.decision));
    sw_jw_str(w, "due", vendor->review.due);
    sw_jw_u64(w, "score", vendor->score.score);
    sw_jw_str(w, "level", vendor->score.level);
    sw_jw_array(w, "documents");
    for (size_t i = 0; i < vendor->document_count; i++) {
        const struct sw_vendor_document *d = &vendor->documents[i];
        sw_jw_object(w, NULL);
        sw_jw_str(w, "id", d->id);
        sw_json_digest(w, "digest", &d->digest);
        sw_jw_bool(w, "seen", d->seen);
        sw_json_text_or_null(w, "expires", d->expires);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void tell_text(
    struct sw_cli *cli, const struct sw_vendor *vendor, const struct sw_receipt *receipt)
{
    sw_say(cli, SW_TONE_GOOD, "recorded");
    sw_say(cli, SW_TONE_PLAIN,
        "  " SW_STR_FMT ": %s, risk %llu of 100 (" SW_STR_FMT "), due " SW_STR_FMT ", leaf %llu\n",
        SW_STR_ARG(vendor->name), sw_vendor_decision_name(vendor->review.decision),
        (unsigned long long)vendor->score.score, SW_STR_ARG(vendor->score.level),
        SW_STR_ARG(vendor->review.due), (unsigned long long)receipt->leaf);
    for (size_t i = 0; i < vendor->document_count; i++) {
        const struct sw_vendor_document *d = &vendor->documents[i];
        sw_say(
            cli, SW_TONE_PLAIN, "  %-16.*s %s", SW_STR_ARG(d->id), sw_digest_show(cli, &d->digest));
        sw_say(cli, SW_TONE_DIM, "%s\n", d->seen ? "" : "  not seen here");
    }
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct sign_args *args = data;
    SW_CLEANUP(data_context) struct sw_data_context context = {0};
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_vendor vendor;
    struct sw_receipt receipt;
    SW_TRY(prepare(cli, args, cli->operands[0], &vendor, &predicate, err));
    SW_TRY(sw_data_context_open(cli, SW_STORE_WRITE, &args->signer, &context, err));
    SW_TRY(record(&context, &vendor, sw_buf_bytes(&predicate), &receipt, err));
    if (!cli->json) {
        tell_text(cli, &vendor, &receipt);
        sw_data_warn_untrusted(cli, &context, &receipt);
    }
    SW_TRY(sw_data_context_close(&context, err));
    return cli->json ? tell_json(&vendor, &receipt, err) : SW_OK;
}

const struct sw_command sw_cmd_vendor_sign = {
    .name = "vendor sign",
    .summary = "sign the review of a supplier, with its documents by digest",
    .operands = "FILE",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct sign_args),
    .description =
        "Hashes the documents that the record names by file, compares the digests that it has, and "
        "puts the review into the log as a signed claim about the supplier's name: services, "
        "terms, "
        "decision, dates, documents by digest, and the risk with every line of its arithmetic. "
        "Neither the text of documents nor names of files nor notes are in it. A later claim of "
        "the "
        "same signer takes the place of this one.\n\n"
        "An approval is not signed while a document has run out or has no date, or the next review "
        "is past; nothing is signed that cannot be, such as a review in the future.",
    .examples = "  sealwright vendor sign vendors/example.yaml --documents vendors/documents\n",
    .run = run,
};
