#include "scan/pickle_private.h"

/* Values are 16 bytes, so these bound the machine to some 600 MB, inside the worker's memory. A
 * pickle that needs more is refused, not cleared. */
#define STACK_MAX ((size_t)4 << 20)
#define MARKS_MAX ((size_t)1 << 20)
#define NAMES_SIZE_MAX ((size_t)16 << 20)
#define TEXTS_SIZE_MAX ((size_t)32 << 20)
#define ITEMS_SIZE_MAX ((size_t)128 << 20)
/* Modules/_pickle.c keeps its memo in an array, which has no place behind this one in any pickle
 * that somebody wrote. */
#define MEMO_ARRAY_MAX ((uint64_t)1 << 28)

void sw_pickle_machine_init(struct sw_pickle_machine *m, const struct sw_source *source)
{
    memset(m, 0, offsetof(struct sw_pickle_machine, reader));
    sw_window_init(&m->reader.window, source);
    m->reader.line_max = UINT64_MAX;
    size_t rest = offsetof(struct sw_pickle_machine, items);
    memset((char *)m + rest, 0, sizeof(*m) - rest);
    m->keep_max = SW_PICKLE_KEPT;
    sw_arena_init(&m->arena, NAMES_SIZE_MAX);
    sw_arena_init(&m->items, ITEMS_SIZE_MAX);
    sw_arena_init(&m->texts, TEXTS_SIZE_MAX);
}

void sw_pickle_machine_release(struct sw_pickle_machine *m)
{
    free(m->nodes);
    free(m->stack);
    free(m->marks);
    free(m->memo);
    free(m->far);
    free(m->imports);
    sw_arena_release(&m->items);
    sw_arena_release(&m->texts);
    sw_arena_release(&m->arena);
}

void sw_pickle_machine_clear(struct sw_pickle_machine *m)
{
    m->import_count = 0;
    m->note_count = 0;
    sw_arena_release(&m->arena);
}

static sw_result push(struct sw_pickle_machine *m, struct sw_pickle_value value)
{
    SW_TRY(sw_pickle_room(&m->stack, m->depth, &m->stack_cap, sizeof(*m->stack), STACK_MAX));
    m->stack[m->depth++] = value;
    return SW_OK;
}

static size_t floor_of(const struct sw_pickle_machine *m)
{
    return m->mark_count > 0 ? m->marks[m->mark_count - 1] : 0;
}

static size_t above_mark(const struct sw_pickle_machine *m)
{
    return m->depth - floor_of(m);
}

/* Values above the topmost mark only: CPython's stack ends there too. NULL when there are fewer. */
static struct sw_pickle_value *peek(struct sw_pickle_machine *m, size_t below_top)
{
    return above_mark(m) > below_top ? &m->stack[m->depth - 1 - below_top] : NULL;
}

/* --- what opcodes do -------------------------------------------------------------------------- */

typedef enum sw_code (*effect_fn)(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err);

static sw_result fail_stack(const struct sw_pickle_op *op, struct sw_error *err)
{
    return sw_fail(err, SW_E_FORMAT, "byte %llu: %s finds too little on the stack",
        (unsigned long long)op->at, op->row->name);
}

/* Takes what the row says and leaves values of no interest. */
static sw_result do_plain(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    if (above_mark(m) < op->row->pops) {
        return fail_stack(op, err);
    }
    m->depth -= op->row->pops;
    for (unsigned i = 0; i < op->row->pushes; i++) {
        SW_TRY(push(m, sw_pickle_plain(SW_VALUE_OTHER)));
    }
    return SW_OK;
}

/* Takes all above the topmost mark, and the mark; they stay behind the stack's end for a moment. */
static sw_result take_marked(struct sw_pickle_machine *m, const struct sw_pickle_op *op,
    const struct sw_pickle_value **items, size_t *count, struct sw_error *err)
{
    if (m->mark_count == 0) {
        return fail_stack(op, err);
    }
    size_t floor = m->marks[--m->mark_count];
    *count = m->depth - floor;
    *items = *count == 0 ? NULL : &m->stack[floor];
    m->depth = floor;
    return SW_OK;
}

static sw_result do_pop_mark(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    const struct sw_pickle_value *items = NULL;
    size_t count = 0;
    return take_marked(m, op, &items, &count, err);
}

static sw_result do_mark(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    SW_TRY(sw_pickle_room(&m->marks, m->mark_count, &m->mark_cap, sizeof(*m->marks), MARKS_MAX));
    m->marks[m->mark_count++] = m->depth;
    return SW_OK;
}

/* With nothing above the mark, POP takes the mark itself (load_pop). */
static sw_result do_pop(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    if (above_mark(m) > 0) {
        m->depth--;
        return SW_OK;
    }
    if (m->mark_count == 0) {
        return fail_stack(op, err);
    }
    m->mark_count--;
    return SW_OK;
}

static sw_result do_dup(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    const struct sw_pickle_value *top = peek(m, 0);
    return top == NULL ? fail_stack(op, err) : push(m, *top);
}

/* --- constants -------------------------------------------------------------------------------- */

static struct sw_pickle_value text_value(const struct sw_pickle_op *op, enum sw_pickle_kind kind)
{
    return (struct sw_pickle_value){.kind = (uint8_t)kind,
        .text = op->text,
        .len = op->text_len > UINT32_MAX ? UINT32_MAX : (uint32_t)op->text_len,
        .code = op->code};
}

/* The sign of a number of so many bytes. */
static int64_t sign_extend(uint64_t number, unsigned bits)
{
    uint64_t sign = (uint64_t)1 << (bits - 1);
    return (int64_t)((number ^ sign) - sign);
}

static struct sw_pickle_value long_value(struct sw_pickle_machine *m, const struct sw_pickle_op *op)
{
    uint8_t bytes[8] = {0};
    uint64_t number = 0;
    size_t len = (size_t)op->text_len;
    if (len > sizeof(bytes) ||
        sw_source_read(m->reader.window.source, op->text, bytes, len, NULL) != SW_OK) {
        return text_value(op, SW_VALUE_LONG);
    }
    for (size_t i = len; i > 0; i--) {
        number = number << 8 | bytes[i - 1];
    }
    bool small = len == 0 || len == sizeof(bytes);
    return sw_pickle_int(small ? (int64_t)number : sign_extend(number, (unsigned)len * 8));
}

static struct sw_pickle_value int_line(const struct sw_pickle_op *op)
{
    bool truth = op->row->arg == SW_ARG_INT_LINE && op->number == 1;
    enum sw_pickle_kind kind = op->integer != 0 ? SW_VALUE_TRUE : SW_VALUE_FALSE;
    return truth ? sw_pickle_plain(kind) : sw_pickle_int(op->integer);
}

static struct sw_pickle_value float_value(const struct sw_pickle_op *op)
{
    struct sw_pickle_value value = sw_pickle_plain(SW_VALUE_FLOAT);
    value.text = op->row->arg == SW_ARG_F8 ? __builtin_bswap64(op->number) : 0;
    return value;
}

static struct sw_pickle_value constant(struct sw_pickle_machine *m, const struct sw_pickle_op *op)
{
    static const struct {
        uint8_t code, kind;
    } words[] = {{'N', SW_VALUE_NONE}, {0x88, SW_VALUE_TRUE}, {0x89, SW_VALUE_FALSE}};
    static const char bytes_codes[] = {'B', 'C', (char)0x8e, (char)0x96};
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (words[i].code == op->code) {
            return sw_pickle_plain(words[i].kind);
        }
    }
    switch (op->code) {
    case 'K':
    case 'M': return sw_pickle_int((int64_t)op->number);
    case 'J': return sw_pickle_int(sign_extend(op->number, 32));
    case 'I':
    case 'L': return int_line(op);
    case 0x8a:
    case 0x8b: return long_value(m, op);
    case 'F':
    case 'G': return float_value(op);
    default: break;
    }
    bool bytes = memchr(bytes_codes, op->code, sizeof(bytes_codes)) != NULL;
    return text_value(op, bytes ? SW_VALUE_BYTES : SW_VALUE_TEXT);
}

/* Strings with escapes are left out: a pickle in one would be damaged by them. */
static sw_result look_at_constant(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    struct sw_bytes start;
    if (m->hooks == NULL || op->text_len < 5 || op->code == 'V' || op->code == 'S') {
        return SW_OK;
    }
    size_t len = op->text_len < 256 ? (size_t)op->text_len : 256;
    SW_TRY(sw_window_view(&m->reader.window, op->text, len, &start, err));
    return sw_pickle_may_be_nested(start)
               ? m->hooks->constant(m->hooks->ctx, op->text, op->text_len, err)
               : SW_OK;
}

static sw_result do_value(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    struct sw_pickle_value value = constant(m, op);
    if (value.kind == SW_VALUE_TEXT || value.kind == SW_VALUE_BYTES) {
        SW_TRY(look_at_constant(m, op, err));
    }
    return push(m, value);
}

static enum sw_pickle_kind container_kind(uint8_t code)
{
    static const struct {
        uint8_t code, kind;
    } rows[] = {{'l', SW_VALUE_LIST}, {']', SW_VALUE_LIST}, {'d', SW_VALUE_DICT},
        {'}', SW_VALUE_DICT}, {0x8f, SW_VALUE_SET}, {0x91, SW_VALUE_SET}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (rows[i].code == code) {
            return rows[i].kind;
        }
    }
    return SW_VALUE_TUPLE;
}

static sw_result do_container(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    const struct sw_pickle_value *items = NULL;
    size_t count = op->row->pops;
    if (op->row->to_mark) {
        SW_TRY(take_marked(m, op, &items, &count, err));
    } else if (above_mark(m) < count) {
        return fail_stack(op, err);
    } else if (count > 0) {
        m->depth -= count;
        items = &m->stack[m->depth];
    }
    return push(m, sw_pickle_group(m, container_kind(op->code), items, count));
}

/* Of a whole model, torch's old files write each class as the persistent id ("module", class, file,
 * source), for which the loader gives the class. */
static bool is_class_id(struct sw_pickle_machine *m, const struct sw_pickle_value *id)
{
    char room[8];
    struct sw_str word;
    bool whole;
    const struct sw_pickle_value *first = sw_pickle_item(m, id, 0);
    const struct sw_pickle_value *class = sw_pickle_item(m, id, 1);
    return id->kind == SW_VALUE_TUPLE && class != NULL && class->kind == SW_VALUE_IMPORT &&
           sw_pickle_text(m, first, room, sizeof(room), &word, &whole) && sw_str_is(word, "module");
}

static sw_result do_persistent(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    struct sw_pickle_value id = text_value(op, SW_VALUE_TEXT);
    if (op->row->pops > 0) {
        if (above_mark(m) == 0) {
            return fail_stack(op, err);
        }
        id = m->stack[--m->depth];
    }
    SW_TRY(sw_pickle_tell_storage(m, &id, op->at));
    if (is_class_id(m, &id)) {
        return push(m, *sw_pickle_item(m, &id, 1));
    }
    return push(m, sw_pickle_group(m, SW_VALUE_PERSISTENT, &id, 1));
}

/* --- imports and calls ------------------------------------------------------------------------ */

/* A name of an import: at most SW_PICKLE_NAME_MAX bytes are kept, more than any module has. */
static sw_result read_name(struct sw_pickle_machine *m, uint64_t at, uint64_t len, char *out,
    struct sw_str *name, struct sw_error *err)
{
    size_t part = len < SW_PICKLE_NAME_MAX ? (size_t)len : SW_PICKLE_NAME_MAX;
    SW_TRY(sw_source_read(m->reader.window.source, at, out, part, err));
    *name = sw_str_n(out, part);
    return SW_OK;
}

static sw_result import_by_lines(struct sw_pickle_machine *m, const struct sw_pickle_op *op,
    struct sw_pickle_value *out, struct sw_error *err)
{
    char module_text[SW_PICKLE_NAME_MAX];
    char name_text[SW_PICKLE_NAME_MAX];
    struct sw_str module;
    struct sw_str name;
    SW_TRY(read_name(m, op->text, op->text_len, module_text, &module, err));
    SW_TRY(read_name(m, op->text2, op->text2_len, name_text, &name, err));
    /* CPython decodes both as UTF-8 before it imports, and stops here when they are not. */
    if (!sw_utf8_valid(sw_bytes_of_str(module)) || !sw_utf8_valid(sw_bytes_of_str(name))) {
        return sw_fail(err, SW_E_FORMAT, "byte %llu: the name of an import is not UTF-8",
            (unsigned long long)op->at);
    }
    return sw_pickle_import(m, module, name, op->at, out);
}

static sw_result do_global(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    struct sw_pickle_value import;
    SW_TRY(import_by_lines(m, op, &import, err));
    return push(m, import);
}

static sw_result do_stack_global(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    char text[2][SW_PICKLE_NAME_MAX];
    struct sw_str names[2];
    struct sw_pickle_value out = sw_pickle_plain(SW_VALUE_OTHER);
    bool known = true;
    if (above_mark(m) < 2) {
        return fail_stack(op, err);
    }
    m->depth -= 2;
    for (size_t i = 0; i < 2; i++) {
        const struct sw_pickle_value *operand = &m->stack[m->depth + i];
        bool whole;
        known = known && operand->kind == SW_VALUE_TEXT &&
                sw_pickle_text(m, operand, text[i], sizeof(text[i]), &names[i], &whole);
    }
    if (!known) {
        sw_pickle_unresolved(m, op->at);
        return push(m, out);
    }
    SW_TRY(sw_pickle_import(m, names[0], names[1], op->at, &out));
    return push(m, out);
}

static sw_result do_extension(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    m->unnamed = true;
    sw_pickle_note(m, "pickle-extension", SW_SEVERITY_HIGH, op->at,
        "imports through the extension registry, so its name is not in the file");
    return push(m, sw_pickle_plain(SW_VALUE_OTHER));
}

/* Lib/pickle.py calls with anything that has items, Modules/_pickle.c with a tuple only. */
static bool has_items(const struct sw_pickle_value *value)
{
    return value->kind == SW_VALUE_LIST || value->kind == SW_VALUE_DICT ||
           value->kind == SW_VALUE_SET || value->kind == SW_VALUE_TEXT ||
           value->kind == SW_VALUE_BYTES;
}

static sw_result call(struct sw_pickle_machine *m, const struct sw_pickle_op *op,
    const struct sw_pickle_value *parts, size_t count)
{
    struct sw_pickle_call call = {.at = op->at,
        .callable = parts[0],
        .args = parts[1],
        .keywords = count > 2 ? parts[2] : sw_pickle_plain(SW_VALUE_NONE),
        .new = op->row->effect == SW_DO_NEWOBJ || op->row->effect == SW_DO_NEWOBJ_EX};
    struct sw_pickle_value result = sw_pickle_plain(SW_VALUE_OTHER);
    if (has_items(&call.args)) {
        sw_pickle_differ(m, op->at, "calls with arguments that are no tuple, as one reader does");
    }
    SW_TRY(sw_pickle_call(m, &call, &result));
    return push(m, result);
}

/* REDUCE, NEWOBJ: callable, arguments; NEWOBJ_EX: and keywords. */
static sw_result do_reduce(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    size_t count = op->row->pops;
    if (above_mark(m) < count) {
        return fail_stack(op, err);
    }
    m->depth -= count;
    return call(m, op, &m->stack[m->depth], count);
}

/* OBJ: mark, class, arguments. */
static sw_result do_obj(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    const struct sw_pickle_value *items = NULL;
    size_t count = 0;
    if (above_mark(m) == 0) {
        return fail_stack(op, err);
    }
    SW_TRY(take_marked(m, op, &items, &count, err));
    const struct sw_pickle_value parts[] = {
        items[0], sw_pickle_group(m, SW_VALUE_TUPLE, items + 1, count - 1)};
    return call(m, op, parts, SW_COUNT(parts));
}

/* INST: mark, arguments; the class is named by two lines. Lib/pickle.py imports before it looks for
 * the mark. */
static sw_result do_inst(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    const struct sw_pickle_value *items = NULL;
    size_t count = 0;
    struct sw_pickle_value callable;
    SW_TRY(import_by_lines(m, op, &callable, err));
    if (m->mark_count == 0) {
        sw_pickle_differ(m, op->at, "one reader imports before it finds that no mark is there");
    }
    SW_TRY(take_marked(m, op, &items, &count, err));
    const struct sw_pickle_value parts[] = {
        callable, sw_pickle_group(m, SW_VALUE_TUPLE, items, count)};
    return call(m, op, parts, SW_COUNT(parts));
}

/* --- changing what is there ------------------------------------------------------------------- */

/* Is it known to be one of Python's own, without attributes? */
static bool is_builtin(const struct sw_pickle_value *value)
{
    return value->kind != SW_VALUE_OTHER && value->kind != SW_VALUE_IMPORT &&
           value->kind != SW_VALUE_RESULT && value->kind != SW_VALUE_METHOD;
}

/* Lib/pickle.py passes over a state that is false; Modules/_pickle.c over None alone. */
static bool is_false(const struct sw_pickle_machine *m, const struct sw_pickle_value *value)
{
    const struct sw_pickle_node *node = sw_pickle_node_of(m, value);
    bool empty = value->kind >= SW_VALUE_TUPLE && value->kind <= SW_VALUE_SET && node != NULL &&
                 node->count == 0;
    bool text = value->kind == SW_VALUE_TEXT || value->kind == SW_VALUE_BYTES;
    bool number = value->kind == SW_VALUE_INT || value->kind == SW_VALUE_FLOAT;
    return empty || value->kind == SW_VALUE_FALSE || (text && value->len == 0) ||
           (number && value->text == 0);
}

static bool state_differs(const struct sw_pickle_machine *m, const struct sw_pickle_value *state)
{
    const struct sw_pickle_node *node = sw_pickle_node_of(m, state);
    if (state->kind == SW_VALUE_TUPLE && node != NULL && node->count == 2 && node->kept == 2) {
        return is_false(m, &node->items[0]) || is_false(m, &node->items[1]) ||
               node->items[1].kind == SW_VALUE_NONE;
    }
    return is_false(m, state);
}

static sw_result do_build(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    struct sw_pickle_value *object = peek(m, 1);
    if (object == NULL) {
        return fail_stack(op, err);
    }
    if (object->kind == SW_VALUE_IMPORT) {
        sw_pickle_note(m, "pickle-build", SW_SEVERITY_HIGH, op->at,
            "changes the attributes of an imported module, class or function");
    }
    const struct sw_pickle_value *state = peek(m, 0);
    if (is_builtin(object) && state_differs(m, state)) {
        sw_pickle_differ(m, op->at, "one reader passes over a state that is empty");
    }
    if (object->kind == SW_VALUE_RESULT) {
        sw_pickle_extend(m, object, state, 1);
    }
    uint64_t at = op->next;
    SW_TRY(sw_pickle_pass_array(m, object, state, &at, err));
    m->resume = at == op->next ? 0 : at;
    m->depth--;
    return SW_OK;
}

/* Lists have `extend`, and sets `add`; with nothing to add, only Lib/pickle.py looks for it. No
 * program that writes pickles adds nothing. */
static bool takes_nothing(const struct sw_pickle_value *object, uint8_t code)
{
    bool list = object->kind == SW_VALUE_LIST || object->code == 0x96;
    return (code == 'e' && !list) || (code == 0x90 && object->kind != SW_VALUE_SET);
}

/* Items of an object: tensors by name, mostly. */
static void store_pairs(struct sw_pickle_machine *m, const struct sw_pickle_value *object,
    const struct sw_pickle_value *items, size_t count)
{
    if (object->text == SW_PICKLE_NO_NODE || count == 0) {
        return;
    }
    uint32_t pairs = m->nodes[object->text].pairs;
    struct sw_pickle_value dict = sw_pickle_plain(SW_VALUE_DICT);
    dict.text = pairs - 1;
    if (pairs == 0) {
        dict = sw_pickle_group(m, SW_VALUE_DICT, NULL, 0);
        m->nodes[object->text].pairs = dict.text == SW_PICKLE_NO_NODE ? 0 : (uint32_t)dict.text + 1;
    }
    sw_pickle_extend(m, &dict, items, count);
}

static void keep_items(struct sw_pickle_machine *m, const struct sw_pickle_op *op,
    const struct sw_pickle_value *object, const struct sw_pickle_value *items, size_t count)
{
    if (object->kind == SW_VALUE_LIST || object->kind == SW_VALUE_DICT ||
        object->kind == SW_VALUE_SET) {
        sw_pickle_extend(m, object, items, count);
    }
    if (object->kind == SW_VALUE_RESULT && (op->code == 's' || op->code == 'u')) {
        store_pairs(m, object, items, count);
    }
}

/* APPEND, APPENDS, SETITEM, SETITEMS, ADDITEMS. weights_only stores items into dicts and lists
 * alone; storing into a rebuilt tensor was CVE-2026-24747. */
static sw_result do_store(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    const struct sw_pickle_value *items = NULL;
    size_t count = op->row->pops;
    if (op->row->to_mark) {
        SW_TRY(take_marked(m, op, &items, &count, err));
    } else if (above_mark(m) < count) {
        return fail_stack(op, err);
    } else {
        m->depth -= count;
        items = &m->stack[m->depth];
    }
    const struct sw_pickle_value *object = peek(m, 0);
    if (object == NULL) {
        return fail_stack(op, err);
    }
    bool result = object->kind == SW_VALUE_RESULT && object->len != SW_PICKLE_NO_IMPORT;
    bool odd_result = result && m->imports[object->len].class == SW_IMPORT_ALLOWED &&
                      !m->imports[object->len].mapping;
    if (object->kind == SW_VALUE_IMPORT || odd_result) {
        sw_pickle_note(m, "pickle-store", SW_SEVERITY_HIGH, op->at,
            "stores items into something that is neither list, dict nor set");
    }
    if (count == 0 && takes_nothing(object, op->code)) {
        sw_pickle_differ(m, op->at, "adds nothing to what takes nothing, where one reader stops");
    }
    keep_items(m, op, object, items, count);
    return SW_OK;
}

/* --- memo, protocol, frames ------------------------------------------------------------------- */

static sw_result do_get(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    const struct sw_pickle_value *value = sw_pickle_memo_get(m, op->number);
    if (value == NULL) {
        return sw_fail(err, SW_E_FORMAT, "byte %llu: the memo has no entry %llu",
            (unsigned long long)op->at, (unsigned long long)op->number);
    }
    return push(m, *value);
}

static sw_result do_put(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    const struct sw_pickle_value *top = peek(m, 0);
    if (top == NULL) {
        return fail_stack(op, err);
    }
    if (op->number > MEMO_ARRAY_MAX) {
        sw_pickle_differ(m, op->at, "only one reader's memo has a place of so large a number");
    }
    return sw_pickle_memo_put(m, op->number, *top);
}

static sw_result do_memoize(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    const struct sw_pickle_value *top = peek(m, 0);
    return top == NULL ? fail_stack(op, err)
                       : sw_pickle_memo_put(m, m->memo_len + m->far_len, *top);
}

static sw_result do_proto(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    if (op->number > 5) {
        return sw_fail(err, SW_E_FORMAT, "byte %llu: pickle protocol %llu is not known",
            (unsigned long long)op->at, (unsigned long long)op->number);
    }
    return SW_OK;
}

/* Modules/_pickle.c wants a frame's bytes to be there and then forgets it. Lib/pickle.py reads them
 * first, as many as there are, and then lets nothing cross the end. */
static sw_result do_frame(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    uint64_t size = m->reader.window.source->size;
    if (m->frame_end > op->next) {
        sw_pickle_differ(m, op->at, "a frame begins inside another, where one reader stops");
    }
    if (op->number > size - op->next) {
        sw_pickle_differ(m, op->at, "a frame reaches over the end, where one reader stops");
    }
    m->frame_end = op->number > size - op->next ? size : op->next + op->number;
    return SW_OK;
}

static const effect_fn effects[SW_DO_EFFECTS] = {
    [SW_DO_PLAIN] = do_plain,
    [SW_DO_POP_MARK] = do_pop_mark,
    [SW_DO_VALUE] = do_value,
    [SW_DO_CONTAINER] = do_container,
    [SW_DO_PERSISTENT] = do_persistent,
    [SW_DO_FRAME] = do_frame,
    [SW_DO_MARK] = do_mark,
    [SW_DO_STOP] = do_plain,
    [SW_DO_POP] = do_pop,
    [SW_DO_DUP] = do_dup,
    [SW_DO_GLOBAL] = do_global,
    [SW_DO_STACK_GLOBAL] = do_stack_global,
    [SW_DO_EXTENSION] = do_extension,
    [SW_DO_INST] = do_inst,
    [SW_DO_OBJ] = do_obj,
    [SW_DO_REDUCE] = do_reduce,
    [SW_DO_NEWOBJ] = do_reduce,
    [SW_DO_NEWOBJ_EX] = do_reduce,
    [SW_DO_BUILD] = do_build,
    [SW_DO_STORE] = do_store,
    [SW_DO_GET] = do_get,
    [SW_DO_PUT] = do_put,
    [SW_DO_MEMOIZE] = do_memoize,
    [SW_DO_PROTO] = do_proto,
};

/* --- running --------------------------------------------------------------------------------- */

static void start_stream(struct sw_pickle_machine *m)
{
    m->depth = 0;
    m->mark_count = 0;
    m->memo_len = 0;
    free(SW_TAKE(m->far));
    m->far_len = m->far_cap = 0;
    m->node_count = 0;
    sw_arena_release(&m->items);
    sw_arena_release(&m->texts);
    m->ops = 0;
    m->import_op = 0;
    m->weights = (struct sw_pickle_weights){.versions = SW_PICKLE_TORCH_ALL};
    m->resume = 0;
    m->frame_end = 0;
    m->calls = 0;
    m->call_depth = 0;
    m->unnamed = false;
    m->first_import = m->import_count;
    m->first_note = m->note_count;
}

/* Lib/pickle.py takes a part of an argument from behind its frame only when the frame ends right
 * before that part. Modules/_pickle.c goes on, but drops what it has of the part when it reads from
 * a file that cannot be peeked into, and so reads other names. */
static bool crosses_frame(const struct sw_pickle_machine *m, const struct sw_pickle_op *op)
{
    uint64_t end = m->frame_end;
    return op->at < end && end < op->next && end != op->at + 1 && end != op->text &&
           end != op->text2;
}

static void look_for_differences(struct sw_pickle_machine *m, const struct sw_pickle_op *op)
{
    if (crosses_frame(m, op)) {
        sw_pickle_differ(m, op->at, "an argument crosses the end of its frame");
    }
    if (op->differ != NULL) {
        sw_pickle_differ(m, op->at, op->differ);
    }
}

static sw_result step(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    look_for_differences(m, op);
    sw_pickle_weights_step(m, op);
    enum sw_code code = effects[op->row->effect](m, op, err);
    if (code == SW_E_LIMIT || code == SW_E_NOMEM) {
        return sw_fail(err, code, "byte %llu: the pickle needs more memory than a scan gives it",
            (unsigned long long)op->at);
    }
    m->ops += code == SW_OK;
    return code;
}

sw_result sw_pickle_run(
    struct sw_pickle_machine *m, uint64_t *at, struct sw_pickle_value *top, struct sw_error *err)
{
    start_stream(m);
    for (;;) {
        struct sw_pickle_op op;
        SW_TRY(sw_pickle_decode(&m->reader, *at, &op, err));
        SW_TRY(step(m, &op, err));
        *at = m->resume != 0 ? m->resume : op.next;
        m->resume = 0;
        if (op.row->effect == SW_DO_STOP) {
            *top = m->stack[m->depth];
            return SW_OK;
        }
        if (m->op_max != 0 && m->ops >= m->op_max) {
            return sw_fail(err, SW_E_LIMIT, "byte %llu: more opcodes than this look allows",
                (unsigned long long)*at);
        }
    }
}
