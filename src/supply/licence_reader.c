/* Reads the files of a model that tell of its licence, each in a process of its own. */
#include "supply/licence_read.h"

#include "supply/ascii.h"
#include "supply/spdx_list.h"

/* Files of weights that are read: shards repeat what the first says. */
#define WEIGHTS_READ 2
#define TEXTS_READ 64

struct sw_licence_reader {
    struct sw_worker *worker;
};

/* --- which files ------------------------------------------------------------------------------ */

/* Kinds of files, by how their names begin and end, in small letters. */
static const struct kind {
    const char *begin, *end;
    size_t count; /* of such files that are read */
    size_t max;   /* bytes of each */
    enum sw_code (*read)(struct sw_arena *arena, struct sw_bytes bytes, struct sw_str file,
        struct sw_licence_facts *facts);
} file_kinds[] = {
    {"readme.md", "readme.md", TEXTS_READ, SW_LICENCE_TEXT_MAX, sw_licence_read_card},
    {"licen", ".json", 0, 0, NULL},
    {"licen", ".py", 0, 0, NULL},
    {"licen", ".pdf", 0, 0, NULL},
    {"licen", ".html", 0, 0, NULL},
    {"license", "", TEXTS_READ, SW_LICENCE_TEXT_MAX, sw_licence_read_text},
    {"licence", "", TEXTS_READ, SW_LICENCE_TEXT_MAX, sw_licence_read_text},
    {"copying", "", TEXTS_READ, SW_LICENCE_TEXT_MAX, sw_licence_read_text},
    {"notice", "", TEXTS_READ, SW_LICENCE_TEXT_MAX, sw_licence_read_notice},
    {"adapter_config.json", "adapter_config.json", TEXTS_READ, SW_LICENCE_TEXT_MAX,
        sw_licence_read_adapter},
    {"", ".gguf", WEIGHTS_READ, SW_LICENCE_WEIGHTS_MAX, sw_licence_read_gguf},
    {"", ".safetensors", WEIGHTS_READ, SW_LICENCE_WEIGHTS_MAX, sw_licence_read_safetensors},
};

static bool ends(struct sw_str name, const char *suffix)
{
    size_t n = strlen(suffix);
    return name.len >= n && sw_ascii_equal(sw_str_n(name.ptr + name.len - n, n), sw_str(suffix));
}

static const struct kind *kind_of(struct sw_str name)
{
    for (size_t i = 0; i < SW_COUNT(file_kinds); i++) {
        const struct kind *kind = &file_kinds[i];
        if (sw_ascii_starts(name, kind->begin) && ends(name, kind->end)) {
            return kind->read == NULL ? NULL : kind;
        }
    }
    return NULL;
}

static bool only_files(void *ctx, const char *name, bool is_dir)
{
    return is_dir || kind_of(sw_str(name)) == NULL;
}

/* --- facts as bytes --------------------------------------------------------------------------- */

static sw_result put_text(struct sw_buf *out, struct sw_str text)
{
    SW_TRY(sw_buf_put_u32be(out, (uint32_t)text.len));
    return sw_buf_put_str(out, text);
}

static sw_result put_declared(
    struct sw_arena *arena, const struct sw_licence_declared *declared, struct sw_buf *out)
{
    SW_TRY(put_text(out, declared->text));
    SW_TRY(put_text(out, sw_spdx_text(arena, declared->expression)));
    SW_TRY(sw_buf_putc(out, (char)declared->evidence));
    return sw_buf_put_u64be(out, declared->line);
}

sw_result sw_licence_facts_write(
    struct sw_arena *arena, const struct sw_licence_facts *facts, struct sw_buf *out)
{
    SW_TRY(sw_buf_put_u32be(out, (uint32_t)facts->declared_count));
    for (size_t i = 0; i < facts->declared_count; i++) {
        SW_TRY(put_declared(arena, &facts->declared[i], out));
    }
    SW_TRY(sw_buf_put_u32be(out, (uint32_t)facts->base_count));
    for (size_t i = 0; i < facts->base_count; i++) {
        SW_TRY(put_text(out, facts->bases[i].name));
        SW_TRY(sw_buf_put_u64be(out, facts->bases[i].line));
    }
    SW_TRY(sw_buf_put_u32be(out, (uint32_t)facts->dataset_count));
    for (size_t i = 0; i < facts->dataset_count; i++) {
        SW_TRY(put_text(out, facts->datasets[i]));
    }
    SW_TRY(sw_buf_put_u32be(out, (uint32_t)facts->problem_count));
    for (size_t i = 0; i < facts->problem_count; i++) {
        SW_TRY(put_text(out, facts->problems[i].why));
    }
    SW_TRY(put_text(out, facts->relation));
    SW_TRY(put_text(out, facts->card_words));
    return put_text(out, facts->notice_words);
}

static sw_result take_text(struct sw_arena *arena, struct sw_cursor *cur, struct sw_str *out)
{
    uint32_t len;
    struct sw_bytes bytes;
    SW_TRY(sw_cur_u32be(cur, &len));
    SW_TRY(sw_cur_bytes(cur, len, &bytes));
    if (!sw_utf8_valid(bytes)) {
        return SW_E_FORMAT;
    }
    const char *copy = sw_arena_strndup(arena, sw_str_of_bytes(bytes));
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, bytes.len);
    return SW_OK;
}

static sw_result take_declared(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_str file, struct sw_licence_facts *out)
{
    struct sw_licence_declared declared = {.file = file};
    struct sw_str expression;
    uint8_t evidence;
    SW_TRY(take_text(arena, cur, &declared.text));
    SW_TRY(take_text(arena, cur, &expression));
    SW_TRY(sw_cur_u8(cur, &evidence));
    SW_TRY(sw_cur_u64be(cur, &declared.line));
    if (evidence > SW_LICENCE_BY_NAME) {
        return SW_E_FORMAT;
    }
    declared.evidence = (enum sw_licence_evidence)evidence;
    enum sw_code code =
        expression.len == 0 ? SW_OK : sw_spdx_parse(arena, expression, &declared.expression, NULL);
    if (code != SW_OK) {
        return code == SW_E_NOMEM ? code : SW_E_FORMAT;
    }
    return sw_licence_add_declared(arena, out, &declared);
}

static sw_result take_base(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_str file, struct sw_licence_facts *out)
{
    struct sw_licence_base base = {.file = file};
    SW_TRY(take_text(arena, cur, &base.name));
    SW_TRY(sw_cur_u64be(cur, &base.line));
    return sw_licence_add_base(arena, out, &base);
}

static sw_result take_dataset(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_str file, struct sw_licence_facts *out)
{
    struct sw_str name;
    SW_TRY(take_text(arena, cur, &name));
    return sw_licence_add_dataset(arena, out, name);
}

static sw_result take_problem(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_str file, struct sw_licence_facts *out)
{
    struct sw_str why;
    SW_TRY(take_text(arena, cur, &why));
    return sw_licence_add_problem(arena, out, file, why.ptr);
}

sw_result sw_licence_facts_read(
    struct sw_arena *arena, struct sw_bytes bytes, struct sw_str file, struct sw_licence_facts *out)
{
    static enum sw_code (*const takers[])(struct sw_arena * arena, struct sw_cursor * cur,
        struct sw_str file,
        struct sw_licence_facts * out) = {take_declared, take_base, take_dataset, take_problem};
    struct sw_cursor cur = sw_cursor(bytes);
    struct sw_str relation;
    struct sw_str card;
    struct sw_str notice;
    for (size_t i = 0; i < SW_COUNT(takers); i++) {
        uint32_t count;
        SW_TRY(sw_cur_u32be(&cur, &count));
        for (uint32_t k = 0; k < count; k++) {
            SW_TRY(takers[i](arena, &cur, file, out));
        }
    }
    SW_TRY(take_text(arena, &cur, &relation));
    SW_TRY(take_text(arena, &cur, &card));
    SW_TRY(take_text(arena, &cur, &notice));
    out->relation = relation.len > 0 ? relation : out->relation;
    out->card_words = card.len > 0 ? card : out->card_words;
    out->notice_words = notice.len > 0 ? notice : out->notice_words;
    return sw_cur_left(&cur) == 0 ? SW_OK : SW_E_FORMAT;
}

/* --- the process that parses ------------------------------------------------------------------ */

/* A request: which kind of file, how many bytes of it, and its name. */
static sw_result take_request(
    struct sw_bytes request, const struct kind **kind, uint64_t *len, struct sw_str *file)
{
    struct sw_cursor cur = sw_cursor(request);
    struct sw_bytes name;
    uint8_t index;
    SW_TRY(sw_cur_u8(&cur, &index));
    SW_TRY(sw_cur_u64be(&cur, len));
    SW_TRY(sw_cur_bytes(&cur, sw_cur_left(&cur), &name));
    if (index >= SW_COUNT(file_kinds) || *len > file_kinds[index].max) {
        return SW_E_INTERNAL;
    }
    *kind = &file_kinds[index];
    *file = sw_str_of_bytes(name);
    return SW_OK;
}

static sw_result parse(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct sw_licence_facts facts = {0};
    const struct kind *kind;
    struct sw_str file;
    uint64_t len;
    sw_arena_init(&arena, 0);
    SW_TRY(take_request(request, &kind, &len, &file));
    SW_TRY(sw_buf_reserve(&bytes, len + 1));
    SW_TRY(sw_fd_pread(fd, "the file", 0, bytes.data, len, err));
    SW_TRY(kind->read(&arena, sw_bytes(bytes.data, len), file, &facts));
    return sw_licence_facts_write(&arena, &facts, reply);
}

sw_result sw_licence_reader_new(struct sw_licence_reader **out, struct sw_error *err)
{
    const struct sw_worker_options options = {.memory_max = UINT64_C(1) << 30, .cpu_seconds = 30};
    SW_CLEANUP(licence_reader) struct sw_licence_reader *reader = calloc(1, sizeof(*reader));
    size_t count;
    if (reader == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory to read licences");
    }
    (void)sw_licence_all(&count); /* read once here, and not once for each file */
    (void)sw_spdx_list_version();
    SW_TRY(sw_worker_new(&reader->worker, parse, NULL, &options, err));
    *out = SW_TAKE(reader);
    return SW_OK;
}

void sw_licence_reader_free(struct sw_licence_reader *reader)
{
    if (reader != NULL) {
        sw_worker_free(reader->worker);
        free(reader);
    }
}

static sw_result ask(struct sw_licence_reader *reader, int fd, const struct kind *kind,
    uint64_t len, struct sw_str file, struct sw_buf *reply, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf request = SW_BUF_INIT;
    SW_TRY(sw_buf_putc(&request, (char)(kind - file_kinds)));
    SW_TRY(sw_buf_put_u64be(&request, len));
    SW_TRY(sw_buf_put_str(&request, file));
    const struct sw_worker_task task = {.fd = fd, .request = sw_buf_bytes(&request)};
    return sw_worker_call(reader->worker, &task, reply, err);
}

/* --- a model ---------------------------------------------------------------------------------- */

/* What a hostile file does to its parser is told of the file. */
static sw_result read_file(struct sw_licence_reader *reader, struct sw_arena *arena,
    const struct sw_tree *tree, const struct sw_entry *entry, const struct kind *kind,
    struct sw_str file, struct sw_licence_facts *facts, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    SW_CLEANUP(fd) int fd = -1;
    uint64_t len = entry->size < kind->max ? entry->size : kind->max;
    SW_TRY(sw_tree_open_file(tree, entry, &fd, err));
    enum sw_code code = ask(reader, fd, kind, len, file, &reply, err);
    if (code == SW_E_REFUSED) {
        return sw_licence_add_problem(arena, facts, file, err->text);
    }
    SW_TRY(code);
    code = sw_licence_facts_read(arena, sw_buf_bytes(&reply), file, facts);
    return code != SW_E_FORMAT
               ? code
               : sw_fail(err, SW_E_INTERNAL, "the answer about '%s' is malformed", entry->name);
}

/* What is there and cannot be read may be what limits the model. */
static sw_result read_or_tell(struct sw_licence_reader *reader, struct sw_arena *arena,
    const struct sw_tree *tree, const struct sw_entry *entry, const struct kind *kind,
    struct sw_licence_facts *facts, struct sw_error *err)
{
    const char *name = sw_arena_strdup(arena, tree->single != NULL ? tree->single : entry->name);
    SW_TRY_PTR(name);
    if (entry->kind == SW_ENTRY_SYMLINK) {
        return sw_licence_add_problem(arena, facts, sw_str(name),
            "a link that leads out of the model or nowhere is not followed; give a copy of the "
            "model");
    }
    if (entry->kind != SW_ENTRY_FILE) {
        return sw_licence_add_problem(arena, facts, sw_str(name), "it is no file that can be read");
    }
    return read_file(reader, arena, tree, entry, kind, sw_str(name), facts, err);
}

sw_result sw_licence_read_model(struct sw_licence_reader *reader, struct sw_arena *arena,
    const char *path, struct sw_licence_facts *facts, struct sw_error *err)
{
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    size_t seen[SW_COUNT(file_kinds)] = {0};
    const struct sw_tree_options options = {
        .follow_symlinks = true, .max_depth = 1, .ignore = only_files};
    SW_TRY(sw_tree_open(&tree, path, &options, err));
    for (size_t i = 0; i < tree.count; i++) {
        const char *name = tree.single != NULL ? tree.single : tree.entries[i].name;
        const struct kind *kind = kind_of(sw_str(name));
        if (kind == NULL || seen[kind - file_kinds]++ >= kind->count) {
            continue;
        }
        SW_TRY(read_or_tell(reader, arena, &tree, &tree.entries[i], kind, facts, err));
    }
    return SW_OK;
}
