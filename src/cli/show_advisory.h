/* How advisories are shown. */
#ifndef SW_CLI_SHOW_ADVISORY_H
#define SW_CLI_SHOW_ADVISORY_H

#include "cli/cli.h"
#include "supply/supply.h"

/* What was asked, for the head of the answer. */
struct sw_advisory_question {
    const char *target; /* a file; NULL: purls and digests that were given */
    struct sw_advisory_report report;
    struct sw_digest claim;   /* that was recorded of it; alg 0 when none was */
    struct sw_digest subject; /* which it is about */
};

/* Where the store is. */
sw_result sw_advisory_store(struct sw_cli *cli, const char **path, struct sw_error *err);

void sw_show_advisories(struct sw_cli *cli, const struct sw_advisory_question *question);
sw_result sw_advisories_json(const struct sw_advisory_question *question, struct sw_error *err);

/* "2024-10-30, 12 days old"; RFC 3339, or null. */
const char *sw_advisory_date_show(struct sw_cli *cli, int64_t date);
void sw_advisory_date_json(struct sw_json_writer *w, const char *name, int64_t date);

#endif
