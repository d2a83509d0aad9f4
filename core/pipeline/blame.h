/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkers that fail: they kill their worker, take too long, or say that they cannot judge a file.
 * One that does so on three files in a row is disabled, and tried again after a while.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct blame;

/** The file that a checker failed on, and when (clock_ms()). */
struct blame_file {
    uint64_t place;   /* the same for the same file: it is not counted twice */
    const char *said; /* its name for the log */
    long long now_ms;
};

/** settings: JSON text, what workers are told (check.h). Destroy takes NULL. */
struct blame *blame_create(const char *settings);
void blame_destroy(struct blame *blame);

/**
 * A worker died while this checker ran, or took too long. True: that was once too often; it is
 * disabled, and blame_settings() says so from now on. A name that no checker has is nobody's.
 */
bool blame_crash(struct blame *blame, const char *checker, const struct blame_file *file);

/** blame_passed() has something to do: the file is needed. False for nearly every file. */
bool blame_looks(const struct blame *blame, uint32_t failed);

/**
 * A file came through all checkers but those that failed (check.h): these are blamed, the others
 * are not any more. True: one is disabled now.
 */
bool blame_passed(struct blame *blame, uint32_t failed, const struct blame_file *file);

/** When the next disabled checker is to be tried again; 0: none is. */
long long blame_next_ms(const struct blame *blame);

/** Enables those whose time has come. True: blame_settings() has changed. */
bool blame_try_again(struct blame *blame, long long now_ms);

/** The settings as JSON text, with what is disabled. Belongs to blame. */
const char *blame_settings(const struct blame *blame);

/**
 * For /healthz: {"checkers": [{"name", "failed" (files)}], "disabled": [name …]} are added to
 * health, and to warnings a sentence for each that is disabled or has failed lately.
 */
void blame_health(const struct blame *blame, json_t *health, json_t *warnings);
