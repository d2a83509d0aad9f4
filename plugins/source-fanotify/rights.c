/* SPDX-License-Identifier: Apache-2.0 */
/* The capabilities that marks of whole file systems, and paths from handles, need. */
#include "rights.h"
#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
    unsigned long number;
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

void rights_keep(void) {
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, needed[i].number, 0, 0);
    }
}

static uint64_t effective(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
    syscall(SYS_capget, &header, data);
    return (uint64_t)data[1].effective << 32 | data[0].effective;
}

bool rights_check(struct mrq_host *host) {
    uint64_t has = effective();
    bool first = has >> needed[0].number & 1, second = has >> needed[1].number & 1;
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
