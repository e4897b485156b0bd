/* What the files of the vendor share. Private to the room. */
#ifndef SW_SUPPLY_VENDOR_PRIVATE_H
#define SW_SUPPLY_VENDOR_PRIVATE_H

#include "supply/vendor.h"

#include <stdio.h>

/* The answer of a question that does not apply, and the question that 'trains-on' answers, too. */
#define SW_VENDOR_NOT_APPLICABLE "not-applicable"
#define SW_VENDOR_TRAINING "training-use"

#define SW_VENDOR_DAYS_MAX UINT64_C(36500)
#define SW_VENDOR_DAY INT64_C(86400)

/* SW_E_USAGE: sw_name_check(), and in small letters. */
sw_result sw_vendor_name_check(struct sw_str name, struct sw_error *err);

/* Of a kind that runs out, and it is not said when. */
bool sw_vendor_is_undated(const struct sw_vendor_document *document);
/* It can stand behind an answer: dated, issued and not run out. */
bool sw_vendor_document_holds(const struct sw_vendor_document *document, int64_t at);

/* Sums, weakness, inherent risk, score and level of lines and factors that are filled in. */
void sw_vendor_add_up(const struct sw_vendor *vendor, struct sw_vendor_score *out);

#endif
