/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration, read and tried by the daemon's own program with the rights of its user. */
#include "base/memory.h"
#include "child.h"
#include "doctor.h"
#include "effective.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* what --check-config puts before what works and is hardly meant */
static const char warning[] = "warning: ";

/* the first line of what a program has said; the others are in its own output */
static void first_line(char *text) {
    text[strcspn(text, "\n")] = '\0';
}

/* Whoever is not the service's user may be denied what that one may: it proves nothing. */
static bool only_denied(const char *text) {
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        AUTOFREE char *line = mem_dup_length(text, strcspn(text, "\n"));
        if (*line && !strstr(line, strerror(EACCES)) &&
            strncmp(line, warning, strlen(warning)) != 0) {
            return false;
        }
    }
    return true;
}

static void tell_warnings(struct doctor *doctor, const char *text) {
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        if (strncmp(text, warning, strlen(warning)) == 0) {
            report_warn(doctor->report, "configuration", "Change it, if it is not meant", "%.*s",
                        (int)(strcspn(text, "\n") - strlen(warning)), text + strlen(warning));
        }
    }
}

static void tell_faults(struct doctor *doctor, int status, char *text) {
    size_t length = strlen(text);
    bool more = strchr(text, '\n') && strchr(text, '\n') + 1 < text + length;
    enum report_outcome outcome = only_denied(text) ? doctor_denied(doctor) : REPORT_FAILURE;
    first_line(text);
    const char *remedy = status == 127 ? "Install it so that this user may run it"
                         : more        ? "mrqartd --check-config lists all that is wrong"
                                       : "Put it right; mrqartd --check-config tries it";
    report_add(doctor->report, (struct report_line){outcome, "configuration", remedy}, "%s",
               *text ? text : "mrqartd --check-config did not end");
}

static void tell_untested(struct doctor *doctor) {
    if (*doctor->untested) {
        report_warn(doctor->report, "user", "Run it as root",
                    "rights are tested as user %s, not as %s, which the service runs as",
                    doctor->account.name, doctor->untested);
    }
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
        tell_untested(doctor);
        return;
    }
    report_ok(doctor->report, "configuration",
              "%s is right; worker, plugins and checkers can be loaded by user %s", doctor->file,
              doctor->account.name);
    tell_warnings(doctor, text);
    tell_untested(doctor);
}
