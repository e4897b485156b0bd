/* The parts of the 7z reader: streams and folders (sevenzip_streams.c), then files and headers
 * (sevenzip.c). */
#ifndef SW_CODEC_SEVENZIP_PRIVATE_H
#define SW_CODEC_SEVENZIP_PRIVATE_H

#include "codec/sevenzip.h"

#define SW_7Z_START_SIZE 32

/* Property ids. */
enum {
    SW_7Z_END = 0x00,
    SW_7Z_HEADER = 0x01,
    SW_7Z_ARCHIVE_PROPERTIES = 0x02,
    SW_7Z_MAIN_STREAMS = 0x04,
    SW_7Z_FILES = 0x05,
    SW_7Z_PACK_INFO = 0x06,
    SW_7Z_UNPACK_INFO = 0x07,
    SW_7Z_SUBSTREAMS = 0x08,
    SW_7Z_SIZES = 0x09,
    SW_7Z_DIGESTS = 0x0a,
    SW_7Z_FOLDERS = 0x0b,
    SW_7Z_UNPACK_SIZES = 0x0c,
    SW_7Z_COUNTS = 0x0d,
    SW_7Z_EMPTY_STREAM = 0x0e,
    SW_7Z_EMPTY_FILE = 0x0f,
    SW_7Z_NAMES = 0x11,
    SW_7Z_ATTRIBUTES = 0x15,
    SW_7Z_ENCODED_HEADER = 0x17,
};

struct sw_7z_digests {
    bool *has;
    uint32_t *crc;
};

struct sw_7z_pack {
    uint64_t at, size;
};

/* The streams that one list speaks of. */
struct sw_7z_streams {
    struct sw_7z_pack *packs;
    size_t pack_count;
    struct sw_7z_folder *folders;
    size_t *counts; /* of the files in each */
    size_t folder_count;
    uint64_t *sizes; /* of the files */
    struct sw_7z_digests digests;
    size_t file_count;
};

struct sw_7z_opener {
    const struct sw_source *source;
    struct sw_arena *arena;
    struct sw_error *err;
    struct sw_cursor cur; /* in the list */
    uint64_t packed_end;  /* of all packed streams that any list speaks of */
};

/* Fails with words. */
enum sw_code sw_7z_broken(struct sw_7z_opener *o, const char *what);
#define SW_7Z_READ(expr, what)              \
    do {                                    \
        if ((expr) != SW_OK) {              \
            return sw_7z_broken(o, (what)); \
        }                                   \
    } while (0)

sw_result sw_7z_number(struct sw_7z_opener *o, uint64_t *out);
/* A number of at most `max`, or SW_E_LIMIT. */
sw_result sw_7z_count(struct sw_7z_opener *o, size_t max, const char *what, size_t *out);
/* One bit for each, the highest first; where all are set, one byte may say so. */
sw_result sw_7z_bits(struct sw_7z_opener *o, size_t count, bool or_all, bool **out);
/* The streams that a list speaks of, behind the id of what speaks of them. */
sw_result sw_7z_streams(struct sw_7z_opener *o, struct sw_7z_streams *s);

#endif
