/* What differs between two sets: compared with a plain comparison of small random ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "unit/data/data_help.h"

#define ROWS_MAX 60u

struct plain_row {
    unsigned content;
    unsigned weight;
    unsigned sources; /* bits: 1 forum, 2 mail */
};

struct plain_set {
    struct plain_row rows[ROWS_MAX];
    unsigned count;
};

struct pair_of_sets {
    struct temp_tree tree;
    struct sw_arena arena;
    struct sw_data data;
    struct sw_rows a;
    struct sw_rows b;
};

static uint64_t seed_state;

static unsigned random_below(unsigned below)
{
    seed_state = seed_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((seed_state >> 33) % below);
}

static void write_set(const char *path, const struct plain_set *set,
    const struct sw_rows_options *options, struct sw_rows *out)
{
    struct sw_rows_writer *writer = NULL;
    struct sw_digest digest;
    static const struct sw_digest step = {.alg = SW_SHA256, .len = 32};
    MUST(sw_rows_create(&writer, path, options, &must_error));
    for (unsigned i = 0; i < set->count; i++) {
        const struct plain_row *from = &set->rows[i];
        struct sw_row row = {.length = 1, .weight = (float)from->weight};
        struct sw_str names[2];
        struct sw_origin origin = {.sources = names, .steps = &step};
        for (unsigned s = 0; s < 2; s++) {
            if ((from->sources >> s & 1) != 0) {
                names[origin.source_count++] = rows_source_names[s];
            }
        }
        origin.step_count = i % 2; /* the way here is no difference */
        MUST(sw_rows_origin(writer, &origin, &row.origin, &must_error));
        rows_digest(1, from->content, row.content);
        rows_digest(2, options->one_digest ? from->content : i, row.record);
        MUST(sw_rows_add(writer, &row, &must_error));
    }
    MUST(sw_rows_finish(writer, NULL, 0, NULL, &digest, &must_error));
    MUST(sw_rows_open(out, path, &digest, &must_error));
}

static void open_pair(struct pair_of_sets *p, const struct plain_set *a, const struct plain_set *b,
    const struct sw_rows_options *of_a, const struct sw_rows_options *of_b)
{
    *p = (struct pair_of_sets){.a = SW_ROWS_INIT, .b = SW_ROWS_INIT};
    quick_tree_make(&p->tree);
    sw_arena_init(&p->arena, 0);
    p->data = (struct sw_data){.arena = &p->arena};
    write_set(temp_tree_path(&p->tree, "a"), a, of_a, &p->a);
    write_set(temp_tree_path(&p->tree, "b"), b, of_b, &p->b);
}

static void close_pair(struct pair_of_sets *p)
{
    sw_rows_close(&p->a);
    sw_rows_close(&p->b);
    sw_arena_release(&p->arena);
    temp_tree_remove(&p->tree);
}

static const struct sw_rows_options plain_options = {.reader = "lines"};

/* --- by hand --------------------------------------------------------------------------------- */

struct expected {
    uint64_t counts[SW_DIFF_KINDS];
    uint64_t common;
    uint64_t only[2][2]; /* by source, by side */
};

/* In B, what pairs with row `i` of A; -1 without. The k-th of equal ones pairs with the k-th. */
static int partner(const struct plain_set *a, const struct plain_set *b, unsigned i)
{
    unsigned nth = 0;
    for (unsigned k = 0; k < i; k++) {
        nth += a->rows[k].content == a->rows[i].content;
    }
    for (unsigned k = 0; k < b->count; k++) {
        if (b->rows[k].content == a->rows[i].content && nth-- == 0) {
            return (int)k;
        }
    }
    return -1;
}

static uint64_t moved_by_hand(const struct plain_set *a, const struct plain_set *b)
{
    uint64_t behind = 0; /* of one that they stood before, and the other way round */
    uint64_t before = 0;
    for (unsigned i = 0; i < a->count; i++) {
        bool is_behind = false;
        bool is_before = false;
        int at = partner(a, b, i);
        for (unsigned k = 0; k < a->count && at >= 0; k++) {
            int other = partner(a, b, k);
            is_behind = is_behind || (other >= 0 && i < k && at > other);
            is_before = is_before || (other >= 0 && i > k && at < other);
        }
        behind += is_behind;
        before += is_before;
    }
    return behind < before ? behind : before;
}

static struct expected by_hand(const struct plain_set *a, const struct plain_set *b)
{
    struct expected e = {{0}, 0, {{0}}};
    for (unsigned i = 0; i < a->count; i++) {
        const struct plain_row *row = &a->rows[i];
        int at = partner(a, b, i);
        if (at < 0) {
            e.counts[SW_DIFF_ONLY_A]++;
            e.only[0][0] += row->sources & 1;
            e.only[1][0] += row->sources >> 1 & 1;
            continue;
        }
        e.common++;
        e.counts[SW_DIFF_WEIGHT] += row->weight != b->rows[at].weight;
        e.counts[SW_DIFF_SOURCES] += row->sources != b->rows[at].sources;
    }
    for (unsigned i = 0; i < b->count; i++) {
        if (partner(b, a, i) < 0) {
            e.counts[SW_DIFF_ONLY_B]++;
            e.only[0][1] += b->rows[i].sources & 1;
            e.only[1][1] += b->rows[i].sources >> 1 & 1;
        }
    }
    e.counts[SW_DIFF_MOVED] = moved_by_hand(a, b);
    return e;
}

static void check_sources(const struct sw_diff *found, const struct expected *e)
{
    for (size_t i = 0; i < found->source_count; i++) {
        unsigned s = sw_str_is(found->sources[i].name, "mail") ? 1 : 0;
        assert_int_equal(found->sources[i].only_a, e->only[s][0]);
        assert_int_equal(found->sources[i].only_b, e->only[s][1]);
    }
}

static void check_pair(const struct plain_set *a, const struct plain_set *b)
{
    struct pair_of_sets p;
    struct sw_diff found;
    struct expected e = by_hand(a, b);
    open_pair(&p, a, b, &plain_options, &plain_options);
    MUST(sw_diff(&p.data, &p.a, &p.b, p.tree.path, 7, &found, &must_error));
    assert_int_equal(found.common, e.common);
    for (int kind = 0; kind < SW_DIFF_KINDS; kind++) {
        assert_int_equal(found.counts[kind], e.counts[kind]);
        assert_int_equal(found.kept[kind], e.counts[kind] < 7 ? e.counts[kind] : 7);
    }
    check_sources(&found, &e);
    close_pair(&p);
}

static void make_random(struct plain_set *set, unsigned contents)
{
    set->count = random_below(ROWS_MAX);
    for (unsigned i = 0; i < set->count; i++) {
        set->rows[i] =
            (struct plain_row){random_below(contents), 1 + random_below(2), 1 + random_below(3)};
    }
}

static void test_random_sets_differ_as_a_plain_look_says(void **state)
{
    (void)state;
    for (seed_state = 1; seed_state < 60 * 7; seed_state += 7) {
        uint64_t kept = seed_state;
        struct plain_set a;
        struct plain_set b;
        make_random(&a, kept % 2 == 0 ? 20 : 200);
        make_random(&b, kept % 2 == 0 ? 20 : 200);
        check_pair(&a, &b);
        /* Nearly the same: some rows out, some changed, two swapped. */
        b.count = 0;
        for (unsigned i = 0; i < a.count; i++) {
            if (random_below(8) != 0) {
                b.rows[b.count] = a.rows[i];
                b.rows[b.count++].weight += random_below(10) == 0 ? 1 : 0;
            }
        }
        if (b.count > 2) {
            struct plain_row first = b.rows[0];
            b.rows[0] = b.rows[b.count - 1];
            b.rows[b.count - 1] = first;
        }
        check_pair(&a, &b);
        check_pair(&b, &a);
        seed_state = kept;
    }
}

static struct plain_set counted(unsigned count)
{
    struct plain_set set = {.count = count};
    for (unsigned i = 0; i < count; i++) {
        set.rows[i] = (struct plain_row){i, 1, 1};
    }
    return set;
}

static void test_one_sample_that_moves_is_one(void **state)
{
    (void)state;
    struct plain_set a = counted(50);
    for (unsigned to_end = 0; to_end < 2; to_end++) {
        struct pair_of_sets p;
        struct sw_diff found;
        struct plain_set b = a;
        struct plain_row moved = a.rows[to_end ? 0 : 49];
        memmove(b.rows + (to_end ? 0 : 1), a.rows + (to_end ? 1 : 0), 49 * sizeof(moved));
        b.rows[to_end ? 49 : 0] = moved;
        open_pair(&p, &a, &b, &plain_options, &plain_options);
        MUST(sw_diff(&p.data, &p.a, &p.b, p.tree.path, 5, &found, &must_error));
        assert_int_equal(found.counts[SW_DIFF_MOVED], 1);
        assert_int_equal(found.samples[SW_DIFF_MOVED][0].row_a, to_end ? 0 : 49);
        assert_int_equal(found.samples[SW_DIFF_MOVED][0].row_b, to_end ? 49 : 0);
        close_pair(&p);
    }
}

static void test_the_same_set_differs_in_nothing(void **state)
{
    (void)state;
    struct plain_set a = counted(50);
    struct plain_set none = {.count = 0};
    check_pair(&a, &a);
    check_pair(&none, &none);
    check_pair(&a, &none);
    check_pair(&none, &a);
}

static void test_named_samples_are_the_ones_that_differ(void **state)
{
    (void)state;
    struct pair_of_sets p;
    struct sw_diff found;
    uint8_t content[32];
    struct plain_set a = counted(10);
    struct plain_set b = counted(10);
    b.rows[3].content = 77;
    b.rows[5].weight = 9;
    b.rows[6].sources = 2;
    open_pair(&p, &a, &b, &plain_options, &plain_options);
    MUST(sw_diff(&p.data, &p.a, &p.b, p.tree.path, 5, &found, &must_error));
    rows_digest(1, 3, content);
    assert_int_equal(found.samples[SW_DIFF_ONLY_A][0].row_a, 3);
    assert_memory_equal(found.samples[SW_DIFF_ONLY_A][0].content, content, 32);
    assert_int_equal(found.samples[SW_DIFF_ONLY_B][0].row_b, 3);
    assert_int_equal(found.samples[SW_DIFF_WEIGHT][0].row_b, 5);
    assert_true(found.samples[SW_DIFF_WEIGHT][0].weight_b > 8);
    assert_int_equal(found.samples[SW_DIFF_SOURCES][0].row_a, 6);
    close_pair(&p);
}

static void test_a_set_with_one_digest_is_compared_by_records(void **state)
{
    (void)state;
    static const struct sw_rows_options one = {.reader = "lines", .one_digest = true};
    struct pair_of_sets p;
    struct sw_diff found;
    struct plain_set a = counted(10);
    open_pair(&p, &a, &a, &one, &plain_options);
    MUST(sw_diff(&p.data, &p.a, &p.b, p.tree.path, 5, &found, &must_error));
    assert_int_equal(found.common, 10); /* record i of both is the digest of i */
    close_pair(&p);
}

static void test_sets_of_other_salts_are_not_compared(void **state)
{
    (void)state;
    static const struct sw_rows_options salted = {
        .reader = "lines", .salt = {"0123456789abcdef0123456789abcdef", 32}};
    struct pair_of_sets p;
    struct sw_diff found;
    struct plain_set a = counted(10);
    open_pair(&p, &a, &a, &salted, &plain_options);
    assert_int_equal(
        sw_diff(&p.data, &p.a, &p.b, p.tree.path, 5, &found, &must_error), SW_E_REFUSED);
    close_pair(&p);
}

/* More rows than are sorted in memory at once. */
static void test_large_sets_are_compared_exactly(void **state)
{
    (void)state;
    struct temp_tree tree;
    struct sw_arena arena;
    struct sw_diff found;
    SW_CLEANUP(rows) struct sw_rows a = SW_ROWS_INIT;
    SW_CLEANUP(rows) struct sw_rows b = SW_ROWS_INIT;
    quick_tree_make(&tree);
    sw_arena_init(&arena, 0);
    struct sw_data data = {.arena = &arena};
    struct sw_digest of_a = rows_make(temp_tree_path(&tree, "a"), 5, 150000, &plain_options);
    struct sw_digest of_b = rows_make(temp_tree_path(&tree, "b"), 5, 140000, &plain_options);
    MUST(sw_rows_open(&a, temp_tree_path(&tree, "a"), &of_a, &must_error));
    MUST(sw_rows_open(&b, temp_tree_path(&tree, "b"), &of_b, &must_error));
    MUST(sw_diff(&data, &a, &b, tree.path, 3, &found, &must_error));
    assert_int_equal(found.common, 140000);
    assert_int_equal(found.counts[SW_DIFF_ONLY_A], 10000);
    assert_int_equal(found.counts[SW_DIFF_ONLY_B], 0);
    assert_int_equal(found.counts[SW_DIFF_MOVED], 0);
    sw_arena_release(&arena);
    temp_tree_remove(&tree);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_sets_differ_as_a_plain_look_says),
        cmocka_unit_test(test_one_sample_that_moves_is_one),
        cmocka_unit_test(test_the_same_set_differs_in_nothing),
        cmocka_unit_test(test_named_samples_are_the_ones_that_differ),
        cmocka_unit_test(test_a_set_with_one_digest_is_compared_by_records),
        cmocka_unit_test(test_sets_of_other_salts_are_not_compared),
        cmocka_unit_test(test_large_sets_are_compared_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
