#include "scan/tensor.h"

#include "scan/weigh.h"

#include <math.h>

/* --- numbers ---------------------------------------------------------------------------------- */

/* Names of safetensors and GGUF; what is not here is opaque. */
static const struct {
    const char *name;
    enum sw_number number;
} numbers[] = {
    {"U8", SW_NUMBER_U8},
    {"BOOL", SW_NUMBER_U8},
    {"I8", SW_NUMBER_I8},
    {"F8_E4M3", SW_NUMBER_F8_E4M3},
    {"F8_E5M2", SW_NUMBER_F8_E5M2},
    {"I16", SW_NUMBER_I16},
    {"F16", SW_NUMBER_F16},
    {"BF16", SW_NUMBER_BF16},
    {"I32", SW_NUMBER_I32},
    {"U32", SW_NUMBER_I32},
    {"F32", SW_NUMBER_F32},
    {"I64", SW_NUMBER_I64},
    {"U64", SW_NUMBER_I64},
    {"F64", SW_NUMBER_F64},
};

enum sw_number sw_number_of(const char *dtype)
{
    for (size_t i = 0; i < SW_COUNT(numbers); i++) {
        if (strcmp(numbers[i].name, dtype) == 0) {
            return numbers[i].number;
        }
    }
    return SW_NUMBER_OPAQUE;
}

size_t sw_number_width(enum sw_number number)
{
    static const uint8_t widths[] = {
        [SW_NUMBER_OPAQUE] = 1,
        [SW_NUMBER_U8] = 1,
        [SW_NUMBER_I8] = 1,
        [SW_NUMBER_F8_E4M3] = 1,
        [SW_NUMBER_F8_E5M2] = 1,
        [SW_NUMBER_I16] = 2,
        [SW_NUMBER_F16] = 2,
        [SW_NUMBER_BF16] = 2,
        [SW_NUMBER_I32] = 4,
        [SW_NUMBER_F32] = 4,
        [SW_NUMBER_I64] = 8,
        [SW_NUMBER_F64] = 8,
    };
    return widths[number];
}

enum sw_number sw_tensor_number(const struct sw_tensor *tensor)
{
    enum sw_number number = sw_number_of(tensor->dtype);
    return tensor->size % sw_number_width(number) == 0 ? number : SW_NUMBER_OPAQUE;
}

/* A floating-point number by its parts (IEEE 754-2019, 3.4): `bits` with `exponent` and `fraction`
 * bits behind the sign. */
static double small_float(uint32_t bits, unsigned exponent, unsigned fraction)
{
    uint32_t e = bits >> fraction & ((1u << exponent) - 1);
    uint32_t f = bits & ((1u << fraction) - 1);
    int bias = (1 << (exponent - 1)) - 1;
    double sign = bits >> (exponent + fraction) != 0 ? -1 : 1;
    if (e == (1u << exponent) - 1) {
        return f != 0 ? NAN : sign * INFINITY;
    }
    return e == 0 ? sign * ldexp(f, 1 - bias - (int)fraction)
                  : sign * ldexp(f | 1u << fraction, (int)e - bias - (int)fraction);
}

/* OCP 8-bit floating point, E4M3: no infinity, and one NaN of each sign. */
static double e4m3(uint8_t bits)
{
    if ((bits & 0x7F) == 0x7F) {
        return NAN;
    }
    if ((bits & 0x78) == 0x78) {
        return (bits & 0x80 ? -1.0 : 1.0) * ldexp(8 | (bits & 7), 5);
    }
    return small_float(bits, 4, 3);
}

static double float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof(value));
    return (double)value;
}

/* F16 by the arithmetic of F32, whose exponent is wider: the exponent is put right by a product. */
static double half_of(uint32_t bits)
{
    double magnitude = float_of((bits & 0x7FFF) << 13) * 0x1p112;
    if ((bits & 0x7C00) == 0x7C00) {
        magnitude = (bits & 0x3FF) != 0 ? NAN : INFINITY;
    }
    return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static uint64_t little_endian(const uint8_t *bytes, size_t width)
{
    uint64_t value = 0;
    for (size_t i = width; i > 0; i--) {
        value = value << 8 | bytes[i - 1];
    }
    return value;
}

double sw_number_value(enum sw_number number, const uint8_t *bytes)
{
    uint64_t bits = little_endian(bytes, sw_number_width(number));
    switch (number) {
    case SW_NUMBER_U8: return (double)bits;
    case SW_NUMBER_I8: return (double)(int8_t)bits;
    case SW_NUMBER_F8_E4M3: return e4m3((uint8_t)bits);
    case SW_NUMBER_F8_E5M2: return small_float((uint32_t)bits, 5, 2);
    case SW_NUMBER_I16: return (double)(int16_t)bits;
    case SW_NUMBER_F16: return half_of((uint32_t)bits);
    case SW_NUMBER_BF16: return float_of((uint32_t)bits << 16);
    case SW_NUMBER_I32: return (double)(int32_t)bits;
    case SW_NUMBER_F32: return float_of((uint32_t)bits);
    case SW_NUMBER_I64: return (double)(int64_t)bits;
    case SW_NUMBER_F64: return double_of(bits);
    case SW_NUMBER_OPAQUE: break;
    }
    return NAN;
}

/* --- facts ------------------------------------------------------------------------------------ */

static void write_tensor(struct sw_json_writer *w, const struct sw_tensor *t)
{
    sw_jw_array(w, NULL);
    sw_jw_str(w, NULL, t->name);
    sw_jw_text(w, NULL, t->dtype);
    sw_jw_array(w, NULL);
    for (size_t i = 0; i < t->dim_count; i++) {
        sw_jw_u64(w, NULL, t->dims[i]);
    }
    sw_jw_array_end(w);
    sw_jw_u64(w, NULL, t->offset);
    sw_jw_u64(w, NULL, t->size);
    if (t->strides != NULL || t->big_endian) {
        sw_jw_array(w, NULL);
        for (size_t i = 0; i < t->dim_count && t->strides != NULL; i++) {
            sw_jw_u64(w, NULL, t->strides[i]);
        }
        sw_jw_array_end(w);
        sw_jw_bool(w, NULL, t->big_endian);
    }
    sw_jw_array_end(w);
}

sw_result sw_tensors_tell(
    struct sw_inspection *in, const struct sw_tensor *tensors, size_t count, bool *untold)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json_writer w;
    sw_jw_init(&w, &text, 0);
    sw_jw_array(&w, NULL);
    for (size_t i = 0; i < count && text.len <= SW_FACT_BYTES_MAX; i++) {
        write_tensor(&w, &tensors[i]);
    }
    sw_jw_array_end(&w);
    SW_TRY(sw_jw_finish(&w));
    *untold = text.len > SW_TENSOR_FACTS_MAX;
    if (*untold) {
        return sw_found(in, "tensors-untold", SW_SEVERITY_INFO, UINT64_MAX,
            "%zu tensors are too many to be held against the model's settings", count);
    }
    return sw_tell(in, "tensors", sw_buf_bytes(&text));
}

sw_result sw_tensors_tell_digests(
    struct sw_inspection *in, const struct sw_digest *digests, size_t count)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    char hex[2 * SW_DIGEST_MAX + 1];
    struct sw_json_writer w;
    sw_jw_init(&w, &text, 0);
    sw_jw_array(&w, NULL);
    for (size_t i = 0; i < count; i++) {
        sw_digest_hex(&digests[i], hex);
        sw_jw_text(&w, NULL, hex);
    }
    sw_jw_array_end(&w);
    SW_TRY(sw_jw_finish(&w));
    return sw_tell(in, "tensor-digests", sw_buf_bytes(&text));
}

static void skip_tensors(struct sw_inspection *in, const struct sw_tensor *tensors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sw_skipped(in, tensors[i].size);
    }
}

sw_result sw_tensors_done(struct sw_inspection *in, const struct sw_source *source,
    const struct sw_tensor *tensors, size_t count, struct sw_error *err)
{
    bool untold;
    SW_TRY(sw_tensors_tell(in, tensors, count, &untold));
    if (in->metadata_only) {
        skip_tensors(in, tensors, count);
        return SW_OK;
    }
    struct sw_digest *digests = NULL;
    if (in->wants_digests) {
        digests = SW_ARENA_ARRAY(in->arena, struct sw_digest, count);
        SW_TRY_PTR(digests);
    }
    SW_TRY(sw_weigh(in, source, tensors, count, digests, err));
    return digests == NULL ? SW_OK : sw_tensors_tell_digests(in, digests, count);
}
