// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a command whose memory must come from one node.
 *
 * membind NODE COMMAND [ARG...]
 */
#include <err.h>
#include <linux/mempolicy.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned long nodes;

	if (argc < 3)
		errx(2, "which node and command?");
	nodes = 1UL << atoi(argv[1]);
	if (syscall(SYS_set_mempolicy, MPOL_BIND, &nodes, 8 * sizeof(nodes)))
		err(1, "set_mempolicy");
	execvp(argv[2], argv + 2);
	err(1, "%s", argv[2]);
}
