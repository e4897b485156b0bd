/* Unpacking inside what one file may take. Private to scan. */
#ifndef SW_SCAN_UNPACKED_H
#define SW_SCAN_UNPACKED_H

#include "scan/inspect.h"

/* Says how large the outermost archive is, by which it is known how much it may unpack to. The
 * archives in it share that. */
void sw_unpack_allow(struct sw_inspection *in, uint64_t size);
/* Where members share bytes, the archive is made to unpack to more than it is: allows little. */
void sw_unpack_allow_little(struct sw_inspection *in);

/* As sw_unpack_new(), inside what is left, which it uses up. Fails for want of memory as well as of
 * the file; the words say why. */
sw_result sw_unpack_within(struct sw_inspection *in, const struct sw_source *source,
    struct sw_packed *how, struct sw_unpack **out, struct sw_unpack_end *end, struct sw_error *err);

#endif
