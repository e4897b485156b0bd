#include "claim/keyless_private.h"

#include <inttypes.h>

/* A tree that a log showed. */
struct shown_tree {
    const struct sw_root_log *log;
    struct sw_checkpoint tree;
};

/* One gathering. */
struct gathering {
    struct sw_arena *arena;
    const struct sw_logged *logged;
    const struct sw_keyless_rules *rules;
    struct sw_attested attested;
    const struct sw_root_log *logs[SW_BUNDLE_MAX_ENTRIES]; /* of what is attested, where a log */
    struct shown_tree trees[SW_BUNDLE_MAX_ENTRIES];
    size_t tree_count;
    struct sw_error why; /* why the last one does not count that does not */
    struct sw_error *err;
};

sw_result sw_attested_add(
    struct sw_arena *arena, struct sw_attested *attested, const struct sw_attestation *one)
{
    for (size_t i = 0; i < attested->count; i++) {
        struct sw_attestation *old = &attested->list[i];
        if (old->by == one->by && strcmp(old->id, one->id) == 0) {
            bool earlier = one->time != 0 && (old->time == 0 || one->time < old->time);
            old->time = earlier ? one->time : old->time;
            return SW_OK;
        }
    }
    /* Few: copied whole each time. */
    struct sw_attestation *list = SW_ARENA_ARRAY(arena, struct sw_attestation, attested->count + 1);
    SW_TRY_PTR(list);
    if (attested->count != 0) {
        memcpy(list, attested->list, attested->count * sizeof(*list));
    }
    list[attested->count] = *one;
    list[attested->count].url = sw_arena_strdup(arena, one->url);
    SW_TRY_PTR(list[attested->count].url);
    attested->list = list;
    attested->count++;
    return SW_OK;
}

unsigned sw_attested_count(const struct sw_attested *attested, enum sw_attested_by by)
{
    unsigned count = 0;
    for (size_t i = 0; i < attested->count; i++) {
        count += attested->list[i].by == by ? 1 : 0;
    }
    return count;
}

static sw_result check_clock(const struct gathering *g, int64_t time)
{
    char when[SW_TIME_TEXT_SIZE];
    if (time - SW_CLOCK_SKEW <= g->rules->now) {
        return SW_OK;
    }
    sw_time_format(time, when);
    return sw_fail(g->err, SW_E_REFUSED, "it attests %s, which is still to come", when);
}

/* --- logs ------------------------------------------------------------------------------------- */

/* A log that shows two trees of one size shows them to different people (split view). */
static sw_result check_views(struct gathering *g, const struct sw_tlog_finding *finding)
{
    for (size_t i = 0; i < g->tree_count; i++) {
        const struct shown_tree *other = &g->trees[i];
        if (other->log == finding->log && other->tree.size == finding->tree.size &&
            sw_str_equal(other->tree.origin, finding->tree.origin) &&
            memcmp(other->tree.root.bytes, finding->tree.root.bytes,
                sizeof(other->tree.root.bytes)) != 0) {
            return sw_fail(g->err, SW_E_REFUSED,
                "the log %s signed two different trees of %" PRIu64 " entries", finding->log->url,
                finding->tree.size);
        }
    }
    g->trees[g->tree_count++] = (struct shown_tree){finding->log, finding->tree};
    return SW_OK;
}

static sw_result add_finding(
    struct gathering *g, const struct sw_tlog_entry *entry, const struct sw_tlog_finding *finding)
{
    const struct sw_root_log *log = finding->log;
    struct sw_attestation one = {
        .by = SW_ATTESTED_LOG, .url = log->url, .index = entry->log_index, .time = finding->time};
    SW_TRY(check_clock(g, finding->time));
    if (finding->has_tree) {
        SW_TRY(check_views(g, finding));
    }
    sw_hex_encode(
        sw_bytes(log->id.ptr, log->id.len < SW_DIGEST_MAX ? log->id.len : SW_DIGEST_MAX), one.id);
    g->logs[g->attested.count] = log;
    return sw_attested_add(g->arena, &g->attested, &one);
}

/* What does not count is no failure: others may be there that do. */
static bool is_passed_over(struct gathering *g, enum sw_code rc)
{
    if (rc != SW_E_NOEVIDENCE && rc != SW_E_UNSUPPORTED) {
        return false;
    }
    g->why = *g->err;
    g->attested.unchecked++;
    return true;
}

static sw_result gather_entries(struct gathering *g)
{
    const struct sw_bundle *bundle = g->logged->bundle;
    for (size_t i = 0; i < bundle->entry_count; i++) {
        struct sw_tlog_finding finding;
        enum sw_code rc = sw_tlog_entry_check(
            g->arena, g->rules->root, &bundle->entries[i], g->logged, &finding, g->err);
        if (rc == SW_OK) {
            rc = add_finding(g, &bundle->entries[i], &finding);
        }
        if (rc != SW_OK) {
            (void)sw_error_prefix(g->err, rc, "log entry %zu", i + 1);
        }
        if (!is_passed_over(g, rc)) {
            SW_TRY(rc);
        }
    }
    return SW_OK;
}

/* --- time ------------------------------------------------------------------------------------- */

static sw_result add_stamp(
    struct gathering *g, const struct sw_root_authority *authority, int64_t time)
{
    struct sw_digest id;
    struct sw_attestation one = {.by = SW_ATTESTED_TIMESTAMP, .url = authority->url, .time = time};
    SW_TRY(check_clock(g, time));
    sw_sha256(authority->certificates[0], &id);
    sw_digest_hex(&id, one.id);
    return sw_attested_add(g->arena, &g->attested, &one);
}

static sw_result gather_stamps(struct gathering *g)
{
    const struct sw_bundle *bundle = g->logged->bundle;
    for (size_t i = 0; i < bundle->timestamp_count; i++) {
        const struct sw_root_authority *authority = NULL;
        int64_t time = 0;
        enum sw_code rc = sw_timestamp_check(
            g->rules->root, bundle->timestamps[i], bundle->signature, &authority, &time, g->err);
        if (rc == SW_OK) {
            rc = add_stamp(g, authority, time);
        }
        if (rc != SW_OK) {
            (void)sw_error_prefix(g->err, rc, "time stamp %zu", i + 1);
        }
        if (!is_passed_over(g, rc)) {
            SW_TRY(rc);
        }
    }
    return SW_OK;
}

static unsigned count_times(const struct sw_attested *attested)
{
    unsigned count = 0;
    for (size_t i = 0; i < attested->count; i++) {
        count += attested->list[i].time != 0 ? 1 : 0;
    }
    return count;
}

/* How many attest that it was there at a time. */
static unsigned count_by(const struct sw_attested *attested, int64_t time)
{
    unsigned count = 0;
    for (size_t i = 0; i < attested->count; i++) {
        count += attested->list[i].time != 0 && attested->list[i].time <= time ? 1 : 0;
    }
    return count;
}

/* The earliest that as many attest as have to: one alone who dates back changes nothing then. */
static void find_time(struct sw_attested *attested, unsigned required)
{
    for (size_t i = 0; i < attested->count; i++) {
        int64_t time = attested->list[i].time;
        bool enough = time != 0 && count_by(attested, time) >= required;
        if (enough && (attested->time == 0 || time < attested->time)) {
            attested->time = time;
        }
    }
}

/* --- enough? ---------------------------------------------------------------------------------- */

static enum sw_code too_few(
    const struct gathering *g, unsigned count, unsigned required, const char *what)
{
    bool has_why = g->why.text[0] != '\0';
    return sw_fail(g->err, SW_E_NOEVIDENCE, "%s: %u, and %u required%s%s", what, count, required,
        has_why ? "; " : "", g->why.text);
}

/* An entry without a time of its own is of the time that somebody else attests. */
static sw_result check_logs_then(const struct gathering *g)
{
    const struct sw_attested *attested = &g->attested;
    char when[SW_TIME_TEXT_SIZE];
    for (size_t i = 0; i < attested->count; i++) {
        const struct sw_attestation *one = &attested->list[i];
        if (one->by != SW_ATTESTED_LOG || one->time != 0 || attested->time == 0 ||
            sw_validity_covers(&g->logs[i]->valid, attested->time)) {
            continue;
        }
        sw_time_format(attested->time, when);
        return sw_fail(g->err, SW_E_REFUSED,
            "it is of %s, when the log %s was not valid by the trusted root", when, one->url);
    }
    return SW_OK;
}

static sw_result check_limits(const struct gathering *g)
{
    const struct sw_attest_limits *limits = &g->rules->limits;
    unsigned logs = sw_attested_count(&g->attested, SW_ATTESTED_LOG);
    unsigned times = count_times(&g->attested);
    if (logs < limits->logs) {
        return too_few(g, logs, limits->logs, "transparency logs that have the signature");
    }
    if (times < limits->times) {
        return too_few(g, times, limits->times, "logs and authorities that attest the time");
    }
    return check_logs_then(g);
}

sw_result sw_attest(struct sw_arena *arena, const struct sw_logged *logged,
    const struct sw_keyless_rules *rules, struct sw_attested *out, struct sw_error *err)
{
    struct sw_error unwanted = {0};
    struct gathering g = {
        .arena = arena, .logged = logged, .rules = rules, .err = err == NULL ? &unwanted : err};
    SW_TRY(gather_entries(&g));
    SW_TRY(gather_stamps(&g));
    find_time(&g.attested, rules->limits.times);
    SW_TRY(check_limits(&g));
    *out = g.attested;
    return SW_OK;
}
