/* SPDX-License-Identifier: Apache-2.0 */
/* File systems: type, free bytes, free inodes. */
#include "space.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

/* A session has 10,000 files and 2.6 GB: with less than that a scan may not fit. */
#define BYTES_LEAST (3.0 * 1024 * 1024 * 1024)
#define INODES_LEAST 20000
#define GIBIBYTE (1024.0 * 1024 * 1024)

/* mountinfo: "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw" (proc(5)) */
void space_type(const char *path, char *type, size_t room) {
    struct stat status;
    char line[PATH_MAX + 1024];
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    *type = '\0';
    bool known = stat(path, &status) == 0;
    while (mounts && known && fgets(line, sizeof(line), mounts)) {
        unsigned major_number, minor_number;
        const char *dash = strstr(line, " - ");
        if (dash && sscanf(line, "%*d %*d %u:%u", &major_number, &minor_number) == 2 &&
            makedev(major_number, minor_number) == status.st_dev) {
            snprintf(type, room, "%.*s", (int)strcspn(dash + 3, " \n"), dash + 3);
        }
    }
    if (mounts) {
        fclose(mounts);
    }
}

void space_report(struct doctor *doctor, const char *check, const char *path) {
    struct statvfs space;
    if (statvfs(path, &space) < 0) {
        return; /* whether it is there is told elsewhere */
    }
    double bytes = (double)space.f_bavail * (double)space.f_frsize;
    bool few_inodes = space.f_files > 0 && space.f_favail < INODES_LEAST;
    enum report_outcome outcome = space.f_bavail == 0 || (space.f_files > 0 && !space.f_favail)
                                      ? REPORT_FAILURE
                                  : bytes < BYTES_LEAST || few_inodes ? REPORT_WARNING
                                                                      : REPORT_OK;
    const char *remedy = outcome == REPORT_OK ? NULL : "Make room: a session takes about 3 GB";
    report_add(doctor->report, (struct report_line){outcome, check, remedy},
               "%s has %.1f GiB and %lu inodes free", path, bytes / GIBIBYTE,
               (unsigned long)space.f_favail);
}
