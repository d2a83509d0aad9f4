/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The helper process that writes: the state file, and an empty database where there is none.
 *
 * The state file (state_dir/state.jsonl, mode 0600) is a journal: lines of JSON, the first
 * {"format": 1}, then {"put": [kind, key, value]}, and {"commit": n} behind each batch. A batch
 * counts whole or not at all, so that counts and what was seen never disagree, whatever kill -9
 * does. The last value of a kind and key holds; null takes it away. The keeper rewrites the file
 * (written aside, then renamed) at start and when most of it is out of date.
 */
#pragma once

#include <event2/event.h>
#include <jansson.h>
#include <mrqart/plugin.h>
#include <stdbool.h>

struct keeper;

/** One record of the state file. False: it makes no sense, and is passed over. */
typedef bool (*keeper_record)(void *self, const char *kind, const char *key, const json_t *value);

/**
 * Reads state_dir/state.jsonl, last values only, in the order they were last put. A record that
 * cannot be read costs itself; how many there are is a log line. A file that is none of ours is
 * renamed to state.jsonl.broken-<time> with a log line; one that cannot be opened is a log line.
 * False, having said so: another daemon's
 * keeper writes there. For the start only: it blocks (2 s at most for such a keeper to end).
 */
bool keeper_load(const char *state_dir, keeper_record record, void *self);

/**
 * worker: path of mrqart-worker, the helper. state_dir "" keeps no state; database "" makes none.
 * Destroy takes NULL, and waits (2 s at most) for what was put.
 */
struct keeper *keeper_create(struct event_base *base, const char *worker, const char *state_dir,
                             const char *database);
void keeper_destroy(struct keeper *keeper);

/** Starts the helper, which may rewrite the file: after keeper_load(). It is started anew when it
 * dies. */
void keeper_start(struct keeper *keeper);

/**
 * Asks the owner of some records for what has changed since it was last asked: called when a batch
 * is made, once a second while something was marked, earlier when much was, and at the end.
 */
typedef void (*keeper_collect)(void *self);
void keeper_add_owner(struct keeper *keeper, keeper_collect collect, void *self);

/**
 * Something has changed: within a second the owners are asked, or as soon as what they gave before
 * is saved. Cheap.
 */
void keeper_mark(struct keeper *keeper);

/**
 * What the file has beside the values in force is to go, too: the next batch comes with a rewrite.
 */
void keeper_forget_past(struct keeper *keeper);

/** In collect(): one record. value is stolen; NULL takes the record away. */
void keeper_put(struct keeper *keeper, const char *kind, const char *key, json_t *value);

/** For /healthz: state of helper, file and database, number of templates. */
void keeper_health(struct keeper *keeper, json_t *health);

/** For /healthz: adds sentences on what an administrator should look at. */
void keeper_warnings(const struct keeper *keeper, json_t *warnings);
