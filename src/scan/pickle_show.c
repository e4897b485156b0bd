#include "scan/pickle_private.h"

#include <stdio.h>

/* Values as Python would write them, for a reader: enough to see what a call does. */

#define SHOWN_MAX 200
#define SHOWN_TEXT 120 /* of one str or bytes */
#define SHOWN_ITEMS 8
#define SHOWN_DEPTH 4

struct shown {
    struct sw_pickle_machine *m;
    size_t len;
    bool full;
    char text[SHOWN_MAX + 4];
};

static void put(struct shown *s, const char *bytes, size_t len)
{
    if (s->full) {
        return;
    }
    size_t room = SHOWN_MAX - s->len;
    size_t part = len < room ? len : room;
    if (part > 0) {
        memcpy(s->text + s->len, bytes, part);
        s->len += part;
    }
    if (part < len) {
        s->full = true;
        memcpy(s->text + s->len, "...", 3);
        s->len += 3;
    }
}

static void puts_shown(struct shown *s, const char *text)
{
    put(s, text, strlen(text));
}

static void put_byte(struct shown *s, uint8_t c, bool text)
{
    char escaped[8];
    bool plain = c >= 0x20 && c != 0x7f && (c < 0x80 || text) && c != '\'' && c != '\\';
    int len = plain                    ? snprintf(escaped, sizeof(escaped), "%c", c)
              : c == '\n'              ? snprintf(escaped, sizeof(escaped), "\\n")
              : c == '\'' || c == '\\' ? snprintf(escaped, sizeof(escaped), "\\%c", c)
                                       : snprintf(escaped, sizeof(escaped), "\\x%02x", c);
    put(s, escaped, (size_t)len);
}

static void put_text(struct shown *s, const struct sw_pickle_value *value)
{
    char room[SHOWN_TEXT];
    struct sw_str text;
    bool whole = false;
    puts_shown(s, value->kind == SW_VALUE_BYTES ? "b'" : "'");
    bool known = sw_pickle_text(s->m, value, room, sizeof(room), &text, &whole);
    bool utf8 = known && value->kind == SW_VALUE_TEXT && sw_utf8_valid(sw_bytes_of_str(text));
    for (size_t i = 0; known && i < text.len; i++) {
        put_byte(s, (uint8_t)text.ptr[i], utf8);
    }
    puts_shown(s, whole ? "'" : "...'");
}

static void put_number(struct shown *s, const struct sw_pickle_value *value)
{
    char text[40];
    double number;
    memcpy(&number, &value->text, sizeof(number));
    int len = value->kind == SW_VALUE_INT
                  ? snprintf(text, sizeof(text), "%lld", (long long)value->text)
                  : snprintf(text, sizeof(text), "%g", number);
    put(s, text, (size_t)len);
}

static void put_import(struct shown *s, const struct sw_pickle_value *value)
{
    const struct sw_pickle_import *import = &s->m->imports[value->text];
    put(s, import->module.ptr, import->module.len);
    if (import->name.len > 0) {
        puts_shown(s, ".");
        put(s, import->name.ptr, import->name.len);
    }
}

static void put_value(struct shown *s, const struct sw_pickle_value *value, unsigned depth);

static void put_items(struct shown *s, const struct sw_pickle_node *node, bool dict, unsigned depth)
{
    for (size_t i = 0; node != NULL && i < node->kept && i < SHOWN_ITEMS; i++) {
        puts_shown(s, i == 0 ? "" : dict && i % 2 == 1 ? ": " : ", ");
        put_value(s, &node->items[i], depth + 1);
    }
    if (node == NULL || node->count > SHOWN_ITEMS || node->kept < node->count) {
        puts_shown(s, node == NULL || node->kept == 0 ? "..." : ", ...");
    }
}

static void put_group(struct shown *s, const struct sw_pickle_value *value, unsigned depth)
{
    static const char *const brackets[] = {[SW_VALUE_TUPLE] = "()",
        [SW_VALUE_LIST] = "[]",
        [SW_VALUE_DICT] = "{}",
        [SW_VALUE_SET] = "{}"};
    const struct sw_pickle_node *node = sw_pickle_node_of(s->m, value);
    put(s, &brackets[value->kind][0], 1);
    put_items(s, node, value->kind == SW_VALUE_DICT, depth);
    bool single = value->kind == SW_VALUE_TUPLE && node != NULL && node->count == 1;
    puts_shown(s, single ? "," : "");
    put(s, &brackets[value->kind][1], 1);
}

static void put_parts(struct shown *s, const struct sw_pickle_value *value, unsigned depth)
{
    const struct sw_pickle_value *first = sw_pickle_item(s->m, value, 0);
    const struct sw_pickle_value *second = sw_pickle_item(s->m, value, 1);
    if (value->kind == SW_VALUE_PERSISTENT) {
        puts_shown(s, "persistent ");
    }
    if (first == NULL) {
        puts_shown(s, "?");
        return;
    }
    put_value(s, first, depth + 1);
    if (second == NULL) {
        return;
    }
    bool tuple = value->kind == SW_VALUE_RESULT && second->kind == SW_VALUE_TUPLE;
    puts_shown(s, value->kind == SW_VALUE_METHOD ? "." : tuple ? "" : "(*");
    put_value(s, second, depth + 1);
    puts_shown(s, tuple || value->kind == SW_VALUE_METHOD ? "" : ")");
}

static void put_value(struct shown *s, const struct sw_pickle_value *value, unsigned depth)
{
    static const char *const words[] = {[SW_VALUE_OTHER] = "?",
        [SW_VALUE_NONE] = "None",
        [SW_VALUE_TRUE] = "True",
        [SW_VALUE_FALSE] = "False",
        [SW_VALUE_LONG] = "a long number"};
    if (depth > SHOWN_DEPTH || s->full) {
        puts_shown(s, "...");
        return;
    }
    switch ((enum sw_pickle_kind)value->kind) {
    case SW_VALUE_INT:
    case SW_VALUE_FLOAT: put_number(s, value); break;
    case SW_VALUE_TEXT:
    case SW_VALUE_BYTES: put_text(s, value); break;
    case SW_VALUE_IMPORT: put_import(s, value); break;
    case SW_VALUE_TUPLE:
    case SW_VALUE_LIST:
    case SW_VALUE_DICT:
    case SW_VALUE_SET: put_group(s, value, depth); break;
    case SW_VALUE_RESULT:
    case SW_VALUE_METHOD:
    case SW_VALUE_PERSISTENT: put_parts(s, value, depth); break;
    case SW_VALUE_OTHER:
    case SW_VALUE_NONE:
    case SW_VALUE_TRUE:
    case SW_VALUE_FALSE:
    case SW_VALUE_LONG: puts_shown(s, words[value->kind]); break;
    }
}

/* The tuple of the arguments is written without the comma of a tuple of one. */
static void put_arguments(struct shown *s, const struct sw_pickle_value *args)
{
    if (args->kind == SW_VALUE_TUPLE) {
        put_items(s, sw_pickle_node_of(s->m, args), false, 0);
        return;
    }
    puts_shown(s, "*");
    put_value(s, args, 0);
}

const char *sw_pickle_show_args(struct sw_pickle_machine *m, const struct sw_pickle_value *args,
    const struct sw_pickle_value *keywords)
{
    struct shown s = {.m = m};
    puts_shown(&s, "(");
    put_arguments(&s, args);
    if (keywords->kind != SW_VALUE_NONE) {
        puts_shown(&s, ", **");
        put_value(&s, keywords, 0);
    }
    if (!s.full) {
        puts_shown(&s, ")");
    }
    return sw_arena_strndup(&m->arena, sw_str_n(s.text, s.len));
}
