/* SPDX-License-Identifier: Apache-2.0 */
/* What a folder of files holds: one acquisition for each of its series. */
#include "series.h"
#include "acqdb/schema.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { TE_BYTES = 512 };

struct series {
    char *key;
    json_t *row;
    char te[TE_BYTES]; /* all that were seen, joined by commas */
    bool closed;       /* a TE has come again: there are no more */
};

struct folder {
    struct dicom_reader *reader;
    const char *path;
    enum series_mode mode;
    struct series *series;
    size_t count;
    json_t *skipped;
};

static const char *text_of(const struct folder *folder, const char *name) {
    const struct dicom_value *value = dicom_value(folder->reader, name);
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

static void add_file(struct folder *folder, const char *path) {
    AUTOFREE char *key =
        folder->mode == SERIES_ONE
            ? mem_dup("")
            : mem_printf("%s/%s/%s", text_of(folder, "SeriesInstanceUID"),
                         text_of(folder, "SeriesNumber"), text_of(folder, "SequenceName"));
    const char *te = text_of(folder, "TE");
    for (size_t i = 0; i < folder->count; i++) {
        if (strcmp(folder->series[i].key, key) == 0) {
            if (!folder->series[i].closed) {
                join_echo_time(&folder->series[i], te);
            }
            return;
        }
    }
    folder->series = mem_resize(folder->series, folder->count + 1, sizeof(*folder->series));
    struct series *series = &folder->series[folder->count++];
    *series = (struct series){.key = mem_dup(key)};
    snprintf(series->te, sizeof(series->te), "%s", te);
    series->row = json_pack("{s: o, s: o, s: o}", "file", json_any_string(path), "parameters",
                            values_of(folder, acqdb_parameters, ACQDB_PARAMETERS), "acquisition",
                            values_of(folder, acqdb_acquisition, ACQDB_ACQUISITION));
}

static bool is_mr(const struct folder *folder) {
    const char *modality = text_of(folder, "Modality");
    return !*modality || strcmp(modality, "null") == 0 || strcasecmp(modality, "MR") == 0;
}

static void read_file(struct folder *folder, const char *name) {
    AUTOFREE char *path = mem_printf("%s/%s", folder->path, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        skip(folder, path, strerror(errno));
        return;
    }
    enum dicom_outcome outcome = dicom_read(folder->reader, fd);
    close(fd);
    /* where pixels are missing the header is whole, and nothing else is wanted */
    const char *why = !dicom_has_values(folder->reader) ? outcome == DICOM_INCOMPLETE
                                                              ? "the file ends too early"
                                                              : "no DICOM file that can be read"
                      : is_mr(folder)                   ? NULL
                                                        : "no MR image";
    if (why) {
        skip(folder, path, why);
    } else {
        add_file(folder, path);
    }
}

static int wanted(const struct dirent *entry) {
    return entry->d_type != DT_DIR && scan_wants(entry->d_name);
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_folder(struct folder *folder) {
    struct dirent **names = NULL;
    int count = scandir(folder->path, &names, wanted, by_name);
    if (count <= 0) {
        skip(folder, folder->path, count < 0 ? strerror(errno) : "no DICOM file in the folder");
    }
    for (int i = 0; i < count; i++) {
        bool enough = folder->mode == SERIES_ONE && folder->count && folder->series[0].closed;
        if (!enough) {
            read_file(folder, names[i]->d_name);
        }
        free(names[i]);
    }
    free(names);
}

json_t *series_read(struct dicom_reader *reader, const char *path, enum series_mode mode) {
    struct folder folder = {.reader = reader, .path = path, .mode = mode, .skipped = json_array()};
    read_folder(&folder);
    static const char te_name[] = "TE";
    json_t *rows = json_array();
    for (size_t i = 0; i < folder.count; i++) {
        struct series *series = &folder.series[i];
        json_t *parameters = json_object_get(series->row, "parameters");
        for (size_t j = 0; j < ACQDB_PARAMETERS; j++) {
            if (strcmp(acqdb_parameters[j], te_name) == 0) {
                json_array_set_new(parameters, j, json_any_string(series->te));
            }
        }
        json_array_append_new(rows, series->row);
        free(series->key);
    }
    free(folder.series);
    return json_pack("{s: o, s: o}", "rows", rows, "skipped", folder.skipped);
}
