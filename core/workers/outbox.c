/* SPDX-License-Identifier: Apache-2.0 */
/* Messages on their way out. */
#include "outbox.h"

#include "base/memory.h"

#include <errno.h>
#include <sys/socket.h>

enum { FIRST_ROOM = 4096 };

void outbox_finish(struct outbox *outbox) {
    free(outbox->bytes);
    *outbox = (struct outbox){0};
}

void outbox_add(struct outbox *outbox, const void *bytes, size_t length) {
    size_t needed = outbox->end + length, room = outbox->room ? outbox->room : FIRST_ROOM;
    while (room < needed) {
        room *= 2;
    }
    if (room != outbox->room) {
        outbox->bytes = mem_resize(outbox->bytes, room, 1);
        outbox->room = room;
    }
    memcpy(outbox->bytes + outbox->end, bytes, length);
    outbox->end += length;
}

bool outbox_send(struct outbox *outbox, int socket) {
    while (outbox->begin < outbox->end) {
        ssize_t sent = send(socket, outbox->bytes + outbox->begin, outbox->end - outbox->begin,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0 && errno == EAGAIN) {
            return false;
        }
        if (sent < 0) {
            break; /* the other end is gone: reading will say so */
        }
        outbox->begin += (size_t)sent;
    }
    outbox->begin = outbox->end = 0;
    return true;
}
