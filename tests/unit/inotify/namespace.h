/* SPDX-License-Identifier: Apache-2.0 */
/* A user namespace, in which limits can be set and file systems mounted without harm to others. */
#pragma once

#include <stdbool.h>

/** Moves this process into a new one; false where the kernel does not allow it. */
bool namespace_enter(void);

/** How many inotify watches there may be in it; false if that cannot be set. */
bool namespace_set_watches(unsigned watches);

/** Mounts an overlay of the folders lower and upper (with work) at path. */
bool namespace_mount_overlay(const char *base, const char *path);

/** Gives up the right to read what permissions forbid; for the last test, it does not come back. */
bool namespace_obey_permissions(void);
