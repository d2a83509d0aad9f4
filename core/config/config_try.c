/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration tried by a worker. */
#include "config_try.h"
#include "base/memory.h"
#include "config.h"
#include "core_settings.h"
#include "workers/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct config_trial {
    char *file;
    struct child child;
    bool started, sent;
};

enum {
    PATIENCE_MS = 10000, /* opening databases and files, nothing more */
    PARTING_MS = 2000,
};

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

struct config_trial *config_trial_begin(const json_t *config, const struct paths *paths) {
    struct config_trial *trial = mem_new(struct config_trial);
    trial->file = mem_dup(json_string_value(json_object_get(config, "file")));
    trial->started = child_start(&trial->child, paths->worker);
    if (trial->started) {
        struct pipeline_settings settings;
        json_auto_t *tried = to_be_tried(config);
        core_settings_pipeline(&settings, tried, paths->worker);
        trial->sent = send_settings(trial->child.socket, settings.settings);
        core_settings_finish(&settings);
    }
    return trial;
}

/* Its end of the socket closes when it is gone: it may go in peace, within reason. */
static void end_child(struct child *child) {
    char rest[256];
    struct pollfd closed = {.fd = child->socket, .events = POLLIN};
    shutdown(child->socket, SHUT_WR);
    while (poll(&closed, 1, PARTING_MS) > 0 && recv(child->socket, rest, sizeof(rest), 0) > 0) {
    }
    child_close(child);
    kill(child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) {
    }
}

bool config_trial_end(struct config_trial *trial, struct problems *problems) {
    if (!trial) {
        return false;
    }
    struct protocol_header header = {0};
    bool ready = problems && trial->sent && hear(trial->child.socket, &header) &&
                 header.kind == PROTOCOL_READY;
    if (trial->started) {
        end_child(&trial->child);
    }
    if (problems && !ready) {
        struct place place = {.file = trial->file};
        problems_add(problems, &place, "a worker cannot work with it, for the reason given above");
    }
    free(trial->file);
    free(trial);
    return ready;
}

bool config_try(const json_t *config, const struct paths *paths, struct problems *problems) {
    return config_trial_end(config_trial_begin(config, paths), problems);
}
