/* SPDX-License-Identifier: Apache-2.0 */
/* How bad a file or a series is, in order of severity. */
#include "status.h"

static const char *const status_names[] = {
    [CHECK_NOT_CHECKED] = "not-checked", [CHECK_NO_TEMPLATE] = "no-template",
    [CHECK_CONFORMS] = "conforms",       [CHECK_WARNS] = "warns",
    [CHECK_DEVIATES] = "deviates",
};

const char *check_status_name(enum check_status status) {
    return status_names[status];
}
