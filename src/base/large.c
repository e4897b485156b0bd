#include "base/large.h"

#include "base/base.h"

#include <stdlib.h>
#include <sys/mman.h>

#define LARGE_PAGE ((size_t)2 << 20)

void *sw_large_alloc(size_t count, size_t size)
{
    size_t bytes;
    void *memory = NULL;
    if (!sw_mul_size(count, size, &bytes)) {
        return NULL;
    }
    if (bytes < LARGE_PAGE) {
        return malloc(bytes == 0 ? 1 : bytes);
    }
    if (posix_memalign(&memory, LARGE_PAGE, bytes) != 0) {
        return NULL;
    }
    /* Only whole pages: what stands behind them is not ours. Without large pages it works as well.
     */
    (void)madvise(memory, bytes / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
    return memory;
}
