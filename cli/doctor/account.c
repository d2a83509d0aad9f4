/* SPDX-License-Identifier: Apache-2.0 */
/* The user that the service runs as, with all groups. */
#include "account.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void take_name(struct account *account) {
    const struct passwd *entry = getpwuid(account->user);
    if (entry) {
        snprintf(account->name, sizeof(account->name), "%s", entry->pw_name);
    } else {
        snprintf(account->name, sizeof(account->name), "%u", (unsigned)account->user);
    }
}

bool account_named(struct account *account, const char *name) {
    char *end;
    unsigned long number = strtoul(name, &end, 10);
    bool is_number = *name && !*end;
    const struct passwd *entry = is_number ? getpwuid((uid_t)number) : getpwnam(name);
    *account = (struct account){.user = (uid_t)number, .group = (gid_t)number};
    if (!entry && !is_number) {
        return false;
    }
    if (entry) {
        account->user = entry->pw_uid;
        account->group = entry->pw_gid;
        account->group_count = ACCOUNT_GROUPS;
        if (getgrouplist(entry->pw_name, entry->pw_gid, account->groups, &account->group_count) <
            0) {
            account->group_count = ACCOUNT_GROUPS; /* the first ones */
        }
    }
    take_name(account);
    return true;
}

static void take_groups(struct account *account, const char *list) {
    char *end;
    for (const char *at = list; account->group_count < ACCOUNT_GROUPS; at = end) {
        unsigned long group = strtoul(at, &end, 10);
        if (end == at) {
            return;
        }
        account->groups[account->group_count++] = (gid_t)group;
    }
}

bool account_of_process(struct account *account, pid_t process) {
    char path[64], line[4096];
    snprintf(path, sizeof(path), "/proc/%d/status", (int)process);
    FILE *status = fopen(path, "re");
    *account = (struct account){0};
    bool found = false;
    while (status && fgets(line, sizeof(line), status)) {
        unsigned real, effective;
        if (sscanf(line, "Uid: %u %u", &real, &effective) == 2) {
            account->user = effective;
            found = true;
        } else if (sscanf(line, "Gid: %u %u", &real, &effective) == 2) {
            account->group = effective;
        } else if (strncmp(line, "Groups:", 7) == 0) {
            take_groups(account, line + 7);
        }
    }
    if (status) {
        fclose(status);
    }
    take_name(account);
    account->process = process;
    return found;
}

void account_own(struct account *account) {
    *account = (struct account){.user = geteuid(), .group = getegid()};
    int count = getgroups(ACCOUNT_GROUPS, account->groups);
    account->group_count = count > 0 ? count : 0;
    take_name(account);
}

/* A unit may hide folders (PrivateTmp, ProtectHome), or forbid to write there (ProtectSystem). */
static void look_as(pid_t process) {
    char path[64], folder[PATH_MAX];
    snprintf(path, sizeof(path), "/proc/%d/root", (int)process);
    int root = process > 0 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool known = getcwd(folder, sizeof(folder)) != NULL;
    bool entered = root >= 0 && fchdir(root) == 0 && chroot(".") == 0;
    if (root >= 0 && known && chdir(folder) < 0 && entered) {
        perror(folder); /* the configuration may have been named from here */
    }
    if (root >= 0) {
        close(root);
    }
}

bool account_become(const struct account *account) {
    look_as(account->process);
    if (geteuid() == account->user) {
        return true; /* in a namespace of one's own even root may not change groups */
    }
    return setgroups((size_t)account->group_count, account->groups) == 0 &&
           setgid(account->group) == 0 && setuid(account->user) == 0;
}
