/* What a model's or a dataset's own papers say for its card: fields of front matter and JSON, and
 * the sections of README.md that the Hub's templates have. Read in a process of its own, whose
 * answer is a card. */
#include "supply/ascii.h"
#include "supply/card_private.h"
#include "supply/catalogue.h"
#include "supply/spdx_list.h"

#include <stdlib.h>

struct taking {
    struct sw_card *card;
    struct sw_card_source from;
};

static sw_result take(struct taking *t, enum sw_card_field field, struct sw_str text,
    struct sw_str key, uint32_t line)
{
    t->from.field = key;
    t->from.line = line;
    return sw_card_add(t->card, field, text, &t->from);
}

/* --- fields ----------------------------------------------------------------------------------- */

static const struct {
    enum sw_bom_field bom;
    enum sw_card_field card;
} fields[] = {
    {SW_BOM_LICENCE_DECLARED, SW_CARD_LICENCE},
    {SW_BOM_LICENCE_URL, SW_CARD_LICENCE_URL},
    {SW_BOM_TASK, SW_CARD_TASK},
    {SW_BOM_FAMILY, SW_CARD_FAMILY},
    {SW_BOM_ARCHITECTURE, SW_CARD_ARCHITECTURE},
    {SW_BOM_METRIC, SW_CARD_METRIC},
    {SW_BOM_LANGUAGE, SW_CARD_LANGUAGE},
    {SW_BOM_LIBRARY_NAME, SW_CARD_LIBRARY},
    {SW_BOM_BASE_RELATION, SW_CARD_BASE_RELATION},
    {SW_BOM_TOKENIZER, SW_CARD_TOKENIZER},
    {SW_BOM_PRECISION, SW_CARD_PRECISION},
    {SW_BOM_SIZE_CATEGORY, SW_CARD_SIZE_CATEGORY},
};

static sw_result take_gap(struct taking *t, const struct sw_bom_value *value)
{
    return sw_card_gap(t->card, value->text);
}

static sw_result take_value(
    struct taking *t, const struct sw_bom *bom, const struct sw_bom_value *value)
{
    uint32_t number;
    if (value->field == SW_BOM_GAP) {
        return take_gap(t, value);
    }
    if (value->field == SW_BOM_DATASET && sw_bom_find(bom, value->text, &number)) {
        return take(t, SW_CARD_DATASET_NAME, sw_bom_get(&bom->components[number], SW_BOM_NAME),
            value->key, value->line);
    }
    for (size_t i = 0; i < SW_COUNT(fields); i++) {
        if (fields[i].bom == value->field) {
            return take(t, fields[i].card, value->text, value->key, value->line);
        }
    }
    return SW_OK;
}

static sw_result take_fields(struct taking *t, const struct sw_bom *bom)
{
    for (size_t i = 0; i < bom->count; i++) {
        const struct sw_bom_component *c = &bom->components[i];
        const struct sw_bom_value *name = sw_bom_value(c, SW_BOM_NAME);
        for (size_t k = 0; i == 0 && k < c->value_count; k++) {
            SW_TRY(take_value(t, bom, &c->values[k]));
        }
        if (c->role == SW_BOM_ANCESTOR && name != NULL) {
            SW_TRY(take(t, SW_CARD_BASE_MODEL, name->text, name->key, name->line));
        }
    }
    return SW_OK;
}

/* --- sections --------------------------------------------------------------------------------- */

/* Headings and labels of the Hub's templates ("Model Cards" and "Dataset Cards", Hub documentation)
 * and usual ones beside them: their words in small letters. */
static const struct {
    const char *words;
    enum sw_card_field field;
} headings[] = {
    {"model description", SW_CARD_DESCRIPTION},
    {"dataset description", SW_CARD_DESCRIPTION},
    {"dataset summary", SW_CARD_DESCRIPTION},
    {"model summary", SW_CARD_DESCRIPTION},
    {"uses", SW_CARD_INTENDED_USE},
    {"direct use", SW_CARD_INTENDED_USE},
    {"intended use", SW_CARD_INTENDED_USE},
    {"intended uses", SW_CARD_INTENDED_USE},
    {"intended uses limitations", SW_CARD_INTENDED_USE},
    {"downstream use", SW_CARD_DOWNSTREAM_USE},
    {"downstream use optional", SW_CARD_DOWNSTREAM_USE},
    {"out of scope use", SW_CARD_OUT_OF_SCOPE},
    {"out of scope uses", SW_CARD_OUT_OF_SCOPE},
    {"intended users", SW_CARD_USERS},
    {"bias risks and limitations", SW_CARD_LIMITATION},
    {"limitations and bias", SW_CARD_LIMITATION},
    {"limitations", SW_CARD_LIMITATION},
    {"risks", SW_CARD_RISK},
    {"bias", SW_CARD_BIAS},
    {"ethical considerations", SW_CARD_ETHICS},
    {"recommendations", SW_CARD_RECOMMENDATION},
    {"training data", SW_CARD_TRAINING_DATA},
    {"preprocessing", SW_CARD_PREPROCESSING},
    {"preprocessing optional", SW_CARD_PREPROCESSING},
    {"training procedure", SW_CARD_PROCEDURE},
    {"training hyperparameters", SW_CARD_HYPERPARAMETERS},
    {"testing data", SW_CARD_TESTING_DATA},
    {"factors", SW_CARD_FACTORS},
    {"evaluation", SW_CARD_RESULTS},
    {"evaluation results", SW_CARD_RESULTS},
    {"results", SW_CARD_RESULTS},
    {"model card contact", SW_CARD_CONTACT},
    {"dataset card contact", SW_CARD_CONTACT},
    {"contact", SW_CARD_CONTACT},
    {"citation", SW_CARD_CITE},
    {"citation information", SW_CARD_CITE},
    {"source data", SW_CARD_SOURCE_DATA},
    {"data collection and processing", SW_CARD_COLLECTION},
    {"annotations", SW_CARD_ANNOTATION},
    {"annotation process", SW_CARD_ANNOTATION},
    {"personal and sensitive information", SW_CARD_PERSONAL_DATA},
    {"dataset structure", SW_CARD_STRUCTURE},
    {"developed by", SW_CARD_DEVELOPER},
    {"curated by", SW_CARD_DEVELOPER},
    {"funded by", SW_CARD_FUNDER},
    {"funded by optional", SW_CARD_FUNDER},
    {"hardware type", SW_CARD_HARDWARE},
    {"hours used", SW_CARD_HOURS},
    {"cloud provider", SW_CARD_PROVIDER},
    {"compute region", SW_CARD_REGION},
    {"carbon emitted", SW_CARD_CARBON},
};

#define WORDS_MAX 64

/* The letters and digits in small letters with one space between words. */
static struct sw_str words_of(struct sw_str text, char out[WORDS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < text.len && n + 1 < WORDS_MAX; i++) {
        if (sw_ascii_alnum(text.ptr[i])) {
            out[n++] = sw_ascii_lower(text.ptr[i]);
        } else if (n > 0 && out[n - 1] != ' ') {
            out[n++] = ' ';
        }
    }
    return sw_ascii_trim(sw_str_n(out, n));
}

static bool heading_of(struct sw_str text, enum sw_card_field *out)
{
    char buffer[WORDS_MAX];
    struct sw_str words = words_of(text, buffer);
    for (size_t i = 0; i < SW_COUNT(headings); i++) {
        if (sw_str_is(words, headings[i].words)) {
            *out = headings[i].field;
            return true;
        }
    }
    return false;
}

struct walking {
    struct taking *t;
    struct sw_str rest; /* the lines to come */
    uint32_t line;      /* of the one that was taken */
    bool fenced;        /* in a block of code */
    bool open;          /* a section that is a field's has begun */
    enum sw_card_field field;
    struct sw_str heading;
    uint32_t heading_line;
    const char *start;
};

static struct sw_str take_line(struct walking *w)
{
    const char *end = memchr(w->rest.ptr, '\n', w->rest.len);
    struct sw_str line =
        sw_str_n(w->rest.ptr, end == NULL ? w->rest.len : (size_t)(end - w->rest.ptr));
    const size_t skip = end == NULL ? line.len : line.len + 1;
    w->rest = sw_str_n(w->rest.ptr + skip, w->rest.len - skip);
    w->line++;
    return line;
}

/* What a template has where nobody wrote anything. */
static bool is_said(struct sw_str text)
{
    return text.len > 0 && !sw_ascii_starts(text, "[more information needed]");
}

static sw_result end_section(struct walking *w, const char *end)
{
    if (!w->open) {
        return SW_OK;
    }
    struct sw_str text = sw_ascii_trim(sw_str_n(w->start, (size_t)(end - w->start)));
    w->open = false;
    return is_said(text) ? take(w->t, w->field, text, w->heading, w->heading_line) : SW_OK;
}

static sw_result begin_section(struct walking *w, struct sw_str line)
{
    SW_TRY(end_section(w, line.ptr));
    w->heading = line;
    while (w->heading.len > 0 && w->heading.ptr[0] == '#') {
        w->heading = sw_str_n(w->heading.ptr + 1, w->heading.len - 1);
    }
    w->heading = sw_ascii_trim(w->heading);
    w->heading_line = w->line;
    w->open = w->heading.len <= 128 && heading_of(w->heading, &w->field);
    w->start = line.ptr + line.len;
    return SW_OK;
}

/* "- **Developed by:** the label's text" */
static sw_result take_label(struct walking *w, struct sw_str line)
{
    enum sw_card_field field;
    if (!sw_str_starts(line, "- **") || line.len < 8) {
        return SW_OK;
    }
    const char *label = line.ptr + 4;
    const char *end = memmem(label, line.len - 4, "**", 2);
    if (end == NULL || !heading_of(sw_str_n(label, (size_t)(end - label)), &field)) {
        return SW_OK;
    }
    struct sw_str name = sw_str_n(label, (size_t)(end - label));
    name.len -= name.len > 0 && name.ptr[name.len - 1] == ':';
    struct sw_str text = sw_ascii_trim(sw_str_n(end + 2, (size_t)(line.ptr + line.len - end - 2)));
    while (text.len > 0 && text.ptr[0] == ':') {
        text = sw_ascii_trim(sw_str_n(text.ptr + 1, text.len - 1));
    }
    return is_said(text) && name.len <= 128 ? take(w->t, field, text, name, w->line) : SW_OK;
}

static sw_result walk(struct walking *w)
{
    while (w->rest.len > 0) {
        struct sw_str line = take_line(w);
        if (sw_str_starts(sw_ascii_trim(line), "```")) {
            w->fenced = !w->fenced;
        }
        if (w->fenced) {
            continue;
        }
        if (line.len > 0 && line.ptr[0] == '#') {
            SW_TRY(begin_section(w, line));
        }
        SW_TRY(take_label(w, line));
    }
    return end_section(w, w->rest.ptr);
}

/* Comments of HTML are what a template tells its author: blanks stand for them. */
static void blank_comments(char *text, size_t len)
{
    char *end = text + len;
    char *at = memmem(text, len, "<!--", 4);
    while (at != NULL) {
        char *close = memmem(at, (size_t)(end - at), "-->", 3);
        char *stop = close == NULL ? end : close + 3;
        for (; at < stop; at++) {
            *at = *at == '\n' ? '\n' : ' ';
        }
        at = memmem(stop, (size_t)(end - stop), "<!--", 4);
    }
}

static sw_result take_sections(struct taking *t, struct sw_bytes text)
{
    char *copy = sw_arena_strndup(t->card->arena, sw_str_of_bytes(text));
    struct sw_bytes matter;
    SW_TRY_PTR(copy);
    if (!sw_utf8_valid(text)) {
        return sw_card_gap(
            t->card, sw_str("README.md: it is not UTF-8, and its text was not read"));
    }
    blank_comments(copy, text.len);
    struct walking w = {.t = t, .rest = sw_str_n(copy, text.len)};
    if (sw_bom_front_matter(text, &matter)) {
        const size_t skip = (size_t)(matter.ptr + matter.len - text.ptr);
        for (size_t i = 0; i < skip; i++) {
            w.line += copy[i] == '\n';
        }
        w.rest = sw_str_n(copy + skip, text.len - skip);
    }
    return walk(&w);
}

/* --- a paper ---------------------------------------------------------------------------------- */

static bool is_of_bills(const char *name)
{
    for (size_t i = 0; sw_bom_paper_name(i) != NULL; i++) {
        if (strcmp(sw_bom_paper_name(i), name) == 0) {
            return true;
        }
    }
    return false;
}

static sw_result take_as_bill(
    struct taking *t, const char *name, struct sw_bytes text, struct sw_error *err)
{
    struct sw_bom bom;
    uint32_t main;
    sw_bom_init(&bom, t->card->arena);
    SW_TRY(sw_bom_add(&bom, t->card->kind == SW_CARD_MODEL ? SW_BOM_MODEL : SW_BOM_DATA,
        SW_BOM_MAIN, SW_BOM_NONE, &main));
    SW_TRY(sw_bom_add_paper(&bom, name, text, err));
    return take_fields(t, &bom);
}

sw_result sw_card_take_paper(
    struct sw_card *card, const char *name, struct sw_bytes text, struct sw_error *err)
{
    struct sw_digest digest;
    char shown[SW_DIGEST_TEXT_SIZE];
    sw_sha256(text, &digest);
    sw_digest_text(&digest, shown);
    struct taking t = {
        card, {.kind = SW_CARD_CITATION, .file = sw_str(name), .digest = sw_str(shown)}};
    SW_TRY(is_of_bills(name) ? take_as_bill(&t, name, text, err) : SW_OK);
    SW_TRY(sw_card_take_file(card, &t.from, text));
    return strcmp(name, "README.md") == 0 ? take_sections(&t, text) : SW_OK;
}

/* --- the process that reads ------------------------------------------------------------------- */

struct sw_card_reader {
    struct sw_worker *worker;
};

/* Instead of the number of a paper. */
#define DOCUMENT 254
#define AUTHOR 255

#define GAP_MAX (2 * SW_ERROR_TEXT_MAX)                     /* bytes of one that a file gives */
#define REPLY_MAX (SW_CARD_BYTES_MAX + ((uint64_t)1 << 20)) /* lengths, beside what it says */

/* An author's file: its name, a NUL, its bytes. */
static sw_result take_author(struct sw_card *card, struct sw_bytes rest, struct sw_error *err)
{
    const uint8_t *end = memchr(rest.ptr, 0, rest.len);
    if (end == NULL) {
        return SW_E_INTERNAL;
    }
    const size_t used = (size_t)(end - rest.ptr) + 1;
    return sw_card_add_author(
        card, (const char *)rest.ptr, sw_bytes(rest.ptr + used, rest.len - used), err);
}

static sw_result take_document(struct sw_card *card, struct sw_bytes text, struct sw_error *err)
{
    struct sw_json document;
    struct sw_arena *arena = card->arena;
    SW_TRY(sw_card_parse(arena, text, &document, err));
    return sw_card_read(card, arena, &document, err);
}

static sw_result take_any(
    struct sw_card *card, size_t what, struct sw_bytes rest, struct sw_error *err)
{
    const char *name = sw_card_paper_name(what);
    if (what == DOCUMENT) {
        return take_document(card, rest, err);
    }
    if (what == AUTHOR) {
        return take_author(card, rest, err);
    }
    return name == NULL ? SW_E_INTERNAL : sw_card_take_paper(card, name, rest, err);
}

/* A request: the kind of card, the paper's number, its bytes. */
static sw_result parse(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_card card;
    (void)ctx;
    (void)fd;
    if (request.len < 2) {
        return SW_E_INTERNAL;
    }
    const struct sw_bytes rest = sw_bytes(request.ptr + 2, request.len - 2);
    sw_arena_init(&arena, 0);
    sw_card_init(&card, &arena, request.ptr[0] == 0 ? SW_CARD_MODEL : SW_CARD_DATASET);
    card.tool = sw_str("reader");
    card.tool_version = sw_str("1");
    SW_TRY(take_any(&card, request.ptr[1], rest, err));
    sw_card_sort(&card);
    return sw_card_put(&card, reply);
}

sw_result sw_card_reader_new(struct sw_card_reader **out, struct sw_error *err)
{
    const struct sw_worker_options options = {
        .memory_max = UINT64_C(1) << 30, .cpu_seconds = 30, .reply_max = REPLY_MAX};
    SW_CLEANUP(card_reader) struct sw_card_reader *reader = calloc(1, sizeof(*reader));
    const struct sw_catalogue *catalogue;
    if (reader == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory to read papers");
    }
    SW_TRY(sw_catalogue_builtin(&catalogue, err)); /* read once here, and not for each paper */
    (void)sw_spdx_list_version();
    SW_TRY(sw_worker_new(&reader->worker, parse, NULL, &options, err));
    *out = SW_TAKE(reader);
    return SW_OK;
}

void sw_card_reader_free(struct sw_card_reader *reader)
{
    if (reader != NULL) {
        sw_worker_free(reader->worker);
        free(reader);
    }
}

static sw_result paper_gap(struct sw_card *card, const char *name, const char *why)
{
    const char *text = sw_arena_printf(card->arena, "%s: %s", name, why);
    SW_TRY_PTR(text);
    return sw_card_gap(card, sw_str(text));
}

struct asking {
    struct sw_card_reader *reader;
    enum sw_card_kind kind;
    size_t what;
    const char *name; /* of an author's file; else NULL */
    struct sw_bytes text;
};

static enum sw_code nonsense(struct sw_error *err)
{
    return sw_fail(err, SW_E_REFUSED, "the parser answered nonsense");
}

/* What a process that was taken over may say of a file. */
static enum sw_code as_told(enum sw_code code, struct sw_error *err)
{
    const struct sw_error why = *err;
    return code == SW_OK || code == SW_E_FORMAT || code == SW_E_LIMIT || code == SW_E_NOMEM ||
                   code == SW_E_IO
               ? code
               : sw_fail(err, SW_E_REFUSED, "%s", why.text);
}

/* What the process says of a file, all of it in the arena. */
static sw_result ask(
    const struct asking *a, struct sw_arena *arena, struct sw_card *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf request = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    SW_TRY(sw_buf_putc(&request, a->kind == SW_CARD_MODEL ? 0 : 1));
    SW_TRY(sw_buf_putc(&request, (char)a->what));
    SW_TRY(a->name == NULL ? SW_OK : sw_buf_append(&request, a->name, strlen(a->name) + 1));
    SW_TRY(sw_buf_append(&request, a->text.ptr, a->text.len));
    const struct sw_worker_task task = {.fd = -1, .request = sw_buf_bytes(&request)};
    SW_TRY(as_told(sw_worker_call(a->reader->worker, &task, &reply, err), err));
    const void *kept = sw_arena_copy(arena, sw_buf_bytes(&reply));
    SW_TRY_PTR(kept);
    struct sw_cursor cur = sw_cursor(sw_bytes(kept, reply.len));
    enum sw_code code = sw_card_take(out, arena, &cur);
    return code == SW_OK || code == SW_E_NOMEM ? code : nonsense(err);
}

/* No file says what claims alone may say. */
static bool could_be_from(const struct sw_card *card, enum sw_card_origin kind)
{
    for (size_t i = 0; i < card->count; i++) {
        const struct sw_card_value *value = &card->values[i];
        if (value->from.kind != kind || sw_card_rows[value->field].section == SW_CARD_SECURITY) {
            return false;
        }
    }
    for (size_t i = 0; i < card->gap_count; i++) {
        if (card->gaps[i].len > GAP_MAX) {
            return false;
        }
    }
    return true;
}

/* The file's name and digest are what is known here, whatever the process says. */
static sw_result merge(struct sw_card *card, const struct sw_card *from, enum sw_card_origin kind,
    const char *file, struct sw_bytes text, struct sw_error *err)
{
    struct sw_digest digest;
    char shown[SW_DIGEST_TEXT_SIZE];
    if (!could_be_from(from, kind)) {
        return nonsense(err);
    }
    sw_sha256(text, &digest);
    sw_digest_text(&digest, shown);
    for (size_t i = 0; i < from->count; i++) {
        const struct sw_card_value *value = &from->values[i];
        const struct sw_card_source source = {.kind = kind,
            .file = sw_str(file),
            .digest = sw_str(shown),
            .field = value->from.field,
            .line = value->from.line};
        SW_TRY(sw_card_add(card, value->field, value->text, &source));
    }
    for (size_t i = 0; i < from->gap_count; i++) {
        SW_TRY(sw_card_gap(card, from->gaps[i]));
    }
    return SW_OK;
}

/* 1 is for what a file says. */
static enum sw_code as_failure(enum sw_code code, struct sw_error *err)
{
    const struct sw_error why = *err;
    return code == SW_E_REFUSED ? sw_fail(err, SW_E_IO, "%s", why.text) : code;
}

sw_result sw_card_take_author(struct sw_card_reader *reader, struct sw_card *card, const char *file,
    struct sw_bytes text, struct sw_error *err)
{
    const struct asking a = {reader, card->kind, AUTHOR, "author", text}; /* its name is not told */
    struct sw_card read;
    enum sw_code code = ask(&a, card->arena, &read, err);
    code = code == SW_OK ? merge(card, &read, SW_CARD_AUTHOR, file, text, err) : code;
    return as_failure(code, err);
}

sw_result sw_card_take_document(struct sw_card_reader *reader, struct sw_arena *arena,
    struct sw_bytes text, struct sw_card *out, struct sw_error *err)
{
    const struct asking a = {reader, SW_CARD_MODEL, DOCUMENT, NULL, text};
    return as_failure(ask(&a, arena, out, err), err);
}

/* What a hostile paper does to its parser is told of the paper. */
static sw_result add_paper(struct sw_card_reader *reader, struct sw_card *card, size_t index,
    struct sw_bytes text, struct sw_error *err)
{
    const char *name = sw_card_paper_name(index);
    const struct asking a = {reader, card->kind, index, NULL, text};
    struct sw_card read;
    struct sw_error why = {0};
    enum sw_code code = ask(&a, card->arena, &read, &why);
    code = code == SW_OK ? merge(card, &read, SW_CARD_CITATION, name, text, &why) : code;
    if (code == SW_E_REFUSED || code == SW_E_FORMAT || code == SW_E_LIMIT) {
        return paper_gap(card, name, why.text);
    }
    return code == SW_OK ? SW_OK : sw_fail(err, code, "%s: %s", name, why.text);
}

sw_result sw_card_add_paper(struct sw_card_reader *reader, struct sw_card *card, const char *name,
    struct sw_bytes text, struct sw_error *err)
{
    for (size_t i = 0; sw_card_paper_name(i) != NULL; i++) {
        if (strcmp(sw_card_paper_name(i), name) == 0) {
            return add_paper(reader, card, i, text, err);
        }
    }
    return sw_fail(err, SW_E_USAGE, "'%s' is no paper", name);
}

static const struct sw_entry *find(const struct sw_tree *tree, const char *name)
{
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->entries[i].kind == SW_ENTRY_FILE && strcmp(tree->entries[i].name, name) == 0) {
            return &tree->entries[i];
        }
    }
    return NULL;
}

static sw_result read_one(struct sw_card_reader *reader, struct sw_card *card,
    const struct sw_tree *tree, size_t index, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(fd) int fd = -1;
    const char *name = sw_card_paper_name(index);
    const struct sw_entry *entry = find(tree, name);
    if (entry == NULL) {
        return SW_OK;
    }
    if (entry->size > SW_CARD_PAPER_MAX) {
        return paper_gap(card, name, "it is larger than 4 MiB, and was not read");
    }
    SW_TRY(sw_tree_open_file(tree, entry, &fd, err));
    SW_TRY(sw_fd_read(fd, name, SW_CARD_PAPER_MAX, &text, err));
    return add_paper(reader, card, index, sw_buf_bytes(&text), err);
}

sw_result sw_card_add_papers(struct sw_card_reader *reader, struct sw_card *card,
    const struct sw_tree *tree, struct sw_error *err)
{
    for (size_t i = 0; tree->single == NULL && sw_card_paper_name(i) != NULL; i++) {
        SW_TRY(read_one(reader, card, tree, i, err));
    }
    return SW_OK;
}
