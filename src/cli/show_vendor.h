/* What the commands of 'vendor' show alike (doc/json.md). */
#ifndef SW_CLI_SHOW_VENDOR_H
#define SW_CLI_SHOW_VENDOR_H

#include "cli/vendor_claims.h"

#define SW_VENDOR_AT_OPTION(type, field)                     \
    {                                                        \
        "at", SW_OPTION_TEXT, offsetof(type, field), "DATE", \
            "as of this day or time, instead of now"         \
    }

/* The time that --at says; now for NULL. SW_E_USAGE. */
sw_result sw_vendor_at(
    const struct sw_cli *cli, const char *text, int64_t *out, struct sw_error *err);

/* The arithmetic, line by line. */
void sw_vendor_show_score(struct sw_cli *cli, const struct sw_vendor *vendor);
/* The member "score" of the current object, an object with its lines. */
void sw_vendor_score_json(struct sw_json_writer *w, const struct sw_vendor *vendor);

/* "low" in the colour of how bad that is; so are states. */
enum sw_tone sw_vendor_state_tone(enum sw_vendor_state state);
/* The exit status of a state: 0 or 1. */
int sw_vendor_state_status(enum sw_vendor_state state);

#endif
