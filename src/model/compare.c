#include "model/compare.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SHORT_DIGITS 16

/* A file that only one side has; `digests` are all of its units, one behind the other. */
struct lonely {
    size_t problem; /* which of the problems says so */
    struct sw_bytes digests;
    uint64_t size;
};

struct lonely_list {
    struct lonely *list;
    size_t count;
    size_t cap;
};

struct comparing {
    struct sw_arena *arena;
    struct sw_plan *plan;
    const struct sw_tree *tree;
    const struct sw_unit_digests *digests;
    struct sw_problems *problems;
    struct lonely_list missing;
    struct lonely_list added;
};

static const char *const kind_names[] = {
    [SW_PROBLEM_CHANGED] = "changed",
    [SW_PROBLEM_MISSING] = "missing",
    [SW_PROBLEM_ADDED] = "added",
    [SW_PROBLEM_RENAMED] = "renamed",
    [SW_PROBLEM_SYMLINK] = "symlink",
    [SW_PROBLEM_SPECIAL] = "special",
    [SW_PROBLEM_BAD_NAME] = "bad-name",
    [SW_PROBLEM_UNREADABLE] = "unreadable",
    [SW_PROBLEM_SIGNATURE] = "signature",
    [SW_PROBLEM_MANIFEST] = "manifest",
    [SW_PROBLEM_NO_SIGNATURE] = "no-signature",
};

const char *sw_problem_kind_name(enum sw_problem_kind kind)
{
    return kind_names[kind];
}

sw_result sw_problems_add(struct sw_problems *problems, struct sw_arena *arena,
    enum sw_problem_kind kind, const char *path, const char *detail)
{
    SW_TRY_PTR(path);
    SW_TRY_PTR(detail);
    struct sw_problem *list =
        sw_arena_grow(arena, problems->list, problems->count, &problems->cap, sizeof(*list));
    SW_TRY_PTR(list);
    problems->list = list;
    list[problems->count++] = (struct sw_problem){kind, path, detail};
    return SW_OK;
}

static sw_result add_lonely(
    struct lonely_list *to, struct sw_arena *arena, const struct lonely *lonely)
{
    struct lonely *list = sw_arena_grow(arena, to->list, to->count, &to->cap, sizeof(*list));
    SW_TRY_PTR(list);
    to->list = list;
    list[to->count++] = *lonely;
    return SW_OK;
}

static struct sw_bytes unit_digests(const struct comparing *c, size_t unit, uint64_t units)
{
    return sw_bytes(c->digests->bytes + unit * c->digests->len, (size_t)units * c->digests->len);
}

static struct sw_bytes file_digests(const struct comparing *c, const struct sw_plan_file *file)
{
    return sw_bytes(
        c->plan->digests + file->first * c->plan->digest_len, file->count * c->plan->digest_len);
}

static bool all_done(const struct comparing *c, size_t unit, uint64_t units)
{
    for (uint64_t i = 0; i < units; i++) {
        if (!c->digests->done[unit + i]) {
            return false;
        }
    }
    return true;
}

static const char *why_unread(const struct comparing *c, size_t entry)
{
    const char *words = c->digests->words == NULL ? NULL : c->digests->words[entry];
    return words == NULL ? "it could not be read" : words;
}

/* --- one side only --------------------------------------------------------------------------- */

static int compare_entry(const void *key, const void *element)
{
    const struct sw_entry *entry = element;
    return strcmp(key, entry->name);
}

/* Is the file below a directory that could not be listed? Then nobody knows whether it is missing.
 */
static bool is_hidden(const struct comparing *c, const char *name)
{
    char parent[4097];
    size_t len = strlen(name);
    if (len >= sizeof(parent)) {
        return false;
    }
    memcpy(parent, name, len + 1);
    for (char *slash = strrchr(parent, '/'); slash != NULL; slash = strrchr(parent, '/')) {
        *slash = '\0';
        const struct sw_entry *entry = bsearch(
            parent, c->tree->entries, c->tree->count, sizeof(*c->tree->entries), compare_entry);
        if (entry != NULL && entry->kind == SW_ENTRY_UNREADABLE) {
            return true;
        }
    }
    return false;
}

static sw_result add_missing(struct comparing *c, const struct sw_plan_file *file)
{
    const char *name = sw_arena_strndup(c->arena, file->name);
    SW_TRY_PTR(name);
    if (is_hidden(c, name)) {
        return sw_problems_add(c->problems, c->arena, SW_PROBLEM_UNREADABLE, name,
            "its directory could not be listed");
    }
    const struct lonely lonely = {c->problems->count, file_digests(c, file), file->size};
    SW_TRY(add_lonely(&c->missing, c->arena, &lonely));
    return sw_problems_add(c->problems, c->arena, SW_PROBLEM_MISSING, name, "");
}

static sw_result add_added(struct comparing *c, size_t index, size_t unit)
{
    const struct sw_entry *entry = &c->tree->entries[index];
    uint64_t units = sw_reader_units_of(entry, c->plan->shard_size);
    const char *detail = units == 0 ? "empty files cannot be signed by shards" : "";
    if (!all_done(c, unit, units)) {
        detail = why_unread(c, index);
    } else if (units != 0) {
        const struct lonely lonely = {
            c->problems->count, unit_digests(c, unit, units), entry->size};
        SW_TRY(add_lonely(&c->added, c->arena, &lonely));
    }
    return sw_problems_add(c->problems, c->arena, SW_PROBLEM_ADDED, entry->name, detail);
}

static sw_result add_other(struct comparing *c, const struct sw_entry *entry)
{
    switch (entry->kind) {
    case SW_ENTRY_SYMLINK:
        return sw_problems_add(c->problems, c->arena, SW_PROBLEM_SYMLINK, entry->name,
            c->tree->follow_symlinks ? "it leads to a directory or out of the model"
                                     : "symbolic links were not signed");
    case SW_ENTRY_SPECIAL:
        return sw_problems_add(
            c->problems, c->arena, SW_PROBLEM_SPECIAL, entry->name, "it is no regular file");
    case SW_ENTRY_BAD_NAME:
        return sw_problems_add(
            c->problems, c->arena, SW_PROBLEM_BAD_NAME, entry->name, "the name is not UTF-8");
    case SW_ENTRY_UNREADABLE:
    case SW_ENTRY_FILE: break;
    }
    struct sw_error why = {0};
    (void)sw_fail_errno(&why, entry->errnum, "cannot read it");
    return sw_problems_add(c->problems, c->arena, SW_PROBLEM_UNREADABLE, entry->name,
        sw_arena_strdup(c->arena, why.text));
}

/* --- both sides ------------------------------------------------------------------------------ */

static sw_result add_changed_digest(
    struct comparing *c, const char *name, struct sw_bytes is, struct sw_bytes was)
{
    char now[2 * SW_DIGEST_MAX + 1];
    char signed_hex[2 * SW_DIGEST_MAX + 1];
    sw_hex_encode(is, now);
    sw_hex_encode(was, signed_hex);
    const char *detail = sw_arena_printf(c->arena, "%s %.*s... was signed, it is %.*s...",
        sw_digest_alg_name(c->plan->alg), SHORT_DIGITS, signed_hex, SHORT_DIGITS, now);
    return sw_problems_add(c->problems, c->arena, SW_PROBLEM_CHANGED, name, detail);
}

static sw_result compare_digests(
    struct comparing *c, const struct sw_plan_file *file, const char *name, size_t unit)
{
    size_t len = c->plan->digest_len;
    struct sw_bytes was = file_digests(c, file);
    struct sw_bytes is = unit_digests(c, unit, file->count);
    for (size_t i = 0; i < file->count; i++) {
        struct sw_bytes left = sw_bytes(is.ptr + i * len, len);
        struct sw_bytes right = sw_bytes(was.ptr + i * len, len);
        if (sw_bytes_equal(left, right)) {
            continue;
        }
        if (c->plan->method == SW_MODEL_FILES) {
            return add_changed_digest(c, name, left, right);
        }
        const char *detail =
            sw_arena_printf(c->arena, "the first difference is in bytes %" PRIu64 " to %" PRIu64,
                i * c->plan->shard_size, (i + 1) * c->plan->shard_size - 1);
        return sw_problems_add(c->problems, c->arena, SW_PROBLEM_CHANGED, name, detail);
    }
    return SW_OK;
}

static sw_result compare_file(
    struct comparing *c, struct sw_plan_file *file, size_t index, size_t unit)
{
    const struct sw_entry *entry = &c->tree->entries[index];
    if (entry->kind != SW_ENTRY_FILE) {
        return add_other(c, entry);
    }
    if (!all_done(c, unit, sw_reader_units_of(entry, c->plan->shard_size))) {
        return sw_problems_add(
            c->problems, c->arena, SW_PROBLEM_UNREADABLE, entry->name, why_unread(c, index));
    }
    if (file->size != SW_PLAN_SIZE_UNKNOWN && file->size != entry->size) {
        const char *detail = sw_arena_printf(
            c->arena, "%" PRIu64 " bytes were signed, it has %" PRIu64, file->size, entry->size);
        return sw_problems_add(c->problems, c->arena, SW_PROBLEM_CHANGED, entry->name, detail);
    }
    file->size = entry->size;
    return compare_digests(c, file, entry->name, unit);
}

/* --- renames --------------------------------------------------------------------------------- */

static int compare_lonely(const void *a, const void *b)
{
    const struct lonely *left = a;
    const struct lonely *right = b;
    return sw_str_compare(sw_str_of_bytes(left->digests), sw_str_of_bytes(right->digests));
}

static void sort_lonely(struct lonely_list *list)
{
    if (list->count > 1) {
        qsort(list->list, list->count, sizeof(*list->list), compare_lonely);
    }
}

static bool same_file(const struct lonely *missing, const struct lonely *added)
{
    return missing->size == SW_PLAN_SIZE_UNKNOWN || missing->size == added->size;
}

/* What is missing here and was added there with the same content was renamed: one difference, not
 * two. */
static void pair_renames(struct comparing *c)
{
    struct sw_problem *list = c->problems->list;
    sort_lonely(&c->missing);
    sort_lonely(&c->added);
    size_t m = 0;
    size_t a = 0;
    while (m < c->missing.count && a < c->added.count) {
        const struct lonely *missing = &c->missing.list[m];
        const struct lonely *added = &c->added.list[a];
        int order = compare_lonely(missing, added);
        m += order <= 0 ? 1 : 0;
        a += order >= 0 ? 1 : 0;
        if (order == 0 && same_file(missing, added)) {
            list[missing->problem].kind = SW_PROBLEM_RENAMED;
            list[missing->problem].detail = list[added->problem].path;
            list[added->problem].path = NULL;
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < c->problems->count; i++) {
        if (list[i].path != NULL) {
            list[kept++] = list[i];
        }
    }
    c->problems->count = kept;
}

/* --- all of it ------------------------------------------------------------------------------- */

static int order_of(const struct comparing *c, size_t file, size_t entry)
{
    if (file == c->plan->file_count) {
        return 1;
    }
    if (entry == c->tree->count) {
        return -1;
    }
    const struct sw_entry *e = &c->tree->entries[entry];
    int order = sw_str_compare(c->plan->files[file].name, sw_str(e->name));
    /* An escaped name is not the name on the disk, so it matches nothing. */
    return order == 0 && e->kind == SW_ENTRY_BAD_NAME ? 1 : order;
}

static sw_result compare_entry_only(struct comparing *c, size_t entry, size_t unit)
{
    return c->tree->entries[entry].kind == SW_ENTRY_FILE ? add_added(c, entry, unit)
                                                         : add_other(c, &c->tree->entries[entry]);
}

sw_result sw_model_compare(struct sw_arena *arena, struct sw_plan *plan, const struct sw_tree *tree,
    const struct sw_unit_digests *digests, struct sw_problems *problems)
{
    struct comparing c = {
        .arena = arena, .plan = plan, .tree = tree, .digests = digests, .problems = problems};
    size_t file = 0;
    size_t entry = 0;
    size_t unit = 0;
    while (file < plan->file_count || entry < tree->count) {
        int order = order_of(&c, file, entry);
        if (order < 0) {
            SW_TRY(add_missing(&c, &plan->files[file++]));
            continue;
        }
        if (order == 0) {
            SW_TRY(compare_file(&c, &plan->files[file++], entry, unit));
        } else {
            SW_TRY(compare_entry_only(&c, entry, unit));
        }
        unit += (size_t)sw_reader_units_of(&tree->entries[entry], plan->shard_size);
        entry++;
    }
    pair_renames(&c);
    return SW_OK;
}
