#include "scan/hdf5.h"

#include <inttypes.h>

#define BUDGET ((uint64_t)256 << 20)
#define BLOCK_MAX ((uint64_t)64 << 20)
#define CONTINUATIONS_MAX 4096
#define NODE_ENTRIES 65535

static sw_result fail(const struct sw_hdf5 *h, uint64_t at, const char *what)
{
    return sw_fail(h->err, SW_E_FORMAT, "byte %" PRIu64 ": %s", at, what);
}

static sw_result cut(const struct sw_hdf5 *h, const char *what)
{
    return sw_fail(h->err, SW_E_FORMAT, "%s is cut short", what);
}

/* A copy of a block, at an address. */
static sw_result read_block(struct sw_hdf5 *h, uint64_t address, uint64_t len, struct sw_bytes *out)
{
    uint64_t at;
    if (!sw_add_u64(h->base, address, &at)) {
        return fail(h, address, "an address that overflows");
    }
    if (len > BLOCK_MAX || len > h->budget) {
        return sw_fail(h->err, SW_E_LIMIT, "byte %" PRIu64 ": more blocks than a scan reads", at);
    }
    h->budget -= len == 0 ? 1 : len;
    if (at > h->source.size || len > h->source.size - at) {
        return fail(h, at, "a block past the end of the file");
    }
    uint8_t *copy = sw_arena_alloc(h->arena, (size_t)len + 1);
    SW_TRY_PTR(copy);
    SW_TRY(sw_source_read(&h->source, at, copy, (size_t)len, h->err));
    *out = sw_bytes(copy, (size_t)len);
    return SW_OK;
}

static sw_result get_number(struct sw_cursor *cur, size_t width, uint64_t *out)
{
    struct sw_bytes bytes;
    SW_TRY(sw_cur_bytes(cur, width, &bytes));
    *out = 0;
    bool all = true;
    for (size_t i = width; i > 0; i--) {
        *out = *out << 8 | bytes.ptr[i - 1];
        all = all && bytes.ptr[i - 1] == 0xff;
    }
    *out = all && width > 1 ? SW_HDF5_UNDEFINED : *out;
    return SW_OK;
}

static sw_result get_offset(const struct sw_hdf5 *h, struct sw_cursor *cur, uint64_t *out)
{
    return get_number(cur, h->offset_size, out);
}

static sw_result get_length(const struct sw_hdf5 *h, struct sw_cursor *cur, uint64_t *out)
{
    return get_number(cur, h->length_size, out);
}

static bool is_width(uint8_t width)
{
    return width == 2 || width == 4 || width == 8;
}

/* --- the superblock (II.A) -------------------------------------------------------------------- */

static const uint8_t signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

static bool find_superblock(const struct sw_source *source, uint64_t *out)
{
    uint8_t bytes[sizeof(signature)];
    for (uint64_t at = 0; at <= INT64_MAX / 2; at = at == 0 ? 512 : at * 2) {
        if (at > source->size || source->size - at < sizeof(bytes)) {
            return false;
        }
        if (sw_source_read(source, at, bytes, sizeof(bytes), NULL) == SW_OK &&
            memcmp(bytes, signature, sizeof(bytes)) == 0) {
            *out = at;
            return true;
        }
    }
    return false;
}

/* Versions 0 and 1: k-values, four addresses, and the entry of the root group. */
static sw_result read_old(struct sw_hdf5 *h, struct sw_cursor *cur, uint8_t version)
{
    uint64_t base;
    uint64_t skipped;
    SW_TRY(sw_cur_skip(cur, 4));
    SW_TRY(sw_cur_u8(cur, &h->offset_size));
    SW_TRY(sw_cur_u8(cur, &h->length_size));
    SW_TRY(sw_cur_skip(cur, version == 0 ? 9 : 13));
    if (!is_width(h->offset_size) || !is_width(h->length_size)) {
        return SW_E_FORMAT;
    }
    SW_TRY(get_offset(h, cur, &base));
    for (int i = 0; i < 4; i++) { /* free space, end, driver; then the name of the root */
        SW_TRY(get_offset(h, cur, &skipped));
    }
    SW_TRY(get_offset(h, cur, &h->root));
    return SW_OK;
}

static sw_result read_new(struct sw_hdf5 *h, struct sw_cursor *cur)
{
    uint64_t base;
    uint64_t skipped;
    SW_TRY(sw_cur_u8(cur, &h->offset_size));
    SW_TRY(sw_cur_u8(cur, &h->length_size));
    SW_TRY(sw_cur_skip(cur, 1));
    if (!is_width(h->offset_size) || !is_width(h->length_size)) {
        return SW_E_FORMAT;
    }
    SW_TRY(get_offset(h, cur, &base));
    SW_TRY(get_offset(h, cur, &skipped));
    SW_TRY(get_offset(h, cur, &skipped));
    SW_TRY(get_offset(h, cur, &h->root));
    return SW_OK;
}

sw_result sw_hdf5_open(
    struct sw_hdf5 *h, const struct sw_source *source, struct sw_arena *arena, struct sw_error *err)
{
    enum { SUPERBLOCK_MAX = 128 };
    *h = (struct sw_hdf5){.source = *source, .arena = arena, .err = err, .budget = BUDGET};
    uint64_t at = 0;
    if (!find_superblock(source, &at)) {
        return sw_fail(err, SW_E_FORMAT, "no superblock");
    }
    uint64_t left = source->size - at;
    struct sw_bytes block;
    SW_TRY(read_block(h, at, left < SUPERBLOCK_MAX ? left : SUPERBLOCK_MAX, &block));
    struct sw_cursor cur = sw_cursor(block);
    uint8_t version = 0xff;
    enum sw_code code = sw_cur_skip(&cur, sizeof(signature));
    code = code == SW_OK ? sw_cur_u8(&cur, &version) : code;
    if (code == SW_OK && version > 3) {
        return sw_fail(err, SW_E_UNSUPPORTED, "superblock of version %u", version);
    }
    code = code != SW_OK ? code : version < 2 ? read_old(h, &cur, version) : read_new(h, &cur);
    if (code != SW_OK) {
        return fail(h, at, "a superblock that cannot be");
    }
    /* Readers count from where it stands, whatever it says of that itself. */
    h->base = at;
    return SW_OK;
}

/* --- object headers (IV.A.1) ------------------------------------------------------------------ */

struct header {
    struct sw_hdf5 *h;
    sw_hdf5_take take;
    void *ctx;
    bool old;
    bool ordered; /* version 2: messages have a number */
    struct {
        uint64_t address, len;
    } more[64]; /* continuations that wait */
    size_t more_count, continuations;
};

static sw_result add_continuation(struct header *header, struct sw_bytes data)
{
    struct sw_cursor cur = sw_cursor(data);
    uint64_t address;
    uint64_t len;
    if (get_offset(header->h, &cur, &address) != SW_OK ||
        get_length(header->h, &cur, &len) != SW_OK) {
        return cut(header->h, "a continuation");
    }
    if (header->more_count == SW_COUNT(header->more) ||
        header->continuations++ == CONTINUATIONS_MAX) {
        return sw_fail(header->h->err, SW_E_LIMIT, "more continuations than a scan reads");
    }
    header->more[header->more_count].address = address;
    header->more[header->more_count++].len = len;
    return SW_OK;
}

static sw_result get_message(
    struct header *header, struct sw_cursor *cur, struct sw_hdf5_message *out)
{
    uint16_t size;
    uint8_t type;
    if (header->old) {
        SW_TRY(sw_cur_u16le(cur, &out->type));
        SW_TRY(sw_cur_u16le(cur, &size));
        SW_TRY(sw_cur_u8(cur, &out->flags));
        SW_TRY(sw_cur_skip(cur, 3));
    } else {
        SW_TRY(sw_cur_u8(cur, &type));
        SW_TRY(sw_cur_u16le(cur, &size));
        SW_TRY(sw_cur_u8(cur, &out->flags));
        SW_TRY(sw_cur_skip(cur, header->ordered ? 2 : 0));
        out->type = type;
    }
    return sw_cur_bytes(cur, size, &out->data);
}

/* What is left at the end may be too little for a message: a gap. */
static sw_result read_messages(struct header *header, struct sw_bytes block, uint64_t at)
{
    struct sw_cursor cur = sw_cursor(block);
    size_t least = header->old ? 8 : header->ordered ? 6 : 4;
    while (sw_cur_left(&cur) >= least) {
        struct sw_hdf5_message message = {0};
        if (get_message(header, &cur, &message) != SW_OK) {
            return fail(header->h, at + cur.pos, "a message past the end of its object");
        }
        message.at = at + cur.pos - message.data.len;
        if (message.type == SW_HDF5_CONTINUATION) {
            SW_TRY(add_continuation(header, message.data));
            continue;
        }
        SW_TRY(header->take(header->ctx, &message));
    }
    return SW_OK;
}

static sw_result read_old_header(struct header *header, uint64_t address)
{
    struct sw_hdf5 *h = header->h;
    struct sw_bytes block;
    uint32_t size = 0;
    SW_TRY(read_block(h, address, 16, &block));
    struct sw_cursor cur = sw_cursor(block);
    bool good = sw_cur_skip(&cur, 8) == SW_OK && sw_cur_u32le(&cur, &size) == SW_OK;
    if (!good || block.ptr[0] != 1) {
        return fail(h, h->base + address, "an object of an unknown version");
    }
    SW_TRY(read_block(h, address + 16, size, &block));
    return read_messages(header, block, h->base + address + 16);
}

/* "OHDR": version 2, flags, times, limits, the size of the first block, messages, a checksum. */
static sw_result read_new_header(struct header *header, uint64_t address)
{
    struct sw_hdf5 *h = header->h;
    struct sw_bytes block;
    SW_TRY(read_block(h, address, 6, &block));
    uint8_t flags = block.ptr[5];
    size_t fixed = ((flags & 0x20) != 0 ? 16u : 0u) + ((flags & 0x10) != 0 ? 4u : 0u);
    size_t width = (size_t)1 << (flags & 3);
    if (block.ptr[4] != 2) {
        return fail(h, h->base + address, "an object of an unknown version");
    }
    header->ordered = (flags & 4) != 0;
    SW_TRY(read_block(h, address + 6 + fixed, width, &block));
    struct sw_cursor cur = sw_cursor(block);
    uint64_t size;
    SW_TRY(get_number(&cur, width, &size));
    uint64_t start = address + 6 + fixed + width;
    SW_TRY(read_block(h, start, size, &block));
    return read_messages(header, block, h->base + start);
}

/* "OCHK" and a checksum are around blocks of version 2. */
static sw_result read_continuation(struct header *header, uint64_t address, uint64_t len)
{
    struct sw_hdf5 *h = header->h;
    struct sw_bytes block;
    SW_TRY(read_block(h, address, len, &block));
    if (header->old) {
        return read_messages(header, block, h->base + address);
    }
    if (block.len < 8 || memcmp(block.ptr, "OCHK", 4) != 0) {
        return fail(h, h->base + address, "a continuation that is none");
    }
    return read_messages(header, sw_bytes(block.ptr + 4, block.len - 8), h->base + address + 4);
}

sw_result sw_hdf5_messages(struct sw_hdf5 *h, uint64_t address, sw_hdf5_take take, void *ctx)
{
    struct header header = {.h = h, .take = take, .ctx = ctx};
    struct sw_bytes block;
    SW_TRY(read_block(h, address, 4, &block));
    header.old = memcmp(block.ptr, "OHDR", 4) != 0;
    SW_TRY(header.old ? read_old_header(&header, address) : read_new_header(&header, address));
    while (header.more_count > 0) {
        header.more_count--;
        SW_TRY(read_continuation(
            &header, header.more[header.more_count].address, header.more[header.more_count].len));
    }
    return SW_OK;
}

/* --- old groups (III.A.1, III.C, III.D) ------------------------------------------------------- */

struct group {
    struct sw_hdf5 *h;
    struct sw_bytes names;
    sw_hdf5_take_link take;
    void *ctx;
};

static sw_result read_heap(struct sw_hdf5 *h, uint64_t address, struct sw_bytes *out)
{
    struct sw_bytes block;
    uint64_t size;
    uint64_t free_list;
    uint64_t data;
    SW_TRY(read_block(h, address, 8u + 2u * h->length_size + h->offset_size, &block));
    struct sw_cursor cur = sw_cursor(block);
    if (memcmp(block.ptr, "HEAP", 4) != 0 || sw_cur_skip(&cur, 8) != SW_OK ||
        get_length(h, &cur, &size) != SW_OK || get_length(h, &cur, &free_list) != SW_OK ||
        get_offset(h, &cur, &data) != SW_OK) {
        return fail(h, h->base + address, "a heap of names that is none");
    }
    return read_block(h, data, size, out);
}

static sw_result name_at(const struct group *group, uint64_t offset, struct sw_str *out)
{
    struct sw_bytes names = group->names;
    const uint8_t *end =
        offset >= names.len ? NULL : memchr(names.ptr + offset, 0, names.len - (size_t)offset);
    if (end == NULL) {
        return sw_fail(group->h->err, SW_E_FORMAT, "a name outside of its heap");
    }
    *out = sw_str_n((const char *)names.ptr + offset, (size_t)(end - names.ptr) - (size_t)offset);
    return SW_OK;
}

static sw_result read_symbol(const struct group *group, struct sw_cursor *cur)
{
    enum { CACHE_SOFT_LINK = 2 };
    struct sw_hdf5_link link = {.kind = SW_HDF5_HARD};
    uint64_t name;
    uint32_t cache;
    if (get_offset(group->h, cur, &name) != SW_OK ||
        get_offset(group->h, cur, &link.address) != SW_OK || sw_cur_u32le(cur, &cache) != SW_OK ||
        sw_cur_skip(cur, 20) != SW_OK) {
        return cut(group->h, "a list of names");
    }
    SW_TRY(name_at(group, name, &link.name));
    link.kind = cache == CACHE_SOFT_LINK ? SW_HDF5_SOFT : SW_HDF5_HARD;
    return group->take(group->ctx, &link);
}

static sw_result read_symbols(const struct group *group, uint64_t address)
{
    struct sw_hdf5 *h = group->h;
    struct sw_bytes block;
    uint16_t count = 0;
    SW_TRY(read_block(h, address, 8, &block));
    struct sw_cursor cur = sw_cursor(block);
    if (memcmp(block.ptr, "SNOD", 4) != 0 || sw_cur_skip(&cur, 6) != SW_OK ||
        sw_cur_u16le(&cur, &count) != SW_OK) {
        return fail(h, h->base + address, "a list of names that is none");
    }
    SW_TRY(read_block(h, address + 8, (uint64_t)count * (2u * h->offset_size + 24u), &block));
    cur = sw_cursor(block);
    for (uint16_t i = 0; i < count; i++) {
        SW_TRY(read_symbol(group, &cur));
    }
    return SW_OK;
}

static sw_result read_tree(const struct group *group, uint64_t address, unsigned below);

static sw_result read_children(
    const struct group *group, struct sw_bytes block, uint16_t count, uint8_t level)
{
    struct sw_cursor cur = sw_cursor(block);
    for (uint16_t i = 0; i < count; i++) {
        uint64_t key;
        uint64_t child;
        if (get_length(group->h, &cur, &key) != SW_OK ||
            get_offset(group->h, &cur, &child) != SW_OK) {
            return cut(group->h, "a tree of names");
        }
        SW_TRY(level == 0 ? read_symbols(group, child) : read_tree(group, child, level));
    }
    return SW_OK;
}

/* Levels go down, so a tree that contains itself comes to an end. */
static sw_result read_tree(const struct group *group, uint64_t address, unsigned below)
{
    struct sw_hdf5 *h = group->h;
    struct sw_bytes block;
    SW_TRY(read_block(h, address, 8, &block));
    uint8_t level = block.ptr[5];
    uint16_t count = (uint16_t)(block.ptr[6] | block.ptr[7] << 8);
    if (memcmp(block.ptr, "TREE", 4) != 0 || block.ptr[4] != 0 || level >= below) {
        return fail(h, h->base + address, "a tree of names that is none");
    }
    uint64_t start = address + 8 + 2u * h->offset_size;
    uint64_t len = (uint64_t)count * (h->length_size + h->offset_size);
    SW_TRY(read_block(h, start, len, &block));
    return read_children(group, block, count, level);
}

sw_result sw_hdf5_group(struct sw_hdf5 *h, struct sw_bytes table, sw_hdf5_take_link take, void *ctx)
{
    enum { LEVELS = 16 };
    struct sw_cursor cur = sw_cursor(table);
    struct group group = {.h = h, .take = take, .ctx = ctx};
    uint64_t tree;
    uint64_t heap;
    if (get_offset(h, &cur, &tree) != SW_OK || get_offset(h, &cur, &heap) != SW_OK) {
        return cut(h, "a group");
    }
    SW_TRY(read_heap(h, heap, &group.names));
    return read_tree(&group, tree, LEVELS);
}

/* --- links and dense storage (IV.A.2.c, IV.A.2.g, IV.A.2.v) ----------------------------------- */

static sw_result read_text16(struct sw_cursor *cur, struct sw_bytes *out)
{
    uint16_t len;
    SW_TRY(sw_cur_u16le(cur, &len));
    return sw_cur_bytes(cur, len, out);
}

static sw_result read_link(struct sw_hdf5 *h, struct sw_cursor *cur, struct sw_hdf5_link *out)
{
    uint8_t version;
    uint8_t flags;
    uint8_t type = 0;
    uint64_t len;
    struct sw_bytes bytes;
    SW_TRY(sw_cur_u8(cur, &version));
    SW_TRY(sw_cur_u8(cur, &flags));
    SW_TRY(version == 1 ? SW_OK : SW_E_FORMAT);
    SW_TRY((flags & 8) != 0 ? sw_cur_u8(cur, &type) : SW_OK);
    SW_TRY(sw_cur_skip(cur, ((flags & 4) != 0 ? 8u : 0u) + ((flags & 0x10) != 0 ? 1u : 0u)));
    SW_TRY(get_number(cur, (size_t)1 << (flags & 3), &len));
    SW_TRY(sw_cur_bytes(cur, len, &bytes));
    out->name = sw_str_of_bytes(bytes);
    if (type == 0) {
        out->kind = SW_HDF5_HARD;
        return get_offset(h, cur, &out->address);
    }
    SW_TRY(read_text16(cur, &bytes));
    out->kind = type == 1 ? SW_HDF5_SOFT : type == 64 ? SW_HDF5_EXTERNAL : SW_HDF5_USER;
    out->target = sw_str_of_bytes(bytes);
    if (out->kind == SW_HDF5_EXTERNAL && out->target.len > 0) {
        out->target = sw_str_n(out->target.ptr + 1, out->target.len - 1);
        const char *end = memchr(out->target.ptr, 0, out->target.len);
        out->target.len = end == NULL ? out->target.len : (size_t)(end - out->target.ptr);
    }
    return SW_OK;
}

sw_result sw_hdf5_link_read(struct sw_hdf5 *h, struct sw_bytes data, struct sw_hdf5_link *out)
{
    struct sw_cursor cur = sw_cursor(data);
    struct sw_hdf5_link link = {0};
    if (read_link(h, &cur, &link) != SW_OK) {
        return cut(h, "a link");
    }
    *out = link;
    return SW_OK;
}

sw_result sw_hdf5_is_dense(struct sw_hdf5 *h, const struct sw_hdf5_message *message, bool *out)
{
    struct sw_cursor cur = sw_cursor(message->data);
    size_t order = message->type == SW_HDF5_LINK_INFO ? 8 : 2;
    uint8_t flags = 0;
    uint64_t heap;
    if (sw_cur_skip(&cur, 1) != SW_OK || sw_cur_u8(&cur, &flags) != SW_OK ||
        sw_cur_skip(&cur, (flags & 1) != 0 ? order : 0) != SW_OK ||
        get_offset(h, &cur, &heap) != SW_OK) {
        return cut(h, "what says where links or attributes are");
    }
    *out = heap != SW_HDF5_UNDEFINED;
    return SW_OK;
}

/* --- types and shapes (IV.A.2.b, IV.A.2.d) ---------------------------------------------------- */

sw_result sw_hdf5_type_read(struct sw_hdf5 *h, struct sw_bytes data, struct sw_hdf5_type *out)
{
    struct sw_cursor cur = sw_cursor(data);
    uint32_t head;
    uint32_t size;
    if (sw_cur_u32le(&cur, &head) != SW_OK || sw_cur_u32le(&cur, &size) != SW_OK) {
        return cut(h, "a type");
    }
    uint8_t class = head & 0x0f;
    bool text = class == 3 || (class == 9 && (head >> 8 & 0x0f) == 1);
    bool number = class == 0 || class == 1;
    *out = (struct sw_hdf5_type){class, text, number && (head >> 8 & 1) != 0, size};
    return SW_OK;
}

static sw_result read_space(struct sw_hdf5 *h, struct sw_cursor *cur, struct sw_hdf5_space *out)
{
    uint8_t version;
    uint8_t rank;
    uint8_t flags;
    uint8_t kind;
    SW_TRY(sw_cur_u8(cur, &version));
    SW_TRY(sw_cur_u8(cur, &rank));
    SW_TRY(sw_cur_u8(cur, &flags));
    SW_TRY(sw_cur_u8(cur, &kind));
    SW_TRY((version == 1 || version == 2) && rank <= SW_HDF5_DIMS ? SW_OK : SW_E_FORMAT);
    SW_TRY(sw_cur_skip(cur, version == 1 ? 4 : 0));
    out->rank = rank;
    out->elements = version == 2 && kind == 2 ? 0 : 1;
    for (size_t i = 0; i < rank; i++) {
        SW_TRY(get_length(h, cur, &out->dims[i]));
        SW_TRY(sw_mul_u64(out->elements, out->dims[i], &out->elements) ? SW_OK : SW_E_FORMAT);
    }
    return SW_OK;
}

sw_result sw_hdf5_space_read(struct sw_hdf5 *h, struct sw_bytes data, struct sw_hdf5_space *out)
{
    struct sw_cursor cur = sw_cursor(data);
    struct sw_hdf5_space space = {0};
    if (read_space(h, &cur, &space) != SW_OK) {
        return sw_fail(h->err, SW_E_FORMAT, "a shape that is cut short, unknown or overflows");
    }
    *out = space;
    return SW_OK;
}

/* --- attributes (IV.A.2.m) -------------------------------------------------------------------- */

static sw_result take_part(
    struct sw_cursor *cur, uint16_t size, uint8_t version, struct sw_bytes *out)
{
    size_t padding = version == 1 ? (8 - size % 8u) % 8 : 0;
    SW_TRY(sw_cur_bytes(cur, size, out));
    return sw_cur_skip(cur, padding);
}

static sw_result read_attribute(struct sw_cursor *cur, struct sw_hdf5_attribute *out,
    struct sw_bytes *type, struct sw_bytes *space)
{
    uint8_t version;
    uint8_t flags;
    uint16_t sizes[3];
    struct sw_bytes name;
    SW_TRY(sw_cur_u8(cur, &version));
    SW_TRY(sw_cur_u8(cur, &flags));
    SW_TRY(version >= 1 && version <= 3 ? SW_OK : SW_E_FORMAT);
    for (int i = 0; i < 3; i++) {
        SW_TRY(sw_cur_u16le(cur, &sizes[i]));
    }
    SW_TRY(sw_cur_skip(cur, version == 3 ? 1 : 0));
    SW_TRY(take_part(cur, sizes[0], version, &name));
    SW_TRY(take_part(cur, sizes[1], version, type));
    SW_TRY(take_part(cur, sizes[2], version, space));
    const uint8_t *end = memchr(name.ptr, 0, name.len);
    name.len = end == NULL ? name.len : (size_t)(end - name.ptr);
    out->name = sw_str_of_bytes(name);
    out->shared = version > 1 && (flags & 3) != 0;
    return sw_cur_bytes(cur, sw_cur_left(cur), &out->data);
}

sw_result sw_hdf5_attribute_read(
    struct sw_hdf5 *h, struct sw_bytes data, struct sw_hdf5_attribute *out)
{
    struct sw_cursor cur = sw_cursor(data);
    struct sw_hdf5_attribute attribute = {0};
    struct sw_bytes type;
    struct sw_bytes space;
    if (data.len == 0 || read_attribute(&cur, &attribute, &type, &space) != SW_OK) {
        return cut(h, "an attribute");
    }
    if (!attribute.shared) {
        SW_TRY(sw_hdf5_type_read(h, type, &attribute.type));
        SW_TRY(sw_hdf5_space_read(h, space, &attribute.space));
    }
    *out = attribute;
    return SW_OK;
}

/* A collection of the global heap: objects by number, each padded to eight bytes. */
static sw_result read_global(
    struct sw_hdf5 *h, uint64_t address, uint32_t index, struct sw_bytes *out)
{
    struct sw_bytes block;
    uint64_t size;
    SW_TRY(read_block(h, address, 8u + h->length_size, &block));
    struct sw_cursor cur = sw_cursor(block);
    if (memcmp(block.ptr, "GCOL", 4) != 0 || sw_cur_skip(&cur, 8) != SW_OK ||
        get_length(h, &cur, &size) != SW_OK) {
        return fail(h, h->base + address, "a heap that is none");
    }
    SW_TRY(read_block(h, address, size, &block));
    cur = sw_cursor(block);
    SW_TRY(sw_cur_skip(&cur, 8u + h->length_size));
    while (sw_cur_left(&cur) >= 8u + h->length_size) {
        uint16_t number;
        uint64_t len;
        struct sw_bytes object;
        SW_TRY(sw_cur_u16le(&cur, &number));
        SW_TRY(sw_cur_skip(&cur, 6));
        SW_TRY(get_length(h, &cur, &len));
        if (number == 0 || sw_cur_bytes(&cur, len, &object) != SW_OK) {
            break; /* free space to the end */
        }
        if (number == index) {
            *out = object;
            return SW_OK;
        }
        uint64_t padding = (8 - len % 8) % 8;
        SW_TRY(sw_cur_skip(&cur, sw_cur_left(&cur) < padding ? sw_cur_left(&cur) : padding));
    }
    return fail(h, h->base + address, "an object that a heap does not have");
}

sw_result sw_hdf5_attribute_text(
    struct sw_hdf5 *h, const struct sw_hdf5_attribute *attribute, size_t i, struct sw_bytes *out)
{
    size_t size = attribute->type.size;
    if (size == 0 || i >= attribute->space.elements || i >= attribute->data.len / size) {
        return cut(h, "the value of an attribute");
    }
    struct sw_bytes element = sw_bytes(attribute->data.ptr + i * size, size);
    if (attribute->type.class != 9) {
        *out = element;
        return SW_OK;
    }
    struct sw_cursor cur = sw_cursor(element);
    uint32_t len;
    uint64_t address;
    uint32_t index;
    if (sw_cur_u32le(&cur, &len) != SW_OK || get_offset(h, &cur, &address) != SW_OK ||
        sw_cur_u32le(&cur, &index) != SW_OK) {
        return cut(h, "the value of an attribute");
    }
    *out = sw_bytes(element.ptr, 0);
    return len == 0 ? SW_OK : read_global(h, address, index, out);
}

/* --- layouts (IV.A.2.i) ----------------------------------------------------------------------- */

static sw_result read_old_layout(
    struct sw_hdf5 *h, struct sw_cursor *cur, struct sw_hdf5_layout *out)
{
    uint8_t rank;
    uint8_t class;
    SW_TRY(sw_cur_u8(cur, &rank));
    SW_TRY(sw_cur_u8(cur, &class));
    SW_TRY(sw_cur_skip(cur, 5));
    SW_TRY(class <= SW_HDF5_CHUNKED ? SW_OK : SW_E_FORMAT);
    out->kind = (enum sw_hdf5_layout_kind) class;
    return class == SW_HDF5_CONTIGUOUS ? get_offset(h, cur, &out->address) : SW_OK;
}

static sw_result read_layout(struct sw_hdf5 *h, struct sw_cursor *cur, struct sw_hdf5_layout *out)
{
    uint8_t version;
    uint8_t class;
    SW_TRY(sw_cur_u8(cur, &version));
    if (version == 1 || version == 2) {
        return read_old_layout(h, cur, out);
    }
    SW_TRY(version <= 5 && version >= 3 ? SW_OK : SW_E_FORMAT);
    SW_TRY(sw_cur_u8(cur, &class));
    SW_TRY(class <= SW_HDF5_VIRTUAL ? SW_OK : SW_E_FORMAT);
    out->kind = (enum sw_hdf5_layout_kind) class;
    if (class != SW_HDF5_CONTIGUOUS) {
        return SW_OK;
    }
    SW_TRY(get_offset(h, cur, &out->address));
    return get_length(h, cur, &out->size);
}

sw_result sw_hdf5_layout_read(struct sw_hdf5 *h, struct sw_bytes data, struct sw_hdf5_layout *out)
{
    struct sw_cursor cur = sw_cursor(data);
    struct sw_hdf5_layout layout = {.address = SW_HDF5_UNDEFINED};
    if (read_layout(h, &cur, &layout) != SW_OK) {
        return sw_fail(h->err, SW_E_FORMAT, "where a dataset stands is cut short or unknown");
    }
    if (layout.address != SW_HDF5_UNDEFINED &&
        !sw_add_u64(layout.address, h->base, &layout.address)) {
        return sw_fail(h->err, SW_E_FORMAT, "a dataset at an address that overflows");
    }
    *out = layout;
    return SW_OK;
}
