/* Tar archives: plain ones, NeMo's, and those of torch before 0.2. Members are looked at in place.
 * doc/format/scan-containers.md, "Tar". */
#include "scan/format.h"
#include "scan/unpacked.h"

#define LINKS_MAX 4096

enum trait {
    HAS_SYS_INFO = 1,
    HAS_PICKLE = 2,
    HAS_TENSORS = 4,
    HAS_STORAGES = 8,
    HAS_NEMO = 16,
};

struct seen {
    struct sw_str name;
    uint64_t header;
};

struct visit {
    struct sw_inspection *in;
    struct sw_tar tar;
    struct seen *names; /* of regular files */
    size_t name_count, name_cap;
    struct seen *links; /* symbolic ones */
    size_t link_count, link_cap;
    unsigned traits;
};

static const struct {
    unsigned fault;
    enum sw_severity severity;
    const char *words;
} fault_table[] = {
    {SW_TAR_BAD_HEADER, SW_SEVERITY_HIGH,
        "stands behind a broken header, where some readers stop and others go on"},
    {SW_TAR_BEHIND_END, SW_SEVERITY_HIGH,
        "stands behind the end of the archive, where some readers stop and others go on"},
    {SW_TAR_NUMBER, SW_SEVERITY_HIGH, "has a size that readers take for different numbers"},
    {SW_TAR_TWO_SIZES, SW_SEVERITY_HIGH, "has another size in an extended header"},
    {SW_TAR_TWO_NAMES, SW_SEVERITY_HIGH, "has different names in two extended headers"},
    {SW_TAR_NO_DATA, SW_SEVERITY_HIGH,
        "has a size but can have no data, so that readers go on in different places"},
    {SW_TAR_PREFIX, SW_SEVERITY_MEDIUM, "has a prefix that only some readers put before its name"},
    {SW_TAR_EXTENDED, SW_SEVERITY_HIGH, "has an extended header that breaks its rules"},
    {SW_TAR_GLOBAL, SW_SEVERITY_HIGH, "gets its name or size from a header for all members"},
    {SW_TAR_TYPE, SW_SEVERITY_MEDIUM, "is of a type that readers take differently"},
};

void sw_tar_rules_hash(struct sw_hash *hash)
{
    for (size_t i = 0; i < SW_COUNT(fault_table); i++) {
        uint8_t severity = (uint8_t)fault_table[i].severity;
        sw_hash_update(hash, &severity, 1);
    }
}

static int shown(struct sw_str text)
{
    return text.len > 256 ? 256 : (int)text.len;
}

static sw_result say_entry(struct visit *v, const struct sw_tar_entry *entry, const char *rule,
    enum sw_severity severity, const char *words)
{
    return sw_found(v->in, rule, severity, entry->header, "%.*s %s", shown(entry->name),
        entry->name.ptr, words);
}

static sw_result say_faults(struct visit *v, const struct sw_tar_entry *entry)
{
    for (size_t i = 0; i < SW_COUNT(fault_table); i++) {
        if ((entry->faults & fault_table[i].fault) != 0) {
            SW_TRY(say_entry(
                v, entry, "tar-structure", fault_table[i].severity, fault_table[i].words));
        }
    }
    return SW_OK;
}

/* --- names and links -----------------------------------------------------------------------------
 */

/* "./a" and "a" are one file. */
static struct sw_str without_dots(struct sw_str name)
{
    while (name.len >= 2 && name.ptr[0] == '.' && name.ptr[1] == '/') {
        name = sw_str_n(name.ptr + 2, name.len - 2);
    }
    return sw_str_is(name, ".") ? sw_str("") : name;
}

static bool is_below(struct sw_str name, struct sw_str link)
{
    return name.len > link.len && memcmp(name.ptr, link.ptr, link.len) == 0 &&
           name.ptr[link.len] == '/';
}

/* Unpacked one after the other, the second of them is written to where the first one leads. */
static sw_result check_links_above(struct visit *v, const struct sw_tar_entry *entry)
{
    struct sw_str name = without_dots(entry->name);
    for (size_t i = 0; i < v->link_count; i++) {
        if (is_below(name, v->links[i].name)) {
            return say_entry(v, entry, "tar-link", SW_SEVERITY_HIGH,
                "would be written through a symbolic link of the same archive");
        }
    }
    return SW_OK;
}

static sw_result remember(
    struct visit *v, struct seen **list, size_t *count, size_t *cap, const struct sw_tar_entry *e)
{
    struct seen *grown = sw_arena_grow(v->in->arena, *list, *count, cap, sizeof(**list));
    SW_TRY_PTR(grown);
    *list = grown;
    grown[(*count)++] = (struct seen){without_dots(e->name), e->header};
    return SW_OK;
}

static sw_result check_name(struct visit *v, const struct sw_tar_entry *entry)
{
    struct sw_str name = without_dots(entry->name);
    SW_TRY(check_links_above(v, entry));
    if (name.len == 0 && entry->type == '5') {
        return SW_OK;
    }
    return sw_member_name_is_good(name)
               ? SW_OK
               : say_entry(v, entry, "tar-traversal", SW_SEVERITY_HIGH,
                     "has a name that can leave its directory or does not print");
}

static sw_result visit_link(struct visit *v, const struct sw_tar_entry *entry)
{
    bool hard = entry->type == '1'; /* its target is a name in the archive, seen from the top */
    struct sw_str from = hard ? sw_str("") : without_dots(entry->name);
    if (!sw_member_link_stays(from, entry->link)) {
        SW_TRY(sw_found(v->in, "tar-link", SW_SEVERITY_HIGH, entry->header,
            "%.*s is a link to %.*s, outside the archive", shown(entry->name), entry->name.ptr,
            shown(entry->link), entry->link.ptr));
    }
    if (hard) {
        return SW_OK;
    }
    if (v->link_count == LINKS_MAX) {
        return sw_give_up(v->in, "over-limit", SW_SEVERITY_LOW,
            "more than %d symbolic links in one archive", LINKS_MAX);
    }
    return remember(v, &v->links, &v->link_count, &v->link_cap, entry);
}

static int compare_seen(const void *a, const void *b)
{
    const struct seen *x = a;
    const struct seen *y = b;
    int order = sw_str_compare(x->name, y->name);
    return order != 0 ? order : (x->header > y->header) - (x->header < y->header);
}

static sw_result check_duplicates(struct visit *v)
{
    if (v->name_count > 1) {
        qsort(v->names, v->name_count, sizeof(*v->names), compare_seen);
    }
    for (size_t i = 1; i < v->name_count; i++) {
        if (sw_str_equal(v->names[i - 1].name, v->names[i].name)) {
            SW_TRY(sw_found(v->in, "tar-structure", SW_SEVERITY_HIGH, v->names[i].header,
                "%.*s stands in the archive more than once", shown(v->names[i].name),
                v->names[i].name.ptr));
        }
    }
    return SW_OK;
}

/* --- members -------------------------------------------------------------------------------------
 */

static unsigned trait_of(struct sw_str name)
{
    static const struct {
        const char *name;
        enum trait trait;
    } rows[] = {{"sys_info", HAS_SYS_INFO}, {"pickle", HAS_PICKLE}, {"tensors", HAS_TENSORS},
        {"storages", HAS_STORAGES}, {"model_config.yaml", HAS_NEMO}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (sw_str_is(name, rows[i].name)) {
            return rows[i].trait;
        }
    }
    return 0;
}

/* torch before 0.2 puts pickles and raw numbers in turns into these two: what is a pickle in them
 * is found, what is between is not told apart. */
static sw_result search_torch(
    struct sw_inspection *in, const struct sw_source *source, const char *name)
{
    struct sw_error err = {0};
    const char *outer = in->member;
    in->member = outer[0] == '\0' ? name : sw_arena_printf(in->arena, "%s!%s", outer, name);
    SW_TRY_PTR(in->member);
    enum sw_code code = sw_pickle_search(in, source, 0, source->size, &err);
    in->member = outer;
    if (code != SW_OK && code != SW_E_NOMEM) {
        return sw_give_up(in, "over-limit", SW_SEVERITY_LOW, "%s", err.text);
    }
    SW_TRY(code);
    in->coverage.members_skipped++;
    return sw_unread(in, "torch-tar");
}

static sw_result visit_content(struct visit *v, const struct sw_tar_entry *entry)
{
    struct sw_source source;
    struct sw_str plain = without_dots(entry->name);
    struct sw_str kept = plain;
    kept.len = (size_t)shown(plain);
    const char *name = sw_arena_strndup(v->in->arena, kept);
    SW_TRY_PTR(name);
    SW_TRY(sw_source_part(v->tar.source, entry->data, entry->size, &source));
    unsigned trait = trait_of(plain);
    bool torch = (trait & (HAS_TENSORS | HAS_STORAGES)) != 0 && (v->traits & HAS_SYS_INFO) != 0;
    v->traits |= trait;
    SW_TRY(torch ? search_torch(v->in, &source, name) : sw_inspect_member(v->in, &source, name));
    if (sw_str_ends(plain, ".yaml") || sw_str_ends(plain, ".yml")) {
        SW_TRY(sw_config_targets(v->in, &source, name));
    }
    if (entry->cut) {
        return sw_give_up(
            v->in, "tar-broken", SW_SEVERITY_MEDIUM, "the archive ends in the content of %s", name);
    }
    return entry->sparse ? sw_give_up(v->in, "tar-structure", SW_SEVERITY_LOW,
                               "%s is sparse, and was not put together", name)
                         : SW_OK;
}

static sw_result visit_entry(struct visit *v, const struct sw_tar_entry *entry)
{
    SW_TRY(say_faults(v, entry));
    SW_TRY(check_name(v, entry));
    switch (entry->type) {
    case '1':
    case '2': return visit_link(v, entry);
    case '3':
    case '4':
    case '6': return say_entry(v, entry, "tar-device", SW_SEVERITY_HIGH, "is a device or a FIFO");
    case '5': return SW_OK;
    default:
        SW_TRY(remember(v, &v->names, &v->name_count, &v->name_cap, entry));
        return visit_content(v, entry);
    }
}

/* --- the archive ---------------------------------------------------------------------------------
 */

static sw_result look_behind(struct visit *v, struct sw_error *err)
{
    const struct sw_tar *tar = &v->tar;
    if ((tar->faults & SW_TAR_BAD_HEADER) != 0) {
        return sw_fail(err, SW_E_FORMAT, "byte %llu: a broken header", (unsigned long long)tar->at);
    }
    uint64_t left = tar->source->size - tar->at;
    if (left == 0) {
        return SW_OK;
    }
    if (tar->cut) {
        return sw_fail(err, SW_E_FORMAT, "byte %llu: the archive ends in a header",
            (unsigned long long)tar->at);
    }
    struct sw_source rest;
    SW_TRY(sw_found(v->in, "tar-trailing", SW_SEVERITY_MEDIUM, tar->at,
        "%llu bytes behind the end of the archive belong to nothing", (unsigned long long)left));
    SW_TRY(sw_source_part(tar->source, tar->at, left, &rest));
    return sw_inspect_member(v->in, &rest, "(behind the archive)");
}

static sw_result visit_all(struct visit *v, struct sw_error *err)
{
    for (;;) {
        struct sw_tar_entry entry;
        bool over;
        SW_TRY(sw_tar_next(&v->tar, &entry, &over, err));
        if (over) {
            return look_behind(v, err);
        }
        SW_TRY(visit_entry(v, &entry));
    }
}

static void name_format(const struct visit *v)
{
    const unsigned torch = HAS_SYS_INFO | HAS_PICKLE | HAS_TENSORS | HAS_STORAGES;
    if ((v->traits & HAS_NEMO) != 0) {
        v->in->format = "nemo";
    } else if ((v->traits & torch) == torch) {
        v->in->format = "torch-tar";
    }
}

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(free) struct sw_window *window = malloc(sizeof(*window));
    if (window == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for the archive");
    }
    struct visit v = {.in = in};
    sw_unpack_allow(in, specimen->source.size);
    sw_tar_init(&v.tar, &specimen->source, window, in->arena);
    enum sw_code code = visit_all(&v, err);
    SW_TRY(check_duplicates(&v));
    name_format(&v);
    return code;
}

/* POSIX.1-1988 and later have the magic; older ones a header whose checksum is right. */
static bool sniff(const struct sw_specimen *specimen)
{
    struct sw_bytes head = specimen->head;
    return head.len >= SW_TAR_BLOCK && head.ptr[0] != 0 && sw_tar_is_header(head.ptr);
}

const struct sw_format sw_format_tar = {
    .id = "tar",
    .names = ".tar .nemo .pt",
    .sniff = sniff,
    .parse = parse,
    .broken = SW_SEVERITY_MEDIUM,
    .holds_files = true,
};
