/* SPDX-License-Identifier: Apache-2.0 */
/* A text that grows at its end: messages and /state are put together from ready pieces with it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** Zero it to begin; bytes belongs to the caller, who frees or keeps it. */
struct text_builder {
    char *bytes; /* ends with a NUL once anything was added */
    size_t used, room;
};

void text_builder_reserve(struct text_builder *builder, size_t more);
void text_builder_add(struct text_builder *builder, const char *bytes, size_t length);
void text_builder_text(struct text_builder *builder, const char *text);
void text_builder_number(struct text_builder *builder, uint64_t number);

/** A moment (ms since 1970) as a JSON string: "2026-03-04T14:31:25.123+01:00", in local time. */
void text_builder_time(struct text_builder *builder, int64_t time_ms);

/** The same, or null for 0. */
void text_builder_moment(struct text_builder *builder, int64_t time_ms);

/** Milliseconds as seconds: 18.2, 300.0; null for what is below 0. */
void text_builder_seconds(struct text_builder *builder, int64_t ms);
