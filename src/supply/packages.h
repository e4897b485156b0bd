/* What the readers of manifests and lock files of packages share. Private to the room. */
#ifndef SW_SUPPLY_PACKAGES_H
#define SW_SUPPLY_PACKAGES_H

#include "supply/ascii.h"
#include "supply/look.h"

#define SW_PACKAGE_VALUES 2000000 /* of a document */
#define SW_PACKAGE_DEPTH 200

/* A package as a file names it. */
struct sw_package {
    enum sw_catalogue_section ecosystem;
    struct sw_str name;
    struct sw_str range;     /* as it is written; may be empty, an address, anything */
    struct sw_str version;   /* exact, or empty; what cannot be one is left out */
    struct sw_str integrity; /* "sha512-…", "h1:…"; may be empty, or anything */
    uint32_t line;
    bool development;
};

/* A lock file has chosen it. What is no name of a package is passed over. */
sw_result sw_package_locked(struct sw_look *look, const struct sw_package *package);
/* A manifest asks for it: `version`, or `range`, which is told when it is one. */
sw_result sw_package_wanted(struct sw_look *look, const struct sw_package *package);
/* A command installs it; otherwise as sw_package_wanted(). */
sw_result sw_package_installed(struct sw_look *look, const struct sw_package *package);
/* It is held at this version if anybody asks for it. */
sw_result sw_package_constrained(struct sw_look *look, const struct sw_package *package);

bool sw_package_is_name(enum sw_catalogue_section ecosystem, struct sw_str name);
/* "1.2.3", "v0.0.0-2024…", "2.0.0rc1+cu118": no range, no address. */
bool sw_package_is_version(struct sw_str text);
/* Words of languages, shells and prose: where people write lists by hand, they are no packages. */
bool sw_package_is_keyword(struct sw_str name);
/* Words that say that a group, a section or a file is for those who develop: "dev", "test-docs". */
bool sw_package_is_development(struct sw_str words);

/* A dependency of Python (PEP 508); `version` and `range` of a package. False: it is none. An
 * address gives the name that stands before it, or in it. */
bool sw_package_of_python(struct sw_str text, struct sw_package *out);
/* The exact version that a range of Python is ("==1.2"), else nothing. */
struct sw_str sw_package_python_version(struct sw_str range);
/* Likewise of npm ("1.2.3"). */
struct sw_str sw_package_npm_version(struct sw_str range);

/* --- reading ---------------------------------------------------------------------------------- */

struct sw_lines {
    struct sw_str rest;
    uint32_t number; /* of the line that was given last */
};
/* Without what ends it; false at the end. */
bool sw_lines_next(struct sw_lines *lines, struct sw_str *line);

/* The line of an offset, cheap for offsets that come in their order. */
struct sw_line_count {
    struct sw_str text;
    size_t at;
    uint32_t line;
};
uint32_t sw_line_of(struct sw_line_count *count, uint64_t offset);

/* The file as JSON; a byte order mark is left out of look->text. */
sw_result sw_package_json(struct sw_look *look, struct sw_json *out, struct sw_error *err);
sw_result sw_package_toml(struct sw_look *look, struct sw_json *out, struct sw_error *err);

/* What stands before and behind the first `c`; false when there is none, and all stands before. */
bool sw_cut(struct sw_str text, char c, struct sw_str *before, struct sw_str *behind);
/* Without one pair of quotes around it. */
struct sw_str sw_unquote(struct sw_str text);
struct sw_str sw_text_of(const struct sw_json *value); /* empty when it is no text */
/* How far a line is indented. */
size_t sw_indent_of(struct sw_str line);

#endif
