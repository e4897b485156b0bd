#include "supply/ipv6.h"
#include "supply/ascii.h"

#include <arpa/inet.h>

size_t sw_ipv6_host(struct sw_str text, char out[SW_IPV6_SIZE])
{
    char plain[SW_IPV6_SIZE];
    struct in6_addr address;
    if (text.len >= 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']') {
        text = sw_str_n(text.ptr + 1, text.len - 2);
    }
    if (text.len == 0 || text.len >= sizeof(plain) || memchr(text.ptr, '\0', text.len) != NULL) {
        return 0;
    }
    memcpy(plain, text.ptr, text.len);
    plain[text.len] = '\0';
    if (inet_pton(AF_INET6, plain, &address) != 1 ||
        inet_ntop(AF_INET6, &address, out + 1, SW_IPV6_SIZE - 2) == NULL) {
        return 0;
    }
    const size_t len = strlen(out + 1);
    out[0] = '[';
    out[len + 1] = ']';
    out[len + 2] = '\0';
    return len + 2;
}

size_t sw_ipv6_span(struct sw_str text)
{
    size_t at = 1;
    if (text.len < 4 || text.ptr[0] != '[') {
        return 0;
    }
    while (at < text.len && at < SW_IPV6_SIZE &&
           (sw_ascii_alnum(text.ptr[at]) || text.ptr[at] == ':' || text.ptr[at] == '.')) {
        at++;
    }
    return at < text.len && text.ptr[at] == ']' ? at + 1 : 0;
}
