/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: free before the start, ours afterwards; and what the daemon says of itself there. */
#include "base/memory.h"
#include "doctor.h"
#include "listening.h"
#include "websocket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- who is there -------------------------------------------------------------------------- */

/* seconds by which the Date of an answer differs from now (RFC 9110 5.6.7) */
static long long date_offset(const char *answer) {
    const char *date = strcasestr(answer, "\r\nDate: ");
    struct tm time_there = {0};
    if (!date || !strptime(date + strlen("\r\nDate: "), "%a, %d %b %Y %T GMT", &time_there)) {
        return 0;
    }
    return (long long)timegm(&time_there) - (long long)time(NULL);
}

static json_t *health_of(const char *answer) {
    const char *body = strstr(answer, "\r\n\r\n");
    json_t *health = body ? json_loads(body, 0, NULL) : NULL;
    if (json_is_string(json_object_get(health, "epoch"))) {
        return health;
    }
    json_decref(health);
    return NULL;
}

/* The websocket's own port answers every request with a sentence about MRQART. */
static bool is_mrqartd(const char *answer, const json_t *health) {
    return health || (answer && strstr(answer, "MRQART"));
}

static void try_websocket(struct doctor *doctor, const struct place *place) {
    struct websocket *websocket = doctor->websocket ? NULL : websocket_open(place);
    if (websocket) {
        doctor->websocket = mem_printf("%s%s", place->text, place->path);
        websocket_close(websocket);
    }
}

struct search {
    unsigned port;
    bool any, found; /* sockets that listen; one with that port */
};

static void visit_own(void *self, const char *address) {
    struct search *search = self;
    struct place place;
    search->any = true;
    search->found =
        search->found || (place_parse(&place, address) && place_port(&place) == search->port);
}

/* Whose is it, if not that of another mrqartd? What may not be looked at is taken for ours. */
static bool is_the_daemon(const struct doctor *doctor, const struct place *place) {
    struct search search = {.port = place_port(place)};
    if (doctor->daemon) {
        listening_each(doctor->daemon, visit_own, &search);
        return search.found || !search.any;
    }
    return geteuid() != 0; /* root sees every process */
}

void doctor_port_unused(struct doctor *doctor, const struct place *place) {
    if (doctor->daemon) {
        report_fail(doctor->report, "port", "Its log says why; systemctl restart mrqart",
                    "mrqartd runs, but nobody listens on %s", place->text);
    } else if (place_free(place)) {
        report_ok(doctor->report, "port", "%s is free for the daemon", place->text);
    } else {
        report_fail(doctor->report, "port",
                    errno == EADDRNOTAVAIL ? "ip address shows those it has: change \"listen\""
                    : errno == EACCES
                        ? "Ports below 1024 need CAP_NET_BIND_SERVICE: choose another"
                        : "ss -ltnp shows who has it: stop that, or change \"listen\"",
                    "%s cannot be listened on: %m", place->text);
    }
}

/* GET /healthz; what it says is kept where it is the first. False: it is no mrqartd. */
static bool ask(struct doctor *doctor, const struct place *place, bool ours) {
    AUTOFREE char *answer = place_get(place, "/healthz");
    json_auto_t *health = answer ? health_of(answer) : NULL;
    if (health && ours && !doctor->health) {
        doctor->health = json_incref(health);
        doctor->offset_s = date_offset(answer);
    }
    return is_mrqartd(answer, health);
}

static void tell_ours(struct doctor *doctor, const struct place *place) {
    report_ok(doctor->report, "port", "mrqartd listens on %s", place->text);
    try_websocket(doctor, place);
}

static void examine_place(struct doctor *doctor, const struct place *place) {
    bool ours = is_the_daemon(doctor, place);
    if (!ask(doctor, place, ours)) {
        report_fail(doctor->report, "port", "ss -ltnp shows which: stop that, or change \"listen\"",
                    "another program has %s", place->text);
    } else if (ours) {
        tell_ours(doctor, place);
    } else {
        report_fail(doctor->report, "port",
                    "ss -ltnp shows which: stop it, or change \"listen\" of one of them",
                    "another mrqartd, by another configuration, has %s", place->text);
    }
}

/* ---- all addresses ------------------------------------------------------------------------- */

/* of the daemon's own sockets, those that are no receiver of DICOM */
static void visit_listening(void *self, const char *address) {
    struct doctor *doctor = self;
    struct place place;
    if (place_parse(&place, address) && !json_object_get(doctor->seen, place.text) &&
        ask(doctor, &place, true)) {
        tell_ours(doctor, &place);
        snprintf(place.path, sizeof(place.path), "/ws"); /* of a port shared with the dashboard */
        try_websocket(doctor, &place);
    }
}

static void visit_configured(struct doctor *doctor, const json_t *instance, const char *value) {
    (void)instance;
    struct place place;
    if (!place_parse(&place, value) || place_port(&place) == 0) {
        return;
    }
    if (json_object_get(doctor->seen, place.text)) { /* with another path */
        try_websocket(doctor, &place);
        return;
    }
    json_object_set_new(doctor->seen, place.text, json_true());
    int fd = place_connect(&place);
    if (fd >= 0) {
        close(fd);
        examine_place(doctor, &place);
    } else {
        doctor_port_unused(doctor, &place);
    }
}

static void visit_any(struct doctor *doctor, const json_t *instance, const char *value) {
    (void)instance;
    struct place place;
    if (place_parse(&place, value) && place_port(&place) == 0 && doctor->daemon &&
        !doctor->health) {
        listening_each(doctor->daemon, visit_listening, doctor);
    }
}

void doctor_ports(struct doctor *doctor) {
    doctor_each(doctor, "sinks", "listen", visit_configured);
    doctor_each(doctor, "sinks", "listen", visit_any);
}

/* ---- what it says -------------------------------------------------------------------------- */

void doctor_daemon(struct doctor *doctor) {
    const char *version = json_string_value(json_object_get(doctor->health, "version"));
    if (!doctor->health) {
        report_fail(doctor->report, "daemon",
                    doctor->daemon ? "Its log says more: journalctl -u mrqart"
                                   : "systemctl start mrqart, or mrqartd -c FILE",
                    doctor->daemon ? "mrqartd runs (pid %d), but its dashboard does not answer"
                                   : "no mrqartd runs by this configuration",
                    (int)doctor->daemon);
        return;
    }
    if (version && strcmp(version, MRQART_VERSION) != 0) {
        report_warn(doctor->report, "daemon", "systemctl restart mrqart",
                    "mrqartd %s runs, and %s is installed", version, MRQART_VERSION);
    }
    size_t at;
    json_t *warning;
    json_array_foreach(json_object_get(doctor->health, "warnings"), at, warning) {
        report_warn(doctor->report, "daemon", NULL, "%s", json_string_value(warning));
    }
    const char *status = json_string_value(json_object_get(doctor->health, "status"));
    if (status && strcmp(status, "broken") == 0) {
        report_fail(doctor->report, "daemon", "The warnings above say why",
                    "mrqartd %s runs, but no source or no worker can work", version);
    } else {
        report_ok(doctor->report, "daemon", "mrqartd %s runs, since %lld s", version,
                  json_integer_value(json_object_get(doctor->health, "uptime")));
    }
}
