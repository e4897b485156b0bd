/* A vendor's record, as people write it (doc/vendors.md). */
#include "supply/purl.h"
#include "supply/vendor_private.h"

#define DIGEST_EXAMPLE "sha256:…"

struct reading {
    struct sw_arena *arena;
    const struct sw_vendor_questions *questions;
    struct sw_error *err;
};

static enum sw_code wrong(const struct reading *r, const struct sw_json *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static enum sw_code wrong(const struct reading *r, const struct sw_json *at, const char *fmt, ...)
{
    struct sw_error why = {0};
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(why.text, sizeof(why.text), fmt, ap);
    va_end(ap);
    return sw_fail(r->err, SW_E_FORMAT, "line %llu: %s", (unsigned long long)at->where, why.text);
}

/* --- parts of any mapping --------------------------------------------------------------------- */

/* What is written and left empty is not there. */
static const struct sw_json *part(const struct sw_json *object, const char *name)
{
    const struct sw_json *value = sw_json_get(object, name);
    return value == NULL || value->type == SW_JSON_NULL ? NULL : value;
}

/* `names` ends with NULL. */
static sw_result check_names(const struct reading *r, const struct sw_json *object,
    const char *what, const char *const *names)
{
    if (object->type != SW_JSON_OBJECT) {
        return wrong(r, object, "%s is a mapping", what);
    }
    SW_JSON_EACH_MEMBER (member, object) {
        size_t i = 0;
        while (names[i] != NULL && !sw_str_is(member->name, names[i])) {
            i++;
        }
        if (names[i] == NULL) {
            return wrong(r, &member->value, "%s has no '%.*s'", what,
                (int)(member->name.len < 80 ? member->name.len : 80), member->name.ptr);
        }
    }
    return SW_OK;
}

static bool is_printable(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    return true;
}

static sw_result take_text(
    const struct reading *r, const struct sw_json *value, const char *name, struct sw_str *out)
{
    if (!sw_json_str(value, out)) {
        return wrong(r, value, "'%s' is a text; put it in quotes", name);
    }
    if (out->len > SW_VENDOR_TEXT_MAX || !is_printable(*out)) {
        return wrong(r, value, "'%s' is a text of at most %u bytes, without control characters",
            name, SW_VENDOR_TEXT_MAX);
    }
    return SW_OK;
}

static sw_result read_text(
    const struct reading *r, const struct sw_json *object, const char *name, struct sw_str *out)
{
    const struct sw_json *value = part(object, name);
    *out = sw_str("");
    return value == NULL ? SW_OK : take_text(r, value, name, out);
}

static sw_result read_date(
    const struct reading *r, const struct sw_json *object, const char *name, struct sw_str *out)
{
    int64_t time;
    SW_TRY(read_text(r, object, name, out));
    return out->len == 0 || sw_vendor_date(*out, &time)
               ? SW_OK
               : wrong(r, part(object, name), "'%s' is a date such as 2026-11-28", name);
}

/* A word of a list of the pack. */
static sw_result read_choice(const struct reading *r, const struct sw_json *object,
    const char *name, const struct sw_vendor_choices *choices, struct sw_str *out)
{
    SW_TRY(read_text(r, object, name, out));
    return out->len == 0 || sw_vendor_choice(choices, *out) != NULL
               ? SW_OK
               : wrong(
                     r, part(object, name), "'%s' is none of the words that may stand there", name);
}

static bool stands_before(const struct sw_str *list, size_t count, struct sw_str text)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_equal(list[i], text)) {
            return true;
        }
    }
    return false;
}

/* Brings a row into its one form; NULL leaves it as it is. */
typedef sw_result (*tidy_fn)(
    const struct reading *r, const struct sw_json *at, struct sw_str text, struct sw_str *out);

static sw_result read_row(const struct reading *r, const struct sw_json *item, const char *name,
    tidy_fn tidy, struct sw_str *out)
{
    struct sw_str text;
    SW_TRY(take_text(r, item, name, &text));
    if (text.len == 0) {
        return wrong(r, item, "a row of '%s' is empty", name);
    }
    *out = text;
    return tidy == NULL ? SW_OK : tidy(r, item, text, out);
}

static sw_result check_list(const struct reading *r, const struct sw_json *value, const char *name)
{
    if (value->type != SW_JSON_ARRAY || value->count > SW_VENDOR_LIST_MAX) {
        return wrong(r, value, "'%s' is a list, of at most %u", name, SW_VENDOR_LIST_MAX);
    }
    return SW_OK;
}

static sw_result read_texts(const struct reading *r, const struct sw_json *object, const char *name,
    tidy_fn tidy, struct sw_str **out, size_t *count)
{
    const struct sw_json *value = part(object, name);
    *count = 0;
    *out = NULL;
    if (value == NULL) {
        return SW_OK;
    }
    SW_TRY(check_list(r, value, name));
    struct sw_str *list = SW_ARENA_ARRAY(r->arena, struct sw_str, value->count);
    SW_TRY_PTR(list);
    SW_JSON_EACH (item, value) {
        SW_TRY(read_row(r, item, name, tidy, &list[*count]));
        if (stands_before(list, *count, list[*count])) {
            return wrong(r, item, "this stands in '%s' already", name);
        }
        (*count)++;
    }
    *out = list;
    return SW_OK;
}

/* --- services --------------------------------------------------------------------------------- */

static sw_result tidy_host(
    const struct reading *r, const struct sw_json *at, struct sw_str text, struct sw_str *out)
{
    return sw_vendor_host_rule(r->arena, text, out)
               ? SW_OK
               : wrong(r, at,
                     "this is no host: only its name, without scheme, port or path; '.' before it "
                     "for all below it, which is at least two names; letters beyond ASCII as "
                     "'xn--'; an address of IPv6 without a zone");
}

static sw_result tidy_purl(
    const struct reading *r, const struct sw_json *at, struct sw_str text, struct sw_str *out)
{
    struct sw_error why = {0};
    enum sw_code code = sw_purl_canonical(r->arena, text, out, &why);
    return code == SW_OK || code == SW_E_NOMEM ? code : wrong(r, at, "no purl: %s", why.text);
}

static sw_result read_service(
    const struct reading *r, const struct sw_json *item, struct sw_vendor_service *out)
{
    static const char *const names[] = {"name", "hosts", "purls", "mcp-servers", "names", NULL};
    SW_TRY(check_names(r, item, "a service", names));
    SW_TRY(read_text(r, item, "name", &out->name));
    if (out->name.len == 0) {
        return wrong(r, item, "a service has a name");
    }
    SW_TRY(read_texts(r, item, "hosts", tidy_host, &out->hosts, &out->host_count));
    SW_TRY(read_texts(r, item, "purls", tidy_purl, &out->purls, &out->purl_count));
    SW_TRY(read_texts(r, item, "mcp-servers", NULL, &out->mcp_servers, &out->mcp_server_count));
    return read_texts(r, item, "names", NULL, &out->names, &out->name_count);
}

static sw_result read_services(
    const struct reading *r, const struct sw_json *root, struct sw_vendor *out)
{
    const struct sw_json *list = part(root, "services");
    if (list == NULL) {
        return SW_OK;
    }
    SW_TRY(check_list(r, list, "services"));
    out->services = SW_ARENA_ARRAY(r->arena, struct sw_vendor_service, list->count);
    SW_TRY_PTR(out->services);
    SW_JSON_EACH (item, list) {
        SW_TRY(read_service(r, item, &out->services[out->service_count]));
        out->service_count++;
    }
    return SW_OK;
}

/* --- documents -------------------------------------------------------------------------------- */

static sw_result read_digest(
    const struct reading *r, const struct sw_json *item, struct sw_vendor_document *out)
{
    struct sw_str text;
    SW_TRY(read_text(r, item, "digest", &text));
    if (text.len == 0) {
        return out->file.len > 0
                   ? SW_OK
                   : wrong(r, item, "a document has a file, or a digest, " DIGEST_EXAMPLE);
    }
    return sw_digest_parse(text, &out->digest) && out->digest.alg == SW_SHA256
               ? SW_OK
               : wrong(r, part(item, "digest"), "'digest' is " DIGEST_EXAMPLE);
}

static sw_result check_document(const struct reading *r, const struct sw_json *item,
    const struct sw_vendor *vendor, const struct sw_vendor_document *d)
{
    int64_t issued = 0;
    int64_t expires = 0;
    if (d->id.len == 0 || d->kind.len == 0) {
        return wrong(r, item, "a document has an id and a kind");
    }
    for (size_t i = 0; i < vendor->document_count; i++) {
        if (sw_str_equal(vendor->documents[i].id, d->id)) {
            return wrong(r, item, "there is a document of this id already");
        }
    }
    if (d->file.len > 0 && !sw_path_is_plain(d->file)) {
        return wrong(r, item, "a document's file is a path below the directory of documents");
    }
    return sw_vendor_date(d->issued, &issued) && sw_vendor_date(d->expires, &expires) &&
                   expires < issued
               ? wrong(r, item, "the document expires before it was issued")
               : SW_OK;
}

static sw_result read_document(const struct reading *r, const struct sw_json *item,
    struct sw_vendor *vendor, struct sw_vendor_document *out)
{
    static const char *const names[] = {
        "id", "kind", "title", "file", "digest", "issued", "expires", NULL};
    SW_TRY(check_names(r, item, "a document", names));
    SW_TRY(read_text(r, item, "id", &out->id));
    SW_TRY(read_choice(r, item, "kind", &r->questions->documents, &out->kind));
    SW_TRY(read_text(r, item, "title", &out->title));
    SW_TRY(read_text(r, item, "file", &out->file));
    SW_TRY(read_digest(r, item, out));
    SW_TRY(read_date(r, item, "issued", &out->issued));
    SW_TRY(read_date(r, item, "expires", &out->expires));
    return check_document(r, item, vendor, out);
}

static sw_result read_documents(
    const struct reading *r, const struct sw_json *root, struct sw_vendor *out)
{
    const struct sw_json *list = part(root, "documents");
    if (list == NULL) {
        return SW_OK;
    }
    SW_TRY(check_list(r, list, "documents"));
    out->documents = SW_ARENA_ARRAY(r->arena, struct sw_vendor_document, list->count);
    SW_TRY_PTR(out->documents);
    SW_JSON_EACH (item, list) {
        SW_TRY(read_document(r, item, out, &out->documents[out->document_count]));
        out->document_count++;
    }
    return SW_OK;
}

/* --- answers ---------------------------------------------------------------------------------- */

static const struct sw_vendor_document *find_document(
    const struct sw_vendor *vendor, struct sw_str id)
{
    for (size_t i = 0; i < vendor->document_count; i++) {
        if (sw_str_equal(vendor->documents[i].id, id)) {
            return &vendor->documents[i];
        }
    }
    return NULL;
}

static sw_result check_answer(const struct reading *r, const struct sw_json *value,
    const struct sw_vendor *vendor, const struct sw_vendor_question *question,
    const struct sw_vendor_answer *a)
{
    bool skipped = sw_str_is(a->answer, SW_VENDOR_NOT_APPLICABLE);
    for (size_t i = 0; i < a->evidence_count; i++) {
        if (find_document(vendor, a->evidence[i]) == NULL) {
            return wrong(r, value, "the evidence of '" SW_STR_FMT "' names no document",
                SW_STR_ARG(question->id));
        }
    }
    if (skipped && (!question->skip || a->note.len == 0)) {
        return wrong(r, value,
            question->skip ? "'" SW_STR_FMT "' does not apply: a note says why"
                           : "'" SW_STR_FMT "' always applies",
            SW_STR_ARG(question->id));
    }
    return a->answer.len == 0 || skipped || sw_vendor_choice(&question->answers, a->answer) != NULL
               ? SW_OK
               : wrong(r, value, "this is no answer to '" SW_STR_FMT "'", SW_STR_ARG(question->id));
}

static sw_result read_answer(const struct reading *r, const struct sw_json_member *member,
    const struct sw_vendor *vendor, struct sw_vendor_answer *out)
{
    static const char *const names[] = {"answer", "note", "evidence", NULL};
    const struct sw_vendor_question *question = sw_vendor_question(r->questions, member->name);
    const struct sw_json *value = &member->value;
    if (question == NULL) {
        return wrong(r, value, "there is no question '%.*s'",
            (int)(member->name.len < 80 ? member->name.len : 80), member->name.ptr);
    }
    out->question = question->id;
    if (value->type == SW_JSON_STRING) {
        SW_TRY(take_text(r, value, "answer", &out->answer));
        return check_answer(r, value, vendor, question, out);
    }
    if (value->type == SW_JSON_NULL) {
        return SW_OK;
    }
    SW_TRY(check_names(r, value, "an answer", names));
    SW_TRY(read_text(r, value, "answer", &out->answer));
    SW_TRY(read_text(r, value, "note", &out->note));
    SW_TRY(read_texts(r, value, "evidence", NULL, &out->evidence, &out->evidence_count));
    return check_answer(r, value, vendor, question, out);
}

static sw_result read_answers(
    const struct reading *r, const struct sw_json *root, struct sw_vendor *out)
{
    const struct sw_json *object = part(root, "answers");
    if (object == NULL) {
        return SW_OK;
    }
    if (object->type != SW_JSON_OBJECT || object->count > SW_VENDOR_LIST_MAX) {
        return wrong(r, object, "'answers' is a mapping of questions");
    }
    out->answers = SW_ARENA_ARRAY(r->arena, struct sw_vendor_answer, object->count);
    SW_TRY_PTR(out->answers);
    SW_JSON_EACH_MEMBER (member, object) {
        SW_TRY(read_answer(r, member, out, &out->answers[out->answer_count]));
        out->answer_count++;
    }
    return SW_OK;
}

/* --- the rest --------------------------------------------------------------------------------- */

static sw_result read_use(
    const struct reading *r, const struct sw_json *root, struct sw_vendor *out)
{
    static const char *const names[] = {"dependence", "depends", NULL};
    const struct sw_json *use = part(root, "use");
    if (use == NULL) {
        return SW_OK;
    }
    SW_TRY(check_names(r, use, "'use'", names));
    SW_TRY(read_choice(r, use, "dependence", &r->questions->dependence, &out->dependence));
    return read_texts(r, use, "depends", NULL, &out->depends, &out->depend_count);
}

static sw_result read_trains_on(
    const struct reading *r, const struct sw_json *data, struct sw_str *out)
{
    const struct sw_vendor_question *question =
        sw_vendor_question(r->questions, sw_str(SW_VENDOR_TRAINING));
    return question == NULL ? SW_E_INTERNAL
                            : read_choice(r, data, "trains-on", &question->answers, out);
}

static sw_result read_data(
    const struct reading *r, const struct sw_json *root, struct sw_vendor_terms *out)
{
    static const char *const names[] = {
        "class", "trains-on", "retention-days", "regions", "sub-processors", NULL};
    const struct sw_json *data = part(root, "data");
    out->retention_days = SW_ABSENT;
    if (data == NULL) {
        return SW_OK;
    }
    SW_TRY(check_names(r, data, "'data'", names));
    SW_TRY(read_choice(r, data, "class", &r->questions->classes, &out->class));
    SW_TRY(read_trains_on(r, data, &out->trains_on));
    const struct sw_json *days = part(data, "retention-days");
    if (days != NULL &&
        (!sw_json_u64(days, &out->retention_days) || out->retention_days > SW_VENDOR_DAYS_MAX)) {
        return wrong(r, days, "'retention-days' is a number of days");
    }
    SW_TRY(read_texts(r, data, "regions", NULL, &out->regions, &out->region_count));
    return read_texts(
        r, data, "sub-processors", NULL, &out->sub_processors, &out->sub_processor_count);
}

static sw_result read_decision(
    const struct reading *r, const struct sw_json *review, enum sw_vendor_decision *out)
{
    struct sw_str word;
    SW_TRY(read_text(r, review, "decision", &word));
    *out = SW_VENDOR_UNDECIDED;
    for (int i = SW_VENDOR_APPROVED; i < SW_VENDOR_UNDECIDED; i++) {
        if (sw_str_is(word, sw_vendor_decision_name((enum sw_vendor_decision)i))) {
            *out = (enum sw_vendor_decision)i;
        }
    }
    return word.len == 0 || *out != SW_VENDOR_UNDECIDED
               ? SW_OK
               : wrong(r, part(review, "decision"),
                     "'decision' is approved, approved-with-conditions or refused");
}

static sw_result read_review(
    const struct reading *r, const struct sw_json *root, struct sw_vendor_review *out)
{
    static const char *const names[] = {"reviewed", "due", "by", "decision", "conditions", NULL};
    const struct sw_json *review = part(root, "review");
    int64_t reviewed;
    int64_t due;
    out->decision = SW_VENDOR_UNDECIDED;
    if (review == NULL) {
        return SW_OK;
    }
    SW_TRY(check_names(r, review, "'review'", names));
    SW_TRY(read_date(r, review, "reviewed", &out->reviewed));
    SW_TRY(read_date(r, review, "due", &out->due));
    SW_TRY(read_text(r, review, "by", &out->by));
    SW_TRY(read_decision(r, review, &out->decision));
    SW_TRY(read_texts(r, review, "conditions", NULL, &out->conditions, &out->condition_count));
    return sw_vendor_date(out->reviewed, &reviewed) && sw_vendor_date(out->due, &due) &&
                   due < reviewed
               ? wrong(r, review, "the review is due before it was made")
               : SW_OK;
}

static sw_result read_name(
    const struct reading *r, const struct sw_json *root, struct sw_vendor *out)
{
    uint64_t version;
    struct sw_error why = {0};
    if (!sw_json_u64(sw_json_get(root, "version"), &version) || version != 1) {
        return wrong(r, root, "this is no record of a vendor of version 1");
    }
    SW_TRY(read_text(r, root, "vendor", &out->name));
    return sw_vendor_name_check(out->name, &why) == SW_OK ? SW_OK : wrong(r, root, "%s", why.text);
}

sw_result sw_vendor_read(
    struct sw_arena *arena, const struct sw_json *root, struct sw_vendor *out, struct sw_error *err)
{
    static const char *const names[] = {"version", "vendor", "title", "owner", "services", "use",
        "data", "review", "documents", "answers", NULL};
    const struct reading r = {arena, sw_vendor_questions(), err};
    SW_TRY_PTR(r.questions);
    *out = (struct sw_vendor){0};
    SW_TRY(check_names(&r, root, "a record", names));
    SW_TRY(read_name(&r, root, out));
    SW_TRY(read_text(&r, root, "title", &out->title));
    SW_TRY(read_text(&r, root, "owner", &out->owner));
    SW_TRY(read_services(&r, root, out));
    SW_TRY(read_use(&r, root, out));
    SW_TRY(read_data(&r, root, &out->data));
    SW_TRY(read_review(&r, root, &out->review));
    SW_TRY(read_documents(&r, root, out));
    return read_answers(&r, root, out);
}
