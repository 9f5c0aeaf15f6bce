// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What pods and their containers are called, from the names of their log files, and
 * containers of Podman, from its list.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "podman_list.h"
#include "workload_names.h"

#define PODS "var/log/pods"
#define CONTAINERS "var/log/containers"
#define PODMAN "var/lib/containers/storage/overlay-containers"
#define RESCAN_NS 1000000000LL

/* Entries of a directory that are looked at; a node has some hundred pods. */
#define SCAN_MAX 65536

/* A key and its value, one after the other, each ended by NUL. */
struct memory {
	void *tree;  /* by key, for tsearch() */
	char **ring; /* by age */
	size_t limit, count, oldest;
};

struct workload_names {
	char *root;
	struct memory pods;	  /* UID to NAMESPACE_POD */
	struct memory containers; /* id to name */
	int64_t scanned_ns;	  /* when the directories were last looked at, 0: never */
	int error;		  /* errno of the directory of pods */
	int missed;		  /* the same, when a name was wanted */
	bool warned;
	char warning[PATH_MAX];
};

static int by_key(const void *a, const void *b)
{
	return strcmp(a, b);
}

static const char *recall(const struct memory *memory, const char *key)
{
	char *const *entry = tfind(key, &memory->tree, by_key);

	return entry ? *entry + strlen(*entry) + 1 : NULL;
}

/* The place of the oldest entry, emptied; what is being asked for stays. */
static char **forget(struct memory *memory, const char *wanted)
{
	char **entry;

	do {
		entry = &memory->ring[memory->oldest];
		memory->oldest = (memory->oldest + 1) % memory->limit;
	} while (!strcmp(*entry, wanted));
	tdelete(*entry, &memory->tree, by_key);
	free(*entry);
	return entry;
}

static void remember(struct memory *memory, const char *key, const char *value, const char *wanted)
{
	char **entry;

	if (recall(memory, key))
		return;
	if (!memory->ring)
		memory->ring = xcalloc(memory->limit, sizeof(*memory->ring));
	if (memory->count < memory->limit)
		entry = &memory->ring[memory->count++];
	else
		entry = forget(memory, wanted);
	if (asprintf(entry, "%s%c%s", key, '\0', value) < 0 ||
	    !tsearch(*entry, &memory->tree, by_key))
		out_of_memory();
}

static void forget_all(struct memory *memory)
{
	for (size_t i = 0; i < memory->count; i++) {
		tdelete(memory->ring[i], &memory->tree, by_key);
		free(memory->ring[i]);
	}
	free(memory->ring);
}

struct workload_names *workload_names_new(const char *root)
{
	struct workload_names *names = xcalloc(1, sizeof(*names));

	names->root = xstrdup(root);
	names->pods.limit = WORKLOAD_NAMES_PODS;
	names->containers.limit = WORKLOAD_NAMES_CONTAINERS;
	return names;
}

void workload_names_free(struct workload_names *names)
{
	if (!names)
		return;
	forget_all(&names->pods);
	forget_all(&names->containers);
	free(names->root);
	free(names);
}

/* Opens a directory in @parent, which is closed; follows no symbolic link. */
static int step(int parent, const char *name)
{
	int fd, error;

	if (parent < 0)
		return -1;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	error = errno;
	close(parent);
	errno = error;
	return fd;
}

/* Opens ROOT/@path, follows no symbolic link below ROOT. Negative when it cannot be, see errno. */
static int open_directory(const struct workload_names *names, const char *path)
{
	int fd = open(*names->root ? names->root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char parts[PATH_MAX], *rest = parts, *part;

	snprintf(parts, sizeof(parts), "%s", path);
	while ((part = strsep(&rest, "/")))
		fd = step(fd, part);
	return fd;
}

/* Closes @fd, or keeps it as the directory's. */
static DIR *read_directory(int fd)
{
	DIR *dir;
	int error;

	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (!dir) {
		error = errno;
		close(fd);
		errno = error;
	}
	return dir;
}

/* True for what Kubernetes allows as a name: nothing else is believed. */
static bool is_name(const char *text, size_t max)
{
	size_t len = strlen(text);

	return len && len <= max && *text != '.' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.") == len;
}

/* Takes "A_B_C" apart; none of the three has a '_'. */
static bool split(char *text, char *part[3])
{
	part[0] = strsep(&text, "_");
	part[1] = strsep(&text, "_");
	part[2] = text;
	return text && !strchr(text, '_');
}

/* NAMESPACE_POD_UID */
static void see_pod(struct workload_names *names, char *file, const struct workload *wanted)
{
	char *part[3], value[NAME_MAX + 1];

	if (!split(file, part) || !is_name(part[0], WORKLOAD_LABEL_LEN) ||
	    !is_name(part[1], WORKLOAD_POD_LEN) || !workload_is_pod_uid(part[2], strlen(part[2])))
		return;
	snprintf(value, sizeof(value), "%s_%s", part[0], part[1]);
	remember(&names->pods, part[2], value, wanted->pod_uid);
}

/* POD_NAMESPACE_CONTAINER-ID.log */
static void see_container(struct workload_names *names, char *file, const struct workload *wanted)
{
	size_t len = strlen(file), tail = strlen("-.log") + WORKLOAD_ID_LEN;
	char *part[3], *id;

	/* Of a name too long for a file the kubelet cuts the end: its id is none then. */
	if (len <= tail || strcmp(file + len - strlen(".log"), ".log") != 0)
		return;
	file[len - strlen(".log")] = '\0';
	id = file + len - tail;
	if (*id != '-')
		return;
	*id++ = '\0';
	if (!split(file, part) || !is_name(part[2], WORKLOAD_LABEL_LEN))
		return;
	remember(&names->containers, id, part[2], wanted->container_id);
}

struct wanted {
	struct workload_names *names;
	const char *id;
};

/* Whatever the list says, a name is what Podman takes for one. */
static void see_podman(void *arg, const char *id, const char *name)
{
	const struct wanted *wanted = arg;

	if (strlen(id) == WORKLOAD_ID_LEN && isalnum((unsigned char)*name) &&
	    strlen(name) <= WORKLOAD_POD_LEN &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
		    strlen(name))
		remember(&wanted->names->containers, id, name, wanted->id);
}

static void scan_podman(struct workload_names *names, const struct workload *workload)
{
	struct wanted wanted = { names, workload->container_id };
	int directory = open_directory(names, PODMAN), fd;

	if (directory < 0)
		return;
	fd = openat(directory, "containers.json", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	close(directory);
	if (fd < 0)
		return;
	podman_list_read(fd, see_podman, &wanted);
	close(fd);
}

/* Returns 0, or why the directory could not be read. */
static int scan(struct workload_names *names, const char *name,
		void (*see)(struct workload_names *, char *, const struct workload *),
		const struct workload *wanted)
{
	DIR *dir = read_directory(open_directory(names, name));
	int error;

	if (!dir)
		return errno;
	for (unsigned int i = 0; i < SCAN_MAX; i++) {
		struct dirent *entry;

		errno = 0;
		entry = readdir(dir);
		if (!entry)
			break;
		see(names, entry->d_name, wanted);
	}
	error = errno;
	closedir(dir);
	return error;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void scan_all(struct workload_names *names, const struct workload *wanted)
{
	names->scanned_ns = now_ns();
	names->error = scan(names, PODS, see_pod, wanted);
	scan(names, CONTAINERS, see_container, wanted);
	scan_podman(names, wanted);
}

void workload_names_refresh(struct workload_names *names)
{
	static const struct workload nothing;

	scan_all(names, &nothing);
}

static bool is_directory(DIR *dir, const struct dirent *entry)
{
	struct stat status;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return !fstatat(dirfd(dir), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) &&
	       S_ISDIR(status.st_mode);
}

/* The only container of a pod, by its directory of logs; leaves @workload when there are more. */
static void only_container(const struct workload_names *names, struct workload *workload)
{
	char pod[WORKLOAD_LABEL_LEN + WORKLOAD_POD_LEN + WORKLOAD_UID_LEN + sizeof("__")];
	char only[NAME_MAX + 1] = "";
	struct dirent *entry;
	unsigned int count = 0;
	DIR *dir;

	snprintf(pod, sizeof(pod), "%s_%s_%s", workload->namespace, workload->pod,
		 workload->pod_uid);
	dir = read_directory(step(open_directory(names, PODS), pod));
	if (!dir)
		return;
	for (unsigned int i = 0; i < SCAN_MAX && count < 2 && (entry = readdir(dir)); i++) {
		if (*entry->d_name == '.' || !is_directory(dir, entry))
			continue;
		snprintf(only, sizeof(only), "%s", entry->d_name);
		count++;
	}
	closedir(dir);
	if (count == 1 && is_name(only, WORKLOAD_LABEL_LEN))
		memcpy(workload->container, only, strlen(only) + 1);
}

static bool fill_pod(const struct workload_names *names, struct workload *workload)
{
	const char *value = recall(&names->pods, workload->pod_uid);
	int len;

	if (!value)
		return false;
	len = (int)strcspn(value, "_");
	snprintf(workload->namespace, sizeof(workload->namespace), "%.*s", len, value);
	snprintf(workload->pod, sizeof(workload->pod), "%s", value + len + 1);
	return true;
}

/* One that runs in a pod is of a Podman there. */
static bool is_podmans(const struct workload *workload)
{
	return workload->kind == WORKLOAD_PODMAN && !*workload->pod_uid;
}

static bool fill_container(const struct workload_names *names, struct workload *workload)
{
	const char *value;

	if (workload->kind != WORKLOAD_KUBERNETES && !is_podmans(workload))
		return true;
	value = recall(&names->containers, workload->container_id);
	if (value)
		snprintf(workload->container, sizeof(workload->container), "%s", value);
	return value;
}

static bool fill(const struct workload_names *names, struct workload *workload)
{
	bool pod = !*workload->pod_uid || fill_pod(names, workload);
	bool container = fill_container(names, workload);

	return pod && container;
}

void workload_names_resolve(struct workload_names *names, struct workload *workload)
{
	if (workload->nested || (!*workload->pod_uid && !is_podmans(workload)) ||
	    fill(names, workload))
		return;
	if (!names->scanned_ns || now_ns() - names->scanned_ns >= RESCAN_NS) {
		scan_all(names, workload);
		fill(names, workload);
	}
	if (*workload->pod && !*workload->container && workload->kind == WORKLOAD_KUBERNETES)
		only_container(names, workload);
	if (*workload->pod_uid && !*workload->pod && !names->missed)
		names->missed = names->error;
}

const char *workload_names_warning(struct workload_names *names)
{
	if (!names->missed || names->warned)
		return NULL;
	names->warned = true;
	snprintf(names->warning, sizeof(names->warning),
		 "names of pods are not known: %s/" PODS ": %s", names->root,
		 strerror(names->missed));
	return names->warning;
}
