/* What expressions of constants come to: names that are put together from pieces are still names.
 * What is not known here is not folded, and then judged by how it is put together. */
#include "scan/template.h"

struct folded {
    char *text;
    size_t size;
    size_t len;
};

struct folding {
    const struct sw_template_judge *judge;
    unsigned depth;
    unsigned work;
};

static bool fold(struct folding *f, const struct sw_node *node, struct folded *out);

static bool put(struct folded *out, const char *text, size_t len)
{
    if (out->size - out->len < len) {
        return false;
    }
    memcpy(out->text + out->len, text, len);
    out->len += len;
    return true;
}

static bool put_char(struct folded *out, char c)
{
    return put(out, &c, 1);
}

/* Bytes are turned around: of names in ASCII that is what Python does. */
static void reverse(char *text, size_t len)
{
    for (size_t i = 0; i < len / 2; i++) {
        char c = text[i];
        text[i] = text[len - 1 - i];
        text[len - 1 - i] = c;
    }
}

static void change_case(char *text, size_t len, bool upper)
{
    char from = upper ? 'a' : 'A';
    for (size_t i = 0; i < len; i++) {
        text[i] = text[i] >= from && text[i] <= from + 25 ? (char)(text[i] ^ 0x20) : text[i];
    }
}

static bool fold_small(
    struct folding *f, const struct sw_node *node, char *text, size_t size, struct sw_str *out)
{
    struct folded part = {text, size, 0};
    if (node == NULL || !fold(f, node, &part)) {
        return false;
    }
    *out = sw_str_n(text, part.len);
    return true;
}

static bool fold_replace(
    struct folding *f, const struct sw_node *from, struct folded *out, size_t start)
{
    char a_text[128];
    char b_text[128];
    char whole[1024];
    struct sw_str a;
    struct sw_str b;
    size_t len = out->len - start;
    if (from == NULL || !fold_small(f, from, a_text, sizeof(a_text), &a) ||
        !fold_small(f, from->next, b_text, sizeof(b_text), &b) || a.len == 0 ||
        len > sizeof(whole)) {
        return false;
    }
    memcpy(whole, out->text + start, len);
    out->len = start;
    for (size_t i = 0; i < len;) {
        bool here = len - i >= a.len && memcmp(whole + i, a.ptr, a.len) == 0;
        if (!put(out, here ? b.ptr : whole + i, here ? b.len : 1)) {
            return false;
        }
        i += here ? a.len : 1;
    }
    return true;
}

static bool fold_join(struct folding *f, const struct sw_node *list, const struct sw_node *between,
    struct folded *out)
{
    char text[128];
    struct sw_str separator = sw_str("");
    if (list == NULL || list->kind != SW_NODE_LIST ||
        (between != NULL && !fold_small(f, between, text, sizeof(text), &separator))) {
        return false;
    }
    for (const struct sw_node *part = list->first; part != NULL; part = part->next) {
        if ((part != list->first && !put(out, separator.ptr, separator.len)) ||
            !fold(f, part, out)) {
            return false;
        }
    }
    return true;
}

static bool put_value(
    struct folding *f, const struct sw_node *value, bool as_character, struct folded *out)
{
    uint64_t code;
    if (value == NULL) {
        return false;
    }
    if (as_character && value->kind == SW_NODE_NUMBER) {
        return sw_parse_u64(value->text, &code) && code < 128 && put_char(out, (char)code);
    }
    return fold(f, value, out);
}

/* %s and %c, or {} and {:c}, in turn. */
static bool fold_format(struct folding *f, struct sw_str how, const struct sw_node *values,
    bool braces, struct folded *out)
{
    for (size_t i = 0; i < how.len; i++) {
        bool opens = how.ptr[i] == (braces ? '{' : '%');
        if (!opens) {
            if (!put_char(out, how.ptr[i])) {
                return false;
            }
            continue;
        }
        size_t end = i + 1;
        while (braces && end < how.len && how.ptr[end] != '}') {
            end++;
        }
        if (end >= how.len) {
            return false;
        }
        bool character = how.ptr[braces ? end - 1 : end] == 'c';
        if (!put_value(f, values, character, out)) {
            return false;
        }
        values = values->next;
        i = end;
    }
    return true;
}

/* Names as they are. */
static bool keeps(struct sw_str name)
{
    static const char *const names[] = {
        "string", "safe", "trim", "strip", "e", "escape", "list", "forceescape"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (sw_str_is(name, names[i])) {
            return true;
        }
    }
    return false;
}

/* A filter, or the method of the same name. `value` and what follows are its arguments. */
static bool fold_named(struct folding *f, struct sw_str name, const struct sw_node *value,
    const struct sw_node *arguments, bool method, struct folded *out)
{
    if (sw_str_is(name, "join")) {
        return method ? fold_join(f, arguments, value, out) : fold_join(f, value, arguments, out);
    }
    if (sw_str_is(name, "format")) {
        char text[512];
        struct sw_str how;
        return fold_small(f, value, text, sizeof(text), &how) &&
               fold_format(f, how, arguments, method, out);
    }
    size_t start = out->len;
    if (!fold(f, value, out)) {
        return false;
    }
    if (sw_str_is(name, "replace")) {
        return fold_replace(f, arguments, out, start);
    }
    if (sw_str_is(name, "reverse")) {
        reverse(out->text + start, out->len - start);
        return true;
    }
    bool upper = sw_str_is(name, "upper");
    if (upper || sw_str_is(name, "lower")) {
        change_case(out->text + start, out->len - start, upper);
        return true;
    }
    return keeps(name);
}

static bool is_minus_one(const struct sw_node *node)
{
    return node != NULL && node->kind == SW_NODE_UNARY && sw_str_is(node->text, "-") &&
           sw_str_is(node->first->text, "1");
}

/* text[::-1], text[3]. */
static bool fold_item(struct folding *f, const struct sw_node *node, struct folded *out)
{
    const struct sw_node *index = node->first->next;
    size_t start = out->len;
    uint64_t place;
    if (node->first->kind == SW_NODE_LIST && index->kind == SW_NODE_NUMBER &&
        sw_parse_u64(index->text, &place)) {
        const struct sw_node *part = node->first->first;
        while (part != NULL && place-- > 0) {
            part = part->next;
        }
        return part != NULL && fold(f, part, out);
    }
    if (!fold(f, node->first, out)) {
        return false;
    }
    if (index->kind == SW_NODE_SLICE) {
        const struct sw_node *from = index->first;
        bool whole = from->text.len == 0 && from->next != NULL && from->next->text.len == 0;
        reverse(out->text + start, out->len - start);
        return whole && is_minus_one(from->next->next);
    }
    if (index->kind != SW_NODE_NUMBER || !sw_parse_u64(index->text, &place) ||
        place >= out->len - start) {
        return false;
    }
    out->text[start] = out->text[start + place];
    out->len = start + 1;
    return true;
}

static bool fold_binary(struct folding *f, const struct sw_node *node, struct folded *out)
{
    if (sw_str_is(node->text, "~") || sw_str_is(node->text, "+")) {
        return fold(f, node->first, out) && fold(f, node->first->next, out);
    }
    if (!sw_str_is(node->text, "%")) {
        return false;
    }
    char text[512];
    struct sw_str how;
    const struct sw_node *values = node->first->next;
    return fold_small(f, node->first, text, sizeof(text), &how) &&
           fold_format(f, how, values->kind == SW_NODE_LIST ? values->first : values, false, out);
}

static bool fold_name(struct folding *f, const struct sw_node *node, struct folded *out)
{
    const struct sw_template_name *name = sw_template_bound(f->judge, node->text);
    return name != NULL && name->value != NULL && fold(f, name->value, out);
}

static bool fold_kind(struct folding *f, const struct sw_node *node, struct folded *out)
{
    const struct sw_node *callee = node->first;
    switch ((int)node->kind) {
    case SW_NODE_STRING:
    case SW_NODE_NUMBER: return put(out, node->text.ptr, node->text.len);
    case SW_NODE_NAME: return fold_name(f, node, out);
    case SW_NODE_NAMED: return fold(f, node->first, out);
    case SW_NODE_BINARY: return fold_binary(f, node, out);
    case SW_NODE_ITEM: return fold_item(f, node, out);
    case SW_NODE_FILTER:
        return fold_named(f, node->text, node->first, node->first->next, false, out);
    case SW_NODE_CALL:
        return callee->kind == SW_NODE_ATTRIBUTE &&
               fold_named(f, callee->text, callee->first, callee->next, true, out);
    default: return false;
    }
}

static bool fold(struct folding *f, const struct sw_node *node, struct folded *out)
{
    if (f->depth >= 24 || ++f->work > 1000) {
        return false;
    }
    f->depth++;
    bool good = fold_kind(f, node, out);
    f->depth--;
    return good;
}

bool sw_template_fold(const struct sw_template_judge *judge, const struct sw_node *node, char *out,
    size_t size, size_t *len)
{
    struct folding folding = {.judge = judge};
    struct folded folded = {out, size, 0};
    if (!fold(&folding, node, &folded)) {
        return false;
    }
    *len = folded.len;
    return true;
}

/* --- names ---------------------------------------------------------------------------------------
 */

struct sw_template_name *sw_template_bound(
    const struct sw_template_judge *judge, struct sw_str name)
{
    struct sw_template_name *at = judge->names;
    while (at != NULL && !sw_str_equal(at->name, name)) {
        at = at->next;
    }
    return at;
}

sw_result sw_template_bind(struct sw_template_judge *judge, struct sw_str name,
    const struct sw_node *value, bool content, bool macro)
{
    struct sw_template_name *bound = sw_template_bound(judge, name);
    /* What was bound before may still be what is there: in another branch, or after a loop. */
    content = content || (bound != NULL && bound->content);
    macro = macro || (bound != NULL && bound->macro);
    if (bound == NULL) {
        bound = SW_ARENA_NEW(judge->arena, struct sw_template_name);
        SW_TRY_PTR(bound);
        bound->next = judge->names;
        judge->names = bound;
    }
    char text[512];
    size_t len;
    struct sw_node *folded = NULL;
    if (value != NULL && sw_template_fold(judge, value, text, sizeof(text), &len)) {
        folded = SW_ARENA_NEW(judge->arena, struct sw_node);
        char *copy = sw_arena_copy(judge->arena, sw_bytes(text, len));
        SW_TRY_PTR(folded);
        SW_TRY_PTR(copy);
        *folded =
            (struct sw_node){.kind = SW_NODE_STRING, .text = sw_str_n(copy, len), .at = value->at};
    }
    const struct sw_node *kept = value != NULL && value->kind == SW_NODE_LIST ? value : folded;
    bound->name = name;
    bound->value = kept;
    bound->content = content;
    bound->macro = macro;
    return SW_OK;
}
