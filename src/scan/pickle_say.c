#include "scan/pickle_reading.h"

/* Findings for what the machine noted. */

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
static sw_result say_library(struct sw_pickle_reading *r, size_t index)
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

static sw_result say_one(struct sw_pickle_reading *r, size_t index)
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

sw_result sw_pickle_say_all(struct sw_pickle_reading *r)
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

bool sw_pickle_is_bad(const struct sw_pickle_machine *m)
{
    for (size_t i = 0; i < m->import_count; i++) {
        const struct sw_pickle_import *import = &m->imports[i];
        bool named = sw_pickle_is_dotted_name(sw_bytes_of_str(import->module)) &&
                     sw_pickle_is_dotted_name(sw_bytes_of_str(import->name));
        if (import->class == SW_IMPORT_DENIED || (import->class == SW_IMPORT_OTHER && named) ||
            import->misused) {
            return true;
        }
    }
    return false;
}
