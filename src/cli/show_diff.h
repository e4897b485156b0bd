/* What changed between two models: for people, as JSON, and as a page. */
#ifndef SW_CLI_SHOW_DIFF_H
#define SW_CLI_SHOW_DIFF_H

#include "cli/cli.h"

/* A file beside the tensors. */
struct sw_changed_document {
    const char *path;
    const char *change; /* "changed", "added", "removed" */
    bool compared;      /* by its content: text, JSON, the keys of a GGUF file */
    struct sw_document_diff diff;
};

/* Rows of an embedding are tokens. */
struct sw_changed_tokens {
    const struct sw_tensor_diff *of;
    struct sw_str *tokens; /* of of->first_rows */
    size_t count;
};

struct sw_diff_report {
    const char *a; /* as they were named */
    const char *b;
    const char *signer; /* of the claim that stands for A; NULL: A was read */
    struct sw_model_diff tensors;
    struct sw_changed_document *documents;
    size_t document_count;
    struct sw_changed_tokens *tokens;
    size_t token_count;
};

bool sw_diff_is_same(const struct sw_diff_report *report);
/* The tokens of a tensor's rows; NULL when they are not known. */
const struct sw_changed_tokens *sw_diff_tokens_of(
    const struct sw_diff_report *report, const struct sw_tensor_diff *diff);
/* "rank <= 8: looks like a merged LoRA", and so on; "" when there is nothing to say. */
void sw_diff_verdict(const struct sw_tensor_diff *diff, char out[128]);

void sw_show_diff(struct sw_cli *cli, const struct sw_diff_report *report);
sw_result sw_diff_print_json(const struct sw_diff_report *report, struct sw_error *err);
/* Appends the page. */
sw_result sw_diff_html(const struct sw_diff_report *report, int64_t now, struct sw_buf *out);

#endif
