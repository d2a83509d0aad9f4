/* SPDX-License-Identifier: Apache-2.0 */
/* Watched folders, as the service's user sees them. */
#include "base/companion.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "child.h"
#include "doctor.h"
#include "space.h"
#include "watch/mounts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    DEPTH = 8,            /* a stream is two deep, archives are four */
    FOLDERS_MOST = 20000, /* beyond that the count is "at least" */
    FILES_TRIED = 100,    /* if one of so many is not readable, it is a matter of a mask */
};

struct look {
    const char *path;
    unsigned folders, files;
    char *fault; /* the first thing that cannot be read */
};

/* sources that wait for the kernel to tell of changes */
static const char *const kernel_sources[] = {"source-inotify", "source-fanotify"};

/* ---- in a child, with the user's rights ---------------------------------------------------- */

static void look_at(struct look *look, const char *path, int depth);

static void look_at_entry(struct look *look, const char *path, int depth) {
    struct stat status;
    if (lstat(path, &status) < 0) {
        return; /* gone meanwhile */
    }
    if (S_ISDIR(status.st_mode)) {
        look_at(look, path, depth + 1);
    } else if (S_ISREG(status.st_mode) && look->files < FILES_TRIED) {
        look->files++;
        int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 && errno != ENOENT && !look->fault) {
            look->fault = mem_printf("%s: %s", path, strerror(errno));
        }
        if (fd >= 0) {
            close(fd);
        }
    }
}

static void look_at(struct look *look, const char *path, int depth) {
    look->folders++;
    DIR *folder = opendir(path);
    if (!folder) {
        look->fault = look->fault ? look->fault : mem_printf("%s: %s", path, strerror(errno));
        return;
    }
    const struct dirent *entry;
    while (look->folders < FOLDERS_MOST && (entry = readdir(folder))) {
        AUTOFREE char *below = mem_printf("%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            !companion_name(entry->d_name) && depth < DEPTH) {
            look_at_entry(look, below, depth);
        }
    }
    closedir(folder);
}

/* the first folder on the way to path that cannot be entered, or NULL; free it */
static char *blocked_at(const char *path) {
    char *part = mem_dup(path);
    for (char *slash = part + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (access(part, X_OK) < 0 && errno == EACCES) {
            return part;
        }
        *slash = '/';
    }
    free(part);
    return NULL;
}

static json_t *examine(void *self) {
    struct look *look = self;
    struct stat status;
    json_t *seen = json_object();
    if (stat(look->path, &status) < 0) {
        json_object_set_new(seen, "errno", json_integer(errno));
    } else if (!S_ISDIR(status.st_mode)) {
        json_object_set_new(seen, "errno", json_integer(ENOTDIR));
    } else {
        look_at(look, look->path, 0);
        bool writable = access(look->path, W_OK | X_OK) == 0;
        json_object_set_new(seen, "unwritable", json_integer(writable ? 0 : errno));
    }
    AUTOFREE char *blocked = blocked_at(look->path);
    json_object_set_new(seen, "blocked", json_any_string(blocked));
    json_object_set_new(seen, "folders", json_integer(look->folders));
    json_object_set_new(seen, "files", json_integer(look->files));
    json_object_set_new(seen, "fault", json_any_string(look->fault));
    return seen;
}

/* ---- what is said of it -------------------------------------------------------------------- */

static void tell_missing(struct doctor *doctor, const char *path, const json_t *seen) {
    int error = (int)json_integer_value(json_object_get(seen, "errno"));
    const char *blocked = json_string_value(json_object_get(seen, "blocked"));
    const char *user = doctor->account.name;
    if (blocked) {
        AUTOFREE char *remedy = mem_printf(
            "Let user %s pass through %s: chmod o+x, or a group it is in", user, blocked);
        report_add(doctor->report, (struct report_line){doctor_denied(doctor), "folder", remedy},
                   "%s cannot be reached by user %s", path, user);
        return;
    }
    if (error == ENOENT && access(path, F_OK) == 0) {
        report_fail(doctor->report, "folder",
                    "The unit has a /tmp or /home of its own (PrivateTmp, ProtectHome): choose "
                    "another folder, or systemctl edit mrqart",
                    "%s is there, but not for the running service", path);
        return;
    }
    AUTOFREE char *remedy =
        mem_printf("Make it, mount it, or change \"paths\" in %s", doctor->file);
    report_fail(doctor->report, "folder", remedy, "%s %s", path,
                error == ENOENT ? "does not exist" : strerror(error));
}

static void tell_seen(struct doctor *doctor, const char *path, const json_t *seen) {
    const char *fault = json_string_value(json_object_get(seen, "fault"));
    const char *user = doctor->account.name;
    if (fault) {
        AUTOFREE char *remedy = mem_printf(
            "Let user %s read it: usermod -aG GROUP, or \"create mask\" and \"directory mask\" of "
            "the share, then restart the service",
            user);
        report_add(doctor->report, (struct report_line){doctor_denied(doctor), "folder", remedy},
                   "user %s cannot read %s", user, fault);
        return;
    }
    report_ok(doctor->report, "folder",
              "%s is readable by user %s, with %lld folders in it; %lld of its files were tried",
              path, user, json_integer_value(json_object_get(seen, "folders")) - 1,
              json_integer_value(json_object_get(seen, "files")));
}

static bool needs_kernel(const char *plugin) {
    for (size_t i = 0; i < sizeof(kernel_sources) / sizeof(kernel_sources[0]); i++) {
        if (strcmp(kernel_sources[i], plugin) == 0) {
            return true;
        }
    }
    return false;
}

static void tell_file_system(struct doctor *doctor, const json_t *instance, const char *path) {
    char type[64];
    space_type(path, type, sizeof(type));
    const char *plugin = json_string_value(json_object_get(instance, "plugin"));
    const struct mount_kind *kind = mount_kind_of(path);
    bool polls = json_is_true(json_object_get(json_object_get(instance, "settings"), "poll"));
    if (kind && needs_kernel(plugin) && !polls) {
        report_warn(doctor->report, "file system",
                    "Use source-poll for this folder, or watch it on the machine that has it",
                    "%s lies on %s, and what others write there the kernel does not tell %s", path,
                    kind->name, plugin);
    } else {
        report_ok(doctor->report, "file system", "%s lies on %s, which %s can watch", path,
                  *type ? type : "a file system without a name", plugin);
    }
}

static long read_number(const char *path) {
    FILE *file = fopen(path, "re");
    long number = -1;
    if (file) {
        if (fscanf(file, "%ld", &number) != 1) {
            number = -1;
        }
        fclose(file);
    }
    return number;
}

/* The second limit is that of a container's user namespace. */
static void tell_watches(struct doctor *doctor, const char *path, long long folders) {
    long limit = read_number("/proc/sys/fs/inotify/max_user_watches");
    long own = read_number("/proc/sys/user/max_inotify_watches");
    limit = own >= 0 && (own < limit || limit < 0) ? own : limit;
    if (limit < 0) {
        return;
    }
    enum report_outcome outcome = folders > limit            ? REPORT_FAILURE
                                  : folders * 5 > limit * 4L ? REPORT_WARNING
                                                             : REPORT_OK;
    const char *remedy = outcome == REPORT_OK ? NULL
                                              : "Raise fs.inotify.max_user_watches: a line in "
                                                "/etc/sysctl.d, then sysctl --system";
    report_add(doctor->report, (struct report_line){outcome, "watches", remedy},
               "%s needs %s%lld of the %ld folders that a user may watch", path,
               folders >= FOLDERS_MOST ? "at least " : "", folders, limit);
}

/* who removes old files has to write in their folders */
static void tell_retention(struct doctor *doctor, const json_t *instance, const json_t *seen,
                           const char *path) {
    const json_t *common = json_object_get(instance, "common");
    int error = (int)json_integer_value(json_object_get(seen, "unwritable"));
    if (json_number_value(json_object_get(common, "retention")) <= 0 || error == 0 ||
        json_is_true(json_object_get(common, "retention_dry_run"))) {
        return;
    }
    AUTOFREE char *remedy =
        error == EROFS ? mem_printf("systemctl edit mrqart: ReadWritePaths=%s below [Service], "
                                    "then systemctl restart mrqart; or mount it for writing",
                                    path)
                       : mem_printf("Let user %s write there (chmod g+w, and a group it is in), "
                                    "or set retention = 0",
                                    doctor->account.name);
    report_add(doctor->report, (struct report_line){doctor_denied(doctor), "retention", remedy},
               "user %s cannot remove files in %s: %s", doctor->account.name, path,
               strerror(error));
}

static void visit(struct doctor *doctor, const json_t *instance, const char *path) {
    struct look look = {.path = path};
    json_auto_t *seen = child_ask(&doctor->account, examine, &look);
    if (!seen) {
        report_fail(doctor->report, "folder",
                    "Is it a mount whose server is gone? umount -l, mount", "%s does not answer",
                    path);
        return;
    }
    if (json_object_get(seen, "errno")) {
        tell_missing(doctor, path, seen);
        return;
    }
    tell_seen(doctor, path, seen);
    tell_file_system(doctor, instance, path);
    tell_retention(doctor, instance, seen, path);
    if (strcmp(json_string_value(json_object_get(instance, "plugin")), "source-inotify") == 0) {
        tell_watches(doctor, path, json_integer_value(json_object_get(seen, "folders")));
    }
    space_report(doctor, "space", path);
}

void doctor_folders(struct doctor *doctor) {
    doctor_each(doctor, "sources", "paths", visit);
}
