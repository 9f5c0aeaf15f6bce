// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What it costs to have all retained events, by the processor's time stamp counter, which counts
 * instructions under tests/vm/run --icount: prints COST MESSAGES BYTES.
 *
 * drain netlink        a dump of EVENT_GET, with nothing between us and the socket
 * drain file PATH      reading a file; messages are reads
 * drain run COMMAND... a program from its start to its end, its output going to /dev/null
 */
#include <err.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

#define EVENT_GET 1

static union {
	struct nlmsghdr nlh;
	char bytes[128 * 1024];
} msg;
static unsigned long messages, bytes;

static void send_request(int sock, int type, int flags, int command, const char *name)
{
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr genl;
		struct nlattr nla;
		char name[8];
	} request = {
		.nlh = { .nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN),
			 .nlmsg_type = type,
			 .nlmsg_flags = NLM_F_REQUEST | flags },
		.genl = { .cmd = command, .version = 1 },
	};

	if (name) {
		request.nla.nla_type = CTRL_ATTR_FAMILY_NAME;
		request.nla.nla_len = NLA_HDRLEN + strlen(name) + 1;
		strcpy(request.name, name);
		request.nlh.nlmsg_len = sizeof(request);
	}
	if (send(sock, &request, request.nlh.nlmsg_len, 0) < 0)
		err(1, "send");
}

static int family(int sock)
{
	const struct nlattr *nla = (void *)(msg.bytes + NLMSG_LENGTH(GENL_HDRLEN));
	ssize_t len;

	send_request(sock, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, "oomk");
	len = recv(sock, &msg, sizeof(msg), 0);
	if (len < 0 || msg.nlh.nlmsg_type != GENL_ID_CTRL)
		errx(1, "no family oomk");
	while ((const char *)nla < msg.bytes + len) {
		if (nla->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(const __u16 *)(nla + 1);
		nla = (const void *)((const char *)nla + NLA_ALIGN(nla->nla_len));
	}
	errx(1, "the family has no id");
}

static void drain_netlink(int sock, int type)
{
	send_request(sock, type, NLM_F_DUMP, EVENT_GET, NULL);
	for (;;) {
		ssize_t len = recv(sock, &msg, sizeof(msg), 0);
		const struct nlmsghdr *nlh = &msg.nlh;

		if (len < 0)
			err(1, "recv");
		for (; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			if (nlh->nlmsg_type == NLMSG_DONE)
				return;
			if (nlh->nlmsg_type != type)
				errx(1, "the dump failed");
			messages++;
			bytes += nlh->nlmsg_len;
		}
	}
}

static void drain_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t len;

	while ((len = read(fd, &msg, sizeof(msg))) > 0) {
		messages++;
		bytes += len;
	}
	if (len < 0)
		err(1, "%s", path);
	close(fd);
}

static void run(char **command)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		execvp(command[0], command);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		errx(1, "%s failed", command[0]);
}

int main(int argc, char **argv)
{
	unsigned long long start;

	if (argc == 2 && !strcmp(argv[1], "netlink")) {
		int sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
		int type = family(sock);

		start = __rdtsc();
		drain_netlink(sock, type);
	} else if (argc == 3 && !strcmp(argv[1], "file")) {
		start = __rdtsc();
		drain_file(argv[2]);
	} else if (argc > 2 && !strcmp(argv[1], "run")) {
		start = __rdtsc();
		run(argv + 2);
	} else {
		errx(2, "what?");
	}
	printf("%llu %lu %lu\n", __rdtsc() - start, messages, bytes);
	return 0;
}
