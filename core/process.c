/* SPDX-License-Identifier: Apache-2.0 */
/* What concerns the process as a whole, once at its start. */
#include "process.h"
#include "base/log.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>

/* browsers and folders are many, and select() is used nowhere; workers have a limit of their own */
static void raise_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void handle_libevent(int severity, const char *text) {
    log_line(severity >= EVENT_LOG_ERR    ? MRQ_ERROR
             : severity == EVENT_LOG_WARN ? MRQ_WARNING
                                          : MRQ_DEBUG,
             "libevent: %s", text);
}

void process_prepare(void) {
    raise_descriptors();
    signal(SIGPIPE, SIG_IGN); /* a client that leaves is found out by write() */
    event_set_log_callback(handle_libevent);
#if defined(__SANITIZE_ADDRESS__)
    event_enable_debug_mode(); /* developers are told of events used in the wrong order */
#endif
}

void process_epoch(char *epoch, size_t room) {
    unsigned char bytes[8] = {0};
    if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) < 0) { /* early in the boot: the clock */
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        memcpy(bytes, &now.tv_nsec, sizeof(bytes));
    }
    for (size_t i = 0; i < sizeof(bytes); i++) {
        snprintf(epoch + 2 * i, room - 2 * i, "%02x", bytes[i]);
    }
}
