/* Arrays of many megabytes that are read in no order. */
#ifndef SW_BASE_LARGE_H
#define SW_BASE_LARGE_H

#include <stddef.h>

/* count × size bytes, checked for overflow, uninitialised; in large pages where the system has
 * them, which spares most page faults and misses of the table of pages. NULL when there is no
 * memory. Ordinary memory: free() it. */
void *sw_large_alloc(size_t count, size_t size);

#endif
