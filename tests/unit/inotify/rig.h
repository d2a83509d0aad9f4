/* SPDX-License-Identifier: Apache-2.0 */
/* A host for a source that the kernel tells (SOURCE_PLUGIN): loads the plugin as built, and
 * remembers all that it says. */
#pragma once

#include <mrqart/plugin.h>

struct rig;

/** The options of the instance; what is NULL or 0 has the default of the plugin's table. */
struct rig_options {
    const char *const *paths; /* ended by NULL; NULL: the rig's folder */
    double poll_interval, max_depth, max_folders;
    bool poll, follow_links;
};

/** A new temporary folder and the plugin, opened. It is not started. */
struct rig *rig_create(void);
struct rig *rig_create_with(const struct rig_options *options);

/** The same in a folder that is there already, which the rig then owns. */
struct rig *rig_create_in(char *folder, const struct rig_options *options);

/** Stops and closes the plugin, and removes the folder. */
void rig_destroy(struct rig *rig);

void rig_start(struct rig *rig);
const char *rig_folder(const struct rig *rig);
const struct mrq_plugin *rig_plugin(const struct rig *rig);
void *rig_instance(const struct rig *rig);

/** Runs the loop until check(rig, argument) is true; fails the test after 20 s. */
void rig_run(struct rig *rig, bool (*check)(struct rig *rig, const void *argument),
             const void *argument);

/** One turn of the loop, which does not wait. */
void rig_turn(struct rig *rig);

/** Runs the loop until path was emitted. */
void rig_wait_for(struct rig *rig, const char *path);

/** Runs the loop until all that has happened on disk so far has come through. */
void rig_settle(struct rig *rig);

/** Runs the loop until the log has a line with text in it. */
void rig_wait_for_log(struct rig *rig, const char *text);

/** Runs the loop until the folder path has the state in health. */
void rig_wait_for_state(struct rig *rig, const char *path, const char *state);

enum rig_kind { RIG_ANY, RIG_CLOSED, RIG_SCANNED };

/** How often path was emitted, without a stat (closed), with one (scanned), or at all. */
unsigned rig_count(const struct rig *rig, const char *path, enum rig_kind kind);

/** How many emissions there were, and how many different paths. */
unsigned rig_emitted(const struct rig *rig);
unsigned rig_paths(const struct rig *rig);

/** How many folders were told of, which is no emission. */
unsigned rig_folders(const struct rig *rig);

/** How many of them were in lane. */
unsigned rig_in_lane(const struct rig *rig, enum mrq_lane lane);
const char *rig_root_of(const struct rig *rig, const char *path);

/** Forgets what was emitted. */
void rig_forget(struct rig *rig);

/** The core's pause() is called by the emission that makes count of them. 0: never. */
void rig_pause_at(struct rig *rig, unsigned count);

/** How many lines of the log have text in them. */
unsigned rig_logged(const struct rig *rig, const char *text);

/** How often mrq_follow() was called for root. */
unsigned rig_followed(const struct rig *rig, const char *root);

/** The source watches so many folders, or is one that does not watch folders one by one. */
bool rig_has_watches(struct rig *rig, unsigned count);

bool rig_has_option(const struct rig *rig, const char *key);
double rig_number(struct rig *rig, const char *key); /* of health; -1: not there */
bool rig_has_state(struct rig *rig, const char *path, const char *state);
bool rig_warns(struct rig *rig, const char *text);
bool rig_is_broken(struct rig *rig);
