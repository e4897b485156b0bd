/* A file of chunks with a table of contents: what dataset manifests and lineage files are made of.
 * Reader and writer of doc/format/chunks.md. A chunk is a run of one column; its digest stands in
 * the table, the table's digest in the header, and the header's digest names the file, so that one
 * signed digest covers every byte and any part can be read and checked alone. */
#ifndef SW_DATA_CHUNKS_H
#define SW_DATA_CHUNKS_H

#include "evidence/evidence.h"

#define SW_CHUNK_MAX ((uint32_t)256 << 20) /* bytes of one chunk, decompressed */
#define SW_CHUNKS_HEADER_MAX ((uint64_t)64 << 20)
#define SW_CHUNK_REF_SIZE 56u

struct sw_chunk_ref {
    uint16_t column;
    bool compressed; /* zstd; else as it is */
    uint32_t group;
    uint64_t offset;    /* in the file */
    uint32_t stored;    /* bytes there */
    uint32_t raw;       /* bytes when decompressed */
    uint8_t digest[32]; /* SHA-256 of the stored bytes */
};

/* --- writing --------------------------------------------------------------------------------- */

struct sw_chunks_writer {
    int fd;
    const char *path; /* borrowed */
    uint64_t offset;
    struct sw_buf refs; /* in their form on disk, in the order of writing */
    struct sw_buf scratch;
};

#define SW_CHUNKS_WRITER_INIT ((struct sw_chunks_writer){.fd = -1})

/* Begins a new file, replacing any that is there. */
sw_result sw_chunks_create(struct sw_chunks_writer *writer, const char *path, struct sw_error *err);
/* Goes on with a file whose first `offset` bytes are whole chunks with the references `refs`; what
 * is behind is cut off. */
sw_result sw_chunks_resume(struct sw_chunks_writer *writer, const char *path, uint64_t offset,
    struct sw_bytes refs, struct sw_error *err);
/* Are the chunks that are there those of the references? SW_E_NOENT when one is not. */
sw_result sw_chunks_check(const struct sw_chunks_writer *writer, struct sw_error *err);
/* Closes and forgets; the file stays as it is. */
void sw_chunks_abandon(struct sw_chunks_writer *writer);
SW_DEFINE_CLEANUP(chunks_writer, struct sw_chunks_writer, sw_chunks_abandon)
/* Appends one chunk. `compress` is tried, and not done where it does not pay. (column, group) pairs
 * are different. SW_E_LIMIT over SW_CHUNK_MAX. */
sw_result sw_chunks_put(struct sw_chunks_writer *writer, uint16_t column, uint32_t group,
    struct sw_bytes raw, bool compress, struct sw_error *err);
/* The digest of the table of contents as it is now: the header must have it in its member "toc". */
void sw_chunks_toc(const struct sw_chunks_writer *writer, struct sw_digest *out);
/* Writes table, header (canonical JSON) and trailer, and makes the file durable. *digest names it.
 */
sw_result sw_chunks_finish(struct sw_chunks_writer *writer, struct sw_bytes header,
    struct sw_digest *digest, struct sw_error *err);

/* --- reading --------------------------------------------------------------------------------- */

struct sw_chunks {
    int fd;
    const char *path; /* in `arena` */
    struct sw_arena arena;
    struct sw_bytes header_text;
    struct sw_json header;
    struct sw_digest digest;   /* of header_text */
    struct sw_chunk_ref *refs; /* by column, then group */
    size_t count;
    uint64_t size;       /* of the file */
    struct sw_bytes end; /* its last bytes, as they were when it was opened */
    uint64_t end_at;
};

#define SW_CHUNKS_INIT ((struct sw_chunks){.fd = -1})

/* Opens and checks trailer, header and table, not the chunks. `expected` is the digest that
 * somebody signed (NULL: whatever it is). SW_E_FORMAT when it is no such file, SW_E_REFUSED when it
 * is another one or was changed. */
sw_result sw_chunks_open(struct sw_chunks *chunks, const char *path,
    const struct sw_digest *expected, struct sw_error *err);
void sw_chunks_close(struct sw_chunks *chunks);
SW_DEFINE_CLEANUP(chunks, struct sw_chunks, sw_chunks_close)
/* NULL when there is none. */
const struct sw_chunk_ref *sw_chunks_find(
    const struct sw_chunks *chunks, uint16_t column, uint32_t group);
/* Replaces what `out` holds by the chunk, checked against its digest. SW_E_NOENT, SW_E_REFUSED. */
sw_result sw_chunks_get(const struct sw_chunks *chunks, uint16_t column, uint32_t group,
    struct sw_buf *out, struct sw_error *err);
/* Reads a part of a chunk that is not compressed, unchecked: the caller checks what it makes of it,
 * by a Merkle proof. */
sw_result sw_chunks_peek(const struct sw_chunks *chunks, const struct sw_chunk_ref *ref,
    uint64_t offset, void *out, size_t len, struct sw_error *err);
/* Checks every chunk, and that chunks, table, header and trailer are the whole file. `bad` is told
 * of each that differs (its `ref`, or NULL for bytes that belong to nothing). */
sw_result sw_chunks_verify(const struct sw_chunks *chunks,
    void (*bad)(void *ctx, const struct sw_chunk_ref *ref, const char *why), void *ctx,
    struct sw_error *err);

#endif
