/* Declared weights beside realised ones, for people and as JSON; consume and weights show the same.
 */
#ifndef SW_CLI_SHOW_WEIGHTS_H
#define SW_CLI_SHOW_WEIGHTS_H

#include "cli/data_context.h"

/* A probability such as 0.001; 0 when `text` is NULL. */
sw_result sw_alpha_parse(const char *text, double *out, struct sw_error *err);
/* "run R drew N times …", one line a share, one over all, and its gaps. */
void sw_show_consumption(struct sw_cli *cli, const struct sw_consumption_claim *claim);
/* One more line when the run differs from what was decided, and where to look. */
void sw_show_difference(struct sw_cli *cli, const struct sw_consumption_claim *claim);
/* Members of the current object. */
void sw_show_consumption_json(struct sw_json_writer *w, const struct sw_consumption_claim *claim);

#endif
