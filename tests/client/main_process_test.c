// SPDX-License-Identifier: GPL-2.0-or-later
/* What became of a container's main process, in all ways in which it may be run. */
#include "check.h"

#include "build.h"
#include "main_process.h"

#define POD "/kubepods/burstable/pod2c48913c-b29f-11e7-9350-020968147796"
#define ID "01234567890abcdef01234567890abcdef01234567890abcdef01234567890ab"
#define OTHER_ID "fedcba98765432100fedcba98765432100fedcba98765432100fedcba9876543"
#define CONTAINER POD "/" ID
#define OTHER POD "/" OTHER_ID
#define LIBPOD "/machine.slice/libpod-" OTHER_ID ".scope"
#define SHIM "/system.slice/containerd.service"

/* Process 1234 is killed, at the limit of @limit or that of its container. */
static void the_main_process_is_told_by_who_was_there_first(void **state)
{
	const uint32_t candidate = OOMK_TASK_FLAGS_CANDIDATE, victim = OOMK_TASK_FLAGS_VICTIM;
	const uint32_t ancestor = OOMK_TASK_FLAGS_ANCESTOR, outside = OOMK_TASK_FLAGS_OUTSIDE;
	const struct {
		const char *situation;
		enum main_process want;
		const char *limit, *id;
		uint32_t flags;
		int more; /* candidates that are not among the tasks */
		struct {
			int64_t pid, ppid, ns_pid;
			uint64_t start_ns;
			uint32_t flags;
			const char *cgroup;
			int64_t skip;
		} tasks[5];
	} cases[] = {
		{ .situation = "the host's pid namespace",
		  .want = MAIN_KILLED,
		  .tasks = { { 1234, 100, 1234, 50, candidate | victim, CONTAINER },
			     { 100, 1, 100, 10, ancestor | outside, NULL } } },
		{ .situation = "the shim's cgroup is known",
		  .want = MAIN_KILLED,
		  .tasks = { { 1234, 100, 1234, 50, candidate | victim, CONTAINER },
			     { 100, 1, 100, 10, ancestor | candidate, SHIM } } },
		{ .situation = "the pod's pid namespace, the limit is the pod's",
		  .want = MAIN_KILLED,
		  .limit = POD,
		  .tasks = { { 1234, 100, 17, 50, candidate | victim, CONTAINER },
			     { 1201, 100, 1, 20, candidate, OTHER },
			     { 1300, 1234, 18, 60, candidate, CONTAINER },
			     { 100, 1, 100, 10, ancestor | outside, NULL } } },
		{ .situation = "a child there",
		  .want = MAIN_LIVES,
		  .tasks = { { 1234, 1200, 1234, 50, candidate | victim, CONTAINER },
			     { 1200, 100, 1200, 20, candidate | ancestor, CONTAINER "/below" },
			     { 100, 1, 100, 10, ancestor | outside, NULL } } },
		{ .situation = "run by kubectl exec, or an orphan",
		  .want = MAIN_LIVES,
		  .tasks = { { 1234, 100, 1234, 50, candidate | victim, CONTAINER },
			     { 1200, 100, 1200, 20, candidate, CONTAINER },
			     { 100, 1, 100, 10, ancestor | outside, NULL } } },
		{ .situation = "both are killed",
		  .want = MAIN_KILLED,
		  .flags = OOMK_EVENT_FLAGS_OOM_GROUP,
		  .tasks = { { 1234, 1200, 1234, 50, candidate | victim, CONTAINER },
			     { 1200, 100, 1200, 20, candidate | victim | ancestor, CONTAINER },
			     { 100, 1, 100, 10, ancestor | outside, NULL } } },
		{ .situation = "perhaps both are killed",
		  .want = MAIN_UNKNOWN,
		  .flags = OOMK_EVENT_FLAGS_OOM_GROUP | OOMK_EVENT_FLAGS_VICTIMS_TRUNCATED,
		  .tasks = { { 1234, 1200, 1234, 50, candidate | victim, CONTAINER },
			     { 1200, 100, 1200, 20, candidate | ancestor, CONTAINER } } },
		{ .situation = "the main process of another container is killed too",
		  .want = MAIN_LIVES,
		  .flags = OOMK_EVENT_FLAGS_OOM_GROUP,
		  .limit = POD,
		  .tasks = { { 1234, 1200, 7, 50, candidate | victim, CONTAINER },
			     { 1200, 100, 1, 20, candidate | ancestor, CONTAINER },
			     { 1201, 100, 1, 20, candidate | victim, OTHER } } },
		{ .situation = "the first of a pid namespace in the container",
		  .want = MAIN_LIVES,
		  .tasks = { { 1234, 1200, 1, 50, candidate | victim, CONTAINER },
			     { 1200, 100, 1, 20, candidate | ancestor, CONTAINER } } },
		{ .situation = "the same, in the host's pid namespace",
		  .want = MAIN_LIVES,
		  .tasks = { { 1234, 1200, 1, 50, candidate | victim, CONTAINER },
			     { 1200, 100, 1200, 20, candidate | ancestor, CONTAINER },
			     { 100, 1, 100, 10, ancestor | outside, NULL } } },
		{ .situation = "the same, at a limit below the main process",
		  .want = MAIN_UNKNOWN,
		  .limit = CONTAINER "/below",
		  .tasks = { { 1234, 1200, 1, 50, candidate | victim, CONTAINER "/below" },
			     { 1200, 1199, 25, 20, ancestor | outside, NULL } } },
		{ .situation = "crun has a cgroup in the container's",
		  .want = MAIN_KILLED,
		  .limit = LIBPOD "/container",
		  .id = OTHER_ID,
		  .tasks = { { 1234, 100, 1234, 50, candidate | victim, LIBPOD "/container" },
			     { 100, 1, 100, 10, ancestor | outside, NULL } } },
		{ .situation = "two from outside are the first of a pid namespace",
		  .want = MAIN_UNKNOWN,
		  .tasks = { { 1234, 100, 1, 50, candidate | victim, CONTAINER },
			     { 1233, 100, 1, 40, candidate, CONTAINER },
			     { 100, 1, 100, 10, ancestor | outside, NULL } } },
		{ .situation = "the main process was killed before, and is not gone yet",
		  .want = MAIN_UNKNOWN,
		  .tasks = { { 1234, 1200, 7, 50, candidate | victim, CONTAINER },
			     { 1200, 100, 1, 20, candidate | ancestor, CONTAINER,
			       OOMK_SKIP_MM_OOM_SKIP },
			     { 100, 1, 100, 10, ancestor | outside, NULL } } },
		{ .situation = "somebody's cgroup is not known",
		  .want = MAIN_UNKNOWN,
		  .tasks = { { 1234, 100, 1234, 50, candidate | victim, CONTAINER },
			     { 1100, 1, 1100, 20, candidate, NULL },
			     { 100, 1, 100, 10, ancestor | outside, NULL } } },
		{ .situation = "the parent is not known",
		  .want = MAIN_UNKNOWN,
		  .tasks = { { 1234, 100, 1234, 50, candidate | victim, CONTAINER } } },
		{ .situation = "the parent's cgroup is not known",
		  .want = MAIN_UNKNOWN,
		  .tasks = { { 1234, 100, 1234, 50, candidate | victim, CONTAINER },
			     { 100, 1, 100, 10, candidate | ancestor, NULL } } },
		{ .situation = "who else was there is not known",
		  .want = MAIN_UNKNOWN,
		  .more = 1,
		  .tasks = { { 1234, 100, 1234, 50, candidate | victim, CONTAINER },
			     { 100, 1, 100, 10, ancestor | outside, NULL } } },
		{ .situation = "at a limit inside the container others are no candidates",
		  .want = MAIN_UNKNOWN,
		  .limit = CONTAINER "/below",
		  .tasks = { { 1234, 100, 1234, 50, candidate | victim, CONTAINER "/below" },
			     { 100, 1, 100, 10, ancestor | outside, NULL } } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fake_event fake = {
			.kind = OOMK_KIND_KILL,
			.constraint = OOMK_CONSTRAINT_MEMCG,
			.flags = cases[i].flags,
			.oom_cgroup_id = 11,
			.oom_cgroup = cases[i].limit ?: CONTAINER,
			.tasks_total = cases[i].more,
		};
		struct node_list tasks = { 0 };
		struct node *event;
		enum main_process got;

		for (size_t j = 0; cases[i].tasks[j].pid; j++) {
			const struct fake_task task = {
				.pid = cases[i].tasks[j].pid,
				.ppid = cases[i].tasks[j].ppid,
				.ns_pid = cases[i].tasks[j].ns_pid,
				.start_ns = cases[i].tasks[j].start_ns,
				.flags = cases[i].tasks[j].flags,
				.cgroup = cases[i].tasks[j].cgroup,
				.skip = cases[i].tasks[j].skip,
			};
			struct nl_msg *msg = nlmsg_alloc_simple(0, 0);

			put_task(msg, &task);
			node_list_add(&tasks, decoded(msg, &spec_task));
			fake.tasks_kept += !!(task.flags & candidate);
		}
		fake.tasks_total += fake.tasks_kept;
		event = event_node(&fake);
		got = main_process(event, &tasks, cases[i].id ?: ID);
		if (got != cases[i].want)
			fail_msg("%s: %d", cases[i].situation, got);
		node_free(event);
		node_list_free(&tasks);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_main_process_is_told_by_who_was_there_first),
	};

	return cmocka_run_group_tests_name("main process", tests, NULL, NULL);
}
