/* Functions over many numbers at once, where the processor has the instructions. Private to scan.
 */
#ifndef SW_SCAN_WIDE_H
#define SW_SCAN_WIDE_H

#include "base/base.h"

#ifdef __x86_64__
#define SW_WIDE __attribute__((target("avx2")))
static inline bool sw_has_wide(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}
#else
#define SW_WIDE
static inline bool sw_has_wide(void)
{
    return false;
}
#endif

#endif
