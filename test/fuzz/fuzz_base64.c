/* Base64. What is encoded must decode to itself, and what decodes strictly must be what the encoder
 * writes: every value has one spelling. */
#include "codec/base64.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_encoding(struct sw_bytes data)
{
    SW_CLEANUP(buf) struct sw_buf coded = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
    expect(sw_base64_encode(&coded, data) == SW_OK);
    expect(sw_base64_decode(&plain, sw_buf_str(&coded), false) == SW_OK);
    expect(sw_bytes_equal(sw_buf_bytes(&plain), data));
}

static void check_decoding(struct sw_str text)
{
    SW_CLEANUP(buf) struct sw_buf strict = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf lenient = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf again = SW_BUF_INIT;
    enum sw_code rc = sw_base64_decode(&lenient, text, true);
    expect(rc == SW_OK || lenient.len == 0);
    if (sw_base64_decode(&strict, text, false) != SW_OK) {
        expect(strict.len == 0);
        return;
    }
    expect(rc == SW_OK && sw_bytes_equal(sw_buf_bytes(&strict), sw_buf_bytes(&lenient)));
    expect(sw_base64_encode(&again, sw_buf_bytes(&strict)) == SW_OK);
    expect(sw_str_equal(sw_buf_str(&again), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_encoding(sw_bytes(data, size));
    check_decoding(sw_str_n((const char *)data, size));
    return 0;
}
