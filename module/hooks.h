/* SPDX-License-Identifier: GPL-2.0-only */
/* What the rest of the module may know of the hooks: attach, detach, their state. */
#ifndef OOMK_HOOKS_H
#define OOMK_HOOKS_H

#include <linux/types.h>

struct mem_cgroup;
struct sysinfo;

/**
 * struct oomk_symbols - kernel functions that are not exported but worth having; NULL without
 * @memcg_page_state: statistics of a cgroup; without it the LRU sizes must do
 * @mem_cgroup_get_max: what the points below a cgroup are relative to (pages)
 * @si_swapinfo: total swap, which the points of the host's candidates depend on
 */
struct oomk_symbols {
	unsigned long (*memcg_page_state)(struct mem_cgroup *memcg, int item);
	unsigned long (*mem_cgroup_get_max)(struct mem_cgroup *memcg);
	void (*si_swapinfo)(struct sysinfo *info);
};

extern struct oomk_symbols oomk_symbols;

/**
 * struct oomk_hook_info - state of one hook, for people
 * @symbol: what it is attached to, NULL when it is not attached
 */
struct oomk_hook_info {
	const char *name;
	const char *gives;
	const char *symbol;
	u64 hits;
	u64 missed;
};

int oomk_hooks_refuse(const char *name);
int oomk_hooks_attach(void);
void oomk_hooks_detach(void);
bool oomk_hooks_info(unsigned int i, struct oomk_hook_info *info);
u64 oomk_hooks_notifier_calls(void);

#endif /* OOMK_HOOKS_H */
