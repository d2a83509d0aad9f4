/* SPDX-License-Identifier: Apache-2.0 */
/* Where symbolic links below watched folders lead. */
#pragma once

#include "watch/found.h"

/**
 * path, met or heard of below at->root, is a symbolic link. False: links are not followed, or it
 * leads nowhere. Else what it leads to has been seen to: a folder is watched as if it stood in
 * "paths", a file handed on under its real path, with its folder as root; what lies on a mount that
 * does not answer waits for it.
 */
bool links_follow(struct mrq_host *host, struct roots *roots, const struct found_at *at,
                  const char *path);

/** What is remembered of links: those of roots. Destroy takes NULL. */
struct links *links_create(struct mrq_host *host, struct roots *roots);
void links_destroy(struct links *links);

/**
 * Looks at some of them again: a folder that no link leads to any more is no longer watched, and
 * what a link leads to may have come.
 */
void links_round(struct links *links);
