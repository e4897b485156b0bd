/* What the writers of other tools' documents share. */
#ifndef SW_DATA_EXPORT_PRIVATE_H
#define SW_DATA_EXPORT_PRIVATE_H

#include "data/exchange.h"

#define SW_UUID_SIZE 37u

/* "urn:sealwright:dataset:sha256:<hex>"; NULL when there is no memory. In the exchange's arena, as
 * everything here that is a text. */
const char *sw_export_urn(
    const struct sw_exchange *exchange, const char *kind, const struct sw_digest *digest);
/* "urn:sealwright:source:<name>", with what a URN does not take as it is in percent signs. */
const char *sw_export_name_urn(
    const struct sw_exchange *exchange, const char *kind, struct sw_str name);
/* A text as part of an address: what is not unreserved (RFC 3986) in percent signs; '/' stays. */
const char *sw_export_escape(const struct sw_exchange *exchange, struct sw_str text);
/* "NAME@VERSION", or "NAME". */
const char *sw_export_label(const struct sw_exchange *exchange, const struct sw_exchange_set *set);
/* A UUID that is always the same for the same thing (RFC 9562, version 8: from a SHA-256). */
void sw_export_uuid(const char *what, const struct sw_digest *digest, char out[SW_UUID_SIZE]);
/* The SPDX identifier of a licence that is written as one, or as the address of one; NULL for
 * another text. */
const char *sw_export_spdx(struct sw_str licence);
/* One sentence about a set: how many samples, from where. */
const char *sw_export_sentence(
    const struct sw_exchange *exchange, const struct sw_exchange_set *set);
/* "complete", "gaps" or "declared". */
const char *sw_export_status(bool declared, size_t gap_count);
/* Licences of a set's sources, each once; the set's own first. */
sw_result sw_export_licences(const struct sw_exchange *exchange, const struct sw_exchange_set *set,
    struct sw_str **out, size_t *count);

/* Does the step make the set? Does any step here? */
bool sw_export_makes(const struct sw_exchange_step *step, uint32_t set);
bool sw_export_is_made(const struct sw_exchange *exchange, uint32_t set);

/* Members of the current object; nothing for what is not known. */
void sw_export_time(struct sw_json_writer *w, const char *name, int64_t time);
void sw_export_str(struct sw_json_writer *w, const char *name, struct sw_str text);
void sw_export_count(struct sw_json_writer *w, const char *name, uint64_t count);
void sw_export_digest(struct sw_json_writer *w, const char *name, const struct sw_digest *digest);
void sw_export_texts(
    struct sw_json_writer *w, const char *name, const struct sw_str *texts, size_t count);

/* The writers (export_croissant.c, …). */
sw_result sw_export_croissant(
    const struct sw_exchange *exchange, struct sw_buf *out, struct sw_error *err);
sw_result sw_export_openlineage(
    const struct sw_exchange *exchange, struct sw_buf *out, struct sw_error *err);
sw_result sw_export_prov(
    const struct sw_exchange *exchange, struct sw_buf *out, struct sw_error *err);
sw_result sw_export_cyclonedx(
    const struct sw_exchange *exchange, struct sw_buf *out, struct sw_error *err);

#endif
