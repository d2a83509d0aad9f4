/* SPDX-License-Identifier: Apache-2.0 */
/* Opening what lies below a folder, and nothing else: see RESOLVE_BENEATH in openat2(2). */
#pragma once

/**
 * As openat(root, path, flags), without any symbolic link on the way (ELOOP) and never outside root
 * (EXDEV). path is relative; flags: O_CLOEXEC and O_NOFOLLOW are added.
 */
int beneath_open(int root, const char *path, int flags);
