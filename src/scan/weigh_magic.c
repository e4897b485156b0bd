/* Looking for what runs among numbers. In random bytes any four come by chance once in 2^32 places,
 * so what stands behind a magic has to be right too. */
#include "scan/weigh.h"
#include "scan/wide.h"

#define HEAD 512 /* bytes that are looked at behind a magic */

static uint32_t u16(const uint8_t *p)
{
    return (uint32_t)(p[0] | p[1] << 8);
}

static uint32_t u32(const uint8_t *p)
{
    return u16(p) | u16(p + 2) << 16;
}

static bool is_one_of(uint32_t value, const uint16_t *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == value) {
            return true;
        }
    }
    return false;
}

/* --- what stands behind a magic ----------------------------------------------------------------
 */

/* System V ABI, "ELF Header"; little endian, as every machine that runs models is. */
static bool is_elf(const uint8_t *p, size_t len)
{
    static const uint16_t machines[] = {3, 8, 20, 21, 22, 40, 62, 183, 243, 247, 258};
    if (len < 64 || memcmp(p, "\177ELF", 4) != 0 || p[4] < 1 || p[4] > 2 || p[5] != 1) {
        return false;
    }
    uint32_t type = u16(p + 16);
    uint32_t header = u16(p + (p[4] == 2 ? 52 : 40));
    return p[6] == 1 && type >= 1 && type <= 4 && u32(p + 20) == 1 &&
           is_one_of(u16(p + 18), machines, SW_COUNT(machines)) && header == (p[4] == 2 ? 64 : 52);
}

/* PE format, "MS-DOS Stub" and "COFF File Header". */
static bool is_pe(const uint8_t *p, size_t len)
{
    static const uint16_t machines[] = {0x14C, 0x1C0, 0x1C4, 0x8664, 0xAA64, 0xEBC};
    uint32_t at = len < 64 ? 0 : u32(p + 60);
    return at >= 64 && at <= HEAD - 24 && at + 24 <= len && memcmp(p, "MZ", 2) == 0 &&
           memcmp(p + at, "PE\0\0", 4) == 0 &&
           is_one_of(u16(p + at + 4), machines, SW_COUNT(machines));
}

/* mach-o/loader.h, struct mach_header; 64 and 32 bits, little endian. */
static bool is_macho(const uint8_t *p, size_t len)
{
    if (len < 28 || (u32(p) != 0xFEEDFACF && u32(p) != 0xFEEDFACE)) {
        return false;
    }
    uint32_t cpu = u32(p + 4) & 0xFFFFFF;
    uint32_t type = u32(p + 12);
    uint32_t commands = u32(p + 16);
    return (cpu == 7 || cpu == 12) && type >= 1 && type <= 12 && commands >= 1 && commands < 1000 &&
           u32(p + 20) >= commands * 8 && u32(p + 20) < 1u << 20;
}

static bool is_printable(const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (p[i] < 0x20 || p[i] > 0x7E) {
            return false;
        }
    }
    return len > 0;
}

/* PKWARE APPNOTE, 4.3.7. */
static bool is_zip(const uint8_t *p, size_t len)
{
    if (len < 30 || memcmp(p, "PK\3\4", 4) != 0 || u16(p + 4) > 63) {
        return false;
    }
    uint32_t method = u16(p + 8);
    uint32_t name = u16(p + 26);
    bool known = method == 0 || method == 8 || method == 9 || method == 12 || method == 14 ||
                 method == 93 || method == 95;
    return known && name >= 1 && name <= 256 && 30 + name <= len && is_printable(p + 30, name);
}

/* A name of Python as GLOBAL has it: up to the end of a line. 0 when it is none. */
static size_t name_line(const uint8_t *p, size_t len)
{
    size_t i = 0;
    while (i < len && i < 100 &&
           (p[i] == '_' || p[i] == '.' || (p[i] >= '0' && p[i] <= '9') ||
               ((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'z'))) {
        i++;
    }
    return i >= 2 && i < len && p[i] == '\n' ? i + 1 : 0;
}

/* A short text that is a name: SHORT_BINUNICODE, and MEMOIZE or not. */
static size_t name_text(const uint8_t *p, size_t len)
{
    if (len < 4 || p[0] != 0x8C || p[1] < 2 || p[1] > 100 || (size_t)p[1] + 3 > len ||
        !is_printable(p + 2, p[1])) {
        return 0;
    }
    size_t end = 2 + (size_t)p[1];
    return p[end] == 0x94 ? end + 1 : end;
}

/* PROTO, perhaps FRAME, then an import. */
static bool is_pickle(const uint8_t *p, size_t len)
{
    if (len < 16 || p[0] != 0x80 || p[1] < 2 || p[1] > 5) {
        return false;
    }
    size_t at = p[2] == 0x95 ? 11 : 2;
    if (p[at] == 'c') {
        size_t module = name_line(p + at + 1, len - at - 1);
        return module > 0 && name_line(p + at + 1 + module, len - at - 1 - module) > 0;
    }
    size_t module = name_text(p + at, len - at);
    size_t name = module == 0 ? 0 : name_text(p + at + module, len - at - module);
    at += module + name;
    return name > 0 && at < len && p[at] == 0x93;
}

static bool is_script(const uint8_t *p, size_t len)
{
    return len >= 16 && (memcmp(p, "#!/bin/", 7) == 0 || memcmp(p, "#!/usr/", 7) == 0);
}

static const struct {
    bool (*is)(const uint8_t *bytes, size_t len);
    const char *what;
} kinds[] = {
    {is_elf, "an ELF program"},
    {is_pe, "a Windows program"},
    {is_macho, "a Mach-O program"},
    {is_zip, "a zip archive"},
    {is_pickle, "a pickle that imports"},
    {is_script, "a script"},
};

/* --- the search --------------------------------------------------------------------------------
 */

/* To read what comes out of compression again means to unpack all before it, so there a head that
 * the end of a chunk cuts is judged as it is. */
static sw_result read_head(const struct sw_magic_search *s, struct sw_bytes held, uint64_t offset,
    uint8_t head[HEAD], size_t *len)
{
    uint64_t left = s->end - offset;
    *len = left < HEAD ? (size_t)left : HEAD;
    if (held.len < *len && s->source->backing == NULL) {
        return sw_source_read(s->source, offset, head, *len, NULL);
    }
    *len = held.len < *len ? held.len : *len;
    memcpy(head, held.ptr, *len);
    return SW_OK;
}

static sw_result look_at_candidate(struct sw_magic_search *s, struct sw_bytes held, uint64_t offset)
{
    enum { FOUND_MAX = 20 };
    uint8_t head[HEAD];
    size_t len;
    SW_TRY(read_head(s, held, offset, head, &len));
    for (size_t i = 0; i < SW_COUNT(kinds); i++) {
        if (!kinds[i].is(head, len)) {
            continue;
        }
        if (++s->found > FOUND_MAX) {
            return SW_OK;
        }
        struct sw_str name = s->tensor;
        name.len = name.len > 200 ? 200 : name.len;
        return sw_found(s->in, "weights-embedded", SW_SEVERITY_MEDIUM, offset,
            "%s begins among the numbers of \"" SW_STR_FMT "\"", kinds[i].what, SW_STR_ARG(name));
    }
    return SW_OK;
}

static bool is_candidate(uint32_t word)
{
    uint32_t half = word & 0xFFFF;
    return word == 0x464C457F || word == 0x04034B50 || word == 0xFEEDFACF || word == 0xFEEDFACE ||
           (word & 0xFFFFFF) == 0x2F2123 || half == 0x5A4D ||
           ((half & 0xFF) == 0x80 && half >= 0x0280 && half < 0x0600);
}

typedef uint32_t words __attribute__((vector_size(32)));
#define GROUP (4 * sizeof(words))

/* Is there a candidate in a group? The same question as is_candidate(), of many words at once. */
static inline __attribute__((always_inline)) bool any_in_group(const uint8_t *bytes)
{
    words hit = {0};
    for (size_t i = 0; i < GROUP; i += sizeof(words)) {
        words w;
        memcpy(&w, bytes + i, sizeof(w));
        words half = w & 0xFFFF;
        words pickle = w & 0xF8FF;
        hit |= (words)(w == 0x464C457F) | (words)(w == 0x04034B50) |
               (words)((w | 1) == 0xFEEDFACF) | (words)((w & 0xFFFFFF) == 0x2F2123) |
               (words)(half == 0x5A4D) | (words)(pickle == 0x80);
    }
    uint64_t any[4];
    memcpy(any, &hit, sizeof(any));
    return (any[0] | any[1] | any[2] | any[3]) != 0;
}

static size_t next_group(const uint8_t *bytes, size_t at, size_t len)
{
    while (at + GROUP <= len && !any_in_group(bytes + at)) {
        at += GROUP;
    }
    return at;
}

SW_WIDE static size_t next_group_wide(const uint8_t *bytes, size_t at, size_t len)
{
    while (at + GROUP <= len && !any_in_group(bytes + at)) {
        at += GROUP;
    }
    return at;
}

static sw_result look_at_words(
    struct sw_magic_search *s, struct sw_bytes chunk, size_t from, size_t to, uint64_t offset)
{
    for (size_t at = from; at + 4 <= to; at += 4) {
        if (is_candidate(u32(chunk.ptr + at))) {
            struct sw_bytes held = sw_bytes(chunk.ptr + at, chunk.len - at);
            s->looked++;
            SW_TRY(look_at_candidate(s, held, offset + at));
        }
    }
    return SW_OK;
}

sw_result sw_magic_look(
    struct sw_magic_search *search, const uint8_t *bytes, size_t len, uint64_t offset)
{
    bool wide = sw_has_wide();
    size_t at = 0;
    while (at < len && search->looked < SW_MAGIC_LOOKS_MAX) {
        at = wide ? next_group_wide(bytes, at, len) : next_group(bytes, at, len);
        size_t end = len - at < GROUP ? len : at + GROUP;
        SW_TRY(look_at_words(search, sw_bytes(bytes, len), at, end, offset));
        at = end;
    }
    return SW_OK;
}
