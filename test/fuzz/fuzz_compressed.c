/* Every decompressor, by the first byte; what comes out the second time, from any place, must be
 * what came out the first. Then the format's own parser. */
#include "inspect_input.h"

#include "codec/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUTPUT_MAX ((uint64_t)1 << 20)

static const struct sw_format *const parsers[SW_PACKINGS] = {
    [SW_PACK_GZIP] = &sw_format_gzip,
    [SW_PACK_ZLIB] = &sw_format_zlib,
    [SW_PACK_BZIP2] = &sw_format_bzip2,
    [SW_PACK_XZ] = &sw_format_xz,
    [SW_PACK_LZMA_ALONE] = &sw_format_lzma,
    [SW_PACK_ZSTD] = &sw_format_zstd,
    [SW_PACK_LZ4] = &sw_format_lz4,
    [SW_PACK_LZ4_LEGACY] = &sw_format_lz4,
};

static void read_twice(const struct sw_source *source)
{
    static uint8_t whole[OUTPUT_MAX];
    uint8_t part[512];
    fuzz_expect(source->size <= OUTPUT_MAX);
    fuzz_expect(sw_source_read(source, 0, whole, (size_t)source->size, NULL) == SW_OK);
    uint64_t at = source->size / 2;
    size_t len = source->size - at < sizeof(part) ? (size_t)(source->size - at) : sizeof(part);
    fuzz_expect(sw_source_read(source, at, part, len, NULL) == SW_OK);
    fuzz_expect(memcmp(part, whole + at, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    enum sw_packing packing = (enum sw_packing)(data[0] % SW_PACKINGS);
    struct sw_source source = sw_source_memory(sw_bytes(data + 1, size - 1));
    struct sw_packed how = {.packing = packing,
        .size = UINT64_MAX,
        .budget = OUTPUT_MAX,
        .many = data[0] / SW_PACKINGS % 2 == 0,
        .chain = {.properties = {0x5d, 0, 0x10, 0, 0}, .property_len = 5}};
    if (packing == SW_PACK_LZMA2) {
        how.chain = (struct sw_lzma_chain){.properties = {8}, .property_len = 1};
    }
    SW_CLEANUP(unpack) struct sw_unpack *unpack = NULL;
    struct sw_unpack_end end;
    if (sw_unpack_new(&unpack, &source, &how, &end, NULL) == SW_OK) {
        fuzz_expect(end.size <= OUTPUT_MAX && end.stored <= size - 1);
        fuzz_expect(end.code != SW_OK || end.streams > 0);
        struct sw_source plain = sw_unpack_source(unpack);
        read_twice(&plain);
    }
    return parsers[packing] == NULL ? 0 : fuzz_parse(parsers[packing], data + 1, size - 1);
}
