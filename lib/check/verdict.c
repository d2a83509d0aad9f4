/* SPDX-License-Identifier: Apache-2.0 */
/* What the checkers say of one file, gathered as pieces of the check result. */
#include "check/verdict.h"
#include "base/json_scan.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "check/redact_kept.h"

#include <stdio.h>
#include <string.h>

enum {
    NAMES_MOST = 256, /* of one kind in one file; a checker that says more is in a loop */
    MESSAGE_BYTES = 512,
    DATA_BYTES = 32 * 1024, /* of free JSON in one file: an answer must fit PROTOCOL_BODY_BYTES */
};

/* names that were said already, by their hash: the first of a name wins */
struct names {
    uint64_t hashes[NAMES_MOST];
    size_t count;
};

/* how much had been said before the checker that runs now */
struct mark {
    size_t findings, errors, compared, template, notes, watched;
    size_t error_names, compared_names, template_names;
    size_t finding_count, watch_count, note_count, data_bytes;
    enum mrq_severity worst;
    bool not_checked;
    uint64_t digest;
    json_t *data;
};

struct verdict {
    struct mrq_verdict public; /* what checkers see; first, so that both have one address */
    const struct lookup *lookup;
    const struct redact *redact;
    const char *checker;
    struct writer findings, errors, compared, template, notes, watched, reason, failed;
    struct mark before;
    char excluded[MESSAGE_BYTES]; /* reason as it was given */
    struct names error_names, compared_names, template_names;
    size_t finding_count, watch_count, note_count;
    enum mrq_severity worst; /* 0: nothing found */
    bool not_checked;
    uint64_t digest;
    json_t *data;
    size_t data_bytes;
};

static bool names_first(struct names *names, const char *name) {
    uint64_t hash = text_hash(TEXT_HASH_SEED, name, strlen(name));
    for (size_t i = 0; i < names->count; i++) {
        if (names->hashes[i] == hash) {
            return false;
        }
    }
    if (names->count == NAMES_MOST) {
        return false;
    }
    names->hashes[names->count++] = hash;
    return true;
}

static struct verdict *own(struct mrq_verdict *verdict) {
    return (struct verdict *)verdict;
}

/* a sentence for people's eyes: without the subject where that is asked for */
static void put_sentence(const struct verdict *verdict, struct writer *writer, const char *text) {
    AUTOFREE char *redacted = redact_sentence(verdict->redact, text);
    writer_string(writer, redacted ? redacted : text);
}

static void put_member(struct writer *writer, const char *key, const char *text) {
    writer_key(writer, key);
    writer_string(writer, text);
}

/* what may be said of a value called name; of a checker's own name nothing is known */
static enum dicom_content content_of(const struct verdict *verdict, const char *name) {
    const struct dicom_value *value = verdict->redact ? lookup_value(verdict->lookup, name) : NULL;
    bool plain = !verdict->redact || (value && value->numeric);
    return plain ? DICOM_PLAIN : value ? value->content : DICOM_TYPED;
}

/* a value called name */
static void put_value(const struct verdict *verdict, struct writer *writer, const char *key,
                      const char *name, const char *text) {
    enum dicom_content content = content_of(verdict, name);
    writer_key(writer, key);
    if (content == DICOM_TYPED) {
        put_sentence(verdict, writer, text);
    } else {
        writer_string(writer, content == DICOM_PERSONAL ? NULL : text);
    }
}

/* message NULL: ours, made of the values */
static void put_message(const struct verdict *verdict, struct writer *writer,
                        const struct mrq_finding *finding, const char *message) {
    enum dicom_content content = content_of(verdict, finding->parameter);
    writer_key(writer, "message");
    if (content == DICOM_PERSONAL) {
        AUTOFREE char *hidden = redact_message(finding->parameter);
        writer_string(writer, hidden);
    } else if (content == DICOM_PLAIN && verdict->redact) {
        struct redact open = *verdict->redact; /* its values stay: a sentence may have them */
        redact_show(&open, finding->expect);
        redact_show(&open, finding->have);
        AUTOFREE char *hidden = redact_sentence(&open, message);
        writer_string(writer, hidden ? hidden : message);
    } else {
        put_sentence(verdict, writer, message);
    }
}

static void digest_text(struct verdict *verdict, const char *text) {
    /* the NUL parts texts, and 0xff, which no UTF-8 has, stands for an absent one */
    verdict->digest = text_hash(verdict->digest, text ? text : "\xff", text ? strlen(text) + 1 : 2);
}

/* "TR is 2000, expected 1300", since a checker need not have a template: the page makes its own of
 * expect and have */
void verdict_message(const struct mrq_finding *finding, char *message, size_t room) {
    if (finding->message) {
        snprintf(message, room, "%s", finding->message);
    } else if (!finding->have) {
        snprintf(message, room, "%s is not in the header, expected %s", finding->parameter,
                 finding->expect ? finding->expect : "a value");
    } else if (!finding->expect) {
        snprintf(message, room, "%s is %s", finding->parameter, finding->have);
    } else {
        snprintf(message, room, "%s is %s, expected %s", finding->parameter, finding->have,
                 finding->expect);
    }
}

static void put_error(struct verdict *verdict, const struct mrq_finding *finding) {
    struct writer *errors = &verdict->errors;
    if (!names_first(&verdict->error_names, finding->parameter)) {
        return;
    }
    writer_key(errors, finding->parameter);
    writer_raw(errors, "{");
    put_value(verdict, errors, "expect", finding->parameter, finding->expect);
    put_value(verdict, errors, "have", finding->parameter, finding->have);
    writer_raw(errors, "}");
}

static void verdict_finding(struct mrq_verdict *public, const struct mrq_finding *finding) {
    struct verdict *verdict = own(public);
    if (!finding->parameter || verdict->finding_count == NAMES_MOST) {
        return;
    }
    verdict->finding_count++;
    char made[MESSAGE_BYTES];
    const char *message = finding->message;
    if (!message) {
        verdict_message(finding, made, sizeof(made));
        message = made;
    }
    bool warns = finding->severity == MRQ_WARN;
    if (!warns || !verdict->worst) {
        verdict->worst = warns ? MRQ_WARN : MRQ_FAIL; /* a checker's default is to fail */
    }
    struct writer *findings = &verdict->findings;
    writer_comma(findings);
    writer_raw(findings, "{");
    put_member(findings, "checker", verdict->checker);
    put_member(findings, "parameter", finding->parameter);
    put_value(verdict, findings, "expect", finding->parameter, finding->expect);
    put_value(verdict, findings, "have", finding->parameter, finding->have);
    put_member(findings, "severity", warns ? "warn" : "fail");
    put_message(verdict, findings, finding, message);
    if (finding->group && *finding->group) {
        put_value(verdict, findings, "group", finding->parameter, finding->group);
    }
    writer_raw(findings, "}");
    put_error(verdict, finding);
    digest_text(verdict, verdict->checker);
    digest_text(verdict, finding->parameter);
    digest_text(verdict, finding->expect);
    digest_text(verdict, finding->have);
    digest_text(verdict, message);
    digest_text(verdict, warns ? "warn" : "fail");
    digest_text(verdict, finding->group);
}

static void verdict_compared(struct mrq_verdict *public, const char *parameter) {
    struct verdict *verdict = own(public);
    if (names_first(&verdict->compared_names, parameter)) {
        writer_comma(&verdict->compared);
        writer_string(&verdict->compared, parameter);
    }
}

/* a value of the template has the type of the header value of its name; of the others, which are
 * texts, only the count of acquisitions is a number */
static void verdict_reference(struct mrq_verdict *public, const char *name, const char *value) {
    struct verdict *verdict = own(public);
    if (!names_first(&verdict->template_names, name)) {
        return;
    }
    const struct dicom_value *known = lookup_value(verdict->lookup, name);
    enum dicom_content content = known ? content_of(verdict, name) : DICOM_PLAIN;
    AUTOFREE char *typed = content == DICOM_TYPED ? redact_typed(verdict->redact, value) : NULL;
    const char *text = content == DICOM_PERSONAL ? NULL : typed ? typed : value;
    writer_key(&verdict->template, name);
    writer_value(&verdict->template, text, known ? known->numeric : strcmp(name, "n") == 0);
}

static void verdict_not_checked(struct mrq_verdict *public, const char *reason) {
    struct verdict *verdict = own(public);
    if (!verdict->not_checked) {
        verdict->not_checked = true;
        snprintf(verdict->excluded, sizeof(verdict->excluded), "%s", reason ? reason : "");
        put_sentence(verdict, &verdict->reason, verdict->excluded);
    }
}

static void verdict_note(struct mrq_verdict *public, const char *text) {
    struct verdict *verdict = own(public);
    if (text && verdict->note_count < NAMES_MOST) {
        verdict->note_count++;
        AUTOFREE char *redacted = redact_sentence(verdict->redact, text);
        const char *said = redacted ? redacted : text;
        writer_comma(&verdict->notes);
        writer_string(&verdict->notes, said);
        log_info("%s: %s", verdict->checker, said);
    }
}

static void verdict_data(struct mrq_verdict *public, const char *key, const char *json) {
    struct verdict *verdict = own(public);
    verdict->data_bytes += strlen(json);
    bool fits =
        verdict->data_bytes <= DATA_BYTES && json_scan_value(json, strlen(json), JSON_DEPTH_DATA);
    json_t *value = fits ? json_loads(json, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (!value) {
        log_debug("%s: data \"%s\" is left out: it must be JSON text of at most %d objects and "
                  "lists within each other, and all data of a file at most %d bytes",
                  verdict->checker, key, JSON_DEPTH_DATA, DATA_BYTES);
        return;
    }
    if (!verdict->data) {
        verdict->data = json_object();
    }
    json_object_set_new(verdict->data, key,
                        verdict->redact ? redact_json(verdict->redact, value) : value);
}

static void verdict_watch(struct mrq_verdict *public, const char *name, const char *value,
                          enum mrq_watching watching, const char *group) {
    struct verdict *verdict = own(public);
    if (verdict->watch_count == NAMES_MOST) {
        return;
    }
    verdict->watch_count++;
    const char *kind = watching == MRQ_COLLECTED ? "collected" : "constant";
    struct writer *watched = &verdict->watched;
    writer_comma(watched);
    writer_raw(watched, "{");
    put_member(watched, "name", name);
    put_value(verdict, watched, "value", name, value);
    put_member(watched, "watching", kind);
    put_value(verdict, watched, "group", name, group ? group : "");
    put_member(watched, "checker", verdict->checker);
    writer_raw(watched, "}");
    digest_text(verdict, name);
    digest_text(verdict, value);
    digest_text(verdict, kind);
    digest_text(verdict, group ? group : "");
}

static const struct mrq_verdict_ops operations = {
    .finding = verdict_finding,
    .compared = verdict_compared,
    .reference = verdict_reference,
    .not_checked = verdict_not_checked,
    .note = verdict_note,
    .data = verdict_data,
    .watch = verdict_watch,
};

struct verdict *verdict_create(void) {
    struct verdict *verdict = mem_new(struct verdict);
    verdict->public.ops = &operations;
    return verdict;
}

void verdict_destroy(struct verdict *verdict) {
    if (!verdict) {
        return;
    }
    writer_free(&verdict->findings);
    writer_free(&verdict->errors);
    writer_free(&verdict->compared);
    writer_free(&verdict->template);
    writer_free(&verdict->notes);
    writer_free(&verdict->watched);
    writer_free(&verdict->reason);
    writer_free(&verdict->failed);
    json_decref(verdict->before.data);
    json_decref(verdict->data);
    free(verdict);
}

void verdict_begin(struct verdict *verdict, const struct lookup *lookup,
                   const struct redact *redact) {
    verdict->lookup = lookup;
    verdict->redact = redact;
    verdict->checker = "";
    writer_reset(&verdict->findings);
    writer_reset(&verdict->errors);
    writer_reset(&verdict->compared);
    writer_reset(&verdict->template);
    writer_reset(&verdict->notes);
    writer_reset(&verdict->watched);
    writer_reset(&verdict->reason);
    writer_reset(&verdict->failed);
    verdict->error_names.count = 0;
    verdict->compared_names.count = 0;
    verdict->template_names.count = 0;
    verdict->finding_count = verdict->watch_count = verdict->note_count = 0;
    verdict->worst = (enum mrq_severity)0;
    verdict->not_checked = false;
    verdict->digest = TEXT_HASH_SEED;
    json_decref(verdict->data);
    verdict->data = NULL;
    verdict->data_bytes = 0;
}

struct mrq_verdict *verdict_for(struct verdict *verdict, const char *name) {
    verdict->checker = name;
    struct mark *before = &verdict->before;
    json_decref(before->data);
    *before = (struct mark){
        .findings = verdict->findings.used,
        .errors = verdict->errors.used,
        .compared = verdict->compared.used,
        .template = verdict->template.used,
        .notes = verdict->notes.used,
        .watched = verdict->watched.used,
        .error_names = verdict->error_names.count,
        .compared_names = verdict->compared_names.count,
        .template_names = verdict->template_names.count,
        .finding_count = verdict->finding_count,
        .watch_count = verdict->watch_count,
        .note_count = verdict->note_count,
        .data_bytes = verdict->data_bytes,
        .worst = verdict->worst,
        .not_checked = verdict->not_checked,
        .digest = verdict->digest,
        .data = json_copy(verdict->data),
    };
    return &verdict->public;
}

void verdict_drop(struct verdict *verdict) {
    struct mark *before = &verdict->before;
    writer_cut(&verdict->findings, before->findings);
    writer_cut(&verdict->errors, before->errors);
    writer_cut(&verdict->compared, before->compared);
    writer_cut(&verdict->template, before->template);
    writer_cut(&verdict->notes, before->notes);
    writer_cut(&verdict->watched, before->watched);
    if (!before->not_checked) {
        writer_reset(&verdict->reason);
    }
    verdict->error_names.count = before->error_names;
    verdict->compared_names.count = before->compared_names;
    verdict->template_names.count = before->template_names;
    verdict->finding_count = before->finding_count;
    verdict->watch_count = before->watch_count;
    verdict->note_count = before->note_count;
    verdict->data_bytes = before->data_bytes;
    verdict->worst = before->worst;
    verdict->not_checked = before->not_checked;
    verdict->digest = before->digest;
    json_decref(verdict->data);
    verdict->data = json_incref(before->data);
    writer_comma(&verdict->failed);
    writer_string(&verdict->failed, verdict->checker);
    digest_text(verdict, "failed");
    digest_text(verdict, verdict->checker);
}

const char *verdict_excluded(const struct verdict *verdict) {
    return verdict->not_checked ? verdict->excluded : NULL;
}

enum check_status verdict_status(const struct verdict *verdict) {
    if (verdict->worst) {
        return verdict->worst == MRQ_FAIL ? CHECK_DEVIATES : CHECK_WARNS;
    }
    if (verdict->not_checked) {
        return CHECK_NOT_CHECKED;
    }
    /* a fixed limit that is kept says nothing of the protocol: that takes a template */
    bool with_template = verdict->compared_names.count && verdict->template_names.count;
    return with_template ? CHECK_CONFORMS : CHECK_NO_TEMPLATE;
}

uint64_t verdict_digest(const struct verdict *verdict) {
    const char *status = check_status_name(verdict_status(verdict));
    return text_hash(verdict->digest, status, strlen(status));
}

static void write_part(struct writer *writer, const char *key, const char *brackets,
                       const struct writer *part) {
    char bracket[2] = {brackets[0], '\0'};
    writer_key(writer, key);
    writer_raw(writer, bracket);
    writer_append(writer, part);
    bracket[0] = brackets[1];
    writer_raw(writer, bracket);
}

void verdict_write_head(const struct verdict *verdict, struct writer *writer) {
    enum check_status status = verdict_status(verdict);
    writer_key(writer, "status");
    writer_string(writer, check_status_name(status));
    writer_key(writer, "conforms");
    writer_raw(writer, status == CHECK_DEVIATES ? "false" : "true");
    if (verdict->not_checked) {
        writer_key(writer, "reason");
        writer_append(writer, &verdict->reason);
    }
    write_part(writer, "findings", "[]", &verdict->findings);
    write_part(writer, "compared", "[]", &verdict->compared);
    write_part(writer, "errors", "{}", &verdict->errors);
}

void verdict_write_tail(const struct verdict *verdict, struct writer *writer) {
    write_part(writer, "template", "{}", &verdict->template);
    if (verdict->failed.used) {
        write_part(writer, "failed", "[]", &verdict->failed);
    }
    if (verdict->note_count) {
        write_part(writer, "notes", "[]", &verdict->notes);
    }
    if (verdict->data) {
        AUTOFREE char *data = json_text(verdict->data, NULL);
        writer_key(writer, "data");
        writer_raw(writer, data);
    }
}

const struct writer *verdict_watched(const struct verdict *verdict) {
    return &verdict->watched;
}
