/* Dolma's documents: JSON lines with `id` and `text`, and beside them files of attributes, whose
 * lines stand where their documents' do. */
#include "data/reader.h"

#include <stdlib.h>
#include <unistd.h>

#define ATTRIBUTES "attributes."

struct dolma {
    struct sw_json_fields document;
    /* The attributes, when they were asked for. */
    bool asked;
    struct sw_tree tree;
    int fd; /* -1: this file has none */
    struct sw_feed feed;
    uint64_t line;                    /* of the attribute file, that is behind */
    struct sw_json_fields attributes; /* the roles that the user gave to attributes, and `id` */
};

static sw_result dolma_init(struct sw_records *r, struct sw_error *err)
{
    struct dolma *dolma = calloc(1, sizeof(*dolma));
    SW_TRY_PTR(dolma);
    dolma->tree = SW_TREE_INIT;
    dolma->fd = -1;
    r->state = dolma;
    struct sw_roles own;
    struct sw_roles others = {.names[SW_ROLE_ID] = {"id"}};
    sw_roles_init(&own, &r->options);
    own.text_told = true;
    own.names[SW_ROLE_TEXT][1] = NULL;
    own.names[SW_ROLE_ID][1] = NULL;
    for (enum sw_role role = 0; role < SW_ROLES; role++) {
        const char *name = own.names[role][0];
        if (name != NULL && sw_str_starts(sw_str(name), ATTRIBUTES)) {
            if (r->options.attributes == NULL || role == SW_ROLE_TEXT || role == SW_ROLE_ID) {
                return sw_fail(err, SW_E_USAGE, "'%s' cannot be taken from attribute files", name);
            }
            others.names[role][0] = name;
            memset(own.names[role], 0, sizeof(own.names[role]));
        }
    }
    SW_TRY(sw_json_fields_init(&dolma->document, &own, err));
    dolma->asked = r->options.attributes != NULL;
    if (!dolma->asked) {
        return SW_OK;
    }
    sw_feed_init(&dolma->feed, r->options.record_max);
    SW_TRY(sw_json_fields_init(&dolma->attributes, &others, err));
    return sw_tree_open(&dolma->tree, r->options.attributes, NULL, err);
}

static void close_attributes(struct dolma *dolma)
{
    sw_feed_close(&dolma->feed);
    if (dolma->fd >= 0) {
        (void)close(dolma->fd);
    }
    dolma->fd = -1;
}

static void dolma_release(struct sw_records *r)
{
    struct dolma *dolma = r->state;
    if (dolma == NULL) {
        return;
    }
    close_attributes(dolma);
    sw_feed_release(&dolma->feed);
    sw_json_fields_release(&dolma->document);
    sw_json_fields_release(&dolma->attributes);
    sw_tree_release(&dolma->tree);
    free(dolma);
}

static int by_name(const void *key, const void *entry)
{
    return strcmp(key, ((const struct sw_entry *)entry)->name);
}

/* The file of attributes has the name of its documents' file. */
static const struct sw_entry *find_attributes(const struct sw_records *r)
{
    const struct dolma *dolma = r->state;
    const char *name = r->tree.single != NULL ? r->tree.single : r->tree.entries[r->file].name;
    const struct sw_entry *entry = bsearch(
        name, dolma->tree.entries, dolma->tree.count, sizeof(*dolma->tree.entries), by_name);
    return entry != NULL && entry->kind == SW_ENTRY_FILE ? entry : NULL;
}

static sw_result dolma_begin(struct sw_records *r, struct sw_error *err)
{
    struct dolma *dolma = r->state;
    if (!dolma->asked) {
        return SW_OK;
    }
    close_attributes(dolma);
    dolma->line = 0;
    if (!r->numbered) {
        return sw_fail(err, SW_E_USAGE, "the attributes of byte %llu are found by its line only",
            (unsigned long long)r->start);
    }
    const struct sw_entry *entry = find_attributes(r);
    if (entry == NULL) {
        return SW_OK;
    }
    SW_TRY(sw_tree_open_file(&dolma->tree, entry, &dolma->fd, err));
    struct sw_source source = sw_source_fd(dolma->fd, entry->size);
    SW_TRY(sw_feed_open(&dolma->feed, &source, err));
    return sw_feed_pass_mark(&dolma->feed, err);
}

/* Documents without a file of attributes are passed over together. */
static sw_result refuse_file(
    struct sw_records *r, struct sw_record_step *step, struct sw_error *err)
{
    struct sw_item all = {.offset = sw_feed_offset(&r->feed)};
    SW_TRY(sw_feed_pass_all(&r->feed, &all.length, err));
    (void)sw_fail(&r->detail, SW_E_FORMAT, "there is no file of attributes for it");
    sw_step_bad(r, step, &all, SW_BAD_NO_ATTRIBUTES);
    r->past = true;
    return SW_OK;
}

/* The line of the attribute file that stands where the document's line does. */
static sw_result next_attributes(
    struct sw_records *r, struct sw_item *item, bool *found, struct sw_error *err)
{
    struct dolma *dolma = r->state;
    do {
        SW_TRY(sw_feed_line(&dolma->feed, item, found, err));
        dolma->line++;
    } while (*found && dolma->line < r->line);
    return SW_OK;
}

/* What is wrong with the attributes, or NULL; else the record gets what was asked for. */
static sw_result take_attributes(struct sw_records *r, struct sw_record *record,
    const struct sw_item *item, const char **reason, struct sw_error *err)
{
    struct dolma *dolma = r->state;
    struct sw_record_step step;
    sw_step_sample(r, &step, item);
    SW_TRY(sw_json_fields_fill(&dolma->attributes, r, &step, item, err));
    if (step.kind == SW_RECORD_BAD) {
        *reason = SW_BAD_ATTRIBUTES;
        return SW_OK;
    }
    if (!sw_str_equal(step.record.id, record->id)) {
        (void)sw_fail(&r->detail, SW_E_FORMAT, "the attributes on its line have another id");
        *reason = SW_BAD_ALIGNED;
        return SW_OK;
    }
    const struct sw_roles *roles = &dolma->attributes.roles;
    *reason = NULL;
    record->label = roles->names[SW_ROLE_LABEL][0] != NULL ? step.record.label : record->label;
    record->weight = roles->names[SW_ROLE_WEIGHT][0] != NULL ? step.record.weight : record->weight;
    record->language =
        roles->names[SW_ROLE_LANGUAGE][0] != NULL ? step.record.language : record->language;
    return SW_OK;
}

static sw_result join_attributes(struct sw_records *r, struct sw_record_step *step,
    const struct sw_item *line, struct sw_error *err)
{
    struct sw_item item;
    bool found;
    SW_TRY(next_attributes(r, &item, &found, err));
    if (step->kind == SW_RECORD_BAD) {
        return SW_OK;
    }
    const char *reason = SW_BAD_NO_ATTRIBUTES;
    if (found && item.too_long) {
        reason = SW_BAD_ATTRIBUTES;
    } else if (found) {
        SW_TRY(take_attributes(r, &step->record, &item, &reason, err));
    } else {
        r->detail = ((struct dolma *)r->state)->feed.broken;
    }
    if (reason != NULL) {
        sw_step_bad(r, step, line, reason);
    }
    return SW_OK;
}

/* Attributes behind the last document's belong to none: then lines were lost somewhere. */
static sw_result check_end(struct sw_records *r, struct sw_record_step *step, struct sw_error *err)
{
    struct sw_item item;
    bool found;
    r->past = true;
    if (r->feed.broken.code != SW_OK) {
        return SW_OK;
    }
    do {
        SW_TRY(next_attributes(r, &item, &found, err));
    } while (found && item.length == 0);
    if (found) {
        struct sw_item none = {.offset = sw_feed_offset(&r->feed)};
        (void)sw_fail(&r->detail, SW_E_FORMAT, "there are attributes behind the last document's");
        sw_step_bad(r, step, &none, SW_BAD_ALIGNED);
    }
    return SW_OK;
}

static sw_result take_document(struct sw_records *r, struct sw_record_step *step,
    const struct sw_item *line, struct sw_error *err)
{
    struct dolma *dolma = r->state;
    if (line->too_long) {
        sw_step_bad(r, step, line, SW_BAD_LONG);
        return SW_OK;
    }
    sw_step_sample(r, step, line);
    SW_TRY(sw_json_fields_fill(&dolma->document, r, step, line, err));
    if (step->kind == SW_RECORD_SAMPLE && step->record.id.len == 0) {
        sw_step_bad(r, step, line, SW_BAD_ID);
    }
    return SW_OK;
}

static sw_result dolma_next(struct sw_records *r, struct sw_record_step *step, struct sw_error *err)
{
    struct dolma *dolma = r->state;
    struct sw_item line;
    bool found;
    if (dolma->asked && dolma->fd < 0) {
        return refuse_file(r, step, err);
    }
    SW_TRY(sw_records_line(r, &line, &found, err));
    if (!found) {
        return dolma->asked ? check_end(r, step, err) : SW_OK;
    }
    SW_TRY(take_document(r, step, &line, err));
    return dolma->asked ? join_attributes(r, step, &line, err) : SW_OK;
}

static const char *const dolma_names[] = {".jsonl", ".json", ".ndjson", NULL};

const struct sw_record_reader sw_record_reader_dolma = {
    .suffixes = dolma_names,
    .fields = true,
    .lines = true,
    .init = dolma_init,
    .release = dolma_release,
    .begin = dolma_begin,
    .next = dolma_next,
};
