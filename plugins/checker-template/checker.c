/* SPDX-License-Identifier: Apache-2.0 */
/* checker-template: compares a file with the template of its project and sequence. */
#include "acqdb/acqdb.h"
#include "base/memory.h"
#include "compare.h"
#include "kinds.h"
#include "parameters.h"
#include "sentence.h"
#include "steady.h"

#include <mrqart/plugin.h>
#include <stdio.h>
#include <string.h>

_Static_assert((int)PARAMETERS == (int)ACQDB_PARAMETERS, "one parameter for each column");

struct checker {
    struct mrq_host *host;
    struct acqdb *acqdb; /* NULL: there is no database */
    bool live;
    bool compared[PARAMETERS];
    double tolerances[PARAMETERS];
    long long minimum;
    char **excluded;
    size_t excluded_count;
};

/* a file against its template */
struct comparison {
    const struct checker *checker;
    const struct mrq_file *file;
    const struct acqdb_template *template;
    struct mrq_verdict *verdict;
    bool first;              /* the first image of its series, as far as its header tells */
    const char *orientation; /* group of what may differ between orientations */
};

static const struct mrq_option options[] = {
    {"context", MRQ_STRING, .preset = "\"realtime\"", .choices = "realtime|archive",
     .help = "realtime: files streamed by the scanner, which lack FoV, TA and BWPPE"},
    {"compared", MRQ_STRINGS,
     .preset = "[\"Project\", \"SequenceName\", \"Phase\", \"iPAT\", \"Comments\", "
               "\"SequenceType\", \"PED_major\", \"TR\", \"TE\", \"Matrix\", \"PixelResol\", "
               "\"BWP\", \"BWPPE\", \"FA\", \"TA\", \"FoV\", \"SequenceFile\"]",
     .choices = "Project|SequenceName|Phase|iPAT|Comments|SequenceType|PED_major|TR|TE|Matrix|"
                "PixelResol|BWP|BWPPE|FA|TA|FoV|SequenceFile",
     .help = "parameters that are compared with the template and watched over a series"},
    {"tolerances", MRQ_NUMBERS, .preset = "{\"TE\": 0.05}", .minimum = 0, .maximum = 1000000,
     .choices = "Phase|TR|TE|Matrix|PixelResol|BWP|BWPPE|FA",
     .help = "by how much a number may differ, by parameter, in its own unit"},
    {"minimum", MRQ_INTEGER, .preset = "3", .minimum = 0, .maximum = 1000000,
     .unit = "acquisitions", .help = "deviations from a template seen less often are warnings"},
    {"excluded", MRQ_STRINGS,
     .preset =
         "[\"MOCO\", \"ADC\", \"FA\", \"COLFA\", \"TRACEW\", \"TENSOR\", \"MPR\", \"CSA MPR\", "
         "\"MIP\", \"MIN IP\", \"MAX_IP\", \"MIN_IP\", \"PROJECTION IMAGE\", \"REFORMATTED\", "
         "\"RESAMPLED\", \"CSA RESAMPLED\", \"COMPOSED\", \"POSDISP\", \"SUBTRACTION\", "
         "\"MEAN_MAP\", \"T_TEST\", \"T-MAP\", \"RELCBF\", \"RELCBV\", \"RELMTT\", \"TTP\", "
         "\"GBP\", \"SCREEN SAVE\", \"CSA REPORT\", \"REPORT\"]",
     .help = "parts of ImageType whose images are not checked, in any case"},
    {"database", MRQ_PATH, .help = "acquisition database; the daemon's where it is not given"},
    {0},
};

/* that all names are parameters is seen to by the tables' choices */
static void choose_compared(struct checker *checker, const struct mrq_settings *settings) {
    for (size_t i = 0; i < mrq_setting_count(settings, "compared"); i++) {
        int index = parameter_index(mrq_setting_item(settings, "compared", i));
        if (index >= 0) {
            checker->compared[index] = true;
        }
    }
}

static void choose_tolerances(struct checker *checker, const struct mrq_settings *settings) {
    for (size_t i = 0; i < mrq_setting_count(settings, "tolerances"); i++) {
        const char *name = mrq_setting_item(settings, "tolerances", i);
        AUTOFREE char *key = mem_printf("tolerances.%s", name);
        int index = parameter_index(name);
        if (index >= 0) {
            checker->tolerances[index] = mrq_setting_number(settings, key);
        }
    }
}

static void choose_excluded(struct checker *checker, const struct mrq_settings *settings) {
    checker->excluded_count = mrq_setting_count(settings, "excluded");
    checker->excluded = mem_zeroed(checker->excluded_count, sizeof(*checker->excluded));
    for (size_t i = 0; i < checker->excluded_count; i++) {
        checker->excluded[i] = mem_dup(mrq_setting_item(settings, "excluded", i));
    }
}

static void checker_close(void *self) {
    struct checker *checker = self;
    if (!checker) {
        return;
    }
    acqdb_close(checker->acqdb);
    for (size_t i = 0; i < checker->excluded_count; i++) {
        free(checker->excluded[i]);
    }
    free(checker->excluded);
    free(checker);
}

static void *checker_open(struct mrq_host *host, const struct mrq_settings *settings) {
    struct checker *checker = mem_new(struct checker);
    checker->host = host;
    const char *context = mrq_setting(settings, "context");
    checker->live = !context || strcmp(context, "archive") != 0;
    checker->minimum = (long long)mrq_setting_number(settings, "minimum");
    choose_excluded(checker, settings);
    choose_compared(checker, settings);
    choose_tolerances(checker, settings);
    const char *database = mrq_setting(settings, "database");
    database = database && *database ? database : host->database;
    if (database && *database) {
        checker->acqdb = acqdb_open(database, host->name);
    } else {
        mrq_notice(host, "no database is given: nothing can be compared with a template");
    }
    return checker;
}

static void say_deviation(const struct comparison *comparison, int index, const char *expect,
                          const char *have) {
    const struct acqdb_template *template = comparison->template;
    bool few = template->n < comparison->checker->minimum;
    char sentence[SENTENCE_BYTES];
    sentence_write(sentence, &parameters[index], expect, have, template->n, few);
    struct mrq_finding finding = {.parameter = parameters[index].name,
                                  .expect = expect,
                                  .have = have,
                                  .severity = few ? MRQ_WARN : MRQ_FAIL,
                                  .message = sentence};
    if (parameters[index].steady == STEADY_ORIENTATION) {
        finding.group = comparison->orientation;
    }
    mrq_add_finding(comparison->verdict, &finding);
}

static void compare_parameter(const struct comparison *comparison, int index) {
    const struct parameter *parameter = &parameters[index];
    const char *expect = comparison->template->values[index];
    const char *have = mrq_value(comparison->file, parameter->name);
    have = acqdb_absent(have) ? NULL : have;
    bool excused = !have && parameter->not_live && comparison->checker->live;
    bool later = parameter->first_only && !comparison->first;
    if (!expect || excused || later) {
        return;
    }
    mrq_compared(comparison->verdict, parameter->name);
    double tolerance = comparison->checker->tolerances[index];
    if (!have || !compare_values(parameter->rule, tolerance, expect, have)) {
        say_deviation(comparison, index, expect, have);
    }
}

static void show_template(const struct acqdb_template *template, struct mrq_verdict *verdict) {
    for (int i = 0; i < PARAMETERS; i++) {
        mrq_reference(verdict, acqdb_parameters[i], template->values[i]);
    }
    char seen[32];
    snprintf(seen, sizeof(seen), "%lld", template->n);
    mrq_reference(verdict, "n", seen);
    mrq_reference(verdict, "first", template->first);
    mrq_reference(verdict, "last", template->last);
}

static bool checker_check(void *self, const struct mrq_file *file, struct mrq_verdict *verdict) {
    const struct checker *checker = self;
    char reason[REASON_BYTES];
    if (kinds_not_compared(file, checker->excluded, checker->excluded_count, reason)) {
        mrq_not_checked(verdict, reason);
        return true;
    }
    char orientation[STEADY_GROUP_BYTES];
    steady_orientation(file, orientation);
    const struct acqdb_template *template =
        checker->acqdb ? acqdb_find(checker->acqdb, mrq_value(file, "Project"),
                                    mrq_value(file, "SequenceName"))
                       : NULL;
    const struct steady_image image = {.file = file,
                                       .chosen = checker->compared,
                                       .tolerances = checker->tolerances,
                                       .orientation = orientation,
                                       .expect = template ? template->values : NULL};
    steady_watch(&image, verdict);
    if (!template) {
        return true;
    }
    double instance = 1;
    mrq_number(file, "InstanceNumber", &instance);
    const struct comparison comparison = {.checker = checker,
                                          .file = file,
                                          .template = template,
                                          .verdict = verdict,
                                          .first = instance <= 1,
                                          .orientation = orientation};
    for (int i = 0; i < PARAMETERS; i++) {
        if (checker->compared[i]) {
            compare_parameter(&comparison, i);
        }
    }
    show_template(template, verdict);
    return true;
}

MRQ_PLUGIN(.kind = MRQ_CHECKER, .name = "checker-template", .version = "1.0",
           .description = "compares a file with the template of its project and sequence",
           .options = options, .open = checker_open, .close = checker_close,
           .check = checker_check);
