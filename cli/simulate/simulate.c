/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart simulate: a scanner's stream without a scanner. */
#include "commands.h"
#include "folders.h"
#include "simulation.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

static const char usage[] =
    "usage: mrqart simulate [OPTION…] FOLDER\n"
    "\n"
    "Writes believable DICOM files into FOLDER as two scanners would, until it is stopped.\n"
    "\n"
    "  --speed N      N times as fast as scanners are; 0: without pauses (default 1)\n"
    "  --seed N       the same files, byte by byte, for the same N (default: new ones)\n"
    "  --once         one session of each scanner, then end\n"
    "  --keep         keep the sessions of earlier rounds (else the last 4 are kept)\n"
    "  --from FOLDER  stream the real files of FOLDER again, in the order and at the pace of\n"
    "                 their acquisition, with new UIDs\n"
    "  --stop-after N the first run of more than N volumes in each session stops after N, and\n"
    "                 the next series follows\n"
    "  --pause S      with --stop-after: it goes on after S seconds instead\n"
    "  --archive N    write N past sessions that conform, as an archive to import, and end\n"
    "  --help         this text\n"
    "\n"
    "A session has a localizer of three orientations, an MPRAGE (raw and corrected, interleaved),\n"
    "field maps, multi-band, multi-echo and diffusion series; among them a TR that deviates and\n"
    "its repeat, a series without template, values that change in the middle of a series, a file\n"
    "that cannot be read and a structured report.\n"
    "\n"
    "examples:\n"
    "  mrqart simulate --archive 5 /tmp/history && mrqart db import /tmp/history\n"
    "  mrqart simulate --once --speed 10 /data/dicomstream\n"
    "  mrqart simulate --stop-after 20 --pause 40 /data/dicomstream\n"
    "  mrqart simulate --from /archive/project /data/dicomstream\n";

static const struct option longs[] = {
    {"speed", required_argument, NULL, 's'},
    {"seed", required_argument, NULL, 'e'},
    {"once", no_argument, NULL, 'o'},
    {"keep", no_argument, NULL, 'k'},
    {"from", required_argument, NULL, 'f'},
    {"archive", required_argument, NULL, 'a'},
    {"stop-after", required_argument, NULL, 'S'},
    {"pause", required_argument, NULL, 'p'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static double real_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double simulation_time(const struct simulation *simulation, double ms) {
    return simulation->start ? (double)simulation->start + ms / 1000 : real_time();
}

/* a seeded simulation has a clock of its own, or no two runs were the same */
static int64_t seeded_start(void) {
    struct tm monday = {.tm_year = 2026 - 1900, .tm_mday = 5, .tm_hour = 8, .tm_isdst = -1};
    return mktime(&monday);
}

static bool take_number(const char *name, const char *text, double *number) {
    char *end;
    *number = strtod(text, &end);
    if (end == text || *end || !isfinite(*number) || *number < 0) {
        fprintf(stderr, "mrqart simulate: --%s %s: give a number of 0 or more\n", name, text);
        return false;
    }
    return true;
}

static bool take_whole(const char *name, const char *text, unsigned long least,
                       unsigned long *number) {
    char *end;
    errno = 0;
    *number = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || errno || *number < least) {
        fprintf(stderr, "mrqart simulate: --%s %s: give a whole number of %lu or more\n", name,
                text, least);
        return false;
    }
    return true;
}

static bool take_seed(const char *text, struct simulation *simulation) {
    unsigned long seed;
    if (!take_whole("seed", text, 0, &seed)) {
        return false;
    }
    simulation->random = seed;
    simulation->start = seeded_start();
    return true;
}

static bool take_option(int letter, struct simulation *simulation) {
    switch (letter) {
    case 's':
        return take_number("speed", optarg, &simulation->speed);
    case 'p':
        return take_number("pause", optarg, &simulation->pause_s);
    case 'S':
        return take_whole("stop-after", optarg, 1, &simulation->stop_after);
    case 'e':
        return take_seed(optarg, simulation);
    case 'a':
        return take_whole("archive", optarg, 1, &simulation->archive);
    case 'f':
        simulation->from = optarg;
        return true;
    case 'o':
        return simulation->once = true;
    case 'k':
        return simulation->keep = true;
    default:
        fputs("mrqart simulate --help shows the options\n", stderr);
        return false;
    }
}

/* false: *status is the exit status */
static bool parse_options(int argc, char **argv, struct simulation *simulation, int *status) {
    *status = EXIT_USAGE;
    for (int letter; (letter = getopt_long(argc, argv, "h", longs, NULL)) != -1;) {
        if (letter == 'h') {
            fputs(usage, stdout);
            *status = EXIT_SUCCESS;
            return false;
        }
        if (!take_option(letter, simulation)) {
            return false;
        }
    }
    if (simulation->archive && simulation->from) {
        fputs("mrqart simulate: --archive and --from exclude each other\n", stderr);
        return false;
    }
    if (simulation->stop_after && (simulation->archive || simulation->from)) {
        fputs("mrqart simulate: --stop-after is for simulated streams only\n", stderr);
        return false;
    }
    if (simulation->pause_s > 0 && !simulation->stop_after) {
        fputs("mrqart simulate: --pause needs --stop-after\n", stderr);
        return false;
    }
    if (optind + 1 != argc) {
        fputs("mrqart simulate: give it one folder to write to\n", stderr);
        return false;
    }
    simulation->folder = argv[optind];
    return true;
}

int command_simulate(int argc, char **argv) {
    struct simulation simulation = {.speed = 1};
    simulation.random = (uint64_t)(real_time() * 1e6) ^ (uint64_t)getpid();
    int status;
    if (!parse_options(argc, argv, &simulation, &status)) {
        return status;
    }
    bool fine = folders_make(simulation.folder) && (simulation.archive ? history_write(&simulation)
                                                    : simulation.from  ? replay_run(&simulation)
                                                                       : streams_run(&simulation));
    return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
