/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as they come in. */
#include "inbox.h"

#include "base/memory.h"

#include <sys/socket.h>

enum { ROOM = 64 * 1024 }; /* some answers at once; one that is longer gets what it needs */

void inbox_finish(struct inbox *inbox) {
    free(inbox->bytes);
    *inbox = (struct inbox){0};
}

/* What the message that begins here needs, at most; its header was found valid before. */
static size_t needed(const struct inbox *inbox) {
    struct protocol_header header;
    if (inbox->end - inbox->begin < sizeof(header)) {
        return sizeof(header);
    }
    memcpy(&header, inbox->bytes + inbox->begin, sizeof(header));
    return header.length <= PROTOCOL_BODY_BYTES ? sizeof(header) + header.length : sizeof(header);
}

static void make_room(struct inbox *inbox, size_t wanted) {
    size_t held = inbox->end - inbox->begin;
    if (inbox->begin > 0 && (held == 0 || inbox->room - inbox->begin < wanted)) {
        memmove(inbox->bytes, inbox->bytes + inbox->begin, held);
        inbox->begin = 0;
        inbox->end = held;
    }
    if (inbox->room < wanted) {
        inbox->room = wanted > ROOM ? wanted : ROOM;
        inbox->bytes = mem_resize(inbox->bytes, inbox->room, 1);
    }
}

ssize_t inbox_fill(struct inbox *inbox, int socket) {
    make_room(inbox, inbox->begin < inbox->end ? needed(inbox) : ROOM);
    if (inbox->end == inbox->room) {
        make_room(inbox, inbox->end - inbox->begin + 1);
    }
    ssize_t got = recv(socket, inbox->bytes + inbox->end, inbox->room - inbox->end, 0);
    inbox->end += got > 0 ? (size_t)got : 0;
    return got;
}

void inbox_put(struct inbox *inbox, const void *bytes, size_t length) {
    make_room(inbox, inbox->end - inbox->begin + length);
    memcpy(inbox->bytes + inbox->end, bytes, length);
    inbox->end += length;
}

bool inbox_full(const struct inbox *inbox) {
    return inbox->end == inbox->room;
}

enum inbox_next inbox_next(struct inbox *inbox, enum inbox_from from,
                           struct protocol_header *header, const char **body) {
    size_t held = inbox->end - inbox->begin;
    if (held < sizeof(*header)) {
        return INBOX_WANTS_MORE;
    }
    memcpy(header, inbox->bytes + inbox->begin, sizeof(*header));
    if (!protocol_header_valid(header, from == INBOX_FROM_WORKER)) {
        return INBOX_VIOLATION;
    }
    if (held < sizeof(*header) + header->length) {
        return INBOX_WANTS_MORE;
    }
    *body = inbox->bytes + inbox->begin + sizeof(*header);
    inbox->begin += sizeof(*header) + header->length;
    return INBOX_MESSAGE;
}
