/* Reads a record in a process of its own: suppliers fill in such files, too. */
#include "supply/vendor_private.h"

#include <errno.h>
#include <sys/stat.h>

#define RECORD_VALUES 20000u
#define RECORD_DEPTH 8u

static const struct sw_json_limits limits = {
    .max_bytes = SW_VENDOR_FILE_MAX, .max_depth = RECORD_DEPTH, .max_values = RECORD_VALUES};

static sw_result size_of(int fd, uint64_t *out, struct sw_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return sw_fail_errno(err, errno, "cannot read the record");
    }
    *out = st.st_size < 0 ? 0 : (uint64_t)st.st_size;
    return *out <= SW_VENDOR_FILE_MAX ? SW_OK
                                      : sw_fail(err, SW_E_LIMIT, "the record is over %llu bytes",
                                            (unsigned long long)SW_VENDOR_FILE_MAX);
}

/* The request is how many bytes to read. */
static sw_result pull(int fd, struct sw_bytes request, struct sw_buf *out, struct sw_error *err)
{
    struct sw_cursor cur = sw_cursor(request);
    uint64_t len;
    SW_TRY(sw_cur_u64be(&cur, &len));
    if (len > SW_VENDOR_FILE_MAX) {
        return SW_E_INTERNAL;
    }
    SW_TRY(sw_buf_reserve(out, len + 1));
    SW_TRY(sw_fd_pread(fd, "the record", 0, out->data, len, err));
    out->len = len;
    return SW_OK;
}

/* The whole record is checked here, where lines are known; its tree is the answer. */
static sw_result parse(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct sw_json root;
    struct sw_vendor vendor;
    (void)ctx;
    sw_arena_init(&arena, 0);
    SW_TRY(pull(fd, request, &bytes, err));
    SW_TRY(sw_yaml_parse(&arena, sw_buf_bytes(&bytes), &limits, &root, err));
    SW_TRY(sw_vendor_read(&arena, &root, &vendor, err));
    return sw_json_print(reply, &root, 0);
}

static sw_result ask(const char *path, struct sw_buf *reply, struct sw_error *err)
{
    const struct sw_worker_options options = {.memory_max = UINT64_C(256) << 20, .cpu_seconds = 10};
    SW_CLEANUP(worker) struct sw_worker *worker = NULL;
    SW_CLEANUP(buf) struct sw_buf request = SW_BUF_INIT;
    SW_CLEANUP(fd) int fd = -1;
    uint64_t len = 0;
    SW_TRY(sw_file_open(path, &fd, err));
    SW_TRY(size_of(fd, &len, err));
    SW_TRY(sw_buf_put_u64be(&request, len));
    SW_TRY_PTR(sw_vendor_questions()); /* read once, here */
    SW_TRY(sw_worker_new(&worker, parse, NULL, &options, err));
    const struct sw_worker_task task = {.fd = fd, .request = sw_buf_bytes(&request)};
    enum sw_code code = sw_worker_call(worker, &task, reply, err);
    return code == SW_OK ? SW_OK : sw_error_prefix(err, code, "'%s'", path);
}

sw_result sw_vendor_open(
    struct sw_arena *arena, const char *path, struct sw_vendor *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    struct sw_json root;
    SW_TRY(ask(path, &reply, err));
    const void *text = sw_arena_copy(arena, sw_buf_bytes(&reply));
    SW_TRY_PTR(text);
    SW_TRY(sw_json_parse(arena, sw_bytes(text, reply.len), NULL, &root, err));
    return sw_vendor_read(arena, &root, out, err);
}
