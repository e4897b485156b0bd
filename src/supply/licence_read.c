#include "supply/licence_read.h"

#include "claim/claim.h"
#include "supply/ascii.h"

const char *sw_licence_evidence_name(enum sw_licence_evidence evidence)
{
    static const char *const names[] = {
        [SW_LICENCE_BY_CARD] = "card",
        [SW_LICENCE_BY_METADATA] = "metadata",
        [SW_LICENCE_BY_TEXT] = "text",
        [SW_LICENCE_BY_TITLE] = "title",
        [SW_LICENCE_BY_NAME] = "name",
    };
    return names[evidence];
}

/* --- facts ------------------------------------------------------------------------------------ */

static sw_result too_many(
    struct sw_arena *arena, struct sw_licence_facts *facts, struct sw_str file, const char *what)
{
    size_t count = facts->problem_count;
    if (count > 0 && sw_str_is(facts->problems[count - 1].why, what)) {
        return SW_OK;
    }
    return sw_licence_add_problem(arena, facts, file, what);
}

sw_result sw_licence_add_problem(
    struct sw_arena *arena, struct sw_licence_facts *facts, struct sw_str file, const char *why)
{
    if (facts->problem_count == SW_LICENCE_NAMED_MAX) {
        return SW_OK;
    }
    struct sw_licence_problem *grown = sw_arena_grow(
        arena, facts->problems, facts->problem_count, &facts->problem_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    facts->problems = grown;
    const char *copy = sw_arena_strdup(arena, why);
    SW_TRY_PTR(copy);
    grown[facts->problem_count++] = (struct sw_licence_problem){file, sw_str(copy)};
    return SW_OK;
}

sw_result sw_licence_add_declared(struct sw_arena *arena, struct sw_licence_facts *facts,
    const struct sw_licence_declared *declared)
{
    if (facts->declared_count == SW_LICENCE_NAMED_MAX) {
        return too_many(arena, facts, declared->file, "it names too many licences");
    }
    struct sw_licence_declared *grown = sw_arena_grow(
        arena, facts->declared, facts->declared_count, &facts->declared_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    facts->declared = grown;
    grown[facts->declared_count++] = *declared;
    return SW_OK;
}

/* "https://huggingface.co/org/name/" is known as "org/name". */
static struct sw_str base_name(struct sw_str name)
{
    static const char hub[] = "https://huggingface.co/";
    name = sw_ascii_trim(name);
    if (sw_ascii_starts(name, hub)) {
        name = sw_str_n(name.ptr + sizeof(hub) - 1, name.len - (sizeof(hub) - 1));
    }
    while (name.len > 0 && name.ptr[name.len - 1] == '/') {
        name.len--;
    }
    return name;
}

sw_result sw_licence_add_base(
    struct sw_arena *arena, struct sw_licence_facts *facts, const struct sw_licence_base *told)
{
    struct sw_licence_base own = *told;
    const struct sw_licence_base *base = &own;
    own.name = base_name(told->name);
    if (own.name.len == 0) {
        return SW_OK;
    }
    for (size_t i = 0; i < facts->base_count; i++) {
        if (sw_ascii_equal(facts->bases[i].name, base->name)) {
            return SW_OK;
        }
    }
    if (facts->base_count == SW_LICENCE_NAMED_MAX) {
        return too_many(arena, facts, base->file, "it names too many base models");
    }
    struct sw_licence_base *grown =
        sw_arena_grow(arena, facts->bases, facts->base_count, &facts->base_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    facts->bases = grown;
    grown[facts->base_count++] = *base;
    return SW_OK;
}

sw_result sw_licence_add_dataset(
    struct sw_arena *arena, struct sw_licence_facts *facts, struct sw_str name)
{
    if (facts->dataset_count == SW_LICENCE_NAMED_MAX) {
        return SW_OK;
    }
    struct sw_str *grown = sw_arena_grow(
        arena, facts->datasets, facts->dataset_count, &facts->dataset_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    facts->datasets = grown;
    grown[facts->dataset_count++] = name;
    return SW_OK;
}

/* --- names of licences ------------------------------------------------------------------------ */

/* "(c)" is written for a sign that is no letter. */
static bool is_copyright_sign(struct sw_bytes text, size_t at)
{
    return text.len - at >= 3 && text.ptr[at] == '(' && (text.ptr[at + 1] | 0x20) == 'c' &&
           text.ptr[at + 2] == ')';
}

struct sw_str sw_licence_words(struct sw_arena *arena, struct sw_bytes text, size_t max)
{
    size_t room = text.len < max ? text.len : max;
    char *out = sw_arena_alloc(arena, room + 1);
    size_t len = 0;
    bool gap = false;
    for (size_t i = 0; out != NULL && i < text.len && len < room; i++) {
        char c = (char)text.ptr[i];
        if (is_copyright_sign(text, i)) {
            i += 2;
            c = ' ';
        }
        if (!sw_ascii_alnum(c)) {
            gap = true;
            continue;
        }
        if (gap && len > 0) {
            out[len++] = ' ';
        }
        gap = false;
        if (len < room) {
            out[len++] = sw_ascii_lower(c);
        }
    }
    return out == NULL ? sw_str("") : sw_str_n(out, len);
}

/* "other", and what else says that a name follows, or that nobody knows. */
static bool tells_nothing(struct sw_str id)
{
    static const char *const words[] = {
        "", "other", "unknown", "none", "n/a", "null", "noassertion", "proprietary", "custom"};
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (sw_ascii_equal(id, sw_str(words[i]))) {
            return true;
        }
    }
    return false;
}

static const struct sw_spdx_expression *known_name(struct sw_arena *arena, struct sw_str text)
{
    const struct sw_spdx_expression *e = NULL;
    const struct sw_licence_terms *terms = sw_licence_by_hub(text);
    terms = terms == NULL ? sw_licence_by_name(text) : terms;
    if (terms != NULL) {
        return sw_spdx_single(arena, terms->id);
    }
    return sw_spdx_parse(arena, text, &e, NULL) == SW_OK ? e : NULL;
}

const struct sw_spdx_expression *sw_licence_named(
    struct sw_arena *arena, struct sw_str id, struct sw_str name, struct sw_str link)
{
    const struct sw_str words[] = {sw_ascii_trim(id), sw_ascii_trim(name)};
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        const struct sw_spdx_expression *e =
            tells_nothing(words[i]) ? NULL : known_name(arena, words[i]);
        if (e != NULL) {
            return e;
        }
    }
    const struct sw_licence_terms *terms = sw_licence_by_link(sw_ascii_trim(link));
    if (terms != NULL) {
        return sw_spdx_single(arena, terms->id);
    }
    for (size_t i = SW_COUNT(words); i-- > 0;) {
        struct sw_str reference =
            tells_nothing(words[i]) ? sw_str("") : sw_spdx_reference(arena, words[i]);
        if (reference.len > 0) {
            return sw_spdx_single(arena, reference);
        }
    }
    return NULL;
}

/* --- licence texts ---------------------------------------------------------------------------- */

/* The first line that is neither empty nor about whose copyright it is. */
static struct sw_bytes from_title(struct sw_bytes text)
{
    for (size_t pos = 0; pos < text.len;) {
        const uint8_t *end = memchr(text.ptr + pos, '\n', text.len - pos);
        size_t next = end == NULL ? text.len : (size_t)(end - text.ptr) + 1;
        size_t start = pos;
        while (start < next && !sw_ascii_alnum((char)text.ptr[start])) {
            start++;
        }
        struct sw_str line = sw_str_n((const char *)text.ptr + start, next - start);
        if (line.len > 0 && !sw_ascii_starts(line, "copyright") &&
            !sw_ascii_starts(line, "all rights reserved")) {
            return sw_bytes(text.ptr + start, text.len - start);
        }
        pos = next;
    }
    return sw_bytes(text.ptr, 0);
}

static struct sw_str first_line(struct sw_bytes text)
{
    enum { SHOWN = 200 };
    const uint8_t *end = text.len == 0 ? NULL : memchr(text.ptr, '\n', text.len);
    size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);
    if (len > SHOWN) {
        len = SHOWN;
        while (len > 0 && (text.ptr[len] & 0xC0) == 0x80) { /* not inside of a character */
            len--;
        }
    }
    return sw_ascii_trim(sw_str_n((const char *)text.ptr, len));
}

/* The whole text is known by its digest; one that was cut is not whole. */
static const struct sw_licence_terms *known_text(struct sw_arena *arena, struct sw_bytes text)
{
    struct sw_str words = sw_licence_words(arena, text, SW_LICENCE_TEXT_MAX);
    struct sw_digest digest;
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_sha256(sw_bytes_of_str(words), &digest);
    sw_digest_hex(&digest, hex);
    return words.len == 0 ? NULL : sw_licence_by_digest(sw_str(hex));
}

sw_result sw_licence_read_text(struct sw_arena *arena, struct sw_bytes bytes, struct sw_str file,
    struct sw_licence_facts *facts)
{
    enum { TITLE_MAX = 256 };
    struct sw_bytes text = from_title(bytes);
    struct sw_str line = first_line(text);
    if (text.len == 0 || !sw_utf8_valid(sw_bytes_of_str(line))) {
        return sw_licence_add_problem(arena, facts, file, "it holds no text that can be read");
    }
    const struct sw_licence_terms *terms = known_text(arena, text);
    struct sw_licence_declared declared = {
        .evidence = terms != NULL ? SW_LICENCE_BY_TEXT : SW_LICENCE_BY_TITLE,
        .file = file,
        .line = 1};
    terms = terms != NULL ? terms : sw_licence_by_title(sw_licence_words(arena, text, TITLE_MAX));
    declared.text = sw_str(sw_arena_strndup(arena, line));
    declared.expression = terms == NULL ? NULL : sw_spdx_single(arena, terms->id);
    return sw_licence_add_declared(arena, facts, &declared);
}

sw_result sw_licence_read_notice(struct sw_arena *arena, struct sw_bytes bytes, struct sw_str file,
    struct sw_licence_facts *facts)
{
    facts->notice_words = sw_licence_words(arena, bytes, SW_LICENCE_TEXT_MAX);
    return SW_OK;
}
