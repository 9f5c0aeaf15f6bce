// SPDX-License-Identifier: GPL-2.0-or-later
/* What an event comes down to: each cause from the figures that tell it, and what follows. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "print_diagnosis.h"

#define MIB (1LL << 20)
#define PAGES(mib) (256LL * (mib))
#define SECOND 1000000000LL
#define NOW (1000 * SECOND)
#define CONTAINER                                                      \
	"/kubepods/burstable/pod2c48913c-b29f-11e7-9350-020968147796/" \
	"01234567890abcdef01234567890abcdef01234567890abcdef01234567890ab"

static const struct fake_victim chosen = {
	.how = OOMK_HOW_CHOSEN,
	.state = OOMK_STATE_EXITED,
	.killed_ns = NOW,
	.exit_delay_ns = 12000000,
};

static const struct fake_task hog = {
	.pid = 1234,
	.ns_pid = 7,
	.comm = "hog",
	.cgroup = CONTAINER,
	.cgroup_id = 11,
	.start_ns = NOW - 3600 * SECOND,
	.flags = OOMK_TASK_FLAGS_CANDIDATE | OOMK_TASK_FLAGS_CHOSEN | OOMK_TASK_FLAGS_VICTIM,
	.anon = PAGES(198),
	.points = PAGES(199),
	.adj = ZERO,
	.victim = &chosen,
};

static const struct fake_event limit = {
	.seq = 12,
	.kind = OOMK_KIND_KILL,
	.constraint = OOMK_CONSTRAINT_MEMCG,
	.boot_ns = NOW,
	.oom_cgroup_id = 11,
	.oom_cgroup = CONTAINER,
	.oom_cgroup_max = 200 * MIB,
	.total_pages = PAGES(200),
	.charged = 200 * MIB,
	.victims_total = 1,
	.victim = &hog,
};

/* Of the OOM memcg, in MiB. */
struct stat {
	int anon, file, shmem, kernel, slab;
};

static struct node_list tasks, cgroups;
static struct diagnosis diagnosis;

static void add_cgroup(const char *path, uint32_t roles, int current, const struct stat *stat)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);

	nla_put(msg, OOMK_A_CGROUP_PATH, (int)strlen(path), path);
	nla_put_u32(msg, OOMK_A_CGROUP_ROLES, roles);
	nla_put_u64(msg, OOMK_A_CGROUP_MEMORY_CURRENT, (uint64_t)current * MIB);
	if (stat) {
		nla_put_u64(msg, OOMK_A_CGROUP_ANON, (uint64_t)stat->anon * MIB);
		nla_put_u64(msg, OOMK_A_CGROUP_FILE, (uint64_t)stat->file * MIB);
		nla_put_u64(msg, OOMK_A_CGROUP_SHMEM, (uint64_t)stat->shmem * MIB);
		nla_put_u64(msg, OOMK_A_CGROUP_SLAB_RECLAIMABLE, (uint64_t)stat->slab * MIB);
		if (stat->kernel)
			nla_put_u64(msg, OOMK_A_CGROUP_KERNEL, (uint64_t)stat->kernel * MIB);
	}
	node_list_add(&cgroups, decoded(msg, &spec_cgroup));
}

static void add_task(const struct fake_task *task)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);

	put_task(msg, task);
	node_list_add(&tasks, decoded(msg, &spec_task));
}

/* Of hog's container, with a pid namespace of its own. */
static void add_main_process(void)
{
	static const struct fake_task task = {
		.pid = 1200,
		.ns_pid = 1,
		.cgroup = CONTAINER,
		.start_ns = NOW - 3601 * SECOND,
		.flags = OOMK_TASK_FLAGS_CANDIDATE,
	};

	add_task(&task);
}

static void take(const struct fake_event *fake)
{
	struct text text = { .page_size = 4096 };
	struct node *event = event_node(fake);

	diagnose(&diagnosis, &text, event, &tasks, &cgroups);
	node_free(event);
}

static int forget(void **state)
{
	(void)state;
	diagnosis_free(&diagnosis);
	node_list_free(&tasks);
	node_list_free(&cgroups);
	diagnosis = (struct diagnosis){ 0 };
	tasks = (struct node_list){ 0 };
	cgroups = (struct node_list){ 0 };
	return 0;
}

static const struct finding *found(const char *code)
{
	for (size_t i = 0; i < diagnosis.count; i++)
		if (strcmp(diagnosis.findings[i].code, code) == 0)
			return &diagnosis.findings[i];
	return NULL;
}

static void assert_cause(const char *code)
{
	assert_true(diagnosis.count > 0);
	assert_int_equal(diagnosis.findings[0].kind, FINDING_CAUSE);
	assert_string_equal(diagnosis.findings[0].code, code);
}

static void assert_figure(const char *code, const char *key, int64_t value)
{
	const struct finding *finding = found(code);

	assert_non_null(finding);
	for (unsigned int i = 0; i < finding->count; i++)
		if (strcmp(finding->figures[i].key, key) == 0) {
			assert_int_equal(finding->figures[i].value, value);
			return;
		}
	fail_msg("%s has no figure %s", code, key);
}

static void assert_says(const char *code, const char *text)
{
	const struct finding *finding = found(code);

	assert_non_null(finding);
	if (!strstr(finding->text, text))
		fail_msg("%s says: %s", code, finding->text);
}

static void an_old_process_grew(void **state)
{
	static const struct stat stat = { .anon = 198, .file = 1, .kernel = 1 };

	(void)state;
	add_cgroup(CONTAINER, OOMK_ROLES_CHAIN | OOMK_ROLES_OOM, 200, &stat);
	add_task(&hog);
	add_main_process();
	take(&limit);
	assert_cause("growth");
	assert_figure("growth", "limit", 200 * MIB);
	assert_figure("raise_limit", "more_than", 200 * MIB);
	assert_figure("most_points", "points", PAGES(199));
	assert_says("most_points", "there was no other candidate");
	assert_figure("container_lives", "ns_pid", 7);
	assert_says("container_lives", "It was not the container's main process, which was not "
				       "killed: Kubernetes shows nothing unless that ends, too");
	assert_figure("outcome", "exit_delay_ns", 12000000);
}

static void a_young_process_is_a_spike(void **state)
{
	static const struct stat stat = { .anon = 198 };
	struct fake_event event = limit;
	struct fake_task task = hog;

	(void)state;
	task.start_ns = NOW - 3 * SECOND;
	event.victim = &task;
	add_cgroup(CONTAINER, OOMK_ROLES_CHAIN | OOMK_ROLES_OOM, 200, &stat);
	take(&event);
	assert_cause("spike");
	assert_figure("spike", "age_ns", 3 * SECOND);
}

/* The parts of a limit: what is more than half of it is the cause. */
static void most_of_the_memory_is_the_cause(void **state)
{
	static const struct {
		struct stat stat;
		const char *cause, *advice;
	} cases[] = {
		{ { .anon = 60, .file = 130, .shmem = 120 }, "shmem", "bound_tmpfs" },
		{ { .anon = 60, .file = 130, .shmem = 10 }, "page_cache", "write_less" },
		{ { .anon = 60, .kernel = 130 }, "kernel_memory", "fewer_kernel_objects" },
		/* Of a kernel that does not tell the sum. */
		{ { .anon = 60, .slab = 130 }, "kernel_memory", "fewer_kernel_objects" },
		{ { .anon = 110, .file = 80, .shmem = 80 }, "growth", "raise_limit" },
		{ { 0 }, "growth", "raise_limit" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		add_cgroup(CONTAINER, OOMK_ROLES_CHAIN | OOMK_ROLES_OOM, 200, &cases[i].stat);
		take(&limit);
		assert_cause(cases[i].cause);
		assert_non_null(found(cases[i].advice));
		forget(state);
	}
}

static void a_neighbour_held_most_of_the_pods_memory(void **state)
{
	static const struct stat stat = { .anon = 198 };
	struct fake_event event = limit;

	(void)state;
	event.oom_cgroup_id = 10;
	event.oom_cgroup = "/pod";
	add_cgroup(CONTAINER, OOMK_ROLES_CHAIN | OOMK_ROLES_CHILD, 60, NULL);
	add_cgroup("/pod", OOMK_ROLES_CHAIN | OOMK_ROLES_OOM, 200, &stat);
	add_cgroup("/pod/\x1b\n", OOMK_ROLES_CHILD, 140, NULL);
	take(&event);
	assert_cause("sidecar");
	assert_figure("sidecar", "largest", 140 * MIB);
	assert_says("sidecar", "held by /pod/\\x1b\\x0a,");
	assert_says("limit_neighbour", "Give /pod/\\x1b\\x0a a limit");
}

static void long_at_the_limit_is_thrashing(void **state)
{
	static const struct stat stat = { .anon = 198 };
	struct fake_event event = limit;

	(void)state;
	add_cgroup(CONTAINER, OOMK_ROLES_CHAIN | OOMK_ROLES_OOM, 200, &stat);
	event.to_kill_ns = 40 * SECOND;
	event.max_events = 5000;
	take(&event);
	assert_cause("thrashing");
	assert_figure("thrashing", "to_kill_ns", 40 * SECOND);
	assert_figure("thrashing", "max_events", 5000);
	assert_non_null(found("raise_limit"));
}

static void others_and_the_protected_are_named(void **state)
{
	struct fake_task task = hog;

	(void)state;
	add_task(&hog);
	task.flags = OOMK_TASK_FLAGS_CANDIDATE;
	task.victim = NULL;
	for (int i = 1; i <= 6; i++) {
		task.pid = 2000 + i;
		task.points = i;
		add_task(&task);
	}
	task.skip = OOMK_SKIP_OOM_SCORE_ADJ_MIN;
	task.points = 0;
	task.anon = PAGES(10);
	add_task(&task);
	take(&limit);
	assert_says("most_points", "; then come hog[2006] with 6, hog[2005] with 5, "
				   "hog[2004] with 4, hog[2003] with 3");
	assert_null(strstr(found("most_points")->text, "2002"));
	assert_figure("protected", "count", 1);
	assert_figure("protected", "protected", 10 * MIB);
}

/* In a pid namespace of its own. */
static void the_main_process_ends_the_container(void **state)
{
	struct fake_task task = hog;
	struct fake_event event = limit;

	(void)state;
	add_task(&hog);
	task.pid = 1200;
	task.ns_pid = 1;
	task.flags = OOMK_TASK_FLAGS_CANDIDATE | OOMK_TASK_FLAGS_VICTIM;
	add_task(&task);
	event.flags = OOMK_EVENT_FLAGS_OOM_GROUP;
	event.victims_total = 2;
	take(&event);
	assert_figure("oom_group", "victims", 2);
	assert_says("container_ends", "Kubernetes shows exit code 137, and OOMKilled unless");
	assert_null(found("container_lives"));
}

/* It was dying before the event, whoever it is. */
static void a_dying_process_tells_nothing_of_the_container(void **state)
{
	struct fake_event event = limit;
	struct fake_task task = hog;

	(void)state;
	task.ns_pid = 1;
	task.flags &= ~(uint32_t)OOMK_TASK_FLAGS_VICTIM;
	add_task(&task);
	event.kind = OOMK_KIND_DYING;
	event.victim = &task;
	take(&event);
	assert_null(found("container_lives"));
	assert_null(found("container_ends"));
}

static void what_is_no_container_has_no_end(void **state)
{
	struct fake_event event = limit;
	struct fake_task task = hog;

	(void)state;
	task.cgroup = "/system.slice/nginx.service";
	event.victim = &task;
	take(&event);
	assert_null(found("container_lives"));
	assert_null(found("container_ends"));
}

static void other_causes(void **state)
{
	struct fake_event event = limit;

	event.constraint = OOMK_CONSTRAINT_CPUSET;
	event.cpuset_mems = "1";
	take(&event);
	assert_cause("cpuset");
	assert_says("cpuset", "the trigger's cpuset allows (1) ran out");
	assert_non_null(found("widen_nodes"));
	forget(state);

	event.constraint = OOMK_CONSTRAINT_MEMORY_POLICY;
	event.nodemask = "0";
	take(&event);
	assert_cause("memory_policy");
	forget(state);

	event.constraint = -1;
	take(&event);
	assert_cause("unknown");
	forget(state);

	event.kind = OOMK_KIND_PANIC;
	event.constraint = OOMK_CONSTRAINT_NONE;
	event.victim = NULL;
	take(&event);
	assert_cause("host");
	assert_says("no_victim", "The kernel panics, for there is nobody to kill");
	assert_null(found("most_points"));
	forget(state);

	add_task(&hog);
	take(&event);
	assert_says("no_victim", "The kernel panics, for vm.panic_on_oom is set");
}

#define POD(qos, n) "/kubepods" qos "/pod2c48913c-b29f-11e7-9350-02096814779" n
#define ID "01234567890abcdef01234567890abcdef01234567890abcdef0123456789"

/* A candidate of @mib with @adj in @cgroup; no victim. */
static void add_holder(const char *cgroup, int mib, int64_t adj)
{
	const struct fake_task task = {
		.flags = OOMK_TASK_FLAGS_CANDIDATE,
		.cgroup = cgroup,
		.adj_setting = adj,
		.anon = PAGES(mib),
	};

	add_task(&task);
}

/* On a host of 1000 MiB a thousandth is 1 MiB. */
static void who_is_above_its_request_is_named(void **state)
{
	struct fake_event event = limit;

	(void)state;
	event.constraint = OOMK_CONSTRAINT_NONE;
	event.host_total = 1000 * MIB;
	add_holder("/system.slice/sshd.service", 90, ZERO);
	add_holder(POD("", "1") "/" ID "001", 500, -997);
	add_holder(POD("/besteffort", "2") "/" ID "002", 40, 1000);
	/* Up to 101 MiB were requested, for both processes; one raised its oom_score_adj. */
	add_holder(POD("/burstable", "3") "/" ID "003", 80, 1000);
	add_holder(POD("/burstable", "3") "/" ID "003/init", 70, 900);
	add_holder(POD("/burstable", "4") "/" ID "004", 101, 900);
	/* Of these it is not known how much was requested. */
	add_holder(POD("/burstable", "5") "/" ID "005", 990, 3);
	/* The sandboxes of pods. */
	add_holder(POD("/burstable", "3") "/" ID "006", 1, -998);
	add_holder(POD("/besteffort", "2") "/" ID "007", 1, -998);
	take(&event);
	assert_cause("host");
	assert_says("holders", "by processes outside pods 90.0 MiB, by BestEffort pods 41.0 MiB, "
			       "Burstable pods 1.2 GiB, Guaranteed pods 500.0 MiB;");
	assert_figure("above_requests", "containers", 2);
	assert_figure("above_requests", "excess", 89 * MIB);
	assert_says("above_requests",
		    "were: pod UID 2c48913c-b29f-11e7-9350-020968147793, container id 01234567890a "
		    "(150.0 MiB of at most 101.0 MiB), "
		    "pod UID 2c48913c-b29f-11e7-9350-020968147792, container id 01234567890a "
		    "(40.0 MiB, no request); by 89.0 MiB in all");
}

static void without_pods_nobody_has_requests(void **state)
{
	struct fake_event event = limit;

	(void)state;
	event.constraint = OOMK_CONSTRAINT_NONE;
	event.host_total = 1000 * MIB;
	add_holder("/system.slice/sshd.service", 900, 1000);
	take(&event);
	assert_null(found("holders"));
	assert_null(found("above_requests"));
}

static void a_diagnosis_is_printed_by_its_parts(void **state)
{
	struct text text = { .page_size = 4096 };
	struct node *event = event_node(&limit);
	struct json_object *object = json_object_new_object(), *value;
	char *printed;
	size_t size;

	(void)state;
	add_task(&hog);
	add_main_process();
	take(&limit);
	text.out = open_memstream(&printed, &size);
	print_diagnosis(&text, event, &diagnosis);
	fclose(text.out);
	assert_non_null(strstr(printed, "\nCause\n  The limit of 200.0 MiB of pod UID "));
	assert_non_null(strstr(printed, "\nWhy this victim\n  hog[1234] had the most points"));
	assert_non_null(strstr(printed, "\nWhat followed\n  It was not the"));
	assert_non_null(strstr(printed, "\nWhat to do\n  Raise the limit"));
	free(printed);

	json_add_diagnosis(object, &diagnosis);
	assert_true(json_object_object_get_ex(object, "cause", &value));
	assert_string_equal(json_object_get_string(value), "growth");
	assert_true(json_object_object_get_ex(object, "findings", &value));
	assert_int_equal(json_object_array_length(value), diagnosis.count);
	json_object_put(object);
	node_free(event);
}

#define TEST(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	static const struct CMUnitTest tests_of_diagnosis[] = {
		TEST(an_old_process_grew),
		TEST(a_young_process_is_a_spike),
		TEST(most_of_the_memory_is_the_cause),
		TEST(a_neighbour_held_most_of_the_pods_memory),
		TEST(long_at_the_limit_is_thrashing),
		TEST(others_and_the_protected_are_named),
		TEST(the_main_process_ends_the_container),
		TEST(a_dying_process_tells_nothing_of_the_container),
		TEST(what_is_no_container_has_no_end),
		TEST(other_causes),
		TEST(who_is_above_its_request_is_named),
		TEST(without_pods_nobody_has_requests),
		TEST(a_diagnosis_is_printed_by_its_parts),
	};

	return cmocka_run_group_tests_name("diagnosis", tests_of_diagnosis, NULL, NULL);
}
