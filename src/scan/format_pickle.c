/* Pickles: one stream or several, legacy torch files, joblib's pickles, and what hides behind them.
 * doc/format/scan.md, "Pickle". */
#include "scan/format.h"
#include "scan/pickle_reading.h"
#include "scan/torch_legacy.h"

/* torch/serialization.py: MAGIC_NUMBER 0x1950a86a20f9469cfc6c, little endian as LONG1 has it. A
 * legacy file is five pickles (magic, protocol, system, object, storage keys), then raw storages.
 */
static const uint8_t torch_magic[] = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
#define TORCH_LEGACY_STREAMS 5

/* What a search through foreign bytes may spend: on one candidate, and on all in a file. Honest
 * bytes need less than one opcode in a hundred bytes. */
#define SEARCH_OPS 100000
#define SEARCH_OPS_FREE ((uint64_t)1 << 20)
#define SEARCH_OPS_PER_BYTE 4
/* Opcodes that a broken stream must have run to count without a named import: any data may hold
 * fewer by chance. */
#define CHANCE_OPS 8
#define SEARCH_LINE 4096

/* --- streams ---------------------------------------------------------------------------------- */

static bool is_torch_magic(const struct sw_pickle_reading *r, const struct sw_pickle_value *value)
{
    uint8_t bytes[sizeof(torch_magic)];
    return value->kind == SW_VALUE_LONG && value->len == sizeof(bytes) &&
           sw_source_read(r->source, value->text, bytes, sizeof(bytes), NULL) == SW_OK &&
           memcmp(bytes, torch_magic, sizeof(bytes)) == 0;
}

/* Padding between pickles: NULs and white space. */
static sw_result skip_padding(struct sw_pickle_reading *r)
{
    for (;;) {
        struct sw_bytes part;
        SW_TRY(sw_window_view(&r->machine->reader.window, r->at, SW_WINDOW_SIZE, &part, r->err));
        size_t n = 0;
        while (n < part.len && (part.ptr[n] == 0 || part.ptr[n] == ' ' ||
                                   (part.ptr[n] >= '\t' && part.ptr[n] <= '\r'))) {
            n++;
        }
        r->at += n;
        if (n < part.len || part.len == 0) {
            return SW_OK;
        }
    }
}

static bool begins_with_proto(struct sw_pickle_reading *r, uint64_t at)
{
    struct sw_bytes first;
    return sw_window_view(&r->machine->reader.window, at, 2, &first, NULL) == SW_OK &&
           first.len == 2 && first.ptr[0] == 0x80 && first.ptr[1] <= 5;
}

/* A stream that breaks off may be any text: "cast" on one line and "cattle" on the next import a
 * name from Python's ast. It counts as a pickle when it did something first: a call, an import and
 * a way on from there, or an import known to be bad in what says that it is a pickle or goes on. */
static bool did_something(const struct sw_pickle_machine *m, bool proto)
{
    bool named = false;
    bool denied = false;
    for (size_t i = m->first_import; i < m->import_count; i++) {
        const struct sw_pickle_import *import = &m->imports[i];
        denied = denied || import->class == SW_IMPORT_DENIED;
        named = named || (sw_pickle_is_dotted_name(sw_bytes_of_str(import->module)) &&
                             sw_pickle_is_dotted_name(sw_bytes_of_str(import->name)));
    }
    bool unnamed = m->unnamed && m->ops >= CHANCE_OPS;
    uint64_t since = m->ops - m->import_op; /* with the import */
    return (denied && (proto || since > 1)) || (named && since > 4) ||
           ((denied || named || unnamed) && m->calls > 0);
}

static void forget_stream(struct sw_pickle_machine *m)
{
    m->import_count = m->first_import;
    m->note_count = m->first_note;
}

/* torch loads each stream of a legacy file with the same unpickler. */
static void add_weights(struct sw_pickle_reading *r, enum sw_code code)
{
    const struct sw_pickle_weights *one = &r->machine->weights;
    if (r->streams == 0) {
        r->weights = (struct sw_pickle_weights){.versions = SW_PICKLE_TORCH_ALL};
    }
    r->weights.versions &= code == SW_OK ? one->versions : 0;
    if (r->weights.reason == NULL) {
        r->weights.reason = code == SW_OK ? one->reason : "where it breaks off";
        r->weights.at = code == SW_OK ? one->at : r->at;
    }
}

/* What is a torch file gets a prediction of torch's own loader. */
static sw_result say_weights(struct sw_pickle_reading *r)
{
    unsigned versions = r->weights.versions;
    unsigned first = SW_PICKLE_TORCH_FIRST;
    unsigned last = SW_PICKLE_TORCH_LAST;
    if (!r->legacy && r->in->storages == NULL) {
        return SW_OK;
    }
    if (r->in->torchscript) {
        return sw_found(r->in, "pickle-weights-only", SW_SEVERITY_INFO, UINT64_MAX,
            "weights_only: torch before 2.6 runs a TorchScript archive in spite of it, torch 2.6 "
            "to "
            "2.10 refuses it");
    }
    while (versions != 0 && (versions & (1u << (first - SW_PICKLE_TORCH_FIRST))) == 0) {
        first++;
    }
    while (versions != 0 && (versions & (1u << (last - SW_PICKLE_TORCH_FIRST))) == 0) {
        last--;
    }
    if (r->weights.reason == NULL) {
        return sw_found(r->in, "pickle-weights-only", SW_SEVERITY_INFO, UINT64_MAX,
            "weights_only: accepted by torch 2.%u to 2.%u", first, last);
    }
    return versions == 0
               ? sw_found(r->in, "pickle-weights-only", SW_SEVERITY_INFO, r->weights.at,
                     "weights_only: refused by torch 2.%d to 2.%d for %s", SW_PICKLE_TORCH_FIRST,
                     SW_PICKLE_TORCH_LAST, r->weights.reason)
               : sw_found(r->in, "pickle-weights-only", SW_SEVERITY_INFO, r->weights.at,
                     "weights_only: accepted by torch 2.%u to 2.%u, refused by later ones "
                     "for %s",
                     first, last, r->weights.reason);
}

/* A stream ended well. */
static sw_result end_stream(struct sw_pickle_reading *r, const struct sw_pickle_value *top)
{
    SW_TRY(sw_pickle_name_tensors(r, top));
    r->streams++;
    r->called = r->called || (r->machine->unnamed && r->machine->calls > 0);
    if (r->streams == 1 && is_torch_magic(r, top)) {
        r->legacy = true;
        if (!r->also && r->in->storages == NULL) {
            SW_TRY(sw_torch_legacy_new(r->in, r->source, &r->torch, r->err));
            sw_pickle_reading_torch(r, sw_torch_legacy_check(r->torch));
        }
    }
    r->streams_end = r->at;
    return r->torch != NULL && r->streams == TORCH_LEGACY_STREAMS ? sw_pickle_place_storages(r, top)
                                                                  : SW_OK;
}

/* Runs stream after stream. At the end r->at is where the last one that counts ended or broke;
 * *broken says which. */
static sw_result run_streams(struct sw_pickle_reading *r, bool *broken)
{
    *broken = false;
    for (;;) {
        SW_TRY(skip_padding(r));
        uint64_t start = r->at;
        if (start >= r->source->size || (r->legacy && r->streams == TORCH_LEGACY_STREAMS)) {
            return SW_OK;
        }
        struct sw_pickle_value top;
        enum sw_code code = sw_pickle_run(r->machine, &r->at, &top, r->err);
        add_weights(r, code);
        if (code == SW_OK) {
            SW_TRY(end_stream(r, &top));
            continue;
        }
        bool proto = begins_with_proto(r, start);
        *broken = code != SW_E_FORMAT || (proto && r->machine->ops >= CHANCE_OPS) ||
                  did_something(r->machine, proto);
        if (!*broken) {
            forget_stream(r->machine);
            r->at = start;
            return SW_OK;
        }
        return code;
    }
}

/* --- the parser ------------------------------------------------------------------------------- */

static sw_result look_behind(struct sw_pickle_reading *r, bool certain)
{
    uint64_t size = r->source->size;
    bool unplaced = r->legacy && r->torch == NULL;
    uint64_t start = r->torch != NULL ? r->streams_end : r->at;
    if (r->at < size && !unplaced && certain) {
        SW_TRY(sw_found(r->in, "pickle-trailing", SW_SEVERITY_MEDIUM, r->at,
            "%llu bytes behind the %s belong to nothing", (unsigned long long)(size - r->at),
            r->legacy ? "storages" : "pickle"));
    }
    return start < size ? sw_pickle_search(r->in, r->source, start, size, r->err) : SW_OK;
}

static void name_format(struct sw_pickle_reading *r)
{
    if (r->joblib) {
        r->in->format = "joblib";
    }
    if (r->legacy) {
        r->in->format = "torch-legacy";
    }
}

/* Is this a pickle at all? Any bytes can hold a short stream by chance (`N.` is None), so one
 * without PROTO counts when it fills the file, imports something by name, or calls something. */
static bool is_certain(const struct sw_pickle_reading *r, bool broken)
{
    const struct sw_pickle_machine *m = r->machine;
    bool whole = r->streams > 0 && r->at >= r->source->size;
    bool proto = r->proto && r->streams > 0;
    return proto || whole || broken || m->import_count > 0 || r->called;
}

/* Of a file that is something else, nothing is named by what the pickle in it is. */
static sw_result parse_also(struct sw_pickle_reading *r)
{
    bool broken;
    enum sw_code code = run_streams(r, &broken);
    if (!is_certain(r, broken)) {
        return SW_OK;
    }
    SW_TRY(sw_found(r->in, "pickle-polyglot", SW_SEVERITY_HIGH, 0,
        "the file is a pickle as well, for readers that take it for one"));
    SW_TRY(sw_pickle_say_all(r));
    return code;
}

/* Behind the storages of a legacy file nothing more is read. */
static sw_result run_torch(struct sw_pickle_reading *r, bool *broken)
{
    enum sw_code code = run_streams(r, broken);
    if (r->torch == NULL) {
        return code;
    }
    sw_pickle_reading_torch(r, NULL);
    return code == SW_OK ? sw_torch_legacy_end(r->torch, r->err) : code;
}

/* `forced`: the caller knows that these bytes are to be a pickle. */
static sw_result parse_streams(struct sw_pickle_reading *r, bool forced)
{
    bool broken;
    size_t before = r->in->finding_total;
    enum sw_code code = run_torch(r, &broken);
    bool certain = forced || is_certain(r, broken);
    if (certain) {
        SW_TRY(sw_pickle_say_all(r));
        SW_TRY(say_weights(r));
        name_format(r);
    }
    if (code == SW_OK || code == SW_E_FORMAT) {
        SW_TRY(look_behind(r, certain && r->streams > 0));
    }
    r->in->declined = !certain && r->in->finding_total == before;
    return forced && r->streams == 0 && code == SW_OK
               ? sw_fail(r->err, SW_E_FORMAT, "byte %llu: not a pickle", (unsigned long long)r->at)
               : code;
}

enum manner { SNIFFED, FORCED, ALSO };

static sw_result parse(struct sw_inspection *in, const struct sw_specimen *specimen,
    enum manner manner, struct sw_error *err)
{
    SW_CLEANUP(pickle_machine_ptr) struct sw_pickle_machine *machine = NULL;
    struct sw_pickle_reading r = {.in = in, .source = &specimen->source, .err = err};
    SW_TRY(sw_pickle_reading_machine(&r, &machine));
    r.proto = begins_with_proto(&r, 0);
    r.also = manner == ALSO;
    return manner == ALSO ? parse_also(&r) : parse_streams(&r, manner == FORCED);
}

static sw_result parse_sniffed(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    return parse(in, specimen, SNIFFED, err);
}

sw_result sw_pickle_parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    return parse(in, specimen, FORCED, err);
}

sw_result sw_pickle_inspect_also(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    return parse(in, specimen, ALSO, err);
}

/* --- searching -------------------------------------------------------------------------------- */

/* One candidate; *next is where the search goes on. One without PROTO must also get to a call or to
 * STOP: words on two lines often name a module and something in it. */
static sw_result try_candidate(struct sw_pickle_reading *r, uint64_t at, bool proto, uint64_t *next)
{
    struct sw_pickle_machine *m = r->machine;
    struct sw_pickle_value top;
    uint64_t end = at;
    sw_pickle_machine_clear(m);
    if (r->in->search_ops > SEARCH_OPS_FREE + SEARCH_OPS_PER_BYTE * r->in->searched) {
        return sw_fail(r->err, SW_E_LIMIT, "byte %llu: too much here looks like a pickle",
            (unsigned long long)at);
    }
    enum sw_code code = sw_pickle_run(m, &end, &top, NULL);
    r->in->search_ops += m->ops;
    bool ran = proto || code == SW_OK || m->calls > 0;
    bool bad = ran && sw_pickle_is_bad(m);
    *next = at + 1;
    if (!bad) {
        return SW_OK;
    }
    *next = code == SW_OK ? end : at + 1;
    SW_TRY(sw_found(r->in, "pickle-hidden", SW_SEVERITY_HIGH, at,
        "a pickle stands where no loader should find one"));
    return sw_pickle_say_all(r);
}

/* `c`, then a module and a name that are known to be bad: protocol 0 has no other mark. */
static bool is_text_import(struct sw_bytes part, size_t at)
{
    struct sw_cursor cur = sw_cursor(sw_bytes(part.ptr + at + 1, part.len - at - 1));
    if (cur.data.len > 256) {
        cur.data.len = 256;
    }
    struct sw_bytes module;
    struct sw_bytes name;
    return sw_cur_until(&cur, '\n', &module) == SW_OK && sw_pickle_is_dotted_name(module) &&
           sw_cur_until(&cur, '\n', &name) == SW_OK && sw_pickle_is_dotted_name(name) &&
           sw_pickle_classify(sw_str_of_bytes(module), sw_str_of_bytes(name)) == SW_IMPORT_DENIED;
}

static sw_result search_text(
    struct sw_pickle_reading *r, struct sw_bytes part, size_t fresh, uint64_t at)
{
    for (const uint8_t *c = part.ptr; c != NULL && c < part.ptr + fresh;) {
        c = memchr(c, 'c', fresh - (size_t)(c - part.ptr));
        if (c == NULL) {
            return SW_OK;
        }
        uint64_t next;
        size_t offset = (size_t)(c - part.ptr);
        if (is_text_import(part, offset)) {
            SW_TRY(try_candidate(r, at + offset, false, &next));
        }
        c++;
    }
    return SW_OK;
}

static bool is_proto(struct sw_bytes part, size_t at)
{
    return at + 1 < part.len && part.ptr[at] == 0x80 && part.ptr[at + 1] <= 5;
}

/* A row of PROTO is one candidate: what runs from the first runs from the others too, as long as
 * the first had opcodes left for what stands behind them. */
static void pass_protos(struct sw_bytes part, size_t offset, uint64_t at, uint64_t *next)
{
    size_t i = offset + 2;
    while (*next == at + i - 1 && i < offset + SEARCH_OPS && is_proto(part, i)) {
        *next = at + i + 1;
        i += 2;
    }
}

static sw_result search_proto(
    struct sw_pickle_reading *r, struct sw_bytes part, size_t fresh, uint64_t at)
{
    for (const uint8_t *c = part.ptr; c != NULL && c < part.ptr + fresh;) {
        c = memchr(c, 0x80, fresh - (size_t)(c - part.ptr));
        if (c == NULL) {
            return SW_OK;
        }
        size_t offset = (size_t)(c - part.ptr);
        uint64_t next = at + offset + 1;
        if (is_proto(part, offset)) {
            SW_TRY(try_candidate(r, at + offset, true, &next));
            pass_protos(part, offset, at, &next);
        }
        uint64_t step = next - (at + offset);
        c = step < fresh - offset ? c + step : NULL;
    }
    return SW_OK;
}

static sw_result search_window(struct sw_pickle_reading *r, struct sw_window *window, uint64_t end)
{
    enum { OVERLAP = 1024 };
    while (r->at < end) {
        struct sw_bytes part;
        SW_TRY(sw_window_view(window, r->at, SW_WINDOW_SIZE, &part, r->err));
        bool last = r->at + part.len >= end;
        if (last) {
            part.len = (size_t)(end - r->at);
        }
        size_t fresh = last || part.len <= OVERLAP ? part.len : part.len - OVERLAP;
        SW_TRY(search_proto(r, part, fresh, r->at));
        SW_TRY(search_text(r, part, fresh, r->at));
        r->at += fresh;
    }
    return SW_OK;
}

sw_result sw_pickle_search(struct sw_inspection *in, const struct sw_source *source, uint64_t start,
    uint64_t end, struct sw_error *err)
{
    SW_CLEANUP(pickle_machine_ptr) struct sw_pickle_machine *machine = NULL;
    SW_CLEANUP(free) struct sw_window *window = malloc(sizeof(*window));
    struct sw_pickle_reading r = {.in = in, .source = source, .err = err, .at = start};
    if (window == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for the pickle machine");
    }
    SW_TRY(sw_pickle_reading_machine(&r, &machine));
    machine->hooks = NULL;
    machine->op_max = SEARCH_OPS;
    machine->reader.line_max = SEARCH_LINE;
    sw_window_init(window, source);
    in->searched += end - start;
    return search_window(&r, window, end);
}

static bool sniff(const struct sw_specimen *specimen)
{
    return sw_pickle_skim(specimen->head, specimen->source.size);
}

const struct sw_format sw_format_pickle = {
    .id = "pickle",
    .names = ".pkl .pickle .pt .pth .joblib",
    .sniff = sniff,
    .parse = parse_sniffed,
    .broken = SW_SEVERITY_MEDIUM,
};
