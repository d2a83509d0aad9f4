/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of /state. */
#include "state_document.h"
#include "base/memory.h"
#include "text_builder.h"

static void add_series(struct text_builder *out, struct series *series) {
    text_builder_text(out, "\"content\":");
    series_content(series, out);
    text_builder_text(out, ",\"series\":");
    series_describe(series, out);
}

static void add_station(struct text_builder *out, const struct station *station) {
    text_builder_text(out, station->name_json);
    text_builder_text(out, ":{\"station\":");
    text_builder_text(out, station->name_json);
    text_builder_text(out, ",\"silent\":");
    text_builder_moment(out, station_silent_ms(station));
    text_builder_text(out, ",");
    add_series(out, TAILQ_FIRST(&station->by_begin));
    const char *separator = ",\"history\":[";
    struct series *series;
    TAILQ_FOREACH(series, &station->by_begin, begun) {
        text_builder_text(out, separator);
        text_builder_text(out, "{");
        add_series(out, series);
        text_builder_text(out, "}");
        separator = ",";
    }
    text_builder_text(out, "]}");
}

const struct mrq_text *state_document_render(const struct stations *stations, uint64_t seq,
                                             struct text_budget *budget) {
    struct text_builder out = {0};
    const char *separator = "{";
    for (size_t i = 0; i < stations->count; i++) {
        if (!TAILQ_EMPTY(&stations->list[i]->by_begin)) {
            text_builder_text(&out, separator);
            add_station(&out, stations->list[i]);
            separator = ",";
        }
    }
    text_builder_text(&out, *separator == '{' ? "{}" : "}");
    out.bytes = mem_resize(out.bytes, out.used + 1, 1); /* slow readers keep it */
    return shared_text_create(out.bytes, out.used, seq, budget);
}
