#include "scan/pickle.h"

/* Values are 16 bytes, so these bound the machine to some 400 MB, inside the worker's memory. A
 * pickle that needs more is refused, not cleared. */
#define STACK_MAX ((size_t)4 << 20)
#define MARKS_MAX ((size_t)1 << 20)
#define MEMO_MAX ((size_t)8 << 20)
#define IMPORTS_MAX 4096
#define NAME_MAX_BYTES 512

struct sw_pickle_slot {
    uint64_t index; /* + 1; 0: free */
    struct sw_pickle_value value;
};

void sw_pickle_machine_init(struct sw_pickle_machine *m, const struct sw_source *source)
{
    memset(m, 0, offsetof(struct sw_pickle_machine, reader));
    sw_window_init(&m->reader.window, source);
    m->reader.line_max = UINT64_MAX;
    size_t rest = offsetof(struct sw_pickle_machine, stack);
    memset((char *)m + rest, 0, sizeof(*m) - rest);
    sw_arena_init(&m->arena, (size_t)16 << 20);
}

void sw_pickle_machine_release(struct sw_pickle_machine *m)
{
    free(m->stack);
    free(m->marks);
    free(m->memo);
    free(m->far);
    free(m->imports);
    sw_arena_release(&m->arena);
}

void sw_pickle_machine_clear(struct sw_pickle_machine *m)
{
    m->import_count = 0;
    m->note_count = 0;
    sw_arena_release(&m->arena);
}

/* --- growing --------------------------------------------------------------------------------- */

/* Makes room for one more element behind `count`. */
static sw_result room(void *array_at, size_t count, size_t *cap, size_t size, size_t max)
{
    if (count < *cap) {
        return SW_OK;
    }
    if (count >= max) {
        return SW_E_LIMIT;
    }
    size_t more = *cap == 0 ? 64 : *cap * 2;
    void *array;
    memcpy(&array, array_at, sizeof(array));
    array = realloc(array, more * size);
    SW_TRY_PTR(array);
    memcpy(array_at, &array, sizeof(array));
    *cap = more;
    return SW_OK;
}

static sw_result push(struct sw_pickle_machine *m, struct sw_pickle_value value)
{
    SW_TRY(room(&m->stack, m->depth, &m->stack_cap, sizeof(*m->stack), STACK_MAX));
    m->stack[m->depth++] = value;
    return SW_OK;
}

static struct sw_pickle_value plain_value(void)
{
    return (struct sw_pickle_value){.kind = SW_VALUE_OTHER};
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

/* --- the memo -------------------------------------------------------------------------------- */

static struct sw_pickle_slot *far_slot(struct sw_pickle_slot *slots, size_t cap, uint64_t index)
{
    size_t at = (size_t)((index * 0x9e3779b97f4a7c15u) >> 20) & (cap - 1);
    while (slots[at].index != 0 && slots[at].index != index + 1) {
        at = (at + 1) & (cap - 1);
    }
    return &slots[at];
}

static sw_result grow_far(struct sw_pickle_machine *m)
{
    size_t cap = m->far_cap == 0 ? 64 : m->far_cap * 2;
    if (cap > MEMO_MAX) {
        return SW_E_LIMIT;
    }
    struct sw_pickle_slot *slots = calloc(cap, sizeof(*slots));
    SW_TRY_PTR(slots);
    for (size_t i = 0; i < m->far_cap; i++) {
        if (m->far[i].index != 0) {
            *far_slot(slots, cap, m->far[i].index - 1) = m->far[i];
        }
    }
    free(m->far);
    m->far = slots;
    m->far_cap = cap;
    return SW_OK;
}

static struct sw_pickle_slot *find_far(const struct sw_pickle_machine *m, uint64_t index)
{
    if (m->far_cap == 0 || index == UINT64_MAX) {
        return NULL;
    }
    struct sw_pickle_slot *slot = far_slot(m->far, m->far_cap, index);
    return slot->index == 0 ? NULL : slot;
}

static sw_result far_put(struct sw_pickle_machine *m, uint64_t index, struct sw_pickle_value value)
{
    if (index == UINT64_MAX) {
        return SW_E_LIMIT;
    }
    if (m->far_len * 2 >= m->far_cap) {
        SW_TRY(grow_far(m));
    }
    *far_slot(m->far, m->far_cap, index) = (struct sw_pickle_slot){index + 1, value};
    m->far_len++;
    return SW_OK;
}

/* An index lives in one place only, so that memo_len + far_len counts entries as MEMOIZE does. */
static sw_result memo_put(struct sw_pickle_machine *m, uint64_t index, struct sw_pickle_value value)
{
    if (index < m->memo_len) {
        m->memo[index] = value;
        return SW_OK;
    }
    struct sw_pickle_slot *far = find_far(m, index);
    if (far != NULL) {
        far->value = value;
        return SW_OK;
    }
    if (index != m->memo_len) {
        return far_put(m, index, value);
    }
    SW_TRY(room(&m->memo, m->memo_len, &m->memo_cap, sizeof(*m->memo), MEMO_MAX));
    m->memo[m->memo_len++] = value;
    return SW_OK;
}

static const struct sw_pickle_value *memo_get(const struct sw_pickle_machine *m, uint64_t index)
{
    if (index < m->memo_len) {
        return &m->memo[index];
    }
    const struct sw_pickle_slot *far = find_far(m, index);
    return far == NULL ? NULL : &far->value;
}

/* --- imports --------------------------------------------------------------------------------- */

static void note(struct sw_pickle_machine *m, const char *rule, enum sw_severity severity,
    uint64_t at, const char *message)
{
    for (size_t i = 0; i < m->note_count; i++) {
        if (m->notes[i].message == message) {
            return; /* once a file says it */
        }
    }
    if (m->note_count < SW_PICKLE_NOTES) {
        m->notes[m->note_count++] = (struct sw_pickle_note){rule, message, severity, at};
    }
}

static bool is_mapping(const struct sw_pickle_import *import)
{
    return sw_str_is(import->module, "collections");
}

static sw_result add_import(struct sw_pickle_machine *m, struct sw_str module, struct sw_str name,
    uint64_t at, size_t *index)
{
    m->import_op = m->ops;
    for (size_t i = m->first_import; i < m->import_count; i++) {
        if (sw_str_equal(m->imports[i].module, module) && sw_str_equal(m->imports[i].name, name)) {
            *index = i;
            return SW_OK;
        }
    }
    SW_TRY(room(&m->imports, m->import_count, &m->import_cap, sizeof(*m->imports), IMPORTS_MAX));
    struct sw_pickle_import import = {.at = at, .class = sw_pickle_classify(module, name)};
    const char *copy = sw_arena_strndup(&m->arena, module);
    SW_TRY_PTR(copy);
    import.module = sw_str_n(copy, module.len);
    copy = sw_arena_strndup(&m->arena, name);
    SW_TRY_PTR(copy);
    import.name = sw_str_n(copy, name.len);
    import.mapping = is_mapping(&import);
    *index = m->import_count;
    m->imports[m->import_count++] = import;
    return SW_OK;
}

static sw_result push_import(
    struct sw_pickle_machine *m, struct sw_str module, struct sw_str name, uint64_t at)
{
    size_t index = 0;
    SW_TRY(add_import(m, module, name, at, &index));
    return push(m, (struct sw_pickle_value){.kind = SW_VALUE_IMPORT, .text = index});
}

/* A name of an import: at most NAME_MAX_BYTES are kept, which is more than any module has. */
static sw_result read_name(struct sw_pickle_machine *m, uint64_t at, uint64_t len, char *out,
    struct sw_str *name, struct sw_error *err)
{
    size_t part = len < NAME_MAX_BYTES ? (size_t)len : NAME_MAX_BYTES;
    SW_TRY(sw_source_read(m->reader.window.source, at, out, part, err));
    *name = sw_str_n(out, part);
    return SW_OK;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads `digits` hexadecimal digits as one character of ASCII; module names need no more. */
static bool unescape_hex(struct sw_str text, size_t at, size_t digits, char *out)
{
    uint32_t value = 0;
    if (text.len - at < digits) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        int digit = hex_value(text.ptr[at + i]);
        if (digit < 0) {
            return false;
        }
        value = value << 4 | (uint32_t)digit;
    }
    *out = (char)value;
    return value < 0x80;
}

/* UNICODE has the escapes \uXXXX and \UXXXXXXXX, STRING those of Python's literals. In place; false
 * when an escape is none that a name needs. */
static bool unescape(uint8_t code, char *text, struct sw_str *name)
{
    static const struct {
        char letter;
        uint8_t digits; /* 0: stands for itself */
        uint8_t codes;  /* 1: in UNICODE, 2: in STRING */
    } escapes[] = {{'u', 4, 1}, {'U', 8, 1}, {'x', 2, 2}, {'\\', 0, 2}, {'\'', 0, 2}, {'"', 0, 2}};
    uint8_t which = code == 'V' ? 1 : code == 'S' ? 2 : 0;
    size_t len = 0;
    for (size_t i = 0; i < name->len; i++) {
        text[len] = text[i];
        if (text[i] == '\\' && which != 0) {
            const char letter = i + 1 < name->len ? text[i + 1] : '\0';
            size_t row = 0;
            while (row < SW_COUNT(escapes) &&
                   (escapes[row].letter != letter || escapes[row].codes != which)) {
                row++;
            }
            if (row == SW_COUNT(escapes)) {
                return false;
            }
            text[len] = letter;
            if (escapes[row].digits != 0 &&
                !unescape_hex(*name, i + 2, escapes[row].digits, &text[len])) {
                return false;
            }
            i += 1u + escapes[row].digits;
        }
        len++;
    }
    name->len = len;
    return true;
}

static bool text_of(struct sw_pickle_machine *m, const struct sw_pickle_value *value, char *out,
    struct sw_str *name, struct sw_error *err)
{
    return value->kind == SW_VALUE_TEXT &&
           read_name(m, value->text, value->len, out, name, err) == SW_OK &&
           unescape(value->code, out, name);
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
    if (op->row->to_mark) {
        if (m->mark_count == 0) {
            return fail_stack(op, err);
        }
        m->depth = m->marks[--m->mark_count];
    }
    if (above_mark(m) < op->row->pops) {
        return fail_stack(op, err);
    }
    m->depth -= op->row->pops;
    for (unsigned i = 0; i < op->row->pushes; i++) {
        SW_TRY(push(m, plain_value()));
    }
    return SW_OK;
}

static sw_result do_mark(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    SW_TRY(room(&m->marks, m->mark_count, &m->mark_cap, sizeof(*m->marks), MARKS_MAX));
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

static sw_result do_text(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    struct sw_pickle_value value = {.kind = SW_VALUE_TEXT,
        .text = op->text,
        .len = op->text_len > UINT32_MAX ? UINT32_MAX : (uint32_t)op->text_len,
        .code = op->code};
    return push(m, value);
}

static sw_result do_long(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    struct sw_pickle_value value = {
        .kind = SW_VALUE_LONG, .text = op->text, .len = (uint32_t)op->text_len};
    return push(m, value);
}

static sw_result do_global(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    char module_text[NAME_MAX_BYTES];
    char name_text[NAME_MAX_BYTES];
    struct sw_str module;
    struct sw_str name;
    SW_TRY(read_name(m, op->text, op->text_len, module_text, &module, err));
    SW_TRY(read_name(m, op->text2, op->text2_len, name_text, &name, err));
    /* CPython decodes both as UTF-8 before it imports, and stops here when they are not. */
    if (!sw_utf8_valid(sw_bytes_of_str(module)) || !sw_utf8_valid(sw_bytes_of_str(name))) {
        return sw_fail(err, SW_E_FORMAT, "byte %llu: the name of an import is not UTF-8",
            (unsigned long long)op->at);
    }
    return push_import(m, module, name, op->at);
}

static sw_result do_stack_global(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    char module_text[NAME_MAX_BYTES];
    char name_text[NAME_MAX_BYTES];
    struct sw_str module;
    struct sw_str name;
    struct sw_pickle_value *top = peek(m, 0);
    struct sw_pickle_value *below = peek(m, 1);
    if (top == NULL || below == NULL) {
        return fail_stack(op, err);
    }
    if (text_of(m, below, module_text, &module, err) && text_of(m, top, name_text, &name, err)) {
        m->depth -= 2;
        return push_import(m, module, name, op->at);
    }
    m->unnamed = true;
    note(m, "pickle-import-unresolved", SW_SEVERITY_HIGH, op->at,
        "imports something whose name is computed while loading");
    m->depth -= 2;
    return push(m, plain_value());
}

static sw_result do_extension(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    m->unnamed = true;
    note(m, "pickle-extension", SW_SEVERITY_HIGH, op->at,
        "imports through the extension registry, so its name is not in the file");
    return push(m, plain_value());
}

/* Something is called: what it is decides. */
static sw_result push_result(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_pickle_value callable)
{
    m->calls++;
    if (callable.kind == SW_VALUE_IMPORT) {
        m->imports[callable.text].called = true;
        callable.kind = SW_VALUE_RESULT;
        return push(m, callable);
    }
    note(m, "pickle-call", SW_SEVERITY_HIGH, op->at, "calls something that is not a plain import");
    return push(m, plain_value());
}

static sw_result call_below(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, size_t args, struct sw_error *err)
{
    const struct sw_pickle_value *callable = peek(m, args);
    if (callable == NULL) {
        return fail_stack(op, err);
    }
    struct sw_pickle_value value = *callable;
    m->depth -= args + 1;
    return push_result(m, op, value);
}

static sw_result do_reduce(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    return call_below(m, op, 1, err);
}

static sw_result do_newobj_ex(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    return call_below(m, op, 2, err);
}

/* OBJ: mark, class, arguments. */
static sw_result do_obj(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    if (m->mark_count == 0 || above_mark(m) == 0) {
        return fail_stack(op, err);
    }
    struct sw_pickle_value callable = m->stack[floor_of(m)];
    m->depth = m->marks[--m->mark_count];
    return push_result(m, op, callable);
}

/* INST: mark, arguments; the class is named by two lines. */
static sw_result do_inst(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    if (m->mark_count == 0) {
        return fail_stack(op, err);
    }
    m->depth = m->marks[--m->mark_count];
    SW_TRY(do_global(m, op, err));
    struct sw_pickle_value callable = m->stack[--m->depth];
    return push_result(m, op, callable);
}

static sw_result do_build(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    const struct sw_pickle_value *object = peek(m, 1);
    if (object == NULL) {
        return fail_stack(op, err);
    }
    if (object->kind == SW_VALUE_IMPORT) {
        note(m, "pickle-build", SW_SEVERITY_HIGH, op->at,
            "changes the attributes of an imported module, class or function");
    }
    m->depth--;
    return SW_OK;
}

/* APPEND, APPENDS, SETITEM, SETITEMS, ADDITEMS. weights_only stores items into dicts and lists
 * alone; storing into a rebuilt tensor was CVE-2026-24747. */
static sw_result do_store(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    SW_TRY(do_plain(m, op, err));
    const struct sw_pickle_value *object = peek(m, 0);
    if (object == NULL) {
        return fail_stack(op, err);
    }
    bool result = object->kind == SW_VALUE_RESULT;
    bool odd_result = result && m->imports[object->text].class == SW_IMPORT_ALLOWED &&
                      !m->imports[object->text].mapping;
    if (object->kind == SW_VALUE_IMPORT || odd_result) {
        note(m, "pickle-store", SW_SEVERITY_HIGH, op->at,
            "stores items into something that is neither list, dict nor set");
    }
    return SW_OK;
}

static sw_result do_get(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    const struct sw_pickle_value *value = memo_get(m, op->number);
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
    return top == NULL ? fail_stack(op, err) : memo_put(m, op->number, *top);
}

static sw_result do_memoize(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
    const struct sw_pickle_value *top = peek(m, 0);
    return top == NULL ? fail_stack(op, err) : memo_put(m, m->memo_len + m->far_len, *top);
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

static const effect_fn effects[SW_DO_EFFECTS] = {
    [SW_DO_PLAIN] = do_plain,
    [SW_DO_MARK] = do_mark,
    [SW_DO_STOP] = do_plain,
    [SW_DO_POP] = do_pop,
    [SW_DO_DUP] = do_dup,
    [SW_DO_TEXT] = do_text,
    [SW_DO_LONG] = do_long,
    [SW_DO_GLOBAL] = do_global,
    [SW_DO_STACK_GLOBAL] = do_stack_global,
    [SW_DO_EXTENSION] = do_extension,
    [SW_DO_INST] = do_inst,
    [SW_DO_OBJ] = do_obj,
    [SW_DO_REDUCE] = do_reduce,
    [SW_DO_NEWOBJ] = do_reduce,
    [SW_DO_NEWOBJ_EX] = do_newobj_ex,
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
    m->ops = 0;
    m->import_op = 0;
    m->calls = 0;
    m->unnamed = false;
    m->first_import = m->import_count;
    m->first_note = m->note_count;
}

static sw_result step(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, struct sw_error *err)
{
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
        struct sw_pickle_value result = m->depth > 0 ? m->stack[m->depth - 1] : plain_value();
        SW_TRY(step(m, &op, err));
        *at = op.next;
        if (op.row->effect == SW_DO_STOP) {
            *top = result;
            return SW_OK;
        }
        if (m->op_max != 0 && m->ops >= m->op_max) {
            return sw_fail(err, SW_E_LIMIT, "byte %llu: more opcodes than this look allows",
                (unsigned long long)*at);
        }
    }
}
