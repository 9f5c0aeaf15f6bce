// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a command with less privilege.
 *
 * drop [-u UID] [-c CAPABILITY_NUMBER]... [-k [CAPABILITY_NUMBER,...]] COMMAND [ARG...]
 *   -c   without this capability
 *   -k   with these capabilities alone, also as another user
 */
#define _GNU_SOURCE
#include <err.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* root gets at exec what the bounding set leaves. */
static void drop_bound(int capability)
{
	if (prctl(PR_CAPBSET_DROP, capability))
		err(1, "capability %d", capability);
}

static uint64_t parse(char *list)
{
	uint64_t caps = 0;

	for (char *word = strtok(list, ","); word; word = strtok(NULL, ","))
		caps |= 1ULL << atoi(word);
	return caps;
}

static void set(uint64_t caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ (uint32_t)caps, (uint32_t)caps, (uint32_t)caps },
		{ caps >> 32, caps >> 32, caps >> 32 },
	};

	if (syscall(SYS_capset, &header, data))
		err(1, "capset");
	for (int i = 0; i < 64; i++)
		if (caps >> i & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0))
			err(1, "ambient capability %d", i);
}

int main(int argc, char **argv)
{
	uint64_t caps = 0;
	uid_t uid = 0;
	int opt, keep = 0;

	while ((opt = getopt(argc, argv, "+c:k:u:")) != -1) {
		switch (opt) {
		case 'c':
			drop_bound(atoi(optarg));
			break;
		case 'k':
			keep = 1;
			caps = parse(optarg);
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
	if (keep) {
		for (int i = 0; prctl(PR_CAPBSET_READ, i) >= 0; i++)
			if (!(caps >> i & 1))
				drop_bound(i);
		prctl(PR_SET_KEEPCAPS, 1);
	}
	if (uid && (setresgid(uid, uid, uid) || setresuid(uid, uid, uid)))
		err(1, "uid %u", uid);
	if (keep)
		set(caps);
	execvp(argv[optind], argv + optind);
	err(1, "%s", argv[optind]);
}
