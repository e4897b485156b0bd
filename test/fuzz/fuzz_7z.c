/* The 7z parser. The bytes that hold its checksums are made right, or no change would get further:
 * the input is the archive without its first 32 bytes, behind two bytes that say how long the list
 * at its end is. */
#include "inspect_input.h"

#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_le(uint8_t *at, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { START = 32 };
    if (size < 2) {
        return 0;
    }
    size_t body = size - 2;
    size_t list = (size_t)(data[0] | data[1] << 8);
    list = list < body ? list : body;
    uint8_t *archive = malloc(START + body);
    if (archive == NULL) {
        return 0;
    }
    memcpy(archive, "7z\xbc\xaf\x27\x1c\0\4", 8);
    memcpy(archive + START, data + 2, body);
    put_le(archive + 12, body - list, 8);
    put_le(archive + 20, list, 8);
    put_le(archive + 28, crc32(0, archive + START + body - list, (uInt)list), 4);
    put_le(archive + 8, crc32(0, archive + 12, 20), 4);
    int result = fuzz_parse(&sw_format_7z, archive, START + body);
    free(archive);
    return result;
}
