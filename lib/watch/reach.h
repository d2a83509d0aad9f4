/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether paths can be looked at without waiting for ever. What lies on disks of this machine can.
 * A mount for which a server answers (NFS, CIFS, FUSE, …) may hang whoever looks at it, so that a
 * process of its own looks first, and is waited for a moment only. There is one for each such mount
 * that a path has passed, and no more of them while it hangs.
 */
#pragma once

#include <mrqart/plugin.h>

enum {
    REACH_WAIT_MS =
        500, /* for a look: longer, and others would notice; once per mount that hangs */
    REACH_FRESH_MS = 20, /* so long an answer holds: one folder is read in it */
};

struct reach;

/** host: its log is told; NULL: nobody. Takes nothing until it is asked. Destroy takes NULL. */
struct reach *reach_create(struct mrq_host *host);
void reach_destroy(struct reach *reach);

/** All mounts that path, absolute and without links, passes answer now. */
bool reach_answers(struct reach *reach, const char *path);

/** The same where path has links, which are followed: realpath(path) then does not hang. */
bool reach_leads(struct reach *reach, const char *path);

/** A warning for each mount that does not answer. */
void reach_report(const struct reach *reach, struct mrq_report *report);
