/* SPDX-License-Identifier: Apache-2.0 */
/* Files of whole series, checked by one program after the other. */
#include "check/together.h"
#include "base/hash_table.h"
#include "base/memory.h"
#include "base/text.h"
#include "check/verdict.h"

#include <stdio.h>
#include <string.h>

/* the group in which a series has begun, of one value that one checker watches */
struct first_group {
    struct hash_link link; /* hash of series, checker and name */
    uint64_t group;
};

struct together {
    struct mrq_verdict public; /* first, so that both have one address */
    struct mrq_verdict *inner;
    const char *checker;
    uint64_t series;
    struct hash_table groups;
    struct together_finding findings[TOGETHER_FINDINGS];
    size_t finding_count, kept; /* kept: of the checkers before this one */
    uint64_t compared[TOGETHER_FINDINGS];
    size_t compared_count;
    long long seen;
    char reason[TOGETHER_MESSAGE_BYTES];
};

static uint64_t hash_of(uint64_t seed, const char *text) {
    return text_hash(seed, text, strlen(text) + 1);
}

static uint64_t key_of(const struct together *together, const char *name) {
    return hash_of(hash_of(together->series, together->checker), name);
}

static const struct first_group *first_group(const struct together *together, const char *name) {
    return (const struct first_group *)hash_table_first(&together->groups, key_of(together, name));
}

static uint64_t group_hash(const char *group) {
    return hash_of(TEXT_HASH_SEED, group ? group : "");
}

static void say_finding(struct mrq_verdict *public, const struct mrq_finding *finding) {
    struct together *together = (struct together *)public;
    bool grouped = finding->parameter && finding->group && *finding->group;
    const struct first_group *first = grouped ? first_group(together, finding->parameter) : NULL;
    if (first && first->group != group_hash(finding->group)) {
        return;
    }
    if (finding->parameter && together->finding_count < TOGETHER_FINDINGS) {
        struct together_finding *said = &together->findings[together->finding_count++];
        said->checker = together->checker;
        said->severity = finding->severity;
        verdict_message(finding, said->message, sizeof(said->message));
    }
    together->inner->ops->finding(together->inner, finding);
}

static void say_watch(struct mrq_verdict *public, const char *name, const char *value,
                      enum mrq_watching watching, const char *group) {
    struct together *together = (struct together *)public;
    if (watching == MRQ_CONSTANT && !first_group(together, name)) {
        struct first_group *first = mem_new(struct first_group);
        first->group = group_hash(group);
        hash_table_add(&together->groups, &first->link, key_of(together, name));
    }
    together->inner->ops->watch(together->inner, name, value, watching, group);
}

static void say_compared(struct mrq_verdict *public, const char *parameter) {
    struct together *together = (struct together *)public;
    uint64_t hash = hash_of(TEXT_HASH_SEED, parameter);
    size_t at = 0;
    while (at < together->compared_count && together->compared[at] != hash) {
        at++;
    }
    if (at == together->compared_count && at < TOGETHER_FINDINGS) {
        together->compared[together->compared_count++] = hash;
    }
    together->inner->ops->compared(together->inner, parameter);
}

static void say_reference(struct mrq_verdict *public, const char *name, const char *value) {
    struct together *together = (struct together *)public;
    if (value && !together->seen && strcmp(name, "n") == 0) {
        together->seen = strtoll(value, NULL, 10);
    }
    together->inner->ops->reference(together->inner, name, value);
}

static void say_not_checked(struct mrq_verdict *public, const char *reason) {
    struct together *together = (struct together *)public;
    if (!*together->reason) {
        snprintf(together->reason, sizeof(together->reason), "%s", reason ? reason : "");
    }
    together->inner->ops->not_checked(together->inner, reason);
}

static void say_note(struct mrq_verdict *public, const char *text) {
    struct mrq_verdict *inner = ((struct together *)public)->inner;
    inner->ops->note(inner, text);
}

static void say_data(struct mrq_verdict *public, const char *key, const char *json) {
    struct mrq_verdict *inner = ((struct together *)public)->inner;
    inner->ops->data(inner, key, json);
}

static const struct mrq_verdict_ops operations = {
    .finding = say_finding,
    .compared = say_compared,
    .reference = say_reference,
    .not_checked = say_not_checked,
    .note = say_note,
    .data = say_data,
    .watch = say_watch,
};

struct together *together_create(void) {
    struct together *together = mem_new(struct together);
    together->public.ops = &operations;
    return together;
}

static void free_group(void *self, struct hash_link *link) {
    (void)self;
    free(link);
}

void together_destroy(struct together *together) {
    if (!together) {
        return;
    }
    hash_table_each(&together->groups, free_group, NULL);
    hash_table_finish(&together->groups);
    free(together);
}

void together_begin(struct together *together, uint64_t series_key) {
    together->series = series_key;
    together->finding_count = together->kept = together->compared_count = 0;
    together->seen = 0;
    together->reason[0] = '\0';
}

struct mrq_verdict *together_for(struct together *together, const char *name,
                                 struct mrq_verdict *inner) {
    together->checker = name;
    together->inner = inner;
    together->kept = together->finding_count;
    return &together->public;
}

void together_drop(struct together *together) {
    if (together) {
        together->finding_count = together->kept;
    }
}

const struct together_finding *together_findings(const struct together *together, size_t *count) {
    *count = together->finding_count;
    return together->findings;
}

size_t together_compared(const struct together *together) {
    return together->compared_count;
}

long long together_seen(const struct together *together) {
    return together->seen;
}

const char *together_reason(const struct together *together) {
    return together->reason;
}
