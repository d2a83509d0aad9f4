/* SPDX-License-Identifier: Apache-2.0 */
/* Lines for people, with colours on a terminal only; or one JSON object for programs. */
#include "report.h"

#include "base/json_text.h"
#include "base/memory.h"
#include "base/terminal.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const struct {
    const char *word, *colour;
} outcomes[] = {
    [REPORT_OK] = {"ok", "\033[32m"},
    [REPORT_WARNING] = {"warning", "\033[33m"},
    [REPORT_FAILURE] = {"failure", "\033[31m"},
};

struct report {
    bool as_json, coloured;
    unsigned counts[3];
    json_t *checks;
};

struct report *report_create(bool as_json) {
    struct report *report = mem_new(struct report);
    report->as_json = as_json;
    report->coloured = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    report->checks = json_array();
    return report;
}

void report_destroy(struct report *report) {
    if (report) {
        json_decref(report->checks);
        free(report);
    }
}

/* names of files and what programs say may hold anything: a line stays a line */
static void make_plain(char *text) {
    for (unsigned char *byte = (unsigned char *)text; *byte; byte++) {
        *byte = *byte < ' ' || *byte == 0x7f ? ' ' : *byte;
    }
}

static void print_line(const struct report *report, struct report_line line, const char *text) {
    terminal_control(stdout, report->coloured ? outcomes[line.outcome].colour : "");
    printf("%-7s", outcomes[line.outcome].word);
    terminal_control(stdout, report->coloured ? "\033[0m" : "");
    printf("  %s: %s", line.check, text);
    if (line.remedy) {
        printf(". %s", line.remedy);
    }
    puts("");
    fflush(stdout); /* the next check may take a while */
}

void report_add(struct report *report, struct report_line line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    AUTOFREE char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0) {
        abort(); /* out of memory, as in mem_new() */
    }
    va_end(arguments);
    make_plain(text);
    report->counts[line.outcome]++;
    json_t *entry = json_object();
    json_object_set_new(entry, "status", json_string(outcomes[line.outcome].word));
    json_object_set_new(entry, "check", json_string(line.check));
    json_object_set_new(entry, "text", json_any_string(text));
    json_object_set_new(entry, "remedy", json_any_string(line.remedy));
    json_array_append_new(report->checks, entry);
    if (!report->as_json) {
        print_line(report, line, text);
    }
}

enum report_outcome report_end(struct report *report) {
    enum report_outcome worst = report->counts[REPORT_FAILURE]   ? REPORT_FAILURE
                                : report->counts[REPORT_WARNING] ? REPORT_WARNING
                                                                 : REPORT_OK;
    if (report->as_json) {
        json_auto_t *all = json_object();
        json_object_set_new(all, "status", json_string(outcomes[worst].word));
        json_object_set(all, "checks", report->checks);
        AUTOFREE char *text = json_text(all, NULL);
        puts(text);
    } else {
        printf("%u ok, %u warning%s, %u failure%s\n", report->counts[REPORT_OK],
               report->counts[REPORT_WARNING], report->counts[REPORT_WARNING] == 1 ? "" : "s",
               report->counts[REPORT_FAILURE], report->counts[REPORT_FAILURE] == 1 ? "" : "s");
    }
    return worst;
}
