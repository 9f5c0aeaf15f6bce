// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line, words separated by NUL; the commands themselves do nothing. */
#include <getopt.h>

#include "cmd.h"
#include "fuzz.h"

#define WORDS 16

/* oomk-export is not run. */
int __wrap_execv(const char *path, char *const argv[])
{
	(void)path;
	(void)argv;
	return -1;
}

/* What main() hands over keeps its word. */
static int check_args(const struct cmd_args *args)
{
	if (args->interval > 86400 || (args->cgroup && args->pod) || (args->log && args->since) ||
	    (args->pstore_dir && !args->pstore) || !args->names)
		abort();
	return EXIT_SUCCESS;
}

int cmd_list(const struct cmd_args *args)
{
	return check_args(args);
}

int cmd_show(const struct cmd_args *args)
{
	return check_args(args);
}

int cmd_explain(const struct cmd_args *args)
{
	return check_args(args);
}

int cmd_candidates(const struct cmd_args *args)
{
	return check_args(args);
}

int cmd_watch(const struct cmd_args *args)
{
	return check_args(args);
}

int cmd_stats(const struct cmd_args *args)
{
	return check_args(args);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *words = malloc(size + 1), *argv[WORDS + 1] = { "oomk" };
	int argc = 1, status;

	memcpy(words, data, size);
	words[size] = '\0';
	for (char *word = words; word < words + size && argc < WORDS; word += strlen(word) + 1)
		argv[argc++] = word;
	/* GNU's getopt begins anew. */
	optind = 0;
	status = client_main(argc, argv);
	if (status != EXIT_SUCCESS && status != EXIT_FAILURE && status != EXIT_USAGE)
		abort();
	free(words);
	return 0;
}
