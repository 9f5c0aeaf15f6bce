/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Aligned columns. Cells are written to @cells one after the other, each ended
 * by a tab, a row by a newline instead; escaped names hold neither.
 */
#ifndef OOMK_TABLE_H
#define OOMK_TABLE_H

#include <stddef.h>
#include <stdio.h>

struct table {
	FILE *cells;
	char *buffer;
	size_t size;
};

void table_begin(struct table *table);

/*
 * Writes the rows to @out and frees the table. @align has a letter for each
 * column, 'l' or 'r'; @indent is put before each row.
 */
void table_end(struct table *table, FILE *out, const char *indent, const char *align);

#endif /* OOMK_TABLE_H */
