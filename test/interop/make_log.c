/* Makes a log of small entries: interop-make_log STORE ORIGIN SIZE… publishes at each of the sizes,
 * and keeps the checkpoint of each in STORE.SIZE. */
#include "evidence/evidence.h"

#include <inttypes.h>
#include <stdio.h>

#define BATCH 10000

static sw_result append(struct sw_store *store, uint64_t from, uint64_t to, struct sw_error *err)
{
    static char text[BATCH][32];
    static struct sw_bytes entries[BATCH];
    size_t count = 0;
    for (; from + count < to && count < BATCH; count++) {
        int len = snprintf(text[count], sizeof(text[count]), "entry %" PRIu64, from + count);
        entries[count] = sw_bytes(text[count], (size_t)len);
    }
    uint64_t first;
    SW_TRY(sw_log_append(store, entries, count, &first, err));
    if (first != from) {
        return sw_fail(err, SW_E_INTERNAL, "entry %" PRIu64 " went to %" PRIu64, from, first);
    }
    return SW_OK;
}

static sw_result grow(
    struct sw_store *store, const char *path, uint64_t *size, uint64_t to, struct sw_error *err)
{
    for (; *size < to; *size = to - *size < BATCH ? to : *size + BATCH) {
        SW_TRY(append(store, *size, to, err));
    }
    SW_TRY(sw_log_publish(store, err));
    SW_CLEANUP(buf) struct sw_buf head = SW_BUF_INIT;
    SW_TRY(sw_log_checkpoint(store, &head, err));
    char name[4096];
    (void)snprintf(name, sizeof(name), "%s.%" PRIu64, path, to);
    return sw_file_write(name, sw_buf_bytes(&head), 0644, 0, err);
}

static sw_result make(char **args, struct sw_error *err)
{
    const char *path = args[0];
    SW_TRY(sw_store_init(path, args[1], err));
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_store_open(path, SW_STORE_WRITE, &store, err));
    uint64_t size = 0;
    for (args += 2; *args != NULL; args++) {
        uint64_t to;
        if (!sw_parse_u64(sw_str(*args), &to) || to < size) {
            return sw_fail(err, SW_E_USAGE, "'%s' is no size that can follow", *args);
        }
        SW_TRY(grow(store, path, &size, to, err));
    }
    return sw_store_close(SW_TAKE(store), err);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        (void)fprintf(stderr, "usage: %s STORE ORIGIN SIZE...\n", argv[0]);
        return 2;
    }
    struct sw_error err = {0};
    enum sw_code rc = make(argv + 1, &err);
    if (rc != SW_OK) {
        (void)fprintf(stderr, "make_log: %s\n", err.text);
    }
    return sw_code_exit(rc);
}
