/* DSSE v1 (secure-systems-lab/dsse protocol.md): what is signed is the pre-authentication encoding.
 */
#ifndef SW_CLAIM_DSSE_H
#define SW_CLAIM_DSSE_H

#include "claim/key.h"

#define SW_DSSE_INTOTO_TYPE "application/vnd.in-toto+json"

/* Appends PAE("DSSEv1", type, payload). */
sw_result sw_dsse_pae(struct sw_buf *out, struct sw_str payload_type, struct sw_bytes payload);
/* Its digest, without making it: a payload may be large. */
sw_result sw_dsse_pae_digest(enum sw_digest_alg alg, struct sw_str payload_type,
    struct sw_bytes payload, struct sw_digest *out);
/* Appends the encoding that model-signing 0.2 signed by mistake: "DSSEV1 " and the Python repr() of
 * the payload bytes. Only for --legacy. */
sw_result sw_dsse_pae_v02(struct sw_buf *out, struct sw_str payload_type, struct sw_bytes payload);

#endif
