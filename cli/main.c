/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart: header values, checks, the database and simulated scanners from the command line. */
#include "base/nearest.h"
#include "base/terminal.h"
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
    {"doctor", command_doctor, "look at all that a scan needs, and say what is wrong"},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };
enum { EXIT_USAGE = 2 };

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
          "  mrqart tags --tsv /data/*.dcm     a line per file for a spreadsheet\n"
          "  mrqart check --strict session/    does a session keep to its protocols?\n",
          out);
}

static int unknown(const char *word) {
    const char *names[COMMANDS + 1] = {NULL};
    for (size_t i = 0; i < COMMANDS; i++) {
        names[i] = commands[i].name;
    }
    const char *near = text_nearest(word, names);
    fprintf(stderr, "mrqart: unknown command \"%s\"", word);
    if (near) {
        fprintf(stderr, "; did you mean \"%s\"?", near);
    }
    fputs("\nmrqart --help lists the commands\n", stderr);
    return EXIT_USAGE;
}

int main(int argc, char **argv) {
    static struct terminal terminal;
    terminal_clean(&terminal);
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
