#include "data/graph_private.h"

/* STORE/data/graph.cache: doc/format/graph.md. What was verified once need not be verified for the
 * next question, as long as log and trust are the same. It is believed for questions alone. */

#define CACHE_FILE "graph.cache"
#define MAGIC "SWGRAPH"
#define VERSION 2

/* Of which log, and by whose word. */
struct cache_key {
    uint64_t size;
    struct sw_hash256 root;
    struct sw_digest trust;
};

static sw_result find_key(const struct sw_data *data, struct cache_key *out)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_checkpoint checkpoint;
    struct sw_error ignored = {0};
    sw_arena_init(&arena, 0);
    SW_TRY(sw_log_checkpoint(data->store, &text, &ignored));
    SW_TRY(sw_checkpoint_parse(&arena, sw_buf_bytes(&text), &checkpoint, &ignored));
    out->size = checkpoint.size;
    out->root = checkpoint.root;
    return sw_trust_digest(data->trust, &out->trust);
}

static sw_result put_head(
    const struct sw_data *data, const struct sw_digest *body, struct sw_buf *out)
{
    struct cache_key key;
    SW_TRY(find_key(data, &key));
    SW_TRY(sw_buf_puts(out, MAGIC));
    SW_TRY(sw_buf_putc(out, VERSION));
    SW_TRY(sw_buf_put_u64be(out, key.size));
    SW_TRY(sw_buf_append(out, key.root.bytes, sizeof(key.root.bytes)));
    SW_TRY(sw_buf_append(out, key.trust.bytes, 32));
    return sw_buf_append(out, body->bytes, 32);
}

static const char *cache_path(const struct sw_data *data, const char *name)
{
    return sw_arena_printf(data->arena, "%s/" SW_DATA_DIR "%s", sw_store_path(data->store), name);
}

/* The head, with the digest of what follows, is what it must be, or the file is of no use. */
sw_result sw_graph_cache_read(const struct sw_data *data, struct sw_buf *body)
{
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf head = SW_BUF_INIT;
    struct sw_error ignored = {0};
    struct sw_digest digest = {.alg = SW_SHA256, .len = 32};
    const char *path = cache_path(data, "/" CACHE_FILE);
    SW_TRY_PTR(path);
    SW_TRY(put_head(data, &digest, &head));
    if (sw_file_read(path, SW_GRAPH_CACHE_MAX, &file, &ignored) != SW_OK || file.len < head.len ||
        memcmp(file.data, head.data, head.len - 32) != 0) {
        return SW_E_NOENT;
    }
    struct sw_bytes rest = sw_bytes(file.data + head.len, file.len - head.len);
    sw_sha256(rest, &digest);
    if (memcmp(digest.bytes, file.data + head.len - 32, 32) != 0) {
        return SW_E_NOENT;
    }
    sw_buf_clear(body);
    return sw_buf_append(body, rest.ptr, rest.len);
}

static sw_result write_cache(const struct sw_data *data, const struct sw_buf *body)
{
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    struct sw_error ignored = {0};
    struct sw_digest digest;
    const char *dir = cache_path(data, "");
    const char *path = cache_path(data, "/" CACHE_FILE);
    if (dir == NULL || path == NULL) {
        return SW_E_NOMEM;
    }
    sw_sha256(sw_buf_bytes(body), &digest);
    SW_TRY(put_head(data, &digest, &file));
    SW_TRY(sw_buf_append(&file, body->data, body->len));
    SW_TRY(sw_dir_make(dir, 0777, &ignored));
    return sw_file_write(path, sw_buf_bytes(&file), 0666, 0, &ignored);
}

void sw_graph_cache_write(const struct sw_data *data, const struct sw_buf *body)
{
    (void)!write_cache(data, body);
}
