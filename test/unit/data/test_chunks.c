#include "data/chunks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "temp_tree.h"

#define CHUNKS 12u
#define CHUNK_SIZE 7000u /* so that the file is larger than what is read of it at once */

static uint8_t byte_of(uint32_t group, size_t at)
{
    return (uint8_t)(group * 31 + at * 7 + at / 256);
}

static struct sw_digest make_file(const char *path)
{
    SW_CLEANUP(chunks_writer) struct sw_chunks_writer writer = SW_CHUNKS_WRITER_INIT;
    struct sw_error err = {0};
    struct sw_digest toc;
    struct sw_digest made;
    char text[SW_DIGEST_TEXT_SIZE];
    char header[SW_DIGEST_TEXT_SIZE + 16];
    assert_int_equal(sw_chunks_create(&writer, path, &err), SW_OK);
    for (uint32_t g = 0; g < CHUNKS; g++) {
        uint8_t bytes[CHUNK_SIZE];
        for (size_t i = 0; i < CHUNK_SIZE; i++) {
            bytes[i] = byte_of(g, i);
        }
        assert_int_equal(
            sw_chunks_put(&writer, 1, g, sw_bytes(bytes, CHUNK_SIZE), g % 4 == 3, &err), SW_OK);
    }
    sw_chunks_toc(&writer, &toc);
    sw_digest_text(&toc, text);
    int len = snprintf(header, sizeof(header), "{\"toc\":\"%s\"}", text);
    assert_int_equal(sw_chunks_finish(&writer, sw_bytes(header, (size_t)len), &made, &err), SW_OK);
    return made;
}

static void test_chunks_at_the_end_and_before_it_are_read(void **state)
{
    (void)state;
    struct temp_tree tree;
    temp_tree_make(&tree);
    const char *path = temp_tree_path(&tree, "file");
    struct sw_digest digest = make_file(path);
    SW_CLEANUP(chunks) struct sw_chunks chunks = SW_CHUNKS_INIT;
    SW_CLEANUP(buf) struct sw_buf got = SW_BUF_INIT;
    struct sw_error err = {0};
    assert_int_equal(sw_chunks_open(&chunks, path, &digest, &err), SW_OK);
    for (uint32_t g = 0; g < CHUNKS; g++) {
        assert_int_equal(sw_chunks_get(&chunks, 1, g, &got, &err), SW_OK);
        assert_int_equal(got.len, CHUNK_SIZE);
        for (size_t i = 0; i < CHUNK_SIZE; i++) {
            assert_int_equal(got.data[i], byte_of(g, i));
        }
        const struct sw_chunk_ref *ref = sw_chunks_find(&chunks, 1, g);
        for (size_t at = 0; !ref->compressed && at + 64 <= CHUNK_SIZE; at += 61) {
            uint8_t some[64];
            assert_int_equal(sw_chunks_peek(&chunks, ref, at, some, sizeof(some), &err), SW_OK);
            assert_int_equal(some[0], byte_of(g, at));
            assert_int_equal(some[63], byte_of(g, at + 63));
        }
    }
    temp_tree_remove(&tree);
}

/* Wherever it is: in what is read at once, before it, or over its edge. */
static void test_a_changed_byte_is_refused_wherever_it_is(void **state)
{
    (void)state;
    struct temp_tree tree;
    temp_tree_make(&tree);
    const char *path = temp_tree_path(&tree, "file");
    struct sw_digest digest = make_file(path);
    for (uint32_t g = 0; g < CHUNKS; g++) {
        SW_CLEANUP(chunks) struct sw_chunks whole = SW_CHUNKS_INIT;
        SW_CLEANUP(chunks) struct sw_chunks changed = SW_CHUNKS_INIT;
        SW_CLEANUP(buf) struct sw_buf got = SW_BUF_INIT;
        struct sw_error err = {0};
        uint8_t byte;
        assert_int_equal(sw_chunks_open(&whole, path, &digest, &err), SW_OK);
        off_t at = (off_t)sw_chunks_find(&whole, 1, g)->offset + 20;
        int fd = open(path, O_RDWR | O_CLOEXEC);
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 1;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        assert_int_equal(sw_chunks_open(&changed, path, &digest, &err), SW_OK);
        assert_int_equal(sw_chunks_get(&changed, 1, g, &got, &err), SW_E_REFUSED);
        byte ^= 1;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        assert_int_equal(close(fd), 0);
    }
    temp_tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chunks_at_the_end_and_before_it_are_read),
        cmocka_unit_test(test_a_changed_byte_is_refused_wherever_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
