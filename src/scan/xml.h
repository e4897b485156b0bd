/* Strict XML 1.0 without DTDs, as a stream of events over bytes in memory. Refused: document types,
 * entities but the five of XML itself and numbers, names and texts that are not UTF-8, attributes
 * that stand twice, and whatever is over the limits. Private to scan. */
#ifndef SW_SCAN_XML_H
#define SW_SCAN_XML_H

#include "base/base.h"

#define SW_XML_DEPTH 128
#define SW_XML_ATTRIBUTES 64
#define SW_XML_NAME 256

enum sw_xml_type {
    SW_XML_OPEN,        /* an element: name and attributes */
    SW_XML_CLOSE,       /* its end, also of one that is empty */
    SW_XML_TEXT,        /* as it is written: entities are not replaced */
    SW_XML_INSTRUCTION, /* other than the declaration: its target is the name */
    SW_XML_DOCTYPE,     /* <!DOCTYPE: nothing behind it is read */
    SW_XML_END,
};

/* Views into the text. Values are as written, between their quotes. */
struct sw_xml_attribute {
    struct sw_str name;
    struct sw_str value;
};

struct sw_xml_event {
    enum sw_xml_type type;
    struct sw_str name;
    struct sw_str text;
    uint64_t where;
    size_t depth; /* elements that are open around it */
    const struct sw_xml_attribute *attributes;
    size_t attribute_count;
};

struct sw_xml {
    struct sw_bytes text;
    size_t at;
    struct sw_str open[SW_XML_DEPTH];
    size_t depth;
    struct sw_xml_attribute attributes[SW_XML_ATTRIBUTES];
    size_t attribute_count;
    bool close_next; /* the element was empty: <a/> */
    bool seen_root;
    struct sw_error *err;
};

void sw_xml_init(struct sw_xml *xml, struct sw_bytes text, struct sw_error *err);
/* SW_E_FORMAT with "byte N: …"; SW_E_LIMIT. After DOCTYPE, END or a failure it must not be called
 * again. */
sw_result sw_xml_next(struct sw_xml *xml, struct sw_xml_event *out);

/* The value of an attribute; false when there is none. */
bool sw_xml_attribute(const struct sw_xml_event *event, const char *name, struct sw_str *out);
/* "layer" of "ns:layer". */
struct sw_str sw_xml_local(struct sw_str name);

#endif
