#include "policy/selection.h"

#include <inttypes.h>

#define SNIPPET_SIZE 96 /* of a path, in words */

static const struct {
    const char *key;
    const char *words;
} scopes[] = {
    [SW_SCOPE_FIELD] = {"field", ""},
    [SW_SCOPE_EVERY] = {"every", "every "},
    [SW_SCOPE_ANY] = {"any", "any "},
    [SW_SCOPE_COUNT] = {"count", "the count of "},
};

const char *sw_scope_key(enum sw_scope scope)
{
    return (size_t)scope < SW_COUNT(scopes) ? scopes[scope].key : NULL;
}

/* --- paths ----------------------------------------------------------------------------------- */

/* The length of the step that begins at `pos`, up to its '.' or the end. */
static size_t step_length(struct sw_str path, size_t pos)
{
    size_t end = pos;
    while (end < path.len && path.ptr[end] != '.') {
        end += path.ptr[end] == '\\' && end + 1 < path.len ? 2 : 1;
    }
    return end - pos;
}

static bool is_star(struct sw_str path, size_t pos, size_t len)
{
    return len == 1 && path.ptr[pos] == '*';
}

/* Splits a path at its first star: "a.b" and "c" of "a.b.*.c". False when there is none. */
static bool split_at_star(struct sw_str path, struct sw_str *before, struct sw_str *behind)
{
    for (size_t pos = 0; pos < path.len;) {
        size_t len = step_length(path, pos);
        if (is_star(path, pos, len)) {
            *before = sw_str_n(path.ptr, pos == 0 ? 0 : pos - 1);
            size_t next = pos + 2 < path.len ? pos + 2 : path.len;
            *behind = sw_str_n(path.ptr + next, path.len - next);
            return true;
        }
        pos += len + 1;
    }
    return false;
}

static size_t count_stars(struct sw_str path)
{
    size_t count = 0;
    struct sw_str before;
    while (split_at_star(path, &before, &path)) {
        count++;
    }
    return count;
}

/* Every step is there, and a backslash stands only before '.', '\' or '*'. */
static bool is_path(struct sw_str path)
{
    bool empty = true;
    for (size_t i = 0; i < path.len; i++) {
        char c = path.ptr[i];
        if (c == '.' && empty) {
            return false;
        }
        if (c == '\\') {
            i++;
            if (i == path.len || memchr(".\\*", path.ptr[i], 3) == NULL) {
                return false;
            }
        }
        empty = c == '.';
    }
    return !empty;
}

static enum sw_code check_path(const char *key, struct sw_str path, struct sw_error *err)
{
    if (!is_path(path)) {
        return sw_fail(err, SW_E_FORMAT,
            "'%s' must be a dotted path such as predicate.verdict, not '" SW_STR_FMT "'", key,
            SW_STR_ARG(path));
    }
    if (!sw_str_starts(path, "predicate.") && !sw_str_starts(path, "subject.")) {
        return sw_fail(err, SW_E_FORMAT,
            "'%s' must begin with predicate. or subject.; did you mean predicate." SW_STR_FMT "?",
            key, SW_STR_ARG(path));
    }
    return SW_OK;
}

sw_result sw_selection_check(const struct sw_selection *selection, struct sw_error *err)
{
    const char *key = sw_scope_key(selection->scope);
    SW_TRY(check_path(key, selection->path, err));
    bool items = selection->scope == SW_SCOPE_EVERY || selection->scope == SW_SCOPE_ANY;
    size_t stars = count_stars(selection->path);
    if (items && stars == 0) {
        return sw_fail(err, SW_E_FORMAT,
            "'%s' needs a '*' for the items of a list, such as predicate.sources.*.licence", key);
    }
    if (!items && stars > 0) {
        return sw_fail(err, SW_E_FORMAT,
            "'%s' takes no '*'; 'every' and 'any' look at the items of a list (a name '*' is "
            "written \\*)",
            key);
    }
    if (stars > SW_SELECTION_STARS) {
        return sw_fail(err, SW_E_FORMAT, "'%s' takes at most %d '*'", key, SW_SELECTION_STARS);
    }
    return SW_OK;
}

/* --- testing --------------------------------------------------------------------------------- */

struct walk {
    const struct sw_selection *selection;
    sw_value_fn fn;
    const void *ctx;
};

/* null says as little as a missing field. */
static const struct sw_json *look_up(const struct sw_json *from, struct sw_str path)
{
    const struct sw_json *value = path.len == 0 ? from : sw_json_path(from, path);
    return value == NULL || value->type == SW_JSON_NULL ? NULL : value;
}

static enum sw_truth test_count(
    const struct walk *walk, const struct sw_json *list, struct sw_place *place)
{
    *place = (struct sw_place){.value = list, .list = true};
    if (list == NULL || list->type != SW_JSON_ARRAY) {
        return SW_TRUTH_UNKNOWN;
    }
    char digits[16];
    (void)snprintf(digits, sizeof(digits), "%" PRIu32, list->count);
    struct sw_json number = {.type = SW_JSON_NUMBER, .text = sw_str(digits)};
    return walk->fn(walk->ctx, &number);
}

/* Nothing is wrong with any item, but nobody said that there may be none. */
static enum sw_truth test_empty(const struct sw_selection *selection)
{
    if (selection->scope == SW_SCOPE_ANY) {
        return SW_TRUTH_NO;
    }
    return selection->allow_empty ? SW_TRUTH_YES : SW_TRUTH_UNKNOWN;
}

static enum sw_truth test_path(const struct walk *walk, const struct sw_json *from,
    struct sw_str path, struct sw_place *place);

static enum sw_truth test_items(
    const struct walk *walk, const struct sw_json *list, struct sw_str path, struct sw_place *place)
{
    enum sw_truth decides = walk->selection->scope == SW_SCOPE_ANY ? SW_TRUTH_YES : SW_TRUTH_NO;
    enum sw_truth all = decides == SW_TRUTH_YES ? SW_TRUTH_NO : SW_TRUTH_YES;
    struct sw_place at = *place;
    for (uint32_t i = 0; i < list->count; i++) {
        struct sw_place item = at;
        item.items[item.depth++] = i;
        enum sw_truth one = test_path(walk, &list->items[i], path, &item);
        if (one == decides) {
            *place = item;
            return one;
        }
        if (all != SW_TRUTH_UNKNOWN) {
            all = one == SW_TRUTH_UNKNOWN ? one : all;
            *place = item;
        }
    }
    return all;
}

static enum sw_truth test_path(
    const struct walk *walk, const struct sw_json *from, struct sw_str path, struct sw_place *place)
{
    struct sw_str before;
    struct sw_str behind;
    bool leads_on = split_at_star(path, &before, &behind);
    place->value = look_up(from, leads_on ? before : path);
    place->list = leads_on;
    if (!leads_on) {
        return walk->fn(walk->ctx, place->value);
    }
    if (place->value == NULL || place->value->type != SW_JSON_ARRAY) {
        return SW_TRUTH_UNKNOWN;
    }
    return place->value->count == 0 ? test_empty(walk->selection)
                                    : test_items(walk, place->value, behind, place);
}

enum sw_truth sw_selection_test(const struct sw_selection *selection,
    const struct sw_json *statement, sw_value_fn fn, const void *ctx, struct sw_place *place)
{
    struct walk walk = {selection, fn, ctx};
    *place = (struct sw_place){0};
    return selection->scope == SW_SCOPE_COUNT
               ? test_count(&walk, look_up(statement, selection->path), place)
               : test_path(&walk, statement, selection->path, place);
}

/* --- words ----------------------------------------------------------------------------------- */

static enum sw_code put_path(struct sw_buf *out, struct sw_str path)
{
    char line[SNIPPET_SIZE];
    sw_escape_line(path.ptr, path.len, line, sizeof(line));
    return sw_buf_puts(out, line);
}

sw_result sw_selection_describe(const struct sw_selection *selection, struct sw_buf *out)
{
    SW_TRY(sw_buf_puts(out, scopes[selection->scope].words));
    return put_path(out, selection->path);
}

sw_result sw_place_describe(
    const struct sw_selection *selection, const struct sw_place *place, struct sw_buf *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_str rest = selection->path;
    struct sw_str before;
    for (size_t i = 0; i < place->depth && split_at_star(rest, &before, &rest); i++) {
        SW_TRY(sw_buf_append(&text, before.ptr, before.len));
        SW_TRY(sw_buf_printf(&text, "%s%" PRIu32 "%s", before.len == 0 ? "" : ".", place->items[i],
            rest.len == 0 ? "" : "."));
    }
    bool stops = place->list && split_at_star(rest, &before, &rest);
    SW_TRY(stops ? sw_buf_append(&text, before.ptr, before.len)
                 : sw_buf_append(&text, rest.ptr, rest.len));
    return put_path(out, sw_buf_str(&text));
}
