/* Private to the room: what a format's reader is, and what all of them share. */
#ifndef SW_DATA_READER_H
#define SW_DATA_READER_H

#include "data/reader_feed.h"

/* The reasons why a record is bad, or a file is passed over: doc/format/readers.md says what each
 * means. */
#define SW_BAD_JSON "invalid-json"
#define SW_BAD_UTF8 "invalid-utf8"
#define SW_BAD_CSV "invalid-csv"
#define SW_BAD_NO_OBJECT "not-an-object"
#define SW_BAD_COMPLEX "too-complex"
#define SW_BAD_LONG "too-long"
#define SW_BAD_NUL "nul-byte"
#define SW_BAD_TEXT "missing-text"
#define SW_BAD_ID "missing-id"
#define SW_BAD_WEIGHT "invalid-weight"
#define SW_BAD_RAGGED "ragged-row"
#define SW_BAD_UNCLOSED "unclosed-quote"
#define SW_BAD_HEADER "invalid-header"
#define SW_BAD_ATTRIBUTES "invalid-attributes"
#define SW_BAD_NO_ATTRIBUTES "missing-attributes"
#define SW_BAD_ALIGNED "attribute-mismatch"
#define SW_BAD_CUT "truncated"
#define SW_BAD_BROKEN "corrupt"
#define SW_BAD_WINDOW "too-large-window"
#define SW_BAD_LINK "symlink"
#define SW_BAD_SPECIAL "special-file"
#define SW_BAD_NAME "bad-name"
#define SW_BAD_UNREADABLE "unreadable"
#define SW_BAD_OTHER "other-format"

/* A place in the input. */
struct sw_place {
    size_t file;
    uint64_t offset; /* 0: the file's beginning, whatever stands before its first record */
};

/* An open input. */
struct sw_records {
    struct sw_bytes memory; /* what is read instead of files, unless its ptr is NULL */
    struct sw_tree tree;    /* its entries are the files, also those that cannot be read */
    struct sw_input_file *files;
    const struct sw_record_format *format;
    bool by_name; /* of a directory only files of the format's names are read */
    struct sw_record_options options;
    struct sw_place first; /* the first record begins here, or behind… */
    bool aligned;          /* …since a record is known to begin here */
    struct sw_place end;   /* records that begin here or behind are not this reader's */
    uint64_t done;         /* bytes of the files that are behind it */
    void *state;           /* the format's */

    /* The file that is open. */
    size_t file;
    bool open;
    int fd; /* -1: none */
    struct sw_source source;
    uint64_t start; /* where its first record begins; 0: at its beginning */
    uint64_t stop;  /* where a record must begin before */
    uint64_t line;  /* lines that are behind */
    bool numbered;  /* `line` is known */
    bool past;      /* nothing more is to be read from it */
    struct sw_feed feed;
    struct sw_error detail; /* of a bad record */
    struct sw_arena arena;
};

/* A format's reader. Functions that are NULL do nothing. */
struct sw_record_reader {
    const char *const *suffixes; /* of names, lower case, ending with NULL */
    bool fields;                 /* has fields that can be named in the options */
    bool names_row;              /* a row of names begins each file, unless the user says no */
    bool lines;                  /* a record is a line, so that a plain file can be split */
    bool whole;                  /* a record is a file, which is not unpacked */
    bool header;                 /* begins each file with what stands before the first record */
    /* Once per input: makes r->state. SW_E_USAGE for options that make no sense. */
    sw_result (*init)(struct sw_records *r, struct sw_error *err);
    void (*release)(struct sw_records *r);
    /* At the beginning of each file, after the feed was opened. */
    sw_result (*begin)(struct sw_records *r, struct sw_error *err);
    /* The next record of the file, or SW_RECORD_END. step->kind, file and weight are set before. */
    sw_result (*next)(struct sw_records *r, struct sw_record_step *step, struct sw_error *err);
};

extern const struct sw_record_reader sw_record_reader_jsonl;
extern const struct sw_record_reader sw_record_reader_json;
extern const struct sw_record_reader sw_record_reader_csv;
extern const struct sw_record_reader sw_record_reader_tsv;
extern const struct sw_record_reader sw_record_reader_lines;
extern const struct sw_record_reader sw_record_reader_dir;
extern const struct sw_record_reader sw_record_reader_dolma;

/* As sw_records_open(), of one file that stands in memory; `name` is one for a file of its content,
 * and `read` (not 0) says how much of it is looked at in one go. */
sw_result sw_records_open_memory(struct sw_records **out, struct sw_bytes bytes, const char *name,
    size_t read, const struct sw_record_options *options, struct sw_error *err);

/* label_field of a format whose records are files. */
#define SW_LABEL_DIRECTORY "directory"

static inline bool sw_place_before(const struct sw_place *a, const struct sw_place *b)
{
    return a->file < b->file || (a->file == b->file && a->offset < b->offset);
}

/* The row of that name, or NULL. */
const struct sw_record_format *sw_record_format_named(const char *name);
/* True when the name is one of the format's, with or without ".gz" or ".zst" behind. */
bool sw_record_format_has_name(const struct sw_record_format *format, const char *name);
/* Chooses r->format, if need be by looking into the files. SW_E_REFUSED when none fits. */
sw_result sw_records_choose(struct sw_records *r, struct sw_error *err);
/* True when the entry is a file that this format reads. */
bool sw_records_takes(const struct sw_records *r, const struct sw_entry *entry);
/* Opens a file of the input as a source. */
sw_result sw_records_source(
    struct sw_records *r, size_t file, int *fd, struct sw_source *out, struct sw_error *err);
/* Applies options->part: sets r->first and r->end. */
sw_result sw_records_cut(struct sw_records *r, struct sw_error *err);

/* --- for the formats ------------------------------------------------------------------------- */

/* Makes the step one of kind BAD. `detail` may be NULL, or r->detail. */
void sw_step_bad(struct sw_records *r, struct sw_record_step *step, const struct sw_item *item,
    const char *reason);
/* Makes it a sample of that item, with no more than its bytes. */
void sw_step_sample(struct sw_records *r, struct sw_record_step *step, const struct sw_item *item);
/* The next line that is not blank, counting lines. *found is false at the end of the file or of the
 * part. */
sw_result sw_records_line(
    struct sw_records *r, struct sw_item *item, bool *found, struct sw_error *err);

/* What a field is for. */
enum sw_role {
    SW_ROLE_TEXT,
    SW_ROLE_ID,
    SW_ROLE_LABEL,
    SW_ROLE_WEIGHT,
    SW_ROLE_LANGUAGE,
    SW_ROLES,
};

#define SW_ROLE_NAMES 4

/* The names of fields that can have each role, the first that is there wins; the rest are NULL. */
struct sw_roles {
    const char *names[SW_ROLES][SW_ROLE_NAMES];
    bool text_told; /* the user named the text's field, so a record without it is none */
};

/* From the options, or the usual names. */
void sw_roles_init(struct sw_roles *roles, const struct sw_record_options *options);

/* What is wrong with bytes that should be text, or NULL. */
const char *sw_reason_in_text(struct sw_bytes bytes);
/* Sets record->weight from the JSON of a number, or of spans with values as Dolma's attributes have
 * them; false when that is no finite number of 0 or more. */
bool sw_record_set_weight(struct sw_record *record, struct sw_str text);

/* Finds the fields of JSON objects. */
struct sw_json_fields {
    struct sw_roles roles;
    struct sw_json_scanner *scanner;
    size_t path_count;
    struct sw_json_found found[SW_ROLES * SW_ROLE_NAMES];
    int places[SW_ROLES][SW_ROLE_NAMES]; /* in `found`; -1: none */
    struct sw_buf decoded[SW_ROLES];
};

sw_result sw_json_fields_init(
    struct sw_json_fields *fields, const struct sw_roles *roles, struct sw_error *err);
void sw_json_fields_release(struct sw_json_fields *fields);
/* Checks the step's sample, which must be a JSON object, and fills its fields; makes the step BAD
 * when it is none. Fails only where the machine does. */
sw_result sw_json_fields_fill(struct sw_json_fields *fields, struct sw_records *r,
    struct sw_record_step *step, const struct sw_item *item, struct sw_error *err);

#endif
