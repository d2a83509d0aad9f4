/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart check: files through the checkers, as the daemon's workers do it. */
#include "check/check.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "commands.h"
#include "where.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_CONFORMS = 0, EXIT_DEVIATES = 1, EXIT_FAILED = 2 };

static const char usage[] =
    "usage: mrqart check [--database DB] [--checker FILE.so]… [--context CONTEXT] [--json] FILE…\n"
    "\n"
    "Compares DICOM files with the templates of the database, as the daemon does.\n"
    "\n"
    "  --database DB        acquisition database (default " WHERE_DATABASE ")\n"
    "  --checker FILE.so    run this checker as well, with its defaults; a bare name that is no "
    "file\n"
    "                       here is one of the installed ones\n"
    "  --context CONTEXT    realtime (default): FoV, TA and BWPPE may be absent, as in files that\n"
    "                       a scanner streams; archive: they may not\n"
    "  --json               a line {\"file\": …, \"result\": {…}} per file, or {\"file\", "
    "\"error\"}\n"
    "\n"
    "Exit status: 0 no file deviates, 1 at least one does, 2 at least one could not be checked.\n"
    "\n"
    "examples:\n"
    "  mrqart check --database db.sqlite scan.dcm\n"
    "  mrqart check --context archive --json session/*/*.IMA | jq .result.status\n"
    "  mrqart check --checker ./checker-limit.so scan.dcm\n";

struct options {
    const char *database, *context;
    json_t *checkers; /* list of names of files */
    bool json;
};

/* ---- what is said of a file ------------------------------------------------------------------ */

static const char *text_at(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void print_findings(const json_t *result) {
    size_t index;
    json_t *finding;
    json_array_foreach(json_object_get(result, "findings"), index, finding) {
        bool warns = strcmp(text_at(finding, "severity"), "warn") == 0;
        bool ours = strcmp(text_at(finding, "checker"), "checker-template") == 0;
        printf("  %s%s%s%s\n", warns ? "check: " : "", ours ? "" : text_at(finding, "checker"),
               ours ? "" : ": ", text_at(finding, "message"));
    }
}

static void print_text(const char *path, const struct check_answer *answer) {
    json_auto_t *root = json_loadb(answer->json, answer->json_length, 0, NULL);
    const json_t *result = json_object_get(root, "result");
    const json_t *series = json_object_get(root, "series");
    const json_t *template = json_object_get(result, "template");
    size_t compared = json_array_size(json_object_get(result, "compared"));
    printf("%s: %s", path, check_status_name(answer->status));
    if (answer->status == CHECK_NOT_CHECKED) {
        printf(": %s", text_at(result, "reason"));
    } else if (answer->status == CHECK_NO_TEMPLATE) {
        printf(" for \"%s\" of project \"%s\"", text_at(series, "name"),
               text_at(series, "project"));
    } else if (json_object_size(template)) {
        json_int_t seen = json_integer_value(json_object_get(template, "n"));
        printf(" (%zu parameters, template seen %" JSON_INTEGER_FORMAT " time%s)", compared, seen,
               seen == 1 ? "" : "s");
    }
    putchar('\n');
    print_findings(result);
}

/* the result is a member of the answer's text: {"result":{…},"series":…} */
static void print_json(const char *path, const struct check_answer *answer) {
    json_auto_t *root = json_loadb(answer->json, answer->json_length, 0, NULL);
    json_auto_t *line = json_object();
    json_object_set_new(line, "file", json_any_string(path));
    json_object_set(line, "result", json_object_get(root, "result"));
    AUTOFREE char *text = json_text(line, NULL);
    puts(text);
}

static int fail(const char *path, const char *message, bool json) {
    if (json) {
        json_auto_t *line = json_object();
        json_object_set_new(line, "file", json_any_string(path));
        json_object_set_new(line, "error", json_any_string(message));
        AUTOFREE char *text = json_text(line, NULL);
        puts(text);
    } else {
        fflush(stdout);
        fprintf(stderr, "mrqart check: %s: %s\n", path, message);
    }
    return EXIT_FAILED;
}

/* ---- files ----------------------------------------------------------------------------------- */

static int check_opened(struct check *check, const char *path, int fd, bool json) {
    struct stat status;
    struct check_answer answer;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        return fail(path, S_ISDIR(status.st_mode) ? "is a folder: name its files" : "is no file",
                    json);
    }
    check_file(check, path, fd, &answer, NULL, NULL);
    if (answer.outcome != CHECK_DONE) {
        return fail(path, answer.message, json);
    }
    if (*answer.message) { /* nobody writes to an archive: its header can be judged */
        fflush(stdout);
        fprintf(stderr, "mrqart check: %s: %s; its header is checked\n", path, answer.message);
    }
    if (json) {
        print_json(path, &answer);
    } else {
        print_text(path, &answer);
    }
    if (answer.failed) { /* the result has their names under "failed" */
        fflush(stdout);
        fprintf(stderr, "mrqart check: %s: a checker failed; its verdict is missing\n", path);
        return EXIT_FAILED;
    }
    return answer.status == CHECK_DEVIATES ? EXIT_DEVIATES : EXIT_CONFORMS;
}

static int check_path(struct check *check, const char *path, bool json) {
    /* a FIFO must not make us wait for its writer */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return fail(path, strerror(errno), json);
    }
    int status = check_opened(check, path, fd, json);
    close(fd);
    return status;
}

static struct check *make_check(const struct options *options) {
    json_auto_t *list = json_array();
    AUTOFREE char *template = where_plugin("checker-template");
    json_array_append_new(list, json_pack("{s: s, s: {s: s}}", "file", template, "settings",
                                          "context", options->context));
    size_t index;
    json_t *name;
    json_array_foreach(options->checkers, index, name) {
        AUTOFREE char *file = where_plugin(json_string_value(name));
        json_array_append_new(list, json_pack("{s: s}", "file", file));
    }
    json_auto_t *settings = json_pack("{s: s, s: O, s: b}", "database", options->database,
                                      "checkers", list, "cut_pixels", 1);
    return settings ? check_create(settings) : NULL;
}

/* false: *status is the exit status */
static bool parse_options(int argc, char **argv, struct options *options, int *status) {
    static const struct option longs[] = {
        {"database", required_argument, NULL, 'd'}, {"checker", required_argument, NULL, 'c'},
        {"context", required_argument, NULL, 'x'},  {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},           {0},
    };
    *status = EXIT_FAILED;
    for (int letter; (letter = getopt_long(argc, argv, "h", longs, NULL)) != -1;) {
        switch (letter) {
        case 'd':
            options->database = optarg;
            break;
        case 'c':
            json_array_append_new(options->checkers, json_any_string(optarg));
            break;
        case 'x':
            options->context = optarg;
            break;
        case 'j':
            options->json = true;
            break;
        case 'h':
            fputs(usage, stdout);
            *status = EXIT_CONFORMS;
            return false;
        default:
            fputs("mrqart check --help shows the options\n", stderr);
            return false;
        }
    }
    if (strcmp(options->context, "realtime") != 0 && strcmp(options->context, "archive") != 0) {
        fprintf(stderr, "mrqart check: --context is realtime or archive, not \"%s\"\n",
                options->context);
        return false;
    }
    if (optind == argc) {
        fputs("mrqart check: give it at least one file\n", stderr);
        return false;
    }
    return true;
}

static int check_all(const struct options *options, char *const *paths, int count) {
    struct check *check = make_check(options);
    if (!check) {
        return EXIT_FAILED;
    }
    int worst = EXIT_CONFORMS;
    for (int i = 0; i < count; i++) {
        int status = check_path(check, paths[i], options->json);
        worst = status > worst ? status : worst;
    }
    check_destroy(check);
    if (fflush(stdout) != 0) {
        fprintf(stderr, "mrqart check: cannot write: %s\n", strerror(errno));
        worst = EXIT_FAILED;
    }
    return worst;
}

int command_check(int argc, char **argv) {
    struct options options = {
        .database = WHERE_DATABASE, .context = "realtime", .checkers = json_array()};
    int status;
    if (parse_options(argc, argv, &options, &status)) {
        status = check_all(&options, argv + optind, argc - optind);
    }
    json_decref(options.checkers);
    return status;
}
