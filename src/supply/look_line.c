/* What any line of a configuration may show: variables that hold keys, hosts that serve models, and
 * keys themselves, of which nothing but the form is told. */
#include "supply/ascii.h"
#include "supply/ipv6.h"
#include "supply/key_shapes.h"
#include "supply/look_configuration.h"

#define VARIABLE_MAX 64

static bool is_variable_char(char c)
{
    return (c >= 'A' && c <= 'Z') || sw_ascii_digit(c) || c == '_';
}

static sw_result see_variables(struct sw_look *look, struct sw_str text, uint32_t line)
{
    for (size_t i = 0; i < text.len; i++) {
        size_t end = i;
        while (end < text.len && is_variable_char(text.ptr[end])) {
            end++;
        }
        const bool whole = (i == 0 || !sw_ascii_alnum(text.ptr[i - 1])) &&
                           (end == text.len || !sw_ascii_alnum(text.ptr[end]));
        if (whole && end - i > 4 && end - i <= VARIABLE_MAX) {
            SW_TRY(sw_look_see_variable(look, sw_str_n(text.ptr + i, end - i), line));
        }
        i = end > i ? end - 1 : i;
    }
    return SW_OK;
}

static const struct sw_signal in_configuration = {
    "credential-value", SW_SOURCE_CONFIGURATION, SW_GRADE_INFERRED, 850};
static const struct sw_signal in_code = {
    "credential-value", SW_SOURCE_CODE, SW_GRADE_INFERRED, 850};

static sw_result see_keys(
    struct sw_look *look, const struct sw_signal *signal, struct sw_str text, uint32_t line)
{
    const struct sw_key_shape *shape;
    for (size_t at = 0; (shape = sw_key_find(text, &at)) != NULL;) {
        char *name = sw_arena_printf(look->arena, "%s key %s...", shape->provider, shape->prefix);
        SW_TRY_PTR(name);
        const struct sw_entity_id id = {.kind = SW_ENTITY_CREDENTIAL, .name = sw_str(name)};
        SW_TRY(sw_look_see(look, signal, &id, line, sw_str("a value of this form")));
    }
    return SW_OK;
}

sw_result sw_look_see_keys(struct sw_look *look, struct sw_str text, uint32_t line)
{
    for (size_t at = 0; at < text.len; line++) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        const size_t len = end == NULL ? text.len - at : (size_t)(end - text.ptr) - at;
        SW_TRY(see_keys(look, &in_code, sw_str_n(text.ptr + at, len), line));
        at += len + 1;
    }
    return SW_OK;
}

/* --- Ollama ----------------------------------------------------------------------------------- */

static bool is_host_char(char c)
{
    return sw_ascii_alnum(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
}

/* Whether "HOST:11434REST" is Ollama: it says so, or this is its port and its interface. */
static bool is_ollama(struct sw_str host, struct sw_str rest)
{
    static const char *const local[] = {
        "localhost", "127.0.0.1", "0.0.0.0", "[::1]", "[::]", "host.docker.internal"};
    char form[SW_IPV6_SIZE];
    const size_t ipv6 = sw_ipv6_host(host, form);
    if (sw_ascii_equal(host, sw_str("ollama"))) {
        return true;
    }
    host = ipv6 > 0 ? sw_str_n(form, ipv6) : host;
    for (size_t i = 0; i < SW_COUNT(local); i++) {
        if (sw_ascii_equal(host, sw_str(local[i]))) {
            return sw_str_starts(rest, "/api") || sw_str_starts(rest, "/v1");
        }
    }
    return false;
}

static sw_result see_ollama(struct sw_look *look, struct sw_str text, uint32_t line)
{
    static const struct sw_signal signal = {
        "local-endpoint", SW_SOURCE_CONFIGURATION, SW_GRADE_INFERRED, 300};
    static const char port[] = ":11434";
    static const struct sw_entity_id id = {
        .kind = SW_ENTITY_SERVICE, .name = {"Ollama", sizeof("Ollama") - 1}};
    size_t from = 0;
    for (;;) {
        const char *found = memmem(text.ptr + from, text.len - from, port, sizeof(port) - 1);
        if (found == NULL) {
            return SW_OK;
        }
        size_t at = (size_t)(found - text.ptr);
        size_t start = at;
        while (start > from && is_host_char(text.ptr[start - 1])) {
            start--;
        }
        const size_t end = at + sizeof(port) - 1;
        if (is_ollama(
                sw_str_n(text.ptr + start, at - start), sw_str_n(text.ptr + end, text.len - end))) {
            SW_TRY(sw_look_see(look, &signal, &id, line, sw_str_n(text.ptr + start, end - start)));
        }
        from = end;
    }
}

/* --- lines ------------------------------------------------------------------------------------ */

sw_result sw_look_see_line(struct sw_look *look, struct sw_str text, uint32_t line)
{
    text = sw_ascii_trim(text);
    SW_TRY(see_keys(look, &in_configuration, text, line));
    if (text.len == 0 || text.ptr[0] == '#' || text.ptr[0] == ';' || sw_str_starts(text, "//")) {
        return SW_OK;
    }
    SW_TRY(see_variables(look, text, line));
    SW_TRY(sw_look_see_hosts(look, text, line));
    return see_ollama(look, text, line);
}

sw_result sw_look_see_lines(struct sw_look *look, struct sw_str text, uint32_t line)
{
    for (size_t at = 0; at < text.len; line++) {
        const char *start = text.ptr + at;
        const char *end = memchr(start, '\n', text.len - at);
        const size_t len = end == NULL ? text.len - at : (size_t)(end - start);
        SW_TRY(sw_look_see_line(look, sw_str_n(start, len), line));
        at += len + 1;
    }
    return SW_OK;
}
