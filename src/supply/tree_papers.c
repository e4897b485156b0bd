/* The papers of a model's or a dataset's tree, taken into a bill: each is read in a process of its
 * own. */
#include "supply/documents.h"
#include "supply/paper.h"

#include <unistd.h>

struct papers {
    struct sw_bom *bom;
    const struct sw_tree *tree;
    struct sw_documents *documents; /* made for the first one */
};

static const struct sw_entry *find(const struct sw_tree *tree, const char *name)
{
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->entries[i].kind == SW_ENTRY_FILE && strcmp(tree->entries[i].name, name) == 0) {
            return &tree->entries[i];
        }
    }
    return NULL;
}

static sw_result read_bytes(const struct sw_tree *tree, const struct sw_entry *entry,
    struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    SW_TRY(sw_tree_open_file(tree, entry, &fd, err));
    return sw_fd_read(fd, entry->name, SW_BOM_PAPER_MAX, out, err);
}

static sw_result read_confined(
    struct papers *p, const char *name, struct sw_bytes text, struct sw_error *err)
{
    const struct sw_document document = {text, name};
    struct sw_paper paper = {.arena = p->bom->arena};
    SW_TRY(p->documents == NULL ? sw_documents_new(SW_BOM_PAPER_MAX, NULL, &p->documents, err)
                                : SW_OK);
    enum sw_code code = sw_documents_paper(p->documents, &document, &paper, err);
    code = code == SW_OK ? sw_paper_apply(p->bom, name, &paper) : code;
    return code == SW_OK ? SW_OK : sw_error_prefix(err, code, "%s", name);
}

static sw_result add_paper(struct papers *p, const char *name, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    const struct sw_entry *entry = find(p->tree, name);
    struct sw_paper_said gap = {.what = SW_PAPER_GAP, .field = SW_BOM_GAP};
    const struct sw_paper unread = {.said = &gap, .count = 1};
    if (entry == NULL) {
        return SW_OK;
    }
    if (entry->size > SW_BOM_PAPER_MAX) {
        gap.text = sw_str("it is larger than 4 MiB, and was not read");
        return sw_paper_apply(p->bom, name, &unread);
    }
    SW_TRY(read_bytes(p->tree, entry, &text, err));
    return read_confined(p, name, sw_buf_bytes(&text), err);
}

sw_result sw_bom_add_papers(struct sw_bom *bom, const struct sw_tree *tree, struct sw_error *err)
{
    struct papers p = {.bom = bom, .tree = tree};
    enum sw_code code = SW_OK;
    for (size_t i = 0; tree->single == NULL && sw_bom_paper_name(i) != NULL && code == SW_OK; i++) {
        code = add_paper(&p, sw_bom_paper_name(i), err);
    }
    sw_documents_free(p.documents);
    return code;
}
