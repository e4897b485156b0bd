#include "cli/bom_evidence.h"
#include "cli/bom_file.h"
#include "cli/steady.h"

#include "version.h"

#include <stdlib.h>

struct make_args {
    struct sw_signer_args signer;
    const char *of;
    const char *format;
    const char *spec;
    const char *output;
    const char *name;
    const char *version;
    const char *supplier;
    const char *description;
    const char *licence;
    const char *download;
    const char *released;
    const char *owner;
    const char *steward;
    const char *custodian;
    const char *classification;
    const char *creator;
    const char *time;
    bool all_packages;
    bool allow_symlinks;
    bool evidence;
    bool record;
};

#define TEXT(field, value, help) SW_TEXT_OPTION(struct make_args, field, value, help)

static const struct sw_option options[] = {
    TEXT(of, "KIND", "application, model or dataset (default: by what is there)"),
    TEXT(format, "FORMAT", "cyclonedx (default) or spdx"),
    TEXT(spec, "VERSION", "of CycloneDX: 1.7 (default) or 1.6; of SPDX: 3.0.1"),
    TEXT(output, "FILE", "write to this file (default: standard output)"),
    TEXT(name, "NAME", "what it is called (default: the name of the directory or file)"),
    TEXT(version, "VERSION", "which version it is"),
    TEXT(supplier, "NAME", "who supplies it"),
    TEXT(description, "TEXT", "what it is, in a sentence"),
    TEXT(licence, "EXPRESSION", "the licence that was concluded, as an SPDX expression"),
    TEXT(download, "URL", "where it can be had"),
    TEXT(released, "TIME", "when it was released"),
    TEXT(owner, "NAME", "who owns the data"),
    TEXT(steward, "NAME", "who answers for its content"),
    TEXT(custodian, "NAME", "who keeps it"),
    TEXT(classification, "TEXT", "how confidential the data is"),
    TEXT(creator, "ADDRESS", "who makes this document: an e-mail address or a URL"),
    TEXT(time, "TIME",
        "when this document was made, or 'now' (default: SOURCE_DATE_EPOCH, the newest evidence in "
        "the log with --evidence or --record, or not told)"),
    {"all-packages", SW_OPTION_FLAG, offsetof(struct make_args, all_packages), NULL,
        "of an application: every package of manifests and lock files, not only those of AI"},
    {"allow-symlinks", SW_OPTION_FLAG, offsetof(struct make_args, allow_symlinks), NULL,
        "follow symlinks to files (to directories never)"},
    {"evidence", SW_OPTION_FLAG, offsetof(struct make_args, evidence), NULL,
        "of a model: take what trusted claims in the log say of the data that it was trained on"},
    {"record", SW_OPTION_FLAG, offsetof(struct make_args, record), NULL,
        "sign it as a claim about the root of the files, and put it into the log"},
    SW_SIGNER_OPTIONS(struct make_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

struct making {
    struct sw_cli *cli;
    const struct make_args *args;
    const char *path;
    bool spdx;
    const char *spec;
    enum sw_bom_kind of;
    const char *why; /* it is taken for that; NULL: it was said */
    struct sw_model_options options;
    struct sw_manifest manifest;
    bool rooted;
    struct sw_store *store; /* with --record */
    struct sw_held_signer held;
    struct sw_bom bom;
    struct sw_buf document;
    struct sw_receipt receipt;
};

/* --- what was asked for ----------------------------------------------------------------------- */

static sw_result choose_kind(struct making *m, struct sw_error *err)
{
    static const struct {
        const char *name;
        enum sw_bom_kind kind;
    } kinds[] = {
        {"application", SW_BOM_APPLICATION}, {"model", SW_BOM_MODEL}, {"dataset", SW_BOM_DATA}};
    for (size_t i = 0; m->args->of != NULL && i < SW_COUNT(kinds); i++) {
        if (strcmp(m->args->of, kinds[i].name) == 0) {
            m->of = kinds[i].kind;
            m->why = NULL;
            return SW_OK;
        }
    }
    return m->args->of == NULL
               ? SW_OK
               : sw_fail(err, SW_E_USAGE, "--of takes application, model or dataset, not '%s'",
                     m->args->of);
}

static void set_time(struct making *m, int64_t time, const char *origin)
{
    m->bom.timed = true;
    m->bom.time = time;
    m->bom.time_origin = sw_str(origin);
}

static bool is_bom(struct sw_str type)
{
    return sw_str_is(type, SW_BOM_PREDICATE_CYCLONEDX) || sw_str_is(type, SW_BOM_PREDICATE_SPDX);
}

/* The newest claim about the same files that is no bill itself: so a bill that is recorded again is
 * the same one. */
static sw_result time_of_evidence(struct making *m, struct sw_error *err)
{
    const struct sw_evidence_query query = {.subject = &m->manifest.root};
    struct sw_evidence_record *records;
    size_t count;
    if (m->bom.timed || m->store == NULL) {
        return SW_OK;
    }
    SW_TRY(sw_evidence_find(m->store, &query, &m->cli->arena, &records, &count, err));
    for (size_t i = 0; i < count; i++) {
        if (!is_bom(records[i].predicate_type)) {
            set_time(m, records[i].time, "the log");
            return SW_OK;
        }
    }
    return SW_OK;
}

/* --- what it says ----------------------------------------------------------------------------- */

static sw_result put(
    struct making *m, enum sw_bom_field field, const char *value, const char *origin)
{
    return sw_bom_set(&m->bom, 0, field, sw_str(value), sw_str(origin));
}

static sw_result name_it(struct making *m, struct sw_error *err)
{
    if (m->args->name != NULL) {
        return put(m, SW_BOM_NAME, m->args->name, "--name");
    }
    SW_CLEANUP(free) char *whole = realpath(m->path, NULL);
    if (whole == NULL) {
        return sw_fail(err, SW_E_IO, "'%s' cannot be found", m->path);
    }
    return sw_bom_set(&m->bom, 0, SW_BOM_NAME, sw_path_base(whole),
        sw_str(sw_dir_exists(m->path) ? "the name of its directory" : "the name of its file"));
}

static sw_result put_release(struct making *m, struct sw_error *err)
{
    char text[SW_TIME_TEXT_SIZE];
    int64_t time;
    if (m->args->released == NULL) {
        return SW_OK;
    }
    if (!sw_time_parse(sw_str(m->args->released), &time)) {
        return sw_fail(err, SW_E_USAGE, "--released takes a time like 2026-11-23, not '%s'",
            m->args->released);
    }
    sw_time_format(time, text);
    return put(m, SW_BOM_RELEASED, text, "--released");
}

static sw_result put_licence(struct making *m, struct sw_error *err)
{
    const struct sw_spdx_expression *e;
    struct sw_error why = {0};
    if (m->args->licence == NULL) {
        return SW_OK;
    }
    if (sw_spdx_parse(&m->cli->arena, sw_str(m->args->licence), &e, &why) != SW_OK) {
        return sw_fail(err, SW_E_USAGE, "--licence '%s': %s", m->args->licence, why.text);
    }
    return sw_bom_set(
        &m->bom, 0, SW_BOM_LICENCE_CONCLUDED, sw_spdx_text(&m->cli->arena, e), sw_str("--licence"));
}

static sw_result put_options(struct making *m, struct sw_error *err)
{
    const struct make_args *a = m->args;
    const struct {
        enum sw_bom_field field;
        const char *value, *origin;
    } rows[] = {{SW_BOM_VERSION, a->version, "--version"},
        {SW_BOM_SUPPLIER, a->supplier, "--supplier"},
        {SW_BOM_DESCRIPTION, a->description, "--description"},
        {SW_BOM_DOWNLOAD, a->download, "--download"}, {SW_BOM_OWNER, a->owner, "--owner"},
        {SW_BOM_STEWARD, a->steward, "--steward"}, {SW_BOM_CUSTODIAN, a->custodian, "--custodian"},
        {SW_BOM_CLASSIFICATION, a->classification, "--classification"}};
    if (a->version != NULL && strlen(a->version) > SW_BOM_VERSION_MAX) {
        return sw_fail(err, SW_E_USAGE, "--version takes at most %d bytes", SW_BOM_VERSION_MAX);
    }
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_TRY(put(m, rows[i].field, rows[i].value, rows[i].origin));
    }
    SW_TRY(put_licence(m, err));
    return put_release(m, err);
}

static sw_result check_creator(const char *creator, struct sw_error *err)
{
    const char *at = creator == NULL ? NULL : strchr(creator, '@');
    return creator == NULL || strstr(creator, "://") != NULL ||
                   (at != NULL && at > creator && at[1] != '\0' && strchr(creator, ' ') == NULL)
               ? SW_OK
               : sw_fail(err, SW_E_USAGE, "--creator takes an e-mail address or a URL, not '%s'",
                     creator);
}

static sw_result begin(struct making *m, struct sw_error *err)
{
    uint32_t main;
    SW_TRY(check_creator(m->args->creator, err));
    m->bom.format = m->spdx ? "spdx" : "cyclonedx";
    m->bom.spec = sw_str(m->spec);
    m->bom.tool = sw_str("sealwright");
    m->bom.tool_version = sw_str(SW_VERSION);
    m->bom.creator = sw_str(m->args->creator);
    m->bom.phase = m->of == SW_BOM_APPLICATION ? "pre-build" : "post-build";
    SW_TRY(sw_bom_add(&m->bom, m->of, SW_BOM_MAIN, SW_BOM_NONE, &main));
    SW_TRY(name_it(m, err));
    return put_options(m, err);
}

/* --- an application --------------------------------------------------------------------------- */

static sw_result put_gaps(struct making *m, const struct sw_discover_coverage *coverage)
{
    for (size_t i = 0; i < coverage->gap_count; i++) {
        const struct sw_discover_gap *gap = &coverage->gaps[i];
        const char *text = sw_arena_printf(&m->cli->arena,
            "not looked at: %llu: %s (%s" SW_STR_FMT ")", (unsigned long long)gap->count, gap->why,
            gap->count > 1 ? "first " : "", SW_STR_ARG(gap->first));
        SW_TRY_PTR(text);
        SW_TRY(put(m, SW_BOM_GAP, text, ""));
    }
    return SW_OK;
}

static sw_result discover(struct making *m, struct sw_error *err)
{
    struct sw_inventory inventory;
    struct sw_discover_coverage coverage = {0};
    struct sw_bar *bar = sw_bar_start(m->cli, "looking");
    const struct sw_discover_options how = {
        .all_packages = m->args->all_packages, .progress = sw_bar_progress(bar)};
    sw_inventory_init(&inventory, &m->cli->arena);
    enum sw_code code = sw_discover_confined(&inventory, &m->path, 1, &how, &coverage, err);
    sw_bar_stop(bar);
    SW_TRY(code);
    SW_TRY(sw_inventory_finish(&inventory));
    if (coverage.read_files == 0) {
        return sw_fail(err, SW_E_NOEVIDENCE,
            "'%s' holds nothing that discovery reads, so there is nothing to list", m->path);
    }
    m->bom.dependencies = SW_BOM_INCOMPLETE; /* what others need in turn is not resolved */
    SW_TRY(sw_bom_add_inventory(&m->bom, &inventory));
    return put_gaps(m, &coverage);
}

/* The files are looked at first and hashed then; they have to be the same. */
static sw_result look(struct making *m, struct sw_error *err)
{
    SW_CLEANUP(steady) struct sw_steady steady = SW_STEADY_INIT;
    if (!m->args->record) {
        return discover(m, err);
    }
    SW_TRY(sw_steady_begin(&steady, m->path, m->options.allow_symlinks, err));
    SW_TRY(discover(m, err));
    struct sw_bar *bar = sw_bar_start(m->cli, "hashing");
    m->options.progress = sw_bar_progress(bar);
    enum sw_code code = sw_model_hash(&m->cli->arena, m->path, &m->options, &m->manifest, err);
    sw_bar_stop(bar);
    SW_TRY(code);
    SW_TRY(sw_steady_check(&steady, err));
    return put(m, SW_BOM_ROOT, sw_digest_show(m->cli, &m->manifest.root), "");
}

/* --- a model or a dataset --------------------------------------------------------------------- */

static bool is_left_out(void *ctx, const char *name, bool is_dir)
{
    static const char *const git[] = {".git", ".github", ".gitignore", ".gitattributes"};
    (void)ctx;
    (void)is_dir;
    for (size_t i = 0; i < SW_COUNT(git); i++) {
        if (strcmp(name, git[i]) == 0) {
            return true;
        }
    }
    return strcmp(name, "model.sig") == 0;
}

static bool is_plain(const struct sw_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->entries[i].kind != SW_ENTRY_FILE) {
            return false;
        }
    }
    return tree->count > 0;
}

static void skip_unreadable(void *ctx, const struct sw_unit *unit, const struct sw_error *why)
{
    (void)ctx;
    (void)unit;
    (void)why;
}

/* A tree that has a root gets it in the same pass; one with links or strange names has none. */
static sw_result read_files(struct making *m, const struct sw_tree *tree,
    struct sw_bom_files *files, struct sw_progress *progress, struct sw_error *err)
{
    const struct sw_consumer *consumers[] = {sw_bom_files_consumer(files)};
    if (m->args->record || is_plain(tree)) {
        m->options.consumers = consumers;
        m->options.consumer_count = SW_COUNT(consumers);
        m->options.tree_ready = sw_bom_files_tree;
        m->options.tree_ctx = files;
        m->options.progress = progress;
        m->rooted = true;
        return sw_model_hash(&m->cli->arena, m->path, &m->options, &m->manifest, err);
    }
    const struct sw_reader_options how = {.progress = progress, .failed = skip_unreadable};
    sw_bom_files_tree(files, tree);
    sw_progress_expect(progress, tree->bytes, tree->count);
    return sw_reader_run(tree, consumers, SW_COUNT(consumers), &how, err);
}

static sw_result take_evidence(struct making *m, struct sw_error *err)
{
    int64_t newest = 0;
    if (!m->args->evidence) {
        return SW_OK;
    }
    if (!m->rooted) {
        return put(m, SW_BOM_GAP, "without a root of its files no claim can be about it", "");
    }
    SW_TRY(sw_bom_add_evidence(m->cli, &m->manifest.root, &m->bom, &newest, err));
    if (newest != 0 && !m->bom.timed) {
        set_time(m, newest, "the log");
    }
    return SW_OK;
}

/* The papers are read first and hashed then; they have to be the same. */
static sw_result read_tree(struct making *m, const struct sw_tree *tree, struct sw_error *err)
{
    SW_CLEANUP(bom_files) struct sw_bom_files *files = NULL;
    SW_CLEANUP(steady) struct sw_steady steady = SW_STEADY_INIT;
    SW_TRY(sw_steady_begin(&steady, m->path, m->options.allow_symlinks, err));
    SW_TRY(sw_bom_add_papers(&m->bom, tree, err));
    SW_TRY(sw_bom_files_new(&files, err));
    struct sw_bar *bar = sw_bar_start(m->cli, "hashing");
    enum sw_code code = read_files(m, tree, files, sw_bar_progress(bar), err);
    sw_bar_stop(bar);
    SW_TRY(code);
    SW_TRY(sw_steady_check(&steady, err));
    if (m->rooted) {
        SW_TRY(put(m, SW_BOM_ROOT, sw_digest_show(m->cli, &m->manifest.root), ""));
    }
    SW_TRY(sw_bom_add_files(&m->bom, files));
    return take_evidence(m, err);
}

static sw_result open_tree(struct making *m, struct sw_tree *tree, struct sw_error *err)
{
    const struct sw_tree_options how = {
        .follow_symlinks = m->args->allow_symlinks, .ignore = is_left_out};
    SW_TRY(sw_tree_open(tree, m->path, &how, err));
    if (!sw_bom_guess(tree, &m->of, &m->why)) {
        return sw_fail(err, SW_E_NOEVIDENCE, "'%s' holds no file", m->path);
    }
    return choose_kind(m, err);
}

/* --- the document ----------------------------------------------------------------------------- */

static sw_result write_document(struct making *m, struct sw_error *err)
{
    SW_TRY(sw_bom_name_all(&m->bom));
    return m->spdx ? sw_bom_write_spdx(&m->bom, &m->document, err)
                   : sw_bom_write_cyclonedx(&m->bom, m->spec, &m->document, err);
}

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
    SW_TRY(sw_flow_claim(&m->held.signer, subjects, SW_COUNT(subjects),
        m->spdx ? SW_BOM_PREDICATE_SPDX : SW_BOM_PREDICATE_CYCLONEDX, sw_buf_bytes(&m->document),
        &bundle, err));
    SW_TRY(sw_store_promote(m->store, NULL, err));
    struct sw_bytes bytes = sw_buf_bytes(&bundle);
    SW_TRY(sw_evidence_add(m->store, &bytes, 1, &m->receipt, err));
    return sw_log_publish(m->store, err);
}

/* The digests of keys are for nobody to see. */
static sw_result refuse_store_inside(struct making *m, struct sw_error *err)
{
    const char *inside = sw_path_join(&m->cli->arena, m->path, SW_STORE_DIR);
    SW_TRY_PTR(inside);
    const bool lists_files = m->of != SW_BOM_APPLICATION || m->args->record;
    if (!lists_files || !sw_dir_exists(inside)) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_USAGE,
        "'%s' holds a store, whose keys are no part of it: move the store to somewhere else",
        m->path);
}

static sw_result open_store(struct making *m, struct sw_error *err)
{
    SW_TRY(refuse_store_inside(m, err));
    if (m->args->evidence && m->of != SW_BOM_MODEL) {
        return sw_fail(err, SW_E_USAGE,
            "--evidence is about what a model was trained on, and this is none; see --of");
    }
    if (!m->args->record) {
        return SW_OK;
    }
    SW_TRY(sw_cli_store_open(m->cli, SW_STORE_READ, &m->store, err));
    SW_TRY(sw_store_check_access(m->store, err));
    return sw_cli_store_outside(sw_store_path(m->store), &m->options, m->path, err);
}

/* Only once everything is read that others wrote: what parses it has nothing to give away. */
static sw_result hold_signer(struct making *m, struct sw_error *err)
{
    return m->args->record
               ? sw_cli_signer(m->cli, sw_store_path(m->store), &m->args->signer, &m->held, err)
               : SW_OK;
}

static size_t count_services(const struct sw_bom *bom)
{
    size_t n = 0;
    for (size_t i = 0; i < bom->count; i++) {
        n += bom->components[i].kind == SW_BOM_SERVICE;
    }
    return n;
}

static const char *kind_told(enum sw_bom_kind kind)
{
    return kind == SW_BOM_MODEL ? "model" : kind == SW_BOM_DATA ? "dataset" : "application";
}

static sw_result tell_json(const struct making *m, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "of", kind_told(m->of));
    sw_jw_text(w, "format", m->bom.format);
    sw_jw_text(w, "spec", m->spec);
    sw_jw_text(w, "file", m->args->output);
    sw_jw_u64(w, "bytes", m->document.len);
    sw_jw_u64(w, "components", m->bom.count - count_services(&m->bom));
    sw_jw_u64(w, "services", count_services(&m->bom));
    sw_json_text_or_null(w, "model_root", sw_bom_get(&m->bom.components[0], SW_BOM_ROOT));
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
    const size_t services = count_services(&m->bom);
    sw_say(cli, SW_TONE_GOOD, "written");
    sw_say(cli, SW_TONE_PLAIN, "  %s: %s of the %s, %s, %s\n", m->args->output,
        m->spdx ? "SPDX" : "CycloneDX", kind_told(m->of),
        sw_count_show(cli, m->bom.count - services, "component"),
        sw_count_show(cli, services, "service"));
    if (m->receipt.claim.alg != 0) {
        sw_say(cli, SW_TONE_PLAIN, "  in the log  leaf %llu, about %s\n",
            (unsigned long long)m->receipt.leaf, sw_digest_show(cli, &m->manifest.root));
    }
}

static sw_result write_file(const struct making *m, struct sw_error *err)
{
    return m->args->output == NULL
               ? SW_OK
               : sw_output_write(m->args->output, sw_buf_bytes(&m->document), 0666, 0, err);
}

static sw_result deliver(struct making *m, struct sw_error *err)
{
    if (m->why != NULL) {
        sw_note(m->cli, "taken for %s %s, since %s; say --of otherwise",
            m->of == SW_BOM_APPLICATION ? "an" : "a", kind_told(m->of), m->why);
    }
    if (m->args->output == NULL) {
        (void)fwrite(m->document.data, 1, m->document.len, stdout);
        return SW_OK;
    }
    if (m->cli->json) {
        return tell_json(m, err);
    }
    tell_text(m);
    return SW_OK;
}

/* The next bill would list this one, and be another each time; a signed model would have a file
 * more. */
static sw_result refuse_output_inside(const struct making *m, struct sw_error *err)
{
    const bool binds = m->of != SW_BOM_APPLICATION || m->args->record;
    if (m->args->output == NULL || !binds || !sw_dir_exists(m->path)) {
        return SW_OK;
    }
    const char *dir = sw_arena_strndup(&m->cli->arena, sw_path_dir(m->args->output));
    SW_TRY_PTR(dir);
    SW_CLEANUP(free) char *whole = realpath(dir, NULL);
    SW_CLEANUP(free) char *root = realpath(m->path, NULL);
    if (whole == NULL || root == NULL) {
        return SW_OK; /* whoever opens them says what is wrong */
    }
    const size_t n = strlen(root);
    const bool inside =
        strncmp(whole, root, n) == 0 && (whole[n] == '/' || whole[n] == '\0' || root[n - 1] == '/');
    return inside ? sw_fail(err, SW_E_USAGE,
                        "'%s' lies inside '%s', and the next bill would list this one: write it to "
                        "somewhere else",
                        m->args->output, m->path)
                  : SW_OK;
}

static sw_result make(struct making *m, struct sw_error *err)
{
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    SW_TRY(sw_bom_format_choose(m->args->format, m->args->spec, &m->spdx, &m->spec, err));
    SW_TRY(choose_kind(m, err));
    SW_TRY(sw_bom_time_choose(m->cli, m->args->time, &m->bom, err));
    SW_TRY(open_tree(m, &tree, err));
    SW_TRY(refuse_output_inside(m, err));
    SW_TRY(open_store(m, err));
    SW_TRY(begin(m, err));
    SW_TRY(m->of == SW_BOM_APPLICATION ? look(m, err) : read_tree(m, &tree, err));
    SW_TRY(hold_signer(m, err));
    SW_TRY(time_of_evidence(m, err));
    SW_TRY(write_document(m, err));
    SW_TRY(write_file(m, err)); /* first, for what is in the log stays there */
    SW_TRY(record(m, err));
    return deliver(m, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct make_args *args = data;
    struct making m = {.cli = cli, .args = args, .path = cli->operands[0]};
    m.options.hash = SW_SHA256;
    m.options.allow_symlinks = args->allow_symlinks;
    m.options.signature = sw_model_signature_path(&cli->arena, m.path, true);
    sw_bom_init(&m.bom, &cli->arena);
    enum sw_code code = make(&m, err);
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

const struct sw_command sw_cmd_bom_make = {
    .name = "bom make",
    .summary = "write a bill of materials of a model, a dataset or an application",
    .operands = "PATH",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct make_args),
    .description =
        "Writes CycloneDX 1.7 or 1.6, or SPDX 3.0.1 as JSON-LD.\n\n"
        "Of a *model* or a *dataset*: every file with SHA-256 and SHA-512, read once; what "
        "README.md "
        "(the Hub's front matter), config.json, adapter_config.json and tokenizer_config.json "
        "declare: licence, task, architecture, languages, metrics, the models that it was made "
        "from "
        "and the datasets that it was trained on.\n\n"
        "Of an *application*: what *discover* finds. Libraries, models, datasets and containers "
        "are "
        "components; hosted APIs and MCP servers are services. Each says in which file and line it "
        "was seen, and how sure that is. Names of credentials are left out.\n\n"
        "Each value says where it comes from, and what is not known is said to be unknown. The "
        "same "
        "files and options give the same bytes. Vulnerabilities are never in it: they have claims "
        "of "
        "their own.\n\n"
        "With *--evidence* the datasets that a model was trained on come from the log: versions, "
        "digests, licences and owners, as trusted signers claimed them.\n\n"
        "With *--record* it is signed and put into the log as a claim about the root of the files; "
        "'advisory watch' looks it up from then on.",
    .examples = "  sealwright bom make model/ --supplier 'Example AG' --output model.cdx.json\n"
                "  sealwright bom make app/ --format spdx --time now\n"
                "  sealwright bom make model/ --record --output model.cdx.json\n",
    .run = run,
};
