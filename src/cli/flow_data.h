/* What an admission asks of the data that a model was trained on. */
#ifndef SW_CLI_FLOW_DATA_H
#define SW_CLI_FLOW_DATA_H

#include "cli/cli.h"

/* Sums up what is known, and records it as a claim; a dry run makes a draft of it instead, where it
 * is known who would sign. Nothing (data->known false) when no trusted claim says how the model was
 * trained. Everything is in `arena`. */
sw_result sw_flow_data(struct sw_arena *arena, const struct sw_admit_request *request,
    const struct sw_verification *verification, struct sw_admitted_data *out, struct sw_error *err);
/* Where the gate failed on it: what is bad, who says so and why, behind the rule's own reason; and
 * what is to be done about that, where the rule looks at taints, takedowns, gaps or weights. */
sw_result sw_flow_data_explain(struct sw_arena *arena, const struct sw_policy *policy,
    const struct sw_admitted_data *data, struct sw_decision *gate);
/* "data" is no rule of the policy: what is tainted or taken down does not pass because no rule
 * weighed that. False when it need not be said. */
bool sw_flow_data_passed_over(struct sw_arena *arena, const struct sw_policy *policy,
    const struct sw_admitted_data *data, const struct sw_decision *gate, struct sw_gate_rule *out);

#endif
