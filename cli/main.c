/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart: header values, checks, the database and simulated scanners from the command line. */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

/* a subcommand is one line here, one in commands.h, and a file that has its name */
static const struct command commands[] = {
    {"tags", command_tags, "print the header values of DICOM files"},
    {"check", command_check, "compare DICOM files with the templates of the database"},
    {"db", command_db, "make, fill and show that database"},
    {"simulate", command_simulate, "write DICOM files as two scanners would"},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };
enum { EXIT_USAGE = 2, NEAR = 3, WORD_BYTES = 32 };

static void print_help(FILE *out) {
    fputs("usage: mrqart COMMAND [ARGUMENT…]\n"
          "       mrqart COMMAND --help\n"
          "       mrqart --help | --version\n"
          "\n"
          "commands:\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    }
    fputs("\n"
          "examples:\n"
          "  mrqart tags scan.dcm              its header values as JSON\n"
          "  mrqart tags --tsv /data/*.dcm     a line per file for a spreadsheet\n",
          out);
}

static size_t least(size_t a, size_t b, size_t c) {
    size_t smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

/* how many letters must change to make b of a (Levenshtein); of long words the first letters */
static size_t distance(const char *a, const char *b) {
    size_t row[WORD_BYTES + 1];
    size_t length = strnlen(b, WORD_BYTES);
    for (size_t j = 0; j <= length; j++) {
        row[j] = j;
    }
    for (size_t i = 0; i < WORD_BYTES && a[i]; i++) {
        size_t before = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            size_t above = row[j + 1];
            row[j + 1] = least(above + 1, row[j] + 1, before + (a[i] != b[j]));
            before = above;
        }
    }
    return row[length];
}

static const char *nearest(const char *word) {
    const char *best = NULL;
    size_t least_distance = NEAR;
    for (size_t i = 0; i < COMMANDS; i++) {
        size_t this_distance = distance(word, commands[i].name);
        if (this_distance < least_distance) {
            least_distance = this_distance;
            best = commands[i].name;
        }
    }
    return best;
}

static int unknown(const char *word) {
    const char *near = nearest(word);
    fprintf(stderr, "mrqart: unknown command \"%s\"", word);
    if (near) {
        fprintf(stderr, "; did you mean \"%s\"?", near);
    }
    fputs("\nmrqart --help lists the commands\n", stderr);
    return EXIT_USAGE;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        print_help(stdout);
        return EXIT_SUCCESS;
    }
    if (strcmp(word, "--version") == 0) {
        puts("mrqart " MRQART_VERSION);
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(word, commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    return unknown(word);
}
