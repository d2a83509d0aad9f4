/* SPDX-License-Identifier: Apache-2.0 */
/* Which station and which series a file belongs to. */
#include "check/identity.h"
#include "base/text.h"
#include "check/expected.h"

#include <ctype.h>
#include <string.h>

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

void identity_find(const struct lookup *lookup, enum station_source source, const char *path,
                   struct check_answer *answer) {
    const char *station =
        lookup_present(lookup, source == STATION_SERIAL ? "DeviceSerialNumber" : "Station");
    station_copy(answer->station, station ? station : "");
    if (!answer->station[0]) {
        strcpy(answer->station, "unknown");
    }
    const char *type = lookup_text(lookup, "ImageType");
    const char *study = lookup_present(lookup, "StudyInstanceUID");
    const char *series = lookup_present(lookup, "SeriesInstanceUID");
    const char *name = lookup_text(lookup, "SequenceName");
    answer->split = type && study && strstr(type, "MFSPLIT");

    uint64_t hash = hash_next(TEXT_HASH_SEED, answer->station);
    if (answer->split) {
        hash = hash_next(hash_next(hash_next(hash, "split"), study), name);
    } else if (series) {
        hash = hash_next(hash_next(hash, "series"), series);
    } else {
        hash = hash_next(hash_folder(hash_next(hash, "folder"), path), "");
        hash = hash_next(hash_next(hash, lookup_text(lookup, "SeriesNumber")), name);
    }
    answer->series_key = hash;
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
    writer_key(writer, "number");
    writer_value(writer, lookup_present(lookup, "SeriesNumber"), true);
    write_text(writer, "name", lookup_present(lookup, "SequenceName"));
    write_text(writer, "project", lookup_present(lookup, "Project"));
    write_positive(writer, "expected", expected_images(lookup));
    write_text(writer, "image_type", lookup_present(lookup, "ImageType"));
    write_positive(writer, "period", expected_period_ms(lookup));
    writer_raw(writer, "}");
}
