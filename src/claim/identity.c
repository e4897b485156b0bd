#include "claim/certificate_private.h"

#define MAX_NAMES 64

SW_DEFINE_CLEANUP_PTR(general_names, GENERAL_NAMES, GENERAL_NAMES_free)

/* The kinds of name that identify a signer. */
static const struct name_kind {
    int type; /* of GENERAL_NAME; -1: the subject's common name */
    const char *prefix;
} name_kinds[] = {
    {GEN_EMAIL, "email:"},
    {GEN_URI, "uri:"},
    {GEN_DNS, "dns:"},
    {-1, "cn:"},
};

struct name_list {
    struct sw_arena *arena;
    const char *names[MAX_NAMES];
    size_t count;
};

bool sw_identity_is_valid(struct sw_str text)
{
    for (size_t i = 0; i < SW_COUNT(name_kinds); i++) {
        if (sw_str_starts(text, name_kinds[i].prefix)) {
            return text.len > strlen(name_kinds[i].prefix);
        }
    }
    return false;
}

/* A NUL or a control character in a name is there to fool somebody. */
static bool is_plain_name(struct sw_bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] < 0x20 || name.ptr[i] == 0x7f) {
            return false;
        }
    }
    return name.len != 0 && sw_utf8_valid(name);
}

static sw_result add_name(
    struct name_list *list, const char *prefix, struct sw_bytes name, struct sw_error *err)
{
    if (!is_plain_name(name)) {
        return sw_fail(
            err, SW_E_REFUSED, "the signing certificate is refused: a name in it is malformed");
    }
    if (list->count == MAX_NAMES) {
        return sw_fail(
            err, SW_E_LIMIT, "the signing certificate has more than %d names", MAX_NAMES);
    }
    const char *text =
        sw_arena_printf(list->arena, "%s" SW_STR_FMT, prefix, SW_STR_ARG(sw_str_of_bytes(name)));
    SW_TRY_PTR(text);
    list->names[list->count++] = text;
    return SW_OK;
}

static sw_result add_general_name(
    struct name_list *list, const GENERAL_NAME *name, struct sw_error *err)
{
    for (size_t i = 0; i < SW_COUNT(name_kinds); i++) {
        if (name->type == name_kinds[i].type) {
            const ASN1_IA5STRING *text = name->d.ia5;
            struct sw_bytes bytes =
                sw_bytes(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
            return add_name(list, name_kinds[i].prefix, bytes, err);
        }
    }
    return SW_OK;
}

static sw_result add_alternative_names(struct name_list *list, X509 *leaf, struct sw_error *err)
{
    int found = 0;
    SW_CLEANUP(general_names)
    GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, &found, NULL);
    if (names == NULL && found != -1) {
        return sw_ssl_fail(err, SW_E_REFUSED,
            "the signing certificate is refused: its subjectAltName is malformed or there twice");
    }
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        SW_TRY(add_general_name(list, sk_GENERAL_NAME_value(names, i), err));
    }
    return SW_OK;
}

/* The common name counts only when there is exactly one, and no alternative name: an authority's
 * name constraints do not reach it (RFC 6125 section 6.4.4). */
static sw_result add_common_name(struct name_list *list, X509 *leaf, struct sw_error *err)
{
    const X509_NAME *subject = X509_get_subject_name(leaf);
    if (list->count != 0) {
        return SW_OK;
    }
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0) {
        return SW_OK;
    }
    unsigned char *utf8 = NULL;
    int len =
        ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (len < 0) {
        return sw_ssl_fail(
            err, SW_E_REFUSED, "the signing certificate is refused: its common name is malformed");
    }
    enum sw_code rc = add_name(list, "cn:", sw_bytes(utf8, (size_t)len), err);
    OPENSSL_free(utf8);
    return rc;
}

/* Of a path that ends in '*'. Behind an '@' stands a ref, which is of the repository before it. */
static bool ends_a_name(const char *path, size_t len)
{
    return path[len - 2] == '/' || memchr(path, '@', len) != NULL;
}

bool sw_identity_is_pattern(struct sw_str text)
{
    static const char scheme[] = "uri:https://";
    size_t skip = sizeof(scheme) - 1;
    if (!sw_str_starts(text, scheme) || !sw_str_ends(text, "*")) {
        return false;
    }
    const char *slash = memchr(text.ptr + skip, '/', text.len - skip);
    return slash != NULL && slash != text.ptr + skip &&
           ends_a_name(slash, (size_t)(text.ptr + text.len - slash));
}

static bool fits(const char *name, const struct sw_chain_rules *rules)
{
    const char *wanted = rules->identity;
    if (wanted == NULL || strcmp(name, wanted) == 0) {
        return true;
    }
    return rules->pattern && sw_identity_is_pattern(sw_str(wanted)) &&
           strncmp(name, wanted, strlen(wanted) - 1) == 0;
}

static const char *find_name(const struct name_list *list, const struct sw_chain_rules *rules)
{
    for (size_t i = 0; i < list->count; i++) {
        if (fits(list->names[i], rules)) {
            return list->names[i];
        }
    }
    return NULL;
}

sw_result sw_identity_check(struct sw_arena *arena, X509 *leaf, const struct sw_chain_rules *rules,
    const char **out, struct sw_error *err)
{
    struct name_list list = {.arena = arena};
    SW_TRY(add_alternative_names(&list, leaf, err));
    SW_TRY(add_common_name(&list, leaf, err));
    if (list.count == 0) {
        return sw_fail(err, SW_E_REFUSED, "the signing certificate is refused: it names nobody");
    }
    const char *name = find_name(&list, rules);
    if (name == NULL) {
        return sw_fail(err, SW_E_REFUSED, "the signing certificate is for %.100s, not for %.100s",
            list.names[0], rules->identity);
    }
    *out = name;
    return SW_OK;
}
