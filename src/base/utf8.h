/* Private to the room: what sw_utf8_valid() is where the processor has nothing better. */
#ifndef SW_BASE_UTF8_H
#define SW_BASE_UTF8_H

#include "base/bytes.h"

bool sw_utf8_valid_in_words(struct sw_bytes bytes);

#endif
