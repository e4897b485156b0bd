/* Services that code asks: by the clients that it makes, and the addresses it gives them. */
#include "supply/ascii.h"
#include "supply/ipv6.h"
#include "supply/look_tree.h"
#include "supply/python_values.h"
#include "supply/secrets.h"

#define HOST_MAX 253

static const struct sw_signal client = {
    "client-constructor", SW_SOURCE_CODE, SW_GRADE_INFERRED, 750};

sw_result sw_look_see_service(
    struct sw_look *look, struct sw_str service, bool elsewhere, uint32_t line)
{
    static const struct sw_signal less = {
        "client-constructor", SW_SOURCE_CODE, SW_GRADE_INFERRED, 500};
    const struct sw_entity_id id = {.kind = SW_ENTITY_SERVICE, .name = service};
    return sw_look_see(look, elsewhere ? &less : &client, &id, line,
        sw_str(elsewhere ? "asks an address that is not known here" : ""));
}

static struct sw_str from(struct sw_str text, size_t at)
{
    return sw_str_n(text.ptr + at, text.len - at);
}

/* The one form of a host, with its port when that is not the one of its scheme. */
struct endpoint {
    char text[HOST_MAX + 7];
    size_t host_len, len;
};

static bool is_host_char(char c)
{
    return sw_ascii_alnum(c) || memchr(".-_", c, 3) != NULL;
}

/* Where the host begins behind a scheme, and up to where the address may go: to white space. A
 * password may have a '/', '?' or '#': what stands in front of the last '@' is never a host. "/@"
 * may be of a path as well. */
static bool find_host(struct sw_str address, size_t *at, size_t *scheme)
{
    const char *mark = memmem(address.ptr, address.len, "://", 3);
    *scheme = mark == NULL ? 0 : (size_t)(mark - address.ptr);
    *at = mark == NULL ? 0 : *scheme + 3;
    size_t end = *at;
    while (end < address.len && !sw_ascii_space(address.ptr[end])) {
        end++;
    }
    const char *user = memrchr(address.ptr + *at, '@', end - *at);
    if (user == NULL) {
        return true;
    }
    const bool path = user > address.ptr + *at && user[-1] == '/';
    *at = (size_t)(user - address.ptr) + 1;
    return !path;
}

/* "", ":8080": how long a port is; more than there may be when it is none. */
static size_t port_length(struct sw_str rest)
{
    size_t len = rest.len > 0 && rest.ptr[0] == ':' ? 1 : 0;
    while (len > 0 && len < rest.len && sw_ascii_digit(rest.ptr[len])) {
        len++;
    }
    return len == 1 || len > 6 ? SIZE_MAX : len;
}

static size_t take_host(struct sw_str rest, struct endpoint *out)
{
    char form[SW_IPV6_SIZE];
    size_t span = sw_ipv6_span(rest);
    if (span > 0) {
        out->host_len = sw_ipv6_host(sw_str_n(rest.ptr, span), form);
        memcpy(out->text, form, out->host_len);
        return out->host_len == 0 ? 0 : span;
    }
    while (span < rest.len && span < HOST_MAX && is_host_char(rest.ptr[span])) {
        out->text[span] = sw_ascii_lower(rest.ptr[span]);
        span++;
    }
    const bool dot = span > 1 && out->text[span - 1] == '.';
    out->host_len = dot ? span - 1 : span;
    return span > 0 && sw_ascii_alnum(rest.ptr[0]) ? span : 0;
}

static bool is_usual_port(struct sw_str scheme, struct sw_str port)
{
    return (sw_str_is(port, ":443") && !sw_ascii_starts(scheme, "http:")) ||
           (sw_str_is(port, ":80") && sw_ascii_starts(scheme, "http:"));
}

/* Whether no part of it is, or may be, a secret. */
static bool is_safe(struct sw_str address, size_t begin, size_t stop)
{
    size_t start = 0;
    size_t end = 0;
    while (sw_secret_find(address, &start, &end)) {
        if (start < stop && end > begin) {
            return false;
        }
        start = end;
    }
    return true;
}

/* "https://user@Host:port/path": false when that has no whole host. Without a scheme only what has
 * a port or a dot is one. */
static bool endpoint_of(struct sw_str address, struct endpoint *out)
{
    size_t at;
    size_t scheme;
    if (!find_host(address, &at, &scheme)) {
        return false;
    }
    const struct sw_str rest = sw_str_n(address.ptr + at, address.len - at);
    const size_t span = take_host(rest, out);
    const size_t port = span == 0 ? SIZE_MAX : port_length(from(rest, span));
    if (port == SIZE_MAX || !is_safe(address, at, at + span + port)) {
        return false;
    }
    const struct sw_str behind = from(rest, span + port);
    const bool ends = behind.len == 0 || memchr("/?#", behind.ptr[0], 3) != NULL;
    out->len = out->host_len;
    if (!is_usual_port(
            sw_str_n(address.ptr, scheme + (scheme > 0)), sw_str_n(rest.ptr + span, port))) {
        memcpy(out->text + out->len, rest.ptr + span, port);
        out->len += port;
    }
    const bool whole = scheme > 0 || port > 0 || memchr(out->text, '.', out->host_len) != NULL;
    return ends && whole && out->host_len > 1;
}

static sw_result see_endpoint(struct sw_look *look, const struct endpoint *endpoint, uint32_t line)
{
    struct sw_str service;
    const char *name = sw_arena_strndup(look->arena, sw_str_n(endpoint->text, endpoint->len));
    SW_TRY_PTR(name);
    if (sw_catalogue_host(look->catalogue, sw_str_n(name, endpoint->host_len), &service)) {
        return sw_look_see_service(look, service, false, line);
    }
    const struct sw_entity_id id = {.kind = SW_ENTITY_SERVICE, .name = sw_str(name)};
    return sw_look_see(look, &client, &id, line, sw_str("the address of a client"));
}

sw_result sw_look_see_endpoints(struct sw_look *look, struct sw_str service,
    const struct sw_py_value_list *addresses, uint32_t line)
{
    bool any = false;
    for (size_t i = 0; i < addresses->count; i++) {
        struct endpoint endpoint;
        if (endpoint_of(addresses->list[i].text, &endpoint)) {
            any = true;
            SW_TRY(see_endpoint(look, &endpoint, line));
        }
    }
    return any ? SW_OK : sw_look_see_service(look, service, true, line);
}
