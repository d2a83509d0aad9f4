/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted where, as this process sees it: proc(5), mountinfo. */
#pragma once

/** One mount; its texts are valid during the call only. */
struct mount_entry {
    int id; /* the kernel's number: another one for what is mounted there next */
    const char *path, *type;
};

extern const char mount_list_file[];

/** Calls visit for each mount. Never touches what is mounted. */
void mount_list_each(void (*visit)(void *self, const struct mount_entry *mount), void *self);
