#include "supply/advisory_hits.h"

#include <stdlib.h>

/* Columns of every query for hits. */
enum { ROW, NAME, WITHDRAWN, CVSS, SUMMARY, ALIASES };

void sw_advisory_hits_begin(struct sw_advisory_hits *hits)
{
    hits->sorted = hits->sorted == 0 ? hits->count : hits->sorted;
    hits->before = hits->count;
}

static int by_row(const void *key, const void *item)
{
    int64_t row = *(const int64_t *)key;
    const struct sw_advisory_hit *hit = item;
    return (row > hit->row) - (row < hit->row);
}

static struct sw_advisory_hit *find_hit(const struct sw_advisory_hits *hits, int64_t row)
{
    if (hits->count > 0 && hits->items[hits->count - 1].row == row) {
        return &hits->items[hits->count - 1];
    }
    for (size_t i = hits->sorted; i < hits->before; i++) {
        if (hits->items[i].row == row) {
            return &hits->items[i];
        }
    }
    return hits->sorted == 0
               ? NULL
               : bsearch(&row, hits->items, hits->sorted, sizeof(*hits->items), by_row);
}

sw_result sw_advisory_hits_get(struct sw_arena *arena, struct sw_advisory_hits *hits,
    struct sqlite3_stmt *stmt, struct sw_advisory_hit **out)
{
    int64_t row = sqlite3_column_int64(stmt, ROW);
    *out = find_hit(hits, row);
    if (*out != NULL) {
        return SW_OK;
    }
    struct sw_advisory_hit *items =
        sw_arena_grow(arena, hits->items, hits->count, &hits->cap, sizeof(*items));
    SW_TRY_PTR(items);
    hits->items = items;
    items[hits->count] = (struct sw_advisory_hit){.row = row,
        .name = sw_advisory_db_text(arena, stmt, NAME),
        .withdrawn = sqlite3_column_int64(stmt, WITHDRAWN) != 0,
        .cvss = (unsigned)sqlite3_column_int64(stmt, CVSS),
        .summary = sw_advisory_db_text(arena, stmt, SUMMARY),
        .aliases = sw_advisory_db_text(arena, stmt, ALIASES),
        .group = hits->count,
        .next = SW_ADVISORY_NO_HIT};
    *out = &items[hits->count++];
    return SW_OK;
}

/* --- names ------------------------------------------------------------------------------------ */

struct named {
    struct sw_str name;
    size_t hit;
};

static unsigned rank(struct sw_str name)
{
    return sw_str_starts(name, "CVE-") ? 0 : sw_str_starts(name, "GHSA-") ? 1 : 2;
}

static int by_name(const void *a, const void *b)
{
    const struct named *x = a;
    const struct named *y = b;
    unsigned first = rank(x->name);
    unsigned second = rank(y->name);
    if (first != second) {
        return first < second ? -1 : 1;
    }
    int order = sw_str_compare(x->name, y->name);
    return order != 0 ? order : (x->hit > y->hit) - (x->hit < y->hit);
}

static struct sw_str next_line(struct sw_str *rest)
{
    const char *end = memchr(rest->ptr, '\n', rest->len);
    size_t len = end == NULL ? rest->len : (size_t)(end - rest->ptr);
    struct sw_str line = sw_str_n(rest->ptr, len);
    size_t taken = end == NULL ? len : len + 1;
    *rest = sw_str_n(rest->ptr + taken, rest->len - taken);
    return line;
}

static size_t count_names(const struct sw_advisory_hit *hit)
{
    size_t count = 2;
    for (size_t i = 0; i < hit->aliases.len; i++) {
        count += hit->aliases.ptr[i] == '\n' ? 1 : 0;
    }
    return count;
}

static size_t add_names(const struct sw_advisory_hit *hit, size_t index, struct named *out)
{
    size_t count = 0;
    struct sw_str rest = hit->aliases;
    out[count++] = (struct named){hit->name, index};
    while (rest.len > 0) {
        out[count++] = (struct named){next_line(&rest), index};
    }
    return count;
}

/* The names of all hits, in order; or of one group (not SW_ADVISORY_NO_HIT). */
static sw_result list_names(struct sw_arena *arena, const struct sw_advisory_hits *hits,
    size_t group, struct named **out, size_t *out_count)
{
    bool all = group == SW_ADVISORY_NO_HIT;
    size_t room = 0;
    size_t count = 0;
    for (size_t i = all ? 0 : group; i < hits->count; i = all ? i + 1 : hits->items[i].next) {
        room += count_names(&hits->items[i]);
    }
    struct named *names = SW_ARENA_ARRAY(arena, struct named, room);
    SW_TRY_PTR(names);
    for (size_t i = all ? 0 : group; i < hits->count; i = all ? i + 1 : hits->items[i].next) {
        count += add_names(&hits->items[i], i, names + count);
    }
    if (count > 1) {
        qsort(names, count, sizeof(*names), by_name);
    }
    *out = names;
    *out_count = count;
    return SW_OK;
}

/* --- groups ----------------------------------------------------------------------------------- */

static size_t find(struct sw_advisory_hits *hits, size_t i)
{
    while (hits->items[i].group != i) {
        hits->items[i].group = hits->items[hits->items[i].group].group;
        i = hits->items[i].group;
    }
    return i;
}

sw_result sw_advisory_hits_group(struct sw_arena *arena, struct sw_advisory_hits *hits)
{
    struct named *names = NULL;
    size_t count = 0;
    SW_TRY(list_names(arena, hits, SW_ADVISORY_NO_HIT, &names, &count));
    for (size_t i = 1; i < count; i++) {
        if (sw_str_equal(names[i].name, names[i - 1].name)) {
            size_t a = find(hits, names[i - 1].hit);
            size_t b = find(hits, names[i].hit);
            hits->items[a > b ? a : b].group = a > b ? b : a;
        }
    }
    for (size_t i = hits->count; i > 0; i--) {
        struct sw_advisory_hit *hit = &hits->items[i - 1];
        hit->group = find(hits, i - 1);
        if (hit->group != i - 1) {
            hit->next = hits->items[hit->group].next;
            hits->items[hit->group].next = i - 1;
        }
    }
    return SW_OK;
}

sw_result sw_advisory_hits_names(struct sw_arena *arena, const struct sw_advisory_hits *hits,
    size_t group, const struct sw_str **out, size_t *out_count)
{
    struct named *names = NULL;
    size_t count = 0;
    size_t kept = 0;
    SW_TRY(list_names(arena, hits, group, &names, &count));
    struct sw_str *list = SW_ARENA_ARRAY(arena, struct sw_str, count);
    SW_TRY_PTR(list);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || !sw_str_equal(list[kept - 1], names[i].name)) {
            list[kept++] = names[i].name;
        }
    }
    *out = list;
    *out_count = kept;
    return SW_OK;
}
