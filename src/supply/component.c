#include "supply/component_private.h"

#include <stdlib.h>

static const struct sw_json_limits limits = {.max_bytes = (uint64_t)256 << 20};

/* --- one component ---------------------------------------------------------------------------- */

sw_result sw_component_key(struct sw_arena *arena, const struct sw_purl *purl, struct sw_str *out)
{
    struct sw_purl bare = *purl;
    bare.version = sw_str("");
    bare.subpath = sw_str("");
    bare.qualifiers = NULL;
    bare.qualifier_count = 0;
    struct sw_error err = {0};
    enum sw_code code = sw_purl_format(arena, &bare, out, &err);
    if (code != SW_E_FORMAT) {
        return code;
    }
    /* A type that cannot do without a qualifier (swid, julia). */
    const char *text = sw_arena_printf(arena, "pkg:" SW_STR_FMT "/" SW_STR_FMT "/" SW_STR_FMT,
        SW_STR_ARG(purl->type), SW_STR_ARG(purl->namespace), SW_STR_ARG(purl->name));
    SW_TRY_PTR(text);
    *out = sw_str(text);
    return SW_OK;
}

sw_result sw_component_set_purl(struct sw_arena *arena, struct sw_component *c, struct sw_str text)
{
    struct sw_error err = {0};
    c->text = text;
    enum sw_code code = sw_purl_parse(arena, text, &c->purl, &err);
    if (code == SW_OK) {
        c->version = c->purl.version.len > 0 ? c->purl.version : c->version;
        c->why = sw_str("");
        return sw_component_key(arena, &c->purl, &c->key);
    }
    if (code != SW_E_FORMAT) {
        return code;
    }
    const char *why = sw_arena_strdup(arena, err.text);
    SW_TRY_PTR(why);
    c->why = sw_str(why);
    return SW_OK;
}

sw_result sw_component_add_hash(
    struct sw_arena *arena, struct sw_component *c, struct sw_str algorithm, struct sw_str hex)
{
    static const char *const names[] = {"SHA-256", "SHA256", "sha256"};
    struct sw_digest digest;
    bool known = false;
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        known = known || sw_str_is(algorithm, names[i]);
    }
    if (!known || hex.len != 64 || c->digest_count == SW_COMPONENT_DIGESTS_MAX) {
        return SW_OK;
    }
    char small[64];
    for (size_t i = 0; i < hex.len; i++) {
        char ch = hex.ptr[i];
        small[i] = ch >= 'A' && ch <= 'F' ? (char)(ch + ('a' - 'A')) : ch;
    }
    if (!sw_digest_from_hex(SW_SHA256, sw_str_n(small, sizeof(small)), &digest)) {
        return SW_OK;
    }
    struct sw_digest *list = SW_ARENA_ARRAY(arena, struct sw_digest, c->digest_count + 1);
    SW_TRY_PTR(list);
    if (c->digest_count > 0) {
        memcpy(list, c->digests, c->digest_count * sizeof(*list));
    }
    list[c->digest_count++] = digest;
    c->digests = list;
    return SW_OK;
}

sw_result sw_components_add(
    struct sw_arena *arena, struct sw_components *list, const struct sw_component *one)
{
    if (list->count == SW_COMPONENTS_MAX) {
        return SW_E_LIMIT;
    }
    struct sw_component *items =
        sw_arena_grow(arena, list->items, list->count, &list->cap, sizeof(*items));
    SW_TRY_PTR(items);
    list->items = items;
    items[list->count++] = *one;
    return SW_OK;
}

sw_result sw_components_add_purl(
    struct sw_arena *arena, struct sw_components *list, struct sw_str purl)
{
    struct sw_component one = {.ref = purl};
    SW_TRY(sw_component_set_purl(arena, &one, purl));
    one.name = one.purl.name;
    return sw_components_add(arena, list, &one);
}

sw_result sw_components_add_digest(
    struct sw_arena *arena, struct sw_components *list, const struct sw_digest *digest)
{
    char text[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(digest, text);
    const char *name = sw_arena_strdup(arena, text);
    struct sw_digest *copy = SW_ARENA_NEW(arena, struct sw_digest);
    SW_TRY_PTR(name);
    SW_TRY_PTR(copy);
    *copy = *digest;
    struct sw_component one = {
        .ref = sw_str(name), .name = sw_str(name), .digests = copy, .digest_count = 1};
    return sw_components_add(arena, list, &one);
}

/* --- two lists -------------------------------------------------------------------------------- */

/* What tells it from others; empty where there is nothing. */
static sw_result identity_of(
    struct sw_arena *arena, const struct sw_component *c, struct sw_str *out)
{
    char text[SW_DIGEST_TEXT_SIZE];
    if (c->text.len > 0 || c->digest_count == 0) {
        *out = c->text;
        return SW_OK;
    }
    sw_digest_text(&c->digests[0], text);
    const char *copy = sw_arena_strdup(arena, text);
    SW_TRY_PTR(copy);
    *out = sw_str(copy);
    return SW_OK;
}

sw_result sw_components_join(
    struct sw_arena *arena, struct sw_components *list, const struct sw_components *other)
{
    struct sw_names seen;
    uint32_t number;
    sw_names_init(&seen, arena);
    for (size_t i = 0; i < list->count; i++) {
        struct sw_str identity;
        SW_TRY(identity_of(arena, &list->items[i], &identity));
        SW_TRY(sw_names_number(&seen, 0, identity, &number));
    }
    for (size_t i = 0; i < other->count; i++) {
        struct sw_str identity;
        SW_TRY(identity_of(arena, &other->items[i], &identity));
        if (identity.len > 0 && !sw_names_find(&seen, 0, identity, &number)) {
            SW_TRY(sw_names_number(&seen, 0, identity, &number));
            SW_TRY(sw_components_add(arena, list, &other->items[i]));
        }
    }
    return SW_OK;
}

/* --- a list of purls -------------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct sw_str trim(struct sw_str text)
{
    while (text.len > 0 && is_space(text.ptr[0])) {
        text = sw_str_n(text.ptr + 1, text.len - 1);
    }
    while (text.len > 0 && is_space(text.ptr[text.len - 1])) {
        text.len--;
    }
    return text;
}

static sw_result read_list(
    struct sw_arena *arena, struct sw_str text, struct sw_components *out, struct sw_error *err)
{
    uint64_t number = 0;
    out->format = sw_str("purls");
    while (text.len > 0) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);
        struct sw_str line = trim(sw_str_n(text.ptr, len));
        size_t taken = end == NULL ? len : len + 1;
        text = sw_str_n(text.ptr + taken, text.len - taken);
        number++;
        if (line.len == 0 || line.ptr[0] == '#') {
            continue;
        }
        if (!sw_utf8_valid(sw_bytes_of_str(line)) || line.len > 2 * SW_PURL_MAX) {
            return sw_fail(err, SW_E_FORMAT, "line %llu: no package URL, and the file is no JSON",
                (unsigned long long)number);
        }
        enum sw_code code = sw_components_add_purl(arena, out, line);
        if (code != SW_OK) {
            return sw_fail(err, code, "line %llu: %s", (unsigned long long)number,
                code == SW_E_LIMIT ? "there are too many" : sw_code_text(code));
        }
    }
    return SW_OK;
}

/* --- documents -------------------------------------------------------------------------------- */

static const struct sw_component_format formats[] = {
    {"CycloneDX", sw_component_is_cyclonedx, sw_component_read_cyclonedx},
    {"SPDX", sw_component_is_spdx2, sw_component_read_spdx2},
    {"SPDX", sw_component_is_spdx3, sw_component_read_spdx3},
    {"discovery", sw_component_is_discovery, sw_component_read_discovery},
};

static sw_result read_document(
    struct sw_arena *arena, struct sw_bytes text, struct sw_components *out, struct sw_error *err)
{
    struct sw_json root;
    SW_TRY(sw_json_parse(arena, text, &limits, &root, err));
    for (size_t i = 0; i < SW_COUNT(formats); i++) {
        struct sw_str version = sw_str("");
        if (!formats[i].is(&root, &version)) {
            continue;
        }
        if (version.len == 0) {
            return sw_fail(err, SW_E_UNSUPPORTED,
                "this version of %s is not read: CycloneDX 1.4 to 1.7, SPDX 2.2, 2.3 and 3.0.1 are",
                formats[i].name);
        }
        const char *format =
            sw_arena_printf(arena, "%s " SW_STR_FMT, formats[i].name, SW_STR_ARG(version));
        SW_TRY_PTR(format);
        out->format = sw_str(format);
        enum sw_code code = formats[i].read(arena, &root, out);
        return code == SW_OK
                   ? SW_OK
                   : sw_fail(err, code, "cannot read the components: %s", sw_code_text(code));
    }
    return sw_fail(
        err, SW_E_UNSUPPORTED, "this JSON is neither CycloneDX nor SPDX, nor what discovery found");
}

sw_result sw_components_read(
    struct sw_arena *arena, struct sw_bytes text, struct sw_components *out, struct sw_error *err)
{
    struct sw_components list = {0};
    size_t at = 0;
    while (at < text.len && (is_space((char)text.ptr[at]) || text.ptr[at] == '\n')) {
        at++;
    }
    bool json = at < text.len && (text.ptr[at] == '{' || text.ptr[at] == '[');
    SW_TRY(json ? read_document(arena, text, &list, err)
                : read_list(arena, sw_str_of_bytes(text), &list, err));
    sw_sha256(text, &list.digest);
    *out = list;
    return SW_OK;
}
