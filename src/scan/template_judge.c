/* What expressions of a template could do: leave the sandbox, call what is not made for templates,
 * or act upon words in a message. */
#include "scan/template.h"

#include <stdarg.h>
#include <stdio.h>

#define NODES_MAX 4000000u
#define DEPTH_MAX 1000u
#define FOLDED 512u

struct word_list {
    const char *const *words;
    size_t count;
};
#define WORDS(array) ((struct word_list){(array), SW_COUNT(array)})

static bool is_among(struct sw_str text, struct word_list list)
{
    for (size_t i = 0; i < list.count; i++) {
        if (sw_str_is(text, list.words[i])) {
            return true;
        }
    }
    return false;
}

/* Leads from a value to Python's frames, globals and classes (Jinja's sandbox names them unsafe).
 */
static const char *const internals[] = {"mro", "subclasses", "gi_frame", "gi_code", "gi_yieldfrom",
    "cr_frame", "cr_code", "cr_await", "ag_frame", "ag_code", "ag_await", "tb_frame", "tb_next",
    "f_back", "f_builtins", "f_code", "f_globals", "f_locals", "co_code", "co_consts",
    "func_globals", "func_code", "func_closure", "func_defaults", "im_class", "im_func", "im_self",
    "globals", "builtins"};
/* Run, load or reach what is outside. No value of a chat template has such a method. */
static const char *const dangerous[] = {"popen", "Popen", "system", "spawn", "exec", "execfile",
    "eval", "compile", "open", "read", "write", "check_output", "check_call", "call", "run",
    "getoutput", "import_module", "load_module", "load", "loads", "getattr", "setattr", "delattr",
    "fork", "kill", "connect", "urlopen", "urlretrieve", "request", "unlink", "remove", "rmtree",
    "listdir", "environ", "getenv", "modules", "subclasses", "mro", "input", "breakpoint"};
/* Of Jinja itself or of web frameworks: known ways out of the sandbox begin at them. */
static const char *const ways_out[] = {"self", "cycler", "joiner", "lipsum", "request", "url_for",
    "get_flashed_messages", "session", "g", "app", "os", "sys", "subprocess", "builtins"};
static const char *const functions[] = {"range", "dict", "namespace", "raise_exception",
    "strftime_now", "caller", "super", "list", "str", "int", "len", "tojson", "lipsum", "cycler",
    "joiner", "loop", "varargs"};
static const char *const methods[] = {"strip", "lstrip", "rstrip", "split", "rsplit", "splitlines",
    "startswith", "endswith", "replace", "upper", "lower", "title", "capitalize", "format", "join",
    "find", "rfind", "index", "count", "isdigit", "isalpha", "isalnum", "isspace", "isupper",
    "islower", "isnumeric", "isdecimal", "zfill", "ljust", "rjust", "center", "swapcase",
    "removeprefix", "removesuffix", "partition", "rpartition", "items", "keys", "values", "get",
    "update", "pop", "copy", "setdefault", "append", "extend", "insert", "reverse", "sort", "cycle",
    "changed", "casefold", "expandtabs", "clear"};
/* Jinja, "List of Builtin Filters", and what loaders add. */
static const char *const filters[] = {"abs", "attr", "batch", "capitalize", "center", "count", "d",
    "default", "dictsort", "e", "escape", "filesizeformat", "first", "float", "forceescape",
    "format", "groupby", "indent", "int", "items", "join", "last", "length", "list", "lower", "map",
    "max", "min", "pprint", "random", "reject", "rejectattr", "replace", "reverse", "round", "safe",
    "select", "selectattr", "slice", "sort", "string", "striptags", "sum", "title", "tojson",
    "trim", "truncate", "unique", "upper", "urlencode", "urlize", "wordcount", "wordwrap",
    "xmlattr", "from_json", "fromjson"};
/* These take the name of an attribute, or of another filter. */
static const char *const by_name[] = {"attr", "map", "selectattr", "rejectattr", "groupby", "sort",
    "sum", "unique", "max", "min", "select", "reject", "dictsort", "join"};

sw_result sw_template_found(struct sw_template_judge *judge, const char *rule,
    enum sw_severity severity, size_t at, const char *fmt, ...)
{
    char words[512];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof(words), fmt, ap);
    va_end(ap);
    if (judge->first) {
        return SW_OK;
    }
    bool doubt = !judge->sure && severity > SW_SEVERITY_MEDIUM;
    return sw_found(judge->in, rule, doubt ? SW_SEVERITY_MEDIUM : severity, at, "%s%s", words,
        doubt ? "; this may be a text about templates" : "");
}

/* --- names of attributes --------------------------------------------------------------------- */

static bool has_dunder(struct sw_str text)
{
    return text.len >= 4 && memmem(text.ptr, text.len, "__", 2) != NULL;
}

/* A name that may have dots; the worst of its parts counts. */
static enum sw_severity name_severity(struct sw_str name)
{
    enum sw_severity worst = SW_SEVERITY_INFO;
    while (name.len > 0) {
        const char *dot = memchr(name.ptr, '.', name.len);
        size_t len = dot == NULL ? name.len : (size_t)(dot - name.ptr);
        struct sw_str part = sw_str_n(name.ptr, len);
        enum sw_severity bad = has_dunder(part) || is_among(part, WORDS(internals))
                                   ? SW_SEVERITY_CRITICAL
                               : sw_str_starts(part, "_") ? SW_SEVERITY_HIGH
                                                          : SW_SEVERITY_INFO;
        worst = bad > worst ? bad : worst;
        len += dot == NULL ? 0 : 1;
        name = sw_str_n(name.ptr + len, name.len - len);
    }
    return worst;
}

static sw_result judge_name(struct sw_template_judge *judge, struct sw_str name, size_t at)
{
    enum sw_severity severity = name_severity(name);
    if (severity == SW_SEVERITY_CRITICAL) {
        /* No page needs it in a text that is a template from end to end. */
        bool sure = judge->sure;
        judge->sure = true;
        enum sw_code code = sw_template_found(judge, "template-escape", severity, at,
            "takes the attribute '" SW_STR_FMT "', which leads out of the sandbox",
            SW_STR_ARG(name));
        judge->sure = sure;
        return code;
    }
    return severity == SW_SEVERITY_INFO
               ? SW_OK
               : sw_template_found(judge, "template-escape", severity, at,
                     "takes the attribute '" SW_STR_FMT "', which leads out of the sandbox",
                     SW_STR_ARG(name));
}

/* Text that is put together: what is used as a name in that way has something to hide. */
static bool is_built(const struct sw_node *node)
{
    bool text = node->first != NULL &&
                (node->first->kind == SW_NODE_STRING ||
                    (node->first->next != NULL && node->first->next->kind == SW_NODE_STRING));
    switch ((int)node->kind) {
    case SW_NODE_BINARY:
        return sw_str_is(node->text, "~") ||
               (text && (sw_str_is(node->text, "+") || sw_str_is(node->text, "%")));
    case SW_NODE_FILTER:
        return sw_str_is(node->text, "join") || sw_str_is(node->text, "format") ||
               sw_str_is(node->text, "replace") || sw_str_is(node->text, "reverse");
    case SW_NODE_CALL:
        return node->first->kind == SW_NODE_ATTRIBUTE &&
               (sw_str_is(node->first->text, "join") || sw_str_is(node->first->text, "format") ||
                   sw_str_is(node->first->text, "replace"));
    default: return false;
    }
}

/* `strict`: also a name that comes from elsewhere is a reason. */
static sw_result judge_computed(
    struct sw_template_judge *judge, const struct sw_node *node, bool strict)
{
    char text[FOLDED];
    size_t len;
    if (sw_template_fold(judge, node, text, sizeof(text), &len)) {
        return judge_name(judge, sw_str_n(text, len), node->at);
    }
    return is_built(node) || strict
               ? sw_template_found(judge, "template-escape", SW_SEVERITY_HIGH, node->at,
                     "takes an attribute whose name is put together when the template runs")
               : SW_OK;
}

/* --- what somebody wrote --------------------------------------------------------------------- */

static const char *const content_keys[] = {"content", "text", "parts", "prompt", "query",
    "question", "input", "instruction", "user_input", "user_message", "system_message",
    "message_content"};
static const char *const other_keys[] = {"type", "role", "name", "id", "function", "arguments",
    "tool_calls", "tool_call_id", "image", "image_url", "video", "audio", "url", "parameters",
    "properties", "description", "index", "length", "title"};
static const char *const whole[] = {"messages", "message", "conversation", "conversations", "msg"};
/* Give a number or a truth value. */
static const char *const measures[] = {"length", "count", "find", "rfind", "index", "startswith",
    "endswith", "isdigit", "isalpha", "isspace", "wordcount", "int", "float"};

static bool is_messages(const struct sw_node *node)
{
    while (node->kind == SW_NODE_ITEM) {
        node = node->first;
    }
    return node->kind == SW_NODE_NAME && is_among(node->text, WORDS(whole));
}

static bool is_content_name(struct sw_template_judge *judge, struct sw_str name)
{
    const struct sw_template_name *bound = sw_template_bound(judge, name);
    return bound != NULL ? bound->content : is_among(name, WORDS(content_keys));
}

static bool is_content_item(
    struct sw_template_judge *judge, const struct sw_node *node, struct sw_str key)
{
    /* A name that a namespace holds is bound by itself. */
    const struct sw_template_name *held =
        node->first->kind == SW_NODE_NAME ? sw_template_bound(judge, key) : NULL;
    return is_among(key, WORDS(content_keys)) || (held != NULL && held->content) ||
           (!is_among(key, WORDS(other_keys)) && sw_template_is_content(judge, node->first));
}

static bool is_content_filter(struct sw_template_judge *judge, const struct sw_node *node)
{
    const struct sw_node *argument = node->first->next;
    while (argument != NULL && argument->kind == SW_NODE_NAMED) {
        argument = argument->first;
    }
    bool of_content = argument != NULL && argument->kind == SW_NODE_STRING &&
                      is_among(argument->text, WORDS(content_keys));
    if (is_among(node->text, WORDS(measures))) {
        return false;
    }
    bool text = sw_str_is(node->text, "string") || sw_str_is(node->text, "tojson") ||
                sw_str_is(node->text, "join") || (sw_str_is(node->text, "map") && of_content);
    return (text && is_messages(node->first)) || sw_template_is_content(judge, node->first);
}

static bool is_content_call(struct sw_template_judge *judge, const struct sw_node *callee)
{
    if (callee->kind == SW_NODE_NAME) {
        const struct sw_template_name *bound = sw_template_bound(judge, callee->text);
        return bound != NULL && bound->given != 0;
    }
    if (callee->kind != SW_NODE_ATTRIBUTE || is_among(callee->text, WORDS(measures))) {
        return false;
    }
    return sw_str_is(callee->text, "get") && callee->next != NULL &&
                   callee->next->kind == SW_NODE_STRING
               ? is_content_item(judge, callee, callee->next->text)
               : sw_template_is_content(judge, callee->first);
}

static bool is_content_kind(struct sw_template_judge *judge, const struct sw_node *node)
{
    const struct sw_node *first = node->first;
    switch ((int)node->kind) {
    case SW_NODE_NAME: return is_content_name(judge, node->text);
    case SW_NODE_ATTRIBUTE: return is_content_item(judge, node, node->text);
    case SW_NODE_ITEM:
        return first->next->kind == SW_NODE_STRING ? is_content_item(judge, node, first->next->text)
                                                   : sw_template_is_content(judge, first);
    case SW_NODE_FILTER: return is_content_filter(judge, node);
    case SW_NODE_CALL: return is_content_call(judge, first);
    case SW_NODE_BINARY:
        return (sw_str_is(node->text, "~") || sw_str_is(node->text, "+")) &&
               (sw_template_is_content(judge, first) || sw_template_is_content(judge, first->next));
    case SW_NODE_CHOICE:
        return sw_template_is_content(judge, first) ||
               (first->next->next != NULL && sw_template_is_content(judge, first->next->next));
    default: return false;
    }
}

/* What is too deep or too much to be followed may be anything. */
bool sw_template_is_content(struct sw_template_judge *judge, const struct sw_node *node)
{
    if (judge->depth >= DEPTH_MAX || ++judge->work > NODES_MAX) {
        return true;
    }
    judge->depth++;
    bool is = is_content_kind(judge, node);
    judge->depth--;
    return is;
}

/* --- triggers -------------------------------------------------------------------------------- */

/* Words that templates look for because they are what parts of a message are called, or switches
 * that makers of models document. */
static const char *const expected[] = {"text", "image", "image_url", "images", "video", "video_url",
    "videos", "audio", "audio_url", "input_audio", "input_text", "input_image", "file", "document",
    "documents", "json", "tool", "tools", "tool_call", "tool_calls", "tool_use", "tool_result",
    "tool_response", "function", "function_call", "type", "role", "name", "content", "user",
    "assistant", "system", "developer", "ipython", "thinking", "reasoning", "reasoning_content",
    "think", "nothink", "no_think", "detailed thinking on", "detailed thinking off", "none", "null",
    "true", "false", "parameters", "arguments", "output", "error", "result", "bytes"};

static size_t letters_of(struct sw_str text)
{
    size_t letters = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = (char)(text.ptr[i] | 0x20);
        letters += (c >= 'a' && c <= 'z') || (text.ptr[i] & 0x80) != 0 ? 1 : 0;
    }
    return letters;
}

static bool has_marks(struct sw_str text)
{
    static const char marks[] = "<>[]{}`|";
    for (size_t i = 0; i < text.len; i++) {
        if (memchr(marks, text.ptr[i], sizeof(marks) - 1) != NULL) {
            return true;
        }
    }
    return text.len > 1 && text.ptr[0] == '/' && memchr(text.ptr, ' ', text.len) == NULL;
}

/* Marks are what templates look for; what then is printed tells (sw_template_judge.trigger). */
static sw_result judge_compared(
    struct sw_template_judge *judge, const struct sw_node *node, const char *how)
{
    char text[FOLDED];
    size_t len;
    if (!sw_template_fold(judge, node, text, sizeof(text), &len)) {
        return SW_OK;
    }
    struct sw_str words = sw_str_n(text, len);
    if (has_marks(words)) {
        judge->trigger = true;
        return SW_OK;
    }
    if (letters_of(words) < 2 || is_among(words, WORDS(expected))) {
        return SW_OK;
    }
    return sw_template_found(judge, "template-trigger", SW_SEVERITY_HIGH, node->at,
        "%s what a message says with the words '" SW_STR_FMT "'", how, SW_STR_ARG(words));
}

static sw_result judge_compared_all(
    struct sw_template_judge *judge, const struct sw_node *node, const char *how)
{
    if (node->kind == SW_NODE_NAME) {
        const struct sw_template_name *bound = sw_template_bound(judge, node->text);
        node = bound != NULL && bound->value != NULL ? bound->value : node;
    }
    if (node->kind != SW_NODE_LIST && node->kind != SW_NODE_DICT) {
        return judge_compared(judge, node, how);
    }
    for (const struct sw_node *part = node->first; part != NULL; part = part->next) {
        SW_TRY(judge_compared(judge, part, how));
    }
    return SW_OK;
}

/* The number that a length is compared with; 0: it is no such comparison. */
static uint64_t compared_length(const struct sw_node *a, const struct sw_node *b)
{
    uint64_t number;
    bool length =
        a->kind == SW_NODE_FILTER && (sw_str_is(a->text, "length") || sw_str_is(a->text, "count") ||
                                         sw_str_is(a->text, "wordcount"));
    return length && b->kind == SW_NODE_NUMBER && sw_parse_u64(b->text, &number) ? number : 0;
}

static sw_result judge_length(
    struct sw_template_judge *judge, const struct sw_node *a, const struct sw_node *b)
{
    uint64_t number = compared_length(a, b);
    if (number >= 10 && sw_template_is_content(judge, a->first)) {
        return sw_template_found(judge, "template-trigger", SW_SEVERITY_HIGH, a->at,
            "compares the length of a message with %llu", (unsigned long long)number);
    }
    if (number >= 4 && is_messages(a->first)) {
        return sw_template_found(judge, "template-trigger", SW_SEVERITY_MEDIUM, a->at,
            "compares the count of messages with %llu", (unsigned long long)number);
    }
    return SW_OK;
}

static bool is_date(const struct sw_node *node)
{
    while (node->kind == SW_NODE_FILTER || node->kind == SW_NODE_ITEM) {
        node = node->first;
    }
    return node->kind == SW_NODE_CALL && node->first->kind == SW_NODE_NAME &&
           sw_str_is(node->first->text, "strftime_now");
}

static sw_result judge_comparison(
    struct sw_template_judge *judge, const struct sw_node *a, const struct sw_node *b)
{
    if (is_date(a) || is_date(b)) {
        return sw_template_found(
            judge, "template-trigger", SW_SEVERITY_HIGH, a->at, "acts upon the date");
    }
    SW_TRY(judge_length(judge, a, b));
    SW_TRY(judge_length(judge, b, a));
    if (sw_template_is_content(judge, a)) {
        return judge_compared_all(judge, b, "compares");
    }
    return sw_template_is_content(judge, b) ? judge_compared_all(judge, a, "compares") : SW_OK;
}

/* content.startswith('…'), content.split('…'), content|replace('…', …). */
static sw_result judge_search(struct sw_template_judge *judge, struct sw_str name,
    const struct sw_node *value, const struct sw_node *arguments)
{
    static const char *const searches[] = {"startswith", "endswith", "find", "rfind", "index",
        "count", "split", "rsplit", "partition", "rpartition", "replace", "removeprefix",
        "removesuffix"};
    bool searched = is_among(name, WORDS(searches)) && arguments != NULL &&
                    sw_template_is_content(judge, value);
    return searched ? judge_compared_all(judge, arguments, "searches") : SW_OK;
}

/* --- kinds of nodes -------------------------------------------------------------------------- */

static sw_result judge_item(struct sw_template_judge *judge, const struct sw_node *node)
{
    const struct sw_node *index = node->first->next;
    if (node->first->kind == SW_NODE_DICT && sw_template_is_content(judge, index)) {
        return judge_compared_all(judge, node->first, "looks up");
    }
    return index->kind == SW_NODE_SLICE ? SW_OK : judge_computed(judge, index, false);
}

static sw_result judge_filter(struct sw_template_judge *judge, const struct sw_node *node)
{
    const struct sw_node *arguments = node->first->next;
    if (!is_among(node->text, WORDS(filters))) {
        return sw_template_found(judge, "template-call", SW_SEVERITY_HIGH, node->at,
            "uses the filter '" SW_STR_FMT "', which is none of Jinja's", SW_STR_ARG(node->text));
    }
    bool attribute = sw_str_is(node->text, "attr");
    for (const struct sw_node *at = arguments; at != NULL && is_among(node->text, WORDS(by_name));
         at = at->next) {
        SW_TRY(judge_computed(judge, at->kind == SW_NODE_NAMED ? at->first : at, attribute));
    }
    if (sw_str_is(node->text, "random")) {
        return sw_template_found(judge, "template-trigger", SW_SEVERITY_MEDIUM, node->at,
            "prints something else each time");
    }
    return judge_search(judge, node->text, node->first, arguments);
}

static sw_result judge_method(
    struct sw_template_judge *judge, const struct sw_node *callee, const struct sw_node *node)
{
    if (is_among(callee->text, WORDS(dangerous))) {
        return sw_template_found(judge, "template-escape", SW_SEVERITY_CRITICAL, node->at,
            "calls '" SW_STR_FMT "'", SW_STR_ARG(callee->text));
    }
    if (sw_str_is(callee->text, "get") && callee->first->kind == SW_NODE_DICT &&
        callee->next != NULL && sw_template_is_content(judge, callee->next)) {
        return judge_compared_all(judge, callee->first, "looks up");
    }
    SW_TRY(judge_search(judge, callee->text, callee->first, callee->next));
    if (is_among(callee->text, WORDS(methods)) || name_severity(callee->text) > SW_SEVERITY_INFO) {
        return SW_OK; /* what is bad about its name is said of the attribute */
    }
    return sw_template_found(judge, "template-call", SW_SEVERITY_MEDIUM, node->at,
        "calls the method '" SW_STR_FMT "'", SW_STR_ARG(callee->text));
}

/* An argument with a name may be any of the parameters. */
static void note_given(struct sw_template_judge *judge, struct sw_template_name *macro,
    const struct sw_node *arguments)
{
    unsigned place = 0;
    for (const struct sw_node *at = arguments; at != NULL; at = at->next) {
        bool named = at->kind == SW_NODE_NAMED || place > 63;
        if (sw_template_is_content(judge, named && at->first != NULL ? at->first : at)) {
            macro->given |= named ? UINT64_MAX : UINT64_C(1) << place;
        }
        place++;
    }
}

static sw_result judge_call(struct sw_template_judge *judge, const struct sw_node *node)
{
    const struct sw_node *callee = node->first;
    if (callee->kind == SW_NODE_ATTRIBUTE) {
        return judge_method(judge, callee, node);
    }
    if (callee->kind != SW_NODE_NAME) {
        return sw_template_found(
            judge, "template-call", SW_SEVERITY_HIGH, node->at, "calls something that has no name");
    }
    struct sw_template_name *bound = sw_template_bound(judge, callee->text);
    if (bound != NULL && bound->macro) {
        note_given(judge, bound, callee->next);
        return SW_OK;
    }
    if (is_among(callee->text, WORDS(functions))) {
        return SW_OK;
    }
    bool bad = is_among(callee->text, WORDS(dangerous)) || name_severity(callee->text) > 0;
    return sw_template_found(judge, bad ? "template-escape" : "template-call",
        bad ? SW_SEVERITY_CRITICAL : SW_SEVERITY_HIGH, node->at, "calls '" SW_STR_FMT "'",
        SW_STR_ARG(callee->text));
}

/* The name of a hidden attribute in a string is there to be used in a way that is not followed. */
static sw_result judge_string(struct sw_template_judge *judge, struct sw_str text, size_t at)
{
    bool hidden = text.len > 4 && sw_str_starts(text, "__") && sw_str_ends(text, "__");
    if (hidden) {
        SW_TRY(sw_template_found(judge, "template-escape", SW_SEVERITY_HIGH, at,
            "holds the name '" SW_STR_FMT "'", SW_STR_ARG(text)));
    }
    return sw_template_judge_text(judge, text, at);
}

static sw_result judge_binary(struct sw_template_judge *judge, const struct sw_node *node)
{
    static const char *const compares[] = {"==", "!=", ">=", "<=", ">", "<", "in", "not in"};
    const struct sw_node *a = node->first;
    if (is_among(node->text, WORDS(compares))) {
        return judge_comparison(judge, a, a->next);
    }
    char text[FOLDED];
    size_t len;
    return is_built(node) && sw_template_fold(judge, node, text, sizeof(text), &len)
               ? judge_string(judge, sw_str_n(text, len), node->at)
               : SW_OK;
}

static sw_result judge_value(struct sw_template_judge *judge, const struct sw_node *node)
{
    bool known = sw_template_bound(judge, node->text) != NULL;
    if (!known && is_among(node->text, WORDS(ways_out))) {
        SW_TRY(sw_template_found(judge, "template-escape", SW_SEVERITY_HIGH, node->at,
            "uses '" SW_STR_FMT "', which no layout of messages needs", SW_STR_ARG(node->text)));
    }
    return judge_name(judge, node->text, node->at);
}

static sw_result judge_test(struct sw_template_judge *judge, const struct sw_node *node)
{
    static const char *const equal[] = {"eq", "equalto", "==", "ne", "sameas", "in"};
    const struct sw_node *argument = node->first->next;
    return argument != NULL && is_among(node->text, WORDS(equal))
               ? judge_comparison(judge, node->first, argument)
               : SW_OK;
}

static sw_result judge_node(struct sw_template_judge *judge, const struct sw_node *node)
{
    switch ((int)node->kind) {
    case SW_NODE_NAME: return judge_value(judge, node);
    case SW_NODE_STRING: return judge_string(judge, node->text, node->at);
    case SW_NODE_ATTRIBUTE: return judge_name(judge, node->text, node->at);
    case SW_NODE_ITEM: return judge_item(judge, node);
    case SW_NODE_FILTER: return judge_filter(judge, node);
    case SW_NODE_TEST: return judge_test(judge, node);
    case SW_NODE_CALL: return judge_call(judge, node);
    case SW_NODE_BINARY: return judge_binary(judge, node);
    default: return SW_OK;
    }
}

static sw_result judge_all(struct sw_template_judge *judge, const struct sw_node *node)
{
    if (++judge->work > NODES_MAX || judge->depth >= DEPTH_MAX) {
        return SW_E_LIMIT;
    }
    judge->depth++;
    SW_TRY(judge_node(judge, node));
    for (const struct sw_node *part = node->first; part != NULL; part = part->next) {
        SW_TRY(judge_all(judge, part));
    }
    judge->depth--;
    return SW_OK;
}

sw_result sw_template_judge_expression(struct sw_template_judge *judge, const struct sw_node *node)
{
    judge->trigger = false;
    return judge_all(judge, node);
}

/* --- text ------------------------------------------------------------------------------------ */

size_t sw_template_words(struct sw_str text)
{
    size_t words = 0;
    size_t run = 0;
    for (size_t i = 0; i <= text.len; i++) {
        char c = i < text.len ? (char)(text.ptr[i] | 0x20) : '\0';
        bool letter = c >= 'a' && c <= 'z';
        words += !letter && run >= 2 ? 1 : 0;
        run = letter ? run + 1 : 0;
    }
    return words;
}

/* Directional overrides, tag characters and what has no width (Unicode 15, 23.2 and 23.9), by the
 * first bytes and the range of the next one. */
static const struct {
    const char *first;
    uint8_t from, to;
    enum sw_severity severity;
} hidden[] = {
    {"\xe2\x80", 0xaa, 0xae, SW_SEVERITY_HIGH},
    {"\xe2\x80", 0x8b, 0x8f, SW_SEVERITY_MEDIUM},
    {"\xe2\x81", 0xa6, 0xa9, SW_SEVERITY_HIGH},
    {"\xe2\x81", 0xa0, 0xa4, SW_SEVERITY_MEDIUM},
    {"\xf3\xa0", 0x80, 0x81, SW_SEVERITY_HIGH},
};

static enum sw_severity hidden_severity(const uint8_t *at, size_t left)
{
    for (size_t i = 0; i < SW_COUNT(hidden) && left >= 3; i++) {
        if (memcmp(at, hidden[i].first, 2) == 0 && at[2] >= hidden[i].from &&
            at[2] <= hidden[i].to) {
            return hidden[i].severity;
        }
    }
    return SW_SEVERITY_INFO;
}

static sw_result judge_hidden(struct sw_template_judge *judge, struct sw_str text, size_t at)
{
    const uint8_t *bytes = (const uint8_t *)text.ptr;
    for (size_t i = 0; i < text.len; i++) {
        enum sw_severity severity =
            bytes[i] < 0xe2 ? SW_SEVERITY_INFO : hidden_severity(bytes + i, text.len - i);
        if (severity > SW_SEVERITY_INFO) {
            return sw_template_found(
                judge, "template-hidden-text", severity, at, "prints characters that nobody sees");
        }
    }
    return SW_OK;
}

static bool is_harmless_address(struct sw_str rest)
{
    static const char *const hosts[] = {"json-schema.org", "www.w3.org"};
    for (size_t i = 0; i < SW_COUNT(hosts); i++) {
        if (sw_str_starts(rest, hosts[i])) {
            return true;
        }
    }
    return rest.len == 0 || letters_of(sw_str_n(rest.ptr, rest.len < 3 ? rest.len : 3)) == 0;
}

sw_result sw_template_judge_text(struct sw_template_judge *judge, struct sw_str text, size_t at)
{
    static const char *const marks[] = {"http://", "https://", "ftp://",
        "javascript:", "data:text/html", "<script", "<iframe", "<img src"};
    SW_TRY(judge_hidden(judge, text, at));
    for (size_t i = 0; i < SW_COUNT(marks); i++) {
        size_t len = strlen(marks[i]);
        const char *found = memmem(text.ptr, text.len, marks[i], len);
        if (found == NULL) {
            continue;
        }
        struct sw_str rest = sw_str_n(found + len, (size_t)(text.ptr + text.len - found) - len);
        if (i < 3 && is_harmless_address(rest)) {
            continue;
        }
        size_t show = (size_t)(text.ptr + text.len - found);
        return sw_template_found(judge, "template-address", SW_SEVERITY_HIGH, at,
            "prints '" SW_STR_FMT "'", (int)(show < 80 ? show : 80), found);
    }
    return SW_OK;
}
