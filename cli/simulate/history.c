/* SPDX-License-Identifier: Apache-2.0 */
/* Past sessions of the simulated scanners, as an archive keeps them. */
#include "protocol.h"
#include "session.h"
#include "simulation.h"

#include <math.h>
#include <stdio.h>

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S, WEEK_DAYS = 7 };

/* writes one session, and adds its files to *files */
static bool write_session(struct simulation *simulation, unsigned scanner, double start,
                          unsigned *files) {
    struct session *session = session_create(scanner, simulation->folder, SESSION_ARCHIVE,
                                             (int64_t)start, &simulation->random);
    double now = start, pause = 0;
    bool fine = true;
    while (fine && pause >= 0) {
        fine = session_step(session, now, &pause);
        now += pause / 1000;
    }
    *files += session_files(session);
    session_destroy(session);
    return fine;
}

/* one a week of each scanner, the last one yesterday */
bool history_write(struct simulation *simulation) {
    unsigned files = 0;
    double today = floor(simulation_time(simulation, 0));
    for (unsigned long week = simulation->archive; week > 0; week--) {
        double day = today - ((double)(week - 1) * WEEK_DAYS + 1) * DAY_S;
        for (unsigned scanner = 0; scanner < SCANNERS; scanner++) {
            if (!write_session(simulation, scanner, day - scanner * HOUR_S, &files)) {
                return false;
            }
        }
    }
    printf("%lu past sessions, %u files written to %s\n", simulation->archive * SCANNERS, files,
           simulation->folder);
    return true;
}
