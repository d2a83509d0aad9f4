/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart doctor: is all as it must be for a scan, and why does nothing come? */
#include "doctor.h"

#include "base/memory.h"
#include "child.h"
#include "commands.h"
#include "where.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, WAIT_S = 30, WAIT_MOST_S = 3600 };

static const char usage[] =
    "usage: mrqart doctor [-c FILE] [--json] [--user NAME] [--samba FILE] [--wait SECONDS]\n"
    "\n"
    "Looks at all that a scan needs: configuration, folders, file systems, shares, database, "
    "ports,\n"
    "the running daemon, clock and service; and sends a test file through each watched folder, "
    "which\n"
    "no page shows. Run it as root, so that it can test with the rights of the service's user.\n"
    "\n"
    "  -c, --config FILE   the daemon's configuration (default " WHERE_CONFIG ")\n"
    "  --json              one JSON object instead of lines\n"
    "  --user NAME         whose rights count (default: those of the running daemon, else of the\n"
    "                      service, else of the user mrqart)\n"
    "  --samba FILE        configuration of Samba (default /etc/samba/smb.conf)\n"
    "  --wait SECONDS      how long to wait for a test file (default 30)\n"
    "\n"
    "Exit status: 0 nothing has failed (there may be warnings), 1 something has, 2 wrong use.\n"
    "\n"
    "examples:\n"
    "  sudo mrqart doctor\n"
    "  sudo mrqart doctor --json | jq '.checks[] | select(.status != \"ok\")'\n";

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, 'j'},
    {"user", required_argument, NULL, 'u'},
    {"samba", required_argument, NULL, 's'},
    {"wait", required_argument, NULL, 'w'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static void (*const checks[])(struct doctor *) = {
    doctor_configuration, doctor_folders,   doctor_samba,     doctor_database,
    doctor_state,         doctor_receivers, doctor_ports,     doctor_daemon,
    doctor_clock,         doctor_service,   doctor_test_file,
};

const char *doctor_option(const struct doctor *doctor, const char *key) {
    const char *value =
        json_string_value(json_object_get(json_object_get(doctor->config, "options"), key));
    return value && *value ? value : NULL;
}

enum report_outcome doctor_denied(const struct doctor *doctor) {
    return *doctor->untested ? REPORT_WARNING : REPORT_FAILURE;
}

void doctor_each(struct doctor *doctor, const char *kind, const char *key,
                 void (*visit)(struct doctor *doctor, const json_t *instance, const char *value)) {
    size_t at, index;
    json_t *instance, *value;
    json_array_foreach(json_object_get(doctor->config, kind), at, instance) {
        json_t *values = json_object_get(json_object_get(instance, "settings"), key);
        if (json_is_string(values)) {
            visit(doctor, instance, json_string_value(values));
        }
        json_array_foreach(values, index, value) {
            visit(doctor, instance, json_string_value(value));
        }
    }
}

/* The running daemon knows best; before the first start it is the service's user. */
static bool find_account(struct doctor *doctor, const char *user) {
    struct account *account = &doctor->account;
    if (user) {
        return account_named(account, user);
    }
    if ((!doctor->daemon || !account_of_process(account, doctor->daemon)) &&
        !doctor_service_account(account) && !account_named(account, "mrqart")) {
        account_own(account);
    }
    return true;
}

static json_t *become(void *unused) {
    (void)unused;
    return json_true(); /* child_ask() has become that user, or we are not called */
}

static bool choose_account(struct doctor *doctor, const char *user) {
    doctor->daemon = doctor_find_daemon(doctor->file);
    if (!find_account(doctor, user)) {
        return false;
    }
    json_auto_t *became = child_ask(&doctor->account, become, NULL);
    if (!became) {
        memcpy(doctor->untested, doctor->account.name, sizeof(doctor->untested));
        account_own(&doctor->account);
    }
    return true;
}

static int examine(struct doctor *doctor, bool as_json) {
    doctor->report = report_create(as_json);
    doctor->seen = json_object();
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        checks[i](doctor);
    }
    enum report_outcome worst = report_end(doctor->report);
    report_destroy(doctor->report);
    json_decref(doctor->config);
    json_decref(doctor->health);
    json_decref(doctor->seen);
    free(doctor->websocket);
    return worst == REPORT_FAILURE ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool take_wait(struct doctor *doctor, const char *word) {
    char *end;
    unsigned long seconds = strtoul(word, &end, 10);
    if (*word < '0' || *word > '9' || *end || seconds < 1 || seconds > WAIT_MOST_S) {
        fprintf(stderr, "mrqart doctor: --wait %s: give seconds from 1 to %d\n", word, WAIT_MOST_S);
        return false;
    }
    doctor->wait_s = (unsigned)seconds;
    return true;
}

int command_doctor(int argc, char **argv) {
    AUTOFREE char *program = where_daemon();
    struct doctor doctor = {
        .file = WHERE_CONFIG, .program = program, .samba = "/etc/samba/smb.conf", .wait_s = WAIT_S};
    const char *user = NULL;
    bool as_json = false;
    int letter;
    while ((letter = getopt_long(argc, argv, "c:h", long_options, NULL)) != -1) {
        switch (letter) {
        case 'c':
            doctor.file = optarg;
            break;
        case 'j':
            as_json = true;
            break;
        case 'u':
            user = optarg;
            break;
        case 's':
            doctor.samba = optarg;
            break;
        case 'w':
            if (!take_wait(&doctor, optarg)) {
                return EXIT_USAGE;
            }
            break;
        case 'h':
            fputs(usage, stdout);
            return EXIT_SUCCESS;
        default:
            fputs("try mrqart doctor --help\n", stderr);
            return EXIT_USAGE;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "mrqart doctor: takes no argument such as \"%s\"\n", argv[optind]);
        return EXIT_USAGE;
    }
    if (!choose_account(&doctor, user)) {
        fprintf(stderr, "mrqart doctor: there is no user \"%s\"\n", user);
        return EXIT_USAGE;
    }
    return examine(&doctor, as_json);
}
