/* Base64 (RFC 4648 section 4), standard alphabet with padding. */
#ifndef SW_CODEC_BASE64_H
#define SW_CODEC_BASE64_H

#include "base/base.h"

sw_result sw_base64_encode(struct sw_buf *out, struct sw_bytes data);
/* Appends the decoded bytes. Strict: no white space, right padding, unused bits zero; else
 * SW_E_FORMAT. With `url_too`, the URL alphabet (section 5) is read as well, and padding may be
 * absent, as protobuf JSON readers must accept. */
sw_result sw_base64_decode(struct sw_buf *out, struct sw_str text, bool url_too);

#endif
