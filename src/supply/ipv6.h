/* Hosts that are addresses of IPv6. Private to the room. */
#ifndef SW_SUPPLY_IPV6_H
#define SW_SUPPLY_IPV6_H

#include "base/base.h"

#define SW_IPV6_SIZE 48 /* "[", 45 characters, "]" and NUL */

/* The one form that an address has as a host, "[2001:db8::1]" (RFC 3986 3.2.2, RFC 5952), of one
 * that is written in any way, with or without brackets. Gives its length; 0 when it is none. One
 * with a zone ("fe80::1%eth0") is none: it says nothing outside of its machine. */
size_t sw_ipv6_host(struct sw_str text, char out[SW_IPV6_SIZE]);
/* How long "[…]" is at the start of a text; 0 when there is none that could be an address. */
size_t sw_ipv6_span(struct sw_str text);

#endif
