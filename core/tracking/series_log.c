/* SPDX-License-Identifier: Apache-2.0 */
/* What the log says of a series. */
#include "series_log.h"
#include "base/log.h"
#include "base/memory.h"
#include "check/status.h"
#include "station.h"

#include <string.h>

/* the sentence of its first finding, or why nobody judges it; "" where there is none */
static const char *reason_of(const json_t *result) {
    const json_t *first = json_array_get(json_object_get(result, "findings"), 0);
    const char *message = json_string_value(json_object_get(first, "message"));
    const char *reason = json_string_value(json_object_get(result, "reason"));
    return message ? message : reason ? reason : "";
}

static const char *value_of(const struct series *series, enum about_key key) {
    const char *value = series->about.values[key];
    return value ? value : "null";
}

void series_log(const char *type, const struct series *series, const struct series_news *news) {
    if (!log_wants(MRQ_INFO)) {
        return;
    }
    json_auto_t *result = json_loadb(news->result.text, news->result.length, 0, NULL);
    const char *reason = reason_of(result);
    log_info("%s: series %s %s: %s%s%s%s", series->station->name, value_of(series, ABOUT_NUMBER),
             value_of(series, ABOUT_NAME), strcmp(type, "new") == 0 ? "" : "changed, ",
             check_status_name(news->status), *reason ? ": " : "", reason);
}
