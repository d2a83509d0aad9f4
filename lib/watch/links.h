/* SPDX-License-Identifier: Apache-2.0 */
/* Where symbolic links below watched folders lead. */
#pragma once

#include "watch/found.h"

/**
 * path, met or heard of below at->root, is a symbolic link. False: links are not followed, or it
 * leads nowhere. Else what it leads to has been seen to: a folder is watched as if it stood in
 * "paths", a file handed on under its real path, with its folder as root.
 */
bool links_follow(struct mrq_host *host, struct roots *roots, const struct found_at *at,
                  const char *path);
