/* SPDX-License-Identifier: Apache-2.0 */
/* What the service writes to: its state folder, and the spool of a source that receives. */
#include "base/memory.h"
#include "child.h"
#include "doctor.h"
#include "space.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* in a child, with the user's rights */
static json_t *examine(void *self) {
    bool good = access(self, R_OK | W_OK | X_OK) == 0;
    return json_integer(good ? 0 : errno);
}

/* a folder that is missing is made at the first start */
static void tell(struct doctor *doctor, const char *check, const char *path) {
    const char *user = doctor->account.name;
    json_auto_t *error = child_ask(&doctor->account, examine, (void *)path);
    int number = error ? (int)json_integer_value(error) : ETIMEDOUT;
    if (number == 0) {
        report_ok(doctor->report, check, "%s can be written by user %s", path, user);
        space_report(doctor, "space", path);
        return;
    }
    bool first = number == ENOENT && !doctor->daemon;
    AUTOFREE char *remedy =
        *doctor->untested ? mem_dup("Run it as root, to test the rights of the service")
        : number == EROFS ? mem_printf("systemctl edit mrqart: ReadWritePaths=%s below [Service], "
                                       "then systemctl restart mrqart; or mount it for writing",
                                       path)
        : number == ETIMEDOUT ? mem_dup("Is it a mount whose server is gone? umount -l, mount")
                              : mem_printf("install -d -m 0700 -o %s %s", user, path);
    report_add(doctor->report,
               (struct report_line){first ? REPORT_WARNING : doctor_denied(doctor), check, remedy},
               "user %s cannot write in %s: %s", user, path, strerror(number));
}

static void visit_spool(struct doctor *doctor, const json_t *instance, const char *path) {
    (void)instance;
    tell(doctor, "spool", path);
}

void doctor_state(struct doctor *doctor) {
    const char *path = doctor_option(doctor, "state_dir");
    if (path) {
        tell(doctor, "state", path);
    } else if (doctor->config) {
        report_warn(doctor->report, "state", "Set state_dir",
                    "nothing is kept over a restart of the daemon");
    }
    doctor_each(doctor, "sources", "spool", visit_spool);
}
