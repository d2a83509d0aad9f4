/* SPDX-License-Identifier: Apache-2.0 */
/* The state folder, made and locked. */
#include "state_dir.h"
#include "base/log.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* the folder itself is ours alone; parents that are missing are made as mkdir -p makes them */
static bool make_folder(const char *path) {
    AUTOFREE char *part = mem_dup(path);
    for (char *slash = part + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (mkdir(part, 0755) < 0 && errno != EEXIST) {
            return false;
        }
        *slash = '/';
    }
    return mkdir(path, 0700) == 0 || (errno == EEXIST && is_folder(path));
}

static void say_busy(const char *path, int lock) {
    char owner[32] = "";
    ssize_t length = pread(lock, owner, sizeof(owner) - 1, 0);
    owner[length > 0 ? (size_t)length : 0] = '\0';
    owner[strcspn(owner, "\n")] = '\0';
    log_error("the state folder %s is in use by another mrqartd (pid %s): "
              "give this one a folder of its own (--state-dir, or state_dir)",
              path, owner);
}

static void write_owner(int lock) {
    char owner[32];
    int length = snprintf(owner, sizeof(owner), "%ld\n", (long)getpid());
    if (ftruncate(lock, 0) < 0 || pwrite(lock, owner, (size_t)length, 0) < 0) {
        log_debug("cannot write the lock's owner: %m"); /* the lock holds all the same */
    }
}

/* Whether something can be made there is known only when it is made: root has all rights in /proc,
 * and can make nothing. What is made here is gone at once. */
static bool can_make_in(const char *folder, const char *missing) {
    if (missing) {
        return mkdir(missing, 0700) == 0 && rmdir(missing) == 0;
    }
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) {
        close(fd);
    }
    bool unknown = fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR);
    return fd >= 0 || (unknown && access(folder, W_OK | X_OK) == 0);
}

/* path, or the first part of it that is missing, in its nearest parent that is there */
static char *look_at_parent(const char *path) {
    AUTOFREE char *folder = mem_dup(path);
    AUTOFREE char *missing = NULL;
    while (access(folder, F_OK) < 0 && errno == ENOENT && strrchr(folder, '/')) {
        free(missing);
        missing = mem_dup(folder);
        char *slash = strrchr(folder, '/');
        slash[slash == folder] = '\0';
    }
    return can_make_in(folder, missing)
               ? NULL
               : mem_printf("state_dir: cannot make or write %s: %m: give another (--state-dir, or "
                            "state_dir), or the user of this process the right to write in %s",
                            path, folder);
}

char *state_dir_look(const char *path, bool *busy) {
    AUTOFREE char *file = mem_printf("%s/lock", path);
    int lock = open(file, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    *busy = lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) < 0;
    char *fault = lock < 0 && errno != ENOENT
                      ? mem_printf("state_dir: cannot open %s: %m: give another (--state-dir, or "
                                   "state_dir)",
                                   file)
                      : look_at_parent(path);
    if (lock >= 0) {
        close(lock);
    }
    return fault;
}

enum state_dir_outcome state_dir_take(const char *path, int *lock) {
    *lock = -1;
    if (!make_folder(path)) {
        log_error("cannot make the state folder %s: %m: give another (--state-dir, or state_dir)",
                  path);
        return STATE_DIR_BAD;
    }
    AUTOFREE char *file = mem_printf("%s/lock", path);
    *lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*lock < 0) {
        log_error("cannot write in the state folder %s: %m: give another (--state-dir, or "
                  "state_dir), or the user of this process the right to",
                  path);
        return STATE_DIR_BAD;
    }
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0) {
        write_owner(*lock);
        return STATE_DIR_TAKEN;
    }
    say_busy(path, *lock);
    close(*lock);
    *lock = -1;
    return STATE_DIR_BUSY;
}
