/* SPDX-License-Identifier: Apache-2.0 */
/* Whose rights count: the user that the service runs as. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

enum { ACCOUNT_GROUPS = 64 };

struct account {
    uid_t user;
    gid_t group;
    gid_t groups[ACCOUNT_GROUPS]; /* further ones */
    int group_count;
    char name[64];
    pid_t process; /* that has it, and perhaps a view of the file system of its own; 0: none */
};

/** The account called name (a name or a number); false: there is none. */
bool account_named(struct account *account, const char *name);

/** The one that a process has; false: it has ended. */
bool account_of_process(struct account *account, pid_t process);

/** The one of this program. */
void account_own(struct account *account);

/**
 * The process becomes account, for good, and sees the file system as account's process does, if it
 * may; false: it may not become it. Only in a child.
 */
bool account_become(const struct account *account);
