#include "supply/advisory_range.h"

#include "supply/version_order.h"

#include <stdlib.h>

/* How versions are compared, if they can be. */
struct order {
    enum sw_version_scheme scheme;
    bool known;
};

struct event {
    /* 'i' introduced, 'f' fixed, 'l' last_affected, 'm' limit, 'a' affected behind it, 'p' a fix
     * that ends nothing */
    char kind;
    struct sw_str version;
    size_t place;
};

struct range {
    struct order order;
    struct event *events;
    size_t count;
};

/* --- reading ---------------------------------------------------------------------------------- */

static struct order order_of(const struct sw_json *range, struct sw_str ecosystem)
{
    struct order order = {SW_VERSION_SEMVER, true};
    if (!sw_json_is(sw_json_get(range, "t"), "S")) {
        order.known = sw_json_is(sw_json_get(range, "t"), "E") &&
                      sw_version_scheme_of(ecosystem, &order.scheme);
    }
    return order;
}

static sw_result read_range(struct sw_arena *arena, const struct sw_json *json,
    struct sw_str ecosystem, struct range *out, struct sw_error *err)
{
    const struct sw_json *events = sw_json_get(json, "e");
    *out = (struct range){.order = order_of(json, ecosystem)};
    out->events = SW_ARENA_ARRAY(arena, struct event, events == NULL ? 0 : events->count);
    SW_TRY_PTR(out->events);
    SW_JSON_EACH (item, events) {
        struct sw_str kind;
        struct event *event = &out->events[out->count];
        if (!sw_json_str(sw_json_item(item, 0), &kind) || kind.len != 1 ||
            !sw_json_str(sw_json_item(item, 1), &event->version)) {
            return sw_fail(err, SW_E_FORMAT, "the database holds an event that is none");
        }
        event->kind = kind.ptr[0];
        event->place = out->count++;
        out->order.known = out->order.known && event->version.len <= SW_VERSION_MAX;
    }
    return SW_OK;
}

/* --- comparing -------------------------------------------------------------------------------- */

/* "0" stands before every version. */
static int compare(const struct order *order, struct sw_str a, struct sw_str b)
{
    int result = 0;
    (void)sw_version_compare(order->scheme, a, b, &result);
    return result;
}

static int by_version(const void *a, const void *b, void *ctx)
{
    const struct event *x = a;
    const struct event *y = b;
    int zero = (int)sw_str_is(y->version, "0") - (int)sw_str_is(x->version, "0");
    int result = zero != 0 ? zero : compare(ctx, x->version, y->version);
    return result != 0 ? result : (x->place > y->place) - (x->place < y->place);
}

/* Of a limit that stands there the version must be below one; "*" is none. */
static bool before_limits(const struct range *range, struct sw_str version)
{
    bool any = false;
    for (size_t i = 0; i < range->count; i++) {
        const struct event *event = &range->events[i];
        if (event->kind == 'm') {
            any = true;
            if (sw_str_is(event->version, "*") ||
                compare(&range->order, version, event->version) < 0) {
                return true;
            }
        }
    }
    return !any;
}

static bool in_range(struct range *range, struct sw_str version)
{
    bool inside = false;
    qsort_r(range->events, range->count, sizeof(*range->events), by_version, &range->order);
    for (size_t i = 0; i < range->count; i++) {
        const struct event *event = &range->events[i];
        bool zero = sw_str_is(event->version, "0");
        int order = zero ? 1 : compare(&range->order, version, event->version);
        if (event->kind == 'i') {
            inside = inside || order >= 0;
        } else if (event->kind == 'a') {
            inside = inside || order > 0;
        } else if (event->kind == 'f') {
            inside = inside && order < 0;
        } else if (event->kind == 'l') {
            inside = inside && order <= 0;
        }
    }
    return inside && before_limits(range, version);
}

/* Nothing begins, ends or limits it: all versions are in it. */
static bool is_endless(const struct range *range)
{
    for (size_t i = 0; i < range->count; i++) {
        const struct event *event = &range->events[i];
        bool endless = event->kind == 'm' ? sw_str_is(event->version, "*")
                                          : event->kind == 'i' && sw_str_is(event->version, "0");
        if (!endless && event->kind != 'p') {
            return false;
        }
    }
    return range->count > 0;
}

/* Only what is named is known: commits, and ecosystems whose order is not. */
static enum sw_affects named_in_range(const struct range *range, struct sw_str version)
{
    for (size_t i = 0; version.len > 0 && i < range->count; i++) {
        if (sw_str_equal(range->events[i].version, version)) {
            char kind = range->events[i].kind;
            return kind == 'i' || kind == 'l' ? SW_AFFECTS_YES : SW_AFFECTS_NO;
        }
    }
    return SW_AFFECTS_MAYBE;
}

/* PEP 440: who names "2.0.0" means "2.0.0+cu118", too; and of a gem "2.0.0-x86_64-linux", whose
 * own versions have no hyphen. */
static struct sw_str public_version(const struct order *order, struct sw_str version)
{
    bool gem = order->known && order->scheme == SW_VERSION_RUBYGEMS;
    bool pypi = order->known && order->scheme == SW_VERSION_PYPI;
    const char *end = version.len == 0 ? NULL : memchr(version.ptr, gem ? '-' : '+', version.len);
    return (gem || pypi) && end != NULL ? sw_str_n(version.ptr, (size_t)(end - version.ptr))
                                        : version;
}

static enum sw_affects range_affects(struct range *range, struct sw_str version)
{
    if (is_endless(range)) {
        return SW_AFFECTS_ALL;
    }
    if (!range->order.known || !sw_version_is_one(range->order.scheme, version)) {
        return named_in_range(range, version);
    }
    return in_range(range, version) || in_range(range, public_version(&range->order, version))
               ? SW_AFFECTS_YES
               : SW_AFFECTS_NO;
}

/* The number that a version begins with; empty when that is 0, or an epoch, or none. */
static struct sw_str first_number(struct sw_str version)
{
    size_t len = 0;
    while (len < version.len && version.ptr[len] >= '0' && version.ptr[len] <= '9') {
        len++;
    }
    bool plain = len > 0 && version.ptr[0] != '0' && memchr(version.ptr, '!', version.len) == NULL;
    return sw_str_n(version.ptr, plain ? len : 0);
}

/* In no order are versions equal whose first numbers differ: that spares most comparisons with long
 * lists. */
static bool begins_otherwise(struct sw_str a, struct sw_str b)
{
    struct sw_str first = first_number(a);
    struct sw_str second = first_number(b);
    return first.len > 0 && second.len > 0 && !sw_str_equal(first, second);
}

static bool is_listed(
    const struct sw_json *versions, struct sw_str ecosystem, struct sw_str version)
{
    struct order order = {SW_VERSION_SEMVER, false};
    order.known = version.len <= SW_VERSION_MAX && sw_version_scheme_of(ecosystem, &order.scheme);
    struct sw_str plain = public_version(&order, version);
    SW_JSON_EACH (item, versions) {
        struct sw_str text;
        if (!sw_json_str(item, &text)) {
            continue;
        }
        bool same = sw_str_equal(text, version) || sw_str_equal(text, plain);
        bool equal = !same && order.known && text.len <= SW_VERSION_MAX &&
                     !begins_otherwise(text, plain) && compare(&order, text, plain) == 0;
        if (same || equal) {
            return true;
        }
    }
    return false;
}

/* --- deciding --------------------------------------------------------------------------------- */

static void add_fixed(
    const struct range *range, struct sw_str version, struct sw_advisory_answer *out)
{
    for (size_t i = 0; i < range->count; i++) {
        const struct event *event = &range->events[i];
        bool later = !range->order.known || !sw_version_is_one(range->order.scheme, version) ||
                     compare(&range->order, event->version, version) > 0;
        bool fix = event->kind == 'f' || event->kind == 'p';
        if (fix && later && out->fixed_count < SW_ADVISORY_FIXED_MAX) {
            out->fixed[out->fixed_count++] = event->version;
        }
    }
}

static enum sw_affects stronger(enum sw_affects a, enum sw_affects b)
{
    return a > b ? a : b;
}

static bool is_commit(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool hex = (text.ptr[i] >= '0' && text.ptr[i] <= '9') ||
                   (text.ptr[i] >= 'a' && text.ptr[i] <= 'f');
        if (!hex) {
            return false;
        }
    }
    return text.len == 40;
}

/* A tag, a range or a branch, which may be any of the versions that are listed. */
static bool names_none(struct sw_str ecosystem, struct sw_str version)
{
    enum sw_version_scheme scheme;
    return sw_version_scheme_of(ecosystem, &scheme)
               ? !sw_version_is_one(scheme, version)
               : sw_str_is(ecosystem, "purl:huggingface") && !is_commit(version);
}

/* Go's own releases are "go1.20.1". */
static struct sw_str without_go(struct sw_str ecosystem, struct sw_str version)
{
    bool go = sw_str_is(ecosystem, "Go") && sw_str_starts(version, "go") && version.len > 2 &&
              version.ptr[2] >= '0' && version.ptr[2] <= '9';
    return go ? sw_str_n(version.ptr + 2, version.len - 2) : version;
}

static sw_result read_paths(
    struct sw_arena *arena, const struct sw_json *paths, struct sw_advisory_answer *out)
{
    out->whole = paths == NULL || paths->count == 0;
    SW_JSON_EACH (item, paths) {
        struct sw_str path;
        if (sw_json_str(item, &path)) {
            SW_TRY(sw_advisory_add_path(arena, out, path));
        }
    }
    return SW_OK;
}

sw_result sw_advisory_add_path(
    struct sw_arena *arena, struct sw_advisory_answer *answer, struct sw_str path)
{
    struct sw_str *grown =
        sw_arena_grow(arena, answer->paths, answer->path_count, &answer->path_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    answer->paths = grown;
    grown[answer->path_count++] = path;
    return SW_OK;
}

sw_result sw_advisory_decide(struct sw_arena *arena, struct sw_str ecosystem, struct sw_str version,
    struct sw_str what, struct sw_advisory_answer *out, struct sw_error *err)
{
    struct sw_json json;
    struct sw_advisory_answer answer = {.affects = SW_AFFECTS_NO};
    version = without_go(ecosystem, version);
    SW_TRY(sw_json_parse(arena, sw_bytes_of_str(what), NULL, &json, err));
    const struct sw_json *ranges = sw_json_get(&json, "r");
    const struct sw_json *versions = sw_json_get(&json, "v");
    if (ranges == NULL || versions == NULL) {
        return sw_fail(err, SW_E_FORMAT, "the database holds an entry that is none");
    }
    SW_JSON_EACH (item, ranges) {
        struct range range;
        SW_TRY(read_range(arena, item, ecosystem, &range, err));
        answer.affects = stronger(answer.affects, range_affects(&range, version));
        add_fixed(&range, version, &answer);
    }
    if (ranges->count == 0 && versions->count == 0) {
        answer.affects = SW_AFFECTS_ALL; /* nothing limits it */
    }
    if (versions->count > 0 && (version.len == 0 || names_none(ecosystem, version))) {
        answer.affects = stronger(answer.affects, SW_AFFECTS_MAYBE);
    }
    bool open = version.len > 0 && answer.affects < SW_AFFECTS_YES;
    if (open && is_listed(versions, ecosystem, version)) {
        answer.affects = SW_AFFECTS_YES;
    }
    SW_TRY(answer.affects == SW_AFFECTS_NO ? SW_OK
                                           : read_paths(arena, sw_json_get(&json, "p"), &answer));
    *out = answer;
    return SW_OK;
}
