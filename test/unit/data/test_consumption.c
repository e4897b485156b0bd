/* What a run drew: reading lists of draws, keeping their order, and telling a wrong share from
 * chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "data/consumption_input.h"
#include "unit/data/data_help.h"

/* --- material -------------------------------------------------------------------------------- */

/* SplitMix64: the same draws in every run of the test. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double next_unit(uint64_t *state)
{
    return (double)(next_random(state) >> 11) / 9007199254740992.0;
}

/* A set in which the first `sizes[0]` rows are of `sources[0]`, and so on. */
static void make_set(struct data_test *t, const char *name, const char *const *sources,
    const uint64_t *sizes, size_t count)
{
    static const struct sw_rows_options options = {.reader = "lines"};
    struct sw_rows_writer *writer = NULL;
    struct sw_digest digest;
    const char *dir = NULL;
    MUST(sw_data_file_dir(&t->data, SW_DATA_FILE_SET, &dir, &must_error));
    const char *draft = sw_path_join(&t->arena, dir, "draft");
    MUST(sw_rows_create(&writer, draft, &options, &must_error));
    uint64_t n = 0;
    for (size_t s = 0; s < count; s++) {
        struct sw_str source = sw_str(sources[s]);
        struct sw_origin origin = {.sources = &source, .source_count = 1};
        struct sw_row row = {.length = 10, .weight = 1};
        MUST(sw_rows_origin(writer, &origin, &row.origin, &must_error));
        for (uint64_t i = 0; i < sizes[s]; i++, n++) {
            rows_digest(count, n, row.record);
            rows_digest(count, n, row.content);
            row.offset = 10 * n;
            MUST(sw_rows_add(writer, &row, &must_error));
        }
    }
    MUST(sw_rows_extra(writer, SW_ROWS_FILES, sw_bytes("a\n", 2), &must_error));
    MUST(sw_rows_finish(writer, NULL, 0, NULL, &digest, &must_error));
    MUST(sw_data_file_keep(&t->data, SW_DATA_FILE_SET, draft, &digest, &must_error));
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    MUST(sw_rows_open(
        &rows, sw_data_file_path(&t->data, SW_DATA_FILE_SET, &digest), &digest, &must_error));
    struct sw_dataset_claim more = {.name = sw_str(name), .version = sw_str("1")};
    struct sw_receipt receipt;
    MUST(sw_dataset_claim_record(&t->data, &rows, &more, NULL, &receipt, &must_error));
}

static const char *const two_sources[] = {"forum", "mail"};
static const uint64_t two_sizes[] = {100, 300};

static void decide(struct data_test *t, const char *name, const char *const *things,
    const char *const *weights, size_t count, bool datasets, uint64_t from)
{
    struct sw_mixture_weight set[8];
    for (size_t i = 0; i < count; i++) {
        set[i] = (struct sw_mixture_weight){.new = sw_str(weights[i])};
        *(datasets ? &set[i].dataset : &set[i].source) = sw_str(things[i]);
    }
    struct sw_mixture_change change = {.name = sw_str(name),
        .set = set,
        .set_count = count,
        .from_step = from,
        .to_step = SW_ABSENT,
        .reason = sw_str("why")};
    struct sw_mixture_claim made;
    struct sw_receipt receipt;
    MUST(sw_mixture_decide(&t->data, &change, &made, &receipt, &must_error));
}

static const char *write_lines(struct data_test *t, const uint64_t *numbers, size_t count)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    for (size_t i = 0; i < count; i++) {
        MUST(sw_buf_printf(&text, "%llu\n", (unsigned long long)numbers[i]));
    }
    temp_tree_write_bytes(&t->tree, "order.txt", text.data, text.len);
    return temp_tree_path(&t->tree, "order.txt");
}

static struct sw_consumption_request request_of(const char *run, const char *order)
{
    static struct sw_str set;
    set = sw_str("set");
    return (struct sw_consumption_request){.run = sw_str(run),
        .datasets = &set,
        .dataset_count = 1,
        .order_path = order,
        .from_step = SW_ABSENT,
        .to_step = SW_ABSENT};
}

static struct sw_consumption_claim consume(
    struct data_test *t, const struct sw_consumption_request *request)
{
    struct sw_consumption_claim made;
    struct sw_receipt receipt;
    MUST(sw_consumption_record(&t->data, request, &made, &receipt, &must_error));
    MUST(sw_consumption_verify(&t->data, &made, &must_error));
    return made;
}

/* Of `count` draws the first `forum` are of the first 100 samples, the others of the rest. */
static uint64_t *two_way_draws(size_t count, size_t forum)
{
    uint64_t *draws = calloc(count, sizeof(*draws));
    assert_non_null(draws);
    for (size_t i = 0; i < count; i++) {
        draws[i] = i < forum ? i % 100 : 100 + i % 300;
    }
    return draws;
}

static struct sw_consumption_claim consume_two_way(
    struct data_test *t, const char *run, size_t count, size_t forum)
{
    uint64_t *draws = two_way_draws(count, forum);
    struct sw_consumption_request request = request_of(run, write_lines(t, draws, count));
    request.mixture = sw_str("base");
    free(draws);
    return consume(t, &request);
}

static void near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9 * fabs(want) + 1e-12)) {
        fail_msg("%.17g is not %.17g", got, want);
    }
}

/* --- lists of draws -------------------------------------------------------------------------- */

static enum sw_code read_list(struct data_test *t, const char *bytes, size_t len,
    const char *format, uint64_t *numbers, size_t *count)
{
    temp_tree_write_bytes(&t->tree, "list", bytes, len);
    SW_CLEANUP(draw_input) struct sw_draw_input *input = NULL;
    SW_TRY(sw_draw_input_open(&input, temp_tree_path(&t->tree, "list"), format, &must_error));
    *count = 0;
    for (;;) {
        size_t got = 0;
        SW_TRY(sw_draw_input_next(input, numbers + *count, 3, &got, &must_error));
        if (got == 0) {
            struct sw_digest digest;
            struct sw_digest want;
            sw_draw_input_digest(input, &digest);
            sw_sha256(sw_bytes(bytes, len), &want);
            assert_true(sw_digest_equal(&digest, &want));
            return SW_OK;
        }
        *count += got;
        assert_true(*count <= 16);
    }
}

#define LIST(text) (text), sizeof(text) - 1

static void lists_of_each_format_are_read(void **state)
{
    struct data_test *t = *state;
    const struct {
        const char *bytes;
        size_t len;
        const char *format;
        uint64_t second; /* the first is 7 */
    } rows[] = {
        {LIST("7\n18446744073709551615\n"), NULL, UINT64_MAX},
        {LIST("7\r\n18446744073709551615"), "lines", UINT64_MAX},
        {LIST("\7\0\0\0\xff\xff\xff\xff"), "u32", UINT32_MAX},
        {LIST("\7\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"), "u64", UINT64_MAX},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        uint64_t numbers[19];
        size_t count = 0;
        MUST(read_list(t, rows[i].bytes, rows[i].len, rows[i].format, numbers, &count));
        assert_int_equal(count, 2);
        assert_int_equal(numbers[0], 7);
        assert_int_equal(numbers[1], rows[i].second);
    }
}

static void lists_that_break_their_format_are_refused_by_place(void **state)
{
    struct data_test *t = *state;
    const struct {
        const char *bytes;
        size_t len;
        const char *format;
        const char *says;
    } rows[] = {
        {LIST("7\nx\n"), NULL, "line 2: 'x' is no number"},
        {LIST("7\n\n8\n"), NULL, "line 2: '' is no number"},
        {LIST("-7\n"), NULL, "line 1: '-7'"},
        {LIST("07\n"), NULL, "line 1: '07'"},
        {LIST("7 \n"), NULL, "line 1: '7 '"},
        {LIST("1e3\n"), NULL, "line 1: '1e3'"},
        {LIST("18446744073709551616\n"), NULL, "line 1: '18446744073709551616'"},
        {LIST("\xef\xbb\xbf"
              "7\n"),
            NULL, "line 1"},
        {LIST("1111111111111111111111111111111111111111111111111111111\n"), NULL,
            "line 1: '1111111111111111111111111111111111111111...'"},
        {LIST("7\n"), "csv", "lines, u32, u64 or npy"},
        {LIST("\7\0\0\0\1"), "u32", "ends inside number 1"},
        {LIST("\7\0\0\0\0\0\0"), "u64", "ends inside number 0"},
        {LIST("7\n8\n"), "npy", "does not begin like one"},
        {LIST("\x93NUMP"), "npy", "does not begin like one"},
        {LIST("\x93NUMPY\4\0\1\0x"), NULL, "does not begin like one"},
        {LIST("\x93NUMPY\1\0\xff\xffx"), NULL, "cut off"},
        {LIST("\x93NUMPY\2\0\xff\xff\xff\xffx"), NULL, "cut off"},
        {LIST("\x93NUMPY\1\0"), NULL, "cut off"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        uint64_t numbers[19];
        size_t count = 0;
        enum sw_code code =
            read_list(t, rows[i].bytes, rows[i].len, rows[i].format, numbers, &count);
        assert_int_equal(
            code, strcmp(rows[i].says, "lines, u32, u64 or npy") == 0 ? SW_E_USAGE : SW_E_FORMAT);
        if (strstr(must_error.text, rows[i].says) == NULL) {
            fail_msg("row %zu: '%s' does not say '%s'", i, must_error.text, rows[i].says);
        }
    }
}

static void npy_lists_are_read_as_their_headers_say(void **state)
{
    struct data_test *t = *state;
    const struct {
        char version;
        const char *header;
        const char *body;
        size_t len;
        const char *says; /* NULL: it is good, and its second number is */
        uint64_t second;
    } rows[] = {
        {1, "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }   \n",
            LIST("\7\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\x7f"), NULL, INT64_MAX},
        {1, "{'descr':'<i2','fortran_order':False,'shape':(2,)}\n", LIST("\7\0\xff\x7f"), NULL,
            INT16_MAX},
        {2, "{'shape':(2,),'fortran_order':False,'descr':'|u1'}", LIST("\7\xff"), NULL, UINT8_MAX},
        {3, "{'descr':'<u4','fortran_order':False,'shape':(2,)}", LIST("\7\0\0\0\xff\xff\xff\xff"),
            NULL, UINT32_MAX},
        {1, "{'descr':'<i8','fortran_order':False,'shape':(2,)}", LIST("\7\0\0\0\0\0\0\0"),
            "1 numbers, and 2 by its header", 0},
        {1, "{'descr':'<i2','fortran_order':False,'shape':(2,)}", LIST("\7\0\1\0\1\0"),
            "3 numbers, and 2 by its header", 0},
        {1, "{'descr':'<i2','fortran_order':False,'shape':(2,)}", LIST("\7\0\7\0\7"),
            "ends inside number 2", 0},
        {1, "{'descr':'<i2','fortran_order':False,'shape':(2,)}", LIST("\7\0\0\x80"),
            "number 1 is negative", 0},
        {1, "{'descr':'<f8','fortran_order':False,'shape':(2,)}", LIST(""),
            "no little-endian integer", 0},
        {1, "{'descr':'>i8','fortran_order':False,'shape':(2,)}", LIST(""),
            "no little-endian integer", 0},
        {1, "{'descr':'|O','fortran_order':False,'shape':(2,)}", LIST(""),
            "no little-endian integer", 0},
        {1, "{'descr':'<i8','fortran_order':True,'shape':(2,)}", LIST(""), "not C's", 0},
        {1, "{'descr':'<i8','fortran_order':False,'shape':(2,3)}", LIST(""), "not one dimension",
            0},
        {1, "{'descr':'<i8','fortran_order':False,'shape':()}", LIST(""), "not one dimension", 0},
        {1, "{'descr':'<i8','fortran_order':False,'shape':(2", LIST(""), "not one dimension", 0},
        {1, "{'descr':'<i8','fortran_order':False,'shape':(99999999999999999999,)}", LIST(""),
            "not one dimension", 0},
        {1, "{}", LIST(""), "no little-endian integer", 0},
        {1, "", LIST(""), "no little-endian integer", 0},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
        size_t len = strlen(rows[i].header);
        const char lengths[4] = {(char)len, (char)(len >> 8), 0, 0};
        MUST(sw_buf_append(&file, "\x93NUMPY", 6));
        MUST(sw_buf_putc(&file, rows[i].version));
        MUST(sw_buf_putc(&file, 0));
        MUST(sw_buf_append(&file, lengths, rows[i].version == 1 ? 2 : 4));
        MUST(sw_buf_puts(&file, rows[i].header));
        MUST(sw_buf_append(&file, rows[i].body, rows[i].len));
        uint64_t numbers[19];
        size_t count = 0;
        enum sw_code code = read_list(t, (const char *)file.data, file.len, NULL, numbers, &count);
        if (rows[i].says != NULL) {
            assert_int_equal(code, SW_E_FORMAT);
            if (strstr(must_error.text, rows[i].says) == NULL) {
                fail_msg("row %zu: '%s' does not say '%s'", i, must_error.text, rows[i].says);
            }
            continue;
        }
        MUST(code);
        assert_int_equal(count, 2);
        assert_int_equal(numbers[0], 7);
        assert_int_equal(numbers[1], rows[i].second);
    }
}

static void a_line_longer_than_the_buffer_is_refused(void **state)
{
    struct data_test *t = *state;
    size_t len = (size_t)3 << 20;
    char *text = malloc(len);
    uint64_t numbers[19];
    size_t count;
    assert_non_null(text);
    memset(text, '1', len);
    assert_int_equal(read_list(t, text, len, NULL, numbers, &count), SW_E_FORMAT);
    assert_non_null(strstr(must_error.text, "line 1: '1111"));
    free(text);
}

/* --- orders ---------------------------------------------------------------------------------- */

static void an_order_is_read_back_group_by_group(void **state)
{
    struct data_test *t = *state;
    const char *path = temp_tree_path(&t->tree, "order.data");
    struct sw_digest sets[2];
    struct sw_digest digest;
    uint64_t draws = SW_ORDER_GROUP + 5;
    sw_sha256(sw_bytes("a", 1), &sets[0]);
    sw_sha256(sw_bytes("b", 1), &sets[1]);
    struct sw_order_writer *writer = NULL;
    MUST(sw_order_create(&writer, path, sets, 2, &must_error));
    uint64_t random = 1;
    for (uint64_t i = 0; i < draws; i++) {
        uint64_t r = next_random(&random);
        MUST(sw_order_add(writer, (uint32_t)(r % 2), (uint32_t)(r >> 32), &must_error));
    }
    MUST(sw_order_finish(writer, &digest, &must_error));
    SW_CLEANUP(order) struct sw_order order = SW_ORDER_INIT;
    MUST(sw_order_open(&order, path, &digest, &must_error));
    assert_int_equal(order.draws, draws);
    assert_int_equal(order.set_count, 2);
    random = 1;
    for (uint32_t group = 0; group < 2; group++) {
        const uint32_t *rows;
        const uint16_t *of;
        size_t count;
        MUST(sw_order_group(&order, group, &rows, &of, &count, &must_error));
        assert_int_equal(count, group == 0 ? SW_ORDER_GROUP : 5);
        for (size_t i = 0; i < count; i++) {
            uint64_t r = next_random(&random);
            assert_int_equal(rows[i], (uint32_t)(r >> 32));
            assert_int_equal(of[i], r % 2);
        }
    }
    const uint32_t *rows;
    const uint16_t *of;
    size_t count;
    assert_int_equal(sw_order_group(&order, 2, &rows, &of, &count, &must_error), SW_E_USAGE);
}

static void a_changed_order_is_refused(void **state)
{
    struct data_test *t = *state;
    const char *path = temp_tree_path(&t->tree, "order.data");
    struct sw_digest set;
    struct sw_digest digest;
    sw_sha256(sw_bytes("a", 1), &set);
    struct sw_order_writer *writer = NULL;
    MUST(sw_order_create(&writer, path, &set, 1, &must_error));
    for (uint32_t i = 0; i < 100; i++) {
        MUST(sw_order_add(writer, 0, i * 7919, &must_error));
    }
    MUST(sw_order_finish(writer, &digest, &must_error));
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    MUST(sw_file_read(path, 1 << 20, &bytes, &must_error));
    for (size_t i = 0; i < bytes.len; i++) {
        bytes.data[i] ^= 1;
        temp_tree_write_bytes(&t->tree, "bad.data", bytes.data, bytes.len);
        bytes.data[i] ^= 1;
        SW_CLEANUP(order) struct sw_order order = SW_ORDER_INIT;
        const uint32_t *rows;
        const uint16_t *sets;
        size_t count;
        enum sw_code code =
            sw_order_open(&order, temp_tree_path(&t->tree, "bad.data"), &digest, &must_error);
        if (code == SW_OK) {
            code = sw_order_group(&order, 0, &rows, &sets, &count, &must_error);
        }
        if (code == SW_OK) {
            fail_msg("byte %zu of %zu may change", i, bytes.len);
        }
    }
}

/* --- comparing ------------------------------------------------------------------------------- */

static void shares_are_compared_by_their_known_statistics(void **state)
{
    struct data_test *t = *state;
    const char *const weights[] = {"0.3", "0.7"};
    make_set(t, "set", two_sources, two_sizes, 2);
    decide(t, "base", two_sources, weights, 2, false, 0);

    struct sw_consumption_claim claim = consume_two_way(t, "exact", 1000, 300);
    assert_int_equal(claim.draws, 1000);
    assert_int_equal(claim.distinct, 400);
    assert_int_equal(claim.share_count, 2);
    assert_true(sw_str_is(claim.shares[0].name, "forum"));
    assert_int_equal(claim.shares[0].draws, 300);
    near(claim.shares[0].share, 0.3);
    near(claim.shares[0].declared, 0.3);
    near(claim.shares[0].z, 0);
    near(claim.shares[0].p, 1);
    near(claim.chi_square, 0);
    assert_int_equal(claim.degrees, 1);
    near(claim.p, 1);
    assert_int_equal(claim.agrees, SW_AGREES);

    /* 45 draws too many: z = 45 / sqrt(1000 · 0.3 · 0.7), and chi-square its square. */
    claim = consume_two_way(t, "off", 1000, 345);
    near(claim.shares[0].z, 45 / sqrt(210));
    near(claim.shares[1].z, -45 / sqrt(210));
    near(claim.chi_square, 45 * 45 / 210.0);
    near(claim.p, erfc(45 / sqrt(210) / sqrt(2)));
    near(claim.shares[0].p, claim.p);
    assert_int_equal(claim.agrees, SW_AGREES);
    sw_consumption_judge(&claim, 0.01);
    assert_int_equal(claim.agrees, SW_DIFFERS);
    assert_int_equal(claim.shares[1].agrees, SW_DIFFERS);

    claim = consume_two_way(t, "far", 1000, 360);
    assert_int_equal(claim.agrees, SW_DIFFERS);
    claim = consume_two_way(t, "never", 1000, 0);
    assert_int_equal(claim.shares[0].agrees, SW_DIFFERS);
    near(claim.alpha, 0.001);

    /* Few draws: exactly. P(X >= 4) of 5 with 0.3 is 0.03078, twice that is 0.06156. */
    claim = consume_two_way(t, "few", 5, 4);
    near(claim.shares[0].p, 2 * (5 * 0.3 * 0.3 * 0.3 * 0.3 * 0.7 + 0.3 * 0.3 * 0.3 * 0.3 * 0.3));
    assert_true(isnan(claim.p)); /* one pooled cell has nothing to vary */
    assert_int_equal(claim.agrees, SW_AGREES);
}

static void without_decisions_nothing_is_compared(void **state)
{
    struct data_test *t = *state;
    make_set(t, "set", two_sources, two_sizes, 2);
    const uint64_t draws[] = {0, 0, 399};
    struct sw_consumption_request request = request_of("run", write_lines(t, draws, 3));
    request.seed = sw_str("18446744073709551615");
    struct sw_consumption_claim claim = consume(t, &request);
    assert_int_equal(claim.distinct, 2);
    near(claim.shares[0].share, 2.0 / 3);
    assert_true(isnan(claim.shares[0].declared) && isnan(claim.shares[0].p));
    assert_true(isnan(claim.chi_square) && isnan(claim.alpha));
    assert_int_equal(claim.agrees, SW_AGREEMENT_NONE);
    sw_consumption_judge(&claim, 0.5);
    assert_int_equal(claim.agrees, SW_AGREEMENT_NONE);
}

static void what_has_no_weight_must_not_be_drawn(void **state)
{
    struct data_test *t = *state;
    const char *const things[] = {"forum"};
    const char *const weights[] = {"1"};
    make_set(t, "set", two_sources, two_sizes, 2);
    decide(t, "base", things, weights, 1, false, 0);
    struct sw_consumption_claim claim = consume_two_way(t, "good", 1000, 1000);
    assert_int_equal(claim.agrees, SW_AGREES);
    assert_int_equal(claim.share_count, 2);
    near(claim.shares[1].declared, 0);
    claim = consume_two_way(t, "bad", 100000, 99999);
    assert_int_equal(claim.agrees, SW_DIFFERS);
    assert_int_equal(claim.shares[1].agrees, SW_DIFFERS);
    near(claim.shares[1].p, 0);
    assert_true(isnan(claim.shares[1].z));
}

static void a_weight_of_what_no_sample_has_is_missed(void **state)
{
    struct data_test *t = *state;
    const char *const things[] = {"forum", "mail", "news"};
    const char *const weights[] = {"1", "2", "1"};
    make_set(t, "set", two_sources, two_sizes, 2);
    decide(t, "base", things, weights, 3, false, 0);
    struct sw_consumption_claim claim = consume_two_way(t, "run", 900, 300);
    assert_int_equal(claim.share_count, 3);
    assert_true(sw_str_is(claim.shares[2].name, "news"));
    assert_int_equal(claim.shares[2].draws, 0);
    near(claim.shares[2].declared, 0.25);
    assert_int_equal(claim.shares[2].agrees, SW_DIFFERS);
    assert_int_equal(claim.agrees, SW_DIFFERS);
}

/* The set of rows_help.h: a third of its rows are of both sources. Draws follow the model, and then
 * another one. */
static void a_sample_with_two_sources_stands_for_either(void **state)
{
    struct data_test *t = *state;
    const char *const weights[] = {"1", "4"};
    (void)data_test_dataset(t, "set", "1", 1, 3000);
    decide(t, "base", two_sources, weights, 2, false, 0);
    for (unsigned skewed = 0; skewed < 2; skewed++) {
        uint64_t draws[20000];
        uint64_t random = 7;
        for (size_t i = 0; i < SW_COUNT(draws); i++) {
            bool mail = next_unit(&random) < (skewed != 0 ? 0.75 : 0.8);
            uint64_t row;
            do {
                row = next_random(&random) % 3000;
            } while (mail ? row % 3 == 0 : row % 3 == 1); /* not of that source */
            draws[i] = row;
        }
        struct sw_consumption_request request =
            request_of(skewed != 0 ? "skewed" : "fair", write_lines(t, draws, SW_COUNT(draws)));
        request.mixture = sw_str("base");
        struct sw_consumption_claim claim = consume(t, &request);
        assert_int_equal(claim.degrees, 2);
        near(claim.shares[0].share + claim.shares[1].share, 1);
        assert_true(claim.shares[0].draws + claim.shares[1].draws > SW_COUNT(draws));
        assert_int_equal(claim.agrees, skewed != 0 ? SW_DIFFERS : SW_AGREES);
        if (skewed == 0) {
            assert_true(fabs(claim.shares[1].share - 0.8) < 0.01);
        }
    }
}

/* Half the draws by one decision, half by the next: each is held to its own. */
static void each_step_is_held_to_its_own_decision(void **state)
{
    struct data_test *t = *state;
    const char *const first[] = {"1", "9"};
    const char *const second[] = {"9", "1"};
    make_set(t, "set", two_sources, two_sizes, 2);
    decide(t, "base", two_sources, first, 2, false, 0);
    decide(t, "base", two_sources, second, 2, false, 50);
    uint64_t draws[10000];
    for (size_t i = 0; i < SW_COUNT(draws); i++) {
        bool forum = (i % 10 == 0) == (i < SW_COUNT(draws) / 2);
        draws[i] = forum ? i % 100 : 100 + i % 300;
    }
    struct sw_consumption_request request =
        request_of("run", write_lines(t, draws, SW_COUNT(draws)));
    request.mixture = sw_str("base");
    struct sw_consumption_claim claim;
    struct sw_receipt receipt;
    assert_int_equal(
        sw_consumption_record(&t->data, &request, &claim, &receipt, &must_error), SW_E_USAGE);
    assert_non_null(strstr(must_error.text, "--steps"));

    request.from_step = 0;
    request.to_step = 99;
    claim = consume(t, &request);
    assert_int_equal(claim.agrees, SW_AGREES);
    assert_int_equal(claim.degrees, 2);
    near(claim.chi_square, 0);
    near(claim.shares[0].share, 0.5);
    near(claim.shares[0].declared, 0.5);

    /* The same draws over other steps are wrong, though the shares over all are nearly right. */
    request.from_step = 100;
    request.to_step = 199;
    claim = consume(t, &request);
    assert_int_equal(claim.agrees, SW_DIFFERS);

    assert_int_equal(
        sw_consumption_record(&t->data, &request, &claim, &receipt, &must_error), SW_E_REFUSED);
    request.from_step = request.to_step = SW_ABSENT;
    request.run = sw_str("run");
    request.mixture = sw_str("");
    assert_int_equal(
        sw_consumption_record(&t->data, &request, &claim, &receipt, &must_error), SW_E_REFUSED);
}

static void steps_without_weights_are_a_gap(void **state)
{
    struct data_test *t = *state;
    const char *const weights[] = {"1", "3"};
    make_set(t, "set", two_sources, two_sizes, 2);
    decide(t, "base", two_sources, weights, 2, false, 10);
    uint64_t *draws = two_way_draws(100, 25);
    struct sw_consumption_request request = request_of("run", write_lines(t, draws, 100));
    free(draws);
    request.mixture = sw_str("base");
    request.from_step = 5;
    request.to_step = 20;
    struct sw_consumption_claim claim = consume(t, &request);
    assert_int_equal(claim.gap_count, 1);
    assert_true(sw_str_is(claim.gaps[0], "no weights were decided for step 5"));
    assert_int_equal(claim.agrees, SW_AGREEMENT_NONE);
}

static void datasets_are_weighed_by_a_blend(void **state)
{
    struct data_test *t = *state;
    const uint64_t sizes[] = {50};
    const char *const source[] = {"news"};
    const char *const names[] = {"set", "other@1"};
    const char *const weights[] = {"3", "1"};
    make_set(t, "set", two_sources, two_sizes, 2);
    make_set(t, "other", source, sizes, 1);
    decide(t, "sets", names, weights, 2, true, 0);
    struct sw_str sets[] = {sw_str("set@1"), sw_str("other")};
    uint64_t draws[1000];
    SW_CLEANUP(buf) struct sw_buf blend = SW_BUF_INIT;
    for (size_t i = 0; i < SW_COUNT(draws); i++) {
        draws[i] = i % 50;
        MUST(sw_buf_printf(&blend, "%d\n", i % 4 == 3 ? 1 : 0));
    }
    temp_tree_write_bytes(&t->tree, "blend.txt", blend.data, blend.len);
    struct sw_consumption_request request =
        request_of("run", write_lines(t, draws, SW_COUNT(draws)));
    request.datasets = sets;
    request.dataset_count = 2;
    request.mixture = sw_str("sets");
    request.blend_path = temp_tree_path(&t->tree, "blend.txt");
    struct sw_consumption_claim claim = consume(t, &request);
    assert_int_equal(claim.agrees, SW_AGREES);
    assert_true(sw_str_is(claim.shares[0].name, "other@1"));
    assert_int_equal(claim.shares[0].draws, 250);
    assert_true(sw_str_is(claim.shares[1].name, "set"));
    assert_int_equal(claim.distinct, 75); /* the odd ones of "other" alone */

    /* Without a blend, numbers go on from one dataset to the next. */
    draws[0] = 400;
    draws[1] = 449;
    draws[2] = 399;
    request = request_of("plain", write_lines(t, draws, 3));
    request.datasets = sets;
    request.dataset_count = 2;
    claim = consume(t, &request);
    assert_int_equal(claim.share_count, 3);
    assert_int_equal(claim.shares[2].draws, 2);
    assert_int_equal(claim.shares[1].draws, 1);

    const struct {
        const char *blend;
        const char *says;
    } bad[] = {{"0\n0\n", "ends after 2 draws"}, {"0\n0\n0\n0\n", "goes on after the 3 draws"},
        {"0\n2\n0\n", "there is no dataset 2 among 2"}};
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        const uint64_t zeros[3] = {0};
        struct sw_receipt receipt;
        temp_tree_write_bytes(&t->tree, "blend.txt", bad[i].blend, strlen(bad[i].blend));
        request = request_of("bad", write_lines(t, zeros, 3));
        request.datasets = sets;
        request.dataset_count = 2;
        request.blend_path = temp_tree_path(&t->tree, "blend.txt");
        assert_int_equal(
            sw_consumption_record(&t->data, &request, &claim, &receipt, &must_error), SW_E_FORMAT);
        assert_non_null(strstr(must_error.text, bad[i].says));
    }
}

/* A test that cries wolf is no test: of fair runs about alpha may differ. */
static void fair_runs_differ_as_often_as_was_said(void **state)
{
    struct data_test *t = *state;
    const char *const sources[] = {"a", "b", "c", "d", "e"};
    const uint64_t sizes[] = {10, 20, 30, 40, 50};
    const char *const weights[] = {"5", "4", "3", "2", "1"};
    make_set(t, "set", sources, sizes, 5);
    decide(t, "base", sources, weights, 5, false, 0);
    unsigned differ = 0;
    uint64_t random = 42;
    for (unsigned run = 0; run < 200; run++) {
        uint64_t draws[400];
        for (size_t i = 0; i < SW_COUNT(draws); i++) {
            double u = next_unit(&random) * 15;
            draws[i] = u < 5 ? 0 : u < 9 ? 10 : u < 12 ? 30 : u < 14 ? 60 : 100;
        }
        char name[16];
        (void)snprintf(name, sizeof(name), "run-%u", run);
        struct sw_consumption_request request =
            request_of(name, write_lines(t, draws, SW_COUNT(draws)));
        request.mixture = sw_str("base");
        request.alpha = 0.05;
        struct sw_consumption_claim made;
        struct sw_receipt receipt;
        MUST(sw_consumption_record(&t->data, &request, &made, &receipt, &must_error));
        differ += made.agrees == SW_DIFFERS ? 1 : 0;
    }
    assert_true(differ >= 4 && differ <= 24); /* 2 % to 12 % of 200, for two tests at 5 % */
}

/* --- what is refused ------------------------------------------------------------------------- */

static void nothing_is_left_behind_of_what_was_refused(void **state)
{
    struct data_test *t = *state;
    make_set(t, "set", two_sources, two_sizes, 2);
    const struct {
        const char *text;
        const char *says;
    } rows[] = {{"1\n400\n", "line 2: there is no sample 400 among 400"},
        {"1\n2\n3\nfour\n", "line 4: 'four'"}, {"", "names no draw"}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        temp_tree_write_bytes(&t->tree, "bad.txt", rows[i].text, strlen(rows[i].text));
        struct sw_consumption_request request =
            request_of("run", temp_tree_path(&t->tree, "bad.txt"));
        struct sw_consumption_claim made;
        struct sw_receipt receipt;
        assert_int_equal(
            sw_consumption_record(&t->data, &request, &made, &receipt, &must_error), SW_E_FORMAT);
        if (strstr(must_error.text, rows[i].says) == NULL) {
            fail_msg("'%s' does not say '%s'", must_error.text, rows[i].says);
        }
    }
    struct sw_consumption_state *states;
    size_t count;
    MUST(sw_consumption_find(&t->data, sw_str("run"), sw_str(""), &states, &count, &must_error));
    assert_int_equal(count, 0);
    const char *dir = NULL;
    MUST(sw_data_file_dir(&t->data, SW_DATA_FILE_ORDER, &dir, &must_error));
    assert_int_equal(rmdir(dir), 0); /* it is empty */
}

static void requests_that_make_no_sense_are_refused(void **state)
{
    struct data_test *t = *state;
    make_set(t, "set", two_sources, two_sizes, 2);
    const uint64_t draws[] = {1};
    const struct sw_consumption_request good = request_of("run", write_lines(t, draws, 1));
    struct sw_consumption_request bad[8];
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        bad[i] = good;
    }
    const struct sw_str twice[] = {sw_str("set"), sw_str("set@1")};
    bad[0].run = sw_str("a/b");
    bad[1].from_step = 3;
    bad[2].from_step = 3;
    bad[2].to_step = 2;
    bad[3].seed = sw_str("seven");
    bad[4].alpha = 1;
    bad[5].dataset_count = 0;
    bad[6].datasets = twice;
    bad[6].dataset_count = 2;
    bad[7].order_format = "csv";
    struct sw_consumption_claim made;
    struct sw_receipt receipt;
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        assert_int_equal(
            sw_consumption_record(&t->data, &bad[i], &made, &receipt, &must_error), SW_E_USAGE);
    }
    bad[0] = good;
    bad[0].mixture = sw_str("none");
    assert_int_equal(
        sw_consumption_record(&t->data, &bad[0], &made, &receipt, &must_error), SW_E_NOENT);
    bad[0] = good;
    bad[0].order_path = "/nonexistent";
    assert_int_equal(
        sw_consumption_record(&t->data, &bad[0], &made, &receipt, &must_error), SW_E_NOENT);
}

static void figures_that_the_order_does_not_hold_are_found(void **state)
{
    struct data_test *t = *state;
    const char *const weights[] = {"0.3", "0.7"};
    make_set(t, "set", two_sources, two_sizes, 2);
    decide(t, "base", two_sources, weights, 2, false, 0);
    struct sw_consumption_claim claim = consume_two_way(t, "run", 1000, 500);
    struct sw_consumption_share shares[2];
    memcpy(shares, claim.shares, sizeof(shares));
    struct sw_consumption_claim lies[4] = {claim, claim, claim, claim};
    lies[0].distinct--;
    lies[1].shares = shares;
    shares[0].share = 0.3;
    lies[2].agrees = SW_AGREES;
    lies[3].decision.bytes[0] ^= 1;
    for (size_t i = 0; i < SW_COUNT(lies); i++) {
        assert_int_equal(sw_consumption_verify(&t->data, &lies[i], &must_error), SW_E_REFUSED);
    }
    const char *path = sw_data_file_path(&t->data, SW_DATA_FILE_ORDER, &claim.order);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(sw_consumption_verify(&t->data, &claim, &must_error), SW_E_NOENT);
}

static int setup(void **state)
{
    struct data_test *t = calloc(1, sizeof(*t));
    if (t == NULL) {
        return -1;
    }
    data_test_open(t);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    data_test_close(*state);
    free(*state);
    return 0;
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(lists_of_each_format_are_read),
        WITH_STORE(lists_that_break_their_format_are_refused_by_place),
        WITH_STORE(npy_lists_are_read_as_their_headers_say),
        WITH_STORE(a_line_longer_than_the_buffer_is_refused),
        WITH_STORE(an_order_is_read_back_group_by_group),
        WITH_STORE(a_changed_order_is_refused),
        WITH_STORE(shares_are_compared_by_their_known_statistics),
        WITH_STORE(without_decisions_nothing_is_compared),
        WITH_STORE(what_has_no_weight_must_not_be_drawn),
        WITH_STORE(a_weight_of_what_no_sample_has_is_missed),
        WITH_STORE(a_sample_with_two_sources_stands_for_either),
        WITH_STORE(each_step_is_held_to_its_own_decision),
        WITH_STORE(steps_without_weights_are_a_gap),
        WITH_STORE(datasets_are_weighed_by_a_blend),
        WITH_STORE(fair_runs_differ_as_often_as_was_said),
        WITH_STORE(nothing_is_left_behind_of_what_was_refused),
        WITH_STORE(requests_that_make_no_sense_are_refused),
        WITH_STORE(figures_that_the_order_does_not_hold_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
