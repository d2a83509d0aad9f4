/* SPDX-License-Identifier: Apache-2.0 */
/* /healthz, put together from what every part says of itself. */
#include "health.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "http/http_service.h"
#include "instances.h"
#include "keeper/keeper.h"
#include "pipeline/pipeline.h"
#include "tracking/shared_text.h"

#include <time.h>

enum {
    FRESH_MS = 200, /* many may ask: a rendering serves all who ask within it */
    STATUS_FINE = 200,
    STATUS_BROKEN = 503,
};

struct health {
    const struct parts *parts;
    const struct mrq_text *text; /* the last rendering */
    int status;
    long long began_ms, rendered_ms;
    char *remark;
};

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

struct health *health_create(const struct parts *parts) {
    struct health *health = mem_new(struct health);
    health->parts = parts;
    health->began_ms = now_ms();
    return health;
}

void health_destroy(struct health *health) {
    if (!health) {
        return;
    }
    mrq_text_release(health->text);
    free(health->remark);
    free(health);
}

static void stale(struct health *health) {
    mrq_text_release(health->text);
    health->text = NULL;
}

void health_remark(struct health *health, const char *sentence) {
    free(health->remark);
    health->remark = mem_dup(sentence);
    stale(health);
}

/* every part in an object of its own; false when nothing can work any more */
static bool ask_parts(const struct health *health, json_t *all, json_t *warnings) {
    const struct parts *parts = health->parts;
    json_t *instances = json_object(), *pipeline = json_object();
    json_t *keeper = json_object(), *http = json_object();
    bool source_works = instances_health(parts->instances, instances, warnings);
    bool worker_works = pipeline_health(parts->pipeline, pipeline, warnings);
    keeper_health(parts->keeper, keeper);
    keeper_warnings(parts->keeper, warnings);
    http_service_health(parts->http, http);
    json_object_set_new(all, "instances", instances);
    json_object_set_new(all, "pipeline", pipeline);
    json_object_set_new(all, "keeper", keeper);
    json_object_set_new(all, "http", http);
    if (!source_works) {
        json_array_append_new(warnings, json_string("no source can work: nothing is watched"));
    }
    return source_works && worker_works;
}

static void render(struct health *health) {
    json_t *warnings = json_array();
    json_t *all = json_pack("{s:n, s:o}", "status", "warnings", warnings);
    json_object_set_new(all, "version", json_string(MRQART_VERSION));
    json_object_set_new(all, "epoch", json_any_string(health->parts->epoch));
    json_object_set_new(all, "uptime", json_integer((now_ms() - health->began_ms) / 1000));
    if (health->remark) {
        json_array_append_new(warnings, json_any_string(health->remark));
    }
    bool works = ask_parts(health, all, warnings);
    const char *word = !works ? "broken" : json_array_size(warnings) ? "warnings" : "ok";
    json_object_set_new(all, "status", json_string(word));
    health->status = works ? STATUS_FINE : STATUS_BROKEN;
    size_t length;
    char *text = json_text(all, &length);
    json_decref(all);
    stale(health);
    health->text = shared_text_create(text, length, 0, NULL);
    health->rendered_ms = now_ms();
}

const struct mrq_text *health_text(struct health *health, int *status) {
    if (!health->text || now_ms() - health->rendered_ms >= FRESH_MS) {
        render(health);
    }
    *status = health->status;
    return mrq_text_retain(health->text);
}
