/* The ground floor: results, memory, bytes, text, files, threads. This header is the room's public
 * face; the other rooms include it and nothing else from here. */
#ifndef SW_BASE_BASE_H
#define SW_BASE_BASE_H

#include "base/result.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/cursor.h"
#include "base/file.h"
#include "base/large.h"
#include "base/mount.h"
#include "base/names.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/reader.h"
#include "base/siphash.h"
#include "base/text.h"
#include "base/tree.h"
#include "base/worker.h"

#include "base/banned.h"

#endif
