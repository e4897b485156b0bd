/* Vendors: suppliers of AI services whom somebody of ours has reviewed. A record is a file that
 * people edit (doc/vendors.md); signed, it is a claim (doc/claims/vendor.md). From claims it is
 * told which vendor stands behind a service that was found in use, and whether the review still
 * holds. */
#ifndef SW_SUPPLY_VENDOR_H
#define SW_SUPPLY_VENDOR_H

#include "supply/inventory.h"
#include "supply/vendor_questions.h"

#define SW_PREDICATE_VENDOR "urn:sealwright:claim:vendor:v1"

/* Bytes of a record, bytes of a document that is hashed, rows of any list, bytes of any text. */
#define SW_VENDOR_FILE_MAX UINT64_C(1048576)
#define SW_VENDOR_DOCUMENT_MAX (UINT64_C(1) << 30)
#define SW_VENDOR_LIST_MAX 256u
#define SW_VENDOR_TEXT_MAX 2000u

/* Days before an end from which on it is told. */
#define SW_VENDOR_SOON_DAYS 30
/* Days between two reviews: more is no review. */
#define SW_VENDOR_REVIEW_DAYS_MAX 1100

/* What a vendor offers, by all that it can be recognised by in what discovery finds. */
struct sw_vendor_service {
    struct sw_str name;
    struct sw_str *hosts; /* "api.example.com", or ".example.com" for all below it: canonical */
    size_t host_count;
    struct sw_str *purls; /* without a version: any */
    size_t purl_count;
    struct sw_str *mcp_servers;
    size_t mcp_server_count;
    struct sw_str *names; /* other names of it, as discovery says them */
    size_t name_count;
};

/* A document. Its text is never in a claim. Dates are "2026-11-28" and end with that day, UTC. */
struct sw_vendor_document {
    struct sw_str id;
    struct sw_str kind; /* of the pack */
    struct sw_str title;
    struct sw_str file; /* of a record: below the directory of documents; empty: none */
    struct sw_digest digest;
    struct sw_str issued;
    struct sw_str expires;
    bool seen; /* its bytes were hashed here; else the digest is what the record says */
};

/* What counts of an answer. */
enum sw_vendor_counted {
    SW_VENDOR_ANSWERED,
    SW_VENDOR_UNPROVEN,   /* one point more: no current document stands behind it */
    SW_VENDOR_UNANSWERED, /* the worst answer */
    SW_VENDOR_SKIPPED,    /* it does not apply */
};
const char *sw_vendor_counted_name(enum sw_vendor_counted counted);

/* A line of the arithmetic: weight x points of weight x SW_VENDOR_POINTS_MAX. */
struct sw_vendor_answer {
    struct sw_str question;
    struct sw_str answer;    /* empty: none */
    struct sw_str note;      /* of a record only: it is not for everybody to read */
    struct sw_str *evidence; /* ids of documents */
    size_t evidence_count;
    uint64_t weight; /* 0 of one that does not apply */
    uint64_t points;
    enum sw_vendor_counted counted;
};

struct sw_vendor_terms {
    struct sw_str class;     /* what of ours it gets; empty: not said */
    struct sw_str trains_on; /* an answer of "training-use"; empty: not said */
    uint64_t retention_days; /* SW_ABSENT: not said */
    struct sw_str *regions;
    size_t region_count;
    struct sw_str *sub_processors;
    size_t sub_processor_count;
};

enum sw_vendor_decision {
    SW_VENDOR_APPROVED,
    SW_VENDOR_CONDITIONS, /* approved, as long as conditions are kept */
    SW_VENDOR_REFUSED,
    SW_VENDOR_UNDECIDED, /* of a record only */
};
const char *sw_vendor_decision_name(enum sw_vendor_decision decision);

struct sw_vendor_review {
    struct sw_str reviewed;
    struct sw_str due;
    struct sw_str by;
    enum sw_vendor_decision decision;
    struct sw_str *conditions;
    size_t condition_count;
};

struct sw_vendor_score {
    uint64_t sum, most; /* over all lines: weight x points, and the worst that it could be */
    uint64_t weakness;  /* of 1,000: 1000 x sum / most, rounded up */
    uint64_t class, dependence;
    uint64_t inherent;   /* class x dependence, of 16 */
    uint64_t score;      /* of 100: inherent x weakness x 100 / 16,000, rounded up */
    struct sw_str level; /* of the pack */
};

struct sw_vendor {
    struct sw_str name;  /* small letters, digits and "._-": one vendor has one name */
    struct sw_str title; /* for people; may be empty */
    struct sw_str owner; /* who at ours answers for it */
    struct sw_vendor_service *services;
    size_t service_count;
    struct sw_str dependence; /* empty: not said */
    struct sw_str *depends;   /* what of ours stands on it, in words */
    size_t depend_count;
    struct sw_vendor_terms data;
    struct sw_vendor_document *documents;
    size_t document_count;
    struct sw_vendor_review review;
    struct sw_vendor_answer *answers; /* of a record: those that it has; once scored: all */
    size_t answer_count;
    uint64_t questions_version; /* of the pack that it was scored by */
    struct sw_digest questions;
    struct sw_vendor_score score;
    int64_t time;
};

/* --- a record --------------------------------------------------------------------------------- */

/* Appends an empty record with every question and its choices. SW_E_USAGE for a name that none has.
 */
sw_result sw_vendor_template(struct sw_str name, struct sw_buf *out, struct sw_error *err);
/* Reads a record from its tree. SW_E_FORMAT, with the line, for what is no record, and for dates
 * and names that cannot be. What is merely not there is left empty. In the arena. */
sw_result sw_vendor_read(struct sw_arena *arena, const struct sw_json *root, struct sw_vendor *out,
    struct sw_error *err);
/* Reads a file, in a process that has nothing but that file: others fill in such records, too.
 * SW_E_NOENT, SW_E_IO, SW_E_LIMIT, SW_E_FORMAT. */
sw_result sw_vendor_open(
    struct sw_arena *arena, const char *path, struct sw_vendor *out, struct sw_error *err);
/* Hashes the documents that have a file, below `dir` and through no link. SW_E_REFUSED when one is
 * not what the record says or not a file below `dir`; SW_E_NOENT, SW_E_IO, SW_E_LIMIT. */
sw_result sw_vendor_hash(struct sw_vendor *vendor, const char *dir, struct sw_error *err);

/* Fills in the lines of the arithmetic and the score, as of a time: whether a document has run out
 * depends on it. What is not answered counts as the worst. */
sw_result sw_vendor_weigh(struct sw_arena *arena, struct sw_vendor *vendor, int64_t at);

/* What there is to say about a record. */
struct sw_vendor_finding {
    const char *kind; /* "unanswered", "unproven", "expired", "expiring", "overdue", "due", … */
    struct sw_str about; /* a question, a document, a part of the record */
    const char *text;
    int status;    /* exit status that it makes: 0, 1 or 3 */
    unsigned bars; /* which decisions cannot be signed with it: those before this one */
};

/* All of them, in the order of the record; the vendor was weighed. */
sw_result sw_vendor_check(struct sw_arena *arena, const struct sw_vendor *vendor, int64_t at,
    struct sw_vendor_finding **out, size_t *count);

/* "2026-11-28", and nothing else. */
bool sw_vendor_date(struct sw_str text, int64_t *out);
bool sw_vendor_is_over(struct sw_str date, int64_t at); /* the day is past; an empty one never is */
/* It has run out, and no current document of its kind stands in for it. */
bool sw_vendor_document_missing(
    const struct sw_vendor *vendor, const struct sw_vendor_document *document, int64_t at);

/* --- a claim ---------------------------------------------------------------------------------- */

/* The subject: the vendor's name, as sw_name_digest() has it. */
void sw_vendor_subject(struct sw_str name, struct sw_digest *out);
/* Appends the predicate of a weighed record. */
sw_result sw_vendor_claim_write(const struct sw_vendor *vendor, struct sw_buf *out);
/* SW_E_FORMAT also when it is about another subject, or its arithmetic is wrong. */
sw_result sw_vendor_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_vendor *out, struct sw_error *err);

/* From the best to the worst. */
enum sw_vendor_state {
    SW_VENDOR_STATE_CURRENT,
    SW_VENDOR_STATE_DUE,     /* the review is due within SW_VENDOR_SOON_DAYS */
    SW_VENDOR_STATE_EXPIRED, /* a document has run out */
    SW_VENDOR_STATE_OVERDUE,
    SW_VENDOR_STATE_REFUSED,
};
const char *sw_vendor_state_name(enum sw_vendor_state state); /* "review due" */
enum sw_vendor_state sw_vendor_state(const struct sw_vendor *vendor, int64_t at);

/* A claim that was verified, with who signed it and when. */
struct sw_vendor_claim {
    struct sw_vendor vendor;
    const char *signer;
    struct sw_digest claim;
    uint64_t leaf;
    int64_t time; /* when it was made, at the latest when it was recorded */
};

/* The newest claim of each signer about each vendor, of those that were made until `at`; ordered by
 * vendor, the newest first. Pointers into `claims`. Where signers differ, the worst state counts.
 */
sw_result sw_vendor_newest(struct sw_arena *arena, const struct sw_vendor_claim *claims,
    size_t count, int64_t at, const struct sw_vendor_claim ***out, size_t *out_count);

/* --- what a vendor covers --------------------------------------------------------------------- */

/* A service in use: what is known of it; the rest is empty. */
struct sw_vendor_asked {
    struct sw_str host; /* a host or a URL */
    struct sw_str purl;
    struct sw_str mcp_server;
    struct sw_str name;
};

/* By what it was recognised, the surest first. */
enum sw_vendor_by {
    SW_VENDOR_BY_HOST,
    SW_VENDOR_BY_PURL,
    SW_VENDOR_BY_MCP_SERVER,
    SW_VENDOR_BY_NAME,
};
const char *sw_vendor_by_name(enum sw_vendor_by by); /* "mcp-server" */

struct sw_vendor_cover {
    const struct sw_vendor_claim *claim; /* NULL: nobody covers it */
    const struct sw_vendor_service *service;
    enum sw_vendor_by by;
    enum sw_vendor_state state; /* at `at`, of all signers the worst */
};

/* Which vendor covers a service. The surest kind counts, and of hosts the longest rule; where two
 * vendors would do, the one in the worse state. `claims` are trusted ones, in any order. A host
 * that is asked about is covered by its rules alone: one that no rule has is not covered by a name.
 * SW_E_NOMEM. */
sw_result sw_vendor_cover(struct sw_arena *arena, const struct sw_vendor_claim *claims,
    size_t count, const struct sw_vendor_asked *asked, int64_t at, struct sw_vendor_cover *out);
/* What is to be asked about an entity of an inventory; false for kinds that no vendor stands behind
 * (prompts, accelerators, names of credentials, …). */
bool sw_vendor_asked_of(const struct sw_entity_id *entity, struct sw_vendor_asked *out);

/* A host in its one form: small letters, without its last dot, an address of IPv6 in brackets; a
 * rule may begin with a dot, and then has two names at least behind it. False for what is no name
 * of a host: user information, ports, paths, letters beyond ASCII (they are written "xn--…"),
 * wildcards. In the arena. */
bool sw_vendor_host_rule(struct sw_arena *arena, struct sw_str text, struct sw_str *out);
/* The host of a host, of "host:port" or of a URL, in that form. */
bool sw_vendor_host_of(struct sw_arena *arena, struct sw_str text, struct sw_str *out);
/* Both are canonical. ".example.com" has "a.example.com", not "example.com" nor "aexample.com". */
bool sw_vendor_host_fits(struct sw_str rule, struct sw_str host);

#endif
