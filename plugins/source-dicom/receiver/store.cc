/* SPDX-License-Identifier: Apache-2.0 */
/* C-STORE: one object, byte by byte as it comes, from the network into the spool (PS3.4 B.2). */
#include "object.h"
#include "say.h"
#include "session.h"

#include "dcmtk/dcmdata/dctk.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netinet/tcp.h>
#include <unistd.h>

/* of a value that is read into memory: UIDs are short, and the rest is passed over */
enum { VALUE_BYTES = 4096 };

/* what is promised to an association in one go, so that few of its writes ask for space */
static const uint64_t SPACE_BYTES = 1 << 20;

/** What is answered; comment goes to the sender too (0000,0902), which has 64 bytes for it. */
struct Outcome {
    DIC_US status;
    char comment[65];
};

/* PS3.7 C.5.6 and C.5.2: the instance's UID breaks the rules, or was given away already */
static const DIC_US invalid_instance = 0x0117, duplicate_instance = 0x0111;

static void fail(Outcome &outcome, DIC_US status, const char *comment) {
    if (outcome.status == STATUS_Success) { /* the first fault is the cause */
        outcome.status = status;
        snprintf(outcome.comment, sizeof(outcome.comment), "%s", comment);
    }
}

static void fail_file(Outcome &outcome, const char *what, int error) {
    char comment[64];
    snprintf(comment, sizeof(comment), "%s: %s", what, strerror(error));
    fail(outcome, STATUS_STORE_Refused_OutOfResources, comment);
}

/* ---- before the data ----------------------------------------------------------------------- */

static void check_request(Outcome &outcome, const T_ASC_PresentationContext &context,
                          const T_DIMSE_C_StoreRQ &request) {
    if (strcmp(context.abstractSyntax, request.AffectedSOPClassUID) != 0) {
        fail(outcome, STATUS_STORE_Refused_SOPClassNotSupported,
             "SOP class is not that of the presentation context");
    }
    if (!uid_valid(request.AffectedSOPInstanceUID, strlen(request.AffectedSOPInstanceUID))) {
        fail(outcome, invalid_instance, "Affected SOP Instance UID is no UID");
    }
    if (request.DataSetType == DIMSE_DATASET_NULL) {
        fail(outcome, STATUS_STORE_Error_CannotUnderstand, "no data set");
    }
}

/** Has room for bytes promised beside what the file system has to keep free. */
static void reserve(Outcome &outcome, const Session &session, uint64_t bytes) {
    places *places = session.from->places;
    uint64_t left = places->of[session.from->place].reserved;
    if (left < bytes && !places_reserve(places, session.from->place, std::max(SPACE_BYTES, bytes),
                                        session.settings->free_bytes)) {
        fail(outcome, STATUS_STORE_Refused_OutOfResources,
             "the spool has less free space than min_free");
    }
}

static bool begin(Outcome &outcome, const Session &session, object &file,
                  const T_ASC_PresentationContext &context, const T_DIMSE_C_StoreRQ &request) {
    const object_meta meta = {request.AffectedSOPClassUID,           request.AffectedSOPInstanceUID,
                              context.acceptedTransferSyntax,        OFFIS_IMPLEMENTATION_CLASS_UID,
                              OFFIS_DTK_IMPLEMENTATION_VERSION_NAME, session.ae_title};
    if (outcome.status == STATUS_Success && !object_begin(&file, &meta)) {
        fail_file(outcome, "cannot make a file in the spool", errno);
    }
    return outcome.status == STATUS_Success;
}

/* ---- the data ------------------------------------------------------------------------------ */

/**
 * A sender that holds its last, small piece until all before it is acknowledged (Nagle) waits for
 * our kernel, which waits 40 ms for an answer of ours to put the acknowledgement in. The kernel
 * forgets this setting by itself.
 */
static void acknowledge_at_once(const Session &session) {
    int on = 1;
    setsockopt(session.from->socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

/** The next piece, from what was read already or from the network (as DIMSE does it inside). */
static OFCondition next_piece(const Session &session, DUL_PDV &piece) {
    T_ASC_Association *association = session.association;
    int patience = static_cast<int>(session.settings->dimse_s);
    OFCondition read = DUL_NextPDV(&association->DULassociation, &piece);
    if (read.good()) {
        return read;
    }
    acknowledge_at_once(session);
    if (!ASC_dataWaiting(association, patience)) {
        return DIMSE_NODATAAVAILABLE;
    }
    read = DUL_ReadPDVs(&association->DULassociation, nullptr, DUL_NOBLOCK, patience);
    return read == DUL_PDATAPDUARRIVED ? DUL_NextPDV(&association->DULassociation, &piece)
           : read.good()               ? DIMSE_READPDVFAILED
                                       : read;
}

static void write(Outcome &outcome, const Session &session, object &file, const DUL_PDV &piece) {
    reserve(outcome, session, piece.fragmentLength);
    if (outcome.status != STATUS_Success) {
        return;
    }
    object_write(&file, piece.data, piece.fragmentLength);
    places_wrote(session.from->places, session.from->place, piece.fragmentLength);
    if (file.error) {
        fail_file(outcome, "cannot write to the spool", file.error);
    }
}

/** Reads all of the data set, and writes it as long as nothing is wrong. Bad: a lost association.
 */
static OFCondition receive(Outcome &outcome, const Session &session, object &file,
                           T_ASC_PresentationContextID context) {
    DUL_PDV piece;
    do {
        OFCondition read = next_piece(session, piece);
        if (read.bad() || read == DUL_PEERREQUESTEDRELEASE) {
            return read.bad() ? read : DIMSE_READPDVFAILED;
        }
        if (piece.pdvType != DUL_DATASETPDV || piece.presentationContextID != context) {
            return DIMSE_UNEXPECTEDPDVTYPE;
        }
        places_touch(session.from->places, session.from->place);
        if (outcome.status != STATUS_Success) {
            continue;
        }
        if (file.bytes + piece.fragmentLength > session.settings->object_bytes) {
            fail(outcome, STATUS_STORE_Refused_OutOfResources, "object is larger than max_object");
            continue;
        }
        write(outcome, session, file, piece);
    } while (!piece.lastPDV);
    return EC_Normal;
}

/* ---- behind the data ----------------------------------------------------------------------- */

/** A UID of the data set, without padding; true where it is one. */
static bool read_uid(DcmDataset *set, const DcmTagKey &tag, char uid[UID_BYTES + 1]) {
    const char *text = nullptr;
    if (set->findAndGetString(tag, text).bad() || !text) {
        return false;
    }
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ') {
        length--;
    }
    if (!uid_valid(text, length)) {
        return false;
    }
    memcpy(uid, text, length);
    uid[length] = '\0';
    return true;
}

static void identify(Outcome &outcome, const object &file, const T_DIMSE_C_StoreRQ &request,
                     object_uids &uids) {
    DcmFileFormat format;
    char sop_class[UID_BYTES + 1] = "";
    OFCondition read = format.loadFileUntilTag(file.name, EXS_Unknown, EGL_noChange, VALUE_BYTES,
                                               ERM_fileOnly, DcmTagKey(0x0020, 0x000f));
    DcmDataset *set = format.getDataset();
    if (read.bad()) {
        fail(outcome, STATUS_STORE_Error_CannotUnderstand, "data set cannot be read");
    } else if (!read_uid(set, DCM_SOPInstanceUID, uids.instance) ||
               strcmp(uids.instance, request.AffectedSOPInstanceUID) != 0) {
        fail(outcome, STATUS_STORE_Error_DataSetDoesNotMatchSOPClass,
             "SOP Instance UID is not that of the command");
    } else if (!read_uid(set, DCM_SOPClassUID, sop_class) ||
               strcmp(sop_class, request.AffectedSOPClassUID) != 0) {
        fail(outcome, STATUS_STORE_Error_DataSetDoesNotMatchSOPClass,
             "SOP Class UID is not that of the command");
    } else if (!read_uid(set, DCM_StudyInstanceUID, uids.study)) {
        fail(outcome, STATUS_STORE_Error_CannotUnderstand,
             "Study Instance UID is missing or no UID");
    } else if (!read_uid(set, DCM_SeriesInstanceUID, uids.series)) {
        fail(outcome, STATUS_STORE_Error_CannotUnderstand,
             "Series Instance UID is missing or no UID");
    }
}

static void finish(Outcome &outcome, const Session &session, object &file,
                   const T_DIMSE_C_StoreRQ &request) {
    object_uids uids = {};
    char path[OBJECT_PATH_BYTES];
    alarm(session.settings->dimse_s); /* a deflated set may be a thousand times what was sent */
    identify(outcome, file, request, uids);
    alarm(0);
    if (outcome.status != STATUS_Success) {
        object_drop(&file);
        return;
    }
    switch (object_keep(&file, &uids, session.settings->fsync ? OBJECT_SYNC : OBJECT_LAZY, path)) {
    case OBJECT_LOST:
        fail_file(outcome, "cannot store the file", errno);
        break;
    case OBJECT_REFUSED:
        fail(outcome, duplicate_instance, "came with other content too often");
        break;
    case OBJECT_BESIDE:
        say(RECORD_DIFFERS,
            "%s has sent an instance again with other content: kept beside it as %s", session.peer,
            path);
        say_stored(path);
        break;
    case OBJECT_KEPT:
        say_stored(path);
        break;
    }
}

static OFCondition answer(const Session &session, T_ASC_PresentationContextID context,
                          const T_DIMSE_C_StoreRQ &request, const Outcome &outcome) {
    T_DIMSE_C_StoreRSP response = {};
    DcmDataset detail;
    bool fine = outcome.status == STATUS_Success;
    response.DimseStatus = outcome.status;
    if (!fine) {
        say(RECORD_FAILED, "an object from %s was not stored (status %04X): %s", session.peer,
            outcome.status, outcome.comment);
        detail.putAndInsertString(DCM_ErrorComment, outcome.comment);
    }
    return DIMSE_sendStoreResponse(session.association, context, &request, &response,
                                   fine ? nullptr : &detail);
}

OFCondition store(Session &session, T_ASC_PresentationContextID id, T_DIMSE_C_StoreRQ &request) {
    Outcome outcome = {};
    object file;
    T_ASC_PresentationContext context;
    OFCondition done =
        ASC_findAcceptedPresentationContext(session.association->params, id, &context);
    if (done.bad()) {
        return done;
    }
    check_request(outcome, context, request);
    places_touch(session.from->places, session.from->place);
    reserve(outcome, session, SPACE_BYTES);
    bool begun = begin(outcome, session, file, context, request);
    if (request.DataSetType != DIMSE_DATASET_NULL) {
        done = receive(outcome, session, file, id);
    }
    if (begun && (done.bad() || outcome.status != STATUS_Success)) {
        object_drop(&file);
    } else if (begun) {
        finish(outcome, session, file, request);
    }
    places_release(session.from->places, session.from->place);
    return done.bad() ? done : answer(session, id, request, outcome);
}
