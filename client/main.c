// SPDX-License-Identifier: GPL-2.0-or-later
/* oomk: the table of subcommands and their command lines. */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "cmd.h"
#include "export/usage.h"
#include "workload_names.h"

#define DAY 86400 /* seconds */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct command {
	const char *name;
	const char *arguments;
	const char *help;
	const struct option *options;
	bool takes_seq;
	const char *program; /* that does it and parses its options, beside this one */
	int (*run)(const struct cmd_args *args);
};

static const struct option stats_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static const struct option events_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ "host-root", required_argument, NULL, 'r' },
	{ 0 },
};

static const struct option show_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ "host-root", required_argument, NULL, 'r' },
	{ "pstore", optional_argument, NULL, 'P' },
	{ 0 },
};

static const struct option watch_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ "host-root", required_argument, NULL, 'r' },
	{ "since", required_argument, NULL, 's' },
	{ "exec", required_argument, NULL, 'e' },
	{ "journal", no_argument, NULL, 'J' },
	{ "log", required_argument, NULL, 'l' },
	{ 0 },
};

static const struct option candidates_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ "host-root", required_argument, NULL, 'r' },
	{ "cgroup", required_argument, NULL, 'c' },
	{ "pod", required_argument, NULL, 'p' },
	{ "interval", required_argument, NULL, 'i' },
	{ 0 },
};

static const struct command commands[] = {
	{
		.name = "list",
		.arguments = "[--json] [--host-root DIR]",
		.help = "list the recorded events, one a line",
		.options = events_options,
		.run = cmd_list,
	},
	{
		.name = "show",
		.arguments = "[--json] [--host-root DIR] [--pstore[=DIR] | SEQ|last]",
		.help = "print all that is known of event SEQ, of the last one, or of past panics",
		.options = show_options,
		.takes_seq = true,
		.run = cmd_show,
	},
	{
		.name = "explain",
		.arguments = "[--json] [--host-root DIR] [SEQ|last]",
		.help = "say why event SEQ, or the last one, came about, and what to do",
		.options = events_options,
		.takes_seq = true,
		.run = cmd_explain,
	},
	{
		.name = "candidates",
		.arguments =
			"[--json] [--host-root DIR] [--cgroup PATH] [--pod [NAMESPACE/]POD] [--interval SECONDS]",
		.help = "print whom the OOM killer would choose now, in a cgroup or pod",
		.options = candidates_options,
		.run = cmd_candidates,
	},
	{
		.name = "watch",
		.arguments =
			"[--json] [--host-root DIR] [--since SEQ] [--exec CMD] [--journal] [--log FILE]",
		.help = "print events as they happen, keep them, report them, run CMD for each",
		.options = watch_options,
		.run = cmd_watch,
	},
	{
		.name = "export",
		.arguments = EXPORT_ARGUMENTS,
		.help = EXPORT_HELP,
		.program = EXPORT_PROGRAM,
	},
	{
		.name = "stats",
		.arguments = "[--json]",
		.help = "print the state of the module",
		.options = stats_options,
		.run = cmd_stats,
	},
};

static void print_usage(FILE *out)
{
	fputs("Usage: oomk COMMAND [OPTION...]\n\nExplains the kills of the Linux OOM killer.\n\n",
	      out);
	for (size_t i = 0; i < COUNT(commands); i++)
		fprintf(out, "  oomk %s %s\n          %s\n", commands[i].name,
			commands[i].arguments, commands[i].help);
	fputs("  oomk --help | --version\n\n--json prints one JSON object a line. See oomk(8).\n",
	      out);
}

static void print_command_usage(FILE *out, const struct command *command)
{
	fprintf(out, "Usage: oomk %s %s\n  %s\n", command->name, command->arguments, command->help);
}

static int usage_error(const struct command *command)
{
	print_command_usage(stderr, command);
	return EXIT_USAGE;
}

/* Decimal digits and nothing else. */
static bool parse_number(const char *text, uint64_t *number)
{
	*number = 0;
	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || __builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, (uint64_t)(*text - '0'), number))
			return false;
	}
	return true;
}

/* "last" is 0. */
static bool parse_event(const char *text, uint64_t *seq)
{
	if (strcmp(text, "last") == 0) {
		*seq = 0;
		return true;
	}
	return parse_number(text, seq) && *seq > 0;
}

static int run_command(const struct command *command, int argc, char **argv)
{
	struct cmd_args args = { 0 };
	const char *root = "", *warning;
	uint64_t since, interval;
	int option, status;

	while ((option = getopt_long(argc, argv, "", command->options, NULL)) != -1) {
		switch (option) {
		case 'j':
			args.json = true;
			break;
		case 'h':
			print_command_usage(stdout, command);
			return EXIT_SUCCESS;
		case 's':
			if (!parse_number(optarg, &since)) {
				fprintf(stderr, "oomk: --since wants a sequence number, not '%s'\n",
					optarg);
				return EXIT_USAGE;
			}
			args.since = &since;
			break;
		case 'e':
			args.exec = optarg;
			break;
		case 'J':
			args.journal = true;
			break;
		case 'l':
			args.log = optarg;
			break;
		case 'r':
			root = optarg;
			break;
		case 'c':
			args.cgroup = optarg;
			break;
		case 'p':
			args.pod = optarg;
			break;
		case 'P':
			args.pstore = true;
			args.pstore_dir = optarg;
			break;
		case 'i':
			if (!parse_number(optarg, &interval) || !interval || interval > DAY) {
				fprintf(stderr,
					"oomk: --interval wants 1 to %d seconds, not '%s'\n", DAY,
					optarg);
				return EXIT_USAGE;
			}
			args.interval = (unsigned int)interval;
			break;
		default:
			return usage_error(command);
		}
	}
	if (command->takes_seq && !args.pstore && optind < argc) {
		if (!parse_event(argv[optind], &args.seq)) {
			fprintf(stderr, "oomk: '%s' is neither a sequence number nor 'last'\n",
				argv[optind]);
			return EXIT_USAGE;
		}
		optind++;
	}
	if (optind < argc) {
		fprintf(stderr, "oomk: '%s' is one argument too many\n", argv[optind]);
		return usage_error(command);
	}
	if (args.cgroup && args.pod) {
		fputs("oomk: --cgroup and --pod exclude each other\n", stderr);
		return EXIT_USAGE;
	}
	if (args.log && args.since) {
		fputs("oomk: --log goes on where FILE ends: it excludes --since\n", stderr);
		return EXIT_USAGE;
	}
	args.names = workload_names_new(root);
	status = command->run(&args);
	warning = workload_names_warning(args.names);
	if (warning)
		fprintf(stderr, "oomk: %s\n", warning);
	workload_names_free(args.names);
	return status;
}

/* Becomes a program in the directory of this one; returns when it cannot. */
static int run_program(const char *name, char **argv)
{
	char *self = realpath("/proc/self/exe", NULL), *path;

	if (!self) {
		perror("oomk: /proc/self/exe");
		return EXIT_FAILURE;
	}
	if (asprintf(&path, "%s/%s", dirname(self), name) < 0)
		out_of_memory();
	execv(path, argv);
	fprintf(stderr, "oomk: cannot run %s: %s\n", path, strerror(errno));
	free(path);
	free(self);
	return EXIT_FAILURE;
}

/* A report that did not reach its reader is a failure too. */
static int finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fputs("oomk: cannot write to standard output\n", stderr);
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		print_usage(stdout);
		return finish(EXIT_SUCCESS);
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		puts("oomk " OOMK_VERSION);
		return finish(EXIT_SUCCESS);
	}
	for (size_t i = 0; argc > 1 && i < COUNT(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0) {
			/* getopt's messages begin with the program's name. */
			argv[1] = argv[0];
			if (commands[i].program)
				return run_program(commands[i].program, argv + 1);
			return finish(run_command(&commands[i], argc - 1, argv + 1));
		}
	if (argc > 1)
		fprintf(stderr, "oomk: there is no command '%s'\n", argv[1]);
	print_usage(stderr);
	return EXIT_USAGE;
}
