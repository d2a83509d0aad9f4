/* SPDX-License-Identifier: Apache-2.0 */
/* How bad a file or a series is, in order of severity. */
#pragma once

/** How bad a series is; the order is that of severity: a series keeps the worst it has seen. */
enum check_status {
    CHECK_NOT_CHECKED,
    CHECK_NO_TEMPLATE,
    CHECK_CONFORMS,
    CHECK_WARNS,
    CHECK_DEVIATES,
};

/** "not-checked", "no-template", "conforms", "warns", "deviates". */
const char *check_status_name(enum check_status status);
