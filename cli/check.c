/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart check: files through the checkers, as the daemon's workers do it. */
#include "check/check.h"
#include "base/json_scan.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "check/files.h"
#include "check/settings.h"
#include "check/writer.h"
#include "commands.h"
#include "where.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* what is told of all files, the first that holds */
enum { EXIT_CONFORMS, EXIT_DEVIATES, EXIT_FAILED, EXIT_WARNS, EXIT_NO_TEMPLATE };

static const char usage[] =
    "usage: mrqart check [-c CONF] [--database DB] [--checker FILE.so]… [--context CONTEXT]\n"
    "                    [--strict] [--json] FILE|FOLDER…\n"
    "\n"
    "Compares DICOM files with the templates of the database, as the daemon does. Of a folder all\n"
    "files below it are taken, whatever they are called; what is no DICOM file is left out.\n"
    "\n"
    "  -c, --config CONF    the checkers of this daemon's configuration, with their options and "
    "its\n"
    "                       database\n"
    "  --database DB        acquisition database (default " WHERE_DATABASE ")\n"
    "  --checker FILE.so    run this checker as well, with its defaults; a bare name that is no "
    "file\n"
    "                       here is one of the installed ones\n"
    "  --context CONTEXT    realtime (default): FoV, TA and BWPPE may be absent, as in files that\n"
    "                       a scanner streams; archive: they may not\n"
    "  --strict             warnings and missing templates have an exit status too\n"
    "  --json               a line {\"file\": …, \"result\": {…}} per file, or {\"file\", "
    "\"error\"}\n"
    "\n"
    "Exit status, the first that holds: 2 something could not be checked (a file, the database, "
    "an\n"
    "option); 1 at least one file deviates; with --strict 3 at least one warns, 4 at least one "
    "has\n"
    "no template; 0 none of these.\n"
    "\n"
    "examples:\n"
    "  mrqart check --database db.sqlite scan.dcm\n"
    "  mrqart check -c /etc/mrqart.conf --strict /archive/WPC-1/2026.11.30-10.00.00\n"
    "  mrqart check --context archive --json session/*/*.IMA | jq .result.status\n"
    "  mrqart check --checker ./checker-limit.so scan.dcm\n";

struct run {
    struct check *check;
    const json_t *wanted; /* files of such names must be DICOM files */
    bool json, failed;
    size_t seen[CHECK_DEVIATES + 1]; /* files of each status */
    size_t left_out;
};

/* ---- what is said of a file ------------------------------------------------------------------ */

static void print_findings(const struct together *together) {
    size_t count;
    const struct together_finding *findings = together_findings(together, &count);
    for (size_t i = 0; i < count; i++) {
        bool ours = strcmp(findings[i].checker, "checker-template") == 0;
        printf("  %s%s%s%s\n", findings[i].severity == MRQ_WARN ? "check: " : "",
               ours ? "" : findings[i].checker, ours ? "" : ": ", findings[i].message);
    }
}

static void print_text(const struct run *run, const char *path, const struct check_answer *answer) {
    const struct together *together = answer->together;
    long long seen = together_seen(together);
    AUTOFREE char *shown = text_shown_copy(path);
    printf("%s: %s", shown, check_status_name(answer->status));
    if (answer->status == CHECK_NOT_CHECKED) {
        printf(": %s", together_reason(together));
    } else if (answer->status == CHECK_NO_TEMPLATE) {
        const char *name = check_value(run->check, "SequenceName");
        const char *project = check_value(run->check, "Project");
        printf(" for \"%s\" of project \"%s\"", name ? name : "", project ? project : "");
    } else if (seen) {
        printf(" (%zu parameters, template seen %lld time%s)", together_compared(together), seen,
               seen == 1 ? "" : "s");
    }
    putchar('\n');
    print_findings(together);
}

/* {"file": path, key: value}; value is JSON text, length bytes */
static void print_line(const char *path, const char *key, const char *value, size_t length) {
    struct writer line = {0};
    writer_raw(&line, "{\"file\":");
    writer_string(&line, path);
    writer_key(&line, key);
    printf("%s%.*s}\n", line.bytes, (int)length, value);
    writer_free(&line);
}

/* the result is a member of the answer's text: {"result":{…},"series":…} */
static void print_json(const char *path, const struct check_answer *answer) {
    static const char *const names[] = {"result"};
    struct json_slice result;
    if (json_scan_object(answer->json, answer->json_length, JSON_DEPTH_ANSWER, names, &result, 1)) {
        print_line(path, "result", result.text, result.length);
    }
}

static void fail(struct run *run, const char *path, const char *message) {
    run->failed = true;
    if (run->json) {
        struct writer text = {0};
        writer_string(&text, message);
        print_line(path, "error", text.bytes, text.used);
        writer_free(&text);
    } else {
        fflush(stdout);
        fprintf(stderr, "mrqart check: %s: %s\n", path, message);
    }
}

/* ---- files ----------------------------------------------------------------------------------- */

/* in a folder lies what is no DICOM file as well; its name or its beginning says that it should be
 * one (PS3.10 7.1) */
static bool must_be_dicom(const struct run *run, const char *path, int fd) {
    char mark[4];
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    size_t at;
    json_t *pattern;
    json_array_foreach(run->wanted, at, pattern) {
        if (fnmatch(json_string_value(pattern), name, FNM_CASEFOLD) == 0) {
            return true;
        }
    }
    return pread(fd, mark, sizeof(mark), 128) == sizeof(mark) &&
           memcmp(mark, "DICM", sizeof(mark)) == 0;
}

static void check_opened(struct run *run, const char *path, int fd, bool named) {
    struct stat status;
    struct check_answer answer;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        if (named) {
            fail(run, path, "is no file");
        }
        return;
    }
    check_file(run->check, path, fd, &answer, NULL, NULL);
    if (answer.outcome != CHECK_DONE) {
        if (named || must_be_dicom(run, path, fd)) {
            fail(run, path, answer.message);
        } else {
            run->left_out++;
        }
        return;
    }
    if (*answer.message) { /* nobody writes to an archive: its header can be judged */
        fflush(stdout);
        fprintf(stderr, "mrqart check: %s: %s; its header is checked\n", path, answer.message);
    }
    run->seen[answer.status]++;
    if (run->json) {
        print_json(path, &answer);
    } else {
        print_text(run, path, &answer);
    }
    if (answer.failed) { /* the result has their names under "failed" */
        fflush(stdout);
        fprintf(stderr, "mrqart check: %s: a checker failed; its verdict is missing\n", path);
        run->failed = true;
    }
}

static void check_path(void *self, const char *path, bool named) {
    struct run *run = self;
    /* a FIFO must not make us wait for its writer */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        fail(run, path, strerror(errno));
        return;
    }
    check_opened(run, path, fd, named);
    close(fd);
}

/* ---- the command line ------------------------------------------------------------------------ */

static bool take_option(int letter, struct check_options *options) {
    switch (letter) {
    case 'c':
        options->config = optarg;
        return true;
    case 'd':
        options->database = optarg;
        return true;
    case 'k':
        json_array_append_new(options->checkers, json_string(optarg));
        return true;
    case 'x':
        options->context = optarg;
        return true;
    case 's':
        options->strict = true;
        return true;
    case 'j':
        options->json = true;
        return true;
    default:
        fputs("mrqart check --help shows the options\n", stderr);
        return false;
    }
}

/* false: *status is the exit status */
static bool parse_options(int argc, char **argv, struct check_options *options, int *status) {
    static const struct option longs[] = {
        {"config", required_argument, NULL, 'c'},  {"database", required_argument, NULL, 'd'},
        {"checker", required_argument, NULL, 'k'}, {"context", required_argument, NULL, 'x'},
        {"strict", no_argument, NULL, 's'},        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},          {0},
    };
    *status = EXIT_FAILED;
    for (int letter; (letter = getopt_long(argc, argv, "hc:", longs, NULL)) != -1;) {
        if (letter == 'h') {
            fputs(usage, stdout);
            *status = EXIT_CONFORMS;
            return false;
        }
        if (!take_option(letter, options)) {
            return false;
        }
    }
    if (options->context && strcmp(options->context, "realtime") != 0 &&
        strcmp(options->context, "archive") != 0) {
        fprintf(stderr, "mrqart check: --context is realtime or archive, not \"%s\"\n",
                options->context);
        return false;
    }
    if (optind == argc) {
        fputs("mrqart check: give it at least one file or folder\n", stderr);
        return false;
    }
    return true;
}

static int exit_status(const struct run *run, bool strict) {
    return run->failed                              ? EXIT_FAILED
           : run->seen[CHECK_DEVIATES]              ? EXIT_DEVIATES
           : strict && run->seen[CHECK_WARNS]       ? EXIT_WARNS
           : strict && run->seen[CHECK_NO_TEMPLATE] ? EXIT_NO_TEMPLATE
                                                    : EXIT_CONFORMS;
}

static int check_all(const struct check_options *options, char *const *paths, int count) {
    json_t *wanted = NULL;
    json_auto_t *settings = settings_make(options, &wanted);
    struct run run = {.wanted = wanted, .json = options->json};
    bool usable = settings && settings_databases_usable(settings);
    if (settings && !usable) {
        log_set_level(MRQ_ERROR); /* it was told; what other checkers say is of use without it */
    }
    run.check = settings ? check_create(settings) : NULL;
    for (int i = 0; run.check && i < count; i++) {
        run.failed = !files_each(paths[i], check_path, &run) || run.failed;
    }
    run.failed = run.failed || !run.check || !usable;
    check_destroy(run.check);
    json_decref(wanted);
    if (run.left_out) {
        fprintf(stderr, "mrqart check: %zu files in folders are no DICOM files and left out\n",
                run.left_out);
    }
    if (fflush(stdout) != 0) {
        fprintf(stderr, "mrqart check: cannot write: %s\n", strerror(errno));
        run.failed = true;
    }
    return exit_status(&run, options->strict);
}

int command_check(int argc, char **argv) {
    struct check_options options = {.checkers = json_array()};
    int status;
    if (parse_options(argc, argv, &options, &status)) {
        status = check_all(&options, argv + optind, argc - optind);
    }
    json_decref(options.checkers);
    return status;
}
