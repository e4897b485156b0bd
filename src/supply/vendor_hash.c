/* Documents by digest: they are hashed, and never parsed. */
#include "supply/vendor_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 65536

static sw_result hash_bytes(int fd, struct sw_digest *out, const char *name, struct sw_error *err)
{
    uint8_t block[BLOCK];
    struct sw_hash hash;
    uint64_t total = 0;
    SW_TRY(sw_hash_init(&hash, SW_SHA256));
    for (;;) {
        ssize_t n = read(fd, block, sizeof(block));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        total += n > 0 ? (uint64_t)n : 0;
        if (n < 0 || total > SW_VENDOR_DOCUMENT_MAX) {
            int reason = errno;
            sw_hash_abort(&hash);
            return n < 0 ? sw_fail_errno(err, reason, "cannot read '%s'", name)
                         : sw_fail(err, SW_E_LIMIT, "'%s' is over 1 GiB", name);
        }
        if (n == 0) {
            sw_hash_final(&hash, out);
            return SW_OK;
        }
        sw_hash_update(&hash, block, (size_t)n);
    }
}

static sw_result open_document(int dir, const char *name, int *out, struct sw_error *err)
{
    struct stat st;
    SW_CLEANUP(fd) int fd = sw_open_beneath(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, false);
    if (fd < 0 && (errno == ELOOP || errno == EXDEV)) {
        return sw_fail(err, SW_E_REFUSED, "'%s' leads through a link", name);
    }
    if (fd < 0) {
        return sw_fail_errno(err, errno, "cannot open '%s'", name);
    }
    if (fstat(fd, &st) != 0) {
        return sw_fail_errno(err, errno, "cannot read '%s'", name);
    }
    if (!S_ISREG(st.st_mode)) {
        return sw_fail(err, SW_E_REFUSED, "'%s' is no file", name);
    }
    *out = SW_TAKE_FD(fd);
    return SW_OK;
}

static sw_result hash_document(int dir, struct sw_vendor_document *document, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    struct sw_digest digest;
    char name[4097];
    if (document->file.len >= sizeof(name)) {
        return SW_E_LIMIT;
    }
    memcpy(name, document->file.ptr, document->file.len);
    name[document->file.len] = '\0';
    SW_TRY(open_document(dir, name, &fd, err));
    SW_TRY(hash_bytes(fd, &digest, name, err));
    if (document->digest.alg != 0 && !sw_digest_equal(&digest, &document->digest)) {
        return sw_fail(err, SW_E_REFUSED, "'%s' is not the document that the record names", name);
    }
    document->digest = digest;
    document->seen = true;
    return SW_OK;
}

sw_result sw_vendor_hash(struct sw_vendor *vendor, const char *dir, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    for (size_t i = 0; i < vendor->document_count; i++) {
        struct sw_vendor_document *document = &vendor->documents[i];
        if (document->file.len == 0) {
            continue;
        }
        fd = fd >= 0 ? fd : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) {
            return sw_fail_errno(err, errno, "cannot open the directory of documents '%s'", dir);
        }
        enum sw_code code = hash_document(fd, document, err);
        if (code != SW_OK) {
            return sw_error_prefix(
                err, code, "document '" SW_STR_FMT "'", SW_STR_ARG(document->id));
        }
    }
    return SW_OK;
}
