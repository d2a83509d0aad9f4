/* SPDX-License-Identifier: Apache-2.0 */
/* What a folder of files holds: one acquisition for each of its series. */
#include "series.h"
#include "acqdb/number_set.h"
#include "acqdb/schema.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "check/identity.h"
#include "check/lookup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    TE_BYTES = 512,
    SAMPLES = 8,   /* files of a series that are looked at for what the first ones do not show */
    SPREAD = 1024, /* and where they show something: the most that is read for it */
};

struct series {
    uint64_t key; /* as the daemon tells series apart */
    json_t *row;
    char te[TE_BYTES];           /* all that were seen, joined by commas */
    bool closed;                 /* a TE has come again: there are no more */
    struct number_set tr, fa;    /* all that were seen */
    bool several_tr, several_fa; /* more than the first file has */
};

struct folder {
    struct dicom_reader *reader;
    struct lookup *lookup;
    const struct series_job *job;
    struct series *series;
    size_t count;
    json_t *skipped;
    struct dirent **names; /* sorted; NULL where it was read */
    size_t name_count;
};

static const char *text_of(const struct folder *folder, const char *name) {
    const struct dicom_value *value = lookup_value(folder->lookup, name);
    return value ? dicom_database_text(value) : "null";
}

static json_t *values_of(const struct folder *folder, const char *const *names, size_t count) {
    json_t *values = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(values, json_any_string(text_of(folder, names[i])));
    }
    return values;
}

static void skip(struct folder *folder, const char *path, const char *why) {
    json_array_append_new(folder->skipped,
                          json_pack("[o, o]", json_any_string(path), json_any_string(why)));
}

static bool has_echo_time(const char *list, const char *te) {
    size_t length = strlen(te);
    for (const char *at = list; (at = strstr(at, te)); at++) {
        bool begins = at == list || at[-1] == ',';
        if (begins && (at[length] == ',' || !at[length])) {
            return true;
        }
    }
    return false;
}

static void join_echo_time(struct series *series, const char *te) {
    size_t used = strlen(series->te);
    if (has_echo_time(series->te, te) || used + strlen(te) + 2 > TE_BYTES) {
        series->closed = true;
        return;
    }
    snprintf(series->te + used, TE_BYTES - used, ",%s", te);
}

static void join_numbers(const struct folder *folder, struct series *series) {
    if (series->tr.count) { /* where the first file has none there is nothing to be compared */
        series->several_tr |= number_set_add(&series->tr, text_of(folder, "TR"));
    }
    if (series->fa.count) {
        series->several_fa |= number_set_add(&series->fa, text_of(folder, "FA"));
    }
}

static json_t *make_row(const struct folder *folder, const char *path) {
    AUTOFREE char *study = mem_printf("%s/%s/%s", text_of(folder, "StudyInstanceUID"),
                                      text_of(folder, "SubID"), text_of(folder, "AcqDate"));
    return json_pack("{s: o, s: o, s: o, s: o}", "file", json_any_string(path), "study",
                     json_any_string(study), "parameters",
                     values_of(folder, acqdb_parameters, ACQDB_PARAMETERS), "acquisition",
                     values_of(folder, acqdb_acquisition, ACQDB_ACQUISITION));
}

static void add_file(struct folder *folder, const char *path) {
    struct check_answer identity;
    identity_find(folder->lookup, STATION_NAME, path, &identity);
    for (size_t i = 0; i < folder->count; i++) {
        struct series *series = &folder->series[i];
        if (series->key == identity.series_key) {
            if (!series->closed) {
                join_echo_time(series, text_of(folder, "TE"));
            }
            join_numbers(folder, series);
            return;
        }
    }
    folder->series = mem_resize(folder->series, folder->count + 1, sizeof(*folder->series));
    struct series *series = &folder->series[folder->count++];
    *series = (struct series){.key = identity.series_key, .tr.whole = true};
    snprintf(series->te, sizeof(series->te), "%s", text_of(folder, "TE"));
    number_set_add(&series->tr, text_of(folder, "TR"));
    number_set_add(&series->fa, text_of(folder, "FA"));
    series->row = make_row(folder, path);
}

static bool is_mr(const struct folder *folder) {
    const char *modality = text_of(folder, "Modality");
    return !*modality || strcmp(modality, "null") == 0 || strcasecmp(modality, "MR") == 0;
}

/* NULL, or why the file is left out */
static const char *refusal(struct folder *folder, int fd) {
    struct stat status;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        return "is no file";
    }
    enum dicom_outcome outcome = dicom_read(folder->reader, fd);
    /* where pixels are missing the header is whole, and nothing else is wanted */
    if (!dicom_has_values(folder->reader)) {
        return outcome == DICOM_INCOMPLETE ? "the file ends too early"
                                           : "no DICOM file that can be read";
    }
    return is_mr(folder) ? NULL : "no MR image";
}

static void read_file(struct folder *folder, const char *name) {
    AUTOFREE char *path = mem_printf("%s/%s", folder->job->path, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        skip(folder, path, strerror(errno));
        return;
    }
    const char *why = refusal(folder, fd);
    close(fd);
    if (why) {
        skip(folder, path, why);
    } else {
        add_file(folder, path);
    }
}

static void read_once(struct folder *folder, size_t at) {
    if (folder->names[at]) {
        read_file(folder, folder->names[at]->d_name);
        free(folder->names[at]);
        folder->names[at] = NULL;
    }
}

/* at most `most` files of those from `from` on, evenly spread, the last one among them */
static void read_spread(struct folder *folder, size_t from, size_t most) {
    size_t left = folder->name_count - from;
    most = most < left ? most : left;
    for (size_t i = 1; i <= most; i++) {
        read_once(folder, from + i * left / most - 1);
    }
}

static void forget_series(struct folder *folder) {
    for (size_t i = 0; i < folder->count; i++) {
        json_decref(folder->series[i].row);
    }
    free(folder->series);
    folder->series = NULL;
    folder->count = 0;
}

/*
 * The reference's rule ends with the first TE that repeats. A series that has several TRs or angles
 * by design, and a folder that has several series, show in files taken from all over it.
 */
static void read_one(struct folder *folder) {
    size_t at = 0;
    while (at < folder->name_count && folder->count < 2 &&
           !(folder->count && folder->series[0].closed)) {
        read_once(folder, at++);
    }
    read_spread(folder, at, SAMPLES);
    const struct series *first = folder->count == 1 ? &folder->series[0] : NULL;
    if (first && (first->several_tr || first->several_fa)) {
        read_spread(folder, at, SPREAD);
    }
}

static void free_names(struct folder *folder) {
    for (size_t i = 0; i < folder->name_count; i++) {
        free(folder->names[i]);
    }
    free(folder->names);
    folder->names = NULL;
    folder->name_count = 0;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_entry(const struct dirent *entry) {
    return entry->d_type != DT_DIR;
}

/* false: it cannot be read */
static bool list_names(struct folder *folder) {
    free_names(folder);
    int count = scandir(folder->job->path, &folder->names, is_entry, by_name);
    if (count < 0) {
        skip(folder, folder->job->path, strerror(errno));
        return false;
    }
    folder->name_count = (size_t)count;
    for (size_t i = 0; i < folder->name_count; i++) {
        if (!scan_takes(folder->job->wanted, folder->names[i]->d_name)) {
            free(folder->names[i]);
            folder->names[i] = NULL;
        }
    }
    return true;
}

static void read_folder(struct folder *folder) {
    if (!list_names(folder)) {
        return;
    }
    if (folder->job->mode == SERIES_ONE) {
        read_one(folder);
        if (folder->count < 2) {
            return;
        }
        forget_series(folder); /* the first file of each represents it: once more, all in order */
        json_array_clear(folder->skipped);
        if (!list_names(folder)) {
            return;
        }
    }
    for (size_t i = 0; i < folder->name_count; i++) {
        read_once(folder, i);
    }
}

static void set_parameter(json_t *parameters, const char *name, const char *text) {
    for (size_t i = 0; i < ACQDB_PARAMETERS; i++) {
        if (strcmp(acqdb_parameters[i], name) == 0) {
            json_array_set_new(parameters, i, json_any_string(text));
        }
    }
}

static json_t *finished_row(const struct series *series) {
    json_t *parameters = json_object_get(series->row, "parameters");
    char text[NUMBER_SET_TEXT];
    set_parameter(parameters, "TE", series->te);
    if (series->several_tr) {
        number_set_text(&series->tr, text);
        set_parameter(parameters, "TR", text);
    }
    if (series->several_fa) {
        number_set_text(&series->fa, text);
        set_parameter(parameters, "FA", text);
    }
    return series->row;
}

json_t *series_read(struct dicom_reader *reader, const struct series_job *job) {
    struct folder folder = {
        .reader = reader, .lookup = lookup_create(reader), .job = job, .skipped = json_array()};
    read_folder(&folder);
    json_t *rows = json_array();
    for (size_t i = 0; i < folder.count; i++) {
        json_array_append(rows, finished_row(&folder.series[i]));
    }
    forget_series(&folder);
    free_names(&folder);
    lookup_destroy(folder.lookup);
    return json_pack("{s: o, s: o}", "rows", rows, "skipped", folder.skipped);
}
