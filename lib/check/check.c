/* SPDX-License-Identifier: Apache-2.0 */
/* One file through the checkers: header values in, check result out. */
#include "check/check.h"
#include "base/memory.h"
#include "base/text.h"
#include "check/checkers.h"
#include "check/expected.h"
#include "check/identity.h"
#include "check/lookup.h"
#include "check/redact.h"
#include "check/verdict.h"
#include "check/writer.h"
#include "dicom/dicom.h"

#include <stdio.h>
#include <string.h>

enum { RESULT_BYTES = 200 * 1024 }; /* must fit PROTOCOL_BODY_BYTES with room to spare */

struct check {
    struct dicom_reader *reader;
    struct lookup *lookup;
    struct checkers *checkers;
    struct verdict *verdict;
    struct writer json;
    enum station_source station;
    struct together *together; /* NULL: files of any series in any order */
    bool redact, cut_pixels, text;
};

static const char *setting_text(const json_t *settings, const char *key) {
    const char *text = json_string_value(json_object_get(settings, key));
    return text && *text ? text : NULL;
}

struct check *check_create(const json_t *settings) {
    struct check *check = mem_new(struct check);
    json_int_t header_bytes = json_integer_value(json_object_get(settings, "header_bytes"));
    const char *station = setting_text(settings, "station");
    check->station =
        station && strcmp(station, "DeviceSerialNumber") == 0 ? STATION_SERIAL : STATION_NAME;
    check->redact = json_is_true(json_object_get(settings, "redact"));
    check->cut_pixels = json_is_true(json_object_get(settings, "cut_pixels"));
    check->text = json_is_true(json_object_get(settings, "text"));
    check->together =
        json_is_true(json_object_get(settings, "together")) ? together_create() : NULL;
    check->verdict = verdict_create();
    check->reader = dicom_reader_create(setting_text(settings, "tags"),
                                        header_bytes > 0 ? (size_t)header_bytes : 0, DICOM_FAST);
    check->lookup = check->reader ? lookup_create(check->reader) : NULL;
    check->checkers = check->reader
                          ? checkers_create(json_object_get(settings, "checkers"),
                                            setting_text(settings, "database"), check->lookup)
                          : NULL;
    if (!check->checkers) {
        check_destroy(check);
        return NULL;
    }
    return check;
}

void check_destroy(struct check *check) {
    if (!check) {
        return;
    }
    checkers_destroy(check->checkers);
    lookup_destroy(check->lookup);
    dicom_reader_destroy(check->reader);
    together_destroy(check->together);
    verdict_destroy(check->verdict);
    writer_free(&check->json);
    free(check);
}

/* one that fails loses its own verdict, and the others keep theirs */
static void run_checkers(struct check *check, const char *path, struct check_answer *answer,
                         void (*before)(void *, const char *), void *self) {
    for (size_t i = 0; i < checkers_count(check->checkers); i++) {
        const char *name = checkers_name(check->checkers, i);
        const struct checkers_file file = {.path = path,
                                           .excluded = verdict_excluded(check->verdict)};
        if (before) {
            before(self, name);
        }
        struct mrq_verdict *verdict = verdict_for(check->verdict, name);
        verdict = check->together ? together_for(check->together, name, verdict) : verdict;
        if (!checkers_run(check->checkers, i, &file, verdict)) {
            verdict_drop(check->verdict);
            together_drop(check->together);
            answer->failed |= 1U << checkers_place(check->checkers, i);
        }
    }
    if (before) {
        before(self, NULL);
    }
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* folders of a session carry the subject's name as well: of a redacted path the base name stays */
static void write_path(struct check *check, const char *path, const struct redact *redact) {
    AUTOFREE char *hidden = redact_typed(redact, base_name(path));
    writer_key(&check->json, "dcm_path");
    writer_string(&check->json, hidden ? hidden : redact ? base_name(path) : path);
}

static void write_input(struct check *check, const char *path, const struct redact *redact) {
    struct writer *json = &check->json;
    writer_key(json, "input");
    writer_raw(json, "{");
    for (size_t i = 0; i < dicom_value_count(check->reader); i++) {
        const struct dicom_value *value = dicom_value_at(check->reader, i);
        enum dicom_content content = redact && !value->numeric ? value->content : DICOM_PLAIN;
        AUTOFREE char *typed = content == DICOM_TYPED ? redact_typed(redact, value->text) : NULL;
        const char *text = content == DICOM_PERSONAL ? NULL : typed ? typed : value->text;
        writer_key(json, value->name);
        writer_value(json, text, value->numeric);
    }
    write_path(check, path, redact);
    writer_raw(json, "}");
}

static void write_result(struct check *check, const char *path, const struct redact *redact) {
    struct writer *json = &check->json;
    writer_reset(json);
    writer_raw(json, "{\"result\":{");
    verdict_write_head(check->verdict, json);
    write_input(check, path, redact);
    verdict_write_tail(check->verdict, json);
    writer_raw(json, "},\"series\":");
    identity_write(check->lookup, json);
    writer_raw(json, ",\"watch\":[");
    writer_append(json, verdict_watched(check->verdict));
    writer_raw(json, "],\"instance\":");
    writer_value(json, lookup_text(check->lookup, "InstanceNumber"), true);
    writer_raw(json, "}");
}

/* the subject of the file that was read, and what of it stays to be seen */
static void find_subject(const struct check *check, struct redact *subject) {
    redact_init(subject, lookup_text(check->lookup, "SubID"),
                lookup_text(check->lookup, "PatientID"));
    for (size_t i = 0; i < dicom_value_count(check->reader); i++) {
        const struct dicom_value *value = dicom_value_at(check->reader, i);
        if (value->numeric || value->content == DICOM_PLAIN) {
            redact_show(subject, value->text);
        }
    }
}

static void say(struct check_answer *answer, const char *message) {
    snprintf(answer->message, sizeof(answer->message), "%s", message);
}

/* a file that says otherwise than the first is to be looked at, whatever its values are */
static uint64_t with_expected(uint64_t digest, const struct lookup *lookup) {
    long long expected = expected_images(lookup);
    return expected ? text_hash(digest, &expected, sizeof(expected)) : digest;
}

void check_file(struct check *check, const char *path, int fd, struct check_answer *answer,
                void (*before)(void *self, const char *checker), void *self) {
    *answer = (struct check_answer){
        .outcome = CHECK_UNREADABLE, .status = CHECK_NOT_CHECKED, .redacted = check->redact};
    enum dicom_outcome read = dicom_read(check->reader, fd);
    if (read != DICOM_COMPLETE) {
        answer->outcome = read == DICOM_INCOMPLETE ? CHECK_INCOMPLETE : CHECK_UNREADABLE;
        say(answer, dicom_reader_message(check->reader));
        if (dicom_has_part(check->reader)) {
            identity_of_torn(check->lookup, check->station, path, answer);
        }
        if (!check->cut_pixels || !dicom_has_values(check->reader)) {
            return;
        }
    }
    struct redact subject = {0};
    const struct redact *redact = check->redact ? &subject : NULL;
    if (redact) {
        find_subject(check, &subject);
    }
    identity_find(check->lookup, check->station, path, answer);
    verdict_begin(check->verdict, check->lookup, redact);
    if (check->together) {
        together_begin(check->together, answer->series_key);
    }
    run_checkers(check, path, answer, before, self);
    answer->status = verdict_status(check->verdict);
    answer->digest = with_expected(verdict_digest(check->verdict), check->lookup);
    answer->together = check->together;
    if (!check->text) {
        write_result(check, path, redact);
        answer->json = check->json.bytes;
        answer->json_length = check->json.used;
    }
    if (check->json.used > RESULT_BYTES) {
        say(answer, "its check result is too large: a damaged header, or a checker in a loop");
        return;
    }
    answer->outcome = CHECK_DONE;
}

const char *check_value(const struct check *check, const char *name) {
    return lookup_present(check->lookup, name);
}
