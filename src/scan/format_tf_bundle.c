/* TensorFlow's checkpoints: a sorted table of which tensor stands where in the data files beside it
 * (NAME.index and NAME.data-00000-of-00001), and the fingerprint of a SavedModel. Sources: LevelDB,
 * "Table format"; tensor_bundle.proto; fingerprint.proto. */
#include "scan/data_files.h"
#include "scan/format.h"
#include "scan/message.h"

#define FOOTER 48
#define BLOCK_MAX ((uint64_t)64 << 20)
#define SHARDS_MAX 4096
#define KEY_MAX 65536

struct handle {
    uint64_t offset, size;
};

struct bundle {
    struct sw_inspection *in;
    const struct sw_specimen *specimen;
    struct sw_error *err;
    uint64_t shard_count; /* of the header, which is the first entry */
    uint64_t *ends;       /* by shard: bytes that it must have */
    bool has_header;
    uint64_t budget;
};

static sw_result fail(struct bundle *b, const char *what)
{
    return sw_fail(b->err, SW_E_FORMAT, "%s", what);
}

static sw_result get_handle(struct sw_cursor *cur, struct handle *out)
{
    SW_TRY(sw_wire_varint(cur, &out->offset));
    return sw_wire_varint(cur, &out->size);
}

/* A block without its trailer: how it is packed, and a checksum. */
static sw_result read_block(struct bundle *b, const struct handle *handle, struct sw_buf *out)
{
    enum { TRAILER = 5 };
    uint64_t len;
    if (handle->size > BLOCK_MAX || handle->size > b->budget) {
        return sw_fail(b->err, SW_E_LIMIT, "more blocks than a scan reads");
    }
    b->budget -= handle->size == 0 ? 1 : handle->size;
    if (!sw_add_u64(handle->size, TRAILER, &len)) {
        return fail(b, "a block of a size that overflows");
    }
    SW_TRY(sw_source_append(&b->specimen->source, handle->offset, len, out, b->err));
    uint8_t packed = out->data[out->len - TRAILER];
    out->len -= TRAILER;
    return packed == 0 ? SW_OK : sw_fail(b->err, SW_E_UNSUPPORTED, "a block that is packed");
}

/* --- entries ---------------------------------------------------------------------------------- */

struct entry {
    uint64_t shard, offset, size;
};

static enum sw_code take_number(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct entry *entry = out;
    uint64_t *to = field->number == 3   ? &entry->shard
                   : field->number == 4 ? &entry->offset
                                        : &entry->size;
    *to = field->value;
    return field->type == SW_WIRE_VARINT
               ? SW_OK
               : sw_message_fail(field, reader->err, "a number that is none");
}

/* BundleEntryProto: 1 dtype, 2 shape, 6 crc32c, 7 slices */
static const struct sw_message_row entry_rows[] = {{1, true, NULL}, {2, true, NULL},
    {3, true, take_number}, {4, true, take_number}, {5, true, take_number}, {6, true, NULL},
    {7, false, NULL}};

static enum sw_code take_shards(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    *(uint64_t *)out = field->value;
    return SW_OK;
}

/* BundleHeaderProto: 1 num_shards, 2 endianness, 3 version */
static const struct sw_message_row header_rows[] = {
    {1, true, take_shards}, {2, true, NULL}, {3, true, NULL}};

static sw_result walk(struct bundle *b, struct sw_bytes value, const struct sw_message_row *rows,
    size_t count, void *out)
{
    struct sw_source source = sw_source_memory(value);
    SW_CLEANUP(free) struct sw_window *window = malloc(sizeof(*window));
    SW_TRY_PTR(window);
    sw_window_init(window, &source);
    struct sw_message_reader reader = {.ctx = b, .err = b->err};
    return sw_message_walk(&reader, sw_message(window), rows, count, out);
}

static sw_result take_header(struct bundle *b, struct sw_bytes value)
{
    SW_TRY(walk(b, value, header_rows, SW_COUNT(header_rows), &b->shard_count));
    if (b->shard_count == 0 || b->shard_count > SHARDS_MAX) {
        return fail(b, "a count of data files that cannot be");
    }
    b->ends = SW_ARENA_ARRAY(b->in->arena, uint64_t, (size_t)b->shard_count);
    SW_TRY_PTR(b->ends);
    b->has_header = true;
    return SW_OK;
}

static sw_result take_entry(struct bundle *b, struct sw_bytes value)
{
    struct entry entry = {0};
    uint64_t end;
    SW_TRY(walk(b, value, entry_rows, SW_COUNT(entry_rows), &entry));
    if (entry.shard >= b->shard_count || !sw_add_u64(entry.offset, entry.size, &end)) {
        return fail(b, "a tensor in a data file that is not there, or at a place that overflows");
    }
    b->ends[entry.shard] = end > b->ends[entry.shard] ? end : b->ends[entry.shard];
    return SW_OK;
}

/* --- blocks ----------------------------------------------------------------------------------- */

typedef sw_result (*take_pair)(struct bundle *b, size_t key_len, struct sw_bytes value);

/* Keys share beginnings with those before them; of keys only the length matters here. */
static sw_result walk_block(struct bundle *b, struct sw_bytes block, take_pair take)
{
    uint64_t key_len = 0;
    uint32_t restarts = 0;
    struct sw_cursor tail = sw_cursor(block);
    if (block.len < 4 || sw_cur_skip(&tail, block.len - 4) != SW_OK ||
        sw_cur_u32le(&tail, &restarts) != SW_OK || restarts > (block.len - 4) / 4) {
        return fail(b, "a block that is cut short");
    }
    struct sw_cursor cur = sw_cursor(sw_bytes(block.ptr, block.len - 4 - (size_t)restarts * 4));
    while (sw_cur_left(&cur) > 0) {
        uint64_t shared;
        uint64_t own;
        uint64_t len;
        struct sw_bytes value = {0};
        if (sw_wire_varint(&cur, &shared) != SW_OK || sw_wire_varint(&cur, &own) != SW_OK ||
            sw_wire_varint(&cur, &len) != SW_OK || shared > key_len || own > KEY_MAX ||
            sw_cur_skip(&cur, own) != SW_OK || sw_cur_bytes(&cur, len, &value) != SW_OK) {
            return fail(b, "an entry that is cut short");
        }
        key_len = shared + own;
        SW_TRY(take(b, (size_t)key_len, value));
    }
    return SW_OK;
}

/* The header has the empty key, and so stands first. */
static sw_result take_data(struct bundle *b, size_t key_len, struct sw_bytes value)
{
    if (key_len == 0) {
        return b->has_header ? fail(b, "a second header") : take_header(b, value);
    }
    return b->has_header ? take_entry(b, value) : fail(b, "no header");
}

static sw_result take_index(struct bundle *b, size_t key_len, struct sw_bytes value)
{
    SW_CLEANUP(buf) struct sw_buf block = SW_BUF_INIT;
    struct sw_cursor cur = sw_cursor(value);
    struct handle handle;
    (void)key_len;
    if (get_handle(&cur, &handle) != SW_OK) {
        return fail(b, "an index that is cut short");
    }
    SW_TRY(read_block(b, &handle, &block));
    return walk_block(b, sw_buf_bytes(&block), take_data);
}

/* --- the whole -------------------------------------------------------------------------------- */

/* NAME.index stands beside NAME.data-00000-of-00001. */
static sw_result tell_files(struct bundle *b)
{
    SW_CLEANUP(data_files) struct sw_data_files data = {0};
    const char *slash = strrchr(b->specimen->name, '/');
    struct sw_str stem = sw_str(slash == NULL ? b->specimen->name : slash + 1);
    stem.len -= sw_str_ends(stem, ".index") ? 6 : 0;
    sw_data_files_init(&data);
    for (uint64_t i = 0; i < b->shard_count; i++) {
        const char *name = sw_arena_printf(b->in->arena, SW_STR_FMT ".data-%05llu-of-%05llu",
            SW_STR_ARG(stem), (unsigned long long)i, (unsigned long long)b->shard_count);
        SW_TRY_PTR(name);
        sw_data_files_begin(&data, "tensorflow-data", b->ends[i], b->ends[i]);
        SW_TRY(sw_data_files_add(&data, sw_str(name)));
        sw_data_files_end(&data);
    }
    return sw_data_files_tell(&data, b->in);
}

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    uint8_t footer[FOOTER];
    struct bundle b = {.in = in, .specimen = specimen, .err = err, .budget = BLOCK_MAX};
    if (specimen->source.size < FOOTER) {
        return fail(&b, "no footer");
    }
    SW_TRY(sw_source_read(&specimen->source, specimen->source.size - FOOTER, footer, FOOTER, err));
    struct sw_cursor cur = sw_cursor(sw_bytes(footer, FOOTER - 8));
    struct handle meta;
    struct handle index;
    if (get_handle(&cur, &meta) != SW_OK || get_handle(&cur, &index) != SW_OK) {
        return fail(&b, "a footer that is none");
    }
    SW_CLEANUP(buf) struct sw_buf block = SW_BUF_INIT;
    SW_TRY(read_block(&b, &index, &block));
    SW_TRY(walk_block(&b, sw_buf_bytes(&block), take_index));
    return b.has_header ? tell_files(&b) : fail(&b, "no header");
}

/* The magic stands at the end. */
static bool sniff(const struct sw_specimen *specimen)
{
    static const uint8_t magic[8] = {0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb};
    uint8_t found[sizeof(magic)];
    uint64_t size = specimen->source.size;
    return size >= FOOTER &&
           sw_source_read(&specimen->source, size - sizeof(magic), found, sizeof(magic), NULL) ==
               SW_OK &&
           memcmp(found, magic, sizeof(magic)) == 0;
}

const struct sw_format sw_format_tf_index = {
    .id = "tensorflow-index",
    .names = ".index",
    .sniff = sniff,
    .parse = parse,
    .broken = SW_SEVERITY_HIGH,
};

/* FingerprintDef: five numbers, and versions. */
static bool sniff_fingerprint(const struct sw_specimen *specimen)
{
    enum { SIZE_MAX_OF_IT = 128 };
    struct sw_message_shape shape;
    struct sw_source source = sw_source_memory(specimen->head);
    if (specimen->source.size > SIZE_MAX_OF_IT || specimen->head.len < specimen->source.size ||
        specimen->head.len < 8 || !sw_message_shape(&source, 0xfe, &shape)) {
        return false;
    }
    bool numbers = true;
    for (size_t i = 1; i <= 5; i++) {
        numbers = numbers && shape.count[i] <= 1 &&
                  (shape.count[i] == 0 || shape.first[i].type == SW_WIRE_VARINT);
    }
    return numbers && shape.count[1] == 1 && shape.count[2] == 1 && shape.count[3] == 1 &&
           shape.count[6] <= 1;
}

const struct sw_format sw_format_tf_fingerprint = {
    .id = "tensorflow-fingerprint", .names = "", .sniff = sniff_fingerprint, .plain = true};
