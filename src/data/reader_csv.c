/* Rows of fields: RFC 4180, with commas, tabs or what the user says, LF or CRLF. Strict: a quote
 * stands only around a field or doubled in one. */
#include "data/reader.h"

#include <inttypes.h>
#include <stdlib.h>

/* --- where a row ends ------------------------------------------------------------------------ */

enum state {
    AT_FIELD, /* at the beginning of a field */
    PLAIN,    /* in a field without quotes */
    QUOTED,   /* in a field with quotes */
    CLOSED,   /* behind a quote in such a field: closing, or the first of two */
    RETURNED, /* behind a carriage return that follows a closing quote */
    STATES,
};

enum class {
    OTHER,
    SEPARATOR,
    QUOTE,
    RETURN,
    LINE, /* a line feed */
    CLASSES,
};

/* Goes with a state that is reached by what breaks the format. */
#define BROKEN 8

/* What a byte leads to. A line feed ends the row, but in QUOTED. */
static const uint8_t table[STATES][CLASSES] = {
    [AT_FIELD] = {PLAIN, AT_FIELD, QUOTED, PLAIN, AT_FIELD},
    [PLAIN] = {PLAIN, AT_FIELD, PLAIN | BROKEN, PLAIN, AT_FIELD},
    [QUOTED] = {QUOTED, QUOTED, CLOSED, QUOTED, QUOTED},
    [CLOSED] = {PLAIN | BROKEN, AT_FIELD, QUOTED, RETURNED, AT_FIELD},
    [RETURNED] = {PLAIN | BROKEN, AT_FIELD | BROKEN, PLAIN | BROKEN, PLAIN | BROKEN, AT_FIELD},
};

struct row_end {
    uint8_t classes[256];
    enum state state;
    bool broken;
    bool quoted; /* had quotes, so that lines may end in it */
};

static void row_end_init(struct row_end *end, uint8_t separator)
{
    *end = (struct row_end){.state = AT_FIELD};
    end->classes['"'] = QUOTE;
    end->classes['\r'] = RETURN;
    end->classes['\n'] = LINE;
    end->classes[separator] = SEPARATOR;
}

static void row_end_restart(struct row_end *end)
{
    end->state = AT_FIELD;
    end->broken = false;
    end->quoted = false;
}

/* Passes over what cannot change the state. */
static const uint8_t *pass_dull(const struct row_end *end, const uint8_t *p, const uint8_t *to)
{
    if (end->state == QUOTED) {
        const uint8_t *quote = memchr(p, '"', (size_t)(to - p));
        return quote == NULL ? to : quote;
    }
    while (end->state == PLAIN && p < to && end->classes[*p] == OTHER) {
        p++;
    }
    return p;
}

static bool find_row_end(void *ctx, struct sw_bytes unseen, size_t *len)
{
    struct row_end *end = ctx;
    const uint8_t *to = unseen.ptr + unseen.len;
    const uint8_t *p = pass_dull(end, unseen.ptr, to);
    while (p < to) {
        uint8_t class = end->classes[*p++];
        if (class == LINE && end->state != QUOTED) {
            *len = (size_t)(p - unseen.ptr);
            return true;
        }
        uint8_t next = table[end->state][class];
        end->broken = end->broken || (next & BROKEN) != 0;
        end->quoted = end->quoted || next == QUOTED;
        end->state = next & (BROKEN - 1);
        p = pass_dull(end, p, to);
    }
    return false;
}

/* --- fields of a row that ended well --------------------------------------------------------- */

struct field {
    struct sw_bytes bytes; /* between the quotes, if it has them */
    bool doubled;          /* quotes are doubled in it */
};

/* Moves *at behind the field and its separator; false behind the last one. */
static bool next_field(struct sw_bytes row, uint8_t separator, size_t *at, struct field *out)
{
    if (*at > row.len) {
        return false;
    }
    const uint8_t *p = row.ptr + *at;
    const uint8_t *end = row.ptr + row.len;
    bool quoted = p < end && *p == '"';
    out->doubled = false;
    const uint8_t *from = p + quoted;
    p = from;
    while (quoted && p < end) {
        const uint8_t *quote = memchr(p, '"', (size_t)(end - p));
        p = quote == NULL ? end : quote;
        if (end - p < 2 || p[1] != '"') {
            break;
        }
        out->doubled = true;
        p += 2;
    }
    const uint8_t *stop = p < end ? memchr(p, separator, (size_t)(end - p)) : NULL;
    stop = stop == NULL ? end : stop;
    out->bytes = sw_bytes(from, (size_t)((quoted ? p : stop) - from));
    *at = (size_t)(stop - row.ptr) + 1;
    return true;
}

/* The field's text: a view, or in `buf` when quotes were doubled. */
static sw_result field_text(const struct field *field, struct sw_buf *buf, struct sw_bytes *out)
{
    *out = field->bytes;
    if (!field->doubled) {
        return SW_OK;
    }
    sw_buf_clear(buf);
    SW_TRY(sw_buf_reserve(buf, field->bytes.len));
    const uint8_t *p = field->bytes.ptr;
    const uint8_t *end = p + field->bytes.len;
    while (p < end) {
        const uint8_t *quote = memchr(p, '"', (size_t)(end - p));
        size_t len = (size_t)((quote == NULL ? end : quote + 1) - p);
        SW_TRY(sw_buf_append(buf, p, len));
        p += len + (quote != NULL);
    }
    *out = sw_buf_bytes(buf);
    return SW_OK;
}

/* --- the reader ------------------------------------------------------------------------------ */

#define NO_COLUMN SIZE_MAX

struct csv {
    uint8_t separator;
    struct row_end end;
    struct sw_roles roles;
    size_t columns[SW_ROLES]; /* NO_COLUMN: none */
    size_t count;             /* fields that each row must have; 0: not known yet */
    bool begun;               /* what stands before this file's first row was read */
    struct sw_buf decoded[SW_ROLES];
};

/* What the user said for the role, or NULL. */
static const char *told_name(const struct sw_records *r, enum sw_role role)
{
    const char *const told[SW_ROLES] = {r->options.text_field, r->options.id_field,
        r->options.label_field, r->options.weight_field, r->options.language_field};
    return told[role];
}

/* Without a row of names a field is told by its number. */
static sw_result number_columns(struct csv *csv, const struct sw_records *r, struct sw_error *err)
{
    for (enum sw_role role = 0; role < SW_ROLES; role++) {
        const char *told = told_name(r, role);
        uint64_t number;
        csv->columns[role] = NO_COLUMN;
        if (told == NULL) {
            continue;
        }
        if (!sw_parse_u64(sw_str(told), &number) || number == 0) {
            return sw_fail(err, SW_E_USAGE,
                "'%s' is no column: without a row of names give its number, from 1", told);
        }
        csv->columns[role] = (size_t)number - 1;
    }
    return SW_OK;
}

static sw_result init(struct sw_records *r, uint8_t separator, struct sw_error *err)
{
    struct csv *csv = calloc(1, sizeof(*csv));
    SW_TRY_PTR(csv);
    r->state = csv;
    csv->separator = separator;
    row_end_init(&csv->end, separator);
    sw_roles_init(&csv->roles, &r->options);
    return r->options.csv_no_header ? number_columns(csv, r, err) : SW_OK;
}

/* Letters, digits, quotes and what ends a line would make fields that no writer meant. */
static bool is_delimiter(const char *text)
{
    static const char allowed[] = ",;:|\t !#$%&*+-./<=>?@^_~";
    return text[0] != '\0' && text[1] == '\0' && strchr(allowed, text[0]) != NULL;
}

static sw_result csv_init(struct sw_records *r, struct sw_error *err)
{
    const char *told = r->options.csv_delimiter;
    if (told != NULL && !is_delimiter(told)) {
        return sw_fail(err, SW_E_USAGE,
            "between fields stands one character such as ';' or '|', not '%s'", told);
    }
    return init(r, told == NULL ? ',' : (uint8_t)told[0], err);
}

static sw_result tsv_init(struct sw_records *r, struct sw_error *err)
{
    return init(r, '\t', err);
}

static void csv_release(struct sw_records *r)
{
    struct csv *csv = r->state;
    for (size_t role = 0; csv != NULL && role < SW_ROLES; role++) {
        sw_buf_release(&csv->decoded[role]);
    }
    free(csv);
}

static uint64_t count_lines(struct sw_bytes bytes)
{
    uint64_t count = 0;
    if (bytes.len == 0) {
        return 0;
    }
    const uint8_t *end = bytes.ptr + bytes.len;
    for (const uint8_t *p = bytes.ptr; p < end; p++) {
        p = memchr(p, '\n', (size_t)(end - p));
        if (p == NULL) {
            break;
        }
        count++;
    }
    return count;
}

/* The next row that is not empty; r->line is the line that it begins on, and *lines are the line
 * ends within it. */
static sw_result next_row(
    struct sw_records *r, struct sw_item *row, uint64_t *lines, bool *found, struct sw_error *err)
{
    struct csv *csv = r->state;
    do {
        row_end_restart(&csv->end);
        SW_TRY(sw_feed_item(&r->feed, find_row_end, &csv->end, 1, row, found, err));
        if (csv->end.state != QUOTED) {
            sw_item_chomp(row);
        }
        r->line++;
    } while (*found && row->length == 0);
    *lines = csv->end.quoted ? count_lines(row->bytes) : 0;
    return SW_OK;
}

/* What is wrong with a row as such, or NULL. */
static const char *reason_in_row(const struct csv *csv, const struct sw_item *row)
{
    if (row->unfinished && csv->end.state == QUOTED) {
        return SW_BAD_UNCLOSED;
    }
    if (row->too_long) {
        return SW_BAD_LONG;
    }
    return csv->end.broken ? SW_BAD_CSV : sw_reason_in_text(row->bytes);
}

/* The column of this name, by the row of names or by its number from 1. SW_E_FORMAT when two have
 * the name. */
static sw_result find_column(const struct csv *csv, struct sw_bytes names, const char *name,
    size_t *out, struct sw_error *err)
{
    struct field field;
    size_t at = 0;
    *out = NO_COLUMN;
    for (size_t column = 0; next_field(names, csv->separator, &at, &field); column++) {
        if (!sw_bytes_equal(field.bytes, sw_bytes(name, strlen(name)))) {
            continue;
        }
        if (*out != NO_COLUMN) {
            return sw_fail(err, SW_E_FORMAT, "two columns are named '%s'", name);
        }
        *out = column;
    }
    return SW_OK;
}

static sw_result find_role_column(
    struct csv *csv, struct sw_bytes names, enum sw_role role, struct sw_error *err)
{
    csv->columns[role] = NO_COLUMN;
    for (size_t i = 0; i < SW_ROLE_NAMES && csv->columns[role] == NO_COLUMN; i++) {
        const char *name = csv->roles.names[role][i];
        if (name == NULL) {
            break;
        }
        SW_TRY(find_column(csv, names, name, &csv->columns[role], err));
    }
    return SW_OK;
}

static size_t count_fields(const struct csv *csv, struct sw_bytes row)
{
    struct field unused;
    size_t at = 0;
    size_t count = 0;
    while (next_field(row, csv->separator, &at, &unused)) {
        count++;
    }
    return count;
}

/* Where the comma is for decimals, programs write ';' between fields and call it CSV. Unless the
 * user said what stands there, one column with all of them in its name is not what they mean. */
static bool is_of_semicolons(const struct sw_records *r, struct sw_bytes row)
{
    return r->format->reader == &sw_record_reader_csv && r->options.csv_delimiter == NULL &&
           !r->options.csv_no_header && row.len > 0 && memchr(row.ptr, ';', row.len) != NULL &&
           memchr(row.ptr, ',', row.len) == NULL;
}

/* Takes the row of names, or without one the first row, whose columns have numbers. */
static sw_result take_names(
    struct csv *csv, const struct sw_records *r, struct sw_bytes row, struct sw_error *err)
{
    if (is_of_semicolons(r, row)) {
        return sw_fail(err, SW_E_FORMAT,
            "the row of names has ';' and no ',': say --delimiter ';', or --delimiter , when it is "
            "one name");
    }
    csv->count = count_fields(csv, row);
    for (enum sw_role role = 0; role < SW_ROLES; role++) {
        const char *told = told_name(r, role);
        if (!r->options.csv_no_header) {
            SW_TRY(find_role_column(csv, row, role, err));
        } else if (csv->columns[role] != NO_COLUMN && csv->columns[role] >= csv->count) {
            csv->count = 0;
            return sw_fail(err, SW_E_FORMAT, "there is no column %s", told);
        }
        if (told != NULL && csv->columns[role] == NO_COLUMN) {
            return sw_fail(err, SW_E_FORMAT, "no column is named '%s'", told);
        }
    }
    return SW_OK;
}

/* Nothing can be made of this file's rows. */
static sw_result refuse_file(struct sw_records *r, struct sw_record_step *step,
    const struct sw_item *row, struct sw_error *err)
{
    struct sw_item all = *row;
    uint64_t rest;
    SW_TRY(sw_feed_pass_all(&r->feed, &rest, err));
    all.length = sw_feed_offset(&r->feed) - row->offset;
    sw_step_bad(r, step, &all, SW_BAD_HEADER);
    r->past = true;
    return SW_OK;
}

/* The row of names. The step becomes BAD when it is not a good one. */
static sw_result read_names(struct sw_records *r, struct sw_record_step *step, struct sw_error *err)
{
    struct csv *csv = r->state;
    struct sw_item row;
    uint64_t lines;
    bool found;
    SW_TRY(next_row(r, &row, &lines, &found, err));
    if (!found) {
        return SW_OK;
    }
    const char *reason = reason_in_row(csv, &row);
    if (reason != NULL) {
        (void)sw_fail(&r->detail, SW_E_FORMAT, "the row of names: %s", reason);
        return refuse_file(r, step, &row, err);
    }
    if (take_names(csv, r, row.bytes, &r->detail) != SW_OK) {
        return refuse_file(r, step, &row, err);
    }
    r->line += lines;
    return SW_OK;
}

/* The first good row before r->start says how many fields each must have. */
static sw_result read_count(struct sw_records *r, struct sw_error *err)
{
    struct csv *csv = r->state;
    bool found = true;
    while (csv->count == 0 && found && sw_feed_offset(&r->feed) < r->start) {
        struct sw_item row;
        uint64_t lines;
        SW_TRY(next_row(r, &row, &lines, &found, err));
        if (found && reason_in_row(csv, &row) == NULL) {
            csv->count = count_fields(csv, row.bytes);
        }
    }
    return SW_OK;
}

static sw_result csv_begin(struct sw_records *r, struct sw_error *err)
{
    struct csv *csv = r->state;
    csv->begun = false;
    csv->count = 0;
    return SW_OK;
}

/* Up to the first row that is asked for. */
static sw_result begin_rows(struct sw_records *r, struct sw_record_step *step, struct sw_error *err)
{
    struct csv *csv = r->state;
    uint64_t line = r->line;
    csv->begun = true;
    SW_TRY(r->options.csv_no_header ? read_count(r, err) : read_names(r, step, err));
    if (step->kind == SW_RECORD_BAD || r->start == 0) {
        return SW_OK;
    }
    r->line = line;
    return sw_feed_seek(&r->feed, r->start, err);
}

/* Fills the record from the row's fields, and gives how many there are. */
static sw_result fill_record(struct csv *csv, struct sw_bytes row, struct sw_record *record,
    struct sw_str *weight, size_t *count)
{
    struct sw_bytes label = {0};
    struct sw_bytes id = {0};
    struct sw_bytes language = {0};
    struct sw_bytes number = {0};
    struct sw_bytes *const out[SW_ROLES] = {
        [SW_ROLE_TEXT] = &record->content,
        [SW_ROLE_ID] = &id,
        [SW_ROLE_LABEL] = &label,
        [SW_ROLE_WEIGHT] = &number,
        [SW_ROLE_LANGUAGE] = &language,
    };
    struct field field;
    size_t at = 0;
    for (*count = 0; next_field(row, csv->separator, &at, &field); (*count)++) {
        for (size_t role = 0; role < SW_ROLES; role++) {
            if (csv->columns[role] == *count) {
                SW_TRY(field_text(&field, &csv->decoded[role], out[role]));
            }
        }
    }
    record->id = sw_str_of_bytes(id);
    record->label = sw_str_of_bytes(label);
    record->language = sw_str_of_bytes(language);
    *weight = sw_str_of_bytes(number);
    return SW_OK;
}

/* What is wrong with the fields, or NULL. */
static const char *reason_in_record(struct sw_records *r, const struct csv *csv, size_t count,
    struct sw_record *record, struct sw_str weight)
{
    if (count != csv->count) {
        (void)sw_fail(
            &r->detail, SW_E_FORMAT, "%zu fields where there should be %zu", count, csv->count);
        return SW_BAD_RAGGED;
    }
    return weight.len == 0 || sw_record_set_weight(record, weight) ? NULL : SW_BAD_WEIGHT;
}

static sw_result take_row(struct sw_records *r, struct sw_record_step *step,
    const struct sw_item *row, struct sw_error *err)
{
    struct csv *csv = r->state;
    if (csv->count == 0 && take_names(csv, r, row->bytes, &r->detail) != SW_OK) {
        return refuse_file(r, step, row, err);
    }
    struct sw_str weight;
    size_t count;
    sw_step_sample(r, step, row);
    SW_TRY(fill_record(csv, row->bytes, &step->record, &weight, &count));
    const char *reason = reason_in_record(r, csv, count, &step->record, weight);
    if (reason != NULL) {
        sw_step_bad(r, step, row, reason);
    }
    return SW_OK;
}

static sw_result csv_next(struct sw_records *r, struct sw_record_step *step, struct sw_error *err)
{
    struct csv *csv = r->state;
    if (!csv->begun) {
        SW_TRY(begin_rows(r, step, err));
        if (step->kind == SW_RECORD_BAD) {
            return SW_OK;
        }
    }
    struct sw_item row;
    uint64_t lines;
    bool found;
    SW_TRY(next_row(r, &row, &lines, &found, err));
    if (!found) {
        return SW_OK;
    }
    const char *reason = reason_in_row(csv, &row);
    if (reason == NULL) {
        SW_TRY(take_row(r, step, &row, err));
    } else {
        sw_step_bad(r, step, &row, reason);
        r->numbered = r->numbered && !row.too_long;
    }
    r->line += lines;
    return SW_OK;
}

static const char *const csv_names[] = {".csv", NULL};

const struct sw_record_reader sw_record_reader_csv = {
    .suffixes = csv_names,
    .fields = true,
    .header = true,
    .names_row = true,
    .init = csv_init,
    .release = csv_release,
    .begin = csv_begin,
    .next = csv_next,
};

static const char *const tsv_names[] = {".tsv", ".tab", NULL};

const struct sw_record_reader sw_record_reader_tsv = {
    .suffixes = tsv_names,
    .fields = true,
    .header = true,
    .names_row = true,
    .init = tsv_init,
    .release = csv_release,
    .begin = csv_begin,
    .next = csv_next,
};
