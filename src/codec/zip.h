/* Zip reader (PKWARE APPNOTE 6.3.10), strict: parser differences are the attack. Loaders pick
 * different copies of the same name, believe the local header or the central directory, and ignore
 * CRCs and flags, so everything on which two readers could differ is collected as a fault, and
 * every member that any reader could find is listed. */
#ifndef SW_CODEC_ZIP_H
#define SW_CODEC_ZIP_H

#include "codec/unpack.h"

enum sw_zip_fault {
    SW_ZIP_DUPLICATE,    /* two entries of one name */
    SW_ZIP_LOCAL_NAME,   /* the local header names it otherwise than the directory */
    SW_ZIP_LOCAL_SIZES,  /* … or gives other sizes */
    SW_ZIP_LOCAL_METHOD, /* … or another compression method */
    SW_ZIP_LOCAL_FLAGS,  /* … or other flags, or another CRC */
    SW_ZIP_LOCAL_BAD,    /* there is no local header where the directory says */
    SW_ZIP_OUTSIDE,      /* its bytes do not lie before the directory */
    SW_ZIP_OVERLAP,      /* its bytes are also another's */
    SW_ZIP_ORPHAN,       /* a local header that no directory entry points to */
    SW_ZIP_GAP,          /* bytes between members that belong to nothing */
    SW_ZIP_PREFIX,       /* bytes before the first member */
    SW_ZIP_SUFFIX,       /* bytes behind the end record */
    SW_ZIP_SECOND_END,   /* more than one end record */
    SW_ZIP_COUNT,        /* the end record counts other than the directory holds */
    SW_ZIP_ZIP64,        /* the 64-bit end record disagrees with the plain one */
    SW_ZIP_DISKS,        /* claims to span several disks */
    SW_ZIP_ENCRYPTED,    /* flagged as encrypted or patched */
    SW_ZIP_OTHER_NAME,   /* an extra field gives it another name, and its own needs none */
    SW_ZIP_SAME_LETTERS, /* two names that differ in capitals only, which torch does not tell apart
                          */
    SW_ZIP_EXTRA,        /* extra fields that run over their end, which Python refuses */
    SW_ZIP_EXTRA_TWICE,  /* an extra field that gives sizes or a name stands there twice */
    SW_ZIP_BAD_NAME,     /* absolute, "..", backslash, control character or not UTF-8 */
    SW_ZIP_FAULTS,
};

/* What a fault means, in words that go behind a member's name. */
const char *sw_zip_fault_text(enum sw_zip_fault fault);

struct sw_zip_problem {
    enum sw_zip_fault fault;
    uint64_t offset;    /* in the archive */
    struct sw_str name; /* raw bytes of the member's name; empty for the archive itself */
};

struct sw_zip_entry {
    struct sw_str name; /* raw bytes as the directory (an orphan's: the local header) has them */
    uint64_t header;    /* offset of the local header */
    uint64_t data;      /* offset of the stored bytes */
    uint64_t stored;    /* their count */
    uint64_t size;      /* bytes after decompression, as claimed */
    uint32_t crc;       /* as claimed */
    uint16_t method;    /* 0 stored, 8 deflate, … */
    uint16_t flags;
    uint32_t mode; /* as Unix has it; 0 when the directory says none */
    bool readable; /* its bytes lie in the archive */
    bool orphan;
};

#define SW_ZIP_STORED 0
#define SW_ZIP_DEFLATE 8
#define SW_ZIP_FLAG_ENCRYPTED 0x0001
#define SW_ZIP_FLAG_LZMA_END 0x0002 /* the data has a mark at its end */
#define SW_ZIP_FLAG_DESCRIPTOR 0x0008

struct sw_zip {
    struct sw_source source;
    struct sw_zip_entry *entries; /* the directory's in its order, then orphans */
    size_t count;
    struct sw_zip_problem *problems; /* at most 1000 are kept */
    size_t problem_count;            /* all of them */
};

/* Lists an archive; everything is in `arena`. Differences are problems and no failure. SW_E_FORMAT
 * when no directory can be read, SW_E_LIMIT past 64 MiB of directory or 1,000,000 entries. */
sw_result sw_zip_open(struct sw_zip *zip, const struct sw_source *source, struct sw_arena *arena,
    struct sw_error *err);

/* True when the bytes hold an end record, so that some reader would take the file for a zip.
 * `tail` are the last bytes of the file, at least 65,557 of them when it has as many. */
bool sw_zip_has_end(struct sw_bytes tail);
#define SW_ZIP_TAIL_MAX 65557
/* True when a directory, or the locator of one, stands where the last end record would have it:
 * then the end record is there by no chance, even if the archive cannot be listed. */
bool sw_zip_has_directory(const struct sw_source *source);

/* The stored bytes of an entry and, unless it is stored as it is (SW_ZIP_STORED), how they are
 * unpacked: deflate, bzip2, LZMA, zstd, xz. SW_E_UNSUPPORTED for another method. */
sw_result sw_zip_data(const struct sw_zip *zip, const struct sw_zip_entry *entry,
    struct sw_source *data, struct sw_packed *how, struct sw_error *err);

#endif
