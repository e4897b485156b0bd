/* Files that are samples. */
#include "data/reader.h"

/* The first directory of a path; empty when the file stands in none. */
static struct sw_str first_directory(const char *path)
{
    const char *slash = strchr(path, '/');
    return slash == NULL ? sw_str("") : sw_str_n(path, (size_t)(slash - path));
}

static sw_result dir_next(struct sw_records *r, struct sw_record_step *step, struct sw_error *err)
{
    const struct sw_entry *entry = &r->tree.entries[r->file];
    struct sw_item item = {.length = entry->size};
    r->past = true;
    if (entry->size > r->options.record_max) {
        sw_step_bad(r, step, &item, SW_BAD_LONG);
        return SW_OK;
    }
    SW_TRY(sw_feed_hold(&r->feed, &r->source, &item.bytes, err));
    sw_step_sample(r, step, &item);
    step->record.id = sw_str(r->tree.single == NULL ? entry->name : r->tree.single);
    if (r->options.label_field != NULL) {
        step->record.label = first_directory(entry->name);
    }
    return SW_OK;
}

static const char *const no_names[] = {NULL};

const struct sw_record_reader sw_record_reader_dir = {
    .suffixes = no_names,
    .whole = true,
    .next = dir_next,
};
