#include "cli/card_evidence.h"
#include "cli/card_file.h"

struct check_args {
    const char *model;
    bool evidence;
    bool allow_symlinks;
};

static const struct sw_option options[] = {
    {"model", SW_OPTION_TEXT, offsetof(struct check_args, model), "PATH",
        "the files that the card should be about; without CARD, of which the log has a card"},
    {"evidence", SW_OPTION_FLAG, offsetof(struct check_args, evidence), NULL,
        "hold it against what trusted claims in the log say of these files"},
    {"allow-symlinks", SW_OPTION_FLAG, offsetof(struct check_args, allow_symlinks), NULL,
        "with --model: follow symlinks to files (to directories never)"},
    {NULL, 0, 0, NULL, NULL},
};

struct checking {
    struct sw_cli *cli;
    const struct check_args *args;
    struct sw_card_reader *reader;
    struct sw_licence_reader *licences;
    struct sw_card card;
    const char *path;       /* of the card, or of the model whose card the log has */
    struct sw_digest claim; /* the card's; alg 0: it is a file */
    bool readme;
    bool hashed;
    struct sw_manifest manifest;
    size_t ignored;
    struct sw_card_element *elements;
    size_t element_count;
    struct sw_card_problems problems;
};

/* --- what it is held against ------------------------------------------------------------------ */

static sw_result load(struct checking *c, struct sw_error *err)
{
    struct sw_cli *cli = c->cli;
    if (cli->operand_count == 0 && c->args->model == NULL) {
        return sw_fail(err, SW_E_USAGE, "give a card, or --model PATH, or both");
    }
    SW_TRY(sw_card_reader_new(&c->reader, err));
    SW_TRY(sw_licence_reader_new(&c->licences, err));
    if (c->args->model != NULL) {
        SW_TRY(sw_card_hash(cli, c->args->model, c->args->allow_symlinks, &c->manifest, err));
        c->hashed = true;
    }
    if (cli->operand_count == 1) {
        c->path = cli->operands[0];
        return sw_card_file_read(cli, c->reader, c->path, &c->card, &c->readme, err);
    }
    c->path = c->args->model;
    return sw_card_recorded(cli, &c->manifest, &c->card, &c->claim, err);
}

/* A README.md names no files: it is about those that it is given with. */
static sw_result check_root(struct checking *c)
{
    const char *root = sw_digest_show(c->cli, &c->manifest.root);
    const char *manifest = sw_digest_show(c->cli, &c->manifest.manifest_digest);
    if (c->card.root.len == 0) {
        sw_card_bind(c->cli, &c->manifest, &c->card);
        return SW_OK;
    }
    if (!sw_str_is(c->card.root, root)) {
        return sw_card_contradict(&c->card, &c->problems, "root", c->card.root, sw_str(root));
    }
    return c->card.manifest.len == 0 || sw_str_is(c->card.manifest, manifest)
               ? SW_OK
               : sw_card_contradict(
                     &c->card, &c->problems, "manifest", c->card.manifest, sw_str(manifest));
}

static sw_result check_papers(struct checking *c, struct sw_error *err)
{
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    struct sw_card papers;
    const struct sw_tree_options how = {
        .follow_symlinks = c->args->allow_symlinks, .ignore = sw_card_leaves_out};
    SW_TRY(sw_tree_open(&tree, c->args->model, &how, err));
    sw_card_init(&papers, &c->cli->arena, c->card.kind);
    SW_TRY(sw_card_add_papers(c->reader, &papers, &tree, err));
    return sw_card_check_cited(
        &c->card, &papers, SW_CARD_CITATION, "the papers do not say so", &c->problems);
}

static sw_result check_files(struct checking *c, struct sw_error *err)
{
    struct sw_licence_facts facts = {0};
    if (!c->hashed) {
        return SW_OK;
    }
    SW_TRY(check_root(c));
    SW_TRY(check_papers(c, err));
    SW_TRY(sw_licence_read_model(c->licences, &c->cli->arena, c->args->model, &facts, err));
    return sw_card_check_licence(&c->card, &facts, &c->problems);
}

static sw_result check_evidence(struct checking *c, struct sw_error *err)
{
    struct sw_card evidence;
    int64_t newest = 0;
    if (!c->args->evidence) {
        return SW_OK;
    }
    if (c->card.root.len == 0) {
        return sw_fail(err, SW_E_USAGE,
            "%s is bound to no files, so no claim is about them; give --model PATH", c->path);
    }
    sw_card_init(&evidence, &c->cli->arena, c->card.kind);
    evidence.root = c->card.root;
    evidence.manifest = c->card.manifest;
    SW_TRY(sw_card_add_evidence(c->cli, &evidence, &newest, &c->ignored, err));
    SW_TRY(sw_card_check_cited(&c->card, &evidence, SW_CARD_CLAIM,
        "no trusted claim in the log says so, or a newer one says otherwise", &c->problems));
    return sw_card_check_evidence(&c->card, &evidence, &c->problems);
}

/* --- the report ------------------------------------------------------------------------------- */

static void write_report(const struct checking *c, struct sw_json_writer *w)
{
    sw_jw_array(w, "elements");
    for (size_t i = 0; i < c->element_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "scheme", c->elements[i].scheme);
        sw_jw_text(w, "name", c->elements[i].name);
        sw_jw_text(w, "state", sw_card_state_name(c->elements[i].state));
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_array(w, "contradictions");
    for (size_t i = 0; i < c->problems.count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "field", c->problems.list[i].field);
        sw_jw_str(w, "says", c->problems.list[i].says);
        sw_jw_str(w, "but", c->problems.list[i].but);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_json_texts(w, "gaps", c->card.gaps, c->card.gap_count);
}

static sw_result tell_json(const struct checking *c, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "card", c->path);
    if (c->claim.alg == 0) {
        sw_jw_null(w, "claim");
    } else {
        sw_json_digest(w, "claim", &c->claim);
    }
    sw_jw_text(w, "kind", sw_card_kind_name(c->card.kind));
    sw_json_text_or_null(w, "root", c->card.root);
    sw_jw_bool(w, "against_files", c->hashed);
    sw_jw_bool(w, "against_evidence", c->args->evidence);
    sw_jw_u64(w, "ignored", c->ignored);
    write_report(c, w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void tell_elements(const struct checking *c)
{
    const char *scheme = "";
    for (size_t i = 0; i < c->element_count; i++) {
        const struct sw_card_element *e = &c->elements[i];
        if (strcmp(e->scheme, scheme) != 0) {
            scheme = e->scheme;
            sw_say(c->cli, SW_TONE_BOLD, "%s%s\n", scheme,
                strncmp(scheme, "EU", 2) == 0 ? " (gaps alone; says nothing of compliance)" : "");
        }
        const enum sw_tone tone = e->state == SW_CARD_PRESENT  ? SW_TONE_GOOD
                                  : e->state == SW_CARD_ABSENT ? SW_TONE_WARN
                                                               : SW_TONE_DIM;
        sw_say(c->cli, tone, "  %-15s", sw_card_state_name(e->state));
        sw_say(c->cli, SW_TONE_PLAIN, " %s\n", e->name);
    }
}

static void tell_text(const struct checking *c)
{
    struct sw_cli *cli = c->cli;
    tell_elements(c);
    for (size_t i = 0; i < c->card.gap_count; i++) {
        sw_say(cli, SW_TONE_WARN, "gap");
        sw_say(cli, SW_TONE_PLAIN, "  " SW_STR_FMT "\n", SW_STR_ARG(c->card.gaps[i]));
    }
    for (size_t i = 0; i < c->problems.count; i++) {
        const struct sw_card_problem *p = &c->problems.list[i];
        sw_say(cli, SW_TONE_BAD, "contradicted");
        sw_say(cli, SW_TONE_PLAIN, "  %s: the card says " SW_STR_FMT "; " SW_STR_FMT "\n", p->field,
            SW_STR_ARG(p->says), SW_STR_ARG(p->but));
    }
    if (c->problems.count == 0) {
        sw_say(cli, SW_TONE_GOOD, "not contradicted");
        sw_say(cli, SW_TONE_PLAIN, "  held against itself%s%s\n", c->hashed ? ", the files" : "",
            c->args->evidence ? ", the log" : "");
    }
    if (c->ignored > 0) {
        sw_say(cli, SW_TONE_WARN, "passed over: %s of nobody trusted\n",
            sw_count_show(cli, c->ignored, "claim"));
    }
}

static sw_result check(struct checking *c, struct sw_error *err)
{
    SW_TRY(load(c, err));
    sw_card_sort(&c->card);
    SW_TRY(sw_card_check_itself(&c->card, &c->problems));
    SW_TRY(check_files(c, err));
    SW_TRY(check_evidence(c, err));
    SW_TRY(sw_card_score(&c->card, &c->elements, &c->element_count));
    c->cli->status = c->problems.count > 0 ? 1 : 0;
    if (c->cli->json) {
        return tell_json(c, err);
    }
    tell_text(c);
    return SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    struct checking c = {.cli = cli, .args = data};
    enum sw_code code = check(&c, err);
    sw_card_reader_free(c.reader);
    sw_licence_reader_free(c.licences);
    return code;
}

const struct sw_command sw_cmd_card_check = {
    .name = "card check",
    .summary = "tell what a card lacks, and what speaks against it",
    .operands = "[CARD]",
    .min_operands = 0,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct check_args),
    .description =
        "CARD is what *card make* writes, a README.md, or a directory that holds one. Without it, "
        "the newest trusted card in the log about the files at *--model* is taken.\n\n"
        "Tells which elements are present, absent, or for a person to judge: those of the Hub's "
        "annotated cards and of CycloneDX's modelCard; of the EU AI Act it lists gaps alone, "
        "which says nothing of compliance.\n\n"
        "Contradictions are values that exclude each other; with *--model* other files than the "
        "card is bound to, citations that the papers do not have, and a licence other than that "
        "of LICENSE files and of the metadata of weights; with *--evidence* what trusted claims "
        "say otherwise.\n\n"
        "Exits 1 when something contradicts the card, 3 when there is no card. What is absent is "
        "told and is no failure.",
    .examples = "  sealwright card check model/README.md --model model/\n"
                "  sealwright card check --model model/ --evidence\n",
    .run = run,
};
