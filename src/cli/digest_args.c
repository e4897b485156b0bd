/* Digests on the command line: whole, or so many digits of them that there is one only. */
#include "cli/cli.h"

#define DIGITS_MIN 8
#define CANDIDATES_SHOWN 8
#define CANDIDATE_SIZE 31 /* "sha256:" and 24 digits */

bool sw_cli_is_abbreviation(const char *text)
{
    struct sw_abbreviation abbreviation;
    return sw_abbreviation_parse(sw_str(text), &abbreviation) &&
           abbreviation.digits.len >= DIGITS_MIN;
}

/* "sha256:9c0903b9855c…, sha256:9c0903b9c6a1…" */
static const char *list_candidates(
    struct sw_cli *cli, const struct sw_digest *digests, size_t count)
{
    const char *list = "";
    for (size_t i = 0; i < count && i < CANDIDATES_SHOWN && list != NULL; i++) {
        list = sw_arena_printf(&cli->arena, "%s%s%.*s", list, i == 0 ? "" : ", ", CANDIDATE_SIZE,
            sw_digest_show(cli, &digests[i]));
    }
    return count > CANDIDATES_SHOWN && list != NULL
               ? sw_arena_printf(&cli->arena, "%s and more", list)
               : list;
}

sw_result sw_cli_digest(struct sw_cli *cli, struct sw_store *store, enum sw_digest_of of,
    const char *text, struct sw_digest *out, struct sw_error *err)
{
    static const char *const names[] = {
        [SW_DIGEST_OF_CLAIMS] = "claim", [SW_DIGEST_OF_SUBJECTS] = "artifact"};
    struct sw_abbreviation abbreviation;
    struct sw_digest *digests = NULL;
    size_t count = 0;
    if (sw_digest_parse(sw_str(text), out)) {
        return SW_OK;
    }
    if (!sw_abbreviation_parse(sw_str(text), &abbreviation)) {
        return sw_fail(err, SW_E_USAGE, "'%s' is no digest", text);
    }
    if (abbreviation.digits.len < DIGITS_MIN) {
        return sw_fail(err, SW_E_USAGE, "'%s' is too short for a digest: give at least %d digits",
            text, DIGITS_MIN);
    }
    SW_TRY(sw_evidence_digests(
        store, of, &abbreviation, CANDIDATES_SHOWN + 1, &cli->arena, &digests, &count, err));
    if (count == 0) {
        return sw_fail(err, SW_E_NOENT, "there is no %s in '%s' whose digest begins with '%s'",
            names[of], sw_store_path(store), text);
    }
    if (count > 1) {
        const char *candidates = list_candidates(cli, digests, count);
        SW_TRY_PTR(candidates);
        return sw_fail(err, SW_E_USAGE, "the digests of several %ss begin with '%s': %s", names[of],
            text, candidates);
    }
    *out = digests[0];
    return SW_OK;
}

sw_result sw_cli_claim(struct sw_cli *cli, struct sw_store *store, const char *text,
    struct sw_evidence_record *record, struct sw_error *err)
{
    struct sw_digest claim;
    struct sw_abbreviation abbreviation;
    if (!sw_abbreviation_parse(sw_str(text), &abbreviation)) {
        return sw_fail(err, SW_E_USAGE, "'%s' is neither a leaf number nor a claim's digest", text);
    }
    SW_TRY(sw_cli_digest(cli, store, SW_DIGEST_OF_CLAIMS, text, &claim, err));
    return sw_evidence_of(store, &claim, &cli->arena, record, err);
}
