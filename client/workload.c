// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the path of a cgroup to what a person calls it: the path is read from
 * the left, and at each component the first form of a table that fits takes as
 * many components as it describes. The table is all that knows how runtimes
 * name their cgroups.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "print_json.h"
#include "text.h"
#include "workload.h"

#define PATH_LEN 4095

#define HEX "0123456789abcdef"
#define DIGITS "0123456789"

/* A kind replaces those of lower rank, and one of its own where the innermost counts. */
enum rank {
	RANK_NONE,
	RANK_SLICE, /* the innermost */
	RANK_MANAGER,
	RANK_UNIT,	/* the outermost: what is below is the unit's own business */
	RANK_CONTAINER, /* the innermost */
};

static const struct {
	const char *code, *label;
	enum rank rank;
} kinds[] = {
	[WORKLOAD_CGROUP] = { "cgroup", "cgroup", RANK_NONE },
	[WORKLOAD_SLICE] = { "slice", "slice", RANK_SLICE },
	[WORKLOAD_USER_MANAGER] = { "systemd-service", "service", RANK_MANAGER },
	[WORKLOAD_SERVICE] = { "systemd-service", "service", RANK_UNIT },
	[WORKLOAD_USER_SERVICE] = { "user-service", "service", RANK_UNIT },
	[WORKLOAD_SESSION] = { "user-session", "session", RANK_UNIT },
	[WORKLOAD_SCOPE] = { "scope", "scope", RANK_UNIT },
	[WORKLOAD_MACHINE] = { "machine", "machine", RANK_CONTAINER },
	[WORKLOAD_LXC] = { "lxc", "LXC container", RANK_CONTAINER },
	[WORKLOAD_DOCKER] = { "docker", "docker container", RANK_CONTAINER },
	[WORKLOAD_PODMAN] = { "podman", "podman container", RANK_CONTAINER },
	[WORKLOAD_POD] = { "kubernetes", "pod", RANK_CONTAINER },
	[WORKLOAD_KUBERNETES] = { "kubernetes", "pod", RANK_CONTAINER },
};

/*
 * Patterns of whole components: * is any text in one, and
 *
 *   %q   QoS class after '-' or '/', nothing for guaranteed
 *   %u   UID of a pod
 *   %i   id of a container
 *   %d   uid of a user
 *   %n   name
 */
static const struct form {
	const char *pattern, *runtime;
	enum workload_kind kind;
	enum workload_kind in; /* only below this, when set */
} forms[] = {
	/* The kubelet with the cgroupfs and the systemd driver, also below a --cgroup-root. */
	{ "kubepods%q/pod%u", NULL, WORKLOAD_POD, 0 },
	{ "*kubepods%q-pod%u.slice", NULL, WORKLOAD_POD, 0 },
	/* A runtime with the cgroupfs driver, told a path of the systemd driver. */
	{ "*kubepods%q-pod%u.slice:cri-containerd:%i", "containerd", WORKLOAD_KUBERNETES, 0 },
	{ "*kubepods%q-pod%u.slice:crio:%i", "cri-o", WORKLOAD_KUBERNETES, 0 },
	{ "*kubepods%q-pod%u.slice:docker:%i", "docker", WORKLOAD_KUBERNETES, 0 },
	{ "cri-containerd-%i.scope", "containerd", WORKLOAD_KUBERNETES, WORKLOAD_POD },
	{ "crio-%i.scope", "cri-o", WORKLOAD_KUBERNETES, WORKLOAD_POD },
	{ "crio-%i", "cri-o", WORKLOAD_KUBERNETES, WORKLOAD_POD },
	{ "docker-%i.scope", "docker", WORKLOAD_KUBERNETES, WORKLOAD_POD },
	/* containerd and Docker with the cgroupfs driver. */
	{ "%i", NULL, WORKLOAD_KUBERNETES, WORKLOAD_POD },

	{ "docker/%i", NULL, WORKLOAD_DOCKER, 0 },
	{ "docker-%i.scope", NULL, WORKLOAD_DOCKER, 0 },

	{ "libpod-%i.scope", NULL, WORKLOAD_PODMAN, 0 },
	{ "libpod-%i", NULL, WORKLOAD_PODMAN, 0 },
	/* --cgroups=split, as Quadlet has it: in the service. */
	{ "libpod-payload-%i", NULL, WORKLOAD_PODMAN, 0 },

	/* liblxc from 4.0, 3.1 and older. */
	{ "lxc.payload.%n", NULL, WORKLOAD_LXC, 0 },
	{ "lxc.payload/%n", NULL, WORKLOAD_LXC, 0 },
	{ "lxc/%n", NULL, WORKLOAD_LXC, 0 },

	{ "systemd-nspawn@%n.service", NULL, WORKLOAD_MACHINE, 0 },
	{ "machine-%n.scope", NULL, WORKLOAD_MACHINE, 0 },

	{ "user-%d.slice/session-%n.scope", NULL, WORKLOAD_SESSION, 0 },
	{ "user-%d.slice", NULL, WORKLOAD_SLICE, 0 },
	{ "user@%d.service", NULL, WORKLOAD_USER_MANAGER, 0 },
	{ "*.service", NULL, WORKLOAD_USER_SERVICE, WORKLOAD_USER_MANAGER },
	{ "*.service", NULL, WORKLOAD_SERVICE, 0 },
	{ "*.scope", NULL, WORKLOAD_SCOPE, 0 },
	{ "*.slice", NULL, WORKLOAD_SLICE, 0 },
};

/* What a form's placeholders stood for. */
#define FIELDS "quidn"

struct capture {
	const char *text;
	size_t len;
};

struct match {
	struct capture field[sizeof(FIELDS) - 1];
	const char *end;
};

static struct capture *capture(struct match *match, char field)
{
	return &match->field[strchr(FIELDS, field) - FIELDS];
}

static bool is_made_of(const char *text, size_t len, const char *chars)
{
	return len && strspn(text, chars) >= len;
}

bool workload_is_pod_uid(const char *text, size_t len)
{
	if (len == 32)
		return is_made_of(text, len, HEX);
	if (len != WORKLOAD_UID_LEN)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (!text[i] || !strchr(dash ? "-_" : HEX, text[i]))
			return false;
	}
	return true;
}

/* The name of a QoS class, NULL when it is none. */
static const char *qos_name(const char *text, size_t len)
{
	static const char *const classes[] = { "burstable", "besteffort" };

	if (!len)
		return "guaranteed";
	if (*text != '-' && *text != '/')
		return NULL;
	for (size_t i = 0; i < COUNT(classes); i++)
		if (len == strlen(classes[i]) + 1 && !memcmp(text + 1, classes[i], len - 1))
			return classes[i];
	return NULL;
}

/* The uid of a user, -1 when it is none. */
static int64_t user_id(const char *text, size_t len)
{
	uint64_t uid;

	if (len > 10 || !is_made_of(text, len, DIGITS))
		return -1;
	uid = strtoull(text, NULL, 10);
	return uid < UINT32_MAX ? (int64_t)uid : -1;
}

static bool fits(char field, const char *text, size_t len)
{
	switch (field) {
	case 'q':
		return qos_name(text, len);
	case 'u':
		return workload_is_pod_uid(text, len);
	case 'i':
		return len == WORKLOAD_ID_LEN && is_made_of(text, len, HEX);
	case 'd':
		return user_id(text, len) >= 0;
	default:
		return len && *text != '/' && len <= WORKLOAD_UNIT_LEN;
	}
}

static bool ends(const char *text)
{
	return !*text || *text == '/';
}

static bool match_from(const char *pattern, const char *text, struct match *match);

static bool match_any(const char *pattern, const char *text, struct match *match)
{
	while (!match_from(pattern, text, match)) {
		if (ends(text))
			return false;
		text++;
	}
	return true;
}

/* The longest text that fits and leaves what the rest of the pattern wants. */
static bool match_field(char field, const char *rest, const char *text, struct match *match)
{
	/* A QoS class may begin with the separator. */
	size_t len = *text ? 1 + strcspn(text + 1, "/") : 0;

	while (!fits(field, text, len) || !match_from(rest, text + len, match))
		if (!len--)
			return false;
	*capture(match, field) = (struct capture){ text, len };
	return true;
}

static bool match_from(const char *pattern, const char *text, struct match *match)
{
	for (;; pattern++, text++) {
		if (*pattern == '*')
			return match_any(pattern + 1, text, match);
		if (*pattern == '%')
			return match_field(pattern[1], pattern + 2, text, match);
		if (!*pattern) {
			match->end = text;
			return ends(text);
		}
		if (*pattern != *text)
			return false;
	}
}

static const struct form *find_form(enum workload_kind in, const char *text, struct match *match)
{
	for (size_t i = 0; i < COUNT(forms); i++) {
		*match = (struct match){ 0 };
		/* Below a user's manager the names are the user's, and mean no other user. */
		if (in == WORKLOAD_USER_MANAGER && strstr(forms[i].pattern, "%d"))
			continue;
		if ((!forms[i].in || forms[i].in == in) &&
		    match_from(forms[i].pattern, text, match))
			return &forms[i];
	}
	return NULL;
}

/* Into @size bytes, NUL included; what is longer is cut. */
static void copy(char *to, size_t size, struct capture from)
{
	size_t len = from.len < size ? from.len : size - 1;

	if (len)
		memcpy(to, from.text, len);
	to[len] = '\0';
}

/* Undoes what systemd does to characters that it does not want in a unit's name: \x2d. */
static void unescape(char *text)
{
	char *to = text;

	while (*text) {
		char digits[3] = "", byte;

		if (text[0] == '\\' && text[1] == 'x' && strspn(text + 2, HEX) >= 2)
			memcpy(digits, text + 2, 2);
		byte = (char)strtoul(digits, NULL, 16);
		if (!byte)
			byte = *text;
		else
			text += strlen("xHH");
		*to++ = byte;
		text++;
	}
	*to = '\0';
}

/* Below a container or a user. */
static bool is_nested(const struct workload *workload)
{
	return kinds[workload->kind].rank == RANK_CONTAINER || workload->uid >= 0;
}

static void set_pod(struct workload *workload, const struct capture *uid, const struct capture *qos)
{
	workload->nested = is_nested(workload);
	workload->qos = qos_name(qos->text, qos->len);
	copy(workload->pod_uid, sizeof(workload->pod_uid), *uid);
	for (char *c = workload->pod_uid; *c; c++)
		if (*c == '_')
			*c = '-';
}

/* The unit is the last component of a match; a container may run in one. */
static void set_unit(struct workload *workload, const struct form *form, const char *end)
{
	const char *start = end;

	if (kinds[form->kind].rank == RANK_CONTAINER) {
		if (kinds[workload->kind].rank < RANK_UNIT)
			workload->unit[0] = '\0';
		return;
	}
	workload->user_unit = workload->kind == WORKLOAD_USER_MANAGER;
	while (start[-1] != '/')
		start--;
	copy(workload->unit, sizeof(workload->unit),
	     (struct capture){ start, (size_t)(end - start) });
}

static void apply(struct workload *workload, const struct form *form, struct match *match)
{
	const struct capture *uid = capture(match, 'u'), *id = capture(match, 'i');
	const struct capture *name = capture(match, 'n'), *user = capture(match, 'd');

	/* A pod that is not part of this form is the one around the container. */
	if (uid->len)
		set_pod(workload, uid, capture(match, 'q'));
	else if (form->kind == WORKLOAD_PODMAN && !*workload->pod_uid)
		workload->nested = is_nested(workload);
	if (user->len)
		workload->uid = user_id(user->text, user->len);
	set_unit(workload, form, match->end);
	copy(workload->container_id, sizeof(workload->container_id), *id);
	copy(workload->name, sizeof(workload->name), *name);
	unescape(workload->name);
	workload->runtime = form->runtime;
	workload->kind = form->kind;
}

static bool counts(enum workload_kind now, enum workload_kind found)
{
	return kinds[found].rank > kinds[now].rank ||
	       (kinds[found].rank == kinds[now].rank && kinds[found].rank != RANK_UNIT);
}

static void read_path(struct workload *workload, const char *text)
{
	const char *applied = text;

	for (text += strspn(text, "/"); *text; text += strspn(text, "/")) {
		struct match match;
		const struct form *form = find_form(workload->kind, text, &match);

		if (!form) {
			text += strcspn(text, "/");
			continue;
		}
		if (counts(workload->kind, form->kind)) {
			apply(workload, form, &match);
			applied = match.end;
		}
		text = match.end;
	}
	/* Something unknown in a slice is not the slice. */
	if (workload->kind == WORKLOAD_SLICE && *applied) {
		workload->kind = WORKLOAD_CGROUP;
		workload->unit[0] = '\0';
	}
}

void workload_find(struct workload *workload, struct bytes path)
{
	/* A separator at the very beginning: set_unit() looks for one. */
	char text[PATH_LEN + 2] = "/";

	*workload = (struct workload){ .path = path, .uid = -1 };
	if (!path.len || path.len > PATH_LEN || memchr(path.data, '\0', path.len))
		return;
	memcpy(text + 1, path.data, path.len);
	read_path(workload, text);
}

static void write_text(FILE *out, const char *text)
{
	escape_write(out, (const unsigned char *)text, strlen(text));
}

void workload_full_unit(char unit[WORKLOAD_FULL_UNIT_LEN + 1], const struct workload *workload)
{
	const size_t size = WORKLOAD_FULL_UNIT_LEN + 1;

	if (workload->user_unit)
		snprintf(unit, size, "user@%" PRId64 ".service/%s", workload->uid, workload->unit);
	else
		snprintf(unit, size, "%s", workload->unit);
}

static void write_unit(FILE *out, const struct workload *workload)
{
	char unit[WORKLOAD_FULL_UNIT_LEN + 1];

	workload_full_unit(unit, workload);
	unescape(unit);
	write_text(out, unit);
}

/* Enough of a container's id for the runtime's own commands. */
static void write_id(FILE *out, const struct workload *workload)
{
	fprintf(out, "%.12s", workload->container_id);
}

static void write_pod(FILE *out, const struct workload *workload)
{
	if (*workload->pod) {
		fputs("pod ", out);
		write_text(out, workload->namespace);
		putc('/', out);
		write_text(out, workload->pod);
	} else {
		fprintf(out, "pod UID %s", workload->pod_uid);
	}
}

static void write_pod_container(FILE *out, const struct workload *workload)
{
	write_pod(out, workload);
	if (*workload->container) {
		fputs(", container ", out);
		write_text(out, workload->container);
	} else if (*workload->container_id) {
		fputs(", container id ", out);
		write_id(out, workload);
	}
}

static void write_other(FILE *out, const struct workload *workload)
{
	bool container = kinds[workload->kind].rank == RANK_CONTAINER;

	fprintf(out, "%s ", kinds[workload->kind].label);
	if (*workload->container)
		write_text(out, workload->container);
	else if (*workload->container_id)
		write_id(out, workload);
	else if (*workload->name)
		write_text(out, workload->name);
	else if (*workload->unit)
		write_unit(out, workload);
	else if (workload->path.len)
		escape_write(out, workload->path.data, workload->path.len);
	else
		putc('-', out);
	if (container && *workload->unit) {
		fputs(" in ", out);
		write_unit(out, workload);
	}
	if (*workload->pod_uid) {
		fputs(" in ", out);
		write_pod(out, workload);
	}
}

void workload_label(FILE *out, const struct workload *workload)
{
	bool pod = workload->kind == WORKLOAD_POD || workload->kind == WORKLOAD_KUBERNETES;

	if (pod)
		write_pod_container(out, workload);
	else
		write_other(out, workload);
	/* The full name of a unit has it already. */
	if (workload->uid >= 0 && (pod || !workload->user_unit))
		fprintf(out, " of uid %" PRId64, workload->uid);
}

static void add_text(struct json_object *object, const char *key, const char *text)
{
	if (text && *text)
		json_object_object_add(object, key, json_text(text));
}

struct json_object *workload_json(const struct workload *workload)
{
	struct json_object *object = json_object_new_object();
	bool user_unit = workload->user_unit && kinds[workload->kind].rank == RANK_UNIT;
	char unit[WORKLOAD_FULL_UNIT_LEN + 1];

	workload_full_unit(unit, workload);
	add_text(object, "kind", kinds[workload->kind].code);
	add_text(object, "namespace", workload->namespace);
	add_text(object, "pod", workload->pod);
	add_text(object, "container", workload->container);
	add_text(object, "pod_uid", workload->pod_uid);
	add_text(object, "qos", workload->qos);
	add_text(object, "container_id", workload->container_id);
	add_text(object, "runtime", workload->runtime);
	add_text(object, "unit", workload->unit);
	add_text(object, "name", user_unit ? unit : workload->name);
	if (workload->uid >= 0)
		json_object_object_add(object, "uid", json_object_new_int64(workload->uid));
	return object;
}
