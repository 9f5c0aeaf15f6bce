// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom the OOM killer would choose now: the same walk and the same arithmetic as for a kill, in
 * process context, and nobody is killed.
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/sched/task.h>
#include <net/netlink.h>

#include "candidates.h"
#include "hooks.h"

/* Finds a memory cgroup by its id and takes a reference. */
static struct mem_cgroup *get_memcg(u64 id)
{
	struct cgroup_subsys_state *root, *css;
	struct mem_cgroup *found = NULL;

	rcu_read_lock();
	root = &mem_cgroup_from_task(&init_task)->css;
	css_for_each_descendant_pre(css, root) {
		if (cgroup_id(css->cgroup) == id && css_tryget_online(css)) {
			found = mem_cgroup_from_css(css);
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

/* What scores are relative to, see constrained_alloc(); 0 when this kernel does not tell. */
static u64 total_pages(struct mem_cgroup *memcg)
{
	struct sysinfo info = {};

	if (memcg) {
		if (!oomk_symbols.mem_cgroup_get_max)
			return 0;
		return oomk_symbols.mem_cgroup_get_max(memcg) ?: 1;
	}
	if (!oomk_symbols.si_swapinfo)
		return 0;
	oomk_symbols.si_swapinfo(&info);
	return totalram_pages() + info.totalswap;
}

static void mark_chosen(struct oomk_tasks *tasks)
{
	struct oomk_task *best = NULL;
	u32 i;

	for (i = 0; i < tasks->nr; i++) {
		struct oomk_task *t = &tasks->v[i];

		if (!t->skip && (!best || t->points > best->points))
			best = t;
	}
	if (best)
		best->flags |= OOMK_TASK_FLAGS_CHOSEN;
}

/**
 * oomk_candidates_get() - read the candidates of an OOM kill that might happen now
 * @tasks: filled
 * @cgroup_id: attribute with the id of the cgroup that would be out of memory; NULL for the host
 * @extack: what is wrong with the request
 *
 * Context: process.
 * Return: 0, -ENOENT when there is no such cgroup, -EOPNOTSUPP when this kernel does not tell what
 * scores are relative to.
 */
int oomk_candidates_get(struct oomk_tasks *tasks, struct nlattr *cgroup_id,
			struct netlink_ext_ack *extack)
{
	struct mem_cgroup *memcg = NULL;
	struct oomk_scope scope = {};
	int err = 0;

	if (cgroup_id) {
		memcg = get_memcg(nla_get_u64(cgroup_id));
		if (!memcg) {
			NL_SET_ERR_MSG_ATTR(extack, cgroup_id,
					    "there is no memory cgroup with this id");
			return -ENOENT;
		}
		/* Below the root are all tasks of the host. */
		if (memcg->css.parent)
			scope.memcg = memcg;
	}

	scope.totalpages = total_pages(scope.memcg);
	if (scope.totalpages) {
		oomk_tasks_walk(tasks, &scope);
		mark_chosen(tasks);
	} else {
		NL_SET_ERR_MSG(extack, "this kernel does not tell what scores are relative to");
		err = -EOPNOTSUPP;
	}
	if (memcg)
		css_put(&memcg->css);
	return err;
}
