// SPDX-License-Identifier: GPL-2.0-only
/*
 * oomk explains the kills of the kernel's OOM killer. This file brings the parts up - memory first,
 * then the readers, the hooks last - and takes them down in reverse; and holds the parameters.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "capture.h"
#include "hooks.h"
#include "netlink.h"
#include "notify.h"
#include "outcome.h"
#include "params.h"
#include "pressure.h"
#include "procfs.h"
#include "stats.h"
#include "store.h"

struct oomk_params oomk_params __ro_after_init = {
	.store_kb = 4096,
	.max_tasks = 512,
	.max_cgroups = 64,
	.stuck_ms = 10000,
};

module_param_named(store_kb, oomk_params.store_kb, uint, 0444);
MODULE_PARM_DESC(store_kb,
		 "Memory for events, reserved at load, 128 to 1048576 KiB (default 4096)");
module_param_named(max_tasks, oomk_params.max_tasks, uint, 0444);
MODULE_PARM_DESC(max_tasks, "Tasks, and victims, kept per event, 16 to 65536 (default 512)");
module_param_named(max_cgroups, oomk_params.max_cgroups, uint, 0444);
MODULE_PARM_DESC(max_cgroups, "Cgroups kept per event, 8 to 1024 (default 64)");
module_param_named(stuck_ms, oomk_params.stuck_ms, uint, 0444);
MODULE_PARM_DESC(stuck_ms,
		 "A victim still alive after this is reported, 10 to 3600000 ms (default 10000)");

/* A kernel that lacks something is hard to come by. */
static char *refuse[16];
static unsigned int nr_refuse;
module_param_array(refuse, charp, &nr_refuse, 0444);
MODULE_PARM_DESC(refuse, "For tests: names of hooks to leave out, as if the kernel lacked them");

static struct oomk_store store;

static bool __init allowed(const char *name, unsigned int value, unsigned int min, unsigned int max)
{
	if (value >= min && value <= max)
		return true;
	pr_err("parameter %s=%u is out of range: %u to %u\n", name, value, min, max);
	return false;
}

static int __init check_params(void)
{
	if (allowed("store_kb", oomk_params.store_kb, 128, 1048576) &&
	    allowed("max_tasks", oomk_params.max_tasks, 16, 65536) &&
	    allowed("max_cgroups", oomk_params.max_cgroups, 8, 1024) &&
	    allowed("stuck_ms", oomk_params.stuck_ms, 10, 3600000))
		return 0;
	return -EINVAL;
}

static int __init refuse_hooks(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr_refuse && !err; i++)
		err = oomk_hooks_refuse(refuse[i]);
	return err;
}

/* One line; the hooks that are missing were named before. */
static void __init say_loaded(void)
{
	struct oomk_hook_info hook;
	unsigned int i, attached = 0;

	for (i = 0; oomk_hooks_info(i, &hook); i++)
		attached += !!hook.symbol;
	pr_info("version " OOMK_VERSION ", %u of %u hooks attached, store %u KiB\n", attached, i,
		oomk_params.store_kb);
}

static int __init oomk_init(void)
{
	size_t event_max;
	int err;

	err = check_params() ?: refuse_hooks();
	if (err)
		return err;
	err = oomk_store_init(&store, (size_t)oomk_params.store_kb * 1024);
	if (err) {
		pr_err("cannot reserve a store of %u KiB (%d)\n", oomk_params.store_kb, err);
		return err;
	}
	err = oomk_capture_init(oomk_params.max_tasks, oomk_params.max_cgroups, &store);
	if (err)
		goto err_store;
	event_max = oomk_capture_event_max();
	err = oomk_outcome_init(oomk_params.stuck_ms);
	if (err)
		goto err_capture;
	oomk_pressure_init();
	err = oomk_notify_init(&store, event_max);
	if (err)
		goto err_outcome;
	oomk_stats_init(&store);
	err = oomk_netlink_init(&store, event_max);
	if (err)
		goto err_notify;
	err = oomk_procfs_init(&store, event_max);
	if (err)
		goto err_netlink;
	err = oomk_hooks_attach();
	if (err)
		goto err_procfs;
	say_loaded();
	return 0;

err_procfs:
	oomk_procfs_exit();
err_netlink:
	oomk_notify_stop();
	oomk_netlink_exit();
err_notify:
	oomk_notify_exit();
err_outcome:
	oomk_outcome_exit();
err_capture:
	oomk_capture_exit();
err_store:
	oomk_store_destroy(&store);
	if (err == -ENOMEM)
		pr_err("not enough memory to load\n");
	return err;
}

static void __exit oomk_exit(void)
{
	oomk_hooks_detach();
	oomk_procfs_exit();
	/* The worker may be sending. */
	oomk_notify_stop();
	oomk_netlink_exit();
	oomk_notify_exit();
	oomk_outcome_exit();
	oomk_capture_exit();
	oomk_store_destroy(&store);
}

module_init(oomk_init);
module_exit(oomk_exit);
MODULE_DESCRIPTION("Explains the kills of the out-of-memory killer");
MODULE_AUTHOR("The oomk developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(OOMK_VERSION);
