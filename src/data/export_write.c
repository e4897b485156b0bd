#include "data/export_private.h"

const struct sw_export_format sw_export_formats[] = {
    {"croissant", "Croissant 1.1 metadata with PROV-O (JSON-LD)",
        "Croissant describes datasets, not models", sw_export_croissant},
    {"openlineage", "OpenLineage 2-0-2 events (JSON lines)", NULL, sw_export_openlineage},
    {"prov", "W3C PROV-JSON, the whole chain", NULL, sw_export_prov},
    {"cyclonedx", "CycloneDX 1.6 with data components (JSON)", NULL, sw_export_cyclonedx},
};
const size_t sw_export_format_count = SW_COUNT(sw_export_formats);

sw_result sw_export_write(const struct sw_exchange *exchange, const char *format,
    struct sw_buf *out, struct sw_error *err)
{
    for (size_t i = 0; i < sw_export_format_count; i++) {
        const struct sw_export_format *row = &sw_export_formats[i];
        if (strcmp(row->name, format) != 0) {
            continue;
        }
        if (exchange->about_set == SW_NO_SET && row->refuses != NULL) {
            return sw_fail(err, SW_E_USAGE, "%s; name one", row->refuses);
        }
        return row->write(exchange, out, err);
    }
    return sw_fail(err, SW_E_USAGE, "there is no format '%s' to export", format);
}
