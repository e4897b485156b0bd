#include "claim/claim.h"

#define NAME_MAX_LEN 128u
#define NAME_DOMAIN "sealwright-name/v1"

static const char *const kind_names[] = {
    [SW_NAME_SOURCE] = "source",
    [SW_NAME_DATASET] = "dataset",
    [SW_NAME_MIXTURE] = "mixture",
    [SW_NAME_RUN] = "run",
    [SW_NAME_VENDOR] = "vendor",
};

/* Each part ends with a byte that no part holds, so no two names are written the same. */
void sw_name_digest(enum sw_name_kind kind, struct sw_str name, struct sw_digest *out)
{
    const char *word = kind_names[kind];
    struct sw_hash hash;
    if (sw_hash_init(&hash, SW_SHA256) != SW_OK) {
        *out = (struct sw_digest){0};
        return; /* SHA-256 needs nothing that could fail */
    }
    sw_hash_update(&hash, NAME_DOMAIN, sizeof(NAME_DOMAIN));
    sw_hash_update(&hash, word, strlen(word) + 1);
    sw_hash_update(&hash, name.ptr, name.len);
    sw_hash_final(&hash, out);
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

sw_result sw_name_check(struct sw_str name, const char *what, struct sw_error *err)
{
    bool good = name.len > 0 && name.len <= NAME_MAX_LEN && name.ptr[0] != '-';
    for (size_t i = 0; i < name.len && good; i++) {
        good = is_name_char(name.ptr[i]);
    }
    if (good) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_USAGE,
        "'%.*s' is not the name of a %s: use letters, digits, '.', '_' and '-', at most %u",
        name.len > NAME_MAX_LEN ? (int)NAME_MAX_LEN : (int)name.len, name.len == 0 ? "" : name.ptr,
        what, NAME_MAX_LEN);
}
