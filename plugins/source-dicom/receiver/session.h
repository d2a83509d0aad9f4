/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the receiver's C++: one association and what is known of it. */
#pragma once

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmnet/dimse.h"
#include "serve.h"

struct Session {
    const receiver_settings *settings;
    const connection *from;
    T_ASC_Association *association;
    char peer[64];                     /* "AE (address)", for people */
    char ae_title[AE_TITLE_BYTES + 1]; /* of the peer, without spaces around it */
};

/** Accepts or refuses what the association was requested for. False: it is refused, and told. */
bool negotiate(Session &session);

/** Receives the object of one C-STORE request, and answers. */
OFCondition store(Session &session, T_ASC_PresentationContextID context,
                  T_DIMSE_C_StoreRQ &request);
