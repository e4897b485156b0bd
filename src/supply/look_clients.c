/* Services that code asks: by the clients that it makes, and the addresses it gives them. */
#include "supply/ascii.h"
#include "supply/look_tree.h"
#include "supply/python_values.h"

#define HOST_MAX 254

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

static bool is_host_char(char c)
{
    return sw_ascii_alnum(c) || memchr(".-_:", c, 4) != NULL;
}

/* "https://user@host:port/path": the host with its port; empty when it is no whole one. */
static struct sw_str host_of(struct sw_str address)
{
    const char *mark = memmem(address.ptr, address.len, "://", 3);
    if (mark == NULL) {
        return sw_str("");
    }
    struct sw_str rest = sw_str_n(mark + 3, address.len - (size_t)(mark + 3 - address.ptr));
    size_t len = 0;
    while (len < rest.len && is_host_char(rest.ptr[len])) {
        len++;
    }
    const bool ends = len == rest.len || memchr("/?#", rest.ptr[len], 3) != NULL;
    return ends && len > 2 && len < HOST_MAX && sw_ascii_alnum(rest.ptr[0])
               ? sw_str_n(rest.ptr, len)
               : sw_str("");
}

static bool is_known(const struct sw_look *look, struct sw_str host)
{
    char lower[HOST_MAX];
    struct sw_str service;
    const char *colon = memchr(host.ptr, ':', host.len);
    const size_t len = colon == NULL ? host.len : (size_t)(colon - host.ptr);
    for (size_t i = 0; i < len; i++) {
        lower[i] = sw_ascii_lower(host.ptr[i]);
    }
    return sw_catalogue_host(look->catalogue, sw_str_n(lower, len), &service);
}

sw_result sw_look_see_endpoints(
    struct sw_look *look, const struct sw_py_value_list *addresses, uint32_t line)
{
    for (size_t i = 0; i < addresses->count; i++) {
        const struct sw_str host = host_of(addresses->list[i].text);
        const struct sw_entity_id id = {.kind = SW_ENTITY_SERVICE, .name = host};
        SW_TRY(host.len == 0 || is_known(look, host)
                   ? SW_OK
                   : sw_look_see(look, &client, &id, line, sw_str("the address of a client")));
    }
    return SW_OK;
}
