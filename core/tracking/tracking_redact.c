/* SPDX-License-Identifier: Apache-2.0 */
/* Taking the subject out of what was kept before somebody asked for that. */
#include "base/json_text.h"
#include "base/memory.h"
#include "check/redact_kept.h"
#include "keeper/keeper.h"
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

static bool redact_changes(const struct redact_kept *kept, json_t *changes) {
    const char *name;
    json_t *change;
    bool any = false;
    json_object_foreach(changes, name, change) {
        any |= redact_kept_member(kept, name, change, "from");
        any |= redact_kept_member(kept, name, change, "to");
    }
    return any;
}

static bool redact_result(const struct redact_kept *kept, struct series *series, json_t *result) {
    size_t length;
    redact_kept_result(kept, result);
    char *text = json_text(result, &length);
    bool changed = length != series->result_length || memcmp(text, series->result, length) != 0;
    free(series->result);
    series->result = text;
    series->result_length = length;
    return changed;
}

static bool redact_series(struct series *series) {
    json_t *result = json_loadb(series->result, series->result_length, 0, NULL);
    struct redact_kept kept;
    redact_kept_begin(&kept, result);
    bool changed = redact_reason(series);
    changed |= redact_changes(&kept, series->changes);
    changed |= watched_redact(&series->watched, &kept);
    changed |= redact_result(&kept, series, result);
    redact_kept_end(&kept);
    json_decref(result);
    return changed;
}

void tracking_redact(struct tracking *tracking) {
    bool any = false;
    for (size_t i = 0; i < tracking->stations.count; i++) {
        struct series *series;
        TAILQ_FOREACH(series, &tracking->stations.list[i]->by_begin, begun) {
            if (redact_series(series)) {
                series_restate(series);
                tracking_unsaved(tracking, series, SERIES_UNSAVED);
                any = true;
            }
        }
    }
    if (any && tracking->keeper) {
        keeper_forget_past(tracking->keeper);
    }
}

char *tracking_redact_answer(const struct tracking *tracking, const struct protocol_answer *answer,
                             const char *json, size_t *length) {
    if (!tracking->settings.redact || answer->redacted) {
        return NULL;
    }
    json_t *checked = json_loadb(json, *length, 0, NULL);
    char *text = NULL;
    if (checked) {
        redact_kept_answer(checked);
        text = json_text(checked, length);
    }
    json_decref(checked);
    return text;
}
