/* SPDX-License-Identifier: Apache-2.0 */
/* One folder or two, and no other file: Landlock (landlock(7)). */
#include "sandbox.h"

#include <errno.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    ABI_RENAMES = 2,   /* from here on a rename into another folder can be allowed */
    ABI_TRUNCATES = 3, /* the first that knows truncation, which is a write to us */
};

/* Linux 6.2; the header of Debian 12 is older */
#define ACCESS_TRUNCATE (1ULL << 14)

static const uint64_t writable_below =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REFER;

static const uint64_t readable_below = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

static const uint64_t nowhere = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

static int add_rule(int rules, int folder, uint64_t allowed) {
    const struct landlock_path_beneath_attr rule = {.allowed_access = allowed, .parent_fd = folder};
    return (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

static enum sandbox_confined confine(int writable, int readable, long abi) {
    uint64_t allowed = writable_below | (abi >= ABI_TRUNCATES ? ACCESS_TRUNCATE : 0);
    const struct landlock_ruleset_attr all = {.handled_access_fs = allowed | nowhere};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
    if (rules < 0) {
        return SANDBOX_FAILED;
    }
    bool confined = add_rule(rules, writable, allowed) == 0 &&
                    (readable < 0 || add_rule(rules, readable, readable_below) == 0) &&
                    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                    syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    int kept = errno;
    close(rules);
    errno = kept;
    return confined ? SANDBOX_CONFINED : SANDBOX_FAILED;
}

enum sandbox_confined sandbox_confine(int writable, int readable) {
#if defined(__SANITIZE_ADDRESS__)
    (void)confine; /* its reports go to files elsewhere */
    (void)writable;
    (void)readable;
    return SANDBOX_NOT_HERE;
#else
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi < ABI_RENAMES ? SANDBOX_NOT_HERE : confine(writable, readable, abi);
#endif
}
