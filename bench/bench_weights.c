/* Files of tensors for bench/weights.sh.
 *
 *   bench-weights make DTYPE MEGABYTES FILE    one safetensors file of tensors of 16 MB
 *   bench-weights read FILE                    reads it in chunks as the scan does, and no more
 *
 * Numbers are normally distributed, as initialised weights are (DTYPE: F32, BF16, F16, I8). */
#include "bench.h"

#include "codec/codec.h"
#include "codec/source.h"
#include "scan/weigh.h"

#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#define TENSOR_BYTES ((size_t)16 << 20)

static uint64_t state = 1;

static double uniform(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return ((double)(state >> 33) + 0.5) / 2147483648.0;
}

static float normal(void)
{
    double r = sqrt(-2 * log(uniform()));
    return (float)(0.02 * r * cos(6.283185307179586 * uniform()));
}

/* F16 of a small normal number, by cutting off. */
static uint16_t half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    int exponent = (int)(bits >> 23 & 0xFF) - 112;
    uint32_t fraction = exponent > 0 ? bits >> 13 & 0x3FF : 0;
    return (uint16_t)(bits >> 31 << 15 | (uint32_t)(exponent > 0 ? exponent : 0) << 10 | fraction);
}

static void put(uint8_t *out, enum sw_number number, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    uint16_t upper = (uint16_t)(bits >> 16);
    uint16_t small = half(value);
    if (number == SW_NUMBER_F32) {
        memcpy(out, &value, sizeof(value));
    } else if (number == SW_NUMBER_I8) {
        *out = (uint8_t)(int8_t)(value * 1500);
    } else {
        memcpy(out, number == SW_NUMBER_F16 ? &small : &upper, sizeof(upper));
    }
}

static void put_header(FILE *file, const char *dtype, size_t width, size_t tensors)
{
    struct sw_buf text = SW_BUF_INIT;
    must(sw_buf_puts(&text, "{"), NULL);
    for (size_t i = 0; i < tensors; i++) {
        must(sw_buf_printf(&text,
                 "%s\"model.layers.%zu.weight\":{\"dtype\":\"%s\",\"shape\":[%zu],"
                 "\"data_offsets\":[%zu,%zu]}",
                 i == 0 ? "" : ",", i, dtype, TENSOR_BYTES / width, i * TENSOR_BYTES,
                 (i + 1) * TENSOR_BYTES),
            NULL);
    }
    must(sw_buf_puts(&text, "}"), NULL);
    uint64_t len = text.len;
    if (fwrite(&len, sizeof(len), 1, file) != 1 || fwrite(text.data, 1, len, file) != len) {
        die("cannot write");
    }
    sw_buf_release(&text);
}

static void make(const char *dtype, uint64_t megabytes, const char *path)
{
    static uint8_t tensor[TENSOR_BYTES];
    enum sw_number kind = sw_number_of(dtype);
    size_t width = sw_number_width(kind);
    size_t tensors = (size_t)(megabytes * 1000000 / TENSOR_BYTES + 1);
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        die("cannot open the file");
    }
    for (size_t i = 0; i < TENSOR_BYTES; i += width) {
        put(tensor + i, kind, normal());
    }
    put_header(file, dtype, width, tensors);
    for (size_t i = 0; i < tensors; i++) {
        if (fwrite(tensor, 1, TENSOR_BYTES, file) != TENSOR_BYTES) {
            die("cannot write");
        }
    }
    if (fclose(file) != 0) {
        die("cannot write");
    }
}

static void read_all(const char *path)
{
    static uint8_t chunk[SW_WEIGH_CHUNK];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, chunk, sizeof(chunk));
    while (got > 0) {
        got = read(fd, chunk, sizeof(chunk));
    }
    if (got < 0) {
        die("cannot read");
    }
    (void)close(fd);
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "make") == 0) {
        make(argv[2], number(argv[3], 1000000), argv[4]);
    } else if (argc == 3 && strcmp(argv[1], "read") == 0) {
        read_all(argv[2]);
    } else {
        die("how it is called stands in bench/bench_weights.c");
    }
    return 0;
}
