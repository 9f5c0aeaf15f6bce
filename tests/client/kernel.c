// SPDX-License-Identifier: GPL-2.0-or-later
/* Plays the kernel's part for the client's sockets. */
#include "check.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <netlink/handlers.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "kernel.h"

#define QUEUE 512

/* What waits for a socket: a datagram, or an error when there is no data. */
struct datagram {
	unsigned char *data;
	int len; /* or a negative libnl error */
};

struct queue {
	struct nl_sock *sock;
	struct datagram datagrams[QUEUE];
	unsigned int head, tail;
};

struct kernel kernel;

/* Notifications are dropped: NETLINK_S_CONGESTED. */
static bool congested;

/* Of each socket for requests, and where the present request is answered. */
static struct queue queues[8], *replies;
static struct queue notices;

static void push(struct queue *queue, const void *data, int len)
{
	struct datagram *datagram = &queue->datagrams[queue->tail++];

	assert_true(queue->tail < QUEUE);
	*datagram = (struct datagram){ .len = len };
	if (len > 0) {
		datagram->data = malloc((size_t)len);
		memcpy(datagram->data, data, (size_t)len);
	}
}

static void push_message(struct queue *queue, struct nl_msg *msg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);

	push(queue, hdr, (int)hdr->nlmsg_len);
	nlmsg_free(msg);
}

static void drain(struct queue *queue)
{
	for (; queue->head < queue->tail; queue->head++)
		free(queue->datagrams[queue->head].data);
	*queue = (struct queue){ 0 };
}

void kernel_reset(void)
{
	for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++)
		drain(&queues[i]);
	drain(&notices);
	congested = false;
	kernel = (struct kernel){ .family = 30, .first = 1, .last = 0 };
}

/* Answers to the controller */

static void put_group(struct nl_msg *msg, int index, const char *name, uint32_t id)
{
	struct nlattr *nest = nla_nest_start(msg, index);

	nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME, name);
	nla_put_u32(msg, CTRL_ATTR_MCAST_GRP_ID, id);
	nla_nest_end(msg, nest);
}

static struct nl_msg *family_message(uint32_t seq, int cmd, const char *name, int id)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *groups;

	genlmsg_put(msg, 0, seq, GENL_ID_CTRL, 0, 0, (uint8_t)cmd, 2);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, (uint16_t)id);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, name);
	nla_put_u32(msg, CTRL_ATTR_VERSION, 1);
	nla_put_u32(msg, CTRL_ATTR_HDRSIZE, 0);
	nla_put_u32(msg, CTRL_ATTR_MAXATTR, 0);
	groups = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);
	put_group(msg, 1, OOMK_MCGRP_EVENTS, GROUP_EVENTS);
	put_group(msg, 2, OOMK_MCGRP_PRESSURE, GROUP_PRESSURE);
	nla_nest_end(msg, groups);
	return msg;
}

/* An error (0 is an ack), with the request quoted and a text behind it. */
static void reply_error(const struct nlmsghdr *request, int error, const char *text)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsghdr *hdr =
		nlmsg_put(msg, 0, request->nlmsg_seq, NLMSG_ERROR, 0, text ? NLM_F_ACK_TLVS : 0);

	nlmsg_append(msg, &error, sizeof(error), 0);
	nlmsg_append(msg, (void *)request, request->nlmsg_len, NLMSG_ALIGNTO);
	if (text)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, text);
	assert_non_null(hdr);
	push_message(replies, msg);
}

/* The only reply to a request, and the acknowledgment if it was asked for. */
static void reply_message(const struct nlmsghdr *request, struct nl_msg *msg)
{
	push_message(replies, msg);
	if (request->nlmsg_flags & NLM_F_ACK)
		reply_error(request, 0, NULL);
}

static void serve_controller(struct nlmsghdr *request)
{
	struct nlattr *attr = nlmsg_find_attr(request, GENL_HDRLEN, CTRL_ATTR_FAMILY_NAME);

	assert_int_equal(nla_strcmp(attr, OOMK_FAMILY_NAME), 0);
	if (kernel.family)
		reply_message(request, family_message(request->nlmsg_seq, CTRL_CMD_NEWFAMILY,
						      OOMK_FAMILY_NAME, kernel.family));
	else
		reply_error(request, -ENOENT, NULL);
}

/* Answers of the module */

static struct nl_msg *module_message(uint32_t seq, int flags, int cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, 0, seq, kernel.family, 0, flags, (uint8_t)cmd, 1);
	return msg;
}

static void reply_stats(const struct nlmsghdr *request)
{
	struct nl_msg *msg = module_message(request->nlmsg_seq, 0, OOMK_CMD_STATS_GET);

	nla_put_u64(msg, OOMK_A_STATS_SEEN, kernel.last);
	nla_put_u64(msg, OOMK_A_STATS_OVERWRITTEN, kernel.first - 1);
	nla_put_u64(msg, OOMK_A_STATS_LOST_MISSED, kernel.missed);
	reply_message(request, msg);
}

static struct nl_msg *event_message(uint32_t nlseq, int flags, int cmd, uint64_t seq)
{
	struct fake_event event = { .seq = seq, .kind = OOMK_KIND_KILL, .constraint = 0 };
	struct nl_msg *msg = module_message(nlseq, flags, cmd);

	if (kernel.malformed)
		nla_put_u32(msg, OOMK_A_EVENT_SEQ, (uint32_t)seq);
	else
		put_event(msg, &event);
	kernel.malformed = false;
	return msg;
}

static void reply_event(const struct nlmsghdr *request, uint64_t seq)
{
	struct nl_msg *msg;

	if (seq < kernel.first) {
		reply_error(request, -ESTALE, "the event was overwritten by newer ones");
		return;
	}
	if (seq > kernel.last) {
		reply_error(request, -ENOENT, "there is no event with this seq");
		return;
	}
	msg = event_message(request->nlmsg_seq, 0, OOMK_CMD_EVENT_GET, seq);
	if (kernel.cut_off) {
		push(replies, nlmsg_hdr(msg), (int)nlmsg_hdr(msg)->nlmsg_len - 4);
		kernel.cut_off = false;
		nlmsg_free(msg);
		return;
	}
	reply_message(request, msg);
}

static void reply_done(const struct nlmsghdr *request, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	nlmsg_put(msg, 0, request->nlmsg_seq, NLMSG_DONE, 0,
		  flags | NLM_F_MULTI | (kernel.dump_error ? NLM_F_ACK_TLVS : 0));
	nlmsg_append(msg, &kernel.dump_error, sizeof(kernel.dump_error), NLMSG_ALIGNTO);
	if (kernel.dump_error)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, "the dump failed");
	push_message(replies, msg);
	if (kernel.after_dump)
		kernel_event(kernel.after_dump);
	kernel.after_dump = 0;
}

static void reply_dump(const struct nlmsghdr *request, uint64_t from)
{
	int flags = NLM_F_MULTI;

	for (uint64_t seq = from > kernel.first ? from : kernel.first; seq <= kernel.last; seq++) {
		if (seq == kernel.overwrite_at) {
			kernel.overwrite_at = 0;
			kernel.first = seq + 1;
			flags |= NLM_F_DUMP_INTR;
			continue;
		}
		if (seq == kernel.short_at) {
			kernel.short_at = 0;
			push(replies, NULL, -NLE_NOMEM);
		}
		push_message(replies,
			     event_message(request->nlmsg_seq, flags, OOMK_CMD_EVENT_GET, seq));
	}
	reply_done(request, flags & NLM_F_DUMP_INTR);
}

static void serve_module(struct nlmsghdr *request)
{
	struct nlattr *attr = nlmsg_find_attr(request, GENL_HDRLEN, OOMK_A_EVENT_SEQ);
	uint64_t seq = attr ? nla_get_u64(attr) : 0;

	kernel.requests++;
	if (kernel.unload_in && !--kernel.unload_in) {
		kernel_unload();
		if (kernel.load_as)
			kernel_load(kernel.load_as);
	}
	if (request->nlmsg_type != kernel.family) {
		reply_error(request, -ENOENT, NULL);
		return;
	}
	if (kernel.denied) {
		reply_error(request, -EPERM, NULL);
		return;
	}
	switch (genlmsg_hdr(request)->cmd) {
	case OOMK_CMD_STATS_GET:
		reply_stats(request);
		break;
	case OOMK_CMD_EVENT_GET:
		if (!(request->nlmsg_flags & NLM_F_DUMP)) {
			reply_event(request, seq);
			break;
		}
		kernel.dump_from = seq;
		kernel.dump_flags = request->nlmsg_flags;
		reply_dump(request, seq);
		break;
	case OOMK_CMD_TASK_GET:
	case OOMK_CMD_CGROUP_GET:
		/* Of no event are there any. */
		reply_done(request, 0);
		break;
	default:
		fail_msg("unexpected command %d", genlmsg_hdr(request)->cmd);
	}
}

/* The sockets */

static struct queue *queue_of(const struct nl_sock *sock)
{
	if (sock && sock == notices.sock)
		return &notices;
	for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++)
		if (queues[i].sock == sock)
			return &queues[i];
	return NULL;
}

static int on_send(struct nl_sock *sock, struct nl_msg *msg)
{
	struct nlmsghdr *request = nlmsg_hdr(msg);

	replies = queue_of(sock);
	assert_ptr_not_equal(replies, &notices);
	if (kernel.no_memory) {
		kernel.no_memory--;
		reply_error(request, -ENOMEM, NULL);
	} else if (request->nlmsg_type < NLMSG_MIN_TYPE) {
		/* Not answered, unless an acknowledgment is asked for. */
		return (int)request->nlmsg_len;
	} else if (request->nlmsg_type == GENL_ID_CTRL) {
		serve_controller(request);
	} else {
		serve_module(request);
	}
	return (int)request->nlmsg_len;
}

static int on_receive(struct nl_sock *sock, struct sockaddr_nl *from, unsigned char **data,
		      struct ucred **creds)
{
	struct queue *queue = queue_of(sock);
	struct datagram *datagram = &queue->datagrams[queue->head];

	(void)creds;
	*from = (struct sockaddr_nl){ .nl_family = AF_NETLINK };
	if (queue->head == queue->tail) {
		if (queue != &notices)
			fail_msg("a reply is waited for that will never come");
		return -NLE_AGAIN;
	}
	queue->head++;
	if (queue == &notices && queue->head == queue->tail)
		congested = false;
	*data = datagram->data;
	datagram->data = NULL;
	return datagram->len;
}

int __wrap_nl_connect(struct nl_sock *sock, int protocol)
{
	struct nl_cb *cb = nl_socket_get_cb(sock);
	struct queue *queue = queue_of(sock);

	/* In place of one that was closed, whose replies are read by nobody, or of none. */
	if (!queue)
		queue = queue_of(NULL);
	assert_non_null(queue);
	drain(queue);
	queue->sock = sock;
	assert_int_equal(protocol, NETLINK_GENERIC);
	nl_cb_overwrite_send(cb, on_send);
	nl_cb_overwrite_recv(cb, on_receive);
	nl_cb_put(cb);
	return 0;
}

int __wrap_nl_socket_add_membership(struct nl_sock *sock, int group)
{
	if (!notices.sock)
		drain(queue_of(sock));
	notices.sock = sock;
	assert_true(group == GROUP_NOTIFY || group == GROUP_EVENTS || group == GROUP_PRESSURE);
	kernel.groups++;
	return kernel.denied && group != GROUP_NOTIFY ? -NLE_PERM : 0;
}

/* Notifications */

static void notify(struct nl_msg *msg)
{
	if (congested)
		nlmsg_free(msg);
	else
		push_message(&notices, msg);
}

void kernel_notify_event(uint64_t seq)
{
	notify(event_message(0, 0, OOMK_CMD_EVENT_NTF, seq));
}

void kernel_event(uint64_t seq)
{
	kernel.last = seq;
	kernel_notify_event(seq);
}

void kernel_notify_outcome(uint64_t seq)
{
	struct fake_task task = { .seq = seq, .pid = 1 };
	struct nl_msg *msg = module_message(0, 0, OOMK_CMD_OUTCOME_NTF);

	put_task(msg, &task);
	notify(msg);
}

void kernel_notify_pressure(void)
{
	struct nl_msg *msg = module_message(0, 0, OOMK_CMD_PRESSURE_NTF);

	nla_put_u32(msg, OOMK_A_PRESSURE_KIND, OOMK_PRESSURE_KIND_MEMCG);
	notify(msg);
}

void kernel_notify_garbage(void)
{
	/* Of another family, a command to come, without a header, of another family's coming. */
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, 0, 0, 99, 0, 0, OOMK_CMD_EVENT_NTF, 1);
	nla_put_u64(msg, OOMK_A_EVENT_SEQ, 1000);
	notify(msg);
	notify(module_message(0, 0, 200));
	notify(nlmsg_alloc_simple(kernel.family, 0));
	notify(family_message(0, CTRL_CMD_NEWFAMILY, "other", 98));
	msg = nlmsg_alloc();
	genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, CTRL_CMD_NEWFAMILY, 2);
	notify(msg);
}

void kernel_overrun(void)
{
	struct datagram *first = &notices.datagrams[notices.head];

	congested = kernel_pending();
	push(&notices, NULL, -NLE_NOMEM);
	/* It is told before what waits. */
	memmove(first + 1, first, (notices.tail - notices.head - 1) * sizeof(*first));
	*first = (struct datagram){ .len = -NLE_NOMEM };
}

void kernel_unload(void)
{
	notify(family_message(0, CTRL_CMD_DELFAMILY, OOMK_FAMILY_NAME, kernel.family));
	kernel.family = 0;
	kernel.first = 1;
	kernel.last = 0;
}

void kernel_load(int family)
{
	kernel.family = family;
	notify(family_message(0, CTRL_CMD_NEWFAMILY, OOMK_FAMILY_NAME, family));
}

bool kernel_pending(void)
{
	return notices.head < notices.tail;
}
