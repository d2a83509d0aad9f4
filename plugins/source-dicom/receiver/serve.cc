/* SPDX-License-Identifier: Apache-2.0 */
/* One association, from its request to its end. */
#include "say.h"
#include "session.h"

#include "dcmtk/dcmdata/dcdict.h"
#include "dcmtk/dcmnet/dcmtrans.h"
#include "dcmtk/dcmtls/tlslayer.h"

#include <cstdio>
#include <unistd.h>

bool serve_prepare(void) {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL); /* DCMTK prints what senders write: names too */
    dcmEnableAutomaticInputDataCorrection.set(OFFalse); /* it makes 12 of the UID "1 2" */
    dcmDisableGethostbyaddr.set(OFTrue);                /* a name server may hang */
    return dcmDataDict.isDictionaryLoaded();
}

/* ---- TLS ----------------------------------------------------------------------------------- */

bool serve_tls(const receiver_settings *settings, void **tls, char *why, size_t room) {
    *tls = nullptr;
    if (!*settings->certificate) {
        return true;
    }
    auto *layer = new DcmTLSTransportLayer(NET_ACCEPTOR, nullptr, OFTrue);
    const char *bad = nullptr;
    layer->setPrivateKeyPasswd(""); /* never asked for on a terminal */
    if (layer->setPrivateKeyFile(settings->key, DCF_Filetype_PEM).bad()) {
        bad = "tls_key is no PEM file with a private key, without a password, that can be read";
    } else if (layer->setCertificateFile(settings->certificate, DCF_Filetype_PEM).bad()) {
        bad = "tls_certificate is no PEM file with a certificate that can be read";
    } else if (!layer->checkPrivateKeyMatchesCertificate()) {
        bad = "tls_key is not the key of tls_certificate";
    } else if (*settings->ca &&
               layer->addTrustedCertificateFile(settings->ca, DCF_Filetype_PEM).bad()) {
        bad = "tls_ca is no PEM file with certificates that can be read";
    } else if (layer->setTLSProfile(TSP_Profile_BCP195).bad() ||
               layer->activateCipherSuites().bad()) {
        bad = "this OpenSSL has no cipher suite of BCP 195";
    }
    if (bad) {
        delete layer;
        snprintf(why, room, "%s", bad);
        return false;
    }
    layer->setCertificateVerification(*settings->ca ? DCV_requireCertificate
                                                    : DCV_ignoreCertificate);
    *tls = layer;
    return true;
}

void serve_tls_free(void *tls) {
    delete static_cast<DcmTLSTransportLayer *>(tls);
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
        ASC_acknowledgeRelease(session.association);
        return;
    }
    say(RECORD_LOST, "the association of %s has ended: %s", session.peer, why);
    if (done != DUL_PEERABORTEDASSOCIATION) {
        ASC_abortAssociation(session.association);
    }
}

static void receive_association(Session &session, T_ASC_Network *network, void *tls) {
    const receiver_settings *settings = session.settings;
    alarm(settings->acse_s); /* whatever it waits for: TLS, half a request */
    OFCondition received =
        ASC_receiveAssociation(network, &session.association, settings->pdu_bytes, nullptr, nullptr,
                               tls != nullptr, DUL_BLOCK, static_cast<int>(settings->acse_s));
    if (received.bad()) {
        say(RECORD_REFUSED, "a connection has brought no association request%s: %s",
            tls ? " over TLS" : "", received.text());
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

void serve(const receiver_settings *settings, void *tls, const connection *connection) {
    Session session = {settings, connection, nullptr, "", ""};
    T_ASC_Network *network = nullptr;
    dcmExternalSocketHandle.set(connection->socket);
    dcmSocketReceiveTimeout.set(static_cast<Sint32>(settings->dimse_s));
    dcmSocketSendTimeout.set(static_cast<Sint32>(settings->dimse_s));
    OFCondition made =
        ASC_initializeNetwork(NET_ACCEPTOR, 0, static_cast<int>(settings->acse_s), &network);
    if (made.good() && tls) {
        made = ASC_setTransportLayer(
            network, static_cast<DcmTransportLayer *>(static_cast<DcmTLSTransportLayer *>(tls)), 0);
    }
    if (made.bad()) {
        say(RECORD_REFUSED, "no association can be received: %s", made.text());
        return;
    }
    receive_association(session, network, tls);
    ASC_dropNetwork(&network);
}
