/* SPDX-License-Identifier: Apache-2.0 */
/* File systems whose changes the kernel cannot report in full. */
#pragma once

/** Why not. */
enum mount_effect {
    MOUNT_REMOTE = 1, /* other hosts write there */
    MOUNT_BEHIND,     /* something can be written there past it */
};

struct mount_kind {
    unsigned magic; /* statfs: f_type */
    enum mount_effect effect;
    const char *name; /* for people */
};

/** The kind of file system that path lies on; NULL: one that reports all, or nobody knows. */
const struct mount_kind *mount_kind_of(const char *path);
