/* SPDX-License-Identifier: Apache-2.0 */
/* What of the history is let go of: series beyond the number that a site keeps, or beyond bytes. */
#include "base/log.h"
#include "tracking_parts.h"

static void forget(struct tracking *tracking, struct series *series) {
    if (series->phase != SERIES_ENDED) {
        tracking_end(tracking, series, "next-series"); /* nobody will hear of it again */
    }
    tracking_forget(tracking, series);
}

/* the station that takes most, with more than one series; NULL: there is none */
static struct station *largest(const struct stations *stations) {
    struct station *most = NULL;
    for (size_t i = 0; i < stations->count; i++) {
        struct station *station = stations->list[i];
        most = station->count > 1 && (!most || station->bytes > most->bytes) ? station : most;
    }
    return most;
}

void tracking_trim(struct tracking *tracking, struct station *station) {
    unsigned most = tracking->settings.history ? tracking->settings.history : 1;
    struct series *series;
    while ((series = station_surplus(station, most))) {
        forget(tracking, series);
    }
    while (stations_bytes(&tracking->stations) > HISTORY_BYTES &&
           (station = largest(&tracking->stations))) {
        log_fault_tell(&tracking->full, station->name,
                       "the series kept of all stations take %d MiB: its oldest are let go of; "
                       "fewer of them can be kept (option history)",
                       HISTORY_BYTES >> 20);
        forget(tracking, station_surplus(station, 1));
    }
}
