/* SPDX-License-Identifier: Apache-2.0 */
/* Reading all templates of an open database. */
#include "acqdb/load.h"
#include "base/memory.h"

#include <string.h>

enum {
    TEMPLATES_MOST = 100000, /* the largest site has some thousands; a damaged file may say more */
    TEXT_MOST = 10240,       /* the longest text of DICOM (LT, PS3.5 6.2) */
};

/* columns of the query below in front of the parameters */
enum { COLUMN_N, COLUMN_FIRST, COLUMN_LAST, COLUMN_TES, COLUMN_PARAMETERS };

static char *append(char *text, const char *more) {
    char *longer = mem_printf("%s%s", text, more);
    free(text);
    return longer;
}

static char *make_query(const struct schema *schema, const char *table) {
    char *query = mem_printf("select %s, %s, %s, %s", schema->n ? "t.n" : "0",
                             schema->first ? "t.first" : "null", schema->last ? "t.last" : "null",
                             schema->multiecho_tes ? "t.multiecho_tes" : "null");
    for (size_t i = 0; i < ACQDB_PARAMETERS; i++) {
        AUTOFREE char *column = mem_printf(", p.\"%s\"", acqdb_parameters[i]);
        query = append(query, schema->parameter[i] ? column : ", null");
    }
    AUTOFREE char *from = mem_printf(" from %s t join acq_param p on t.param_id = p.rowid", table);
    return append(query, from);
}

static const char *column_text(sqlite3_stmt *row, int column) {
    const char *text = (const char *)sqlite3_column_text(row, column);
    return acqdb_absent(text) || strlen(text) > TEXT_MOST ? NULL : text;
}

/* "null,4.8,38.76" becomes "4.8,38.76": the reference lists what it could not read among the TEs */
static char *without_absent(const char *tes) {
    AUTOFREE char *list = mem_dup(tes ? tes : "");
    char *kept = mem_dup(""), *rest = NULL;
    for (char *te = strtok_r(list, ",", &rest); te; te = strtok_r(NULL, ",", &rest)) {
        te += strspn(te, " ");
        if (!acqdb_absent(te)) {
            kept = append(kept, *kept ? "," : "");
            kept = append(kept, te);
        }
    }
    return kept;
}

static void add_row(sqlite3_stmt *row, struct templates *templates) {
    struct acqdb_template template = {.n = sqlite3_column_int64(row, COLUMN_N),
                                      .first = column_text(row, COLUMN_FIRST),
                                      .last = column_text(row, COLUMN_LAST)};
    const char *all = column_text(row, COLUMN_TES);
    AUTOFREE char *tes = without_absent(all);
    for (int i = 0; i < ACQDB_PARAMETERS; i++) {
        const char *value = column_text(row, COLUMN_PARAMETERS + i);
        bool several = all && strchr(all, ',') && *tes && strcmp(acqdb_parameters[i], "TE") == 0;
        template.values[i] = several ? tes : value;
    }
    templates_add(templates, &template);
}

enum load_outcome load_templates(sqlite3 *db, enum load_counting counting,
                                 struct templates *templates) {
    struct schema schema;
    if (!schema_read(db, &schema)) {
        return LOAD_FAILED;
    }
    bool count = !schema.templates && counting == LOAD_COUNT_IF_MISSING && schema.acq;
    if (!schema.acq_param || (!schema.templates && !count)) {
        return LOAD_NO_TABLE;
    }
    AUTOFREE char *counted = NULL;
    if (count) {
        AUTOFREE char *query = schema_count_query(&schema);
        counted = mem_printf("(%s)", query);
        schema.n = schema.first = schema.last = schema.multiecho_tes = true;
    }
    AUTOFREE char *query = make_query(&schema, counted ? counted : "template_by_count");
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(db, query, -1, &statement, NULL);
    while (result == SQLITE_OK || result == SQLITE_ROW) {
        result = sqlite3_step(statement);
        if (result == SQLITE_ROW && templates_count(templates) < TEMPLATES_MOST) {
            add_row(statement, templates);
        }
    }
    sqlite3_finalize(statement);
    return result != SQLITE_DONE ? LOAD_FAILED : count ? LOAD_COUNTED : LOAD_DONE;
}
