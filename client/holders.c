// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who held the host's memory, by what Kubernetes promised them. The kubelet writes the promise
 * into oom_score_adj (GetContainerOOMScoreAdjust() in its pkg/kubelet/qos/policy.go): 1000 for
 * BestEffort, -997 for Guaranteed, else what the memory that was not requested is in thousandths
 * of the node's, from 2 or 3 to 999.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "facts.h"
#include "units.h"
#include "workload.h"

#define ADJ_BESTEFFORT 1000
#define ADJ_SANDBOX (-998)
#define ADJ_LEAST 3 /* stands for larger requests, too */

/* Containers above their requests that are named. */
#define NAMED 5

enum qos {
	QOS_OUTSIDE,
	QOS_BESTEFFORT,
	QOS_BURSTABLE,
	QOS_GUARANTEED,
	QOS_CLASSES,
};

/* The processes of a container. */
struct holder {
	struct workload workload;
	enum qos qos;
	uint64_t held;	 /* resident (bytes) */
	int64_t adj;	 /* the lowest: a process may only raise its own */
	uint64_t excess; /* above the request (bytes) */
};

struct holders {
	struct holder *list;
	size_t count;
	uint64_t held[QOS_CLASSES];
};

static enum qos qos_of(const struct workload *workload)
{
	static const char *const names[QOS_CLASSES] = { "", "besteffort", "burstable",
							"guaranteed" };

	for (int i = QOS_BESTEFFORT; workload->qos && i < QOS_CLASSES; i++)
		if (strcmp(workload->qos, names[i]) == 0)
			return (enum qos)i;
	return QOS_OUTSIDE;
}

static struct holder *get_holder(struct holders *holders, const struct workload *workload)
{
	struct holder *holder;

	for (size_t i = 0; i < holders->count; i++) {
		holder = &holders->list[i];
		if (!strcmp(holder->workload.pod_uid, workload->pod_uid) &&
		    !strcmp(holder->workload.container_id, workload->container_id))
			return holder;
	}
	holders->list = xreallocarray(holders->list, holders->count + 1, sizeof(*holders->list));
	holder = &holders->list[holders->count++];
	*holder = (struct holder){
		.workload = *workload,
		.qos = qos_of(workload),
		.adj = ADJ_BESTEFFORT,
	};
	return holder;
}

static void add_task(struct holders *holders, const struct facts *facts, const struct node *task)
{
	const struct bytes *path = node_bytes(task, OOMK_A_TASK_CGROUP);
	uint64_t held = task_resident(&facts->text, task);
	int64_t adj = node_s64(task, OOMK_A_TASK_OOM_SCORE_ADJ);
	struct workload workload;
	struct holder *holder;

	workload_find(&workload, path ? *path : (struct bytes){ 0 });
	holders->held[qos_of(&workload)] += held;
	if (workload.kind != WORKLOAD_KUBERNETES)
		return;
	holder = get_holder(holders, &workload);
	holder->held += held;
	if (adj < holder->adj)
		holder->adj = adj;
}

/* At most what was requested (bytes), as the kubelet rounds down to thousandths of @total. */
static uint64_t request_of(const struct holder *holder, uint64_t total)
{
	return (uint64_t)(ADJ_BESTEFFORT - holder->adj + 1) * (total / 1000);
}

/* By how much it is above its request for certain; a Guaranteed one has a limit there. */
static uint64_t excess_of(const struct holder *holder, uint64_t total)
{
	uint64_t request;

	/* The sandbox of a pod is none of its containers. */
	if (holder->adj == ADJ_SANDBOX)
		return 0;
	if (holder->qos == QOS_BESTEFFORT)
		return holder->held;
	if (holder->qos != QOS_BURSTABLE || holder->adj <= ADJ_LEAST)
		return 0;
	request = request_of(holder, total);
	return holder->held > request ? holder->held - request : 0;
}

static int by_excess(const void *a, const void *b)
{
	uint64_t x = ((const struct holder *)a)->excess, y = ((const struct holder *)b)->excess;

	return (x < y) - (x > y);
}

static void name_holder(struct facts *facts, const struct holder *holder, uint64_t total)
{
	FILE *out = facts->text.out;

	text_cgroup(&facts->text, holder->workload.path);
	fprintf(out, " (%s", figure_bytes(holder->held).text);
	if (holder->qos == QOS_BURSTABLE)
		fprintf(out, " of at most %s)", figure_bytes(request_of(holder, total)).text);
	else
		fputs(", no request)", out);
}

static void find_excess(struct facts *facts, struct holders *holders)
{
	const struct node *host = node_nest(facts->event, OOMK_A_EVENT_HOST, 0);
	uint64_t total = node_u64(host, OOMK_A_HOST_TOTAL), excess = 0;
	size_t count = 0;
	FILE *out;

	if (!total)
		return;
	for (size_t i = 0; i < holders->count; i++) {
		struct holder *holder = &holders->list[i];

		holder->excess = excess_of(holder, total);
		excess += holder->excess;
		count += holder->excess != 0;
	}
	if (!count)
		return;
	qsort(holders->list, holders->count, sizeof(*holders->list), by_excess);
	out = finding_begin(facts, FINDING_CAUSE, "above_requests");
	finding_figure(facts, "containers", (int64_t)count);
	fputs("Above their requests, as far as oom_score_adj tells these, were: ", out);
	for (size_t i = 0; i < count && i < NAMED; i++) {
		fputs(i ? ", " : "", out);
		name_holder(facts, &holders->list[i], total);
	}
	if (count > NAMED)
		fprintf(out, " and %zu more", count - NAMED);
	fputs("; by ", out);
	finding_bytes(facts, "excess", excess);
	fputs(" in all", out);
}

static void find_classes(struct facts *facts, const struct holders *holders)
{
	static const char *const keys[QOS_CLASSES] = { "outside_pods", "besteffort", "burstable",
						       "guaranteed" };
	static const char *const words[QOS_CLASSES] = { "outside pods ", ", by BestEffort pods ",
							", Burstable pods ", ", Guaranteed pods " };
	FILE *out = finding_begin(facts, FINDING_CAUSE, "holders");

	fputs("Memory was held by processes ", out);
	for (int i = 0; i < QOS_CLASSES; i++) {
		fputs(words[i], out);
		finding_bytes(facts, keys[i], holders->held[i]);
	}
	fputs("; the kernel takes BestEffort pods first (oom_score_adj 1000), then Burstable ones "
	      "(2 to 999, the lower the larger the request), Guaranteed ones last (-997)",
	      out);
}

void find_holders(struct facts *facts)
{
	struct holders holders = { 0 };

	for (size_t i = 0; i < facts->tasks->count; i++)
		if (node_u64(facts->tasks->nodes[i], OOMK_A_TASK_FLAGS) & OOMK_TASK_FLAGS_CANDIDATE)
			add_task(&holders, facts, facts->tasks->nodes[i]);
	if (holders.held[QOS_BESTEFFORT] + holders.held[QOS_BURSTABLE] +
	    holders.held[QOS_GUARANTEED]) {
		find_classes(facts, &holders);
		find_excess(facts, &holders);
	}
	free(holders.list);
}
