/* SPDX-License-Identifier: Apache-2.0 */
/* The messages that clients get: put together from ready pieces, since a scanner sends many. */
#include "events.h"
#include "shared_text.h"
#include "text_builder.h"

enum { ENVELOPE_BYTES = 1024 }; /* what a message needs beside its content, as a rule */

const struct mrq_text *events_text(const struct event_parts *parts) {
    const struct station *station = parts->station;
    struct text_builder out = {0};
    text_builder_reserve(&out, parts->content_length + ENVELOPE_BYTES);
    text_builder_text(&out, "{\"station\":");
    text_builder_text(&out, station ? station->name_json : "null");
    text_builder_text(&out, ",\"type\":\"");
    text_builder_text(&out, parts->type);
    text_builder_text(&out, "\",\"content\":");
    text_builder_add(&out, parts->content, parts->content_length);
    text_builder_text(&out, ",\"seq\":");
    text_builder_number(&out, parts->seq);
    text_builder_text(&out, ",\"station_seq\":");
    if (station) {
        text_builder_number(&out, station->seq);
    } else {
        text_builder_text(&out, "null");
    }
    text_builder_text(&out, ",\"time\":");
    text_builder_time(&out, parts->time_ms);
    text_builder_text(&out, ",\"series\":");
    if (parts->series) {
        series_describe(parts->series, &out);
    } else {
        text_builder_text(&out, "null");
    }
    text_builder_text(&out, "}");
    return shared_text_create(out.bytes, out.used, parts->seq, NULL);
}
