// SPDX-License-Identifier: GPL-2.0-or-later
/* Hostile names. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"

static void assert_escaped(const char *name, size_t len, const char *expected)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	escape_write(out, (const unsigned char *)name, len);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

#define ESCAPED(name, expected) assert_escaped(name, sizeof(name) - 1, expected)

static void printable_text_stays(void **state)
{
	(void)state;
	ESCAPED("", "");
	ESCAPED("stress-ng-vm", "stress-ng-vm");
	ESCAPED("a b \"c\" 'd' $e `f`", "a b \"c\" 'd' $e `f`");
	ESCAPED("gr\xc3\xbc\xc3\x9f \xe4\xb8\xad \xf0\x9f\x90\xa7",
		"gr\xc3\xbc\xc3\x9f \xe4\xb8\xad \xf0\x9f\x90\xa7");
}

static void control_characters_become_hex(void **state)
{
	(void)state;
	ESCAPED("a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd");
	ESCAPED("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m");
	ESCAPED("nul\0del\x7f", "nul\\x00del\\x7f");
	/* C1: a terminal may take U+009B for ESC [. */
	ESCAPED("\302\23331m", "\\xc2\\x9b31m");
}

static void a_backslash_cannot_fake_an_escape(void **state)
{
	(void)state;
	ESCAPED("\\x1b", "\\\\x1b");
}

static void invalid_utf8_becomes_hex(void **state)
{
	(void)state;
	ESCAPED("\xff\xfe", "\\xff\\xfe");
	ESCAPED("cut \xe4\xb8", "cut \\xe4\\xb8");
	ESCAPED("\x80 alone", "\\x80 alone");
	ESCAPED("\xc0\xaf overlong", "\\xc0\\xaf overlong");
	ESCAPED("\xe0\x80\x8a overlong", "\\xe0\\x80\\x8a overlong");
	ESCAPED("\xed\xa0\x80 surrogate", "\\xed\\xa0\\x80 surrogate");
	ESCAPED("\xf4\x90\x80\x80 beyond", "\\xf4\\x90\\x80\\x80 beyond");
	ESCAPED("\xf8\x88\x80\x80\x80 five", "\\xf8\\x88\\x80\\x80\\x80 five");
	/* The byte after a broken sequence is not swallowed. */
	ESCAPED("\xe4\n", "\\xe4\\x0a");
}

static void invisible_and_turning_characters_become_hex(void **state)
{
	(void)state;
	ESCAPED("a\xe2\x80\xaez", "a\\xe2\\x80\\xaez");	       /* U+202E override */
	ESCAPED("a\xe2\x81\xa6z", "a\\xe2\\x81\\xa6z");	       /* U+2066 isolate */
	ESCAPED("a\xe2\x80\x8bz", "a\\xe2\\x80\\x8bz");	       /* U+200B zero width */
	ESCAPED("a\xe2\x80\xa8z", "a\\xe2\\x80\\xa8z");	       /* U+2028 line separator */
	ESCAPED("a\xef\xbb\xbfz", "a\\xef\\xbb\\xbfz");	       /* U+FEFF */
	ESCAPED("a\xf3\xa0\x81\x81", "a\\xf3\\xa0\\x81\\x81"); /* U+E0041 tag */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printable_text_stays),
		cmocka_unit_test(control_characters_become_hex),
		cmocka_unit_test(a_backslash_cannot_fake_an_escape),
		cmocka_unit_test(invalid_utf8_becomes_hex),
		cmocka_unit_test(invisible_and_turning_characters_become_hex),
	};

	return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
