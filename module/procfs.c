// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/oomk: a header with the state of the module, then the retained events, oldest first. Only
 * reads the store. Opening it needs CAP_SYSLOG in the initial user namespace, as /dev/kmsg does.
 */
#include <linux/capability.h>
#include <linux/mm.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "event.h"
#include "hooks.h"
#include "params.h"
#include "procfs.h"
#include "stats.h"
#include "text.h"

/* Of the format, which is only added to. */
#define FORMAT_VERSION 1

/*
 * What a read gathers. An event that does not fit behind others is put together once more for the
 * next read: with the one page that seq_file takes by itself that would be every other one.
 */
#define GATHER_BYTES (64 * 1024)

static struct oomk_store *store;
static size_t event_max;

/* Position 0 is the header, any other the event of that sequence number. */
static void *read_at(struct seq_file *m, loff_t *pos)
{
	struct oomk_event *ev = m->private;

	if (!*pos)
		return SEQ_START_TOKEN;
	for (;;) {
		ssize_t len = oomk_store_read(store, *pos, ev, event_max);

		if (len >= 0)
			return ev;
		if (len != -ESTALE)
			return NULL;
		*pos = oomk_store_first(store);
	}
}

static void *oomk_seq_start(struct seq_file *m, loff_t *pos)
{
	return read_at(m, pos);
}

static void *oomk_seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return read_at(m, pos);
}

static void oomk_seq_stop(struct seq_file *m, void *v)
{
}

static void put_header(struct seq_file *m)
{
	struct oomk_hook_info hook;
	struct oomk_stats s;
	unsigned int i;

	oomk_stats_get(&s);
	seq_printf(m, "oomk format %u version %s\n", FORMAT_VERSION, OOMK_VERSION);
	seq_printf(m, "events seen %llu retained %llu overwritten %llu\n", s.seen, s.retained,
		   s.first_seq - 1);
	seq_printf(m, "lost %llu missed %llu victims %llu\n", s.lost_missed + s.lost_victims,
		   s.lost_missed, s.lost_victims);
	seq_printf(m, "kills kernel %llu recorded %llu\n", s.kernel_kills, s.recorded_kills);
	seq_printf(m, "points compared %llu mismatched %llu\n", s.points_compared,
		   s.points_mismatched);
	seq_printf(m, "no_victim %llu untracked %llu notify_failed %llu\n", s.no_victim,
		   s.untracked, s.notify_failed);
	seq_printf(m, "store size %llu used %llu kB, max_tasks %u max_cgroups %u stuck_ms %u\n",
		   s.store_size >> 10, DIV_ROUND_UP(s.store_used, 1024), oomk_params.max_tasks,
		   oomk_params.max_cgroups, oomk_params.stuck_ms);
	if (s.captures)
		seq_printf(m, "capture min %llu avg %llu max %llu ns\n", s.capture_ns_min,
			   s.capture_ns_avg, s.capture_ns_max);
	for (i = 0; oomk_hooks_info(i, &hook); i++) {
		if (hook.symbol)
			seq_printf(m, "hook %s %s hits %llu missed %llu\n", hook.name, hook.symbol,
				   hook.hits, hook.missed);
		else
			seq_printf(m, "hook %s - without it no %s\n", hook.name, hook.gives);
	}
}

static int oomk_seq_show(struct seq_file *m, void *v)
{
	if (v == SEQ_START_TOKEN)
		put_header(m);
	else
		oomk_text_event(m, v);
	return 0;
}

static const struct seq_operations oomk_seq_ops = {
	.start = oomk_seq_start,
	.next = oomk_seq_next,
	.stop = oomk_seq_stop,
	.show = oomk_seq_show,
};

static int oomk_proc_open(struct inode *inode, struct file *file)
{
	struct oomk_event *ev;
	struct seq_file *m;
	int err;

	if (!capable(CAP_SYSLOG))
		return -EPERM;
	ev = kvmalloc(event_max, GFP_KERNEL_ACCOUNT);
	if (!ev)
		return -ENOMEM;
	err = seq_open(file, &oomk_seq_ops);
	if (err) {
		kvfree(ev);
		return err;
	}
	m = file->private_data;
	m->private = ev;
	/* Without it seq_file makes do with less. */
	m->buf = kvmalloc(GATHER_BYTES, GFP_KERNEL_ACCOUNT);
	if (m->buf)
		m->size = GATHER_BYTES;
	return 0;
}

static int oomk_proc_release(struct inode *inode, struct file *file)
{
	kvfree(((struct seq_file *)file->private_data)->private);
	return seq_release(inode, file);
}

static const struct proc_ops oomk_proc_ops = {
	.proc_open = oomk_proc_open,
	.proc_read = seq_read,
	.proc_read_iter = seq_read_iter,
	.proc_lseek = seq_lseek,
	.proc_release = oomk_proc_release,
};

/**
 * oomk_procfs_init() - create /proc/oomk
 * @from: the store
 * @max: size of the largest event (bytes)
 *
 * Return: 0 or -ENOMEM.
 */
int __init oomk_procfs_init(struct oomk_store *from, size_t max)
{
	store = from;
	event_max = max;
	return proc_create("oomk", 0400, NULL, &oomk_proc_ops) ? 0 : -ENOMEM;
}

/** oomk_procfs_exit() - remove it; readers are done with it afterwards */
void oomk_procfs_exit(void)
{
	remove_proc_entry("oomk", NULL);
}
