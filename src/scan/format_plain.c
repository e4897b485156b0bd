/* What stands beside a model in most directories and no loader runs. */
#include "scan/format.h"

static bool sniff_empty(const struct sw_specimen *specimen)
{
    return specimen->source.size == 0;
}

const struct sw_format sw_format_empty = {
    .id = "empty", .names = "", .sniff = sniff_empty, .plain = true};

static bool begins(const struct sw_specimen *specimen, size_t at, const char *magic, size_t len)
{
    struct sw_bytes head = specimen->head;
    return head.len >= at + len && memcmp(head.ptr + at, magic, len) == 0;
}

static bool sniff_image(const struct sw_specimen *specimen)
{
    return begins(specimen, 0, "\x89PNG\r\n\x1a\n", 8) || begins(specimen, 0, "\xff\xd8\xff", 3) ||
           begins(specimen, 0, "GIF87a", 6) || begins(specimen, 0, "GIF89a", 6) ||
           (begins(specimen, 0, "RIFF", 4) && begins(specimen, 8, "WEBP", 4));
}

const struct sw_format sw_format_image = {
    .id = "image", .names = "", .sniff = sniff_image, .plain = true};

/* --- text ------------------------------------------------------------------------------------ */

static bool has_controls(struct sw_bytes bytes)
{
    uint8_t bad = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t c = bytes.ptr[i];
        bool layout = c == '\t' || c == '\n' || c == '\f' || c == '\r';
        bad |= (c < ' ' && !layout) || c == 0x7f;
    }
    return bad != 0;
}

/* Bytes at the end of a part that are only the beginning of a character. */
static size_t cut_character(struct sw_bytes part)
{
    for (size_t i = 1; i <= 3 && i <= part.len; i++) {
        uint8_t c = part.ptr[part.len - i];
        if (c >= 0xc0) {
            size_t length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
            return length > i ? i : 0;
        }
        if (c < 0x80) {
            return 0;
        }
    }
    return 0;
}

/* Gives how many of the bytes were looked at: all, but for a character that goes on behind them. */
static bool is_text_part(struct sw_bytes part, bool last, size_t *seen)
{
    size_t cut = last ? 0 : cut_character(part);
    *seen = part.len - cut;
    return !has_controls(part) && sw_utf8_valid(sw_bytes(part.ptr, *seen));
}

bool sw_is_text(const struct sw_specimen *specimen)
{
    const struct sw_source *source = &specimen->source;
    size_t seen;
    if (!is_text_part(specimen->head, specimen->head.len == source->size, &seen)) {
        return false;
    }
    if (specimen->outside && source->size > SW_LARGE) {
        return true; /* as far as is known there: see struct sw_format */
    }
    uint64_t at = seen;
    SW_CLEANUP(free) struct sw_window *window = at < source->size ? malloc(sizeof(*window)) : NULL;
    if (window != NULL) {
        sw_window_init(window, source);
    }
    while (at < source->size) {
        struct sw_bytes part;
        if (window == NULL || sw_window_view(window, at, SW_WINDOW_SIZE, &part, NULL) != SW_OK ||
            part.len == 0 || !is_text_part(part, source->size - at == part.len, &seen) ||
            seen == 0) {
            return false;
        }
        at += seen;
    }
    return true;
}

static size_t skip_space(struct sw_bytes head, size_t at)
{
    while (at < head.len && head.ptr[at] != 0 && strchr(" \t\n\r", head.ptr[at]) != NULL) {
        at++;
    }
    return at;
}

/* An object or an array, as far as its first token tells. */
static bool sniff_json(const struct sw_specimen *specimen)
{
    struct sw_bytes head = specimen->head;
    size_t open = skip_space(head, 0);
    size_t next = open == head.len ? open : skip_space(head, open + 1);
    if (next == head.len || head.ptr[next] == 0) {
        return false;
    }
    const char *firsts = head.ptr[open] == '{'   ? "\"}"
                         : head.ptr[open] == '[' ? "\"{[]-0123456789tfn"
                                                 : "";
    return strchr(firsts, head.ptr[next]) != NULL && sw_is_text(specimen);
}

const struct sw_format sw_format_json = {
    .id = "json", .names = "", .sniff = sniff_json, .whole = true, .plain = true};
const struct sw_format sw_format_text = {
    .id = "text", .names = "", .sniff = sw_is_text, .whole = true, .plain = true};
