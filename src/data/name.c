#include "data/claims.h"

sw_result sw_dataset_name_parse(
    struct sw_str text, struct sw_dataset_name *out, struct sw_error *err)
{
    const char *at = text.len == 0 ? NULL : memchr(text.ptr, '@', text.len);
    size_t name_len = at == NULL ? text.len : (size_t)(at - text.ptr);
    struct sw_dataset_name parsed = {.name = sw_str_n(text.ptr, name_len)};
    SW_TRY(sw_name_check(parsed.name, "dataset", err));
    if (at != NULL) {
        parsed.version = sw_str_n(at + 1, text.len - name_len - 1);
        SW_TRY(sw_name_check(parsed.version, "dataset's version", err));
    }
    *out = parsed;
    return SW_OK;
}
