#include "scan/pickle_private.h"

#define OP(code, label, argument, effect_name, takes, leaves, mark) \
    [(uint8_t)(code)] = {label, SW_ARG_##argument, SW_DO_##effect_name, takes, leaves, mark}

/* All 68 opcodes (Lib/pickletools.py of CPython 3.8 to 3.14 lists the same). */
const struct sw_pickle_row sw_pickle_rows[256] = {
    OP('(', "MARK", NONE, MARK, 0, 0, false),
    OP('.', "STOP", NONE, STOP, 1, 0, false),
    OP('0', "POP", NONE, POP, 0, 0, false),
    OP('1', "POP_MARK", NONE, POP_MARK, 0, 0, true),
    OP('2', "DUP", NONE, DUP, 1, 2, false),
    OP('F', "FLOAT", FLOAT_LINE, VALUE, 0, 1, false),
    OP('I', "INT", INT_LINE, VALUE, 0, 1, false),
    OP('J', "BININT", U4, VALUE, 0, 1, false),
    OP('K', "BININT1", U1, VALUE, 0, 1, false),
    OP('L', "LONG", LONG_LINE, VALUE, 0, 1, false),
    OP('M', "BININT2", U2, VALUE, 0, 1, false),
    OP('N', "NONE", NONE, VALUE, 0, 1, false),
    OP('P', "PERSID", TEXT_LINE, PERSISTENT, 0, 1, false),
    OP('Q', "BINPERSID", NONE, PERSISTENT, 1, 1, false),
    OP('R', "REDUCE", NONE, REDUCE, 2, 1, false),
    OP('S', "STRING", QUOTED_LINE, VALUE, 0, 1, false),
    OP('T', "BINSTRING", SIGNED4, VALUE, 0, 1, false),
    OP('U', "SHORT_BINSTRING", COUNTED1, VALUE, 0, 1, false),
    OP('V', "UNICODE", TEXT_LINE, VALUE, 0, 1, false),
    OP('X', "BINUNICODE", COUNTED4, VALUE, 0, 1, false),
    OP('a', "APPEND", NONE, STORE, 1, 0, false),
    OP('b', "BUILD", NONE, BUILD, 1, 0, false),
    OP('c', "GLOBAL", TWO_LINES, GLOBAL, 0, 1, false),
    OP('d', "DICT", NONE, CONTAINER, 0, 1, true),
    OP('}', "EMPTY_DICT", NONE, CONTAINER, 0, 1, false),
    OP('e', "APPENDS", NONE, STORE, 0, 0, true),
    OP('g', "GET", INDEX_LINE, GET, 0, 1, false),
    OP('h', "BINGET", U1, GET, 0, 1, false),
    OP('i', "INST", TWO_LINES, INST, 0, 1, true),
    OP('j', "LONG_BINGET", U4, GET, 0, 1, false),
    OP('l', "LIST", NONE, CONTAINER, 0, 1, true),
    OP(']', "EMPTY_LIST", NONE, CONTAINER, 0, 1, false),
    OP('o', "OBJ", NONE, OBJ, 0, 1, true),
    OP('p', "PUT", INDEX_LINE, PUT, 0, 0, false),
    OP('q', "BINPUT", U1, PUT, 0, 0, false),
    OP('r', "LONG_BINPUT", U4, PUT, 0, 0, false),
    OP('s', "SETITEM", NONE, STORE, 2, 0, false),
    OP('t', "TUPLE", NONE, CONTAINER, 0, 1, true),
    OP(')', "EMPTY_TUPLE", NONE, CONTAINER, 0, 1, false),
    OP('u', "SETITEMS", NONE, STORE, 0, 0, true),
    OP('G', "BINFLOAT", F8, VALUE, 0, 1, false),
    OP(0x80, "PROTO", U1, PROTO, 0, 0, false),
    OP(0x81, "NEWOBJ", NONE, NEWOBJ, 2, 1, false),
    OP(0x82, "EXT1", U1, EXTENSION, 0, 1, false),
    OP(0x83, "EXT2", U2, EXTENSION, 0, 1, false),
    OP(0x84, "EXT4", U4, EXTENSION, 0, 1, false),
    OP(0x85, "TUPLE1", NONE, CONTAINER, 1, 1, false),
    OP(0x86, "TUPLE2", NONE, CONTAINER, 2, 1, false),
    OP(0x87, "TUPLE3", NONE, CONTAINER, 3, 1, false),
    OP(0x88, "NEWTRUE", NONE, VALUE, 0, 1, false),
    OP(0x89, "NEWFALSE", NONE, VALUE, 0, 1, false),
    OP(0x8a, "LONG1", COUNTED1, VALUE, 0, 1, false),
    OP(0x8b, "LONG4", SIGNED4, VALUE, 0, 1, false),
    OP('B', "BINBYTES", COUNTED4, VALUE, 0, 1, false),
    OP('C', "SHORT_BINBYTES", COUNTED1, VALUE, 0, 1, false),
    OP(0x8c, "SHORT_BINUNICODE", COUNTED1, VALUE, 0, 1, false),
    OP(0x8d, "BINUNICODE8", COUNTED8, VALUE, 0, 1, false),
    OP(0x8e, "BINBYTES8", COUNTED8, VALUE, 0, 1, false),
    OP(0x8f, "EMPTY_SET", NONE, CONTAINER, 0, 1, false),
    OP(0x90, "ADDITEMS", NONE, STORE, 0, 0, true),
    OP(0x91, "FROZENSET", NONE, CONTAINER, 0, 1, true),
    OP(0x92, "NEWOBJ_EX", NONE, NEWOBJ_EX, 3, 1, false),
    OP(0x93, "STACK_GLOBAL", NONE, STACK_GLOBAL, 2, 1, false),
    OP(0x94, "MEMOIZE", NONE, MEMOIZE, 0, 0, false),
    OP(0x95, "FRAME", U8, FRAME, 0, 0, false),
    OP(0x96, "BYTEARRAY8", COUNTED8, VALUE, 0, 1, false),
    OP(0x97, "NEXT_BUFFER", NONE, PLAIN, 0, 1, false),
    OP(0x98, "READONLY_BUFFER", NONE, PLAIN, 1, 1, false),
};

/* --- arguments ------------------------------------------------------------------------------- */

static sw_result broken(const struct sw_pickle_op *op, const char *what, struct sw_error *err)
{
    return sw_fail(
        err, SW_E_FORMAT, "byte %llu: %s of %s", (unsigned long long)op->at, what, op->row->name);
}

static sw_result read_number(
    struct sw_pickle_reader *reader, struct sw_pickle_op *op, size_t width, struct sw_error *err)
{
    struct sw_bytes raw;
    SW_TRY(sw_window_view(&reader->window, op->next, width, &raw, err));
    if (raw.len < width) {
        const struct sw_source *source = reader->window.source;
        bool unseen = source->size - op->next >= width; /* of a head: there, but not at hand */
        enum sw_code code = broken(op, "the data ends in the argument", err);
        return unseen ? SW_E_LIMIT : code;
    }
    op->number = 0;
    for (size_t i = width; i > 0; i--) {
        op->number = op->number << 8 | raw.ptr[i - 1];
    }
    op->next += width;
    return SW_OK;
}

static sw_result read_counted(
    struct sw_pickle_reader *reader, struct sw_pickle_op *op, size_t width, struct sw_error *err)
{
    SW_TRY(read_number(reader, op, width, err));
    if (op->row->arg == SW_ARG_SIGNED4 && op->number > INT32_MAX) {
        return broken(op, "a negative length", err);
    }
    if (op->number > reader->window.source->size - op->next) {
        return broken(op, "the data ends in the argument", err);
    }
    op->text = op->next;
    op->text_len = op->number;
    op->next += op->number;
    return SW_OK;
}

/* At the end of the data Lib/pickle.py takes the last byte of what it got for the line feed and
 * goes on, with an import too; Modules/_pickle.c stops. Nothing but an import matters then. */
static sw_result end_of_data(
    struct sw_pickle_op *op, uint64_t text, uint64_t *len, struct sw_error *err)
{
    if (op->row->arg != SW_ARG_TWO_LINES) {
        return broken(op, "no end of the line", err);
    }
    *len = op->next == text ? 0 : op->next - text - 1;
    op->unended = true;
    op->differ = "the last line has no end, and one reader imports what it says";
    return SW_OK;
}

/* Finds the line feed; the line's place goes to *text and *len. */
static sw_result read_line(struct sw_pickle_reader *reader, struct sw_pickle_op *op, uint64_t *text,
    uint64_t *len, struct sw_error *err)
{
    *text = op->next;
    for (;;) {
        struct sw_bytes part;
        SW_TRY(sw_window_view(&reader->window, op->next, SW_WINDOW_SIZE / 2, &part, err));
        const uint8_t *end = part.len == 0 ? NULL : memchr(part.ptr, '\n', part.len);
        op->next += end == NULL ? part.len : (size_t)(end - part.ptr);
        if (part.len == 0) {
            return end_of_data(op, *text, len, err);
        }
        if (op->next - *text > reader->line_max) {
            return broken(op, "no end of the line", err);
        }
        if (end != NULL) {
            *len = op->next - *text;
            op->next++;
            return SW_OK;
        }
    }
}

/* A line that is longer than the window is a long string, or a number behind very many spaces or
 * zeros. An index of that kind is not followed, so the pickle is no evidence. */
static sw_result check_long_line(struct sw_pickle_op *op, sw_pickle_line_check check,
    struct sw_bytes start, struct sw_error *err)
{
    if (check == sw_pickle_line_quoted) {
        return SW_OK;
    }
    if (sw_pickle_trim(start).len > 0 && !check(op, start)) {
        return broken(op, "a malformed argument", err);
    }
    return check == sw_pickle_line_index
               ? sw_fail(err, SW_E_LIMIT, "byte %llu: a number of %llu digits",
                     (unsigned long long)op->at, (unsigned long long)op->text_len)
               : SW_OK;
}

static sw_result read_checked_line(struct sw_pickle_reader *reader, struct sw_pickle_op *op,
    sw_pickle_line_check check, struct sw_error *err)
{
    SW_TRY(read_line(reader, op, &op->text, &op->text_len, err));
    if (check == NULL) {
        return SW_OK;
    }
    struct sw_bytes line;
    bool cut = op->text_len > SW_WINDOW_SIZE / 2;
    size_t len = cut ? SW_WINDOW_SIZE / 2 : (size_t)op->text_len;
    SW_TRY(sw_window_view(&reader->window, op->text, len, &line, err));
    if (cut) {
        return check_long_line(op, check, line, err);
    }
    return check(op, line) ? SW_OK : broken(op, "a malformed argument", err);
}

static sw_result read_argument(
    struct sw_pickle_reader *reader, struct sw_pickle_op *op, struct sw_error *err)
{
    static const struct {
        uint8_t width, counted;
        sw_pickle_line_check check;
    } forms[] = {
        [SW_ARG_U1] = {.width = 1},
        [SW_ARG_U2] = {.width = 2},
        [SW_ARG_U4] = {.width = 4},
        [SW_ARG_U8] = {.width = 8},
        [SW_ARG_F8] = {.width = 8},
        [SW_ARG_COUNTED1] = {.counted = 1},
        [SW_ARG_COUNTED4] = {.counted = 4},
        [SW_ARG_COUNTED8] = {.counted = 8},
        [SW_ARG_SIGNED4] = {.counted = 4},
        [SW_ARG_INT_LINE] = {.check = sw_pickle_line_int},
        [SW_ARG_LONG_LINE] = {.check = sw_pickle_line_long},
        [SW_ARG_FLOAT_LINE] = {.check = sw_pickle_line_float},
        [SW_ARG_QUOTED_LINE] = {.check = sw_pickle_line_quoted},
        [SW_ARG_TEXT_LINE] = {0},
        [SW_ARG_INDEX_LINE] = {.check = sw_pickle_line_index},
    };
    enum sw_pickle_arg arg = op->row->arg;
    if (arg == SW_ARG_NONE) {
        return SW_OK;
    }
    if (arg == SW_ARG_TWO_LINES) {
        SW_TRY(read_line(reader, op, &op->text, &op->text_len, err));
        SW_TRY(read_line(reader, op, &op->text2, &op->text2_len, err));
        bool empty = op->text_len == 0 || op->text2_len == 0;
        op->differ = empty ? "one reader imports where a name is empty" : op->differ;
        return SW_OK;
    }
    if (forms[arg].width != 0) {
        return read_number(reader, op, forms[arg].width, err);
    }
    if (forms[arg].counted != 0) {
        return read_counted(reader, op, forms[arg].counted, err);
    }
    return read_checked_line(reader, op, forms[arg].check, err);
}

sw_result sw_pickle_decode(
    struct sw_pickle_reader *reader, uint64_t at, struct sw_pickle_op *op, struct sw_error *err)
{
    struct sw_bytes first;
    SW_TRY(sw_window_view(&reader->window, at, 1, &first, err));
    if (first.len == 0) {
        return sw_fail(
            err, SW_E_FORMAT, "byte %llu: the pickle ends without STOP", (unsigned long long)at);
    }
    uint8_t code = first.ptr[0];
    *op =
        (struct sw_pickle_op){.row = &sw_pickle_rows[code], .code = code, .at = at, .next = at + 1};
    if (op->row->name == NULL) {
        return sw_fail(err, SW_E_FORMAT, "byte %llu: 0x%02x is no pickle opcode",
            (unsigned long long)at, code);
    }
    return read_argument(reader, op, err);
}

/* --- names ----------------------------------------------------------------------------------- */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

bool sw_pickle_is_dotted_name(struct sw_bytes text)
{
    bool start = true; /* of a component */
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (c == '.' && !start) {
            start = true;
            continue;
        }
        if (!is_word(c) || (start && is_digit(c))) {
            return false;
        }
        start = false;
    }
    return !start && sw_utf8_valid(text);
}

bool sw_pickle_can_import(struct sw_bytes module)
{
    const uint8_t *dot = module.len == 0 ? NULL : memchr(module.ptr, '.', module.len);
    size_t first = dot == NULL ? module.len : (size_t)(dot - module.ptr);
    return sw_pickle_is_dotted_name(sw_bytes(module.ptr, first));
}

/* --- skimming -------------------------------------------------------------------------------- */

#define SKIM_MARKS 4096

struct skim {
    struct sw_bytes head;
    size_t depth; /* values above the topmost mark */
    size_t below[SKIM_MARKS];
    size_t marks;
    size_t ops;
    bool proto;
    bool import;
    bool full; /* more marks than this look can count */
};

static bool skim_apply(struct skim *s, const struct sw_pickle_row *row)
{
    if (row->effect == SW_DO_MARK) {
        if (s->marks == SKIM_MARKS) {
            s->full = true;
            return true;
        }
        s->below[s->marks++] = s->depth;
        s->depth = 0;
        return true;
    }
    if (row->effect == SW_DO_POP && s->depth == 0) {
        s->depth = s->marks > 0 ? s->below[--s->marks] : 0;
        return true;
    }
    if (row->to_mark) {
        if (s->marks == 0) {
            return false;
        }
        s->depth = s->below[--s->marks];
    }
    size_t pops = row->effect == SW_DO_POP ? 1 : row->pops;
    if (s->depth < pops) {
        return false;
    }
    s->depth += row->pushes - pops;
    return true;
}

static bool can_import(struct sw_bytes head, const struct sw_pickle_op *op)
{
    return sw_pickle_can_import(sw_bytes(head.ptr + op->text, (size_t)op->text_len));
}

/* One opcode; false when the stream cannot go on. */
static bool skim_op(struct skim *s, const struct sw_pickle_op *op)
{
    if (op->row->arg == SW_ARG_TWO_LINES && !s->proto && !can_import(s->head, op)) {
        return false;
    }
    if (!skim_apply(s, op->row)) {
        return false;
    }
    s->import = s->import || op->row->effect == SW_DO_STACK_GLOBAL ||
                op->row->effect == SW_DO_EXTENSION || op->row->arg == SW_ARG_TWO_LINES;
    s->proto = s->proto || (s->ops == 0 && op->row->effect == SW_DO_PROTO && op->number <= 5);
    s->ops++;
    return true;
}

/* The table of marks stays as it is: it is large, and written before it is read. */
static void skim_init(struct skim *s, struct sw_bytes head)
{
    s->head = head;
    s->depth = s->marks = s->ops = 0;
    s->proto = s->import = s->full = false;
}

bool sw_pickle_skim(struct sw_bytes head, uint64_t size)
{
    struct skim s;
    skim_init(&s, head);
    struct sw_source source = sw_source_head(head, size);
    /* Views of a head come straight from it, so the window's own bytes stay untouched. */
    struct sw_pickle_reader reader;
    sw_window_init(&reader.window, &source);
    reader.line_max = UINT64_MAX;
    uint64_t at = 0;
    for (;;) {
        struct sw_pickle_op op;
        enum sw_code code = sw_pickle_decode(&reader, at, &op, NULL);
        if (code == SW_E_LIMIT || (code == SW_OK && op.next > head.len)) {
            return s.ops > 0 ||
                   size > head.len; /* goes on behind the head: a closer look decides */
        }
        if (code != SW_OK || !skim_op(&s, &op)) {
            return s.import || (s.proto && s.ops >= 2);
        }
        if (op.row->effect == SW_DO_STOP || s.full) {
            return true;
        }
        at = op.next;
    }
}
