#include "data/export_private.h"

#include <stdio.h>
#include <strings.h>

/* --- names ----------------------------------------------------------------------------------- */

const char *sw_export_urn(
    const struct sw_exchange *exchange, const char *kind, const struct sw_digest *digest)
{
    char text[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(digest, text);
    return sw_arena_printf(exchange->arena, "urn:sealwright:%s:%s", kind, text);
}

const char *sw_export_escape(const struct sw_exchange *exchange, struct sw_str text)
{
    return sw_arena_percent(exchange->arena, text);
}

const char *sw_export_name_urn(
    const struct sw_exchange *exchange, const char *kind, struct sw_str name)
{
    const char *escaped = sw_export_escape(exchange, name);
    return escaped == NULL
               ? NULL
               : sw_arena_printf(exchange->arena, "urn:sealwright:%s:%s", kind, escaped);
}

const char *sw_export_label(const struct sw_exchange *exchange, const struct sw_exchange_set *set)
{
    return set->version.len == 0 ? sw_arena_strndup(exchange->arena, set->name)
                                 : sw_arena_printf(exchange->arena, SW_STR_FMT "@" SW_STR_FMT,
                                       SW_STR_ARG(set->name), SW_STR_ARG(set->version));
}

void sw_export_uuid(const char *what, const struct sw_digest *digest, char out[SW_UUID_SIZE])
{
    char text[SW_DIGEST_TEXT_SIZE + 64];
    char hex[SW_DIGEST_TEXT_SIZE];
    struct sw_digest hash;
    sw_digest_text(digest, hex);
    (void)snprintf(text, sizeof(text), "sealwright-uuid/v1 %.32s %s", what, hex);
    sw_sha256(sw_bytes(text, strlen(text)), &hash);
    uint8_t *b = hash.bytes;
    b[6] = (uint8_t)(0x80 | (b[6] & 0x0f)); /* version 8 */
    b[8] = (uint8_t)(0x80 | (b[8] & 0x3f)); /* variant 10 */
    (void)snprintf(out, SW_UUID_SIZE,
        "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
        b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

/* --- licences -------------------------------------------------------------------------------- */

/* Identifiers of the SPDX licence list that data is published under. */
static const char *const spdx_ids[] = {"0BSD", "AFL-3.0", "AGPL-3.0-only", "AGPL-3.0-or-later",
    "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "C-UDA-1.0", "CC-BY-1.0", "CC-BY-2.0",
    "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-NC-2.0", "CC-BY-NC-2.5", "CC-BY-NC-3.0",
    "CC-BY-NC-4.0", "CC-BY-NC-ND-3.0", "CC-BY-NC-ND-4.0", "CC-BY-NC-SA-2.0", "CC-BY-NC-SA-3.0",
    "CC-BY-NC-SA-4.0", "CC-BY-ND-3.0", "CC-BY-ND-4.0", "CC-BY-SA-2.0", "CC-BY-SA-2.5",
    "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-PDDC", "CC0-1.0", "CDLA-Permissive-1.0",
    "CDLA-Permissive-2.0", "CDLA-Sharing-1.0", "DL-DE-BY-2.0", "DL-DE-ZERO-2.0", "ECL-2.0",
    "EPL-2.0", "EUPL-1.1", "EUPL-1.2", "GFDL-1.3-only", "GFDL-1.3-or-later", "GPL-2.0-only",
    "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later", "ISC", "LGPL-3.0-only",
    "LGPL-3.0-or-later", "MIT", "MIT-0", "MPL-2.0", "NCSA", "O-UDA-1.0", "ODbL-1.0", "ODC-By-1.0",
    "OGL-UK-3.0", "OSL-3.0", "PDDL-1.0", "PostgreSQL", "Unlicense", "WTFPL", "Zlib"};

/* Where an address of a licence has its identifier. */
static const char *const spdx_bases[] = {"https://spdx.org/licenses/", "http://spdx.org/licenses/"};

/* Case does not matter (SPDX 2.3, annex D.2). */
const char *sw_export_spdx(struct sw_str licence)
{
    for (size_t i = 0; i < SW_COUNT(spdx_bases); i++) {
        size_t n = strlen(spdx_bases[i]);
        if (sw_str_starts(licence, spdx_bases[i])) {
            licence = sw_str_n(licence.ptr + n, licence.len - n);
            licence.len -= sw_str_ends(licence, ".html") ? strlen(".html") : 0;
        }
    }
    for (size_t i = 0; i < SW_COUNT(spdx_ids); i++) {
        if (licence.len == strlen(spdx_ids[i]) &&
            strncasecmp(licence.ptr, spdx_ids[i], licence.len) == 0) {
            return spdx_ids[i];
        }
    }
    return NULL;
}

static void add_once(struct sw_str *list, size_t *count, struct sw_str text)
{
    for (size_t i = 0; i < *count; i++) {
        if (sw_str_equal(list[i], text)) {
            return;
        }
    }
    if (text.len != 0) {
        list[(*count)++] = text;
    }
}

sw_result sw_export_licences(const struct sw_exchange *exchange, const struct sw_exchange_set *set,
    struct sw_str **out, size_t *count)
{
    struct sw_str *list = SW_ARENA_ARRAY(exchange->arena, struct sw_str, set->source_count + 1);
    SW_TRY_PTR(list);
    *count = 0;
    add_once(list, count, set->licence);
    for (size_t i = 0; i < set->source_count; i++) {
        add_once(list, count, exchange->sources[set->sources[i]].licence);
    }
    *out = list;
    return SW_OK;
}

/* --- links ----------------------------------------------------------------------------------- */

bool sw_export_makes(const struct sw_exchange_step *step, uint32_t set)
{
    for (size_t i = 0; i < step->output_count; i++) {
        if (step->outputs[i] == set) {
            return true;
        }
    }
    return false;
}

bool sw_export_is_made(const struct sw_exchange *exchange, uint32_t set)
{
    for (size_t i = 0; i < exchange->step_count; i++) {
        if (sw_export_makes(&exchange->steps[i], set)) {
            return true;
        }
    }
    return false;
}

/* --- words ----------------------------------------------------------------------------------- */

const char *sw_export_status(bool declared, size_t gap_count)
{
    return declared ? "declared" : gap_count != 0 ? "gaps" : "complete";
}

#define SOURCES_NAMED 8u

static sw_result put_sources(
    const struct sw_exchange *exchange, const struct sw_exchange_set *set, struct sw_buf *out)
{
    for (size_t i = 0; i < set->source_count && i < SOURCES_NAMED; i++) {
        SW_TRY(sw_buf_puts(out, i == 0 ? ", from " : ", "));
        SW_TRY(sw_buf_put_str(out, exchange->sources[set->sources[i]].name));
    }
    return set->source_count <= SOURCES_NAMED
               ? SW_OK
               : sw_buf_printf(out, " and %zu more", set->source_count - SOURCES_NAMED);
}

const char *sw_export_sentence(
    const struct sw_exchange *exchange, const struct sw_exchange_set *set)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    enum sw_code code = SW_OK;
    if (set->description.len != 0) {
        return sw_arena_strndup(exchange->arena, set->description);
    }
    code = set->samples == SW_ABSENT
               ? sw_buf_puts(&text, "Samples that nobody counted")
               : sw_buf_printf(&text, "%llu samples", (unsigned long long)set->samples);
    if (code == SW_OK && set->bytes != SW_ABSENT) {
        code = sw_buf_printf(&text, ", %llu bytes", (unsigned long long)set->bytes);
    }
    if (code == SW_OK) {
        code = put_sources(exchange, set, &text);
    }
    return code == SW_OK ? sw_arena_strndup(exchange->arena, sw_buf_str(&text)) : NULL;
}

/* --- members --------------------------------------------------------------------------------- */

void sw_export_time(struct sw_json_writer *w, const char *name, int64_t time)
{
    char text[SW_TIME_TEXT_SIZE];
    if (time != 0) {
        sw_time_format(time, text);
        sw_jw_text(w, name, text);
    }
}

void sw_export_str(struct sw_json_writer *w, const char *name, struct sw_str text)
{
    if (text.len != 0) {
        sw_jw_str(w, name, text);
    }
}

void sw_export_count(struct sw_json_writer *w, const char *name, uint64_t count)
{
    if (count != SW_ABSENT) {
        sw_jw_u64(w, name, count);
    }
}

void sw_export_digest(struct sw_json_writer *w, const char *name, const struct sw_digest *digest)
{
    char text[SW_DIGEST_TEXT_SIZE];
    if (digest->alg != 0) {
        sw_digest_text(digest, text);
        sw_jw_text(w, name, text);
    }
}

void sw_export_texts(
    struct sw_json_writer *w, const char *name, const struct sw_str *texts, size_t count)
{
    if (count == 0) {
        return;
    }
    sw_jw_array(w, name);
    for (size_t i = 0; i < count; i++) {
        sw_jw_str(w, NULL, texts[i]);
    }
    sw_jw_array_end(w);
}
