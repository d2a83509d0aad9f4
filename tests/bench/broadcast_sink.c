/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The websocket sink as the daemon runs it, on the HTTP service, with nothing else beside it:
 *   broadcast_sink sink-websocket.so
 */
#include "broadcast.h"
#include "http_service.h"

#include "base/log.h"

#include <dlfcn.h>
#include <event2/event.h>
#include <mrqart/plugin.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct bench {
    struct mrq_host host;
    struct http_service *service;
    const struct mrq_plugin *plugin;
    void *sink;
};

/* ---- the host, as small as the sink allows --------------------------------------------------- */

static void host_log(struct mrq_host *host, enum mrq_level level, const char *format,
                     va_list arguments) {
    log_named(level, host->name, format, arguments);
}

static struct mrq_address *host_listen(struct mrq_host *host, const char *address,
                                       const char *label, enum mrq_sharing sharing) {
    return http_service_listen(((struct bench *)host)->service, host->name, address, label,
                               sharing);
}

static const struct mrq_host_ops host_ops = {.log = host_log,
                                             .listen = host_listen,
                                             .route = http_service_route,
                                             .upgraded = http_service_upgraded};

static const char *option_string(const struct mrq_settings *settings, const char *key) {
    (void)settings, (void)key;
    return NULL;
}

static double option_number(const struct mrq_settings *settings, const char *key) {
    (void)settings;
    if (strcmp(key, "max_clients") == 0) {
        return 100000;
    }
    return strcmp(key, "unsent_bytes") == 0 ? 1 << 20 : 3600; /* no ping, no alive */
}

static size_t option_count(const struct mrq_settings *settings, const char *key) {
    (void)settings;
    return strcmp(key, "listen") == 0;
}

static const char *option_item(const struct mrq_settings *settings, const char *key, size_t index) {
    return index < option_count(settings, key) ? "127.0.0.1:0" : NULL;
}

static const struct mrq_settings_ops settings_ops = {option_string, option_number, option_count,
                                                     option_item};

/* ---- the broadcast --------------------------------------------------------------------------- */

static void keep(const struct mrq_text *text) {
    (void)text;
}

static const struct mrq_text *share(const struct mrq_text *text) {
    return text;
}

static void handle_line(evutil_socket_t fd, short what, void *self) {
    (void)what;
    struct bench *bench = self;
    char line[64], message[MESSAGE_BYTES + 1];
    if (read(fd, line, sizeof(line)) <= 0) {
        event_base_loopbreak(bench->host.base);
        return;
    }
    broadcast_message(message);
    const struct mrq_text text = {message, MESSAGE_BYTES, 1, keep, share};
    const struct mrq_event event = {"new", "A", 1, 1, &text};
    bench->plugin->event(bench->sink, &event);
}

static void print_port(void *self, const char *label, const char *address) {
    (void)self, (void)label;
    printf("%s\n", strrchr(address, ':') + 1);
    fflush(stdout);
}

static bool open_sink(struct bench *bench, const char *file) {
    void *handle = dlopen(file, RTLD_NOW);
    bench->plugin = handle ? dlsym(handle, "mrq_plugin") : NULL;
    if (!bench->plugin) {
        fprintf(stderr, "%s\n", dlerror());
        return false;
    }
    const struct mrq_settings settings = {&settings_ops};
    bench->sink = bench->plugin->open(&bench->host, &settings);
    return bench->sink && http_service_start(bench->service) && bench->plugin->start(bench->sink);
}

static void raise_descriptors(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: broadcast_sink sink-websocket.so\n");
        return 2;
    }
    raise_descriptors();
    struct event_base *base = event_base_new();
    struct bench bench = {.host = {&host_ops, base, "sink", "", "", "e", "0"},
                          .service = http_service_create(base)};
    if (!open_sink(&bench, arguments[1])) {
        return 1;
    }
    struct event *lines = event_new(base, STDIN_FILENO, EV_READ | EV_PERSIST, handle_line, &bench);
    event_add(lines, NULL);
    http_service_each(bench.service, print_port, NULL);
    event_base_dispatch(base);
    event_free(lines);
    bench.plugin->close(bench.sink);
    http_service_destroy(bench.service);
    event_base_free(base);
    return 0;
}
