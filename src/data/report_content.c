/* What the data of a set tells when it is read again: only records whose digests stand in the rows
 * are counted, each row once, so that the report speaks of what was recorded. */
#include "data/report_private.h"

/* What is no text says by its first bytes what it is. */
static const struct {
    enum sw_modality modality;
    uint8_t at;
    uint8_t len;
    const char *bytes;
} magics[] = {
    {SW_MODALITY_IMAGE, 0, 8, "\x89PNG\r\n\x1A\n"},
    {SW_MODALITY_IMAGE, 0, 3, "\xFF\xD8\xFF"},
    {SW_MODALITY_IMAGE, 0, 4, "GIF8"},
    {SW_MODALITY_IMAGE, 8, 4, "WEBP"},
    {SW_MODALITY_IMAGE, 0, 2, "BM"},
    {SW_MODALITY_IMAGE, 0, 4, "II*\0"},
    {SW_MODALITY_IMAGE, 0, 4, "MM\0*"},
    {SW_MODALITY_IMAGE, 4, 8, "ftypavif"},
    {SW_MODALITY_IMAGE, 4, 8, "ftypheic"},
    {SW_MODALITY_AUDIO, 8, 4, "WAVE"},
    {SW_MODALITY_AUDIO, 0, 3, "ID3"},
    {SW_MODALITY_AUDIO, 0, 4, "fLaC"},
    {SW_MODALITY_AUDIO, 0, 4, "OggS"},
    {SW_MODALITY_AUDIO, 4, 8, "ftypM4A "},
    {SW_MODALITY_VIDEO, 4, 4, "ftyp"},
    {SW_MODALITY_VIDEO, 0, 4, "\x1A\x45\xDF\xA3"},
    {SW_MODALITY_VIDEO, 8, 4, "AVI "},
};

const char *sw_modality_name(enum sw_modality modality)
{
    static const char *const names[] = {
        [SW_MODALITY_TEXT] = "text",
        [SW_MODALITY_IMAGE] = "image",
        [SW_MODALITY_AUDIO] = "audio",
        [SW_MODALITY_VIDEO] = "video",
        [SW_MODALITY_OTHER] = "other",
    };
    return names[modality];
}

/* Text of another encoding than UTF-8 is text too: of it, one byte in ten may be none of UTF-8. */
static bool is_text(struct sw_bytes content, const struct sw_text_counts *counts)
{
    bool nul = content.len > 0 && memchr(content.ptr, '\0', content.len) != NULL;
    return !nul && counts->invalid * 10 <= counts->bytes;
}

enum sw_modality sw_modality_of(struct sw_bytes content, const struct sw_text_counts *counts)
{
    if (is_text(content, counts)) {
        return SW_MODALITY_TEXT;
    }
    for (size_t i = 0; i < SW_COUNT(magics); i++) {
        size_t end = (size_t)magics[i].at + magics[i].len;
        if (content.len >= end &&
            memcmp(content.ptr + magics[i].at, magics[i].bytes, magics[i].len) == 0) {
            return magics[i].modality;
        }
    }
    return SW_MODALITY_OTHER;
}

/* --- counting one sample --------------------------------------------------------------------- */

struct reading {
    const struct sw_data *data;
    struct sw_rows *rows;
    const struct sw_salt *salt;
    struct sw_report_content *out;
    struct sw_origin_sums *sums;
    struct sw_records *records;
    struct sw_language_guesser *guesser;
    bool told;             /* the path was given, and is not the claim's */
    struct sw_rowset used; /* rows that were met */
    uint64_t next;         /* the row behind the last one that was met */
};

#define LANGUAGE_MAX 35u /* bytes of a language tag (RFC 5646, 4.4.1); longer ones are none */

/* A declared language in small letters, "en-us"; empty when it is not one. */
static struct sw_str declared_language(struct sw_str said, char out[LANGUAGE_MAX])
{
    if (said.len > LANGUAGE_MAX) {
        return sw_str("");
    }
    for (size_t i = 0; i < said.len; i++) {
        char c = said.ptr[i];
        bool capital = c >= 'A' && c <= 'Z';
        bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!capital && !fine) {
            return sw_str("");
        }
        out[i] = (char)(capital ? c + ('a' - 'A') : c);
    }
    return sw_str_n(out, said.len);
}

static sw_result count_language(
    struct reading *r, const struct sw_record *record, const struct sw_text_counts *counts)
{
    char small[LANGUAGE_MAX];
    struct sw_str language = declared_language(record->language, small);
    bool guessed = language.len == 0;
    if (guessed) {
        const char *code = sw_language_guess(r->guesser, record->content);
        language = sw_str(code == NULL ? "" : code);
    }
    const struct sw_tally_entry entry = {.name = language,
        .samples = 1,
        .bytes = counts->bytes,
        .words = counts->words,
        .guessed = guessed ? 1 : 0};
    return sw_tally_add(r->out->languages, &entry);
}

static void add_counts(struct sw_text_counts *to, const struct sw_text_counts *counts)
{
    to->bytes += counts->bytes;
    to->characters += counts->characters;
    to->words += counts->words;
    to->invalid += counts->invalid;
}

static sw_result count_sample(
    struct reading *r, const struct sw_record *record, const struct sw_row *row)
{
    struct sw_text_counts counts = {0};
    sw_text_count(record->content, &counts);
    enum sw_modality modality = sw_modality_of(record->content, &counts);
    r->out->samples++;
    r->out->modalities[modality]++;
    if (modality != SW_MODALITY_TEXT) {
        counts = (struct sw_text_counts){.bytes = counts.bytes};
    } else {
        add_counts(&r->out->text, &counts);
        sw_histogram_add(r->out->words, counts.words);
        r->sums[row->origin].words += counts.words;
        SW_TRY(count_language(r, record, &counts));
    }
    const struct sw_tally_entry label = {
        .name = record->label, .samples = 1, .bytes = counts.bytes, .words = counts.words};
    return sw_tally_add(r->out->labels, &label);
}

/* --- which row a record is ------------------------------------------------------------------- */

static sw_result is_row(struct reading *r, uint64_t index, const struct sw_row *read,
    struct sw_row *row, bool *same, struct sw_error *err)
{
    *same = false;
    if (index >= r->rows->count || sw_rowset_has(&r->used, (uint32_t)index)) {
        return SW_OK;
    }
    SW_TRY(sw_rows_at(r->rows, index, row, err));
    *same = memcmp(row->record, read->record, sizeof(row->record)) == 0 &&
            memcmp(row->content, read->content, sizeof(row->content)) == 0;
    return SW_OK;
}

/* The row behind the last one, nearly always; else a free one with the same digests. */
static sw_result find_row(struct reading *r, const struct sw_row *read, struct sw_row *row,
    uint64_t *index, bool *found, struct sw_error *err)
{
    *index = r->next;
    SW_TRY(is_row(r, r->next, read, row, found, err));
    if (*found) {
        return SW_OK;
    }
    uint64_t first = 0;
    uint64_t count = 0;
    SW_TRY(sw_rows_find(r->rows, read->content, &first, &count, err));
    for (uint64_t i = 0; i < count && !*found; i++) {
        uint32_t candidate;
        SW_TRY(sw_rows_sorted(r->rows, first + i, &candidate, err));
        SW_TRY(is_row(r, candidate, read, row, found, err));
        *index = candidate;
    }
    return SW_OK;
}

static sw_result take_record(
    struct reading *r, const struct sw_record *record, struct sw_error *err)
{
    struct sw_row read;
    struct sw_row row;
    uint64_t index = 0;
    bool found = false;
    sw_row_of_record(r->salt, record, r->rows->one_digest, &read);
    SW_TRY(find_row(r, &read, &row, &index, &found, err));
    if (!found) {
        r->out->strangers++;
        return SW_OK;
    }
    SW_TRY(sw_rowset_add(&r->used, (uint32_t)index));
    r->next = index + 1;
    return count_sample(r, record, &row);
}

static sw_result take_all(struct reading *r, struct sw_error *err)
{
    uint64_t consumed = 0;
    for (;;) {
        struct sw_record_step step;
        SW_TRY(sw_records_next(r->records, &step, err));
        if (step.kind == SW_RECORD_END) {
            return SW_OK;
        }
        if (step.kind == SW_RECORD_SAMPLE) {
            SW_TRY(take_record(r, &step.record, err));
        }
        uint64_t now = sw_records_consumed(r->records);
        sw_progress_add(r->data->progress, now - consumed, 1);
        consumed = now;
        SW_TRY(sw_progress_check(r->data->progress, err));
    }
}

/* --- opening --------------------------------------------------------------------------------- */

static sw_result prepare(struct reading *r)
{
    r->out->words = SW_ARENA_NEW(r->data->arena, struct sw_histogram);
    r->out->labels = SW_ARENA_NEW(r->data->arena, struct sw_tally);
    r->out->languages = SW_ARENA_NEW(r->data->arena, struct sw_tally);
    if (r->out->words == NULL || r->out->labels == NULL || r->out->languages == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(sw_tally_init(r->out->labels, r->data->arena));
    SW_TRY(sw_tally_init(r->out->languages, r->data->arena));
    return sw_language_guesser_new(&r->guesser);
}

static sw_result read_again(struct reading *r, const char *path,
    const struct sw_record_options *options, struct sw_error *err)
{
    struct sw_error why = {0};
    enum sw_code code = sw_records_open(&r->records, path, options, &why);
    /* Where somebody said just now that it is, it must be. */
    if (!r->told && (code == SW_E_NOENT || code == SW_E_REFUSED || code == SW_E_IO)) {
        r->out->why_not = sw_arena_strdup(r->data->arena, why.text);
        SW_TRY_PTR(r->out->why_not);
        return SW_OK;
    }
    if (code != SW_OK) {
        return sw_fail(err, code, "%s", why.text);
    }
    SW_TRY(prepare(r));
    SW_TRY(take_all(r, err));
    sw_tally_sort(r->out->labels);
    sw_tally_sort(r->out->languages);
    r->out->missing = r->rows->count - r->out->samples;
    r->out->read = true;
    return SW_OK;
}

static sw_result with_salt(struct reading *r, struct sw_str name, const char *path,
    const struct sw_record_options *options, struct sw_error *err)
{
    struct sw_error why = {0};
    SW_CLEANUP(salt) struct sw_salt salt = {0};
    enum sw_code code = sw_salt_load(r->data, name, &salt, &why);
    if (code == SW_E_NOENT) {
        r->out->why_not = "its salt was forgotten: no digest can be made again";
        return SW_OK;
    }
    if (code != SW_OK) {
        return sw_fail(err, code, "%s", why.text);
    }
    r->salt = &salt;
    code = read_again(r, path, options, err);
    sw_rowset_release(&r->used);
    sw_cleanup_records(&r->records);
    sw_cleanup_language_guesser(&r->guesser);
    return code;
}

sw_result sw_report_content(const struct sw_data *data, struct sw_rows *rows,
    const struct sw_report_options *options, struct sw_report_set *set, struct sw_origin_sums *sums,
    struct sw_error *err)
{
    struct sw_record_options how;
    const char *path = options->at;
    if (options->rows_only) {
        set->content.asked = true;
        set->content.why_not = "it was asked not to";
        return SW_OK;
    }
    if (path == NULL && set->claim.location.len > 0) {
        path = sw_arena_strndup(data->arena, set->claim.location);
        SW_TRY_PTR(path);
    }
    if (path == NULL) {
        set->content.why_not = "nobody said where it is; name it with --at";
        return SW_OK;
    }
    SW_TRY(sw_record_options_read(data->arena, set->claim.options, &how, err));
    struct reading reading = {.data = data,
        .rows = rows,
        .out = &set->content,
        .sums = sums,
        .told = options->at != NULL};
    return with_salt(&reading, set->claim.salt, path, &how, err);
}
