/* References of container images.
 * Source: Open Container Initiative, Distribution Specification 1.1, names of repositories. */
#include "supply/ascii.h"
#include "supply/look_configuration.h"

#define REFERENCE_MAX 512
#define UNKNOWN '*' /* stands for a variable that has no value here */

static const char unknown = UNKNOWN;

/* --- variables -------------------------------------------------------------------------------- */

static struct sw_str value_of(const struct sw_configuration *c, struct sw_str name)
{
    for (size_t i = c->variable_count; i > 0; i--) {
        if (sw_str_equal(c->variables[i - 1].name, name)) {
            return c->variables[i - 1].value;
        }
    }
    return sw_str("");
}

/* What "NAME:-default}" stands for behind its NAME: the value, or the default, or what is unknown.
 */
static struct sw_str or_default(struct sw_str value, struct sw_str rest)
{
    size_t from = 0;
    while (from < rest.len && (rest.ptr[from] == ':' || rest.ptr[from] == '-')) {
        from++;
    }
    if (value.len > 0) {
        return value;
    }
    return from > 0 && from < rest.len ? sw_str_n(rest.ptr + from, rest.len - from)
                                       : sw_str_n(&unknown, 1);
}

/* "${NAME}", "${NAME:-default}", "$NAME" at the start of a text: its length, and what it stands
 * for. */
static size_t variable_at(const struct sw_configuration *c, struct sw_str text, struct sw_str *out)
{
    const bool braces = text.len > 1 && text.ptr[1] == '{';
    const size_t start = braces ? 2 : 1;
    size_t end = start;
    while (end < text.len && (sw_ascii_alnum(text.ptr[end]) || text.ptr[end] == '_')) {
        end++;
    }
    const char *close = braces ? memchr(text.ptr + end, '}', text.len - end) : NULL;
    const size_t stop = close == NULL ? end : (size_t)(close - text.ptr);
    const struct sw_str value = value_of(c, sw_str_n(text.ptr + start, end - start));
    *out = or_default(value, sw_str_n(text.ptr + end, stop - end));
    return close == NULL ? stop : stop + 1;
}

static size_t template_at(struct sw_str text, struct sw_str *out)
{
    const char *end = memmem(text.ptr, text.len, "}}", 2);
    *out = sw_str_n(&unknown, 1);
    return end == NULL ? text.len : (size_t)(end - text.ptr) + 2;
}

/* One character, or what stands for more. */
static size_t part_at(const struct sw_configuration *c, struct sw_str text, struct sw_str *out)
{
    *out = sw_str_n(text.ptr, 1);
    if (text.ptr[0] == '$') {
        return variable_at(c, text, out);
    }
    return sw_str_starts(text, "{{") ? template_at(text, out) : 1;
}

static bool expand(
    const struct sw_configuration *c, struct sw_str text, char out[REFERENCE_MAX], size_t *len)
{
    *len = 0;
    for (size_t i = 0; i < text.len;) {
        struct sw_str part;
        i += part_at(c, sw_str_n(text.ptr + i, text.len - i), &part);
        if (part.len > REFERENCE_MAX - *len) {
            return false;
        }
        memcpy(out + *len, part.ptr, part.len);
        *len += part.len;
    }
    return true;
}

/* --- references ------------------------------------------------------------------------------- */

struct reference {
    struct sw_str host, path, tag, digest;
};

static bool cut_prefix(struct sw_str *text, const char *prefix)
{
    const bool has = sw_str_starts(*text, prefix);
    *text = has ? sw_str_n(text->ptr + strlen(prefix), text->len - strlen(prefix)) : *text;
    return has;
}

static bool is_digest(struct sw_str text)
{
    bool good = sw_str_starts(text, "sha256:") && text.len == 7 + 64;
    for (size_t i = 7; good && i < text.len; i++) {
        const char c = text.ptr[i];
        good = sw_ascii_digit(c) || (c >= 'a' && c <= 'f');
    }
    return good;
}

static bool is_of(struct sw_str text, const char *marks)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!sw_ascii_alnum(text.ptr[i]) && memchr(marks, text.ptr[i], strlen(marks)) == NULL) {
            return false;
        }
    }
    return text.len > 0;
}

static void split_host(struct reference *r)
{
    const char *slash = memchr(r->path.ptr, '/', r->path.len);
    if (slash == NULL) {
        return;
    }
    const struct sw_str first = sw_str_n(r->path.ptr, (size_t)(slash - r->path.ptr));
    if (memchr(first.ptr, '.', first.len) == NULL && memchr(first.ptr, ':', first.len) == NULL &&
        first.ptr[0] != UNKNOWN) {
        return;
    }
    r->path = sw_str_n(slash + 1, r->path.len - first.len - 1);
    const bool hub = sw_str_ends(first, "docker.io") || first.ptr[0] == UNKNOWN;
    r->host = hub ? sw_str("") : first;
}

static bool read_reference(struct sw_str text, struct reference *r)
{
    *r = (struct reference){.host = sw_str(""), .tag = sw_str(""), .digest = sw_str("")};
    (void)(cut_prefix(&text, "docker://") || cut_prefix(&text, "docker-image://"));
    const char *at = memchr(text.ptr, '@', text.len);
    if (at != NULL) {
        const size_t len = (size_t)(at - text.ptr);
        r->digest = sw_str_n(at + 1, text.len - len - 1);
        text.len = len;
        r->digest = is_digest(r->digest) ? r->digest : sw_str("");
    }
    const char *slash = memrchr(text.ptr, '/', text.len);
    const char *name = slash == NULL ? text.ptr : slash;
    const char *colon = memchr(name, ':', text.len - (size_t)(name - text.ptr));
    if (colon != NULL) {
        const size_t len = (size_t)(colon - text.ptr);
        r->tag = sw_str_n(colon + 1, text.len - len - 1);
        text.len = len;
        r->tag = is_of(r->tag, "._-") && r->tag.len <= 128 ? r->tag : sw_str("");
    }
    r->path = text;
    split_host(r);
    (void)(r->host.len == 0 && cut_prefix(&r->path, "library/"));
    return is_of(r->path, "._-/") && sw_ascii_alnum(r->path.ptr[0]) &&
           sw_ascii_alnum(r->path.ptr[r->path.len - 1]) &&
           (r->host.len == 0 || is_of(r->host, ".-:_"));
}

/* What the catalogue says of it: by its whole name, or as a copy in somebody's registry. */
static bool find(struct sw_configuration *c, const struct reference *r, const char *repository,
    struct sw_str *what)
{
    const struct sw_catalogue *catalogue = c->look->catalogue;
    return sw_catalogue_begins(catalogue, SW_CATALOGUE_IMAGES, sw_str(repository), what) ||
           (r->host.len > 0 && memchr(r->path.ptr, '/', r->path.len) != NULL &&
               sw_catalogue_begins(catalogue, SW_CATALOGUE_IMAGES, r->path, what));
}

/* --- purls ------------------------------------------------------------------------------------ */

/* Of Docker Hub "docker", of every other registry "oci", which has its address as a qualifier. */
static sw_result purl_of(
    struct sw_arena *arena, const struct reference *r, const char *repository, struct sw_str *out)
{
    struct sw_error err;
    struct sw_purl_qualifier qualifiers[2] = {
        {.key = sw_str("repository_url"), .value = sw_str(repository)},
        {.key = sw_str("tag"), .value = r->tag}};
    const char *slash = memrchr(r->path.ptr, '/', r->path.len);
    const size_t space = slash == NULL ? 0 : (size_t)(slash - r->path.ptr);
    const bool hub = r->host.len == 0;
    struct sw_purl purl = {.type = sw_str(hub ? "docker" : "oci"),
        .namespace = sw_str_n(r->path.ptr, hub ? space : 0),
        .name = slash == NULL ? r->path : sw_str_n(slash + 1, r->path.len - space - 1),
        .version = r->digest.len > 0 || !hub ? r->digest : r->tag,
        .qualifiers = qualifiers,
        .qualifier_count = hub              ? 0
                           : r->tag.len > 0 ? 2
                                            : 1};
    enum sw_code code = sw_purl_format(arena, &purl, out, &err);
    if (code == SW_E_FORMAT) {
        *out = sw_str("");
        return SW_OK;
    }
    return code;
}

sw_result sw_configuration_image(struct sw_configuration *c, struct sw_str text, uint32_t line)
{
    static const struct sw_signal signal = {
        "container-image", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 900};
    char own[REFERENCE_MAX];
    char repository[REFERENCE_MAX + 2];
    struct reference r;
    struct sw_str what;
    size_t len;
    if (text.len == 0 || text.len > REFERENCE_MAX || !expand(c, text, own, &len) ||
        !read_reference(sw_str_n(own, len), &r)) {
        return SW_OK;
    }
    (void)snprintf(repository, sizeof(repository), SW_STR_FMT "%s" SW_STR_FMT, SW_STR_ARG(r.host),
        r.host.len > 0 ? "/" : "", SW_STR_ARG(r.path));
    if (!find(c, &r, repository, &what)) {
        return SW_OK;
    }
    struct sw_entity_id id = {.kind = SW_ENTITY_CONTAINER,
        .name = sw_str(repository),
        .version = r.tag,
        .digest = r.digest.len > 0 ? r.digest : c->digest};
    SW_TRY(purl_of(c->look->arena, &r, repository, &id.purl));
    return sw_look_see(c->look, &signal, &id, line, what);
}
