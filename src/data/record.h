/* Samples as they stand in files: one reader a format. Everything here reads hostile bytes.
 * doc/format/readers.md says what each format's record, content and id are. */
#ifndef SW_DATA_RECORD_H
#define SW_DATA_RECORD_H

#include "evidence/evidence.h"

#define SW_RECORD_MAX ((uint64_t)64 << 20) /* bytes of one record, by default */

/* One sample. Views are valid until the next call of the reader. */
struct sw_record {
    struct sw_bytes raw;     /* what the record digest covers: the record without its line end */
    struct sw_bytes content; /* what the content digest covers: the decoded text, or raw */
    struct sw_str id;        /* empty when the record has none; may be of any bytes */
    struct sw_str label;     /* likewise */
    struct sw_str language;  /* likewise: "en" */
    double weight;           /* 1 unless the record says otherwise */
    uint32_t file;           /* index into the input's files */
    uint64_t offset;         /* of raw in the (decompressed) file */
    uint64_t line; /* from 1; 0 where the format has none, or where reading began in mid-file */
};

/* A record that cannot be a sample, or a file of which nothing or nothing more can be read. The
 * texts live as long as the views of a sample. */
struct sw_bad_record {
    uint32_t file;
    uint64_t offset;
    uint64_t length; /* bytes that were passed over; for a file that is not read at all, its size */
    uint64_t line;
    const char *reason; /* a fixed word, "invalid-json": counted by it */
    const char *detail; /* one line; may be empty */
};

/* One file of the input: bytes in the order of the reader. */
struct sw_input_file {
    const char *path; /* relative to the input's root; "." when the root is the file */
    uint64_t size;    /* on disk */
};

struct sw_record_options {
    const char *format;     /* a name from sw_record_formats, or NULL: by content and name */
    const char *text_field; /* JSON, CSV: the content; NULL: the first of the usual names */
    const char *id_field;
    const char *label_field;    /* for files that are samples, "directory": the first directory */
    const char *weight_field;   /* NULL: none */
    const char *language_field; /* NULL: the usual names */
    const char *attributes;     /* Dolma: the directory of attribute files, or NULL */
    const char *csv_delimiter;  /* one character between the fields; NULL: ',' */
    bool csv_no_header;
    bool raw_only;         /* contents are not asked for: a record's content may be its raw bytes */
    uint64_t record_max;   /* 0: SW_RECORD_MAX */
    uint64_t first_file;   /* begin at this file… */
    uint64_t first_offset; /* …and this (decompressed) offset in it, where a record begins */
    uint64_t first_line;   /* its line number; 0: unknown, and the file's lines get none */
    /* Only part `part` (from 1) of `parts`; 0: all. The parts one after another give the records of
     * the whole in its order. Files are split only when there are fewer of them than parts. */
    uint32_t part;
    uint32_t parts;
};

struct sw_records; /* an open input */

/* Opens a file or a directory of files (recursively, in the order of their names; links are not
 * followed). The options are copied. SW_E_USAGE for an unknown format, for options that do not fit
 * it, and for parts that would split what cannot be split; SW_E_REFUSED when no reader knows the
 * input. */
sw_result sw_records_open(struct sw_records **out, const char *path,
    const struct sw_record_options *options, struct sw_error *err);
void sw_records_free(struct sw_records *records);
SW_DEFINE_CLEANUP_PTR(records, struct sw_records, sw_records_free)

enum sw_record_kind {
    SW_RECORD_SAMPLE,
    SW_RECORD_BAD,
    SW_RECORD_END,
};

struct sw_record_step {
    enum sw_record_kind kind;
    struct sw_record record;
    struct sw_bad_record bad;
};

/* The next record. A broken record is a step of kind BAD and reading goes on behind it; a broken
 * file (a truncated gzip) is a BAD step and reading goes on with the next file. Only what the
 * machine refuses (I/O, memory) is a failure, and a file that changes while it is read (SW_E_IO).
 */
sw_result sw_records_next(
    struct sw_records *records, struct sw_record_step *step, struct sw_error *err);

/* Bytes of input files consumed so far, for progress. */
uint64_t sw_records_consumed(const struct sw_records *records);
/* The files of the whole input (all parts), in order; valid as long as the reader. */
const struct sw_input_file *sw_records_files(const struct sw_records *records, size_t *count);
/* The format that reads the input: a name from the table. */
const char *sw_records_format(const struct sw_records *records);

/* A format: one file reader_X.c and one row in reader_table.c. */
struct sw_record_format {
    const char *name; /* "jsonl" */
    const char *what; /* for help: one line */
    const struct sw_record_reader *reader;
};
extern const struct sw_record_format sw_record_formats[];
extern const size_t sw_record_format_count;

#endif
