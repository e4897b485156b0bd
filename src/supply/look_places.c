/* Places in source where a text is only looked at, shown or put together, and names nothing. */
#include "supply/ascii.h"
#include "supply/look_tree.h"
#include "supply/python_values.h"

static bool is_among(struct sw_str text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text.len > 0 && text.ptr[0] == list[i][0] && sw_str_is(text, list[i])) {
            return true;
        }
    }
    return false;
}

/* What only looks at a text, or shows it. */
static bool call_looks(struct sw_str callee)
{
    static const char *const words[] = {"startswith", "endswith", "startsWith", "endsWith",
        "starts_with", "ends_with", "includes", "contains", "Contains", "HasPrefix", "HasSuffix",
        "TrimPrefix", "hasPrefix", "StartsWith", "EndsWith", "indexOf", "find", "replace",
        "replaceAll", "removeprefix", "split", "match", "test", "search", "print", "println",
        "Println", "Printf", "log", "info", "debug", "warn", "warning", "error", "equals",
        "equalsIgnoreCase", "Equals", "EqualFold", "expect", "has", "count", "toBe", "toEqual",
        "Equal", "RegExp", "compile", "matches", "count_tokens", "localeCompare", "deprecated"};
    return is_among(callee, words, SW_COUNT(words)) || sw_str_starts(callee, "assert");
}

/* What takes a key first, and then what there is without it. */
static bool call_asks(struct sw_str callee)
{
    static const char *const words[] = {
        "get", "pop", "getenv", "setdefault", "getOrDefault", "has", "Get", "getattr"};
    return is_among(callee, words, SW_COUNT(words));
}

static bool holds(struct sw_str lower, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (memmem(lower.ptr, lower.len, words[i], strlen(words[i])) != NULL) {
            return true;
        }
    }
    return false;
}

/* "MODEL_PREFIXES", "label", "family": what it has is no model that is used. */
static bool key_looks(struct sw_str name)
{
    static const char *const words[] = {"prefix", "suffix", "family", "families", "pattern",
        "regex", "label", "title", "descr", "display", "icon", "logo", "class", "format", "package",
        "filename", "file_name", "dataset", "comment", "message", "content", "prompt", "question",
        "answer", "placeholder", "tooltip", "deprecated", "example", "unsupported", "version",
        "help", "author", "repo", "href", "run_name", "project", "output", "tokeniz"};
    static const char *const but[] = {"default", "example_model"};
    char text[SW_LOOK_KEY_MAX];
    const struct sw_str lower = sw_look_lowered(name, text);
    return sw_look_names_output(lower) ||
           (holds(lower, words, SW_COUNT(words)) && !holds(lower, but, SW_COUNT(but)));
}

bool sw_look_is_table_of_models(struct sw_str name)
{
    static const char *const words[] = {"model", "llm"};
    static const char *const others[] = {"price", "pricing", "cost", "limit", "context", "window",
        "token", "info", "map", "alias", "capab", "prefix", "spec", "meta", "rate", "size", "dim",
        "support", "param"};
    char text[SW_LOOK_KEY_MAX];
    const struct sw_str lower = sw_look_lowered(name, text);
    return holds(lower, words, SW_COUNT(words)) && !holds(lower, others, SW_COUNT(others));
}

static struct sw_str name_of(const struct sw_py_node *node)
{
    const bool named = node != NULL && (node->kind == SW_PY_NAME || node->kind == SW_PY_ATTRIBUTE ||
                                           node->kind == SW_PY_TEXT);
    return named ? node->name : sw_str("");
}

static bool compares(const struct sw_py_node *group)
{
    static const char *const operators[] = {"==", "!=", "===", "!==", "in", "not", "is", "<", ">",
        "<=", ">=", "%", "-", "*", "/", "^", "f", "mixed"};
    return is_among(group->name, operators, SW_COUNT(operators)) ||
           is_among(group->module, operators, SW_COUNT(operators));
}

static bool group_looks(const struct sw_look_place *place, bool outer)
{
    /* "a" => b: what stands in front is what is asked for */
    const bool arrow = sw_str_is(place->of->name, "op") && place->of->module.len == 0;
    return outer || compares(place->of) || (arrow && place->at == 0);
}

static bool argument_looks(const struct sw_look_place *place)
{
    const struct sw_str callee = name_of(place->of->first);
    return place->at > 0 && (call_looks(callee) || (place->at == 1 && call_asks(callee)));
}

/* The texts of "Literal[…]" are what a name may be. */
static bool index_looks(const struct sw_look_place *place)
{
    return place->at > 0 && !sw_py_is_literal(place->of);
}

/* "frozenset([…])", "new Set([…])", "Object.freeze([…])": what is given stays what it was. */
static bool hands_on(const struct sw_py_node *call)
{
    static const char *const words[] = {"set", "frozenset", "tuple", "list", "Set", "freeze"};
    return call->kind == SW_PY_CALL && is_among(name_of(call->first), words, SW_COUNT(words));
}

/* What has no text of its own to look at, nor hands on what is done with it. */
static bool is_other(const struct sw_py_node *node)
{
    return node->kind != SW_PY_TEXT && node->kind != SW_PY_LIST && node->kind != SW_PY_GROUP &&
           node->kind != SW_PY_KEYWORD && node->kind != SW_PY_DICT && !hands_on(node);
}

bool sw_look_only_looks(const struct sw_look_place *place, bool outer)
{
    const struct sw_py_node *of = place->of;
    if (is_other(place->child)) {
        return false;
    }
    const bool last = place->child == of->last;
    switch ((int)of->kind) {
    case SW_PY_CALL: return argument_looks(place) || (outer && hands_on(of));
    case SW_PY_KEYWORD:
    case SW_PY_PARAMETER: return outer || key_looks(of->name);
    case SW_PY_ASSIGN: return !last || key_looks(name_of(of->first));
    case SW_PY_DICT: return place->at % 2 == 0 || outer || key_looks(name_of(place->before));
    case SW_PY_GROUP: return group_looks(place, outer);
    case SW_PY_LIST: return outer;
    case SW_PY_SUBSCRIPT: return index_looks(place);
    case SW_PY_LOOP: return last;
    case SW_PY_SUM: return true; /* a part of a text */
    default: return false;
    }
}
