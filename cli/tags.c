/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart tags: the header values of DICOM files. */
#include "base/json_text.h"
#include "base/memory.h"
#include "base/text.h"
#include "commands.h"
#include "dicom/dicom.h"
#include "dicom/dicom_json.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

static const char usage[] =
    "usage: mrqart tags [--tsv] [--tags FILE] FILE…\n"
    "\n"
    "Prints the header values of DICOM files, one JSON object per line:\n"
    "  {\"file\": \"scan.dcm\", \"values\": {\"TR\": 3000, \"Matrix\": [64, 0, 0, 64], …}}\n"
    "\n"
    "  --tsv        the 24 values that the database keeps, as it keeps them, and the path,\n"
    "               parted by tabs\n"
    "  --tags FILE  more values: lines of name<TAB>place<TAB>description; place is gggg,eeee,\n"
    "               a Siemens CSA element name, or ASCCOV\n"
    "\n"
    "A file that cannot be read gets a message; the others go on, and the exit status is 1.\n"
    "One that ends inside its pixel data gets a message and its values.\n"
    "\n"
    "examples:\n"
    "  mrqart tags scan.dcm | jq .values.TR\n"
    "  mrqart tags --tsv session/*.dcm > session.tsv\n";

struct options {
    bool tsv;
    const char *tags;
};

static json_t *values_json(const struct dicom_reader *reader) {
    json_t *values = json_object();
    for (size_t i = 0; i < dicom_value_count(reader); i++) {
        const struct dicom_value *value = dicom_value_at(reader, i);
        json_object_set_new(values, value->name, dicom_json(value->text, value->numeric));
    }
    return values;
}

static void print_json(const struct dicom_reader *reader, const char *path) {
    json_auto_t *line = json_object();
    json_object_set_new(line, "file", json_any_string(path));
    json_object_set_new(line, "values", values_json(reader));
    AUTOFREE char *text = json_text(line, NULL);
    puts(text);
}

static void print_tsv(const struct dicom_reader *reader, const char *path) {
    for (size_t i = 0; i < DICOM_REFERENCE_VALUES; i++) {
        AUTOFREE char *shown = text_shown_copy(dicom_database_text(dicom_value_at(reader, i)));
        printf("%s\t", shown);
    }
    AUTOFREE char *shown = text_shown_copy(path);
    puts(shown);
}

static bool print_file(struct dicom_reader *reader, const char *path, bool tsv) {
    /* a FIFO must not make us wait for its writer */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        fprintf(stderr, "mrqart tags: %s: %s\n", path, strerror(errno));
        return false;
    }
    enum dicom_outcome outcome = dicom_read(reader, fd);
    close(fd);
    if (outcome != DICOM_COMPLETE) {
        fprintf(stderr, "mrqart tags: %s: %s\n", path, dicom_reader_message(reader));
    }
    if (!dicom_has_values(reader)) {
        return false;
    }
    if (tsv) {
        print_tsv(reader, path);
    } else {
        print_json(reader, path);
    }
    return true;
}

/* false: *status is the exit status */
static bool parse_options(int argc, char **argv, struct options *options, int *status) {
    static const struct option longs[] = {
        {"tsv", no_argument, NULL, 't'},
        {"tags", required_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int letter;
    *status = EXIT_USAGE;
    while ((letter = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        switch (letter) {
        case 't':
            options->tsv = true;
            break;
        case 'l':
            options->tags = optarg;
            break;
        case 'h':
            fputs(usage, stdout);
            *status = EXIT_SUCCESS;
            return false;
        default:
            fputs("mrqart tags --help shows the options\n", stderr);
            return false;
        }
    }
    if (optind == argc) {
        fputs("mrqart tags: give it at least one file\n", stderr);
        return false;
    }
    return true;
}

int command_tags(int argc, char **argv) {
    struct options options = {0};
    int status;
    if (!parse_options(argc, argv, &options, &status)) {
        return status;
    }
    struct dicom_reader *reader = dicom_reader_create(options.tags, 0, DICOM_FAST);
    if (!reader) {
        return EXIT_USAGE;
    }
    status = EXIT_SUCCESS;
    for (int i = optind; i < argc; i++) {
        if (!print_file(reader, argv[i], options.tsv)) {
            status = EXIT_FAILURE;
        }
    }
    dicom_reader_destroy(reader);
    if (fflush(stdout) != 0) {
        fprintf(stderr, "mrqart tags: cannot write: %s\n", strerror(errno));
        status = EXIT_FAILURE;
    }
    return status;
}
