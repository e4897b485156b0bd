#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "temp_tree.h"

static struct temp_tree dir;
static struct sw_tree tree;

static int make(void **state)
{
    (void)state;
    temp_tree_make(&dir);
    tree = SW_TREE_INIT;
    return 0;
}

static int clean(void **state)
{
    (void)state;
    sw_tree_release(&tree);
    temp_tree_remove(&dir);
    return 0;
}

#define UNITS_MAX 256

/* Sums bytes, weighted by their place, so that order and completeness show. */
struct sums {
    const struct sw_tree *tree;
    uint64_t sum[UNITS_MAX];
    uint64_t len[UNITS_MAX];
    int begun[UNITS_MAX];
    int ended[UNITS_MAX];
    int dropped[UNITS_MAX];
    const char *fail_begin_of;
    const char *fail_update_of;
    const char *fail_end_of;
    const char *change; /* this file is appended to while it is read */
    const char *change_at_end;
};

struct sum_state {
    uint64_t sum;
    uint64_t len;
    const char *name;
};

static const char *unit_name(const struct sums *sums, const struct sw_unit *unit)
{
    return sums->tree->entries[unit->entry].name;
}

static bool is_named(const char *wanted, const char *name)
{
    return wanted != NULL && strcmp(wanted, name) == 0;
}

static enum sw_code sums_begin(
    void *ctx, void *state, const struct sw_unit *unit, int fd, struct sw_error *err)
{
    struct sums *sums = ctx;
    struct sum_state *s = state;
    if (s->sum != 0 || s->len != 0 || s->name != NULL) {
        return sw_fail(err, SW_E_INTERNAL, "state is not zero");
    }
    s->name = unit_name(sums, unit);
    if (is_named(sums->fail_begin_of, s->name)) {
        return sw_fail(err, SW_E_LIMIT, "begin failed");
    }
    sums->begun[unit->index]++;
    return SW_OK;
}

static enum sw_code sums_update(void *ctx, void *state, struct sw_bytes chunk, struct sw_error *err)
{
    struct sums *sums = ctx;
    struct sum_state *s = state;
    if (is_named(sums->fail_update_of, s->name)) {
        return sw_fail(err, SW_E_REFUSED, "update failed");
    }
    if (is_named(sums->change, s->name)) {
        temp_tree_write(&dir, s->name, "changed");
    }
    for (size_t i = 0; i < chunk.len; i++) {
        s->sum += (s->len + i + 1) * chunk.ptr[i];
    }
    s->len += chunk.len;
    return SW_OK;
}

static enum sw_code sums_end(
    void *ctx, void *state, const struct sw_unit *unit, int fd, struct sw_error *err)
{
    struct sums *sums = ctx;
    const struct sum_state *s = state;
    if (is_named(sums->fail_end_of, s->name)) {
        return sw_fail(err, SW_E_REFUSED, "end failed");
    }
    if (is_named(sums->change_at_end, s->name)) {
        temp_tree_write(&dir, s->name, "changed");
    }
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return sw_fail(err, SW_E_INTERNAL, "the descriptor is not open");
    }
    sums->sum[unit->index] = s->sum;
    sums->len[unit->index] = s->len;
    sums->ended[unit->index]++;
    return SW_OK;
}

static void sums_drop(void *ctx, void *state, const struct sw_unit *unit)
{
    (void)state;
    ((struct sums *)ctx)->dropped[unit->index]++;
}

static struct sw_consumer sums_consumer(struct sums *sums)
{
    sums->tree = &tree;
    return (struct sw_consumer){.ctx = sums,
        .state_size = sizeof(struct sum_state),
        .begin = sums_begin,
        .update = sums_update,
        .end = sums_end,
        .drop = sums_drop};
}

static enum sw_code run(
    struct sums *sums, const struct sw_reader_options *options, struct sw_error *err)
{
    const struct sw_consumer consumer = sums_consumer(sums);
    const struct sw_consumer *consumers[] = {&consumer};
    return sw_reader_run(&tree, consumers, 1, options, err);
}

static uint64_t sum_of(const uint8_t *data, size_t len)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum += (i + 1) * data[i];
    }
    return sum;
}

/* More than one buffer, and no multiple of anything. */
#define BIG_SIZE ((size_t)3 * 256 * 1024 + 12345)

static uint8_t *write_big(const char *name, uint8_t seed)
{
    uint8_t *data = malloc(BIG_SIZE);
    assert_non_null(data);
    for (size_t i = 0; i < BIG_SIZE; i++) {
        data[i] = (uint8_t)(i * 31 + i / 256 + seed);
    }
    temp_tree_write_bytes(&dir, name, data, BIG_SIZE);
    return data;
}

static void open_tree(void)
{
    assert_int_equal(sw_tree_open(&tree, dir.path, NULL, NULL), SW_OK);
}

static void each_byte_of_each_file_arrives_once_in_order(void **state)
{
    (void)state;
    SW_CLEANUP(free) uint8_t *a = write_big("a", 1);
    SW_CLEANUP(free) uint8_t *b = write_big("dir/b", 2);
    temp_tree_write(&dir, "empty", "");
    open_tree();
    for (unsigned threads = 0; threads <= 5; threads++) {
        struct sums sums = {0};
        struct sw_progress progress = {0};
        const struct sw_reader_options options = {.threads = threads, .progress = &progress};
        assert_int_equal(run(&sums, &options, NULL), SW_OK);
        assert_int_equal(sums.sum[0], sum_of(a, BIG_SIZE));
        assert_int_equal(sums.sum[1], sum_of(b, BIG_SIZE));
        assert_int_equal(sums.len[2], 0);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(sums.begun[i], 1);
            assert_int_equal(sums.ended[i], 1);
            assert_int_equal(sums.dropped[i], 0);
        }
        assert_int_equal(progress.bytes_done, 2 * BIG_SIZE);
        assert_int_equal(progress.bytes_total, 2 * BIG_SIZE);
        assert_int_equal(progress.items_done, 3);
        assert_int_equal(progress.items_total, 3);
    }
}

static void ranges_are_numbered_in_order_and_tile_each_file(void **state)
{
    (void)state;
    SW_CLEANUP(free) uint8_t *a = write_big("a", 1);
    temp_tree_write(&dir, "b", "0123456789");
    temp_tree_write(&dir, "empty", "");
    open_tree();
    const uint64_t range = 100000;
    const size_t a_units = BIG_SIZE / range + 1;
    assert_int_equal(sw_reader_units(&tree, range), a_units + 1);
    assert_int_equal(sw_reader_units(&tree, 0), 3);
    struct sums sums = {0};
    const struct sw_reader_options options = {.threads = 3, .range_size = range};
    assert_int_equal(run(&sums, &options, NULL), SW_OK);
    for (size_t i = 0; i < a_units; i++) {
        size_t len = i + 1 < a_units ? range : BIG_SIZE % range;
        assert_int_equal(sums.len[i], len);
        assert_int_equal(sums.sum[i], sum_of(a + i * range, len));
    }
    assert_int_equal(sums.len[a_units], 10);
    assert_int_equal(sums.ended[a_units + 1], 0);
}

static void of_a_head_no_more_is_read_and_all_counts_as_done(void **state)
{
    (void)state;
    SW_CLEANUP(free) uint8_t *a = write_big("a", 1);
    temp_tree_write(&dir, "b", "0123456789");
    open_tree();
    struct sums sums = {0};
    struct sw_progress progress = {0};
    const struct sw_reader_options options = {.head_size = 300000, .progress = &progress};
    assert_int_equal(run(&sums, &options, NULL), SW_OK);
    assert_int_equal(sums.len[0], 300000);
    assert_int_equal(sums.sum[0], sum_of(a, 300000));
    assert_int_equal(sums.len[1], 10);
    assert_int_equal(progress.bytes_done, BIG_SIZE + 10);
}

static void a_file_of_exactly_one_range_is_one_unit(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "0123456789");
    open_tree();
    assert_int_equal(sw_reader_units(&tree, 10), 1);
    assert_int_equal(sw_reader_units(&tree, 5), 2);
    assert_int_equal(sw_reader_units(&tree, 9), 2);
    assert_int_equal(sw_reader_units(&tree, UINT64_MAX), 1);
}

static void units_beyond_counting_are_over_the_limit(void **state)
{
    (void)state;
    struct sw_entry entries[] = {
        {.name = "a", .size = UINT64_MAX}, {.name = "b", .size = UINT64_MAX}};
    struct sw_tree huge = {.root_fd = -1, .root_path = "m", .entries = entries, .count = 2};
    assert_int_equal(sw_reader_units(&huge, 1), SIZE_MAX);
    const struct sw_reader_options options = {.range_size = 1};
    assert_int_equal(sw_reader_run(&huge, NULL, 0, &options, NULL), SW_E_LIMIT);
}

static void several_consumers_see_the_same_bytes(void **state)
{
    (void)state;
    SW_CLEANUP(free) uint8_t *a = write_big("a", 7);
    open_tree();
    struct sums first = {0};
    struct sums second = {0};
    const struct sw_consumer one = sums_consumer(&first);
    const struct sw_consumer nothing = {.state_size = 1};
    const struct sw_consumer two = sums_consumer(&second);
    const struct sw_consumer *consumers[] = {&one, &nothing, &two};
    const struct sw_reader_options options = {0};
    assert_int_equal(sw_reader_run(&tree, consumers, 3, &options, NULL), SW_OK);
    assert_int_equal(first.sum[0], sum_of(a, BIG_SIZE));
    assert_int_equal(second.sum[0], sum_of(a, BIG_SIZE));
}

struct failures {
    int count;
    size_t entry;
    struct sw_error why;
};

static void note_failure(void *ctx, const struct sw_unit *unit, const struct sw_error *why)
{
    struct failures *failures = ctx;
    failures->count++;
    failures->entry = unit->entry;
    failures->why = *why;
}

static void a_file_that_vanished_is_told_and_the_rest_is_read(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "x");
    temp_tree_write(&dir, "b", "y");
    temp_tree_write(&dir, "c", "z");
    open_tree();
    assert_int_equal(unlink(temp_tree_path(&dir, "b")), 0);
    struct sums sums = {0};
    struct failures failures = {0};
    const struct sw_reader_options options = {.failed = note_failure, .failed_ctx = &failures};
    assert_int_equal(run(&sums, &options, NULL), SW_OK);
    assert_int_equal(failures.count, 1);
    assert_int_equal(failures.entry, 1);
    assert_int_equal(failures.why.code, SW_E_NOENT);
    assert_int_equal(sums.ended[0] + sums.ended[2], 2);
    assert_int_equal(sums.ended[1], 0);
    assert_int_equal(sums.dropped[1], 1);
}

static void without_a_listener_a_failure_stops_the_run(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "x");
    open_tree();
    assert_int_equal(unlink(temp_tree_path(&dir, "a")), 0);
    struct sums sums = {0};
    struct sw_error err = {0};
    const struct sw_reader_options options = {0};
    assert_int_equal(run(&sums, &options, &err), SW_E_NOENT);
    assert_non_null(strstr(err.text, "'a'"));
}

static void a_file_that_changes_while_it_is_read_is_dropped(void **state)
{
    (void)state;
    SW_CLEANUP(free) uint8_t *data = write_big("a", 1);
    temp_tree_write(&dir, "b", "x");
    open_tree();
    struct sums sums = {.change = "a"};
    struct failures failures = {0};
    const struct sw_reader_options options = {.failed = note_failure, .failed_ctx = &failures};
    assert_int_equal(run(&sums, &options, NULL), SW_OK);
    assert_int_equal(failures.count, 1);
    assert_non_null(strstr(failures.why.text, "changed"));
    assert_int_equal(sums.dropped[0], 1);
    assert_int_equal(sums.ended[0], 0);
    assert_int_equal(sums.ended[1], 1);
}

/* Who looks again, as a scanner does, must have seen the bytes that others hashed. */
static void a_file_that_changes_while_a_consumer_looks_again_stops_the_run(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "content");
    open_tree();
    struct sums sums = {.change_at_end = "a"};
    struct failures failures = {0};
    struct sw_error err = {0};
    const struct sw_reader_options options = {.failed = note_failure, .failed_ctx = &failures};
    assert_int_equal(run(&sums, &options, &err), SW_E_IO);
    assert_non_null(strstr(err.text, "changed"));
}

static void a_file_that_changes_between_its_ranges_fails_in_the_later_ones(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "0123456789");
    open_tree();
    struct timespec earlier[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, temp_tree_path(&dir, "a"), earlier, 0), 0);
    struct sums sums = {0};
    struct failures failures = {0};
    const struct sw_reader_options options = {
        .range_size = 5, .failed = note_failure, .failed_ctx = &failures};
    assert_int_equal(run(&sums, &options, NULL), SW_OK);
    assert_int_equal(failures.count, 2);
}

static void each_begin_is_paired_when_a_consumer_stops_the_run(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "x");
    temp_tree_write(&dir, "b", "y");
    open_tree();
    const struct sums stops[] = {
        {.fail_begin_of = "a"}, {.fail_update_of = "a"}, {.fail_end_of = "a"}};
    static const enum sw_code codes[] = {SW_E_LIMIT, SW_E_REFUSED, SW_E_REFUSED};
    for (size_t i = 0; i < SW_COUNT(stops); i++) {
        struct sums before = {0};
        struct sums failing = stops[i];
        struct sums after = {0};
        const struct sw_consumer one = sums_consumer(&before);
        const struct sw_consumer two = sums_consumer(&failing);
        const struct sw_consumer three = sums_consumer(&after);
        const struct sw_consumer *consumers[] = {&one, &two, &three};
        const struct sw_reader_options options = {.threads = 1};
        struct sw_error err = {0};
        assert_int_equal(sw_reader_run(&tree, consumers, 3, &options, &err), codes[i]);
        assert_int_equal(err.code, codes[i]);
        assert_int_equal(before.begun[0], before.ended[0] + before.dropped[0]);
        assert_int_equal(after.begun[0], after.ended[0] + after.dropped[0]);
        assert_int_equal(before.begun[1], 0);
    }
}

static void a_cancelled_run_says_interrupted(void **state)
{
    (void)state;
    SW_CLEANUP(free) uint8_t *data = write_big("a", 1);
    open_tree();
    struct sums sums = {0};
    struct sw_progress progress = {.cancel = true};
    struct sw_error err = {0};
    const struct sw_reader_options options = {.progress = &progress};
    assert_int_equal(run(&sums, &options, &err), SW_E_INTERRUPTED);
    assert_string_equal(err.text, "interrupted");
    assert_int_equal(sums.begun[0], sums.dropped[0]);
    assert_int_equal(sums.ended[0], 0);
}

static void a_tree_without_files_is_read_at_once(void **state)
{
    (void)state;
    temp_tree_link(&dir, "nowhere", "link");
    open_tree();
    struct sums sums = {0};
    const struct sw_reader_options options = {0};
    assert_int_equal(run(&sums, &options, NULL), SW_OK);
    assert_int_equal(sums.begun[0], 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_byte_of_each_file_arrives_once_in_order),
        TEST(ranges_are_numbered_in_order_and_tile_each_file),
        TEST(of_a_head_no_more_is_read_and_all_counts_as_done),
        TEST(a_file_of_exactly_one_range_is_one_unit),
        TEST(units_beyond_counting_are_over_the_limit),
        TEST(several_consumers_see_the_same_bytes),
        TEST(a_file_that_vanished_is_told_and_the_rest_is_read),
        TEST(without_a_listener_a_failure_stops_the_run),
        TEST(a_file_that_changes_while_it_is_read_is_dropped),
        TEST(a_file_that_changes_while_a_consumer_looks_again_stops_the_run),
        TEST(a_file_that_changes_between_its_ranges_fails_in_the_later_ones),
        TEST(each_begin_is_paired_when_a_consumer_stops_the_run),
        TEST(a_cancelled_run_says_interrupted),
        TEST(a_tree_without_files_is_read_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
