#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "codec/wire.h"

#define MESSAGE(text) sw_bytes((text), sizeof(text) - 1)

static void reads_each_wire_type(void **state)
{
    /* The examples of protobuf.dev, "Encoding", and one of each other type. */
    struct sw_wire wire = sw_wire(MESSAGE("\x08\x96\x01"
                                          "\x12\x07testing"
                                          "\x19\x01\x02\x03\x04\x05\x06\x07\x88"
                                          "\x25\x01\x02\x03\x84"
                                          "\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                                          "\x32\x00"
                                          "\xf8\xff\xff\xff\x0f\x00"));
    static const struct {
        uint32_t number;
        enum sw_wire_type type;
        uint64_t where, value;
        const char *bytes;
    } expected[] = {
        {1, SW_WIRE_VARINT, 0, 150, ""},
        {2, SW_WIRE_BYTES, 3, 0, "testing"},
        {3, SW_WIRE_I64, 12, 0x8807060504030201, ""},
        {4, SW_WIRE_I32, 21, 0x84030201, ""},
        {5, SW_WIRE_VARINT, 26, UINT64_MAX, ""},
        {6, SW_WIRE_BYTES, 37, 0, ""},
        {536870911, SW_WIRE_VARINT, 39, 0, ""},
    };
    struct sw_wire_field f;
    bool more;
    for (size_t i = 0; i < SW_COUNT(expected); i++) {
        assert_int_equal(sw_wire_next(&wire, &f, &more, NULL), SW_OK);
        assert_true(more);
        assert_int_equal(f.number, expected[i].number);
        assert_int_equal(f.type, expected[i].type);
        assert_int_equal(f.where, expected[i].where);
        assert_true(f.value == expected[i].value);
        assert_true(sw_bytes_equal(f.bytes, sw_bytes_of_str(sw_str(expected[i].bytes))));
    }
    assert_int_equal(sw_wire_next(&wire, &f, &more, NULL), SW_OK);
    assert_false(more);
    assert_int_equal(f.number, 536870911);
}

static void refuses_what_readers_could_take_differently(void **state)
{
    const struct {
        struct sw_bytes message;
        const char *words;
    } bad[] = {
        {MESSAGE("\x80"), "byte 0: a malformed field tag"},
        {MESSAGE("\x88\x00\x01"), "byte 0: a malformed field tag"},
        {MESSAGE("\x00\x01"), "byte 0: a field number out of range"},
        {MESSAGE("\x80\x80\x80\x80\x10\x00"), "byte 0: a field number out of range"},
        {MESSAGE("\x0b"), "byte 0: groups are not read"},
        {MESSAGE("\x0c"), "byte 0: groups are not read"},
        {MESSAGE("\x0e"), "byte 0: wire type 6 does not exist"},
        {MESSAGE("\x0f"), "byte 0: wire type 7 does not exist"},
        {MESSAGE("\x08"), "byte 0: a varint that is cut off, over 64 bits or not its shortest"},
        {MESSAGE("\x08\x80"), "byte 0: a varint that is cut off, over 64 bits or not its shortest"},
        {MESSAGE("\x08\x80\x00"),
            "byte 0: a varint that is cut off, over 64 bits or not its shortest"},
        {MESSAGE("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
            "byte 0: a varint that is cut off, over 64 bits or not its shortest"},
        {MESSAGE("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"),
            "byte 0: a varint that is cut off, over 64 bits or not its shortest"},
        {MESSAGE("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
            "byte 0: a varint that is cut off, over 64 bits or not its shortest"},
        {MESSAGE("\x09\x01\x02\x03\x04\x05\x06\x07"),
            "byte 0: the message ends inside a 64-bit value"},
        {MESSAGE("\x0d\x01\x02\x03"), "byte 0: the message ends inside a 32-bit value"},
        {MESSAGE("\x08\x01\x12\x03"
                 "ab"),
            "byte 2: a length that is malformed or past the end of the message"},
        {MESSAGE("\x08\x01\x12"),
            "byte 2: a length that is malformed or past the end of the message"},
        {MESSAGE("\x08\x01\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
            "byte 2: a length that is malformed or past the end of the message"},
        {MESSAGE("\x08\x01\x12\x81\x00z"),
            "byte 2: a length that is malformed or past the end of the message"},
    };
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        struct sw_wire wire = sw_wire(bad[i].message);
        struct sw_error err = {0};
        struct sw_wire_field f = {.number = 77};
        bool more = true;
        enum sw_code rc = sw_wire_next(&wire, &f, &more, &err);
        if (rc == SW_OK) {
            f.number = 77;
            rc = sw_wire_next(&wire, &f, &more, &err);
        }
        assert_int_equal(rc, SW_E_FORMAT);
        assert_string_equal(err.text, bad[i].words);
        assert_int_equal(f.number, 77);
        size_t pos = wire.cur.pos;
        assert_int_equal(sw_wire_next(&wire, &f, &more, &err), SW_E_FORMAT);
        assert_int_equal(wire.cur.pos, pos);
    }
}

static void enters_messages_and_keeps_their_place(void **state)
{
    /* {1: {2: {3: 5}}, 4: 6} */
    struct sw_wire outer = sw_wire(MESSAGE("\x0a\x04\x12\x02\x18\x05\x20\x06"));
    struct sw_wire middle;
    struct sw_wire inner;
    struct sw_wire_field f;
    bool more;
    assert_int_equal(sw_wire_next(&outer, &f, &more, NULL), SW_OK);
    assert_int_equal(sw_wire_enter(&outer, &f, &middle, NULL), SW_OK);
    assert_int_equal(sw_wire_next(&middle, &f, &more, NULL), SW_OK);
    assert_int_equal(f.where, 2);
    assert_int_equal(sw_wire_enter(&middle, &f, &inner, NULL), SW_OK);
    assert_int_equal(sw_wire_next(&inner, &f, &more, NULL), SW_OK);
    assert_int_equal(f.where, 4);
    assert_int_equal(f.value, 5);
    assert_int_equal(sw_wire_next(&inner, &f, &more, NULL), SW_OK);
    assert_false(more);
    assert_int_equal(sw_wire_next(&outer, &f, &more, NULL), SW_OK);
    assert_int_equal(f.where, 6);
    struct sw_error err = {0};
    assert_int_equal(sw_wire_enter(&outer, &f, &inner, &err), SW_E_FORMAT);
    assert_string_equal(err.text, "byte 6: a number stands where a message should");
}

static void stops_at_its_depth(void **state)
{
    /* Message 1 of message 1 of message 1 …: each tag and length wraps what is behind it. */
    uint8_t text[2 * SW_WIRE_DEPTH];
    for (size_t i = 0; i < SW_WIRE_DEPTH; i++) {
        text[2 * i] = 0x0a;
        text[2 * i + 1] = (uint8_t)(2 * (SW_WIRE_DEPTH - 1 - i));
    }
    /* Lengths over 127 would take two bytes, so that only the inner part is used. */
    struct sw_wire wire = sw_wire(sw_bytes(text + 2 * 36, 128));
    wire.depth = 36;
    struct sw_wire_field f;
    bool more;
    for (unsigned depth = 36; depth + 1 < SW_WIRE_DEPTH; depth++) {
        assert_int_equal(sw_wire_next(&wire, &f, &more, NULL), SW_OK);
        assert_int_equal(sw_wire_enter(&wire, &f, &wire, NULL), SW_OK);
    }
    struct sw_error err = {0};
    assert_int_equal(sw_wire_next(&wire, &f, &more, NULL), SW_OK);
    assert_int_equal(sw_wire_enter(&wire, &f, &wire, &err), SW_E_LIMIT);
    assert_string_equal(err.text, "byte 126: messages nested deeper than 100 levels");
}

static void reads_packed_fields(void **state)
{
    struct sw_cursor cur = sw_cursor(MESSAGE("\x03\x8e\x02\x9e\xa7\x05"));
    static const uint64_t expected[] = {3, 270, 86942};
    for (size_t i = 0; i < SW_COUNT(expected); i++) {
        uint64_t value;
        assert_int_equal(sw_wire_varint(&cur, &value), SW_OK);
        assert_int_equal(value, expected[i]);
    }
    assert_int_equal(sw_cur_left(&cur), 0);
}

static void reads_zigzag(void **state)
{
    static const struct {
        uint64_t wire;
        int64_t value;
    } cases[] = {{0, 0}, {1, -1}, {2, 1}, {3, -2}, {0xfffffffe, 0x7fffffff},
        {0xffffffff, -INT64_C(0x80000000)}, {UINT64_MAX - 1, INT64_MAX}, {UINT64_MAX, INT64_MIN}};
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        assert_true(sw_wire_zigzag(cases[i].wire) == cases[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_wire_type),
        cmocka_unit_test(refuses_what_readers_could_take_differently),
        cmocka_unit_test(enters_messages_and_keeps_their_place),
        cmocka_unit_test(stops_at_its_depth),
        cmocka_unit_test(reads_packed_fields),
        cmocka_unit_test(reads_zigzag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
