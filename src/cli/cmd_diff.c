#include "cli/show_diff.h"
#include "cli/show_scan.h"

#include <fcntl.h>
#include <unistd.h>

struct diff_args {
    const char *sealed;
    const char *html;
    struct sw_scan_args scan;
};

static const struct sw_option options[] = {
    {"sealed", SW_OPTION_TEXT, offsetof(struct diff_args, sealed), "CLAIM",
        "compare with the tensors claim of this digest, or its first digits, instead of a model A"},
    {"html", SW_OPTION_TEXT, offsetof(struct diff_args, html), "FILE",
        "write a page with a bar for each tensor that changed"},
    SW_SCAN_OPTIONS(struct diff_args, scan),
    {NULL, 0, 0, NULL, NULL},
};

/* One of the two models. */
struct side {
    const char *path;
    struct sw_scan_report report;
    struct sw_tensor_list list;
};

struct comparing {
    struct sw_cli *cli;
    struct sw_diff_reader *reader;
    struct side a, b;
    struct sw_diff_report out;
    size_t document_cap;
};

/* --- tensors -----------------------------------------------------------------------------------
 */

/* A file of tensors that could not be read would show as tensors that went. */
static sw_result check_read(const struct side *side, struct sw_error *err)
{
    for (size_t i = 0; i < side->report.file_count; i++) {
        const struct sw_scan_file *file = &side->report.files[i];
        bool broken = strcmp(file->format, "torch") == 0 && file->status == SW_SCAN_FAILED;
        bool weights =
            strcmp(file->format, "safetensors") == 0 || strcmp(file->format, "gguf") == 0 || broken;
        if (weights && file->tensors.len == 0) {
            return sw_fail(err, SW_E_REFUSED,
                "%s: its tensors could not be read; 'sealwright scan %s' says why", file->path,
                side->path);
        }
    }
    if (side->list.count == 0) {
        return sw_fail(err, SW_E_UNSUPPORTED,
            "%s: there are no tensors of safetensors, GGUF or torch archives; those of other "
            "formats "
            "are not compared",
            side->path);
    }
    return SW_OK;
}

static sw_result open_side(struct comparing *c, struct side *side, const char *path,
    struct sw_scan_options *scan, struct sw_error *err)
{
    side->path = path;
    SW_TRY(sw_scan_path(&c->cli->arena, path, scan, &side->report, err));
    SW_TRY(sw_tensor_list_of(&c->cli->arena, &side->report, &side->list, err));
    return check_read(side, err);
}

/* The claim that stands for A, when its signer is trusted for it. */
static sw_result open_claim(struct comparing *c, const char *text, struct sw_error *err)
{
    struct sw_cli *cli = c->cli;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    struct sw_buf bundle = SW_BUF_INIT;
    struct sw_evidence_record record;
    struct sw_claim claim;
    SW_TRY(sw_cli_store_open(cli, SW_STORE_READ, &store, err));
    SW_TRY(sw_cli_trust(cli, sw_store_path(store), &trust, err));
    SW_TRY(sw_cli_claim(cli, store, text, &record, err));
    struct sw_verify_options judge = {.now = cli->now, .signing_time = record.time};
    enum sw_code code = sw_evidence_load(store, &record.claim, &bundle, err);
    const uint8_t *copy = sw_arena_copy(&cli->arena, sw_buf_bytes(&bundle));
    struct sw_bytes kept = sw_bytes(copy, bundle.len);
    sw_buf_release(&bundle);
    SW_TRY(code);
    SW_TRY_PTR(copy);
    SW_TRY(sw_claim_verify(&cli->arena, trust, kept, &judge, &claim, err));
    if (!sw_str_is(claim.statement.predicate_type, SW_PREDICATE_TENSORS)) {
        return sw_fail(err, SW_E_USAGE,
            "%s is no tensors claim; 'seal --tensors' makes them, and 'evidence list' lists them",
            text);
    }
    c->out.signer = sw_arena_strdup(&cli->arena, claim.signer);
    c->a.path = text;
    return sw_tensors_read(&cli->arena, claim.statement.predicate, &c->a.list, err);
}

/* --- documents ---------------------------------------------------------------------------------
 */

static sw_result add_document(
    struct comparing *c, const char *path, const char *change, struct sw_changed_document **out)
{
    struct sw_changed_document *grown = sw_arena_grow(
        &c->cli->arena, c->out.documents, c->out.document_count, &c->document_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    c->out.documents = grown;
    *out = &grown[c->out.document_count++];
    **out = (struct sw_changed_document){.path = path, .change = change};
    return SW_OK;
}

static const char *path_of(struct comparing *c, const struct side *side, const char *name)
{
    return sw_dir_exists(side->path) ? sw_path_join(&c->cli->arena, side->path, name) : side->path;
}

static sw_result compare_texts(struct comparing *c, const char *path, struct sw_bytes a,
    struct sw_bytes b, struct sw_error *err)
{
    struct sw_changed_document *document;
    struct sw_document_diff diff;
    if (sw_bytes_equal(a, b)) {
        return SW_OK;
    }
    SW_TRY(sw_diff_documents(c->reader, &c->cli->arena, a, b, &diff, err));
    if (diff.total == 0) {
        return SW_OK; /* other white space, or another order of names */
    }
    SW_TRY(add_document(c, path, "changed", &document));
    document->compared = true;
    document->diff = diff;
    return SW_OK;
}

/* Files of which nothing but the bytes is known. */
static sw_result compare_bytes(struct comparing *c, const struct sw_scan_file *a,
    const struct sw_scan_file *b, struct sw_error *err)
{
    enum { CHUNK = 65536 };
    static uint8_t x[CHUNK];
    static uint8_t y[CHUNK];
    struct sw_changed_document *document;
    bool same = a->size == b->size;
    int left = -1;
    int right = -1;
    enum sw_code code = same ? sw_file_open(path_of(c, &c->a, a->path), &left, err) : SW_OK;
    code = code == SW_OK && same ? sw_file_open(path_of(c, &c->b, b->path), &right, err) : code;
    for (uint64_t at = 0; at < a->size && same && code == SW_OK; at += CHUNK) {
        size_t len = a->size - at < CHUNK ? (size_t)(a->size - at) : CHUNK;
        code = sw_fd_pread(left, a->path, at, x, len, err);
        code = code == SW_OK ? sw_fd_pread(right, b->path, at, y, len, err) : code;
        same = code == SW_OK && memcmp(x, y, len) == 0;
    }
    (void)(left >= 0 ? close(left) : 0);
    (void)(right >= 0 ? close(right) : 0);
    SW_TRY(code);
    return same ? SW_OK : add_document(c, b->path, "changed", &document);
}

static bool is_text(const struct sw_scan_file *file)
{
    return strcmp(file->path, "model.sig") != 0 && /* base64 tells a reader nothing */
           (strcmp(file->format, "json") == 0 || strcmp(file->format, "text") == 0 ||
               strcmp(file->format, "source") == 0 || strcmp(file->format, "template") == 0) &&
           file->size <= SW_DIFF_DOCUMENT_MAX;
}

static sw_result compare_files(struct comparing *c, const struct sw_scan_file *a,
    const struct sw_scan_file *b, struct sw_error *err)
{
    if (a->settings.len > 0 || b->settings.len > 0) {
        return compare_texts(
            c, b->path, sw_bytes_of_str(a->settings), sw_bytes_of_str(b->settings), err);
    }
    if (a->tensors.len > 0 || b->tensors.len > 0) {
        return SW_OK;
    }
    if (!is_text(a) || !is_text(b)) {
        return compare_bytes(c, a, b, err);
    }
    SW_CLEANUP(buf) struct sw_buf x = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf y = SW_BUF_INIT;
    SW_TRY(sw_file_read(path_of(c, &c->a, a->path), SW_DIFF_DOCUMENT_MAX, &x, err));
    SW_TRY(sw_file_read(path_of(c, &c->b, b->path), SW_DIFF_DOCUMENT_MAX, &y, err));
    return compare_texts(c, b->path, sw_buf_bytes(&x), sw_buf_bytes(&y), err);
}

/* Files by path. Tensors stand for their files: other shards are no difference. */
static sw_result compare_documents(struct comparing *c, struct sw_error *err)
{
    const struct sw_scan_report *a = &c->a.report;
    const struct sw_scan_report *b = &c->b.report;
    bool single = a->file_count == 1 && b->file_count == 1;
    struct sw_changed_document *document;
    size_t i = 0;
    size_t j = 0;
    while (i < a->file_count || j < b->file_count) {
        int order = i == a->file_count   ? 1
                    : j == b->file_count ? -1
                    : single             ? 0
                                         : strcmp(a->files[i].path, b->files[j].path);
        const struct sw_scan_file *file = order <= 0 ? &a->files[i] : &b->files[j];
        if (order == 0) {
            SW_TRY(compare_files(c, &a->files[i], &b->files[j], err));
        } else if (file->tensors.len == 0) {
            SW_TRY(add_document(c, file->path, order < 0 ? "removed" : "added", &document));
        }
        i += order <= 0 ? 1 : 0;
        j += order >= 0 ? 1 : 0;
    }
    return SW_OK;
}

/* --- tokens ------------------------------------------------------------------------------------
 */

static bool is_embedding(struct sw_str name)
{
    static const char *const endings[] = {
        "embed_tokens.weight", "wte.weight", "word_embeddings.weight", "lm_head.weight"};
    for (size_t i = 0; i < SW_COUNT(endings); i++) {
        if (sw_str_ends(name, endings[i])) {
            return true;
        }
    }
    return false;
}

static sw_result name_tokens(struct comparing *c, const struct sw_tensor_diff *d,
    struct sw_bytes tokenizer, struct sw_error *err)
{
    struct sw_changed_tokens *tokens = &c->out.tokens[c->out.token_count];
    tokens->of = d;
    tokens->count = d->rows_changed < SW_DIFF_ROWS_MAX ? (size_t)d->rows_changed : SW_DIFF_ROWS_MAX;
    tokens->tokens = SW_ARENA_ARRAY(&c->cli->arena, struct sw_str, tokens->count);
    SW_TRY_PTR(tokens->tokens);
    SW_TRY(sw_diff_tokens(
        c->reader, &c->cli->arena, tokenizer, d->first_rows, tokens->count, tokens->tokens, err));
    c->out.token_count++;
    return SW_OK;
}

/* Where there is no tokenizer.json, rows have numbers only. */
static sw_result find_tokens(struct comparing *c, struct sw_error *err)
{
    const struct sw_model_diff *diff = &c->out.tensors;
    const char *path = sw_path_join(&c->cli->arena, c->b.path, "tokenizer.json");
    SW_CLEANUP(buf) struct sw_buf tokenizer = SW_BUF_INIT;
    if (path == NULL || !sw_dir_exists(c->b.path) || !sw_file_exists(path)) {
        return SW_OK;
    }
    c->out.tokens = SW_ARENA_ARRAY(&c->cli->arena, struct sw_changed_tokens, diff->count);
    SW_TRY_PTR(c->out.tokens);
    for (size_t i = 0; i < diff->count; i++) {
        const struct sw_tensor_diff *d = &diff->tensors[i];
        if (d->change != SW_TENSOR_CHANGED || !d->rows_known || !is_embedding(d->b->name)) {
            continue;
        }
        if (tokenizer.len == 0) {
            SW_TRY(sw_file_read(path, SW_DIFF_DOCUMENT_MAX, &tokenizer, err));
        }
        SW_TRY(name_tokens(c, d, sw_buf_bytes(&tokenizer), err));
    }
    return SW_OK;
}

/* --- the command -------------------------------------------------------------------------------
 */

static sw_result compare(struct comparing *c, const struct diff_args *args,
    struct sw_progress *progress, struct sw_error *err)
{
    bool sealed = args->sealed != NULL;
    struct sw_scan_options scan = {.metadata_only = !sealed, .hash_tensors = sealed};
    SW_TRY(sw_scan_args_time_limit(&args->scan, &scan.time_limit, err));
    SW_TRY(sw_diff_reader_new(&c->reader, err));
    SW_TRY(sealed ? open_claim(c, args->sealed, err)
                  : open_side(c, &c->a, c->cli->operands[0], &scan, err));
    SW_TRY(open_side(c, &c->b, c->cli->operands[sealed ? 0 : 1], &scan, err));
    const struct sw_diff_side a = {sealed ? NULL : c->a.path, &c->a.list};
    const struct sw_diff_side b = {c->b.path, &c->b.list};
    SW_TRY(sw_diff_tensors(&c->cli->arena, &a, &b, progress, &c->out.tensors, err));
    c->out.a = c->a.path;
    c->out.b = c->b.path;
    if (sealed) {
        return SW_OK;
    }
    SW_TRY(compare_documents(c, err));
    return find_tokens(c, err);
}

static sw_result write_page(const struct comparing *c, const char *path, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf page = SW_BUF_INIT;
    enum sw_code code = sw_diff_html(&c->out, c->cli->now, &page);
    if (code != SW_OK) {
        return sw_fail(err, code, "no memory for the page");
    }
    return sw_output_write(path, sw_buf_bytes(&page), 0666, 0, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct diff_args *args = data;
    struct comparing c = {.cli = cli};
    if (cli->operand_count != (args->sealed == NULL ? 2 : 1)) {
        return sw_fail(err, SW_E_USAGE,
            "two models are compared, or with --sealed CLAIM one with what was signed of it");
    }
    struct sw_bar *bar = sw_bar_start(cli, "comparing");
    enum sw_code code = compare(&c, args, sw_bar_progress(bar), err);
    sw_bar_stop(bar);
    sw_diff_reader_free(c.reader);
    SW_TRY(code);
    cli->status = sw_diff_is_same(&c.out) ? 0 : 1;
    if (args->html != NULL) {
        SW_TRY(write_page(&c, args->html, err));
    }
    if (cli->json) {
        return sw_diff_print_json(&c.out, err);
    }
    sw_show_diff(cli, &c.out);
    return SW_OK;
}

const struct sw_command sw_cmd_diff = {
    .name = "diff",
    .summary = "say what changed between two models",
    .operands = "[A] B",
    .min_operands = 1,
    .max_operands = 2,
    .options = options,
    .args_size = sizeof(struct diff_args),
    .description =
        "A and B are models: directories, or files of safetensors, GGUF or torch (archives as "
        "torch.save() writes them, not compressed). Tensors are compared by "
        "name, however they are cut into files: which changed, came, went or were renamed, by how "
        "much, of what rank the difference is (a merged LoRA has a low one), and which rows of an "
        "embedding changed, with their tokens when B has a tokenizer.json. Settings, tokenizers "
        "and "
        "templates are compared as well, JSON by its paths.\n\n"
        "With *--sealed* A is a claim that *seal --tensors* recorded: then only digests are known "
        "of "
        "it, and B is read and hashed. Its signer must be trusted. Settings are not part of such a "
        "claim.\n\n"
        "The numbers of safetensors, of torch and of GGUF's plain types are compared as numbers; "
        "of "
        "quantised "
        "blocks it is only told whether they changed. Exits 0 when nothing changed, else 1.",
    .examples = "  sealwright diff base/ finetuned/\n"
                "  sealwright diff --html changes.html base.gguf other.gguf\n"
                "  sealwright diff --sealed 8c2b7e2c model/\n",
    .run = run,
};
