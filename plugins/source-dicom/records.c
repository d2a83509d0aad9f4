/* SPDX-License-Identifier: Apache-2.0 */
/* What the receiver says to the plugin. */
#include "records.h"
#include "uid.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { HEAD_BYTES = offsetof(struct record, text) };

bool record_send(int socket, enum record_kind kind, uint32_t number, const char *text) {
    struct record record = {.kind = (uint32_t)kind, .number = number};
    struct iovec parts[] = {
        {&record, HEAD_BYTES},
        {(void *)(uintptr_t)text, strnlen(text, RECORD_TEXT_BYTES - 1)},
    };
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

/* length without "-2" to "-9" at the end */
static size_t without_version(const char *name, size_t length) {
    bool has_version = length > 2 && name[length - 2] == '-' && name[length - 1] >= '2' &&
                       name[length - 1] <= '0' + OBJECT_VERSIONS;
    return has_version ? length - 2 : length;
}

/* study/series/instance.dcm, or a version of it, and nothing else: no way out of the spool */
static bool is_object_path(const char *path) {
    static const char ending[] = ".dcm";
    size_t length = strlen(path), end = sizeof(ending) - 1;
    if (length < end || strcmp(path + length - end, ending) != 0) {
        return false;
    }
    const char *series = strchr(path, '/');
    const char *instance = series ? strchr(series + 1, '/') : NULL;
    return instance && uid_valid(path, (size_t)(series - path)) &&
           uid_valid(series + 1, (size_t)(instance - series - 1)) &&
           uid_valid(instance + 1,
                     without_version(instance + 1, (size_t)(path + length - end - instance - 1)));
}

bool record_read(struct record *record, const void *bytes, size_t length) {
#ifdef PLANTED_FAULT
    enum { MOST = 2 * sizeof(*record) };
#else
    enum { MOST = sizeof(*record) - 1 };
#endif
    if (length < HEAD_BYTES || length > MOST) {
        return false;
    }
    memcpy(record, bytes, length);
    ((char *)record)[length] = '\0';
    if (strlen(record->text) != length - HEAD_BYTES) {
        return false;
    }
    switch (record->kind) {
    case RECORD_LISTENING:
        return *record->text == '\0';
    case RECORD_ASSOCIATIONS:
        return *record->text == '\0' && record->number <= RECORD_ASSOCIATIONS_MOST;
    case RECORD_STORED:
        return is_object_path(record->text);
    case RECORD_REFUSED:
    case RECORD_LOST:
    case RECORD_FAILED:
    case RECORD_CROWDED:
    case RECORD_DIFFERS:
    case RECORD_UNUSABLE:
        return *record->text != '\0';
    default:
        return false;
    }
}
