/* Formats that carry other formats: JSON, YAML, base64, hex, gzip, zstd, zip, protobuf wire. This
 * header is the room's public face. */
#ifndef SW_CODEC_CODEC_H
#define SW_CODEC_CODEC_H

#include "base/base.h"

#include "codec/base64.h"
#include "codec/compress.h"
#include "codec/hex.h"
#include "codec/inflate.h"
#include "codec/json.h"
#include "codec/json_scan.h"
#include "codec/json_stream.h"
#include "codec/json_write.h"
#include "codec/member_name.h"
#include "codec/python.h"
#include "codec/sevenzip.h"
#include "codec/tar.h"
#include "codec/toml.h"
#include "codec/ubjson.h"
#include "codec/unpack.h"
#include "codec/wire.h"
#include "codec/yaml.h"
#include "codec/zip.h"

#endif
