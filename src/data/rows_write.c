#include "data/rows_private.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define STATE_MAGIC "sealwright-state1"
#define STATE_MAX ((uint64_t)1 << 30)

struct origin_count {
    uint64_t samples;
    uint64_t bytes;
};

struct sw_rows_writer {
    struct sw_arena arena;
    struct sw_rows_options options; /* its texts are in `arena` */
    const char *path;
    const char *state_path;
    struct sw_chunks_writer chunks;
    struct sw_row_group group;
    struct sw_tree_builder tree;
    uint64_t count;
    uint64_t bytes;
    struct sw_origin *origins;
    uint8_t (*origin_digests)[32];
    struct origin_count *origin_counts;
    size_t origin_count;
    size_t origin_cap;
    uint64_t *contents_at; /* where each whole group's contents stand */
    size_t contents_cap;
};

/* --- making and releasing -------------------------------------------------------------------- */

void sw_rows_abandon(struct sw_rows_writer *writer)
{
    sw_chunks_abandon(&writer->chunks);
    sw_tree_builder_release(&writer->tree);
    free(writer->group.rows);
    free(writer->origins);
    free(writer->origin_digests);
    free(writer->origin_counts);
    free(writer->contents_at);
    sw_arena_release(&writer->arena);
    free(writer);
}

static sw_result copy_options(struct sw_rows_writer *writer, const struct sw_rows_options *options)
{
    struct sw_arena *arena = &writer->arena;
    writer->options = *options;
    const char *salt = sw_arena_strndup(arena, options->salt);
    writer->options.reader = sw_arena_strdup(arena, options->reader);
    SW_TRY_PTR(salt);
    SW_TRY_PTR(writer->options.reader);
    writer->options.salt = sw_str_n(salt, options->salt.len);
    if (options->scratch != NULL) {
        writer->options.scratch = sw_arena_strdup(arena, options->scratch);
        SW_TRY_PTR(writer->options.scratch);
        return SW_OK;
    }
    writer->options.scratch = sw_arena_strndup(arena, sw_path_dir(writer->path));
    SW_TRY_PTR(writer->options.scratch);
    return SW_OK;
}

static sw_result writer_new(
    struct sw_rows_writer **out, const char *path, const struct sw_rows_options *options)
{
    SW_CLEANUP(rows_writer) struct sw_rows_writer *writer = calloc(1, sizeof(*writer));
    SW_TRY_PTR(writer);
    writer->chunks = SW_CHUNKS_WRITER_INIT;
    sw_arena_init(&writer->arena, 0);
    writer->path = sw_arena_strdup(&writer->arena, path);
    writer->state_path = sw_arena_printf(&writer->arena, "%s.state", path);
    writer->group.rows = sw_large_alloc(SW_ROWS_GROUP, sizeof(writer->group.rows[0]));
    if (writer->path == NULL || writer->state_path == NULL || writer->group.rows == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(copy_options(writer, options));
    *out = SW_TAKE(writer);
    return SW_OK;
}

sw_result sw_rows_create(struct sw_rows_writer **out, const char *path,
    const struct sw_rows_options *options, struct sw_error *err)
{
    SW_CLEANUP(rows_writer) struct sw_rows_writer *writer = NULL;
    SW_TRY(writer_new(&writer, path, options));
    if (unlink(writer->state_path) != 0 && errno != ENOENT) {
        return sw_fail_errno(err, errno, "cannot remove '%s'", writer->state_path);
    }
    SW_TRY(sw_chunks_create(&writer->chunks, writer->path, err));
    *out = SW_TAKE(writer);
    return SW_OK;
}

/* --- adding ---------------------------------------------------------------------------------- */

static sw_result grow_origins(struct sw_rows_writer *writer)
{
    if (writer->origin_count < writer->origin_cap) {
        return SW_OK;
    }
    size_t cap = writer->origin_cap == 0 ? 16 : writer->origin_cap * 2;
    void *origins = realloc(writer->origins, cap * sizeof(writer->origins[0]));
    SW_TRY_PTR(origins);
    writer->origins = origins;
    void *digests = realloc(writer->origin_digests, cap * sizeof(writer->origin_digests[0]));
    SW_TRY_PTR(digests);
    writer->origin_digests = digests;
    void *counts = realloc(writer->origin_counts, cap * sizeof(writer->origin_counts[0]));
    SW_TRY_PTR(counts);
    writer->origin_counts = counts;
    writer->origin_cap = cap;
    return SW_OK;
}

sw_result sw_rows_origin(struct sw_rows_writer *writer, const struct sw_origin *origin,
    uint32_t *index, struct sw_error *err)
{
    for (size_t i = writer->origin_count; i > 0; i--) {
        if (sw_origin_equal(origin, &writer->origins[i - 1])) {
            *index = (uint32_t)(i - 1);
            return SW_OK;
        }
    }
    if (writer->origin_count == SW_ORIGINS_MAX) {
        return sw_fail(err, SW_E_LIMIT,
            "the samples of '%s' come from more than %u different combinations of sources and "
            "steps",
            writer->path, SW_ORIGINS_MAX);
    }
    SW_TRY(grow_origins(writer));
    size_t n = writer->origin_count;
    SW_TRY(sw_origin_copy(&writer->arena, origin, &writer->origins[n]));
    SW_TRY(sw_origin_digest(origin, writer->origin_digests[n]));
    writer->origin_counts[n] = (struct origin_count){0};
    writer->origin_count++;
    *index = (uint32_t)n;
    return SW_OK;
}

/* Remembers where the contents of the group that was just written stand. */
static sw_result note_contents(struct sw_rows_writer *writer, uint32_t group, uint64_t offset)
{
    if (group >= writer->contents_cap) {
        size_t cap = writer->contents_cap == 0 ? 64 : writer->contents_cap * 2;
        uint64_t *grown = realloc(writer->contents_at, cap * sizeof(*grown));
        SW_TRY_PTR(grown);
        writer->contents_at = grown;
        writer->contents_cap = cap;
    }
    writer->contents_at[group] = offset;
    return SW_OK;
}

static sw_result write_group(struct sw_rows_writer *writer, struct sw_error *err)
{
    uint32_t group = (uint32_t)((writer->count - 1) / SW_ROWS_GROUP);
    bool one = writer->options.one_digest;
    uint64_t contents = writer->chunks.offset + (one ? 0 : writer->group.count * 32);
    SW_TRY(sw_row_group_write(&writer->group, &writer->chunks, group, one, err));
    SW_TRY(note_contents(writer, group, contents));
    SW_TRY(sw_chunks_put(
        &writer->chunks, SW_COL_TREE, group, sw_tree_builder_tiles(&writer->tree), false, err));
    bool whole = writer->group.count == SW_ROWS_GROUP;
    writer->group.count = 0;
    return whole ? sw_tree_builder_group(&writer->tree) : SW_OK;
}

sw_result sw_rows_add(struct sw_rows_writer *writer, const struct sw_row *row, struct sw_error *err)
{
    if (writer->count == SW_ROWS_MAX) {
        return sw_fail(err, SW_E_LIMIT, "'%s' would have more than %llu samples: make parts of it",
            writer->path, (unsigned long long)SW_ROWS_MAX);
    }
    if (row->origin >= writer->origin_count) {
        return sw_fail(err, SW_E_INTERNAL, "a sample has an origin that was never named");
    }
    struct sw_row *kept = &writer->group.rows[writer->group.count];
    uint8_t text[SW_SAMPLE_LEAF_SIZE];
    *kept = *row;
    if (writer->options.one_digest) {
        memcpy(kept->content, kept->record, sizeof(kept->content));
    }
    sw_sample_leaf(kept, writer->origin_digests[row->origin], text);
    sw_tree_builder_add(&writer->tree, sw_bytes(text, sizeof(text)));
    writer->group.count++;
    writer->count++;
    writer->bytes += row->length;
    writer->origin_counts[row->origin].samples++;
    writer->origin_counts[row->origin].bytes += row->length;
    return writer->group.count < SW_ROWS_GROUP ? SW_OK : write_group(writer, err);
}

uint64_t sw_rows_count(const struct sw_rows_writer *writer)
{
    return writer->count;
}

bool sw_rows_at_group(const struct sw_rows_writer *writer)
{
    return writer->count > 0 && writer->group.count == 0;
}

sw_result sw_rows_extra(struct sw_rows_writer *writer, enum sw_rows_extra which,
    struct sw_bytes data, struct sw_error *err)
{
    return sw_chunks_put(&writer->chunks, (uint16_t)which, 0, data, true, err);
}

sw_result sw_rows_column(
    struct sw_rows_writer *writer, uint16_t column, struct sw_bytes data, struct sw_error *err)
{
    uint32_t group = writer->count == 0 ? 0 : (uint32_t)((writer->count - 1) / SW_ROWS_GROUP);
    return sw_chunks_put(&writer->chunks, column, group, data, false, err);
}

/* --- stopping and going on ------------------------------------------------------------------- */

static sw_result put_block(struct sw_buf *out, struct sw_bytes block)
{
    SW_TRY(sw_buf_put_u64be(out, block.len));
    return sw_buf_append(out, block.ptr, block.len);
}

static sw_result get_block(struct sw_cursor *cur, struct sw_bytes *out)
{
    uint64_t len;
    SW_TRY(sw_cur_u64be(cur, &len));
    return sw_cur_bytes(cur, len, out);
}

static sw_result put_origins(const struct sw_rows_writer *writer, struct sw_buf *out)
{
    SW_TRY(sw_buf_putc(out, '['));
    for (size_t i = 0; i < writer->origin_count; i++) {
        const struct origin_count *n = &writer->origin_counts[i];
        SW_TRY(sw_buf_printf(
            out, "%s{\"bytes\":%llu,\"origin\":", i == 0 ? "" : ",", (unsigned long long)n->bytes));
        SW_TRY(sw_origin_write(&writer->origins[i], out));
        SW_TRY(sw_buf_printf(out, ",\"samples\":%llu}", (unsigned long long)n->samples));
    }
    return sw_buf_putc(out, ']');
}

/* What the state is only good for: the same kind of set. */
static sw_result put_kind(const struct sw_rows_options *options, struct sw_buf *out)
{
    return sw_buf_printf(out, "%d|" SW_STR_FMT "|%s|%u/%u", options->one_digest,
        SW_STR_ARG(options->salt), options->reader, options->part, options->parts);
}

/* A state that others made would have them choose rows that our key signs in the end. */
static sw_result sign_state(
    const struct sw_rows_writer *writer, struct sw_buf *state, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    if (writer->options.key != NULL) {
        SW_TRY(sw_key_sign(writer->options.key, sw_buf_bytes(state), &signature, err));
    }
    size_t signed_len = state->len;
    SW_TRY(sw_buf_append(state, signature.data, signature.len));
    return sw_buf_put_u64be(state, signed_len);
}

/* *text is cut to what was signed. SW_E_FORMAT for what is no state, or is another's. */
static sw_result check_state(const struct sw_rows_options *options, struct sw_bytes *text)
{
    uint64_t signed_len;
    struct sw_error ignored = {0};
    if (text->len < 8) {
        return SW_E_FORMAT;
    }
    struct sw_cursor cur = sw_cursor(sw_bytes(text->ptr + text->len - 8, 8));
    SW_TRY(sw_cur_u64be(&cur, &signed_len));
    if (signed_len > text->len - 8) {
        return SW_E_FORMAT;
    }
    struct sw_bytes body = sw_bytes(text->ptr, (size_t)signed_len);
    struct sw_bytes signature =
        sw_bytes(text->ptr + signed_len, text->len - 8 - (size_t)signed_len);
    *text = body;
    return options->key == NULL || sw_key_verify(options->key, body, signature, &ignored) == SW_OK
               ? SW_OK
               : SW_E_FORMAT;
}

sw_result sw_rows_save(struct sw_rows_writer *writer, struct sw_bytes note, struct sw_error *err)
{
    if (writer->group.count != 0) {
        return sw_fail(err, SW_E_INTERNAL, "a dataset can only be saved at the end of a group");
    }
    SW_CLEANUP(buf) struct sw_buf state = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf kind = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf origins = SW_BUF_INIT;
    SW_TRY(put_kind(&writer->options, &kind));
    SW_TRY(put_origins(writer, &origins));
    SW_TRY(sw_buf_puts(&state, STATE_MAGIC));
    SW_TRY(put_block(&state, sw_buf_bytes(&kind)));
    SW_TRY(sw_buf_put_u64be(&state, writer->count));
    SW_TRY(sw_buf_put_u64be(&state, writer->bytes));
    SW_TRY(sw_buf_put_u64be(&state, writer->chunks.offset));
    SW_TRY(put_block(&state, sw_buf_bytes(&writer->chunks.refs)));
    SW_TRY(put_block(&state, sw_buf_bytes(&writer->tree.groups)));
    SW_TRY(put_block(&state, sw_buf_bytes(&origins)));
    SW_TRY(put_block(&state, note));
    struct sw_digest digest;
    sw_sha256(sw_buf_bytes(&state), &digest);
    SW_TRY(sw_buf_append(&state, digest.bytes, digest.len));
    SW_TRY(sign_state(writer, &state, err));
    if (fdatasync(writer->chunks.fd) != 0) {
        return sw_fail_errno(err, errno, "cannot write '%s'", writer->path);
    }
    return sw_file_write(writer->state_path, sw_buf_bytes(&state), 0666, SW_WRITE_SYNC, err);
}

struct state {
    struct sw_bytes kind;
    uint64_t count;
    uint64_t bytes;
    uint64_t offset;
    struct sw_bytes refs;
    struct sw_bytes groups;
    struct sw_bytes origins;
    struct sw_bytes note;
};

/* Gives SW_E_FORMAT for what is no whole state. */
static sw_result read_state(struct sw_bytes text, struct state *out)
{
    size_t magic = strlen(STATE_MAGIC);
    if (text.len < magic + 32 || memcmp(text.ptr, STATE_MAGIC, magic) != 0) {
        return SW_E_FORMAT;
    }
    struct sw_digest digest;
    sw_sha256(sw_bytes(text.ptr, text.len - 32), &digest);
    if (memcmp(digest.bytes, text.ptr + text.len - 32, 32) != 0) {
        return SW_E_FORMAT;
    }
    struct sw_cursor cur = sw_cursor(sw_bytes(text.ptr, text.len - 32));
    SW_TRY(sw_cur_skip(&cur, magic));
    SW_TRY(get_block(&cur, &out->kind));
    SW_TRY(sw_cur_u64be(&cur, &out->count));
    SW_TRY(sw_cur_u64be(&cur, &out->bytes));
    SW_TRY(sw_cur_u64be(&cur, &out->offset));
    SW_TRY(get_block(&cur, &out->refs));
    SW_TRY(get_block(&cur, &out->groups));
    SW_TRY(get_block(&cur, &out->origins));
    return get_block(&cur, &out->note);
}

static sw_result restore_origins(
    struct sw_rows_writer *writer, struct sw_bytes text, struct sw_error *err)
{
    struct sw_origin_entry *list;
    size_t count;
    SW_TRY(sw_origins_read(&writer->arena, text, &list, &count, err));
    for (size_t i = 0; i < count; i++) {
        uint32_t index;
        SW_TRY(sw_rows_origin(writer, &list[i].origin, &index, err));
        writer->origin_counts[index] = (struct origin_count){list[i].samples, list[i].bytes};
    }
    return SW_OK;
}

/* Finds again where the contents of each group stand. */
static sw_result restore_contents(struct sw_rows_writer *writer, struct sw_bytes refs)
{
    unsigned wanted = writer->options.one_digest ? SW_COL_RECORD : SW_COL_CONTENT;
    for (size_t at = 0; at + SW_CHUNK_REF_SIZE <= refs.len; at += SW_CHUNK_REF_SIZE) {
        struct sw_cursor cur = sw_cursor(sw_bytes(refs.ptr + at, SW_CHUNK_REF_SIZE));
        uint16_t column;
        uint32_t group;
        uint64_t offset;
        SW_TRY(sw_cur_u16be(&cur, &column));
        SW_TRY(sw_cur_skip(&cur, 2));
        SW_TRY(sw_cur_u32be(&cur, &group));
        SW_TRY(sw_cur_u64be(&cur, &offset));
        if (column == wanted) {
            SW_TRY(note_contents(writer, group, offset));
        }
    }
    return SW_OK;
}

static sw_result restore(
    struct sw_rows_writer *writer, struct state *state, struct sw_buf *note, struct sw_error *err)
{
    writer->count = state->count;
    writer->bytes = state->bytes;
    writer->tree.size = state->count;
    SW_TRY(sw_buf_append(&writer->tree.groups, state->groups.ptr, state->groups.len));
    SW_TRY(restore_origins(writer, state->origins, err));
    SW_TRY(restore_contents(writer, state->refs));
    return sw_buf_append(note, state->note.ptr, state->note.len);
}

sw_result sw_rows_resume(struct sw_rows_writer **out, const char *path,
    const struct sw_rows_options *options, struct sw_buf *note, struct sw_error *err)
{
    SW_CLEANUP(rows_writer) struct sw_rows_writer *writer = NULL;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf kind = SW_BUF_INIT;
    struct state state;
    SW_TRY(writer_new(&writer, path, options));
    SW_TRY(sw_file_read(writer->state_path, STATE_MAX, &text, err));
    SW_TRY(put_kind(options, &kind));
    struct sw_bytes body = sw_buf_bytes(&text);
    if (check_state(options, &body) != SW_OK || read_state(body, &state) != SW_OK ||
        !sw_bytes_equal(state.kind, sw_buf_bytes(&kind))) {
        return sw_fail(err, SW_E_NOENT, "'%s' is not the state of such a set", writer->state_path);
    }
    SW_TRY(sw_chunks_resume(&writer->chunks, writer->path, state.offset, state.refs, err));
    SW_TRY(sw_chunks_check(&writer->chunks, err));
    enum sw_code code = restore(writer, &state, note, err);
    if (code != SW_OK) {
        return sw_error_prefix(err, code, "'%s'", writer->state_path);
    }
    *out = SW_TAKE(writer);
    return SW_OK;
}

/* --- finishing ------------------------------------------------------------------------------- */

struct placing {
    struct sw_rows_writer *writer;
    struct sw_tree_builder tree;
    struct sw_buf rows; /* of the group that is being filled, u32 */
};

static enum sw_code give_contents(
    void *ctx, uint32_t group, struct sw_buf *out, struct sw_error *err)
{
    struct placing *placing = ctx;
    struct sw_rows_writer *writer = placing->writer;
    uint64_t left = writer->count - (uint64_t)group * SW_ROWS_GROUP;
    size_t len = (left < SW_ROWS_GROUP ? (size_t)left : SW_ROWS_GROUP) * 32;
    sw_buf_clear(out);
    SW_TRY(sw_buf_reserve(out, len));
    SW_TRY(sw_fd_pread(
        writer->chunks.fd, writer->path, writer->contents_at[group], out->data, len, err));
    out->len = len;
    return SW_OK;
}

static sw_result write_places(struct placing *placing, struct sw_error *err)
{
    struct sw_chunks_writer *chunks = &placing->writer->chunks;
    uint32_t group = (uint32_t)((placing->tree.size - 1) / SW_ROWS_GROUP);
    SW_TRY(sw_chunks_put(chunks, SW_COL_PLACES, group, sw_buf_bytes(&placing->rows), false, err));
    SW_TRY(sw_chunks_put(
        chunks, SW_COL_SORTED, group, sw_tree_builder_tiles(&placing->tree), false, err));
    bool whole = placing->rows.len == SW_ROWS_GROUP * sizeof(uint32_t);
    sw_buf_clear(&placing->rows);
    return whole ? sw_tree_builder_group(&placing->tree) : SW_OK;
}

static enum sw_code take_place(
    void *ctx, const uint8_t content[32], uint32_t row, struct sw_error *err)
{
    struct placing *placing = ctx;
    uint8_t text[SW_CONTENT_LEAF_SIZE];
    sw_content_leaf(content, text);
    sw_tree_builder_add(&placing->tree, sw_bytes(text, sizeof(text)));
    SW_TRY(sw_buf_put_u32be(&placing->rows, row));
    bool full = placing->rows.len == SW_ROWS_GROUP * sizeof(uint32_t);
    return full ? write_places(placing, err) : SW_OK;
}

static sw_result sort_rows(struct placing *placing, struct sw_progress *progress,
    struct sw_hash256 *root, struct sw_error *err)
{
    struct sw_rows_writer *writer = placing->writer;
    struct sw_sorter sorter = {.contents = give_contents,
        .place = take_place,
        .ctx = placing,
        .scratch = writer->options.scratch};
    SW_TRY(sw_rows_sort(&sorter, writer->count, progress, err));
    if (placing->rows.len > 0) {
        SW_TRY(write_places(placing, err));
    }
    SW_TRY(sw_chunks_put(
        &writer->chunks, SW_COL_SORTED_UPPER, 0, sw_buf_bytes(&placing->tree.groups), false, err));
    return sw_tree_builder_root(&placing->tree, root, err);
}

struct roots {
    struct sw_hash256 ordered;
    struct sw_hash256 sorted;
};

static sw_result make_trees(struct sw_rows_writer *writer, struct sw_progress *progress,
    struct roots *roots, struct sw_error *err)
{
    if (writer->group.count > 0) {
        SW_TRY(write_group(writer, err));
    }
    SW_TRY(sw_chunks_put(
        &writer->chunks, SW_COL_TREE_UPPER, 0, sw_buf_bytes(&writer->tree.groups), false, err));
    SW_TRY(sw_tree_builder_root(&writer->tree, &roots->ordered, err));
    struct placing placing = {.writer = writer};
    enum sw_code code = sort_rows(&placing, progress, &roots->sorted, err);
    sw_tree_builder_release(&placing.tree);
    sw_buf_release(&placing.rows);
    return code;
}

static void write_root(struct sw_json_writer *w, const char *name, const struct sw_hash256 *root)
{
    struct sw_digest digest = {.alg = SW_SHA256, .len = 32};
    char text[SW_DIGEST_TEXT_SIZE];
    memcpy(digest.bytes, root->bytes, 32);
    sw_digest_text(&digest, text);
    sw_jw_text(w, name, text);
}

static int compare_names(const void *a, const void *b)
{
    const struct sw_source_count *x = a;
    const struct sw_source_count *y = b;
    return sw_str_compare(x->name, y->name);
}

/* Samples and bytes of each source, over all origins that have it. */
static sw_result count_sources(
    struct sw_rows_writer *writer, struct sw_source_count **out, size_t *count)
{
    size_t n = 0;
    for (size_t o = 0; o < writer->origin_count; o++) {
        n += writer->origins[o].source_count;
    }
    struct sw_source_count *list = SW_ARENA_ARRAY(&writer->arena, struct sw_source_count, n);
    SW_TRY_PTR(list);
    n = 0;
    for (size_t o = 0; o < writer->origin_count; o++) {
        for (size_t s = 0; s < writer->origins[o].source_count; s++) {
            list[n++] = (struct sw_source_count){writer->origins[o].sources[s],
                writer->origin_counts[o].samples, writer->origin_counts[o].bytes};
        }
    }
    qsort(list, n, sizeof(*list), compare_names);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && sw_str_equal(list[kept - 1].name, list[i].name)) {
            list[kept - 1].samples += list[i].samples;
            list[kept - 1].bytes += list[i].bytes;
        } else {
            list[kept++] = list[i];
        }
    }
    *out = list;
    *count = kept;
    return SW_OK;
}

static sw_result write_sources(struct sw_rows_writer *writer, struct sw_json_writer *w)
{
    struct sw_source_count *sources;
    size_t count;
    SW_TRY(count_sources(writer, &sources, &count));
    sw_jw_array(w, "sources");
    for (size_t i = 0; i < count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", sources[i].name);
        sw_jw_u64(w, "samples", sources[i].samples);
        sw_jw_u64(w, "bytes", sources[i].bytes);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    return SW_OK;
}

static void write_reasons(
    struct sw_json_writer *w, const struct sw_reason_count *reasons, size_t count)
{
    sw_jw_array(w, "quarantined");
    for (size_t i = 0; i < count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "reason", reasons[i].reason);
        sw_jw_u64(w, "count", reasons[i].count);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void write_kind(struct sw_json_writer *w, const struct sw_rows_options *options)
{
    sw_jw_bool(w, "one_digest", options->one_digest);
    sw_jw_str(w, "salt", options->salt);
    sw_jw_text(w, "reader", options->reader);
    if (options->parts != 0) {
        sw_jw_u64(w, "part", options->part);
        sw_jw_u64(w, "parts", options->parts);
    }
}

static sw_result write_header(struct sw_rows_writer *writer, const struct roots *roots,
    const struct sw_reason_count *reasons, size_t reason_count, struct sw_buf *out,
    struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json_writer w;
    struct sw_digest toc;
    char toc_text[SW_DIGEST_TEXT_SIZE];
    sw_chunks_toc(&writer->chunks, &toc);
    sw_digest_text(&toc, toc_text);
    sw_jw_init(&w, &text, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "format", SW_ROWS_FORMAT);
    sw_jw_u64(&w, "samples", writer->count);
    sw_jw_u64(&w, "bytes", writer->bytes);
    write_kind(&w, &writer->options);
    write_root(&w, "ordered", &roots->ordered);
    write_root(&w, "sorted", &roots->sorted);
    SW_TRY(write_sources(writer, &w));
    write_reasons(&w, reasons, reason_count);
    sw_jw_text(&w, "toc", toc_text);
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    return sw_json_canonicalize(out, sw_buf_bytes(&text), err);
}

static sw_result finish(struct sw_rows_writer *writer, const struct sw_reason_count *quarantined,
    size_t reason_count, struct sw_progress *progress, struct sw_digest *digest,
    struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf header = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf origins = SW_BUF_INIT;
    struct roots roots;
    SW_TRY(make_trees(writer, progress, &roots, err));
    SW_TRY(put_origins(writer, &origins));
    SW_TRY(sw_chunks_put(&writer->chunks, SW_COL_ORIGINS, 0, sw_buf_bytes(&origins), true, err));
    SW_TRY(write_header(writer, &roots, quarantined, reason_count, &header, err));
    SW_TRY(sw_chunks_finish(&writer->chunks, sw_buf_bytes(&header), digest, err));
    if (unlink(writer->state_path) != 0 && errno != ENOENT) {
        return sw_fail_errno(err, errno, "cannot remove '%s'", writer->state_path);
    }
    return SW_OK;
}

sw_result sw_rows_finish(struct sw_rows_writer *writer, const struct sw_reason_count *quarantined,
    size_t reason_count, struct sw_progress *progress, struct sw_digest *digest,
    struct sw_error *err)
{
    enum sw_code code = finish(writer, quarantined, reason_count, progress, digest, err);
    sw_rows_abandon(writer);
    return code;
}
