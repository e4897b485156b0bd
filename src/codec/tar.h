/* Tar reader: POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU's long names and numbers, the seventh
 * edition's form. Strict in that everything on which two readers differ is a fault, and loose in
 * that every member that any of them finds is listed. */
#ifndef SW_CODEC_TAR_H
#define SW_CODEC_TAR_H

#include "codec/source.h"

/* Bits. Python means its tarfile; it is what loaders of models use. */
enum sw_tar_fault {
    SW_TAR_BAD_HEADER = 1, /* behind a broken header: GNU tar goes on, Python stops */
    SW_TAR_BEHIND_END = 2, /* behind a block of zeros: Python stops, others go on or may be told */
    SW_TAR_NUMBER = 4,     /* a size that is no number to some */
    SW_TAR_TWO_SIZES = 8,  /* an extended header gives another size than the header */
    SW_TAR_TWO_NAMES = 16, /* two extended headers give different names */
    SW_TAR_NO_DATA = 32,   /* a size on what has no data: Python goes on before it, GNU behind */
    SW_TAR_PREFIX = 64,    /* a prefix in a header of a form that has none */
    SW_TAR_EXTENDED = 128, /* an extended header that breaks its rules */
    SW_TAR_GLOBAL = 256,   /* an extended header gives a name or size to all members */
    SW_TAR_TYPE = 512,     /* of a type that no standard has, or that goes on in another archive */
};

struct sw_tar_entry {
    struct sw_str name; /* raw bytes, in the arena */
    struct sw_str link; /* the target of a link */
    char type;          /* as in the header; '0' for all that says regular file, '5' directory */
    bool sparse;        /* the content is not the bytes that are stored */
    bool cut;           /* the archive ends before the content does */
    uint64_t header;    /* offsets in the archive */
    uint64_t data;
    uint64_t size; /* stored bytes, as many as there are */
    unsigned faults;
};

struct sw_tar_pax {
    struct sw_str path, link;
    uint64_t size;
    bool has_path, has_link, has_size, sparse;
};

struct sw_tar {
    const struct sw_source *source;
    struct sw_arena *arena;
    struct sw_window *window;
    uint64_t at;
    uint64_t count;
    bool ended; /* by a block of zeros */
    bool cut;   /* it ends inside a header, or where one should follow */
    struct sw_tar_pax pax, global;
    struct sw_str long_name, long_link; /* GNU's */
    unsigned faults;                    /* for the next entry, or left at the end */
};

#define SW_TAR_BLOCK 512
#define SW_TAR_MEMBERS_MAX 1000000
#define SW_TAR_EXTENDED_MAX ((uint64_t)1 << 20)

/* `source` and `window` must live as long. */
void sw_tar_init(struct sw_tar *tar, const struct sw_source *source, struct sw_window *window,
    struct sw_arena *arena);
/* The next entry, or `over`: then what begins at tar->at is no member, and tar->faults says what is
 * wrong besides. SW_E_LIMIT for over a million members, or 1 MiB of extended header. */
sw_result sw_tar_next(
    struct sw_tar *tar, struct sw_tar_entry *entry, bool *over, struct sw_error *err);

/* A header with the right checksum? */
bool sw_tar_is_header(const uint8_t block[SW_TAR_BLOCK]);

#endif
