#include "codec/zip_extra.h"

#include "codec/member_name.h"

#include <zlib.h>

#define FAULT(fault) (UINT64_C(1) << (fault))

static bool is_ascii(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((uint8_t)text.ptr[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

/* APPNOTE 4.6.9: Info-ZIP's field with the name in UTF-8, for a name that is in some older code. It
 * counts when its checksum is that of the plain name. */
static uint64_t unicode_faults(struct sw_str plain, struct sw_cursor field)
{
    uint8_t version;
    uint32_t crc;
    if (sw_cur_u8(&field, &version) != SW_OK || sw_cur_u32le(&field, &crc) != SW_OK ||
        version != 1 || crc != crc32(0, (const Bytef *)plain.ptr, (uInt)plain.len)) {
        return 0;
    }
    struct sw_str name = sw_str_n((const char *)field.data.ptr + field.pos, sw_cur_left(&field));
    bool other = is_ascii(plain) && !sw_str_equal(name, plain);
    return (other ? FAULT(SW_ZIP_OTHER_NAME) : 0) |
           (sw_member_name_is_good(name) ? 0 : FAULT(SW_ZIP_BAD_NAME));
}

/* Of two, readers take the first or the last. */
uint64_t sw_zip_extra_faults(struct sw_str name, struct sw_bytes extra)
{
    enum { WIDE = 1, UNICODE_NAME = 0x7075 };
    struct sw_cursor cur = sw_cursor(extra);
    uint64_t faults = 0;
    size_t wide = 0;
    size_t names = 0;
    uint16_t id;
    uint16_t len;
    struct sw_cursor field;
    while (sw_cur_left(&cur) >= 4) {
        if (sw_cur_u16le(&cur, &id) != SW_OK || sw_cur_u16le(&cur, &len) != SW_OK ||
            sw_cur_sub(&cur, len, &field) != SW_OK) {
            return faults | FAULT(SW_ZIP_EXTRA);
        }
        wide += id == WIDE;
        names += id == UNICODE_NAME;
        faults |= id == UNICODE_NAME ? unicode_faults(name, field) : 0;
    }
    return faults | (wide > 1 || names > 1 ? FAULT(SW_ZIP_EXTRA_TWICE) : 0);
}
