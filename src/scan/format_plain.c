/* What stands beside a model in most directories and no loader runs. */
#include "scan/format.h"
#include "scan/keras_json.h"
#include "scan/secret.h"
#include "scan/settings.h"
#include "scan/template.h"
#include "scan/tokenizer.h"

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

/* --- templates ------------------------------------------------------------------------------- */

/* Loaders take a file of such a name for a template, whatever is in it. */
static bool is_template_file(const char *name)
{
    static const char *const endings[] = {".jinja", ".jinja2", ".j2"};
    bool is = false;
    for (size_t i = 0; i < SW_COUNT(endings); i++) {
        is = is || sw_str_ends(sw_str(name), endings[i]);
    }
    return is;
}

/* A brace that opens a tag, in JSON an escape that could be one, settings that name classes, or the
 * sign of a secret. */
static bool may_hold_more(const struct sw_specimen *specimen)
{
    static const char *const signs[] = {"{%", "{{", "\\u00"};
    enum { OVERLAP = 32 }; /* no sign is longer */
    const struct sw_source *source = &specimen->source;
    SW_CLEANUP(free) struct sw_window *window = malloc(sizeof(*window));
    if (window == NULL) {
        return true;
    }
    sw_window_init(window, source);
    for (uint64_t at = 0; at < source->size; at += SW_WINDOW_SIZE - OVERLAP) {
        struct sw_bytes part;
        if (sw_window_view(window, at, SW_WINDOW_SIZE, &part, NULL) != SW_OK) {
            return true;
        }
        for (size_t i = 0; i < SW_COUNT(signs); i++) {
            if (memmem(part.ptr, part.len, signs[i], strlen(signs[i])) != NULL) {
                return true;
            }
        }
        if (sw_keras_json_may_be(part) || sw_secret_may_be(part)) {
            return true;
        }
    }
    return false;
}

bool sw_text_wants_parser(const struct sw_specimen *specimen)
{
    return sw_is_settings(specimen->name) || is_template_file(specimen->name) ||
           sw_is_tokenizer(specimen) || may_hold_more(specimen);
}

/* What loaders render in place of the template in the settings. */
static sw_result tell_template(struct sw_inspection *in, const char *name, struct sw_bytes text)
{
    bool is = strcmp(sw_base_name(name), "chat_template.jinja") == 0;
    return is && text.len <= SW_SETTINGS_MAX ? sw_tell(in, "template", text) : SW_OK;
}

/* Stays what it was: data that no loader runs, where nothing else is said. */
static sw_result parse_text(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    bool named = is_template_file(specimen->name);
    in->status = SW_SCAN_PLAIN;
    if (specimen->source.size > SW_LARGE) {
        return named ? sw_fail(err, SW_E_LIMIT, "a template of more than 16 MiB") : SW_OK;
    }
    SW_TRY(sw_source_append(&specimen->source, 0, specimen->source.size, &text, err));
    SW_TRY(sw_secret_search(in, sw_buf_bytes(&text)));
    SW_TRY(tell_template(in, specimen->name, sw_buf_bytes(&text)));
    return named ? sw_template_inspect(in, sw_buf_bytes(&text))
                 : sw_text_find_template(in, sw_buf_bytes(&text));
}

/* The end of the string literal that begins at `at`; `len` when there is none. */
static size_t literal_end(struct sw_bytes text, size_t at)
{
    for (at++; at < text.len && text.ptr[at] != '"'; at++) {
        at += text.ptr[at] == '\\' ? 1 : 0;
    }
    return at < text.len ? at + 1 : text.len;
}

/* Whether a string is the name of a member, whose value then begins at *at. */
static bool is_name(struct sw_bytes text, size_t *at)
{
    size_t colon = skip_space(text, *at);
    if (colon == text.len || text.ptr[colon] != ':') {
        return false;
    }
    *at = skip_space(text, colon + 1);
    return true;
}

static bool read_literal(struct sw_arena *arena, struct sw_bytes literal, struct sw_bytes *out)
{
    struct sw_json value;
    if (sw_json_parse(arena, literal, NULL, &value, NULL) != SW_OK ||
        value.type != SW_JSON_STRING) {
        return false;
    }
    *out = sw_bytes_of_str(value.text);
    return true;
}

/* "chat_template", and "template" in its list of named ones. A name that cannot be read may be. */
static bool is_template_name(struct sw_bytes literal)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_bytes name;
    if (literal.len > 1024) {
        return false;
    }
    return !read_literal(&arena, literal, &name) || sw_str_ends(sw_str_of_bytes(name), "template");
}

/* Loaders take strings that are refused here, such as half of a surrogate pair. */
static sw_result look_at_unread(struct sw_inspection *in, struct sw_bytes literal, bool named)
{
    return named ? sw_found(in, "template-broken", SW_SEVERITY_HIGH, UINT64_MAX,
                       "the string that holds a chat template cannot be read")
                 : sw_text_find_template(in, literal);
}

static sw_result look_at_literal(struct sw_inspection *in, struct sw_bytes literal, bool named)
{
    bool escaped = memmem(literal.ptr, literal.len, "\\u00", 4) != NULL;
    if (!escaped && !sw_text_has_tags(literal)) {
        return SW_OK;
    }
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, SW_LARGE * 4);
    struct sw_bytes text;
    if (!read_literal(&arena, literal, &text)) {
        return look_at_unread(in, literal, named);
    }
    return named ? sw_template_inspect(in, text) : sw_text_find_template(in, text);
}

/* The strings of a document, whether all of it is JSON or not. */
static sw_result look_at_strings(struct sw_inspection *in, struct sw_bytes all)
{
    bool named = false;
    for (size_t at = 0; at < all.len;) {
        if (all.ptr[at] != '"') {
            at++;
            continue;
        }
        size_t end = literal_end(all, at);
        struct sw_bytes literal = sw_bytes(all.ptr + at, end - at);
        SW_TRY(look_at_literal(in, literal, named));
        named =
            is_name(all, &end) && end < all.len && all.ptr[end] == '"' && is_template_name(literal);
        at = end;
    }
    return SW_OK;
}

static sw_result parse_json(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    bool tokenizer = sw_is_tokenizer(specimen);
    uint64_t size = specimen->source.size;
    in->status = SW_SCAN_PLAIN;
    if (size > (tokenizer ? SW_TOKENIZER_MAX : SW_LARGE)) {
        return tokenizer ? sw_fail(err, SW_E_LIMIT, "a tokenizer of more than 64 MiB") : SW_OK;
    }
    SW_TRY(sw_source_append(&specimen->source, 0, size, &text, err));
    struct sw_bytes all = sw_buf_bytes(&text);
    if (tokenizer) {
        SW_TRY(sw_tokenizer_inspect(in, all, err));
    }
    if (size > SW_LARGE) {
        return SW_OK;
    }
    if (sw_is_settings(specimen->name)) {
        SW_TRY(sw_settings_tell(in, specimen->name, all));
    }
    SW_TRY(sw_keras_json_inspect(in, all));
    SW_TRY(sw_secret_search(in, all));
    return look_at_strings(in, all);
}

const struct sw_format sw_format_json = {.id = "json",
    .names = "",
    .sniff = sniff_json,
    .whole = true,
    .plain = true,
    .parse = parse_json};
const struct sw_format sw_format_text = {.id = "text",
    .names = "",
    .sniff = sw_is_text,
    .whole = true,
    .plain = true,
    .parse = parse_text};
