/* SPDX-License-Identifier: Apache-2.0 */
/* What every plugin must stand, without knowing it: loaded, closed with NULL, opened and closed. */
#include "base/log.h"
#include "plugin/describe.h"
#include "plugin/loader.h"
#include "plugin/settings.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

static void host_log(struct mrq_host *host, enum mrq_level level, const char *format,
                     va_list arguments) {
    log_named(level, host->name, format, arguments);
}

static void host_follow(struct mrq_host *host, const char *root) {
    (void)host, (void)root;
}

static void host_emit(struct mrq_host *host, const struct mrq_found *found) {
    (void)host, (void)found;
}

/* no plugin may look into an address: anything that is not NULL will do */
static struct mrq_address *host_listen(struct mrq_host *host, const char *address,
                                       const char *label, enum mrq_sharing sharing) {
    (void)address, (void)label, (void)sharing;
    return (struct mrq_address *)(void *)host;
}

static void host_route(struct mrq_address *address, const char *pattern, mrq_handler handler,
                       void *self) {
    (void)address, (void)pattern, (void)handler, (void)self;
}

static void host_upgraded(struct evhttp_request *request) {
    (void)request;
}

static void host_announce(struct mrq_host *host, const char *label, const char *address) {
    (void)host, (void)label, (void)address;
}

static const struct mrq_host_ops operations = {.log = host_log,
                                               .follow = host_follow,
                                               .emit = host_emit,
                                               .listen = host_listen,
                                               .route = host_route,
                                               .upgraded = host_upgraded,
                                               .announce = host_announce};

/* something for every option that must be given, and no port that somebody else has */
static json_t *required_values(const struct mrq_option *options) {
    json_t *values = json_object();
    for (; options->key; options++) {
        if (options->required) {
            json_t *value = options->type == MRQ_STRINGS || options->type == MRQ_FOLDERS
                                ? json_pack("[s]", "/nonexistent")
                            : options->type == MRQ_STRING || options->type == MRQ_FOLDER
                                ? json_string("/")
                            : options->type == MRQ_BOOLEAN ? json_false()
                            : options->type == MRQ_NUMBERS ? json_object()
                                                           : json_integer(1);
            json_object_set_new(values, options->key, value);
        } else if (strcmp(options->key, "listen") == 0 && options->type == MRQ_STRING) {
            json_object_set_new(values, options->key, json_string("127.0.0.1:0"));
        }
    }
    return values;
}

static bool lives(const struct mrq_plugin *plugin, struct event_base *base) {
    plugin->close(NULL);
    struct mrq_host host = {.ops = &operations,
                            .base = plugin->kind == MRQ_CHECKER ? NULL : base,
                            .name = plugin->name,
                            .database = "",
                            .static_dir = "/nonexistent",
                            .program_dir = "/nonexistent",
                            .epoch = "",
                            .version = "0"};
    json_auto_t *values = required_values(plugin->options);
    struct mrq_settings *settings = settings_create(values, plugin->options);
    void *first = plugin->open(&host, settings);
    void *second = plugin->open(&host, settings); /* a plugin may be configured twice */
    settings_destroy(settings);
    bool opened = first && second;
    plugin->close(first);
    plugin->close(second);
    return opened;
}

int main(int count, char **words) {
    struct loaded_plugin loaded;
    if (count != 2 || !plugin_load(&loaded, words[1], (enum mrq_kind)0)) {
        return 1;
    }
    struct event_base *base = event_base_new();
    bool fine = lives(&loaded.plugin, base);
    if (!fine) {
        fprintf(stderr, "%s cannot be opened twice\n", words[1]);
    }
    event_base_free(base);
    plugin_unload(&loaded);
    return fine ? 0 : 1;
}
