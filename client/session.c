// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests, dumps and notifications over generic netlink. Two sockets: replies
 * and notifications never mix, so a dump can be made while notifications wait.
 */
#include <assert.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "session.h"

/*
 * The kernel fills dump messages up to what the reader has offered so far, at
 * most this; one event must fit.
 */
#define MESSAGE_SIZE (32 << 10)

/* What may wait while a burst of kills is being printed. */
#define NOTICES_SIZE (4 << 20)

/* How often an interrupted dump is asked for again. */
#define DUMP_TRIES 10

/* Requests put the event's number under the same attribute in every set. */
static_assert((int)OOMK_A_TASK_SEQ == (int)OOMK_A_EVENT_SEQ, "one seq attribute");
static_assert((int)OOMK_A_CGROUP_SEQ == (int)OOMK_A_EVENT_SEQ, "one seq attribute");

static struct nla_policy family_policy[CTRL_ATTR_MAX + 1] = {
	[CTRL_ATTR_FAMILY_ID] = { .type = NLA_U16 },
	[CTRL_ATTR_FAMILY_NAME] = { .type = NLA_STRING },
	[CTRL_ATTR_MCAST_GROUPS] = { .type = NLA_NESTED },
};

static struct nla_policy group_policy[CTRL_ATTR_MCAST_GRP_MAX + 1] = {
	[CTRL_ATTR_MCAST_GRP_NAME] = { .type = NLA_STRING },
	[CTRL_ATTR_MCAST_GRP_ID] = { .type = NLA_U32 },
};

int session_error(struct session *session, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(session->error, sizeof(session->error), format, args);
	va_end(args);
	return code;
}

static int fail_nl(struct session *session, int code, const char *what)
{
	if (code == -NLE_PERM)
		return session_error(session, code,
				     "%s: not permitted; run it as root (it needs "
				     "CAP_NET_ADMIN in the initial user namespace)",
				     what);
	return session_error(session, code, "%s: %s", what, nl_geterror(code));
}

static int open_socket(struct session *session, struct nl_sock **sock)
{
	int one = 1;
	int err;

	*sock = nl_socket_alloc();
	if (!*sock)
		out_of_memory();
	err = nl_connect(*sock, NETLINK_GENERIC);
	if (err < 0) {
		/* The kernel's word for no memory for a socket too (sock_alloc()). */
		if (errno == ENFILE)
			err = -NLE_NOMEM;
		nl_socket_free(*sock);
		*sock = NULL;
		return fail_nl(session, err, "cannot open a netlink socket");
	}
	/*
	 * The reply ends a request, or NLMSG_DONE does: with the acknowledgment two messages
	 * would have to find room in the socket at once.
	 */
	nl_socket_disable_auto_ack(*sock);
	nl_socket_set_msg_buf_size(*sock, MESSAGE_SIZE);
	nl_socket_enable_msg_peek(*sock);
	/* Without it errors have no words, that is all. */
	setsockopt(nl_socket_get_fd(*sock), SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	return 0;
}

static struct nl_cb *clone_callbacks(struct nl_sock *sock)
{
	struct nl_cb *own = nl_socket_get_cb(sock);
	struct nl_cb *cb = nl_cb_clone(own);

	nl_cb_put(own);
	if (!cb)
		out_of_memory();
	return cb;
}

void session_close(struct session *session)
{
	nl_socket_free(session->requests);
	nl_socket_free(session->notices);
}

int session_fail(struct session *session)
{
	fprintf(stderr, "oomk: %s\n", session->error);
	session_close(session);
	return EXIT_FAILURE;
}

/* What a request has brought so far. */
struct reply {
	struct session *session;
	/* Takes in a message; returns 0 or an error. */
	int (*take)(struct reply *reply, struct nlmsghdr *hdr);
	/* For replies of the module: what they hold, and whom to give it to. */
	const struct spec_set *set;
	void (*each)(void *arg, struct node *node);
	void *arg;
	bool progress; /* a message has arrived since this was last cleared */
	bool finished;
	int err; /* the first failure */
};

/*
 * The reason the kernel gave with an error, for the request at hand: @error
 * is its errno, @tlvs are attributes that may hold a text.
 */
static int fail_kernel(struct session *session, int error, const struct nlattr *tlvs, int len)
{
	const struct nlattr *text = tlvs ? nla_find(tlvs, len, NLMSGERR_ATTR_MSG) : NULL;
	int code = -nl_syserr2nlerr(error);

	if (code == -NLE_PERM)
		return fail_nl(session, code, "the kernel refuses");
	if (text && nla_len(text) > 0)
		return session_error(session, code, "%.*s",
				     (int)strnlen(nla_data(text), nla_len(text)),
				     (char *)nla_data(text));
	return session_error(session, code, "the kernel answers: %s", strerror(abs(error)));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	struct nlmsghdr *hdr = (struct nlmsghdr *)((char *)error - NLMSG_HDRLEN);
	struct reply *reply = arg;
	int offset = sizeof(*error);

	(void)from;
	reply->progress = true;
	reply->finished = true;
	/* The request is quoted in full unless it was capped; the attributes follow. */
	if (!(hdr->nlmsg_flags & NLM_F_CAPPED))
		offset += NLMSG_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (!(hdr->nlmsg_flags & NLM_F_ACK_TLVS) || offset > nlmsg_datalen(hdr))
		offset = nlmsg_datalen(hdr);
	reply->err = fail_kernel(reply->session, error->error,
				 (struct nlattr *)((char *)error + offset),
				 nlmsg_datalen(hdr) - offset);
	return NL_STOP;
}

/* The end of a dump, which may also be its failure. */
static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	struct reply *reply = arg;
	int error = 0;

	reply->progress = true;
	reply->finished = true;
	if (nlmsg_datalen(hdr) >= (int)sizeof(error))
		memcpy(&error, nlmsg_data(hdr), sizeof(error));
	if (error < 0 && !reply->err)
		reply->err = fail_kernel(reply->session, error, nlmsg_attrdata(hdr, sizeof(error)),
					 nlmsg_attrlen(hdr, sizeof(error)));
	return NL_STOP;
}

/* Reads on after a failure, so that the socket is ready for the next request. */
static int on_reply(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	struct reply *reply = arg;

	reply->progress = true;
	reply->finished = !(hdr->nlmsg_flags & NLM_F_MULTI);
	if (!reply->err)
		reply->err = reply->take(reply, hdr);
	return NL_OK;
}

static int receive_reply(struct session *session, struct reply *reply)
{
	struct nl_cb *cb = clone_callbacks(session->requests);
	int err = 0;

	nl_cb_err(cb, NL_CB_CUSTOM, on_error, reply);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, reply);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_reply, reply);

	while (!reply->finished && err >= 0) {
		reply->progress = false;
		err = nl_recvmsgs(session->requests, cb);
		if (err >= 0 && !reply->progress)
			err = -NLE_MSG_TRUNC;
	}
	nl_cb_put(cb);

	if (!reply->finished) {
		/* What is still to come, a dump that goes on above all, is not for the next. */
		nl_socket_free(session->requests);
		session->requests = NULL;
	}
	if (reply->err)
		return reply->err;
	if (err < 0)
		return fail_nl(session, err, "cannot read the kernel's reply");
	return 0;
}

/* A message of command @cmd to the family with this id. */
static struct nl_msg *new_request(int family, int flags, int cmd, int version)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags, cmd, version))
		out_of_memory();
	return msg;
}

/* Sends @msg, frees it, and takes in what comes back. */
static int exchange(struct nl_msg *msg, struct reply *reply)
{
	struct session *session = reply->session;
	int err = session->requests ? 0 : open_socket(session, &session->requests);

	if (!err) {
		err = nl_send_auto(session->requests, msg);
		err = err < 0 ? fail_nl(session, err, "cannot ask the kernel") :
				receive_reply(session, reply);
	}
	nlmsg_free(msg);
	return err;
}

static int take_family(struct reply *reply, struct nlmsghdr *hdr)
{
	struct session *session = reply->session;
	struct nlattr *attrs[CTRL_ATTR_MAX + 1], *group[CTRL_ATTR_MCAST_GRP_MAX + 1];
	struct nlattr *nla;
	int rest;

	if (genlmsg_parse(hdr, 0, attrs, CTRL_ATTR_MAX, family_policy) < 0 ||
	    !attrs[CTRL_ATTR_FAMILY_ID] || !attrs[CTRL_ATTR_MCAST_GROUPS])
		return session_error(session, -NLE_PARSE_ERR,
				     "the kernel's answer about the module cannot be read");
	session->family = nla_get_u16(attrs[CTRL_ATTR_FAMILY_ID]);
	nla_for_each_nested(nla, attrs[CTRL_ATTR_MCAST_GROUPS], rest) {
		if (nla_parse_nested(group, CTRL_ATTR_MCAST_GRP_MAX, nla, group_policy) < 0 ||
		    !group[CTRL_ATTR_MCAST_GRP_NAME] || !group[CTRL_ATTR_MCAST_GRP_ID])
			continue;
		if (nla_strcmp(group[CTRL_ATTR_MCAST_GRP_NAME], OOMK_MCGRP_EVENTS) == 0)
			session->events = (int)nla_get_u32(group[CTRL_ATTR_MCAST_GRP_ID]);
		if (nla_strcmp(group[CTRL_ATTR_MCAST_GRP_NAME], OOMK_MCGRP_PRESSURE) == 0)
			session->pressure = (int)nla_get_u32(group[CTRL_ATTR_MCAST_GRP_ID]);
	}
	return 0;
}

/* Not genl_ctrl_resolve(): it takes any error, a lack of memory too, for an absent family. */
int session_resolve(struct session *session)
{
	struct nl_msg *msg = new_request(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, 1);
	struct reply reply = { .session = session, .take = take_family };
	int err;

	if (nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, OOMK_FAMILY_NAME))
		out_of_memory();
	err = exchange(msg, &reply);
	if (err != -NLE_OBJ_NOTFOUND)
		return err;
	if (access("/sys/module/oomk", F_OK) == 0)
		return session_error(session, err,
				     "the module can only be reached from the "
				     "initial network namespace");
	return session_error(session, err, "the module is not loaded; run 'modprobe oomk'");
}

int session_open(struct session *session)
{
	*session = (struct session){ 0 };
	return session_resolve(session);
}

static struct node *decode(struct session *session, struct nlmsghdr *hdr,
			   const struct spec_set *set)
{
	struct genlmsghdr *genl;
	struct node *node;
	char why[128];

	if (!genlmsg_valid_hdr(hdr, 0)) {
		session_error(session, -NLE_PARSE_ERR, "a message of the module has no header");
		return NULL;
	}
	genl = genlmsg_hdr(hdr);
	node = node_decode(set, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0), why,
			   sizeof(why));
	if (!node)
		session_error(session, -NLE_PARSE_ERR, "a message of the module cannot be read: %s",
			      why);
	return node;
}

static int take_node(struct reply *reply, struct nlmsghdr *hdr)
{
	struct node *node = decode(reply->session, hdr, reply->set);

	if (!node)
		return -NLE_PARSE_ERR;
	reply->each(reply->arg, node);
	return 0;
}

static int request(struct session *session, int cmd, int flags, uint64_t about,
		   const struct spec_set *set, void (*each)(void *arg, struct node *node),
		   void *arg)
{
	struct nl_msg *msg;
	struct reply reply = {
		.session = session,
		.take = take_node,
		.set = set,
		.each = each,
		.arg = arg,
	};
	int attr = cmd == OOMK_CMD_CANDIDATE_GET ? OOMK_A_TASK_CGROUP_ID : OOMK_A_EVENT_SEQ;

	/* To type 0, which is no family's, the kernel would not answer. */
	if (!session->family)
		return session_error(session, -NLE_OBJ_NOTFOUND, "the module was not loaded yet");
	msg = new_request(session->family, flags, cmd, OOMK_FAMILY_VERSION);
	if (about && nla_put_u64(msg, attr, about))
		out_of_memory();
	return exchange(msg, &reply);
}

static void keep(void *arg, struct node *node)
{
	struct node **kept = arg;

	node_free(*kept);
	*kept = node;
}

int session_get(struct session *session, int cmd, uint64_t about, const struct spec_set *set,
		struct node **node)
{
	int err;

	*node = NULL;
	err = request(session, cmd, 0, about, set, keep, node);
	if (!err && !*node)
		err = session_error(session, -NLE_PARSE_ERR, "the module's reply is empty");
	if (err) {
		node_free(*node);
		*node = NULL;
	}
	return err;
}

int session_dump(struct session *session, int cmd, uint64_t about, const struct spec_set *set,
		 void (*each)(void *arg, struct node *node), void *arg)
{
	return request(session, cmd, NLM_F_DUMP, about, set, each, arg);
}

static void append(void *arg, struct node *node)
{
	node_list_add(arg, node);
}

int session_list(struct session *session, int cmd, uint64_t about, const struct spec_set *set,
		 struct node_list *list)
{
	int err = -NLE_DUMP_INTR;

	*list = (struct node_list){ 0 };
	for (int i = 0; i < DUMP_TRIES && err == -NLE_DUMP_INTR; i++) {
		node_list_free(list);
		err = session_dump(session, cmd, about, set, append, list);
	}
	if (err == -NLE_DUMP_INTR)
		session_error(session, err, "events are overwritten faster than they can be read");
	if (err)
		node_list_free(list);
	return err;
}

static int join(struct session *session, int group)
{
	int err = nl_socket_add_membership(session->notices, group);

	return err < 0 ? fail_nl(session, err, "cannot subscribe to notifications") : 0;
}

static int open_notices(struct session *session)
{
	int size = NOTICES_SIZE;
	int err = open_socket(session, &session->notices);

	if (err)
		return err;
	nl_socket_disable_seq_check(session->notices);
	nl_socket_set_nonblocking(session->notices);
	/* The privileged way goes beyond net.core.rmem_max. */
	if (setsockopt(nl_socket_get_fd(session->notices), SOL_SOCKET, SO_RCVBUFFORCE, &size,
		       sizeof(size)))
		nl_socket_set_buffer_size(session->notices, size, 0);
	/* The controller's only group has the controller's own number. */
	return join(session, GENL_ID_CTRL);
}

int session_subscribe(struct session *session, bool pressure)
{
	int err = 0;

	if (!session->notices)
		err = open_notices(session);
	if (!err)
		err = join(session, session->events);
	if (!err && pressure)
		err = join(session, session->pressure);
	return err;
}

struct notice {
	struct session *session;
	const struct session_handler *handler;
	void *arg;
};

static int on_family(struct notice *notice, struct nlmsghdr *hdr)
{
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	int cmd = genlmsg_hdr(hdr)->cmd;

	if ((cmd != CTRL_CMD_NEWFAMILY && cmd != CTRL_CMD_DELFAMILY) ||
	    genlmsg_parse(hdr, 0, attrs, CTRL_ATTR_MAX, family_policy) < 0 ||
	    !attrs[CTRL_ATTR_FAMILY_NAME] ||
	    nla_strcmp(attrs[CTRL_ATTR_FAMILY_NAME], OOMK_FAMILY_NAME))
		return NL_SKIP;
	notice->handler->family(notice->arg);
	return NL_OK;
}

static int on_notice(struct nl_msg *msg, void *arg)
{
	static const struct spec_set *const sets[] = {
		[OOMK_CMD_EVENT_NTF] = &spec_event,
		[OOMK_CMD_OUTCOME_NTF] = &spec_task,
		[OOMK_CMD_PRESSURE_NTF] = &spec_pressure,
	};
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	struct notice *notice = arg;
	struct node *node;
	unsigned int cmd;

	if (!genlmsg_valid_hdr(hdr, 0))
		return NL_SKIP;
	if (hdr->nlmsg_type == GENL_ID_CTRL)
		return on_family(notice, hdr);
	cmd = genlmsg_hdr(hdr)->cmd;
	if (hdr->nlmsg_type != notice->session->family || cmd >= sizeof(sets) / sizeof(sets[0]) ||
	    !sets[cmd])
		return NL_SKIP;

	node = decode(notice->session, hdr, sets[cmd]);
	if (!node)
		return -NLE_PARSE_ERR;
	notice->handler->message(notice->arg, (int)cmd, node);
	node_free(node);
	return NL_OK;
}

int session_receive(struct session *session, const struct session_handler *handler, void *arg)
{
	struct notice notice = { .session = session, .handler = handler, .arg = arg };
	struct nl_cb *cb = clone_callbacks(session->notices);
	int err;

	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_notice, &notice);
	err = nl_recvmsgs(session->notices, cb);
	nl_cb_put(cb);

	if (err >= 0)
		return 1;
	if (err == -NLE_AGAIN)
		return 0;
	if (err == -NLE_MSG_OVERFLOW)
		err = -NLE_NOMEM;
	/* What cannot be read has said why. */
	return err == -NLE_PARSE_ERR ? err : fail_nl(session, err, "cannot receive notifications");
}

int session_fd(const struct session *session)
{
	return nl_socket_get_fd(session->notices);
}
