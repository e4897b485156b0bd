/* Which vendor stands behind a service that is in use. */
#include "supply/ascii.h"
#include "supply/ipv6.h"
#include "supply/purl.h"
#include "supply/vendor_private.h"

#include <stdlib.h>

#define HOST_MAX 253u
#define LABEL_MAX 63u

/* --- hosts ------------------------------------------------------------------------------------ */

static bool is_label(struct sw_str label)
{
    if (label.len == 0 || label.len > LABEL_MAX || label.ptr[0] == '-' ||
        label.ptr[label.len - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < label.len; i++) {
        if (!sw_ascii_alnum(label.ptr[i]) && label.ptr[i] != '-') {
            return false;
        }
    }
    return true;
}

static bool is_number(struct sw_str label)
{
    for (size_t i = 0; i < label.len; i++) {
        if (!sw_ascii_digit(label.ptr[i])) {
            return false;
        }
    }
    return label.len > 0;
}

/* How many names it has; 0 when it is no host. *numbers: the last one is a number, as only those of
 * addresses are. */
static size_t count_labels(struct sw_str host, bool *numbers)
{
    size_t count = 0;
    size_t start = 0;
    for (size_t i = 0; i <= host.len; i++) {
        if (i < host.len && host.ptr[i] != '.') {
            continue;
        }
        const struct sw_str label = sw_str_n(host.ptr + start, i - start);
        if (!is_label(label)) {
            return 0;
        }
        *numbers = is_number(label);
        count++;
        start = i + 1;
    }
    return count;
}

static bool lower(struct sw_arena *arena, struct sw_str text, struct sw_str *out)
{
    char *copy = sw_arena_strndup(arena, text);
    for (size_t i = 0; copy != NULL && i < text.len; i++) {
        copy[i] = sw_ascii_lower(copy[i]);
    }
    *out = sw_str_n(copy, text.len);
    return copy != NULL;
}

static struct sw_str without_last_dot(struct sw_str host)
{
    return host.len > 1 && host.ptr[host.len - 1] == '.' ? sw_str_n(host.ptr, host.len - 1) : host;
}

static bool take_ipv6(struct sw_arena *arena, struct sw_str text, struct sw_str *out)
{
    char form[SW_IPV6_SIZE];
    const size_t len = sw_ipv6_host(text, form);
    return len > 0 && lower(arena, sw_str_n(form, len), out);
}

bool sw_vendor_host_rule(struct sw_arena *arena, struct sw_str text, struct sw_str *out)
{
    if (memchr(text.ptr, ':', text.len) != NULL) {
        return take_ipv6(arena, text, out);
    }
    const struct sw_str host = without_last_dot(text);
    bool below = host.len > 0 && host.ptr[0] == '.';
    bool numbers = false;
    const struct sw_str names = below ? sw_str_n(host.ptr + 1, host.len - 1) : host;
    size_t labels = names.len > HOST_MAX ? 0 : count_labels(names, &numbers);
    if (labels == 0 || (below && (labels < 2 || numbers))) {
        return false;
    }
    return lower(arena, host, out);
}

/* What stands before the first of `ends`. */
static struct sw_str until(struct sw_str text, const char *ends)
{
    const size_t count = strlen(ends);
    size_t i = 0;
    while (i < text.len && memchr(ends, text.ptr[i], count) == NULL) {
        i++;
    }
    return sw_str_n(text.ptr, i);
}

/* How long "https://" is, at the beginning alone: in a query another address may stand. */
static size_t scheme_length(struct sw_str text)
{
    size_t i = 0;
    while (i < text.len && (sw_ascii_alnum(text.ptr[i]) || memchr("+-.", text.ptr[i], 3) != NULL)) {
        i++;
    }
    return i > 0 && text.len - i >= 3 && memcmp(text.ptr + i, "://", 3) == 0 ? i + 3 : 0;
}

/* User information and a backslash are how an address looks like one of another host. */
bool sw_vendor_host_of(struct sw_arena *arena, struct sw_str text, struct sw_str *out)
{
    const size_t skip = scheme_length(text);
    const struct sw_str authority = until(sw_str_n(text.ptr + skip, text.len - skip), "/?#");
    char form[SW_IPV6_SIZE];
    const bool bare = skip == 0 && authority.len == text.len && sw_ipv6_host(text, form) > 0;
    const size_t bracketed = bare ? text.len : sw_ipv6_span(authority);
    const struct sw_str host =
        bracketed > 0 ? sw_str_n(authority.ptr, bracketed) : until(authority, ":");
    const struct sw_str port = sw_str_n(host.ptr + host.len, authority.len - host.len);
    if (host.len == 0 || host.ptr[0] == '.' || (port.len > 0 && port.ptr[0] != ':') ||
        (port.len > 1 && !is_number(sw_str_n(port.ptr + 1, port.len - 1)))) {
        return false;
    }
    return sw_vendor_host_rule(arena, host, out);
}

bool sw_vendor_host_fits(struct sw_str rule, struct sw_str host)
{
    if (rule.len == 0 || rule.ptr[0] != '.') {
        return sw_str_equal(rule, host);
    }
    return host.len > rule.len && memcmp(host.ptr + host.len - rule.len, rule.ptr, rule.len) == 0;
}

/* --- packages --------------------------------------------------------------------------------- */

/* A package of another registry is somebody else's. */
static bool is_same_package(const struct sw_purl *rule, const struct sw_purl *asked)
{
    return sw_str_equal(rule->type, asked->type) &&
           sw_str_equal(rule->namespace, asked->namespace) &&
           sw_str_equal(rule->name, asked->name) &&
           (rule->version.len == 0 || sw_str_equal(rule->version, asked->version)) &&
           sw_str_equal(sw_purl_qualifier(rule, "repository_url"),
               sw_purl_qualifier(asked, "repository_url"));
}

static bool fits_purl(struct sw_arena *arena, struct sw_str rule, struct sw_str asked)
{
    struct sw_purl a;
    struct sw_purl b;
    struct sw_error why = {0};
    return sw_purl_parse(arena, rule, &a, &why) == SW_OK &&
           sw_purl_parse(arena, asked, &b, &why) == SW_OK && is_same_package(&a, &b);
}

/* --- a service -------------------------------------------------------------------------------- */

static const char *const by_names[] = {
    [SW_VENDOR_BY_HOST] = "host",
    [SW_VENDOR_BY_PURL] = "purl",
    [SW_VENDOR_BY_MCP_SERVER] = "mcp-server",
    [SW_VENDOR_BY_NAME] = "name",
};

const char *sw_vendor_by_name(enum sw_vendor_by by)
{
    return by_names[by];
}

struct asking {
    struct sw_arena *arena;
    const struct sw_vendor_asked *asked;
    struct sw_str host; /* canonical; empty when it is none */
    int64_t at;
};

static size_t fit_host(const struct asking *q, const struct sw_vendor_service *s)
{
    size_t best = 0;
    for (size_t i = 0; i < s->host_count && q->host.len > 0; i++) {
        if (sw_vendor_host_fits(s->hosts[i], q->host) && s->hosts[i].len > best) {
            best = s->hosts[i].len;
        }
    }
    return best;
}

static size_t fit_purl(const struct asking *q, const struct sw_vendor_service *s)
{
    for (size_t i = 0; i < s->purl_count && q->asked->purl.len > 0; i++) {
        if (fits_purl(q->arena, s->purls[i], q->asked->purl)) {
            return 1;
        }
    }
    return 0;
}

static bool is_one_of(const struct sw_str *list, size_t count, struct sw_str text)
{
    for (size_t i = 0; i < count && text.len > 0; i++) {
        if (sw_ascii_equal(list[i], text)) {
            return true;
        }
    }
    return false;
}

static size_t fit_mcp_server(const struct asking *q, const struct sw_vendor_service *s)
{
    return is_one_of(s->mcp_servers, s->mcp_server_count, q->asked->mcp_server) ? 1 : 0;
}

static size_t fit_name(const struct asking *q, const struct sw_vendor_service *s)
{
    return is_one_of(&s->name, 1, q->asked->name) ||
                   is_one_of(s->names, s->name_count, q->asked->name)
               ? 1
               : 0;
}

/* How well a service fits; 0: not. */
static size_t (*const fits[])(const struct asking *q, const struct sw_vendor_service *s) = {
    [SW_VENDOR_BY_HOST] = fit_host,
    [SW_VENDOR_BY_PURL] = fit_purl,
    [SW_VENDOR_BY_MCP_SERVER] = fit_mcp_server,
    [SW_VENDOR_BY_NAME] = fit_name,
};

static const struct sw_vendor_service *best_service(
    const struct asking *q, enum sw_vendor_by by, const struct sw_vendor *vendor, size_t *best)
{
    const struct sw_vendor_service *found = NULL;
    *best = 0;
    for (size_t i = 0; i < vendor->service_count; i++) {
        size_t fit = fits[by](q, &vendor->services[i]);
        if (fit > *best) {
            *best = fit;
            found = &vendor->services[i];
        }
    }
    return found;
}

/* The longest rule; of equals the one in the worst state, for a doubt is no approval. */
static bool cover_by(const struct asking *q, enum sw_vendor_by by,
    const struct sw_vendor_claim *const *claims, size_t count, struct sw_vendor_cover *out)
{
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        size_t fit;
        const struct sw_vendor_service *service = best_service(q, by, &claims[i]->vendor, &fit);
        const enum sw_vendor_state state = sw_vendor_state(&claims[i]->vendor, q->at);
        if (service == NULL || fit < most || (fit == most && state <= out->state)) {
            continue;
        }
        most = fit;
        *out = (struct sw_vendor_cover){claims[i], service, by, state};
    }
    return most > 0;
}

/* Other signers may think worse of the vendor, and not list the service at all. */
static void hear_all(const struct asking *q, const struct sw_vendor_claim *const *claims,
    size_t count, struct sw_vendor_cover *out)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_equal(claims[i]->vendor.name, out->claim->vendor.name)) {
            const enum sw_vendor_state state = sw_vendor_state(&claims[i]->vendor, q->at);
            out->state = state > out->state ? state : out->state;
        }
    }
}

sw_result sw_vendor_cover(struct sw_arena *arena, const struct sw_vendor_claim *claims,
    size_t count, const struct sw_vendor_asked *asked, int64_t at, struct sw_vendor_cover *out)
{
    struct asking q = {.arena = arena, .asked = asked, .at = at};
    const struct sw_vendor_claim **newest = NULL;
    size_t newest_count = 0;
    *out = (struct sw_vendor_cover){0};
    SW_TRY(sw_vendor_newest(arena, claims, count, at, &newest, &newest_count));
    if (asked->host.len > 0) {
        (void)sw_vendor_host_of(arena, asked->host, &q.host);
    }
    bool only_host = asked->host.len > 0 && !sw_str_equal(asked->host, asked->name);
    const enum sw_vendor_by last = only_host ? SW_VENDOR_BY_HOST : SW_VENDOR_BY_NAME;
    for (int by = SW_VENDOR_BY_HOST; by <= (int)last; by++) {
        if (cover_by(&q, (enum sw_vendor_by)by, newest, newest_count, out)) {
            hear_all(&q, newest, newest_count, out);
            return SW_OK;
        }
    }
    return SW_OK;
}

/* A host that stands where a name does. */
static bool looks_like_host(struct sw_str name)
{
    return memchr(name.ptr, '.', name.len) != NULL && memchr(name.ptr, ' ', name.len) == NULL;
}

bool sw_vendor_asked_of(const struct sw_entity_id *entity, struct sw_vendor_asked *out)
{
    const struct sw_str none = sw_str("");
    *out = (struct sw_vendor_asked){none, entity->purl, none, none};
    switch ((int)entity->kind) {
    case SW_ENTITY_SERVICE:
    case SW_ENTITY_ENDPOINT:
        out->host = looks_like_host(entity->name) ? entity->name : none;
        out->name = entity->name;
        return true;
    case SW_ENTITY_MCP_SERVER: out->mcp_server = entity->name; return true;
    case SW_ENTITY_MODEL:
    case SW_ENTITY_DATASET:
    case SW_ENTITY_LIBRARY:
    case SW_ENTITY_CONTAINER: return true;
    default: return false;
    }
}

/* --- which claims hold ------------------------------------------------------------------------ */

static int by_vendor(const void *left, const void *right)
{
    const struct sw_vendor_claim *a = *(const struct sw_vendor_claim *const *)left;
    const struct sw_vendor_claim *b = *(const struct sw_vendor_claim *const *)right;
    int order = sw_str_compare(a->vendor.name, b->vendor.name);
    if (order != 0) {
        return order;
    }
    if (a->time != b->time) {
        return a->time > b->time ? -1 : 1;
    }
    return (a->leaf < b->leaf) - (a->leaf > b->leaf);
}

static bool spoke_before(
    const struct sw_vendor_claim *const *list, size_t count, const struct sw_vendor_claim *claim)
{
    for (size_t i = count; i-- > 0;) {
        if (!sw_str_equal(list[i]->vendor.name, claim->vendor.name)) {
            return false;
        }
        if (strcmp(list[i]->signer, claim->signer) == 0) {
            return true;
        }
    }
    return false;
}

sw_result sw_vendor_newest(struct sw_arena *arena, const struct sw_vendor_claim *claims,
    size_t count, int64_t at, const struct sw_vendor_claim ***out, size_t *out_count)
{
    const struct sw_vendor_claim **list =
        SW_ARENA_ARRAY(arena, const struct sw_vendor_claim *, count);
    size_t taken = 0;
    size_t kept = 0;
    SW_TRY_PTR(list);
    for (size_t i = 0; i < count; i++) {
        if (claims[i].time <= at) {
            list[taken++] = &claims[i];
        }
    }
    if (taken > 1) {
        qsort(list, taken, sizeof(*list), by_vendor);
    }
    for (size_t i = 0; i < taken; i++) {
        if (!spoke_before(list, kept, list[i])) {
            list[kept++] = list[i];
        }
    }
    *out = list;
    *out_count = kept;
    return SW_OK;
}
