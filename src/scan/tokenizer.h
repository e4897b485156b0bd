/* What a fast tokenizer (tokenizer.json) says of its tokens. Private to scan. */
#ifndef SW_SCAN_TOKENIZER_H
#define SW_SCAN_TOKENIZER_H

#include "scan/inspect.h"

#define SW_TOKENIZER_MAX ((uint64_t)64 << 20)

/* Is the file one, by its name or its first members? */
bool sw_is_tokenizer(const struct sw_specimen *specimen);
/* Judges it and tells the fact "tokenizer": {"top": the greatest id, "added": [[id, "content",
 * special], …]}. */
sw_result sw_tokenizer_inspect(
    struct sw_inspection *in, struct sw_bytes text, struct sw_error *err);

#endif
