#include "data/chunks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_MAGIC "sealwright-data1"
#define TAIL_MAGIC "sealwright-tail1"
#define MAGIC_SIZE 16u
#define TAIL_SIZE (MAGIC_SIZE + 8u + 8u)
#define REFS_MAX ((uint64_t)1 << 24)
#define ZSTD_LEVEL 3
#define END_SIZE ((uint64_t)32 << 10) /* of a file's end, read at once */

/* --- references ------------------------------------------------------------------------------ */

static sw_result ref_write(struct sw_buf *out, const struct sw_chunk_ref *ref)
{
    SW_TRY(sw_buf_put_u16be(out, ref->column));
    SW_TRY(sw_buf_put_u16be(out, ref->compressed ? 1 : 0));
    SW_TRY(sw_buf_put_u32be(out, ref->group));
    SW_TRY(sw_buf_put_u64be(out, ref->offset));
    SW_TRY(sw_buf_put_u32be(out, ref->stored));
    SW_TRY(sw_buf_put_u32be(out, ref->raw));
    return sw_buf_append(out, ref->digest, sizeof(ref->digest));
}

static sw_result ref_read(struct sw_cursor *cur, struct sw_chunk_ref *out)
{
    struct sw_chunk_ref ref = {0};
    uint16_t codec;
    struct sw_bytes digest;
    SW_TRY(sw_cur_u16be(cur, &ref.column));
    SW_TRY(sw_cur_u16be(cur, &codec));
    SW_TRY(sw_cur_u32be(cur, &ref.group));
    SW_TRY(sw_cur_u64be(cur, &ref.offset));
    SW_TRY(sw_cur_u32be(cur, &ref.stored));
    SW_TRY(sw_cur_u32be(cur, &ref.raw));
    SW_TRY(sw_cur_bytes(cur, sizeof(ref.digest), &digest));
    if (codec > 1) {
        return SW_E_FORMAT;
    }
    ref.compressed = codec == 1;
    memcpy(ref.digest, digest.ptr, digest.len);
    *out = ref;
    return SW_OK;
}

static int compare_refs(const void *a, const void *b)
{
    const struct sw_chunk_ref *x = a;
    const struct sw_chunk_ref *y = b;
    if (x->column != y->column) {
        return x->column < y->column ? -1 : 1;
    }
    return x->group < y->group ? -1 : x->group > y->group;
}

static int compare_offsets(const void *a, const void *b)
{
    const struct sw_chunk_ref *x = *(const struct sw_chunk_ref *const *)a;
    const struct sw_chunk_ref *y = *(const struct sw_chunk_ref *const *)b;
    if (x->offset != y->offset) {
        return x->offset < y->offset ? -1 : 1;
    }
    return x->stored < y->stored ? -1 : x->stored > y->stored; /* empty ones stand before */
}

/* --- writing --------------------------------------------------------------------------------- */

static sw_result write_bytes(
    struct sw_chunks_writer *writer, struct sw_bytes data, struct sw_error *err)
{
    SW_TRY(sw_fd_write(writer->fd, writer->path, data, err));
    writer->offset += data.len;
    return SW_OK;
}

sw_result sw_chunks_create(struct sw_chunks_writer *writer, const char *path, struct sw_error *err)
{
    SW_CLEANUP(chunks_writer) struct sw_chunks_writer made = SW_CHUNKS_WRITER_INIT;
    made.path = path;
    made.fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (made.fd < 0) {
        return sw_fail_errno(err, errno, "cannot write '%s'", path);
    }
    SW_TRY(write_bytes(&made, sw_bytes(HEAD_MAGIC, MAGIC_SIZE), err));
    *writer = made;
    made = SW_CHUNKS_WRITER_INIT;
    return SW_OK;
}

sw_result sw_chunks_resume(struct sw_chunks_writer *writer, const char *path, uint64_t offset,
    struct sw_bytes refs, struct sw_error *err)
{
    SW_CLEANUP(chunks_writer) struct sw_chunks_writer made = SW_CHUNKS_WRITER_INIT;
    made.path = path;
    made.fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (made.fd < 0) {
        return sw_fail_errno(err, errno, "cannot go on with '%s'", path);
    }
    struct stat st;
    if (fstat(made.fd, &st) != 0) {
        return sw_fail_errno(err, errno, "cannot read '%s'", path);
    }
    if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size < offset || offset < MAGIC_SIZE) {
        return sw_fail(err, SW_E_FORMAT, "'%s' is shorter than what was saved of it", path);
    }
    if (ftruncate(made.fd, (off_t)offset) != 0 || lseek(made.fd, 0, SEEK_END) < 0) {
        return sw_fail_errno(err, errno, "cannot go on with '%s'", path);
    }
    SW_TRY(sw_buf_append(&made.refs, refs.ptr, refs.len));
    made.offset = offset;
    *writer = made;
    made = SW_CHUNKS_WRITER_INIT;
    return SW_OK;
}

sw_result sw_chunks_check(const struct sw_chunks_writer *writer, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&writer->refs));
    while (sw_cur_left(&cur) > 0) {
        struct sw_chunk_ref ref;
        struct sw_digest digest = {0};
        SW_TRY(ref_read(&cur, &ref));
        sw_buf_clear(&bytes);
        SW_TRY(sw_buf_reserve(&bytes, ref.stored));
        enum sw_code code =
            sw_fd_pread(writer->fd, writer->path, ref.offset, bytes.data, ref.stored, err);
        if (code == SW_OK) {
            sw_sha256(sw_bytes(bytes.data, ref.stored), &digest);
        }
        if (code == SW_E_FORMAT || memcmp(digest.bytes, ref.digest, sizeof(ref.digest)) != 0) {
            return sw_fail(err, SW_E_NOENT, "'%s' is not what was saved of it", writer->path);
        }
        SW_TRY(code);
    }
    return SW_OK;
}

void sw_chunks_abandon(struct sw_chunks_writer *writer)
{
    sw_cleanup_fd(&writer->fd);
    sw_buf_release(&writer->refs);
    sw_buf_release(&writer->scratch);
    *writer = SW_CHUNKS_WRITER_INIT;
}

sw_result sw_chunks_put(struct sw_chunks_writer *writer, uint16_t column, uint32_t group,
    struct sw_bytes raw, bool compress, struct sw_error *err)
{
    if (raw.len > SW_CHUNK_MAX) {
        return sw_fail(err, SW_E_LIMIT, "'%s': a chunk of column %u is over %u bytes", writer->path,
            column, SW_CHUNK_MAX);
    }
    struct sw_bytes stored = raw;
    if (compress && raw.len > 0) {
        sw_buf_clear(&writer->scratch);
        SW_TRY(sw_zstd_compress(raw, ZSTD_LEVEL, &writer->scratch));
        stored = writer->scratch.len < raw.len ? sw_buf_bytes(&writer->scratch) : raw;
    }
    struct sw_chunk_ref ref = {.column = column,
        .compressed = stored.ptr != raw.ptr,
        .group = group,
        .offset = writer->offset,
        .stored = (uint32_t)stored.len,
        .raw = (uint32_t)raw.len};
    struct sw_digest digest;
    sw_sha256(stored, &digest);
    memcpy(ref.digest, digest.bytes, sizeof(ref.digest));
    SW_TRY(write_bytes(writer, stored, err));
    return ref_write(&writer->refs, &ref);
}

void sw_chunks_toc(const struct sw_chunks_writer *writer, struct sw_digest *out)
{
    sw_sha256(sw_buf_bytes(&writer->refs), out);
}

static sw_result write_tail(
    struct sw_chunks_writer *writer, uint64_t header_len, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf tail = SW_BUF_INIT;
    SW_TRY(sw_buf_put_u64be(&tail, writer->refs.len / SW_CHUNK_REF_SIZE));
    SW_TRY(sw_buf_put_u64be(&tail, header_len));
    SW_TRY(sw_buf_append(&tail, TAIL_MAGIC, MAGIC_SIZE));
    return write_bytes(writer, sw_buf_bytes(&tail), err);
}

sw_result sw_chunks_finish(struct sw_chunks_writer *writer, struct sw_bytes header,
    struct sw_digest *digest, struct sw_error *err)
{
    SW_TRY(write_bytes(writer, sw_buf_bytes(&writer->refs), err));
    SW_TRY(write_bytes(writer, header, err));
    SW_TRY(write_tail(writer, header.len, err));
    if (fsync(writer->fd) != 0) {
        return sw_fail_errno(err, errno, "cannot write '%s'", writer->path);
    }
    sw_sha256(header, digest);
    return SW_OK;
}

/* --- reading --------------------------------------------------------------------------------- */

static sw_result not_one(const struct sw_chunks *chunks, const char *why, struct sw_error *err)
{
    return sw_fail(err, SW_E_FORMAT, "'%s' is not a whole data file: %s", chunks->path, why);
}

/* Small files are many: of each, one read gets all. */
static sw_result read_end(struct sw_chunks *chunks, struct sw_error *err)
{
    size_t len = (size_t)(chunks->size < END_SIZE ? chunks->size : END_SIZE);
    uint8_t *bytes = sw_arena_alloc(&chunks->arena, len);
    SW_TRY_PTR(bytes);
    chunks->end_at = chunks->size - len;
    SW_TRY(sw_fd_pread(chunks->fd, chunks->path, chunks->end_at, bytes, len, err));
    chunks->end = sw_bytes(bytes, len);
    return SW_OK;
}

static sw_result read_at(
    const struct sw_chunks *chunks, uint64_t offset, void *out, size_t len, struct sw_error *err)
{
    uint64_t from = offset - chunks->end_at;
    if (offset < chunks->end_at || from > chunks->end.len || len > chunks->end.len - from) {
        return sw_fd_pread(chunks->fd, chunks->path, offset, out, len, err);
    }
    if (len > 0) {
        memcpy(out, chunks->end.ptr + from, len);
    }
    return SW_OK;
}

struct tail {
    uint64_t ref_count;
    uint64_t header_len;
    uint64_t refs_at;
    uint64_t header_at;
};

static sw_result read_tail(const struct sw_chunks *chunks, struct tail *out, struct sw_error *err)
{
    uint8_t bytes[TAIL_SIZE];
    uint8_t head[MAGIC_SIZE];
    if (chunks->size < MAGIC_SIZE + TAIL_SIZE) {
        return not_one(chunks, "it is too short", err);
    }
    uint64_t tail_at = chunks->size - TAIL_SIZE;
    SW_TRY(read_at(chunks, 0, head, sizeof(head), err));
    SW_TRY(read_at(chunks, tail_at, bytes, sizeof(bytes), err));
    if (memcmp(head, HEAD_MAGIC, MAGIC_SIZE) != 0 ||
        memcmp(bytes + 16, TAIL_MAGIC, MAGIC_SIZE) != 0) {
        return not_one(chunks, "its first or last bytes are others", err);
    }
    struct sw_cursor cur = sw_cursor(sw_bytes(bytes, 16));
    struct tail tail = {0};
    SW_TRY(sw_cur_u64be(&cur, &tail.ref_count));
    SW_TRY(sw_cur_u64be(&cur, &tail.header_len));
    if (tail.ref_count > REFS_MAX || tail.header_len > SW_CHUNKS_HEADER_MAX) {
        return not_one(chunks, "its table or header is over the limit", err);
    }
    uint64_t behind = tail.ref_count * SW_CHUNK_REF_SIZE + tail.header_len;
    if (behind > tail_at - MAGIC_SIZE) {
        return not_one(chunks, "its table does not fit in it", err);
    }
    tail.header_at = tail_at - tail.header_len;
    tail.refs_at = tail_at - behind;
    *out = tail;
    return SW_OK;
}

static sw_result read_header(struct sw_chunks *chunks, const struct tail *tail,
    const struct sw_digest *expected, struct sw_error *err)
{
    uint8_t *text = sw_arena_alloc(&chunks->arena, (size_t)tail->header_len);
    SW_TRY_PTR(text);
    SW_TRY(read_at(chunks, tail->header_at, text, (size_t)tail->header_len, err));
    chunks->header_text = sw_bytes(text, (size_t)tail->header_len);
    sw_sha256(chunks->header_text, &chunks->digest);
    if (expected != NULL && !sw_digest_equal(expected, &chunks->digest)) {
        return sw_fail(err, SW_E_REFUSED, "'%s' is not the file that was signed", chunks->path);
    }
    enum sw_code code =
        sw_json_parse(&chunks->arena, chunks->header_text, NULL, &chunks->header, err);
    return code == SW_OK ? SW_OK : sw_error_prefix(err, code, "header of '%s'", chunks->path);
}

static sw_result parse_refs(
    struct sw_chunks *chunks, const struct tail *tail, struct sw_bytes bytes, struct sw_error *err)
{
    struct sw_cursor cur = sw_cursor(bytes);
    for (size_t i = 0; i < chunks->count; i++) {
        struct sw_chunk_ref *ref = &chunks->refs[i];
        if (ref_read(&cur, ref) != SW_OK || ref->offset < MAGIC_SIZE ||
            ref->offset > tail->refs_at || ref->stored > tail->refs_at - ref->offset ||
            ref->raw > SW_CHUNK_MAX || (!ref->compressed && ref->raw != ref->stored)) {
            return not_one(chunks, "its table names bytes that are not chunks", err);
        }
    }
    qsort(chunks->refs, chunks->count, sizeof(chunks->refs[0]), compare_refs);
    for (size_t i = 1; i < chunks->count; i++) {
        if (compare_refs(&chunks->refs[i - 1], &chunks->refs[i]) == 0) {
            return not_one(chunks, "its table names a chunk twice", err);
        }
    }
    return SW_OK;
}

static sw_result read_refs(struct sw_chunks *chunks, const struct tail *tail, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    size_t len = (size_t)tail->ref_count * SW_CHUNK_REF_SIZE;
    SW_TRY(sw_buf_reserve(&bytes, len));
    SW_TRY(read_at(chunks, tail->refs_at, bytes.data, len, err));
    bytes.len = len;
    struct sw_digest digest;
    struct sw_digest said;
    struct sw_str text;
    sw_sha256(sw_buf_bytes(&bytes), &digest);
    if (!sw_json_str(sw_json_get(&chunks->header, "toc"), &text) || !sw_digest_parse(text, &said) ||
        !sw_digest_equal(&said, &digest)) {
        return sw_fail(err, SW_E_REFUSED,
            "'%s' was changed: its table of contents is not the one "
            "that its header names",
            chunks->path);
    }
    chunks->count = (size_t)tail->ref_count;
    chunks->refs = SW_ARENA_ARRAY(&chunks->arena, struct sw_chunk_ref, chunks->count);
    SW_TRY_PTR(chunks->refs);
    return parse_refs(chunks, tail, sw_buf_bytes(&bytes), err);
}

sw_result sw_chunks_open(struct sw_chunks *chunks, const char *path,
    const struct sw_digest *expected, struct sw_error *err)
{
    SW_CLEANUP(chunks) struct sw_chunks made = SW_CHUNKS_INIT;
    sw_arena_init(&made.arena, 0);
    made.path = sw_arena_strdup(&made.arena, path);
    SW_TRY_PTR(made.path);
    SW_TRY(sw_file_open(path, &made.fd, err));
    struct stat st;
    if (fstat(made.fd, &st) != 0) {
        return sw_fail_errno(err, errno, "cannot read '%s'", path);
    }
    made.size = (uint64_t)st.st_size;
    SW_TRY(read_end(&made, err));
    struct tail tail = {0};
    SW_TRY(read_tail(&made, &tail, err));
    SW_TRY(read_header(&made, &tail, expected, err));
    SW_TRY(read_refs(&made, &tail, err));
    *chunks = made;
    made = SW_CHUNKS_INIT;
    sw_arena_init(&made.arena, 0);
    return SW_OK;
}

void sw_chunks_close(struct sw_chunks *chunks)
{
    sw_cleanup_fd(&chunks->fd);
    sw_arena_release(&chunks->arena);
    *chunks = SW_CHUNKS_INIT;
}

const struct sw_chunk_ref *sw_chunks_find(
    const struct sw_chunks *chunks, uint16_t column, uint32_t group)
{
    struct sw_chunk_ref key = {.column = column, .group = group};
    return chunks->count == 0
               ? NULL
               : bsearch(&key, chunks->refs, chunks->count, sizeof(key), compare_refs);
}

/* Reads the stored bytes of a chunk into `out` and checks them. */
static sw_result read_stored(const struct sw_chunks *chunks, const struct sw_chunk_ref *ref,
    struct sw_buf *out, struct sw_error *err)
{
    sw_buf_clear(out);
    SW_TRY(sw_buf_reserve(out, ref->stored));
    SW_TRY(read_at(chunks, ref->offset, out->data, ref->stored, err));
    out->len = ref->stored;
    struct sw_digest digest;
    sw_sha256(sw_buf_bytes(out), &digest);
    if (memcmp(digest.bytes, ref->digest, sizeof(ref->digest)) != 0) {
        return sw_fail(err, SW_E_REFUSED,
            "'%s' was changed: bytes %llu to %llu (column %u, group %u) are not those that its "
            "table names",
            chunks->path, (unsigned long long)ref->offset,
            (unsigned long long)(ref->offset + ref->stored), ref->column, ref->group);
    }
    return SW_OK;
}

sw_result sw_chunks_get(const struct sw_chunks *chunks, uint16_t column, uint32_t group,
    struct sw_buf *out, struct sw_error *err)
{
    const struct sw_chunk_ref *ref = sw_chunks_find(chunks, column, group);
    if (ref == NULL) {
        return sw_fail(
            err, SW_E_NOENT, "'%s' has no column %u for group %u", chunks->path, column, group);
    }
    if (!ref->compressed) {
        return read_stored(chunks, ref, out, err);
    }
    SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
    SW_TRY(read_stored(chunks, ref, &stored, err));
    sw_buf_clear(out);
    SW_TRY(sw_buf_reserve(out, ref->raw));
    enum sw_code code = sw_zstd_decompress(sw_buf_bytes(&stored), out->data, ref->raw, err);
    if (code != SW_OK) {
        return sw_error_prefix(err, code, "'%s', column %u, group %u", chunks->path, column, group);
    }
    out->len = ref->raw;
    return SW_OK;
}

sw_result sw_chunks_peek(const struct sw_chunks *chunks, const struct sw_chunk_ref *ref,
    uint64_t offset, void *out, size_t len, struct sw_error *err)
{
    if (ref->compressed || offset > ref->stored || len > ref->stored - offset) {
        return sw_fail(err, SW_E_FORMAT, "'%s': column %u is shorter than it must be", chunks->path,
            ref->column);
    }
    return read_at(chunks, ref->offset + offset, out, len, err);
}

/* --- checking all ---------------------------------------------------------------------------- */

static sw_result verify_tiling(const struct sw_chunks *chunks,
    void (*bad)(void *, const struct sw_chunk_ref *, const char *), void *ctx)
{
    const struct sw_chunk_ref **order = calloc(chunks->count + 1, sizeof(*order));
    SW_TRY_PTR(order);
    for (size_t i = 0; i < chunks->count; i++) {
        order[i] = &chunks->refs[i];
    }
    qsort(order, chunks->count, sizeof(*order), compare_offsets);
    uint64_t at = MAGIC_SIZE;
    for (size_t i = 0; i < chunks->count; at += order[i]->stored, i++) {
        if (order[i]->offset != at) {
            bad(ctx, order[i], "there are bytes before it that belong to nothing");
            at = order[i]->offset;
        }
    }
    uint64_t end = chunks->size - TAIL_SIZE - chunks->header_text.len;
    if (at != end - chunks->count * SW_CHUNK_REF_SIZE) {
        bad(ctx, NULL, "there are bytes before its table that belong to nothing");
    }
    free(order);
    return SW_OK;
}

sw_result sw_chunks_verify(const struct sw_chunks *chunks,
    void (*bad)(void *ctx, const struct sw_chunk_ref *ref, const char *why), void *ctx,
    struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    for (size_t i = 0; i < chunks->count; i++) {
        enum sw_code code =
            sw_chunks_get(chunks, chunks->refs[i].column, chunks->refs[i].group, &bytes, err);
        if (code == SW_E_REFUSED || code == SW_E_FORMAT) {
            bad(ctx, &chunks->refs[i], "it is not the chunk that the table names");
        } else if (code != SW_OK) {
            return code;
        }
    }
    return verify_tiling(chunks, bad, ctx);
}
