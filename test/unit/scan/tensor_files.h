/* Small files of weights, made by the test. */
#ifndef SW_TEST_TENSOR_FILES_H
#define SW_TEST_TENSOR_FILES_H

#include "inspect_one.h"

#include <math.h>

struct made_tensor {
    const char *name;
    const char *dtype;
    const char *shape; /* "[2,3]" */
    size_t bytes;
};

/* The same numbers in every run. */
struct made_numbers {
    uint64_t state;
};

static inline uint32_t made_bits(struct made_numbers *n)
{
    n->state = n->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(n->state >> 32);
}

/* Like initialised weights: about normal, by the sum of four uniform numbers. */
static inline float made_weight(struct made_numbers *n)
{
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        sum += (double)made_bits(n) / 4294967296.0 - 0.5;
    }
    return (float)(0.03 * sum);
}

static inline void made_f32(struct made_numbers *n, struct sw_buf *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float value = made_weight(n);
        assert_int_equal(sw_buf_append(out, &value, sizeof(value)), SW_OK);
    }
}

static inline void made_bf16(struct made_numbers *n, struct sw_buf *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float value = made_weight(n);
        assert_int_equal(sw_buf_append(out, (const uint8_t *)&value + 2, 2), SW_OK);
    }
}

/* A safetensors file of these tensors over this data. */
static inline void made_safetensors(
    struct sw_buf *out, const struct made_tensor *tensors, size_t count, struct sw_bytes data)
{
    SW_CLEANUP(buf) struct sw_buf header = SW_BUF_INIT;
    size_t at = 0;
    assert_int_equal(sw_buf_putc(&header, '{'), SW_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sw_buf_printf(&header,
                             "%s\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%zu,%zu]}",
                             i == 0 ? "" : ",", tensors[i].name, tensors[i].dtype, tensors[i].shape,
                             at, at + tensors[i].bytes),
            SW_OK);
        at += tensors[i].bytes;
    }
    assert_int_equal(sw_buf_putc(&header, '}'), SW_OK);
    uint64_t len = header.len;
    assert_int_equal(sw_buf_append(out, &len, sizeof(len)), SW_OK);
    assert_int_equal(sw_buf_append(out, header.data, header.len), SW_OK);
    assert_int_equal(sw_buf_append(out, data.ptr, data.len), SW_OK);
}

#endif
