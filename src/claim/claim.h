/* Signed statements about digests: digests, keys, certificates, DSSE, Sigstore bundle, in-toto
 * statement, trust. This header is the room's public face.
 *
 * To sign a statement (`key` is a struct sw_key with its private half, `predicate` a JSON object):
 *
 *   struct sw_subject subject = {.name = sw_str("model"), .digest = root};
 *   struct sw_signer signer = {.key = key};
 *   SW_CLEANUP(buf) struct sw_buf payload = SW_BUF_INIT;
 *   SW_TRY(sw_statement_write(&payload, &subject, 1, SW_PREDICATE_SCAN, predicate, err));
 *   SW_TRY(sw_bundle_sign(&signer, sw_buf_bytes(&payload), &bundle, err));
 *
 * To check it again: sw_trust_load(), then sw_claim_verify(). */
#ifndef SW_CLAIM_CLAIM_H
#define SW_CLAIM_CLAIM_H

#include "codec/codec.h"

#include "claim/bundle.h"
#include "claim/certificate.h"
#include "claim/digest.h"
#include "claim/dsse.h"
#include "claim/key.h"
#include "claim/keyless.h"
#include "claim/merkle.h"
#include "claim/name.h"
#include "claim/note.h"
#include "claim/predicate.h"
#include "claim/sha256_pair.h"
#include "claim/statement.h"
#include "claim/tlog_entry.h"
#include "claim/trust.h"
#include "claim/trusted_root.h"

#endif
