/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of `mrqart doctor` share, and the checks: one file each. */
#pragma once

#include "account.h"
#include "report.h"

#include <jansson.h>

struct doctor {
    const char *file;    /* the configuration */
    const char *program; /* mrqartd */
    const char *samba;   /* configuration of Samba */
    unsigned wait_s;     /* for the test file */
    struct report *report;
    struct account account; /* whose rights are tested */
    char untested[64];      /* whose should be, but this program may not; "": nobody's */
    pid_t daemon;           /* that runs by this configuration; 0: none was found */
    json_t *config;         /* as mrqartd --dump-config --json prints it; NULL: it has faults */
    json_t *health;         /* /healthz; NULL: nobody answered */
    json_t *seen;           /* object: addresses that were looked at */
    char *websocket;        /* "127.0.0.1:8080/ws"; NULL: there is none that answers */
    long long offset_s;     /* the daemon's clock less ours */
};

/** An option of the daemon as text; NULL: it has none, or it is "". */
const char *doctor_option(const struct doctor *doctor, const char *key);

/** What a missing right is: a failure, or a warning where the rights of another had to be tested.
 */
enum report_outcome doctor_denied(const struct doctor *doctor);

/** Calls visit for the text, or each of the list, called key in the settings of sources or sinks.
 */
void doctor_each(struct doctor *doctor, const char *kind, const char *key,
                 void (*visit)(struct doctor *doctor, const json_t *instance, const char *value));

/** The configuration, as the service's user; fills in config. */
void doctor_configuration(struct doctor *doctor);

/** Watched folders: there, readable, of a fitting file system, with room. */
void doctor_folders(struct doctor *doctor);

/** Shares of Samba that lead to watched folders. */
void doctor_samba(struct doctor *doctor);

/** Databases: there, readable, whole, with templates. */
void doctor_database(struct doctor *doctor);

/** What the service writes to: the state folder, and where sources store what they receive. */
void doctor_state(struct doctor *doctor);

/** Addresses: free, or held by our daemon, whose /healthz is asked; fills in health, websocket. */
void doctor_ports(struct doctor *doctor);

/** Addresses that sources receive DICOM on: C-ECHO. */
void doctor_receivers(struct doctor *doctor);

/** An address that nobody listens on: free, or not to be had. */
struct place;
void doctor_port_unused(struct doctor *doctor, const struct place *place);

/** The running daemon: version, and what it says itself. */
void doctor_daemon(struct doctor *doctor);

/** The user of the unit that is installed; false: there is none, or no systemd. */
bool doctor_service_account(struct account *account);

/** Clock and service of the system. */
void doctor_clock(struct doctor *doctor);
void doctor_service(struct doctor *doctor);

/** A file in each watched folder, followed to the websocket. */
void doctor_test_file(struct doctor *doctor);

/** The process number of the mrqartd that runs by file, or 0. */
pid_t doctor_find_daemon(const char *file);
