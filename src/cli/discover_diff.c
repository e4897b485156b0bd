#include "cli/discover_diff.h"

#include <stdlib.h>

#define DOCUMENT_MAX ((uint64_t)256 << 20)

/* The purl up to its version. Canonical ones have no other '@' that is not encoded. */
static struct sw_str package_of(struct sw_str purl, struct sw_str name)
{
    const char *at = memchr(purl.ptr, '@', purl.len);
    return purl.len == 0 ? name
                         : sw_str_n(purl.ptr, at == NULL ? purl.len : (size_t)(at - purl.ptr));
}

static int compare_packages(const struct sw_diff_entity *a, const struct sw_diff_entity *b)
{
    const int order = strcmp(a->kind, b->kind);
    return order != 0 ? order : sw_str_compare(a->package, b->package);
}

static int compare_entities(const void *left, const void *right)
{
    const struct sw_diff_entity *a = left;
    const struct sw_diff_entity *b = right;
    const int order = compare_packages(a, b);
    return order != 0 ? order : sw_str_compare(a->version, b->version);
}

static void sort(struct sw_diff_entity *list, size_t count)
{
    if (count > 0) {
        qsort(list, count, sizeof(*list), compare_entities);
    }
}

/* --- the earlier run -------------------------------------------------------------------------- */

static sw_result read_earlier(
    struct sw_arena *arena, const char *path, struct sw_earlier *out, struct sw_error *err)
{
    SW_CLEANUP(documents) struct sw_documents *documents = NULL;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_documents_new(DOCUMENT_MAX, NULL, &documents, err));
    enum sw_code code = sw_file_read(path, DOCUMENT_MAX, &text, err);
    if (code == SW_E_LIMIT) {
        const struct sw_error why = *err;
        return sw_fail(err, SW_E_IO, "%s", why.text);
    }
    SW_TRY(code);
    const struct sw_document document = {sw_buf_bytes(&text), path};
    code = sw_documents_earlier(documents, &document, arena, out, err);
    if (code == SW_E_FORMAT || code == SW_E_LIMIT || code == SW_E_IO) {
        const struct sw_error why = *err;
        return sw_fail(err, SW_E_IO, "%s: %s", path, why.text);
    }
    return code;
}

static sw_result take_entities(struct sw_discover_diff *diff, const struct sw_earlier *earlier)
{
    diff->before = SW_ARENA_ARRAY(diff->arena, struct sw_diff_entity, earlier->count + 1);
    SW_TRY_PTR(diff->before);
    for (size_t i = 0; i < earlier->count; i++) {
        const struct sw_earlier_entity *e = &earlier->entities[i];
        diff->before[i] = (struct sw_diff_entity){.kind = sw_entity_kind_name(e->kind),
            .name = e->name,
            .version = e->version,
            .purl = e->purl,
            .package = package_of(e->purl, e->name),
            .counts = e->scope <= SW_SCOPE_DEVELOPMENT,
            .number = i};
    }
    diff->before_count = earlier->count;
    sort(diff->before, diff->before_count);
    return SW_OK;
}

static sw_result check_options(
    const struct sw_earlier *earlier, const char *path, bool all_packages, struct sw_error *err)
{
    const bool before = earlier->all_packages;
    if (earlier->options_told && before != all_packages) {
        return sw_fail(err, SW_E_USAGE, "%s was made with%s --all-packages: %s", path,
            before ? "" : "out", before ? "give it here, too" : "leave it out here, too");
    }
    return SW_OK;
}

sw_result sw_discover_diff_read(struct sw_discover_diff *diff, struct sw_arena *arena,
    const char *path, bool all_packages, struct sw_error *err)
{
    struct sw_earlier earlier;
    *diff = (struct sw_discover_diff){.arena = arena};
    SW_TRY(read_earlier(arena, path, &earlier, err));
    SW_TRY(take_entities(diff, &earlier));
    diff->catalogue = earlier.catalogue;
    diff->compared = true;
    return check_options(&earlier, path, all_packages, err);
}

/* --- comparing -------------------------------------------------------------------------------- */

/* All of one package. */
static size_t end_of(const struct sw_diff_entity *list, size_t count, size_t from)
{
    size_t end = from;
    while (end < count && compare_packages(&list[from], &list[end]) == 0) {
        end++;
    }
    return end;
}

static bool any_counts(const struct sw_diff_entity *list, size_t from, size_t end)
{
    bool counts = false;
    for (size_t i = from; i < end; i++) {
        counts = counts || list[i].counts;
    }
    return counts;
}

/* Both lists are ordered by version. */
static void compare_versions(
    struct sw_discover_diff *diff, size_t b, size_t b_end, size_t n, size_t n_end)
{
    const bool counted = any_counts(diff->before, b, b_end);
    const struct sw_str some = diff->before[b_end - 1].version;
    for (; n < n_end; n++) {
        const struct sw_diff_entity *now = &diff->now[n];
        while (b < b_end && sw_str_compare(diff->before[b].version, now->version) < 0) {
            b++;
        }
        const bool same = b < b_end && sw_str_equal(diff->before[b].version, now->version);
        enum sw_diff_change change = same ? SW_DIFF_SAME : SW_DIFF_VERSION;
        if (now->counts && !counted) {
            change = SW_DIFF_COUNTS;
            diff->counts = true;
        }
        diff->changes[now->number] = change;
        diff->was[now->number] = some;
    }
}

static void all_new(struct sw_discover_diff *diff, size_t n, size_t n_end)
{
    diff->counts = diff->counts || any_counts(diff->now, n, n_end);
    for (; n < n_end; n++) {
        diff->changes[diff->now[n].number] = SW_DIFF_NEW;
    }
}

static void compare_all(struct sw_discover_diff *diff)
{
    size_t b = 0;
    size_t n = 0;
    while (b < diff->before_count || n < diff->now_count) {
        const size_t b_end = end_of(diff->before, diff->before_count, b);
        const size_t n_end = end_of(diff->now, diff->now_count, n);
        int order = b == b_end ? 1 : -1;
        if (b < b_end && n < n_end) {
            order = compare_packages(&diff->before[b], &diff->now[n]);
        }
        if (order == 0) {
            compare_versions(diff, b, b_end, n, n_end);
        } else if (order > 0) {
            all_new(diff, n, n_end);
        } else {
            for (size_t i = b; i < b_end; i++) {
                diff->gone[diff->gone_count++] = diff->before[i];
            }
        }
        b = order <= 0 ? b_end : b;
        n = order >= 0 ? n_end : n;
    }
}

sw_result sw_discover_diff_compare(
    struct sw_discover_diff *diff, const struct sw_inventory *inventory)
{
    if (!diff->compared) {
        return SW_OK;
    }
    diff->now = SW_ARENA_ARRAY(diff->arena, struct sw_diff_entity, inventory->count + 1);
    diff->changes = SW_ARENA_ARRAY(diff->arena, enum sw_diff_change, inventory->count + 1);
    diff->was = SW_ARENA_ARRAY(diff->arena, struct sw_str, inventory->count + 1);
    diff->gone = SW_ARENA_ARRAY(diff->arena, struct sw_diff_entity, diff->before_count + 1);
    if (diff->now == NULL || diff->changes == NULL || diff->was == NULL || diff->gone == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < inventory->count; i++) {
        const struct sw_entity *entity = &inventory->entities[i];
        diff->now[i] = (struct sw_diff_entity){.kind = sw_entity_kind_name(entity->id.kind),
            .name = entity->id.name,
            .version = entity->id.version,
            .purl = entity->id.purl,
            .package = package_of(entity->id.purl, entity->id.name),
            .counts = sw_entity_counts(entity),
            .number = i};
    }
    diff->now_count = inventory->count;
    sort(diff->now, diff->now_count);
    compare_all(diff);
    return SW_OK;
}

/* --- telling ---------------------------------------------------------------------------------- */

const char *sw_discover_diff_word(struct sw_discover_diff *diff, struct sw_cli *cli, size_t entity)
{
    if (!diff->compared || diff->changes[entity] == SW_DIFF_SAME) {
        return "";
    }
    if (diff->changes[entity] != SW_DIFF_VERSION) {
        return diff->changes[entity] == SW_DIFF_NEW ? " new" : " new here, before in tests alone";
    }
    const struct sw_str was = diff->was[entity];
    const char *text = was.len == 0
                           ? " was without a version"
                           : sw_arena_printf(&cli->arena, " was " SW_STR_FMT, SW_STR_ARG(was));
    return text == NULL ? " changed" : text;
}

static bool is_other(const struct sw_discover_diff *diff, const char *catalogue)
{
    return diff->compared && !sw_str_is(diff->catalogue, catalogue);
}

void sw_discover_diff_show(
    struct sw_cli *cli, const struct sw_discover_diff *diff, const char *catalogue)
{
    for (size_t i = 0; i < diff->gone_count; i++) {
        sw_say(cli, SW_TONE_DIM, "gone: %s " SW_STR_FMT "\n", diff->gone[i].kind,
            SW_STR_ARG(diff->gone[i].name));
    }
    if (is_other(diff, catalogue)) {
        sw_say(cli, SW_TONE_WARN,
            "the earlier run looked for what another catalogue lists: what is new or gone may be "
            "so by that alone\n");
    }
}

static void write_entity(
    struct sw_json_writer *w, const struct sw_diff_entity *entity, const struct sw_str *was)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "kind", entity->kind);
    sw_jw_str(w, "name", entity->name);
    if (entity->version.len > 0) {
        sw_jw_str(w, "version", entity->version);
    }
    if (entity->purl.len > 0) {
        sw_jw_str(w, "purl", entity->purl);
    }
    sw_jw_bool(w, "counts", entity->counts);
    if (was != NULL) {
        sw_jw_str(w, "was", *was);
    }
    sw_jw_object_end(w);
}

static void write_changed(struct sw_json_writer *w, const struct sw_discover_diff *diff,
    const char *name, enum sw_diff_change change)
{
    sw_jw_array(w, name);
    for (size_t i = 0; i < diff->now_count; i++) {
        const size_t number = diff->now[i].number;
        if (diff->changes[number] == change) {
            write_entity(w, &diff->now[i], change == SW_DIFF_VERSION ? &diff->was[number] : NULL);
        }
    }
    sw_jw_array_end(w);
}

void sw_discover_diff_json(
    struct sw_json_writer *w, const struct sw_discover_diff *diff, const char *catalogue)
{
    if (!diff->compared) {
        return;
    }
    sw_jw_object(w, "changes");
    sw_jw_bool(w, "other_catalogue", is_other(diff, catalogue));
    write_changed(w, diff, "new", SW_DIFF_NEW);
    write_changed(w, diff, "counts", SW_DIFF_COUNTS);
    write_changed(w, diff, "version", SW_DIFF_VERSION);
    sw_jw_array(w, "gone");
    for (size_t i = 0; i < diff->gone_count; i++) {
        write_entity(w, &diff->gone[i], NULL);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}
