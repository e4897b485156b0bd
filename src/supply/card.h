/* A card of a model or of a dataset: what is said of it, each value with who says so. What nobody
 * says is not there, and is told to be unknown. doc/format/card.md. */
#ifndef SW_SUPPLY_CARD_H
#define SW_SUPPLY_CARD_H

#include "claim/claim.h"

#include "supply/bom.h"
#include "supply/licence.h"

#define SW_PREDICATE_CARD "urn:sealwright:claim:model-card:v1"

/* Limits of a card: values of it, bytes of one, bytes of a document. */
#define SW_CARD_VALUES_MAX 4096u
#define SW_CARD_TEXT_MAX 16384u
#define SW_CARD_BYTES_MAX ((uint64_t)16 << 20)
#define SW_CARD_AUTHOR_MAX ((uint64_t)1 << 20)
/* Of one paper; a larger one is not read. */
#define SW_CARD_PAPER_MAX ((uint64_t)4 << 20)

enum sw_card_kind { SW_CARD_MODEL, SW_CARD_DATASET };
const char *sw_card_kind_name(enum sw_card_kind kind); /* "model" */

enum sw_card_section {
    SW_CARD_IDENTITY,
    SW_CARD_MAKEUP,
    SW_CARD_USES,
    SW_CARD_RISKS,
    SW_CARD_TRAINING,
    SW_CARD_EVALUATION,
    SW_CARD_ENVIRONMENT,
    SW_CARD_DATA,
    SW_CARD_SECURITY,
};
#define SW_CARD_SECTIONS (SW_CARD_SECURITY + 1)

enum sw_card_field {
    SW_CARD_NAME,
    SW_CARD_VERSION,
    SW_CARD_DESCRIPTION,
    SW_CARD_DEVELOPER,
    SW_CARD_FUNDER,
    SW_CARD_CONTACT,
    SW_CARD_LICENCE,
    SW_CARD_LICENCE_URL,
    SW_CARD_DOWNLOAD,
    SW_CARD_RELEASED,
    SW_CARD_LANGUAGE,
    SW_CARD_CITE,
    SW_CARD_TASK,
    SW_CARD_LIBRARY,
    SW_CARD_FAMILY,
    SW_CARD_ARCHITECTURE,
    SW_CARD_PRECISION,
    SW_CARD_TOKENIZER,
    SW_CARD_CONTEXT,
    SW_CARD_TEMPLATE,
    SW_CARD_INFERENCE,
    SW_CARD_BASE_MODEL,
    SW_CARD_BASE_RELATION,
    SW_CARD_INPUTS,
    SW_CARD_OUTPUTS,
    SW_CARD_INTENDED_USE,
    SW_CARD_DOWNSTREAM_USE,
    SW_CARD_OUT_OF_SCOPE,
    SW_CARD_USERS,
    SW_CARD_LIMITATION,
    SW_CARD_RISK,
    SW_CARD_BIAS,
    SW_CARD_ETHICS,
    SW_CARD_RECOMMENDATION,
    SW_CARD_DATASET_NAME,
    SW_CARD_TRAINING_DATA,
    SW_CARD_PREPROCESSING,
    SW_CARD_PROCEDURE,
    SW_CARD_HYPERPARAMETERS,
    SW_CARD_METRIC, /* "type\nvalue\ndataset" */
    SW_CARD_TESTING_DATA,
    SW_CARD_FACTORS,
    SW_CARD_RESULTS,
    SW_CARD_HARDWARE,
    SW_CARD_HOURS,
    SW_CARD_PROVIDER,
    SW_CARD_REGION,
    SW_CARD_CARBON,
    SW_CARD_SOURCE_DATA,
    SW_CARD_COLLECTION,
    SW_CARD_ANNOTATION,
    SW_CARD_PERSONAL_DATA,
    SW_CARD_STRUCTURE,
    SW_CARD_FEATURE,
    SW_CARD_SPLIT,
    SW_CARD_SIZE_CATEGORY,
    SW_CARD_OWNER,
    SW_CARD_STEWARD,
    SW_CARD_CUSTODIAN,
    SW_CARD_CLASSIFICATION,
    SW_CARD_MAINTENANCE,
    SW_CARD_SIGNATURE, /* this and those below come from claims alone */
    SW_CARD_SCAN,
    SW_CARD_TENSORS,
    SW_CARD_DATA_STATUS,
    SW_CARD_TAINT,
    SW_CARD_ADMISSION,
};
#define SW_CARD_FIELDS (SW_CARD_ADMISSION + 1)

#define SW_CARD_OF_MODEL 1u
#define SW_CARD_OF_DATASET 2u
#define SW_CARD_MANY 4u     /* may be there several times, with different values */
#define SW_CARD_EXPECTED 8u /* is told to be unknown when nobody says it */

struct sw_card_row {
    const char *key;   /* in documents and in an author's file */
    const char *title; /* for people */
    enum sw_card_section section;
    unsigned flags;
};
extern const struct sw_card_row sw_card_rows[SW_CARD_FIELDS];
extern const char *const sw_card_section_keys[SW_CARD_SECTIONS];
extern const char *const sw_card_section_titles[SW_CARD_SECTIONS];
bool sw_card_field_of(struct sw_str key, enum sw_card_field *out);
/* Whether cards of this kind have the field. */
bool sw_card_has(enum sw_card_kind kind, enum sw_card_field field);

enum sw_card_origin {
    SW_CARD_CLAIM,    /* a trusted claim in the log */
    SW_CARD_CITATION, /* the model's own papers: other people's words */
    SW_CARD_AUTHOR,   /* an author statement: nothing stands behind it */
};
#define SW_CARD_ORIGINS (SW_CARD_AUTHOR + 1)
const char *sw_card_origin_name(enum sw_card_origin origin); /* "citation" */

struct sw_card_source {
    enum sw_card_origin kind;
    struct sw_str digest; /* of the claim or of the file, "sha256:…"; may be empty */
    struct sw_str type;   /* of a claim: predicate type */
    struct sw_str signer; /* of a claim: the name in trust.yaml */
    struct sw_str file;   /* base name; empty for a claim */
    uint32_t line;        /* from 1; 0: the file as a whole */
    struct sw_str field;  /* the key or the heading there; may be empty */
};

struct sw_card_value {
    enum sw_card_field field;
    struct sw_str text;
    struct sw_card_source from;
};

struct sw_card {
    struct sw_arena *arena;
    enum sw_card_kind kind;
    struct sw_str name;           /* of the directory; for people */
    struct sw_str root, manifest; /* "sha256:…"; empty: bound to nothing */
    uint64_t files, bytes;
    bool timed;
    int64_t time;
    struct sw_str tool, tool_version; /* that made it */
    struct sw_card_value *values;     /* in the order of the fields, once it is sorted */
    size_t count, cap;
    struct sw_str *gaps; /* what could not be read, in plain words */
    size_t gap_count, gap_cap;
};

void sw_card_init(struct sw_card *card, struct sw_arena *arena, enum sw_card_kind kind);
/* Texts are copied. Nothing for an empty one, for one that is there from the same place, and for a
 * field that its kind does not have. One that is too long, or one too many, is a gap. */
sw_result sw_card_add(struct sw_card *card, enum sw_card_field field, struct sw_str text,
    const struct sw_card_source *from);
sw_result sw_card_gap(struct sw_card *card, struct sw_str text);
/* By field, then claims before citations before author statements, then as they came. */
void sw_card_sort(struct sw_card *card);
/* The first value; NULL when there is none. */
const struct sw_card_value *sw_card_value(const struct sw_card *card, enum sw_card_field field);
struct sw_str sw_card_get(const struct sw_card *card, enum sw_card_field field);
/* "claim sha256:… by release", "README.md:3 license", "author statement, author.yaml:2". NULL
 * without memory. */
const char *sw_card_source_show(struct sw_arena *arena, const struct sw_card_source *from);
/* Takes the next character off a text, which is not empty: its bytes (U+FFFD for a byte that begins
 * none), and whether people would not see it: controls but for tabs and newlines, bidirectional
 * overrides, tags and the like. */
bool sw_card_next_hidden(struct sw_str *rest, struct sw_str *bytes, uint32_t *code);

/* --- where it comes from ---------------------------------------------------------------------- */

/* Reads papers and cards in processes that have nothing but their bytes. To be made before any key
 * is loaded. */
struct sw_card_reader;
sw_result sw_card_reader_new(struct sw_card_reader **out, struct sw_error *err);
void sw_card_reader_free(struct sw_card_reader *reader);
SW_DEFINE_CLEANUP_PTR(card_reader, struct sw_card_reader, sw_card_reader_free)

/* The names of the files that are papers of cards: those of bills, and what training, evaluation
 * and datasets leave beside them. NULL behind the last. */
const char *sw_card_paper_name(size_t index);
bool sw_card_paper_is(struct sw_str name);
/* What the papers directly in the tree declare: front matter and sections of README.md, config.json
 * and the like. What cannot be read of them is a gap. */
sw_result sw_card_add_papers(struct sw_card_reader *reader, struct sw_card *card,
    const struct sw_tree *tree, struct sw_error *err);
/* One paper, called `name` ("README.md"). */
sw_result sw_card_add_paper(struct sw_card_reader *reader, struct sw_card *card, const char *name,
    struct sw_bytes text, struct sw_error *err);
/* The same without a process of its own: for tests. */
sw_result sw_card_take_paper(
    struct sw_card *card, const char *name, struct sw_bytes text, struct sw_error *err);

/* An author's file, YAML: keys of the table but for those of SW_CARD_SECURITY, each with a text or
 * a list of them; of "metric" mappings of type, value and dataset. Unknown keys are refused.
 * SW_E_FORMAT with "line N: "; SW_E_IO when it ends its parser. */
sw_result sw_card_take_author(struct sw_card_reader *reader, struct sw_card *card, const char *file,
    struct sw_bytes text, struct sw_error *err);
/* The same without a process of its own. */
sw_result sw_card_add_author(
    struct sw_card *card, const char *file, struct sw_bytes text, struct sw_error *err);

/* --- documents -------------------------------------------------------------------------------- */

/* Appends the card's own document (JSON), which is also the predicate of a claim. The same card
 * gives the same bytes. Sorts it. */
sw_result sw_card_write(struct sw_card *card, struct sw_buf *out);
/* Takes one in. Everything is in the arena and refers to the document. SW_E_FORMAT says where. */
sw_result sw_card_read(struct sw_card *card, struct sw_arena *arena, const struct sw_json *document,
    struct sw_error *err);
/* Parses JSON within the limits of cards. It refers to `text`. */
sw_result sw_card_parse(
    struct sw_arena *arena, struct sw_bytes text, struct sw_json *out, struct sw_error *err);

/* Reads one that others wrote, in a process of its own. Everything is in the arena. SW_E_FORMAT and
 * SW_E_LIMIT say where; SW_E_IO when it ends its parser. */
sw_result sw_card_take_document(struct sw_card_reader *reader, struct sw_arena *arena,
    struct sw_bytes text, struct sw_card *out, struct sw_error *err);

/* Markdown for the Hub: front matter, then the sections. */
sw_result sw_card_write_markdown(struct sw_card *card, struct sw_buf *out);
/* One page that needs nothing else. */
sw_result sw_card_write_html(struct sw_card *card, struct sw_buf *out);
/* As a bill of materials, to be written as CycloneDX or SPDX. */
sw_result sw_card_to_bom(struct sw_card *card, struct sw_bom *bom);

/* --- checking --------------------------------------------------------------------------------- */

enum sw_card_state {
    SW_CARD_PRESENT,
    SW_CARD_ABSENT,
    SW_CARD_PERSON, /* something is said, and whether it is enough no machine can tell */
};
const char *sw_card_state_name(enum sw_card_state state);

struct sw_card_element {
    const char *scheme; /* "Hub", "CycloneDX", "EU AI Act" */
    const char *name;
    enum sw_card_state state;
};
/* What others ask of such a card. Elements of laws are never present: they are absent, or for a
 * person to judge. */
sw_result sw_card_score(const struct sw_card *card, struct sw_card_element **out, size_t *count);

/* Something that speaks against the card. */
struct sw_card_problem {
    const char *field;  /* the key of the field, or "root" */
    struct sw_str says; /* the card */
    struct sw_str but;  /* what contradicts it, and where that is from */
};
struct sw_card_problems {
    struct sw_card_problem *list;
    size_t count, cap;
};
sw_result sw_card_contradict(struct sw_card *card, struct sw_card_problems *problems,
    const char *field, struct sw_str says, struct sw_str but);
/* Values of the card that exclude each other. */
sw_result sw_card_check_itself(struct sw_card *card, struct sw_card_problems *out);
/* What trusted claims say (`evidence`, a card made of them alone) against what it says. */
sw_result sw_card_check_evidence(
    struct sw_card *card, const struct sw_card *evidence, struct sw_card_problems *out);
/* Each value of that origin stands in `source`, which was read anew; `but` says what it means when
 * one does not. */
sw_result sw_card_check_cited(struct sw_card *card, const struct sw_card *source,
    enum sw_card_origin origin, const char *but, struct sw_card_problems *out);
/* What the files tell of their licence. */
sw_result sw_card_check_licence(
    struct sw_card *card, const struct sw_licence_facts *facts, struct sw_card_problems *out);

#endif
