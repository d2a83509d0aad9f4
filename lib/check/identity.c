/* SPDX-License-Identifier: Apache-2.0 */
/* Which station and which series a file belongs to. */
#include "check/identity.h"
#include "base/text.h"
#include "check/expected.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_BYTES = 32 }; /* a series number is an IS: 12 characters at most */

/* trimmed, and cut between two characters where it is too long */
static void station_copy(char *station, const char *text) {
    while (isspace((unsigned char)*text)) {
        text++;
    }
    size_t length = strlen(text);
    while (length && isspace((unsigned char)text[length - 1])) {
        length--;
    }
    size_t kept = 0;
    while (kept < length) {
        size_t character = text_character(text + kept, length - kept);
        if (kept + (character ? character : 1) > CHECK_STATION_BYTES) {
            break;
        }
        kept += character ? character : 1;
    }
    memcpy(station, text, kept);
    station[kept] = '\0';
}

static uint64_t hash_next(uint64_t hash, const char *text) {
    return text_hash(hash, text ? text : "", text ? strlen(text) + 1 : 1); /* its NUL parts them */
}

static uint64_t hash_folder(uint64_t hash, const char *path) {
    const char *slash = strrchr(path, '/');
    return text_hash(hash, path, slash ? (size_t)(slash - path) : 0);
}

/* 0: there is none */
static uint64_t hash_uid(const char *uid) {
    return uid ? text_hash(TEXT_HASH_SEED, uid, strlen(uid)) : 0;
}

static bool is_split(const struct lookup *lookup) {
    const char *type = lookup_text(lookup, "ImageType");
    return type && strstr(type, "MFSPLIT");
}

/* As the console numbers series; NULL: it is not told. Volumes of series 7 are 7001, 7002, …; those
 * of a split series that has smaller numbers are numbered as series, one after the other: "0". */
static const char *series_number(const struct lookup *lookup, char *room, size_t size) {
    const char *text = lookup_present(lookup, "SeriesNumber");
    double number;
    if (!text || !is_split(lookup) || !text_to_number(text, &number)) {
        return text;
    }
    snprintf(room, size, "%.0f", floor(number / CHECK_SPLIT_STEP));
    return room;
}

/* What is the same in all files of a study, and in those of a split series without thousands not
 * even there: whether such volumes are of one run only their order can tell. */
static uint64_t hash_study(const struct lookup *lookup) {
    char room[NUMBER_BYTES];
    uint64_t study = hash_uid(lookup_present(lookup, "StudyInstanceUID"));
    const char *number = series_number(lookup, room, sizeof(room));
    bool plain = number == room && strcmp(number, "0") == 0;
    return study && plain ? hash_next(study, lookup_text(lookup, "SeriesNumber")) : study;
}

/* Where nothing else tells series apart, the folder does. */
static uint64_t hash_series(const struct lookup *lookup, const char *station, const char *path) {
    char room[NUMBER_BYTES];
    const char *study = lookup_present(lookup, "StudyInstanceUID");
    const char *number = series_number(lookup, room, sizeof(room));
    const char *name = lookup_present(lookup, "SequenceName");
    bool split = is_split(lookup);
    uint64_t hash = text_hash_letters(TEXT_HASH_SEED, station);
    hash = hash_next(hash, lookup_present(lookup, "PatientID"));
    hash = hash_next(hash, lookup_present(lookup, "SubID"));
    hash = hash_next(hash, split ? "MFSPLIT" : study);
    if ((!study && !split) || (!number && !name)) {
        hash = hash_next(hash_folder(hash, path), "");
    }
    hash = hash_next(hash_next(hash, number), name);
    return hash ? hash : 1;
}

static void find_station(const struct lookup *lookup, enum station_source source,
                         struct check_answer *answer) {
    const char *station =
        lookup_present(lookup, source == STATION_SERIAL ? "DeviceSerialNumber" : "Station");
    station_copy(answer->station, station ? station : "");
    if (!answer->station[0]) {
        strcpy(answer->station, "unknown");
    }
}

void identity_find(const struct lookup *lookup, enum station_source source, const char *path,
                   struct check_answer *answer) {
    find_station(lookup, source, answer);
    answer->split = is_split(lookup);
    answer->series_key = hash_series(lookup, answer->station, path);
    answer->study = hash_study(lookup);
    answer->instance = hash_uid(lookup_present(lookup, "SOPInstanceUID"));
}

void identity_of_torn(const struct lookup *lookup, enum station_source source, const char *path,
                      struct check_answer *answer) {
    if (lookup_present(lookup, "SeriesNumber")) {
        identity_find(lookup, source, path, answer);
    } else if (lookup_present(lookup, "Station") && source == STATION_NAME) {
        find_station(lookup, source, answer);
    }
}

static void write_text(struct writer *writer, const char *key, const char *text) {
    writer_key(writer, key);
    writer_string(writer, text);
}

static void write_positive(struct writer *writer, const char *key, long long number) {
    writer_key(writer, key);
    if (number > 0) {
        writer_integer(writer, number);
    } else {
        writer_raw(writer, "null");
    }
}

void identity_write(const struct lookup *lookup, struct writer *writer) {
    writer_raw(writer, "{");
    write_text(writer, "uid", lookup_present(lookup, "SeriesInstanceUID"));
    write_text(writer, "study", lookup_present(lookup, "StudyInstanceUID"));
    char room[NUMBER_BYTES];
    const char *own = lookup_present(lookup, "SeriesNumber");
    const char *number = series_number(lookup, room, sizeof(room));
    writer_key(writer, "number");
    writer_value(writer, strcmp(number ? number : "", "0") == 0 ? own : number, true);
    write_text(writer, "name", lookup_present(lookup, "SequenceName"));
    write_text(writer, "project", lookup_present(lookup, "Project"));
    write_positive(writer, "expected", expected_images(lookup));
    write_text(writer, "image_type", lookup_present(lookup, "ImageType"));
    write_positive(writer, "period", expected_period_ms(lookup));
    writer_raw(writer, "}");
}
