/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong with a folder below a watched one, without naming it at the default level. */
#pragma once

#include "base/log.h"
#include "base/path_list.h"
#include "watch/roots.h"

/** Folders below the watched ones that cannot be read. Zero it to begin. */
struct unreadable {
    struct path_list list;
    int error; /* of the last one */
    struct log_fault told;
};

void unreadable_finish(struct unreadable *unreadable);

/** path, below the watched folder root, cannot be read because of the errno error: counted, and
 * said at growing intervals. */
void unreadable_add(struct unreadable *unreadable, struct mrq_host *host, const char *root,
                    const char *path, int error);
/** path was added, and can be read now, or is gone. */
void unreadable_remove(struct unreadable *unreadable, const char *path);

/** For /healthz: how many there are, and the first of them. */
void unreadable_report(const struct unreadable *unreadable, struct mrq_report *report);

/** What to do against the errno error of a folder that cannot be read. */
const char *fault_remedy(int error);

/** Words for path in a sentence: "%s%s", fault_place(), fault_root(). root may be NULL. */
const char *fault_place(const struct root *root, const char *path);
const char *fault_root(const struct root *root);

/** Says at a deeper level which folder the last message is of. */
void fault_name(struct mrq_host *host, const char *path);
