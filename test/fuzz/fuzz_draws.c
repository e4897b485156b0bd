/* Lists of draws: the first byte chooses the format, the rest is the file. */
#include "data/consumption_input.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Reads to the end in blocks of `max`; what came is summed up. */
static enum sw_code read_all(
    const uint8_t *data, size_t size, const char *format, size_t max, uint64_t *sum, uint64_t *n)
{
    uint64_t numbers[64];
    struct sw_error err = {0};
    SW_CLEANUP(draw_input) struct sw_draw_input *input = NULL;
    SW_CLEANUP(fd) int fd = memfd_create("draws", MFD_CLOEXEC);
    expect(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
    SW_TRY(sw_draw_input_from(&input, SW_TAKE_FD(fd), "input", format, &err));
    for (size_t got = 1; got != 0;) {
        SW_TRY(sw_draw_input_next(input, numbers, max, &got, &err));
        for (size_t i = 0; i < got; i++) {
            *sum = *sum * 31 + numbers[i];
        }
        *n += got;
    }
    struct sw_digest digest;
    struct sw_digest want;
    sw_draw_input_digest(input, &digest);
    sw_sha256(sw_bytes(data, size), &want);
    expect(sw_digest_equal(&digest, &want));
    return SW_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const formats[] = {NULL, "lines", "u32", "u64", "npy"};
    if (size == 0) {
        return 0;
    }
    const char *format = formats[data[0] % SW_COUNT(formats)];
    uint64_t sums[2] = {0};
    uint64_t counts[2] = {0};
    enum sw_code many = read_all(data + 1, size - 1, format, 64, &sums[0], &counts[0]);
    enum sw_code few = read_all(data + 1, size - 1, format, 3, &sums[1], &counts[1]);
    expect(many == few && (many == SW_OK || many == SW_E_FORMAT));
    expect(many != SW_OK || (sums[0] == sums[1] && counts[0] == counts[1]));
    return 0;
}
