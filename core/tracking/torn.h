/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a series that could not be read: each once, until it can be. */
#pragma once

#include "instances.h"

enum { TORN = 256 }; /* of one series that are known again; more are only counted */

/** Zero it to begin. */
struct torn {
    struct torn_file {
        uint64_t file;  /* hash of its path */
        uint64_t image; /* hash of its SOP Instance UID; 0: its header does not tell */
    } * files;
    size_t count;   /* of files */
    uint64_t total; /* the unknown ones included */
};

void torn_finish(struct torn *torn);

/** A file could not be read. False: nor could it before. */
bool torn_add(struct torn *torn, uint64_t file, uint64_t image);

/** It can be read now. False: it always could. */
bool torn_mend(struct torn *torn, uint64_t file);

/** How many images that instances does not have may be in these files. */
uint64_t torn_lacking(const struct torn *torn, const struct instances *instances);

/** For the state file: text; NULL: there are none that are known again. */
json_t *torn_save(const struct torn *torn);
void torn_restore(struct torn *torn, const json_t *saved, uint64_t total);
