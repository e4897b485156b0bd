/* SHA-256 of two messages at once (FIPS 180-4). The processor's instructions for it wait for one
 * another; two messages fill the gaps, and cost little more than one. For the many short messages
 * of Merkle trees and datasets; anything else is OpenSSL's. */
#ifndef SW_CLAIM_SHA256_PAIR_H
#define SW_CLAIM_SHA256_PAIR_H

#include "base/base.h"

/* The outputs may be part of the inputs. Without such instructions one is hashed after the other.
 */
void sw_sha256_pair(
    struct sw_bytes first, struct sw_bytes second, uint8_t first_out[32], uint8_t second_out[32]);

#endif
