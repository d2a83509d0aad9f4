/* SPDX-License-Identifier: Apache-2.0 */
/* What a child of the daemon gives up before its first byte from outside. */
#include "sandbox.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    DESCRIPTORS =
        64, /* standard ones, socket, file, database and its journal, what checkers need */
    MEMORY_MIB = 512, /* a header of 16 MiB, many times over */
};

#if defined(__SANITIZE_ADDRESS__)
enum { LIMIT_MEMORY = 0 }; /* the sanitizer's shadow is larger than any limit */
/* what takes its place; ASAN_OPTIONS of the environment go before */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "hard_rss_limit_mb=512";
}
#else
enum { LIMIT_MEMORY = 1 };
#endif

static const struct {
    __rlimit_resource_t resource;
    rlim_t limit;
    const char *name;
    bool wanted;
} limits[] = {
    {RLIMIT_CORE, 0, "core", true},
    {RLIMIT_NOFILE, DESCRIPTORS, "nofile", true},
    {RLIMIT_DATA, (rlim_t)MEMORY_MIB << 20, "data", LIMIT_MEMORY},
};

/* valgrind keeps descriptors of its own and lets nobody lower the hard limit */
static bool lower(__rlimit_resource_t resource, rlim_t to) {
    struct rlimit limit = {to, to};
    if (setrlimit(resource, &limit) == 0) {
        return true;
    }
    struct rlimit old;
    if (errno != EPERM || getrlimit(resource, &old) < 0) {
        return false;
    }
    limit.rlim_max = old.rlim_max;
    return setrlimit(resource, &limit) == 0;
}

bool sandbox_limit(void) {
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        if (limits[i].wanted && !lower(limits[i].resource, limits[i].limit)) {
            log_error("cannot limit %s to %llu: %m", limits[i].name,
                      (unsigned long long)limits[i].limit);
            return false;
        }
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
        log_error("cannot give up new privileges: %m");
        return false;
    }
    return true;
}

bool sandbox_limit_memory(unsigned mebibytes) {
    return !LIMIT_MEMORY || lower(RLIMIT_DATA, (rlim_t)mebibytes << 20);
}

/* memory short: better a worker than the daemon or the file server; best effort, /proc may be away
 */
static void go_first(void) {
    static const char score[] = "500";
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    if (write(fd, score, sizeof(score) - 1) < 0) {
        log_debug("cannot raise oom_score_adj: %m");
    }
    close(fd);
}

static void ignore_signals(void) {
    /* of the terminal and the service manager: the daemon decides when a worker ends;
     * SIGIO: a file under a lease is opened elsewhere; SIGPIPE: send() says it */
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGIO, SIGPIPE};
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
        signal(ignored[i], SIG_IGN);
    }
}

bool sandbox_die_with(int parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) {
        log_error("cannot be made to die with the parent process: %m");
        return false;
    }
    return getppid() == parent; /* else it died before we asked; nobody is left to be told */
}

bool sandbox_enter(int parent) {
    ignore_signals();
    go_first();
    return sandbox_limit() && sandbox_die_with(parent);
}
