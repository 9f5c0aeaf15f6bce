// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random requests and reads, the same for the same SEED, without a library between them and the
 * kernel. Fails when an answer holds what looks like a kernel pointer, or text that it may not.
 *
 * fuzz netlink FAMILY SEED COUNT   requests to the generic netlink family that are valid, or were
 *                                  once; dumps are read to the end, or abandoned half-way
 * fuzz proc FILE SEED COUNT        reads, preads and seeks; where the file stays the same
 *                                  meanwhile, each gives what stands there
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define COMMANDS 9 /* one more than there are, see module/uapi/oomk.h */
#define FILE_MAX (4 << 20)

/* What can be the address of something in a 64-bit kernel; smaller negative figures are figures. */
#define POINTER_MIN 0xffff800000000000ULL
#define POINTER_MAX 0xffffffffe0000000ULL

static union {
	struct nlmsghdr nlh;
	char bytes[64 * 1024];
} msg;

static struct {
	unsigned long requests, replies, acks, refused, ends, abandoned, unanswered;
} count;

static uint64_t seed;

/* What is offered to the kernel for an answer; for each socket anew. */
static size_t room;

/* xorshift64; below @n */
static unsigned int pick(unsigned int n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 16) % n;
}

static void check_value(const unsigned char *data)
{
	uint64_t value;

	memcpy(&value, data, sizeof(value));
	if (value >= POINTER_MIN && value < POINTER_MAX)
		errx(1, "kernel pointer %#llx in an answer", (unsigned long long)value);
}

static int all_attributes(const unsigned char *data, size_t len)
{
	while (len >= NLA_HDRLEN) {
		const struct nlattr *nla = (const void *)data;
		size_t step = NLA_ALIGN(nla->nla_len);

		if (nla->nla_len < NLA_HDRLEN || step > len)
			return 0;
		data += step;
		len -= step;
	}
	return !len;
}

/* Each payload, those of nests one by one. */
static void check_attributes(const unsigned char *data, size_t len)
{
	while (len >= NLA_HDRLEN) {
		const struct nlattr *nla = (const void *)data;
		const unsigned char *payload = data + NLA_HDRLEN;
		size_t step = NLA_ALIGN(nla->nla_len), size = nla->nla_len - NLA_HDRLEN;

		if (nla->nla_len < NLA_HDRLEN || step > len)
			errx(1, "an answer is cut off");
		if (size > sizeof(uint64_t) && all_attributes(payload, size))
			check_attributes(payload, size);
		else
			for (size_t i = 0; i + sizeof(uint64_t) <= size; i += sizeof(uint64_t))
				check_value(payload + i);
		data += step;
		len -= step;
	}
}

static int connect_kernel(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC), on = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)))
		err(1, "netlink");
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	room = pick(8) ? 8192 : sizeof(msg);
	if (pick(2))
		setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return fd;
}

static void begin(int type, int flags, int command)
{
	struct genlmsghdr *genl = NLMSG_DATA(&msg.nlh);

	memset(&msg, 0, 1024);
	msg.nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	msg.nlh.nlmsg_type = type;
	msg.nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	genl->cmd = command;
	genl->version = 1;
}

static void add(int type, const void *data, size_t len)
{
	struct nlattr *nla = (void *)(msg.bytes + NLMSG_ALIGN(msg.nlh.nlmsg_len));

	nla->nla_type = type;
	nla->nla_len = NLA_HDRLEN + len;
	memcpy((char *)nla + NLA_HDRLEN, data, len);
	msg.nlh.nlmsg_len = NLMSG_ALIGN(msg.nlh.nlmsg_len) + NLA_ALIGN(nla->nla_len);
}

static int family_id(const char *name)
{
	int fd = connect_kernel();
	const struct nlattr *nla;
	ssize_t len;
	char *at;

	begin(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);
	add(CTRL_ATTR_FAMILY_NAME, name, strlen(name) + 1);
	len = send(fd, &msg, msg.nlh.nlmsg_len, 0) < 0 ? -1 : recv(fd, &msg, sizeof(msg), 0);
	close(fd);
	at = (char *)NLMSG_DATA(&msg.nlh) + GENL_HDRLEN;
	while (len > 0 && msg.nlh.nlmsg_type == GENL_ID_CTRL && at < msg.bytes + len) {
		nla = (const void *)at;
		if (nla->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(const __u16 *)(at + NLA_HDRLEN);
		at += NLA_ALIGN(nla->nla_len);
	}
	errx(1, "no family %s", name);
}

/* A request that is valid for many a command, then perhaps spoilt; returns how much to send. */
static size_t make_request(int type)
{
	static const int types[] = { 1, 1, 1, 14, 2, 3, 4, 13, 15, 30, 99, 0 };
	unsigned char data[256];
	unsigned int dump = pick(3) ? NLM_F_DUMP : 0;
	size_t len;

	begin(type, NLM_F_ACK | dump, 1 + pick(COMMANDS));
	for (unsigned int n = pick(8) ? pick(2) : pick(6); n; n--) {
		uint64_t number = pick(4) ? pick(40) : (uint64_t)pick(~0U) << pick(33);
		int attr = pick(3) ? 1 : types[pick(sizeof(types) / sizeof(types[0]))];

		if (!pick(16))
			attr |= pick(2) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
		for (size_t i = 0; i < sizeof(data); i++)
			data[i] = pick(256);
		if (pick(4))
			add(attr, &number, sizeof(number));
		else
			add(attr, data, pick(4) ? pick(16) : pick(sizeof(data)));
	}
	len = NLMSG_ALIGN(msg.nlh.nlmsg_len);
	for (unsigned int n = pick(3) ? 0 : 1 + pick(4); n; n--) {
		unsigned int at = pick(2) ? pick(len) : pick(NLMSG_LENGTH(GENL_HDRLEN));

		/* Not the type: other families have their own fuzzers. */
		if (at == 4 || at == 5)
			continue;
		if (pick(2))
			msg.bytes[at] = pick(256);
		else
			msg.bytes[at] ^= 1 << pick(8);
	}
	if (!pick(32))
		msg.nlh.nlmsg_len = pick(2 * len);
	return pick(32) ? len : 1 + pick(len);
}

/* Returns whether the answer is over. */
static int see(const struct nlmsghdr *nlh)
{
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		if (((const struct nlmsgerr *)NLMSG_DATA(nlh))->error)
			count.refused++;
		else
			count.acks++;
		return 1;
	case NLMSG_DONE:
		count.ends++;
		return 1;
	default:
		count.replies++;
		check_attributes((const unsigned char *)NLMSG_DATA(nlh) + GENL_HDRLEN,
				 nlh->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN));
		return 0;
	}
}

/* Reads what there is to @fd's request, or a part of it. */
static void read_answer(int fd, int part)
{
	int over = 0;

	while (!over && part--) {
		ssize_t len = recv(fd, &msg, room, MSG_DONTWAIT);

		if (len < 0) {
			/* There is none to what the kernel takes for no request. */
			count.unanswered++;
			return;
		}
		for (struct nlmsghdr *nlh = &msg.nlh; !over && NLMSG_OK(nlh, (size_t)len);
		     nlh = NLMSG_NEXT(nlh, len))
			over = see(nlh);
	}
	count.abandoned += !over;
}

static int fuzz_netlink(const char *family, unsigned long requests)
{
	int type = family_id(family), fd = connect_kernel();

	while (count.requests < requests) {
		size_t len = make_request(type);

		count.requests++;
		if (send(fd, &msg, len, 0) < 0 && errno != EMSGSIZE)
			err(1, "send");
		read_answer(fd, pick(8) ? 1000 : (int)pick(3));
		/* What is left of it would be taken for the next one's. */
		if (!pick(16)) {
			close(fd);
			fd = connect_kernel();
		}
		while (recv(fd, &msg, room, MSG_DONTWAIT) > 0)
			;
	}
	close(fd);
	printf("%lu requests: %lu acknowledged, %lu refused, %lu dumps read to the end, "
	       "%lu left half-way, %lu without an answer; %lu replies\n",
	       count.requests, count.acks, count.refused, count.ends, count.abandoned,
	       count.unanswered, count.replies);
	/* Each way was gone. */
	return !(count.acks && count.refused && count.ends && count.abandoned && count.replies);
}

static ssize_t read_all(int fd, char *text)
{
	ssize_t len = 0, n;

	lseek(fd, 0, SEEK_SET);
	while (len < FILE_MAX && (n = read(fd, text + len, FILE_MAX - len)) > 0)
		len += n;
	return len;
}

static void check_text(const char *text, ssize_t len)
{
	for (ssize_t i = 0; i < len; i++)
		if (text[i] != '\n' && (text[i] < ' ' || text[i] > '~'))
			errx(1, "byte %#x in the text", (unsigned char)text[i]);
}

static int fuzz_proc(const char *path, unsigned long reads)
{
	static char before[FILE_MAX], after[FILE_MAX], piece[FILE_MAX];
	unsigned long done = 0, compared = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC), other = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || other < 0)
		err(1, "%s", path);
	while (done < reads) {
		ssize_t len = read_all(other, before), at[32], got[32], kept = 0, n;
		int rounds = 0;

		for (; rounds < 32 && kept < FILE_MAX / 2; rounds++, done++) {
			size_t size = pick(4) ? pick(200) : pick(20000);

			at[rounds] = pick(3) ? lseek(fd, 0, SEEK_CUR) : pick(len + 1000);
			if (pick(2) && lseek(fd, at[rounds], SEEK_SET) == at[rounds])
				got[rounds] = read(fd, piece + kept, size);
			else
				got[rounds] = pread(fd, piece + kept, size, at[rounds]);
			if (got[rounds] < 0)
				err(1, "read of %zu at %zd", size, at[rounds]);
			kept += got[rounds];
		}
		check_text(piece, kept);
		if (read_all(other, after) != len || memcmp(before, after, len))
			continue;
		n = 0;
		for (int i = 0; i < rounds; n += got[i++]) {
			if (got[i] &&
			    (at[i] + got[i] > len || memcmp(before + at[i], piece + n, got[i])))
				errx(1, "%zd bytes at %zd are not those of the file", got[i],
				     at[i]);
			compared++;
		}
	}
	printf("%lu reads, %lu compared with the whole\n", done, compared);
	return !compared;
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	seed = strtoull(argv[3], NULL, 10);
	printf("fuzz %s %s: seed %s\n", argv[1], argv[2], argv[3]);
	fflush(stdout);
	if (!seed)
		errx(2, "the seed is 0");
	if (!strcmp(argv[1], "netlink"))
		return fuzz_netlink(argv[2], strtoul(argv[4], NULL, 10));
	if (!strcmp(argv[1], "proc"))
		return fuzz_proc(argv[2], strtoul(argv[4], NULL, 10));
	return 2;
}
