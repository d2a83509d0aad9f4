/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart db: makes, fills and shows the database of acquisitions and templates. */
#include "acqdb/acqdb.h"
#include "acqdb/writer.h"
#include "base/memory.h"
#include "commands.h"
#include "import/import.h"
#include "list.h"
#include "where.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

static const char usage[] =
    "usage: mrqart db init [DB]\n"
    "       mrqart db import [--database DB] [--all] [--jobs N] [--wanted PATTERN]… FOLDER…\n"
    "       mrqart db rebuild [--database DB]\n"
    "       mrqart db templates [--database DB] [--values | --json]\n"
    "\n"
    "  init       makes an empty database with the tables of the reference\n"
    "  import     adds the acquisitions of archives, one per series, and rebuilds the templates.\n"
    "             Sessions are folders called YYYY.MM.DD-HH.MM.SS, their series the folders two\n"
    "             levels down; where there are none, every folder with DICOM files is taken,\n"
    "             whatever its files are called (media of GE, Philips, Siemens XA).\n"
    "             Sessions older than the newest acquisition of their project are passed over.\n"
    "             It can be interrupted and started again.\n"
    "  rebuild    makes the most frequent set of parameters of each project and sequence its\n"
    "             template\n"
    "  templates  lists the templates, parted by tabs, below a line that names the columns: how\n"
    "             often and when last seen, project, sequence\n"
    "\n"
    "  --database DB  the database (default " WHERE_DATABASE ")\n"
    "  --all          import: older sessions too\n"
    "  --jobs N       import: so many processes read (default: one for each core)\n"
    "  --wanted PATTERN  import: files of such names only, as \"*.dcm\", in any case; may be "
    "given\n"
    "                 several times (default: all files, their content decides)\n"
    "  --values       templates: all values of each\n"
    "  --json         templates: the same, a line {\"n\": …, \"TR\": …, …} per template\n"
    "\n"
    "Exit status: 0 done, 1 it failed, or nothing that was found could be stored, 2 usage.\n"
    "\n"
    "examples:\n"
    "  mrqart db init db.sqlite\n"
    "  mrqart db import --database db.sqlite /archive/WPC-*\n"
    "  mrqart db import --database db.sqlite --wanted \"*.MRDC.*\" /media/cdrom\n"
    "  mrqart db templates --database db.sqlite | sort -n | tail\n"
    "  mrqart db templates --database db.sqlite --json | jq 'select(.TR > 2000)'\n";

struct options {
    const char *database;
    bool all;
    size_t jobs;
    struct scan_names wanted;
    enum list_form form;
};

static int db_init(const struct options *options, char *const *words, int count) {
    const char *path = count ? words[0] : options->database;
    bool existed = access(path, F_OK) == 0;
    if (count > 1) {
        fputs("mrqart db init: give it one database\n", stderr);
        return EXIT_USAGE;
    }
    if (!acqdb_create(path, "mrqart db init")) {
        return EXIT_FAILURE;
    }
    printf("%s: %s\n", path, existed ? "was there; it has all tables" : "made, and empty");
    return EXIT_SUCCESS;
}

static int db_import(const struct options *options, char *const *words, int count) {
    const struct import_options import = {.database = options->database,
                                          .wanted = options->wanted,
                                          .all = options->all,
                                          .readers = options->jobs};
    if (!count) {
        fputs("mrqart db import: give it at least one folder\n", stderr);
        return EXIT_USAGE;
    }
    return import_folders(&import, words, (size_t)count);
}

static int none_expected(const char *word) {
    fprintf(stderr, "mrqart db: unexpected \"%s\"; mrqart db --help shows the options\n", word);
    return EXIT_USAGE;
}

static int db_rebuild(const struct options *options, char *const *words, int count) {
    long long templates = 0;
    if (count) {
        return none_expected(words[0]);
    }
    struct acqdb_writer *writer = acqdb_writer_open(options->database);
    bool good = writer && acqdb_rebuild(writer, &templates);
    acqdb_writer_close(writer);
    if (good) {
        printf("%lld templates\n", templates);
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int db_templates(const struct options *options, char *const *words, int count) {
    if (count) {
        return none_expected(words[0]);
    }
    if (access(options->database, R_OK) < 0) {
        fprintf(stderr, "mrqart db templates: %s: %m\n", options->database);
        return EXIT_FAILURE;
    }
    struct acqdb *acqdb = acqdb_open(options->database, "mrqart db templates");
    size_t templates;
    const struct acqdb_template **list = acqdb_list(acqdb, &templates);
    bool good = acqdb_was_read(acqdb);
    if (good) {
        list_templates(list, templates, options->form);
    }
    free(list);
    acqdb_close(acqdb);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static const struct {
    const char *name;
    int (*run)(const struct options *options, char *const *words, int count);
} actions[] = {
    {"init", db_init}, {"import", db_import}, {"rebuild", db_rebuild}, {"templates", db_templates}};

static bool parse_jobs(const char *text, size_t *jobs) {
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || !number || number > IMPORT_READERS_MOST) {
        fprintf(stderr, "mrqart db: --jobs %s: give a number from 1 to %d\n", text,
                IMPORT_READERS_MOST);
        return false;
    }
    *jobs = number;
    return true;
}

static void add_wanted(struct scan_names *wanted, const char *pattern) {
    wanted->patterns = mem_resize(wanted->patterns, wanted->count + 1, sizeof(*wanted->patterns));
    wanted->patterns[wanted->count++] = pattern;
}

/* false: *status is the exit status */
static bool parse_options(int argc, char **argv, struct options *options, int *status) {
    static const struct option longs[] = {
        {"database", required_argument, NULL, 'd'}, {"all", no_argument, NULL, 'a'},
        {"jobs", required_argument, NULL, 'j'},     {"wanted", required_argument, NULL, 'w'},
        {"values", no_argument, NULL, 'v'},         {"json", no_argument, NULL, 'o'},

        {"help", no_argument, NULL, 'h'},           {0},
    };
    *status = EXIT_USAGE;
    for (int letter; (letter = getopt_long(argc, argv, "h", longs, NULL)) != -1;) {
        switch (letter) {
        case 'd':
            options->database = optarg;
            break;
        case 'a':
            options->all = true;
            break;
        case 'j':
            if (!parse_jobs(optarg, &options->jobs)) {
                return false;
            }
            break;
        case 'v':
            options->form = LIST_VALUES;
            break;
        case 'o':
            options->form = LIST_JSON;
            break;
        case 'w':
            add_wanted(&options->wanted, optarg);
            break;
        case 'h':
            fputs(usage, stdout);
            *status = EXIT_SUCCESS;
            return false;
        default:
            fputs("mrqart db --help shows the options\n", stderr);
            return false;
        }
    }
    if (optind == argc) {
        fputs(usage, stderr);
        return false;
    }
    return true;
}

static int run_action(const struct options *options, char *const *words, int count) {
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(words[0], actions[i].name) == 0) {
            return actions[i].run(options, words + 1, count - 1);
        }
    }
    fprintf(stderr, "mrqart db: unknown \"%s\": init, import, rebuild or templates\n", words[0]);
    return EXIT_USAGE;
}

int command_db(int argc, char **argv) {
    struct options options = {.database = WHERE_DATABASE};
    int status;
    if (parse_options(argc, argv, &options, &status)) {
        status = run_action(&options, argv + optind, argc - optind);
    }
    free(options.wanted.patterns);
    return status;
}
