/* SPDX-License-Identifier: Apache-2.0 */
/* One series: what it is, how many files it has, what is watched in it and how it fared. */
#pragma once

#include "about.h"
#include "base/hash_table.h"
#include "base/json_scan.h"
#include "cadence.h"
#include "instances.h"
#include "pacing.h"
#include "protocol.h"
#include "text_builder.h"
#include "torn.h"
#include "watched.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct station;

enum { SERIES_DIGESTS = 256 }; /* kinds of files told apart; a diffusion series has some hundred */

/** How much of a series the state file does not have yet. */
enum series_unsaved { SERIES_SAVED, SERIES_COUNTS_UNSAVED, SERIES_UNSAVED };

/** Where a series is in its course. */
enum series_phase { SERIES_RUNNING, SERIES_STALLED, SERIES_ENDED, SERIES_PHASES };

struct series {
    struct hash_link link;     /* in its station, by key */
    TAILQ_ENTRY(series) begun; /* in its station, by order */
    TAILQ_ENTRY(series) used;  /* in its station, by last file */
    TAILQ_ENTRY(series) going; /* in its station, while it has not ended */
    TAILQ_ENTRY(series) unsaved_link;
    enum series_unsaved unsaved;
    bool in_file; /* the state file has a record of it */

    struct station *station;
    uint64_t key;        /* of the worker's answers */
    unsigned run;        /* of several runs with the same key (MFSPLIT): 0, 1, … */
    bool split;          /* its files may each have a series number of their own */
    bool open;           /* has digests and watched values; else it was put away */
    uint64_t order;      /* in which the station's series began */
    uint64_t seen_order; /* order of the youngest series when its last file came */
    uint64_t study;      /* of its last file, hash of the UID; 0: not known */
    uint64_t folder;     /* of its last image, hash of the path, see tracking_folders.h */
    uint64_t beginning;  /* of that image's name, see name_field.h */
    bool in_company;     /* the folder has, or had, images of other series */

    uint64_t count; /* images, the first included */
    struct instances instances;
    struct torn torn; /* files that are known to be of it, and cannot be read */
    int64_t started_ms, last_ms;
    uint32_t status; /* enum check_status, the worst so far */
    struct pace pace;

    enum series_phase phase;
    bool incomplete;    /* ended with fewer files than expected */
    bool live;          /* its latest file came live, since we were started */
    int64_t heard_ms;   /* monotonic: when that was, or was caught up with; 0: before our start */
    int64_t age_ms;     /* how old that file was then; 0 if it came live */
    int64_t written_ms; /* since 1970: when its latest file was written; 0: not known */
    int64_t silent_ms;  /* since 1970: its station is silent after it since then; 0: it is not */
    struct cadence cadence;
    char *repeats; /* {"key", "number"} of the series that it repeats, JSON text; NULL: none */

    uint64_t *digests; /* ring of SERIES_DIGESTS, made with the first */
    unsigned digest_count, digest_next;
    struct watched watched;

    struct about about;
    json_t *changes;          /* {name: {from, to, instance}}, latest of each name */
    json_t *answer;           /* what a person said to it: {answer, reason, time}; NULL: nothing */
    bool answered_incomplete; /* knowing that it was incomplete */
    char *result;             /* check result of the worst status, as text */
    size_t result_length;
    size_t weight;     /* as its station reckons with, see series_bytes() */
    char *head, *tail; /* the series object as text, around count and last */
};

/** A new series from its first answer; about: its "series". All three are borrowed. */
struct series *series_create(struct station *station, const struct protocol_answer *answer,
                             const struct json_slice *about);

/** The same from the state file: open, and without digests. */
struct series *series_bare(struct station *station, uint64_t key, unsigned run,
                           const struct json_slice *about, int64_t started_ms);

void series_destroy(struct series *series); /* takes NULL */

/** The memory that it takes, and its text in /state; the images known are reckoned elsewhere. */
size_t series_bytes(const struct series *series);

/** Has a file with this digest been looked at? */
bool series_knows(const struct series *series, uint64_t digest);
void series_learn(struct series *series, uint64_t digest);

/**
 * Puts the values of one answer ("watch") into their sets. Returns what has changed, {name: {from,
 * to, instance}}, {} for nothing.
 */
json_t *series_watch(struct series *series, const json_t *watch, const json_t *instance);

/** What one file says of its series. */
struct series_news {
    uint32_t status;          /* enum check_status */
    struct json_slice result; /* the check result: an object with members, found good */
    const json_t *changes;    /* NULL: none to tell */
};

/** Takes status and result over if they are worse than before, and the changes. */
void series_take(struct series *series, const struct series_news *news);

/** Somebody has to do something about it: it deviates, has changed or is incomplete. */
bool series_asks_for_an_act(const struct series *series);

/** The words of a phase, as messages and the state file have them. */
const char *series_phase_name(enum series_phase phase);

/** Its key in messages, "0123456789abcdef-0"; free it. */
char *series_key_text(const struct series *series);

/** What series_describe() says has changed beyond counts, times and phase. */
void series_restate(struct series *series);

/** What a person says of it, {answer, reason, time}: taken over; NULL: nothing any more. */
void series_answer(struct series *series, json_t *answer);

/** An image with this hash has come. False: it is a copy of one that had come before. */
bool series_has_got(struct series *series, uint64_t instance);

/** Frees what only further files need: the series is put away with its counts. */
void series_put_away(struct series *series);

/** Adds the "series" object of messages and /state. */
void series_describe(struct series *series, struct text_builder *out);

/** Adds the "content" of /state: the result of the worst status, with the changes if there are. */
void series_content(const struct series *series, struct text_builder *out);

/** Adds result with "changes" added to it: the "content" of `changed`. */
void series_add_result(struct text_builder *out, const struct json_slice *result,
                       const json_t *changes);
