/* Reads an input of samples to its end, for bench/readers.sh to time:
 *
 *     bench-records FORMAT PATH       "-": by name and content
 *
 * and its physical reference, which reads the file in the same amounts and hashes it:
 *
 *     bench-records sha256 PATH */
#include "data/data.h"

#include <unistd.h>

static enum sw_code read_samples(const char *format, const char *path, uint64_t *sum)
{
    struct sw_record_options options = {.format = strcmp(format, "-") == 0 ? NULL : format};
    SW_CLEANUP(records) struct sw_records *r = NULL;
    struct sw_record_step step;
    SW_TRY(sw_records_open(&r, path, &options, NULL));
    do {
        SW_TRY(sw_records_next(r, &step, NULL));
        *sum += step.kind == SW_RECORD_SAMPLE ? step.record.content.len + 1 : 0;
    } while (step.kind != SW_RECORD_END);
    return SW_OK;
}

static enum sw_code hash_file(const char *path, uint64_t *sum)
{
    static uint8_t bytes[1 << 20];
    SW_CLEANUP(fd) int fd = -1;
    struct sw_hash hash;
    struct sw_digest digest;
    SW_TRY(sw_file_open(path, &fd, NULL));
    SW_TRY(sw_hash_init(&hash, SW_SHA256));
    for (;;) {
        ssize_t got = read(fd, bytes, sizeof(bytes));
        if (got <= 0) {
            break;
        }
        sw_hash_update(&hash, bytes, (size_t)got);
    }
    sw_hash_final(&hash, &digest);
    *sum = digest.bytes[0] + 1u;
    return SW_OK;
}

int main(int argc, char **argv)
{
    uint64_t sum = 0;
    if (argc != 3) {
        return 2;
    }
    enum sw_code rc = strcmp(argv[1], "sha256") == 0 ? hash_file(argv[2], &sum)
                                                     : read_samples(argv[1], argv[2], &sum);
    return rc == SW_OK && sum == 0 ? 1 : sw_code_exit(rc);
}
