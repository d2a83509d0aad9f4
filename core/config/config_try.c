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
    json_t *config;
    struct child child;
    bool started, sent;
};

enum {
    PATIENCE_MS = 30000, /* opening databases and files, nothing more; a machine may be busy */
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

/* length bytes of what the worker says; false when it says nothing in time. */
static bool hear(int socket, void *bytes, size_t length) {
    for (size_t heard = 0; heard < length;) {
        struct pollfd readable = {.fd = socket, .events = POLLIN};
        int ready = poll(&readable, 1, PATIENCE_MS);
        ssize_t got = ready > 0 ? recv(socket, (char *)bytes + heard, length - heard, 0) : -1;
        if (ready == 0 || got == 0 || (got < 0 && errno != EINTR)) {
            return false;
        }
        heard += got > 0 ? (size_t)got : 0;
    }
    return true;
}

/* what a worker says that cannot begin; "" where it says nothing */
static void hear_fault(int socket, const struct protocol_header *header,
                       char fault[PROTOCOL_MESSAGE_BYTES + 1]) {
    bool told = header->kind == PROTOCOL_FAILED && header->length <= PROTOCOL_MESSAGE_BYTES &&
                hear(socket, fault, header->length);
    fault[told ? header->length : 0] = '\0';
}

/* the checker that the sentence begins with, or the whole file */
static struct place place_of(const json_t *config, const char *sentence) {
    size_t at;
    json_t *checker;
    json_array_foreach(json_object_get(config, "checkers"), at, checker) {
        const char *name = json_string_value(json_object_get(checker, "name"));
        if (strncmp(name, sentence, strlen(name)) == 0 && sentence[strlen(name)] == ':') {
            return (struct place){.file = json_string_value(json_object_get(checker, "place"))};
        }
    }
    return (struct place){.file = json_string_value(json_object_get(config, "file"))};
}

static void add_fault(const json_t *config, const char *fault, struct problems *problems) {
    const struct place place = place_of(config, fault);
    if (*fault) {
        problems_add(problems, &place, "%s", fault);
    } else {
        problems_add(problems, &place, "a worker cannot work with it, for the reason given above");
    }
}

struct config_trial *config_trial_begin(const json_t *config, const struct paths *paths) {
    struct config_trial *trial = mem_new(struct config_trial);
    trial->config = json_incref((json_t *)config);
    trial->started = child_start(&trial->child, paths->worker, -1);
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
    char fault[PROTOCOL_MESSAGE_BYTES + 1] = "";
    bool heard = problems && trial->sent && hear(trial->child.socket, &header, sizeof(header));
    bool ready = heard && header.kind == PROTOCOL_READY;
    if (heard && !ready) {
        hear_fault(trial->child.socket, &header, fault);
    }
    if (trial->started) {
        end_child(&trial->child);
    }
    if (problems && !ready) {
        add_fault(trial->config, fault, problems);
    }
    json_decref(trial->config);
    free(trial);
    return ready;
}
