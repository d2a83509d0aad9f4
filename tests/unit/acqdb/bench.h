/* SPDX-License-Identifier: Apache-2.0 */
/* A folder with a database in it, written as the reference writes, and what was logged. */
#pragma once

#include "acqdb/acqdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct bench {
    char folder[64], path[96];
};

int bench_set_up(void **state);
int bench_tear_down(void **state);

/** Runs SQL on the database at path, which is made if need be. */
void bench_sql(const char *path, const char *sql);

/** The first value of a query's first row, as text; "" where there is no row. Free it. */
char *bench_value(const char *path, const char *sql);

/** The reference's tables, with three sets and six acquisitions; and its template table. */
extern const char reference_tables[], reference_templates[];

#define BENCH_TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
