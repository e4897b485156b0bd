/* JSON. Tree and stream must agree on every input, whatever its pieces; what is written must read
 * back as the same; the canonical form must be its own canonical form; numbers must mean what the C
 * library says they mean. */
#include "../json_agree.h"
#include "codec/json_write.h"

#include <math.h>
#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void expect_agreement(struct sw_bytes text)
{
    size_t chunks[] = {0, 1, 1 + text.len % 17};
    for (size_t i = 0; i < SW_COUNT(chunks); i++) {
        bool accepted;
        expect(json_disagreement(text, chunks[i], &accepted) == NULL);
    }
}

/* JSON lines under narrow limits: the pieces of the input must not decide what is accepted. They
 * may decide which of two reasons is given, as a long string can be over its limit before it is
 * seen to be malformed. */
static void read_many(struct sw_bytes text)
{
    const struct sw_json_stream_limits limits = {
        .many = true, .max_string = 64, .max_names = 1024, .json.max_depth = 8};
    SW_CLEANUP(buf) struct sw_buf all = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf pieces = SW_BUF_INIT;
    enum sw_code rc = dump_stream(&all, text, 0, &limits, NULL);
    expect((dump_stream(&pieces, text, 3, &limits, NULL) == SW_OK) == (rc == SW_OK));
    expect(rc != SW_OK || sw_bytes_equal(sw_buf_bytes(&all), sw_buf_bytes(&pieces)));
}

/* Appends what sw_json_print() or sw_json_canonical() makes of a text. */
static enum sw_code rewrite(struct sw_buf *out, struct sw_bytes text, bool canonical)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_json tree;
    SW_TRY(sw_json_parse(&arena, text, NULL, &tree, NULL));
    return canonical ? sw_json_canonical(out, &tree, NULL) : sw_json_print(out, &tree, 0);
}

static void expect_fixpoint(struct sw_bytes text, bool canonical)
{
    SW_CLEANUP(buf) struct sw_buf once = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf twice = SW_BUF_INIT;
    if (rewrite(&once, text, canonical) != SW_OK) {
        expect(canonical && once.len == 0);
        return;
    }
    expect(rewrite(&twice, sw_buf_bytes(&once), canonical) == SW_OK);
    expect(sw_bytes_equal(sw_buf_bytes(&once), sw_buf_bytes(&twice)));
}

static void check_number(const struct sw_json *number)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf canonical = SW_BUF_INIT;
    expect(sw_buf_put_str(&text, number->text) == SW_OK);
    double expected = strtod(sw_buf_cstr(&text), NULL);
    bool zero = strcspn(sw_buf_cstr(&text), "123456789") >= strcspn(sw_buf_cstr(&text), "eE");
    double value = -1;
    bool fits = sw_json_double(number, &value);
    expect(fits == (isfinite(expected) && (expected != 0 || zero)));
    expect(!fits || (value == expected && signbit(value) == signbit(expected)));
    if (sw_json_canonical(&canonical, number, NULL) == SW_OK) {
        expect(fits && strtod(sw_buf_cstr(&canonical), NULL) == expected);
    }
    int64_t whole;
    if (sw_json_i64(number, &whole)) {
        expect((double)whole == expected);
    }
}

static void check_numbers(const struct sw_json *value)
{
    if (value->type == SW_JSON_NUMBER) {
        check_number(value);
    }
    SW_JSON_EACH (item, value) {
        check_numbers(item);
    }
    SW_JSON_EACH_MEMBER (member, value) {
        expect(sw_json_get_str(value, member->name) == &member->value);
        check_numbers(&member->value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sw_bytes text = sw_bytes(data, size);
    expect_agreement(text);
    read_many(text);
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_json tree;
    if (sw_json_parse(&arena, text, NULL, &tree, NULL) == SW_OK) {
        check_numbers(&tree);
        expect_fixpoint(text, false);
        expect_fixpoint(text, true);
    }
    return 0;
}
