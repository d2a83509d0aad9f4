/* SPDX-License-Identifier: Apache-2.0 */
/* Taking the subject out of what was kept before somebody asked for that. */
#include "base/json_text.h"
#include "base/memory.h"
#include "check/redact.h"
#include "tracking_parts.h"

#include <string.h>

static bool redact_reason(struct series *series) {
    const char *reason = json_string_value(json_object_get(series->answer, "reason"));
    if (!reason || !*reason) {
        return false;
    }
    json_object_set_new(series->answer, "reason", json_string(""));
    return true;
}

/* the base name stays, as in what a worker redacts */
static void redact_path(json_t *input) {
    const char *path = json_string_value(json_object_get(input, "dcm_path"));
    const char *slash = path ? strrchr(path, '/') : NULL;
    if (slash) {
        json_object_set_new(input, "dcm_path", json_string(slash + 1));
    }
}

static bool redact_result(struct series *series) {
    static const char *const names[] = {"SubID", "PatientID"};
    json_t *result = json_loadb(series->result, series->result_length, 0, NULL);
    json_t *input = json_object_get(result, "input");
    const char *id = json_string_value(json_object_get(input, names[0]));
    const char *patient = json_string_value(json_object_get(input, names[1]));
    bool shown = id || patient;
    if (shown) {
        const struct redact subject = redact_subject(id, patient);
        AUTOFREE char *hidden = redact_text(&subject, series->result);
        json_t *again = hidden ? json_loads(hidden, 0, NULL) : json_incref(result);
        json_decref(result);
        result = again;
        input = json_object_get(result, "input");
        json_object_set_new(input, names[0], json_null());
        json_object_set_new(input, names[1], json_null());
        redact_path(input);
        free(series->result);
        series->result = json_text(result, &series->result_length);
    }
    json_decref(result);
    return shown;
}

void tracking_redact_station(struct tracking *tracking, struct station *station) {
    struct series *series;
    TAILQ_FOREACH(series, &station->by_begin, begun) {
        bool reason = redact_reason(series);
        if (redact_result(series) || reason) {
            series_restate(series);
            tracking_unsaved(tracking, series, SERIES_UNSAVED);
        }
    }
}
