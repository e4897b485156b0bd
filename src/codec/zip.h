/* Zip central directory reader (APPNOTE 6.3.10), strict: parser differences are the attack. */
#ifndef SW_CODEC_ZIP_H
#define SW_CODEC_ZIP_H

#include "base/base.h"

#endif
