/* SPDX-License-Identifier: Apache-2.0 */
/* Shares of Samba that lead to watched folders: what the scanner writes through. */
#include "base/memory.h"
#include "child.h"
#include "doctor.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

struct share {
    char name[128], path[4096];
    bool writable, guest;
};

struct shares {
    struct share *list;
    size_t count;
};

/* ---- reading smb.conf(5) ------------------------------------------------------------------- */

/* what words mean that say the same thing twice, or its opposite */
static const struct {
    const char *key;
    bool guest;    /* else: writable */
    bool reversed; /* "read only = yes" is not writable */
} keys[] = {
    {"readonly", false, true}, {"writeable", false, false}, {"writable", false, false},
    {"writeok", false, false}, {"guestok", true, false},    {"public", true, false},
};

/* smb.conf ignores case and spaces within a key */
static bool key_is(const char *text, size_t length, const char *key) {
    for (size_t i = 0; i < length; i++) {
        if (isspace((unsigned char)text[i])) {
            continue;
        }
        if (tolower((unsigned char)text[i]) != *key++) {
            return false;
        }
    }
    return *key == '\0';
}

static bool says_yes(const char *value) {
    return strcasecmp(value, "yes") == 0 || strcasecmp(value, "true") == 0 ||
           strcmp(value, "1") == 0;
}

static void take_setting(struct share *share, const char *line, const char *equals) {
    size_t length = (size_t)(equals - line);
    const char *value = equals + 1 + strspn(equals + 1, " \t");
    if (key_is(line, length, "path") || key_is(line, length, "directory")) {
        snprintf(share->path, sizeof(share->path), "%s", value);
    }
    if (key_is(line, length, "writelist")) {
        share->writable = share->writable || *value; /* whom it names, the scanner tells */
    }
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (key_is(line, length, keys[i].key)) {
            *(keys[i].guest ? &share->guest : &share->writable) =
                says_yes(value) != keys[i].reversed;
        }
    }
}

static void take_line(struct shares *shares, char *line) {
    line += strspn(line, " \t");
    size_t length = strlen(line);
    while (length > 0 && isspace((unsigned char)line[length - 1])) {
        line[--length] = '\0';
    }
    char *bracket = *line == '[' ? strchr(line, ']') : NULL;
    const char *equals = strchr(line, '=');
    if (bracket) {
        shares->list = mem_resize(shares->list, shares->count + 1, sizeof(*shares->list));
        struct share *share = &shares->list[shares->count++];
        const struct share *first = &shares->list[0];
        bool inherits = share != first && strcasecmp(first->name, "global") == 0;
        *share = inherits ? (struct share){.writable = first->writable, .guest = first->guest}
                          : (struct share){0};
        snprintf(share->name, sizeof(share->name), "%.*s", (int)(bracket - line - 1), line + 1);
    } else if (equals && *line != '#' && *line != ';' && shares->count > 0) {
        take_setting(&shares->list[shares->count - 1], line, equals);
    }
}

/* testparm has read what is included; without it the file is taken as it stands */
static char *read_configuration(const char *file) {
    const char *const testparm[] = {"testparm", "-s", file, NULL};
    int status;
    char *text = child_run(NULL, testparm, &status);
    if (status == 0) {
        return text;
    }
    free(text);
    const char *const cat[] = {"cat", file, NULL};
    return child_run(NULL, cat, &status);
}

/* ---- folders and shares -------------------------------------------------------------------- */

static bool leads_to(const char *share, const char *folder) {
    size_t length = strlen(share);
    while (length > 1 && share[length - 1] == '/') {
        length--;
    }
    return length > 0 && strncmp(share, folder, length) == 0 &&
           (folder[length] == '/' || folder[length] == '\0' || length == 1);
}

static const struct share *share_of(const struct shares *shares, const char *folder) {
    const struct share *best = NULL;
    for (size_t i = 0; i < shares->count; i++) {
        const struct share *share = &shares->list[i];
        bool fits =
            leads_to(share->path, folder) || (*share->path && leads_to(folder, share->path));
        if (fits && (!best || strlen(share->path) > strlen(best->path))) {
            best = share;
        }
    }
    return best;
}

static void tell_share(struct doctor *doctor, const struct share *share, const char *folder) {
    if (!share) {
        report_warn(doctor->report, "share",
                    "If the scanner writes through Samba, add one: path, and \"read only = no\"",
                    "%s has no share that leads to %s", doctor->samba, folder);
    } else if (!share->writable) {
        report_fail(doctor->report, "share",
                    "Set \"read only = no\" in it, then smbcontrol all "
                    "reload-config",
                    "the share [%s] of %s cannot be written to", share->name, folder);
    } else {
        report_ok(doctor->report, "share", "the share [%s] leads to %s and can be written to, %s",
                  share->name, share->path,
                  share->guest ? "by guests as well" : "by those who log in");
    }
}

static void visit(struct doctor *doctor, const json_t *instance, const char *folder) {
    (void)instance;
    AUTOFREE char *text = read_configuration(doctor->samba);
    struct shares shares = {0};
    char *rest = text, *line;
    while ((line = strsep(&rest, "\n"))) {
        take_line(&shares, line);
    }
    AUTOFREE char *real = realpath(folder, NULL);
    tell_share(doctor, share_of(&shares, real ? real : folder), folder);
    free(shares.list);
}

/* what people type in at the scanner */
static void tell_named(struct doctor *doctor) {
    size_t at;
    json_t *source;
    json_array_foreach(json_object_get(doctor->config, "sources"), at, source) {
        const char *share =
            json_string_value(json_object_get(json_object_get(source, "common"), "share"));
        if (share && *share) {
            report_ok(doctor->report, "share", "at the scanner, %s is to be connected", share);
        }
    }
}

void doctor_samba(struct doctor *doctor) {
    tell_named(doctor);
    if (access(doctor->samba, R_OK) == 0) {
        doctor_each(doctor, "sources", "paths", visit);
    }
}
