/* SPDX-License-Identifier: Apache-2.0 */
/* One association, from its request to its end. */
#include "say.h"
#include "session.h"

#include "dcmtk/dcmdata/dcdict.h"
#include "dcmtk/dcmnet/dcmtrans.h"

#include <unistd.h>

bool serve_prepare(void) {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL); /* DCMTK prints what senders write: names too */
    dcmEnableAutomaticInputDataCorrection.set(OFFalse); /* it makes 12 of the UID "1 2" */
    dcmDisableGethostbyaddr.set(OFTrue);                /* a name server may hang */
    return dcmDataDict.isDictionaryLoaded();
}

/* ---- the association ----------------------------------------------------------------------- */

/** Why an association has ended, for people; nullptr: as it should. */
static const char *reason(const OFCondition &ended) {
    return ended == DUL_PEERREQUESTEDRELEASE     ? nullptr
           : ended == DUL_PEERABORTEDASSOCIATION ? "it was aborted by the sender"
           : ended == DUL_NETWORKCLOSED          ? "the connection has broken"
           : ended == DIMSE_NODATAAVAILABLE      ? "nothing came for longer than dimse_timeout"
                                                 : ended.text();
}

/** Answers one command; bad, or a release, when it was the last. */
static OFCondition serve_command(Session &session) {
    T_ASC_PresentationContextID context = 0;
    T_DIMSE_Message message = {};
    OFCondition done = DIMSE_receiveCommand(session.association, DIMSE_NONBLOCKING,
                                            static_cast<int>(session.settings->dimse_s), &context,
                                            &message, nullptr);
    if (done.bad() || done == DUL_PEERREQUESTEDRELEASE) {
        return done;
    }
    switch (message.CommandField) {
    case DIMSE_C_ECHO_RQ:
        return DIMSE_sendEchoResponse(session.association, context, &message.msg.CEchoRQ,
                                      STATUS_Success, nullptr);
    case DIMSE_C_STORE_RQ:
        return store(session, context, message.msg.CStoreRQ);
    default:
        return DIMSE_BADCOMMANDTYPE;
    }
}

static void serve_commands(Session &session) {
    OFCondition done = EC_Normal;
    while (done.good() && done != DUL_PEERREQUESTEDRELEASE) {
        done = serve_command(session);
    }
    const char *why = reason(done);
    if (!why) {
        places_leave(session.from->places, session.from->place);
        ASC_acknowledgeRelease(session.association);
        return;
    }
    say(RECORD_LOST, "the association of %s has ended: %s", session.peer, why);
    if (done != DUL_PEERABORTEDASSOCIATION) {
        ASC_abortAssociation(session.association);
    }
}

static void receive_association(Session &session, T_ASC_Network *network, tls *tls) {
    const receiver_settings *settings = session.settings;
    alarm(settings->acse_s); /* whatever it waits for: TLS, half a request */
    OFCondition received =
        ASC_receiveAssociation(network, &session.association, settings->pdu_bytes, nullptr, nullptr,
                               tls != nullptr, DUL_BLOCK, static_cast<int>(settings->acse_s));
    if (received.bad()) {
        const char *fault = tls ? tls_fault(tls) : "";
        say(RECORD_REFUSED, "a connection has brought no association request%s: %s",
            tls ? " over TLS" : "", *fault ? fault : received.text());
    } else if (negotiate(session)) {
        alarm(0);
        serve_commands(session);
    }
    alarm(0);
    if (session.association) {
        ASC_dropAssociation(session.association);
        ASC_destroyAssociation(&session.association);
    }
}

void serve(const receiver_settings *settings, tls *tls, const connection *connection) {
    Session session = {settings, connection, nullptr, "", ""};
    if (tls && !tls_refresh(tls, settings)) {
        say(RECORD_REFUSED, "tls_crl can no longer be read: nobody is let in until it can");
        return;
    }
    T_ASC_Network *network = nullptr;
    dcmExternalSocketHandle.set(connection->socket);
    dcmSocketReceiveTimeout.set(static_cast<Sint32>(settings->dimse_s));
    dcmSocketSendTimeout.set(static_cast<Sint32>(settings->dimse_s));
    OFCondition made =
        ASC_initializeNetwork(NET_ACCEPTOR, 0, static_cast<int>(settings->acse_s), &network);
    if (made.good() && tls) {
        made = tls_use(tls, network);
    }
    if (made.bad()) {
        say(RECORD_REFUSED, "no association can be received: %s", made.text());
        return;
    }
    receive_association(session, network, tls);
    ASC_dropNetwork(&network);
}
