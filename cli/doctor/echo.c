/* SPDX-License-Identifier: Apache-2.0 */
/* An association (PS3.8 9.3) with one C-ECHO in it (PS3.7 9.3.5), byte by byte. */
#include "echo.h"

#include "connection.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    PDU_REQUEST = 1,
    PDU_ACCEPT = 2,
    PDU_REJECT = 3,
    PDU_DATA = 4,
    HEAD_BYTES = 6,
    ANSWER_BYTES = 4096, /* of a PDU: an acceptance has about 200 */
    TITLE_BYTES = 16,
};

/* what follows the titles: application context, Verification by implicit VR, 16 KiB at most */
#define ITEMS                                                                                      \
    "\x10\0\0\x15"                                                                                 \
    "1.2.840.10008.3.1.1.1"                                                                        \
    "\x20\0\0\x2e\x01\0\0\0"                                                                       \
    "\x30\0\0\x11"                                                                                 \
    "1.2.840.10008.1.1"                                                                            \
    "\x40\0\0\x11"                                                                                 \
    "1.2.840.10008.1.2"                                                                            \
    "\x50\0\0\x19"                                                                                 \
    "\x51\0\0\x04\0\0\x40\0"                                                                       \
    "\x52\0\0\x0d"                                                                                 \
    "2.25.77827665"

/* version 1, two titles, 32 bytes for nothing, items */
struct request {
    uint8_t head[HEAD_BYTES], version[4], called[TITLE_BYTES], calling[TITLE_BYTES], nothing[32],
        items[sizeof(ITEMS) - 1];
};

/* one fragment, the last one of a command: length, class, C-ECHO-RQ, message 1, no data set */
static const char echo[] = "\x04\0\0\0\0\x4a\0\0\0\x46\x01\x03"
                           "\0\0\0\0\x04\0\0\0\x38\0\0\0"
                           "\0\0\x02\0\x12\0\0\0"
                           "1.2.840.10008.1.1\0"
                           "\0\0\0\x01\x02\0\0\0\x30\0"
                           "\0\0\x10\x01\x02\0\0\0\x01\0"
                           "\0\0\0\x08\x02\0\0\0\x01\x01";

static const char release[] = "\x05\0\0\0\0\x04\0\0\0";

static bool receive(int fd, uint8_t *bytes, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t count = recv(fd, bytes + done, length - done, 0);
        if (count <= 0) {
            return false;
        }
        done += (size_t)count;
    }
    return true;
}

/* the kind of the next PDU, whose body goes to answer; 0: there is none that we understand */
static unsigned read_pdu(int fd, uint8_t answer[ANSWER_BYTES], size_t *length) {
    uint8_t head[HEAD_BYTES];
    if (!receive(fd, head, sizeof(head))) {
        return 0;
    }
    *length = (size_t)head[2] << 24 | (size_t)head[3] << 16 | (size_t)head[4] << 8 | head[5];
    return *length <= ANSWER_BYTES && receive(fd, answer, *length) ? head[0] : 0;
}

static void put_title(uint8_t title[TITLE_BYTES], const char *text) {
    memset(title, ' ', TITLE_BYTES);
    memcpy(title, text, strnlen(text, TITLE_BYTES));
}

static bool send_request(int fd, const char *called, const char *calling) {
    struct request request = {.head = {PDU_REQUEST}, .version = {0, 1}};
    size_t length = sizeof(request) - HEAD_BYTES;
    request.head[4] = (uint8_t)(length >> 8);
    request.head[5] = (uint8_t)length;
    put_title(request.called, called);
    put_title(request.calling, calling);
    memcpy(request.items, ITEMS, sizeof(request.items));
    return connection_send(fd, &request, sizeof(request));
}

/* PS3.8 table 9-21: nothing, result, source, reason */
static enum echo_answer rejected(const uint8_t *answer, size_t length) {
    static const struct {
        uint8_t source, reason;
        enum echo_answer answer;
    } reasons[] = {
        {1, 3, ECHO_NO_CALLER}, {1, 7, ECHO_OTHER_TITLE}, {3, 1, ECHO_BUSY}, {3, 2, ECHO_BUSY}};
    for (size_t i = 0; length >= 4 && i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (answer[2] == reasons[i].source && answer[3] == reasons[i].reason) {
            return reasons[i].answer;
        }
    }
    return ECHO_NONE;
}

/* the status of a response (0000,0900) is success, whatever stands before it */
static bool is_success(const uint8_t *answer, size_t length) {
    static const uint8_t success[] = {0, 0, 0, 9, 2, 0, 0, 0, 0, 0};
    return memmem(answer, length, success, sizeof(success)) != NULL;
}

enum echo_answer echo_ask(int fd, const char *called, const char *calling) {
    uint8_t answer[ANSWER_BYTES];
    size_t length = 0;
    unsigned kind = send_request(fd, called, calling) ? read_pdu(fd, answer, &length) : 0;
    if (kind == PDU_REJECT) {
        return rejected(answer, length);
    }
    bool answered = kind == PDU_ACCEPT && connection_send(fd, echo, sizeof(echo) - 1) &&
                    read_pdu(fd, answer, &length) == PDU_DATA && is_success(answer, length);
    if (kind == PDU_ACCEPT && connection_send(fd, release, sizeof(release))) {
        read_pdu(fd, answer, &length); /* so that it ends as it should, on both sides */
    }
    return answered ? ECHO_ANSWERED : ECHO_NONE;
}
