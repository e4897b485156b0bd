/* Names of sources, datasets, mixtures, runs and vendors, as claims have them. */
#ifndef SW_CLAIM_NAME_H
#define SW_CLAIM_NAME_H

#include "claim/digest.h"

/* Names are subjects too: SHA-256("sealwright-name/v1" 0x00 kind 0x00 name). */
enum sw_name_kind {
    SW_NAME_SOURCE,
    SW_NAME_DATASET,
    SW_NAME_MIXTURE,
    SW_NAME_RUN,
    SW_NAME_VENDOR,
};
void sw_name_digest(enum sw_name_kind kind, struct sw_str name, struct sw_digest *out);
/* The names of sources, datasets, versions, mixtures, runs and vendors: letters, digits and "._-",
 * 1 to 128, not beginning with '-'. SW_E_USAGE; `what` is for the message ("source"). */
sw_result sw_name_check(struct sw_str name, const char *what, struct sw_error *err);

#endif
