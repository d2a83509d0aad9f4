/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the reference's database, and what an older one lacks of them. */
#include "acqdb/schema.h"
#include "base/memory.h"

#include <string.h>

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
        schema->param_id |= sqlite3_stricmp(column, "param_id") == 0;
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
        " select 'template_by_count') t join main.sqlite_schema s on lower(s.name) = t.name"
        " and s.type = 'table' and s.rootpage > 0 join pragma_table_info(t.name) c";
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
    const char *was = schema->templates && schema->param_id
                          ? "a.param_id in (select param_id from template_by_count)"
                          : "0";
    return mem_printf(
        "with counts as materialized (select count(*) as n, p.Project as Project,"
        " p.SequenceName as SequenceName, a.param_id as param_id,"
        " min(nullif(nullif(a.AcqDate, 'null'), '')) as first,"
        " max(nullif(nullif(a.AcqDate, 'null'), '')) as last, %s as was"
        " from acq a join acq_param p on a.param_id = p.rowid"
        " where nullif(nullif(p.SequenceName, 'null'), '') is not null"
        " group by p.Project, p.SequenceName, a.param_id),"
        " ranked as (select *, row_number() over (partition by Project, SequenceName"
        " order by n desc, was desc, first is null, first, param_id) as place from counts)"
        " select b.n as n, b.Project as Project, b.SequenceName as SequenceName,"
        " b.param_id as param_id, coalesce(b.first, 'null') as first,"
        " coalesce(b.last, 'null') as last, (select te_set(p.TE) from counts c"
        " join acq_param p on p.rowid = c.param_id join acq_param t on t.rowid = b.param_id"
        " where c.Project is b.Project and c.SequenceName is b.SequenceName"
        " and c.n * 10 >= b.n and %s) as multiecho_tes"
        " from ranked b where b.place = 1 order by b.Project, b.n desc",
        was, same);
}
