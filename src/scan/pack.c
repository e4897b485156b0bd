#include "scan/pack.h"
#include "scan/pickle.h"

#include "codec/codec.h"

#include <pthread.h>

#define ENTRIES_MAX 4096
#define WORDS_MAX 4096
#define PACKS_MAX 64

struct sw_packs {
    struct sw_arena arena;
    struct sw_pack_entry *entries;
    size_t count, cap;
    struct sw_digest digests[PACKS_MAX]; /* of the packs' bytes, in their order */
    size_t pack_count;
};

/* --- reading ---------------------------------------------------------------------------------- */

static sw_result wrong(const struct sw_json *where, const char *what, struct sw_error *err)
{
    return sw_fail(err, SW_E_FORMAT, "line %llu: %s",
        (unsigned long long)(where == NULL ? 1 : where->where), what);
}

static bool is_word(struct sw_str text, const char *more)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || strchr(more, c) == NULL)) {
            return false;
        }
    }
    return text.len > 0 && text.len < 128;
}

static sw_result read_words(struct sw_arena *arena, const struct sw_json *list, const char *more,
    const struct sw_str **out, size_t *count, struct sw_error *err)
{
    if (list == NULL || list->type != SW_JSON_ARRAY || list->count > WORDS_MAX) {
        return wrong(list, "a list of words is wanted", err);
    }
    struct sw_str *words = SW_ARENA_ARRAY(arena, struct sw_str, list->count);
    SW_TRY_PTR(words);
    for (uint32_t i = 0; i < list->count; i++) {
        if (!sw_json_str(sw_json_item(list, i), &words[i]) || !is_word(words[i], more)) {
            return wrong(list, "a word that is none", err);
        }
    }
    *out = words;
    *count = list->count;
    return SW_OK;
}

/* "data*", "int|result?": kinds that are known, then how often. */
static bool is_argument(struct sw_str text)
{
    static const char *const kinds[] = {"any", "data", "none", "bool", "int", "text", "bytes",
        "tuple", "list", "dict", "import", "object", "result", "dtype"};
    if (text.len > 0 && (text.ptr[text.len - 1] == '?' || text.ptr[text.len - 1] == '*')) {
        text.len--;
    }
    while (text.len > 0) {
        const char *bar = memchr(text.ptr, '|', text.len);
        size_t len = bar == NULL ? text.len : (size_t)(bar - text.ptr);
        bool known = false;
        for (size_t i = 0; i < SW_COUNT(kinds); i++) {
            known = known || sw_str_is(sw_str_n(text.ptr, len), kinds[i]);
        }
        if (!known || len + 1 == text.len) {
            return false;
        }
        size_t step = bar == NULL ? len : len + 1;
        text = sw_str_n(text.ptr + step, text.len - step);
    }
    return true;
}

static sw_result read_arguments(struct sw_arena *arena, const struct sw_json *list,
    struct sw_pack_entry *entry, struct sw_error *err)
{
    if (list == NULL) {
        return SW_OK;
    }
    entry->checked = true;
    SW_TRY(read_words(arena, list, "|?*", &entry->arguments, &entry->argument_count, err));
    for (size_t i = 0; i < entry->argument_count; i++) {
        if (!is_argument(entry->arguments[i]) || entry->argument_count > SW_PACK_ARGUMENTS_MAX) {
            return wrong(list, "arguments that are not known", err);
        }
    }
    return SW_OK;
}

static sw_result read_calls(
    const struct sw_json *value, enum sw_pack_calls *out, struct sw_error *err)
{
    *out = sw_json_is(value, "never") ? SW_PACK_CALLS_NEVER : SW_PACK_CALLS_NEW;
    if (value == NULL) {
        *out = SW_PACK_CALLS_ANY;
        return SW_OK;
    }
    bool known = sw_json_is(value, "never") || sw_json_is(value, "new");
    return known ? SW_OK : wrong(value, "calls is \"never\" or \"new\"", err);
}

/* Every member must be among these words. */
static sw_result check_members(
    const struct sw_json *object, const char *const *names, size_t count, struct sw_error *err)
{
    if (object == NULL || object->type != SW_JSON_OBJECT) {
        return wrong(object, "members are wanted", err);
    }
    SW_JSON_EACH_MEMBER (member, object) {
        bool known = false;
        for (size_t i = 0; i < count; i++) {
            known = known || sw_str_is(member->name, names[i]);
        }
        if (!known) {
            return wrong(&member->value, "a member that is not known", err);
        }
    }
    return SW_OK;
}

/* What is known to run code is allowed by no pack that somebody loads. */
static sw_result check_names(
    const struct sw_json *item, const struct sw_pack_entry *entry, struct sw_error *err)
{
    for (size_t i = 0; i < entry->module_count; i++) {
        for (size_t k = 0; k < entry->name_count; k++) {
            if (sw_pickle_classify(entry->modules[i], entry->names[k]) == SW_IMPORT_DENIED) {
                return sw_fail(err, SW_E_REFUSED,
                    "line %llu: " SW_STR_FMT "." SW_STR_FMT " runs code, so no pack can allow it",
                    (unsigned long long)item->where, SW_STR_ARG(entry->modules[i]),
                    SW_STR_ARG(entry->names[k]));
            }
        }
    }
    return SW_OK;
}

static sw_result read_entry(struct sw_packs *packs, const struct sw_pack *pack,
    const struct sw_json *item, bool trusted, struct sw_error *err)
{
    static const char *const members[] = {"modules", "names", "calls", "arguments"};
    struct sw_pack_entry entry = {.pack = pack};
    struct sw_arena *arena = &packs->arena;
    SW_TRY(check_members(item, members, SW_COUNT(members), err));
    SW_TRY(read_words(
        arena, sw_json_get(item, "modules"), "._", &entry.modules, &entry.module_count, err));
    SW_TRY(
        read_words(arena, sw_json_get(item, "names"), "._", &entry.names, &entry.name_count, err));
    SW_TRY(read_calls(sw_json_get(item, "calls"), &entry.calls, err));
    SW_TRY(read_arguments(arena, sw_json_get(item, "arguments"), &entry, err));
    if (!trusted) {
        SW_TRY(check_names(item, &entry, err));
    }
    if (packs->count == ENTRIES_MAX) {
        return sw_fail(err, SW_E_LIMIT, "more than %d entries in all packs", ENTRIES_MAX);
    }
    struct sw_pack_entry *grown =
        sw_arena_grow(arena, packs->entries, packs->count, &packs->cap, sizeof(entry));
    SW_TRY_PTR(grown);
    packs->entries = grown;
    packs->entries[packs->count++] = entry;
    return SW_OK;
}

static sw_result read_head(
    struct sw_arena *arena, const struct sw_json *root, struct sw_pack *pack, struct sw_error *err)
{
    static const char *const members[] = {"pack", "version", "library", "source", "allow"};
    struct sw_str name;
    struct sw_str library;
    struct sw_str source;
    SW_TRY(check_members(root, members, SW_COUNT(members), err));
    if (!sw_json_str(sw_json_get(root, "pack"), &name) || !is_word(name, "-_.") ||
        !sw_json_str(sw_json_get(root, "library"), &library) || !is_word(library, "-_. ") ||
        !sw_json_str(sw_json_get(root, "source"), &source) ||
        !sw_json_u64(sw_json_get(root, "version"), &pack->version)) {
        return wrong(root, "a pack has a name, a version, a library and a source", err);
    }
    pack->name = sw_arena_strndup(arena, name);
    pack->library = sw_arena_strndup(arena, library);
    return pack->name == NULL || pack->library == NULL ? SW_E_NOMEM : SW_OK;
}

sw_result sw_packs_add(
    struct sw_packs *packs, struct sw_bytes yaml, bool trusted, struct sw_error *err)
{
    static const struct sw_json_limits limits = {
        .max_bytes = SW_SCAN_PACK_MAX, .max_depth = 8, .max_values = 65536};
    struct sw_json root;
    if (packs->pack_count == PACKS_MAX) {
        return sw_fail(err, SW_E_LIMIT, "more than %d packs", PACKS_MAX);
    }
    SW_TRY(sw_yaml_parse(&packs->arena, yaml, &limits, &root, err));
    struct sw_pack *pack = SW_ARENA_NEW(&packs->arena, struct sw_pack);
    SW_TRY_PTR(pack);
    SW_TRY(read_head(&packs->arena, &root, pack, err));
    const struct sw_json *allow = sw_json_get(&root, "allow");
    if (allow == NULL || allow->type != SW_JSON_ARRAY) {
        return wrong(&root, "a pack has a list of what it allows", err);
    }
    SW_JSON_EACH (item, allow) {
        SW_TRY(read_entry(packs, pack, item, trusted, err));
    }
    sw_sha256(yaml, &packs->digests[packs->pack_count++]);
    return SW_OK;
}

/* --- the packs -------------------------------------------------------------------------------- */

sw_result sw_packs_new(struct sw_packs **out, struct sw_error *err)
{
    SW_CLEANUP(packs) struct sw_packs *packs = calloc(1, sizeof(*packs));
    if (packs == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for the packs");
    }
    sw_arena_init(&packs->arena, 0);
    for (size_t i = 0; i < sw_pack_file_count; i++) {
        struct sw_bytes yaml = sw_bytes(sw_pack_files[i].data, sw_pack_files[i].len);
        enum sw_code code = sw_packs_add(packs, yaml, true, err);
        if (code != SW_OK) {
            return sw_error_prefix(err, code, "pack %s", sw_pack_files[i].name);
        }
    }
    *out = SW_TAKE(packs);
    return SW_OK;
}

void sw_packs_free(struct sw_packs *packs)
{
    if (packs != NULL) {
        sw_arena_release(&packs->arena);
        free(packs);
    }
}

static struct sw_packs *builtin;

static void make_builtin(void)
{
    (void)!sw_packs_new(&builtin, NULL);
}

const struct sw_packs *sw_packs_builtin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, make_builtin);
    return builtin;
}

static bool has(const struct sw_str *words, size_t count, struct sw_str word)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_equal(words[i], word)) {
            return true;
        }
    }
    return false;
}

const struct sw_pack_entry *sw_packs_find(
    const struct sw_packs *packs, struct sw_str module, struct sw_str name)
{
    module = sw_pickle_modern_module(module);
    for (size_t i = 0; packs != NULL && i < packs->count; i++) {
        const struct sw_pack_entry *entry = &packs->entries[i];
        if (has(entry->modules, entry->module_count, module) &&
            has(entry->names, entry->name_count, name)) {
            return entry;
        }
    }
    return NULL;
}

void sw_packs_hash(const struct sw_packs *packs, struct sw_hash *hash)
{
    for (size_t i = 0; packs != NULL && i < packs->pack_count; i++) {
        sw_hash_update(hash, packs->digests[i].bytes, packs->digests[i].len);
    }
}
