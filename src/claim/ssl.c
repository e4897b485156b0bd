#include "claim/ssl_private.h"

void sw_pem_block_release(struct sw_pem_block *block)
{
    OPENSSL_free(block->name);
    OPENSSL_free(block->header);
    if (block->data != NULL) {
        OPENSSL_clear_free(block->data, (size_t)block->len);
    }
    *block = (struct sw_pem_block){0};
}

sw_result sw_pem_next(BIO *bio, struct sw_pem_block *out, struct sw_error *err)
{
    struct sw_pem_block block = {0};
    if (PEM_read_bio(bio, &block.name, &block.header, &block.data, &block.len) == 1) {
        *out = block;
        return SW_OK;
    }
    if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) {
        ERR_clear_error();
        return SW_E_NOENT;
    }
    return sw_ssl_fail(err, SW_E_FORMAT, "the PEM text is damaged");
}

enum sw_code sw_ssl_fail(struct sw_error *err, enum sw_code code, const char *words)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    if (reason == NULL) {
        return sw_fail(err, code, "%s", words);
    }
    return sw_fail(err, code, "%s (%s)", words, reason);
}
