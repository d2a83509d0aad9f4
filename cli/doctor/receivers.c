/* SPDX-License-Identifier: Apache-2.0 */
/* Receivers of DICOM: asked by C-ECHO, as a scanner would. */
#include "connection.h"
#include "doctor.h"
#include "echo.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TITLE_BYTES = 16 };

/* The first of those that may call, without an address behind it; else a name of our own. */
static void choose_title(char title[TITLE_BYTES + 1], const json_t *callers) {
    const char *first = json_string_value(json_array_get(callers, 0));
    size_t length = first ? strcspn(first, "@") : 0;
    bool any = length == 0 || strncmp(first, "*", length) == 0;
    snprintf(title, TITLE_BYTES + 1, "%.*s", any ? TITLE_BYTES : (int)length,
             any ? "MRQART-DOCTOR" : first);
}

/* an answer by who is none of ours means that the port is taken */
static void tell_foreign(struct doctor *doctor, const struct place *place) {
    report_fail(doctor->report, "port", "ss -ltnp shows which: stop that, or change \"listen\"",
                "another program has %s", place->text);
}

static void tell(struct doctor *doctor, const struct place *place, enum echo_answer answer,
                 const char *title) {
    switch (answer) {
    case ECHO_ANSWERED:
        report_ok(doctor->report, "port", "%s answers C-ECHO as \"%s\"", place->text, title);
        return;
    case ECHO_NO_CALLER:
        report_ok(doctor->report, "port",
                  "%s answers as \"%s\"; this machine is none of its callers", place->text, title);
        return;
    case ECHO_BUSY:
        report_warn(doctor->report, "port", "Raise \"associations\" if that happens often",
                    "%s has as many associations as it takes", place->text);
        return;
    case ECHO_OTHER_TITLE:
        tell_foreign(doctor, place);
        return;
    case ECHO_NONE:
        report_fail(doctor->report, "port",
                    "/healthz and the log say why (journalctl -u mrqart); ss -ltnp shows who has "
                    "the port",
                    "%s does not answer C-ECHO", place->text);
        return;
    }
}

static void visit(struct doctor *doctor, const json_t *instance, const char *value) {
    const json_t *settings = json_object_get(instance, "settings");
    const char *called = json_string_value(json_object_get(settings, "ae_title"));
    const char *certificate = json_string_value(json_object_get(settings, "tls_certificate"));
    char calling[TITLE_BYTES + 1];
    struct place place;
    if (!place_parse(&place, value) || place_port(&place) == 0 || !called) {
        return;
    }
    json_object_set_new(doctor->seen, place.text, json_true());
    int fd = place_connect(&place);
    if (fd < 0) {
        doctor_port_unused(doctor, &place);
        return;
    }
    choose_title(calling, json_object_get(settings, "callers"));
    if (!doctor->daemon) {
        tell_foreign(doctor, &place);
    } else if (certificate && *certificate) {
        report_ok(doctor->report, "port", "%s is listened on, for TLS; echoscu +tls tries more",
                  place.text);
    } else {
        tell(doctor, &place, echo_ask(fd, called, calling), called);
    }
    close(fd);
}

void doctor_receivers(struct doctor *doctor) {
    doctor_each(doctor, "sources", "listen", visit);
}
