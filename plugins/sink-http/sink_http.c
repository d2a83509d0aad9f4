/* SPDX-License-Identifier: Apache-2.0 */
/* sink-http: the dashboard, /state and /healthz for browsers and monitors. */
#include "acknowledge.h"
#include "base/memory.h"
#include "files.h"
#include "parameters.h"
#include "reply.h"

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <inttypes.h>
#include <mrqart/plugin.h>
#include <stdio.h>
#include <string.h>

#define HOST_BYTES 255 /* of a Host header that goes into the policy: a DNS name at most */

#define STATIC_PREFIX "/static/"

struct http_sink {
    struct mrq_host *host;
    struct files *files;
    struct acknowledge *acknowledge;
    struct parameters *parameters;
    char *folder, *policy; /* policy NULL: ours */
    char **listen;
    size_t listen_count;
    uint64_t requests;
};

/* 'self' means the page's websocket too, but not in every browser that is in use. */
static bool host_is_plain(const char *host) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  ".-:[]";
    return host && strlen(host) <= HOST_BYTES && host[strspn(host, allowed)] == '\0';
}

static void add_policy(const struct http_sink *sink, struct evhttp_request *request) {
    if (sink->policy) {
        reply_header(request, "Content-Security-Policy", sink->policy);
        return;
    }
    const char *host = evhttp_find_header(evhttp_request_get_input_headers(request), "Host");
    char sockets[2 * HOST_BYTES + 32] = "";
    if (host_is_plain(host)) {
        snprintf(sockets, sizeof(sockets), " ws://%s wss://%s", host, host);
    }
    AUTOFREE char *policy =
        mem_printf("default-src 'none'; script-src 'self'; style-src 'self'; "
                   "img-src 'self' data:; font-src 'self'; media-src 'self'; manifest-src 'self'; "
                   "connect-src 'self'%s; "
                   "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                   sockets);
    reply_header(request, "Content-Security-Policy", policy);
}

static const char *path_of(struct evhttp_request *request) {
    const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
    return path ? path : "/";
}

static bool begin(struct http_sink *sink, struct evhttp_request *request) {
    sink->requests++;
    add_policy(sink, request);
    return reply_method_allowed(request);
}

static void handle_page(struct evhttp_request *request, void *self) {
    struct http_sink *sink = self;
    if (!begin(sink, request) || files_reply(sink->files, request, "index.html")) {
        return;
    }
    AUTOFREE char *text = mem_printf("MRQART is running, but its dashboard is not installed: there "
                                     "is no index.html in %s.\nSet static_dir of %s to the folder "
                                     "that has it. /state works without.\n",
                                     sink->folder, sink->host->name);
    reply_text(request, HTTP_INTERNAL, text);
}

/*
 * /NAME is the page of a station, as /station/NAME is. What has a folder or a dot in it is none:
 * browsers and others ask for favicon.ico and the like.
 */
static void handle_name(struct evhttp_request *request, void *self) {
    const char *name = path_of(request) + 1;
    bool folder = strcmp(name, "static") == 0 || strcmp(name, "station") == 0;
    if (!folder && name[strcspn(name, "/.")] == '\0') {
        handle_page(request, self);
    } else if (begin(self, request)) {
        reply_text(request, HTTP_NOTFOUND, "There is nothing here.\n");
    }
}

static void handle_file(struct evhttp_request *request, void *self) {
    struct http_sink *sink = self;
    if (begin(sink, request) &&
        !files_reply(sink->files, request, path_of(request) + strlen(STATIC_PREFIX))) {
        reply_text(request, HTTP_NOTFOUND, "There is no such file in the dashboard.\n");
    }
}

static void handle_state(struct evhttp_request *request, void *self) {
    struct http_sink *sink = self;
    if (!begin(sink, request)) {
        return;
    }
    const struct mrq_text *state = mrq_state(sink->host);
    if (!state) {
        reply_header(request, "Retry-After", "1");
        reply_text(request, HTTP_SERVUNAVAIL,
                   "Too many are still reading what /state was before: ask again in a second.\n");
        return;
    }
    char seq[32];
    snprintf(seq, sizeof(seq), "%" PRIu64, state->seq);
    reply_header(request, "MRQART-Epoch", sink->host->epoch);
    reply_header(request, "MRQART-Seq", seq);
    reply_header(request, "MRQART-Acknowledge", acknowledge_on(sink->acknowledge) ? "on" : "off");
    reply_shared(request, HTTP_OK, "application/json", state);
}

static void handle_healthz(struct evhttp_request *request, void *self) {
    struct http_sink *sink = self;
    if (begin(sink, request)) {
        int status = HTTP_OK;
        const struct mrq_text *health = mrq_healthz(sink->host, &status);
        reply_shared(request, status, "application/json", health);
    }
}

static void handle_acknowledge(struct evhttp_request *request, void *self) {
    struct http_sink *sink = self;
    sink->requests++;
    add_policy(sink, request);
    acknowledge_reply(sink->acknowledge, request);
}

static void handle_parameters(struct evhttp_request *request, void *self) {
    struct http_sink *sink = self;
    if (begin(sink, request)) {
        parameters_reply(sink->parameters, sink->files, request);
    }
}

static const struct {
    const char *pattern;
    mrq_handler handler;
} pages[] = {
    {"/", handle_page},
    {"/station/*", handle_page},
    {STATIC_PREFIX "*", handle_file},
    {"/state", handle_state},
    {"/healthz", handle_healthz},
    {"/acknowledge", handle_acknowledge},
    {"/parameters.json", handle_parameters},
    {"/*", handle_name},
};

static void http_sink_close(void *self) {
    struct http_sink *sink = self;
    if (sink) {
        files_destroy(sink->files);
        acknowledge_destroy(sink->acknowledge);
        parameters_destroy(sink->parameters);
        free(sink->folder);
        free(sink->policy);
        for (size_t i = 0; i < sink->listen_count; i++) {
            free(sink->listen[i]);
        }
        free(sink->listen);
        free(sink);
    }
}

static bool listen_on(struct http_sink *sink, const char *address) {
    struct mrq_address *place = mrq_listen(sink->host, address, "http", MRQ_OWN);
    for (size_t i = 0; place && i < sizeof(pages) / sizeof(pages[0]); i++) {
        mrq_route(sink->host, place, pages[i].pattern, pages[i].handler, sink);
    }
    return place;
}

static void take_pages(struct http_sink *sink, const struct mrq_settings *settings) {
    const char *folder = mrq_setting(settings, "static_dir");
    const char *policy = mrq_setting(settings, "policy");
    files_destroy(sink->files);
    free(sink->folder);
    free(sink->policy);
    sink->policy = mem_dup(policy && *policy ? policy : NULL);
    sink->folder = mem_dup(folder ? folder : sink->host->static_dir);
    sink->files = files_create(sink->host, sink->folder);
    acknowledge_configure(sink->acknowledge, settings);
    parameters_configure(sink->parameters, settings);
}

static void take_listen(struct http_sink *sink, const struct mrq_settings *settings) {
    sink->listen_count = mrq_setting_count(settings, "listen");
    sink->listen = mem_zeroed(sink->listen_count + 1, sizeof(*sink->listen));
    for (size_t i = 0; i < sink->listen_count; i++) {
        sink->listen[i] = mem_dup(mrq_setting_item(settings, "listen", i));
    }
}

static void *http_sink_open(struct mrq_host *host, const struct mrq_settings *settings) {
    struct http_sink *sink = mem_new(struct http_sink);
    sink->host = host;
    sink->acknowledge = acknowledge_create(host);
    sink->parameters = parameters_create(host);
    take_pages(sink, settings);
    take_listen(sink, settings);
    for (size_t i = 0; i < sink->listen_count; i++) {
        if (!listen_on(sink, sink->listen[i])) {
            http_sink_close(sink);
            return NULL;
        }
    }
    return sink;
}

static void warn_if_empty(const struct http_sink *sink) {
    if (!files_there(sink->files)) {
        mrq_warning(sink->host,
                    "there is no index.html in %s, so that / shows no dashboard: set static_dir to "
                    "the folder that has it",
                    sink->folder);
    }
}

static bool http_sink_reload(void *self, const struct mrq_settings *settings) {
    struct http_sink *sink = self;
    bool same = mrq_setting_count(settings, "listen") == sink->listen_count;
    for (size_t i = 0; same && i < sink->listen_count; i++) {
        same = strcmp(mrq_setting_item(settings, "listen", i), sink->listen[i]) == 0;
    }
    if (same) {
        take_pages(sink, settings);
        warn_if_empty(sink);
    }
    return same;
}

static bool http_sink_start(void *self) {
    warn_if_empty(self);
    return true;
}

static void http_sink_health(void *self, struct mrq_report *report) {
    struct http_sink *sink = self;
    mrq_report_number(report, "requests", (double)sink->requests);
    files_report(sink->files, report);
    parameters_report(sink->parameters, report);
    if (!files_there(sink->files)) {
        AUTOFREE char *text = mem_printf("there is no index.html in %s: set static_dir of %s",
                                         sink->folder, sink->host->name);
        mrq_report_warning(report, text);
    }
}

static const struct mrq_option options[] = {
    {"listen", MRQ_STRINGS, .preset = "[\"127.0.0.1:8080\"]", .minimum = 1, .maximum = 64,
     .help = "addresses to serve the dashboard on"},
    {"static_dir", MRQ_FOLDER, .help = "folder of the dashboard's files, if not the installed one"},
    {"policy", MRQ_STRING, .preset = "\"\"",
     .help = "Content-Security-Policy for a page of your own that the strict one forbids"},
    {"parameters", MRQ_PATH, .preset = "\"\"",
     .help = "file that says what each parameter means, in place of the installed parameters.json"},
    {"acknowledge", MRQ_BOOLEAN, .preset = "true",
     .help = "people may answer a series that deviates, from any screen"},
    {"origins", MRQ_STRINGS, .preset = "[]",
     .help = "pages that may answer, as \"https://dash.example.org\", or \"*\" for all; if none is "
             "named, ours, as long as it was opened by this machine's name or address"},
    {0},
};

MRQ_PLUGIN(.kind = MRQ_SINK, .name = "sink-http", .version = "1.0",
           .description = "the dashboard, /state and /healthz", .options = options,
           .open = http_sink_open, .close = http_sink_close, .start = http_sink_start,
           .health = http_sink_health, .reload = http_sink_reload);
