/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration, read and tried by the daemon's own program with the rights of its user. */
#include "base/memory.h"
#include "child.h"
#include "doctor.h"
#include "effective.h"

#include <string.h>
#include <unistd.h>

/* the first line of what a program has said; the others are in its own output */
static void first_line(char *text) {
    text[strcspn(text, "\n")] = '\0';
}

static void tell_faults(struct doctor *doctor, int status, char *text) {
    size_t length = strlen(text);
    bool more = strchr(text, '\n') && strchr(text, '\n') + 1 < text + length;
    first_line(text);
    const char *remedy = status == 127 ? "Install it so that this user may run it"
                         : more        ? "mrqartd --check-config lists all that is wrong"
                                       : "Put it right; mrqartd --check-config tries it";
    report_fail(doctor->report, "configuration", remedy, "%s",
                *text ? text : "mrqartd --check-config did not end");
}

void doctor_configuration(struct doctor *doctor) {
    if (access(doctor->file, F_OK) < 0) {
        report_fail(doctor->report, "configuration",
                    "Copy the sample (share/mrqart/mrqart.conf) there, or name another with -c",
                    "%s: %m", doctor->file);
        return;
    }
    const char *const check[] = {doctor->program, "-c", doctor->file, "--check-config", NULL};
    int status;
    AUTOFREE char *text = child_run(&doctor->account, check, &status);
    AUTOFREE char *fault = NULL;
    doctor->config = effective_config(doctor->program, doctor->file, &fault);
    if (status != 0 || !doctor->config) {
        tell_faults(doctor, status, text);
        return;
    }
    report_ok(doctor->report, "configuration",
              "%s is right; worker, plugins and checkers can be loaded by user %s", doctor->file,
              doctor->account.name);
    if (*doctor->untested) {
        report_warn(doctor->report, "user", "Run it as root",
                    "rights are tested as user %s, not as %s, which the service runs as",
                    doctor->account.name, doctor->untested);
    }
}
