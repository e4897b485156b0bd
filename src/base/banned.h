/* Calls that have no place in this code base: each stops the build. Pattern: git banned.h.
 *
 * The headers that declare them come first, so that a later #include of one does nothing. */
#ifndef SW_BASE_BANNED_H
#define SW_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define SW_BANNED(name) sorry_##name##_is_a_banned_function

#undef strcpy
#define strcpy(...) SW_BANNED(strcpy)
#undef strcat
#define strcat(...) SW_BANNED(strcat)
#undef strncpy
#define strncpy(...) SW_BANNED(strncpy)
#undef strncat
#define strncat(...) SW_BANNED(strncat)
#undef stpcpy
#define stpcpy(...) SW_BANNED(stpcpy)
#undef sprintf
#define sprintf(...) SW_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) SW_BANNED(vsprintf)
#undef gets
#define gets(...) SW_BANNED(gets)
#undef strtok
#define strtok(...) SW_BANNED(strtok)
#undef strtok_r
#define strtok_r(...) SW_BANNED(strtok_r)
#undef atoi
#define atoi(...) SW_BANNED(atoi)
#undef atol
#define atol(...) SW_BANNED(atol)
#undef atoll
#define atoll(...) SW_BANNED(atoll)
#undef atof
#define atof(...) SW_BANNED(atof)
#undef strtol
#define strtol(...) SW_BANNED(strtol)
#undef strtoul
#define strtoul(...) SW_BANNED(strtoul)
#undef system
#define system(...) SW_BANNED(system)
#undef popen
#define popen(...) SW_BANNED(popen)
#undef alloca
#define alloca(...) SW_BANNED(alloca)
#undef strdupa
#define strdupa(...) SW_BANNED(strdupa)
#undef mktemp
#define mktemp(...) SW_BANNED(mktemp)
#undef tmpnam
#define tmpnam(...) SW_BANNED(tmpnam)
#undef gmtime
#define gmtime(...) SW_BANNED(gmtime)
#undef localtime
#define localtime(...) SW_BANNED(localtime)
#undef ctime
#define ctime(...) SW_BANNED(ctime)
#undef asctime
#define asctime(...) SW_BANNED(asctime)
#undef rand
#define rand(...) SW_BANNED(rand)
#undef srand
#define srand(...) SW_BANNED(srand)
#undef scanf
#define scanf(...) SW_BANNED(scanf)
#undef sscanf
#define sscanf(...) SW_BANNED(sscanf)

#endif
