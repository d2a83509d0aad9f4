/* SPDX-License-Identifier: Apache-2.0 */
/* A checker that does what the header value Do says, so that a test can have it do anything. */
#include <mrqart/plugin.h>
#include <stdlib.h>
#include <string.h>

static const struct mrq_option options[] = {
    {"severity", MRQ_STRING, .preset = "\"fail\"", .choices = "fail|warn",
     .help = "of what it finds"},
    {"open", MRQ_BOOLEAN, .preset = "true", .help = "false: it cannot be opened"},
    {"fails", MRQ_BOOLEAN, .preset = "false", .help = "it does as it is told, and fails then"},
    {0},
};

struct sample {
    enum mrq_severity severity;
    bool fails;
};

static void *sample_open(struct mrq_host *host, const struct mrq_settings *settings) {
    if (!mrq_setting_number(settings, "open")) {
        mrq_notice(host, "it was told not to open");
        return NULL;
    }
    struct sample *sample = malloc(sizeof(*sample));
    sample->severity = strcmp(mrq_setting(settings, "severity"), "warn") == 0 ? MRQ_WARN : MRQ_FAIL;
    sample->fails = mrq_setting_number(settings, "fails") != 0;
    return sample;
}

static void sample_close(void *self) {
    free(self);
}

static void find(const struct sample *sample, const struct mrq_file *file,
                 struct mrq_verdict *verdict) {
    struct mrq_finding finding = {.parameter = "TR",
                                  .expect = "1300",
                                  .have = mrq_value(file, "TR"),
                                  .severity = sample->severity};
    mrq_add_finding(verdict, &finding);
    finding.expect = "1301";
    finding.message = "about J\xc3\xb6hn^Doe";
    mrq_add_finding(verdict, &finding);
}

static bool sample_check(void *self, const struct mrq_file *file, struct mrq_verdict *verdict) {
    const char *what = mrq_value(file, "Do");
    what = what ? what : "";
    if (strstr(what, "fail")) {
        return false;
    }
    if (strstr(what, "misspell")) {
        mrq_value(file, "SequenceNmae");
        mrq_value(file, "SequenceNmae");
    }
    if (mrq_excluded(file)) {
        mrq_data(verdict, "told", "\"excluded\"");
    }
    if (strstr(what, "compare")) {
        mrq_compared(verdict, "TR");
        mrq_compared(verdict, "TR");
    }
    if (strstr(what, "template")) {
        mrq_reference(verdict, "TR", "1300.0");
        mrq_reference(verdict, "TE", NULL);
        mrq_reference(verdict, "n", "412");
        mrq_reference(verdict, "last", "20240101");
    }
    if (strstr(what, "find")) {
        find(self, file, verdict);
    }
    if (strstr(what, "skip")) {
        mrq_not_checked(verdict, "derived image (MOCO)");
    }
    if (strstr(what, "note")) {
        mrq_note(verdict, mrq_value(file, "TE"));
        mrq_data(verdict, "free", "{\"a\": [1, 2.5]}");
        mrq_data(verdict, "bad", "{\"a\": ");
    }
    if (strstr(what, "flood")) {
        for (int i = 0; i < 100000; i++) {
            mrq_note(verdict, "once more");
            find(self, file, verdict);
        }
    }
    mrq_watch(verdict, "TR", mrq_value(file, "TR"), MRQ_CONSTANT, "g");
    return !((const struct sample *)self)->fails;
}

/* the same sources make other plugins of it */
#ifndef ASKS_FOR
#define ASKS_FOR NULL
#endif
#ifndef SKIPS
#define SKIPS false
#endif

MRQ_PLUGIN(.kind = MRQ_CHECKER, .name = "sample", .version = "1", .description = "does as told",
           .skip_excluded = SKIPS, .values = (const char *const[]){ASKS_FOR, NULL},
           .options = options, .open = sample_open, .close = sample_close, .check = sample_check);
