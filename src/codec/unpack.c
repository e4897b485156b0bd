#include "codec/unpack.h"

#include <zlib.h>

#define INPUT_SIZE ((size_t)64 << 10)
#define HELD_FIRST ((size_t)16 << 10)
/* Reading anew may unpack so many times what there is; a zip's directory and then its members in
 * any order take two, HDF5's places at powers of two one more. */
#define AGAIN_FACTOR 8
#define AGAIN_FREE ((uint64_t)1 << 30)

struct sw_unpack {
    struct sw_source packed;
    struct sw_packed how;
    struct sw_backing backing;
    struct sw_decoder *decoder;
    uint64_t fetched; /* bytes of the source that were read */
    size_t pos, end;  /* what of them is not used yet */
    bool inside;      /* a stream has begun and not ended */
    bool over;        /* nothing more comes */
    bool measured;    /* it was unpacked once, and `size` is known */
    uint64_t at;      /* bytes that came out so far */
    uint64_t size;
    uint64_t again; /* bytes that may still come out when it is read anew */
    uint8_t *ring;  /* of them, the last: byte n is at n % ring_len */
    size_t ring_len;
    uint64_t ring_from; /* the first that is held */
    uint64_t member;    /* where the present stream's output began */
    uint32_t member_crc;
    struct sw_unpack_end result;
    uint8_t *head; /* the first SW_UNPACK_HEAD bytes, once not all is held; NULL before */
    uint8_t *input;
};

static uint64_t consumed(const struct sw_unpack *u)
{
    return u->fetched - (u->end - u->pos);
}

static enum sw_code fail_here(
    struct sw_unpack *u, enum sw_code code, const char *what, struct sw_error *err)
{
    return sw_fail(err, code, "byte %llu: %s", (unsigned long long)consumed(u), what);
}

/* --- input ------------------------------------------------------------------------------------ */

/* Brings more behind what is not used yet, if there is any. */
static sw_result refill(struct sw_unpack *u, struct sw_error *err)
{
    memmove(u->input, u->input + u->pos, u->end - u->pos);
    u->end -= u->pos;
    u->pos = 0;
    uint64_t left = u->packed.size - u->fetched;
    size_t room = INPUT_SIZE - u->end;
    size_t len = left < room ? (size_t)left : room;
    SW_TRY(sw_source_read(&u->packed, u->fetched, u->input + u->end, len, err));
    u->fetched += len;
    u->end += len;
    return SW_OK;
}

/* Are `len` bytes, at most 64, there? */
static sw_result have(struct sw_unpack *u, size_t len, bool *there, struct sw_error *err)
{
    if (u->end - u->pos < len) {
        SW_TRY(refill(u, err));
    }
    *there = u->end - u->pos >= len;
    return SW_OK;
}

static sw_result cut(struct sw_unpack *u, struct sw_error *err)
{
    u->result.cut = true;
    return fail_here(u, SW_E_FORMAT, "the compressed data ends too early", err);
}

static sw_result take(struct sw_unpack *u, size_t len, const uint8_t **out, struct sw_error *err)
{
    bool there;
    SW_TRY(have(u, len, &there, err));
    if (!there) {
        return cut(u, err);
    }
    *out = u->input + u->pos;
    u->pos += len;
    return SW_OK;
}

/* --- gzip's own clothes (RFC 1952, 2.3) --------------------------------------------------------
 */

static uint32_t peek_u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static sw_result skip_some(struct sw_unpack *u, size_t count, uint32_t *crc, struct sw_error *err)
{
    const uint8_t *byte;
    for (size_t i = 0; i < count; i++) {
        SW_TRY(take(u, 1, &byte, err));
        *crc = (uint32_t)crc32(*crc, byte, 1);
    }
    return SW_OK;
}

static sw_result skip_word(struct sw_unpack *u, uint32_t *crc, struct sw_error *err)
{
    const uint8_t *byte;
    do {
        SW_TRY(take(u, 1, &byte, err));
        *crc = (uint32_t)crc32(*crc, byte, 1);
    } while (*byte != 0);
    return SW_OK;
}

/* Python's gzip looks neither at reserved flags nor at the header's checksum; zlib refuses both. */
static sw_result begin_gzip(struct sw_unpack *u, struct sw_error *err)
{
    enum { HEADER_CRC = 2, EXTRA = 4, NAME = 8, COMMENT = 16, RESERVED = 0xe0 };
    const uint8_t *fixed;
    const uint8_t *len;
    SW_TRY(take(u, 10, &fixed, err));
    if (fixed[0] != 0x1f || fixed[1] != 0x8b || fixed[2] != 8) {
        return fail_here(u, SW_E_FORMAT, "not a gzip header", err);
    }
    unsigned flags = fixed[3];
    uint32_t crc = (uint32_t)crc32(0, fixed, 10);
    u->result.loose = u->result.loose || (flags & RESERVED) != 0;
    if ((flags & EXTRA) != 0) {
        SW_TRY(take(u, 2, &len, err));
        size_t count = (size_t)(len[0] | len[1] << 8);
        crc = (uint32_t)crc32(crc, len, 2);
        SW_TRY(skip_some(u, count, &crc, err));
    }
    for (unsigned flag = NAME; flag <= COMMENT; flag *= 2) {
        SW_TRY((flags & flag) != 0 ? skip_word(u, &crc, err) : SW_OK);
    }
    if ((flags & HEADER_CRC) != 0) {
        SW_TRY(take(u, 2, &len, err));
        u->result.loose = u->result.loose || (len[0] | len[1] << 8) != (int)(crc & 0xffff);
    }
    return SW_OK;
}

static sw_result finish_gzip(struct sw_unpack *u, struct sw_error *err)
{
    const uint8_t *trailer;
    SW_TRY(take(u, 8, &trailer, err));
    bool right = peek_u32(trailer + 4) == (uint32_t)(u->at - u->member);
    if (!u->measured) { /* later the checksum is not computed */
        right = right && peek_u32(trailer) == u->member_crc;
    }
    return right ? SW_OK : fail_here(u, SW_E_FORMAT, "gzip data with a wrong checksum", err);
}

/* --- streams ---------------------------------------------------------------------------------- */

static bool begins(const struct sw_unpack *u, enum sw_packing packing)
{
    static const struct {
        enum sw_packing packing;
        uint8_t len, bytes[6];
    } magics[] = {
        {SW_PACK_GZIP, 2, {0x1f, 0x8b}},
        {SW_PACK_BZIP2, 3, {'B', 'Z', 'h'}},
        {SW_PACK_XZ, 6, {0xfd, '7', 'z', 'X', 'Z', 0}},
        {SW_PACK_ZSTD, 4, {0x28, 0xb5, 0x2f, 0xfd}},
        {SW_PACK_LZ4, 4, {0x04, 0x22, 0x4d, 0x18}},
        {SW_PACK_LZ4_LEGACY, 4, {0x02, 0x21, 0x4c, 0x18}},
    };
    const uint8_t *at = u->input + u->pos;
    size_t left = u->end - u->pos;
    bool frames = packing == SW_PACK_ZSTD || packing == SW_PACK_LZ4;
    if (frames && left >= 4 && (peek_u32(at) & 0xfffffff0u) == 0x184d2a50u) {
        return true; /* a frame that is to be passed over */
    }
    for (size_t i = 0; i < SW_COUNT(magics); i++) {
        if (magics[i].packing == packing) {
            return left >= magics[i].len && memcmp(at, magics[i].bytes, magics[i].len) == 0;
        }
    }
    return false;
}

/* RFC 1952 knows no padding, but gzip and Python pass over NULs; xz has it in fours. */
static sw_result skip_padding(struct sw_unpack *u, struct sw_error *err)
{
    bool padded = u->how.packing == SW_PACK_GZIP || u->how.packing == SW_PACK_XZ;
    bool there = padded;
    while (there) {
        SW_TRY(have(u, 1, &there, err));
        if (!there || u->input[u->pos] != 0) {
            return SW_OK;
        }
        u->pos++;
    }
    return SW_OK;
}

/* Stands before a stream, or sets `over`. */
static sw_result begin_stream(struct sw_unpack *u, struct sw_error *err)
{
    bool there = true;
    if (u->result.streams > 0 || u->measured) {
        bool first = u->at == 0 && consumed(u) == 0;
        SW_TRY(first ? SW_OK : skip_padding(u, err));
        SW_TRY(have(u, 8, &there, err));
        u->over = !first && (!u->how.many || !begins(u, u->how.packing));
        if (u->over) {
            u->result.stored = consumed(u);
            return SW_OK;
        }
    }
    if (u->how.packing == SW_PACK_GZIP) {
        SW_TRY(begin_gzip(u, err));
    }
    if (u->how.packing == SW_PACK_LZ4_LEGACY) {
        const uint8_t *magic;
        SW_TRY(take(u, 4, &magic, err));
    }
    SW_TRY(sw_decoder_restart(u->decoder, err));
    u->inside = true;
    u->member = u->at;
    u->member_crc = 0;
    return SW_OK;
}

static sw_result end_stream(struct sw_unpack *u, struct sw_error *err)
{
    u->inside = false;
    if (u->how.packing == SW_PACK_GZIP) {
        SW_TRY(finish_gzip(u, err));
    }
    if (!u->measured) {
        u->result.streams++;
        u->result.stored = consumed(u);
    }
    u->over = u->at >= u->how.size;
    return SW_OK;
}

/* --- output ----------------------------------------------------------------------------------- */

/* Where the next bytes go, and how many fit. While all is held, there is more room to be had. */
static sw_result make_room(struct sw_unpack *u, uint8_t **out, size_t *room, struct sw_error *err)
{
    if (u->at >= u->ring_len && u->ring_len < SW_UNPACK_HELD && u->ring_from == 0) {
        size_t len = u->ring_len == 0 ? HELD_FIRST : u->ring_len * 2;
        uint8_t *grown = realloc(u->ring, len);
        if (grown == NULL) {
            return sw_fail(err, SW_E_NOMEM, "no memory to unpack");
        }
        u->ring = grown;
        u->ring_len = len;
    }
    if (u->at == u->ring_len && u->head == NULL) { /* the beginning is about to be lost */
        u->head = malloc(SW_UNPACK_HEAD);
        if (u->head == NULL) {
            return sw_fail(err, SW_E_NOMEM, "no memory to unpack");
        }
        memcpy(u->head, u->ring, SW_UNPACK_HEAD);
    }
    size_t place = (size_t)(u->at % u->ring_len);
    *out = u->ring + place;
    *room = u->ring_len - place;
    if (*room > INPUT_SIZE) {
        *room = INPUT_SIZE; /* what is held shrinks by no more than this at a time */
    }
    if (u->how.size - u->at < *room) {
        *room = (size_t)(u->how.size - u->at);
    }
    return SW_OK;
}

static void keep(struct sw_unpack *u, const uint8_t *out, size_t got)
{
    if (!u->measured) {
        u->result.crc = (uint32_t)crc32(u->result.crc, out, (uInt)got);
        u->member_crc = (uint32_t)crc32(u->member_crc, out, (uInt)got);
    }
    u->at += got;
    if (u->at - u->ring_from > u->ring_len) {
        u->ring_from = u->at - u->ring_len;
    }
}

static sw_result spend(struct sw_unpack *u, size_t got, struct sw_error *err)
{
    uint64_t *left = u->measured ? &u->again : &u->how.budget;
    if (got > *left) {
        *left = 0;
        return u->measured ? sw_fail(err, SW_E_LIMIT, "the data is too large to be unpacked anew")
                           : sw_fail(err, SW_E_LIMIT, "unpacks to more than it may");
    }
    *left -= got;
    return SW_OK;
}

/* One step into [out, out + room). What it gives counts, also when it fails. */
static sw_result step_once(
    struct sw_unpack *u, uint8_t *out, size_t room, bool *ended, struct sw_error *err)
{
    struct sw_decode_step step = {
        .in = sw_bytes(u->input + u->pos, u->end - u->pos), .out = out, .room = room};
    enum sw_code code = sw_decoder_step(u->decoder, &step, err);
    u->pos += step.used;
    SW_TRY(spend(u, step.got, err));
    keep(u, out, step.got);
    SW_TRY(code);
    bool stands = step.used == 0 && step.got == 0 && consumed(u) == u->packed.size;
    *ended = step.ended || (stands && step.can_end);
    return stands && !*ended ? cut(u, err) : SW_OK;
}

/* Unpacks some more, or sets `over`. */
static sw_result advance(struct sw_unpack *u, struct sw_error *err)
{
    if (!u->inside) {
        SW_TRY(begin_stream(u, err));
        if (u->over) {
            return SW_OK;
        }
    }
    uint8_t *out = NULL;
    size_t room = 0;
    bool ended = false;
    SW_TRY(make_room(u, &out, &room, err));
    if (u->pos == u->end) {
        SW_TRY(refill(u, err));
    }
    SW_TRY(step_once(u, out, room, &ended, err));
    return ended || u->at >= u->how.size ? end_stream(u, err) : SW_OK;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void rewind_all(struct sw_unpack *u)
{
    u->fetched = 0;
    u->pos = 0;
    u->end = 0;
    u->at = 0;
    u->ring_from = 0;
    u->inside = false;
    u->over = false;
}

/* Stands so that the byte at `offset` is held. */
static sw_result reach(struct sw_unpack *u, uint64_t offset, struct sw_error *err)
{
    if (offset < u->ring_from) {
        rewind_all(u);
    }
    while (u->at <= offset) {
        enum sw_code code = advance(u, err);
        if (u->at > offset) {
            return SW_OK; /* what breaks behind it is known since the first time */
        }
        SW_TRY(code);
        if (u->over) {
            return sw_fail(err, SW_E_FORMAT, "unpacks to less than before");
        }
    }
    return SW_OK;
}

static sw_result read_at(void *ctx, uint64_t offset, void *out, size_t len, struct sw_error *err)
{
    struct sw_unpack *u = ctx;
    uint8_t *to = out;
    if (u->head != NULL && offset < SW_UNPACK_HEAD && len <= SW_UNPACK_HEAD - offset) {
        memcpy(to, u->head + offset, len);
        return SW_OK;
    }
    while (len > 0) {
        SW_TRY(reach(u, offset, err));
        size_t place = (size_t)(offset % u->ring_len);
        uint64_t held = u->at - offset;
        size_t part = u->ring_len - place;
        part = held < part ? (size_t)held : part;
        part = len < part ? len : part;
        memcpy(to, u->ring + place, part);
        to += part;
        offset += part;
        len -= part;
    }
    return SW_OK;
}

/* --- public ----------------------------------------------------------------------------------- */

static sw_result measure(struct sw_unpack *u, struct sw_unpack_end *end, struct sw_error *err)
{
    struct sw_unpack_end *result = &u->result;
    u->over = u->how.size == 0;
    while (!u->over && result->code == SW_OK) {
        result->code = advance(u, &result->err);
    }
    if (result->code == SW_E_NOMEM || result->code == SW_E_IO) {
        return sw_fail(err, result->code, "%s", result->err.text);
    }
    result->heavy = result->code == SW_E_LIMIT && u->how.budget > 0;
    result->size = u->at;
    u->size = u->at;
    u->measured = true;
    if (!sw_mul_u64(u->size, AGAIN_FACTOR, &u->again) ||
        !sw_add_u64(u->again, AGAIN_FREE, &u->again)) {
        u->again = UINT64_MAX;
    }
    *end = *result;
    return SW_OK;
}

sw_result sw_unpack_new(struct sw_unpack **out, const struct sw_source *source,
    const struct sw_packed *packed, struct sw_unpack_end *end, struct sw_error *err)
{
    SW_CLEANUP(unpack) struct sw_unpack *u = calloc(1, sizeof(*u));
    if (u == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory to unpack");
    }
    u->input = malloc(INPUT_SIZE);
    if (u->input == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory to unpack");
    }
    u->packed = *source;
    u->how = *packed;
    u->backing = (struct sw_backing){read_at, u};
    SW_TRY(sw_decoder_new(&u->decoder, u->how.packing, &u->how.chain, err));
    SW_TRY(measure(u, end, err));
    *out = SW_TAKE(u);
    return SW_OK;
}

void sw_unpack_free(struct sw_unpack *unpack)
{
    if (unpack != NULL) {
        sw_decoder_free(unpack->decoder);
        free(unpack->ring);
        free(unpack->head);
        free(unpack->input);
        free(unpack);
    }
}

struct sw_source sw_unpack_source(struct sw_unpack *unpack)
{
    return sw_source_backed(&unpack->backing, unpack->size);
}
