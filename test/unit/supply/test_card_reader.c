/* Who reads cards and papers may have been taken over: it can say what they could, and no more. */
#include "supply/card_papers.c"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#define DIGEST "sha256:00000000000000000000000000000000000000000000000000000000000000a7"

struct fixture {
    struct sw_arena arena;
    struct sw_card card;
    struct sw_buf told;
    struct sw_error err;
};

static void begin(struct fixture *f)
{
    *f = (struct fixture){0};
    sw_arena_init(&f->arena, 0);
    sw_card_init(&f->card, &f->arena, SW_CARD_MODEL);
    f->card.tool = sw_str("t");
    f->card.tool_version = sw_str("1");
}

static void end(struct fixture *f)
{
    sw_buf_release(&f->told);
    sw_arena_release(&f->arena);
}

static const struct sw_card_value plain = {
    SW_CARD_RISK, {"r", 1}, {.kind = SW_CARD_CITATION, .file = {"README.md", 9}, .line = 7}};

/* As bytes, whatever it is. */
static void tell(struct fixture *f, const struct sw_card_value *value)
{
    struct sw_card_value copy = *value;
    struct sw_card card = f->card;
    card.values = &copy;
    card.count = 1;
    sw_buf_clear(&f->told);
    assert_int_equal(sw_card_put(&card, &f->told), SW_OK);
}

static enum sw_code take_told(struct fixture *f, struct sw_card *out)
{
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&f->told));
    return sw_card_take(out, &f->arena, &cur);
}

static void test_what_is_told_is_the_same_card(void **state)
{
    static const char text[] =
        "{\"version\":1,\"kind\":\"dataset\",\"subject\":{\"name\":\"n\",\"root\":\"" DIGEST
        "\",\"files\":3,\"bytes\":9},\"time\":\"2026-01-01T00:00:00Z\",\"tool\":{\"name\":\"t\","
        "\"version\":\"1\"},\"sections\":{\"identity\":{\"name\":[{\"value\":\"n\",\"origin\":{"
        "\"kind\":\"claim\",\"digest\":\"" DIGEST "\",\"type\":\"x\",\"signer\":\"s\"}}]},"
        "\"data\":{\"structure\":[{\"value\":\"one\",\"origin\":{\"kind\":\"citation\",\"file\":"
        "\"README.md\",\"line\":3,\"field\":\"Structure\"}}]}},\"unknown\":[],\"gaps\":[\"g\"]}";
    SW_CLEANUP(card_reader) struct sw_card_reader *reader = NULL;
    SW_CLEANUP(buf) struct sw_buf there = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf here = SW_BUF_INIT;
    struct fixture f;
    struct sw_json document;
    struct sw_card read;
    const struct sw_bytes bytes = sw_bytes(text, sizeof(text) - 1);
    (void)state;
    begin(&f);
    assert_int_equal(sw_card_parse(&f.arena, bytes, &document, &f.err), SW_OK);
    assert_int_equal(sw_card_read(&f.card, &f.arena, &document, &f.err), SW_OK);
    assert_int_equal(sw_card_write(&f.card, &there), SW_OK);
    assert_int_equal(sw_card_reader_new(&reader, &f.err), SW_OK);
    assert_int_equal(sw_card_take_document(reader, &f.arena, bytes, &read, &f.err), SW_OK);
    assert_int_equal(sw_card_write(&read, &here), SW_OK);
    assert_string_equal(sw_buf_cstr(&there), sw_buf_cstr(&here));
    const struct sw_bytes cut = sw_bytes(text, sizeof(text) - 2);
    assert_int_equal(sw_card_take_document(reader, &f.arena, cut, &read, &f.err), SW_E_FORMAT);
    assert_non_null(strstr(f.err.text, "byte"));
    end(&f);
}

static void test_what_no_card_can_say_is_not_taken(void **state)
{
    char *huge = calloc(1, SW_CARD_TEXT_MAX + 1);
    struct sw_card_value rows[] = {plain, plain, plain, plain, plain, plain, plain, plain};
    struct fixture f;
    struct sw_card read;
    (void)state;
    assert_non_null(huge);
    memset(huge, 'x', SW_CARD_TEXT_MAX + 1);
    rows[1].field = (enum sw_card_field)SW_CARD_FIELDS;
    rows[2].field = SW_CARD_STRUCTURE; /* of datasets */
    rows[3].text = sw_str("");
    rows[4].text = sw_str("\xff");
    rows[5].text = sw_str_n(huge, SW_CARD_TEXT_MAX + 1);
    rows[6].from.kind = SW_CARD_CLAIM; /* without a digest */
    rows[7].from.file = sw_str("");
    begin(&f);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        tell(&f, &rows[i]);
        if (take_told(&f, &read) != (i == 0 ? SW_OK : SW_E_FORMAT)) {
            fail_msg("row %zu", i);
        }
    }
    f.card.timed = true;
    f.card.time = INT64_MAX;
    tell(&f, &plain);
    assert_int_equal(take_told(&f, &read), SW_E_FORMAT);
    f.card.time = 0;
    tell(&f, &plain);
    assert_int_equal(take_told(&f, &read), SW_OK);
    assert_int_equal(sw_buf_putc(&f.told, 'x'), SW_OK);
    assert_int_equal(take_told(&f, &read), SW_E_FORMAT);
    end(&f);
    free(huge);
}

/* --- a reader whose process says what it likes ------------------------------------------------ */

static sw_result say_that(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    const struct sw_buf *told = ctx;
    (void)fd;
    (void)request;
    (void)err;
    return sw_buf_append(reply, told->data, told->len);
}

static void read_with(struct fixture *f, const struct sw_card_value *value, const char *author)
{
    struct sw_card_reader reader = {0};
    const struct sw_bytes text = sw_bytes("text", 4);
    tell(f, value);
    assert_int_equal(sw_worker_new(&reader.worker, say_that, &f->told, NULL, &f->err), SW_OK);
    if (author == NULL) {
        assert_int_equal(sw_card_add_paper(&reader, &f->card, "README.md", text, &f->err), SW_OK);
    } else {
        assert_int_equal(sw_card_take_author(&reader, &f->card, author, text, &f->err), SW_E_IO);
        assert_string_equal(f->err.text, "the parser answered nonsense");
    }
    sw_worker_free(reader.worker);
}

static void test_a_paper_is_cited_as_what_it_is(void **state)
{
    struct sw_card_value other = plain;
    struct fixture f;
    (void)state;
    other.from.file = sw_str("LICENSE");
    other.from.digest = sw_str(DIGEST);
    begin(&f);
    read_with(&f, &other, NULL);
    assert_int_equal(f.card.count, 1);
    assert_true(sw_str_is(f.card.values[0].from.file, "README.md"));
    assert_false(sw_str_is(f.card.values[0].from.digest, DIGEST));
    assert_int_equal(f.card.values[0].from.line, 7);
    end(&f);
}

static void test_no_paper_says_what_claims_say(void **state)
{
    struct sw_card_value rows[] = {plain, plain, plain};
    (void)state;
    rows[0].from.kind = SW_CARD_CLAIM;
    rows[0].from.digest = sw_str(DIGEST);
    rows[1].field = SW_CARD_SCAN;
    rows[2].from.kind = SW_CARD_AUTHOR;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct fixture f;
        begin(&f);
        read_with(&f, &rows[i], NULL);
        assert_int_equal(f.card.count, 0);
        assert_int_equal(f.card.gap_count, 1);
        assert_true(sw_str_is(f.card.gaps[0], "README.md: the parser answered nonsense"));
        rows[i].from.kind = i == 2 ? SW_CARD_CITATION : rows[i].from.kind;
        read_with(&f, &rows[i], "author.yaml");
        assert_int_equal(f.card.count, 0);
        end(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_told_is_the_same_card),
        cmocka_unit_test(test_what_no_card_can_say_is_not_taken),
        cmocka_unit_test(test_a_paper_is_cited_as_what_it_is),
        cmocka_unit_test(test_no_paper_says_what_claims_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
