/* SPDX-License-Identifier: Apache-2.0 */
/* The capabilities that marks of whole file systems, and paths from handles, need. */
#include "rights.h"
#include "base/capabilities.h"
#include <errno.h>
#include <linux/capability.h>

static const struct {
    unsigned number;
    const char *name;
} needed[] = {
    {CAP_SYS_ADMIN, "CAP_SYS_ADMIN"},
    {CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH"},
};

#define GRANT                                                                                      \
    "under systemd, `systemctl edit mrqart` and give it, below [Service], the lines "              \
    "AmbientCapabilities=CAP_SYS_ADMIN CAP_DAC_READ_SEARCH, "                                      \
    "CapabilityBoundingSet=CAP_SYS_ADMIN CAP_DAC_READ_SEARCH and "                                 \
    "SystemCallFilter=fanotify_init fanotify_mark open_by_handle_at. Or use source-inotify, "      \
    "which needs neither"

bool rights_check(struct mrq_host *host) {
    bool first = capabilities_has(needed[0].number), second = capabilities_has(needed[1].number);
    if (first && second) {
        return true;
    }
    mrq_error(host,
              "marking a file system needs CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH; %s%s%s %s "
              "missing: " GRANT,
              first ? "" : needed[0].name, first || second ? "" : " and ",
              second ? "" : needed[1].name, first || second ? "is" : "are");
    return false;
}

void rights_tell_refused(struct mrq_host *host, const char *what) {
    mrq_error(host,
              "the kernel refuses to %s: %m; in a container the capabilities must be those of the "
              "host, and no filter of system calls may stand before it; " GRANT,
              what);
}
