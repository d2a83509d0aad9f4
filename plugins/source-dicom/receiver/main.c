/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart-receiver: takes DICOM objects from the network for source-dicom, and stores them. */
#include "associations.h"
#include "base/capabilities.h"
#include "base/log.h"
#include "base/memory.h"
#include "object.h"
#include "sandbox/sandbox.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    LOCK_MS = 3000, /* a receiver before us was killed, and its processes are about to end */
    LOCK_STEP_MS = 20,
    TELL_AGAIN_MS = 500,
    ROOM_AGAIN_MS = 100,
};

static const char help[] = "mrqart-receiver: receives DICOM objects for source-dicom\n"
                           "\n"
                           "mrqartd starts it, where its configuration has that source; see "
                           "mrqart.conf(5).\n"
                           "  mrqart-receiver --version\n"
                           "  mrqart-receiver --help\n";

/* ---- the spool ----------------------------------------------------------------------------- */

static bool lock(int spool) {
    for (int waited = 0; flock(spool, LOCK_EX | LOCK_NB) < 0; waited += LOCK_STEP_MS) {
        if (errno != EWOULDBLOCK || waited >= LOCK_MS) {
            return false;
        }
        usleep(LOCK_STEP_MS * 1000);
    }
    return true;
}

/* makes it the working folder, and ours alone; the lock is held until the last process has ended */
static bool enter_spool(const char *path, int *spool) {
    *spool = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*spool < 0 || fchdir(*spool) < 0 || access(".", W_OK | X_OK) < 0) {
        say(RECORD_UNUSABLE,
            "cannot use the spool (%s); the daemon's user needs the right to "
            "write there",
            strerror(errno));
        return false;
    }
    if (!lock(*spool)) {
        say(RECORD_UNUSABLE, "the spool is in use by another receiver; give each a spool of its "
                             "own");
        return false;
    }
    object_sweep();
    return true;
}

/* the folder of the revocation lists, which are renewed while we run; -1: there is none */
static int open_lists(const char *path) {
    char *real = *path ? realpath(path, NULL) : NULL;
    int folder = real ? open(dirname(real), O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    free(real);
    return folder;
}

static bool confine(int spool, int lists) {
    switch (sandbox_confine(spool, lists)) {
    case SANDBOX_FAILED:
        say(RECORD_UNUSABLE, "cannot be shut in the spool: %s", strerror(errno));
        return false;
    case SANDBOX_NOT_HERE:
    case SANDBOX_CONFINED:
        break;
    }
    return true;
}

/* ---- work ---------------------------------------------------------------------------------- */

static void receive(struct associations *associations, int children) {
    enum { PLUGIN, CHILDREN, LISTENER, WATCHED };
    bool crowded = false;
    for (;;) {
        struct pollfd watched[WATCHED] = {
            [PLUGIN] = {.fd = RECEIVER_SOCKET, .events = POLLIN},
            [CHILDREN] = {.fd = children, .events = POLLIN},
            [LISTENER] = {.fd = associations_have_room(associations) ? RECEIVER_LISTENER : -1,
                          .events = POLLIN},
        };
        bool told = associations_tell(associations);
        int wait_ms = crowded ? ROOM_AGAIN_MS : told ? -1 : TELL_AGAIN_MS;
        if (poll(watched, WATCHED, wait_ms) < 0 && errno != EINTR) {
            return;
        }
        if (watched[PLUGIN].revents) {
            return; /* it says nothing after the settings: it is gone, or wants us to end */
        }
        if (watched[CHILDREN].revents) {
            struct signalfd_siginfo ignored;
            if (read(children, &ignored, sizeof(ignored)) > 0) {
                associations_reap(associations);
            }
        }
        if (watched[LISTENER].revents) {
            associations_accept(associations);
        }
        crowded = associations_make_room(associations);
    }
}

static void work(const struct receiver_settings *settings) {
    int spool = -1;
    char why[RECORD_TEXT_BYTES / 2];
    struct associations associations;
    struct tls *tls = NULL;
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    int children = signalfd(-1, &child, SFD_CLOEXEC);
    if (!serve_prepare()) {
        say(RECORD_UNUSABLE, "DCMTK's data dictionary is missing; install libdcmtk17 anew, and set "
                             "DCMDICTPATH only where you need it");
        return;
    }
    if (!tls_create(settings, &tls, why, sizeof(why))) {
        say(RECORD_UNUSABLE, "%s", why);
        return;
    }
    if (associations_init(&associations, settings, tls)) {
        if (enter_spool(settings->spool, &spool) && confine(spool, open_lists(settings->crl))) {
            record_send(RECEIVER_SOCKET, RECORD_LISTENING, 0, "");
            receive(&associations, children);
        }
        associations_finish(&associations);
    } else {
        say(RECORD_UNUSABLE, "cannot share memory with associations: %s", strerror(errno));
    }
    tls_destroy(tls);
}

static int run(const char *parent) {
    struct receiver_settings settings;
    char *text = mem_zeroed(RECORD_SETTINGS_BYTES, 1);
    if (!sandbox_enter(atoi(parent))) {
        return EXIT_FAILURE;
    }
    ssize_t length = read(RECEIVER_SOCKET, text, RECORD_SETTINGS_BYTES);
    bool usable = length > 0 && receiver_settings_read(&settings, text, (size_t)length);
    free(text);
    if (!usable) {
        log_error("mrqart-receiver is started by mrqartd; see mrqart-receiver --help");
        return EXIT_FAILURE;
    }
    work(&settings);
    receiver_settings_finish(&settings);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    const char *mode = argc > 1 ? argv[1] : "";
    capabilities_drop();
    if (strcmp(mode, "--receive") == 0 && argc == 3) {
        return run(argv[2]);
    }
    if (strcmp(mode, "--version") == 0) {
        puts("mrqart-receiver " MRQART_VERSION);
        return EXIT_SUCCESS;
    }
    if (strcmp(mode, "--help") == 0) {
        fputs(help, stdout);
        return EXIT_SUCCESS;
    }
    fputs(help, stderr);
    return 2;
}
