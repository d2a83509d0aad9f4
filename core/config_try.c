/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration tried by a worker. */
#include "config_try.h"
#include "base/memory.h"
#include "child.h"
#include "config.h"
#include "core_settings.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000 }; /* opening databases and files, nothing more */

/* Only what forbids the work is to be said; a database that is missing is going to be made. */
static json_t *to_be_tried(const json_t *config) {
    json_t *tried = json_deep_copy(config);
    json_t *options = json_object_get(tried, "options");
    json_object_set_new(options, "log_level", json_string("error"));
    if (access(config_text_option(config, "database"), F_OK) < 0) {
        json_object_set_new(options, "database", json_string(""));
    }
    return tried;
}

/* All of it into a socket that the worker reads at once; small beside its buffer of 200 KiB. */
static bool send_settings(int socket, const char *settings) {
    struct protocol_header header = {.kind = PROTOCOL_SETTINGS,
                                     .length = (uint32_t)strlen(settings)};
    return send(socket, &header, sizeof(header), MSG_NOSIGNAL) == (ssize_t)sizeof(header) &&
           send(socket, settings, header.length, MSG_NOSIGNAL) == (ssize_t)header.length;
}

/* What the worker says first; false when it says nothing in time. */
static bool hear(int socket, struct protocol_header *header) {
    struct pollfd readable = {.fd = socket, .events = POLLIN};
    int ready;
    do {
        ready = poll(&readable, 1, PATIENCE_MS);
    } while (ready < 0 && errno == EINTR);
    return ready > 0 && recv(socket, header, sizeof(*header), 0) == (ssize_t)sizeof(*header);
}

bool config_try(const json_t *config, const struct paths *paths, struct problems *problems) {
    struct child child;
    bool ready = false;
    if (child_start(&child, paths->worker)) {
        struct pipeline_settings settings;
        json_auto_t *tried = to_be_tried(config);
        core_settings_pipeline(&settings, tried, paths->worker);
        struct protocol_header header = {0};
        ready = send_settings(child.socket, settings.settings) && hear(child.socket, &header) &&
                header.kind == PROTOCOL_READY;
        core_settings_finish(&settings);
        child_close(&child);
        kill(child.pid, SIGKILL);
        while (waitpid(child.pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    if (!ready) {
        struct place place = {.file = json_string_value(json_object_get(config, "file"))};
        problems_add(problems, &place, "a worker cannot work with it, for the reason given above");
    }
    return ready;
}
