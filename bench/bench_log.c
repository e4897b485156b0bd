/* The work that bench/log.sh times. Every mode does one thing and says nothing, but `ack`.
 *
 *   append STORE COUNT BATCH THREADS   durable entries through the store, and publishes at the end
 *   ack STORE COUNT BATCH THREADS      the same, and prints how long one in a hundred waited (ms)
 *   plain FILE COUNT BATCH             the same bytes by write and fdatasync, one pair a batch
 *   build STORE COUNT                  a whole log at once: journal, tiles, bundles, checkpoint
 *   files DIRECTORY COUNT              as many files of the same sizes, by a plain loop, and synced
 *   tree COUNT                         leaf hashes and root in memory
 *   hash COUNT                         SHA-256 over as many blocks as `tree` hashes
 *   init STORE                         an empty store, for the modes that need one */
#include "evidence/evidence.h"

#include "bench.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DURABLE_SIZE 400 /* bytes of an entry that is appended: about a claim's */
#define SMALL_SIZE 64    /* of one that is built */
#define BATCH_MAX 65536
#define BUILD_BATCH 65536
#define BLOCKS_PER_LEAF 4 /* two for the leaf of 64 bytes, two for the one node it adds */

/* --- entries --------------------------------------------------------------------------------- */

struct batch {
    uint8_t *text;
    struct sw_bytes *entries;
    size_t count;
    size_t size;
};

static void make_batch(size_t count, size_t size, struct batch *out)
{
    *out = (struct batch){calloc(count, size), calloc(count, sizeof(struct sw_bytes)), count, size};
    if (out->text == NULL || out->entries == NULL) {
        die("out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        out->entries[i] = sw_bytes(out->text + i * size, size);
    }
}

/* No two entries are the same. */
static void number_batch(struct batch *batch, uint64_t from)
{
    for (size_t i = 0; i < batch->count; i++) {
        uint64_t id = from + i;
        memcpy(batch->text + i * batch->size, &id, sizeof(id));
    }
}

static void free_batch(struct batch *batch)
{
    free(batch->text);
    free(batch->entries);
}

/* --- durable --------------------------------------------------------------------------------- */

struct appending {
    struct sw_store *store;
    uint64_t count;
    size_t batch;
    uint64_t next;     /* shared: entries that were handed out */
    uint64_t *waits;   /* shared: nanoseconds, one a batch */
    size_t wait_count; /* shared */
};

static void append_on_thread(void *ctx, unsigned index)
{
    struct appending *a = ctx;
    struct batch batch;
    struct sw_error err = {0};
    make_batch(a->batch, DURABLE_SIZE, &batch);
    for (;;) {
        uint64_t from = __atomic_fetch_add(&a->next, a->batch, __ATOMIC_RELAXED);
        if (from >= a->count) {
            break;
        }
        uint64_t first;
        number_batch(&batch, from);
        uint64_t start = sw_time_monotonic_ns();
        must(sw_log_append(a->store, batch.entries, batch.count, &first, &err), &err);
        size_t slot = __atomic_fetch_add(&a->wait_count, 1, __ATOMIC_RELAXED);
        a->waits[slot] = sw_time_monotonic_ns() - start;
    }
    free_batch(&batch);
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void append(char **args, bool print)
{
    struct sw_error err = {0};
    struct appending a = {
        .count = number(args[1], UINT32_MAX), .batch = (size_t)number(args[2], BATCH_MAX)};
    unsigned threads = (unsigned)number(args[3], 1024);
    a.waits = calloc(a.count / a.batch + threads + 1, sizeof(uint64_t));
    if (a.waits == NULL) {
        die("out of memory");
    }
    must(sw_store_open(args[0], SW_STORE_WRITE, &a.store, &err), &err);
    sw_parallel(threads, append_on_thread, &a);
    must(sw_store_close(a.store, &err), &err);
    qsort(a.waits, a.wait_count, sizeof(uint64_t), compare_u64);
    if (print) {
        (void)printf("%.3f\n", (double)a.waits[a.wait_count * 99 / 100] / 1e6);
    }
    free(a.waits);
}

static void run_append(char **args)
{
    append(args, false);
}

static void run_ack(char **args)
{
    append(args, true);
}

static void run_plain(char **args)
{
    uint64_t count = number(args[1], UINT32_MAX);
    struct batch batch;
    struct sw_error err = {0};
    make_batch((size_t)number(args[2], BATCH_MAX), DURABLE_SIZE, &batch);
    SW_CLEANUP(fd) int fd = open(args[0], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        die("cannot open the file");
    }
    for (uint64_t from = 0; from < count; from += batch.count) {
        number_batch(&batch, from);
        must(sw_fd_write(fd, args[0], sw_bytes(batch.text, batch.count * batch.size), &err), &err);
        if (fdatasync(fd) != 0) {
            die("cannot sync the file");
        }
    }
    free_batch(&batch);
}

/* --- bulk ------------------------------------------------------------------------------------ */

static void run_build(char **args)
{
    uint64_t count = number(args[1], UINT32_MAX);
    struct sw_store *store = NULL;
    struct batch batch;
    struct sw_error err = {0};
    make_batch(BUILD_BATCH, SMALL_SIZE, &batch);
    must(sw_store_open(args[0], SW_STORE_WRITE, &store, &err), &err);
    for (uint64_t from = 0; from < count; from += batch.count) {
        uint64_t first;
        batch.count = (size_t)(count - from < BUILD_BATCH ? count - from : BUILD_BATCH);
        number_batch(&batch, from);
        must(sw_log_append(store, batch.entries, batch.count, &first, &err), &err);
    }
    must(sw_store_close(store, &err), &err);
    free_batch(&batch);
}

/* --- the same files by hand ------------------------------------------------------------------ */

static int create(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        struct sw_str dir = sw_path_dir(path);
        char parent[PATH_MAX];
        (void)snprintf(parent, sizeof(parent), SW_STR_FMT, SW_STR_ARG(dir));
        must(sw_dir_make(parent, 0755, &(struct sw_error){0}), &(struct sw_error){0});
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    }
    if (fd < 0) {
        die("cannot make a file");
    }
    return fd;
}

/* The tiles of one level (-1: bundles) for hashes or entries `from` to `to`, each of `size` bytes.
 */
static void write_tiles(
    const char *dir, int level, uint64_t from, uint64_t to, const uint8_t *bytes, size_t size)
{
    for (uint64_t i = from; i < to; i += 256) {
        unsigned width = to - i < 256 ? (unsigned)(to - i) : 256;
        char file[SW_TILE_PATH_SIZE];
        char path[PATH_MAX];
        struct sw_error err = {0};
        sw_tile_path(level, i / 256, width, file);
        (void)snprintf(path, sizeof(path), "%s/%s", dir, file);
        SW_CLEANUP(fd) int fd = create(path);
        must(sw_fd_write(fd, path, sw_bytes(bytes, width * size), &err), &err);
    }
}

static void run_files(char **args)
{
    static uint8_t bytes[BUILD_BATCH * (2 + SMALL_SIZE)];
    uint64_t count = number(args[1], UINT32_MAX);
    char path[PATH_MAX];
    struct sw_error err = {0};
    (void)snprintf(path, sizeof(path), "%s/journal", args[0]);
    SW_CLEANUP(fd) int journal = create(path);
    for (uint64_t from = 0; from < count; from += BUILD_BATCH) {
        uint64_t to = count - from < BUILD_BATCH ? count : from + BUILD_BATCH;
        size_t len = (size_t)(to - from) * (2 + SMALL_SIZE);
        must(sw_fd_write(journal, path, sw_bytes(bytes, len), &err), &err);
        if (fdatasync(journal) != 0) {
            die("cannot sync the file");
        }
        write_tiles(args[0], -1, from, to, bytes, 2 + SMALL_SIZE);
        write_tiles(args[0], 0, from, to, bytes, 32);
    }
    for (int level = 1; count >> 8 * level > 0; level++) {
        write_tiles(args[0], level, 0, count >> 8 * level, bytes, 32);
    }
    if (syncfs(journal) != 0) { /* as a log does before it begins its journal anew */
        die("cannot sync the file system");
    }
}

/* --- hashing alone --------------------------------------------------------------------------- */

static void run_tree(char **args)
{
    uint64_t count = number(args[0], UINT32_MAX);
    struct sw_frontier frontier = {0};
    struct sw_hash256 hash;
    uint8_t entry[SMALL_SIZE] = {0};
    for (uint64_t i = 0; i < count; i++) {
        memcpy(entry, &i, sizeof(i));
        sw_merkle_leaf(sw_bytes(entry, sizeof(entry)), &hash);
        sw_frontier_add(&frontier, &hash);
    }
    sw_frontier_root(&frontier, &hash);
    (void)printf("%02x\n", hash.bytes[0]); /* so that nobody leaves the work out */
}

static void run_hash(char **args)
{
    static uint8_t blocks[SHA256_CBLOCK * BLOCKS_PER_LEAF * 256];
    uint64_t count = number(args[0], UINT32_MAX);
    struct sw_hash hash;
    struct sw_digest digest;
    must(sw_hash_init(&hash, SW_SHA256), &(struct sw_error){0});
    for (uint64_t i = 0; i < count; i += 256) {
        sw_hash_update(&hash, blocks, sizeof(blocks));
    }
    sw_hash_final(&hash, &digest);
    (void)printf("%02x\n", digest.bytes[0]);
}

static void run_init(char **args)
{
    struct sw_error err = {0};
    must(sw_store_init(args[0], "example.com/bench", &err), &err);
}

static const struct {
    const char *name;
    int args;
    void (*run)(char **args);
} modes[] = {
    {"append", 4, run_append},
    {"ack", 4, run_ack},
    {"plain", 3, run_plain},
    {"build", 2, run_build},
    {"files", 2, run_files},
    {"tree", 1, run_tree},
    {"hash", 1, run_hash},
    {"init", 1, run_init},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < SW_COUNT(modes); i++) {
        if (strcmp(argv[1], modes[i].name) == 0 && argc == modes[i].args + 2) {
            modes[i].run(argv + 2);
            return 0;
        }
    }
    (void)fprintf(
        stderr, "usage: bench-log append|ack|plain|build|files|tree|hash|init ARGUMENT...\n");
    return 2;
}
