/* Does what lies here bear out what a document says of it? */
#include "data/import_private.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_SIZE ((size_t)1 << 20)

/* --- one file -------------------------------------------------------------------------------- */

static sw_result hash_all(int fd, const char *path, struct sw_hash *hash,
    struct sw_progress *progress, uint64_t *size, struct sw_error *err)
{
    SW_CLEANUP(free) uint8_t *block = malloc(READ_SIZE);
    SW_TRY_PTR(block);
    uint64_t total = 0;
    for (;;) {
        ssize_t n = read(fd, block, READ_SIZE);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return sw_fail_errno(err, errno, "cannot read '%s'", path);
        }
        if (n == 0) {
            *size = total;
            return SW_OK;
        }
        if (sw_progress_cancelled(progress)) {
            return sw_fail(err, SW_E_IO, "interrupted");
        }
        sw_hash_update(hash, block, (size_t)n);
        sw_progress_add(progress, (uint64_t)n, 0);
        total += (uint64_t)n;
    }
}

sw_result sw_exchange_hash_file(const char *path, struct sw_progress *progress,
    struct sw_digest *digest, uint64_t *size, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    SW_TRY(sw_file_open(path, &fd, err));
    struct sw_hash hash;
    SW_TRY(sw_hash_init(&hash, SW_SHA256));
    enum sw_code code = hash_all(fd, path, &hash, progress, size, err);
    if (code != SW_OK) {
        sw_hash_abort(&hash);
        return code;
    }
    sw_hash_final(&hash, digest);
    return SW_OK;
}

/* --- finding it ------------------------------------------------------------------------------ */

static int hex_value(char c)
{
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
}

/* An address as a path: without query and fragment, "%20" as a space (RFC 3986). */
static const char *decode(struct sw_arena *arena, struct sw_str url)
{
    char *out = sw_arena_alloc(arena, url.len + 1);
    size_t n = 0;
    for (size_t i = 0; out != NULL && i < url.len && url.ptr[i] != '?' && url.ptr[i] != '#'; i++) {
        bool escape = url.ptr[i] == '%' && i + 2 < url.len && hex_value(url.ptr[i + 1]) >= 0 &&
                      hex_value(url.ptr[i + 2]) >= 0;
        out[n++] = escape ? (char)(hex_value(url.ptr[i + 1]) * 16 + hex_value(url.ptr[i + 2]))
                          : url.ptr[i];
        i += escape ? 2 : 0;
    }
    if (out != NULL) {
        out[n] = '\0';
        return memchr(out, '\0', n) == NULL ? out : "";
    }
    return NULL;
}

static bool is_address(struct sw_str url)
{
    const char *colon = url.len == 0 ? NULL : memmem(url.ptr, url.len, "://", 3);
    return colon != NULL;
}

/* Where the file would lie below the directory; *path is NULL when it is none of ours. */
static sw_result local_path(struct sw_arena *arena, const struct sw_exchange_file *file,
    const char *dir, bool by_name, const char **path)
{
    const char *plain = decode(arena, file->url);
    SW_TRY_PTR(plain);
    if (is_address(file->url)) {
        const char *slash = strrchr(plain, '/');
        plain = by_name && slash != NULL ? slash + 1 : "";
    }
    *path = NULL;
    if (!sw_path_is_plain(sw_str(plain))) {
        return SW_OK;
    }
    *path = sw_path_join(arena, dir, plain);
    SW_TRY_PTR(*path);
    return SW_OK;
}

/* --- all of them ----------------------------------------------------------------------------- */

struct checking {
    struct sw_exchange *exchange;
    const char *dir;
    bool by_name;
    struct sw_progress *progress;
    struct sw_error *err;
};

static sw_result compare(struct checking *c, struct sw_exchange_file *file, const char *path)
{
    struct sw_digest digest;
    uint64_t size = 0;
    SW_TRY(sw_exchange_hash_file(path, c->progress, &digest, &size, c->err));
    if (!sw_digest_equal(&digest, &file->digest)) {
        char text[SW_DIGEST_TEXT_SIZE];
        sw_digest_text(&digest, text);
        file->proof = SW_FILE_CONTRADICTED;
        return sw_import_problem(c->exchange, "contradicted", file->id,
            "'%s' has the digest %s, the document says another", path, text);
    }
    file->proof = SW_FILE_VERIFIED;
    file->why = sw_str_n(NULL, 0);
    if (file->size != SW_ABSENT && file->size != size) {
        return sw_import_problem(c->exchange, "wrong-size", file->id,
            "'%s' has %llu bytes, the document says %llu", path, (unsigned long long)size,
            (unsigned long long)file->size);
    }
    return SW_OK;
}

static sw_result check_one(struct checking *c, struct sw_exchange_file *file)
{
    if (file->pattern || file->digest.alg == 0) {
        file->why = file->why.len == 0 ? sw_str("no-digest") : file->why;
        return SW_OK;
    }
    if (file->container.len != 0) {
        file->why = sw_str("inside-another");
        return SW_OK;
    }
    const char *path = NULL;
    SW_TRY(local_path(c->exchange->arena, file, c->dir, c->by_name, &path));
    if (path == NULL || !sw_file_exists(path)) {
        file->why = sw_str(path == NULL ? "elsewhere" : "not-here");
        return SW_OK;
    }
    return compare(c, file, path);
}

sw_result sw_import_check_files(struct sw_exchange *exchange, const char *dir, bool by_name,
    struct sw_progress *progress, struct sw_error *err)
{
    struct checking c = {exchange, dir, by_name, progress, err};
    for (size_t i = 0; i < exchange->set_count; i++) {
        for (size_t k = 0; k < exchange->sets[i].file_count; k++) {
            SW_TRY(check_one(&c, &exchange->sets[i].files[k]));
        }
    }
    return SW_OK;
}
