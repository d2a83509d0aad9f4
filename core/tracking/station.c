/* SPDX-License-Identifier: Apache-2.0 */
/* The stations and the series of each. */
#include "station.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "base/text.h"

static const char other[] = "other";

/*
 * A split run may get company in its first volumes only, from a series that is split as well: its
 * motion-corrected twin. Anything else that begins between two of its files ends the run.
 */
enum { RUN_COMPANY_COUNT = 8 };

static void set_name(struct station *station, const char *name) {
    json_t *text = json_any_string(name);
    free(station->name);
    free(station->name_json);
    station->name = mem_dup(json_string_value(text));
    station->name_json = json_text(text, NULL);
    json_decref(text);
}

static struct station *create(const char *name, size_t *instance_bytes) {
    struct station *station = mem_new(struct station);
    set_name(station, name);
    station->instance_bytes = instance_bytes;
    station->age_ms = INT64_MAX / 4; /* whatever comes first is newer */
    TAILQ_INIT(&station->by_begin);
    TAILQ_INIT(&station->by_use);
    TAILQ_INIT(&station->going);
    return station;
}

static void destroy(struct station *station) {
    struct series *series;
    while ((series = TAILQ_FIRST(&station->by_use))) {
        station_remove(station, series);
        series_destroy(series);
    }
    hash_table_finish(&station->by_key);
    free(station->name);
    free(station->name_json);
    free(station);
}

void stations_finish(struct stations *stations) {
    for (size_t i = 0; i < stations->count; i++) {
        destroy(stations->list[i]);
    }
    *stations = (struct stations){0};
}

static struct station *find(const struct stations *stations, const char *name) {
    for (size_t i = 0; i < stations->count; i++) {
        if (strcmp(stations->list[i]->name, name) == 0) {
            return stations->list[i];
        }
    }
    for (size_t i = 0; i < stations->count; i++) {
        if (text_same_letters(stations->list[i]->name, name)) {
            return stations->list[i];
        }
    }
    return NULL;
}

struct station *stations_find(const struct stations *stations, const char *name) {
    struct station *station = find(stations, name);
    return !station && stations->count >= STATIONS ? find(stations, other) : station;
}

struct station *stations_get(struct stations *stations, const char *name) {
    struct station *station = stations_find(stations, name);
    if (!station) {
        bool shared = stations->count >= STATIONS;
        station = create(shared ? other : name, &stations->instance_bytes);
        station->shared = shared;
        stations->list[stations->count++] = station;
    }
    return station;
}

bool station_spell(struct station *station, const char *name) {
    if (station->shared || strcmp(station->name, name) == 0) {
        return false;
    }
    set_name(station, name);
    return true;
}

/* whether another series has come between the last file of a split run and this one */
static bool run_ended(const struct station *station, const struct series *run) {
    const struct series *series;
    uint64_t newcomers = 0;
    TAILQ_FOREACH(series, &station->by_begin, begun) {
        if (series->order <= run->seen_order) {
            break;
        }
        newcomers++;
        bool company = series->split && series->count <= run->count;
        if (!company || run->count > RUN_COMPANY_COUNT) {
            return true;
        }
    }
    return newcomers < station->begun - run->seen_order; /* some are forgotten already */
}

static struct series *first_run(const struct station *station, uint64_t key) {
    return (struct series *)hash_table_first(&station->by_key, key);
}

static struct series *next_run(const struct series *series) {
    return (struct series *)hash_table_next(&series->link);
}

struct series *station_latest(const struct station *station, uint64_t key) {
    struct series *latest = NULL;
    for (struct series *run = first_run(station, key); run; run = next_run(run)) {
        latest = latest && latest->run > run->run ? latest : run;
    }
    return latest;
}

/* Of a split series each volume may have a study of its own: what has one of its own and comes
 * when the run is over is another series. */
static bool goes_on(const struct station *station, const struct series *run,
                    const struct protocol_answer *answer) {
    bool same_study = answer->study && answer->study == run->study;
    return !answer->split || same_study || (!station->idle && !run_ended(station, run));
}

struct series *station_series(const struct station *station, const struct protocol_answer *answer) {
    struct series *series = station_latest(station, answer->series_key);
    return series && goes_on(station, series, answer) ? series : NULL;
}

struct series *station_run(const struct station *station, uint64_t key, unsigned run) {
    struct series *series = first_run(station, key);
    while (series && series->run != run) {
        series = next_run(series);
    }
    return series;
}

static void put_away_oldest(struct station *station) {
    struct series *series;
    TAILQ_FOREACH_REVERSE(series, &station->by_use, series_list, used) {
        if (series->open) {
            series_put_away(series);
            station->open--;
            return;
        }
    }
}

static void count_in(struct station *station, struct series *series) {
    station->count++;
    if (series->phase != SERIES_ENDED) {
        TAILQ_INSERT_TAIL(&station->going, series, going);
    }
    hash_table_add(&station->by_key, &series->link, series->key);
    station->bytes += series->weight = series_bytes(series);
    if (series->open && ++station->open > STATION_OPEN_SERIES) {
        put_away_oldest(station);
    }
}

void station_add(struct station *station, struct series *series) {
    const struct series *before = station_latest(station, series->key);
    series->run = before ? before->run + 1 : 0;
    series->order = series->seen_order = ++station->begun;
    TAILQ_INSERT_HEAD(&station->by_begin, series, begun);
    TAILQ_INSERT_HEAD(&station->by_use, series, used);
    count_in(station, series);
}

void station_restore(struct station *station, struct series *series) {
    struct series *older = TAILQ_FIRST(&station->by_begin);
    while (older && older->order > series->order) {
        older = TAILQ_NEXT(older, begun);
    }
    if (older) {
        TAILQ_INSERT_BEFORE(older, series, begun);
    } else {
        TAILQ_INSERT_TAIL(&station->by_begin, series, begun);
    }
    older = TAILQ_FIRST(&station->by_use);
    while (older && older->last_ms > series->last_ms) {
        older = TAILQ_NEXT(older, used);
    }
    if (older) {
        TAILQ_INSERT_BEFORE(older, series, used);
    } else {
        TAILQ_INSERT_TAIL(&station->by_use, series, used);
    }
    station->begun = series->order > station->begun ? series->order : station->begun;
    station->age_ms = TAILQ_FIRST(&station->by_use)->age_ms;
    count_in(station, series);
}

void station_use(struct station *station, struct series *series) {
    if (TAILQ_FIRST(&station->by_use) != series) {
        TAILQ_REMOVE(&station->by_use, series, used);
        TAILQ_INSERT_HEAD(&station->by_use, series, used);
    }
    if (!series->open) {
        series->open = true;
        if (++station->open > STATION_OPEN_SERIES) {
            put_away_oldest(station);
        }
    }
}

void station_set_phase(struct station *station, struct series *series, enum series_phase phase) {
    if (series->phase == SERIES_ENDED && phase != SERIES_ENDED) {
        TAILQ_INSERT_TAIL(&station->going, series, going);
    } else if (series->phase != SERIES_ENDED && phase == SERIES_ENDED) {
        TAILQ_REMOVE(&station->going, series, going);
    }
    series->phase = phase;
}

int64_t station_silent_ms(const struct station *station) {
    const struct series *last = TAILQ_FIRST(&station->by_use);
    return last ? last->silent_ms : 0;
}

void station_remove(struct station *station, struct series *series) {
    if (series->phase != SERIES_ENDED) {
        TAILQ_REMOVE(&station->going, series, going);
    }
    TAILQ_REMOVE(&station->by_begin, series, begun);
    TAILQ_REMOVE(&station->by_use, series, used);
    hash_table_remove(&station->by_key, &series->link);
    station->count--;
    station->open -= series->open;
    station->bytes -= series->weight;
}

void station_weigh(struct station *station, struct series *series) {
    station->bytes -= series->weight;
    series->weight = series_bytes(series);
    station->bytes += series->weight;
}

size_t stations_bytes(const struct stations *stations) {
    size_t bytes = 0;
    for (size_t i = 0; i < stations->count; i++) {
        bytes += stations->list[i]->bytes;
    }
    return bytes;
}

struct series *station_surplus(const struct station *station, unsigned most) {
    return station->count > most ? TAILQ_LAST(&station->by_use, series_list) : NULL;
}
