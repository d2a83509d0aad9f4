/* SPDX-License-Identifier: Apache-2.0 */
/* Which file names are wanted, and what is said of the others. */
#include "names.h"

#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"

#include <fnmatch.h>

enum { EXAMPLES = 5 }; /* enough to see what the scanner calls its files */

struct names {
    char **patterns; /* ended by NULL */
    char *list;      /* all of them, for people */
    bool redact;
    uint64_t refused;
    char *examples[EXAMPLES]; /* the latest */
};

struct names *names_create(const char *const *patterns, bool redact) {
    struct names *names = mem_new(struct names);
    names->redact = redact;
    size_t count = 0;
    while (patterns[count]) {
        count++;
    }
    names->patterns = mem_zeroed(count + 1, sizeof(*names->patterns));
    names->list = mem_dup("");
    for (size_t i = 0; i < count; i++) {
        names->patterns[i] = mem_dup(patterns[i]);
        char *longer = mem_printf("%s%s%s", names->list, i ? ", " : "", patterns[i]);
        free(names->list);
        names->list = longer;
    }
    return names;
}

void names_destroy(struct names *names) {
    if (!names) {
        return;
    }
    for (size_t i = 0; names->patterns[i]; i++) {
        free(names->patterns[i]);
    }
    for (size_t i = 0; i < EXAMPLES; i++) {
        free(names->examples[i]);
    }
    free(names->patterns);
    free(names->list);
    free(names);
}

bool names_wanted(const struct names *names, const char *name) {
    for (size_t i = 0; names->patterns[i]; i++) {
        if (fnmatch(names->patterns[i], name, FNM_CASEFOLD) == 0) {
            return true;
        }
    }
    return false;
}

const char *names_said(const struct names *names, const char *name) {
    return names->redact ? "(hidden)" : name;
}

char *names_said_path(const struct names *names, const char *folder, const char *name) {
    return names->redact ? mem_dup(names_said(names, name)) : mem_printf("%s/%s", folder, name);
}

void names_refuse(struct names *names, const char *root, const char *name,
                  struct log_fault *fault) {
    names->refused++;
    if (!fault) {
        return;
    }
    log_fault_tell(fault, root,
                   "the name %s fits none of the patterns %s; others like it in its folder are "
                   "left alone too (option wanted)",
                   names_said(names, name), names->list);
    free(names->examples[EXAMPLES - 1]);
    memmove(names->examples + 1, names->examples, (EXAMPLES - 1) * sizeof(*names->examples));
    names->examples[0] = mem_dup(names_said(names, name));
}

json_t *names_health(const struct names *names) {
    json_t *wanted = json_array(), *examples = json_array();
    for (size_t i = 0; names->patterns[i]; i++) {
        json_array_append_new(wanted, json_any_string(names->patterns[i]));
    }
    for (size_t i = 0; i < EXAMPLES && names->examples[i]; i++) {
        json_array_append_new(examples, json_any_string(names->examples[i]));
    }
    return json_pack("{s:o, s:I, s:o}", "wanted", wanted, "refused", (json_int_t)names->refused,
                     "examples", examples);
}
