/* SPDX-License-Identifier: Apache-2.0 */
/* A text that grows at its end. */
#include "text_builder.h"
#include "base/memory.h"

#include <stdio.h>
#include <time.h>

void text_builder_reserve(struct text_builder *builder, size_t more) {
    if (builder->used + more + 1 > builder->room) {
        builder->room = (builder->used + more + 1) * 3 / 2;
        builder->bytes = mem_resize(builder->bytes, builder->room, 1);
    }
}

void text_builder_add(struct text_builder *builder, const char *bytes, size_t length) {
    text_builder_reserve(builder, length);
    memcpy(builder->bytes + builder->used, bytes, length);
    builder->used += length;
    builder->bytes[builder->used] = '\0';
}

void text_builder_text(struct text_builder *builder, const char *text) {
    text_builder_add(builder, text, strlen(text));
}

void text_builder_number(struct text_builder *builder, uint64_t number) {
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    text_builder_add(builder, digits + at, sizeof(digits) - at);
}

void text_builder_time(struct text_builder *builder, int64_t time_ms) {
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm local;
    if (!localtime_r(&seconds, &local)) {
        text_builder_text(builder, "null"); /* a year that does not fit an int */
        return;
    }
    char text[80];
    long minutes = local.tm_gmtoff / 60;
    long away = minutes < 0 ? -minutes : minutes;
    int length = snprintf(text, sizeof(text), "\"%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02ld:%02ld\"",
                          local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour,
                          local.tm_min, local.tm_sec, (int)(time_ms % 1000),
                          minutes < 0 ? '-' : '+', away / 60, away % 60);
    text_builder_add(builder, text, (size_t)length);
}

void text_builder_moment(struct text_builder *builder, int64_t time_ms) {
    if (time_ms) {
        text_builder_time(builder, time_ms);
    } else {
        text_builder_text(builder, "null");
    }
}

void text_builder_seconds(struct text_builder *builder, int64_t ms) {
    char text[32] = "null";
    if (ms >= 0) {
        int length =
            snprintf(text, sizeof(text), "%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000));
        while (text[length - 1] == '0' && text[length - 2] != '.') {
            text[--length] = '\0';
        }
    }
    text_builder_text(builder, text);
}
