/* Loading verified bytes beside hashing alone: one read of the same files each.
 *
 *     bench-load hash FILE...             reads and hashes, and keeps nothing
 *     bench-load plain FILE...            reads into memory of its own, and hashes it there
 *     bench-load load MODEL SIG PUBKEY    sw_load_read() of each file into memory of its own
 *     bench-load reuse MODEL SIG PUBKEY   the same, into memory that all files of a size share
 *     bench-load seal MODEL SIG PUBKEY    sw_load_copy() of each file into a sealed one
 */
#include "model/model.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK ((size_t)256 * 1024)

static int hash_file(const char *path, bool keep)
{
    struct stat st;
    SW_CLEANUP(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        return 1;
    }
    SW_CLEANUP(free) uint8_t *chunk = sw_large_alloc(keep ? (size_t)st.st_size + CHUNK : CHUNK, 1);
    size_t at = 0;
    struct sw_hash hash;
    struct sw_digest digest;
    if (chunk == NULL || sw_hash_init(&hash, SW_SHA256) != SW_OK) {
        return 1;
    }
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    for (;;) {
        ssize_t n = read(fd, chunk + at, CHUNK);
        if (n <= 0) {
            sw_hash_final(&hash, &digest);
            return n == 0 ? 0 : 1;
        }
        sw_hash_update(&hash, chunk + at, (size_t)n);
        at += keep ? (size_t)n : 0;
    }
}

static sw_result open_model(char **argv, struct sw_load **load, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    struct sw_key *key = NULL;
    SW_TRY(sw_file_read(argv[3], SW_BUNDLE_MAX_BYTES, &signature, err));
    SW_TRY(sw_file_read(argv[4], 65536, &pem, err));
    SW_TRY(sw_key_read_public(sw_buf_bytes(&pem), &key, err));
    SW_TRY(sw_trust_new(&trust));
    SW_TRY(sw_trust_add_key(trust, "bench", key));
    const struct sw_model_verify_options options = {.now = sw_time_now()};
    return sw_load_open(argv[2], sw_buf_bytes(&signature), trust, &options, load, err);
}

static sw_result load_file(struct sw_load *load, size_t file, struct sw_error *err)
{
    uint64_t size;
    SW_TRY(sw_load_size(load, file, &size, err));
    SW_CLEANUP(free) void *memory = sw_large_alloc(size, 1);
    SW_TRY_PTR(memory);
    return sw_load_read(load, file, memory, size, err);
}

/* As a program that hands each file on, to a device for instance. */
static sw_result reload_file(
    struct sw_load *load, size_t file, void **memory, uint64_t *room, struct sw_error *err)
{
    uint64_t size;
    SW_TRY(sw_load_size(load, file, &size, err));
    if (size > *room) {
        free(*memory);
        *room = size;
        *memory = sw_large_alloc(size, 1);
        SW_TRY_PTR(*memory);
    }
    return sw_load_read(load, file, *memory, size, err);
}

static sw_result seal_file(struct sw_load *load, size_t file, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = memfd_create("bench", MFD_CLOEXEC);
    return sw_load_copy(load, file, fd, UINT64_MAX, err);
}

static sw_result load_all(char **argv, struct sw_error *err)
{
    SW_CLEANUP(load) struct sw_load *load = NULL;
    SW_CLEANUP(free) void *memory = NULL;
    uint64_t room = 0;
    SW_TRY(open_model(argv, &load, err));
    for (size_t i = 0; i < sw_load_count(load); i++) {
        if (argv[1][0] == 'r') {
            SW_TRY(reload_file(load, i, &memory, &room, err));
            continue;
        }
        SW_TRY(argv[1][0] == 'l' ? load_file(load, i, err) : seal_file(load, i, err));
    }
    return SW_OK;
}

int main(int argc, char **argv)
{
    struct sw_error err = {0};
    bool keep = argc > 2 && strcmp(argv[1], "plain") == 0;
    if (keep || (argc > 2 && strcmp(argv[1], "hash") == 0)) {
        for (int i = 2; i < argc; i++) {
            if (hash_file(argv[i], keep) != 0) {
                return 1;
            }
        }
        return 0;
    }
    if (argc != 5) {
        return 2;
    }
    if (load_all(argv, &err) != SW_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    return 0;
}
