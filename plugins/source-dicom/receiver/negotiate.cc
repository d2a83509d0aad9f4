/* SPDX-License-Identifier: Apache-2.0 */
/* Which associations are accepted, and for which objects in which encoding. */
#include "say.h"
#include "session.h"

#include <arpa/inet.h>
#include <cstring>
#include <unistd.h>

/* none needs a codec to be stored */
static const char *const transfer_syntaxes[] = {
    UID_LittleEndianExplicitTransferSyntax,
    UID_LittleEndianImplicitTransferSyntax,
    UID_BigEndianExplicitTransferSyntax,
    UID_JPEGProcess14SV1TransferSyntax,
    UID_JPEGLSLosslessTransferSyntax,
    UID_JPEG2000LosslessOnlyTransferSyntax,
    UID_RLELosslessTransferSyntax,
    UID_DeflatedExplicitVRLittleEndianTransferSyntax,
    UID_JPEG2000TransferSyntax,
    UID_JPEGLSLossyTransferSyntax,
    UID_JPEGProcess1TransferSyntax,
    UID_JPEGProcess2_4TransferSyntax,
    UID_JPEGProcess3_5TransferSyntax,
    UID_JPEGProcess6_8TransferSyntax,
    UID_JPEGProcess7_9TransferSyntax,
    UID_JPEGProcess10_12TransferSyntax,
    UID_JPEGProcess11_13TransferSyntax,
    UID_JPEGProcess14TransferSyntax,
    UID_JPEGProcess15TransferSyntax,
    UID_JPEGProcess16_18TransferSyntax,
    UID_JPEGProcess17_19TransferSyntax,
    UID_JPEGProcess20_22TransferSyntax,
    UID_JPEGProcess21_23TransferSyntax,
    UID_JPEGProcess24_26TransferSyntax,
    UID_JPEGProcess25_27TransferSyntax,
    UID_JPEGProcess28TransferSyntax,
    UID_JPEGProcess29TransferSyntax,
    UID_JPEG2000Part2MulticomponentImageCompressionLosslessOnlyTransferSyntax,
    UID_JPEG2000Part2MulticomponentImageCompressionTransferSyntax,
    UID_MPEG2MainProfileAtMainLevelTransferSyntax,
    UID_MPEG2MainProfileAtHighLevelTransferSyntax,
    UID_MPEG4HighProfileLevel4_1TransferSyntax,
    UID_MPEG4BDcompatibleHighProfileLevel4_1TransferSyntax,
    UID_MPEG4HighProfileLevel4_2_For2DVideoTransferSyntax,
    UID_MPEG4HighProfileLevel4_2_For3DVideoTransferSyntax,
    UID_MPEG4StereoHighProfileLevel4_2TransferSyntax,
    UID_HEVCMainProfileLevel5_1TransferSyntax,
    UID_HEVCMain10ProfileLevel5_1TransferSyntax,
};

static const char *const mr_classes[] = {
    UID_MRImageStorage,
    UID_EnhancedMRImageStorage,
    UID_MRSpectroscopyStorage,
    UID_EnhancedMRColorImageStorage,
    UID_LegacyConvertedEnhancedMRImageStorage,
};

/* of every storage class of the standard; private classes have another root */
static const char storage_root[] = "1.2.840.10008.5.1.4.1.1.";
static const char standard_root[] = "1.2.840.10008.";

/* ---- contexts ------------------------------------------------------------------------------ */

static bool is_storage(const char *uid) {
    return strncmp(uid, storage_root, sizeof(storage_root) - 1) == 0 ||
           strncmp(uid, standard_root, sizeof(standard_root) - 1) != 0;
}

static bool is_wanted(const receiver_settings *settings, const char *uid) {
    for (const char *one : mr_classes) {
        if (strcmp(one, uid) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < settings->class_count; i++) {
        const char *one = settings->classes[i];
        if (strcmp(one, uid) == 0 || (strcmp(one, "*") == 0 && is_storage(uid))) {
            return true;
        }
    }
    return strcmp(uid, UID_VerificationSOPClass) == 0;
}

static bool is_known(const char *uid) {
    for (const char *one : transfer_syntaxes) {
        if (strcmp(one, uid) == 0) {
            return true;
        }
    }
    return false;
}

/** The first that we know of those proposed, so that no sender converts; nullptr: none. */
static const char *choose(const T_ASC_PresentationContext &context) {
    for (int i = 0; i < context.transferSyntaxCount; i++) {
        if (is_known(context.proposedTransferSyntaxes[i])) {
            return context.proposedTransferSyntaxes[i];
        }
    }
    return nullptr;
}

/** Answers each proposed context; how many are accepted. refused becomes a class that is not. */
static int answer_contexts(Session &session, DIC_UI &refused) {
    T_ASC_Parameters *parameters = session.association->params;
    int accepted = 0;
    for (int i = 0; i < ASC_countPresentationContexts(parameters); i++) {
        T_ASC_PresentationContext context;
        if (ASC_getPresentationContext(parameters, i, &context).bad()) {
            continue;
        }
        bool wanted = is_wanted(session.settings, context.abstractSyntax);
        const char *chosen = wanted ? choose(context) : nullptr;
        if (chosen) {
            ASC_acceptPresentationContext(parameters, context.presentationContextID, chosen);
            accepted++;
            continue;
        }
        ASC_refusePresentationContext(parameters, context.presentationContextID,
                                      wanted ? ASC_P_TRANSFERSYNTAXESNOTSUPPORTED
                                             : ASC_P_ABSTRACTSYNTAXNOTSUPPORTED);
        memcpy(refused, context.abstractSyntax, sizeof(refused));
    }
    return accepted;
}

/* ---- who calls ----------------------------------------------------------------------------- */

/* spaces around an AE title mean nothing (PS3.5 6.2) */
static void trim(char *title) {
    size_t begin = strspn(title, " "), length = strlen(title + begin);
    while (length > 0 && title[begin + length - 1] == ' ') {
        length--;
    }
    memmove(title, title + begin, length);
    title[length] = '\0';
}

static void name_peer(Session &session) {
    char address[INET6_ADDRSTRLEN] = "?";
    const sockaddr_storage &from = session.from->from;
    const void *bytes = &reinterpret_cast<const sockaddr_in &>(from).sin_addr;
    if (from.ss_family == AF_INET6) {
        bytes = &reinterpret_cast<const sockaddr_in6 &>(from).sin6_addr;
    }
    inet_ntop(from.ss_family, bytes, address, sizeof(address));
    snprintf(session.peer, sizeof(session.peer), "%s (%.44s)", session.ae_title, address);
}

static bool is_allowed(const Session &session) {
    const receiver_settings *settings = session.settings;
    bool allowed = settings->caller_count == 0;
    for (size_t i = 0; !allowed && i < settings->caller_count; i++) {
        allowed = caller_is(&settings->callers[i], session.ae_title,
                            reinterpret_cast<const sockaddr *>(&session.from->from));
    }
    return allowed;
}

static bool reject(Session &session, T_ASC_RejectParametersResult result,
                   T_ASC_RejectParametersSource source, T_ASC_RejectParametersReason reason) {
    const T_ASC_RejectParameters parameters = {result, source, reason};
    ASC_rejectAssociation(session.association, &parameters);
    return false;
}

/** Takes the place of an association; false, having said why: there is none. */
static bool has_place(const Session &session) {
    const receiver_settings *settings = session.settings;
    alarm(0); /* the sender need not hurry while it waits for us */
    place_answer answer = places_admit(session.from->places, session.from->place);
    alarm(settings->acse_s);
    switch (answer) {
    case PLACE_GIVEN:
        return true;
    case PLACE_TOO_MANY_OF_PEER:
        say(RECORD_CROWDED,
            "%s has %u associations already and gets no further one: raise "
            "\"associations_per_peer\" if it needs more",
            session.peer, settings->associations_per_peer);
        return false;
    case PLACE_TOO_MANY:
        say(RECORD_CROWDED,
            "%s has to come later, since there are %u associations at work: raise "
            "\"associations\" if that happens often",
            session.peer, settings->associations);
        return false;
    }
    return false;
}

bool negotiate(Session &session) {
    const receiver_settings *settings = session.settings;
    char called[64] = "", calling[64] = "", responding[64] = "";
    ASC_getAPTitles(session.association->params, calling, sizeof(calling), called, sizeof(called),
                    responding, sizeof(responding));
    trim(calling);
    trim(called);
    snprintf(session.ae_title, sizeof(session.ae_title), "%.*s", AE_TITLE_BYTES, calling);
    name_peer(session);
    if (strcmp(called, settings->ae_title) != 0) {
        say(RECORD_REFUSED, "%s calls \"%s\", and our AE title is \"%s\": correct it at the sender",
            session.peer, called, settings->ae_title);
        return reject(session, ASC_RESULT_REJECTEDPERMANENT, ASC_SOURCE_SERVICEUSER,
                      ASC_REASON_SU_CALLEDAETITLENOTRECOGNIZED);
    }
    if (!is_allowed(session)) {
        say(RECORD_REFUSED,
            "%s is none of the callers that may send: add it to \"callers\" if it "
            "should",
            session.peer);
        return reject(session, ASC_RESULT_REJECTEDPERMANENT, ASC_SOURCE_SERVICEUSER,
                      ASC_REASON_SU_CALLINGAETITLENOTRECOGNIZED);
    }
    if (settings->names_caller && !tls_names(session.association, session.ae_title)) {
        say(RECORD_REFUSED,
            "%s has a certificate that does not name this AE title, as common name or DNS name "
            "(tls_names_caller)",
            session.peer);
        return reject(session, ASC_RESULT_REJECTEDPERMANENT, ASC_SOURCE_SERVICEUSER,
                      ASC_REASON_SU_CALLINGAETITLENOTRECOGNIZED);
    }
    if (!has_place(session)) {
        return reject(session, ASC_RESULT_REJECTEDTRANSIENT,
                      ASC_SOURCE_SERVICEPROVIDER_PRESENTATION_RELATED,
                      ASC_REASON_SP_PRES_LOCALLIMITEXCEEDED);
    }
    DIC_UI refused = "";
    if (answer_contexts(session, refused) == 0) {
        say(RECORD_REFUSED,
            "%s offers nothing that is taken: the SOP class %s, for instance; add "
            "it to \"more_classes\" if it should be",
            session.peer, refused);
    }
    return ASC_acknowledgeAssociation(session.association).good();
}
