/* For the tests of the verified load: somebody who changes a file, and somebody who reads it.
 *
 *     racer swap FILE EVIL ROUNDS     exchanges the two names ROUNDS times, an even number
 *     racer write FILE EVIL ROUNDS    writes EVIL's bytes into FILE and its own back, ROUNDS times
 *     racer read FILE GOOD DONE       reads FILE until DONE is there, and once more; 66 when it
 * reads anything but GOOD's bytes. That it cannot be opened is fine.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BAD 66
#define BROKEN 99

struct content {
    char *bytes;
    size_t len;
};

static int read_file(const char *path, struct content *out)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &st) != 0) {
        return -1;
    }
    out->len = (size_t)st.st_size;
    out->bytes = malloc(out->len + 1);
    size_t done = 0;
    while (out->bytes != NULL && done <= out->len) {
        ssize_t n = read(fd, out->bytes + done, out->len + 1 - done);
        if (n <= 0) {
            break;
        }
        done += (size_t)n;
    }
    (void)close(fd);
    if (out->bytes == NULL || done != out->len) {
        out->len = done > out->len ? out->len + 1 : done; /* torn: it compares unequal */
    }
    return out->bytes == NULL ? -1 : 0;
}

static int same(const struct content *a, const struct content *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

/* The same through a mapping, which sees what is written later. */
static int mapped_is(const char *path, const struct content *good)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        return 1;
    }
    int is = fstat(fd, &st) == 0 && (size_t)st.st_size == good->len;
    void *map = is ? mmap(NULL, good->len, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
    (void)close(fd);
    is = map != MAP_FAILED && memcmp(map, good->bytes, good->len) == 0;
    if (map != MAP_FAILED) {
        (void)munmap(map, good->len);
    }
    return is;
}

static int reader(const char *path, const char *good_path, const char *done)
{
    struct content good;
    unsigned long reads = 0;
    unsigned long denied = 0;
    int last = 0;
    if (read_file(good_path, &good) != 0) {
        return BROKEN;
    }
    while (!last) {
        struct content now = {NULL, 0};
        last = access(done, F_OK) == 0;
        if (read_file(path, &now) != 0) {
            denied++;
            continue;
        }
        reads++;
        int fine = same(&now, &good) && mapped_is(path, &good);
        free(now.bytes);
        if (!fine) {
            printf("read bad bytes\n");
            return BAD;
        }
    }
    printf("%lu reads, %lu denied\n", reads, denied);
    free(good.bytes);
    return 0;
}

static int swapper(const char *path, const char *evil, long rounds)
{
    for (long i = 0; i < rounds; i++) {
        if (renameat2(AT_FDCWD, path, AT_FDCWD, evil, RENAME_EXCHANGE) != 0) {
            perror(path);
            return BROKEN;
        }
    }
    return 0;
}

static int write_over(const char *path, const struct content *content)
{
    int fd = open(path, O_WRONLY); /* waits for leases */
    int fine = fd >= 0 && pwrite(fd, content->bytes, content->len, 0) == (ssize_t)content->len;
    return fd >= 0 && close(fd) == 0 && fine ? 0 : -1;
}

static int writer(const char *path, const char *evil_path, long rounds)
{
    struct content good;
    struct content evil;
    if (read_file(path, &good) != 0 || read_file(evil_path, &evil) != 0) {
        return BROKEN;
    }
    for (long i = 0; i < rounds; i++) {
        if (write_over(path, &evil) != 0 || write_over(path, &good) != 0) {
            perror(path);
            return BROKEN;
        }
    }
    free(good.bytes);
    free(evil.bytes);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "read") == 0) {
        return reader(argv[2], argv[3], argv[4]);
    }
    if (argc == 5 && strcmp(argv[1], "swap") == 0) {
        return swapper(argv[2], argv[3], atol(argv[4]));
    }
    if (argc == 5 && strcmp(argv[1], "write") == 0) {
        return writer(argv[2], argv[3], atol(argv[4]));
    }
    return BROKEN;
}
