/* Keys to services that were left in text. Private to scan. */
#ifndef SW_SCAN_SECRET_H
#define SW_SCAN_SECRET_H

#include "scan/inspect.h"

/* Could there be one? False only when there is none that the search would find; parts of a text
 * must overlap by SW_SECRET_SIGN_MAX. */
#define SW_SECRET_SIGN_MAX 16
bool sw_secret_may_be(struct sw_bytes text);
/* Says of each its kind, its place and its first characters: "secret-in-file". */
sw_result sw_secret_search(struct sw_inspection *in, struct sw_bytes text);

#endif
