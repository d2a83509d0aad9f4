/* SPDX-License-Identifier: Apache-2.0 */
/* sink-websocket: every event to every browser that wants it, the moment it happens. */
#include "base/memory.h"
#include "client.h"
#include "handshake.h"
#include "hub.h"

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <mrqart/plugin.h>
#include <stdio.h>
#include <string.h>

#define ADDRESS_BYTES 255 /* of an entry of listen */
#define STATION_BYTES 64  /* a StationName has 16 characters at most, each up to 4 bytes */

struct websocket_sink {
    struct mrq_host *host;
    struct hub *hub;
    struct origins origins;
    char **listen;
    size_t listen_count;
};

/* ---- clients come -------------------------------------------------------------------------- */

/* The value of ?station= in the request, decoded; "" where there is none. False: it is too long. */
static bool wanted_station(struct evhttp_request *request, char *station) {
    *station = '\0';
    const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request));
    struct evkeyvalq values;
    if (!query || evhttp_parse_query_str(query, &values) < 0) {
        return true;
    }
    const char *value = evhttp_find_header(&values, "station");
    bool fits = !value || strlen(value) <= STATION_BYTES;
    if (value && fits) {
        strcpy(station, value);
    }
    evhttp_clear_headers(&values);
    return fits;
}

static void handle_request(struct evhttp_request *request, void *self) {
    struct websocket_sink *sink = self;
    char station[STATION_BYTES + 1];
    if (!handshake_check(request, &sink->origins)) {
        return;
    }
    if (!wanted_station(request, station)) {
        handshake_refuse(request, 400, "No station has so long a name.\n");
        return;
    }
    if (!hub_has_room(sink->hub)) {
        handshake_refuse(request, 503,
                         "There are too many clients: the option \"max_clients\" of "
                         "sink-websocket allows more.\n");
        return;
    }
    struct evhttp_connection *connection = evhttp_request_get_connection(request);
    handshake_accept(request, evhttp_connection_get_bufferevent(connection));
    mrq_upgraded(sink->host, request);
    hub_join(sink->hub, request, station);
}

/* "127.0.0.1:8080/ws": a path at an address that has other pages too; without a path all of it. */
static bool listen_on(struct websocket_sink *sink, const char *text) {
    const char *path = strchr(text, '/');
    size_t length = path ? (size_t)(path - text) : strlen(text);
    if (length > ADDRESS_BYTES) {
        mrq_error(sink->host, "an address in listen is longer than %d bytes", ADDRESS_BYTES);
        return false;
    }
    AUTOFREE char *address = mem_dup_length(text, length);
    struct mrq_address *place =
        mrq_listen(sink->host, address, "websocket", path ? MRQ_SHARED : MRQ_OWN);
    if (place) {
        mrq_route(sink->host, place, path ? path : "*", handle_request, sink);
    }
    return place;
}

/* ---- options ------------------------------------------------------------------------------- */

static char **copy_list(const struct mrq_settings *settings, const char *key, size_t *count) {
    *count = mrq_setting_count(settings, key);
    char **list = mem_zeroed(*count + 1, sizeof(*list));
    for (size_t i = 0; i < *count; i++) {
        list[i] = mem_dup(mrq_setting_item(settings, key, i));
    }
    return list;
}

static void free_list(char **list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(list[i]);
    }
    free(list);
}

static void take_options(struct websocket_sink *sink, const struct mrq_settings *settings) {
    const struct hub_limits limits = {
        .clients = (size_t)mrq_setting_number(settings, "max_clients"),
        .unsent_bytes = (size_t)mrq_setting_number(settings, "unsent_bytes"),
        .unsent_memory = (size_t)mrq_setting_number(settings, "unsent_memory"),
        .ping_ms = (int64_t)(mrq_setting_number(settings, "ping_interval") * 1000),
        .alive_ms = (int64_t)(mrq_setting_number(settings, "alive_interval") * 1000),
    };
    hub_limit(sink->hub, &limits);
    origins_take(&sink->origins, settings, "origins");
}

static bool listens_as_before(const struct websocket_sink *sink,
                              const struct mrq_settings *settings) {
    bool same = mrq_setting_count(settings, "listen") == sink->listen_count;
    for (size_t i = 0; same && i < sink->listen_count; i++) {
        same = strcmp(mrq_setting_item(settings, "listen", i), sink->listen[i]) == 0;
    }
    return same;
}

/* ---- the plugin ---------------------------------------------------------------------------- */

static void websocket_sink_close(void *self) {
    struct websocket_sink *sink = self;
    if (sink) {
        hub_destroy(sink->hub);
        origins_finish(&sink->origins);
        free_list(sink->listen, sink->listen_count);
        free(sink);
    }
}

static void *websocket_sink_open(struct mrq_host *host, const struct mrq_settings *settings) {
    struct websocket_sink *sink = mem_new(struct websocket_sink);
    sink->host = host;
    sink->hub = hub_create(host);
    sink->listen = copy_list(settings, "listen", &sink->listen_count);
    take_options(sink, settings);
    for (size_t i = 0; i < sink->listen_count; i++) {
        if (!listen_on(sink, sink->listen[i])) {
            websocket_sink_close(sink);
            return NULL;
        }
    }
    return sink;
}

static bool websocket_sink_start(void *self) {
    struct websocket_sink *sink = self;
    return hub_start(sink->hub);
}

static void websocket_sink_stop(void *self) {
    struct websocket_sink *sink = self;
    hub_stop(sink->hub);
}

static bool websocket_sink_reload(void *self, const struct mrq_settings *settings) {
    struct websocket_sink *sink = self;
    if (!listens_as_before(sink, settings)) {
        return false;
    }
    take_options(sink, settings);
    return true;
}

static void websocket_sink_event(void *self, const struct mrq_event *event) {
    struct websocket_sink *sink = self;
    hub_broadcast(sink->hub, event);
}

static void websocket_sink_health(void *self, struct mrq_report *report) {
    struct websocket_sink *sink = self;
    hub_report(sink->hub, report);
}

static const struct mrq_option options[] = {
    {"listen", MRQ_STRINGS, .preset = "[\"127.0.0.1:8080/ws\", \"127.0.0.1:5000\"]", .minimum = 1,
     .maximum = 64,
     .help = "addresses; with a path it may share one with sink-http, without it takes any path"},
    {"origins", MRQ_STRINGS, .preset = "[]",
     .help =
         "pages that may connect, as \"https://dash.example.org\", or \"*\" for all; if none is "
         "named, those whose host name is the same as ours"},
    {"max_clients", MRQ_INTEGER, .preset = "1000", .minimum = 1, .maximum = 100000,
     .help = "clients at a time; the next one is answered with 503"},
    {"unsent_bytes", MRQ_INTEGER, .preset = "1048576", .minimum = 4096, .maximum = 1073741824,
     .unit = "bytes", .help = "what may wait for a client that reads slowly, before it is dropped"},
    {"unsent_memory", MRQ_INTEGER, .preset = "67108864", .minimum = 65536, .maximum = 17179869184,
     .unit = "bytes",
     .help = "what may wait for all clients together, before those furthest behind are dropped"},
    {"ping_interval", MRQ_NUMBER, .preset = "20", .minimum = 0.01, .maximum = 3600, .unit = "s",
     .help = "how often a client is pinged; one that misses two is dropped"},
    {"alive_interval", MRQ_NUMBER, .preset = "5", .minimum = 0.01, .maximum = 3600, .unit = "s",
     .help = "after so long without another message a client is told that all is well"},
    {0},
};

MRQ_PLUGIN(.kind = MRQ_SINK, .name = "sink-websocket", .version = "1.0",
           .description = "sends every event to browsers at once", .options = options,
           .open = websocket_sink_open, .close = websocket_sink_close,
           .start = websocket_sink_start, .stop = websocket_sink_stop,
           .health = websocket_sink_health, .reload = websocket_sink_reload,
           .event = websocket_sink_event);
