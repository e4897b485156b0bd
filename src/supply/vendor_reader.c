/* Reads a record in a process of its own: suppliers fill in such files, too. */
#include "supply/vendor_private.h"

#include <errno.h>
#include <sys/stat.h>

#define RECORD_VALUES 20000u
#define RECORD_DEPTH 8u

static const struct sw_json_limits limits = {
    .max_bytes = SW_VENDOR_FILE_MAX, .max_depth = RECORD_DEPTH, .max_values = RECORD_VALUES};

static sw_result pull(int fd, struct sw_buf *out, struct sw_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return sw_fail_errno(err, errno, "cannot read the record");
    }
    if (st.st_size < 0 || (uint64_t)st.st_size > SW_VENDOR_FILE_MAX) {
        return sw_fail(
            err, SW_E_LIMIT, "more than %llu bytes", (unsigned long long)SW_VENDOR_FILE_MAX);
    }
    SW_TRY(sw_buf_reserve(out, (size_t)st.st_size + 1));
    SW_TRY(sw_fd_pread(fd, "the record", 0, out->data, (size_t)st.st_size, err));
    out->len = (size_t)st.st_size;
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
    (void)request;
    sw_arena_init(&arena, 0);
    SW_TRY(pull(fd, &bytes, err));
    SW_TRY(sw_yaml_parse(&arena, sw_buf_bytes(&bytes), &limits, &root, err));
    SW_TRY(sw_vendor_read(&arena, &root, &vendor, err));
    return sw_json_print(reply, &root, 0);
}

static sw_result read_in_worker(
    struct sw_arena *arena, const char *path, struct sw_vendor *out, struct sw_error *err)
{
    const struct sw_worker_options options = {.memory_max = UINT64_C(256) << 20, .cpu_seconds = 10};
    SW_CLEANUP(worker) struct sw_worker *worker = NULL;
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    SW_CLEANUP(fd) int fd = -1;
    struct sw_json root;
    SW_TRY(sw_file_open(path, &fd, err));
    SW_TRY_PTR(sw_vendor_questions()); /* read once, here */
    SW_TRY(sw_worker_new(&worker, parse, NULL, &options, err));
    const struct sw_worker_task task = {.fd = fd};
    enum sw_code code = sw_worker_call(worker, &task, &reply, err);
    if (code != SW_OK) {
        return sw_error_prefix(err, code, "'%s'", path);
    }
    const void *text = sw_arena_copy(arena, sw_buf_bytes(&reply));
    SW_TRY_PTR(text);
    SW_TRY(sw_json_parse(arena, sw_bytes(text, reply.len), NULL, &root, err));
    return sw_vendor_read(arena, &root, out, err);
}

sw_result sw_vendor_open(
    struct sw_arena *arena, const char *path, struct sw_vendor *out, struct sw_error *err)
{
    return read_in_worker(arena, path, out, err);
}
