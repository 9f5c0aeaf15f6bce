// SPDX-License-Identifier: GPL-2.0-or-later
/* Figures as people read them, and columns. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "oomk.h"
#include "table.h"
#include "units.h"

static void bytes_get_the_fitting_unit(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 4096, "4.0 KiB" },
		{ (1 << 20) - 1, "1.0 MiB" },
		{ 200 << 20, "200.0 MiB" },
		{ 208142336, "198.5 MiB" },
		{ 3ULL << 30, "3.0 GiB" },
		{ 5ULL << 40, "5.0 TiB" },
		{ UINT64_MAX - 1, "16.0 EiB" },
		{ OOMK_NO_LIMIT, "max" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(figure_bytes(cases[i].bytes).text, cases[i].text);
}

static void columns_are_in_mib(void **state)
{
	(void)state;
	assert_string_equal(figure_mib(0).text, "0.0");
	assert_string_equal(figure_mib(208142336).text, "198.5");
	assert_string_equal(figure_mib(OOMK_NO_LIMIT).text, "max");
}

static void spans_have_three_digits(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0 ns" },		 { 999, "999 ns" },
		{ 1000, "1 us" },	 { 35100, "35.1 us" },
		{ 12000000, "12 ms" },	 { 999400000, "999 ms" },
		{ 999600000, "1 s" },	 { 3210000000, "3.21 s" },
		{ 10000000000, "10 s" }, { 86400000000000, "86400 s" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(figure_ns(cases[i].ns).text, cases[i].text);
}

static void time_is_local(void **state)
{
	(void)state;
	setenv("TZ", "UTC-2", 1);
	tzset();
	assert_string_equal(figure_time(1795528641999999999).text, "2026-11-24 15:57:21");
	setenv("TZ", "UTC", 1);
	tzset();
	assert_string_equal(figure_time(1795528641999999999).text, "2026-11-24 13:57:21");
}

static void columns_align_by_characters(void **state)
{
	struct table table;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	table_begin(&table);
	fputs("N\tNAME\tPATH\n", table.cells);
	fputs("1\tgr\xc3\xbcn\t/a\n", table.cells);
	fputs("200\t\t/long/path\n", table.cells);
	table_end(&table, out, "> ", "rll");
	fclose(out);
	assert_string_equal(text, ">   N  NAME  PATH\n"
				  ">   1  gr\xc3\xbcn  /a\n"
				  "> 200        /long/path\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_get_the_fitting_unit),  cmocka_unit_test(columns_are_in_mib),
		cmocka_unit_test(spans_have_three_digits),     cmocka_unit_test(time_is_local),
		cmocka_unit_test(columns_align_by_characters),
	};

	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
