#include "cli/bom_file.h"
#include "cli/card_evidence.h"
#include "cli/card_file.h"

#include "version.h"

#include <stdlib.h>

struct make_args {
    struct sw_signer_args signer;
    const char *of;
    const char *author;
    const char *output;
    const char *name;
    const char *time;
    bool allow_symlinks;
    bool evidence;
    bool record;
};

#define TEXT(field, value, help) SW_TEXT_OPTION(struct make_args, field, value, help)

static const struct sw_option options[] = {
    TEXT(of, "KIND", "model or dataset (default: by what is there)"),
    TEXT(author, "FILE", "an author's statements, YAML (the keys stand in doc/format/card.md)"),
    TEXT(output, "FILE", "write to this file (default: standard output)"),
    TEXT(name, "NAME", "what it is called (default: the author's name, or the directory's)"),
    TEXT(time, "TIME",
        "when the card was made, or 'now' (default: SOURCE_DATE_EPOCH, the newest evidence with "
        "--evidence, or not told)"),
    {"allow-symlinks", SW_OPTION_FLAG, offsetof(struct make_args, allow_symlinks), NULL,
        "follow symlinks to files (to directories never)"},
    {"evidence", SW_OPTION_FLAG, offsetof(struct make_args, evidence), NULL,
        "take what trusted claims in the log say of these files"},
    {"record", SW_OPTION_FLAG, offsetof(struct make_args, record), NULL,
        "sign it as a claim about the root of the files, and put it into the log"},
    SW_SIGNER_OPTIONS(struct make_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

struct making {
    struct sw_cli *cli;
    const struct make_args *args;
    const char *path;
    struct sw_card_reader *reader;
    struct sw_card card;
    struct sw_manifest manifest;
    const char *why; /* it is taken for that; NULL: it was said */
    size_t ignored;
    struct sw_store *store; /* with --record */
    struct sw_held_signer held;
    struct sw_buf document;
    struct sw_receipt receipt;
};

/* --- what was asked for ----------------------------------------------------------------------- */

static sw_result choose_kind(
    struct making *m, const struct sw_tree *tree, enum sw_card_kind *out, struct sw_error *err)
{
    enum sw_bom_kind guess;
    if (!sw_bom_guess(tree, &guess, &m->why)) {
        return sw_fail(err, SW_E_NOEVIDENCE, "'%s' holds no file", m->path);
    }
    if (m->args->of == NULL && guess == SW_BOM_APPLICATION) {
        return sw_fail(err, SW_E_USAGE,
            "'%s' looks like an application, since %s; cards are of models and datasets: say which "
            "with --of",
            m->path, m->why);
    }
    *out = guess == SW_BOM_DATA ? SW_CARD_DATASET : SW_CARD_MODEL;
    if (m->args->of == NULL) {
        return SW_OK;
    }
    m->why = NULL;
    *out = strcmp(m->args->of, "dataset") == 0 ? SW_CARD_DATASET : SW_CARD_MODEL;
    return strcmp(m->args->of, sw_card_kind_name(*out)) == 0
               ? SW_OK
               : sw_fail(err, SW_E_USAGE, "--of takes model or dataset, not '%s'", m->args->of);
}

static sw_result choose_time(struct making *m, struct sw_error *err)
{
    struct sw_bom bom = {0};
    SW_TRY(sw_bom_time_choose(m->cli, m->args->time, &bom, err));
    m->card.timed = bom.timed;
    m->card.time = bom.time;
    return SW_OK;
}

static sw_result open_store(struct making *m, struct sw_error *err)
{
    const struct sw_model_options files = {.hash = SW_SHA256};
    const char *inside = sw_path_join(&m->cli->arena, m->path, SW_STORE_DIR);
    SW_TRY_PTR(inside);
    if (sw_dir_exists(inside)) {
        return sw_fail(err, SW_E_USAGE,
            "'%s' holds a store, whose keys are no part of it: move the store to somewhere else",
            m->path);
    }
    if (!m->args->record) {
        return SW_OK;
    }
    SW_TRY(sw_cli_store_open(m->cli, SW_STORE_READ, &m->store, err));
    SW_TRY(sw_store_check_access(m->store, err));
    SW_TRY(sw_cli_store_outside(sw_store_path(m->store), &files, m->path, err));
    return sw_cli_signer(m->cli, sw_store_path(m->store), &m->args->signer, &m->held, err);
}

/* --- what it says ----------------------------------------------------------------------------- */

static bool is_plain(const struct sw_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->entries[i].kind != SW_ENTRY_FILE) {
            return false;
        }
    }
    return true;
}

/* The papers were read once and hashed once: both times they were the same. */
static sw_result check_papers(const struct making *m, struct sw_error *err)
{
    for (size_t i = 0; i < m->manifest.count; i++) {
        const struct sw_resource *file = &m->manifest.resources[i];
        const char *digest =
            sw_card_paper_is(file->name) ? sw_digest_show(m->cli, &file->digest) : NULL;
        for (size_t k = 0; digest != NULL && k < m->card.count; k++) {
            const struct sw_card_source *from = &m->card.values[k].from;
            if (from->kind == SW_CARD_CITATION && sw_str_equal(from->file, file->name) &&
                !sw_str_is(from->digest, digest)) {
                return sw_fail(err, SW_E_REFUSED, "'" SW_STR_FMT "' changed while it was read",
                    SW_STR_ARG(file->name));
            }
        }
    }
    return SW_OK;
}

static sw_result bind(struct making *m, const struct sw_tree *tree, struct sw_error *err)
{
    if (!m->args->record && !m->args->evidence && !is_plain(tree)) {
        return sw_card_gap(&m->card, sw_str("its files have no root, since some are links or have "
                                            "names that are not UTF-8: the card is bound to none"));
    }
    SW_TRY(sw_card_hash(m->cli, m->path, m->args->allow_symlinks, &m->manifest, err));
    sw_card_bind(m->cli, &m->manifest, &m->card);
    return check_papers(m, err);
}

static sw_result take_author(struct making *m, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_error why = {0};
    const char *path = m->args->author;
    if (path == NULL) {
        return SW_OK;
    }
    SW_TRY(sw_file_read(path, SW_CARD_AUTHOR_MAX, &text, err));
    struct sw_str base = sw_path_base(path);
    const char *file = sw_arena_strndup(&m->cli->arena, base);
    SW_TRY_PTR(file);
    enum sw_code code = sw_card_take_author(m->reader, &m->card, file, sw_buf_bytes(&text), &why);
    return code == SW_OK ? SW_OK : sw_fail(err, code, "%s: %s", path, why.text);
}

static sw_result take_evidence(struct making *m, struct sw_error *err)
{
    int64_t newest = 0;
    if (!m->args->evidence) {
        return SW_OK;
    }
    SW_TRY(sw_card_add_evidence(m->cli, &m->card, &newest, &m->ignored, err));
    if (newest != 0 && !m->card.timed) {
        m->card.timed = true;
        m->card.time = newest;
    }
    return SW_OK;
}

/* The option is the word of whoever runs this; the directory's name is all that is known else. */
static sw_result name_it(struct making *m, struct sw_error *err)
{
    SW_CLEANUP(free) char *whole = realpath(m->path, NULL);
    if (whole == NULL) {
        return sw_fail(err, SW_E_IO, "'%s' cannot be found", m->path);
    }
    const char *base = sw_arena_strndup(&m->cli->arena, sw_path_base(whole));
    SW_TRY_PTR(base);
    m->card.name = sw_str(base);
    if (m->args->name == NULL) {
        return SW_OK;
    }
    const struct sw_card_source from = {.kind = SW_CARD_AUTHOR, .file = sw_str("--name")};
    return sw_card_add(&m->card, SW_CARD_NAME, sw_str(m->args->name), &from);
}

static sw_result fill(struct making *m, const struct sw_tree *tree, struct sw_error *err)
{
    m->card.tool = sw_str("sealwright");
    m->card.tool_version = sw_str(SW_VERSION);
    SW_TRY(name_it(m, err));
    SW_TRY(take_author(m, err));
    SW_TRY(sw_card_add_papers(m->reader, &m->card, tree, err));
    SW_TRY(bind(m, tree, err));
    SW_TRY(take_evidence(m, err));
    return sw_card_write(&m->card, &m->document);
}

/* --- the document ----------------------------------------------------------------------------- */

static sw_result record(struct making *m, struct sw_error *err)
{
    if (m->store == NULL) {
        return SW_OK;
    }
    const struct sw_subject subjects[] = {
        {sw_str(m->manifest.name), m->manifest.root},
        {sw_str("manifest"), m->manifest.manifest_digest},
    };
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    SW_TRY(sw_flow_claim(&m->held.signer, subjects, SW_COUNT(subjects), SW_PREDICATE_CARD,
        sw_buf_bytes(&m->document), &bundle, err));
    SW_TRY(sw_store_promote(m->store, NULL, err));
    struct sw_bytes bytes = sw_buf_bytes(&bundle);
    SW_TRY(sw_evidence_add(m->store, &bytes, 1, &m->receipt, err));
    return sw_log_publish(m->store, err);
}

static uint64_t count_of(const struct sw_card *card, enum sw_card_origin origin)
{
    uint64_t count = 0;
    for (size_t i = 0; i < card->count; i++) {
        count += card->values[i].from.kind == origin;
    }
    return count;
}

static sw_result tell_json(const struct making *m, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "kind", sw_card_kind_name(m->card.kind));
    sw_jw_text(w, "file", m->args->output);
    sw_jw_u64(w, "bytes", m->document.len);
    sw_jw_u64(w, "claims", count_of(&m->card, SW_CARD_CLAIM));
    sw_jw_u64(w, "citations", count_of(&m->card, SW_CARD_CITATION));
    sw_jw_u64(w, "author_statements", count_of(&m->card, SW_CARD_AUTHOR));
    sw_jw_u64(w, "gaps", m->card.gap_count);
    sw_jw_u64(w, "ignored", m->ignored);
    sw_json_text_or_null(w, "model_root", m->card.root);
    if (m->receipt.claim.alg == 0) {
        sw_jw_null(w, "claim");
    } else {
        sw_json_digest(w, "claim", &m->receipt.claim);
    }
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void tell_text(const struct making *m)
{
    struct sw_cli *cli = m->cli;
    sw_say(cli, SW_TONE_GOOD, "written");
    sw_say(cli, SW_TONE_PLAIN, "  %s: card of the %s, %s, %s, %s\n", m->args->output,
        sw_card_kind_name(m->card.kind),
        sw_count_show(cli, count_of(&m->card, SW_CARD_CLAIM), "signed value"),
        sw_count_show(cli, count_of(&m->card, SW_CARD_CITATION), "citation"),
        sw_count_show(cli, count_of(&m->card, SW_CARD_AUTHOR), "author statement"));
    if (m->receipt.claim.alg != 0) {
        sw_say(cli, SW_TONE_PLAIN, "  in the log  leaf %llu, about %s\n",
            (unsigned long long)m->receipt.leaf, sw_digest_show(cli, &m->manifest.root));
    }
}

static sw_result deliver(struct making *m, struct sw_error *err)
{
    if (m->why != NULL) {
        sw_note(m->cli, "taken for a %s, since %s; say --of otherwise",
            sw_card_kind_name(m->card.kind), m->why);
    }
    if (m->ignored > 0) {
        sw_note(m->cli, "passed over: %s of nobody trusted",
            sw_count_show(m->cli, m->ignored, "claim"));
    }
    if (m->args->output == NULL) {
        (void)fwrite(m->document.data, 1, m->document.len, stdout);
        return SW_OK;
    }
    SW_TRY(sw_output_write(m->args->output, sw_buf_bytes(&m->document), 0666, 0, err));
    if (m->cli->json) {
        return tell_json(m, err);
    }
    tell_text(m);
    return SW_OK;
}

static sw_result make(struct making *m, struct sw_error *err)
{
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    enum sw_card_kind kind = SW_CARD_MODEL;
    const struct sw_tree_options how = {
        .follow_symlinks = m->args->allow_symlinks, .ignore = sw_card_leaves_out};
    SW_TRY(sw_tree_open(&tree, m->path, &how, err));
    SW_TRY(choose_kind(m, &tree, &kind, err));
    sw_card_init(&m->card, &m->cli->arena, kind);
    SW_TRY(choose_time(m, err));
    SW_TRY(sw_card_reader_new(&m->reader, err)); /* before there is a key */
    SW_TRY(open_store(m, err));
    SW_TRY(fill(m, &tree, err));
    SW_TRY(record(m, err));
    return deliver(m, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    struct making m = {.cli = cli, .args = data, .path = cli->operands[0]};
    enum sw_code code = make(&m, err);
    sw_card_reader_free(m.reader);
    sw_held_signer_release(&m.held);
    sw_buf_release(&m.document);
    if (m.store == NULL) {
        return code;
    }
    if (code != SW_OK) {
        sw_store_abandon(m.store);
        return code;
    }
    return sw_store_close(m.store, err);
}

const struct sw_command sw_cmd_card_make = {
    .name = "card make",
    .summary = "write the card of a model or a dataset, each value with where it is from",
    .operands = "PATH",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct make_args),
    .description =
        "Collects what is said of the model or dataset at PATH, and writes it as one JSON "
        "document. Each value says where it is from:\n\n"
        "A *citation* of its own papers: the front matter and the sections of README.md, "
        "config.json, adapter_config.json, tokenizer_config.json, generation_config.json, the "
        "chat template, what training and evaluation leave (trainer_state.json, "
        "training_args.json, all_results.json and the like), dataset_infos.json; with file, "
        "digest, line and "
        "field.\n\n"
        "With *--evidence* a *claim*: what trusted signers said in the log of these files: "
        "signature, scan, parents, training data, tensors, provenance of the data, verdicts.\n\n"
        "With *--author* an *author statement*: nothing stands behind it but who wrote the "
        "file.\n\n"
        "What nobody says is listed as unknown, and never made up. The same files, claims and "
        "options give the same bytes. The card is bound to the root of the files; with *--record* "
        "it is signed and put into the log.",
    .examples = "  sealwright card make model/ --author author.yaml --output model.card.json\n"
                "  sealwright card make model/ --author author.yaml --evidence --record --output "
                "model.card.json\n",
    .run = run,
};
