/* Signed statements about digests: digests, keys, certificates, DSSE, Sigstore bundle, in-toto
 * statement, trust. This header is the room's public face. */
#ifndef SW_CLAIM_CLAIM_H
#define SW_CLAIM_CLAIM_H

#include "codec/codec.h"

#include "claim/bundle.h"
#include "claim/certificate.h"
#include "claim/digest.h"
#include "claim/dsse.h"
#include "claim/key.h"
#include "claim/statement.h"
#include "claim/trust.h"

#endif
