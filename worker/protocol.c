/* SPDX-License-Identifier: Apache-2.0 */
/* What a message between the daemon and its children may look like. */
#include "protocol.h"

#include "base/text.h"
#include "check/check.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { FROM_DAEMON = 1, FROM_WORKER = 2 };

static const struct {
    unsigned from;
    size_t least, most; /* bytes of the body */
} kinds[] = {
    [PROTOCOL_SETTINGS] = {FROM_DAEMON, 2, PROTOCOL_BODY_BYTES},
    [PROTOCOL_CHECK] = {FROM_DAEMON, sizeof(struct protocol_check) + 4,
                        sizeof(struct protocol_check) + 2 * PROTOCOL_PATH_BYTES},
    [PROTOCOL_READY] = {FROM_WORKER, 0, 0},
    [PROTOCOL_ANSWER] = {FROM_WORKER, sizeof(struct protocol_answer), PROTOCOL_BODY_BYTES},
    [PROTOCOL_FAILED] = {FROM_WORKER, 1, PROTOCOL_MESSAGE_BYTES},
    [PROTOCOL_KEEP] = {FROM_DAEMON | FROM_WORKER, 0, PROTOCOL_BODY_BYTES},
    [PROTOCOL_DATABASE] = {FROM_DAEMON | FROM_WORKER, 0, PROTOCOL_BODY_BYTES},
};

bool protocol_header_valid(const struct protocol_header *header, bool from_worker) {
    if (header->kind >= sizeof(kinds) / sizeof(kinds[0])) {
        return false;
    }
    unsigned from = from_worker ? FROM_WORKER : FROM_DAEMON;
    return (kinds[header->kind].from & from) != 0 && header->length >= kinds[header->kind].least &&
           header->length <= kinds[header->kind].most;
}

/* What follows an answer, by outcome. */
static const struct {
    size_t least, most;
} behind[] = {
    [PROTOCOL_DONE] = {2, PROTOCOL_BODY_BYTES - sizeof(struct protocol_answer)},
    [PROTOCOL_SAME] = {0, 0},
    [PROTOCOL_INCOMPLETE] = {1, PROTOCOL_MESSAGE_BYTES},
    [PROTOCOL_OPEN] = {0, 0},
    [PROTOCOL_GONE] = {0, 0},
    [PROTOCOL_REFUSED] = {1, PROTOCOL_MESSAGE_BYTES},
    [PROTOCOL_UNREADABLE] = {1, PROTOCOL_MESSAGE_BYTES},
    [PROTOCOL_DENIED] = {1, PROTOCOL_MESSAGE_BYTES},
};

static bool station_valid(const struct protocol_answer *answer) {
    size_t length = strnlen(answer->station, sizeof(answer->station));
    if (length > CHECK_STATION_BYTES) {
        return false;
    }
    for (size_t at = 0; at < length;) {
        size_t character = text_character(answer->station + at, length - at);
        if (character == 0) {
            return false;
        }
        at += character;
    }
    return true;
}

bool protocol_answer_valid(const struct protocol_answer *answer, size_t body_length) {
    if (body_length < sizeof(*answer)) {
        return false;
    }
#ifndef PLANTED_FAULT /* what fuzzing must find, in builds for that */
    if (answer->outcome > PROTOCOL_DENIED) {
        return false;
    }
#endif
    size_t more = body_length - sizeof(*answer);
    return more >= behind[answer->outcome].least && more <= behind[answer->outcome].most &&
           answer->status <= CHECK_DEVIATES && answer->split <= 1 && answer->redacted <= 1 &&
           station_valid(answer);
}

bool protocol_check_valid(const void *body, size_t body_length) {
    struct protocol_check check;
    if (body_length < sizeof(check)) {
        return false;
    }
    memcpy(&check, body, sizeof(check));
    const char *root = (const char *)body + sizeof(check);
    if (check.root_length == 0 || check.root_length >= PROTOCOL_PATH_BYTES ||
        check.path_length == 0 || check.path_length >= PROTOCOL_PATH_BYTES) {
        return false;
    }
#ifndef PLANTED_FAULT
    if (body_length != sizeof(check) + check.root_length + 1 + check.path_length + 1) {
        return false;
    }
#endif
    const char *path = root + check.root_length + 1;
    return strnlen(root, check.root_length + 1) == check.root_length &&
           strnlen(path, check.path_length + 1) == check.path_length;
}

static int64_t nanoseconds(const struct timespec *time) {
    int64_t ns;
    if (__builtin_mul_overflow((int64_t)time->tv_sec, (int64_t)1000000000, &ns)) {
        return 0; /* a file system may hold any date */
    }
    return ns + time->tv_nsec;
}

/* NFS, CIFS, FUSE and the like have no device: their number is made up anew with each mount */
static uint64_t lasting_device(dev_t device) {
    return major(device) == 0 ? 0 : device;
}

struct file_identity protocol_identity(const struct stat *status) {
    return (struct file_identity){
        .device = lasting_device(status->st_dev),
        .inode = status->st_ino,
        .size = (uint64_t)status->st_size,
        .modified_ns = nanoseconds(&status->st_mtim),
        .changed_ns = nanoseconds(&status->st_ctim),
    };
}

bool protocol_same_birth(uint32_t one, uint32_t other) {
    return one == other || !one || !other;
}

uint64_t protocol_identity_hash_once(const struct stat *status) {
    struct file_identity identity = protocol_identity(status);
    identity.device = status->st_dev;
    return protocol_identity_hash(&identity);
}

uint64_t protocol_identity_hash(const struct file_identity *identity) {
    const uint64_t parts[] = {identity->device, identity->inode, identity->size,
                              (uint64_t)identity->modified_ns};
    uint64_t hash = text_hash(TEXT_HASH_SEED, parts, sizeof(parts));
    return hash ? hash : 1;
}
