/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes that read series folders, one for each core: a hostile file costs one folder. */
#pragma once

#include "series.h"

struct pool;

/** Called with what series_read() found in folder `job`; NULL: the reader died of it. */
typedef void (*pool_answer)(void *self, size_t job, const json_t *found);

/** Gives the folder and mode of a job. */
typedef const char *(*pool_job)(void *self, size_t job, enum series_mode *mode);

struct pool_work {
    const struct scan_names *wanted;
    size_t jobs;
    size_t readers; /* processes */
    pool_job job;
    pool_answer answer;
    void *self;
};

/** Reads all jobs; answers come in any order. Says why and returns false when it cannot start. */
bool pool_run(const struct pool_work *work);
