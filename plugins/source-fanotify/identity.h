/* SPDX-License-Identifier: Apache-2.0 */
/* A folder as the kernel knows it, whatever it is called and wherever it is moved. */
#pragma once

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/statfs.h>

enum {
    IDENTITY_FSID = sizeof(__fsid_t),
    IDENTITY_BYTES = IDENTITY_FSID + sizeof(struct file_handle) + MAX_HANDLE_SZ,
};

/** Its file system (statfs: f_fsid), and its handle there (struct file_handle), as events have
 * them. */
struct identity {
    size_t length; /* of bytes: the rest is not defined */
    uint8_t bytes[IDENTITY_BYTES] __attribute__((aligned(8)));
};

/** Of the folder at path, which is no link; *mount: on which mount. False: see errno. */
bool identity_of(const char *path, struct identity *identity, int *mount);

/** Of the length bytes at bytes; false if they are none. */
bool identity_read(struct identity *identity, const void *bytes, size_t length);

bool identity_equal(const struct identity *one, const struct identity *other);
bool identity_same_file_system(const struct identity *one, const struct identity *other);

struct file_handle *identity_handle(const struct identity *identity);
