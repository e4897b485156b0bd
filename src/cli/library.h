/* What the files of the C interface share. */
#ifndef SW_CLI_LIBRARY_H
#define SW_CLI_LIBRARY_H

#include "cli/cli.h"

#include "sealwright/sealwright.h"

struct sealwright {
    struct sw_store *store;
    bool writes;
    struct sw_trust *trust;
    struct sw_policy *policy;
    struct sw_scan *scan;  /* made before any key was loaded; for all admissions */
    struct sw_arena arena; /* what lives as long as the handle */
    char *path;
    struct sw_error error;
};

/* At the beginning of a call; SW_E_USAGE when the store is not open. */
sw_result sw_library_begin(struct sealwright *sw);
/* At its end: a failure without words gets those of its code. */
enum sealwright_status sw_library_finish(struct sw_error *error, enum sw_code code);
/* The store's key "default"; free it with sw_key_free(). */
sw_result sw_library_key(struct sealwright *sw, struct sw_arena *arena, struct sw_key **key);

#endif
