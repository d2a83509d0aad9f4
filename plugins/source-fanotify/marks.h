/* SPDX-License-Identifier: Apache-2.0 */
/* The fanotify group: which file systems are marked, and what is to be heard of them. */
#pragma once

#include <mrqart/plugin.h>

struct marks;

/** Says why and returns NULL when there is no fanotify to be had. Destroy takes NULL. */
struct marks *marks_create(struct mrq_host *host);
void marks_destroy(struct marks *marks);

/** The fanotify descriptor: not blocking; the marks' own. */
int marks_descriptor(const struct marks *marks);

/** Marks the whole file system that path, a folder, lies on; again does no harm. Else: errno. */
bool marks_add(struct marks *marks, const char *path);

/** Has the kernel tell when the folder itself is removed or renamed. Best effort. */
void marks_add_self(struct marks *marks, const char *path);

/** How many file systems are marked. */
size_t marks_count(const struct marks *marks);

/** True, once, when one that was marked has been unmounted: what is there now is another. */
bool marks_lost(struct marks *marks);
