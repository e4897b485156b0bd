/* Pickles: one stream or several, legacy torch files, joblib's pickles, and what hides behind them.
 * doc/format/scan.md, "Pickle". */
#include "scan/format.h"
#include "scan/pickle.h"

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
#define NESTED_DEPTH_MAX 4
#define PASSED_LOOK 4096

struct reading {
    struct sw_inspection *in;
    const struct sw_source *source;
    struct sw_pickle_machine *machine;
    struct sw_error *err;
    uint64_t at;
    size_t streams;
    bool proto;  /* the file begins with a PROTO opcode */
    bool called; /* a stream called what it imported without a name */
    bool legacy;
    bool joblib;
    unsigned depth; /* pickles in pickles */
    struct sw_pickle_hooks hooks;
};

/* --- saying what was found ---------------------------------------------------------------------
 */

static bool starts_with_module(struct sw_str module, const char *top)
{
    size_t len = strlen(top);
    return sw_str_starts(module, top) && (module.len == len || module.ptr[len] == '.');
}

/* torch.jit loads the pickles of a TorchScript archive with a reader of its own, which takes these
 * two for the archive's own types and imports nothing (torch/csrc/jit/serialization). */
static bool is_torchscript_name(const struct sw_pickle_import *import)
{
    return starts_with_module(import->module, "__torch__") ||
           sw_str_is(import->module, "torch.jit._pickle");
}

static bool said_before(const struct sw_pickle_machine *m, size_t index)
{
    const struct sw_pickle_import *import = &m->imports[index];
    for (size_t i = 0; i < index; i++) {
        if (sw_str_equal(m->imports[i].module, import->module) &&
            sw_str_equal(m->imports[i].name, import->name) &&
            m->imports[i].called == import->called) {
            return true;
        }
    }
    return false;
}

static const char *remark(const struct sw_pickle_import *import)
{
    if (import->misused) {
        return ", which the pack of its library does not allow";
    }
    return import->class == SW_IMPORT_DENIED
               ? ""
               : ", which is not among what weights_only loading accepts";
}

/* The import with its first call, and each further call that differs. */
static sw_result say_import(struct sw_inspection *in, const struct sw_pickle_import *import)
{
    bool denied = import->class == SW_IMPORT_DENIED;
    size_t i = 0;
    do {
        bool shown = i < import->arg_count;
        SW_TRY(sw_found(in, "pickle-import", denied ? SW_SEVERITY_CRITICAL : SW_SEVERITY_HIGH,
            i == 0 ? import->at : import->call_at[i], "%s " SW_STR_FMT "%s" SW_STR_FMT "%s%s",
            import->called ? "calls" : "imports", SW_STR_ARG(import->module),
            import->name.len > 0 ? "." : "", SW_STR_ARG(import->name), shown ? import->args[i] : "",
            remark(import)));
    } while (++i < import->arg_count);
    return SW_OK;
}

static bool is_of_pack(const struct sw_pickle_import *import, const struct sw_pack *pack)
{
    return import->class == SW_IMPORT_LIBRARY && !import->misused && import->entry->pack == pack;
}

/* Each library is told of once in a member, by its first import. */
static sw_result say_library(struct reading *r, size_t index)
{
    const struct sw_pickle_machine *m = r->machine;
    const struct sw_pickle_import *import = &m->imports[index];
    const struct sw_pack *pack = import->entry->pack;
    size_t names = 0;
    for (size_t i = 0; i < m->import_count; i++) {
        bool same = is_of_pack(&m->imports[i], pack);
        if (same && i < index) {
            return SW_OK;
        }
        names += same;
    }
    const char *words = sw_arena_printf(r->in->arena, "uses %s (pack %s %llu): ", pack->library,
        pack->name, (unsigned long long)pack->version);
    SW_TRY_PTR(words);
    for (size_t i = 0; i < r->in->finding_count; i++) {
        const struct sw_finding *finding = &r->in->findings[i];
        if (finding->member == r->in->member && sw_str_starts(sw_str(finding->message), words)) {
            return SW_OK;
        }
    }
    return sw_found(r->in, "pickle-library", SW_SEVERITY_LOW, import->at,
        "%s" SW_STR_FMT "." SW_STR_FMT "%s", words, SW_STR_ARG(import->module),
        SW_STR_ARG(import->name), names > 1 ? " and more" : "");
}

static sw_result say_one(struct reading *r, size_t index)
{
    const struct sw_pickle_import *import = &r->machine->imports[index];
    bool harmless =
        import->class == SW_IMPORT_ALLOWED || (r->in->torchscript && is_torchscript_name(import));
    r->joblib = r->joblib || starts_with_module(import->module, "joblib");
    if (harmless || said_before(r->machine, index)) {
        return SW_OK;
    }
    return import->class == SW_IMPORT_LIBRARY && !import->misused ? say_library(r, index)
                                                                  : say_import(r->in, import);
}

static sw_result say_all(struct reading *r)
{
    const struct sw_pickle_machine *m = r->machine;
    for (size_t i = 0; i < m->import_count; i++) {
        SW_TRY(say_one(r, i));
    }
    for (size_t i = 0; i < m->note_count; i++) {
        const struct sw_pickle_note *note = &m->notes[i];
        SW_TRY(sw_found(r->in, note->rule, note->severity, note->at, "%s", note->message));
    }
    return SW_OK;
}

/* --- streams ---------------------------------------------------------------------------------- */

static bool is_torch_magic(const struct reading *r, const struct sw_pickle_value *value)
{
    uint8_t bytes[sizeof(torch_magic)];
    return value->kind == SW_VALUE_LONG && value->len == sizeof(bytes) &&
           sw_source_read(r->source, value->text, bytes, sizeof(bytes), NULL) == SW_OK &&
           memcmp(bytes, torch_magic, sizeof(bytes)) == 0;
}

/* Padding between pickles: NULs and white space. */
static sw_result skip_padding(struct reading *r)
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

static bool begins_with_proto(struct reading *r, uint64_t at)
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

/* Runs stream after stream. At the end r->at is where the last one that counts ended or broke;
 * *broken says which. */
static sw_result run_streams(struct reading *r, bool *broken)
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
        if (code == SW_OK) {
            r->streams++;
            r->called = r->called || (r->machine->unnamed && r->machine->calls > 0);
            r->legacy = r->legacy || (r->streams == 1 && is_torch_magic(r, &top));
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

static sw_result look_behind(struct reading *r, bool certain)
{
    uint64_t size = r->source->size;
    if (r->at >= size) {
        return SW_OK;
    }
    if (!r->legacy && certain) {
        SW_TRY(sw_found(r->in, "pickle-trailing", SW_SEVERITY_MEDIUM, r->at,
            "%llu bytes behind the pickle belong to nothing", (unsigned long long)(size - r->at)));
    }
    return sw_pickle_search(r->in, r->source, r->at, size, r->err);
}

static void name_format(struct reading *r)
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
static bool is_certain(const struct reading *r, bool broken)
{
    const struct sw_pickle_machine *m = r->machine;
    bool whole = r->streams > 0 && r->at >= r->source->size;
    bool proto = r->proto && r->streams > 0;
    return proto || whole || broken || m->import_count > 0 || r->called;
}

/* Of a file that is something else, nothing is named by what the pickle in it is. */
static sw_result parse_also(struct reading *r)
{
    bool broken;
    enum sw_code code = run_streams(r, &broken);
    if (!is_certain(r, broken)) {
        return SW_OK;
    }
    SW_TRY(sw_found(r->in, "pickle-polyglot", SW_SEVERITY_HIGH, 0,
        "the file is a pickle as well, for readers that take it for one"));
    SW_TRY(say_all(r));
    return code;
}

/* `forced`: the caller knows that these bytes are to be a pickle. */
static sw_result parse_streams(struct reading *r, bool forced)
{
    bool broken;
    size_t before = r->in->finding_total;
    enum sw_code code = run_streams(r, &broken);
    bool certain = forced || is_certain(r, broken);
    if (certain) {
        SW_TRY(say_all(r));
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

static sw_result walk_nested(void *ctx, uint64_t *at, struct sw_error *err);
static sw_result look_at_passed(void *ctx, uint64_t at, uint64_t len, struct sw_error *err);

/* A machine that is ready for the source. */
static sw_result make_machine(struct reading *r, struct sw_pickle_machine **out)
{
    struct sw_pickle_machine *machine = malloc(sizeof(*machine));
    if (machine == NULL) {
        return sw_fail(r->err, SW_E_NOMEM, "no memory for the pickle machine");
    }
    sw_pickle_machine_init(machine, r->source);
    machine->packs = r->in->packs != NULL ? r->in->packs : sw_packs_builtin();
    r->hooks = (struct sw_pickle_hooks){.ctx = r, .nested = walk_nested, .passed = look_at_passed};
    machine->hooks = &r->hooks;
    r->machine = machine;
    *out = machine;
    return SW_OK;
}

static void free_machine(struct sw_pickle_machine *machine)
{
    if (machine != NULL) {
        sw_pickle_machine_release(machine);
        free(machine);
    }
}
SW_DEFINE_CLEANUP_PTR(machine, struct sw_pickle_machine, free_machine)

/* An array of objects in a joblib file: a pickle with a stack and a memo of its own. */
static sw_result walk_nested(void *ctx, uint64_t *at, struct sw_error *err)
{
    struct reading *outer = ctx;
    struct reading r = {
        .in = outer->in, .source = outer->source, .err = err, .depth = outer->depth + 1};
    SW_CLEANUP(machine) struct sw_pickle_machine *machine = NULL;
    struct sw_pickle_value top;
    if (r.depth > NESTED_DEPTH_MAX) {
        return sw_fail(err, SW_E_LIMIT, "byte %llu: more than %d pickles in each other",
            (unsigned long long)*at, NESTED_DEPTH_MAX);
    }
    SW_TRY(make_machine(&r, &machine));
    enum sw_code code = sw_pickle_run(machine, at, &top, err);
    SW_TRY(say_all(&r));
    return code;
}

/* Elements may be any bytes, so only what cannot be chance counts: a pickle at their beginning. */
static sw_result look_at_passed(void *ctx, uint64_t at, uint64_t len, struct sw_error *err)
{
    const struct reading *r = ctx;
    uint64_t part = len < PASSED_LOOK ? len : PASSED_LOOK;
    sw_skipped(r->in, len - part);
    return sw_pickle_search(r->in, r->source, at, at + part, err);
}

static sw_result parse(struct sw_inspection *in, const struct sw_specimen *specimen,
    enum manner manner, struct sw_error *err)
{
    SW_CLEANUP(machine) struct sw_pickle_machine *machine = NULL;
    struct reading r = {.in = in, .source = &specimen->source, .err = err};
    SW_TRY(make_machine(&r, &machine));
    r.proto = begins_with_proto(&r, 0);
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
static sw_result try_candidate(struct reading *r, uint64_t at, bool proto, uint64_t *next)
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
    bool bad = false;
    bool ran = proto || code == SW_OK || m->calls > 0;
    for (size_t i = 0; i < m->import_count && ran; i++) {
        const struct sw_pickle_import *import = &m->imports[i];
        bad = bad || import->class == SW_IMPORT_DENIED ||
              (import->class == SW_IMPORT_OTHER &&
                  sw_pickle_is_dotted_name(sw_bytes_of_str(import->module)) &&
                  sw_pickle_is_dotted_name(sw_bytes_of_str(import->name)));
    }
    *next = at + 1;
    if (!bad) {
        return SW_OK;
    }
    *next = code == SW_OK ? end : at + 1;
    SW_TRY(sw_found(r->in, "pickle-hidden", SW_SEVERITY_HIGH, at,
        "a pickle stands where no loader should find one"));
    return say_all(r);
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

static sw_result search_text(struct reading *r, struct sw_bytes part, size_t fresh, uint64_t at)
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

static sw_result search_proto(struct reading *r, struct sw_bytes part, size_t fresh, uint64_t at)
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

static sw_result search_window(struct reading *r, struct sw_window *window, uint64_t end)
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
    SW_CLEANUP(machine) struct sw_pickle_machine *machine = NULL;
    SW_CLEANUP(free) struct sw_window *window = malloc(sizeof(*window));
    struct reading r = {.in = in, .source = source, .err = err, .at = start};
    if (window == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for the pickle machine");
    }
    SW_TRY(make_machine(&r, &machine));
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
