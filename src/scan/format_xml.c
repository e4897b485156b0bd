/* XML: PMML, the networks of OpenVINO, and anything else that says that it is XML.
 * doc/format/scan.md, "XML". */
#include "codec/codec.h"
#include "scan/data_files.h"
#include "scan/format.h"
#include "scan/secret.h"
#include "scan/template.h"
#include "scan/xml.h"

#define XML_MAX ((uint64_t)256 << 20)
#define SAID_MAX 50

struct document {
    struct sw_inspection *in;
    const char *name; /* of the file */
    struct sw_xml xml;
    struct sw_str root;
    bool constant;  /* OpenVINO: in a layer of numbers from the file beside */
    bool extension; /* PMML: in an element that only its maker's programs read */
    uint64_t end;   /* of what the layers take from the file beside */
    size_t said;
};

static struct sw_bytes behind_space(struct sw_bytes head)
{
    size_t at = head.len >= 3 && memcmp(head.ptr, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < head.len && head.ptr[at] != 0 && strchr(" \t\r\n", head.ptr[at]) != NULL) {
        at++;
    }
    return sw_bytes(head.ptr + at, head.len - at);
}

/* Markdown and HTML begin with elements too. */
static bool sniff(const struct sw_specimen *specimen)
{
    static const char *const beginnings[] = {
        "<?xml", "<PMML", "<net ", "<!DOCTYPE PMML", "<!DOCTYPE net", "<!DOCTYPE r"};
    struct sw_str text = sw_str_of_bytes(behind_space(specimen->head));
    for (size_t i = 0; i < SW_COUNT(beginnings); i++) {
        if (sw_str_starts(text, beginnings[i])) {
            return sw_is_text(specimen);
        }
    }
    return false;
}

static sw_result say(struct document *d, const char *rule, enum sw_severity severity,
    uint64_t where, struct sw_str text, const char *what)
{
    if (d->said++ >= SAID_MAX && severity < SW_SEVERITY_HIGH) {
        return SW_OK;
    }
    text.len = text.len > 120 ? 120 : text.len;
    return sw_found(d->in, rule, severity, where, "\"" SW_STR_FMT "\" %s", SW_STR_ARG(text), what);
}

static bool is_model(const struct document *d)
{
    return strcmp(d->in->format, "xml") != 0;
}

/* --- what any XML can do ---------------------------------------------------------------------- */

/* Readers of pictures and of property lists know these by heart and fetch nothing. */
static bool is_known_doctype(struct sw_str text)
{
    return (sw_str_starts(text, "<!DOCTYPE svg ") || sw_str_starts(text, "<!DOCTYPE plist ") ||
               sw_str_starts(text, "<!DOCTYPE html")) &&
           memchr(text.ptr, '[', text.len) == NULL;
}

static sw_result check_doctype(struct document *d, const struct sw_xml_event *event, bool *go_on)
{
    struct sw_bytes text = d->xml.text;
    const uint8_t *start = text.ptr + event->where;
    const uint8_t *end = memchr(start, '>', text.len - (size_t)event->where);
    struct sw_str all = sw_str_n(
        (const char *)start, end == NULL ? text.len - event->where : (size_t)(end - start));
    *go_on = end != NULL && is_known_doctype(all);
    if (*go_on) {
        d->xml.at = (size_t)(end - text.ptr) + 1;
        return SW_OK;
    }
    return say(d, "xml-entity", SW_SEVERITY_CRITICAL, event->where, all,
        "declares a document type, by which readers fetch files and addresses (XXE)");
}

static bool has_code(struct sw_str text)
{
    static const char *const words[] = {"__import__", "os.system", "subprocess.", "eval(", "exec(",
        "Runtime.getRuntime", "ProcessBuilder", "ScriptEngine", "javascript:", "&lt;script",
        "<script"};
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (text.len > 0 && memmem(text.ptr, text.len, words[i], strlen(words[i])) != NULL) {
            return true;
        }
    }
    return false;
}

static sw_result check_code(struct document *d, struct sw_str text, uint64_t where)
{
    return has_code(text) ? say(d, "xml-code", is_model(d) ? SW_SEVERITY_HIGH : SW_SEVERITY_MEDIUM,
                                where, text,
                                d->extension ? "stands in an <Extension>, and looks like code"
                                             : "looks like code")
                          : SW_OK;
}

static sw_result check_open(struct document *d, const struct sw_xml_event *event)
{
    struct sw_str name = sw_xml_local(event->name);
    struct sw_str href;
    if (name.len == 6 && strncasecmp(name.ptr, "script", 6) == 0) {
        SW_TRY(say(d, "xml-code", is_model(d) ? SW_SEVERITY_HIGH : SW_SEVERITY_MEDIUM, event->where,
            name, "is an element of code"));
    }
    if (sw_str_is(name, "include") && sw_xml_attribute(event, "href", &href)) {
        SW_TRY(say(d, "xml-include", SW_SEVERITY_HIGH, event->where, href,
            "is put into this document by XInclude, wherever it stands"));
    }
    for (size_t i = 0; i < event->attribute_count; i++) {
        SW_TRY(check_code(d, event->attributes[i].value, event->where));
    }
    return SW_OK;
}

/* --- PMML ------------------------------------------------------------------------------------- */

/* A function by the name of a Java class is loaded as one. */
static sw_result check_pmml(struct document *d, const struct sw_xml_event *event)
{
    struct sw_str name = sw_xml_local(event->name);
    struct sw_str function;
    d->extension = d->extension || sw_str_is(name, "Extension");
    if (sw_str_is(name, "Apply") && sw_xml_attribute(event, "function", &function) &&
        memchr(function.ptr, '.', function.len) != NULL) {
        return say(d, "pmml-function", SW_SEVERITY_MEDIUM, event->where, function,
            "is called, and is no function of PMML: readers take it for a class to load");
    }
    return SW_OK;
}

/* --- OpenVINO --------------------------------------------------------------------------------- */

static sw_result check_layer(struct document *d, const struct sw_xml_event *event)
{
    struct sw_str type = {"", 0};
    struct sw_str version;
    if (!sw_xml_attribute(event, "type", &type)) {
        return sw_fail(d->xml.err, SW_E_FORMAT, "byte %llu: a layer without a type",
            (unsigned long long)event->where);
    }
    d->constant = sw_str_is(type, "Const");
    if (sw_xml_attribute(event, "version", &version) && !sw_str_starts(version, "opset")) {
        return say(d, "openvino-layer", SW_SEVERITY_LOW, event->where, type,
            "is no layer of OpenVINO's own: it needs a library besides");
    }
    return SW_OK;
}

static sw_result check_data(struct document *d, const struct sw_xml_event *event)
{
    struct sw_str text;
    uint64_t offset;
    uint64_t size;
    uint64_t end;
    if (!d->constant || !sw_xml_attribute(event, "offset", &text)) {
        return SW_OK;
    }
    if (!sw_parse_u64(text, &offset) || !sw_xml_attribute(event, "size", &text) ||
        !sw_parse_u64(text, &size) || !sw_add_u64(offset, size, &end)) {
        return say(d, "openvino-outside", SW_SEVERITY_HIGH, event->where, text,
            "is no place in the file of weights");
    }
    d->end = end > d->end ? end : d->end;
    return SW_OK;
}

static sw_result check_openvino(struct document *d, const struct sw_xml_event *event)
{
    struct sw_str name = sw_xml_local(event->name);
    struct sw_str library;
    if (sw_xml_attribute(event, "library", &library) ||
        sw_xml_attribute(event, "extension", &library)) {
        SW_TRY(say(d, "openvino-library", SW_SEVERITY_HIGH, event->where, library,
            "is named as a library that the layer comes from"));
    }
    if (sw_str_is(name, "layer")) {
        return check_layer(d, event);
    }
    return sw_str_is(name, "data") ? check_data(d, event) : SW_OK;
}

/* The numbers of NAME.xml stand in NAME.bin, whose end may be padded. */
static sw_result tell_openvino(struct document *d)
{
    enum { PADDING = 64 << 10 };
    SW_CLEANUP(data_files) struct sw_data_files data = {0};
    const char *slash = strrchr(d->name, '/');
    struct sw_str stem = sw_str(slash == NULL ? d->name : slash + 1);
    stem.len -= sw_str_ends(stem, ".xml") ? 4 : 0;
    uint64_t most = UINT64_MAX;
    if (d->end == 0) {
        return SW_OK;
    }
    const char *bin = sw_arena_printf(d->in->arena, SW_STR_FMT ".bin", SW_STR_ARG(stem));
    SW_TRY_PTR(bin);
    most = sw_add_u64(d->end, PADDING, &most) ? most : UINT64_MAX;
    sw_data_files_init(&data);
    sw_data_files_begin(&data, "openvino-weights", d->end, most);
    SW_TRY(sw_data_files_add(&data, sw_str(bin)));
    sw_data_files_end(&data);
    return sw_data_files_tell(&data, d->in);
}

/* --- all -------------------------------------------------------------------------------------- */

static sw_result look_at_element(struct document *d, const struct sw_xml_event *event)
{
    if (event->depth == 0) {
        d->root = sw_xml_local(event->name);
        d->in->format = sw_str_is(d->root, "PMML")  ? "pmml"
                        : sw_str_is(d->root, "net") ? "openvino"
                                                    : "xml";
    }
    SW_TRY(check_open(d, event));
    if (sw_str_is(d->root, "PMML")) {
        return check_pmml(d, event);
    }
    return sw_str_is(d->root, "net") ? check_openvino(d, event) : SW_OK;
}

/* Readers go by the encoding that the declaration names. */
static sw_result check_encoding(struct document *d)
{
    struct sw_bytes head = behind_space(d->xml.text);
    const uint8_t *end = memmem(head.ptr, head.len, "?>", 2);
    size_t len = end == NULL ? 0 : (size_t)(end - head.ptr);
    const char *at = memmem(head.ptr, len, "encoding", 8);
    if (!sw_str_starts(sw_str_of_bytes(head), "<?xml ") || at == NULL) {
        return SW_OK;
    }
    struct sw_str said = sw_str_n(at, (size_t)((const char *)end - at));
    static const char *const known[] = {"utf-8", "us-ascii", "iso-8859-1", "utf8", "windows-1252"};
    for (size_t i = 0; i < SW_COUNT(known); i++) {
        size_t n = strlen(known[i]);
        for (size_t k = 8; k + n <= said.len; k++) {
            if (strncasecmp(said.ptr + k, known[i], n) == 0) {
                return SW_OK;
            }
        }
    }
    return sw_fail(d->xml.err, SW_E_UNSUPPORTED, "it says to be in an encoding that is not read");
}

static sw_result look_at_event(struct document *d, const struct sw_xml_event *event, bool *go_on)
{
    switch (event->type) {
    case SW_XML_OPEN: return look_at_element(d, event);
    case SW_XML_CLOSE:
        d->extension = d->extension && !sw_str_is(sw_xml_local(event->name), "Extension");
        d->constant = d->constant && !sw_str_is(event->name, "layer");
        return SW_OK;
    case SW_XML_TEXT: return check_code(d, event->text, event->where);
    case SW_XML_INSTRUCTION:
        return say(d, "xml-instruction", SW_SEVERITY_LOW, event->where, event->name,
            "is an instruction to a program that reads this");
    case SW_XML_DOCTYPE: return check_doctype(d, event, go_on);
    case SW_XML_END: *go_on = false; return SW_OK;
    }
    return SW_E_INTERNAL;
}

static sw_result read_all(struct document *d)
{
    bool go_on = true;
    SW_TRY(check_encoding(d));
    while (go_on) {
        struct sw_xml_event event;
        SW_TRY(sw_xml_next(&d->xml, &event));
        SW_TRY(look_at_event(d, &event, &go_on));
    }
    return strcmp(d->in->format, "openvino") == 0 ? tell_openvino(d) : SW_OK;
}

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(free) struct document *d = calloc(1, sizeof(*d));
    if (d == NULL || specimen->source.size > XML_MAX) {
        return sw_fail(err, SW_E_LIMIT, "a document of more than 256 MiB");
    }
    SW_TRY(sw_source_append(&specimen->source, 0, specimen->source.size, &text, err));
    struct sw_bytes all = sw_buf_bytes(&text);
    d->in = in;
    d->name = specimen->name;
    sw_xml_init(&d->xml, all, err);
    if (all.len <= SW_LARGE) {
        SW_TRY(sw_secret_search(in, all));
        SW_TRY(sw_text_find_template(in, all));
    }
    return read_all(d);
}

const struct sw_format sw_format_xml = {.id = "xml",
    .names = ".pmml",
    .sniff = sniff,
    .whole = true,
    .parse = parse,
    .broken = SW_SEVERITY_MEDIUM};
