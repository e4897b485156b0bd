/* Rows are looked up by their content, in the sorted order. Where a content stands often (labels,
 * "yes", "no"), its rows are kept by their records, and each leads to the next that is free: a set
 * of two different lines, shuffled, is compared as fast as one of many. */
#include "data/verify_private.h"

#include <stdlib.h>

#define CROWD 32u                        /* rows of one content that are just tried */
#define CROWDED_MAX ((uint64_t)16 << 20) /* rows in crowds: 256 MiB */
#define CROWD_TABLE_FIRST ((size_t)64)

struct member {
    uint64_t print; /* of the record */
    uint32_t row;
    uint32_t free; /* the first member from here on that may be free */
};

struct sw_crowd {
    uint8_t content[32];
    uint64_t first;         /* place */
    uint32_t count;         /* 0: no crowd */
    struct member *members; /* by record, then by row */
};

void sw_finder_init(struct sw_finder *finder, struct sw_rows *rows)
{
    *finder = (struct sw_finder){.rows = rows, .used = SW_ROWSET_INIT};
}

void sw_finder_release(struct sw_finder *finder)
{
    for (size_t i = 0; i < finder->crowd_cap; i++) {
        free(finder->crowds[i].members);
    }
    free(finder->crowds);
    free(finder->scratch);
    sw_rowset_release(&finder->used);
}

sw_result sw_finder_use(struct sw_finder *finder, uint64_t row)
{
    return sw_rowset_add(&finder->used, (uint32_t)row);
}

static bool is_free(const struct sw_finder *finder, uint32_t row)
{
    return !sw_rowset_has(&finder->used, row);
}

/* Of rows whose content is the same. */
static sw_result same_record(struct sw_finder *finder, uint32_t row, const struct sw_row *read,
    bool *same, struct sw_error *err)
{
    uint8_t record[32];
    *same = true;
    if (finder->rows->one_digest) {
        return SW_OK;
    }
    SW_TRY(sw_rows_peek(finder->rows, row, record, err));
    *same = memcmp(record, read->record, sizeof(record)) == 0;
    return SW_OK;
}

/* --- a few ----------------------------------------------------------------------------------- */

static sw_result find_among_few(struct sw_finder *finder, const struct sw_row *read, uint64_t first,
    size_t count, uint64_t next, uint64_t *row, struct sw_error *err)
{
    uint32_t rows[CROWD];
    uint64_t found = SW_NO_ROW;
    SW_TRY(sw_rows_places(finder->rows, first, count, rows, err));
    for (size_t i = 0; i < count && (found == SW_NO_ROW || found < next); i++) {
        bool same = is_free(finder, rows[i]) && (found == SW_NO_ROW || rows[i] >= next);
        if (same) {
            SW_TRY(same_record(finder, rows[i], read, &same, err));
        }
        found = same ? rows[i] : found;
    }
    *row = found;
    return SW_OK;
}

/* --- many ------------------------------------------------------------------------------------ */

static uint64_t print_of(const uint8_t record[32])
{
    uint64_t print;
    memcpy(&print, record, sizeof(print));
    return print;
}

static int compare_members(const void *a, const void *b)
{
    const struct member *x = a;
    const struct member *y = b;
    if (x->print != y->print) {
        return x->print < y->print ? -1 : 1;
    }
    return x->row < y->row ? -1 : x->row > y->row;
}

static sw_result gather(struct sw_finder *finder, struct sw_crowd *crowd, struct sw_error *err)
{
    struct sw_rows *rows = finder->rows;
    uint32_t *places = realloc(finder->scratch, crowd->count * sizeof(*places));
    SW_TRY_PTR(places);
    finder->scratch = places;
    crowd->members = malloc(crowd->count * sizeof(*crowd->members));
    SW_TRY_PTR(crowd->members);
    SW_TRY(sw_rows_places(rows, crowd->first, crowd->count, places, err));
    for (uint32_t i = 0; i < crowd->count; i++) {
        uint8_t record[32] = {0};
        if (!rows->one_digest) {
            SW_TRY(sw_rows_peek(rows, places[i], record, err));
        }
        crowd->members[i] = (struct member){print_of(record), places[i], 0};
    }
    qsort(crowd->members, crowd->count, sizeof(*crowd->members), compare_members);
    for (uint32_t i = 0; i < crowd->count; i++) {
        crowd->members[i].free = i;
    }
    return SW_OK;
}

static struct sw_crowd *slot_of(struct sw_crowd *crowds, size_t cap, const uint8_t content[32])
{
    size_t at = (size_t)print_of(content) & (cap - 1);
    while (crowds[at].count != 0 && memcmp(crowds[at].content, content, 32) != 0) {
        at = (at + 1) & (cap - 1);
    }
    return &crowds[at];
}

static sw_result make_room(struct sw_finder *finder)
{
    if (2 * finder->crowd_count < finder->crowd_cap) {
        return SW_OK;
    }
    size_t cap = finder->crowd_cap == 0 ? CROWD_TABLE_FIRST : finder->crowd_cap * 2;
    struct sw_crowd *crowds = calloc(cap, sizeof(*crowds));
    SW_TRY_PTR(crowds);
    for (size_t i = 0; i < finder->crowd_cap; i++) {
        if (finder->crowds[i].count != 0) {
            *slot_of(crowds, cap, finder->crowds[i].content) = finder->crowds[i];
        }
    }
    free(finder->crowds);
    finder->crowds = crowds;
    finder->crowd_cap = cap;
    return SW_OK;
}

/* The crowd of a content that was met before; NULL: it was not, or is no crowd. */
static struct sw_crowd *known_crowd(struct sw_finder *finder, const uint8_t content[32])
{
    if (finder->crowd_count == 0) {
        return NULL;
    }
    struct sw_crowd *crowd = slot_of(finder->crowds, finder->crowd_cap, content);
    return crowd->count == 0 ? NULL : crowd;
}

static sw_result make_crowd(struct sw_finder *finder, const uint8_t content[32], uint64_t first,
    uint64_t count, struct sw_crowd **out, struct sw_error *err)
{
    if (finder->crowded + count > CROWDED_MAX) {
        return sw_fail(err, SW_E_LIMIT,
            "more than %llu samples stand elsewhere and have contents that stand often: this "
            "is another dataset",
            (unsigned long long)CROWDED_MAX);
    }
    struct sw_crowd made = {.first = first, .count = (uint32_t)count};
    memcpy(made.content, content, sizeof(made.content));
    SW_TRY(make_room(finder));
    enum sw_code code = gather(finder, &made, err);
    if (code != SW_OK) {
        free(made.members);
        return code;
    }
    *out = slot_of(finder->crowds, finder->crowd_cap, content);
    **out = made;
    finder->crowd_count++;
    finder->crowded += count;
    return SW_OK;
}

/* The first member that is not before (print, row). */
static uint32_t bound(const struct sw_crowd *crowd, uint64_t print, uint64_t row)
{
    uint32_t low = 0;
    uint32_t high = crowd->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct member *m = &crowd->members[middle];
        if (m->print < print || (m->print == print && m->row < row)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The first free member from `at` on; the ways there become shorter. */
static uint32_t next_free(const struct sw_finder *finder, struct sw_crowd *crowd, uint32_t at)
{
    struct member *members = crowd->members;
    uint32_t end = at;
    for (;;) {
        while (end < crowd->count && members[end].free != end) {
            end = members[end].free;
        }
        if (end == crowd->count || is_free(finder, members[end].row)) {
            break;
        }
        members[end].free = end + 1;
        end++;
    }
    while (at < end) {
        uint32_t further = members[at].free;
        members[at].free = end;
        at = further;
    }
    return end;
}

/* Different records whose prints are the same are told apart. */
static sw_result find_from(struct sw_finder *finder, struct sw_crowd *crowd,
    const struct sw_row *read, uint64_t from, uint64_t *row, struct sw_error *err)
{
    uint64_t print = finder->rows->one_digest ? 0 : print_of(read->record);
    uint32_t at = bound(crowd, print, from);
    *row = SW_NO_ROW;
    for (;; at++) {
        bool same;
        at = next_free(finder, crowd, at);
        if (at == crowd->count || crowd->members[at].print != print) {
            return SW_OK;
        }
        SW_TRY(same_record(finder, crowd->members[at].row, read, &same, err));
        if (same) {
            *row = crowd->members[at].row;
            return SW_OK;
        }
    }
}

sw_result sw_finder_find(struct sw_finder *finder, const struct sw_row *read, uint64_t next,
    uint64_t *row, struct sw_error *err)
{
    struct sw_crowd *crowd = known_crowd(finder, read->content);
    if (crowd == NULL) {
        uint64_t first;
        uint64_t count;
        SW_TRY(sw_rows_find(finder->rows, read->content, &first, &count, err));
        if (count <= CROWD) {
            return find_among_few(finder, read, first, (size_t)count, next, row, err);
        }
        SW_TRY(make_crowd(finder, read->content, first, count, &crowd, err));
    }
    SW_TRY(find_from(finder, crowd, read, next, row, err));
    return *row == SW_NO_ROW && next > 0 ? find_from(finder, crowd, read, 0, row, err) : SW_OK;
}
