/* Records that are read again are matched with rows by their digests, as runs of neighbours: what
 * did not change is one long run. The heaviest runs that are in order stand still; other runs were
 * moved; rows in no run are missing, records in no run are added, and one of each in the same gap
 * is a sample that changed. */
#include "data/verify_private.h"

#include <stdlib.h>

#define RUNS_MAX ((size_t)16 << 20)
#define NONE SW_NO_ROW
#define NO_GROUP UINT64_MAX
/* So many records that are rows one behind the other make it worth to decode their group. */
#define STREAK 1024u

const char *sw_sample_problem_name(enum sw_sample_problem_kind kind)
{
    static const char *const names[] = {
        [SW_SAMPLE_CHANGED] = "changed",
        [SW_SAMPLE_MISSING] = "missing",
        [SW_SAMPLE_ADDED] = "added",
        [SW_SAMPLE_MOVED] = "moved",
        [SW_SAMPLE_BROKEN_FILE] = "broken",
    };
    return names[kind];
}

enum run_kind {
    RUN_NEW,       /* these records are not in the set */
    RUN_SAME,      /* …are, in a file of that name */
    RUN_ELSEWHERE, /* …in a file of another name */
    RUN_REWEIGHED, /* …but what stands beside them gives them another weight */
    RUN_UNSURE,    /* …in a file whose name is looked up when they are told about */
};

/* Records one behind the other that are rows one behind the other, or that are no rows. */
struct run {
    enum run_kind kind;
    uint64_t record; /* number of the first one */
    uint64_t row;    /* of the first one; NONE: RUN_NEW */
    uint64_t length;
    uint64_t weight; /* of the heaviest chain of runs in order that ends here */
    size_t before;   /* the run before it in that chain; its own index for none */
    uint64_t offset; /* where the first record is */
    uint32_t file;
    bool still; /* in order: not moved */
};

struct comparing {
    const struct sw_data *data;
    struct sw_rows *rows;
    const struct sw_salt *salt;
    const char *path;
    struct sw_records *records;
    struct sw_data_verification *out;
    struct run *runs;
    size_t count;
    size_t cap;
    struct sw_finder finder;
    uint64_t next;    /* the row behind the last one that was found */
    uint64_t bad;     /* records that are no samples */
    unsigned streak;  /* records that were the next row, up to STREAK */
    uint64_t decoded; /* the group that was */
    bool many_files;  /* samples may stand in a file of another name */
    bool weights;     /* weights do not stand in the records */
};

static void run_release(struct comparing *comparing)
{
    sw_finder_release(&comparing->finder);
    sw_cleanup_records(&comparing->records);
    free(comparing->runs);
}

/* --- problems -------------------------------------------------------------------------------- */

static sw_result add_problem(const struct sw_data *data, struct sw_data_verification *out,
    enum sw_sample_problem_kind kind, uint64_t sample, const char *where)
{
    out->counts[kind]++;
    if (out->kept == SW_SAMPLE_PROBLEMS_KEPT) {
        return SW_OK;
    }
    if (out->problems == NULL) {
        out->problems =
            SW_ARENA_ARRAY(data->arena, struct sw_sample_problem, SW_SAMPLE_PROBLEMS_KEPT);
        SW_TRY_PTR(out->problems);
    }
    SW_TRY_PTR(where);
    out->problems[out->kept++] = (struct sw_sample_problem){kind, sample, where};
    return SW_OK;
}

/* Nothing is formatted that would not be kept. */
static bool wants_words(const struct sw_data_verification *out)
{
    return out->kept < SW_SAMPLE_PROBLEMS_KEPT;
}

/* An input that is one file is called by its name. */
static struct sw_str name_of(const struct comparing *comparing, struct sw_str file)
{
    return sw_str_is(file, ".") ? sw_path_base(comparing->path) : file;
}

static const char *place_words(struct comparing *comparing, struct sw_str file, uint64_t offset)
{
    file = name_of(comparing, file);
    return sw_arena_printf(comparing->data->arena, SW_STR_FMT ", byte %llu", SW_STR_ARG(file),
        (unsigned long long)offset);
}

static sw_result row_problem(struct comparing *comparing, enum sw_sample_problem_kind kind,
    uint64_t row, struct sw_error *err)
{
    const char *where = "";
    if (wants_words(comparing->out)) {
        struct sw_row was;
        struct sw_str file;
        SW_TRY(sw_rows_at(comparing->rows, row, &was, err));
        SW_TRY(sw_rows_file(comparing->rows, was.file, &file, err));
        where = place_words(comparing, file, was.offset);
    }
    return add_problem(comparing->data, comparing->out, kind, row, where);
}

/* `ahead`: how many records behind the first one of the run; their own places were not kept. */
static sw_result record_problem(struct comparing *comparing, enum sw_sample_problem_kind kind,
    uint64_t row, const struct run *run, uint64_t ahead)
{
    const char *where = "";
    if (wants_words(comparing->out)) {
        size_t count;
        const struct sw_input_file *files = sw_records_files(comparing->records, &count);
        struct sw_str file =
            name_of(comparing, sw_str(run->file < count ? files[run->file].path : "?"));
        where = ahead == 0 ? place_words(comparing, file, run->offset)
                           : sw_arena_printf(comparing->data->arena,
                                 SW_STR_FMT ", %llu record%s behind byte %llu", SW_STR_ARG(file),
                                 (unsigned long long)ahead, ahead == 1 ? "" : "s",
                                 (unsigned long long)run->offset);
    }
    return add_problem(comparing->data, comparing->out, kind, row, where);
}

/* --- finding rows ---------------------------------------------------------------------------- */

/* A set of one file may stand in a directory now. */
static sw_result is_elsewhere(
    struct comparing *comparing, uint32_t file, uint32_t was, bool *elsewhere, struct sw_error *err)
{
    size_t count;
    struct sw_str name;
    const struct sw_input_file *files = sw_records_files(comparing->records, &count);
    SW_TRY(sw_rows_file(comparing->rows, was, &name, err));
    const char *path = file < count ? files[file].path : "?";
    *elsewhere = !sw_str_is(name, ".") && strcmp(path, ".") != 0 && !sw_str_is(name, path);
    return SW_OK;
}

static sw_result decode_row(
    struct comparing *comparing, uint64_t row, struct sw_row *was, struct sw_error *err)
{
    SW_TRY(sw_rows_at(comparing->rows, row, was, err));
    comparing->decoded = row / SW_ROWS_GROUP;
    return SW_OK;
}

static sw_result kind_of(struct comparing *comparing, const struct sw_row *read,
    const struct sw_row *was, enum run_kind *kind, struct sw_error *err)
{
    bool elsewhere = false;
    if (comparing->many_files) {
        SW_TRY(is_elsewhere(comparing, read->file, was->file, &elsewhere, err));
    }
    bool reweighed = comparing->weights && read->weight != was->weight;
    *kind = reweighed ? RUN_REWEIGHED : elsewhere ? RUN_ELSEWHERE : RUN_SAME;
    return SW_OK;
}

/* Where one record after the other is the next row, groups are decoded, which checks them once
 * more; where they are not, that would be a group for each record. */
static sw_result is_next(struct comparing *comparing, const struct sw_row *read, bool *same,
    enum run_kind *kind, struct sw_error *err)
{
    struct sw_row was;
    uint64_t next = comparing->next;
    *same = false;
    *kind = comparing->many_files ? RUN_UNSURE : RUN_SAME;
    if (next >= comparing->rows->count || sw_rowset_has(&comparing->finder.used, (uint32_t)next)) {
        return SW_OK;
    }
    if (comparing->decoded != next / SW_ROWS_GROUP && comparing->streak < STREAK) {
        SW_TRY(sw_rows_peek(comparing->rows, next, was.record, err));
        *same = memcmp(was.record, read->record, sizeof(was.record)) == 0;
        return SW_OK;
    }
    SW_TRY(decode_row(comparing, next, &was, err));
    *same = memcmp(was.record, read->record, sizeof(was.record)) == 0 &&
            memcmp(was.content, read->content, sizeof(was.content)) == 0;
    return *same ? kind_of(comparing, read, &was, kind, err) : SW_OK;
}

static sw_result find_row(struct comparing *comparing, const struct sw_row *read, uint64_t *row,
    enum run_kind *kind, struct sw_error *err)
{
    bool same;
    SW_TRY(is_next(comparing, read, &same, kind, err));
    if (same) {
        comparing->streak += comparing->streak < STREAK ? 1 : 0;
        *row = comparing->next;
    } else {
        comparing->streak = 0;
        SW_TRY(sw_finder_find(&comparing->finder, read, comparing->next, row, err));
    }
    if (*row == NONE) {
        *kind = RUN_NEW;
        return SW_OK;
    }
    if (comparing->weights && *kind != RUN_REWEIGHED) {
        struct sw_row was;
        SW_TRY(decode_row(comparing, *row, &was, err));
        return kind_of(comparing, read, &was, kind, err);
    }
    return SW_OK;
}

static sw_result new_run(struct comparing *comparing, uint64_t record, uint64_t row,
    enum run_kind kind, const struct sw_row *read, struct sw_error *err)
{
    if (comparing->count == RUNS_MAX) {
        return sw_fail(err, SW_E_LIMIT,
            "more than %zu runs of samples differ in their order: this is another dataset",
            RUNS_MAX);
    }
    if (comparing->count == comparing->cap) {
        size_t cap = comparing->cap == 0 ? 256 : comparing->cap * 2;
        struct run *grown = realloc(comparing->runs, cap * sizeof(*grown));
        SW_TRY_PTR(grown);
        comparing->runs = grown;
        comparing->cap = cap;
    }
    comparing->runs[comparing->count++] = (struct run){.kind = kind,
        .record = record,
        .row = row,
        .length = 1,
        .file = read->file,
        .offset = read->offset};
    return SW_OK;
}

/* A run that may be told about is of one file: its places are told by that of the first record. */
static bool goes_on(
    const struct run *last, uint64_t row, enum run_kind kind, const struct sw_row *read)
{
    return last != NULL && last->kind == kind &&
           (kind == RUN_NEW || last->row + last->length == row) &&
           (kind == RUN_SAME || last->file == read->file);
}

static sw_result take_record(
    struct comparing *comparing, const struct sw_record *record, struct sw_error *err)
{
    struct sw_row read;
    uint64_t row;
    enum run_kind kind;
    sw_row_of_record(comparing->salt, record, comparing->rows->one_digest, &read);
    SW_TRY(find_row(comparing, &read, &row, &kind, err));
    uint64_t number = comparing->out->read++;
    comparing->out->bytes += read.length;
    if (row != NONE) {
        SW_TRY(sw_finder_use(&comparing->finder, row));
        comparing->next = row + 1;
    }
    struct run *last = comparing->count == 0 ? NULL : &comparing->runs[comparing->count - 1];
    if (goes_on(last, row, kind, &read)) {
        last->length++;
        return SW_OK;
    }
    return new_run(comparing, number, row, kind, &read, err);
}

static sw_result read_all(struct comparing *comparing, struct sw_error *err)
{
    uint64_t consumed = 0;
    for (;;) {
        struct sw_record_step step;
        SW_TRY(sw_records_next(comparing->records, &step, err));
        if (step.kind == SW_RECORD_END) {
            return SW_OK;
        }
        comparing->bad += step.kind == SW_RECORD_BAD ? 1 : 0;
        if (step.kind == SW_RECORD_SAMPLE) {
            SW_TRY(take_record(comparing, &step.record, err));
        } else {
            comparing->out->bad++;
        }
        uint64_t now = sw_records_consumed(comparing->records);
        sw_progress_add(comparing->data->progress, now - consumed, 1);
        consumed = now;
        if (sw_progress_cancelled(comparing->data->progress)) {
            return sw_fail(err, SW_E_INTERRUPTED, "interrupted");
        }
    }
}

/* --- which runs stand still ------------------------------------------------------------------ */

static int compare_rows(const void *a, const void *b)
{
    const struct run *x = *(const struct run *const *)a;
    const struct run *y = *(const struct run *const *)b;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* The heaviest chain among the runs of lower rows: a Fenwick tree over their order by row. */
struct chains {
    struct run **by_row;
    size_t *best; /* index into the runs, plus one; 0: none */
    size_t count;
};

static size_t heavier(const struct run *runs, size_t a, size_t b)
{
    if (a == 0 || b == 0) {
        return a == 0 ? b : a;
    }
    return runs[a - 1].weight >= runs[b - 1].weight ? a : b;
}

static size_t best_below(const struct chains *chains, const struct run *runs, size_t place)
{
    size_t best = 0;
    for (; place > 0; place -= place & (0 - place)) {
        best = heavier(runs, best, chains->best[place]);
    }
    return best;
}

static void put_chain(struct chains *chains, const struct run *runs, size_t place, size_t run)
{
    for (place++; place <= chains->count; place += place & (0 - place)) {
        chains->best[place] = heavier(runs, chains->best[place], run + 1);
    }
}

static size_t place_of(const struct chains *chains, const struct run *run)
{
    size_t low = 0;
    size_t high = chains->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (chains->by_row[middle]->row < run->row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void mark_still(struct comparing *comparing, struct chains *chains)
{
    struct run *runs = comparing->runs;
    size_t end = 0;
    for (size_t i = 0; i < comparing->count; i++) {
        if (runs[i].row == NONE) {
            continue;
        }
        size_t place = place_of(chains, &runs[i]);
        size_t before = best_below(chains, runs, place);
        runs[i].before = before == 0 ? i : before - 1;
        runs[i].weight = runs[i].length + (before == 0 ? 0 : runs[before - 1].weight);
        put_chain(chains, runs, place, i);
        end = heavier(runs, end, i + 1);
    }
    while (end != 0) {
        struct run *run = &runs[end - 1];
        run->still = true;
        end = run->before == end - 1 ? 0 : run->before + 1;
    }
}

static sw_result find_still(struct comparing *comparing)
{
    struct chains chains = {calloc(comparing->count + 1, sizeof(*chains.by_row)),
        calloc(comparing->count + 1, sizeof(*chains.best)), 0};
    bool there = chains.by_row != NULL && chains.best != NULL;
    for (size_t i = 0; i < comparing->count && there; i++) {
        if (comparing->runs[i].row != NONE) {
            chains.by_row[chains.count++] = &comparing->runs[i];
        }
    }
    if (there) {
        qsort(chains.by_row, chains.count, sizeof(*chains.by_row), compare_rows);
        mark_still(comparing, &chains);
    }
    free(chains.by_row);
    free(chains.best);
    return there ? SW_OK : SW_E_NOMEM;
}

/* --- what that means ------------------------------------------------------------------------- */

/* Where the reading of new records in a gap is. */
struct added {
    size_t run;
    uint64_t ahead;
};

/* The next record that is no row, before run `end`. */
static const struct run *next_added(
    const struct comparing *comparing, struct added *at, size_t end, uint64_t *ahead)
{
    for (; at->run < end; at->run++, at->ahead = 0) {
        const struct run *run = &comparing->runs[at->run];
        if (run->row == NONE && at->ahead < run->length) {
            *ahead = at->ahead++;
            return run;
        }
    }
    return NULL;
}

static sw_result report_moved(
    struct comparing *comparing, const struct run *run, struct sw_error *err)
{
    enum sw_sample_problem_kind kind =
        run->kind == RUN_REWEIGHED ? SW_SAMPLE_CHANGED : SW_SAMPLE_MOVED;
    (void)err;
    for (uint64_t i = 0; i < run->length; i++) {
        SW_TRY(record_problem(comparing, kind, run->row + i, run, i));
    }
    return SW_OK;
}

/* What stands still in the order may stand in a file of another name. */
static sw_result report_still(
    struct comparing *comparing, const struct run *run, struct sw_error *err)
{
    if (run->kind == RUN_SAME) {
        return SW_OK;
    }
    if (run->kind != RUN_UNSURE) {
        return report_moved(comparing, run, err);
    }
    for (uint64_t i = 0; i < run->length; i++) {
        struct sw_row was;
        bool elsewhere;
        SW_TRY(decode_row(comparing, run->row + i, &was, err));
        SW_TRY(is_elsewhere(comparing, run->file, was.file, &elsewhere, err));
        SW_TRY(
            elsewhere ? record_problem(comparing, SW_SAMPLE_MOVED, run->row + i, run, i) : SW_OK);
    }
    return SW_OK;
}

/* Between two runs that stand still: rows [row, row_end) and the runs [at->run, run_end). */
static sw_result report_gap(struct comparing *comparing, uint64_t row, uint64_t row_end,
    struct added *at, size_t run_end, struct sw_error *err)
{
    for (size_t i = at->run; i < run_end; i++) {
        if (comparing->runs[i].row != NONE) {
            SW_TRY(report_moved(comparing, &comparing->runs[i], err));
        }
    }
    uint64_t ahead = 0;
    for (; row < row_end; row++) {
        if (sw_rowset_has(&comparing->finder.used, (uint32_t)row)) {
            continue;
        }
        const struct run *instead = next_added(comparing, at, run_end, &ahead);
        SW_TRY(instead == NULL ? row_problem(comparing, SW_SAMPLE_MISSING, row, err)
                               : record_problem(comparing, SW_SAMPLE_CHANGED, row, instead, ahead));
    }
    for (const struct run *run; (run = next_added(comparing, at, run_end, &ahead)) != NULL;) {
        SW_TRY(record_problem(comparing, SW_SAMPLE_ADDED, SW_NO_SAMPLE, run, ahead));
    }
    return SW_OK;
}

static sw_result report(struct comparing *comparing, struct sw_error *err)
{
    struct added at = {0, 0};
    uint64_t row = 0;
    for (size_t i = 0; i < comparing->count; i++) {
        const struct run *run = &comparing->runs[i];
        if (run->still) {
            SW_TRY(report_gap(comparing, row, run->row, &at, i, err));
            SW_TRY(report_still(comparing, run, err));
            row = run->row + run->length;
            at = (struct added){i + 1, 0};
        }
    }
    return report_gap(comparing, row, comparing->rows->count, &at, comparing->count, err);
}

/* As the set's header counts them. */
static uint64_t set_aside(const struct sw_rows *rows)
{
    uint64_t sum = 0;
    SW_JSON_EACH (item, sw_json_get(&rows->chunks.header, "quarantined")) {
        uint64_t count;
        sum += sw_json_u64(sw_json_get(item, "count"), &count) ? count : 0;
    }
    return sum;
}

/* What was set aside has no digests, and others may read it all the same: its number at least is
 * what it was. */
static sw_result report_bad(struct comparing *comparing)
{
    uint64_t before = set_aside(comparing->rows);
    if (comparing->bad == before) {
        return SW_OK;
    }
    const char *where = sw_arena_printf(comparing->data->arena,
        "records that are no samples: %llu, and %llu when it was recorded",
        (unsigned long long)comparing->bad, (unsigned long long)before);
    return add_problem(comparing->data, comparing->out,
        comparing->bad > before ? SW_SAMPLE_ADDED : SW_SAMPLE_MISSING, SW_NO_SAMPLE, where);
}

static sw_result compare(struct comparing *comparing, const char *path,
    const struct sw_record_options *options, struct sw_error *err)
{
    struct sw_str first;
    struct sw_error none = {0};
    struct sw_record_options how = *options;
    how.raw_only = comparing->rows->one_digest;
    SW_TRY(sw_records_open(&comparing->records, path, &how, err));
    comparing->many_files =
        sw_rows_file(comparing->rows, 0, &first, &none) == SW_OK && !sw_str_is(first, ".");
    comparing->weights = options->attributes != NULL;
    SW_TRY(read_all(comparing, err));
    SW_TRY(find_still(comparing));
    SW_TRY(report(comparing, err));
    return report_bad(comparing);
}

sw_result sw_data_compare(const struct sw_data *data, struct sw_rows *rows,
    const struct sw_salt *salt, const char *path, const struct sw_record_options *options,
    struct sw_data_verification *out, struct sw_error *err)
{
    struct comparing comparing = {.data = data,
        .rows = rows,
        .salt = salt,
        .path = path,
        .out = out,
        .streak = STREAK,
        .decoded = NO_GROUP};
    sw_finder_init(&comparing.finder, rows);
    out->samples = rows->count;
    enum sw_code code = compare(&comparing, path, options, err);
    run_release(&comparing);
    return code;
}

/* --- the store's own files ------------------------------------------------------------------- */

sw_result sw_data_broken_file(const struct sw_data *data, struct sw_data_verification *out,
    enum sw_code code, const struct sw_error *why, struct sw_error *err)
{
    if (code != SW_E_REFUSED && code != SW_E_FORMAT && code != SW_E_NOENT) {
        return sw_fail(err, code, "%s", why->text);
    }
    const char *where = sw_arena_strdup(data->arena, why->text);
    return add_problem(data, out, SW_SAMPLE_BROKEN_FILE, SW_NO_SAMPLE, where);
}

struct file_check {
    const struct sw_data *data;
    const char *path;
    struct sw_data_verification *out;
    enum sw_code failed;
};

static void note_broken(void *ctx, const struct sw_chunk_ref *ref, const char *why)
{
    struct file_check *check = ctx;
    const char *where = ref == NULL
                            ? sw_arena_printf(check->data->arena, "%s: %s", check->path, why)
                            : sw_arena_printf(check->data->arena, "%s, bytes %llu to %llu: %s",
                                  check->path, (unsigned long long)ref->offset,
                                  (unsigned long long)(ref->offset + ref->stored), why);
    enum sw_code code =
        add_problem(check->data, check->out, SW_SAMPLE_BROKEN_FILE, SW_NO_SAMPLE, where);
    check->failed = code == SW_OK ? check->failed : code;
}

sw_result sw_data_check_set(const struct sw_data *data, struct sw_rows *rows,
    struct sw_data_verification *out, struct sw_error *err)
{
    struct file_check check = {data, rows->chunks.path, out, SW_OK};
    SW_TRY(sw_rows_verify(rows, note_broken, &check, data->progress, err));
    return check.failed;
}

sw_result sw_data_check_lineage(const struct sw_data *data, struct sw_lineage *lineage,
    struct sw_data_verification *out, struct sw_error *err)
{
    struct file_check check = {data, lineage->chunks.path, out, SW_OK};
    SW_TRY(sw_lineage_verify(lineage, note_broken, &check, data->progress, err));
    return check.failed;
}
