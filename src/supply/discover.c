/* Walks a tree, and hands each file to the readers that take it. */
#include "claim/claim.h"
#include "supply/ascii.h"
#include "supply/discover_worker.h"
#include "supply/look.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#define FILE_MAX ((uint64_t)32 << 20)   /* of a file that readers take whole */
#define FILE_MEMORY ((size_t)256 << 20) /* of what one file makes of itself */
#define FILE_MS 30000                   /* of the processor, for one file */
#define SEEN_OF_FILE 100000             /* places that are kept of one file, */
#define SEEN_MAX 500000                 /* and of a tree */

struct discovering {
    struct sw_look look;
    const struct sw_tree *tree;
    uint64_t pruned; /* directories that are left out */
    const char *first_pruned;
    struct sw_str cached; /* the last snapshot of the Hub's cache that was seen */
    char path[8192];
};

/* --- what is left out ------------------------------------------------------------------------- */

/* What others wrote, and tools keep: it is known by its manifests, or is no source. */
static bool is_left_out(void *ctx, const char *name, bool is_dir)
{
    static const char *const names[] = {".git", ".hg", ".svn", "node_modules", "site-packages",
        "dist-packages", "__pycache__", ".venv", "venv", ".tox", ".nox", ".mypy_cache",
        ".pytest_cache", ".ruff_cache", ".cache", ".gradle", ".terraform", ".sealwright"};
    struct discovering *d = ctx;
    struct sw_str base = sw_path_base(name);
    for (size_t i = 0; is_dir && i < SW_COUNT(names); i++) {
        if (sw_str_is(base, names[i])) {
            d->first_pruned = d->pruned++ == 0 ? sw_arena_strdup(d->look.inventory->arena, name)
                                               : d->first_pruned;
            return true;
        }
    }
    return false;
}

/* --- one file --------------------------------------------------------------------------------- */

static bool anybody_takes(const struct sw_look *look, bool head)
{
    for (size_t i = 0; i < sw_look_reader_count; i++) {
        if (sw_look_readers[i]->head == head && sw_look_readers[i]->takes(look)) {
            return true;
        }
    }
    return false;
}

static sw_result read_with(struct sw_look *look, const struct sw_look_reader *reader)
{
    struct sw_error err = {0};
    enum sw_code code = reader->takes(look) ? reader->look(look, &err) : SW_OK;
    if (code == SW_E_FORMAT || code == SW_E_LIMIT || code == SW_E_UNSUPPORTED) {
        return sw_look_gap(look, reader->gap);
    }
    if (code == SW_E_NOMEM && look->arena->used > FILE_MEMORY / 4) {
        return sw_look_gap(look, "needs more memory than one file may have");
    }
    return code;
}

static sw_result read_with_all(struct sw_look *look, bool head)
{
    for (size_t i = 0; i < sw_look_reader_count; i++) {
        SW_TRY(sw_look_readers[i]->head == head ? read_with(look, sw_look_readers[i]) : SW_OK);
    }
    return SW_OK;
}

static sw_result read_text(struct sw_look *look, struct sw_str text)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, FILE_MEMORY);
    look->arena = &arena;
    look->text = text;
    if (memchr(text.ptr, 0, text.len) != NULL) {
        return sw_look_gap(look, "not text");
    }
    look->coverage->read_files++;
    look->coverage->read_bytes += text.len;
    return read_with_all(look, false);
}

/* Gone, replaced or changed since it was listed, locked or larger by now: one file's matter. */
static bool is_unreadable(enum sw_code code)
{
    return code == SW_E_IO || code == SW_E_NOENT || code == SW_E_REFUSED || code == SW_E_FORMAT ||
           code == SW_E_LIMIT;
}

/* The beginning, of files of any size. */
static sw_result read_head(struct discovering *d, const struct sw_entry *entry, bool counts)
{
    struct sw_error err = {0};
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(fd) int fd = -1;
    const size_t len = entry->size < SW_LOOK_HEAD ? (size_t)entry->size : SW_LOOK_HEAD;
    sw_arena_init(&arena, FILE_MEMORY);
    char *head = sw_arena_alloc(&arena, len);
    SW_TRY_PTR(head);
    enum sw_code code = sw_tree_open_file(d->tree, entry, &fd, &err);
    if (code == SW_OK) {
        code = sw_fd_pread(fd, entry->name, 0, head, len, &err);
    }
    if (is_unreadable(code)) {
        return sw_look_gap(&d->look, "could not be read");
    }
    SW_TRY(code);
    d->look.arena = &arena;
    d->look.text = sw_str_n(head, len);
    d->look.coverage->read_files += counts ? 1 : 0;
    d->look.coverage->read_bytes += counts ? len : 0;
    return read_with_all(&d->look, true);
}

static sw_result read_file(struct discovering *d, const struct sw_entry *entry)
{
    struct sw_error err = {0};
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    SW_CLEANUP(fd) int fd = -1;
    if (entry->size == 0) {
        d->look.coverage->read_files++;
        return SW_OK;
    }
    if (entry->size > FILE_MAX) {
        return sw_look_gap(&d->look, "larger than 32 MiB");
    }
    enum sw_code code = sw_tree_open_file(d->tree, entry, &fd, &err);
    if (code == SW_OK) {
        code = sw_fd_read(fd, entry->name, FILE_MAX, &bytes, &err);
    }
    if (is_unreadable(code)) {
        return sw_look_gap(&d->look, "could not be read");
    }
    SW_TRY(code);
    return read_text(&d->look, sw_buf_str(&bytes));
}

/* Where several trees are looked at, the paths say which. */
static sw_result prefix_path(struct discovering *d)
{
    const char *prefix = d->look.options->prefix;
    if (prefix == NULL) {
        return SW_OK;
    }
    int n = snprintf(d->path, sizeof(d->path), "%s/%s", prefix, d->look.path.ptr);
    if (n < 0 || (size_t)n >= sizeof(d->path)) {
        return SW_OK; /* as long as a path can be: without the prefix */
    }
    d->look.path = sw_str(d->path);
    d->look.name = sw_path_base(d->path);
    return SW_OK;
}

/* False for a file that is not read again. */
static bool begin(struct discovering *d)
{
    const struct sw_discover_options *options = d->look.options;
    const uint32_t ms = options->file_ms == 0 ? FILE_MS : options->file_ms;
    const struct itimerval most = {.it_value = {ms / 1000, ms % 1000 * 1000}};
    const struct sw_str path = d->look.path;
    for (size_t i = 0; i < options->skip_count; i++) {
        if (sw_str_equal(options->skip[i], path)) {
            return false;
        }
    }
    if (options->mark != NULL) {
        (void)snprintf(
            options->mark->name, sizeof(options->mark->name), SW_STR_FMT, SW_STR_ARG(path));
        (void)setitimer(ITIMER_PROF, &most, NULL);
    }
    return true;
}

static sw_result look_at(struct discovering *d, const struct sw_entry *entry)
{
    struct sw_look *look = &d->look;
    const char *name = strcmp(entry->name, ".") == 0 ? d->tree->single : entry->name;
    look->path = sw_str(name);
    look->name = sw_path_base(name);
    look->size = entry->size;
    look->scope = sw_look_scope(look);
    look->seen_max = look->seen + SEEN_OF_FILE < SEEN_MAX ? look->seen + SEEN_OF_FILE : SEEN_MAX;
    SW_TRY(prefix_path(d));
    SW_TRY(sw_look_see_cache(look, &d->cached));
    switch (entry->kind) {
    case SW_ENTRY_FILE: break;
    case SW_ENTRY_SYMLINK: return sw_look_gap(look, "symbolic links are not followed");
    case SW_ENTRY_SPECIAL: return sw_look_gap(look, "not a regular file");
    case SW_ENTRY_BAD_NAME: return sw_look_gap(look, "the name is not UTF-8");
    case SW_ENTRY_UNREADABLE:
        return sw_look_gap(look,
            entry->errnum == ENAMETOOLONG ? "more than 128 directories deep" : "could not be read");
    }
    look->coverage->files++;
    look->coverage->bytes += entry->size;
    if (!begin(d)) {
        look->coverage->refused++;
        return sw_look_gap(look, SW_DISCOVER_REFUSED);
    }
    const bool whole = anybody_takes(look, false);
    if (entry->size > 0 && anybody_takes(look, true)) {
        SW_TRY(read_head(d, entry, !whole));
    }
    return whole ? read_file(d, entry) : SW_OK;
}

static sw_result tell_pruned(struct discovering *d)
{
    if (d->pruned == 0 || d->first_pruned == NULL) {
        return d->pruned == 0 ? SW_OK : SW_E_NOMEM;
    }
    d->look.path = sw_str(d->first_pruned);
    SW_TRY(prefix_path(d));
    return sw_look_gaps(
        &d->look, "directories of installed packages, caches and version control", d->pruned);
}

bool sw_discover_is_about_packages(const char *why)
{
    static const char *const gaps[] = {
        SW_GAP_BUN_LOCKB, SW_GAP_BUN_LIMIT, SW_GAP_JSR, SW_GAP_MANAGED};
    for (size_t i = 0; i < SW_COUNT(gaps); i++) {
        if (strcmp(why, gaps[i]) == 0) {
            return true;
        }
    }
    return false;
}

sw_result sw_discover_path(struct sw_inventory *inventory, const char *path,
    const struct sw_discover_options *options, struct sw_discover_coverage *coverage,
    struct sw_error *err)
{
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    struct discovering d = {.tree = &tree};
    d.look = (struct sw_look){
        .inventory = inventory, .options = options, .coverage = coverage, .tree = &tree};
    const struct sw_tree_options walk = {
        .ignore = is_left_out, .ignore_ctx = &d, .list_deeper = true};
    SW_TRY(sw_look_catalogue(&d.look, err));
    SW_TRY(sw_tree_open(&tree, path, &walk, err));
    for (size_t i = 0; i < tree.count; i++) {
        enum sw_code code = look_at(&d, &tree.entries[i]);
        if (code != SW_OK) {
            return sw_fail(err, code, "%s: discovery ran out of %s", tree.entries[i].name,
                code == SW_E_NOMEM ? "memory" : "room for what it found");
        }
    }
    return tell_pruned(&d);
}

sw_result sw_discover_tell(struct sw_inventory *inventory, struct sw_discover_coverage *coverage,
    const struct sw_discover_source *source)
{
    struct sw_arena *arena = inventory->arena;
    struct sw_discover_source *grown = sw_arena_grow(
        arena, coverage->sources, coverage->source_count, &coverage->source_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    coverage->sources = grown;
    const char *name = sw_arena_strndup(arena, source->name);
    SW_TRY_PTR(name);
    grown[coverage->source_count] = *source;
    grown[coverage->source_count++].name = sw_str(name);
    return SW_OK;
}

void sw_discover_add_gap(struct sw_discover_coverage *coverage, const struct sw_discover_gap *gap)
{
    size_t i = 0;
    while (i < coverage->gap_count && strcmp(coverage->gaps[i].why, gap->why) != 0) {
        i++;
    }
    if (i == SW_DISCOVER_GAPS) {
        coverage->gaps[--i].why = "for other reasons"; /* the last stands for all others, too */
    }
    if (i == coverage->gap_count) {
        coverage->gaps[coverage->gap_count++] = *gap;
        return;
    }
    coverage->gaps[i].count += gap->count;
}

/* Only where there are any: of trees, the files are counted. */
static void write_sources(struct sw_json_writer *w, const struct sw_discover_coverage *coverage)
{
    if (coverage->source_count == 0) {
        return;
    }
    sw_jw_array(w, "sources");
    for (size_t i = 0; i < coverage->source_count; i++) {
        const struct sw_discover_source *s = &coverage->sources[i];
        sw_jw_object(w, NULL);
        sw_jw_text(w, "kind", s->kind);
        sw_jw_str(w, "name", s->name);
        if (s->form != NULL) {
            sw_jw_text(w, "form", s->form);
        }
        sw_jw_u64(w, "records", s->records);
        sw_jw_u64(w, "understood", s->understood);
        sw_jw_u64(w, "matched", s->matched);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

void sw_discover_write_coverage(
    struct sw_json_writer *w, const struct sw_discover_coverage *coverage)
{
    sw_jw_object(w, "coverage");
    sw_jw_u64(w, "files", coverage->files);
    sw_jw_u64(w, "bytes", coverage->bytes);
    sw_jw_u64(w, "readFiles", coverage->read_files);
    sw_jw_u64(w, "readBytes", coverage->read_bytes);
    sw_jw_array(w, "notLookedAt");
    for (size_t i = 0; i < coverage->gap_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "why", coverage->gaps[i].why);
        sw_jw_u64(w, "count", coverage->gaps[i].count);
        sw_jw_str(w, "first", coverage->gaps[i].first);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    write_sources(w, coverage);
    sw_jw_object_end(w);
}

static bool read_count(const struct sw_json *object, const char *name, uint64_t *out)
{
    return sw_json_u64(sw_json_get(object, name), out);
}

static bool read_gap(
    struct sw_arena *arena, const struct sw_json *item, struct sw_discover_gap *out)
{
    struct sw_str why;
    struct sw_str first;
    if (!sw_json_str(sw_json_get(item, "why"), &why) || !read_count(item, "count", &out->count) ||
        !sw_json_str(sw_json_get(item, "first"), &first)) {
        return false;
    }
    out->why = sw_arena_strndup(arena, why);
    const char *copy = sw_arena_strndup(arena, first);
    out->first = sw_str(copy == NULL ? "" : copy);
    return out->why != NULL && copy != NULL;
}

/* The words for it that are ours; NULL for others. */
static const char *kind_of(struct sw_str text)
{
    static const char *const kinds[] = {"host", "cluster", "log"};
    for (size_t i = 0; i < SW_COUNT(kinds); i++) {
        if (sw_str_is(text, kinds[i])) {
            return kinds[i];
        }
    }
    return NULL;
}

static bool read_source(
    struct sw_arena *arena, const struct sw_json *item, struct sw_discover_source *out)
{
    struct sw_str kind;
    struct sw_str name;
    struct sw_str form = sw_str("");
    if (!sw_json_str(sw_json_get(item, "kind"), &kind) || kind_of(kind) == NULL ||
        !sw_json_str(sw_json_get(item, "name"), &name)) {
        return false;
    }
    const bool has_form = sw_json_str(sw_json_get(item, "form"), &form);
    *out = (struct sw_discover_source){.kind = kind_of(kind),
        .name = sw_str(sw_arena_strndup(arena, name)),
        .form = has_form ? sw_arena_strndup(arena, form) : NULL};
    return (out->form != NULL || !has_form) && read_count(item, "records", &out->records) &&
           read_count(item, "understood", &out->understood) &&
           read_count(item, "matched", &out->matched);
}

static bool read_sources(
    struct sw_arena *arena, const struct sw_json *list, struct sw_discover_coverage *out)
{
    const size_t count = list == NULL || list->type != SW_JSON_ARRAY ? 0 : list->count;
    out->sources = SW_ARENA_ARRAY(arena, struct sw_discover_source, count + 1);
    out->source_cap = count + 1;
    bool good = out->sources != NULL;
    SW_JSON_EACH (item, list) {
        good = good && read_source(arena, item, &out->sources[out->source_count++]);
    }
    return good;
}

sw_result sw_discover_read_coverage(struct sw_arena *arena, const struct sw_json *document,
    struct sw_discover_coverage *out, struct sw_error *err)
{
    const struct sw_json *coverage = sw_json_get(document, "coverage");
    struct sw_discover_coverage c = {0};
    bool good = read_count(coverage, "files", &c.files) &&
                read_count(coverage, "bytes", &c.bytes) &&
                read_count(coverage, "readFiles", &c.read_files) &&
                read_count(coverage, "readBytes", &c.read_bytes);
    SW_JSON_EACH (item, sw_json_get(coverage, "notLookedAt")) {
        good =
            good && c.gap_count < SW_DISCOVER_GAPS && read_gap(arena, item, &c.gaps[c.gap_count]);
        c.gap_count += good;
    }
    good = good && read_sources(arena, sw_json_get(coverage, "sources"), &c);
    if (!good) {
        return sw_fail(err, SW_E_FORMAT, "no coverage of a discovery");
    }
    *out = c;
    return SW_OK;
}

const char *sw_discover_catalogue(struct sw_arena *arena, const struct sw_catalogue *catalogue)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    if (catalogue == NULL && sw_catalogue_builtin(&catalogue, NULL) != SW_OK) {
        return NULL;
    }
    sw_digest_hex(sw_catalogue_digest(catalogue), hex);
    return sw_arena_printf(arena, "sha256:%s", hex);
}
