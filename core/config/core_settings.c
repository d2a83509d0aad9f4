/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the daemon are told. */
#include "core_settings.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "config.h"

#include <math.h>

/* what a worker needs of it: see check.h */
static char *worker_settings(const json_t *config) {
    static const char *const passed_on[] = {"header_bytes", "tags",   "database",
                                            "station",      "redact", "log_level"};
    json_auto_t *settings = json_object();
    for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++) {
        json_object_set(settings, passed_on[i], config_option(config, passed_on[i]));
    }
    json_object_set(settings, "checkers", json_object_get(config, "checkers"));
    return json_text(settings, NULL);
}

static const char **wanted_patterns(const json_t *config) {
    const json_t *list = config_option(config, "wanted");
    const char **patterns = mem_zeroed(json_array_size(list) + 1, sizeof(*patterns));
    for (size_t i = 0; i < json_array_size(list); i++) {
        patterns[i] = json_string_value(json_array_get(list, i));
    }
    return patterns;
}

void core_settings_pipeline(struct pipeline_settings *settings, const json_t *config,
                            const char *worker) {
    *settings = (struct pipeline_settings){
        .wanted = wanted_patterns(config),
        .trust_names = config_truth_option(config, "trust_names"),
        .redact = config_truth_option(config, "redact"),
        .workers = config_number_option(config, "workers"),
        .worker_timeout_ms = config_number_option(config, "worker_timeout"),
        .settle_ms = config_number_option(config, "settle"),
        .hold_ms = config_number_option(config, "hold"),
        .queue = config_number_option(config, "queue"),
        .record = config_number_option(config, "record"),
        .worker = worker,
        .settings = worker_settings(config),
    };
}

void core_settings_finish(struct pipeline_settings *settings) {
    free((void *)settings->wanted);
    free((char *)settings->settings);
    *settings = (struct pipeline_settings){0};
}

/* an option in seconds; what is too short for a timer is not the same as none */
static int64_t milliseconds(const json_t *config, const char *key) {
    return (int64_t)ceil(json_number_value(config_option(config, key)) * 1000);
}

struct tracking_settings core_settings_tracking(const json_t *config) {
    return (struct tracking_settings){
        .update_interval_ms = config_number_option(config, "update_interval"),
        .history = config_number_option(config, "history"),
        .phases = {.stall_gaps = json_number_value(config_option(config, "stall_gaps")),
                   .stall_after_ms = milliseconds(config, "stall_after"),
                   .silence_ms = milliseconds(config, "silence"),
                   .session_end_ms = milliseconds(config, "session_end")},
        .redact = config_truth_option(config, "redact"),
    };
}
