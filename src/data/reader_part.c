/* Which records are whose when an input is read in parts: doc/format/readers.md has the rule. */
#include "data/reader.h"

#include <unistd.h>

/* total × part / parts, without overflow for any sizes. */
static uint64_t share(uint64_t total, uint32_t part, uint32_t parts)
{
    return total / parts * part + total % parts * part / parts;
}

static uint64_t taken_size(const struct sw_records *r, size_t file)
{
    const struct sw_entry *entry = &r->tree.entries[file];
    return sw_records_takes(r, entry) ? entry->size : 0;
}

/* Whether every file can be begun anywhere. */
static sw_result check_splits(struct sw_records *r, size_t files, struct sw_error *err)
{
    const struct sw_record_reader *reader = r->format->reader;
    if (!reader->lines || r->options.attributes != NULL) {
        return sw_fail(err, SW_E_USAGE,
            "%u parts are more than the %zu files, and files of the format '%s'%s cannot be split",
            r->options.parts, files, r->format->name,
            r->options.attributes != NULL ? " with attribute files" : "");
    }
    for (size_t i = 0; i < r->tree.count; i++) {
        if (!sw_records_takes(r, &r->tree.entries[i])) {
            continue;
        }
        SW_CLEANUP(fd) int fd = -1;
        SW_CLEANUP(inflate) struct sw_inflate *stream = NULL;
        struct sw_source source;
        SW_TRY(sw_records_source(r, i, &fd, &source, err));
        SW_TRY(sw_inflate_new(&stream, &source, err));
        if (!sw_inflate_is_plain(stream)) {
            return sw_fail(err, SW_E_USAGE,
                "%u parts are more than the %zu files, and '%s' cannot be split: it is compressed",
                r->options.parts, files, r->files[i].path);
        }
    }
    return SW_OK;
}

/* Where the part behind `part` parts begins: the place of that share of all bytes, or when files
 * are not split the first file that begins there or behind. */
static struct sw_place border(const struct sw_records *r, uint64_t total, uint32_t part, bool split)
{
    struct sw_place place = {0, 0};
    if (part == 0) {
        return place;
    }
    if (part == r->options.parts) {
        return (struct sw_place){r->tree.count, 0};
    }
    uint64_t goal = share(total, part, r->options.parts);
    uint64_t before = 0;
    for (; place.file < r->tree.count; place.file++) {
        uint64_t size = taken_size(r, place.file);
        if (before >= goal) {
            return place;
        }
        if (split && goal - before < size) {
            place.offset = goal - before;
            return place;
        }
        before += size;
    }
    return place;
}

sw_result sw_records_cut(struct sw_records *r, struct sw_error *err)
{
    uint32_t part = r->options.part;
    uint32_t parts = r->options.parts;
    r->first = (struct sw_place){0, 0};
    r->end = (struct sw_place){r->tree.count, 0};
    if (parts == 0 && part == 0) {
        return SW_OK;
    }
    if (part == 0 || part > parts) {
        return sw_fail(err, SW_E_USAGE, "there is no part %u of %u", part, parts);
    }
    size_t files = 0;
    uint64_t total = 0;
    for (size_t i = 0; i < r->tree.count; i++) {
        files += sw_records_takes(r, &r->tree.entries[i]);
        if (!sw_add_u64(total, taken_size(r, i), &total)) {
            return sw_fail(err, SW_E_LIMIT, "the files are too large together");
        }
    }
    bool split = files < parts && total > 0;
    if (split) {
        SW_TRY(check_splits(r, files, err));
    }
    r->first = border(r, total, part - 1, split);
    r->end = border(r, total, part, split);
    return SW_OK;
}
