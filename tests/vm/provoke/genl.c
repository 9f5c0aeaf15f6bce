// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends one request to the generic netlink family "oomk", well formed or not,
 * and says what the kernel answers: one line a message,
 *   reply COMMAND BYTES [TYPE:HEX]...
 *   done ERRNO [MESSAGE]      end of a dump
 *   error ERRNO [MESSAGE]     0: acknowledged
 * with "interrupted" before it for NLM_F_DUMP_INTR.
 * It uses no library, so that nothing stands between a bad request and the kernel.
 *
 * genl [-d] [-f N] [-l LENGTH] [-w FILE] COMMAND [ATTRIBUTE]...
 * genl -j GROUP
 *   -d          dump
 *   -f N        the Nth allocation for the request and its answer fails; if there
 *               are not so many, the last line is "nothing failed"
 *   -j GROUP    joins a multicast group and says "joined", or "join error ERRNO"
 *   -l LENGTH   nlmsg_len, instead of the true one
 *   -w FILE     says "waiting" when the request is sent, and waits for FILE before it reads
 *   ATTRIBUTE   TYPE:HEX, or TYPE*N for N bytes of zero
 */
#include <err.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "fail.h"

#define FAMILY "oomk"

static union {
	struct nlmsghdr nlh;
	char bytes[128 * 1024];
} msg;
static int sock;

static void begin(int type, int flags, int command)
{
	struct genlmsghdr *genl = NLMSG_DATA(&msg.nlh);

	memset(&msg, 0, sizeof(msg));
	msg.nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	msg.nlh.nlmsg_type = type;
	msg.nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	genl->cmd = command;
	genl->version = 1;
}

static unsigned char *add(int type, size_t len)
{
	struct nlattr *nla = (void *)(msg.bytes + NLMSG_ALIGN(msg.nlh.nlmsg_len));

	if (msg.nlh.nlmsg_len + NLA_HDRLEN + len + NLA_ALIGNTO > sizeof(msg))
		errx(2, "attribute too long");
	nla->nla_type = type;
	nla->nla_len = NLA_HDRLEN + len;
	msg.nlh.nlmsg_len = NLMSG_ALIGN(msg.nlh.nlmsg_len) + NLA_ALIGN(nla->nla_len);
	return (unsigned char *)nla + NLA_HDRLEN;
}

static void transfer(size_t len)
{
	if (send(sock, &msg, len, 0) < 0)
		err(1, "send");
}

static ssize_t receive(void)
{
	ssize_t len = recv(sock, &msg, sizeof(msg), 0);

	if (len < 0)
		err(1, "recv");
	return len;
}

static const struct nlattr *find(const void *from, size_t len, int type)
{
	const struct nlattr *nla = from;

	while (len >= NLA_HDRLEN && nla->nla_len >= NLA_HDRLEN && nla->nla_len <= len) {
		size_t step = NLA_ALIGN(nla->nla_len);

		if ((nla->nla_type & NLA_TYPE_MASK) == type)
			return nla;
		if (step >= len)
			break;
		len -= step;
		nla = (const void *)((const char *)nla + step);
	}
	return NULL;
}

static const void *payload(const struct nlattr *nla)
{
	return (const char *)nla + NLA_HDRLEN;
}

/* Asks for the family; what it consists of is then in msg. */
static const struct nlattr *family(int type)
{
	const struct nlattr *nla;

	begin(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);
	memcpy(add(CTRL_ATTR_FAMILY_NAME, sizeof(FAMILY)), FAMILY, sizeof(FAMILY));
	transfer(msg.nlh.nlmsg_len);
	receive();
	if (msg.nlh.nlmsg_type != GENL_ID_CTRL)
		errx(1, "no family " FAMILY);
	nla = find((char *)NLMSG_DATA(&msg.nlh) + GENL_HDRLEN,
		   msg.nlh.nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN), type);
	if (!nla)
		errx(1, "the family lacks attribute %d", type);
	return nla;
}

static int family_id(void)
{
	return *(const __u16 *)payload(family(CTRL_ATTR_FAMILY_ID));
}

static int group_id(const char *wanted)
{
	const struct nlattr *groups = family(CTRL_ATTR_MCAST_GROUPS), *group, *name, *id;
	size_t left = groups->nla_len - NLA_HDRLEN;

	/* The groups are numbered from 1. */
	for (int i = 1; (group = find(payload(groups), left, i)); i++) {
		name = find(payload(group), group->nla_len - NLA_HDRLEN, CTRL_ATTR_MCAST_GRP_NAME);
		id = find(payload(group), group->nla_len - NLA_HDRLEN, CTRL_ATTR_MCAST_GRP_ID);
		if (name && id && !strcmp(payload(name), wanted))
			return *(const __u32 *)payload(id);
	}
	errx(1, "no group %s", wanted);
}

static int join(const char *group)
{
	int id = group_id(group);

	if (setsockopt(sock, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &id, sizeof(id)))
		printf("join error %d\n", errno);
	else
		puts("joined");
	return 0;
}

static void add_attribute(const char *text)
{
	char *sep;
	unsigned long type = strtoul(text, &sep, 10);
	unsigned char *data;
	size_t len;

	if (*sep == '*') {
		add(type, strtoul(sep + 1, NULL, 10));
	} else if (*sep == ':') {
		len = strlen(sep + 1) / 2;
		data = add(type, len);
		for (size_t i = 0; i < len; i++)
			if (sscanf(sep + 1 + 2 * i, "%2hhx", &data[i]) != 1)
				errx(2, "bad hex: %s", text);
	} else {
		errx(2, "bad attribute: %s", text);
	}
}

static const char *interrupted(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_flags & NLM_F_DUMP_INTR ? "interrupted " : "";
}

/* Prints the error of NLMSG_ERROR or NLMSG_DONE, and the text of the extended ack. */
static void print_end(const char *what, const struct nlmsghdr *nlh, size_t header)
{
	const struct nlattr *text = NULL;

	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		text = find((const char *)NLMSG_DATA(nlh) + header,
			    nlh->nlmsg_len - NLMSG_LENGTH(header), NLMSGERR_ATTR_MSG);
	printf("%s%s %d", interrupted(nlh), what, -*(const int *)NLMSG_DATA(nlh));
	if (text)
		printf(" %s", (const char *)payload(text));
	putchar('\n');
}

/* Attributes as they can be given in a request; a nest is its bytes. */
static void print_attributes(const struct nlmsghdr *nlh)
{
	const char *at = (const char *)NLMSG_DATA(nlh) + GENL_HDRLEN;
	const char *end = (const char *)nlh + nlh->nlmsg_len;

	while (end - at >= NLA_HDRLEN) {
		const struct nlattr *nla = (const void *)at;
		const unsigned char *data = payload(nla);

		printf(" %d:", nla->nla_type & NLA_TYPE_MASK);
		for (int i = 0; i < nla->nla_len - NLA_HDRLEN; i++)
			printf("%02x", data[i]);
		at += NLA_ALIGN(nla->nla_len);
	}
}

/* Returns whether more messages come. */
static int print_message(const struct nlmsghdr *nlh)
{
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		print_end("error", nlh, sizeof(struct nlmsgerr));
		return 0;
	case NLMSG_DONE:
		print_end("done", nlh, sizeof(int));
		return 0;
	default:
		printf("%sreply %u %u", interrupted(nlh),
		       ((struct genlmsghdr *)NLMSG_DATA(nlh))->cmd, nlh->nlmsg_len);
		print_attributes(nlh);
		putchar('\n');
		return 1;
	}
}

int main(int argc, char **argv)
{
	struct timeval timeout = { .tv_sec = 5 };
	int flags = NLM_F_ACK, on = 1, opt, more = 1, nth = -1, fail = 0;
	unsigned int forced = 0, true_len;
	const char *group = NULL, *awaited = NULL;
	static char printed[1 << 20];

	while ((opt = getopt(argc, argv, "+df:j:l:w:")) != -1) {
		switch (opt) {
		case 'd':
			flags |= NLM_F_DUMP;
			break;
		case 'f':
			fail = atoi(optarg);
			nth = fail_open();
			break;
		case 'j':
			group = optarg;
			break;
		case 'l':
			forced = strtoul(optarg, NULL, 10);
			break;
		case 'w':
			awaited = optarg;
			break;
		default:
			return 2;
		}
	}
	if (optind == argc && !group)
		errx(2, "which command?");

	sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	if (sock < 0)
		err(1, "socket");
	setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(sock, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));

	if (group)
		return join(group);

	begin(family_id(), flags, atoi(argv[optind++]));
	while (optind < argc)
		add_attribute(argv[optind++]);
	true_len = msg.nlh.nlmsg_len;
	if (forced)
		msg.nlh.nlmsg_len = forced;
	if (fail) {
		/* Printing is not to be among what fails. */
		setvbuf(stdout, printed, _IOFBF, sizeof(printed));
		fail_set(nth, fail);
	}
	transfer(true_len);
	if (awaited) {
		puts("waiting");
		fflush(stdout);
		while (access(awaited, F_OK))
			usleep(10000);
	}

	while (more) {
		ssize_t len = receive();
		struct nlmsghdr *nlh = &msg.nlh;

		for (; more && NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len))
			more = print_message(nlh);
	}
	if (fail && !fail_end(nth))
		puts("nothing failed");
	return 0;
}
