/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's messages, in pieces as long as the first byte says. A request that is found valid
 * has two texts that end within it.
 */
#include "inbox.h"

#include <stdlib.h>
#include <string.h>

static void require(bool promise) {
    if (!promise) {
        abort();
    }
}

/* body is exactly as long as its header says */
static void take(const struct protocol_header *header, const char *body) {
    struct protocol_check check;
    if (header->kind != PROTOCOL_CHECK || !protocol_check_valid(body, header->length)) {
        return;
    }
    memcpy(&check, body, sizeof(check));
    const char *root = body + sizeof(check), *path = root + check.root_length + 1;
    require(strlen(root) == check.root_length && strlen(path) == check.path_length);
    require(path + check.path_length + 1 == body + header->length);
    require(check.root_length < PROTOCOL_PATH_BYTES && check.path_length < PROTOCOL_PATH_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct inbox inbox = {0};
    struct protocol_header header;
    const char *body;
    enum inbox_next next = INBOX_WANTS_MORE;
    size_t piece = size > 0 ? (size_t)data[0] * 8 + 1 : 1;
    for (size_t done = 1; next != INBOX_VIOLATION && done < size; done += piece) {
        inbox_put(&inbox, data + done, size - done < piece ? size - done : piece);
        while ((next = inbox_next(&inbox, INBOX_FROM_DAEMON, &header, &body)) == INBOX_MESSAGE) {
            require(header.length <= PROTOCOL_BODY_BYTES);
            char *copy = malloc(header.length ? header.length : 1);
            require(copy);
            memcpy(copy, body, header.length);
            take(&header, copy);
            free(copy);
        }
    }
    inbox_finish(&inbox);
    return 0;
}
