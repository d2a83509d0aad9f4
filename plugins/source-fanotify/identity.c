/* SPDX-License-Identifier: Apache-2.0 */
/* A folder as the kernel knows it, whatever it is called and wherever it is moved. */
#include "identity.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

struct file_handle *identity_handle(const struct identity *identity) {
    return (struct file_handle *)(uintptr_t)(identity->bytes + IDENTITY_FSID);
}

static bool describe(int fd, struct identity *identity, int *mount) {
    struct statfs about;
    struct file_handle *handle = identity_handle(identity);
    handle->handle_bytes = MAX_HANDLE_SZ;
    if (fstatfs(fd, &about) < 0 || name_to_handle_at(fd, "", handle, mount, AT_EMPTY_PATH) < 0) {
        return false;
    }
    memcpy(identity->bytes, &about.f_fsid, sizeof(about.f_fsid));
    identity->length = IDENTITY_FSID + sizeof(*handle) + handle->handle_bytes;
    return true;
}

bool identity_of(const char *path, struct identity *identity, int *mount) {
    int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool done = describe(fd, identity, mount);
    int error = errno;
    close(fd);
    errno = error;
    return done;
}

bool identity_read(struct identity *identity, const void *bytes, size_t length) {
    struct file_handle head;
    if (length < IDENTITY_FSID + sizeof(head)) {
        return false;
    }
    memcpy(&head, (const char *)bytes + IDENTITY_FSID, sizeof(head));
    identity->length = IDENTITY_FSID + sizeof(head) + head.handle_bytes;
    if (head.handle_bytes > MAX_HANDLE_SZ || identity->length > length) {
        return false;
    }
    memcpy(identity->bytes, bytes, identity->length);
    return true;
}

bool identity_equal(const struct identity *one, const struct identity *other) {
    return one->length == other->length && memcmp(one->bytes, other->bytes, one->length) == 0;
}

bool identity_same_file_system(const struct identity *one, const struct identity *other) {
    return memcmp(one->bytes, other->bytes, IDENTITY_FSID) == 0;
}
