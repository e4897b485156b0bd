/* Sockets that wait for connections. A port says by itself which server listens only where that
 * server alone uses it, and even then not surely.
 * Source: proc_net_tcp (Linux, Documentation/networking). */
#include "supply/ascii.h"
#include "supply/host.h"

#include <stdio.h>

#define TABLE_MAX ((size_t)32 << 20)
#define FIELDS 10

static bool hex_of(struct sw_str text, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char c = sw_ascii_lower(text.ptr[i]);
        if (!sw_ascii_digit(c) && (c < 'a' || c > 'f')) {
            return false;
        }
        value = value << 4 | (uint64_t)(sw_ascii_digit(c) ? c - '0' : c - 'a' + 10);
    }
    *out = value;
    return text.len > 0 && text.len <= 16;
}

/* 127.0.0.0/8 and ::1, as the kernel writes them: each word of four bytes in its own order. */
static bool is_loopback(struct sw_str address)
{
    return address.len == 8 ? sw_str_ends(address, "7F")
                            : sw_str_is(address, "00000000000000000000000001000000") ||
                                  (sw_str_starts(address, "0000000000000000FFFF0000") &&
                                      sw_str_ends(address, "7F"));
}

static sw_result add(struct sw_host *h, struct sw_str inode, uint16_t port, bool everywhere)
{
    uint32_t number;
    const char *link = sw_arena_printf(&h->arena, "socket:[" SW_STR_FMT "]", SW_STR_ARG(inode));
    SW_TRY_PTR(link);
    if (h->listener_count >= SW_HOST_LISTENERS_MAX ||
        sw_names_find(&h->sockets, 0, sw_str(link), &number)) {
        return SW_OK;
    }
    struct sw_host_listener *grown =
        sw_arena_grow(&h->arena, h->listeners, h->listener_count, &h->listener_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    h->listeners = grown;
    SW_TRY(sw_names_number(&h->sockets, 0, sw_str(link), &number));
    grown[h->listener_count++] = (struct sw_host_listener){.port = port, .everywhere = everywhere};
    return SW_OK;
}

/* "N: ADDRESS:PORT REMOTE 0A tx:rx tr:when retransmits uid timeout inode …" */
static sw_result read_line(struct sw_host *h, struct sw_str line)
{
    struct sw_str fields[FIELDS];
    size_t count = 0;
    uint64_t port;
    for (size_t i = 0; i < line.len && count < FIELDS;) {
        while (i < line.len && line.ptr[i] == ' ') {
            i++;
        }
        const size_t start = i;
        while (i < line.len && line.ptr[i] != ' ') {
            i++;
        }
        fields[count++] = sw_str_n(line.ptr + start, i - start);
    }
    const char *colon = count < FIELDS ? NULL : memrchr(fields[1].ptr, ':', fields[1].len);
    if (colon == NULL || !sw_str_is(fields[3], "0A") || fields[9].len > 20) {
        return SW_OK;
    }
    const size_t len = (size_t)(colon - fields[1].ptr);
    if (!hex_of(sw_str_n(colon + 1, fields[1].len - len - 1), &port) || port > UINT16_MAX) {
        return SW_OK;
    }
    return add(h, fields[9], (uint16_t)port, !is_loopback(sw_str_n(fields[1].ptr, len)));
}

sw_result sw_host_read_listeners(struct sw_host *h, const char *directory)
{
    static const char *const tables[] = {"tcp", "tcp6"};
    for (size_t i = 0; i < SW_COUNT(tables); i++) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        bool found;
        const char *path = sw_host_path(h, "%s/%s", directory, tables[i]);
        SW_TRY_PTR(path);
        SW_TRY(sw_host_read(h, path, TABLE_MAX, &text, &found));
        struct sw_str rest = sw_buf_str(&text);
        while (rest.len > 0) {
            const char *end = memchr(rest.ptr, '\n', rest.len);
            const size_t len = end == NULL ? rest.len : (size_t)(end - rest.ptr);
            SW_TRY(read_line(h, sw_str_n(rest.ptr, len)));
            const size_t used = end == NULL ? len : len + 1;
            rest = sw_str_n(rest.ptr + used, rest.len - used);
        }
    }
    return SW_OK;
}

struct sw_host_listener *sw_host_listener_of(struct sw_host *h, struct sw_str link)
{
    uint32_t number;
    return sw_str_starts(link, "socket:[") && sw_names_find(&h->sockets, 0, link, &number)
               ? &h->listeners[number]
               : NULL;
}

sw_result sw_host_see_port_alone(struct sw_host *h, const struct sw_host_listener *listener)
{
    static const struct sw_signal signal = {"port-alone", SW_SOURCE_HOST, SW_GRADE_INFERRED, 300};
    const struct sw_signal *kept = h->look.as;
    char port[8];
    struct sw_str server;
    (void)snprintf(port, sizeof(port), "%u", (unsigned)listener->port);
    if (!sw_catalogue_find(h->look.catalogue, SW_CATALOGUE_PORTS, sw_str(port), &server)) {
        return SW_OK;
    }
    const char *name =
        sw_arena_printf(h->look.arena, SW_STR_FMT " at port %s", SW_STR_ARG(server), port);
    SW_TRY_PTR(name);
    const struct sw_entity_id id = {.kind = SW_ENTITY_ENDPOINT, .name = sw_str(name)};
    h->look.path = sw_str("/proc/net/tcp");
    h->look.as = NULL;
    enum sw_code code =
        sw_look_see(&h->look, &signal, &id, 0, sw_str("its default port; no process says so"));
    h->look.as = kept;
    return code;
}

sw_result sw_host_see_ports(struct sw_host *h)
{
    for (size_t i = 0; i < h->listener_count; i++) {
        SW_TRY(h->listeners[i].owned ? SW_OK : sw_host_see_port_alone(h, &h->listeners[i]));
    }
    return SW_OK;
}
