/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a path from a source to series tracking: wanted names, files seen before, one queue
 * per folder served round-robin, workers, and the order in which answers are let go.
 */
#pragma once

#include "policy.h"

#include <event2/event.h>
#include <jansson.h>
#include <mrqart/plugin.h>
#include <stdbool.h>

struct keeper;
struct tracking;
struct pipeline;

struct pipeline_settings {
    const char *const *wanted; /* patterns (fnmatch, any case) of file names; ended by NULL */
    bool trust_names;
    bool redact; /* names of files are not to be said */
    unsigned workers;
    unsigned worker_timeout_ms, settle_ms, hold_ms;
    size_t queue;         /* paths waiting, at most; then sources are paused */
    size_t record;        /* files remembered as seen, at most */
    const char *worker;   /* path of mrqart-worker */
    const char *settings; /* JSON text: what workers are told (see check.h) */
};

/**
 * Called with true when the queues are full and sources must pause, with false when they may go on:
 * MRQ_LIVE with all they do, MRQ_BACKLOG with what is not live.
 */
typedef void (*pipeline_pause)(void *self, enum mrq_lane lane, bool paused);

/** Copies settings. keeper may be NULL. Starts workers with pipeline_start(). Destroy takes NULL.
 */
struct pipeline *pipeline_create(struct event_base *base, const struct pipeline_settings *settings,
                                 struct tracking *tracking, struct keeper *keeper,
                                 pipeline_pause pause, void *self);
void pipeline_destroy(struct pipeline *pipeline);
bool pipeline_start(struct pipeline *pipeline);

/** The kind of its records in the state file. */
#define PIPELINE_RECORD "seen"

/** Takes one record of that kind back in (keeper_load), before the first path. False: it is none.
 */
bool pipeline_restore(struct pipeline *pipeline, const char *key, const json_t *value);

/** See mrq_follow() and mrq_emit(). policy is copied. */
void pipeline_follow(struct pipeline *pipeline, const char *root, const struct root_policy *policy);
void pipeline_emit(struct pipeline *pipeline, const struct mrq_found *found);

/** Another policy for all folders that policy->source follows; its configured is left as it is. */
void pipeline_adjust(struct pipeline *pipeline, const struct root_policy *policy);

/** The source follows nothing any more: nothing is removed in its folders. */
void pipeline_leave(struct pipeline *pipeline, const char *source);

/** Adds to said what is known of a followed folder: "since" and, where it is on, "retention". */
void pipeline_root_health(const struct pipeline *pipeline, const char *root, json_t *said);

/** New settings: a new generation of workers; the old ones finish their file and exit. */
void pipeline_configure(struct pipeline *pipeline, const struct pipeline_settings *settings);

/**
 * No new paths; calls done(self) when all workers have answered, or after grace_ms, when they are
 * killed. What is unfinished stays unseen.
 */
void pipeline_drain(struct pipeline *pipeline, unsigned grace_ms, void (*done)(void *self),
                    void *self);

/**
 * For /healthz: queues, workers, names refused, checkers disabled. False: no worker can work.
 * warnings: an array of sentences to add to.
 */
bool pipeline_health(const struct pipeline *pipeline, json_t *health, json_t *warnings);
