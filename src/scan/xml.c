/* Extensible Markup Language 1.0, fifth edition; the numbers are of its sections. */
#include "scan/xml.h"

void sw_xml_init(struct sw_xml *xml, struct sw_bytes text, struct sw_error *err)
{
    *xml = (struct sw_xml){.text = text, .err = err};
    if (text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0) {
        xml->at = 3;
    }
}

static sw_result fail(struct sw_xml *xml, const char *what)
{
    return sw_fail(xml->err, SW_E_FORMAT, "byte %zu: %s", xml->at, what);
}

static sw_result over(struct sw_xml *xml, const char *what)
{
    return sw_fail(xml->err, SW_E_LIMIT, "byte %zu: %s", xml->at, what);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct sw_xml *xml)
{
    while (xml->at < xml->text.len && is_space(xml->text.ptr[xml->at])) {
        xml->at++;
    }
}

static bool begins(const struct sw_xml *xml, const char *word)
{
    size_t len = strlen(word);
    return xml->text.len - xml->at >= len && memcmp(xml->text.ptr + xml->at, word, len) == 0;
}

static uint8_t here(const struct sw_xml *xml)
{
    return xml->at < xml->text.len ? xml->text.ptr[xml->at] : 0;
}

/* Names (2.3), a little wider: any character beyond ASCII. */
static bool is_name(uint8_t c, bool first)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
    bool later = (c >= '0' && c <= '9') || c == '-' || c == '.';
    return letter || c == '_' || c == ':' || (later && !first);
}

static sw_result read_name(struct sw_xml *xml, struct sw_str *out)
{
    size_t start = xml->at;
    while (xml->at < xml->text.len && is_name(xml->text.ptr[xml->at], xml->at == start)) {
        xml->at++;
    }
    size_t len = xml->at - start;
    if (len == 0) {
        return fail(xml, "a name is missing");
    }
    if (len > SW_XML_NAME) {
        return over(xml, "a name is too long");
    }
    *out = sw_str_n((const char *)xml->text.ptr + start, len);
    return SW_OK;
}

/* Passes over what ends with `word`, and gives what stands before it. */
static sw_result read_until(struct sw_xml *xml, const char *word, struct sw_str *out)
{
    const uint8_t *start = xml->text.ptr + xml->at;
    const uint8_t *end = memmem(start, xml->text.len - xml->at, word, strlen(word));
    if (end == NULL) {
        return fail(xml, "it ends before what began here does");
    }
    *out = sw_str_n((const char *)start, (size_t)(end - start));
    xml->at += out->len + strlen(word);
    return SW_OK;
}

/* References (4.1): those that need no declaration. */
static sw_result check_references(struct sw_xml *xml, struct sw_str text)
{
    static const char *const known[] = {"lt;", "gt;", "amp;", "quot;", "apos;", "#"};
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '&') {
            continue;
        }
        bool good = false;
        for (size_t k = 0; k < SW_COUNT(known); k++) {
            good = good || sw_str_starts(sw_str_n(text.ptr + i + 1, text.len - i - 1), known[k]);
        }
        if (!good) {
            return fail(xml, "an entity that is not declared");
        }
    }
    return SW_OK;
}

static sw_result read_value(struct sw_xml *xml, struct sw_str *out)
{
    uint8_t quote = here(xml);
    if (quote != '"' && quote != '\'') {
        return fail(xml, "a value without quotes");
    }
    const char end[2] = {(char)quote, '\0'};
    xml->at++;
    SW_TRY(read_until(xml, end, out));
    if (memchr(out->ptr, '<', out->len) != NULL) {
        return fail(xml, "'<' in a value");
    }
    return check_references(xml, *out);
}

static sw_result read_attribute(struct sw_xml *xml)
{
    struct sw_xml_attribute one;
    SW_TRY(read_name(xml, &one.name));
    skip_space(xml);
    if (here(xml) != '=') {
        return fail(xml, "an attribute without a value");
    }
    xml->at++;
    skip_space(xml);
    SW_TRY(read_value(xml, &one.value));
    for (size_t i = 0; i < xml->attribute_count; i++) {
        if (sw_str_equal(xml->attributes[i].name, one.name)) {
            return fail(xml, "an attribute stands twice");
        }
    }
    if (xml->attribute_count == SW_XML_ATTRIBUTES) {
        return over(xml, "an element has too many attributes");
    }
    xml->attributes[xml->attribute_count++] = one;
    return SW_OK;
}

/* Start tags (3.1), behind their '<'. */
static sw_result read_open(struct sw_xml *xml, struct sw_xml_event *out)
{
    if (xml->depth == 0 && xml->seen_root) {
        return fail(xml, "a second root");
    }
    if (xml->depth == SW_XML_DEPTH) {
        return over(xml, "elements nest too deep");
    }
    out->type = SW_XML_OPEN;
    SW_TRY(read_name(xml, &out->name));
    xml->attribute_count = 0;
    for (;;) {
        bool spaced = is_space(here(xml));
        skip_space(xml);
        if (here(xml) == '>' || begins(xml, "/>")) {
            break;
        }
        if (!spaced) {
            return fail(xml, "no space before an attribute");
        }
        SW_TRY(read_attribute(xml));
    }
    xml->close_next = here(xml) == '/';
    xml->at += xml->close_next ? 2 : 1;
    xml->seen_root = true;
    xml->open[xml->depth++] = out->name;
    out->attributes = xml->attributes;
    out->attribute_count = xml->attribute_count;
    return SW_OK;
}

static sw_result close_element(struct sw_xml *xml, struct sw_xml_event *out)
{
    out->type = SW_XML_CLOSE;
    out->name = xml->open[--xml->depth];
    out->depth = xml->depth;
    return SW_OK;
}

static sw_result read_close(struct sw_xml *xml, struct sw_xml_event *out)
{
    struct sw_str name;
    SW_TRY(read_name(xml, &name));
    skip_space(xml);
    if (here(xml) != '>' || xml->depth == 0 || !sw_str_equal(xml->open[xml->depth - 1], name)) {
        return fail(xml, "the end of an element that is not open");
    }
    xml->at++;
    return close_element(xml, out);
}

static sw_result read_text(struct sw_xml *xml, struct sw_xml_event *out)
{
    size_t start = xml->at;
    const uint8_t *end = memchr(xml->text.ptr + start, '<', xml->text.len - start);
    xml->at = end == NULL ? xml->text.len : (size_t)(end - xml->text.ptr);
    out->type = SW_XML_TEXT;
    out->text = sw_str_n((const char *)xml->text.ptr + start, xml->at - start);
    for (size_t i = 0; xml->depth == 0 && i < out->text.len; i++) {
        if (!is_space((uint8_t)out->text.ptr[i])) {
            return fail(xml, "text outside of the root");
        }
    }
    return check_references(xml, out->text);
}

/* Processing instructions (2.6); the declaration (2.8) is none and may only begin the file. */
static sw_result read_instruction(struct sw_xml *xml, struct sw_xml_event *out, bool *pass)
{
    size_t start = xml->at - 2;
    SW_TRY(read_name(xml, &out->name));
    SW_TRY(read_until(xml, "?>", &out->text));
    out->type = SW_XML_INSTRUCTION;
    *pass = sw_str_is(out->name, "xml") && (start == 0 || start == 3) && !xml->seen_root;
    return SW_OK;
}

/* What begins with '<'. *pass: nothing to be told. */
static sw_result read_markup(struct sw_xml *xml, struct sw_xml_event *out, bool *pass)
{
    if (begins(xml, "<!--")) {
        xml->at += 4;
        *pass = true;
        return read_until(xml, "-->", &out->text);
    }
    if (begins(xml, "<![CDATA[") && xml->depth > 0) {
        xml->at += 9;
        out->type = SW_XML_TEXT;
        return read_until(xml, "]]>", &out->text);
    }
    if (begins(xml, "<!")) {
        out->type = SW_XML_DOCTYPE;
        return begins(xml, "<!DOCTYPE") ? SW_OK : fail(xml, "a declaration that is none");
    }
    bool instruction = begins(xml, "<?");
    bool close = begins(xml, "</");
    xml->at += instruction || close ? 2 : 1;
    return instruction ? read_instruction(xml, out, pass)
           : close     ? read_close(xml, out)
                       : read_open(xml, out);
}

sw_result sw_xml_next(struct sw_xml *xml, struct sw_xml_event *out)
{
    bool pass = true;
    while (pass) {
        pass = false;
        *out = (struct sw_xml_event){.where = xml->at, .depth = xml->depth};
        if (xml->close_next) {
            xml->close_next = false;
            return close_element(xml, out);
        }
        if (xml->at == xml->text.len) {
            out->type = SW_XML_END;
            return xml->depth == 0 && xml->seen_root ? SW_OK : fail(xml, "it ends too early");
        }
        if (here(xml) != '<') {
            return read_text(xml, out);
        }
        SW_TRY(read_markup(xml, out, &pass));
    }
    return SW_OK;
}

bool sw_xml_attribute(const struct sw_xml_event *event, const char *name, struct sw_str *out)
{
    for (size_t i = 0; i < event->attribute_count; i++) {
        if (sw_str_is(event->attributes[i].name, name)) {
            *out = event->attributes[i].value;
            return true;
        }
    }
    return false;
}

struct sw_str sw_xml_local(struct sw_str name)
{
    const char *colon = name.len == 0 ? NULL : memchr(name.ptr, ':', name.len);
    size_t skip = colon == NULL ? 0 : (size_t)(colon - name.ptr) + 1;
    return sw_str_n(name.ptr + skip, name.len - skip);
}
