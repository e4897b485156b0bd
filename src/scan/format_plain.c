/* What stands beside a model in most directories and no loader runs: named, so that a reader of the
 * report need not wonder. Such a file counts as one of no known model format all the same, since
 * text can be a template or a program. */
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

/* UTF-8 without controls but those of layout. The head may end inside a character. */
static bool is_text(const struct sw_specimen *specimen)
{
    struct sw_bytes head = specimen->head;
    for (size_t i = 0; i < head.len; i++) {
        if ((head.ptr[i] < ' ' && strchr("\t\n\f\r", head.ptr[i]) == NULL) || head.ptr[i] == 0 ||
            head.ptr[i] == 0x7f) {
            return false;
        }
    }
    size_t spare = specimen->source.size > head.len ? 3 : 0;
    for (size_t cut = 0; cut <= spare && cut < head.len; cut++) {
        if (sw_utf8_valid(sw_bytes(head.ptr, head.len - cut))) {
            return true;
        }
    }
    return false;
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
    if (next == head.len || head.ptr[next] == 0 || !is_text(specimen)) {
        return false;
    }
    const char *firsts = head.ptr[open] == '{'   ? "\"}"
                         : head.ptr[open] == '[' ? "\"{[]-0123456789tfn"
                                                 : "";
    return strchr(firsts, head.ptr[next]) != NULL;
}

const struct sw_format sw_format_json = {
    .id = "json", .names = "", .sniff = sniff_json, .plain = true};
const struct sw_format sw_format_text = {
    .id = "text", .names = "", .sniff = is_text, .plain = true};
