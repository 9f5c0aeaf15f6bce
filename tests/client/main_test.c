// SPDX-License-Identifier: GPL-2.0-or-later
/* Command lines: usage, refusals and exit codes, of the program named by $OOMK. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Runs `oomk ARGUMENTS`; returns its exit status, with all that it printed in @output. */
static int run(const char *arguments, char *output, size_t size)
{
	char command[512];
	FILE *pipe;
	size_t len;
	int status;

	snprintf(command, sizeof(command), "exec 2>&1; \"$OOMK\" %s", arguments);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	len = fread(output, 1, size - 1, pipe);
	output[len] = '\0';
	status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void bad_usage_exits_with_2_and_says_why(void **state)
{
	static const struct {
		const char *arguments, *message;
	} cases[] = {
		{ "", "Usage: oomk COMMAND" },
		{ "frobnicate", "oomk: there is no command 'frobnicate'" },
		{ "--frobnicate", "oomk: there is no command '--frobnicate'" },
		{ "list extra", "oomk: 'extra' is one argument too many" },
		{ "list --frob", "unrecognized option '--frob'" },
		{ "list --since 3", "unrecognized option '--since'" },
		{ "list --json=1", "'--json' doesn't allow an argument" },
		{ "stats 1", "oomk: '1' is one argument too many" },
		{ "show first", "oomk: 'first' is neither a sequence number nor 'last'" },
		{ "show 0", "oomk: '0' is neither" },
		{ "show -- -1", "oomk: '-1' is neither" },
		{ "show +1", "oomk: '+1' is neither" },
		{ "show ' 1'", "oomk: ' 1' is neither" },
		{ "show 1x", "oomk: '1x' is neither" },
		{ "show 0x1", "oomk: '0x1' is neither" },
		{ "show ''", "oomk: '' is neither" },
		{ "show 18446744073709551616", "oomk: '18446744073709551616' is neither" },
		{ "show --pstore 1", "oomk: '1' is one argument too many" },
		{ "list --pstore", "unrecognized option '--pstore'" },
		{ "show 1 2", "oomk: '2' is one argument too many" },
		{ "watch 1", "oomk: '1' is one argument too many" },
		{ "watch --since", "option '--since' requires an argument" },
		{ "watch --since last", "oomk: --since wants a sequence number, not 'last'" },
		{ "watch --since=-1", "oomk: --since wants a sequence number, not '-1'" },
		{ "watch --log f --since 1", "--log goes on where FILE ends: it excludes --since" },
		{ "candidates /pod", "oomk: '/pod' is one argument too many" },
		{ "candidates --cgroup /a --pod b", "oomk: --cgroup and --pod exclude each other" },
		{ "stats --host-root /host", "unrecognized option '--host-root'" },
		{ "candidates --interval 0", "oomk: --interval wants 1 to 86400 seconds, not '0'" },
		{ "candidates --interval 86401", "oomk: --interval wants 1 to 86400 seconds" },
		{ "candidates --interval x", "oomk: --interval wants 1 to 86400 seconds, not 'x'" },
		{ "watch --exec", "option '--exec' requires an argument" },
		{ "export", "oomk: --listen or --textfile is wanted" },
		{ "export --listen 9000 extra", "oomk: 'extra' is one argument too many" },
		{ "export --listen", "option '--listen' requires an argument" },
		{ "export --json", "unrecognized option '--json'" },
	};
	char output[4096];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(run(cases[i].arguments, output, sizeof(output)), 2);
		if (!strstr(output, cases[i].message))
			fail_msg("`oomk %s` printed: %s", cases[i].arguments, output);
	}
}

static void help_and_version_exit_with_0(void **state)
{
	static const struct {
		const char *arguments, *message;
	} cases[] = {
		{ "--help", "Usage: oomk COMMAND" },
		{ "--version", "oomk " OOMK_VERSION "\n" },
		{ "list --help", "Usage: oomk list [--json] [--host-root DIR]\n" },
		{ "show --help", "Usage: oomk show [--json] [--host-root DIR] [--pstore[=DIR] |" },
		{ "watch --help", "Usage: oomk watch [--json] [--host-root DIR]" },
		{ "stats --help", "Usage: oomk stats [--json]\n" },
		{ "export --help", "Usage: oomk export [--host-root DIR] [--listen ADDR:PORT]" },
	};
	char output[4096];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(run(cases[i].arguments, output, sizeof(output)), 0);
		assert_non_null(strstr(output, cases[i].message));
	}
}

static void the_greatest_number_is_accepted(void **state)
{
	char output[4096];

	(void)state;
	/* Whether the module is there or not: it is no usage error. */
	assert_int_equal(run("show 18446744073709551615", output, sizeof(output)), 1);
}

static void output_that_cannot_be_written_is_a_failure(void **state)
{
	char output[4096];

	(void)state;
	assert_int_equal(run("--help > /dev/full", output, sizeof(output)), 1);
	assert_string_equal(output, "oomk: cannot write to standard output\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_usage_exits_with_2_and_says_why),
		cmocka_unit_test(help_and_version_exit_with_0),
		cmocka_unit_test(the_greatest_number_is_accepted),
		cmocka_unit_test(output_that_cannot_be_written_is_a_failure),
	};

	return cmocka_run_group_tests_name("main", tests, NULL, NULL);
}
