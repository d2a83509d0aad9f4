/* SPDX-License-Identifier: Apache-2.0 */
/* A pipeline with scripted workers, a folder, and fakes of what it talks to. */
#pragma once

#include "pipeline/pipeline.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct bed {
    struct event_base *base;
    struct pipeline *pipeline;
    char root[64];
    char *story; /* what tracking was told: "new 7 name\n", "again …", "error …", "count …" */
    json_t *saved; /* what the keeper was given: key: value */
    int events;
    uint64_t forgotten;          /* a series that tracking has forgotten */
    void (*collect)(void *self); /* as the keeper was asked to */
    void *collect_self;
    bool paused, was_paused, drained;
    bool held, was_held; /* the backlog */
    struct pipeline_settings settings;
    struct root_policy policy; /* of the root, from the next start on */
};

/** changes may be NULL: alters the settings before the start. Waits until workers are ready. */
struct bed *bed_create(void (*changes)(struct pipeline_settings *settings));

/** Ends it without draining, what it knows being saved; and starts it with what was saved. */
void bed_stop(struct bed *bed);
void bed_start(struct bed *bed);
void bed_destroy(struct bed *bed);

/** Writes a file below the root; its folder is made. */
void bed_write(struct bed *bed, const char *name, const char *text);

/** As a source that saw it closed. */
void bed_close(struct bed *bed, const char *name);
/** … that watches another folder, at or below the root. */
void bed_close_in(struct bed *bed, const char *root, const char *name);
/** As a source that found it in a scan. */
void bed_scan(struct bed *bed, const char *name);
void bed_write_and_close(struct bed *bed, const char *name, const char *text);

/** Runs until so many events were told in all. */
void bed_wait(struct bed *bed, int events);
/** Runs until nothing is on its way. */
void bed_settle(struct bed *bed);
/** Runs until done is true. */
void bed_until(struct bed *bed, bool (*done)(struct bed *bed));

/** A number of /healthz: "workers.ready". */
long long bed_health(struct bed *bed, const char *path);
/** How many lines of the story have text in them. */
int bed_told(const struct bed *bed, const char *text);
