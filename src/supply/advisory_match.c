#include "supply/advisory_hits.h"
#include "supply/vex.h"

#include <stdlib.h>

static const char *const state_names[] = {
    [SW_ADVISORY_CLEAR] = "clear",
    [SW_ADVISORY_AFFECTED] = "affected",
    [SW_ADVISORY_UNDECIDED] = "undecided",
    [SW_ADVISORY_NO_VERSION] = "version not known",
    [SW_ADVISORY_NOT_COVERED] = "not covered",
    [SW_ADVISORY_NOT_IDENTIFIED] = "not identified",
    [SW_ADVISORY_ASIDE] = "only looked up",
};

const char *sw_advisory_state_name(enum sw_advisory_state state)
{
    return state_names[state];
}

enum { BY_PACKAGE, BY_DIGEST, EPSS, KEV, STATEMENTS };
#define HIT_COLUMNS "a.id, a.name, a.withdrawn, a.cvss, a.summary, a.aliases"
static const char *const statements[] = {
    [BY_PACKAGE] = "SELECT " HIT_COLUMNS ", f.what FROM packages p"
                   " JOIN affected f ON f.package = p.id JOIN advisories a ON a.id = f.advisory"
                   " WHERE p.ecosystem = ?1 AND p.name = ?2 ORDER BY a.id, f.place",
    [BY_DIGEST] = "SELECT " HIT_COLUMNS " FROM digests d JOIN advisories a ON a.id = d.advisory"
                  " WHERE d.digest = ?1 ORDER BY a.id",
    [EPSS] = "SELECT score, percentile FROM epss WHERE cve = ?1",
    [KEV] = "SELECT added FROM kev WHERE cve = ?1",
};
#define WHAT 6

struct matcher {
    struct sw_advisories *advisories;
    const struct sw_advisory_match_options *options;
    struct sqlite3_stmt *statements[STATEMENTS];
    struct sw_arena *arena; /* of the answer */
    struct sw_advisory_report *report;
    size_t cap; /* of the findings */
    struct sw_error *err;
};

static void release(struct matcher *m)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        sw_advisory_db_finish(&m->statements[i]);
    }
}

/* --- where a component is looked up ----------------------------------------------------------- */

struct place {
    struct sw_str ecosystem, name;
    struct sw_str version; /* that of the source package, where it is another one's; or empty */
    const char *why;       /* why there is none */
};

/* OSV advises source packages of a release; a purl names a binary package, and both only where its
 * writer added them ("distro", and "upstream" for the source package, or "arch=source"). */
static sw_result debian_place(struct sw_arena *arena, const struct sw_purl *purl, struct place *out)
{
    struct sw_str distro = sw_purl_qualifier(purl, "distro");
    struct sw_str source = sw_purl_qualifier(purl, "upstream");
    bool is_source = sw_str_is(sw_purl_qualifier(purl, "arch"), "source");
    const char *at = source.len == 0 ? NULL : memchr(source.ptr, '@', source.len);
    struct sw_str version =
        at == NULL ? sw_str("") : sw_str_n(at + 1, source.len - (size_t)(at - source.ptr) - 1);
    source.len = at == NULL ? source.len : (size_t)(at - source.ptr);
    if (!sw_str_starts(distro, "debian-") || !(is_source || source.len > 0)) {
        out->why = "its purl does not say the Debian release and the source package "
                   "(distro=debian-12, upstream=NAME)";
        return SW_OK;
    }
    struct sw_str release = sw_str_n(distro.ptr + 7, distro.len - 7);
    const char *point = release.len == 0 ? NULL : memchr(release.ptr, '.', release.len);
    release.len = point == NULL ? release.len : (size_t)(point - release.ptr); /* "12.5" is 12 */
    const char *ecosystem = sw_arena_printf(arena, "Debian:" SW_STR_FMT, SW_STR_ARG(release));
    SW_TRY_PTR(ecosystem);
    out->ecosystem = sw_str(ecosystem);
    out->name = is_source ? purl->name : source;
    out->version = is_source ? sw_str("") : version;
    return SW_OK;
}

static sw_result place_of(struct sw_arena *arena, const struct sw_purl *purl, struct place *out)
{
    const char *ecosystem = sw_purl_ecosystem(purl->type);
    *out = (struct place){0};
    if (sw_str_is(purl->type, "deb")) {
        return debian_place(arena, purl, out);
    }
    if (ecosystem == NULL) {
        ecosystem = sw_arena_printf(arena, SW_ADVISORY_PURL SW_STR_FMT, SW_STR_ARG(purl->type));
        SW_TRY_PTR(ecosystem);
    }
    out->ecosystem = sw_str(ecosystem);
    out->name = sw_advisory_package_key(arena, out->ecosystem, sw_purl_package(arena, purl));
    return SW_OK;
}

/* --- hits ------------------------------------------------------------------------------------- */

static sw_result merge_answer(
    struct sw_arena *arena, struct sw_advisory_answer *into, const struct sw_advisory_answer *from)
{
    into->affects = from->affects > into->affects ? from->affects : into->affects;
    for (size_t i = 0; i < from->fixed_count && into->fixed_count < SW_ADVISORY_FIXED_MAX; i++) {
        into->fixed[into->fixed_count++] = from->fixed[i];
    }
    into->whole = into->whole || from->whole;
    for (size_t i = 0; i < from->path_count; i++) {
        SW_TRY(sw_advisory_add_path(arena, into, from->paths[i]));
    }
    return SW_OK;
}

static bool is_wanted(const struct matcher *m, struct sqlite3_stmt *stmt)
{
    return m->options->withdrawn || sqlite3_column_int64(stmt, 2) == 0;
}

static sw_result find_by_package(struct matcher *m, struct sw_arena *arena, int64_t ecosystem_id,
    const struct place *place, struct sw_str version, struct sw_advisory_hits *hits)
{
    struct sqlite3_stmt *stmt = m->statements[BY_PACKAGE];
    bool row = true;
    (void)sqlite3_reset(stmt);
    (void)sqlite3_bind_int64(stmt, 1, ecosystem_id);
    sw_advisory_db_bind(stmt, 2, place->name);
    for (;;) {
        struct sw_advisory_answer answer;
        struct sw_advisory_hit *hit;
        SW_TRY(sw_advisory_db_step(&m->advisories->db, stmt, &row, m->err));
        if (!row) {
            break;
        }
        struct sw_str what = sw_advisory_db_text(arena, stmt, WHAT);
        SW_TRY(sw_advisory_decide(arena, place->ecosystem, version, what, &answer, m->err));
        if (answer.affects != SW_AFFECTS_NO && is_wanted(m, stmt)) {
            SW_TRY(sw_advisory_hits_get(arena, hits, stmt, &hit));
            SW_TRY(merge_answer(arena, &hit->answer, &answer));
        }
    }
    (void)sqlite3_reset(stmt);
    return SW_OK;
}

static sw_result find_by_digest(struct matcher *m, struct sw_arena *arena,
    const struct sw_component *c, struct sw_advisory_hits *hits)
{
    struct sqlite3_stmt *stmt = m->statements[BY_DIGEST];
    for (size_t i = 0; i < c->digest_count; i++) {
        bool row = true;
        sw_advisory_hits_begin(hits);
        (void)sqlite3_reset(stmt);
        (void)sqlite3_bind_blob(stmt, 1, c->digests[i].bytes, c->digests[i].len, SQLITE_STATIC);
        for (;;) {
            struct sw_advisory_hit *hit;
            SW_TRY(sw_advisory_db_step(&m->advisories->db, stmt, &row, m->err));
            if (!row) {
                break;
            }
            if (is_wanted(m, stmt)) {
                SW_TRY(sw_advisory_hits_get(arena, hits, stmt, &hit));
                hit->by_digest = true;
                hit->answer.affects = SW_AFFECTS_YES;
                hit->answer.whole = true;
            }
        }
    }
    (void)sqlite3_reset(stmt);
    return SW_OK;
}

/* --- findings --------------------------------------------------------------------------------- */

static sw_result copy_text(struct sw_arena *arena, struct sw_str *text)
{
    const char *copy = sw_arena_strndup(arena, *text);
    SW_TRY_PTR(copy);
    *text = sw_str_n(copy, text->len);
    return SW_OK;
}

static sw_result copy_texts(
    struct sw_arena *arena, const struct sw_str *from, size_t count, const struct sw_str **out)
{
    struct sw_str *list = SW_ARENA_ARRAY(arena, struct sw_str, count);
    SW_TRY_PTR(list);
    for (size_t i = 0; i < count; i++) {
        list[i] = from[i];
        SW_TRY(copy_text(arena, &list[i]));
    }
    *out = list;
    return SW_OK;
}

/* The highest that any of its CVEs has. */
static sw_result read_epss(struct matcher *m, int64_t cve, struct sw_advisory_finding *f)
{
    struct sqlite3_stmt *stmt = m->statements[EPSS];
    bool row = false;
    (void)sqlite3_bind_int64(stmt, 1, cve);
    SW_TRY(sw_advisory_db_step(&m->advisories->db, stmt, &row, m->err));
    unsigned score = row ? (unsigned)sqlite3_column_int(stmt, 0) : 0;
    if (row && (!f->has_epss || score > f->epss)) {
        f->has_epss = true;
        f->epss = score;
        f->percentile = (unsigned)sqlite3_column_int(stmt, 1);
    }
    (void)sqlite3_reset(stmt);
    return SW_OK;
}

static sw_result read_kev(struct matcher *m, int64_t cve, struct sw_advisory_finding *f)
{
    struct sqlite3_stmt *stmt = m->statements[KEV];
    bool row = false;
    (void)sqlite3_bind_int64(stmt, 1, cve);
    SW_TRY(sw_advisory_db_step(&m->advisories->db, stmt, &row, m->err));
    if (row) {
        f->kev = true;
        f->kev_added = sw_advisory_db_text(m->arena, stmt, 0);
    }
    (void)sqlite3_reset(stmt);
    return SW_OK;
}

static sw_result read_feeds(struct matcher *m, struct sw_advisory_finding *f)
{
    for (size_t i = 0; i < f->id_count; i++) {
        int64_t cve;
        if (sw_advisory_cve(f->ids[i], &cve)) {
            SW_TRY(read_epss(m, cve, f));
            SW_TRY(read_kev(m, cve, f));
        }
    }
    return SW_OK;
}

static void take_cvss(struct sw_advisory_finding *f, unsigned cvss)
{
    unsigned version = cvss / 1000;
    bool newer = version / 10 > f->cvss_version / 10;
    bool higher = version / 10 == f->cvss_version / 10 && cvss % 1000 > f->cvss;
    if (newer || higher) {
        f->cvss_version = version;
        f->cvss = cvss % 1000;
    }
}

static bool has_text(const struct sw_str *list, size_t count, struct sw_str text)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_equal(list[i], text)) {
            return true;
        }
    }
    return false;
}

/* What a group of hits says together. */
struct group {
    struct sw_str fixed[SW_ADVISORY_FIXED_MAX];
    size_t fixed_count;
    struct sw_str *advisories;
    size_t advisory_count;
    enum sw_affects affects;
};

static void take_hit(
    const struct sw_advisory_hit *hit, struct sw_advisory_finding *f, struct group *g)
{
    take_cvss(f, hit->cvss);
    f->summary = f->summary.len == 0 ? hit->summary : f->summary;
    f->withdrawn = f->withdrawn && hit->withdrawn;
    f->why = hit->by_digest ? SW_ADVISORY_BY_DIGEST : f->why;
    g->affects = hit->answer.affects > g->affects ? hit->answer.affects : g->affects;
    g->advisories[g->advisory_count++] = hit->name;
    for (size_t i = 0; i < hit->answer.fixed_count; i++) {
        struct sw_str fixed = hit->answer.fixed[i];
        if (g->fixed_count < SW_ADVISORY_FIXED_MAX && !has_text(g->fixed, g->fixed_count, fixed)) {
            g->fixed[g->fixed_count++] = fixed;
        }
    }
}

/* An advisory that was withdrawn says nothing beside one that stands. */
static bool has_standing(const struct sw_advisory_hits *hits, size_t group)
{
    for (size_t i = group; i < hits->count; i = hits->items[i].next) {
        if (!hits->items[i].withdrawn) {
            return true;
        }
    }
    return false;
}

/* Room for the names of its advisories. */
static sw_result count_group(
    struct sw_arena *arena, const struct sw_advisory_hits *hits, size_t group, struct group *out)
{
    size_t count = 0;
    for (size_t i = group; i < hits->count; i = hits->items[i].next) {
        count++;
    }
    out->advisories = SW_ARENA_ARRAY(arena, struct sw_str, count);
    SW_TRY_PTR(out->advisories);
    return SW_OK;
}

/* Those of all its advisories; nothing when one says that the whole module is vulnerable. */
static sw_result take_paths(struct sw_arena *arena, const struct sw_advisory_hits *hits,
    size_t group, struct sw_advisory_finding *f)
{
    size_t count = 0;
    for (size_t i = group; i < hits->count; i = hits->items[i].next) {
        if (hits->items[i].answer.whole) {
            return SW_OK;
        }
        count += hits->items[i].answer.path_count;
    }
    struct sw_str *paths = SW_ARENA_ARRAY(arena, struct sw_str, count);
    SW_TRY_PTR(paths);
    for (size_t i = group; i < hits->count; i = hits->items[i].next) {
        for (size_t k = 0; k < hits->items[i].answer.path_count; k++) {
            paths[f->path_count] = hits->items[i].answer.paths[k];
            SW_TRY(copy_text(arena, &paths[f->path_count++]));
        }
    }
    f->paths = paths;
    return SW_OK;
}

static sw_result fill(struct matcher *m, struct sw_arena *arena,
    const struct sw_advisory_hits *hits, size_t group, struct sw_advisory_finding *f)
{
    struct group g = {.affects = SW_AFFECTS_NO};
    const struct sw_str *names = NULL;
    bool standing = has_standing(hits, group);
    SW_TRY(count_group(arena, hits, group, &g));
    f->withdrawn = true;
    for (size_t i = group; i < hits->count; i = hits->items[i].next) {
        if (!(standing && hits->items[i].withdrawn)) {
            take_hit(&hits->items[i], f, &g);
        }
    }
    f->undecided = g.affects == SW_AFFECTS_MAYBE;
    if (f->why != SW_ADVISORY_BY_DIGEST) {
        f->why = g.affects == SW_AFFECTS_YES ? SW_ADVISORY_BY_VERSION : SW_ADVISORY_BY_PACKAGE;
    }
    SW_TRY(sw_advisory_hits_names(arena, hits, group, &names, &f->id_count));
    SW_TRY(copy_texts(m->arena, names, f->id_count, &f->ids));
    f->id = f->ids[0];
    f->advisory_count = g.advisory_count;
    SW_TRY(copy_texts(m->arena, g.advisories, g.advisory_count, &f->advisories));
    SW_TRY(take_paths(m->arena, hits, group, f));
    f->fixed_count = g.fixed_count;
    SW_TRY(copy_texts(m->arena, g.fixed, g.fixed_count, &f->fixed));
    SW_TRY(copy_text(m->arena, &f->summary));
    return read_feeds(m, f);
}

static bool is_closed(const struct sw_advisory_finding *f)
{
    return f->vex != NULL &&
           (f->vex->status == SW_VEX_NOT_AFFECTED || f->vex->status == SW_VEX_FIXED);
}

static sw_result ask_about(struct matcher *m, const struct sw_component *c,
    const struct sw_str *names, size_t count, struct sw_advisory_finding *f)
{
    return sw_vex_find(m->options->vex, names, count, c, &m->report->components->root, &f->vex);
}

/* Advisories may join several CVEs into one finding: who closes one of them says nothing of the
 * others. */
static sw_result ask_vex(
    struct matcher *m, const struct sw_component *c, struct sw_advisory_finding *f)
{
    if (m->options->vex == NULL) {
        return SW_OK;
    }
    SW_TRY(ask_about(m, c, f->ids, f->id_count, f));
    size_t cves = 0;
    while (cves < f->id_count && sw_str_starts(f->ids[cves], "CVE-")) {
        cves++;
    }
    for (size_t i = 0; i < cves && cves > 1 && is_closed(f); i++) {
        SW_TRY(ask_about(m, c, &f->ids[i], 1, f));
    }
    return SW_OK;
}

static sw_result add_findings(
    struct matcher *m, struct sw_arena *arena, size_t component, struct sw_advisory_hits *hits)
{
    struct sw_advisory_report *report = m->report;
    SW_TRY(sw_advisory_hits_group(arena, hits));
    for (size_t i = 0; i < hits->count; i++) {
        if (hits->items[i].group != i) {
            continue;
        }
        struct sw_advisory_finding *list = sw_arena_grow(
            m->arena, report->findings, report->finding_count, &m->cap, sizeof(*list));
        SW_TRY_PTR(list);
        report->findings = list;
        struct sw_advisory_finding *f = &list[report->finding_count];
        *f = (struct sw_advisory_finding){.component = component};
        SW_TRY(fill(m, arena, hits, i, f));
        SW_TRY(ask_vex(m, &report->components->items[component], f));
        report->finding_count++;
    }
    return SW_OK;
}

/* --- one component ---------------------------------------------------------------------------- */

bool sw_advisory_is_open(const struct sw_advisory_finding *f)
{
    return !f->undecided && !f->withdrawn && !is_closed(f);
}

static sw_result explain(
    struct matcher *m, struct sw_advisory_checked *out, const char *words, struct sw_str about)
{
    const char *text = sw_arena_printf(m->arena, "%s" SW_STR_FMT, words, SW_STR_ARG(about));
    SW_TRY_PTR(text);
    out->why = sw_str(text);
    return SW_OK;
}

/* One that has no purl, or none that can be read. */
static sw_result state_by_digest(
    struct matcher *m, const struct sw_component *c, struct sw_advisory_checked *out)
{
    bool told = c->digest_count > 0;
    out->state = told ? SW_ADVISORY_NOT_COVERED : SW_ADVISORY_NOT_IDENTIFIED;
    const char *words =
        told ? "it has no purl, and no advisory names its digest" : "it has no purl and no digest";
    return c->why.len > 0 ? explain(m, out, "", c->why) : explain(m, out, words, sw_str(""));
}

/* The state without regard to findings. */
static sw_result state_without(struct matcher *m, const struct sw_component *c,
    const struct place *place, struct sw_advisory_checked *out)
{
    if (c->purl.type.len == 0) {
        return state_by_digest(m, c, out);
    }
    if (out->date == INT64_MIN) {
        const char *words = place->why != NULL ? place->why : "nothing was imported for ";
        bool typed = sw_str_starts(place->ecosystem, SW_ADVISORY_PURL);
        struct sw_str about = typed ? c->purl.type : place->ecosystem;
        out->state = SW_ADVISORY_NOT_COVERED;
        return explain(m, out, words, place->why != NULL ? sw_str("") : about);
    }
    bool told = c->version.len > 0 || place->version.len > 0;
    out->state = told ? SW_ADVISORY_CLEAR : SW_ADVISORY_NO_VERSION;
    return SW_OK;
}

static sw_result conclude(struct matcher *m, const struct sw_component *c,
    const struct place *place, size_t first, struct sw_advisory_checked *out)
{
    size_t undecided = 0;
    for (size_t i = first; i < m->report->finding_count; i++) {
        const struct sw_advisory_finding *f = &m->report->findings[i];
        out->found += sw_advisory_is_open(f) ? 1 : 0;
        undecided += f->undecided && !f->withdrawn && !is_closed(f) ? 1 : 0;
    }
    SW_TRY(state_without(m, c, place, out));
    bool gap = out->state != SW_ADVISORY_CLEAR;
    out->state = gap && c->aside ? SW_ADVISORY_ASIDE : out->state;
    if (out->found > 0) {
        out->state = SW_ADVISORY_AFFECTED;
        out->why = sw_str("");
    } else if (undecided > 0 && out->state == SW_ADVISORY_CLEAR) {
        out->state = SW_ADVISORY_UNDECIDED;
        return explain(m, out, "the ranges cannot be compared with version ", c->version);
    } else if (undecided > 0 && out->state == SW_ADVISORY_NO_VERSION) {
        const char *count = sw_arena_printf(m->arena, "%zu", undecided);
        SW_TRY_PTR(count);
        return explain(m, out, "advisories on some of its versions: ", sw_str(count));
    }
    return SW_OK;
}

static sw_result check_component(struct matcher *m, size_t index)
{
    const struct sw_component *c = &m->report->components->items[index];
    struct sw_advisory_checked *out = &m->report->checked[index];
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_advisory_hits hits = {0};
    struct place place = {0};
    size_t first = m->report->finding_count;
    const struct sw_advisory_covered *covered = NULL;
    sw_arena_init(&arena, 0);
    *out = (struct sw_advisory_checked){.date = INT64_MIN};
    if (c->purl.type.len > 0) {
        SW_TRY(place_of(&arena, &c->purl, &place));
        covered = sw_advisories_covered(m->advisories, place.ecosystem);
    }
    if (covered != NULL) {
        out->date = covered->date;
        struct sw_str version = place.version.len > 0 ? place.version : c->version;
        SW_TRY(find_by_package(m, &arena, covered->id, &place, version, &hits));
    }
    SW_TRY(find_by_digest(m, &arena, c, &hits));
    SW_TRY(add_findings(m, &arena, index, &hits));
    return conclude(m, c, &place, first, out);
}

/* --- order ------------------------------------------------------------------------------------ */

/* What counts comes first, then what nobody can decide, then what is closed or withdrawn. */
static int class_of(const struct sw_advisory_finding *f)
{
    return f->withdrawn ? 3 : is_closed(f) ? 2 : f->undecided ? 1 : 0;
}

/* Above 0 when `a` is more urgent. */
static int urgency(const struct sw_advisory_finding *a, const struct sw_advisory_finding *b)
{
    const int pairs[][2] = {
        {class_of(b), class_of(a)},
        {a->kev, b->kev},
        {a->has_epss ? (int)a->epss : -1, b->has_epss ? (int)b->epss : -1},
        {a->cvss_version > 0 ? (int)a->cvss : -1, b->cvss_version > 0 ? (int)b->cvss : -1},
    };
    for (size_t i = 0; i < SW_COUNT(pairs); i++) {
        if (pairs[i][0] != pairs[i][1]) {
            return pairs[i][0] > pairs[i][1] ? 1 : -1;
        }
    }
    return 0;
}

static int by_urgency(const void *a, const void *b)
{
    const struct sw_advisory_finding *x = a;
    const struct sw_advisory_finding *y = b;
    int order = -urgency(x, y);
    order = order != 0 ? order : sw_str_compare(x->id, y->id);
    return order != 0 ? order : (x->component > y->component) - (x->component < y->component);
}

static void summarize(struct sw_advisory_report *report)
{
    for (size_t i = 0; i < report->components->count; i++) {
        int64_t date = report->checked[i].date;
        report->states[report->checked[i].state]++;
        bool older = date != INT64_MIN && (report->date == INT64_MIN || date < report->date);
        report->date = older ? date : report->date;
    }
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct sw_advisory_finding *f = &report->findings[i];
        report->open += sw_advisory_is_open(f) ? 1 : 0;
        report->closed += is_closed(f) && !f->withdrawn ? 1 : 0;
    }
    if (report->finding_count > 1) {
        qsort(report->findings, report->finding_count, sizeof(*report->findings), by_urgency);
    }
}

static sw_result check_all(struct matcher *m)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        SW_TRY(sw_advisory_db_query(&m->advisories->db, statements[i], &m->statements[i], m->err));
    }
    for (size_t i = 0; i < m->report->components->count; i++) {
        SW_TRY(check_component(m, i));
    }
    return SW_OK;
}

sw_result sw_advisory_match(struct sw_advisories *advisories,
    const struct sw_components *components, const struct sw_advisory_match_options *options,
    struct sw_arena *arena, struct sw_advisory_report *out, struct sw_error *err)
{
    struct sw_advisory_report report = {
        .database = advisories->digest, .date = INT64_MIN, .components = components};
    report.checked = SW_ARENA_ARRAY(arena, struct sw_advisory_checked, components->count);
    SW_TRY_PTR(report.checked);
    struct matcher m = {.advisories = advisories,
        .options = options,
        .arena = arena,
        .report = &report,
        .err = err};
    enum sw_code code = check_all(&m);
    release(&m);
    SW_TRY(code);
    summarize(&report);
    *out = report;
    return SW_OK;
}
