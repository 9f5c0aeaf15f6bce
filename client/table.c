// SPDX-License-Identifier: GPL-2.0-or-later
/* Aligned columns. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "table.h"

/* Characters in @len bytes of UTF-8; good enough for the width on a terminal. */
static int width(const char *text, size_t len)
{
	int n = 0;

	for (size_t i = 0; i < len; i++)
		n += (text[i] & 0xc0) != 0x80;
	return n;
}

void table_begin(struct table *table)
{
	table->cells = open_memstream(&table->buffer, &table->size);
	if (!table->cells)
		out_of_memory();
}

void table_end(struct table *table, FILE *out, const char *indent, const char *align)
{
	size_t columns = strlen(align);
	int *widths = xcalloc(columns, sizeof(*widths));
	size_t column = 0;

	if (fclose(table->cells))
		out_of_memory();

	for (const char *cell = table->buffer; *cell;) {
		size_t len = strcspn(cell, "\t\n");

		if (width(cell, len) > widths[column])
			widths[column] = width(cell, len);
		column = cell[len] == '\n' ? 0 : column + 1;
		cell += len + 1;
	}
	for (const char *cell = table->buffer; *cell;) {
		size_t len = strcspn(cell, "\t\n");
		int pad = widths[column] - width(cell, len);
		bool last = cell[len] == '\n';

		fputs(column ? "  " : indent, out);
		if (align[column] == 'r')
			fprintf(out, "%*s", pad, "");
		fwrite(cell, 1, len, out);
		if (align[column] == 'l' && !last)
			fprintf(out, "%*s", pad, "");
		if (last)
			putc('\n', out);
		column = last ? 0 : column + 1;
		cell += len + 1;
	}
	free(widths);
	free(table->buffer);
}
