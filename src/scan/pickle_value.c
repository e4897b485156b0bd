#include "scan/pickle_private.h"

/* Bounds the nodes to some 170 MB and their items to 128 MiB, inside the worker's memory. What is
 * over has no items, so that a large pickle of plain data can still be walked to its end. */
#define NODES_MAX ((size_t)4 << 20)

sw_result sw_pickle_room(void *array_at, size_t count, size_t *cap, size_t size, size_t max)
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

struct sw_pickle_value sw_pickle_plain(enum sw_pickle_kind kind)
{
    return (struct sw_pickle_value){.kind = (uint8_t)kind, .len = SW_PICKLE_NO_IMPORT};
}

struct sw_pickle_value sw_pickle_int(int64_t number)
{
    return (struct sw_pickle_value){.kind = SW_VALUE_INT, .text = (uint64_t)number};
}

/* --- nodes ------------------------------------------------------------------------------------ */

static bool has_node(const struct sw_pickle_value *value)
{
    return value->kind >= SW_VALUE_TUPLE && value->text != SW_PICKLE_NO_NODE;
}

struct sw_pickle_value sw_pickle_group(struct sw_pickle_machine *m, enum sw_pickle_kind kind,
    const struct sw_pickle_value *items, size_t count)
{
    struct sw_pickle_value value = sw_pickle_plain(kind);
    value.text = SW_PICKLE_NO_NODE;
    if (sw_pickle_room(&m->nodes, m->node_count, &m->node_cap, sizeof(*m->nodes), NODES_MAX) !=
        SW_OK) {
        return value;
    }
    m->nodes[m->node_count] = (struct sw_pickle_node){0};
    value.text = m->node_count++;
    sw_pickle_extend(m, &value, items, count);
    return value;
}

static bool grow_items(struct sw_pickle_machine *m, struct sw_pickle_node *node, size_t more)
{
    size_t need = node->kept + more;
    if (need <= node->cap) {
        return true;
    }
    size_t cap = node->cap == 0 ? need : (size_t)node->cap * 2;
    cap = cap < need ? need : cap;
    struct sw_pickle_value *items = sw_arena_alloc(&m->items, cap * sizeof(*items));
    if (items == NULL) {
        return false;
    }
    if (node->kept > 0) {
        memcpy(items, node->items, node->kept * sizeof(*items));
    }
    node->items = items;
    node->cap = (uint32_t)cap;
    return true;
}

void sw_pickle_extend(struct sw_pickle_machine *m, const struct sw_pickle_value *container,
    const struct sw_pickle_value *items, size_t count)
{
    if (!has_node(container)) {
        return;
    }
    struct sw_pickle_node *node = &m->nodes[container->text];
    size_t room = node->kept == node->count ? m->keep_max - node->kept : 0;
    size_t part = count < room ? count : room;
    node->count += count;
    if (part > 0 && grow_items(m, node, part)) {
        memcpy(node->items + node->kept, items, part * sizeof(*items));
        node->kept += (uint32_t)part;
    }
}

const struct sw_pickle_node *sw_pickle_node_of(
    const struct sw_pickle_machine *m, const struct sw_pickle_value *value)
{
    return has_node(value) ? &m->nodes[value->text] : NULL;
}

const struct sw_pickle_value *sw_pickle_item(
    const struct sw_pickle_machine *m, const struct sw_pickle_value *value, size_t index)
{
    const struct sw_pickle_node *node = sw_pickle_node_of(m, value);
    return node != NULL && index < node->kept ? &node->items[index] : NULL;
}

bool sw_pickle_items(const struct sw_pickle_machine *m, const struct sw_pickle_value *value,
    const struct sw_pickle_value **items, size_t *count)
{
    const struct sw_pickle_node *node = sw_pickle_node_of(m, value);
    bool sequence = value->kind == SW_VALUE_TUPLE || value->kind == SW_VALUE_LIST ||
                    value->kind == SW_VALUE_SET;
    if (!sequence || node == NULL || node->kept != node->count) {
        return false;
    }
    *items = node->items;
    *count = node->kept;
    return true;
}

/* --- text ------------------------------------------------------------------------------------- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A number of exactly, or of octal at most, so many digits. */
static size_t read_digits(struct sw_str text, size_t at, size_t digits, int base, uint32_t *value)
{
    size_t n = 0;
    *value = 0;
    while (n < digits && at + n < text.len) {
        int digit = hex_value(text.ptr[at + n]);
        if (digit < 0 || digit >= base) {
            break;
        }
        *value = *value * (uint32_t)base + (uint32_t)digit;
        n++;
    }
    return n;
}

/* UNICODE has the escapes \uXXXX and \UXXXXXXXX, STRING those of Python's literals. */
static const struct escape {
    char letter;
    uint8_t digits; /* 0: stands for `value` */
    char value;
    char code;
} escapes[] = {
    {'u', 4, 0, 'V'},
    {'U', 8, 0, 'V'},
    {'x', 2, 0, 'S'},
    {'\\', 0, '\\', 'S'},
    {'\'', 0, '\'', 'S'},
    {'"', 0, '"', 'S'},
    {'a', 0, '\a', 'S'},
    {'b', 0, '\b', 'S'},
    {'f', 0, '\f', 'S'},
    {'n', 0, '\n', 'S'},
    {'r', 0, '\r', 'S'},
    {'t', 0, '\t', 'S'},
    {'v', 0, '\v', 'S'},
};

/* One escape at `at`, behind its backslash. Gives the bytes that it takes: 0 when it stands for
 * itself, with the backslash. Names need ASCII alone, so *good is false for more. */
static size_t read_escape(struct sw_str text, size_t at, char code, char *out, bool *good)
{
    uint32_t value = 0;
    for (size_t i = 0; i < SW_COUNT(escapes); i++) {
        const struct escape *row = &escapes[i];
        if (row->code == code && row->letter == text.ptr[at]) {
            *out = row->value;
            if (row->digits > 0) {
                *good = read_digits(text, at + 1, row->digits, 16, &value) == row->digits &&
                        value < 0x80;
                *out = (char)value;
            }
            return 1u + row->digits;
        }
    }
    size_t octal = code == 'S' ? read_digits(text, at, 3, 8, &value) : 0;
    *good = value < 0x80;
    *out = (char)value;
    return octal;
}

/* In place. */
static bool unescape(char code, char *bytes, struct sw_str *text)
{
    size_t len = 0;
    bool good = true;
    for (size_t i = 0; i < text->len && good; i++) {
        char c = bytes[i];
        good = code != 'V' || ((uint8_t)c < 0x80);
        if (c == '\\' && i + 1 < text->len) {
            size_t taken = read_escape(*text, i + 1, code, &c, &good);
            if (taken == 0) {
                bytes[len++] = '\\';
                c = bytes[i + 1];
                taken = 1;
            }
            i += taken;
        }
        bytes[len++] = c;
    }
    text->len = len;
    return good;
}

bool sw_pickle_text(struct sw_pickle_machine *m, const struct sw_pickle_value *value, char *out,
    size_t room, struct sw_str *text, bool *whole)
{
    if (value->kind != SW_VALUE_TEXT && value->kind != SW_VALUE_BYTES) {
        return false;
    }
    size_t len = value->len < room ? value->len : room;
    *whole = len == value->len;
    *text = sw_str_n(out, len);
    if (value->made) {
        *text = sw_str_n((const char *)(uintptr_t)value->text, len);
        return true;
    }
    bool escaped = value->code == 'V' || value->code == 'S';
    return sw_source_read(m->reader.window.source, value->text, out, len, NULL) == SW_OK &&
           (!escaped || unescape((char)value->code, out, text));
}

bool sw_pickle_whole_text(
    struct sw_pickle_machine *m, const struct sw_pickle_value *value, struct sw_str *text)
{
    bool whole;
    if (value->len > SW_PICKLE_TEXT_MAX) {
        return false;
    }
    char *out = value->made ? NULL : sw_arena_alloc(&m->texts, value->len + 1);
    return (value->made || out != NULL) && sw_pickle_text(m, value, out, value->len, text, &whole);
}

struct sw_pickle_value sw_pickle_made(enum sw_pickle_kind kind, struct sw_str text)
{
    return (struct sw_pickle_value){.kind = (uint8_t)kind,
        .text = (uint64_t)(uintptr_t)text.ptr,
        .len = (uint32_t)text.len,
        .made = true};
}

struct sw_pickle_value sw_pickle_made_copy(
    struct sw_pickle_machine *m, enum sw_pickle_kind kind, struct sw_str text)
{
    const char *copy = text.len > SW_PICKLE_TEXT_MAX ? NULL : sw_arena_strndup(&m->texts, text);
    return copy == NULL ? sw_pickle_plain(SW_VALUE_OTHER)
                        : sw_pickle_made(kind, sw_str_n(copy, text.len));
}
