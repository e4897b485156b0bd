/* What readers take out of a zip member's extra fields. Private to codec. */
#ifndef SW_CODEC_ZIP_EXTRA_H
#define SW_CODEC_ZIP_EXTRA_H

#include "codec/zip.h"

/* What is wrong with them: bit n is the fault n. */
uint64_t sw_zip_extra_faults(struct sw_str name, struct sw_bytes extra);

#endif
