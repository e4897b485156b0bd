/* SentencePiece models (tokenizer.model, spiece.model): a protobuf ModelProto
 * (sentencepiece_model.proto). doc/format/scan.md, "SentencePiece". */
#include "codec/codec.h"
#include "scan/format.h"

#define MODEL_MAX ((uint64_t)64 << 20)
#define PIECE_MAX 4096

enum { PIECES = 1, TRAINER = 2, NORMALIZER = 3, SELF_TEST = 4, DENORMALIZER = 5 };
enum { TYPE_UNKNOWN = 2, TYPE_CONTROL = 3, TYPE_USER = 4, TYPE_LAST = 6 };

struct model {
    struct sw_inspection *in;
    struct sw_error *err;
    uint64_t pieces;
    uint64_t unknown;
};

/* Does it begin with a piece: a text and a score of its own? */
static bool sniff(const struct sw_specimen *specimen)
{
    struct sw_bytes head = specimen->head;
    size_t len = head.len > 1 ? head.ptr[1] : 0;
    if (head.len < 8 || head.ptr[0] != 0x0a || len < 7 || len > 127 || head.len < len + 3 ||
        head.ptr[2] != 0x0a || (size_t)head.ptr[3] + 7 > len) {
        return false;
    }
    size_t text = head.ptr[3];
    return head.ptr[4 + text] == 0x15 && head.ptr[2 + len] == 0x0a &&
           sw_utf8_valid(sw_bytes(head.ptr + 4, text));
}

static sw_result fail(struct model *m, uint64_t where, const char *what)
{
    return sw_fail(m->err, SW_E_FORMAT, "byte %llu: %s", (unsigned long long)where, what);
}

struct piece {
    struct sw_bytes text;
    uint64_t type;
    bool has_text;
};

static sw_result read_field(struct model *m, const struct sw_wire_field *f, struct piece *piece)
{
    bool right = f->number == 1   ? f->type == SW_WIRE_BYTES
                 : f->number == 2 ? f->type == SW_WIRE_I32
                 : f->number == 3 ? f->type == SW_WIRE_VARINT && f->value <= TYPE_LAST
                                  : f->number >= 200; /* extensions */
    if (!right) {
        return fail(m, f->where, "a piece has a field that it cannot have");
    }
    if (f->number == 1) {
        piece->text = f->bytes;
        piece->has_text = true;
    }
    piece->type = f->number == 3 ? f->value : piece->type;
    return SW_OK;
}

static sw_result read_piece(
    struct model *m, const struct sw_wire *outer, const struct sw_wire_field *field)
{
    struct sw_wire wire;
    struct piece piece = {.type = 1};
    SW_TRY(sw_wire_enter(outer, field, &wire, m->err));
    for (bool more = true; more;) {
        struct sw_wire_field f;
        SW_TRY(sw_wire_next(&wire, &f, &more, m->err));
        if (more) {
            SW_TRY(read_field(m, &f, &piece));
        }
    }
    if (!piece.has_text || piece.text.len == 0 || piece.text.len > PIECE_MAX ||
        !sw_utf8_valid(piece.text)) {
        return fail(m, field->where, "a piece without a text that can be read");
    }
    m->pieces++;
    m->unknown += piece.type == TYPE_UNKNOWN;
    return SW_OK;
}

/* The map of a normalizer: the size of a double array, the array, and texts that each end with NUL
 * (DecodePrecompiledCharsMap). */
static sw_result check_map(struct model *m, struct sw_bytes map, uint64_t where)
{
    struct sw_cursor cur = sw_cursor(map);
    uint32_t size;
    if (map.len == 0) {
        return SW_OK;
    }
    if (sw_cur_u32le(&cur, &size) != SW_OK || size % 4 != 0 || size >= map.len - 4) {
        return fail(m, where, "the map of characters is not what its size says");
    }
    if (map.ptr[map.len - 1] != 0) {
        return fail(m, where, "the texts of the map of characters do not end");
    }
    return SW_OK;
}

static sw_result read_normalizer(
    struct model *m, const struct sw_wire *outer, const struct sw_wire_field *field)
{
    struct sw_wire wire;
    SW_TRY(sw_wire_enter(outer, field, &wire, m->err));
    for (bool more = true; more;) {
        struct sw_wire_field f;
        SW_TRY(sw_wire_next(&wire, &f, &more, m->err));
        if (more && f.number == 2) {
            if (f.type != SW_WIRE_BYTES) {
                return fail(m, f.where, "the map of characters is no bytes");
            }
            SW_TRY(check_map(m, f.bytes, f.where));
        }
        /* Rules that were not compiled name a file of the trainer's disk. */
        if (more && f.number == 6 && f.bytes.len > 0) {
            SW_TRY(sw_found(m->in, "sentencepiece-rules", SW_SEVERITY_LOW, f.where,
                "the normalizer names a file of rules"));
        }
    }
    return SW_OK;
}

/* What is passed over is read too: each field, and its place. */
static sw_result read_message(
    struct model *m, const struct sw_wire *outer, const struct sw_wire_field *field)
{
    struct sw_wire wire;
    SW_TRY(sw_wire_enter(outer, field, &wire, m->err));
    for (bool more = true; more;) {
        struct sw_wire_field f;
        SW_TRY(sw_wire_next(&wire, &f, &more, m->err));
    }
    return SW_OK;
}

static sw_result read_part(
    struct model *m, const struct sw_wire *wire, const struct sw_wire_field *f)
{
    switch (f->number) {
    case PIECES: return read_piece(m, wire, f);
    case NORMALIZER:
    case DENORMALIZER: return read_normalizer(m, wire, f);
    case TRAINER:
    case SELF_TEST: return read_message(m, wire, f);
    default: return f->number >= 200 ? SW_OK : fail(m, f->where, "a field that no model has");
    }
}

static sw_result read_model(struct model *m, struct sw_bytes all)
{
    struct sw_wire wire = sw_wire(all);
    for (bool more = true; more;) {
        struct sw_wire_field f;
        SW_TRY(sw_wire_next(&wire, &f, &more, m->err));
        if (more) {
            SW_TRY(read_part(m, &wire, &f));
        }
    }
    if (m->unknown == 1) {
        return SW_OK;
    }
    return sw_found(m->in, "sentencepiece-unknown", SW_SEVERITY_MEDIUM, UINT64_MAX,
        "%llu of %llu pieces stand for what is unknown: loaders ask for one",
        (unsigned long long)m->unknown, (unsigned long long)m->pieces);
}

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct model m = {.in = in, .err = err};
    if (specimen->source.size > MODEL_MAX) {
        return sw_fail(err, SW_E_LIMIT, "a model of more than 64 MiB");
    }
    SW_TRY(sw_source_append(&specimen->source, 0, specimen->source.size, &text, err));
    return read_model(&m, sw_buf_bytes(&text));
}

const struct sw_format sw_format_sentencepiece = {.id = "sentencepiece",
    .names = "",
    .sniff = sniff,
    .parse = parse,
    .broken = SW_SEVERITY_MEDIUM};
