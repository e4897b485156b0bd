#include "codec/zip.h"

/* APPNOTE 5.8.8: two bytes of version, two of the length of what follows, LZMA's properties. */
static sw_result read_lzma_header(
    struct sw_source *data, struct sw_lzma_chain *chain, struct sw_error *err)
{
    enum { HEADER = 9, PROPERTIES = 5 };
    uint8_t raw[HEADER];
    if (sw_source_read(data, 0, raw, HEADER, err) != SW_OK || raw[2] != PROPERTIES || raw[3] != 0) {
        return sw_fail(err, SW_E_FORMAT, "broken LZMA header");
    }
    *chain = (struct sw_lzma_chain){.property_len = PROPERTIES};
    memcpy(chain->properties, raw + HEADER - PROPERTIES, PROPERTIES);
    return sw_source_part(data, HEADER, data->size - HEADER, data);
}

static const struct {
    uint16_t method;
    enum sw_packing packing;
} method_table[] = {
    {SW_ZIP_DEFLATE, SW_PACK_DEFLATE},
    {12, SW_PACK_BZIP2},
    {14, SW_PACK_LZMA},
    {20, SW_PACK_ZSTD}, /* as drafts had it */
    {93, SW_PACK_ZSTD},
    {95, SW_PACK_XZ},
};

sw_result sw_zip_data(const struct sw_zip *zip, const struct sw_zip_entry *entry,
    struct sw_source *data, struct sw_packed *how, struct sw_error *err)
{
    struct sw_source stored;
    if (!entry->readable ||
        sw_source_part(&zip->source, entry->data, entry->stored, &stored) != SW_OK) {
        return sw_fail(err, SW_E_FORMAT, "its bytes are not in the archive");
    }
    if (entry->method == SW_ZIP_STORED) {
        *data = stored;
        return SW_OK;
    }
    for (size_t i = 0; i < SW_COUNT(method_table); i++) {
        if (entry->method != method_table[i].method) {
            continue;
        }
        struct sw_packed made = {
            .packing = method_table[i].packing, .size = UINT64_MAX, .budget = UINT64_MAX};
        if (made.packing == SW_PACK_LZMA) {
            made.size = (entry->flags & SW_ZIP_FLAG_LZMA_END) != 0 ? UINT64_MAX : entry->size;
            SW_TRY(read_lzma_header(&stored, &made.chain, err));
        }
        made.many = made.packing == SW_PACK_BZIP2 || made.packing == SW_PACK_ZSTD;
        *data = stored;
        *how = made;
        return SW_OK;
    }
    return sw_fail(
        err, SW_E_UNSUPPORTED, "compression method %u is not read", (unsigned)entry->method);
}
