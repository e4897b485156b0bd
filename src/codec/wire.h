/* Protocol buffers wire format, zero copy (protobuf.dev, "Encoding"). */
#ifndef SW_CODEC_WIRE_H
#define SW_CODEC_WIRE_H

#include "base/base.h"

#endif
