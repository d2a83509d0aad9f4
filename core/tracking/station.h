/* SPDX-License-Identifier: Apache-2.0 */
/* The stations and the series of each: which series a file belongs to, and what is let go. */
#pragma once

#include "series.h"

enum {
    STATIONS = 64,                    /* more share one called "other": names come from files */
    STATION_OPEN_SERIES = 64,         /* with digests and watched values, per station */
    HISTORY_BYTES = 48 * 1024 * 1024, /* of all series: 2,000 with the largest of headers */
};

TAILQ_HEAD(series_list, series);

struct station {
    char *name;                          /* valid UTF-8, as it was spelt last */
    char *name_json;                     /* the same as a JSON string, quotes included */
    uint64_t seq;                        /* events so far */
    uint64_t begun;                      /* order of the youngest series */
    struct series_list by_begin, by_use; /* youngest first; last file first */
    struct series_list going;            /* those that have not ended */
    int64_t heard_ms; /* monotonic: when its last file came; 0: before our start */
    int64_t age_ms;   /* how old that file was then, or was when we were started */
    bool live;        /* it came live */
    bool idle;        /* its session has ended */
    bool shared;      /* "other": series of several scanners, none of which follows another */
    struct hash_table by_key;
    unsigned count, open;
    size_t bytes;           /* that its series take, see station_weigh() */
    size_t *instance_bytes; /* that the images known of all stations' series take */
};

struct stations {
    struct station *list[STATIONS + 1];
    size_t count;
    size_t instance_bytes;
};

void stations_finish(struct stations *stations);

/**
 * The station called name, in any case of letters, or the one that takes its files when there are
 * too many; or NULL.
 */
struct station *stations_find(const struct stations *stations, const char *name);

/** The same, made where it is missing: never NULL. */
struct station *stations_get(struct stations *stations, const char *name);

/** Its name is spelt like that now. True: it was not before. */
bool station_spell(struct station *station, const char *name);

/** The series that a file with this answer belongs to, or NULL where a new one begins. */
struct series *station_series(const struct station *station, const struct protocol_answer *answer);

/** Of several runs with one key the latest: no other gets files any more; or NULL. */
struct series *station_latest(const struct station *station, uint64_t key);

/** Series key/run, or NULL. */
struct series *station_run(const struct station *station, uint64_t key, unsigned run);

/** A new series begins. */
void station_add(struct station *station, struct series *series);

/** A series comes back from the state file, among the others by its order; last file last. */
void station_restore(struct station *station, struct series *series);

/** A file of the series has come: it is the last that is put away. */
void station_use(struct station *station, struct series *series);

/** A series goes into a phase, and is among those that are going or not. */
void station_set_phase(struct station *station, struct series *series, enum series_phase phase);

/** Since when the station is silent (ms since 1970); 0: it is not. */
int64_t station_silent_ms(const struct station *station);

/** A series takes more or less memory than before. */
void station_weigh(struct station *station, struct series *series);

/** What the series of all stations take. */
size_t stations_bytes(const struct stations *stations);

/** Takes a series out, which the caller then destroys. */
void station_remove(struct station *station, struct series *series);

/** The series to let go of when more than most are kept: longest without a file; NULL: none. */
struct series *station_surplus(const struct station *station, unsigned most);
