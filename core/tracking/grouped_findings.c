/* SPDX-License-Identifier: Apache-2.0 */
/* Findings that hold only for the group that a series began with. */
#include "grouped_findings.h"
#include "check/status.h"

#include <stdbool.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool holds(const json_t *finding, const struct watched *watched) {
    const char *group = text_of(finding, "group");
    const char *first = *group ? watched_first_group(watched, text_of(finding, "checker"),
                                                     text_of(finding, "parameter"))
                               : NULL;
    return !first || strcmp(first, group) == 0;
}

static uint32_t status_of(const json_t *findings, uint32_t without) {
    uint32_t status = without;
    size_t at;
    json_t *finding;
    json_array_foreach(findings, at, finding) {
        uint32_t one =
            strcmp(text_of(finding, "severity"), "warn") == 0 ? CHECK_WARNS : CHECK_DEVIATES;
        status = one > status ? one : status;
    }
    return status;
}

/* parameter to {"expect", "have"}; the first finding of each wins */
static json_t *errors_of(const json_t *findings) {
    json_t *errors = json_object();
    size_t at;
    json_t *finding;
    json_array_foreach(findings, at, finding) {
        const char *parameter = text_of(finding, "parameter");
        if (!json_object_get(errors, parameter)) {
            json_object_set_new(errors, parameter,
                                json_pack("{s:O, s:O}", "expect",
                                          json_object_get(finding, "expect"), "have",
                                          json_object_get(finding, "have")));
        }
    }
    return errors;
}

uint32_t grouped_findings_settle(json_t *result, uint32_t status, const struct watched *watched) {
    json_t *findings = json_object_get(result, "findings");
    size_t before = json_array_size(findings);
    for (size_t at = before; at-- > 0;) {
        if (!holds(json_array_get(findings, at), watched)) {
            json_array_remove(findings, at);
        }
    }
    if (json_array_size(findings) == before) {
        return status;
    }
    bool compared = json_array_size(json_object_get(result, "compared")) > 0;
    status = status_of(findings, compared ? CHECK_CONFORMS : CHECK_NO_TEMPLATE);
    json_object_set_new(result, "status",
                        json_string(check_status_name((enum check_status)status)));
    json_object_set_new(result, "conforms", json_boolean(status != CHECK_DEVIATES));
    json_object_set_new(result, "errors", errors_of(findings));
    return status;
}
