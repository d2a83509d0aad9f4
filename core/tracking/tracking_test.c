/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of `mrqart doctor`, which wants to know whether files get through. It goes the whole way,
 * and is then announced to every client as what it is: no station, no series, nothing that is kept
 * or that a technologist would have to look at.
 */
#include "base/json_text.h"
#include "base/log.h"
#include "check/status.h"
#include "tracking_parts.h"

#include <string.h>

/* what such a file calls its station; cli/doctor writes it */
static const char test_station[] = "MRQART-DOCTOR";

bool tracking_test(struct tracking *tracking, const struct tracking_file *file,
                   const struct protocol_answer *answer) {
    if (strcmp(answer->station, test_station) != 0) {
        return false;
    }
    const char *status = check_status_name((enum check_status)answer->status);
    log_info("a test file has come through: %s", status);
    json_t *content = json_object();
    json_object_set_new(content, "file", json_any_string(file->name));
    json_object_set_new(content, "status", json_string(status));
    tracking_publish_content(tracking, "test", NULL, content);
    return true;
}
