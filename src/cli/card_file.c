#include "cli/card_file.h"

#include <unistd.h>

/* --- reading ---------------------------------------------------------------------------------- */

static sw_result read_bytes(
    struct sw_cli *cli, const char *path, struct sw_bytes *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    if (strcmp(path, "-") == 0) {
        SW_TRY(sw_fd_read(STDIN_FILENO, "standard input", SW_CARD_BYTES_MAX, &text, err));
    } else {
        SW_TRY(sw_file_read(path, SW_CARD_BYTES_MAX, &text, err));
    }
    const void *kept = sw_arena_copy(&cli->arena, sw_buf_bytes(&text));
    SW_TRY_PTR(kept);
    *out = sw_bytes(kept, text.len);
    return SW_OK;
}

static bool is_document(struct sw_bytes text)
{
    size_t i = 0;
    while (i < text.len && (text.ptr[i] == ' ' || text.ptr[i] == '\n' || text.ptr[i] == '\r' ||
                               text.ptr[i] == '\t')) {
        i++;
    }
    return i < text.len && text.ptr[i] == '{';
}

static sw_result read_document(struct sw_cli *cli, struct sw_card_reader *reader, const char *path,
    struct sw_bytes text, struct sw_card *out, struct sw_error *err)
{
    struct sw_error why = {0};
    enum sw_code code = sw_card_take_document(reader, &cli->arena, text, out, &why);
    return code == SW_OK ? SW_OK : sw_fail(err, code, "%s: %s", path, why.text);
}

/* Only datasets have these keys. */
static enum sw_card_kind kind_of(struct sw_bytes text)
{
    static const char *const keys[] = {
        "\ntask_categories:", "\nsize_categories:", "\ndataset_info:", "\nconfigs:"};
    struct sw_bytes matter;
    if (!sw_bom_front_matter(text, &matter)) {
        return SW_CARD_MODEL;
    }
    for (size_t i = 0; i < SW_COUNT(keys); i++) {
        if (memmem(matter.ptr, matter.len, keys[i], strlen(keys[i])) != NULL) {
            return SW_CARD_DATASET;
        }
    }
    return SW_CARD_MODEL;
}

static sw_result read_readme(struct sw_cli *cli, struct sw_card_reader *reader, const char *path,
    struct sw_bytes text, struct sw_card *out, struct sw_error *err)
{
    if (text.len > SW_CARD_PAPER_MAX) {
        return sw_fail(err, SW_E_LIMIT, "%s is larger than 4 MiB, and was not read", path);
    }
    sw_card_init(out, &cli->arena, kind_of(text));
    out->tool = sw_str("sealwright");
    out->tool_version = sw_str("1");
    SW_TRY(sw_card_add_paper(reader, out, "README.md", text, err));
    return out->count > 0 || out->gap_count > 0
               ? SW_OK
               : sw_fail(err, SW_E_NOEVIDENCE,
                     "%s is no card: it has neither front matter nor a section that cards have",
                     path);
}

sw_result sw_card_file_read(struct sw_cli *cli, struct sw_card_reader *reader, const char *path,
    struct sw_card *out, bool *readme, struct sw_error *err)
{
    struct sw_bytes text;
    if (sw_dir_exists(path)) {
        const char *inside = sw_path_join(&cli->arena, path, "README.md");
        SW_TRY_PTR(inside);
        if (access(inside, F_OK) != 0) {
            return sw_fail(err, SW_E_NOEVIDENCE, "'%s' holds no card: no README.md", path);
        }
        path = inside;
    }
    SW_TRY(read_bytes(cli, path, &text, err));
    *readme = !is_document(text);
    return *readme ? read_readme(cli, reader, path, text, out, err)
                   : read_document(cli, reader, path, text, out, err);
}

/* --- files ------------------------------------------------------------------------------------ */

bool sw_card_leaves_out(void *ctx, const char *name, bool is_dir)
{
    static const char *const names[] = {
        ".git", ".github", ".gitignore", ".gitattributes", "model.sig"};
    (void)ctx;
    (void)is_dir;
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

sw_result sw_card_hash(struct sw_cli *cli, const char *path, bool allow_symlinks,
    struct sw_manifest *out, struct sw_error *err)
{
    struct sw_bar *bar = sw_bar_start(cli, "hashing");
    const struct sw_model_options options = {.hash = SW_SHA256,
        .allow_symlinks = allow_symlinks,
        .signature = sw_model_signature_path(&cli->arena, path, true),
        .progress = sw_bar_progress(bar)};
    enum sw_code code = sw_model_hash(&cli->arena, path, &options, out, err);
    sw_bar_stop(bar);
    return code;
}

void sw_card_bind(struct sw_cli *cli, const struct sw_manifest *manifest, struct sw_card *card)
{
    card->root = sw_str(sw_digest_show(cli, &manifest->root));
    card->manifest = sw_str(sw_digest_show(cli, &manifest->manifest_digest));
    card->files = manifest->files;
    card->bytes = manifest->bytes;
}
