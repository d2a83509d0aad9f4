/* SPDX-License-Identifier: Apache-2.0 */
/* The system around: the running daemon's process, the service, the clock. */
#include "base/memory.h"
#include "child.h"
#include "doctor.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

enum { COMMAND_BYTES = 16 * 1024 }; /* of a command line; ours is short */

/* ---- the daemon's process ------------------------------------------------------------------ */

static size_t read_process(const char *process, const char *name, char *bytes, size_t room) {
    AUTOFREE char *path = mem_printf("/proc/%s/%s", process, name);
    FILE *file = fopen(path, "re");
    size_t length = file ? fread(bytes, 1, room - 1, file) : 0;
    bytes[length] = '\0';
    if (file) {
        fclose(file);
    }
    return length;
}

/* the configuration that a command line names, in words parted by NUL; NULL: the usual one */
static const char *named_configuration(const char *words, size_t length) {
    for (const char *word = words; word < words + length; word += strlen(word) + 1) {
        const char *next = word + strlen(word) + 1;
        if ((strcmp(word, "-c") == 0 || strcmp(word, "--config") == 0) && next < words + length) {
            return next;
        }
        if (strncmp(word, "--config=", strlen("--config=")) == 0) {
            return word + strlen("--config=");
        }
        if (strncmp(word, "-c", 2) == 0 && word[2]) {
            return word + 2;
        }
        if (strcmp(word, "--watch") == 0) {
            return "";
        }
    }
    return NULL;
}

static bool runs_by(const char *process, const char *real_file) {
    char name[32], words[COMMAND_BYTES];
    read_process(process, "comm", name, sizeof(name));
    if (strcmp(name, "mrqartd\n") != 0) {
        return false;
    }
    size_t length = read_process(process, "cmdline", words, sizeof(words));
    const char *named = named_configuration(words, length);
    AUTOFREE char *path = named && *named != '/' ? mem_printf("/proc/%s/cwd/%s", process, named)
                                                 : mem_dup(named ? named : "/etc/mrqart.conf");
    AUTOFREE char *real = realpath(path, NULL);
    return real && strcmp(real, real_file) == 0;
}

pid_t doctor_find_daemon(const char *file) {
    AUTOFREE char *real_file = realpath(file, NULL);
    DIR *processes = real_file ? opendir("/proc") : NULL;
    pid_t found = 0;
    const struct dirent *entry;
    while (processes && !found && (entry = readdir(processes))) {
        if (*entry->d_name >= '1' && *entry->d_name <= '9' && runs_by(entry->d_name, real_file)) {
            found = atoi(entry->d_name);
        }
    }
    if (processes) {
        closedir(processes);
    }
    return found;
}

/* ---- the service --------------------------------------------------------------------------- */

/* a property of mrqart.service, "" where systemd does not run or knows none; free it */
static char *property(const char *name) {
    if (access("/run/systemd/system", F_OK) < 0) {
        return mem_dup("");
    }
    const char *const show[] = {"systemctl", "show", "mrqart.service", "--value", "-p", name, NULL};
    int status;
    char *text = child_run(NULL, show, &status);
    text[status == 0 ? strcspn(text, "\n") : 0] = '\0';
    return text;
}

bool doctor_service_account(struct account *account) {
    AUTOFREE char *user = property("User");
    return *user && account_named(account, user);
}

void doctor_service(struct doctor *doctor) {
    AUTOFREE char *loaded = property("LoadState"), *active = property("ActiveState");
    AUTOFREE char *enabled = property("UnitFileState");
    if (strcmp(loaded, "loaded") != 0) {
        if (*loaded) {
            report_warn(doctor->report, "service",
                        "Install mrqart.service, or start mrqartd by hand",
                        "systemd knows no mrqart.service (%s)", loaded);
        }
        return;
    }
    if (strcmp(active, "active") != 0 && strcmp(active, "reloading") != 0) {
        report_fail(doctor->report, "service",
                    "systemctl start mrqart; journalctl -u mrqart says why it ended",
                    "mrqart.service is %s", active);
    } else if (strcmp(enabled, "enabled") != 0) {
        report_warn(doctor->report, "service", "systemctl enable mrqart",
                    "mrqart.service runs, but is not started with the machine (%s)", enabled);
    } else {
        report_ok(doctor->report, "service",
                  "mrqart.service runs, and is started with the machine");
    }
}

/* ---- the clock ----------------------------------------------------------------------------- */

enum { OFFSET_MOST_S = 2 };

void doctor_clock(struct doctor *doctor) {
    struct timex clock = {0};
    int state = adjtimex(&clock);
    if (llabs(doctor->offset_s) > OFFSET_MOST_S) {
        report_warn(doctor->report, "clock", "Set both by NTP",
                    "the daemon's clock differs from ours by %lld s", doctor->offset_s);
    }
    if (state < 0) {
        report_warn(doctor->report, "clock", "Look with timedatectl",
                    "whether the clock is set by NTP cannot be told: %s", strerror(errno));
    } else if (clock.status & STA_UNSYNC) {
        report_warn(
            doctor->report, "clock",
            "systemctl enable --now systemd-timesyncd, or chrony; the host's, in a container",
            "the clock is not set by NTP, and times in messages and files may be off");
    } else {
        report_ok(doctor->report, "clock", "the clock is set by NTP");
    }
}
