/* Reads what others wrote, each document in a process of its own (base/worker.h). */
#ifndef SW_SUPPLY_DOCUMENTS_H
#define SW_SUPPLY_DOCUMENTS_H

#include "supply/component.h"
#include "supply/earlier.h"
#include "supply/vex.h"

struct sw_document {
    struct sw_bytes text;
    const char *name; /* as it was given; has to outlive what is read */
};

struct sw_documents;
struct sw_paper;

/* Makes the process that starts the others: to be called before there is a key. `largest` bytes has
 * the largest document that will be asked about; each may take time and memory accordingly (up to
 * 4 MiB: 1 GiB and a minute). `progress`, which has to outlive it, asks readings to stop
 * (SW_E_INTERRUPTED); NULL: nobody does. */
sw_result sw_documents_new(uint64_t largest, const struct sw_progress *progress,
    struct sw_documents **out, struct sw_error *err);
void sw_documents_free(struct sw_documents *documents);
SW_DEFINE_CLEANUP_PTR(documents, struct sw_documents, sw_documents_free)

/* Whether that process is gone: nothing can be read any more, and every call gives SW_E_IO. */
bool sw_documents_are_gone(const struct sw_documents *documents);

/* As sw_components_read() and sw_vex_read() do it; SW_E_IO for a document that ends its parser. */
sw_result sw_documents_components(struct sw_documents *documents,
    const struct sw_document *document, struct sw_arena *arena, struct sw_components *out,
    struct sw_error *err);
sw_result sw_documents_vex(struct sw_documents *documents, const struct sw_document *document,
    struct sw_arena *arena, struct sw_vex *vex, struct sw_error *err);
/* What a bill of materials is about: its name, and the root of its files. root->alg is 0 for what
 * is no such bill, or tells no root. */
sw_result sw_documents_about(struct sw_documents *documents, const struct sw_document *document,
    struct sw_arena *arena, struct sw_str *name, struct sw_digest *root, struct sw_error *err);
/* What a paper of a model or a dataset says (paper.h); its name is its file's. */
sw_result sw_documents_paper(struct sw_documents *documents, const struct sw_document *document,
    struct sw_paper *out, struct sw_error *err);
/* As sw_earlier_read() does it; SW_E_IO for a document that ends its parser. */
sw_result sw_documents_earlier(struct sw_documents *documents, const struct sw_document *document,
    struct sw_arena *arena, struct sw_earlier *out, struct sw_error *err);
/* Whether it is a catalogue of discovery: SW_E_FORMAT with the line, and SW_E_LIMIT, when it is
 * none; SW_E_IO when it ends its parser. */
sw_result sw_documents_catalogue(
    struct sw_documents *documents, const struct sw_document *document, struct sw_error *err);

#endif
