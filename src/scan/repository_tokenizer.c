/* The files that say which token has which id, and how a conversation is written, held against each
 * other. doc/format/scan-repository.md, "Tokenizers". */
#include "scan/settings.h"

#define SAID_MAX 20

/* A token of one file. */
struct token {
    struct sw_str content;
    uint64_t id;
};

struct check {
    struct sw_inspection *in;
    const struct sw_repository *repository;
    const struct sw_repository_file *file; /* that the findings are about */
    struct sw_arena *arena;
    struct token *by_id; /* of tokenizer.json */
    struct token *by_content;
    size_t count;
    size_t said;
};

static sw_result say(struct check *c, const char *rule, struct sw_str text, const char *what)
{
    if (c->said++ >= SAID_MAX) {
        return SW_OK;
    }
    text = sw_shown(text);
    return sw_repository_found(c->in, c->file, rule, SW_SEVERITY_MEDIUM, UINT64_MAX,
        "\"" SW_STR_FMT "\" %s", SW_STR_ARG(text), what);
}

static bool beside(struct check *c, const char *path, const char *name, struct sw_json *out)
{
    const struct sw_repository_file *file = sw_repository_beside(c->repository, path, sw_str(name));
    if (file == NULL || !sw_repository_json(c->arena, file, "json", out)) {
        return false;
    }
    c->file = file;
    return true;
}

/* --- ids -------------------------------------------------------------------------------------- */

static int compare_ids(const void *a, const void *b)
{
    const struct token *x = a;
    const struct token *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static int compare_contents(const void *a, const void *b)
{
    const struct token *x = a;
    const struct token *y = b;
    return sw_str_compare(x->content, y->content);
}

static sw_result read_tokens(struct check *c, const struct sw_json *added)
{
    size_t count = added == NULL ? 0 : added->count;
    c->by_id = SW_ARENA_ARRAY(c->arena, struct token, count);
    c->by_content = SW_ARENA_ARRAY(c->arena, struct token, count);
    SW_TRY_PTR(c->by_id);
    SW_TRY_PTR(c->by_content);
    SW_JSON_EACH (item, added) {
        struct token *token = &c->by_id[c->count];
        if (sw_json_u64(sw_json_item(item, 0), &token->id) &&
            sw_json_str(sw_json_item(item, 1), &token->content)) {
            c->by_content[c->count++] = *token;
        }
    }
    qsort(c->by_id, c->count, sizeof(*c->by_id), compare_ids);
    qsort(c->by_content, c->count, sizeof(*c->by_content), compare_contents);
    return SW_OK;
}

/* What one file calls a token, tokenizer.json must not call another one. */
static sw_result check_token(struct check *c, const struct token *token)
{
    const struct token *same;
    if (c->count == 0) {
        return SW_OK;
    }
    same = bsearch(token, c->by_id, c->count, sizeof(*token), compare_ids);
    if (same != NULL && !sw_str_equal(same->content, token->content)) {
        return say(c, "tokenizer-drift", token->content,
            "has an id here that is another token's in tokenizer.json");
    }
    same = bsearch(token, c->by_content, c->count, sizeof(*token), compare_contents);
    if (same != NULL && same->id != token->id) {
        return say(
            c, "tokenizer-drift", token->content, "has another id here than in tokenizer.json");
    }
    return SW_OK;
}

static sw_result check_decoder(struct check *c, const struct sw_json *decoder)
{
    SW_JSON_EACH_MEMBER (member, decoder) {
        struct token token;
        if (sw_parse_u64(member->name, &token.id) &&
            sw_json_str(sw_json_get(&member->value, "content"), &token.content)) {
            SW_TRY(check_token(c, &token));
        }
    }
    return SW_OK;
}

static sw_result check_added(struct check *c, const struct sw_json *added)
{
    SW_JSON_EACH_MEMBER (member, added) {
        struct token token = {.content = member->name};
        if (sw_json_u64(&member->value, &token.id)) {
            SW_TRY(check_token(c, &token));
        }
    }
    return SW_OK;
}

/* An id beyond the embedding is read from behind it. */
static sw_result check_vocab(struct check *c, const struct sw_json *told, const char *path)
{
    struct sw_json config;
    uint64_t top;
    uint64_t size;
    const struct sw_repository_file *file = c->file;
    if (!beside(c, path, "config.json", &config) || !sw_json_u64(sw_json_get(told, "top"), &top)) {
        return SW_OK;
    }
    if (!sw_json_u64(sw_json_get(&config, "vocab_size"), &size) &&
        !sw_json_u64(sw_json_path(&config, sw_str("text_config.vocab_size")), &size)) {
        return SW_OK;
    }
    if (top < size) {
        return SW_OK;
    }
    return sw_repository_found(c->in, file, "tokenizer-beyond", SW_SEVERITY_MEDIUM, UINT64_MAX,
        "gives the id %llu, and config.json says that the model knows %llu words",
        (unsigned long long)top, (unsigned long long)size);
}

/* --- names of marks --------------------------------------------------------------------------- */

static bool mark_of(const struct sw_json *settings, struct sw_str name, struct sw_str *out)
{
    const struct sw_json *value = sw_json_get_str(settings, name);
    return sw_json_str(value, out) || sw_json_str(sw_json_get(value, "content"), out);
}

static sw_result check_marks(
    struct check *c, const struct sw_json *map, const struct sw_json *settings)
{
    SW_JSON_EACH_MEMBER (member, map) {
        struct sw_str one;
        struct sw_str other;
        if (mark_of(map, member->name, &one) && mark_of(settings, member->name, &other) &&
            !sw_str_equal(one, other)) {
            SW_TRY(say(c, "tokenizer-drift", member->name,
                "is another mark here than in tokenizer_config.json"));
        }
    }
    return SW_OK;
}

static sw_result check_tokenizer(struct check *c, const char *path)
{
    struct sw_json told;
    struct sw_json other;
    if (!sw_repository_json(c->arena, c->file, "tokenizer", &told)) {
        return SW_OK;
    }
    SW_TRY(read_tokens(c, sw_json_get(&told, "added")));
    SW_TRY(check_vocab(c, &told, path));
    if (beside(c, path, "tokenizer_config.json", &other)) {
        SW_TRY(check_decoder(c, sw_json_get(&other, "added_tokens_decoder")));
    }
    return beside(c, path, "added_tokens.json", &other) ? check_added(c, &other) : SW_OK;
}

/* --- templates -------------------------------------------------------------------------------- */

static struct sw_str trimmed(struct sw_str text)
{
    while (text.len > 0 && text.ptr[text.len - 1] > 0 &&
           strchr(" \t\r\n", text.ptr[text.len - 1]) != NULL) {
        text.len--;
    }
    return text;
}

/* One template, or a list of named ones, of which "default" is used. */
static bool template_of(const struct sw_json *value, struct sw_str *out)
{
    SW_JSON_EACH (item, value) {
        if (sw_json_is(sw_json_get(item, "name"), "default")) {
            return sw_json_str(sw_json_get(item, "template"), out);
        }
    }
    return sw_json_str(value, out);
}

static bool file_template(
    struct check *c, const struct sw_repository_file *file, struct sw_str *out)
{
    struct sw_json settings;
    const struct sw_fact *fact = sw_repository_fact(file, "template");
    if (fact != NULL && fact->member[0] == '\0') {
        *out = sw_str_of_bytes(fact->bytes);
        return true;
    }
    const char *name = file == NULL ? "" : sw_base_name(file->path);
    return (strcmp(name, "tokenizer_config.json") == 0 ||
               strcmp(name, "chat_template.json") == 0) &&
           sw_repository_json(c->arena, file, "json", &settings) &&
           template_of(sw_json_get(&settings, "chat_template"), out);
}

static bool same_directory(const char *a, const char *b)
{
    size_t len = (size_t)(sw_base_name(a) - a);
    return len == (size_t)(sw_base_name(b) - b) && memcmp(a, b, len) == 0;
}

/* Files stand in order, so those of a directory without others between them stand together. Each is
 * held against the first that has a template. */
static sw_result check_templates(struct check *c, size_t index)
{
    struct sw_str first;
    struct sw_str other;
    const struct sw_repository_file *files = c->repository->files;
    const struct sw_repository_file *one = &files[index];
    size_t dir = (size_t)(sw_base_name(one->path) - one->path);
    if (!file_template(c, one, &first)) {
        return SW_OK;
    }
    for (size_t i = index + 1; i < c->repository->count; i++) {
        if (strncmp(one->path, files[i].path, dir) != 0) {
            break;
        }
        if (!same_directory(one->path, files[i].path) || !file_template(c, &files[i], &other)) {
            continue;
        }
        c->file = &files[i];
        return sw_str_equal(trimmed(first), trimmed(other))
                   ? SW_OK
                   : say(c, "template-drift", sw_str(sw_base_name(one->path)),
                         "beside this file has another chat template: it depends on the loader "
                         "which one is used");
    }
    return SW_OK;
}

/* --- all -------------------------------------------------------------------------------------- */

static bool may_have_template(const struct sw_repository_file *file)
{
    const char *name = sw_base_name(file->path);
    return sw_repository_fact(file, "template") != NULL ||
           strcmp(name, "tokenizer_config.json") == 0 || strcmp(name, "chat_template.json") == 0;
}

static sw_result check_file(struct check *c, size_t index)
{
    const char *path = c->file->path;
    struct sw_json map;
    struct sw_json settings;
    SW_TRY(check_tokenizer(c, path));
    if (strcmp(sw_base_name(path), "special_tokens_map.json") == 0 &&
        beside(c, path, "tokenizer_config.json", &settings) &&
        beside(c, path, "special_tokens_map.json", &map)) {
        SW_TRY(check_marks(c, &map, &settings));
    }
    return may_have_template(&c->repository->files[index]) ? check_templates(c, index) : SW_OK;
}

sw_result sw_repository_check_tokenizer(
    struct sw_inspection *in, const struct sw_repository *repository, struct sw_error *err)
{
    (void)err;
    for (size_t i = 0; i < repository->count; i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct check c = {
            .in = in, .repository = repository, .arena = &arena, .file = &repository->files[i]};
        SW_TRY(check_file(&c, i));
    }
    return SW_OK;
}
