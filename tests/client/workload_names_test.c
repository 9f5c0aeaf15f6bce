// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of pods: what the kubelet leaves in /var/log, what it does not, and what others might. */
#include "check.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "workload_names.h"

#define ID "01234567890abcdef01234567890abcdef01234567890abcdef01234567890ab"
#define ID2 "fedcba98765432100fedcba98765432100fedcba98765432100fedcba9876543"
#define UID "2c48913c-b29f-11e7-9350-020968147796"
#define HASH "99dcb84d2a34f7e338778606703258c4"

#define POD "/kubepods/burstable/pod" UID
#define CONTAINER POD "/" ID

#define MANY 5000

static char root[64];
static struct workload_names *names;

/* Makes ROOT/var/log/PATH; what is above it is there. */
static void make_directory(const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s/var/log/%s", root, path);
	assert_int_equal(mkdir(full, 0700), 0);
}

/* As the kubelet does it: a link to the log, which itself links to the runtime's. */
static void make_link(const char *name, const char *target)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s/var/log/%s", root, name);
	assert_int_equal(symlink(target, full), 0);
}

static int drop_file(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void drop(const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", root, path);
	nftw(full, drop_file, 16, FTW_DEPTH | FTW_PHYS);
}

static int set_up(void **state)
{
	char full[PATH_MAX];

	(void)state;
	strcpy(root, "/tmp/oomk-names-test-XXXXXX");
	assert_non_null(mkdtemp(root));
	snprintf(full, sizeof(full), "%s/var", root);
	assert_int_equal(mkdir(full, 0700), 0);
	snprintf(full, sizeof(full), "%s/var/log", root);
	assert_int_equal(mkdir(full, 0700), 0);
	make_directory("pods");
	make_directory("containers");
	names = workload_names_new(root);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	workload_names_free(names);
	drop("");
	return 0;
}

static void assert_names(const char *path, const char *expected)
{
	struct workload workload;
	char all[1024];

	workload_find(&workload, (struct bytes){ (const unsigned char *)path, strlen(path) });
	workload_names_resolve(names, &workload);
	snprintf(all, sizeof(all), "%s/%s/%s", workload.namespace, workload.pod,
		 workload.container);
	assert_string_equal(all, expected);
}

static void a_container_has_all_names(void **state)
{
	(void)state;
	make_directory("pods/web_shop-0_" UID);
	make_directory("pods/web_shop-0_" UID "/app");
	make_directory("pods/web_shop-0_" UID "/sidecar");
	make_link("containers/shop-0_web_app-" ID ".log", "/nowhere");
	make_link("containers/shop-0_web_sidecar-" ID2 ".log", "/nowhere");
	assert_names(CONTAINER, "web/shop-0/app");
	assert_names(POD "/" ID2, "web/shop-0/sidecar");
	assert_names(POD, "web/shop-0/");
	assert_null(workload_names_warning(names));
}

static void a_static_pod_has_its_hash(void **state)
{
	(void)state;
	make_directory("pods/kube-system_etcd-node.example_" HASH);
	assert_names("/kubepods.slice/kubepods-pod" HASH ".slice",
		     "kube-system/etcd-node.example/");
}

static void the_systemd_driver_has_the_same_uids(void **state)
{
	(void)state;
	make_directory("pods/web_shop-0_" UID);
	assert_names("/kubepods-pod2c48913c_b29f_11e7_9350_020968147796.slice", "web/shop-0/");
}

static void a_container_alone_needs_no_link(void **state)
{
	(void)state;
	make_directory("pods/web_shop-0_" UID);
	make_directory("pods/web_shop-0_" UID "/app");
	make_link("pods/web_shop-0_" UID "/other", "app");
	assert_names(CONTAINER, "web/shop-0/app");

	make_directory("pods/web_shop-0_" UID "/sidecar");
	assert_names(CONTAINER, "web/shop-0/");
	assert_names(POD, "web/shop-0/");
}

static void names_outlive_their_pods(void **state)
{
	(void)state;
	make_directory("pods/web_shop-0_" UID);
	make_link("containers/shop-0_web_app-" ID ".log", "/nowhere");
	workload_names_refresh(names);
	drop("/var/log/pods");
	drop("/var/log/containers");
	assert_names(CONTAINER, "web/shop-0/app");
	assert_null(workload_names_warning(names));

	workload_names_refresh(names);
	assert_names(CONTAINER, "web/shop-0/app");
	/* What was never seen has no name, and that has a reason. */
	assert_names("/kubepods/pod" HASH, "//");
	assert_non_null(workload_names_warning(names));
}

static void a_name_once_seen_stays(void **state)
{
	(void)state;
	make_directory("pods/web_shop-0_" UID);
	assert_names(POD, "web/shop-0/");
	drop("/var/log/pods/web_shop-0_" UID);
	make_directory("pods/bad_liar_" UID);
	workload_names_refresh(names);
	assert_names(POD, "web/shop-0/");
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void unknown_pods_are_looked_for_once_a_second(void **state)
{
	struct workload workload;
	double start = seconds();

	(void)state;
	assert_names(POD, "//");
	make_directory("pods/web_shop-0_" UID);
	do {
		workload_find(&workload, (struct bytes){ (const unsigned char *)POD, strlen(POD) });
		workload_names_resolve(names, &workload);
		usleep(20000);
	} while (!*workload.pod && seconds() - start < 60);
	assert_string_equal(workload.pod, "shop-0");
	assert_true(seconds() - start >= 1);
}

static void a_refresh_looks_at_once(void **state)
{
	(void)state;
	assert_names(POD, "//");
	make_directory("pods/web_shop-0_" UID);
	workload_names_refresh(names);
	assert_names(POD, "web/shop-0/");
}

static void nested_pods_and_other_workloads_have_none(void **state)
{
	(void)state;
	make_directory("pods/web_shop-0_" UID);
	make_link("containers/shop-0_web_app-" ID ".log", "/nowhere");
	assert_names("/docker/" ID2 "/kubelet" POD, "//");
	assert_names("/kubepods/pod" HASH "/" ID2 POD, "//");
	assert_names("/docker/" ID, "//");
	assert_names("/system.slice/x.service", "//");
	/* Docker in a pod is still in the pod. */
	assert_names(POD "/" ID2 "/docker/" ID, "web/shop-0/");
}

static void the_reason_is_given_once(void **state)
{
	char expected[256];

	(void)state;
	drop("/var/log/pods");
	/* A host without Kubernetes has nothing to complain about. */
	workload_names_refresh(names);
	assert_names("/docker/" ID, "//");
	assert_null(workload_names_warning(names));

	assert_names(CONTAINER, "//");
	snprintf(expected, sizeof(expected),
		 "names of pods are not known: %s/var/log/pods: No such file or directory", root);
	assert_string_equal(workload_names_warning(names), expected);
	assert_null(workload_names_warning(names));
	workload_names_refresh(names);
	assert_names(CONTAINER, "//");
	assert_null(workload_names_warning(names));
}

/* The test's directory is for its owner alone. */
static void what_cannot_be_read_is_no_error(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	make_directory("pods/web_shop-0_" UID);
	assert_int_equal(seteuid(65534), 0);
	assert_names(POD, "//");
	assert_int_equal(seteuid(0), 0);
	assert_non_null(strstr(workload_names_warning(names), "Permission denied"));
	workload_names_refresh(names);
	assert_names(POD, "web/shop-0/");
}

static void a_file_in_place_of_the_directory_is_no_error(void **state)
{
	char full[PATH_MAX];
	int fd;

	(void)state;
	drop("/var/log/pods");
	snprintf(full, sizeof(full), "%s/var/log/pods", root);
	fd = open(full, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_names(CONTAINER, "//");
	assert_non_null(workload_names_warning(names));
}

static void links_are_not_followed(void **state)
{
	char elsewhere[PATH_MAX];

	(void)state;
	/* The directory of pods itself. */
	make_directory("elsewhere");
	make_directory("elsewhere/web_shop-0_" UID);
	drop("/var/log/pods");
	snprintf(elsewhere, sizeof(elsewhere), "%s/var/log/elsewhere", root);
	make_link("pods", elsewhere);
	assert_names(POD, "//");
	assert_non_null(strstr(workload_names_warning(names), "Not a directory"));

	/* A pod's. */
	drop("/var/log/pods");
	make_directory("pods");
	make_directory("elsewhere/app");
	make_link("pods/web_shop-0_" UID, elsewhere);
	workload_names_refresh(names);
	assert_names(CONTAINER, "web/shop-0/");
}

static void hostile_names_are_not_believed(void **state)
{
	static const char *const pods[] = {
		"pods/" UID,
		"pods/_" UID,
		"pods/__" UID,
		"pods/web_" UID,
		"pods/web__" UID,
		"pods/_shop_" UID,
		"pods/web_shop_more_" UID,
		"pods/web_shop_" UID "_",
		"pods/web_sh\nop_" UID,
		"pods/web_\x1b[31m_" UID,
		"pods/w\xff_shop_" UID,
		"pods/.._.._" UID,
		"pods/Web_shop_" UID,
		"pods/web_shop_2c48913c_b29f_11e7_9350_020968147796",
		/* a namespace of 64 */
		"pods/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_shop_" UID,
	};
	static const char *const containers[] = {
		"containers/" ID ".log",
		"containers/-" ID ".log",
		"containers/__-" ID ".log",
		"containers/a_b_-" ID ".log",
		"containers/a_b-" ID ".log",
		"containers/a_b_c_d-" ID ".log",
		"containers/a_b_c" ID ".log",
		"containers/a_b_c-" ID ".gz",
		"containers/a_b_c-" ID,
		"containers/a_b_c\n-" ID ".log",
		"containers/.log",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pods); i++)
		make_directory(pods[i]);
	for (size_t i = 0; i < COUNT_OF(containers); i++)
		make_link(containers[i], "/nowhere");
	assert_names(CONTAINER, "//");

	make_directory("pods/web_shop-0_" UID);
	make_directory("pods/web_shop-0_" UID "/\x1b[31m");
	workload_names_refresh(names);
	assert_names(CONTAINER, "web/shop-0/");
}

/* The kubelet cuts the end of what is too long for a file's name, of the id that is. */
static void a_link_that_was_cut_is_of_no_use(void **state)
{
	char name[512], pod[184] = "";

	(void)state;
	make_directory("pods/web_shop-0_" UID);
	memset(pod, 'p', sizeof(pod) - 1);
	snprintf(name, sizeof(name), "containers/%s_web_app-%.59s.log", pod, ID);
	assert_int_equal(strlen(name) - strlen("containers/"), NAME_MAX);
	make_link(name, "/nowhere");
	assert_names(CONTAINER, "web/shop-0/");
	/* One that just fits. */
	snprintf(name, sizeof(name), "containers/%.*s_web_app-" ID ".log", 178, pod);
	make_link(name, "/nowhere");
	workload_names_refresh(names);
	assert_names(CONTAINER, "web/shop-0/app");
}

static void make_many(size_t first, size_t count)
{
	char name[128];

	for (size_t i = first; i < first + count; i++) {
		snprintf(name, sizeof(name), "pods/web_shop-%zu_%032zx", i, i);
		make_directory(name);
		snprintf(name, sizeof(name), "containers/shop-%zu_web_app-%064zx.log", i, i);
		make_link(name, "/nowhere");
	}
}

static void assert_one_of_many(size_t i)
{
	char path[256], expected[64];

	snprintf(path, sizeof(path), "/kubepods/pod%032zx/%064zx", i, i);
	snprintf(expected, sizeof(expected), "web/shop-%zu/app", i);
	assert_names(path, expected);
}

/* More than are remembered: those are found that are asked for. */
static void any_of_many_is_found(void **state)
{
	(void)state;
	make_many(0, MANY);
	for (size_t i = 0; i < MANY; i += 499) {
		workload_names_free(names);
		names = workload_names_new(root);
		assert_one_of_many(i);
	}
	/* By one that knows many others already. */
	for (size_t i = 0; i < MANY; i += 1499) {
		workload_names_free(names);
		names = workload_names_new(root);
		make_many(MANY + i, 1);
		assert_one_of_many(MANY + i);
	}
}

static void the_oldest_is_forgotten(void **state)
{
	(void)state;
	make_directory("pods/web_shop-0_" UID);
	workload_names_refresh(names);
	drop("/var/log/pods");
	make_directory("pods");
	make_many(0, WORKLOAD_NAMES_PODS - 1);
	workload_names_refresh(names);
	assert_names(POD, "web/shop-0/");
	make_many(WORKLOAD_NAMES_PODS, 1);
	workload_names_refresh(names);
	assert_names(POD, "//");
	assert_one_of_many(WORKLOAD_NAMES_PODS);
}

static void without_a_root_it_is_the_hosts(void **state)
{
	(void)state;
	workload_names_free(names);
	names = workload_names_new("");
	assert_names("/kubepods/pod00000000000000000000000000000000", "//");
	workload_names_free(names);
	names = workload_names_new("/nowhere");
	assert_names("/kubepods/pod00000000000000000000000000000000", "//");
	assert_non_null(workload_names_warning(names));
	workload_names_free(names);
	names = NULL;
}

#define LIBPOD "/machine.slice/machine-libpod_pod_" ID2 ".slice/libpod-" ID ".scope/container"
#define STORAGE "../lib/containers/storage/overlay-containers"

/* Podman's list of containers, as its storage writes it. */
static void make_list(const char *text)
{
	static const char *const parents[] = { "../lib", "../lib/containers",
					       "../lib/containers/storage", STORAGE };
	char full[PATH_MAX];
	FILE *file;

	for (size_t i = 0; i < COUNT_OF(parents); i++)
		make_directory(parents[i]);
	snprintf(full, sizeof(full), "%s/var/log/" STORAGE "/containers.json", root);
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void podmans_containers_are_in_its_list(void **state)
{
	(void)state;
	make_list("[{\"id\":\"" ID2 "\",\"names\":[\"f0e1d2c3b4a5-infra\"]},"
		  "{\"id\":\"" ID "\",\"names\":[\"web-0-app\"],\"image\":\"\"}]");
	assert_names(LIBPOD, "//web-0-app");
	assert_names("/system.slice/web.service/libpod-payload-" ID, "//web-0-app");
	assert_null(workload_names_warning(names));
}

static void podmans_containers_of_others_have_none(void **state)
{
	(void)state;
	make_list("[{\"id\":\"" ID "\",\"names\":[\"web-0-app\"]}]");
	assert_names("/docker/" ID2 LIBPOD, "//");
	make_directory("pods/web_shop-0_" UID);
	assert_names(CONTAINER LIBPOD, "web/shop-0/");
	assert_names("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope",
		     "//");
	assert_names("/docker/" ID, "//");
	assert_names(LIBPOD, "//web-0-app");
}

static void a_strange_list_is_not_believed(void **state)
{
	static const char *const lists[] = {
		"",
		"[",
		"7",
		"{\"id\":\"" ID "\"}",
		"[7,null,[],{}]",
		"[{\"id\":\"" ID "\"}]",
		"[{\"id\":\"" ID "\",\"names\":null}]",
		"[{\"id\":\"" ID "\",\"names\":[]}]",
		"[{\"id\":\"" ID "\",\"names\":[7]}]",
		"[{\"id\":7,\"names\":[\"a\"]}]",
		"[{\"id\":\"" ID "\",\"names\":[\"\"]}]",
		"[{\"id\":\"" ID "\",\"names\":[\"-a\"]}]",
		"[{\"id\":\"" ID "\",\"names\":[\"a\\u001b[31m\"]}]",
		"[{\"id\":\"0123\",\"names\":[\"a\"]}]",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		make_list(lists[i]);
		assert_names(LIBPOD, "//");
		drop("/var/lib");
		workload_names_free(names);
		names = workload_names_new(root);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_container_has_all_names),
		TEST(a_static_pod_has_its_hash),
		TEST(the_systemd_driver_has_the_same_uids),
		TEST(a_container_alone_needs_no_link),
		TEST(names_outlive_their_pods),
		TEST(a_name_once_seen_stays),
		TEST(unknown_pods_are_looked_for_once_a_second),
		TEST(a_refresh_looks_at_once),
		TEST(nested_pods_and_other_workloads_have_none),
		TEST(the_reason_is_given_once),
		TEST(what_cannot_be_read_is_no_error),
		TEST(a_file_in_place_of_the_directory_is_no_error),
		TEST(links_are_not_followed),
		TEST(hostile_names_are_not_believed),
		TEST(a_link_that_was_cut_is_of_no_use),
		TEST(any_of_many_is_found),
		TEST(the_oldest_is_forgotten),
		TEST(without_a_root_it_is_the_hosts),
		TEST(podmans_containers_are_in_its_list),
		TEST(podmans_containers_of_others_have_none),
		TEST(a_strange_list_is_not_believed),
	};

	return cmocka_run_group_tests_name("workload names", tests, NULL, NULL);
}
