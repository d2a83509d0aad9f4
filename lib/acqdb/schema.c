/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the reference's database, and what an older one lacks of them. */
#include "acqdb/schema.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { TES_MOST = 64 }; /* echoes of one sequence; scanners stop at 32 or less */

const char *const acqdb_parameters[ACQDB_PARAMETERS] = {
    "Project",   "SequenceName", "Phase", "iPAT",   "Comments",    "SequenceType",
    "PED_major", "TR",           "TE",    "Matrix", "PixelResol",  "BWP",
    "BWPPE",     "FA",           "TA",    "FoV",    "SequenceFile"};

const char *const acqdb_acquisition[ACQDB_ACQUISITION] = {
    "AcqTime", "AcqDate", "SeriesNumber", "SubID", "Operator", "Station", "Shims"};

const char schema_create[] =
    "create table if not exists acq (param_id integer, AcqTime text, AcqDate text,"
    " SeriesNumber text, SubID text, Operator text, Station text, Shims text);"
    "create table if not exists acq_param (is_ideal timestamp, Project text, SequenceName text,"
    " Phase text, iPAT text, Comments text, SequenceType text, PED_major text, TR text, TE text,"
    " Matrix text, PixelResol text, BWP text, BWPPE text, FA text, TA text, FoV text,"
    " SequenceFile text);"
    "create table if not exists template_by_count (n, Project text, SequenceName text,"
    " param_id int, first, last, multiecho_tes);";

static void note_column(struct schema *schema, const char *table, const char *column) {
    if (strcmp(table, "template_by_count") == 0) {
        schema->templates = true;
        schema->n |= sqlite3_stricmp(column, "n") == 0;
        schema->first |= sqlite3_stricmp(column, "first") == 0;
        schema->last |= sqlite3_stricmp(column, "last") == 0;
        schema->multiecho_tes |= sqlite3_stricmp(column, "multiecho_tes") == 0;
    } else if (strcmp(table, "acq") == 0) {
        schema->acq = true;
        for (size_t i = 0; i < ACQDB_ACQUISITION; i++) {
            schema->acquisition[i] |= sqlite3_stricmp(column, acqdb_acquisition[i]) == 0;
        }
    } else {
        schema->acq_param = true;
        for (size_t i = 0; i < ACQDB_PARAMETERS; i++) {
            schema->parameter[i] |= sqlite3_stricmp(column, acqdb_parameters[i]) == 0;
        }
    }
}

bool schema_read(sqlite3 *db, struct schema *schema) {
    static const char query[] =
        "select t.name, c.name from (select 'acq' as name union select 'acq_param' union"
        " select 'template_by_count') t join pragma_table_info(t.name) c";
    *schema = (struct schema){0};
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(db, query, -1, &statement, NULL);
    while (result == SQLITE_OK || result == SQLITE_ROW) {
        result = sqlite3_step(statement);
        if (result == SQLITE_ROW) {
            note_column(schema, (const char *)sqlite3_column_text(statement, 0),
                        (const char *)sqlite3_column_text(statement, 1));
        }
    }
    sqlite3_finalize(statement);
    return result == SQLITE_DONE;
}

/*
 * The TEs of a sequence are those of the sets that differ from its template in nothing else and
 * were seen at least a tenth as often: a wrong TE seen once must not become one of them.
 */
static char *same_but_te(const struct schema *schema) {
    char *condition = mem_dup("1");
    for (size_t i = 0; i < ACQDB_PARAMETERS; i++) {
        if (schema->parameter[i] && strcmp(acqdb_parameters[i], "TE") != 0) {
            char *longer = mem_printf("%s and p.\"%s\" is t.\"%s\"", condition, acqdb_parameters[i],
                                      acqdb_parameters[i]);
            free(condition);
            condition = longer;
        }
    }
    return condition;
}

char *schema_count_query(const struct schema *schema) {
    AUTOFREE char *same = same_but_te(schema);
    return mem_printf(
        "with counts as materialized (select count(*) as n, p.Project as Project,"
        " p.SequenceName as SequenceName, a.param_id as param_id,"
        " min(nullif(nullif(a.AcqDate, 'null'), '')) as first,"
        " max(nullif(nullif(a.AcqDate, 'null'), '')) as last"
        " from acq a join acq_param p on a.param_id = p.rowid"
        " group by p.Project, p.SequenceName, a.param_id),"
        " ranked as (select *, row_number() over (partition by Project, SequenceName"
        " order by n desc, last desc, param_id desc) as place from counts)"
        " select b.n as n, b.Project as Project, b.SequenceName as SequenceName,"
        " b.param_id as param_id, coalesce(b.first, 'null') as first,"
        " coalesce(b.last, 'null') as last, (select te_set(p.TE) from counts c"
        " join acq_param p on p.rowid = c.param_id join acq_param t on t.rowid = b.param_id"
        " where c.Project is b.Project and c.SequenceName is b.SequenceName"
        " and c.n * 10 >= b.n and %s) as multiecho_tes"
        " from ranked b where b.place = 1 order by b.Project, b.n desc",
        same);
}

/* te_set(TE): all distinct TEs, ascending, as text; a TE may itself be a list ("4.8,38.76") */
struct te_set {
    size_t count;
    struct te {
        double value;
        char text[32];
    } each[TES_MOST];
};

static void te_set_add(struct te_set *set, const char *text) {
    struct te te;
    size_t at = 0;
    if (snprintf(te.text, sizeof(te.text), "%s", text) >= (int)sizeof(te.text) ||
        !text_to_number(te.text, &te.value)) {
        return;
    }
    while (at < set->count && set->each[at].value < te.value) {
        at++;
    }
    if ((at < set->count && set->each[at].value == te.value) || set->count == TES_MOST) {
        return;
    }
    memmove(&set->each[at + 1], &set->each[at], (set->count - at) * sizeof(te));
    set->each[at] = te;
    set->count++;
}

static void te_set_step(sqlite3_context *context, int count, sqlite3_value **values) {
    (void)count;
    struct te_set *set = sqlite3_aggregate_context(context, sizeof(*set));
    const char *text = (const char *)sqlite3_value_text(values[0]);
    if (!set || !text) {
        return;
    }
    AUTOFREE char *list = mem_dup(text);
    char *rest = NULL;
    for (char *te = strtok_r(list, ", []", &rest); te; te = strtok_r(NULL, ", []", &rest)) {
        te_set_add(set, te);
    }
}

static void te_set_final(sqlite3_context *context) {
    struct te_set *set = sqlite3_aggregate_context(context, 0);
    if (!set || !set->count) {
        sqlite3_result_null(context);
        return;
    }
    char out[sizeof(set->each)] = "";
    size_t used = 0;
    for (size_t i = 0; i < set->count; i++) {
        used += (size_t)snprintf(out + used, sizeof(out) - used, "%s%s", i ? "," : "",
                                 set->each[i].text);
    }
    sqlite3_result_text(context, out, -1, SQLITE_TRANSIENT);
}

bool schema_prepare(sqlite3 *db) {
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return sqlite3_create_function(db, "te_set", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, NULL,
                                   te_set_step, te_set_final) == SQLITE_OK;
}
