/* SPDX-License-Identifier: Apache-2.0 */
/* What a source's options say about the files in the folders it follows. */
#pragma once

#include <stdbool.h>

/** What a scan finds and nobody has looked at yet: */
enum backlog {
    BACKLOG_SINCE_LAST, /* is dropped if it is older than the following of its folder */
    BACKLOG_NONE,       /* is dropped if it is older than this start of the daemon */
    BACKLOG_ALL,        /* is looked at, however old */
};

struct root_policy {
    const char *source; /* name of the instance */
    enum backlog backlog;
    double retention_h; /* hours; 0: nothing is ever removed */
    bool configured;    /* the source was told of the folder, and did not come to it by a link */
    bool dry_run;       /* retention only says what it would do */
};
