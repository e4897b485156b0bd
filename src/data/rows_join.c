/* Parts of one input, made anywhere, put together as one machine would have made it. */
#include "data/rows_private.h"

#include <stdlib.h>

struct joining {
    struct sw_arena arena;
    struct sw_rows *parts; /* by part number */
    size_t count;
    size_t opened;
    struct sw_rows_writer *writer;
    struct sw_progress *progress;
};

/* --- do they fit? ---------------------------------------------------------------------------- */

static sw_result open_parts(struct joining *joining, const char *const *paths, struct sw_error *err)
{
    for (size_t i = 0; i < joining->count; i++) {
        SW_CLEANUP(rows) struct sw_rows part = SW_ROWS_INIT;
        SW_TRY(sw_rows_open(&part, paths[i], NULL, err));
        if (part.parts != joining->count) {
            return sw_fail(err, SW_E_REFUSED,
                "'%s' is part %u of %u, and %zu parts were given to be joined", paths[i], part.part,
                part.parts, joining->count);
        }
        struct sw_rows *place = &joining->parts[part.part - 1];
        if (place->cache != NULL) {
            return sw_fail(err, SW_E_REFUSED, "'%s' and '%s' are both part %u", place->chunks.path,
                paths[i], part.part);
        }
        *place = part;
        part = SW_ROWS_INIT;
        joining->opened++;
    }
    return SW_OK;
}

static sw_result same_files(struct sw_rows *a, struct sw_rows *b, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf of_a = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf of_b = SW_BUF_INIT;
    SW_TRY(sw_rows_get_extra(a, SW_ROWS_FILES, &of_a, err));
    SW_TRY(sw_rows_get_extra(b, SW_ROWS_FILES, &of_b, err));
    if (!sw_bytes_equal(sw_buf_bytes(&of_a), sw_buf_bytes(&of_b))) {
        return sw_fail(err, SW_E_REFUSED, "'%s' and '%s' are parts of different inputs",
            a->chunks.path, b->chunks.path);
    }
    return SW_OK;
}

static sw_result check_parts(struct joining *joining, struct sw_error *err)
{
    struct sw_rows *first = &joining->parts[0];
    for (size_t i = 1; i < joining->count; i++) {
        struct sw_rows *part = &joining->parts[i];
        if (part->one_digest != first->one_digest || !sw_str_equal(part->salt, first->salt) ||
            !sw_str_equal(part->reader, first->reader)) {
            return sw_fail(err, SW_E_REFUSED, "'%s' and '%s' were not made with the same options",
                first->chunks.path, part->chunks.path);
        }
        SW_TRY(same_files(first, part, err));
    }
    return SW_OK;
}

/* --- rows ------------------------------------------------------------------------------------ */

static sw_result add_rows(
    struct joining *joining, struct sw_rows *part, const uint32_t *origins, struct sw_error *err)
{
    for (uint64_t done = 0; done < part->count;) {
        const struct sw_row *list;
        size_t count;
        SW_TRY(sw_rows_group(part, (uint32_t)(done / SW_ROWS_GROUP), &list, &count, err));
        for (size_t i = 0; i < count; i++) {
            struct sw_row row = list[i];
            row.origin = origins[row.origin];
            SW_TRY(sw_rows_add(joining->writer, &row, err));
        }
        done += count;
        sw_progress_add(joining->progress, count * 32, count);
        if (sw_progress_cancelled(joining->progress)) {
            return sw_fail(err, SW_E_INTERRUPTED, "interrupted");
        }
    }
    return SW_OK;
}

static sw_result add_part(struct joining *joining, struct sw_rows *part, struct sw_error *err)
{
    uint32_t *origins = SW_ARENA_ARRAY(&joining->arena, uint32_t, part->origin_count + 1);
    SW_TRY_PTR(origins);
    for (size_t o = 0; o < part->origin_count; o++) {
        SW_TRY(sw_rows_origin(joining->writer, &part->origins[o], &origins[o], err));
    }
    return add_rows(joining, part, origins, err);
}

/* --- what stands beside them ----------------------------------------------------------------- */

/* As many lines as one run lists. */
static sw_result add_lines(struct sw_buf *all, struct sw_bytes lines)
{
    while (lines.len > 0 && all->len < SW_QUARANTINE_MAX) {
        const uint8_t *end = memchr(lines.ptr, '\n', lines.len);
        size_t len = end == NULL ? lines.len : (size_t)(end - lines.ptr) + 1;
        SW_TRY(sw_buf_append(all, lines.ptr, len));
        lines = sw_bytes(lines.ptr + len, lines.len - len);
    }
    return SW_OK;
}

static sw_result join_quarantine(struct joining *joining, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf all = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf one = SW_BUF_INIT;
    for (size_t i = 0; i < joining->count; i++) {
        SW_TRY(sw_rows_get_extra(&joining->parts[i], SW_ROWS_QUARANTINE, &one, err));
        SW_TRY(add_lines(&all, sw_buf_bytes(&one)));
    }
    return all.len == 0
               ? SW_OK
               : sw_rows_extra(joining->writer, SW_ROWS_QUARANTINE, sw_buf_bytes(&all), err);
}

/* Statistics are objects whose numbers add up. */
static sw_result add_up(struct sw_arena *arena, struct sw_json *into, const struct sw_json *from)
{
    uint64_t a;
    uint64_t b;
    if (sw_json_u64(into, &a) && sw_json_u64(from, &b)) {
        const char *sum = sw_arena_printf(arena, "%llu", (unsigned long long)(a + b));
        SW_TRY_PTR(sum);
        into->text = sw_str(sum);
        return SW_OK;
    }
    if (into->type != SW_JSON_OBJECT || from->type != SW_JSON_OBJECT) {
        return SW_OK;
    }
    struct sw_json_member *members =
        SW_ARENA_ARRAY(arena, struct sw_json_member, (size_t)into->count + from->count);
    SW_TRY_PTR(members);
    for (uint32_t i = 0; i < into->count; i++) {
        members[i] = into->members[i];
    }
    into->members = members;
    SW_JSON_EACH_MEMBER (member, from) {
        uint32_t at = 0;
        while (at < into->count && !sw_str_equal(members[at].name, member->name)) {
            at++;
        }
        if (at == into->count) {
            members[into->count++] = *member;
            continue;
        }
        SW_TRY(add_up(arena, &members[at].value, &member->value));
    }
    return SW_OK;
}

static sw_result read_statistics(
    struct joining *joining, size_t part, struct sw_json *out, bool *given, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_rows_get_extra(&joining->parts[part], SW_ROWS_STATISTICS, &text, err));
    *given = text.len > 0;
    if (!*given) {
        return SW_OK;
    }
    void *kept = sw_arena_copy(&joining->arena, sw_buf_bytes(&text));
    SW_TRY_PTR(kept);
    return sw_json_parse(&joining->arena, sw_bytes(kept, text.len), NULL, out, err);
}

static sw_result join_statistics(struct joining *joining, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json sum;
    bool any = false;
    for (size_t i = 0; i < joining->count; i++) {
        struct sw_json more;
        bool given;
        SW_TRY(read_statistics(joining, i, &more, &given, err));
        if (given && any) {
            SW_TRY(add_up(&joining->arena, &sum, &more));
        } else if (given) {
            sum = more;
            any = true;
        }
    }
    if (!any) {
        return SW_OK;
    }
    SW_TRY(sw_json_canonical(&text, &sum, err));
    return sw_rows_extra(joining->writer, SW_ROWS_STATISTICS, sw_buf_bytes(&text), err);
}

static sw_result join_files(struct joining *joining, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf files = SW_BUF_INIT;
    SW_TRY(sw_rows_get_extra(&joining->parts[0], SW_ROWS_FILES, &files, err));
    return files.len == 0
               ? SW_OK
               : sw_rows_extra(joining->writer, SW_ROWS_FILES, sw_buf_bytes(&files), err);
}

/* Reasons in the order of their words, as one run counts them. */
static int compare_reasons(const void *a, const void *b)
{
    const struct sw_reason_count *x = a;
    const struct sw_reason_count *y = b;
    return strcmp(x->reason, y->reason);
}

static sw_result count_reason(struct joining *joining, const struct sw_json *item,
    struct sw_reason_count **list, size_t *count, size_t *cap)
{
    struct sw_str reason;
    uint64_t n;
    if (!sw_json_str(sw_json_get(item, "reason"), &reason) ||
        !sw_json_u64(sw_json_get(item, "count"), &n)) {
        return SW_E_FORMAT;
    }
    for (size_t i = 0; i < *count; i++) {
        if (sw_str_is(reason, (*list)[i].reason)) {
            (*list)[i].count += n;
            return SW_OK;
        }
    }
    *list = sw_arena_grow(&joining->arena, *list, *count, cap, sizeof(**list));
    SW_TRY_PTR(*list);
    const char *copy = sw_arena_strndup(&joining->arena, reason);
    SW_TRY_PTR(copy);
    (*list)[(*count)++] = (struct sw_reason_count){copy, n};
    return SW_OK;
}

static sw_result count_reasons(
    struct joining *joining, struct sw_reason_count **list, size_t *count)
{
    size_t cap = 0;
    *list = NULL;
    *count = 0;
    for (size_t i = 0; i < joining->count; i++) {
        const struct sw_json *given = sw_json_get(&joining->parts[i].chunks.header, "quarantined");
        SW_JSON_EACH (item, given) {
            SW_TRY(count_reason(joining, item, list, count, &cap));
        }
    }
    if (*count > 1) {
        qsort(*list, *count, sizeof(**list), compare_reasons);
    }
    return SW_OK;
}

/* --- all of it ------------------------------------------------------------------------------- */

static sw_result join(struct joining *joining, const char *const *paths, const char *path,
    struct sw_digest *digest, struct sw_error *err)
{
    SW_TRY(open_parts(joining, paths, err));
    SW_TRY(check_parts(joining, err));
    const struct sw_rows *first = &joining->parts[0];
    const char *reader = sw_arena_strndup(&joining->arena, first->reader);
    SW_TRY_PTR(reader);
    struct sw_rows_options options = {
        .one_digest = first->one_digest, .salt = first->salt, .reader = reader};
    SW_TRY(sw_rows_create(&joining->writer, path, &options, err));
    for (size_t i = 0; i < joining->count; i++) {
        SW_TRY(add_part(joining, &joining->parts[i], err));
    }
    SW_TRY(join_files(joining, err));
    SW_TRY(join_quarantine(joining, err));
    SW_TRY(join_statistics(joining, err));
    struct sw_reason_count *reasons;
    size_t count;
    SW_TRY(count_reasons(joining, &reasons, &count));
    return sw_rows_finish(SW_TAKE(joining->writer), reasons, count, joining->progress, digest, err);
}

sw_result sw_rows_join(const char *const *parts, size_t count, const char *path,
    struct sw_progress *progress, struct sw_digest *digest, struct sw_error *err)
{
    if (count == 0) {
        return sw_fail(err, SW_E_USAGE, "there are no parts to be joined");
    }
    struct joining joining = {.count = count, .progress = progress};
    sw_arena_init(&joining.arena, 0);
    joining.parts = calloc(count, sizeof(*joining.parts));
    SW_TRY_PTR(joining.parts);
    for (size_t i = 0; i < count; i++) {
        joining.parts[i] = SW_ROWS_INIT;
    }
    enum sw_code code = join(&joining, parts, path, digest, err);
    for (size_t i = 0; i < count; i++) {
        sw_rows_close(&joining.parts[i]);
    }
    sw_cleanup_rows_writer(&joining.writer);
    free(joining.parts);
    sw_arena_release(&joining.arena);
    return code;
}
