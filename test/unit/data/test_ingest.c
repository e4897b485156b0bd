#include "data/ingest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "unit/data/ingest_help.h"

/* --- ids ------------------------------------------------------------------------------------- */

/* Looks up `count` ids of `values` different ones; gives how many were told to have stood before,
 * and checks that each of these had. */
static uint64_t look_up(const char *scratch, size_t slots, uint32_t count, uint32_t values)
{
    SW_CLEANUP(ids) struct sw_ids ids = {0};
    bool *stood = calloc(values, sizeof(*stood));
    uint32_t *given = calloc(count, sizeof(*given));
    struct random r = {values};
    uint64_t told = 0;
    uint64_t rest = 0;
    uint64_t last = 0;
    assert_non_null(stood);
    assert_non_null(given);
    MUST(sw_ids_init(&ids, scratch, slots, &must_error));
    bool any = true;
    for (uint32_t i = 0; i < count || any; i++) {
        struct sw_id_seen found;
        bool repeated;
        if (i < count) {
            char id[16];
            given[i] = random_below(&r, values);
            (void)snprintf(id, sizeof(id), "id-%u", given[i]);
            struct sw_id_seen seen = {.print = sw_ids_print(&ids, sw_str(id)), .offset = i};
            MUST(sw_ids_add(&ids, &seen, &found, &repeated, &must_error));
        } else {
            MUST(sw_ids_flush(&ids, &found, &repeated, &any, &must_error));
        }
        if (repeated) {
            assert_true(told == 0 || found.offset > last);
            for (; last < found.offset; last++) {
                stood[given[last]] = true;
            }
            assert_true(stood[given[found.offset]]);
            told++;
        }
    }
    MUST(sw_ids_finish(&ids, &rest, &must_error));
    free(stood);
    free(given);
    return told + rest;
}

static uint64_t repeated_of(uint32_t count, uint32_t values)
{
    bool *stood = calloc(values, sizeof(*stood));
    struct random r = {values};
    uint64_t repeated = 0;
    assert_non_null(stood);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t value = random_below(&r, values);
        repeated += stood[value];
        stood[value] = true;
    }
    free(stood);
    return repeated;
}

static void test_every_repeated_id_is_counted_once(void **state)
{
    (void)state;
    static const uint32_t counts[] = {0, 1, 2, 15, 16, 17, 100, 5000, 20000};
    static const uint32_t values[] = {1, 2, 7, 100, 5000, 100000};
    static const size_t slots[] = {0, 4, 16, 4096};
    struct temp_tree tree;
    temp_tree_make(&tree);
    for (size_t c = 0; c < SW_COUNT(counts); c++) {
        for (size_t v = 0; v < SW_COUNT(values); v++) {
            uint64_t wanted = repeated_of(counts[c], values[v]);
            for (size_t s = 0; s < SW_COUNT(slots); s++) {
                assert_int_equal(look_up(tree.path, slots[s], counts[c], values[v]), wanted);
            }
        }
    }
    temp_tree_remove(&tree);
}

static void test_an_empty_id_and_one_of_zeroes_are_no_free_slots(void **state)
{
    (void)state;
    SW_CLEANUP(ids) struct sw_ids ids = {0};
    MUST(sw_ids_init(&ids, "/tmp", 0, &must_error));
    assert_int_not_equal(sw_ids_print(&ids, sw_str("")), 0);
    assert_int_not_equal(sw_ids_print(&ids, sw_str_n("\0\0\0\0\0\0\0\0", 8)), 0);
    assert_true(sw_ids_print(&ids, sw_str_n("\0", 1)) != sw_ids_print(&ids, sw_str_n("\0\0", 2)));
    assert_int_not_equal(sw_id_print_shared(sw_str("")), 0);
}

/* --- stopping and going on ------------------------------------------------------------------- */

struct format {
    const char *file;
    const char *head;
    const char *sample; /* of a number */
    const char *bad;
};

static const struct format formats[] = {
    {"in.jsonl", "", "{\"id\":%u,\"text\":\"text %u\",\"label\":\"a\"}\n", "{\"id\":\n"},
    {"in.txt", "", "line %u %u\n", "\xff\n"},
    {"in.csv", "id,text\n", "%u,\"text\n%u\"\n", "1,2,3\n"},
    {"in.json", "[", "{\"id\":%u,\"text\":\"%u\"},\n", "[1],\n"},
};

#define STOP_SAMPLES 140000u

/* Both %u are written: a number that comes again after 139,000, and one that does not. */
static void put_sample(struct sw_buf *out, const char *form, uint32_t number)
{
    const char *first = strstr(form, "%u");
    const char *second = strstr(first + 2, "%u");
    MUST(sw_buf_printf(out, "%.*s%u%.*s%u%s", (int)(first - form), form, number % 139000,
        (int)(second - first - 2), first + 2, number, second + 2));
}

/* Samples with a repeated id here and there, and one bad record before sample `bad`. */
static void write_format(const struct format *format, const char *path, uint32_t bad)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    MUST(sw_buf_puts(&text, format->head));
    for (uint32_t i = 0; i < STOP_SAMPLES; i++) {
        if (i == bad) {
            MUST(sw_buf_puts(&text, format->bad));
        }
        put_sample(&text, format->sample, i);
    }
    if (format->head[0] == '[') {
        text.len -= 2;
        MUST(sw_buf_puts(&text, "]"));
    }
    write_text(path, sw_buf_bytes(&text));
}

/* A strict run ends at the bad record; one that is not goes on behind what that one saved. */
static void stop_and_go_on(const struct format *format, uint32_t bad)
{
    struct data_test t;
    struct sw_salt salt;
    struct sw_error err = {0};
    data_test_open(&t);
    sw_salt_none(&salt);
    const char *path = temp_tree_path(&t.tree, format->file);
    write_format(format, path, bad);
    struct sw_ingest_request request =
        ingest_request(path, sw_path_join(&t.arena, t.tree.path, "whole"), &salt);
    struct sw_ingested whole = ingest_all(&t, &request);
    struct sw_ingested made = SW_INGESTED_INIT;
    request.work = sw_path_join(&t.arena, t.tree.path, "stopped");
    request.at_once = false;
    request.save_every_ns = 1;
    request.strict = true;
    assert_int_equal(sw_ingest(&t.data, &request, &made, &err), SW_E_REFUSED);
    assert_true(sw_file_exists(sw_arena_printf(&t.arena, "%s.state", request.work)));
    assert_false(sw_file_exists(sw_arena_printf(&t.arena, "%s.lock", request.work)));
    request.strict = false;
    request.resume = true;
    made = ingest_all(&t, &request);
    assert_true(sw_digest_equal(&made.manifest, &whole.manifest));
    assert_int_equal(made.resumed_at, (bad - 1) / SW_ROWS_GROUP * SW_ROWS_GROUP);
    assert_int_equal(made.samples, STOP_SAMPLES);
    assert_int_equal(made.bad, 1);
    assert_int_equal(made.repeated, whole.repeated);
    assert_false(sw_file_exists(sw_arena_printf(&t.arena, "%s.state", request.work)));
    data_test_close(&t);
}

static void test_a_run_that_goes_on_makes_the_same_file(void **state)
{
    (void)state;
    static const uint32_t stops[] = {65537, 65600, 131073};
    for (size_t f = 0; f < SW_COUNT(formats); f++) {
        stop_and_go_on(&formats[f], stops[f % SW_COUNT(stops)]);
    }
}

/* What a lenient run took is not what a strict one takes, and neither is another input. */
static void test_what_was_saved_is_not_always_good(void **state)
{
    (void)state;
    struct data_test t;
    struct sw_salt salt;
    struct sw_error err = {0};
    data_test_open(&t);
    sw_salt_none(&salt);
    const char *path = temp_tree_path(&t.tree, "in.jsonl");
    write_format(&formats[0], path, 70000);
    struct sw_ingest_request request =
        ingest_request(path, sw_path_join(&t.arena, t.tree.path, "set"), &salt);
    struct sw_ingested made = SW_INGESTED_INIT;
    request.at_once = false;
    request.save_every_ns = 1;
    request.strict = true;
    request.resume = true;
    assert_int_equal(sw_ingest(&t.data, &request, &made, &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "byte"));
    /* The same bad record, again from what was saved. */
    assert_int_equal(sw_ingest(&t.data, &request, &made, &err), SW_E_REFUSED);
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    MUST(sw_file_read(path, UINT32_MAX, &text, &must_error));
    MUST(sw_buf_puts(&text, "\n"));
    write_text(path, sw_buf_bytes(&text));
    request.strict = false;
    assert_int_equal(sw_ingest(&t.data, &request, &made, &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "--restart"));
    request.resume = false;
    made = ingest_all(&t, &request);
    assert_int_equal(made.resumed_at, 0);
    data_test_close(&t);
}

static void test_one_at_a_time(void **state)
{
    (void)state;
    struct data_test t;
    struct sw_salt salt;
    struct sw_error err = {0};
    data_test_open(&t);
    sw_salt_none(&salt);
    const char *path = temp_tree_path(&t.tree, "in.txt");
    write_text(path, sw_bytes("a\n", 2));
    struct sw_ingest_request request =
        ingest_request(path, sw_path_join(&t.arena, t.tree.path, "set"), &salt);
    struct sw_ingested first = SW_INGESTED_INIT;
    struct sw_ingested second = SW_INGESTED_INIT;
    MUST(sw_ingest(&t.data, &request, &first, &err));
    assert_int_equal(sw_ingest(&t.data, &request, &second, &err), SW_E_BUSY);
    sw_ingested_release(&second);
    /* The second one did not tidy up what is not its own. */
    assert_true(sw_file_exists(request.work));
    assert_true(sw_file_exists(sw_arena_printf(&t.arena, "%s.lock", request.work)));
    sw_ingested_release(&first);
    assert_false(sw_file_exists(request.work));
    MUST(sw_ingest(&t.data, &request, &second, &err));
    sw_ingested_release(&second);
    data_test_close(&t);
}

/* --- what is set aside ----------------------------------------------------------------------- */

static void test_so_much_is_listed_and_the_rest_is_counted(void **state)
{
    (void)state;
    enum { BAD = 400000 };
    struct data_test t;
    struct sw_salt salt;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    data_test_open(&t);
    sw_salt_none(&salt);
    const char *path = temp_tree_path(&t.tree, "in.jsonl");
    MUST(sw_buf_puts(&text, "{\"label\":\"x\"}\n"));
    for (unsigned i = 0; i < BAD; i++) {
        MUST(sw_buf_puts(&text, "x\n"));
    }
    write_text(path, sw_buf_bytes(&text));
    struct sw_ingest_request request =
        ingest_request(path, sw_path_join(&t.arena, t.tree.path, "set"), &salt);
    struct sw_ingested made = ingest_all(&t, &request);
    assert_int_equal(made.bad, BAD);
    assert_int_equal(made.reason_count, 1);
    assert_int_equal(made.reasons[0].count, BAD);
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    MUST(sw_rows_open(&rows, request.work, &made.manifest, &must_error));
    MUST(sw_rows_get_extra(&rows, SW_ROWS_QUARANTINE, &text, &must_error));
    assert_true(text.len >= SW_QUARANTINE_MAX && text.len < SW_QUARANTINE_MAX + 1000);
    assert_int_equal(text.data[text.len - 1], '\n');
    data_test_close(&t);
}

static void test_labels_are_counted_up_to_a_limit(void **state)
{
    (void)state;
    struct data_test t;
    struct sw_salt salt;
    struct sw_json json;
    uint64_t count;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    data_test_open(&t);
    sw_salt_none(&salt);
    const char *path = temp_tree_path(&t.tree, "in.jsonl");
    for (unsigned i = 0; i < SW_LABELS_COUNTED + 100; i++) {
        MUST(sw_buf_printf(&text, "{\"label\":\"%u\",\"lang\":\"en\"}\n", i));
    }
    MUST(sw_buf_puts(&text, "{\"label\":\"7\"}\n"));
    write_text(path, sw_buf_bytes(&text));
    struct sw_ingest_request request =
        ingest_request(path, sw_path_join(&t.arena, t.tree.path, "set"), &salt);
    struct sw_ingested made = ingest_all(&t, &request);
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    MUST(sw_rows_open(&rows, request.work, &made.manifest, &must_error));
    MUST(sw_rows_get_extra(&rows, SW_ROWS_STATISTICS, &text, &must_error));
    MUST(sw_json_parse(&t.arena, sw_buf_bytes(&text), NULL, &json, &must_error));
    assert_true(sw_json_u64(sw_json_path(&json, sw_str("labels.7")), &count));
    assert_int_equal(count, 2);
    assert_true(sw_json_u64(sw_json_path(&json, sw_str("labels.(other)")), &count));
    assert_int_equal(count, 100);
    assert_true(sw_json_u64(sw_json_path(&json, sw_str("languages.en")), &count));
    assert_int_equal(count, SW_LABELS_COUNTED + 100);
    data_test_close(&t);
}

/* --- parts ----------------------------------------------------------------------------------- */

/* Lines good and bad, blank ones, long and short ones, ends of both kinds. */
static void random_lines(struct random *r, const char *path)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    static const char dots[] = "....................................................";
    for (uint32_t n = 1 + random_below(r, 60); n > 0; n--) {
        uint32_t kind = random_below(r, 12);
        const char *end = random_below(r, 4) == 0 ? "\r\n" : "\n";
        MUST(kind == 0   ? sw_buf_printf(&text, "{\"id\":%s", end)
             : kind == 1 ? sw_buf_printf(&text, "  %s", end)
                         : sw_buf_printf(&text, "{\"id\":%u,\"text\":\"%.*s\",\"label\":\"%u\"}%s",
                               random_below(r, 40), (int)random_below(r, 50), dots,
                               random_below(r, 3), end));
    }
    MUST(sw_buf_puts(&text, "{\"text\":\"last\"}"));
    write_text(path, sw_buf_bytes(&text));
}

static void shuffle(struct random *r, const char **list, uint32_t count)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t other = random_below(r, i);
        const char *kept = list[i - 1];
        list[i - 1] = list[other];
        list[other] = kept;
    }
}

#define PARTS_MAX 9u

static void test_parts_in_any_order_are_the_whole(void **state)
{
    (void)state;
    struct random r = {5};
    for (unsigned round = 0; round < 60; round++) {
        struct data_test t;
        struct sw_salt salt;
        const char *parts[PARTS_MAX];
        struct sw_ingest_joined joined;
        data_test_open(&t);
        sw_salt_none(&salt);
        const char *path = sw_path_join(&t.arena, t.tree.path, "in.jsonl");
        random_lines(&r, path);
        struct sw_ingest_request request =
            ingest_request(path, sw_path_join(&t.arena, t.tree.path, "whole"), &salt);
        request.one_digest = round % 3 == 0;
        struct sw_ingested whole = ingest_all(&t, &request);
        uint32_t count = 1 + random_below(&r, PARTS_MAX);
        uint64_t bad = 0;
        for (uint32_t i = 0; i < count; i++) {
            parts[i] = sw_arena_printf(&t.arena, "%s/part-%u", t.tree.path, i);
            request.work = parts[i];
            request.options.part = i + 1;
            request.options.parts = count;
            bad += ingest_all(&t, &request).bad;
        }
        assert_int_equal(bad, whole.bad);
        shuffle(&r, parts, count);
        const char *work = sw_path_join(&t.arena, t.tree.path, "joined");
        MUST(sw_ingest_join(&t.data, parts, count, work, &joined, &must_error));
        assert_int_equal(joined.repeated, whole.repeated);
        SW_CLEANUP(rows) struct sw_rows a = SW_ROWS_INIT;
        SW_CLEANUP(rows) struct sw_rows b = SW_ROWS_INIT;
        MUST(sw_rows_open(
            &a, sw_path_join(&t.arena, t.tree.path, "whole"), &whole.manifest, &must_error));
        MUST(sw_rows_open(&b, work, &joined.manifest, &must_error));
        assert_memory_equal(a.ordered.bytes, b.ordered.bytes, 32);
        assert_memory_equal(a.sorted.bytes, b.sorted.bytes, 32);
        assert_int_equal(a.count, b.count);
        data_test_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_repeated_id_is_counted_once),
        cmocka_unit_test(test_an_empty_id_and_one_of_zeroes_are_no_free_slots),
        cmocka_unit_test(test_a_run_that_goes_on_makes_the_same_file),
        cmocka_unit_test(test_what_was_saved_is_not_always_good),
        cmocka_unit_test(test_one_at_a_time),
        cmocka_unit_test(test_so_much_is_listed_and_the_rest_is_counted),
        cmocka_unit_test(test_labels_are_counted_up_to_a_limit),
        cmocka_unit_test(test_parts_in_any_order_are_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
