// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a command with less privilege.
 *
 * drop [-u UID] [-c CAPABILITY_NUMBER]... COMMAND [ARG...]
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	uid_t uid = 0;
	int opt;

	while ((opt = getopt(argc, argv, "+c:u:")) != -1) {
		switch (opt) {
		case 'c':
			/* root gets at exec what the bounding set leaves. */
			if (prctl(PR_CAPBSET_DROP, atoi(optarg)))
				err(1, "capability %s", optarg);
			break;
		case 'u':
			uid = atoi(optarg);
			break;
		default:
			return 2;
		}
	}
	if (optind == argc)
		errx(2, "which command?");
	if (uid && (setresgid(uid, uid, uid) || setresuid(uid, uid, uid)))
		err(1, "uid %u", uid);
	execvp(argv[optind], argv + optind);
	err(1, "%s", argv[optind]);
}
