/* 7z reader (7zFormat.txt of the LZMA SDK 23.01): lists an archive, and says how each of its
 * folders, as the format calls streams that are compressed together, is unpacked. */
#ifndef SW_CODEC_SEVENZIP_H
#define SW_CODEC_SEVENZIP_H

#include "codec/unpack.h"

#define SW_7Z_HEADER_MAX ((uint64_t)64 << 20)
#define SW_7Z_FILES_MAX 1000000
#define SW_7Z_FOLDERS_MAX 100000

struct sw_7z_folder {
    struct sw_source packed;
    struct sw_packed how; /* unless it is stored as it is */
    bool stored;
    const char *unsupported; /* NULL: it can be unpacked; else why it cannot */
    bool encrypted;
    uint64_t size; /* as claimed */
    bool has_crc;
    uint32_t crc;
};

struct sw_7z_file {
    struct sw_str name; /* UTF-8, in the arena */
    bool has_stream;
    bool directory;
    bool has_crc;
    uint32_t crc;
    uint32_t attributes; /* Windows', with Unix' mode in the upper half when bit 15 is set */
    size_t folder;
    uint64_t offset; /* in what the folder unpacks to */
    uint64_t size;
};

struct sw_7z {
    struct sw_7z_folder *folders;
    size_t folder_count;
    struct sw_7z_file *files;
    size_t file_count;
    bool encrypted;  /* even the list is: nothing else is set */
    bool odd_names;  /* a name that is no UTF-16, or more or fewer names than files */
    uint64_t gap_at; /* bytes that belong to nothing begin here; UINT64_MAX: there are none */
};

/* Everything is in `arena`; `source` must live as long. SW_E_FORMAT when it breaks the format,
 * SW_E_LIMIT past a limit, SW_E_UNSUPPORTED when the list is packed in a way that is not read. */
sw_result sw_7z_open(struct sw_7z *out, const struct sw_source *source, struct sw_arena *arena,
    struct sw_error *err);

#endif
