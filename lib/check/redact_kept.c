/* SPDX-License-Identifier: Apache-2.0 */
/* Taking the subject out of a check result that was made without redact. */
#include "check/redact_kept.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "dicom/taglist_table.h"

#include <string.h>

/* what may be said of a value */
enum rule { STAYS, TYPED, SENTENCE, GOES };

static const char path_key[] = "dcm_path";

/*
 * Of the values that a site has added only their names are kept: what is a text may be a person's.
 * Any other name is a checker's own.
 */
static enum rule rule_of(const struct redact_kept *kept, const char *name, const json_t *value) {
    static const enum rule rules[] = {
        [DICOM_PLAIN] = STAYS, [DICOM_TYPED] = TYPED, [DICOM_PERSONAL] = GOES};
    enum dicom_content content;
    if (taglist_known(name, &content)) {
        return rules[content];
    }
    bool added = json_object_get(kept->input, name) && strcmp(name, path_key) != 0;
    bool number = json_is_number(value) || json_is_number(json_array_get(value, 0));
    return !added ? SENTENCE : number ? STAYS : GOES;
}

/* ---- values -------------------------------------------------------------------------------- */

static json_t *hide_text(const struct redact *redact, enum rule rule, const char *text) {
    AUTOFREE char *hidden =
        rule == TYPED ? redact_typed(redact, text) : redact_sentence(redact, text);
    return hidden ? json_any_string(hidden) : NULL;
}

static json_t *hide(const struct redact *redact, enum rule rule, json_t *value);

static json_t *hide_list(const struct redact *redact, enum rule rule, const json_t *list) {
    json_t *hidden = json_array(), *item;
    size_t at;
    json_array_foreach((json_t *)list, at, item) {
        json_t *other = hide(redact, rule, item);
        json_array_append_new(hidden, other ? other : json_incref(item));
    }
    return hidden;
}

static json_t *hide_members(const struct redact *redact, enum rule rule, const json_t *object) {
    json_t *hidden = json_object(), *item;
    const char *key;
    json_object_foreach((json_t *)object, key, item) {
        json_t *other = hide(redact, rule, item);
        AUTOFREE char *name = redact_sentence(redact, key);
        json_object_set_new(hidden, name ? name : key, other ? other : json_incref(item));
    }
    return hidden;
}

/* what takes the value's place, or NULL */
static json_t *hide(const struct redact *redact, enum rule rule, json_t *value) {
    if (rule == STAYS) {
        return NULL;
    }
    if (rule == GOES) {
        return json_is_null(value) ? NULL : json_null();
    }
    switch (json_typeof(value)) {
    case JSON_STRING:
        return hide_text(redact, rule, json_string_value(value));
    case JSON_ARRAY:
        return hide_list(redact, rule, value);
    case JSON_OBJECT:
        return hide_members(redact, rule, value);
    default:
        return NULL;
    }
}

static bool hide_member(const struct redact_kept *kept, enum rule rule, json_t *object,
                        const char *key) {
    json_t *value = json_object_get(object, key);
    json_t *other = value ? hide(&kept->redact, rule, value) : NULL;
    bool changed = other && !json_equal(value, other);
    if (other) {
        json_object_set_new(object, key, other);
    }
    return changed;
}

json_t *redact_kept_value(const struct redact_kept *kept, const char *name, json_t *value) {
    return hide(&kept->redact, rule_of(kept, name, value), value);
}

bool redact_kept_member(const struct redact_kept *kept, const char *name, json_t *object,
                        const char *key) {
    return hide_member(kept, rule_of(kept, name, json_object_get(object, key)), object, key);
}

json_t *redact_json(const struct redact *redact, json_t *value) {
    json_t *other = hide(redact, SENTENCE, value);
    if (other) {
        json_decref(value);
    }
    return other ? other : value;
}

/* ---- a check result ------------------------------------------------------------------------ */

/* the base name stays, as in what a worker redacts */
static void hide_path(const struct redact_kept *kept, json_t *input) {
    const char *path = json_string_value(json_object_get(input, path_key));
    const char *slash = path ? strrchr(path, '/') : NULL;
    if (slash) {
        AUTOFREE char *name = mem_dup(slash + 1);
        json_object_set_new(input, path_key, json_string(name));
    }
    hide_member(kept, TYPED, input, path_key);
}

static void hide_input(const struct redact_kept *kept, json_t *input) {
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(input, next, key, value) {
        redact_kept_member(kept, key, input, key);
    }
    hide_path(kept, input);
}

/* its values have stayed: they need not be hidden in what is said of them */
static void hide_plain_message(const struct redact_kept *kept, json_t *finding) {
    struct redact_kept open = *kept;
    redact_show(&open.redact, json_string_value(json_object_get(finding, "expect")));
    redact_show(&open.redact, json_string_value(json_object_get(finding, "have")));
    hide_member(&open, SENTENCE, finding, "message");
}

static void hide_finding(const struct redact_kept *kept, json_t *finding) {
    const char *parameter = json_string_value(json_object_get(finding, "parameter"));
    enum rule rule = rule_of(kept, parameter ? parameter : "", json_object_get(finding, "have"));
    hide_member(kept, rule, finding, "expect");
    hide_member(kept, rule, finding, "have");
    if (rule == GOES) {
        AUTOFREE char *message = redact_message(parameter);
        json_object_set_new(finding, "message", json_any_string(message));
    } else if (rule == STAYS) {
        hide_plain_message(kept, finding);
    } else {
        hide_member(kept, SENTENCE, finding, "message");
        hide_member(kept, SENTENCE, finding, "group");
    }
}

static void hide_errors(const struct redact_kept *kept, json_t *errors) {
    const char *parameter;
    json_t *error;
    json_object_foreach(errors, parameter, error) {
        enum rule rule = rule_of(kept, parameter, json_object_get(error, "have"));
        hide_member(kept, rule, error, "expect");
        hide_member(kept, rule, error, "have");
    }
}

/* what a template has beside header values (how often, since when) is no subject's */
static void hide_template(const struct redact_kept *kept, json_t *template) {
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(template, next, key, value) {
        enum rule rule = rule_of(kept, key, value);
        hide_member(kept, rule == SENTENCE ? STAYS : rule, template, key);
    }
}

void redact_kept_result(const struct redact_kept *kept, json_t *result) {
    static const char *const sentences[] = {"reason", "notes", "data"};
    size_t at;
    json_t *finding;
    json_array_foreach(json_object_get(result, "findings"), at, finding) {
        hide_finding(kept, finding);
    }
    hide_errors(kept, json_object_get(result, "errors"));
    hide_template(kept, json_object_get(result, "template"));
    for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
        hide_member(kept, SENTENCE, result, sentences[i]);
    }
    hide_input(kept, json_object_get(result, "input"));
}

/* ---- the subject --------------------------------------------------------------------------- */

/* several values are a list; free it */
static char *text_of(const json_t *value) {
    return json_is_string(value)           ? mem_dup(json_string_value(value))
           : value && !json_is_null(value) ? json_text(value, NULL)
                                           : NULL;
}

static void show_values(struct redact_kept *kept) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)kept->input, key, value) {
        if (rule_of(kept, key, value) == STAYS) {
            AUTOFREE char *text = text_of(value);
            redact_show(&kept->redact, text);
        }
    }
}

void redact_kept_begin(struct redact_kept *kept, const json_t *result) {
    kept->input = json_object_get(result, "input");
    kept->names[0] = text_of(json_object_get(kept->input, "SubID"));
    kept->names[1] = text_of(json_object_get(kept->input, "PatientID"));
    redact_init(&kept->redact, kept->names[0], kept->names[1]);
    show_values(kept);
}

void redact_kept_end(struct redact_kept *kept) {
    free(kept->names[0]);
    free(kept->names[1]);
}

void redact_kept_answer(json_t *answer) {
    json_t *result = json_object_get(answer, "result"), *entry;
    struct redact_kept kept;
    size_t at;
    redact_kept_begin(&kept, result);
    json_array_foreach(json_object_get(answer, "watch"), at, entry) {
        const char *name = json_string_value(json_object_get(entry, "name"));
        redact_kept_member(&kept, name ? name : "", entry, "value");
    }
    redact_kept_result(&kept, result);
    redact_kept_end(&kept);
}
