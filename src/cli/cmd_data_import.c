#include "cli/data_context.h"

#include <unistd.h>

struct import_args {
    const char *format;
    const char *as;
    const char *files;
    bool check;
    bool strict;
    struct sw_signer_args signer;
};

static const struct sw_option options[] = {
    {"format", SW_OPTION_TEXT, offsetof(struct import_args, format), "FORMAT",
        "croissant or openlineage (default: by the document's content)"},
    {"as", SW_OPTION_TEXT, offsetof(struct import_args, as), "NAME[@VERSION]",
        "the dataset's name here; an ingested one of that name gets the document attached"},
    {"files", SW_OPTION_TEXT, offsetof(struct import_args, files), "DIR",
        "look for the document's files here, those with an address by their last name (default: "
        "beside the document)"},
    {"check", SW_OPTION_FLAG, offsetof(struct import_args, check), NULL,
        "check the document and the files, and record nothing; needs no store"},
    {"strict", SW_OPTION_FLAG, offsetof(struct import_args, strict), NULL,
        "refuse a document with any problem"},
    SW_SIGNER_OPTIONS(struct import_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

/* A document as it was read, and what became of it. */
struct imported {
    struct sw_buf text; /* what the exchange refers to */
    struct sw_exchange exchange;
    struct sw_imported made;
    bool recorded;
};

static void imported_release(struct imported *imported)
{
    sw_buf_release(&imported->text);
}
SW_DEFINE_CLEANUP(imported, struct imported, imported_release)

/* --- reading --------------------------------------------------------------------------------- */

static sw_result read_text(const char *path, struct sw_buf *out, struct sw_error *err)
{
    return strcmp(path, "-") == 0
               ? sw_fd_read(STDIN_FILENO, "standard input", SW_IMPORT_MAX, out, err)
               : sw_file_read(path, SW_IMPORT_MAX, out, err);
}

static sw_result check_files(struct sw_cli *cli, const struct import_args *args,
    struct sw_exchange *exchange, struct sw_error *err)
{
    const char *path = cli->operands[0];
    const char *dir = args->files;
    if (dir == NULL && strcmp(path, "-") == 0) {
        return SW_OK; /* beside standard input there is nothing */
    }
    if (dir == NULL) {
        dir = sw_arena_strndup(&cli->arena, sw_path_dir(path));
        SW_TRY_PTR(dir);
    }
    struct sw_bar *bar = sw_bar_start(cli, "comparing files");
    enum sw_code code =
        sw_import_check_files(exchange, dir, args->files != NULL, sw_bar_progress(bar), err);
    sw_bar_stop(bar);
    return code;
}

static sw_result read_document(
    struct sw_cli *cli, const struct import_args *args, struct imported *out, struct sw_error *err)
{
    SW_TRY(read_text(cli->operands[0], &out->text, err));
    enum sw_code code =
        sw_import_read(&cli->arena, sw_buf_bytes(&out->text), args->format, &out->exchange, err);
    if (code != SW_OK) {
        return code == SW_E_USAGE ? code : sw_error_prefix(err, code, "'%s'", cli->operands[0]);
    }
    return check_files(cli, args, &out->exchange, err);
}

static size_t count_files(const struct sw_exchange *exchange, enum sw_file_proof proof)
{
    size_t count = 0;
    for (size_t i = 0; i < exchange->set_count; i++) {
        for (size_t k = 0; k < exchange->sets[i].file_count; k++) {
            count += exchange->sets[i].files[k].proof == proof ? 1 : 0;
        }
    }
    return count;
}

/* --- telling --------------------------------------------------------------------------------- */

#define SHOWN 50u /* lines of a list; --json has all */

static void show_rest(struct sw_cli *cli, size_t count, const char *what)
{
    if (count > SHOWN) {
        sw_say(cli, SW_TONE_DIM, "  and %zu more %s; see --json\n", count - SHOWN, what);
    }
}

static void show_files(struct sw_cli *cli, const struct sw_exchange_set *set)
{
    static const enum sw_tone tones[] = {
        [SW_FILE_DECLARED] = SW_TONE_DIM,
        [SW_FILE_VERIFIED] = SW_TONE_GOOD,
        [SW_FILE_CONTRADICTED] = SW_TONE_BAD,
    };
    for (size_t i = 0; i < set->file_count && i < SHOWN; i++) {
        const struct sw_exchange_file *file = &set->files[i];
        sw_say(cli, tones[file->proof], "  %-12s", sw_file_proof_name(file->proof));
        sw_say(cli, SW_TONE_PLAIN, "  " SW_STR_FMT, SW_STR_ARG(file->id));
        sw_say(cli, SW_TONE_DIM, "  " SW_STR_FMT "\n", SW_STR_ARG(file->why));
    }
    show_rest(cli, set->file_count, "files");
}

static void show_set(struct sw_cli *cli, const struct imported *imported, size_t index)
{
    const struct sw_exchange_set *said = &imported->exchange.sets[index];
    if (!imported->recorded) {
        sw_say(cli, SW_TONE_PLAIN, "dataset  " SW_STR_FMT "  declared\n", SW_STR_ARG(said->name));
    } else {
        const struct sw_declared_set *set = &imported->made.claim.sets[index];
        sw_say(cli, SW_TONE_PLAIN, "dataset  " SW_STR_FMT "@" SW_STR_FMT "  %s\n",
            SW_STR_ARG(set->name), SW_STR_ARG(set->version),
            set->attached ? "attached to what was ingested" : "declared");
    }
    show_files(cli, said);
}

static void show_text(struct sw_cli *cli, const struct imported *imported)
{
    const struct sw_exchange *x = &imported->exchange;
    sw_say(cli, SW_TONE_GOOD, imported->recorded ? "recorded" : "checked");
    sw_say(cli, SW_TONE_PLAIN, "  %s " SW_STR_FMT " document %s\n", x->format,
        SW_STR_ARG(x->conforms), sw_digest_show(cli, &x->document));
    for (size_t i = 0; i < x->set_count && i < SHOWN; i++) {
        show_set(cli, imported, i);
    }
    show_rest(cli, x->set_count, "datasets");
    if (x->step_count != 0) {
        sw_say(cli, SW_TONE_PLAIN, "steps    %s  declared\n",
            sw_count_show(cli, x->step_count, "step"));
    }
    for (size_t i = 0; i < imported->made.new_source_count; i++) {
        struct sw_str name = imported->made.new_sources[i];
        sw_say(cli, SW_TONE_PLAIN, "source   " SW_STR_FMT "  declared\n", SW_STR_ARG(name));
    }
    for (size_t i = 0; i < x->problems_kept && i < SHOWN; i++) {
        const struct sw_exchange_problem *p = &x->problems[i];
        sw_say(cli, SW_TONE_WARN, "problem  " SW_STR_FMT, SW_STR_ARG(p->kind));
        sw_say(cli, SW_TONE_PLAIN, "  " SW_STR_FMT ": " SW_STR_FMT "\n", SW_STR_ARG(p->where),
            SW_STR_ARG(p->what));
    }
    show_rest(cli, x->problem_count, "problems");
}

static void files_json(struct sw_json_writer *w, const struct sw_exchange_set *set)
{
    sw_jw_array(w, "files");
    for (size_t i = 0; i < set->file_count; i++) {
        const struct sw_exchange_file *file = &set->files[i];
        sw_jw_object(w, NULL);
        sw_jw_str(w, "id", file->id);
        sw_json_text_or_null(w, "url", file->url);
        sw_json_digest(w, "digest", &file->digest);
        sw_jw_text(w, "proof", sw_file_proof_name(file->proof));
        sw_json_text_or_null(w, "why", file->why);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void sets_json(struct sw_json_writer *w, const struct imported *imported)
{
    static const struct sw_declared_set nothing = {.attached = false};
    sw_jw_array(w, "datasets");
    for (size_t i = 0; i < imported->exchange.set_count; i++) {
        const struct sw_exchange_set *said = &imported->exchange.sets[i];
        const struct sw_declared_set *set =
            imported->recorded ? &imported->made.claim.sets[i] : &nothing;
        sw_jw_object(w, NULL);
        sw_json_text_or_null(w, "document_namespace", said->space);
        sw_json_text_or_null(w, "document_name", said->name);
        sw_json_text_or_null(w, "document_version", said->version);
        sw_json_text_or_null(w, "name", set->name);
        sw_json_text_or_null(w, "version", set->version);
        sw_json_digest(w, "manifest", imported->recorded ? &set->manifest : &said->manifest);
        sw_jw_bool(w, "attached", set->attached);
        sw_json_text_or_null(w, "licence", said->licence);
        sw_jw_u64(w, "fields", said->field_count);
        files_json(w, said);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void problems_json(struct sw_json_writer *w, const struct sw_exchange *exchange)
{
    sw_jw_u64(w, "problem_count", exchange->problem_count);
    sw_jw_array(w, "problems");
    for (size_t i = 0; i < exchange->problems_kept; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "kind", exchange->problems[i].kind);
        sw_json_text_or_null(w, "where", exchange->problems[i].where);
        sw_jw_str(w, "what", exchange->problems[i].what);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static sw_result show_json(const struct imported *imported, struct sw_error *err)
{
    const struct sw_exchange *x = &imported->exchange;
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_bool(w, "recorded", imported->recorded);
    sw_jw_text(w, "format", x->format);
    sw_json_text_or_null(w, "conforms", x->conforms);
    sw_json_digest(w, "document", &x->document);
    sw_json_digest(w, "claim", &imported->made.receipt.claim);
    if (imported->recorded) {
        sw_jw_u64(w, "leaf", imported->made.receipt.leaf);
    } else {
        sw_jw_null(w, "leaf");
    }
    sets_json(w, imported);
    sw_jw_u64(w, "steps", x->step_count);
    sw_jw_u64(w, "new_datasets", imported->made.new_set_count);
    sw_json_texts(w, "new_sources", imported->made.new_sources, imported->made.new_source_count);
    problems_json(w, x);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

/* --- the command ----------------------------------------------------------------------------- */

static sw_result record(struct sw_cli *cli, const struct import_args *args,
    struct imported *imported, struct sw_error *err)
{
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_WRITE, &args->signer, &context, err));
    SW_TRY(sw_import_record(&context.data, &imported->exchange, args->as, &imported->made, err));
    imported->recorded = true;
    if (!cli->json) {
        sw_data_warn_untrusted(cli, &context, &imported->made.receipt);
    }
    return sw_data_context_close(&context, err);
}

static sw_result run_import(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct import_args *args = data;
    SW_CLEANUP(imported) struct imported imported = {.text = SW_BUF_INIT};
    SW_TRY(read_document(cli, args, &imported, err));
    bool contradicted = count_files(&imported.exchange, SW_FILE_CONTRADICTED) != 0;
    bool refused = contradicted || (args->strict && imported.exchange.problem_count != 0);
    if (!args->check && !refused) {
        SW_TRY(record(cli, args, &imported, err));
    }
    cli->status = refused ? 1 : 0;
    if (cli->json) {
        return show_json(&imported, err);
    }
    show_text(cli, &imported);
    if (refused) {
        sw_say(cli, SW_TONE_BAD, "refused: nothing was recorded, since %s\n",
            contradicted ? "a file here is not the one that the document describes"
                         : "the document has problems");
    }
    return SW_OK;
}

const struct sw_command sw_cmd_data_import = {
    .name = "data import",
    .summary = "record what another tool's document says",
    .operands = "FILE",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct import_args),
    .description =
        "Reads Croissant 1.0 or 1.1 metadata, or OpenLineage events, from FILE ('-': standard "
        "input), checks them, and records what they say as declared: a dataset that nobody "
        "ingested, a source, steps. Nothing in the document is followed or fetched.\n\n"
        "A file that lies here and has the digest that the document says is verified, that file "
        "only. A file here that has another one refuses the whole document. What is wrong with "
        "the document is told and recorded with it; *--strict* refuses it instead.\n\n"
        "What was ingested or described here is not changed by a document: *--as* with the name "
        "of an ingested dataset attaches the document to it.",
    .examples = "  sealwright data import croissant.json --files downloads/\n"
                "  sealwright data import croissant.json --as mails@2\n"
                "  sealwright data import events.jsonl --check --json\n",
    .run = run_import,
};
