// SPDX-License-Identifier: GPL-2.0-or-later
/* What cgroups are called: each runtime's paths, as it writes them. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print_json.h"
#include "workload.h"

#define ID "01234567890abcdef01234567890abcdef01234567890abcdef01234567890ab"
#define ID2 "fedcba98765432100fedcba98765432100fedcba98765432100fedcba9876543"
#define UID "2c48913c-b29f-11e7-9350-020968147796"
#define UID_ "2c48913c_b29f_11e7_9350_020968147796"
#define HASH "99dcb84d2a34f7e338778606703258c4" /* of a static pod's manifest */

#define POD "pod UID " UID
#define POD_CONTAINER POD ", container id 01234567890a"

#define SLICE "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_ ".slice"
#define KIND_SLICE                                                                \
	"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/" \
	"kubelet-kubepods-burstable-pod" UID_ ".slice"
#define USER "/user.slice/user-1000.slice/user@1000.service"

#define JSON(kind, more) "{\"kind\":\"" kind "\"" more "}\n"
#define J_POD(qos) ",\"pod_uid\":\"" UID "\",\"qos\":\"" qos "\""
#define J_ID ",\"container_id\":\"" ID "\""
#define J_RUNTIME(name) ",\"runtime\":\"" name "\""
#define J_UNIT(unit) ",\"unit\":\"" unit "\""
#define J_NAME(name) ",\"name\":\"" name "\""
#define J_USER ",\"uid\":1000"

static const struct {
	const char *path, *label, *json;
} rows[] = {
	/* containerd 1.x and 2.x, kubelet with the cgroupfs driver */
	{ "/kubepods/burstable/pod" UID "/" ID, POD_CONTAINER,
	  JSON("kubernetes", J_POD("burstable") J_ID) },
	{ "/kubepods/besteffort/pod" UID "/" ID, POD_CONTAINER,
	  JSON("kubernetes", J_POD("besteffort") J_ID) },
	{ "/kubepods/pod" UID "/" ID, POD_CONTAINER, JSON("kubernetes", J_POD("guaranteed") J_ID) },
	{ "/kubepods/burstable/pod" UID, POD, JSON("kubernetes", J_POD("burstable")) },
	/* the same with --cgroup-root=/nodes */
	{ "/nodes/kubepods/burstable/pod" UID, POD, JSON("kubernetes", J_POD("burstable")) },

	/* containerd with SystemdCgroup = true */
	{ SLICE "/cri-containerd-" ID ".scope", POD_CONTAINER,
	  JSON("kubernetes", J_POD("burstable") J_ID J_RUNTIME("containerd")) },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_
	  ".slice/cri-containerd-" ID ".scope",
	  POD_CONTAINER, JSON("kubernetes", J_POD("besteffort") J_ID J_RUNTIME("containerd")) },
	{ "/kubepods.slice/kubepods-pod" UID_ ".slice/cri-containerd-" ID ".scope", POD_CONTAINER,
	  JSON("kubernetes", J_POD("guaranteed") J_ID J_RUNTIME("containerd")) },
	{ SLICE, POD, JSON("kubernetes", J_POD("burstable")) },

	/* containerd without it while the kubelet has the systemd driver */
	{ "/system.slice/containerd.service/kubepods-burstable-pod" UID_
	  ".slice:cri-containerd:" ID,
	  POD_CONTAINER,
	  JSON("kubernetes",
	       J_POD("burstable") J_ID J_RUNTIME("containerd") J_UNIT("containerd.service")) },
	{ "/kubepods-pod" UID ".slice:cri-containerd:" ID, POD_CONTAINER,
	  JSON("kubernetes", J_POD("guaranteed") J_ID J_RUNTIME("containerd")) },
	{ "/kubepods-besteffort-pod" UID_ ".slice:crio:" ID, POD_CONTAINER,
	  JSON("kubernetes", J_POD("besteffort") J_ID J_RUNTIME("cri-o")) },
	{ "/kubepods-besteffort-pod" UID_ ".slice:docker:" ID, POD_CONTAINER,
	  JSON("kubernetes", J_POD("besteffort") J_ID J_RUNTIME("docker")) },

	/* CRI-O: systemd with runc, with crun on cgroup v2, cgroupfs, its monitor */
	{ SLICE "/crio-" ID ".scope", POD_CONTAINER,
	  JSON("kubernetes", J_POD("burstable") J_ID J_RUNTIME("cri-o")) },
	{ SLICE "/crio-" ID ".scope/container", POD_CONTAINER,
	  JSON("kubernetes", J_POD("burstable") J_ID J_RUNTIME("cri-o")) },
	{ "/kubepods/burstable/pod" UID "/crio-" ID, POD_CONTAINER,
	  JSON("kubernetes", J_POD("burstable") J_ID J_RUNTIME("cri-o")) },
	{ SLICE "/crio-conmon-" ID ".scope", POD, JSON("kubernetes", J_POD("burstable")) },

	/* dockershim, cri-dockerd */
	{ SLICE "/docker-" ID ".scope", POD_CONTAINER,
	  JSON("kubernetes", J_POD("burstable") J_ID J_RUNTIME("docker")) },

	/* static pods */
	{ "/kubepods/burstable/pod" HASH "/" ID, "pod UID " HASH ", container id 01234567890a",
	  JSON("kubernetes", ",\"pod_uid\":\"" HASH "\",\"qos\":\"burstable\"" J_ID) },
	{ "/kubepods.slice/kubepods-pod" HASH ".slice", "pod UID " HASH,
	  JSON("kubernetes", ",\"pod_uid\":\"" HASH "\",\"qos\":\"guaranteed\"") },

	/* below a container's cgroup: of its own making */
	{ SLICE "/cri-containerd-" ID ".scope/init.scope", POD_CONTAINER,
	  JSON("kubernetes", J_POD("burstable") J_ID J_RUNTIME("containerd")) },
	{ SLICE "/cri-containerd-" ID ".scope/system.slice/nginx.service", POD_CONTAINER,
	  JSON("kubernetes", J_POD("burstable") J_ID J_RUNTIME("containerd")) },
	{ "/kubepods/burstable/pod" UID "/" ID "/user.slice/user-1000.slice/session-3.scope",
	  POD_CONTAINER, JSON("kubernetes", J_POD("burstable") J_ID) },
	{ "/kubepods/burstable/pod" UID "/" ID "/" ID2, POD_CONTAINER,
	  JSON("kubernetes", J_POD("burstable") J_ID) },

	/* kind and minikube, their node a Docker container: v1, v2, v2 with systemd */
	{ "/docker/" ID2 "/kubelet/kubepods/burstable/pod" UID "/" ID, POD_CONTAINER,
	  JSON("kubernetes", J_POD("burstable") J_ID) },
	{ "/docker/" ID2 KIND_SLICE "/cri-containerd-" ID ".scope", POD_CONTAINER,
	  JSON("kubernetes", J_POD("burstable") J_ID J_RUNTIME("containerd")) },
	{ "/system.slice/docker-" ID2 ".scope" KIND_SLICE "/cri-containerd-" ID ".scope",
	  POD_CONTAINER, JSON("kubernetes", J_POD("burstable") J_ID J_RUNTIME("containerd")) },
	/* and an LXC container, a rootless Podman one */
	{ "/lxc.payload.node1" SLICE "/cri-containerd-" ID ".scope", POD_CONTAINER,
	  JSON("kubernetes", J_POD("burstable") J_ID J_RUNTIME("containerd")) },
	{ USER "/user.slice/libpod-" ID2 ".scope/container" KIND_SLICE, POD " of uid 1000",
	  JSON("kubernetes", J_POD("burstable") J_USER) },
	{ USER "/app.slice/kind.service/libpod-payload-" ID2 KIND_SLICE, POD " of uid 1000",
	  JSON("kubernetes", J_POD("burstable") J_UNIT("kind.service") J_USER) },
	/* Docker in a pod */
	{ SLICE "/cri-containerd-" ID2 ".scope/docker/" ID, "docker container 01234567890a in " POD,
	  JSON("docker", J_POD("burstable") J_ID) },

	/* Docker with cgroupfs, with systemd, rootless, on behalf of Amazon ECS */
	{ "/docker/" ID, "docker container 01234567890a", JSON("docker", J_ID) },
	{ "/system.slice/docker-" ID ".scope", "docker container 01234567890a",
	  JSON("docker", J_ID) },
	{ USER "/user.slice/docker-" ID ".scope", "docker container 01234567890a of uid 1000",
	  JSON("docker", J_ID J_USER) },
	{ "/ecstasks.slice/ecstasks-" HASH ".slice/docker-" ID ".scope",
	  "docker container 01234567890a", JSON("docker", J_ID) },
	/* a container of its own in Docker */
	{ "/docker/" ID2 "/docker/" ID, "docker container 01234567890a", JSON("docker", J_ID) },

	/* Podman: root, with crun on v2, in a pod, cgroupfs, rootless, Quadlet both ways */
	{ "/machine.slice/libpod-" ID ".scope", "podman container 01234567890a",
	  JSON("podman", J_ID) },
	{ "/machine.slice/libpod-" ID ".scope/container", "podman container 01234567890a",
	  JSON("podman", J_ID) },
	{ "/machine.slice/machine-libpod_pod_" ID2 ".slice/libpod-" ID ".scope",
	  "podman container 01234567890a", JSON("podman", J_ID) },
	{ "/libpod_parent/libpod-" ID, "podman container 01234567890a", JSON("podman", J_ID) },
	{ USER "/user.slice/libpod-" ID ".scope/container",
	  "podman container 01234567890a of uid 1000", JSON("podman", J_ID J_USER) },
	{ "/system.slice/web.service/libpod-payload-" ID,
	  "podman container 01234567890a in web.service",
	  JSON("podman", J_ID J_UNIT("web.service")) },
	{ USER "/app.slice/redis.service/libpod-payload-" ID,
	  "podman container 01234567890a in user@1000.service/redis.service",
	  JSON("podman", J_ID J_UNIT("redis.service") J_USER) },
	/* its monitors are not the container */
	{ "/machine.slice/libpod-conmon-" ID ".scope", "scope libpod-conmon-" ID ".scope",
	  JSON("scope", J_UNIT("libpod-conmon-" ID ".scope")) },
	{ "/system.slice/web.service/runtime", "service web.service",
	  JSON("systemd-service", J_UNIT("web.service")) },

	/* LXC 2 and 3.1, from 4.0 on, with Proxmox, of an Incus project */
	{ "/lxc/web", "LXC container web", JSON("lxc", J_NAME("web")) },
	{ "/lxc.payload/web", "LXC container web", JSON("lxc", J_NAME("web")) },
	{ "/lxc.payload.web/system.slice/cron.service", "LXC container web",
	  JSON("lxc", J_NAME("web")) },
	{ "/lxc/101/ns/init.scope", "LXC container 101", JSON("lxc", J_NAME("101")) },
	{ "/lxc.payload.project_web", "LXC container project_web",
	  JSON("lxc", J_NAME("project_web")) },
	{ "/lxc.monitor.web", "cgroup /lxc.monitor.web", JSON("cgroup", "") },

	/* systemd-nspawn as a service and by hand, libvirt */
	{ "/machine.slice/systemd-nspawn@web.service/payload/system.slice/cron.service",
	  "machine web", JSON("machine", J_NAME("web")) },
	{ "/machine.slice/machine-debian\\x2d13.scope/payload/init.scope", "machine debian-13",
	  JSON("machine", J_NAME("debian-13")) },
	{ "/machine.slice/machine-qemu\\x2d3\\x2dweb.scope/libvirt/emulator", "machine qemu-3-web",
	  JSON("machine", J_NAME("qemu-3-web")) },

	/* systemd: services, in slices, of templates, with escapes, that make cgroups */
	{ "/system.slice/nginx.service", "service nginx.service",
	  JSON("systemd-service", J_UNIT("nginx.service")) },
	{ "/web.slice/web-front.slice/nginx.service", "service nginx.service",
	  JSON("systemd-service", J_UNIT("nginx.service")) },
	{ "/system.slice/system-postgresql.slice/postgresql@17-main.service",
	  "service postgresql@17-main.service",
	  JSON("systemd-service", J_UNIT("postgresql@17-main.service")) },
	{ "/system.slice/systemd-fsck@dev-disk-by\\x2duuid-1.service",
	  "service systemd-fsck@dev-disk-by-uuid-1.service",
	  JSON("systemd-service", J_UNIT("systemd-fsck@dev-disk-by\\\\x2duuid-1.service")) },
	{ "/system.slice/ci.service/job.slice/step.service", "service ci.service",
	  JSON("systemd-service", J_UNIT("ci.service")) },
	{ "/init.scope", "scope init.scope", JSON("scope", J_UNIT("init.scope")) },
	{ "/system.slice/run-r1.scope", "scope run-r1.scope",
	  JSON("scope", J_UNIT("run-r1.scope")) },
	{ "/system.slice", "slice system.slice", JSON("slice", J_UNIT("system.slice")) },
	{ "/a.slice/a-b.slice", "slice a-b.slice", JSON("slice", J_UNIT("a-b.slice")) },
	{ "/kubepods.slice/kubepods-burstable.slice", "slice kubepods-burstable.slice",
	  JSON("slice", J_UNIT("kubepods-burstable.slice")) },
	/* of users */
	{ USER, "service user@1000.service of uid 1000",
	  JSON("systemd-service", J_UNIT("user@1000.service") J_USER) },
	/* What a user may have called like somebody else's. */
	{ USER "/user@0.service", "service user@1000.service/user@0.service",
	  JSON("user-service",
	       J_UNIT("user@0.service") J_NAME("user@1000.service/user@0.service") J_USER) },
	{ USER "/user@0.service/nginx.service", "service user@1000.service/user@0.service",
	  JSON("user-service",
	       J_UNIT("user@0.service") J_NAME("user@1000.service/user@0.service") J_USER) },
	{ USER "/user-0.slice/session-1.scope", "scope user@1000.service/session-1.scope",
	  JSON("scope",
	       J_UNIT("session-1.scope") J_NAME("user@1000.service/session-1.scope") J_USER) },
	{ USER "/app.slice/app-dbus.slice/mpd.service", "service user@1000.service/mpd.service",
	  JSON("user-service",
	       J_UNIT("mpd.service") J_NAME("user@1000.service/mpd.service") J_USER) },
	{ USER "/app.slice/app-gnome-firefox-4711.scope",
	  "scope user@1000.service/app-gnome-firefox-4711.scope",
	  JSON("scope", J_UNIT("app-gnome-firefox-4711.scope")
				J_NAME("user@1000.service/app-gnome-firefox-4711.scope") J_USER) },
	/* of the system, in a user's slice */
	{ "/user.slice/user-1000.slice/nginx.service", "service nginx.service of uid 1000",
	  JSON("systemd-service", J_UNIT("nginx.service") J_USER) },
	{ "/user.slice/user-1000.slice/session-3.scope", "session 3 of uid 1000",
	  JSON("user-session", J_UNIT("session-3.scope") J_NAME("3") J_USER) },
	{ "/user.slice/user-1000.slice/session-c1.scope/below", "session c1 of uid 1000",
	  JSON("user-session", J_UNIT("session-c1.scope") J_NAME("c1") J_USER) },
	{ "/user.slice/user-1000.slice", "slice user-1000.slice of uid 1000",
	  JSON("slice", J_UNIT("user-1000.slice") J_USER) },

	/* nothing that is known */
	{ "/", "cgroup /", JSON("cgroup", "") },
	{ "", "cgroup -", JSON("cgroup", "") },
	{ "/system.slice/var-lib.mount", "cgroup /system.slice/var-lib.mount", JSON("cgroup", "") },
	{ "/kubepods/burstable", "cgroup /kubepods/burstable", JSON("cgroup", "") },
	{ "/" ID, "cgroup /" ID, JSON("cgroup", "") },
};

static char *label_of(const struct workload *workload)
{
	char *label;
	size_t size;
	FILE *out = open_memstream(&label, &size);

	assert_non_null(out);
	workload_label(out, workload);
	fclose(out);
	return label;
}

static struct workload found(const char *path, size_t len)
{
	struct workload workload;

	workload_find(&workload, (struct bytes){ (const unsigned char *)path, len });
	return workload;
}

static void assert_label(const char *path, size_t len, const char *expected)
{
	struct workload workload = found(path, len);
	char *label = label_of(&workload);

	assert_string_equal(label, expected);
	free(label);
}

static void each_path_has_its_label(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_label(rows[i].path, strlen(rows[i].path), rows[i].label);
}

static void each_path_has_its_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct workload workload = found(rows[i].path, strlen(rows[i].path));
		char *json = json_line(workload_json(&workload));

		assert_string_equal(json, rows[i].json);
		free(json);
	}
}

static void names_replace_ids(void **state)
{
	struct workload workload =
		found(SLICE "/crio-" ID ".scope", strlen(SLICE "/crio-" ID ".scope"));
	char *text;

	(void)state;
	strcpy(workload.namespace, "web");
	strcpy(workload.pod, "shop-0");
	text = label_of(&workload);
	assert_string_equal(text, "pod web/shop-0, container id 01234567890a");
	free(text);

	strcpy(workload.container, "app");
	text = label_of(&workload);
	assert_string_equal(text, "pod web/shop-0, container app");
	free(text);

	text = json_line(workload_json(&workload));
	assert_string_equal(text, JSON("kubernetes", ",\"namespace\":\"web\",\"pod\":\"shop-0\","
						     "\"container\":\"app\"" J_POD("burstable")
							     J_ID J_RUNTIME("cri-o")));
	free(text);
}

/* Its cluster, if there is one, is not the one of this node. */
static void a_pod_in_something_else_is_nested(void **state)
{
	static const struct {
		const char *path;
		bool nested;
	} paths[] = {
		{ SLICE "/crio-" ID ".scope", false },
		{ "/system.slice/containerd.service" SLICE, false },
		{ "/docker/" ID "/kubelet/kubepods/pod" UID "/" ID2, true },
		{ SLICE "/crio-" ID ".scope/kubepods/pod" HASH "/" ID2, true },
		{ SLICE "/crio-" ID ".scope/docker/" ID2, false },
		/* users may make cgroups in theirs */
		{ USER "/app.slice/kubepods/pod" UID, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		struct workload workload = found(paths[i].path, strlen(paths[i].path));

		assert_string_not_equal(workload.pod_uid, "");
		assert_int_equal(workload.nested, paths[i].nested);
	}
}

static void almost_is_not_enough(void **state)
{
	static const char *const paths[] = {
		("/kubepods/burstable/pod" UID_ "x"),
		("/kubepods/burst/pod" UID),
		"/kubepods/burstable/pod2c48913c-b29f-11e7-9350-02096814779",
		"/kubepods/burstable/pod2C48913C-B29F-11E7-9350-020968147796",
		"/kubepods/burstable/podxyz",
		"/kubepods/burstable/pod",
		"/kubepods",
		"/docker/0123456789ab",
		("/docker/" ID "0"),
		"/docker",
		"/libpod-.scope.x",
		"/lxc",
		"/lxc/",
		"/lxc.payload.",
		"/service",
		"/nginx.service.d",
		"//",
		"relative",
	};
	char expected[256];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		snprintf(expected, sizeof(expected), "cgroup %s", paths[i]);
		assert_label(paths[i], strlen(paths[i]), expected);
	}
}

static void uids_are_numbers(void **state)
{
	(void)state;
	assert_int_equal(found("/user-0.slice", 13).uid, 0);
	assert_int_equal(found("/user-4294967294.slice", 22).uid, 4294967294);
	assert_int_equal(found("/user-4294967295.slice", 22).uid, -1);
	assert_int_equal(found("/user-99999999999.slice", 23).uid, -1);
	assert_int_equal(found("/user-.slice", 12).uid, -1);
	assert_int_equal(found("/user--1.slice", 14).uid, -1);
}

/* The longest name of a unit, below the longest of a manager. */
static void a_full_unit_has_room(void **state)
{
	char path[512], unit[WORKLOAD_FULL_UNIT_LEN + 1];
	struct workload workload;

	(void)state;
	snprintf(path, sizeof(path), "/user@4294967294.service/%0247d.service", 0);
	workload = found(path, strlen(path));
	workload_full_unit(unit, &workload);
	assert_int_equal(strlen(unit), WORKLOAD_FULL_UNIT_LEN);
	assert_string_equal(unit, path + 1);
}

static void hostile_names_are_harmless(void **state)
{
	static const struct {
		const char *path, *label;
	} paths[] = {
		{ "/system.slice/a\nb\x1b[31m.service", "service a\\x0ab\\x1b[31m.service" },
		{ "/lxc/\xff\xe2\x80\xae", "LXC container \\xff\\xe2\\x80\\xae" },
		{ "/a\nb", "cgroup /a\\x0ab" },
		/* an escape sequence that systemd's escapes would make, a NUL, half an escape */
		{ "/a\\x1b[31m\\x00\\x2.service", "service a\\x1b[31m\\\\x00\\\\x2.service" },
		{ "/system.slice/.service", "service .service" },
		{ "/../../x.service", "service x.service" },
		{ "//system.slice///x.service/", "service x.service" },
		{ "x.service", "service x.service" },
		{ "%n*.service", "service %n*.service" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(paths); i++)
		assert_label(paths[i].path, strlen(paths[i].path), paths[i].label);
	assert_label("/a.service\0/docker/" ID, 11 + 8 + 64, "cgroup /a.service\\x00/docker/" ID);
}

/* Longer than the kernel allows: nothing but the label grows with them. */
static void long_paths_do_no_harm(void **state)
{
	static const char *const parts[] = { "a",
					     "/",
					     "/a",
					     "%",
					     "-",
					     "\\x2d",
					     "kubepods",
					     ("/docker/" ID),
					     ("/kubepods-pod" UID),
					     "/user-1.slice" };
	static const char *const ends[] = { "", ".service", ".scope", ".slice", "/docker" };
	static const size_t sizes[] = { 255, 256, 4094, 4095, 4096, 20000 };
	char *path = malloc(20100);

	(void)state;
	for (size_t part = 0; part < COUNT_OF(parts); part++) {
		for (size_t size = 0; size < COUNT_OF(sizes); size++) {
			for (size_t end = 0; end < COUNT_OF(ends); end++) {
				size_t step = strlen(parts[part]), len = 0;
				struct workload workload;

				for (; len + step <= sizes[size]; len += step)
					memcpy(path + len, parts[part], step);
				memcpy(path + len, ends[end], strlen(ends[end]) + 1);
				workload = found(path, strlen(path));
				assert_true(strlen(workload.unit) <= WORKLOAD_UNIT_LEN);
				assert_true(strlen(workload.name) <= WORKLOAD_UNIT_LEN);
				free(label_of(&workload));
				json_object_put(workload_json(&workload));
			}
		}
	}
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_path_has_its_label),
		cmocka_unit_test(each_path_has_its_json),
		cmocka_unit_test(names_replace_ids),
		cmocka_unit_test(a_pod_in_something_else_is_nested),
		cmocka_unit_test(almost_is_not_enough),
		cmocka_unit_test(uids_are_numbers),
		cmocka_unit_test(a_full_unit_has_room),
		cmocka_unit_test(hostile_names_are_harmless),
		cmocka_unit_test(long_paths_do_no_harm),
	};

	return cmocka_run_group_tests_name("workload", tests, NULL, NULL);
}
