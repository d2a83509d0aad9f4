/* SPDX-License-Identifier: Apache-2.0 */
/* What the scanning child tells the daemon. */
#include "record.h"
#include <string.h>

static bool has_path(const struct record *head) {
    return head->kind != RECORD_STATE;
}

static bool has_root(const struct record *head) {
    return head->kind == RECORD_FILE || head->kind == RECORD_FOLDER || head->kind == RECORD_FAULT;
}

/** root is "/", or ends where path has a slash or its end. */
static bool root_fits(const struct record *head, const char *path) {
    if (head->root_bytes == 0 || head->root_bytes > head->path_bytes) {
        return false;
    }
    char next = path[head->root_bytes];
    return head->root_bytes == 1 || next == '/' || (next == '\0' && head->kind == RECORD_FAULT);
}

bool record_valid(struct record_buffer *buffer, size_t size) {
    const struct record *head = &buffer->head;
    if (size < sizeof(*head) || head->kind == 0 || head->kind >= RECORD_KINDS ||
        head->state >= SCAN_STATES || head->fault >= FAULTS) {
        return false;
    }
    if (head->path_bytes >= RECORD_PATH_BYTES || size - sizeof(*head) != head->path_bytes) {
        return false;
    }
    buffer->path[head->path_bytes] = '\0';
    if (!has_path(head)) {
        return head->path_bytes == 0;
    }
    return buffer->path[0] == '/' && strlen(buffer->path) == head->path_bytes &&
           (!has_root(head) || root_fits(head, buffer->path));
}
