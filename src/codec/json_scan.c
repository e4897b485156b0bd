#include "codec/json_scan.h"

#include "codec/json_lex.h"
#include "codec/json_number.h"
#include "codec/json_string.h"

#include <stdlib.h>

#define DEPTH_MAX 1000
#define NAMES_MAX ((uint64_t)64 << 20)

/* Whose members a step of a path can be. */
#define TOP (-1)
#define NOBODY (-2)

/* One step of a path. Paths that begin alike share their first steps. */
struct step {
    struct sw_str name;
    int parent; /* the step before, or TOP */
    int path;   /* the path that ends here, or -1 */
};

struct sw_json_scanner {
    struct sw_json_limits limits; /* with nothing left to default */
    struct step *steps;
    size_t step_count;
    size_t path_count;
    struct sw_arena arena; /* of the steps */
    struct sw_json_names names;
    struct sw_arena decoded; /* names with escapes, for one document */
    const uint8_t *end;
    uint32_t values;
    struct sw_json_found *found;
    struct sw_json_found unasked; /* where values go that nobody asked for */
};

void sw_json_scanner_free(struct sw_json_scanner *scanner)
{
    if (scanner == NULL) {
        return;
    }
    sw_json_names_release(&scanner->names);
    sw_arena_release(&scanner->arena);
    sw_arena_release(&scanner->decoded);
    free(scanner);
}

/* The step of that name behind `parent`, made when there is none. */
static sw_result add_step(
    struct sw_json_scanner *s, size_t *cap, int parent, struct sw_str name, int *out)
{
    for (size_t i = 0; i < s->step_count; i++) {
        if (s->steps[i].parent == parent && sw_str_equal(s->steps[i].name, name)) {
            *out = (int)i;
            return SW_OK;
        }
    }
    struct step *steps = sw_arena_grow(&s->arena, s->steps, s->step_count, cap, sizeof(*s->steps));
    SW_TRY_PTR(steps);
    s->steps = steps;
    *out = (int)s->step_count++;
    steps[*out] = (struct step){.name = name, .parent = parent, .path = -1};
    return SW_OK;
}

/* The name at *at, its backslashes resolved; *at moves behind its dot, or to NULL at the end. */
static sw_result take_name(struct sw_arena *arena, const char **at, struct sw_str *out)
{
    char *name = sw_arena_alloc(arena, strlen(*at) + 1);
    SW_TRY_PTR(name);
    size_t len = 0;
    const char *p = *at;
    for (; *p != '\0' && *p != '.'; p++) {
        p += *p == '\\' && p[1] != '\0';
        name[len++] = *p;
    }
    *at = *p == '.' ? p + 1 : NULL;
    *out = sw_str_n(name, len);
    return SW_OK;
}

static sw_result add_path(
    struct sw_json_scanner *s, size_t *cap, const char *path, int index, struct sw_error *err)
{
    int parent = TOP;
    for (const char *at = path; at != NULL;) {
        struct sw_str name;
        SW_TRY(take_name(&s->arena, &at, &name));
        if (name.len == 0) {
            return sw_fail(err, SW_E_USAGE, "'%s' names no member: a name in it is empty", path);
        }
        SW_TRY(add_step(s, cap, parent, name, &parent));
    }
    if (s->steps[parent].path >= 0) {
        return sw_fail(err, SW_E_USAGE, "the member '%s' is asked for twice", path);
    }
    s->steps[parent].path = index;
    return SW_OK;
}

sw_result sw_json_scanner_new(struct sw_json_scanner **out, const char *const *paths, size_t count,
    const struct sw_json_limits *limits, struct sw_error *err)
{
    SW_CLEANUP(json_scanner) struct sw_json_scanner *s = calloc(1, sizeof(*s));
    SW_TRY_PTR(s);
    sw_json_names_init(&s->names, false, NAMES_MAX);
    sw_arena_init(&s->arena, 0);
    sw_arena_init(&s->decoded, 0);
    s->limits = sw_json_limits_filled(limits);
    if (s->limits.max_depth > DEPTH_MAX) {
        return sw_fail(
            err, SW_E_USAGE, "documents deeper than %d levels are not scanned", DEPTH_MAX);
    }
    size_t cap = 0;
    for (size_t i = 0; i < count; i++) {
        SW_TRY(add_path(s, &cap, paths[i], (int)i, err));
    }
    s->path_count = count;
    *out = SW_TAKE(s);
    return SW_OK;
}

/* What follows moves over the document: each function gives the place behind what it took, or NULL
 * when the document is to be refused. Why it is, the lexer says (see refuse()). */

static inline const uint8_t *pass_space(const uint8_t *p, const uint8_t *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) {
        p++;
    }
    return p;
}

/* At least one byte stands behind the backslash at p. */
static const uint8_t *pass_escape(const uint8_t *p, const uint8_t *end)
{
    uint8_t decoded[4];
    uint8_t *to = decoded;
    return sw_json_decode_escape(&p, end, &to) == NULL ? p : NULL;
}

/* From behind the first quote to the last one. */
static inline const uint8_t *pass_string(const uint8_t *p, const uint8_t *end, bool *escaped)
{
    uint64_t high = 0; /* of no interest: the whole document was checked */
    p = sw_json_find_stop(p, end, &high);
    while (end - p >= 2 && *p == '\\') {
        *escaped = true;
        p = sw_json_simple_escape[p[1]] != 0 ? p + 2 : pass_escape(p, end);
        if (p == NULL) {
            return NULL;
        }
        p = sw_json_find_stop(p, end, &high);
    }
    return p != end && *p == '"' ? p : NULL;
}

static const uint8_t *pass_number(const uint8_t *p, const uint8_t *end)
{
    const char *wrong = NULL;
    p = sw_json_number_scan(p, end, &wrong);
    return wrong == NULL ? p : NULL;
}

static const uint8_t *pass_literal(const uint8_t *p, const uint8_t *end, enum sw_json_type *type)
{
    size_t left = (size_t)(end - p);
    *type = *p == 'n' ? SW_JSON_NULL : SW_JSON_BOOL;
    if (left >= 4 && (memcmp(p, "true", 4) == 0 || memcmp(p, "null", 4) == 0)) {
        return p + 4;
    }
    return left >= 5 && memcmp(p, "false", 5) == 0 ? p + 5 : NULL;
}

static const uint8_t *pass_container(
    struct sw_json_scanner *s, const uint8_t *p, uint32_t depth, int parent);

/* `step` is the one whose value this is, or NOBODY; what is found is noted for it. */
static inline const uint8_t *pass_value(struct sw_json_scanner *s, const uint8_t *p, uint32_t depth,
    int step, struct sw_json_found *found)
{
    if (p == s->end || s->values == s->limits.max_values) {
        return NULL;
    }
    s->values++;
    const uint8_t *from = p;
    uint8_t c = *p;
    if (c == '"') {
        found->type = SW_JSON_STRING;
        found->escaped = false;
        p = pass_string(p + 1, s->end, &found->escaped);
        p = p == NULL ? NULL : p + 1;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        found->type = SW_JSON_NUMBER;
        p = pass_number(p, s->end);
    } else if (c == '{' || c == '[') {
        p = depth == s->limits.max_depth ? NULL : pass_container(s, p, depth + 1, step);
        found->type = c == '{' ? SW_JSON_OBJECT : SW_JSON_ARRAY;
    } else {
        p = pass_literal(p, s->end, &found->type);
    }
    if (p != NULL) {
        found->span = sw_bytes(from, (size_t)(p - from));
    }
    return p;
}

static const uint8_t *pass_array(struct sw_json_scanner *s, const uint8_t *p, uint32_t depth)
{
    p = pass_space(p, s->end);
    if (p < s->end && *p == ']') {
        return p + 1;
    }
    for (;;) {
        p = pass_value(s, p, depth, NOBODY, &s->unasked);
        p = p == NULL ? NULL : pass_space(p, s->end);
        if (p == NULL || p == s->end || *p != ',') {
            return p != NULL && p != s->end && *p == ']' ? p + 1 : NULL;
        }
        p = pass_space(p + 1, s->end);
    }
}

static sw_result decode_name(struct sw_json_scanner *s, struct sw_str *name)
{
    uint8_t *to = sw_arena_alloc(&s->decoded, name->len);
    SW_TRY_PTR(to);
    const uint8_t *from = (const uint8_t *)name->ptr;
    const uint8_t *end = from + name->len;
    name->ptr = (const char *)to;
    if (sw_json_decode_string(&from, end, &to) != NULL) {
        return SW_E_INTERNAL; /* the escapes were checked */
    }
    name->len = (size_t)((const char *)to - name->ptr);
    return SW_OK;
}

/* A member's name and its colon, up to the value. */
static inline const uint8_t *pass_name(
    struct sw_json_scanner *s, struct sw_json_scope *scope, const uint8_t *p, struct sw_str *name)
{
    if (p == s->end || *p != '"' || s->values == s->limits.max_values) {
        return NULL;
    }
    s->values++;
    bool escaped = false;
    const uint8_t *quote = pass_string(p + 1, s->end, &escaped);
    if (quote == NULL) {
        return NULL;
    }
    *name = sw_str_n((const char *)p + 1, (size_t)(quote - p - 1));
    if ((escaped && decode_name(s, name) != SW_OK) ||
        sw_json_scope_add(&s->names, scope, *name) != SW_OK) {
        return NULL;
    }
    p = pass_space(quote + 1, s->end);
    return p < s->end && *p == ':' ? pass_space(p + 1, s->end) : NULL;
}

static inline int find_step(const struct sw_json_scanner *s, int parent, struct sw_str name)
{
    if (parent == NOBODY) {
        return NOBODY;
    }
    for (size_t i = 0; i < s->step_count; i++) {
        if (s->steps[i].parent == parent && sw_str_equal(s->steps[i].name, name)) {
            return (int)i;
        }
    }
    return NOBODY;
}

static inline const uint8_t *pass_member(struct sw_json_scanner *s, struct sw_json_scope *scope,
    const uint8_t *p, uint32_t depth, int parent)
{
    struct sw_str name;
    p = pass_name(s, scope, p, &name);
    if (p == NULL) {
        return NULL;
    }
    int step = find_step(s, parent, name);
    bool asked = step >= 0 && s->steps[step].path >= 0;
    return pass_value(s, p, depth, step, asked ? &s->found[s->steps[step].path] : &s->unasked);
}

static const uint8_t *pass_members(struct sw_json_scanner *s, struct sw_json_scope *scope,
    const uint8_t *p, uint32_t depth, int parent)
{
    p = pass_space(p, s->end);
    if (p < s->end && *p == '}') {
        return p + 1;
    }
    for (;;) {
        p = pass_member(s, scope, p, depth, parent);
        p = p == NULL ? NULL : pass_space(p, s->end);
        if (p == NULL || p == s->end || *p != ',') {
            return p != NULL && p != s->end && *p == '}' ? p + 1 : NULL;
        }
        p = pass_space(p + 1, s->end);
    }
}

static const uint8_t *pass_container(
    struct sw_json_scanner *s, const uint8_t *p, uint32_t depth, int parent)
{
    if (*p == '[') {
        return pass_array(s, p + 1, depth);
    }
    struct sw_json_scope scope = sw_json_scope_open(&s->names);
    p = pass_members(s, &scope, p + 1, depth, parent);
    sw_json_scope_close(&s->names, &scope);
    return p;
}

static bool pass_document(struct sw_json_scanner *s, struct sw_bytes text)
{
    const uint8_t *p = text.ptr;
    s->end = text.ptr + text.len;
    s->values = 0;
    p = pass_value(s, pass_space(p, s->end), 0, TOP, &s->unasked);
    return p != NULL && pass_space(p, s->end) == s->end;
}

/* Lets the lexer, which also reads for the tree, say what is wrong with a document. */
static enum sw_code refuse(
    const struct sw_json_scanner *s, struct sw_bytes text, struct sw_error *err)
{
    SW_CLEANUP(json_lexer) struct sw_json_lexer lexer;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    sw_json_lexer_init(&lexer, &s->limits, false, NAMES_MAX);
    lexer.start = lexer.p = text.ptr;
    lexer.end = text.ptr + text.len;
    lexer.last = true;
    lexer.arena = &arena;
    struct sw_json_event event;
    do {
        SW_TRY(sw_json_lexer_next(&lexer, &event, err));
    } while (event.type != SW_JSON_EVENT_END);
    return sw_fail(err, SW_E_INTERNAL, "two readers disagree about a JSON document");
}

sw_result sw_json_scan(struct sw_json_scanner *scanner, struct sw_bytes text,
    struct sw_json_found *found, struct sw_error *err)
{
    text.ptr = text.len == 0 ? (const uint8_t *)"" : text.ptr;
    for (size_t i = 0; i < scanner->path_count; i++) {
        found[i] = (struct sw_json_found){0};
    }
    SW_TRY(sw_json_check_size(text, &scanner->limits, err));
    if (scanner->decoded.used != 0) {
        sw_arena_release(&scanner->decoded);
    }
    scanner->found = found;
    bool good = sw_utf8_valid(text) && pass_document(scanner, text);
    return good ? SW_OK : refuse(scanner, text, err);
}

sw_result sw_json_found_text(
    const struct sw_json_found *found, struct sw_buf *buf, struct sw_str *out)
{
    struct sw_str text = sw_str_of_bytes(found->span);
    if (found->type != SW_JSON_STRING || found->span.ptr == NULL) {
        *out = text;
        return SW_OK;
    }
    text = sw_str_n(text.ptr + 1, text.len - 2);
    if (!found->escaped) {
        *out = text;
        return SW_OK;
    }
    sw_buf_clear(buf);
    SW_TRY(sw_buf_reserve(buf, text.len));
    const uint8_t *from = (const uint8_t *)text.ptr;
    uint8_t *to = buf->data;
    if (sw_json_decode_string(&from, from + text.len, &to) != NULL) {
        return SW_E_INTERNAL; /* the escapes were checked */
    }
    buf->len = (size_t)(to - buf->data);
    *out = sw_buf_str(buf);
    return SW_OK;
}
