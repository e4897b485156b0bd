/* What `licence check` found, for people and as JSON (doc/json.md). */
#ifndef SW_CLI_SHOW_LICENCE_H
#define SW_CLI_SHOW_LICENCE_H

#include "cli/cli.h"
#include "supply/supply.h"

/* One model that was asked about, with what it was made from. */
struct sw_licence_answer {
    const char *path;
    struct sw_licence_model *models;
    size_t count, cap;
    struct sw_licence_verdict verdict;
    struct sw_digest claim; /* that was recorded of it; alg 0 when none was */
};

/* "pass", "unknown" or "conflict"; the exit status for it. */
const char *sw_licence_answer_word(const struct sw_licence_answer *answer);
int sw_licence_answer_status(const struct sw_licence_answer *answer);

void sw_show_licence(struct sw_cli *cli, const struct sw_licence_answer *answer);
sw_result sw_licence_print_json(struct sw_cli *cli, const struct sw_licence_answer *answers,
    size_t count, struct sw_error *err);

#endif
