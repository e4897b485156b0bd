#include "supply/bom_private.h"

sw_result sw_bom_read(struct sw_bom *bom, const struct sw_json *document, struct sw_error *err)
{
    const bool spdx = sw_json_get(document, "@context") != NULL;
    if (!spdx && !sw_json_is(sw_json_get(document, "bomFormat"), "CycloneDX")) {
        return sw_fail(err, SW_E_FORMAT, "it is neither CycloneDX nor SPDX 3 as JSON");
    }
    enum sw_code code =
        spdx ? sw_bom_read_spdx(bom, document) : sw_bom_read_cyclonedx(bom, document);
    if (code == SW_E_FORMAT) {
        return sw_fail(err, code, "it does not say what it is about");
    }
    if (code == SW_E_LIMIT) {
        return sw_fail(
            err, code, "it lists more than %zu components", (size_t)SW_BOM_COMPONENTS_MAX);
    }
    return code;
}
