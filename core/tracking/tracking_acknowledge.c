/* SPDX-License-Identifier: Apache-2.0 */
/* What people answer to a series that asks for something to be done. */
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "tracking_parts.h"
#include "wall_clock.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const answers[] = {"repeat", "unwell", "agreed", "other"};

static bool is_answer(const char *word) {
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        if (strcmp(answers[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static struct series *find(const struct tracking *tracking, const char *station, const char *key) {
    uint64_t series_key;
    unsigned run;
    const struct station *found = stations_find(&tracking->stations, station);
    if (!found || sscanf(key, "%16" SCNx64 "-%u", &series_key, &run) != 2) {
        return NULL;
    }
    struct series *series = station_run(found, series_key, run);
    AUTOFREE char *own_key = series ? series_key_text(series) : NULL;
    return own_key && strcmp(own_key, key) == 0 ? series : NULL;
}

/* Characters that show nothing and may turn a line of text around: controls, C1, marks of
 * direction, line and paragraph separators. They and spaces become one space. */
static bool is_blank(const char *text, size_t length) {
    const unsigned char *byte = (const unsigned char *)text;
    if (length == 1) {
        return *byte <= ' ' || *byte == 0x7f;
    }
    if (length == 2) {
        return byte[0] == 0xc2 && byte[1] < 0xa0;
    }
    bool general = length == 3 && byte[0] == 0xe2;
    return general && ((byte[1] == 0x80 && byte[2] >= 0x8b && byte[2] <= 0x8f) ||
                       (byte[1] == 0x80 && byte[2] >= 0xa8 && byte[2] <= 0xae) ||
                       (byte[1] == 0x81 && byte[2] >= 0xa6 && byte[2] <= 0xa9));
}

/* The reason fit for a line of a page; NULL: it is too long. Free it. */
static char *clean(const char *reason) {
    AUTOFREE char *valid = text_valid(reason, strlen(reason));
    struct text_builder out = {0};
    text_builder_text(&out, "");
    size_t characters = 0;
    bool gap = false;
    for (const char *at = valid; *at;) {
        size_t length = text_character(at, strlen(at));
        if (is_blank(at, length)) {
            gap = out.used > 0;
        } else {
            text_builder_add(&out, " ", gap);
            text_builder_add(&out, at, length);
            characters += 1 + gap;
            gap = false;
        }
        at += length;
    }
    if (characters > MRQ_REASON_CHARACTERS) {
        free(out.bytes);
        return NULL;
    }
    return out.bytes;
}

static json_t *describe(const char *answer, const char *reason) {
    if (!answer) {
        return NULL;
    }
    struct text_builder time = {0};
    text_builder_time(&time, wall_clock_ms());
    json_t *described = json_object();
    json_object_set_new(described, "answer", json_string(answer));
    json_object_set_new(described, "reason", json_string(reason));
    json_object_set_new(described, "time", json_loads(time.bytes, JSON_DECODE_ANY, NULL));
    free(time.bytes);
    return described;
}

/* The free text may hold a name: not at the level that sites run with. */
static void tell(const struct series *series, const char *answer, const char *reason) {
    const char *number = series->about.values[ABOUT_NUMBER];
    log_notice("%s: series %s is answered: %s", series->station->name, number,
               answer ? answer : "the answer was taken back");
    if (*reason) {
        log_debug("%s: series %s, reason given: %s", series->station->name, number, reason);
    }
}

static void take(struct tracking *tracking, struct series *series, const char *answer,
                 const char *reason) {
    series_answer(series, describe(answer, reason));
    series->answered_incomplete = answer && series->incomplete;
    tracking_unsaved(tracking, series, SERIES_UNSAVED);
    tell(series, answer, reason);
    json_t *content = json_object();
    json_object_set_new(content, "answer", answer ? json_string(answer) : json_null());
    json_object_set_new(content, "reason", json_string(reason));
    tracking_publish_content(tracking, "acknowledged", series, content);
}

/* repeated it will be, whatever else is found */
void tracking_outdate_answer(struct series *series) {
    const char *answer = json_string_value(json_object_get(series->answer, "answer"));
    if (answer && strcmp(answer, "repeat") != 0) {
        series_answer(series, NULL);
    }
}

enum mrq_acknowledged tracking_acknowledge(struct tracking *tracking,
                                           const struct mrq_acknowledgement *given) {
    if (given->answer && !is_answer(given->answer)) {
        return MRQ_ANSWER_UNKNOWN;
    }
    bool silent = !given->answer || !given->reason || tracking->settings.redact;
    AUTOFREE char *reason = clean(silent ? "" : given->reason);
    if (!reason) {
        return MRQ_REASON_TOO_LONG;
    }
    struct series *series = find(tracking, given->station, given->series);
    if (!series) {
        return MRQ_SERIES_UNKNOWN;
    }
    bool takes_back = !given->answer && series->answer;
    if (!takes_back && !series_asks_for_an_act(series)) {
        return MRQ_NOTHING_TO_ANSWER;
    }
    take(tracking, series, given->answer, reason);
    return MRQ_ACKNOWLEDGED;
}
