#include "scan/pickle_private.h"

/* Does a call fit what a pack says of its arguments? */

static bool is_import_of(const struct sw_pickle_machine *m, const struct sw_pickle_value *value,
    const char *module, const char *name)
{
    if (value->kind != SW_VALUE_IMPORT) {
        return false;
    }
    const struct sw_pickle_import *import = &m->imports[value->text];
    return sw_str_is(sw_pickle_modern_module(import->module), module) &&
           sw_str_is(import->name, name);
}

static bool is_result_of(const struct sw_pickle_machine *m, const struct sw_pickle_value *value,
    const char *module, const char *name)
{
    const struct sw_pickle_value *callable =
        value->kind == SW_VALUE_RESULT ? sw_pickle_item(m, value, 0) : NULL;
    return callable != NULL && is_import_of(m, callable, module, name);
}

/* bytes(…) and bytearray(…), and protocol 2's way to write bytes. */
static bool is_bytes(const struct sw_pickle_machine *m, const struct sw_pickle_value *value)
{
    return value->kind == SW_VALUE_BYTES || value->kind == SW_VALUE_TEXT ||
           is_result_of(m, value, "_codecs", "encode") ||
           is_result_of(m, value, "builtins", "bytes") ||
           is_result_of(m, value, "builtins", "bytearray");
}

static bool is_container(const struct sw_pickle_value *value)
{
    return value->kind >= SW_VALUE_TUPLE && value->kind <= SW_VALUE_SET;
}

/* No callable. What a container holds was judged when it was imported or called. */
static bool is_data(const struct sw_pickle_machine *m, const struct sw_pickle_value *value)
{
    bool constant = value->kind >= SW_VALUE_NONE && value->kind <= SW_VALUE_LONG;
    return constant || is_container(value) || value->kind == SW_VALUE_PERSISTENT ||
           is_bytes(m, value);
}

/* A dtype without objects: NumPy unpickles a scalar of objects. */
static bool is_plain_dtype(struct sw_pickle_machine *m, const struct sw_pickle_value *value)
{
    char room[8];
    struct sw_str code;
    bool whole;
    const struct sw_pickle_value *args = sw_pickle_item(m, value, 1);
    const struct sw_pickle_value *first = args == NULL ? NULL : sw_pickle_item(m, args, 0);
    return is_result_of(m, value, "numpy", "dtype") && first != NULL &&
           sw_pickle_text(m, first, room, sizeof(room), &code, &whole) &&
           (code.len == 0 || memchr(code.ptr, 'O', code.len) == NULL);
}

static bool is_kind(
    struct sw_pickle_machine *m, const struct sw_pickle_value *value, struct sw_str kind)
{
    static const struct {
        const char *name;
        uint8_t from, to;
    } rows[] = {
        {"any", SW_VALUE_OTHER, SW_VALUE_PERSISTENT},
        {"none", SW_VALUE_NONE, SW_VALUE_NONE},
        {"bool", SW_VALUE_TRUE, SW_VALUE_FALSE},
        {"int", SW_VALUE_INT, SW_VALUE_INT},
        {"int", SW_VALUE_LONG, SW_VALUE_LONG},
        {"text", SW_VALUE_TEXT, SW_VALUE_TEXT},
        {"tuple", SW_VALUE_TUPLE, SW_VALUE_TUPLE},
        {"list", SW_VALUE_LIST, SW_VALUE_LIST},
        {"dict", SW_VALUE_DICT, SW_VALUE_DICT},
        {"import", SW_VALUE_IMPORT, SW_VALUE_IMPORT},
        {"result", SW_VALUE_RESULT, SW_VALUE_RESULT},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (sw_str_is(kind, rows[i].name) && value->kind >= rows[i].from &&
            value->kind <= rows[i].to) {
            return true;
        }
    }
    return (sw_str_is(kind, "data") && is_data(m, value)) ||
           (sw_str_is(kind, "bytes") && is_bytes(m, value)) ||
           (sw_str_is(kind, "object") && is_import_of(m, value, "builtins", "object")) ||
           (sw_str_is(kind, "dtype") && is_plain_dtype(m, value));
}

static bool is_one_of(
    struct sw_pickle_machine *m, const struct sw_pickle_value *value, struct sw_str kinds)
{
    for (size_t start = 0, i = 0; i <= kinds.len; i++) {
        if (i == kinds.len || kinds.ptr[i] == '|') {
            if (is_kind(m, value, sw_str_n(kinds.ptr + start, i - start))) {
                return true;
            }
            start = i + 1;
        }
    }
    return false;
}

static bool arguments_fit(struct sw_pickle_machine *m, const struct sw_pack_entry *entry,
    const struct sw_pickle_value *args, size_t count)
{
    size_t at = 0;
    for (size_t i = 0; i < entry->argument_count; i++) {
        struct sw_str kinds = entry->arguments[i];
        char often = kinds.ptr[kinds.len - 1];
        bool optional = often == '?' || often == '*';
        kinds.len -= optional;
        size_t most = often == '*' ? count : 1;
        size_t taken = 0;
        while (taken < most && at < count && is_one_of(m, &args[at], kinds)) {
            at++;
            taken++;
        }
        if (taken == 0 && !optional) {
            return false;
        }
    }
    return at == count;
}

bool sw_pickle_call_is_allowed(struct sw_pickle_machine *m, const struct sw_pack_entry *entry,
    const struct sw_pickle_call *call)
{
    const struct sw_pickle_value *args;
    size_t count;
    if (entry->calls != SW_PACK_CALLS_ANY) {
        return entry->calls == SW_PACK_CALLS_NEW && call->new;
    }
    return !entry->checked || (call->keywords.kind == SW_VALUE_NONE &&
                                  sw_pickle_items(m, &call->args, &args, &count) &&
                                  arguments_fit(m, entry, args, count));
}
