/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart simulate: a scanner's stream without a scanner. */
#include "base/log.h"
#include "base/memory.h"
#include "commands.h"
#include "replay.h"
#include "session.h"

#include <errno.h>
#include <fts.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DAY_S = 24 * 3600, BETWEEN_SESSIONS_MS = 10000, KEPT_SESSIONS = 4 };

struct simulation {
    const char *folder, *from;
    double speed; /* 0: no pauses */
    uint64_t random;
    bool once, keep;
    long archive;
};

static const char help[] =
    "Usage: mrqart simulate [OPTION…] FOLDER\n"
    "Writes believable DICOM files into FOLDER as two scanners would, until it is stopped.\n"
    "\n"
    "  --speed N      N times as fast as scanners are; 0: without pauses (default 1)\n"
    "  --seed N       the same subjects and UIDs for the same N (default: new ones)\n"
    "  --once         one session of each scanner, then end\n"
    "  --keep         keep the sessions of earlier rounds (else the last 4 are kept)\n"
    "  --from FOLDER  stream the real files of FOLDER again, in the order and at the pace of\n"
    "                 their acquisition, with new UIDs\n"
    "  --archive N    write N past sessions that conform, as an archive to import, and end\n"
    "  --help         this text\n"
    "\n"
    "A session has a localizer of three orientations, an MPRAGE (raw and corrected, interleaved),\n"
    "field maps, multi-band, multi-echo and diffusion series; among them a TR that deviates and\n"
    "its repeat, a series without template, values that change in the middle of a series, a file\n"
    "that cannot be read and a structured report.\n"
    "\n"
    "Examples:\n"
    "  mrqart simulate --archive 5 /tmp/history && mrqart db import /tmp/history\n"
    "  mrqart simulate --once --speed 10 /data/dicomstream\n"
    "  mrqart simulate --from /archive/project /data/dicomstream\n";

static const struct option options[] = {
    {"speed", required_argument, NULL, 's'}, {"seed", required_argument, NULL, 'e'},
    {"once", no_argument, NULL, 'o'},        {"keep", no_argument, NULL, 'k'},
    {"from", required_argument, NULL, 'f'},  {"archive", required_argument, NULL, 'a'},
    {"help", no_argument, NULL, 'h'},        {0},
};

static bool number_option(const char *name, const char *text, double *value) {
    char *end;
    *value = strtod(text, &end);
    if (end == text || *end || !isfinite(*value) || *value < 0) {
        log_error("--%s %s: give a number of 0 or more", name, text);
        return false;
    }
    return true;
}

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void pause_ms(double milliseconds) {
    if (milliseconds > 0) {
        struct timespec pause = {.tv_sec = (time_t)(milliseconds / 1000)};
        pause.tv_nsec = (long)(fmod(milliseconds, 1000) * 1e6);
        nanosleep(&pause, NULL);
    }
}

static void remove_folder(const char *folder) {
    AUTOFREE char *start = mem_dup(folder);
    char *folders[] = {start, NULL};
    FTS *walk = fts_open(folders, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *entry; walk && (entry = fts_read(walk));) {
        if (entry->fts_info != FTS_D && remove(entry->fts_path) < 0) {
            log_warning("cannot remove %s: %m", entry->fts_path);
        }
    }
    if (walk) {
        fts_close(walk);
    }
}

/* one scanner: its session, when its next image is due, and the folders of earlier sessions */
struct stream {
    struct session *session;
    double due_ms;
    char *past[KEPT_SESSIONS];
    unsigned sessions, files;
};

static void end_session(struct stream *stream, const struct simulation *simulation) {
    stream->files += session_files(stream->session);
    char **past = &stream->past[stream->sessions++ % KEPT_SESSIONS];
    if (*past && !simulation->keep) {
        remove_folder(*past);
    }
    free(*past);
    *past = mem_dup(session_folder(stream->session));
    session_destroy(stream->session);
    stream->session = NULL;
}

/* the scanner whose turn it is; NULL: all have ended */
static struct stream *next_stream(struct stream *streams, const struct simulation *simulation) {
    struct stream *next = NULL;
    for (unsigned i = 0; i < SCANNERS; i++) {
        struct stream *stream = &streams[i];
        bool over = simulation->once && stream->sessions && !stream->session;
        if (!over && (!next || stream->due_ms < next->due_ms)) {
            next = stream;
        }
    }
    return next;
}

static bool run_streams(struct simulation *simulation, struct stream *streams) {
    double clock_ms = 0;
    for (struct stream *stream; (stream = next_stream(streams, simulation));) {
        if (stream->due_ms > clock_ms && simulation->speed > 0) {
            pause_ms((stream->due_ms - clock_ms) / simulation->speed);
        }
        clock_ms = stream->due_ms > clock_ms ? stream->due_ms : clock_ms;
        if (!stream->session) {
            stream->session = session_create((unsigned)(stream - streams), simulation->folder,
                                             SESSION_STREAM, (int64_t)now_s(), &simulation->random);
        }
        double pause;
        if (!session_step(stream->session, now_s(), &pause)) {
            return false;
        }
        stream->due_ms += pause < 0 ? BETWEEN_SESSIONS_MS : pause;
        if (pause < 0) {
            end_session(stream, simulation);
        }
    }
    return true;
}

static bool simulate_streams(struct simulation *simulation) {
    struct stream streams[SCANNERS] = {0};
    bool fine = run_streams(simulation, streams);
    unsigned files = 0;
    for (unsigned i = 0; i < SCANNERS; i++) {
        files += streams[i].files;
        session_destroy(streams[i].session);
        for (unsigned k = 0; k < KEPT_SESSIONS; k++) {
            free(streams[i].past[k]);
        }
    }
    if (fine) {
        printf("%u files written to %s\n", files, simulation->folder);
    }
    return fine;
}

/* past sessions: one a week of each scanner, the last one yesterday */
static bool simulate_archive(struct simulation *simulation) {
    unsigned files = 0;
    for (long week = simulation->archive; week > 0; week--) {
        for (unsigned scanner = 0; scanner < SCANNERS; scanner++) {
            double now = floor(now_s()) - (double)(week * 7 - 6) * DAY_S - scanner * 3600;
            struct session *session = session_create(scanner, simulation->folder, SESSION_ARCHIVE,
                                                     (int64_t)now, &simulation->random);
            double pause = 0;
            while (pause >= 0) {
                if (!session_step(session, now, &pause)) {
                    session_destroy(session);
                    return false;
                }
                now += pause / 1000;
            }
            files += session_files(session);
            session_destroy(session);
        }
    }
    printf("%ld past sessions, %u files written to %s\n", simulation->archive * SCANNERS, files,
           simulation->folder);
    return true;
}

static bool replay_round(struct simulation *simulation, const struct replay *replay,
                         unsigned long round) {
    unsigned long salt = (unsigned long)simulation->random + round;
    for (unsigned i = 0; i < replay_count(replay); i++) {
        double pause;
        const char *from = replay_file(replay, i, &pause);
        pause_ms(simulation->speed > 0 ? pause / simulation->speed : 0);
        AUTOFREE char *folder =
            mem_printf("%s/replay-%lu-%lu", simulation->folder, (unsigned long)getpid(), round);
        AUTOFREE char *to = mem_printf("%s/001_%06lu_%06u.dcm", folder, round, i + 1);
        if (mkdir(folder, 0777) < 0 && errno != EEXIST) {
            log_error("cannot make the folder %s: %m", folder);
            return false;
        }
        image_copy(from, to, salt); /* a file that is cut short is said and passed over */
    }
    return true;
}

static bool simulate_replay(struct simulation *simulation) {
    struct replay *replay = replay_create(simulation->from);
    bool fine = replay != NULL;
    for (unsigned long round = 1; fine; round++) {
        fine = replay_round(simulation, replay, round);
        if (fine && !simulation->keep && round > KEPT_SESSIONS) {
            AUTOFREE char *past = mem_printf("%s/replay-%lu-%lu", simulation->folder,
                                             (unsigned long)getpid(), round - KEPT_SESSIONS);
            remove_folder(past);
        }
        if (simulation->once) {
            break;
        }
        pause_ms(simulation->speed > 0 ? BETWEEN_SESSIONS_MS / simulation->speed : 0);
    }
    replay_destroy(replay);
    return fine;
}

/* 0: go on; else the exit status plus one */
static int read_options(struct simulation *simulation, int argc, char **argv) {
    double number = 0;
    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        bool fine = true;
        switch (option) {
        case 's':
            fine = number_option("speed", optarg, &simulation->speed);
            break;
        case 'e':
            fine = number_option("seed", optarg, &number);
            simulation->random = (uint64_t)number;
            break;
        case 'a':
            fine = number_option("archive", optarg, &number);
            simulation->archive = (long)number;
            break;
        case 'f':
            simulation->from = optarg;
            break;
        case 'o':
            simulation->once = true;
            break;
        case 'k':
            simulation->keep = true;
            break;
        case 'h':
            fputs(help, stdout);
            return 1;
        default:
            fine = false;
        }
        if (!fine) {
            return 3;
        }
    }
    if (optind + 1 != argc) {
        fputs(
            "mrqart simulate: name one folder to write to; `mrqart simulate --help` has examples\n",
            stderr);
        return 3;
    }
    simulation->folder = argv[optind];
    return 0;
}

int command_simulate(int argc, char **argv) {
    struct simulation simulation = {.speed = 1};
    simulation.random = (uint64_t)(now_s() * 1e6) ^ (uint64_t)getpid();
    int status = read_options(&simulation, argc, argv);
    if (status) {
        return status - 1;
    }
    if (mkdir(simulation.folder, 0777) < 0 && errno != EEXIST) {
        log_error("cannot make the folder %s: %m", simulation.folder);
        return 1;
    }
    bool fine = simulation.archive ? simulate_archive(&simulation)
                : simulation.from  ? simulate_replay(&simulation)
                                   : simulate_streams(&simulation);
    return fine ? 0 : 1;
}
