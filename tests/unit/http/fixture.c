/* SPDX-License-Identifier: Apache-2.0 */
/* The host side of plugin.h, as small as it can be. */
#include "fixture.h"

#include "base/log.h"
#include "base/memory.h"
#include "settings.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_S 60 /* then alarm() ends the program: something that had to happen did not */

struct counted_text {
    struct mrq_text text;
    struct fixture *fixture;
    unsigned owners;
};

static const struct mrq_text *retain(const struct mrq_text *text) {
    ((struct counted_text *)text)->owners++;
    return text;
}

static void release(const struct mrq_text *text) {
    struct counted_text *counted = (struct counted_text *)text;
    if (--counted->owners == 0) {
        counted->fixture->state_texts--;
        free((char *)counted->text.data);
        free(counted);
    }
}

static const struct mrq_text *make_text(struct fixture *fixture, const char *data) {
    struct counted_text *counted = mem_new(struct counted_text);
    counted->text = (struct mrq_text){mem_dup(data), strlen(data), 17, release, retain};
    counted->fixture = fixture;
    counted->owners = 1;
    fixture->state_texts++;
    return &counted->text;
}

static void host_log(struct mrq_host *host, enum mrq_level level, const char *format,
                     va_list arguments) {
    log_named(level, host->name, format, arguments);
}

static struct mrq_address *host_listen(struct mrq_host *host, const char *address,
                                       const char *label, enum mrq_sharing sharing) {
    return http_service_listen(((struct fixture *)host)->service, host->name, address, label,
                               sharing);
}

static const struct mrq_text *host_state(struct mrq_host *host) {
    struct fixture *fixture = (struct fixture *)host;
    return fixture->state ? make_text(fixture, fixture->state) : NULL;
}

static const struct mrq_text *host_healthz(struct mrq_host *host, int *status) {
    struct fixture *fixture = (struct fixture *)host;
    *status = fixture->health_status;
    return make_text(fixture, fixture->health);
}

static const struct mrq_host_ops host_ops = {
    .log = host_log,
    .listen = host_listen,
    .route = http_service_route,
    .upgraded = http_service_upgraded,
    .state = host_state,
    .healthz = host_healthz,
};

int fixture_create(void **state) {
    struct fixture *fixture = mem_new(struct fixture);
    fixture->base = event_base_new();
    fixture->service = http_service_create(fixture->base);
    fixture->host = (struct mrq_host){.ops = &host_ops,
                                      .base = fixture->base,
                                      .name = "sink",
                                      .static_dir = "/nowhere",
                                      .epoch = "e1",
                                      .version = "0.1"};
    fixture->state = "{}";
    fixture->health = "{\"status\": \"ok\"}";
    fixture->health_status = 200;
    *state = fixture;
    return 0;
}

int fixture_destroy(void **state) {
    struct fixture *fixture = *state;
    http_service_destroy(fixture->service);
    if (fixture->sink) {
        fixture->plugin->close(fixture->sink);
    }
    event_base_free(fixture->base);
    unsigned left = fixture->state_texts;
    free(fixture);
    alarm(0);
    return left == 0 ? 0 : -1;
}

void fixture_open(struct fixture *fixture, const char *file, const char *values) {
    void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL); /* kept open: sanitizers need its names */
    assert_non_null(handle);
    fixture->plugin = dlsym(handle, "mrq_plugin");
    assert_non_null(fixture->plugin);
    struct mrq_settings *settings = fake_settings_create(fixture->plugin->options, values);
    fixture->sink = fixture->plugin->open(&fixture->host, settings);
    fake_settings_destroy(settings);
    assert_non_null(fixture->sink);
}

static void visit_address(void *self, const char *label, const char *address) {
    struct fixture *fixture = self;
    unsigned port;
    assert_int_equal(sscanf(strrchr(address, ':'), ":%u", &port), 1);
    snprintf(fixture->labels[fixture->port_count], sizeof(fixture->labels[0]), "%s", label);
    fixture->ports[fixture->port_count++] = port;
}

void fixture_start(struct fixture *fixture) {
    alarm(PATIENCE_S);
    assert_true(http_service_start(fixture->service));
    http_service_each(fixture->service, visit_address, fixture);
    if (fixture->sink) {
        assert_true(fixture->plugin->start(fixture->sink));
    }
}

void fixture_turn(struct fixture *fixture) {
    const struct timeval soon = {.tv_usec = 10000};
    event_base_loopexit(fixture->base, &soon);
    event_base_loop(fixture->base, EVLOOP_ONCE);
}

void fixture_event(struct fixture *fixture, const char *station, const char *message) {
    const struct mrq_text *text = make_text(fixture, message);
    const struct mrq_event event = {
        .type = "new", .station = station, .seq = 18, .station_seq = 1, .message = text};
    fixture->plugin->event(fixture->sink, &event);
    mrq_text_release(text);
}

struct fake_report {
    struct mrq_report report;
    struct fixture *fixture;
};

static void report_number(struct mrq_report *report, const char *key, double value) {
    struct fixture *fixture = ((struct fake_report *)report)->fixture;
    snprintf(fixture->names[fixture->number_count], sizeof(fixture->names[0]), "%s", key);
    fixture->numbers[fixture->number_count++] = value;
}

static void report_warning(struct mrq_report *report, const char *text) {
    struct fixture *fixture = ((struct fake_report *)report)->fixture;
    snprintf(fixture->warning, sizeof(fixture->warning), "%s", text);
}

double fixture_report(struct fixture *fixture, const char *name) {
    static const struct mrq_report_ops ops = {.number = report_number, .warning = report_warning};
    struct fake_report fake = {{&ops}, fixture};
    fixture->number_count = 0;
    fixture->warning[0] = '\0';
    fixture->plugin->health(fixture->sink, &fake.report);
    for (size_t i = 0; i < fixture->number_count; i++) {
        if (strcmp(fixture->names[i], name) == 0) {
            return fixture->numbers[i];
        }
    }
    return -1;
}
