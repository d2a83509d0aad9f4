/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose is a file that cannot be read? What ties it to a series: its header, as far as it could be
 * read; else the series field of its name; else its folder, where that holds one series only. What
 * nothing ties is nobody's: a series is not to be called incomplete, or complete, by a guess.
 */
#include "base/text.h"
#include "check/check.h"
#include "tracking_parts.h"

#include <string.h>

uint64_t tracking_file_hash(const struct tracking_folder *folder, const char *name) {
    uint64_t hash = text_hash(text_hash(folder->hash, "/", 1), name, strlen(name));
    return hash ? hash : 1;
}

struct series *tracking_torn_series(const struct tracking_torn *torn) {
    return torn->station ? station_run(torn->station, torn->series_key, torn->series_run) : NULL;
}

/* ---- what ties it -------------------------------------------------------------------------- */

/* The series of a folder, and those of them that a name tells. */
struct found {
    struct series *one, *by_beginning, *by_number;
    unsigned all, beginnings, numbers;
    bool named; /* one that has names with a series field */
};

static bool has_number(const struct series *series, const struct name_field *name) {
    uint64_t number = series->about.number;
    return number &&
           (number == name->number || (series->split && number == name->number / CHECK_SPLIT_STEP));
}

static void note(struct found *found, struct series *series, const struct name_field *name) {
    found->one = series;
    found->all += 1 + series->in_company;
    found->named = found->named || series->beginning;
    if (name->beginning && name->beginning == series->beginning) {
        found->by_beginning = series;
        found->beginnings++;
    }
    if (name->beginning && has_number(series, name)) {
        found->by_number = series;
        found->numbers++;
    }
}

static struct series *choose(const struct found *found, const struct name_field *name) {
    if (found->beginnings > 0) {
        return found->beginnings == 1 ? found->by_beginning : NULL;
    }
    if (found->numbers > 0) {
        return found->numbers == 1 ? found->by_number : NULL;
    }
    bool of_another = name->beginning && found->named;
    return found->all == 1 && !of_another ? found->one : NULL;
}

/* station: as the header tells; NULL: it does not */
static struct series *by_folder(struct tracking *tracking, const struct tracking_folder *folder,
                                const struct name_field *name, const struct station *station) {
    struct found found = {.all = folder->shared};
    for (size_t i = 0; i < tracking->stations.count; i++) {
        struct station *of = tracking->stations.list[i];
        struct series *series;
        TAILQ_FOREACH(series, &of->by_begin, begun) {
            if (series->folder == folder->hash && (!station || station == of)) {
                note(&found, series, name);
            }
        }
    }
    return choose(&found, name);
}

struct series *tracking_tie(struct tracking *tracking, const struct tracking_folder *folder,
                            const struct tracking_file *file,
                            const struct protocol_answer *answer) {
    const struct name_field name = name_field_of(file->name);
    const struct station *station =
        *answer->station ? stations_find(&tracking->stations, answer->station) : NULL;
    if (answer->series_key) {
        return station ? station_series(station, answer) : NULL;
    }
    return *answer->station && !station ? NULL : by_folder(tracking, folder, &name, station);
}

/* ---- what is known of it ------------------------------------------------------------------- */

static struct tracking_torn *find(struct tracking_folder *folder, uint64_t file) {
    for (size_t i = 0; folder->last_torn && i < FOLDER_TORN; i++) {
        if (folder->torn[i].file == file) {
            return &folder->torn[i];
        }
    }
    return NULL;
}

static struct tracking_torn *next_place(struct tracking_folder *folder) {
    struct tracking_torn *torn = &folder->torn[folder->torn_next];
    folder->torn_next = (folder->torn_next + 1) % FOLDER_TORN;
    return torn;
}

static void belong(struct tracking *tracking, struct tracking_torn *torn, struct series *series) {
    torn->station = series->station;
    torn->series_key = series->key;
    torn->series_run = series->run;
    if (torn_add(&series->torn, torn->file, torn->image)) {
        tracking_unsaved(tracking, series, SERIES_COUNTS_UNSAVED);
    }
}

static void release(struct tracking *tracking, struct series *series, uint64_t file) {
    if (torn_mend(&series->torn, file)) {
        tracking_unsaved(tracking, series, SERIES_COUNTS_UNSAVED);
    }
}

void tracking_charge(struct tracking *tracking, struct tracking_folder *folder,
                     const struct tracking_file *file, const struct protocol_answer *answer,
                     struct series *series) {
    uint64_t hash = tracking_file_hash(folder, file->name);
    struct tracking_torn *known = find(folder, hash), *torn = known ? known : next_place(folder);
    struct series *before = known ? tracking_torn_series(known) : NULL;
    if (before && before != series) {
        release(tracking, before, hash);
    }
    *torn = (struct tracking_torn){.file = hash,
                                   .image = answer->instance,
                                   .header_key = answer->series_key,
                                   .name = name_field_of(file->name)};
    if (series) {
        belong(tracking, torn, series);
    }
    folder->last_torn = torn;
}

void tracking_mend(struct tracking *tracking, struct tracking_folder *folder, const char *name,
                   struct series *series) {
    if (!folder->last_torn && series->torn.count == 0) {
        return;
    }
    uint64_t file = tracking_file_hash(folder, name);
    struct tracking_torn *torn = find(folder, file);
    struct series *charged = torn ? tracking_torn_series(torn) : NULL;
    release(tracking, charged ? charged : series, file);
    if (torn) {
        *torn = (struct tracking_torn){0};
    }
}

void tracking_adopt(struct tracking *tracking, struct tracking_folder *folder,
                    struct series *series) {
    for (size_t i = 0; folder->last_torn && i < FOLDER_TORN; i++) {
        struct tracking_torn *torn = &folder->torn[i];
        bool told = torn->header_key
                        ? torn->header_key == series->key
                        : torn->name.beginning && (torn->name.beginning == series->beginning ||
                                                   has_number(series, &torn->name));
        if (torn->file && !torn->station && told) {
            belong(tracking, torn, series);
        }
    }
}
