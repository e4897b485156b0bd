#include "codec/member_name.h"

bool sw_member_name_is_good(struct sw_str name)
{
    if (name.len > 0 && name.ptr[name.len - 1] == '/') {
        name.len--;
    }
    if (!sw_path_is_plain(name)) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = (uint8_t)name.ptr[i];
        if (c < 0x20 || c == 0x7f || c == '\\') {
            return false;
        }
    }
    return name.len < 2 || name.ptr[1] != ':';
}

/* Walks one path from `depth` directories down; false when it climbs over the top. */
static bool walk(struct sw_str path, bool to_directory, uint64_t *depth)
{
    size_t at = 0;
    while (at < path.len) {
        const char *slash = memchr(path.ptr + at, '/', path.len - at);
        size_t end = slash == NULL ? path.len : (size_t)(slash - path.ptr);
        struct sw_str part = sw_str_n(path.ptr + at, end - at);
        bool last = slash == NULL;
        at = end + 1;
        if (part.len == 0 || sw_str_is(part, ".") || (last && to_directory)) {
            continue;
        }
        if (!sw_str_is(part, "..")) {
            ++*depth;
            continue;
        }
        if (*depth == 0) {
            return false;
        }
        --*depth;
    }
    return true;
}

bool sw_member_link_stays(struct sw_str name, struct sw_str target)
{
    uint64_t depth = 0;
    bool absolute = target.len > 0 && (target.ptr[0] == '/' || target.ptr[0] == '\\');
    bool drive = target.len > 1 && target.ptr[1] == ':';
    return !absolute && !drive && walk(name, true, &depth) && walk(target, false, &depth);
}
