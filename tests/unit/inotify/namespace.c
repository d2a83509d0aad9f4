/* SPDX-License-Identifier: Apache-2.0 */
/* A user namespace, in which limits can be set and file systems mounted without harm to others. */
#include "namespace.h"
#include "disk.h"
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return done;
}

bool namespace_enter(void) {
    char users[64], groups[64];
    snprintf(users, sizeof(users), "0 %u 1\n", (unsigned)geteuid());
    snprintf(groups, sizeof(groups), "0 %u 1\n", (unsigned)getegid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && put("/proc/self/setgroups", "deny") &&
           put("/proc/self/uid_map", users) && put("/proc/self/gid_map", groups);
}

bool namespace_set_watches(unsigned watches) {
    char text[16];
    snprintf(text, sizeof(text), "%u\n", watches);
    return put("/proc/sys/user/max_inotify_watches", text);
}

bool namespace_mount_overlay(const char *base, const char *path) {
    disk_folder(disk_path("%s/lower", base));
    disk_folder(disk_path("%s/upper", base));
    disk_folder(disk_path("%s/work", base));
    disk_folder(path);
    const char *options =
        disk_path("lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", base, base, base);
    return mount("overlay", path, "overlay", 0, options) == 0;
}

bool namespace_obey_permissions(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, data) != 0) {
        return false;
    }
    data[0].effective &= ~(1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH);
    return syscall(SYS_capset, &header, data) == 0;
}
