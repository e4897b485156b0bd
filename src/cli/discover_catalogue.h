/* The catalogue of discovery that a user brings. */
#ifndef SW_CLI_DISCOVER_CATALOGUE_H
#define SW_CLI_DISCOVER_CATALOGUE_H

#include "cli/cli.h"
#include "supply/supply.h"

struct sw_catalogue_args {
    const char *file; /* NULL: the one that is compiled in */
    bool is_unsigned; /* whoever runs it answers for it */
};

#define SW_CATALOGUE_OPTIONS(type, field)                                                 \
    {"catalogue", SW_OPTION_TEXT, offsetof(type, field.file), "FILE",                     \
        "look for what this catalogue lists; somebody trusted has to have signed it, in " \
        "FILE.sigstore.json"},                                                            \
    {                                                                                     \
        "unsigned-catalogue", SW_OPTION_FLAG, offsetof(type, field.is_unsigned), NULL,    \
            "take the catalogue without a signature; the output and the claim say so"     \
    }

struct sw_catalogue_used {
    struct sw_bytes text; /* for sw_discover_options; empty: the one that is compiled in */
    const char *digest;   /* "sha256:…" */
    const char *origin;   /* "built-in", "signed", "unsigned" */
    const char *signer;   /* of a signed one, as trust.yaml says; else NULL */
};

/* SW_E_REFUSED for one that nobody trusted has signed, SW_E_IO for one that is none, with the line:
 * it was not looked. */
sw_result sw_catalogue_choose(struct sw_cli *cli, const struct sw_catalogue_args *args,
    struct sw_catalogue_used *out, struct sw_error *err);
/* The members of an object that is being written. */
void sw_catalogue_json(struct sw_json_writer *w, const struct sw_catalogue_used *used);

#endif
