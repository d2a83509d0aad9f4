/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated scanners: each streams one session after the other. */
#include "base/memory.h"
#include "folders.h"
#include "pace.h"
#include "protocol.h"
#include "session.h"
#include "simulation.h"

#include <stdio.h>

/* one scanner: its session, when its next image is due, and the folders of earlier sessions */
struct stream {
    struct session *session;
    double due_ms, began_ms, began_s; /* of the session: simulated time, seconds since 1970 */
    char *past[KEPT_SESSIONS];
    unsigned sessions, files;
};

static void begin_session(struct stream *stream, unsigned scanner, struct simulation *simulation) {
    stream->began_ms = stream->due_ms;
    stream->began_s = simulation_time(simulation, stream->due_ms);
    stream->session = session_create(scanner, simulation->folder, SESSION_STREAM,
                                     (int64_t)stream->began_s, &simulation->random);
    session_stop(stream->session, simulation->stop_after,
                 simulation->pause_s > 0 ? simulation->pause_s * 1000 * simulation->speed : -1);
}

static void end_session(struct stream *stream, const struct simulation *simulation) {
    stream->files += session_files(stream->session);
    char **past = &stream->past[stream->sessions++ % KEPT_SESSIONS];
    if (*past && !simulation->keep) {
        folders_remove(*past);
    }
    free(*past);
    *past = mem_dup(session_folder(stream->session));
    session_destroy(stream->session);
    stream->session = NULL;
}

/* the scanner whose turn it is; SCANNERS: all have ended */
static unsigned next_stream(const struct stream *streams, const struct simulation *simulation) {
    unsigned next = SCANNERS;
    for (unsigned i = 0; i < SCANNERS; i++) {
        bool over = simulation->once && streams[i].sessions;
        if (!over && (next == SCANNERS || streams[i].due_ms < streams[next].due_ms)) {
            next = i;
        }
    }
    return next;
}

static bool stream_step(struct stream *stream, const struct simulation *simulation) {
    double pause;
    double now = stream->began_s + (stream->due_ms - stream->began_ms) / 1000;
    if (!session_step(stream->session, now, &pause)) {
        return false;
    }
    stream->due_ms += pause < 0 ? BETWEEN_SESSIONS_MS : pause;
    if (pause < 0) {
        end_session(stream, simulation);
    }
    return true;
}

static bool take_turns(struct stream *streams, struct simulation *simulation) {
    struct pace pace;
    pace_begin(&pace, simulation->speed);
    for (unsigned turn; (turn = next_stream(streams, simulation)) < SCANNERS;) {
        struct stream *stream = &streams[turn];
        if (!pace_wait(&pace, stream->due_ms)) {
            break;
        }
        if (!stream->session) {
            begin_session(stream, turn, simulation);
        }
        if (!stream_step(stream, simulation)) {
            return false;
        }
    }
    return true;
}

bool streams_run(struct simulation *simulation) {
    struct stream streams[SCANNERS] = {0};
    bool fine = take_turns(streams, simulation);
    unsigned files = 0;
    for (unsigned i = 0; i < SCANNERS; i++) {
        files += streams[i].files + (streams[i].session ? session_files(streams[i].session) : 0);
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
