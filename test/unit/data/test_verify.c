#include "data/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "unit/data/ingest_help.h"

/* --- inputs ---------------------------------------------------------------------------------- */

#define RECORDS_MAX 400u

/* Records that are numbers: equal numbers are equal records. */
struct input {
    uint32_t value[RECORDS_MAX];
    uint64_t offset[RECORDS_MAX];
    size_t count;
};

/* How numbers are written. */
struct writing {
    const char *file; /* its ending is its format */
    uint32_t texts;   /* JSON: so many different contents; 0: each record its own */
    bool one_digest;
};

static const char *write_input(
    struct data_test *t, const struct writing *w, struct input *input, const char *dir)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    bool json = strcmp(w->file, "in.jsonl") == 0;
    for (size_t i = 0; i < input->count; i++) {
        uint32_t v = input->value[i];
        input->offset[i] = text.len;
        MUST(json ? sw_buf_printf(&text, "{\"id\":%u,\"text\":\"text %u\"}\n", v,
                        w->texts == 0 ? v : v % w->texts)
                  : sw_buf_printf(&text, "%u\n", v));
    }
    const char *path = sw_arena_printf(&t->arena, "%s/%s/%s", t->tree.path, dir, w->file);
    assert_non_null(path);
    MUST(sw_dir_make(sw_arena_printf(&t->arena, "%s/%s", t->tree.path, dir), 0755, &must_error));
    write_text(path, sw_buf_bytes(&text));
    return path;
}

static uint32_t any_value(struct random *r, uint32_t values, uint32_t *fresh)
{
    return values == 0 ? (*fresh)++ : random_below(r, values);
}

static void fill(struct input *input, struct random *r, size_t count, uint32_t values)
{
    uint32_t fresh = 1;
    input->count = count;
    for (size_t i = 0; i < count; i++) {
        input->value[i] = any_value(r, values, &fresh);
    }
}

static void cut(struct input *input, size_t at, size_t count)
{
    memmove(&input->value[at], &input->value[at + count],
        (input->count - at - count) * sizeof(input->value[0]));
    input->count -= count;
}

static void put(struct input *input, size_t at, const uint32_t *values, size_t count)
{
    memmove(&input->value[at + count], &input->value[at],
        (input->count - at) * sizeof(input->value[0]));
    memcpy(&input->value[at], values, count * sizeof(values[0]));
    input->count += count;
}

enum edit {
    EDIT_DELETE,
    EDIT_INSERT,
    EDIT_REPLACE,
    EDIT_MOVE,
    EDIT_SWAP,
    EDIT_DOUBLE,
    EDIT_SHUFFLE,
    EDITS,
};

static void edit_span(struct input *input, struct random *r, enum edit edit, uint32_t values)
{
    uint32_t span[8];
    uint32_t fresh = 1000000 + random_below(r, 1000000);
    size_t at = random_below(r, (uint32_t)input->count);
    size_t n = 1 + random_below(r, SW_COUNT(span));
    n = n < input->count - at ? n : input->count - at;
    memcpy(span, &input->value[at], n * sizeof(span[0]));
    bool new = edit == EDIT_INSERT || edit == EDIT_REPLACE;
    for (size_t i = 0; i < n && new; i++) {
        span[i] = any_value(r, values, &fresh);
    }
    if (edit == EDIT_DELETE || edit == EDIT_REPLACE || edit == EDIT_MOVE) {
        cut(input, at, n);
    }
    if (edit == EDIT_MOVE || edit == EDIT_DOUBLE) {
        at = random_below(r, (uint32_t)input->count + 1);
    }
    if (edit != EDIT_DELETE && input->count + n <= RECORDS_MAX) {
        put(input, at, span, n);
    }
}

static void swap(struct input *input, struct random *r)
{
    uint32_t *a = &input->value[random_below(r, (uint32_t)input->count)];
    uint32_t *b = &input->value[random_below(r, (uint32_t)input->count)];
    uint32_t kept = *a;
    *a = *b;
    *b = kept;
}

static void apply(struct input *input, struct random *r, enum edit edit, uint32_t values)
{
    if (input->count == 0) {
        return;
    }
    if (edit == EDIT_SWAP || edit == EDIT_SHUFFLE) {
        for (size_t n = edit == EDIT_SWAP ? 1 : input->count; n > 0; n--) {
            swap(input, r);
        }
        return;
    }
    edit_span(input, r, edit, values);
}

/* --- what an answer must say ----------------------------------------------------------------- */

/* The record that a problem's place stands for: "…, byte 20", "…, 3 records behind byte 20". */
static size_t record_at(const struct sw_sample_problem *p, const struct input *input)
{
    static const char behind[] = " record"; /* one, or several */
    const char *byte = strstr(p->where, "byte ");
    const char *more = strstr(p->where, behind);
    const char *comma = strstr(p->where, ", ");
    uint64_t offset = 0;
    uint64_t ahead = 0;
    assert_non_null(byte);
    assert_non_null(comma);
    assert_true(sw_parse_u64(sw_str(byte + 5), &offset));
    if (more != NULL) {
        assert_true(sw_parse_u64(sw_str_n(comma + 2, (size_t)(more - comma - 2)), &ahead));
    }
    for (size_t i = 0; i < input->count; i++) {
        if (input->offset[i] == offset) {
            assert_true(i + ahead < input->count);
            return i + (size_t)ahead;
        }
    }
    fail_msg("no record begins at %s", p->where);
    return 0;
}

static size_t count_of(const struct input *input, uint32_t value)
{
    size_t n = 0;
    for (size_t i = 0; i < input->count; i++) {
        n += input->value[i] == value;
    }
    return n;
}

/* Records of `a` that have no equal in `b`, one for one. */
static size_t lost(const struct input *a, const struct input *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->count; i++) {
        size_t before = 0;
        for (size_t k = 0; k < i; k++) {
            before += a->value[k] == a->value[i];
        }
        n += before >= count_of(b, a->value[i]);
    }
    return n;
}

static size_t longest_common(const struct input *a, const struct input *b)
{
    static size_t best[RECORDS_MAX + 1][RECORDS_MAX + 1];
    for (size_t i = 0; i <= a->count; i++) {
        for (size_t k = 0; k <= b->count; k++) {
            if (i == 0 || k == 0) {
                best[i][k] = 0;
            } else if (a->value[i - 1] == b->value[k - 1]) {
                best[i][k] = best[i - 1][k - 1] + 1;
            } else {
                size_t up = best[i - 1][k];
                size_t left = best[i][k - 1];
                best[i][k] = up > left ? up : left;
            }
        }
    }
    return best[a->count][b->count];
}

struct told {
    bool sample[RECORDS_MAX]; /* named in a problem */
    bool record[RECORDS_MAX];
};

static void take_problem(const struct sw_sample_problem *p, const struct input *was,
    const struct input *now, struct told *told)
{
    bool has_sample = p->kind != SW_SAMPLE_ADDED;
    bool has_record = p->kind != SW_SAMPLE_MISSING;
    size_t record = has_record ? record_at(p, now) : 0;
    assert_true(has_sample == (p->sample != SW_NO_SAMPLE));
    if (has_sample) {
        assert_true(p->sample < was->count);
        assert_false(told->sample[p->sample]);
        told->sample[p->sample] = true;
    }
    if (has_record) {
        assert_false(told->record[record]);
        told->record[record] = true;
    }
    if (p->kind == SW_SAMPLE_MISSING) {
        assert_int_equal(record_at(p, was), p->sample);
    }
    if (p->kind == SW_SAMPLE_MOVED) {
        assert_int_equal(was->value[p->sample], now->value[record]);
    }
    if (p->kind == SW_SAMPLE_CHANGED) {
        assert_int_not_equal(was->value[p->sample], now->value[record]);
    }
}

/* What no problem names stands there as it stood, in order. */
static void check_rest(const struct input *was, const struct input *now, const struct told *told)
{
    size_t at = 0;
    for (size_t i = 0; i < was->count; i++) {
        if (told->sample[i]) {
            continue;
        }
        while (at < now->count && told->record[at]) {
            at++;
        }
        assert_true(at < now->count);
        assert_int_equal(was->value[i], now->value[at]);
        at++;
    }
    for (; at < now->count; at++) {
        assert_true(told->record[at]);
    }
}

static void check_answer(const struct input *was, const struct input *now, bool distinct,
    const struct sw_data_verification *found)
{
    struct told told = {0};
    uint64_t total = 0;
    const uint64_t *n = found->counts;
    for (size_t i = 0; i < SW_COUNT(found->counts); i++) {
        total += n[i];
    }
    assert_int_equal(found->samples, was->count);
    assert_int_equal(found->read, now->count);
    assert_int_equal(found->kept, total);
    assert_int_equal(n[SW_SAMPLE_CHANGED] + n[SW_SAMPLE_MISSING], lost(was, now));
    assert_int_equal(n[SW_SAMPLE_CHANGED] + n[SW_SAMPLE_ADDED], lost(now, was));
    for (size_t i = 0; i < found->kept; i++) {
        take_problem(&found->problems[i], was, now, &told);
    }
    check_rest(was, now, &told);
    /* No fewer could have moved. */
    size_t still = was->count - lost(was, now) - (size_t)n[SW_SAMPLE_MOVED];
    if (distinct) {
        assert_int_equal(still, longest_common(was, now));
    } else {
        assert_true(still <= longest_common(was, now));
    }
}

/* --- comparing ------------------------------------------------------------------------------- */

struct set {
    struct sw_salt salt;
    struct sw_rows rows;
    struct sw_record_options how;
};

static void make_set(struct data_test *t, const char *path, bool one_digest, struct set *set)
{
    const char *work = sw_arena_printf(&t->arena, "%s/set", t->tree.path);
    assert_non_null(work);
    *set = (struct set){.rows = SW_ROWS_INIT};
    sw_salt_none(&set->salt);
    struct sw_ingest_request request = ingest_request(path, work, &set->salt);
    request.one_digest = one_digest;
    struct sw_ingested made = ingest_all(t, &request);
    MUST(sw_rows_open(&set->rows, work, &made.manifest, &must_error));
    set->how.format = made.format;
}

static void compare_set(
    struct data_test *t, struct set *set, const char *path, struct sw_data_verification *out)
{
    *out = (struct sw_data_verification){0};
    MUST(sw_data_check_set(&t->data, &set->rows, out, &must_error));
    assert_int_equal(out->counts[SW_SAMPLE_BROKEN_FILE], 0);
    MUST(sw_data_compare(&t->data, &set->rows, &set->salt, path, &set->how, out, &must_error));
}

/* Edits of one input, of `values` different records (0: each its own). */
static void try_edits(
    struct data_test *t, const struct writing *w, struct random *r, size_t count, uint32_t values)
{
    struct input was;
    struct set set;
    fill(&was, r, count, values);
    make_set(t, write_input(t, w, &was, "was"), w->one_digest, &set);
    for (unsigned n = 0; n < 24; n++) {
        struct sw_data_verification found;
        struct input now = was;
        bool doubled = values != 0;
        for (unsigned edits = n == 0 ? 0 : 1 + random_below(r, 3); edits > 0; edits--) {
            enum edit edit = (enum edit)random_below(r, EDITS);
            apply(&now, r, edit, values);
            doubled = doubled || edit == EDIT_DOUBLE;
        }
        compare_set(t, &set, write_input(t, w, &now, "now"), &found);
        check_answer(&was, &now, !doubled, &found);
    }
    sw_rows_close(&set.rows);
}

static void test_every_problem_explains_the_edit(void **state)
{
    (void)state;
    static const struct writing writings[] = {
        {"in.txt", 0, false}, {"in.txt", 0, true}, {"in.jsonl", 0, false}, {"in.jsonl", 3, false}};
    static const uint32_t values[] = {0, 0, 2, 5, 40};
    struct random r = {11};
    for (unsigned round = 0; round < 40; round++) {
        struct data_test t;
        data_test_open(&t);
        size_t count = round % 8 == 0 ? 300 : 1 + random_below(&r, 40);
        try_edits(&t, &writings[round % SW_COUNT(writings)], &r, count,
            values[random_below(&r, SW_COUNT(values))]);
        data_test_close(&t);
    }
}

/* Groups are decoded where records follow one another, and not where they are looked up. */
static void test_runs_over_groups_are_followed(void **state)
{
    (void)state;
    enum { ROWS = 3 * 65536 };
    struct data_test t;
    struct set set;
    struct sw_data_verification found;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    data_test_open(&t);
    for (unsigned i = 0; i < ROWS; i++) {
        MUST(sw_buf_printf(&text, "%06u\n", i));
    }
    const char *path = temp_tree_path(&t.tree, "in.txt");
    write_text(path, sw_buf_bytes(&text));
    make_set(&t, path, true, &set);
    /* The first thirds change places, the last line goes, and one is new in between. */
    SW_CLEANUP(buf) struct sw_buf now = SW_BUF_INIT;
    size_t third = text.len / 3;
    MUST(sw_buf_append(&now, text.data + third, third));
    MUST(sw_buf_puts(&now, "new\n"));
    MUST(sw_buf_append(&now, text.data, third));
    MUST(sw_buf_append(&now, text.data + 2 * third, third - 7));
    write_text(path, sw_buf_bytes(&now));
    compare_set(&t, &set, path, &found);
    assert_int_equal(found.counts[SW_SAMPLE_MOVED], ROWS / 3);
    assert_int_equal(found.counts[SW_SAMPLE_ADDED], 1);
    assert_int_equal(found.counts[SW_SAMPLE_MISSING], 1);
    assert_int_equal(found.counts[SW_SAMPLE_CHANGED], 0);
    sw_rows_close(&set.rows);
    data_test_close(&t);
}

/* Two lines, each 20,000 times, and as many records with the same two texts. */
static void test_what_stands_there_often_is_told_apart(void **state)
{
    (void)state;
    static const char *const files[] = {"in.txt", "in.jsonl"};
    for (size_t f = 0; f < SW_COUNT(files); f++) {
        struct data_test t;
        struct set set;
        struct sw_data_verification found;
        data_test_open(&t);
        const char *path = temp_tree_path(&t.tree, files[f]);
        for (unsigned turn = 0; turn < 2; turn++) {
            SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
            for (unsigned i = 0; i < 40000; i++) {
                unsigned n = turn == 0 ? i : 39999 - i;
                const char *word = n < 20000 ? "yes" : "no";
                MUST(f == 0 ? sw_buf_printf(&text, "%s\n", word)
                            : sw_buf_printf(&text, "{\"text\":\"%s\",\"id\":%u}\n", word, n));
            }
            write_text(path, sw_buf_bytes(&text));
            if (turn == 0) {
                make_set(&t, path, false, &set);
            }
        }
        compare_set(&t, &set, path, &found);
        assert_int_equal(found.counts[SW_SAMPLE_MOVED], f == 0 ? 20000 : 39999);
        assert_int_equal(found.counts[SW_SAMPLE_CHANGED] + found.counts[SW_SAMPLE_MISSING] +
                             found.counts[SW_SAMPLE_ADDED],
            0);
        sw_rows_close(&set.rows);
        data_test_close(&t);
    }
}

/* --- the store's own file -------------------------------------------------------------------- */

static bool is_found(struct data_test *t, const char *path, const struct sw_digest *digest)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    struct sw_error err = {0};
    struct sw_data_verification found = {0};
    enum sw_code code = sw_rows_open(&rows, path, digest, &err);
    if (code == SW_OK) {
        code = sw_data_check_set(&t->data, &rows, &found, &err);
        assert_int_equal(code, SW_OK);
        return found.counts[SW_SAMPLE_BROKEN_FILE] > 0;
    }
    assert_true(code == SW_E_REFUSED || code == SW_E_FORMAT);
    return true;
}

static void test_every_changed_byte_of_a_set_is_found(void **state)
{
    (void)state;
    for (unsigned one = 0; one < 2; one++) {
        struct data_test t;
        struct set set;
        SW_CLEANUP(buf) struct sw_buf whole = SW_BUF_INIT;
        data_test_open(&t);
        const char *path = temp_tree_path(&t.tree, "in.jsonl");
        static const char text[] =
            "{\"id\":1,\"text\":\"a\"}\n{broken\n{\"id\":2,\"label\":\"x\"}\n";
        write_text(path, sw_bytes(text, sizeof(text) - 1));
        make_set(&t, path, one == 1, &set);
        struct sw_digest digest = set.rows.chunks.digest;
        const char *file = sw_arena_strdup(&t.arena, set.rows.chunks.path);
        assert_non_null(file);
        sw_rows_close(&set.rows);
        MUST(sw_file_read(file, UINT32_MAX, &whole, &must_error));
        assert_false(is_found(&t, file, &digest));
        for (size_t i = 0; i < whole.len; i++) {
            static const uint8_t masks[] = {0x01, 0x80, 0xff};
            whole.data[i] ^= masks[i % 3];
            write_text(file, sw_buf_bytes(&whole));
            assert_true(is_found(&t, file, &digest));
            whole.data[i] ^= masks[i % 3];
            write_text(file, sw_bytes(whole.data, i));
            assert_true(is_found(&t, file, &digest));
        }
        data_test_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_problem_explains_the_edit),
        cmocka_unit_test(test_runs_over_groups_are_followed),
        cmocka_unit_test(test_what_stands_there_often_is_told_apart),
        cmocka_unit_test(test_every_changed_byte_of_a_set_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
