/* SPDX-License-Identifier: Apache-2.0 */
/* TLS, 1.2 at least: our certificate, and which of senders are good (PS3.15 B.10). */
#pragma once

#include "settings.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tls;

/**
 * Reads certificate and key, and looks at the other files. True with *tls NULL where the settings
 * want no TLS; false, with why filled in: they cannot be used.
 */
bool tls_create(const struct receiver_settings *settings, struct tls **tls, char *why, size_t room);
void tls_destroy(struct tls *tls); /* takes NULL */

/**
 * In the process of an association: reads the revocation lists as they are now. False: they cannot
 * be read, and nobody can be let in.
 */
bool tls_refresh(struct tls *tls, const struct receiver_settings *settings);

/** What was wrong with the sender's certificate, for people; "": nothing. */
const char *tls_fault(const struct tls *tls);

#ifdef __cplusplus
}

#include "dcmtk/dcmnet/assoc.h"

/** Has network speak TLS. */
OFCondition tls_use(tls *tls, T_ASC_Network *network);

/** True if the certificate that the sender has shown names ae_title. */
bool tls_names(T_ASC_Association *association, const char *ae_title);
#endif
