/* SPDX-License-Identifier: Apache-2.0 */
/* Sources and sinks opened for a moment, in a process of their own. */
#include "trial_child.h"
#include "base/forked.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"
#include "config/config.h"
#include "http/http_service.h"
#include "instance.h"
#include "state_dir.h"
#include "trial_folders.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct rehearsal {
    const json_t *config;
    enum trial_for purpose;
    FILE *stream;
    const char *place; /* of what is being done */
    json_t *heard;     /* lines of the log since then: {"level", "text"} */
    struct instance **opened;
    size_t count;
    struct parts parts;
};

static void write_line(struct rehearsal *rehearsal, json_t *line) {
    AUTOFREE char *text = json_text(line, NULL);
    fprintf(rehearsal->stream, "%s\n", text);
    fflush(rehearsal->stream);
    json_decref(line);
}

void trial_say(struct rehearsal *rehearsal, bool fault, const char *place, const char *text) {
    write_line(rehearsal, json_pack("{s:b, s:o, s:o}", "fault", fault, "place",
                                    json_any_string(place), "text", json_any_string(text)));
}

void trial_doing(struct rehearsal *rehearsal, bool look, const char *place, const char *what) {
    rehearsal->place = place;
    write_line(rehearsal, json_pack("{s:o, s:o, s:b}", "doing", json_any_string(what), "place",
                                    json_any_string(place), "look", look));
}

static void hear(void *self, enum mrq_level level, const char *line) {
    struct rehearsal *rehearsal = self;
    if (level <= MRQ_WARNING) {
        json_array_append_new(rehearsal->heard, json_pack("{s:i, s:o}", "level", (int)level, "text",
                                                          json_any_string(line)));
    }
}

/* of the instance that a line of the log begins with */
static const char *place_of(const struct rehearsal *rehearsal, const char *text) {
    static const char *const lists[] = {"sources", "sinks"};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        size_t at;
        json_t *entry;
        json_array_foreach(json_object_get(rehearsal->config, lists[i]), at, entry) {
            const char *name = json_string_value(json_object_get(entry, "name"));
            if (strncmp(name, text, strlen(name)) == 0 && text[strlen(name)] == ':') {
                return json_string_value(json_object_get(entry, "place"));
            }
        }
    }
    return rehearsal->place;
}

/* An error is a fault only if it stood in the way: a plugin may say one and go on without. */
static void tell_heard(struct rehearsal *rehearsal, bool done) {
    size_t at;
    json_t *line;
    bool told = false;
    json_array_foreach(rehearsal->heard, at, line) {
        bool error = json_integer_value(json_object_get(line, "level")) <= MRQ_ERROR;
        bool fault = error && !done;
        if (fault || rehearsal->purpose == TRIAL_CHECK) {
            const char *text = json_string_value(json_object_get(line, "text"));
            trial_say(rehearsal, fault, place_of(rehearsal, text), text);
        }
        told |= fault;
    }
    json_array_clear(rehearsal->heard);
    if (!done && !told) {
        trial_say(rehearsal, true, rehearsal->place, "cannot be opened, and does not say why");
    }
}

static void open_list(struct rehearsal *rehearsal, const char *key, enum mrq_kind kind) {
    size_t at;
    json_t *entry;
    json_array_foreach(json_object_get(rehearsal->config, key), at, entry) {
        const char *name = json_string_value(json_object_get(entry, "name"));
        AUTOFREE char *what = mem_printf("%s: while it was opened", name);
        trial_doing(rehearsal, false, json_string_value(json_object_get(entry, "place")), what);
        struct instance *instance =
            instance_create(&rehearsal->parts, (json_t *)rehearsal->config, entry);
        tell_heard(rehearsal, instance_open(instance, kind));
        rehearsal->opened =
            mem_resize(rehearsal->opened, rehearsal->count + 1, sizeof(*rehearsal->opened));
        rehearsal->opened[rehearsal->count++] = instance;
    }
}

/* by hand, with a state folder that nobody has chosen, a daemon is fine without one */
static bool daemon_runs(struct rehearsal *rehearsal) {
    const char *path = config_text_option(rehearsal->config, "state_dir");
    bool busy = false;
    AUTOFREE char *fault = *path ? state_dir_look(path, &busy) : NULL;
    if (fault && config_state_dir_chosen(rehearsal->config)) {
        trial_say(rehearsal, true, rehearsal->place, fault);
    }
    return busy || rehearsal->purpose == TRIAL_RELOAD;
}

static void listen_everywhere(struct rehearsal *rehearsal) {
    rehearsal->place = json_string_value(json_object_get(rehearsal->config, "file"));
    bool all = http_service_start(rehearsal->parts.http);
    tell_heard(rehearsal, all);
}

void trial_child(const json_t *config, const struct paths *paths, enum trial_for purpose) {
    struct rehearsal rehearsal = {.config = config,
                                  .purpose = purpose,
                                  .stream = fdopen(FORKED_PIPE, "w"),
                                  .place = json_string_value(json_object_get(config, "file")),
                                  .heard = json_array()};
    struct parts *parts = &rehearsal.parts;
    log_set_level(MRQ_WARNING);
    log_divert(hear, &rehearsal);
    bool runs = daemon_runs(&rehearsal);
    parts->epoch = "";
    parts->program_dir = paths->program_dir;
    parts->trial = runs ? MRQ_TRIAL_BESIDE : MRQ_TRIAL;
    parts->base = event_base_new();
    parts->http = http_service_create(parts->base);
    if (runs) {
        http_service_beside(parts->http);
    }
    open_list(&rehearsal, "sources", MRQ_SOURCE);
    open_list(&rehearsal, "sinks", MRQ_SINK);
    listen_everywhere(&rehearsal);
    trial_folders(&rehearsal, config);
    _exit(0); /* nothing was begun that would have to be ended */
}
